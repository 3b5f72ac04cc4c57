//! `persona.toml`: what is reported, and what it sets.

use crate::support::{check_fix, codes, database, report};
use expect_test::{Expect, expect};

fn with(toml: &str) -> String {
    format!("//- persona.toml\n{toml}\n//- main.persona\nprofile C {{ id: String @key }}\n")
}

fn check(toml: &str, expected: &Expect) {
    expected.assert_eq(&report(&with(toml)));
}

#[test]
fn a_whole_configuration() {
    let program = with(
        "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nlanguage = \"1\"\ntimezone = \"Europe/Berlin\"\nweek_starts = \"sunday\"\n\
         lateness = \"1h30m\"\nholdout = \"5%\"\n\n[dependencies]\n\n[levels]\nunused_segment = \"allow\"\n",
    );
    assert_eq!(report(&program), "");
    let package = database(&program)
        .checked()
        .expect("there is no error")
        .package
        .clone();
    assert_eq!((&*package.name, &*package.zone), ("shop", "Europe/Berlin"));
    assert_eq!((package.week_start, package.lateness), (6, 5_400_000_000));
    assert_eq!(package.holdout, 500);
}

#[test]
fn a_single_file_is_named_after_itself() {
    let package = database("profile C { id: String @key }\n")
        .checked()
        .expect("there is no error")
        .package
        .clone();
    assert_eq!(
        (
            &*package.name,
            &*package.zone,
            package.week_start,
            package.lateness,
            package.holdout
        ),
        ("main", "UTC", 0, 600_000_000, 0)
    );
}

#[test]
fn text_that_is_not_toml() {
    check(
        "[package\nname = \"x\"",
        &expect![[r#"
            P0703 persona.toml:1:9 `` `persona.toml` cannot be read: something is not closed
        "#]],
    );
    check(
        "[package]\nname = x",
        &expect![[r#"
            P0703 persona.toml:2:8 `x` `persona.toml` cannot be read: a text stands in quotes
        "#]],
    );
    check(
        "[package]\nname = \"x\"\nname = \"y\"",
        &expect![[r#"
            P0703 persona.toml:3:1 `name` `persona.toml` cannot be read: this is set twice
        "#]],
    );
}

#[test]
fn unknown_settings() {
    check(
        "[package]\nname = \"x\"\ntimezon = \"UTC\"\ncolor = \"red\"\n\n[lvels]\n",
        &expect![[r#"
            P0704? persona.toml:3:1 `timezon` there is no setting `timezon` in `[package]`
                ^ nothing reads this
                > write `timezone`
            P0704? persona.toml:4:1 `color` there is no setting `color` in `[package]`
                ^ nothing reads this
                ? known are `name`, `version`, `language`, `timezone`, `week_starts`, `lateness`, `holdout`
            P0704? persona.toml:6:2 `lvels` there is no setting `lvels`
                ^ nothing reads this
                > write `levels`
        "#]],
    );
    check_fix(&with("[package]\nname = \"x\"\ntimezon = \"UTC\""), "P0704");
}

#[test]
fn wrong_values() {
    check(
        "[package]\nname = \"2 x\"\nversion = \"1\"\ntimezone = \"Berlin\"\nweek_starts = \"mon\"\nlateness = \"10\"\nholdout = \"500%\"",
        &expect![[r#"
            P0705 persona.toml:2:8 `"2 x"` a package's name begins with a letter and has letters, digits, `_` and `-`
                ? for example `name = "shop"`
            P0705 persona.toml:3:11 `"1"` "1" is not a version
                ? a version is three numbers: `version = "0.1.0"`
            P0705 persona.toml:4:12 `"Berlin"` there is no time zone "Berlin"
                ^ not in the IANA time zone database
                > write "Europe/Berlin"
            P0705 persona.toml:5:15 `"mon"` "mon" is not a day of the week
                ^ weeks start on this day
                ? write it in English: `week_starts = "monday"`
            P0705 persona.toml:6:12 `"10"` "10" is not a duration
                ? a duration is written as in rules: `lateness = "10m"`, "1h30m", "2d"
            P0705 persona.toml:7:11 `"500%"` "500%" is not a share of all people
                ? a holdout is a percentage: `holdout = "5%"`
        "#]],
    );
    check(
        "[package]\nname = 3\nversion = 1.0\ntimezone = true\nweek_starts = []\nlateness = {}\nholdout = 1979-05-27",
        &expect![[r#"
            P0705 persona.toml:2:8 `3` `name` is a text in quotes, not a number
                ? for example `name = "shop"`
            P0705 persona.toml:3:11 `1.0` `version` is a text in quotes, not a number
                ? for example `version = "0.1.0"`
            P0705 persona.toml:4:12 `true` `timezone` is a text in quotes, not `true` or `false`
                ? for example `timezone = "Europe/Berlin"`
            P0705 persona.toml:5:15 `[]` `week_starts` is a text in quotes, not a list
                ? for example `week_starts = "monday"`
            P0705 persona.toml:6:12 `{}` `lateness` is a text in quotes, not a table
                ? for example `lateness = "10m"`
            P0705 persona.toml:7:11 `1979-05-27` `holdout` is a text in quotes, not a date
                ? for example `holdout = "5%"`
        "#]],
    );
    check(
        "package = 3",
        &expect![[r#"
        P0705 persona.toml:1:11 `3` `package` is a table of settings, not a number
            ? write `[package]` on a line of its own
    "#]],
    );
    check_fix(
        &with("[package]\nname = \"x\"\ntimezone = \"Berlin\""),
        "P0705",
    );
    check_fix(
        &with("[package]\nname = \"x\"\nweek_starts = \"mondy\""),
        "P0705",
    );
}

#[test]
fn editions_and_dependencies() {
    check(
        "[package]\nname = \"x\"\nlanguage = \"2\"",
        &expect![[r#"
        P0706 persona.toml:3:12 `"2"` edition "2" of the language is not supported by this version of persona
            ^ this version reads edition "1"
            > write "1"
    "#]],
    );
    check_fix(&with("[package]\nname = \"x\"\nlanguage = \"2\""), "P0706");
    check(
        "[package]\nname = \"x\"\n\n[dependencies]\ncommon = { path = \"../common\" }",
        &expect![[r#"
            P1037 persona.toml:5:19 `"../common"` there is no folder ../common
                ^ `common` should be here
                ? the path is said from the folder of this `persona.toml`
        "#]],
    );
}

#[test]
fn names_are_needed() {
    check(
        "[levels]",
        &expect![[r#"
        P0707 persona.toml:1:1 `` `persona.toml` does not name the package
            ^ there is no `[package]`
            > name it
    "#]],
    );
    check(
        "[package]\nversion = \"0.1.0\"",
        &expect![[r#"
        P0707 persona.toml:1:2 `package` `persona.toml` does not name the package
            ^ there is no `name` in `[package]`
            ? for example `name = "shop"`
    "#]],
    );
    check_fix(&with("[levels]"), "P0707");
}

#[test]
fn levels() {
    check(
        "[package]\nname = \"x\"\n\n[levels]\nunused_segmnt = \"allow\"\nP0226 = \"deny\"\nunknown_type = \"warn\"\nname_case = \"off\"\ntype_case = 3",
        &expect![[r#"
            P0708 persona.toml:5:1 `unused_segmnt` there is no lint `unused_segmnt`
                ^ unknown lint
                > write `unused_segment`
            P0708 persona.toml:6:1 `P0226` lints are named in words: `P0226` is `name_case`
                > write `name_case`
            P0709 persona.toml:7:1 `unknown_type` `unknown_type` is an error: its level cannot be changed
                ^ not a lint
            P0705 persona.toml:8:13 `"off"` "off" is not a level
                > write "allow"
            P0705 persona.toml:9:13 `3` `type_case` is a text in quotes, not a number
                ? for example `type_case = "allow"`
        "#]],
    );
    check_fix(
        &with("[package]\nname = \"x\"\n\n[levels]\nunused_segmnt = \"allow\""),
        "P0708",
    );
    check_fix(
        &with("[package]\nname = \"x\"\n\n[levels]\nP0226 = \"deny\""),
        "P0708",
    );
}

#[test]
fn levels_are_applied() {
    let program = |level: &str| {
        format!(
            "//- persona.toml\n[package]\nname = \"x\"\n[levels]\nname_case = \"{level}\"\n//- main.persona\nevent E {{ aB: Int }}\n"
        )
    };
    assert_eq!(codes(&program("allow")), Vec::<&str>::new());
    assert!(database(&program("warn")).checked().is_some());
    assert!(database(&program("deny")).checked().is_none());
}
