//! Conditions and choices: `and`, `or`, `not`, `??`, `if`, `match`, and text made of parts.

use std::sync::Arc;

use persona_ir::{NodeId, Op, Ty};
use persona_sema as hir;
use persona_sema::{Const, Expr, Part};

use crate::body::Body;
use crate::schema;

impl Body<'_, '_> {
    pub(super) fn logic(&mut self, op: hir::Op, expr: &Expr, nodes: &[NodeId]) -> NodeId {
        let graph = &mut self.program.graph;
        match op {
            hir::Op::And | hir::Op::Or => {
                let operands: Vec<NodeId> = nodes.iter().map(|node| graph.settled(*node)).collect();
                if op == hir::Op::And {
                    graph.and(&operands)
                } else {
                    graph.or(&operands)
                }
            }
            hir::Op::Not => {
                let operand = graph.settled(nodes[0]);
                graph.not(operand)
            }
            hir::Op::Known => graph.known(nodes[0]),
            hir::Op::Coalesce => {
                let ty = schema::ty(&expr.ty.kind);
                let mut operands = nodes
                    .iter()
                    .rev()
                    .map(|node| graph.coerce(*node, &ty))
                    .collect::<Vec<_>>()
                    .into_iter();
                let last = operands.next().expect("`??` has two operands");
                operands.fold(last, |rest, first| graph.coalesce(first, rest))
            }
            other => unreachable!("{other:?} is no logic"),
        }
    }

    /// `if a then x else if b then y else z`.
    pub(crate) fn if_chain(&mut self, expr: &Expr, arms: &[(Expr, Expr)], other: &Expr) -> NodeId {
        let ty = schema::ty(&expr.ty.kind);
        let arms: Vec<(NodeId, NodeId)> = arms
            .iter()
            .map(|(cond, then)| (self.condition(cond), self.expr_as(then, &ty)))
            .collect();
        let other = self.expr_as(other, &ty);
        self.choose(&arms, other)
    }

    /// The value of the first arm whose condition holds.
    fn choose(&mut self, arms: &[(NodeId, NodeId)], other: NodeId) -> NodeId {
        arms.iter().rev().fold(other, |other, (cond, then)| {
            self.program.graph.if_else(*cond, *then, other)
        })
    }

    /// A `match`; where its arms are exhaustive, the last one needs no condition.
    pub(crate) fn match_arms(
        &mut self,
        expr: &Expr,
        value: &Expr,
        arms: &[(Vec<Const>, Expr)],
        other: Option<&Expr>,
    ) -> NodeId {
        let ty = schema::ty(&expr.ty.kind);
        let node = self.expr(value);
        let mut lowered: Vec<(NodeId, NodeId)> = Vec::with_capacity(arms.len());
        for (patterns, result) in arms {
            let cond = self.matches_any(value, node, patterns);
            lowered.push((cond, self.expr_as(result, &ty)));
        }
        let other = match other {
            Some(other) => self.expr_as(other, &ty),
            None => {
                lowered
                    .pop()
                    .expect("a `match` without `otherwise` has arms")
                    .1
            }
        };
        self.choose(&lowered, other)
    }

    /// Whether a value is one of the constants of an arm.
    pub(crate) fn matches_any(&mut self, value: &Expr, node: NodeId, patterns: &[Const]) -> NodeId {
        let ty = schema::ty(&value.ty.kind);
        let known: Vec<Const> = patterns
            .iter()
            .filter(|pattern| **pattern != Const::Missing)
            .cloned()
            .collect();
        let mut conditions = Vec::new();
        if known.len() < patterns.len() {
            let known = self.program.graph.known(node);
            conditions.push(self.program.graph.not(known));
        }
        let known = known.iter().map(|pattern| match pattern {
            // Whole numbers keep their kind, so that they are compared exactly.
            Const::Int(_) if ty == Ty::Float => schema::constant(pattern, &Ty::Int),
            _ => schema::constant(pattern, &ty),
        });
        let known: Vec<_> = known.collect();
        conditions.push(self.one_of(node, &known));
        self.program.graph.or(&conditions)
    }

    /// Text with values in it.
    pub(crate) fn interpolate(&mut self, parts: &[Part]) -> NodeId {
        let mut nodes: Vec<NodeId> = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Part::Text(text) if text.is_empty() => {}
                Part::Text(text) => nodes.push(self.program.graph.text(text.clone())),
                Part::Value(value, format) => nodes.push(self.display(value, format.clone())),
            }
        }
        let graph = &mut self.program.graph;
        match nodes[..] {
            [] => graph.text(Arc::from("")),
            [one] => one,
            _ => graph.strict(Op::Concat(nodes.clone().into()), Ty::Str, &nodes),
        }
    }

    fn display(&mut self, value: &Expr, format: Option<Arc<str>>) -> NodeId {
        let node = self.expr(value);
        let graph = &mut self.program.graph;
        if format.is_none() && graph.ty(node) == Ty::Str {
            return node;
        }
        graph.strict(Op::Display(node, format), Ty::Str, &[node])
    }
}
