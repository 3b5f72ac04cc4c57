//! What is known of a value before the loop runs: between which bounds it lies, in which form it stands, and where it is
//! missing. Bounds are those of known values only; what the bits of missing ones give is never looked at.

use persona_ir::ColId;

use super::recipe::{Constant, Draft, Form, Id, Input, Instr, Logic};

/// Every integer up to this size, on both sides of zero, is a Float.
pub(super) const EXACT: i64 = 1 << 53;
/// Up to this size integers become Floats, and back, by an addition.
const SMALL: i64 = 1 << 51;

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A constant of the recipe.
    Const(u32),
    /// An instruction that gives this form.
    Instr(Id, Form),
}

/// An integer: of four rows, between two bounds.
///
/// One that stands as a Float and whose bounds are beyond [`EXACT`] is a whole number that may be too large for an integer: the
/// integer is the nearest end of `i64` then. Comparing is all that can be done with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Int {
    pub(super) source: Source,
    pub(super) low: i64,
    pub(super) high: i64,
}

/// A Float, between two bounds, which are finite.
#[derive(Clone, Copy, Debug)]
pub(super) struct Float {
    pub(super) source: Source,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// A value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Repr {
    Int(Int),
    Float(Float),
    /// A mask.
    Bool(Id),
}

/// Where a value is known; for conditions that are never missing, where they can hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Nowhere.
    pub(super) never: bool,
    /// Where all these columns are, sorted …
    pub(super) cols: Vec<ColId>,
    /// … and this mask says so.
    pub(super) mask: Option<Id>,
}

/// A value and where it is known.
#[derive(Clone, Debug)]
pub(super) struct Val {
    pub(super) repr: Repr,
    pub(super) known: Known,
}

impl Int {
    /// Whether all its values are within ± a bound.
    pub(super) fn within(&self, bound: i64) -> bool {
        -bound <= self.low && self.high <= bound
    }

    /// Whether all its values fit into 32 bits.
    pub(super) fn is_small(&self) -> bool {
        i64::from(i32::MIN) <= self.low && self.high <= i64::from(i32::MAX)
    }

    /// Whether it stands as a Float.
    pub(super) fn is_float(&self) -> bool {
        matches!(self.source, Source::Instr(_, Form::F64))
    }

    /// Its values in a form; none where that does not hold them exactly.
    pub(super) fn form(&self, draft: &mut Draft, to: Form) -> Option<Id> {
        let fits = match to {
            Form::I32 => self.is_small(),
            Form::I64 => !self.is_float() || self.within(SMALL),
            Form::F64 => self.within(EXACT),
        };
        if !fits {
            return None;
        }
        let small = self.within(SMALL);
        let (id, from) = match self.source {
            Source::Const(at) => return Some(draft.instr(Instr::Const(at, to))),
            Source::Instr(id, from) => (id, from),
        };
        let mut convert = |of, from, to| {
            draft.instr(Instr::Convert {
                of,
                from,
                to,
                small,
            })
        };
        Some(match (from, to) {
            _ if from == to => id,
            (Form::F64, Form::I32) => {
                let wide = convert(id, Form::F64, Form::I64);
                convert(wide, Form::I64, Form::I32)
            }
            _ => convert(id, from, to),
        })
    }

    /// The nearest Floats; none where it stands as a Float that may be too large.
    pub(super) fn nearest(&self, draft: &mut Draft) -> Option<Id> {
        match self.source {
            Source::Const(at) => Some(draft.instr(Instr::Const(at, Form::F64))),
            Source::Instr(of, Form::I64) if !self.within(EXACT) => {
                Some(draft.instr(Instr::Convert {
                    of,
                    from: Form::I64,
                    to: Form::F64,
                    small: false,
                }))
            }
            Source::Instr(..) => self.form(draft, Form::F64),
        }
    }

    /// Floats that compare with exact integers as these integers do.
    pub(super) fn comparable(&self, draft: &mut Draft) -> Option<Id> {
        match self.source {
            Source::Instr(id, Form::F64) => Some(id),
            _ => self.form(draft, Form::F64),
        }
    }
}

impl Float {
    /// Every Float.
    pub(super) fn any(source: Source) -> Self {
        Self {
            source,
            low: f64::MIN,
            high: f64::MAX,
        }
    }

    pub(super) fn id(&self, draft: &mut Draft) -> Id {
        match self.source {
            Source::Const(at) => draft.instr(Instr::Const(at, Form::F64)),
            Source::Instr(id, _) => id,
        }
    }
}

impl Known {
    pub(super) fn never() -> Self {
        Self {
            never: true,
            ..Self::default()
        }
    }

    pub(super) fn is_always(&self) -> bool {
        !self.never && self.cols.is_empty() && self.mask.is_none()
    }

    /// Where both are known.
    pub(super) fn and(&self, other: &Self, draft: &mut Draft) -> Self {
        let mut cols = self.cols.clone();
        cols.extend(&other.cols);
        cols.sort_unstable();
        cols.dedup();
        let mask = match (self.mask, other.mask) {
            (Some(a), Some(b)) => Some(draft.logic(Logic::And, a, b)),
            (mask, None) | (None, mask) => mask,
        };
        Self {
            never: self.never || other.never,
            cols,
            mask,
        }
    }

    /// Where this holds, as a mask.
    pub(super) fn mask(&self, draft: &mut Draft) -> Id {
        if self.never {
            return draft.instr(Instr::Always(false));
        }
        let mut all = self.mask;
        for col in &self.cols {
            let input = draft.input(Input::Known(*col));
            let bits = draft.instr(Instr::Bits(input));
            all = Some(match all {
                Some(mask) => draft.logic(Logic::And, mask, bits),
                None => bits,
            });
        }
        all.unwrap_or_else(|| draft.instr(Instr::Always(true)))
    }

    /// Where a mask says so.
    pub(super) fn masked(mask: Id) -> Self {
        Self {
            mask: Some(mask),
            ..Self::default()
        }
    }
}

impl Val {
    /// A value that is always known.
    pub(super) fn always(repr: Repr) -> Self {
        Self {
            repr,
            known: Known::default(),
        }
    }

    /// An integer that is the same everywhere.
    pub(super) fn int(draft: &mut Draft, value: i64) -> Int {
        Int {
            source: Source::Const(draft.constant(Constant::Int(value))),
            low: value,
            high: value,
        }
    }

    /// A Float that is the same everywhere.
    pub(super) fn float(draft: &mut Draft, value: f64) -> Float {
        Float {
            source: Source::Const(draft.constant(Constant::Float(value.to_bits()))),
            low: value,
            high: value,
        }
    }
}
