//! What the generated campaigns made happen: a test that never saw something says nothing about it, so everything is counted,
//! and what never happened fails.

use std::collections::BTreeMap;

use persona_ir::campaign::{Campaign, DropReason, SlotFrom, Start, StepKind};
use persona_runtime::Value;
use persona_runtime::machine::{Counts, Happened, Outcome, RunStart, What};
use persona_runtime::time::Zone;

use super::stream::{Stream, at_of};

/// How often things happened.
#[derive(Debug, Default)]
pub(super) struct Seen(BTreeMap<String, u64>);

/// All that has to happen.
const EVERYTHING: &[&str] = &[
    "accepted",
    "arrives: a deletion",
    "arrives: a row with an instant",
    "arrives: a row without an instant",
    "arrives: a row without an instant after the start",
    "arrives: an event without an instant",
    "arrives: out of order",
    "counted: duplicates",
    "counted: failed where",
    "counted: late",
    "counted: refused",
    "person: no zone",
    "start: anniversary",
    "start: change",
    "start: enter",
    "start: enter, including current",
    "start: event with an identifier",
    "start: event without an identifier",
    "start: every",
    "start: inactivity",
    "start: leave",
    "start: second of one instant",
    "step: branch",
    "step: emit",
    "step: send",
    "step: send before a clock",
    "step: send before an instant",
    "step: send within",
    "step: set",
    "step: stop",
    "step: wait",
    "step: wait for a clock",
    "step: wait for a weekday",
    "step: wait for an event",
    "step: wait until an instant",
    "several at one instant",
    "the day of a changed clock",
    "deferred limit",
    "deferred quiet",
    "dropped address",
    "dropped consent",
    "dropped holdout",
    "dropped holdout of an experiment",
    "dropped limit",
    "dropped purpose",
    "dropped skip",
    "emitted",
    "ended finished",
    "ended no_instant",
    "ended stop",
    "entered",
    "exposed",
    "exposed in the holdout",
    "refused limit",
    "refused running",
    "refused when",
    "refused where",
    "restarted",
    "sent",
    "sent in an arm",
    "sent with a payload",
    "set",
    "stale stale",
    "stopped condition",
    "stopped deleted",
    "stopped event",
];

impl Seen {
    fn count(&mut self, what: &str, times: u64) {
        if times > 0 {
            *self.0.entry(what.to_owned()).or_default() += times;
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (what, times) in &other.0 {
            self.count(what, *times);
        }
    }

    /// Packages that the compiler refused; why is counted.
    pub(super) fn refused(&mut self, why: Vec<String>) {
        self.count("accepted", 1);
        for why in why {
            let first = why.lines().next().unwrap_or_default();
            self.count(&format!("a package refused: {first}"), 1);
        }
    }

    /// What a campaign can do and what its input is like.
    pub(super) fn campaign(&mut self, campaign: &Campaign, stream: &Stream) {
        let mut greatest = i64::MIN;
        for input in &stream.inputs {
            let what = match &input.what {
                What::Delete => "arrives: a deletion",
                What::Row { at: Some(_), .. } => "arrives: a row with an instant",
                What::Row { at: None, .. }
                    if greatest.saturating_sub(campaign.lateness) > stream.from =>
                {
                    "arrives: a row without an instant after the start"
                }
                What::Row { .. } => "arrives: a row without an instant",
                What::Event { values, .. } if !values[0].is_known() => {
                    "arrives: an event without an instant"
                }
                What::Event { .. } => "arrives: an event",
            };
            self.count(what, 1);
            if let Some(at) = at_of(input) {
                if at < greatest {
                    self.count("arrives: out of order", 1);
                }
                greatest = greatest.max(at);
            }
            if let (What::Row { values, .. }, Some(zone)) = (&input.what, campaign.plan.schema.zone)
            {
                let none = (zone, Value::Missing);
                self.count("person: no zone", u64::from(values.contains(&none)));
            }
        }
        for trigger in &campaign.triggers {
            for step in &trigger.steps {
                self.step(&step.kind);
            }
        }
        let reads = campaign.contents.iter().flat_map(|content| &content.frame);
        let reads = reads.filter(|slot| matches!(slot.from, SlotFrom::ContentSlot { .. }));
        self.count("a content reads another", reads.count() as u64);
    }

    fn step(&mut self, kind: &StepKind) {
        use persona_ir::campaign::Stale;
        let name = match kind {
            StepKind::Send(send) => match send.stale {
                None => "step: send",
                Some(Stale::Within(_)) => "step: send within",
                Some(Stale::At(_)) => "step: send before an instant",
                Some(Stale::Clock(_)) => "step: send before a clock",
            },
            StepKind::Wait(_) => "step: wait",
            StepKind::WaitForEvent { .. } => "step: wait for an event",
            StepKind::WaitForClock { weekday: None, .. } => "step: wait for a clock",
            StepKind::WaitForClock { .. } => "step: wait for a weekday",
            StepKind::WaitUntil(_) => "step: wait until an instant",
            StepKind::Branch { .. } => "step: branch",
            StepKind::Jump(_) => "step: jump",
            StepKind::Emit { .. } => "step: emit",
            StepKind::Set { .. } => "step: set",
            StepKind::Stop => "step: stop",
        };
        self.count(name, 1);
    }

    /// What happened.
    pub(super) fn outcomes(
        &mut self,
        campaign: &Campaign,
        (outcomes, counts): &(Vec<Outcome>, Counts),
    ) {
        self.count("counted: duplicates", counts.duplicates);
        self.count("counted: late", counts.late);
        self.count("counted: refused", counts.refused);
        self.count("counted: failed where", counts.failed_where.iter().sum());
        let zone = Zone::named(&campaign.plan.zone).expect("the package's zone");
        for pair in outcomes.windows(2) {
            let same = pair[0].at == pair[1].at && pair[0].profile == pair[1].profile;
            let other = pair[0].run.trigger != pair[1].run.trigger;
            self.count("several at one instant", u64::from(same && other));
        }
        for outcome in outcomes {
            let day = zone.date_of(outcome.at);
            let changes =
                zone.offset(zone.start_of_day(day)) != zone.offset(zone.start_of_day(day + 1));
            self.count("the day of a changed clock", u64::from(changes));
            self.outcome(campaign, outcome);
        }
    }

    fn outcome(&mut self, campaign: &Campaign, outcome: &Outcome) {
        let reason = outcome
            .reason()
            .map_or(String::new(), |of| format!(" {of}"));
        self.count(&format!("{}{reason}", outcome.name()), 1);
        match &outcome.what {
            Happened::Entered => {
                let start = match &campaign.triggers[outcome.run.trigger].start {
                    Start::Event(_) => match &outcome.run.start {
                        RunStart::Event { nth, .. } => {
                            self.count("start: second of one instant", u64::from(*nth > 0));
                            "start: event without an identifier"
                        }
                        _ => "start: event with an identifier",
                    },
                    Start::Membership { leave: true, .. } => "start: leave",
                    Start::Membership {
                        including_current: true,
                        ..
                    } => "start: enter, including current",
                    Start::Membership { .. } => "start: enter",
                    Start::Inactivity { .. } => "start: inactivity",
                    Start::Anniversary { .. } => "start: anniversary",
                    Start::Every { .. } => "start: every",
                    Start::Change { .. } => "start: change",
                };
                self.count(start, 1);
            }
            Happened::Sent(delivery) => {
                self.count("sent in an arm", u64::from(!delivery.arms.is_empty()));
                self.count("sent with a payload", u64::from(delivery.payload.is_some()));
            }
            Happened::Dropped(_, drop) if drop.reason == DropReason::Holdout => {
                let of = u64::from(drop.experiment.is_some());
                self.count("dropped holdout of an experiment", of);
            }
            Happened::Exposed { arm: None, .. } => self.count("exposed in the holdout", 1),
            _ => {}
        }
    }

    /// All counts, a line each.
    pub(super) fn show(&self) -> String {
        let lines = self
            .0
            .iter()
            .map(|(what, times)| format!("{times:>8} {what}\n"));
        lines.collect()
    }

    /// Nothing was left out, and most packages are good.
    pub(super) fn assert_everything(&self) {
        let never: Vec<&&str> = EVERYTHING
            .iter()
            .filter(|what| !self.0.contains_key(**what))
            .collect();
        assert!(
            never.is_empty(),
            "this never happened: {never:?}\n{}",
            self.show()
        );
        let refused = self
            .0
            .iter()
            .filter(|(what, _)| what.starts_with("a package refused"));
        let refused: u64 = refused.map(|(_, times)| times).sum();
        assert!(
            refused < self.0["accepted"] / 2,
            "too many packages are refused:\n{}",
            self.show()
        );
    }
}
