//! Who reached a goal: an event after the exposure, membership of a segment, or a number.

use persona_ir::{Goal, NodeId, OutputKind, Ty};
use persona_runtime::{Dataset, ProfileEvaluator};

use crate::{Error, Program};

/// What is counted.
#[derive(Debug)]
pub(super) enum Counted<'p> {
    /// An event after the exposure.
    Event(&'p Goal),
    /// Whether a segment or a yes-or-no trait holds.
    Holds(NodeId),
    /// A number's mean; one of these is one of what people read.
    Number(NodeId, f64),
}

/// A goal with its name.
#[derive(Debug)]
pub(super) struct Wanted<'p> {
    pub(super) name: String,
    pub(super) counted: Counted<'p>,
}

/// A segment or trait as a goal.
pub(super) fn named<'p>(program: &Program, name: &str) -> Result<Wanted<'p>, Error> {
    let plan = &program.plan;
    let found = plan.outputs.iter().find(|output| *output.name == *name);
    let output = found.ok_or_else(|| program.no_answer(name))?;
    let counted = match (output.kind, &plan.nodes[output.node].ty) {
        (OutputKind::Segment, _) | (_, Ty::Bool) => Counted::Holds(output.node),
        (_, Ty::Int | Ty::Float) => Counted::Number(output.node, 1.0),
        (_, Ty::Money(currency)) => Counted::Number(output.node, currency.minor_per_major() as f64),
        _ => {
            return Err(Error::call(format!(
                "`{name}` is neither yes or no, nor a number, nor money"
            ))
            .with_help("make a segment of what counts as success, and name that"));
        }
    };
    Ok(Wanted {
        name: name.to_owned(),
        counted,
    })
}

impl Wanted<'_> {
    /// How much time people have.
    pub(super) fn within(&self) -> Option<i64> {
        match &self.counted {
            Counted::Event(goal) => goal.within,
            _ => None,
        }
    }
}

/// Whether somebody reached a goal of events after an instant; without one, ever. The person stands at the profile.
pub(super) fn reached(
    goal: &Goal,
    after: Option<i64>,
    data: &Dataset,
    person: &mut ProfileEvaluator<'_>,
) -> bool {
    let last = match (after, goal.within) {
        (Some(after), Some(within)) => after.saturating_add(within).min(person.now()),
        _ => person.now(),
    };
    let events = data.history(&goal.of.kinds, person.row());
    events.into_iter().any(|event| {
        let at = data.at(event);
        after.is_none_or(|after| at > after) && at <= last && person.yields(&goal.of, event)
    })
}
