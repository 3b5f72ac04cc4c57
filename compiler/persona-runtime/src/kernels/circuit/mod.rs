//! Circuits: ands, ors and negations of rows of words, as a flat program. Makes the program; `run` runs it.

mod build;
mod run;

use super::{CHUNK, Isa, Row};
use build::Gate;

/// What goes into a gate: a row, or the rows of the chunk that it lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wire {
    /// The row doubled, plus one when negated.
    code: u32,
}

impl Wire {
    /// A row given to the circuit.
    pub fn input(row: u32) -> Self {
        assert!(row < 1 << 31, "at most 2^31 rows");
        Self { code: row << 1 }
    }

    fn row(self) -> usize {
        (self.code >> 1) as usize
    }

    fn is_negated(self) -> bool {
        self.code & 1 == 1
    }
}

impl std::ops::Not for Wire {
    type Output = Self;

    /// The rows of the chunk that this one lacks.
    fn not(self) -> Self {
        Self {
            code: self.code ^ 1,
        }
    }
}

/// A circuit in the making. Gates see inputs and earlier gates.
#[derive(Debug)]
pub struct Gates {
    inputs: usize,
    gates: Vec<Gate>,
}

impl Gates {
    /// No gates over so many given rows.
    pub fn new(inputs: usize) -> Self {
        let gates = Vec::new();
        Self { inputs, gates }
    }

    /// What is in all of these; of none, the whole chunk.
    ///
    /// # Panics
    ///
    /// When a wire is of no input and no earlier gate.
    pub fn and(&mut self, wires: &[Wire]) -> Wire {
        self.gate(wires.iter().map(|wire| vec![*wire]).collect())
    }

    /// What is in one of these; of none, no row.
    ///
    /// # Panics
    ///
    /// When a wire is of no input and no earlier gate.
    pub fn or(&mut self, wires: &[Wire]) -> Wire {
        self.gate(vec![wires.to_vec()])
    }

    fn gate(&mut self, clauses: Gate) -> Wire {
        let end = self.inputs + self.gates.len();
        let known = clauses.iter().flatten().all(|wire| wire.row() < end);
        assert!(known, "a wire of an input or an earlier gate");
        if let [clause] = clauses.as_slice()
            && let [wire] = clause.as_slice()
        {
            return *wire;
        }
        self.gates.push(clauses);
        Wire::input(u32::try_from(end).expect("at most 2^31 rows"))
    }

    /// The circuit that gives these wires. Gates of which none depends on are left out, gates of one use become part of
    /// their user.
    ///
    /// # Panics
    ///
    /// When a wire is of no input and no gate.
    pub fn finish(self, outputs: &[Wire]) -> Circuit {
        build::finish(self.inputs, self.gates, outputs)
    }
}

/// A circuit, ready to run. A gate is an and of ors of wires, so that conditions as people write them take one.
#[derive(Debug)]
pub struct Circuit {
    /// How many rows there must be: the inputs, then one for each gate.
    rows: usize,
    inputs: usize,
    /// Gates in runs of one shape.
    runs: Vec<Run>,
    /// The wires of all gates, run after run, gate after gate, clause after clause.
    wires: Vec<Wire>,
    /// Where each output stands.
    outputs: Vec<u32>,
    /// For each gate, the first output that it is.
    slots: Vec<u32>,
    /// The outputs that are inputs, or the same as an earlier one.
    loose: Vec<u32>,
    /// For each gate, whether its row is read: by other gates, to count a loose output, or by whoever asked to keep it.
    kept: Vec<bool>,
}

/// Gates of one shape, one after another, giving rows one after another.
#[derive(Debug)]
struct Run {
    /// How many wires each clause has. No clause: all rows; a clause without wires: none.
    shape: Vec<u32>,
    /// How many gates.
    gates: usize,
    /// Whether a gate may set bits beyond the chunk's end.
    negates: bool,
}

impl Circuit {
    /// How many rows [`Circuit::run`] needs: the inputs first, then what it fills.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The row in which each output stands after a run.
    pub fn outputs(&self) -> &[u32] {
        &self.outputs
    }

    /// Fills the rows of the gates, for a chunk of `len` rows.
    ///
    /// # Panics
    ///
    /// When there are fewer rows than [`Circuit::rows`], or `len` is more than a chunk.
    pub fn run(&self, isa: Isa, rows: &mut [Row], len: usize) {
        self.check(rows, len);
        run::run(self, isa, &mut rows[..self.rows], len, None);
    }

    /// Adds to `counts` how many rows of the chunk each output has. Rows that nothing but this count needs are not filled: what
    /// is in them afterwards means nothing, but for those of [`Circuit::keep`].
    ///
    /// # Panics
    ///
    /// As [`Circuit::run`], and when there is not a count for each output.
    pub fn count(&self, isa: Isa, rows: &mut [Row], len: usize, counts: &mut [u64]) {
        self.check(rows, len);
        assert_eq!(counts.len(), self.outputs.len(), "a count for each output");
        run::run(self, isa, &mut rows[..self.rows], len, Some(counts));
    }

    /// Has [`Circuit::count`] fill this output's row too.
    ///
    /// # Panics
    ///
    /// When there is no such output.
    pub fn keep(&mut self, output: usize) {
        if let Some(gate) = (self.outputs[output] as usize).checked_sub(self.inputs) {
            self.kept[gate] = true;
        }
    }

    fn check(&self, rows: &[Row], len: usize) {
        assert!(len <= CHUNK, "a chunk has at most {CHUNK} rows");
        assert!(rows.len() >= self.rows, "rows for the inputs and gates");
    }
}
