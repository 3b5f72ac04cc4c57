//! The index of all diagnostics in the documentation, which is made of the table of codes.

use std::fmt::Write as _;

use persona_base::{Level, all_codes};

use crate::support::assert_is_current;

/// The page that the table makes.
fn page() -> String {
    let mut text = String::from(
        "# All diagnostics\n\nMade from the table of codes; `UPDATE=1 cargo test -p persona-tests index` writes it anew. \
         `persona explain CODE` prints a code's page, which is linked here. A name is what `[levels]` in `persona.toml` and \
         `@allow(…)` call it by; an error that has no other level cannot be turned off.\n\n\
         | code | name | what it is about | level | since |\n|---|---|---|---|---|\n",
    );
    for code in all_codes() {
        let info = code.info();
        let title = info.page.lines().next().unwrap_or_default();
        let title = title.split_once(": ").map_or("", |(_, title)| title);
        let level = match info.level {
            Level::Error => "error",
            Level::Deny => "error, can be changed",
            Level::Warn => "warning, can be changed",
            Level::Allow => "off, can be turned on",
        };
        writeln!(
            text,
            "| [{0}](../persona-base/pages/{0}.md) | `{1}` | {2} | {level} | {3} |",
            info.id,
            info.name,
            title.replace('|', "\\|"),
            info.since
        )
        .expect("text grows");
    }
    text
}

#[test]
fn the_index_of_diagnostics_is_that_of_the_table() {
    assert_is_current("compiler/docs/diagnostics.md", &page(), "index");
}
