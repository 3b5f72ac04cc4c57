//! Catalogs: tables of items, sorted by key, found by key. They belong to a package and not to a person, so that whoever
//! answers for one person shares them with everybody else. Holds values; decides nothing.

use std::sync::{Arc, LazyLock};

use persona_base::IndexVec;
use persona_ir::{CatalogId, ColId, Schema};
use rustc_hash::FxHashMap;

use crate::{Column, Strings, Value, Values, dataset};

/// All catalogs of a package.
#[derive(Clone, Debug, Default)]
pub struct Catalogs {
    /// The texts of their columns: those of the dataset that they are part of, or the first of those.
    pub strings: Arc<Strings>,
    /// The tables, as in the plan's schema. Where one is not there, it has no items.
    pub tables: IndexVec<CatalogId, CatalogTable>,
}

/// The items of a catalog, in the order of their keys: texts by code point, numbers by value, enums by index.
#[derive(Clone, Debug)]
pub struct CatalogTable {
    /// The columns, as in the plan's schema, all wide.
    pub columns: IndexVec<ColId, Column>,
    rows: usize,
    index: Index,
    /// The items as the interpreter's list, and as a column.
    items: Value,
    places: Column,
}

/// Where the item of a key is.
#[derive(Clone, Debug)]
enum Index {
    /// By the code of the text.
    Text(FxHashMap<u32, u32>),
    Int(FxHashMap<i64, u32>),
    Enum(FxHashMap<u32, u32>),
    /// The keys were not read.
    None,
}

impl Catalogs {
    /// No catalogs at all.
    pub fn none() -> &'static Arc<Self> {
        static NONE: LazyLock<Arc<Catalogs>> = LazyLock::new(Arc::default);
        &NONE
    }

    /// Whether there are no tables.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// How many items a catalog has.
    pub fn len(&self, catalog: CatalogId) -> usize {
        self.tables.get(catalog).map_or(0, CatalogTable::len)
    }

    /// The item with a key.
    pub fn find(&self, catalog: CatalogId, key: &Value) -> Option<usize> {
        self.tables.get(catalog)?.find(&self.strings, key)
    }

    /// A column of an item; missing where there is no such item.
    pub fn value(&self, catalog: CatalogId, col: ColId, row: usize) -> Value {
        let Some(table) = self.tables.get(catalog).filter(|table| row < table.rows) else {
            return Value::Missing;
        };
        dataset::value(&self.strings, &table.columns[col], row)
    }

    /// All items, as a list of their places.
    pub fn items(&self, catalog: CatalogId) -> Value {
        let table = self.tables.get(catalog);
        table.map_or_else(|| Value::List([].into()), |table| table.items.clone())
    }
}

impl CatalogTable {
    /// A table of items that are sorted by key and have distinct keys.
    pub fn new(columns: IndexVec<ColId, Column>, key: ColId) -> Self {
        let keys = &columns[key];
        let rows = keys.len();
        let places = 0_u32..;
        let index = match &keys.values {
            Values::Str(codes) => {
                Index::Text((0..rows).map(|row| codes.get(row)).zip(places).collect())
            }
            Values::Int(keys) => {
                Index::Int((0..rows).map(|row| keys.get(row)).zip(places).collect())
            }
            Values::Enum(keys) => {
                Index::Enum((0..rows).map(|row| keys.get(row)).zip(places).collect())
            }
            _ => Index::None,
        };
        let items = (0_i64..).take(rows).map(Value::Int).collect();
        let numbers: Vec<i64> = (0_i64..).take(rows).collect();
        Self {
            columns,
            rows,
            index,
            items: Value::List(items),
            places: Column::new(Values::Int(numbers.into_iter().collect()), None),
        }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The item whose key is the text of this code.
    pub fn find_code(&self, code: u32) -> Option<usize> {
        match &self.index {
            Index::Text(index) | Index::Enum(index) => index.get(&code).map(|row| *row as usize),
            Index::Int(_) | Index::None => None,
        }
    }

    /// The item whose key is this number.
    pub fn find_int(&self, key: i64) -> Option<usize> {
        match &self.index {
            Index::Int(index) => index.get(&key).map(|row| *row as usize),
            Index::Text(_) | Index::Enum(_) | Index::None => None,
        }
    }

    /// The item whose key has this word: an integer's bits, a text's or an enum's code.
    pub fn find_word(&self, word: u64) -> Option<usize> {
        match &self.index {
            Index::Text(_) | Index::Enum(_) => self.find_code(u32::try_from(word).ok()?),
            Index::Int(_) => self.find_int(word.cast_signed()),
            Index::None => None,
        }
    }

    /// The places of the items, from 0.
    pub fn places(&self) -> &Column {
        &self.places
    }

    fn find(&self, strings: &Strings, key: &Value) -> Option<usize> {
        match (key, &self.index) {
            (Value::Str(text), Index::Text(_)) => self.find_code(strings.find(text)?),
            (Value::Enum(key), Index::Enum(_)) => self.find_code(*key),
            (Value::Int(key), _) => self.find_int(*key),
            _ => None,
        }
    }
}

/// Catalogs from single items: for tests, examples and small data. Validates nothing.
#[derive(Clone, Debug)]
pub struct CatalogsBuilder<'a> {
    schema: &'a Schema,
    items: IndexVec<CatalogId, Vec<Vec<Value>>>,
}

impl<'a> CatalogsBuilder<'a> {
    /// Catalogs without items.
    pub fn new(schema: &'a Schema) -> Self {
        Self {
            schema,
            items: schema.catalogs.iter().map(|_| Vec::new()).collect(),
        }
    }

    /// Adds an item: one value per column; where one is missing, the column's default takes its place. A second item of one
    /// key, and one without a key, is left out.
    pub fn item(&mut self, catalog: CatalogId, mut values: Vec<Value>) {
        crate::rows::fill(&mut values, &self.schema.catalogs[catalog].table);
        self.items[catalog].push(values);
    }

    /// The catalogs.
    pub fn finish(self) -> Catalogs {
        let mut strings = Arc::new(Strings::new());
        let all = self.schema.catalogs.iter().zip(self.items);
        let tables = all.map(|(catalog, mut rows)| {
            let key = usize::from(catalog.key);
            rows.retain(|row| row[key].is_known());
            // Stable: of several items of one key the first stays.
            rows.sort_by(|a, b| a[key].compare(&b[key]).unwrap_or(std::cmp::Ordering::Equal));
            rows.dedup_by(|b, a| a[key] == b[key]);
            let columns = crate::rows::columns(&catalog.table, &rows, &mut strings);
            CatalogTable::new(columns, catalog.key)
        });
        let tables = tables.collect();
        Catalogs { strings, tables }
    }
}
