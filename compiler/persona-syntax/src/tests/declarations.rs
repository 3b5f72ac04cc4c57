//! The trees of declarations, kind by kind.

use expect_test::{Expect, expect};

use super::show_file;

fn check(text: &str, expected: &Expect) {
    expected.assert_eq(&show_file(text));
}

#[test]
fn tables() {
    check(
        r#"/// Docs.
/// More.
@owner("crm")
profile Customer {
  /// The key.
  id: String @key
  email: Email? @pii @deprecated("use x")
  country: Country = other, zip: String? // end
  home: { city: String?, at: { lat: Float, lon: Float } }
  tags: Set<List<Money<USD>>>? = [] @pii
  check id != "" "no key"
  check age > 0
  check birthday is missing or birthday before today "born tomorrow" else clear birthday
  check a else warn
  check b "m" else reject
}
event Empty {}
event E { at_: Timestamp, check: Int, limit: Int }"#,
        &expect![[r#"
            /// Docs. ⏎ More.
            @owner "crm"
            (profile Customer
              (/// The key. id String @key)
              (email Email? @pii @deprecated "use x")
              (country Country = other)
              (zip String?)
              (home {(city String?) (at {(lat Float) (lon Float)})})
              (tags Set<List<Money<USD>>>? = [] @pii)
              (check (Ne id "") "no key" reject)
              (check (Gt age 0) reject)
              (check (or (missing birthday) (Before birthday today)) "born tomorrow" clear birthday)
              (check a warn)
              (check b "m" reject))
            (event Empty)
            (event E
              (at_ Timestamp)
              (check Int)
              (limit Int))
        "#]],
    );
}

#[test]
fn enums_and_groups() {
    check(
        r#"enum A { x, y "Why", /// Docs.
 z }
ordered enum B {
  low
  middle "In between"
  /// The best.
  high
}
enum C {}
events Any = A or B or C
events One = A"#,
        &expect![[r#"
            (enum A x (y "Why") z)
            (ordered-enum B low (middle "In between") /// The best. high)
            (enum C)
            (events Any A B C)
            (events One A)
        "#]],
    );
}

#[test]
fn constants_traits_and_functions() {
    check(
        r#"const EU: List<Country> = [DE, FR]
trait a: Money<USD>? = avg(Purchase.total in last 365d)
trait b = 1
trait c(n: Int = 5, q: Event, f: Field<Money<USD>>): Bool = count(q) > n
fn f(a: Int, b: String? = "x") -> Float? = a / 2
fn g() -> Int = 1"#,
        &expect![[r#"
            (const EU List<Country> [DE FR])
            (trait a : Money<USD>? (avg <Purchase.total last:31536000s>))
            (trait b 1)
            (trait c (n: Int = 5, q: Event, f: Field<Money<USD>>) : Bool (Gt (count <q>) n))
            (fn f (a: Int, b: String? = "x") : Float? (/ a 2))
            (fn g : Int 1)
        "#]],
    );
}

#[test]
fn segments_and_partitions() {
    check(
        r#"segment a { when x }
segment b "Title" { when x and y }
segment c(topic: String, window: Duration = 48h) "Of {topic}" {
  // why
  when did View in last (window) where category == topic
}
partition p {
  fresh "Fresh ones" when signed_up_at in last 14d
  /// Docs.
  active when did Purchase in last 90d,
  otherwise lapsed "Lapsed"
}
partition q "Q" { otherwise all_of_them }"#,
        &expect![[r#"
            (segment a x)
            (segment b "Title" (and x y))
            (segment c (topic: String, window: Duration = 172800s) "Of {topic}" (did <View last:(paren window) where (Eq category topic)>))
            (partition p
              (fresh "Fresh ones" (in-window signed_up_at last:1209600s))
              (/// Docs. active (did <Purchase last:7776000s>))
              (otherwise (lapsed "Lapsed")))
            (partition q "Q"
              (otherwise all_of_them))
        "#]],
    );
}

#[test]
fn sources() {
    check(
        r#"source a of Customer {
  from "data/*.csv"
  id = column("ID")
  home.city = column("City").trim()
}
source b of Order {
  from csv "x.txt" delimiter ";" header false
  from r"C:\data"
  where column("a") is known and column("b") > 3
  group by column("a"), column("b").as(Int)
  prefer crm over shop
  items = each { sku = column("S"), price = column("P").as(Money<GBP>) }
  from = column("from")
  where_ = x
  each = column("each")
}"#,
        &expect![[r#"
            (source a of Customer
              (from "data/*.csv")
              (id = column("ID"))
              (home.city = column("City").trim()))
            (source b of Order
              (from csv "x.txt" delimiter=";" header=false)
              (from r"C:\\data")
              (where (and (known column("a")) (Gt column("b") 3)))
              (group column("a") column("b").as(Int))
              (prefer crm shop)
              (items = each (sku column("S")) (price column("P").as(type Money<GBP>)))
              (from = column("from"))
              (where_ = x)
              (each = column("each")))
        "#]],
    );
}

#[test]
fn later_declarations_keep_their_name() {
    check(
        "use std.rfm\ntest \"a b\" { expect in vip }\ntrigger t { on X }\nexclusive { a, b }\nchannel email {\n  when full drop\n}",
        &expect![[r#"
            (later use std)
            (later test ·)
            (later trigger t)
            (later exclusive ·)
            (later channel email)
        "#]],
    );
}

#[test]
fn spans_are_those_of_the_source() {
    let text = "segment a {\n  when “x” == b // c\n    and did Purchase at least 2 times\n}";
    let parse = crate::parse_decl(text);
    let crate::ast::DeclKind::Segment { condition, .. } = &parse.tree.kind else {
        panic!()
    };
    assert_eq!(
        condition.span.of(text),
        "“x” == b // c\n    and did Purchase at least 2 times"
    );
    let mut parts = Vec::new();
    condition.for_each_child(&mut |part| parts.push(part.span.of(text)));
    assert_eq!(parts, ["“x” == b", "did Purchase at least 2 times"]);
}

#[test]
fn a_program_at_a_glance() {
    let text = include_str!("corpus/campaign.persona");
    check(text, &expect![[r#""#]]);
}
