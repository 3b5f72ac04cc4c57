//! From nodes to a recipe, with the data's figures at hand: what each node's value is, in which form, where it is known.
//! Meets only operations that [`super::claim`] allows; where the data do not (a product that no form holds exactly, zones that
//! differ), there is no recipe, and code that works on one profile answers.
//!
//! Nodes are taken in the order of their ids, never by recursion.

use persona_ir::{ColId, Const, NodeId, Op, Plan, Ty, operands};
use persona_runtime::kernels::LaneKind;
use persona_runtime::{Bounds, Column, Dataset, Value};
use rustc_hash::{FxHashMap, FxHashSet};

use super::number::{self, Division, Whole};
use super::recipe::{Draft, Form, Id, Input, Instr, Logic, One, Order, Pair};
use super::value::{EXACT, Float, Int, Known, Repr, Source, Val};
use crate::columnar::lanes;

/// What lowering looks at.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) plan: &'a Plan,
    pub(super) data: &'a Dataset,
    pub(super) now: i64,
    /// The place of each fixed node in the lists of `values`.
    pub(super) fixed: &'a FxHashMap<NodeId, usize>,
    /// The values of fixed nodes, in each zone.
    pub(super) values: &'a [Vec<Value>],
}

/// A condition of a recipe.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    /// Holds nowhere.
    Never,
    /// Holds where the mask says so and all these columns are known.
    Where(Id, Vec<ColId>),
}

/// Recipes of conditions that share what they have in common.
pub(super) struct Lowerer<'a> {
    place: Place<'a>,
    pub(super) draft: Draft,
    known: FxHashMap<NodeId, Option<Val>>,
}

impl<'a> Lowerer<'a> {
    pub(super) fn new(place: Place<'a>) -> Self {
        Self {
            place,
            draft: Draft::default(),
            known: FxHashMap::default(),
        }
    }

    /// A condition; none where the data do not allow it.
    pub(super) fn condition(&mut self, root: NodeId) -> Option<Condition> {
        let mut seen: FxHashSet<NodeId> = FxHashSet::default();
        let (mut stack, mut todo) = (vec![root], Vec::new());
        while let Some(node) = stack.pop() {
            if self.known.contains_key(&node) || !seen.insert(node) {
                continue;
            }
            todo.push(node);
            if !self.place.fixed.contains_key(&node) {
                let operands = operands(&self.place.plan.nodes[node].op);
                stack.extend(operands.iter().map(|operand| operand.node));
            }
        }
        todo.sort_unstable();
        for node in todo {
            let val = self.node(node);
            self.known.insert(node, val);
        }
        let val = self.val(root)?;
        let Repr::Bool(is) = val.repr else {
            return None;
        };
        if val.known.never {
            return Some(Condition::Never);
        }
        let is = match val.known.mask {
            Some(mask) => self.draft.logic(Logic::And, is, mask),
            None => is,
        };
        Some(Condition::Where(is, val.known.cols))
    }

    fn val(&self, node: NodeId) -> Option<Val> {
        self.known.get(&node).cloned().flatten()
    }

    fn node(&mut self, node: NodeId) -> Option<Val> {
        let plan = self.place.plan;
        let typed = &plan.nodes[node];
        if let Some(at) = self.place.fixed.get(&node) {
            return self.fixed(*at, &typed.ty);
        }
        match &typed.op {
            Op::Const(value) => self.value(&Value::from(value), &typed.ty),
            Op::Profile(col) => self.column(*col),
            Op::And(nodes) => self.joined(nodes, Logic::And),
            Op::Or(nodes) => self.joined(nodes, Logic::Or),
            Op::Not(a) => {
                let holds = self.holds(*a)?;
                Some(Val::always(Repr::Bool(self.draft.not(holds))))
            }
            Op::Known(a) => {
                let known = self.known_of(*a)?;
                let all = self.draft.instr(Instr::Always(true));
                Some(Val {
                    repr: Repr::Bool(all),
                    known,
                })
            }
            Op::Coalesce(a, b) => self.first_known(*a, *b),
            Op::If { cond, then, other } => {
                let cond = self.holds(*cond)?;
                self.chosen(cond, *then, *other)
            }
            Op::Eq(a, b) => self.compared(Order::Equal, *a, *b),
            Op::Lt(a, b) => self.compared(Order::Less, *a, *b),
            Op::Le(a, b) => self.compared(Order::AtMost, *a, *b),
            Op::EqNum(a, b) => self.compared(Order::Equal, *a, *b),
            Op::LtNum(a, b) => self.compared(Order::Less, *a, *b),
            Op::LeNum(a, b) => self.compared(Order::AtMost, *a, *b),
            Op::In(a, set) => self.is_in(*a, set),
            op => self.number(op, &typed.ty),
        }
    }

    // ---- leaves ----

    /// A fixed node's value, where it is the same in every zone.
    fn fixed(&mut self, at: usize, ty: &Ty) -> Option<Val> {
        let (first, others) = self.place.values.split_first()?;
        let value = &first[at];
        others
            .iter()
            .all(|zone| zone[at] == *value)
            .then(|| self.value(value, ty))?
    }

    fn value(&mut self, value: &Value, ty: &Ty) -> Option<Val> {
        let draft = &mut self.draft;
        let repr = match value {
            Value::Int(value) => Repr::Int(Val::int(draft, *value)),
            Value::Enum(index) => Repr::Int(Val::int(draft, i64::from(*index))),
            Value::Float(value) => Repr::Float(Val::float(draft, *value)),
            Value::Bool(value) => Repr::Bool(draft.instr(Instr::Always(*value))),
            Value::Missing => return self.missing(ty),
            Value::Str(_) | Value::Geo(..) | Value::List(_) | Value::Record(_) => return None,
        };
        Some(Val::always(repr))
    }

    fn missing(&mut self, ty: &Ty) -> Option<Val> {
        let draft = &mut self.draft;
        let repr = match ty {
            Ty::Bool => Repr::Bool(draft.instr(Instr::Always(false))),
            Ty::Float => Repr::Float(Val::float(draft, 0.0)),
            Ty::Enum(_) => Repr::Int(Val::int(draft, 0)),
            ty if ty.is_integer() => Repr::Int(Val::int(draft, 0)),
            _ => return None,
        };
        let known = Known::never();
        Some(Val { repr, known })
    }

    fn column(&mut self, col: ColId) -> Option<Val> {
        let column = &self.place.data.columns[col];
        let Some(lane) = lanes::lane(column) else {
            return self.missing(&self.place.plan.schema.profile.columns[col].ty);
        };
        let input = self.draft.input(Input::Values(col));
        let kind = lane.kind();
        let (instr, form) = match kind {
            LaneKind::Bits => (Instr::Bits(input), None),
            LaneKind::F64 => (Instr::Load(input, kind), Some(Form::F64)),
            LaneKind::I64 => (Instr::Load(input, kind), Some(Form::I64)),
            _ => (Instr::Load(input, kind), Some(Form::I32)),
        };
        let id = self.draft.instr(instr);
        let repr = match form {
            None => Repr::Bool(id),
            Some(Form::F64) => Repr::Float(Float::any(Source::Instr(id, Form::F64))),
            Some(form) => {
                let (low, high) = bounds(column);
                let source = Source::Instr(id, form);
                Repr::Int(Int { source, low, high })
            }
        };
        let known = match lanes::valid(column) {
            Some(_) => Known {
                cols: vec![col],
                ..Known::default()
            },
            None => Known::default(),
        };
        Some(Val { repr, known })
    }

    // ---- logic ----

    /// Where a Bool is there and true, as a mask.
    fn holds(&mut self, node: NodeId) -> Option<Id> {
        let val = self.val(node)?;
        let Repr::Bool(is) = val.repr else {
            return None;
        };
        let known = val.known.mask(&mut self.draft);
        Some(self.draft.logic(Logic::And, is, known))
    }

    /// Where a node has a value: everywhere, of conditions that are never missing.
    fn known_of(&self, node: NodeId) -> Option<Known> {
        let typed = &self.place.plan.nodes[node];
        let val = self.val(node)?;
        Some(match val.repr {
            Repr::Bool(_) if !typed.optional => Known::default(),
            _ => val.known,
        })
    }

    fn joined(&mut self, nodes: &[NodeId], logic: Logic) -> Option<Val> {
        let mut all = self.draft.instr(Instr::Always(logic == Logic::And));
        for node in nodes {
            let holds = self.holds(*node)?;
            all = self.draft.logic(logic, all, holds);
        }
        Some(Val::always(Repr::Bool(all)))
    }

    fn first_known(&mut self, a: NodeId, b: NodeId) -> Option<Val> {
        let known = self.known_of(a)?;
        if known.is_always() {
            return self.val(a);
        }
        let known = known.mask(&mut self.draft);
        self.chosen(known, a, b)
    }

    /// The first value where the mask says so, else the second.
    fn chosen(&mut self, mask: Id, then: NodeId, other: NodeId) -> Option<Val> {
        let (a, b) = (self.val(then)?, self.val(other)?);
        let (a_known, b_known) = (self.known_of(then)?, self.known_of(other)?);
        let draft = &mut self.draft;
        let repr = match (a.repr, b.repr) {
            (Repr::Int(a), Repr::Int(b)) => {
                let (form, x, y) = number::common(draft, a, b)?;
                let id = draft.instr(Instr::Select(form, mask, x, y));
                Repr::Int(Int {
                    source: Source::Instr(id, form),
                    low: a.low.min(b.low),
                    high: a.high.max(b.high),
                })
            }
            (Repr::Float(a), Repr::Float(b)) => {
                let (x, y) = (a.id(draft), b.id(draft));
                let id = draft.instr(Instr::Select(Form::F64, mask, x, y));
                Repr::Float(Float {
                    source: Source::Instr(id, Form::F64),
                    low: a.low.min(b.low),
                    high: a.high.max(b.high),
                })
            }
            (Repr::Bool(_), Repr::Bool(_)) => {
                let (x, y) = (self.holds(then)?, self.holds(other)?);
                Repr::Bool(self.select_mask(mask, x, y))
            }
            _ => return None,
        };
        let known = if a_known.is_always() && b_known.is_always() {
            Known::default()
        } else {
            let draft = &mut self.draft;
            let (x, y) = (a_known.mask(draft), b_known.mask(draft));
            Known::masked(self.select_mask(mask, x, y))
        };
        Some(Val { repr, known })
    }

    fn select_mask(&mut self, mask: Id, a: Id, b: Id) -> Id {
        let draft = &mut self.draft;
        let not = draft.not(mask);
        let a = draft.logic(Logic::And, mask, a);
        let b = draft.logic(Logic::And, not, b);
        draft.logic(Logic::Or, a, b)
    }

    // ---- comparisons ----

    fn compared(&mut self, order: Order, a: NodeId, b: NodeId) -> Option<Val> {
        let (x, y) = (self.val(a)?, self.val(b)?);
        let known = self.known_of(a)?.and(&self.known_of(b)?, &mut self.draft);
        if let (Repr::Bool(_), Repr::Bool(_)) = (x.repr, y.repr) {
            let (x, y) = (self.holds(a)?, self.holds(b)?);
            let differ = self.draft.logic(Logic::Xor, x, y);
            let repr = Repr::Bool(self.draft.not(differ));
            return Some(Val { repr, known });
        }
        let repr = Repr::Bool(compare(&mut self.draft, order, x.repr, y.repr)?);
        Some(Val { repr, known })
    }

    fn is_in(&mut self, a: NodeId, set: &[Const]) -> Option<Val> {
        let val = self.val(a)?;
        let known = self.known_of(a)?;
        let ty = &self.place.plan.nodes[a].ty;
        let mut any = self.draft.instr(Instr::Always(false));
        for item in set {
            let item = self.value(&Value::from(item), ty)?;
            if item.known.never {
                continue;
            }
            let same = match (val.repr, item.repr) {
                (Repr::Bool(_), Repr::Bool(truth)) => {
                    let holds = self.holds(a)?;
                    let differ = self.draft.logic(Logic::Xor, holds, truth);
                    self.draft.not(differ)
                }
                (x, y) => compare(&mut self.draft, Order::Equal, x, y)?,
            };
            any = self.draft.logic(Logic::Or, any, same);
        }
        Some(Val {
            repr: Repr::Bool(any),
            known,
        })
    }

    // ---- numbers ----

    fn number(&mut self, op: &Op, ty: &Ty) -> Option<Val> {
        match op {
            Op::Add(a, b) => self.ints(*a, *b, |d, a, b| number::whole(d, Whole::Add, a, b, ty)),
            Op::Sub(a, b) => self.ints(*a, *b, |d, a, b| number::whole(d, Whole::Sub, a, b, ty)),
            Op::Mul(a, b) => self.ints(*a, *b, |d, a, b| {
                number::whole(d, Whole::Mul, a, b, &Ty::Int)
            }),
            Op::Neg(a) => self.int(*a, |d, a| {
                let zero = Val::int(d, 0);
                number::whole(d, Whole::Sub, zero, a, &Ty::Int)
            }),
            Op::IntDiv(a, b) => self.divided(Division::Quotient, *a, *b),
            Op::IntMod(a, b) => self.divided(Division::Remainder, *a, *b),
            Op::UnscaleInt(a, b) => self.divided(Division::Rounded, *a, *b),
            Op::DaysSince(a) => self.days_since(*a),
            Op::Abs(a) if self.is_float(*a) => {
                self.float(*a, |d, a| Some(Repr::Float(number::float_absolute(d, a))))
            }
            Op::Abs(a) => self.int(*a, number::absolute),
            Op::Min(a, b) => self.extreme(*a, *b, true),
            Op::Max(a, b) => self.extreme(*a, *b, false),
            op => self.float_number(op),
        }
    }

    fn float_number(&mut self, op: &Op) -> Option<Val> {
        let rounded = |one| move |d: &mut Draft, a| Some(Repr::Int(number::rounded(d, one, a)));
        match op {
            Op::FAdd(a, b) => self.floats(Pair::Add, *a, *b),
            Op::FSub(a, b) => self.floats(Pair::Sub, *a, *b),
            Op::FMul(a, b) => self.floats(Pair::Mul, *a, *b),
            Op::FDiv(a, b) => self.floats(Pair::Div, *a, *b),
            Op::FNeg(a) => self.float(*a, |d, a| {
                let zero = Val::float(d, 0.0);
                Some(Repr::Float(number::floats(d, Pair::Sub, zero, a).0))
            }),
            Op::Round(a) => self.float(*a, rounded(One::Nearest)),
            Op::Floor(a) => self.float(*a, rounded(One::Floor)),
            Op::Ceil(a) => self.float(*a, rounded(One::Ceil)),
            Op::ToFloat(a) => {
                let val = self.val(*a)?;
                let Repr::Int(a) = val.repr else { return None };
                let repr = Repr::Float(number::to_float(&mut self.draft, a)?);
                Some(Val { repr, ..val })
            }
            Op::Ratio(a, b) => {
                let (x, y, known) = self.both(*a, *b)?;
                let (Repr::Int(x), Repr::Int(y)) = (x, y) else {
                    return None;
                };
                let (float, divisible) = number::ratio(&mut self.draft, x, y)?;
                Some(self.quotient(Repr::Float(float), known, divisible))
            }
            Op::Scale(a, b) => self.scaled(Pair::Mul, *a, *b),
            Op::Unscale(a, b) => self.scaled(Pair::Div, *a, *b),
            _ => None,
        }
    }

    fn is_float(&self, node: NodeId) -> bool {
        self.place.plan.nodes[node].ty == Ty::Float
    }

    /// Two values, and where both are known.
    fn both(&mut self, a: NodeId, b: NodeId) -> Option<(Repr, Repr, Known)> {
        let (a, b) = (self.val(a)?, self.val(b)?);
        let known = a.known.and(&b.known, &mut self.draft);
        Some((a.repr, b.repr, known))
    }

    fn int(&mut self, a: NodeId, f: impl FnOnce(&mut Draft, Int) -> Option<Int>) -> Option<Val> {
        let val = self.val(a)?;
        let Repr::Int(a) = val.repr else { return None };
        let repr = Repr::Int(f(&mut self.draft, a)?);
        Some(Val { repr, ..val })
    }

    fn ints(
        &mut self,
        a: NodeId,
        b: NodeId,
        f: impl FnOnce(&mut Draft, Int, Int) -> Option<Int>,
    ) -> Option<Val> {
        let (a, b, known) = self.both(a, b)?;
        let (Repr::Int(a), Repr::Int(b)) = (a, b) else {
            return None;
        };
        let repr = Repr::Int(f(&mut self.draft, a, b)?);
        Some(Val { repr, known })
    }

    fn float(
        &mut self,
        a: NodeId,
        f: impl FnOnce(&mut Draft, Float) -> Option<Repr>,
    ) -> Option<Val> {
        let val = self.val(a)?;
        let Repr::Float(a) = val.repr else {
            return None;
        };
        let repr = f(&mut self.draft, a)?;
        Some(Val { repr, ..val })
    }

    fn floats(&mut self, pair: Pair, a: NodeId, b: NodeId) -> Option<Val> {
        let (a, b, known) = self.both(a, b)?;
        let (Repr::Float(a), Repr::Float(b)) = (a, b) else {
            return None;
        };
        let (float, divisible) = number::floats(&mut self.draft, pair, a, b);
        Some(self.quotient(Repr::Float(float), known, divisible))
    }

    fn scaled(&mut self, pair: Pair, a: NodeId, b: NodeId) -> Option<Val> {
        let (a, b, known) = self.both(a, b)?;
        let (Repr::Int(a), Repr::Float(b)) = (a, b) else {
            return None;
        };
        let (int, divisible) = number::scaled(&mut self.draft, pair, a, b)?;
        Some(self.quotient(Repr::Int(int), known, divisible))
    }

    fn divided(&mut self, division: Division, a: NodeId, b: NodeId) -> Option<Val> {
        let (a, b, known) = self.both(a, b)?;
        let (Repr::Int(a), Repr::Int(b)) = (a, b) else {
            return None;
        };
        let (int, divisible) = number::divide(&mut self.draft, division, a, b)?;
        Some(self.quotient(Repr::Int(int), known, divisible))
    }

    /// A quotient is missing where the divisor is zero.
    fn quotient(&mut self, repr: Repr, known: Known, divisible: Option<Id>) -> Val {
        let known = match divisible {
            Some(mask) => known.and(&Known::masked(mask), &mut self.draft),
            None => known,
        };
        Val { repr, known }
    }

    /// Whole days up to `now`, rounded down.
    fn days_since(&mut self, a: NodeId) -> Option<Val> {
        /// The microseconds of a day.
        const DAY: i64 = 86_400_000_000;
        let now = self.place.now;
        self.int(a, |draft, at| {
            let now = Val::int(draft, now);
            let since = number::whole(draft, Whole::Sub, now, at, &Ty::Duration)?;
            let day = Val::int(draft, DAY);
            let (days, _) = number::divide(draft, Division::Quotient, since, day)?;
            Some(days)
        })
    }

    fn extreme(&mut self, a: NodeId, b: NodeId, least: bool) -> Option<Val> {
        let (a, b, known) = self.both(a, b)?;
        let draft = &mut self.draft;
        let repr = match (a, b) {
            (Repr::Int(a), Repr::Int(b)) => Repr::Int(number::extreme(draft, a, b, least)?),
            (Repr::Float(a), Repr::Float(b)) => {
                Repr::Float(number::float_extreme(draft, a, b, least))
            }
            _ => return None,
        };
        Some(Val { repr, known })
    }
}

/// A comparison of two numbers, exact.
fn compare(draft: &mut Draft, order: Order, a: Repr, b: Repr) -> Option<Id> {
    let exact = |draft: &mut Draft, int: Int| {
        let exact = int.within(EXACT);
        exact.then(|| int.form(draft, Form::F64)).flatten()
    };
    let (x, y) = match (a, b) {
        (Repr::Int(a), Repr::Int(b)) => return number::compare(draft, order, a, b),
        (Repr::Float(a), Repr::Float(b)) => (a.id(draft), b.id(draft)),
        (Repr::Int(a), Repr::Float(b)) => (exact(draft, a)?, b.id(draft)),
        (Repr::Float(a), Repr::Int(b)) => (a.id(draft), exact(draft, b)?),
        (Repr::Bool(_), _) | (_, Repr::Bool(_)) => return None,
    };
    Some(draft.instr(Instr::Compare(order, Form::F64, x, y)))
}

/// Between which values a column's integers or codes lie.
fn bounds(column: &Column) -> (i64, i64) {
    match column.stats().bounds {
        Bounds::Int(low, high) => (low, high),
        Bounds::Enum(low, high) => (i64::from(low), i64::from(high)),
        Bounds::None | Bounds::Bool { .. } | Bounds::Float(..) => (0, 0),
    }
}
