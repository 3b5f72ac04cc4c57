//! Expressions inside triggers, contents and tests: names that are bound at run time, arms of experiments, slots of
//! contents; and the entries through which the checks of those declarations have their expressions checked.
//!
//! It knows nothing of clauses and steps: only what may stand in the expressions of each.

mod given;
mod names;
mod waited;
mod when;

use std::sync::Arc;

use persona_base::{Diagnostic, Span, sort_and_dedup};
use persona_syntax::ast;

use super::names::{Bound, Named};
use super::open::{Parent, Position};
use super::types::Role;
use super::{Checker, Want};
use crate::env::{BoundThing, ContentShape, Env, Known, Scope};
use crate::{Const, ContentArg, Expr, ExprKind, FieldId, Kinds, Query, Type};

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
pub(crate) fn check_decision(
    env: &dyn Env,
    scope: Scope<'_>,
    written: &ast::Expr,
    decides: Decides,
) -> Judged<Decision> {
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
pub(crate) fn check_typed(
    env: &dyn Env,
    scope: Scope<'_>,
    written: &ast::Expr,
    ty: &Type,
    role: &str,
) -> Judged<Expr> {
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
pub(crate) fn check_fixed(
    env: &dyn Env,
    scope: Scope<'_>,
    written: &ast::Expr,
    ty: &Type,
    role: &str,
) -> Judged<Option<Const>> {
    let mut checker = Checker::new(env, scope);
    let value = checker.check(written, ty, Role::Argument(role));
    let constant = checker.constant(&value, written, &format!("what `{role}` takes"));
    let constant =
        constant.map(|constant| super::types::converted_const(constant, &value.ty.kind, &ty.kind));
    checker.judged(constant)
}

/// Checks a length of time that is longer than none. It may differ from person to person.
pub(crate) fn check_length(
    env: &dyn Env,
    scope: Scope<'_>,
    written: &ast::Expr,
    role: &str,
) -> Judged<Option<Expr>> {
    let mut checker = Checker::new(env, scope);
    let length = checker.some_length(written, role);
    checker.strict(0, Position::Operand, written.span);
    checker.judged(length)
}

/// Checks a point in time, or a local time of day: what something lasts until. `None` where something is wrong.
pub(crate) fn check_moment(
    env: &dyn Env,
    scope: Scope<'_>,
    written: &ast::Expr,
    role: &str,
    may_be_missing: bool,
) -> Judged<Option<Expr>> {
    let mut checker = Checker::new(env, scope);
    let moment = checker.moment(written, role, may_be_missing);
    checker.strict(0, Position::Operand, written.span);
    checker.judged(moment)
}

/// Checks what runs of a trigger are kept apart by. `None` where something is wrong.
pub(crate) fn check_key(
    env: &dyn Env,
    scope: Scope<'_>,
    written: &ast::Expr,
) -> Judged<Option<Expr>> {
    let mut checker = Checker::new(env, scope);
    let key = checker.key(written);
    checker.strict(0, Position::Operand, written.span);
    checker.judged(key)
}

/// Checks events that something waits for, or that begin or end it.
pub(crate) fn check_events(
    env: &dyn Env,
    scope: Scope<'_>,
    written: &ast::Query,
    asks: Asks,
    role: &str,
) -> Judged<Option<(Query, Vec<Known>)>> {
    let mut checker = Checker::new(env, scope);
    let found = checker.plain_events(written, asks, role);
    checker.judged(found)
}

/// Checks the segment, or the stage of a partition, that people enter or leave.
pub(crate) fn check_membership(
    env: &dyn Env,
    scope: Scope<'_>,
    written: &ast::Expr,
) -> Judged<Expr> {
    let mut checker = Checker::new(env, scope);
    let expr = checker.member_of(written);
    checker.open.clear();
    checker.judged(expr)
}

/// Checks the arguments of a content.
pub(crate) fn check_arguments(
    env: &dyn Env,
    scope: Scope<'_>,
    name: &ast::Name,
    shape: &ContentShape,
    args: &[ast::Arg],
    whole: Span,
) -> Judged<Option<Vec<ContentArg>>> {
    let mut checker = Checker::new(env, scope);
    let args = checker.content_arguments(name, shape, args, whole);
    checker.judged(args)
}

impl Checker<'_> {
    fn judged<T>(mut self, value: T) -> Judged<T> {
        self.report_negative();
        self.explain_waits();
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
                BoundThing::Event { kinds, perhaps } => {
                    self.perhaps.extend(perhaps.then_some(binder));
                    Bound::Event {
                        binder,
                        kinds: Kinds::Events(kinds.clone()),
                    }
                }
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
