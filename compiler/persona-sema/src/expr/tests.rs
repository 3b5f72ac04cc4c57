//! Tests of the expression checker: tables of expressions with what is made of them, or what is wrong with them.
//!
//! Each table is a file of `tests/`: a line `> expression`, and below it what the checker says. Lines that begin with `#` say
//! how the expressions below are checked. `UPDATE_EXPECT=1` rewrites what is below the expressions. Every fix that
//! a table meets is applied and checked again: the diagnostic must be gone, and no other may have come.

mod fixture;
mod harness;
mod pages;
mod robust;
mod show;

use expect_test::expect_file;

use self::harness::rendered;

macro_rules! tables {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let path = concat!("tests/", stringify!($name), ".txt");
                let table = include_str!(concat!("tests/", stringify!($name), ".txt"));
                expect_file![path].assert_eq(&rendered(table));
            }
        )*
        /// All tables, for what must hold of them together.
        const TABLES: &[(&str, &str)] = &[$((stringify!($name), include_str!(concat!("tests/", stringify!($name), ".txt")))),*];
    };
}

tables! {
    names
    literals
    comparisons
    arithmetic
    missing
    narrowing
    lists
    text
    time
    windows
    queries
    aggregates
    sequences
    calls
    references
    branches
    constants
    lints
    functions
    checks
    catalogs
}

#[test]
fn tables_are_large_and_give_every_code_of_expressions() {
    let cases: usize = TABLES
        .iter()
        .map(|(_, table)| table.lines().filter(|line| line.starts_with("> ")).count())
        .sum();
    assert!(cases >= 150, "{cases}");
    let own = |id: &str| ("P0250".."P0300").contains(&id) || ("P0301".."P0600").contains(&id);
    let lacking: Vec<&str> = persona_base::all_codes()
        .into_iter()
        .map(persona_base::Code::id)
        // Too long for a table; `robust` gives it. And what nothing gives any more.
        .filter(|id| !["P0426", "P0259"].contains(id))
        .filter(|id| {
            own(id)
                && !TABLES
                    .iter()
                    .any(|(_, table)| table.contains(&format!("! {id} ")))
        })
        .collect();
    assert!(lacking.is_empty(), "no table gives {lacking:?}");
}
