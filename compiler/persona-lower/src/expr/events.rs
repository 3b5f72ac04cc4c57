//! History: event queries, aggregates over them, sequences; and ranks, which look at the whole population.

use std::sync::Arc;

use persona_ir::{self as ir, Agg, Const, KindId, NegationMode, NodeId, Op, Rank, RankKind, Ty};
use persona_sema::{AggKind, Arg, Expr, Kinds, Negation, Query, Step, Window};

use super::time::unit;
use crate::body::{Body, What, event_cols};
use crate::program::Value;
use crate::schema;

/// The end of a window besides `at <= now`, which every query keeps.
type Ends = (Option<ir::Bound>, Option<ir::Bound>);

impl Body<'_, '_> {
    /// The kinds that a query is about.
    fn kinds(&self, kinds: &Kinds) -> Arc<[KindId]> {
        match kinds {
            Kinds::Events(events) => events.iter().copied().map(schema::kind).collect(),
            Kinds::Param(param) => match self.arg(*param) {
                Value::Event(kinds) => kinds.clone(),
                Value::Field(cols) => cols.iter().map(|col| col.kind).collect(),
                other => unreachable!("{other:?} as kinds of events"),
            },
        }
    }

    /// Lowers a query and, under its binders, what `inside` makes of it.
    fn with_query<R>(
        &mut self,
        query: &Query,
        inside: impl FnOnce(&mut Self, ir::Query) -> R,
    ) -> R {
        let (count, outer) = (self.bound(), std::mem::replace(&mut self.level, 0));
        let (from, to) = self.query_window(query.window.as_ref());
        let latest = match &query.window {
            Some(Window::Latest(n)) => Some(self.count(n).unsigned_abs()),
            _ => None,
        };
        let kinds = self.kinds(&query.kinds);
        self.bind(query.binder, What::Event(kinds.clone()));
        let items = query.items.as_ref().map(|items| {
            let cols = event_cols(&items.fields);
            let lists = cols
                .iter()
                .map(|col| schema::column_of(&self.program.schema.events[col.kind], col.col).0);
            let lists = lists.collect();
            self.bind(items.binder, What::Elem(lists));
            cols.into_boxed_slice()
        });
        let filter = self.filter(query.filter.as_deref());
        let query = ir::Query {
            kinds: kinds.to_vec().into(),
            items,
            from,
            to,
            latest,
            filter,
        };
        let result = inside(self, query);
        self.unbind(count, outer);
        result
    }

    /// A query by itself.
    pub(crate) fn query(&mut self, query: &Query) -> ir::Query {
        self.with_query(query, |_, query| query)
    }

    /// A query with a value under its binders.
    pub(crate) fn query_value(&mut self, query: &Query, value: &Expr) -> (ir::Query, NodeId) {
        self.with_query(query, |body, query| {
            let value = body.expr(value);
            (query, value)
        })
    }

    fn filter(&mut self, filter: Option<&Expr>) -> Option<NodeId> {
        let filter = self.condition(filter?);
        (self.program.graph.as_const(filter) != Some(&Const::Bool(true))).then_some(filter)
    }

    fn query_window(&mut self, window: Option<&Window>) -> Ends {
        match window {
            None | Some(Window::Latest(_)) => (None, None),
            Some(window) => {
                let (from, to) = self.instant_window(window);
                let ends_now = matches!(window, Window::Last(_) | Window::This(_));
                (Some(from), (!ends_now).then_some(to))
            }
        }
    }

    pub(crate) fn agg(&mut self, kind: &AggKind, query: &Query, value: Option<&Expr>) -> NodeId {
        let Some(kind_) = self.agg_kind(kind) else {
            return self.agg_of_nothing(kind, value, query);
        };
        let query_binder = query.binder;
        self.with_query(query, |body, query| {
            let value = match (&kind_, value) {
                (
                    ir::AggKind::Exists
                    | ir::AggKind::Count
                    | ir::AggKind::Gap
                    | ir::AggKind::UnitsHit { .. },
                    _,
                ) => None,
                (ir::AggKind::Share, Some(value)) => Some(body.condition(value)),
                // A whole event, as in `last(Purchase) is known`: its instant stands for it.
                (ir::AggKind::Nth { .. }, None) => Some(body.instant_of(query_binder)),
                (_, value) => value.map(|value| body.expr(value)),
            };
            body.agg_node(kind_, query, value)
        })
    }

    fn agg_node(&mut self, kind: ir::AggKind, query: ir::Query, value: Option<NodeId>) -> NodeId {
        let graph = &mut self.program.graph;
        let value_ty = value.map_or(Ty::Bool, |value| graph.ty(value));
        let (ty, optional) = agg_type(&kind, value_ty);
        graph.node(Op::Agg(Box::new(Agg { kind, query, value })), ty, optional)
    }

    /// The plan's aggregate; none where a constant number makes it one of nothing.
    fn agg_kind(&mut self, kind: &AggKind) -> Option<ir::AggKind> {
        Some(match kind {
            AggKind::Exists => ir::AggKind::Exists,
            AggKind::Count => ir::AggKind::Count,
            AggKind::Sum => ir::AggKind::Sum,
            AggKind::Avg => ir::AggKind::Avg,
            AggKind::Min => ir::AggKind::Min,
            AggKind::Max => ir::AggKind::Max,
            AggKind::Distinct => ir::AggKind::Distinct,
            AggKind::MostCommon => ir::AggKind::MostCommon,
            AggKind::TopShare => ir::AggKind::TopShare,
            AggKind::Share => ir::AggKind::Share,
            AggKind::Gap => ir::AggKind::Gap,
            AggKind::MaxPerValue => ir::AggKind::MaxPerValue,
            AggKind::Nth { n, from_end } => {
                let n = self.count(n).unsigned_abs();
                (n > 0).then_some(ir::AggKind::Nth {
                    n,
                    from_end: *from_end,
                })?
            }
            AggKind::UnitsHit { unit: of, units } => {
                let units = self.count(units).unsigned_abs();
                (units > 0).then_some(ir::AggKind::UnitsHit {
                    unit: unit(*of),
                    units,
                })?
            }
        })
    }

    /// `nth(0, Q)` is missing; none of the last 0 weeks has an event.
    fn agg_of_nothing(&mut self, kind: &AggKind, value: Option<&Expr>, query: &Query) -> NodeId {
        if matches!(kind, AggKind::UnitsHit { .. }) {
            return self.program.graph.int(0, Ty::Int);
        }
        let ty = self.with_query(query, |body, _| {
            let value = value.map(|value| body.expr(value));
            value.map_or(Ty::Bool, |value| body.program.graph.ty(value))
        });
        self.program.graph.constant(Const::Missing, ty)
    }

    pub(crate) fn sequence(
        &mut self,
        first: &Query,
        latest: bool,
        steps: &[Step],
        not: Option<&Negation>,
    ) -> NodeId {
        // Durations stand outside all binders.
        let withins: Vec<Option<NodeId>> = steps
            .iter()
            .map(|step| self.closed(step.within.as_deref()))
            .collect();
        let within = not.and_then(|not| self.closed(not.within.as_deref()));
        let lasting = not.and_then(|not| self.closed(not.lasting.as_deref()));
        self.with_query(first, |body, first| {
            let mut lowered = Vec::with_capacity(steps.len());
            for (step, within) in steps.iter().zip(withins) {
                let kinds = body.kinds(&step.kinds);
                body.bind(step.binder, What::Event(kinds.clone()));
                let filter = body.filter(step.filter.as_deref());
                lowered.push(ir::Step {
                    kinds: kinds.to_vec().into(),
                    filter,
                    within,
                });
            }
            let not = not.map(|not| {
                let kinds = body.kinds(&not.kinds);
                body.bind(not.binder, What::Event(kinds.clone()));
                let filter = body.filter(not.filter.as_deref());
                let mode = match (within, lasting) {
                    (Some(within), _) => NegationMode::Within(within),
                    (None, Some(lasting)) => NegationMode::For(lasting),
                    (None, None) => NegationMode::Ever,
                };
                ir::Negation {
                    kinds: kinds.to_vec().into(),
                    filter,
                    mode,
                }
            });
            let sequence = ir::Sequence {
                first,
                latest,
                steps: lowered.into(),
                not,
            };
            body.program.graph.test(Op::Sequence(Box::new(sequence)))
        })
    }

    fn closed(&mut self, duration: Option<&Expr>) -> Option<NodeId> {
        duration.map(|duration| self.expr(duration))
    }

    pub(crate) fn rank(
        &mut self,
        tiles: Option<u32>,
        value: &Expr,
        among: Option<&(Arc<str>, Vec<Arg>)>,
    ) -> NodeId {
        let (kind, ty) = match tiles {
            Some(tiles) => (RankKind::Ntile(tiles), Ty::Int),
            None => (RankKind::Percentile, Ty::Float),
        };
        let holes = self.program.holes();
        let value = self.expr(value);
        let among = among.map(|(name, args)| self.segment(name, args));
        if self.program.holes() > holes {
            return self.program.hole(&ty);
        }
        let id = self.program.rank(Rank {
            name: self.name.clone(),
            kind,
            value,
            among,
        });
        self.program.graph.node(Op::Rank(id, value), ty, true)
    }
}

/// The type of an aggregate of values of a type, and whether it may be missing.
fn agg_type(kind: &ir::AggKind, value: Ty) -> (Ty, bool) {
    match kind {
        ir::AggKind::Exists => (Ty::Bool, false),
        ir::AggKind::Count
        | ir::AggKind::Distinct
        | ir::AggKind::MaxPerValue
        | ir::AggKind::UnitsHit { .. } => (Ty::Int, false),
        ir::AggKind::Sum => (value, false),
        ir::AggKind::Avg if value == Ty::Int => (Ty::Float, true),
        ir::AggKind::Avg
        | ir::AggKind::Min
        | ir::AggKind::Max
        | ir::AggKind::MostCommon
        | ir::AggKind::Nth { .. } => (value, true),
        ir::AggKind::TopShare | ir::AggKind::Share => (Ty::Float, true),
        ir::AggKind::Gap => (Ty::Duration, true),
    }
}
