//! The generator of well-typed programs. It keeps the rules of LANGUAGE §5 by construction: where a missing value
//! would decide something, it settles it with `??`, with `is known and …`, or not at all.

mod event;
mod value;

pub(super) use self::value::{PLACES, constant};

use super::tree::{
    Cmp, E, Field, Fun, GOOD, K, Num, Output, PATTERNS, Program, Schema, Span, Times, Ty, Unit, V,
    Window,
};
use crate::support::rng::Rng;

/// A program, and what its data should be made of.
pub(super) struct Built {
    pub(super) program: Program,
    /// Windows whose edges events should lie on.
    pub(super) windows: Vec<Window>,
    /// Microseconds between the steps of sequences, and before now.
    pub(super) spans: Vec<i64>,
}

/// The program of a stream of random numbers.
pub(super) fn build(rng: &mut Rng) -> Built {
    let schema = schema(rng);
    let mut builder = Builder {
        rng,
        program: Program {
            schema,
            outputs: Vec::new(),
        },
        windows: Vec::new(),
        spans: Vec::new(),
        parameter: false,
    };
    builder.outputs();
    let Builder {
        program,
        windows,
        spans,
        ..
    } = builder;
    Built {
        program,
        windows,
        spans,
    }
}

pub(super) const ZONES: [&str; 9] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/St_Johns",
    "Pacific/Kiritimati",
];

pub(super) const TEXTS: [&str; 16] = [
    "",
    "a",
    "A",
    "ab",
    "Ab c",
    "é",
    "É",
    "e\u{301}",
    "Straße",
    "STRASSE",
    "\u{212a}el",
    "kel",
    "σας",
    "ΣΑΣ",
    "日本",
    "{\"\\}",
];

fn schema(rng: &mut Rng) -> Schema {
    // Somebody known by events alone has every field's default; without defaults there is nobody like that.
    let defaults = rng.chance(4_000);
    let mut profile = Vec::new();
    let pairs: [(Ty, &'static str, &'static str); 14] = [
        (Ty::Int, "i0", "i1"),
        (Ty::Float, "x0", "x1"),
        (Ty::Str, "w0", "w1"),
        (Ty::Color, "c0", "c1"),
        (Ty::Tier, "r0", "r1"),
        (Ty::Date, "d0", "d1"),
        (Ty::Timestamp, "u0", "u1"),
        (Ty::Money, "m0", "m1"),
        (Ty::Bool, "b0", "b1"),
        (Ty::Time, "h0", "h1"),
        (Ty::Geo, "g0", "g1"),
        (Ty::Ints, "l0", "l1"),
        (Ty::Strs, "z0", "z1"),
        (Ty::Int, "j0", "j1"),
    ];
    for (ty, settled, optional) in pairs {
        if rng.chance(6_000) && !(defaults && ty == Ty::Geo) {
            let default = (defaults || (rng.chance(2_000) && ty != Ty::Geo))
                .then(|| value::constant(rng, ty));
            profile.push(Field {
                name: settled,
                ty,
                optional: false,
                default,
            });
        }
        if rng.chance(7_000) {
            profile.push(Field {
                name: optional,
                ty,
                optional: true,
                default: None,
            });
        }
    }
    let mut events = Vec::new();
    let optional = [
        rng.chance(5_000),
        rng.chance(5_000),
        rng.chance(5_000),
        rng.chance(5_000),
        rng.chance(3_000),
    ];
    for (index, kind) in ["A", "B", "C"].into_iter().enumerate() {
        let field = |name, ty, optional| Field {
            name,
            ty,
            optional,
            default: None,
        };
        let mut fields = vec![
            field("v", Ty::Int, optional[0]),
            field("k", Ty::Str, optional[1]),
        ];
        if index < 2 {
            fields.push(field("x", Ty::Float, optional[2]));
            fields.push(field("m", Ty::Money, optional[3]));
        }
        if index == 0 {
            fields.push(field("u", Ty::Timestamp, true));
            fields.push(field("c", Ty::Color, true));
            fields.push(field("items", Ty::Items, optional[4]));
        }
        if index == 0 || rng.chance(7_500) {
            events.push((kind, fields));
        }
    }
    Schema {
        profile,
        zoned: rng.chance(6_000),
        events,
        package_zone: ZONES[rng.index(ZONES.len())],
        sunday: rng.chance(3_000),
        goods: rng.chance(4_000),
    }
}

struct Builder<'a> {
    rng: &'a mut Rng,
    program: Program,
    windows: Vec<Window>,
    spans: Vec<i64>,
    /// Whether the declaration being made has the parameter `n`.
    parameter: bool,
}

/// A condition.
fn condition(k: K, open: bool) -> E {
    E {
        k,
        ty: Ty::Bool,
        optional: open,
    }
}

fn literal(ty: Ty, value: V) -> E {
    E {
        k: K::Lit(value),
        ty,
        optional: false,
    }
}

impl Builder<'_> {
    fn outputs(&mut self) {
        for _ in 0..self.rng.between(1, 3) {
            let ty = *self.rng.pick(&[
                Ty::Int,
                Ty::Float,
                Ty::Money,
                Ty::Timestamp,
                Ty::Str,
                Ty::Duration,
                Ty::Bool,
                Ty::Date,
                Ty::Color,
            ]);
            let e = if ty == Ty::Bool {
                self.condition(true, 2)
            } else {
                self.value(ty, false, 3)
            };
            self.program.outputs.push(Output::Trait(e));
        }
        for _ in 0..self.rng.between(2, 4) {
            self.parameter = self.rng.chance(1_500);
            let e = self.condition(true, 3);
            self.program
                .outputs
                .push(Output::Segment(self.parameter, e));
            self.parameter = false;
        }
        if self.rng.chance(5_000) {
            let stages = (0..self.rng.between(1, 3))
                .map(|_| self.condition(false, 2))
                .collect();
            self.program.outputs.push(Output::Partition(stages));
        }
        if self.rng.chance(4_000) {
            self.rank();
        }
        let e = self.condition(true, 3);
        self.program.outputs.push(Output::Segment(false, e));
    }

    /// A rank of one of the traits, among everybody or a segment.
    fn rank(&mut self) {
        let ranked = |output: &Output| matches!(output, Output::Trait(e) if matches!(e.ty, Ty::Int | Ty::Float | Ty::Money | Ty::Timestamp));
        let Some(index) = self.pick_output(ranked) else {
            return;
        };
        let among = if self.rng.chance(5_000) {
            self.pick_output(|output| matches!(output, Output::Segment(false, _)))
        } else {
            None
        };
        let tiles = self
            .rng
            .chance(6_000)
            .then(|| u32::try_from(self.rng.between(2, 5)).expect("few tiles"));
        let ty = if tiles.is_some() { Ty::Int } else { Ty::Float };
        self.program.outputs.push(Output::Trait(E {
            k: K::Rank(tiles, index, among),
            ty,
            optional: true,
        }));
    }

    fn pick_output(&mut self, wanted: impl Fn(&Output) -> bool) -> Option<usize> {
        let outputs = self.program.outputs.iter().enumerate();
        let found: Vec<usize> = outputs
            .filter(|(_, output)| wanted(output))
            .map(|(index, _)| index)
            .collect();
        if found.is_empty() {
            None
        } else {
            Some(*self.rng.pick(&found))
        }
    }

    /// A field of the profile of this type.
    fn field(&mut self, ty: Ty, optional: Option<bool>) -> Option<E> {
        let fields = self.program.schema.profile.iter().enumerate();
        let fits = |field: &Field| {
            field.ty == ty && optional.is_none_or(|optional| field.optional == optional)
        };
        let found: Vec<(usize, bool)> = fields
            .filter(|(_, f)| fits(f))
            .map(|(index, f)| (index, f.optional))
            .collect();
        if found.is_empty() {
            return None;
        }
        let (index, optional) = *self.rng.pick(&found);
        Some(E {
            k: K::Profile(index),
            ty,
            optional,
        })
    }

    /// A condition. Where it is not `open`, no missing value decides it.
    fn condition(&mut self, open: bool, depth: u32) -> E {
        if depth == 0 {
            return self.atom(open);
        }
        match self.rng.below(10) {
            0 | 1 => {
                let parts = self.conditions(open, depth);
                let any = parts.iter().any(|part| part.optional);
                condition(K::And(parts), any)
            }
            2 | 3 => {
                let parts = self.conditions(open, depth);
                let any = parts.iter().any(|part| part.optional);
                condition(K::Or(parts), any)
            }
            4 => {
                let inner = self.condition(false, depth - 1);
                condition(K::Not(Box::new(inner)), false)
            }
            5 => self.narrowed(),
            _ => self.atom(open),
        }
    }

    fn conditions(&mut self, open: bool, depth: u32) -> Vec<E> {
        (0..self.rng.between(2, 3))
            .map(|_| self.condition(open, depth - 1))
            .collect()
    }

    /// `x is known and x < 3`, `x is missing or x < 3`: settled by narrowing.
    fn narrowed(&mut self) -> E {
        let ty = *self
            .rng
            .pick(&[Ty::Int, Ty::Money, Ty::Date, Ty::Color, Ty::Str]);
        let Some(field) = self.field(ty, Some(true)) else {
            return self.atom(false);
        };
        let op = match ty {
            Ty::Color | Ty::Str => *self.rng.pick(&[Cmp::Eq, Cmp::Ne]),
            _ => *self.rng.pick(&[Cmp::Eq, Cmp::Ne, Cmp::Lt, Cmp::Ge]),
        };
        let other = literal(ty, value::constant(self.rng, ty));
        let test = condition(
            K::Compare(op, Box::new(field.clone()), Box::new(other)),
            false,
        );
        let known = self.rng.chance(5_000);
        let guard = condition(K::Known(known, Box::new(field)), false);
        let parts = vec![guard, test];
        condition(if known { K::And(parts) } else { K::Or(parts) }, false)
    }

    fn atom(&mut self, open: bool) -> E {
        if self.program.schema.goods && self.rng.chance(500) {
            return self.goods();
        }
        match self.rng.below(28) {
            0..3 => self.numbers(open),
            26 | 27 => self.columns(open),
            3 => self.texts(open),
            4 => self.enums(open),
            5 => self.membership(open),
            6 => self.known(),
            7 | 8 => self.windowed(open),
            9 => self.beside_now(open),
            10 => self.between(open),
            11 | 12 => self.did(open),
            13 | 14 => self.counted(open),
            15 => self.per_value(open),
            16 => self.regular(open),
            17 | 18 => self.sequence(open),
            19 => self.quantifier(open),
            20 => self.contains(open),
            21 => self.reference(open),
            22 => self.boolean(open),
            23 | 24 => self.pattern_or_sample(open),
            _ => self.place_or_day(open),
        }
    }

    /// Some or all items of the catalog, of which one or two things are asked.
    fn goods(&mut self) -> E {
        let tests = (0..self.rng.between(1, 2)).map(|_| {
            let index = self.rng.index(GOOD.len());
            let (_, ty, optional) = GOOD[index];
            let field = E {
                k: K::Good(index),
                ty,
                optional,
            };
            let field = self.settle(field);
            let op = match ty {
                Ty::Bool | Ty::Color | Ty::Str => *self.rng.pick(&[Cmp::Eq, Cmp::Ne]),
                _ => *self.rng.pick(&[Cmp::Eq, Cmp::Lt, Cmp::Le, Cmp::Gt]),
            };
            let other = self.value(ty, true, 0);
            condition(K::Compare(op, Box::new(field), Box::new(other)), false)
        });
        let mut tests: Vec<E> = tests.collect();
        let body = match tests.len() {
            1 => tests.remove(0),
            _ => condition(K::And(tests), false),
        };
        condition(K::Goods(self.rng.chance(4_000), Box::new(body)), false)
    }

    fn numbers(&mut self, open: bool) -> E {
        let op = *self
            .rng
            .pick(&[Cmp::Eq, Cmp::Ne, Cmp::Lt, Cmp::Le, Cmp::Gt, Cmp::Ge]);
        let ty = *self.rng.pick(&[
            Ty::Int,
            Ty::Float,
            Ty::Money,
            Ty::Duration,
            Ty::Timestamp,
            Ty::Date,
            Ty::Time,
        ]);
        let other = match ty {
            Ty::Int if self.rng.chance(3_000) => Ty::Float,
            Ty::Float if self.rng.chance(3_000) => Ty::Int,
            same => same,
        };
        let settled = !open || op.negative();
        let (a, b) = (self.value(ty, settled, 2), self.value(other, settled, 1));
        let open = a.optional || b.optional;
        condition(K::Compare(op, Box::new(a), Box::new(b)), open)
    }

    fn texts(&mut self, open: bool) -> E {
        let all = [
            Cmp::Eq,
            Cmp::Ne,
            Cmp::Lt,
            Cmp::Ge,
            Cmp::Fold,
            Cmp::Contains,
            Cmp::StartsWith,
            Cmp::EndsWith,
            Cmp::NotContains,
        ];
        let op = *self.rng.pick(&all);
        let a = self.value(Ty::Str, !open || op.negative(), 1);
        let open = a.optional;
        let b = literal(Ty::Str, value::constant(self.rng, Ty::Str));
        condition(K::Compare(op, Box::new(a), Box::new(b)), open)
    }

    fn enums(&mut self, open: bool) -> E {
        let ty = *self.rng.pick(&[Ty::Color, Ty::Tier]);
        let op = if ty == Ty::Tier {
            *self.rng.pick(&[Cmp::Lt, Cmp::Ge, Cmp::Eq])
        } else {
            *self.rng.pick(&[Cmp::Eq, Cmp::Ne])
        };
        let a = self.known_value(ty, !open || op.negative());
        let Some(a) = a else {
            return self.numbers(open);
        };
        let b = literal(ty, value::constant(self.rng, ty));
        let open = a.optional;
        condition(K::Compare(op, Box::new(a), Box::new(b)), open)
    }

    /// A field of this type, with `??` where it must be settled; none if there is no such field.
    fn known_value(&mut self, ty: Ty, settled: bool) -> Option<E> {
        let field = self.field(ty, None)?;
        Some(if settled { self.settle(field) } else { field })
    }

    /// The value, or a constant where it is missing.
    fn settle(&mut self, e: E) -> E {
        if !e.optional {
            return e;
        }
        let ty = e.ty;
        let other = literal(ty, value::constant(self.rng, ty));
        E {
            k: K::Coalesce(Box::new(e), Box::new(other)),
            ty,
            optional: false,
        }
    }

    fn membership(&mut self, open: bool) -> E {
        let ty = *self.rng.pick(&[Ty::Int, Ty::Str, Ty::Color]);
        let negated = self.rng.chance(4_000);
        let Some(a) = self.known_value(ty, !open || negated) else {
            return self.known();
        };
        let values = self.constants(ty);
        let open = a.optional;
        condition(K::In(negated, Box::new(a), values), open)
    }

    /// Some distinct constants.
    fn constants(&mut self, ty: Ty) -> Vec<V> {
        let mut values = Vec::new();
        for _ in 0..self.rng.between(1, 3) {
            let value = value::constant(self.rng, ty);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }

    fn known(&mut self) -> E {
        let ty = *self.rng.pick(&[Ty::Int, Ty::Str, Ty::Timestamp, Ty::Money]);
        let known = self.rng.chance(5_000);
        let e = self
            .field(ty, Some(true))
            .unwrap_or_else(|| self.last_of_something());
        condition(K::Known(known, Box::new(e)), false)
    }

    fn windowed(&mut self, open: bool) -> E {
        let ty = if self.rng.chance(5_000) {
            Ty::Date
        } else {
            Ty::Timestamp
        };
        let Some(a) = self.known_value(ty, !open) else {
            return self.did(open);
        };
        let window = self.window(true, ty == Ty::Date);
        let open = a.optional;
        condition(K::InWindow(Box::new(a), window), open)
    }

    /// A window; of whole days for dates, without the future for events.
    fn window(&mut self, future: bool, whole_days: bool) -> Window {
        let spans: &[i64] = if whole_days {
            &[1, 2, 7, 30, 90, 365]
        } else {
            &[]
        };
        let day = super::naive::civil::DAY;
        let span = |rng: &mut Rng| match spans {
            [] => *rng.pick(&[
                day / 48,
                day / 24,
                day,
                2 * day,
                7 * day,
                30 * day,
                90 * day,
                day + day / 16,
            ]),
            days => rng.pick(days) * day,
        };
        let months =
            |rng: &mut Rng| Span::Months(i32::try_from(rng.between(1, 13)).expect("few months"));
        let unit = *self.rng.pick(&[
            Unit::Day,
            Unit::Week,
            Unit::Month,
            Unit::Quarter,
            Unit::Year,
        ]);
        let window = match self.rng.below(if future { 9 } else { 7 }) {
            0 | 1 => Window::Last(Span::Fixed(span(self.rng))),
            2 => Window::Last(months(self.rng)),
            3 => {
                let (a, b) = (span(self.rng), span(self.rng));
                Window::FromTo(Span::Fixed(a.max(b) + day), Span::Fixed(a.min(b)))
            }
            4 => Window::This(unit),
            5 | 6 => Window::LastCalendar(
                u32::try_from(self.rng.between(1, 3)).expect("few units"),
                unit,
            ),
            7 => Window::Next(Span::Fixed(span(self.rng))),
            _ => Window::Next(months(self.rng)),
        };
        self.windows.push(window);
        window
    }

    /// An instant or date against `3d ago`, `today`, or each other.
    fn beside_now(&mut self, open: bool) -> E {
        let op = *self.rng.pick(&[Cmp::Before, Cmp::After]);
        let ty = *self.rng.pick(&[Ty::Date, Ty::Timestamp]);
        let Some(a) = self.known_value(ty, !open) else {
            return self.did(open);
        };
        let b = match (ty, self.rng.below(3)) {
            (Ty::Date, 0) => E {
                k: K::Today,
                ty: Ty::Date,
                optional: false,
            },
            (_, 0) => {
                let micros = self.rng.between(-3, 9) * super::naive::civil::DAY / 2;
                self.spans.push(micros);
                E {
                    k: K::Ago(micros),
                    ty: Ty::Timestamp,
                    optional: false,
                }
            }
            (_, 1) => literal(Ty::Date, value::constant(self.rng, Ty::Date)),
            _ => literal(Ty::Timestamp, value::constant(self.rng, Ty::Timestamp)),
        };
        let open = a.optional;
        condition(K::Compare(op, Box::new(a), Box::new(b)), open)
    }

    fn between(&mut self, open: bool) -> E {
        let ty = *self.rng.pick(&[
            Ty::Int,
            Ty::Float,
            Ty::Money,
            Ty::Date,
            Ty::Timestamp,
            Ty::Time,
            Ty::Str,
        ]);
        let Some(a) = self.known_value(ty, !open) else {
            return self.numbers(open);
        };
        let bounds = if ty == Ty::Timestamp && self.rng.chance(5_000) {
            Ty::Date
        } else {
            ty
        };
        let (x, y) = (
            value::constant(self.rng, bounds),
            value::constant(self.rng, bounds),
        );
        let (low, high) = (literal(bounds, x), literal(bounds, y));
        let open = a.optional;
        condition(K::Between(Box::new(a), Box::new(low), Box::new(high)), open)
    }

    fn quantifier(&mut self, open: bool) -> E {
        let all = self.rng.chance(4_000);
        let ty = *self.rng.pick(&[Ty::Ints, Ty::Strs]);
        let optional = if open && !all { None } else { Some(false) };
        let Some(list) = self.field(ty, optional) else {
            return self.contains(open);
        };
        let body = self.element_condition(if ty == Ty::Ints { Ty::Int } else { Ty::Str });
        let open = list.optional;
        condition(K::Quantifier(all, Box::new(list), Box::new(body)), open)
    }

    /// A settled condition on an element of this type.
    fn element_condition(&mut self, ty: Ty) -> E {
        let ops: &[Cmp] = if ty == Ty::Int {
            &[Cmp::Eq, Cmp::Ne, Cmp::Lt, Cmp::Ge]
        } else {
            &[Cmp::Eq, Cmp::Ne, Cmp::StartsWith, Cmp::Fold]
        };
        let op = *self.rng.pick(ops);
        let element = E {
            k: K::Elem,
            ty,
            optional: false,
        };
        let other = literal(ty, value::constant(self.rng, ty));
        condition(K::Compare(op, Box::new(element), Box::new(other)), false)
    }

    fn contains(&mut self, open: bool) -> E {
        let (ty, element) = *self.rng.pick(&[(Ty::Ints, Ty::Int), (Ty::Strs, Ty::Str)]);
        let optional = if open { None } else { Some(false) };
        let Some(list) = self.field(ty, optional) else {
            return self.reference(open);
        };
        let is_open = list.optional;
        if self.rng.chance(5_000) {
            let values = self.constants(element);
            return condition(
                K::HasAny(self.rng.chance(5_000), Box::new(list), values),
                is_open,
            );
        }
        let value = self.value(element, !open, 0);
        let is_open = is_open || value.optional;
        condition(K::Has(Box::new(list), Box::new(value)), is_open)
    }

    /// A segment, with its argument if it has a parameter, or a partition's stage.
    fn reference(&mut self, open: bool) -> E {
        let found = self.pick_output(|output| !matches!(output, Output::Trait(_)));
        let Some(index) = found else {
            return self.did(open);
        };
        let negated = self.rng.chance(4_000);
        let k = match &self.program.outputs[index] {
            Output::Segment(parameter, _) => {
                let argument = parameter.then(|| self.rng.between(-2, 5));
                K::Segment(negated, index, argument)
            }
            Output::Partition(stages) => K::Stage(index * 8 + self.rng.index(stages.len() + 1)),
            Output::Trait(_) => unreachable!("traits are no sets"),
        };
        condition(k, false)
    }

    fn boolean(&mut self, open: bool) -> E {
        let trait_of = |output: &Output| matches!(output, Output::Trait(e) if e.ty == Ty::Bool && (open || !e.optional));
        if let Some(index) = self.pick_output(trait_of) {
            let Output::Trait(e) = &self.program.outputs[index] else {
                unreachable!("a trait was picked")
            };
            return condition(K::Trait(index), e.optional);
        }
        let Some(field) = self.field(Ty::Bool, None) else {
            return self.known();
        };
        self.settle(field)
    }

    /// A text against a pattern, or chance.
    fn pattern_or_sample(&mut self, open: bool) -> E {
        if self.rng.chance(3_000) {
            let percent = u32::try_from(self.rng.between(0, 100)).expect("a percentage");
            return condition(K::Sample(percent, u32::from(self.rng.chance(5_000))), false);
        }
        let text = self.value(Ty::Str, !open, 1);
        let open = text.optional;
        condition(
            K::Matches(Box::new(text), self.rng.index(PATTERNS.len())),
            open,
        )
    }

    fn place_or_day(&mut self, open: bool) -> E {
        if self.rng.chance(4_000) {
            let Some(at) = self.known_value(Ty::Timestamp, !open) else {
                return self.numbers(open);
            };
            let open = at.optional;
            return condition(K::Weekday(Box::new(at), self.rng.index(7)), open);
        }
        // A missing place cannot be settled: there is no literal for one.
        let Some(place) = self.field(Ty::Geo, if open { None } else { Some(false) }) else {
            return self.known();
        };
        let open = place.optional;
        let (lat, lon) = *self.rng.pick(&value::PLACES);
        let distance = E {
            k: K::Distance(Box::new(place), lat, lon),
            ty: Ty::Length,
            optional: open,
        };
        let bound = literal(
            Ty::Length,
            V::Int(*self.rng.pick(&[0, 500, 10_000, 1_000_000])),
        );
        condition(
            K::Compare(
                *self.rng.pick(&[Cmp::Lt, Cmp::Ge]),
                Box::new(distance),
                Box::new(bound),
            ),
            open,
        )
    }
}

/// The operators and functions that give each type are chosen in `value`; this keeps the lists in one place.
const ARITHMETIC: [Num; 3] = [Num::Add, Num::Sub, Num::Mul];
const DATE_PARTS: [Fun; 4] = [Fun::Year, Fun::Quarter, Fun::Month, Fun::Day];
const CLOCK_PARTS: [Fun; 3] = [Fun::Hour, Fun::Minute, Fun::Year];
const COUNTS: [fn(u32) -> Times; 3] = [Times::AtLeast, Times::AtMost, Times::Exactly];
