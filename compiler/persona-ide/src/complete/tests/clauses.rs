//! Clauses of declarations: their words, and what each takes.

use expect_test::expect;

use super::{check, labels, offers, rules, shown, taken};

#[test]
fn declarations_are_offered_between_declarations() {
    check(
        "$0",
        &["segment", "trait", "trigger", "content", "test", "use"],
        &["when", "visits"],
    );
    check("seg$0", &["segment"], &["trait"]);
    check(
        "segment x { when true }\n\ntr$0",
        &["trait", "trigger"],
        &["visits"],
    );
    check("segment x { when visits > \n$0", &["segment"], &["visits"]);
    check("@owner(\"a\")\n$0", &["segment"], &[]);
    assert_eq!(
        taken("seg$0", "segment"),
        "segment name \"Title\" {\n  when \n}"
    );
}

#[test]
fn bodies_offer_their_clauses() {
    check("segment x {\n  $0\n}", &["when"], &["visits"]);
    check("partition p {\n  $0\n}", &["stage when", "otherwise"], &[]);
    check(
        "channel c {\n  $0\n}",
        &[
            "to",
            "requires",
            "quiet",
            "limit",
            "skip when",
            "transactional",
            "when full",
        ],
        &["send"],
    );
    check("purpose p {\n  $0\n}", &["requires"], &["to"]);
    check(
        "trigger t {\n  $0\n}",
        &[
            "on", "enter", "stop on", "send", "wait", "if", "emit", "set",
        ],
        &["to"],
    );
    check(
        "trigger t {\n  on Purchase\n  enter once\n  se$0\n}",
        &["send", "set"],
        &["visits"],
    );
    check(
        "content c {\n  a: String\n  $0\n}",
        &["variant", "otherwise", "skip when"],
        &["send"],
    );
    check(
        "recommend r: List<Product> {\n  $0\n}",
        &["from", "rank by", "take", "otherwise"],
        &["send"],
    );
    check(
        "experiment e {\n  $0\n}",
        &["on", "arms", "goal", "holdout", "layer"],
        &["send"],
    );
    check(
        "test \"t\" {\n  $0\n}",
        &["given", "at", "event", "expect", "wait", "arm"],
        &["send"],
    );
    check(
        "source s of Purchase {\n  $0\n}",
        &[
            "from", "where", "group by", "order_id", "total", "profile", "at",
        ],
        &["send"],
    );
    check("event E {\n  a: String\n  $0\n}", &["check"], &["visits"]);
}

#[test]
fn a_new_line_continues_a_condition_or_begins_a_clause() {
    check(
        "partition p {\n  a when visits > 3\n  $0\n  otherwise b\n}",
        &["and", "or", "stage when", "otherwise"],
        &["visits"],
    );
    check(
        "segment x {\n  when visits > 3\n    and $0\n}",
        &["visits", "did"],
        &["when"],
    );
}

#[test]
fn triggers_take_their_starts() {
    check(
        "trigger t {\n  on $0\n}",
        &[
            "Purchase",
            "enter",
            "leave",
            "inactivity of",
            "every",
            "change of",
        ],
        &["visits"],
    );
    check(
        "trigger t {\n  on enter $0\n}",
        &["vip", "lifecycle"],
        &["Purchase"],
    );
    check(
        "trigger t {\n  on enter lifecycle.$0\n}",
        &["fresh", "lapsed"],
        &["vip"],
    );
    check(
        "trigger t {\n  on enter vip $0\n}",
        &["including current"],
        &[],
    );
    check("trigger t {\n  on CartAdded $0\n}", &["as", "where"], &[]);
    check(
        "trigger t {\n  on CartAdded as c where $0\n}",
        &["sku", "value", "profile"],
        &["visits"],
    );
    check("trigger t {\n  on inactivity of $0\n}", &["Purchase"], &[]);
    check(
        "trigger t {\n  on inactivity of Purchase for $0\n}",
        &["30d"],
        &[],
    );
    check("trigger t {\n  on anniversary of $0\n}", &["birthday"], &[]);
    check(
        "trigger t {\n  on every $0\n}",
        &["monday", "day", "month"],
        &[],
    );
    check(
        "trigger t {\n  on change of $0\n}",
        &["tier", "visits"],
        &[],
    );
    check("trigger t {\n  enter $0\n}", &["once", "always"], &[]);
    check(
        "trigger t {\n  enter 1 per $0\n}",
        &["day", "week", "7d"],
        &[],
    );
    check("trigger t {\n  again $0\n}", &["ignore", "restart"], &[]);
    check("trigger t {\n  stop $0\n}", &["on", "when"], &[]);
    check("trigger t {\n  stop on $0\n}", &["Purchase"], &["visits"]);
}

#[test]
fn sending_takes_contents_channels_and_purposes() {
    let header = "trigger t {\n  on CartAdded as cart\n  enter once\n";
    let at = |rest: &str| format!("{header}  {rest}\n}}");
    check(&at("send $0"), &["hello", "cart_reminder"], &["mail"]);
    check(&at("send hello $0"), &["via"], &["for"]);
    check(
        &at("send hello via $0"),
        &["mail", "push"],
        &["hello", "offers"],
    );
    check(
        &at("send hello via mail $0"),
        &["for", "as", "within", "before"],
        &["via"],
    );
    check(&at("send hello via mail for $0"), &["offers"], &["mail"]);
    check(&at("send hello via mail within $0"), &["24h"], &[]);
    check(
        &at("send cart_reminder($0) via mail"),
        &["cart", "cart:", "discount:"],
        &[],
    );
    check(
        &at("send cart_reminder(cart, discount: $0) via mail"),
        &["score"],
        &[],
    );
    assert_eq!(
        labels(&rules(&at("send cart_reminder($0) via mail")))[0],
        "cart"
    );
    let taken = taken(&at("send cart_r$0 via mail"), "cart_reminder");
    assert!(
        taken.contains("send cart_reminder(cart) via mail"),
        "{taken}"
    );
}

#[test]
fn steps_take_what_they_do() {
    let header = "trigger t {\n  on CartAdded as cart\n  enter once\n";
    let at = |rest: &str| format!("{header}  {rest}\n}}");
    check(&at("wait $0"), &["1h", "24h", "until"], &[]);
    check(&at("wait until $0"), &["Purchase", "monday"], &[]);
    check(&at("wait until monday $0"), &["at"], &[]);
    check(&at("if $0"), &["visits", "cart", "did", "in"], &[]);
    check(
        &at("if visits > 3 {\n    $0\n  }"),
        &["send", "wait", "stop"],
        &["on", "enter"],
    );
    check(&at("emit $0"), &["Purchase", "CartAdded"], &["Activity"]);
    check(
        &at("emit CartAdded { $0 }"),
        &["sku", "value"],
        &["at", "id", "total"],
    );
    check(
        &at("emit CartAdded { sku: $0 }"),
        &["cart", "first_name"],
        &[],
    );
    check(&at("set $0"), &["visits", "tier", "address"], &["cart"]);
    check(&at("set address.$0"), &["city", "zip"], &["visits"]);
    check(&at("set tier = $0"), &["gold", "silver"], &[]);
    check(&at("when cart.$0"), &["sku", "value"], &["visits"]);
}

#[test]
fn channels_take_their_parts() {
    check("channel c {\n  to $0\n}", &["email"], &[]);
    check(
        "channel c {\n  requires $0\n}",
        &["nothing", "consent"],
        &[],
    );
    check(
        "channel c {\n  requires consent.$0\n}",
        &["email", "offers"],
        &["nothing"],
    );
    check("channel c {\n  limit 3 $0\n}", &["per"], &[]);
    check(
        "channel c {\n  limit 3 per $0\n}",
        &["day", "week", "7d"],
        &[],
    );
    check(
        "channel c {\n  limit 3 per 7d across $0\n}",
        &["mail", "push"],
        &["hello"],
    );
    check("channel c {\n  quiet 21:00 $0\n}", &["to"], &[]);
    check(
        "channel c {\n  quiet 21:00 to 08:00 when country $0\n}",
        &["==", "in [ ]"],
        &[],
    );
    check("channel c {\n  when full $0\n}", &["drop", "defer"], &[]);
    check("channel c {\n  skip when $0\n}", &["visits"], &[]);
}

#[test]
fn contents_take_slots_templates_and_languages() {
    let at = |rest: &str| {
        format!(
            "content c {{\n  subject: String\n  body: Html\n  otherwise {{\n    {rest}\n  }}\n}}"
        )
    };
    check(&at("$0"), &["subject", "body", "locale"], &["variant"]);
    check(
        &at("subject = \"a\"\n    $0"),
        &["body", "locale"],
        &["subject"],
    );
    check(&at("body = $0"), &["template"], &[]);
    check(
        &at("body = template \"$0\""),
        &["emails/hello.liquid"],
        &["visits"],
    );
    check(&at("locale $0"), &["de", "en"], &[]);
    check(
        &at("locale de {\n      $0\n    }"),
        &["subject", "body"],
        &["variant"],
    );
    check(
        "content c(cart: $0) { a: String otherwise { a = \"\" } }",
        &["CartAdded", "String", "Product", "Tier"],
        &[],
    );
    check(
        "content c {\n  a: $0\n}",
        &["String", "Html", "Money", "List"],
        &["Event"],
    );
    check(
        "content c {\n  a: String\n  variant v when $0 { a = \"\" }\n}",
        &["visits", "did"],
        &[],
    );
    check(
        "content c {\n  a: String\n  variant v when arm($0) == personal { a = \"\" }\n}",
        &["cart_subject"],
        &["visits"],
    );
    check(
        "content c {\n  a: String\n  variant v when arm(cart_subject) == $0 { a = \"\" }\n}",
        &["control", "personal"],
        &[],
    );
}

#[test]
fn recommendations_take_catalogs_and_fields_of_items() {
    let at = |rest: &str| format!("recommend r: List<Product> {{\n  {rest}\n}}");
    check(&at("from $0"), &["Product"], &["Customer"]);
    check(
        &at("from Product\n  where $0"),
        &["in_stock", "price", "profile"],
        &["visits"],
    );
    check(&at("from Product\n  rank $0"), &["by"], &[]);
    check(
        &at("from Product\n  rank by $0"),
        &["popularity", "price"],
        &[],
    );
    check(
        &at("from Product\n  rank by price $0"),
        &["asc", "desc"],
        &[],
    );
    check(&at("from Product\n  exclude $0"), &["Purchase"], &[]);
    check(
        &at("from Product\n  otherwise $0"),
        &["bestsellers", "skip"],
        &["r"],
    );
    check("recommend r: List<P$0> { }", &["Product"], &[]);
}

#[test]
fn experiments_and_tests_take_names() {
    check(
        "experiment e {\n  on $0\n}",
        &["welcome", "hello"],
        &["vip"],
    );
    check("experiment e {\n  goal $0\n}", &["Purchase"], &[]);
    check("experiment e {\n  goal Purchase within $0\n}", &["7d"], &[]);
    check(
        "experiment e {\n  hash $0\n}",
        &["sha256", "growthbook_2"],
        &[],
    );
    let at = |rest: &str| {
        format!("test \"t\" {{\n  given {{ id: \"a\" }}\n  at 2026-01-10T12:00Z\n  {rest}\n}}")
    };
    check(&at("event $0"), &["Purchase"], &["vip"]);
    check(&at("event CartAdded { $0 }"), &["sku", "value"], &["total"]);
    check(
        &at("event CartAdded { sku: \"a\", $0 }"),
        &["value"],
        &["sku"],
    );
    check(&at("wait $0"), &["1h", "24h"], &[]);
    check(&at("arm $0"), &["cart_subject"], &["vip"]);
    check(
        &at("arm cart_subject = $0"),
        &["control", "personal", "missing"],
        &[],
    );
    check(
        &at("expect $0"),
        &["sent", "dropped", "not", "in", "hello", "visits"],
        &[],
    );
    check(&at("expect sent $0"), &["hello", "cart_reminder"], &["vip"]);
    check(&at("expect not sent $0"), &["hello"], &[]);
    check(&at("expect sent hello via $0"), &["mail"], &["hello"]);
    check(
        &at("expect dropped hello because $0"),
        &["consent", "limit", "holdout"],
        &[],
    );
    check(&at("expect hello is $0"), &["german", "otherwise"], &[]);
    check(&at("expect in $0"), &["vip"], &["visits"]);
    check(
        "test \"t\" {\n  given { $0 }\n}",
        &["id", "email", "signed_up_at", "address"],
        &[],
    );
    check("test \"t\" {\n  given { tier: $0 }\n}", &["gold"], &[]);
    check(
        "test \"t\" {\n  given { id: \"a\", address: { $0 } }\n}",
        &["city", "zip"],
        &["id"],
    );
    check(&at("set consent.$0"), &["email", "offers"], &["visits"]);
}

#[test]
fn fields_take_types_and_annotations() {
    check(
        "event E { a: $0 }",
        &["String", "Money", "Timestamp", "Tier", "Country"],
        &["Event", "Html"],
    );
    check("event E { a: Money<U$0> }", &["USD"], &["String"]);
    check("event E { a: List<T$0> }", &["Timestamp", "Tier"], &["USD"]);
    check(
        "event E { a: String $0 }",
        &["=", "@pii", "@key"],
        &["String"],
    );
    check(
        "event E { a: String @$0 }",
        &["pii", "key", "deprecated"],
        &["owner"],
    );
    check(
        "@$0\nsegment x { when true }",
        &["owner", "deprecated", "allow"],
        &["key"],
    );
    check(
        "@allow($0)\nsegment x { when true }",
        &["unused_segment"],
        &["visits"],
    );
    check("event E { a: Tier = $0 }", &["gold", "bronze"], &["visits"]);
    check(
        "segment x(a: $0) { when true }",
        &["Event", "Field", "Duration"],
        &[],
    );
    check("trait t: $0 = 1", &["Int", "Money"], &["Event"]);
    check("events All = $0", &["Purchase", "CartAdded"], &["visits"]);
    check(
        "event E { a: Int check a > 1 \"m\" else $0 }",
        &["reject", "clear", "warn"],
        &[],
    );
}

#[test]
fn sources_take_what_they_fill_and_columns() {
    check("source s $0", &["of"], &[]);
    check(
        "source s of $0",
        &["Customer", "Purchase", "Product"],
        &["vip"],
    );
    check(
        "source s of Purchase {\n  from $0\n}",
        &["csv", "parquet"],
        &[],
    );
    check(
        "source s of Purchase {\n  from \"a.csv\"\n  prefer $0\n}",
        &["customers"],
        &[],
    );
    check(
        "source s of Purchase {\n  from \"a.csv\"\n  total = $0\n}",
        &["column", "sum"],
        &["visits"],
    );
    check(
        "source s of Purchase {\n  from \"a.csv\"\n  total = column(\"a\").$0\n}",
        &["as", "trim", "split"],
        &["column"],
    );
    check(
        "source s of Purchase {\n  from \"a.csv\"\n  total = column(\"a\")\n  $0\n}",
        &["order_id", "items", "at"],
        &["total"],
    );
    check(
        "source s of Purchase {\n  from \"a.csv\"\n  items = each { $0 }\n}",
        &["sku", "quantity", "price"],
        &["total"],
    );
}

#[test]
fn nothing_is_offered_in_comments_names_and_plain_text() {
    for text in [
        "// vi$0",
        "segment x { when true } // $0",
        "segment $0 { when true }",
        "segment x { when first_name == \"$0\" }",
        "segment x { when did Purchase as $0 }",
        "enum E { $0 }",
    ] {
        let items = rules(text);
        assert_eq!(labels(&items), [""; 0], "{text}");
    }
}

#[test]
fn offers_know_what_they_are() {
    let items =
        offers("//- b.persona\ntrigger t {\n  on CartAdded as cart\n  enter once\n  send $0\n}\n");
    expect![[r#"
        hello | Content | -
        cart_reminder | Content | (cart: CartAdded, discount: Float = 0%)
    "#]]
    .assert_eq(&shown(&items, 4));
    let items = rules("trigger t {\n  on CartAdded as cart\n  enter once\n  send hello via $0\n}");
    expect![[r#"
        mail | Channel | channel
        push | Channel | channel
    "#]]
    .assert_eq(&shown(&items, 4));
}
