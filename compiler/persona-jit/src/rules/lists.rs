//! Rules that have no bitmaps: filed under the demand of theirs that the fewest cells meet, so that a profile's cells say
//! which of them to ask; and those that are asked for every profile, because they demand nothing or there is no memory.

use std::collections::BTreeMap;

use super::attribute::{Attribute, place};
use super::drafts::Entry;

/// A range of up to so many cells is filed under each of them, a longer one in the list that is looked through.
const NARROW: u32 = 4;
/// An entry is filed under at most so many ranges.
const RANGES: usize = 64;

/// The rules filed under one attribute.
#[derive(Clone, Copy, Debug)]
struct Filed {
    attribute: u32,
    /// Where the attribute's offsets begin; one for each cell, and one more.
    offsets: u32,
    /// Its spans.
    spans: (u32, u32),
}

/// A range of cells under which a rule is filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    low: u32,
    high: u32,
    rule: u32,
}

/// The rules without bitmaps.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    filed: Box<[Filed]>,
    /// For each cell of each such attribute where its rules begin.
    offsets: Box<[u32]>,
    rules: Box<[u32]>,
    /// By attribute, then from the lowest cell.
    spans: Box<[Span]>,
    always: Box<[u32]>,
}

impl Lists {
    /// Files entries; all of the last `always` of them, and those that demand nothing, are asked always.
    pub(crate) fn new(entries: &[&Entry], always: usize, attributes: &[Attribute]) -> Self {
        let (filed, rest) = entries.split_at(entries.len() - always);
        let mut all: Vec<u32> = rest.iter().map(|entry| entry.rule).collect();
        let mut spans: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
        for entry in filed {
            let Some((attribute, set)) = narrowest(entry, attributes) else {
                all.push(entry.rule);
                continue;
            };
            let span = |(low, high): &(u32, u32)| Span {
                low: *low,
                high: *high,
                rule: entry.rule,
            };
            let of = spans.entry(*attribute).or_default();
            of.extend(set.ranges().iter().map(span));
        }
        all.sort_unstable();
        all.dedup();
        let mut lists = Draft::default();
        for (attribute, spans) in spans {
            lists.file(
                attribute,
                spans,
                attributes[attribute as usize].cells as usize,
            );
        }
        Self {
            filed: lists.filed.into(),
            offsets: lists.offsets.into(),
            rules: lists.rules.into(),
            spans: lists.spans.into(),
            always: all.into(),
        }
    }

    /// Shows every rule that may hold for a profile whose attributes have these cells; some more than once.
    pub(crate) fn candidates(&self, cells: &[u32], mut f: impl FnMut(u32)) {
        for filed in &self.filed {
            let cell = cells[filed.attribute as usize];
            let at = filed.offsets as usize + cell as usize;
            let (first, behind) = (self.offsets[at] as usize, self.offsets[at + 1] as usize);
            self.rules[first..behind].iter().for_each(|rule| f(*rule));
            let spans = &self.spans[filed.spans.0 as usize..filed.spans.1 as usize];
            let spans = spans.iter().take_while(|span| span.low <= cell);
            spans
                .filter(|span| cell < span.high)
                .for_each(|span| f(span.rule));
        }
        self.always.iter().for_each(|rule| f(*rule));
    }

    /// How many rules are asked for every profile.
    pub(crate) fn always(&self) -> usize {
        self.always.len()
    }

    /// Whether nothing is filed.
    pub(crate) fn is_empty(&self) -> bool {
        self.filed.is_empty() && self.always.is_empty()
    }

    /// The bytes that the lists take.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.filed)
            + size_of_val(&*self.offsets)
            + size_of_val(&*self.rules)
            + size_of_val(&*self.spans)
            + size_of_val(&*self.always)
    }
}

/// The demand that the smallest part of an attribute's cells meets.
fn narrowest<'e>(
    entry: &'e Entry,
    attributes: &[Attribute],
) -> Option<&'e (u32, super::cells::CellSet)> {
    let share = |(attribute, set): &&(u32, super::cells::CellSet)| {
        f64::from(set.len()) / f64::from(attributes[*attribute as usize].cells)
    };
    let few = entry
        .sets
        .iter()
        .filter(|(_, set)| set.ranges().len() <= RANGES);
    few.min_by(|a, b| share(a).total_cmp(&share(b)))
}

#[derive(Default)]
struct Draft {
    filed: Vec<Filed>,
    offsets: Vec<u32>,
    rules: Vec<u32>,
    spans: Vec<Span>,
}

impl Draft {
    fn file(&mut self, attribute: u32, spans: Vec<Span>, cells: usize) {
        let (narrow, mut wide): (Vec<Span>, Vec<Span>) = spans
            .into_iter()
            .partition(|span| span.high - span.low <= NARROW);
        wide.sort_unstable();
        let mut filed: Vec<(u32, u32)> = Vec::new();
        for span in narrow {
            filed.extend((span.low..span.high).map(|cell| (cell, span.rule)));
        }
        filed.sort_unstable();
        let offsets = place(self.offsets.len());
        let mut next = filed.iter().peekable();
        for cell in 0..=cells {
            self.offsets.push(place(self.rules.len()));
            while let Some((_, rule)) = next.next_if(|(of, _)| *of as usize == cell) {
                self.rules.push(*rule);
            }
        }
        let first = place(self.spans.len());
        self.spans.append(&mut wide);
        self.filed.push(Filed {
            attribute,
            offsets,
            spans: (first, place(self.spans.len())),
        });
    }
}
