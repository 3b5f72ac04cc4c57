//! Walking the graph: a node's operands, and which binders it uses.

use persona_base::IndexVec;
use smallvec::SmallVec;

use crate::{Agg, NegationMode, Node, NodeId, Op, Query, Sequence};

/// An operand of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operand {
    /// The operand.
    pub node: NodeId,
    /// The first level that the node binds for this operand.
    pub first: u8,
    /// How many levels it binds from there; 0 for an operand that is evaluated under the node's own binders.
    pub bound: u16,
}

/// Operands in the order in which they stand in the operation.
pub type Operands = SmallVec<[Operand; 4]>;

/// The operands of an operation: those under its own binders, and the bodies, which stand under binders more.
pub fn operands(op: &Op) -> Operands {
    let mut list = List(Operands::new());
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
        Op::And(nodes) | Op::Or(nodes) | Op::Concat(nodes) => {
            nodes.iter().for_each(|n| list.direct(*n));
        }
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
        | Op::Rank(_, a) => list.direct(*a),
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
        | Op::Distance(a, b) => {
            list.direct(*a);
            list.direct(*b);
        }
        Op::If { cond, then, other } => [cond, then, other]
            .into_iter()
            .for_each(|n| list.direct(*n)),
        Op::AnyElem {
            list: elements,
            level,
            body,
        }
        | Op::AllElem {
            list: elements,
            level,
            body,
        } => {
            list.direct(*elements);
            list.body(Some(*body), *level, 1);
        }
        Op::ListAgg {
            list: elements,
            level,
            filter,
            value,
            ..
        } => {
            list.direct(*elements);
            list.body(*filter, *level, 1);
            list.body(*value, *level, 1);
        }
        Op::Agg(agg) => list.aggregate(agg),
        Op::Sequence(sequence) => list.sequence(sequence),
    }
    list.0
}

impl Query {
    /// How many levels the query binds: the event's, and the element's where it yields elements.
    pub fn binders(&self) -> u16 {
        if self.items.is_some() { 2 } else { 1 }
    }
}

struct List(Operands);

impl List {
    fn direct(&mut self, node: NodeId) {
        self.0.push(Operand {
            node,
            first: 0,
            bound: 0,
        });
    }

    fn body(&mut self, node: Option<NodeId>, first: u8, bound: u16) {
        self.0
            .extend(node.map(|node| Operand { node, first, bound }));
    }

    fn query(&mut self, query: &Query) {
        query
            .from
            .iter()
            .chain(&query.to)
            .for_each(|bound| self.direct(bound.at));
        self.body(query.filter, 0, query.binders());
    }

    fn aggregate(&mut self, agg: &Agg) {
        self.query(&agg.query);
        self.body(agg.value, 0, agg.query.binders());
    }

    fn sequence(&mut self, sequence: &Sequence) {
        self.query(&sequence.first);
        for (level, step) in (1..).zip(&sequence.steps) {
            step.within.iter().for_each(|n| self.direct(*n));
            self.body(step.filter, 0, level + 1);
        }
        if let Some(not) = &sequence.not {
            match not.mode {
                NegationMode::Within(length) | NegationMode::For(length) => self.direct(length),
                NegationMode::Ever => {}
            }
            let levels = u16::try_from(sequence.steps.len()).unwrap_or(u16::MAX);
            self.body(not.filter, 0, levels.saturating_add(2));
        }
    }
}

/// A set of binders' levels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Levels([u64; 4]);

impl Levels {
    /// The set of one level.
    pub fn of(level: u8) -> Self {
        let mut set = Self::default();
        set.0[usize::from(level / 64)] |= 1 << (level % 64);
        set
    }

    /// Whether no level is in the set: the node is closed.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Whether a level is in the set.
    pub fn contains(self, level: u8) -> bool {
        self.0[usize::from(level / 64)] >> (level % 64) & 1 == 1
    }

    /// The levels of both sets.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    /// The levels of this set that are not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] & !other.0[i]))
    }

    /// The levels, ascending.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..=u8::MAX).filter(move |level| self.contains(*level))
    }
}

impl Operand {
    /// The levels that the node binds for this operand.
    pub fn binds(&self) -> Levels {
        let levels = (u16::from(self.first)..256).take(usize::from(self.bound));
        let levels = levels.filter_map(|level| u8::try_from(level).ok());
        levels
            .map(Levels::of)
            .fold(Levels::default(), Levels::union)
    }
}

/// For each node the levels of the binders around it that it uses. A node that uses none is closed.
pub fn free_levels(nodes: &IndexVec<NodeId, Node>) -> IndexVec<NodeId, Levels> {
    let mut free: IndexVec<NodeId, Levels> = IndexVec::new();
    for node in nodes {
        let own = match &node.op {
            Op::Event { level, .. } | Op::Elem { level, .. } => Levels::of(*level),
            _ => Levels::default(),
        };
        let used = |operand: &Operand| match free.get(operand.node) {
            Some(levels) if operand.bound == 0 => *levels,
            Some(levels) => levels.without(operand.binds()),
            None => Levels::default(),
        };
        let all = operands(&node.op).iter().map(used).fold(own, Levels::union);
        free.push(all);
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_levels_reach_from_0_to_255() {
        let set = Levels::of(0)
            .union(Levels::of(63))
            .union(Levels::of(64))
            .union(Levels::of(255));
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 64, 255]);
        assert!(set.without(set).is_empty());
        assert!(!set.contains(1));
    }

    #[test]
    fn an_operand_binds_a_range_of_levels() {
        let operand = Operand {
            node: NodeId(0),
            first: 3,
            bound: 2,
        };
        assert_eq!(operand.binds().iter().collect::<Vec<_>>(), [3, 4]);
        let all = Operand {
            node: NodeId(0),
            first: 0,
            bound: u16::MAX,
        };
        assert_eq!(all.binds().iter().count(), 256);
    }
}
