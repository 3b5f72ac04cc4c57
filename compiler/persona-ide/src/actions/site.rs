//! The place that an action is asked for: its declaration, the expressions around it, what is known of them; and whether a
//! change of the declaration would compile.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::fixing::edited;
use persona_base::{Diagnostic, Edit, FileId, Severity, Span};
use persona_sema::editor::{Declaration, Occurrence};
use persona_sema::{Database, Global, ItemKind, Type};
use persona_syntax::ast::{
    DeclKind, Expr, ExprKind, Start, TriggerClause, TriggerClauseKind, TriggerStep,
    TriggerStepKind, Wait,
};

use super::written::{Level, Piece, bare, level, needed};

/// A place in a declaration of the package's own.
pub(super) struct Site<'db> {
    /// The package.
    pub(super) db: &'db Database,
    /// The file.
    pub(super) file: FileId,
    /// The declaration.
    pub(super) decl: Declaration<'db>,
    /// What is selected, without the white space around it; relative to the declaration.
    pub(super) range: Span,
    /// The expressions around the selection, the innermost first.
    pub(super) chain: Vec<Expr>,
    types: OnceCell<BTreeMap<Span, Type>>,
}

impl<'db> Site<'db> {
    /// The place of a range in a file; none outside of declarations, or in a file that is not the package's own.
    pub(super) fn of(db: &'db Database, file: FileId, range: Span) -> Option<Self> {
        if !db.is_own_file(file) {
            return None;
        }
        let decl = db.declaration_at(file, range.start)?;
        if range.end > decl.span.end {
            return None;
        }
        let start = range.start - decl.span.start;
        let selected = Span::new(start, range.end - decl.span.start);
        Some(Self::within(db, decl, trimmed(decl.text, selected)))
    }

    /// A place in a declaration, relative to it.
    pub(super) fn within(db: &'db Database, decl: Declaration<'db>, range: Span) -> Self {
        let mut chain = Vec::new();
        let mut visit = |expr: &Expr| around(expr, range, &mut chain);
        decl.tree.kind.for_each_expr(&mut visit);
        for annotation in &decl.tree.annotations {
            annotation.args.iter().for_each(&mut visit);
        }
        Self {
            db,
            file: decl.id.file,
            decl,
            range,
            chain,
            types: OnceCell::new(),
        }
    }

    /// What is written at a span of the declaration.
    pub(super) fn text(&self, span: Span) -> &'db str {
        span.of(self.decl.text)
    }

    /// The types of the checked expressions of the declaration, by place.
    pub(super) fn types(&self) -> &BTreeMap<Span, Type> {
        self.types.get_or_init(|| types_of(self.db, &self.decl))
    }

    /// The type of an expression, after narrowing; none where nobody knows.
    pub(super) fn ty(&self, expr: &Expr) -> Option<&Type> {
        let types = self.types();
        let found = types
            .get(&expr.span)
            .or_else(|| types.get(&bare(expr).span));
        found.filter(|ty| !ty.is_error())
    }

    /// An expression as it is written.
    pub(super) fn piece(&self, expr: &Expr) -> Piece {
        Piece::new(self.text(expr.span), level(expr))
    }

    /// What the place of the expression at `index` of the chain needs.
    pub(super) fn needed(&self, index: usize) -> Level {
        needed(self.chain.get(index + 1), &self.chain[index])
    }

    /// The expression that the cursor is in or that is selected, and that `wanted` takes: its place in the chain.
    pub(super) fn innermost(&self, mut wanted: impl FnMut(&Expr) -> bool) -> Option<usize> {
        let index = self.chain.iter().position(&mut wanted)?;
        let is_selected = |expr: &Expr| expr.span == self.range || bare(expr).span == self.range;
        let selected = self.range.is_empty() || self.chain[..=index].iter().any(is_selected);
        selected.then_some(index)
    }

    /// A replacement in the declaration.
    pub(super) fn edit(&self, span: Span, text: impl Into<String>) -> Edit {
        Edit {
            file: self.file,
            span: self.decl.in_file(span),
            text: text.into(),
        }
    }

    /// The names in a span of the declaration.
    pub(super) fn names_in(&self, span: Span) -> impl Iterator<Item = &'db Occurrence> {
        let all = self.db.occurrences(self.decl.id);
        let inside =
            move |one: &&Occurrence| span.start <= one.span.start && one.span.end <= span.end;
        all.iter().filter(inside)
    }

    /// Whether the declaration, with edits made, has no error that it did not have. `more` are declarations that there are not yet.
    pub(super) fn compiles(&self, edits: &[Edit], more: &[(Arc<str>, Global)]) -> bool {
        let start = self.decl.span.start;
        let local = edits.iter().map(|edit| {
            let span = Span::new(edit.span.start - start, edit.span.end - start);
            (span, edit.text.as_str())
        });
        let text = edited(self.decl.text, local);
        let Some(trial) = self.db.trial(self.decl.id, &text, more) else {
            return false;
        };
        no_worse(self.db.wrong_in(self.decl.id), &trial.diagnostics)
    }

    /// The edits, if the declaration still compiles with them.
    pub(super) fn sure(&self, edits: Vec<Edit>) -> Option<Vec<Edit>> {
        self.compiles(&edits, &[]).then_some(edits)
    }

    /// Whether what stands inside of the expressions from `index` on has other bare names than the profile's: in a `where`, in the
    /// check of an event, in a source.
    pub(super) fn in_other_scope(&self, index: usize) -> bool {
        let asks = |expr: &Expr| {
            matches!(
                expr.kind,
                ExprKind::Did(_) | ExprKind::Aggregate { .. } | ExprKind::Quantifier { .. }
            )
        };
        let has_profile = matches!(
            self.decl.kind,
            ItemKind::Trait
                | ItemKind::Segment
                | ItemKind::Partition
                | ItemKind::Purpose
                | ItemKind::Channel
                | ItemKind::Trigger
                | ItemKind::Content
                | ItemKind::Test
        );
        !has_profile || self.chain.iter().skip(index).any(asks) || self.in_row()
    }

    /// Whether the selection stands in what a trigger asks of an event, or in the fields of one that it emits.
    fn in_row(&self) -> bool {
        let DeclKind::Trigger(trigger) = &self.decl.tree.kind else {
            return false;
        };
        let inside = |span: Span| span.start <= self.range.start && self.range.end <= span.end;
        let asks = |clause: &TriggerClause| {
            let starts = |start: &Start| {
                matches!(
                    start,
                    Start::Event(_) | Start::Inactivity { .. } | Start::Change { .. }
                )
            };
            match &clause.kind {
                TriggerClauseKind::On(start) => starts(start),
                kind => matches!(kind, TriggerClauseKind::StopOn(_)),
            }
        };
        let mut header = trigger.clauses.iter();
        header.any(|clause| asks(clause) && inside(clause.span))
            || in_steps(&trigger.steps, &inside)
    }
}

fn in_steps(steps: &[TriggerStep], inside: &dyn Fn(Span) -> bool) -> bool {
    let mut around = steps.iter().filter(|step| inside(step.span));
    around.any(|step| match &step.kind {
        TriggerStepKind::Wait(Wait::Event { .. }) | TriggerStepKind::Emit { .. } => true,
        TriggerStepKind::If { arms, otherwise } => {
            let mut branches = arms.iter().map(|(_, steps)| steps).chain(otherwise);
            branches.any(|steps| in_steps(steps, inside))
        }
        _ => false,
    })
}

/// The types of the checked expressions of a declaration, by place.
pub(super) fn types_of(db: &Database, decl: &Declaration<'_>) -> BTreeMap<Span, Type> {
    let mut types = BTreeMap::new();
    db.each_checked(decl.id, &mut |expr| {
        types.entry(expr.span).or_insert_with(|| expr.ty.clone());
    });
    types
}

/// Whether there is no error that was not there before.
pub(super) fn no_worse(before: &[Diagnostic], after: &[Diagnostic]) -> bool {
    let errors = |found: &[Diagnostic]| -> BTreeMap<(&'static str, String), usize> {
        let mut errors = BTreeMap::new();
        for d in found.iter().filter(|d| d.severity == Severity::Error) {
            *errors.entry((d.code.id(), d.message.clone())).or_default() += 1;
        }
        errors
    };
    let old = errors(before);
    errors(after)
        .iter()
        .all(|(error, count)| old.get(error).is_some_and(|before| count <= before))
}

/// The expressions around a range, the innermost first.
fn around(expr: &Expr, range: Span, chain: &mut Vec<Expr>) {
    if expr.span.start <= range.start && range.end <= expr.span.end {
        expr.for_each_child(&mut |child| around(child, range, chain));
        chain.push(expr.clone());
    }
}

/// A selection without the white space around it.
fn trimmed(text: &str, range: Span) -> Span {
    let selected = range.of(text);
    if selected.trim().is_empty() {
        return Span::at(range.start);
    }
    let start = range.start + (selected.len() - selected.trim_start().len()) as u32;
    Span::new(start, start + selected.trim().len() as u32)
}
