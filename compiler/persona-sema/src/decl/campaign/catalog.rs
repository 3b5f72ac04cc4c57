//! Catalogs.

use persona_syntax::ast;

use crate::decl::{Checking, Unit};

pub(in crate::decl) fn check_catalog(
    _checking: &mut Checking<'_>,
    _table: &ast::TableDecl,
) -> Unit {
    Unit::None
}
