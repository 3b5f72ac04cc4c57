//! Dates and zones: see [`persona_runtime::calendar`] and [`persona_runtime::time`]. Words that are no dates or
//! instants are moved into the range first, where the calendar is total.

use persona_ir::{CalendarUnit, DatePart};
use persona_runtime::calendar::{self, clamp_date, clamp_timestamp};
use persona_runtime::time::{self, Clock};

use crate::context::Context;

const PARTS: [DatePart; 9] = [
    DatePart::Year,
    DatePart::Quarter,
    DatePart::Month,
    DatePart::Day,
    DatePart::Weekday,
    DatePart::Hour,
    DatePart::Minute,
    DatePart::Date,
    DatePart::Time,
];

const UNITS: [CalendarUnit; 5] = [
    CalendarUnit::Day,
    CalendarUnit::Week,
    CalendarUnit::Month,
    CalendarUnit::Quarter,
    CalendarUnit::Year,
];

/// How code names a part.
pub(crate) fn part_number(part: DatePart) -> i64 {
    number(&PARTS, &part)
}

/// How code names a unit.
pub(crate) fn unit_number(unit: CalendarUnit) -> i64 {
    number(&UNITS, &unit)
}

fn number<T: PartialEq>(all: &[T], one: &T) -> i64 {
    let index = all
        .iter()
        .position(|other| other == one)
        .expect("all are listed");
    i64::try_from(index).expect("there are few")
}

pub(super) fn part(number: i64) -> DatePart {
    usize::try_from(number)
        .ok()
        .and_then(|index| PARTS.get(index))
        .copied()
        .unwrap_or(DatePart::Date)
}

pub(super) fn unit(number: i64) -> CalendarUnit {
    usize::try_from(number)
        .ok()
        .and_then(|index| UNITS.get(index))
        .copied()
        .unwrap_or(CalendarUnit::Day)
}

fn small(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(0)
}

pub(super) fn clock(ctx: &mut Context, zone: u64) -> &Clock {
    ctx.state().clock(zone)
}

pub(super) extern "C" fn date_add(date: i64, months: i64, days: i64) -> i64 {
    calendar::add(clamp_date(date), small(months), small(days))
}

pub(super) extern "C" fn date_part(date: i64, which: i64) -> i64 {
    calendar::part(clamp_date(date), part(which))
}

pub(super) extern "C" fn days_since(instant: i64, now: i64) -> i64 {
    time::days_since(clamp_timestamp(instant), now)
}

pub(super) extern "C" fn start_of_day(ctx: &mut Context, zone: u64, date: i64) -> i64 {
    clock(ctx, zone).zone().start_of_day(date)
}

pub(super) extern "C" fn date_of(ctx: &mut Context, zone: u64, instant: i64) -> i64 {
    clock(ctx, zone).zone().date_of(clamp_timestamp(instant))
}

pub(super) extern "C" fn local_part(ctx: &mut Context, zone: u64, instant: i64, which: i64) -> i64 {
    clock(ctx, zone)
        .zone()
        .part(clamp_timestamp(instant), part(which))
}

pub(super) extern "C" fn age(ctx: &mut Context, zone: u64, date: i64) -> i64 {
    clock(ctx, zone).age(clamp_date(date))
}

pub(super) extern "C" fn anniversary(ctx: &mut Context, zone: u64, date: i64) -> i64 {
    clock(ctx, zone).anniversary(clamp_date(date))
}

pub(super) extern "C" fn units_back(ctx: &mut Context, zone: u64, which: i64, instant: i64) -> i64 {
    let back = clock(ctx, zone).units_back(unit(which), clamp_timestamp(instant));
    i64::try_from(back).unwrap_or(i64::MAX)
}
