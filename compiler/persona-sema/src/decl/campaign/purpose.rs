//! Purposes.

use persona_syntax::ast;

use crate::decl::{Checking, Unit};

pub(in crate::decl) fn check_purpose(
    _checking: &mut Checking<'_>,
    _requires: &[ast::Requires],
) -> Unit {
    Unit::None
}
