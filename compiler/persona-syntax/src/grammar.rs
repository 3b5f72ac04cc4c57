//! The parser that pest makes of `persona.pest`. Nothing but its derivation stands here.

use pest_derive::Parser;

/// The grammar's parser; its rules never reach a message.
#[derive(Parser, Debug)]
#[grammar = "persona.pest"]
pub(crate) struct Grammar;
