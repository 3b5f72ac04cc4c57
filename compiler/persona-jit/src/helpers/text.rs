//! Texts: see [`persona_runtime::text`] and [`persona_runtime::display`]. A code that no table gave out reads as
//! the empty text.

use persona_runtime::{display as print, text};

use crate::context::Context;
use crate::value::value_of_words;

pub(super) extern "C" fn compare(ctx: &mut Context, a: u64, b: u64) -> i64 {
    let texts = &ctx.state().texts;
    text::compare(texts.get(a), texts.get(b)) as i64
}

fn test(ctx: &mut Context, a: u64, b: u64, f: impl FnOnce(&str, &str) -> bool) -> i64 {
    let texts = &ctx.state().texts;
    f(texts.get(a), texts.get(b)).into()
}

pub(super) extern "C" fn eq_fold(ctx: &mut Context, a: u64, b: u64) -> i64 {
    test(ctx, a, b, text::equal_folded)
}

pub(super) extern "C" fn contains(ctx: &mut Context, a: u64, b: u64) -> i64 {
    test(ctx, a, b, |a, b| a.contains(b))
}

pub(super) extern "C" fn starts_with(ctx: &mut Context, a: u64, b: u64) -> i64 {
    test(ctx, a, b, |a, b| a.starts_with(b))
}

pub(super) extern "C" fn ends_with(ctx: &mut Context, a: u64, b: u64) -> i64 {
    test(ctx, a, b, |a, b| a.ends_with(b))
}

pub(super) extern "C" fn matches(ctx: &mut Context, pattern: u64, a: u64) -> i64 {
    let state = ctx.state();
    state
        .pattern(pattern)
        .is_some_and(|pattern| pattern.is_match(state.texts.get(a)))
        .into()
}

fn map(ctx: &mut Context, a: u64, f: impl FnOnce(&str) -> String) -> u64 {
    let texts = &mut ctx.state().texts;
    let text = f(texts.get(a));
    texts.code(&text)
}

pub(super) extern "C" fn lower(ctx: &mut Context, a: u64) -> u64 {
    map(ctx, a, text::lower)
}

pub(super) extern "C" fn upper(ctx: &mut Context, a: u64) -> u64 {
    map(ctx, a, text::upper)
}

pub(super) extern "C" fn trim(ctx: &mut Context, a: u64) -> u64 {
    map(ctx, a, |a| text::trim(a).to_owned())
}

pub(super) extern "C" fn fold(ctx: &mut Context, a: u64) -> u64 {
    map(ctx, a, text::fold)
}

pub(super) extern "C" fn length(ctx: &mut Context, a: u64) -> i64 {
    text::length(ctx.state().texts.get(a))
}

pub(super) extern "C" fn domain(ctx: &mut Context, a: u64) -> i64 {
    let texts = &mut ctx.state().texts;
    let Some(domain) = text::domain(texts.get(a)) else {
        return 0;
    };
    let code = texts.code(&domain);
    ctx.give(code.cast_signed())
}

pub(super) extern "C" fn concat(ctx: &mut Context, count: u64) -> u64 {
    let codes: Vec<u64> = ctx
        .args(count)
        .iter()
        .map(|code| code.cast_unsigned())
        .collect();
    let texts = &mut ctx.state().texts;
    let text: String = codes.into_iter().map(|code| texts.get(code)).collect();
    texts.code(&text)
}

pub(super) extern "C" fn display(
    ctx: &mut Context,
    spec: u64,
    zone: u64,
    x: u64,
    y: u64,
    z: u64,
) -> u64 {
    let state = ctx.state();
    let Some((ty, format)) = state.display(spec) else {
        return x;
    };
    // SAFETY: only `codegen`'s `display` calls this, with the words of the operand that `spec` was kept for and that is not
    // missing; they are of the bound dataset or the program's constants, which outlive the context.
    let value = unsafe { value_of_words(&state.texts, ty, [x, y, z]) };
    let zone = state.clock(zone).zone();
    let text = print::display(&value, ty, format, state.schema, zone);
    state.texts.code(&text)
}

pub(super) extern "C" fn keep(ctx: &mut Context, code: u64) -> u64 {
    ctx.state().texts.keep(code)
}

/// What a batch does behind each profile: forgets the texts that were made for it, and turns around the block of
/// members when it is full.
///
/// # Safety
///
/// The context is one that machine code runs with.
pub(crate) unsafe extern "C" fn end_profile(ctx: *mut Context, profile: u64) {
    // SAFETY: the driver passes on the context that it was called with.
    let state = unsafe { &mut *ctx }.state();
    state.texts.forget();
    state.members.end_profile(profile);
}
