//! Exclusions.

use persona_syntax::ast;

use crate::decl::{Checking, Unit};

pub(in crate::decl) fn check_exclusive(
    _checking: &mut Checking<'_>,
    _segments: &[ast::Expr],
) -> Unit {
    Unit::None
}
