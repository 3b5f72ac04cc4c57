//! Lists and sets, of scalars and of records.

use std::borrow::Cow;

use persona_ir::Ty;

use super::{Cell, ListCell, Reader, json_of};
use crate::value::raw::{Bad, Raw};

impl Reader {
    pub(super) fn read_list<'a>(
        &self,
        raw: Raw<'a>,
        cleared: &mut Vec<Bad>,
    ) -> Result<ListCell<'a>, Box<Bad>> {
        let items = match raw {
            Raw::List(items) => items,
            Raw::Text(ref text) => match json_of(text) {
                Some(Ok(Raw::List(items))) => items.into_iter().map(Raw::into_owned).collect(),
                Some(Err(bad)) => return Err(bad),
                _ => return self.bad(&raw),
            },
            _ => return self.bad(&raw),
        };
        let mut list = ListCell {
            len: items.len(),
            children: vec![Vec::with_capacity(items.len()); self.children.len()],
        };
        for (at, item) in items.into_iter().enumerate() {
            self.read_element(item, &mut list, cleared).map_err(|bad| {
                Bad::text(
                    &bad.value,
                    format!("{} (element {} of the list)", bad.reason, at + 1),
                )
            })?;
        }
        if matches!(self.ty, Ty::Set(_)) {
            distinct(&mut list);
        }
        Ok(list)
    }

    fn read_element<'a>(
        &self,
        item: Raw<'a>,
        list: &mut ListCell<'a>,
        cleared: &mut Vec<Bad>,
    ) -> Result<(), Box<Bad>> {
        let scalar = self.children.len() == 1 && self.children[0].name.is_none();
        if scalar {
            let cell = self.children[0].reader.read(item, cleared)?;
            let cell = cell.ok_or_else(|| Bad::text("", "a list holds no missing values"))?;
            list.children[0].push(Some(cell));
            return Ok(());
        }
        let Raw::Record(mut fields) = item else {
            return Err(Bad::new(&item, "is not a record with named fields"));
        };
        for (at, child) in self.children.iter().enumerate() {
            let name = child.name.as_deref().unwrap_or("");
            let value = take_field(&mut fields, name);
            let cell = self.read_child(at, value, cleared)?;
            list.children[at].push(cell);
        }
        Ok(())
    }

    /// Reads a field of a record in a list: missing values and bad ones are settled by whether the field is optional.
    pub(crate) fn read_child<'a>(
        &self,
        at: usize,
        value: Raw<'a>,
        cleared: &mut Vec<Bad>,
    ) -> Result<Option<Cell<'a>>, Box<Bad>> {
        let child = &self.children[at];
        let empty = matches!(value, Raw::Empty);
        match child.reader.read(value, cleared) {
            Ok(None) if child.optional => Ok(None),
            Ok(None) if empty && child.reader.takes_empty() => {
                Ok(Some(Cell::Str(Cow::Borrowed(""))))
            }
            Ok(None) => Err(Bad::text(
                "",
                format!("`{}` is missing", self.child_name(at)),
            )),
            Err(bad) if child.optional => {
                cleared.push(Bad {
                    reason: format!("{} (`{}`)", bad.reason, self.child_name(at)),
                    value: bad.value,
                });
                Ok(None)
            }
            Err(bad) => Err(Bad::text(
                &bad.value,
                format!("{} (`{}`)", bad.reason, self.child_name(at)),
            )),
            read => read,
        }
    }
}

/// Takes the field of this name, else the one that its dots lead to.
fn take_field<'a>(fields: &mut Vec<(Cow<'a, str>, Raw<'a>)>, name: &str) -> Raw<'a> {
    if let Some((_, value)) = fields.iter_mut().find(|(known, _)| known == name) {
        return std::mem::replace(value, Raw::Missing);
    }
    let Some((head, rest)) = name.split_once('.') else {
        return Raw::Missing;
    };
    match fields.iter_mut().find(|(known, _)| known == head) {
        Some((_, Raw::Record(inner))) => take_field(inner, rest),
        _ => Raw::Missing,
    }
}

/// Keeps the first of equal elements.
fn distinct(list: &mut ListCell<'_>) {
    let element = |row: usize| list.children.iter().map(move |child| child.get(row));
    let keep: Vec<bool> = if list.len <= 32 {
        (0..list.len)
            .map(|row| !(0..row).any(|before| element(before).eq(element(row))))
            .collect()
    } else {
        let mut seen = rustc_hash::FxHashSet::default();
        let key = |row| format!("{:?}", element(row).collect::<Vec<_>>());
        (0..list.len).map(|row| seen.insert(key(row))).collect()
    };
    for child in &mut list.children {
        let mut kept = keep.iter();
        child.retain(|_| kept.next().copied().unwrap_or(true));
    }
    list.len = keep.iter().filter(|k| **k).count();
}
