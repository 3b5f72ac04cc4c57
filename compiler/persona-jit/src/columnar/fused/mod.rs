//! Loops over chunks for conditions of several columns: arithmetic, comparisons and choices in vectors of 128 bits.
//!
//! *Plan time* ([`claim`]): which conditions may be answered so. *Bind time* ([`Fits`], [`loops`]): with the data's bounds and widths
//! each becomes instructions of a [`recipe`], those of conditions that share columns in one; what the data do not allow
//! stays with code that works on one profile. Code is made of recipes once ([`crate::codegen::define_fused`]).
//! *Run time* ([`run`]): for a chunk's sixteen rows at a time, where cheap conditions leave any of them open.

pub(crate) mod claim;
mod lower;
mod number;
pub(crate) mod recipe;
pub(crate) mod run;
mod value;

use persona_ir::{ColId, NodeId, Plan as Ir};
use persona_runtime::kernels::Isa;
use persona_runtime::{Dataset, Value};
use rustc_hash::FxHashMap;

use claim::FixedPlaces;
use lower::{Condition, Lowerer, Place};
use recipe::{Constant, Draft, Input, Recipe};

/// A function has about so many instructions at most, for each four rows.
const MOST_INSTRUCTIONS: usize = 160;

/// What conditions are bound to.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) plan: &'a Ir,
    pub(crate) data: &'a Dataset,
    pub(crate) now: i64,
    /// The places of fixed nodes in the lists of `values`.
    pub(crate) fixed: &'a FixedPlaces,
    /// The values of fixed nodes, in each zone.
    pub(crate) values: &'a [Vec<Value>],
}

/// What the data make of a condition.
#[derive(Debug)]
pub(crate) enum Fit {
    /// It holds nowhere.
    Never,
    /// A loop says where it holds, if all of these columns are known.
    Where(Vec<ColId>),
}

/// Asks which conditions the data allow to be answered by loops.
pub(crate) struct Fits<'a>(Option<Lowerer<'a>>);

impl<'a> Fits<'a> {
    /// Where the machine and the options allow loops at all.
    pub(crate) fn new(around: Around<'a>, isa: Option<Isa>) -> Self {
        Self(is_possible(isa).then(|| Lowerer::new(around.place())))
    }

    /// Whether a loop can answer a condition; none where it cannot.
    pub(crate) fn fit(&mut self, node: NodeId) -> Option<Fit> {
        Some(match self.0.as_mut()?.condition(node)? {
            Condition::Never => Fit::Never,
            Condition::Where(_, cols) => Fit::Where(cols),
        })
    }
}

/// Whether this machine has what loops need, and the options do not forbid vectors.
fn is_possible(isa: Option<Isa>) -> bool {
    isa != Some(Isa::Portable) && cfg!(target_endian = "little") && has_vectors()
}

#[cfg(target_arch = "x86_64")]
fn has_vectors() -> bool {
    std::arch::is_x86_feature_detected!("sse4.2")
}

#[cfg(not(target_arch = "x86_64"))]
fn has_vectors() -> bool {
    cfg!(target_arch = "aarch64")
}

impl<'a> Around<'a> {
    fn place(self) -> Place<'a> {
        Place {
            plan: self.plan,
            data: self.data,
            now: self.now,
            fixed: self.fixed,
            values: self.values,
        }
    }
}

/// One loop and what it is about.
#[derive(Debug)]
pub(crate) struct Part {
    /// Its inputs.
    pub(crate) inputs: Vec<Input>,
    /// Its constants.
    pub(crate) consts: Vec<Constant>,
}

/// Loops for some conditions.
#[derive(Debug, Default)]
pub(crate) struct Loops {
    /// What code is made of.
    pub(crate) recipes: Vec<Recipe>,
    /// What each is about.
    pub(crate) parts: Vec<Part>,
    /// How many conditions they answer.
    pub(crate) outputs: usize,
}

/// The loops of conditions, all of which fit ([`Fits`]) and may hold. Each writes the row of its place in the list.
pub(crate) fn loops(around: Around<'_>, nodes: &[NodeId]) -> Loops {
    let mut loops = Loops {
        outputs: nodes.len(),
        ..Loops::default()
    };
    for group in groups(around, nodes) {
        let mut lowerer = Lowerer::new(around.place());
        for at in group {
            if lowerer.draft.recipe.instrs.len() >= MOST_INSTRUCTIONS {
                loops.add(std::mem::replace(&mut lowerer, Lowerer::new(around.place())).draft);
            }
            let Some(Condition::Where(mask, _)) = lowerer.condition(nodes[at]) else {
                unreachable!("the condition fits")
            };
            let row = u32::try_from(at).expect("fewer conditions than nodes");
            lowerer.draft.recipe.outputs.push((mask, row));
        }
        loops.add(lowerer.draft);
    }
    loops
}

impl Loops {
    fn add(&mut self, draft: Draft) {
        self.recipes.push(draft.recipe);
        self.parts.push(Part {
            inputs: draft.inputs,
            consts: draft.consts,
        });
    }
}

/// The conditions in groups that share columns, in the order of their first ones.
fn groups(around: Around<'_>, nodes: &[NodeId]) -> Vec<Vec<usize>> {
    let mut group_of: Vec<usize> = (0..nodes.len()).collect();
    let mut first: FxHashMap<ColId, usize> = FxHashMap::default();
    let root = |group_of: &[usize], mut at: usize| {
        while group_of[at] != at {
            at = group_of[at];
        }
        at
    };
    for (at, node) in nodes.iter().enumerate() {
        for col in columns(around.plan, *node) {
            let other = *first.entry(col).or_insert(at);
            let (a, b) = (root(&group_of, at), root(&group_of, other));
            group_of[a.max(b)] = a.min(b);
        }
        // Short ways to the root, for those that come later.
        group_of[at] = root(&group_of, at);
    }
    let mut place: FxHashMap<usize, usize> = FxHashMap::default();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for at in 0..nodes.len() {
        let group = *place.entry(root(&group_of, at)).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(at);
    }
    groups
}

/// The columns that a condition reads.
fn columns(plan: &Ir, root: NodeId) -> Vec<ColId> {
    let nodes = persona_ir::subgraph(&plan.nodes, &[root]).0;
    let cols = nodes.iter().filter_map(|node| match node.op {
        persona_ir::Op::Profile(col) => Some(col),
        _ => None,
    });
    cols.collect()
}
