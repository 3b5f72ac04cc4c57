//! Making bitmaps: puts entries into an order in which neighbours demand the same attributes, cuts them into blocks of 512,
//! and finds for each block and attribute the distinct *planes* (which of the 512 demands a cell meets) and which cell has
//! which. Says what each block costs; which blocks are kept is for the index to decide.

use rustc_hash::FxHashMap;

use super::attribute::{Attribute, place};
use super::bitmaps::{BLOCK, Part, Plane};
use super::cells::CellSet;

/// A part of a block has planes for at most so many stretches of cells; an attribute beyond is left to the rules' gates.
const STRETCHES: usize = 1 << 14;
/// A part searches its stretches, instead of having a column in the attribute's table, where the column is so many times
/// as large, or the stretches are so few that searching them is no work.
const COLUMN_RATIO: usize = 24;
const FEW: usize = 2;

/// What a rule demands, or one of its alternatives.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The rule.
    pub(crate) rule: u32,
    /// For some attributes, ascending, the cells outside which it does not hold.
    pub(crate) sets: Vec<(u32, CellSet)>,
    /// Whether it holds wherever these demands are met.
    pub(crate) exact: bool,
}

/// A block in the making.
#[derive(Debug)]
pub(crate) struct BlockDraft {
    /// The place of its first entry, and how many it has.
    pub(crate) first: usize,
    pub(crate) len: usize,
    /// The most selective attribute first.
    pub(crate) parts: Vec<PartDraft>,
    /// The entries whose rule must be asked.
    pub(crate) inexact: Plane,
}

/// A block's demands on one attribute.
#[derive(Debug)]
pub(crate) struct PartDraft {
    pub(crate) attribute: u32,
    /// From which cell on which plane counts, ascending, from cell 0.
    pub(crate) stretches: Vec<(u32, u16)>,
    pub(crate) planes: Vec<Plane>,
    /// Which part of entries and cells it leaves.
    share: f64,
    /// Whether it searches its stretches.
    pub(crate) searched: bool,
}

impl PartDraft {
    /// The bytes that the part takes.
    fn bytes(&self, attributes: &[Attribute]) -> usize {
        let cells = attributes[self.attribute as usize].cells as usize;
        let stretches = match self.searched {
            true => size_of_val(&*self.stretches_u32()),
            false => cells * size_of::<u16>(),
        };
        size_of::<Part>() + size_of_val(&*self.planes) + stretches
    }

    /// The stretches as they are kept where they are searched.
    pub(crate) fn stretches_u32(&self) -> Vec<(u32, u32)> {
        let wide = |(cell, plane): &(u32, u16)| (*cell, u32::from(*plane));
        self.stretches.iter().map(wide).collect()
    }
}

impl BlockDraft {
    /// The bytes that the block takes besides those of every block.
    pub(crate) fn bytes(&self, attributes: &[Attribute]) -> usize {
        let parts: usize = self.parts.iter().map(|part| part.bytes(attributes)).sum();
        let asked = if self.inexact.is_zero() {
            0
        } else {
            size_of::<Plane>()
        };
        parts + asked
    }
}

/// Brings entries into the order of the bitmaps: those that demand the rarest attributes first, so that each attribute
/// concerns few blocks; among those with the same attributes, by the cells they demand, so that whole blocks die early.
pub(crate) fn arrange(entries: &mut [Entry], attributes: &[Attribute]) {
    let ranks = ranks(entries, attributes.len());
    let key = |entry: &Entry| {
        let mut demands: Vec<(u32, u32, u32)> = Vec::with_capacity(entry.sets.len());
        for (attribute, set) in &entry.sets {
            let (low, high) = ends(set);
            demands.push((ranks[*attribute as usize], low, high));
        }
        demands.sort_unstable();
        let signature: Vec<u32> = demands.iter().map(|(rank, ..)| *rank).collect();
        (signature, demands, entry.rule)
    };
    entries.sort_by_cached_key(key);
}

fn ends(set: &CellSet) -> (u32, u32) {
    match (set.ranges().first(), set.ranges().last()) {
        (Some(first), Some(last)) => (first.0, last.1),
        _ => (0, 0),
    }
}

/// The place of each attribute among all, the rarest first.
fn ranks(entries: &[Entry], attributes: usize) -> Vec<u32> {
    let mut uses = vec![0_usize; attributes];
    for (attribute, _) in entries.iter().flat_map(|entry| &entry.sets) {
        uses[*attribute as usize] += 1;
    }
    let mut order: Vec<usize> = (0..attributes).collect();
    order.sort_by_key(|attribute| uses[*attribute]);
    let mut ranks = vec![0; attributes];
    for (rank, attribute) in order.into_iter().enumerate() {
        ranks[attribute] = place(rank);
    }
    ranks
}

/// The blocks of entries in their order.
pub(crate) fn draft(entries: &[Entry], attributes: &[Attribute]) -> Vec<BlockDraft> {
    let mut known = FxHashMap::default();
    let blocks = entries.chunks(BLOCK).enumerate();
    blocks
        .map(|(index, entries)| block(index * BLOCK, entries, attributes, &mut known))
        .collect()
}

type Known = FxHashMap<Plane, u16>;

fn block(
    first: usize,
    entries: &[Entry],
    attributes: &[Attribute],
    known: &mut Known,
) -> BlockDraft {
    let mut demands: Vec<(u32, usize, &CellSet)> = Vec::new();
    let mut inexact = Plane::ZERO;
    for (index, entry) in entries.iter().enumerate() {
        demands.extend(
            entry
                .sets
                .iter()
                .map(|(attribute, set)| (*attribute, index, set)),
        );
        if !entry.exact {
            inexact.toggle(index);
        }
    }
    demands.sort_unstable_by_key(|(attribute, index, _)| (*attribute, *index));
    let mut parts = Vec::new();
    for demands in demands.chunk_by(|a, b| a.0 == b.0) {
        let cells = attributes[demands[0].0 as usize].cells;
        match part(entries.len(), demands, cells, known) {
            Some(part) => parts.push(part),
            None => demands.iter().for_each(|(_, index, _)| inexact.set(*index)),
        }
    }
    parts.sort_by(|a, b| a.share.total_cmp(&b.share));
    BlockDraft {
        first,
        len: entries.len(),
        parts,
        inexact,
    }
}

/// The part of some entries' demands on one attribute; none where it has too many stretches.
fn part(
    len: usize,
    demands: &[(u32, usize, &CellSet)],
    cells: u32,
    known: &mut Known,
) -> Option<PartDraft> {
    let mut plane = Plane::first(len);
    let mut toggles: Vec<(u32, usize)> = vec![];
    for (_, index, set) in demands {
        plane.toggle(*index);
        for (low, high) in set.ranges() {
            toggles.extend([(*low, *index), (*high, *index)]);
        }
    }
    toggles.sort_unstable();
    known.clear();
    let (mut stretches, mut planes) = (Vec::new(), Vec::new());
    let (mut from, mut held) = (0, 0.0);
    let mut next = toggles.chunk_by(|a, b| a.0 == b.0).peekable();
    while from < cells {
        if let Some(here) = next.next_if(|toggles| toggles[0].0 == from) {
            here.iter().for_each(|(_, index)| plane.toggle(*index));
        }
        let behind = next.peek().map_or(cells, |toggles| toggles[0].0);
        held += f64::from(behind - from) * f64::from(plane.count());
        let number = *known.entry(plane).or_insert_with(|| {
            planes.push(plane);
            u16::try_from(planes.len() - 1).unwrap_or(u16::MAX)
        });
        stretches.push((from, number));
        if stretches.len() > STRETCHES {
            return None;
        }
        from = behind;
    }
    let column = cells as usize * size_of::<u16>();
    let searched = stretches.len() <= FEW && cells as usize > 64
        || column > COLUMN_RATIO * stretches.len() * size_of::<(u32, u32)>();
    Some(PartDraft {
        attribute: demands[0].0,
        stretches,
        planes,
        share: held / (f64::from(cells) * len as f64),
        searched,
    })
}
