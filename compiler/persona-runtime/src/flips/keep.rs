//! Intervals of integers that a value is to stay in, and how operations carry them to their operands.

use persona_ir::Ty;

use crate::num;

/// Further than any exact result of two integers, and than what is made of it here.
const ENDLESS: (i128, i128) = (-(1 << 126), 1 << 126);

/// The integers from `lo` to `hi`, both included. Where an end is the end of `i64`, nothing is beyond it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// The least that is inside.
    pub lo: i64,
    /// The greatest that is inside.
    pub hi: i64,
}

impl Keep {
    /// All integers.
    pub const ALL: Self = Self {
        lo: i64::MIN,
        hi: i64::MAX,
    };

    /// None.
    pub const NONE: Self = Self {
        lo: i64::MAX,
        hi: i64::MIN,
    };

    /// One integer.
    pub fn only(value: i64) -> Self {
        Self {
            lo: value,
            hi: value,
        }
    }

    /// All up to one, that one included.
    pub fn at_most(hi: i64) -> Self {
        Self { lo: i64::MIN, hi }
    }

    /// All from one.
    pub fn at_least(lo: i64) -> Self {
        Self { lo, hi: i64::MAX }
    }

    /// The integers on `value`'s side of a cut: those less than `cut`, or the others.
    pub fn side(value: i64, cut: i64) -> Self {
        match cut.checked_sub(1) {
            Some(below) if value < cut => Self::at_most(below),
            _ => Self::at_least(cut),
        }
    }

    /// The integers on `value`'s side of one that is equal to nothing else: that one alone, those below or those above.
    pub fn beside(value: i64, other: i64) -> Self {
        match value.cmp(&other) {
            std::cmp::Ordering::Less => Self::at_most(other.saturating_sub(1)),
            std::cmp::Ordering::Equal => Self::only(other),
            std::cmp::Ordering::Greater => Self::at_least(other.saturating_add(1)),
        }
    }

    /// Whether an integer is inside.
    pub fn holds(self, value: i64) -> bool {
        self.lo <= value && value <= self.hi
    }

    /// The operands for which an operation that saturates at the ends of a type stays inside, when its exact result
    /// is `operand + by`.
    pub fn before_adding(self, by: i128, ty: &Ty) -> Self {
        let (lo, hi) = self.exact(ty);
        Self::narrowed(lo.saturating_sub(by), hi.saturating_sub(by))
    }

    /// The operands for which an operation that saturates at the ends of a type stays inside, when its exact result
    /// is `from - operand`.
    pub fn before_subtracting_from(self, from: i64, ty: &Ty) -> Self {
        let (lo, hi) = self.exact(ty);
        let from = i128::from(from);
        Self::narrowed(from.saturating_sub(hi), from.saturating_sub(lo))
    }

    /// The operands whose negation is inside.
    pub fn negated(self) -> Self {
        let (lo, hi) = self.exact(&Ty::Int);
        Self::narrowed(hi.saturating_neg(), lo.saturating_neg())
    }

    /// The operands whose product with a positive number is inside; the product saturates.
    pub fn before_multiplying(self, by: i64) -> Self {
        let (lo, hi) = self.exact(&Ty::Int);
        let up = lo.saturating_neg().div_euclid(by.into()).saturating_neg();
        Self::narrowed(up, hi.div_euclid(by.into()))
    }

    /// The operands whose quotient (rounded down) by a positive number is inside.
    pub fn before_dividing(self, by: i64) -> Self {
        let (lo, hi) = self.exact(&Ty::Int);
        let by = i128::from(by);
        let last = hi.saturating_mul(by).saturating_add(by - 1);
        Self::narrowed(lo.saturating_mul(by), last)
    }

    /// The exact results that, saturated at the ends of a type, are inside: without an end where saturating keeps
    /// them there.
    fn exact(self, ty: &Ty) -> (i128, i128) {
        let lo = if self.lo <= num::clamp(i64::MIN, ty) {
            ENDLESS.0
        } else {
            self.lo.into()
        };
        let hi = if self.hi >= num::clamp(i64::MAX, ty) {
            ENDLESS.1
        } else {
            self.hi.into()
        };
        (lo, hi)
    }

    /// The integers of 64 bits from one to another; where there are none, the interval is upside down.
    fn narrowed(lo: i128, hi: i128) -> Self {
        if lo > i64::MAX.into() || hi < i64::MIN.into() {
            return Self::NONE;
        }
        Self {
            lo: num::narrow(lo),
            hi: num::narrow(hi),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_goes_back_through_operations_that_saturate() {
        let values = [
            i64::MIN,
            i64::MIN + 1,
            -7,
            -1,
            0,
            1,
            6,
            i64::MAX - 1,
            i64::MAX,
        ];
        let mut tried = 0;
        for lo in values {
            for hi in values.into_iter().filter(|hi| lo <= *hi) {
                let keep = Keep { lo, hi };
                for a in values {
                    assert_eq!(
                        keep.negated().holds(a),
                        keep.holds(a.saturating_neg()),
                        "-{a} in {keep:?}"
                    );
                    for b in values {
                        let sum = keep.before_adding(b.into(), &Ty::Int).holds(a);
                        assert_eq!(
                            sum,
                            keep.holds(a.saturating_add(b)),
                            "{a} + {b} in {keep:?}"
                        );
                        let rest = keep.before_subtracting_from(b, &Ty::Int).holds(a);
                        assert_eq!(
                            rest,
                            keep.holds(b.saturating_sub(a)),
                            "{b} - {a} in {keep:?}"
                        );
                        if b > 0 {
                            let product = keep.before_multiplying(b).holds(a);
                            assert_eq!(product, keep.holds(a.saturating_mul(b)));
                            let part = keep.before_dividing(b).holds(a);
                            assert_eq!(part, keep.holds(a.div_euclid(b)));
                        }
                        tried += 1;
                    }
                }
            }
        }
        assert!(tried > 3000);
    }
}
