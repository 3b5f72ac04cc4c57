//! Numbering the nodes of a graph anew: where operations name their operands, and parts of a graph on their own. Changes no
//! meaning.

use persona_base::IndexVec;
use rustc_hash::FxHashMap;

use crate::{NegationMode, Node, NodeId, Op, Query, operands};

/// The nodes that `roots` need, in the order of their ids and numbered from 0, with the new numbers of the roots.
pub fn subgraph(
    nodes: &IndexVec<NodeId, Node>,
    roots: &[NodeId],
) -> (IndexVec<NodeId, Node>, Vec<NodeId>) {
    let mut needed: Vec<NodeId> = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    let mut stack = roots.to_vec();
    while let Some(node) = stack.pop() {
        if seen.insert(node) {
            needed.push(node);
            stack.extend(operands(&nodes[node].op).iter().map(|o| o.node));
        }
    }
    needed.sort_unstable();
    let number = |index: usize| NodeId::from(index);
    let numbers: FxHashMap<NodeId, NodeId> = needed
        .iter()
        .enumerate()
        .map(|(index, node)| (*node, number(index)))
        .collect();
    let part = needed.iter().map(|node| {
        let mut node = nodes[*node].clone();
        each_operand(&mut node.op, |operand| *operand = numbers[operand]);
        node
    });
    let roots = roots.iter().map(|root| numbers[root]).collect();
    (part.collect(), roots)
}

/// Visits the places where an operation names its operands, to give them other numbers.
pub fn each_operand(op: &mut Op, mut f: impl FnMut(&mut NodeId)) {
    match op {
        Op::Const(_)
        | Op::Now
        | Op::Today { .. }
        | Op::Instant(_)
        | Op::Profile(_)
        | Op::Event { .. }
        | Op::Elem { .. }
        | Op::Input(_)
        | Op::Arm(_)
        | Op::Items(_)
        | Op::Sample { .. } => {}
        Op::And(nodes) | Op::Or(nodes) | Op::Concat(nodes) => nodes.iter_mut().for_each(f),
        Op::Not(a)
        | Op::Known(a)
        | Op::In(a, _)
        | Op::Matches(a, _)
        | Op::Neg(a)
        | Op::FNeg(a)
        | Op::ToFloat(a)
        | Op::Abs(a)
        | Op::Round(a)
        | Op::Floor(a)
        | Op::Ceil(a)
        | Op::DateAdd { date: a, .. }
        | Op::StartOfDay(a)
        | Op::DateOf(a)
        | Op::LocalPart(a, _)
        | Op::DatePart(a, _)
        | Op::Age(a)
        | Op::Anniversary(a)
        | Op::DaysSince(a)
        | Op::Lower(a)
        | Op::Upper(a)
        | Op::Trim(a)
        | Op::Fold(a)
        | Op::StrLen(a)
        | Op::Domain(a)
        | Op::Display(a, _)
        | Op::Size(a)
        | Op::HasAny(a, _)
        | Op::HasAll(a, _)
        | Op::Lookup { key: a, .. }
        | Op::ItemCol { item: a, .. }
        | Op::Rank(_, a) => f(a),
        Op::Coalesce(a, b)
        | Op::Eq(a, b)
        | Op::Lt(a, b)
        | Op::Le(a, b)
        | Op::EqNum(a, b)
        | Op::LtNum(a, b)
        | Op::LeNum(a, b)
        | Op::EqFold(a, b)
        | Op::Contains(a, b)
        | Op::StartsWith(a, b)
        | Op::EndsWith(a, b)
        | Op::Add(a, b)
        | Op::Sub(a, b)
        | Op::Mul(a, b)
        | Op::IntDiv(a, b)
        | Op::IntMod(a, b)
        | Op::Ratio(a, b)
        | Op::FAdd(a, b)
        | Op::FSub(a, b)
        | Op::FMul(a, b)
        | Op::FDiv(a, b)
        | Op::Scale(a, b)
        | Op::Unscale(a, b)
        | Op::UnscaleInt(a, b)
        | Op::Min(a, b)
        | Op::Max(a, b)
        | Op::Has(a, b)
        | Op::GeoMake(a, b)
        | Op::Distance(a, b) => [a, b].into_iter().for_each(f),
        Op::If { cond, then, other } => [cond, then, other].into_iter().for_each(f),
        Op::AnyElem { list, body, .. } | Op::AllElem { list, body, .. } => {
            [list, body].into_iter().for_each(f);
        }
        Op::ListAgg {
            list,
            filter,
            value,
            ..
        } => {
            f(list);
            filter.iter_mut().chain(value).for_each(f);
        }
        Op::Agg(agg) => {
            each_of_query(&mut agg.query, &mut f);
            agg.value.iter_mut().for_each(f);
        }
        Op::Sequence(sequence) => {
            each_of_query(&mut sequence.first, &mut f);
            for step in &mut sequence.steps {
                step.filter
                    .iter_mut()
                    .chain(&mut step.within)
                    .for_each(&mut f);
            }
            if let Some(not) = &mut sequence.not {
                not.filter.iter_mut().for_each(&mut f);
                match &mut not.mode {
                    NegationMode::Within(span) | NegationMode::For(span) => f(span),
                    NegationMode::Ever => {}
                }
            }
        }
    }
}

/// Visits the nodes that a query names.
pub(crate) fn each_of_query(query: &mut Query, f: &mut impl FnMut(&mut NodeId)) {
    let bounds = query.from.iter_mut().chain(&mut query.to);
    bounds.for_each(|bound| f(&mut bound.at));
    query.filter.iter_mut().for_each(f);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Agg, AggKind, Bound, Builder, ColId, Const, Negation, Sequence, Step, Ty};

    fn number(b: &mut Builder, value: i64) -> NodeId {
        b.constant(Const::Int(value), Ty::Int)
    }

    #[test]
    fn only_what_is_needed_is_kept_in_order() {
        let mut b = Builder::new();
        let column = b.node(Op::Profile(ColId(3)), Ty::Int, false);
        let (unused, two) = (number(&mut b, 1), number(&mut b, 2));
        b.node(Op::Add(column, unused), Ty::Int, false);
        let root = b.node(Op::Mul(column, two), Ty::Int, false);
        let (part, roots) = subgraph(&b.finish(), &[root, column]);
        assert_eq!(roots, [NodeId(2), NodeId(0)]);
        assert_eq!(part.len(), 3);
        assert_eq!(part[NodeId(2)].op, Op::Mul(NodeId(0), NodeId(1)));
    }

    /// Every operand that walking the graph finds is renumbered, for the operations with the most places for them.
    #[test]
    fn operands_of_histories_are_renumbered() {
        let mut b = Builder::new();
        number(&mut b, 0);
        let nodes: Vec<NodeId> = (1..12).map(|value| number(&mut b, value)).collect();
        let bound = |index: usize| {
            Some(Bound {
                at: nodes[index],
                inclusive: true,
            })
        };
        let query = |from: usize| Query {
            kinds: [].into(),
            items: None,
            from: bound(from),
            to: bound(from + 1),
            latest: None,
            filter: Some(nodes[from + 2]),
        };
        let agg = b.node(
            Op::Agg(Box::new(Agg {
                kind: AggKind::Count,
                query: query(0),
                value: Some(nodes[3]),
            })),
            Ty::Int,
            false,
        );
        let sequence = b.node(
            Op::Sequence(Box::new(Sequence {
                first: query(4),
                latest: false,
                steps: [Step {
                    kinds: [].into(),
                    filter: Some(nodes[7]),
                    within: Some(nodes[8]),
                }]
                .into(),
                not: Some(Negation {
                    kinds: [].into(),
                    filter: Some(nodes[9]),
                    mode: NegationMode::For(nodes[10]),
                }),
            })),
            Ty::Bool,
            false,
        );
        let all = b.finish();
        let (part, roots) = subgraph(&all, &[agg, sequence]);
        for (before, after) in [agg, sequence].into_iter().zip(roots) {
            let pairs = operands(&all[before].op);
            let pairs = pairs.iter().zip(operands(&part[after].op));
            for (before, after) in pairs {
                assert_eq!(all[before.node], part[after.node]);
                assert_eq!(
                    before.node.0,
                    after.node.0 + 1,
                    "the first constant is gone"
                );
            }
        }
    }
}
