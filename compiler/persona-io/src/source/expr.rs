//! Expressions over raw rows: compiled once per source, then asked for every row (or group).
//!
//! `+` puts text after text where one side is text in the program (`column("a") + " " + column("b")`, `.lower()`).
//! Between two cells that hold text it adds where both read as numbers, as amounts in CSV do, and else puts one after
//! the other.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use persona_ir::{RawAgg, RawOp};
use regex::Regex;

use super::agg::Acc;
use crate::format::{Batch, BatchColumn};
use crate::value::decimal::{Decimal, DecimalError};
use crate::value::raw::{Bad, Number, Raw, Value};
use crate::value::read::Reader;
use crate::value::units;

/// A compiled expression.
#[derive(Debug)]
pub(crate) enum Ex {
    /// A wanted column, by its number.
    Column(usize),
    /// The first of these columns that the file has and, for files that do not say what they have, that has a value.
    FirstColumn(Vec<usize>),
    /// The first column, where the file has the second too; else nothing.
    ColumnBeside(usize, usize),
    Text(Arc<str>),
    Number(Decimal),
    Bool(bool),
    Op(RawOp, Vec<Ex>),
    /// Text after text.
    Concat(Vec<Ex>),
    Matches(Box<Ex>, Regex),
    In(Box<Ex>, Vec<Ex>),
    /// An aggregate of the group, by its number.
    Group(usize),
    /// An aggregate over one row.
    One(RawAgg, Option<Box<Ex>>),
    As(Box<Ex>, Box<Reader>),
    If(Box<Ex>, Box<Ex>, Box<Ex>),
    Match(Box<Ex>, Vec<(Ex, Ex)>, Box<Ex>),
}

/// What an expression is asked about: a row of a batch, and the aggregates of a group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Env<'a> {
    /// The row; absent for a group.
    pub(crate) row: Option<(&'a Batch, usize)>,
    /// The group's aggregates; empty for a row.
    pub(crate) accs: &'a [Acc],
}

impl<'a> Env<'a> {
    /// A row of a batch.
    pub(crate) fn of(batch: &'a Batch, row: usize) -> Self {
        Self {
            row: Some((batch, row)),
            accs: &[],
        }
    }
}

impl Ex {
    /// Whether this is text by the look of the program, whatever the rows hold.
    pub(crate) fn is_text(&self) -> bool {
        match self {
            Self::Text(_) | Self::Concat(_) | Self::Op(RawOp::Lower | RawOp::Upper, _) => true,
            Self::As(_, reader) => reader.gives_text(),
            _ => false,
        }
    }

    /// The value.
    pub(crate) fn eval<'a>(&'a self, env: Env<'a>) -> Value<'a> {
        match self {
            Self::Column(slot) => column(env, *slot),
            Self::FirstColumn(slots) => first_column(env, slots),
            Self::ColumnBeside(slot, beside) => match env.row {
                Some((batch, _)) if matches!(batch.columns[*beside], BatchColumn::Absent) => {
                    Ok(Raw::Missing)
                }
                _ => column(env, *slot),
            },
            Self::Text(text) => Ok(Raw::str(text)),
            Self::Number(number) => Ok(Raw::Number(*number)),
            Self::Bool(value) => Ok(Raw::Bool(*value)),
            Self::Op(op, operands) => operation(*op, operands, env),
            Self::Concat(operands) => concat(operands, env),
            Self::Matches(operand, regex) => {
                let value = operand.eval(env)?;
                Ok(Raw::Bool(
                    !value.is_missing() && regex.is_match(&value.text()),
                ))
            }
            Self::In(operand, items) => {
                let value = operand.eval(env)?;
                for item in items {
                    if equal(&value, &item.eval(env)?) {
                        return Ok(Raw::Bool(true));
                    }
                }
                Ok(Raw::Bool(false))
            }
            Self::Group(at) => env.accs[*at].finish(),
            Self::One(kind, operand) => {
                let mut acc = Acc::new(*kind);
                acc.update(operand.as_ref().map(|operand| operand.eval(env)));
                acc.finish().map(Raw::into_owned)
            }
            Self::As(operand, reader) => reader.convert(operand.eval(env)?),
            Self::If(cond, then, other) => {
                if truth(&cond.eval(env)?)? == Some(true) {
                    then.eval(env)
                } else {
                    other.eval(env)
                }
            }
            Self::Match(operand, arms, otherwise) => {
                let value = operand.eval(env)?;
                for (pattern, result) in arms {
                    if equal(&value, &pattern.eval(env)?) {
                        return result.eval(env);
                    }
                }
                otherwise.eval(env)
            }
        }
    }
}

fn concat<'a>(operands: &'a [Ex], env: Env<'a>) -> Value<'a> {
    let mut out = String::new();
    for operand in operands {
        let value = operand.eval(env)?;
        if value.is_missing() {
            return Ok(Raw::Missing);
        }
        out.push_str(&value.text());
    }
    Ok(Raw::Text(Cow::Owned(out)))
}

fn column<'a>(env: Env<'a>, slot: usize) -> Value<'a> {
    match env.row {
        Some((batch, row)) => batch.columns[slot].at(row),
        None => Ok(Raw::Missing),
    }
}

fn first_column<'a>(env: Env<'a>, slots: &[usize]) -> Value<'a> {
    let Some((batch, _)) = env.row else {
        return Ok(Raw::Missing);
    };
    for slot in slots {
        let value = match &batch.columns[*slot] {
            BatchColumn::Absent => continue,
            BatchColumn::Json(_) => column(env, *slot)?,
            BatchColumn::Cells(_) | BatchColumn::Arrow(_) => return column(env, *slot),
        };
        if !value.is_missing() {
            return Ok(value);
        }
    }
    Ok(Raw::Missing)
}

/// Whether a condition holds; nothing where it is missing.
pub(crate) fn truth(raw: &Raw<'_>) -> Result<Option<bool>, Box<Bad>> {
    let read = match raw {
        Raw::Missing | Raw::Empty => return Ok(None),
        Raw::Bool(value) => Some(*value),
        Raw::Text(text) => units::parse_bool(text),
        Raw::Number(n) => match n.exact_at(0) {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        _ => None,
    };
    read.map(Some)
        .ok_or_else(|| Bad::new(raw, "is not yes or no"))
}

fn equal(a: &Raw<'_>, b: &Raw<'_>) -> bool {
    !a.is_missing() && !b.is_missing() && a.compare(b) == Ordering::Equal
}

fn operation<'a>(op: RawOp, operands: &'a [Ex], env: Env<'a>) -> Value<'a> {
    match op {
        RawOp::And => {
            let mut all = true;
            for operand in operands {
                all &= truth(&operand.eval(env)?)? == Some(true);
                if !all {
                    break;
                }
            }
            Ok(Raw::Bool(all))
        }
        RawOp::Or => {
            for operand in operands {
                if truth(&operand.eval(env)?)? == Some(true) {
                    return Ok(Raw::Bool(true));
                }
            }
            Ok(Raw::Bool(false))
        }
        RawOp::Coalesce => {
            let mut value = Raw::Missing;
            for operand in operands {
                value = operand.eval(env)?;
                if !value.is_missing() {
                    break;
                }
            }
            Ok(value)
        }
        _ => {
            let values = operands
                .iter()
                .map(|o| o.eval(env))
                .collect::<Result<Vec<_>, _>>()?;
            strict(op, values)
        }
    }
}

/// Operations that ask for all their operands.
fn strict<'a>(op: RawOp, mut values: Vec<Raw<'a>>) -> Value<'a> {
    let missing = values.iter().any(Raw::is_missing);
    match op {
        RawOp::Known => return Ok(Raw::Bool(!missing)),
        RawOp::Eq | RawOp::Lt | RawOp::Le => {
            return Ok(Raw::Bool(!missing && compares(op, &values)));
        }
        RawOp::Contains | RawOp::StartsWith | RawOp::EndsWith if missing => {
            return Ok(Raw::Bool(false));
        }
        RawOp::Lower | RawOp::Upper if matches!(values.first(), Some(Raw::Empty)) => {
            return Ok(Raw::Empty);
        }
        _ if missing => return Ok(Raw::Missing),
        _ => {}
    }
    match (op, values.as_mut_slice()) {
        (RawOp::Not, [a]) => Ok(truth(a)?.map_or(Raw::Missing, |value| Raw::Bool(!value))),
        (RawOp::Add | RawOp::Sub | RawOp::Mul | RawOp::Div, [a, b]) => arithmetic(op, a, b),
        (RawOp::Neg, [a]) => match a.number()? {
            Number::Exact(n) => n.neg().map(Raw::Number).map_err(|e| too_long(a, e)),
            Number::Float(f) => Ok(Raw::Float(-f)),
        },
        (RawOp::Geo, [lat, lon]) => Ok(Raw::Geo(lat.number()?.to_f64(), lon.number()?.to_f64())),
        (RawOp::Contains, [Raw::List(items), b]) => {
            Ok(Raw::Bool(items.iter().any(|item| equal(item, b))))
        }
        (_, values) => text_operation(op, values),
    }
}

fn compares(op: RawOp, values: &[Raw<'_>]) -> bool {
    let [a, b] = values else { return false };
    let order = a.compare(b);
    match op {
        RawOp::Lt => order.is_lt(),
        RawOp::Le => order.is_le(),
        _ => order.is_eq(),
    }
}

fn text_operation<'a>(op: RawOp, values: &mut [Raw<'a>]) -> Value<'a> {
    let text = |value: &Raw<'a>| value.text().into_owned();
    Ok(match (op, &mut *values) {
        (RawOp::Contains, [a, b]) => Raw::Bool(a.text().contains(&*b.text())),
        (RawOp::StartsWith, [a, b]) => Raw::Bool(a.text().starts_with(&*b.text())),
        (RawOp::EndsWith, [a, b]) => Raw::Bool(a.text().ends_with(&*b.text())),
        (RawOp::Trim, [a]) => trim(std::mem::replace(a, Raw::Missing)),
        (RawOp::EmptyAsMissing, [a]) => match std::mem::replace(a, Raw::Missing) {
            Raw::Text(text) if text.is_empty() => Raw::Missing,
            other => other,
        },
        (RawOp::Lower, [a]) => Raw::Text(a.text().to_lowercase().into()),
        (RawOp::Upper, [a]) => Raw::Text(a.text().to_uppercase().into()),
        (RawOp::Split, [a, b]) => {
            let (whole, separator) = (text(a), text(b));
            let part = |part: &str| Raw::Text(Cow::Owned(part.to_owned()));
            if separator.is_empty() {
                Raw::List(vec![part(&whole)])
            } else {
                Raw::List(whole.split(&separator).map(part).collect())
            }
        }
        (RawOp::Replace, [a, b, c]) if !b.text().is_empty() => {
            Raw::Text(a.text().replace(&*b.text(), &c.text()).into())
        }
        (RawOp::Replace, [a, ..]) => std::mem::replace(a, Raw::Missing),
        // An operation with another number of operands is not something that a checked source has.
        _ => Raw::Missing,
    })
}

fn trim(value: Raw<'_>) -> Raw<'_> {
    let text = match value {
        Raw::Text(Cow::Borrowed(text)) => Cow::Borrowed(text.trim()),
        Raw::Text(Cow::Owned(text)) => Cow::Owned(text.trim().to_owned()),
        other => return other,
    };
    if text.is_empty() {
        Raw::Missing
    } else {
        Raw::Text(text)
    }
}

fn too_long(value: &Raw<'_>, error: DecimalError) -> Box<Bad> {
    Bad::new(
        value,
        format!("cannot be computed with: the result {}", error.reason()),
    )
}

fn arithmetic<'a>(op: RawOp, a: &Raw<'a>, b: &Raw<'a>) -> Value<'a> {
    let both_text = matches!((a, b), (Raw::Text(_), Raw::Text(_)));
    if op == RawOp::Add && both_text && (a.number().is_err() || b.number().is_err()) {
        return Ok(Raw::Text(Cow::Owned(format!("{}{}", a.text(), b.text()))));
    }
    let (x, y) = (a.number()?, b.number()?);
    if let (Number::Exact(x), Number::Exact(y)) = (x, y) {
        let result = match op {
            RawOp::Add => x.add(y).map(Some),
            RawOp::Sub => y.neg().and_then(|y| x.add(y)).map(Some),
            RawOp::Mul => x.mul(y).map(Some),
            _ => x.div(y),
        };
        let result = result.map_err(|error| too_long(a, error))?;
        return Ok(result.map_or(Raw::Missing, Raw::Number));
    }
    let (x, y) = (x.to_f64(), y.to_f64());
    let result = match op {
        RawOp::Add => x + y,
        RawOp::Sub => x - y,
        RawOp::Mul => x * y,
        _ if y == 0.0 => return Ok(Raw::Missing),
        _ => x / y,
    };
    Ok(Raw::Float(result))
}
