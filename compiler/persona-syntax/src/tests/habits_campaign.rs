//! How people write the clauses of campaign declarations at first: each with its code, one report, read as it was meant, and
//! with a fix that makes it right.

use super::file_errors;
use super::habits::check;

/// What the clauses stand in, the code of the report, what is written, and what the fix makes of it.
const CLAUSES: &[(&str, &str, &str, &str)] = &[
    ("purpose p", "P0139", "when consent.a", "requires consent.a"),
    (
        "purpose p",
        "P0139",
        "needs consent.a",
        "requires consent.a",
    ),
    (
        "purpose p",
        "P0139",
        "consent.a and b",
        "requires consent.a and b",
    ),
    ("channel c", "P0139", "require a", "requires a"),
    (
        "channel c",
        "P0139",
        "quiet 21:00-08:00",
        "quiet 21:00 to 08:00",
    ),
    (
        "channel c",
        "P0139",
        "quiet 21:00 until 08:00",
        "quiet 21:00 to 08:00",
    ),
    (
        "channel c",
        "P0139",
        "quiet from 21:00 until 08:00",
        "quiet 21:00 to 08:00",
    ),
    (
        "channel c",
        "P0139",
        "quiet between 21:00 and 08:00",
        "quiet 21:00 to 08:00",
    ),
    (
        "channel c",
        "P0139",
        "quiet 21:00 to 08:00 if country == FR",
        "quiet 21:00 to 08:00 when country == FR",
    ),
    (
        "channel c",
        "P0105",
        "quiet 21:00 08:00",
        "quiet 21:00 to 08:00",
    ),
    ("channel c", "P0139", "limit 1/day", "limit 1 per day"),
    ("channel c", "P0139", "limit 1 a day", "limit 1 per day"),
    ("channel c", "P0139", "limit 3 every 7d", "limit 3 per 7d"),
    (
        "channel c",
        "P0139",
        "limit 3 messages per day",
        "limit 3 per day",
    ),
    ("channel c", "P0139", "limit 3 per days", "limit 3 per day"),
    ("channel c", "P0139", "limit 3 daily", "limit 3 per day"),
    (
        "channel c",
        "P0139",
        "limit max 3 per week",
        "limit 3 per week",
    ),
    (
        "channel c",
        "P0139",
        "limit to 3 per week",
        "limit 3 per week",
    ),
    ("channel c", "P0139", "max 3 per week", "limit 3 per week"),
    (
        "channel c",
        "P0140",
        "limit 3 per 7d across email and sms",
        "limit 3 per 7d across email, sms",
    ),
    ("channel c", "P0139", "if full drop", "when full drop"),
    ("channel c", "P0139", "when full queue", "when full defer"),
    ("channel c", "P0139", "when full discard", "when full drop"),
    (
        "channel c",
        "P0139",
        "skip if a \"why\"",
        "skip when a \"why\"",
    ),
    (
        "channel c",
        "P0139",
        "skip when a because \"why\"",
        "skip when a \"why\"",
    ),
    (
        "channel c",
        "P0105",
        "skip a \"why\"",
        "skip when a \"why\"",
    ),
    (
        "channel c",
        "P0102",
        "quite 21:00 to 08:00",
        "quiet 21:00 to 08:00",
    ),
    (
        "channel c",
        "P0102",
        "requires a\n  limits 3 per day",
        "requires a\n  limit 3 per day",
    ),
    (
        "trigger t",
        "P0139",
        "on X\n  enter once per 7d",
        "on X\n  enter 1 per 7d",
    ),
    ("trigger t", "P0139", "enter twice per 7d", "enter 2 per 7d"),
    ("trigger t", "P0139", "enter max 1 per 7d", "enter 1 per 7d"),
    (
        "trigger t",
        "P0139",
        "enter at most 1 per 7d",
        "enter 1 per 7d",
    ),
    (
        "trigger t",
        "P0139",
        "enter 1 time per 7d",
        "enter 1 per 7d",
    ),
    ("trigger t", "P0139", "enter 1 every 7d", "enter 1 per 7d"),
    ("trigger t", "P0139", "enter 1/7d", "enter 1 per 7d"),
    ("trigger t", "P0139", "enter 1 daily", "enter 1 per day"),
    ("trigger t", "P0139", "enter daily", "enter 1 per day"),
    ("trigger t", "P0139", "enter unlimited", "enter always"),
    ("trigger t", "P0139", "again reset", "again restart"),
    ("trigger t", "P0139", "exit on Purchase", "stop on Purchase"),
    ("trigger t", "P0139", "cancel when a", "stop when a"),
    ("trigger t", "P0139", "stop if a", "stop when a"),
    ("trigger t", "P0139", "priority: 3", "priority 3"),
    ("trigger t", "P0139", "on event X", "on X"),
    ("trigger t", "P0139", "on did X where a", "on X where a"),
    ("trigger t", "P0133", "on A or B", "on (A or B)"),
    ("trigger t", "P0139", "on entering vip", "on enter vip"),
    ("trigger t", "P0139", "on leaving vip", "on leave vip"),
    ("trigger t", "P0139", "on enter segment vip", "on enter vip"),
    (
        "trigger t",
        "P0139",
        "on enter vip including existing members",
        "on enter vip including current",
    ),
    (
        "trigger t",
        "P0139",
        "on each monday at 09:00",
        "on every monday at 09:00",
    ),
    (
        "trigger t",
        "P0113",
        "on every Monday at 09:00",
        "on every monday at 09:00",
    ),
    (
        "trigger t",
        "P0139",
        "on changes of tier",
        "on change of tier",
    ),
    (
        "trigger t",
        "P0139",
        "on change in tier",
        "on change of tier",
    ),
    ("trigger t", "P0105", "on change tier", "on change of tier"),
    ("trigger t", "P0139", "delay 1h", "wait 1h"),
    ("trigger t", "P0139", "sleep 1h", "wait 1h"),
    ("trigger t", "P0139", "after 1h", "wait 1h"),
    ("trigger t", "P0139", "wait for 1h", "wait 1h"),
    ("trigger t", "P0119", "wait 1 hour", "wait 1h"),
    ("trigger t", "P0139", "wait 09:00", "wait until 09:00"),
    ("trigger t", "P0139", "wait till 09:00", "wait until 09:00"),
    (
        "trigger t",
        "P0113",
        "wait until Monday at 09:00",
        "wait until monday at 09:00",
    ),
    (
        "trigger t",
        "P0105",
        "wait until X at most 3d",
        "wait until X, at most 3d",
    ),
    (
        "trigger t",
        "P0139",
        "wait until X, within 3d",
        "wait until X, at most 3d",
    ),
    (
        "trigger t",
        "P0139",
        "wait until did X, at most 3d",
        "wait until X, at most 3d",
    ),
    (
        "trigger t",
        "P0139",
        "send a using email",
        "send a via email",
    ),
    ("trigger t", "P0139", "send a by email", "send a via email"),
    (
        "trigger t",
        "P0139",
        "send a(b) to email",
        "send a(b) via email",
    ),
    (
        "trigger t",
        "P0139",
        "send content a via email",
        "send a via email",
    ),
    (
        "trigger t",
        "P0105",
        "send a via email within 12h",
        "send a via email, within 12h",
    ),
    (
        "trigger t",
        "P0139",
        "if (a) then { stop }",
        "if (a) { stop }",
    ),
    (
        "trigger t",
        "P0139",
        "if did X then { stop }",
        "if did X { stop }",
    ),
    (
        "trigger t",
        "P0126",
        "if a { stop } elif b { stop }",
        "if a { stop } else if b { stop }",
    ),
    (
        "trigger t",
        "P0126",
        "if a {\n    stop\n  }\n  elseif b {\n    stop\n  }",
        "if a { stop } else if b { stop }",
    ),
    ("trigger t", "P0139", "raise X { a: 1 }", "emit X { a: 1 }"),
    ("trigger t", "P0139", "set a to 3", "set a = 3"),
    ("trigger t", "P0139", "set a: 3", "set a = 3"),
    ("trigger t", "P0128", "emit X { a = 1 }", "emit X { a: 1 }"),
    ("trigger t", "P0139", "exit", "stop"),
    ("trigger t", "P0102", "sent a via email", "send a via email"),
    (
        "trigger t",
        "P0102",
        "on X\n  entr once\n  wait 1h",
        "on X\n  enter once\n  wait 1h",
    ),
    (
        "content c",
        "P0107",
        "a: String\n  else { a = \"x\" }",
        "a: String\n  otherwise { a = \"x\" }",
    ),
    (
        "content c",
        "P0107",
        "default { a = \"x\" }",
        "otherwise { a = \"x\" }",
    ),
    (
        "content c",
        "P0128",
        "a = String\n  otherwise { a = \"x\" }",
        "a: String\n  otherwise { a = \"x\" }",
    ),
    (
        "content c",
        "P0128",
        "otherwise { a: \"x\" }",
        "otherwise { a = \"x\" }",
    ),
    (
        "content c",
        "P0106",
        "variant v if b { a = \"x\" }",
        "variant v when b { a = \"x\" }",
    ),
    (
        "content c",
        "P0106",
        "variant v: b { a = \"x\" }",
        "variant v when b { a = \"x\" }",
    ),
    (
        "content c",
        "P0139",
        "case v when b { a = \"x\" }",
        "variant v when b { a = \"x\" }",
    ),
    (
        "content c",
        "P0139",
        "otherwise { a = template(\"x\") }",
        "otherwise { a = template \"x\" }",
    ),
    (
        "content c",
        "P0139",
        "otherwise {\n    language de { a = \"x\" }\n  }",
        "otherwise {\n    locale de { a = \"x\" }\n  }",
    ),
    (
        "content c",
        "P0109",
        "otherwise { a = \"x\" }\n  a: String",
        "a: String\n  otherwise { a = \"x\" }",
    ),
    (
        "content c",
        "P0102",
        "varient v when b { a = \"x\" }",
        "variant v when b { a = \"x\" }",
    ),
    ("recommend r", "P0139", "filter a", "where a"),
    ("recommend r", "P0139", "when a", "where a"),
    ("recommend r", "P0139", "order by a desc", "rank by a desc"),
    ("recommend r", "P0139", "sort by a", "rank by a"),
    ("recommend r", "P0139", "rank by -a", "rank by a desc"),
    ("recommend r", "P0139", "rank by -a, b", "rank by a desc, b"),
    (
        "recommend r",
        "P0139",
        "rank by a descending",
        "rank by a desc",
    ),
    ("recommend r", "P0105", "rank a", "rank by a"),
    ("recommend r", "P0139", "limit 4", "take 4"),
    ("recommend r", "P0139", "top 4", "take 4"),
    (
        "recommend r",
        "P0107",
        "else bestsellers",
        "otherwise bestsellers",
    ),
    (
        "recommend r",
        "P0107",
        "fallback [\"a\"]",
        "otherwise [\"a\"]",
    ),
    ("recommend r", "P0139", "exclude where a", "exclude a"),
    (
        "recommend r",
        "P0109",
        "take 4\n  from Product",
        "from Product\n  take 4",
    ),
    (
        "recommend r",
        "P0109",
        "rank by a\n  where b\n  take 4",
        "where b\n  rank by a\n  take 4",
    ),
    (
        "experiment e",
        "P0142",
        "arms { a 50, b 50% }",
        "arms { a 50%, b 50% }",
    ),
    (
        "experiment e",
        "P0139",
        "arms { a: 50%, b 50% }",
        "arms { a 50%, b 50% }",
    ),
    (
        "experiment e",
        "P0139",
        "arms { a weight: 50%, b 50% }",
        "arms { a 50%, b 50% }",
    ),
    ("experiment e", "P0139", "arms [a, b]", "arms { a, b }"),
    (
        "experiment e",
        "P0139",
        "variants { a, b }",
        "arms { a, b }",
    ),
    ("experiment e", "P0142", "holdout 5", "holdout 5%"),
    (
        "experiment e",
        "P0139",
        "metric X within 7d",
        "goal X within 7d",
    ),
    (
        "experiment e",
        "P0109",
        "goal X within 7d where a",
        "goal X where a within 7d",
    ),
    ("experiment e", "P0140", "on a and b", "on a, b"),
    (
        "experiment e",
        "P0139",
        "layer a 0% until 40%",
        "layer a 0% to 40%",
    ),
    (
        "test \"x\"",
        "P0139",
        "given Customer { a: 1 }",
        "given { a: 1 }",
    ),
    ("test \"x\"", "P0128", "given { a = 1 }", "given { a: 1 }"),
    (
        "test \"x\"",
        "P0139",
        "event A by \"c2\" { a: 1 }",
        "event A of \"c2\" { a: 1 }",
    ),
    ("test \"x\"", "P0139", "set a.b to 1", "set a.b = 1"),
    (
        "test \"x\"",
        "P0139",
        "expect not to have sent a",
        "expect not sent a",
    ),
    (
        "test \"x\"",
        "P0139",
        "expect to have sent a",
        "expect sent a",
    ),
    (
        "test \"x\"",
        "P0139",
        "expect never sent a",
        "expect not sent a",
    ),
    (
        "test \"x\"",
        "P0139",
        "expect sent a by email",
        "expect sent a via email",
    ),
    (
        "test \"x\"",
        "P0139",
        "expect dropped a due to consent",
        "expect dropped a because consent",
    ),
    ("test \"x\"", "P0139", "assert in vip", "expect in vip"),
    ("test \"x\"", "P0139", "advance 1h", "wait 1h"),
    ("test \"x\"", "P0139", "arm a == b", "arm a = b"),
    ("test \"x\"", "P0105", "arm a b", "arm a = b"),
    ("test \"x\"", "P0102", "expct in vip", "expect in vip"),
    ("exclusive", "P0140", "a and b", "a, b"),
];

/// The code of the report, what is written, and what the fix makes of it.
const DECLARATIONS: &[(&str, &str, &str)] = &[
    (
        "P0004",
        "trigger t {\n  on X\n  if a {\n    stop\n\n  wait 1h\n}",
        "trigger t {\n  on X\n  if a {\n    stop\n\n  wait 1h\n  }\n}",
    ),
    (
        "P0004",
        "content c {\n  a: String\n  otherwise {\n    a = \"x\"\n}",
        "content c {\n  a: String\n  otherwise {\n    a = \"x\"\n  }\n}",
    ),
    ("P0141", "use \"std/rfm\"", "use std.rfm"),
    ("P0141", "use std/rfm", "use std.rfm"),
    ("P0141", "use std::rfm", "use std.rfm"),
    ("P0141", "use std.rfm.*", "use std.rfm"),
    ("P0141", "use std.rfm.(a, b)", "use std.rfm.{a, b}"),
    ("P0008", "import std.rfm", "use std.rfm"),
    ("P0008", "campaign t {\n  on X\n}", "trigger t {\n  on X\n}"),
    (
        "P0103",
        "test a_b { expect c }",
        "test \"a b\" { expect c }",
    ),
    (
        "P0105",
        "trigger t\n  on X\n  wait 1h\n}",
        "trigger t {\n  on X\n  wait 1h\n}",
    ),
    (
        "P0004",
        "trigger t {\n  on X\n  wait 1h",
        "trigger t {\n  on X\n  wait 1h\n}",
    ),
    (
        "P0004",
        "trigger t {\n  set a = f(b\n  wait 1h\n}",
        "trigger t {\n  set a = f(b)\n  wait 1h\n}",
    ),
    (
        "P0113",
        "trigger t {\n  On X\n  WHEN a\n  Wait 1h\n}",
        "trigger t {\n  on X\n  when a\n  wait 1h\n}",
    ),
    (
        "P0004",
        "test \"t\" {\n  given { a: 1\n  wait 1h\n}",
        "test \"t\" {\n  given { a: 1}\n  wait 1h\n}",
    ),
    (
        "P0004",
        "content c {\n  a: String\n  variant v when b {\n    a = \"x\"\n  otherwise {\n    a = \"y\"\n  }\n}",
        "content c {\n  a: String\n  variant v when b {\n    a = \"x\"\n  }\n  otherwise {\n    a = \"y\"\n  }\n}",
    ),
    (
        "P0105",
        "recommend r -> List<P> { take 4 }",
        "recommend r: List<P> { take 4 }",
    ),
];

fn whole(head: &str, clauses: &str) -> String {
    format!("{head} {{\n  {clauses}\n}}")
}

#[test]
fn clauses_of_other_systems_are_read_as_meant_and_repaired() {
    let mut problems = Vec::new();
    for (head, code, bad, good) in CLAUSES {
        check(code, &whole(head, bad), &whole(head, good), &mut problems);
    }
    for (code, bad, good) in DECLARATIONS {
        check(code, bad, good, &mut problems);
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn each_of_them_is_one_report() {
    let mut problems = Vec::new();
    for (head, _, bad, _) in CLAUSES {
        let errors = file_errors(&whole(head, bad));
        // Two words are foreign in these, each with a report of its own.
        let two = bad.contains("quiet from") || bad.contains("quiet between");
        if errors.len() != 1 + usize::from(two) {
            problems.push(format!("{bad}: {errors:#?}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn fields_slots_and_other_names_may_be_called_like_clauses() {
    for text in [
        "event E { limit: Int, on: String, wait: Duration, send: Int, variant: String, expect: Bool }",
        "content c {\n  variant: String\n  skip: String = \"\"\n  otherwise { variant = \"x\", skip = \"y\" }\n}",
        "trigger t {\n  on X where limit > 3 and stop == 1\n  when wait is known\n    and priority\n  enter once\n  set stop = priority\n}",
        "channel c {\n  to address.to\n  requires limit and transactional\n  skip when quiet == 1 \"x\"\n}",
        "recommend r: List<P> {\n  from P\n  where take > 3 and rank\n  rank by rank desc, price\n  take take\n  otherwise otherwise_\n}",
        "experiment e {\n  on goal, hashes\n  arms { goal 50%, holdout 50% }\n}",
        "test \"t\" {\n  given { at: 3, wait: 4, event: 5 }\n  expect at == 3 and event == 5\n  expect wait is known\n}",
        "source s of T {\n  limit = column(\"limit\")\n  on = column(\"on\")\n}",
        "trigger t {\n  on X\n  set path.wait = if a\n    then b\n    else c\n  emit E {\n    wait: 3,\n    stop: if stop then 1 else 2\n  }\n}",
        "trigger t {\n  on X as c\n    where a\n  when did X at least 3 times in last 7d\n    per sku\n  per sku\n}",
    ] {
        let errors = file_errors(text);
        assert!(errors.is_empty(), "{text}: {errors:#?}");
    }
}

#[test]
fn words_of_later_editions_have_their_own_report() {
    for word in [
        "identity", "quality", "model", "policy", "feed", "journey", "history",
    ] {
        let text = format!("{word} x {{\n  a\n}}\nenum E {{ a }}");
        let errors = file_errors(&text);
        assert_eq!(errors.len(), 1, "{errors:#?}");
        assert_eq!(errors[0].code.id(), "P0016");
        assert_eq!(errors[0].span.of(&text), word);
    }
    for head in ["trigger t {\n  on X\n", "channel c {\n  to x\n"] {
        let text = format!("{head}  pace 100 per 1h\n}}");
        let errors = file_errors(&text);
        assert_eq!(errors.len(), 1, "{errors:#?}");
        assert_eq!(errors[0].code.id(), "P0016");
        assert_eq!(errors[0].span.of(&text), "pace");
    }
}

#[test]
fn a_variant_without_a_name_gets_one() {
    let text = whole(
        "content c",
        "a: String\n  when b { a = \"y\" }\n  otherwise { a = \"x\" }",
    );
    let errors = file_errors(&text);
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert_eq!(errors[0].code.id(), "P0103");
    assert!(file_errors(&super::apply_all(&text)).is_empty());
}
