//! Random plans that respect types, levels and missing values: every operation, every aggregate, sequences whose
//! filters refer to earlier steps, closed nodes under binders, ranks of ranks.

use persona_ir::{
    AggKind, Builder, CalendarUnit, Check, CheckAction, CheckTable, Const, KindId, NodeId, Op,
    OutputKind, Plan, Rank, RankKind, Schema, Ty,
};

use super::fixture::{self, Rng, TIER, WEEKDAY, euro, item, list_of, set_of};
use super::plans;

mod conditions;
mod histories;
mod leaves;
mod values;

pub(super) const UNITS: [CalendarUnit; 5] = [
    CalendarUnit::Day,
    CalendarUnit::Week,
    CalendarUnit::Month,
    CalendarUnit::Quarter,
    CalendarUnit::Year,
];

/// What a level is bound to while a body is made.
#[derive(Clone)]
pub(super) enum Bind {
    Event(Vec<KindId>),
    Elem(Ty),
}

pub(super) type Scope = Vec<Bind>;

pub(super) struct Maker<'r> {
    rng: &'r mut Rng,
    b: Builder,
    schema: Schema,
    ranks: Vec<Rank>,
    focus: Focus,
}

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
    let mut maker = Maker {
        rng,
        b: Builder::new(),
        schema: fixture::schema(),
        ranks: Vec::new(),
        focus,
    };
    let ranks = maker.rng.below(3) + if focus == Focus::Ranks { 3 } else { 0 };
    for index in 0..ranks {
        let ty = if maker.rng.chance(50) {
            Ty::Int
        } else {
            Ty::Float
        };
        let value = maker.make(&ty, depth, &Scope::new());
        let among = maker
            .rng
            .chance(40)
            .then(|| maker.condition(depth, &Scope::new()));
        let tiles = u32::try_from(maker.rng.below(5)).unwrap() + 1;
        let kind = if maker.rng.chance(50) {
            RankKind::Ntile(tiles)
        } else {
            RankKind::Percentile
        };
        maker.ranks.push(Rank {
            name: format!("rank{index}").into(),
            kind,
            value,
            among,
        });
    }
    let mut plan = fixture::empty_plan();
    for index in 0..outputs {
        let (kind, node) = maker.output(depth);
        plan.outputs
            .push(plans::output(&format!("out{index:02}"), kind, node));
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
            Focus::Aggregates if self.rng.chance(50) => {
                return (OutputKind::Trait, self.counted(depth));
            }
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
        let types = [
            Ty::Int,
            Ty::Float,
            Ty::Str,
            Ty::Enum(TIER),
            Ty::Date,
            Ty::Timestamp,
            euro(),
            Ty::Duration,
        ];
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
    /// A node of a type.
    pub(super) fn make(&mut self, ty: &Ty, depth: usize, scope: &Scope) -> NodeId {
        if depth == 0 || self.rng.chance(12) {
            return self.leaf(ty, scope);
        }
        // A closed node may stand under binders.
        let none = Scope::new();
        let scope = if self.rng.chance(10) { &none } else { scope };
        let depth = depth - 1;
        match self.rng.below(12) {
            0 => {
                let (cond, then, other) = (
                    self.condition(depth, scope),
                    self.make(ty, depth, scope),
                    self.make(ty, depth, scope),
                );
                self.with_optional(Op::If { cond, then, other }, ty.clone(), &[then, other])
            }
            1 => {
                let (a, b) = (self.make(ty, depth, scope), self.make(ty, depth, scope));
                let optional = self.optional(b) && self.optional(a);
                self.node(Op::Coalesce(a, b), ty.clone(), optional)
            }
            2 if scope.is_empty() => {
                let kind = AggKind::Nth {
                    n: 1 + self.small(),
                    from_end: self.rng.chance(50),
                };
                self.aggregate(kind, ty, Some(ty.clone()), true, depth)
            }
            _ => self.typed(ty, depth, scope),
        }
    }

    pub(super) fn small(&mut self) -> u32 {
        u32::try_from(self.rng.below(4)).unwrap()
    }

    pub(super) fn typed(&mut self, ty: &Ty, depth: usize, scope: &Scope) -> NodeId {
        match ty {
            Ty::Bool => self.condition(depth, scope),
            Ty::Int => self.whole(depth, scope),
            Ty::Float => self.float(depth, scope),
            Ty::Str => self.text(depth, scope),
            Ty::Enum(WEEKDAY) | Ty::Date | Ty::Timestamp | Ty::TimeOfDay => {
                self.time(ty, depth, scope)
            }
            Ty::Duration | Ty::Length | Ty::Money(_) => self.amount(ty, depth, scope),
            Ty::Geo => {
                let (a, b) = (
                    self.make(&Ty::Float, depth, scope),
                    self.make(&Ty::Float, depth, scope),
                );
                self.node(Op::GeoMake(a, b), Ty::Geo, true)
            }
            Ty::Enum(_) if scope.is_empty() => {
                let kind = self
                    .rng
                    .pick(&[AggKind::Min, AggKind::Max, AggKind::MostCommon])
                    .clone();
                self.aggregate(kind, ty, Some(ty.clone()), true, depth)
            }
            _ => self.leaf(ty, scope),
        }
    }
}

/// A random plan of row checks.
pub(super) fn checks(rng: &mut Rng, count: usize, depth: usize) -> Plan {
    let mut maker = Maker {
        rng,
        b: Builder::new(),
        schema: fixture::schema(),
        ranks: Vec::new(),
        focus: Focus::Anything,
    };
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
        plan.checks.push(Check {
            table,
            node,
            message: "wrong".into(),
            action: CheckAction::Warn,
        });
    }
    plan.nodes = maker.b.finish();
    plan
}
