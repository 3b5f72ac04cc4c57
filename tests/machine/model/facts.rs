//! What the naive model knows of one person: columns, and rows of events in the order in which they happened. Answers the
//! interpreter's questions about them, up to a place in the history; decides nothing.

use std::sync::Arc;

use persona_ir::campaign::Campaign;
use persona_ir::{ColId, KindId, NodeId, Schema, Table};
use persona_runtime::time::{Clock, Times, Zone};
use persona_runtime::{Calibration, Evaluator, EventRef, Facts, Prepared, ProfileEvaluator, Value};

/// An event that happened.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) kind: KindId,
    pub(super) at: i64,
    pub(super) values: Vec<Value>,
}

/// An arm that somebody is taken to be in.
pub(super) type Forced<'f> = Option<(&'f str, Option<u32>)>;

/// A person at an instant.
#[derive(Debug)]
pub(super) struct View<'v> {
    pub(super) key: &'v str,
    pub(super) columns: &'v [Value],
    /// What is visible.
    pub(super) history: &'v [Row],
    pub(super) forced: Forced<'v>,
}

impl Facts for View<'_> {
    fn profile_value(&self, col: ColId, _: usize) -> Value {
        self.columns[usize::from(col)].clone()
    }

    fn event_value(&self, event: EventRef, col: ColId) -> Value {
        self.history[event.row].values[usize::from(col)].clone()
    }

    fn at(&self, event: EventRef) -> i64 {
        self.history[event.row].at
    }

    fn precedes(&self, one: EventRef, other: EventRef) -> bool {
        one.row < other.row
    }

    fn history(&self, kinds: &[KindId], _: usize) -> Vec<EventRef> {
        let rows = self.history.iter().enumerate();
        let rows = rows.filter(|(_, row)| kinds.contains(&row.kind));
        rows.map(|(place, row)| EventRef {
            kind: row.kind,
            row: place,
        })
        .collect()
    }

    fn key<'f>(&'f self, _: &Schema, _: usize) -> &'f str {
        self.key
    }

    fn forced_arm(&self, experiment: &str, _: usize) -> Option<Option<u32>> {
        let (name, arm) = self.forced?;
        (name == experiment).then_some(arm)
    }
}

/// What is asked with.
#[derive(Debug)]
pub(super) struct World<'c> {
    pub(super) campaign: &'c Campaign,
    pub(super) prepared: Arc<Prepared>,
    pub(super) calibration: Arc<Calibration>,
}

impl World<'_> {
    /// Lets something ask about a person, with a frame.
    pub(super) fn ask<R>(
        &self,
        view: &View<'_>,
        clock: Clock,
        frame: &[Value],
        asks: impl FnOnce(&mut ProfileEvaluator<'_, View<'_>>) -> R,
    ) -> R {
        let evaluator = Evaluator::over(
            &self.campaign.plan,
            view,
            Times::single(clock),
            Arc::clone(&self.calibration),
            Arc::clone(&self.prepared),
        );
        let mut person = evaluator.profile(0);
        person.set_frame(frame);
        asks(&mut person)
    }

    /// The value of a node, perhaps of one that is about an event.
    pub(super) fn value(
        &self,
        view: &View<'_>,
        clock: Clock,
        frame: &[Value],
        node: NodeId,
        event: Option<usize>,
    ) -> Value {
        self.ask(view, clock, frame, |person| match event {
            None => person.value(node),
            Some(row) => {
                let kind = view.history[row].kind;
                person.value_for(node, EventRef { kind, row })
            }
        })
    }

    /// The zone of a person with these columns.
    pub(super) fn zone(&self, columns: &[Value]) -> Zone {
        let plan = &self.campaign.plan;
        let own = plan.schema.zone.map(|col| &columns[usize::from(col)]);
        let own = own.and_then(Value::str).and_then(Zone::named);
        own.unwrap_or_else(|| Zone::named(&plan.zone).expect("the package's zone is known"))
    }
}

/// As many values as columns, with defaults for missing ones.
pub(super) fn filled(mut values: Vec<Value>, table: &Table) -> Vec<Value> {
    values.resize(table.columns.len(), Value::Missing);
    for (value, column) in values.iter_mut().zip(&table.columns) {
        if let (Value::Missing, Some(default)) = (&*value, &column.default) {
            *value = default.into();
        }
    }
    values
}
