//! Runs circuits. One loop for every instruction set, over vectors of words; it reads rows by address, because the checks
//! of indices would cost as much as the work: `build` makes no wire that is not of a row.
#![expect(
    unsafe_code,
    reason = "rows are read by address, with vector instructions"
)]

use super::build::NO_SLOT;
use super::{Circuit, Run, Wire};
use crate::kernels::{CHUNK, Isa, Row, WORDS};

/// Some words of a row, in registers.
trait Wide: Copy {
    const WORDS: usize;
    /// All bits set.
    unsafe fn ones() -> Self;
    /// The words at an address.
    unsafe fn load(from: *const u64) -> Self;
    unsafe fn store(self, to: *mut u64);
    unsafe fn and(self, other: Self) -> Self;
    unsafe fn or(self, other: Self) -> Self;
    unsafe fn not(self) -> Self;
    /// How many bits are set.
    unsafe fn count(self) -> u64;
}

/// What a gate shall give.
#[derive(Clone, Copy)]
struct Wanted {
    /// How many bits it sets.
    count: bool,
    /// Its row.
    row: bool,
}

/// Fills the rows of the gates; with counts, adds those of the outputs and fills what is kept. The caller has checked that there are
/// `circuit.rows` rows, and as many counts as outputs.
pub(super) fn run(
    circuit: &Circuit,
    isa: Isa,
    rows: &mut [Row],
    len: usize,
    counts: Option<&mut [u64]>,
) {
    assert_eq!(rows.len(), circuit.rows, "rows for the inputs and gates");
    match isa.usable() {
        // SAFETY: any machine does this; `rows` is as long as the circuit says.
        Isa::Portable => unsafe { all::<Plain>(circuit, rows, len, counts) },
        // SAFETY: the machine has the instructions, because this set is usable; `rows` is as long as the circuit says.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => unsafe { x86::avx2(circuit, rows, len, counts) },
        // SAFETY: as before.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => unsafe { x86::avx512(circuit, rows, len, counts) },
        #[cfg(not(target_arch = "x86_64"))]
        Isa::Avx2 | Isa::Avx512 => unreachable!("no such instructions"),
    }
}

/// All gates. Needs `rows` to be as long as the circuit says, and the instructions of `W`.
#[inline(always)]
unsafe fn all<W: Wide>(
    circuit: &Circuit,
    rows: &mut [Row],
    len: usize,
    mut counts: Option<&mut [u64]>,
) {
    let (mut wires, mut to) = (circuit.wires.as_slice(), circuit.inputs);
    for run in &circuit.runs {
        let each: usize = run.shape.iter().map(|size| *size as usize).sum();
        for _ in 0..run.gates {
            let (mine, rest) = wires.split_at(each);
            wires = rest;
            let at = to - circuit.inputs;
            let slot = circuit.slots[at];
            let wanted = Wanted {
                count: counts.is_some() && slot != NO_SLOT,
                row: counts.is_none() || circuit.kept[at],
            };
            // SAFETY: `build` makes wires of inputs and earlier gates only, `to` is the inputs' number and that of the gates
            // before, and the caller has a row for each input and gate.
            let count = unsafe { gate::<W>(run, mine, rows, to, len, wanted) };
            if let Some(counts) = counts.as_deref_mut().filter(|_| wanted.count) {
                counts[slot as usize] += count;
            }
            to += 1;
        }
    }
    if let Some(counts) = counts {
        for output in &circuit.loose {
            let row = circuit.outputs[*output as usize] as usize;
            // SAFETY: `build` gives outputs the rows of inputs and gates, all of which the caller has.
            counts[*output as usize] += unsafe { count::<W>(rows, row) };
        }
    }
}

/// One gate. Needs the wires and `to` to be of `rows`, and the instructions of `W`. Gives the count if it is wanted.
#[inline(always)]
unsafe fn gate<W: Wide>(
    run: &Run,
    wires: &[Wire],
    rows: &mut [Row],
    to: usize,
    len: usize,
    wanted: Wanted,
) -> u64 {
    let base: *mut u64 = rows.as_mut_ptr().cast();
    // What may be set beyond the chunk's end is cut off in memory: that is the last chunk, or none.
    let cut = run.negates && len < CHUNK;
    let mut bits = 0;
    for part in (0..WORDS).step_by(W::WORDS) {
        // SAFETY: wires and `to` are of these rows, each of which has `WORDS` words, of which `W::WORDS` from `part` on are
        // taken, as `W::WORDS` divides `WORDS`.
        unsafe {
            let base = base.add(part);
            let all = if run.negates {
                clauses::<W, true>(&run.shape, wires, base)
            } else {
                clauses::<W, false>(&run.shape, wires, base)
            };
            if wanted.row || cut {
                all.store(base.add(to * WORDS));
            }
            if wanted.count && !cut {
                bits += all.count();
            }
        }
    }
    if cut {
        rows[to].truncate(len);
        if wanted.count {
            // SAFETY: `to` is one of these rows.
            bits = unsafe { count::<W>(rows, to) };
        }
    }
    bits
}

/// Words of a wire. Needs the wire to be of rows of which `base` is the first's word.
#[inline(always)]
unsafe fn word<W: Wide, const NEGATES: bool>(wire: Wire, base: *const u64) -> W {
    // SAFETY: the caller has seen to the wire.
    unsafe {
        let plain = W::load(base.add(wire.row() * WORDS));
        if NEGATES && wire.is_negated() {
            plain.not()
        } else {
            plain
        }
    }
}

/// An and of ors. Needs the wires to be of rows of which `base` is the first's word.
#[inline(always)]
unsafe fn clauses<W: Wide, const NEGATES: bool>(
    shape: &[u32],
    wires: &[Wire],
    base: *mut u64,
) -> W {
    // SAFETY: the caller has seen to the wires; the rest is vectors of bits alone.
    unsafe {
        let (mut all, mut wires) = (W::ones(), wires.iter());
        for size in shape {
            let first = wires.next();
            let mut any = match first {
                Some(wire) => word::<W, NEGATES>(*wire, base),
                None => W::ones().not(),
            };
            for wire in wires.by_ref().take((*size as usize).saturating_sub(1)) {
                any = any.or(word::<W, NEGATES>(*wire, base));
            }
            all = all.and(any);
        }
        all
    }
}

/// The bits of a row. Needs the row to be one of these.
#[inline(always)]
unsafe fn count<W: Wide>(rows: &[Row], row: usize) -> u64 {
    let mut count = 0;
    for part in (0..WORDS).step_by(W::WORDS) {
        // SAFETY: the row is one of these, and `W::WORDS` divides `WORDS`.
        count += unsafe { W::load(rows.as_ptr().cast::<u64>().add(row * WORDS + part)).count() };
    }
    count
}

/// Eight words, for the compiler to vectorise.
#[derive(Clone, Copy)]
struct Plain([u64; 8]);

impl Wide for Plain {
    const WORDS: usize = 8;

    #[inline(always)]
    unsafe fn ones() -> Self {
        Self([u64::MAX; 8])
    }

    #[inline(always)]
    unsafe fn load(from: *const u64) -> Self {
        // SAFETY: the caller has eight words there.
        Self(unsafe { from.cast::<[u64; 8]>().read() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut u64) {
        // SAFETY: the caller has eight words there.
        unsafe { to.cast::<[u64; 8]>().write(self.0) }
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] & other.0[at]))
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] | other.0[at]))
    }

    #[inline(always)]
    unsafe fn not(self) -> Self {
        Self(self.0.map(|word| !word))
    }

    #[inline(always)]
    unsafe fn count(self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    //! The same with 256 and 512 bits.

    use std::arch::x86_64::{
        __m256i, __m512i, _mm256_and_si256, _mm256_load_si256, _mm256_or_si256, _mm256_set1_epi64x,
        _mm256_store_si256, _mm256_xor_si256, _mm512_add_epi64, _mm512_and_si512,
        _mm512_load_si512, _mm512_or_si512, _mm512_popcnt_epi64, _mm512_reduce_add_epi64,
        _mm512_set1_epi64, _mm512_store_si512, _mm512_xor_si512,
    };

    use super::super::Circuit;
    use super::{Row, Wide};

    #[target_feature(enable = "avx2,bmi2,popcnt")]
    pub(super) unsafe fn avx2(
        circuit: &Circuit,
        rows: &mut [Row],
        len: usize,
        counts: Option<&mut [u64]>,
    ) {
        // SAFETY: the caller has checked `rows`, and the machine has what this function is compiled for.
        unsafe { super::all::<[__m256i; 4]>(circuit, rows, len, counts) }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,bmi2,popcnt")]
    pub(super) unsafe fn avx512(
        circuit: &Circuit,
        rows: &mut [Row],
        len: usize,
        counts: Option<&mut [u64]>,
    ) {
        // SAFETY: the caller has checked `rows`, and the machine has what this function is compiled for.
        unsafe { super::all::<[__m512i; 4]>(circuit, rows, len, counts) }
    }

    impl Wide for [__m256i; 4] {
        const WORDS: usize = 16;

        #[inline(always)]
        unsafe fn ones() -> Self {
            // SAFETY: the caller's machine has AVX2.
            [unsafe { _mm256_set1_epi64x(-1) }; 4]
        }

        #[inline(always)]
        unsafe fn load(from: *const u64) -> Self {
            // SAFETY: the caller has sixteen words there, of a row or half of one, and rows are aligned.
            std::array::from_fn(|at| unsafe { _mm256_load_si256(from.add(at * 4).cast()) })
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut u64) {
            for (at, words) in self.into_iter().enumerate() {
                // SAFETY: the caller has sixteen words there, of a row or half of one, and rows are aligned.
                unsafe { _mm256_store_si256(to.add(at * 4).cast(), words) }
            }
        }

        #[inline(always)]
        unsafe fn and(self, other: Self) -> Self {
            // SAFETY: the caller's machine has AVX2.
            std::array::from_fn(|at| unsafe { _mm256_and_si256(self[at], other[at]) })
        }

        #[inline(always)]
        unsafe fn or(self, other: Self) -> Self {
            // SAFETY: the caller's machine has AVX2.
            std::array::from_fn(|at| unsafe { _mm256_or_si256(self[at], other[at]) })
        }

        #[inline(always)]
        unsafe fn not(self) -> Self {
            // SAFETY: the caller's machine has AVX2.
            self.map(|words| unsafe { _mm256_xor_si256(words, _mm256_set1_epi64x(-1)) })
        }

        #[inline(always)]
        unsafe fn count(self) -> u64 {
            let mut words = [0_u64; 16];
            for (at, vector) in self.into_iter().enumerate() {
                // SAFETY: the array has sixteen words; AVX2 stores need no alignment in this form.
                unsafe {
                    std::arch::x86_64::_mm256_storeu_si256(
                        words.as_mut_ptr().add(at * 4).cast(),
                        vector,
                    );
                }
            }
            words.iter().map(|word| u64::from(word.count_ones())).sum()
        }
    }

    impl Wide for [__m512i; 4] {
        const WORDS: usize = 32;

        #[inline(always)]
        unsafe fn ones() -> Self {
            // SAFETY: the caller's machine has AVX-512.
            [unsafe { _mm512_set1_epi64(-1) }; 4]
        }

        #[inline(always)]
        unsafe fn load(from: *const u64) -> Self {
            // SAFETY: the caller has a whole row there, and rows are aligned.
            std::array::from_fn(|at| unsafe { _mm512_load_si512(from.add(at * 8).cast()) })
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut u64) {
            for (at, words) in self.into_iter().enumerate() {
                // SAFETY: the caller has a whole row there, and rows are aligned.
                unsafe { _mm512_store_si512(to.add(at * 8).cast(), words) }
            }
        }

        #[inline(always)]
        unsafe fn and(self, other: Self) -> Self {
            // SAFETY: the caller's machine has AVX-512.
            std::array::from_fn(|at| unsafe { _mm512_and_si512(self[at], other[at]) })
        }

        #[inline(always)]
        unsafe fn or(self, other: Self) -> Self {
            // SAFETY: the caller's machine has AVX-512.
            std::array::from_fn(|at| unsafe { _mm512_or_si512(self[at], other[at]) })
        }

        #[inline(always)]
        unsafe fn not(self) -> Self {
            // SAFETY: the caller's machine has AVX-512.
            self.map(|words| unsafe { _mm512_xor_si512(words, _mm512_set1_epi64(-1)) })
        }

        #[inline(always)]
        unsafe fn count(self) -> u64 {
            // SAFETY: the caller's machine has AVX-512 with VPOPCNTDQ.
            unsafe {
                let [a, b, c, d] = self.map(|words| _mm512_popcnt_epi64(words));
                let sums = _mm512_add_epi64(_mm512_add_epi64(a, b), _mm512_add_epi64(c, d));
                _mm512_reduce_add_epi64(sums) as u64
            }
        }
    }
}
