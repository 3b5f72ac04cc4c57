//! `use`.

use persona_syntax::ast;

use crate::decl::{Checking, Unit};

pub(in crate::decl) fn check_use(_checking: &mut Checking<'_>, _decl: &ast::UseDecl) -> Unit {
    Unit::None
}
