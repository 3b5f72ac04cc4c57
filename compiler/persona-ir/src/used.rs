//! Which columns a plan reads, so that readers can leave out the others.

use std::collections::BTreeSet;

use persona_base::IndexVec;

use crate::{
    CheckAction, CheckTable, ColId, EventCol, Explain, KindId, NodeId, Op, Plan, Query, Schema,
    operands,
};

/// The columns that evaluations of a plan read.
///
/// A kind of which nothing is read still matters: profiles that appear only in its events exist. And where two of
/// its events agree in instant and identifier, their order depends on *all* columns of the row (SEMANTICS §1), which
/// whoever sorts them must therefore see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedColumns {
    /// Of the profile: always the key and the zone.
    pub profile: BTreeSet<ColId>,
    /// Of each kind of event: nothing, or at least [`Schema::AT`] and [`Schema::ID`].
    pub events: IndexVec<KindId, BTreeSet<ColId>>,
}

impl UsedColumns {
    /// Whether evaluations look at events of a kind.
    pub fn reads_kind(&self, kind: KindId) -> bool {
        !self.events[kind].is_empty()
    }

    fn kinds(&mut self, kinds: &[KindId]) {
        for kind in kinds {
            self.events[*kind].extend([Schema::AT, Schema::ID]);
        }
    }

    fn event_columns(&mut self, cols: &[EventCol]) {
        for col in cols {
            self.kinds(&[col.kind]);
            self.events[col.kind].insert(col.col);
        }
    }

    fn query(&mut self, query: &Query) {
        self.kinds(&query.kinds);
        self.event_columns(query.items.as_deref().unwrap_or_default());
    }

    fn node(&mut self, op: &Op) {
        match op {
            Op::Profile(col) => {
                self.profile.insert(*col);
            }
            Op::Event { cols, .. } => self.event_columns(cols),
            Op::Agg(agg) => self.query(&agg.query),
            Op::Sequence(sequence) => {
                self.query(&sequence.first);
                sequence
                    .steps
                    .iter()
                    .for_each(|step| self.kinds(&step.kinds));
                sequence.not.iter().for_each(|not| self.kinds(&not.kinds));
            }
            _ => {}
        }
    }
}

/// The columns that a plan's answers, explanations, ranks and checks read.
pub fn used_columns(plan: &Plan) -> UsedColumns {
    let always = plan.schema.zone.into_iter().chain([plan.schema.key]);
    let profile = always
        .filter(|col| plan.schema.profile.columns.get(*col).is_some())
        .collect();
    let events = plan.schema.events.iter().map(|_| BTreeSet::new()).collect();
    let mut used = UsedColumns { profile, events };
    for check in &plan.checks {
        match (check.table, check.action) {
            (CheckTable::Profile, CheckAction::Clear(col)) => {
                used.profile.insert(col);
            }
            (CheckTable::Event(kind), CheckAction::Clear(col)) => {
                used.event_columns(&[EventCol { kind, col }]);
            }
            (CheckTable::Event(kind), _) => used.kinds(&[kind]),
            (CheckTable::Profile, _) => {}
        }
    }
    for (node, reached) in plan.nodes.iter().zip(reached(plan)) {
        if reached {
            used.node(&node.op);
        }
    }
    used
}

/// For each node whether something asked of the plan needs it.
fn reached(plan: &Plan) -> Vec<bool> {
    let mut reached = vec![false; plan.nodes.len()];
    let mut next = roots(plan);
    while let Some(node) = next.pop() {
        if !std::mem::replace(&mut reached[usize::from(node)], true) {
            next.extend(
                operands(&plan.nodes[node].op)
                    .iter()
                    .map(|operand| operand.node),
            );
        }
    }
    reached
}

fn roots(plan: &Plan) -> Vec<NodeId> {
    let mut roots: Vec<NodeId> = plan.checks.iter().map(|check| check.node).collect();
    for rank in &plan.ranks {
        roots.push(rank.value);
        roots.extend(rank.among);
    }
    for output in &plan.outputs {
        roots.push(output.node);
        let mut parts: Vec<&Explain> = vec![&output.explain];
        while let Some(part) = parts.pop() {
            roots.extend(part.node);
            parts.extend(&part.parts);
        }
    }
    roots
}
