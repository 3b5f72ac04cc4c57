//! Whom a segment shares with others, and some of its members.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_buffer::BooleanBuffer;
use persona_ir::{ColId, Ty};
use persona_runtime::time::Zone;
use persona_runtime::{Answer, Answers, Evaluation, Evaluator, Value};
use persona_sema::{Checked, Expr, ExprKind, FieldId};

use super::count::{Condition, lowered, made, members};
use super::data::{Data, said};
use super::{LiveProgram, NoAnswer};
use crate::Shown;
use crate::error::guarded;

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
    /// The fields and traits that the condition asks for, by name, with their values; none that are personal.
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
    let shown = SHOWN.min(count);
    let wanted: BTreeSet<usize> = (0..shown).map(|at| at * count / shown).collect();
    let chosen = members.set_indices().enumerate();
    let chosen = chosen.filter(|(at, _)| wanted.contains(at));
    let rows: Vec<usize> = chosen.map(|(_, row)| row).collect();
    let facts = facts(checked, body);
    let mut columns: Vec<Vec<(String, String)>> = vec![Vec::new(); rows.len()];
    for fact in &facts {
        // What cannot be said of people is left out; the people are there.
        let Ok(said) = said_of(checked, data, fact, &rows) else {
            continue;
        };
        for (column, value) in columns.iter_mut().zip(said) {
            column.push((fact.name(checked), value));
        }
    }
    let private = checked.profile.fields[checked.key].pii;
    let example = |(row, facts): (usize, Vec<(String, String)>)| LiveExample {
        key: data.dataset.key(&data.plan.schema, row).to_owned(),
        private,
        facts,
    };
    rows.into_iter().zip(columns).map(example).collect()
}

/// Something to say of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fact {
    Field(FieldId),
    Trait(Arc<str>),
}

impl Fact {
    fn name(&self, checked: &Checked) -> String {
        match self {
            Self::Field(field) => checked.profile.fields[*field].name.to_string(),
            Self::Trait(name) => name.to_string(),
        }
    }
}

/// What a condition asks for: fields and traits, the first ones written, without the key and what is personal.
fn facts(checked: &Checked, body: &Expr) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut queue = vec![body];
    while let Some(part) = queue.pop() {
        let fact = match &part.kind {
            ExprKind::Profile(field) => Some(Fact::Field(*field)),
            ExprKind::Trait(name, args) if args.is_empty() => Some(Fact::Trait(Arc::clone(name))),
            _ => None,
        };
        let fresh = fact.filter(|fact| !facts.contains(fact) && !is_personal(checked, part));
        facts.extend(fresh);
        if facts.len() == FACTS {
            break;
        }
        // The first part is looked at first.
        queue.extend(part.parts().into_iter().rev());
    }
    facts
}

/// Whether an expression shows the key or something personal, by itself or by way of traits.
fn is_personal(checked: &Checked, expr: &Expr) -> bool {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut queue = vec![expr];
    while let Some(part) = queue.pop() {
        match &part.kind {
            ExprKind::Profile(field)
                if *field == checked.key || checked.profile.fields[*field].pii =>
            {
                return true;
            }
            ExprKind::Trait(name, _) if seen.insert(name) => {
                let found = checked.traits.iter().find(|one| one.name == *name);
                queue.extend(found.map(|one| &one.body));
            }
            _ => {}
        }
        queue.extend(part.parts());
    }
    false
}

/// What a fact is of some people.
fn said_of(
    checked: &Checked,
    data: &Data,
    fact: &Fact,
    rows: &[usize],
) -> Result<Vec<String>, NoAnswer> {
    let zone = Zone::named(&data.plan.zone).unwrap_or_else(Zone::utc);
    let schema = &data.plan.schema;
    let shown = |value: &Value, ty: &Ty| Shown::new(value, ty, schema, &zone).text;
    let name = match fact {
        Fact::Field(field) => {
            let column = ColId(field.0);
            let (values, ty) = (
                &data.dataset.columns[column],
                &schema.profile.columns[column].ty,
            );
            let value = |row: &usize| shown(&data.dataset.value(values, *row), ty);
            return Ok(rows.iter().map(value).collect());
        }
        Fact::Trait(name) => name,
    };
    let mut asking = checked.clone();
    asking
        .segments
        .iter_mut()
        .for_each(|one| one.imported = true);
    asking
        .partitions
        .iter_mut()
        .for_each(|one| one.imported = true);
    let others = asking.traits.iter_mut();
    others.for_each(|one| one.imported = one.name != *name);
    let plan = lowered(&asking)?;
    let output = plan.outputs.first().ok_or_else(super::stopped)?;
    if !plan.ranks.is_empty() {
        return Err("a rank is known only among everybody".to_owned());
    }
    let evaluation = Evaluation {
        now: data.now,
        calibration: None,
    };
    let values = guarded("looking at people", || {
        let evaluator = Evaluator::prepared(&plan, &data.dataset, &evaluation);
        let value = |row: &usize| evaluator.profile(*row).value(output.node);
        rows.iter().map(value).collect::<Vec<Value>>()
    });
    let values = values.map_err(|error| said(&error))?;
    let ty = &plan.nodes[output.node].ty;
    Ok(values.iter().map(|value| shown(value, ty)).collect())
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
