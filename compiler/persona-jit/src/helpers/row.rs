//! For code over rows: texts in slots, zones by name, and the way to a profile's history. Where a slot has no text, tests of it
//! do not hold.

use std::sync::Arc;

use persona_runtime::sample;

use crate::context::Context;
use crate::row::text_at;

/// What a test says of the text in a slot.
fn test(slot: *const u64, test: impl FnOnce(&str) -> bool) -> i64 {
    // SAFETY: code passes the address of a text's slot of the row that it runs over, which is alive and not written to.
    unsafe { text_at(slot) }.is_some_and(test).into()
}

pub(super) extern "C" fn text(ctx: &mut Context, slot: *const u64) -> u64 {
    // SAFETY: as in `test`.
    let text = unsafe { text_at(slot) }.unwrap_or_default();
    ctx.state().texts.code(text)
}

pub(super) extern "C" fn one_of(ctx: &mut Context, set: u64, slot: *const u64) -> i64 {
    let side = ctx.row();
    test(slot, |text| side.one_of(set, text))
}

pub(super) extern "C" fn contains(ctx: &mut Context, index: u64, slot: *const u64) -> i64 {
    let side = ctx.row();
    test(slot, |text| side.contains(index, text))
}

pub(super) extern "C" fn starts(ctx: &mut Context, index: u64, slot: *const u64) -> i64 {
    let side = ctx.row();
    test(slot, |text| side.starts(index, text))
}

pub(super) extern "C" fn ends(ctx: &mut Context, index: u64, slot: *const u64) -> i64 {
    let side = ctx.row();
    test(slot, |text| side.ends(index, text))
}

pub(super) extern "C" fn matches(ctx: &mut Context, pattern: u64, slot: *const u64) -> i64 {
    let pattern = ctx.state().pattern(pattern);
    test(slot, |text| {
        pattern.is_some_and(|pattern| pattern.is_match(text))
    })
}

pub(super) extern "C" fn bucket(ctx: &mut Context, salt: u64, slot: *const u64) -> i64 {
    // SAFETY: as in `test`.
    let key = unsafe { text_at(slot) }.unwrap_or_default();
    i64::from(sample::bucket(ctx.state().salt(salt), key))
}

pub(super) extern "C" fn arm(ctx: &mut Context, arm: u64, slot: *const u64) -> i64 {
    // SAFETY: as in `test`.
    let key = unsafe { text_at(slot) }.unwrap_or_default();
    ctx.state().arm(arm, key)
}

pub(super) extern "C" fn zone(ctx: &mut Context, slot: *const u64) -> u64 {
    // SAFETY: as in `test`.
    let Some(name) = (unsafe { text_at(slot) }) else {
        return 0;
    };
    if let Some(index) = ctx.row().zones.known(name) {
        return index;
    }
    let times = Arc::make_mut(&mut ctx.state().times);
    let added = times.add(name);
    let added = added.map(|index| (index, times.clocks()[index].clone()));
    let zones = &mut ctx.row().zones;
    let index = zones.learn(name, added);
    let moments = zones.addresses();
    ctx.moments = moments;
    index
}

pub(super) extern "C" fn rest(ctx: &mut Context, row: *const u64, number: u64) -> i64 {
    ctx.row().rest_holds(row, number).into()
}
