//! Items of catalogs from their sources' rows: merged by key as profiles without an instant are, and put in the order of their
//! keys.

use std::borrow::Cow;

use persona_base::IndexVec;
use persona_ir::{CatalogId, CheckTable, ColId, Plan, Ty};
use persona_runtime::{CatalogTable, Column};

use super::builder::{ColumnBuilder, Interner, Width};
use super::keys::Keys;
use super::log::{Log, Origin};
use super::profiles::{self, Keyed, Merge, Present, ProfileTable};
use crate::value::read::Cell;

/// The tables of a catalog's sources while they are read, by catalog.
pub(super) type Sources = IndexVec<CatalogId, Vec<ProfileTable>>;

/// The items, and by item where they came from, if something checks them.
pub(super) type Items = (CatalogTable, Vec<(u32, Origin)>);

/// What the rows of a catalog's sources make.
pub(super) fn finish(
    plan: &Plan,
    id: CatalogId,
    mut tables: Vec<ProfileTable>,
    threads: usize,
    strings: &mut Interner,
    log: &mut Log<'_>,
) -> Items {
    let catalog = &plan.schema.catalogs[id];
    let keyed = Keyed {
        table: &catalog.table,
        key: catalog.key,
    };
    let keys = Keys::new(tables.iter_mut().map(|table| &mut table.rows), threads);
    let mut tables = profiles::by_preference(plan, tables);
    let chosen = profiles::choose(keyed, &tables, &keys, i64::MAX, strings, log);
    let mut present = Present::new(keys.len(), &chosen, |_| false);
    sort(plan, keyed, &keys, &mut present);
    let check = CheckTable::Catalog(id);
    let origins = match plan.checks.iter().any(|of| of.table == check) {
        true => profiles::origins(&tables, &chosen, &present),
        false => Vec::new(),
    };
    let kept = vec![true; catalog.table.columns.len()];
    let merge = Merge {
        keyed,
        chosen: &chosen,
        present: &present,
        kept: &kept,
    };
    let (mut columns, differences) = merge.columns(&mut tables, strings);
    let name = |col: ColId| format!("{}.{}", catalog.table.name, catalog.table.columns[col].name);
    let differences = differences.into_iter();
    let differences = differences.map(|(col, items)| (name(col).into(), items));
    log.report.item_differences.extend(differences);
    if catalog.table.columns[catalog.key].ty == Ty::Str {
        columns[catalog.key] = texts(&keys, &present, strings);
    }
    let columns = columns.iter().map(Column::widened).collect();
    (CatalogTable::new(columns, catalog.key), origins)
}

/// Keys come in the order of their texts; numbers and values of enums have another.
fn sort(plan: &Plan, keyed: Keyed<'_>, keys: &Keys, present: &mut Present) {
    let place = |key: usize| -> i64 {
        let text = keys.text(key);
        match keyed.table.columns[keyed.key].ty {
            Ty::Enum(id) => {
                let values = &plan.schema.enums[id].values;
                let found = values.iter().position(|value| &*value.name == text);
                found
                    .and_then(|at| i64::try_from(at).ok())
                    .unwrap_or(i64::MAX)
            }
            _ => text.parse().unwrap_or(i64::MAX),
        }
    };
    if keyed.table.columns[keyed.key].ty == Ty::Str {
        return;
    }
    let mut sorted: Vec<usize> = present.iter().collect();
    sorted.sort_by_key(|key| place(*key));
    let sorted = sorted
        .into_iter()
        .map(|key| u32::try_from(key).unwrap_or(u32::MAX));
    *present = Present::These(sorted.collect());
}

fn texts(keys: &Keys, present: &Present, strings: &mut Interner) -> Column {
    let mut column = ColumnBuilder::new(&Ty::Str, true);
    for key in present.iter() {
        column.push(Some(Cell::Str(Cow::Borrowed(keys.text(key)))), strings);
    }
    column.finish(Width::Wide)
}
