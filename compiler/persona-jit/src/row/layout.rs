//! How one profile lies flat in memory: which columns, each at a fixed place. Made from what the asked answers use.
//! Decides places; [`super::buffer`] fills them and machine code reads them.
//!
//! A row is a number of 8-byte words. First come words of bits: one for each column that is no text and no list (is
//! there a value?), and one more for each Bool (is it `true`?; never set where there is none). Then come the slots:
//!
//! - integers and Floats: 8 bytes; enum values: their index in 8 bytes; places: two Floats;
//! - texts: 16 bytes, the length (`u32`), then up to 12 bytes of text and zeros, or 4 bytes of it and the address of all of
//!   it. No text: length 0, and all ones in the last 8 bytes, which no text has;
//! - lists: 16 bytes, the address of the elements' symbols (`u32`, in whole blocks, the last filled up with [`PAD`]), their
//!   number (`u32`; all ones for no list) and the number of blocks (`u32`, at least 1). A symbol stands for one of the
//!   constants that the program looks for in that list; all other elements are [`OTHER`].
//!
//! What an answer asks of a list beyond membership and size, and of a profile's history, is answered from values that the row keeps
//! beside its words.

use std::collections::BTreeSet;
use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{ColId, Const, KindId, Schema, Ty};
use rustc_hash::FxHashMap;

use crate::layout::Shape;

/// The symbol of an element that the program does not look for.
pub(crate) const OTHER: u32 = u32::MAX - 1;
/// What fills up the last block of a list's symbols.
pub(crate) const PAD: u32 = u32::MAX;
/// So many symbols are a block.
pub(crate) const BLOCK: usize = 8;
/// How many bytes of a text lie in its slot.
pub(crate) const INLINE: usize = 12;
/// The last 8 bytes of a text's slot where there is no text.
pub(crate) const NO_TEXT: u64 = u64::MAX;
/// The number of elements where there is no list.
pub(crate) const NO_LIST: u32 = u32::MAX;
/// So many bytes behind the last row, and behind a text elsewhere, may be read.
pub(crate) const TAIL: usize = 32;

/// Where a column's value lies in a row; offsets are in bytes from the row's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// A Bool: `known` is the number of the bit that says whether there is one, the next bit is the value.
    Bool {
        /// The first of the two bits.
        known: u32,
    },
    /// An integer, a Float or an enum's code.
    Word {
        /// Where.
        offset: i32,
        /// The bit that says whether there is a value.
        known: u32,
    },
    /// Latitude and longitude.
    Geo {
        /// Where.
        offset: i32,
        /// The bit that says whether there is a value.
        known: u32,
    },
    /// A text.
    Text {
        /// Where.
        offset: i32,
    },
    /// A list.
    List {
        /// Where.
        offset: i32,
    },
}

/// The symbols of the constants that a list is searched for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbols {
    /// By text.
    pub(crate) texts: FxHashMap<Arc<str>, u32>,
    /// By the key of any other value: see [`scalar_key`].
    pub(crate) words: FxHashMap<u64, u32>,
}

impl Symbols {
    /// Makes a symbol for a constant, if it has none.
    fn add(&mut self, value: &Const) {
        let next = u32::try_from(self.texts.len() + self.words.len()).unwrap_or(OTHER);
        match (value, scalar_key(value)) {
            (Const::Str(text), _) => {
                self.texts.entry(Arc::clone(text)).or_insert(next);
            }
            (_, Some(key)) => {
                self.words.entry(key).or_insert(next);
            }
            _ => {}
        }
    }

    /// The symbol of a constant that was added.
    pub(crate) fn of(&self, value: &Const) -> Option<u32> {
        match value {
            Const::Str(text) => self.texts.get(text).copied(),
            other => self.words.get(&scalar_key(other)?).copied(),
        }
    }
}

/// 64 bits that are equal exactly where two values of one scalar type are, texts aside.
pub(crate) fn scalar_key(value: &Const) -> Option<u64> {
    match value {
        Const::Bool(value) => Some(u64::from(*value)),
        Const::Int(value) => Some(value.cast_unsigned()),
        Const::Float(value) => Some(value.get().to_bits()),
        Const::Enum(index) => Some(u64::from(*index)),
        Const::Missing | Const::Str(_) | Const::Geo(..) | Const::List(_) | Const::Record(_) => None,
    }
}

/// What is asked of a plan's profile columns; collected before they are laid out.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// The columns that machine code reads from the row, with the constants that it looks for in lists.
    pub(crate) slots: FxHashMap<ColId, Vec<Const>>,
    /// The columns whose values the row keeps beside, because histories and lists of records are asked with them.
    pub(crate) kept: Vec<ColId>,
    /// The columns of each kind of event that are asked about.
    pub(crate) events: Vec<BTreeSet<ColId>>,
    /// Whether anything is answered from what the row keeps.
    pub(crate) keeps: bool,
}

/// Where each profile column lies in a row, and what rows of this kind are like. Rows of one layout can be asked by all
/// programs made for it; it says nothing about the program.
#[derive(Debug)]
pub struct RowLayout {
    pub(crate) schema: Schema,
    pub(crate) slots: IndexVec<ColId, Option<Slot>>,
    pub(crate) symbols: IndexVec<ColId, Symbols>,
    pub(crate) kept: IndexVec<ColId, bool>,
    /// Whether rows keep values and events beside their words.
    pub(crate) keeps: bool,
    /// The columns of each kind of event that are asked about; none where nothing is.
    pub(crate) events: Vec<BTreeSet<ColId>>,
    /// The columns that every row must have and that have no default.
    pub(crate) required: Vec<ColId>,
    /// The words of a row.
    pub(crate) words: usize,
    /// The columns that have a default, and those that are asked for in a slot or kept.
    pub(crate) defaults: Vec<(ColId, Const)>,
}

impl RowLayout {
    pub(crate) fn new(schema: &Schema, wanted: &Wanted) -> Self {
        let columns = &schema.profile.columns;
        let mut plots = Plots::default();
        let mut slots: IndexVec<ColId, Option<Slot>> = columns.iter().map(|_| None).collect();
        // Bits first, then what is 8 bytes wide, then what is wider, so that the numbers of a row are together.
        for pass in [Pass::Bits, Pass::Words, Pass::Wide] {
            for (col, column) in columns.iter_enumerated() {
                if wanted.slots.contains_key(&col) {
                    plots.place(pass, &column.ty, &mut slots[col]);
                }
            }
            plots.end(pass);
        }
        for slot in slots.iter_mut().flatten() {
            slot.move_behind(plots.bits_bytes());
        }
        let mut symbols: IndexVec<ColId, Symbols> =
            columns.iter().map(|_| Symbols::default()).collect();
        for col in columns.ids() {
            for value in wanted.slots.get(&col).into_iter().flatten() {
                symbols[col].add(value);
            }
        }
        let mut kept: IndexVec<ColId, bool> = columns.iter().map(|_| false).collect();
        for col in &wanted.kept {
            kept[*col] = true;
        }
        let used = |col: ColId| slots[col].is_some() || kept[col];
        let required = columns.ids().filter(|col| used(*col));
        let required = required
            .filter(|col| !schema.may_lack(*col) && columns[*col].default.is_none())
            .collect();
        let defaults = columns.iter_enumerated().filter(|(col, _)| used(*col));
        let defaults = defaults
            .filter_map(|(col, column)| Some((col, column.default.clone()?)))
            .collect();
        Self {
            words: plots.size(),
            schema: schema.clone(),
            slots,
            symbols,
            kept,
            events: wanted.events.clone(),
            keeps: wanted.keeps,
            required,
            defaults,
        }
    }

    /// How many bytes a row takes, texts and lists elsewhere aside.
    pub fn row_bytes(&self) -> usize {
        self.words * 8
    }

    /// The column of a profile's field by its (dotted) name, if there is such a field.
    pub fn column(&self, name: &str) -> Option<ColId> {
        self.schema.profile.column(name)
    }

    /// The tables that rows are made for.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Whether an answer reads this column of a kind's events. The instant always counts.
    pub(crate) fn reads_event(&self, kind: KindId, col: ColId) -> bool {
        let asked = self.events.get(usize::from(kind));
        col == Schema::AT || asked.is_some_and(|columns| columns.contains(&col))
    }

    /// Whether an answer reads this column. Values of others are checked and then forgotten.
    pub fn reads(&self, col: ColId) -> bool {
        self.slots.get(col).is_some_and(Option::is_some) || self.kept.get(col) == Some(&true)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    Bits,
    Words,
    Wide,
}

/// Hands out bits and bytes.
#[derive(Default)]
struct Plots {
    bits: u32,
    bytes: i32,
}

impl Plots {
    fn place(&mut self, pass: Pass, ty: &Ty, slot: &mut Option<Slot>) {
        let shape = Shape::of(ty);
        let text = *ty == Ty::Str;
        match (pass, shape) {
            (Pass::Bits, Shape::Bool) => {
                let known = self.bit(2);
                *slot = Some(Slot::Bool { known });
            }
            (Pass::Words, Shape::Int | Shape::Float | Shape::Code) if !text => {
                let (offset, known) = (self.take(8), self.bit(1));
                *slot = Some(Slot::Word { offset, known });
            }
            (Pass::Wide, Shape::Geo) => {
                let (offset, known) = (self.take(16), self.bit(1));
                *slot = Some(Slot::Geo { offset, known });
            }
            (Pass::Wide, Shape::Code) if text => {
                let offset = self.take(16);
                *slot = Some(Slot::Text { offset });
            }
            (Pass::Wide, Shape::List) => {
                let offset = self.take(16);
                *slot = Some(Slot::List { offset });
            }
            _ => {}
        }
    }

    /// Nothing is left over between passes: slots are multiples of 8 bytes.
    fn end(&mut self, pass: Pass) {
        debug_assert!(pass == Pass::Bits || self.bytes % 8 == 0, "slots are words");
    }

    /// So many bits of one word.
    fn bit(&mut self, count: u32) -> u32 {
        if self.bits % 64 + count > 64 {
            self.bits = self.bits.next_multiple_of(64);
        }
        let first = self.bits;
        self.bits += count;
        first
    }

    fn take(&mut self, bytes: i32) -> i32 {
        let offset = self.bytes;
        self.bytes += bytes;
        offset
    }

    fn bits_bytes(&self) -> i32 {
        i32::try_from(self.bits.div_ceil(64) * 8).expect("a table has fewer than 2^28 columns")
    }

    /// The words of a row; at least one, so that rows have addresses of their own.
    fn size(&self) -> usize {
        let bytes = self.bits_bytes() + self.bytes;
        usize::try_from(bytes / 8).unwrap_or(0).max(1)
    }
}

impl Slot {
    fn move_behind(&mut self, bytes: i32) {
        match self {
            Self::Bool { .. } => {}
            Self::Word { offset, .. }
            | Self::Geo { offset, .. }
            | Self::Text { offset }
            | Self::List { offset } => *offset += bytes,
        }
    }
}
