//! What came out of an experiment: who was exposed, whether they were divided as declared, and what each group did.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_ir::{Campaign, Experiment};
use persona_runtime::time::Times;
use persona_runtime::{Dataset, Evaluation, Evaluator, Prepared, ProfileEvaluator, calibrate};

use super::exposures::{ExposedBy, Exposures, Read};
use super::goals::{Counted, Wanted, named, reached};
use super::stats::{
    MeanTest, Moments, Proportion, ProportionTest, RatioCheck, check_ratio, compare_means,
    compare_proportions, holm,
};
use super::{control, find, groups, treatments};
use crate::error::guarded;
use crate::{Error, Now, Program, Progress};

/// What to report.
#[derive(Clone, Debug)]
pub struct ReportOptions {
    /// The evaluation time; by default the latest event.
    pub now: Option<String>,
    /// What says who was exposed.
    pub exposed: ExposedBy,
    /// For [`ExposedBy::Field`] of a profile: the field or trait that says when.
    pub exposed_at: Option<String>,
    /// Segments and traits to compare instead of the experiment's own goals.
    pub goals: Vec<String>,
    /// The arm that others are compared with, or `holdout`.
    pub control: Option<String>,
    /// How sure intervals are, between 0 and 1.
    pub confidence: f64,
}

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportResult {
    /// The experiment.
    pub name: Arc<str>,
    /// The evaluation time.
    pub now: Now,
    /// How sure intervals are.
    pub confidence: f64,
    /// The arms in order, then the holdout, where there is one and somebody was seen in it.
    pub groups: Vec<ReportedGroup>,
    /// The group that others are compared with.
    pub control: usize,
    /// Whether people were divided as declared; nothing where nobody was exposed.
    pub ratio: Option<RatioCheck>,
    /// The goals.
    pub goals: Vec<GoalResult>,
    /// People who were seen in several groups, and are left out.
    pub mixed: usize,
    /// People of the log who are not in the data.
    pub strangers: usize,
    /// Values that are no arm, with how often they were seen.
    pub unknown: BTreeMap<String, usize>,
    /// Worth knowing about the data.
    pub notes: Vec<String>,
}

/// A group.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportedGroup {
    /// The arm; `(holdout)` for the holdout.
    pub name: Arc<str>,
    /// The share of the people that it should have.
    pub share: f64,
    /// How many people were exposed.
    pub exposed: usize,
}

/// A goal.
#[derive(Clone, Debug, PartialEq)]
pub struct GoalResult {
    /// As it is written, or the segment's or trait's name.
    pub name: String,
    /// How many microseconds people have; nothing for no end.
    pub within: Option<i64>,
    /// How many exposed people still have time.
    pub unfinished: usize,
    /// For each group what was measured.
    pub groups: Vec<Measured>,
    /// The comparisons, in the order of the groups.
    pub compared: Vec<Compared>,
}

/// What was measured of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measured {
    /// How many reached the goal.
    Rate(Proportion),
    /// The values of those who have one.
    Mean(Moments),
}

/// A group compared with the control.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Compared {
    /// By rate.
    Rate {
        /// The group.
        group: usize,
        /// The comparison; nothing where one has no people.
        found: Option<ProportionTest>,
        /// The p-value corrected for several comparisons.
        corrected: Option<f64>,
    },
    /// By mean.
    Mean {
        /// The group.
        group: usize,
        /// The comparison; nothing where there are too few values, or all are the same.
        found: Option<MeanTest>,
        /// The p-value corrected for several comparisons.
        corrected: Option<f64>,
    },
}

impl Compared {
    /// The p-value by itself.
    fn p(&self) -> Option<f64> {
        match self {
            Self::Rate { found, .. } => found.and_then(|found| found.test).map(|test| test.p),
            Self::Mean { found, .. } => found.map(|found| found.p),
        }
    }

    fn correct(&mut self, p: f64) {
        match self {
            Self::Rate { corrected, .. } | Self::Mean { corrected, .. } => *corrected = Some(p),
        }
    }
}

/// Asks one campaign about one set of data.
pub(super) fn evaluator<'e>(campaign: &'e Campaign, data: &'e Dataset, now: i64) -> Evaluator<'e> {
    let evaluation = Evaluation {
        now,
        calibration: None,
    };
    let calibration = calibrate(&campaign.plan, data, &evaluation);
    Evaluator::over(
        &campaign.plan,
        data,
        Times::new(&campaign.plan, data, now),
        Arc::new(calibration),
        Arc::new(Prepared::of_campaign(campaign)),
    )
}

impl Program {
    /// What came out of an experiment.
    ///
    /// # Errors
    /// Where there is no such experiment, arm, goal or field, nobody was exposed, and as [`Program::run`].
    pub fn experiment_report(
        &self,
        name: &str,
        options: &ReportOptions,
        progress: &dyn Progress,
    ) -> Result<ReportResult, Error> {
        guarded("reporting", || self.report(name, options, progress))?
    }

    fn report(
        &self,
        name: &str,
        options: &ReportOptions,
        progress: &dyn Progress,
    ) -> Result<ReportResult, Error> {
        let staged = self.staged()?;
        let experiment = find(&staged.campaign, name)?;
        let groups = groups(&staged.program.plan, experiment);
        let control = control(&groups, options.control.as_deref())?;
        let goals = self.wanted_goals(name, experiment, options)?;
        if let ExposedBy::Field(field) = &options.exposed {
            // Said before everything is read.
            super::exposures::Field::find(&staged.program, field)?;
        }
        let loaded = staged.load(options.now.clone(), progress)?;
        let (data, now) = (&loaded.data, loaded.now.at);
        let evaluator = evaluator(&staged.campaign, data, now);
        let mut person = evaluator.profile(0);
        let read = Read {
            program: &staged.program,
            data,
            experiment,
            now,
        };
        let exposures = match &options.exposed {
            ExposedBy::Log(path) => read.log(path)?,
            ExposedBy::Field(field) => {
                read.field(field, options.exposed_at.as_deref(), &mut person)?
            }
        };
        let groups: Vec<ReportedGroup> = groups
            .into_iter()
            .enumerate()
            .map(|(index, group)| ReportedGroup {
                name: group.name,
                share: group.share,
                exposed: exposures
                    .of
                    .iter()
                    .flatten()
                    .filter(|found| found.group == index)
                    .count(),
            })
            .collect();
        check_exposed(&groups, &exposures, name, options)?;
        let mut results = Vec::new();
        for goal in &goals {
            check_moment(goal, &exposures)?;
            results.push(
                Counting {
                    data,
                    exposures: &exposures,
                    groups: &groups,
                    control,
                    confidence: options.confidence,
                }
                .goal(goal, &mut person),
            );
        }
        let seen: Vec<&ReportedGroup> = groups
            .iter()
            .filter(|group| &*group.name != super::HOLDOUT || group.exposed > 0)
            .collect();
        let people: Vec<u64> = seen.iter().map(|group| group.exposed as u64).collect();
        let shares: Vec<f64> = seen.iter().map(|group| group.share).collect();
        Ok(ReportResult {
            name: experiment.arm.experiment.clone(),
            confidence: options.confidence,
            ratio: check_ratio(&people, &shares),
            control,
            goals: results,
            mixed: exposures.mixed,
            strangers: exposures.strangers,
            unknown: exposures.unknown,
            groups,
            notes: loaded.notes,
            now: loaded.now,
        })
    }

    fn wanted_goals<'p>(
        &self,
        name: &str,
        experiment: &'p Experiment,
        options: &ReportOptions,
    ) -> Result<Vec<Wanted<'p>>, Error> {
        let staged = self.staged()?;
        let goals = match options.goals.is_empty() {
            true => experiment
                .goals
                .iter()
                .map(|goal| {
                    Ok(Wanted {
                        name: self.written(goal.place),
                        counted: Counted::Event(goal),
                    })
                })
                .collect::<Result<Vec<_>, Error>>()?,
            false => options
                .goals
                .iter()
                .map(|name| named(&staged.program, name))
                .collect::<Result<_, _>>()?,
        };
        if goals.is_empty() {
            return Err(Error::call(format!("the experiment `{name}` has no goal, so nothing tells which arm did better"))
                .with_help("declare one, as in `goal Purchase within 7d`, or name a segment or a trait with --goal"));
        }
        Ok(goals)
    }
}

/// Somebody was exposed.
fn check_exposed(
    groups: &[ReportedGroup],
    found: &Exposures,
    name: &str,
    options: &ReportOptions,
) -> Result<(), Error> {
    if groups.iter().any(|group| group.exposed > 0) {
        return Ok(());
    }
    let error = match &options.exposed {
        ExposedBy::Log(path) => Error::call(format!(
            "nobody in {} was exposed to the experiment `{name}`",
            crate::find::shown(path)
        )),
        ExposedBy::Field(field) => {
            Error::call(format!("`{field}` puts nobody into an arm of `{name}`"))
        }
    };
    let arms: Vec<&str> = groups.iter().map(|group| &*group.name).collect();
    let some: Vec<&str> = found.unknown.keys().take(5).map(String::as_str).collect();
    Err(match (some.is_empty(), found.strangers) {
        (false, _) => error.with_help(format!("the arms are {}; what was found is {}", arms.join(", "), some.join(", "))),
        (true, 0) => error.with_help("a person counts from the first message sent, or the first `arm()` that decided something"),
        (true, some) => error.with_help(format!("{some} people of the log are not in the package's data: is it a log of these data?")),
    })
}

/// A goal that ends some time after the exposure needs to know when that was.
fn check_moment(goal: &Wanted<'_>, exposures: &Exposures) -> Result<(), Error> {
    let timeless = exposures
        .of
        .iter()
        .flatten()
        .any(|found| found.at.is_none());
    if goal.within().is_none() || !timeless {
        return Ok(());
    }
    Err(Error::call(format!("the goal `{}` counts from the moment of the exposure, and nothing says when that was", goal.name))
        .with_help("name the field or trait that says when with --exposed-at, or count a segment instead with --goal"))
}

struct Counting<'c> {
    data: &'c Dataset,
    exposures: &'c Exposures,
    groups: &'c [ReportedGroup],
    control: usize,
    confidence: f64,
}

impl Counting<'_> {
    fn goal(&self, goal: &Wanted<'_>, person: &mut ProfileEvaluator<'_>) -> GoalResult {
        let mut rates = vec![Proportion::default(); self.groups.len()];
        let mut values: Vec<Vec<f64>> = vec![Vec::new(); self.groups.len()];
        let mut unfinished = 0;
        for (profile, exposure) in self.exposures.of.iter().enumerate() {
            let Some(exposure) = exposure else {
                continue;
            };
            person.move_to(profile);
            let rate = &mut rates[exposure.group];
            rate.exposed += 1;
            let converted = match &goal.counted {
                Counted::Event(of) => {
                    let done = reached(of, exposure.at, self.data, person);
                    let end = exposure
                        .at
                        .zip(of.within)
                        .map(|(at, within)| at.saturating_add(within));
                    unfinished += usize::from(!done && end.is_some_and(|end| end > person.now()));
                    done
                }
                Counted::Holds(node) => person.value(*node).is_true(),
                Counted::Number(node, unit) => {
                    let value = person.value(*node);
                    let number = value.int().map(|int| int as f64).or(value.float());
                    values[exposure.group].extend(number.map(|number| number / unit));
                    false
                }
            };
            rate.converted += u64::from(converted);
        }
        let means = matches!(goal.counted, Counted::Number(..));
        let measured: Vec<Measured> = match means {
            true => values
                .into_iter()
                .map(|values| Measured::Mean(Moments::of(values)))
                .collect(),
            false => rates.into_iter().map(Measured::Rate).collect(),
        };
        GoalResult {
            name: goal.name.clone(),
            within: goal.within(),
            unfinished,
            compared: self.compared(&measured),
            groups: measured,
        }
    }

    fn compared(&self, measured: &[Measured]) -> Vec<Compared> {
        let groups: Vec<super::Group> = self
            .groups
            .iter()
            .map(|group| super::Group {
                name: group.name.clone(),
                share: group.share,
            })
            .collect();
        let mut compared: Vec<Compared> = treatments(&groups, self.control)
            .into_iter()
            .map(|group| match (measured[self.control], measured[group]) {
                (Measured::Mean(control), Measured::Mean(treatment)) => Compared::Mean {
                    group,
                    found: compare_means(control, treatment, self.confidence),
                    corrected: None,
                },
                (Measured::Rate(control), Measured::Rate(treatment)) => Compared::Rate {
                    group,
                    found: compare_proportions(control, treatment, self.confidence),
                    corrected: None,
                },
                // All groups are measured in the same way.
                _ => Compared::Rate {
                    group,
                    found: None,
                    corrected: None,
                },
            })
            .collect();
        let tested: Vec<usize> = (0..compared.len())
            .filter(|index| compared[*index].p().is_some())
            .collect();
        let values: Vec<f64> = tested
            .iter()
            .filter_map(|index| compared[*index].p())
            .collect();
        for (index, p) in tested.into_iter().zip(holm(&values)) {
            compared[index].correct(p);
        }
        compared
    }
}
