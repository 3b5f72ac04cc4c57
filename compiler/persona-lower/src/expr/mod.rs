//! Expressions, by subject. Each module adds to [`crate::body::Body`] the lowering of some forms; which typed operation is
//! meant follows from the operands' types, which the checker made to agree.

mod arith;
mod compare;
mod events;
mod lists;
mod logic;
mod time;

pub(crate) use time::unit as calendar_unit;

use persona_ir::{NodeId, Op, Ty};
use persona_sema as hir;
use persona_sema::Expr;

use crate::body::Body;
use crate::program::Value;
use crate::schema;

impl Body<'_, '_> {
    /// An operation on its operands.
    pub(crate) fn operation(&mut self, op: hir::Op, expr: &Expr, operands: &[Value]) -> Value {
        self.program.step();
        if let (hir::Op::Neg, [Value::Period { months, days }]) = (op, operands) {
            return Value::Period {
                months: -months,
                days: -days,
            };
        }
        if let [Value::Period { .. }, ..] | [_, Value::Period { .. }, ..] = operands {
            return Value::Node(self.move_by_period(op, operands));
        }
        let nodes: Vec<NodeId> = operands.iter().map(node).collect();
        Value::Node(self.node_operation(op, expr, &nodes))
    }

    fn node_operation(&mut self, op: hir::Op, expr: &Expr, nodes: &[NodeId]) -> NodeId {
        use hir::Op as H;
        match op {
            H::And | H::Or | H::Not | H::Known | H::Coalesce => self.logic(op, expr, nodes),
            H::Eq | H::EqFold | H::Lt | H::Le | H::Before | H::Between | H::In => {
                self.comparison(op, nodes)
            }
            H::Contains | H::StartsWith | H::EndsWith | H::Matches => self.text_test(op, nodes),
            H::Has | H::HasAny | H::HasAll | H::Size => self.collection(op, nodes),
            H::Add | H::Sub | H::Mul | H::Div => self.arithmetic(op, nodes),
            H::IntDiv
            | H::Mod
            | H::Neg
            | H::Abs
            | H::Round
            | H::Floor
            | H::Ceil
            | H::Least
            | H::Greatest => self.number(op, nodes),
            H::Age | H::DaysSince | H::DaysUntil | H::Anniversary | H::DateOf => {
                self.date(op, nodes[0])
            }
            H::Year
            | H::Quarter
            | H::Month
            | H::Day
            | H::Weekday
            | H::Hour
            | H::Minute
            | H::LocalDate
            | H::LocalTime => self.date_part(op, nodes[0], &schema::ty(&expr.ty.kind)),
            H::Lower | H::Upper | H::Trim | H::Fold | H::StrLen | H::Domain => {
                self.text(op, nodes[0])
            }
            H::Geo | H::Distance => self.place(op, nodes),
        }
    }

    fn place(&mut self, op: hir::Op, nodes: &[NodeId]) -> NodeId {
        let graph = &mut self.program.graph;
        if op == hir::Op::Distance {
            return graph.strict(Op::Distance(nodes[0], nodes[1]), Ty::Length, nodes);
        }
        let (lat, lon) = (graph.float_of(nodes[0]), graph.float_of(nodes[1]));
        graph.node(Op::GeoMake(lat, lon), Ty::Geo, true)
    }

    fn text(&mut self, op: hir::Op, text: NodeId) -> NodeId {
        let graph = &mut self.program.graph;
        match op {
            hir::Op::Lower => graph.strict(Op::Lower(text), Ty::Str, &[text]),
            hir::Op::Upper => graph.strict(Op::Upper(text), Ty::Str, &[text]),
            hir::Op::Trim => graph.strict(Op::Trim(text), Ty::Str, &[text]),
            hir::Op::Fold => graph.strict(Op::Fold(text), Ty::Str, &[text]),
            hir::Op::StrLen => graph.strict(Op::StrLen(text), Ty::Int, &[text]),
            hir::Op::Domain => graph.node(Op::Domain(text), Ty::Str, true),
            other => unreachable!("{other:?} is no operation on text"),
        }
    }
}

fn node(value: &Value) -> NodeId {
    match value {
        Value::Node(node) => *node,
        other => unreachable!("{other:?} where a value is needed"),
    }
}
