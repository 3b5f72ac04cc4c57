//! Late inputs, duplicates, deletions, restored machines.

use std::sync::Arc;

use expect_test::expect;
use persona_runtime::machine::{BadState, Machine, What};

use super::world::{World, instant};

const RESCUE: &str = "trigger t {\n  on See as seen\n  per seen.sku\n  enter always\n  stop on Buy where sku == seen.sku\n  wait 1h\n  send hello via mail\n}";

#[test]
fn late_events_end_runs_and_start_nothing() {
    let mut world = World::new(RESCUE);
    world.campaign.lateness = 10 * 60_000_000;
    // Bob's event puts the watermark at 10:20: Ada's of 10:12 is late, and so is the purchase.
    let (shown, counts) = world.run_counted(
        "2026-01-03T00:00",
        "
        2026-01-02T10:00 ada See sku=A
        2026-01-02T10:30 bob See sku=X
        2026-01-02T10:25 ada See sku=B
        2026-01-02T10:12 ada See sku=C
        2026-01-02T10:05 ada Buy sku=A
        ",
    );
    expect![[r#"
        01-02T10:00 ada t[A] entered by event 0
        01-02T10:20 ada t[A].0 stopped event
        01-02T10:25 ada t[B] entered by event 0
        01-02T10:30 bob t[X] entered by event 0
        01-02T11:25 ada t[B].1 sent hello via mail
        01-02T11:25 ada t[B] ended finished
        01-02T11:30 bob t[X].1 sent hello via mail
        01-02T11:30 bob t[X] ended finished
    "#]]
    .assert_eq(&shown);
    assert_eq!((counts.inputs, counts.late), (5, 2));
}

#[test]
fn of_events_with_one_identifier_the_first_counts() {
    let mut world = World::new(RESCUE);
    world.campaign.lateness = 60 * 60_000_000;
    let (shown, counts) = world.run_counted(
        "2026-01-02T12:00",
        "
        2026-01-02T10:30 ada See sku=A id=1
        2026-01-02T10:10 ada See sku=B id=1
        2026-01-02T10:20 ada See sku=C id=1
        2026-01-02T10:20 bob See sku=C id=1
        2026-01-02T10:20 ada Buy sku=Z id=1
        2026-01-02T11:30 ada See sku=D id=2
        2026-01-02T11:00 ada See sku=E id=1
        ",
    );
    expect![[r#"
        01-02T10:10 ada t[B] entered by id 1
        01-02T10:20 bob t[C] entered by id 1
        01-02T11:10 ada t[B].1 sent hello via mail
        01-02T11:10 ada t[B] ended finished
        01-02T11:20 bob t[C].1 sent hello via mail
        01-02T11:20 bob t[C] ended finished
        01-02T11:30 ada t[D] entered by id 2
    "#]]
    .assert_eq(&shown);
    assert_eq!((counts.inputs, counts.duplicates), (4, 3));
}

#[test]
fn what_is_refused_is_counted() {
    let world = World::new(RESCUE);
    let mut machine = Machine::new(world.program());
    for line in [
        "2026-01-02T10:00 ada See sku=A",
        "2026-01-02T10:00 ada row points=1",
    ] {
        let mut input = world.inputs(line).remove(0);
        let good = input.clone();
        match &mut input.what {
            What::Event { values, .. } => {
                values.clear();
                machine.push(input.clone());
                let mut sent = good.clone();
                if let What::Event { kind, .. } = &mut sent.what {
                    *kind = world.campaign.sent;
                }
                machine.push(sent);
            }
            _ => {
                input.profile = "".into();
                machine.push(input.clone());
            }
        }
    }
    assert_eq!(machine.counts().refused, 3);
}

#[test]
fn deleting_a_profile_ends_its_runs_and_erases_what_was_known() {
    let world = World::new(
        "segment rich { when points > 5 and did See }\n\
         trigger a {\n  on See\n  when count(See) == 1\n  enter once\n  wait 1h\n  send hello via mail\n}\n\
         trigger b {\n  on enter rich\n  enter once\n  wait 1d\n  send bye via mail\n}",
    );
    expect![[r#"
        01-02T10:00 ada a entered by id 1
        01-02T10:00 ada b entered by due 01-02T10:00
        01-02T10:30 ada a.0 stopped deleted
        01-02T10:30 ada b.0 stopped deleted
        01-02T10:40 ada a entered by id 1
        01-02T11:40 ada a.1 sent hello via mail
        01-02T11:40 ada a ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-01-09T00:00",
        "
        - ada row points=9
        2026-01-02T10:00 ada See sku=A id=1
        2026-01-02T10:30 bob Open message=x
        - ada delete
        2026-01-02T10:40 ada See sku=A id=1
        ",
    ));
}

#[test]
fn what_was_erased_is_nowhere_in_a_saved_machine() {
    let world = World::new(RESCUE);
    let timeline = "
        2026-01-02T10:00 wanda See sku=SECRET id=HIDDEN
        2026-01-02T10:00 wanda row phone=4711
        2026-01-02T10:30 bob Open message=x
        - wanda delete
        2026-01-02T10:40 bob Open message=y
    ";
    let mut machine = Machine::new(world.program());
    for input in world.inputs(timeline) {
        machine.push(input);
    }
    let mut count = 0;
    machine
        .advance(&mut |_| count += 1)
        .expect("triggers come to rest");
    let saved = String::from_utf8_lossy(&machine.save()).into_owned();
    for word in ["SECRET", "HIDDEN", "4711", "wanda"] {
        assert!(!saved.contains(word), "{word} in {saved}");
        assert!(!format!("{machine:?}").contains(word), "{word} in memory");
    }
    assert!(saved.contains("bob") && count > 0);
}

#[test]
fn bytes_that_were_changed_are_refused_or_are_another_machine() {
    let world = World::new(RESCUE);
    let mut machine = Machine::new(world.program());
    for input in world.inputs("2026-01-02T10:00 ada See sku=A\n2026-01-02T10:30 bob See sku=B") {
        machine.push(input);
    }
    machine.advance(&mut |_| {}).expect("triggers come to rest");
    let bytes = machine.save();
    for end in 0..bytes.len() {
        let cut = Machine::restore(world.program(), &bytes[..end]);
        assert_eq!(cut.err(), Some(BadState), "cut at {end}");
    }
    for place in 0..bytes.len() {
        for flip in [1, 0x80, 0xFF] {
            let mut changed = bytes.clone();
            changed[place] ^= flip;
            // Whatever it is, it comes to an end.
            if let Ok(mut machine) = Machine::restore(world.program(), &changed) {
                let until = instant("2026-01-09T00:00");
                machine
                    .finish(until, &mut |_| {})
                    .expect("triggers come to rest");
            }
        }
    }
}

#[test]
fn keys_differ_where_what_they_stand_for_does() {
    let world = World::new(RESCUE);
    let mut machine = Machine::new(world.program());
    for input in world.inputs(
        "2026-01-02T10:00 ada See sku=A\n2026-01-02T10:00 ada See sku=B\n2026-01-02T10:00 bob See sku=A",
    ) {
        machine.push(input);
    }
    let mut keys: Vec<Arc<str>> = Vec::new();
    let until = instant("2026-01-09T00:00");
    let mut sink = |outcome: persona_runtime::machine::Outcome| {
        keys.push(outcome.key(&world.campaign));
    };
    machine
        .finish(until, &mut sink)
        .expect("triggers come to rest");
    let count = keys.len();
    assert!(keys.iter().all(|key| key.len() == 32));
    keys.sort();
    keys.dedup();
    assert_eq!((count, keys.len()), (9, 9));
}

#[test]
fn a_machine_answers_about_people_with_what_it_sent() {
    let world = World::new(
        "segment greeted { when did Sent in last 1d where content == hello }\n\
         trigger t {\n  on See\n  enter always\n  send hello via mail\n}",
    );
    let mut machine = Machine::new(world.program());
    for input in world.inputs("2026-01-02T10:00 ada See sku=A") {
        machine.push(input);
    }
    let noon = instant("2026-01-02T12:00");
    machine
        .finish(noon, &mut |_| {})
        .expect("triggers come to rest");
    let outputs = &world.campaign.plan.outputs;
    let node = outputs
        .iter()
        .find(|of| &*of.name == "greeted")
        .expect("the segment")
        .node;
    let greeted = |now| machine.ask("ada", now, |profile| profile.value(node).is_true());
    assert_eq!(greeted(noon), Some(true));
    assert_eq!(greeted(instant("2026-01-03T10:00")), Some(false));
    assert_eq!(machine.ask("bob", noon, |profile| profile.now()), None);
    assert_eq!(machine.profiles(), 1);
}
