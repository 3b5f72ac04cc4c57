//! Texts as Parquet's `DELTA_BYTE_ARRAY` has them: of each only what differs from the one before. Keys in order become a byte or two
//! that way. Writes pages' bodies, never reads any, and knows nothing of files.

/// Numbers of a block, and of each of its four parts, which have a width of their own.
const BLOCK: usize = 128;
const PART: usize = 32;

/// Room to work in, which is used again.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// How many bytes each text has in common with the one before.
    shared: Vec<u32>,
    /// How many more it has, and these.
    more: Vec<u32>,
    rest: Vec<u8>,
}

/// Texts, one after the other, as the body of one page. `None` where one is longer than the format can say.
pub(super) fn page<'t>(texts: impl Iterator<Item = &'t [u8]>, room: &mut Room) -> Option<Vec<u8>> {
    room.shared.clear();
    room.more.clear();
    room.rest.clear();
    let mut last: &[u8] = &[];
    for text in texts {
        // The format counts in 32 bits with a sign.
        i32::try_from(text.len()).ok()?;
        let shared = shared(last, text);
        room.shared.push(u32::try_from(shared).ok()?);
        room.more.push(u32::try_from(text.len() - shared).ok()?);
        append_end(&mut room.rest, text, shared);
        last = text;
    }
    let mut out = Vec::with_capacity(room.rest.len() + room.shared.len() + 64);
    numbers(&room.shared, &mut out);
    numbers(&room.more, &mut out);
    out.extend_from_slice(&room.rest);
    Some(out)
}

/// Appends what a text has from a byte on; mostly it is short.
fn append_end(out: &mut Vec<u8>, text: &[u8], from: usize) {
    let more = text.len() - from;
    match (more, text.last_chunk()) {
        (1..=8, Some(last)) => {
            // A whole word and a step back are quicker than to ask how many bytes to copy.
            let word = u64::from_le_bytes(*last) >> (8 * (8 - more));
            out.extend_from_slice(&word.to_le_bytes());
            out.truncate(out.len() - 8 + more);
        }
        _ => out.extend_from_slice(&text[from..]),
    }
}

/// How many bytes two texts have in common at their start.
fn shared(a: &[u8], b: &[u8]) -> usize {
    let (a_words, _) = a.as_chunks::<8>();
    let (b_words, _) = b.as_chunks::<8>();
    let mut same = 0;
    for (x, y) in a_words.iter().zip(b_words) {
        let differs = u64::from_le_bytes(*x) ^ u64::from_le_bytes(*y);
        if differs != 0 {
            return same + differs.trailing_zeros() as usize / 8;
        }
        same += 8;
    }
    if let (true, Some(x), Some(y)) = (a.len() == b.len(), a.last_chunk(), b.last_chunk()) {
        // The last words begin in what is alike, and end both at once.
        let differs = u64::from_le_bytes(*x) ^ u64::from_le_bytes(*y);
        return a.len() - 8 + differs.trailing_zeros() as usize / 8;
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
    let mut deltas = [0; BLOCK];
    let mut before = values.first().copied().unwrap_or(0);
    for block in values.get(1..).unwrap_or_default().chunks(BLOCK) {
        for (delta, value) in deltas.iter_mut().zip(block) {
            // Neither is more than `i32::MAX`.
            *delta = value.cast_signed() - before.cast_signed();
            before = *value;
        }
        packed(&deltas[..block.len()], out);
    }
}

/// A block: the least difference, the widths of its parts, and by how much each difference is more than the least.
fn packed(deltas: &[i32], out: &mut Vec<u8>) {
    let least = deltas.iter().copied().min().unwrap_or(0);
    signed(least.into(), out);
    let widths = out.len();
    out.extend_from_slice(&[0; BLOCK / PART]);
    for (at, part) in deltas.chunks(PART).enumerate() {
        // The difference of two numbers of 32 bits with a sign fits 32 bits without.
        let mut more = [0_u32; PART];
        for (more, delta) in more.iter_mut().zip(part) {
            *more = delta.wrapping_sub(least).cast_unsigned();
        }
        let width = u32::BITS - more.iter().fold(0, |all, more| all | more).leading_zeros();
        out[widths + at] = width.to_le_bytes()[0];
        bits(&more, width, out);
    }
}

/// Packs a part's numbers, the first in the lowest bits.
fn bits(part: &[u32; PART], width: u32, out: &mut Vec<u8>) {
    let (eights, _) = part.as_chunks::<8>();
    for eight in eights {
        // Eight numbers of a width are as many bytes as it has bits, in one word or in four.
        if width <= 8 {
            let mut word = 0_u64;
            for (at, number) in eight.iter().enumerate() {
                word |= u64::from(*number) << (at as u32 * width);
            }
            out.extend_from_slice(&word.to_le_bytes()[..width as usize]);
        } else {
            let mut words = [0_u128; 2];
            let (pairs, _) = eight.as_chunks::<4>();
            for (word, four) in words.iter_mut().zip(pairs) {
                for (at, number) in four.iter().enumerate() {
                    *word |= u128::from(*number) << (at as u32 * width);
                }
            }
            joined(words, width, out);
        }
    }
}

/// Two times four numbers of a width, as bytes.
fn joined([low, high]: [u128; 2], width: u32, out: &mut Vec<u8>) {
    let bits = 4 * width;
    let (first, second) = match bits {
        128 => (low, high),
        _ => (low | high << bits, high >> (128 - bits)),
    };
    let bytes = [first.to_le_bytes(), second.to_le_bytes()];
    out.extend_from_slice(&bytes.as_flattened()[..width as usize]);
}

/// A number in groups of seven bits, the lowest first.
pub(super) fn unsigned(mut value: u64, out: &mut Vec<u8>) {
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
            for len in at..40 {
                assert_eq!(shared(&a[..len], &b[..len]), at.min(len));
            }
            let mut end = vec![b'x'];
            append_end(&mut end, &b, at);
            assert_eq!(end[1..], b[at..]);
            let mut end = vec![b'x'];
            append_end(&mut end, &b[..at], at / 2);
            assert_eq!(end[1..], b[at / 2..at]);
        }
    }

    #[test]
    fn a_page_of_texts_is_the_one_of_the_formats_description() {
        let mut room = Room::default();
        let texts = ["axis", "axle", "babble", "babyhood"];
        let page = page(texts.iter().map(|text| text.as_bytes()), &mut room);
        assert_eq!(room.shared, [0, 2, 0, 3]);
        assert_eq!(room.more, [4, 2, 6, 5]);
        assert_eq!(room.rest, b"axislebabbleyhood");
        assert!(
            page.expect("they are short")
                .ends_with(b"axislebabbleyhood")
        );
    }

    /// The bits of numbers one after the other, the slow way.
    fn bit_by_bit(part: &[u32; PART], width: u32) -> Vec<u8> {
        let bits = part
            .iter()
            .flat_map(|number| (0..width).map(move |bit| number >> bit & 1));
        let bits: Vec<u32> = bits.collect();
        let byte = |eight: &[u32]| {
            eight
                .iter()
                .rev()
                .fold(0, |byte, bit| byte << 1 | *bit as u8)
        };
        bits.chunks(8).map(byte).collect()
    }

    #[test]
    fn numbers_of_every_width_are_packed_bit_after_bit() {
        let mut seed = 1_u32;
        for width in 0..=32 {
            let mut part = [0_u32; PART];
            for number in &mut part {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *number = (u64::from(seed) & ((1 << width) - 1)) as u32;
            }
            let mut out = Vec::new();
            bits(&part, width, &mut out);
            assert_eq!(out, bit_by_bit(&part, width), "{width}");
        }
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
