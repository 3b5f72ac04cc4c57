//! Rows from datasets: a profile's values copied from columns to slots.

use std::sync::Arc;

use persona_ir::{ColId, Ty};
use persona_runtime::{Column, Dataset, Values};
use rustc_hash::FxHashMap;

use super::buffer::{RowBuf, RowWriter, Rows};
use super::layout::{NO_LIST, OTHER, RowLayout, Slot, Symbols};
use super::value::RowValue;

/// A dataset as a source of rows of one layout.
#[derive(Debug)]
pub struct DataRows<'d> {
    data: &'d Dataset,
    layout: Arc<RowLayout>,
    columns: Vec<Source<'d>>,
}

/// A column and where it goes.
#[derive(Debug)]
struct Source<'d> {
    col: ColId,
    slot: Slot,
    column: &'d Column,
    /// For lists of texts: the symbols by the dataset's codes.
    codes: FxHashMap<u32, u32>,
}

impl RowLayout {
    /// Prepares to fill rows from a dataset.
    ///
    /// # Panics
    ///
    /// When the dataset is not one of the layout's schema.
    pub fn read<'d>(self: &Arc<Self>, data: &'d Dataset) -> DataRows<'d> {
        let columns = &self.schema.profile.columns;
        assert_eq!(
            columns.len(),
            data.columns.len(),
            "a dataset has the columns of its schema"
        );
        let sources = self.slots.iter_enumerated().filter_map(|(col, slot)| {
            let column = &data.columns[col];
            let fits = fits(&columns[col].ty, &column.values);
            assert!(fits, "a column of a dataset has its schema's type");
            Some(Source {
                col,
                slot: (*slot)?,
                column,
                codes: codes(&self.symbols[col], data),
            })
        });
        DataRows {
            data,
            layout: Arc::clone(self),
            columns: sources.collect(),
        }
    }
}

/// The symbols by the codes of a dataset's texts.
fn codes(symbols: &Symbols, data: &Dataset) -> FxHashMap<u32, u32> {
    let mut codes = FxHashMap::default();
    #[expect(
        clippy::iter_over_hash_type,
        reason = "a map is filled, and its order does not matter"
    )]
    for (text, symbol) in &symbols.texts {
        if let Some(code) = data.strings.find(text) {
            codes.insert(code, *symbol);
        }
    }
    codes
}

/// Whether a column's values are of a type.
fn fits(ty: &Ty, values: &Values) -> bool {
    match values {
        Values::Absent(_) => true,
        Values::Bool(_) => *ty == Ty::Bool,
        Values::Int(_) => ty.is_integer(),
        Values::Float(_) => *ty == Ty::Float,
        Values::Str(_) => *ty == Ty::Str,
        Values::Enum(_) => matches!(ty, Ty::Enum(_)),
        Values::Geo(..) => *ty == Ty::Geo,
        Values::List { .. } => matches!(ty, Ty::List(_) | Ty::Set(_)),
    }
}

impl DataRows<'_> {
    /// Makes a row this profile's.
    ///
    /// # Panics
    ///
    /// When the dataset has no such profile, or the row is of another layout.
    pub fn fill(&self, row: &mut RowBuf, profile: usize) {
        row.clear();
        self.write(&mut row.write(), profile);
    }

    /// Adds a row for each of these profiles.
    ///
    /// # Panics
    ///
    /// When the dataset has no such profiles, or the rows are of another layout.
    pub fn append(&self, rows: &mut Rows, profiles: std::ops::Range<usize>) {
        for profile in profiles {
            self.write(&mut rows.push(), profile);
        }
    }

    fn write(&self, row: &mut RowWriter<'_>, profile: usize) {
        assert!(profile < self.data.profiles, "the data have this profile");
        assert!(
            std::ptr::eq(row.layout(), &raw const *self.layout),
            "the row is of this layout"
        );
        row.hold_profile(&self.data.strings, profile);
        for source in &self.columns {
            self.copy(row, source, profile);
        }
    }

    fn copy(&self, row: &mut RowWriter<'_>, source: &Source<'_>, at: usize) {
        let known = source.column.is_known(at);
        match (source.slot, &source.column.values) {
            (Slot::Bool { known: bit }, Values::Bool(values)) => {
                row.put_bool(bit, known.then(|| values.value(at)));
            }
            (Slot::Word { offset, known: bit }, values) => {
                let word = match values {
                    Values::Int(values) => values.get(at).cast_unsigned(),
                    Values::Float(values) => values[at].to_bits(),
                    Values::Enum(codes) => u64::from(codes.get(at)),
                    _ => 0,
                };
                row.put_word(offset, bit, known.then_some(word));
            }
            (Slot::Geo { offset, known: bit }, Values::Geo(latitudes, longitudes)) => {
                let place = known.then(|| (latitudes[at], longitudes[at]));
                row.put_place(offset, bit, place);
            }
            (Slot::Text { offset }, Values::Str(codes)) if known => {
                row.put_text(offset, self.data.strings.get(codes.get(at)));
            }
            (Slot::List { offset }, Values::List { offsets, children }) if known => {
                let elements = offsets[at] as usize..offsets[at + 1] as usize;
                self.copy_list(row, source, offset, (children, elements));
            }
            // Nothing is there; defaults, which the row has by now, are not for a dataset's profiles.
            _ => row.put(source.col, &RowValue::Missing),
        }
    }

    fn copy_list(
        &self,
        row: &mut RowWriter<'_>,
        source: &Source<'_>,
        offset: i32,
        (children, elements): (&[Column], std::ops::Range<usize>),
    ) {
        debug_assert!(
            elements.len() < NO_LIST as usize,
            "offsets are 32 bits wide"
        );
        let symbols = &self.layout.symbols[source.col];
        let word = |word: u64| symbols.words.get(&word).copied().unwrap_or(OTHER);
        let code = |code: u32| source.codes.get(&code).copied().unwrap_or(OTHER);
        match children {
            [only] => match &only.values {
                Values::Bool(v) => {
                    row.put_symbols(offset, elements.map(|at| word(u64::from(v.value(at)))));
                }
                Values::Int(v) => {
                    row.put_symbols(offset, elements.map(|at| word(v.get(at).cast_unsigned())));
                }
                Values::Float(v) => {
                    row.put_symbols(offset, elements.map(|at| word(v[at].to_bits())));
                }
                Values::Enum(v) => {
                    row.put_symbols(offset, elements.map(|at| word(u64::from(v.get(at)))));
                }
                Values::Str(v) => row.put_symbols(offset, elements.map(|at| code(v.get(at)))),
                Values::Geo(..) | Values::List { .. } | Values::Absent(_) => {
                    row.put_symbols(offset, elements.map(|_| OTHER));
                }
            },
            _ => row.put_symbols(offset, elements.map(|_| OTHER)),
        }
    }
}
