//! Expressions inside triggers, contents and tests: names that are bound at run time, arms of experiments, slots of
//! contents; and the entries through which the checks of those declarations have their expressions checked.
//!
//! It knows nothing of clauses and steps: only what may stand in the expressions of each.

use std::sync::Arc;

use persona_base::{Applicability, Diagnostic, Span, experiments, contents, history, missing, names, sort_and_dedup, triggers};
use persona_syntax::ast;

use super::consts::fold;
use super::names::{Bound, FieldHit, Named, Owner, Thing};
use super::open::{Parent, Position};
use super::repair::without_parens;
use super::types::Role;
use super::{Checker, Want};
use crate::env::{BoundThing, ContentShape, Env, Global, Known, Scope};
use crate::{
    Const, ContentArg, Expr, ExprKind, FieldId, Kinds, Part, Query, Type, TypeKind,
};
use persona_base::nearest;

/// What a check found, with what is wrong.
#[derive(Clone, Debug)]
pub(crate) struct Judged<T> {
    /// What it is; without meaning where something is wrong.
    pub(crate) value: T,
    /// What is wrong, relative to the declaration.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// A condition, and what is known where it holds and where it does not.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    /// The condition.
    pub(crate) expr: Expr,
    /// Known where it holds.
    pub(crate) yes: Vec<Known>,
    /// Known where it does not hold.
    pub(crate) no: Vec<Known>,
}

/// What a query outside of a condition is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// It makes something happen: a missing value can only mean that it does not.
    Begins,
    /// It keeps something from happening: a missing value would mean that it happens.
    Ends,
}

/// What a condition decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decides {
    /// Who is chosen.
    Chosen,
    /// Also what happens to the others.
    Both,
    /// Which steps are done: those of the `if` or those of the `else`.
    Branch,
}

/// Checks a condition inside a trigger, a content or a test.
pub(crate) fn check_decision(env: &dyn Env, scope: Scope<'_>, written: &ast::Expr, decides: Decides) -> Judged<Decision> {
    let mut checker = Checker::new(env, scope);
    let condition = checker.condition(written);
    checker.joined_by(0, written.span, Parent::Whole);
    match decides {
        Decides::Chosen => {}
        Decides::Both => checker.strict(0, Position::Decision, written.span),
        Decides::Branch => checker.strict(0, Position::If, written.span),
    }
    let known = |keys: Vec<Arc<str>>| keys.into_iter().map(Known).collect();
    let decision = Decision {
        expr: condition.expr,
        yes: known(condition.facts.yes),
        no: known(condition.facts.no),
    };
    checker.judged(decision)
}

/// Checks a value of a type; `role` is what takes it.
pub(crate) fn check_typed(env: &dyn Env, scope: Scope<'_>, written: &ast::Expr, ty: &Type, role: &str) -> Judged<Expr> {
    let mut checker = Checker::new(env, scope);
    let value = checker.check(written, ty, Role::Argument(role));
    checker.strict(0, Position::Operand, written.span);
    checker.judged(value)
}

/// Checks a value of any type.
pub(crate) fn check_any(env: &dyn Env, scope: Scope<'_>, written: &ast::Expr) -> Judged<Expr> {
    let mut checker = Checker::new(env, scope);
    let value = checker.infer(written, Want::NOTHING);
    let value = checker.require_value(value, written);
    checker.strict(0, Position::Operand, written.span);
    checker.judged(value)
}

/// Checks a constant of a type; `None` where something is wrong with it.
pub(crate) fn check_fixed(env: &dyn Env, scope: Scope<'_>, written: &ast::Expr, ty: &Type, role: &str) -> Judged<Option<Const>> {
    let mut checker = Checker::new(env, scope);
    let value = checker.check(written, ty, Role::Argument(role));
    let constant = checker.constant(&value, written, &format!("what `{role}` takes"));
    let constant = constant.map(|constant| super::types::converted_const(constant, &value.ty.kind, &ty.kind));
    checker.judged(constant)
}

/// Checks a length of time that is longer than none. It may differ from person to person.
pub(crate) fn check_length(env: &dyn Env, scope: Scope<'_>, written: &ast::Expr, role: &str) -> Judged<Option<Expr>> {
    let mut checker = Checker::new(env, scope);
    let length = checker.some_length(written, role);
    checker.strict(0, Position::Operand, written.span);
    checker.judged(length)
}

/// Checks a point in time, or a local time of day: what something lasts until. `None` where something is wrong.
pub(crate) fn check_moment(env: &dyn Env, scope: Scope<'_>, written: &ast::Expr, role: &str, may_be_missing: bool) -> Judged<Option<Expr>> {
    let mut checker = Checker::new(env, scope);
    let moment = checker.moment(written, role, may_be_missing);
    checker.strict(0, Position::Operand, written.span);
    checker.judged(moment)
}

/// Checks what runs of a trigger are kept apart by. `None` where something is wrong.
pub(crate) fn check_key(env: &dyn Env, scope: Scope<'_>, written: &ast::Expr) -> Judged<Option<Expr>> {
    let mut checker = Checker::new(env, scope);
    let key = checker.key(written);
    checker.strict(0, Position::Operand, written.span);
    checker.judged(key)
}

/// Checks events that something waits for, or that begin or end it.
pub(crate) fn check_events(env: &dyn Env, scope: Scope<'_>, written: &ast::Query, asks: Asks, role: &str) -> Judged<Option<(Query, Vec<Known>)>> {
    let mut checker = Checker::new(env, scope);
    let found = checker.plain_events(written, asks, role);
    checker.judged(found)
}

/// Checks the segment, or the stage of a partition, that people enter or leave.
pub(crate) fn check_membership(env: &dyn Env, scope: Scope<'_>, written: &ast::Expr) -> Judged<Expr> {
    let mut checker = Checker::new(env, scope);
    let expr = checker.member_of(written);
    checker.open.clear();
    checker.judged(expr)
}

/// Checks the arguments of a content.
pub(crate) fn check_arguments(env: &dyn Env, scope: Scope<'_>, name: &ast::Name, shape: &ContentShape, args: &[ast::Arg], whole: Span) -> Judged<Option<Vec<ContentArg>>> {
    let mut checker = Checker::new(env, scope);
    let args = checker.content_arguments(name, shape, args, whole);
    checker.judged(args)
}

impl Checker<'_> {
    fn judged<T>(mut self, value: T) -> Judged<T> {
        self.report_negative();
        sort_and_dedup(&mut self.diagnostics);
        Judged {
            value,
            diagnostics: self.diagnostics,
        }
    }

    /// Brings the names and facts around an expression within reach.
    pub(super) fn enter_surroundings(&mut self) {
        let around = self.scope.around;
        for bound in around.bound {
            let binder = bound.binder;
            self.next_binder = self.next_binder.max(binder.0 + 1);
            let thing = match &bound.what {
                BoundThing::Event(kinds) => Bound::Event {
                    binder,
                    kinds: Kinds::Events(kinds.clone()),
                },
                BoundThing::Value(ty) => Bound::Elem {
                    binder,
                    ty: ty.clone(),
                },
            };
            // A binder without a name is only kept from others.
            if bound.name.is_empty() {
                continue;
            }
            self.named.push(Named {
                name: bound.name.to_string(),
                span: bound.span,
                bound: thing,
            });
        }
        for Known(key) in around.known {
            self.known.entry(Arc::clone(key)).or_default().push(0);
        }
    }

    /// The name of a content, a trigger or an experiment where a value is wanted.
    pub(super) fn campaign_name(&mut self, name: &ast::Name) -> Thing {
        let text = name.text.as_str();
        let found = self.env.global(text);
        if self.scope.around.slots
            && matches!(found, Some(Global::Content))
            && let Some(shape) = self.env.content(text)
        {
            if shape.params.is_empty() || self.scope.around.sent {
                return Thing::Fields(Owner::Content(Arc::from(text)), String::new());
            }
            let lacking: Vec<&str> = shape.params.iter().map(|param| &*param.name).collect();
            let diagnostic = self
                .diagnostic(contents::CONTENT_WITH_PARAMETERS, name.span, format!("`{text}` needs {} to be read", super::unknown::shown(&lacking)))
                .label("a content with parameters is read only where it is sent")
                .help("move what both need into a content without parameters, or into a `trait`");
            self.report(diagnostic);
            return Thing::Error;
        }
        let diagnostic = self.diagnostic(names::NOT_A_VALUE, name.span, format!("`{text}` is no value"));
        let diagnostic = match found {
            Some(Global::Experiment(_)) => diagnostic
                .label("this is an experiment")
                .fix(format!("ask which arm somebody is in: `arm({text})`"), Applicability::Maybe, name.span, format!("arm({text})")),
            Some(Global::Trigger) => diagnostic.label("this is a trigger: it does something, and is nothing that one could compare"),
            _ => diagnostic
                .label("this is a content")
                .help("its slots can be read in other contents (`{greeting.text}`) and in what a test expects"),
        };
        self.report(diagnostic);
        Thing::Error
    }

    /// A slot of a content.
    pub(super) fn slot(&self, content: &Arc<str>, name: &str) -> FieldHit {
        let Some(shape) = self.env.content(content) else {
            return FieldHit::None;
        };
        match shape.slots.iter().position(|(slot, _)| **slot == *name) {
            Some(index) => {
                let kind = ExprKind::Slot(Arc::clone(content), u32::try_from(index).unwrap_or(u32::MAX));
                FieldHit::Value(kind, shape.slots[index].1.clone())
            }
            None => FieldHit::None,
        }
    }

    /// The slots of a content, with their types.
    pub(super) fn slots_of(&self, content: &str) -> Vec<(String, Type)> {
        let shape = self.env.content(content);
        let slots = shape.iter().flat_map(|shape| &shape.slots);
        slots.map(|(name, ty)| (name.to_string(), ty.clone())).collect()
    }

    /// `arm(experiment)`.
    pub(super) fn arm(&mut self, args: &[ast::Arg], span: Span) -> Expr {
        self.history = true;
        let Some([written]) = self.plain_args("arm", args, span) else {
            return self.error_at(span);
        };
        let ast::ExprKind::Name(name) = &without_parens(written).kind else {
            if written.kind != ast::ExprKind::Error {
                self.no_experiment(written.span, &self.quote(written.span));
            }
            return self.error_at(span);
        };
        if name.is_missing() {
            return self.error_at(span);
        }
        if self.scope.pure {
            self.not_in_function(span, "experiments");
            return self.error_at(span);
        }
        match self.env.global(&name.text) {
            Some(Global::Experiment(id)) => self.settled(Expr {
                kind: ExprKind::Arm(Arc::from(name.text.as_str())),
                ty: Type::of(TypeKind::Enum(id)).optional(),
                span,
            }),
            Some(Global::Broken) => self.error_at(span),
            _ => {
                self.no_experiment(name.span, &name.text);
                self.error_at(span)
            }
        }
    }

    fn no_experiment(&mut self, span: Span, text: &str) {
        let is_experiment = |name: &Arc<str>| matches!(self.env.global(name), Some(Global::Experiment(_)));
        let all: Vec<Arc<str>> = self.env.names().into_iter().filter(is_experiment).collect();
        let mut diagnostic = self
            .diagnostic(experiments::NOT_AN_EXPERIMENT, span, format!("`{text}` is not an experiment"))
            .label("`arm(…)` asks which arm of an experiment somebody is in");
        diagnostic = match nearest(text, all.iter().map(|name| &**name)) {
            Some(near) => diagnostic.fix(format!("write `{near}`"), Applicability::Maybe, span, near),
            None if all.is_empty() => diagnostic.help("declare one: `experiment cart_subject { on cart_rescue arms { control, personal } }`"),
            None => {
                let shown: Vec<&str> = all.iter().map(|name| &**name).collect();
                diagnostic.help(format!("there is {}", super::unknown::shown(&shown)))
            }
        };
        self.report(diagnostic);
    }

    /// `raw(x)`: text that is put into `Html` as it is.
    pub(super) fn raw(&mut self, args: &[ast::Arg], span: Span) -> Expr {
        let Some([written]) = self.plain_args("raw", args, span) else {
            return self.error_at(span);
        };
        let value = self.check(written, &Type::of(TypeKind::Str), Role::Argument("raw"));
        let text = self.quote(written.span);
        let diagnostic = self
            .diagnostic(contents::RAW_HTML, span, format!("`{text}` is put into the page as it is"))
            .label("nothing in it is escaped")
            .note("whoever can write this text can write what everybody reads, links and scripts included")
            .help("take `raw` away, unless the text comes from people you trust");
        self.report(diagnostic);
        if value.ty.is_error() {
            return self.error_at(span);
        }
        Expr {
            kind: ExprKind::Interpolate(vec![Part::Value(value, Some(Arc::from("raw")))]),
            ty: Type::of(TypeKind::Html),
            span,
        }
    }

    fn some_length(&mut self, written: &ast::Expr, role: &str) -> Option<Expr> {
        let length = self.infer(written, Want::of(&Type::of(TypeKind::Duration)));
        let text = self.quote(written.span);
        match (&length.ty.kind, fold(&length)) {
            (TypeKind::Error, _) => None,
            (TypeKind::Duration, Some(Const::Int(micros))) if micros <= 0 => {
                let diagnostic = self
                    .diagnostic(triggers::NO_TIME, written.span, format!("`{role}` takes some time, and `{text}` is none"))
                    .help("say how long, as in `30m`, `24h` or `7d`");
                self.report(diagnostic);
                None
            }
            (TypeKind::Duration, _) if length.ty.optional => {
                let diagnostic = self
                    .diagnostic(missing::MAY_BE_MISSING, written.span, format!("how long this is may be missing: `{text}`"))
                    .label(format!("this is `{}`", self.type_name(&length.ty)))
                    .fix("say what to take then", Applicability::Maybe, written.span, format!("({} ?? 1d)", self.text(without_parens(written).span)));
                self.report(diagnostic);
                None
            }
            (TypeKind::Duration, _) => Some(length),
            (TypeKind::Period, constant) => {
                let mut diagnostic = self
                    .diagnostic(history::BAD_LENGTH, written.span, format!("`{role}` takes a fixed length of time, not one of the calendar"))
                    .label("how long this is depends on the calendar");
                if let Some(Const::Period { months, days }) = constant {
                    let new = format!("{}d", i64::from(months) * 30 + i64::from(days));
                    diagnostic = diagnostic.fix(format!("write `{new}`"), Applicability::Maybe, written.span, new);
                }
                self.report(diagnostic);
                None
            }
            (kind, constant) => {
                let noun = self.noun(kind);
                let mut diagnostic = self
                    .diagnostic(history::BAD_LENGTH, written.span, format!("`{role}` takes a length of time, and this is {noun}"))
                    .label("how long should it be?");
                diagnostic = match constant {
                    Some(Const::Int(_)) if *kind == TypeKind::Int => {
                        diagnostic.fix(format!("write `{text}d`"), Applicability::Maybe, written.span, format!("{text}d"))
                    }
                    _ => diagnostic.help("write it as in `30m`, `24h` or `7d`"),
                };
                self.report(diagnostic);
                None
            }
        }
    }

    fn moment(&mut self, written: &ast::Expr, role: &str, may_be_missing: bool) -> Option<Expr> {
        let wanted = Type::of(TypeKind::Timestamp);
        let want = Want {
            now: true,
            ..Want::of(&wanted)
        };
        let moment = self.infer(written, want);
        let moment = self.require_value(moment, written);
        match moment.ty.kind {
            TypeKind::Error => None,
            TypeKind::Timestamp | TypeKind::TimeOfDay if moment.ty.optional && (!may_be_missing || moment.ty.kind == TypeKind::TimeOfDay) => {
                let text = self.quote(written.span);
                let diagnostic = self
                    .diagnostic(missing::MAY_BE_MISSING, written.span, format!("`{text}` may be missing"))
                    .label(format!("this is `{}`", self.type_name(&moment.ty)))
                    .help("say what to take instead when it is missing, with `?? …`");
                self.report(diagnostic);
                None
            }
            TypeKind::Timestamp | TypeKind::TimeOfDay => Some(moment),
            _ => {
                let noun = self.noun(&moment.ty.kind);
                let diagnostic = self
                    .diagnostic(persona_base::types::TYPE_MISMATCH, written.span, format!("`{role}` takes a point in time, and this is {noun}"))
                    .label(format!("this is `{}`", self.type_name(&moment.ty)));
                let diagnostic = match moment.ty.kind {
                    TypeKind::Duration if role == "wait until" => {
                        let text = self.text(written.span).to_owned();
                        let until = self.text(Span::new(written.span.start.saturating_sub(6), written.span.start)).to_owned();
                        let diagnostic = diagnostic.help(format!("to wait so long, write `wait {text}`"));
                        match until.as_str() {
                            "until " => diagnostic.fix(format!("write `wait {text}`"), Applicability::Maybe, Span::new(written.span.start - 6, written.span.start), ""),
                            _ => diagnostic,
                        }
                    }
                    TypeKind::Duration => diagnostic.help(format!("to give it so long, write `within {}`", self.quote(written.span))),
                    _ => diagnostic.help("write a field of type `Timestamp`, a literal as in `2026-01-31T10:00Z`, or a time of day"),
                };
                self.report(diagnostic);
                None
            }
        }
    }

    fn key(&mut self, written: &ast::Expr) -> Option<Expr> {
        let key = self.infer(written, Want::NOTHING);
        let key = self.require_value(key, written);
        if key.ty.is_error() {
            return None;
        }
        if !super::types::has_equality(&key.ty.kind) {
            let noun = self.noun(&key.ty.kind);
            let diagnostic = self
                .diagnostic(persona_base::types::TYPE_MISMATCH, written.span, format!("runs cannot be kept apart by {noun}"))
                .label("two of these cannot be told to be the same")
                .help("name what identifies it: `per cart.sku`");
            self.report(diagnostic);
            return None;
        }
        if key.ty.optional {
            let text = self.quote(written.span);
            let diagnostic = self
                .diagnostic(missing::MAY_BE_MISSING, written.span, format!("`{text}` may be missing"))
                .label(format!("this is `{}`", self.type_name(&key.ty)))
                .note("there is one run for each value of it; without one, nobody knows which");
            let diagnostic = self.with_default(diagnostic, written, &key.ty.kind);
            self.report(diagnostic);
            return None;
        }
        Some(key)
    }

    /// Events without a window, which happen from now on.
    fn plain_events(&mut self, written: &ast::Query, asks: Asks, role: &str) -> Option<(Query, Vec<Known>)> {
        if let Some(window) = &written.window {
            let before = self.text(Span::new(written.span.start, window.span.start)).trim_end().len();
            let start = written.span.start + u32::try_from(before).unwrap_or(0);
            let diagnostic = self
                .diagnostic(triggers::WINDOW_NOT_HERE, window.span, format!("`{role}` is about each event as it happens, and takes no window"))
                .label("a window looks back")
                .help(match role {
                    "goal" => "how long after the first message it counts is said with `within`",
                    "on inactivity of" => "how long nothing happens is said with `for`",
                    _ => "what happened before is asked in `when`, as in `when did Purchase in last 30d`",
                })
                .fix("remove the window", Applicability::Maybe, Span::new(start, window.span.end), "");
            self.report(diagnostic);
        }
        if let (Some(kind), Some(last)) = (written.kinds.last(), written.path.last()) {
            let path = Span::new(kind.span.end, last.span.end);
            let diagnostic = self
                .diagnostic(triggers::WINDOW_NOT_HERE, path, format!("`{role}` is about whole events, not about a part of one"))
                .fix("take the event", Applicability::Maybe, path, "")
                .help("conditions on elements stand in `where`: `any item in items where …`");
            self.report(diagnostic);
        }
        let query = ast::Query {
            window: None,
            path: Vec::new(),
            ..written.clone()
        };
        let opened = self.open_query(&query)?;
        if asks == Asks::Ends {
            let whole = written.condition.as_ref().map_or(written.span, |condition| condition.span);
            self.strict(opened.mark, Position::Decision, whole);
        }
        let facts = opened.facts().iter().map(|key| Known(Arc::clone(key))).collect();
        self.close(&opened);
        Some((opened.query, facts))
    }

    fn member_of(&mut self, written: &ast::Expr) -> Expr {
        let inner = without_parens(written);
        let span = written.span;
        match &inner.kind {
            ast::ExprKind::Postfix { base, ops } => match (&base.kind, ops.as_slice()) {
                (ast::ExprKind::Name(partition), [ast::PostfixOp::Field(stage)]) => self.in_stage(partition, stage, span),
                _ => self.no_segment(inner, span),
            },
            ast::ExprKind::Name(name) if matches!(self.env.global(&name.text), Some(Global::Partition(_))) => self.which_stage(name),
            ast::ExprKind::Name(_) | ast::ExprKind::Call { .. } => match self.segment_reference(inner, None, span) {
                Some((name, args)) => Expr {
                    kind: ExprKind::Segment(name, args),
                    ty: Type::BOOL,
                    span,
                },
                None => self.error_at(span),
            },
            ast::ExprKind::Error => self.error_at(span),
            _ => self.no_segment(inner, span),
        }
    }

    /// One enters and leaves the stages of a partition, not the partition.
    fn which_stage(&mut self, name: &ast::Name) -> Expr {
        let Some(Global::Partition(id)) = self.env.global(&name.text) else {
            return self.error_at(name.span);
        };
        let stages = &self.schema().enums[id].values;
        let mut diagnostic = self
            .diagnostic(names::NOT_A_SEGMENT, name.span, format!("everybody is always in `{}`: name one of its stages", name.text))
            .label("this is a partition");
        for (stage, _) in stages.iter().take(3) {
            let new = format!("{}.{stage}", name.text);
            diagnostic = diagnostic.fix(format!("write `{new}`"), Applicability::Maybe, name.span, new);
        }
        self.fail(name.span, diagnostic)
    }

    fn content_arguments(&mut self, name: &ast::Name, shape: &ContentShape, args: &[ast::Arg], whole: Span) -> Option<Vec<ContentArg>> {
        let matched = self.matched(&name.text, &shape.params, args, name.span, whole)?;
        let mut values = Vec::with_capacity(shape.params.len());
        for (param, written) in shape.params.iter().zip(matched) {
            let value = match (written, &param.ty.kind) {
                (None, _) => {
                    let default = param.default.clone().unwrap_or(Const::Missing);
                    Some(ContentArg::Value(Expr {
                        kind: ExprKind::Const(default),
                        ty: param.ty.clone(),
                        span: name.span,
                    }))
                }
                (Some(written), TypeKind::EventRecord(kinds)) => self.event_given(&param.name, kinds, written),
                (Some(written), _) => {
                    let mark = self.open.len();
                    let value = self.check(written, &param.ty, Role::Argument(&name.text));
                    self.strict(mark, Position::Operand, written.span);
                    Some(value).filter(|value| !value.ty.is_error()).map(ContentArg::Value)
                }
            };
            values.push(value);
        }
        values.into_iter().collect()
    }

    /// An event that has a name here, for a parameter that takes one.
    fn event_given(&mut self, param: &str, wanted: &Arc<[crate::EventId]>, written: &ast::Expr) -> Option<ContentArg> {
        let events = &self.schema().events;
        let wanted_names: Vec<&str> = wanted.iter().map(|kind| &*events[*kind].name).collect();
        let wanted_names = super::unknown::shown(&wanted_names);
        let inner = without_parens(written);
        if inner.kind == ast::ExprKind::Error {
            return None;
        }
        let named = match &inner.kind {
            ast::ExprKind::Name(name) => self.named.iter().rev().find(|named| named.name == name.text),
            _ => None,
        };
        if let Some(Bound::Elem { ty, .. }) = named.map(|named| &named.bound)
            && ty.is_error()
        {
            return None;
        }
        if let Some(Bound::Event { binder, kinds: Kinds::Events(kinds) }) = named.map(|named| &named.bound) {
            let Some(stray) = kinds.iter().find(|kind| !wanted.contains(kind)) else {
                return Some(ContentArg::Event(*binder));
            };
            let place = named.map(|named| named.span);
            let found = &events[*stray].name;
            let mut diagnostic = self
                .diagnostic(persona_base::types::BAD_ARGUMENT, written.span, format!("`{param}` takes {wanted_names}, and this can be `{found}`"))
                .label(format!("a `{found}` event"));
            if let Some(place) = place {
                diagnostic = diagnostic.secondary(self.scope.file, place, "named here");
            }
            self.report(diagnostic);
            return None;
        }
        let fits = |named: &&Named| matches!(&named.bound, Bound::Event { kinds: Kinds::Events(kinds), .. } if kinds.iter().all(|kind| wanted.contains(kind)));
        let near = self.named.iter().rev().find(fits).map(|named| named.name.clone());
        let diagnostic = self
            .diagnostic(persona_base::types::BAD_ARGUMENT, written.span, format!("`{param}` takes an event: {wanted_names}"))
            .label("this is none");
        let diagnostic = match near {
            Some(near) => diagnostic.fix(format!("hand on `{near}`"), Applicability::Maybe, written.span, near),
            None => diagnostic.help("give the event that starts the trigger a name with `as`, and hand that on"),
        };
        self.report(diagnostic);
        None
    }
}

/// The flattened fields that an expression reads of the profile, each with the place where it does.
pub(crate) fn fields_read(expr: &Expr, visit: &mut dyn FnMut(FieldId, Span)) {
    each(expr, &mut |part| {
        if let ExprKind::Profile(field) = part.kind {
            visit(field, part.span);
        }
    });
}

/// Every part of an expression, itself included, the outermost first.
pub(crate) fn each<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    visit(expr);
    super::walk::each_part(expr, &mut |part| each(part, visit));
}
