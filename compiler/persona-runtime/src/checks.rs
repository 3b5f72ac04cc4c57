//! Checks of rows (LANGUAGE §8): which rows fail, and the data without what failed.
//!
//! Checks see all rows as they were read: what one check clears or sets aside, another still sees. Independent of
//! engines; always interpreted.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_buffer::BooleanBuffer;
use persona_base::IndexVec;
use persona_ir::{Check, CheckAction, CheckTable, ColId, KindId, NodeId, Plan};

use crate::interp::{Evaluator, Prepared};
use crate::time::Times;
use crate::{
    Calibration, CatalogTable, Catalogs, Column, Dataset, EventRef, EventTable, Strings, Value,
    build, calendar, gather,
};

/// A row for which a check does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CheckFailure {
    /// The index of the check in the plan.
    pub check: usize,
    /// The table.
    pub table: CheckTable,
    /// The row of the dataset's table.
    pub row: usize,
}

/// All failures, sorted by check, then by row. Profiles known by their events alone have no row to check. Ranks are
/// not calibrated here: checks do not use them.
pub fn run_checks(plan: &Plan, data: &Dataset, now: i64) -> Vec<CheckFailure> {
    if plan.checks.is_empty() {
        return Vec::new();
    }
    let calibration = Calibration {
        now,
        ranks: IndexVec::new(),
    };
    let evaluator = Evaluator::new(plan, data, now, Arc::new(calibration));
    let mut failures = Vec::new();
    let people = plan.checks.iter();
    let people = people.filter(|check| !matches!(check.table, CheckTable::Catalog(_)));
    let needed = evaluator.needed(&people.map(|check| check.node).collect::<Vec<_>>());
    let mut profile = evaluator.profile(0);
    for row in 0..data.profiles {
        profile.move_to(row);
        profile.evaluate(&needed);
        for (check, def) in plan.checks.iter().enumerate() {
            match def.table {
                CheckTable::Profile if !has_row(data, row) => {}
                CheckTable::Profile => {
                    if !profile.known(def.node).is_true() {
                        failures.push(CheckFailure {
                            check,
                            table: CheckTable::Profile,
                            row,
                        });
                    }
                }
                CheckTable::Catalog(_) => {}
                CheckTable::Event(kind) => {
                    let events = data.events[kind]
                        .rows(row)
                        .map(|row| EventRef { kind, row });
                    let failed =
                        events.filter(|event| !profile.bound_to(def.node, *event).is_true());
                    let table = CheckTable::Event(kind);
                    failures.extend(failed.map(|event| CheckFailure {
                        check,
                        table,
                        row: event.row,
                    }));
                }
            }
        }
    }
    failures.extend(run_catalog_checks(plan, data, now));
    failures.sort_unstable();
    failures
}

/// The failures of checks of items, sorted by check, then by row: what [`run_checks`] says of catalogs. Items have no zone of
/// their own, so that a day is one of the package's zone.
pub fn run_catalog_checks(plan: &Plan, data: &Dataset, now: i64) -> Vec<CheckFailure> {
    let of_catalog = |check: &&(usize, &Check)| matches!(check.1.table, CheckTable::Catalog(_));
    let checks: Vec<(usize, &Check)> = plan.checks.iter().enumerate().collect();
    let checks: Vec<_> = checks.iter().filter(of_catalog).collect();
    if checks.is_empty() {
        return Vec::new();
    }
    let calibration = Calibration {
        now,
        ranks: IndexVec::new(),
    };
    let times = Times::package(plan, calendar::clamp_timestamp(now));
    let prepared = Arc::new(Prepared::new(plan));
    let evaluator = Evaluator::over(plan, data, times, Arc::new(calibration), prepared);
    let mut item = evaluator.profile(0);
    let nodes: Vec<NodeId> = checks.iter().map(|(_, check)| check.node).collect();
    item.evaluate(&evaluator.needed(&nodes));
    let mut failures = Vec::new();
    for (check, def) in checks {
        let CheckTable::Catalog(catalog) = def.table else {
            continue;
        };
        for row in 0..data.catalogs.len(catalog) {
            let place = i64::try_from(row).unwrap_or(i64::MAX);
            if !item.element_holds(def.node, Value::Int(place)) {
                failures.push(CheckFailure {
                    check: *check,
                    table: def.table,
                    row,
                });
            }
        }
    }
    failures
}

fn has_row(data: &Dataset, profile: usize) -> bool {
    data.has_row
        .as_ref()
        .is_none_or(|has_row| has_row.value(profile))
}

/// What the failures' actions leave of a table's rows.
#[derive(Debug, Default)]
struct Verdict {
    rejected: BTreeSet<usize>,
    cleared: BTreeSet<(ColId, usize)>,
}

fn verdict(plan: &Plan, failures: &[CheckFailure], table: CheckTable) -> Verdict {
    let mut verdict = Verdict::default();
    for failure in failures.iter().filter(|failure| failure.table == table) {
        match plan.checks[failure.check].action {
            CheckAction::Reject => {
                verdict.rejected.insert(failure.row);
            }
            CheckAction::Clear(col) => {
                verdict.cleared.insert((col, failure.row));
            }
            CheckAction::Warn => {}
        }
    }
    verdict
}

/// The data without what failed: rejected events are gone, cleared fields are missing. A profile whose row is rejected
/// goes on existing if it has events left, with its defaults and without the rest; otherwise it is gone.
pub fn apply_checks(plan: &Plan, data: &Dataset, failures: &[CheckFailure]) -> Dataset {
    apply_checks_keeping(plan, data, failures, &|_| false)
}

/// As [`apply_checks`]; `stays` says of a profile's row whether the profile goes on existing although its row is rejected and it
/// has no events.
pub fn apply_checks_keeping(
    plan: &Plan,
    data: &Dataset,
    failures: &[CheckFailure],
    stays: &dyn Fn(usize) -> bool,
) -> Dataset {
    let mut events: IndexVec<KindId, EventTable> = IndexVec::new();
    for (kind, table) in data.events.iter_enumerated() {
        events.push(without_events(
            table,
            &verdict(plan, failures, CheckTable::Event(kind)),
        ));
    }
    let verdict = verdict(plan, failures, CheckTable::Profile);
    let bare = |row: &usize| events.iter().all(|table| table.rows(*row).is_empty());
    let gone = verdict.rejected.iter().copied();
    let gone: BTreeSet<usize> = gone.filter(|row| bare(row) && !stays(*row)).collect();
    let kept: Vec<usize> = (0..data.profiles)
        .filter(|row| !gone.contains(row))
        .collect();
    let has_row: BooleanBuffer = kept
        .iter()
        .map(|row| has_row(data, *row) && !verdict.rejected.contains(row))
        .collect();
    let mut strings = Arc::clone(&data.strings);
    let columns = profile_columns(plan, data, &verdict, &kept, &mut strings);
    Dataset {
        strings,
        profiles: kept.len(),
        has_row: (has_row.count_set_bits() < kept.len()).then_some(has_row),
        columns,
        events: close_up(events, &kept),
        catalogs: without_items(plan, &data.catalogs, failures),
    }
}

/// The catalogs without rejected items and cleared fields.
fn without_items(
    plan: &Plan,
    catalogs: &Arc<Catalogs>,
    failures: &[CheckFailure],
) -> Arc<Catalogs> {
    let touched = |failure: &CheckFailure| matches!(failure.table, CheckTable::Catalog(_));
    if !failures.iter().any(touched) {
        return Arc::clone(catalogs);
    }
    let tables = catalogs.tables.iter_enumerated().map(|(id, table)| {
        let verdict = verdict(plan, failures, CheckTable::Catalog(id));
        let rows = 0..table.len();
        let kept: Vec<usize> = rows.filter(|row| !verdict.rejected.contains(row)).collect();
        let columns = table.columns.iter_enumerated().map(|(col, column)| {
            let cleared = cleared_rows(&verdict, col).map(|(_, row)| *row);
            gather::take(&gather::clear(column.clone(), cleared), &kept)
        });
        CatalogTable::new(columns.collect(), plan.schema.catalogs[id].key)
    });
    Arc::new(Catalogs {
        strings: Arc::clone(&catalogs.strings),
        tables: tables.collect(),
    })
}

/// A table without its rejected rows and cleared fields. Places in the total order are closed up afterwards.
fn without_events(table: &EventTable, verdict: &Verdict) -> EventTable {
    let kept: Vec<usize> = (0..table.len())
        .filter(|row| !verdict.rejected.contains(row))
        .collect();
    let rejected: Vec<usize> = verdict.rejected.iter().copied().collect();
    let before = |row: &u32| row - gather::offset(rejected.partition_point(|r| *r < *row as usize));
    let columns = table.columns.iter_enumerated().map(|(col, column)| {
        let cleared = cleared_rows(verdict, col).map(|(_, row)| *row);
        gather::take(&gather::clear(column.clone(), cleared), &kept)
    });
    EventTable {
        offsets: table.offsets.iter().map(before).collect(),
        columns: columns.collect(),
        order: kept.iter().map(|row| table.order[*row]).collect(),
    }
}

fn cleared_rows(verdict: &Verdict, col: ColId) -> impl Iterator<Item = &(ColId, usize)> {
    verdict.cleared.range((col, 0)..=(col, usize::MAX))
}

/// The profile's columns for the kept rows. Rejected rows keep their key, and get their defaults.
fn profile_columns(
    plan: &Plan,
    data: &Dataset,
    verdict: &Verdict,
    kept: &[usize],
    strings: &mut Arc<Strings>,
) -> IndexVec<ColId, Column> {
    let schema = &plan.schema;
    let columns = data.columns.iter_enumerated().map(|(col, column)| {
        let def = &schema.profile.columns[col];
        let cleared = cleared_rows(verdict, col).map(|(_, row)| *row);
        let column = gather::clear(column.clone(), cleared);
        if col == schema.key || verdict.rejected.is_empty() {
            return gather::take(&column, kept);
        }
        // One row more holds what a profile without a row has.
        let default = def.default.as_ref().map_or(Value::Missing, Value::from);
        let default = build::column(&[default], &def.ty, strings);
        let column = gather::concat(&column, &default).expect("the default has the column's type");
        let bare = data.profiles;
        let source = |row: &usize| {
            if verdict.rejected.contains(row) {
                bare
            } else {
                *row
            }
        };
        gather::take(&column, &kept.iter().map(source).collect::<Vec<_>>()).narrowed(strings)
    });
    columns.collect()
}

/// The tables for the kept profiles (those that are gone have no events), their places in the total order counted
/// from 0 again.
fn close_up(
    mut events: IndexVec<KindId, EventTable>,
    kept: &[usize],
) -> IndexVec<KindId, EventTable> {
    let mut orders: Vec<Vec<u32>> = events.iter().map(|table| table.order.to_vec()).collect();
    for profile in kept {
        let rows = |table: &EventTable| table.rows(*profile);
        let mut places: Vec<u32> = events
            .iter()
            .flat_map(|table| table.order[rows(table)].to_vec())
            .collect();
        places.sort_unstable();
        for (order, table) in orders.iter_mut().zip(&events) {
            for place in &mut order[rows(table)] {
                *place = gather::offset(places.partition_point(|other| other < place));
            }
        }
    }
    for (table, order) in events.iter_mut().zip(orders) {
        let ends = kept.iter().map(|profile| table.offsets[*profile]);
        table.offsets = ends.chain([gather::offset(order.len())]).collect();
        table.order = order.into();
    }
    events
}

#[cfg(test)]
mod tests;
