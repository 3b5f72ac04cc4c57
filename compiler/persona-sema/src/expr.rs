//! The checker of expressions: its entry points. (Being written.)

use persona_base::Diagnostic;
use persona_syntax::ast;

use crate::env::{CheckedExpr, Env, Scope};
use crate::{Const, Type};

/// Checks a condition: a `Bool` that is never missing. In a negative position (a partition's stage, a `check`), an open
/// condition is P0301.
pub fn check_condition(env: &dyn Env, scope: Scope<'_>, expr: &ast::Expr, positive: bool) -> CheckedExpr {
    let _ = (env, scope, expr, positive);
    unimplemented!()
}

/// Checks a value against the type that is declared for it, if one is.
pub fn check_value(env: &dyn Env, scope: Scope<'_>, expr: &ast::Expr, expected: Option<&Type>) -> CheckedExpr {
    let _ = (env, scope, expr, expected);
    unimplemented!()
}

/// Evaluates a constant expression of a known type: a `const`'s value, a field's or parameter's default.
pub fn check_const(env: &dyn Env, scope: Scope<'_>, expr: &ast::Expr, expected: &Type) -> (Const, Vec<Diagnostic>) {
    let _ = (env, scope, expr, expected);
    unimplemented!()
}

/// Checks the conditions of a partition's stages, in order. Each is asked only where none before it held, so that a stage
/// `unknown when birthday is missing` settles `birthday` for those after it. Open conditions are P0301.
pub fn check_stages(env: &dyn Env, scope: Scope<'_>, conditions: &[&ast::Expr]) -> Vec<CheckedExpr> {
    let _ = (env, scope, conditions);
    unimplemented!()
}
