//! Casing, parameters, cycles, what nobody uses.

use crate::support::{check_fix, codes, fixed, report};
use expect_test::{Expect, expect};

fn check(program: &str, expected: &Expect) {
    expected.assert_eq(&report(program));
}

const PROFILE: &str = "profile C { id: String @key, n: Int }\n";

#[test]
fn casing() {
    check(
        "event product_viewed { SKU: String }\nenum tier { GOLD }\n",
        &expect![[r#"
            P0225? 1:7 `product_viewed` the name of an event begins with a capital letter and has no underscores
                ^ usually `ProductViewed`
                > rename it to `ProductViewed`
            P0226? 1:24 `SKU` the name of a field is written in lower case with underscores
                ^ usually `sku`
                > rename it to `sku`
            P0225? 2:6 `tier` the name of an enum begins with a capital letter and has no underscores
                ^ usually `Tier`
                > rename it to `Tier`
            P0237? 2:6 `tier` `tier` is not used anywhere
                ^ never used
                = an enum is the type of something, or nothing
                ? use it, or remove it
        "#]],
    );
    check(
        &format!(
            "{PROFILE}segment VIP {{ when n > 3 }}\npartition Stage {{ Big when n > 3 otherwise Small }}\n"
        ),
        &expect![[r#"
            P0226? 2:9 `VIP` the name of a segment is written in lower case with underscores
                ^ usually `vip`
                > rename it to `vip`
            P0226? 3:11 `Stage` the name of a partition is written in lower case with underscores
                ^ usually `stage`
                > rename it to `stage`
            P0226? 3:19 `Big` the name of a stage is written in lower case with underscores
                ^ usually `big`
                > rename it to `big`
            P0226? 3:44 `Small` the name of a stage is written in lower case with underscores
                ^ usually `small`
                > rename it to `small`
        "#]],
    );
}

#[test]
fn a_renaming_changes_every_place() {
    let program = "event product_viewed { SKU: String }\nevents All = product_viewed\n\
        segment a { when did product_viewed where SKU == \"x\" }\n";
    assert_eq!(
        fixed(program, "P0225").as_deref(),
        Some(
            "event ProductViewed { SKU: String }\nevents All = ProductViewed\n\
             segment a { when did ProductViewed where SKU == \"x\" }\n"
        )
    );
    check_fix(program, "P0225");
    check_fix(program, "P0226");
    // Where the new name is taken, no fix is offered.
    assert_eq!(fixed("event E { aB: Int, a_b: Int }\n", "P0226"), None);
}

#[test]
fn a_renaming_reaches_other_files() {
    let program = "//- a.persona\nprofile C { id: String @key, n: Int }\nsegment Big { when n > 3 }\n//- b.persona\nsegment c { when in Big }\n";
    check_fix(program, "P0226");
    assert!(
        fixed(program, "P0226")
            .expect("there is a fix")
            .contains("in big }")
    );
}

#[test]
fn parameters() {
    check(
        "fn f(a: Int, a: Int) -> Int = a\ntrait t: Int = f(1, 2)\n",
        &expect![[r#"
            P0223 1:14 `a` there are two parameters `a`
                ^ again
                1:6 first here
                ? give one of them another name, or remove it
        "#]],
    );
    check(
        "fn f(a: Int, b: Int = 3, _c: Int = 4) -> Int = a\ntrait t: Int = f(1)\n",
        &expect![[r#"
            P0232? 1:14 `b` the parameter `b` is never used
                ^ it changes nothing
                ? use it, remove it, or let its name begin with `_`
                > rename it to `_b`
        "#]],
    );
    check_fix(
        "fn f(a: Int, b: Int = 3) -> Int = a\ntrait t: Int = f(1)\n",
        "P0232",
    );
    check_fix(
        &format!("{PROFILE}segment s(a: Int) {{ when n > 3 }}\n"),
        "P0232",
    );
    // Where it is called with that argument, the parameter stays.
    check_fix(
        "fn f(a: Int, b: Int) -> Int = a\ntrait t: Int = f(1, 2)\n",
        "P0232",
    );
    check_fix(
        "fn f(a: Int = 3, b: Int = 3) -> Int = b\ntrait t: Int = f()\n",
        "P0232",
    );
    check(
        &format!("{PROFILE}trait k: Int = n\ntrait t(k: Int): Int = n + k\ntrait u: Int = t(3)\n"),
        &expect![[r#"
            P0251 3:28 `k` `k` can mean two things here
                ^ a parameter, or a trait
                2:7 a trait
                ? give one of them another name
        "#]],
    );
}

#[test]
fn titles() {
    check(
        &format!(
            "{PROFILE}segment s(k: Int) \"More than {{k}}\" {{ when n > k }}\nsegment t {{ when in s(3) }}\n"
        ),
        &expect![[""]],
    );
    check(
        &format!("{PROFILE}segment s \"More than {{n}}\" {{ when n > 3 }}\n"),
        &expect![[r#"
            P0615 2:23 `n` a title can show parameters as they are, and nothing else
                = a title names the whole group, so it is the same for everybody in it
                ? write the text itself; a brace is written `\{`
        "#]],
    );
    check(
        &format!(
            "{PROFILE}segment s(k: Int) \"More than {{k + 1}}\" {{ when n > k }}\nsegment t {{ when in s(3) }}\n"
        ),
        &expect![[r#"
            P0615 2:31 `k + 1` a title can show parameters as they are, and nothing else
                = a title names the whole group, so it is the same for everybody in it
                ? it may show `{k}`
        "#]],
    );
}

#[test]
fn cycles() {
    check(
        "segment a { when in b }\nsegment b { when in a }\n",
        &expect![[r#"
            P0235 1:9 `a` `a` is defined by way of itself: it leads to `b`, which refers to `a`
                ^ its meaning depends on itself
                1:21 `a` refers to `b` here
                2:21 `b` refers to `a` here
                ? take one of the references out, or move what both need into a trait of its own
        "#]],
    );
    check(
        "trait a: Int = a + 1\n",
        &expect![[r#"
        P0235 1:7 `a` `a` refers to itself
            ^ its meaning depends on itself
            1:16 `a` refers to `a` here
            ? take one of the references out, or move what both need into a trait of its own
    "#]],
    );
    check(
        "const a: Int = b\nconst b: Int = c\nconst c: Int = a\n",
        &expect![[r#"
            P0235 1:7 `a` `a` is defined by way of itself: it leads to `c`, which refers to `a`
                ^ its meaning depends on itself
                1:16 `a` refers to `b` here
                2:16 `b` refers to `c` here
                3:16 `c` refers to `a` here
                ? take one of the references out, or move what both need into a trait of its own
        "#]],
    );
    check(
        "fn f(x: Int) -> Int = g(x)\nfn g(x: Int) -> Int = f(x)\ntrait t: Int = f(1)\n",
        &expect![[r#"
            P0235 1:4 `f` `f` is defined by way of itself: it leads to `g`, which refers to `f`
                ^ its meaning depends on itself
                1:23 `f` refers to `g` here
                2:23 `g` refers to `f` here
                ? take one of the references out, or move what both need into a trait of its own
        "#]],
    );
    check(
        "partition p { a when in s otherwise b }\nsegment s { when in p.a }\n",
        &expect![[r#"
            P0235 1:11 `p` `p` is defined by way of itself: it leads to `s`, which refers to `p`
                ^ its meaning depends on itself
                1:25 `p` refers to `s` here
                2:21 `s` refers to `p` here
                ? take one of the references out, or move what both need into a trait of its own
        "#]],
    );
}

#[test]
fn two_cycles_are_two_reports_and_users_are_silent() {
    let program =
        "segment a { when in a }\nsegment b { when in b }\nsegment c { when in a and not in b }\n";
    assert_eq!(codes(program), ["P0235", "P0235"]);
}

#[test]
fn names_that_are_bound_inside_make_no_cycle() {
    let program = "event Purchase { total: Float, items: List<{ sku: String }> }\n\
        trait total: Float = sum(Purchase.total where total > 3.0)\n\
        trait sku: Int = count(Purchase.items where sku == \"x\")\n\
        segment c { when did Purchase as total in last 7d then Purchase within 1d where sku == total.sku }\n";
    assert!(!codes(program).contains(&"P0235"), "{}", report(program));
    let program = "event Purchase { total: Float }\ntrait spent: Float = sum(Purchase.total where total > 3.0)\n\
        segment purchase { when did Purchase as spent in last 7d then Purchase where total > spent.total }\n";
    check(
        program,
        &expect![[r#"
        P0251 3:86 `spent` `spent` can mean two things here
            ^ named here, or a trait
            3:41 named here
            2:7 a trait
            ? give one of them another name
    "#]],
    );
}

#[test]
fn a_name_with_two_meanings_never_passes_for_valid() {
    // `a` is a field of one member of the group only, so that it may as well be the trait.
    let program = "event E { a: Int }\nevent F { b: Int }\nevents G = E or F\n\
        trait a: Int = count(E)\nsegment s { when did G where a > 3 }\n";
    check(
        program,
        &expect![[r#"
        P0506 5:30 `a > 3` `a > 3` says nothing about the event, and is part of its `where`
            ^ `where` reaches to the end of the condition
            = inside `where`, a name alone is a field of the event
            > close the question about the event before it
    "#]],
    );
    check(
        "event E { a: Int }\nconst a: Int = 3\nsegment s { when did E where a > 3 }\n",
        &expect![[r#"
            P0251 3:30 `a` `a` can mean two things here
                ^ a field of the event, or a constant
                2:7 a constant
                > write `event.a` for a field of the event
        "#]],
    );
}

#[test]
fn collisions() {
    check(
        &format!("{PROFILE}trait n: Int = 3\n"),
        &expect![[r#"
        P0233 2:7 `n` `n` is the name of a field of `C` already
            ^ as a bare name it would mean both the field and a trait
            ? give it a name of its own
    "#]],
    );
    // `in vip` cannot be confused with the field `vip`.
    check(
        "profile C { id: String @key, vip: Bool }\nsegment vip { when vip }\n",
        &expect![[""]],
    );
}

#[test]
fn unused_and_deprecated() {
    check(
        &format!(
            "{PROFILE}const a: Int = 3\nfn f(x: Int) -> Int = x\ntrait t(x: Int): Int = x\nsegment s(x: Int) {{ when n > x }}\n"
        ),
        &expect![[r#"
            P0237? 2:7 `a` `a` is not used anywhere
                ^ never used
                = a constant has an effect only where it is used
                ? use it, or remove it
            P0237? 3:4 `f` `f` is not used anywhere
                ^ never used
                = a function is computed only where it is called
                ? use it, or remove it
            P0237? 4:7 `t` `t` is not used anywhere
                ^ never used
                = a trait with parameters is computed only where it is called
                ? use it, or remove it
            P0238? 5:9 `s` `s` is not used anywhere
                ^ never used
                = a segment with parameters is asked only where it is called
                ? use it, or remove it
        "#]],
    );
    check(
        &format!(
            "{PROFILE}@deprecated(\"use t\")\nsegment s {{ when n > 3 }}\nsegment t {{ when in s }}\n"
        ),
        &expect![[r#"
            P0239? 4:21 `s` `s` is marked as deprecated
                ^ used here
                > write `t`
        "#]],
    );
}

#[test]
fn broken_declarations_do_not_cascade() {
    let program = "profile C { id: String @key, n: Intt }\nsegment a { when n > 3 }\nsegment b { when in a }\n";
    assert_eq!(codes(program), ["P0227"]);
}

#[test]
fn later_declarations_are_one_report_and_no_cascade() {
    check(
        "profile C { id: String @key }\n/// To.\n@owner(\"x\")\nchannel email {\n  to email\n}\n",
        &expect![[r#"
            P0903 4:9 `email` the channel `email` does not say who may be reached
                ^ it needs `requires`
                = without it, people who never agreed would be written to
                > if no consent is needed, write `requires nothing`
            P0255 5:6 `email` `email` is a channel, not a value
                ? messages are sent through it: `send … via email`
        "#]],
    );
}
