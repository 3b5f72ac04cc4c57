//! Triggers: the header's clauses, each once and in order. What starts a trigger is in `start`, what it does in `steps`.
//!
//! It looks at one trigger; loops of several are found between declarations.

mod start;
mod steps;
mod values;

use std::sync::Arc;

pub(super) use values::no_field;

use persona_base::{Applicability, Span, names, triggers};
use persona_syntax::ast::{self, TriggerClauseKind as Clause};

use crate::decl::rules::check_title;
use crate::decl::{Checking, Unit, casing, reserved};
use crate::env::{Around, BoundName, BoundThing, Known, Scope};
use crate::expr::around::{self, Asks, Decides, Judged};
use crate::{BinderId, Const, Entry, Expr, Per, Place, Query, Trigger, Type, TypeKind};

/// The names of clauses, in the order of the header.
const ORDER: [&str; 7] = ["on", "when", "per", "enter", "again", "stop", "priority"];

/// The check of a trigger, under way.
struct Run<'c, 'db> {
    checking: &'c mut Checking<'db>,
    /// The names given so far; one without a text only keeps its binder.
    bound: Vec<BoundName>,
    /// What is known to be there at this place.
    known: Vec<Known>,
    /// How often time passed, so that nothing was known any more.
    passed: u32,
}

/// Checks a trigger.
pub(in crate::decl) fn check_trigger(checking: &mut Checking<'_>, decl: &ast::TriggerDecl) -> Unit {
    let title = decl
        .title
        .as_ref()
        .and_then(|title| check_title(checking, title, &[]));
    let header = Header::of(checking, decl);
    let mut run = Run {
        checking,
        bound: Vec::new(),
        known: Vec::new(),
        passed: 0,
    };
    let start = match header.on {
        Some((start, span)) => run.start(start, span),
        None => None,
    };
    let condition = header.when.and_then(|written| run.entry_condition(written));
    let per = header.per.and_then(|written| run.key(written));
    let enter = run.entry(&header, decl);
    let restart = run.again(&header);
    let stop_on: Vec<Query> = header
        .stop_on
        .iter()
        .filter_map(|query| run.stop_on(query))
        .collect();
    let stop_when: Vec<Expr> = header
        .stop_when
        .iter()
        .map(|written| run.stop_when(written))
        .collect();
    let priority = header
        .priority
        .and_then(|written| run.whole_number(written, "priority"))
        .unwrap_or(0);
    let steps = run.all_steps(&decl.steps);
    run.nothing_done(decl);
    let Some((start, enter)) = start.zip(enter) else {
        return Unit::None;
    };
    Unit::Trigger(Trigger {
        name: Arc::clone(checking.decl.name(checking.db)),
        title,
        origin: Place {
            file: checking.file,
            span: Span::default(),
        },
        start,
        condition,
        per,
        enter,
        restart,
        stop_on,
        stop_when,
        priority,
        steps,
    })
}

/// The clauses of a header, the first of each kind.
#[derive(Default)]
struct Header<'d> {
    on: Option<(&'d ast::Start, Span)>,
    when: Option<&'d ast::Expr>,
    per: Option<&'d ast::Expr>,
    enter: Option<(&'d ast::Enter, Span)>,
    again: Option<(bool, Span)>,
    stop_on: Vec<&'d ast::Query>,
    stop_when: Vec<&'d ast::Expr>,
    priority: Option<&'d ast::Expr>,
    /// Whether some clause could not be read: then nothing is said to lack.
    broken: bool,
}

impl<'d> Header<'d> {
    fn of(checking: &mut Checking<'_>, decl: &'d ast::TriggerDecl) -> Self {
        let mut header = Self::default();
        let mut first: [Option<Span>; 7] = [None; 7];
        for clause in &decl.clauses {
            let Some(rank) = rank(&clause.kind) else {
                header.broken = true;
                continue;
            };
            let is_stop = ORDER[rank] == "stop";
            if let Some(before) = first[rank].filter(|_| !is_stop) {
                repeated(checking, ORDER[rank], clause.span, before);
                continue;
            }
            first[rank].get_or_insert(clause.span);
            header.take(clause);
        }
        if header.on.is_none() && !header.broken {
            no_start(checking);
        }
        order(checking, decl);
        header
    }

    fn take(&mut self, clause: &'d ast::TriggerClause) {
        match &clause.kind {
            Clause::Error => {}
            Clause::On(start) => self.on = Some((start, clause.span)),
            Clause::When(condition) => self.when = Some(condition),
            Clause::Per(key) => self.per = Some(key),
            Clause::Enter(enter) => self.enter = Some((enter, clause.span)),
            Clause::Again { restart } => self.again = Some((*restart, clause.span)),
            Clause::StopOn(query) => self.stop_on.push(query),
            Clause::StopWhen(condition) => self.stop_when.push(condition),
            Clause::Priority(number) => self.priority = Some(number),
        }
    }
}

fn rank(clause: &Clause) -> Option<usize> {
    let name = match clause {
        Clause::Error => return None,
        Clause::On(_) => "on",
        Clause::When(_) => "when",
        Clause::Per(_) => "per",
        Clause::Enter(_) => "enter",
        Clause::Again { .. } => "again",
        Clause::StopOn(_) | Clause::StopWhen(_) => "stop",
        Clause::Priority(_) => "priority",
    };
    ORDER.iter().position(|known| *known == name)
}

fn no_start(checking: &mut Checking<'_>) {
    let name = &checking.tree.name;
    let diagnostic = checking
        .diagnostic(triggers::NO_START, name.span, format!("nothing starts `{}`", name.text))
        .label("it would never run")
        .help("say what starts it: `on CartAdded as cart`, `on enter vip`, `on every monday at 09:00`");
    checking.report(diagnostic);
}

/// A clause that is there once more.
pub(super) fn repeated(checking: &mut Checking<'_>, word: &str, span: Span, first: Span) {
    let help = match word {
        "on" => {
            "one thing starts a trigger; several kinds of events stand in parentheses: `on (A or B)`"
        }
        "when" | "where" => "join the two conditions with `and`, or with `or`",
        _ => "keep one of them",
    };
    let diagnostic = checking
        .diagnostic(
            persona_base::campaign::REPEATED_CLAUSE,
            span,
            format!("`{word}` is there twice"),
        )
        .label("again")
        .secondary(checking.file, first, "first here")
        .help(help);
    checking.report(diagnostic);
}

/// Clauses stand in the order of the table, so that every header reads the same way.
fn order(checking: &mut Checking<'_>, decl: &ast::TriggerDecl) {
    let first_step = decl.steps.first().map(|step| step.span);
    let mut seen: Vec<(usize, Span)> = Vec::new();
    for clause in &decl.clauses {
        let Some(own) = rank(&clause.kind) else {
            continue;
        };
        let later = seen.iter().find(|(other, _)| *other > own).copied();
        let step = first_step.filter(|step| step.start < clause.span.start);
        let before = later.map(|(rank, span)| (span, format!("`{}` comes after it", ORDER[rank])));
        let before = before.or_else(|| step.map(|step| (step, "the steps begin here".to_owned())));
        if let Some((place, why)) = before {
            let text = checking.text;
            let (from, moved) = line(text, clause.span);
            let diagnostic = checking
                .diagnostic(
                    triggers::CLAUSE_ORDER,
                    clause.span,
                    format!("`{}` stands further up in the header", ORDER[own]),
                )
                .label("too late here")
                .secondary(checking.file, place, why)
                .note(format!(
                    "the order is {}",
                    ORDER.map(|word| format!("`{word}`")).join(", ")
                ));
            let diagnostic = move_fix(
                diagnostic,
                checking.file,
                from,
                Span::at(place.start),
                &moved,
                &indent(text, place),
            );
            checking.report(diagnostic);
        }
        seen.push((own, clause.span));
    }
}

/// A clause with the white space before it, and its text.
fn line(text: &str, span: Span) -> (Span, String) {
    let before = text
        .get(..span.start as usize)
        .unwrap_or("")
        .trim_end()
        .len();
    let start = u32::try_from(before).unwrap_or(span.start);
    (Span::new(start, span.end), span.of(text).to_owned())
}

/// What stands before a place on its line.
pub(super) fn indent(text: &str, span: Span) -> String {
    let before = text.get(..span.start as usize).unwrap_or("");
    let line = before.rsplit('\n').next().unwrap_or("");
    if before.contains('\n') && line.trim().is_empty() {
        format!("\n{line}")
    } else {
        " ".to_owned()
    }
}

fn move_fix(
    mut diagnostic: persona_base::Diagnostic,
    file: persona_base::FileId,
    from: Span,
    to: Span,
    text: &str,
    indent: &str,
) -> persona_base::Diagnostic {
    let edit = |span: Span, text: String| persona_base::Edit { file, span, text };
    diagnostic.fixes.push(persona_base::Fix {
        title: "move it there".to_owned(),
        applicability: Applicability::Maybe,
        edits: vec![
            edit(to, format!("{text}{indent}")),
            edit(from, String::new()),
        ],
    });
    diagnostic
}

impl<'db> Run<'_, 'db> {
    /// The scope of expressions at this place.
    fn scope(&self) -> Scope<'_> {
        Scope {
            around: Around {
                bound: &self.bound,
                known: &self.known,
                ..Around::default()
            },
            ..self.checking.scope(&[])
        }
    }

    /// Takes into account what is known from here on. What is said of names inside a condition says nothing outside of it.
    fn learn(&mut self, known: Vec<Known>) {
        let known = known
            .into_iter()
            .filter(|known| self.is_bound_or_free(known));
        let known: Vec<Known> = known.collect();
        self.known.extend(known);
    }

    /// Whether something is known of the person, or of something that has a name in this trigger.
    fn is_bound_or_free(&self, known: &Known) -> bool {
        known
            .binder()
            .is_none_or(|binder| self.bound.iter().any(|bound| bound.binder == binder))
    }

    /// Keeps what was said of something, and gives what it is.
    fn keep<T>(&mut self, judged: Judged<T>) -> T {
        self.checking.diagnostics.extend(judged.diagnostics);
        judged.value
    }

    fn decision(&mut self, written: &ast::Expr, decides: Decides) -> around::Decision {
        let judged = around::check_decision(&self.checking.env, self.scope(), written, decides);
        self.keep(judged)
    }

    fn events(
        &mut self,
        query: &ast::Query,
        asks: Asks,
        role: &str,
    ) -> Option<(Query, Vec<Known>)> {
        let judged = around::check_events(&self.checking.env, self.scope(), query, asks, role);
        self.keep(judged)
    }

    fn fixed(&mut self, written: &ast::Expr, kind: TypeKind, role: &str) -> Option<Const> {
        let judged = around::check_fixed(
            &self.checking.env,
            self.scope(),
            written,
            &Type::of(kind),
            role,
        );
        self.keep(judged)
    }

    /// The next binder.
    fn binder(&self) -> BinderId {
        let last = self.bound.iter().map(|bound| bound.binder.0).max();
        BinderId(last.map_or(0, |last| last + 1))
    }

    /// Gives a name to what a binder stands for; without a name, the binder is only kept from others.
    fn bind(&mut self, name: Option<&ast::Name>, binder: BinderId, what: BoundThing) {
        let name = name.filter(|name| !name.is_missing());
        if let Some(name) = name {
            casing::check_snake(self.checking, name, "a name");
            reserved::check_local(self.checking, name, "a name");
        }
        let (name, span) = match name {
            Some(name) => (name.text.as_str(), name.span),
            None => ("", Span::default()),
        };
        self.bound.push(BoundName {
            name: Arc::from(name),
            span,
            binder,
            what,
        });
    }

    /// A name that is given by a step and not by a query: it must be new.
    fn is_new(&mut self, name: &ast::Name) -> bool {
        let before = self
            .bound
            .iter()
            .find(|bound| *bound.name == *name.text && !name.is_missing());
        let Some(first) = before.map(|bound| bound.span) else {
            return true;
        };
        let diagnostic = self
            .checking
            .diagnostic(
                names::REPEATED_NAME,
                name.span,
                format!("`{}` is already the name of something here", name.text),
            )
            .secondary(self.checking.file, first, "first given here")
            .help("choose another name");
        self.checking.report(diagnostic);
        false
    }

    /// `when EXPR`: what it settles of the person holds until the first step that takes time.
    fn entry_condition(&mut self, written: &ast::Expr) -> Option<Expr> {
        let decision = self.decision(written, Decides::Chosen);
        self.learn(decision.yes);
        Some(decision.expr)
    }

    fn key(&mut self, written: &ast::Expr) -> Option<Expr> {
        let judged = around::check_key(&self.checking.env, self.scope(), written);
        self.keep(judged)
    }

    fn stop_on(&mut self, query: &ast::Query) -> Option<Query> {
        let known = std::mem::take(&mut self.known);
        let found = self.events(query, Asks::Ends, "stop on");
        self.known = known;
        found.map(|(query, _)| query)
    }

    fn stop_when(&mut self, written: &ast::Expr) -> Expr {
        // It is asked at any time, not only at entry.
        let known = std::mem::take(&mut self.known);
        let decision = self.decision(written, Decides::Both);
        self.known = known;
        decision.expr
    }

    /// How often one may enter. It is required where chance or others decide how often something starts.
    fn entry(&mut self, header: &Header<'_>, decl: &ast::TriggerDecl) -> Option<Entry> {
        match header.enter {
            Some((ast::Enter::Error, _)) => None,
            Some((ast::Enter::Once, _)) => Some(Entry::Once),
            Some((ast::Enter::Always, _)) => Some(Entry::Always),
            Some((ast::Enter::Limited { count, per }, _)) => self.limited(count, per),
            None => {
                if let Some((start, span)) = header.on.filter(|_| !header.broken)
                    && needs_entry(start)
                {
                    self.no_entry(span, decl);
                }
                Some(Entry::Always)
            }
        }
    }

    fn limited(&mut self, count: &ast::Expr, per: &ast::Rate) -> Option<Entry> {
        let number = self.whole_number(count, "enter");
        if number.is_some_and(|number| number < 1) {
            let diagnostic = self
                .checking
                .diagnostic(
                    triggers::NO_TIME,
                    count.span,
                    "nobody could ever enter this trigger",
                )
                .label("at least once")
                .fix(
                    "let them enter once in that time",
                    Applicability::Maybe,
                    count.span,
                    "1",
                );
            self.checking.report(diagnostic);
            return None;
        }
        let per = match per {
            ast::Rate::Error => None,
            ast::Rate::Calendar(unit, _) => Some(Per::Calendar(*unit)),
            ast::Rate::Rolling(length) => {
                self.fixed_length(length, "enter … per").map(Per::Rolling)
            }
        };
        let (count, per) = number.zip(per)?;
        Some(Entry::Limited { count, per })
    }

    fn no_entry(&mut self, on: Span, decl: &ast::TriggerDecl) {
        let text = self.checking.text;
        let head = |clause: &&ast::TriggerClause| rank(&clause.kind).is_some_and(|rank| rank < 3);
        let last = decl
            .clauses
            .iter()
            .filter(head)
            .map(|clause| clause.span)
            .max_by_key(|span| span.end);
        let at = Span::at(last.unwrap_or(on).end);
        let indent = indent(text, on);
        let mut diagnostic = self
            .checking
            .diagnostic(
                triggers::NO_ENTRY,
                on,
                "this does not say how often one person may enter",
            )
            .label("this can happen many times to the same person")
            .note("without a limit, somebody can get the same messages again and again");
        for entry in ["enter once", "enter 1 per 7d", "enter always"] {
            diagnostic = diagnostic.fix(
                format!("write `{entry}`"),
                Applicability::Maybe,
                at,
                format!("{indent}{entry}"),
            );
        }
        self.checking.report(diagnostic);
    }

    /// `again` is about starting events that come while a run waits.
    fn again(&mut self, header: &Header<'_>) -> bool {
        let Some((restart, span)) = header.again else {
            return false;
        };
        if let Some((start, on)) = header.on
            && !matches!(
                start,
                ast::Start::Event(_) | ast::Start::Change { .. } | ast::Start::Error
            )
        {
            let text = self.checking.text;
            let diagnostic = self
                .checking
                .diagnostic(
                    triggers::MISPLACED_CLAUSE,
                    span,
                    "`again` goes with events and changes only",
                )
                .label("nothing that could come again while this waits")
                .secondary(self.checking.file, on, "this starts it")
                .fix("remove it", Applicability::Maybe, line(text, span).0, "");
            self.checking.report(diagnostic);
        }
        restart
    }

    /// A constant whole number.
    fn whole_number(&mut self, written: &ast::Expr, role: &str) -> Option<i64> {
        match self.fixed(written, TypeKind::Int, role) {
            Some(Const::Int(number)) => Some(number),
            _ => None,
        }
    }

    /// A constant length of time in microseconds, longer than none.
    fn fixed_length(&mut self, written: &ast::Expr, role: &str) -> Option<i64> {
        let judged = around::check_length(&self.checking.env, self.scope(), written, role);
        self.keep(judged)?;
        match self.fixed(written, TypeKind::Duration, role) {
            Some(Const::Int(micros)) => Some(micros),
            _ => None,
        }
    }

    /// What a trigger is for.
    fn nothing_done(&mut self, decl: &ast::TriggerDecl) {
        let name = &self.checking.tree.name;
        if decl.steps.is_empty() {
            let diagnostic = self
                .checking
                .diagnostic(
                    triggers::NO_STEPS,
                    name.span,
                    format!("`{}` does nothing", name.text),
                )
                .label("no step follows its header")
                .help("say what is done: `send cart_reminder via email`");
            self.checking.report(diagnostic);
        } else if !steps::have_effect(&decl.steps) {
            let diagnostic = self
                .checking
                .diagnostic(
                    triggers::NO_EFFECT,
                    name.span,
                    format!("`{}` waits, and then does nothing", name.text),
                )
                .label("no `send`, `emit` or `set` in it")
                .help("say what is done: `send cart_reminder via email`");
            self.checking.report(diagnostic);
        }
    }
}

/// Whether a start may come often, so that `enter` is required.
fn needs_entry(start: &ast::Start) -> bool {
    matches!(
        start,
        ast::Start::Event(_) | ast::Start::Membership { .. } | ast::Start::Change { .. }
    )
}
