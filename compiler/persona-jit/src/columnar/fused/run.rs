//! Loops at work: their code, the addresses of what it reads, chunk by chunk, and the rows that it writes.

use std::sync::Arc;

use persona_runtime::Dataset;
use persona_runtime::kernels::{Bits, CHUNK, Lane, Row};

use super::Loops;
use super::recipe::{Constant, Form, Input, Recipe};
use crate::codegen::define_fused;
use crate::columnar::lanes;
use crate::module::{Code, CompileError, Draft, OverChunk};

/// So many rows are answered at a time.
pub(crate) const BLOCK: usize = 16;

/// The code of some recipes.
#[derive(Debug)]
pub(crate) struct Fused {
    /// A function for each.
    functions: Vec<OverChunk>,
    /// How many rows they write.
    outputs: usize,
    /// The owner of the functions; dropped after them.
    _code: Code,
}

impl Fused {
    /// How many conditions they answer.
    pub(crate) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Makes the code.
    pub(crate) fn new(recipes: &[Recipe]) -> Result<Self, CompileError> {
        let mut draft = Draft::new()?;
        let ids = recipes
            .iter()
            .map(|recipe| define_fused(&mut draft.module, &mut draft.work, recipe));
        let ids: Vec<_> = ids.collect::<Result<_, _>>()?;
        let code = draft.finish()?;
        Ok(Self {
            functions: ids.into_iter().map(|id| code.over_chunk(id)).collect(),
            outputs: recipes.iter().map(|recipe| recipe.outputs.len()).sum(),
            _code: code,
        })
    }
}

/// A constant in all forms, four times: two registers of 128 bits are enough for each, and equal.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(16))]
pub(crate) struct Splat([[u64; 2]; 3]);

/// The size of a [`Splat`], and of a form in it.
pub(crate) const SPLAT: usize = size_of::<Splat>();

/// Where a form of a constant lies in it.
pub(crate) fn splat_offset(form: Form) -> usize {
    match form {
        Form::I32 => 0,
        Form::I64 => 16,
        Form::F64 => 32,
    }
}

impl Splat {
    fn new(constant: Constant) -> Self {
        let (int, float) = match constant {
            Constant::Int(value) => (value, value as f64),
            Constant::Float(bits) => (0, f64::from_bits(bits)),
        };
        // Code asks for 32 bits only where they hold the value.
        let low = u64::from(int as u32);
        Self([[low << 32 | low; 2], [int as u64; 2], [float.to_bits(); 2]])
    }
}

/// What an input is in the data.
#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    Lane(Lane<'a>),
    Bits(Bits<'a>),
    /// All bits are set.
    All,
}

/// One loop's data.
#[derive(Debug)]
pub(crate) struct Part<'a> {
    inputs: Vec<Source<'a>>,
    consts: Vec<Splat>,
}

/// Loops with their code and data.
#[derive(Debug)]
pub(crate) struct Bound<'a> {
    code: Arc<Fused>,
    parts: Vec<Part<'a>>,
    profiles: usize,
}

impl<'a> Bound<'a> {
    /// Binds the code that was made of the loops' recipes, over the same data.
    pub(crate) fn new(code: Arc<Fused>, loops: &Loops, data: &'a Dataset) -> Self {
        let parts = loops.parts.iter().map(|part| Part {
            inputs: part.inputs.iter().map(|i| source(data, *i)).collect(),
            consts: part.consts.iter().map(|c| Splat::new(*c)).collect(),
        });
        Self {
            parts: parts.collect(),
            code,
            profiles: data.profiles,
        }
    }

    /// One thread's room to work in.
    pub(crate) fn worker(&self) -> Worker<'_, 'a> {
        let inputs = self.parts.iter().map(|part| part.inputs.len()).max();
        Worker {
            bound: self,
            addresses: Vec::new(),
            rows: vec![Row::NONE; inputs.unwrap_or(0)],
            padded: Vec::new(),
        }
    }
}

fn source(data: &Dataset, input: Input) -> Source<'_> {
    let (Input::Values(col) | Input::Known(col)) = input;
    assert_eq!(
        data.columns[col].len(),
        data.profiles,
        "a column is as long as its table"
    );
    match input {
        Input::Values(col) => match lanes::lane(&data.columns[col]) {
            Some(Lane::Bits(bits)) => Source::Bits(bits),
            Some(lane) => Source::Lane(lane),
            None => unreachable!("a column without values is a missing constant"),
        },
        Input::Known(col) => lanes::valid(&data.columns[col]).map_or(Source::All, Source::Bits),
    }
}

/// One thread's work.
pub(crate) struct Worker<'s, 'a> {
    bound: &'s Bound<'a>,
    addresses: Vec<*const u8>,
    /// Bits of the inputs that are bits.
    rows: Vec<Row>,
    /// The values of a last, short chunk, behind which zeros stand.
    padded: Vec<Vec<u64>>,
}

impl Worker<'_, '_> {
    /// Answers for a chunk, at least for those rows that are needed. What is said of the others means nothing, but none behind
    /// the chunk's end is set. A row for each output of all loops.
    pub(crate) fn run(&mut self, chunk: usize, len: usize, needed: &Row, rows: &mut [Row]) {
        let bound = self.bound;
        assert_eq!(rows.len(), bound.code.outputs, "a row for each output");
        assert!(
            len <= CHUNK && chunk * CHUNK + len <= bound.profiles,
            "a chunk of the data"
        );
        if needed.is_empty() {
            return;
        }
        for (part, function) in bound.parts.iter().zip(&bound.code.functions) {
            self.read(part, chunk, len);
            // SAFETY: the function was made of the recipe whose inputs and constants these are. `read` has just left an
            // address for each input, of values or bits for all rows of a chunk: columns have a value for each profile
            // (`source`), and a short chunk is padded. The rows it writes are those of the loops' outputs, of which `rows` has
            // all; and a chunk has so many blocks.
            unsafe {
                function(
                    self.addresses.as_ptr(),
                    part.consts.as_ptr(),
                    needed,
                    rows.as_mut_ptr(),
                    len.div_ceil(BLOCK) as u64,
                );
            }
        }
        if len < CHUNK {
            let inside = Row::first(len);
            rows.iter_mut().for_each(|row| row.and(&inside));
        }
    }

    /// Leaves the addresses of a chunk's inputs.
    fn read(&mut self, part: &Part<'_>, chunk: usize, len: usize) {
        self.addresses.clear();
        self.padded.clear();
        for (at, input) in part.inputs.iter().enumerate() {
            let address = match input {
                Source::Lane(lane) if len < CHUNK => {
                    self.padded.push(padded(lane.chunk(chunk)));
                    let last = self.padded.last().expect("it was just pushed");
                    last.as_ptr().cast()
                }
                Source::Lane(lane) => address(lane.chunk(chunk)),
                Source::Bits(bits) => {
                    self.rows[at] = bits.slice(chunk * CHUNK, len).row();
                    (&raw const self.rows[at]).cast()
                }
                Source::All => {
                    self.rows[at] = Row::first(len);
                    (&raw const self.rows[at]).cast()
                }
            };
            self.addresses.push(address);
        }
    }
}

/// The address of a lane's first value.
fn address(lane: Lane<'_>) -> *const u8 {
    match lane {
        Lane::I8(values) => values.as_ptr().cast(),
        Lane::I16(values) => values.as_ptr().cast(),
        Lane::I32(values) => values.as_ptr().cast(),
        Lane::I64(values) => values.as_ptr().cast(),
        Lane::F64(values) => values.as_ptr().cast(),
        Lane::U8(values) => values.as_ptr(),
        Lane::U16(values) => values.as_ptr().cast(),
        Lane::U32(values) => values.as_ptr().cast(),
        Lane::Bits(_) => unreachable!("bits are read as rows"),
    }
}

/// A lane's values with zeros behind them, up to a whole chunk.
fn padded(lane: Lane<'_>) -> Vec<u64> {
    /// The bytes of some values.
    fn bytes<const N: usize>(out: &mut [u64], values: impl Iterator<Item = [u8; N]>) {
        let each = 8 / N;
        for (at, value) in values.enumerate() {
            let mut wide = [0; 8];
            wide[..N].copy_from_slice(&value);
            out[at / each] |= u64::from_le_bytes(wide) << (at % each * N * 8);
        }
    }
    let mut out = vec![0; CHUNK];
    match lane {
        Lane::I8(values) => bytes(&mut out, values.iter().map(|v| v.to_le_bytes())),
        Lane::I16(values) => bytes(&mut out, values.iter().map(|v| v.to_le_bytes())),
        Lane::I32(values) => bytes(&mut out, values.iter().map(|v| v.to_le_bytes())),
        Lane::I64(values) => bytes(&mut out, values.iter().map(|v| v.to_le_bytes())),
        Lane::F64(values) => bytes(&mut out, values.iter().map(|v| v.to_le_bytes())),
        Lane::U8(values) => bytes(&mut out, values.iter().map(|v| v.to_le_bytes())),
        Lane::U16(values) => bytes(&mut out, values.iter().map(|v| v.to_le_bytes())),
        Lane::U32(values) => bytes(&mut out, values.iter().map(|v| v.to_le_bytes())),
        Lane::Bits(_) => unreachable!("bits are read as rows"),
    }
    out
}
