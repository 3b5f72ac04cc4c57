//! The keys of all tables, sorted by their bytes: whose each row is, as a place among them. Keys are sorted, never
//! hashed; those that come sorted are only looked at.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use persona_runtime::{Strings, Texts};

use super::ingest::TableBuilder;

/// All keys that occur, distinct and sorted.
#[derive(Debug, Default)]
pub(super) struct Keys {
    texts: Texts,
    /// The codes of the texts, once the dataset's table has them.
    codes: Vec<u32>,
}

/// For each row of a table the place of its key.
#[derive(Debug, Default)]
pub(super) enum Ranks {
    /// There are no rows.
    #[default]
    None,
    /// Each row's own place: so many rows, distinct and sorted.
    Same(usize),
    Each(Vec<u32>),
}

impl Ranks {
    /// The place of a row's key.
    #[inline]
    pub(super) fn of(&self, row: usize) -> usize {
        match self {
            Self::None => 0,
            Self::Same(_) => row,
            Self::Each(places) => places[row] as usize,
        }
    }

    /// Whether each row has a key of its own, in the order of the keys, and there are no other keys.
    pub(super) fn is_same(&self) -> bool {
        matches!(self, Self::Same(_))
    }

    fn through(self, places: &[u32]) -> Self {
        match self {
            Self::None => Self::None,
            Self::Same(rows) => Self::Each(places[..rows].to_vec()),
            Self::Each(mut ranks) => {
                ranks
                    .iter_mut()
                    .for_each(|rank| *rank = places[*rank as usize]);
                Self::Each(ranks)
            }
        }
    }
}

impl Keys {
    /// Sorts the keys of all tables and ranks their rows.
    pub(super) fn new<'t>(
        tables: impl Iterator<Item = &'t mut TableBuilder>,
        threads: usize,
    ) -> Self {
        let mut tables: Vec<&mut TableBuilder> = tables.filter(|table| table.len() > 0).collect();
        let mut distinct: Vec<Texts> = Vec::with_capacity(tables.len());
        for table in &mut tables {
            let keys = std::mem::take(&mut table.keys);
            let known = table.ascending == keys.len();
            let (texts, ranks) = if known {
                let rows = keys.len();
                (keys, Ranks::Same(rows))
            } else {
                rank(keys, threads)
            };
            table.ranks = ranks;
            distinct.push(texts);
        }
        let texts = match <[Texts; 1]>::try_from(distinct) {
            Ok([only]) => only,
            Err(several) => {
                let (texts, places) = merge(&several);
                for (table, places) in tables.into_iter().zip(places) {
                    table.ranks = std::mem::take(&mut table.ranks).through(&places);
                }
                texts
            }
        };
        Self {
            texts,
            codes: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len().max(self.codes.len())
    }

    /// The text of a key, as long as the dataset's table does not have it.
    pub(super) fn text(&self, place: usize) -> &str {
        self.texts.get(place)
    }

    /// Gives the texts to the dataset's table.
    pub(super) fn keep(&mut self, strings: &mut Strings) {
        self.codes = strings.extend_sorted(std::mem::take(&mut self.texts));
    }

    /// The codes of the keys, once the table has them.
    pub(super) fn into_codes(self) -> Vec<u32> {
        self.codes
    }
}

/// The distinct keys in order, and the place of each row's.
fn rank(keys: Texts, threads: usize) -> (Texts, Ranks) {
    // Rows of one key that follow each other are looked at once.
    let mut starts: Vec<u32> = Vec::new();
    let (mut sorted, mut strict) = (true, true);
    for row in 0..keys.len() {
        let order = match row {
            0 => Ordering::Less,
            _ => keys.get(row - 1).cmp(keys.get(row)),
        };
        strict &= order.is_lt();
        if !strict {
            if starts.is_empty() {
                // Until here all rows had keys of their own.
                starts.extend(0..place(row));
            }
            if order.is_ne() {
                starts.push(place(row));
            }
        }
        sorted &= order.is_le();
    }
    if strict {
        let rows = keys.len();
        return (keys, Ranks::Same(rows));
    }
    let order = Order::new(&starts, &keys);
    let mut heads = order.heads(&starts);
    if !sorted {
        order.sort(&mut heads, threads);
    }
    let mut texts = Texts::new();
    let mut rank_of = vec![0_u32; keys.len()];
    let mut last = None;
    for head in &heads {
        if last.is_none_or(|last| order.compare(last, head).is_ne()) {
            texts.push(keys.get(head.1 as usize));
        }
        last = Some(head);
        rank_of[head.1 as usize] = place(texts.len());
    }
    // A row that begins no run has the key of the row before it.
    let mut before = 0;
    for rank in &mut rank_of {
        if *rank > 0 {
            before = *rank - 1;
        }
        *rank = before;
    }
    (texts, Ranks::Each(rank_of))
}

fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// A row with the first bytes of its key that are not alike in all keys.
type Head = (u64, u32);

/// How rows are ordered by their keys.
struct Order<'k> {
    keys: &'k Texts,
    /// So many bytes are alike.
    skip: usize,
    /// Whether the bytes behind those tell all there is.
    whole: bool,
}

impl<'k> Order<'k> {
    fn new(rows: &[u32], keys: &'k Texts) -> Self {
        let skip = common_start(rows, keys);
        let whole = rows.iter().all(|row| {
            let rest = &keys.get(*row as usize).as_bytes()[skip..];
            // A zero byte would be taken for the end.
            rest.len() <= 8 && !rest.contains(&0)
        });
        Self { keys, skip, whole }
    }

    fn heads(&self, rows: &[u32]) -> Vec<Head> {
        let head = |row: &u32| {
            let key = self.keys.get(*row as usize).as_bytes();
            (head(&key[self.skip..]), *row)
        };
        rows.iter().map(head).collect()
    }

    #[inline]
    fn compare(&self, a: &Head, b: &Head) -> Ordering {
        let heads = a.0.cmp(&b.0);
        if self.whole {
            return heads;
        }
        heads.then_with(|| {
            let text = |head: &Head| self.keys.get(head.1 as usize);
            text(a).cmp(text(b))
        })
    }

    fn sort(&self, heads: &mut [Head], threads: usize) {
        /// Fewer are not worth a thread.
        const SHARE: usize = 1 << 16;
        let share = heads.len().div_ceil(threads.max(1)).max(SHARE);
        if share >= heads.len() {
            return heads.sort_unstable_by(|a, b| self.compare(a, b));
        }
        std::thread::scope(|scope| {
            for part in heads.chunks_mut(share) {
                scope.spawn(move || part.sort_unstable_by(|a, b| self.compare(a, b)));
            }
        });
        // The parts are runs, which this finds and merges. Equal keys may come in any order: their ranks are one.
        heads.sort_by(|a, b| self.compare(a, b));
    }
}

/// How many bytes all these keys begin with alike.
fn common_start(rows: &[u32], keys: &Texts) -> usize {
    let mut rows = rows.iter().map(|row| keys.get(*row as usize).as_bytes());
    let first = rows.next().unwrap_or_default();
    let alike = |len: usize, key: &[u8]| {
        let pairs = first[..len].iter().zip(key);
        pairs.take_while(|(a, b)| a == b).count()
    };
    rows.fold(first.len(), alike)
}

fn head(bytes: &[u8]) -> u64 {
    let mut head = [0; 8];
    let len = bytes.len().min(8);
    head[..len].copy_from_slice(&bytes[..len]);
    u64::from_be_bytes(head)
}

/// The distinct texts of sorted lists, and for each list the places of its own.
fn merge(lists: &[Texts]) -> (Texts, Vec<Vec<u32>>) {
    use std::cmp::Reverse;
    let mut places: Vec<Vec<u32>> = lists
        .iter()
        .map(|list| Vec::with_capacity(list.len()))
        .collect();
    let mut texts = Texts::new();
    let firsts = lists
        .iter()
        .enumerate()
        .filter(|(_, list)| !list.is_empty());
    let mut next: BinaryHeap<Reverse<(&str, usize)>> = firsts
        .map(|(at, list)| Reverse((list.get(0), at)))
        .collect();
    while let Some(mut least) = next.peek_mut() {
        let Reverse((text, list)) = *least;
        if texts.is_empty() || texts.get(texts.len() - 1) != text {
            texts.push(text);
        }
        places[list].push(place(texts.len() - 1));
        let at = places[list].len();
        if at < lists[list].len() {
            *least = Reverse((lists[list].get(at), list));
        } else {
            std::collections::binary_heap::PeekMut::pop(least);
        }
    }
    (texts, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(keys: &[&str]) -> Texts {
        let mut texts = Texts::new();
        keys.iter().for_each(|key| texts.push(key));
        texts
    }

    fn all(texts: &Texts) -> Vec<&str> {
        (0..texts.len()).map(|at| texts.get(at)).collect()
    }

    #[test]
    fn rows_are_ranked_by_their_keys() {
        let cases: [&[&str]; 6] = [
            &["a", "b", "c"],
            &["a", "a", "b", "b", "b"],
            &["b", "b", "a", "b", "a", "a"],
            &[
                "customer-10",
                "customer-9",
                "customer-1",
                "customer-10",
                "customer-1\0",
            ],
            &["", "é", "e", "z", "\u{10ffff}", "é"],
            &["x"],
        ];
        for keys in cases {
            for threads in [1, 2] {
                let (distinct, ranks) = rank(texts(keys), threads);
                let mut expected = keys.to_vec();
                expected.sort_unstable();
                expected.dedup();
                assert_eq!(all(&distinct), expected);
                for (row, key) in keys.iter().enumerate() {
                    assert_eq!(expected[ranks.of(row)], *key);
                }
            }
        }
    }

    #[test]
    fn many_keys_are_sorted_by_several_threads_alike() {
        let keys: Vec<String> = (0..300_000_u32)
            .map(|n| format!("k{}", n.wrapping_mul(2_654_435_761) % 200_000))
            .collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let (one, ranks_of_one) = rank(texts(&keys), 1);
        let (two, ranks_of_two) = rank(texts(&keys), 3);
        assert_eq!(one, two);
        for (row, key) in keys.iter().enumerate() {
            assert_eq!(one.get(ranks_of_one.of(row)), *key);
            assert_eq!(ranks_of_one.of(row), ranks_of_two.of(row));
        }
        assert!(all(&one).is_sorted());
    }

    #[test]
    fn lists_are_merged() {
        let lists = [
            texts(&["b", "d"]),
            texts(&[]),
            texts(&["a", "b", "e"]),
            texts(&["e"]),
        ];
        let (merged, places) = merge(&lists);
        assert_eq!(all(&merged), ["a", "b", "d", "e"]);
        assert_eq!(places, [vec![1, 2], vec![], vec![0, 1, 3], vec![3]]);
    }
}
