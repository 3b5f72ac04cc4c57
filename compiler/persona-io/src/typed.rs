//! A single value as people type it, read as a cell of a file would be: for flags of the command line and for forms. Knows no
//! files.

use std::rc::Rc;

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
