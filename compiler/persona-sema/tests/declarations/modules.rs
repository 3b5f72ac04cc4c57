//! `use`, dependencies, and the lints that look after a package as a whole.

use expect_test::{Expect, expect};

use crate::support::{check_fix, codes, database, report};

const SHOP: &str =
    "profile Customer { id: String @key, visits: Int = 0 }\nevent Purchase { total: Money<USD> }\n";

fn check(program: &str, expected: &Expect) {
    expected.assert_eq(&report(&format!("{program}{SHOP}")));
}

const TOML: &str = "//- persona.toml\n[package]\nname = \"shop\"\n\n[dependencies]\ncommon = { path = \"../common\" }\n";
const COMMON: &str = "//- ../common/persona.toml\n[package]\nname = \"common\"\n";

/// A package with a dependency: its rules, and the own file.
fn with_common(rules: &str, main: &str) -> String {
    format!("{TOML}{COMMON}//- ../common/rules.persona\n{rules}//- main.persona\n{main}{SHOP}")
}

fn check_common(rules: &str, main: &str, expected: &Expect) {
    expected.assert_eq(&report(&with_common(rules, main)));
}

#[test]
fn a_module_comes_in_as_a_whole_or_by_names() {
    let whole = "use std.rfm\nsegment best { when in rfm.champions(Purchase) }\ntrait spent = rfm.monetary(Purchase.total, 365d)\n";
    check(whole, &expect![[""]]);
    let names = "use std.rfm.{champions, monetary}\nsegment best { when in champions(Purchase) }\ntrait spent = monetary(Purchase.total)\n";
    check(names, &expect![[""]]);
    let path = "use std.rfm\nsegment best { when in std.rfm.champions(Purchase) }\n";
    check(path, &expect![[""]]);
    let checked = database(&format!("{whole}{SHOP}")).checked();
    let checked = checked.expect("there is no error");
    let segments: Vec<(&str, bool)> = checked
        .segments
        .iter()
        .map(|segment| (&*segment.name, segment.imported))
        .collect();
    assert_eq!(
        segments,
        [
            ("best", false),
            ("rfm.buyers", true),
            ("rfm.champions", true)
        ]
    );
}

/// All of the library, each module with everything it declares.
#[test]
fn every_module_of_the_library_is_right() {
    for (module, text) in persona_std::MODULES {
        let names: Vec<&str> = text
            .lines()
            .filter_map(|line| {
                let rest = ["trait ", "segment ", "fn ", "const ", "partition "]
                    .iter()
                    .find_map(|keyword| line.strip_prefix(keyword))?;
                rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next()
            })
            .collect();
        assert!(names.len() > 3, "{module}");
        let program = format!("use std.{module}.{{{}}}\n{SHOP}", names.join(", "));
        let errors: Vec<&str> = codes(&program)
            .into_iter()
            .filter(|code| *code != "P1035")
            .collect();
        assert!(errors.is_empty(), "{}", report(&program));
        // By itself it is as right as any package.
        let alone = format!("{}{SHOP}", in_dollars(text));
        let own: Vec<&str> = codes(&alone)
            .into_iter()
            .filter(|code| !["P0237", "P0238"].contains(code))
            .collect();
        assert!(own.is_empty(), "{}", report(&alone));
    }
}

/// A module's text as that of a package: `Money` alone stands in the library only.
fn in_dollars(text: &str) -> String {
    let mut parts = text.split("Money");
    let mut dollars = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let own = if part.starts_with('<') { "" } else { "<USD>" };
        dollars.push_str("Money");
        dollars.push_str(own);
        dollars.push_str(part);
    }
    dollars
}

#[test]
fn a_module_is_known_by_its_name() {
    check(
        "use std.rmf\n",
        &expect![[r#"
        P1030 1:9 `rmf` `std` has no module `rmf`
            ^ it has `commerce`, `consent`, `engagement`, `geo`, `lifecycle`, `media`, `rfm`, `saas`, `time`
            > write `rfm`
    "#]],
    );
    check(
        "use standard.rfm\n",
        &expect![[r#"
        P1030 1:5 `standard` there is no package `standard` here
            ^ known are `std`
            > write `std`
    "#]],
    );
    check(
        "use std\n",
        &expect![[r#"
        P1030 1:5 `std` the standard library is used by its modules
            ^ it has `commerce`, `consent`, `engagement`, `geo`, `lifecycle`, `media`, `rfm`, `saas`, `time`
            ? for example `use std.commerce`
    "#]],
    );
    check(
        "use std.rfm.champions\n",
        &expect![[r#"
        P1030 1:13 `champions` `std.rfm` holds no modules of its own
            ^ too much
            > write `std.rfm.{champions}`
    "#]],
    );
    check(
        "use std.rfm.{champion}\n",
        &expect![[r#"
        P1031 1:14 `champion` `std.rfm` has no `champion`
            ^ it has `Group`, `about_to_sleep`, `at_risk`, `big_spenders`, `buyers`, `cannot_lose`, `cell`, `champions`, `frequency`, `frequency_score`, `frequency_score_by`, `group` and 19 more
            > write `champions`
    "#]],
    );
    check(
        "use common.rules\n",
        &expect![[r#"
        P1030 1:5 `common` there is no package `common` here
            ^ known are `std`
            ? name its folder in `persona.toml`: `[dependencies]` and `common = { path = "../common" }`
    "#]],
    );
}

#[test]
fn a_name_of_a_module_is_known_by_what_it_has() {
    check(
        "use std.rfm\nsegment best { when in rfm.champion(Purchase) }\n",
        &expect![[r#"
        P0250 2:24 `rfm.champion` no segment is called `rfm.champion`
            > write `rfm.champions`
    "#]],
    );
    check(
        "use std.rfm\ntrait spent = rfm.montary(Purchase.total)\n",
        &expect![[r#"
        P0254 2:15 `rfm.montary` there is no function `rfm.montary`
            > write `rfm.monetary`
    "#]],
    );
    check(
        "use std.rfm.{champions}\nsegment best { when in champoins(Purchase) or in champions(Purchase) }\n",
        &expect![[r#"
        P0250 2:24 `champoins` no segment is called `champoins`
            > write `champions`
    "#]],
    );
    check(
        "use std.rfm\nsegment best { when in rfm }\n",
        &expect![[r#"
        P1033 2:24 `rfm` `rfm` is a module, and no value by itself
            ^ its names are written after a dot
            ? for example `rfm.about_to_sleep`
    "#]],
    );
    check(
        "use std.rfm\ntrait x = rfm\n",
        &expect![[r#"
        P1033 2:11 `rfm` `rfm` is a module, and no value by itself
            ^ its names are written after a dot
            ? for example `rfm.about_to_sleep`
    "#]],
    );
}

#[test]
fn arguments_of_modules_are_checked_like_others() {
    check(
        "use std.rfm\ntrait spent = rfm.monetary(Purchase)\n",
        &expect![[r#"
        P0423 2:28 `Purchase` `amount` asks for the field of an event
            ^ this is no `Field<Money<USD>>`
            ? write it as in `Purchase.total`
    "#]],
    );
    check(
        "use std.rfm\nsegment best { when in rfm.champions(Purchase, 3) }\n",
        &expect![[r#"
        P0401 2:48 `3` expected a length of time, found a whole number
            ^ this is a whole number (`Int`)
            = a length of time (`Duration`) is what `rfm.champions` takes
            > write `3d`
    "#]],
    );
    check(
        "use std.rfm\nsegment best { when rfm.champions(Purchase) }\n",
        &expect![[r#"
        P0255 2:21 `rfm.champions(Purchase)` `rfm.champions` is a segment: one is in it or not
            > ask `in rfm.champions(Purchase)`
    "#]],
    );
}

#[test]
fn names_that_come_in_must_be_free() {
    check(
        "use std.rfm.{champions}\nsegment champions { when visits > 3 }\nsegment b { when in champions }\n",
        &expect![[r#"
        P1032 1:14 `champions` `champions` would mean two things in this package
            ^ also a segment of this package
            2:9 a segment of this package
            ? bring the module in as a whole, `use std.rfm`, and write `rfm.champions`
    "#]],
    );
    check(
        "use std.rfm.{recency}\nevent Visit { recency: Int }\nsegment a { when recency(Visit) > 3 }\n",
        &expect![[r#"
        P1032 1:14 `recency` `recency` would mean two things in this package
            ^ also a field of `Visit`
            2:7 a field of `Visit`
            ? bring the module in as a whole, `use std.rfm`, and write `rfm.recency`
    "#]],
    );
    check(
        "use std.rfm\nsegment rfm { when visits > 3 }\n",
        &expect![[r#"
        P1032 1:9 `rfm` `rfm` would mean two things in this package
            ^ the module, and a segment of this package
            2:9 a segment of this package
            ? bring in the names that you need, in braces after the module's name
    "#]],
    );
    check(
        "use std.rfm.{champions, champions}\nsegment b { when in champions(Purchase) }\n",
        &expect![[r#"
        P1035? 1:25 `champions` `champions` is brought in twice
            ^ again
            1:14 first here
            > remove it
    "#]],
    );
}

#[test]
fn what_nobody_uses_is_said() {
    let unused =
        "use std.rfm\nuse std.lifecycle.{active, lapsed}\nsegment a { when in active(Purchase) }\n";
    check(
        unused,
        &expect![[r#"
        P1035? 1:5 `std.rfm` nothing here uses `std.rfm`
            ^ no rule begins with `rfm.`
            > remove it
        P1035? 2:28 `lapsed` nothing here uses `lapsed`
            ^ brought in for nothing
            > remove it
    "#]],
    );
    check_fix(&format!("{unused}{SHOP}"), "P1035");
    let twice = "use std.rfm\nuse std.rfm\nsegment a { when in rfm.loyal(Purchase) }\n";
    check(
        twice,
        &expect![[r#"
        P1035? 2:5 `std.rfm` `std.rfm` is used already
            ^ again
            1:9 used here first
            = one `use` is enough for all files of a package
            > remove it
    "#]],
    );
}

#[test]
fn rules_of_a_dependency_read_the_schema_of_the_package() {
    check_common(
        "const LARGE: Int = 10\nsegment keen { when visits > LARGE }\n",
        "use common\nsegment a { when in common.keen and visits > common.LARGE }\n",
        &expect![[""]],
    );
    check_common(
        "segment keen { when visits > 3 }\nsegment rich { when wealth > 3 }\n",
        "use common.rules\nsegment a { when in rules.keen }\n",
        &expect![[""]],
    );
    check_common(
        "segment keen { when visits > 3 }\nsegment rich { when in keen and wealth > 3 and country == \"US\" }\n",
        "use common.rules.{rich}\nsegment a { when in rich }\n",
        &expect![[r#"
            P1034 1:5 `common.rules` `common.rules` does not fit this package: nothing is called `wealth` here
                ^ rules of this module cannot be used here
                ../common/rules.persona:2:33 nothing is called `wealth` here
                ../common/rules.persona:2:48 nothing is called `country` here
                = a module reads the fields and events of the package that uses it
                ? declare what it reads, or bring in only the names that fit: they stand in braces after its name
        "#]],
    );
    check_common(
        "segment keen { when in regulars }\n",
        "use common.rules\nsegment regulars { when visits > 3 }\nsegment a { when in rules.keen }\n",
        &expect![[r#"
            P1034 1:5 `common.rules` `common.rules` does not fit this package: no segment is called `regulars`
                ^ rules of this module cannot be used here
                ../common/rules.persona:1:24 no segment is called `regulars`
                = a module reads the fields and events of the package that uses it
                ? declare what it reads, or bring in only the names that fit: they stand in braces after its name
        "#]],
    );
}

#[test]
fn enums_and_partitions_of_a_dependency_have_their_names() {
    let rules = "ordered enum Tier { bronze, silver, gold }\n\
        trait tier: Tier = if visits > 10 then gold else bronze\n\
        partition stages { new when visits < 2 otherwise old }\n";
    let main = "use common.rules\nuse common.rules.{Tier}\n\
        segment a { when rules.tier >= Tier.silver or in rules.stages.new }\n\
        segment b { when match rules.tier { gold => true, otherwise => false } }\n\
        trait mine: Tier = rules.Tier.gold\n\
        trait stage = rules.stages\n";
    check_common(rules, main, &expect![[""]]);
    let wrong = "use common.rules\nsegment a { when in rules.stages.knew }\n";
    check_common(
        rules,
        wrong,
        &expect![[r#"
        P0253 2:34 `knew` `knew` is not a value of `common.stages`
            ^ its values are `new` and `old`
            > write `new`
    "#]],
    );
}

#[test]
fn a_module_declares_rules_and_nothing_else() {
    check_common(
        "event Visit { page: String }\nconst A: Int = 1\n",
        "use common.rules.{A, Visit}\nsegment a { when visits > A }\n",
        &expect![[r#"
            P1036 1:5 `common.rules` this module declares an event, `Visit`, which only the package that is run can do
                ^ rules, constants and enums can be shared, nothing else
                ../common/rules.persona:1:7 declares an event
                ? let it have a file of its own in that package, and use the file that holds the rules
        "#]],
    );
}

#[test]
fn errors_of_a_module_are_told_where_it_is_used() {
    check_common(
        "segment keen { when visits > }\n",
        "use common.rules\nsegment a { when in rules.keen }\n",
        &expect![[r#"
        P1034 1:5 `common.rules` `common.rules` cannot be read: a value is missing after `>`
            ^ rules of this module cannot be used here
            ../common/rules.persona:1:29 a value is missing after `>`
            ? check that package by itself, and mend it there
    "#]],
    );
    check_common(
        "segment keen { when in other }\nsegment other { when in keen }\n",
        "use common.rules\nsegment a { when in rules.keen }\n",
        &expect![[r#"
            P1034 1:5 `common.rules` `common.rules` does not fit this package: `common.keen` is defined by way of itself: it leads to `common.other`, which refers to `common.keen`
                ^ rules of this module cannot be used here
                ../common/rules.persona:1:9 `common.keen` is defined by way of itself: it leads to `common.other`, which refers to `common.keen`
                = a module reads the fields and events of the package that uses it
                ? declare what it reads, or bring in only the names that fit: they stand in braces after its name
        "#]],
    );
    check_common(
        "use std.rmf\nconst A: Int = 1\n",
        "use common.rules\nsegment a { when visits > rules.A }\n",
        &expect![[r#"
        P1034 1:5 `common.rules` `common.rules` does not fit this package: `std` has no module `rmf`
            ^ rules of this module cannot be used here
            ../common/rules.persona:1:9 `std` has no module `rmf`
            = a module reads the fields and events of the package that uses it
            ? declare what it reads, or bring in only the names that fit: they stand in braces after its name
    "#]],
    );
}

#[test]
fn dependencies_are_found_or_explained() {
    let toml = |line: &str| {
        format!(
            "//- persona.toml\n[package]\nname = \"shop\"\n\n[dependencies]\n{line}\n//- main.persona\n{SHOP}"
        )
    };
    let check = |line: &str, expected: &Expect| expected.assert_eq(&report(&toml(line)));
    check(
        "common = { path = \"../common\" }",
        &expect![[r#"
        P1037 persona.toml:5:19 `"../common"` there is no folder ../common
            ^ `common` should be here
            ? the path is said from the folder of this `persona.toml`
    "#]],
    );
    check(
        "common = { path = \"/srv/common\" }",
        &expect![[r#"
        P1037 persona.toml:5:19 `"/srv/common"` the folder of `common` is said from the root of one computer
            ^ on another computer it is somewhere else
            ? say it from here: `path = "../common"`
    "#]],
    );
    check(
        "common = \"1.2\"",
        &expect![[r#"
        P0710 persona.toml:5:10 `"1.2"` `common` does not say in which folder it is
            ^ packages are used from their folders
            ? write `common = { path = "../common" }`, the way from this folder to that one
    "#]],
    );
    check(
        "common = { path = \"../common\", version = \"2\" }",
        &expect![[r#"
        P0710 persona.toml:5:32 `version` `common` does not say in which folder it is
            ^ packages are used from their folders
            ? write `common = { path = "../common" }`, the way from this folder to that one
    "#]],
    );
    check(
        "my-rules = { path = \"../my-rules\" }",
        &expect![[r#"
        P1040 persona.toml:5:1 `my-rules` `my-rules` cannot be written in a rule
            ^ letters, digits and `_`
            > write `my_rules`
    "#]],
    );
    check(
        "std = { path = \"../std\" }",
        &expect![[r#"
        P1040 persona.toml:5:1 `std` `std` is the standard library, which every package has
            ^ this name is taken
            ? call the package something else
    "#]],
    );
    check(
        "common = { paht = \"../common\" }",
        &expect![[r#"
        P0710 persona.toml:5:10 `{ paht = "../common" }` `common` does not say in which folder it is
            ^ packages are used from their folders
            ? write `common = { path = "../common" }`, the way from this folder to that one
        P0704? persona.toml:5:12 `paht` there is no setting `paht` in `[dependencies.common]`
            ^ nothing reads this
            > write `path`
    "#]],
    );
}

#[test]
fn an_allow_that_allows_nothing_is_said() {
    let program = "@allow(unused_parameter, unused_segment)\nsegment keen(least: Int) { when visits >= least }\nsegment b { when in keen(3) }\n";
    check(
        program,
        &expect![[r#"
        P1042? 1:8 `unused_parameter` there is no `unused_parameter` here that would have to be allowed
            ^ allows nothing
            = it would hide the next such warning
            > remove it
        P1042? 1:26 `unused_segment` there is no `unused_segment` here that would have to be allowed
            ^ allows nothing
            = it would hide the next such warning
            > remove it
    "#]],
    );
    check_fix(&format!("{program}{SHOP}"), "P1042");
    check(
        "@allow(unused_segment)\nsegment keen(least: Int) { when visits >= least }\n",
        &expect![[""]],
    );
    check(
        "@allow(unused_segment, unused_allow)\nsegment keen { when visits >= 3 }\n",
        &expect![[""]],
    );
}

#[test]
fn names_that_hide_others_are_said() {
    check(
        "segment regular { when visits > 3 }\nsegment keen(regular: Int) { when visits > regular }\nsegment b { when in keen(3) and in regular }\n",
        &expect![[r#"
        P1043? 2:14 `regular` `regular` is a parameter here, and a segment elsewhere
            ^ read as one, meant as the other?
            1:9 a segment of this name
            ? give it a name of its own
    "#]],
    );
}

#[test]
fn what_is_deprecated_is_said_where_it_is_used() {
    let program = "@deprecated(\"use regular\")\nsegment keen { when visits > 3 }\nsegment regular { when visits > 3 }\nsegment b { when in keen }\n";
    check(
        program,
        &expect![[r#"
        P0239? 4:21 `keen` `keen` is marked as deprecated
            ^ used here
            > write `regular`
    "#]],
    );
    check_fix(&format!("{program}{SHOP}"), "P0239");
    check(
        "@deprecated(\"nobody needs it\")\ntrait old: Int = visits\nsegment b { when old > 3 }\n",
        &expect![[r#"
        P0239? 3:18 `old` `old` is marked as deprecated
            ^ used here
            ? nobody needs it
    "#]],
    );
    let fields = "profile Customer { id: String @key, town: String? @deprecated(\"use city\"), city: String? }\n\
        event Visit { page: String @deprecated(\"use url\"), url: String }\n\
        segment a { when town == \"x\" or did Visit where page == \"y\" and profile.town == \"z\" }\n\
        trait pages: Int = distinct(Visit.page)\n";
    expect![[r#"
        P0239? 3:18 `town` `town` is marked as deprecated
            ^ used here
            > write `city`
        P0239? 3:49 `page` `page` is marked as deprecated
            ^ used here
            > write `url`
        P0239? 3:65 `profile.town` `town` is marked as deprecated
            ^ used here
            > write `city`
        P0506 3:65 `profile.town == "z"` `profile.town == "z"` says nothing about the event, and is part of its `where`
            ^ `where` reaches to the end of the condition
            = inside `where`, a name alone is a field of the event
            > close the question about the event before it
        P0239? 4:35 `page` `page` is marked as deprecated
            ^ used here
            > write `url`
    "#]].assert_eq(&report(fields));
}

#[test]
fn what_nobody_names_is_said() {
    check(
        "enum Tier { a, b }\nevents Activity = Purchase\n",
        &expect![[r#"
        P0237? 1:6 `Tier` `Tier` is not used anywhere
            ^ never used
            = an enum is the type of something, or nothing
            ? use it, or remove it
        P0237? 2:8 `Activity` `Activity` is not used anywhere
            ^ never used
            = a group of events has an effect only where it is counted
            ? use it, or remove it
    "#]],
    );
    // A package for others declares for others.
    expect![[""]].assert_eq(&report("//- persona.toml\n[package]\nname = \"common\"\n//- rules.persona\nenum Tier { a, b }\nconst A: Int = 1\n"));
}
