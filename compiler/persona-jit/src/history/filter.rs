//! Conditions about one event: trees of tests of its columns against constants, answered for many rows at once.

use std::ops::Bound;
use std::sync::Arc;

use persona_ir::{ColId, Const, EventCol, KindId, NodeId, Op, Plan, Ty};
use persona_runtime::Dataset;
use persona_runtime::histories::Marks;
use persona_runtime::kernels::{self, CHUNK, Isa, Lane, Row, Scan, Test};

use super::columns::EventColumn;

/// A condition about one event of one kind.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filter {
    /// Holds for all, or for none.
    Const(bool),
    /// All hold.
    And(Vec<Filter>),
    /// Some holds.
    Or(Vec<Filter>),
    /// Does not hold.
    Not(Box<Filter>),
    /// The column has a value.
    Known(ColId),
    /// The column has a value that passes.
    Test(ColId, Ask),
}

/// What is asked of a column's value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ask {
    /// What a kernel tests.
    Value(Test),
    /// Whether it is one of these texts.
    Texts(Vec<Arc<str>>),
    /// Whether it is true.
    True,
}

/// A tree with more parts than this is left to machine code, and so is one that is deeper.
const MOST_PARTS: usize = 256;
const DEEPEST: usize = 32;

/// Reads conditions about the event that one level binds.
pub(super) struct Reader<'p> {
    plan: &'p Plan,
    kind: KindId,
    level: u8,
    parts: usize,
}

impl<'p> Reader<'p> {
    /// For events of this kind, bound to this level.
    pub(super) fn new(plan: &'p Plan, kind: KindId, level: u8) -> Self {
        Self {
            plan,
            kind,
            level,
            parts: 0,
        }
    }

    /// The condition, where it is made of tests of the event's columns alone, besides [`links`] to earlier events.
    pub(super) fn condition(&mut self, node: NodeId) -> Option<Filter> {
        let (plan, level) = (self.plan, self.level);
        let own = conjuncts(plan, &node).iter();
        let own = own.filter(|part| link(plan, **part, level).is_none());
        let mut parts = Vec::new();
        for part in own {
            parts.push(self.read(*part, 0)?);
        }
        Some(match parts.len() {
            1 => parts.swap_remove(0),
            _ => Filter::And(parts),
        })
    }

    fn read(&mut self, node: NodeId, depth: usize) -> Option<Filter> {
        self.parts += 1;
        if self.parts > MOST_PARTS || depth > DEEPEST {
            return None;
        }
        let depth = depth + 1;
        match &self.plan.nodes[node].op {
            Op::Const(value) => Some(Filter::Const(*value == Const::Bool(true))),
            Op::And(nodes) => self.all(nodes, depth).map(Filter::And),
            Op::Or(nodes) => self.all(nodes, depth).map(Filter::Or),
            Op::Not(a) => Some(Filter::Not(Box::new(self.read(*a, depth)?))),
            Op::Known(a) => self.column(*a).map(Filter::Known),
            Op::Event { .. } => Some(Filter::Test(self.column(node)?, Ask::True)),
            Op::Eq(a, b) | Op::EqNum(a, b) => self.compared(*a, Order::Eq, *b),
            Op::Lt(a, b) | Op::LtNum(a, b) => self.compared(*a, Order::Lt, *b),
            Op::Le(a, b) | Op::LeNum(a, b) => self.compared(*a, Order::Le, *b),
            Op::In(a, values) => self.one_of(*a, values),
            _ => None,
        }
    }

    fn all(&mut self, nodes: &[NodeId], depth: usize) -> Option<Vec<Filter>> {
        nodes.iter().map(|node| self.read(*node, depth)).collect()
    }

    /// The column of the event at this level, if the node is one.
    pub(super) fn column(&self, node: NodeId) -> Option<ColId> {
        let Op::Event { level, cols } = &self.plan.nodes[node].op else {
            return None;
        };
        let of_kind = |col: &&EventCol| col.kind == self.kind;
        let col = cols.iter().find(of_kind).filter(|_| *level == self.level)?;
        Some(col.col)
    }

    fn constant(&self, node: NodeId) -> Option<&'p Const> {
        match &self.plan.nodes[node].op {
            Op::Const(value) => Some(value),
            _ => None,
        }
    }

    fn compared(&self, a: NodeId, order: Order, b: NodeId) -> Option<Filter> {
        let (col, value, order) = match (self.column(a), self.column(b)) {
            (Some(col), None) => (col, self.constant(b)?, order),
            (None, Some(col)) => (col, self.constant(a)?, order.mirrored()),
            _ => return None,
        };
        let is_float = self.plan.schema.events[self.kind].columns[col].ty == Ty::Float;
        Some(match (value, order) {
            (Const::Missing, _) => Filter::Const(false),
            (Const::Bool(wanted), Order::Eq) => is_bool(col, *wanted),
            (Const::Str(text), Order::Eq) => Filter::Test(col, Ask::Texts(vec![Arc::clone(text)])),
            (Const::Int(value), _) if is_float => float_test(col, order, exact_float(*value)?),
            (Const::Int(value), _) => int_test(col, order, *value),
            (Const::Enum(index), _) => int_test(col, order, (*index).into()),
            (Const::Float(value), _) if is_float => float_test(col, order, value.get()),
            (Const::Float(value), _) => int_against_float(col, order, value.get()),
            _ => return None,
        })
    }

    fn one_of(&self, a: NodeId, values: &[Const]) -> Option<Filter> {
        let col = self.column(a)?;
        let ask = match values.first() {
            None => return Some(Filter::Const(false)),
            Some(Const::Int(_) | Const::Enum(_)) => {
                Ask::Value(Test::OneOf(each(values, |value| match value {
                    Const::Int(value) => Some(*value),
                    Const::Enum(index) => Some((*index).into()),
                    _ => None,
                })?))
            }
            Some(Const::Str(_)) => Ask::Texts(each(values, |value| match value {
                Const::Str(text) => Some(Arc::clone(text)),
                _ => None,
            })?),
            Some(Const::Float(_)) => {
                let tests = each(values, |value| match value {
                    Const::Float(value) => Some(float_test(col, Order::Eq, value.get())),
                    _ => None,
                });
                return Some(Filter::Or(tests?));
            }
            _ => return None,
        };
        Some(Filter::Test(col, ask))
    }
}

/// The parts of a condition that must all hold.
fn conjuncts<'p>(plan: &'p Plan, node: &'p NodeId) -> &'p [NodeId] {
    match &plan.nodes[*node].op {
        Op::And(parts) => parts,
        _ => std::slice::from_ref(node),
    }
}

/// A condition that a column of the event at a level equals one of an event at a level before: the one, and the other.
fn link(plan: &Plan, node: NodeId, level: u8) -> Option<(NodeId, NodeId)> {
    let Op::Eq(a, b) = plan.nodes[node].op else {
        return None;
    };
    match (&plan.nodes[a].op, &plan.nodes[b].op) {
        (Op::Event { level: own, .. }, Op::Event { level: other, .. }) if *own == level => {
            (*other < level).then_some((a, b))
        }
        (Op::Event { level: other, .. }, Op::Event { level: own, .. }) if *own == level => {
            (*other < level).then_some((b, a))
        }
        _ => None,
    }
}

/// The links among the parts of a condition about the event at a level.
pub(super) fn links(plan: &Plan, filter: NodeId, level: u8) -> Vec<(NodeId, NodeId)> {
    let parts = conjuncts(plan, &filter).iter();
    parts.filter_map(|part| link(plan, *part, level)).collect()
}

fn each<T>(values: &[Const], read: impl Fn(&Const) -> Option<T>) -> Option<Vec<T>> {
    values.iter().map(read).collect()
}

/// A comparison of a column, on the left, with a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Eq,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Order {
    fn mirrored(self) -> Self {
        match self {
            Self::Eq => Self::Eq,
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
        }
    }
}

fn is_bool(col: ColId, wanted: bool) -> Filter {
    let is = Filter::Test(col, Ask::True);
    if wanted {
        return is;
    }
    Filter::And(vec![Filter::Known(col), Filter::Not(Box::new(is))])
}

fn range(col: ColId, lo: i64, hi: i64) -> Filter {
    Filter::Test(col, Ask::Value(Test::Ints { lo, hi }))
}

fn int_test(col: ColId, order: Order, value: i64) -> Filter {
    match order {
        Order::Eq => range(col, value, value),
        Order::Lt => value
            .checked_sub(1)
            .map_or(Filter::Const(false), |hi| range(col, i64::MIN, hi)),
        Order::Le => range(col, i64::MIN, value),
        Order::Gt => value
            .checked_add(1)
            .map_or(Filter::Const(false), |lo| range(col, lo, i64::MAX)),
        Order::Ge => range(col, value, i64::MAX),
    }
}

fn float_test(col: ColId, order: Order, value: f64) -> Filter {
    let (lo, hi) = match order {
        Order::Eq => (Bound::Included(value), Bound::Included(value)),
        Order::Lt => (Bound::Unbounded, Bound::Excluded(value)),
        Order::Le => (Bound::Unbounded, Bound::Included(value)),
        Order::Gt => (Bound::Excluded(value), Bound::Unbounded),
        Order::Ge => (Bound::Included(value), Bound::Unbounded),
    };
    Filter::Test(col, Ask::Value(Test::Floats { lo, hi }))
}

/// Integers that a Float holds exactly: comparing with the Float is comparing with them.
fn exact_float(value: i64) -> Option<f64> {
    (value.unsigned_abs() <= 1 << 53).then_some(value as f64)
}

/// An integer column against a Float, exactly: the integers on one side of it.
fn int_against_float(col: ColId, order: Order, value: f64) -> Filter {
    // 2^63: no integer reaches it, and none is less than its negative.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if !(-LIMIT..LIMIT).contains(&value) {
        let holds = match order {
            Order::Eq => false,
            Order::Lt | Order::Le => value > 0.0,
            Order::Gt | Order::Ge => value < 0.0,
        };
        return if holds {
            Filter::Known(col)
        } else {
            Filter::Const(false)
        };
    }
    let (below, above) = (value.floor() as i64, value.ceil() as i64);
    match order {
        Order::Eq if below == above => range(col, below, below),
        Order::Eq => Filter::Const(false),
        Order::Lt if below < above => range(col, i64::MIN, below),
        Order::Gt if below < above => range(col, above, i64::MAX),
        Order::Lt | Order::Gt => int_test(col, order, below),
        Order::Le => range(col, i64::MIN, below),
        Order::Ge => range(col, above, i64::MAX),
    }
}

/// A condition bound to the columns of a table.
#[derive(Debug)]
pub(super) enum BoundFilter<'a> {
    Const(bool),
    And(Vec<BoundFilter<'a>>),
    Or(Vec<BoundFilter<'a>>),
    Not(Box<BoundFilter<'a>>),
    Known(kernels::Bits<'a>),
    Test(Lane<'a>, Option<kernels::Bits<'a>>, Box<Scan>),
}

impl<'a> BoundFilter<'a> {
    /// Binds a condition to the columns of its kind.
    pub(super) fn new(filter: &Filter, data: &'a Dataset, kind: KindId) -> Self {
        let all = |filters: &[Filter]| {
            let bound = filters.iter().map(|filter| Self::new(filter, data, kind));
            bound.collect()
        };
        match filter {
            Filter::Const(value) => Self::Const(*value),
            Filter::And(filters) => Self::And(all(filters)),
            Filter::Or(filters) => Self::Or(all(filters)),
            Filter::Not(filter) => Self::Not(Box::new(Self::new(filter, data, kind))),
            Filter::Known(col) => match EventColumn::new(&data.events[kind].columns[*col]) {
                None => Self::Const(false),
                Some(source) => source.valid.map_or(Self::Const(true), Self::Known),
            },
            Filter::Test(col, ask) => {
                let Some(source) = EventColumn::new(&data.events[kind].columns[*col]) else {
                    return Self::Const(false);
                };
                let test = match ask {
                    Ask::Value(test) => test.clone(),
                    Ask::Texts(texts) => Test::OneOf(
                        texts
                            .iter()
                            .filter_map(|text| data.strings.find(text).map(i64::from))
                            .collect(),
                    ),
                    Ask::True => return Self::is_true(Some(source)),
                };
                let Some(lane) = source.lane() else {
                    return Self::Const(false);
                };
                Self::test(lane, source.valid, test)
            }
        }
    }

    fn test(lane: Lane<'a>, valid: Option<kernels::Bits<'a>>, test: Test) -> Self {
        Self::Test(lane, valid, Box::new(Scan::new(lane.kind(), &[test])))
    }

    /// That a column is true.
    pub(super) fn is_true(source: Option<EventColumn<'a>>) -> Self {
        let lane = source.and_then(|source| Some((source.lane()?, source.valid)));
        lane.map_or(Self::Const(false), |(lane, valid)| {
            Self::test(lane, valid, Test::Set)
        })
    }

    /// Marks the rows of the table that pass, among those that the marks are for. Their counts are for the caller to
    /// make.
    pub(super) fn mark(&self, isa: Isa, (base, end): (usize, usize), marks: &mut Marks) {
        let words = marks.clear(base, end);
        let mut start = base;
        for words in words.chunks_mut(CHUNK / 64) {
            let len = CHUNK.min(end - start);
            let row = self.row(isa, start, len);
            words.copy_from_slice(&row.0[..words.len()]);
            start += len;
        }
    }

    fn row(&self, isa: Isa, start: usize, len: usize) -> Row {
        match self {
            Self::Const(true) => Row::first(len),
            Self::Const(false) => Row::NONE,
            Self::And(parts) => parts.iter().fold(Row::first(len), |mut all, part| {
                all.and(&part.row(isa, start, len));
                all
            }),
            Self::Or(parts) => parts.iter().fold(Row::NONE, |mut any, part| {
                let part = part.row(isa, start, len);
                for (word, part) in any.0.iter_mut().zip(&part.0) {
                    *word |= part;
                }
                any
            }),
            Self::Not(part) => {
                let (mut all, part) = (Row::first(len), part.row(isa, start, len));
                for (word, part) in all.0.iter_mut().zip(&part.0) {
                    *word &= !part;
                }
                all
            }
            Self::Known(valid) => valid.slice(start, len).row(),
            Self::Test(lane, valid, scan) => {
                let mut out = [Row::NONE];
                let valid = valid.map(|valid| valid.slice(start, len));
                scan.run(isa, lane.slice(start, len), valid, &mut out);
                out[0]
            }
        }
    }
}
