//! Recommendations.

use persona_syntax::ast;

use crate::decl::{Checking, Unit};

pub(in crate::decl) fn check_recommend(
    _checking: &mut Checking<'_>,
    _decl: &ast::RecommendDecl,
) -> Unit {
    Unit::None
}
