//! Cutting a program into functions of bounded size. A *program* answers some root nodes in stages (each rank
//! needs the ranks before it); every closed node it needs belongs to exactly one *group*, one function that
//! computes its nodes in order, and nodes that other groups need lie in a slot of the *frame* between them.

use persona_ir::{NodeId, Op, Plan, Ty};
use rustc_hash::FxHashMap;

use crate::analysis::Analysis;

/// How a value of a type lies in registers and slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    /// One byte, 0 or 1.
    Bool,
    /// An `i64`.
    Int,
    /// An `f64`.
    Float,
    /// A string's or enum value's code, zero-extended to 64 bits.
    Code,
    /// Two `f64`.
    Geo,
    /// The address of the elements' columns, the first element's row and the row behind the last.
    List,
}

impl Shape {
    /// The shape of a type's values. A record, which stands only inside lists, has its fields' shapes instead.
    pub(crate) fn of(ty: &Ty) -> Self {
        match ty {
            Ty::Bool => Self::Bool,
            Ty::Float => Self::Float,
            Ty::Str | Ty::Enum(_) => Self::Code,
            Ty::Geo => Self::Geo,
            Ty::List(_) | Ty::Set(_) | Ty::Record(_) => Self::List,
            Ty::Int
            | Ty::Date
            | Ty::TimeOfDay
            | Ty::Timestamp
            | Ty::Duration
            | Ty::Length
            | Ty::Item(_)
            | Ty::Money(_) => Self::Int,
        }
    }

    /// How many bytes the value takes in a slot; its validity byte follows.
    pub(crate) fn width(self) -> i32 {
        match self {
            Self::Bool => 1,
            Self::Int | Self::Float | Self::Code => 8,
            Self::Geo => 16,
            Self::List => 24,
        }
    }
}

/// Where a node's value lies in the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Bytes from the frame's start to the value.
    pub(crate) offset: i32,
    /// What lies there.
    pub(crate) shape: Shape,
    /// Whether a validity byte (0 or 1) follows the value.
    pub(crate) optional: bool,
}

/// The nodes that one function computes.
#[derive(Debug)]
pub(crate) struct Group {
    /// In the order of their ids.
    pub(crate) nodes: Vec<NodeId>,
}

/// A program cut into groups.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The groups; each uses values of those before it only.
    pub(crate) groups: Vec<Group>,
    /// Stage `s` is answered once the first `ends[s]` groups have run.
    pub(crate) ends: Vec<usize>,
    slots: FxHashMap<NodeId, Slot>,
    /// The frame's size in bytes; a multiple of 8.
    pub(crate) frame: usize,
}

/// A group is full when its nodes, with those emitted inside their loops, are so many. Measured with
/// `examples/compile_time`: a function of up to about a thousand nodes takes 20 to 30 µs per node, and one of four
/// thousand five times as much.
const GROUP_WEIGHT: usize = 128;
/// What a loop costs besides the nodes in it.
const LOOP_WEIGHT: usize = 16;

impl Layout {
    /// Lays out the program that answers `stages`, each a list of closed nodes.
    pub(crate) fn new(plan: &Plan, analysis: &Analysis, stages: &[Vec<NodeId>]) -> Self {
        let cone = Cone::new(plan, analysis, stages);
        let (groups, ends) = cut(&cone, stages.len());
        let mut layout = Self {
            groups,
            ends,
            slots: FxHashMap::default(),
            frame: 0,
        };
        layout.place(plan, &cone, stages);
        layout
    }

    /// The slot of a node that has one: every root, and every node that another group uses.
    pub(crate) fn slot(&self, node: NodeId) -> Option<Slot> {
        self.slots.get(&node).copied()
    }

    fn place(&mut self, plan: &Plan, cone: &Cone, stages: &[Vec<NodeId>]) {
        let mut group_of: FxHashMap<NodeId, usize> = FxHashMap::default();
        for (index, group) in self.groups.iter().enumerate() {
            for node in &group.nodes {
                group_of.insert(*node, index);
            }
        }
        let mut shared: Vec<NodeId> = stages.iter().flatten().copied().collect();
        for member in &cone.members {
            let home = group_of[&member.node];
            shared.extend(
                member
                    .uses
                    .iter()
                    .filter(|used| group_of.get(used).is_some_and(|g| *g != home)),
            );
        }
        shared.sort_unstable();
        shared.dedup();
        let mut frame = Frame::default();
        for node in shared {
            let slot = frame.slot(Shape::of(&plan.nodes[node].ty), plan.nodes[node].optional);
            self.slots.insert(node, slot);
        }
        self.frame = frame.size();
    }
}

/// A closed node that the program needs.
struct Member {
    node: NodeId,
    stage: usize,
    weight: usize,
    uses: Vec<NodeId>,
}

/// All closed nodes that a program needs, sorted by stage and id.
struct Cone {
    members: Vec<Member>,
}

impl Cone {
    fn new(plan: &Plan, analysis: &Analysis, stages: &[Vec<NodeId>]) -> Self {
        let mut known = rustc_hash::FxHashSet::default();
        let mut members = Vec::new();
        for (stage, roots) in stages.iter().enumerate() {
            let mut stack = Vec::new();
            for root in roots {
                if known.insert(*root) {
                    stack.push(*root);
                }
            }
            while let Some(node) = stack.pop() {
                let below = analysis.below(&plan.nodes, node);
                let fresh = below
                    .closed
                    .iter()
                    .filter(|used| !is_inline(plan, **used) && known.insert(**used));
                stack.extend(fresh);
                members.push(Member {
                    node,
                    stage,
                    weight: weight(plan, node, below.open),
                    uses: below.closed,
                });
            }
        }
        members.sort_unstable_by_key(|member| (member.stage, member.node));
        Self { members }
    }
}

/// Whether a node is emitted wherever it is used, because that is cheaper than a register: scalar constants.
pub(crate) fn is_inline(plan: &Plan, node: NodeId) -> bool {
    matches!(plan.nodes[node].op, Op::Const(_))
}

fn weight(plan: &Plan, node: NodeId, open: usize) -> usize {
    let own = match &plan.nodes[node].op {
        Op::Agg(_)
        | Op::Sequence(_)
        | Op::AnyElem { .. }
        | Op::AllElem { .. }
        | Op::ListAgg { .. } => LOOP_WEIGHT,
        Op::And(all) | Op::Or(all) | Op::Concat(all) => 1 + all.len(),
        _ => 1,
    };
    own + open
}

fn cut(cone: &Cone, stages: usize) -> (Vec<Group>, Vec<usize>) {
    let mut groups: Vec<Group> = Vec::new();
    let mut ends = vec![0; stages];
    let (mut room, mut last_stage) = (0, usize::MAX);
    for member in &cone.members {
        if member.stage != last_stage || member.weight > room {
            groups.push(Group { nodes: Vec::new() });
            room = GROUP_WEIGHT;
            last_stage = member.stage;
        }
        room = room.saturating_sub(member.weight);
        if let Some(group) = groups.last_mut() {
            group.nodes.push(member.node);
        }
        ends[member.stage] = groups.len();
    }
    for stage in 1..stages {
        ends[stage] = ends[stage].max(ends[stage - 1]);
    }
    (groups, ends)
}

/// Hands out slots one after another, each value at a multiple of its alignment.
#[derive(Default)]
struct Frame {
    end: usize,
}

impl Frame {
    fn slot(&mut self, shape: Shape, optional: bool) -> Slot {
        if shape != Shape::Bool {
            self.end = self.end.next_multiple_of(8);
        }
        let offset = i32::try_from(self.end).expect("a frame of less than 2 GiB");
        let width = usize::try_from(shape.width()).expect("widths are positive");
        self.end += width + usize::from(optional);
        Slot {
            offset,
            shape,
            optional,
        }
    }

    fn size(&self) -> usize {
        self.end.next_multiple_of(8)
    }
}
