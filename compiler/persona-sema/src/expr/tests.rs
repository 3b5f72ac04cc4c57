//! Tests of the expression checker.
