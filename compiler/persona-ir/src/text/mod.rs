//! The text form of plans, for tests, bug reports and curious people. [`parse()`] reads exactly what [`print()`] writes;
//! it checks names, not meaning: that is [`crate::verify()`]'s work.
//!
//! ```text
//! ; a comment
//! plan "shop" zone "Europe/Berlin" week monday
//!
//! ordered enum Tier { bronze, silver "Silver", gold }
//!
//! profile Customer key id zone timezone {
//!   id: Str,
//!   timezone: Str timezone = "UTC",        ; a validation, then a default
//!   tier: Enum(Tier)?,                     ; may be missing
//! }
//!
//! event Purchase {
//!   at: Timestamp,
//!   id: Str?,
//!   total: Money(USD),
//!   items: List(Record(sku: Str, quantity: Int)),
//! }
//!
//! %0: Timestamp = now_plus -604800000000
//! %1: Money(USD) = event 0 (Purchase total)
//! %2: Money(USD) = const 5000
//! %3: Bool = lt %2, %1
//! %4: Int = agg count of Purchase from > %0 where %3
//! …
//! rank "spend" ntile 5 %4 among %9
//! check Purchase %3 "too cheap" reject
//! segment vip "VIP shoppers" = %12
//!   explain 0 atom @0:10..20 %12
//! source orders Purchase csv "," "data/orders.csv" @0:30..40 { … }
//! prefer "crm" over "shop"
//! ```
//!
//! A node is `%id: Type = operation operands`, a `?` after the type says that it is optional. Ids count from 0.
//! Constants are `missing`, `true`, `5`, `0.5`, `"text"`, `#2` (an enum's value by index), `geo(48.85, 2.35)`,
//! `[…]`, and `{"A1", missing}` for an element with several fields. Names that are no identifiers are quoted. An event query is
//! `of Kinds items (Kind list) from > %bound to <= %bound latest 10 where %filter`, each part but the first optional.

mod cursor;
mod op_parse;
mod op_print;
mod parse;
mod print;
mod source;
mod words;

pub use cursor::{Cursor, ParseError, Token, quote};
pub use parse::{constant, parse};
pub use print::print;

#[cfg(test)]
mod tests;
