//! An evaluator of conditions for a made-up person: it reads checked expressions as SEMANTICS says, and shares nothing with
//! the formulas, so that nobody is shown as being in two segments who is not. What it does not know it refuses.

use std::cmp::Ordering;
use std::sync::Arc;

use super::build::{BodyKind, World};
use crate::{
    AggKind, Arg, BinderId, Const, EventId, Expr, ExprKind, FieldId, Items, Kinds, Op, Query,
    TypeKind, Window,
};

/// The moment at which people are looked at: 2026-01-15T12:00:00Z.
pub(super) const NOW: i64 = 1_768_478_400_000_000;
const DAY: i64 = 86_400_000_000;
/// How many steps an evaluation takes at most.
const STEPS: u32 = 100_000;
const MAX_DEPTH: u32 = 100;

/// A made-up person.
#[derive(Clone, Debug, Default)]
pub(super) struct Person {
    /// By field of the profile; `Const::Missing` where nothing is known.
    pub(super) fields: Vec<Const>,
    /// What happened to them, in any order.
    pub(super) events: Vec<Happened>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Happened {
    pub(super) kind: EventId,
    /// By field; the first is its time.
    pub(super) fields: Vec<Const>,
}

impl Happened {
    pub(super) fn at(&self) -> i64 {
        match self.fields.first() {
            Some(Const::Int(at)) => *at,
            _ => NOW,
        }
    }
}

/// What a parameter stands for.
#[derive(Clone, Debug)]
enum Given<'a> {
    Value(Const),
    Kinds(&'a [EventId]),
    Field(&'a [(EventId, FieldId)]),
}

/// What is bound.
#[derive(Clone, Copy, Debug)]
enum Binding<'p> {
    Event(&'p Happened),
    Element(&'p Const),
}

/// Evaluates for one person.
pub(super) struct Evaluator<'w, 'a, 'p> {
    world: &'w dyn World<'a>,
    person: &'p Person,
    steps: u32,
    depth: u32,
}

#[derive(Clone, Debug, Default)]
struct Scope<'a, 'p> {
    given: Vec<Given<'a>>,
    bound: Vec<(BinderId, Binding<'p>)>,
}

impl<'w, 'a, 'p> Evaluator<'w, 'a, 'p> {
    pub(super) fn new(world: &'w dyn World<'a>, person: &'p Person) -> Self {
        Self {
            world,
            person,
            steps: 0,
            depth: 0,
        }
    }

    /// Whether a condition holds; `None` where that is not known here.
    pub(super) fn holds(&mut self, expr: &'a Expr) -> Option<bool> {
        (self.steps, self.depth) = (0, 0);
        self.truth(expr, &Scope::default())
    }

    fn truth(&mut self, expr: &'a Expr, scope: &Scope<'a, 'p>) -> Option<bool> {
        match self.value(expr, scope)? {
            Const::Bool(value) => Some(value),
            Const::Missing => Some(false),
            _ => None,
        }
    }

    /// A value; `Const::Missing` where it is missing, `None` where it is not known here.
    fn value(&mut self, expr: &'a Expr, scope: &Scope<'a, 'p>) -> Option<Const> {
        self.steps += 1;
        if self.steps > STEPS || self.depth > MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let value = self.value_of(expr, scope);
        self.depth -= 1;
        value
    }

    fn value_of(&mut self, expr: &'a Expr, scope: &Scope<'a, 'p>) -> Option<Const> {
        match &expr.kind {
            ExprKind::Const(value) => Some(value.clone()),
            ExprKind::Now => Some(Const::Int(NOW)),
            ExprKind::Today => Some(Const::Int(NOW / DAY)),
            ExprKind::Profile(field) => self.person.fields.get(field.0 as usize).cloned(),
            ExprKind::Event(binder, fields) => match bound(scope, *binder)? {
                Binding::Event(event) => {
                    let (_, field) = fields.iter().find(|(kind, _)| *kind == event.kind)?;
                    event.fields.get(field.0 as usize).cloned()
                }
                Binding::Element(_) => None,
            },
            ExprKind::EventParam(binder, index) => {
                let Given::Field(fields) = scope.given.get(*index as usize)? else {
                    return None;
                };
                let Binding::Event(event) = bound(scope, *binder)? else {
                    return None;
                };
                let (_, field) = fields.iter().find(|(kind, _)| *kind == event.kind)?;
                event.fields.get(field.0 as usize).cloned()
            }
            ExprKind::Elem(binder, 0) => match bound(scope, *binder)? {
                Binding::Element(value) if !matches!(value, Const::Record(_)) => {
                    Some(value.clone())
                }
                _ => None,
            },
            ExprKind::Param(index) => match scope.given.get(*index as usize)? {
                Given::Value(value) => Some(value.clone()),
                _ => None,
            },
            ExprKind::Op(op, operands) => self.operation(*op, operands, scope),
            ExprKind::If(arms, otherwise) => {
                for (condition, value) in arms {
                    if self.truth(condition, scope)? {
                        return self.value(value, scope);
                    }
                }
                self.value(otherwise, scope)
            }
            ExprKind::Trait(name, args) | ExprKind::Segment(name, args) => {
                let body = self.world.body(name)?;
                let mut given = Vec::with_capacity(args.len());
                for arg in args {
                    given.push(match arg {
                        Arg::Value(value) => Given::Value(self.value(value, scope)?),
                        Arg::Event(kinds) => Given::Kinds(kinds),
                        Arg::Field(fields) => Given::Field(fields),
                        Arg::Param(index) => scope.given.get(*index as usize)?.clone(),
                    });
                }
                let inner = Scope {
                    given,
                    bound: Vec::new(),
                };
                match body.kind {
                    BodyKind::Value(value, _) => self.value(value, &inner),
                    BodyKind::Segment(condition) => self.truth(condition, &inner).map(Const::Bool),
                    BodyKind::Stages(_) => None,
                }
            }
            ExprKind::Partition(name) => self.stage(name).map(Const::Enum),
            ExprKind::Stage(name, index) => Some(Const::Bool(self.stage(name)? == *index)),
            ExprKind::InWindow(value, window) => match self.value(value, scope)? {
                Const::Int(at) => self
                    .in_window(at, value.ty.kind == TypeKind::Date, window, scope)
                    .map(Const::Bool),
                Const::Missing => Some(Const::Bool(false)),
                _ => None,
            },
            ExprKind::Agg { kind, query, value } => {
                self.aggregate(kind, query, value.as_deref(), scope)
            }
            ExprKind::Quantifier {
                all,
                binder,
                list,
                condition,
            } => match self.value(list, scope)? {
                Const::List(items) if items.is_empty() => Some(Const::Bool(*all)),
                Const::Missing => Some(Const::Bool(false)),
                Const::List(_) => self.quantified(*all, *binder, list, condition, scope),
                _ => None,
            },
            _ => None,
        }
    }

    /// Over a list of the profile, whose elements can be bound.
    fn quantified(
        &mut self,
        all: bool,
        binder: BinderId,
        list: &'a Expr,
        condition: &'a Expr,
        scope: &Scope<'a, 'p>,
    ) -> Option<Const> {
        let ExprKind::Profile(field) = &list.kind else {
            return None;
        };
        let person = self.person;
        let Const::List(items) = person.fields.get(field.0 as usize)? else {
            return None;
        };
        for item in items {
            let mut inner = scope.clone();
            inner.bound.push((binder, Binding::Element(item)));
            if self.truth(condition, &inner)? != all {
                return Some(Const::Bool(!all));
            }
        }
        Some(Const::Bool(all))
    }

    /// The stage that the person is in.
    fn stage(&mut self, name: &str) -> Option<u32> {
        let BodyKind::Stages(conditions) = self.world.body(name)?.kind else {
            return None;
        };
        let scope = Scope::default();
        for (index, condition) in (0_u32..).zip(conditions) {
            if self.truth(condition, &scope)? {
                return Some(index);
            }
        }
        u32::try_from(conditions.len()).ok()
    }

    fn operation(&mut self, op: Op, operands: &'a [Expr], scope: &Scope<'a, 'p>) -> Option<Const> {
        match (op, operands) {
            (Op::And | Op::Or, _) => {
                // One that is not known here does not matter beside one that settles it.
                let settles = op == Op::Or;
                let mut all_known = true;
                for operand in operands {
                    match self.truth(operand, scope) {
                        Some(value) if value == settles => return Some(Const::Bool(settles)),
                        Some(_) => {}
                        None => all_known = false,
                    }
                }
                return all_known.then_some(Const::Bool(!settles));
            }
            (Op::Not, [operand]) => {
                return self.truth(operand, scope).map(|value| Const::Bool(!value));
            }
            (Op::Known, [operand]) => {
                return self
                    .value(operand, scope)
                    .map(|value| Const::Bool(value != Const::Missing));
            }
            (Op::Coalesce, [value, default]) => {
                return match self.value(value, scope)? {
                    Const::Missing => self.value(default, scope),
                    value => Some(value),
                };
            }
            _ => {}
        }
        let mut values = Vec::with_capacity(operands.len());
        for operand in operands {
            values.push(self.value(operand, scope)?);
        }
        let test = is_test(op);
        if values.contains(&Const::Missing) {
            return Some(if test {
                Const::Bool(false)
            } else {
                Const::Missing
            });
        }
        // A day beside a moment depends on the zone.
        let mixed = |kind: &TypeKind| operands.iter().any(|operand| operand.ty.kind == *kind);
        if mixed(&TypeKind::Date) && mixed(&TypeKind::Timestamp) {
            return None;
        }
        if test {
            return tested(op, &values).map(Const::Bool);
        }
        let kind = operands.first().map(|operand| &operand.ty.kind);
        computed(op, &values, kind?)
    }

    fn length(&mut self, length: &'a Expr, by_days: bool, scope: &Scope<'a, 'p>) -> Option<i64> {
        match self.value(length, scope)? {
            Const::Int(micros) if by_days => (micros % DAY == 0).then_some(micros / DAY),
            Const::Int(micros) => Some(micros),
            _ => None,
        }
    }

    fn in_window(
        &mut self,
        at: i64,
        by_days: bool,
        window: &'a Window,
        scope: &Scope<'a, 'p>,
    ) -> Option<bool> {
        let now = if by_days { NOW / DAY } else { NOW };
        match window {
            Window::Last(length) => {
                let length = self.length(length, by_days, scope)?;
                Some(now.checked_sub(length)? < at && at <= now)
            }
            Window::Next(length) => {
                let length = self.length(length, by_days, scope)?;
                Some(now < at && at <= now.checked_add(length)?)
            }
            Window::FromTo(from, to) => {
                let (from, to) = (
                    self.length(from, by_days, scope)?,
                    self.length(to, by_days, scope)?,
                );
                Some(now.checked_sub(from)? < at && at <= now.checked_sub(to)?)
            }
            Window::This(_) | Window::LastCalendar(..) | Window::Latest(_) => None,
        }
    }

    fn aggregate(
        &mut self,
        kind: &AggKind,
        query: &'a Query,
        value: Option<&'a Expr>,
        scope: &Scope<'a, 'p>,
    ) -> Option<Const> {
        let found = self.matching(query, scope)?;
        match kind {
            AggKind::Exists => return Some(Const::Bool(!found.is_empty())),
            AggKind::Count => return i64::try_from(found.len()).ok().map(Const::Int),
            _ => {}
        }
        let mut values = Vec::with_capacity(found.len());
        for event in &found {
            let mut inner = scope.clone();
            inner.bound.push((query.binder, Binding::Event(event)));
            match self.value(value?, &inner)? {
                Const::Int(value) => values.push(value),
                Const::Missing => {}
                _ => return None,
            }
        }
        let or_missing =
            |value: Option<&i64>| Some(value.map_or(Const::Missing, |v| Const::Int(*v)));
        match kind {
            AggKind::Sum => {
                let sum = values
                    .iter()
                    .try_fold(0_i64, |sum, value| sum.checked_add(*value))?;
                Some(Const::Int(sum))
            }
            AggKind::Min => or_missing(values.iter().min()),
            AggKind::Max => or_missing(values.iter().max()),
            AggKind::Avg if values.len() == 1 && !matches!(value?.ty.kind, TypeKind::Int) => {
                or_missing(values.first())
            }
            _ => None,
        }
    }

    /// The events that a query is about.
    fn matching(&mut self, query: &'a Query, scope: &Scope<'a, 'p>) -> Option<Vec<&'p Happened>> {
        let items: Option<&Items> = query.items.as_ref();
        if items.is_some() {
            return None;
        }
        let kinds: Vec<EventId> = match &query.kinds {
            Kinds::Events(kinds) => kinds.clone(),
            Kinds::Param(index) => match scope.given.get(*index as usize)? {
                Given::Kinds(kinds) => kinds.to_vec(),
                Given::Field(fields) => fields.iter().map(|(kind, _)| *kind).collect(),
                Given::Value(_) => return None,
            },
        };
        let person = self.person;
        let mut found = Vec::new();
        for event in &person.events {
            let inside = match &query.window {
                Some(window) => self.in_window(event.at(), false, window, scope)?,
                None => event.at() <= NOW,
            };
            if !kinds.contains(&event.kind) || !inside {
                continue;
            }
            let fits = match &query.filter {
                Some(filter) => {
                    let mut inner = scope.clone();
                    inner.bound.push((query.binder, Binding::Event(event)));
                    self.truth(filter, &inner)?
                }
                None => true,
            };
            if fits {
                found.push(event);
            }
        }
        Some(found)
    }
}

fn bound<'p>(scope: &Scope<'_, 'p>, binder: BinderId) -> Option<Binding<'p>> {
    let found = scope.bound.iter().rfind(|(other, _)| *other == binder);
    found.map(|(_, binding)| *binding)
}

fn is_test(op: Op) -> bool {
    matches!(
        op,
        Op::Eq
            | Op::Lt
            | Op::Le
            | Op::Between
            | Op::In
            | Op::Contains
            | Op::StartsWith
            | Op::EndsWith
            | Op::Has
            | Op::HasAny
            | Op::HasAll
    )
}

fn tested(op: Op, values: &[Const]) -> Option<bool> {
    match (op, values) {
        (Op::Eq, [a, b]) => Some(order(a, b)?.is_eq()),
        (Op::Lt, [a, b]) => Some(order(a, b)?.is_lt()),
        (Op::Le, [a, b]) => Some(order(a, b)?.is_le()),
        (Op::Between, [value, low, high]) => {
            Some(order(low, value)?.is_le() && order(value, high)?.is_le())
        }
        (Op::In, [value, Const::List(items)]) | (Op::Has, [Const::List(items), value]) => {
            some_equal(items, value)
        }
        (Op::HasAny, [Const::List(items), Const::List(wanted)]) => {
            let each: Option<Vec<bool>> = wanted.iter().map(|one| some_equal(items, one)).collect();
            Some(each?.contains(&true))
        }
        (Op::HasAll, [Const::List(items), Const::List(wanted)]) => {
            let each: Option<Vec<bool>> = wanted.iter().map(|one| some_equal(items, one)).collect();
            Some(!each?.contains(&false))
        }
        (Op::Contains, [Const::Str(a), Const::Str(b)]) => Some(a.contains(&**b)),
        (Op::StartsWith, [Const::Str(a), Const::Str(b)]) => Some(a.starts_with(&**b)),
        (Op::EndsWith, [Const::Str(a), Const::Str(b)]) => Some(a.ends_with(&**b)),
        _ => None,
    }
}

fn some_equal(items: &[Const], value: &Const) -> Option<bool> {
    let each: Option<Vec<bool>> = items
        .iter()
        .map(|item| Some(order(item, value)?.is_eq()))
        .collect();
    Some(each?.contains(&true))
}

fn order(a: &Const, b: &Const) -> Option<Ordering> {
    match (a, b) {
        (Const::Int(a), Const::Int(b)) => Some(a.cmp(b)),
        (Const::Enum(a), Const::Enum(b)) => Some(a.cmp(b)),
        (Const::Bool(a), Const::Bool(b)) => Some(a.cmp(b)),
        (Const::Str(a), Const::Str(b)) => Some(a.cmp(b)),
        (Const::Float(a), Const::Float(b)) => a.partial_cmp(b),
        #[expect(clippy::cast_precision_loss, reason = "small numbers only")]
        (Const::Int(a), Const::Float(b)) if a.unsigned_abs() < 1 << 53 => {
            (*a as f64).partial_cmp(b)
        }
        #[expect(clippy::cast_precision_loss, reason = "small numbers only")]
        (Const::Float(a), Const::Int(b)) if b.unsigned_abs() < 1 << 53 => {
            a.partial_cmp(&(*b as f64))
        }
        _ => None,
    }
}

fn computed(op: Op, values: &[Const], kind: &TypeKind) -> Option<Const> {
    match (op, values) {
        (Op::Add | Op::Sub, [Const::Int(a), Const::Int(b)]) => {
            // Dates move by whole days.
            let b = match kind {
                TypeKind::Date if b % DAY == 0 => b / DAY,
                TypeKind::Date => return None,
                _ => *b,
            };
            let sum = if op == Op::Add {
                a.checked_add(b)
            } else {
                a.checked_sub(b)
            };
            sum.map(Const::Int)
        }
        (Op::Neg, [Const::Int(a)]) => a.checked_neg().map(Const::Int),
        (Op::DaysSince, [Const::Int(at)]) => match kind {
            TypeKind::Timestamp if *at <= NOW => Some(Const::Int(NOW.checked_sub(*at)? / DAY)),
            TypeKind::Date => (NOW / DAY).checked_sub(*at).map(Const::Int),
            _ => None,
        },
        (Op::Age, [Const::Int(birthday)]) => age(*birthday).map(Const::Int),
        (Op::Size, [Const::List(items)]) => i64::try_from(items.len()).ok().map(Const::Int),
        (Op::StrLen, [Const::Str(text)]) => {
            i64::try_from(text.chars().count()).ok().map(Const::Int)
        }
        (Op::Lower, [Const::Str(text)]) if text.is_ascii() => {
            Some(Const::Str(Arc::from(text.to_ascii_lowercase())))
        }
        _ => None,
    }
}

/// Whole years; nobody here is born on 29 February.
fn age(birthday: i64) -> Option<i64> {
    let date = |days: i64| {
        let span = jiff::Span::new().try_days(days).ok()?;
        jiff::civil::date(1970, 1, 1).checked_add(span).ok()
    };
    let (born, today) = (date(birthday)?, date(NOW / DAY)?);
    if born.month() == 2 && born.day() == 29 {
        return None;
    }
    let had = (today.month(), today.day()) >= (born.month(), born.day());
    Some(i64::from(today.year()) - i64::from(born.year()) - i64::from(!had))
}
