//! Two versions of a package, and what is said of them.

use expect_test::{Expect, expect};

use crate::Database;

fn database(program: &str) -> Database {
    let mut db = Database::new();
    db.set_file("main.persona", program.to_owned());
    db
}

const SHOP: &str = "profile Customer { id: String @key, visits: Int, country: Country = US, city: String? }\n\
    enum Country { US, FR }\n\
    event Purchase { total: Int }\n\
    const MANY: Int = 10\n\
    trait spent: Int = sum(Purchase.total in last 30d)\n\
    segment keen \"Keen\" { when visits > MANY }\n\
    segment active(window: Duration = 30d) { when did Purchase in last (window) }\n\
    partition stages { high when visits > 100 mid when visits > 10 otherwise low }\n";

/// The changes after replacing parts of the program.
fn changes(replacements: &[(&str, &str)], expected: &Expect) {
    let mut program = SHOP.to_owned();
    for (from, to) in replacements {
        assert!(program.contains(from), "{from}");
        program = program.replace(from, to);
    }
    let mut text = String::new();
    for change in database(&program).changes_since(&database(SHOP)) {
        text.push_str(&format!(
            "{:?} {} {}: {}{}\n",
            change.class,
            change.kind,
            change.name,
            change.message,
            change
                .note
                .map_or_else(String::new, |note| format!(" [{note}]"))
        ));
    }
    expected.assert_eq(&text);
}

#[test]
fn nothing_changed() {
    changes(&[], &expect![[""]]);
    changes(
        &[
            ("visits > MANY", "visits   >\n MANY // many\n"),
            ("US, FR }", "US,\n FR,\n}"),
        ],
        &expect![[""]],
    );
}

#[test]
fn fields_break_rules_or_change_their_meaning() {
    changes(
        &[("city: String?", "town: String?")],
        &expect![[r#"
        Breaks field Customer.city: is gone; `town` has its type, so it was probably renamed [rules that read it do not compile any more]
    "#]],
    );
    changes(
        &[(", city: String?", "")],
        &expect![[r#"
        Breaks field Customer.city: is gone [rules that read it do not compile any more]
    "#]],
    );
    changes(
        &[("city: String?", "city: Int?")],
        &expect![[r#"
        Breaks field Customer.city: was `String`, is `Int` [rules that compare it do not compile any more]
    "#]],
    );
    changes(
        &[("visits: Int", "visits: Int?")],
        &expect![[r#"
        Breaks field Customer.visits: may be missing now [rules have to say what a missing value means]
    "#]],
    );
    changes(
        &[("city: String?", "city: String")],
        &expect![[r#"
        Meaning field Customer.city: is never missing any more [rows without it are set aside now]
    "#]],
    );
    changes(
        &[("Country = US", "Country = FR")],
        &expect![[r#"
        Meaning field Customer.country: had the default `US`, has `FR` [rows without it count as others]
    "#]],
    );
    changes(
        &[("city: String?", "city: String?, zip: String?, age: Int")],
        &expect![[r#"
        Meaning field Customer.age: is new, and required [rows without it are set aside]
        Harmless field Customer.zip: is new
    "#]],
    );
}

#[test]
fn values_of_enums_are_named_by_rules() {
    changes(
        &[("US, FR }", "US, FR, DE }")],
        &expect![[r#"
        Harmless value Country.DE: is new [a `match` without `otherwise` has to name it]
    "#]],
    );
    changes(
        &[("US, FR }", "US, GB }")],
        &expect![[r#"
        Breaks value Country.FR: is gone; `GB` stands in its place, so it was probably renamed [rules that name it do not compile any more, and data that has it is not read]
    "#]],
    );
    changes(
        &[("US, FR }", "US }")],
        &expect![[r#"
        Breaks value Country.FR: is gone [rules that name it do not compile any more, and data that has it is not read]
    "#]],
    );
}

#[test]
fn declarations_come_and_go() {
    changes(
        &[("segment keen", "segment eager")],
        &expect![[r#"
        Breaks segment keen: is gone; `eager` says the same, so it was probably renamed [rules that name it do not compile any more]
    "#]],
    );
    changes(
        &[(
            "event Purchase { total: Int }",
            "event Purchase { total: Int }\nevent Visit { page: String }",
        )],
        &expect![[r#"
        Harmless event Visit: is new
    "#]],
    );
    changes(
        &[
            ("const MANY: Int = 10\n", ""),
            ("visits > MANY", "visits > 10"),
        ],
        &expect![[r#"
        Breaks constant MANY: is gone [rules that name it do not compile any more]
        Harmless segment keen: is written differently, and holds the same people
    "#]],
    );
}

#[test]
fn conditions_are_compared_by_what_they_say() {
    changes(
        &[("visits > MANY", "visits > 5")],
        &expect![[r#"
        Widens segment keen: holds everybody it held, and perhaps more
    "#]],
    );
    changes(
        &[("visits > MANY", "visits > 20")],
        &expect![[r#"
        Narrows segment keen: holds nobody new, and perhaps fewer
    "#]],
    );
    changes(
        &[("visits > MANY", "visits >= 11")],
        &expect![[r#"
        Harmless segment keen: is written differently, and holds the same people
    "#]],
    );
    changes(
        &[("visits > MANY", "country == FR")],
        &expect![[r#"
        Meaning segment keen: holds other people
    "#]],
    );
    changes(
        &[("\"Keen\"", "\"Very keen\"")],
        &expect![[r#"
        Harmless segment keen: has another title
    "#]],
    );
    changes(
        &[("Int = 10\n", "Int = 11\n")],
        &expect![[r#"
        Meaning constant MANY: has another value [felt by `keen`]
    "#]],
    );
    changes(
        &[("in last 30d)", "in last 60d)")],
        &expect![[r#"
        Meaning trait spent: says something else
    "#]],
    );
}

#[test]
fn parameters_are_what_calls_name() {
    changes(
        &[("Duration = 30d", "Duration = 60d")],
        &expect![[r#"
        Meaning segment active: has another default for `window` [calls that leave it out mean something else]
    "#]],
    );
    changes(
        &[("Duration = 30d", "Duration")],
        &expect![[r#"
        Breaks segment active: has no default for `window` any more [calls of it do not compile any more, or mean something else]
    "#]],
    );
    changes(
        &[
            ("window: Duration = 30d", "span: Duration = 30d"),
            ("(window)", "(span)"),
        ],
        &expect![[r#"
            Breaks segment active: calls its parameter `window` `span` now [calls of it do not compile any more, or mean something else]
            Meaning segment active: holds other people
        "#]],
    );
    changes(
        &[
            ("= 30d)", "= 30d, least: Int = 1)"),
            (
                "(window) }",
                "(window) at least 2 times and visits > least }",
            ),
        ],
        &expect![[r#"
        Meaning segment active: holds other people
        Harmless segment active: takes `least` as well
    "#]],
    );
    changes(
        &[
            ("active(window: Duration = 30d)", "active"),
            ("(window)", "30d"),
        ],
        &expect![[r#"
        Breaks segment active: has no parameter `window` any more [calls of it do not compile any more, or mean something else]
        Meaning segment active: holds other people
    "#]],
    );
}

#[test]
fn stages_are_named_and_ordered() {
    changes(
        &[("mid when", "middle when")],
        &expect![[r#"
            Breaks partition stages: has other stages: was `high, low, mid`, is `high, low, middle` [rules that name a stage that is gone do not compile any more]
            Meaning partition stages: divides people in another way
        "#]],
    );
    changes(
        &[("visits > 100", "visits > 200")],
        &expect![[r#"
        Meaning partition stages: divides people in another way
    "#]],
    );
}

#[test]
fn a_broken_version_is_compared_by_its_words() {
    changes(
        &[("visits > MANY", "visitz > MANY")],
        &expect![[r#"
        Meaning segment keen: holds other people
    "#]],
    );
}
