//! People are counted while somebody types, whatever else is wrong.

use serde_json::{Value, json};

use super::{Shown, position, replace};

const SCHEMA: &str = "profile Customer {\n  id: String @key\n  age: Int\n  city: String?\n}\n\
                      source customers of Customer { from \"people.csv\" }\n";
const RULES: &str = "segment adult { when age >= 18 and city is known }\n";
const PEOPLE: &str = "id,age,city\na,17,Wien\nb,30,\nc,40,Graz\nd,50,Wien\n";

fn shown() -> Shown {
    let files = [
        ("schema.persona", SCHEMA),
        ("rules.persona", RULES),
        ("people.csv", PEOPLE),
    ];
    let mut shown = Shown::new(&files);
    let uri = shown.uri("rules.persona");
    shown.editor.show(&uri, RULES);
    shown
}

/// The counts of what a document declares, by line, and the reason where there are none.
fn counts(shown: &mut Shown) -> (Vec<(u64, u64, u64)>, Option<String>) {
    let answer = audience(shown, &Value::Null);
    let counts = answer["counts"].as_array().expect("a list");
    let number = |value: &Value| value.as_u64().expect("a number");
    let count = |one: &Value| {
        let line = &one["range"]["start"]["line"];
        (number(line), number(&one["count"]), number(&one["of"]))
    };
    let reason = answer["reason"].as_str().map(str::to_owned);
    (counts.iter().map(count).collect(), reason)
}

fn audience(shown: &mut Shown, position: &Value) -> Value {
    let uri = shown.uri("rules.persona");
    let params = json!({ "textDocument": { "uri": uri }, "position": position });
    shown.editor.call("persona/audience", params)
}

#[test]
fn counts_follow_what_is_typed() {
    let mut shown = shown();
    assert_eq!(counts(&mut shown), (vec![(0, 2, 4)], None));
    let uri = shown.uri("rules.persona");
    let typed = replace(&position(0, 28), &position(0, 30), "45");
    shown.editor.change(&uri, 2, &json!([typed]));
    assert_eq!(counts(&mut shown), (vec![(0, 1, 4)], None));
    assert_eq!(shown.editor.leave(), 0);
}

#[test]
fn each_part_of_the_condition_at_the_cursor_says_what_it_does() {
    let mut shown = shown();
    let answer = audience(&mut shown, &position(0, 25));
    let atoms = answer["atoms"].as_array().expect("a list");
    let told: Vec<(&Value, &Value, &Value)> = atoms
        .iter()
        .map(|one| (&one["holds"], &one["without"], &one["all"]))
        .collect();
    let (two, three) = (json!(2), json!(3));
    assert_eq!(told, [(&three, &three, &two), (&three, &three, &two)]);
    // Elsewhere there is no condition.
    assert_eq!(audience(&mut shown, &position(0, 3))["atoms"], json!([]));
    assert_eq!(shown.editor.leave(), 0);
}

#[test]
fn what_is_broken_elsewhere_disturbs_no_count() {
    let mut shown = shown();
    let uri = shown.uri("rules.persona");
    let broken = "segment wrong { when agee > 1 }\nsegment open { when age >\n";
    let typed = replace(&position(0, 0), &position(0, 0), broken);
    shown.editor.change(&uri, 2, &json!([typed]));
    assert_eq!(counts(&mut shown), (vec![(2, 2, 4)], None));
    assert_eq!(shown.editor.leave(), 0);
}

#[test]
fn absent_data_are_a_reason_and_come_when_they_come() {
    let mut shown = shown();
    let people = shown.path("people.csv");
    std::fs::remove_file(&people).expect("it was there");
    let (none, reason) = counts(&mut shown);
    assert!(none.is_empty());
    let reason = reason.expect("why there are none");
    assert!(reason.contains("people"), "{reason}");
    std::fs::write(&people, PEOPLE).expect("a file is written");
    assert_eq!(counts(&mut shown), (vec![(0, 2, 4)], None));
    assert_eq!(shown.editor.leave(), 0);
}

#[test]
fn hover_and_hints_tell_counts_once_the_data_are_there() {
    let mut shown = shown();
    // This reads them.
    counts(&mut shown);
    let uri = shown.uri("rules.persona");
    let at = json!({ "textDocument": { "uri": uri }, "position": position(0, 10) });
    let hover = shown.editor.call("textDocument/hover", at);
    let text = hover["contents"]["value"].as_str().expect("some text");
    assert!(text.contains("**2 people**, 50.0 % of 4"), "{text}");
    assert!(text.contains("- `c`: age 40, city \"Graz\""), "{text}");
    let range = json!({ "start": position(0, 0), "end": position(1, 0) });
    let seen = json!({ "textDocument": { "uri": uri }, "range": range });
    let hints = shown.editor.call("textDocument/inlayHint", seen);
    let labels: Vec<&Value> = hints
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["label"])
        .collect();
    assert!(labels.contains(&&json!("2 · 50.0 %")), "{labels:?}");
    assert_eq!(shown.editor.leave(), 0);
}
