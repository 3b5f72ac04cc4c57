//! Whom a segment shares with others, and some of its members.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_buffer::BooleanBuffer;
use persona_ir::ColId;
use persona_runtime::time::Zone;
use persona_runtime::{Answer, Answers};
use persona_sema::{Checked, Expr, ExprKind, FieldId};

use super::count::{Condition, made, members};
use super::data::Data;
use super::{LiveProgram, NoAnswer};
use crate::Shown;

/// So many others are shown, and so many members.
const SHOWN: usize = 5;
/// So many others are compared, by name.
const COMPARED: usize = 200;
/// So many fields of a member are shown.
const FACTS: usize = 4;

/// Whom a segment shares with others, and some of its members.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveNeighbours {
    /// How many are in it.
    pub members: u64,
    /// How many people there are.
    pub of: u64,
    /// Those that share most with it, the most first.
    pub shared: Vec<LiveNeighbour>,
    /// Some members, spread evenly over all in the order of keys.
    pub examples: Vec<LiveExample>,
}

/// Another segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveNeighbour {
    /// Its name.
    pub name: Arc<str>,
    /// How many are in both.
    pub both: u64,
    /// How many are in the other.
    pub other: u64,
}

/// A member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveExample {
    /// The key.
    pub key: String,
    /// Whether the key says who somebody is, so that it is not to be shown.
    pub private: bool,
    /// The fields that the condition asks for, by name, with their values; none that are personal.
    pub facts: Vec<(String, String)>,
}

/// What is to be seen of a segment.
pub(super) fn neighbours(
    program: LiveProgram<'_>,
    data: &Data,
    name: &str,
) -> Result<LiveNeighbours, NoAnswer> {
    let checked = program.checked;
    let asked = |one: &&persona_sema::Segment| one.params.is_empty();
    let own = checked.segments.iter().filter(asked);
    let own = own.clone().find(|one| *one.name == *name);
    let own = own.ok_or_else(|| format!("`{name}` cannot be counted"))?;
    let others = checked.segments.iter().filter(asked);
    let others = others.filter(|one| !one.imported && one.name != own.name);
    let all: Vec<_> = std::iter::once(own).chain(others.take(COMPARED)).collect();
    let conditions = all.iter().map(|one| Condition {
        expr: made(ExprKind::Segment(Arc::clone(&one.name), Vec::new())),
        origin: one.origin,
    });
    let answers = members(checked, data, conditions.collect())?;
    let sets: Vec<&BooleanBuffer> = sets(&answers);
    let Some((mine, rest)) = sets.split_first() else {
        return Err(super::stopped());
    };
    let count = |set: &BooleanBuffer| set.count_set_bits() as u64;
    let mut shared: Vec<LiveNeighbour> = (all[1..].iter().zip(rest))
        .map(|(one, set)| LiveNeighbour {
            name: Arc::clone(&one.name),
            both: count(&(*mine & *set)),
            other: count(set),
        })
        .filter(|one| one.both > 0)
        .collect();
    shared.sort_by(|a, b| (b.both, &a.name).cmp(&(a.both, &b.name)));
    shared.truncate(SHOWN);
    Ok(LiveNeighbours {
        members: count(mine),
        of: data.dataset.profiles as u64,
        shared,
        examples: examples(checked, data, mine, &own.body),
    })
}

fn sets(answers: &Answers) -> Vec<&BooleanBuffer> {
    let columns = answers.columns.iter();
    let sets = columns.filter_map(|answer| match answer {
        Answer::Members(members) => Some(members),
        Answer::Values(_) => None,
    });
    sets.collect()
}

/// Some members, spread over all of them.
fn examples(
    checked: &Checked,
    data: &Data,
    members: &BooleanBuffer,
    body: &Expr,
) -> Vec<LiveExample> {
    let count = members.count_set_bits();
    let wanted: BTreeSet<usize> = (0..SHOWN.min(count))
        .map(|at| at * count / SHOWN.min(count))
        .collect();
    let chosen = members.set_indices().enumerate();
    let chosen = chosen.filter(|(at, _)| wanted.contains(at));
    let fields = asked_fields(checked, body);
    let private = checked.profile.fields[checked.key].pii;
    let zone = Zone::named(&data.plan.zone).unwrap_or_else(Zone::utc);
    let shown = |row: usize, field: FieldId| {
        let column = ColId(field.0);
        let ty = &data.plan.schema.profile.columns[column].ty;
        let value = data.dataset.value(&data.dataset.columns[column], row);
        Shown::new(&value, ty, &data.plan.schema, &zone).text
    };
    let example = |(_, row): (usize, usize)| LiveExample {
        key: data.dataset.key(&data.plan.schema, row).to_owned(),
        private,
        facts: (fields.iter())
            .map(|field| {
                (
                    checked.profile.fields[*field].name.to_string(),
                    shown(row, *field),
                )
            })
            .collect(),
    };
    chosen.map(example).collect()
}

/// The fields that a condition asks for, directly or by way of a trait; without the key and what is personal.
fn asked_fields(checked: &Checked, body: &Expr) -> Vec<FieldId> {
    let mut fields = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut queue = vec![body];
    while let Some(part) = queue.pop() {
        match &part.kind {
            ExprKind::Profile(field) => {
                let personal = *field == checked.key || checked.profile.fields[*field].pii;
                if !personal && !fields.contains(field) && fields.len() < FACTS {
                    fields.push(*field);
                }
            }
            ExprKind::Trait(name, _) if seen.insert(name) => {
                let found = checked.traits.iter().find(|one| one.name == *name);
                queue.extend(found.map(|one| &one.body));
            }
            _ => {}
        }
        // The first part is looked at first.
        queue.extend(part.parts().into_iter().rev());
    }
    fields
}

/// The keys that begin with this.
pub(super) fn people(data: &Data, prefix: &str, limit: usize) -> Vec<String> {
    let schema = &data.plan.schema;
    let (mut from, mut to) = (0, data.dataset.profiles);
    while from < to {
        let middle = from.midpoint(to);
        if data.dataset.key(schema, middle) < prefix {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    let keys = (from..data.dataset.profiles).map(|row| data.dataset.key(schema, row));
    let keys = keys.take_while(|key| key.starts_with(prefix));
    keys.take(limit).map(str::to_owned).collect()
}
