//! What is missing, added.

use expect_test::expect;

use super::{check, check_broken, check_same, refused};

#[test]
fn a_comparison_can_say_that_its_value_must_be_known() {
    check_same(
        "segment a { when visits > 2 or a$0ge > 3 }\n",
        "Say that it must be known",
        &expect![[r#"
            segment a { when visits > 2 or age is known and age > 3 }
        "#]],
    );
    refused(
        "segment a { when age is known and ag$0e > 3 }\n",
        "Say that it must be known",
    );
    refused(
        "segment a { when vis$0its > 3 }\n",
        "Say that it must be known",
    );
}

#[test]
fn arms_are_added() {
    check_broken(
        "trait t: Int = $0match country { DE => 1 }\n",
        "Add an arm for",
        &expect![[r#"
            trait t: Int = match country { DE => 1, FR => 1, other => 1 }
        "#]],
    );
    check_same(
        "segment a { when $0match country { DE => visits > 1, otherwise => visits > 2 } }\n",
        "Add an arm for",
        &expect![[r#"
            segment a { when match country { DE => visits > 1, FR => visits > 2, other => visits > 2 } }
        "#]],
    );
    check_same(
        "segment a { when $0match tier { gold => visits > 1, missing => false, otherwise => visits > 2 } }\n",
        "Add an arm for",
        &expect![[r#"
            segment a { when match tier { gold => visits > 1, missing => false, bronze => visits > 2, silver => visits > 2 } }
        "#]],
    );
    refused(
        "trait t: Int = $0match country { DE => 1, FR => 2, other => 3 }\n",
        "Add an arm for",
    );
}

#[test]
fn fields_get_defaults() {
    for (field, default) in [
        ("n: I$0nt", "n: Int = 0"),
        ("n: Float$0", "n: Float = 0.0"),
        ("n$0: Bool", "n: Bool = false"),
        ("n: Str$0ing", "n: String = \"\""),
        ("n: Mon$0ey<EUR>", "n: Money<EUR> = 0 EUR"),
        ("n: List<Int$0>", "n: List<Int> = []"),
        ("n: Coun$0try", "n: Country = other"),
        ("n: Ti$0er", "n: Tier = bronze"),
    ] {
        let rules = format!("event Added {{ {field} }}\n");
        let fixture = super::fixture(&rules);
        let after = super::main_text(&super::applied(&fixture, "Give `n` a default"));
        assert_eq!(after, format!("event Added {{ {default} }}\n"));
    }
    refused("event Added { n: Int?$0 }\n", "Give `");
    refused("event Added { n: Int = 3$0 }\n", "Give `");
    refused("event Added { n: Timesta$0mp }\n", "Give `");
}

#[test]
fn a_content_gets_what_everybody_else_reads() {
    check_broken(
        "content hello {\n  sub$0ject: String\n  body: Html = \"x\"\n}\n",
        "Add what everybody else reads",
        &expect![[r#"
            content hello {
              subject: String
              body: Html = "x"
              otherwise {
                subject = ""
              }
            }
        "#]],
    );
}

#[test]
fn empty_slots_are_filled() {
    check_broken(
        "content hello {\n  subject: String\n  body: String\n  otherwise { sub$0ject = \"a\" }\n}\n",
        "Fill `body`",
        &expect![[r#"
            content hello {
              subject: String
              body: String
              otherwise {
                subject = "a"
                body = ""
              }
            }
        "#]],
    );
}

#[test]
fn languages_are_added() {
    check(
        "\
content hello {
  subject: String
  variant v when visits > 1 {
    subject = \"a\"
    locale de { subject = \"b\" }
    locale \"fr-CA\" { subject = \"c\" }
  }
  otherwise { sub$0ject = \"d\" }
}
",
        "Add the language `de`",
        &expect![[r#"
            content hello {
              subject: String
              variant v when visits > 1 {
                subject = "a"
                locale de { subject = "b" }
                locale "fr-CA" { subject = "c" }
              }
              otherwise {
                subject = "d"
                locale de {
                  subject = "d"
                }
              }
            }
        "#]],
    );
}

#[test]
fn arms_of_an_experiment_get_variants() {
    check(
        "\
channel mail { to email requires consent.email }
trigger t { on Purchase enter always send hello via mail }
experiment words { on t arms { plain, warm, short } goal Purchase within 7d }
content hello {
  sub$0ject: String
  variant v when arm(words) == warm { subject = \"a\" }
  otherwise { subject = \"d\" }
}
",
        "Add a variant for",
        &expect![[r#"
            channel mail { to email requires consent.email }
            trigger t { on Purchase enter always send hello via mail }
            experiment words { on t arms { plain, warm, short } goal Purchase within 7d }
            content hello {
              subject: String
              variant v when arm(words) == warm { subject = "a" }
              variant plain when arm(words) == plain {
                subject = "d"
              }
              variant short when arm(words) == short {
                subject = "d"
              }
              otherwise { subject = "d" }
            }
        "#]],
    );
}

#[test]
fn the_last_if_of_a_trigger_can_say_that_it_ends() {
    check(
        "\
channel mail { to email requires consent.email }
content hello {
  text: String
  otherwise { text = \"x\" }
}
trigger t {
  on Purchase
  enter always
  if visits > 1 {
    send hello via mail
    if vis$0its > 2 {
      wait 1h
    }
  }
}
",
        "Add `else`",
        &expect![[r#"
            channel mail { to email requires consent.email }
            content hello {
              text: String
              otherwise { text = "x" }
            }
            trigger t {
              on Purchase
              enter always
              if visits > 1 {
                send hello via mail
                if visits > 2 {
                  wait 1h
                } else {
                  stop
                }
              }
            }
        "#]],
    );
    refused(
        "\
channel mail { to email requires consent.email }
content hello {
  text: String
  otherwise { text = \"x\" }
}
trigger t {
  on Purchase
  enter always
  if vis$0its > 1 { wait 1h }
  send hello via mail
}
",
        "Add `else`",
    );
}
