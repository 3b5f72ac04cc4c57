//! The items of catalogs: their keys first, because other fields name them; then the rest, as of everything else.

use persona_base::IndexVec;
use persona_ir::{Catalog, CatalogId, Const, Schema, Ty};
use persona_runtime::{CatalogTable, Column, Strings, Values};

use super::field::What;
use super::fill::Row;
use super::hints::Hints;
use super::look::Look;
use super::person::Person;
use super::{Maker, absent, purpose};
use crate::fields::{Owner, Source};

/// So many items a catalog has, besides those that rules name.
const ITEMS: usize = 400;
/// Of so many keys that something else names, one is of no item.
const GONE: usize = 50;

/// The keys of a catalog's items, ascending.
#[derive(Debug)]
pub(super) enum Keys {
    /// Texts: a prefix and a number, and those that rules name.
    Texts {
        /// What they begin with.
        prefix: String,
        /// How many have a number.
        count: usize,
        /// Those that rules name.
        named: Vec<String>,
    },
    /// Whole numbers from 1 on, and those that rules name.
    Numbers(Vec<i64>),
    /// All values of an enum of so many.
    Values(u32),
}

impl Keys {
    /// The keys of a catalog.
    pub(super) fn of(id: CatalogId, catalog: &Catalog, schema: &Schema, hints: &Hints) -> Self {
        let column = &catalog.table.columns[catalog.key];
        let source = Source {
            owner: Owner::Catalog(id),
            col: catalog.key,
            child: None,
        };
        match &column.ty {
            Ty::Enum(of) => {
                let values = schema.enums[*of].values.len();
                Self::Values(u32::try_from(values).unwrap_or(u32::MAX))
            }
            Ty::Str => {
                let (prefix, count) = match Look::of(&column.name, None, &[], false) {
                    Look::Some(prefix, count) if prefix == "SKU-" => (prefix, count),
                    _ => (prefix(&catalog.table.name), ITEMS),
                };
                let named = hints.texts(source).into_iter().map(str::to_owned);
                Self::Texts {
                    prefix,
                    count,
                    named: named.collect(),
                }
            }
            _ => {
                let named = hints.constants(source).iter();
                let named = named.filter_map(|constant| match constant {
                    Const::Int(number) => Some(*number),
                    _ => None,
                });
                let mut all: Vec<i64> = (1..).take(ITEMS).chain(named).collect();
                all.sort_unstable();
                all.dedup();
                Self::Numbers(all)
            }
        }
    }

    /// What a field of a type is that names items by these keys; nothing where its values are what they are anyway.
    pub(super) fn named(&self, ty: &Ty) -> Option<What> {
        match (self, ty) {
            (
                Self::Texts {
                    prefix,
                    count,
                    named,
                },
                Ty::Str,
            ) => {
                let look = Look::Some(prefix.clone(), count + count / GONE);
                Some(What::Text(match named.as_slice() {
                    [] => look,
                    // One in a while: there are many others.
                    named => Look::Named(named.to_vec(), Box::new(look)),
                }))
            }
            (Self::Numbers(all), Ty::Int) => Some(What::Few(all.len() + all.len() / GONE)),
            _ => None,
        }
    }

    /// All of them, as the column of the items' keys.
    fn column(&self, strings: &mut Strings) -> Column {
        let values = match self {
            Self::Texts {
                prefix,
                count,
                named,
            } => {
                let numbered = (1..=*count).map(|number| format!("{prefix}{number:03}"));
                let mut all: Vec<String> = numbered.chain(named.iter().cloned()).collect();
                all.sort_unstable();
                all.dedup();
                Values::Str(all.iter().map(|key| strings.intern(key)).collect())
            }
            Self::Numbers(all) => Values::Int(all.clone().into()),
            Self::Values(count) => Values::Enum((0..*count).collect()),
        };
        Column::new(values, None)
    }
}

/// `PR-` for products.
fn prefix(name: &str) -> String {
    let letters: String = name.chars().take(2).collect();
    format!("{}-", letters.to_uppercase())
}

impl Maker<'_> {
    /// The items of all catalogs.
    pub(super) fn catalogs(&mut self) -> IndexVec<CatalogId, CatalogTable> {
        let catalogs = self.schema.catalogs.iter_enumerated();
        catalogs
            .map(|(id, catalog)| self.items(id, catalog))
            .collect()
    }

    fn items(&mut self, id: CatalogId, catalog: &Catalog) -> CatalogTable {
        let keys = self.hints.keys(id).column(&mut self.strings);
        let (rows, now) = (keys.len(), self.generation.now);
        // A thing has a place, and is known since a while, as people are.
        let makers = (0..rows).map(|row| Person::of(!self.generation.seed, row, now));
        let makers: Vec<Person> = makers.collect();
        let mut columns = IndexVec::new();
        for (col, column) in catalog.table.columns.iter_enumerated() {
            let used = self.used.as_ref();
            columns.push(if col == catalog.key {
                keys.clone()
            } else if used.is_some_and(|used| !used.catalogs[id].contains(&col)) {
                absent(rows)
            } else {
                let owner = Owner::Catalog(id);
                let field = self.field(&catalog.table, owner, col);
                let rows = makers.iter().enumerate();
                let rows = rows.map(|(row, person)| Row {
                    person,
                    row,
                    at: now,
                });
                self.fill(&field, purpose(owner, col, &column.name), rows)
            });
        }
        CatalogTable::new(columns, catalog.key)
    }
}
