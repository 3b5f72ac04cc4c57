//! What must hold for any data, template, plan and configuration. The fuzzers and `tests/replay` run these same functions; what
//! breaks one panics here. Texts and bytes come from nobody who can be trusted.

use std::fs;
use std::path::Path;

use persona_io::{LoadErrorKind, LoadOptions, NoProgress};
use persona_ir::Plan;
use persona_liquid::{MAX_OUTPUT, Target};
use persona_runtime::filetest::FileTest;
use persona_runtime::{Answers, Evaluation, interpret};
use persona_sema::Database;

#[path = "../../compiler/persona-liquid/tests/support/mod.rs"]
mod small;

/// More bytes say nothing that fewer do not, and take their time.
const LONGEST: usize = 64 * 1024;

/// The formats of data, by the first byte of what is fuzzed.
pub(crate) const FORMATS: [&str; 4] = ["csv 44", "ndjson", "parquet", "arrow"];

/// Columns of every type, mapped, grouped, filtered, and as they are.
const DATA: &str = r#"
plan "fuzz" zone "UTC" week monday
enum Tier { bronze, silver, gold }
profile P key id {
  id: Str, n: Int?, f: Float = 1.0, e: Enum(Tier)?, day: Date?, m: Money(EUR)?, tags: Set(Str)?, items: List(Record(a: Int, b: Str?))?, home: Geo?, w: Duration?, ok: Bool?
}
event E { at: Timestamp, id: Str?, n: Int?, items: List(Record(a: Int, b: Str?))? }
source "e" event E {FORMAT} "f" @0:1..2 {
  where (op or (op not (op eq (column "n") "skip")) (matches (column "n") "^.*$"))
  group (column "id")
  profile (column "id")
  at (agg max (column "at"))
  field n @0:1..2 (as (agg sum (op mul (column "n") (column "n"))) Int)
  each items @0:1..2 [0 (column "n"), 1 (op trim (column "b"))]
}
source "p" profile {FORMAT} "f" @0:1..2 { }
"#;

/// Any file is read to an end, or refused in words: every row is used, filtered or set aside, and one thread reads what two read.
pub(crate) fn data(bytes: &[u8], folder: &Path) {
    let Some((format, file)) = bytes.split_first() else {
        return;
    };
    if file.len() > LONGEST {
        return;
    }
    let format = FORMATS[usize::from(*format) % FORMATS.len()];
    let plan = persona_ir::parse(&DATA.replace("{FORMAT}", format)).expect("the plan is right");
    fs::write(folder.join("f"), file).expect("the folder can be written");
    let load = |threads| {
        let options = LoadOptions {
            threads,
            all_columns: true,
            ..LoadOptions::default()
        };
        persona_io::load(&plan, folder, &options, &NoProgress)
    };
    match (load(1), load(2)) {
        (Ok(one), Ok(two)) => {
            for source in &one.report.sources {
                let told = source.rows_used + source.rows_filtered + source.rows_set_aside;
                assert_eq!(source.rows_read, told, "rows are lost: {source:?}");
            }
            assert_eq!(
                format!("{:?}", one.report),
                format!("{:?}", two.report),
                "the number of threads shows"
            );
            let answers = |loaded: &persona_io::Loaded| loaded.dataset.profiles;
            assert_eq!(answers(&one), answers(&two));
        }
        (Err(one), Err(two)) => {
            assert_eq!(one.message, two.message, "the number of threads shows");
            assert!(
                matches!(
                    one.kind,
                    LoadErrorKind::Format | LoadErrorKind::Columns | LoadErrorKind::TooLarge
                ),
                "{one:?}"
            );
        }
        (one, two) => panic!("one thread: {:?}, two: {:?}", one.err(), two.err()),
    }
}

/// Any template is refused or rendered, in bounds, and the same way twice.
pub(crate) fn liquid(text: &str) {
    if text.len() > LONGEST {
        return;
    }
    let mut scope = small::Small::new(&[("part", "{{ x }}{% if x %}{{ x | upcase }}{% endif %}")]);
    for target in [Target::Text, Target::Html] {
        let Ok(once) = scope.render(text, target) else {
            continue;
        };
        let twice = scope.render(text, target);
        assert_eq!(Ok(&once), twice.as_ref(), "rendering twice differs");
        if let Ok(message) = once {
            assert!(message.len() <= MAX_OUTPUT, "{} bytes", message.len());
        }
    }
}

/// Any text of a plan is refused or read; what was read is printed so that it reads as the same; and what the verifier lets
/// through is answered by machine code as the interpreter answers it, to the bit.
pub(crate) fn plan(text: &str) {
    if text.len() > LONGEST {
        return;
    }
    let Ok(test) = FileTest::parse(text) else {
        return;
    };
    let printed = persona_ir::print(&test.plan);
    let again = persona_ir::parse(&printed).expect("what is printed can be read");
    assert_eq!(printed, persona_ir::print(&again), "printing twice differs");
    let Ok(code) = persona_jit::Compiled::new(&test.plan) else {
        return;
    };
    let moments = test.runs.iter().map(|run| run.now);
    for now in moments.chain([1_769_853_600_000_000]).take(4) {
        let evaluation = Evaluation {
            now,
            calibration: None,
        };
        let expected = interpret(&test.plan, &test.data, &evaluation);
        let answers = code.run(&test.data, &evaluation);
        let profiles = test.data.profiles;
        assert_eq!(
            told(&test.plan, &expected, profiles),
            told(&test.plan, &answers, profiles),
            "the engines disagree"
        );
        assert_eq!(
            persona_runtime::run_checks(&test.plan, &test.data, now),
            code.run_checks(&test.data, now),
            "the engines disagree about checks"
        );
    }
}

/// All answers, written so that no two different ones look alike.
fn told(plan: &Plan, answers: &Answers, profiles: usize) -> Vec<String> {
    let outputs = plan.outputs.iter().enumerate();
    let one = |(at, output): (usize, &persona_ir::Output)| {
        let values = (0..profiles).map(|profile| format!("{:?}", answers.value(at, profile)));
        format!("{}: {}", output.name, values.collect::<Vec<_>>().join(" "))
    };
    outputs.map(one).collect()
}

/// Any `persona.toml` is read or refused at places that are in it; an edit and its undoing change nothing.
pub(crate) fn config(text: &str) {
    if text.len() > LONGEST {
        return;
    }
    let mut db = Database::new();
    db.set_file(
        "a.persona",
        "profile P { id: String @key } segment s { when true }".to_owned(),
    );
    db.set_config("persona.toml", Some(text.to_owned()));
    let reports = db.diagnostics();
    for report in &reports {
        let mut labels = report.secondary.iter().chain([&report.primary]);
        let inside =
            |span: persona_base::Span| text.get(span.start as usize..span.end as usize).is_some();
        let outside =
            labels.find(|label| db.file_path(label.file) == "persona.toml" && !inside(label.span));
        assert_eq!(outside, None, "no place in the text");
    }
    persona_sema::dependencies_of(text);
    db.set_config("persona.toml", None);
    db.diagnostics();
    db.set_config("persona.toml", Some(text.to_owned()));
    assert_eq!(
        db.diagnostics().len(),
        reports.len(),
        "an edit and its undoing change the reports"
    );
}
