//! Declarations with mistakes in their syntax: what is wrong with their types is still said, and nothing is said twice.

use crate::support::{codes, diagnostics, report};

const SHOP: &str = r#"profile Customer { id: String @key, email: Email?, points: Int = 0, spent: Money<USD> = 0 USD }
event CartAdded { sku: String, value: Money<USD> }
channel mail { to email, requires nothing }
content hello(cart: CartAdded) {
  subject: String
  otherwise { subject = "Hi" }
}
"#;

#[track_caller]
fn gives(more: &str, expected: &[&str]) {
    let program = format!("{SHOP}{more}");
    assert_eq!(codes(&program), expected, "{}", report(&program));
}

#[test]
fn wrong_types_are_reported_beside_broken_syntax() {
    gives(
        r#"trigger a {
  on CartAdded as cart where value > 3
  enter once per 7d
  send hello(cart) using mail
  if points > "x" { stop }
  set points = "many"
  wait
}
"#,
        &["P0403", "P0139", "P0139", "P0402", "P0401", "P0101"],
    );
    gives(
        r#"content b {
  subject: String
  variant v if points > 3 USD { subject: "x" }
  otherwise { subject = 3 nonsense }
}
"#,
        &["P0106", "P0403", "P0128", "P0102"],
    );
    gives(
        r#"segment a { when points > and spent > 3 }
segment b { when points == "x" }
"#,
        &["P0101", "P0403", "P0402"],
    );
}

#[test]
fn an_open_brace_names_the_line_of_the_next_declaration() {
    let program = "segment a {\n  when b\n\n/// Docs.\nsegment c { when d }\n";
    let found = diagnostics(program);
    let open = found.iter().find(|found| found.code.id() == "P0004");
    let open = open.expect("the brace is open");
    assert_eq!(
        open.primary.text,
        "opened here; the next declaration starts at line 5"
    );
    let next = open.secondary.last().expect("it is pointed at");
    assert_eq!(next.span.of(program), "segment");
    assert!(next.span.start > 30, "{next:?}");
}
