//! Values as code holds them, a few words each, as [`Value`]s. Reads the columns of lists, whose addresses are among
//! the words.

use persona_ir::Ty;
use persona_runtime::{Value, num};

use crate::context::ColumnRef;
use crate::layout::Shape;
use crate::texts::Texts;

/// A value of a type from up to three words, as code passes them and leaves them in slots. Integers are moved into
/// their type's range, where they always are unless the value is missing.
///
/// # Safety
///
/// Code made the words for a value of this type, from a bound dataset that is still alive.
pub(crate) unsafe fn value_of_words(texts: &Texts<'_>, ty: &Ty, [x, y, z]: [u64; 3]) -> Value {
    match Shape::of(ty) {
        Shape::Bool => Value::Bool(x != 0),
        Shape::Int => Value::Int(num::clamp(x.cast_signed(), ty)),
        Shape::Float => Value::Float(f64::from_bits(x)),
        Shape::Code if *ty == Ty::Str => texts.get(x).into(),
        Shape::Code => Value::Enum(u32::try_from(x).unwrap_or(u32::MAX)),
        Shape::Geo => Value::Geo(f64::from_bits(x), f64::from_bits(y)),
        Shape::List => {
            let element = ty.element().unwrap_or(ty);
            let list = x as *const ColumnRef;
            // SAFETY: the words of a list are the address of its columns, which are those of its element's type, its
            // first row and the one behind its last.
            let elements = (y..z).map(|row| unsafe { element_value(texts, element, list, row) });
            Value::List(elements.collect())
        }
    }
}

/// The element in a row of a list's columns.
///
/// # Safety
///
/// The columns are those of a list of such elements, and have the row.
unsafe fn element_value(texts: &Texts<'_>, ty: &Ty, columns: *const ColumnRef, row: u64) -> Value {
    let Ty::Record(fields) = ty else {
        // SAFETY: a list of scalars has one column.
        return unsafe { cell(texts, ty, columns, row) };
    };
    let mut values = Vec::with_capacity(fields.len());
    for (index, field) in fields.iter().enumerate() {
        // SAFETY: a list of records has a column for each field.
        values.push(unsafe { cell(texts, &field.ty, columns.add(index), row) });
    }
    match values.len() {
        1 => values.swap_remove(0),
        _ => Value::Record(values.into()),
    }
}

/// The value in a row of a column.
///
/// # Safety
///
/// The address is that of a column of this type, which has the row.
unsafe fn cell(texts: &Texts<'_>, ty: &Ty, column: *const ColumnRef, row: u64) -> Value {
    // SAFETY: as this function asks; words of a list in a column are those of its children.
    unsafe {
        match (*column).read(Shape::of(ty), row) {
            Some(words) => value_of_words(texts, ty, words),
            None => Value::Missing,
        }
    }
}
