//! Which columns a plan reads, so that readers can leave out the others.

use std::collections::BTreeSet;

use persona_base::IndexVec;

use crate::{
    CatalogId, CheckAction, CheckTable, ColId, EventCol, Explain, KindId, NodeId, Op, Plan, Query,
    Schema, Ty, operands,
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
    /// Of each catalog: always the key.
    pub catalogs: IndexVec<CatalogId, BTreeSet<ColId>>,
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

    fn node(&mut self, plan: &Plan, op: &Op) {
        match op {
            Op::ItemCol { item, col } => {
                if let Ty::Item(catalog) = plan.nodes[*item].ty {
                    self.catalogs[catalog].insert(*col);
                }
            }
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
    let keys = plan.schema.catalogs.iter();
    let catalogs = keys.map(|catalog| BTreeSet::from([catalog.key])).collect();
    let mut used = UsedColumns {
        profile,
        events,
        catalogs,
    };
    for check in &plan.checks {
        match (check.table, check.action) {
            (CheckTable::Profile, CheckAction::Clear(col)) => {
                used.profile.insert(col);
            }
            (CheckTable::Event(kind), CheckAction::Clear(col)) => {
                used.event_columns(&[EventCol { kind, col }]);
            }
            (CheckTable::Catalog(catalog), CheckAction::Clear(col)) => {
                used.catalogs[catalog].insert(col);
            }
            (CheckTable::Event(kind), _) => used.kinds(&[kind]),
            (CheckTable::Profile | CheckTable::Catalog(_), _) => {}
        }
    }
    for (node, reached) in plan.nodes.iter().zip(reached(plan)) {
        if reached {
            used.node(plan, &node.op);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    const PLAN: &str = r#"plan "t" zone "UTC" week monday
profile P key id zone z { id: Str, z: Str timezone = "UTC", a: Int?, b: Int?, c: Int?, d: Int? }
event E { at: Timestamp, id: Str?, x: Int, y: Int?, l: List(Int) }
event F { at: Timestamp, id: Str?, x: Int }
event G { at: Timestamp, id: Str?, x: Int }
event H { at: Timestamp, id: Str?, x: Int? }
%0: Int? = profile a
%1: Int? = profile b
%2: Int? = profile c
%3: Int = event 0 (E x)
%4: Int = agg sum of E value %3
%5: Int = agg count of E items (E l)
%6: Bool = sequence of F then_not F
%7: Bool = known %1
%8: Int? = rank 0 %2
"#;

    fn used(rest: &str) -> String {
        let plan = parse(&format!("{PLAN}{rest}")).expect("a plan");
        let used = used_columns(&plan);
        let names = |table: &crate::Table, cols: &BTreeSet<ColId>| {
            let names: Vec<&str> = cols.iter().map(|col| &*table.columns[*col].name).collect();
            format!("{} {}; ", table.name, names.join(" "))
        };
        let schema = &plan.schema;
        let mut text = names(&schema.profile, &used.profile);
        for kind in schema.events.ids().filter(|kind| used.reads_kind(*kind)) {
            text += &names(&schema.events[kind], &used.events[kind]);
        }
        text.trim_end().to_owned()
    }

    #[test]
    fn only_what_is_asked_is_read() {
        assert_eq!(used(""), "P id z;");
        assert_eq!(used("trait t = %0"), "P id z a;");
        assert_eq!(used("trait t = %4"), "P id z; E at id x;");
        assert_eq!(used("trait t = %5"), "P id z; E at id l;");
        assert_eq!(used("segment s = %6"), "P id z; F at id;");
    }

    #[test]
    fn ranks_explanations_and_checks_ask_too() {
        assert_eq!(used("rank \"r\" ntile 2 %0 among %7"), "P id z a b;");
        assert_eq!(
            used("trait t = %0\nexplain 0 value @0:0..1\nexplain 1 value @0:0..1 %1"),
            "P id z a b;"
        );
        assert_eq!(used("check profile %7 \"x\" clear d"), "P id z b d;");
        assert_eq!(
            used("check event H %7 \"x\" clear x"),
            "P id z b; H at id x;"
        );
        assert_eq!(used("check event G %7 \"x\" warn"), "P id z b; G at id;");
    }
}
