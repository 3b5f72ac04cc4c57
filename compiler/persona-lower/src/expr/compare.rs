//! Comparisons: numbers of two kinds exactly, a date beside an instant by its local day, membership in lists.

use persona_ir::{Const, F64, NodeId, Op, Ty};
use persona_sema as hir;

use crate::body::Body;
use crate::graph::sorted;

/// Integers up to this size are Floats exactly.
const EXACT: u64 = 1 << 53;

impl Body<'_, '_> {
    pub(super) fn comparison(&mut self, op: hir::Op, nodes: &[NodeId]) -> NodeId {
        match op {
            hir::Op::Eq => self.equal(nodes[0], nodes[1]),
            hir::Op::EqFold => self.program.graph.test(Op::EqFold(nodes[0], nodes[1])),
            hir::Op::Lt | hir::Op::Before => self.less(nodes[0], nodes[1]),
            hir::Op::Le => self.less_or_equal(nodes[0], nodes[1]),
            hir::Op::Between => {
                let low = self.less_or_equal(nodes[1], nodes[0]);
                let high = self.less_or_equal(nodes[0], nodes[2]);
                self.program.graph.and(&[low, high])
            }
            hir::Op::In => {
                let Some(Const::List(values)) = self.program.graph.as_const(nodes[1]) else {
                    unreachable!("`in` something that is no constant list");
                };
                let values = values.to_vec();
                self.one_of(nodes[0], &values)
            }
            other => unreachable!("{other:?} is no comparison"),
        }
    }

    /// `a == b`.
    pub(crate) fn equal(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let graph = &mut self.program.graph;
        if let (Some(x), Some(y)) = (graph.as_const(a), graph.as_const(b))
            && graph.ty(a) == graph.ty(b)
        {
            let value = *x != Const::Missing && x == y;
            return graph.bool(value);
        }
        let (a, b, mixed) = self.numbers(a, b);
        let graph = &mut self.program.graph;
        if is_missing(graph.as_const(a)) || is_missing(graph.as_const(b)) {
            return graph.bool(false);
        }
        // A constant goes to the right, else the older node goes first, so that `a == b` and `b == a` are one node.
        let swap = graph.as_const(b).is_none() && (graph.as_const(a).is_some() || b < a);
        let (a, b) = if swap { (b, a) } else { (a, b) };
        graph.test(if mixed { Op::EqNum(a, b) } else { Op::Eq(a, b) })
    }

    /// `a < b`; a date beside an instant is the whole of its local day.
    pub(crate) fn less(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let graph = &mut self.program.graph;
        match (graph.ty(a), graph.ty(b)) {
            (Ty::Timestamp, Ty::Date) => {
                let start = self.start_of_day(b, 0);
                self.ordered(a, start, false)
            }
            (Ty::Date, Ty::Timestamp) => {
                let end = self.start_of_day(a, 1);
                self.ordered(end, b, true)
            }
            _ => self.ordered(a, b, false),
        }
    }

    /// `a <= b`; a date beside an instant is the whole of its local day.
    pub(crate) fn less_or_equal(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let graph = &mut self.program.graph;
        match (graph.ty(a), graph.ty(b)) {
            (Ty::Timestamp, Ty::Date) => {
                let end = self.start_of_day(b, 1);
                self.ordered(a, end, false)
            }
            (Ty::Date, Ty::Timestamp) => {
                let start = self.start_of_day(a, 0);
                self.ordered(start, b, true)
            }
            _ => self.ordered(a, b, true),
        }
    }

    /// The instant at which a date, or the day so many days after it, begins.
    fn start_of_day(&mut self, date: NodeId, days: i32) -> NodeId {
        let date = self.move_date(date, 0, days);
        self.program
            .graph
            .strict(Op::StartOfDay(date), Ty::Timestamp, &[date])
    }

    /// `a < b` or `a <= b` of two values of one type, or of two numbers.
    pub(crate) fn ordered(&mut self, a: NodeId, b: NodeId, or_equal: bool) -> NodeId {
        let (a, b, mixed) = self.numbers(a, b);
        let graph = &mut self.program.graph;
        if let (Some(x), Some(y)) = (graph.as_const(a), graph.as_const(b)) {
            if is_missing(Some(x)) || is_missing(Some(y)) {
                return graph.bool(false);
            }
            if !mixed {
                let order = x.compare(y);
                return graph.bool(order.is_lt() || or_equal && order.is_eq());
            }
        }
        graph.test(match (mixed, or_equal) {
            (false, false) => Op::Lt(a, b),
            (false, true) => Op::Le(a, b),
            (true, false) => Op::LtNum(a, b),
            (true, true) => Op::LeNum(a, b),
        })
    }

    /// Two operands, and whether they are an `Int` and a Float that cannot simply be made alike. A constant `Int` beside a
    /// Float becomes a Float where that is exact.
    fn numbers(&mut self, a: NodeId, b: NodeId) -> (NodeId, NodeId, bool) {
        let graph = &mut self.program.graph;
        let exact = |value: Option<i64>| value.is_some_and(|value| value.unsigned_abs() <= EXACT);
        match (graph.ty(a), graph.ty(b)) {
            (Ty::Int, Ty::Float) if exact(graph.as_int(a)) => (graph.float_of(a), b, false),
            (Ty::Float, Ty::Int) if exact(graph.as_int(b)) => (a, graph.float_of(b), false),
            (Ty::Int, Ty::Float) | (Ty::Float, Ty::Int) => (a, b, true),
            _ => (a, b, false),
        }
    }

    /// Whether a value is one of some constants; numbers of the other kind are compared exactly.
    pub(crate) fn one_of(&mut self, value: NodeId, constants: &[Const]) -> NodeId {
        let ty = self.program.graph.ty(value);
        let constants = sorted(
            constants
                .iter()
                .filter_map(|constant| exactly(constant, &ty))
                .collect(),
        );
        let graph = &mut self.program.graph;
        match &constants[..] {
            [] => graph.bool(false),
            [one] => {
                let one = graph.constant(one.clone(), ty);
                self.equal(value, one)
            }
            _ => match graph.as_const(value) {
                Some(value) => {
                    let found = constants.contains(value);
                    graph.bool(found)
                }
                None => graph.test(Op::In(value, constants)),
            },
        }
    }
}

/// The constant as a value of this type; none where no such value equals it.
pub(super) fn exactly(constant: &Const, ty: &Ty) -> Option<Const> {
    match (constant, ty) {
        (Const::Int(int), Ty::Float) => {
            let float = *int as f64;
            (float as i128 == i128::from(*int)).then(|| Const::Float(F64::new(float)))
        }
        (Const::Float(float), ty) if ty.is_integer() => {
            let whole = float.get() as i128;
            let int = i64::try_from(whole).ok()?;
            (whole as f64 == float.get()).then_some(Const::Int(int))
        }
        (other, _) => Some(other.clone()),
    }
}

fn is_missing(constant: Option<&Const>) -> bool {
    constant == Some(&Const::Missing)
}
