//! One diagnostic in every form, so that a change of layout is seen. The words are the program's, not the report's.

use expect_test::{Expect, expect};
use persona_base::{Applicability, Diagnostic, FileId, Span, missing};

use super::{Format, Look, Texts, write};

const TEXT: &str = "segment abroad {\n\twhen country != \"US\" // überall\n}\n";

struct OneFile;

impl Texts for OneFile {
    fn files(&self) -> Vec<FileId> {
        vec![FileId(0)]
    }

    fn path(&self, _: FileId) -> &str {
        "rules.persona"
    }

    fn text(&self, _: FileId) -> &str {
        TEXT
    }
}

fn span(of: &str) -> Span {
    let start = TEXT.find(of).unwrap() as u32;
    Span::new(start, start + of.len() as u32)
}

fn diagnostic() -> Diagnostic {
    let comparison = span("country != \"US\"");
    let fixed = "country is known and country != \"US\"";
    Diagnostic::new(
        missing::MISSING_BECOMES_YES,
        FileId(0),
        comparison,
        "`country` may be missing, and would count as a yes",
    )
    .label("yes for everybody whose country is unknown")
    .secondary(FileId(0), span("abroad"), "in this segment")
    .note("42 people would be added without a word")
    .fix(
        "leave out people without a country",
        Applicability::Maybe,
        comparison,
        fixed,
    )
}

fn check(format: Format, expected: &Expect) {
    let mut out = Vec::new();
    write(&mut out, format, &[diagnostic()], &OneFile, Look::default()).unwrap();
    expected.assert_eq(&String::from_utf8(out).unwrap());
}

#[test]
fn people_see_the_place_the_reason_and_the_line_as_it_should_be() {
    check(
        Format::Human,
        &expect![[r#"
        error[P0301]: `country` may be missing, and would count as a yes
          ┌─ rules.persona:2:7
          │
        1 │ segment abroad {
          │         ------ in this segment
        2 │     when country != "US" // überall
          │          ^^^^^^^^^^^^^^^ yes for everybody whose country is unknown
          │
          = 42 people would be added without a word
          = fix: leave out people without a country
                   when country is known and country != "US" // überall

    "#]],
    );
}

#[test]
fn tools_see_one_line() {
    check(
        Format::Short,
        &expect![[r#"
        rules.persona:2:7: error[P0301]: `country` may be missing, and would count as a yes
    "#]],
    );
}

#[test]
fn machines_see_everything() {
    check(
        Format::Json,
        &expect![[r#"
        {"code":"P0301","name":"missing_becomes_yes","severity":"error","message":"`country` may be missing, and would count as a yes","file":"rules.persona","start":{"line":2,"column":7,"byte":23},"end":{"line":2,"column":22,"byte":38},"label":"yes for everybody whose country is unknown","labels":[{"file":"rules.persona","start":{"line":1,"column":9,"byte":8},"end":{"line":1,"column":15,"byte":14},"message":"in this segment"}],"notes":["42 people would be added without a word"],"fixes":[{"title":"leave out people without a country","applicability":"maybe","edits":[{"file":"rules.persona","start":{"line":2,"column":7,"byte":23},"end":{"line":2,"column":22,"byte":38},"text":"country is known and country != \"US\""}]}]}
        {"format":1,"summary":{"errors":1,"warnings":0}}
    "#]],
    );
}
