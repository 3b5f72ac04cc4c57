//! The words that the language has by itself, one list of each, for the checker, for editors and for the reference of the language
//! (`compiler/docs/reference.md`, which a test compares). Only names stand here: what a function takes and gives is said where it
//! is checked, and `ARCHITECTURE.md` says what else a new one needs.

use crate::{Type, TypeKind};

/// Functions, which are called with values: `age(birthday)`. `expr/calls.rs` checks them.
pub const FUNCTIONS: [&str; 18] = [
    "abs",
    "age",
    "anniversary",
    "arm",
    "ceil",
    "date",
    "days_since",
    "days_until",
    "distance",
    "floor",
    "geo",
    "greatest",
    "least",
    "local",
    "ntile",
    "percentile",
    "round",
    "sample",
];

/// Aggregates, which go over events or lists: `sum(Purchase.total in last 30d)`. The grammar knows them; `expr/aggregates.rs`
/// checks them.
pub const AGGREGATES: [&str; 13] = [
    "avg",
    "count",
    "distinct",
    "first",
    "gap",
    "last",
    "max",
    "min",
    "most_common",
    "nth",
    "share",
    "sum",
    "top_share",
];

/// What sources call: a column of the row, a place, and aggregates over the rows of a group. `decl/raw/calls.rs` checks them.
pub const SOURCE_FUNCTIONS: [&str; 9] = [
    "avg", "column", "count", "first", "geo", "last", "max", "min", "sum",
];

/// What HTML that is put in as it is, is marked with, in contents.
pub const RAW: &str = "raw";

/// Words that stand for a value wherever an expression stands.
pub const VALUES: [&str; 4] = ["now", "today", "profile", "event"];

/// Methods of text: `name.lower()`.
pub fn text_methods() -> impl Iterator<Item = &'static str> {
    crate::expr::TEXT_METHODS.iter().map(|(name, _)| *name)
}

/// Methods of lists and sets.
pub fn collection_methods() -> impl Iterator<Item = &'static str> {
    [crate::expr::SIZE].into_iter()
}

/// Methods of columns, in sources.
pub fn column_methods() -> impl Iterator<Item = &'static str> {
    crate::decl::COLUMN_METHODS.into_iter()
}

/// Parts of a date: `birthday.month`.
pub fn date_parts() -> impl Iterator<Item = &'static str> {
    crate::expr::DATE_PARTS.iter().map(|(name, _)| *name)
}

/// What the clock on the wall has besides: `local(now).hour`.
pub fn clock_parts() -> impl Iterator<Item = &'static str> {
    crate::expr::CLOCK_PARTS.iter().map(|(name, _)| *name)
}

/// The names of all built-in types, those that take an argument included.
pub fn types() -> impl Iterator<Item = &'static str> {
    crate::decl::built_in_types()
}

/// Annotations, without their `@`.
pub fn annotations() -> impl Iterator<Item = &'static str> {
    crate::decl::annotations()
}

/// The formats of a value in a text, as in `{share:percent}`.
pub fn formats(kind: TypeKind) -> &'static [&'static str] {
    crate::expr::formats(&Type::of(kind).kind)
}

/// The settings of `[package]` in `persona.toml`.
pub fn settings() -> impl Iterator<Item = &'static str> {
    crate::package::SETTINGS.into_iter()
}

/// Whether a name followed by parentheses is built in.
pub(crate) fn is_function(name: &str) -> bool {
    FUNCTIONS.contains(&name) || AGGREGATES.contains(&name) || name == "column"
}
