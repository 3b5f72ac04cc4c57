//! What runs wait for, what ends them, what they do in between.

use expect_test::expect;

use super::world::World;

#[test]
fn a_wait_for_an_event_takes_what_it_brings_or_goes_on_without() {
    let world = World::new(
        "trigger t {\n  on See as seen\n  per seen.sku\n  enter always\n  wait until Buy as bought where sku == seen.sku, at most 1d\n  emit Nudge { sku: seen.sku, n: bought.n ?? -1 }\n}",
    );
    expect![[r#"
        01-02T10:00 ada t[A] entered by event 0
        01-02T10:00 ada t[B] entered by event 1
        01-02T11:00 ada t[B].1 emitted Nudge B 5 -
        01-02T11:00 ada t[B] ended finished
        01-03T10:00 ada t[A].1 emitted Nudge A -1 -
        01-03T10:00 ada t[A] ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-01-04T00:00",
        "
        2026-01-02T10:00 ada See sku=A
        2026-01-02T10:00 ada See sku=B
        2026-01-02T11:00 ada Buy sku=B n=5
        2026-01-02T11:00 ada Buy sku=B n=6
        2026-01-02T12:00 bob Buy sku=A n=6
        ",
    ));
}

#[test]
fn an_event_at_the_very_end_of_a_wait_still_counts() {
    let world = World::new(
        "trigger t {\n  on See\n  enter always\n  wait until Buy as bought, at most 1h\n  emit Nudge { sku: bought.sku ?? \"none\" }\n}",
    );
    expect![[r#"
        01-02T10:00 ada t entered by event 0
        01-02T11:00 ada t.1 emitted Nudge X 7 -
        01-02T11:00 ada t ended finished
        01-02T12:00 ada t entered by event 0
        01-02T13:00 ada t.1 emitted Nudge none 7 -
        01-02T13:00 ada t ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-01-04T00:00",
        "
        2026-01-02T10:00 ada See sku=A
        2026-01-02T11:00 ada Buy sku=X
        2026-01-02T12:00 ada See sku=A
        2026-01-02T13:00:01 ada Buy sku=Y
        ",
    ));
}

#[test]
fn waits_for_a_time_are_strictly_later_and_past_instants_are_over_at_once() {
    let world = World::new(
        "trigger c {\n  on See\n  enter always\n  wait until 09:00\n  emit Nudge { sku: \"clock\" }\n  wait until friday at 09:00\n  emit Nudge { sku: \"friday\" }\n}\n\
         trigger u {\n  on Open\n  enter always\n  wait until renews\n  emit Nudge { sku: \"renews\" }\n}\n\
         trigger v {\n  on Buy\n  enter always\n  wait pause\n  emit Nudge { sku: \"given\" }\n}",
    );
    // 2026-01-02 is a Friday.
    expect![[r#"
        01-02T09:00 ada c entered by event 0
        01-02T10:00 ada u entered by event 0
        01-02T10:00 ada u.0 ended no_instant
        01-02T11:00 ada u entered by event 0
        01-02T11:00 ada u.1 emitted Nudge renews 7 -
        01-02T11:00 ada u ended finished
        01-02T12:00 ada v entered by event 0
        01-02T12:00 ada u entered by event 0
        01-02T13:00 ada v.1 emitted Nudge given 7 -
        01-02T13:00 ada v ended finished
        01-02T18:00 ada u.1 emitted Nudge renews 7 -
        01-02T18:00 ada u ended finished
        01-03T09:00 ada c.1 emitted Nudge clock 7 -
        01-09T09:00 ada c.3 emitted Nudge friday 7 -
        01-09T09:00 ada c ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-01-14T00:00",
        "
        2026-01-02T09:00 ada See sku=A
        2026-01-02T10:00 ada Open message=m
        2026-01-02T10:30 ada row renews=2026-01-01T00:00
        2026-01-02T11:00 ada Open message=m
        2026-01-02T11:30 ada row renews=2026-01-02T18:00
        2026-01-02T12:00 ada Open message=m
        2026-01-02T12:00 ada Buy sku=A
        ",
    ));
}

#[test]
fn local_waits_follow_the_clock_through_both_changes() {
    let mut world = World::new(
        "trigger t {\n  on See\n  enter always\n  wait until 02:30\n  emit Nudge { sku: \"x\" }\n}",
    );
    world.options.from = super::world::instant("2026-03-01T00:00");
    // 02:30 does not exist on 29 March in Berlin: 03:30, 01:30 UTC. On 25 October it exists twice: the first, 00:30 UTC.
    expect![[r#"
        03-28T20:00 ada t entered by event 0
        03-29T01:30 ada t.1 emitted Nudge x 7 -
        03-29T01:30 ada t ended finished
        10-24T20:00 ada t entered by event 0
        10-25T00:30 ada t.1 emitted Nudge x 7 -
        10-25T00:30 ada t ended finished
        10-25T00:45 ada t entered by event 0
        10-26T01:30 ada t.1 emitted Nudge x 7 -
        10-26T01:30 ada t ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-12-01T00:00",
        "
        - ada row zone=Europe/Berlin
        2026-03-28T20:00 ada See sku=A
        2026-10-24T20:00 ada See sku=A
        2026-10-25T00:45 ada See sku=A
        ",
    ));
}

#[test]
fn events_and_conditions_end_runs_whatever_they_wait_for() {
    let world = World::new(
        "trigger t {\n  on See as seen\n  per seen.sku\n  enter always\n  stop on Buy where sku == seen.sku\n  stop when points > 5\n  stop when did See in last 1d where sku == \"stop\"\n  wait 2d\n  send hello via mail\n}",
    );
    expect![[r#"
        01-02T10:00 ada t[A] entered by event 0
        01-02T10:01 ada t[B] entered by event 0
        01-02T10:02 ada t[C] entered by event 0
        01-02T11:00 ada t[A].0 stopped event
        01-02T12:00 ada t[B].0 stopped condition
        01-02T12:00 ada t[C].0 stopped condition
        01-02T13:00 ada t[D] entered by event 0
        01-02T13:00 ada t[D].0 stopped condition
        01-03T10:00 bob t[E] entered by event 0
        01-03T11:00 bob t[stop] entered by event 0
        01-03T11:00 bob t[E].0 stopped condition
        01-03T11:00 bob t[stop].0 stopped condition
        01-05T00:00 bob t[F] entered by event 0
        01-07T00:00 bob t[F].1 sent hello via mail
        01-07T00:00 bob t[F] ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-01-09T00:00",
        "
        2026-01-02T10:00 ada See sku=A
        2026-01-02T10:01 ada See sku=B
        2026-01-02T10:02 ada See sku=C
        2026-01-02T11:00 ada Buy sku=A
        2026-01-02T11:30 ada Buy sku=Z
        2026-01-02T12:00 ada row points=6
        2026-01-02T13:00 ada See sku=D
        2026-01-03T10:00 bob See sku=E
        2026-01-03T11:00 bob See sku=stop
        2026-01-05T00:00 bob See sku=F
        ",
    ));
}

#[test]
fn conditions_end_runs_when_time_alone_makes_them_hold() {
    let world = World::new(
        "trigger t {\n  on See\n  enter always\n  stop when did not Buy in last 6h\n  wait 2d\n  send hello via mail\n}",
    );
    expect![[r#"
        01-02T10:00 ada t entered by event 0
        01-02T17:00 ada t.0 stopped condition
    "#]]
    .assert_eq(&world.run(
        "2026-01-09T00:00",
        "
        2026-01-02T09:00 ada Buy sku=A
        2026-01-02T10:00 ada See sku=A
        2026-01-02T11:00 ada Buy sku=B
        ",
    ));
}

#[test]
fn branches_sets_and_stops() {
    let world = World::new(
        "trigger t {\n  on See as seen\n  enter always\n  set points = points + seen.n\n  if points > 10 {\n    emit Nudge { sku: \"many\", n: points }\n    stop\n  } else if points > 5 {\n    emit Nudge { sku: \"some\", n: points }\n  } else {\n    set tier = gold\n  }\n  emit Nudge { sku: \"end\", note: \"x\" }\n}",
    );
    expect![[r#"
        01-02T10:00 ada t entered by event 0
        01-02T10:00 ada t.0 set points = 3
        01-02T10:00 ada t.7 set tier = Enum(1)
        01-02T10:00 ada t.8 emitted Nudge end 7 x
        01-02T10:00 ada t ended finished
        01-02T11:00 ada t entered by event 0
        01-02T11:00 ada t.0 set points = 7
        01-02T11:00 ada t.5 emitted Nudge some 7 -
        01-02T11:00 ada t.8 emitted Nudge end 7 x
        01-02T11:00 ada t ended finished
        01-02T12:00 ada t entered by event 0
        01-02T12:00 ada t.0 set points = 12
        01-02T12:00 ada t.2 emitted Nudge many 12 -
        01-02T12:00 ada t.3 ended stop
    "#]]
    .assert_eq(&world.run(
        "2026-01-09T00:00",
        "
        2026-01-02T10:00 ada See sku=A n=3
        2026-01-02T11:00 ada See sku=A n=4
        2026-01-02T12:00 ada See sku=A n=5
        ",
    ));
}
