//! Groups of rows: one state per distinct combination of the `group by` values, in the order of their first rows.

use hashbrown::HashTable;

use super::builder::{ColumnBuilder, Interner};
use super::log::Origin;
use crate::source::agg::Acc;
use crate::source::expr::{Env, Ex};
use crate::source::job::{FieldValue, Job};
use crate::value::raw::Bad;
use crate::value::read::{Cell, Reader};

/// The groups of a source while its rows are read.
#[derive(Debug)]
pub(super) struct Groups {
    /// Where each key ends in `bytes`.
    ends: Vec<usize>,
    bytes: Vec<u8>,
    table: HashTable<u32>,
    pub(super) origins: Vec<Origin>,
    /// The aggregates of all groups, one group after the other.
    accs: Vec<Acc>,
    width: usize,
    /// For each `each` field of the job, its elements.
    pub(super) lists: Vec<Elements>,
    key: Vec<u8>,
}

/// The elements of one list field for all groups, in the order read.
#[derive(Debug)]
pub(super) struct Elements {
    /// The field's place among the job's fields.
    pub(super) field: usize,
    children: Vec<ColumnBuilder>,
    /// Each element's group.
    groups: Vec<u32>,
    /// Groups with an element that cannot be, and why.
    pub(super) bad: Vec<(u32, Bad)>,
    /// Values of elements that were left out.
    pub(super) cleared: Vec<(u32, Bad)>,
}

impl Groups {
    pub(super) fn new(job: &Job<'_>, kept: impl Fn(usize) -> bool) -> Self {
        let each = job
            .fields
            .iter()
            .enumerate()
            .filter(|(_, field)| matches!(field.value, FieldValue::Each(_)));
        let lists = each
            .map(|(at, field)| Elements {
                field: at,
                children: ColumnBuilder::element_builders(&field.spec.ty, kept(at)),
                groups: Vec::new(),
                bad: Vec::new(),
                cleared: Vec::new(),
            })
            .collect();
        Self {
            ends: Vec::new(),
            bytes: Vec::new(),
            table: HashTable::new(),
            origins: Vec::new(),
            accs: Vec::new(),
            width: job.accs.len(),
            lists,
            key: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn accs(&self, group: usize) -> &[Acc] {
        &self.accs[group * self.width..(group + 1) * self.width]
    }

    /// Takes in a row. Fails where a value to group by is bad.
    pub(super) fn row(
        &mut self,
        job: &Job<'_>,
        env: Env<'_>,
        origin: Origin,
        strings: &mut Interner,
    ) -> Result<(), Box<Bad>> {
        self.key.clear();
        for expr in &job.group_by {
            expr.eval(env)?.group_key(&mut self.key);
        }
        let group = self.find(job, origin);
        self.origins[group].rows = self.origins[group].rows.saturating_add(1);
        let accs = &mut self.accs[group * self.width..(group + 1) * self.width];
        for (acc, spec) in accs.iter_mut().zip(&job.accs) {
            acc.update(spec.operand.as_ref().map(|operand| operand.eval(env)));
        }
        let group = u32::try_from(group).unwrap_or(u32::MAX);
        for list in &mut self.lists {
            let field = &job.fields[list.field];
            if let FieldValue::Each(exprs) = &field.value {
                list.element(group, exprs, &field.reader, env, strings);
            }
        }
        Ok(())
    }

    /// The group of the key in `self.key`, new or known.
    fn find(&mut self, job: &Job<'_>, origin: Origin) -> usize {
        let Self {
            ends,
            bytes,
            table,
            key,
            ..
        } = self;
        let key_of = |group: u32| {
            let group = group as usize;
            let start = if group == 0 { 0 } else { ends[group - 1] };
            &bytes[start..ends[group]]
        };
        if let Some(group) = table.find(hash(key), |group| key_of(*group) == &**key) {
            return *group as usize;
        }
        let group =
            u32::try_from(ends.len()).expect("fewer than 2^32 groups, which the caller checks");
        table.insert_unique(hash(key), group, |group| hash(key_of(*group)));
        bytes.extend_from_slice(key);
        ends.push(bytes.len());
        self.origins.push(Origin { rows: 0, ..origin });
        self.accs
            .extend(job.accs.iter().map(|spec| spec.initial.clone()));
        group as usize
    }

    /// Whether there are more groups or elements than can be numbered.
    pub(super) fn overflowed(&self) -> bool {
        const LIMIT: usize = u32::MAX as usize - (1 << 24);
        self.ends.len() > LIMIT || self.lists.iter().any(|list| list.groups.len() > LIMIT)
    }
}

impl Elements {
    fn element(
        &mut self,
        group: u32,
        exprs: &[Option<Ex>],
        reader: &Reader,
        env: Env<'_>,
        strings: &mut Interner,
    ) {
        let mut cleared = Vec::new();
        let cells = element_cells(exprs, reader, env, &mut cleared);
        self.cleared
            .extend(cleared.into_iter().map(|bad| (group, bad)));
        match cells {
            Ok(cells) => {
                self.groups.push(group);
                for (child, cell) in self.children.iter_mut().zip(cells) {
                    child.push(cell, strings);
                }
            }
            // The first reason is enough.
            Err(bad) if self.bad.last().is_none_or(|(last, _)| *last != group) => {
                self.bad.push((group, *bad));
            }
            Err(_) => {}
        }
    }

    /// The elements group by group, and where each group's begin.
    pub(super) fn sorted(self, groups: usize) -> SortedElements {
        let mut starts = vec![0_u32; groups + 1];
        for group in &self.groups {
            starts[*group as usize + 1] += 1;
        }
        for at in 0..groups {
            starts[at + 1] += starts[at];
        }
        let in_order = self.groups.is_sorted();
        let children = if in_order {
            self.children
        } else {
            let mut next = starts.clone();
            let mut order = vec![0_u32; self.groups.len()];
            for (element, group) in (0_u32..).zip(&self.groups) {
                let place = &mut next[*group as usize];
                order[*place as usize] = element;
                *place += 1;
            }
            self.children
                .into_iter()
                .map(|child| child.reorder(&order))
                .collect()
        };
        let mut bad = self.bad;
        bad.sort_by_key(|(group, _)| *group);
        bad.dedup_by_key(|(group, _)| *group);
        let mut cleared = self.cleared;
        cleared.sort_by_key(|(group, _)| *group);
        SortedElements {
            field: self.field,
            children,
            starts,
            bad,
            cleared,
        }
    }
}

/// The elements of one list field, group by group.
#[derive(Debug)]
pub(super) struct SortedElements {
    pub(super) field: usize,
    pub(super) children: Vec<ColumnBuilder>,
    starts: Vec<u32>,
    bad: Vec<(u32, Bad)>,
    cleared: Vec<(u32, Bad)>,
}

impl SortedElements {
    pub(super) fn range(&self, group: usize) -> std::ops::Range<usize> {
        self.starts[group] as usize..self.starts[group + 1] as usize
    }

    /// Why the group's list cannot be.
    pub(super) fn bad(&self, group: usize) -> Option<&Bad> {
        let at = self
            .bad
            .binary_search_by_key(&group, |(g, _)| *g as usize)
            .ok()?;
        Some(&self.bad[at].1)
    }

    /// The values of the group's elements that were left out.
    pub(super) fn cleared(&self, group: usize) -> &[(u32, Bad)] {
        let from = self.cleared.partition_point(|(g, _)| (*g as usize) < group);
        let to = self.cleared.partition_point(|(g, _)| *g as usize <= group);
        &self.cleared[from..to]
    }
}

/// The values of one element, by child.
pub(super) fn element_cells<'a>(
    exprs: &'a [Option<Ex>],
    reader: &Reader,
    env: Env<'a>,
    cleared: &mut Vec<Bad>,
) -> Result<Vec<Option<Cell<'a>>>, Box<Bad>> {
    let child = |(at, expr): (usize, &'a Option<Ex>)| {
        let raw = match expr {
            Some(expr) => expr.eval(env)?,
            None => crate::value::raw::Raw::Missing,
        };
        reader.read_child(at, raw, cleared)
    };
    exprs.iter().enumerate().map(child).collect()
}

fn hash(key: &[u8]) -> u64 {
    use std::hash::Hasher;
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(key);
    hasher.finish()
}
