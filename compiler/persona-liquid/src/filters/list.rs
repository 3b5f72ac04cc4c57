//! Filters of lists. Sorting is stable; missing ones come last.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Fid, size};
use crate::ir::With;
use crate::limits::MAX_LIST;
use crate::render::{Stop, Work};
use crate::{Ty, Value, decimal};

/// Computes a filter of lists, or one of texts and lists.
pub(super) fn call(
    filter: Fid,
    input: &Value,
    args: &[Value],
    with: &With,
    work: &mut Work<'_>,
) -> Result<Value, Stop> {
    if let Value::Str(text) = input {
        return Ok(of_text(filter, text, args));
    }
    let Value::List(list) = input else {
        return Ok(Value::Missing);
    };
    Ok(match filter {
        Fid::Size => Value::Int(i64::try_from(list.len()).unwrap_or(i64::MAX)),
        Fid::First => list.first().cloned().unwrap_or(Value::Missing),
        Fid::Last => list.last().cloned().unwrap_or(Value::Missing),
        Fid::Reverse => Value::list(list.iter().rev().cloned()),
        Fid::Slice => {
            let (from, to) = range(list.len(), args);
            Value::list(list.get(from..to).unwrap_or_default().iter().cloned())
        }
        Fid::Concat => match args.first() {
            Some(Value::List(other)) if list.len() + other.len() <= MAX_LIST => {
                Value::list(list.iter().chain(other.iter()).cloned())
            }
            Some(Value::List(_)) => return Err(work.too_long()),
            _ => input.clone(),
        },
        Fid::Join => return join(list, args, with, work),
        Fid::Map => Value::list(list.iter().map(|item| field(item, with))),
        Fid::Compact => Value::list(
            list.iter()
                .filter(|item| !field(item, with).is_missing())
                .cloned(),
        ),
        Fid::Uniq => uniq(list, with, work)?,
        Fid::Sort => sorted(list, with, work, order)?,
        Fid::SortNatural => sorted(list, with, work, natural)?,
        Fid::Sum => sum(list, with),
        _ => seek(filter, list, args, with),
    })
}

/// `size` and `slice` of texts.
fn of_text(filter: Fid, text: &Arc<str>, args: &[Value]) -> Value {
    let count = text.chars().count();
    if filter == Fid::Size {
        return Value::Int(i64::try_from(count).unwrap_or(i64::MAX));
    }
    let (from, to) = range(count, args);
    let part: String = text.chars().skip(from).take(to - from).collect();
    Value::text(part)
}

/// From which element to which; nothing where it begins outside.
fn range(count: usize, args: &[Value]) -> (usize, usize) {
    let number = |index: usize, otherwise: i64| match args.get(index) {
        Some(Value::Int(number)) => *number,
        _ => otherwise,
    };
    let length = i64::try_from(count).unwrap_or(i64::MAX);
    let from = number(0, 0);
    let from = if from < 0 {
        from.saturating_add(length)
    } else {
        from
    };
    let many = number(1, 1);
    if from < 0 || from > length || many <= 0 {
        return (0, 0);
    }
    let to = from.saturating_add(many).min(length);
    let at = |number: i64| usize::try_from(number).unwrap_or(0);
    (at(from), at(to))
}

fn join(list: &[Value], args: &[Value], with: &With, work: &mut Work<'_>) -> Result<Value, Stop> {
    let With::Ty(ty) = with else {
        return Ok(Value::Missing);
    };
    let between = match args.first() {
        Some(Value::Str(text)) => &**text,
        _ => " ",
    };
    let mut out = String::new();
    for (index, item) in list.iter().enumerate() {
        let before = out.len();
        if index > 0 {
            out.push_str(between);
        }
        work.display.value(&mut out, ty, item);
        work.spend((out.len() - before) as u64)?;
        if out.len() > crate::limits::MAX_OUTPUT {
            return Err(work.too_long());
        }
    }
    Ok(Value::Str(Arc::from(out)))
}

/// The field that a filter looks at, or the element itself.
fn field(item: &Value, with: &With) -> Value {
    match (item, with) {
        (Value::Record(fields), With::Field(index, _)) => fields
            .get(*index as usize)
            .cloned()
            .unwrap_or(Value::Missing),
        (_, With::Field(..)) => Value::Missing,
        (item, _) => item.clone(),
    }
}

fn sorted(
    list: &[Value],
    with: &With,
    work: &mut Work<'_>,
    compare: fn(&Value, &Value) -> Ordering,
) -> Result<Value, Stop> {
    let mut keyed: Vec<(Value, &Value)> =
        list.iter().map(|item| (field(item, with), item)).collect();
    let bytes: u64 = keyed.iter().map(|(key, _)| size(key)).sum();
    work.spend(bytes.saturating_mul(u64::from(list.len().max(1).ilog2()) + 1))?;
    keyed.sort_by(|(a, _), (b, _)| compare(a, b));
    Ok(Value::list(keyed.into_iter().map(|(_, item)| item.clone())))
}

/// The order of values of one type, missing ones last.
pub(crate) fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Missing, Value::Missing) => Ordering::Equal,
        (Value::Missing, _) => Ordering::Greater,
        (_, Value::Missing) => Ordering::Less,
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Enum(a), Value::Enum(b)) => a.cmp(b),
        (Value::Str(a), Value::Str(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => floats(*a, *b),
        (Value::Int(a), Value::Float(b)) => mixed(*a, *b),
        (Value::Float(a), Value::Int(b)) => mixed(*b, *a).reverse(),
        (Value::Geo(a, b), Value::Geo(c, d)) => floats(*a, *c).then_with(|| floats(*b, *d)),
        (Value::List(a) | Value::Record(a), Value::List(b) | Value::Record(b)) => {
            let first = a
                .iter()
                .zip(b.iter())
                .map(|(a, b)| order(a, b))
                .find(|order| order.is_ne());
            first.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        _ => Ordering::Equal,
    }
}

fn floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}

/// A whole number beside another number, compared exactly.
fn mixed(a: i64, b: f64) -> Ordering {
    if b >= 9_223_372_036_854_775_808.0 {
        return Ordering::Less;
    }
    if b < -9_223_372_036_854_775_808.0 {
        return Ordering::Greater;
    }
    let whole = super::whole(b.trunc());
    a.cmp(&whole).then_with(|| floats(0.0, b.fract()))
}

/// Whether two values of one type are equal and there.
pub(crate) fn equal(a: &Value, b: &Value) -> bool {
    !a.is_missing() && !b.is_missing() && order(a, b).is_eq()
}

/// Whatever the case; of the same letters, as they stand.
fn natural(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => {
            let fold = |text: &str| {
                text.bytes()
                    .map(|byte| byte.to_ascii_lowercase())
                    .collect::<Vec<u8>>()
            };
            if a.is_ascii() && b.is_ascii() {
                let (a, b) = (a.bytes(), b.bytes());
                return a
                    .map(|byte| byte.to_ascii_lowercase())
                    .cmp(b.map(|byte| byte.to_ascii_lowercase()));
            }
            fold(&a.to_lowercase()).cmp(&fold(&b.to_lowercase()))
        }
        _ => order(a, b),
    }
}

/// A value among those already seen.
struct Seen(Value);

impl PartialEq for Seen {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Seen {}
impl PartialOrd for Seen {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Seen {
    fn cmp(&self, other: &Self) -> Ordering {
        order(&self.0, &other.0)
    }
}

fn uniq(list: &[Value], with: &With, work: &mut Work<'_>) -> Result<Value, Stop> {
    let bytes: u64 = list.iter().map(|item| size(&field(item, with))).sum();
    work.spend(bytes.saturating_mul(u64::from(list.len().max(1).ilog2()) + 1))?;
    let mut seen = BTreeSet::new();
    let kept = list
        .iter()
        .filter(|item| seen.insert(Seen(field(item, with))));
    Ok(Value::list(kept.cloned()))
}

fn sum(list: &[Value], with: &With) -> Value {
    let (With::Ty(ty) | With::Field(_, ty)) = with else {
        return Value::Missing;
    };
    if *ty == Ty::Float {
        let add = |total: f64, item: &Value| match field(item, with) {
            Value::Float(number) => decimal::add(total, number),
            _ => total,
        };
        return Value::Float(list.iter().fold(0.0, add));
    }
    let total: i128 = list
        .iter()
        .map(|item| match field(item, with) {
            Value::Int(number) => i128::from(number),
            _ => 0,
        })
        .sum();
    Value::Int(i64::try_from(total).unwrap_or(if total < 0 { i64::MIN } else { i64::MAX }))
}

/// `where`, `reject`, `find`, `find_index`, `has`.
fn seek(filter: Fid, list: &[Value], args: &[Value], with: &With) -> Value {
    let fits = |item: &Value| {
        let found = field(item, with);
        match args.first() {
            Some(sought) => equal(&found, sought),
            None => !matches!(found, Value::Missing | Value::Bool(false)),
        }
    };
    match filter {
        Fid::Where => Value::list(list.iter().filter(|item| fits(item)).cloned()),
        Fid::Reject => Value::list(list.iter().filter(|item| !fits(item)).cloned()),
        Fid::Find => list
            .iter()
            .find(|item| fits(item))
            .cloned()
            .unwrap_or(Value::Missing),
        Fid::FindIndex => {
            let at = list.iter().position(fits);
            at.map_or(Value::Missing, |at| {
                Value::Int(i64::try_from(at).unwrap_or(i64::MAX))
            })
        }
        _ => Value::Bool(list.iter().any(fits)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_and_others_are_compared_exactly() {
        assert_eq!(
            mixed(9_007_199_254_740_993, 9_007_199_254_740_992.0),
            Ordering::Greater
        );
        assert_eq!(mixed(2, 2.5), Ordering::Less);
        assert_eq!(mixed(-2, -2.5), Ordering::Greater);
        assert_eq!(mixed(i64::MAX, 1e300), Ordering::Less);
    }
}
