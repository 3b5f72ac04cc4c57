//! NDJSON as it comes.

use expect_test::expect;

use super::support::{Folder, plan, same_however_read};

const PEOPLE: &str = r#"
profile P key id {
  id: Str, email: Str? email, address.city: Str?, address.zip: Str?, tags: Set(Str)?, amount: Money(EUR)?, home: Geo?,
  items: List(Record(sku: Str, quantity: Int, note.text: Str?))?
}
source "people" profile ndjson "people.ndjson" @0:1..2 { }
"#;

fn people(content: impl AsRef<[u8]>) -> String {
    Folder::new().file("people.ndjson", content).show(PEOPLE)
}

#[test]
fn nested_objects_and_lists_fill_records_and_lists() {
    let out = people(concat!(
        r#"{"id": "a", "email": "a@b.co", "address": {"city": "Köln", "zip": 50667, "more": {}}, "tags": ["x", "y", "x"], "extra": [1]}"#,
        "\n\n",
        r#"{"id": 12345678901234567890, "amount": 19.99, "home": {"lat": 48.85, "lon": 2.35}, "address.city": "dotted", "address": {"city": "nested"}}"#,
        "\r\n",
        r#"{"id": "c\u00e9", "items": [{"sku": "A", "quantity": 2, "note": {"text": "hi"}}, {"quantity": 1e0, "sku": "B"}], "home": [1, 2], "tags": null}"#,
    ));
    expect![[r#"
        12345678901234567890 address.city=dotted amount=19.99 home=48.85,2.35
        a email=a@b.co address.city=Köln address.zip=50667 tags=["x","y"]
        cé home=1.0,2.0 items=[{"sku":"A","quantity":2,"note.text":"hi"},{"sku":"B","quantity":1,"note.text":null}]
        people: read 3, used 3, filtered 0, set aside 0
    "#]]
    .assert_eq(&out);
}

#[test]
fn bad_lines_are_rejected_with_their_reasons() {
    let out = people(b"\xef\xbb\xbf{\"id\":\"a\"}\n{\"id\":\n[1]\n\"x\"\n{\"id\":\"b\",}\n{\"id\":\"c\",\"id\":\"d\"}\n{\"id\":\"\xff\"}\n{} x\n{\"id\":null}\n{\"id\":\"z\"}");
    expect![[r#"
        a 
        z 
        people: read 10, used 2, filtered 0, set aside 8
          people.ndjson:2 "{\"id\":": is not a whole JSON object: the line ends inside it [rejected]
          people.ndjson:3 "[1]": is not a JSON object [rejected]
          people.ndjson:4 "\"x\"": is not a JSON object [rejected]
          people.ndjson:5 "{\"id\":\"b\",}": is not valid JSON: trailing comma at character 11 [rejected]
          people.ndjson:6 "{\"id\":\"c\",\"id\":\"d\"}": `id` stands twice [rejected]
          people.ndjson:7 "{\"id\":\"�\"}": is not UTF-8 text [rejected]
          people.ndjson:8 "{} x": is not valid JSON: trailing characters at character 4 [rejected]
          people.ndjson:9 id: the key is missing [rejected]
    "#]]
    .assert_eq(&out);
}

#[test]
fn bad_values_inside_are_cleared_with_their_places() {
    let out = people(concat!(
        r#"{"id": "a", "items": [{"sku": "A", "quantity": "many"}], "tags": "x", "home": [95, 0], "amount": "1 USD"}"#,
        "\n",
        r#"{"id": "b", "items": [{"sku": "A", "quantity": 1}, 5], "tags": ["x", null], "home": [1], "amount": 1.999}"#,
        "\n",
        r#"{"id": "c", "items": [{"sku": "A", "quantity": 1, "note": {"text": [1]}}], "email": "nobody"}"#,
    ));
    expect![[r#"
        a 
        b 
        c items=[{"sku":"A","quantity":1,"note.text":null}]
        people: read 3, used 3, filtered 0, set aside 0, cleared 10
          people.ndjson:1 tags "x": is not a list [cleared]
          people.ndjson:1 amount "1 USD": is in USD, not in EUR [cleared]
          people.ndjson:1 home "[95,0]": is not on the globe: latitudes end at 90 degrees, longitudes at 180 [cleared]
          people.ndjson:1 items "many": is not a whole number (`quantity`) (element 1 of the list) [cleared]
          people.ndjson:2 tags "": a list holds no missing values (element 2 of the list) [cleared]
          people.ndjson:2 amount "1.999": has more than the 2 decimals of EUR [cleared]
          people.ndjson:2 home "[1]": is not a place, such as `48.85,2.35` [cleared]
          people.ndjson:2 items "5": is not a record with named fields (element 2 of the list) [cleared]
          people.ndjson:3 email "nobody": is not an e-mail address: it has no `@` [cleared]
          people.ndjson:3 items "[1]": is not text (`note.text`) [cleared]
    "#]]
    .assert_eq(&out);
}

#[test]
fn a_list_of_objects_in_one_is_named_for_what_it_is() {
    expect!["error (Format): source `people`: …/people.ndjson: this is one JSON list, not one object per line; write each object of the list on a line of its own, without commas between\n"]
        .assert_eq(&people(" [\n{\"id\":\"a\"}\n]"));
}

#[test]
fn depth_and_length_are_bounded() {
    let deep = format!(
        "{{\"id\":\"a\",\"tags\":{}{}}}\n",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let long = format!("{{\"id\":\"{}\"}}\n", "x".repeat(17 << 20));
    let out = people(format!("{deep}{long}{{\"id\":\"z\"}}\n"));
    assert!(out.starts_with("z") || out.starts_with("a"), "{out}");
    assert!(
        out.contains("is longer than 16 MiB") && out.contains("read 3"),
        "{out}"
    );
}

#[test]
fn a_wrong_name_is_noted_where_no_row_has_it() {
    let text = r#"
profile P key id { id: Str, email: Str? }
source "people" profile ndjson "people.ndjson" @0:1..2 { field email @0:1..2 (column "emial") }
"#;
    let folder = Folder::new().file("people.ndjson", "{\"id\":\"a\",\"email\":\"x\"}\n");
    expect![[r#"
        a 
        people: read 1, used 1, filtered 0, set aside 0
        note: source `people`: no row has `emial`; did you mean `email`? the file has `email`, `id`
    "#]]
    .assert_eq(&folder.show(text));
}

#[test]
fn reading_does_not_depend_on_batches_or_threads() {
    let mut text = String::new();
    for row in 0..40 {
        text += &format!(
            "{{\"id\":\"k{row}\",\"amount\":{row}.5,\"tags\":[{}]}}\n",
            row % 3
        );
        text += if row % 9 == 0 { "{oops\n" } else { "\n" };
    }
    let folder = Folder::new().file("people.ndjson", text);
    let out = same_however_read(&folder, &plan(PEOPLE));
    assert!(
        out.contains("people: read 45, used 40, filtered 0, set aside 5"),
        "{out}"
    );
}
