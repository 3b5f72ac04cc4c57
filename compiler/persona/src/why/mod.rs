//! Why an answer is what it is: the answer's own source text as a tree, with the value of every part, and for a *no* the
//! smallest set of conditions that would have to change. Evaluated by the interpreter, since it sees every part.

mod change;
mod evidence;
mod tree;

use std::sync::Arc;

use persona_base::nearest;
use persona_ir::{ExplainKind, OutputKind};
use persona_runtime::{Calibration, Dataset, Evaluation, Evaluator};

use crate::error::guarded;
use crate::{Error, ErrorCode, Location, Program, Shown};

pub use change::Change;
pub(crate) use change::smallest;
pub(crate) use evidence::{Evidence, extended};
pub use tree::{Part, PartKind};
pub(crate) use tree::{Reader, exact, one_line};

/// An answer about one profile, with its reasons.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Why {
    /// The answer's name: `vip`, `lifecycle`, `lifecycle.active`.
    pub name: Arc<str>,
    /// The title, for people.
    pub title: Option<Arc<str>>,
    /// What was asked.
    pub kind: AnswerKind,
    /// Where it is declared.
    pub location: Location,
    /// The profile's key.
    pub key: String,
    /// Whether the data has a row for the profile; otherwise it is known by its events alone.
    pub has_row: bool,
    /// The evaluation time, microseconds since 1970-01-01T00:00Z.
    pub now: i64,
    /// The profile's zone, which its times are shown in.
    pub zone: String,
    /// The answer.
    pub answer: Shown,
    /// When the answer changes by itself.
    pub flips: Flips,
    /// What it is made of.
    pub parts: Part,
    /// Worth knowing.
    pub notes: Vec<String>,
    /// For a segment (or stage) that the profile is not in: the fewest conditions that would have to change. Empty otherwise.
    pub changes: Vec<Change>,
}

/// When an answer changes by itself, if nothing else happens: no event that the data does not know, no other value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flips {
    /// At this moment it is another for the first time.
    At(Moment),
    /// Time alone never changes it.
    Never,
    /// Up to this moment, included, it stays as it is; the search was given up there.
    NotBefore(Moment),
}

/// An instant for people and for programs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Moment {
    /// Microseconds since 1970-01-01T00:00Z.
    pub micros: i64,
    /// In the profile's zone, to the second or as exactly as needed.
    pub text: String,
    /// In UTC: `2026-01-31T20:00:00Z`.
    pub iso: String,
}

/// What kind of thing was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerKind {
    /// Whether the profile is in a segment.
    Segment,
    /// A trait's value.
    Trait,
    /// Which stage of a partition it is in.
    Partition,
    /// Whether it is in one stage.
    Stage,
}

/// What is asked, found among the answers.
pub(crate) struct Asked {
    /// The output's place in the plan.
    pub(crate) output: usize,
    /// The stage of a partition.
    pub(crate) stage: Option<u32>,
}

impl Program {
    /// Explains an answer about one profile. `name` is an answer's name, or a stage's: `lifecycle.active`.
    pub(crate) fn explain(
        &self,
        name: &str,
        key: &str,
        data: &Dataset,
        now: i64,
        calibration: Option<Arc<Calibration>>,
    ) -> Result<Why, Error> {
        let asked = self.asked(name)?;
        let profile = data
            .find(&self.plan.schema, key)
            .ok_or_else(|| self.no_profile(key, data))?;
        guarded("explaining the answer", || {
            let (plan, evidence) = evidence::extended(&self.plan);
            let evaluation = Evaluation { now, calibration };
            let evaluator = Evaluator::prepared(&plan, data, &evaluation);
            let mut reader = tree::Reader::new(self, &evaluator, &evidence, profile);
            self.explained(&asked, name, &mut reader)
        })
        .map(|why| Why {
            key: key.to_owned(),
            now,
            has_row: data.has_row.as_ref().is_none_or(|rows| rows.value(profile)),
            ..why
        })
    }

    fn explained(&self, asked: &Asked, name: &str, reader: &mut tree::Reader<'_, '_>) -> Why {
        let output = &self.plan.outputs[asked.output];
        let (kind, answer, parts) = match (output.kind, asked.stage) {
            (OutputKind::Segment, _) => (
                AnswerKind::Segment,
                reader.shown(output.node),
                reader.part(&output.explain),
            ),
            (OutputKind::Trait, _) => (
                AnswerKind::Trait,
                reader.shown(output.node),
                reader.part(&output.explain),
            ),
            (OutputKind::Partition(_), None) => (
                AnswerKind::Partition,
                reader.shown(output.node),
                reader.stages(output, None),
            ),
            (OutputKind::Partition(_), Some(stage)) => {
                let holds = reader.is_stage(output.node, stage);
                (
                    AnswerKind::Stage,
                    Shown::of_bool(holds),
                    reader.stages(output, Some(stage)),
                )
            }
        };
        let flips = reader.flips(output.node, asked.stage);
        let changes = match (kind, answer.truth) {
            (AnswerKind::Segment | AnswerKind::Stage, Some(false)) => change::smallest(&parts),
            _ => Vec::new(),
        };
        Why {
            name: name.into(),
            title: output.title.clone(),
            kind,
            location: self
                .texts
                .location(output.explain.place.file, output.explain.place.span),
            key: String::new(),
            has_row: true,
            now: 0,
            zone: reader.zone(),
            answer,
            flips,
            parts,
            notes: Vec::new(),
            changes,
        }
    }

    pub(crate) fn asked(&self, name: &str) -> Result<Asked, Error> {
        let (base, stage) = name
            .split_once('.')
            .map_or((name, None), |(base, stage)| (base, Some(stage)));
        let found = self
            .plan
            .outputs
            .binary_search_by(|output| (*output.name).cmp(base));
        let Ok(output) = found else {
            return Err(self.no_answer(base));
        };
        let Some(stage) = stage else {
            return Ok(Asked {
                output,
                stage: None,
            });
        };
        let OutputKind::Partition(stages) = self.plan.outputs[output].kind else {
            return Err(Error::unknown(format!(
                "`{base}` is no partition, so it has no stage `{stage}`"
            ))
            .with_help(format!("ask for `{base}`")));
        };
        let values = &self.plan.schema.enums[stages].values;
        match values.iter().position(|value| &*value.name == stage) {
            Some(index) => Ok(Asked {
                output,
                stage: u32::try_from(index).ok(),
            }),
            None => {
                let names: Vec<&str> = values.iter().map(|value| &*value.name).collect();
                Err(
                    Error::unknown(format!("the partition `{base}` has no stage `{stage}`"))
                        .with_help(format!("its stages are {}", names.join(", "))),
                )
            }
        }
    }

    /// Says that there is no such answer, and which one may be meant.
    pub(crate) fn no_answer(&self, name: &str) -> Error {
        let names: Vec<&str> = self
            .plan
            .outputs
            .iter()
            .map(|output| &*output.name)
            .collect();
        let error = Error::unknown(format!(
            "this package has no segment, trait or partition `{name}`"
        ));
        match nearest(name, names.iter().copied()) {
            Some(near) => error.with_help(format!("did you mean `{near}`?")),
            None if names.is_empty() => error.with_help(
                "it has none at all (those with parameters cannot be asked about by themselves)",
            ),
            None if names.len() <= 12 => error.with_help(format!("it has {}", names.join(", "))),
            None => error.with_help("`persona run` lists all of them"),
        }
    }

    pub(crate) fn no_profile(&self, key: &str, data: &Dataset) -> Error {
        let schema = &self.plan.schema;
        let field = &schema.profile.columns[schema.key].name;
        let keys = (0..data.profiles).map(|profile| data.key(schema, profile));
        let error = Error::new(
            ErrorCode::UnknownPerson,
            format!(
                "there is no {} whose {field} is `{key}`",
                schema.profile.name
            ),
        );
        match nearest(key, keys) {
            Some(near) => error.with_help(format!("did you mean `{near}`?")),
            None if data.profiles == 0 => error.with_help("the data has no profiles at all"),
            None => error.with_help(format!(
                "the data has {} profiles, the first is `{}`",
                data.profiles,
                data.key(schema, 0)
            )),
        }
    }
}

/// Whether a kind of part is made of conditions.
pub(crate) fn is_junction(kind: &ExplainKind) -> bool {
    matches!(kind, ExplainKind::And | ExplainKind::Or | ExplainKind::Not)
}
