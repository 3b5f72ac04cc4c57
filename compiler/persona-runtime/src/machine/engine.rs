//! One worker: a program, the person it is at, and one instant of theirs in rounds ([`super`] says which). What starts runs is
//! in `start`, what stops and wakes them in `react`, what they do in `run`, what is sent in `send`.

use std::sync::Arc;

use persona_ir::{ColId, KindId};
use rustc_hash::FxHashMap;

use super::Counts;
use super::outcome::{Happened, Outcome, RunId, Stopped};
use super::person::Person;
use super::program::Program;
use super::state::State;
use super::witness::{Seen, Sight, Witness};
use crate::flips::NEVER;
use crate::time::{Clock, Zone};
use crate::{Evaluator, EventRef, Facts, ProfileEvaluator, Value};

/// More rounds than any program without a loop makes: loops are refused where packages are checked.
const ROUNDS: u32 = 10_000;

/// An instant of a person did not come to an end: an internal error, because loops of triggers are refused before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// The profile's key.
    pub profile: Arc<str>,
    /// The instant.
    pub at: i64,
}

impl std::fmt::Display for Unsettled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the triggers of profile `{}` do not come to rest at {}",
            self.profile, self.at
        )
    }
}

impl std::error::Error for Unsettled {}

/// An input of a person, at its instant.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) at: i64,
    pub(super) what: Arrives,
}

/// What arrives.
#[derive(Clone, Debug)]
pub(super) enum Arrives {
    /// The profile is deleted.
    Delete,
    /// Columns get values.
    Row {
        values: Arc<[(ColId, Value)]>,
        late: bool,
    },
    /// An event.
    Event { event: EventRef, late: bool },
}

/// A worker.
#[derive(Debug)]
pub(super) struct Engine<'e, 'c, F: Facts> {
    pub(super) program: &'e Program<'c>,
    pub(super) person: &'e Person<'e, F>,
    pub(super) eval: ProfileEvaluator<'e, Person<'e, F>>,
    pub(super) state: State,
    pub(super) key: Arc<str>,
    pub(super) now: i64,
    pub(super) out: Vec<Outcome>,
    pub(super) counts: Counts,
    /// Zones by name.
    pub(super) zones: FxHashMap<Arc<str>, Option<Zone>>,
    pub(super) package: Clock,
    /// The person's clock; none where it has to be found anew.
    pub(super) clock: Option<Clock>,
    /// Whether the evaluator's values and clock are those of the person now.
    pub(super) fresh: bool,
    /// Per watch: what it reads changed.
    pub(super) dirty: Vec<bool>,
    /// Per watch: it fired in this instant, and does not again.
    pub(super) fired: Vec<bool>,
    /// Whether something happened in this round.
    pub(super) did: bool,
    /// Whether the profile appears in this instant.
    pub(super) appears: bool,
    /// Whether it is tried what another arm would do.
    pub(super) trying: bool,
    /// The event that is looked at.
    pub(super) event: Option<EventRef>,
    witness: Looking<'e, F>,
}

/// Somebody who looks on, perhaps.
struct Looking<'e, F: Facts>(Option<&'e mut dyn Witness<F>>);

impl<F: Facts> std::fmt::Debug for Looking<'_, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() {
            "witness"
        } else {
            "nobody"
        })
    }
}

impl<'e, 'c, F: Facts> Engine<'e, 'c, F> {
    pub(super) fn new(
        program: &'e Program<'c>,
        person: &'e Person<'e, F>,
        evaluator: &'e Evaluator<'e, Person<'e, F>>,
    ) -> Self {
        let eval = evaluator.profile(0);
        let watches = program.watches.len();
        Self {
            program,
            person,
            package: eval.clock().clone(),
            eval,
            state: State::default(),
            key: "".into(),
            now: program.options.from,
            out: Vec::new(),
            counts: Counts::new(program.campaign.triggers.len()),
            zones: FxHashMap::default(),
            clock: None,
            fresh: false,
            dirty: vec![false; watches],
            fired: vec![false; watches],
            did: false,
            appears: false,
            event: None,
            witness: Looking(None),
            trying: false,
        }
    }

    /// Lets somebody look on.
    pub(super) fn let_look_on(&mut self, witness: &'e mut dyn Witness<F>) {
        self.witness = Looking(Some(witness));
    }

    /// Goes on with another person, whose row the facts are at.
    pub(super) fn move_to(&mut self, key: Arc<str>, state: State) {
        self.key = key;
        self.state = state;
        self.clock = None;
        self.fresh = false;
        self.dirty.fill(false);
    }

    /// Goes through all instants before `until`: inputs, in order, and what is due by itself. `known` says whether the person
    /// is known at the stream's start without any input; what happened up to then is history.
    pub(super) fn go(
        &mut self,
        arrivals: &[Arrival],
        known: bool,
        until: i64,
    ) -> Result<(), Unsettled> {
        let from = self.program.options.from;
        let (mut known, mut rest) = (known, arrivals);
        loop {
            let next = rest.first().map_or(NEVER, |arrival| arrival.at);
            if !self.state.begun && known && next > from && until > from {
                self.base_line()?;
                continue;
            }
            let at = if self.state.begun {
                next.min(self.state.next())
            } else {
                next
            };
            if at >= until {
                return Ok(());
            }
            let count = rest.iter().take_while(|arrival| arrival.at == at).count();
            let (now, later) = rest.split_at(count);
            rest = later;
            if at <= from && !self.state.begun {
                known = !matches!(now.last().map(|of| &of.what), Some(Arrives::Delete));
                self.remember(now);
            } else {
                self.instant(at, now)?;
                // Whoever was deleted appears anew.
                known &= self.state.begun;
            }
        }
    }

    /// Inputs before the stream's start.
    fn remember(&mut self, arrivals: &[Arrival]) {
        for arrival in arrivals {
            self.count(arrival);
            match &arrival.what {
                Arrives::Delete => self.delete(arrival.at),
                Arrives::Row { values, .. } => {
                    for (col, value) in values.iter() {
                        self.person.set(*col, value.clone());
                    }
                    self.clock = None;
                    self.fresh = false;
                }
                Arrives::Event { event, .. } => self.person.show(*event),
            }
        }
    }

    /// One instant.
    fn instant(&mut self, now: i64, arrivals: &[Arrival]) -> Result<(), Unsettled> {
        self.begin(now);
        let mut rest = arrivals;
        while let Some((first, later)) = rest.split_first() {
            match &first.what {
                Arrives::Delete => self.delete(now),
                Arrives::Row { values, .. } => self.change(values),
                Arrives::Event { .. } => break,
            }
            self.count(first);
            rest = later;
        }
        if !self.state.begun && !arrivals.is_empty() {
            if rest.is_empty() && matches!(arrivals.last().map(|a| &a.what), Some(Arrives::Delete))
            {
                return Ok(());
            }
            self.appear();
        }
        let mut handled = self.person.len();
        for arrival in rest {
            if let Arrives::Event { event, late } = arrival.what {
                self.count(arrival);
                self.person.show(event);
                handled += 1;
                self.happens(event, late);
            }
        }
        self.rounds(handled)
    }

    pub(super) fn begin(&mut self, now: i64) {
        self.now = now;
        self.fresh = false;
        self.fired.fill(false);
        self.appears = false;
        self.did = false;
    }

    /// The rounds of an instant, so many events of the history being handled.
    fn rounds(&mut self, mut handled: usize) -> Result<(), Unsettled> {
        for _ in 0..ROUNDS {
            self.stop_by_condition();
            self.look();
            self.run_all();
            self.send_all();
            if !self.did {
                return Ok(());
            }
            handled = self.next_round(handled);
        }
        Err(Unsettled {
            profile: Arc::clone(&self.key),
            at: self.now,
        })
    }

    /// The events that were made in a round, each seen with what came before it.
    fn next_round(&mut self, handled: usize) -> usize {
        self.did = false;
        let end = self.person.len();
        for place in handled..end {
            self.person.show_first(place + 1);
            self.happens(self.person.event(place), false);
        }
        self.person.show_all();
        self.touch();
        end
    }

    /// Takes the world at the stream's start as it is. Whoever enters then does so in step 3 of the first round.
    fn base_line(&mut self) -> Result<(), Unsettled> {
        self.begin(self.program.options.from);
        let handled = self.person.len();
        self.start_base_line();
        if !self.did {
            return Ok(());
        }
        self.run_all();
        self.send_all();
        let handled = self.next_round(handled);
        self.rounds(handled)
    }

    // ---- what is said ----

    /// Counts an input that is processed.
    fn count(&mut self, arrival: &Arrival) {
        let late = match arrival.what {
            Arrives::Delete => return,
            Arrives::Row { late, .. } | Arrives::Event { late, .. } => late,
        };
        self.counts.inputs += 1;
        self.counts.late += u64::from(late);
    }

    /// Records an outcome of a run with this frame.
    pub(super) fn record(
        &mut self,
        run: RunId,
        step: Option<u32>,
        frame: &[Value],
        what: Happened,
    ) {
        let outcome = Outcome {
            at: self.now,
            profile: Arc::clone(&self.key),
            run,
            step,
            what,
        };
        self.tell(frame, Seen::Outcome(&outcome));
        self.out.push(outcome);
    }

    /// Tells whoever looks on what is seen now, as things are before it is done.
    pub(super) fn tell(&mut self, frame: &[Value], what: Seen<'_>) {
        if self.witness.0.is_none() {
            return;
        }
        let clock = self.clock().clone();
        let sight = Sight {
            person: self.person,
            clock,
            frame,
            event: self.event,
            what,
        };
        if let Looking(Some(witness)) = &mut self.witness {
            witness.see(&sight);
        }
    }

    /// Everything up to an instant is over: tells whoever looks on.
    pub(super) fn end(&mut self, now: i64) {
        self.begin(now);
        self.tell(&[], Seen::End);
    }

    // ---- changes ----

    /// Columns of the profile get values.
    fn change(&mut self, values: &[(ColId, Value)]) {
        for (col, value) in values {
            self.person.set(*col, value.clone());
            self.changed(*col);
        }
    }

    /// A column of the profile has another value.
    pub(super) fn changed(&mut self, col: ColId) {
        self.fresh = false;
        if Some(col) == self.program.campaign.plan.schema.zone {
            self.clock = None;
        }
        for watch in &self.program.readers[col] {
            self.dirty[*watch] = true;
        }
        for run in &mut self.state.runs {
            let reads = &self.program.stops[run.id.trigger];
            run.dirty |= reads.cols.contains(&col);
        }
    }

    /// An event of a kind is in the history.
    pub(super) fn heard(&mut self, kind: KindId) {
        self.fresh = false;
        let listeners = &self.program.kinds[kind];
        for watch in &listeners.readers {
            self.dirty[*watch] = true;
        }
        if listeners.runs {
            for run in &mut self.state.runs {
                let reads = &self.program.stops[run.id.trigger];
                run.dirty |= reads.kinds.contains(&kind);
            }
        }
    }

    /// The profile is deleted.
    fn delete(&mut self, at: i64) {
        self.now = at;
        for run in std::mem::take(&mut self.state.runs) {
            let what = Happened::Stopped(Stopped::Deleted);
            self.record(run.id, Some(run.step), &run.frame, what);
        }
        self.state = State::default();
        self.person.erase();
        self.clock = None;
        self.fresh = false;
        self.dirty.fill(false);
    }
}
