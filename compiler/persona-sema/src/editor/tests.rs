//! Every name has a meaning: the index is compared with the places where names are written, over whole packages.

use std::fmt::Write as _;

use crate::Database;
use crate::db::uses;

/// A package with its library.
fn database(files: &[(&str, &str)]) -> Database {
    let mut db = Database::new();
    db.set_name("main");
    db.set_library(persona_std::MODULES.iter().copied());
    for (path, text) in files {
        db.set_file(path, (*text).to_owned());
    }
    db
}

/// The names that are written and mean nothing.
fn without_meaning(db: &Database) -> String {
    let mut found = String::new();
    for file in db.loaded_rule_files() {
        for decl in db.declarations(file) {
            let (own, _) = *db.decl_of(decl.id).expect("it is there");
            let known = db.occurrences(decl.id);
            let named = uses(db, own).mentions.iter();
            // A test's title is no name.
            let is_title = |name: &str| decl.kind == crate::ItemKind::Test && *name == **decl.name;
            for (name, spans) in named.filter(|(name, _)| !is_title(name)) {
                for span in spans {
                    let covered = |one: &&super::Occurrence| {
                        span.start <= one.span.start && one.span.end <= span.end
                    };
                    if known.iter().find(covered).is_none() {
                        let path = db.file_path(file);
                        let _ = writeln!(found, "{path} {}: {name} {span:?}", decl.name);
                    }
                }
            }
        }
    }
    found
}

#[test]
fn every_name_of_the_example_means_something() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/shop");
    let mut files: Vec<(String, String)> = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the example is there") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_some_and(|ending| ending == "persona") {
            let text = std::fs::read_to_string(&path).expect("it can be read");
            files.push((path.display().to_string(), text));
        }
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(without_meaning(&database(&files)), "");
}

#[test]
fn every_name_of_the_library_means_something() {
    let uses: String = persona_std::MODULES
        .iter()
        .map(|(name, _)| format!("use std.{name}\n"))
        .collect();
    assert_eq!(without_meaning(&database(&[("main.persona", &uses)])), "");
}
