//! Numbers, texts and times.

use persona_ir::{AggKind, DatePart, NodeId, Op, RankId, RankKind, Ty};

use super::super::fixture::{euro, item, list_of, set_of};
use super::{Maker, Scope};

const NUMBER_PARTS: [DatePart; 4] = [
    DatePart::Year,
    DatePart::Quarter,
    DatePart::Month,
    DatePart::Day,
];

impl Maker<'_> {
    pub(super) fn whole(&mut self, depth: usize, scope: &Scope) -> NodeId {
        match self.rng.below(16) {
            0..=3 => self.arithmetic(&Ty::Int, depth, scope),
            4 => self.rounded(depth, scope),
            5 => {
                let (a, b) = (
                    self.make(&Ty::Int, depth, scope),
                    self.make(&Ty::Int, depth, scope),
                );
                let op = if self.rng.chance(50) {
                    Op::IntDiv(a, b)
                } else {
                    Op::IntMod(a, b)
                };
                self.division(op, Ty::Int, a, b)
            }
            6 => self.mapped(&Ty::Str, &Ty::Int, depth, scope, Op::StrLen),
            7 => {
                let ty = self
                    .rng
                    .pick(&[set_of(Ty::Str), list_of(Ty::Int), list_of(item())])
                    .clone();
                self.mapped(&ty, &Ty::Int, depth, scope, Op::Size)
            }
            8 => self.mapped(&Ty::Date, &Ty::Int, depth, scope, Op::Age),
            9 => self.mapped(&Ty::Timestamp, &Ty::Int, depth, scope, Op::DaysSince),
            10 => {
                let part = *self.rng.pick(&NUMBER_PARTS);
                if self.rng.chance(50) {
                    return self
                        .mapped(&Ty::Date, &Ty::Int, depth, scope, |a| Op::DatePart(a, part));
                }
                let part = *self.rng.pick(&[part, DatePart::Hour, DatePart::Minute]);
                self.mapped(&Ty::Timestamp, &Ty::Int, depth, scope, |a| {
                    Op::LocalPart(a, part)
                })
            }
            11 => self.list_aggregate(&Ty::Int, depth, scope),
            12 if !self.ranks.is_empty() => self.rank(&Ty::Int, depth, scope),
            12..=15 if scope.is_empty() => self.counted(depth),
            _ => {
                let (a, b) = (
                    self.make(&Ty::Date, depth, scope),
                    self.make(&Ty::Date, depth, scope),
                );
                self.with_optional(Op::Sub(a, b), Ty::Int, &[a, b])
            }
        }
    }

    pub(super) fn mapped(
        &mut self,
        from: &Ty,
        to: &Ty,
        depth: usize,
        scope: &Scope,
        op: impl FnOnce(NodeId) -> Op,
    ) -> NodeId {
        let a = self.make(from, depth, scope);
        self.with_optional(op(a), to.clone(), &[a])
    }

    pub(super) fn rounded(&mut self, depth: usize, scope: &Scope) -> NodeId {
        let a = self.make(&Ty::Float, depth, scope);
        let op = match self.rng.below(3) {
            0 => Op::Round(a),
            1 => Op::Floor(a),
            _ => Op::Ceil(a),
        };
        self.with_optional(op, Ty::Int, &[a])
    }

    /// Arithmetic that keeps an integer type.
    pub(super) fn arithmetic(&mut self, ty: &Ty, depth: usize, scope: &Scope) -> NodeId {
        let (a, b) = (self.make(ty, depth, scope), self.make(ty, depth, scope));
        let op = match self.rng.below(7) {
            0 => Op::Add(a, b),
            1 => Op::Sub(a, b),
            2 => {
                let times = self.make(&Ty::Int, depth, scope);
                return self.with_optional(Op::Mul(a, times), ty.clone(), &[a, times]);
            }
            3 => return self.with_optional(Op::Neg(a), ty.clone(), &[a]),
            4 => return self.with_optional(Op::Abs(a), ty.clone(), &[a]),
            5 => Op::Min(a, b),
            _ => Op::Max(a, b),
        };
        self.with_optional(op, ty.clone(), &[a, b])
    }

    pub(super) fn float(&mut self, depth: usize, scope: &Scope) -> NodeId {
        let (a, b) = (
            self.make(&Ty::Float, depth, scope),
            self.make(&Ty::Float, depth, scope),
        );
        let op = match self.rng.below(15) {
            0 => Op::FAdd(a, b),
            1 => Op::FSub(a, b),
            2 => Op::FMul(a, b),
            3 => return self.division(Op::FDiv(a, b), Ty::Float, a, b),
            4 => return self.with_optional(Op::FNeg(a), Ty::Float, &[a]),
            5 => return self.with_optional(Op::Abs(a), Ty::Float, &[a]),
            6 => Op::Min(a, b),
            7 => Op::Max(a, b),
            8 => return self.mapped(&Ty::Int, &Ty::Float, depth, scope, Op::ToFloat),
            9 => {
                let ty = self.rng.pick(&[Ty::Int, Ty::Duration, euro()]).clone();
                let (a, b) = (self.make(&ty, depth, scope), self.make(&ty, depth, scope));
                return self.division(Op::Ratio(a, b), Ty::Float, a, b);
            }
            10 => return self.list_aggregate(&Ty::Float, depth, scope),
            11 if !self.ranks.is_empty() => return self.rank(&Ty::Float, depth, scope),
            _ if scope.is_empty() => return self.float_aggregate(depth),
            _ => return a,
        };
        let optional = self.either_optional(a, b);
        self.node(op, Ty::Float, optional)
    }

    pub(super) fn rank(&mut self, ty: &Ty, depth: usize, scope: &Scope) -> NodeId {
        let index = self.rng.below(self.ranks.len());
        let rank = self.ranks[index].clone();
        let gives = if rank.kind == RankKind::Percentile {
            Ty::Float
        } else {
            Ty::Int
        };
        if gives != *ty {
            return self.leaf(ty, scope);
        }
        let value_ty = self.b.get(rank.value).ty.clone();
        let value = if self.rng.chance(70) {
            rank.value
        } else {
            self.make(&value_ty, depth, scope)
        };
        self.node(Op::Rank(RankId::from(index), value), gives, true)
    }

    pub(super) fn amount(&mut self, ty: &Ty, depth: usize, scope: &Scope) -> NodeId {
        match self.rng.below(8) {
            0..=2 => self.arithmetic(ty, depth, scope),
            3 => {
                let (a, b) = (
                    self.make(ty, depth, scope),
                    self.make(&Ty::Float, depth, scope),
                );
                if self.rng.chance(50) {
                    return self.with_optional(Op::Scale(a, b), ty.clone(), &[a, b]);
                }
                self.division(Op::Unscale(a, b), ty.clone(), a, b)
            }
            4 => {
                let (a, b) = (
                    self.make(ty, depth, scope),
                    self.make(&Ty::Int, depth, scope),
                );
                self.division(Op::UnscaleInt(a, b), ty.clone(), a, b)
            }
            5 if *ty == Ty::Length => {
                let (a, b) = (
                    self.make(&Ty::Geo, depth, scope),
                    self.make(&Ty::Geo, depth, scope),
                );
                self.with_optional(Op::Distance(a, b), Ty::Length, &[a, b])
            }
            5 if *ty == Ty::Duration && scope.is_empty() => {
                self.aggregate(AggKind::Gap, ty, None, true, depth)
            }
            6 if *ty == Ty::Duration => {
                let (a, b) = (
                    self.make(&Ty::Timestamp, depth, scope),
                    self.make(&Ty::Timestamp, depth, scope),
                );
                self.with_optional(Op::Sub(a, b), Ty::Duration, &[a, b])
            }
            _ if scope.is_empty() => {
                let (kind, optional) = self
                    .rng
                    .pick(&[
                        (AggKind::Sum, false),
                        (AggKind::Avg, true),
                        (AggKind::Min, true),
                        (AggKind::Max, true),
                        (AggKind::MostCommon, true),
                    ])
                    .clone();
                self.aggregate(kind, ty, Some(ty.clone()), optional, depth)
            }
            _ => self.leaf(ty, scope),
        }
    }

    pub(super) fn text(&mut self, depth: usize, scope: &Scope) -> NodeId {
        match self.rng.below(9) {
            0 => self.mapped(&Ty::Str, &Ty::Str, depth, scope, Op::Lower),
            1 => self.mapped(&Ty::Str, &Ty::Str, depth, scope, Op::Upper),
            2 => self.mapped(&Ty::Str, &Ty::Str, depth, scope, Op::Trim),
            3 => self.mapped(&Ty::Str, &Ty::Str, depth, scope, Op::Fold),
            4 => {
                let a = self.make(&Ty::Str, depth, scope);
                self.node(Op::Domain(a), Ty::Str, true)
            }
            5 => {
                let count = 2 + self.rng.below(2);
                let all: Vec<NodeId> = (0..count)
                    .map(|_| self.make(&Ty::Str, depth, scope))
                    .collect();
                self.with_optional(Op::Concat(all.clone().into()), Ty::Str, &all)
            }
            6 => {
                let ty = self.any_type();
                let formats = persona_runtime::display::formats(&ty);
                let format = (!formats.is_empty() && self.rng.chance(50))
                    .then(|| (*self.rng.pick(formats)).into());
                self.mapped(&ty, &Ty::Str, depth, scope, |a| Op::Display(a, format))
            }
            7 if scope.is_empty() => {
                let kind = self
                    .rng
                    .pick(&[AggKind::Min, AggKind::Max, AggKind::MostCommon])
                    .clone();
                self.aggregate(kind, &Ty::Str, Some(Ty::Str), true, depth)
            }
            _ => self.leaf(&Ty::Str, scope),
        }
    }

    pub(super) fn time(&mut self, ty: &Ty, depth: usize, scope: &Scope) -> NodeId {
        match (ty, self.rng.below(6)) {
            (Ty::Date, 0) => {
                let (months, days) = self.period();
                self.mapped(&Ty::Date, &Ty::Date, depth, scope, |date| Op::DateAdd {
                    date,
                    months,
                    days,
                })
            }
            (Ty::Date, 1) => self.mapped(&Ty::Timestamp, &Ty::Date, depth, scope, Op::DateOf),
            (Ty::Date, 2) => self.mapped(&Ty::Date, &Ty::Date, depth, scope, Op::Anniversary),
            (Ty::Date, 3) => {
                let (a, b) = (
                    self.make(&Ty::Date, depth, scope),
                    self.make(&Ty::Int, depth, scope),
                );
                let op = if self.rng.chance(50) {
                    Op::Add(a, b)
                } else {
                    Op::Sub(a, b)
                };
                self.with_optional(op, Ty::Date, &[a, b])
            }
            (Ty::Date, 4) => self.mapped(&Ty::Timestamp, &Ty::Date, depth, scope, |a| {
                Op::LocalPart(a, DatePart::Date)
            }),
            (Ty::Timestamp, 0) => {
                self.mapped(&Ty::Date, &Ty::Timestamp, depth, scope, Op::StartOfDay)
            }
            (Ty::Timestamp, 1 | 2) => {
                let (a, b) = (
                    self.make(&Ty::Timestamp, depth, scope),
                    self.make(&Ty::Duration, depth, scope),
                );
                let op = if self.rng.chance(50) {
                    Op::Add(a, b)
                } else {
                    Op::Sub(a, b)
                };
                self.with_optional(op, Ty::Timestamp, &[a, b])
            }
            (Ty::Timestamp, 3) if scope.is_empty() => {
                let kind = self.rng.pick(&[AggKind::Min, AggKind::Max]).clone();
                self.aggregate(kind, ty, Some(ty.clone()), true, depth)
            }
            (Ty::TimeOfDay, 0 | 1) => {
                self.mapped(&Ty::Timestamp, &Ty::TimeOfDay, depth, scope, |a| {
                    Op::LocalPart(a, DatePart::Time)
                })
            }
            (Ty::Enum(_), 0) => self.mapped(&Ty::Timestamp, ty, depth, scope, |a| {
                Op::LocalPart(a, DatePart::Weekday)
            }),
            (Ty::Enum(_), 1) => self.mapped(&Ty::Date, ty, depth, scope, |a| {
                Op::DatePart(a, DatePart::Weekday)
            }),
            _ => self.leaf(ty, scope),
        }
    }
}
