//! Every name has a meaning: the index is compared with the places where names are written, over whole packages.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use crate::Database;
use crate::db::names_in;

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
            let named = names_in(db, own).mentions.iter();
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

/// How often the names of a declaration were looked at.
fn looked(seen: &Mutex<Vec<String>>) -> usize {
    let mut seen = seen.lock().expect("no test panics while it holds this");
    let count = seen.iter().filter(|key| key.starts_with("names(")).count();
    seen.clear();
    count
}

#[test]
fn an_edit_looks_again_at_the_edited_declaration_alone() {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let writer = Arc::clone(&seen);
    let mut db = Database::observed(move |key| {
        writer
            .lock()
            .expect("no test panics while it holds this")
            .push(key);
    });
    let rules = "profile P { id: String @key n: Int = 0 }\nsegment a { when n > 1 }\nsegment b { when in a }\nsegment c { when n > 3 }\n";
    let file = db.set_file("a.persona", rules.to_owned());
    let all = |db: &Database| {
        for decl in db.declarations(file) {
            assert!(!db.occurrences(decl.id).is_empty());
        }
    };
    all(&db);
    assert_eq!(looked(&seen), 4);
    // A body: others see the same of it.
    db.set_file("a.persona", rules.replace("n > 1", "n > 2"));
    all(&db);
    assert_eq!(looked(&seen), 1);
    // A line above: nothing is looked at again.
    db.set_file(
        "a.persona",
        format!("// hello\n\n{}", rules.replace("n > 1", "n > 2")),
    );
    all(&db);
    assert_eq!(looked(&seen), 0);
}

#[test]
fn a_long_chain_of_segments_is_no_deep_question() {
    let mut text = String::from("segment s0 { when true }\n");
    for index in 1..6000 {
        let _ = writeln!(text, "segment s{index} {{ when in s{} }}", index - 1);
    }
    let mut db = Database::new();
    let file = db.set_file("a.persona", text);
    let last = *db.declarations(file).last().expect("there are many");
    // On a small stack, and before anything was checked.
    let id = last.id;
    let builder = std::thread::Builder::new().stack_size(2 << 20);
    let asked = builder.spawn(move || db.occurrences(id).len());
    let found = asked.expect("a thread can be had").join();
    assert_eq!(found.ok(), Some(2));
}

#[test]
fn places_outside_of_everything_have_no_declaration() {
    let db = database(&[("a.persona", "\n\nsegment a { when true }\n\n\n")]);
    let file = db.rule_files()[0];
    assert!(db.declaration_at(file, 0).is_none());
    assert!(db.declaration_at(file, 5).is_some());
    assert!(db.declaration_at(file, 9999).is_none());
    assert!(db.declaration_at(persona_base::FileId(99), 5).is_none());
    assert!(db.named("a").is_some() && db.named("b").is_none());
    assert!(
        db.named("rfm.champions").is_some(),
        "also of a module that nobody uses"
    );
}
