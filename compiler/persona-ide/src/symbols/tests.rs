//! Outlines and searches.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::{Outline, SymbolKind, outline, search};
use crate::fixture::Fixture;

fn write(fixture: &Fixture, all: &[Outline], depth: usize, shown: &mut String) {
    let text = fixture.db.file_text(fixture.files[0].1);
    for one in all {
        let kind = match one.kind {
            SymbolKind::Decl(kind) => format!("{kind:?}"),
            SymbolKind::Part(kind) => format!("{kind:?}"),
        };
        let detail = if one.detail.is_empty() {
            String::new()
        } else {
            format!(" [{}]", one.detail)
        };
        let old = if one.deprecated { " deprecated" } else { "" };
        let _ = writeln!(
            shown,
            "{}{kind} {}{detail}{old}",
            "  ".repeat(depth),
            one.name
        );
        assert!(one.span.start <= one.name_span.start && one.name_span.end <= one.span.end);
        assert!(
            text.get(one.span.start as usize..one.span.end as usize)
                .is_some()
        );
        for child in &one.children {
            assert!(
                one.span.start <= child.span.start && child.span.end <= one.span.end,
                "{}",
                child.name
            );
        }
        write(fixture, &one.children, depth + 1, shown);
    }
}

#[track_caller]
fn outlined(text: &str, expected: &Expect) {
    let fixture = Fixture::new(text);
    let mut shown = String::new();
    write(
        &fixture,
        &outline(&fixture.db, fixture.files[0].1),
        0,
        &mut shown,
    );
    expected.assert_eq(&shown);
}

#[test]
fn declarations_have_their_parts() {
    outlined(
        "use std.rfm\n/// doc\nprofile P { id: String @key address: { city: String?, zip: String? } items: List<{ sku: String }> }\nordered enum T { a, b }\nevents All = E or F\nevent E { x: Int }\n@deprecated(\"no\")\nsegment s(w: Duration = 1d) \"Some of {w}\" { when true }\npartition l \"Life\" { new when true otherwise old }\ntrait t: Int = 1\ntrait u = 2\nfn f(a: Int) -> Bool = true\nsource src of P { from \"a.csv\" }\ncontent c(e: E) \"Hi\" { text: String\n variant v when true { text = \"a\" }\n otherwise { text = \"b\" } }\ntrigger tr \"When\" { on E enter once stop }\nexperiment ex { on tr arms { one, two } }\nexclusive { s, u }\ntest \"it works\" { at 2020-01-01T00:00Z }\n",
        &expect![[r#"
        Use std.rfm
        Profile P
          Field id [String]
          Field address
            Field city [String?]
            Field zip [String?]
          Field items
            Field sku [String]
        Enum T
          Value a
          Value b
        Events All [E or F]
        Event E
          Field x [Int]
        Segment s [Some of {w}] deprecated
          Param w [Duration]
        Partition l [Life]
          Stage new
          Stage old
        Trait t [Int]
        Trait u
        Fn f [Bool]
          Param a [Int]
        Source src [of P]
        Content c [Hi]
          Param e [E]
          Slot text [String]
          Variant v
          Variant otherwise
        Trigger tr [When]
        Experiment ex
          Arm one
          Arm two
        Exclusive exclusive
        Test it works
    "#]],
    );
}

#[test]
fn broken_files_have_what_can_be_read() {
    outlined(
        "segment { when }\nsegment a { when (((\nsegment b { }\nevent {\n x: }\n}}}\n",
        &expect![[r#"
        Segment …
        Segment a
        Segment b
        Event …
          Field x
    "#]],
    );
}

#[track_caller]
fn finds(typed: &str, expected: &Expect) {
    let fixture = Fixture::new(
        "//- a.persona\nuse std.rfm\nsegment cart_abandoner { when true }\nsegment carted { when true }\nsegment scart { when true }\nevent CartAdded { cart: String, value: Int }\nprofile Customer { id: String @key country: Country? address: { city: String? } }\nenum Country { CA, US }\npartition life { active when true otherwise lapsed }\ntest \"carts work\" { }\n",
    );
    let found = search(&fixture.db, typed).into_iter().take(8);
    let mut shown = String::new();
    for one in found {
        let inside = if one.container.is_empty() {
            String::new()
        } else {
            format!(" ({})", one.container)
        };
        let _ = writeln!(shown, "{}{inside}", one.name);
    }
    expected.assert_eq(&shown);
}

#[test]
fn names_that_fit_are_found_best_first() {
    finds(
        "cart",
        &expect![[r#"
        cart (CartAdded)
        carted
        CartAdded
        carts work
        cart_abandoner
        scart
    "#]],
    );
    finds(
        "ca",
        &expect![[r#"
            CA (Country)
            carted
            CartAdded
            carts work
            cart_abandoner
            cannot_lose (std.rfm)
            cart (CartAdded)
            champions (std.rfm)
        "#]],
    );
    finds(
        "caab",
        &expect![[r#"
        cart_abandoner
    "#]],
    );
    finds(
        "CA",
        &expect![[r#"
            CA (Country)
            carted
            CartAdded
            carts work
            cart_abandoner
            cannot_lose (std.rfm)
            cart (CartAdded)
            champions (std.rfm)
        "#]],
    );
    finds(
        "city",
        &expect![[r#"
        city (Customer)
    "#]],
    );
    finds(
        "champ",
        &expect![[r#"
        champions (std.rfm)
    "#]],
    );
    finds("zzz", &expect![[""]]);
}

#[test]
fn nothing_typed_finds_the_declarations() {
    finds(
        "",
        &expect![[r#"
            life
            scart
            carted
            Country
            Customer
            CartAdded
            carts work
            cart_abandoner
        "#]],
    );
}
