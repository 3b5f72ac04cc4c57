//! What is asked of messages, what waits, what is given up.

use expect_test::expect;

use super::world::World;

#[test]
fn messages_are_given_up_for_the_first_reason_that_holds() {
    let mut world = World::new(
        "purpose offers { requires points > 0 }\n\
         channel push { to phone requires consent skip when points > 50 \"rich\" }\n\
         content offer {\n  text: String\n  skip when points > 20 \"enough\"\n  variant big when points > 10 { text = \"big\" }\n  otherwise { text = \"small\" }\n}\n\
         trigger t {\n  on See\n  enter always\n  send offer via push for offers\n}",
    );
    let timeline = "
        2026-01-02T10:00 ada row consent=false
        2026-01-02T10:00 ada See sku=A
        2026-01-02T11:00 ada row phone=1
        2026-01-02T11:00 ada See sku=A
        2026-01-02T12:00 ada row consent=true
        2026-01-02T12:00 ada See sku=A
        2026-01-02T13:00 ada row points=60
        2026-01-02T13:00 ada See sku=A
        2026-01-02T14:00 ada row points=30
        2026-01-02T14:00 ada See sku=A
        2026-01-02T15:00 ada row points=11
        2026-01-02T15:00 ada See sku=A
        2026-01-02T16:00 ada row points=1
        2026-01-02T16:00 ada See sku=A
    ";
    let sends = |shown: String| {
        let lines = shown.lines().filter(|line| line.contains(".0"));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    expect![[r#"
        01-02T10:00 ada t.0 dropped address offer via push
        01-02T11:00 ada t.0 dropped consent offer via push
        01-02T12:00 ada t.0 dropped purpose offer via push
        01-02T13:00 ada t.0 dropped skip offer via push "rich"
        01-02T14:00 ada t.0 dropped skip offer via push "enough"
        01-02T15:00 ada t.0 sent offer via push as big
        01-02T16:00 ada t.0 sent offer via push as otherwise
    "#]]
    .assert_eq(&sends(world.run("2026-01-03T00:00", timeline)));
    world.campaign.holdout = 10_000;
    let held = sends(world.run("2026-01-03T00:00", timeline));
    assert_eq!(held.matches("dropped holdout").count(), 7, "{held}");
}

#[test]
fn transactional_messages_know_no_holdout_no_quiet_hours_and_no_limits() {
    let mut world = World::new("trigger t {\n  on See\n  enter always\n  send hello via bill\n}");
    world.campaign.holdout = 10_000;
    expect![[r#"
        01-02T10:00 ada t entered by event 0
        01-02T10:00 ada t.0 sent hello via bill
        01-02T10:00 ada t ended finished
    "#]]
    .assert_eq(&world.run("2026-01-03T00:00", "2026-01-02T10:00 ada See sku=A"));
}

#[test]
fn quiet_hours_hold_messages_until_they_end_and_everything_is_asked_again() {
    let world = World::new(
        "channel push {\n  to email\n  requires consent\n  quiet 21:00 to 08:00\n  quiet 07:00 to 10:00 when tier == gold\n}\n\
         trigger t {\n  on See\n  enter always\n  send hello via push\n  emit Nudge { sku: \"after\" }\n}",
    );
    expect![[r#"
        01-02T22:30 ada t entered by event 0
        01-02T22:30 ada t.0 deferred quiet hello via push until 01-03T07:00
        01-02T22:30 bob t entered by event 0
        01-02T22:30 bob t.0 deferred quiet hello via push until 01-03T08:00
        01-02T23:30 ada t refused running
        01-03T07:00 ada t.0 deferred quiet hello via push until 01-03T09:00
        01-03T08:00 bob t.0 dropped consent hello via push
        01-03T08:00 bob t.1 emitted Nudge after 7 -
        01-03T08:00 bob t ended finished
        01-03T09:00 ada t.0 sent hello via push
        01-03T09:00 ada t.1 emitted Nudge after 7 -
        01-03T09:00 ada t ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-01-05T00:00",
        "
        - ada row zone=Europe/Berlin tier=gold
        2026-01-02T22:30 ada See sku=A
        2026-01-02T22:30 bob See sku=A
        2026-01-02T23:30 ada See sku=A
        2026-01-03T03:00 bob row consent=false
        2026-01-03T03:00 bob Open message=x
        ",
    ));
}

#[test]
fn full_limits_give_up_or_wait_for_room() {
    let world = World::new(
        "channel push { to email\n  requires nothing\n  limit 2 per 24h\n  limit 3 per week\n  when full defer }\n\
         trigger t {\n  on See as seen\n  per seen.sku\n  enter always\n  send hello via push\n}",
    );
    // 2026-01-05 is a Monday.
    expect![[r#"
        01-02T10:00 ada t[A] entered by event 0
        01-02T10:00 ada t[A].0 sent hello via push
        01-02T10:00 ada t[A] ended finished
        01-02T11:00 ada t[B] entered by event 0
        01-02T11:00 ada t[B].0 sent hello via push
        01-02T11:00 ada t[B] ended finished
        01-02T12:00 ada t[C] entered by event 0
        01-02T12:00 ada t[C].0 deferred limit hello via push until 01-03T10:00
        01-02T13:00 ada t[D] entered by event 0
        01-02T13:00 ada t[D].0 deferred limit hello via push until 01-03T10:00
        01-03T10:00 ada t[C].0 sent hello via push
        01-03T10:00 ada t[D].0 deferred limit hello via push until 01-05T00:00
        01-03T10:00 ada t[C] ended finished
        01-05T00:00 ada t[D].0 sent hello via push
        01-05T00:00 ada t[D] ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-01-09T00:00",
        "
        2026-01-02T10:00 ada See sku=A
        2026-01-02T11:00 ada See sku=B
        2026-01-02T12:00 ada See sku=C
        2026-01-02T13:00 ada See sku=D
        ",
    ));
}

#[test]
fn limits_across_channels_count_all_of_them() {
    let world = World::new(
        "channel push { to email\n  requires nothing\n  limit 2 per 7d across push, note }\n\
         channel note { to email\n  requires nothing }\n\
         trigger t {\n  on See as seen\n  per seen.sku\n  enter always\n  send hello via note\n  send bye via push\n}",
    );
    expect![[r#"
        01-02T10:00 ada t[A] entered by event 0
        01-02T10:00 ada t[A].0 sent hello via note
        01-02T10:00 ada t[A].1 sent bye via push
        01-02T10:00 ada t[A] ended finished
        01-02T11:00 ada t[B] entered by event 0
        01-02T11:00 ada t[B].0 sent hello via note
        01-02T11:00 ada t[B].1 dropped limit bye via push
        01-02T11:00 ada t[B] ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-01-09T00:00",
        "
        2026-01-02T10:00 ada See sku=A
        2026-01-02T11:00 ada See sku=B
        ",
    ));
}

#[test]
fn what_comes_too_late_is_stale_at_the_instant_it_becomes_so() {
    let world = World::new(
        "channel push { to email\n  requires nothing\n  quiet 21:00 to 08:00\n  limit 1 per month\n  when full defer }\n\
         trigger a {\n  on See\n  enter always\n  send hello via push, within 2h\n}\n\
         trigger b {\n  on Buy\n  enter always\n  send hello via push, before 23:00\n}\n\
         trigger c {\n  on Open\n  enter always\n  send hello via push\n  send hello via push\n}\n\
         trigger d {\n  on Nudge\n  enter always\n  send hello via push, before renews ?? 2030-01-01T00:00Z\n}",
    );
    expect![[r#"
        01-02T22:00 ada b entered by event 0
        01-02T22:00 ada a entered by event 0
        01-02T22:00 ada a.0 deferred quiet hello via push until 01-03T00:00:00.000001
        01-02T22:00 ada b.0 deferred quiet hello via push until 01-02T23:00
        01-02T23:00 ada b.0 stale stale hello via push
        01-02T23:00 ada b ended finished
        01-03T00:00:00.000001 ada a.0 stale stale hello via push
        01-03T00:00:00.000001 ada a ended finished
        01-04T10:00 ada c entered by event 0
        01-04T10:00 ada c.0 sent hello via push
        01-04T10:00 ada c.1 deferred limit hello via push until 01-07T10:00:00.000001
        01-05T10:00 ada d entered by event 0
        01-05T10:00 ada d.0 stale stale hello via push
        01-05T10:00 ada d ended finished
        01-07T10:00:00.000001 ada c.1 stale stale hello via push
        01-07T10:00:00.000001 ada c ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-01-20T00:00",
        "
        - ada row renews=2026-01-05T10:00
        2026-01-02T22:00 ada See sku=A
        2026-01-02T22:00 ada Buy sku=A
        2026-01-04T10:00 ada Open message=x
        2026-01-05T10:00 ada Nudge sku=x
        ",
    ));
}

#[test]
fn a_deferred_message_is_stopped_with_its_run() {
    let world = World::new(
        "channel push { to email\n  requires nothing\n  quiet 21:00 to 08:00 }\n\
         trigger t {\n  on See\n  enter always\n  stop on Buy\n  send hello via push\n}",
    );
    expect![[r#"
        01-02T22:00 ada t entered by event 0
        01-02T22:00 ada t.0 deferred quiet hello via push until 01-03T08:00
        01-02T23:00 ada t.0 stopped event
    "#]]
    .assert_eq(&world.run(
        "2026-01-20T00:00",
        "
        2026-01-02T22:00 ada See sku=A
        2026-01-02T23:00 ada Buy sku=A
        ",
    ));
}

#[test]
fn the_id_of_a_message_is_known_to_what_follows() {
    let world = World::new(
        "trigger t {\n  on See\n  enter always\n  send hello via mail as m\n  wait until Open as o where message == m.message, at most 1d\n  emit Nudge { sku: o.message ?? \"none\" }\n}",
    );
    let mut first = world.run("2026-01-02T10:00", "2026-01-02T10:00 ada See sku=A id=1");
    assert!(first.contains("sent hello"), "{first}");
    let inputs = world.inputs("2026-01-02T10:00 ada See sku=A id=1");
    let mut machine = persona_runtime::machine::Machine::new(world.program());
    inputs.into_iter().for_each(|input| machine.push(input));
    let mut ids = Vec::new();
    let mut sink = |outcome: persona_runtime::machine::Outcome| {
        if outcome.name() == "sent" {
            ids.push(outcome.key(&world.campaign));
        }
    };
    let until = super::world::instant("2026-01-02T10:00");
    machine
        .finish(until, &mut sink)
        .expect("triggers come to rest");
    first = world.run(
        "2026-01-09T00:00",
        &format!(
            "2026-01-02T10:00 ada See sku=A id=1\n\
             2026-01-02T11:00 ada Open message=other\n\
             2026-01-02T12:00 ada Open message={}",
            ids[0]
        ),
    );
    let emitted = format!("01-02T12:00 ada t.2 emitted Nudge {} 7 -", ids[0]);
    assert!(first.contains(&emitted), "{first}");
}

#[test]
fn holdouts_arms_and_exposures_of_experiments() {
    let rules = "experiment ab {\n  on t\n  arms { plain, bold }\n  holdout 50%\n}\n\
         experiment cd {\n  on hi\n  arms { one, two }\n}\n\
         content hi {\n  text: String\n  variant loud when arm(ab) == bold { text = \"HI\" }\n  otherwise { text = \"hi\" }\n}\n\
         trigger t {\n  on See\n  enter always\n  send hi via mail\n}\n\
         trigger u {\n  on Buy as bought\n  enter always\n  if arm(cd) is known and arm(cd) == two and bought.n > 0 {\n    emit Nudge { sku: \"two\" }\n  }\n}";
    let mut world = World::new(rules);
    let see = "2026-01-02T10:00 ada See sku=A\n2026-01-02T11:00 ada See sku=A";
    world.options.arms = vec![("ab".into(), None), ("cd".into(), Some(1))];
    expect![[r#"
        01-02T10:00 ada t entered by event 0
        01-02T10:00 ada t.0 dropped holdout hi via mail of ab
        01-02T10:00 ada t.0 exposed to ab None
        01-02T10:00 ada t ended finished
        01-02T11:00 ada t entered by event 0
        01-02T11:00 ada t.0 dropped holdout hi via mail of ab
        01-02T11:00 ada t ended finished
    "#]]
    .assert_eq(&world.run("2026-01-03T00:00", see));
    world.options.arms = vec![("ab".into(), Some(1)), ("cd".into(), Some(1))];
    expect![[r#"
        01-02T10:00 ada t entered by event 0
        01-02T10:00 ada t.0 sent hi via mail as loud
        01-02T10:00 ada t.0 exposed to ab Some(1)
        01-02T10:00 ada t.0 exposed to cd Some(1)
        01-02T10:00 ada t ended finished
        01-02T11:00 ada t entered by event 0
        01-02T11:00 ada t.0 sent hi via mail as loud
        01-02T11:00 ada t ended finished
    "#]]
    .assert_eq(&world.run("2026-01-03T00:00", see));
    // An arm that made no difference is no exposure.
    expect![[r#"
        01-02T10:00 ada u entered by event 0
        01-02T10:00 ada u ended finished
        01-02T11:00 ada u entered by event 0
        01-02T11:00 ada u.0 exposed to cd Some(1)
        01-02T11:00 ada u.1 emitted Nudge two 7 -
        01-02T11:00 ada u ended finished
    "#]]
    .assert_eq(&world.run(
        "2026-01-03T00:00",
        "2026-01-02T10:00 ada Buy sku=A n=0\n2026-01-02T11:00 ada Buy sku=A n=1",
    ));
}

/// Whoever is kept out is compared with those who were reached: no address, no consent, a full limit or another holdout, and
/// nobody is exposed.
#[test]
fn whoever_is_kept_out_counts_from_the_first_message_that_only_the_holdout_kept_back() {
    let rules = "experiment ab {\n  on t\n  arms { plain, bold }\n  holdout 50%\n}\n\
         experiment cd {\n  on hello\n  arms { one, two }\n  holdout 10%\n}\n\
         trigger t {\n  on See\n  enter always\n  send hello via sms\n}";
    let mut world = World::new(rules);
    world.options.arms = vec![("ab".into(), None), ("cd".into(), Some(1))];
    let see = "2026-01-02T10:00 ada See sku=A\n\
         2026-01-02T11:00 ada row phone=1 consent=false\n2026-01-02T11:00 ada See sku=A\n\
         2026-01-02T12:00 ada row consent=true\n2026-01-02T12:00 ada See sku=A\n\
         2026-01-02T13:00 ada See sku=A";
    expect![[r#"
        01-02T10:00 ada t entered by event 0
        01-02T10:00 ada t.0 dropped holdout hello via sms of ab
        01-02T10:00 ada t ended finished
        01-02T11:00 ada t entered by event 0
        01-02T11:00 ada t.0 dropped holdout hello via sms of ab
        01-02T11:00 ada t ended finished
        01-02T12:00 ada t entered by event 0
        01-02T12:00 ada t.0 dropped holdout hello via sms of ab
        01-02T12:00 ada t.0 exposed to ab None
        01-02T12:00 ada t ended finished
        01-02T13:00 ada t entered by event 0
        01-02T13:00 ada t.0 dropped holdout hello via sms of ab
        01-02T13:00 ada t ended finished
    "#]]
    .assert_eq(&world.run("2026-01-03T00:00", see));
    world.options.arms = vec![("ab".into(), None), ("cd".into(), None)];
    let exposed = world.run("2026-01-03T00:00", see);
    assert!(!exposed.contains("exposed"), "{exposed}");
}
