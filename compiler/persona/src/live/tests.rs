//! Counts of small packages, by hand.

use std::path::Path;

use persona_sema::Database;

use super::*;

const SCHEMA: &str = "profile Customer {\n  id: String @key\n  age: Int?\n  city: String?\n  mail: Email? @pii\n}\n\
    event Order { total: Money<EUR> }\n\
    source customers of Customer { from \"customers.csv\" }\n\
    source orders of Order { from \"orders.csv\"\n  profile = column(\"customer\")\n}\n\n";

/// A folder with four people and their orders.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    };
    write(
        "customers.csv",
        "id,age,city,mail\na,17,Wien,a@x.at\nb,30,Wien,\nc,40,Graz,c@x.at\nd,,Wien,\n",
    );
    write(
        "orders.csv",
        "customer,at,total\na,2026-01-01T00:00:00Z,10.00 EUR\nc,2026-01-02T00:00:00Z,90.00 EUR\n",
    );
    folder
}

/// Asks about a program with these rules.
fn asked<T>(
    live: &Live,
    root: &Path,
    rules: &str,
    limits: &LiveLimits,
    ask: impl FnOnce(&Live, LiveProgram<'_>) -> T,
) -> T {
    let mut db = Database::new();
    db.set_name("small");
    db.set_file("small.persona", format!("{SCHEMA}{rules}"));
    let names: Vec<&str> = NAMES
        .into_iter()
        .filter(|name| rules.contains(name))
        .collect();
    let excerpt = db
        .excerpt(names)
        .unwrap_or_else(|| panic!("{:?}", db.diagnostics()));
    let program = LiveProgram {
        root,
        checked: &excerpt.checked,
        limits,
        stop: &|| false,
    };
    ask(live, program)
}

/// What the rules below declare.
const NAMES: [&str; 8] = [
    "adult", "viennese", "buyer", "ages", "note", "promo", "old", "twice",
];

fn whole(name: &str) -> LiveAsk {
    LiveAsk {
        declaration: Arc::from(name),
        part: LivePart::Whole,
    }
}

fn count(rules: &str, ask: LiveAsk) -> Result<(u64, u64), NoAnswer> {
    let folder = folder();
    let limits = LiveLimits::default();
    let mut counts = asked(
        &Live::new(),
        folder.path(),
        rules,
        &limits,
        |live, program| live.counts(program, &[ask]),
    );
    counts.remove(0).map(|count| (count.count, count.of))
}

#[test]
fn segments_traits_and_stages_are_counted() {
    assert_eq!(
        count("segment adult { when age >= 18 }", whole("adult")),
        Ok((2, 4))
    );
    assert_eq!(count("trait old = age + 1", whole("old")), Ok((3, 4)));
    assert_eq!(
        count("trait old = age is known and age > 35", whole("old")),
        Ok((1, 4))
    );
    let ages = "partition ages {\n  grown when age is known and age >= 18\n  young when age is known\n  otherwise unknown\n}";
    for (stage, people) in [2, 1, 1].into_iter().enumerate() {
        let part = LivePart::Stage(stage as u32);
        let declaration = Arc::from("ages");
        assert_eq!(count(ages, LiveAsk { declaration, part }), Ok((people, 4)));
    }
}

#[test]
fn variants_are_counted_without_those_who_read_an_earlier_one() {
    let note = "content note {\n  text: String\n  variant vienna when city == \"Wien\" { text = \"Servus\" }\n  \
        variant grown when age >= 18 { text = \"Hello\" }\n  otherwise { text = \"Hi\" }\n}";
    for (variant, people) in [3, 1, 0].into_iter().enumerate() {
        let part = LivePart::Variant(variant as u32);
        let declaration = Arc::from("note");
        assert_eq!(count(note, LiveAsk { declaration, part }), Ok((people, 4)));
    }
}

#[test]
fn what_depends_on_more_than_a_person_is_not_counted() {
    let error = count(
        "segment twice(least: Int) { when age >= least }",
        whole("twice"),
    );
    assert_eq!(
        error,
        Err("whom `twice` holds for depends on its arguments".to_owned())
    );
    assert!(count("segment adult { when age >= 18 }", whole("gone")).is_err());
}

#[test]
fn each_part_of_a_condition_says_what_it_does() {
    let folder = folder();
    let rules = "segment adult { when age >= 18 and (city == \"Wien\" or did Order) }";
    let effects = asked(
        &Live::new(),
        folder.path(),
        rules,
        &LiveLimits::default(),
        |live, program| live.atoms(program, &whole("adult")),
    );
    let text = format!("{SCHEMA}{rules}");
    let effects = effects.expect("it can be counted");
    let found: Vec<(&str, u64, u64, u64)> = effects
        .iter()
        .map(|one| (one.place.span.of(&text), one.holds, one.without, one.all))
        .collect();
    assert_eq!(
        found,
        [
            ("age >= 18", 2, 4, 2),
            ("city == \"Wien\"", 3, 1, 2),
            ("did Order", 2, 1, 2),
        ]
    );
}

#[test]
fn neighbours_and_examples_hide_what_is_personal() {
    let folder = folder();
    let rules = "trait old = age + 1\ntrait told = mail.domain()\nsegment adult { when age >= 18 and mail is known and old > 1 and told is known }\nsegment viennese { when city == \"Wien\" }\n\
        segment buyer { when did Order }";
    let near = asked(
        &Live::new(),
        folder.path(),
        rules,
        &LiveLimits::default(),
        |live, program| live.neighbours(program, "adult"),
    );
    let near = near.expect("it can be counted");
    assert_eq!((near.members, near.of), (1, 4));
    let shared: Vec<(&str, u64, u64)> = near
        .shared
        .iter()
        .map(|one| (&*one.name, one.both, one.other))
        .collect();
    assert_eq!(shared, [("buyer", 1, 2)]);
    assert_eq!(near.examples.len(), 1);
    assert_eq!(near.examples[0].key, "c");
    assert_eq!(
        near.examples[0].facts,
        [
            ("age".to_owned(), "40".to_owned()),
            ("old".to_owned(), "41".to_owned())
        ]
    );
}

#[test]
fn a_sample_says_that_it_is_one() {
    let folder = tempfile::tempdir().expect("there is room");
    let rows: String = (0..20_000)
        .map(|n| format!("p{n:05},{},,\n", n % 100))
        .collect();
    let people = format!("id,age,city,mail\n{rows}");
    std::fs::write(folder.path().join("customers.csv"), people).expect("it can be written");
    std::fs::write(folder.path().join("orders.csv"), "customer,at,total\n")
        .expect("it can be written");
    let rules = "segment adult { when age >= 18 }";
    let limits = LiveLimits {
        people: 5_000,
        now: Some("2026-01-01T00:00:00Z".to_owned()),
        ..LiveLimits::default()
    };
    let counts = asked(
        &Live::new(),
        folder.path(),
        rules,
        &limits,
        |live, program| live.counts(program, &[whole("adult")]),
    );
    let count = counts[0].clone().expect("it can be counted");
    assert!(
        count.sampled && count.of <= 5_000 && count.of > 2_000,
        "{count:?}"
    );
    let share = count.count as f64 / count.of as f64;
    assert!((share - 0.82).abs() < 0.01, "{share}");
}

#[test]
fn data_are_kept_until_a_file_changes_and_bad_data_are_a_reason() {
    let folder = folder();
    let (live, limits) = (Live::new(), LiveLimits::default());
    let count = |rules: &str| {
        asked(&live, folder.path(), rules, &limits, |live, program| {
            live.counts(program, &[whole("adult")]).remove(0)
        })
    };
    let adults = |count: Result<LiveCount, NoAnswer>| count.map(|count| count.count);
    assert_eq!(adults(count("segment adult { when age >= 18 }")), Ok(2));
    assert_eq!(adults(count("\n\nsegment adult { when age >= 35 }")), Ok(1));
    let file = folder.path().join("customers.csv");
    std::fs::write(&file, "id,age,city,mail\na,50,Wien,\nb,60,Graz,\nc,70,,\n")
        .expect("it can be written");
    assert_eq!(adults(count("segment adult { when age >= 18 }")), Ok(3));
    std::fs::remove_file(&file).expect("it was there");
    let gone = adults(count("segment adult { when age >= 18 }")).expect_err("there is no file");
    assert!(gone.contains("customers"), "{gone}");
}

#[test]
fn nobody_who_gave_up_is_waited_for() {
    let folder = folder();
    let mut db = Database::new();
    db.set_file(
        "small.persona",
        format!("{SCHEMA}segment adult {{ when age >= 18 }}"),
    );
    let excerpt = db.excerpt(["adult"]).expect("the tables are sound");
    let program = LiveProgram {
        root: folder.path(),
        checked: &excerpt.checked,
        limits: &LiveLimits::default(),
        stop: &|| true,
    };
    assert!(Live::new().counts(program, &[whole("adult")])[0].is_err());
}
