//! Events in their total order: by profile, instant, kind, identifier and then by content, column by column in the
//! order of the schema (missing values first, texts by their bytes). Events of one profile and kind with one identifier
//! are one event, the first of them.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use arrow_buffer::ScalarBuffer;
use persona_base::IndexVec;
use persona_ir::{ColId, KindId, Schema};
use persona_runtime::{Column, EventTable};
use rustc_hash::{FxHashMap, FxHashSet};

use super::builder::{Interner, Width};
use super::ingest::TableBuilder;
use super::keys::Keys;
use super::log::{Log, Origins, Wrong};
use super::profiles::{Present, absent, compare_rows};
use crate::report::RejectKind;

/// The rows of one kind in order.
#[derive(Debug)]
pub(super) struct Sorted {
    /// Rows of the builder, key by key.
    rows: Vec<u32>,
    /// Where each key's rows start; one more than there are keys.
    starts: Vec<u32>,
}

impl Sorted {
    /// The instant of the first event.
    pub(super) fn first(&self, table: &TableBuilder) -> Option<i64> {
        let rows = self.rows.iter();
        rows.filter_map(|row| table.at.int(*row as usize)).min()
    }

    pub(super) fn has_events(&self, key: usize) -> bool {
        self.starts[key] < self.starts[key + 1]
    }
}

/// Sorts the events of a kind and sets duplicates aside.
pub(super) fn sort(
    table: &TableBuilder,
    keys: &Keys,
    strings: &Interner,
    threads: usize,
    log: &mut Log<'_>,
) -> Sorted {
    let mut starts = vec![0_u32; keys.len() + 1];
    for row in 0..table.len() {
        starts[table.ranks.of(row) + 1] += 1;
    }
    for key in 0..keys.len() {
        starts[key + 1] += starts[key];
    }
    let mut next = starts.clone();
    let mut rows = vec![0_u32; table.len()];
    for row in 0..u32::try_from(table.len()).unwrap_or(u32::MAX) {
        let place = &mut next[table.ranks.of(row as usize)];
        rows[*place as usize] = row;
        *place += 1;
    }
    drop(next);
    sort_each(&mut rows, &starts, threads, &|a, b| {
        compare(table, *a, *b, strings)
    });
    let mut sorted = Sorted { rows, starts };
    drop_duplicates(&mut sorted, table, log);
    sorted
}

/// Sorts the rows of each key, sharing the keys out over threads.
fn sort_each(
    mut rows: &mut [u32],
    starts: &[u32],
    threads: usize,
    order: &(impl Fn(&u32, &u32) -> Ordering + Sync),
) {
    let sort = |rows: &mut [u32], starts: &[u32]| {
        let first = starts[0];
        for key in starts.windows(2) {
            let slice = &mut rows[(key[0] - first) as usize..(key[1] - first) as usize];
            if !slice.is_sorted_by(|a, b| order(a, b).is_lt()) {
                slice.sort_unstable_by(order);
            }
        }
    };
    let keys = starts.len() - 1;
    let share = keys.div_ceil(threads.max(1)).max(1);
    std::thread::scope(|scope| {
        let sort = &sort;
        for from in (0..keys).step_by(share) {
            let starts = &starts[from..=(from + share).min(keys)];
            let len = (starts[starts.len() - 1] - starts[0]) as usize;
            let (mine, rest) = std::mem::take(&mut rows).split_at_mut(len);
            rows = rest;
            if threads < 2 {
                sort(mine, starts);
            } else {
                scope.spawn(move || sort(mine, starts));
            }
        }
    });
}

fn compare(table: &TableBuilder, a: u32, b: u32, strings: &Interner) -> Ordering {
    let (x, y) = (a as usize, b as usize);
    let at = table.at.int(x).cmp(&table.at.int(y));
    at.then_with(|| table.id.compare(x, y))
        .then_with(|| compare_rows(table, x, y, strings))
        .then(a.cmp(&b))
}

/// Sets all but the first event of each profile and identifier aside.
fn drop_duplicates(sorted: &mut Sorted, table: &TableBuilder, log: &mut Log<'_>) {
    let mut duplicates = duplicates(sorted, table);
    if duplicates.is_empty() {
        return;
    }
    let gone: FxHashSet<u32> = duplicates.iter().map(|(row, _)| *row).collect();
    let mut kept = Vec::with_capacity(sorted.rows.len());
    let mut starts = vec![0_u32];
    for range in sorted.starts.windows(2) {
        let rows = &sorted.rows[range[0] as usize..range[1] as usize];
        kept.extend(rows.iter().filter(|row| !gone.contains(row)));
        // No more rows than before, whose number fits.
        starts.push(u32::try_from(kept.len()).unwrap_or(u32::MAX));
    }
    *sorted = Sorted { rows: kept, starts };
    duplicates.sort_unstable();
    for (row, first) in duplicates {
        let before = table.origins.get(first as usize);
        let file = &log.files[before.file as usize].shown;
        let reason = format!(
            "an event with this id is there already; the one that counts is line {} of {file}",
            before.line
        );
        let wrong = Wrong {
            kind: RejectKind::Duplicate,
            column: Some("id".to_owned()),
            value: table.id.get(row as usize).map(crate::value::raw::shorten),
            reason,
        };
        log.reject_used(table.origins.get(row as usize), wrong);
    }
}

/// The rows that are duplicates, each with the one that counts.
fn duplicates(sorted: &Sorted, table: &TableBuilder) -> Vec<(u32, u32)> {
    let mut duplicates = Vec::new();
    let mut hashes = Vec::new();
    let mut first_of: FxHashMap<&str, u32> = FxHashMap::default();
    for range in sorted.starts.windows(2) {
        let rows = &sorted.rows[range[0] as usize..range[1] as usize];
        if !table.id.may_repeat(rows, &mut hashes) {
            continue;
        }
        first_of.clear();
        for row in rows {
            let Some(id) = table.id.get(*row as usize) else {
                continue;
            };
            let first = *first_of.entry(id).or_insert(*row);
            if first != *row {
                duplicates.push((*row, first));
            }
        }
    }
    duplicates
}

/// The kind's table for the present keys, without the order over all kinds, and the rows' origins if they are wanted.
pub(super) fn finish(
    mut table: TableBuilder,
    sorted: &Sorted,
    present: &Present,
    kept: &[bool],
    keep_origins: bool,
    strings: &mut Interner,
) -> (EventTable, Option<Origins>) {
    drop(std::mem::take(&mut table.ranks));
    let rows = &sorted.rows;
    let origins = keep_origins.then(|| {
        let mut origins = Origins::default();
        rows.iter()
            .for_each(|row| origins.push(table.origins.get(*row as usize)));
        origins
    });
    table.origins = Origins::default();
    let mut columns: IndexVec<ColId, Column> = IndexVec::new();
    columns.push(table.at.gather(rows, Width::Wide));
    columns.push(if kept[usize::from(Schema::ID)] {
        table.id.gather(rows, &mut strings.kept)
    } else {
        absent(rows.len())
    });
    for (builder, kept) in table.columns.into_iter().zip(kept).skip(2) {
        columns.push(match builder {
            Some(builder) if *kept => builder.gather(rows, Width::Wide),
            _ => absent(rows.len()),
        });
    }
    let starts = present.iter().map(|key| sorted.starts[key]);
    let end = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let table = EventTable {
        offsets: starts.chain([end]).collect(),
        columns,
        order: ScalarBuffer::from(Vec::new()),
    };
    (table, origins)
}

/// Numbers each profile's events over all kinds: by instant, then kind; within a kind they are in order already.
pub(super) fn number(tables: &mut IndexVec<KindId, EventTable>, profiles: usize) {
    if tables.is_empty() {
        return;
    }
    let mut orders: Vec<Vec<u32>> = tables.iter().map(|table| vec![0; rows_of(table)]).collect();
    let mut heads: Vec<usize> = vec![0; tables.len()];
    for profile in 0..profiles {
        let mut place = 0_u32;
        loop {
            let mut next: Option<(i64, usize)> = None;
            for (kind, table) in tables.iter().enumerate() {
                let row = heads[kind];
                if row < table.offsets[profile + 1] as usize {
                    let at = table.at(row);
                    if next.is_none_or(|(least, _)| at < least) {
                        next = Some((at, kind));
                    }
                }
            }
            let Some((_, kind)) = next else { break };
            orders[kind][heads[kind]] = place;
            heads[kind] += 1;
            place += 1;
        }
    }
    for (table, order) in tables.iter_mut().zip(orders) {
        table.order = order.into();
    }
}

fn rows_of(table: &EventTable) -> usize {
    table.offsets.last().copied().unwrap_or(0) as usize
}

/// The latest instant of all events, and the latest without the latest thousandth of them.
pub(super) fn latest<'t>(
    tables: impl Iterator<Item = (&'t TableBuilder, &'t Sorted)> + Clone,
) -> Option<(i64, i64)> {
    let count: usize = tables.clone().map(|(_, sorted)| sorted.rows.len()).sum();
    if count == 0 {
        return None;
    }
    // The least of the latest thousandth and one more is what the thousandth leaves.
    let keep = count / 1000 + 1;
    let mut heap = BinaryHeap::with_capacity(keep + 1);
    let mut last = i64::MIN;
    for (table, sorted) in tables {
        for row in &sorted.rows {
            let at = table.at.int(*row as usize).unwrap_or(i64::MIN);
            last = last.max(at);
            if heap.len() < keep {
                heap.push(std::cmp::Reverse(at));
            } else if heap.peek().is_some_and(|least| at > least.0) {
                heap.pop();
                heap.push(std::cmp::Reverse(at));
            }
        }
    }
    heap.pop().map(|least| (last, least.0))
}
