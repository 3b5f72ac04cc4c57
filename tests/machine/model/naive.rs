//! The naive model of SEMANTICS §6: every person by themselves, with their whole history, looked at whenever something could
//! change, everything asked anew each time. No timers, no flips, no cleverness. Written from the rules alone, never from the
//! machine's code.
//!
//! Time is looked at in steps of [`STEP`], and up to three microseconds after each: programs that are generated use whole
//! steps, and what depends on time changes at such an instant. Ends of waits are known, so they are looked at as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_ir::campaign::{Campaign, StepKind, TriggerId};
use persona_ir::{ExperimentId, KindId, Schema};
use persona_runtime::content::Contents;
use persona_runtime::machine::{
    Counts, Happened, Input, Options, Outcome, RunId, RunStart, Stopped, What,
};
use persona_runtime::order::{EventKey, canonical};
use persona_runtime::time::{Clock, Zone};
use persona_runtime::{Calibration, Prepared, Value};

use super::facts::{Forced, Row, View, World, filled};

/// How often time is looked at: half an hour.
pub(super) const STEP: i64 = 30 * 60 * 1_000_000;

/// What the model is told of a person and what it says.
pub(super) struct Model<'c> {
    pub(super) world: World<'c>,
    pub(super) contents: Contents<'c>,
    pub(super) options: Options,
}

/// A row of the profile, or an event, at the instant at which it counts.
#[derive(Clone, Debug)]
struct Told {
    /// Absent for a row that holds from the start.
    at: Option<i64>,
    what: What,
    late: bool,
}

/// All that is told of a person until they are deleted.
#[derive(Clone, Debug, Default)]
struct Life {
    told: Vec<Told>,
    deleted: Option<i64>,
}

/// Where a run is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum At {
    /// It can go on.
    Go,
    /// It waits until an instant.
    Wait(i64),
    /// It waits for an event, until an instant at most.
    ForEvent(i64),
    /// A message: when it is stale, and when it is asked next.
    Send { stale: i64, ask: i64 },
}

/// A live run.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) id: RunId,
    pub(super) frame: Vec<Value>,
    pub(super) step: usize,
    pub(super) at: At,
    pub(super) sent: bool,
}

/// A person.
pub(super) struct Person<'m, 'c> {
    pub(super) model: &'m Model<'c>,
    pub(super) key: Arc<str>,
    pub(super) columns: Vec<Value>,
    pub(super) zone: Zone,
    pub(super) history: Vec<Row>,
    /// How much of the history is seen.
    pub(super) visible: usize,
    pub(super) now: i64,
    pub(super) appeared: i64,
    pub(super) runs: Vec<Run>,
    pub(super) entries: Vec<(TriggerId, Value, i64)>,
    pub(super) members: Vec<bool>,
    pub(super) values: Vec<Option<Value>>,
    /// When somebody will have been inactive for so long.
    pub(super) inactive: Vec<Option<i64>>,
    /// When a recurrence fired.
    pub(super) fired: Vec<Option<i64>>,
    pub(super) delivered: Vec<(i64, persona_ir::campaign::ChannelId)>,
    pub(super) exposed: BTreeSet<ExperimentId>,
    pub(super) log: Vec<Outcome>,
    pub(super) counts: Counts,
}

impl<'c> Model<'c> {
    pub(super) fn new(campaign: &'c Campaign, options: Options) -> Self {
        let prepared = Arc::new(Prepared::of_campaign(campaign));
        Self {
            contents: Contents::new(campaign, &prepared),
            world: World {
                campaign,
                prepared,
                calibration: Arc::new(Calibration {
                    now: 0,
                    ranks: persona_base::IndexVec::new(),
                }),
            },
            options,
        }
    }

    fn campaign(&self) -> &'c Campaign {
        self.world.campaign
    }

    /// All outcomes of an input, up to an instant.
    pub(super) fn run(&self, inputs: &[Input], until: i64) -> (Vec<Outcome>, Counts) {
        let mut counts = Counts::new(self.campaign().triggers.len());
        let lives = self.lives(inputs, &mut counts);
        let mut outcomes = Vec::new();
        for (key, lives) in lives {
            for life in lives {
                let mut person = Person::new(self, &key);
                person.live(life, until);
                outcomes.extend(person.log);
                counts.add(&person.counts);
            }
        }
        // Stable: what happened to a person stays in its order.
        outcomes.sort_by(|a, b| (a.at, &a.profile).cmp(&(b.at, &b.profile)));
        (outcomes, counts)
    }

    /// At which instant everything counts.
    fn lives(&self, inputs: &[Input], counts: &mut Counts) -> BTreeMap<Arc<str>, Vec<Life>> {
        let campaign = self.campaign();
        let mut lives: BTreeMap<Arc<str>, Vec<Life>> = BTreeMap::new();
        let mut greatest: Option<i64> = None;
        for input in inputs {
            let watermark = greatest.map_or(i64::MIN, |at| at - campaign.lateness);
            let at = match &input.what {
                What::Event { kind, values } => {
                    let known = usize::from(*kind) < campaign.plan.schema.events.len();
                    let at = values.first().and_then(Value::int);
                    if !known || *kind == campaign.sent || at.is_none() {
                        counts.refused += 1;
                        continue;
                    }
                    at
                }
                What::Row { at, .. } => *at,
                What::Delete => {
                    if let Some(life) = lives
                        .get_mut(&input.profile)
                        .and_then(|lives| lives.last_mut())
                    {
                        life.deleted = Some(watermark);
                    }
                    lives
                        .entry(Arc::clone(&input.profile))
                        .or_default()
                        .push(Life::default());
                    continue;
                }
            };
            let late = at.is_some_and(|at| at < watermark);
            // A row without an instant holds from where the stream is.
            let begun = Some(watermark).filter(|_| greatest.is_some());
            let counted_at = at.max(begun);
            greatest = greatest.max(at);
            let lives = lives.entry(Arc::clone(&input.profile)).or_default();
            if lives.is_empty() {
                lives.push(Life::default());
            }
            let life = lives.last_mut().expect("there is one");
            life.told.push(Told {
                at: counted_at,
                what: input.what.clone(),
                late,
            });
        }
        lives
    }
}

impl<'m, 'c> Person<'m, 'c> {
    fn new(model: &'m Model<'c>, key: &Arc<str>) -> Self {
        let campaign = model.campaign();
        let schema = &campaign.plan.schema;
        let mut columns = filled(Vec::new(), &schema.profile);
        columns[usize::from(schema.key)] = Value::Str(Arc::clone(key));
        let triggers = campaign.triggers.len();
        Self {
            model,
            key: Arc::clone(key),
            zone: model.world.zone(&columns),
            columns,
            history: Vec::new(),
            visible: 0,
            now: model.options.from,
            appeared: model.options.from,
            runs: Vec::new(),
            entries: Vec::new(),
            members: vec![false; triggers],
            values: vec![None; triggers],
            inactive: vec![None; triggers],
            fired: vec![None; triggers],
            delivered: Vec::new(),
            exposed: BTreeSet::new(),
            log: Vec::new(),
            counts: Counts::new(triggers),
        }
    }

    pub(super) fn campaign(&self) -> &'c Campaign {
        self.model.campaign()
    }

    /// Everything that happens to a person, instant by instant.
    fn live(&mut self, life: Life, until: i64) {
        let from = self.model.options.from;
        // What is not before the instant of the deletion is dropped.
        let end = life.deleted.unwrap_or(i64::MAX);
        let told = self.distinct(life.told, end);
        let is_history = |told: &Told| told.at.is_none_or(|at| at <= from);
        let (history, stream): (Vec<Told>, Vec<Told>) = told.into_iter().partition(is_history);
        if end <= from || (history.is_empty() && stream.is_empty()) || until < from {
            return;
        }
        let mut now = from;
        if history.is_empty() {
            now = stream[0].at.expect("it is no history");
            self.appeared = now;
        } else {
            self.tell(&history);
            self.base_line();
        }
        loop {
            if now > until || now >= end {
                break;
            }
            let at_once: Vec<Told> = stream
                .iter()
                .filter(|told| told.at == Some(now))
                .cloned()
                .collect();
            if now > from {
                self.instant(now, &at_once);
            }
            let next = stream
                .iter()
                .filter_map(|told| told.at)
                .filter(|at| *at > now)
                .min();
            now = next
                .into_iter()
                .chain(self.next_look())
                .min()
                .expect("time goes on");
        }
        if let Some(at) = life.deleted {
            self.now = at;
            self.sort_runs();
            for run in std::mem::take(&mut self.runs) {
                self.say(&run.id, Some(run.step), Happened::Stopped(Stopped::Deleted));
            }
        }
    }

    /// In the total order, rows of the profile first, without duplicates.
    fn distinct(&mut self, told: Vec<Told>, end: i64) -> Vec<Told> {
        let schema = &self.campaign().plan.schema;
        let (mut rows, mut events) = (Vec::new(), Vec::new());
        for mut told in told {
            match &mut told.what {
                What::Event { kind, values } => {
                    let at = told.at.expect("an event has an instant");
                    *values = filled(std::mem::take(values), &schema.events[*kind]);
                    values[usize::from(Schema::AT)] = Value::Int(at);
                    let id = values[usize::from(Schema::ID)].str();
                    let key = EventKey {
                        at,
                        kind: *kind,
                        id: id.map(|id| id.as_bytes().to_vec()),
                        row: canonical(&*values),
                    };
                    events.push((key, told));
                }
                _ => rows.push(told),
            }
        }
        rows.sort_by_key(|told| told.at);
        events.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut seen = BTreeSet::new();
        let mut all: Vec<Told> = rows;
        for (key, told) in events {
            let again = key.id.is_some_and(|id| !seen.insert((key.kind, id)));
            if again {
                self.counts.duplicates += 1;
            } else {
                all.push(told);
            }
        }
        // Stable: rows come before events.
        all.sort_by_key(|told| told.at);
        // Duplicates are found as they arrive; what is not before the end is dropped afterwards.
        all.retain(|told| told.at.unwrap_or(i64::MIN) < end);
        self.counts.inputs += all.len() as u64;
        self.counts.late += all.iter().filter(|told| told.late).count() as u64;
        all
    }

    /// Takes rows and events in; where the new events are in the history, and whether they came late.
    fn tell(&mut self, told: &[Told]) -> Vec<(usize, bool)> {
        let schema = &self.campaign().plan.schema;
        let mut new = Vec::new();
        for told in told {
            match &told.what {
                What::Row { values, .. } => {
                    for (col, value) in values.iter().filter(|(col, _)| *col != schema.key) {
                        let default = schema.profile.columns[*col].default.as_ref();
                        let value = match (value, default) {
                            (Value::Missing, Some(default)) => default.into(),
                            _ => value.clone(),
                        };
                        self.columns[usize::from(*col)] = value;
                    }
                    self.zone = self.model.world.zone(&self.columns);
                }
                What::Event { kind, values } => {
                    new.push((self.history.len(), told.late));
                    self.happened(*kind, values.clone());
                }
                What::Delete => unreachable!("a deletion ends a life"),
            }
        }
        self.visible = self.history.len();
        new
    }

    pub(super) fn happened(&mut self, kind: KindId, values: Vec<Value>) {
        let at = values[0].int().expect("an event has an instant");
        self.history.push(Row { kind, at, values });
    }

    /// The next instant at which something could happen by itself.
    fn next_look(&self) -> Option<i64> {
        let whole = self.now.div_euclid(STEP) * STEP;
        let steps = (0..4).map(|more| whole + more).chain([whole + STEP]);
        let waits = self.runs.iter().filter_map(|run| match run.at {
            At::Go => None,
            At::Wait(until) | At::ForEvent(until) | At::Send { ask: until, .. } => Some(until),
        });
        let inactive = self.inactive.iter().copied().flatten();
        let all = steps.chain(waits).chain(inactive);
        all.filter(|at| *at > self.now).min()
    }

    /// One instant.
    fn instant(&mut self, now: i64, told: &[Told]) {
        self.now = now;
        let new = self.tell(told);
        self.rounds(new);
    }

    /// The stream's start: what holds is taken down, and present members enter where that is said.
    fn base_line(&mut self) {
        self.now = self.model.options.from;
        for trigger in self.campaign().triggers.ids() {
            self.base_line_of(trigger);
        }
        if !self.log.is_empty() {
            let made = self.act();
            self.rounds(made);
        }
    }

    /// Rounds, from one with these events on, until nothing happens any more.
    fn rounds(&mut self, mut round: Vec<(usize, bool)>) {
        loop {
            let before = self.log.len();
            for (row, late) in round {
                self.visible = row + 1;
                self.event(row, late);
            }
            self.visible = self.history.len();
            self.stop_when();
            for trigger in self.campaign().triggers.ids() {
                self.look(trigger);
            }
            round = self.act();
            if self.log.len() == before {
                return;
            }
        }
    }

    /// Steps and sends; the events that they made.
    fn act(&mut self) -> Vec<(usize, bool)> {
        let made = self.history.len();
        self.sort_runs();
        let mut place = 0;
        while place < self.runs.len() {
            // A run that ends makes room for the next one.
            if self.go(place) {
                place += 1;
            }
        }
        self.send_all();
        (made..self.history.len()).map(|row| (row, false)).collect()
    }

    /// In the order of trigger names and keys.
    pub(super) fn sort_runs(&mut self) {
        self.runs
            .sort_by_cached_key(|run| (run.id.trigger, canonical([&run.id.per])));
    }

    pub(super) fn say(&mut self, run: &RunId, step: Option<usize>, what: Happened) {
        self.log.push(Outcome {
            at: self.now,
            profile: Arc::clone(&self.key),
            run: run.clone(),
            step: step.map(|step| u32::try_from(step).expect("a few steps")),
            what,
        });
    }

    pub(super) fn clock(&self) -> Clock {
        let week_start = self.campaign().plan.week_start;
        Clock::new(self.zone.clone(), self.now, week_start)
    }

    pub(super) fn view<'v>(&'v self, forced: Forced<'v>) -> View<'v> {
        View {
            key: &self.key,
            columns: &self.columns,
            history: &self.history[..self.visible],
            forced,
        }
    }

    /// The value of a node for what is visible now.
    pub(super) fn value(&self, node: persona_ir::NodeId, frame: &[Value]) -> Value {
        let world = &self.model.world;
        world.value(&self.view(None), self.clock(), frame, node, None)
    }

    /// The same of an event at a place of the history.
    pub(super) fn value_of(
        &self,
        node: persona_ir::NodeId,
        frame: &[Value],
        event: usize,
    ) -> Value {
        let world = &self.model.world;
        world.value(&self.view(None), self.clock(), frame, node, Some(event))
    }

    /// What starts a run by an event.
    pub(super) fn start_of(&self, row: usize) -> RunStart {
        let Row { kind, at, values } = &self.history[row];
        match values[usize::from(Schema::ID)].str() {
            Some(id) => RunStart::Id {
                kind: *kind,
                id: id.into(),
            },
            None => {
                let same = |before: &&Row| before.kind == *kind && before.at == *at;
                let nth = self.history[..row].iter().filter(same).count();
                RunStart::Event {
                    kind: *kind,
                    at: *at,
                    nth: u32::try_from(nth).expect("a few events"),
                }
            }
        }
    }

    pub(super) fn step_kind(&self, run: &Run) -> Option<&'c StepKind> {
        let steps = &self.campaign().triggers[run.id.trigger].steps;
        steps.get(run.step).map(|step| &step.kind)
    }
}
