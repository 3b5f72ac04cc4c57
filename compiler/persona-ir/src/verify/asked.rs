//! Rules of answers, ranks, checks and sources.

use persona_base::IndexVec;

use super::{Violation, ascending};
use crate::{
    Check, CheckAction, CheckTable, Levels, NodeId, Op, Output, OutputKind, Plan, RankId, RankKind,
    RawTarget, SourcePlan, SourceTarget, Ty, free_levels, operands,
};

struct Asked<'a> {
    plan: &'a Plan,
    free: IndexVec<NodeId, Levels>,
    /// For each node the number of ranks that must be calibrated before it can be evaluated: one more than the greatest.
    ranks: IndexVec<NodeId, u32>,
}

pub(super) fn check(plan: &Plan, violations: &mut Vec<Violation>) {
    let asked = Asked {
        plan,
        free: free_levels(&plan.nodes),
        ranks: ranks_used(plan),
    };
    let mut report = |message: String| {
        violations.push(Violation {
            rule: "asked",
            message,
        });
    };
    let names: Vec<&str> = plan.outputs.iter().map(|output| &*output.name).collect();
    if !ascending(&names) {
        report("the answers are not sorted by name, or one is repeated".to_owned());
    }
    for output in &plan.outputs {
        if let Err(why) = asked.output(output) {
            report(format!("{}: {why}", output.name));
        }
    }
    for id in plan.ranks.ids() {
        if let Err(why) = asked.rank(id) {
            report(format!("rank {}: {why}", id.0));
        }
    }
    for (index, check) in plan.checks.iter().enumerate() {
        if let Err(why) = asked.check(check) {
            report(format!("check {index}: {why}"));
        }
    }
    let names: Vec<&str> = plan.sources.iter().map(|source| &*source.name).collect();
    if !ascending(&names) {
        report("the sources are not sorted by name, or one is repeated".to_owned());
    }
    if plan
        .prefer
        .iter()
        .any(|(a, b)| !names.contains(&&**a) || !names.contains(&&**b))
    {
        report("a preference names no source".to_owned());
    }
    for source in &plan.sources {
        if let Err(why) = asked.source(source) {
            report(format!("source {}: {why}", source.name));
        }
    }
}

fn ranks_used(plan: &Plan) -> IndexVec<NodeId, u32> {
    let mut used: IndexVec<NodeId, u32> = IndexVec::new();
    for node in &plan.nodes {
        let own = if let Op::Rank(id, _) = &node.op {
            id.0.saturating_add(1)
        } else {
            0
        };
        let operands = operands(&node.op);
        let most = operands
            .iter()
            .filter_map(|operand| used.get(operand.node))
            .copied()
            .max();
        used.push(own.max(most.unwrap_or(0)));
    }
    used
}

impl Asked<'_> {
    /// A node that uses no binder.
    fn closed(&self, id: NodeId) -> Result<&crate::Node, String> {
        let node = self
            .plan
            .nodes
            .get(id)
            .ok_or_else(|| format!("%{} does not exist", id.0))?;
        if self.free[id].is_empty() {
            Ok(node)
        } else {
            Err(format!("%{} uses a binder", id.0))
        }
    }

    fn output(&self, output: &Output) -> Result<(), String> {
        let node = self.closed(output.node)?;
        match output.kind {
            OutputKind::Segment if node.ty != Ty::Bool || node.optional => {
                return Err("a segment is a Bool that is never missing".to_owned());
            }
            OutputKind::Partition(stages) if node.ty != Ty::Enum(stages) => {
                return Err("a partition is a value of its stages' enum".to_owned());
            }
            _ => {}
        }
        let mut parts = vec![&output.explain];
        while let Some(part) = parts.pop() {
            if let Some(node) = part.node {
                self.closed(node)?;
            }
            parts.extend(&part.parts);
        }
        Ok(())
    }

    fn rank(&self, id: RankId) -> Result<(), String> {
        let rank = &self.plan.ranks[id];
        let value = self.closed(rank.value)?;
        if !value.ty.is_integer() && value.ty != Ty::Float {
            return Err("values of this type are not ranked".to_owned());
        }
        if rank.kind == RankKind::Ntile(0) {
            return Err("it has no tiles".to_owned());
        }
        let mut used = self.ranks[rank.value];
        if let Some(among) = rank.among {
            let node = self.closed(among)?;
            if node.ty != Ty::Bool || node.optional {
                return Err("its population is no Bool that is never missing".to_owned());
            }
            used = used.max(self.ranks[among]);
        }
        if used > id.0 {
            Err("it uses a rank that is not before it".to_owned())
        } else {
            Ok(())
        }
    }

    fn check(&self, check: &Check) -> Result<(), String> {
        let node = self
            .plan
            .nodes
            .get(check.node)
            .ok_or("its condition does not exist")?;
        if node.ty != Ty::Bool || node.optional {
            return Err("its condition is no Bool that is never missing".to_owned());
        }
        if self.ranks[check.node] > 0 {
            return Err("it uses a rank".to_owned());
        }
        let (table, bound) = match check.table {
            CheckTable::Profile => (Some(&self.plan.schema.profile), Levels::default()),
            CheckTable::Event(kind) => (self.plan.schema.events.get(kind), Levels::of(0)),
            CheckTable::Catalog(id) => {
                let catalog = self.plan.schema.catalogs.get(id);
                (catalog.map(|catalog| &catalog.table), Levels::of(0))
            }
        };
        let table = table.ok_or("its table does not exist")?;
        if !self.free[check.node].without(bound).is_empty() {
            return Err("its condition uses a binder that nothing binds".to_owned());
        }
        match check.action {
            CheckAction::Clear(col)
                if !table.columns.get(col).is_some_and(|column| column.optional) =>
            {
                Err("it clears what is no optional column".to_owned())
            }
            _ => Ok(()),
        }
    }

    fn source(&self, source: &SourcePlan) -> Result<(), String> {
        let table = match source.target {
            SourceTarget::Profile => Some(&self.plan.schema.profile),
            SourceTarget::Event(kind) => self.plan.schema.events.get(kind),
            SourceTarget::Catalog(id) => {
                let catalog = self.plan.schema.catalogs.get(id);
                catalog.map(|catalog| &catalog.table)
            }
        };
        let table = table.ok_or("its table does not exist")?;
        for field in &source.fields {
            let column = table
                .columns
                .get(field.col)
                .ok_or("it fills a column that does not exist")?;
            let RawTarget::Each(values) = &field.value else {
                continue;
            };
            let Some(Ty::Record(record)) = column.ty.element() else {
                return Err(format!(
                    "`each` fills {}, which is no list of records",
                    column.name
                ));
            };
            if values
                .iter()
                .any(|(index, _)| *index as usize >= record.len())
            {
                return Err(format!(
                    "`each` fills a field that {} does not have",
                    column.name
                ));
            }
        }
        Ok(())
    }
}
