//! What loading did with every row: counts that add up, and the rows (and values) that were set aside, with reasons.

use std::fmt;
use std::sync::Arc;

use crate::error::LoadError;

/// What was read, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// One per source, in the plan's order.
    pub sources: Vec<SourceReport>,
    /// For profile fields that several sources give: how many profiles have sources that differ, by the field's name.
    pub differences: Vec<(Arc<str>, u64)>,
    /// For columns of catalogs (`Product.price`) the number of items about which sources differ; none with zero.
    pub item_differences: Vec<(Arc<str>, u64)>,
    /// Rejects of all sources by what they have in common, sorted by source, kind, action and column.
    pub reasons: Vec<ReasonReport>,
    /// Things worth telling that stop nothing, in plain words.
    pub notes: Vec<String>,
}

/// Rejects of one source that agree in kind, action and column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonReport {
    /// The source's place in the plan.
    pub source: usize,
    /// How many there are.
    pub count: u64,
    /// How many rows they stand for; 0 where the rows are used.
    pub rows: u64,
    /// The first of them.
    pub example: Reject,
}

/// What was read from one source. Rows add up: `rows_read == rows_used + rows_filtered + rows_set_aside`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceReport {
    /// The source's name.
    pub name: Arc<str>,
    /// The profile's or the event's name.
    pub target: Arc<str>,
    /// How many files were read.
    pub files: u64,
    /// Rows in the files, without headers and blank lines.
    pub rows_read: u64,
    /// Rows that are part of a profile or an event, superseded rows of a profile's history included.
    pub rows_used: u64,
    /// Rows for which `where` does not hold.
    pub rows_filtered: u64,
    /// Rows that were rejected, duplicates included.
    pub rows_set_aside: u64,
    /// Profiles' rows, or events, that the used rows make: fewer than `rows_used` with `group by`.
    pub records: u64,
    /// How many of the rows set aside are duplicates.
    pub duplicates: u64,
    /// Bad values of optional fields that were left out.
    pub values_cleared: u64,
    /// Bad values in whose place the field's default stands.
    pub values_defaulted: u64,
    /// Rows set aside, by reason; reasons without rows are left out.
    pub reasons: Vec<(RejectKind, u64)>,
}

impl SourceReport {
    /// Counts rows as set aside.
    pub(crate) fn set_aside(&mut self, kind: RejectKind, rows: u64) {
        self.rows_set_aside += rows;
        if kind == RejectKind::Duplicate {
            self.duplicates += rows;
        }
        match self
            .reasons
            .binary_search_by_key(&kind, |(known, _)| *known)
        {
            Ok(at) => self.reasons[at].1 += rows,
            Err(at) => self.reasons.insert(at, (kind, rows)),
        }
    }

    /// Whether every row is accounted for.
    pub fn adds_up(&self) -> bool {
        let by_reason: u64 = self.reasons.iter().map(|(_, rows)| rows).sum();
        self.rows_read == self.rows_used + self.rows_filtered + self.rows_set_aside
            && by_reason == self.rows_set_aside
    }
}

impl LoadReport {
    /// Rows set aside, in all sources.
    pub fn rejected(&self) -> u64 {
        self.sources
            .iter()
            .map(|source| source.rows_set_aside)
            .sum()
    }

    /// Takes a reject into the summary.
    pub(crate) fn note(&mut self, source: usize, reject: &Reject) {
        // A check is known by what it says, everything else by its column.
        let by = |reject: &Reject| match reject.kind {
            RejectKind::Check => Some(reject.reason.clone()),
            _ => reject.column.clone(),
        };
        let key = (source, reject.kind, reject.action, by(reject));
        let at = self.reasons.binary_search_by(|known| {
            let example = &known.example;
            (known.source, example.kind, example.action, by(example)).cmp(&key)
        });
        match at {
            Ok(at) => {
                self.reasons[at].count += 1;
                self.reasons[at].rows += reject.rows;
            }
            Err(at) => {
                let reason = ReasonReport {
                    source,
                    count: 1,
                    rows: reject.rows,
                    example: reject.clone(),
                };
                self.reasons.insert(at, reason);
            }
        }
    }

    /// Of those, duplicates.
    pub fn duplicates(&self) -> u64 {
        self.sources.iter().map(|source| source.duplicates).sum()
    }
}

/// Why a row or a value was set aside, by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RejectKind {
    /// The row cannot be taken apart: too few cells, broken JSON, not UTF-8.
    BrokenRow,
    /// A value cannot be read as its type.
    BadValue,
    /// A required value is missing.
    MissingValue,
    /// The row does not say whose it is.
    MissingKey,
    /// A row of the same key, or an event with the same identifier, came before.
    Duplicate,
    /// A check of the schema does not hold.
    Check,
}

impl fmt::Display for RejectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BrokenRow => "broken row",
            Self::BadValue => "bad value",
            Self::MissingValue => "missing value",
            Self::MissingKey => "missing key",
            Self::Duplicate => "duplicate",
            Self::Check => "failed check",
        })
    }
}

/// What was done about a reject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RejectAction {
    /// The row was set aside.
    Rejected,
    /// The value was left out; the row is used.
    Cleared,
    /// The field's default stands in the value's place; the row is used.
    DefaultUsed,
    /// The row was set aside, because another one counts.
    Duplicate,
    /// Nothing: it is only told (a check with `else warn`).
    Warned,
}

impl RejectAction {
    /// The word in the rejects' file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Cleared => "cleared",
            Self::DefaultUsed => "default used",
            Self::Duplicate => "duplicate",
            Self::Warned => "warned",
        }
    }
}

/// A row or a value that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The source's name.
    pub source: Arc<str>,
    /// The file, as the source's path names it.
    pub file: Arc<str>,
    /// The line (CSV, NDJSON) or the row's number (Parquet, Arrow), from 1; of a group its first row's.
    pub line: u64,
    /// The file's column, or the field where several columns make the value. Absent where the whole row is meant.
    pub column: Option<String>,
    /// The value, shortened. Absent where there is none.
    pub value: Option<String>,
    /// Why, in plain words.
    pub reason: String,
    /// Why, by kind.
    pub kind: RejectKind,
    /// What was done.
    pub action: RejectAction,
    /// How many rows of the file it stands for: those of the group where the source groups; 0 where the rows are used.
    pub rows: u64,
}

/// Where rejects go, one after the other, however many there are.
pub trait RejectSink {
    /// Takes one reject.
    ///
    /// # Errors
    /// When it cannot be kept, which stops the loading.
    fn reject(&mut self, reject: &Reject) -> Result<(), Box<LoadError>>;
}

/// Keeps no reject; the loading keeps the first ones itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRejects;

impl RejectSink for NoRejects {
    fn reject(&mut self, _: &Reject) -> Result<(), Box<LoadError>> {
        Ok(())
    }
}
