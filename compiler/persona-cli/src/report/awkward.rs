//! One awkward file in every form: tabs, CRLF, wide, combining and astral characters before what is wrong. Every form
//! must say the same place, and show what stands there.

use persona_base::{Applicability, Diagnostic, FileId, Span, missing, syntax};
use serde_json::Value;

use super::{Format, Look, Texts, write};

/// Two files; the first is the awkward one.
const FILES: [(&str, &str); 2] = [
    (
        "rules/a, b:100%.persona",
        "segment größe {\r\n\twhen name == \"日本e\u{301}😀\" and countri == \"\u{200d}\"\r\n}\r\n",
    ),
    ("schema.persona", "profile P {\n  country: String\n}\n"),
];

struct Awkward;

impl Texts for Awkward {
    fn files(&self) -> Vec<FileId> {
        vec![FileId(0), FileId(1)]
    }

    fn path(&self, file: FileId) -> &str {
        FILES[file.0 as usize].0
    }

    fn text(&self, file: FileId) -> &str {
        FILES[file.0 as usize].1
    }
}

fn span(file: usize, of: &str) -> Span {
    let start = FILES[file].1.find(of).unwrap() as u32;
    Span::new(start, start + of.len() as u32)
}

/// On line 2, columns 27 to 33 (the end is behind the last character), counted in characters; with a place in another
/// file and a fix.
fn wrong() -> Diagnostic {
    let place = span(0, "countri");
    Diagnostic::new(
        missing::MISSING_BECOMES_YES,
        FileId(0),
        place,
        "there is no `countri`, 100% sure: none, at all",
    )
    .label("not declared")
    .secondary(FileId(1), span(1, "country"), "this one is")
    .note("nobody would be in this segment")
    .fix("write `country`", Applicability::Always, place, "country")
}

/// Over several lines.
fn whole() -> Diagnostic {
    let end = FILES[0].1.trim_end().len() as u32;
    let mut warning = Diagnostic::new(
        syntax::NEVER_CLOSED,
        FileId(0),
        Span::new(0, end),
        "all of it is dubious",
    );
    warning.severity = persona_base::Severity::Warning;
    warning
}

fn shown(format: Format, diagnostics: &[Diagnostic], look: Look) -> String {
    let mut out = Vec::new();
    write(&mut out, format, diagnostics, &Awkward, look).unwrap();
    String::from_utf8(out).unwrap()
}

fn plain(format: Format) -> String {
    shown(format, &[wrong()], Look::default())
}

const LINE: u64 = 2;
const START: u64 = 27;
const END: u64 = 34;

#[test]
fn the_table_counts_characters_as_people_would() {
    let line = FILES[0].1.lines().nth(1).unwrap();
    let before = line.split("countri").next().unwrap();
    assert_eq!(before.chars().count() as u64 + 1, START);
    assert_eq!(START + "countri".len() as u64, END);
}

#[test]
fn people_see_the_carets_below_the_word_also_behind_wide_characters() {
    let text = plain(Format::Human);
    assert!(text.contains("rules/a, b:100%.persona:2:27"), "{text}");
    assert!(text.contains("schema.persona:2:3"), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|l| l.contains("countri ==")).unwrap();
    let before = |line: &str, mark: &str| {
        unicode_width::UnicodeWidthStr::width(line.split(mark).next().unwrap())
    };
    assert_eq!(
        before(lines[at], "countri"),
        before(lines[at + 1], "^^^^^^^"),
        "{text}"
    );
    assert!(!text.contains('\r'), "{text:?}");
}

#[test]
fn tools_that_read_lines_find_the_place() {
    let text = plain(Format::Short);
    assert!(
        text.starts_with("rules/a, b:100%.persona:2:27: error[P0301]: "),
        "{text}"
    );
    assert_eq!(text.lines().count(), 1);
}

#[test]
fn people_who_listen_hear_the_same_place_and_the_real_characters() {
    let text = plain(Format::Narrated);
    assert!(
        text.contains("label at line 2, columns 27 to 33: not declared"),
        "{text}"
    );
    assert!(
        text.contains("snippet line 2: \twhen name == \"日本e\u{301}😀\" and countri"),
        "{text}"
    );
    assert!(
        text.contains("label at line 2, columns 3 to 9: this one is"),
        "{text}"
    );
    assert!(
        text.contains("schema.persona") && text.contains("fix: write `country`"),
        "{text}"
    );
    assert!(!text.chars().any(|c| u32::from(c) >= 0xF_0000), "{text}");
}

#[test]
fn json_and_sarif_agree() {
    let json: Value = serde_json::from_str(plain(Format::Json).lines().next().unwrap()).unwrap();
    assert_eq!(json["start"]["line"], LINE);
    assert_eq!(json["start"]["column"], START);
    assert_eq!(json["end"]["column"], END);
    let sarif: Value = serde_json::from_str(&plain(Format::Sarif)).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let result = &run["results"][0];
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"]["uri"],
        "rules/a%2C%20b%3A100%25.persona"
    );
    for region in [
        &place["region"],
        &result["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"],
    ] {
        assert_eq!(region["startLine"], LINE);
        assert_eq!(region["startColumn"], START);
        assert_eq!(region["endLine"], LINE);
        assert_eq!(region["endColumn"], END);
    }
}

#[test]
fn workflows_get_one_command_with_everything_escaped() {
    let text = plain(Format::Github);
    assert_eq!(
        text,
        "::error file=rules/a%2C b%3A100%25.persona,line=2,endLine=2,col=27,endColumn=34,title=P0301\
         ::there is no `countri`, 100%25 sure: none, at all%0Anot declared%0Aschema.persona:2:3: this one is\
         %0Anobody would be in this segment%0Afix: write `country`\n"
    );
    let text = shown(Format::Github, &[whole()], Look::default());
    assert_eq!(
        text,
        "::warning file=rules/a%2C b%3A100%25.persona,line=1,endLine=3,title=P0004::all of it is dubious\n"
    );
}

#[test]
fn build_servers_get_a_suite_for_each_file() {
    let both = [whole(), wrong()];
    let text = shown(Format::Junit, &both, Look::default());
    let expected = [
        r#"<testsuites name="persona check" tests="3" skipped="0" failures="1" errors="0">"#,
        r#"<testsuite name="rules/a, b:100%.persona" tests="2" skipped="0" errors="0" failures="1">"#,
        r#"name="P0301 missing_becomes_yes at 2:27""#,
        r#"<testcase name="check" classname="schema.persona"/>"#,
        "<system-out>warning: rules/a, b:100%.persona:1:1: all of it is dubious</system-out>",
    ];
    for words in expected {
        assert!(text.contains(words), "`{words}` is not in\n{text}");
    }
    let denied = Look {
        deny_warnings: true,
        ..Look::default()
    };
    let text = shown(Format::Junit, &both, denied);
    assert!(text.contains(r#"failures="2""#), "{text}");
}

#[test]
fn forty_columns_without_colour_are_enough() {
    let narrow = Look {
        width: Some(40),
        ..Look::default()
    };
    let text = shown(Format::Human, &[wrong()], narrow);
    let too_wide = text
        .lines()
        .skip(1)
        .find(|line| unicode_width::UnicodeWidthStr::width(*line) > 40);
    assert_eq!(too_wide, None, "{text}");
    assert!(text.contains("persona:2:27"), "{text}");
    assert!(!text.contains('\x1b'), "{text}");
}
