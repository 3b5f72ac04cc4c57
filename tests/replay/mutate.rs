//! Changes texts and bytes at random, always in the same way: a small fuzzer that needs no other compiler. It knows nothing of what it
//! changes, and is no match for one that watches the code; it runs on every change, and that one does not.

use std::ops::Range;

/// What breaks readers, put in here and there.
const NASTY: [&[u8]; 16] = [
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x00",
    b"\x00\x00\x00\x80",
    b"9223372036854775808",
    b"-1",
    b"1e308",
    b"\"",
    b"\xc3",
    b"{{",
    b"%}",
    b"[",
    b"}",
    b"\r\n",
    b"\xef\xbb\xbf",
    b"9999-12-31T23:59:59Z",
    b"%0",
];

/// Numbers that look random and are the same ones always.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides.max(1) as u64).unwrap_or(0)
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.roll(256)).unwrap_or(0)
    }
}

/// Where some word or number stands; nowhere where there is none.
fn word(bytes: &[u8], dice: &mut Dice) -> Range<usize> {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let from = dice.roll(bytes.len());
    let Some(start) = bytes[from..].iter().position(part) else {
        return 0..0;
    };
    let inside = bytes[..from + start]
        .iter()
        .rev()
        .take_while(|byte| part(byte));
    let start = from + start - inside.count();
    let length = bytes[start..].iter().take_while(|byte| part(byte)).count();
    start..start + length
}

/// One of these, changed in some places.
pub(crate) fn mutant(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seeds[dice.roll(seeds.len())].clone();
    // Half of them stay nearly right: words of others in the place of words, so that what reads words gets further.
    if dice.roll(2) == 0 {
        for _ in 0..=dice.roll(3) {
            let other = &seeds[dice.roll(seeds.len())];
            let (put, taken) = (word(other, dice), word(&bytes, dice));
            drop(bytes.splice(taken, other[put].iter().copied()));
        }
        return bytes;
    }
    for _ in 0..=dice.roll(4) {
        let at = dice.roll(bytes.len() + 1);
        let end = (at + 1 + dice.roll(16)).min(bytes.len());
        match dice.roll(7) {
            0 => bytes
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|byte| *byte = dice.byte()),
            1 => bytes
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|byte| *byte ^= 1 << dice.roll(8)),
            2 => drop(bytes.drain(at.min(end)..end)),
            3 => drop(bytes.splice(at..at, NASTY[dice.roll(NASTY.len())].iter().copied())),
            4 => {
                let again = bytes[at.min(end)..end].to_vec();
                drop(bytes.splice(at..at, again));
            }
            5 => {
                let other = &seeds[dice.roll(seeds.len())];
                let from = dice.roll(other.len());
                let to = (from + 1 + dice.roll(64)).min(other.len());
                drop(bytes.splice(at..at, other[from.min(to)..to].iter().copied()));
            }
            _ => bytes.truncate(at),
        }
    }
    bytes
}
