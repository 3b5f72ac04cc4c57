//! Lenses of a file, in a line each.

use expect_test::expect;
use persona_base::FileId;

use super::{LensKind, counted, lenses, uses};
use crate::fixture::Fixture;

fn shown(fixture: &Fixture, file: FileId) -> String {
    let text = fixture.db.file_text(file);
    let lines = lenses(&fixture.db, file).into_iter().map(|lens| {
        let said = match &lens.kind {
            LensKind::Uses(decl) => counted(uses(&fixture.db, *decl).len()),
            other => format!("{other:?}"),
        };
        format!("{}: {said}\n", lens.span.of(text))
    });
    lines.collect()
}

#[test]
fn each_declaration_says_who_uses_it_and_what_can_be_run() {
    let fixture = Fixture::new(
        "\
profile Customer { id: String @key, visits: Int = 0, email: Email?, tier: Tier = low, ok: Bool = false }
enum Tier { low, high }
event Purchase { total: Money<EUR> }
const MANY: Int = 3
trait n: Int = count(Purchase)
trait m(k: Int): Int = visits + k
segment vip { when visits > MANY and n > MANY }
segment other(k: Int) { when in vip and m(k) > 2 }
partition p { x when in vip otherwise y }
channel mail { to email requires ok }
content hello(order: Purchase) {
  text: String
  otherwise { text = \"x\" }
}
trigger t { on Purchase as order enter always send hello(order) via mail }
exclusive { p.x, p.y }
test \"one\" { given { id: \"a\" } at 2026-01-01T00:00Z expect not in vip }
test \"two\" { given { id: \"a\" } at 2026-01-01T00:00Z expect not in vip }
use std.rfm
segment { when
",
    );
    let file = fixture.file("main.persona");
    expect![[r#"
        Tier: 1 use
        Purchase: 3 uses
        MANY: 2 uses
        n: 1 use
        n: Why("n")
        m: 1 use
        vip: 4 uses
        vip: Why("vip")
        other: not used
        p: 2 uses
        p: Why("p")
        mail: 1 use
        hello: 1 use
        hello: Preview("hello")
        t: not used
        t: Why("t")
        "one": RunTests
        "one": RunTest("one")
        "two": RunTest("two")
    "#]]
    .assert_eq(&shown(&fixture, file));
}

#[test]
fn uses_are_counted_over_files() {
    let fixture = Fixture::new(
        "//- a.persona\nprofile P { id: String @key, n: Int = 0 }\nsegment a { when n > 1 }\n//- b.persona\nsegment b { when in a or not in a }\n",
    );
    expect![[r#"
        a: 2 uses
        a: Why("a")
    "#]]
    .assert_eq(&shown(&fixture, fixture.file("a.persona")));
}

#[test]
fn files_of_others_have_none() {
    let fixture =
        Fixture::new("//- ../common/a.persona\nsegment a { when true }\n//- main.persona\n\n");
    assert_eq!(lenses(&fixture.db, fixture.file("../common/a.persona")), []);
}
