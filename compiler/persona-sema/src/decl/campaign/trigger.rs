//! Triggers.

use persona_syntax::ast;

use crate::decl::{Checking, Unit};

pub(in crate::decl) fn check_trigger(
    _checking: &mut Checking<'_>,
    _decl: &ast::TriggerDecl,
) -> Unit {
    Unit::None
}
