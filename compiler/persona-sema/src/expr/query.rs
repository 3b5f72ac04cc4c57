//! Event queries: which events, which elements of them, in which window, under which condition.

use std::sync::Arc;

use persona_base::{Applicability, Span, history, names};
use persona_syntax::ast;

use super::names::{Bound, FieldHit, Named, Owner};
use super::narrow::Key;
use super::window::Asked;
use super::{Checker, walk};
use crate::env::Global;
use crate::{BinderId, EventId, Expr, ExprKind, FieldId, Items, Kinds, Query, Type, TypeKind};

/// A query whose condition is checked, and whose events are still within reach.
pub(super) struct Opened {
    /// The query.
    pub(super) query: Query,
    /// What its events or elements are.
    pub(super) bound: Bound,
    /// Names after the kind that are no list: the field that is aggregated.
    pub(super) path: Vec<ast::Name>,
    /// What is known where the condition holds.
    facts: Vec<Key>,
    /// Where the notes of open comparisons in the condition begin.
    pub(super) mark: usize,
    /// How many names and frames there were before.
    outer: (usize, usize),
}

impl Opened {
    /// What is known where the condition holds.
    pub(super) fn facts(&self) -> &[Key] {
        &self.facts
    }

    /// A query that was opened by hand.
    pub(super) fn new(
        query: Query,
        bound: Bound,
        path: Vec<ast::Name>,
        facts: Vec<Key>,
        mark: usize,
        outer: (usize, usize),
    ) -> Self {
        Self {
            query,
            bound,
            path,
            facts,
            mark,
            outer,
        }
    }
}

/// What a query's names stand for.
struct Resolved {
    kinds: Kinds,
    items: Option<(Items, Type)>,
    path: Vec<ast::Name>,
}

impl Checker<'_> {
    /// Says where no event query may stand; `false` where it was reported.
    pub(super) fn history_allowed(&mut self, span: Span) -> bool {
        self.history = true;
        if self.scope.pure {
            self.not_in_function(span, "the history");
            return false;
        }
        if self.wheres > 0 {
            let diagnostic = self
                .diagnostic(
                    history::QUERY_IN_WHERE,
                    span,
                    "no question about events can stand inside a `where`",
                )
                .label("this would be asked anew for each event")
                .help("give it a name with `trait`, and use the name here");
            self.report(diagnostic);
            return false;
        }
        if self.scope.event.is_some() {
            let diagnostic = self
                .diagnostic(
                    history::QUERY_IN_WHERE,
                    span,
                    "a check of an event cannot ask about other events",
                )
                .label("rows are checked one by one, before there is a history");
            self.report(diagnostic);
            return false;
        }
        true
    }

    /// Checks a query up to its condition, and keeps its events within reach until [`Checker::close`]. `None` where it was
    /// reported.
    pub(super) fn open_query(&mut self, query: &ast::Query) -> Option<Opened> {
        let allowed = self.history_allowed(query.span);
        let resolved = self.resolve(query);
        let window = match &query.window {
            Some(window) => self
                .window(window, Asked::Events)
                .map(|checked| Some(checked.window)),
            None => Some(None),
        };
        let binder = self.binder();
        let outer = (self.named.len(), self.frames.len());
        let mark = self.open.len();
        let resolved = resolved.filter(|_| allowed);
        let resolved = resolved?;
        let event = Bound::Event {
            binder,
            kinds: resolved.kinds.clone(),
        };
        self.frames.push(event.clone());
        let (items, bound) = match resolved.items {
            Some((mut items, ty)) => {
                items.binder = self.binder();
                let element = Bound::Elem {
                    binder: items.binder,
                    ty,
                };
                self.frames.push(element.clone());
                (Some(items), element)
            }
            None => (None, event),
        };
        if let Some(alias) = &query.alias {
            self.give_name(alias, bound.clone());
        }
        let (filter, facts) = self.filter(query.condition.as_deref(), &[binder, bound.binder()]);
        let Some(window) = window else {
            self.leave(outer);
            return None;
        };
        self.know(&facts, query.span.start);
        let query = Query {
            binder,
            kinds: resolved.kinds,
            items,
            window,
            filter: filter.map(Box::new),
            span: query.span,
        };
        Some(Opened::new(query, bound, resolved.path, facts, mark, outer))
    }

    /// Takes a query's events out of reach.
    pub(super) fn close(&mut self, opened: &Opened) {
        self.unknow(&opened.facts);
        self.leave(opened.outer);
    }

    fn leave(&mut self, (named, frames): (usize, usize)) {
        self.named.truncate(named);
        self.frames.truncate(frames);
    }

    /// Gives an event or element its name.
    pub(super) fn give_name(&mut self, name: &ast::Name, bound: Bound) {
        if name.is_missing() {
            return;
        }
        if let Some(first) = self.named.iter().find(|named| named.name == name.text) {
            let first = first.span;
            let diagnostic = self
                .diagnostic(
                    names::REPEATED_NAME,
                    name.span,
                    format!("`{}` is already the name of something here", name.text),
                )
                .secondary(self.scope.file, first, "first given here")
                .help("choose another name");
            self.report(diagnostic);
        }
        self.named.push(Named {
            name: name.text.clone(),
            span: name.span,
            bound,
        });
    }

    /// The condition after `where`, and what follows from it. Each branch of it must say something about the event.
    pub(super) fn filter(
        &mut self,
        condition: Option<&ast::Expr>,
        binders: &[BinderId],
    ) -> (Option<Expr>, Vec<Key>) {
        let Some(written) = condition else {
            return (None, Vec::new());
        };
        let own = self.without_other_questions(written);
        let written = own.as_ref().unwrap_or(written);
        self.wheres += 1;
        let mark = self.open.len();
        let condition = self.condition(written);
        self.joined_by(mark, written.span, super::open::Parent::Whole);
        self.wheres -= 1;
        let around = self
            .named
            .iter()
            .map(|named| named.bound.binder())
            .chain(self.frames.iter().map(Bound::binder));
        let binders: Vec<BinderId> = binders.iter().copied().chain(around).collect();
        self.branches_use(written, &condition.expr, &binders);
        (Some(condition.expr), condition.facts.yes)
    }

    /// `did A where x and did B`: the second question was not meant to be part of the `where`. It is reported, and what
    /// stands before it is the condition; `None` where there is no second question.
    fn without_other_questions(&mut self, written: &ast::Expr) -> Option<ast::Expr> {
        let (ast::ExprKind::And(parts) | ast::ExprKind::Or(parts)) = &written.kind else {
            return None;
        };
        let first = parts.iter().position(asks_about_events)?;
        let last = parts.get(first.checked_sub(1)?)?;
        let outer = self
            .question
            .filter(|question| question.end == written.span.end)?;
        let branch = self.quote(parts[first].span);
        let diagnostic = self
            .diagnostic(
                history::WHERE_TAKES_TOO_MUCH,
                parts[first].span,
                format!("`{branch}` asks another question, and is part of the `where` before it"),
            )
            .label("`where` reaches to the end of the condition");
        let file = self.scope.file;
        let diagnostic = with_parens(diagnostic, file, outer.start, Span::at(last.span.end), ")");
        self.report(diagnostic);
        if first == 1 {
            return Some(parts[0].clone());
        }
        let own = parts[..first].to_vec();
        let kind = match &written.kind {
            ast::ExprKind::Or(_) => ast::ExprKind::Or(own),
            _ => ast::ExprKind::And(own),
        };
        let span = Span::new(written.span.start, last.span.end);
        Some(ast::Expr { kind, span })
    }

    /// An `and` or `or` branch that says nothing about the event was most probably not meant to be part of the `where`.
    pub(super) fn branches_use(
        &mut self,
        written: &ast::Expr,
        checked: &Expr,
        binders: &[BinderId],
    ) {
        let mut branches: Vec<(&ast::Expr, &Expr)> = Vec::new();
        leaves(written, checked, &mut branches);
        // `x is known` settles what a branch about the event compares with.
        let settles = branches
            .iter()
            .any(|(_, branch)| walk::uses(branch, binders));
        let harmless = |branch: &Expr| {
            matches!(branch.kind, ExprKind::Const(_))
                || (settles && super::logic::asks_known(branch))
        };
        let foreign = |branch: &Expr| !harmless(branch) && !walk::uses(branch, binders);
        let Some(first) = branches.iter().position(|(_, branch)| foreign(branch)) else {
            return;
        };
        let suffix = branches[first..].iter().all(|(_, branch)| foreign(branch));
        let (place, branch) = (branches[first].0.span, self.quote(branches[first].0.span));
        let mut diagnostic = self
            .diagnostic(
                history::WHERE_TAKES_TOO_MUCH,
                place,
                format!("`{branch}` says nothing about the event, and is part of its `where`"),
            )
            .label("`where` reaches to the end of the condition")
            .note("inside `where`, a name alone is a field of the event");
        // Parentheses help where the question ends with its `where`.
        let question = self
            .question
            .filter(|question| suffix && question.end == written.span.end);
        if let Some(outer) = question {
            diagnostic = match first.checked_sub(1) {
                Some(last) => {
                    let end = branches[last].0.span.end;
                    with_parens(diagnostic, self.scope.file, outer.start, Span::at(end), ")")
                }
                None => {
                    let head = self
                        .text(Span::new(outer.start, written.span.start))
                        .trim_end();
                    let kept = head.strip_suffix("where").unwrap_or(head).trim_end().len();
                    let end = outer.start + u32::try_from(kept).unwrap_or(0);
                    with_parens(
                        diagnostic,
                        self.scope.file,
                        outer.start,
                        Span::new(end, written.span.start),
                        ") and ",
                    )
                }
            };
        } else {
            diagnostic = diagnostic.help("ask it outside, joined with `and`");
        }
        self.report(diagnostic);
    }

    fn resolve(&mut self, query: &ast::Query) -> Option<Resolved> {
        let kinds = self.kinds(query)?;
        self.items_of(kinds, &query.path)
    }

    /// The kinds that a query names.
    fn kinds(&mut self, query: &ast::Query) -> Option<Kinds> {
        if query.any_event {
            return Some(Kinds::Events(self.schema().declared_events().collect()));
        }
        if let [name] = query.kinds.as_slice()
            && let Some(param) = self.event_param(name)
        {
            return Some(Kinds::Param(param));
        }
        let mut found: Vec<EventId> = Vec::new();
        let mut broken = false;
        for name in &query.kinds {
            match self.kind(name) {
                Some(kinds) => found.extend(kinds),
                None => broken = true,
            }
        }
        if broken || query.kinds.is_empty() {
            return None;
        }
        found.sort_unstable();
        found.dedup();
        Some(Kinds::Events(found))
    }

    /// The parameter that stands for events, if the name is one.
    pub(super) fn event_param(&self, name: &ast::Name) -> Option<u32> {
        let is = |param: &crate::Param| {
            *param.name == *name.text
                && matches!(param.ty.kind, TypeKind::Event | TypeKind::Field(_))
        };
        let index = self.scope.params.iter().position(is)?;
        u32::try_from(index).ok()
    }

    /// The kinds that one name stands for; `None` where it was reported.
    pub(super) fn kind(&mut self, name: &ast::Name) -> Option<Vec<EventId>> {
        if name.is_missing() || self.probed_event(name) {
            return None;
        }
        match self.env.global(&name.text) {
            Some(Global::Event(id)) => Some(vec![id]),
            Some(Global::Events) => Some(
                self.schema()
                    .groups
                    .get(name.text.as_str())
                    .cloned()
                    .unwrap_or_default(),
            ),
            Some(Global::Broken) => None,
            Some(Global::Segment(_)) => {
                let diagnostic = self
                    .diagnostic(
                        history::NOT_AN_EVENT,
                        name.span,
                        format!("`{}` is a segment, not an event", name.text),
                    )
                    .help(format!("ask `in {}`", name.text));
                self.report(diagnostic);
                None
            }
            Some(_) => {
                let diagnostic = self.diagnostic(
                    history::NOT_AN_EVENT,
                    name.span,
                    format!("`{}` is not an event", name.text),
                );
                self.report(diagnostic);
                None
            }
            None if self.event_param(name).is_some() => {
                let diagnostic = self
                    .diagnostic(
                        history::NOT_AN_EVENT,
                        name.span,
                        format!("the parameter `{}` stands alone in a query", name.text),
                    )
                    .help("ask about it and about other events each on its own, joined with `or`");
                self.report(diagnostic);
                None
            }
            None => {
                self.unknown_event(name);
                None
            }
        }
    }

    /// Whether names after the kind reach a list, whose elements are then meant; what follows is a field.
    fn items_of(&mut self, kinds: Kinds, path: &[ast::Name]) -> Option<Resolved> {
        if path.is_empty() || path.iter().any(ast::Name::is_missing) {
            let broken = !path.is_empty();
            return (!broken).then(|| Resolved {
                kinds,
                items: None,
                path: Vec::new(),
            });
        }
        let owner = Owner::Bound(Bound::Event {
            binder: BinderId(u32::MAX),
            kinds: kinds.clone(),
        });
        let mut dotted = String::new();
        for (index, name) in path.iter().enumerate() {
            let prefix = dotted.clone();
            if !dotted.is_empty() {
                dotted.push('.');
            }
            dotted.push_str(&name.text);
            match self.field(&owner, &dotted) {
                FieldHit::Fields => {}
                FieldHit::Value(ExprKind::Event(_, fields), ty) => {
                    return self.reached(kinds, fields, &ty, path, index);
                }
                FieldHit::Value(..) => {
                    return Some(Resolved {
                        kinds,
                        items: None,
                        path: path.to_vec(),
                    });
                }
                FieldHit::Differs(why) => {
                    self.fields_differ(&dotted, &why, name.span);
                    return None;
                }
                FieldHit::None => {
                    self.unknown_field(&owner, &prefix, name);
                    return None;
                }
            }
        }
        Some(Resolved {
            kinds,
            items: None,
            path: path.to_vec(),
        })
    }

    fn reached(
        &mut self,
        kinds: Kinds,
        fields: Vec<(EventId, FieldId)>,
        ty: &Type,
        path: &[ast::Name],
        index: usize,
    ) -> Option<Resolved> {
        match ty.kind.element() {
            Some(element) => {
                let items = Items {
                    binder: BinderId(u32::MAX),
                    fields,
                };
                let element = element.clone();
                Some(Resolved {
                    kinds,
                    items: Some((items, element)),
                    path: path[index + 1..].to_vec(),
                })
            }
            None => match path.get(index + 1) {
                None => Some(Resolved {
                    kinds,
                    items: None,
                    path: path.to_vec(),
                }),
                Some(part) => {
                    let noun = self.noun(&ty.kind);
                    let diagnostic = self
                        .diagnostic(
                            names::UNKNOWN_FIELD,
                            part.span,
                            format!("{noun} has no field `{}`", part.text),
                        )
                        .label(format!("`{}` is {noun}", path[index].text));
                    self.report(diagnostic);
                    None
                }
            },
        }
    }

    /// The aggregated field, as a value of the query's events or elements.
    pub(super) fn field_value(&mut self, opened: &Opened) -> Option<Expr> {
        let span = opened.path.first().map_or(opened.query.span, |first| {
            opened
                .path
                .last()
                .map_or(first.span, |last| first.span.to(last.span))
        });
        if opened.path.is_empty() {
            return self.whole_value(opened);
        }
        let names: Vec<&str> = opened.path.iter().map(|name| name.text.as_str()).collect();
        let dotted = names.join(".");
        let owner = Owner::Bound(opened.bound.clone());
        match self.field(&owner, &dotted) {
            FieldHit::Value(kind, ty) => Some(self.settled(Expr { kind, ty, span })),
            FieldHit::Fields => {
                let fields = self.fields_of(&owner, &dotted);
                let shown: Vec<&str> = fields.iter().map(String::as_str).collect();
                let diagnostic = self
                    .diagnostic(
                        names::NOT_A_VALUE,
                        span,
                        "this is several values; say which",
                    )
                    .label(format!("its fields are {}", super::unknown::shown(&shown)));
                self.report(diagnostic);
                None
            }
            FieldHit::Differs(why) => {
                self.fields_differ(&dotted, &why, span);
                None
            }
            FieldHit::None => {
                let last = opened.path.last()?.clone();
                self.unknown_field(&owner, "", &last);
                None
            }
        }
    }

    /// What is aggregated where no field is named: a scalar element, or the field that a parameter names.
    fn whole_value(&mut self, opened: &Opened) -> Option<Expr> {
        let span = opened.query.span;
        match &opened.bound {
            Bound::Elem { binder, ty } if !matches!(ty.kind, TypeKind::Record(_)) => {
                Some(self.settled(Expr {
                    kind: ExprKind::Elem(*binder, 0),
                    ty: ty.clone(),
                    span,
                }))
            }
            Bound::Event {
                binder,
                kinds: Kinds::Param(param),
            } => match &self.scope.params[*param as usize].ty.kind {
                TypeKind::Field(ty) => {
                    let kind = ExprKind::EventParam(*binder, *param);
                    Some(self.settled(Expr {
                        kind,
                        ty: ty.as_ref().clone(),
                        span,
                    }))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The record type of a query's events or elements, for `first`, `last` and `nth`.
    pub(super) fn picked_type(&self, opened: &Opened) -> Type {
        let kind = match (&opened.bound, &opened.query.kinds) {
            (Bound::Elem { ty, .. }, _) => ty.kind.clone(),
            (Bound::Event { .. }, Kinds::Events(kinds)) => {
                TypeKind::EventRecord(Arc::from(kinds.as_slice()))
            }
            (Bound::Event { .. }, Kinds::Param(_)) => TypeKind::EventRecord(Arc::from(Vec::new())),
        };
        Type {
            kind,
            optional: true,
        }
    }
}

/// `did …`, `not did …`.
fn asks_about_events(written: &ast::Expr) -> bool {
    match &written.kind {
        ast::ExprKind::Did(_) => true,
        ast::ExprKind::Not { operand, .. } => matches!(operand.kind, ast::ExprKind::Did(_)),
        _ => false,
    }
}

fn with_parens(
    diagnostic: persona_base::Diagnostic,
    file: persona_base::FileId,
    start: u32,
    end: Span,
    close: &str,
) -> persona_base::Diagnostic {
    let edits = vec![
        persona_base::Edit {
            file,
            span: Span::at(start),
            text: "(".to_owned(),
        },
        persona_base::Edit {
            file,
            span: end,
            text: close.to_owned(),
        },
    ];
    let fix = persona_base::Fix {
        title: "close the question about the event before it".to_owned(),
        applicability: Applicability::Maybe,
        edits,
    };
    let mut diagnostic = diagnostic;
    diagnostic.fixes.push(fix);
    diagnostic
}

/// The branches of a condition that are joined without parentheses.
fn leaves<'t>(
    written: &'t ast::Expr,
    checked: &'t Expr,
    into: &mut Vec<(&'t ast::Expr, &'t Expr)>,
) {
    match (&written.kind, &checked.kind) {
        (ast::ExprKind::And(operands) | ast::ExprKind::Or(operands), ExprKind::Op(_, checked))
            if operands.len() == checked.len() =>
        {
            operands
                .iter()
                .zip(checked)
                .for_each(|(written, checked)| leaves(written, checked, into));
        }
        _ => into.push((written, checked)),
    }
}
