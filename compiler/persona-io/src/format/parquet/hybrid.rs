//! Parquet's hybrid of runs and packed bits, in which levels and places in dictionaries are written. Reads some numbers at a
//! time; a number that the bytes do not hold is an error. Knows nothing of pages.

use bytes::Bytes;

/// Why numbers cannot be read.
pub(super) const SHORT: &str = "a page ends early";

/// Numbers of up to 32 bits that are still to be read.
#[derive(Debug, Default)]
pub(super) struct Hybrid {
    data: Bytes,
    /// The next byte that begins a run.
    at: usize,
    /// Bits of each number.
    width: usize,
    run: Run,
}

#[derive(Clone, Copy, Debug, Default)]
enum Run {
    #[default]
    None,
    /// So many more times the same number.
    Same(u32, usize),
    /// Packed from this byte on: the number of this index is next, so many are left.
    Packed(usize, usize, usize),
}

/// Some numbers that came together.
pub(super) enum Together<'h> {
    /// One number, so many times.
    Same(u32, usize),
    /// Numbers of one bit each: of these bytes, from this bit on, so many.
    Bits(&'h [u8], usize, usize),
}

impl Hybrid {
    pub(super) fn new(data: Bytes, width: u8) -> Result<Self, &'static str> {
        if width > 32 {
            return Err("a page has numbers of more than 32 bits");
        }
        Ok(Self {
            data,
            at: 0,
            width: width.into(),
            run: Run::None,
        })
    }

    /// Makes sure that a run is begun of which something is left.
    fn begin(&mut self) -> Result<(), &'static str> {
        loop {
            match self.run {
                Run::Same(_, left) | Run::Packed(_, _, left) if left > 0 => return Ok(()),
                _ => {}
            }
            let head = self.varint()?;
            let count = usize::try_from(head >> 1).map_err(|_| SHORT)?;
            let left = self.data.len() - self.at;
            if head & 1 == 0 {
                let bytes = self.width.div_ceil(8);
                let written = self.data.get(self.at..self.at + bytes).ok_or(SHORT)?;
                let mut value = [0; 4];
                value[..bytes].copy_from_slice(written);
                self.at += bytes;
                self.run = Run::Same(u32::from_le_bytes(value), count);
            } else {
                // The last group may be cut off behind the last number.
                let bytes = count.saturating_mul(self.width).min(left);
                let most = match self.width {
                    0 => usize::MAX,
                    width => bytes.saturating_mul(8) / width,
                };
                self.run = Run::Packed(self.at, 0, count.saturating_mul(8).min(most));
                self.at += bytes;
            }
        }
    }

    fn varint(&mut self) -> Result<u64, &'static str> {
        let mut value = 0;
        for shift in (0..35).step_by(7) {
            let byte = *self.data.get(self.at).ok_or(SHORT)?;
            self.at += 1;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("a page has a run without an end")
    }

    /// Appends the next `count` numbers.
    pub(super) fn read(
        &mut self,
        mut count: usize,
        out: &mut Vec<u32>,
    ) -> Result<(), &'static str> {
        while count > 0 {
            self.begin()?;
            let taken = match &mut self.run {
                Run::Same(value, left) => {
                    let taken = count.min(*left);
                    out.extend(std::iter::repeat_n(*value, taken));
                    *left -= taken;
                    taken
                }
                Run::Packed(start, next, left) => {
                    let taken = count.min(*left);
                    unpack(&self.data[*start..], self.width, *next, taken, out);
                    *next += taken;
                    *left -= taken;
                    taken
                }
                Run::None => return Err(SHORT),
            };
            count -= taken;
        }
        Ok(())
    }

    /// The next numbers of one bit each, `count` at most.
    pub(super) fn bits(&mut self, count: usize) -> Result<Together<'_>, &'static str> {
        self.begin()?;
        Ok(match &mut self.run {
            Run::Same(value, left) => {
                let taken = count.min(*left);
                *left -= taken;
                Together::Same(*value, taken)
            }
            Run::Packed(start, next, left) => {
                let (from, taken) = (*next, count.min(*left));
                *next += taken;
                *left -= taken;
                Together::Bits(&self.data[*start..], from, taken)
            }
            Run::None => return Err(SHORT),
        })
    }
}

/// So many bytes can be looked at from the first byte of a group of eight numbers.
const WINDOW: usize = 40;

/// Appends numbers of a packed run, from index `from` on. The bytes hold them.
fn unpack(data: &[u8], width: usize, from: usize, count: usize, out: &mut Vec<u32>) {
    let aligned = from.next_multiple_of(8).min(from + count);
    out.extend((from..aligned).map(|at| one(data, width, at)));
    let groups = (from + count - aligned) / 8;
    let bytes = &data[(aligned / 8 * width).min(data.len())..];
    macro_rules! widths {
        ($($width:literal)*) => {
            match width {
                $($width => groups_of::<$width>(bytes, groups, out),)*
                _ => out.extend(std::iter::repeat_n(0, groups * 8)),
            }
        };
    }
    widths!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);
    out.extend((aligned + groups * 8..from + count).map(|at| one(data, width, at)));
}

fn groups_of<const WIDTH: usize>(bytes: &[u8], groups: usize, out: &mut Vec<u32>) {
    out.reserve(groups * 8);
    for group in 0..groups {
        let rest = &bytes[(group * WIDTH).min(bytes.len())..];
        if let Some(window) = rest.first_chunk::<WINDOW>() {
            out.extend_from_slice(&eight::<WIDTH>(window));
        } else {
            let mut window = [0; WINDOW];
            window[..rest.len()].copy_from_slice(rest);
            out.extend_from_slice(&eight::<WIDTH>(&window));
        }
    }
}

#[inline(always)]
fn eight<const WIDTH: usize>(bytes: &[u8; WINDOW]) -> [u32; 8] {
    std::array::from_fn(|at| {
        let bit = at * WIDTH;
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[bit / 8..bit / 8 + 8]);
        cut(u64::from_le_bytes(word) >> (bit % 8), WIDTH)
    })
}

/// The number of an index.
fn one(data: &[u8], width: usize, at: usize) -> u32 {
    let bit = at * width;
    let rest = &data[(bit / 8).min(data.len())..];
    let mut word = [0; 8];
    let len = rest.len().min(8);
    word[..len].copy_from_slice(&rest[..len]);
    cut(u64::from_le_bytes(word) >> (bit % 8), width)
}

#[inline(always)]
fn cut(word: u64, width: usize) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "of 32 bits at most")]
    let number = (word & ((1 << width) - 1)) as u32;
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers packed, in one run.
    fn packed(values: &[u32], width: usize) -> Vec<u8> {
        let groups = values.len().div_ceil(8);
        let mut bits = vec![0_u8; groups * width];
        for (at, value) in values.iter().enumerate() {
            for bit in (0..width).filter(|bit| value >> bit & 1 == 1) {
                let place = at * width + bit;
                bits[place / 8] |= 1 << (place % 8);
            }
        }
        let mut out = vec![];
        let mut head = (groups as u64) << 1 | 1;
        while head > 0x7F {
            out.push((head & 0x7F) as u8 | 0x80);
            head >>= 7;
        }
        out.push(head as u8);
        out.extend(bits);
        out
    }

    #[test]
    fn numbers_of_every_width_are_read_in_pieces_of_every_length() {
        for width in 1..=32_usize {
            let mask = u32::MAX >> (32 - width);
            let values: Vec<u32> = (0..200_u32)
                .map(|n| n.wrapping_mul(2_654_435_761) & mask)
                .collect();
            let mut bytes = packed(&values, width);
            // And then a run of one number.
            bytes.push(100);
            bytes.extend(&mask.to_le_bytes()[..width.div_ceil(8)]);
            let expected = [&values[..], &[mask; 50]].concat();
            for piece in [1, 3, 7, 8, 64, 250] {
                let mut hybrid =
                    Hybrid::new(bytes.clone().into(), u8::try_from(width).unwrap()).unwrap();
                let mut out = Vec::new();
                while out.len() < expected.len() {
                    let count = piece.min(expected.len() - out.len());
                    hybrid.read(count, &mut out).unwrap();
                }
                assert_eq!(out, expected, "{width} bits, {piece} at a time");
                assert_eq!(hybrid.read(1, &mut out), Err(SHORT));
            }
        }
    }

    #[test]
    fn what_is_cut_off_is_an_error_and_never_more() {
        let values: Vec<u32> = (0..64).collect();
        let whole = packed(&values, 6);
        for len in 0..whole.len() {
            let mut hybrid = Hybrid::new(Bytes::copy_from_slice(&whole[..len]), 6).unwrap();
            assert_eq!(hybrid.read(64, &mut Vec::new()), Err(SHORT));
        }
        assert!(Hybrid::new(Bytes::new(), 33).is_err());
        let endless = Bytes::from_static(&[0xFF; 12]);
        assert!(
            Hybrid::new(endless, 4)
                .unwrap()
                .read(1, &mut Vec::new())
                .is_err()
        );
        // A run of nothing, over and over, ends with the bytes.
        let nothing = Bytes::from_static(&[0; 12]);
        assert_eq!(
            Hybrid::new(nothing, 0).unwrap().read(1, &mut Vec::new()),
            Err(SHORT)
        );
    }
}
