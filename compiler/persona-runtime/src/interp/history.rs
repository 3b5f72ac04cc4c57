//! Event queries: which events, in the total order, and aggregates over them.

use persona_ir::{Agg, AggKind, Bound, CalendarUnit, EventCol, KindId, NodeId, Query, Ty};

use super::{Binder, ProfileEvaluator, aggregate};
use crate::{EventRef, Facts, Value, num};

/// What a query yields: an event, or an element of one of its lists.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub(crate) event: EventRef,
    element: Option<Value>,
}

impl<F: Facts> ProfileEvaluator<'_, F> {
    /// The profile's events of some kinds that happened up to now, in order.
    pub(crate) fn visible(&self, kinds: &[KindId]) -> Vec<EventRef> {
        let (data, now) = (self.evaluator.data, self.now());
        let mut events = data.history(kinds, self.profile);
        events.retain(|event| data.at(*event) <= now);
        events
    }

    /// What a query yields, in order: kinds, window, elements, `latest`, filter.
    pub(super) fn select(&mut self, query: &Query) -> Vec<Hit> {
        let mut events = self.visible(&query.kinds);
        events.retain(|event| self.in_window(query, self.evaluator.data.at(*event)));
        let lists = query.items.as_deref();
        let hits = events
            .into_iter()
            .flat_map(|event| self.hits_of(event, lists));
        let mut hits: Vec<Hit> = hits.collect();
        if let Some(latest) = query.latest {
            hits.drain(..hits.len().saturating_sub(latest as usize));
        }
        hits.retain(|hit| {
            self.bind_hit(hit);
            self.holds(query.filter)
        });
        hits
    }

    /// Whether a query yields something of one event of the profile: the event, or an element of its list. Neither its window nor
    /// `latest` is asked; the filter is, with what the profile and its history are now.
    pub fn yields(&mut self, query: &Query, event: EventRef) -> bool {
        if let Some(filter) = query.filter {
            self.evaluate(&self.evaluator.needed(&[filter]));
        }
        let hits = self.hits_of(event, query.items.as_deref());
        hits.iter().any(|hit| {
            self.bind_hit(hit);
            self.holds(query.filter)
        })
    }

    /// The known values of a node under a query's binders, in order, where the closed nodes that it needs are evaluated.
    pub fn query_values(&mut self, query: &Query, value: NodeId) -> Vec<Value> {
        let hits = self.select(query);
        let mut values = Vec::with_capacity(hits.len());
        for hit in &hits {
            self.bind_hit(hit);
            values.push(self.body(value));
        }
        values.retain(Value::is_known);
        values
    }

    /// Whether an instant is inside a query's window.
    fn in_window(&self, query: &Query, at: i64) -> bool {
        let bound = |bound: &Bound| (self.known(bound.at).int(), bound.inclusive);
        let after = match query.from.as_ref().map(bound) {
            None => true,
            Some((None, _)) => false,
            Some((Some(from), inclusive)) => from < at || (inclusive && from == at),
        };
        let before = match query.to.as_ref().map(bound) {
            None => true,
            Some((None, _)) => false,
            Some((Some(to), inclusive)) => at < to || (inclusive && at == to),
        };
        after && before
    }

    /// What an event adds to what a query yields: itself, or the elements of its list.
    pub(crate) fn hits_of(&self, event: EventRef, lists: Option<&[EventCol]>) -> Vec<Hit> {
        let Some(lists) = lists else {
            return vec![Hit {
                event,
                element: None,
            }];
        };
        let list = lists.iter().find(|list| list.kind == event.kind);
        let list = list.map_or(Value::Missing, |list| {
            self.evaluator.data.event_value(event, list.col)
        });
        let hit = |element: &Value| Hit {
            event,
            element: Some(element.clone()),
        };
        list.list().unwrap_or_default().iter().map(hit).collect()
    }

    pub(crate) fn bind_hit(&mut self, hit: &Hit) {
        self.bind(0, Binder::Event(hit.event));
        if let Some(element) = &hit.element {
            self.bind(1, Binder::Elem(element.clone()));
        }
    }

    /// An aggregate over a query.
    pub(super) fn aggregate(&mut self, agg: &Agg, ty: &Ty) -> Value {
        let hits = self.select(&agg.query);
        let value_ty = agg.value.map(|value| &self.evaluator.plan.nodes[value].ty);
        match agg.kind {
            AggKind::Nth { n, from_end } => self.nth(&hits, n, from_end, agg),
            AggKind::Gap => self.gap(&hits),
            AggKind::UnitsHit { unit, units } => self.units_hit(&hits, unit, units),
            _ => {
                let mut values: Vec<Value> =
                    hits.iter().map(|hit| self.hit_value(hit, agg)).collect();
                values.retain(Value::is_known);
                aggregate::events(&agg.kind, &values, value_ty, ty)
            }
        }
    }

    /// The aggregated value of one hit; `true` where the aggregate needs none.
    fn hit_value(&mut self, hit: &Hit, agg: &Agg) -> Value {
        let Some(value) = agg.value else {
            return Value::Bool(true);
        };
        self.bind_hit(hit);
        self.body(value)
    }

    fn nth(&mut self, hits: &[Hit], n: u32, from_end: bool, agg: &Agg) -> Value {
        let Some(skip) = n.checked_sub(1) else {
            return Value::Missing;
        };
        let skip = skip as usize;
        let hit = if from_end {
            hits.iter().rev().nth(skip)
        } else {
            hits.get(skip)
        };
        hit.map_or(Value::Missing, |hit| self.hit_value(hit, agg))
    }

    fn gap(&self, hits: &[Hit]) -> Value {
        let at = |hit: &Hit| self.evaluator.data.at(hit.event);
        let ends = hits.first().map(at).zip(hits.last().map(at));
        ends.and_then(|(first, last)| num::gap(first, last, hits.len() as u64))
            .into()
    }

    fn units_hit(&self, hits: &[Hit], unit: CalendarUnit, units: u32) -> Value {
        let back = |hit: &Hit| {
            self.clock()
                .units_back(unit, self.evaluator.data.at(hit.event))
        };
        let mut hit: Vec<u64> = hits.iter().map(back).collect();
        hit.retain(|back| (1..=u64::from(units)).contains(back));
        hit.sort_unstable();
        hit.dedup();
        Value::Int(i64::try_from(hit.len()).unwrap_or(i64::MAX))
    }
}
