//! Templates: values as they see them, and how these print for one reader. What a template says, its own crate knows.

use std::sync::Arc;

use persona_base::Currency;
use persona_ir::Ty as IrTy;
use persona_liquid::{Checked, Display, Local, MoneyStyle, NameOf, Ty};

use super::{Printer, words};
use crate::Value;
use crate::calendar::{DAY, SECOND};

/// What stands in a slot that a template fills.
///
/// # Errors
/// Why the template cannot be written: it has become too large.
pub(super) fn render(
    template: &Checked,
    values: &[Value],
    printer: &Printer<'_>,
) -> Result<String, Arc<str>> {
    let values: Vec<_> = values
        .iter()
        .zip(&template.roots)
        .map(|(value, root)| seen(value, &root.ty))
        .collect();
    let reader = Reader { printer };
    persona_liquid::render(template, &values, &reader)
        .map_err(|error| Arc::from(format!("its template makes {error}")))
}

/// A value as a template sees it.
fn seen(value: &Value, ty: &Ty) -> persona_liquid::Value {
    use persona_liquid::Value as Seen;
    match (value, ty) {
        (Value::Missing, _) => Seen::Missing,
        (value, Ty::Optional(of)) => seen(value, of),
        (value, Ty::Record(_)) => {
            // An element with a single field is that field's value.
            let mut fields = match value {
                Value::Record(fields) => fields.iter(),
                single => std::slice::from_ref(single).iter(),
            };
            nested(&mut fields, ty)
        }
        (Value::List(values), Ty::List(of)) => {
            Seen::list(values.iter().map(|value| seen(value, of)))
        }
        (Value::Bool(yes), _) => Seen::Bool(*yes),
        (Value::Int(number), _) => Seen::Int(*number),
        (Value::Float(number), _) => Seen::Float(*number),
        (Value::Str(text), _) => Seen::Str(Arc::clone(text)),
        (Value::Enum(index), _) => Seen::Enum(*index),
        (Value::Geo(latitude, longitude), _) => Seen::Geo(*latitude, *longitude),
        (Value::List(_) | Value::Record(_), _) => {
            unreachable!("a root has the type that the check gave it")
        }
    }
}

/// A record of its fields, which elements have one behind the other.
fn nested(fields: &mut std::slice::Iter<'_, Value>, ty: &Ty) -> persona_liquid::Value {
    match ty {
        Ty::Record(inner) => {
            let values = inner.iter().map(|field| nested(fields, &field.ty));
            persona_liquid::Value::Record(values.collect())
        }
        ty => seen(fields.next().unwrap_or(&Value::Missing), ty),
    }
}

/// One reader: prints as the rest of the content does.
struct Reader<'p> {
    printer: &'p Printer<'p>,
}

impl Reader<'_> {
    fn print(&self, out: &mut String, value: &Value, ty: &IrTy, format: Option<&str>) {
        out.push_str(&self.printer.print(value, ty, format));
    }
}

impl Display for Reader<'_> {
    fn value(&self, out: &mut String, ty: &Ty, value: &persona_liquid::Value) {
        use persona_liquid::Value as Seen;
        let value = match value {
            Seen::Bool(yes) => Value::Bool(*yes),
            Seen::Int(number) => Value::Int(*number),
            Seen::Float(number) => Value::Float(*number),
            Seen::Str(text) => return out.push_str(text),
            Seen::Enum(index) => Value::Enum(*index),
            Seen::Geo(latitude, longitude) => Value::Geo(*latitude, *longitude),
            Seen::Missing | Seen::List(_) | Seen::Record(_) => return,
        };
        let ty = match ty {
            Ty::Bool => IrTy::Bool,
            Ty::Int => IrTy::Int,
            Ty::Float => IrTy::Float,
            Ty::Money(currency) => IrTy::Money(*currency),
            Ty::Date => IrTy::Date,
            Ty::TimeOfDay => IrTy::TimeOfDay,
            Ty::Timestamp => IrTy::Timestamp,
            Ty::Duration => IrTy::Duration,
            Ty::Length => IrTy::Length,
            Ty::Geo => IrTy::Geo,
            Ty::Enum(of) => {
                let mut enums = self.printer.schema().enums.iter_enumerated();
                match enums.find(|(_, def)| def.name == of.name) {
                    Some((id, _)) => IrTy::Enum(id),
                    None => return,
                }
            }
            Ty::Str | Ty::Html | Ty::List(_) | Ty::Record(_) | Ty::Optional(_) | Ty::Error => {
                return;
            }
        };
        self.print(out, &value, &ty, None);
    }

    fn money(&self, out: &mut String, minor: i64, currency: Currency, style: MoneyStyle) {
        let (value, ty) = (Value::Int(minor), IrTy::Money(currency));
        let is_whole = minor % currency.minor_per_major() == 0;
        match style {
            MoneyStyle::Sign => self.print(out, &value, &ty, None),
            MoneyStyle::Short => self.print(out, &value, &ty, is_whole.then_some("whole")),
            MoneyStyle::Bare => self.print(out, &value, &ty, Some("amount")),
            MoneyStyle::Code => {
                let start = out.len();
                self.print(out, &value, &ty, None);
                if !out[start..].contains(currency.code()) {
                    out.push(' ');
                    out.push_str(currency.code());
                }
            }
        }
    }

    fn local(&self, micros: i64) -> Local {
        let zone = self.printer.zone();
        let wall = zone.wall(micros);
        let seconds = wall.div_euclid(SECOND).rem_euclid(DAY / SECOND);
        let time = persona_liquid::civil(wall.div_euclid(DAY), seconds, wall.rem_euclid(SECOND));
        Local {
            time,
            offset: i32::try_from(zone.offset(micros) / SECOND).unwrap_or(0),
            zone: zone.abbreviation(micros),
        }
    }

    fn name(&self, out: &mut String, name: NameOf) {
        out.push_str(words::name(self.printer.language(), name));
    }
}
