//! Random plans that respect types, levels and missing values: every operation, every aggregate, sequences whose
//! filters refer to earlier steps, closed nodes under binders, ranks of ranks.

use std::sync::Arc;

use persona_ir::{
    Agg, AggKind, Bound, Builder, CalendarUnit, Check, CheckAction, CheckTable, Const, DatePart, EventCol, F64, InstantSpec, KindId, ListAggKind,
    Negation, NegationMode, NodeId, Op, OutputKind, Plan, Query, Rank, RankId, RankKind, Schema, Sequence,
    Step, Ty,
};
use persona_runtime::Value;

use super::fixture::{self, CART, ORDER, Rng, TIER, VISIT, WEEKDAY, euro, item, list_of, set_of};
use super::plans;

/// What a level is bound to while a body is made.
#[derive(Clone)]
enum Bind {
    Event(Vec<KindId>),
    Elem(Ty),
}

type Scope = Vec<Bind>;

pub(super) struct Maker<'r> {
    rng: &'r mut Rng,
    b: Builder,
    schema: Schema,
    ranks: Vec<Rank>,
    focus: Focus,
}

const PATTERNS: [&str; 4] = ["^a", "(?i)strasse|b", "^$", r"\d+|é"];
const UNITS: [CalendarUnit; 5] =
    [CalendarUnit::Day, CalendarUnit::Week, CalendarUnit::Month, CalendarUnit::Quarter, CalendarUnit::Year];
const NUMBER_PARTS: [DatePart; 4] = [DatePart::Year, DatePart::Quarter, DatePart::Month, DatePart::Day];

/// What most outputs of a plan are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Focus {
    /// Of any type, made in any way.
    Anything,
    /// Sequences whose filters let much pass.
    Sequences,
    /// Aggregates over events.
    Aggregates,
    /// Ranks of values, and of ranks.
    Ranks,
}

/// A random plan with a few ranks and outputs of many types.
pub(super) fn plan(rng: &mut Rng, outputs: usize, depth: usize, focus: Focus) -> Plan {
    let mut maker = Maker { rng, b: Builder::new(), schema: fixture::schema(), ranks: Vec::new(), focus };
    let ranks = maker.rng.below(3) + if focus == Focus::Ranks { 3 } else { 0 };
    for index in 0..ranks {
        let ty = if maker.rng.chance(50) { Ty::Int } else { Ty::Float };
        let value = maker.make(&ty, depth, &Scope::new());
        let among = maker.rng.chance(40).then(|| maker.condition(depth, &Scope::new()));
        let tiles = u32::try_from(maker.rng.below(5)).unwrap() + 1;
        let kind = if maker.rng.chance(50) { RankKind::Ntile(tiles) } else { RankKind::Percentile };
        maker.ranks.push(Rank { name: format!("rank{index}").into(), kind, value, among });
    }
    let mut plan = fixture::empty_plan();
    for index in 0..outputs {
        let (kind, node) = maker.output(depth);
        plan.outputs.push(plans::output(&format!("out{index:02}"), kind, node));
    }
    plan.ranks = maker.ranks.into_iter().collect();
    plan.nodes = maker.b.finish();
    plan
}

impl Maker<'_> {
    fn output(&mut self, depth: usize) -> (OutputKind, NodeId) {
        let closed = Scope::new();
        match self.focus {
            Focus::Sequences => return (OutputKind::Segment, self.sequence(depth)),
            Focus::Aggregates if self.rng.chance(50) => return (OutputKind::Trait, self.counted(depth)),
            Focus::Aggregates => return (OutputKind::Trait, self.float_aggregate(depth)),
            Focus::Ranks => {
                let ty = self.rng.pick(&[Ty::Int, Ty::Float]).clone();
                return (OutputKind::Trait, self.rank(&ty, depth, &closed));
            }
            Focus::Anything => {}
        }
        if self.rng.chance(50) {
            return (OutputKind::Segment, self.condition(depth, &closed));
        }
        let ty = self.any_type();
        (OutputKind::Trait, self.make(&ty, depth, &closed))
    }

    fn any_type(&mut self) -> Ty {
        let types = [
            Ty::Bool,
            Ty::Int,
            Ty::Int,
            Ty::Float,
            Ty::Str,
            Ty::Enum(TIER),
            Ty::Date,
            Ty::Timestamp,
            Ty::Duration,
            Ty::Length,
            euro(),
            Ty::TimeOfDay,
            Ty::Geo,
            set_of(Ty::Str),
            list_of(Ty::Int),
            list_of(item()),
        ];
        self.rng.pick(&types).clone()
    }

    fn ordered_type(&mut self) -> Ty {
        let types = [Ty::Int, Ty::Float, Ty::Str, Ty::Enum(TIER), Ty::Date, Ty::Timestamp, euro(), Ty::Duration];
        self.rng.pick(&types).clone()
    }

    fn node(&mut self, op: Op, ty: Ty, optional: bool) -> NodeId {
        self.b.node(op, ty, optional)
    }

    fn bool(&mut self, op: Op) -> NodeId {
        self.node(op, Ty::Bool, false)
    }

    fn optional(&self, node: NodeId) -> bool {
        self.b.get(node).optional
    }

    fn either_optional(&self, a: NodeId, b: NodeId) -> bool {
        self.optional(a) || self.optional(b)
    }

    fn with_optional(&mut self, op: Op, ty: Ty, operands: &[NodeId]) -> NodeId {
        let optional = operands.iter().any(|operand| self.optional(*operand));
        self.node(op, ty, optional)
    }

    /// An operation that is missing where its divisor is zero.
    fn division(&mut self, op: Op, ty: Ty, a: NodeId, b: NodeId) -> NodeId {
        let never_zero = match &self.b.get(b).op {
            Op::Const(Const::Int(value)) => *value != 0,
            Op::Const(Const::Float(value)) => value.get() != 0.0,
            _ => false,
        };
        let optional = self.either_optional(a, b) || !never_zero;
        self.node(op, ty, optional)
    }

    // ---- leaves ----

    fn constant(&mut self, ty: &Ty) -> Const {
        let value = fixture::value(self.rng, ty);
        to_const(&value)
    }

    fn constants(&mut self, ty: &Ty, most: usize) -> Arc<[Const]> {
        let count = 1 + self.rng.below(most);
        let mut all: Vec<Const> = (0..count).map(|_| self.constant(ty)).collect();
        all.sort_by(Const::compare);
        all.dedup();
        all.into()
    }

    fn leaf(&mut self, ty: &Ty, scope: &Scope) -> NodeId {
        let mut leaves: Vec<NodeId> = Vec::new();
        for level in 0..scope.len() {
            leaves.extend(self.bound_leaf(ty, scope, level));
            leaves.extend(self.bound_leaf(ty, scope, level));
        }
        leaves.extend(self.profile_leaf(ty));
        if leaves.is_empty() || self.rng.chance(25) {
            return self.plain_leaf(ty);
        }
        *self.rng.pick(&leaves)
    }

    fn plain_leaf(&mut self, ty: &Ty) -> NodeId {
        if self.rng.chance(8) {
            return self.node(Op::Const(Const::Missing), ty.clone(), true);
        }
        match ty {
            Ty::Timestamp if self.rng.chance(60) => self.moment(),
            Ty::Date if self.rng.chance(60) => {
                let (months, days) = self.period();
                self.node(Op::Today { months, days }, Ty::Date, false)
            }
            Ty::List(element) if matches!(**element, Ty::Record(_)) => self.node(Op::Const(Const::Missing), ty.clone(), true),
            _ => {
                let value = self.constant(ty);
                self.b.constant(value, ty.clone())
            }
        }
    }

    fn period(&mut self) -> (i32, i32) {
        (*self.rng.pick(&[0, 0, 1, -1, 12, i32::MIN]), *self.rng.pick(&[0, 1, -7, -30, i32::MAX]))
    }

    fn moment(&mut self) -> NodeId {
        let (months, days) = self.period();
        let unit = *self.rng.pick(&UNITS);
        let spec = match self.rng.below(4) {
            0 => return self.node(Op::Now, Ty::Timestamp, false),
            1 => InstantSpec::NowPlus(fixture::span(self.rng)),
            2 => InstantSpec::NowPlusPeriod { months, days },
            _ => InstantSpec::UnitStart { unit, offset: *self.rng.pick(&[0, -1, 1, -3]) },
        };
        self.node(Op::Instant(spec), Ty::Timestamp, false)
    }

    fn profile_leaf(&mut self, ty: &Ty) -> Option<NodeId> {
        let columns = self.schema.profile.columns.iter_enumerated();
        let fitting: Vec<_> = columns.filter(|(_, col)| col.ty == *ty).map(|(id, col)| (id, col.optional)).collect();
        if fitting.is_empty() {
            return None;
        }
        let (col, optional) = *self.rng.pick(&fitting);
        Some(self.node(Op::Profile(col), ty.clone(), optional))
    }

    fn bound_leaf(&mut self, ty: &Ty, scope: &Scope, level: usize) -> Option<NodeId> {
        let at = u8::try_from(level).unwrap();
        match &scope[level] {
            Bind::Event(kinds) => {
                let (cols, optional) = self.event_cols(ty, kinds)?;
                Some(self.node(Op::Event { level: at, cols }, ty.clone(), optional))
            }
            Bind::Elem(Ty::Record(fields)) => {
                let fields: Vec<_> = (0..).zip(fields.iter()).filter(|(_, field)| field.ty == *ty).collect();
                let (child, optional) = fields.first().map(|(child, field)| (*child, field.optional))?;
                Some(self.node(Op::Elem { level: at, child }, ty.clone(), optional))
            }
            Bind::Elem(element) if element == ty => Some(self.node(Op::Elem { level: at, child: 0 }, ty.clone(), false)),
            Bind::Elem(_) => None,
        }
    }

    /// A column of this type for each of the kinds.
    fn event_cols(&mut self, ty: &Ty, kinds: &[KindId]) -> Option<(Box<[EventCol]>, bool)> {
        let (mut cols, mut optional) = (Vec::new(), false);
        for kind in kinds {
            let columns = self.schema.events[*kind].columns.iter_enumerated();
            let fitting: Vec<_> = columns.filter(|(_, col)| col.ty == *ty).map(|(id, col)| (id, col.optional)).collect();
            if fitting.is_empty() {
                return None;
            }
            let (col, may_lack) = *self.rng.pick(&fitting);
            cols.push(EventCol { kind: *kind, col });
            optional |= may_lack;
        }
        Some((cols.into(), optional))
    }

    // ---- any type ----

    /// A node of a type.
    fn make(&mut self, ty: &Ty, depth: usize, scope: &Scope) -> NodeId {
        if depth == 0 || self.rng.chance(12) {
            return self.leaf(ty, scope);
        }
        // A closed node may stand under binders.
        let none = Scope::new();
        let scope = if self.rng.chance(10) { &none } else { scope };
        let depth = depth - 1;
        match self.rng.below(12) {
            0 => {
                let (cond, then, other) =
                    (self.condition(depth, scope), self.make(ty, depth, scope), self.make(ty, depth, scope));
                self.with_optional(Op::If { cond, then, other }, ty.clone(), &[then, other])
            }
            1 => {
                let (a, b) = (self.make(ty, depth, scope), self.make(ty, depth, scope));
                let optional = self.optional(b) && self.optional(a);
                self.node(Op::Coalesce(a, b), ty.clone(), optional)
            }
            2 if scope.is_empty() => {
                let kind = AggKind::Nth { n: 1 + self.small(), from_end: self.rng.chance(50) };
                self.aggregate(kind, ty, Some(ty.clone()), true, depth)
            }
            _ => self.typed(ty, depth, scope),
        }
    }

    fn small(&mut self) -> u32 {
        u32::try_from(self.rng.below(4)).unwrap()
    }

    fn typed(&mut self, ty: &Ty, depth: usize, scope: &Scope) -> NodeId {
        match ty {
            Ty::Bool => self.condition(depth, scope),
            Ty::Int => self.whole(depth, scope),
            Ty::Float => self.float(depth, scope),
            Ty::Str => self.text(depth, scope),
            Ty::Enum(WEEKDAY) | Ty::Date | Ty::Timestamp | Ty::TimeOfDay => self.time(ty, depth, scope),
            Ty::Duration | Ty::Length | Ty::Money(_) => self.amount(ty, depth, scope),
            Ty::Geo => {
                let (a, b) = (self.make(&Ty::Float, depth, scope), self.make(&Ty::Float, depth, scope));
                self.node(Op::GeoMake(a, b), Ty::Geo, true)
            }
            Ty::Enum(_) if scope.is_empty() => {
                let kind = self.rng.pick(&[AggKind::Min, AggKind::Max, AggKind::MostCommon]).clone();
                self.aggregate(kind, ty, Some(ty.clone()), true, depth)
            }
            _ => self.leaf(ty, scope),
        }
    }

    // ---- conditions ----

    /// A Bool that is never missing.
    fn condition(&mut self, depth: usize, scope: &Scope) -> NodeId {
        let node = if depth == 0 { self.leaf(&Ty::Bool, scope) } else { self.test(depth - 1, scope) };
        if !self.optional(node) {
            return node;
        }
        let no = self.b.constant(Const::Bool(self.rng.chance(20)), Ty::Bool);
        self.bool(Op::Coalesce(node, no))
    }

    fn test(&mut self, depth: usize, scope: &Scope) -> NodeId {
        match self.rng.below(24) {
            0..=3 => self.connective(depth, scope),
            4 => {
                let a = self.condition(depth, scope);
                self.bool(Op::Not(a))
            }
            5 => {
                let ty = self.any_type();
                let a = self.make(&ty, depth, scope);
                self.bool(Op::Known(a))
            }
            6..=9 => self.comparison(depth, scope),
            10 | 11 => self.text_test(depth, scope),
            12 => self.mixed(depth, scope),
            13 | 14 => self.list_test(depth, scope),
            15 => {
                let salt = (*self.rng.pick(&["a", "b"])).into();
                let buckets = *self.rng.pick(&[0, 2_500, 5_000, 10_000]);
                self.bool(Op::Sample { salt, buckets })
            }
            16 => {
                let ty = self.ordered_type();
                let (a, most) = (self.make(&ty, depth, scope), if self.rng.chance(50) { 3 } else { 12 });
                let set = self.constants(&ty, most);
                self.bool(Op::In(a, set))
            }
            17 | 18 if scope.is_empty() => self.aggregate(AggKind::Exists, &Ty::Bool, None, false, depth),
            19..=22 if scope.is_empty() => self.sequence(depth),
            _ => self.leaf(&Ty::Bool, scope),
        }
    }

    fn connective(&mut self, depth: usize, scope: &Scope) -> NodeId {
        let count = 2 + self.rng.below(3);
        let mut all: Vec<NodeId> = (0..count).map(|_| self.condition(depth, scope)).collect();
        all.sort_unstable();
        all.dedup();
        match all[..] {
            [one] => one,
            _ if self.rng.chance(50) => self.bool(Op::And(all.into())),
            _ => self.bool(Op::Or(all.into())),
        }
    }

    fn comparison(&mut self, depth: usize, scope: &Scope) -> NodeId {
        let ty = self.ordered_type();
        let (a, b) = (self.make(&ty, depth, scope), self.make(&ty, depth, scope));
        let op = match self.rng.below(3) {
            0 => Op::Eq(a, b),
            1 => Op::Lt(a, b),
            _ => Op::Le(a, b),
        };
        self.bool(op)
    }

    fn mixed(&mut self, depth: usize, scope: &Scope) -> NodeId {
        let (mut a, mut b) = (self.make(&Ty::Int, depth, scope), self.make(&Ty::Float, depth, scope));
        if self.rng.chance(50) {
            std::mem::swap(&mut a, &mut b);
        }
        let op = match self.rng.below(3) {
            0 => Op::EqNum(a, b),
            1 => Op::LtNum(a, b),
            _ => Op::LeNum(a, b),
        };
        self.bool(op)
    }

    fn text_test(&mut self, depth: usize, scope: &Scope) -> NodeId {
        let (a, b) = (self.make(&Ty::Str, depth, scope), self.make(&Ty::Str, depth, scope));
        let op = match self.rng.below(5) {
            0 => Op::EqFold(a, b),
            1 => Op::Contains(a, b),
            2 => Op::StartsWith(a, b),
            3 => Op::EndsWith(a, b),
            _ => Op::Matches(a, (*self.rng.pick(&PATTERNS)).into()),
        };
        self.bool(op)
    }

    fn list_test(&mut self, depth: usize, scope: &Scope) -> NodeId {
        let element = self.rng.pick(&[Ty::Str, Ty::Int, item()]).clone();
        let ty = if element == Ty::Str { set_of(Ty::Str) } else { list_of(element.clone()) };
        let list = self.make(&ty, depth, scope);
        let choice = if element == item() { 3 + self.rng.below(2) } else { self.rng.below(5) };
        match choice {
            0 => {
                let value = self.make(&element, depth, scope);
                self.bool(Op::Has(list, value))
            }
            1 => {
                let set = self.constants(&element, 9);
                self.bool(Op::HasAny(list, set))
            }
            2 => {
                let set = self.constants(&element, 3);
                self.bool(Op::HasAll(list, set))
            }
            _ => self.quantifier(list, element, depth, scope),
        }
    }

    fn quantifier(&mut self, list: NodeId, element: Ty, depth: usize, scope: &Scope) -> NodeId {
        let level = u8::try_from(scope.len()).unwrap();
        let mut inner = scope.clone();
        inner.push(Bind::Elem(element));
        let body = self.condition(depth, &inner);
        if self.optional(list) || self.rng.chance(50) {
            return self.bool(Op::AnyElem { list, level, body });
        }
        self.bool(Op::AllElem { list, level, body })
    }

    // ---- numbers ----

    fn whole(&mut self, depth: usize, scope: &Scope) -> NodeId {
        match self.rng.below(16) {
            0..=3 => self.arithmetic(&Ty::Int, depth, scope),
            4 => self.rounded(depth, scope),
            5 => {
                let (a, b) = (self.make(&Ty::Int, depth, scope), self.make(&Ty::Int, depth, scope));
                let op = if self.rng.chance(50) { Op::IntDiv(a, b) } else { Op::IntMod(a, b) };
                self.division(op, Ty::Int, a, b)
            }
            6 => self.mapped(Ty::Str, Ty::Int, depth, scope, Op::StrLen),
            7 => {
                let ty = self.rng.pick(&[set_of(Ty::Str), list_of(Ty::Int), list_of(item())]).clone();
                self.mapped(ty, Ty::Int, depth, scope, Op::Size)
            }
            8 => self.mapped(Ty::Date, Ty::Int, depth, scope, Op::Age),
            9 => self.mapped(Ty::Timestamp, Ty::Int, depth, scope, Op::DaysSince),
            10 => {
                let part = *self.rng.pick(&NUMBER_PARTS);
                if self.rng.chance(50) {
                    return self.mapped(Ty::Date, Ty::Int, depth, scope, |a| Op::DatePart(a, part));
                }
                let part = *self.rng.pick(&[part, DatePart::Hour, DatePart::Minute]);
                self.mapped(Ty::Timestamp, Ty::Int, depth, scope, |a| Op::LocalPart(a, part))
            }
            11 => self.list_aggregate(&Ty::Int, depth, scope),
            12 if !self.ranks.is_empty() => self.rank(&Ty::Int, depth, scope),
            12..=15 if scope.is_empty() => self.counted(depth),
            _ => {
                let (a, b) = (self.make(&Ty::Date, depth, scope), self.make(&Ty::Date, depth, scope));
                self.with_optional(Op::Sub(a, b), Ty::Int, &[a, b])
            }
        }
    }

    fn mapped(&mut self, from: Ty, to: Ty, depth: usize, scope: &Scope, op: impl FnOnce(NodeId) -> Op) -> NodeId {
        let a = self.make(&from, depth, scope);
        self.with_optional(op(a), to, &[a])
    }

    fn rounded(&mut self, depth: usize, scope: &Scope) -> NodeId {
        let a = self.make(&Ty::Float, depth, scope);
        let op = match self.rng.below(3) {
            0 => Op::Round(a),
            1 => Op::Floor(a),
            _ => Op::Ceil(a),
        };
        self.with_optional(op, Ty::Int, &[a])
    }

    /// Arithmetic that keeps an integer type.
    fn arithmetic(&mut self, ty: &Ty, depth: usize, scope: &Scope) -> NodeId {
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

    fn float(&mut self, depth: usize, scope: &Scope) -> NodeId {
        let (a, b) = (self.make(&Ty::Float, depth, scope), self.make(&Ty::Float, depth, scope));
        let op = match self.rng.below(15) {
            0 => Op::FAdd(a, b),
            1 => Op::FSub(a, b),
            2 => Op::FMul(a, b),
            3 => return self.division(Op::FDiv(a, b), Ty::Float, a, b),
            4 => return self.with_optional(Op::FNeg(a), Ty::Float, &[a]),
            5 => return self.with_optional(Op::Abs(a), Ty::Float, &[a]),
            6 => Op::Min(a, b),
            7 => Op::Max(a, b),
            8 => return self.mapped(Ty::Int, Ty::Float, depth, scope, Op::ToFloat),
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

    fn rank(&mut self, ty: &Ty, depth: usize, scope: &Scope) -> NodeId {
        let index = self.rng.below(self.ranks.len());
        let rank = self.ranks[index].clone();
        let gives = if rank.kind == RankKind::Percentile { Ty::Float } else { Ty::Int };
        if gives != *ty {
            return self.leaf(ty, scope);
        }
        let value_ty = self.b.get(rank.value).ty.clone();
        let value = if self.rng.chance(70) { rank.value } else { self.make(&value_ty, depth, scope) };
        self.node(Op::Rank(RankId::from(index), value), gives, true)
    }

    fn amount(&mut self, ty: &Ty, depth: usize, scope: &Scope) -> NodeId {
        match self.rng.below(8) {
            0..=2 => self.arithmetic(ty, depth, scope),
            3 => {
                let (a, b) = (self.make(ty, depth, scope), self.make(&Ty::Float, depth, scope));
                if self.rng.chance(50) {
                    return self.with_optional(Op::Scale(a, b), ty.clone(), &[a, b]);
                }
                self.division(Op::Unscale(a, b), ty.clone(), a, b)
            }
            4 => {
                let (a, b) = (self.make(ty, depth, scope), self.make(&Ty::Int, depth, scope));
                self.division(Op::UnscaleInt(a, b), ty.clone(), a, b)
            }
            5 if *ty == Ty::Length => {
                let (a, b) = (self.make(&Ty::Geo, depth, scope), self.make(&Ty::Geo, depth, scope));
                self.with_optional(Op::Distance(a, b), Ty::Length, &[a, b])
            }
            5 if *ty == Ty::Duration && scope.is_empty() => self.aggregate(AggKind::Gap, ty, None, true, depth),
            6 if *ty == Ty::Duration => {
                let (a, b) = (self.make(&Ty::Timestamp, depth, scope), self.make(&Ty::Timestamp, depth, scope));
                self.with_optional(Op::Sub(a, b), Ty::Duration, &[a, b])
            }
            _ if scope.is_empty() => {
                let (kind, optional) = self.rng.pick(&[
                    (AggKind::Sum, false),
                    (AggKind::Avg, true),
                    (AggKind::Min, true),
                    (AggKind::Max, true),
                    (AggKind::MostCommon, true),
                ]).clone();
                self.aggregate(kind, ty, Some(ty.clone()), optional, depth)
            }
            _ => self.leaf(ty, scope),
        }
    }

    // ---- texts and times ----

    fn text(&mut self, depth: usize, scope: &Scope) -> NodeId {
        match self.rng.below(9) {
            0 => self.mapped(Ty::Str, Ty::Str, depth, scope, Op::Lower),
            1 => self.mapped(Ty::Str, Ty::Str, depth, scope, Op::Upper),
            2 => self.mapped(Ty::Str, Ty::Str, depth, scope, Op::Trim),
            3 => self.mapped(Ty::Str, Ty::Str, depth, scope, Op::Fold),
            4 => {
                let a = self.make(&Ty::Str, depth, scope);
                self.node(Op::Domain(a), Ty::Str, true)
            }
            5 => {
                let count = 2 + self.rng.below(2);
                let all: Vec<NodeId> = (0..count).map(|_| self.make(&Ty::Str, depth, scope)).collect();
                self.with_optional(Op::Concat(all.clone().into()), Ty::Str, &all)
            }
            6 => {
                let ty = self.any_type();
                let formats = persona_runtime::display::formats(&ty);
                let format = (!formats.is_empty() && self.rng.chance(50)).then(|| (*self.rng.pick(formats)).into());
                self.mapped(ty, Ty::Str, depth, scope, |a| Op::Display(a, format))
            }
            7 if scope.is_empty() => {
                let kind = self.rng.pick(&[AggKind::Min, AggKind::Max, AggKind::MostCommon]).clone();
                self.aggregate(kind, &Ty::Str, Some(Ty::Str), true, depth)
            }
            _ => self.leaf(&Ty::Str, scope),
        }
    }

    fn time(&mut self, ty: &Ty, depth: usize, scope: &Scope) -> NodeId {
        match (ty, self.rng.below(6)) {
            (Ty::Date, 0) => {
                let (months, days) = self.period();
                self.mapped(Ty::Date, Ty::Date, depth, scope, |date| Op::DateAdd { date, months, days })
            }
            (Ty::Date, 1) => self.mapped(Ty::Timestamp, Ty::Date, depth, scope, Op::DateOf),
            (Ty::Date, 2) => self.mapped(Ty::Date, Ty::Date, depth, scope, Op::Anniversary),
            (Ty::Date, 3) => {
                let (a, b) = (self.make(&Ty::Date, depth, scope), self.make(&Ty::Int, depth, scope));
                let op = if self.rng.chance(50) { Op::Add(a, b) } else { Op::Sub(a, b) };
                self.with_optional(op, Ty::Date, &[a, b])
            }
            (Ty::Date, 4) => self.mapped(Ty::Timestamp, Ty::Date, depth, scope, |a| Op::LocalPart(a, DatePart::Date)),
            (Ty::Timestamp, 0) => self.mapped(Ty::Date, Ty::Timestamp, depth, scope, Op::StartOfDay),
            (Ty::Timestamp, 1 | 2) => {
                let (a, b) = (self.make(&Ty::Timestamp, depth, scope), self.make(&Ty::Duration, depth, scope));
                let op = if self.rng.chance(50) { Op::Add(a, b) } else { Op::Sub(a, b) };
                self.with_optional(op, Ty::Timestamp, &[a, b])
            }
            (Ty::Timestamp, 3) if scope.is_empty() => {
                let kind = self.rng.pick(&[AggKind::Min, AggKind::Max]).clone();
                self.aggregate(kind, ty, Some(ty.clone()), true, depth)
            }
            (Ty::TimeOfDay, 0 | 1) => {
                self.mapped(Ty::Timestamp, Ty::TimeOfDay, depth, scope, |a| Op::LocalPart(a, DatePart::Time))
            }
            (Ty::Enum(_), 0) => {
                self.mapped(Ty::Timestamp, ty.clone(), depth, scope, |a| Op::LocalPart(a, DatePart::Weekday))
            }
            (Ty::Enum(_), 1) => self.mapped(Ty::Date, ty.clone(), depth, scope, |a| Op::DatePart(a, DatePart::Weekday)),
            _ => self.leaf(ty, scope),
        }
    }

    // ---- aggregates ----

    /// An aggregate over a list; `ty` is `Int` or `Float`.
    fn list_aggregate(&mut self, ty: &Ty, depth: usize, scope: &Scope) -> NodeId {
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
                (ListAggKind::Distinct, Some(self.make(&ty, depth, &inner)), false)
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
        self.node(Op::ListAgg { kind, list, level, filter, value }, ty.clone(), optional)
    }

    /// An aggregate that counts.
    fn counted(&mut self, depth: usize) -> NodeId {
        let ty = self.ordered_type();
        let (kind, of) = match self.rng.below(6) {
            0 => (AggKind::Count, None),
            1 => (AggKind::Sum, Some(Ty::Int)),
            2 => (AggKind::Distinct, Some(ty)),
            3 => (AggKind::MaxPerValue, Some(ty)),
            4 => return self.aggregate(AggKind::Min, &Ty::Int, Some(Ty::Int), true, depth),
            _ => (AggKind::UnitsHit { unit: *self.rng.pick(&UNITS), units: 1 + 3 * self.small() }, None),
        };
        self.aggregate(kind, &Ty::Int, of, false, depth)
    }

    fn float_aggregate(&mut self, depth: usize) -> NodeId {
        let ty = self.ordered_type();
        let (kind, of, optional) = match self.rng.below(6) {
            0 => (AggKind::Sum, Ty::Float, false),
            1 => (AggKind::Avg, self.rng.pick(&[Ty::Float, Ty::Int]).clone(), true),
            2 => (AggKind::TopShare, ty, true),
            3 => (AggKind::Share, Ty::Bool, true),
            4 => (AggKind::Max, Ty::Float, true),
            _ => (AggKind::MostCommon, Ty::Float, true),
        };
        self.aggregate(kind, &Ty::Float, Some(of), optional, depth)
    }

    fn aggregate(&mut self, kind: AggKind, ty: &Ty, of: Option<Ty>, optional: bool, depth: usize) -> NodeId {
        let (query, scope) = self.query(depth, true);
        let value = of.map(|of| self.make(&of, depth, &scope));
        self.node(Op::Agg(Box::new(Agg { kind, query, value })), ty.clone(), optional)
    }

    fn kinds(&mut self) -> Vec<KindId> {
        let all = [CART, ORDER, VISIT];
        let some: Vec<KindId> = all.into_iter().filter(|_| self.rng.chance(45)).collect();
        if some.is_empty() { vec![*self.rng.pick(&all)] } else { some }
    }

    fn query(&mut self, depth: usize, may_have_items: bool) -> (Query, Scope) {
        let kinds = self.kinds();
        let with_lists = may_have_items && self.rng.chance(35);
        let element = self.rng.pick(&[item(), Ty::Str]).clone();
        let lists = if element == item() { list_of(item()) } else { set_of(Ty::Str) };
        let items = with_lists.then(|| self.event_cols(&lists, &kinds)).flatten().map(|(cols, _)| cols);
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

    fn first_filter(&mut self, depth: usize, scope: &Scope) -> Option<NodeId> {
        match self.focus {
            Focus::Sequences => self.step_filter(depth, scope),
            _ => self.rng.chance(60).then(|| self.condition(depth, scope)),
        }
    }

    fn bound(&mut self, depth: usize) -> Option<Bound> {
        if self.rng.chance(if self.focus == Focus::Anything { 60 } else { 80 }) {
            return None;
        }
        let at = if self.rng.chance(70) { self.moment() } else { self.make(&Ty::Timestamp, depth, &Scope::new()) };
        Some(Bound { at, inclusive: self.rng.chance(50) })
    }

    // ---- sequences ----

    fn sequence(&mut self, depth: usize) -> NodeId {
        let (first, mut scope) = self.query(depth, false);
        let mut steps = Vec::new();
        for _ in 0..self.rng.below(4) {
            let kinds = self.kinds();
            scope.push(Bind::Event(kinds.clone()));
            let within = self.rng.chance(50).then(|| self.within(depth));
            steps.push(Step { kinds: kinds.into(), filter: self.step_filter(depth, &scope), within });
        }
        let negated = steps.is_empty() || self.rng.chance(50);
        let not = negated.then(|| {
            let kinds = self.kinds();
            scope.push(Bind::Event(kinds.clone()));
            let filter = self.step_filter(depth, &scope);
            Negation { kinds: kinds.into(), filter, mode: self.mode(depth) }
        });
        let latest = self.rng.chance(30);
        self.bool(Op::Sequence(Box::new(Sequence { first, latest, steps: steps.into(), not })))
    }

    /// A filter that likes to compare with an earlier step.
    fn step_filter(&mut self, depth: usize, scope: &Scope) -> Option<NodeId> {
        if self.rng.chance(40) {
            return None;
        }
        let ty = self.rng.pick(&[Ty::Str, Ty::Int]).clone();
        let (own, earlier) = (scope.len() - 1, self.rng.below(scope.len()));
        let sides = (self.bound_leaf(&ty, scope, own), self.bound_leaf(&ty, scope, earlier));
        match sides {
            (Some(a), Some(b)) if self.rng.chance(60) => {
                Some(if self.rng.chance(30) { self.bool(Op::Eq(a, b)) } else { self.bool(Op::Le(a, b)) })
            }
            (Some(a), _) if self.focus == Focus::Sequences => {
                let value = self.constant(&ty);
                let value = self.b.constant(value, ty);
                Some(self.bool(Op::Le(value, a)))
            }
            _ => Some(self.condition(depth, scope)),
        }
    }

    fn within(&mut self, depth: usize) -> NodeId {
        if self.focus == Focus::Sequences && self.rng.chance(70) {
            let span = *self.rng.pick(&[0, fixture::HOUR, fixture::DAY, 8 * fixture::DAY]);
            return self.b.constant(Const::Int(span), Ty::Duration);
        }
        self.make(&Ty::Duration, depth.min(1), &Scope::new())
    }

    fn mode(&mut self, depth: usize) -> NegationMode {
        match self.rng.below(3) {
            0 => NegationMode::Within(self.within(depth)),
            1 => NegationMode::For(self.within(depth)),
            _ => NegationMode::Ever,
        }
    }
}

fn to_const(value: &Value) -> Const {
    match value {
        Value::Missing | Value::Record(_) => Const::Missing,
        Value::Bool(value) => Const::Bool(*value),
        Value::Int(value) => Const::Int(*value),
        Value::Float(value) => Const::Float(F64::new(*value)),
        Value::Str(text) => Const::Str(Arc::clone(text)),
        Value::Enum(index) => Const::Enum(*index),
        Value::Geo(lat, lng) => Const::Geo(F64::new(*lat), F64::new(*lng)),
        Value::List(values) => Const::List(values.iter().map(to_const).collect()),
    }
}

/// A random plan of row checks.
pub(super) fn checks(rng: &mut Rng, count: usize, depth: usize) -> Plan {
    let mut maker =
        Maker { rng, b: Builder::new(), schema: fixture::schema(), ranks: Vec::new(), focus: Focus::Anything };
    let mut plan = fixture::empty_plan();
    for _ in 0..count {
        let (table, scope) = match maker.rng.below(4) {
            0 => (CheckTable::Profile, Scope::new()),
            kind => {
                let kind = KindId::from(kind - 1);
                (CheckTable::Event(kind), vec![Bind::Event(vec![kind])])
            }
        };
        let node = maker.condition(depth, &scope);
        plan.checks.push(Check { table, node, message: "wrong".into(), action: CheckAction::Warn });
    }
    plan.nodes = maker.b.finish();
    plan
}
