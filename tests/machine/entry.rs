//! What starts runs, who may enter, what meets a live run.

use expect_test::expect;

use super::world::World;

#[test]
fn an_entry_is_asked_where_when_a_live_run_and_enter_in_this_order() {
    let mut world = World::new(
        "trigger t {\n  on See where n > 0\n  when points > 1\n  enter 2 per 2h\n  wait 30m\n  send hello via mail\n}",
    );
    world.options.record_where = true;
    expect![[r#"
        01-02T10:00 ada t refused where
        01-02T10:01 ada t refused when
        01-02T10:03 ada t entered by event 0
        01-02T10:04 ada t refused running
        01-02T10:33 ada t.1 sent hello via mail
        01-02T10:33 ada t ended finished
        01-02T10:40 ada t entered by event 0
        01-02T11:10 ada t.1 sent hello via mail
        01-02T11:10 ada t ended finished
        01-02T11:11 ada t refused limit
        01-02T12:02:59 ada t refused limit
        01-02T12:03 ada t entered by event 0
    "#]]
    .assert_eq(&world.run(
        "2026-01-02T12:10",
        "
        2026-01-02T10:00 ada See sku=A
        2026-01-02T10:01 ada See sku=A n=1
        2026-01-02T10:02 ada row points=2
        2026-01-02T10:03 ada See sku=A n=1
        2026-01-02T10:04 ada See sku=A n=1
        2026-01-02T10:40 ada See sku=A n=1
        2026-01-02T11:11 ada See sku=A n=1
        2026-01-02T12:02:59 ada See sku=A n=1
        2026-01-02T12:03 ada See sku=A n=1
        ",
    ));
}

#[test]
fn runs_of_different_keys_are_apart_and_one_enters_once_for_each() {
    let world = World::new(
        "trigger t {\n  on See as seen\n  per seen.sku\n  enter once\n  wait 1h\n  emit Nudge { sku: seen.sku }\n}",
    );
    expect![[r#"
        01-02T10:00 ada t[A] entered by event 0
        01-02T10:00 ada t[B] entered by event 1
        01-02T10:00 bob t[A] entered by event 0
        01-02T10:30 ada t[A] refused running
        01-02T11:00 ada t[A].1 emitted Nudge A 7 -
        01-02T11:00 ada t[A] ended finished
        01-02T11:00 ada t[B].1 emitted Nudge B 7 -
        01-02T11:00 ada t[B] ended finished
        01-02T11:00 bob t[A].1 emitted Nudge A 7 -
        01-02T11:00 bob t[A] ended finished
        01-02T12:00 ada t[A] refused limit
    "#]]
    .assert_eq(&world.run(
        "2026-01-03T00:00",
        "
        2026-01-02T10:00 ada See sku=A
        2026-01-02T10:00 ada See sku=B
        2026-01-02T10:00 bob See sku=A
        2026-01-02T10:30 ada See sku=A
        2026-01-02T12:00 ada See sku=A
        ",
    ));
}

#[test]
fn a_starting_event_starts_a_run_anew_until_something_was_sent() {
    let world = World::new(
        "trigger t {\n  on See as seen where n > 0\n  enter once\n  again restart\n  wait 1h\n  send hello via mail\n  wait 1h\n  emit Nudge { sku: seen.sku }\n}",
    );
    expect![[r#"
        01-02T10:00 ada t entered by id a
        01-02T10:30 ada t restarted by id b
        01-02T11:30 ada t.1 sent hello via mail
        01-02T11:40 ada t refused running
        01-02T12:30 ada t.3 emitted Nudge B 7 -
        01-02T12:30 ada t ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-01-03T00:00",
        "
        2026-01-02T10:00 ada See sku=A n=1 id=a
        2026-01-02T10:30 ada See sku=B n=1 id=b
        2026-01-02T10:40 ada See sku=C n=0 id=c
        2026-01-02T11:40 ada See sku=D n=1 id=d
        ",
    ));
}

#[test]
fn memberships_start_where_they_change_also_by_time_alone() {
    let world = World::new(
        "segment fresh { when did See in last 2h }\n\
         trigger arrives {\n  on enter fresh\n  enter always\n  send hello via mail\n}\n\
         trigger departs {\n  on leave fresh\n  enter always\n  send bye via mail\n}",
    );
    // Ada is a member at the start and does not enter; Bob appears as one, and does; Cem is none.
    expect![[r#"
        01-01T01:00 ada departs entered by due 01-01T01:00
        01-01T01:00 ada departs.0 sent bye via mail
        01-01T01:00 ada departs ended finished
        01-01T03:00 bob arrives entered by due 01-01T03:00
        01-01T03:00 bob arrives.0 sent hello via mail
        01-01T03:00 bob arrives ended finished
        01-01T06:00 bob departs entered by due 01-01T06:00
        01-01T06:00 bob departs.0 sent bye via mail
        01-01T06:00 bob departs ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-01-02T00:00",
        "
        - cem row points=1
        2025-12-31T23:00 ada See sku=A
        2026-01-01T03:00 bob See sku=A
        2026-01-01T04:00 bob See sku=B
        ",
    ));
}

#[test]
fn present_members_enter_at_the_start_where_they_are_to() {
    let world = World::new(
        "segment rich { when points > 5 }\n\
         trigger t {\n  on enter rich including current\n  enter once\n  send hello via mail\n}",
    );
    expect![[r#"
        01-01T00:00 ada t entered by due 01-01T00:00
        01-01T00:00 ada t.0 sent hello via mail
        01-01T00:00 ada t ended finished
        01-02T00:00 bob t entered by due 01-02T00:00
        01-02T00:00 bob t.0 sent hello via mail
        01-02T00:00 bob t ended finished
        01-04T00:00 ada t refused limit
    "#]]
    .assert_eq(&world.run(
        "2026-02-01T00:00",
        "
        - ada row points=9
        - bob row points=1
        2026-01-02T00:00 bob row points=7
        2026-01-03T00:00 ada row points=0
        2026-01-04T00:00 ada row points=6
        2026-01-05T00:00 ada See sku=A
        2026-01-05T00:00 bob See sku=A
        ",
    ));
}

#[test]
fn changes_have_what_was_and_what_is() {
    let world = World::new(
        "trigger t {\n  on change of tier as c where c.after > c.before\n  enter always\n  if c.after == gold {\n    send hello via mail\n  }\n}",
    );
    expect![[r#"
        01-03T00:00 ada t entered by due 01-03T00:00
        01-03T00:00 ada t.1 sent hello via mail
        01-03T00:00 ada t ended finished
        01-05T00:00 ada t entered by due 01-05T00:00
        01-05T00:00 ada t ended finished
        01-08T00:00 bob t entered by due 01-08T00:00
        01-08T00:00 bob t ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-02-01T00:00",
        "
        - ada row tier=silver
        2026-01-02T00:00 ada row points=1
        2026-01-03T00:00 ada row tier=gold
        2026-01-04T00:00 ada row tier=silver
        2026-01-05T00:00 ada row tier=black
        2026-01-06T00:00 ada See sku=A
        2026-01-07T00:00 bob row tier=gold
        2026-01-08T00:00 bob row tier=black
        2026-01-08T00:00 bob See sku=A
        ",
    ));
}

#[test]
fn inactivity_starts_once_for_each_silence_and_never_where_nothing_happened() {
    let world = World::new(
        "trigger t {\n  on inactivity of Buy where n > 0 for 2d\n  send hello via mail\n}",
    );
    // Ada's silence was due before the start; Bob's comes after; Cem never bought.
    expect![[r#"
        01-01T12:00 bob t entered by due 01-01T12:00
        01-01T12:00 bob t.0 sent hello via mail
        01-01T12:00 bob t ended finished
        01-06T00:00 ada t entered by due 01-06T00:00
        01-06T00:00 ada t.0 sent hello via mail
        01-06T00:00 ada t ended finished
        01-12T00:00 ada t entered by due 01-12T00:00
        01-12T00:00 ada t.0 sent hello via mail
        01-12T00:00 ada t ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-02-01T00:00",
        "
        - cem row points=1
        2025-12-20T00:00 ada Buy sku=A n=1
        2025-12-30T12:00 bob Buy sku=A n=1
        2025-12-31T12:00 bob Buy sku=A n=0
        2026-01-03T00:00 ada Buy sku=A n=1
        2026-01-04T00:00 ada Buy sku=A n=1
        2026-01-05T00:00 ada Buy sku=A n=0
        2026-01-10T00:00 ada Buy sku=A n=1
        ",
    ));
}

#[test]
fn anniversaries_and_recurrences_fall_on_local_times() {
    let world = World::new(
        "trigger birthday {\n  on anniversary of birthday at 09:00\n  send hello via mail\n}\n\
         trigger weekly {\n  on every monday at 09:00\n  when points > 5\n  send bye via mail\n}",
    );
    expect![[r#"
        01-05T08:00 ada weekly refused when
        01-06T14:00 bob birthday entered by due 01-06T14:00
        01-06T14:00 bob birthday.0 sent hello via mail
        01-06T14:00 bob birthday ended finished
        01-12T08:00 ada weekly entered by due 01-12T08:00
        01-12T08:00 ada weekly.0 sent bye via mail
        01-12T08:00 ada weekly ended finished
        01-12T14:00 bob weekly refused when
    "#]]
    .assert_eq(&world.run(
        "2026-01-13T00:00",
        "
        - ada row zone=Europe/Berlin birthday=2000-12-31
        2026-01-05T14:00 bob row zone=America/New_York birthday=2001-01-06
        2026-01-08T00:00 ada row points=6
        2026-01-08T00:00 ada See sku=A
        2026-01-08T00:00 bob See sku=A
        ",
    ));
}
