//! Arithmetic: which of the plan's typed operations `+ - * /` and the functions of numbers are.

use persona_ir::{Const, F64, InstantSpec, NodeId, Op, Ty};
use persona_sema as hir;

use crate::body::Body;
use crate::graph::DAY;

impl Body<'_, '_> {
    pub(super) fn arithmetic(&mut self, op: hir::Op, nodes: &[NodeId]) -> NodeId {
        let (first, rest) = nodes.split_first().expect("arithmetic has operands");
        rest.iter().fold(*first, |a, b| match op {
            hir::Op::Add => self.add(a, *b),
            hir::Op::Sub => self.subtract(a, *b),
            hir::Op::Mul => self.multiply(a, *b),
            _ => self.divide(a, *b),
        })
    }

    fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let graph = &mut self.program.graph;
        match (graph.ty(a), graph.ty(b)) {
            (Ty::Float, _) | (_, Ty::Float) => self.float(Op::FAdd, a, b),
            (Ty::Duration, Ty::Timestamp | Ty::Date) => self.add(b, a),
            (Ty::Timestamp, Ty::Duration) => self.move_instant(a, b, false),
            (Ty::Date, Ty::Duration | Ty::Int) => self.move_date_by(a, b, false),
            (ty, _) => self.integer(Op::Add, i64::saturating_add, ty, a, b),
        }
    }

    fn subtract(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let graph = &mut self.program.graph;
        match (graph.ty(a), graph.ty(b)) {
            (Ty::Float, _) | (_, Ty::Float) => self.float(Op::FSub, a, b),
            (Ty::Timestamp, Ty::Timestamp) => graph.strict(Op::Sub(a, b), Ty::Duration, &[a, b]),
            (Ty::Date, Ty::Date) => graph.strict(Op::Sub(a, b), Ty::Int, &[a, b]),
            (Ty::Timestamp, Ty::Duration) => self.move_instant(a, b, true),
            (Ty::Date, Ty::Duration | Ty::Int) => self.move_date_by(a, b, true),
            (ty, _) => self.integer(Op::Sub, i64::saturating_sub, ty, a, b),
        }
    }

    fn multiply(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let graph = &mut self.program.graph;
        match (graph.ty(a), graph.ty(b)) {
            (Ty::Float | Ty::Int, Ty::Float) | (Ty::Float, Ty::Int) => self.float(Op::FMul, a, b),
            (ty, Ty::Float) => graph.strict(Op::Scale(a, b), ty, &[a, b]),
            (Ty::Float, ty) => graph.strict(Op::Scale(b, a), ty, &[b, a]),
            (Ty::Int, ty) => self.integer(Op::Mul, i64::saturating_mul, ty, b, a),
            (ty, _) => self.integer(Op::Mul, i64::saturating_mul, ty, a, b),
        }
    }

    fn divide(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let graph = &mut self.program.graph;
        match (graph.ty(a), graph.ty(b)) {
            (Ty::Float | Ty::Int, Ty::Float) | (Ty::Float, Ty::Int) => {
                let (a, b) = (graph.float_of(a), graph.float_of(b));
                self.quotient(Op::FDiv(a, b), Ty::Float, a, b)
            }
            (ty, Ty::Float) => self.quotient(Op::Unscale(a, b), ty, a, b),
            (Ty::Int, Ty::Int) => self.quotient(Op::Ratio(a, b), Ty::Float, a, b),
            (ty, Ty::Int) => self.quotient(Op::UnscaleInt(a, b), ty, a, b),
            _ => self.quotient(Op::Ratio(a, b), Ty::Float, a, b),
        }
    }

    /// A division: missing where the divisor is zero, unless it is a constant that is not.
    fn quotient(&mut self, op: Op, ty: Ty, a: NodeId, b: NodeId) -> NodeId {
        let graph = &mut self.program.graph;
        let nonzero = match graph.as_const(b) {
            Some(Const::Int(value)) => *value != 0,
            Some(Const::Float(value)) => value.get() != 0.0,
            _ => false,
        };
        let optional = !nonzero || graph.optional(a) || graph.optional(b);
        graph.node(op, ty, optional)
    }

    fn float(&mut self, op: fn(NodeId, NodeId) -> Op, a: NodeId, b: NodeId) -> NodeId {
        let graph = &mut self.program.graph;
        let (a, b) = (graph.float_of(a), graph.float_of(b));
        graph.strict(op(a, b), Ty::Float, &[a, b])
    }

    fn integer(
        &mut self,
        op: fn(NodeId, NodeId) -> Op,
        fold: fn(i64, i64) -> i64,
        ty: Ty,
        a: NodeId,
        b: NodeId,
    ) -> NodeId {
        let graph = &mut self.program.graph;
        match (graph.as_int(a), graph.as_int(b)) {
            (Some(x), Some(y)) => graph.int(fold(x, y), ty),
            _ => graph.strict(op(a, b), ty, &[a, b]),
        }
    }

    /// An instant moved by a duration; beside `now`, a constant one gives an instant that is computed once.
    pub(super) fn move_instant(&mut self, instant: NodeId, duration: NodeId, back: bool) -> NodeId {
        let graph = &mut self.program.graph;
        if let (Op::Now, Some(by)) = (graph.op(instant), graph.as_int(duration)) {
            return graph.instant(InstantSpec::NowPlus(if back {
                by.saturating_neg()
            } else {
                by
            }));
        }
        let op = if back {
            Op::Sub(instant, duration)
        } else {
            Op::Add(instant, duration)
        };
        graph.strict(op, Ty::Timestamp, &[instant, duration])
    }

    /// A date moved by whole days: an `Int`, or a duration's.
    pub(super) fn move_date_by(&mut self, date: NodeId, by: NodeId, back: bool) -> NodeId {
        let days = self.whole_days(by);
        let graph = &mut self.program.graph;
        if let Some(days) = graph.as_int(days).and_then(|days| i32::try_from(days).ok()) {
            return self.move_date(date, 0, if back { -days } else { days });
        }
        let op = if back {
            Op::Sub(date, days)
        } else {
            Op::Add(date, days)
        };
        graph.strict(op, Ty::Date, &[date, days])
    }

    /// The whole days of a duration, rounded down; an `Int` is that already.
    pub(super) fn whole_days(&mut self, by: NodeId) -> NodeId {
        let graph = &mut self.program.graph;
        if graph.ty(by) == Ty::Int {
            return by;
        }
        if let Some(micros) = graph.as_int(by) {
            return graph.int(micros.div_euclid(DAY), Ty::Int);
        }
        let day = graph.int(DAY, Ty::Duration);
        graph.strict(Op::IntDiv(by, day), Ty::Int, &[by])
    }

    pub(super) fn number(&mut self, op: hir::Op, nodes: &[NodeId]) -> NodeId {
        let a = nodes[0];
        let graph = &mut self.program.graph;
        let ty = graph.ty(a);
        match op {
            hir::Op::IntDiv => self.quotient(Op::IntDiv(a, nodes[1]), Ty::Int, a, nodes[1]),
            hir::Op::Mod => self.quotient(Op::IntMod(a, nodes[1]), Ty::Int, a, nodes[1]),
            hir::Op::Neg => self.negate(a),
            hir::Op::Abs => graph.strict(Op::Abs(a), ty, &[a]),
            hir::Op::Round | hir::Op::Floor | hir::Op::Ceil if ty == Ty::Int => a,
            hir::Op::Round => graph.strict(Op::Round(a), Ty::Int, &[a]),
            hir::Op::Floor => graph.strict(Op::Floor(a), Ty::Int, &[a]),
            hir::Op::Ceil => graph.strict(Op::Ceil(a), Ty::Int, &[a]),
            hir::Op::Least => self.choose_number(Op::Min, nodes),
            hir::Op::Greatest => self.choose_number(Op::Max, nodes),
            other => unreachable!("{other:?} is no operation on numbers"),
        }
    }

    fn negate(&mut self, a: NodeId) -> NodeId {
        let graph = &mut self.program.graph;
        let ty = graph.ty(a);
        match graph.as_const(a) {
            Some(Const::Int(value)) => {
                let value = value.saturating_neg();
                graph.int(value, ty)
            }
            Some(Const::Float(value)) => {
                let value = F64::new(-value.get());
                graph.constant(Const::Float(value), ty)
            }
            _ if ty == Ty::Float => graph.strict(Op::FNeg(a), ty, &[a]),
            _ => graph.strict(Op::Neg(a), ty, &[a]),
        }
    }

    fn choose_number(&mut self, op: fn(NodeId, NodeId) -> Op, nodes: &[NodeId]) -> NodeId {
        let graph = &mut self.program.graph;
        let float = nodes.iter().any(|node| graph.is_float(*node));
        let nodes: Vec<NodeId> = nodes
            .iter()
            .map(|node| if float { graph.float_of(*node) } else { *node })
            .collect();
        let (first, rest) = nodes
            .split_first()
            .expect("`least` and `greatest` have operands");
        rest.iter().fold(*first, |a, b| {
            let ty = graph.ty(a);
            graph.strict(op(a, *b), ty, &[a, *b])
        })
    }
}
