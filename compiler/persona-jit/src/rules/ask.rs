//! Asking the index about one profile, whose attributes' cells are known: combines planes block by block, asks the rules
//! that are left and not sure, and those of the lists, and gives all that hold in order. Compiled once for each set of
//! instructions that pays; all give the same.

use std::cmp::Ordering;

use persona_runtime::calendar::{clamp_date, clamp_timestamp};
use persona_runtime::kernels::{Isa, will_read};

use super::RuleIndex;
use super::attribute::{Attribute, Lookup};
use super::bitmaps::{BLOCK, Block, Part, Plane};
use super::circuit::{Leaf, Truths, holds_in};
use super::classify::Base;

/// What asking needs besides the index, and the last answer. One per thread.
#[derive(Debug, Default)]
pub struct RuleScratch {
    /// The cell of each attribute.
    pub(super) cells: Vec<u32>,
    /// The value of each attribute that counts from `now` or today.
    pub(super) moving: Vec<Option<i64>>,
    pub(super) now: i64,
    pub(super) today: i64,
    /// Whether a moving bound and a value meet at an end of the calendar, where cells do not tell them apart.
    pub(super) edge: bool,
    /// Where each attribute's row begins.
    rows: Vec<usize>,
    /// The plane of each part.
    planes: Vec<usize>,
    /// A bit for each rule that holds.
    held: Vec<u64>,
    found: Vec<u32>,
    truths: Truths,
}

impl RuleScratch {
    /// Makes room for an index.
    pub(super) fn fit(&mut self, index: &RuleIndex) {
        self.cells.resize(index.attributes.len(), 0);
        self.moving.resize(index.attributes.len(), None);
        self.rows.resize(index.attributes.len(), 0);
        let words = index.roots.len().div_ceil(64);
        if self.held.len() != words {
            self.held = vec![0; words];
        }
        self.edge = false;
    }

    /// The last answer.
    pub(super) fn found(&self) -> &[u32] {
        &self.found
    }

    /// Notes the value of an attribute that counts from `now` or today, and gives its key.
    pub(super) fn moving_key(&mut self, index: usize, attribute: &Attribute, value: i64) -> i64 {
        let base = match attribute.subject.base {
            Base::Now => self.now,
            Base::Today => self.today,
            Base::Own => return value,
        };
        self.moving[index] = Some(value);
        let at_end = clamp(attribute.subject.base, value.saturating_add(1)) == value
            || clamp(attribute.subject.base, value.saturating_sub(1)) == value;
        if at_end
            && let Lookup::Keys(keys) = &attribute.lookup
            && let Some(ends) = keys.ends()
        {
            let beyond = |distance: i64| {
                let bound = base.saturating_add(distance);
                clamp(attribute.subject.base, bound) != bound
            };
            self.edge |= beyond(ends.0) || beyond(ends.1);
        }
        value.saturating_sub(base)
    }

    /// Whether a leaf holds for the profile.
    fn test(&self, index: &RuleIndex, leaf: &Leaf) -> bool {
        let attribute = leaf.attribute as usize;
        match leaf.moving {
            Some((relation, distance)) if self.edge => {
                let base = index.attributes[attribute].subject.base;
                let from = if base == Base::Now {
                    self.now
                } else {
                    self.today
                };
                let bound = clamp(base, from.saturating_add(distance));
                let order = |value: i64| -> Ordering { value.cmp(&bound) };
                // The cell of a missing value is 0.
                self.cells[attribute] != 0
                    && self.moving[attribute].is_some_and(|value| relation.holds(order(value)))
            }
            _ => holds_in(&index.circuit, leaf, &self.cells),
        }
    }

    fn ask(&mut self, index: &RuleIndex, rule: usize) -> bool {
        let mut truths = std::mem::take(&mut self.truths);
        let root = index.roots[rule];
        let holds = truths.holds(&index.circuit, root, &|leaf| self.test(index, leaf));
        self.truths = truths;
        holds
    }

    fn hold(&mut self, rule: usize) {
        self.held[rule / 64] |= 1 << (rule % 64);
    }

    fn is_held(&self, rule: usize) -> bool {
        self.held[rule / 64] >> (rule % 64) & 1 == 1
    }
}

/// So many planes are fetched ahead of the one that is read: they lie anywhere, and memory answers many at once.
const AHEAD: usize = 48;

/// A bound brought into the range of instants or dates.
fn clamp(base: Base, bound: i64) -> i64 {
    match base {
        Base::Now => clamp_timestamp(bound),
        Base::Today => clamp_date(bound),
        Base::Own => bound,
    }
}

impl RuleIndex {
    /// Finds the rules that hold for the profile whose cells the scratch has.
    pub(super) fn answer(&self, scratch: &mut RuleScratch) {
        scratch.truths.begin(&self.circuit);
        if scratch.edge {
            for rule in 0..self.roots.len() {
                if scratch.ask(self, rule) {
                    scratch.hold(rule);
                }
            }
            return self.collect(scratch);
        }
        match self.isa {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `RuleIndex::new` takes no set of instructions beyond `Isa::best`, which looks for each that the function
            // is compiled for.
            Isa::Avx512 => unsafe { self.combine_512(scratch) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Isa::Avx2 => unsafe { self.combine_256(scratch) },
            _ => self.combine(scratch),
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,bmi1,bmi2,popcnt,lzcnt")]
    fn combine_512(&self, scratch: &mut RuleScratch) {
        self.combine(scratch);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt")]
    fn combine_256(&self, scratch: &mut RuleScratch) {
        self.combine(scratch);
    }

    #[inline(always)]
    fn combine(&self, scratch: &mut RuleScratch) {
        let bitmaps = &self.bitmaps;
        for (attribute, (row, cell)) in scratch.rows.iter_mut().zip(&scratch.cells).enumerate() {
            *row = bitmaps.row(attribute, *cell);
        }
        let number_of = |part: &Part| {
            let attribute = part.attribute as usize;
            let plane = match part.searched {
                0 => bitmaps.numbers[scratch.rows[attribute] + part.at as usize] as usize,
                _ => bitmaps.found(*part, scratch.cells[attribute]),
            };
            part.plane as usize + plane
        };
        let mut numbers = std::mem::take(&mut scratch.planes);
        numbers.clear();
        numbers.extend(bitmaps.parts.iter().map(number_of));
        let (mut first, last) = (0, bitmaps.blocks.len().saturating_sub(1));
        let mut coming = numbers.iter();
        for number in coming.by_ref().take(AHEAD) {
            will_read(&bitmaps.planes, *number);
        }
        for (number, block) in bitmaps.blocks.iter().enumerate() {
            let parts = &numbers[first..block.parts as usize];
            first = block.parts as usize;
            for number in coming.by_ref().take(parts.len()) {
                will_read(&bitmaps.planes, *number);
            }
            let mut left = if number == last {
                bitmaps.last
            } else {
                Plane::FULL
            };
            for plane in parts {
                let plane = &bitmaps.planes[*plane];
                let mut any = 0;
                for (word, with) in left.0.iter_mut().zip(&plane.0) {
                    *word &= with;
                    any |= *word;
                }
                if any == 0 {
                    break;
                }
            }
            if left.is_zero() {
                continue;
            }
            let rules = &bitmaps.rules[number * BLOCK..];
            if block.asked != Block::SURE {
                self.ask_unsure(
                    scratch,
                    &mut left,
                    &bitmaps.planes[block.asked as usize],
                    rules,
                );
            }
            for (word, rules) in left.0.iter().zip(rules.chunks(64)) {
                let mut word = *word;
                while word != 0 {
                    let rule = rules[word.trailing_zeros() as usize] as usize;
                    scratch.held[rule / 64] |= 1 << (rule % 64);
                    word &= word - 1;
                }
            }
        }
        scratch.planes = numbers;
        if !self.lists.is_empty() {
            self.ask_listed(scratch);
        }
        self.collect(scratch);
    }

    /// Asks the entries that are left and not sure; leaves those that hold.
    #[inline(never)]
    fn ask_unsure(
        &self,
        scratch: &mut RuleScratch,
        left: &mut Plane,
        unsure: &Plane,
        rules: &[u32],
    ) {
        for (index, (word, unsure)) in left.0.iter_mut().zip(&unsure.0).enumerate() {
            let mut asked = *word & unsure;
            while asked != 0 {
                let bit = asked.trailing_zeros() as usize;
                let rule = rules[index * 64 + bit] as usize;
                if !scratch.ask(self, rule) {
                    *word &= !(1 << bit);
                }
                asked &= asked - 1;
            }
        }
    }

    /// Asks the rules of the lists that may hold.
    #[inline(never)]
    fn ask_listed(&self, scratch: &mut RuleScratch) {
        let cells = std::mem::take(&mut scratch.cells);
        let mut candidates = Vec::new();
        self.lists.candidates(&cells, |rule| candidates.push(rule));
        scratch.cells = cells;
        for rule in candidates {
            let rule = rule as usize;
            if !scratch.is_held(rule) && scratch.ask(self, rule) {
                scratch.hold(rule);
            }
        }
    }

    /// Gives the rules that hold as places of outputs, and forgets them.
    #[inline(always)]
    fn collect(&self, scratch: &mut RuleScratch) {
        scratch.found.clear();
        for (held, outputs) in scratch.held.iter_mut().zip(self.outputs.chunks(64)) {
            let mut word = std::mem::take(held);
            while word != 0 {
                scratch.found.push(outputs[word.trailing_zeros() as usize]);
                word &= word - 1;
            }
        }
    }
}
