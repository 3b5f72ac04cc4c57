//! How many bytes of a dataset an answer has to read: the sizes of the columns that it asks for.

use std::collections::{BTreeMap, BTreeSet};

use persona_ir::{ColId, KindId, NodeId, Op, Plan, Query, Schema, operands};
use persona_runtime::{Codes, Column, Dataset, Ints, Values};

use crate::fields::{Elements, Owner, elements};

/// A column of the profile, or of a kind of event.
type Place = (Option<KindId>, ColId);

/// Counts bytes for the answers of one plan over one dataset.
#[derive(Debug)]
pub(super) struct Touched<'a> {
    plan: &'a Plan,
    data: &'a Dataset,
    elements: Elements,
}

/// What some answers read.
#[derive(Debug, Default)]
struct Read {
    columns: BTreeSet<Place>,
    kinds: BTreeSet<KindId>,
    /// Whether they ask for a rank.
    ranks: bool,
    /// Of lists, the fields of their elements that are asked for.
    children: BTreeMap<Place, BTreeSet<u32>>,
}

impl<'a> Touched<'a> {
    pub(super) fn new(plan: &'a Plan, data: &'a Dataset) -> Self {
        Self {
            plan,
            data,
            elements: elements(plan),
        }
    }

    /// The bytes of the columns that these nodes need, each counted once: values as they lie in memory, what says which
    /// are missing, where each profile's events and each list's elements start. Not the letters of texts, and not what
    /// windows let an engine leave out.
    pub(super) fn bytes(&self, roots: &[NodeId]) -> u64 {
        let read = self.read(roots);
        let mut bytes = 0;
        for place @ (kind, col) in &read.columns {
            let columns = match kind {
                None => &self.data.columns,
                Some(kind) => &self.data.events[*kind].columns,
            };
            let children = read.children.get(place);
            bytes += column_bytes(&columns[*col], children);
        }
        let offsets = read
            .kinds
            .iter()
            .map(|kind| &self.data.events[*kind].offsets);
        bytes as u64
            + offsets
                .map(|offsets| size_of_val(&offsets[..]) as u64)
                .sum::<u64>()
    }

    /// Whether these nodes need thresholds of ranks.
    pub(super) fn ranks(&self, roots: &[NodeId]) -> bool {
        self.read(roots).ranks
    }

    fn read(&self, roots: &[NodeId]) -> Read {
        let mut read = Read::default();
        let mut seen = BTreeSet::new();
        let mut next = roots.to_vec();
        while let Some(node) = next.pop() {
            if seen.insert(node) {
                let op = &self.plan.nodes[node].op;
                self.note(node, op, &mut read);
                next.extend(operands(op).iter().map(|operand| operand.node));
            }
        }
        read
    }

    fn note(&self, node: NodeId, op: &Op, read: &mut Read) {
        match op {
            Op::Profile(col) => {
                read.columns.insert((None, *col));
            }
            Op::Event { cols, .. } => {
                read.columns
                    .extend(cols.iter().map(|c| (Some(c.kind), c.col)));
            }
            Op::Elem { .. } => {
                for field in self.elements.get(&node).into_iter().flatten() {
                    let kind = match field.owner {
                        Owner::Profile => None,
                        Owner::Event(kind) => Some(kind),
                        // Items are few, and everybody's.
                        Owner::Catalog(_) => continue,
                    };
                    let children = read.children.entry((kind, field.col)).or_default();
                    children.extend(field.child);
                }
            }
            Op::Has(list, _) | Op::HasAny(list, _) | Op::HasAll(list, _) => {
                let place = match &self.plan.nodes[*list].op {
                    Op::Profile(col) => vec![(None, *col)],
                    Op::Event { cols, .. } => cols.iter().map(|c| (Some(c.kind), c.col)).collect(),
                    _ => Vec::new(),
                };
                for place in place {
                    read.children.entry(place).or_default().insert(0);
                }
            }
            Op::Sample { .. } | Op::Arm(_) => {
                read.columns.insert((None, self.plan.schema.key));
            }
            Op::Rank(..) => read.ranks = true,
            Op::Agg(agg) => query(&agg.query, read),
            Op::Sequence(sequence) => {
                query(&sequence.first, read);
                sequence
                    .steps
                    .iter()
                    .for_each(|step| kinds(&step.kinds, read));
                sequence.not.iter().for_each(|not| kinds(&not.kinds, read));
            }
            _ => {}
        }
    }
}

fn query(query: &Query, read: &mut Read) {
    kinds(&query.kinds, read);
    let items = query.items.iter().flatten();
    read.columns
        .extend(items.map(|item| (Some(item.kind), item.col)));
}

/// Whoever looks at events looks at their instants.
fn kinds(kinds: &[KindId], read: &mut Read) {
    read.kinds.extend(kinds);
    let at = kinds.iter().map(|kind| (Some(*kind), Schema::AT));
    read.columns.extend(at);
}

fn column_bytes(column: &Column, children: Option<&BTreeSet<u32>>) -> usize {
    let codes = |codes: &Codes| codes.len() * codes.width();
    let ints = |ints: &Ints| ints.len() * ints.width();
    let values = match &column.values {
        Values::Bool(bits) => bits.len().div_ceil(8),
        Values::Int(values) => ints(values),
        Values::Float(values) => size_of_val(&values[..]),
        Values::Str(texts) => {
            let entries = texts
                .entries()
                .map_or(0, |entries| size_of_val(&entries[..]));
            codes(texts.codes()) + entries
        }
        Values::Enum(values) => codes(values),
        Values::Geo(latitudes, longitudes) => {
            size_of_val(&latitudes[..]) + size_of_val(&longitudes[..])
        }
        Values::List {
            offsets,
            children: all,
        } => {
            let read = children.into_iter().flatten();
            let read = read.filter_map(|child| all.get(*child as usize));
            size_of_val(&offsets[..]) + read.map(|child| column_bytes(child, None)).sum::<usize>()
        }
        Values::Absent(_) => 0,
    };
    let valid = column
        .valid
        .as_ref()
        .map_or(0, |valid| valid.len().div_ceil(8));
    values + valid
}
