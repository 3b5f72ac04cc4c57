//! The façade as another program uses it: the examples run and print what they printed when they were read; handles go between
//! threads; codes of errors are what the page on embedding says. Knows nothing of the inside.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;

use expect_test::{Expect, expect};
use persona::arrow::{ArrayRef, Int64Array, RecordBatch, StringArray};
use persona::{Compiled, ErrorCode, Package, Program, RunOptions, Tables};

#[expect(dead_code, reason = "only what `main` calls is called here")]
#[path = "../../compiler/persona/examples/arrow_batch.rs"]
mod arrow_batch;
#[expect(dead_code, reason = "only what `main` calls is called here")]
#[path = "../../compiler/persona/examples/campaign.rs"]
mod campaign;
#[expect(dead_code, reason = "only what `main` calls is called here")]
#[path = "../../compiler/persona/examples/keep_up.rs"]
mod keep_up;
#[expect(dead_code, reason = "only what `main` calls is called here")]
#[path = "../../compiler/persona/examples/one_person.rs"]
mod one_person;

type Run = fn(&mut dyn Write) -> Result<(), Box<dyn Error>>;

#[expect(
    clippy::needless_pass_by_value,
    reason = "an expectation is written in the call"
)]
fn prints(run: Run, expected: Expect) {
    let mut out = Vec::new();
    run(&mut out).unwrap();
    expected.assert_eq(&String::from_utf8(out).unwrap());
}

#[test]
fn the_examples_print_what_they_say() {
    prints(
        one_person::run,
        expect![[r#"
        bronze: regulars, big_spenders
        silver: club, regulars, big_spenders
        gold: club, regulars, big_spenders
        unknown-name: `Tier` has no value `platinum`, which `tier` was given
    "#]],
    );
    prints(
        arrow_batch::run,
        expect![[r#"
        id: Utf8, 3 rows
        habit: Utf8, 3 rows
        locals: Boolean, 3 rows
        spent: Decimal128(19, 2), 3 rows
        locals: 1 of 3
        rejected: the key is missing (Customer:4 id)
        ada is in habit.often: yes
    "#]],
    );
    prints(
        keep_up::run,
        expect![[r#"
        ada: entered [locals], left []
        ada: entered [], left []
        ada: entered [regulars], left []
        next look at 1777539600000000
        ada: entered [], left [regulars]
    "#]],
    );
    prints(
        campaign::run,
        expect![[r#"
        ada is a buyer: no
          what would have to change: count(Order in last 30d) >= 1
        subject: Ada, your cart is waiting
        cart_rescue: 2 began, 1 sent
          stopped 1: event
        test "an order stops the reminder" holds
    "#]],
    );
}

#[test]
fn handles_go_between_threads() {
    fn shared<T: Send + Sync>() {}
    fn sent<T: Send>() {}
    shared::<Program>();
    shared::<persona::Rows>();
    shared::<Tables>();
    shared::<persona::Members>();
    shared::<persona::RunResult>();
    shared::<persona::Report>();
    shared::<persona::Why>();
    shared::<persona::Simulation>();
    shared::<persona::RenderResult>();
    shared::<persona::TestReport>();
    shared::<persona::Error>();
    sent::<Package>();
    sent::<persona::Memberships>();
    sent::<persona::Profile<'_>>();
}

const RULES: &str = r#"
    profile Customer { id: String @key, age: Int, city: String? }
    event Visit { pages: Int }
    source people of Customer {
      from "nowhere.csv"
      where column("years") != "0"
      id = column("who")
      age = column("years")
    }
    segment adults { when age >= 18 }
    segment readers { when sum(Visit.pages) > 10 }
"#;

fn program() -> Program {
    let package = Package::from_memory("p", None, [("main.persona", RULES)], "/nowhere".as_ref());
    match package.compile().unwrap() {
        Compiled::Program(program, _) => *program,
        Compiled::Broken(report) => panic!("{:#?}", report.diagnostics),
    }
}

fn text(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn batch<const N: usize>(columns: [(&str, ArrayRef); N]) -> RecordBatch {
    RecordBatch::try_from_iter(columns).unwrap()
}

fn people(ids: &[&str], ages: &[i64]) -> RecordBatch {
    let ages = Arc::new(Int64Array::from(ages.to_vec()));
    batch([("id", text(ids)), ("age", ages)])
}

#[test]
fn batches_join_and_the_sources_files_are_not_opened() {
    let tables = Tables::new()
        .profiles(people(&["a", "b"], &[17, 18]))
        .profiles(people(&["c"], &[40]));
    let members = program().over(&tables).unwrap();
    let members = members.run_arrow(&RunOptions::default(), &()).unwrap();
    assert_eq!(members.batches.len(), 1);
    let batch = &members.batches[0];
    let names: Vec<&str> = batch
        .schema_ref()
        .fields()
        .iter()
        .map(|f| &**f.name())
        .collect();
    assert_eq!(names, ["id", "adults", "readers"]);
    assert_eq!(batch.num_rows(), 3);
    assert_eq!(members.result.segments[0].count, 2);
    // Without memory, the file of the source is asked for.
    let error = program().run(&RunOptions::default(), &()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::NotFound, "{error}");
}

#[test]
fn a_declared_source_maps_and_filters_rows_in_memory_as_it_does_files() {
    let rows = batch([
        ("who", text(&["a", "b", "c"])),
        ("years", text(&["30", "0", "x"])),
    ]);
    let program = program()
        .over(&Tables::new().source("people", rows))
        .unwrap();
    let result = program.run(&RunOptions::default(), &()).unwrap();
    let people = &result.sources[0];
    assert_eq!(
        (people.read, people.filtered, people.used, people.rejected),
        (3, 1, 1, 1)
    );
    assert!(
        result.reasons[0].example.starts_with("people:3"),
        "{:?}",
        result.reasons
    );
}

#[test]
fn nobody_is_a_batch_without_rows() {
    let program = program().over(&Tables::new()).unwrap();
    let members = program.run_arrow(&RunOptions::default(), &()).unwrap();
    assert_eq!(
        (members.batches.len(), members.batches[0].num_rows()),
        (1, 0)
    );
    assert_eq!(members.batches[0].num_columns(), 3);
}

#[test]
fn what_is_wrong_with_tables_is_said_with_a_code() {
    let of = |tables: Tables| {
        let program = program().over(&tables);
        let run = program.and_then(|program| program.run(&RunOptions::default(), &()));
        let error = run.unwrap_err();
        (
            error.code().as_str(),
            format!("{error} ({})", error.help().unwrap_or("")),
            error.excerpt().is_some(),
        )
    };
    let visits = || batch([("profile", text(&["a"]))]);
    expect![[r#"
        (
            "unknown-name",
            "this package has no event `Visits` (did you mean `Visit`?)",
            false,
        )
    "#]]
    .assert_debug_eq(&of(Tables::new().events("Visits", visits())));
    expect![[r#"
        (
            "unknown-name",
            "this package has no source `persons` (it has people)",
            false,
        )
    "#]]
    .assert_debug_eq(&of(Tables::new().source("persons", visits())));
    expect![[r#"
        (
            "bad-data",
            "source `Visit`: there is no column `at`: it says when the event was; name it with `at = column(\"…\")` (the file has `profile`)",
            false,
        )
    "#]].assert_debug_eq(&of(Tables::new().events("Visit", visits())));
    let two = Tables::new()
        .profiles(people(&["a"], &[1]))
        .profiles(visits());
    expect![[r#"
        (
            "bad-data",
            "source `Customer`: batch 2 has other columns than the first (give all batches of one table the same schema)",
            false,
        )
    "#]].assert_debug_eq(&of(two));
}

#[test]
fn threads_run_batches_of_one_program_at_once() {
    let program = Arc::new(program());
    let counts = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4_i64)
            .map(|thread| {
                let program = Arc::clone(&program);
                scope.spawn(move || {
                    let tables =
                        Tables::new().profiles(people(&["a", "b"], &[10 + thread * 8, 90]));
                    let run = program.over(&tables).unwrap();
                    run.run(&RunOptions::default(), &()).unwrap().segments[0].count
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect::<Vec<_>>()
    });
    assert_eq!(counts, [1, 2, 2, 2]);
}

#[test]
fn the_page_on_embedding_lists_every_code_of_an_error() {
    let page = include_str!("../../compiler/docs/embedding.md");
    let rows = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let codes: Vec<&str> = rows.map(|(code, _)| code).collect();
    let all: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    let listed = codes.windows(all.len()).any(|codes| codes == all);
    assert!(listed, "{codes:?} has not {all:?} in this order");
}

#[test]
fn the_languages_version_begins_with_the_edition_that_packages_name() {
    assert_eq!(persona::LANGUAGE.split('.').next(), Some(persona::EDITION));
}
