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
fn campaigns() {
    let text = include_str!("corpus/campaign.persona");
    check(
        text,
        &expect![[r#"
        (use std.rfm)
        (use std.rfm {champions loyal})
        /// What we sell.
        (catalog Product
          (sku String @key)
          (category String)
          (price Money<USD>)
          (in_stock Bool = true))
        (purpose service
          (requires nothing))
        (purpose offers
          (requires (and consent.offers (not-in minors))))
        /// Mails.
        @owner "crm"
        (channel email
          (to email)
          (requires consent.email)
          (quiet time:75600 time:28800)
          (quiet time:72000 time:32400 when (in country [FR DE]))
          (limit 1 per Day)
          (limit 3 per 604800s across email sms)
          (full defer)
          (skip (EndsWith email "@example.org") "a test address"))
        (channel receipts
          (to email)
          (requires nothing)
          (transactional))
        (trigger cart_rescue "Abandoned cart"
          (on <CartAdded as cart where (Ge value 20USD)>)
          (when (and (not-in vip) (did-not <Purchase last:604800s>)))
          (per cart.sku)
          (enter 1 per 604800s)
          (again restart)
          (stop-on <Purchase where (Contains items cart.sku)>)
          (stop-when (Eq consent.email false))
          (priority 3)
          (wait 3600s)
          (send cart_reminder(cart) via email)
          (wait 82800s)
          (send cart_reminder(cart, discount: 0.1%) via email for offers as m within 43200s)
          (wait-event <EmailOpened where (Eq message m.message)> at-most 259200s)
          (if ((and (did <EmailOpened last:259200s>) (Eq tier gold))
            (emit Reward points:3 reason:"opened {cart.sku}")
            (if ((in vip)
              (stop)))) ((Gt lifetime_spend 10USD)
            (set stage.current (match tier (gold => "a") (otherwise => "b")))
            (send thanks() via email before (+ cart.at 604800s))) else
            (wait-clock time:32400)
            (wait-clock monday time:32400)
            (wait-until (+ cart.at 259200s))
            (stop)))
        (trigger a
          (on enter vip including-current)
          (enter once))
        (trigger b
          (on leave lifecycle.active)
          (enter 3 per Month))
        (trigger c
          (on inactivity <Purchase|CartAdded> 2592000s))
        (trigger d
          (on anniversary birthday at time:32400)
          (enter always))
        (trigger e
          (on every monday at time:32400)
          (wait 3600s)
          (stop))
        (trigger f
          (on change tier as c where (Gt c.after c.before))
          (enter once))
        (trigger g
          (on <any-event>)
          (enter 2 per Day)
          (wait-event <any-event> at-most 86400s)
          (wait-event <Purchase|CartAdded> at-most 86400s))
        (content cart_reminder (cart: CartAdded, discount: Float = 0.0%) "Cart"
          (subject String)
          (body Html = "" @deprecated "x")
          (skip (Lt cart.value 5USD) "too little")
          (/// For those with a discount. variant offer when (and (Gt discount 0.0%) (Eq arm(cart_subject) personal)) subject="{discount:percent} off what you left behind" body=template "emails/cart_offer.liquid" (locale de subject="{discount:percent} Rabatt") (locale de-AT subject="Servus" body=template r"emails/at.liquid") (locale pt-BR subject=greeting.text))
          (otherwise subject=(if ((known first_name) "Still thinking it over, {first_name}?") else "Still thinking it over?") body=template "emails/cart.liquid"))
        (recommend similar (topic: String = "x") : List<Product>
          (from Product)
          (where (and in_stock (Eq category (last <ProductViewed>).category)))
          (exclude <Purchase.items.sku last:31536000s>)
          (exclude (Gt price 100USD))
          (rank popularity desc price asc sku asc)
          (take 4)
          (otherwise bestsellers))
        (recommend bestsellers : List<Product>
          (from Product)
          (rank sold desc)
          (take 4)
          (otherwise ["A1" "B2"]))
        (recommend last_resort : List<Product>
          (from Product)
          (exclude <Purchase.items.sku>)
          (take 1)
          (otherwise skip "nothing to show"))
        (experiment cart_subject
          (on cart_rescue cart_reminder)
          (arms control 0.5% personal 0.5%)
          (holdout 0.05%)
          (goal <Purchase where (Gt total 1USD)> within 604800s)
          (hash growthbook_2)
          (salt "v2")
          (layer checkout 0.0% 0.4%))
        (experiment other
          (on a)
          (arms x y)
          (goal <Purchase> within 86400s)
          (layer checkout))
        (exclusive vip lapsed lifecycle.active recent("x", 259200s))
        (exclusive champions loyal)
        (test "a purchase cancels the reminder"
          (given id:"c1" email:"ada@example.com" consent:{email: true})
          (at at:1768046400000000)
          (event CartAdded sku:"A1" value:30USD)
          (wait 1800s)
          (event Purchase order_id:"o1" total:30USD items:[])
          (arm cart_subject personal)
          (arm other missing)
          (wait 86400s)
          (expect not sent cart_reminder)
          (expect sent thanks via email)
          (expect dropped cart_reminder because consent)
          (expect not dropped cart_reminder)
          (expect (and (in vip) (not-in lapsed)))
          (expect (Eq cart_reminder.subject "x"))
          (expect cart_reminder is offer)
          (expect cart_reminder is otherwise)
          (expect (did <Purchase> AtLeast:1)))
        (event Purchase
          (on String)
          (limit Int)
          (at_most Int)
          (wait Duration))
        (segment odd (and (Gt limit 3) (Gt wait 3600s) (Eq on "x")))
    "#]],
    );
}
