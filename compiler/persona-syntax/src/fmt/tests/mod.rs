//! Tests of the formatter.

mod cases;
mod properties;
