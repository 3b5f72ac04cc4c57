//! Aggregates over the rows of a group, in the order read. Missing values are left out; of nothing, all but `count`
//! are missing. A bad value makes its aggregate bad.

use std::cmp::Ordering;

use persona_ir::RawAgg;

use crate::value::decimal::{Decimal, DecimalError};
use crate::value::raw::{Bad, Number, Raw, Value};

/// The state of one aggregate of one group.
#[derive(Clone, Debug)]
pub(crate) enum Acc {
    Sum(Option<Number>),
    Avg(Option<Number>, u64),
    Min(Raw<'static>),
    Max(Raw<'static>),
    First(Raw<'static>),
    Last(Raw<'static>),
    Count(u64),
    /// The one value that the rows of the group share: what a column means outside of aggregates.
    Shared(Raw<'static>),
    Bad(Box<Bad>),
}

impl Acc {
    pub(crate) fn new(kind: RawAgg) -> Self {
        match kind {
            RawAgg::Sum => Self::Sum(None),
            RawAgg::Min => Self::Min(Raw::Missing),
            RawAgg::Max => Self::Max(Raw::Missing),
            RawAgg::First => Self::First(Raw::Missing),
            RawAgg::Last => Self::Last(Raw::Missing),
            RawAgg::Count => Self::Count(0),
            RawAgg::Avg => Self::Avg(None, 0),
        }
    }

    /// Takes in one row's value; none for `count()` of rows.
    pub(crate) fn update(&mut self, value: Option<Value<'_>>) {
        let value = match value {
            Some(Ok(value)) => value,
            Some(Err(bad)) => {
                if !matches!(self, Self::Bad(_)) {
                    *self = Self::Bad(bad);
                }
                return;
            }
            None => Raw::Bool(true),
        };
        if value.is_missing() {
            self.note_empty(&value);
            return;
        }
        if let Err(bad) = self.take(value) {
            *self = Self::Bad(bad);
        }
    }

    /// Remembers that a cell was empty, which a `String` that may not be missing wants to know.
    fn note_empty(&mut self, value: &Raw<'_>) {
        if let (Self::Shared(known @ Raw::Missing), Raw::Empty) = (self, value) {
            *known = Raw::Empty;
        }
    }

    fn take(&mut self, value: Raw<'_>) -> Result<(), Box<Bad>> {
        match self {
            Self::Sum(total) => *total = Some(plus(*total, &value)?),
            Self::Avg(total, count) => {
                *total = Some(plus(*total, &value)?);
                *count += 1;
            }
            Self::Min(known) => replace_if(known, value, Ordering::Less),
            Self::Max(known) => replace_if(known, value, Ordering::Greater),
            Self::First(known) if known.is_missing() => *known = value.into_owned(),
            Self::First(_) | Self::Bad(_) => {}
            Self::Last(known) => *known = value.into_owned(),
            Self::Count(count) => *count += 1,
            Self::Shared(known) if known.is_missing() => *known = value.into_owned(),
            Self::Shared(known) => {
                if known.compare(&value) != Ordering::Equal {
                    let reason = format!(
                        "is not what all rows of the group say: another says `{}`; choose with `first(…)` or the like",
                        crate::value::raw::shorten(&value.text())
                    );
                    return Err(Bad::new(known, reason));
                }
            }
        }
        Ok(())
    }

    /// The aggregate's value.
    pub(crate) fn finish(&self) -> Value<'_> {
        Ok(match self {
            Self::Sum(total) => total.map_or(Raw::Missing, Raw::from),
            Self::Avg(Some(total), count) => mean(*total, *count)?,
            Self::Avg(None, _) => Raw::Missing,
            Self::Min(value)
            | Self::Max(value)
            | Self::First(value)
            | Self::Last(value)
            | Self::Shared(value) => value.reborrow(),
            Self::Count(count) => Raw::Number(Decimal::big(i128::from(*count))),
            Self::Bad(bad) => return Err(bad.clone()),
        })
    }
}

fn plus(total: Option<Number>, value: &Raw<'_>) -> Result<Number, Box<Bad>> {
    let number = value.number()?;
    Ok(match (total, number) {
        (None, number) => number,
        (Some(Number::Exact(a)), Number::Exact(b)) => {
            Number::Exact(a.add(b).map_err(|error| wrong_total(value, error))?)
        }
        (Some(total), number) => Number::Float(total.to_f64() + number.to_f64()),
    })
}

fn wrong_total(value: &Raw<'_>, error: DecimalError) -> Box<Bad> {
    Bad::new(
        value,
        format!("cannot be summed up: the sum {}", error.reason()),
    )
}

fn mean<'a>(total: Number, count: u64) -> Value<'a> {
    match total {
        Number::Exact(total) => {
            let mean = total.div(Decimal::big(i128::from(count)));
            let mean = mean.map_err(|error| wrong_total(&Raw::Number(total), error))?;
            Ok(mean.map_or(Raw::Missing, Raw::Number))
        }
        #[expect(clippy::cast_precision_loss, reason = "no group has 2^53 rows")]
        Number::Float(total) => Ok(Raw::Float(total / count as f64)),
    }
}

fn replace_if(known: &mut Raw<'static>, value: Raw<'_>, order: Ordering) {
    if known.is_missing() || value.compare_extreme(known) == order {
        *known = value.into_owned();
    }
}
