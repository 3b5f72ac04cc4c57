//! Small plans of their own, answered by the reference interpreter: what is fixed, once for each zone, and what is asked
//! of one column alone, once for each value that it has. Every operation thus means here what it means everywhere.

use std::sync::Arc;

use arrow_buffer::NullBuffer;
use persona_base::IndexVec;
use persona_ir::{ColId, NodeId, Plan, Schema, subgraph};
use persona_runtime::time::Clock;
use persona_runtime::{Calibration, Column, Dataset, Evaluator, Strings, Value, Values};

/// Some nodes of a plan that depend on one column at most, as a plan of their own.
#[derive(Debug)]
pub(crate) struct Small {
    plan: Plan,
    roots: Vec<NodeId>,
}

impl Small {
    /// Cuts them out.
    pub(crate) fn new(plan: &Plan, roots: &[NodeId]) -> Self {
        let (nodes, roots) = subgraph(&plan.nodes, roots);
        let plan = Plan {
            package: Arc::clone(&plan.package),
            zone: Arc::clone(&plan.zone),
            week_start: plan.week_start,
            schema: Schema {
                zone: None,
                ..plan.schema.clone()
            },
            nodes,
            outputs: Vec::new(),
            ranks: IndexVec::new(),
            checks: Vec::new(),
            sources: Vec::new(),
            prefer: Vec::new(),
        };
        Self { plan, roots }
    }

    /// The values of fixed nodes in a clock's zone.
    pub(crate) fn fixed(&self, clock: &Clock) -> Vec<Value> {
        let mut values = Vec::with_capacity(self.roots.len());
        let strings = Arc::new(Strings::new());
        self.each(clock, &strings, 1, None, |row| values.extend(row.cloned()));
        values
    }

    /// Runs over the rows of a column, and gives for each row the values of the nodes.
    pub(crate) fn each(
        &self,
        clock: &Clock,
        strings: &Arc<Strings>,
        rows: usize,
        column: Option<(ColId, Column)>,
        mut f: impl FnMut(&mut dyn Iterator<Item = &Value>),
    ) {
        if self.roots.is_empty() {
            return;
        }
        let mut plan = self.plan.clone();
        plan.zone = clock.zone().name().into();
        let absent = || Column::new(Values::Absent(rows), None::<NullBuffer>);
        let columns = plan.schema.profile.columns.iter().map(|_| absent());
        let mut columns: IndexVec<ColId, Column> = columns.collect();
        if let Some((col, column)) = column {
            columns[col] = column;
        }
        let data = Dataset {
            strings: Arc::clone(strings),
            profiles: rows,
            has_row: None,
            columns,
            events: IndexVec::new(),
            catalogs: Arc::default(),
        };
        let calibration = Calibration {
            now: clock.now(),
            ranks: IndexVec::new(),
        };
        let evaluator = Evaluator::new(&plan, &data, clock.now(), Arc::new(calibration));
        let needed = evaluator.needed(&self.roots);
        let mut profile = evaluator.profile(0);
        for row in 0..rows {
            profile.move_to(row);
            profile.evaluate(&needed);
            f(&mut self.roots.iter().map(|root| profile.known(*root)));
        }
    }
}
