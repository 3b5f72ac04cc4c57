//! What is read of broken campaign declarations: each mistake is one report, and no clause swallows the next.

use expect_test::{Expect, expect};

use super::{file_errors, show_file};

fn check(text: &str, expected: &Expect) {
    expected.assert_eq(&show_file(text));
}

#[test]
fn what_is_missing_in_a_trigger() {
    check(
        r#"trigger a {
  on
  when
  per
  enter
  again
  stop on
  stop when
  priority
  send
  send x via
  send x
  send x via email for
  send x via email, within
  wait
  wait until
  if { stop }
  if x
  emit
  emit X
  set
  set x
  set x =
  stop
}"#,
        &expect![[r#"
            (trigger a
              (on <error>)
              (when <error>)
              (per <error>)
              (enter <error> per <error>)
              (error)
              (stop-on <·>)
              (stop-when <error>)
              (priority <error>)
              (send ·() via ·)
              (send x() via ·)
              (send x() via ·)
              (send x() via email for ·)
              (send x() via email within <error>)
              (wait <error>)
              (wait <error>)
              (if (<error>
                (stop)))
              (if (x))
              (emit ·)
              (emit X)
              (set · <error>)
              (set x <error>)
              (set x <error>)
              (stop))
              ! P0103 16..16 the name of an event is missing (expected here)
              ! P0101 23..23 a condition is missing after `when` (expected here)
              ! P0101 29..29 a value is missing after `per` (expected here)
              ! P0101 37..37 a value is missing after `enter` (expected here)
              ! P0103 45..45 `ignore` or `restart` is missing (expected here)
              ! P0103 55..55 the name of an event is missing (expected here)
              ! P0101 67..67 a condition is missing after `when` (expected here)
              ! P0101 78..78 a value is missing after `priority` (expected here)
              ! P0103 85..85 the name of a content is missing (expected here)
              ! P0103 98..98 the name of a channel is missing (expected here)
              ! P0103 107..107 a channel is missing: `send content via email` (expected `via` and a channel here)
              ! P0103 130..130 the name of a purpose is missing (expected here)
              ! P0101 157..157 a value is missing after `within` (expected here)
              ! P0101 164..164 a value is missing after `wait` (expected here)
              ! P0101 177..177 a value is missing after `until` (expected here)
              ! P0101 182..182 a condition is missing after `if` (expected here)
              ! P0105 198..198 the steps of this branch are missing: `{ … }` (expected here)
              ! P0103 205..205 the name of an event is missing (expected here)
              ! P0105 214..214 the event's fields are missing: `{ name: value }` (expected here)
              ! P0103 220..220 the name of a field is missing (expected here)
              ! P0105 228..228 `=` is missing: `set field = value` (expected here)
              ! P0101 238..238 a value is missing after `=` (expected here)
        "#]],
    );
}

#[test]
fn what_is_missing_in_what_starts_a_trigger() {
    check(
        r#"trigger a { on enter }
trigger b { on inactivity of X }
trigger c { on inactivity X for 3d }
trigger d { on anniversary birthday at }
trigger e { on every at 09:00 }
trigger f { on change of as c where }
trigger g { on X as where }
trigger h { wait until monday }
trigger i { enter 1 }
trigger j { enter 1 per }"#,
        &expect![[r#"
            (trigger a
              (on enter <error>))
              ! P0101 20..20 a value is missing after `enter` (expected here)
            (trigger b
              (on inactivity <X> <error>))
              ! P0105 30..30 how long is missing: `on inactivity of Purchase for 30d` (expected here)
            (trigger c
              (on inactivity <X> 259200s))
              ! P0105 25..25 `of` is missing: `on inactivity of Purchase for 30d` (expected here)
            (trigger d
              (on anniversary birthday at <error>))
              ! P0105 26..26 `of` is missing: `on anniversary of birthday at 09:00` (expected here)
              ! P0101 38..38 a value is missing after `at` (expected here)
            (trigger e
              (on every · at time:32400))
              ! P0103 20..20 a weekday, `day` or `month` is missing (expected here)
            (trigger f
              (on change as))
              ! P0102 28..35 `c` cannot stand here (`on` ends before this)
            (trigger g
              (on <X as · where <error>>))
              ! P0103 19..19 a name is missing (expected here)
              ! P0101 25..25 a condition is missing after `where` (expected here)
            (trigger h
              (wait-clock monday <error>))
              ! P0101 29..29 the time of day is missing: `wait until monday at 09:00` (expected here)
            (trigger i
              (enter 1 per <error>))
              ! P0105 19..19 in which time is missing: `enter 1 per 7d` (expected here)
            (trigger j
              (enter 1 per <error>))
              ! P0101 23..23 a value is missing after `per` (expected here)
        "#]],
    );
}

#[test]
fn what_is_missing_elsewhere() {
    check(
        r#"use
use std.
purpose p {}
purpose q { requires }
channel c {
  to
  requires
  quiet
  quiet 21:00
  limit
  limit 3
  limit 3 per
  limit 3 per day across
  when full
  skip when
}
content d {
  subject:
  skip when
  variant
  variant v
  variant v when
  variant v when x
  variant w when x {
    subject =
    locale
    locale de
  }
  otherwise
}
recommend r {
  from
  where
  exclude
  rank by
  rank by a,
  take
  otherwise
  otherwise skip
}
experiment e {
  on
  arms
  arms {}
  holdout
  goal
  hash
  salt
  layer
}
exclusive {}
exclusive
test {}
test "t" {
  given
  at
  event
  event X
  wait
  arm
  arm x
  arm x =
  expect
  expect sent
  expect sent x via
  expect dropped x because
}"#,
        &expect![[r#"
            (use ·)
              ! P0103 3..3 the name of a package, such as `std`, is missing (expected here)
            (use std.·)
              ! P0103 8..8 the name of a module is missing (expected here)
            (purpose p)
            (purpose q
              (requires <error>))
              ! P0101 20..20 a condition is missing after `requires` (expected here)
            (channel c
              (to <error>)
              (requires <error>)
              (quiet <error> <error>)
              (quiet time:75600 <error>)
              (limit <error> per <error>)
              (limit 3 per <error>)
              (limit 3 per <error>)
              (limit 3 per Day across ·)
              (full drop)
              (skip <error>))
              ! P0101 16..16 a value is missing after `to` (expected here)
              ! P0101 27..27 a condition is missing after `requires` (expected here)
              ! P0101 35..35 a value is missing after `quiet` (expected here)
              ! P0105 49..49 `to` is missing: `quiet 21:00 to 08:00` (expected here)
              ! P0101 57..57 a value is missing after `limit` (expected here)
              ! P0105 67..67 in which time is missing: `limit 1 per day` (expected here)
              ! P0101 81..81 a value is missing after `per` (expected here)
              ! P0103 106..106 the name of a channel is missing (expected here)
              ! P0103 118..118 `drop` or `defer` is missing (expected here)
              ! P0101 130..130 a condition is missing after `when` (expected here)
            (content d
              (subject <error>)
              (skip <error>)
              (variant · when <error>)
              (variant v when <error>)
              (variant v when <error>)
              (variant v when x)
              (variant w when x subject=<error> (locale ·) (locale de))
              (otherwise))
              ! P0104 22..22 a type is missing (expected here)
              ! P0101 34..34 a condition is missing after `when` (expected here)
              ! P0103 44..44 the name of the variant is missing (expected here)
              ! P0106 56..56 a variant has a condition: `variant name when …` (expected here)
              ! P0101 73..73 a condition is missing after `when` (expected here)
              ! P0105 92..92 the variant's values are missing: `{ slot = value }` (expected here)
              ! P0101 127..127 a value is missing after `=` (expected here)
              ! P0103 138..138 the language, such as `de` or `de_AT`, is missing (expected here)
              ! P0105 152..152 the values are missing: `locale de { slot = value }` (expected here)
              ! P0105 168..168 the values are missing: `otherwise { slot = value }` (expected here)
            (recommend r
              (from ·)
              (where <error>)
              (exclude <error>)
              (rank <error> asc)
              (rank a asc)
              (take <error>)
              (otherwise <error>)
              (otherwise skip))
              ! P0103 20..20 the name of a catalog is missing (expected here)
              ! P0101 28..28 a condition is missing after `where` (expected here)
              ! P0101 38..38 a value is missing after `exclude` (expected here)
              ! P0101 48..48 a value is missing after `by` (expected here)
              ! P0101 68..68 a value is missing after `take` (expected here)
              ! P0101 80..80 a value is missing after `otherwise` (expected here)
              ! P0101 97..97 a skip says why: `otherwise skip "reason"` (expected here)
            (experiment e
              (on ·)
              (arms)
              (arms)
              (holdout <error>)
              (goal <·>)
              (hash ·)
              (salt <error>)
              (layer ·))
              ! P0103 19..19 the name of a trigger or a content is missing (expected here)
              ! P0105 26..26 the arms are missing: `arms { a, b }` (expected here)
              ! P0101 46..46 a value is missing after `holdout` (expected here)
              ! P0103 53..53 the name of an event is missing (expected here)
              ! P0103 60..60 the name of a hash is missing (expected here)
              ! P0101 67..67 a text is missing: `salt "v2"` (expected here)
              ! P0103 75..75 the name of a layer is missing (expected here)
            (exclusive )
            (exclusive )
              ! P0102 10..14 `test` cannot stand here (expected `{` and the segments)
            (test "t"
              (given)
              (at event)
              (event X)
              (wait <error>)
              (arm · ·)
              (arm x ·)
              (arm x ·)
              (expect <error>)
              (expect sent ·)
              (expect sent x via ·)
              (expect dropped x because ·))
              ! P0105 18..18 the profile is missing: `given { id: "c1" }` (expected here)
              ! P0105 41..41 the event's fields are missing: `{ name: value }` (expected here)
              ! P0101 48..48 a value is missing after `wait` (expected here)
              ! P0103 54..54 the name of an experiment is missing (expected here)
              ! P0105 62..62 `=` is missing: `arm cart_subject = personal` (expected here)
              ! P0103 72..72 the name of an arm, or `missing` for the holdout, is missing (expected here)
              ! P0101 81..81 a condition is missing after `expect` (expected here)
              ! P0103 95..95 the name of a content is missing (expected here)
              ! P0103 115..115 the name of a channel is missing (expected here)
              ! P0103 142..142 a reason is missing (expected here)
        "#]],
    );
}

#[test]
fn leftovers_and_strays() {
    check(
        r#"trigger a {
  garbage here
  on X + 3
  when x y
  enter once again
  stop on X, Y
  42
  send x via email whatever
  wait 1h 2h
  else { stop }
  if x { stop } else { send y } else { wait }
  { stop }
  "text"
  wait 3h
}
channel c {
  to a b
  ,
  limit 3 per day of stuff
  transactional always
}
content d "T" {
  subject: String = "x" what
  body = "y"
  variant v "T" when x nonsense { subject = "x" "y" }
  otherwise all { subject = "z" ) }
}
recommend r "title": List<P> {
  from A, B
  rank by a b
}
experiment e {
  arms { a 50% b, c = d 3 }
  goal X at least 3 times
}
exclusive { a, 3, b c }
test "t" when {
  given { a } b
  event X { a: 1 } at noon
  expect x y
  nothing
}
use std.rfm as r"#,
        &expect![[r#"
            (trigger a
              (on <X>)
              (when (+ x <error>))
              (enter once)
              (error)
              (stop-on <X>)
              (send x() via email)
              (wait 3600s)
              (if (x
                (stop)) else
                (wait <error>))
              (wait 10800s))
              ! P0102 14..26 `garbage` cannot stand here (expected `on`, `when`, `per`, `enter`, `again`, `stop`, `priority`, `send`, `wait`, `if`, `emit`, `set`)
              ! P0102 34..37 `+` cannot stand here (`on` ends before this)
              ! P0102 47..48 `y` cannot stand here (an operator such as `and` is missing before this, or it is left over)
              ! P0103 67..67 `ignore` or `restart` is missing (expected here)
              ! P0102 79..82 `,` cannot stand here (`stop on` ends before this)
              ! P0102 107..115 `whatever` cannot stand here (`send` ends before this)
              ! P0102 126..128 `2h` cannot stand here (`wait` ends before this)
              ! P0109 131..135 this `else` belongs to no `if`
              ! P0103 174..174 a channel is missing: `send content via email` (expected `via` and a channel here)
              ! P0109 177..181 nothing can follow the `else` of this `if`
              ! P0101 188..188 a value is missing after `wait` (expected here)
              ! P0102 193..201 `{` cannot stand here (expected `on`, `when`, `per`, `enter`, `again`, `stop`, `priority`, `send`, `wait`, `if`, `emit`, `set`)
            (channel c
              (to a)
              (limit 3 per Day)
              (transactional))
              ! P0102 19..20 `b` cannot stand here (`to` ends before this)
              ! P0102 43..51 `of` cannot stand here (`limit` ends before this)
              ! P0102 68..74 `always` cannot stand here (`transactional` ends before this)
            (content d "T"
              (subject String = (+ "x" <error>))
              (variant v when (+ x <error>) subject="x")
              (otherwise subject="z"))
              ! P0102 40..44 `what` cannot stand here (an operator such as `and` is missing before this, or it is left over)
              ! P0109 47..51 `body` is filled outside of every variant
              ! P0102 70..73 `"T"` cannot stand here (a variant has a name, and no title)
              ! P0102 81..89 `nonsense` cannot stand here (an operator such as `and` is missing before this, or it is left over)
              ! P0102 106..109 `"y"` cannot stand here (the value ends before this)
              ! P0102 124..127 `all` cannot stand here (`otherwise` has neither a name nor a condition)
              ! P0005 144..145 `)` closes nothing (nothing is open here that it could close)
            (recommend r : List<P>
              (from A)
              (rank a asc))
              ! P0102 12..19 a recommendation has no title
              ! P0102 39..42 `,` cannot stand here (`from` ends before this)
              ! P0102 55..56 `b` cannot stand here (`rank by` ends before this)
            (experiment e
              (arms a 0.5% b c d 0.03%)
              (goal <X>))
              ! P0139 35..36 an arm's share stands right behind its name: `control 50%`
              ! P0142 39..40 a share is a percentage: `3%`
              ! P0102 52..68 `at` cannot stand here (`goal` ends before this)
            (exclusive a b c)
              ! P0102 15..16 `3` cannot stand here (expected a segment, a comma, or `}`)
            (test "t"
              (given a:<error>)
              (event X a:1)
              (at noon)
              (expect (+ x <error>)))
              ! P0102 9..13 `when` cannot stand here (expected `{` and the steps)
              ! P0105 27..27 `a` needs a value: `a: …` (expected here)
              ! P0102 30..31 `b` cannot stand here (`given` ends before this)
              ! P0102 70..71 `y` cannot stand here (an operator such as `and` is missing before this, or it is left over)
            (use std.rfm)
              ! P0102 12..16 `as` cannot stand here (a module keeps its name)
        "#]],
    );
}

#[test]
fn three_mistakes_in_one_declaration_and_one_in_another_are_four_reports() {
    for (text, codes) in [
        (
            "trigger a {\n  on X as\n  when y and\n  enter once\n  send z via\n  wait 1h\n}\ntrigger b {\n  on\n}",
            ["P0103", "P0101", "P0103", "P0103"],
        ),
        (
            "trigger a {\n  on X\n  enter once per 7d\n  delay 1h\n  if y then { stop }\n}\nchannel c {\n  quiet 21:00\n}",
            ["P0139", "P0139", "P0139", "P0105"],
        ),
        (
            "content a {\n  s: \n  variant v if x { s: \"x\" }\n  otherwise { s = \"\" }\n}\ntest \"t\" {\n  expect\n}",
            ["P0104", "P0106", "P0128", "P0101"],
        ),
        (
            "recommend a: List<P> {\n  from\n  order by x\n  limit 4\n  otherwise y\n}\nexperiment e {\n  holdout 5\n}",
            ["P0103", "P0139", "P0139", "P0142"],
        ),
        (
            "test \"t\" {\n  given X { a: 1 }\n  at\n  expect not to have sent c\n}\nexclusive { a or b }",
            ["P0139", "P0101", "P0139", "P0140"],
        ),
        (
            "channel c {\n  to\n  quiet 21:00-08:00\n  limit 1/day\n}\npurpose p { consent.x }",
            ["P0101", "P0139", "P0139", "P0139"],
        ),
    ] {
        let errors = file_errors(text);
        let found: Vec<&str> = errors.iter().map(|error| error.code.id()).collect();
        assert_eq!(found, codes, "{text}\n{errors:#?}");
    }
}

#[test]
fn annotations_on_lines_of_their_own_belong_to_the_field_below() {
    let text = "profile P {\n  a: Int @key\n  @pii\n  b: String = \"x\"\n  c: Int\n    @pii\n}";
    check(
        text,
        &expect![[r#"
        (profile P
          (a Int @key)
          (b String = "x" @pii)
          (c Int @pii))
          ! P0109 28..32 an annotation stands behind its field, as in `b: … @pii`
    "#]],
    );
    let fixed = super::apply_all(text);
    assert_eq!(
        fixed,
        "profile P {\n  a: Int @key\n  b: String = \"x\" @pii\n  c: Int\n    @pii\n}"
    );
}

#[test]
fn types_with_a_question_mark_are_no_choices() {
    check(
        "trait a = x.as(Int?)\ntrait b = column(\"x\").as(Timestamp?, \"UTC\")",
        &expect![[r#"
            (trait a x.as(type Int?))
            (trait b column("x").as(type Timestamp?, "UTC"))
        "#]],
    );
}
