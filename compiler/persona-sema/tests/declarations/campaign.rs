//! Catalogs, purposes, channels and recommendations: tables of declarations with what is said of them. Each fix of each
//! diagnostic is applied, and must remove it and break nothing.
//!
//! A table is a file of `campaign/`: what all its cases share, then cases of a line `== title`, a program, and below `-->`
//! the report. `UPDATE_EXPECT=1` rewrites the reports.

use std::collections::BTreeSet;

use expect_test::expect_file;
use persona_base::{Diagnostic, Edit, Fix, Severity, all_codes};

use crate::support::{database, diagnostics, render};

/// The tables, each with its file's name.
const TABLES: [(&str, &str); 3] = [
    ("catalogs.txt", include_str!("campaign/catalogs.txt")),
    ("channels.txt", include_str!("campaign/channels.txt")),
    (
        "recommendations.txt",
        include_str!("campaign/recommendations.txt"),
    ),
];

/// A case of a table.
struct Case<'t> {
    title: &'t str,
    text: &'t str,
}

impl Case<'_> {
    /// The whole program, what all cases share in a file of its own.
    fn program(&self, shared: &str) -> String {
        program(shared, self.text)
    }
}

fn program(shared: &str, own: &str) -> String {
    format!("//- main.persona\n{own}//- shared.persona\n{shared}")
}

/// What all cases share, and the cases.
fn read(table: &str) -> (&str, Vec<Case<'_>>) {
    let mut parts = table.split("\n== ");
    let shared = parts.next().unwrap_or_default();
    let cases = parts.map(|part| {
        let (title, rest) = part.split_once('\n').expect("a title has a line");
        let (text, _) = rest.split_once("-->").unwrap_or((rest, ""));
        Case { title, text }
    });
    (shared, cases.collect())
}

/// The report of a program: only what stands in its own file.
fn report(program: &str) -> String {
    let db = database(program);
    let found = db.diagnostics();
    let own = found
        .iter()
        .filter(|diagnostic| db.file_path(diagnostic.primary.file) == "main.persona");
    own.map(|diagnostic| render(&db, diagnostic)).collect()
}

/// The table with its reports.
fn rendered(table: &str) -> String {
    let (shared, cases) = read(table);
    let mut out = shared.trim_end().to_owned() + "\n\n";
    for case in cases {
        let report = report(&case.program(shared));
        out.push_str(&format!(
            "== {}\n{}-->\n{report}\n",
            case.title,
            case.text.trim_end_matches('\n').to_owned() + "\n"
        ));
    }
    out.trim_end().to_owned() + "\n"
}

#[test]
fn tables_are_as_they_say() {
    for (name, table) in TABLES {
        expect_file![format!("campaign/{name}")].assert_eq(&rendered(table));
    }
}

/// The program's own file with a fix applied; `None` where the fix is about another file.
fn applied(own: &str, fix: &Fix, is_own: impl Fn(&Edit) -> bool) -> Option<String> {
    let mut edits: Vec<&Edit> = fix.edits.iter().collect();
    if !edits.iter().all(|edit| is_own(edit)) {
        return None;
    }
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    let mut text = own.to_owned();
    for edit in edits {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    Some(text)
}

#[test]
fn every_fix_removes_what_it_is_for() {
    for (name, table) in TABLES {
        let (shared, cases) = read(table);
        for case in cases {
            let text = case.program(shared);
            let db = database(&text);
            let found = db.diagnostics();
            for (diagnostic, fix) in found
                .iter()
                .flat_map(|found| found.fixes.iter().map(move |fix| (found, fix)))
            {
                let is_own = |edit: &Edit| db.file_path(edit.file) == "main.persona";
                let Some(fixed) = applied(case.text, fix, is_own) else {
                    continue;
                };
                let after = diagnostics(&program(shared, &fixed));
                let count = |all: &[Diagnostic]| {
                    all.iter()
                        .filter(|other| other.code == diagnostic.code)
                        .count()
                };
                let errors = |all: &[Diagnostic]| {
                    all.iter()
                        .filter(|other| other.severity == Severity::Error)
                        .count()
                };
                assert!(
                    count(&after) < count(&found) && errors(&after) <= errors(&found),
                    "{name}, {}: {} is not repaired by `{}`:\n{fixed}\n{}",
                    case.title,
                    diagnostic.code,
                    fix.title,
                    report(&program(shared, &fixed)),
                );
            }
        }
    }
}

#[test]
fn every_code_is_in_a_table() {
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for (_, table) in TABLES {
        let (shared, cases) = read(table);
        for case in cases {
            found.extend(
                diagnostics(&case.program(shared))
                    .iter()
                    .map(|found| found.code.id()),
            );
        }
    }
    let own = all_codes().into_iter().map(persona_base::Code::id);
    let lacking: Vec<&str> = own
        .filter(|id| ("P0900".."P0920").contains(id) && !found.contains(id))
        .collect();
    assert!(lacking.is_empty(), "no table gives {lacking:?}");
}

#[test]
fn no_shortened_declaration_panics() {
    for (_, table) in TABLES {
        let (shared, cases) = read(table);
        for case in cases.iter().step_by(5) {
            let ends = case.text.char_indices().map(|(at, _)| at).step_by(23);
            for end in ends {
                let found = diagnostics(&program(shared, &case.text[..end]));
                assert!(found.len() < 64, "{}", case.title);
            }
        }
    }
}
