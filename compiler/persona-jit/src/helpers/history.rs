//! Histories: finding rows, merging kinds, and aggregates over stacked keys.

use persona_runtime::num;

use crate::context::Context;

/// A range of rows of one kind.
#[derive(Clone, Copy)]
struct Range {
    kind: u64,
    low: u64,
    high: u64,
}

impl Range {
    fn of(words: &[i64]) -> Self {
        Self {
            kind: words[0].cast_unsigned(),
            low: words[1].cast_unsigned(),
            high: words[2].cast_unsigned(),
        }
    }

    /// The part of a kind's column that belongs to the range.
    fn slice<T>(self, column: &[T]) -> &[T] {
        let place = |row: u64| usize::try_from(row).unwrap_or(usize::MAX);
        column
            .get(place(self.low)..place(self.high))
            .unwrap_or_default()
    }

    /// The first row for which the condition, which holds for a prefix, does not.
    fn partition<T>(self, column: &[T], before: impl FnMut(&T) -> bool) -> u64 {
        self.low + self.slice(column).partition_point(before) as u64
    }
}

pub(super) extern "C" fn row_after(
    ctx: &mut Context,
    kind: u64,
    low: u64,
    high: u64,
    time: i64,
) -> u64 {
    Range { kind, low, high }.partition(ctx.state().instants(kind), |at| *at <= time)
}

pub(super) extern "C" fn row_from(
    ctx: &mut Context,
    kind: u64,
    low: u64,
    high: u64,
    time: i64,
) -> u64 {
    Range { kind, low, high }.partition(ctx.state().instants(kind), |at| *at < time)
}

pub(super) extern "C" fn row_behind(
    ctx: &mut Context,
    kind: u64,
    low: u64,
    high: u64,
    place: u64,
) -> u64 {
    Range { kind, low, high }
        .partition(ctx.state().orders(kind), |order| u64::from(*order) <= place)
}

fn ranges(ctx: &Context, count: u64) -> Vec<Range> {
    ctx.args(count * 3).chunks_exact(3).map(Range::of).collect()
}

/// The events of some ranges with their places in the total order, sorted by them.
fn ordered(ctx: &mut Context, ranges: &[Range]) -> Vec<(u32, u64)> {
    let state = ctx.state();
    let mut events = Vec::new();
    for range in ranges {
        let entries = (range.low..).map(|row| range.kind << 32 | row);
        events.extend(
            range
                .slice(state.orders(range.kind))
                .iter()
                .copied()
                .zip(entries),
        );
    }
    // The stable sort finds the ranges, which are sorted already, and merges them.
    events.sort_by_key(|(order, _)| *order);
    events
}

pub(super) extern "C" fn merge(ctx: &mut Context, site: u64, count: u64) -> u64 {
    let ranges = ranges(ctx, count);
    let events = ordered(ctx, &ranges);
    let list = ctx.state().site(site);
    list.clear();
    list.extend(events.iter().map(|(_, entry)| *entry));
    let (len, address) = (list.len() as u64, list.as_ptr() as i64);
    ctx.give(address);
    len
}

pub(super) extern "C" fn keep_latest(ctx: &mut Context, count: u64, latest: u64) -> i64 {
    let ranges = ranges(ctx, count);
    let events = ordered(ctx, &ranges);
    let first = events
        .len()
        .saturating_sub(usize::try_from(latest).unwrap_or(usize::MAX));
    for (index, range) in ranges.iter().enumerate() {
        let orders = ctx.state().orders(range.kind);
        let low = match events.get(first) {
            Some((place, _)) => range.partition(orders, |order| order < place),
            None => range.high,
        };
        ctx.set_arg(index * 3 + 1, low.cast_signed());
    }
    0
}

pub(super) extern "C" fn try_first(ctx: &mut Context, count: u64) -> i64 {
    let choice: Box<[i64]> = ctx.args(count).into();
    ctx.state().tried.insert(choice).into()
}

pub(super) extern "C" fn forget_tried(ctx: &mut Context) -> i64 {
    ctx.state().tried.clear();
    0
}

pub(super) extern "C" fn mark(ctx: &mut Context) -> u64 {
    ctx.state().stack.len() as u64
}

pub(super) extern "C" fn push(ctx: &mut Context, key: u64) -> i64 {
    ctx.state().stack.push(key);
    0
}

/// How often each key above a height occurs and where it occurs last; takes them off. In no particular order.
fn tally(ctx: &mut Context, base: u64) -> Vec<Tally> {
    let stack = &mut ctx.state().stack;
    let base = usize::try_from(base).unwrap_or(usize::MAX).min(stack.len());
    let mut keys: Vec<(u64, usize)> = stack.drain(base..).zip(0..).collect();
    keys.sort_unstable();
    let runs = keys.chunk_by(|a, b| a.0 == b.0);
    runs.map(|run| Tally {
        times: run.len(),
        last: run[run.len() - 1].1,
        key: run[0].0,
    })
    .collect()
}

/// One distinct key.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Tally {
    times: usize,
    /// Where it occurs last.
    last: usize,
    key: u64,
}

pub(super) extern "C" fn distinct(ctx: &mut Context, base: u64) -> i64 {
    tally(ctx, base).len() as i64
}

fn most(tally: &[Tally]) -> usize {
    tally.iter().map(|one| one.times).max().unwrap_or(0)
}

pub(super) extern "C" fn max_per_value(ctx: &mut Context, base: u64) -> i64 {
    most(&tally(ctx, base)) as i64
}

pub(super) extern "C" fn top_share(ctx: &mut Context, base: u64) -> i64 {
    let tally = tally(ctx, base);
    let all: usize = tally.iter().map(|one| one.times).sum();
    match num::float_div(most(&tally) as f64, all as f64) {
        Some(share) => ctx.give_float(share),
        None => 0,
    }
}

pub(super) extern "C" fn most_common(ctx: &mut Context, base: u64) -> i64 {
    match tally(ctx, base).into_iter().max() {
        Some(best) => ctx.give(best.key.cast_signed()),
        None => 0,
    }
}

pub(super) extern "C" fn gap(ctx: &mut Context, first: i64, last: i64, count: u64) -> i64 {
    match num::gap(first, last, count) {
        Some(gap) => ctx.give(gap),
        None => 0,
    }
}
