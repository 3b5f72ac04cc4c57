//! Who was exposed to an experiment, when, and in which arm: from a log of what was sent, or from the data, where something else
//! decided. Reads; counts nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use persona_ir::{ColId, Experiment, KindId, NodeId, Plan, Ty};
use persona_runtime::{Dataset, EventRef, ProfileEvaluator, Value};

use super::{Group, groups};
use crate::find::shown;
use crate::{Error, ErrorCode, Program};

/// What says who was exposed.
#[derive(Clone, Debug)]
pub enum ExposedBy {
    /// A log of outcomes, one JSON object per line, as `persona simulate` writes it.
    Log(PathBuf),
    /// A trait or a field of the profile, whose value is an arm's name; or an event's field, as in `Assigned.variant`: then the
    /// person's first such event is the exposure.
    Field(String),
}

/// Somebody's exposure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exposure {
    /// The group, by its place among [`groups`].
    pub(super) group: usize,
    /// When; nothing where nobody knows.
    pub(super) at: Option<i64>,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Exposures {
    /// For each profile.
    pub(super) of: Vec<Option<Exposure>>,
    /// People who were seen in more than one group: they say nothing about any.
    pub(super) mixed: usize,
    /// People in the log who are not in the data.
    pub(super) strangers: usize,
    /// Values that are no arm, with how many people have them.
    pub(super) unknown: BTreeMap<String, usize>,
}

impl Exposures {
    /// Notes an exposure; the first counts.
    fn note(&mut self, mixed: &mut [bool], profile: usize, found: Exposure) {
        match &mut self.of[profile] {
            none @ None => *none = Some(found),
            Some(first) => {
                mixed[profile] |= first.group != found.group;
                if found.at < first.at {
                    *first = found;
                }
            }
        }
    }

    /// Takes out who was in several groups.
    fn settle(mut self, mixed: &[bool]) -> Self {
        for (of, mixed) in self.of.iter_mut().zip(mixed) {
            if *mixed {
                *of = None;
                self.mixed += 1;
            }
        }
        self
    }
}

/// A field that says an arm, found in the plan.
#[derive(Debug)]
pub(super) enum Field {
    /// A trait's value.
    Trait(NodeId),
    /// A column of the profile.
    Profile(ColId),
    /// A column of an event.
    Event(KindId, ColId),
}

impl Field {
    /// What a name means.
    pub(super) fn find(program: &Program, name: &str) -> Result<(Self, Ty), Error> {
        let plan = &program.plan;
        if let Some(output) = plan.outputs.iter().find(|output| *output.name == *name) {
            return Ok((Self::Trait(output.node), plan.nodes[output.node].ty.clone()));
        }
        let columns = plan.schema.profile.columns.iter_enumerated();
        if let Some((col, column)) = columns
            .into_iter()
            .find(|(_, column)| *column.name == *name)
        {
            return Ok((Self::Profile(col), column.ty.clone()));
        }
        if let Some((event, field)) = name.split_once('.') {
            let kinds = plan.schema.events.iter_enumerated();
            if let Some((kind, table)) = kinds.into_iter().find(|(_, table)| *table.name == *event)
            {
                let columns = table.columns.iter_enumerated();
                let found = columns
                    .into_iter()
                    .find(|(_, column)| *column.name == *field);
                return found
                    .map(|(col, column)| (Self::Event(kind, col), column.ty.clone()))
                    .ok_or_else(|| no_field(event, field, table.columns.iter().map(|c| &*c.name)));
            }
        }
        let names = plan.outputs.iter().map(|output| &*output.name);
        let fields = plan
            .schema
            .profile
            .columns
            .iter()
            .map(|column| &*column.name);
        let near = persona_base::nearest(name, names.chain(fields));
        let error = Error::unknown(format!(
            "this package has no trait and no field `{name}` of the profile"
        ));
        Err(error.with_help(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                "an event's field is written with the event, as in `Assigned.variant`".to_owned()
            }
        }))
    }

    fn value(&self, person: &mut ProfileEvaluator<'_>) -> Value {
        match self {
            Self::Trait(node) => person.value(*node),
            Self::Profile(col) => person.profile_value(*col),
            Self::Event(..) => Value::Missing,
        }
    }
}

fn no_field<'n>(event: &str, field: &str, names: impl Iterator<Item = &'n str>) -> Error {
    let names: Vec<&str> = names.collect();
    let help = match persona_base::nearest(field, names.iter().copied()) {
        Some(near) => format!("did you mean `{event}.{near}`?"),
        None => format!("its fields are {}", names.join(", ")),
    };
    Error::unknown(format!("the event `{event}` has no field `{field}`")).with_help(help)
}

/// A value as an arm's name.
fn word(value: &Value, ty: &Ty, plan: &Plan) -> Option<Arc<str>> {
    match (value, ty) {
        (Value::Enum(code), Ty::Enum(id)) => {
            let values = &plan.schema.enums[*id].values;
            values.get(*code as usize).map(|value| value.name.clone())
        }
        (Value::Str(text), _) => Some(text.clone()),
        _ => None,
    }
}

/// Where the data say who was in which arm.
pub(super) struct Read<'r> {
    pub(super) program: &'r Program,
    pub(super) data: &'r Dataset,
    pub(super) experiment: &'r Experiment,
    pub(super) now: i64,
}

impl Read<'_> {
    fn groups(&self) -> Vec<Group> {
        groups(&self.program.plan, self.experiment)
    }

    fn start(&self) -> (Exposures, Vec<bool>) {
        let exposures = Exposures {
            of: vec![None; self.data.profiles],
            ..Exposures::default()
        };
        (exposures, vec![false; self.data.profiles])
    }

    /// From a field; `at` says when, for fields of the profile and traits.
    pub(super) fn field(
        &self,
        name: &str,
        at: Option<&str>,
        person: &mut ProfileEvaluator<'_>,
    ) -> Result<Exposures, Error> {
        let plan = &self.program.plan;
        let (field, ty) = Field::find(self.program, name)?;
        if !matches!(ty, Ty::Enum(_) | Ty::Str) {
            return Err(Error::call(format!("`{name}` is neither an enum nor text, so its values are no arms"))
                .with_help("make a trait whose values are the arms' names: `trait variant: String = if bucket == 1 { \"personal\" } else { \"control\" }`"));
        }
        let at = at.map(|at| moment(self.program, at)).transpose()?;
        let groups = self.groups();
        let (mut found, mut mixed) = self.start();
        for profile in 0..self.data.profiles {
            person.move_to(profile);
            for (value, moment) in self.says(&field, at.as_ref(), person, profile) {
                let Some(word) = word(&value, &ty, plan) else {
                    continue;
                };
                match groups.iter().position(|group| *group.name == *word) {
                    Some(group) => {
                        let exposure = Exposure { group, at: moment };
                        found.note(&mut mixed, profile, exposure);
                    }
                    None => *found.unknown.entry(word.to_string()).or_default() += 1,
                }
            }
        }
        Ok(found.settle(&mixed))
    }

    /// The values of one person, each with its moment.
    fn says(
        &self,
        field: &Field,
        at: Option<&Field>,
        person: &mut ProfileEvaluator<'_>,
        profile: usize,
    ) -> Vec<(Value, Option<i64>)> {
        if let Field::Event(kind, col) = field {
            let rows = self.data.events[*kind].rows(profile);
            let events = rows.map(|row| EventRef { kind: *kind, row });
            let events = events.filter(|event| self.data.at(*event) <= self.now);
            return events
                .map(|event| {
                    (
                        self.data.event_value(event, *col),
                        Some(self.data.at(event)),
                    )
                })
                .collect();
        }
        let value = field.value(person);
        let moment = at.map(|at| at.value(person).int());
        match moment {
            // Not yet, or nobody knows when.
            Some(None) => Vec::new(),
            Some(Some(later)) if later > self.now => Vec::new(),
            Some(moment) => vec![(value, moment)],
            None => vec![(value, None)],
        }
    }

    /// From a log.
    pub(super) fn log(&self, path: &Path) -> Result<Exposures, Error> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Error::new(
                ErrorCode::Unreadable,
                format!("{} cannot be read: {error}", shown(path)),
            )
        })?;
        let name = &*self.experiment.arm.experiment;
        let groups = self.groups();
        let (mut found, mut mixed) = self.start();
        let mut strangers = std::collections::BTreeSet::new();
        let mut lines = 0_usize;
        for (number, line) in text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
        {
            lines += 1;
            let wrong = |what: &str| {
                Error::new(ErrorCode::Unreadable, format!("{}:{}: {what}", shown(path), number + 1))
                    .with_help("a log has one JSON object per line, as `persona simulate --out FILE` writes it")
            };
            let object: serde_json::Value =
                serde_json::from_str(line).map_err(|error| wrong(&error.to_string()))?;
            let Some(arm) = exposed(&object, name) else {
                continue;
            };
            let key = object["profile"]
                .as_str()
                .ok_or_else(|| wrong("`profile` is missing"))?;
            let at = object["at"]
                .as_str()
                .and_then(persona_runtime::parse::timestamp);
            let at = at.ok_or_else(|| wrong("`at` is missing, or no instant"))?;
            let Some(profile) = self.data.find(&self.program.plan.schema, key) else {
                strangers.insert(key.to_owned());
                continue;
            };
            match groups.iter().position(|group| group.name.as_ref() == arm) {
                Some(group) if at <= self.now => {
                    let exposure = Exposure {
                        group,
                        at: Some(at),
                    };
                    found.note(&mut mixed, profile, exposure);
                }
                Some(_) => {}
                None => *found.unknown.entry(arm.to_owned()).or_default() += 1,
            }
        }
        if lines == 0 {
            return Err(
                Error::new(ErrorCode::Unreadable, format!("{} is empty", shown(path)))
                    .with_help("`persona simulate --out FILE` writes a log"),
            );
        }
        found.strangers = strangers.len();
        Ok(found.settle(&mixed))
    }
}

/// The name of the holdout's group, which is no arm's.
pub(super) const HOLDOUT: &str = "(holdout)";

/// The arm that a line of a log says somebody was exposed in. A message that the experiment's own holdout kept back is the
/// exposure of those in it.
fn exposed<'l>(line: &'l serde_json::Value, experiment: &str) -> Option<&'l str> {
    let outcome = line["outcome"].as_str()?;
    let arm = line["arms"].as_object()?.get(experiment)?;
    // `holdout: cart_subject` names the experiment.
    let reason = line["reason"]
        .as_str()
        .and_then(|reason| reason.split(':').next());
    let kept_back = outcome == "dropped" && reason == Some("holdout");
    match arm.as_str() {
        Some(arm) if matches!(outcome, "sent" | "exposed") => Some(arm),
        None if arm.is_null() && (kept_back || matches!(outcome, "sent" | "exposed")) => {
            Some(HOLDOUT)
        }
        _ => None,
    }
}

/// A field that says when.
fn moment(program: &Program, name: &str) -> Result<Field, Error> {
    match Field::find(program, name)? {
        (Field::Event(..), _) => Err(Error::call(format!("`{name}` is a field of an event; a moment of exposure is one of the profile"))
            .with_help("where an event is the exposure, name its field with --exposure, as in `--exposure Assigned.variant`")),
        (field, Ty::Timestamp) => Ok(field),
        _ => Err(Error::call(format!("`{name}` is no moment"))
            .with_help("name a field or a trait of type `Timestamp`")),
    }
}
