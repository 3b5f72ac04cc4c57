//! What is said of a term, in the words of people: `above 1000 USD`, `US or CA`, `missing`.

use persona_base::Currency;

use super::build::Tables;
use super::set::{Set, float_at};
use super::term::Channel;
use crate::TypeKind;

/// How many values are listed.
const SHOWN: usize = 4;

/// A literal's meaning in words that follow `is`; `None` where there are none.
pub(super) fn said(
    channel: &Channel,
    set: &Set,
    missing: bool,
    kind: &TypeKind,
    tables: Tables<'_>,
) -> Option<String> {
    if missing {
        let nothing = set.is_empty();
        return nothing.then(|| "missing".to_owned());
    }
    if *channel != Channel::Value {
        return None;
    }
    match set {
        Set::Text { except, items } => {
            let texts: Vec<String> = items.iter().map(|text| format!("{text:?}")).collect();
            match (except, texts.is_empty()) {
                (true, true) => Some("known".to_owned()),
                (false, true) => None,
                (except, _) => Some(format!(
                    "{}{}",
                    if *except { "not " } else { "" },
                    listed(&texts)?
                )),
            }
        }
        Set::Ints(ranges) => ranges_in_words(ranges, kind, tables),
    }
}

fn ranges_in_words(ranges: &[(i64, i64)], kind: &TypeKind, tables: Tables<'_>) -> Option<String> {
    let show = |value: i64| value_in_words(value, kind, tables);
    match ranges {
        [] => None,
        [(i64::MIN, i64::MAX)] => Some("known".to_owned()),
        [(low, i64::MAX)] => {
            let (word, value) = lower(*low, kind);
            Some(format!("{word} {}", show(value)?))
        }
        [(i64::MIN, high)] => {
            let (word, value) = upper(*high, kind);
            Some(format!("{word} {}", show(value)?))
        }
        [(i64::MIN, high), (low, i64::MAX)] if high.checked_add(2) == Some(*low) => {
            Some(format!("not {}", show(*low - 1)?))
        }
        ranges
            if ranges
                .iter()
                .all(|(low, high)| high.saturating_sub(*low) < 8) =>
        {
            let values: Option<Vec<String>> = ranges
                .iter()
                .flat_map(|(low, high)| *low..=*high)
                .map(show)
                .collect();
            listed(&values?)
        }
        [(low, high)] => Some(format!("between {} and {}", show(*low)?, show(*high)?)),
        _ => None,
    }
}

/// What people write for the least value: the next smaller one with `above`, where it is rounder.
fn lower(low: i64, kind: &TypeKind) -> (&'static str, i64) {
    match low.checked_sub(1) {
        Some(below) if rounder(below, low, kind) => ("above", below),
        _ => ("at least", low),
    }
}

fn upper(high: i64, kind: &TypeKind) -> (&'static str, i64) {
    match high.checked_add(1) {
        Some(above) if rounder(above, high, kind) => ("below", above),
        _ => ("at most", high),
    }
}

/// Whether a value looks more like one that somebody wrote than its neighbour.
fn rounder(value: i64, other: i64, kind: &TypeKind) -> bool {
    let zeros = |value: i64| value.trailing_zeros();
    match kind {
        TypeKind::Float => zeros(value) > zeros(other),
        _ => ending(value) > ending(other),
    }
}

/// How many zeros a number ends with.
fn ending(value: i64) -> u32 {
    let mut rest = value;
    let mut zeros = 0;
    if rest == 0 {
        return 20;
    }
    while rest % 10 == 0 {
        rest /= 10;
        zeros += 1;
    }
    zeros
}

fn listed(values: &[String]) -> Option<String> {
    match values {
        [] => None,
        [one] => Some(one.clone()),
        [first @ .., last] if values.len() <= SHOWN => {
            Some(format!("{} or {last}", first.join(", ")))
        }
        many => Some(format!(
            "{} or one of {} others",
            many[..SHOWN - 1].join(", "),
            many.len() - SHOWN + 1
        )),
    }
}

/// A value as it is written in a program; `None` for what has no literal.
pub(super) fn value_in_words(value: i64, kind: &TypeKind, tables: Tables<'_>) -> Option<String> {
    Some(match kind {
        TypeKind::Int => value.to_string(),
        TypeKind::Float => shown_float(float_at(value)),
        TypeKind::Bool => if value == 1 { "true" } else { "false" }.to_owned(),
        TypeKind::Money(currency) => money(value, *currency),
        TypeKind::Duration => duration(value),
        TypeKind::Length => format!("{value} m"),
        TypeKind::Enum(id) => {
            let values = &tables.enums.get(*id)?.values;
            values.get(usize::try_from(value).ok()?)?.0.to_string()
        }
        TypeKind::Date => date(value)?,
        TypeKind::Timestamp => timestamp(value)?,
        TypeKind::TimeOfDay => {
            let (hours, minutes) = (value.div_euclid(3600), value.rem_euclid(3600) / 60);
            format!("{hours:02}:{minutes:02}")
        }
        _ => return None,
    })
}

fn shown_float(value: f64) -> String {
    let text = value.to_string();
    if text.contains(['.', 'e']) || text.len() > 15 {
        text
    } else {
        format!("{text}.0")
    }
}

/// `1000 USD`, `19.99 EUR`.
pub(super) fn money(minor: i64, currency: Currency) -> String {
    let per_major = currency.minor_per_major().unsigned_abs();
    let (major, rest) = (
        minor.unsigned_abs() / per_major,
        minor.unsigned_abs() % per_major,
    );
    let sign = if minor < 0 { "-" } else { "" };
    if rest == 0 {
        return format!("{sign}{major} {currency}");
    }
    let digits = currency.decimals() as usize;
    format!("{sign}{major}.{rest:0digits$} {currency}")
}

/// `30d`, `36h`, `90m`.
pub(super) fn duration(micros: i64) -> String {
    let units = [
        ("d", 86_400_000_000),
        ("h", 3_600_000_000),
        ("m", 60_000_000),
        ("s", 1_000_000),
    ];
    for (unit, length) in units {
        if micros != 0 && micros % length == 0 {
            return format!("{}{unit}", micros / length);
        }
    }
    format!("{}s", micros / 1_000_000)
}

/// `2026-01-31`
pub(super) fn date(days: i64) -> Option<String> {
    let epoch = jiff::civil::date(1970, 1, 1);
    let span = jiff::Span::new().try_days(days).ok()?;
    Some(epoch.checked_add(span).ok()?.to_string())
}

/// `2026-01-31T10:00:00Z`
pub(super) fn timestamp(micros: i64) -> Option<String> {
    Some(jiff::Timestamp::from_microsecond(micros).ok()?.to_string())
}
