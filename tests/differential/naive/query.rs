//! Event queries, aggregates and sequences, by looking at everything.

use std::cmp::Ordering;

use super::civil::{start_of_day, unit_start};
use super::{Person, number, order};
use crate::differential::tree::{Agg, E, EventRow, K, Never, Query, Step, Times, Ty, V, Window};

/// What a query yields: an event, or one of its items.
#[derive(Clone)]
struct Hit<'a> {
    event: &'a EventRow,
    item: V,
}

impl<'a> Person<'a> {
    /// The same person with this event (and item) bound.
    fn with(&self, hit: &Hit<'a>) -> Self {
        let mut bound = self.bound.clone();
        bound.push(hit.event);
        Self {
            bound,
            element: hit.item.clone(),
            ..self.clone()
        }
    }

    /// What a query yields, in order.
    fn hits(&self, query: &Query) -> Vec<Hit<'a>> {
        let mut hits: Vec<Hit<'a>> = Vec::new();
        for event in self
            .past()
            .filter(|event| query.kinds.contains(&event.kind))
        {
            let inside = match query.window {
                None | Some(Window::Latest(_)) => true,
                Some(window) => self.instant_in(window, event.at),
            };
            if !inside {
                continue;
            }
            if query.items {
                if let V::List(items) = self.event_field(event, "items") {
                    hits.extend(items.into_iter().map(|item| Hit { event, item }));
                }
            } else {
                hits.push(Hit {
                    event,
                    item: V::Missing,
                });
            }
        }
        if let Some(Window::Latest(n)) = query.window {
            hits = hits.split_off(hits.len().saturating_sub(n as usize));
        }
        hits.retain(|hit| {
            query
                .filter
                .as_ref()
                .is_none_or(|filter| self.with(hit).holds(filter))
        });
        hits
    }

    fn value(&self, hit: &Hit<'a>, field: &str) -> V {
        if hit.item == V::Missing {
            self.event_field(hit.event, field)
        } else {
            self.with(hit).item_field(field)
        }
    }

    pub(super) fn aggregate(&self, kind: Agg, query: &Query, field: Option<&str>, ty: Ty) -> V {
        let hits = self.hits(query);
        let at = |index: usize| {
            hits.get(index)
                .map_or(V::Missing, |hit| self.value(hit, field.expect("a field")))
        };
        match kind {
            Agg::Count => V::Int(i64::try_from(hits.len()).expect("few events")),
            Agg::First => at(0),
            Agg::Last => at(hits.len().wrapping_sub(1)),
            Agg::Nth(n) => at(n as usize - 1),
            Agg::Share => {
                let all = self.hits(&Query {
                    filter: None,
                    ..query.clone()
                });
                if all.is_empty() {
                    V::Missing
                } else {
                    V::Float(hits.len() as f64 / all.len() as f64)
                }
            }
            Agg::Gap => match (hits.first(), hits.last()) {
                (Some(first), Some(last)) if hits.len() > 1 => V::Int(number::divide(
                    i128::from(last.event.at) - i128::from(first.event.at),
                    hits.len() as i128 - 1,
                )),
                _ => V::Missing,
            },
            _ => {
                let values: Vec<V> = hits
                    .iter()
                    .map(|hit| self.value(hit, field.expect("a field")))
                    .collect();
                aggregate(
                    kind,
                    values,
                    if kind == Agg::Avg && ty == Ty::Float {
                        Ty::Float
                    } else {
                        ty
                    },
                )
            }
        }
    }

    pub(super) fn did(&self, e: &E) -> bool {
        match &e.k {
            K::Did(negated, query) => self.hits(query).is_empty() == *negated,
            K::DidTimes(query, times) => {
                let count = u32::try_from(self.hits(query).len()).expect("few events");
                match times {
                    Times::AtLeast(n) => count >= *n,
                    Times::AtMost(n) => count <= *n,
                    Times::Exactly(n) => count == *n,
                }
            }
            K::DidPer(query, n, field) => {
                let hits = self.hits(query);
                let values: Vec<V> = hits
                    .iter()
                    .map(|hit| self.value(hit, field))
                    .filter(|value| *value != V::Missing)
                    .collect();
                values.iter().any(|value| {
                    values.iter().filter(|other| *other == value).count() >= *n as usize
                })
            }
            K::Regular(query, k, n, unit) => {
                let hits = self.hits(query);
                let sunday = self.world.program.schema.sunday;
                let start = |offset: i64| {
                    start_of_day(&self.zone, unit_start(*unit, sunday, self.today(), offset))
                };
                let hit = |back: &i64| {
                    hits.iter()
                        .any(|hit| start(-back) <= hit.event.at && hit.event.at < start(1 - back))
                };
                (1..=i64::from(*n)).filter(hit).count() >= *k as usize
            }
            K::Sequence {
                latest,
                first,
                steps,
                never,
            } => self.sequence(*latest, first, steps, never.as_ref()),
            other => unreachable!("{other:?} is no question about events"),
        }
    }

    fn sequence(
        &self,
        latest: bool,
        first: &Query,
        steps: &[Step],
        never: Option<&(Query, Never)>,
    ) -> bool {
        let mut starts: Vec<&EventRow> =
            self.hits(first).into_iter().map(|hit| hit.event).collect();
        if latest {
            starts = starts.split_off(starts.len().saturating_sub(1));
        }
        starts.into_iter().any(|event| {
            let mut person = self.clone();
            person.bound.push(event);
            person.follows(steps, never)
        })
    }

    /// Events after the last bound one, in the order.
    fn later(&self) -> Vec<&'a EventRow> {
        let last = *self.bound.last().expect("a bound event");
        self.past()
            .skip_while(|event| !std::ptr::eq(*event, last))
            .skip(1)
            .collect()
    }

    fn follows(&self, steps: &[Step], never: Option<&(Query, Never)>) -> bool {
        let last = self.bound.last().expect("a bound event").at;
        let matches = |event: &EventRow, query: &Query, person: &Self| {
            query.kinds.contains(&event.kind)
                && query
                    .filter
                    .as_ref()
                    .is_none_or(|filter| person.holds(filter))
        };
        let bind = |event: &'a EventRow| {
            let mut person = self.clone();
            person.bound.push(event);
            person
        };
        let Some((step, rest)) = steps.split_first() else {
            let Some((query, mode)) = never else {
                return true;
            };
            let mut against = self
                .later()
                .into_iter()
                .filter(|event| matches(event, query, &bind(event)));
            return match mode {
                Never::Within(d) => {
                    last + d <= self.now() && !against.any(|event| event.at <= last + d)
                }
                Never::For(d) => last + d <= self.now() && against.next().is_none(),
                Never::Ever => against.next().is_none(),
            };
        };
        self.later().into_iter().any(|event| {
            let person = bind(event);
            step.within.is_none_or(|d| event.at <= last + d)
                && matches(event, &step.query, &person)
                && person.follows(rest, never)
        })
    }
}

/// An aggregate of values; missing ones do not count.
pub(super) fn aggregate(kind: Agg, values: Vec<V>, ty: Ty) -> V {
    let known: Vec<V> = values
        .into_iter()
        .filter(|value| *value != V::Missing)
        .collect();
    let count = known.len();
    match kind {
        Agg::Count => V::Int(i64::try_from(count).expect("few values")),
        Agg::Sum => sum(&known, ty),
        _ if kind != Agg::Distinct && count == 0 => V::Missing,
        Agg::Avg => average(&known, ty),
        Agg::Min => known
            .into_iter()
            .min_by(|a, b| order(a, b).expect("one type"))
            .expect("some value"),
        Agg::Max => known
            .into_iter()
            .max_by(|a, b| order(a, b).expect("one type"))
            .expect("some value"),
        Agg::Distinct => {
            let firsts = known
                .iter()
                .enumerate()
                .filter(|(index, value)| !known[..*index].contains(value));
            V::Int(i64::try_from(firsts.count()).expect("few values"))
        }
        Agg::MostCommon => known[mode(&known)].clone(),
        Agg::TopShare => V::Float(frequency(&known, &known[mode(&known)]) as f64 / count as f64),
        other => unreachable!("{other:?} is computed elsewhere"),
    }
}

fn frequency(values: &[V], value: &V) -> usize {
    values.iter().filter(|other| *other == value).count()
}

/// The place of the last occurrence of the most frequent value; of several, the one that occurs latest.
fn mode(values: &[V]) -> usize {
    (0..values.len())
        .max_by(|a, b| {
            frequency(values, &values[*a])
                .cmp(&frequency(values, &values[*b]))
                .then(a.cmp(b))
        })
        .expect("some value")
}

fn wide(value: &V) -> i128 {
    let V::Int(n) = value else {
        unreachable!("a whole number was expected, found {value:?}")
    };
    i128::from(*n)
}

fn sum(values: &[V], ty: Ty) -> V {
    if ty == Ty::Float {
        return V::Float(float_sum(values));
    }
    V::Int(number::clamp(values.iter().map(wide).sum()))
}

fn float_sum(values: &[V]) -> f64 {
    let floats = values.iter().map(|value| match value {
        V::Float(x) => *x,
        other => unreachable!("a float was expected, found {other:?}"),
    });
    floats.fold(0.0, |sum, x| number::finite(sum + x))
}

/// Money stays money; everything else becomes a float.
fn average(values: &[V], ty: Ty) -> V {
    if ty == Ty::Money {
        return V::Int(number::divide(
            values.iter().map(wide).sum(),
            values.len() as i128,
        ));
    }
    let sum = match values[0] {
        V::Int(_) => number::float(values.iter().map(wide).sum()),
        _ => float_sum(values),
    };
    V::Float(number::finite(sum / values.len() as f64))
}

#[test]
fn ties_of_the_mode_go_to_the_value_that_occurs_latest() {
    let values = |list: &[i64]| list.iter().map(|n| V::Int(*n)).collect::<Vec<_>>();
    assert_eq!(
        aggregate(Agg::MostCommon, values(&[1, 2, 2, 1, 3]), Ty::Int),
        V::Int(1)
    );
    assert_eq!(
        aggregate(Agg::TopShare, values(&[1, 2, 2, 1, 3]), Ty::Float),
        V::Float(0.4)
    );
    assert_eq!(order(&V::Int(1), &V::Float(1.5)), Some(Ordering::Less));
}
