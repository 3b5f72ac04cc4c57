//! Triggers, contents, experiments and tests: what is left of them once they are checked, what is said between them, and that
//! nothing breaks the check. The words of reports are specified in the suite.

use std::collections::BTreeSet;
use std::sync::Arc;

use persona_sema::{
    ArmHash, BinderId, Checked, ContentArg, Entry, ExprKind, Per, Recurrence, SlotValue, Stale,
    TestStepKind, TriggerStart, TriggerStepKind,
};

use crate::support::{codes, database, diagnostics, report};

const SHOP: &str = r#"profile Customer {
  id: String @key
  email: Email?
  points: Int = 0
  agreed: Bool = false
  language: Locale?
  birthday: Date?
  renews_at: Timestamp?
}
event CartAdded { sku: String, value: Money<USD>, note: String? }
event Purchase { total: Money<USD> }
event Nudged { sku: String, channel: String = "email", note: String? }
segment vip { when points > 100 }
purpose offers { requires agreed }
channel mail { to email requires agreed }
content reminder(cart: CartAdded, discount: Float = 10%) {
  subject: String
  badge: String = "new"
  variant noted when cart.note is known {
    subject = cart.note
    locale de_at { subject = "Servus" }
  }
  otherwise { subject = template "mail/reminder.liquid" }
}
"#;

fn checked(more: &str) -> Arc<Checked> {
    let program = format!("{SHOP}{more}");
    let found = database(&program).checked();
    assert!(found.is_some(), "{}", report(&program));
    found.expect("it was just seen")
}

#[test]
fn a_trigger_is_left_with_everything_that_was_said() {
    let checked = checked(
        r#"trigger rescue "Cart" {
  on CartAdded as cart where value >= 20 USD
  when email is known
  per cart.sku
  enter 2 per week
  again restart
  stop on Purchase where total > cart.value
  stop when points > 1_000
  priority 3
  wait 90m
  send reminder(cart) via mail for offers as m, within 12h
  wait until Purchase as p, at most 2d
  wait until monday at 09:00
  if p.total is known and p.total > 3 USD { emit Nudged { sku: cart.sku, note: m.message } } else { stop }
  set points = points + 1
}
"#,
    );
    let [trigger] = checked.triggers.as_slice() else {
        panic!("one trigger")
    };
    let TriggerStart::Event(query) = &trigger.start else {
        panic!("{:?}", trigger.start)
    };
    assert_eq!(query.binder, BinderId(0));
    assert_eq!(trigger.title.as_deref(), Some("Cart"));
    assert!(trigger.condition.is_some() && trigger.per.is_some() && trigger.restart);
    let week = Per::Calendar(persona_syntax::ast::CalendarUnit::Week);
    assert_eq!(
        trigger.enter,
        Entry::Limited {
            count: 2,
            per: week
        }
    );
    assert_eq!(
        (
            trigger.stop_on.len(),
            trigger.stop_when.len(),
            trigger.priority
        ),
        (1, 1, 3)
    );
    let kinds: Vec<&TriggerStepKind> = trigger.steps.iter().map(|step| &step.kind).collect();
    let [
        TriggerStepKind::Wait(_),
        TriggerStepKind::Send(send),
        TriggerStepKind::WaitForEvent { query: bought, .. },
        TriggerStepKind::WaitForClock {
            weekday: Some(0), ..
        },
        TriggerStepKind::If { arms, otherwise },
        TriggerStepKind::Set { .. },
    ] = kinds.as_slice()
    else {
        panic!("{kinds:?}")
    };
    let [ContentArg::Event(BinderId(0)), ContentArg::Value(discount)] = send.args.as_slice() else {
        panic!("{:?}", send.args)
    };
    assert!(
        matches!(discount.kind, ExprKind::Const(_)),
        "a default is filled in"
    );
    assert_eq!(
        (send.binder, bought.binder),
        (Some(BinderId(1)), BinderId(2))
    );
    assert!(matches!(send.stale, Some(Stale::Within(_))));
    assert!(matches!(otherwise[0].kind, TriggerStepKind::Stop));
    let TriggerStepKind::Emit { fields, .. } = &arms[0].1[0].kind else {
        panic!("an event is emitted")
    };
    // `channel` has a default, and `at` and `id` are given by the run.
    let ExprKind::Elem(BinderId(1), 0) = fields[1].1.kind else {
        panic!("{fields:?}")
    };
    assert_eq!(
        fields.iter().map(|(field, _)| field.0).collect::<Vec<_>>(),
        [2, 4]
    );
}

#[test]
fn other_starts_keep_what_they_watch() {
    let checked = checked(
        r#"trigger a {
  on leave vip
  enter once
  send everybody via mail
}
trigger b {
  on inactivity of Purchase for 30d
  send everybody via mail
}
trigger c {
  on anniversary of birthday at 09:30
  send everybody via mail
}
trigger d {
  on every month
  send everybody via mail
}
trigger e {
  on change of points as p where p.after > p.before
  enter always
  send everybody via mail
}
content everybody {
  subject: String
  otherwise { subject = "x" }
}
"#,
    );
    let starts: Vec<&TriggerStart> = checked
        .triggers
        .iter()
        .map(|trigger| &trigger.start)
        .collect();
    let [
        TriggerStart::Membership {
            leave: true,
            including_current: false,
            ..
        },
        TriggerStart::Inactivity {
            after: 2_592_000_000_000,
            ..
        },
        TriggerStart::Anniversary { at: 34_200, .. },
        TriggerStart::Every {
            unit: Recurrence::Month,
            at: 0,
        },
        TriggerStart::Change {
            binder: BinderId(0),
            condition: Some(_),
            ..
        },
    ] = starts.as_slice()
    else {
        panic!("{starts:?}")
    };
    assert_eq!(checked.triggers[1].enter, Entry::Always);
}

#[test]
fn a_content_keeps_its_slots_variants_and_languages() {
    let checked = checked("");
    let content = &checked.contents[0];
    assert_eq!(content.slots.len(), 2);
    assert!(content.slots[1].default.is_some());
    let [noted, otherwise] = content.variants.as_slice() else {
        panic!("two variants")
    };
    assert_eq!((&*noted.name, &*otherwise.name), ("noted", "otherwise"));
    assert_eq!(&*noted.locales[0].tag, "de-AT");
    let SlotValue::Expr(subject) = &noted.slots[0].1 else {
        panic!("a value")
    };
    assert!(!subject.ty.optional, "the variant's condition settles it");
    assert!(matches!(subject.kind, ExprKind::Event(BinderId(0), _)));
    let SlotValue::Template { path, .. } = &otherwise.slots[0].1 else {
        panic!("a template")
    };
    assert_eq!(&**path, "mail/reminder.liquid");
}

#[test]
fn arms_end_where_the_published_rule_says() {
    let experiment = |clauses: &str| {
        let more = format!("experiment x {{\n  on reminder\n  {clauses}\n}}\n");
        checked(&more).experiments[0].clone()
    };
    let three = experiment("arms { a, b, c }\n  holdout 5%");
    assert_eq!(
        (three.holdout, three.ends.as_slice()),
        (500, &[3666, 6833, 10_000][..])
    );
    assert_eq!((&*three.salt, three.hash), ("x", ArmHash::Sha256));
    let weighted =
        experiment("arms { a 10%, b 90% }\n  holdout 1%\n  hash growthbook_1\n  salt \"s\"");
    assert_eq!(
        (weighted.holdout, weighted.ends.as_slice()),
        (10, &[109, 1_000][..])
    );
    let alone = experiment("arms { a }\n  holdout 50%\n  layer l 0% to 25%");
    let layer = alone.layer.expect("it has a part of a layer");
    assert_eq!((&*layer.layer, layer.range), ("l", Some((0, 2_500))));
}

#[test]
fn a_test_keeps_its_timeline() {
    let checked = checked(
        r#"test "t" {
  given { id: "c", points: 3 }
  arm x = b
  at 1970-01-01T00:00:01Z
  event Purchase { total: 3 USD }
  wait 1h
  expect reminder is otherwise
  expect dropped reminder because limit
}
test "segment" {
  given { id: "d" }
  at 1970-01-01T00:00Z
  expect not in vip
}
experiment x {
  on reminder
  arms { a, b }
}
"#,
    );
    let [test, other] = checked.tests.as_slice() else {
        panic!("two tests")
    };
    assert_eq!((&*test.title, &*other.title), ("t", "segment"));
    let kinds: Vec<&TestStepKind> = test.steps.iter().map(|step| &step.kind).collect();
    assert!(matches!(kinds[0], TestStepKind::Given(fields) if fields.len() == 2));
    assert!(matches!(kinds[1], TestStepKind::Arm { arm: Some(1), .. }));
    assert_eq!(kinds[2], &TestStepKind::At(1_000_000));
    assert_eq!(kinds[4], &TestStepKind::Wait(3_600_000_000));
}

#[test]
fn templates_are_looked_for_where_there_is_a_folder() {
    let program = |path: &str| SHOP.replace("mail/reminder.liquid", path);
    let found = |path: &str| {
        let mut db = database(&program(path));
        let known = ["mail/reminder.liquid", "mail/other.html"].map(Arc::from);
        assert!(db.set_templates(Some(BTreeSet::from(known))));
        let found = db.diagnostics().into_iter();
        let own = found.filter(|diagnostic| diagnostic.code.id() == "P0956");
        own.map(|diagnostic| {
            diagnostic
                .fixes
                .first()
                .map(|fix| fix.edits[0].text.clone())
        })
        .collect::<Vec<_>>()
    };
    assert!(found("mail/reminder.liquid").is_empty());
    assert_eq!(
        found("mail/remindr.liquid"),
        [Some("\"mail/reminder.liquid\"".to_owned())]
    );
    assert_eq!(
        found("reminder.liquid"),
        [Some("\"mail/reminder.liquid\"".to_owned())]
    );
    assert_eq!(found("entirely/elsewhere.txt"), [None]);
    assert!(
        codes(&program("entirely/elsewhere.txt"))
            .iter()
            .all(|code| *code != "P0956")
    );
}

#[test]
fn a_loop_shows_each_of_its_steps() {
    let program = format!(
        r#"{SHOP}trigger one {{
  on Nudged
  enter always
  set points = 0
}}
trigger two {{
  on leave vip
  enter always
  if points > 3 {{ emit Nudged {{ sku: "a" }} }}
}}
"#
    );
    let found = diagnostics(&program);
    let found: Vec<_> = found
        .iter()
        .filter(|found| found.code.id() == "P0934")
        .collect();
    let [found] = found.as_slice() else {
        panic!("{}", report(&program))
    };
    let steps: Vec<(&str, &str)> = found
        .secondary
        .iter()
        .map(|label| (label.span.of(&program), label.text.as_str()))
        .collect();
    let expected = [
        (
            "set points = 0",
            "`one` sets `points`, which `vip` rests on, and so starts `two`",
        ),
        (
            "emit Nudged { sku: \"a\" }",
            "`two` emits `Nudged`, which starts `one`",
        ),
    ];
    assert_eq!(steps, expected);
}

#[test]
fn what_does_not_come_round_is_no_loop() {
    let program = format!(
        r#"{SHOP}trigger one {{
  on Purchase
  enter always
  set points = 0
}}
trigger two {{
  on enter vip
  enter always
  emit Nudged {{ sku: "a" }}
}}
trigger three {{
  on Nudged
  enter always
  send everybody via mail
}}
content everybody {{
  subject: String
  otherwise {{ subject = "x" }}
}}
"#
    );
    assert!(!codes(&program).contains(&"P0934"), "{}", report(&program));
}

#[test]
fn a_circle_of_contents_shows_where_each_is_read() {
    let program = r#"content a {
  text: String
  otherwise { text = "{b.text}" }
}
content b {
  text: String
  otherwise { text = "{a.text}" }
}
"#;
    let found = diagnostics(program);
    let found: Vec<_> = found
        .iter()
        .filter(|found| found.code.id() == "P0960")
        .collect();
    assert_eq!(found.len(), 1);
    let places: Vec<(&str, &str)> = found[0]
        .secondary
        .iter()
        .map(|label| (label.span.of(program), label.text.as_str()))
        .collect();
    assert_eq!(
        places,
        [
            ("b.text", "`a` reads `b` here"),
            ("a.text", "`b` reads `a` here")
        ]
    );
}

#[test]
fn a_segment_may_have_the_name_of_a_value_that_it_asks_for() {
    let program = "profile C { id: String @key, tier: Tier = gold }
enum Tier { gold, silver }
segment gold { when tier == gold }
segment silver { when tier == Tier.silver and not in gold }
";
    assert_eq!(codes(program), [""; 0], "{}", report(program));
}

/// Everything that these declarations can say, and some of what they cannot.
const MANY: &str = r#"trigger t "T" {
  on (CartAdded or Purchase) as x where value > 3 USD
  when in vip and email is known
  per x.at
  enter 1 per 7d
  again ignore
  stop on Purchase
  stop when points > 3
  priority 1
  wait until Purchase as y where total > x.total, at most 3h
  send reminder(x, discount: 3%) via mail for offers as m, before renews_at
  if y.total is known and y.total > 3 USD { set points = 3 } else if in vip { stop } else { emit Nudged { sku: m.message } }
}
experiment e { on t, reminder arms { a 50%, b 50% } holdout 5% goal Purchase within 7d layer l 0% to 5% }
content c(e: Purchase, n: Int = 3) "C" {
  s: Html = "{c.s} {reminder.subject} {raw("x")}"
  skip when arm(e) == a "r"
  variant v when n > 3 { s = template "../x" locale de { s = "x" } }
  otherwise { s = "{e.total} {n}" }
}
test "t" {
  given { id: "x", points: "y", nothing: { deep: 3 } }
  arm e = missing
  at 2026-01-01T00:00Z
  event Purchase { total: 3 EUR }
  wait 1h
  expect sent c via mail
  expect c is v
  expect c.s == "x" and in vip
}
"#;

#[test]
fn no_broken_text_breaks_the_check() {
    let mut db = database(SHOP);
    for end in (0..MANY.len())
        .filter(|end| MANY.is_char_boundary(*end))
        .step_by(3)
    {
        db.set_file("more.persona", MANY[..end].to_owned());
        let found = db.diagnostics();
        let internal = found.iter().any(|found| found.message.is_empty());
        assert!(!internal, "a report without words at {end}");
    }
    let lines: Vec<&str> = MANY.lines().collect();
    for without in 0..lines.len() {
        let mut kept = lines.clone();
        kept.remove(without);
        db.set_file("more.persona", kept.join("\n"));
        db.diagnostics();
    }
}
