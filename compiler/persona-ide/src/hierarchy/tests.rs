//! Who rests on whom.

use expect_test::{Expect, expect};

use super::{Step, incoming, outgoing, prepare};
use crate::fixture::Fixture;

const RULES: &str = "event E { x: Int }\nprofile P { id: String @key n: Int = 0 }\ntrait t = count(E in last 30d)\nsegment a { when t > 1 and n > t }\nsegment b { when in a and in life.new }\npartition life { new when in a otherwise old }\ntrigger tr { on enter a enter once stop }\nexclusive { a, b }\ntest \"a works\" { expect in a }\n";

fn shown(fixture: &Fixture, steps: &[Step]) -> String {
    let mut shown = String::new();
    for step in steps {
        let item = &step.item;
        let again = prepare(&fixture.db, item.file, item.name_span.start);
        assert_eq!(again.as_ref(), Some(item), "it is found again");
        shown.push_str(&format!(
            "{} ({}) {:?}\n",
            item.name,
            item.detail,
            step.places.len()
        ));
    }
    shown
}

#[track_caller]
fn of(name: &str, expected: &Expect) {
    let fixture = Fixture::new(RULES);
    let text = fixture.db.file_text(fixture.files[0].1);
    let offset = text.find(name).expect("it is there") as u32 + 8;
    let item = prepare(&fixture.db, fixture.files[0].1, offset).expect("it is one");
    let at = item.name_span.start;
    let up = shown(&fixture, &incoming(&fixture.db, item.file, at));
    let down = shown(&fixture, &outgoing(&fixture.db, item.file, at));
    expected.assert_eq(&format!("{}\nup:\n{up}down:\n{down}", item.name));
}

#[test]
fn a_segment_rests_on_what_it_names_and_others_on_it() {
    of(
        "segment a",
        &expect![[r#"
        a
        up:
        b (a segment) 1
        life (a partition) 1
        tr (a trigger) 1
        exclusive (an exclusion) 1
        a works (a test) 1
        down:
        t (a trait) 2
    "#]],
    );
    of(
        "segment b",
        &expect![[r#"
        b
        up:
        exclusive (an exclusion) 1
        down:
        a (a segment) 1
        life (a partition) 1
    "#]],
    );
    of(
        "partition life",
        &expect![[r#"
        life
        up:
        b (a segment) 1
        down:
        a (a segment) 1
    "#]],
    );
}

#[test]
fn a_use_means_what_is_named() {
    let fixture = Fixture::new("segment a { when true }\nsegment b { when in $0a }\n");
    let (file, offset) = fixture.cursor();
    assert_eq!(
        prepare(&fixture.db, file, offset).map(|item| item.name),
        Some("a".to_owned())
    );
}

#[test]
fn a_field_means_its_table() {
    let fixture =
        Fixture::new("profile P { id: String @key n: Int = 0 }\nsegment b { when $0n > 1 }\n");
    let (file, offset) = fixture.cursor();
    assert_eq!(
        prepare(&fixture.db, file, offset).map(|item| item.name),
        Some("P".to_owned())
    );
}

#[test]
fn between_declarations_there_is_none() {
    let fixture = Fixture::new("segment b { when true }\n\n\n$0\n\n");
    let (file, offset) = fixture.cursor();
    assert_eq!(prepare(&fixture.db, file, offset), None);
    assert_eq!(incoming(&fixture.db, file, 999), []);
    assert_eq!(outgoing(&fixture.db, file, 999), []);
}

#[test]
fn the_library_takes_part() {
    let fixture = Fixture::new("use std.rfm\nevent E { x: Int }\ntrait t$0 = rfm.recency(E)\n");
    let (file, offset) = fixture.cursor();
    let down = outgoing(&fixture.db, file, offset);
    let found: Vec<String> = down
        .iter()
        .map(|step| format!("{} {}", step.item.name, step.item.detail))
        .collect();
    assert_eq!(found, ["recency a trait of std.rfm", "E an event"]);
}
