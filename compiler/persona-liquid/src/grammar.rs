//! The parser that pest makes of `liquid.pest`. Nothing but its derivation stands here.

use pest_derive::Parser;

/// The grammar of what stands inside tags.
#[derive(Debug, Parser)]
#[grammar = "liquid.pest"]
pub(crate) struct Grammar;
