//! Lists, sets and text as collections: membership, quantifiers, aggregates over elements.

use persona_ir::{Const, ListAggKind, NodeId, Op, Ty};
use persona_sema as hir;
use persona_sema::{AggKind, BinderId, Expr};

use super::compare::exactly;
use crate::body::{Body, What};
use crate::graph::sorted;

impl Body<'_, '_> {
    pub(super) fn text_test(&mut self, op: hir::Op, nodes: &[NodeId]) -> NodeId {
        let (a, b) = (nodes[0], nodes[1]);
        let graph = &mut self.program.graph;
        let op = match op {
            hir::Op::Contains => Op::Contains(a, b),
            hir::Op::StartsWith => Op::StartsWith(a, b),
            hir::Op::EndsWith => Op::EndsWith(a, b),
            _ => match graph.as_const(b) {
                Some(Const::Str(pattern)) => Op::Matches(a, pattern.clone()),
                other => unreachable!("a pattern that is no constant: {other:?}"),
            },
        };
        graph.test(op)
    }

    pub(super) fn collection(&mut self, op: hir::Op, nodes: &[NodeId]) -> NodeId {
        let list = nodes[0];
        let graph = &mut self.program.graph;
        let element = graph
            .ty(list)
            .element()
            .expect("a collection has elements")
            .clone();
        match op {
            hir::Op::Size => graph.strict(Op::Size(list), Ty::Int, &[list]),
            hir::Op::Has => {
                let value = graph.coerce(nodes[1], &element);
                graph.test(Op::Has(list, value))
            }
            _ => {
                let Some(Const::List(values)) = graph.as_const(nodes[1]) else {
                    unreachable!("a list of values that is no constant");
                };
                let given = values.len();
                let values: Vec<Const> = values
                    .iter()
                    .filter_map(|value| exactly(value, &element))
                    .collect();
                let possible = values.len() == given;
                self.has_constants(op, list, &sorted(values), possible)
            }
        }
    }

    /// `contains any`, `contains all`. The latter is impossible where one of the values cannot be an element at all.
    fn has_constants(
        &mut self,
        op: hir::Op,
        list: NodeId,
        values: &[Const],
        possible: bool,
    ) -> NodeId {
        let graph = &mut self.program.graph;
        match (op, values) {
            (hir::Op::HasAny, []) => graph.bool(false),
            (hir::Op::HasAny, _) => graph.test(Op::HasAny(list, values.into())),
            _ if !possible => graph.bool(false),
            (_, []) => graph.known(list),
            _ => graph.test(Op::HasAll(list, values.into())),
        }
    }

    pub(crate) fn quantifier(
        &mut self,
        all: bool,
        binder: BinderId,
        list: &Expr,
        condition: &Expr,
    ) -> NodeId {
        let list = self.expr(list);
        let (count, outer) = (self.bound(), self.level);
        let ty = self.program.graph.ty(list);
        let level = self.bind(binder, What::Elem(vec![ty]));
        let body = self.condition(condition);
        self.unbind(count, outer);
        let graph = &mut self.program.graph;
        if all && !graph.optional(list) {
            return graph.test(Op::AllElem { list, level, body });
        }
        if !all {
            return graph.test(Op::AnyElem { list, level, body });
        }
        // Known by narrowing, although the column may be missing: no element fails.
        let fails = graph.not(body);
        let some_fails = graph.test(Op::AnyElem {
            list,
            level,
            body: fails,
        });
        graph.not(some_fails)
    }

    pub(crate) fn list_agg(
        &mut self,
        kind: &AggKind,
        binder: BinderId,
        list: &Expr,
        filter: Option<&Expr>,
        value: Option<&Expr>,
    ) -> NodeId {
        let list = self.expr(list);
        let (count, outer) = (self.bound(), self.level);
        let ty = self.program.graph.ty(list);
        let level = self.bind(binder, What::Elem(vec![ty]));
        let filter = filter.map(|filter| self.condition(filter));
        let value = value.map(|value| self.expr(value));
        self.unbind(count, outer);
        let (kind, empty_is_missing) = list_kind(kind);
        let graph = &mut self.program.graph;
        let filter = filter.filter(|filter| graph.as_const(*filter) != Some(&Const::Bool(true)));
        let value_ty = value.map_or(Ty::Int, |value| graph.ty(value));
        let ty = match kind {
            ListAggKind::Count | ListAggKind::Distinct => Ty::Int,
            ListAggKind::Avg if value_ty == Ty::Int => Ty::Float,
            _ => value_ty,
        };
        let optional = empty_is_missing || graph.optional(list);
        graph.node(
            Op::ListAgg {
                kind,
                list,
                level,
                filter,
                value,
            },
            ty,
            optional,
        )
    }
}

/// The plan's aggregate, and whether it is missing of nothing.
fn list_kind(kind: &AggKind) -> (ListAggKind, bool) {
    match kind {
        AggKind::Count => (ListAggKind::Count, false),
        AggKind::Sum => (ListAggKind::Sum, false),
        AggKind::Avg => (ListAggKind::Avg, true),
        AggKind::Min => (ListAggKind::Min, true),
        AggKind::Max => (ListAggKind::Max, true),
        AggKind::Distinct => (ListAggKind::Distinct, false),
        other => unreachable!("{other:?} over a list"),
    }
}
