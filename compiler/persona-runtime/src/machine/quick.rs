//! Conditions that need no evaluator: comparisons of fields, attributes and what a run keeps, and how many events there were in
//! a window, alone or joined. Says exactly what the interpreter says (debug builds ask both), and bounds that are as sound.

use std::cmp::Ordering;

use persona_ir::{
    Agg, AggKind, Bound, ColId, Const, EventCol, InstantSpec, KindId, NodeId, Op, Plan, Query,
};

use super::person::Person;
use crate::calendar::clamp_timestamp;
use crate::flips::NEVER;
use crate::{EventRef, Facts, Value};

/// Deeper conditions are left to the interpreter, and so are those of more parts.
const DEEPEST: u8 = 24;
const MOST: usize = 200;

/// A condition.
#[derive(Clone, Debug)]
pub(super) enum Quick {
    /// Always this.
    Is(bool),
    And(Box<[Quick]>),
    Or(Box<[Quick]>),
    Not(Box<Quick>),
    /// A Bool that may be missing, which does not hold then.
    Holds(Operand),
    Known(Operand),
    Compare(Operand, Order, Operand),
    In(Operand, Box<[Value]>),
    /// At least so many events.
    AtLeast(Box<Window>),
}

/// Which order of two operands a comparison asks for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    Equal,
    Less,
    LessOrEqual,
}

/// What is compared.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    Const(Value),
    Profile(ColId),
    Event(Box<[EventCol]>),
    Input(u32),
}

/// So many events of some kinds, in a window up to now.
#[derive(Clone, Debug)]
pub(super) struct Window {
    count: u32,
    kinds: Box<[KindId]>,
    /// How far it goes back, and whether an event at its very start is inside.
    back: Option<(i64, bool)>,
    filter: Option<Quick>,
}

/// What is asked about.
#[derive(Debug)]
pub(super) struct Scene<'a, 's, F: Facts> {
    pub(super) person: &'a Person<'s, F>,
    pub(super) frame: &'a [Value],
    pub(super) event: Option<EventRef>,
    pub(super) now: i64,
}

// ---- making ----

impl Quick {
    /// A condition of a plan, if it is one of these.
    pub(super) fn new(plan: &Plan, root: NodeId) -> Option<Self> {
        let mut left = MOST;
        Self::below(plan, root, DEEPEST, &mut left)
    }

    fn below(plan: &Plan, node: NodeId, depth: u8, left: &mut usize) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        *left = left.checked_sub(1)?;
        let mut all = |nodes: &[NodeId]| {
            let parts = nodes
                .iter()
                .map(|node| Self::below(plan, *node, depth, left));
            parts.collect::<Option<Box<[Self]>>>()
        };
        Some(match &plan.nodes[node].op {
            Op::Const(Const::Bool(value)) => Self::Is(*value),
            Op::And(nodes) => Self::And(all(nodes)?),
            Op::Or(nodes) => Self::Or(all(nodes)?),
            Op::Not(of) => Self::Not(Box::new(Self::below(plan, *of, depth, left)?)),
            Op::Known(of) => Self::Known(operand(plan, *of)?),
            Op::Eq(a, b) => Self::compare(plan, *a, Order::Equal, *b, left)?,
            Op::Lt(a, b) => Self::compare(plan, *a, Order::Less, *b, left)?,
            Op::Le(a, b) => Self::compare(plan, *a, Order::LessOrEqual, *b, left)?,
            Op::In(of, values) => {
                let values = values.iter().map(Value::from).collect();
                Self::In(operand(plan, *of)?, values)
            }
            Op::Agg(agg) if agg.kind == AggKind::Exists => at_least(plan, agg, 1, left)?,
            Op::Profile(_) | Op::Event { .. } | Op::Input(_) => Self::Holds(operand(plan, node)?),
            _ => return None,
        })
    }

    fn compare(plan: &Plan, a: NodeId, order: Order, b: NodeId, left: &mut usize) -> Option<Self> {
        let constant = |node: NodeId| match plan.nodes[node].op {
            Op::Const(Const::Int(value)) => Some(value),
            _ => None,
        };
        let counted = |node: NodeId| match &plan.nodes[node].op {
            Op::Agg(agg) if agg.kind == AggKind::Count && agg.value.is_none() => Some(agg),
            _ => None,
        };
        let mut least = |agg: &Agg, count: i64| at_least(plan, agg, count, left);
        if let (Some(agg), Some(value)) = (counted(a), constant(b)) {
            let more = value.saturating_add(1);
            return Some(match order {
                Order::Less => least(agg, value)?.negated(),
                Order::LessOrEqual => least(agg, more)?.negated(),
                Order::Equal => Self::And([least(agg, value)?, least(agg, more)?.negated()].into()),
            });
        }
        if let (Some(value), Some(agg)) = (constant(a), counted(b)) {
            let more = value.saturating_add(1);
            return Some(match order {
                Order::Less => least(agg, more)?,
                Order::LessOrEqual => least(agg, value)?,
                Order::Equal => Self::And([least(agg, value)?, least(agg, more)?.negated()].into()),
            });
        }
        Some(Self::Compare(operand(plan, a)?, order, operand(plan, b)?))
    }

    fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Whether it asks about the past.
    fn asks_history(&self) -> bool {
        match self {
            Self::AtLeast(_) => true,
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::asks_history),
            Self::Not(of) => of.asks_history(),
            _ => false,
        }
    }
}

fn operand(plan: &Plan, node: NodeId) -> Option<Operand> {
    Some(match &plan.nodes[node].op {
        Op::Const(value) => Operand::Const(value.into()),
        Op::Profile(col) => Operand::Profile(*col),
        Op::Event { level: 0, cols } => Operand::Event(cols.clone()),
        Op::Input(slot) => Operand::Input(*slot),
        _ => return None,
    })
}

/// Whether a query gives at least so many events.
fn at_least(plan: &Plan, agg: &Agg, count: i64, left: &mut usize) -> Option<Quick> {
    let query: &Query = &agg.query;
    let simple = query.items.is_none() && query.latest.is_none() && agg.value.is_none();
    let back = match query.from {
        None => None,
        Some(Bound { at, inclusive }) => match plan.nodes[at].op {
            Op::Instant(InstantSpec::NowPlus(by)) if by < 0 => Some((by.checked_neg()?, inclusive)),
            _ => return None,
        },
    };
    let to_now = query
        .to
        .is_none_or(|to| to.inclusive && plan.nodes[to.at].op == Op::Now);
    if !simple || !to_now {
        return None;
    }
    let filter = match query.filter {
        None => None,
        Some(filter) => {
            let filter = Quick::below(plan, filter, DEEPEST, left)?;
            Some(filter)
                .filter(|filter| !filter.asks_history())
                .map(Some)?
        }
    };
    if count <= 0 {
        return Some(Quick::Is(true));
    }
    let window = Window {
        count: u32::try_from(count).ok()?,
        kinds: query.kinds.clone(),
        back,
        filter,
    };
    Some(Quick::AtLeast(Box::new(window)))
}

// ---- asking ----

impl Quick {
    /// Whether it holds, and an instant before which that cannot change by itself.
    pub(super) fn ask<F: Facts>(&self, scene: &Scene<'_, '_, F>) -> (bool, i64) {
        match self {
            Self::Is(value) => (*value, NEVER),
            Self::And(parts) => joined(parts, scene, true),
            Self::Or(parts) => joined(parts, scene, false),
            Self::Not(of) => {
                let (holds, until) = of.ask(scene);
                (!holds, until)
            }
            Self::Holds(of) => (of.value(scene).is_true(), NEVER),
            Self::Known(of) => (of.value(scene).is_known(), NEVER),
            Self::Compare(a, order, b) => {
                let found = compare(a, b, scene);
                let holds = match order {
                    Order::Equal => found == Some(Ordering::Equal),
                    Order::Less => found == Some(Ordering::Less),
                    Order::LessOrEqual => found.is_some_and(Ordering::is_le),
                };
                (holds, NEVER)
            }
            Self::In(of, values) => {
                let value = of.value(scene);
                let is = |other: &Value| value.compare(other) == Some(Ordering::Equal);
                (values.iter().any(is), NEVER)
            }
            Self::AtLeast(window) => window.ask(scene),
        }
    }
}

/// Conditions joined: the whole is settled by the first that fails (`all`) or holds.
fn joined<F: Facts>(parts: &[Quick], scene: &Scene<'_, '_, F>, all: bool) -> (bool, i64) {
    let mut until = NEVER;
    for part in parts {
        let (holds, bound) = part.ask(scene);
        if holds != all {
            return (holds, bound);
        }
        until = until.min(bound);
    }
    (all, until)
}

fn compare<F: Facts>(a: &Operand, b: &Operand, scene: &Scene<'_, '_, F>) -> Option<Ordering> {
    match (a, b) {
        (Operand::Const(a), b) => a.compare(&b.value(scene)),
        (a, Operand::Const(b)) => a.value(scene).compare(b),
        (a, b) => a.value(scene).compare(&b.value(scene)),
    }
}

impl Operand {
    fn value<F: Facts>(&self, scene: &Scene<'_, '_, F>) -> Value {
        match self {
            Self::Const(value) => value.clone(),
            Self::Profile(col) => scene.person.profile_value(*col, 0),
            Self::Input(slot) => {
                let value = scene.frame.get(*slot as usize);
                value.cloned().unwrap_or(Value::Missing)
            }
            Self::Event(cols) => {
                let Some(event) = scene.event else {
                    return Value::Missing;
                };
                let col = cols.iter().find(|col| col.kind == event.kind);
                col.map_or(Value::Missing, |col| {
                    scene.person.event_value(event, col.col)
                })
            }
        }
    }
}

impl Window {
    fn ask<F: Facts>(&self, scene: &Scene<'_, '_, F>) -> (bool, i64) {
        let from = match self.back {
            None => i64::MIN,
            Some((length, inclusive)) => {
                let start = clamp_timestamp(scene.now.saturating_sub(length));
                start.saturating_add(i64::from(!inclusive))
            }
        };
        let (person, mut left, mut last) = (scene.person, self.count, 0);
        person.latest_of(&self.kinds, |event| {
            let at = person.at(event);
            if at < from {
                return false;
            }
            let counts = self.filter.as_ref().is_none_or(|filter| {
                let scene = Scene {
                    event: Some(event),
                    ..*scene
                };
                filter.ask(&scene).0
            });
            if counts {
                (left, last) = (left - 1, at);
            }
            left > 0
        });
        if left > 0 {
            // Time takes events away and brings none.
            return (false, NEVER);
        }
        let until = self.back.map_or(NEVER, |(length, inclusive)| {
            last.saturating_add(length)
                .saturating_add(i64::from(inclusive))
        });
        (true, until)
    }
}
