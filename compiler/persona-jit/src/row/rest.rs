//! What rows do not answer by themselves: histories, calibrations, the insides of lists. A plan of its own, compiled as
//! every plan, and asked about the profile of the dataset that the row came from, or about a dataset of one profile made
//! of what the row keeps.

use std::sync::Arc;

use persona_base::{FileId, Span};
use persona_ir::{
    Explain, ExplainKind, NodeId, Output, OutputKind, Place, Plan, Schema, Ty, used_columns,
};
use persona_runtime::{Calibration, Catalogs, Dataset, DatasetBuilder, Evaluation, Value};

use super::buffer::{Beside, Rows};
use super::layout::Wanted;
use super::session::Session;
use crate::Compiled;

/// The plan that answers some closed nodes, in their order.
pub(crate) fn plan_of(plan: &Plan, nodes: &[NodeId]) -> Plan {
    let place = Place {
        file: FileId(0),
        span: Span::new(0, 0),
    };
    let output = |(number, node): (usize, &NodeId)| {
        let typed = &plan.nodes[*node];
        let segment = typed.ty == Ty::Bool && !typed.optional;
        Output {
            name: format!("{number:010}").into(),
            title: None,
            kind: if segment {
                OutputKind::Segment
            } else {
                OutputKind::Trait
            },
            node: *node,
            explain: Explain {
                kind: ExplainKind::Atom,
                place,
                node: None,
                parts: Vec::new(),
            },
        }
    };
    Plan {
        outputs: nodes.iter().enumerate().map(output).collect(),
        checks: Vec::new(),
        sources: Vec::new(),
        prefer: Vec::new(),
        ..plan.clone()
    }
}

/// Has rows keep what a plan of the rest reads.
pub(crate) fn want(rest: &Plan, wanted: &mut Wanted) {
    wanted.keeps = true;
    let used = used_columns(rest);
    wanted.kept = used.profile.into_iter().collect();
    wanted.events = used.events.iter().cloned().collect();
}

/// The way to what rows do not answer, during one session.
pub(crate) struct Rest<'a> {
    compiled: &'a Compiled,
    schema: &'a Schema,
    /// How many answers there are.
    answers: usize,
    evaluation: Evaluation,
    catalogs: Arc<Catalogs>,
    /// The dataset that rows may come from.
    over: Option<(&'a Dataset, Session<'a>)>,
    /// The row that was asked last, and its answers.
    last: Option<(usize, Vec<Value>)>,
}

impl<'a> Rest<'a> {
    pub(crate) fn new(
        compiled: &'a Compiled,
        (schema, answers): (&'a Schema, usize),
        now: i64,
        calibration: &Arc<Calibration>,
        (data, catalogs): (Option<&'a Dataset>, Arc<Catalogs>),
    ) -> Self {
        let evaluation = Evaluation {
            now,
            calibration: Some(Arc::clone(calibration)),
        };
        let over = data.map(|data| (data, compiled.session(data, &evaluation)));
        Self {
            compiled,
            schema,
            answers,
            evaluation,
            catalogs,
            over,
            last: None,
        }
    }

    /// Forgets the row that was asked last: rows may have changed.
    pub(crate) fn forget(&mut self) {
        self.last = None;
    }

    /// Whether a row's profile is one that can be asked about.
    pub(crate) fn knows(&self, rows: &Rows, row: usize) -> bool {
        let Some(origin) = rows.beside(row).and_then(|beside| beside.origin.as_ref()) else {
            return true;
        };
        self.over.as_ref().is_some_and(|(data, _)| {
            Arc::ptr_eq(&data.strings, &origin.strings) && origin.profile < data.profiles
        })
    }

    /// A row's answer; missing for a row that [`Self::knows`] nothing of.
    pub(crate) fn value(&mut self, rows: &Rows, row: usize, number: usize) -> Value {
        if self.last.as_ref().is_none_or(|(last, _)| *last != row) {
            let values = if self.knows(rows, row) {
                self.values(rows.beside(row))
            } else {
                Vec::new()
            };
            self.last = Some((row, values));
        }
        let known = self.last.as_ref();
        let value = known.and_then(|(_, values)| values.get(number));
        value.cloned().unwrap_or(Value::Missing)
    }

    fn values(&mut self, beside: Option<&Beside>) -> Vec<Value> {
        let origin = beside.and_then(|beside| beside.origin.as_ref());
        if let (Some(origin), Some((_, session))) = (origin, &mut self.over) {
            return session.profile(origin.profile);
        }
        let data = alone(self.schema, &self.catalogs, beside);
        if data.profiles == 0 {
            // The row has no key.
            return vec![Value::Missing; self.answers];
        }
        self.compiled.session(&data, &self.evaluation).profile(0)
    }
}

/// A dataset of one profile.
fn alone(schema: &Schema, catalogs: &Arc<Catalogs>, beside: Option<&Beside>) -> Dataset {
    let mut builder = DatasetBuilder::new(schema);
    builder.catalogs(Arc::clone(catalogs));
    if let Some(beside) = beside {
        builder.profile(beside.values.clone());
        let key = beside.values.get(usize::from(schema.key));
        if let Some(Value::Str(key)) = key {
            for (kind, values) in &beside.events {
                builder.event(key, *kind, values.clone());
            }
        }
    }
    builder.finish()
}
