//! `.as(Type)`: a raw value read as a type, and made a raw value again.

use std::borrow::Cow;

use persona_ir::Ty;

use super::{Cell, Child, ListCell, Reader};
use crate::value::decimal::Decimal;
use crate::value::raw::{Raw, Value};

impl Reader {
    /// The value of `.as(Type)`: read as the type, then a raw value again.
    pub(crate) fn convert<'a>(&self, raw: Raw<'a>) -> Value<'a> {
        if matches!(raw, Raw::Empty) {
            return Ok(raw);
        }
        let mut cleared = Vec::new();
        let cell = self.read(raw, &mut cleared)?;
        if let Some(bad) = cleared.pop() {
            return Err(Box::new(bad));
        }
        Ok(cell.map_or(Raw::Missing, |cell| self.raw_of(cell)))
    }

    fn raw_of<'a>(&self, cell: Cell<'a>) -> Raw<'a> {
        match (&self.ty, cell) {
            (Ty::Money(currency), Cell::Int(minor)) => {
                Decimal::new(i128::from(minor), currency.decimals())
                    .map_or(Raw::Missing, Raw::Number)
            }
            (Ty::Date, Cell::Int(days)) => Raw::Date(days),
            (Ty::TimeOfDay, Cell::Int(seconds)) => Raw::Time(seconds),
            (Ty::Timestamp, Cell::Int(at)) => Raw::Instant(at),
            (Ty::Duration, Cell::Int(micros)) => Raw::Duration(micros),
            (Ty::Enum(id), Cell::Enum(code)) => {
                let names = &self.context.enums[*id].names;
                Raw::Text(Cow::Owned(names[code as usize].to_string()))
            }
            (_, Cell::Bool(b)) => Raw::Bool(b),
            (_, Cell::Int(n)) => Raw::Number(Decimal::whole(n)),
            (_, Cell::Float(f)) => Raw::Float(f),
            (_, Cell::Str(text)) => Raw::Text(text),
            (_, Cell::Enum(code)) => Raw::Number(Decimal::whole(i64::from(code))),
            (_, Cell::Geo(lat, lon)) => Raw::Geo(lat, lon),
            (_, Cell::List(list)) => Raw::List(self.raw_elements(list)),
        }
    }

    fn raw_elements<'a>(&self, list: ListCell<'a>) -> Vec<Raw<'a>> {
        let mut children: Vec<_> = list.children.into_iter().map(Vec::into_iter).collect();
        let mut next = |at: usize| {
            let cell = children
                .get_mut(at)
                .and_then(|cells| cells.next().flatten());
            cell.map_or(Raw::Missing, |cell| self.children[at].reader.raw_of(cell))
        };
        let element = |_| match self.children.as_slice() {
            [Child { name: None, .. }] => next(0),
            fields => Raw::Record(
                fields
                    .iter()
                    .enumerate()
                    .map(|(at, child)| {
                        (
                            Cow::Owned(child.name.as_deref().unwrap_or("").to_owned()),
                            next(at),
                        )
                    })
                    .collect(),
            ),
        };
        (0..list.len).map(element).collect()
    }
}
