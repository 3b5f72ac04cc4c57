//! The graph under construction: constructors of nodes that fold what is plain (constants, `not not`, nested `and`s) and
//! decide whether a node is optional. Folding here never changes an answer; it must not know declarations or the source.

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{Builder, Const, F64, InstantSpec, Node, NodeId, Op, Ty};

/// Nested `and`s and `or`s are merged up to this many operands, so that a long chain of segments that each refer to the
/// one before stays linear.
const MERGED: usize = 16;

/// Microseconds of a day.
pub(crate) const DAY: i64 = 86_400_000_000;

/// The nodes so far.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    builder: Builder,
    len: usize,
}

impl Graph {
    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The nodes.
    pub(crate) fn finish(self) -> IndexVec<NodeId, Node> {
        self.builder.finish()
    }

    /// A node as it is.
    pub(crate) fn node(&mut self, op: Op, ty: Ty, optional: bool) -> NodeId {
        let id = self.builder.node(op, ty, optional);
        self.len = self.len.max(id.0 as usize + 1);
        id
    }

    /// A node that is missing exactly where one of the operands is.
    pub(crate) fn strict(&mut self, op: Op, ty: Ty, operands: &[NodeId]) -> NodeId {
        let optional = operands.iter().any(|operand| self.optional(*operand));
        self.node(op, ty, optional)
    }

    /// A comparison: a Bool that is never missing.
    pub(crate) fn test(&mut self, op: Op) -> NodeId {
        self.node(op, Ty::Bool, false)
    }

    /// The operation of a node.
    pub(crate) fn op(&self, id: NodeId) -> &Op {
        &self.builder.get(id).op
    }

    /// The type of a node.
    pub(crate) fn ty(&self, id: NodeId) -> Ty {
        self.builder.get(id).ty.clone()
    }

    /// Whether the node is of type `Float`.
    pub(crate) fn is_float(&self, id: NodeId) -> bool {
        self.builder.get(id).ty == Ty::Float
    }

    /// Whether a node's value may be missing.
    pub(crate) fn optional(&self, id: NodeId) -> bool {
        self.builder.get(id).optional
    }

    /// The constant that a node is.
    pub(crate) fn as_const(&self, id: NodeId) -> Option<&Const> {
        match self.op(id) {
            Op::Const(value) => Some(value),
            _ => None,
        }
    }

    /// The constant integer that a node is.
    pub(crate) fn as_int(&self, id: NodeId) -> Option<i64> {
        match self.as_const(id) {
            Some(Const::Int(value)) => Some(*value),
            _ => None,
        }
    }

    /// A constant.
    pub(crate) fn constant(&mut self, value: Const, ty: Ty) -> NodeId {
        let missing = value == Const::Missing;
        self.node(Op::Const(value), ty, missing)
    }

    /// A constant of an integer type.
    pub(crate) fn int(&mut self, value: i64, ty: Ty) -> NodeId {
        self.constant(Const::Int(value), ty)
    }

    /// `true` or `false`.
    pub(crate) fn bool(&mut self, value: bool) -> NodeId {
        self.constant(Const::Bool(value), Ty::Bool)
    }

    /// Text.
    pub(crate) fn text(&mut self, value: Arc<str>) -> NodeId {
        self.constant(Const::Str(value), Ty::Str)
    }

    /// The evaluation time.
    pub(crate) fn now(&mut self) -> NodeId {
        self.node(Op::Now, Ty::Timestamp, false)
    }

    /// An instant that depends on `now` and the zone.
    pub(crate) fn instant(&mut self, spec: InstantSpec) -> NodeId {
        match spec {
            InstantSpec::NowPlus(0) => self.now(),
            _ => self.node(Op::Instant(spec), Ty::Timestamp, false),
        }
    }

    /// Today, moved.
    pub(crate) fn today(&mut self, months: i32, days: i32) -> NodeId {
        self.node(Op::Today { months, days }, Ty::Date, false)
    }

    /// `and` of operands that are never missing.
    pub(crate) fn and(&mut self, operands: &[NodeId]) -> NodeId {
        self.junction(operands, true)
    }

    /// `or` of operands that are never missing.
    pub(crate) fn or(&mut self, operands: &[NodeId]) -> NodeId {
        self.junction(operands, false)
    }

    fn junction(&mut self, operands: &[NodeId], and: bool) -> NodeId {
        let mut flat = Vec::with_capacity(operands.len());
        for operand in operands {
            match self.op(*operand) {
                Op::And(inner) if and && inner.len() <= MERGED => flat.extend_from_slice(inner),
                Op::Or(inner) if !and && inner.len() <= MERGED => flat.extend_from_slice(inner),
                Op::Const(Const::Bool(value)) if *value == and => {}
                Op::Const(Const::Bool(value)) => return self.bool(*value),
                _ => flat.push(*operand),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        match flat[..] {
            [] => self.bool(and),
            [one] => one,
            _ if and => self.test(Op::And(flat.into())),
            _ => self.test(Op::Or(flat.into())),
        }
    }

    /// `not` of an operand that is never missing.
    pub(crate) fn not(&mut self, operand: NodeId) -> NodeId {
        match self.op(operand) {
            Op::Not(inner) => *inner,
            Op::Const(Const::Bool(value)) => self.bool(!*value),
            _ => self.test(Op::Not(operand)),
        }
    }

    /// Whether the operand has a value.
    pub(crate) fn known(&mut self, operand: NodeId) -> NodeId {
        if !self.optional(operand) {
            return self.bool(true);
        }
        match self.as_const(operand) {
            Some(Const::Missing) => self.bool(false),
            _ => self.test(Op::Known(operand)),
        }
    }

    /// The first operand, or the second where it is missing.
    pub(crate) fn coalesce(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if !self.optional(a) || a == b {
            return a;
        }
        if self.as_const(a) == Some(&Const::Missing) {
            return b;
        }
        let (ty, optional) = (self.ty(a), self.optional(b));
        self.node(Op::Coalesce(a, b), ty, optional)
    }

    /// `if cond then a else b`, of a condition that is never missing.
    pub(crate) fn if_else(&mut self, cond: NodeId, then: NodeId, other: NodeId) -> NodeId {
        match self.as_const(cond) {
            Some(Const::Bool(true)) => return then,
            Some(Const::Bool(false)) => return other,
            _ if then == other => return then,
            _ => {}
        }
        match (self.as_const(then), self.as_const(other)) {
            (Some(Const::Bool(true)), Some(Const::Bool(false))) => return cond,
            (Some(Const::Bool(false)), Some(Const::Bool(true))) => return self.not(cond),
            _ => {}
        }
        let (ty, optional) = (self.ty(then), self.optional(then) || self.optional(other));
        self.node(Op::If { cond, then, other }, ty, optional)
    }

    /// A Bool that is never missing. Where it would be, `false`: the checker allows such a place only where the value
    /// is known, or where missing means *not chosen*.
    pub(crate) fn settled(&mut self, id: NodeId) -> NodeId {
        if !self.optional(id) {
            return id;
        }
        let no = self.bool(false);
        self.coalesce(id, no)
    }

    /// The value as a Float: an `Int` is converted.
    pub(crate) fn float_of(&mut self, id: NodeId) -> NodeId {
        match self.as_const(id) {
            _ if self.is_float(id) => id,
            Some(Const::Int(value)) => {
                let value = F64::new(*value as f64);
                self.constant(Const::Float(value), Ty::Float)
            }
            Some(Const::Missing) => self.constant(Const::Missing, Ty::Float),
            _ => self.strict(Op::ToFloat(id), Ty::Float, &[id]),
        }
    }

    /// The value as the type asked for: an `Int` where a `Float` is wanted, a missing constant of any type.
    pub(crate) fn coerce(&mut self, id: NodeId, ty: &Ty) -> NodeId {
        if self.as_const(id) == Some(&Const::Missing) {
            return self.constant(Const::Missing, ty.clone());
        }
        if *ty == Ty::Float && self.ty(id) == Ty::Int {
            return self.float_of(id);
        }
        match (self.as_const(id), ty.element()) {
            (Some(Const::List(values)), Some(element)) => {
                let values: Arc<[Const]> = values
                    .iter()
                    .map(|value| const_as(value, element))
                    .collect();
                self.constant(Const::List(values), ty.clone())
            }
            _ => id,
        }
    }
}

/// A constant as the type asked for: an `Int` becomes a `Float` where one is wanted.
pub(crate) fn const_as(value: &Const, ty: &Ty) -> Const {
    match value {
        Const::Int(int) if *ty == Ty::Float => Const::Float(F64::new(*int as f64)),
        other => other.clone(),
    }
}

/// Sorts constants of one type and drops repetitions.
pub(crate) fn sorted(mut values: Vec<Const>) -> Arc<[Const]> {
    values.sort_by(Const::compare);
    values.dedup();
    values.into()
}

#[cfg(test)]
mod tests {
    use persona_ir::ColId;

    use super::*;

    fn column(graph: &mut Graph, col: u32, ty: Ty, optional: bool) -> NodeId {
        graph.node(Op::Profile(ColId(col)), ty, optional)
    }

    #[test]
    fn nested_conjunctions_are_one_sorted_one_without_repetitions() {
        let mut graph = Graph::default();
        let [a, b, c] = [0, 1, 2].map(|col| column(&mut graph, col, Ty::Bool, false));
        let inner = graph.and(&[c, a]);
        let yes = graph.bool(true);
        let whole = graph.and(&[b, inner, yes, a]);
        assert_eq!(graph.op(whole), &Op::And([a, b, c].into()));
        let same = graph.and(&[a, b, c]);
        assert_eq!(same, whole);
    }

    #[test]
    fn constants_decide_junctions() {
        let mut graph = Graph::default();
        let a = column(&mut graph, 0, Ty::Bool, false);
        let (yes, no) = (graph.bool(true), graph.bool(false));
        assert_eq!(graph.and(&[a, no]), no);
        assert_eq!(graph.or(&[a, yes]), yes);
        assert_eq!(graph.and(&[]), yes);
        assert_eq!(graph.or(&[a, a]), a);
    }

    #[test]
    fn long_chains_of_references_stay_linear() {
        let mut graph = Graph::default();
        let mut chain = column(&mut graph, 0, Ty::Bool, false);
        for col in 1..2_000 {
            let next = column(&mut graph, col, Ty::Bool, false);
            chain = graph.and(&[chain, next]);
        }
        let longest = |graph: &Graph, id: u32| match graph.op(NodeId(id)) {
            Op::And(operands) => operands.len(),
            _ => 0,
        };
        assert!((0..graph.len() as u32).all(|id| longest(&graph, id) <= MERGED + 1));
    }

    #[test]
    fn double_negation_vanishes() {
        let mut graph = Graph::default();
        let a = column(&mut graph, 0, Ty::Bool, false);
        let not = graph.not(a);
        assert_eq!(graph.not(not), a);
    }

    #[test]
    fn defaults_matter_only_where_something_may_be_missing() {
        let mut graph = Graph::default();
        let known = column(&mut graph, 0, Ty::Int, false);
        let open = column(&mut graph, 1, Ty::Int, true);
        let zero = graph.int(0, Ty::Int);
        assert_eq!(graph.coalesce(known, zero), known);
        let settled = graph.coalesce(open, zero);
        assert!(!graph.optional(settled));
        let yes = graph.bool(true);
        assert_eq!(graph.known(known), yes);
        let missing = graph.constant(Const::Missing, Ty::Int);
        assert_eq!(graph.coalesce(missing, open), open);
    }

    #[test]
    fn choices_between_yes_and_no_are_the_condition() {
        let mut graph = Graph::default();
        let a = column(&mut graph, 0, Ty::Bool, false);
        let (yes, no) = (graph.bool(true), graph.bool(false));
        assert_eq!(graph.if_else(a, yes, no), a);
        let not = graph.not(a);
        assert_eq!(graph.if_else(a, no, yes), not);
        assert_eq!(graph.if_else(yes, a, no), a);
    }

    #[test]
    fn whole_numbers_become_floats_where_floats_are_wanted() {
        let mut graph = Graph::default();
        let three = graph.int(3, Ty::Int);
        let float = graph.coerce(three, &Ty::Float);
        assert_eq!(graph.as_const(float), Some(&Const::Float(F64::new(3.0))));
        let list = graph.constant(
            Const::List([Const::Int(1)].into()),
            Ty::List(Ty::Int.into()),
        );
        let floats = graph.coerce(list, &Ty::List(Ty::Float.into()));
        assert_eq!(
            graph.as_const(floats),
            Some(&Const::List([Const::Float(F64::new(1.0))].into()))
        );
    }
}
