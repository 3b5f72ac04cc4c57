//! `source`: where data comes from. (Being written.)

use persona_syntax::ast;

use super::{Checking, Unit};

/// Checks a source.
pub(super) fn check_source(_checking: &mut Checking<'_>, _source: &ast::SourceDecl) -> Unit {
    Unit::None
}
