//! Profiles as they were at an instant, and what changed from then on: rows of sources that say since when they hold. The rows that
//! count at the end are chosen first (`profiles`), with all that is said of rows; here nothing is rejected any more.

use std::sync::Arc;

use arrow_buffer::ScalarBuffer;
use persona_base::IndexVec;
use persona_ir::{ColId, Plan, Schema};
use persona_runtime::{Catalogs, Column, Dataset, EventTable, Strings, Values, build};

use super::builder::Interner;
use super::events::Sorted;
use super::ingest::TableBuilder;
use super::log::Origin;
use super::profiles::{Chosen, Keyed, Merge, NONE, Present, ProfileTable, versions};
use crate::options::Since;

/// What a profile became, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The instant from which it holds.
    pub at: i64,
    /// The columns that a row says something new of.
    pub columns: Box<[ColId]>,
}

/// What became of profiles after an instant.
#[derive(Debug)]
pub struct Changes {
    /// The instant: the data are as they were then.
    pub since: i64,
    /// One row for each change, without events, whose key is the profile's: all of the profile as it is from then on. Sorted
    /// by key, then by instant.
    pub rows: Dataset,
    /// What is new in each row.
    pub changed: Vec<Changed>,
    /// The rows of sources that made each.
    pub(super) origins: Vec<(u32, Origin)>,
}

/// The instant that was asked for: with events, just before the first of them; else just before the first row that has one.
pub(super) fn since(
    asked: Since,
    events: &IndexVec<persona_ir::KindId, TableBuilder>,
    sorted: &IndexVec<persona_ir::KindId, Sorted>,
    profiles: &[ProfileTable],
    now: i64,
) -> i64 {
    if let Since::At(at) = asked {
        return at;
    }
    let first = events
        .iter()
        .zip(sorted.iter())
        .filter_map(|(table, sorted)| sorted.first(table))
        .min();
    let rows = || {
        let tables = profiles.iter().map(|table| &table.rows);
        let all = tables.flat_map(|rows| (0..rows.len()).filter_map(move |row| rows.at.int(row)));
        all.min()
    };
    first.or_else(rows).map_or(now, |at| at.saturating_sub(1))
}

/// A change while the sources' columns are still there.
#[derive(Debug)]
struct Step {
    key: usize,
    at: i64,
    columns: Box<[ColId]>,
    /// The rows that changed, by source.
    origins: Vec<Origin>,
}

/// The rows that count at an instant, and the steps from there to those that count in the end.
#[derive(Debug)]
pub(super) struct Rewound {
    pub(super) chosen: Chosen,
    /// Sorted by key, then by instant.
    steps: Vec<Step>,
    /// The rows that count after each step, as [`Chosen::Each`] has them.
    rows: Vec<u32>,
    width: usize,
}

impl Rewound {
    /// Where nobody asks what changed.
    pub(super) fn of(chosen: Chosen) -> Self {
        Self {
            chosen,
            steps: Vec::new(),
            rows: Vec::new(),
            width: 0,
        }
    }

    /// Whether something of a key changes.
    pub(super) fn changes(&self, key: usize) -> bool {
        let of = |step: &Step| step.key.cmp(&key);
        self.steps.binary_search_by(of).is_ok()
    }
}

/// Goes back from what counts at `now` to what counted at `since`.
pub(super) fn rewind(
    keyed: Keyed<'_>,
    tables: &[ProfileTable],
    last: Chosen,
    since: i64,
    now: i64,
    strings: &Interner,
) -> Rewound {
    let histories = tables.iter().any(|table| !table.rows.at.none_known());
    let Chosen::Each { rows: then, width } = last else {
        return Rewound::of(last);
    };
    if !histories {
        return Rewound::of(Chosen::Each { rows: then, width });
    }
    let mut walk = Walk {
        keyed,
        tables,
        then,
        speaks: tables.iter().map(speaks).collect(),
        steps: Vec::new(),
        rows: Vec::new(),
    };
    walk.all(since, now, strings);
    let Walk {
        then, steps, rows, ..
    } = walk;
    Rewound {
        chosen: Chosen::Each { rows: then, width },
        steps,
        rows,
        width,
    }
}

struct Walk<'a> {
    keyed: Keyed<'a>,
    tables: &'a [ProfileTable],
    /// For each key the rows that count in the end; for keys that were walked, those of the beginning.
    then: Vec<u32>,
    /// By source, then by column: whether it knows a value of anybody. A column that is empty everywhere, or is not in the files,
    /// says nothing.
    speaks: Vec<Vec<bool>>,
    steps: Vec<Step>,
    rows: Vec<u32>,
}

/// Which columns a source knows a value of.
fn speaks(table: &ProfileTable) -> Vec<bool> {
    let columns = table.rows.columns.iter();
    let known = columns.map(|column| column.as_ref().is_some_and(|column| !column.none_known()));
    known.collect()
}

impl Walk<'_> {
    fn all(&mut self, since: i64, now: i64, strings: &Interner) {
        // By key, instant, and source: the rows of sources' histories, and those of the beginning.
        let mut later: Vec<(usize, i64, usize, u32)> = Vec::new();
        let mut first: Vec<u32> = vec![NONE; self.then.len()];
        let width = self.tables.len();
        for (place, table) in self.tables.iter().enumerate() {
            let rows = &table.rows;
            for row in versions(rows, strings) {
                let (key, at) = (rows.ranks.of(row as usize), rows.at.int(row as usize));
                match at {
                    Some(at) if at > now => {}
                    Some(at) if at > since => later.push((key, at, place, row)),
                    // Versions of a key ascend: the last counts.
                    _ => first[key * width + place] = row,
                }
            }
        }
        later.sort_unstable();
        let mut rest = later.as_slice();
        for key in 0..self.then.len() / width.max(1) {
            let count = rest.iter().take_while(|of| of.0 == key).count();
            let (own, others) = rest.split_at(count);
            rest = others;
            let range = key * width..(key + 1) * width;
            if self.then[range.clone()].iter().all(|row| *row == NONE) {
                // Nobody counts in the end: there is no such profile, or it was set aside.
                continue;
            }
            let mut current = first[range.clone()].to_vec();
            let mut complete = self.is_complete(&current);
            let beginning = match complete {
                true => current.clone(),
                false => vec![NONE; width],
            };
            self.then[range].copy_from_slice(&beginning);
            for group in own.chunk_by(|a, b| a.1 == b.1) {
                self.step(key, group, &mut current, &mut complete);
            }
        }
    }

    /// Rows of several sources at one instant.
    fn step(
        &mut self,
        key: usize,
        group: &[(usize, i64, usize, u32)],
        current: &mut [u32],
        complete: &mut bool,
    ) {
        let before = current.to_vec();
        for (_, _, place, row) in group {
            current[*place] = *row;
        }
        let was_complete = std::mem::replace(complete, self.is_complete(current));
        if !*complete {
            return;
        }
        let new: Vec<usize> = group.iter().map(|(_, _, place, _)| *place).collect();
        let columns = self.keyed.table.columns.ids();
        let columns = columns.filter(|col| *col != self.keyed.key);
        let columns = columns.filter(|col| {
            !was_complete
                || self.giver(&before, *col) != self.giver(current, *col)
                || self.nobody_gives(current, &new, *col)
        });
        let origin = |(_, _, place, row): &(usize, i64, usize, u32)| {
            self.tables[*place].rows.origins.get(*row as usize)
        };
        let step = Step {
            key,
            at: group[0].1,
            columns: columns.collect(),
            origins: group.iter().map(origin).collect(),
        };
        self.steps.push(step);
        self.rows.extend_from_slice(current);
    }

    /// The row that gives a column its value.
    fn giver(&self, rows: &[u32], col: ColId) -> Option<(usize, u32)> {
        let known = |(place, row): &(usize, &u32)| {
            let row = **row as usize;
            let column = self.tables[*place].rows.columns[usize::from(col)].as_ref();
            column.is_some_and(|column| row < column.len() && column.is_known(row))
        };
        let found = rows.iter().enumerate().find(known);
        found.map(|(place, row)| (place, *row))
    }

    /// Whether the source of a new row has a column, and nobody a value for it.
    fn nobody_gives(&self, rows: &[u32], new: &[usize], col: ColId) -> bool {
        let speaks = |place: &usize| self.speaks[*place][usize::from(col)];
        new.iter().any(speaks) && self.giver(rows, col).is_none()
    }

    /// Whether these rows make a profile: there is one, and all that is required is known.
    fn is_complete(&self, rows: &[u32]) -> bool {
        let columns = self.keyed.table.columns.iter_enumerated();
        let mut required = columns.filter(|(col, spec)| {
            *col != self.keyed.key && !spec.optional && spec.default.is_none()
        });
        rows.iter().any(|row| *row != NONE)
            && (self.tables.len() == 1 || required.all(|(col, _)| self.giver(rows, col).is_some()))
    }
}

/// The columns of what changed, while the sources' are still there; the key's comes last.
pub(super) struct ChangedColumns {
    steps: Vec<Step>,
    columns: IndexVec<ColId, Column>,
}

impl ChangedColumns {
    /// Of all steps; nothing of the sources is used up.
    pub(super) fn new(
        rewound: &mut Rewound,
        keyed: Keyed<'_>,
        tables: &[ProfileTable],
        strings: &mut Interner,
    ) -> Self {
        let steps = std::mem::take(&mut rewound.steps);
        let chosen = Chosen::Each {
            rows: std::mem::take(&mut rewound.rows),
            width: rewound.width,
        };
        let present = Present::All(steps.len());
        let merge = Merge {
            keyed,
            chosen: &chosen,
            present: &present,
            kept: &[],
        };
        let columns = keyed.table.columns.ids();
        let columns = columns.map(|col| merge.column(col, tables, strings));
        Self {
            columns: columns.collect(),
            steps,
        }
    }

    /// The changes of a dataset with these texts; `codes` are those of the keys.
    pub(super) fn finish(
        mut self,
        plan: &Plan,
        since: i64,
        codes: &[u32],
        strings: &Arc<Strings>,
        catalogs: &Arc<Catalogs>,
    ) -> Changes {
        let schema = &plan.schema;
        let keys: Vec<u32> = self.steps.iter().map(|step| codes[step.key]).collect();
        self.columns[schema.key] = Column::new(Values::Str(keys.into()), None);
        let mut origins = Vec::new();
        for (row, step) in (0_u32..).zip(&self.steps) {
            origins.extend(step.origins.iter().map(|origin| (row, *origin)));
        }
        let count = self.steps.len();
        let changed = self.steps.into_iter().map(|step| Changed {
            at: step.at,
            columns: step.columns,
        });
        Changes {
            since,
            rows: Dataset {
                strings: Arc::clone(strings),
                profiles: count,
                has_row: None,
                columns: self.columns,
                events: no_events(schema, count, strings),
                catalogs: Arc::clone(catalogs),
            },
            changed: changed.collect(),
            origins,
        }
    }
}

fn no_events(
    schema: &Schema,
    profiles: usize,
    strings: &Arc<Strings>,
) -> IndexVec<persona_ir::KindId, EventTable> {
    let empty = |table: &persona_ir::Table| {
        let column =
            |spec: &persona_ir::Column| build::column(&[], &spec.ty, &mut Arc::clone(strings));
        EventTable {
            offsets: ScalarBuffer::from(vec![0; profiles + 1]),
            columns: table.columns.iter().map(column).collect(),
            order: ScalarBuffer::from(Vec::new()),
        }
    };
    schema.events.iter().map(empty).collect()
}
