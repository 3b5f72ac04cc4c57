//! Many lists of codes by way of bytes: each code that is in a list has a class of its own, and lists of classes are tests
//! of bytes, which are cheap. Says what the classes are; the instruction sets for which it pays find them.
//!
//! The same for ranges, by a value's rank among all bounds, was measured and does not pay: a search among the bounds of 64
//! ranges takes as long as comparing with each.

use std::collections::BTreeMap;

use super::LaneKind;
use super::forms::{Forms, LARGEST_TABLE, Table};

/// From so many codes in all lists on, finding classes is cheaper than comparing with each code.
const MANY: usize = 24;

/// The longest list whose codes have classes of their own.
const LONGEST: usize = 64;

/// Lists of codes by classes.
#[derive(Debug)]
pub(super) struct Classes {
    /// The first code beyond the table: it and all after it have class 0.
    pub end: u32,
    /// The class of each code, 0 for those in no list; four more bytes, so that four can be read for each code.
    pub table: Vec<u8>,
    /// The lists, of classes.
    pub forms: Forms,
}

impl Classes {
    /// The lists of a lane of codes, if they are many; in groups of at most 255 codes.
    pub(super) fn new(kind: LaneKind, forms: &Forms) -> Vec<Self> {
        if !matches!(kind, LaneKind::U16 | LaneKind::U32) {
            return Vec::new();
        }
        let code = |splat: &u64| splat & (u64::MAX >> (64 - kind.width()));
        let is = forms.is.iter();
        let is = is.map(|test| (vec![code(&test.splat)], test.to));
        let any = forms.any.iter();
        let any = any.map(|test| (test.splats.iter().map(code).collect(), test.to));
        let tables = forms.tables.iter().map(|test| (members(test), test.to));
        let lists: Vec<(Vec<u64>, usize)> = is.chain(any).chain(tables).collect();
        let few = lists.iter().map(|(codes, _)| codes.len()).sum::<usize>() < MANY;
        let large = |(codes, _): &(Vec<u64>, usize)| {
            codes.len() > LONGEST || codes.iter().any(|code| *code >= LARGEST_TABLE as u64)
        };
        if few || lists.iter().any(large) {
            return Vec::new();
        }
        let mut groups: Vec<(BTreeMap<u64, u8>, Forms)> = Vec::new();
        for (codes, to) in &lists {
            if !groups
                .last()
                .is_some_and(|(classes, _)| fits(codes, classes))
            {
                groups.push((BTreeMap::new(), Forms::default()));
            }
            let (classes, forms) = groups.last_mut().expect("a group");
            let list = codes.iter().map(|code| {
                let next = classes.len() as u8 + 1;
                i64::from(*classes.entry(*code).or_insert(next))
            });
            let list = list.collect();
            forms.list(LaneKind::U8, list, *to);
        }
        let finished = groups
            .into_iter()
            .map(|(classes, forms)| finish(classes, forms));
        finished.collect()
    }
}

/// Whether there are classes left for these codes.
fn fits(codes: &[u64], classes: &BTreeMap<u64, u8>) -> bool {
    let new = codes.iter().filter(|code| !classes.contains_key(code));
    classes.len() + new.count() <= usize::from(u8::MAX)
}

fn finish(classes: BTreeMap<u64, u8>, mut forms: Forms) -> Classes {
    forms.finish(LaneKind::U8);
    let end = classes.keys().last().map_or(0, |last| *last as u32 + 1);
    let mut table = vec![0; end as usize + 4];
    for (code, class) in classes {
        table[code as usize] = class;
    }
    Classes { end, table, forms }
}

/// The codes of a table.
fn members(table: &Table) -> Vec<u64> {
    let is_set = |code: &usize| table.bits[code / 64] >> (code % 64) & 1 == 1;
    let codes = (0..table.bits.len() * 64).filter(is_set);
    codes.map(|code| code as u64).collect()
}
