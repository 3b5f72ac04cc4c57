//! A deliberately naive evaluator: it walks the generator's tree once for each profile, looks at every event
//! for every question, and knows nothing of persona's plan, columns or engines.
//!
//! It reads a program in two ways: with two truth values, where a comparison with a missing operand is false; and
//! as SQL does, where it is unknown, with every segment and every answer in `COALESCE(…, FALSE)`.

pub(super) mod civil;
mod number;
mod query;

use std::cmp::Ordering;

use jiff::tz::TimeZone;

use self::civil::{
    DAY, SECOND, add_months, date, days, local_day, month_days, start_of_day, wall, weekday,
};
use super::tree::{
    Agg, Cmp, Data, E, EventRow, Fun, K, Num, Output, ProfileRow, Program, Span, Ty, Unit, V,
    Window,
};

/// How a comparison with a missing operand is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Logic {
    /// As false.
    Two,
    /// As unknown.
    Three,
}

/// All answers: for each declaration, by profile in the order of the data.
pub(super) fn evaluate(program: &Program, data: &Data, logic: Logic) -> Vec<Vec<V>> {
    let histories: Vec<Vec<&EventRow>> = data
        .profiles
        .iter()
        .map(|profile| history(program, data, &profile.key))
        .collect();
    let world = World {
        program,
        data,
        logic,
        histories,
    };
    let ask = |index: usize| {
        // A segment with a parameter is no answer by itself.
        let people = if matches!(program.outputs[index], Output::Segment(true, _)) {
            0
        } else {
            data.profiles.len()
        };
        (0..people)
            .map(|profile| world.person(profile).output(index))
            .collect()
    };
    (0..program.outputs.len()).map(ask).collect()
}

/// The events of one profile, in their order, without duplicates.
fn history<'a>(program: &Program, data: &'a Data, key: &str) -> Vec<&'a EventRow> {
    let mut events: Vec<&EventRow> = data
        .events
        .iter()
        .filter(|event| event.key == key)
        .collect();
    let name = |event: &EventRow| program.schema.events[event.kind].0;
    events.sort_by(|a, b| (a.at, name(a), &a.id).cmp(&(b.at, name(b), &b.id)));
    let mut unique: Vec<&EventRow> = Vec::new();
    for event in events {
        let known = |other: &&EventRow| {
            event.id.is_some() && other.kind == event.kind && other.id == event.id
        };
        if !unique.iter().any(known) {
            unique.push(event);
        }
    }
    unique
}

struct World<'a> {
    program: &'a Program,
    data: &'a Data,
    logic: Logic,
    histories: Vec<Vec<&'a EventRow>>,
}

impl<'a> World<'a> {
    fn person(&'a self, index: usize) -> Person<'a> {
        let profile = &self.data.profiles[index];
        let own = profile.zone.filter(|_| self.program.schema.zoned);
        let zone =
            TimeZone::get(own.unwrap_or(self.program.schema.package_zone)).expect("a bundled zone");
        Person {
            world: self,
            profile,
            history: &self.histories[index],
            zone,
            bound: Vec::new(),
            element: V::Missing,
            good: None,
            parameter: None,
        }
    }

    /// The known values of a trait among a segment, ascending.
    fn population(&'a self, ranked: usize, among: Option<usize>) -> Vec<V> {
        let people = (0..self.data.profiles.len()).map(|index| self.person(index));
        let inside = people
            .filter(|person| among.is_none_or(|segment| person.output(segment) == V::Bool(true)));
        let mut values: Vec<V> = inside
            .map(|person| person.output(ranked))
            .filter(|value| *value != V::Missing)
            .collect();
        values.sort_by(|a, b| order(a, b).expect("values of one type"));
        values
    }
}

/// One profile, and what is bound while a condition is asked.
#[derive(Clone)]
struct Person<'a> {
    world: &'a World<'a>,
    profile: &'a ProfileRow,
    history: &'a [&'a EventRow],
    zone: TimeZone,
    /// The events of the steps of a sequence; the first alone outside of sequences.
    bound: Vec<&'a EventRow>,
    /// The element or item that a condition is asked of.
    element: V,
    /// The item of the catalog that a condition is asked of.
    good: Option<&'a [V]>,
    parameter: Option<i64>,
}

/// The order of two values of one type; a whole number and a float exactly.
fn order(a: &V, b: &V) -> Option<Ordering> {
    match (a, b) {
        (V::Int(a), V::Int(b)) => Some(a.cmp(b)),
        (V::Float(a), V::Float(b)) => a.partial_cmp(b),
        (V::Int(a), V::Float(b)) => Some(number::compare(*a, *b)),
        (V::Float(a), V::Int(b)) => Some(number::compare(*b, *a).reverse()),
        (V::Str(a), V::Str(b)) => Some(a.chars().cmp(b.chars())),
        (V::Bool(a), V::Bool(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

impl<'a> Person<'a> {
    fn now(&self) -> i64 {
        self.world.data.now
    }

    fn today(&self) -> i64 {
        local_day(&self.zone, self.now())
    }

    /// Events that have happened.
    fn past(&self) -> impl Iterator<Item = &'a EventRow> + use<'a> {
        let now = self.now();
        self.history
            .iter()
            .copied()
            .filter(move |event| event.at <= now)
    }

    /// The answer of a declaration.
    fn output(&self, index: usize) -> V {
        let fresh = Person {
            bound: Vec::new(),
            element: V::Missing,
            good: None,
            ..self.clone()
        };
        match &self.world.program.outputs[index] {
            Output::Trait(e) => fresh.eval(e),
            Output::Segment(_, e) => V::Bool(fresh.holds(e)),
            Output::Partition(stages) => {
                let stage = stages
                    .iter()
                    .position(|condition| fresh.holds(condition))
                    .unwrap_or(stages.len());
                V::Int(i64::try_from(stage).expect("few stages"))
            }
        }
    }

    /// Whether a condition is true, and neither false nor unknown.
    fn holds(&self, e: &E) -> bool {
        self.eval(e) == V::Bool(true)
    }

    /// A comparison that nothing is known about.
    fn unknown(&self) -> V {
        match self.world.logic {
            Logic::Two => V::Bool(false),
            Logic::Three => V::Missing,
        }
    }

    fn eval(&self, e: &E) -> V {
        match &e.k {
            K::Lit(value) => value.clone(),
            K::Profile(index) => self.field(*index),
            K::Event(step, field) => {
                self.event_field(self.bound[(*step).min(self.bound.len() - 1)], field)
            }
            K::Item(field) => self.item_field(field),
            K::Elem => self.element.clone(),
            K::Look(key, field) => {
                let key = self.eval(key);
                let mut goods = self.world.data.goods.iter();
                let good = goods.find(|(known, _)| key == V::Str(known.clone()));
                good.map_or(V::Missing, |(_, values)| plain(&values[*field]))
            }
            K::Good(field) => plain(&self.good.expect("a bound item")[*field]),
            K::Trait(index) => Person {
                parameter: None,
                ..self.clone()
            }
            .output(*index),
            K::Param => V::Int(self.parameter.expect("a parameter where it is used")),
            K::Ago(micros) => V::Int(self.now() - micros),
            K::Today => V::Int(self.today()),
            K::Num(op, a, b) => arithmetic(*op, a, b, &self.eval(a), &self.eval(b)),
            K::Fun(fun, a) => self.function(*fun, a.ty, &self.eval(a)),
            K::Distance(a, lat, lon) => match self.eval(a) {
                V::Geo(y, x) => V::Int(number::distance((y, x), (*lat, *lon))),
                _ => V::Missing,
            },
            K::Coalesce(a, b) => match self.eval(a) {
                V::Missing => self.eval(b),
                known => known,
            },
            K::If(c, a, b) => self.eval(if self.holds(c) { a } else { b }),
            K::Match(subject, arms, missing) => match (self.eval(subject), missing) {
                (V::Int(color), _) => self.eval(&arms[usize::try_from(color).expect("a color")]),
                (_, Some(missing)) => self.eval(missing),
                (_, None) => V::Missing,
            },
            K::Agg(kind, query, field) => self.aggregate(*kind, query, *field, e.ty),
            K::ListAgg(kind, list, filter) => self.list_aggregate(*kind, list, filter.as_deref()),
            K::Rank(tiles, ranked, among) => self.rank(*tiles, *ranked, *among),
            _ => self.condition(e),
        }
    }

    /// A field of the profile, or its default.
    fn field(&self, index: usize) -> V {
        let default = &self.world.program.schema.profile[index].default;
        match (&self.profile.values[index], default) {
            (V::Missing, Some(default)) => default.clone(),
            (V::List(values), _) if self.world.program.schema.profile[index].ty == Ty::Strs => {
                V::List(unique(values))
            }
            (value, _) => plain(value),
        }
    }

    fn event_field(&self, event: &EventRow, field: &str) -> V {
        if field == "at" {
            return V::Int(event.at);
        }
        let fields = &self.world.program.schema.events[event.kind].1;
        let index = fields
            .iter()
            .position(|known| known.name == field)
            .expect("a common field");
        match (&event.values[index], &fields[index].default) {
            (V::Missing, Some(default)) => default.clone(),
            (value, _) => plain(value),
        }
    }

    fn item_field(&self, field: &str) -> V {
        let index = super::tree::ITEM
            .iter()
            .position(|(name, ..)| *name == field)
            .expect("a field of an item");
        let V::Record(values) = &self.element else {
            return V::Missing;
        };
        plain(&values[index])
    }

    fn condition(&self, e: &E) -> V {
        match &e.k {
            K::And(parts) => self.all(parts.iter().map(|part| self.eval(part))),
            K::Or(parts) => negate(self.all(parts.iter().map(|part| negate(self.eval(part))))),
            K::Not(a) => negate(self.eval(a)),
            K::Compare(op, a, b) => self.compare(*op, a, b),
            K::Between(x, a, b) => self.between(x, a, b),
            K::In(negated, a, values) => {
                let found = match self.eval(a) {
                    V::Missing => self.unknown(),
                    value => V::Bool(
                        values
                            .iter()
                            .any(|other| order(&value, other) == Some(Ordering::Equal)),
                    ),
                };
                if *negated { negate(found) } else { found }
            }
            K::Known(known, a) => V::Bool((self.eval(a) != V::Missing) == *known),
            K::InWindow(a, window) => match self.eval(a) {
                V::Int(t) if a.ty == Ty::Date => V::Bool(self.date_in(*window, t)),
                V::Int(t) => V::Bool(self.instant_in(*window, t)),
                _ => self.unknown(),
            },
            K::Weekday(a, day) => match self.eval(a) {
                V::Int(t) => V::Bool(
                    weekday(local_day(&self.zone, t)) == i64::try_from(*day).expect("a weekday"),
                ),
                _ => self.unknown(),
            },
            K::EachItem(all, body) => {
                let event = self.bound.last().expect("a bound event");
                match self.event_field(event, "items") {
                    V::List(items) => self.each(*all, items, body),
                    _ => self.unknown(),
                }
            }
            K::Matches(a, pattern) => match self.eval(a) {
                V::Str(text) => V::Bool(match pattern {
                    0 => text.starts_with('a'),
                    1 => text.ends_with('e'),
                    2 => text.is_empty(),
                    _ => text.chars().any(|c| c.is_ascii_uppercase()),
                }),
                _ => self.unknown(),
            },
            K::Sample(percent, salt) => {
                let text = format!("salt {salt}\u{1f}{}", self.profile.key);
                V::Bool(number::bucket(&text) < percent * 100)
            }
            K::Quantifier(all, list, body) => self.quantifier(*all, list, body),
            K::Goods(all, body) => {
                let goods = self.world.data.goods.iter();
                let answers = goods.map(|(_, values)| {
                    let person = Person {
                        good: Some(values),
                        ..self.clone()
                    };
                    person.eval(body)
                });
                if *all {
                    self.all(answers)
                } else {
                    negate(self.all(answers.map(negate)))
                }
            }
            K::Has(set, value) => match (self.eval(set), self.eval(value)) {
                (V::List(_), V::Missing) | (V::Missing, _) => self.unknown(),
                (V::List(set), value) => V::Bool(set.contains(&value)),
                other => unreachable!("a list was expected, found {other:?}"),
            },
            K::HasAny(all, set, values) => match self.eval(set) {
                V::List(set) if *all => V::Bool(values.iter().all(|value| set.contains(value))),
                V::List(set) => V::Bool(values.iter().any(|value| set.contains(value))),
                _ => self.unknown(),
            },
            K::Segment(negated, index, argument) => {
                let inside = Person {
                    parameter: *argument,
                    ..self.clone()
                }
                .output(*index);
                if *negated { negate(inside) } else { inside }
            }
            K::Stage(stage) => {
                let partition = Person {
                    parameter: None,
                    ..self.clone()
                }
                .output(stage / 8);
                V::Bool(partition == V::Int(i64::try_from(stage % 8).expect("a stage")))
            }
            _ => V::Bool(self.did(e)),
        }
    }

    /// Conjunction: false if some is, else unknown if some is.
    fn all(&self, parts: impl Iterator<Item = V>) -> V {
        let parts: Vec<V> = parts.collect();
        if parts.contains(&V::Bool(false)) {
            V::Bool(false)
        } else if parts.contains(&V::Missing) {
            V::Missing
        } else {
            V::Bool(true)
        }
    }

    fn quantifier(&self, all: bool, list: &E, body: &E) -> V {
        match self.eval(list) {
            V::List(elements) => self.each(all, elements, body),
            _ => self.unknown(),
        }
    }

    /// Whether a condition holds for some or all elements.
    fn each(&self, all: bool, elements: Vec<V>, body: &E) -> V {
        let answers = elements.into_iter().map(|element| {
            let person = Person {
                element,
                ..self.clone()
            };
            person.eval(body)
        });
        if all {
            self.all(answers)
        } else {
            negate(self.all(answers.map(negate)))
        }
    }

    fn compare(&self, op: Cmp, a: &E, b: &E) -> V {
        let (x, y) = (self.eval(a), self.eval(b));
        if x == V::Missing || y == V::Missing {
            let unknown = self.unknown();
            return if op.negative() {
                negate(unknown)
            } else {
                unknown
            };
        }
        V::Bool(match op {
            Cmp::Eq => order(&x, &y) == Some(Ordering::Equal),
            Cmp::Ne => order(&x, &y) != Some(Ordering::Equal),
            Cmp::Lt => order(&x, &y) == Some(Ordering::Less),
            Cmp::Le => order(&x, &y) != Some(Ordering::Greater),
            Cmp::Gt => order(&x, &y) == Some(Ordering::Greater),
            Cmp::Ge => order(&x, &y) != Some(Ordering::Less),
            Cmp::Before => self.before(a.ty, &x, b.ty, &y),
            Cmp::After => self.before(b.ty, &y, a.ty, &x),
            Cmp::Fold => folded(&text(&x)) == folded(&text(&y)),
            Cmp::Contains => text(&x).contains(&text(&y)),
            Cmp::NotContains => !text(&x).contains(&text(&y)),
            Cmp::StartsWith => text(&x).starts_with(&text(&y)),
            Cmp::EndsWith => text(&x).ends_with(&text(&y)),
        })
    }

    /// Whether the whole of `a` lies before the whole of `b`; a date beside an instant is its local day.
    fn before(&self, a_ty: Ty, a: &V, b_ty: Ty, b: &V) -> bool {
        let (V::Int(a), V::Int(b)) = (a, b) else {
            unreachable!("dates and instants")
        };
        match (a_ty, b_ty) {
            (Ty::Date, Ty::Timestamp) => start_of_day(&self.zone, a + 1) <= *b,
            (Ty::Timestamp, Ty::Date) => *a < start_of_day(&self.zone, *b),
            _ => a < b,
        }
    }

    fn between(&self, x: &E, a: &E, b: &E) -> V {
        let values = (self.eval(x), self.eval(a), self.eval(b));
        if [&values.0, &values.1, &values.2].contains(&&V::Missing) {
            return self.unknown();
        }
        if let (Ty::Timestamp, Ty::Date, (V::Int(t), V::Int(low), V::Int(high))) =
            (x.ty, a.ty, &values)
        {
            return V::Bool(
                start_of_day(&self.zone, *low) <= *t && *t < start_of_day(&self.zone, high + 1),
            );
        }
        let (value, low, high) = values;
        V::Bool(
            order(&low, &value) != Some(Ordering::Greater)
                && order(&value, &high) != Some(Ordering::Greater),
        )
    }

    fn function(&self, fun: Fun, ty: Ty, a: &V) -> V {
        match (fun, a) {
            (_, V::Missing) => V::Missing,
            (Fun::Neg, V::Int(n)) => V::Int(number::clamp(-i128::from(*n))),
            (Fun::Neg, V::Float(x)) => V::Float(number::finite(-x)),
            (Fun::Abs, V::Int(n)) => V::Int(number::clamp(i128::from(*n).abs())),
            (Fun::Abs, V::Float(x)) => V::Float(x.abs()),
            (Fun::Round, V::Float(x)) => V::Int(number::round(*x)),
            (Fun::Floor, V::Float(x)) => V::Int(number::whole(x.floor())),
            (Fun::Ceil, V::Float(x)) => V::Int(number::whole(x.ceil())),
            (Fun::Length, V::Str(text)) => {
                V::Int(i64::try_from(text.chars().count()).expect("short"))
            }
            (Fun::Size, V::List(list)) => V::Int(i64::try_from(list.len()).expect("short")),
            (Fun::Lower, V::Str(text)) => V::Str(text.to_lowercase()),
            (Fun::Upper, V::Str(text)) => V::Str(text.to_uppercase()),
            (Fun::Trim, V::Str(text)) => V::Str(text.trim().to_owned()),
            (_, V::Int(n)) => V::Int(self.time_function(fun, ty, *n)),
            other => unreachable!("{other:?} does not fit"),
        }
    }

    fn time_function(&self, fun: Fun, ty: Ty, n: i64) -> i64 {
        let day = if ty == Ty::Timestamp {
            local_day(&self.zone, n)
        } else {
            n
        };
        let (year, month, of_month) = date(day);
        let clock =
            wall(&self.zone, if ty == Ty::Timestamp { n } else { 0 }).rem_euclid(DAY) / SECOND;
        match fun {
            Fun::Age => self.age(n),
            Fun::Anniversary => self.anniversary(n),
            Fun::DaysSince if ty == Ty::Date => self.today() - n,
            Fun::DaysSince => (self.now() - n).div_euclid(DAY),
            Fun::DateOf | Fun::LocalDate => day,
            Fun::Year => year,
            Fun::Quarter => (month - 1) / 3 + 1,
            Fun::Month => month,
            Fun::Day => of_month,
            Fun::Hour => clock / 3_600,
            Fun::Minute => clock / 60 % 60,
            Fun::LocalTime => clock,
            other => unreachable!("{other:?} is not about time"),
        }
    }

    /// The day on which a year's anniversary falls.
    fn anniversary_in(birth: i64, year: i64) -> i64 {
        let (_, month, day) = date(birth);
        days(year, month, day.min(month_days(year, month)))
    }

    fn age(&self, birth: i64) -> i64 {
        let (this_year, birth_year) = (date(self.today()).0, date(birth).0);
        let passed = self.today() >= Self::anniversary_in(birth, this_year);
        this_year - birth_year - i64::from(!passed)
    }

    fn anniversary(&self, birth: i64) -> i64 {
        let first = date(birth).0 + 1;
        (first.max(date(self.today()).0)..)
            .map(|year| Self::anniversary_in(birth, year))
            .find(|day| *day >= self.today())
            .expect("there is a next year")
    }

    /// Now, moved back by a span.
    fn back(&self, span: Span) -> i64 {
        match span {
            Span::Fixed(micros) => self.now() - micros,
            Span::Months(months) => self.by_months(-i64::from(months)),
        }
    }

    fn by_months(&self, months: i64) -> i64 {
        let wall = wall(&self.zone, self.now());
        civil::instant(
            &self.zone,
            add_months(wall.div_euclid(DAY), months) * DAY + wall.rem_euclid(DAY),
        )
    }

    fn instant_in(&self, window: Window, t: i64) -> bool {
        let now = self.now();
        match window {
            Window::Last(span) => self.back(span) < t && t <= now,
            Window::Next(Span::Fixed(micros)) => now < t && t <= now + micros,
            Window::Next(Span::Months(months)) => now < t && t <= self.by_months(i64::from(months)),
            Window::FromTo(from, to) => self.back(from) < t && t <= self.back(to),
            Window::This(unit) => self.unit(unit, 0) <= t && t < self.unit(unit, 1),
            Window::LastCalendar(n, unit) => {
                self.unit(unit, -i64::from(n)) <= t && t < self.unit(unit, 0)
            }
            Window::Latest(_) => unreachable!("`latest` is about events"),
        }
    }

    /// The instant at which a unit starts: the running one, or one so many units later.
    fn unit(&self, unit: Unit, offset: i64) -> i64 {
        let day = civil::unit_start(unit, self.world.program.schema.sunday, self.today(), offset);
        start_of_day(&self.zone, day)
    }

    fn date_in(&self, window: Window, d: i64) -> bool {
        let today = self.today();
        let back = |span| match span {
            Span::Fixed(micros) => today - micros / DAY,
            Span::Months(months) => add_months(today, -i64::from(months)),
        };
        let start =
            |unit, offset| civil::unit_start(unit, self.world.program.schema.sunday, today, offset);
        match window {
            Window::Last(span) => back(span) < d && d <= today,
            Window::Next(Span::Fixed(micros)) => today < d && d <= today + micros / DAY,
            Window::Next(Span::Months(months)) => {
                today < d && d <= add_months(today, i64::from(months))
            }
            Window::FromTo(from, to) => back(from) < d && d <= back(to),
            Window::This(unit) => start(unit, 0) <= d && d < start(unit, 1),
            Window::LastCalendar(n, unit) => start(unit, -i64::from(n)) <= d && d < start(unit, 0),
            Window::Latest(_) => unreachable!("`latest` is about events"),
        }
    }

    fn list_aggregate(&self, kind: Agg, list: &E, filter: Option<&E>) -> V {
        let V::List(elements) = self.eval(list) else {
            return V::Missing;
        };
        let counted = |element: &V| {
            filter.is_none_or(|filter| {
                Person {
                    element: element.clone(),
                    ..self.clone()
                }
                .holds(filter)
            })
        };
        let values: Vec<V> = elements.into_iter().filter(counted).collect();
        query::aggregate(kind, values, Ty::Int)
    }

    fn rank(&self, tiles: Option<u32>, ranked: usize, among: Option<usize>) -> V {
        let value = Person {
            parameter: None,
            ..self.clone()
        }
        .output(ranked);
        let population = self.world.population(ranked, among);
        if value == V::Missing || population.is_empty() {
            return V::Missing;
        }
        let below = population
            .iter()
            .filter(|other| order(other, &value) == Some(Ordering::Less))
            .count();
        let Some(tiles) = tiles else {
            return V::Float(below as f64 / population.len() as f64);
        };
        // The tiles of SQL's NTILE: the first ones hold one more.
        let place = below.min(population.len() - 1);
        let (size, more) = (
            population.len() / tiles as usize,
            population.len() % tiles as usize,
        );
        let sizes = (0..tiles as usize).map(|tile| size + usize::from(tile < more));
        let mut ends = sizes.scan(0, |end, size| {
            *end += size;
            Some(*end)
        });
        let tile = ends
            .position(|end| place < end)
            .expect("tiles cover the population");
        V::Int(i64::try_from(tile + 1).expect("few tiles"))
    }
}

/// What a set holds: every element once, where it stands first.
fn unique(values: &[V]) -> Vec<V> {
    let firsts = values
        .iter()
        .enumerate()
        .filter(|(index, value)| !values[..*index].contains(value));
    firsts.map(|(_, value)| value.clone()).collect()
}

/// A value as programs see it: there is one zero.
fn plain(value: &V) -> V {
    match value {
        V::Float(x) => V::Float(number::finite(*x)),
        other => other.clone(),
    }
}

fn negate(condition: V) -> V {
    match condition {
        V::Bool(b) => V::Bool(!b),
        other => other,
    }
}

fn text(value: &V) -> String {
    let V::Str(text) = value else {
        unreachable!("text was expected, found {value:?}")
    };
    text.clone()
}

/// Simple case folding of the letters that generated texts hold.
fn folded(text: &str) -> String {
    let fold = |c: char| match c {
        'A'..='Z' => c.to_ascii_lowercase(),
        'É' => 'é',
        'Ü' => 'ü',
        'ẞ' => 'ß',
        'Σ' | 'ς' => 'σ',
        'Α' => 'α',
        'ſ' => 's',
        '\u{212a}' => 'k',
        other => other,
    };
    text.chars().map(fold).collect()
}

fn arithmetic(op: Num, a: &E, b: &E, x: &V, y: &V) -> V {
    let wide = |n: &i64| i128::from(*n);
    match (op, x, y) {
        (_, V::Missing, _) | (_, _, V::Missing) => V::Missing,
        (Num::Least, x, y) => {
            if order(x, y) == Some(Ordering::Greater) {
                y.clone()
            } else {
                x.clone()
            }
        }
        (Num::Greatest, x, y) => {
            if order(x, y) == Some(Ordering::Less) {
                y.clone()
            } else {
                x.clone()
            }
        }
        (Num::Div | Num::IntDiv | Num::Mod, _, V::Int(0)) => V::Missing,
        (Num::Div, _, V::Float(0.0)) => V::Missing,
        (Num::IntDiv, V::Int(x), V::Int(y)) => V::Int(number::clamp(wide(x).div_euclid(wide(y)))),
        (Num::Mod, V::Int(x), V::Int(y)) => V::Int(number::clamp(wide(x).rem_euclid(wide(y)))),
        (Num::Add, V::Int(x), V::Int(y)) if a.ty == Ty::Timestamp => {
            V::Int(civil::in_range(wide(x) + wide(y)))
        }
        (Num::Sub, V::Int(x), V::Int(y)) if a.ty == Ty::Timestamp && b.ty == Ty::Duration => {
            V::Int(civil::in_range(wide(x) - wide(y)))
        }
        (Num::Add, V::Int(x), V::Int(y)) => V::Int(number::clamp(wide(x) + wide(y))),
        (Num::Sub, V::Int(x), V::Int(y)) => V::Int(number::clamp(wide(x) - wide(y))),
        (Num::Mul, V::Int(x), V::Int(y)) => V::Int(number::clamp(wide(x) * wide(y))),
        (Num::Div, V::Int(x), V::Int(y)) if a.ty != Ty::Int && b.ty == Ty::Int => {
            V::Int(number::divide(wide(x), wide(y)))
        }
        (Num::Div, V::Int(x), V::Int(y)) => V::Float(number::finite(
            number::float(wide(x)) / number::float(wide(y)),
        )),
        (Num::Mul, V::Int(n), V::Float(x)) if a.ty != Ty::Int => {
            V::Int(number::round(number::float(wide(n)) * x))
        }
        (Num::Div, V::Int(n), V::Float(x)) if a.ty != Ty::Int => {
            V::Int(number::round(number::float(wide(n)) / x))
        }
        (op, x, y) => V::Float(float_arithmetic(op, float(x), float(y))),
    }
}

fn float(value: &V) -> f64 {
    match value {
        V::Int(n) => number::float(i128::from(*n)),
        V::Float(x) => *x,
        other => unreachable!("a number was expected, found {other:?}"),
    }
}

fn float_arithmetic(op: Num, x: f64, y: f64) -> f64 {
    number::finite(match op {
        Num::Add => x + y,
        Num::Sub => x - y,
        Num::Mul => x * y,
        Num::Div => x / y,
        other => unreachable!("{other:?} is of whole numbers"),
    })
}

/// The edges of windows, as one profile's zone has them.
pub(super) fn edges(
    program: &Program,
    data: &Data,
    profile: usize,
    windows: &[Window],
) -> Vec<i64> {
    let world = World {
        program,
        data,
        logic: Logic::Two,
        histories: vec![Vec::new(); data.profiles.len()],
    };
    let person = world.person(profile);
    let of = |window: &Window| match *window {
        Window::Last(span) => vec![person.back(span)],
        Window::Next(Span::Fixed(micros)) => vec![person.now() + micros],
        Window::Next(Span::Months(months)) => vec![person.by_months(i64::from(months))],
        Window::FromTo(from, to) => vec![person.back(from), person.back(to)],
        Window::This(unit) => vec![person.unit(unit, 0), person.unit(unit, 1)],
        Window::LastCalendar(n, unit) => (0..=i64::from(n))
            .map(|back| person.unit(unit, -back))
            .collect(),
        Window::Latest(_) => Vec::new(),
    };
    windows.iter().flat_map(of).collect()
}
