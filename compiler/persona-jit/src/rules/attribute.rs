//! Attributes: the values that rules test, each with its cells, and finding the cell of a value. The cells of an attribute
//! are numbered: 0 holds where the value is missing, the others follow in the order of the values. Knows no rules.

use std::collections::BTreeSet;
use std::hash::Hasher;
use std::sync::Arc;

use persona_ir::Ty;

use super::cells::CellSet;
use super::classify::{Base, Condition, Relation, Subject};

/// A table from keys to cells is made where the cuts lie this close together, or closer than [`TABLE_RATIO`] on average.
const SHORT_TABLE: u64 = 1 << 12;
const TABLE_RATIO: u64 = 4;

/// A value that rules test, and how to find its cell.
#[derive(Debug)]
pub(crate) struct Attribute {
    /// The value.
    pub(crate) subject: Subject,
    /// Its type.
    pub(crate) ty: Ty,
    /// The number of its cells.
    pub(crate) cells: u32,
    /// The cells of its values.
    pub(crate) lookup: Lookup,
}

/// From values to cells.
#[derive(Debug)]
pub(crate) enum Lookup {
    /// By key.
    Keys(Keys),
    /// By text.
    Texts(Texts),
}

/// Cells of values that have a key: cell `1 + i` begins at the `i`-th cut, cell 1 before the first.
#[derive(Debug)]
pub(crate) struct Keys {
    cuts: Box<[i64]>,
    /// The cells of the keys from the first cut to the last; empty where the cuts are searched.
    table: Box<[u16]>,
}

/// Cells of texts. Where texts are only tested for equality, cell 1 is that of all other texts and `2 + i` that of the
/// `i`-th; where they are ordered, `1 + 2 i` is that of the texts before the `i`-th and `2 + 2 i` its own.
#[derive(Debug)]
pub(crate) struct Texts {
    texts: Box<[Arc<str>]>,
    ordered: bool,
    /// Open addressing: one more than the place of a text whose hash begins its search here; 0 for none.
    slots: Box<[u32]>,
}

impl Keys {
    fn new(conditions: &[Condition]) -> Self {
        let mut cuts = Vec::new();
        for condition in conditions {
            let Condition::Keys(ranges) = condition else {
                continue;
            };
            for (low, high) in ranges {
                cuts.extend((*low > i64::MIN).then_some(*low));
                cuts.extend(high.checked_add(1));
            }
        }
        cuts.sort_unstable();
        cuts.dedup();
        let mut keys = Self {
            cuts: cuts.into(),
            table: Box::default(),
        };
        keys.table = keys.tabulated();
        keys
    }

    fn tabulated(&self) -> Box<[u16]> {
        let (Some(first), Some(last)) = (self.cuts.first(), self.cuts.last()) else {
            return Box::default();
        };
        let (span, cuts) = (last.abs_diff(*first), self.cuts.len() as u64);
        if cuts >= u64::from(u16::MAX) || span > SHORT_TABLE.max(cuts * TABLE_RATIO) {
            return Box::default();
        }
        let cell = |key: i64| u16::try_from(self.search(key)).unwrap_or(u16::MAX);
        (*first..=*last).map(cell).collect()
    }

    fn cells(&self) -> usize {
        self.cuts.len() + 2
    }

    fn search(&self, key: i64) -> u32 {
        place(1 + self.cuts.partition_point(|cut| *cut <= key))
    }

    /// The cell of a key.
    #[inline(always)]
    pub(crate) fn cell(&self, key: i64) -> u32 {
        if self.table.is_empty() {
            return self.search(key);
        }
        let behind = key.wrapping_sub(self.cuts[0]).cast_unsigned();
        match usize::try_from(behind)
            .ok()
            .and_then(|at| self.table.get(at))
        {
            Some(cell) => u32::from(*cell),
            None if key < self.cuts[0] => 1,
            None => place(self.cuts.len() + 1),
        }
    }

    fn set(&self, ranges: &[(i64, i64)]) -> CellSet {
        let cells = |(low, high): &(i64, i64)| (self.search(*low), self.search(*high) + 1);
        CellSet::new(
            ranges
                .iter()
                .filter(|(low, high)| low <= high)
                .map(cells)
                .collect(),
        )
    }

    /// The least and the greatest cut.
    pub(crate) fn ends(&self) -> Option<(i64, i64)> {
        Some((*self.cuts.first()?, *self.cuts.last()?))
    }
}

impl Texts {
    fn new(conditions: &[Condition]) -> Self {
        let mut texts: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut ordered = false;
        for condition in conditions {
            match condition {
                Condition::Texts(all) => texts.extend(all.iter().cloned()),
                Condition::Text(relation, text) => {
                    ordered |= *relation != Relation::Equal;
                    texts.insert(Arc::clone(text));
                }
                Condition::Keys(_) | Condition::Known => {}
            }
        }
        let texts: Box<[Arc<str>]> = texts.into_iter().collect();
        let mut slots = vec![0_u32; (texts.len() * 2).next_power_of_two()];
        for (index, text) in texts.iter().enumerate() {
            let mut slot = hash(text) & (slots.len() - 1);
            while slots[slot] != 0 {
                slot = (slot + 1) & (slots.len() - 1);
            }
            slots[slot] = place(index + 1);
        }
        Self {
            texts,
            ordered,
            slots: slots.into(),
        }
    }

    fn cells(&self) -> usize {
        match self.ordered {
            true => 2 * self.texts.len() + 2,
            false => self.texts.len() + 2,
        }
    }

    /// The texts that have cells of their own, in order.
    pub(crate) fn texts(&self) -> &[Arc<str>] {
        &self.texts
    }

    /// Whether texts that have no cell of their own are told apart.
    pub(crate) fn is_ordered(&self) -> bool {
        self.ordered
    }

    /// The cell of the text at a place.
    pub(crate) fn own(&self, index: usize) -> u32 {
        match self.ordered {
            true => place(2 * index + 2),
            false => place(index + 2),
        }
    }

    /// The cell of a text.
    pub(crate) fn cell(&self, text: &str) -> u32 {
        let mut slot = hash(text) & (self.slots.len() - 1);
        while let Some(index) = (self.slots[slot] as usize).checked_sub(1) {
            if *self.texts[index] == *text {
                return self.own(index);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.other(text)
    }

    /// The cell of a text that has no cell of its own.
    pub(crate) fn other(&self, text: &str) -> u32 {
        match self.ordered {
            true => place(1 + 2 * self.before(text)),
            false => 1,
        }
    }

    /// How many of the texts come before one.
    fn before(&self, text: &str) -> usize {
        self.texts.partition_point(|other| **other < *text)
    }

    fn set(&self, texts: &[Arc<str>]) -> CellSet {
        let own = |text: &Arc<str>| {
            let cell = self.cell(text);
            (cell, cell + 1)
        };
        CellSet::new(texts.iter().map(own).collect())
    }

    fn beside(&self, relation: Relation, text: &str) -> CellSet {
        let (own, end) = (self.cell(text), place(self.cells()));
        let range = match relation {
            Relation::Less => (1, own),
            Relation::AtMost => (1, own + 1),
            Relation::Equal => (own, own + 1),
            Relation::AtLeast => (own, end),
            Relation::Greater => (own + 1, end),
        };
        CellSet::new(vec![range])
    }
}

impl Attribute {
    /// The attribute that conditions are about.
    pub(crate) fn new(subject: Subject, ty: Ty, conditions: &[Condition]) -> Self {
        let lookup = match ty {
            Ty::Str => Lookup::Texts(Texts::new(conditions)),
            _ => Lookup::Keys(Keys::new(conditions)),
        };
        let cells = match &lookup {
            Lookup::Keys(keys) => keys.cells(),
            Lookup::Texts(texts) => texts.cells(),
        };
        Self {
            subject,
            ty,
            cells: place(cells),
            lookup,
        }
    }

    /// The cells of the values for which one of those conditions holds.
    pub(crate) fn set(&self, condition: &Condition) -> CellSet {
        match (condition, &self.lookup) {
            (Condition::Keys(ranges), Lookup::Keys(keys)) => keys.set(ranges),
            (Condition::Texts(all), Lookup::Texts(texts)) => texts.set(all),
            (Condition::Text(relation, text), Lookup::Texts(texts)) => {
                texts.beside(*relation, text)
            }
            (Condition::Known, _) => CellSet::new(vec![(1, self.cells)]),
            _ => unreachable!("texts are tested as texts, and other values by their keys"),
        }
    }

    /// Whether its values count from `now` or today.
    pub(crate) fn is_moving(&self) -> bool {
        self.subject.base != Base::Own
    }

    /// The bytes that the attribute takes, those of its texts included.
    pub(crate) fn bytes(&self) -> usize {
        let inside = match &self.lookup {
            Lookup::Keys(keys) => size_of_val(&*keys.cuts) + size_of_val(&*keys.table),
            Lookup::Texts(texts) => {
                let text = |text: &Arc<str>| text.len() + 2 * size_of::<usize>();
                let inside: usize = texts.texts.iter().map(text).sum();
                inside + size_of_val(&*texts.texts) + size_of_val(&*texts.slots)
            }
        };
        inside + size_of::<Self>()
    }
}

fn hash(text: &str) -> usize {
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(text.as_bytes());
    usize::try_from(hasher.finish() >> 8).unwrap_or(usize::MAX)
}

/// A number of cells or texts, which are fewer than 2^31: each is in a node of a plan.
pub(crate) fn place(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than 2^32 of them fit in a plan")
}
