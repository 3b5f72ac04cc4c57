//! Broken and half-typed text: no place panics, and what is around it stays useful.

use super::{SHOP, check};
use crate::complete::{CompletionOptions, complete};
use crate::fixture::Fixture;
use crate::signature::signature_help;

#[test]
fn an_open_brace_hides_nothing() {
    check(
        "segment x {\n  when visits > $0",
        &["visits", "doubled"],
        &[],
    );
    check(
        "segment x {\n  when country == $0\nsegment y { when true }",
        &["US"],
        &[],
    );
    check(
        "segment x {\n  when (visits > 3 and $0",
        &["visits", "did"],
        &[],
    );
    check(
        "trigger t {\n  on Purchase\n  send hello via $0",
        &["mail"],
        &[],
    );
    check(
        "segment x { when first_name == \"abc\n and $0 }",
        &["visits"],
        &[],
    );
    check(
        "segment x { when did Purchase in last 7d where $0",
        &["total"],
        &["visits"],
    );
    check("trait t = $0\nsegment y { when true }", &["visits"], &[]);
    check(
        "segment x { when visits >> 3 and country == $0 }",
        &["US"],
        &[],
    );
    check(
        "segment x { when unknown_thing > 3 and country == $0 }",
        &["US"],
        &[],
    );
}

#[test]
fn every_place_of_every_text_has_an_answer() {
    let texts = [
        "segment x { when did CartAdded as c in last 7d then not Purchase within 24h where sku == c.sku }",
        "trigger t {\n  on CartAdded as cart where value >= 20 USD\n  when not in vip\n  enter 1 per 7d\n  stop on Purchase\n  wait 1h\n  send cart_reminder(cart, discount: 10%) via mail for offers, within 12h\n  if visits > 3 { stop } else { wait until monday at 09:00 }\n}",
        "content c {\n  subject: String = \"é{first_name ?? \"💡\"}\"\n  variant v when visits > 3 { subject = \"\"\"a {visits:percent}\"\"\" locale de { subject = \"b\" } }\n  otherwise { subject = template \"emails/hello.liquid\" }\n}",
        "test \"t\" {\n  given { id: \"c1\", consent: { email: true } }\n  at 2026-01-10T12:00Z\n  event CartAdded { sku: \"A1\", value: 30 USD }\n  expect not sent hello\n}",
        "source s of Purchase {\n  from csv \"a\" delimiter \";\"\n  group by column(\"a\")\n  items = each { sku = column(\"x\").trim() }\n}",
        "@allow(unused_segment)\n@owner(\"a\")\nuse std.rfm.{champions}\nexclusive { vip, lifecycle.active }",
        "}}}{{{((([[[\"\"\"{{{ @ . , when in did",
    ];
    for text in texts {
        let mut fixture = Fixture::new(&format!("{SHOP}//- b.persona\n{text}\n"));
        let file = fixture.file("b.persona");
        for at in 0..=text.len() as u32 + 3 {
            complete(&fixture.db, file, at, CompletionOptions::default());
            signature_help(&fixture.db, file, at);
        }
        // Typed from the beginning: what follows is not there yet.
        for (at, _) in text.char_indices().step_by(3) {
            fixture.db.set_file("b.persona", text[..at].to_owned());
            complete(&fixture.db, file, at as u32, CompletionOptions::default());
            signature_help(&fixture.db, file, at as u32);
        }
    }
}

#[test]
fn a_file_that_nobody_knows_offers_nothing() {
    let fixture = Fixture::new(SHOP);
    let unknown = persona_base::FileId(999);
    let found = complete(&fixture.db, unknown, 3, CompletionOptions::default());
    assert_eq!(found.items, []);
    assert_eq!(signature_help(&fixture.db, unknown, 3), None);
}
