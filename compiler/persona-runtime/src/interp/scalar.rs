//! Operations that take values and give a value: one arm each, in the order of `op.rs`.

use std::cmp::Ordering;

use persona_ir::{ColId, Const, EventCol, NodeId, Op, Ty};

use super::{Binder, ProfileEvaluator};
use crate::{Facts, Value, calendar, display, experiment, geo, num, sample, text, time};

impl<F: Facts> ProfileEvaluator<'_, F> {
    /// The value of an operation without binders of its own: leaves, logic and comparisons here, the others below.
    pub(super) fn scalar(&self, op: &Op, ty: &Ty) -> Value {
        let clock = self.clock();
        match op {
            Op::Const(value) => value.into(),
            Op::Now => Value::Int(clock.now()),
            Op::Today { months, days } => Value::Int(clock.today(*months, *days)),
            Op::Instant(spec) => Value::Int(clock.instant(*spec)),
            Op::Profile(col) => self.evaluator.data.profile_value(*col, self.profile),
            Op::Event { level, cols } => self.event(*level, cols),
            Op::Elem { level, child } => self.element(*level, *child),
            Op::Input(slot) => self.input(*slot),

            Op::And(nodes) => nodes.iter().all(|node| self.known(*node).is_true()).into(),
            Op::Or(nodes) => nodes.iter().any(|node| self.known(*node).is_true()).into(),
            Op::Not(a) => (!self.known(*a).is_true()).into(),
            Op::Known(a) => self.known(*a).is_known().into(),
            Op::Coalesce(a, b) if self.known(*a).is_known() => self.known(*a).clone(),
            Op::Coalesce(_, b) => self.known(*b).clone(),
            Op::If { cond, then, .. } if self.known(*cond).is_true() => self.known(*then).clone(),
            Op::If { other, .. } => self.known(*other).clone(),

            Op::Eq(a, b) => self.order(*a, *b).is_some_and(Ordering::is_eq).into(),
            Op::Lt(a, b) => self.order(*a, *b).is_some_and(Ordering::is_lt).into(),
            Op::Le(a, b) => self.order(*a, *b).is_some_and(Ordering::is_le).into(),
            Op::EqNum(a, b) => self.mixed_order(*a, *b).is_some_and(Ordering::is_eq).into(),
            Op::LtNum(a, b) => self.mixed_order(*a, *b).is_some_and(Ordering::is_lt).into(),
            Op::LeNum(a, b) => self.mixed_order(*a, *b).is_some_and(Ordering::is_le).into(),
            Op::EqFold(a, b) => self.test(*a, *b, text::equal_folded),
            Op::In(a, values) => values
                .iter()
                .any(|value| equals(self.known(*a), &value.into()))
                .into(),
            Op::Contains(a, b) => self.test(*a, *b, |a, b| a.contains(b)),
            Op::StartsWith(a, b) => self.test(*a, *b, |a, b| a.starts_with(b)),
            Op::EndsWith(a, b) => self.test(*a, *b, |a, b| a.ends_with(b)),
            Op::Matches(a, pattern) => self.matches(*a, pattern).into(),

            op => self.number(op, ty),
        }
    }

    /// Numbers.
    fn number(&self, op: &Op, ty: &Ty) -> Value {
        match op {
            Op::Add(a, b) => self.ints(*a, *b).map(|(a, b)| num::add(a, b, ty)).into(),
            Op::Sub(a, b) => self.ints(*a, *b).map(|(a, b)| num::sub(a, b, ty)).into(),
            Op::Mul(a, b) => self.ints(*a, *b).map(|(a, b)| a.saturating_mul(b)).into(),
            Op::Neg(a) => self.known(*a).int().map(i64::saturating_neg).into(),
            Op::IntDiv(a, b) => self
                .ints(*a, *b)
                .and_then(|(a, b)| num::int_div(a, b))
                .into(),
            Op::IntMod(a, b) => self
                .ints(*a, *b)
                .and_then(|(a, b)| num::int_mod(a, b))
                .into(),
            Op::Ratio(a, b) => self.ints(*a, *b).and_then(|(a, b)| num::ratio(a, b)).into(),
            Op::FAdd(a, b) => self
                .floats(*a, *b)
                .map(|(a, b)| num::float_add(a, b))
                .into(),
            Op::FSub(a, b) => self
                .floats(*a, *b)
                .map(|(a, b)| num::float_sub(a, b))
                .into(),
            Op::FMul(a, b) => self
                .floats(*a, *b)
                .map(|(a, b)| num::float_mul(a, b))
                .into(),
            Op::FDiv(a, b) => self
                .floats(*a, *b)
                .and_then(|(a, b)| num::float_div(a, b))
                .into(),
            Op::FNeg(a) => self.known(*a).float().map(|a| num::finite(-a)).into(),
            Op::ToFloat(a) => self.known(*a).int().map(|a| a as f64).into(),
            Op::Scale(a, b) => self.int_float(*a, *b).map(|(a, b)| num::scale(a, b)).into(),
            Op::Unscale(a, b) => self
                .int_float(*a, *b)
                .and_then(|(a, b)| num::unscale(a, b))
                .into(),
            Op::UnscaleInt(a, b) => self
                .ints(*a, *b)
                .and_then(|(a, b)| num::unscale_int(a, b))
                .into(),
            Op::Abs(a) => absolute(self.known(*a)),
            Op::Round(a) => self.known(*a).float().map(num::round).into(),
            Op::Floor(a) => self.known(*a).float().map(num::floor).into(),
            Op::Ceil(a) => self.known(*a).float().map(num::ceil).into(),
            Op::Min(a, b) => self.better(*a, *b, Ordering::Less),
            Op::Max(a, b) => self.better(*a, *b, Ordering::Greater),

            op => self.date_or_text(op, ty),
        }
    }

    /// Dates, texts, lists, places and ranks.
    fn date_or_text(&self, op: &Op, ty: &Ty) -> Value {
        let clock = self.clock();
        match op {
            Op::DateAdd { date, months, days } => self
                .known(*date)
                .int()
                .map(|date| calendar::add(date, *months, *days))
                .into(),
            Op::StartOfDay(a) => self
                .known(*a)
                .int()
                .map(|date| clock.zone().start_of_day(date))
                .into(),
            Op::DateOf(a) => self
                .known(*a)
                .int()
                .map(|at| clock.zone().date_of(at))
                .into(),
            Op::LocalPart(a, part) => part_value(
                self.known(*a).int().map(|at| clock.zone().part(at, *part)),
                ty,
            ),
            Op::DatePart(a, part) => part_value(
                self.known(*a).int().map(|date| calendar::part(date, *part)),
                ty,
            ),
            Op::Age(a) => self.known(*a).int().map(|date| clock.age(date)).into(),
            Op::Anniversary(a) => self
                .known(*a)
                .int()
                .map(|date| clock.anniversary(date))
                .into(),
            Op::DaysSince(a) => self
                .known(*a)
                .int()
                .map(|at| time::days_since(at, clock.now()))
                .into(),

            Op::Lower(a) => self.known(*a).str().map(text::lower).into(),
            Op::Upper(a) => self.known(*a).str().map(text::upper).into(),
            Op::Trim(a) => self.known(*a).str().map(text::trim).into(),
            Op::Fold(a) => self.known(*a).str().map(text::fold).into(),
            Op::StrLen(a) => self.known(*a).str().map(text::length).into(),
            Op::Domain(a) => self.known(*a).str().and_then(text::domain).into(),
            Op::Concat(nodes) => nodes
                .iter()
                .map(|node| self.known(*node).str())
                .collect::<Option<String>>()
                .into(),
            Op::Display(a, format) => self.display(*a, format.as_deref()),

            Op::Size(a) => self.known(*a).list().map(|list| list.len() as i64).into(),
            Op::Has(list, value) => self.has(*list, self.known(*value)).into(),
            Op::HasAny(list, values) => self
                .count_had(*list, values)
                .is_some_and(|had| had > 0)
                .into(),
            Op::HasAll(list, values) => self
                .count_had(*list, values)
                .is_some_and(|had| had == values.len())
                .into(),

            op => self.place_or_item(op),
        }
    }

    /// Places, chance, ranks and catalogs.
    fn place_or_item(&self, op: &Op) -> Value {
        match op {
            Op::Lookup { catalog, key } => {
                let found = self
                    .evaluator
                    .data
                    .catalogs()
                    .find(*catalog, self.known(*key));
                found.and_then(|row| i64::try_from(row).ok()).into()
            }
            Op::ItemCol { item, col } => self.item_value(*item, *col),
            Op::Items(catalog) => self.evaluator.data.catalogs().items(*catalog),
            Op::GeoMake(a, b) => self
                .floats(*a, *b)
                .and_then(|(a, b)| geo::place(a, b))
                .into(),
            Op::Distance(a, b) => {
                let places = self.known(*a).geo().zip(self.known(*b).geo());
                places.map(|(a, b)| geo::distance(a, b)).into()
            }
            Op::Sample { salt, buckets } => {
                let evaluator = self.evaluator;
                let key = evaluator.data.key(&evaluator.plan.schema, self.profile);
                (sample::bucket(salt, key) < *buckets).into()
            }
            Op::Arm(arm) => {
                let evaluator = self.evaluator;
                let forced = evaluator.data.forced_arm(&arm.experiment, self.profile);
                let key = evaluator.data.key(&evaluator.plan.schema, self.profile);
                let arm = forced.unwrap_or_else(|| experiment::assign(arm, key).arm());
                arm.map_or(Value::Missing, Value::Enum)
            }
            Op::Rank(id, a) => self.rank(*id, self.known(*a)),

            _ => unreachable!("operations with binders are evaluated by their own functions"),
        }
    }

    fn item_value(&self, item: NodeId, col: ColId) -> Value {
        let row = self.known(item).int().map(usize::try_from);
        let (Some(Ok(row)), Ty::Item(catalog)) = (row, &self.evaluator.plan.nodes[item].ty) else {
            return Value::Missing;
        };
        self.evaluator.data.catalogs().value(*catalog, col, row)
    }

    fn input(&self, slot: u32) -> Value {
        let frame = self.scratch.frame.get(slot as usize);
        frame.cloned().unwrap_or(Value::Missing)
    }

    fn event(&self, level: u8, cols: &[EventCol]) -> Value {
        let Some(Binder::Event(event)) = self.scratch.binders.get(usize::from(level)) else {
            return Value::Missing;
        };
        let col = cols.iter().find(|col| col.kind == event.kind);
        col.map_or(Value::Missing, |col| {
            self.evaluator.data.event_value(*event, col.col)
        })
    }

    fn element(&self, level: u8, child: u32) -> Value {
        match self.scratch.binders.get(usize::from(level)) {
            Some(Binder::Elem(Value::Record(fields))) => fields
                .get(child as usize)
                .cloned()
                .unwrap_or(Value::Missing),
            Some(Binder::Elem(value)) => value.clone(),
            Some(Binder::Free | Binder::Event(_)) | None => Value::Missing,
        }
    }

    fn order(&self, a: NodeId, b: NodeId) -> Option<Ordering> {
        self.known(a).compare(self.known(b))
    }

    fn mixed_order(&self, a: NodeId, b: NodeId) -> Option<Ordering> {
        match (self.known(a), self.known(b)) {
            (Value::Int(a), Value::Float(b)) => Some(num::compare(*a, *b)),
            (Value::Float(a), Value::Int(b)) => Some(num::compare(*b, *a).reverse()),
            _ => None,
        }
    }

    fn test(&self, a: NodeId, b: NodeId, test: impl Fn(&str, &str) -> bool) -> Value {
        let texts = self.known(a).str().zip(self.known(b).str());
        texts.is_some_and(|(a, b)| test(a, b)).into()
    }

    fn matches(&self, a: NodeId, pattern: &str) -> bool {
        let patterns = &self.evaluator.prepared.patterns;
        let pattern = patterns.get(pattern).and_then(Option::as_ref);
        pattern
            .zip(self.known(a).str())
            .is_some_and(|(pattern, text)| pattern.is_match(text))
    }

    fn ints(&self, a: NodeId, b: NodeId) -> Option<(i64, i64)> {
        self.known(a).int().zip(self.known(b).int())
    }

    fn floats(&self, a: NodeId, b: NodeId) -> Option<(f64, f64)> {
        self.known(a).float().zip(self.known(b).float())
    }

    fn int_float(&self, a: NodeId, b: NodeId) -> Option<(i64, f64)> {
        self.known(a).int().zip(self.known(b).float())
    }

    /// The first of two values unless the second is better.
    fn better(&self, a: NodeId, b: NodeId, better: Ordering) -> Value {
        match self.order(b, a) {
            None => Value::Missing,
            Some(order) if order == better => self.known(b).clone(),
            Some(_) => self.known(a).clone(),
        }
    }

    fn display(&self, a: NodeId, format: Option<&str>) -> Value {
        let value = self.known(a);
        let plan = self.evaluator.plan;
        let zone = self.clock().zone();
        let text = || display::display(value, &plan.nodes[a].ty, format, &plan.schema, zone);
        value.is_known().then(text).into()
    }

    fn has(&self, list: NodeId, value: &Value) -> bool {
        let elements = self.known(list).list().unwrap_or_default();
        elements.iter().any(|element| equals(element, value))
    }

    /// How many of the constants are elements; none when the list is missing.
    fn count_had(&self, list: NodeId, values: &[Const]) -> Option<usize> {
        self.known(list).list()?;
        Some(
            values
                .iter()
                .filter(|value| self.has(list, &Value::from(*value)))
                .count(),
        )
    }
}

/// Whether two values of one type are known and equal.
fn equals(a: &Value, b: &Value) -> bool {
    a.compare(b).is_some_and(Ordering::is_eq)
}

fn absolute(value: &Value) -> Value {
    match value {
        Value::Int(value) => Value::Int(value.saturating_abs()),
        Value::Float(value) => Value::Float(value.abs()),
        _ => Value::Missing,
    }
}

/// A part of a date with its type: an enum's index, or an integer.
fn part_value(part: Option<i64>, ty: &Ty) -> Value {
    match (part, ty) {
        (Some(index), Ty::Enum(_)) => u32::try_from(index).map_or(Value::Missing, Value::Enum),
        (part, _) => part.into(),
    }
}
