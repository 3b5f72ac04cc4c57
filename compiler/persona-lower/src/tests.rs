//! Small programs and the graphs that they become. Every plan is verified as it is made; what is shown here is *which*
//! operations were chosen.

use expect_test::{Expect, expect};
use persona_ir::{Explain, ExplainKind, Plan};
use persona_sema::Database;

const SCHEMA: &str = r#"
profile P {
  id: String @key
  zone: TimeZone = "UTC"
  spend: Money<USD> = 0 USD
  points: Int = 0
  score: Float?
  name: String?
  vip: Bool?
  birthday: Date?
  joined: Timestamp = 2020-01-01T00:00Z
  tags: Set<String> = []
  sizes: List<Int>?
  home: Geo?
  tier: Tier = bronze
}
ordered enum Tier { bronze, silver, gold }
event Buy { total: Money<USD>, sku: String, units: Int?, items: List<{ sku: String, price: Money<USD>? }> }
event See { sku: String, seconds: Int? }
"#;

fn plan(rules: &str) -> Plan {
    let mut db = Database::new();
    db.set_name("test");
    db.set_file("schema.persona", SCHEMA.to_owned());
    db.set_file("rules.persona", rules.to_owned());
    let Some(checked) = db.checked() else {
        panic!("{:#?}", db.diagnostics())
    };
    crate::lower(&checked).unwrap()
}

/// The nodes and what is asked of them, as text.
fn graph(rules: &str) -> String {
    let text = persona_ir::print(&plan(rules));
    let shown = |line: &&str| {
        ['%', 's', 't', 'r', 'c']
            .iter()
            .any(|start| line.starts_with(*start))
            || line.starts_with("partition")
    };
    text.lines()
        .filter(shown)
        .map(|line| format!("{line}\n"))
        .collect()
}

fn check(rules: &str, expected: &Expect) {
    expected.assert_eq(&graph(rules));
}

#[test]
fn equal_conditions_are_one_node_wherever_they_stand() {
    check(
        r#"
segment a { when spend > 10 USD and points == 1 }
segment b { when points == 1 and 10 USD < spend }
"#,
        &expect![[r#"
            %0: Money(USD) = const 1000
            %1: Money(USD) = profile spend
            %2: Bool = lt %0, %1
            %3: Int = profile points
            %4: Int = const 1
            %5: Bool = eq %3, %4
            %6: Bool = and %2, %5
            segment a = %6
            segment b = %6
        "#]],
    );
}

#[test]
fn whole_numbers_beside_floats_are_compared_exactly() {
    check(
        r#"
segment a { when points > 2.5 }
segment b { when score >= 2 }
segment c { when points == score }
segment d { when points in [1, 2] }
"#,
        &expect![[r#"
            %0: Float = const 2.5
            %1: Int = profile points
            %2: Bool = lt_num %0, %1
            %3: Float? = profile score
            %4: Float = const 2.0
            %5: Bool = le %4, %3
            %6: Bool = eq_num %1, %3
            %7: Bool = in %1 [1, 2]
            segment a = %2
            segment b = %5
            segment c = %6
            segment d = %7
        "#]],
    );
}

#[test]
fn arithmetic_follows_the_operands() {
    check(
        r#"
trait a = points + 1
trait b = points * 1.5
trait c = spend * points
trait d = spend * 10%
trait e = spend / 3
trait f = spend / 10 USD
trait g = points / 2
trait h = points div points
trait i = round(-score)
trait j = greatest(points, 1.5)
"#,
        &expect![[r#"
            %0: Int = profile points
            %1: Int = const 1
            %2: Int = add %0, %1
            %3: Float = const 1.5
            %4: Float = to_float %0
            %5: Float = fmul %4, %3
            %6: Money(USD) = profile spend
            %7: Money(USD) = mul %6, %0
            %8: Float = const 0.1
            %9: Money(USD) = scale %6, %8
            %10: Int = const 3
            %11: Money(USD) = unscale_int %6, %10
            %12: Money(USD) = const 1000
            %13: Float = ratio %6, %12
            %14: Int = const 2
            %15: Float = ratio %0, %14
            %16: Int? = int_div %0, %0
            %17: Float? = profile score
            %18: Float? = fneg %17
            %19: Int? = round %18
            %20: Float = max %4, %3
            trait a = %2
            trait b = %5
            trait c = %7
            trait d = %9
            trait e = %11
            trait f = %13
            trait g = %15
            trait h = %16
            trait i = %19
            trait j = %20
        "#]],
    );
}

#[test]
fn rolling_windows_are_bounds_and_leave_now_to_the_query() {
    check(
        r#"
segment a { when did Buy in last 30d }
segment b { when did Buy from 90d ago to 30d ago }
segment c { when did Buy in last 6 months }
segment d { when joined in last 7d }
segment e { when joined before 30d ago }
"#,
        &expect![[r#"
            %0: Timestamp = now
            %1: Timestamp = now_plus -2592000000000
            %2: Bool = agg exists of Buy from > %1
            %3: Timestamp = now_plus -7776000000000
            %4: Bool = agg exists of Buy from > %3 to <= %1
            %5: Timestamp = now_plus_period -6 0
            %6: Bool = agg exists of Buy from > %5
            %7: Timestamp = profile joined
            %8: Timestamp = now_plus -604800000000
            %9: Bool = lt %8, %7
            %10: Bool = le %7, %0
            %11: Bool = and %9, %10
            %12: Bool = lt %7, %1
            segment a = %2
            segment b = %4
            segment c = %6
            segment d = %11
            segment e = %12
        "#]],
    );
}

#[test]
fn calendar_windows_start_and_end_with_units() {
    check(
        r#"
segment a { when did Buy in this month }
segment b { when did Buy in last 3 calendar weeks }
segment c { when joined in last calendar year }
segment d { when did Buy in at least 3 of last 4 calendar weeks }
"#,
        &expect![[r#"
            %0: Timestamp = unit_start month 0
            %1: Bool = agg exists of Buy from >= %0
            %2: Int = const 3
            %3: Timestamp = unit_start week -3
            %4: Timestamp = unit_start week 0
            %5: Bool = agg exists of Buy from >= %3 to < %4
            %6: Timestamp = profile joined
            %7: Timestamp = unit_start year -1
            %8: Timestamp = unit_start year 0
            %9: Bool = le %7, %6
            %10: Bool = lt %6, %8
            %11: Bool = and %9, %10
            %12: Int = agg units_hit week 4 of Buy
            %13: Bool = le %2, %12
            segment a = %1
            segment b = %5
            segment c = %11
            segment d = %13
        "#]],
    );
}

#[test]
fn dates_are_tested_by_whole_days() {
    check(
        r#"
segment a { when birthday in last 30d }
segment b { when birthday in this year }
segment c { when birthday in next 1 month }
segment d { when anniversary(birthday) in next 7d }
trait e = days_since(birthday)
trait f = days_until(joined)
"#,
        &expect![[r#"
            %0: Date? = profile birthday
            %1: Date = today 0 0
            %2: Int? = sub %1, %0
            %3: Timestamp = profile joined
            %4: Timestamp = now
            %5: Duration = sub %3, %4
            %6: Duration = const 86400000000
            %7: Int = int_div %5, %6
            %8: Date = today 0 -30
            %9: Bool = lt %8, %0
            %10: Bool = le %0, %1
            %11: Bool = and %9, %10
            %12: Timestamp = unit_start year 0
            %13: Timestamp = unit_start year 1
            %14: Date = date_of %12
            %15: Date = date_of %13
            %16: Bool = le %14, %0
            %17: Bool = lt %0, %15
            %18: Bool = and %16, %17
            %19: Date = today 1 0
            %20: Bool = lt %1, %0
            %21: Bool = le %0, %19
            %22: Bool = and %20, %21
            %23: Date? = anniversary %0
            %24: Date = today 0 7
            %25: Bool = lt %1, %23
            %26: Bool = le %23, %24
            %27: Bool = and %25, %26
            segment a = %11
            segment b = %18
            segment c = %22
            segment d = %27
            trait e = %2
            trait f = %7
        "#]],
    );
}

#[test]
fn a_date_beside_an_instant_is_its_local_day() {
    check(
        r#"
segment a { when joined before 2026-01-31 }
segment b { when joined after 2026-01-31 }
segment c { when joined between 2026-01-01 and 2026-01-31 }
"#,
        &expect![[r#"
            %0: Timestamp = profile joined
            %1: Date = const 20484
            %2: Timestamp = start_of_day %1
            %3: Bool = lt %0, %2
            %4: Date = date_add %1 0 1
            %5: Timestamp = start_of_day %4
            %6: Bool = le %5, %0
            %7: Date = const 20454
            %8: Timestamp = start_of_day %7
            %9: Bool = le %8, %0
            %10: Bool = lt %0, %5
            %11: Bool = and %9, %10
            segment a = %3
            segment b = %6
            segment c = %11
        "#]],
    );
}

#[test]
fn arguments_are_written_out_once_for_each_value() {
    check(
        r#"
segment fan(of: String, window: Duration = 7d) { when did Buy in last (window * 2) where sku == of }
segment a { when in fan("x") }
segment b { when in fan("x", 7d) }
segment c { when in fan("y") }
"#,
        &expect![[r#"
            %0: Str = const "x"
            %1: Timestamp = now_plus -1209600000000
            %2: Str = event 0 (Buy sku)
            %3: Bool = eq %2, %0
            %4: Bool = agg exists of Buy from > %1 where %3
            %5: Str = const "y"
            %6: Bool = eq %2, %5
            %7: Bool = agg exists of Buy from > %1 where %6
            segment a = %4
            segment b = %4
            segment c = %7
        "#]],
    );
}

#[test]
fn events_and_fields_are_arguments_too() {
    check(
        r#"
trait most(of: Field<String>) = most_common(of in last 7d)
trait times(what: Event): Int = count(what)
trait a = most(Buy.sku)
trait b = times(Buy)
"#,
        &expect![[r#"
            %0: Timestamp = now_plus -604800000000
            %1: Str = event 0 (Buy sku)
            %2: Str? = agg most_common of Buy from > %0 value %1
            %3: Int = agg count of Buy
            trait a = %2
            trait b = %3
        "#]],
    );
}

#[test]
fn functions_are_missing_where_an_argument_they_need_is() {
    check(
        r#"
fn band(x: Float) -> Int = if x > 0.5 then 2 else 1
trait a: Int? = band(score)
trait b: Int = band(0.7)
segment c { when any s in sizes where band(s / 10) == 2 }
"#,
        &expect![[r#"
            %0: Float? = profile score
            %1: Bool = known %0
            %2: Int? = const missing
            %3: Float = const 0.5
            %4: Bool = lt %3, %0
            %5: Int = const 2
            %6: Int = const 1
            %7: Int = if %4, %5, %6
            %8: Int? = if %1, %7, %2
            %9: List(Int)? = profile sizes
            %10: Int = elem 0 0
            %11: Int = const 10
            %12: Float = ratio %10, %11
            %13: Bool = lt %3, %12
            %14: Int = if %13, %5, %6
            %15: Bool = eq %14, %5
            %16: Bool = any_elem 0 %9, %15
            trait a = %8
            trait b = %5
            segment c = %16
        "#]],
    );
}

#[test]
fn elements_are_bound_inside_events() {
    check(
        r#"
segment a { when did Buy.items in last 7d where price > 5 USD and sku == event.sku }
segment b { when did Buy where any i in items where i.sku == sku }
trait c = sum(Buy.items.price where price is known)
"#,
        &expect![[r#"
            %0: Money(USD)? = elem 1 1
            %1: Bool = known %0
            %2: Money(USD) = agg sum of Buy items (Buy items) where %1 value %0
            %3: Timestamp = now_plus -604800000000
            %4: Money(USD) = const 500
            %5: Bool = lt %4, %0
            %6: Str = elem 1 0
            %7: Str = event 0 (Buy sku)
            %8: Bool = eq %6, %7
            %9: Bool = and %5, %8
            %10: Bool = agg exists of Buy items (Buy items) from > %3 where %9
            %11: List(Record(sku: Str, price: Money(USD)?)) = event 0 (Buy items)
            %12: Bool = any_elem 1 %11, %8
            %13: Bool = agg exists of Buy where %12
            segment a = %10
            segment b = %13
            trait c = %2
        "#]],
    );
}

#[test]
fn the_steps_of_a_sequence_see_those_before() {
    check(
        r#"
segment a { when did See as s in last 7d then Buy as b within 1h where sku == s.sku then not See for 2h where sku == b.sku }
segment b { when did latest See then not Buy }
"#,
        &expect![[r#"
            %0: Duration = const 3600000000
            %1: Duration = const 7200000000
            %2: Timestamp = now_plus -604800000000
            %3: Str = event 1 (Buy sku)
            %4: Str = event 0 (See sku)
            %5: Bool = eq %3, %4
            %6: Str = event 2 (See sku)
            %7: Bool = eq %3, %6
            %8: Bool = sequence of See from > %2 then Buy where %5 within %0 then_not See where %7 for %1
            %9: Bool = sequence only_last of See then_not Buy
            segment a = %8
            segment b = %9
        "#]],
    );
}

#[test]
fn ranks_come_after_those_that_they_use() {
    check(
        r#"
segment big { when spend_tile >= 4 }
trait spend_tile: Int? = ntile(5, spend)
trait inner: Float? = percentile(points among big)
"#,
        &expect![[r#"
            %0: Int = profile points
            %1: Int = const 4
            %2: Money(USD) = profile spend
            %3: Int? = rank 0 %2
            %4: Bool = le %1, %3
            %5: Float? = rank 1 %0
            rank "spend_tile" ntile 5 %2
            rank "inner" percentile %0 among %4
            segment big = %4
            trait inner = %5
            trait spend_tile = %3
        "#]],
    );
}

#[test]
fn a_partition_is_its_first_stage_that_holds() {
    check(
        r#"
partition level { low when points < 10 mid when points < 100 otherwise high }
segment a { when in level.mid }
"#,
        &expect![[r#"
            %0: Enum(level) = const #1
            %1: Int = profile points
            %2: Int = const 10
            %3: Bool = lt %1, %2
            %4: Int = const 100
            %5: Bool = lt %1, %4
            %6: Enum(level) = const #2
            %7: Enum(level) = if %5, %0, %6
            %8: Enum(level) = const #0
            %9: Enum(level) = if %3, %8, %7
            %10: Bool = eq %9, %0
            segment a = %10
            partition(level) level = %9
        "#]],
    );
}

#[test]
fn narrowed_values_are_settled_in_the_plan() {
    check(
        r#"
segment a { when vip is known and not vip }
segment b { when sizes is known and all s in sizes where s > 3 }
segment c { when match tier { gold => true, silver => true, bronze => false } }
trait d = name ?? "friend"
trait e = "Hi {name ?? "you"}, {spend}"
"#,
        &expect![[r#"
            %0: Str? = profile name
            %1: Str = const "friend"
            %2: Str = coalesce %0, %1
            %3: Str = const "Hi "
            %4: Str = const "you"
            %5: Str = coalesce %0, %4
            %6: Str = const ", "
            %7: Money(USD) = profile spend
            %8: Str = display %7
            %9: Str = concat %3, %5, %6, %8
            %10: Bool? = profile vip
            %11: Bool = known %10
            %12: Bool = const false
            %13: Bool = coalesce %10, %12
            %14: Bool = not %13
            %15: Bool = and %11, %14
            %16: List(Int)? = profile sizes
            %17: Bool = known %16
            %18: Int = const 3
            %19: Int = elem 0 0
            %20: Bool = lt %18, %19
            %21: Bool = not %20
            %22: Bool = any_elem 0 %16, %21
            %23: Bool = not %22
            %24: Bool = and %17, %23
            %25: Enum(Tier) = profile tier
            %26: Enum(Tier) = const #2
            %27: Bool = eq %25, %26
            %28: Bool = const true
            %29: Enum(Tier) = const #1
            %30: Bool = eq %25, %29
            %31: Bool = if %27, %28, %30
            segment a = %15
            segment b = %24
            segment c = %31
            trait d = %2
            trait e = %9
        "#]],
    );
}

#[test]
fn whole_events_are_their_instants() {
    check(
        r#"
segment a { when last(Buy) is known }
trait b = first(Buy).total
trait c = nth(2, Buy).at
"#,
        &expect![[r#"
            %0: Money(USD) = event 0 (Buy total)
            %1: Money(USD)? = agg nth 1 of Buy value %0
            %2: Timestamp = event 0 (Buy at)
            %3: Timestamp? = agg nth 2 of Buy value %2
            %4: Timestamp? = agg nth_last 1 of Buy value %2
            %5: Bool = known %4
            segment a = %5
            trait b = %1
            trait c = %3
        "#]],
    );
}

/// An explanation's shape: kinds, and names of references.
fn shape(explain: &Explain) -> String {
    let kind = match &explain.kind {
        ExplainKind::Reference(name) => format!("->{name}"),
        ExplainKind::Stage(name) => format!("stage {name}"),
        other => format!("{other:?}").to_lowercase(),
    };
    let parts: Vec<String> = explain.parts.iter().map(shape).collect();
    if parts.is_empty() {
        kind
    } else {
        format!("{kind}({})", parts.join(", "))
    }
}

fn explained(rules: &str, name: &str) -> String {
    let plan = plan(rules);
    let output = plan
        .outputs
        .iter()
        .find(|output| &*output.name == name)
        .unwrap();
    shape(&output.explain)
}

#[test]
fn explanations_follow_the_text_and_name_other_answers() {
    let rules = r#"trait t: Int = count(Buy)
segment v { when spend > 1 USD }
segment fan(of: String) { when name == of or points > 3 }
segment a { when in v and (not in fan("x") or t + points >= 3) and name is known }
partition p { one when t > 3 otherwise two }"#;
    assert_eq!(
        explained(rules, "a"),
        "and(->v, or(not(->fan(or(atom(value), atom(value)))), atom(value(->t, value))), atom(value))"
    );
    assert_eq!(explained(rules, "p"), "value(stage one(atom(->t)))");
    assert_eq!(explained(rules, "t"), "value");
}

#[test]
fn explanations_of_many_expansions_stay_small() {
    let mut rules = String::from("segment s0(n: Int) { when points > n or name is missing }\n");
    for i in 1..13 {
        rules.push_str(&format!(
            "segment s{i}(n: Int) {{ when in s{0}(n) or in s{0}(1) }}\n",
            i - 1
        ));
    }
    rules.push_str("segment a { when in s12(7) }\n");
    let plan = plan(&rules);
    fn size(explain: &Explain) -> usize {
        1 + explain.parts.iter().map(size).sum::<usize>()
    }
    assert!(
        size(&plan.outputs[0].explain) < 2_000,
        "{}",
        size(&plan.outputs[0].explain)
    );
    assert!(plan.nodes.len() < 200, "{}", plan.nodes.len());
}

#[test]
fn long_chains_of_references_need_no_stack() {
    let mut rules = String::from("trait t0: Int = points\n");
    for i in 1..95 {
        rules.push_str(&format!("trait t{i}: Int = t{} + 1\n", i - 1));
    }
    let sum = vec!["points"; 200].join(" + ");
    rules.push_str(&format!("trait sum: Int = {sum}\n"));
    let small = std::thread::Builder::new()
        .stack_size(4 << 20)
        .spawn(move || plan(&rules).outputs.len());
    assert_eq!(small.unwrap().join().unwrap(), 96);
}

const CAMPAIGN: &str = r#"
purpose offers { requires vip ?? false }
channel email {
  to name
  requires score is known
  quiet 21:00 to 08:00 when tier == gold
  limit 2 per 7d across email, sms
  limit 1 per day
  when full defer
  skip when points > 9 "rich"
}
channel sms { to name requires nothing }
experiment subject { on rescue arms { plain, bold } holdout 5% goal Buy within 7d }
content note {
  text: String
  otherwise { text = "hi" }
}
content reminder(seen: See, off: Float = 0%) {
  subject: String
  body: Html
  badge: Int?
  variant bold when arm(subject) == bold {
    subject = "{note.text}, {seen.sku}"
    body = "<b>{seen.sku}</b> {off:percent}"
    badge = points
  }
  otherwise {
    subject = if off > 0% then "{off:percent}" else "-"
    body = note.text
  }
}
trigger rescue {
  on See as seen where seconds is known
  when did not Buy in last 7d where sku == seen.sku
  per seen.sku
  enter 2 per 7d
  stop on Buy where sku == seen.sku
  wait 1h
  send reminder(seen) via email for offers as m, within 12h
  wait until See as next where sku == m.message, at most 2d
  if points > 3 {
    send reminder(seen, off: 10%) via sms
    stop
  } else if tier == gold {
    set points = points + 1
  } else {
    wait until 09:00
  }
  wait until next.at
}
test "a reminder" {
  given { id: "c1", points: 2 }
  at 2026-01-01T00:00Z
  arm subject = bold
  event See { sku: "A" }
  wait 1h
  expect sent reminder via email
  expect not dropped reminder because limit
  expect points > 1 and note.text == "hi"
  expect reminder is bold
}
"#;

fn campaign(rules: &str) -> persona_ir::Campaign {
    let mut db = Database::new();
    db.set_name("test");
    db.set_file("schema.persona", SCHEMA.to_owned());
    db.set_file("rules.persona", rules.to_owned());
    let Some(checked) = db.checked() else {
        let errors = db.diagnostics();
        let errors = errors
            .iter()
            .map(|e| format!("{} {:?}", e.message, e.primary));
        panic!("{:#?}", errors.collect::<Vec<_>>())
    };
    crate::lower_campaign(&checked).unwrap()
}

#[test]
fn a_trigger_keeps_of_events_what_something_asks_for() {
    let campaign = campaign(CAMPAIGN);
    let trigger = &campaign.triggers[0_usize.into()];
    let names: Vec<_> = trigger.frame.iter().map(|slot| &*slot.name).collect();
    assert_eq!(names, ["sku", "message", "at"]);
    let persona_ir::campaign::Start::Event(start) = &trigger.start else {
        panic!("{:?}", trigger.start)
    };
    let kept: Vec<_> = start.captures.iter().map(|capture| capture.slot).collect();
    assert_eq!(kept, [0]);
}

#[test]
fn names_of_different_blocks_have_places_of_their_own() {
    let campaign = campaign(
        "channel push { to id requires nothing }
        content note {
          text: String
          otherwise { text = \"hi\" }
        }
        trigger t {
          on See
          enter once
          if points > 3 {
            wait until Buy as one, at most 1d
            if one.sku is known and one.sku == \"a\" { send note via push }
          }
          wait until Buy as two, at most 1d
          if two.sku is known and two.sku == \"a\" { send note via push }
          send note via push as three
          wait until See as four where sku == three.message, at most 1d
          if four.sku is known and four.sku == \"a\" { send note via push }
        }",
    );
    let frame = &campaign.triggers[0_usize.into()].frame;
    let names: Vec<_> = frame.iter().map(|slot| &*slot.name).collect();
    assert_eq!(names, ["sku", "sku", "message", "sku"]);
}

#[test]
fn nested_steps_become_jumps() {
    use persona_ir::campaign::StepKind;
    let campaign = campaign(CAMPAIGN);
    let steps = &campaign.triggers[0_usize.into()].steps;
    let shown: Vec<String> = steps
        .iter()
        .map(|step| match &step.kind {
            StepKind::Branch { arms, otherwise } => {
                let arms: Vec<_> = arms.iter().map(|(_, to)| to).collect();
                format!("branch {arms:?} {otherwise}")
            }
            StepKind::Jump(to) => format!("jump {to}"),
            StepKind::Send(send) => format!("send {} of {}", send.args.len(), send.content.0),
            StepKind::WaitForEvent { of, .. } => format!("wait for {:?}", of.captures.len()),
            other => {
                let text = format!("{other:?}");
                text.split([' ', '(']).next().unwrap_or_default().to_owned()
            }
        })
        .collect();
    expect![[r#"
        [
            "Wait",
            "send 2 of 1",
            "wait for 1",
            "branch [4, 7] 9",
            "send 2 of 1",
            "Stop",
            "jump 10",
            "Set",
            "jump 10",
            "WaitForClock",
            "WaitUntil",
        ]
    "#]]
    .assert_eq(&format!("{shown:#?}\n"));
}

#[test]
fn texts_are_taken_apart_and_html_stays_html() {
    let campaign = campaign(CAMPAIGN);
    let content = &campaign.contents[1_usize.into()];
    assert_eq!(&*content.name, "reminder");
    let shown = format!("{:#?}", content.variants[1].slots);
    expect![[r#"
        [
            (
                0,
                Choose(
                    [
                        (
                            NodeId(20),
                            Text(
                                [
                                    Value {
                                        node: NodeId(18),
                                        format: Some(
                                            "percent",
                                        ),
                                    },
                                ],
                            ),
                        ),
                    ],
                    Text(
                        [
                            Text(
                                "-",
                            ),
                        ],
                    ),
                ),
            ),
            (
                1,
                Text(
                    [
                        Value {
                            node: NodeId(16),
                            format: None,
                        },
                    ],
                ),
            ),
        ]
    "#]]
    .assert_eq(&format!("{shown}\n"));
}

#[test]
fn experiments_divide_what_the_holdout_leaves() {
    let campaign = campaign(CAMPAIGN);
    let arm = &campaign.experiments[0_usize.into()].arm;
    assert_eq!((arm.holdout, &*arm.ends), (500, &[5_250, 10_000][..]));
    let asks = |node: &persona_ir::Node| matches!(&node.op, persona_ir::Op::Arm(of) if of == arm);
    assert!(campaign.plan.nodes.iter().any(asks));
}
