//! The package being lowered: its declarations by name, what each already became for which arguments, and the worklist
//! that expands references without recursion, however long their chains are.
//!
//! A body that refers to something not yet lowered gets a *hole* there and is lowered again once the worklist has filled
//! it; equal nodes are one node, so that this costs little. Holes never survive into a plan.

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::campaign::{ContentId, RecommendId};
use persona_ir::{EventCol, KindId, NodeId, Op, Rank, RankId, RankKind, Schema, Ty};
use persona_sema::{BinderId, Checked, Type};
use rustc_hash::FxHashMap;

use crate::TooLarge;
use crate::body::Body;
use crate::campaign::experiment;
use crate::frame::{Frame, Given};
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
    /// What the declaration that is being lowered is given besides the profile.
    pub(crate) frame: Frame,
    /// The recommendations that something names, by number: which, and with which arguments.
    recommended: Vec<(usize, Args)>,
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
    /// A program of which nothing is lowered yet, with the table `Sent` or without it.
    pub(crate) fn new(checked: &'a Checked, sent: bool) -> Self {
        let index = Index {
            traits: names(checked.traits.iter().map(|d| &*d.name)),
            segments: names(checked.segments.iter().map(|d| &*d.name)),
            partitions: names(checked.partitions.iter().map(|d| &*d.name)),
            fns: names(checked.fns.iter().map(|d| &*d.name)),
        };
        Self {
            checked,
            schema: schema::schema(checked, sent),
            graph: Graph::default(),
            ranks: IndexVec::new(),
            known_ranks: FxHashMap::default(),
            memo: FxHashMap::default(),
            wanted: Vec::new(),
            holes: 0,
            steps: 0,
            too_deep: false,
            index,
            frame: Frame::default(),
            recommended: Vec::new(),
        }
    }

    /// The number of a recommendation with its arguments.
    pub(crate) fn recommend(&mut self, name: &str, args: Args) -> (RecommendId, usize) {
        let all = &self.checked.recommendations;
        let index = all.iter().position(|def| *def.name == *name);
        let index = index.expect("a checked package names recommendations that there are");
        let known = self.recommended.iter();
        let known = known.clone().position(|of| of.0 == index && of.1 == args);
        let number = known.unwrap_or(self.recommended.len());
        if known.is_none() {
            self.recommended.push((index, args));
        }
        (RecommendId::from(number), index)
    }

    /// What the recommendation with a number is: its place in the package, and its arguments.
    pub(crate) fn recommended(&self, number: usize) -> Option<(usize, Args)> {
        self.recommended.get(number).cloned()
    }

    /// A column of an event that the declaration is given.
    pub(crate) fn given_event(&mut self, binder: BinderId, cols: &[EventCol]) -> NodeId {
        self.frame
            .event(&mut self.graph, &self.schema, binder, cols)
    }

    /// The kinds of an event that the declaration is given.
    pub(crate) fn given_kinds(&self, binder: BinderId) -> Arc<[KindId]> {
        match self.frame.given(binder) {
            Given::Event { kinds, .. } => kinds.clone(),
            Given::Values { .. } => unreachable!("a value where an event is needed"),
        }
    }

    /// A value that the declaration is given.
    pub(crate) fn given_value(&mut self, binder: BinderId, index: u32) -> NodeId {
        self.frame.value(&mut self.graph, binder, index)
    }

    /// What the same person reads in a slot of a content.
    pub(crate) fn content_slot(&mut self, content: &str, slot: u32, ty: &Type) -> NodeId {
        let contents = &self.checked.contents;
        let index = contents.binary_search_by(|def| (*def.name).cmp(content));
        let index = index.expect("a checked package names contents that there are");
        let name = format!("{content}.{}", contents[index].slots[slot as usize].name);
        let id = ContentId::from(index);
        self.frame
            .content_slot(&mut self.graph, id, slot, name.into(), ty)
    }

    /// The arm of an experiment.
    pub(crate) fn arm(&mut self, experiment: &str, ty: &Type) -> NodeId {
        let experiments = &self.checked.experiments;
        let index = experiments.binary_search_by(|def| (*def.name).cmp(experiment));
        let index = index.expect("a checked package names experiments that there are");
        let arm = experiment::arm(self.checked, index);
        let optional = arm.holdout > 0 || arm.layer.is_some();
        self.graph
            .node(Op::Arm(Arc::new(arm)), schema::ty(&ty.kind), optional)
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
    pub(crate) fn resolve_with<R>(
        &mut self,
        lower: impl Fn(&mut Self) -> R,
    ) -> Result<R, TooLarge> {
        loop {
            if let Some(lowered) = self.attempt(&lower)? {
                return Ok(lowered);
            }
            for key in std::mem::take(&mut self.wanted) {
                self.resolve(&key)?;
            }
        }
    }

    /// What was lowered, unless a hole was left in it.
    fn attempt<R>(&mut self, lower: impl FnOnce(&mut Self) -> R) -> Result<Option<R>, TooLarge> {
        self.holes = 0;
        self.wanted.clear();
        let lowered = lower(self);
        self.check_size()?;
        Ok((self.holes == 0).then_some(lowered))
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
