//! Rows in memory: filled by safe code with values that were looked at, read by machine code. Everything that a row's
//! words point to is owned by the same buffer and stays in its place until the buffer is cleared.

use std::cell::Cell;
use std::sync::Arc;

use persona_ir::{ColId, KindId, Ty};
use persona_runtime::{Strings, Value};

use super::error::RowError;
use super::heap::Heap;
use super::layout::{BLOCK, INLINE, NO_LIST, NO_TEXT, OTHER, PAD, RowLayout, Slot, TAIL};
use super::value::{RowValue, check, elements};

/// A cache line, so that rows begin at one.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Line([u64; 8]);

/// The symbols of a list without elements.
static EMPTY: [u32; BLOCK] = [PAD; BLOCK];

/// What a row keeps beside its words, where answers need it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    /// By column; empty where nothing was kept.
    pub(crate) values: Vec<Value>,
    /// The events, in any order.
    pub(crate) events: Vec<(KindId, Vec<Value>)>,
    /// The profile of a dataset that the row was filled from instead.
    pub(crate) origin: Option<Origin>,
}

/// A profile of a dataset.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// The dataset's texts, which tell it from others.
    pub(crate) strings: Arc<Strings>,
    /// The profile.
    pub(crate) profile: usize,
}

/// Profiles laid out flat, one behind another, as programs of one [`RowLayout`] read them.
#[derive(Debug)]
pub struct Rows {
    layout: Arc<RowLayout>,
    /// The rows, and [`TAIL`] bytes more.
    lines: Vec<Line>,
    len: usize,
    heap: Heap,
    /// One for each row where the layout keeps values; else none.
    beside: Vec<Beside>,
}

/// One row among [`Rows`].
#[derive(Clone, Copy, Debug)]
pub struct Row<'r> {
    rows: &'r Rows,
    address: *const u64,
}

/// One profile laid out flat, to be filled and asked again and again.
#[derive(Debug)]
pub struct RowBuf {
    rows: Rows,
}

/// Fills one row.
#[derive(Debug)]
pub struct RowWriter<'r> {
    layout: &'r RowLayout,
    words: &'r mut [u64],
    heap: &'r mut Heap,
    beside: Option<&'r mut Beside>,
}

impl Rows {
    /// No rows yet.
    pub fn new(layout: &Arc<RowLayout>) -> Self {
        Self {
            layout: Arc::clone(layout),
            lines: Vec::new(),
            len: 0,
            heap: Heap::default(),
            beside: Vec::new(),
        }
    }

    /// How the rows are laid out.
    pub fn layout(&self) -> &Arc<RowLayout> {
        &self.layout
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Forgets all rows, and keeps the memory.
    pub fn clear(&mut self) {
        self.len = 0;
        self.heap.reset();
        self.beside.clear();
    }

    /// Adds a row that has nothing but the defaults of columns, and gives it to be filled.
    pub fn push(&mut self) -> RowWriter<'_> {
        let index = self.len;
        self.len += 1;
        let needed = (self.len * self.layout.words * 8 + TAIL).div_ceil(size_of::<Line>());
        if self.lines.len() < needed {
            self.lines.resize(needed, Line([0; 8]));
        }
        if self.layout.keeps {
            self.beside.push(Beside::default());
        }
        let mut writer = self.writer(index);
        writer.reset();
        writer
    }

    /// One row.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    #[inline]
    pub fn row(&self, index: usize) -> Row<'_> {
        assert!(index < self.len, "the rows have this one");
        // SAFETY: row `index` and all before it lie within the lines, as `push` has seen to.
        let address = unsafe { self.address().add(index * self.layout.words) };
        Row {
            rows: self,
            address,
        }
    }

    /// All rows.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        let (start, words) = (self.address(), self.layout.words);
        (0..self.len).map(move |index| Row {
            rows: self,
            // SAFETY: as in `row`: `index` is one of the rows'.
            address: unsafe { start.add(index * words) },
        })
    }

    /// The first row's address.
    #[inline]
    pub(crate) fn address(&self) -> *const u64 {
        self.lines.as_ptr().cast()
    }

    /// What a row keeps beside.
    pub(crate) fn beside(&self, index: usize) -> Option<&Beside> {
        self.beside.get(index)
    }

    fn writer(&mut self, index: usize) -> RowWriter<'_> {
        let words = self.layout.words;
        let all = self.lines.as_flattened_words();
        RowWriter {
            layout: &self.layout,
            words: &mut all[index * words..(index + 1) * words],
            heap: &mut self.heap,
            beside: self.beside.get_mut(index),
        }
    }
}

/// Lines as words.
trait Flat {
    fn as_flattened_words(&mut self) -> &mut [u64];
}

impl Flat for Vec<Line> {
    fn as_flattened_words(&mut self) -> &mut [u64] {
        // SAFETY: a line is eight words and nothing else, aligned to more than a word.
        unsafe { std::slice::from_raw_parts_mut(self.as_mut_ptr().cast(), self.len() * 8) }
    }
}

impl<'r> Row<'r> {
    /// How it is laid out.
    pub fn layout(self) -> &'r Arc<RowLayout> {
        &self.rows.layout
    }

    /// Its address.
    #[inline]
    pub(crate) fn address(self) -> *const u64 {
        self.address
    }

    /// The rows it is one of.
    #[inline]
    pub(crate) fn rows(self) -> &'r Rows {
        self.rows
    }

    /// Its place among the rows.
    pub(crate) fn index(self) -> usize {
        let bytes = self.address.addr() - self.rows.address().addr();
        bytes / 8 / self.rows.layout.words
    }

    /// Looks whether the row has a value in each column that all profiles have.
    ///
    /// # Errors
    ///
    /// Names the first column that lacks one.
    pub fn check(self) -> Result<(), RowError> {
        let layout = &*self.rows.layout;
        let beside = layout.keeps.then(|| self.rows.beside(self.index()));
        let beside = beside.flatten();
        if beside.is_some_and(|beside| beside.origin.is_some()) {
            return Ok(());
        }
        for col in &layout.required {
            let in_row = layout.slots[*col].is_none_or(|slot| self.has(slot));
            let kept = !layout.kept[*col]
                || beside.is_some_and(|beside| {
                    beside
                        .values
                        .get(usize::from(*col))
                        .is_some_and(Value::is_known)
                });
            if !in_row || !kept {
                let name = &layout.schema.profile.columns[*col].name;
                return Err(RowError::Lacking(Arc::clone(name)));
            }
        }
        Ok(())
    }

    /// Whether there is a value in a slot.
    fn has(self, slot: Slot) -> bool {
        match slot {
            Slot::Bool { known } | Slot::Word { known, .. } | Slot::Geo { known, .. } => {
                self.word(known as usize / 64) >> (known % 64) & 1 == 1
            }
            Slot::Text { offset } => self.word(word_of(offset) + 1) != NO_TEXT,
            Slot::List { offset } => {
                let [count, _] = halves(self.word(word_of(offset) + 1));
                count != NO_LIST
            }
        }
    }

    fn word(self, index: usize) -> u64 {
        debug_assert!(index < self.rows.layout.words, "slots are within the row");
        // SAFETY: the layout's slots and bits lie within a row's words.
        unsafe { *self.address.add(index) }
    }
}

impl RowBuf {
    /// A row that has nothing but the defaults of columns.
    pub fn new(layout: &Arc<RowLayout>) -> Self {
        let mut rows = Rows::new(layout);
        rows.push();
        Self { rows }
    }

    /// Forgets all values, except for the defaults of columns.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.rows.push();
    }

    /// Fills the row.
    pub fn write(&mut self) -> RowWriter<'_> {
        self.rows.writer(0)
    }

    /// Gives a column a value. Setting one twice keeps the first text or list until the row is cleared.
    ///
    /// # Errors
    ///
    /// As [`RowWriter::set`].
    pub fn set<'v>(&mut self, col: ColId, value: impl Into<RowValue<'v>>) -> Result<(), RowError> {
        self.write().set(col, value)
    }

    /// Adds an event of the profile.
    ///
    /// # Errors
    ///
    /// As [`RowWriter::event`].
    pub fn event(&mut self, kind: KindId, values: Vec<Value>) -> Result<(), RowError> {
        self.write().event(kind, values)
    }

    /// The row, to be asked.
    #[inline]
    pub fn row(&self) -> Row<'_> {
        Row {
            rows: &self.rows,
            address: self.rows.address(),
        }
    }
}

impl RowWriter<'_> {
    /// How the row is laid out.
    pub fn layout(&self) -> &RowLayout {
        self.layout
    }

    /// Gives a column a value.
    ///
    /// # Errors
    ///
    /// When there is no such column, or it does not take this value.
    pub fn set<'v>(&mut self, col: ColId, value: impl Into<RowValue<'v>>) -> Result<(), RowError> {
        let value = value.into();
        let columns = &self.layout.schema.profile.columns;
        let Some(column) = columns.get(col) else {
            return Err(RowError::NoField(format!("number {}", col.0).into()));
        };
        if self.beside.as_ref().is_some_and(|b| b.origin.is_some()) {
            return Err(RowError::FromData);
        }
        check(&self.layout.schema, &column.name, &column.ty, &value)?;
        if let (RowValue::Missing, Some(default)) = (value, &column.default) {
            let default: Value = default.into();
            self.keep(col, &(&default).into());
            self.put(col, &(&default).into());
            return Ok(());
        }
        if let RowValue::List(values) = value {
            let values = elements(&column.ty, values);
            self.keep(col, &RowValue::List(&values));
            self.put(col, &RowValue::List(&values));
            return Ok(());
        }
        self.keep(col, &value);
        self.put(col, &value);
        Ok(())
    }

    /// Adds an event of the profile: one value per column of its kind, the first two the instant and the identifier. Those that
    /// nothing is asked about are looked at and forgotten.
    ///
    /// # Errors
    ///
    /// When there is no such kind, a column does not take its value, or one is lacking that every such event has and that is
    /// asked about.
    pub fn event(&mut self, kind: KindId, values: Vec<Value>) -> Result<(), RowError> {
        let schema = &self.layout.schema;
        let Some(table) = schema.events.get(kind) else {
            return Err(RowError::NoField(format!("of event {}", kind.0).into()));
        };
        if let Some(extra) = values.get(table.columns.len()..).and_then(<[Value]>::first) {
            let field = format!("behind the last of `{}`: {extra:?}", table.name).into();
            return Err(RowError::NoField(field));
        }
        for (col, column) in table.columns.iter_enumerated() {
            let value = values.get(usize::from(col)).unwrap_or(&Value::Missing);
            check(schema, &column.name, &column.ty, &value.into())?;
            let required = !column.optional && column.default.is_none();
            if !value.is_known() && required && self.layout.reads_event(kind, col) {
                return Err(RowError::Lacking(Arc::clone(&column.name)));
            }
        }
        if let Some(beside) = &mut self.beside {
            if beside.origin.is_some() {
                return Err(RowError::FromData);
            }
            let columns = table.columns.iter().zip(values);
            let values = columns.map(|(column, value)| normal(&column.ty, &value));
            beside.events.push((kind, values.collect()));
        }
        Ok(())
    }

    /// Gives the row the values that are there before anything is set.
    fn reset(&mut self) {
        let layout = self.layout;
        self.words.fill(0);
        for slot in layout.slots.iter().flatten() {
            match *slot {
                Slot::Text { offset } => self.words[word_of(offset) + 1] = NO_TEXT,
                Slot::List { offset } => self.put_list(offset, &EMPTY, NO_LIST, 1),
                Slot::Bool { .. } | Slot::Word { .. } | Slot::Geo { .. } => {}
            }
        }
        for (col, default) in &layout.defaults {
            let default: Value = default.into();
            self.keep(*col, &(&default).into());
            self.put(*col, &(&default).into());
        }
    }

    /// Says that the row is a dataset's profile, so that its history need not be copied.
    pub(crate) fn hold_profile(&mut self, strings: &Arc<Strings>, profile: usize) {
        if let Some(beside) = &mut self.beside {
            let strings = Arc::clone(strings);
            **beside = Beside {
                origin: Some(Origin { strings, profile }),
                ..Beside::default()
            };
        }
    }

    fn keep(&mut self, col: ColId, value: &RowValue<'_>) {
        if !self.layout.kept[col] {
            return;
        }
        if let Some(beside) = &mut self.beside {
            let columns = self.layout.schema.profile.columns.len();
            beside.values.resize(columns, Value::Missing);
            beside.values[usize::from(col)] = value.to_value();
        }
    }

    // ---- slots; values are of the column's type ----

    /// Writes a value into its slot, if it has one.
    pub(crate) fn put(&mut self, col: ColId, value: &RowValue<'_>) {
        let Some(slot) = self.layout.slots[col] else {
            return;
        };
        match (slot, *value) {
            (Slot::Bool { known }, RowValue::Bool(value)) => self.put_bool(known, Some(value)),
            (Slot::Bool { known }, _) => self.put_bool(known, None),
            (Slot::Word { offset, known }, value) => {
                let word = match value {
                    RowValue::Int(number) => Some(number.cast_unsigned()),
                    RowValue::Float(number) => Some((number + 0.0).to_bits()),
                    RowValue::Enum(index) => Some(u64::from(index)),
                    _ => None,
                };
                self.put_word(offset, known, word);
            }
            (Slot::Geo { offset, known }, value) => {
                let place = match value {
                    RowValue::Geo(a, b) => Some((a + 0.0, b + 0.0)),
                    _ => None,
                };
                self.put_place(offset, known, place);
            }
            (Slot::Text { offset }, RowValue::Str(text)) => self.put_text(offset, text),
            (Slot::Text { offset }, _) => self.put_no_text(offset),
            (Slot::List { offset }, RowValue::List(values)) => self.put_values(col, offset, values),
            (Slot::List { offset }, _) => self.put_list(offset, &EMPTY, NO_LIST, 1),
        }
    }

    pub(crate) fn put_bool(&mut self, known: u32, value: Option<bool>) {
        let word = &mut self.words[known as usize / 64];
        let bits = match value {
            Some(value) => 1 | u64::from(value) << 1,
            None => 0,
        };
        *word = *word & !(3 << (known % 64)) | bits << (known % 64);
    }

    fn put_known(&mut self, known: u32, value: bool) {
        let word = &mut self.words[known as usize / 64];
        *word = *word & !(1 << (known % 64)) | u64::from(value) << (known % 64);
    }

    pub(crate) fn put_word(&mut self, offset: i32, known: u32, word: Option<u64>) {
        self.put_known(known, word.is_some());
        self.words[word_of(offset)] = word.unwrap_or(0);
    }

    pub(crate) fn put_place(&mut self, offset: i32, known: u32, place: Option<(f64, f64)>) {
        self.put_known(known, place.is_some());
        let (latitude, longitude) = place.unwrap_or_default();
        self.words[word_of(offset)] = latitude.to_bits();
        self.words[word_of(offset) + 1] = longitude.to_bits();
    }

    pub(crate) fn put_no_text(&mut self, offset: i32) {
        self.words[word_of(offset)] = 0;
        self.words[word_of(offset) + 1] = NO_TEXT;
    }

    pub(crate) fn put_text(&mut self, offset: i32, text: &str) {
        let length = u32::try_from(text.len()).expect("a text of less than 4 GiB");
        let mut slot = [0_u8; 16];
        slot[..4].copy_from_slice(&length.to_ne_bytes());
        if text.len() <= INLINE {
            slot[4..4 + text.len()].copy_from_slice(text.as_bytes());
        } else {
            slot[4..8].copy_from_slice(&text.as_bytes()[..4]);
            let address = self.heap.bytes(text.as_bytes()).expose_provenance();
            slot[8..].copy_from_slice(&(address as u64).to_ne_bytes());
        }
        let [first, second] = words(slot);
        self.words[word_of(offset)] = first;
        self.words[word_of(offset) + 1] = second;
    }

    fn put_values(&mut self, col: ColId, offset: i32, values: &[Value]) {
        let symbols = &self.layout.symbols[col];
        let symbol = |value: &Value| {
            let word = match value {
                Value::Str(text) => return symbols.texts.get(text).copied().unwrap_or(OTHER),
                Value::Bool(value) => u64::from(*value),
                Value::Int(number) => number.cast_unsigned(),
                Value::Float(number) => number.to_bits(),
                Value::Enum(index) => u64::from(*index),
                Value::Missing | Value::Geo(..) | Value::List(_) | Value::Record(_) => {
                    return OTHER;
                }
            };
            symbols.words.get(&word).copied().unwrap_or(OTHER)
        };
        self.put_symbols(offset, values.iter().map(symbol));
    }

    /// Writes a list of symbols.
    pub(crate) fn put_symbols(&mut self, offset: i32, symbols: impl ExactSizeIterator<Item = u32>) {
        let count = u32::try_from(symbols.len()).expect("a list has fewer than 2^32 - 1 elements");
        if count == 0 {
            return self.put_list(offset, &EMPTY, 0, 1);
        }
        let blocks = count.div_ceil(8);
        let padded = Padded {
            symbols,
            left: blocks as usize * BLOCK,
        };
        let address = self.heap.pairs(padded).cast();
        self.put_list(offset, address, count, blocks);
    }

    fn put_list(&mut self, offset: i32, address: *const [u32; BLOCK], count: u32, blocks: u32) {
        let mut numbers = [0_u8; 8];
        numbers[..4].copy_from_slice(&count.to_ne_bytes());
        numbers[4..].copy_from_slice(&blocks.to_ne_bytes());
        self.words[word_of(offset)] = address.expose_provenance() as u64;
        self.words[word_of(offset) + 1] = u64::from_ne_bytes(numbers);
    }
}

/// Symbols, and behind them [`PAD`].
struct Padded<I> {
    symbols: I,
    left: usize,
}

impl<I: Iterator<Item = u32>> Iterator for Padded<I> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        Some(self.symbols.next().unwrap_or(PAD))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<I: Iterator<Item = u32>> ExactSizeIterator for Padded<I> {}

/// A value as columns have it.
pub(crate) fn normal(ty: &Ty, value: &Value) -> Value {
    match value {
        Value::List(values) => Value::List(elements(ty, values).as_ref().into()),
        other => RowValue::from(other).to_value(),
    }
}

fn word_of(offset: i32) -> usize {
    usize::try_from(offset).expect("slots are behind a row's start") / 8
}

fn words(bytes: [u8; 16]) -> [u64; 2] {
    let (first, second) = bytes.split_at(8);
    [first, second].map(|half| u64::from_ne_bytes(half.try_into().expect("eight bytes")))
}

fn halves(word: u64) -> [u32; 2] {
    let bytes = word.to_ne_bytes();
    let (first, second) = bytes.split_at(4);
    [first, second].map(|half| u32::from_ne_bytes(half.try_into().expect("four bytes")))
}

/// The text in a slot; empty where there is none.
///
/// # Safety
///
/// The address is that of a text's slot of a row whose buffer is alive and not written to while the text is in use.
pub(crate) unsafe fn text_at<'r>(slot: *const u64) -> Option<&'r str> {
    // SAFETY: the slot has two words; where the text is longer than what fits, the second is the address of as many
    // bytes in the buffer's heap. Both were copied from a `str`.
    unsafe {
        let [length, _] = halves(*slot);
        let second = *slot.add(1);
        if second == NO_TEXT {
            return None;
        }
        let length = length as usize;
        let start: *const u8 = if length <= INLINE {
            slot.cast::<u8>().add(4)
        } else {
            let address = usize::try_from(second).unwrap_or_default();
            std::ptr::with_exposed_provenance::<Cell<u8>>(address).cast()
        };
        let bytes = std::slice::from_raw_parts(start, length);
        Some(std::str::from_utf8_unchecked(bytes))
    }
}
