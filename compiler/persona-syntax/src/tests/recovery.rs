//! What is read of broken declarations: each mistake reported once, at its place, and the rest read as if it were right.

use expect_test::{Expect, expect};

use super::{file_errors, show_file};
use crate::ast::DeclKind;
use crate::parse_decl;

fn check(text: &str, expected: &Expect) {
    expected.assert_eq(&show_file(text));
}

#[test]
fn values_that_are_missing() {
    check(
        r#"segment a { when }
segment b { when x == }
segment c { when x and }
segment d { when and x or not }
segment e { when count( > 3 and x.y. == 2 }
segment f { when f(a, , b) + [1, , 2] }
segment g { when x in and y between 1 }
segment h { when did in last and z }
segment i { when if then else }
segment j { when match x { a => , => b, c } }
segment k { when any in xs where }
segment l { when x is and y }
segment m {}
const A: Int =
trait t ="#,
        &expect![[r#"
            (segment a <error>)
              ! P0101 16..16 a condition is missing after `when` (expected here)
            (segment b (Eq x <error>))
              ! P0101 21..21 a value is missing after `==` (expected here)
            (segment c (and x <error>))
              ! P0101 22..22 a condition is missing after `and` (expected here)
            (segment d (or (and <error> x) (not1 <error>)))
              ! P0101 16..16 a condition is missing after `when` (expected here)
              ! P0101 29..29 a condition is missing after `not` (expected here)
            (segment e (count (expr (and (Gt <error> 3) (Eq x.y.· 2)))))
              ! P0004 22..23 `(` is never closed (opened here)
              ! P0101 23..23 a value is missing after `(` (expected here)
              ! P0103 36..36 a name after the dot is missing (expected here)
            (segment f (+ f(a, <error>, b) [1 <error> 2]))
              ! P0101 21..21 a value is missing after `,` (expected here)
              ! P0101 32..32 a value is missing after `,` (expected here)
            (segment g (and (in x <error>) (between y 1 <error>)))
              ! P0101 21..21 a value is missing after `in` (expected here)
              ! P0105 37..37 `between` has two ends: `between a and b` (expected here)
            (segment h (and (did <· last:<error>>) z))
              ! P0103 20..20 the name of an event is missing (expected here)
              ! P0101 28..28 a value is missing after `last` (expected here)
            (segment i (if (<error> <error>) else <error>))
              ! P0101 19..19 a condition is missing after `if` (expected here)
              ! P0101 24..24 a value is missing after `then` (expected here)
              ! P0101 29..29 a value is missing after `else` (expected here)
            (segment j (match x (a => <error>) (c => <error>)))
              ! P0101 31..31 a value is missing after `=>` (expected here)
              ! P0102 34..38 `=>` cannot stand here (expected an arm: `value => result`)
              ! P0105 41..41 an arm needs its result: `value => result` (expected here)
            (segment k (any · xs where <error>))
              ! P0103 20..20 a name for the element is missing (expected here)
              ! P0101 32..32 a condition is missing after `where` (expected here)
            (segment l (and (Eq x <error>) y))
              ! P0101 21..21 a value is missing after `is` (expected here)
            (segment m <error>)
              ! P0106 11..11 the condition is missing: `when …` (expected here)
            (const A Int <error>)
              ! P0101 14..14 a value is missing after `=` (expected here)
            (trait t <error>)
              ! P0101 9..9 a value is missing after `=` (expected here)
        "#]],
    );
}

#[test]
fn names_types_and_signs_that_are_missing() {
    check(
        r#"segment { when x }
profile { id: String }
profile P { id: , name: = 3, : Int, tags: List<, x }
const : Int = 3
const A 3
trait = 3
fn f( -> Int = 3
fn g(a, b: Int)
enum
enum E
event X
events
events A =
source s
source s of
source s of X { id = from = "x" group by prefer a }
partition p
partition p { }
partition p { a when, otherwise }"#,
        &expect![[r#"
            (segment · x)
              ! P0103 7..7 the name of the segment is missing (expected here)
            (profile ·
              (id String))
              ! P0103 7..7 the name of the profile is missing (expected here)
            (profile P
              (id <error>)
              (name <error> = 3)
              (tags List<<error>, x>))
              ! P0104 15..15 a type is missing (expected here)
              ! P0104 23..23 a type is missing (expected here)
              ! P0102 29..34 `:` cannot stand here (expected a field: `name: Type`)
              ! P0104 47..47 a type is missing (expected here)
              ! P0105 50..50 `<` is never closed: `>` is missing (expected here)
            (const · Int 3)
              ! P0103 5..5 the name of the constant is missing (expected here)
            (const A <error> 3)
              ! P0105 7..7 `=` is missing: `const NAME: Type = value` (expected here)
            (trait · 3)
              ! P0103 5..5 the name of the trait is missing (expected here)
            (fn f (·: <error>) : <error> <error>)
              ! P0004 4..5 `(` is never closed (opened here)
              ! P0103 5..5 the name of a parameter is missing (found `->` instead)
            (fn g (a: <error>, b: Int) : <error> <error>)
              ! P0104 6..6 a parameter has a type: `a: Type` (expected here)
              ! P0105 15..15 `=` is missing: `fn name(a: Type) -> Type = expression` (expected here)
            (enum ·)
              ! P0103 4..4 the name of the enum is missing (expected here)
            (enum E)
              ! P0105 6..6 the enum's values are missing: `{ a, b }` (expected here)
            (event X)
              ! P0105 7..7 the event's fields are missing: `{ name: Type }` (expected here)
            (events · ·)
              ! P0103 6..6 the name of the group of events is missing (expected here)
            (events A ·)
              ! P0103 10..10 the name of an event is missing (expected here)
            (source s of ·)
              ! P0105 8..8 a source says what it fills: `source orders of Purchase` (expected here)
            (source s of ·)
              ! P0103 11..11 the name of a profile or an event is missing (expected here)
            (source s of X
              (id = (Eq from "x"))
              (group (+ prefer <error>)))
              ! P0110 26..27 two values are compared with `==`
              ! P0102 48..49 `a` cannot stand here (an operator such as `and` is missing before this, or it is left over)
            (partition p
              (otherwise ·))
              ! P0105 11..11 the stages are missing: `{ stage when … otherwise rest }` (expected here)
            (partition p
              (otherwise ·))
              ! P0107 14..14 a partition ends with `otherwise` and its last stage (expected here)
            (partition p
              (a <error>)
              (otherwise ·))
              ! P0101 20..20 a condition is missing after `when` (expected here)
              ! P0103 31..31 the name of the last stage is missing (expected here)
        "#]],
    );
}

#[test]
fn leftovers() {
    check(
        r#"segment a "A" "B" { when x }
segment b { when x y and z }
segment c { when x } }
profile P { id: String key, name String, 3, "x", y: Int = 3 4 }
enum E { a b, 3, c = 4, "d", e }
partition p { a when x extra stuff, b when y otherwise c when z }
source s of T { from "x" bogus id = column("a") column("b"), where x y z }
const A: Int = 3 4 5
trait t = f(a b, c d) + [1 2, 3]
fn f(a: Int b, c) -> Int = a b"#,
        &expect![[r#"
            (segment a "A" x)
              ! P0102 14..17 `"B"` cannot stand here (expected `{ when … }`)
            (segment b (and (+ x <error>) z))
              ! P0102 19..20 `y` cannot stand here (an operator such as `and` is missing before this, or it is left over)
            (segment c x)
            (profile P
              (id String)
              (name String)
              (y Int = (+ 3 <error>)))
              ! P0102 23..26 `key` cannot stand here (expected the next field, `=` and a default, or an annotation such as `@key`)
              ! P0105 32..32 a field has a type: `name: Type` (expected here)
              ! P0102 41..42 `3` cannot stand here (expected a field: `name: Type`)
              ! P0102 44..47 `"x"` cannot stand here (expected a field: `name: Type`)
              ! P0102 60..61 `4` cannot stand here (an operator such as `and` is missing before this, or it is left over)
            (enum E a b c d e)
              ! P0102 14..15 `3` cannot stand here (expected a value: a name, and a title in quotes where people see another)
              ! P0102 19..22 `=` cannot stand here (expected a comma or the next value)
              ! P0011 24..27 the values of an enum are named without quotes
            (partition p
              (a (+ x <error>))
              (b y)
              (otherwise c))
              ! P0102 23..34 `extra` cannot stand here (an operator such as `and` is missing before this, or it is left over)
              ! P0102 57..63 the last stage has no condition: it holds who is in no other
            (source s of T
              (from "x" bogus=id)
              (where (+ x <error>)))
              ! P0102 34..60 `=` cannot stand here (expected `from`, `where`, `group by`, or `field = column("…")`)
              ! P0102 69..72 `y` cannot stand here (an operator such as `and` is missing before this, or it is left over)
            (const A Int (+ 3 <error>))
              ! P0102 17..20 `4` cannot stand here (an operator such as `and` is missing before this, or it is left over)
            (trait t (+ f((+ a <error>), (+ c <error>)) [(+ 1 <error>) 3]))
              ! P0102 14..15 `b` cannot stand here (an operator such as `and` is missing before this, or it is left over)
              ! P0102 19..20 `d` cannot stand here (an operator such as `and` is missing before this, or it is left over)
              ! P0102 27..28 `2` cannot stand here (an operator such as `and` is missing before this, or it is left over)
            (fn f (a: Int, c: <error>) : Int (+ a <error>))
              ! P0102 12..13 `b` cannot stand here (expected a comma or `)`)
              ! P0104 16..16 a parameter has a type: `c: Type` (expected here)
              ! P0102 29..30 `b` cannot stand here (an operator such as `and` is missing before this, or it is left over)
            !! P0005 79..80 `}` closes nothing: no `{` is open here
        "#]],
    );
}

#[test]
fn brackets_and_texts_that_are_open() {
    check(
        r#"segment a { when (x and [y }
segment b { when f(x, "y) and z }
source s of T {
  id = column("ID"
  name = column("Name").trim(
  x = 3
}
segment c "Title { when x }
trait t = "Hi {name" == x
trait u = "Hi {f(name}" == x
trait v = ")" == x]
const D: String = """
  never"#,
        &expect![[r#"
            (segment a (paren (and x [y])))
              ! P0004 17..18 `(` is never closed (opened here)
              ! P0004 24..25 `[` is never closed (opened here)
            (segment b f(x, "y) and z"))
              ! P0006 22..31 this text is never closed: `"` is missing at its end (starts here)
            (source s of T
              (id = column("ID"))
              (name = column("Name").trim(x: 3)))
              ! P0004 29..30 `(` is never closed (opened here)
              ! P0004 63..64 `(` is never closed (opened here)
              ! P0128 69..70 arguments are named with `:`
            (segment c "Title" x)
              ! P0006 10..16 this text is never closed: `"` is missing at its end (starts here)
            (trait t (Eq "Hi {name}" x))
              ! P0004 14..15 `{` is never closed (opened here)
            (trait u (Eq "Hi {f(name)}" x))
              ! P0004 16..17 `(` is never closed (opened here)
            (trait v (Eq ")" x))
              ! P0005 18..19 `]` closes nothing (nothing is open here that it could close)
            (const D String "never")
              ! P0006 18..29 this text is never closed: `"""` is missing at its end (starts here)
        "#]],
    );
}

#[test]
fn three_mistakes_are_three_reports() {
    for text in [
        "segment a { when x = 1 and y && z == null }",
        "profile P {\n  id String\n  name: \n  age: Int = \n}",
        "partition p {\n  a when x >\n  b y\n  c when = 3\n  otherwise d\n}",
        "source s of T {\n  from\n  id: column(\"a\")\n  x = column('b')\n}",
        "trait t = f(a b) + [1, , 2] == \"{}\"",
    ] {
        let found = file_errors(text);
        assert_eq!(found.len(), 3, "{text}: {found:#?}");
    }
}

#[test]
fn no_report_names_a_rule_of_the_grammar() {
    let rules = include_str!("../persona.pest");
    let names: Vec<&str> = rules
        .lines()
        .filter_map(|line| line.split_once(['=']).map(|(name, _)| name.trim()))
        .filter(|name| {
            name.contains('_')
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        })
        .collect();
    assert!(names.len() > 100, "the grammar's rules were not found");
    for (_, text) in super::corpus::FILES {
        for cut in (0..text.len())
            .step_by(37)
            .filter(|cut| text.is_char_boundary(*cut))
        {
            for error in file_errors(&text[..cut]) {
                let shown = format!("{} {}", error.message, error.label);
                let words = shown.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                let quoted = words.filter(|word| !text.contains(word) && names.contains(word));
                assert_eq!(quoted.collect::<Vec<_>>(), Vec::<&str>::new(), "in {shown}");
            }
        }
    }
}

#[test]
fn a_declaration_that_is_too_deep_keeps_its_name() {
    let deep = format!(
        "{}x{}",
        "not -(a or b == c + d * e ?? f(".repeat(60),
        "))".repeat(60)
    );
    let parse = parse_decl(&format!(
        "@owner(\"x\")\nordered enum Tier {{ {} }}",
        "(".repeat(200)
    ));
    assert_eq!(
        (parse.tree.name.text.as_str(), parse.errors.len()),
        ("Tier", 1)
    );
    let parse = parse_decl(&format!("trait t = {deep}"));
    assert!(matches!(parse.tree.kind, DeclKind::Error));
    assert_eq!(parse.errors.len(), 1);
    assert_eq!(parse.errors[0].code.id(), "P0003");
}
