//! Failures of checks as rejects: the rows of the dataset back to the rows of the files.

use persona_ir::{CheckAction, CheckTable, Plan};
use persona_runtime::CheckFailure;
use rustc_hash::FxHashSet;

use super::log::Origin;
use super::run::DataOrigins;
use crate::error::LoadError;
use crate::report::{LoadReport, Reject, RejectAction, RejectKind, RejectSink};

/// Counts and tells the failures.
pub(super) fn record(
    plan: &Plan,
    failures: &[CheckFailure],
    origins: &DataOrigins,
    report: &mut LoadReport,
    rejects: &mut Vec<Reject>,
    sink: &mut dyn RejectSink,
) -> Result<(), Box<LoadError>> {
    // A row that several checks reject is set aside once.
    let mut gone: FxHashSet<(CheckTable, usize)> = FxHashSet::default();
    for failure in failures {
        let check = &plan.checks[failure.check];
        let (action, columns) = match check.action {
            CheckAction::Reject => (RejectAction::Rejected, None),
            CheckAction::Clear(col) => (
                RejectAction::Cleared,
                Some(column_name(plan, failure.table, col)),
            ),
            CheckAction::Warn => (RejectAction::Warned, None),
        };
        let counts =
            check.action == CheckAction::Reject && gone.insert((failure.table, failure.row));
        for origin in rows_of(origins, failure) {
            let file = &origins.files[origin.file as usize];
            let source = &mut report.sources[file.source];
            let rows = if counts { u64::from(origin.rows) } else { 0 };
            if counts {
                source.rows_used -= rows;
                source.records -= 1;
                source.set_aside(RejectKind::Check, rows);
            }
            if action == RejectAction::Cleared {
                source.values_cleared += 1;
            }
            let reject = Reject {
                source: source.name.clone(),
                file: file.shown.clone(),
                line: origin.line,
                column: columns.clone(),
                value: None,
                reason: check.message.to_string(),
                kind: RejectKind::Check,
                action,
                rows,
            };
            report.note(file.source, &reject);
            sink.reject(&reject)?;
            if rejects.len() < origins.keep_rejects {
                rejects.push(reject);
            }
        }
    }
    Ok(())
}

fn column_name(plan: &Plan, table: CheckTable, col: persona_ir::ColId) -> String {
    let table = match table {
        CheckTable::Profile => &plan.schema.profile,
        CheckTable::Event(kind) => &plan.schema.events[kind],
        CheckTable::Catalog(catalog) => &plan.schema.catalogs[catalog].table,
    };
    table.columns[col].name.to_string()
}

/// The rows that a row of the dataset was made of.
fn rows_of(origins: &DataOrigins, failure: &CheckFailure) -> Vec<Origin> {
    match failure.table {
        CheckTable::Profile => of_row(&origins.profiles, failure.row),
        CheckTable::Catalog(catalog) => {
            let origins = origins.catalogs.get(catalog);
            origins.map_or_else(Vec::new, |origins| of_row(origins, failure.row))
        }
        CheckTable::Event(kind) => {
            let origins = origins.events.get(kind).and_then(Option::as_ref);
            origins
                .map(|origins| vec![origins.get(failure.row)])
                .unwrap_or_default()
        }
    }
}

/// What several sources may have made together.
fn of_row(origins: &[(u32, Origin)], row: usize) -> Vec<Origin> {
    let row_of = |(row, _): &(u32, Origin)| *row as usize;
    let from = origins.partition_point(|origin| row_of(origin) < row);
    let rest = origins[from..].iter();
    rest.take_while(|origin| row_of(origin) == row)
        .map(|(_, origin)| *origin)
        .collect()
}
