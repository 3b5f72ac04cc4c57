//! One aggregate for the profiles of a chunk: which kernel computes it, from which column, into which values.

use persona_ir::ColId;
use persona_runtime::histories::aggregates::{self as kernels, NO_ROW};
use persona_runtime::histories::marks::Pick;
use persona_runtime::histories::tallies::{Tallier, Tally};
use persona_runtime::histories::{Marks, Spans};
use persona_runtime::kernels::{Isa, Lane, Row};
use persona_runtime::num;

use super::bind::BoundKind;
use super::claim::What;
use super::columns::EventColumn;
use crate::columnar::vector::{Vector, Vectored};

/// Memory that aggregates take, kept between them.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    tallier: Tallier,
    tallies: Vec<Tally>,
    rows: Vec<u32>,
}

/// The part of a vector that belongs to the chunk's profiles.
pub(super) struct Out<'v> {
    pub(super) values: Values<'v>,
    /// Which values are there; at first all.
    pub(super) known: &'v mut [u64],
}

/// Its values.
pub(super) enum Values<'v> {
    Bits(&'v mut [u64]),
    Ints(&'v mut [i64]),
    Floats(&'v mut [f64]),
    Codes(&'v mut [u32]),
}

impl<'v> Out<'v> {
    /// For so many profiles, all of which have a value at first.
    pub(super) fn new(vector: &'v mut Vector, profiles: usize) -> Self {
        vector.known = Row::first(profiles);
        Self::of_known(vector, profiles)
    }

    /// For so many profiles, where it is known which values are there.
    pub(super) fn of_known(vector: &'v mut Vector, profiles: usize) -> Self {
        let words = profiles.div_ceil(64);
        let values = match &mut vector.values {
            Vectored::Bits(row) => {
                *row = Row::NONE;
                Values::Bits(&mut row.0[..words])
            }
            Vectored::Ints(values) => Values::Ints(&mut values[..profiles]),
            Vectored::Floats(values) => Values::Floats(&mut values[..profiles]),
            Vectored::Codes(values) => Values::Codes(&mut values[..profiles]),
        };
        Self {
            values,
            known: &mut vector.known.0[..words],
        }
    }
}

/// One aggregate for one chunk.
pub(super) struct Aggregate<'r> {
    pub(super) isa: Isa,
    pub(super) bound: &'r BoundKind<'r>,
    /// The rows of each pick that does not let every row through.
    pub(super) marks: &'r [Marks],
    pub(super) what: What,
    pub(super) spans: Spans<'r>,
    pub(super) scratch: &'r mut Scratch,
}

impl Aggregate<'_> {
    /// Computes the aggregate over the rows that are picked.
    pub(super) fn fill<P: Pick>(&mut self, pick: P, out: Out<'_>) {
        let (isa, spans) = (self.isa, self.spans);
        let Out { values, known } = out;
        match (self.what, values) {
            (What::Exists, Values::Bits(out)) => kernels::exists(isa, spans, pick, out),
            (What::Count, Values::Ints(out)) => kernels::counts(isa, spans, pick, out),
            (What::Gap, Values::Ints(out)) => {
                kernels::gaps(isa, self.bound.at, spans, pick, (out, known));
            }
            (What::Share(holds), Values::Floats(out)) => {
                let holds = &self.marks[holds];
                kernels::shares(isa, holds, spans, pick, (out, known));
            }
            (What::Sum(col) | What::Mean(col) | What::Extreme(col, _), values) => {
                self.number(pick, col, values, known);
            }
            (What::Nth(col, place), values) => {
                kernels::places(isa, spans, pick, place, &mut self.scratch.rows);
                gather(self.bound.columns[col], &self.scratch.rows, values, known);
            }
            (What::Distinct(col), Values::Ints(out)) => {
                self.tally(pick, col);
                let counts = self.scratch.tallies.iter().map(|tally| tally.distinct);
                counts.zip(out).for_each(|(count, out)| *out = count.into());
            }
            (What::MaxPerValue(col), Values::Ints(out)) => {
                self.tally(pick, col);
                let counts = self.scratch.tallies.iter().map(|tally| tally.most);
                counts.zip(out).for_each(|(count, out)| *out = count.into());
            }
            (What::TopShare(col), Values::Floats(out)) => {
                self.tally(pick, col);
                kernels::top_shares(&self.scratch.tallies, out, known);
            }
            (What::MostCommon(col), values) => {
                self.tally(pick, col);
                let rows = self.scratch.tallies.iter().map(|tally| tally.row);
                self.scratch.rows.clear();
                self.scratch.rows.extend(rows);
                gather(self.bound.columns[col], &self.scratch.rows, values, known);
            }
            _ => unreachable!("a verified aggregate has the type of its kind"),
        }
    }

    fn number<P: Pick>(&mut self, pick: P, col: ColId, values: Values<'_>, known: &mut [u64]) {
        let (isa, spans) = (self.isa, self.spans);
        let source = self.bound.columns[col];
        let (ints, floats, codes) = source.map_or((&[][..], &[][..], &[][..]), |source| {
            (source.ints(), source.floats(), source.codes())
        });
        match (self.what, values) {
            (What::Sum(_), Values::Ints(out)) => {
                kernels::sums_of_ints(isa, ints, spans, pick, out);
            }
            (What::Sum(_), Values::Floats(out)) => {
                kernels::sums_of_floats(isa, floats, spans, pick, out);
            }
            (What::Mean(_), Values::Ints(out)) => {
                kernels::means_of_ints(isa, ints, spans, pick, num::mean_amount, (out, known));
            }
            (What::Mean(_), Values::Floats(out)) if floats.is_empty() => {
                kernels::means_of_ints(isa, ints, spans, pick, num::mean_int, (out, known));
            }
            (What::Mean(_), Values::Floats(out)) => {
                kernels::means_of_floats(isa, floats, spans, pick, (out, known));
            }
            (What::Extreme(_, greatest), Values::Ints(out)) => {
                kernels::extremes(isa, ints, spans, pick, greatest, (out, known));
            }
            (What::Extreme(_, greatest), Values::Floats(out)) => {
                kernels::extremes(isa, floats, spans, pick, greatest, (out, known));
            }
            (What::Extreme(_, greatest), Values::Codes(out)) => {
                kernels::extremes(isa, codes, spans, pick, greatest, (out, known));
            }
            _ => unreachable!("a verified aggregate has the type of its kind"),
        }
    }

    /// Counts equal values of a column for each profile.
    fn tally<P: Pick>(&mut self, pick: P, col: ColId) {
        let (isa, spans) = (self.isa, self.spans);
        let Scratch {
            tallier, tallies, ..
        } = &mut *self.scratch;
        let Some(source) = self.bound.columns[col] else {
            tallies.clear();
            tallies.resize(spans.low.len(), Tally::NOTHING);
            return;
        };
        match source.lane() {
            Some(Lane::I64(values)) => {
                let key = |row: usize| values[row].cast_unsigned();
                tallier.tally(isa, spans, pick, key, tallies);
            }
            Some(Lane::F64(values)) => {
                let key = |row: usize| (values[row] + 0.0).to_bits();
                tallier.tally(isa, spans, pick, key, tallies);
            }
            Some(Lane::U32(values)) => {
                let key = |row: usize| values[row].into();
                tallier.tally(isa, spans, pick, key, tallies);
            }
            _ => tallier.tally(isa, spans, pick, |row| source.is_true(row).into(), tallies),
        }
    }
}

/// The values of a column in these rows.
fn gather(source: Option<EventColumn<'_>>, rows: &[u32], values: Values<'_>, known: &mut [u64]) {
    let Some(source) = source else {
        return known.fill(0);
    };
    let is_known = |row: usize| source.is_known(row);
    match values {
        Values::Ints(out) => kernels::values_at(source.ints(), rows, is_known, out, known),
        Values::Floats(out) => {
            kernels::values_at(source.floats(), rows, is_known, out, known);
        }
        Values::Codes(out) => kernels::values_at(source.codes(), rows, is_known, out, known),
        Values::Bits(out) => {
            out.fill(0);
            known.fill(0);
            for (index, row) in rows.iter().enumerate() {
                let there = *row != NO_ROW && is_known(*row as usize);
                let is = there && source.is_true(*row as usize);
                known[index / 64] |= u64::from(there) << (index % 64);
                out[index / 64] |= u64::from(is) << (index % 64);
            }
        }
    }
}
