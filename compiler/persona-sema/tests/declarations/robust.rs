//! Any bytes in: no panic, no hang, and places that are places.

use std::time::{Duration, Instant};

use crate::support::database;
use persona_sema::Database;

const PROGRAM: &str = "/// People.\nprofile Customer {\n  id: String @key\n  tier: Tier = silver\n  address: { city: String? @pii }?\n\
    \x20 check id != \"\" \"no id\" else reject\n}\nordered enum Tier { silver \"Silver\", gold }\n\
    event Purchase { total: Money<USD>, items: List<{ sku: String }> }\nevents All = Purchase\nconst limit: Money<USD> = 100 USD\n\
    fn half(x: Float) -> Float = x / 2.0\n\
    source orders of Purchase {\n  from csv \"a.txt\" delimiter \";\"\n  where column(\"x\") is known\n  group by column(\"i\")\n\
    \x20 total = sum(column(\"q\") * 3).as(Money<USD>)\n  items = each { sku = column(\"s\") }\n  prefer a over b\n}\n\
    trait big(f: Field<Money<USD>>, w: Duration = 30d): Int = count(Purchase in last (w) where total > limit)\n\
    @owner(\"x\")\nsegment vip \"VIP\" { when sum(Purchase.total in last 90d) > limit and tier >= gold }\n\
    partition stage \"Stage\" {\n  active when did Purchase in last 30d\n  otherwise lapsed\n}\n";

/// A small generator of numbers, always the same.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit.max(1)
    }
}

/// Every place of every diagnostic is a place in its file.
fn check_places(db: &Database) {
    for diagnostic in db.diagnostics() {
        let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary);
        let places = labels.map(|label| (label.file, label.span));
        let edits = diagnostic
            .fixes
            .iter()
            .flat_map(|fix| &fix.edits)
            .map(|edit| (edit.file, edit.span));
        for (file, span) in places.chain(edits) {
            let text = db.file_text(file);
            assert!(
                text.get(span.start as usize..span.end as usize).is_some(),
                "{diagnostic:?}"
            );
            assert!(!db.file_path(file).is_empty(), "{diagnostic:?}");
        }
    }
}

#[test]
fn every_prefix_is_checked() {
    let mut db = Database::new();
    for end in 0..=PROGRAM.len() {
        db.set_file("main.persona", PROGRAM[..end].to_owned());
        check_places(&db);
    }
}

#[test]
fn every_line_may_be_missing_or_twice() {
    let lines: Vec<&str> = PROGRAM.split_inclusive('\n').collect();
    let mut db = Database::new();
    for skipped in 0..lines.len() {
        let without: String = lines
            .iter()
            .enumerate()
            .filter(|(i, _)| *i != skipped)
            .map(|(_, line)| *line)
            .collect();
        db.set_file("main.persona", without);
        check_places(&db);
        let twice: String = lines
            .iter()
            .enumerate()
            .flat_map(|(i, line)| vec![*line; 1 + usize::from(i == skipped)])
            .collect();
        db.set_file("main.persona", twice);
        check_places(&db);
    }
}

#[test]
fn words_may_be_swapped() {
    let words: Vec<&str> = PROGRAM
        .split_inclusive([' ', '\n', '(', ')', ',', ':'])
        .collect();
    let mut numbers = Numbers(7);
    let mut db = Database::new();
    for _ in 0..400 {
        let mut mixed = words.clone();
        for _ in 0..3 {
            let (a, b) = (numbers.below(mixed.len()), numbers.below(mixed.len()));
            mixed.swap(a, b);
        }
        db.set_file("main.persona", mixed.concat());
        check_places(&db);
    }
}

#[test]
fn bytes_may_be_anything() {
    let alphabet = [
        "{", "}", "(", ")", "\"", "\n", " ", ",", ":", "=", "@", "é", "😀", "\0", "event",
        "profile", "source", "x", "3",
    ];
    let mut numbers = Numbers(11);
    let mut db = Database::new();
    for _ in 0..300 {
        let text: String = (0..numbers.below(120))
            .map(|_| alphabet[numbers.below(alphabet.len())])
            .collect();
        db.set_config("persona.toml", Some(text.clone()));
        db.set_file("main.persona", text);
        check_places(&db);
    }
}

#[test]
fn mutual_references_of_all_kinds_end() {
    let program = "const a: Int = b\ntrait b: Int = count(c)\nfn c(a: Int) -> Int = d\nsegment d { when in e and a > b }\n\
        partition e { a when in d otherwise b }\nevents f = f or g\nevents g = f\nsource h of h { prefer h over h }\n\
        profile a { a: a @key }\nevent b { b: List<b> }\nenum e { e }\n";
    check_places(&database(program));
}

#[test]
fn a_large_package_takes_bounded_time() {
    let start = Instant::now();
    let mut db = Database::new();
    for file in 0..100 {
        let text: String = (0..100)
            .map(|i| format!("event E{file}x{i} {{ a: Int, b: String? }}\n"))
            .collect();
        db.set_file(&format!("f{file}.persona"), text);
    }
    let found = db.diagnostics();
    assert_eq!(found.len(), 0, "{:?}", found.first());
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn deep_records_are_refused() {
    let mut ty = "Int".to_owned();
    for _ in 0..40 {
        ty = format!("{{ a: {ty} }}");
    }
    let db = database(&format!("event E {{ a: {ty} }}\n"));
    check_places(&db);
    assert!(db.checked().is_none());
}
