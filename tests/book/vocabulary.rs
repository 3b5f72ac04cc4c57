//! The lists of `reference.md` against the compiler's own: nothing that exists is left out, and nothing is made up.
//!
//! A list stands between `<!-- words: NAME -->` and `<!-- end -->`, each word between backticks; `UPDATE=1` writes it anew where it
//! differs. A table stands behind `<!-- table: NAME -->`, and what its first column has between backticks begins with the names.

use std::collections::BTreeSet;

use persona_base::Currency;
use persona_sema::{TypeKind, vocabulary};

use super::pages::read;
use crate::suite::diagnostics::short;
use crate::support::{root, update};

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The first name in a piece of code: `.lower()` is `lower`.
fn name(code: &str) -> String {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let from = code.trim_start_matches(|c| !is_letter(c));
    from.chars().take_while(|c| is_letter(*c)).collect()
}

/// The rows of a table, each as its cells.
fn table(page: &str, name: &str) -> Vec<Vec<String>> {
    let start = format!("<!-- table: {name} -->\n");
    let (_, rest) = page
        .split_once(&start)
        .unwrap_or_else(|| panic!("there is no table {name}"));
    let rows = rest
        .lines()
        .take_while(|line| line.starts_with('|'))
        .skip(2);
    let cells = |row: &str| row.split('|').map(|cell| cell.trim().to_owned()).collect();
    rows.map(cells).collect()
}

/// The names of a table's first column.
fn named(page: &str, of: &str) -> BTreeSet<String> {
    let rows = table(page, of);
    rows.iter()
        .flat_map(|row| quoted(&row[1]).map(name))
        .collect()
}

fn owned(names: impl IntoIterator<Item = &'static str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

#[test]
fn the_tables_of_the_reference_are_complete() {
    let page = read(&root().join("compiler/docs/reference.md"));
    let tables: [(&str, BTreeSet<String>); 10] = [
        ("types", owned(vocabulary::types())),
        ("aggregates", owned(vocabulary::AGGREGATES)),
        ("functions", owned(vocabulary::FUNCTIONS)),
        ("text_methods", owned(vocabulary::text_methods())),
        (
            "collection_methods",
            owned(vocabulary::collection_methods()),
        ),
        ("date_parts", owned(vocabulary::date_parts())),
        ("clock_parts", owned(vocabulary::clock_parts())),
        ("source_functions", owned(vocabulary::SOURCE_FUNCTIONS)),
        ("column_methods", owned(vocabulary::column_methods())),
        ("annotations", owned(vocabulary::annotations())),
    ];
    for (table, known) in tables {
        assert_eq!(named(&page, table), known, "the table of {table}");
    }
}

#[test]
fn the_table_of_formats_is_complete() {
    let page = read(&root().join("compiler/docs/reference.md"));
    let euro = Currency::from_code("EUR").expect("a currency");
    let id = persona_sema::EnumId::from(0_usize);
    let kinds = [
        ("Int", TypeKind::Int),
        ("Float", TypeKind::Float),
        ("Money", TypeKind::Money(euro)),
        ("enums", TypeKind::Enum(id)),
        ("Date", TypeKind::Date),
        ("Timestamp", TypeKind::Timestamp),
        ("Duration", TypeKind::Duration),
    ];
    let rows = table(&page, "formats");
    assert_eq!(
        rows.len(),
        kinds.len(),
        "a row for each type that has formats"
    );
    for (row, (said, kind)) in rows.iter().zip(kinds) {
        assert_eq!(row[1].trim_matches('`'), said);
        let formats: Vec<&str> = quoted(&row[2]).collect();
        assert_eq!(formats, vocabulary::formats(kind), "the formats of {said}");
    }
    for kind in [
        TypeKind::Str,
        TypeKind::Bool,
        TypeKind::TimeOfDay,
        TypeKind::Length,
    ] {
        assert!(
            vocabulary::formats(kind.clone()).is_empty(),
            "{kind:?} has formats"
        );
    }
}

#[test]
fn the_words_of_the_reference_are_complete() {
    let path = root().join("compiler/docs/reference.md");
    let mut page = read(&path);
    let (keywords, later) = persona_syntax::keywords();
    let codes: Vec<String> = persona_base::currencies()
        .map(|one| one.to_string())
        .collect();
    let lists: [(&str, BTreeSet<String>); 7] = [
        ("reserved", owned(persona_syntax::RESERVED.iter().copied())),
        ("keywords", owned(keywords)),
        ("later", owned(later)),
        ("values", owned(vocabulary::VALUES)),
        ("units", owned(persona_syntax::units())),
        ("currencies", codes.into_iter().collect()),
        ("settings", owned(vocabulary::settings())),
    ];
    for (list, known) in lists {
        let start = format!("<!-- words: {list} -->\n");
        let at = page
            .find(&start)
            .unwrap_or_else(|| panic!("there is no list {list}"))
            + start.len();
        let end = at + page[at..].find("<!-- end -->").expect("a list ends");
        let said: BTreeSet<String> = quoted(&page[at..end]).map(str::to_owned).collect();
        if said != known && update() {
            let words: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
            page.replace_range(at..end, &format!("{}\n", words.join(" ")));
            std::fs::write(&path, &page).expect("the page is writable");
        } else {
            assert_eq!(said, known, "the list of {list}");
        }
    }
}

/// A name in the list that the checker does not know would be a name that the editor offers in vain.
#[test]
fn every_function_of_the_list_is_one() {
    for function in vocabulary::FUNCTIONS {
        let text = format!("profile P {{ id: String @key }}\ntrait x = {function}()\n");
        let report = super::world::alone(&text).check(std::path::Path::new("."));
        let unknown = report
            .diagnostics
            .iter()
            .any(|one| one.code.id() == "P0254");
        assert!(!unknown, "{function}\n{}", short(&report));
    }
}

#[test]
fn names_are_found_in_code() {
    assert_eq!(name(".lower()"), "lower");
    assert_eq!(name("@owner(\"team\")"), "owner");
    let page = "<!-- table: t -->\n| a | b |\n|---|---|\n| `min(x)`, `max(x)` | c |\n\nmore\n";
    assert_eq!(
        named(page, "t"),
        ["max".to_owned(), "min".to_owned()].into()
    );
}
