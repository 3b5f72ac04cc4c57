//! The bitmaps of an index: blocks of 512 entries, each with a few parts, one for each attribute that some of its entries
//! demand something of. A part gives for the attribute's cell a *plane*, the entries whose demand the cell meets; the
//! entries that are left after all parts hold, or, where a block says so, must be asked.
//!
//! Which plane a cell has is in a table with a row for each of the attribute's cells and a column for each of its parts,
//! so that a profile reads one stretch of memory per attribute; parts whose column would be large for what it says
//! search a short list instead.

use super::attribute::{Attribute, place};
use super::drafts::{BlockDraft, Entry};

/// So many entries are in a block: a plane is a line of memory.
pub(crate) const BLOCK: usize = 512;

/// One bit for each entry of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(align(64))]
pub(crate) struct Plane(pub(crate) [u64; 8]);

impl Plane {
    /// No entry.
    pub(crate) const ZERO: Self = Self([0; 8]);
    /// All entries.
    pub(crate) const FULL: Self = Self([u64::MAX; 8]);

    /// The first entries.
    pub(crate) fn first(len: usize) -> Self {
        let mut plane = Self::ZERO;
        (0..len).for_each(|index| plane.set(index));
        plane
    }

    pub(crate) fn set(&mut self, index: usize) {
        self.0[index / 64] |= 1 << (index % 64);
    }

    pub(crate) fn toggle(&mut self, index: usize) {
        self.0[index / 64] ^= 1 << (index % 64);
    }

    pub(crate) fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    pub(crate) fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
}

/// A block's demands on one attribute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    /// The attribute.
    pub(crate) attribute: u32,
    /// Its column in the attribute's table; or where its list begins.
    pub(crate) at: u32,
    /// How long its list is; 0 where it has a column.
    pub(crate) searched: u32,
    /// Its first plane.
    pub(crate) plane: u32,
}

/// A block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    /// The place behind its last part; its first follows the last one's of the block before.
    pub(crate) parts: u32,
    /// The plane of the entries that must be asked, or [`Block::SURE`].
    pub(crate) asked: u32,
}

impl Block {
    /// No entry must be asked.
    pub(crate) const SURE: u32 = u32::MAX;
}

/// Where an attribute's table lies.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Table {
    /// Where its first row begins.
    first: u32,
    /// How many columns it has.
    columns: u32,
}

/// The bitmaps.
#[derive(Debug, Default)]
pub(crate) struct Bitmaps {
    pub(crate) blocks: Box<[Block]>,
    pub(crate) parts: Box<[Part]>,
    pub(crate) planes: Box<[Plane]>,
    /// Which plane a cell has, in all columns of all tables.
    pub(crate) numbers: Box<[u16]>,
    /// The lists of parts that are searched: from which cell on which plane.
    pub(crate) lists: Box<[(u32, u32)]>,
    tables: Box<[Table]>,
    /// The rules of all entries, [`BLOCK`] for each block, the last one's as many as there are.
    pub(crate) rules: Box<[u32]>,
    /// The entries of the last block.
    pub(crate) last: Plane,
}

impl Bitmaps {
    /// The bitmaps of some blocks. Only the last of `drafts` may have fewer entries than [`BLOCK`].
    pub(crate) fn new(drafts: &[BlockDraft], entries: &[Entry], attributes: &[Attribute]) -> Self {
        let tables = tables(drafts, attributes);
        let size = tables.last().map_or(0, |(table, cells)| {
            table.first as usize + table.columns as usize * cells
        });
        let mut numbers = vec![0_u16; size];
        let mut filled = vec![0_u32; attributes.len()];
        let (mut blocks, mut parts) = (Vec::new(), Vec::new());
        let (mut planes, mut lists, mut rules) = (Vec::new(), Vec::new(), Vec::new());
        for draft in drafts {
            for part in &draft.parts {
                let attribute = part.attribute as usize;
                let (at, searched) = if part.searched {
                    let at = place(lists.len());
                    lists.extend(part.stretches_u32());
                    (at, place(part.stretches.len()))
                } else {
                    let column = filled[attribute];
                    filled[attribute] += 1;
                    let (table, cells) = tables[attribute];
                    fill(&mut numbers, table, column, cells, &part.stretches);
                    (column, 0)
                };
                parts.push(Part {
                    attribute: part.attribute,
                    at,
                    searched,
                    plane: place(planes.len()),
                });
                planes.extend_from_slice(&part.planes);
            }
            let asked = match draft.inexact.is_zero() {
                true => Block::SURE,
                false => {
                    planes.push(draft.inexact);
                    place(planes.len() - 1)
                }
            };
            blocks.push(Block {
                parts: place(parts.len()),
                asked,
            });
            let entries = &entries[draft.first..draft.first + draft.len];
            rules.extend(entries.iter().map(|entry| entry.rule));
        }
        Self {
            blocks: blocks.into(),
            parts: parts.into(),
            planes: planes.into(),
            numbers: numbers.into(),
            lists: lists.into(),
            tables: tables.into_iter().map(|(table, _)| table).collect(),
            rules: rules.into(),
            last: Plane::first(drafts.last().map_or(0, |draft| draft.len)),
        }
    }

    /// Where in the numbers an attribute's row for a cell begins.
    #[inline(always)]
    pub(crate) fn row(&self, attribute: usize, cell: u32) -> usize {
        let table = self.tables[attribute];
        table.first as usize + cell as usize * table.columns as usize
    }

    /// The plane that a searched part has for a cell.
    pub(crate) fn found(&self, part: Part, cell: u32) -> usize {
        let list = &self.lists[part.at as usize..part.at as usize + part.searched as usize];
        let behind = list.partition_point(|(from, _)| *from <= cell);
        list[behind - 1].1 as usize
    }

    /// The bytes that the planes take.
    pub(crate) fn plane_bytes(&self) -> usize {
        size_of_val(&*self.planes)
    }

    /// The bytes that all of it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.plane_bytes()
            + size_of_val(&*self.blocks)
            + size_of_val(&*self.parts)
            + size_of_val(&*self.numbers)
            + size_of_val(&*self.lists)
            + size_of_val(&*self.tables)
            + size_of_val(&*self.rules)
    }

    /// The bytes that [`Bitmaps::bytes`] will give for some blocks, which cost so much each (see [`BlockDraft::bytes`]).
    pub(crate) fn bytes_of<'d>(
        costs: impl Iterator<Item = (&'d BlockDraft, usize)>,
        attributes: usize,
    ) -> usize {
        let fixed = attributes * size_of::<Table>();
        costs
            .map(|(draft, cost)| cost + size_of::<Block>() + draft.len * size_of::<u32>())
            .sum::<usize>()
            + fixed
    }
}

/// The table of each attribute, with the number of its rows.
fn tables(drafts: &[BlockDraft], attributes: &[Attribute]) -> Vec<(Table, usize)> {
    let mut columns = vec![0_u32; attributes.len()];
    for part in drafts.iter().flat_map(|draft| &draft.parts) {
        columns[part.attribute as usize] += u32::from(!part.searched);
    }
    let mut first = 0;
    let tables = attributes.iter().zip(columns).map(|(attribute, columns)| {
        let table = Table {
            first: place(first),
            columns,
        };
        let cells = attribute.cells as usize;
        first += cells * columns as usize;
        (table, cells)
    });
    tables.collect()
}

fn fill(numbers: &mut [u16], table: Table, column: u32, cells: usize, stretches: &[(u32, u16)]) {
    let ends = stretches.iter().skip(1).map(|(from, _)| *from as usize);
    for ((from, number), end) in stretches.iter().zip(ends.chain([cells])) {
        for cell in *from as usize..end {
            let at = table.first as usize + cell * table.columns as usize + column as usize;
            numbers[at] = *number;
        }
    }
}
