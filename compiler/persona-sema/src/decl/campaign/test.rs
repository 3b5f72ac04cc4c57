//! Tests.

use persona_syntax::ast;

use crate::decl::{Checking, Unit};

pub(in crate::decl) fn check_test(_checking: &mut Checking<'_>, _steps: &[ast::TestStep]) -> Unit {
    Unit::None
}
