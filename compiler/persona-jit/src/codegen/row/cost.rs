//! What conditions cost and how often they hold, guessed from their form. Costs are in cycles of a machine that does a
//! few things at once; only their proportions matter.

use persona_ir::{Const, NodeId, Op, Plan, operands};
use rustc_hash::FxHashMap;

use crate::row::{Atom, RowLayout, Split, atom};

/// What is thought of a node.
#[derive(Clone, Copy, Debug)]
pub(in crate::codegen) struct Estimate {
    /// Cycles.
    pub(in crate::codegen) cost: f32,
    /// How often it holds, from 0 to 1.
    pub(in crate::codegen) holds: f32,
}

/// The most that anything is thought to cost.
const MOST: f32 = 1e6;
/// A call of a helper that does little.
const CALL: f32 = 15.0;
/// A call of a helper that works on a text's letters, or makes one.
const TEXT_CALL: f32 = 80.0;
/// Asking a history.
const HISTORY: f32 = 20_000.0;

/// Estimates of nodes, in id order, so that operands come first.
pub(super) fn estimates(
    plan: &Plan,
    layout: &RowLayout,
    split: &Split,
    nodes: &[NodeId],
) -> FxHashMap<NodeId, Estimate> {
    let mut known: FxHashMap<NodeId, Estimate> = FxHashMap::default();
    for node in nodes {
        let estimate = if split.leaf(*node).is_some() {
            Estimate {
                cost: HISTORY,
                holds: 0.3,
            }
        } else {
            match atom(plan, *node) {
                Some(atom) => of_atom(layout, atom),
                None => of_node(plan, *node, &known),
            }
        };
        known.insert(*node, estimate);
    }
    known
}

fn of_atom(layout: &RowLayout, atom: Atom<'_>) -> Estimate {
    let short = |text: &str, limit: usize| text.len() <= limit;
    let (cost, holds) = match atom {
        Atom::Same(_, text) if short(text, 4) => (1.5, 0.15),
        Atom::Same(_, text) if short(text, 12) => (2.5, 0.15),
        Atom::Same(..) => (6.0, 0.1),
        Atom::OneOf(_, set) if set.len() <= 8 => {
            (2.0 * count(set.len()), (0.15 * count(set.len())).min(0.6))
        }
        Atom::OneOf(..) => (40.0, 0.4),
        Atom::Starts(_, text) if short(text, 4) => (1.5, 0.15),
        Atom::Starts(_, text) if short(text, 12) => (4.0, 0.15),
        Atom::Ends(_, text) if short(text, 16) => (5.0, 0.3),
        Atom::Starts(..) | Atom::Ends(..) => (20.0, 0.1),
        Atom::Contains(_, text) if short(text, 16) => (12.0, 0.1),
        Atom::Contains(..) => (40.0, 0.05),
        Atom::Matches(..) => (200.0, 0.2),
        Atom::Known(_) => (1.0, 0.8),
        Atom::HasAny(_, set) => (6.0 + count(set.len()), 0.2),
        Atom::HasAll(col, set) => {
            debug_assert!(
                layout.slots[col].is_some(),
                "lists that are asked have slots"
            );
            (7.0 * count(set.len()), 0.1)
        }
        Atom::Size(_) => (1.0, 0.5),
    };
    Estimate { cost, holds }
}

fn count(length: usize) -> f32 {
    u16::try_from(length).map_or(MOST, f32::from)
}

fn of_node(plan: &Plan, node: NodeId, known: &FxHashMap<NodeId, Estimate>) -> Estimate {
    let op = &plan.nodes[node].op;
    let below: Vec<Estimate> = operands(op)
        .iter()
        .filter_map(|operand| known.get(&operand.node).copied())
        .collect();
    let sum: f32 = below.iter().map(|estimate| estimate.cost).sum();
    let all = below.iter().map(|estimate| estimate.holds).product();
    let none: f32 = below.iter().map(|estimate| 1.0 - estimate.holds).product();
    let (own, holds) = match op {
        Op::Const(Const::Bool(value)) => (0.0, if *value { 1.0 } else { 0.0 }),
        Op::Const(_) | Op::Now | Op::Today { .. } | Op::Instant(_) => (0.0, 0.5),
        Op::Profile(_) if plan.nodes[node].ty == persona_ir::Ty::Str => (TEXT_CALL, 0.5),
        Op::Profile(_) => (0.5, 0.5),
        Op::And(_) => (0.5, all),
        Op::Or(_) => (0.5, 1.0 - none),
        Op::Not(_) => (0.5, none),
        Op::Eq(..) | Op::EqNum(..) => (1.0, 0.1),
        Op::In(_, set) => (
            count(set.len()).min(12.0),
            (0.1 * count(set.len())).min(0.6),
        ),
        Op::Sample { .. } | Op::Arm(_) => (300.0, 0.5),
        Op::Contains(..)
        | Op::StartsWith(..)
        | Op::EndsWith(..)
        | Op::EqFold(..)
        | Op::Lower(_)
        | Op::Upper(_)
        | Op::Trim(_)
        | Op::Fold(_)
        | Op::StrLen(_)
        | Op::Domain(_)
        | Op::Concat(_)
        | Op::Display(..)
        | Op::Rank(..) => (TEXT_CALL, 0.2),
        Op::Matches(..) => (3.0 * TEXT_CALL, 0.2),
        Op::LtNum(..)
        | Op::LeNum(..)
        | Op::IntDiv(..)
        | Op::IntMod(..)
        | Op::UnscaleInt(..)
        | Op::DateAdd { .. }
        | Op::StartOfDay(_)
        | Op::DateOf(_)
        | Op::LocalPart(..)
        | Op::DatePart(..)
        | Op::Age(_)
        | Op::Anniversary(_)
        | Op::DaysSince(_)
        | Op::Distance(..) => (CALL, 0.5),
        _ => (1.0, 0.5),
    };
    Estimate {
        cost: (own + sum).min(MOST),
        holds,
    }
}
