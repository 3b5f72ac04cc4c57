//! Experiments.

use persona_syntax::ast;

use crate::decl::{Checking, Unit};

pub(in crate::decl) fn check_experiment(
    _checking: &mut Checking<'_>,
    _clauses: &[ast::ExperimentClause],
) -> Unit {
    Unit::None
}
