//! The buffers that a batch fills, by parts and on several threads, and the columns made of them.

use std::sync::Arc;

use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, ScalarBuffer};
use persona_ir::{CheckTable, RankKind, Ty};
use persona_runtime::{Answer, Column, Dataset, RankTable, Strings, Value, Values, build};
use rustc_hash::FxHashMap;

use crate::codegen::Way;
use crate::context::OutRef;
use crate::layout::Shape;
use crate::program::{Goal, RankGoal};

/// The buffers of one goal.
#[derive(Debug)]
pub(crate) struct Buffers {
    data: Data,
    /// Validity bits; absent where the value is never missing.
    valid: Option<Vec<u8>>,
    /// The values, where they are lists.
    lists: Vec<Value>,
    rows: usize,
}

#[derive(Debug)]
enum Data {
    /// A set, which lies in the run's arena until the run is over.
    Members(BooleanBuffer),
    Bytes(Vec<u8>),
    Ints(Vec<i64>),
    Floats(Vec<f64>),
    Codes(Vec<u32>),
    Places(Vec<f64>, Vec<f64>),
    Lists,
    /// Only how many is asked.
    Nothing,
}

/// The buffers of some rows of a goal, with validity bits where values may be missing.
#[derive(Debug)]
pub(crate) enum Part<'a> {
    /// Words of a set of members, as bytes.
    Members(&'a mut [u8]),
    /// Bools.
    Bytes(&'a mut [u8], Option<&'a mut [u8]>),
    /// Integers.
    Ints(&'a mut [i64], Option<&'a mut [u8]>),
    /// Floats.
    Floats(&'a mut [f64], Option<&'a mut [u8]>),
    /// Codes.
    Codes(&'a mut [u32], Option<&'a mut [u8]>),
    /// Places and lists, which code alone gives, and what is only counted.
    Nothing,
}

/// How many rows a goal has.
pub(crate) fn rows(goal: &Goal, data: &Dataset) -> usize {
    match goal.table {
        CheckTable::Profile => data.profiles,
        CheckTable::Event(kind) => data.events[kind].len(),
        CheckTable::Catalog(catalog) => data.catalogs.len(catalog),
    }
}

impl Buffers {
    /// Zeros for so many rows.
    pub(crate) fn new(goal: &Goal, rows: usize) -> Self {
        let bits = || vec![0; rows.div_ceil(8)];
        let data = match (goal.way, Shape::of(&goal.ty)) {
            (Way::Members, _) => Data::Members(BooleanBuffer::new_unset(0)),
            (Way::Column, Shape::Bool) => Data::Bytes(vec![0; rows]),
            (Way::Column, Shape::Int) => Data::Ints(vec![0; rows]),
            (Way::Column, Shape::Float) => Data::Floats(vec![0.0; rows]),
            (Way::Column, Shape::Code) => Data::Codes(vec![0; rows]),
            (Way::Column, Shape::Geo) => Data::Places(vec![0.0; rows], vec![0.0; rows]),
            (Way::Column, Shape::List) => Data::Lists,
        };
        let valid = (goal.optional && goal.way == Way::Column).then(bits);
        Self {
            data,
            valid,
            lists: Vec::new(),
            rows,
        }
    }

    /// Room for nothing: only how many is asked of the goal.
    pub(crate) fn nothing(rows: usize) -> Self {
        Self {
            data: Data::Nothing,
            valid: None,
            lists: Vec::new(),
            rows,
        }
    }

    /// Whether it is a set of members, which lies in an arena.
    pub(crate) fn is_set(&self) -> bool {
        matches!(self.data, Data::Members(_))
    }

    /// Takes the set that the run has filled.
    pub(crate) fn keep_set(&mut self, set: BooleanBuffer) {
        self.data = Data::Members(set);
    }

    /// The buffers' addresses, good as long as nothing else is done with them.
    pub(crate) fn reference(&mut self) -> OutRef {
        let mut aux = std::ptr::null_mut();
        let data = match &mut self.data {
            Data::Bytes(data) => data.as_mut_ptr(),
            Data::Ints(data) => data.as_mut_ptr().cast(),
            Data::Floats(data) => data.as_mut_ptr().cast(),
            Data::Codes(data) => data.as_mut_ptr().cast(),
            Data::Places(latitudes, longitudes) => {
                aux = longitudes.as_mut_ptr().cast();
                latitudes.as_mut_ptr().cast()
            }
            Data::Members(_) | Data::Lists | Data::Nothing => std::ptr::null_mut(),
        };
        let valid = self
            .valid
            .as_mut()
            .map_or(std::ptr::null_mut(), Vec::as_mut_ptr);
        OutRef { data, aux, valid }
    }

    /// Keeps the lists that code collected, row after row.
    pub(crate) fn keep(&mut self, lists: Vec<Value>) {
        self.lists.extend(lists);
    }

    /// The buffers of so many rows each, a multiple of 64; the last part may have fewer. A set's are where the arena has it.
    pub(crate) fn parts<'b>(&'b mut self, rows: usize, set: Option<&'b mut [u8]>) -> Vec<Part<'b>> {
        let count = self.rows.div_ceil(rows);
        let mut valid = self.valid.as_mut().map(|bits| bits.chunks_mut(rows / 8));
        let mut known = || valid.as_mut().and_then(Iterator::next);
        match &mut self.data {
            Data::Members(_) => {
                let set = set.expect("the arena has each set");
                set.chunks_mut(rows / 8).map(Part::Members).collect()
            }
            Data::Bytes(data) => {
                (data.chunks_mut(rows).map(|part| Part::Bytes(part, known()))).collect()
            }
            Data::Ints(data) => {
                (data.chunks_mut(rows).map(|part| Part::Ints(part, known()))).collect()
            }
            Data::Floats(data) => (data
                .chunks_mut(rows)
                .map(|part| Part::Floats(part, known())))
            .collect(),
            Data::Codes(data) => {
                (data.chunks_mut(rows).map(|part| Part::Codes(part, known()))).collect()
            }
            Data::Places(..) | Data::Lists | Data::Nothing => {
                (0..count).map(|_| Part::Nothing).collect()
            }
        }
    }

    /// A set of members.
    pub(crate) fn bits(self) -> BooleanBuffer {
        match self.data {
            Data::Members(set) => set,
            Data::Bytes(data) => BooleanBuffer::collect_bool(self.rows, |row| data[row] != 0),
            _ => BooleanBuffer::new_unset(self.rows),
        }
    }

    /// The answer that a goal gives.
    pub(crate) fn answer(self, goal: &Goal, strings: &mut Recoder<'_>) -> Answer {
        if goal.way == Way::Members {
            return Answer::Members(self.bits());
        }
        let valid = self
            .valid
            .map(|bits| NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(bits), 0, self.rows)));
        let valid = valid.filter(|valid| valid.null_count() > 0);
        let values = match self.data {
            Data::Lists => {
                return Answer::Values(build::column(&self.lists, &goal.ty, &mut strings.merged));
            }
            Data::Bytes(data) => {
                Values::Bool(BooleanBuffer::collect_bool(self.rows, |row| data[row] != 0))
            }
            Data::Members(_) | Data::Nothing => Values::Absent(self.rows),
            Data::Ints(data) => Values::Int(data.into()),
            Data::Floats(data) => Values::Float(data.into()),
            Data::Codes(data) if goal.ty == Ty::Str => {
                Values::Str(strings.recode(data, valid.as_ref()).into())
            }
            Data::Codes(data) => Values::Enum(data.into()),
            Data::Places(latitudes, longitudes) => Values::Geo(latitudes.into(), longitudes.into()),
        };
        Answer::Values(Column::new(values, valid))
    }

    fn is_member(&self, row: usize) -> bool {
        match &self.data {
            Data::Members(set) => set.value(row),
            _ => false,
        }
    }

    fn is_known(&self, row: usize) -> bool {
        self.valid
            .as_ref()
            .is_none_or(|bits| bits[row / 8] >> (row % 8) & 1 == 1)
    }
}

/// The thresholds of a rank of this kind over its population.
pub(crate) fn population(goal: &RankGoal, kind: RankKind, buffers: &[Buffers]) -> RankTable {
    let values = &buffers[goal.value];
    let belongs = |row: usize| {
        let member = goal.among.is_none_or(|among| buffers[among].is_member(row));
        member && values.is_known(row)
    };
    let rows = (0..values.rows).filter(|row| belongs(*row));
    match &values.data {
        Data::Floats(data) => RankTable::floats(kind, rows.map(|row| data[row]).collect()),
        Data::Ints(data) => RankTable::ints(kind, rows.map(|row| data[row]).collect()),
        _ => RankTable::Int(Vec::new()),
    }
}

/// The texts that the threads of a run made, and who answered which rows.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// Each thread's texts that the dataset lacks; their codes follow those of the dataset.
    pub(crate) texts: Vec<Strings>,
    /// For each part of so many rows the thread that answered it.
    pub(crate) threads: Vec<usize>,
    /// The rows of a part.
    pub(crate) rows: usize,
}

/// Gives the texts that a run made the codes that follow from the answers alone, in the order of outputs and rows,
/// whatever else the run made and in which order. The reference interpreter gives the same.
pub(crate) struct Recoder<'a> {
    data: &'a Dataset,
    made: Made,
    /// The texts of the answers.
    pub(crate) merged: Arc<Strings>,
    /// By thread and its code.
    known: FxHashMap<(usize, u32), u32>,
}

impl<'a> Recoder<'a> {
    /// Before the first answer.
    pub(crate) fn new(made: Made, data: &'a Dataset) -> Self {
        Self {
            data,
            made,
            merged: Arc::clone(&data.strings),
            known: FxHashMap::default(),
        }
    }

    /// The codes of one output.
    fn recode(&mut self, mut codes: Vec<u32>, valid: Option<&NullBuffer>) -> ScalarBuffer<u32> {
        let base = self.data.strings.len();
        for (row, code) in codes.iter_mut().enumerate() {
            let known = valid.is_none_or(|valid| valid.is_valid(row));
            if let Some(made) = (*code as usize).checked_sub(base).filter(|_| known) {
                let thread = self.made.threads.get(row / self.made.rows.max(1));
                *code = self.merged_code(thread.copied().unwrap_or(0), *code, made);
            }
        }
        codes.into()
    }

    fn merged_code(&mut self, thread: usize, code: u32, made: usize) -> u32 {
        if let Some(merged) = self.known.get(&(thread, code)) {
            return *merged;
        }
        let texts = self.made.texts.get(thread);
        let text = texts
            .filter(|texts| made < texts.len())
            .zip(u32::try_from(made).ok());
        let text = text.map_or("", |(texts, made)| texts.get(made));
        let merged = Arc::make_mut(&mut self.merged).intern(text);
        self.known.insert((thread, code), merged);
        merged
    }
}
