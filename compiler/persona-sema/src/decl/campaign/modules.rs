//! `use`: what it brings in is found by `db::modules`; here it is reported.

use persona_syntax::ast;

use crate::decl::{Checking, Unit};

pub(in crate::decl) fn check_use(checking: &mut Checking<'_>, decl: &ast::UseDecl) -> Unit {
    crate::db::modules::check_use(checking, decl);
    Unit::None
}
