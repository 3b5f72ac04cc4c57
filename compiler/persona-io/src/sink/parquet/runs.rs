//! Bitmaps with few ones, or few zeros, as Parquet's runs (its `RLE` encoding of Bools): members of a small segment are a fraction of
//! a bit each. Gives up early on all others, which stay the bits that they are. Knows nothing of pages.

use super::super::delta::unsigned;

/// The most that runs may take of what the bits take, as a divisor: they cost more to write, and to read.
const LEAST_GAIN: usize = 4;
/// After each so many bytes it is asked whether it is worth to go on.
const STEP: usize = 512;
/// Fewer bytes that are alike are not worth a run of their own.
const LEAST_RUN: usize = 3;

/// The bits of so many rows as the body of a page, if that is much shorter. Bits behind the last row are zero.
pub(super) fn encode(bits: &[u8], rows: usize) -> Option<Vec<u8>> {
    let mut runs = Runs {
        bits,
        rows,
        // How many bytes follow is written when that is known.
        out: vec![0; 4],
        written: 0,
    };
    let (mut at, mut next) = (0, STEP);
    while at < bits.len() {
        let byte = bits[at];
        let alike = match byte {
            0 | u8::MAX => alike(&bits[at..], byte),
            _ => 0,
        };
        if alike >= LEAST_RUN {
            runs.bits_until(at);
            runs.same(byte, alike);
        }
        at += alike.max(1);
        if at >= next {
            if runs.length(at) * LEAST_GAIN > at + STEP {
                return None;
            }
            next = at + STEP;
        }
    }
    runs.bits_until(bits.len());
    let length = u32::try_from(runs.out.len() - 4).ok()?;
    runs.out[..4].copy_from_slice(&length.to_le_bytes());
    (runs.out.len() * LEAST_GAIN <= bits.len()).then_some(runs.out)
}

/// How many bytes from the first on are like it.
fn alike(bits: &[u8], byte: u8) -> usize {
    let pattern = u64::from_ne_bytes([byte; 8]);
    let (words, rest) = bits.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let differs = u64::from_le_bytes(*word) ^ pattern;
        if differs != 0 {
            return at * 8 + differs.trailing_zeros() as usize / 8;
        }
    }
    let same = rest.iter().take_while(|other| **other == byte).count();
    words.len() * 8 + same
}

/// Runs while they are written.
struct Runs<'b> {
    bits: &'b [u8],
    rows: usize,
    out: Vec<u8>,
    /// So many bytes of the bits are in `out`.
    written: usize,
}

impl Runs<'_> {
    /// Writes bits as they are, up to this byte.
    fn bits_until(&mut self, end: usize) {
        let bits = &self.bits[self.written..end];
        if !bits.is_empty() {
            unsigned((bits.len() << 1 | 1) as u64, &mut self.out);
            self.out.extend_from_slice(bits);
        }
        self.written = end;
    }

    /// Writes so many bytes that are alike as one run.
    fn same(&mut self, byte: u8, bytes: usize) {
        // The last byte may have bits behind the last row.
        let rows = (bytes * 8).min(self.rows - self.written * 8);
        unsigned((rows << 1) as u64, &mut self.out);
        self.out.push(byte & 1);
        self.written += bytes;
    }

    /// The length once everything up to this byte is written.
    fn length(&self, at: usize) -> usize {
        self.out.len() + at - self.written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a page's body, as the format's description says.
    fn decode(body: &[u8], rows: usize) -> Vec<bool> {
        let (length, mut rest) = body.split_first_chunk::<4>().unwrap();
        assert_eq!(u32::from_le_bytes(*length) as usize, rest.len());
        let mut out = Vec::new();
        while !rest.is_empty() {
            let (mut head, mut shift) = (0, 0);
            loop {
                let byte = usize::from(rest[0]);
                rest = &rest[1..];
                head |= (byte & 0x7F) << shift;
                shift += 7;
                if byte < 0x80 {
                    break;
                }
            }
            if head & 1 == 0 {
                out.extend(std::iter::repeat_n(rest[0] == 1, head >> 1));
                rest = &rest[1..];
            } else {
                let (bits, behind) = rest.split_at(head >> 1);
                out.extend((0..bits.len() * 8).map(|at| bits[at / 8] >> (at % 8) & 1 == 1));
                rest = behind;
            }
        }
        assert!(out.len() < rows + 8, "only the last byte has more bits");
        out.truncate(rows);
        out
    }

    fn packed(rows: &[bool]) -> Vec<u8> {
        let byte = |bits: &[bool]| {
            (0..)
                .zip(bits)
                .fold(0, |all, (at, bit)| all | u8::from(*bit) << at)
        };
        rows.chunks(8).map(byte).collect()
    }

    #[test]
    fn few_members_become_runs_and_many_stay_bits() {
        for rows in [1, 7, 64, 100, 5_000, 100_003] {
            for every in [1, 2, 3, 10, 50, 300, 4_000, 1_000_000] {
                for few in [true, false] {
                    // Not at even distances, and now and then several together.
                    let member = |row: usize| (row * row / 7 % every < 1 + row / 4_000 % 2) == few;
                    let members: Vec<bool> = (0..rows).map(member).collect();
                    let bits = packed(&members);
                    if let Some(body) = encode(&bits, rows) {
                        assert!(body.len() * LEAST_GAIN <= bits.len());
                        assert_eq!(decode(&body, rows), members, "{rows} {every} {few}");
                    } else {
                        assert!(rows < 1_000 || every < 1_000, "{rows} {every} {few}");
                    }
                }
            }
        }
    }

    #[test]
    fn nobody_and_everybody_take_a_few_bytes() {
        for byte in [0, u8::MAX] {
            let body = encode(&[byte; 32_768], 1 << 18).expect("one run");
            assert_eq!(body.len(), 4 + 3 + 1);
            assert!(decode(&body, 1 << 18).iter().all(|bit| *bit == (byte != 0)));
        }
        assert_eq!(encode(&[], 0), None);
    }
}
