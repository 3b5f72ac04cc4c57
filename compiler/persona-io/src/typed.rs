//! A single value as people type it, read as a cell of a file would be: for flags of the command line and for forms; and the other
//! way round, a value as a file would hold it. Knows no files.

use std::rc::Rc;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use persona_ir::{Plan, Ty};
use persona_runtime::Value;

use crate::value::raw::Raw;
use crate::value::read::{Cell, ReadContext, Reader};
use crate::value::zone::Zone;

/// The value that a text is, of a type that is no list and no record; times without a zone are read in the package's.
///
/// # Errors
/// Why it is none, to be put behind the text: `is not a whole number`.
pub fn read_value(plan: &Plan, ty: &Ty, text: &str) -> Result<Value, String> {
    let zone = Zone::named(&plan.zone).or_else(|| Zone::named("UTC"));
    let zone = zone.ok_or_else(|| "cannot be read without a time zone".to_owned())?;
    let context = Rc::new(ReadContext::new(&plan.schema.enums, Rc::new(zone)));
    let reader = Reader::new(ty, None, false, &context);
    let read = reader.read(Raw::str(text), &mut Vec::new());
    match read.map_err(|bad| bad.reason)? {
        None => Ok(Value::Missing),
        Some(Cell::Bool(value)) => Ok(Value::Bool(value)),
        Some(Cell::Int(value)) => Ok(Value::Int(value)),
        Some(Cell::Float(value)) => Ok(Value::Float(value)),
        Some(Cell::Str(value)) => Ok(Value::text(&*value)),
        Some(Cell::Enum(value)) => Ok(Value::Enum(value)),
        Some(Cell::Geo(latitude, longitude)) => Ok(Value::Geo(latitude, longitude)),
        Some(Cell::List(_)) => Err("is a list, which cannot be typed here".to_owned()),
    }
}

/// The text that `.as(Type, "…")` reads as this value: a date, a time of day or an instant, in a `strptime` format where `text`
/// has a `%`, else as the wall clock of the zone that `text` names. Wall clocks of formats without a zone are those of the
/// package. Nothing where there is no such text.
pub fn write_value(plan: &Plan, ty: &Ty, value: i64, text: &str) -> Option<String> {
    use jiff::fmt::strtime::format;
    let is_format = text.contains('%');
    let day = |days: i64| {
        Date::new(1970, 1, 1)
            .ok()?
            .checked_add(Span::new().days(days))
            .ok()
    };
    match ty {
        Ty::Date if is_format => format(text, day(value)?).ok(),
        Ty::Date => Some(day(value)?.to_string()),
        Ty::TimeOfDay => {
            let time = Time::midnight().wrapping_add(Span::new().seconds(value));
            format(if is_format { text } else { "%H:%M:%S" }, time).ok()
        }
        Ty::Timestamp => {
            let zone = if is_format { &*plan.zone } else { text };
            let zone = TimeZone::get(zone).ok()?;
            let local = Timestamp::from_microsecond(value).ok()?.to_zoned(zone);
            let form = if is_format { text } else { "%Y-%m-%d %H:%M:%S" };
            format(form, &local).ok()
        }
        _ => None,
    }
}

/// A value as a cell of CSV, as [`crate::write_table`] writes it: amounts of money as decimals, instants in UTC, enums by name,
/// nothing where it is missing.
pub fn cell_text(value: &Value, ty: &Ty, schema: &persona_ir::Schema) -> String {
    crate::sink::cell(value, ty, schema)
}
