//! Membership, samples, ranks, and lists as values.

use persona_ir::Ty;
use persona_runtime::{RankTable, Value, num, rank as ranks, sample};

use crate::context::{ColumnRef, Context};
use crate::layout::Shape;
use crate::texts::Texts;

pub(super) extern "C" fn has_key(ctx: &mut Context, set: u64, key: u64) -> i64 {
    ctx.keys(set).binary_search(&key).is_ok().into()
}

pub(super) extern "C" fn bucket(ctx: &mut Context, salt: u64, profile: u64) -> i64 {
    let state = ctx.state();
    i64::from(sample::bucket(state.salt(salt), state.key(profile)))
}

pub(super) extern "C" fn rank(ctx: &mut Context, rank: u64, key: u64) -> i64 {
    let Some((kind, table)) = ctx.state().rank(rank) else {
        return 0;
    };
    let value = match table {
        RankTable::Int(_) => Value::Int(key.cast_signed()),
        RankTable::Float(_) => Value::Float(f64::from_bits(key)),
    };
    match ranks::rank(kind, table, &value) {
        Value::Int(tile) => ctx.give(tile),
        Value::Float(share) => ctx.give_float(share),
        _ => 0,
    }
}

pub(super) extern "C" fn keep_list(
    ctx: &mut Context,
    out: u64,
    children: *const ColumnRef,
    first: u64,
    last: u64,
    valid: u64,
) -> i64 {
    let state = ctx.state();
    let Some(ty) = state.list_type(out) else {
        return 0;
    };
    let value = match valid {
        0 => Value::Missing,
        _ => list_value(
            &state.texts,
            ty.element().unwrap_or(ty),
            children,
            first,
            last,
        ),
    };
    state.keep_list(out, value);
    0
}

/// A value of a type from up to three words, as code passes them.
pub(crate) fn value_of_words(texts: &Texts<'_>, ty: &Ty, [x, y, z]: [u64; 3]) -> Value {
    match Shape::of(ty) {
        Shape::Bool => Value::Bool(x != 0),
        Shape::Int => Value::Int(num::clamp(x.cast_signed(), ty)),
        Shape::Float => Value::Float(f64::from_bits(x)),
        Shape::Code if *ty == Ty::Str => texts.get(x).into(),
        Shape::Code => Value::Enum(u32::try_from(x).unwrap_or(u32::MAX)),
        Shape::Geo => Value::Geo(f64::from_bits(x), f64::from_bits(y)),
        Shape::List => list_value(
            texts,
            ty.element().unwrap_or(ty),
            x as *const ColumnRef,
            y,
            z,
        ),
    }
}

/// A list from its columns and rows.
fn list_value(
    texts: &Texts<'_>,
    element: &Ty,
    children: *const ColumnRef,
    first: u64,
    last: u64,
) -> Value {
    let one = |row| match element {
        Ty::Record(fields) if fields.len() != 1 => {
            let fields = fields.iter().enumerate();
            Value::Record(
                fields
                    .map(|(child, field)| cell(texts, &field.ty, children, child, row))
                    .collect(),
            )
        }
        Ty::Record(fields) => cell(texts, &fields[0].ty, children, 0, row),
        scalar => cell(texts, scalar, children, 0, row),
    };
    Value::List((first..last).map(one).collect())
}

/// The value in a row of one of a list's columns.
fn cell(texts: &Texts<'_>, ty: &Ty, children: *const ColumnRef, child: usize, row: u64) -> Value {
    match ColumnRef::child(children, child).read(Shape::of(ty), row) {
        Some(words) => value_of_words(texts, ty, words),
        None => Value::Missing,
    }
}
