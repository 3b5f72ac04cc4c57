//! What bounds templates. Each limit is an error of its own, never a cut-off.

/// The largest template file, in bytes.
pub const MAX_TEMPLATE: usize = 1 << 20;
/// How deep tags may stand inside each other, over all partials.
pub const MAX_DEPTH: usize = 64;
/// How deep brackets may stand inside each other, in one tag.
pub(crate) const MAX_BRACKETS: usize = 32;
/// The longest tag, in bytes.
pub(crate) const MAX_TAG: usize = 64 << 10;
/// How many filters one value may have.
pub(crate) const MAX_FILTERS: usize = 64;
/// How many problems of one template are reported.
pub(crate) const MAX_PROBLEMS: usize = 100;
/// How many variables a template may assign.
pub(crate) const MAX_VARIABLES: usize = 128;
/// How many values are known to be there at one place.
pub(crate) const MAX_FACTS: usize = 256;
/// How many nodes a template may have, with all partials put in where they are rendered.
pub const MAX_NODES: usize = 200_000;
/// How deep partials may render partials.
pub(crate) const MAX_PARTIAL_DEPTH: usize = 32;
/// The longest text that a rendering gives, and the longest text made on the way, in bytes.
pub const MAX_OUTPUT: usize = 4 << 20;
/// How much work a rendering may do: bytes looked at or written, list elements, and passes of loops.
pub const MAX_WORK: u64 = 64 << 20;
/// The longest list made by a template.
pub const MAX_LIST: usize = 100_000;
