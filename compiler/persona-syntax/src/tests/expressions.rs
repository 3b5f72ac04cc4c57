//! The trees of the expression language, form by form.

use expect_test::{Expect, expect};

use super::show_expr;

/// Each line is an expression of its own.
fn check(text: &str, expected: &Expect) {
    let shown: Vec<String> = text
        .lines()
        .map(|line| format!("{line}\n    {}", show_expr(line).replace('\n', "\n    ")))
        .collect();
    expected.assert_eq(&shown.join("\n"));
}

#[test]
fn literals() {
    check(
        r#"42
1_000
0.25
15%
12.5%
"x"
r"\d+"
1000 USD
19.99 EUR
2026-01-31
0001-01-01
2026-01-31T10:00Z
2026-01-31T10:00:00.123456+01:00
21:00
21:00:30
30s
1h30m
2w
1 month
3 months
1 year
2 weeks
1 quarter
10 km
2.5 mi
300 m
100 ft
[US, "a", 1]
[]
{ a: 1, b: { c: true } }
{}
true"#,
        &expect![[r#"
            42
                42
            1_000
                1000
            0.25
                0.25
            15%
                0.15%
            12.5%
                0.125%
            "x"
                "x"
            r"\d+"
                r"\\d+"
            1000 USD
                1000USD
            19.99 EUR
                19.99EUR
            2026-01-31
                date:20484
            0001-01-01
                date:-719162
            2026-01-31T10:00Z
                at:1769853600000000
            2026-01-31T10:00:00.123456+01:00
                at:1769850000123456
            21:00
                time:75600
            21:00:30
                time:75630
            30s
                30s
            1h30m
                5400s
            2w
                1209600s
            1 month
                P1m0d
            3 months
                P3m0d
            1 year
                P12m0d
            2 weeks
                P0m14d
            1 quarter
                P3m0d
            10 km
                10000metres
            2.5 mi
                4023metres
            300 m
                300metres
            100 ft
                30metres
            [US, "a", 1]
                [US "a" 1]
            []
                []
            { a: 1, b: { c: true } }
                {a: 1, b: {c: true}}
            {}
                {}
            true
                true"#]],
    );
}

#[test]
fn literals_out_of_range() {
    check(
        r#"9223372036854775807
9223372036854775808
-9223372036854775808
- -9223372036854775808
99999999999999999999.5
2026-02-30
2024-02-29
2025-02-29
2026-13-01
0000-01-01
24:00
12:60
2026-01-31T24:00Z
2026-01-31T10:00+25:00
999999999w
30m1h
1h1h
1.5h
2.5 months
99999999999 years
99999999999999999999 km
30x
5foo
1_
10 km2"#,
        &expect![[r#"
            9223372036854775807
                9223372036854775807
            9223372036854775808
                <error>
                P0150 0..19 `9223372036854775808` is too large (integers go up to 9223372036854775807)
            -9223372036854775808
                -9223372036854775808
            - -9223372036854775808
                (neg2 <error>)
                P0150 3..22 `9223372036854775808` is too large (integers go up to 9223372036854775807)
            99999999999999999999.5
                1e20
            2026-02-30
                <error>
                P0151 0..10 the calendar has no `2026-02-30` (that month has 28 days)
            2024-02-29
                date:19782
            2025-02-29
                <error>
                P0151 0..10 the calendar has no `2025-02-29` (that month has 28 days)
            2026-13-01
                <error>
                P0151 0..10 the calendar has no `2026-13-01` (there is no month 13)
            0000-01-01
                <error>
                P0151 0..10 the calendar has no `0000-01-01`
            24:00
                <error>
                P0152 0..5 there is no time of day `24:00`: they go from `00:00` to `23:59:59`
            12:60
                <error>
                P0152 0..5 there is no time of day `12:60`: they go from `00:00` to `23:59:59`
            2026-01-31T24:00Z
                <error>
                P0152 0..17 `2026-01-31T24:00Z` is no instant: it is written like `2026-01-31T10:00Z`
            2026-01-31T10:00+25:00
                <error>
                P0153 0..22 an instant needs its zone: `Z` for UTC, or an offset such as `+01:00`
            999999999w
                <error>
                P0150 0..10 `999999999w` is too large
            30m1h
                5400s
                P0154 0..5 the parts of a duration go from the largest unit to the smallest, each once, as in `1h30m`
            1h1h
                <error>
                P0154 0..4 the parts of a duration go from the largest unit to the smallest, each once, as in `1h30m`
            1.5h
                <error>
                P0154 0..4 `1.5h`: the parts of a duration are whole numbers, as in `1h30m`
            2.5 months
                <error>
                P0156 0..10 `months` have no fractions: a period is a whole number of them
            99999999999 years
                <error>
                P0150 0..17 `99999999999 years` is too large
            99999999999999999999 km
                <error>
                P0150 0..23 `99999999999999999999 km` is too large
            30x
                <error>
                P0155 0..3 `x` is no unit
            5foo
                <error>
                P0155 0..4 `foo` is no unit
            1_
                1
                P0156 0..2 underscores stand between digits: `1_000`
            10 km2
                (+ 10 <error>)
                P0102 3..6 `km2` cannot stand here (an operator such as `and` is missing before this, or it is left over)"#]],
    );
}

#[test]
fn precedence() {
    check(
        r#"a or b and not c == d + e * -f ?? g.h
not a == b and not not c
a - b - c + d
a / b * c div d mod e
a ?? b ?? c + 1
-a.b()
- - a
(a or b) and c
a + b < c - d and e
if a or b then c else d and e
not in vip and not not in vip
a == -1"#,
        &expect![[r#"
            a or b and not c == d + e * -f ?? g.h
                (or a (and b (not1 (Eq c (+ d (* e (?? (neg1 f) g.h)))))))
            not a == b and not not c
                (and (not1 (Eq a b)) (not2 c))
            a - b - c + d
                (+ (- (- a b) c) d)
            a / b * c div d mod e
                (mod (div (* (/ a b) c) d) e)
            a ?? b ?? c + 1
                (+ (?? a b c) 1)
            -a.b()
                (neg1 a.b())
            - - a
                (neg2 a)
            (a or b) and c
                (and (paren (or a b)) c)
            a + b < c - d and e
                (and (Lt (+ a b) (- c d)) e)
            if a or b then c else d and e
                (if ((or a b) c) else (and d e))
            not in vip and not not in vip
                (and (not-in vip) (not1 (not-in vip)))
            a == -1
                (Eq a (neg1 1))"#]],
    );
}

#[test]
fn comparisons() {
    check(
        r#"a == b
a != b
a =~ b
a < b
a <= b
a > b
a >= b
a contains b
a not contains b
a starts with "b"
a not starts with "b"
a ends with "b"
a not ends with "b"
a matches r"b"
a not matches r"b"
a before b
a after b
a is known
a is missing
a between 1 and 2 + 3
a not between b and c and d
tags contains any ["x", "y"]
tags contains all xs
tags not contains any xs"#,
        &expect![[r#"
            a == b
                (Eq a b)
            a != b
                (Ne a b)
            a =~ b
                (EqFold a b)
            a < b
                (Lt a b)
            a <= b
                (Le a b)
            a > b
                (Gt a b)
            a >= b
                (Ge a b)
            a contains b
                (Contains a b)
            a not contains b
                (NotContains a b)
            a starts with "b"
                (StartsWith a "b")
            a not starts with "b"
                (NotStartsWith a "b")
            a ends with "b"
                (EndsWith a "b")
            a not ends with "b"
                (NotEndsWith a "b")
            a matches r"b"
                (Matches a r"b")
            a not matches r"b"
                (NotMatches a r"b")
            a before b
                (Before a b)
            a after b
                (After a b)
            a is known
                (known a)
            a is missing
                (missing a)
            a between 1 and 2 + 3
                (between a 1 (+ 2 3))
            a not between b and c and d
                (and (not-between a b c) d)
            tags contains any ["x", "y"]
                (contains-any tags ["x" "y"])
            tags contains all xs
                (contains-all tags xs)
            tags not contains any xs
                (not-contains-any tags xs)"#]],
    );
}

#[test]
fn segments_and_lists() {
    check(
        r#"in vip
not in vip
in lifecycle.active or not in lifecycle.lapsed
in recent("shoes", window: 7d)
x in [US, CA]
x not in EU
x in last(Purchase).items
in last
in last and in next or in latest or in this
x in last.y"#,
        &expect![[r#"
            in vip
                (in vip)
            not in vip
                (not-in vip)
            in lifecycle.active or not in lifecycle.lapsed
                (or (in lifecycle.active) (not-in lifecycle.lapsed))
            in recent("shoes", window: 7d)
                (in recent("shoes", window: 604800s))
            x in [US, CA]
                (in x [US CA])
            x not in EU
                (not-in x EU)
            x in last(Purchase).items
                (in x (last <Purchase>).items)
            in last
                (in last)
            in last and in next or in latest or in this
                (or (and (in last) (in next)) (in latest) (in this))
            x in last.y
                (in x last.y)"#]],
    );
}

#[test]
fn windows() {
    check(
        r#"t in last 30d
t in last 6 months
t in last (window)
t in last (a + b)
t in next 7d
t not in next 7d
t in this day
t in this month
t in last calendar month
t in last 3 calendar months
t in last (n) calendar weeks
t from 90d ago to 30d ago
t from (a) ago to b ago
t before 30d ago
t after 7d from now
anniversary(birthday) in next 7d
days_since(signed_up_at) > 30"#,
        &expect![[r#"
            t in last 30d
                (in-window t last:2592000s)
            t in last 6 months
                (in-window t last:P6m0d)
            t in last (window)
                (in-window t last:(paren window))
            t in last (a + b)
                (in-window t last:(paren (+ a b)))
            t in next 7d
                (in-window t next:604800s)
            t not in next 7d
                (not-in-window t next:604800s)
            t in this day
                (in-window t this:Day)
            t in this month
                (in-window t this:Month)
            t in last calendar month
                (in-window t calendar:Month)
            t in last 3 calendar months
                (in-window t calendar:3:Month)
            t in last (n) calendar weeks
                (in-window t calendar:(paren n):Week)
            t from 90d ago to 30d ago
                (in-window t from:7776000s:to:2592000s)
            t from (a) ago to b ago
                (in-window t from:(paren a):to:b)
            t before 30d ago
                (Before t (ago 2592000s))
            t after 7d from now
                (After t (from-now 604800s))
            anniversary(birthday) in next 7d
                (in-window anniversary(birthday) next:604800s)
            days_since(signed_up_at) > 30
                (Gt days_since(signed_up_at) 30)"#]],
    );
}

#[test]
fn postfix() {
    check(
        r#"a.b.c
a.b(c).d(e: 1, f)[g].h
Product[sku].price
local(t).weekday
x.as(Money<GBP>)
x.as(Timestamp, "Europe/London")
x.as(List<Money<USD>>)
f()
f(a,)
a.in.where
"x".lower()
[1, 2].size()
f(a < b, c > d)"#,
        &expect![[r#"
            a.b.c
                a.b.c
            a.b(c).d(e: 1, f)[g].h
                a.b(c).d(e: 1, f)[g].h
            Product[sku].price
                Product[sku].price
            local(t).weekday
                local(t).weekday
            x.as(Money<GBP>)
                x.as(type Money<GBP>)
            x.as(Timestamp, "Europe/London")
                x.as(Timestamp, "Europe/London")
            x.as(List<Money<USD>>)
                x.as(type List<Money<USD>>)
            f()
                f()
            f(a,)
                f(a)
            a.in.where
                a.in.where
            "x".lower()
                "x".lower()
            [1, 2].size()
                [1 2].size()
            f(a < b, c > d)
                f((Lt a b), (Gt c d))"#]],
    );
}

#[test]
fn aggregates_and_queries() {
    check(
        r#"count(Purchase)
count(Purchase in last 30d where total > 50 USD)
count((EmailOpened or ProductViewed) in last 7d)
count(any event in last 24h)
count(Purchase in latest 10)
sum(Purchase.total in last 365d)
avg(Purchase.items.price)
distinct(Purchase.items.sku in last 90d where category == "shoes")
most_common(View.category)
top_share(View.category in this month)
share(Purchase where total > 5 USD)
gap(Purchase)
first(Purchase)
last(Purchase as p in last 7d where p.total > 5 USD).total
nth(3, Purchase where x)
min(a + b)
max(column("a"))
sum(column("Quantity") * column("UnitPrice"))
count(items where quantity > 2)
count(profile.items)
min(a, b)
count(Purchase from 90d ago to 30d ago)"#,
        &expect![[r#"
            count(Purchase)
                (count <Purchase>)
            count(Purchase in last 30d where total > 50 USD)
                (count <Purchase last:2592000s where (Gt total 50USD)>)
            count((EmailOpened or ProductViewed) in last 7d)
                (count <EmailOpened|ProductViewed last:604800s>)
            count(any event in last 24h)
                (count <any-event last:86400s>)
            count(Purchase in latest 10)
                (count <Purchase latest:10>)
            sum(Purchase.total in last 365d)
                (sum <Purchase.total last:31536000s>)
            avg(Purchase.items.price)
                (avg <Purchase.items.price>)
            distinct(Purchase.items.sku in last 90d where category == "shoes")
                (distinct <Purchase.items.sku last:7776000s where (Eq category "shoes")>)
            most_common(View.category)
                (most_common <View.category>)
            top_share(View.category in this month)
                (top_share <View.category this:Month>)
            share(Purchase where total > 5 USD)
                (share <Purchase where (Gt total 5USD)>)
            gap(Purchase)
                (gap <Purchase>)
            first(Purchase)
                (first <Purchase>)
            last(Purchase as p in last 7d where p.total > 5 USD).total
                (last <Purchase as p last:604800s where (Gt p.total 5USD)>).total
            nth(3, Purchase where x)
                (nth 3 <Purchase where x>)
            min(a + b)
                (min (expr (+ a b)))
            max(column("a"))
                (max (expr column("a")))
            sum(column("Quantity") * column("UnitPrice"))
                (sum (expr (* column("Quantity") column("UnitPrice"))))
            count(items where quantity > 2)
                (count <items where (Gt quantity 2)>)
            count(profile.items)
                (count <profile.items>)
            min(a, b)
                min(a, b)
            count(Purchase from 90d ago to 30d ago)
                (count <Purchase from:7776000s:to:2592000s>)"#]],
    );
}

#[test]
fn did() {
    check(
        r#"did Purchase
did not Purchase in last 90d
did (A or B) in last 7d
did any event in last 24h
did Purchase.items in last 90d where category == "shoes"
did Purchase at least 3 times
did Purchase at most 1 times in last 7d
did Purchase in last 7d exactly n times
did View at least 3 times in last 7d per sku
did View per sku at least (a + b) times in last 7d where x
did Purchase in at least 3 of last 4 calendar weeks
did A in last 7d then B within 1h
did A in last 7d then not B within 24h
did A then not B for 24h
did A then B then C within 2h then not D
did latest A as a in last 7d where x > 1 then B as b where a.sku == sku within 24h
did latest
did A where x and y or z
(did A where x) and y
if did A then b else c
if (did A then B) then c else d"#,
        &expect![[r#"
            did Purchase
                (did <Purchase>)
            did not Purchase in last 90d
                (did-not <Purchase last:7776000s>)
            did (A or B) in last 7d
                (did <A|B last:604800s>)
            did any event in last 24h
                (did <any-event last:86400s>)
            did Purchase.items in last 90d where category == "shoes"
                (did <Purchase.items last:7776000s where (Eq category "shoes")>)
            did Purchase at least 3 times
                (did <Purchase> AtLeast:3)
            did Purchase at most 1 times in last 7d
                (did <Purchase last:604800s> AtMost:1)
            did Purchase in last 7d exactly n times
                (did <Purchase last:604800s> Exactly:n)
            did View at least 3 times in last 7d per sku
                (did <View last:604800s> AtLeast:3 per:sku)
            did View per sku at least (a + b) times in last 7d where x
                (did <View last:604800s where x> AtLeast:(paren (+ a b)) per:sku)
            did Purchase in at least 3 of last 4 calendar weeks
                (did <Purchase> regular:3/4Week)
            did A in last 7d then B within 1h
                (did <A last:604800s> (then <B> within 3600s))
            did A in last 7d then not B within 24h
                (did <A last:604800s> (then-not <B> within 86400s))
            did A then not B for 24h
                (did <A> (then-not <B> for 86400s))
            did A then B then C within 2h then not D
                (did <A> (then <B>) (then <C> within 7200s) (then-not <D>))
            did latest A as a in last 7d where x > 1 then B as b where a.sku == sku within 24h
                (did-latest <A as a last:604800s where (Gt x 1)> (then <B as b where (Eq a.sku sku)> within 86400s))
            did latest
                (did <latest>)
            did A where x and y or z
                (did <A where (or (and x y) z)>)
            (did A where x) and y
                (and (paren (did <A where x>)) y)
            if did A then b else c
                (if ((did <A>) b) else c)
            if (did A then B) then c else d
                (if ((paren (did <A> (then <B>))) c) else d)"#]],
    );
}

#[test]
fn quantifiers_choices_and_matches() {
    check(
        r#"any item in items where item.price > 5 USD
all item in items where item.price > 5 USD and item.sku is known
any s in Store where distance(s.location, here) < 5 km
any x in last(Purchase).items
if a then b else if c then d else if e then f else g
match tier { gold => 1, silver or bronze => 2, missing => 3, otherwise => 4 }
match x { 1 => "a", -2 => "b", "c" => "d", Tier.gold => e, true => f }
match a.b + 1 { otherwise => match c { d => e } }
ntile(5, order_value)
ntile(5, x among active)
percentile(x among in_seg)
sample(10%, "salt")"#,
        &expect![[r#"
            any item in items where item.price > 5 USD
                (any item items where (Gt item.price 5USD))
            all item in items where item.price > 5 USD and item.sku is known
                (all item items where (and (Gt item.price 5USD) (known item.sku)))
            any s in Store where distance(s.location, here) < 5 km
                (any s Store where (Lt distance(s.location, here) 5000metres))
            any x in last(Purchase).items
                (any x (last <Purchase>).items)
            if a then b else if c then d else if e then f else g
                (if (a b) (c d) (e f) else g)
            match tier { gold => 1, silver or bronze => 2, missing => 3, otherwise => 4 }
                (match tier (gold => 1) (silver|bronze => 2) (missing => 3) (otherwise => 4))
            match x { 1 => "a", -2 => "b", "c" => "d", Tier.gold => e, true => f }
                (match x (1 => "a") ((neg1 2) => "b") ("c" => "d") (Tier.gold => e) (true => f))
            match a.b + 1 { otherwise => match c { d => e } }
                (match (+ a.b 1) (otherwise => (match c (d => e))))
            ntile(5, order_value)
                ntile(5, order_value)
            ntile(5, x among active)
                ntile(5, x among active)
            percentile(x among in_seg)
                percentile(x among in_seg)
            sample(10%, "salt")
                sample(0.1%, "salt")"#]],
    );
}

#[test]
fn texts() {
    check(
        r#""Hi {first_name ?? "friend"}, {total:money}"
"\n\t\"\\\{\} \u{1F600}"
"{a}{b}"
"{ if x then "a" else "b{c}" }"
"{f({a: 1})}"
"\x \u{zz} \u{110000} \u{41"
"""one line"""
"""  {a} b"""
"""#,
        &expect![[r#"
            "Hi {first_name ?? "friend"}, {total:money}"
                "Hi {(?? first_name "friend")}, {total:money}"
            "\n\t\"\\\{\} \u{1F600}"
                "\n\t\"\\{} 😀"
            "{a}{b}"
                "{a}{b}"
            "{ if x then "a" else "b{c}" }"
                "{(if (x "a") else "b{c}")}"
            "{f({a: 1})}"
                "{f({a: 1})}"
            "\x \u{zz} \u{110000} \u{41"
                "\\x \\u{zz} \\u{110000} \\u{41"
                P0012 1..3 `\x` means nothing in a text
                P0012 4..10 `\u{zz}` means nothing in a text
                P0012 11..21 `\u{110000}` means nothing in a text
                P0012 22..24 `\u` means nothing in a text
            """one line"""
                "one line"
            """  {a} b"""
                "  {a} b"
            ""
                """#]],
    );
}

#[test]
fn common_indentation_is_taken_off() {
    assert_eq!(
        show_expr("\"\"\"\n    a\n      b\n\n    c\n    \"\"\""),
        r#""a\n  b\n\nc""#
    );
    assert_eq!(show_expr("\"\"\"\n    a\n  \"\"\""), r#""  a""#);
    assert_eq!(
        show_expr("\"\"\"\n  {x} a\n    b {y}\n  c\"\"\""),
        r#""{x} a\n  b {y}\nc""#
    );
    assert_eq!(show_expr("\"\"\"a\n  b\n\"\"\""), r#""a\n  b\n""#);
    assert_eq!(show_expr("\"\"\"\r\n  a\r\n  b\r\n  \"\"\""), r#""a\nb""#);
    assert_eq!(show_expr("\"\"\"\n  a \\n b\n  \"\"\""), r#""a \n b""#);
    assert_eq!(show_expr("\"\"\"\n\"\"\""), r#""""#);
}

#[test]
fn contextual_words_stay_names() {
    check(
        r#"at == 1 and from == 2 and to == 3 and per == 4 and exactly > 5
last > next and this == latest or ago
event.x and profile.y and limit < on
as in [among] and times == calendar
f(per: 1, as: 2, from: 3)
{ km: 1, ago: 2, when_: 3 }
min + max - share * gap / first ?? last"#,
        &expect![[r#"
            at == 1 and from == 2 and to == 3 and per == 4 and exactly > 5
                (and (Eq at 1) (Eq from 2) (Eq to 3) (Eq per 4) (Gt exactly 5))
            last > next and this == latest or ago
                (or (and (Gt last next) (Eq this latest)) ago)
            event.x and profile.y and limit < on
                (and event.x profile.y (Lt limit on))
            as in [among] and times == calendar
                (and (in as [among]) (Eq times calendar))
            f(per: 1, as: 2, from: 3)
                f(per: 1, as: 2, from: 3)
            { km: 1, ago: 2, when_: 3 }
                {km: 1, ago: 2, when_: 3}
            min + max - share * gap / first ?? last
                (- (+ min max) (/ (* share gap) (?? first last)))"#]],
    );
}
