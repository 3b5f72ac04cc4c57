//! Channels.

use persona_syntax::ast;

use crate::decl::{Checking, Unit};

pub(in crate::decl) fn check_channel(
    _checking: &mut Checking<'_>,
    _clauses: &[ast::ChannelClause],
) -> Unit {
    Unit::None
}
