//! Streams whose condition compares fields of the event with constants, and whose values are fields: they are filled without
//! the interpreter, which gives the same.

use persona_ir::{Const, EventCol, NodeId, Op, Plan, Ty};
use persona_runtime::flips::Keep;
use persona_runtime::{EventRef, Value};

use super::person::Person;
use super::streams::Stream;

/// A field of an event: a column for each kind.
type Field = Box<[EventCol]>;

/// What a plain stream asks of an event.
#[derive(Clone, Debug)]
pub(super) struct Plain {
    /// Fields that must have a value inside an interval.
    within: Vec<(Field, Keep)>,
    /// A field that must have a value.
    known: Option<Field>,
    /// The values that are kept, by measure.
    values: Vec<Field>,
}

impl Plain {
    /// How a stream is filled, if it is plain.
    pub(super) fn new(plan: &Plan, stream: &Stream) -> Option<Self> {
        let definition = &stream.definition;
        let field = |node: NodeId| field(plan, definition.level, node);
        let mut within = Vec::new();
        if let Some(filter) = definition.filter {
            let conditions = match &plan.nodes[filter].op {
                Op::And(all) => &**all,
                _ => std::slice::from_ref(&filter),
            };
            for condition in conditions {
                within.push(test(plan, definition.level, *condition)?);
            }
        }
        let known = match definition.known {
            Some(node) => Some(field(node)?),
            None => None,
        };
        let values = stream.measures.iter().map(|measure| field(measure.value));
        Some(Self {
            within,
            known,
            values: values.collect::<Option<_>>()?,
        })
    }

    /// Whether an event belongs to the stream.
    pub(super) fn takes(&self, event: EventRef, person: &Person) -> bool {
        let inside = |(field, keep): &(Field, Keep)| {
            number(of(field, event, person)).is_some_and(|number| keep.holds(number))
        };
        let known = |field: &Field| of(field, event, person).is_known();
        self.within.iter().all(inside) && self.known.as_ref().is_none_or(known)
    }

    /// An event's value for a measure.
    pub(super) fn value<'p>(
        &self,
        measure: usize,
        event: EventRef,
        person: &'p Person,
    ) -> &'p Value {
        of(&self.values[measure], event, person)
    }
}

fn field(plan: &Plan, level: u8, node: NodeId) -> Option<Field> {
    match &plan.nodes[node].op {
        Op::Event { level: at, cols } if *at == level => Some(cols.clone()),
        _ => None,
    }
}

fn of<'p>(field: &Field, event: EventRef, person: &'p Person) -> &'p Value {
    let col = field.iter().find(|col| col.kind == event.kind);
    col.map_or(&Value::Missing, |col| person.field(event, col.col))
}

/// A comparison of a field with a constant, as an interval.
fn test(plan: &Plan, level: u8, node: NodeId) -> Option<(Field, Keep)> {
    let constant = |node: NodeId| match &plan.nodes[node].op {
        Op::Const(Const::Int(number)) => Some(*number),
        Op::Const(Const::Enum(index)) => Some(i64::from(*index)),
        _ => None,
    };
    let whole = |node: NodeId| {
        let ty = &plan.nodes[node].ty;
        let whole = ty.is_integer() || matches!(ty, Ty::Enum(_));
        whole.then(|| field(plan, level, node)).flatten()
    };
    let (a, b) = match plan.nodes[node].op {
        Op::Eq(a, b) | Op::Lt(a, b) | Op::Le(a, b) => (a, b),
        _ => return None,
    };
    let (field, number, first) = match (whole(a), constant(b)) {
        (Some(field), Some(number)) => (field, number, true),
        _ => (whole(b)?, constant(a)?, false),
    };
    let above = |number: Option<i64>| number.map_or(Keep::NONE, Keep::at_least);
    let below = |number: Option<i64>| number.map_or(Keep::NONE, Keep::at_most);
    let keep = match (&plan.nodes[node].op, first) {
        (Op::Lt(..), true) => below(number.checked_sub(1)),
        (Op::Lt(..), false) => above(number.checked_add(1)),
        (Op::Le(..), true) => Keep::at_most(number),
        (Op::Le(..), false) => Keep::at_least(number),
        _ => Keep::only(number),
    };
    Some((field, keep))
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Enum(index) => Some(i64::from(*index)),
        _ => None,
    }
}
