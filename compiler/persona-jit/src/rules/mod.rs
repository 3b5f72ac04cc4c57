//! An index over many rules for one profile: which of a hundred thousand segments hold for this profile, without asking
//! each. The values that rules test are computed once by machine code and each found among the thresholds of all rules
//! (`attribute`); what each rule demands of each value (`form`) lies in bitmaps over blocks of rules (`bitmaps`, made by
//! `drafts`), so that the answer is a few lines of memory per block, combined (`ask`); what demands do not say exactly, such
//! as alternatives across several values, is asked of the rule's own condition (`circuit`), for candidates only.
//!
//! Memory is bounded by a budget, see [`RuleIndexOptions::memory`]: blocks that cost most go first, and their rules are filed
//! under their most selective demand (`lists`). Answers never depend on the budget. Nothing here draws on hash order or
//! clocks.

mod ask;
mod attribute;
mod bitmaps;
mod cells;
mod circuit;
mod classify;
mod code;
mod drafts;
mod form;
mod lists;
mod session;

use std::fmt;

use persona_ir::{OutputKind, Plan, verify};
use persona_runtime::kernels::Isa;

pub use ask::RuleScratch;
pub use code::{RuleAttribute, RuleValue};
pub use session::{RuleRow, RuleSession};

use crate::{CompileError, Compiled};
use attribute::{Attribute, place};
use bitmaps::Bitmaps;
use circuit::Circuit;
use drafts::{BlockDraft, Entry};
use form::Forms;
use lists::Lists;

/// No index may be larger: places in it are 32-bit numbers.
const MOST: usize = 1 << 31;

/// How to make an index.
#[derive(Clone, Debug)]
pub struct RuleIndexOptions {
    /// The most bytes that the index may take, as [`RuleIndex::memory`] counts them; at most 2 GiB count. Machine code and
    /// what a session or [`RuleScratch`] takes are not part of it. 256 MiB by default.
    pub memory: usize,
    /// The segments to ask about, by their places among the plan's outputs; by default all segments.
    pub segments: Option<Vec<usize>>,
    /// The instructions to use, as far as the machine has them; by default the best.
    pub isa: Isa,
}

impl Default for RuleIndexOptions {
    fn default() -> Self {
        Self {
            memory: 256 << 20,
            segments: None,
            isa: Isa::best(),
        }
    }
}

/// Why an index cannot be made.
#[derive(Debug)]
#[non_exhaustive]
pub enum RuleIndexError {
    /// The plan does not verify, or its values cannot be compiled.
    Code(CompileError),
    /// An output that was asked for is no segment of the plan.
    NotASegment(usize),
    /// The rules' own conditions take more memory than there may be.
    Memory {
        /// The least bytes that an index of these rules takes.
        needed: usize,
        /// The bytes that it may take.
        budget: usize,
    },
}

impl fmt::Display for RuleIndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(error) => error.fmt(f),
            Self::NotASegment(output) => write!(f, "output {output} is no segment of the plan"),
            Self::Memory { needed, budget } => write!(
                f,
                "an index of these rules takes at least {needed} bytes, and may take {budget}"
            ),
        }
    }
}

impl std::error::Error for RuleIndexError {}

impl From<CompileError> for RuleIndexError {
    fn from(error: CompileError) -> Self {
        Self::Code(error)
    }
}

/// The memory that an index takes, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleMemory {
    /// The rules' conditions, from which all else is made, and their numbers.
    pub conditions: usize,
    /// The values that rules test, and their thresholds.
    pub attributes: usize,
    /// The planes of the bitmaps.
    pub planes: usize,
    /// The rest of the bitmaps: which plane counts where.
    pub tables: usize,
    /// The lists of rules that have no bitmaps.
    pub lists: usize,
}

impl RuleMemory {
    /// All of it.
    pub fn total(self) -> usize {
        self.conditions + self.attributes + self.planes + self.tables + self.lists
    }
}

/// What an index is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleStats {
    /// The segments it answers.
    pub segments: usize,
    /// The values that they test.
    pub attributes: usize,
    /// Segments, or alternatives of them, in bitmaps.
    pub entries: usize,
    /// Of these, the ones whose segment is asked once their bitmaps leave them.
    pub asked: usize,
    /// Segments, or alternatives, that have no bitmaps for want of memory and are filed in lists.
    pub filed: usize,
    /// Of these, the segments that are asked for every profile.
    pub always: usize,
    /// Segments whose demands contradict each other: they hold for nobody.
    pub never: usize,
    /// Blocks of 512 entries.
    pub blocks: usize,
    /// Pairs of a block and an attribute that some of its entries demand something of.
    pub parts: usize,
}

/// An index over segments of a plan. Can be shared between threads; each needs a [`RuleSession`] or [`RuleScratch`] of its
/// own.
#[derive(Debug)]
pub struct RuleIndex {
    /// The code that computes the attributes; made last.
    code: Option<Compiled>,
    attributes: Box<[Attribute]>,
    circuit: Circuit,
    /// Each rule's gate, and its place among the plan's outputs. Rules are in the order of their outputs.
    roots: Box<[u32]>,
    outputs: Box<[u32]>,
    bitmaps: Bitmaps,
    lists: Lists,
    isa: Isa,
    stats: RuleStats,
    described: Vec<RuleAttribute>,
}

impl RuleIndex {
    /// An index over segments of a plan. The plan is verified first. Takes a fraction of a second for a hundred thousand
    /// segments.
    ///
    /// # Errors
    ///
    /// When the plan does not verify or its values cannot be compiled, when an asked output is no segment, or when the
    /// budget is less than the conditions alone take.
    pub fn new(plan: &Plan, options: &RuleIndexOptions) -> Result<Self, RuleIndexError> {
        verify(plan).map_err(|violations| CompileError::unverified(&violations))?;
        let outputs = asked(plan, options)?;
        let nodes: Vec<_> = outputs
            .iter()
            .map(|output| plan.outputs[*output as usize].node)
            .collect();
        let conditions = circuit::conditions(plan, &nodes);
        let mut entries = Vec::with_capacity(nodes.len());
        let mut never = 0;
        let mut forms = Forms::new(&conditions);
        for (rule, root) in (0..).zip(&conditions.roots) {
            let found = forms.entries(*root);
            never += usize::from(found.is_empty());
            entries.extend(found.into_iter().map(|form| Entry {
                rule,
                sets: form.sets,
                exact: form.exact,
            }));
        }
        drop(forms);
        let mut index = Self {
            described: code::describe(&conditions.attributes),
            code: None,
            attributes: conditions.attributes.into(),
            circuit: conditions.circuit,
            roots: conditions.roots.into(),
            outputs: outputs.into(),
            bitmaps: Bitmaps::default(),
            lists: Lists::default(),
            isa: options.isa.min(Isa::best()),
            stats: RuleStats::default(),
        };
        index.fill(entries, options.memory.min(MOST))?;
        index.stats.never = never;
        index.code = Some(code::compile(plan, &index.attributes)?);
        Ok(index)
    }

    /// The code that computes the attributes.
    fn code(&self) -> &Compiled {
        self.code.as_ref().expect("a finished index has code")
    }

    /// Makes bitmaps of as many blocks as there is memory for, and lists of the other entries.
    fn fill(&mut self, mut entries: Vec<Entry>, budget: usize) -> Result<(), RuleIndexError> {
        drafts::arrange(&mut entries, &self.attributes);
        let mut blocks = drafts::draft(&entries, &self.attributes);
        let costs: Vec<usize> = blocks.iter().map(|b| b.bytes(&self.attributes)).collect();
        let plan = Cut {
            entries: &entries,
            blocks: &blocks,
            costs: &costs,
            order: costliest(&blocks, &costs),
            attributes: &self.attributes,
            fixed: self.memory().conditions + self.memory().attributes,
        };
        let (cut, always) = plan.within(budget)?;
        let lists = plan.lists(cut, always);
        let mut kept = vec![true; blocks.len()];
        plan.order[..cut]
            .iter()
            .for_each(|block| kept[*block] = false);
        let filed: usize = plan.order[..cut]
            .iter()
            .map(|block| blocks[*block].len)
            .sum();
        let mut kept = kept.into_iter();
        blocks.retain(|_| kept.next().unwrap_or(true));
        self.lists = lists;
        self.bitmaps = Bitmaps::new(&blocks, &entries, &self.attributes);
        self.stats = RuleStats {
            segments: self.roots.len(),
            attributes: self.attributes.len(),
            entries: entries.len() - filed,
            asked: blocks.iter().map(|b| b.inexact.count() as usize).sum(),
            filed,
            always: self.lists.always(),
            never: 0,
            blocks: blocks.len(),
            parts: self.bitmaps.parts.len(),
        };
        Ok(())
    }

    /// The values that the rules test, in the order in which [`RuleRow::values`] gives them.
    pub fn attributes(&self) -> &[RuleAttribute] {
        &self.described
    }

    /// The memory that the index takes: machine code, its descriptions of attributes, and what is made for a session are
    /// not counted.
    pub fn memory(&self) -> RuleMemory {
        RuleMemory {
            conditions: self.circuit.bytes()
                + size_of_val(&*self.roots)
                + size_of_val(&*self.outputs),
            attributes: self.attributes.iter().map(Attribute::bytes).sum(),
            planes: self.bitmaps.plane_bytes(),
            tables: self.bitmaps.bytes() - self.bitmaps.plane_bytes(),
            lists: self.lists.bytes(),
        }
    }

    /// What the index is made of.
    pub fn stats(&self) -> RuleStats {
        self.stats
    }
}

/// The places of the asked segments among the outputs, ascending.
fn asked(plan: &Plan, options: &RuleIndexOptions) -> Result<Vec<u32>, RuleIndexError> {
    let is_segment = |output: &usize| {
        let output = plan.outputs.get(*output);
        output.is_some_and(|output| output.kind == OutputKind::Segment)
    };
    let outputs = match &options.segments {
        Some(asked) => {
            if let Some(other) = asked.iter().find(|output| !is_segment(output)) {
                return Err(RuleIndexError::NotASegment(*other));
            }
            let mut asked = asked.clone();
            asked.sort_unstable();
            asked.dedup();
            asked
        }
        None => (0..plan.outputs.len()).filter(is_segment).collect(),
    };
    Ok(outputs.into_iter().map(place).collect())
}

/// The blocks in the order in which they are given up: the most bytes per entry first.
fn costliest(blocks: &[BlockDraft], costs: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..blocks.len()).collect();
    order.sort_by_key(|block| {
        let thousandth = costs[*block] * 1000 / blocks[*block].len.max(1);
        (std::cmp::Reverse(thousandth), *block)
    });
    order
}

/// How much of an index is bitmaps.
struct Cut<'d> {
    entries: &'d [Entry],
    blocks: &'d [BlockDraft],
    costs: &'d [usize],
    order: Vec<usize>,
    attributes: &'d [Attribute],
    /// The bytes that are taken in any case.
    fixed: usize,
}

impl Cut<'_> {
    /// How many blocks to give up, and how many of their entries to ask always, so that the budget is kept.
    fn within(&self, budget: usize) -> Result<(usize, usize), RuleIndexError> {
        let least = |most: usize, fits: &dyn Fn(usize) -> bool| {
            let (mut low, mut high) = (0, most);
            while low < high {
                let middle = low.midpoint(high);
                if fits(middle) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            low
        };
        let all = self.blocks.len();
        let cut = least(all, &|cut| self.bytes(cut, 0) <= budget);
        if self.bytes(cut, 0) <= budget {
            return Ok((cut, 0));
        }
        let entries = self.entries.len();
        let always = least(entries, &|always| self.bytes(all, always) <= budget);
        match self.bytes(all, always) {
            needed if needed > budget => Err(RuleIndexError::Memory { needed, budget }),
            _ => Ok((all, always)),
        }
    }

    /// The bytes that an index takes without so many blocks.
    fn bytes(&self, cut: usize, always: usize) -> usize {
        let kept = self.order[cut..].iter();
        let kept = kept.map(|block| (&self.blocks[*block], self.costs[*block]));
        let bitmaps = Bitmaps::bytes_of(kept, self.attributes.len());
        match self.fixed + bitmaps {
            bytes if cut == 0 => bytes,
            bytes => bytes + self.lists(cut, always).bytes(),
        }
    }

    /// The lists of the entries of so many blocks.
    fn lists(&self, cut: usize, always: usize) -> Lists {
        let given_up = self.order[..cut].iter().map(|block| &self.blocks[*block]);
        let entries: Vec<&Entry> = given_up
            .flat_map(|block| &self.entries[block.first..block.first + block.len])
            .collect();
        Lists::new(&entries, always, self.attributes)
    }
}
