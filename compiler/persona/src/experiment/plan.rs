//! How many people an experiment needs, and how long that takes.

use std::sync::Arc;

use super::goals::reached;
use super::report::evaluator;
use super::stats::{Design, Effect, Proportion, SizeError, detectable, sample_size};
use super::traffic::first_meetings;
use super::{control, find, groups, treatments};
use crate::error::guarded;
use crate::{Error, Now, Program, Progress};

const DAY: i64 = 86_400_000_000;
/// Traffic is measured over so many days at most.
const WINDOW: i64 = 28;

/// What to plan.
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// The evaluation time; by default the latest event.
    pub now: Option<String>,
    /// The control's rate, between 0 and 1; measured on the data by default.
    pub baseline: Option<f64>,
    /// The least effect worth finding.
    pub effect: Effect,
    /// How often it may find something where nothing is.
    pub alpha: f64,
    /// How often it finds what is there.
    pub power: f64,
    /// How many new people it meets each day; measured on the data by default.
    pub traffic: Option<f64>,
    /// The arm that others are compared with, or `holdout`.
    pub control: Option<String>,
}

/// A plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanResult {
    /// The experiment.
    pub name: Arc<str>,
    /// The evaluation time; nothing where no data were needed.
    pub now: Option<Now>,
    /// The control's rate.
    pub baseline: Baseline,
    /// The rate that is to be told from it.
    pub target: f64,
    /// How often it may find something where nothing is, over all comparisons.
    pub alpha: f64,
    /// How often it finds what is there.
    pub power: f64,
    /// How many comparisons share alpha.
    pub comparisons: usize,
    /// The groups, the control first.
    pub groups: Vec<PlannedGroup>,
    /// How many people must come, those outside the groups too.
    pub people: u64,
    /// How many people come.
    pub traffic: TrafficFrom,
    /// How many days it takes; nothing where people do not come.
    pub days: Option<f64>,
    /// What could be found after whole weeks.
    pub reach: Vec<Reach>,
    /// Worth knowing about the data.
    pub notes: Vec<String>,
}

/// The control's rate.
#[derive(Clone, Debug, PartialEq)]
pub enum Baseline {
    /// It was given.
    Given(f64),
    /// It was measured: how many of those who met the experiment's triggers reached its first goal.
    Measured {
        /// The goal, as it is written.
        goal: String,
        /// The people who had all the time that the goal gives.
        found: Proportion,
    },
}

/// A group.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedGroup {
    /// The arm; `(holdout)` for the holdout.
    pub name: Arc<str>,
    /// Its share of all people who come.
    pub share: f64,
    /// How many people it needs.
    pub people: u64,
}

/// Where traffic comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TrafficFrom {
    /// It was given: people a day.
    Given(f64),
    /// It was measured.
    Measured {
        /// Over so many days.
        days: f64,
        /// So many people came.
        people: usize,
        /// So many new ones a day at the end of those days: the longer it runs, the fewer are new.
        later: f64,
    },
}

/// What an experiment finds after some weeks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reach {
    /// How many.
    pub weeks: u32,
    /// How many people came.
    pub people: u64,
    /// The least lift that it finds; nothing where it finds none.
    pub lift: Option<f64>,
}

/// How many people have come, by time.
struct Traffic {
    /// When new people came, in days after the beginning, ascending.
    days: Vec<f64>,
    window: f64,
    /// New people a day after that.
    later: f64,
}

impl Traffic {
    /// How many have come after so many days.
    fn people(&self, days: f64) -> u64 {
        let seen = self.days.partition_point(|day| *day <= days) as f64;
        (seen + (days - self.window).max(0.0) * self.later) as u64
    }

    /// After how many days so many have come.
    fn days(&self, people: u64) -> Option<f64> {
        let count = self.days.len() as u64;
        if people <= count {
            let last = usize::try_from(people.checked_sub(1)?).ok()?;
            return self.days.get(last).copied();
        }
        (self.later > 0.0).then(|| self.window + (people - count) as f64 / self.later)
    }
}

impl Program {
    /// How many people an experiment needs, and how long that takes.
    ///
    /// # Errors
    /// Where there is no such experiment, the effect cannot be, nothing can be measured, and as [`Program::run`].
    pub fn experiment_plan(
        &self,
        name: &str,
        options: &PlanOptions,
        progress: &dyn Progress,
    ) -> Result<PlanResult, Error> {
        guarded("planning", || self.planned(name, options, progress))?
    }

    fn planned(
        &self,
        name: &str,
        options: &PlanOptions,
        progress: &dyn Progress,
    ) -> Result<PlanResult, Error> {
        let staged = self.staged()?;
        let experiment = find(&staged.campaign, name)?;
        let groups = groups(&staged.program.plan, experiment);
        let control = control(&groups, options.control.as_deref())?;
        let layer = experiment.arm.layer.as_ref();
        let layer = layer.map_or(1.0, |layer| {
            f64::from(layer.to - layer.from) / f64::from(persona_runtime::experiment::LAYER_BUCKETS)
        });
        let order: Vec<usize> = std::iter::once(control)
            .chain(treatments(&groups, control))
            .collect();
        let shares: Vec<f64> = order
            .iter()
            .map(|group| groups[*group].share * layer)
            .collect();
        let mut measured = None;
        if options.baseline.is_none() || options.traffic.is_none() {
            measured = Some(self.measure(name, options, progress)?);
        }
        let baseline = match (options.baseline, &measured) {
            (Some(given), _) => Baseline::Given(given),
            (None, Some(measured)) => measured.baseline.clone().ok_or_else(|| no_baseline(name))?,
            (None, None) => return Err(no_baseline(name)),
        };
        let rate = match &baseline {
            Baseline::Given(rate) => *rate,
            Baseline::Measured { goal, found } => found.rate().filter(|rate| *rate > 0.0 && *rate < 1.0).ok_or_else(|| {
                Error::call(format!("of {} people in the data, {} reached the goal `{goal}`: no rate to start from", found.exposed, found.converted))
                    .with_help("give one with --baseline, as in `--baseline 5%`")
            })?,
        };
        let design = Design {
            baseline: rate,
            effect: options.effect,
            alpha: options.alpha,
            power: options.power,
            shares: &shares,
        };
        let size = sample_size(&design).map_err(|error| senseless(error, rate))?;
        let (traffic, from) = match (options.traffic, &measured) {
            (Some(given), _) => (
                Traffic {
                    days: Vec::new(),
                    window: 0.0,
                    later: given,
                },
                TrafficFrom::Given(given),
            ),
            (None, Some(measured)) => measured.traffic()?,
            (None, None) => return Err(Error::internal("traffic is given or measured")),
        };
        let reach = [1, 2, 4, 8].map(|weeks| {
            let people = traffic.people(f64::from(weeks) * 7.0);
            Reach {
                weeks,
                people,
                lift: detectable(&design, people),
            }
        });
        let (now, notes) = measured.map_or((None, Vec::new()), |measured| {
            (Some(measured.now), measured.notes)
        });
        Ok(PlanResult {
            name: experiment.arm.experiment.clone(),
            now,
            baseline,
            target: options.effect.applied(rate),
            alpha: options.alpha,
            power: options.power,
            comparisons: order.len() - 1,
            groups: order
                .iter()
                .zip(shares.iter().zip(&size.groups))
                .map(|(group, (share, people))| PlannedGroup {
                    name: groups[*group].name.clone(),
                    share: *share,
                    people: *people,
                })
                .collect(),
            people: size.people,
            days: traffic.days(size.people),
            traffic: from,
            reach: reach.to_vec(),
            notes,
        })
    }

    fn measure(
        &self,
        name: &str,
        options: &PlanOptions,
        progress: &dyn Progress,
    ) -> Result<Measure, Error> {
        let staged = self.staged()?;
        let experiment = find(&staged.campaign, name)?;
        let loaded = staged.load(options.now.clone(), progress)?;
        let (data, now) = (&loaded.data, loaded.now.at);
        if data.profiles == 0 {
            return Err(
                Error::call("there is nobody in the data, so nothing can be measured")
                    .with_help("give --baseline and --traffic"),
            );
        }
        let evaluator = evaluator(&staged.campaign, data, now);
        let mut person = evaluator.profile(0);
        let from = now.saturating_sub(WINDOW * DAY);
        let recent = match options.traffic {
            Some(_) => Vec::new(),
            None => first_meetings(&staged.campaign, experiment, data, from, &mut person)?
                .into_iter()
                .flatten()
                .collect(),
        };
        let goal = experiment
            .goals
            .first()
            .filter(|_| options.baseline.is_none());
        let baseline = match goal {
            None => None,
            Some(goal) => {
                let first =
                    first_meetings(&staged.campaign, experiment, data, i64::MIN, &mut person)?;
                let mut found = Proportion::default();
                for (profile, at) in first.into_iter().enumerate() {
                    // Who still has time says nothing yet.
                    let Some(at) = at.filter(|at| {
                        goal.within
                            .is_none_or(|within| at.saturating_add(within) <= now)
                    }) else {
                        continue;
                    };
                    person.move_to(profile);
                    found.exposed += 1;
                    found.converted += u64::from(reached(goal, Some(at), data, &mut person));
                }
                Some(Baseline::Measured {
                    goal: self.written(goal.place),
                    found,
                })
            }
        };
        let earliest = data
            .events
            .iter()
            .flat_map(|table| (0..table.len()).map(|row| table.at(row)))
            .min();
        Ok(Measure {
            window: now.saturating_sub(earliest.unwrap_or(now).max(from)),
            from: earliest.unwrap_or(now).max(from),
            recent,
            baseline,
            now: loaded.now,
            notes: loaded.notes,
        })
    }
}

/// What the data say.
struct Measure {
    /// Microseconds.
    window: i64,
    from: i64,
    /// When people first came in the window.
    recent: Vec<i64>,
    baseline: Option<Baseline>,
    now: Now,
    notes: Vec<String>,
}

impl Measure {
    fn traffic(&self) -> Result<(Traffic, TrafficFrom), Error> {
        let day = |micros: i64| micros as f64 / DAY as f64;
        let window = day(self.window);
        let mut days: Vec<f64> = self.recent.iter().map(|at| day(at - self.from)).collect();
        days.sort_by(f64::total_cmp);
        if days.is_empty() || window <= 0.0 {
            return Err(Error::call(format!("nobody met the experiment's triggers in the {WINDOW} days before now"))
                .with_help("say how many people it meets with --traffic, as in `--traffic 500` for 500 people a day, or another time with --now"));
        }
        // The last quarter: by then, most of those who come often have come.
        let quarter = window * 0.75;
        let late = days.len() - days.partition_point(|day| *day <= quarter);
        let later = late as f64 / (window - quarter);
        let people = days.len();
        Ok((
            Traffic {
                days,
                window,
                later,
            },
            TrafficFrom::Measured {
                days: window,
                people,
                later,
            },
        ))
    }
}

fn no_baseline(name: &str) -> Error {
    Error::call(format!("the experiment `{name}` has no goal, so its rate cannot be measured"))
        .with_help("declare one, as in `goal Purchase within 7d`, or give a rate with --baseline, as in `--baseline 5%`")
}

fn senseless(error: SizeError, rate: f64) -> Error {
    let percent = |share: f64| {
        format!("{:.4}", share * 100.0)
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned()
    };
    match error {
        SizeError::Effect => Error::value(format!(
            "from {} %, this effect leads nowhere between 0 % and 100 %",
            percent(rate)
        ))
        .with_help(
            "`--effect 10%` means 10 % more than now, `--effect 1pp` one percentage point more",
        ),
        SizeError::Baseline => {
            Error::value(format!("{} % is no rate that could change", percent(rate)))
                .with_help("give one between 0 % and 100 % with --baseline")
        }
        SizeError::Chances => Error::value(
            "--alpha and --power are chances between 0 % and 100 %, and power is the greater",
        )
        .with_help("usual are `--alpha 5%` and `--power 80%`"),
        SizeError::Groups => Error::call("an arm of this experiment has nobody in it"),
        SizeError::Endless => {
            Error::call("no number of people is enough to find so small an effect")
                .with_help("ask for a larger one, as in `--effect 5%`")
        }
    }
}
