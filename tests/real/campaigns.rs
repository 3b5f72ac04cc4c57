//! Real data replayed through triggers. What is expected is the worked examples' answer, or was counted by another program from
//! the sentence above each test; no expectation was taken from what persona said.

use std::collections::BTreeMap;

use persona::{Compiled, Package, SimulateOptions, Simulation, TriggerSummary};

use super::{count, data_is_there, example};
use crate::support::root;

/// A replay of a package of this folder, with its log.
struct Replayed {
    simulation: Simulation,
    log: Vec<serde_json::Value>,
}

fn replayed(name: &str) -> Option<Replayed> {
    if !data_is_there() {
        return None;
    }
    let package = Package::open(Some(&root().join("tests/real").join(name))).expect("a package");
    let Compiled::Program(program, _) = package.compile().expect("a valid package compiles") else {
        panic!(
            "{name} has errors:\n{}",
            crate::suite::diagnostics::short(&package.check().expect("a report"))
        );
    };
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("log.ndjson");
    let options = SimulateOptions {
        out: Some(out.clone()),
        ..SimulateOptions::default()
    };
    let simulation = program.simulate(&options, &()).expect("a replay");
    let text = std::fs::read_to_string(out).expect("a log");
    let lines = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    Some(Replayed {
        simulation,
        log: lines.collect(),
    })
}

impl Replayed {
    fn trigger(&self, name: &str) -> &TriggerSummary {
        let mut all = self.simulation.triggers.iter();
        all.find(|trigger| &*trigger.name == name)
            .expect("a trigger")
    }

    /// The log's lines of a trigger with an outcome.
    fn lines<'a>(
        &'a self,
        trigger: &'a str,
        outcome: &'a str,
    ) -> impl Iterator<Item = &'a serde_json::Value> {
        let of = move |line: &&serde_json::Value| {
            line["trigger"] == trigger && line["outcome"] == outcome
        };
        self.log.iter().filter(of)
    }
}

#[test]
fn retail_first_large_orders_of_may() {
    let Some(retail) = replayed("retail_mail") else {
        return;
    };
    let in_may = |line: &&serde_json::Value| {
        line["at"]
            .as_str()
            .is_some_and(|at| at.starts_with("2011-05"))
    };
    assert_eq!(
        retail.lines("first_large", "sent").filter(in_may).count(),
        count(&example("retail.4")["fired"])
    );
}

#[test]
fn retail_messages_are_never_two_in_a_fortnight() {
    let Some(retail) = replayed("retail_mail") else {
        return;
    };
    let expected = example("retail.5");
    let every = retail.trigger("every_order");
    assert_eq!(every.sent, count(&expected["sent"]) as u64);
    assert_eq!(
        every.dropped,
        BTreeMap::from([("limit", count(&expected["suppressed"]) as u64)])
    );
}

/// A basket was given back at `t`. With nothing given back or ordered up to a week later, the message waits until London is between
/// 10:00 and 16:00; it is sent if nothing was given back or ordered until then either.
#[test]
fn retail_baskets_given_back_are_asked_for_unless_somebody_ordered() {
    let Some(retail) = replayed("retail_mail") else {
        return;
    };
    let come_back = retail.trigger("come_back");
    assert_eq!(come_back.sent, 972);
    assert_eq!(come_back.deferred, BTreeMap::from([("quiet", 341)]));
    // London's clock goes forward on 27 March: ten o'clock there is ten o'clock in winter and nine in summer.
    let mut at_ten = BTreeMap::<&str, u64>::new();
    for line in retail.lines("come_back", "sent") {
        let at = line["at"].as_str().expect("an instant");
        let ten = if &at[..10] < "2011-03-27" { "10" } else { "09" };
        if at[11..] == format!("{ten}:00:00Z") {
            *at_ten.entry(ten).or_default() += 1;
        }
    }
    assert_eq!(at_ten, BTreeMap::from([("09", 153), ("10", 189)]));
}

/// Somebody's last open was at `t`, and 14 days went by before the data end: one message. None up to 17 days later: another. An open
/// in between stops the second.
#[test]
fn email_people_who_stop_opening_are_asked_back() {
    let Some(email) = replayed("email_mail") else {
        return;
    };
    let re_engage = email.trigger("re_engage");
    assert_eq!(re_engage.entered, 3_577);
    let mut sent = BTreeMap::<&str, usize>::new();
    for line in email.lines("re_engage", "sent") {
        *sent
            .entry(line["content"].as_str().expect("a content"))
            .or_default() += 1;
    }
    assert_eq!(
        sent,
        BTreeMap::from([("nudge", 3_577), ("last_call", 3_313)])
    );
    assert_eq!(re_engage.stopped.values().sum::<u64>(), 49);
}

/// An open at `t` with neither open nor click up to two hours later, before the data end: one message.
#[test]
fn email_read_without_a_click_is_followed_up_after_two_quiet_hours() {
    let Some(email) = replayed("email_mail") else {
        return;
    };
    assert_eq!(email.trigger("read_and_left").sent, 6_792);
}
