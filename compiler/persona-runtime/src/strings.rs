//! Strings by code: each distinct text of a dataset is stored once, and columns hold 32-bit codes. Equal codes
//! mean equal texts, across all columns.
//!
//! Texts are known by a hash table, except those of *runs*: many texts that came at once, sorted and distinct (the keys
//! of profiles), are found by bisection, so that ten million keys need no hashing. Knows nothing of columns.

use std::ops::Range;

use hashbrown::HashTable;

/// An append-only table of distinct strings.
#[derive(Clone, Debug, Default)]
pub struct Strings {
    /// The first texts, if many more came behind a few: neither are moved.
    few: Texts,
    /// All others.
    texts: Texts,
    /// The codes outside of `runs`.
    table: HashTable<u32>,
    runs: Vec<Run>,
}

/// Codes whose texts ascend strictly.
#[derive(Clone, Debug)]
struct Run {
    codes: Range<u32>,
    /// The first bytes of every [`STEP`]-th text.
    heads: Vec<u64>,
}

/// One text of so many in a run has its first bytes beside it.
const STEP: usize = 64;
/// Runs shorter than this are hashed: bisection pays for many texts only.
const LEAST_RUN: usize = 1024;
/// With so many runs the next texts are hashed, as every search asks all runs.
const MOST_RUNS: usize = 4;

/// Texts one after the other, to be added to a [`Strings`] at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    bytes: String,
    ends: Vec<usize>,
}

impl Texts {
    /// No texts.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Appends one.
    #[inline]
    pub fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
    }

    /// The text at a place.
    #[inline]
    pub fn get(&self, at: usize) -> &str {
        &self.bytes[self.range(at)]
    }

    /// The bytes of the text at a place.
    #[inline]
    fn bytes_at(&self, at: usize) -> &[u8] {
        &self.bytes.as_bytes()[self.range(at)]
    }

    #[inline]
    fn range(&self, at: usize) -> Range<usize> {
        self.start(at)..self.ends[at]
    }

    /// Where the text at a place begins, or the next one would.
    #[inline]
    fn start(&self, at: usize) -> usize {
        at.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    /// Whether each text comes before the next one, and is not the same.
    pub fn ascend_strictly(&self) -> bool {
        self.ascend_from(0)
    }

    /// Whether each text from a place on comes behind the one before it, and is not the same.
    pub fn ascend_from(&self, at: usize) -> bool {
        let mut before = at.checked_sub(1).map(|before| {
            let text = self.bytes_at(before);
            (text, Ends::of(text))
        });
        let mut start = self.start(at);
        for end in &self.ends[at..] {
            let text = &self.bytes.as_bytes()[start..*end];
            let ends = Ends::of(text);
            let ascends = match before {
                None => true,
                Some((before, first)) if before.len() == text.len() && Ends::tell_all(text) => {
                    first < ends
                }
                Some((before, _)) => before < text,
            };
            if !ascends {
                return false;
            }
            (start, before) = (*end, Some((text, ends)));
        }
        true
    }

    /// Makes room for so many more texts of so many bytes in all.
    pub fn reserve(&mut self, texts: usize, bytes: usize) {
        self.ends.reserve(texts);
        self.bytes.reserve(bytes);
    }

    /// Drops all; the room for them stays.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// The number of bytes of all texts.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Appends all texts of another list.
    pub fn append(&mut self, other: &Self) {
        let start = self.bytes.len();
        self.bytes.push_str(&other.bytes);
        self.ends.extend(other.ends.iter().map(|end| start + end));
    }

    /// Appends the texts between consecutive offsets into `text`.
    ///
    /// # Panics
    /// When an offset lies beyond the text or inside a character.
    pub fn append_slices(&mut self, text: &str, offsets: &[i32]) {
        let at =
            |offset: i32| usize::try_from(offset).expect("offsets into a text are not negative");
        let (Some(first), Some(last)) = (offsets.first(), offsets.last()) else {
            return;
        };
        let (first, start) = (at(*first), self.bytes.len());
        self.bytes.push_str(&text[first..at(*last)]);
        let ends = offsets[1..].iter().map(|end| start + at(*end) - first);
        self.ends.extend(ends);
    }

    /// Keeps the texts from `from` on for which `keep` says so, asked with their places.
    pub fn retain_from(&mut self, from: usize, keep: impl Fn(usize) -> bool) {
        let start = self.start(from);
        let tail = self.bytes.split_off(start);
        let ends = self.ends.split_off(from);
        let mut begin = start;
        for (at, end) in (from..).zip(ends) {
            if keep(at) {
                self.bytes.push_str(&tail[begin - start..end - start]);
                self.ends.push(self.bytes.len());
            }
            begin = end;
        }
    }
}

/// The first and the last eight bytes of a text: of texts that are as long as each other and have between eight and sixteen bytes, they
/// tell the order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ends(u64, u64);

impl Ends {
    #[inline]
    fn tell_all(text: &[u8]) -> bool {
        (8..=16).contains(&text.len())
    }

    /// Zeros for a short text.
    #[inline]
    fn of(text: &[u8]) -> Self {
        match (text.first_chunk(), text.last_chunk()) {
            (Some(first), Some(last)) => {
                Self(u64::from_be_bytes(*first), u64::from_be_bytes(*last))
            }
            _ => Self(0, 0),
        }
    }
}

/// The first eight bytes, which order texts as far as they go.
fn head(text: &str) -> u64 {
    let mut bytes = [0; 8];
    let len = text.len().min(8);
    bytes[..len].copy_from_slice(&text.as_bytes()[..len]);
    u64::from_be_bytes(bytes)
}

impl Strings {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of distinct strings.
    pub fn len(&self) -> usize {
        self.few.len() + self.texts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text of a code that this table gave out.
    #[inline]
    pub fn get(&self, code: u32) -> &str {
        let (texts, at) = self.place(code);
        texts.get(at)
    }

    #[inline]
    fn place(&self, code: u32) -> (&Texts, usize) {
        let at = code as usize;
        match at.checked_sub(self.few.len()) {
            Some(at) => (&self.texts, at),
            None => (&self.few, at),
        }
    }

    /// The bytes of the text of a code, for whoever reads a great many.
    ///
    /// # Panics
    /// When nothing has this code.
    pub fn bytes(&self, code: u32) -> &[u8] {
        let (texts, at) = self.place(code);
        texts.bytes_at(at)
    }

    /// The code of a text, if it is known.
    pub fn find(&self, text: &str) -> Option<u32> {
        let hashed = self
            .table
            .find(hash(text), |code| self.get(*code) == text)
            .copied();
        hashed.or_else(|| self.runs.iter().find_map(|run| self.find_in(run, text)))
    }

    /// The code of a text, new or known.
    pub fn intern(&mut self, text: &str) -> u32 {
        if let Some(code) = self.find(text) {
            return code;
        }
        let code = self.push(text);
        self.index(code);
        code
    }

    /// Adds texts that ascend strictly, and gives each its code.
    ///
    /// # Panics
    /// In debug builds, when the texts do not ascend strictly.
    pub fn extend_sorted(&mut self, texts: Texts) -> Vec<u32> {
        debug_assert!(texts.ascend_strictly(), "the texts ascend strictly");
        if texts.len() < LEAST_RUN || self.runs.len() == MOST_RUNS {
            return (0..texts.len())
                .map(|at| self.intern(texts.get(at)))
                .collect();
        }
        let mut codes = self.known_of(&texts);
        let first = self.next_code();
        if codes.is_empty() {
            let end = self.append(texts);
            self.note_run(first..end);
            return (first..end).collect();
        }
        for (at, code) in codes.iter_mut().enumerate() {
            if *code == NEW {
                *code = self.push(texts.get(at));
            }
        }
        self.note_run(first..self.next_code());
        codes
    }

    /// For each of these sorted texts its code, or [`NEW`]; empty when none is known.
    fn known_of(&self, texts: &Texts) -> Vec<u32> {
        let mut codes = Vec::new();
        let mut note = |at: usize, code: u32| {
            if codes.is_empty() {
                codes = vec![NEW; texts.len()];
            }
            codes[at] = code;
        };
        // The fewer are looked for among the more.
        const BISECTION: usize = 16;
        if self.len().saturating_mul(BISECTION) < texts.len() {
            for code in 0..self.next_code() {
                let text = self.get(code);
                if let Ok(at) = bisect(0..texts.len(), |at| texts.get(at).cmp(text)) {
                    note(at, code);
                }
            }
        } else {
            for at in 0..texts.len() {
                if let Some(code) = self.find(texts.get(at)) {
                    note(at, code);
                }
            }
        }
        codes
    }

    fn next_code(&self) -> u32 {
        u32::try_from(self.len()).expect("fewer than 2^32 distinct strings")
    }

    /// Appends a text, which nothing finds yet.
    fn push(&mut self, text: &str) -> u32 {
        let code = self.next_code();
        self.texts.push(text);
        code
    }

    fn append(&mut self, texts: Texts) -> u32 {
        if self.few.is_empty() && self.texts.len() < texts.len() {
            self.few = std::mem::replace(&mut self.texts, texts);
        } else {
            self.texts.append(&texts);
        }
        self.next_code()
    }

    fn index(&mut self, code: u32) {
        // Taken out, so that the others can be read meanwhile.
        let mut table = std::mem::take(&mut self.table);
        let hash_of = |code: &u32| hash(self.get(*code));
        table.insert_unique(hash_of(&code), code, hash_of);
        self.table = table;
    }

    fn note_run(&mut self, codes: Range<u32>) {
        let heads = codes.clone().step_by(STEP).map(|code| head(self.get(code)));
        let heads = heads.collect();
        self.runs.push(Run { codes, heads });
    }

    fn find_in(&self, run: &Run, text: &str) -> Option<u32> {
        let head = head(text);
        // The text lies behind the last sample below it and before the first above it.
        let from = run.heads.partition_point(|known| *known < head);
        let to = from + run.heads[from..].partition_point(|known| *known == head);
        let len = run.codes.len();
        let range = from.saturating_sub(1) * STEP..(to * STEP).min(len);
        let code = |at: usize| run.codes.start + u32::try_from(at).unwrap_or(u32::MAX);
        let found = bisect(range, |at| self.get(code(at)).cmp(text)).ok()?;
        Some(code(found))
    }
}

/// Not a code: the table is never that long.
const NEW: u32 = u32::MAX;

/// The place in an ascending range where `order` is equal.
fn bisect(
    range: Range<usize>,
    order: impl Fn(usize) -> std::cmp::Ordering,
) -> Result<usize, usize> {
    use std::cmp::Ordering;
    let (mut from, mut to) = (range.start, range.end);
    while from < to {
        let middle = from.midpoint(to);
        match order(middle) {
            Ordering::Less => from = middle + 1,
            Ordering::Greater => to = middle,
            Ordering::Equal => return Ok(middle),
        }
    }
    Err(from)
}

fn hash(text: &str) -> u64 {
    use std::hash::Hasher;
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts `k0`, `k3`, … whose heads are often equal.
    fn every_third(count: u32) -> Texts {
        let mut texts: Vec<String> = (0..count).map(|n| format!("customer-{}", n * 3)).collect();
        texts.sort_unstable();
        let mut out = Texts::new();
        texts.iter().for_each(|text| out.push(text));
        out
    }

    #[test]
    fn equal_codes_mean_equal_texts_also_with_runs() {
        let mut strings = Strings::new();
        let before = strings.intern("customer-9");
        let other = strings.intern("customer-10");
        let texts = every_third(5000);
        let codes = strings.extend_sorted(texts.clone());
        for (at, code) in codes.iter().enumerate() {
            assert_eq!(strings.get(*code), texts.get(at));
            assert_eq!(strings.find(texts.get(at)), Some(*code));
            assert_eq!(strings.intern(texts.get(at)), *code);
        }
        assert_eq!(strings.len(), 5001);
        assert_eq!(strings.find("customer-9"), Some(before));
        assert_eq!(strings.find("customer-10"), Some(other));
        for text in ["", "customer-1", "customer-14998", "zzz", "a"] {
            assert_eq!(strings.find(text), None, "{text}");
        }
        let later = strings.intern("customer-1");
        assert_eq!(strings.get(later), "customer-1");
        assert_eq!(strings.find("customer-1"), Some(later));
    }

    #[test]
    fn many_known_texts_are_found_among_few_new_ones() {
        let mut strings = Strings::new();
        for n in 0..3000 {
            strings.intern(&format!("customer-{n}"));
        }
        let texts = every_third(1500);
        let codes = strings.extend_sorted(texts.clone());
        assert_eq!(strings.len(), 3000 + 500);
        for (at, code) in codes.iter().enumerate() {
            assert_eq!(strings.get(*code), texts.get(at));
            assert_eq!(strings.find(texts.get(at)), Some(*code));
        }
    }

    #[test]
    fn short_lists_and_many_runs_are_hashed() {
        let mut strings = Strings::new();
        for round in 0..7 {
            let mut texts = Texts::new();
            (1000..3000).for_each(|n| texts.push(&format!("{round}-{n}")));
            let codes = strings.extend_sorted(texts.clone());
            assert!((0..texts.len()).all(|at| strings.get(codes[at]) == texts.get(at)));
        }
        assert!(strings.runs.len() <= MOST_RUNS);
        assert_eq!(strings.len(), 7 * 2000);
        assert_eq!(strings.find("6-2999"), Some(13_999));
    }

    #[test]
    fn texts_ascend_where_each_comes_before_the_next() {
        let words = [
            "",
            "a",
            "ab",
            "abcdefg",
            "abcdefgh",
            "abcdefgi",
            "abcdefghijklmnop",
            "abcdefghijklmnoq",
            "abcdefgiaaaaaaaa",
            "abcdefghijklmnopq",
            "abcdefghijklmnopr",
            "b",
            "customer-1",
            "customer-2",
            "customer\u{ff}1",
            "é",
            "ééééé",
            "éééééa",
        ];
        for first in words {
            for second in words {
                let mut texts = Texts::new();
                [first, second].iter().for_each(|text| texts.push(text));
                assert_eq!(
                    texts.ascend_strictly(),
                    first < second,
                    "{first:?} {second:?}"
                );
                texts.push("\u{10ffff}");
                assert_eq!(texts.ascend_strictly(), first < second);
                texts.push("\u{10ffff}");
                assert!(!texts.ascend_strictly());
                assert!(texts.ascend_from(4) && !texts.ascend_from(3));
                assert!(!texts.ascend_from(2));
            }
        }
    }

    #[test]
    fn lists_of_texts_are_joined_cut_and_thinned() {
        let mut texts = Texts::new();
        texts.push("a");
        texts.append_slices("xxbécc", &[2, 5, 5, 7]);
        assert_eq!(
            (texts.len(), texts.get(1), texts.get(2), texts.get(3)),
            (4, "bé", "", "cc")
        );
        let mut joined = texts.clone();
        joined.append(&texts);
        assert_eq!((joined.len(), joined.get(5)), (8, "bé"));
        joined.retain_from(3, |at| at % 2 == 1);
        let all: Vec<&str> = (0..joined.len()).map(|at| joined.get(at)).collect();
        assert_eq!(all, ["a", "bé", "", "cc", "bé", "cc"]);
        assert_eq!(joined.bytes(), "abéccbécc".len());
    }
}
