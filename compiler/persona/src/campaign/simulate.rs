//! `simulate`: the package's events replayed in event time through its triggers and channels, to a log of outcomes and a summary
//! by trigger. Says what would have happened; sends nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use persona_ir::campaign::{Campaign, TriggerId};
use persona_runtime::calendar::DAY;
use persona_runtime::display::iso;
use persona_runtime::flips::NEVER;
use persona_runtime::machine::{
    Counts, Happened, Options, Outcome, Program as Machine, Replay, replay,
};
use persona_runtime::time::Zone;
use persona_runtime::{Calibration, Dataset, Evaluation, Evaluator};

use super::Staged;
use super::log::{Log, entry};
use super::timeline;
use crate::error::guarded;
use crate::run::{LoadedData, given_now, threads};
use crate::why::Moment;
use crate::{Error, Location, Now, NowFrom, Program, Progress, RunOptions, SourceResult, Stage};

/// What to replay.
#[derive(Clone, Debug, Default)]
pub struct SimulateOptions {
    /// Where the stream starts: everything up to then is history. By default just before the first event.
    pub from: Option<String>,
    /// Where it ends. By default the latest event.
    pub until: Option<String>,
    /// Only this person, with a timeline.
    pub profile: Option<String>,
    /// Where to write one JSON object for each outcome.
    pub out: Option<PathBuf>,
    /// Whether what is read is written, too.
    pub payloads: bool,
    /// How many threads; by default one per core.
    pub threads: Option<usize>,
}

/// What would have happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Simulation {
    /// Where the stream starts.
    pub from: Moment,
    /// Where nobody said where: the first event, which follows it.
    pub first: Option<Moment>,
    /// Where it ends.
    pub until: Now,
    /// People.
    pub profiles: usize,
    /// Events and rows that were looked at.
    pub inputs: u64,
    /// Events that were set aside because an earlier one has the same id.
    pub duplicates: u64,
    /// What became of each trigger, by name.
    pub triggers: Vec<TriggerSummary>,
    /// What each channel delivered, by name.
    pub channels: Vec<ChannelSummary>,
    /// How many people take part in each experiment, by arm; the last is the holdout.
    pub experiments: Vec<ExperimentSummary>,
    /// How many outcomes there are in all.
    pub outcomes: u64,
    /// The first day of the charts, in days since 1970-01-01, and how many days each of their columns stands for.
    pub days: (i64, i64),
    /// One person's events and outcomes, in order.
    pub timeline: Option<Vec<timeline::Entry>>,
    /// What was read, by source.
    pub sources: Vec<SourceResult>,
    /// Worth knowing.
    pub notes: Vec<String>,
    /// How long reading and replaying took.
    pub took: (Duration, Duration),
}

/// What became of a trigger.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TriggerSummary {
    /// Its name.
    pub name: Arc<str>,
    /// The title.
    pub title: Option<Arc<str>>,
    /// Where it is declared.
    pub location: Location,
    /// Runs that began.
    pub entered: u64,
    /// Runs that began anew.
    pub restarted: u64,
    /// Entries that were refused, by reason.
    pub refused: BTreeMap<&'static str, u64>,
    /// Messages that were delivered.
    pub sent: u64,
    /// Messages that waited, by reason.
    pub deferred: BTreeMap<&'static str, u64>,
    /// Messages that were given up, by reason.
    pub dropped: BTreeMap<&'static str, u64>,
    /// Runs that were stopped, by reason.
    pub stopped: BTreeMap<&'static str, u64>,
    /// Runs that came to their end.
    pub ended: u64,
    /// Runs that still wait at the end of the stream.
    pub waiting: u64,
    /// Deliveries over time: see [`Simulation::days`]. Entries, where it delivers nothing.
    pub chart: Vec<u64>,
}

/// What a channel delivered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChannelSummary {
    /// Its name.
    pub name: Arc<str>,
    /// Deliveries.
    pub sent: u64,
    /// Over time.
    pub chart: Vec<u64>,
}

/// Who takes part in an experiment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExperimentSummary {
    /// Its name.
    pub name: Arc<str>,
    /// Its arms with how many people were exposed to each.
    pub arms: Vec<(Arc<str>, u64)>,
    /// How many were kept out.
    pub holdout: u64,
}

/// The most columns of a chart.
const COLUMNS: i64 = 48;

impl Program {
    /// Replays the package's events.
    ///
    /// # Errors
    /// Where there is no trigger, no event, no such profile, and as [`Program::run`].
    pub fn simulate(
        &self,
        options: &SimulateOptions,
        progress: &dyn Progress,
    ) -> Result<Simulation, Error> {
        let staged = self.staged()?;
        if staged.campaign.triggers.is_empty() {
            return Err(
                Error::call("this package has no triggers, so nothing would happen")
                    .with_help("write one: `trigger welcome { on enter newcomers … }`"),
            );
        }
        let start = Instant::now();
        let stream = self.stream(staged, options, progress)?;
        let read = start.elapsed();
        progress.stage(Stage::Answering);
        let start = Instant::now();
        let (collected, mine, counts) = replayed(staged, &stream, options)?;
        let Stream {
            loaded,
            from,
            profile,
        } = stream;
        let mut simulation = collected.finish(staged, &counts);
        simulation.timeline =
            profile.map(|profile| timeline::timeline(staged, &loaded, profile, from, &mine));
        simulation.took = (read, start.elapsed());
        simulation.until = loaded.now.clone();
        if options.from.is_none() {
            let zone = Zone::named(&staged.campaign.plan.zone).unwrap_or_else(Zone::utc);
            simulation.first = Some(Moment::new(from.saturating_add(1), &zone));
        }
        simulation.profiles = profile.map_or(loaded.data.profiles, |_| 1);
        (simulation.sources, simulation.notes) = loaded.into_sources();
        Ok(simulation)
    }

    /// Reads what is replayed.
    pub(super) fn stream(
        &self,
        staged: &Staged,
        options: &SimulateOptions,
        progress: &dyn Progress,
    ) -> Result<Stream, Error> {
        let plan = &staged.program.plan;
        let from = options.from.as_deref().map(|text| given_now(plan, text));
        let from = from.transpose()?;
        let loaded = staged.load_since(from, options.until.clone(), progress)?;
        let from = loaded.since.unwrap_or(loaded.now.at);
        if from == NEVER || loaded.now.from == NowFrom::Irrelevant {
            return Err(Error::time(
                "the data have no event, so nothing says when the replay starts and ends",
            )
            .with_help("say both; without events, only what time brings can happen"));
        }
        if from > loaded.now.at {
            return Err(Error::time(format!(
                "the stream would start at {}, after its end at {}",
                iso(from),
                loaded.now.text
            ))
            .with_help("give --from an earlier time"));
        }
        let profile = options.profile.as_deref().map(|key| {
            let found = loaded.data.find(&plan.schema, key);
            found.ok_or_else(|| self.no_profile(key, &loaded.data))
        });
        let profile = profile.transpose()?;
        Ok(Stream {
            loaded,
            from,
            profile,
        })
    }
}

/// What is replayed.
pub(super) struct Stream {
    pub(super) loaded: LoadedData,
    /// The stream's start.
    pub(super) from: i64,
    /// The only person.
    pub(super) profile: Option<usize>,
}

/// What came of it; of the only person, every outcome.
fn replayed<'s>(
    staged: &'s Staged,
    stream: &Stream,
    options: &SimulateOptions,
) -> Result<(Collected<'s>, Vec<Outcome>, Counts), Error> {
    let LoadedData {
        data, changes, now, ..
    } = &stream.loaded;
    let mut collected = Collected::new(&staged.campaign, stream.from, now.at);
    let mut log = options.out.as_deref().map(Log::create).transpose()?;
    let mut mine = Vec::new();
    let mut failed = None;
    let counts = guarded("replaying the events", || {
        let machine = machine(staged, data, stream.from, options);
        let what = Replay {
            data,
            changes,
            until: now.at,
            only: stream.profile,
            threads: threads(&RunOptions {
                threads: options.threads,
                ..RunOptions::default()
            }),
        };
        replay(&machine, &what, &mut |outcome| {
            collected.add(&outcome);
            if let Some(log) = &mut log
                && failed.is_none()
            {
                failed = log.write(&entry(staged, &outcome)).err();
            }
            if stream.profile.is_some() {
                mine.push(outcome);
            }
        })
    })?;
    let counts = counts.map_err(|error| Error::internal(error.to_string()))?;
    if let Some(error) = failed {
        return Err(error);
    }
    if let Some(log) = log {
        log.finish()?;
    }
    Ok((collected, mine, counts))
}

/// The machine for a stream.
pub(super) fn machine<'s>(
    staged: &'s Staged,
    data: &Dataset,
    from: i64,
    options: &SimulateOptions,
) -> Machine<'s> {
    let mut told = Options::from(from);
    told.payloads = options.payloads;
    Machine::new(&staged.campaign, calibration(staged, data, from), told)
        .with_templates(&staged.templates)
}

/// Thresholds of ranks as they are when the stream starts: nobody knows the future.
fn calibration(staged: &Staged, data: &Dataset, from: i64) -> Arc<Calibration> {
    let evaluation = Evaluation {
        now: from,
        calibration: None,
    };
    Evaluator::prepared(&staged.campaign.plan, data, &evaluation)
        .calibration()
        .clone()
}

/// Counts outcomes as they come.
struct Collected<'c> {
    campaign: &'c Campaign,
    simulation: Simulation,
    /// Entries over time, by trigger: the chart of those that deliver nothing.
    entries: Vec<Vec<u64>>,
    zone: Zone,
}

impl<'c> Collected<'c> {
    fn new(campaign: &'c Campaign, from: i64, until: i64) -> Self {
        let zone = Zone::named(&campaign.plan.zone).unwrap_or_else(Zone::utc);
        let first = zone.wall(from).div_euclid(DAY);
        let count = zone.wall(until).div_euclid(DAY) - first + 1;
        let each = (count + COLUMNS - 1) / COLUMNS;
        let columns = usize::try_from((count + each - 1) / each).unwrap_or(1);
        let chart = vec![0; columns];
        let arms = |of: &persona_ir::Experiment| {
            let names = &campaign.plan.schema.enums[of.arms].values;
            names.iter().map(|arm| (arm.name.clone(), 0)).collect()
        };
        let simulation = Simulation {
            from: Moment::new(from, &zone),
            first: None,
            until: Now {
                at: until,
                text: iso(until),
                from: NowFrom::Given,
            },
            profiles: 0,
            inputs: 0,
            duplicates: 0,
            triggers: Vec::new(),
            channels: campaign
                .channels
                .iter()
                .map(|channel| ChannelSummary {
                    name: channel.name.clone(),
                    sent: 0,
                    chart: chart.clone(),
                })
                .collect(),
            experiments: campaign
                .experiments
                .iter()
                .map(|of| ExperimentSummary {
                    name: of.arm.experiment.clone(),
                    arms: arms(of),
                    holdout: 0,
                })
                .collect(),
            outcomes: 0,
            days: (first, each),
            timeline: None,
            sources: Vec::new(),
            notes: Vec::new(),
            took: (Duration::ZERO, Duration::ZERO),
        };
        Self {
            campaign,
            entries: vec![chart; campaign.triggers.len()],
            simulation,
            zone,
        }
        .with_triggers(columns)
    }

    fn with_triggers(mut self, columns: usize) -> Self {
        let triggers = self.campaign.triggers.iter().map(|trigger| TriggerSummary {
            name: trigger.name.clone(),
            title: trigger.title.clone(),
            location: Location {
                path: Arc::from(""),
                line: 0,
                column: 0,
            },
            entered: 0,
            restarted: 0,
            refused: BTreeMap::new(),
            sent: 0,
            deferred: BTreeMap::new(),
            dropped: BTreeMap::new(),
            stopped: BTreeMap::new(),
            ended: 0,
            waiting: 0,
            chart: vec![0; columns],
        });
        self.simulation.triggers = triggers.collect();
        self
    }

    fn column(&self, at: i64) -> usize {
        let (first, each) = self.simulation.days;
        let column = (self.zone.wall(at).div_euclid(DAY) - first).max(0) / each;
        let last = self.simulation.triggers[0].chart.len() - 1;
        usize::try_from(column).unwrap_or(last).min(last)
    }

    fn add(&mut self, outcome: &Outcome) {
        let column = self.column(outcome.at);
        self.simulation.outcomes += 1;
        let index = usize::from(outcome.run.trigger);
        let trigger = &mut self.simulation.triggers[index];
        let reason = outcome.reason().unwrap_or("");
        match &outcome.what {
            Happened::Entered => {
                trigger.entered += 1;
                self.entries[index][column] += 1;
            }
            Happened::Restarted => trigger.restarted += 1,
            Happened::Refused(_) => *trigger.refused.entry(reason).or_default() += 1,
            Happened::Stopped(_) => *trigger.stopped.entry(reason).or_default() += 1,
            Happened::Deferred(..) => *trigger.deferred.entry(reason).or_default() += 1,
            Happened::Dropped(..) => *trigger.dropped.entry(reason).or_default() += 1,
            Happened::Ended(_) => trigger.ended += 1,
            Happened::Sent(delivery) => {
                trigger.sent += 1;
                trigger.chart[column] += 1;
                let channel = usize::from(delivery.message.channel);
                let channel = &mut self.simulation.channels[channel];
                channel.sent += 1;
                channel.chart[column] += 1;
            }
            Happened::Exposed { experiment, arm } => {
                let of = &mut self.simulation.experiments[usize::from(*experiment)];
                match arm.and_then(|arm| of.arms.get_mut(arm as usize)) {
                    Some((_, count)) => *count += 1,
                    None => of.holdout += 1,
                }
            }
            Happened::Emitted { .. } | Happened::Set { .. } => {}
        }
    }

    fn finish(mut self, staged: &Staged, counts: &Counts) -> Simulation {
        let texts = &staged.program.texts;
        let summaries = self.simulation.triggers.iter_mut().zip(&self.entries);
        for (index, (summary, entries)) in summaries.enumerate() {
            let id = TriggerId::from(index);
            let place = self.campaign.triggers[id].place;
            summary.location = texts.location(place.file, place.span);
            let over = summary.ended + summary.stopped.values().sum::<u64>() + summary.restarted;
            summary.waiting = (summary.entered + summary.restarted).saturating_sub(over);
            if summary.sent == 0 {
                summary.chart.clone_from(entries);
            }
            let failed = counts.failed_where.get(id).copied().unwrap_or(0);
            if failed > 0 {
                summary.refused.insert("where", failed);
            }
        }
        self.simulation.inputs = counts.inputs;
        self.simulation.duplicates = counts.duplicates;
        self.simulation
    }
}
