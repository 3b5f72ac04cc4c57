//! The fixes of diagnostics, fixing all, allowing, and tidying up `use`.

use expect_test::expect;

use super::super::Kind;
use super::{
    applied, check, check_broken, checked, edits_of, fixture, main_text, offered, refused, titles,
};
use crate::fixture::Fixture;

#[test]
fn each_fix_of_a_diagnostic_is_offered_with_what_it_solves() {
    let fixture = fixture("segment a { when $0age != 3 }\n");
    let all = offered(&fixture);
    let fixes: Vec<_> = all.iter().filter(|one| one.kind == Kind::Fix).collect();
    let shown: Vec<(&str, bool, Option<usize>)> = fixes
        .iter()
        .map(|one| (one.title.as_str(), one.preferred, one.solves))
        .collect();
    expect![[r#"
        [
            (
                "If missing is a no here, write `age is known and age != 3`",
                false,
                Some(
                    0,
                ),
            ),
            (
                "If missing is a yes here, write `age is missing or age != 3`",
                false,
                Some(
                    0,
                ),
            ),
        ]
    "#]]
    .assert_debug_eq(&shown);
}

#[test]
fn a_sure_fix_is_preferred() {
    let fixture = fixture("segment a { when visits =$0 3 }\n");
    let all = offered(&fixture);
    let first = all.first().expect("a fix");
    assert!(first.preferred, "{first:?}");
    expect![[r#"
        segment a { when visits == 3 }
    "#]]
    .assert_eq(&main_text(&applied(&fixture, &first.title)));
}

#[test]
fn fixes_of_several_files_come_through() {
    let fixture = Fixture::new(&format!(
        "{}//- a.persona\nsegment B$0adName {{ when visits > 1 }}\n//- main.persona\nsegment c {{ when in BadName }}\n",
        super::SCHEMA
    ));
    let title = "Rename it to `bad_name` everywhere";
    let edits = edits_of(&fixture, &titles(&fixture)[0]);
    let files: std::collections::BTreeSet<_> = edits.iter().map(|edit| edit.file).collect();
    assert_eq!(files.len(), 2, "{title}: {edits:?}");
    checked(&fixture.edited(&edits));
}

#[test]
fn all_that_is_sure_is_fixed() {
    check_broken(
        "segment a { when visits = 3 && country == DE }\nsegment b { when $0visits <> 3 }\nsegment c { when age != 3 }\n",
        "Fix all that is sure",
        &expect![[r#"
            segment a { when visits == 3 and country == DE }
            segment b { when visits != 3 }
            segment c { when age != 3 }
        "#]],
    );
    refused("segment a { when age != 3$0 }\n", "Fix all that is sure");
}

#[test]
fn a_warning_can_be_allowed() {
    check(
        "/// Doc.\nsegment a { when visi$0ts is known and visits > 1 }\n",
        "Allow `",
        &expect![[r#"
            /// Doc.
            @allow(never_missing) // although `visits` is never missing here: this is always yes
            segment a { when visits is known and visits > 1 }
        "#]],
    );
    check(
        "@owner(\"me\")\n@allow(unused_segment)\nsegment a { when visi$0ts is known and visits > 1 }\n",
        "Allow `",
        &expect![[r#"
            @owner("me")
            @allow(unused_segment, never_missing)
            segment a { when visits is known and visits > 1 }
        "#]],
    );
    refused("segment a { when a$0ge != 3 }\n", "Allow `");
}

#[test]
fn an_allowed_warning_is_gone() {
    let fixture = fixture("segment a { when visi$0ts is known and visits > 1 }\n");
    let before = fixture.db.diagnostics().len();
    let after = applied(&fixture, "Allow `").diagnostics().len();
    assert_eq!(after, before - 1);
}

#[test]
fn uses_are_sorted_and_merged_and_what_is_unused_goes() {
    check(
        "\
use std.rfm.{monetary}
$0use std.rfm.{frequency, recency}
// The rest.
use std.lifecycle
segment a { when recency(Purchase) == 5 and monetary(Purchase.total) > 5 EUR }
",
        "Sort and merge `use`",
        &expect![[r#"
            use std.rfm.{monetary, recency}
            // The rest.
            segment a { when recency(Purchase) == 5 and monetary(Purchase.total) > 5 EUR }
        "#]],
    );
    refused(
        "use std.rfm.{recency}\nsegment a { when recency(Purchase)$0 == 5 }\n",
        "Sort and merge",
    );
}

#[test]
fn the_configuration_and_templates_have_fixes_too() {
    let package = "\
//- persona.toml
[package]
nam$0e = \"shop\"
version = \"0.1.0\"
language = \"1\"
timezon = \"Europe/Berlin\"
//- main.persona
profile P { id: String @key, first_name: String = \"\" }
content c {
  text: Html
  otherwise { text = template \"a.liquid\" }
}
//- a.liquid
Hello {{ first_nam }}
";
    for (from, to, file) in [
        ("timezon =", "timezon$0 =", "persona.toml"),
        ("first_nam }}", "first_na$0m }}", "a.liquid"),
    ] {
        let marked = package.replace("nam$0e", "name").replace(from, to);
        let fixture = Fixture::new(&marked);
        let all = offered(&fixture);
        let fix = all.iter().find(|one| one.kind == Kind::Fix);
        let fix = fix.unwrap_or_else(|| panic!("a fix in {file}: {:#?}", fixture.db.diagnostics()));
        let edits = edits_of(&fixture, &fix.title);
        let after = fixture.edited(&edits);
        let solved = &fixture.db.diagnostics()[fix.solves.expect("what it solves")].message;
        assert!(after.diagnostics().iter().all(|one| one.message != *solved));
        assert!(edits.iter().all(|edit| edit.file == fixture.file(file)));
    }
}
