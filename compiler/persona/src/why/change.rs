//! The smallest change: for an answer that is *no*, the fewest conditions that would have to turn for it to be *yes*.
//! Counted along the tree, each condition by itself; two that cannot turn together are not noticed.

use super::{Part, PartKind};
use crate::Location;

/// A condition that would have to turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// As written.
    pub text: String,
    /// Where it is written.
    pub location: Location,
    /// What it would have to become.
    pub wanted: bool,
    /// The values that it looks at now: names and values.
    pub operands: Vec<(String, String)>,
}

/// The fewest conditions that would have to turn for the whole to hold.
pub(super) fn smallest(part: &Part) -> Vec<Change> {
    let mut conditions = Vec::new();
    needed(part, true).collect(&mut conditions);
    conditions
}

/// What must turn, as a tree of choices already made.
struct Needed<'p> {
    count: usize,
    what: What<'p>,
}

enum What<'p> {
    Nothing,
    This(&'p Part, bool),
    All(Vec<Needed<'p>>),
}

impl<'p> Needed<'p> {
    fn all(needed: Vec<Self>) -> Self {
        Self {
            count: needed.iter().map(|needed| needed.count).sum(),
            what: What::All(needed),
        }
    }

    fn collect(&self, into: &mut Vec<Change>) {
        match &self.what {
            What::Nothing => {}
            What::This(part, wanted) => into.push(change(part, *wanted)),
            What::All(all) => all.iter().for_each(|needed| needed.collect(into)),
        }
    }
}

fn needed(part: &Part, wanted: bool) -> Needed<'_> {
    if part
        .value
        .as_ref()
        .is_some_and(|value| value.truth == Some(wanted))
    {
        return Needed {
            count: 0,
            what: What::Nothing,
        };
    }
    let all = || Needed::all(part.parts.iter().map(|part| needed(part, wanted)).collect());
    let cheapest = || {
        part.parts
            .iter()
            .map(|part| needed(part, wanted))
            .min_by_key(|needed| needed.count)
    };
    let chosen = match (&part.kind, &part.parts[..]) {
        (PartKind::And, _) if wanted => Some(all()),
        (PartKind::Or, _) if !wanted => Some(all()),
        (PartKind::And | PartKind::Or, _) => cheapest(),
        (PartKind::Not, [inner]) => Some(needed(inner, !wanted)),
        (PartKind::Reference(_) | PartKind::Stage(_), [inner]) if is_condition(inner) => {
            Some(needed(inner, wanted))
        }
        _ => None,
    };
    chosen.unwrap_or(Needed {
        count: 1,
        what: What::This(part, wanted),
    })
}

fn is_condition(part: &Part) -> bool {
    part.value
        .as_ref()
        .is_some_and(|value| value.truth.is_some())
}

fn change(part: &Part, wanted: bool) -> Change {
    let operand = |part: &Part| {
        part.value
            .as_ref()
            .map(|value| (part.text.clone(), value.text.clone()))
    };
    Change {
        text: part.text.clone(),
        location: part.location.clone(),
        wanted,
        operands: part.parts.iter().filter_map(operand).collect(),
    }
}
