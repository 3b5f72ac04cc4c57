//! What comes first in one instant, and what an event sees of it.

use expect_test::expect;

use super::world::World;

#[test]
fn the_third_purchase_of_one_instant_is_the_third() {
    let world = World::new(
        "trigger t {\n  on Buy as bought\n  when count(Buy) == 3\n  per bought.sku\n  enter always\n  send hello via mail\n}",
    );
    expect![[r#"
        01-02T10:00 ada t[A] refused when
        01-02T10:00 ada t[B] refused when
        01-02T10:00 ada t[C] entered by id 3
        01-02T10:00 ada t[D] refused when
        01-02T10:00 ada t[C].0 sent hello via mail
        01-02T10:00 ada t[C] ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-01-03T00:00",
        "
        2026-01-02T10:00 ada Buy sku=C id=3
        2026-01-02T10:00 ada Buy sku=A id=1
        2026-01-02T10:00 ada Buy sku=D id=4
        2026-01-02T10:00 ada Buy sku=B id=2
        ",
    ));
}

#[test]
fn a_run_is_not_stopped_by_the_event_that_started_it_but_by_the_next() {
    let world = World::new(
        "trigger t {\n  on Buy\n  enter always\n  stop on Buy\n  wait 1h\n  send hello via mail\n}",
    );
    expect![[r#"
        01-02T10:00 ada t entered by event 0
        01-02T10:00 ada t.0 stopped event
        01-02T10:00 ada t entered by event 1
        01-02T10:30 ada t.0 stopped event
        01-02T10:30 ada t entered by event 0
        01-02T11:30 ada t.1 sent hello via mail
        01-02T11:30 ada t ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-01-03T00:00",
        "
        2026-01-02T10:00 ada Buy sku=A
        2026-01-02T10:00 ada Buy sku=B
        2026-01-02T10:30 ada Buy sku=A
        ",
    ));
}

#[test]
fn what_is_emitted_and_sent_starts_others_in_the_same_instant() {
    let world = World::new(
        "trigger a {\n  on See as seen\n  enter always\n  emit Nudge { sku: seen.sku }\n  emit Nudge { sku: \"second\" }\n  send hello via mail\n}\n\
         trigger b {\n  on Nudge as nudge\n  when count(Nudge) == 1 and did not Sent\n  per nudge.sku\n  enter always\n  send bye via mail\n}\n\
         trigger c {\n  on enter greeted\n  enter always\n  set points = 1\n}\n\
         segment greeted { when did Sent where content == hello }",
    );
    expect![[r#"
        01-02T10:00 ada a entered by event 0
        01-02T10:00 ada a.0 emitted Nudge A 7 -
        01-02T10:00 ada a.1 emitted Nudge second 7 -
        01-02T10:00 ada a.2 sent hello via mail
        01-02T10:00 ada b[A] entered by id 295dc6db1e5cc593ae743b1d349ce991
        01-02T10:00 ada b[second] refused when
        01-02T10:00 ada c entered by due 01-02T10:00
        01-02T10:00 ada a ended finished
        01-02T10:00 ada c.0 set points = 1
        01-02T10:00 ada c ended finished
        01-02T10:00 ada b[A].0 sent bye via mail
        01-02T10:00 ada b[A] ended finished
    "#]]
    .assert_eq(&world.run("2026-01-03T00:00", "2026-01-02T10:00 ada See sku=A"));
}

#[test]
fn the_higher_priority_has_the_room_in_a_limit() {
    let world = World::new(
        "channel push { to email\n  requires nothing\n  limit 1 per day }\n\
         trigger a {\n  on See\n  enter always\n  send hello via push\n}\n\
         trigger b {\n  on See\n  enter always\n  priority 5\n  send bye via push\n}",
    );
    expect![[r#"
        01-02T10:00 ada a entered by event 0
        01-02T10:00 ada b entered by event 0
        01-02T10:00 ada b.0 sent bye via push
        01-02T10:00 ada a.0 dropped limit hello via push
        01-02T10:00 ada a ended finished
        01-02T10:00 ada b ended finished
    "#]]
    .assert_eq(&world.run("2026-01-03T00:00", "2026-01-02T10:00 ada See sku=A"));
}

#[test]
fn changes_of_attributes_come_before_the_events_of_an_instant() {
    let world = World::new(
        "trigger t {\n  on See\n  when points > 3\n  enter always\n  send hello via mail\n}",
    );
    expect![[r#"
        01-02T10:00 ada t entered by event 0
        01-02T10:00 ada t.0 sent hello via mail
        01-02T10:00 ada t ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-01-03T00:00",
        "
        2026-01-02T10:00 ada See sku=A
        2026-01-02T10:00 ada row points=4
        ",
    ));
}
