//! Where windows cut histories: for each profile of a run the first row whose instant is not before a limit.
//!
//! Three ways, chosen by what they cost on the data at hand (see [`Method::choose`]). A *scan* compares every instant
//! of the run with all limits at once and counts bits per profile; it is best for short histories. A *search* leaps in
//! growing steps from one end of a profile's rows and then bisects; it is best for long histories, and starts from the
//! end that a sample of the table says is nearer.

use crate::kernels::{Isa, will_read};

use super::aggregates::with;
use super::{Marks, Run};

/// How a cut is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Every instant is compared.
    Scan,
    /// Leaps from the first row on.
    FromStart,
    /// Leaps from the last row back.
    FromEnd,
}

/// What is known of a limit before any run is cut, from a sample of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// The share of events before the limit.
    pub before: f64,
}

/// Profiles that a sample looks at.
const SAMPLED: usize = 128;

impl Sample {
    /// Looks at some profiles of a table, evenly spread.
    pub fn take(table: Run<'_>, limit: i64) -> Self {
        let step = (table.profiles() / SAMPLED).max(1);
        let (mut before, mut all) = (0_usize, 0_usize);
        for rows in table.offsets.windows(2).step_by(step) {
            let rows = &table.at[rows[0] as usize..rows[1] as usize];
            before += rows.partition_point(|at| *at < limit);
            all += rows.len();
        }
        let before = before as f64 / all.max(1) as f64;
        Self { before }
    }
}

// Nanoseconds, of the order measured by `persona-jit/benches/histories.rs`; only their ratios matter.
const SCAN_ROW: f64 = 0.15;
const SCAN_PROFILE: f64 = 1.2;
const SEARCH_PROFILE: f64 = 4.0;
const SEARCH_STEP: f64 = 3.5;

impl Method {
    /// The cheapest way for a run.
    pub fn choose(run: Run<'_>, sample: Sample) -> Self {
        let rows = run.rows() as f64 / run.profiles().max(1) as f64;
        let (from, near) = if sample.before < 0.5 {
            (Self::FromStart, sample.before)
        } else {
            (Self::FromEnd, 1.0 - sample.before)
        };
        // Leaps double, and a bisection of the last leap follows.
        let steps = 1.0 + 2.0 * (1.0 + rows * near).log2();
        let search = SEARCH_PROFILE + SEARCH_STEP * steps;
        let scan = SCAN_ROW * rows + SCAN_PROFILE;
        if scan <= search { Self::Scan } else { from }
    }
}

/// Cuts runs by several limits, which share the scan. Keeps memory between runs.
#[derive(Debug, Default)]
pub struct Cutter {
    marks: Vec<Marks>,
    limits: Vec<i64>,
    scanned: Vec<usize>,
}

impl Cutter {
    /// Cuts a run by each limit in its own way. `cuts` gets for each limit one row per profile.
    pub fn cut(&mut self, isa: Isa, run: Run<'_>, limits: &[(i64, Method)], cuts: &mut [Vec<u32>]) {
        self.limits.clear();
        self.scanned.clear();
        for (index, ((limit, method), rows)) in limits.iter().zip(&mut *cuts).enumerate() {
            rows.clear();
            match method {
                Method::Scan => {
                    self.limits.push(*limit);
                    self.scanned.push(index);
                }
                method => rows.extend(
                    run.offsets
                        .windows(2)
                        .map(|ends| search(run.at, ends[0], ends[1], *limit, *method)),
                ),
            }
        }
        if self.scanned.is_empty() {
            return;
        }
        self.marks
            .resize_with(self.marks.len().max(self.limits.len()), Marks::default);
        let marks = &mut self.marks[..self.limits.len()];
        for bits in &mut *marks {
            bits.clear(run.base(), run.end());
        }
        before(isa, &run.at[run.base()..run.end()], &self.limits, marks);
        for (bits, index) in marks.iter_mut().zip(&self.scanned) {
            rows_of_bits(isa, run, bits, &mut cuts[*index]);
        }
    }
}

/// The first of the rows from `low` up to but without `high` that is not before the limit; `high` if there is none.
pub fn search(at: &[i64], low: u32, high: u32, limit: i64, method: Method) -> u32 {
    let rows = &at[low as usize..high as usize];
    let (from, to) = match method {
        Method::Scan => (0, rows.len()),
        Method::FromStart => {
            let (mut from, mut leap) = (0, 1);
            while leap <= rows.len() && rows[leap - 1] < limit {
                from = leap;
                leap *= 2;
            }
            (from, rows.len().min(leap))
        }
        Method::FromEnd => {
            let (mut to, mut leap) = (rows.len(), 1);
            while leap <= rows.len() && rows[rows.len() - leap] >= limit {
                to = rows.len() - leap;
                leap *= 2;
            }
            (rows.len().saturating_sub(leap), to)
        }
    };
    let cut = from + rows[from..to].partition_point(|at| *at < limit);
    // The cut is at most the number of rows, which was a difference of two `u32`.
    low + u32::try_from(cut).unwrap_or(high - low)
}

/// As [`search`], with a limit of each profile's own.
pub fn search_each(run: Run<'_>, limits: &[i64], cuts: &mut Vec<u32>) {
    cuts.clear();
    let ends = run.offsets.windows(2).zip(limits);
    cuts.extend(ends.map(|(ends, limit)| search(run.at, ends[0], ends[1], *limit, Method::Scan)));
}

/// Marks the instants before each limit.
fn before(isa: Isa, at: &[i64], limits: &[i64], marks: &mut [Marks]) {
    match isa.min(Isa::best()) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `Isa::best` says that the machine has the instructions.
        Isa::Avx512 => unsafe { x86::before_512(at, limits, marks) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Isa::Avx2 => unsafe { x86::before_256(at, limits, marks) },
        _ => before_from(0, at, limits, marks),
    }
}

/// As [`before`], from a block of 64 rows on.
fn before_from(first: usize, at: &[i64], limits: &[i64], marks: &mut [Marks]) {
    for (block, at) in at.chunks(64).enumerate().skip(first) {
        for (limit, bits) in limits.iter().zip(&mut *marks) {
            let mut word = 0;
            for (bit, at) in at.iter().enumerate() {
                word |= u64::from(at < limit) << bit;
            }
            bits.words_mut()[block] = word;
        }
    }
}

/// Turns the marks of rows before a limit into rows.
fn rows_of_bits(isa: Isa, run: Run<'_>, bits: &mut Marks, cuts: &mut Vec<u32>) {
    with(isa, || rows_of_bits_here(run, bits, cuts));
}

#[inline(always)]
fn rows_of_bits_here(run: Run<'_>, bits: &mut Marks, cuts: &mut Vec<u32>) {
    let marked = bits.recount() as usize;
    if marked == run.rows() {
        return cuts.extend(run.offsets.iter().skip(1));
    }
    if marked == 0 {
        return cuts.extend(&run.offsets[..run.profiles()]);
    }
    let mut rank = 0;
    cuts.extend(run.offsets.windows(2).map(|ends| {
        let start = rank;
        rank = bits.rank(ends[1] as usize);
        ends[0] + (rank - start)
    }));
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    //! The same with wide instructions.

    use std::arch::x86_64::{
        __m256i, __m512i, _mm256_castsi256_pd, _mm256_cmpgt_epi64, _mm256_loadu_si256,
        _mm256_movemask_pd, _mm256_set1_epi64x, _mm512_cmplt_epi64_mask, _mm512_loadu_si512,
        _mm512_set1_epi64,
    };

    use super::{Marks, before_from, will_read};

    /// So many instants later are asked for. What lies behind a run belongs to the next one.
    const AHEAD: usize = 512;

    #[target_feature(enable = "avx512f")]
    pub(super) fn before_512(at: &[i64], limits: &[i64], marks: &mut [Marks]) {
        let blocks = at.len() / 64;
        for (block, at) in at.chunks_exact(64).enumerate() {
            let mut lanes = [_mm512_set1_epi64(0); 8];
            for (lane, at) in lanes.iter_mut().zip(at.chunks_exact(8)) {
                will_read(at, AHEAD);
                // SAFETY: the slice has the eight numbers that are read.
                *lane = unsafe { _mm512_loadu_si512(at.as_ptr().cast::<__m512i>()) };
            }
            for (limit, bits) in limits.iter().zip(&mut *marks) {
                let limit = _mm512_set1_epi64(*limit);
                let mut word = 0;
                for (index, lane) in lanes.iter().enumerate() {
                    word |= u64::from(_mm512_cmplt_epi64_mask(*lane, limit)) << (index * 8);
                }
                bits.words_mut()[block] = word;
            }
        }
        before_from(blocks, at, limits, marks);
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn before_256(at: &[i64], limits: &[i64], marks: &mut [Marks]) {
        let blocks = at.len() / 64;
        for (block, at) in at.chunks_exact(64).enumerate() {
            for line in at.chunks_exact(8) {
                will_read(line, AHEAD);
            }
            for (limit, bits) in limits.iter().zip(&mut *marks) {
                let limit = _mm256_set1_epi64x(*limit);
                let mut word = 0;
                for (index, at) in at.chunks_exact(4).enumerate() {
                    // SAFETY: the slice has the four numbers that are read.
                    let lane = unsafe { _mm256_loadu_si256(at.as_ptr().cast::<__m256i>()) };
                    let less = _mm256_castsi256_pd(_mm256_cmpgt_epi64(limit, lane));
                    let mask = _mm256_movemask_pd(less);
                    word |= u64::from(mask.cast_unsigned()) << (index * 4);
                }
                bits.words_mut()[block] = word;
            }
        }
        before_from(blocks, at, limits, marks);
    }
}
