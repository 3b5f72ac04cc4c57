//! What a chunk gives, written where it belongs: words of sets, constants of stages, values of vectors. Decides nothing.

use persona_ir::Const;
use persona_runtime::kernels::{self, CHUNK, Row};

use super::vector::{Vector, Vectored};
use crate::buffers::Part;

/// A set's words.
pub(super) fn members(part: &mut Part<'_>, row: &Row, at: usize, len: usize) {
    if let Part::Members(bytes) = part {
        let (words, _) = bytes[at / 8..].as_chunks_mut::<8>();
        for (to, word) in words.iter_mut().zip(&row.0[..len.div_ceil(64)]) {
            *to = word.to_le_bytes();
        }
        // Where the next chunk of this set goes; the other sets are written before.
        let next = at / 8 + CHUNK / 8;
        if let Some(next) = bytes.get_mut(next..next + CHUNK / 8) {
            kernels::will_write(next);
        }
    }
}

/// The value of the first condition that holds, or the last one.
pub(super) fn stages<'r>(
    part: &mut Part<'_>,
    cases: impl Iterator<Item = (&'r Row, &'r Const)>,
    last: &Const,
    at: usize,
    len: usize,
) {
    let mut left = Row::first(len);
    match part {
        Part::Codes(codes, _) => {
            let code = |value: &Const| match value {
                Const::Enum(index) => *index,
                _ => 0,
            };
            let codes = &mut codes[at..at + len];
            codes.fill(code(last));
            for (row, value) in cases {
                each_first(row, &mut left, |at| codes[at] = code(value));
            }
        }
        Part::Ints(values, _) => {
            let int = |value: &Const| match value {
                Const::Int(value) => *value,
                _ => 0,
            };
            let values = &mut values[at..at + len];
            values.fill(int(last));
            for (row, value) in cases {
                each_first(row, &mut left, |at| values[at] = int(value));
            }
        }
        _ => {}
    }
}

/// The bits of a row that are left; they are left no more.
fn each_first(row: &Row, left: &mut Row, mut f: impl FnMut(usize)) {
    for (word, (bits, left)) in row.0.iter().zip(&mut left.0).enumerate() {
        let mut bits = bits & *left;
        *left &= !bits;
        while bits != 0 {
            f(word * 64 + bits.trailing_zeros() as usize);
            bits &= bits - 1;
        }
    }
}

/// A vector's values, zeros where they are missing.
pub(super) fn vector(part: &mut Part<'_>, from: &Vector, at: usize, len: usize) {
    let known = &from.known;
    let valid = match (part, &from.values) {
        (Part::Bytes(values, valid), Vectored::Bits(bits)) => {
            let values = values[at..at + len].iter_mut().enumerate();
            values.for_each(|(row, value)| *value = u8::from(bits.get(row)));
            valid
        }
        (Part::Ints(values, valid), Vectored::Ints(from)) => {
            copy(&mut values[at..at + len], from, known);
            valid
        }
        (Part::Floats(values, valid), Vectored::Floats(from)) => {
            copy(&mut values[at..at + len], from, known);
            valid
        }
        (Part::Codes(values, valid), Vectored::Codes(from)) => {
            copy(&mut values[at..at + len], from, known);
            valid
        }
        _ => return,
    };
    if let Some(valid) = valid {
        let bytes = known.0.iter().flat_map(|word| word.to_le_bytes());
        let valid = &mut valid[at / 8..][..len.div_ceil(8)];
        valid
            .iter_mut()
            .zip(bytes)
            .for_each(|(to, from)| *to = from);
    }
}

fn copy<T: Copy + Default>(to: &mut [T], from: &[T], known: &Row) {
    for (row, (to, from)) in to.iter_mut().zip(from).enumerate() {
        *to = if known.get(row) { *from } else { T::default() };
    }
}
