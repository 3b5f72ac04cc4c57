//! Aggregates and sequences.

use persona_ir::{
    Agg, AggKind, Bound, Const, KindId, ListAggKind, Negation, NegationMode, NodeId, Op, Query,
    Sequence, Step, Ty,
};

use super::super::fixture::{self, CART, ORDER, VISIT, item, list_of, set_of};
use super::{Bind, Focus, Maker, Scope, UNITS};

impl Maker<'_> {
    /// An aggregate over a list; `ty` is `Int` or `Float`.
    pub(super) fn list_aggregate(&mut self, ty: &Ty, depth: usize, scope: &Scope) -> NodeId {
        let element = self.rng.pick(&[ty.clone(), item()]).clone();
        let list = self.make(&list_of(element.clone()), depth, scope);
        let level = u8::try_from(scope.len()).unwrap();
        let mut inner = scope.clone();
        inner.push(Bind::Elem(element));
        let filter = self.rng.chance(40).then(|| self.condition(depth, &inner));
        let (kind, value, optional) = match (ty, self.rng.below(5)) {
            (Ty::Int, 0) => (ListAggKind::Count, None, false),
            (Ty::Int, 1) => {
                let ty = self.ordered_type();
                (
                    ListAggKind::Distinct,
                    Some(self.make(&ty, depth, &inner)),
                    false,
                )
            }
            (_, 2) => (ListAggKind::Min, Some(self.make(ty, depth, &inner)), true),
            (_, 3) => (ListAggKind::Max, Some(self.make(ty, depth, &inner)), true),
            (Ty::Float, 4) => {
                let of = self.rng.pick(&[Ty::Int, Ty::Float]).clone();
                (ListAggKind::Avg, Some(self.make(&of, depth, &inner)), true)
            }
            _ => (ListAggKind::Sum, Some(self.make(ty, depth, &inner)), false),
        };
        let optional = optional || self.optional(list);
        self.node(
            Op::ListAgg {
                kind,
                list,
                level,
                filter,
                value,
            },
            ty.clone(),
            optional,
        )
    }

    /// An aggregate that counts.
    pub(super) fn counted(&mut self, depth: usize) -> NodeId {
        let ty = self.ordered_type();
        let (kind, of) = match self.rng.below(6) {
            0 => (AggKind::Count, None),
            1 => (AggKind::Sum, Some(Ty::Int)),
            2 => (AggKind::Distinct, Some(ty)),
            3 => (AggKind::MaxPerValue, Some(ty)),
            4 => return self.aggregate(AggKind::Min, &Ty::Int, Some(Ty::Int), true, depth),
            _ => (
                AggKind::UnitsHit {
                    unit: *self.rng.pick(&UNITS),
                    units: 1 + 3 * self.small(),
                },
                None,
            ),
        };
        self.aggregate(kind, &Ty::Int, of, false, depth)
    }

    pub(super) fn float_aggregate(&mut self, depth: usize) -> NodeId {
        let ty = self.ordered_type();
        let (kind, of, optional) = match self.rng.below(6) {
            0 => (AggKind::Sum, Ty::Float, false),
            1 => (
                AggKind::Avg,
                self.rng.pick(&[Ty::Float, Ty::Int]).clone(),
                true,
            ),
            2 => (AggKind::TopShare, ty, true),
            3 => (AggKind::Share, Ty::Bool, true),
            4 => (AggKind::Max, Ty::Float, true),
            _ => (AggKind::MostCommon, Ty::Float, true),
        };
        self.aggregate(kind, &Ty::Float, Some(of), optional, depth)
    }

    pub(super) fn aggregate(
        &mut self,
        kind: AggKind,
        ty: &Ty,
        of: Option<Ty>,
        optional: bool,
        depth: usize,
    ) -> NodeId {
        let (query, scope) = self.query(depth, true);
        let value = of.map(|of| self.make(&of, depth, &scope));
        self.node(
            Op::Agg(Box::new(Agg { kind, query, value })),
            ty.clone(),
            optional,
        )
    }

    pub(super) fn kinds(&mut self) -> Vec<KindId> {
        let all = [CART, ORDER, VISIT];
        let some: Vec<KindId> = all.into_iter().filter(|_| self.rng.chance(45)).collect();
        if some.is_empty() {
            vec![*self.rng.pick(&all)]
        } else {
            some
        }
    }

    pub(super) fn query(&mut self, depth: usize, may_have_items: bool) -> (Query, Scope) {
        let kinds = self.kinds();
        let with_lists = may_have_items && self.rng.chance(35);
        let element = self.rng.pick(&[item(), Ty::Str]).clone();
        let lists = if element == item() {
            list_of(item())
        } else {
            set_of(Ty::Str)
        };
        let items = with_lists
            .then(|| self.event_cols(&lists, &kinds))
            .flatten()
            .map(|(cols, _)| cols);
        let mut scope = vec![Bind::Event(kinds.clone())];
        if items.is_some() {
            scope.push(Bind::Elem(element));
        }
        let query = Query {
            kinds: kinds.into(),
            items,
            from: self.bound(depth),
            to: self.bound(depth),
            latest: self.rng.chance(25).then(|| 1 + self.small()),
            filter: self.first_filter(depth, &scope),
        };
        (query, scope)
    }

    pub(super) fn first_filter(&mut self, depth: usize, scope: &Scope) -> Option<NodeId> {
        match self.focus {
            Focus::Sequences => self.step_filter(depth, scope),
            _ => self.rng.chance(60).then(|| self.condition(depth, scope)),
        }
    }

    pub(super) fn bound(&mut self, depth: usize) -> Option<Bound> {
        if self.rng.chance(if self.focus == Focus::Anything {
            60
        } else {
            80
        }) {
            return None;
        }
        let at = if self.rng.chance(70) {
            self.moment()
        } else {
            self.make(&Ty::Timestamp, depth, &Scope::new())
        };
        Some(Bound {
            at,
            inclusive: self.rng.chance(50),
        })
    }

    pub(super) fn sequence(&mut self, depth: usize) -> NodeId {
        let (first, mut scope) = self.query(depth, false);
        let mut steps = Vec::new();
        for _ in 0..self.rng.below(4) {
            let kinds = self.kinds();
            scope.push(Bind::Event(kinds.clone()));
            let within = self.rng.chance(50).then(|| self.within(depth));
            steps.push(Step {
                kinds: kinds.into(),
                filter: self.step_filter(depth, &scope),
                within,
            });
        }
        let negated = steps.is_empty() || self.rng.chance(50);
        let not = negated.then(|| {
            let kinds = self.kinds();
            scope.push(Bind::Event(kinds.clone()));
            let filter = self.step_filter(depth, &scope);
            Negation {
                kinds: kinds.into(),
                filter,
                mode: self.mode(depth),
            }
        });
        let latest = self.rng.chance(30);
        self.bool(Op::Sequence(Box::new(Sequence {
            first,
            latest,
            steps: steps.into(),
            not,
        })))
    }

    /// A filter that likes to compare with an earlier step.
    pub(super) fn step_filter(&mut self, depth: usize, scope: &Scope) -> Option<NodeId> {
        if self.rng.chance(40) {
            return None;
        }
        let ty = self.rng.pick(&[Ty::Str, Ty::Int]).clone();
        let (own, earlier) = (scope.len() - 1, self.rng.below(scope.len()));
        let sides = (
            self.bound_leaf(&ty, scope, own),
            self.bound_leaf(&ty, scope, earlier),
        );
        match sides {
            (Some(a), Some(b)) if self.rng.chance(60) => Some(if self.rng.chance(30) {
                self.bool(Op::Eq(a, b))
            } else {
                self.bool(Op::Le(a, b))
            }),
            (Some(a), _) if self.focus == Focus::Sequences => {
                let value = self.constant(&ty);
                let value = self.b.constant(value, ty);
                Some(self.bool(Op::Le(value, a)))
            }
            _ => Some(self.condition(depth, scope)),
        }
    }

    pub(super) fn within(&mut self, depth: usize) -> NodeId {
        if self.focus == Focus::Sequences && self.rng.chance(70) {
            let span = *self
                .rng
                .pick(&[0, fixture::HOUR, fixture::DAY, 8 * fixture::DAY]);
            return self.b.constant(Const::Int(span), Ty::Duration);
        }
        self.make(&Ty::Duration, depth.min(1), &Scope::new())
    }

    pub(super) fn mode(&mut self, depth: usize) -> NegationMode {
        match self.rng.below(3) {
            0 => NegationMode::Within(self.within(depth)),
            1 => NegationMode::For(self.within(depth)),
            _ => NegationMode::Ever,
        }
    }
}
