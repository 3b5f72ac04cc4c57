//! Any bytes in: no panic, no hang, and places that are places.

use std::time::{Duration, Instant};

use crate::support::{database, render};
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

/// What a database that went through edits says, beside one that sees the files for the first time.
fn check_like_new(db: &Database, files: &[(String, String)]) {
    let mut fresh = Database::new();
    for (name, text) in files {
        fresh.set_file(name, text.clone());
    }
    let lines = |db: &Database| -> Vec<String> {
        db.diagnostics()
            .iter()
            .map(|diagnostic| render(db, diagnostic))
            .collect()
    };
    assert_eq!(lines(db), lines(&fresh), "{files:?}");
    assert_eq!(db.checked(), fresh.checked(), "{files:?}");
}

#[test]
fn edits_leave_nothing_behind() {
    let lines: Vec<&str> = PROGRAM.split_inclusive('\n').collect();
    let mut numbers = Numbers(23);
    let mut db = Database::new();
    let mut files = vec![
        ("a.persona".to_owned(), PROGRAM.to_owned()),
        ("b.persona".to_owned(), String::new()),
    ];
    for (name, text) in &files {
        db.set_file(name, text.clone());
    }
    for _ in 0..150 {
        let file = numbers.below(2);
        let mut mixed: Vec<&str> = lines
            .iter()
            .copied()
            .filter(|_| numbers.below(12) > 0)
            .collect();
        if numbers.below(3) == 0 && !mixed.is_empty() {
            let (from, to) = (numbers.below(mixed.len()), numbers.below(mixed.len()));
            let line = mixed.remove(from);
            mixed.insert(to, line);
        }
        let text = if numbers.below(5) == 0 {
            String::new()
        } else {
            mixed.concat()
        };
        files[file].1.clone_from(&text);
        db.set_file(&files[file].0, text);
        check_places(&db);
        check_like_new(&db, &files);
    }
}

/// A declaration that refers to others at random: mostly to earlier ones that it may refer to, now and then to any.
fn random_declaration(name: usize, kinds: &[usize], numbers: &mut Numbers) -> String {
    let int = |numbers: &mut Numbers| {
        let any = numbers.below(25) == 0;
        let other = numbers.below(if any { kinds.len() } else { name });
        // A constant refers to constants, a function to these and functions.
        let fits = match kinds[name] {
            1 => matches!(kinds[other], 1 | 2),
            2 => kinds[other] == 2,
            _ => true,
        };
        match kinds[other] {
            _ if !any && (name == 0 || !fits) => "1".to_owned(),
            0 | 2 => format!("d{other}"),
            1 => format!("d{other}(3)"),
            3 => format!("(if in d{other} then 1 else 2)"),
            _ => format!("(if in d{other}.a then 1 else 2)"),
        }
    };
    let (one, two) = (int(numbers), int(numbers));
    match kinds[name] {
        0 => format!("trait d{name}: Int = {one} + {two}\n"),
        1 => format!("fn d{name}(x: Int) -> Int = x + {one}\n"),
        2 => format!("const d{name}: Int = {one}\n"),
        3 => format!("segment d{name} {{ when {one} > n and {two} > 3 }}\n"),
        _ => format!(
            "partition d{name} {{\n  a when {one} > n\n  b when {two} > n\n  otherwise c\n}}\n"
        ),
    }
}

#[test]
fn definitions_may_refer_to_each_other_in_any_way() {
    let mut numbers = Numbers(5);
    let (mut valid, mut circular) = (0, 0);
    for _ in 0..12 {
        let mut db = Database::new();
        let kinds: Vec<usize> = (0..9).map(|_| numbers.below(5)).collect();
        let mut texts: Vec<String> = (0..kinds.len())
            .map(|name| random_declaration(name, &kinds, &mut numbers))
            .collect();
        for _ in 0..12 {
            let changed = numbers.below(texts.len());
            texts[changed] = random_declaration(changed, &kinds, &mut numbers);
            let text = format!(
                "profile C {{ id: String @key, n: Int }}\n{}",
                texts.concat()
            );
            db.set_file("a.persona", text.clone());
            check_like_new(&db, &[("a.persona".to_owned(), text)]);
            let found = db.diagnostics();
            circular += usize::from(
                found
                    .iter()
                    .any(|d| d.code == persona_base::names::DEFINITION_CYCLE),
            );
            valid += usize::from(db.checked().is_some());
        }
    }
    assert!(
        valid > 5 && circular > 20,
        "{valid} are valid, {circular} go round in circles"
    );
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
