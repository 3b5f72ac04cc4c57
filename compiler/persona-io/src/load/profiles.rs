//! Profiles from their sources' rows: the row of each key that counts at `now`, and the merge of several sources.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_buffer::BooleanBuffer;
use persona_base::IndexVec;
use persona_ir::{ColId, Plan, Table, Ty};
use persona_runtime::{Column, Values};

use super::builder::{ColumnBuilder, Interner, Width};
use super::ingest::TableBuilder;
use super::keys::Keys;
use super::log::{Log, Origin, Wrong};
use crate::report::RejectKind;

/// A table of rows that have a key: the profile's, or a catalog's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keyed<'a> {
    pub(super) table: &'a Table,
    pub(super) key: ColId,
}

/// No row, or no profile.
pub(super) const NONE: u32 = u32::MAX;

/// The rows of one profile source.
#[derive(Debug)]
pub(super) struct ProfileTable {
    /// Its place in the plan.
    pub(super) source: usize,
    pub(super) rows: TableBuilder,
}

/// For each key, which row of each source counts.
#[derive(Debug)]
pub(super) enum Chosen {
    /// Of the only source, of so many keys: the row of the key's own number.
    Same(usize),
    Each {
        /// By key, then by source in the order of preference; [`NONE`] where there is none.
        rows: Vec<u32>,
        width: usize,
    },
}

impl Chosen {
    /// The rows of a key, by source in the order of preference; [`NONE`] where there is none.
    fn of(&self, key: usize) -> impl Iterator<Item = u32> {
        let (same, each) = match self {
            Self::Same(_) => (u32::try_from(key).ok(), &[][..]),
            Self::Each { rows, width } => (None, &rows[key * width..(key + 1) * width]),
        };
        same.into_iter().chain(each.iter().copied())
    }

    pub(super) fn has_row(&self, key: usize) -> bool {
        self.of(key).any(|row| row != NONE)
    }
}

/// Keys of which there is anything, in their order.
#[derive(Debug)]
pub(super) enum Present {
    /// So many, which are all keys there are.
    All(usize),
    These(Vec<u32>),
}

impl Present {
    /// Of so many keys those that have a row, or of which `events` says so.
    pub(super) fn new(keys: usize, chosen: &Chosen, events: impl Fn(usize) -> bool) -> Self {
        if matches!(chosen, Chosen::Same(rows) if *rows == keys) {
            return Self::All(keys);
        }
        let is_present = |key: &u32| chosen.has_row(*key as usize) || events(*key as usize);
        let all = 0..u32::try_from(keys).unwrap_or(NONE);
        Self::These(all.filter(is_present).collect())
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::All(keys) => *keys,
            Self::These(keys) => keys.len(),
        }
    }

    /// The key at a place.
    pub(super) fn at(&self, place: usize) -> usize {
        match self {
            Self::All(_) => place,
            Self::These(keys) => keys[place] as usize,
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).map(|place| self.at(place))
    }
}

/// Sorts the sources by preference: by name, but what `prefer` says goes first.
pub(super) fn by_preference(plan: &Plan, mut tables: Vec<ProfileTable>) -> Vec<ProfileTable> {
    let name = |table: &ProfileTable| plan.sources[table.source].name.clone();
    tables.sort_by_key(name);
    let mut sorted: Vec<ProfileTable> = Vec::with_capacity(tables.len());
    while !tables.is_empty() {
        let names: Vec<Arc<str>> = tables.iter().map(name).collect();
        let beaten = |at: &usize| {
            plan.prefer.iter().any(|(winner, loser)| {
                *loser == names[*at] && *winner != *loser && names.contains(winner)
            })
        };
        // A cycle is an error of the program; should one come through, names decide.
        let next = (0..tables.len()).find(|at| !beaten(at)).unwrap_or(0);
        sorted.push(tables.remove(next));
    }
    sorted
}

/// Chooses the rows that count at `now`, and sets second rows and profiles without a required value aside.
pub(super) fn choose(
    keyed: Keyed<'_>,
    tables: &[ProfileTable],
    keys: &Keys,
    now: i64,
    strings: &Interner,
    log: &mut Log<'_>,
) -> Chosen {
    let width = tables.len();
    if let [only] = tables
        && only.rows.ranks.is_same()
        && only.rows.len() == keys.len()
        && only.rows.at.none_known()
    {
        return Chosen::Same(keys.len());
    }
    let mut chosen = vec![NONE; keys.len() * width];
    for (place, table) in tables.iter().enumerate() {
        let mut duplicates = Vec::new();
        if !table.rows.ranks.is_same() {
            for (key, row) in current_rows(&table.rows, now, strings, &mut duplicates) {
                chosen[key * width + place] = row;
            }
            duplicates.sort_unstable();
            for (row, first) in duplicates {
                reject_second(&table.rows, row, first, keys, log);
            }
            continue;
        }
        // Each row has a key of its own, in their order.
        for row in 0..u32::try_from(table.rows.len()).unwrap_or(NONE) {
            let at = table.rows.at.int(row as usize);
            if at.is_none_or(|at| at <= now) {
                chosen[row as usize * width + place] = row;
            }
        }
    }
    let mut chosen = Chosen::Each {
        rows: chosen,
        width,
    };
    if width > 1 {
        reject_incomplete(keyed, tables, keys, &mut chosen, log);
    }
    chosen
}

/// The row of each key that counts, and the rows that are seconds, each with the one that counts instead.
fn current_rows(
    table: &TableBuilder,
    now: i64,
    strings: &Interner,
    duplicates: &mut Vec<(u32, u32)>,
) -> Vec<(usize, u32)> {
    let rows = sorted_versions(table, strings);
    let key = |row: u32| table.ranks.of(row as usize);
    let at = |row: u32| table.at.int(row as usize);
    let mut current = Vec::new();
    for versions in rows.chunk_by(|a, b| key(*a) == key(*b)) {
        let mut counts = None;
        let mut first = None;
        for row in versions {
            match first {
                Some(first) if at(first) == at(*row) => {
                    duplicates.push((*row, first));
                    continue;
                }
                _ => first = Some(*row),
            }
            if at(*row).is_none_or(|at| at <= now) {
                counts = Some(*row);
            }
        }
        current.extend(counts.map(|row| (key(row), row)));
    }
    current
}

/// All rows, by key, instant and content; those without an instant come first.
fn sorted_versions(table: &TableBuilder, strings: &Interner) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..u32::try_from(table.len()).unwrap_or(NONE)).collect();
    let key = |row: u32| table.ranks.of(row as usize);
    let at = |row: u32| table.at.int(row as usize);
    rows.sort_unstable_by(|a, b| {
        let instants = at(*a).cmp(&at(*b));
        let by_time = key(*a).cmp(&key(*b)).then(instants);
        let same = by_time.is_eq() && at(*a).is_some();
        let by_content = if same {
            compare_rows(table, *a as usize, *b as usize, strings)
        } else {
            Ordering::Equal
        };
        by_time.then(by_content).then(a.cmp(b))
    });
    rows
}

/// The rows of a history, by key and instant, without seconds.
pub(super) fn versions(table: &TableBuilder, strings: &Interner) -> Vec<u32> {
    let mut rows = sorted_versions(table, strings);
    let of = |row: u32| (table.ranks.of(row as usize), table.at.int(row as usize));
    rows.dedup_by(|row, first| of(*row) == of(*first));
    rows
}

/// The order of two rows by their content, column by column.
pub(super) fn compare_rows(
    table: &TableBuilder,
    a: usize,
    b: usize,
    strings: &Interner,
) -> Ordering {
    let columns = table.columns.iter().flatten();
    columns
        .map(|column| column.compare(a, b, strings))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn reject_second(table: &TableBuilder, row: u32, first: u32, keys: &Keys, log: &mut Log<'_>) {
    let key = keys.text(table.ranks.of(row as usize));
    let before = table.origins.get(first as usize);
    let file = log.files[before.file as usize].shown.clone();
    let reason = match table.at.int(row as usize) {
        None => format!(
            "a second row of this key; the one that counts is line {} of {file}",
            before.line
        ),
        Some(_) => format!(
            "a second row of this key and instant; the one that counts is line {} of {file}",
            before.line
        ),
    };
    let wrong = Wrong {
        kind: RejectKind::Duplicate,
        column: None,
        value: Some(crate::value::raw::shorten(key)),
        reason,
    };
    log.reject_used(table.origins.get(row as usize), wrong);
}

/// Sets profiles aside of which no source knows a required value.
fn reject_incomplete(
    keyed: Keyed<'_>,
    tables: &[ProfileTable],
    keys: &Keys,
    chosen: &mut Chosen,
    log: &mut Log<'_>,
) {
    let columns = keyed.table.columns.iter_enumerated();
    let required: Vec<ColId> = columns
        .filter(|(col, spec)| *col != keyed.key && !spec.optional && spec.default.is_none())
        .map(|(col, _)| col)
        .collect();
    for key in 0..keys.len() {
        if !chosen.has_row(key) {
            continue;
        }
        let lacks = |col: &&ColId| !knowing(tables, chosen.of(key), **col).any(|_| true);
        let Some(col) = required.iter().find(lacks) else {
            continue;
        };
        let name = &keyed.table.columns[*col].name;
        for (table, row) in tables
            .iter()
            .zip(chosen.of(key))
            .filter(|(_, row)| *row != NONE)
        {
            let reason = format!("no source gives `{name}`, which is required");
            let mut wrong = Wrong::missing(RejectKind::MissingValue, name, reason);
            wrong.value = Some(crate::value::raw::shorten(keys.text(key)));
            log.reject_used(table.rows.origins.get(row as usize), *wrong);
        }
        if let Chosen::Each { rows, width } = chosen {
            rows[key * *width..(key + 1) * *width].fill(NONE);
        }
    }
}

/// The sources, in order of preference, that know a value of a column in these rows.
fn knowing<'t>(
    tables: &'t [ProfileTable],
    rows: impl Iterator<Item = u32> + 't,
    col: ColId,
) -> impl Iterator<Item = (&'t ColumnBuilder, usize)> + 't {
    tables.iter().zip(rows).filter_map(move |(table, row)| {
        let column = table.rows.columns[usize::from(col)].as_ref()?;
        let row = row as usize;
        (row < column.len() && column.is_known(row)).then_some((column, row))
    })
}

/// Rows of a source, profile by profile.
enum Rows {
    All,
    These(Vec<u32>),
}

/// What the profile table's columns are made of.
pub(super) struct Merge<'a> {
    pub(super) keyed: Keyed<'a>,
    pub(super) chosen: &'a Chosen,
    /// The keys of the profiles, in their order.
    pub(super) present: &'a Present,
    /// For each column, whether the dataset keeps it.
    pub(super) kept: &'a [bool],
}

impl Merge<'_> {
    /// The table's columns, those of the sources being used up; and about which of them sources differ, for how many keys.
    pub(super) fn columns(
        &self,
        tables: &mut [ProfileTable],
        strings: &mut Interner,
    ) -> (IndexVec<ColId, Column>, Vec<(ColId, u64)>) {
        let rows = self.only_rows(tables);
        let (mut out, mut differing) = (IndexVec::new(), Vec::new());
        for (col, spec) in self.keyed.table.columns.iter_enumerated() {
            if col == self.keyed.key && spec.ty == Ty::Str {
                // The keys come last, when all other texts are known.
                out.push(absent(self.present.len()));
                continue;
            }
            let differ = differences(tables, self.chosen, self.present, col, strings);
            if differ > 0 {
                differing.push((col, differ));
            }
            out.push(if self.kept[usize::from(col)] {
                let only = rows
                    .as_ref()
                    .and_then(|rows| self.only(col, &mut tables[0].rows, rows, strings));
                only.unwrap_or_else(|| self.column(col, tables, strings))
            } else {
                absent(self.present.len())
            });
            for table in &mut *tables {
                table.rows.columns[usize::from(col)] = None;
            }
        }
        (out, differing)
    }

    /// Where there is one source and each profile has a row in it: those rows.
    fn only_rows(&self, tables: &[ProfileTable]) -> Option<Rows> {
        let [table] = tables else { return None };
        let len = table.rows.len();
        let row = |key: usize| self.chosen.of(key).next().unwrap_or(NONE);
        let in_order = || self.present.iter().zip(0..).all(|(key, at)| row(key) == at);
        let same = matches!(
            (self.chosen, self.present),
            (Chosen::Same(_), Present::All(_))
        );
        if self.present.len() == len && (same || in_order()) {
            return Some(Rows::All);
        }
        let rows: Vec<u32> = self.present.iter().map(row).collect();
        (!rows.contains(&NONE)).then_some(Rows::These(rows))
    }

    /// The only source's column, unless a default stands for some of its values.
    fn only(
        &self,
        col: ColId,
        table: &mut TableBuilder,
        rows: &Rows,
        strings: &Interner,
    ) -> Option<Column> {
        let defaults = self.keyed.table.columns[col].default.is_some();
        let column = &mut table.columns[usize::from(col)];
        let column = column.take_if(|column| !defaults || column.all_known())?;
        let width = Width::Narrow(&strings.kept);
        Some(match rows {
            Rows::All => column.finish(width),
            Rows::These(rows) => column.gather(rows, width),
        })
    }

    /// For each profile the value of the first source that knows one, else the default.
    pub(super) fn column(
        &self,
        col: ColId,
        tables: &[ProfileTable],
        strings: &mut Interner,
    ) -> Column {
        let spec = &self.keyed.table.columns[col];
        let mut column = ColumnBuilder::new(&spec.ty, true);
        for key in self.present.iter() {
            let known = knowing(tables, self.chosen.of(key), col).next();
            match (known, &spec.default) {
                (Some((from, row)), _) => column.push_from(from, row),
                (None, Some(default)) => column.push_const(default, strings),
                (None, None) => column.push(None, strings),
            }
        }
        column.finish(Width::Narrow(&strings.kept))
    }
}

/// How many profiles have sources that know different values.
fn differences(
    tables: &[ProfileTable],
    chosen: &Chosen,
    present: &Present,
    col: ColId,
    strings: &Interner,
) -> u64 {
    if tables.len() < 2 {
        return 0;
    }
    let differ = |key: &usize| {
        let mut known = knowing(tables, chosen.of(*key), col);
        let Some((first, row)) = known.next() else {
            return false;
        };
        known.any(|(other, at)| first.compare_with(row, other, at, strings).is_ne())
    };
    present.iter().filter(differ).count() as u64
}

/// The keys of the profiles, in their order.
pub(super) fn key_column(codes: Vec<u32>, present: &Present) -> Column {
    let all = present.len() == codes.len();
    let codes: Vec<u32> = if all {
        codes
    } else {
        present.iter().map(|key| codes[key]).collect()
    };
    Column::new(Values::Str(codes.into()), None)
}

pub(super) fn absent(len: usize) -> Column {
    Column::new(Values::Absent(len), None)
}

/// Which of the present keys have a row; absent where all have.
pub(super) fn has_row(chosen: &Chosen, present: &Present) -> Option<BooleanBuffer> {
    if matches!(chosen, Chosen::Same(_)) {
        return None;
    }
    let bits = BooleanBuffer::collect_bool(present.len(), |at| chosen.has_row(present.at(at)));
    (bits.count_set_bits() < present.len()).then_some(bits)
}

/// The rows that made each profile, by profile.
pub(super) fn origins(
    tables: &[ProfileTable],
    chosen: &Chosen,
    present: &Present,
) -> Vec<(u32, Origin)> {
    let mut out = Vec::new();
    for (profile, key) in (0_u32..).zip(present.iter()) {
        for (table, row) in tables.iter().zip(chosen.of(key)) {
            if row != NONE {
                out.push((profile, table.rows.origins.get(row as usize)));
            }
        }
    }
    out
}
