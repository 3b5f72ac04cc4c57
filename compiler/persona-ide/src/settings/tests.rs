//! `persona.toml`: completion and hover at marked places.

use expect_test::expect;
use persona_sema::editor::{package_settings, setting_tables};

use super::is_settings;
use super::known::{setting, table};
use crate::complete::{Completion, CompletionOptions, complete, documentation};
use crate::fixture::Fixture;
use crate::hover::hover;

fn offers(toml: &str) -> Vec<Completion> {
    let fixture = Fixture::new(&format!("//- persona.toml\n{toml}\n"));
    let (file, at) = fixture.cursor();
    assert!(is_settings(&fixture.db, file));
    complete(&fixture.db, file, at, CompletionOptions::default()).items
}

fn labels(toml: &str) -> Vec<String> {
    offers(toml).into_iter().map(|item| item.label).collect()
}

#[test]
fn tables_are_offered_that_are_not_there_yet() {
    assert_eq!(labels("[$0"), ["package", "dependencies", "levels"]);
    assert_eq!(labels("[package]\nname = \"a\"\n[l$0]"), ["levels"]);
    assert_eq!(labels("$0"), ["[package]", "[dependencies]", "[levels]"]);
}

#[test]
fn settings_are_offered_with_a_value() {
    assert_eq!(
        labels("[package]\nname = \"shop\"\n$0"),
        [
            "version",
            "language",
            "timezone",
            "week_starts",
            "lateness",
            "holdout"
        ]
    );
    let items = offers("[package]\nho$0");
    assert_eq!(items[0].insert, "holdout = \"${1:5%}\"");
    let items = offers("[package]\nho$0 = \"1%\"");
    assert_eq!(items[0].insert, "holdout");
    assert!(labels("[levels]\nunused_$0").contains(&"unused_segment".to_owned()));
    assert_eq!(labels("[dependencies]\n$0"), ["name"]);
    assert_eq!(labels("# na$0"), [""; 0]);
}

#[test]
fn values_are_offered_in_quotes_or_with_them() {
    assert_eq!(
        labels("[levels]\nunused_segment = $0"),
        ["allow", "warn", "deny"]
    );
    assert_eq!(
        offers("[levels]\nunused_segment = $0")[0].insert,
        "\"allow\""
    );
    assert_eq!(
        offers("[levels]\nunused_segment = \"$0\"")[0].insert,
        "allow"
    );
    assert_eq!(
        labels("[package]\ntimezone = \"Europe/Berl$0\""),
        ["Europe/Berlin"]
    );
    assert_eq!(
        labels("[package]\nweek_starts = \"s$0\"")[..2],
        ["saturday", "sunday"]
    );
    assert_eq!(labels("[package]\nlanguage = $0"), ["1"]);
    assert_eq!(labels("[package]\nlateness = \"$0\""), ["10m", "1h", "1d"]);
}

fn hovered(toml: &str) -> String {
    let fixture = Fixture::new(&format!("//- persona.toml\n{toml}\n"));
    let (file, at) = fixture.cursor();
    match hover(&fixture.db, file, at) {
        Some(found) => {
            let shown: String = found
                .markdown
                .lines()
                .take(5)
                .collect::<Vec<_>>()
                .join("\n");
            format!("{}\n{shown}", found.span.of(fixture.db.file_text(file)))
        }
        None => "nothing".to_owned(),
    }
}

#[test]
fn hover_tells_what_a_setting_means() {
    expect![[r#"
        package
        What the package is called, and what holds for all of its rules."#]]
    .assert_eq(&hovered("[pack$0age]"));
    expect![[r#"
        timezone
        ```toml
        timezone = "Europe/Berlin"
        ```

        The time zone of people whose profile names none, of days and calendar windows, and of data without a zone. `UTC` where nothing is said."#]].assert_eq(&hovered("[package]\ntime$0zone = \"UTC\""));
    expect![[r#"
        unused_segment
        # P0238: a segment with parameters is never used

        A segment with parameters is a pattern for segments: it is asked only where it is called with values, and nothing calls this one. This is a lint: call it, remove it, or say `@allow(unused_segment)` before it.

        Wrong:"#]].assert_eq(&hovered("[levels]\nunused_$0segment = \"allow\""));
    expect![[r#"
        allow
        `allow`: nothing is said."#]]
    .assert_eq(&hovered("[levels]\nunused_segment = \"al$0low\""));
    assert_eq!(hovered("[package]\nnoth$0ing = \"\""), "nothing");
    assert_eq!(hovered("# packa$0ge"), "nothing");
}

#[test]
fn all_that_is_read_is_documented() {
    for name in package_settings() {
        assert!(setting(name).is_some(), "{name}");
    }
    for name in setting_tables() {
        assert!(table(name).is_some(), "{name}");
    }
    let fixture = Fixture::new("");
    assert!(documentation(&fixture.db, "setting:timezone").is_some());
    assert!(documentation(&fixture.db, "table:levels").is_some());
    assert_eq!(documentation(&fixture.db, "setting:nothing"), None);
}

#[test]
fn every_place_has_an_answer() {
    let texts = [
        "[package]\nname = \"é\"\n[levels]\nx = ",
        "[[[\n=\"\n\"=",
        "name = { path = \"a\" }\r\n[dependencies",
    ];
    for text in texts {
        let fixture = Fixture::new(&format!("//- persona.toml\n{text}"));
        let file = fixture.file("persona.toml");
        for at in 0..=text.len() as u32 + 2 {
            complete(&fixture.db, file, at, CompletionOptions::default());
            hover(&fixture.db, file, at);
        }
    }
}
