//! Texts as Parquet's `DELTA_BYTE_ARRAY` has them: of each only what differs from the one before. Keys in order become a byte or two
//! that way. Writes pages' bodies, never reads any, and knows nothing of files.

/// Numbers of a block, and of each of its four parts, which have a width of their own.
const BLOCK: usize = 128;
const PART: usize = 32;

/// Texts, one after the other, as the body of one page.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// How many bytes each has in common with the one before.
    shared: Vec<u32>,
    /// How many more it has, and these.
    more: Vec<u32>,
    rest: Vec<u8>,
    last: Vec<u8>,
}

impl Texts {
    /// Adds a text; false where it is longer than the format can say.
    #[must_use]
    pub(super) fn push(&mut self, text: &[u8]) -> bool {
        let shared = shared(&self.last, text);
        let (Ok(same), Ok(more)) = (u32::try_from(shared), u32::try_from(text.len() - shared))
        else {
            return false;
        };
        // The format counts in 32 bits with a sign.
        if text.len() > i32::MAX as usize {
            return false;
        }
        self.shared.push(same);
        self.more.push(more);
        self.rest.extend_from_slice(&text[shared..]);
        self.last.truncate(shared);
        self.last.extend_from_slice(&text[shared..]);
        true
    }

    /// The body of a page of what was added; afterwards nothing is there.
    pub(super) fn page(&mut self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.rest.len() + self.shared.len() + 64);
        numbers(&self.shared, &mut out);
        numbers(&self.more, &mut out);
        out.extend_from_slice(&self.rest);
        self.shared.clear();
        self.more.clear();
        self.rest.clear();
        self.last.clear();
        out
    }
}

/// How many bytes two texts have in common at their start.
fn shared(a: &[u8], b: &[u8]) -> usize {
    let pairs = a.chunks_exact(8).zip(b.chunks_exact(8));
    let mut same = 0;
    for (x, y) in pairs {
        if x != y {
            break;
        }
        same += 8;
    }
    let rest = a[same..].iter().zip(&b[same..]);
    same + rest.take_while(|(x, y)| x == y).count()
}

/// Numbers as `DELTA_BINARY_PACKED` has them: by how much each differs from the one before.
fn numbers(values: &[u32], out: &mut Vec<u8>) {
    unsigned(BLOCK as u64, out);
    unsigned((BLOCK / PART) as u64, out);
    unsigned(values.len() as u64, out);
    signed(values.first().copied().unwrap_or(0).into(), out);
    let mut deltas = [0_i64; BLOCK];
    let mut before = values.first().copied().unwrap_or(0);
    for block in values.get(1..).unwrap_or_default().chunks(BLOCK) {
        for (delta, value) in deltas.iter_mut().zip(block) {
            *delta = i64::from(*value) - i64::from(before);
            before = *value;
        }
        packed(&deltas[..block.len()], out);
    }
}

/// A block: the least difference, the widths of its parts, and by how much each difference is more than the least.
fn packed(deltas: &[i64], out: &mut Vec<u8>) {
    let least = deltas.iter().copied().min().unwrap_or(0);
    signed(least, out);
    let widths = out.len();
    out.extend_from_slice(&[0; BLOCK / PART]);
    for (at, part) in deltas.chunks(PART).enumerate() {
        let most = part.iter().map(|delta| delta - least).max().unwrap_or(0);
        let width = i64::BITS - most.leading_zeros();
        // A difference of two numbers of 32 bits has at most 33, so this fits a byte.
        out[widths + at] = width.to_le_bytes()[0];
        bits(part, least, width, out);
    }
}

/// Packs a part's differences, the first in the lowest bits; what is missing of 32 is zeros.
fn bits(part: &[i64], least: i64, width: u32, out: &mut Vec<u8>) {
    if width == 0 {
        return;
    }
    let end = out.len() + PART / 8 * width as usize;
    // Fewer than 32 bits wait when a difference comes, which has up to 33 of its own: the last of these are put in apart.
    let (mut word, mut used) = (0_u64, 0);
    let mut put = |bits: u64, count: u32, out: &mut Vec<u8>| {
        word |= bits << used;
        used += count;
        if used >= 32 {
            out.extend_from_slice(&word.to_le_bytes()[..4]);
            word >>= 32;
            used -= 32;
        }
    };
    for delta in part {
        let more = (delta - least).cast_unsigned();
        if width <= 32 {
            put(more, width, out);
        } else {
            put(more & u64::from(u32::MAX), 32, out);
            put(more >> 32, width - 32, out);
        }
    }
    out.extend_from_slice(&word.to_le_bytes()[..used.div_ceil(8) as usize]);
    out.resize(end, 0);
}

fn unsigned(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

fn signed(value: i64, out: &mut Vec<u8>) {
    unsigned(((value << 1) ^ (value >> 63)).cast_unsigned(), out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_texts_have_in_common_is_found_in_any_length() {
        for at in 0..40 {
            let a = vec![b'a'; 40];
            let mut b = a.clone();
            b[at] = b'b';
            assert_eq!(shared(&a, &b), at);
            assert_eq!(shared(&a[..at], &b), at);
            assert_eq!(shared(&a, &b[..at]), at);
        }
    }

    #[test]
    fn a_page_of_texts_is_the_one_of_the_formats_description() {
        let mut texts = Texts::default();
        for text in ["axis", "axle", "babble", "babyhood"] {
            assert!(texts.push(text.as_bytes()));
        }
        assert_eq!(texts.shared, [0, 2, 0, 3]);
        assert_eq!(texts.more, [4, 2, 6, 5]);
        assert_eq!(texts.rest, b"axislebabbleyhood");
    }

    #[test]
    fn numbers_are_packed_as_the_formats_description_does_it() {
        let mut out = Vec::new();
        // Differences 1, 1, 1, 1: the least is 1, and nothing more is to be said.
        numbers(&[1, 2, 3, 4, 5], &mut out);
        assert_eq!(out, [0x80, 1, 4, 5, 2, 2, 0, 0, 0, 0]);
        out.clear();
        // Differences -2, -2, -2, 1, 1, 1, 1: above the least 0, 0, 0, 3, 3, 3, 3, two bits each.
        numbers(&[7, 5, 3, 1, 2, 3, 4, 5], &mut out);
        assert_eq!(
            out,
            [
                0x80,
                1,
                4,
                8,
                14,
                3,
                2,
                0,
                0,
                0,
                0b1100_0000,
                0b0011_1111,
                0,
                0,
                0,
                0,
                0,
                0
            ]
        );
    }
}
