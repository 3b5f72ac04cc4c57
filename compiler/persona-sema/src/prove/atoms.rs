//! Comparisons, as what they say of one term. Bounds become closed intervals of whole numbers; what is compared with now or
//! today is looked at from there, what is compared with a day, by days; two terms beside each other become a term of their
//! own, their order. Where an exact translation is not known there is none.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::build::{Builder, FrameId, Operand, alike};
use super::set::{Set, place_of};
use super::term::{Channel, Formula, Lit, Term, TermId, TextTest};
use crate::expr::is_strict;
use crate::{AggKind, Const, Expr, ExprKind, Op, TypeKind, Window};

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;
/// The whole numbers that a Float holds exactly.
const EXACT: i64 = 1 << 53;

/// Which outcomes of a comparison are meant.
#[derive(Clone, Copy, Debug)]
struct Order {
    less: bool,
    equal: bool,
    greater: bool,
}

impl Order {
    const LESS: Self = Self::new(true, false, false);
    const UP_TO: Self = Self::new(true, true, false);
    const EQUAL: Self = Self::new(false, true, false);
    const FROM: Self = Self::new(false, true, true);

    const fn new(less: bool, equal: bool, greater: bool) -> Self {
        Self {
            less,
            equal,
            greater,
        }
    }

    /// The same comparison from the other side.
    const fn mirrored(self) -> Self {
        Self::new(self.greater, self.equal, self.less)
    }

    /// The numbers that compare so with one.
    fn around(self, value: i64) -> Set {
        let mut parts = Vec::new();
        let mut put = |low: Option<i64>, high: Option<i64>| {
            if let (Some(low), Some(high)) = (low, high) {
                match parts.last_mut() {
                    Some((_, end)) if *end == low - 1 => *end = high,
                    _ => parts.push((low, high)),
                }
            }
        };
        if self.less {
            let high = value.checked_sub(1);
            put(high.map(|_| i64::MIN), high);
        }
        if self.equal {
            put(Some(value), Some(value));
        }
        if self.greater {
            let low = value.checked_add(1);
            put(low, low.map(|_| i64::MAX));
        }
        Set::Ints(parts)
    }
}

/// A moment that is said from now or today on.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// Microseconds after now, or days after today.
    After(i64),
    /// Months before.
    MonthsAgo(i64),
}

impl<'a> Builder<'a, '_> {
    /// What a comparison says; `None` where it is not understood.
    pub(super) fn comparison(
        &mut self,
        op: Op,
        operands: &'a [Expr],
        frame: FrameId,
        yes: bool,
    ) -> Option<Formula> {
        match (op, operands) {
            (Op::Eq, [a, b]) => self.compared(a, b, Order::EQUAL, frame, yes),
            (Op::Lt, [a, b]) => self.compared(a, b, Order::LESS, frame, yes),
            (Op::Le, [a, b]) => self.compared(a, b, Order::UP_TO, frame, yes),
            (Op::Before, [a, b]) => self.before(a, b, frame, yes),
            (Op::Between, [value, low, high]) => self.between(value, low, high, frame, yes),
            (Op::In, [value, list]) => self.one_of(value, list, frame, yes),
            (Op::Has, [list, item]) => {
                let (item, kind) = self.constant(item, frame)?;
                let member = self.member(list, &item, &kind, frame);
                Some(Formula::literal(member, yes))
            }
            (Op::HasAny | Op::HasAll, [list, items]) => {
                self.holds_some(op == Op::HasAll, list, items, frame, yes)
            }
            (Op::StartsWith, [a, b]) => self.text_test(TextTest::Starts, a, b, frame, yes),
            (Op::EndsWith, [a, b]) => self.text_test(TextTest::Ends, a, b, frame, yes),
            (Op::Contains, [a, b]) => self.text_test(TextTest::Contains, a, b, frame, yes),
            (Op::EqFold, [a, b]) => self
                .text_test(TextTest::Folds, a, b, frame, yes)
                .or_else(|| self.text_test(TextTest::Folds, b, a, frame, yes)),
            (Op::Matches, [a, b]) => self.text_test(TextTest::Matches, a, b, frame, yes),
            _ => None,
        }
    }

    fn compared(
        &mut self,
        a: &'a Expr,
        b: &'a Expr,
        order: Order,
        frame: FrameId,
        yes: bool,
    ) -> Option<Formula> {
        match (self.constant(a, frame), self.constant(b, frame)) {
            (Some(_), Some(_)) => None,
            (None, Some(b)) => self.beside_constant(a, &b, order, frame, yes),
            (Some(a), None) => self.beside_constant(b, &a, order.mirrored(), frame, yes),
            (None, None) => {
                if let Some(moment) = self.moment(b, frame) {
                    return self.beside_moment(a, moment, order, frame, yes);
                }
                if let Some(moment) = self.moment(a, frame) {
                    return self.beside_moment(b, moment, order.mirrored(), frame, yes);
                }
                self.pair(a, b, order, frame, yes)
            }
        }
    }

    fn beside_constant(
        &mut self,
        value: &'a Expr,
        (constant, kind): &(Const, TypeKind),
        order: Order,
        frame: FrameId,
        yes: bool,
    ) -> Option<Formula> {
        let operand = self.operand(value, frame);
        let set = points(&value.ty.kind, constant, kind, order)?;
        if let (Set::Ints(ranges), (resolved, inner)) = (&set, self.resolve(value, frame))
            && let ExprKind::Partition(name) = &resolved.kind
            && let [(low, high)] = ranges.as_slice()
            && low == high
        {
            return Some(self.stage(name, u32::try_from(*low).ok()?, inner, yes));
        }
        let missing = self.default_is_in(&operand, &value.ty.kind, &set)?;
        Some(Formula::literal(
            self.value_lit(operand.term, set, missing),
            yes,
        ))
    }

    /// Whether what stands in for a missing value is in a set; without such a value nothing is.
    #[expect(clippy::unused_self, reason = "reads as the other steps do")]
    fn default_is_in(&self, operand: &Operand, kind: &TypeKind, set: &Set) -> Option<bool> {
        let Some(default) = &operand.default else {
            return Some(false);
        };
        match (default, set) {
            (Const::Str(text), Set::Text { except, items }) => {
                Some(items.contains(text) != *except)
            }
            (constant, Set::Ints(_)) => Some(set.has(point(kind, constant, kind)?)),
            _ => None,
        }
    }

    /// `now - 30d`, `today`, `now - 6 months`.
    fn moment(&mut self, expr: &'a Expr, frame: FrameId) -> Option<Moment> {
        let (expr, frame) = self.resolve(expr, frame);
        let (op, from, by) = match &expr.kind {
            ExprKind::Now | ExprKind::Today => return Some(Moment::After(0)),
            ExprKind::Op(op @ (Op::Add | Op::Sub), parts) => match parts.as_slice() {
                [from, by] => (*op, from, by),
                _ => return None,
            },
            _ => return None,
        };
        let by_days = match self.resolve(from, frame).0.kind {
            ExprKind::Now => false,
            ExprKind::Today => true,
            _ => return None,
        };
        let sign = if op == Op::Add { 1 } else { -1 };
        let (by, _) = self.constant(by, frame)?;
        match by {
            Const::Int(micros) if !by_days => Some(Moment::After(micros.checked_mul(sign)?)),
            Const::Int(micros) if micros % DAY == 0 => Some(Moment::After(micros / DAY * sign)),
            Const::Period { months, days: 0 } => Some(Moment::MonthsAgo(-sign * i64::from(months))),
            Const::Period { months: 0, days } if by_days => {
                Some(Moment::After(sign * i64::from(days)))
            }
            _ => None,
        }
    }

    fn beside_moment(
        &mut self,
        value: &'a Expr,
        moment: Moment,
        order: Order,
        frame: FrameId,
        yes: bool,
    ) -> Option<Formula> {
        if !matches!(value.ty.kind, TypeKind::Timestamp | TypeKind::Date) {
            return None;
        }
        let operand = self.operand(value, frame);
        if operand.default.is_some() {
            return None;
        }
        let (channel, set) = said_of(moment, order)?;
        let lit = Lit {
            term: operand.term,
            channel,
            set,
            missing: false,
        };
        Some(Formula::literal(lit, yes))
    }

    /// Two terms beside each other: their order is -1, 0 or 1, and missing where one of them is.
    fn pair(
        &mut self,
        a: &'a Expr,
        b: &'a Expr,
        order: Order,
        frame: FrameId,
        yes: bool,
    ) -> Option<Formula> {
        let numbers = |kind: &TypeKind| matches!(kind, TypeKind::Int | TypeKind::Float);
        let (x, y) = (&a.ty.kind, &b.ty.kind);
        let comparable = alike(x, y) || (numbers(x) && numbers(y));
        if !comparable {
            return None;
        }
        let (mut first, mut second) = (self.term(a, frame), self.term(b, frame));
        let mut order = order;
        if first == second {
            return None;
        }
        if self.terms.get(second).key < self.terms.get(first).key {
            std::mem::swap(&mut first, &mut second);
            order = order.mirrored();
        }
        let key = format!(
            "order({},{})",
            self.terms.get(first).key,
            self.terms.get(second).key
        );
        let term = match self.terms.find(&key) {
            Some(term) => term,
            None => self.terms.add(Term {
                key: Arc::from(key),
                universe: Set::range(-1, 1),
                may_miss: self.terms.get(first).may_miss || self.terms.get(second).may_miss,
                needs: vec![first, second],
                needs_one: None,
                at_most: None,
                counts: None,
                kind: TypeKind::Error,
                source: None,
            }),
        };
        let lit = self.value_lit(term, order.around(0), false);
        Some(Formula::literal(lit, yes))
    }

    /// A Date and a Timestamp: the day is a constant, or nothing is known.
    fn before(&mut self, a: &'a Expr, b: &'a Expr, frame: FrameId, yes: bool) -> Option<Formula> {
        let (instant, set) = match (self.constant(a, frame), self.constant(b, frame)) {
            (None, Some((Const::Int(day), TypeKind::Date))) => (a, Order::LESS.around(day)),
            (Some((Const::Int(day), TypeKind::Date)), None) => {
                (b, Order::LESS.mirrored().around(day))
            }
            _ => return None,
        };
        let lit = self.on_days(instant, set, frame)?;
        Some(Formula::literal(lit, yes))
    }

    fn on_days(&mut self, instant: &'a Expr, set: Set, frame: FrameId) -> Option<Lit> {
        let operand = self.operand(instant, frame);
        (instant.ty.kind == TypeKind::Timestamp && operand.default.is_none()).then_some(Lit {
            term: operand.term,
            channel: Channel::Day,
            set,
            missing: false,
        })
    }

    fn between(
        &mut self,
        value: &'a Expr,
        low: &'a Expr,
        high: &'a Expr,
        frame: FrameId,
        yes: bool,
    ) -> Option<Formula> {
        let mut parts = Vec::with_capacity(2);
        for (bound, order) in [(low, Order::FROM), (high, Order::UP_TO)] {
            let by_days = value.ty.kind == TypeKind::Timestamp && bound.ty.kind == TypeKind::Date;
            parts.push(if by_days {
                let Some((Const::Int(day), _)) = self.constant(bound, frame) else {
                    return None;
                };
                let lit = self.on_days(value, order.around(day), frame)?;
                Formula::literal(lit, yes)
            } else {
                self.compared(value, bound, order, frame, yes)?
            });
        }
        Some(Formula::join(parts, yes))
    }

    /// `x in [a, b]`
    fn one_of(
        &mut self,
        value: &'a Expr,
        list: &'a Expr,
        frame: FrameId,
        yes: bool,
    ) -> Option<Formula> {
        let (list, kind) = self.constant(list, frame)?;
        let (Const::List(items), Some(element)) = (list, kind.element()) else {
            return None;
        };
        let set = if value.ty.kind.is_text() {
            let texts: Option<BTreeSet<Arc<str>>> = items.iter().map(text).collect();
            Set::texts(texts?)
        } else {
            let mut values = Vec::with_capacity(items.len());
            for item in &items {
                // A whole number is never 0.5.
                if let (TypeKind::Int, Const::Float(x)) = (&value.ty.kind, item)
                    && x.fract() != 0.0
                {
                    continue;
                }
                values.push(point(&value.ty.kind, item, &element.kind)?);
            }
            Set::of(values)
        };
        let operand = self.operand(value, frame);
        let missing = self.default_is_in(&operand, &value.ty.kind, &set)?;
        let lit = self.value_lit(operand.term, set, missing);
        Some(Formula::literal(lit, yes))
    }

    /// That a collection holds something.
    fn member(&mut self, list: &'a Expr, item: &Const, kind: &TypeKind, frame: FrameId) -> Lit {
        let mut key = String::new();
        self.write_const(item, kind, frame, &mut key);
        Lit {
            term: self.term(list, frame),
            channel: Channel::Member(Arc::from(key)),
            set: Set::one(1),
            missing: false,
        }
    }

    fn holds_some(
        &mut self,
        all: bool,
        list: &'a Expr,
        items: &'a Expr,
        frame: FrameId,
        yes: bool,
    ) -> Option<Formula> {
        let (items, kind) = self.constant(items, frame)?;
        let (Const::List(items), Some(element)) = (items, kind.element()) else {
            return None;
        };
        if items.is_empty() {
            return None;
        }
        let element = element.kind.clone();
        let parts = items
            .iter()
            .map(|item| Formula::literal(self.member(list, item, &element, frame), yes))
            .collect();
        Some(Formula::join(parts, all == yes))
    }

    fn text_test(
        &mut self,
        test: TextTest,
        value: &'a Expr,
        with: &'a Expr,
        frame: FrameId,
        yes: bool,
    ) -> Option<Formula> {
        let (Const::Str(with), _) = self.constant(with, frame)? else {
            return None;
        };
        let operand = self.operand(value, frame);
        if operand.default.is_some() {
            return None;
        }
        let lit = Lit {
            term: operand.term,
            channel: Channel::Test(test, with),
            set: Set::one(1),
            missing: false,
        };
        Some(Formula::literal(lit, yes))
    }

    /// `t in last 30d`
    pub(super) fn in_window(
        &mut self,
        expr: &'a Expr,
        value: &'a Expr,
        window: &'a Window,
        frame: FrameId,
        yes: bool,
    ) -> Formula {
        let operand = self.operand(value, frame);
        let by_days = value.ty.kind == TypeKind::Date;
        let lits = match operand.default {
            Some(_) => None,
            None => self.window_lits(operand.term, by_days, window, frame),
        };
        match lits {
            Some(lits) => {
                let parts = lits
                    .into_iter()
                    .map(|lit| Formula::literal(lit, yes))
                    .collect();
                Formula::join(parts, yes)
            }
            None => self.opaque(expr, frame, yes),
        }
    }

    /// What a window says of an instant or a date.
    pub(super) fn window_lits(
        &mut self,
        term: TermId,
        by_days: bool,
        window: &'a Window,
        frame: FrameId,
    ) -> Option<Vec<Lit>> {
        let after = Order::LESS.mirrored();
        let bounds = match window {
            Window::Last(length) => vec![
                (self.ago(length, by_days, 1, frame)?, after),
                (Moment::After(0), Order::UP_TO),
            ],
            Window::Next(length) => vec![
                (Moment::After(0), after),
                (self.ago(length, by_days, -1, frame)?, Order::UP_TO),
            ],
            Window::FromTo(from, to) => vec![
                (self.ago(from, by_days, 1, frame)?, after),
                (self.ago(to, by_days, 1, frame)?, Order::UP_TO),
            ],
            Window::This(unit) => {
                return Some(vec![on_channel(term, unit_channel(*unit), Set::one(0))]);
            }
            Window::LastCalendar(count, unit) => {
                let (Const::Int(count), _) = self.constant(count, frame)? else {
                    return None;
                };
                let units = Set::range(count.checked_neg()?, -1);
                return Some(vec![
                    on_channel(term, unit_channel(*unit), units),
                    on_channel(term, Channel::FromNow, Set::below(0)),
                ]);
            }
            Window::Latest(_) => return None,
        };
        bounds
            .into_iter()
            .map(|(moment, order)| {
                let (channel, set) = said_of(moment, order)?;
                Some(on_channel(term, channel, set))
            })
            .collect()
    }

    /// So long ago, or (`sign` -1) from now.
    fn ago(
        &mut self,
        length: &'a Expr,
        by_days: bool,
        sign: i64,
        frame: FrameId,
    ) -> Option<Moment> {
        let (length, _) = self.constant(length, frame)?;
        match length {
            Const::Int(micros) if !by_days => Some(Moment::After(micros.checked_mul(-sign)?)),
            Const::Int(micros) if micros % DAY == 0 => Some(Moment::After(micros / DAY * -sign)),
            Const::Period { months, days: 0 } => Some(Moment::MonthsAgo(sign * i64::from(months))),
            Const::Period { months: 0, days } if by_days => {
                Some(Moment::After(-sign * i64::from(days)))
            }
            _ => None,
        }
    }

    /// The term of an expression.
    pub(super) fn term(&mut self, expr: &'a Expr, frame: FrameId) -> TermId {
        let (expr, frame) = self.resolve(expr, frame);
        match &expr.kind {
            ExprKind::Agg {
                kind: AggKind::Count,
                query,
                ..
            } => return self.count_events(query, frame),
            ExprKind::ListAgg {
                kind: AggKind::Count,
                binder,
                list,
                filter,
                value: None,
            } => return self.count_elements(list, *binder, filter.as_deref(), frame),
            ExprKind::Partition(name) => return self.partition(name, frame),
            _ => {}
        }
        let key = self.key(expr, frame);
        if let Some(term) = self.terms.find(&key) {
            return term;
        }
        let may_miss = self.may_miss(expr, frame);
        let universe = self.universe(expr, frame);
        let needs = self.needed(expr, frame);
        let (needs_one, at_most) = self.counted(expr, frame);
        self.terms.add(Term {
            key: Arc::from(key),
            universe,
            may_miss,
            needs,
            needs_one,
            at_most,
            counts: None,
            kind: expr.ty.kind.clone(),
            source: Some((expr, frame)),
        })
    }

    /// The terms without which this one is missing.
    fn needed(&mut self, expr: &'a Expr, frame: FrameId) -> Vec<TermId> {
        let operands = match &expr.kind {
            ExprKind::Op(op, operands) if is_strict(*op) => operands,
            _ => return Vec::new(),
        };
        let mut needed = Vec::new();
        for operand in operands {
            let fixed =
                self.constant(operand, frame).is_some() || self.moment(operand, frame).is_some();
            if !fixed && operand.ty.kind != TypeKind::Bool {
                let operand = self.operand(operand, frame);
                if operand.default.is_none() {
                    needed.push(operand.term);
                }
            }
        }
        needed
    }

    /// The count of the events that an aggregate is about: one that is there, or one that is never exceeded.
    fn counted(&mut self, expr: &'a Expr, frame: FrameId) -> (Option<TermId>, Option<TermId>) {
        let ExprKind::Agg { kind, query, .. } = &expr.kind else {
            return (None, None);
        };
        match kind {
            AggKind::Avg
            | AggKind::Min
            | AggKind::Max
            | AggKind::MostCommon
            | AggKind::Gap
            | AggKind::TopShare
            | AggKind::Share
            | AggKind::Nth { .. } => (Some(self.count_events(query, frame)), None),
            AggKind::Distinct | AggKind::MaxPerValue => {
                (None, Some(self.count_events(query, frame)))
            }
            _ => (None, None),
        }
    }

    /// Whether a value may be missing, as far as is known. Types do not tell: narrowing has changed them.
    fn may_miss(&mut self, expr: &'a Expr, frame: FrameId) -> bool {
        let (expr, frame) = self.resolve(expr, frame);
        let tables = self.tables(frame);
        match &expr.kind {
            ExprKind::Const(value) => *value == Const::Missing,
            ExprKind::Now | ExprKind::Today | ExprKind::Partition(_) => false,
            ExprKind::Profile(field) => tables
                .profile
                .fields
                .get(*field)
                .is_none_or(|field| field.ty.optional),
            // An event that was waited for may not have come: then its type says so, whatever the field's is.
            ExprKind::Event(_, fields) => {
                expr.ty.optional
                    || fields.iter().any(|(kind, field)| {
                        let field = tables.events.get(*kind).and_then(|t| t.fields.get(*field));
                        field.is_none_or(|field| field.ty.optional)
                    })
            }
            ExprKind::Agg { kind, .. } => !matches!(
                kind,
                AggKind::Count
                    | AggKind::Distinct
                    | AggKind::Sum
                    | AggKind::MaxPerValue
                    | AggKind::UnitsHit { .. }
            ),
            // Dates end somewhere.
            ExprKind::Op(Op::Add | Op::Sub, _)
                if matches!(expr.ty.kind, TypeKind::Date | TypeKind::Timestamp) =>
            {
                true
            }
            ExprKind::Op(op, operands) if is_total(*op) => {
                let mut any = false;
                for operand in operands {
                    any |= self.spend() && self.may_miss(operand, frame);
                }
                any
            }
            _ => true,
        }
    }

    /// The values that an expression can have.
    fn universe(&mut self, expr: &'a Expr, frame: FrameId) -> Set {
        let from_zero = Set::range(0, i64::MAX);
        match &expr.kind {
            ExprKind::Op(Op::Size | Op::StrLen, _) => return from_zero,
            ExprKind::Op(Op::Month, _) => return Set::range(1, 12),
            ExprKind::Op(Op::Quarter, _) => return Set::range(1, 4),
            ExprKind::Op(Op::Day, _) => return Set::range(1, 31),
            ExprKind::Op(Op::Hour, _) => return Set::range(0, 23),
            ExprKind::Op(Op::Minute, _) => return Set::range(0, 59),
            ExprKind::Agg { kind, .. } | ExprKind::ListAgg { kind, .. }
                if matches!(
                    kind,
                    AggKind::Distinct | AggKind::MaxPerValue | AggKind::UnitsHit { .. }
                ) =>
            {
                return from_zero;
            }
            ExprKind::Rank {
                tiles: Some(tiles), ..
            } => return Set::range(1, i64::from(*tiles)),
            _ => {}
        }
        match &expr.ty.kind {
            TypeKind::Bool => Set::range(0, 1),
            TypeKind::Enum(id) => {
                let values = self.tables(frame).enums.get(*id);
                let count = values.map(|def| i64::try_from(def.values.len()).unwrap_or(i64::MAX));
                count.map_or_else(Set::all, |count| Set::range(0, count - 1))
            }
            TypeKind::Float => Set::range(place_of(f64::MIN), place_of(f64::MAX)),
            kind if kind.is_text() => Set::any_text(),
            _ => Set::all(),
        }
    }
}

/// Operations whose result is there where their operands are.
fn is_total(op: Op) -> bool {
    matches!(
        op,
        Op::Add
            | Op::Sub
            | Op::Mul
            | Op::Neg
            | Op::Abs
            | Op::Least
            | Op::Greatest
            | Op::Age
            | Op::DaysSince
            | Op::DaysUntil
            | Op::DateOf
            | Op::Year
            | Op::Quarter
            | Op::Month
            | Op::Day
            | Op::Weekday
            | Op::Hour
            | Op::Minute
            | Op::LocalDate
            | Op::LocalTime
            | Op::Lower
            | Op::Upper
            | Op::Trim
            | Op::Fold
            | Op::StrLen
            | Op::Size
    )
}

fn on_channel(term: TermId, channel: Channel, set: Set) -> Lit {
    Lit {
        term,
        channel,
        set,
        missing: false,
    }
}

fn unit_channel(unit: persona_syntax::ast::CalendarUnit) -> Channel {
    Channel::Unit(unit as u8)
}

/// What is said of something that compares so with a moment.
fn said_of(moment: Moment, order: Order) -> Option<(Channel, Set)> {
    match moment {
        Moment::After(by) => Some((Channel::FromNow, order.around(by))),
        Moment::MonthsAgo(0) => Some((Channel::FromNow, order.around(0))),
        // The later, the fewer months ago.
        Moment::MonthsAgo(months) => {
            let exactly = months.checked_mul(2)?.checked_add(1)?;
            Some((Channel::Months, order.mirrored().around(exactly)))
        }
    }
}

/// The values of a type that compare so with a constant.
fn points(
    kind: &TypeKind,
    constant: &Const,
    constant_kind: &TypeKind,
    order: Order,
) -> Option<Set> {
    if kind.is_text() {
        let set = Set::texts(BTreeSet::from([text(constant)?]));
        return match (order.less, order.equal, order.greater) {
            (false, true, false) => Some(set),
            (true, false, true) => Some(set.complement()),
            _ => None,
        };
    }
    if let (TypeKind::Int, Const::Float(x)) = (kind, constant)
        && x.fract() != 0.0
        && x.abs() < 9e15
    {
        let below = whole(x.floor())?;
        // Between two whole numbers: equal to none.
        let less = Order::UP_TO.around(below);
        return Some(match (order.less, order.greater) {
            (true, true) => Set::all(),
            (true, false) => less,
            (false, true) => less.complement(),
            (false, false) => Set::Ints(Vec::new()),
        });
    }
    Some(order.around(point(kind, constant, constant_kind)?))
}

/// A constant, as a value of a type.
fn point(kind: &TypeKind, constant: &Const, constant_kind: &TypeKind) -> Option<i64> {
    match (kind, constant) {
        (TypeKind::Float, Const::Float(x)) => Some(place_of(*x)),
        #[expect(clippy::cast_precision_loss, reason = "only where it is exact")]
        (TypeKind::Float, Const::Int(n)) => {
            (-EXACT..=EXACT).contains(n).then(|| place_of(*n as f64))
        }
        (TypeKind::Int, Const::Float(x)) if x.fract() == 0.0 => whole(*x),
        (TypeKind::Enum(_), Const::Enum(index)) => Some(i64::from(*index)),
        (TypeKind::Bool, Const::Bool(value)) => Some(i64::from(*value)),
        (
            TypeKind::Int
            | TypeKind::Money(_)
            | TypeKind::Duration
            | TypeKind::Length
            | TypeKind::Timestamp
            | TypeKind::Date
            | TypeKind::TimeOfDay,
            Const::Int(n),
        ) => (kind == constant_kind).then_some(*n),
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "only where it is exact")]
fn whole(x: f64) -> Option<i64> {
    (x.abs() < 9e15).then_some(x as i64)
}

fn text(constant: &Const) -> Option<Arc<str>> {
    match constant {
        Const::Str(text) => Some(Arc::clone(text)),
        _ => None,
    }
}
