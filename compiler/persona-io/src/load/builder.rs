//! Columns while they grow: values of one type, appended row by row, then put in another order.

use std::cmp::Ordering;

use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder, NullBuffer, ScalarBuffer};
use persona_ir::{Const, Ty};
use persona_runtime::{Codes, Column, Ints, Strings, TextCodes, Values};

use super::lanes::{CodeLane, IntLane, TextLane, retain_from};
use crate::value::read::{Cell, ListCell};

/// The two tables of texts: those that the dataset keeps, and those only needed while loading (of columns that the
/// plan does not use, which still decide the order of events).
#[derive(Debug, Default)]
pub(crate) struct Interner {
    pub(crate) kept: Strings,
    pub(crate) scratch: Strings,
}

/// What the codes of another pair of tables mean in this one.
#[derive(Debug)]
pub(crate) struct Recode {
    kept: Vec<u32>,
    scratch: Vec<u32>,
}

impl Interner {
    /// Takes in all texts of another pair of tables.
    pub(crate) fn recode(&mut self, other: &Self) -> Recode {
        let all = |to: &mut Strings, from: &Strings| {
            (0..u32::try_from(from.len()).unwrap_or(u32::MAX))
                .map(|code| to.intern(from.get(code)))
                .collect()
        };
        Recode {
            kept: all(&mut self.kept, &other.kept),
            scratch: all(&mut self.scratch, &other.scratch),
        }
    }

    pub(crate) fn of(&mut self, kept: bool) -> &mut Strings {
        if kept {
            &mut self.kept
        } else {
            &mut self.scratch
        }
    }
}

fn intern(strings: &mut Strings, text: &str, last: Option<u32>) -> u32 {
    match last {
        // Where a value is missing its code is 0, which an empty table does not know.
        Some(last) if (last as usize) < strings.len() && strings.get(last) == text => last,
        _ => strings.intern(text),
    }
}

/// How a finished column lies in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Width<'s> {
    /// As columns of events and elements of lists.
    Wide,
    /// As columns of profiles: as narrow as the values are, texts by a dictionary of their own; of these texts.
    Narrow(&'s Strings),
}

/// A growing column.
#[derive(Debug)]
pub(crate) struct ColumnBuilder {
    data: Data,
    /// Which values are there; absent while all are.
    valid: Option<BooleanBufferBuilder>,
    len: usize,
    kept: bool,
    /// Set when a list column has more elements than can be numbered.
    overflow: bool,
}

#[derive(Debug)]
enum Data {
    Bool(BooleanBufferBuilder),
    Int(IntLane),
    Float(Vec<f64>),
    Str(TextLane),
    Enum(CodeLane),
    Geo(Vec<f64>, Vec<f64>),
    /// Where each row's elements end, and the elements by child.
    List(Vec<u32>, Vec<ColumnBuilder>),
}

impl ColumnBuilder {
    /// An empty column. Texts of a column that is not kept go to the scratch table.
    pub(crate) fn new(ty: &Ty, kept: bool) -> Self {
        let data = match ty {
            Ty::Bool => Data::Bool(BooleanBufferBuilder::new(0)),
            Ty::Float => Data::Float(Vec::new()),
            Ty::Str => Data::Str(TextLane::new()),
            Ty::Enum(_) => Data::Enum(CodeLane::default()),
            Ty::Geo => Data::Geo(Vec::new(), Vec::new()),
            Ty::List(element) | Ty::Set(element) => {
                let children = match &**element {
                    Ty::Record(fields) => fields
                        .iter()
                        .map(|field| Self::new(&field.ty, kept))
                        .collect(),
                    element => vec![Self::new(element, kept)],
                };
                Data::List(Vec::new(), children)
            }
            // A record stands only inside a list; as a column it has nothing to hold.
            Ty::Record(_) => Data::List(Vec::new(), Vec::new()),
            Ty::Int
            | Ty::Date
            | Ty::TimeOfDay
            | Ty::Timestamp
            | Ty::Duration
            | Ty::Length
            | Ty::Item(_)
            | Ty::Money(_) => Data::Int(IntLane::default()),
        };
        Self {
            data,
            valid: None,
            len: 0,
            kept,
            overflow: false,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Whether some list column got more elements than can be numbered.
    pub(crate) fn overflowed(&self) -> bool {
        self.overflow || self.len > u32::MAX as usize
    }

    pub(crate) fn is_known(&self, row: usize) -> bool {
        self.valid.as_ref().is_none_or(|valid| valid.get_bit(row))
    }

    /// Whether no row has a value.
    pub(crate) fn none_known(&self) -> bool {
        let none = |valid: &BooleanBufferBuilder| valid.as_slice().iter().all(|bits| *bits == 0);
        self.valid.as_ref().map_or(self.len == 0, none)
    }

    /// Whether every row has a value.
    pub(crate) fn all_known(&self) -> bool {
        let known = |valid: &BooleanBufferBuilder| (0..self.len).all(|row| valid.get_bit(row));
        self.valid.as_ref().is_none_or(known)
    }

    fn note(&mut self, known: bool) {
        if !known && self.valid.is_none() {
            let mut valid = BooleanBufferBuilder::new(self.len + 1);
            valid.append_n(self.len, true);
            self.valid = Some(valid);
        }
        if let Some(valid) = &mut self.valid {
            valid.append(known);
        }
        self.len += 1;
    }

    /// Appends a value, or that there is none.
    pub(crate) fn push(&mut self, cell: Option<Cell<'_>>, strings: &mut Interner) {
        let known = cell.is_some();
        match (&mut self.data, cell) {
            (Data::Bool(values), Some(Cell::Bool(value))) => values.append(value),
            (Data::Int(values), Some(Cell::Int(value))) => values.push(value),
            (Data::Float(values), Some(Cell::Float(value))) => values.push(value),
            (Data::Str(values), Some(Cell::Str(text))) => {
                let last = values.last();
                values.push(intern(strings.of(self.kept), &text, last));
            }
            (Data::Enum(values), Some(Cell::Enum(code))) => values.push(code),
            (Data::Geo(lats, lons), Some(Cell::Geo(lat, lon))) => {
                lats.push(lat);
                lons.push(lon);
            }
            (Data::List(ends, children), Some(Cell::List(list))) => {
                self.overflow |= !push_list(ends, children, list, strings);
            }
            (data, other) => {
                debug_assert!(other.is_none(), "a reader gives cells of its column's type");
                push_nothing(data);
                self.note(false);
                return;
            }
        }
        self.note(known);
    }

    /// Appends a constant of the column's type.
    pub(crate) fn push_const(&mut self, value: &Const, strings: &mut Interner) {
        self.push(cell_of(value), strings);
    }

    /// Appends row `row` of a column of the same type and the same table of texts.
    pub(crate) fn push_from(&mut self, other: &Self, row: usize) {
        match (&mut self.data, &other.data) {
            (Data::Bool(to), Data::Bool(from)) => to.append(from.get_bit(row)),
            (Data::Int(to), Data::Int(from)) => to.push(from.get(row)),
            (Data::Float(to), Data::Float(from)) => to.push(from[row]),
            (Data::Str(to), Data::Str(from)) => to.push(from.get(row)),
            (Data::Enum(to), Data::Enum(from)) => to.push(from.get(row)),
            (Data::Geo(lats, lons), Data::Geo(from_lats, from_lons)) => {
                lats.push(from_lats[row]);
                lons.push(from_lons[row]);
            }
            (Data::List(ends, children), Data::List(_, from)) => {
                self.overflow |= !push_range(ends, children, from, other.range(row));
            }
            (data, _) => push_nothing(data),
        }
        self.note(other.is_known(row));
    }

    /// Appends all rows of a column of the same type, whose codes of texts mean what `recode` says.
    pub(crate) fn append(&mut self, other: &Self, recode: &Recode) {
        let codes = if self.kept {
            &recode.kept
        } else {
            &recode.scratch
        };
        match (&mut self.data, &other.data) {
            (Data::Bool(to), Data::Bool(from)) => {
                to.append_packed_range(0..other.len, from.as_slice());
            }
            (Data::Int(to), Data::Int(from)) => to.append(from),
            (Data::Float(to), Data::Float(from)) => to.extend_from_slice(from),
            (Data::Str(to), Data::Str(from)) => to.append(from, codes),
            (Data::Enum(to), Data::Enum(from)) => to.append(from),
            (Data::Geo(lats, lons), Data::Geo(from_lats, from_lons)) => {
                lats.extend_from_slice(from_lats);
                lons.extend_from_slice(from_lons);
            }
            (Data::List(ends, children), Data::List(from, from_children)) => {
                let start = ends.last().copied().unwrap_or(0);
                let last = from.last().copied().unwrap_or(0);
                self.overflow |= start.checked_add(last).is_none();
                ends.extend(from.iter().map(|end| start.saturating_add(*end)));
                for (child, from) in children.iter_mut().zip(from_children) {
                    child.append(from, recode);
                }
            }
            _ => debug_assert!(false, "both columns are of one type"),
        }
        self.overflow |= other.overflow;
        self.note_all(
            other.len,
            other.valid.as_ref().map(BooleanBufferBuilder::as_slice),
        );
    }

    /// Makes room for so many more rows; lists and what misses values grow as they need.
    pub(crate) fn reserve(&mut self, rows: usize) {
        match &mut self.data {
            Data::Bool(values) => values.reserve(rows),
            Data::Int(values) => values.reserve(rows),
            Data::Float(values) => values.reserve(rows),
            Data::Str(values) => values.reserve(rows),
            Data::Enum(values) => values.reserve(rows),
            Data::Geo(lats, lons) => {
                lats.reserve(rows);
                lons.reserve(rows);
            }
            Data::List(..) => {}
        }
    }

    /// Drops all rows; the room for them stays.
    pub(crate) fn clear(&mut self) {
        match &mut self.data {
            Data::Bool(values) => values.truncate(0),
            Data::Int(values) => values.clear(),
            Data::Float(values) => values.clear(),
            Data::Str(values) => values.clear(),
            Data::Enum(values) => values.clear(),
            Data::Geo(lats, lons) => {
                lats.clear();
                lons.clear();
            }
            Data::List(ends, children) => {
                ends.clear();
                children.iter_mut().for_each(Self::clear);
            }
        }
        self.valid = None;
        self.len = 0;
        self.overflow = false;
    }

    /// Counts `more` values, of which those are there whose bits are set; all where no bits are given.
    fn note_all(&mut self, more: usize, bits: Option<&[u8]>) {
        if bits.is_some() && self.valid.is_none() {
            let mut valid = BooleanBufferBuilder::new(self.len + more);
            valid.append_n(self.len, true);
            self.valid = Some(valid);
        }
        match (&mut self.valid, bits) {
            (Some(valid), Some(bits)) => valid.append_packed_range(0..more, bits),
            (Some(valid), None) => valid.append_n(more, true),
            (None, _) => {}
        }
        self.len += more;
    }

    /// Keeps the rows from `from` on that `keep` names.
    pub(crate) fn retain_from(&mut self, from: usize, keep: &dyn Fn(usize) -> bool) {
        match &mut self.data {
            Data::Bool(values) => retain_bits(values, from, keep),
            Data::Int(values) => values.retain_from(from, keep),
            Data::Float(values) => retain_from(values, from, keep),
            Data::Str(values) => values.retain_from(from, keep),
            Data::Enum(values) => values.retain_from(from, keep),
            Data::Geo(lats, lons) => {
                retain_from(lats, from, keep);
                retain_from(lons, from, keep);
            }
            Data::List(ends, children) => retain_lists(ends, children, from, keep),
        }
        if let Some(valid) = &mut self.valid {
            retain_bits(valid, from, keep);
        }
        self.len = from + (from..self.len).filter(|at| keep(*at)).count();
    }

    /// Appends so many rows without a value.
    pub(crate) fn push_missing(&mut self, rows: usize) {
        match &mut self.data {
            Data::Int(values) => values.extend(&vec![0_i8; rows]),
            data => (0..rows).for_each(|_| push_nothing(data)),
        }
        let none = vec![0; rows.div_ceil(8)];
        self.note_all(rows, Some(&none));
    }

    /// Where whole batches of integers go.
    pub(crate) fn ints(&mut self) -> Option<&mut IntLane> {
        match &mut self.data {
            Data::Int(values) => Some(values),
            _ => None,
        }
    }

    /// Where whole batches of Floats go.
    pub(crate) fn floats(&mut self) -> Option<&mut Vec<f64>> {
        match &mut self.data {
            Data::Float(values) => Some(values),
            _ => None,
        }
    }

    /// Where whole batches of Bools go.
    pub(crate) fn bools(&mut self) -> Option<&mut BooleanBufferBuilder> {
        match &mut self.data {
            Data::Bool(values) => Some(values),
            _ => None,
        }
    }

    /// Where whole batches of enums' values go.
    pub(crate) fn codes(&mut self) -> Option<&mut CodeLane> {
        match &mut self.data {
            Data::Enum(values) => Some(values),
            _ => None,
        }
    }

    /// Where whole batches of texts go, and the table their codes belong to.
    pub(crate) fn texts<'a>(
        &'a mut self,
        strings: &'a mut Interner,
    ) -> Option<(&'a mut TextLane, &'a mut Strings)> {
        match &mut self.data {
            Data::Str(values) => Some((values, strings.of(self.kept))),
            _ => None,
        }
    }

    /// Counts a batch of `more` values that were put where whole batches go.
    pub(crate) fn noted(&mut self, more: usize, nulls: Option<&NullBuffer>) {
        let packed = nulls
            .filter(|nulls| nulls.null_count() > 0)
            .map(|nulls| nulls.inner().sliced());
        self.note_all(more, packed.as_ref().map(|bits| bits.as_slice()));
    }

    /// Appends rows of a column of the same type by their places, zeros where there is nothing; false, with nothing
    /// appended, for types that have no such way.
    pub(crate) fn append_at(
        &mut self,
        entries: &Self,
        places: &[i32],
        nulls: Option<&NullBuffer>,
    ) -> bool {
        match (&mut self.data, &entries.data) {
            (Data::Int(to), Data::Int(from)) => to.append_at(from, places, nulls),
            (Data::Float(to), Data::Float(from)) => super::lanes::pick_at(to, from, places, nulls),
            _ => return false,
        }
        self.noted(places.len(), nulls);
        true
    }

    /// Appends a list of elements `range` of these children.
    pub(crate) fn push_elements(&mut self, children: &[Self], range: std::ops::Range<usize>) {
        if let Data::List(ends, own) = &mut self.data {
            self.overflow |= !push_range(ends, own, children, range);
        }
        self.note(true);
    }

    /// Empty columns for the elements of this list column.
    pub(crate) fn element_builders(ty: &Ty, kept: bool) -> Vec<Self> {
        match Self::new(ty, kept).data {
            Data::List(_, children) => children,
            _ => Vec::new(),
        }
    }

    fn range(&self, row: usize) -> std::ops::Range<usize> {
        let Data::List(ends, _) = &self.data else {
            return 0..0;
        };
        let start = if row == 0 { 0 } else { ends[row - 1] };
        start as usize..ends[row] as usize
    }

    /// The integer at a row.
    #[inline]
    pub(crate) fn int(&self, row: usize) -> Option<i64> {
        match &self.data {
            Data::Int(values) if self.is_known(row) => Some(values.get(row)),
            _ => None,
        }
    }

    /// The order of two rows by this column: missing first, then by value; texts by their bytes.
    pub(crate) fn compare(&self, a: usize, b: usize, strings: &Interner) -> Ordering {
        self.compare_with(a, self, b, strings)
    }

    /// The order of a row and another column's row of the same type.
    pub(crate) fn compare_with(
        &self,
        a: usize,
        other: &Self,
        b: usize,
        strings: &Interner,
    ) -> Ordering {
        match (self.is_known(a), other.is_known(b)) {
            (true, true) => {}
            (a, b) => return a.cmp(&b),
        }
        match (&self.data, &other.data) {
            (Data::Bool(x), Data::Bool(y)) => x.get_bit(a).cmp(&y.get_bit(b)),
            (Data::Int(x), Data::Int(y)) => x.get(a).cmp(&y.get(b)),
            (Data::Float(x), Data::Float(y)) => x[a].total_cmp(&y[b]),
            (Data::Str(x), Data::Str(y)) => self
                .text_of(x.get(a), strings)
                .cmp(other.text_of(y.get(b), strings)),
            (Data::Enum(x), Data::Enum(y)) => x.get(a).cmp(&y.get(b)),
            (Data::Geo(lats, lons), Data::Geo(other_lats, other_lons)) => lats[a]
                .total_cmp(&other_lats[b])
                .then(lons[a].total_cmp(&other_lons[b])),
            (Data::List(_, x), Data::List(_, y)) => {
                let (left, right) = (self.range(a), other.range(b));
                let lengths = left.len().cmp(&right.len());
                let element = |(i, j): (usize, usize)| {
                    let fields = x
                        .iter()
                        .zip(y)
                        .map(|(x, y)| x.compare_with(i, y, j, strings));
                    fields.fold(Ordering::Equal, Ordering::then)
                };
                left.zip(right)
                    .map(element)
                    .fold(Ordering::Equal, Ordering::then)
                    .then(lengths)
            }
            _ => Ordering::Equal,
        }
    }

    fn text_of<'s>(&self, code: u32, strings: &'s Interner) -> &'s str {
        if self.kept {
            strings.kept.get(code)
        } else {
            strings.scratch.get(code)
        }
    }

    /// The finished column, its rows in the order of `rows`; wide as those of events are, or as narrow as it is.
    pub(crate) fn gather(self, rows: &[u32], width: Width<'_>) -> Column {
        let wide = matches!(width, Width::Wide);
        let pick = || rows.iter().map(|row| *row as usize);
        let valid = self.valid.as_ref().map(|valid| {
            let bits =
                BooleanBuffer::collect_bool(rows.len(), |at| valid.get_bit(rows[at] as usize));
            NullBuffer::new(bits)
        });
        let values = match self.data {
            Data::Bool(values) => Values::Bool(BooleanBuffer::collect_bool(rows.len(), |at| {
                values.get_bit(rows[at] as usize)
            })),
            Data::Int(values) if wide => Values::Int(Ints::I64(values.gather_wide(rows).into())),
            Data::Int(values) => Values::Int(ints(values.gather(rows))),
            Data::Float(values) => Values::Float(pick().map(|row| values[row]).collect()),
            Data::Str(values) => match width {
                Width::Wide => Values::Str(values.gather_codes(rows).into()),
                Width::Narrow(strings) => Values::Str(texts(values.gather(rows), strings)),
            },
            Data::Enum(values) if wide => Values::Enum(Codes::U32(values.gather_wide(rows).into())),
            Data::Enum(values) => Values::Enum(codes(values.gather(rows))),
            Data::Geo(lats, lons) => Values::Geo(
                pick().map(|row| lats[row]).collect(),
                pick().map(|row| lons[row]).collect(),
            ),
            Data::List(ends, children) => gather_lists(&ends, children, rows),
        };
        Column::new(values, valid.filter(|valid| valid.null_count() > 0))
    }

    /// The finished column, its rows in the order they came; wide or as narrow as it is.
    pub(crate) fn finish(mut self, width: Width<'_>) -> Column {
        let wide = matches!(width, Width::Wide);
        let valid = self
            .valid
            .take()
            .map(|mut valid| NullBuffer::new(valid.finish()));
        let values = match self.data {
            Data::Bool(mut values) => Values::Bool(values.finish()),
            Data::Int(values) if wide => Values::Int(Ints::I64(values.wide().into())),
            Data::Int(values) => Values::Int(ints(values)),
            Data::Float(values) => Values::Float(values.into()),
            Data::Str(values) => match width {
                Width::Wide => Values::Str(values.codes().into()),
                Width::Narrow(strings) => Values::Str(texts(values, strings)),
            },
            Data::Enum(values) if wide => Values::Enum(Codes::U32(values.wide().into())),
            Data::Enum(values) => Values::Enum(codes(values)),
            Data::Geo(lats, lons) => Values::Geo(lats.into(), lons.into()),
            Data::List(ends, children) => Values::List {
                offsets: std::iter::once(0).chain(ends).collect(),
                children: children
                    .into_iter()
                    .map(|child| child.finish(Width::Wide))
                    .collect(),
            },
        };
        Column::new(values, valid.filter(|valid| valid.null_count() > 0))
    }

    /// The same values in the order of `rows`, still to grow.
    pub(crate) fn reorder(self, rows: &[u32]) -> Self {
        let mut out = self.empty_like();
        for row in rows {
            out.push_from(&self, *row as usize);
        }
        out
    }

    fn empty_like(&self) -> Self {
        let data = match &self.data {
            Data::Bool(_) => Data::Bool(BooleanBufferBuilder::new(0)),
            Data::Int(_) => Data::Int(IntLane::default()),
            Data::Float(_) => Data::Float(Vec::new()),
            Data::Str(_) => Data::Str(TextLane::new()),
            Data::Enum(_) => Data::Enum(CodeLane::default()),
            Data::Geo(..) => Data::Geo(Vec::new(), Vec::new()),
            Data::List(_, children) => {
                Data::List(Vec::new(), children.iter().map(Self::empty_like).collect())
            }
        };
        Self {
            data,
            valid: None,
            len: 0,
            kept: self.kept,
            overflow: false,
        }
    }
}

fn gather_lists(ends: &[u32], children: Vec<ColumnBuilder>, rows: &[u32]) -> Values {
    let range = |row: u32| {
        let row = row as usize;
        (if row == 0 { 0 } else { ends[row - 1] })..ends[row]
    };
    let mut offsets = Vec::with_capacity(rows.len() + 1);
    let mut elements = Vec::new();
    offsets.push(0);
    for row in rows {
        elements.extend(range(*row));
        // No more elements than the column had, whose number fits: rows are gathered at most once.
        offsets.push(u32::try_from(elements.len()).unwrap_or(u32::MAX));
    }
    Values::List {
        offsets: ScalarBuffer::from(offsets),
        children: children
            .into_iter()
            .map(|child| child.gather(&elements, Width::Wide))
            .collect(),
    }
}

fn ints(lane: IntLane) -> Ints {
    match lane {
        IntLane::I8(values) => Ints::I8(values.into()),
        IntLane::I16(values) => Ints::I16(values.into()),
        IntLane::I32(values) => Ints::I32(values.into()),
        IntLane::I64(values) => Ints::I64(values.into()),
    }
}

fn texts(lane: TextLane, strings: &Strings) -> TextCodes {
    match lane.into_parts(|a, b| strings.get(a).cmp(strings.get(b))) {
        (rows, Some(entries)) => TextCodes::with_entries(codes(rows), entries.into()),
        (rows, None) => rows.wide().into(),
    }
}

fn codes(lane: CodeLane) -> Codes {
    match lane {
        CodeLane::U8(values) => Codes::U8(values.into()),
        CodeLane::U16(values) => Codes::U16(values.into()),
        CodeLane::U32(values) => Codes::U32(values.into()),
    }
}

fn retain_bits(bits: &mut BooleanBufferBuilder, from: usize, keep: &dyn Fn(usize) -> bool) {
    let mut to = from;
    for at in from..bits.len() {
        if keep(at) {
            let bit = bits.get_bit(at);
            bits.set_bit(to, bit);
            to += 1;
        }
    }
    bits.truncate(to);
}

fn retain_lists(
    ends: &mut Vec<u32>,
    children: &mut [ColumnBuilder],
    from: usize,
    keep: &dyn Fn(usize) -> bool,
) {
    let start = if from == 0 { 0 } else { ends[from - 1] };
    // For each element behind the start whether its row stays.
    let mut stays: Vec<bool> = Vec::new();
    let (mut before, mut last) = (start, start);
    let mut kept = Vec::new();
    for (at, end) in ends.iter().enumerate().skip(from) {
        let len = end - before;
        before = *end;
        stays.extend(std::iter::repeat_n(keep(at), len as usize));
        if keep(at) {
            last += len;
            kept.push(last);
        }
    }
    ends.truncate(from);
    ends.extend(kept);
    for child in children {
        child.retain_from(start as usize, &|at| stays[at - start as usize]);
    }
}

fn push_nothing(data: &mut Data) {
    match data {
        Data::Bool(values) => values.append(false),
        Data::Int(values) => values.push(0),
        Data::Float(values) => values.push(0.0),
        Data::Str(values) => values.push_missing(),
        Data::Enum(values) => values.push(0),
        Data::Geo(lats, lons) => {
            lats.push(0.0);
            lons.push(0.0);
        }
        Data::List(ends, _) => ends.push(ends.last().copied().unwrap_or(0)),
    }
}

/// The end of one more list of `len` elements; `None` where it cannot be numbered.
fn next_end(ends: &[u32], len: usize) -> Option<u32> {
    let start = ends.last().copied().unwrap_or(0);
    start.checked_add(u32::try_from(len).ok()?)
}

/// Appends a list; false where its elements cannot be numbered.
fn push_list(
    ends: &mut Vec<u32>,
    children: &mut [ColumnBuilder],
    list: ListCell<'_>,
    strings: &mut Interner,
) -> bool {
    let Some(end) = next_end(ends, list.len) else {
        ends.push(ends.last().copied().unwrap_or(0));
        return false;
    };
    for (child, cells) in children.iter_mut().zip(list.children) {
        for cell in cells {
            child.push(cell, strings);
        }
    }
    ends.push(end);
    true
}

fn push_range(
    ends: &mut Vec<u32>,
    children: &mut [ColumnBuilder],
    from: &[ColumnBuilder],
    range: std::ops::Range<usize>,
) -> bool {
    let Some(end) = next_end(ends, range.len()) else {
        ends.push(ends.last().copied().unwrap_or(0));
        return false;
    };
    for (child, from) in children.iter_mut().zip(from) {
        for row in range.clone() {
            child.push_from(from, row);
        }
    }
    ends.push(end);
    true
}

/// A constant as a cell.
fn cell_of(value: &Const) -> Option<Cell<'_>> {
    Some(match value {
        Const::Missing => return None,
        Const::Bool(value) => Cell::Bool(*value),
        Const::Int(value) => Cell::Int(*value),
        Const::Float(value) => Cell::Float(value.get()),
        Const::Str(text) => Cell::Str(std::borrow::Cow::Borrowed(text)),
        Const::Enum(code) => Cell::Enum(*code),
        Const::Geo(lat, lon) => Cell::Geo(lat.get(), lon.get()),
        Const::List(items) => Cell::List(ListCell {
            len: items.len(),
            children: children_of(items),
        }),
        Const::Record(_) => return None,
    })
}

/// The elements of a list, child by child.
fn children_of(items: &[Const]) -> Vec<Vec<Option<Cell<'_>>>> {
    let Some(Const::Record(first)) = items.first() else {
        return vec![items.iter().map(cell_of).collect()];
    };
    let child = |index: usize| {
        let values = items.iter().map(|item| match item {
            Const::Record(values) => values.get(index).and_then(cell_of),
            _ => None,
        });
        values.collect()
    };
    (0..first.len()).map(child).collect()
}
