//! Content.

use persona_syntax::ast;

use crate::decl::{Checking, Unit};

pub(in crate::decl) fn check_content(
    _checking: &mut Checking<'_>,
    _decl: &ast::ContentDecl,
) -> Unit {
    Unit::None
}
