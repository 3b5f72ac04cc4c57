//! What people bring from other languages: each with its code, read as it was meant, and with a fix that makes it right.

use super::sexpr;
use super::{apply_all, file_errors};
use crate::{parse_decl, split};

/// The code of the first report, what is written, and what the fixes make of it.
const EXPRESSIONS: &[(&str, &str, &str)] = &[
    ("P0143", "country is US or CA", "country in [US, CA]"),
    (
        "P0143",
        "a and c == \"x\" or \"y\" or b",
        "a and c in [\"x\", \"y\"] or b",
    ),
    ("P0143", "n == 1 or 2 or 3", "n in [1, 2, 3]"),
    (
        "P0109",
        "did A where b > 1 in last 3d and c",
        "did A in last 3d where b > 1 and c",
    ),
    (
        "P0109",
        "count(A where (b > 1 or c) in last 3d) > 1",
        "count(A in last 3d where (b > 1 or c)) > 1",
    ),
    (
        "P0121",
        "did A in last 7d then no B within 1h",
        "did A in last 7d then not B within 1h",
    ),
    ("P0110", "a = b", "a == b"),
    ("P0110", "a=b", "a == b"),
    ("P0111", "a && b", "a and b"),
    ("P0111", "a&&b||!c", "a and b or not c"),
    ("P0111", "!a", "not a"),
    ("P0112", "a <> b", "a != b"),
    ("P0112", "a === b", "a == b"),
    ("P0112", "a !== b", "a != b"),
    ("P0112", "a =< b", "a <= b"),
    (
        "P0112",
        "a ≥ 1 and b ≤ 2 and c ≠ 3",
        "a >= 1 and b <= 2 and c != 3",
    ),
    ("P0112", "a≥1", "a>=1"),
    ("P0112", "a – b", "a - b"),
    ("P0113", "a AND b OR NOT c", "a and b or not c"),
    ("P0113", "x BETWEEN 1 AND 2", "x between 1 and 2"),
    ("P0113", "x IN [1, 2] AND IN vip", "x in [1, 2] and in vip"),
    ("P0113", "x NOT IN [1]", "x not in [1]"),
    (
        "P0113",
        "did Purchase WHERE total > 1 USD",
        "did Purchase where total > 1 USD",
    ),
    ("P0113", "x IS KNOWN", "x is known"),
    ("P0117", "x IS NULL", "x is missing"),
    ("P0117", "x IS NOT NULL", "x is known"),
    ("P0117", "x is not missing", "x is known"),
    ("P0117", "x == null", "x is missing"),
    ("P0117", "x != NULL", "x is known"),
    ("P0117", "x=None", "x is missing"),
    ("P0117", "x <> missing", "x is known"),
    ("P0114", "x LIKE \"%a%\"", "x contains \"a\""),
    ("P0114", "x like \"a%\"", "x starts with \"a\""),
    ("P0113", "x NOT LIKE \"%a\"", "x not ends with \"a\""),
    ("P0115", "x in (\"a\", \"b\")", "x in [\"a\", \"b\"]"),
    ("P0115", "x in (1, 2,)", "x in [1, 2,]"),
    (
        "P0119",
        "did Purchase in last 30 days",
        "did Purchase in last 30d",
    ),
    ("P0119", "t in last 24 hours", "t in last 24h"),
    ("P0119", "t in next 30 d", "t in next 30d"),
    ("P0119", "t after 90 minutes ago", "t after 90m ago"),
    ("P0120", "spend > $100", "spend > 100 USD"),
    ("P0120", "spend > 100$", "spend > 100 USD"),
    ("P0120", "spend > 99.50 €", "spend > 99.50 EUR"),
    ("P0120", "spend > USD 100", "spend > 100 USD"),
    ("P0120", "spend > 100 usd", "spend > 100 USD"),
    ("P0120", "spend > 100USD", "spend > 100 USD"),
    ("P0120", "spend > 100 dollars", "spend > 100 USD"),
    ("P0121", "has done Purchase", "did Purchase"),
    (
        "P0121",
        "has not done Purchase in last 3d",
        "did not Purchase in last 3d",
    ),
    ("P0121", "did do Purchase", "did Purchase"),
    (
        "P0121",
        "did A in last 7d then did not B within 1h",
        "did A in last 7d then not B within 1h",
    ),
    ("P0121", "did A then did B", "did A then B"),
    ("P0122", "1 < x < 3", "1 < x and x < 3"),
    ("P0122", "a == b == c", "a == b and b == c"),
    ("P0123", "a ? 1 : 2", "if a then 1 else 2"),
    (
        "P0123",
        "a ? 1 : b ? 2 : 3",
        "if a then 1 else if b then 2 else 3",
    ),
    ("P0123", "\"{a ? 1 : 2}\"", "\"{if a then 1 else 2}\""),
    ("P0124", "\"Hello {{name}}!\"", "\"Hello {name}!\""),
    (
        "P0124",
        "\"Hello {{ name:short }}!\"",
        "\"Hello {name:short}!\"",
    ),
    ("P0125", "share > 15 %", "share > 15%"),
    ("P0125", "share > 15 percent", "share > 15%"),
    (
        "P0126",
        "if a then 1 elif b then 2 elseif c then 3 else 4",
        "if a then 1 else if b then 2 else if c then 3 else 4",
    ),
    ("P0129", "tier is gold", "tier == gold"),
    ("P0129", "tier is not gold", "tier != gold"),
    ("P0129", "tier is in [gold]", "tier in [gold]"),
    ("P0129", "tier is not in [gold]", "tier not in [gold]"),
    ("P0130", "x % 10 == 0", "x mod 10 == 0"),
    (
        "P0131",
        "did Purchase in last window",
        "did Purchase in last (window)",
    ),
    (
        "P0131",
        "t in next window and x",
        "t in next (window) and x",
    ),
    (
        "P0132",
        "did Purchase in the last 30d",
        "did Purchase in last 30d",
    ),
    (
        "P0132",
        "did Purchase in past 30d",
        "did Purchase in last 30d",
    ),
    (
        "P0132",
        "did Purchase in last month",
        "did Purchase in last calendar month",
    ),
    (
        "P0133",
        "1 + if a then 2 else 3",
        "1 + (if a then 2 else 3)",
    ),
    (
        "P0134",
        "match x { a -> 1, _ => 2 }",
        "match x { a => 1, otherwise => 2 }",
    ),
    (
        "P0134",
        "match x { case a => 1, else => 2 }",
        "match x {  a => 1, otherwise => 2 }",
    ),
    (
        "P0134",
        "match x { a | b => 1, otherwise => 2 }",
        "match x { a or b => 1, otherwise => 2 }",
    ),
    ("P0135", "if a { 1 } else { 2 }", "if a then 1  else  2 "),
    ("P0136", "did (A, B) in last 3d", "did (A or B) in last 3d"),
    ("P0136", "did (A | B)", "did (A or B)"),
    ("P0138", "x startsWith \"a\"", "x starts with \"a\""),
    ("P0138", "x ends_with \"a\"", "x ends with \"a\""),
    ("P0138", "x includes \"a\"", "x contains \"a\""),
    ("P0138", "x does not contain \"a\"", "x not contains \"a\""),
    ("P0011", "x == 'a'", "x == \"a\""),
    ("P0011", "x == 'say \"hi\"'", "x == \"say \\\"hi\\\"\""),
    ("P0011", "x == “a”", "x == \"a\""),
    ("P0011", "x == `a{b}`", "x == \"a\\{b}\""),
    ("P0011", "{ \"a\": 1 }", "{ a: 1 }"),
    ("P0128", "{ a = 1 }", "{ a: 1 }"),
    ("P0010", "a and # why\n b", "a and // why\n b"),
    ("P0010", "a and -- why\n b", "a and // why\n b"),
    (
        "P0010",
        "a and /* why\n not */ b",
        "a and // why\n// not\n b",
    ),
    ("P0009", "a\u{a0}and b", "a and b"),
    ("P0118", "[1; 2]", "[1, 2]"),
    ("P0151", "d before 2026-1-5", "d before 2026-01-05"),
    ("P0152", "t == 9:30", "t == 09:30"),
    ("P0152", "t < 2026-01-05 10:00Z", "t < 2026-01-05T10:00Z"),
    ("P0153", "t < 2026-01-05T10:00", "t < 2026-01-05T10:00Z"),
    ("P0155", "d < 10km", "d < 10 km"),
    ("P0155", "d < 10 miles", "d < 10 mi"),
    ("P0156", "x < .5", "x < 0.5"),
    ("P0156", "x < 1e6", "x < 1000000"),
    ("P0156", "x < 1,000", "x < 1_000"),
    ("P0156", "x < 1__0", "x < 10"),
    (
        "P0105",
        "did Purchase at least 3",
        "did Purchase at least 3 times",
    ),
    (
        "P0105",
        "did Purchase more than 3 times",
        "did Purchase at least 4 times",
    ),
    (
        "P0105",
        "did Purchase fewer than 3 times",
        "did Purchase at most 2 times",
    ),
    ("P0012", "x == \"\\d\"", "x == \"\\\\d\""),
];

/// The same for whole declarations.
const DECLARATIONS: &[(&str, &str, &str)] = &[
    ("P0106", "segment a { x > 1 }", "segment a { when x > 1 }"),
    (
        "P0106",
        "segment a { where x > 1 }",
        "segment a { when x > 1 }",
    ),
    (
        "P0113",
        "segment a { WHEN x > 1 }",
        "segment a { when x > 1 }",
    ),
    (
        "P0118",
        "segment a { when x > 1; }",
        "segment a { when x > 1 }",
    ),
    (
        "P0118",
        "segment a { when x > 1 };",
        "segment a { when x > 1 }",
    ),
    ("P0135", "segment a = x > 1", "segment a { when x > 1 }"),
    ("P0105", "segment a when x > 1", "segment a { when x > 1 }"),
    (
        "P0108",
        "segment a { when x when y }",
        "segment a { when x and y }",
    ),
    ("P0008", "Segment a { when x }", "segment a { when x }"),
    ("P0008", "segmnt a { when x }", "segment a { when x }"),
    (
        "P0008",
        "cohort a \"A\" { when x }",
        "segment a \"A\" { when x }",
    ),
    (
        "P0008",
        "ordered Tier { a, b }",
        "ordered enum Tier { a, b }",
    ),
    (
        "P0013",
        "segment élite { when x }",
        "segment elite { when x }",
    ),
    (
        "P0106",
        "partition p { a: x, otherwise b }",
        "partition p { a when x, otherwise b }",
    ),
    (
        "P0106",
        "partition p { a x otherwise b }",
        "partition p { a when x otherwise b }",
    ),
    (
        "P0107",
        "partition p { a when x else b }",
        "partition p { a when x otherwise b }",
    ),
    (
        "P0107",
        "partition p { a when x default b \"B\" }",
        "partition p { a when x otherwise b \"B\" }",
    ),
    ("P0128", "profile P { a = Int }", "profile P { a: Int }"),
    ("P0105", "profile P { a Int }", "profile P { a: Int }"),
    (
        "P0116",
        "profile P { a: Int? = null }",
        "profile P { a: Int? }",
    ),
    ("P0137", "profile P { a?: Int }", "profile P { a: Int? }"),
    (
        "P0137",
        "profile P { a: [Int] }",
        "profile P { a: List<Int> }",
    ),
    (
        "P0137",
        "profile P { a: Int[] }",
        "profile P { a: List<Int> }",
    ),
    ("P0137", "profile P { a: Int?? }", "profile P { a: Int? }"),
    (
        "P0105",
        "profile P { a: List<Int b: Int }",
        "profile P { a: List<Int> b: Int }",
    ),
    ("P0128", "enum E { a = \"A\", b }", "enum E { a \"A\", b }"),
    (
        "P0136",
        "events A = B, C and D | E",
        "events A = B or C or D or E",
    ),
    ("P0105", "events A B or C", "events A = B or C"),
    ("P0135", "trait t: Int { x + 1 }", "trait t: Int = x + 1"),
    ("P0135", "trait t => x", "trait t = x"),
    ("P0105", "fn f(a: Int): Int = a", "fn f(a: Int) -> Int = a"),
    (
        "P0135",
        "fn f(a: Int) -> Int { return a }",
        "fn f(a: Int) -> Int = a",
    ),
    (
        "P0128",
        "source s of T { from \"x\" id: column(\"a\") }",
        "source s of T { from \"x\" id = column(\"a\") }",
    ),
    (
        "P0105",
        "source s T { from \"x\" }",
        "source s of T { from \"x\" }",
    ),
    (
        "P0105",
        "source s for T { from \"x\" }",
        "source s of T { from \"x\" }",
    ),
    ("P0004", "segment a { when (x }", "segment a { when (x) }"),
    ("P0004", "segment a { when x", "segment a { when x }"),
    ("P0005", "segment a { when x) }", "segment a { when x }"),
    (
        "P0006",
        "segment a \"A { when x }",
        "segment a \"A\" { when x }",
    ),
    (
        "P0010",
        "segment a {\n# one\n  when x }",
        "segment a {\n  when x }",
    ),
    (
        "P0005",
        "segment a { when x }\n}\nsegment b { when y }",
        "segment a { when x }\nsegment b { when y }",
    ),
    (
        "P0118",
        "enum A { x };\nenum B { y }",
        "enum A { x }\nenum B { y }",
    ),
];

fn trees(text: &str) -> Vec<String> {
    split(text)
        .decls
        .iter()
        .map(|decl| sexpr::decl(&parse_decl(decl.span.of(text)).tree))
        .collect()
}

/// Checks one habit: its code comes first, fixes lead to a text without errors, and the tree was read as that text.
pub(super) fn check(code: &str, bad: &str, good: &str, problems: &mut Vec<String>) {
    let errors = file_errors(bad);
    let found = errors.first().map_or("nothing", |error| error.code.id());
    if found != code {
        problems.push(format!("{bad:?}: expected {code}, found {errors:#?}"));
        return;
    }
    let fixed = apply_all(bad);
    let left = file_errors(&fixed);
    if !left.is_empty() {
        problems.push(format!(
            "{bad:?} is fixed to {fixed:?}, which still has {left:#?}"
        ));
    } else if trees(&fixed) != trees(good) {
        problems.push(format!("{bad:?} is fixed to {fixed:?} instead of {good:?}"));
    } else if !read_otherwise(code) && trees(bad) != trees(&fixed) {
        problems.push(format!(
            "{bad:?} is read as {:?} instead of {:?}",
            trees(bad),
            trees(&fixed)
        ));
    }
}

/// Codes whose text is not read as its fix has it: the report says why nothing more is known.
fn read_otherwise(code: &str) -> bool {
    matches!(
        code,
        "P0006" | "P0012" | "P0013" | "P0108" | "P0109" | "P0133" | "P0156"
    )
}

#[test]
fn expressions_of_other_languages_are_read_as_meant_and_repaired() {
    let mut problems = Vec::new();
    for (code, bad, good) in EXPRESSIONS {
        let whole = |expr: &str| format!("trait t = {expr}");
        check(code, &whole(bad), &whole(good), &mut problems);
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn declarations_of_other_languages_are_read_as_meant_and_repaired() {
    let mut problems = Vec::new();
    for (code, bad, good) in DECLARATIONS {
        check(code, bad, good, &mut problems);
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn each_habit_is_one_report() {
    for (code, bad, _) in EXPRESSIONS {
        let reports = file_errors(&format!("trait t = {bad}"));
        let same: Vec<_> = reports
            .iter()
            .filter(|report| report.code.id() != *code)
            .collect();
        let joined = bad.contains("AND")
            || bad.contains("NULL")
            || bad.contains("||")
            || bad.contains("->")
            || bad.contains("LIKE");
        assert!(same.is_empty() || joined, "{bad}: {same:#?}");
    }
}

#[test]
fn empty_texts_in_other_quotes_side_by_side_begin_no_text_of_several_lines() {
    let text = "trait t = x in ['''', ``\"a\"]\ntrait u = 1\n";
    let reports = file_errors(text);
    let next = u32::try_from(text.find("trait u").unwrap()).unwrap();
    assert!(!reports.is_empty());
    for report in &reports {
        assert!(report.span.start < next, "{report:#?}");
    }
    assert_eq!(trees(text)[1], trees("trait u = 1")[0]);
}
