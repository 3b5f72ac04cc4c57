//! What of a program is computed from a row by machine code, and what by the machinery for histories. Decides; emits
//! nothing.
//!
//! A closed node is *code* when machine code computes it from the row's words: everything but histories, catalogs and what
//! looks into a list's elements beyond membership of constants. And, or and not of nodes that are not all code are still
//! logic in the row's code, over *leaves*: Bools that a helper asks of the profile's history, once it matters.

use std::sync::Arc;

use persona_ir::{ColId, Const, NodeId, Op, Plan, Ty, operands};
use rustc_hash::{FxHashMap, FxHashSet};

use super::layout::Wanted;
use crate::analysis::Analysis;

/// A test or value of one profile column for which rows have a way of their own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Atom<'p> {
    /// The text is this one.
    Same(ColId, &'p Arc<str>),
    /// The text is one of these.
    OneOf(ColId, &'p Arc<[Const]>),
    /// The text starts with this one.
    Starts(ColId, &'p Arc<str>),
    /// The text ends with this one.
    Ends(ColId, &'p Arc<str>),
    /// The text contains this one.
    Contains(ColId, &'p Arc<str>),
    /// The pattern is found in the text.
    Matches(ColId, &'p Arc<str>),
    /// There is a value.
    Known(ColId),
    /// The list has some of the constants.
    HasAny(ColId, &'p [Const]),
    /// The list has each of the constants.
    HasAll(ColId, &'p [Const]),
    /// How many elements the list has.
    Size(ColId),
}

impl Atom<'_> {
    /// The column.
    pub(crate) fn col(&self) -> ColId {
        match self {
            Self::Same(col, _)
            | Self::OneOf(col, _)
            | Self::Starts(col, _)
            | Self::Ends(col, _)
            | Self::Contains(col, _)
            | Self::Matches(col, _)
            | Self::Known(col)
            | Self::HasAny(col, _)
            | Self::HasAll(col, _)
            | Self::Size(col) => *col,
        }
    }
}

/// The atom that a node is, if it is one.
pub(crate) fn atom(plan: &Plan, node: NodeId) -> Option<Atom<'_>> {
    let column = |node: NodeId| match plan.nodes[node].op {
        Op::Profile(col) => Some(col),
        _ => None,
    };
    let text = |node: NodeId| match &plan.nodes[node].op {
        Op::Const(Const::Str(text)) => Some(text),
        _ => None,
    };
    let list = |node: NodeId| {
        let scalar = |ty: &Ty| !matches!(ty, Ty::Record(_) | Ty::Geo | Ty::List(_) | Ty::Set(_));
        let searched = plan.nodes[node].ty.element().is_some_and(scalar);
        column(node).filter(|_| searched)
    };
    match &plan.nodes[node].op {
        Op::Eq(a, b) => match (column(*a), text(*b), text(*a), column(*b)) {
            (Some(col), Some(text), ..) | (.., Some(text), Some(col)) => {
                Some(Atom::Same(col, text))
            }
            _ => None,
        },
        Op::In(a, set) if plan.nodes[*a].ty == Ty::Str => Some(Atom::OneOf(column(*a)?, set)),
        Op::StartsWith(a, b) => Some(Atom::Starts(column(*a)?, text(*b)?)),
        Op::EndsWith(a, b) => Some(Atom::Ends(column(*a)?, text(*b)?)),
        Op::Contains(a, b) => Some(Atom::Contains(column(*a)?, text(*b)?)),
        Op::Matches(a, pattern) => Some(Atom::Matches(column(*a)?, pattern)),
        Op::Known(a) => Some(Atom::Known(column(*a)?)),
        Op::Has(a, b) => match &plan.nodes[*b].op {
            Op::Const(value) if *value != Const::Missing => {
                Some(Atom::HasAny(list(*a)?, std::slice::from_ref(value)))
            }
            _ => None,
        },
        Op::HasAny(a, set) => Some(Atom::HasAny(list(*a)?, set)),
        Op::HasAll(a, set) => Some(Atom::HasAll(list(*a)?, set)),
        Op::Size(a) => Some(Atom::Size(column(*a)?)),
        _ => None,
    }
}

/// How a node gets its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Machine code computes it.
    Code,
    /// And, or, not over other nodes.
    Logic,
    /// The rest.
    Rest,
}

/// A program split in two.
#[derive(Debug, Default)]
pub(crate) struct Split {
    kinds: FxHashMap<NodeId, Kind>,
    /// The number of each leaf among those that the rest answers.
    leaves: FxHashMap<NodeId, usize>,
    /// The leaves, by number.
    pub(crate) rest: Vec<NodeId>,
    /// Whether code asks for the profile's zone.
    pub(crate) zoned: bool,
    /// Whether code makes texts, which are forgotten behind each row.
    pub(crate) texts: bool,
    /// Whether code reads a rank off a calibration.
    pub(crate) ranked: bool,
    /// Whether code needs the profile's key.
    pub(crate) keyed: bool,
}

impl Split {
    /// Splits what some closed nodes need.
    pub(crate) fn new(plan: &Plan, analysis: &Analysis, roots: &[NodeId]) -> Self {
        let mut split = Self::default();
        for node in cone(plan, analysis, roots) {
            let kind = split.kind(plan, node);
            split.kinds.insert(node, kind);
        }
        split
    }

    fn kind(&self, plan: &Plan, node: NodeId) -> Kind {
        let typed = &plan.nodes[node];
        if atom(plan, node).is_some() {
            return Kind::Code;
        }
        let children = operands(&typed.op);
        let code = |node: NodeId| self.kinds.get(&node) == Some(&Kind::Code);
        let list = |ty: &Ty| matches!(ty, Ty::List(_) | Ty::Set(_) | Ty::Record(_));
        let lists = list(&typed.ty) || children.iter().any(|o| list(&plan.nodes[o.node].ty));
        let history = matches!(
            typed.op,
            Op::Agg(_)
                | Op::Sequence(_)
                | Op::Event { .. }
                | Op::Elem { .. }
                | Op::Lookup { .. }
                | Op::ItemCol { .. }
                | Op::Items(_)
        );
        if !lists && !history && children.iter().all(|operand| code(operand.node)) {
            return Kind::Code;
        }
        match typed.op {
            Op::And(_) | Op::Or(_) | Op::Not(_) => Kind::Logic,
            _ => Kind::Rest,
        }
    }

    /// Whether machine code computes the node.
    pub(crate) fn is_code(&self, node: NodeId) -> bool {
        self.kinds.get(&node) == Some(&Kind::Code)
    }

    /// The number of a leaf.
    pub(crate) fn leaf(&self, node: NodeId) -> Option<usize> {
        self.leaves.get(&node).copied()
    }

    /// Has the rest answer a node: its number there.
    pub(crate) fn ask_rest(&mut self, node: NodeId) -> usize {
        let next = self.rest.len();
        let number = *self.leaves.entry(node).or_insert(next);
        if number == next {
            self.rest.push(node);
        }
        number
    }

    /// Follows a node that the row's code computes: which columns it reads, which leaves it asks the rest for.
    pub(crate) fn follow(&mut self, plan: &Plan, roots: &[NodeId], wanted: &mut Wanted) {
        let mut seen = FxHashSet::default();
        let mut stack = roots.to_vec();
        while let Some(node) = stack.pop() {
            if !seen.insert(node) {
                continue;
            }
            if self.kinds.get(&node) == Some(&Kind::Rest) {
                self.ask_rest(node);
                continue;
            }
            if let Some(atom) = atom(plan, node) {
                let constants = wanted.slots.entry(atom.col()).or_default();
                if let Atom::HasAny(_, set) | Atom::HasAll(_, set) = atom {
                    constants.extend_from_slice(set);
                }
                continue;
            }
            self.note(plan, node, wanted);
            stack.extend(operands(&plan.nodes[node].op).iter().map(|o| o.node));
        }
        let zone = plan.schema.zone.filter(|_| self.zoned);
        let key = Some(plan.schema.key).filter(|_| self.keyed);
        for col in zone.into_iter().chain(key) {
            if plan.schema.profile.columns.get(col).is_some() {
                wanted.slots.entry(col).or_default();
            }
        }
    }

    fn note(&mut self, plan: &Plan, node: NodeId, wanted: &mut Wanted) {
        let typed = &plan.nodes[node];
        match &typed.op {
            Op::Profile(col) => {
                wanted.slots.entry(*col).or_default();
            }
            Op::Sample { .. } | Op::Arm(_) => self.keyed = true,
            Op::Rank(..) => self.ranked = true,
            op => self.zoned |= op.asks_zone(&plan.nodes),
        }
        self.texts |= typed.ty == Ty::Str;
    }
}

/// The closed nodes that some need, in id order.
pub(crate) fn cone(plan: &Plan, analysis: &Analysis, roots: &[NodeId]) -> Vec<NodeId> {
    let mut seen: FxHashSet<NodeId> = FxHashSet::default();
    let mut stack = roots.to_vec();
    let mut found = Vec::new();
    while let Some(node) = stack.pop() {
        if seen.insert(node) && analysis.is_closed(node) {
            found.push(node);
            stack.extend(operands(&plan.nodes[node].op).iter().map(|o| o.node));
        }
    }
    found.sort_unstable();
    found
}
