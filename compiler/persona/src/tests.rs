//! The façade as an embedder uses it: packages in a temporary folder, run and explained.

use std::fs;
use std::path::Path;

use crate::{
    AnswerKind, Compiled, Engine, NowFrom, Package, Program, RunOptions, RunResult, TraitValues,
};

const RULES: &str = r#"
profile Customer {
  id: String @key
  spend: Money<EUR> = 0 EUR
  city: String?
  check spend >= 0 EUR "negative spend"
}
event Order { total: Money<EUR> }
source customers of Customer { from "customers.csv" }
source orders of Order {
  from "orders.csv"
  profile = column("customer")
}
trait orders_total: Money<EUR> = sum(Order.total)
segment vip "Very important" { when spend > 100 EUR }
segment recent { when did Order in last 7d and not in vip }
partition level { none_yet when count(Order) == 0 one when count(Order) == 1 otherwise more }
"#;

const CUSTOMERS: &str = "id,spend,city\na,150,Ulm\nb,20,\nc,-5,Bonn\n";
const ORDERS: &str = "id,customer,at,total\n\
    1,a,2026-01-01T10:00:00Z,100\n2,b,2026-01-09T10:00:00Z,20\n3,b,2026-01-10T10:00:00Z,1\n4,z,2025-06-01T10:00:00Z,3\n";

fn package(rules: &str, files: &[(&str, &str)]) -> (tempfile::TempDir, Package) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("persona.toml"),
        "[package]\nname = \"small\"\ntimezone = \"Europe/Berlin\"\n",
    )
    .unwrap();
    fs::write(folder.path().join("rules.persona"), rules).unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let package = Package::open(Some(folder.path())).unwrap();
    (folder, package)
}

fn program(package: &Package) -> Box<Program> {
    match package.compile().unwrap() {
        Compiled::Program(program, _) => program,
        Compiled::Broken(report) => panic!("{:#?}", report.diagnostics),
    }
}

fn shop() -> (tempfile::TempDir, Box<Program>) {
    let (folder, package) = package(
        RULES,
        &[("customers.csv", CUSTOMERS), ("orders.csv", ORDERS)],
    );
    let program = program(&package);
    (folder, program)
}

fn count(result: &RunResult, name: &str) -> usize {
    result
        .segments
        .iter()
        .find(|segment| &*segment.name == name)
        .unwrap()
        .count
}

#[test]
fn both_engines_answer_and_every_row_is_accounted_for() {
    let (_folder, program) = shop();
    for engine in [Engine::Batch, Engine::Interpreter] {
        let result = program
            .run(
                &RunOptions {
                    engine,
                    ..RunOptions::default()
                },
                &(),
            )
            .unwrap();
        assert_eq!((result.profiles, result.without_row), (3, 1));
        assert_eq!((count(&result, "vip"), count(&result, "recent")), (1, 1));
        let stages: Vec<usize> = result.partitions[0]
            .stages
            .iter()
            .map(|stage| stage.count)
            .collect();
        assert_eq!(stages, [0, 2, 1]);
        let TraitValues::Range(range) = &result.traits[0].values else {
            panic!("{:?}", result.traits)
        };
        assert_eq!(
            (range.least.text.as_str(), range.greatest.text.as_str()),
            ("3.00 EUR", "100.00 EUR")
        );
        assert_eq!(result.rejected, 1);
        for source in &result.sources {
            assert_eq!(
                source.read,
                source.used + source.filtered + source.rejected,
                "{}",
                source.name
            );
        }
        let reason = &result.reasons[0];
        assert_eq!(
            (reason.text.as_str(), reason.example.as_str()),
            ("negative spend", "customers.csv:4")
        );
    }
}

#[test]
fn now_is_the_latest_event_unless_it_is_given() {
    let (_folder, program) = shop();
    let result = program.run(&RunOptions::default(), &()).unwrap();
    assert_eq!(
        (result.now.text.as_str(), result.now.from),
        ("2026-01-10T10:00:00Z", NowFrom::LatestEvent)
    );
    for (given, now, recent, late) in [
        ("2026-01-16T10:00:00Z", "2026-01-16T10:00:00Z", 1, 0),
        ("2026-01-17T10:00:00Z", "2026-01-17T10:00:00Z", 0, 0),
        ("2026-01-05", "2026-01-04T23:00:00Z", 0, 2),
        ("2026-01-10T11:00", "2026-01-10T10:00:00Z", 1, 0),
    ] {
        let options = RunOptions {
            now: Some(given.to_owned()),
            ..RunOptions::default()
        };
        let result = program.run(&options, &()).unwrap();
        assert_eq!(
            (result.now.text.as_str(), result.now.from),
            (now, NowFrom::Given),
            "{given}"
        );
        assert_eq!(
            (count(&result, "recent"), result.late),
            (recent, late),
            "{given}"
        );
    }
    let options = RunOptions {
        now: Some("soon".to_owned()),
        ..RunOptions::default()
    };
    let error = program.run(&options, &()).unwrap_err();
    assert!(
        error.is_call() && error.help().unwrap().contains("Europe/Berlin"),
        "{error}"
    );
}

#[test]
fn without_events_the_time_is_asked_for_only_where_it_matters() {
    let profile = "profile P { id: String @key born: Date? }\nsource p of P { from \"p.csv\" }\n";
    let files = [("p.csv", "id,born\na,2000-01-01\n")];
    let (_folder, timeless) = package(
        &format!("{profile}segment a {{ when born is known }}"),
        &files,
    );
    let result = program(&timeless).run(&RunOptions::default(), &()).unwrap();
    assert_eq!(
        (result.now.from, count(&result, "a")),
        (NowFrom::Irrelevant, 1)
    );
    let (_folder, timely) = package(
        &format!("{profile}segment a {{ when age(born) > 3 }}"),
        &files,
    );
    let error = program(&timely)
        .run(&RunOptions::default(), &())
        .unwrap_err();
    assert!(
        error.is_call() && error.help().unwrap().contains("--now"),
        "{error}"
    );
}

#[test]
fn a_no_names_the_fewest_conditions_that_would_have_to_change() {
    let (_folder, program) = shop();
    let (why, _) = program
        .why("recent", "a", &RunOptions::default(), &())
        .unwrap();
    assert_eq!(
        (why.kind, why.answer.truth),
        (AnswerKind::Segment, Some(false))
    );
    let changes: Vec<(&str, bool)> = why
        .changes
        .iter()
        .map(|change| (&*change.text, change.wanted))
        .collect();
    assert_eq!(
        changes,
        [("did Order in last 7d", true), ("spend > 100 EUR", false)]
    );
    assert_eq!(
        why.changes[1].operands,
        [("spend".to_owned(), "150.00 EUR".to_owned())]
    );
    assert!(
        why.changes[1].location.path.ends_with("rules.persona")
            && why.changes[1].location.line == 15
    );
    let (why, _) = program
        .why("recent", "b", &RunOptions::default(), &())
        .unwrap();
    assert_eq!((why.answer.truth, why.changes.len()), (Some(true), 0));
}

#[test]
fn stages_traits_and_partitions_are_explained_too() {
    let (_folder, program) = shop();
    let why = |name: &str| {
        program
            .why(name, "z", &RunOptions::default(), &())
            .unwrap()
            .0
    };
    let partition = why("level");
    assert_eq!(
        (partition.kind, partition.answer.text.as_str()),
        (AnswerKind::Partition, "one")
    );
    assert_eq!(partition.parts.parts.len(), 2);
    assert!(!partition.has_row);
    let stage = why("level.more");
    assert_eq!(
        (stage.kind, stage.answer.truth),
        (AnswerKind::Stage, Some(false))
    );
    let value = why("orders_total");
    assert_eq!(
        (value.kind, value.answer.json.as_str()),
        (AnswerKind::Trait, Some("3.00 EUR"))
    );
}

#[test]
fn what_does_not_exist_is_answered_with_what_may_be_meant() {
    let (_folder, program) = shop();
    let error = |name: &str, key: &str| {
        program
            .why(name, key, &RunOptions::default(), &())
            .unwrap_err()
    };
    assert_eq!(error("vpi", "a").help(), Some("did you mean `vip`?"));
    assert!(
        error("level.many", "a")
            .help()
            .unwrap()
            .contains("none_yet, one, more")
    );
    assert!(
        error("vip", "nobody")
            .help()
            .unwrap()
            .contains("3 profiles")
    );
    let options = RunOptions {
        only: vec!["vpi".to_owned()],
        ..RunOptions::default()
    };
    assert_eq!(
        program.run(&options, &()).unwrap_err().help(),
        Some("did you mean `vip`?")
    );
}

#[test]
fn only_what_is_asked_for_is_answered_and_written() {
    let (folder, program) = shop();
    let members = folder.path().join("members.csv");
    let options = RunOptions {
        only: vec!["vip".to_owned()],
        members: Some(members.clone()),
        ..RunOptions::default()
    };
    let result = program.run(&options, &()).unwrap();
    assert_eq!(
        (
            result.segments.len(),
            result.partitions.len(),
            result.traits.len()
        ),
        (1, 0, 0)
    );
    assert_eq!(
        fs::read_to_string(members).unwrap(),
        "id,vip\na,true\nb,false\nz,false\n"
    );
}

#[test]
fn errors_of_data_point_into_the_program() {
    let (folder, program) = shop();
    fs::remove_file(folder.path().join("orders.csv")).unwrap();
    let error = program.run(&RunOptions::default(), &()).unwrap_err();
    assert!(error.is_call(), "{error}");
    let excerpt = error.excerpt().unwrap();
    assert_eq!(excerpt.span.of(&excerpt.text), "\"orders.csv\"");
    fs::write(folder.path().join("orders.csv"), "id,client,at,total\n").unwrap();
    let error = program.run(&RunOptions::default(), &()).unwrap_err();
    assert!(error.is_program() && error.excerpt().is_some(), "{error}");
}

#[test]
fn packages_in_memory_are_checked_without_a_disk() {
    let broken = Package::from_memory(
        "m",
        None,
        [("a.persona", "segment a { when nothing }")],
        Path::new("."),
    );
    let report = broken.check().unwrap();
    assert_eq!(report.errors(), 1);
    assert_eq!(
        report.texts.path(report.diagnostics[0].primary.file),
        "a.persona"
    );
    assert!(matches!(broken.compile().unwrap(), Compiled::Broken(_)));
}

/// Codes with the files they stand in and what is written there.
fn wrong(package: &Package) -> Vec<(String, String, String)> {
    let report = package.check().unwrap();
    let found = report.diagnostics.iter().map(|found| {
        let primary = &found.primary;
        let path = report.texts.path(primary.file);
        let name = path.rsplit('/').next().unwrap_or(path);
        let text = report.texts.slice(primary.file, primary.span);
        (found.code.to_string(), name.to_owned(), text.to_owned())
    });
    found.collect()
}

#[test]
fn templates_are_read_with_the_package_and_read_again_when_they_change() {
    let rules = r#"
profile Customer { id: String @key name: String? }
content hello {
  body: Html
  otherwise { body = template "mail/hello.html" }
}
test "is read" {
  given { id: "c1" }
  expect hello.body == "x"
}
"#;
    let (folder, mut package) = package(rules, &[]);
    let file = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let codes = |package: &Package| -> Vec<String> {
        wrong(package).into_iter().map(|(code, ..)| code).collect()
    };
    assert!(
        codes(&package).contains(&"P0956".to_owned()),
        "{:?}",
        wrong(&package)
    );
    let own = |package: &Package| -> Vec<(String, String, String)> {
        let of_templates = |found: &(String, String, String)| found.0.starts_with("P12");
        wrong(package).into_iter().filter(of_templates).collect()
    };
    let triple =
        |code: &str, file: &str, text: &str| (code.to_owned(), file.to_owned(), text.to_owned());

    file("mail/hello.html", "<p>{{ nme }}</p>{% render \"line\" %}");
    file("mail/partials/line.liquid", "{{ 1 | upcase }}");
    file("mail/unused.liquid", "{{ broken");
    assert!(package.refresh().unwrap());
    let expected = [
        triple("P1204", "hello.html", "nme"),
        triple("P1207", "line.liquid", "upcase"),
    ];
    assert_eq!(own(&package), expected);

    file("mail/hello.html", "<p>{{ name }}</p>");
    assert!(package.refresh().unwrap());
    assert_eq!(own(&package), [triple("P1206", "hello.html", "name")]);
    assert!(!package.refresh().unwrap(), "nothing has changed");
    let report = package.check().unwrap();
    let found = report
        .diagnostics
        .iter()
        .find(|found| found.code.id() == "P1206")
        .unwrap();
    let path = report.texts.path(found.primary.file).to_owned();
    assert!(package.owns(&path));
    package.set_text(&path, "<p>{{ name | default: \"you\" }}</p>".to_owned());
    assert_eq!(own(&package), []);

    fs::remove_file(folder.path().join("mail/hello.html")).unwrap();
    assert!(package.refresh().unwrap());
    assert!(codes(&package).contains(&"P0956".to_owned()));
}

#[test]
fn an_edit_of_what_only_a_template_names_is_noticed() {
    let rules = |ty: &str| {
        format!(
            "profile Customer {{ id: String @key, points: Int = 0 }}\ntrait level: {ty}\n\
             content hello {{\n  body: Html\n  otherwise {{\n    body = template \"a.liquid\"\n  }}\n}}\n"
        )
    };
    let (folder, mut package) = package(
        &rules("Int = points"),
        &[("a.liquid", "{{ level | plus: 1 }}")],
    );
    let has =
        |package: &Package, code: &str| wrong(package).iter().any(|(found, ..)| found == code);
    assert!(!has(&package, "P1207"), "{:?}", wrong(&package));
    fs::write(folder.path().join("rules.persona"), rules("String = id")).unwrap();
    assert!(package.refresh().unwrap());
    assert!(has(&package, "P1207"), "{:?}", wrong(&package));
}
