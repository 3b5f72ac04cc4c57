//! Values of every type: constants, fields, arithmetic, aggregates, traits.

use super::{ARITHMETIC, Builder, CLOCK_PARTS, DATE_PARTS, condition, literal};
use crate::differential::naive::civil::{DAY, SECOND, days};
use crate::differential::tree::{Agg, Cmp, E, Fun, GOOD, K, Num, Output, Ty, V};
use crate::support::rng::Rng;

/// Places whose distances are far from every bound that programs compare them with.
pub(in crate::differential) const PLACES: [(f64, f64); 5] = [
    (52.52, 13.405),
    (48.8566, 2.3522),
    (-33.8688, 151.2093),
    (0.0, 0.0),
    (52.5205, 13.4049),
];

/// A constant that programs can write, and that data hold as well.
pub(in crate::differential) fn constant(rng: &mut Rng, ty: Ty) -> V {
    match ty {
        Ty::Bool => V::Bool(rng.chance(5_000)),
        Ty::Int => V::Int(*rng.pick(&[0, 1, 2, 3, 5, -1, -3, 10, 1_000, i64::MAX, -i64::MAX])),
        Ty::Float => V::Float(*rng.pick(&[0.0, 0.5, 1.0, 1.5, 2.5, -0.5, 100.0, 0.1, 1e15])),
        Ty::Str => V::Str((*rng.pick(&super::TEXTS)).to_owned()),
        Ty::Color | Ty::Tier => V::Int(rng.between(0, 2)),
        Ty::Date => V::Int(*rng.pick(&[
            days(2024, 2, 29),
            days(2023, 2, 28),
            days(2026, 3, 29),
            days(2000, 1, 1),
            days(2025, 12, 31),
            days(2026, 6, 15),
        ])),
        Ty::Time => V::Int(*rng.pick(&[0, 9 * 3_600, 12 * 3_600 + 1_800, 23 * 3_600 + 59 * 60])),
        Ty::Timestamp => V::Int(days(2026, 3, 29) * DAY + rng.between(-40, 40) * 1_800 * SECOND),
        Ty::Duration => V::Int(*rng.pick(&[0, SECOND, 90 * SECOND, DAY / 24, DAY, 7 * DAY])),
        Ty::Money => V::Int(*rng.pick(&[0, 1, 50, 1_999, 100_000, -1_250])),
        Ty::Length => V::Int(*rng.pick(&[0, 300, 10_000])),
        Ty::Ints => V::List(
            (0..rng.between(0, 3))
                .map(|_| constant(rng, Ty::Int))
                .collect(),
        ),
        Ty::Strs => V::List(distinct(
            (0..rng.between(0, 3))
                .map(|_| constant(rng, Ty::Str))
                .collect(),
        )),
        Ty::Geo | Ty::Items => unreachable!("there are no literals of {ty:?}"),
    }
}

fn distinct(values: Vec<V>) -> Vec<V> {
    let mut unique = Vec::new();
    for value in values {
        if !unique.contains(&value) {
            unique.push(value);
        }
    }
    unique
}

impl Builder<'_> {
    /// A value; never missing where it must be settled.
    pub(super) fn value(&mut self, ty: Ty, settled: bool, depth: u32) -> E {
        let e = if depth == 0 {
            self.simple(ty)
        } else {
            self.compound(ty, depth)
        };
        if settled { self.settle(e) } else { e }
    }

    /// A field, a parameter, or a constant.
    pub(super) fn simple(&mut self, ty: Ty) -> E {
        if self.parameter && ty == Ty::Int && self.rng.chance(6_000) {
            return E {
                k: K::Param,
                ty,
                optional: false,
            };
        }
        if self.program.schema.goods
            && self.rng.chance(700)
            && let Some(looked_up) = self.looked_up(ty)
        {
            return looked_up;
        }
        let field = if self.rng.chance(7_000) {
            self.field(ty, None)
        } else {
            None
        };
        field.unwrap_or_else(|| literal(ty, constant(self.rng, ty)))
    }

    /// A field of an item of the catalog, by a text of the profile or a constant.
    fn looked_up(&mut self, ty: Ty) -> Option<E> {
        let index = GOOD.iter().position(|(_, of, _)| *of == ty)?;
        let constant = literal(Ty::Str, constant(self.rng, Ty::Str));
        let key = match self.rng.chance(8_000) {
            true => self.field(Ty::Str, None).unwrap_or(constant),
            false => constant,
        };
        Some(E {
            k: K::Look(Box::new(key), index),
            ty,
            optional: true,
        })
    }

    fn compound(&mut self, ty: Ty, depth: u32) -> E {
        match self.rng.below(8) {
            0 | 1 => self.simple(ty),
            2 => self.earlier_trait(ty),
            3 => {
                let a = self.value(ty, false, depth - 1);
                let b = self.value(ty, false, depth - 1);
                if !a.optional {
                    return a;
                }
                let optional = b.optional;
                E {
                    k: K::Coalesce(Box::new(a), Box::new(b)),
                    ty,
                    optional,
                }
            }
            4 if depth > 1 => self.choice(ty, depth),
            _ => self.of_type(ty, depth),
        }
    }

    fn earlier_trait(&mut self, ty: Ty) -> E {
        let found = self.pick_output(|output| matches!(output, Output::Trait(e) if e.ty == ty));
        let Some(index) = found else {
            return self.simple(ty);
        };
        let Output::Trait(e) = &self.program.outputs[index] else {
            unreachable!("a trait was picked")
        };
        E {
            k: K::Trait(index),
            ty,
            optional: e.optional,
        }
    }

    /// `if`, or a `match` over a color.
    fn choice(&mut self, ty: Ty, depth: u32) -> E {
        let subject = self.field(Ty::Color, None);
        if let (Some(subject), true) = (subject, self.rng.chance(5_000)) {
            let arms: Vec<E> = (0..3).map(|_| self.value(ty, false, 0)).collect();
            let missing = subject.optional.then(|| Box::new(self.value(ty, false, 0)));
            let optional = arms
                .iter()
                .chain(missing.as_deref())
                .any(|arm| arm.optional);
            return E {
                k: K::Match(Box::new(subject), arms, missing),
                ty,
                optional,
            };
        }
        let test = self.condition(false, 1);
        let (a, b) = (
            self.value(ty, false, depth - 1),
            self.value(ty, false, depth - 1),
        );
        let optional = a.optional || b.optional;
        E {
            k: K::If(Box::new(test), Box::new(a), Box::new(b)),
            ty,
            optional,
        }
    }

    fn of_type(&mut self, ty: Ty, depth: u32) -> E {
        match ty {
            Ty::Int => self.int(depth),
            Ty::Float => self.float(depth),
            Ty::Money => self.money(depth),
            Ty::Str if self.rng.chance(4_000) => {
                let text = self.value(Ty::Str, false, depth - 1);
                let fun = *self.rng.pick(&[Fun::Lower, Fun::Upper, Fun::Trim]);
                self.call(fun, Ty::Str, text)
            }
            Ty::Time => {
                let Some(at) = self.field(Ty::Timestamp, None) else {
                    return self.simple(Ty::Time);
                };
                self.call(Fun::LocalTime, Ty::Time, at)
            }
            Ty::Timestamp | Ty::Str | Ty::Color => self.history(ty),
            Ty::Duration => self.duration(depth),
            Ty::Date => self.date(),
            _ => self.simple(ty),
        }
    }

    fn number(&mut self, op: Num, ty: Ty, a: E, b: E) -> E {
        let optional = a.optional || b.optional;
        E {
            k: K::Num(op, Box::new(a), Box::new(b)),
            ty,
            optional,
        }
    }

    /// Arithmetic over several fields of the profile, compared with as much again.
    pub(super) fn columns(&mut self, open: bool) -> E {
        let op = *self
            .rng
            .pick(&[Cmp::Eq, Cmp::Ne, Cmp::Lt, Cmp::Le, Cmp::Gt, Cmp::Ge]);
        let ty = *self.rng.pick(&[Ty::Int, Ty::Float, Ty::Money]);
        let other = match ty {
            Ty::Int if self.rng.chance(2_000) => Ty::Float,
            same => same,
        };
        let settled = !open || op.negative();
        let (a, b) = (self.terms(ty), self.terms(other));
        let (a, b) = if settled {
            (self.settle(a), self.settle(b))
        } else {
            (a, b)
        };
        let open = a.optional || b.optional;
        condition(K::Compare(op, Box::new(a), Box::new(b)), open)
    }

    /// One to four fields, added to, taken from, multiplied with each other; or the lesser or the greater of them.
    fn terms(&mut self, ty: Ty) -> E {
        let mut sum = self.simple(ty);
        for _ in 0..self.rng.below(4) {
            let op = *self.rng.pick(&[
                Num::Add,
                Num::Sub,
                Num::Mul,
                Num::Div,
                Num::Least,
                Num::Greatest,
            ]);
            let next = match (ty, op) {
                (Ty::Money, Num::Mul | Num::Div) => self.simple(Ty::Int),
                _ => self.simple(ty),
            };
            sum = match (ty, op) {
                (Ty::Int, Num::Div) => self.quotient(Num::IntDiv, ty, sum, next),
                (_, Num::Div) => self.quotient(op, ty, sum, next),
                _ => self.number(op, ty, sum, next),
            };
        }
        sum
    }

    /// A quotient by a field, missing where that is zero.
    fn quotient(&mut self, op: Num, ty: Ty, a: E, b: E) -> E {
        if !matches!(b.k, K::Profile(_)) {
            return a;
        }
        E {
            optional: true,
            ..self.number(op, ty, a, b)
        }
    }

    fn call(&mut self, fun: Fun, ty: Ty, a: E) -> E {
        let optional = a.optional;
        E {
            k: K::Fun(fun, Box::new(a)),
            ty,
            optional,
        }
    }

    fn int(&mut self, depth: u32) -> E {
        match self.rng.below(12) {
            0 | 1 => {
                let op = *self.rng.pick(&ARITHMETIC);
                let (a, b) = (
                    self.value(Ty::Int, false, depth - 1),
                    self.value(Ty::Int, false, depth - 1),
                );
                self.number(op, Ty::Int, a, b)
            }
            2 => self.whole_division(depth),
            3 => {
                let op = *self.rng.pick(&[Num::Least, Num::Greatest]);
                let (a, b) = (
                    self.value(Ty::Int, false, 0),
                    self.value(Ty::Int, false, depth - 1),
                );
                self.number(op, Ty::Int, a, b)
            }
            4 => {
                let a = self.value(Ty::Int, false, depth - 1);
                let fun = *self.rng.pick(&[Fun::Neg, Fun::Abs]);
                self.call(fun, Ty::Int, a)
            }
            5 => {
                let a = self.value(Ty::Float, false, depth - 1);
                let fun = *self.rng.pick(&[Fun::Round, Fun::Floor, Fun::Ceil]);
                self.call(fun, Ty::Int, a)
            }
            6 => self.part(),
            7 => {
                let Some(list) = self.field(Ty::Ints, None) else {
                    return self.simple(Ty::Int);
                };
                let kind =
                    *self
                        .rng
                        .pick(&[Agg::Count, Agg::Sum, Agg::Min, Agg::Max, Agg::Distinct]);
                let filter = self
                    .rng
                    .chance(5_000)
                    .then(|| Box::new(self.element_condition(Ty::Int)));
                let optional = list.optional || matches!(kind, Agg::Min | Agg::Max);
                E {
                    k: K::ListAgg(kind, Box::new(list), filter),
                    ty: Ty::Int,
                    optional,
                }
            }
            8 => {
                let (ty, fun) = *self.rng.pick(&[
                    (Ty::Str, Fun::Length),
                    (Ty::Ints, Fun::Size),
                    (Ty::Strs, Fun::Size),
                ]);
                let Some(e) = self.field(ty, None) else {
                    return self.simple(Ty::Int);
                };
                self.call(fun, Ty::Int, e)
            }
            _ => self.history(Ty::Int),
        }
    }

    /// `div`, `mod`: optional unless the divisor is a constant.
    fn whole_division(&mut self, depth: u32) -> E {
        let op = *self.rng.pick(&[Num::IntDiv, Num::Mod]);
        let a = self.value(Ty::Int, false, depth - 1);
        if self.rng.chance(5_000) {
            let b = literal(Ty::Int, V::Int(*self.rng.pick(&[1, 2, 7, 1_000])));
            return self.number(op, Ty::Int, a, b);
        }
        let Some(b) = self.field(Ty::Int, None) else {
            return a;
        };
        E {
            optional: true,
            ..self.number(op, Ty::Int, a, b)
        }
    }

    /// A part of a date or of an instant's wall clock, an age, a number of days.
    fn part(&mut self) -> E {
        let ty = *self.rng.pick(&[Ty::Date, Ty::Timestamp]);
        let Some(a) = self.field(ty, None) else {
            return self.simple(Ty::Int);
        };
        let fun = match (ty, self.rng.below(4)) {
            (Ty::Date, 0) => Fun::Age,
            (_, 1) => Fun::DaysSince,
            (Ty::Timestamp, 0) => *self.rng.pick(&CLOCK_PARTS),
            _ => *self.rng.pick(&DATE_PARTS),
        };
        self.call(fun, Ty::Int, a)
    }

    fn float(&mut self, depth: u32) -> E {
        match self.rng.below(8) {
            0 | 1 => {
                let op = *self.rng.pick(&ARITHMETIC);
                let other = if self.rng.chance(3_000) {
                    Ty::Int
                } else {
                    Ty::Float
                };
                let (a, b) = (
                    self.value(Ty::Float, false, depth - 1),
                    self.value(other, false, depth - 1),
                );
                self.number(op, Ty::Float, a, b)
            }
            2 => {
                let ty = *self.rng.pick(&[Ty::Int, Ty::Float, Ty::Money]);
                let (a, b) = (self.value(ty, false, depth - 1), self.field(ty, None));
                let Some(b) = b else {
                    return self.simple(Ty::Float);
                };
                E {
                    optional: true,
                    ..self.number(Num::Div, Ty::Float, a, b)
                }
            }
            3 => {
                let b = literal(Ty::Int, V::Int(*self.rng.pick(&[2, 3, 7])));
                let a = self.value(Ty::Int, false, depth - 1);
                self.number(Num::Div, Ty::Float, a, b)
            }
            4 => {
                let a = self.value(Ty::Float, false, depth - 1);
                let fun = *self.rng.pick(&[Fun::Neg, Fun::Abs]);
                self.call(fun, Ty::Float, a)
            }
            _ => self.history(Ty::Float),
        }
    }

    fn money(&mut self, depth: u32) -> E {
        let a = self.value(Ty::Money, false, depth - 1);
        match self.rng.below(8) {
            0 | 1 => {
                let op = *self
                    .rng
                    .pick(&[Num::Add, Num::Sub, Num::Least, Num::Greatest]);
                let b = self.value(Ty::Money, false, depth - 1);
                self.number(op, Ty::Money, a, b)
            }
            2 => {
                let ty = *self.rng.pick(&[Ty::Int, Ty::Float]);
                let b = self.value(ty, false, depth - 1);
                self.number(Num::Mul, Ty::Money, a, b)
            }
            3 => {
                let (ty, value) = self
                    .rng
                    .pick(&[
                        (Ty::Int, V::Int(4)),
                        (Ty::Int, V::Int(3)),
                        (Ty::Float, V::Float(2.5)),
                    ])
                    .clone();
                let b = literal(ty, value);
                self.number(Num::Div, Ty::Money, a, b)
            }
            4 => {
                let Some(b) = self.field(Ty::Float, None) else {
                    return a;
                };
                E {
                    optional: true,
                    ..self.number(Num::Div, Ty::Money, a, b)
                }
            }
            _ => self.history(Ty::Money),
        }
    }

    fn duration(&mut self, depth: u32) -> E {
        match self.rng.below(4) {
            0 => {
                let (a, b) = (
                    self.field(Ty::Timestamp, None),
                    self.field(Ty::Timestamp, None),
                );
                match (a, b) {
                    (Some(a), Some(b)) => self.number(Num::Sub, Ty::Duration, a, b),
                    _ => self.simple(Ty::Duration),
                }
            }
            1 => {
                let op = *self.rng.pick(&[Num::Add, Num::Sub]);
                let (a, b) = (
                    self.value(Ty::Duration, false, depth - 1),
                    self.value(Ty::Duration, false, 0),
                );
                self.number(op, Ty::Duration, a, b)
            }
            _ => self.history(Ty::Duration),
        }
    }

    fn date(&mut self) -> E {
        match self.rng.below(3) {
            0 => {
                let Some(at) = self.field(Ty::Timestamp, None) else {
                    return self.simple(Ty::Date);
                };
                let fun = *self.rng.pick(&[Fun::DateOf, Fun::LocalDate]);
                self.call(fun, Ty::Date, at)
            }
            1 => {
                let Some(date) = self.field(Ty::Date, None) else {
                    return self.simple(Ty::Date);
                };
                self.call(Fun::Anniversary, Ty::Date, date)
            }
            _ => E {
                k: K::Today,
                ty: Ty::Date,
                optional: false,
            },
        }
    }
}
