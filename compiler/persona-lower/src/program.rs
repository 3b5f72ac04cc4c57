//! The package being lowered: its declarations by name, what each already became for which arguments, and the worklist
//! that expands references without recursion, however long their chains are.
//!
//! A body that refers to something not yet lowered gets a *hole* there and is lowered again once the worklist has filled
//! it; equal nodes are one node, so that this costs little. Holes never survive into a plan.

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{EventCol, KindId, NodeId, Rank, RankId, RankKind, Schema, Ty};
use persona_sema::Checked;
use rustc_hash::FxHashMap;

use crate::TooLarge;
use crate::body::Body;
use crate::graph::Graph;
use crate::schema;

/// The most nodes a plan may have.
const NODES: usize = 1_000_000;
/// The most expressions that lowering looks at, counting each expansion.
const STEPS: u64 = 30_000_000;

/// An argument, resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Value {
    /// A value; for traits and segments a constant.
    Node(NodeId),
    /// A period, which is no value of the plan.
    Period {
        /// Months.
        months: i32,
        /// Days.
        days: i32,
    },
    /// Kinds of events, sorted.
    Event(Arc<[KindId]>),
    /// A column of kinds of events, sorted.
    Field(Arc<[EventCol]>),
}

/// The arguments of one expansion.
pub(crate) type Args = Arc<[Value]>;

/// A declaration with its arguments: what is lowered once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// A trait, by index.
    Trait(usize, Args),
    /// A segment, by index.
    Segment(usize, Args),
    /// A partition, by index.
    Partition(usize),
    /// A function, by index, at the caller's depth of binders.
    Fn(usize, Args, u8),
}

/// The package being lowered.
#[derive(Debug)]
pub(crate) struct Program<'a> {
    pub(crate) checked: &'a Checked,
    pub(crate) schema: Schema,
    pub(crate) graph: Graph,
    pub(crate) ranks: IndexVec<RankId, Rank>,
    known_ranks: FxHashMap<(RankKind, NodeId, Option<NodeId>), RankId>,
    memo: FxHashMap<Key, NodeId>,
    wanted: Vec<Key>,
    holes: usize,
    steps: u64,
    too_deep: bool,
    index: Index<'a>,
}

/// Declarations by name.
#[derive(Debug)]
struct Index<'a> {
    traits: FxHashMap<&'a str, usize>,
    segments: FxHashMap<&'a str, usize>,
    partitions: FxHashMap<&'a str, usize>,
    fns: FxHashMap<&'a str, usize>,
}

impl<'a> Program<'a> {
    /// A program of which nothing is lowered yet.
    pub(crate) fn new(checked: &'a Checked) -> Self {
        let index = Index {
            traits: names(checked.traits.iter().map(|d| &*d.name)),
            segments: names(checked.segments.iter().map(|d| &*d.name)),
            partitions: names(checked.partitions.iter().map(|d| &*d.name)),
            fns: names(checked.fns.iter().map(|d| &*d.name)),
        };
        Self {
            checked,
            schema: schema::schema(checked),
            graph: Graph::default(),
            ranks: IndexVec::new(),
            known_ranks: FxHashMap::default(),
            memo: FxHashMap::default(),
            wanted: Vec::new(),
            holes: 0,
            steps: 0,
            too_deep: false,
            index,
        }
    }

    pub(crate) fn trait_index(&self, name: &str) -> usize {
        self.index.traits[name]
    }

    pub(crate) fn segment_index(&self, name: &str) -> usize {
        self.index.segments[name]
    }

    pub(crate) fn partition_index(&self, name: &str) -> usize {
        self.index.partitions[name]
    }

    pub(crate) fn fn_index(&self, name: &str) -> usize {
        self.index.fns[name]
    }

    /// The node of a declaration, with all that it refers to.
    pub(crate) fn resolve(&mut self, root: &Key) -> Result<NodeId, TooLarge> {
        let mut stack = vec![root.clone()];
        while let Some(key) = stack.last() {
            if self.memo.contains_key(key) {
                stack.pop();
                continue;
            }
            let key = key.clone();
            if let Some(node) = self.attempt(|program| program.lower_key(&key))? {
                self.memo.insert(key, node);
                stack.pop();
            } else {
                stack.append(&mut self.wanted);
                if stack.len() > NODES {
                    return Err(TooLarge);
                }
            }
        }
        Ok(self.memo[root])
    }

    /// Lowers something that is no declaration of its own, such as a check, with all that it refers to.
    pub(crate) fn resolve_with(
        &mut self,
        lower: impl Fn(&mut Self) -> NodeId,
    ) -> Result<NodeId, TooLarge> {
        loop {
            if let Some(node) = self.attempt(&lower)? {
                return Ok(node);
            }
            for key in std::mem::take(&mut self.wanted) {
                self.resolve(&key)?;
            }
        }
    }

    /// The node, unless a hole was left in it.
    fn attempt(
        &mut self,
        lower: impl FnOnce(&mut Self) -> NodeId,
    ) -> Result<Option<NodeId>, TooLarge> {
        self.holes = 0;
        self.wanted.clear();
        let node = lower(self);
        self.check_size()?;
        Ok((self.holes == 0).then_some(node))
    }

    /// Whether expansion got out of hand.
    pub(crate) fn check_size(&self) -> Result<(), TooLarge> {
        let fits = self.graph.len() <= NODES && self.steps <= STEPS && !self.too_deep;
        if fits { Ok(()) } else { Err(TooLarge) }
    }

    fn lower_key(&mut self, key: &Key) -> NodeId {
        let checked = self.checked;
        match key {
            Key::Trait(index, args) => {
                let def = &checked.traits[*index];
                let mut body = Body::new(self, def.name.clone(), args.clone(), 0);
                let node = body.expr(&def.body);
                let ty = schema::ty(&def.ty.kind);
                self.graph.coerce(node, &ty)
            }
            Key::Segment(index, args) => {
                let def = &checked.segments[*index];
                Body::new(self, def.name.clone(), args.clone(), 0).condition(&def.body)
            }
            Key::Partition(index) => self.partition(*index),
            Key::Fn(index, args, level) => {
                let def = &checked.fns[*index];
                Body::new(self, def.name.clone(), args.clone(), *level).expr(&def.body)
            }
        }
    }

    /// The stage that the first condition that holds names, or the last.
    fn partition(&mut self, index: usize) -> NodeId {
        let def = &self.checked.partitions[index];
        let ty = Ty::Enum(persona_ir::EnumId(def.stages.0));
        let mut body = Body::new(self, def.name.clone(), Args::from([]), 0);
        let conditions: Vec<NodeId> = def
            .conditions
            .iter()
            .map(|condition| body.condition(condition))
            .collect();
        let stage = |graph: &mut Graph, stage: usize| {
            let stage = u32::try_from(stage).expect("a partition has fewer than 2^32 stages");
            graph.constant(persona_ir::Const::Enum(stage), ty.clone())
        };
        let mut node = stage(&mut self.graph, conditions.len());
        for (i, condition) in conditions.iter().enumerate().rev() {
            let then = stage(&mut self.graph, i);
            node = self.graph.if_else(*condition, then, node);
        }
        node
    }

    /// The node of a reference, or a hole to be filled.
    pub(crate) fn refer(&mut self, key: Key, ty: &Ty) -> NodeId {
        if let Some(node) = self.memo.get(&key) {
            return *node;
        }
        self.wanted.push(key);
        self.hole(ty)
    }

    /// Stands for what is not known yet.
    pub(crate) fn hole(&mut self, ty: &Ty) -> NodeId {
        self.holes += 1;
        self.graph.constant(persona_ir::Const::Missing, ty.clone())
    }

    /// The number of holes so far in this attempt: whoever compares two of them knows whether what lies between is whole.
    pub(crate) fn holes(&self) -> usize {
        self.holes
    }

    /// Counts an expression.
    pub(crate) fn step(&mut self) {
        self.steps += 1;
    }

    /// Notes that more binders are nested than a level can count.
    pub(crate) fn too_deep(&mut self) {
        self.too_deep = true;
    }

    /// The rank of a value in a population; equal ranks are one, named by where the first was written.
    pub(crate) fn rank(&mut self, rank: Rank) -> RankId {
        let key = (rank.kind, rank.value, rank.among);
        if let Some(id) = self.known_ranks.get(&key) {
            return *id;
        }
        let id = self.ranks.push(rank);
        self.known_ranks.insert(key, id);
        id
    }
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> FxHashMap<&'a str, usize> {
    names
        .enumerate()
        .map(|(index, name)| (name, index))
        .collect()
}
