//! Which conditions a loop over a chunk can answer, as far as the plan alone says: those over numbers, dates, instants,
//! enums and Bools of columns, by arithmetic, comparisons and choices, and no larger than code should be.

use persona_ir::{Const, NodeId, Op, Plan, Ty, operands};
use rustc_hash::{FxHashMap, FxHashSet};

/// So many operations at most make a condition.
const MOST_NODES: usize = 128;

/// So many constants at most are compared one by one.
const MOST_CONSTANTS: usize = 8;

/// For each node, whether a loop can compute its value. `fixed` says which depend on constants, `now` and the zone alone.
pub(crate) fn fusable(plan: &Plan, fixed: impl Fn(NodeId) -> bool) -> Vec<bool> {
    let mut fusable: Vec<bool> = Vec::with_capacity(plan.nodes.len());
    for (id, node) in plan.nodes.iter_enumerated() {
        let is = has_form(&node.ty)
            && (fixed(id)
                || is_known(&node.op)
                    && operands(&node.op)
                        .iter()
                        .all(|operand| fusable[usize::from(operand.node)]));
        fusable.push(is);
    }
    fusable
}

/// The fixed nodes that are no constants, of a condition that a loop can compute; none where it is too large.
pub(crate) fn fixed_below(
    plan: &Plan,
    root: NodeId,
    fixed: impl Fn(NodeId) -> bool,
) -> Option<Vec<NodeId>> {
    let mut seen: FxHashSet<NodeId> = FxHashSet::default();
    let (mut stack, mut found) = (vec![root], Vec::new());
    while let Some(node) = stack.pop() {
        if !seen.insert(node) {
            continue;
        }
        if seen.len() > MOST_NODES {
            return None;
        }
        match &plan.nodes[node].op {
            Op::Const(_) => {}
            _ if fixed(node) => found.push(node),
            op => stack.extend(operands(op).iter().map(|operand| operand.node)),
        }
    }
    Some(found)
}

/// The places of fixed nodes among all that are asked.
pub(crate) type FixedPlaces = FxHashMap<NodeId, usize>;

/// Whether values of a type stand in registers.
fn has_form(ty: &Ty) -> bool {
    ty.is_integer() || matches!(ty, Ty::Float | Ty::Bool | Ty::Enum(_))
}

/// Whether [`super::lower`] knows an operation.
fn is_known(op: &Op) -> bool {
    match op {
        Op::In(_, set) => set.len() <= MOST_CONSTANTS,
        Op::Const(value) => !matches!(value, Const::Str(_) | Const::Geo(..) | Const::List(_)),
        Op::Profile(_)
        | Op::And(_)
        | Op::Or(_)
        | Op::Not(_)
        | Op::Known(_)
        | Op::Coalesce(..)
        | Op::If { .. }
        | Op::Eq(..)
        | Op::Lt(..)
        | Op::Le(..)
        | Op::EqNum(..)
        | Op::LtNum(..)
        | Op::LeNum(..)
        | Op::Add(..)
        | Op::Sub(..)
        | Op::Mul(..)
        | Op::Neg(_)
        | Op::IntDiv(..)
        | Op::IntMod(..)
        | Op::Ratio(..)
        | Op::FAdd(..)
        | Op::FSub(..)
        | Op::FMul(..)
        | Op::FDiv(..)
        | Op::FNeg(_)
        | Op::ToFloat(_)
        | Op::Scale(..)
        | Op::Unscale(..)
        | Op::UnscaleInt(..)
        | Op::Abs(_)
        | Op::Round(_)
        | Op::Floor(_)
        | Op::Ceil(_)
        | Op::Min(..)
        | Op::Max(..)
        | Op::DaysSince(_) => true,
        _ => false,
    }
}
