//! From a dataset to addresses: fills the [`Context`] that machine code reads. Checks here, once, everything that
//! code relies on without looking: lengths, types, offsets. Keeps alive whatever the context points to.

use std::cell::Cell;
use std::ptr;
use std::sync::Arc;

use arrow_buffer::{ArrowNativeType, BooleanBuffer, NullBuffer, ScalarBuffer};
use persona_base::IndexVec;
use persona_ir::{ColId, Const, Plan, RecordField, Schema, Table, Ty};
use persona_runtime::calendar::clamp_timestamp;
use persona_runtime::time::Times;
use persona_runtime::{Calibration, CatalogTable, Column, Dataset, EventTable, Values};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::context::{CatalogRef, ColumnRef, Context, EventsRef, KeysRef, ListRef, OutRef};
use crate::layout::{Shape, Slot};
use crate::members::Members;
use crate::pools::Moment;
use crate::program::Program;
use crate::state::State;
use crate::texts::Texts;

/// A dataset's addresses for a program, at one `now`: what its code reads and never writes.
pub(crate) struct Tables<'a> {
    program: &'a Program,
    plan: &'a Plan,
    data: &'a Dataset,
    now: i64,
    times: Arc<Times>,
    /// Those of the dataset, and the program's constants.
    texts: Texts<'a>,
    columns: *const ColumnRef,
    /// What the context points to besides the dataset, the frame and the state.
    owned: Owned,
}

// SAFETY: the addresses in it are those of the dataset, which is borrowed, and of what `owned` keeps. None of that is
// changed once it is made, so that any number of threads may read it.
unsafe impl Send for Tables<'_> {}
// SAFETY: as above.
unsafe impl Sync for Tables<'_> {}

/// A dataset bound to a program, for one thread: its addresses, and room to work in.
pub(crate) struct Bound<'a> {
    context: Box<Context>,
    state: Box<State<'a>>,
    frame: Box<[Cell<u64>]>,
    _args: Box<[Cell<i64>]>,
    /// What the context points to besides the frame, the arguments and the state.
    tables: Arc<Tables<'a>>,
}

#[derive(Default)]
struct Owned {
    tables: Vec<Box<[ColumnRef]>>,
    events: Box<[EventsRef]>,
    catalogs: Box<[CatalogRef]>,
    zeros: Vec<u64>,
    texts: Vec<u64>,
    consts: Vec<ConstColumn>,
    lists: Vec<ListRef>,
    key_sets: Vec<Vec<u64>>,
    keys: Vec<KeysRef>,
    /// Full-width copies of narrow columns.
    wide_ints: Vec<ScalarBuffer<i64>>,
    wide_codes: Vec<ScalarBuffer<u32>>,
    zone_of: Vec<u32>,
    moment_rows: Vec<Vec<i64>>,
    moments: Vec<*const i64>,
}

/// One byte of validity bits that stand for all rows of a column.
static ALL: u8 = u8::MAX;
static NONE: u8 = 0;

impl<'a> Tables<'a> {
    /// Binds a dataset. It must be one for the plan's schema.
    ///
    /// # Panics
    ///
    /// When a column has another type or length than the schema and its table say.
    pub(crate) fn new(
        program: &'a Program,
        plan: &'a Plan,
        data: &'a Dataset,
        now: i64,
    ) -> Arc<Self> {
        let times = if program.pools.zones {
            Times::new(plan, data, now)
        } else {
            Times::package(plan, now)
        };
        let mut owned = Owned::default();
        let mut texts = Texts::new(&data.strings);
        let tables = data.events.iter().flat_map(|table| &table.columns);
        let items = data.catalogs.tables.iter().flat_map(|table| &table.columns);
        let all = data.columns.iter().chain(tables).chain(items);
        let longest = all.map(longest).max();
        owned.zeros = vec![0; longest.unwrap_or(0) + 1];
        let columns = owned.profile_table(program, plan, data);
        owned.events = owned.event_tables(plan, data);
        owned.catalogs = owned.catalog_tables(program, plan, data);
        owned.constants(program, &mut texts);
        owned.moments(program, &times, data.profiles);
        Arc::new(Self {
            program,
            plan,
            data,
            now: clamp_timestamp(now),
            times: Arc::new(times),
            texts,
            columns,
            owned,
        })
    }

    fn state(&self, calibration: Arc<Calibration>) -> State<'a> {
        State {
            texts: self.texts.clone(),
            schema: &self.plan.schema,
            stack: Vec::new(),
            members: Members::default(),
            tried: FxHashSet::default(),
            calibration,
            lists: Vec::new(),
            data: self.data,
            times: Arc::clone(&self.times),
            ranks: &self.plan.ranks,
            float_ranks: &self.program.float_ranks,
            patterns: &self.program.patterns,
            salts: self.program.pools.salts.items(),
            arms: self.program.pools.arms.items(),
            displays: self.program.pools.displays.items(),
            instants: self.data.events.iter().map(instants).collect(),
            sites: Vec::new(),
            moments: self.program.pools.moments.items(),
            moment_flips: FxHashMap::default(),
            turnovers: Vec::new(),
            interpreter: None,
        }
    }
}

impl<'a> Bound<'a> {
    /// Binds a dataset for one thread: see [`Tables::new`].
    pub(crate) fn new(
        program: &'a Program,
        plan: &'a Plan,
        data: &'a Dataset,
        now: i64,
        calibration: Arc<Calibration>,
    ) -> Self {
        Self::on(&Tables::new(program, plan, data, now), calibration)
    }

    /// One thread's room to work on bound data.
    pub(crate) fn on(tables: &Arc<Tables<'a>>, calibration: Arc<Calibration>) -> Self {
        let program = tables.program;
        let args: Box<[Cell<i64>]> = vec![Cell::new(0); program.pools.args].into();
        let frame: Box<[Cell<u64>]> = vec![Cell::new(0); program.frame / 8].into();
        let mut context = Box::new(tables.owned.context(tables.columns, tables.now));
        context.frame = frame.as_ptr().cast_mut().cast();
        context.args = args.as_ptr().cast_mut().cast();
        context.arg_count = args.len();
        Self {
            context,
            state: Box::new(tables.state(calibration)),
            frame,
            _args: args,
            tables: Arc::clone(tables),
        }
    }

    /// The context, for running code: valid until the bound dataset is used otherwise or moved.
    pub(crate) fn context(&mut self, outs: &[OutRef]) -> *mut Context {
        self.context.outs = outs.as_ptr();
        self.context.members = self.state.members.address();
        self.context.state = ptr::from_mut::<State<'a>>(&mut self.state).cast();
        &raw mut *self.context
    }

    /// How many profiles the data have.
    pub(crate) fn profiles(&self) -> usize {
        self.tables.data.profiles
    }

    /// The context as it was left by [`Self::context`]: for running code whose helpers look into nothing else.
    #[inline]
    pub(crate) fn address(&mut self) -> *mut Context {
        &raw mut *self.context
    }

    /// The helpers' side.
    pub(crate) fn state(&mut self) -> &mut State<'a> {
        &mut self.state
    }

    /// The helpers' side, for good.
    pub(crate) fn into_state(self) -> State<'a> {
        *self.state
    }

    /// The texts.
    pub(crate) fn texts(&self) -> &Texts<'a> {
        &self.state.texts
    }

    /// The words of a value that code left in the frame, if there is one.
    pub(crate) fn slot(&self, slot: Slot) -> Option<[u64; 3]> {
        let start = usize::try_from(slot.offset).expect("slots are inside the frame");
        let width = usize::try_from(slot.shape.width()).expect("widths are positive");
        if slot.optional && self.byte(start + width) == 0 {
            return None;
        }
        let word = |index: usize| self.frame[start / 8 + index].get();
        Some(match slot.shape {
            Shape::Bool => [u64::from(self.byte(start)); 3],
            Shape::Int | Shape::Float | Shape::Code => [word(0); 3],
            Shape::Geo => [word(0), word(1), 0],
            Shape::List => {
                let (first, last) = (word(1), word(2));
                [word(0), first, last]
            }
        })
    }

    /// A whole word that code left in the frame, at a number of bytes.
    pub(crate) fn frame_word(&self, offset: usize) -> i64 {
        self.frame[offset / 8].get().cast_signed()
    }

    fn byte(&self, index: usize) -> u8 {
        self.frame[index / 8].get().to_ne_bytes()[index % 8]
    }
}

fn instants(table: &EventTable) -> &[i64] {
    match &table.columns[Schema::AT].values {
        Values::Int(at) => at.wide().map_or(&[], |at| at),
        _ => &[],
    }
}

impl Owned {
    fn context(&self, columns: *const ColumnRef, now: i64) -> Context {
        Context {
            now,
            frame: ptr::null_mut(),
            columns,
            events: self.events.as_ptr(),
            catalogs: self.catalogs.as_ptr(),
            texts: self.texts.as_ptr(),
            lists: self.lists.as_ptr(),
            keys: self.keys.as_ptr(),
            zone_of: self.zone_of.as_ptr(),
            moments: self.moments.as_ptr(),
            args: ptr::null_mut(),
            members: ptr::null_mut(),
            outs: ptr::null(),
            result: 0,
            state: ptr::null_mut(),
            row: ptr::null_mut(),
            row_values: ptr::null_mut(),
            arg_count: 0,
            key_count: self.keys.len(),
        }
    }

    // ---- tables ----

    /// The profile table. Columns that no code reads are not bound, so that nothing is copied for them.
    fn profile_table(
        &mut self,
        program: &Program,
        plan: &Plan,
        data: &Dataset,
    ) -> *const ColumnRef {
        let table = &plan.schema.profile;
        check_columns(table, &data.columns);
        let pairs = table.columns.iter_enumerated().zip(&data.columns);
        let refs = pairs.map(|((col, column), data_column)| {
            if program.pools.profile.contains(&col) {
                self.column(data_column, &column.ty, data.profiles)
            } else {
                self.absent(Shape::of(&column.ty))
            }
        });
        let refs = refs.collect();
        self.keep(refs)
    }

    fn table(
        &mut self,
        table: &Table,
        columns: &IndexVec<ColId, Column>,
        rows: usize,
    ) -> *const ColumnRef {
        check_columns(table, columns);
        let pairs = table.columns.iter().zip(columns);
        let refs = pairs
            .map(|(column, data)| self.column(data, &column.ty, rows))
            .collect();
        self.keep(refs)
    }

    fn keep(&mut self, refs: Vec<ColumnRef>) -> *const ColumnRef {
        self.tables.push(refs.into());
        self.tables
            .last()
            .map_or(ptr::null(), |table| table.as_ptr())
    }

    fn event_tables(&mut self, plan: &Plan, data: &Dataset) -> Box<[EventsRef]> {
        assert_eq!(
            plan.schema.events.len(),
            data.events.len(),
            "a dataset has the kinds of its schema"
        );
        let pairs = plan.schema.events.iter().zip(&data.events);
        pairs
            .map(|(table, events)| self.event_table(table, events, data.profiles))
            .collect()
    }

    fn event_table(&mut self, table: &Table, events: &EventTable, profiles: usize) -> EventsRef {
        check_offsets(&events.offsets, profiles, events.len());
        assert_eq!(
            events.order.len(),
            events.len(),
            "each event has a place in the total order"
        );
        let columns = self.table(table, &events.columns, events.len());
        let at = instants(events);
        assert_eq!(
            at.len(),
            events.len(),
            "the instants of all events are read"
        );
        EventsRef {
            offsets: events.offsets.as_ptr(),
            order: events.order.as_ptr(),
            at: at.as_ptr(),
            columns,
        }
    }

    /// The catalogs of the plan, of which data may lack some: those have no items. Columns that no code reads are not bound.
    fn catalog_tables(
        &mut self,
        program: &Program,
        plan: &Plan,
        data: &Dataset,
    ) -> Box<[CatalogRef]> {
        let catalogs = plan.schema.catalogs.iter_enumerated();
        let refs = catalogs.map(|(id, catalog)| {
            let table = data.catalogs.tables.get(id);
            let rows = table.map_or(0, CatalogTable::len);
            if let Some(table) = table {
                check_columns(&catalog.table, &table.columns);
            }
            let columns = catalog.table.columns.iter_enumerated();
            let columns = columns.map(|(col, spec)| match table {
                Some(table) if program.pools.items.contains(&(id, col)) => {
                    self.column(&table.columns[col], &spec.ty, rows)
                }
                _ => self.absent(Shape::of(&spec.ty)),
            });
            let columns = columns.collect();
            let items = match table {
                Some(table) => self.column(table.places(), &Ty::Int, rows),
                None => self.absent(Shape::Int),
            };
            CatalogRef {
                columns: self.keep(columns),
                items: self.keep(vec![items]),
                len: rows as u64,
            }
        });
        refs.collect()
    }

    /// A column, of this type and with so many rows.
    fn column(&mut self, column: &Column, ty: &Ty, rows: usize) -> ColumnRef {
        assert_eq!(column.len(), rows, "a column is as long as its table");
        let mut aux = ptr::dangling();
        let data = match (&column.values, Shape::of(ty)) {
            (Values::Absent(_), shape) => return self.absent(shape),
            (Values::Bool(values), Shape::Bool) => {
                aux = ptr::without_provenance(values.offset());
                values.values().as_ptr()
            }
            (Values::Int(values), Shape::Int) => {
                address(&mut self.wide_ints, values.wide(), || values.to_wide())
            }
            (Values::Float(values), Shape::Float) => values.as_ptr().cast(),
            (Values::Str(codes), Shape::Code) => {
                address(&mut self.wide_codes, codes.global(), || codes.to_global())
            }
            (Values::Enum(codes), Shape::Code) => {
                address(&mut self.wide_codes, codes.wide(), || codes.to_wide())
            }
            (Values::Geo(latitudes, longitudes), Shape::Geo) => {
                assert_eq!(longitudes.len(), rows, "a place has both coordinates");
                aux = longitudes.as_ptr().cast();
                latitudes.as_ptr().cast()
            }
            (Values::List { offsets, children }, Shape::List) => {
                aux = self.children(offsets, children, ty).cast();
                offsets.as_ptr().cast()
            }
            _ => unreachable!("a column of a dataset has its schema's type"),
        };
        let (valid, shift, mask) = validity(column);
        ColumnRef {
            data,
            aux,
            valid,
            shift,
            mask,
        }
    }

    /// A column that was not read: zeros, none of them valid.
    fn absent(&self, shape: Shape) -> ColumnRef {
        let data = self.zeros.as_ptr().cast();
        ColumnRef {
            data,
            aux: match shape {
                Shape::Bool => ptr::null(),
                _ => data,
            },
            valid: &raw const NONE,
            shift: 0,
            mask: 0,
        }
    }

    fn children(&mut self, offsets: &[u32], children: &[Column], ty: &Ty) -> *const ColumnRef {
        let elements = children.first().map_or(0, Column::len);
        let rows = offsets
            .len()
            .checked_sub(1)
            .expect("offsets have one entry more than there are rows");
        check_offsets(offsets, rows, elements);
        let element = ty.element().unwrap_or(ty);
        let types: Vec<&Ty> = match element {
            Ty::Record(fields) => fields.iter().map(|RecordField { ty, .. }| ty).collect(),
            scalar => vec![scalar],
        };
        assert_eq!(
            types.len(),
            children.len(),
            "a list has a column for each field"
        );
        let refs = types
            .into_iter()
            .zip(children)
            .map(|(ty, child)| self.column(child, ty, elements));
        let refs = refs.collect();
        self.keep(refs)
    }

    // ---- constants ----

    fn constants(&mut self, program: &Program, texts: &mut Texts<'_>) {
        let pools = &program.pools;
        self.texts = pools
            .texts
            .items()
            .iter()
            .map(|text| texts.constant(text))
            .collect();
        for (items, ty) in pools.lists.items() {
            let columns = children_of(items, ty, texts);
            let children = columns.iter().map(ConstColumn::reference).collect();
            self.consts.extend(columns);
            let children = self.keep(children);
            self.lists.push(ListRef {
                children,
                len: items.len() as u64,
            });
        }
        self.key_sets = pools
            .keys
            .items()
            .iter()
            .map(|set| key_set(set, texts))
            .collect();
        let sets = self.key_sets.iter();
        self.keys = sets
            .map(|set| KeysRef {
                keys: set.as_ptr(),
                len: set.len(),
            })
            .collect();
    }

    fn moments(&mut self, program: &Program, times: &Times, profiles: usize) {
        let zone = |row| u32::try_from(times.index(row)).expect("fewer zones than profiles");
        self.zone_of = match program.pools.zones {
            true => (0..profiles).map(zone).collect(),
            false => vec![0; profiles],
        };
        for moment in program.pools.moments.items() {
            let clocks = times.clocks().iter();
            self.moment_rows.push(match *moment {
                Moment::Today { months, days } => {
                    clocks.map(|clock| clock.today(months, days)).collect()
                }
                Moment::Instant(spec) => clocks.map(|clock| clock.instant(spec)).collect(),
            });
        }
        self.moments = self.moment_rows.iter().map(|row| row.as_ptr()).collect();
    }
}

/// The address of a column's values at their full width: its own, or those of a copy that is kept.
fn address<T: ArrowNativeType>(
    copies: &mut Vec<ScalarBuffer<T>>,
    own: Option<&ScalarBuffer<T>>,
    copy: impl FnOnce() -> ScalarBuffer<T>,
) -> *const u8 {
    if let Some(own) = own {
        return own.as_ptr().cast();
    }
    let copy = copy();
    let address = copy.as_ptr().cast();
    copies.push(copy);
    address
}

fn check_columns(table: &Table, columns: &IndexVec<ColId, Column>) {
    assert_eq!(
        table.columns.len(),
        columns.len(),
        "a dataset has the columns of its schema"
    );
}

/// The most rows that a column or one inside it has.
fn longest(column: &Column) -> usize {
    let inside = match &column.values {
        Values::List { children, .. } => children.iter().map(longest).max(),
        _ => None,
    };
    column.len().max(inside.unwrap_or(0))
}

/// Checks that offsets ascend within the rows they point to.
fn check_offsets(offsets: &[u32], rows: usize, behind: usize) {
    assert_eq!(
        offsets.len(),
        rows + 1,
        "offsets have one entry more than there are rows"
    );
    assert!(offsets.is_sorted(), "offsets ascend");
    let last = offsets.last().map_or(0, |last| *last as usize);
    assert!(last <= behind, "offsets stay within what they point to");
}

fn validity(column: &Column) -> (*const u8, u64, u64) {
    if let Some(valid) = &column.valid {
        assert_eq!(
            valid.len(),
            column.len(),
            "a column has a validity bit for each row"
        );
    }
    validity_of(column.valid.as_ref().map(NullBuffer::inner))
}

/// Where the bits of what is there begin, by how much they are shifted, and what masks their places: nothing is asked where all is there.
fn validity_of(valid: Option<&BooleanBuffer>) -> (*const u8, u64, u64) {
    match valid {
        None => (&raw const ALL, 0, 0),
        Some(bits) => (bits.values().as_ptr(), bits.offset() as u64, u64::MAX),
    }
}

/// The columns of a constant list: one for its elements, or one for each field of theirs.
fn children_of(items: &[Const], element: &Ty, texts: &mut Texts<'_>) -> Vec<ConstColumn> {
    let Ty::Record(fields) = element else {
        return vec![ConstColumn::new(items, element, texts)];
    };
    if let [only] = &fields[..] {
        // An element with a single field is that field's value.
        return vec![ConstColumn::new(items, &only.ty, texts)];
    }
    let of_field = |(index, field): (usize, &RecordField)| {
        let value = |item: &Const| match item {
            Const::Record(values) => values[index].clone(),
            _ => Const::Missing,
        };
        let values: Vec<Const> = items.iter().map(value).collect();
        ConstColumn::new(&values, &field.ty, texts)
    };
    fields.iter().enumerate().map(of_field).collect()
}

/// The values of a constant list, or of one field of its elements.
#[derive(Debug)]
struct ConstColumn {
    values: ConstValues,
    /// Which are there, where one is missing.
    valid: Option<BooleanBuffer>,
}

#[derive(Debug)]
enum ConstValues {
    Bits(BooleanBuffer),
    Codes(Vec<u32>),
    Words(Vec<u64>),
    Places(Vec<u64>, Vec<u64>),
    Lists {
        offsets: Vec<u32>,
        refs: Box<[ColumnRef]>,
        /// What the references point into.
        _children: Vec<ConstColumn>,
    },
}

impl ConstColumn {
    fn new(items: &[Const], ty: &Ty, texts: &mut Texts<'_>) -> Self {
        let known = |item: &Const| *item != Const::Missing;
        Self {
            values: ConstValues::new(items, ty, texts),
            valid: (!items.iter().all(known)).then(|| items.iter().map(known).collect()),
        }
    }

    fn reference(&self) -> ColumnRef {
        let (valid, shift, mask) = validity_of(self.valid.as_ref());
        let (data, aux) = self.values.places();
        ColumnRef {
            data,
            aux,
            valid,
            shift,
            mask,
        }
    }
}

impl ConstValues {
    fn new(items: &[Const], ty: &Ty, texts: &mut Texts<'_>) -> Self {
        match Shape::of(ty) {
            Shape::Bool => Self::Bits(
                items
                    .iter()
                    .map(|item| *item == Const::Bool(true))
                    .collect(),
            ),
            Shape::Code => Self::Codes(items.iter().map(|item| code(item, texts)).collect()),
            Shape::Geo => {
                let places = items.iter().map(|item| match item {
                    Const::Geo(lat, lng) => (lat.get().to_bits(), lng.get().to_bits()),
                    _ => (0, 0),
                });
                let (latitudes, longitudes) = places.unzip();
                Self::Places(latitudes, longitudes)
            }
            Shape::Int | Shape::Float => {
                Self::Words(items.iter().map(|item| key(item, texts)).collect())
            }
            Shape::List => Self::lists(items, ty.element().unwrap_or(ty), texts),
        }
    }

    fn lists(items: &[Const], element: &Ty, texts: &mut Texts<'_>) -> Self {
        let (mut offsets, mut all) = (vec![0], Vec::new());
        for item in items {
            if let Const::List(values) = item {
                all.extend_from_slice(values);
            }
            offsets.push(u32::try_from(all.len()).expect("constants are bounded by the text"));
        }
        let children = children_of(&all, element, texts);
        Self::Lists {
            offsets,
            refs: children.iter().map(ConstColumn::reference).collect(),
            _children: children,
        }
    }

    fn places(&self) -> (*const u8, *const u8) {
        match self {
            Self::Bits(bits) => (
                bits.values().as_ptr(),
                ptr::without_provenance(bits.offset()),
            ),
            Self::Codes(values) => (values.as_ptr().cast(), ptr::dangling()),
            Self::Words(values) => (values.as_ptr().cast(), ptr::dangling()),
            Self::Places(latitudes, longitudes) => {
                (latitudes.as_ptr().cast(), longitudes.as_ptr().cast())
            }
            Self::Lists { offsets, refs, .. } => (offsets.as_ptr().cast(), refs.as_ptr().cast()),
        }
    }
}

fn code(item: &Const, texts: &mut Texts<'_>) -> u32 {
    u32::try_from(key(item, texts)).expect("codes that last have 32 bits")
}

/// A constant's key: see [`crate::codegen`].
fn key(item: &Const, texts: &mut Texts<'_>) -> u64 {
    match item {
        Const::Bool(value) => u64::from(*value),
        Const::Int(value) => value.cast_unsigned(),
        Const::Float(value) => value.get().to_bits(),
        Const::Str(text) => texts.constant(text),
        Const::Enum(index) => u64::from(*index),
        Const::Missing | Const::Geo(..) | Const::List(_) | Const::Record(_) => 0,
    }
}

fn key_set(set: &[Const], texts: &mut Texts<'_>) -> Vec<u64> {
    let mut keys: Vec<u64> = set.iter().map(|item| key(item, texts)).collect();
    keys.sort_unstable();
    keys
}
