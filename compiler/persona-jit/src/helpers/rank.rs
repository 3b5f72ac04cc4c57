//! Membership, samples, arms, items of catalogs, ranks, and lists of answers.

use persona_runtime::{RankTable, Value, rank as ranks, sample};

use crate::context::{ColumnRef, Context};
use crate::value::value_of_words;

pub(super) extern "C" fn has_key(ctx: &mut Context, set: u64, key: u64) -> i64 {
    ctx.keys(set).binary_search(&key).is_ok().into()
}

pub(super) extern "C" fn bucket(ctx: &mut Context, salt: u64, profile: u64) -> i64 {
    let state = ctx.state();
    i64::from(sample::bucket(state.salt(salt), state.key(profile)))
}

pub(super) extern "C" fn arm(ctx: &mut Context, arm: u64, profile: u64) -> i64 {
    let state = ctx.state();
    state.arm(arm, state.key(profile))
}

pub(super) extern "C" fn lookup(ctx: &mut Context, catalog: u64, key: u64) -> i64 {
    ctx.state().lookup(catalog, key)
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
        // SAFETY: only `codegen`'s writing of output `out` calls this, with the words of its list, whose type `list_type` says;
        // they are of the bound dataset or the program's constants, which outlive the context.
        _ => unsafe { value_of_words(&state.texts, ty, [children as u64, first, last]) },
    };
    state.keep_list(out, value);
    0
}
