//! Whether what was read from bytes can be of a program: values of their types, instants of the calendar, runs at steps that exist.
//! Whatever passes can be gone on with; nothing that a machine wrote is refused.

use persona_ir::campaign::{StepKind, Trigger};
use persona_ir::{NodeId, Schema, Ty};

use super::outcome::RunStart;
use super::program::{Program, WatchKind};
use super::state::{Phase, Run, State, Watched, by_key};
use crate::Value;
use crate::calendar::{DAY, MAX_DATE, MAX_TIMESTAMP, MIN_DATE, MIN_TIMESTAMP, SECOND};
use crate::flips::NEVER;

/// Whether a value is of a type; a missing one is of every type.
pub(super) fn is_of(schema: &Schema, value: &Value, ty: &Ty) -> bool {
    match (value, ty) {
        (Value::Missing, _)
        | (Value::Bool(_), Ty::Bool)
        | (Value::Str(_), Ty::Str)
        | (Value::Float(_), Ty::Float)
        | (Value::Geo(..), Ty::Geo) => true,
        (Value::Int(at), Ty::Timestamp) => is_instant(*at),
        (Value::Int(day), Ty::Date) => (MIN_DATE..=MAX_DATE).contains(day),
        (Value::Int(second), Ty::TimeOfDay) => (0..DAY / SECOND).contains(second),
        (Value::Int(_), ty) => ty.is_integer(),
        (Value::Enum(index), Ty::Enum(id)) => {
            let def = schema.enums.get(*id);
            def.is_some_and(|def| (*index as usize) < def.values.len())
        }
        (Value::List(values), Ty::List(of) | Ty::Set(of)) => {
            values.iter().all(|value| is_of(schema, value, of))
        }
        (Value::Record(values), Ty::Record(fields)) if fields.len() > 1 => {
            values.len() == fields.len()
                && values
                    .iter()
                    .zip(fields.iter())
                    .all(|(value, field)| is_of(schema, value, &field.ty))
        }
        // A record of one field is that field.
        (value, Ty::Record(fields)) => match &**fields {
            [only] => is_of(schema, value, &only.ty),
            _ => false,
        },
        _ => false,
    }
}

/// Whether an instant is one of the calendar.
pub(super) fn is_instant(at: i64) -> bool {
    (MIN_TIMESTAMP..=MAX_TIMESTAMP).contains(&at)
}

impl State {
    /// Whether a state that was read can be of a program.
    pub(super) fn fits(&self, program: &Program<'_>) -> bool {
        let campaign = program.campaign;
        let watches = if self.begun { program.watches.len() } else { 0 };
        let kinds = program.watches.iter().map(|watch| &watch.kind);
        let mut watched = self.watches.iter().zip(kinds);
        self.watches.len() == watches
            && watched.all(|(watched, kind)| is_watched(program, watched, kind))
            && self.runs.iter().all(|run| is_run(program, run))
            && self.runs.is_sorted_by(|a, b| {
                let (a, b) = (&a.id, &b.id);
                by_key(a.trigger, &a.per, b.trigger, &b.per).is_lt()
            })
            && self.entries.iter().all(|of| {
                let trigger = campaign.triggers.get(of.trigger);
                trigger.is_some_and(|trigger| is_key(program, trigger, &of.per))
                    && of.at.iter().all(|at| is_instant(*at))
            })
            && self
                .exposed
                .iter()
                .all(|of| campaign.experiments.get(*of).is_some())
    }
}

fn is_watched(program: &Program<'_>, watched: &Watched, kind: &WatchKind) -> bool {
    match (kind, &watched.value) {
        (WatchKind::Member { .. }, Some(value)) => matches!(value, Value::Bool(_)),
        (WatchKind::Change { value: of, .. }, Some(value)) => is_answer(program, *of, value),
        (WatchKind::Member { .. }, None) => false,
        (WatchKind::Change { .. }, None) => true,
        (_, value) => value.is_none(),
    }
}

fn is_answer(program: &Program<'_>, of: NodeId, value: &Value) -> bool {
    let plan = &program.campaign.plan;
    is_of(&plan.schema, value, &plan.nodes[of].ty)
}

fn is_key(program: &Program<'_>, trigger: &Trigger, per: &Value) -> bool {
    match trigger.per {
        Some(of) => is_answer(program, of, per),
        None => !per.is_known(),
    }
}

fn is_run(program: &Program<'_>, run: &Run) -> bool {
    let campaign = program.campaign;
    let schema = &campaign.plan.schema;
    let Some(trigger) = campaign.triggers.get(run.id.trigger) else {
        return false;
    };
    let step = trigger.steps.get(run.step as usize).map(|step| &step.kind);
    let start = match run.id.start {
        RunStart::Event { kind, .. } | RunStart::Id { kind, .. } => {
            schema.events.get(kind).is_some()
        }
        RunStart::Due(_) => true,
    };
    let at = match run.phase {
        Phase::Ready => false,
        Phase::Send => matches!(step, Some(StepKind::Send(_))),
        Phase::Event => matches!(step, Some(StepKind::WaitForEvent { .. })),
        Phase::Time => matches!(
            step,
            Some(StepKind::Wait(_) | StepKind::WaitForClock { .. } | StepKind::WaitUntil(_))
        ),
    };
    let frame = trigger.frame.iter().zip(&run.frame);
    start
        && at
        && is_key(program, trigger, &run.id.per)
        && run.frame.len() == trigger.frame.len()
        && frame
            .into_iter()
            .all(|(slot, value)| is_of(schema, value, &slot.ty))
}

/// Whether nothing that a state waits for was to happen before an instant.
pub(super) fn is_ahead(state: &State, floor: i64) -> bool {
    let next = state.next();
    next == NEVER || next >= floor
}
