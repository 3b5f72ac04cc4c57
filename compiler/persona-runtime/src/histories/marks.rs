//! A bit for each row of a run, with counts of those before each word, so that the set ones among any rows are counted
//! in two steps.

/// Marks of neighbouring rows, the first of which is `base`.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    words: Vec<u64>,
    /// How many bits are set before each word; one entry more than there are words.
    before: Vec<u32>,
    base: usize,
}

impl Marks {
    /// All clear, for rows from `base` up to but without `end`; keeps its memory. The words are for the caller to set,
    /// who then calls [`Self::recount`]. Marks behind the last row must stay clear.
    pub fn clear(&mut self, base: usize, end: usize) -> &mut [u64] {
        self.base = base;
        self.words.clear();
        // One word more, so that the bit behind the last row has a word too.
        self.words.resize(end.saturating_sub(base) / 64 + 1, 0);
        &mut self.words
    }

    /// The words, to be changed; [`Self::recount`] must follow.
    pub fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    /// The words.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// The first row.
    pub fn base(&self) -> usize {
        self.base
    }

    /// Counts the bits that are set, for what follows. Returns their number.
    #[inline(always)]
    pub fn recount(&mut self) -> u32 {
        let mut sum = 0;
        self.before.clear();
        self.before.reserve(self.words.len() + 1);
        self.before.push(0);
        self.before.extend(self.words.iter().map(|word| {
            sum += word.count_ones();
            sum
        }));
        sum
    }

    /// How many rows before `row` are set.
    #[inline(always)]
    pub fn rank(&self, row: usize) -> u32 {
        let index = row - self.base;
        let (word, bit) = (index / 64, index % 64);
        self.before[word] + (self.words[word] & !(u64::MAX << bit)).count_ones()
    }

    /// Whether the row is set.
    #[inline(always)]
    pub fn is_set(&self, row: usize) -> bool {
        let index = row - self.base;
        self.words[index / 64] >> (index % 64) & 1 == 1
    }

    /// The set rows among those from `low` up to but without `high`, ascending.
    #[inline(always)]
    pub fn rows(&self, low: usize, high: usize) -> SetRows<'_> {
        let (first, end) = (low - self.base, high.max(low) - self.base);
        SetRows {
            bits: self,
            word: self.words[first / 64] & (u64::MAX << (first % 64)),
            index: first / 64,
            end,
        }
    }

    /// The `n`-th (from 0) set row from `low` on, if it is before `high`.
    pub fn nth(&self, low: usize, high: usize, n: u32) -> Option<usize> {
        let wanted = self.rank(low).checked_add(n)?;
        if wanted >= self.rank(high.max(low)) {
            return None;
        }
        // The last word before which there are no more than wanted.
        let index = self.before.partition_point(|before| *before <= wanted) - 1;
        let mut word = self.words[index];
        for _ in self.before[index]..wanted {
            word &= word - 1;
        }
        Some(self.base + index * 64 + word.trailing_zeros() as usize)
    }
}

/// Set rows in order.
#[derive(Clone, Debug)]
pub struct SetRows<'b> {
    bits: &'b Marks,
    word: u64,
    index: usize,
    end: usize,
}

impl Iterator for SetRows<'_> {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        while self.word == 0 {
            self.index += 1;
            if self.index * 64 >= self.end {
                return None;
            }
            self.word = self.bits.words[self.index];
        }
        let row = self.index * 64 + self.word.trailing_zeros() as usize;
        if row >= self.end {
            return None;
        }
        self.word &= self.word - 1;
        Some(self.bits.base + row)
    }
}

/// Which rows of a span an aggregate looks at.
pub trait Pick: Copy {
    /// Whether it picks every row, so that the picked ones are neighbours.
    const EVERY: bool;

    /// How many there are.
    fn count(self, low: usize, high: usize) -> u32;
    /// The `n`-th of them, from 0.
    fn nth(self, low: usize, high: usize, n: u32) -> Option<usize>;
    /// All of them, ascending.
    fn rows(self, low: usize, high: usize) -> impl Iterator<Item = usize>;
    /// The first of them.
    fn first(self, low: usize, high: usize) -> Option<usize>;
    /// The last of them.
    fn last(self, low: usize, high: usize) -> Option<usize>;
}

/// Every row.
#[derive(Clone, Copy, Debug)]
pub struct Every;

impl Pick for Every {
    const EVERY: bool = true;

    #[inline(always)]
    fn count(self, low: usize, high: usize) -> u32 {
        u32::try_from(high - low).unwrap_or(u32::MAX)
    }

    #[inline(always)]
    fn nth(self, low: usize, high: usize, n: u32) -> Option<usize> {
        Some(low + n as usize).filter(|row| *row < high)
    }

    #[inline(always)]
    fn rows(self, low: usize, high: usize) -> impl Iterator<Item = usize> {
        low..high
    }

    #[inline(always)]
    fn first(self, low: usize, high: usize) -> Option<usize> {
        (low < high).then_some(low)
    }

    #[inline(always)]
    fn last(self, low: usize, high: usize) -> Option<usize> {
        (low < high).then(|| high - 1)
    }
}

impl Pick for &Marks {
    const EVERY: bool = false;

    #[inline(always)]
    fn count(self, low: usize, high: usize) -> u32 {
        self.rank(high.max(low)) - self.rank(low)
    }

    fn nth(self, low: usize, high: usize, n: u32) -> Option<usize> {
        Marks::nth(self, low, high, n)
    }

    #[inline(always)]
    fn rows(self, low: usize, high: usize) -> impl Iterator<Item = usize> {
        Marks::rows(self, low, high)
    }

    fn first(self, low: usize, high: usize) -> Option<usize> {
        Marks::rows(self, low, high).next()
    }

    fn last(self, low: usize, high: usize) -> Option<usize> {
        let count = self.count(low, high);
        Marks::nth(self, low, high, count.checked_sub(1)?)
    }
}
