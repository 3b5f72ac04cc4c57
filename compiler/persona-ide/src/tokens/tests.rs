//! Colours of names.

use expect_test::{Expect, expect};
use persona_base::Span;

use super::tokens;
use crate::fixture::Fixture;

#[track_caller]
fn coloured(text: &str, expected: &Expect) {
    let fixture = Fixture::new(text);
    let file = fixture.files[0].1;
    let text = fixture.db.file_text(file);
    let mut end = 0;

    let mut shown = String::new();
    for one in tokens(&fixture.db, file, None) {
        assert!(one.span.start >= end, "in order, apart");
        end = one.span.end;
        shown.push_str(one.span.of(text));
        shown.push_str(&format!(" {:?}", one.colour));
        let shades = [
            (one.shades.declares, " declares"),
            (one.shades.writes, " writes"),
            (one.shades.deprecated, " deprecated"),
            (one.shades.library, " library"),
        ];
        shades
            .into_iter()
            .filter(|(is, _)| *is)
            .for_each(|(_, word)| shown.push_str(word));
        shown.push('\n');
    }
    expected.assert_eq(&shown);
}

#[test]
fn names_of_data_are_told_apart() {
    coloured(
        "profile P { id: String @key tier: Tier = gold address: { city: String? } }\nenum Tier { gold }\nevent E { at_home: Bool }\nevents All = E\ncatalog C { sku: String @key }\n",
        &expect![[r#"
        P Table declares
        id Field declares
        String Type library
        tier Field declares
        Tier Enum
        gold Value
        address Field declares
        city Field declares
        String Type library
        Tier Enum declares
        gold Value declares
        E Event declares
        at_home Field declares
        Bool Type library
        All Event declares
        E Event
        C Table declares
        sku Field declares
        String Type library
    "#]],
    );
}

#[test]
fn names_of_rules_are_told_apart() {
    coloured(
        "profile P { id: String @key n: Int = 0 }\nevent E { x: Int }\ntrait t(w: Duration): Int = count(E in last (w))\nfn f(a: Int) -> Int = abs(a)\nconst K: Int = 2\n@deprecated(\"no\")\nsegment s { when t(30d) > K and f(n) > 1 and n > 0 }\npartition l { a when in s otherwise b }\nsegment u { when in s and in l.a }\n",
        &expect![[r#"
            P Table declares
            id Field declares
            String Type library
            n Field declares
            Int Type library
            E Event declares
            x Field declares
            Int Type library
            t Trait declares
            w Param declares
            Duration Type library
            Int Type library
            count Function library
            E Event
            w Param
            f Function declares
            a Param declares
            Int Type library
            Int Type library
            abs Function library
            a Param
            K Const declares
            Int Type library
            s Group declares deprecated
            t Trait
            K Const
            f Function
            n Field
            n Field
            l Group declares
            a Value declares
            s Group deprecated
            b Value declares
            u Group declares
            s Group deprecated
            l Group
            a Value
        "#]],
    );
}

#[test]
fn names_of_campaigns_are_told_apart() {
    coloured(
        "profile P { id: String @key email: Email? n: Int = 0 ok: Bool = false }\nevent E { x: Int }\npurpose why { requires ok }\nchannel mail { to email requires ok }\ncontent c(e: E) { text: String\n variant v when e.x > 1 { text = \"{e.x}\" }\n otherwise { text = \"b\" } }\ntrigger t { on E as e enter once\n send c(e) via mail for why\n set n = 1 }\n",
        &expect![[r#"
        P Table declares
        id Field declares
        String Type library
        email Field declares
        Email Type library
        n Field declares
        Int Type library
        ok Field declares
        Bool Type library
        E Event declares
        x Field declares
        Int Type library
        why Way declares
        ok Field
        mail Way declares
        email Field
        ok Field
        c Action declares
        e Param declares
        E Event
        text Field declares
        String Type library
        v Action declares
        e Param
        x Field
        text Field writes
        e Param
        x Field
        text Field writes
        t Action declares
        E Event
        e Local declares
        c Action
        e Local
        mail Way
        why Way
        n Field writes
    "#]],
    );
}

#[test]
fn the_library_and_its_modules_are_told() {
    coloured(
        "use std.rfm\nevent E { x: Int }\ntrait t = rfm.recency(E)\nsegment s { when today after 2020-01-01 and did Sent }\n",
        &expect![[r#"
        std Module library
        rfm Module library
        E Event declares
        x Field declares
        Int Type library
        t Trait declares
        rfm Module library
        recency Trait library
        E Event
        s Group declares
        today Word library
        Sent Event library
    "#]],
    );
}

#[test]
fn a_range_has_the_names_in_it() {
    let fixture = Fixture::new(
        "segment a { when true }\nsegment b { when in a and in c }\nsegment c { when in b }\n",
    );
    let file = fixture.files[0].1;
    let text = fixture.db.file_text(file);
    let middle = Span::new(24, 45);
    let found = tokens(&fixture.db, file, Some(middle));
    let names: Vec<&str> = found.iter().map(|one| one.span.of(text)).collect();
    assert_eq!(names, ["b", "a"]);
}

#[test]
fn what_is_no_file_of_rules_has_none() {
    let fixture = Fixture::new("//- persona.toml\n[package]\nname = \"a\"\n");
    assert_eq!(tokens(&fixture.db, fixture.files[0].1, None), []);
    assert_eq!(tokens(&fixture.db, persona_base::FileId(999), None), []);
}
