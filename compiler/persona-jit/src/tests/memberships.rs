//! Memberships that are kept up to date, against a fresh interpretation after every step of random streams of events,
//! changes of values and advances of time.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_ir::{Const, F64, KindId, Node, NodeId, Op, OutputKind, Plan, Schema, Ty};
use persona_runtime::{Calibration, Dataset, DatasetBuilder, Evaluation, Evaluator, Value};

use super::fixture::{self, DAY, HOUR, NOW, Rng};
use super::generate::{self, Focus};
use super::plans;
use crate::Memberships;

/// All that was said of everyone.
struct Told<'a> {
    schema: &'a Schema,
    rows: BTreeMap<String, Vec<Value>>,
    events: Vec<(String, KindId, Vec<Value>)>,
}

impl<'a> Told<'a> {
    fn of(schema: &'a Schema, data: &Dataset) -> Self {
        let (mut rows, mut events) = (BTreeMap::new(), Vec::new());
        for profile in 0..data.profiles {
            let key = data.key(schema, profile).to_owned();
            let row = data
                .columns
                .iter()
                .map(|column| data.value(column, profile));
            rows.insert(key.clone(), row.collect());
            for (kind, table) in data.events.iter_enumerated() {
                for row in table.rows(profile) {
                    let columns = table.columns.iter();
                    let values = columns.map(|column| data.value(column, row)).collect();
                    events.push((key.clone(), kind, values));
                }
            }
        }
        Self {
            schema,
            rows,
            events,
        }
    }

    fn data(&self) -> Dataset {
        let mut builder = DatasetBuilder::new(self.schema);
        for row in self.rows.values() {
            builder.profile(row.clone());
        }
        for (key, kind, values) in &self.events {
            builder.event(key, *kind, values.clone());
        }
        builder.finish()
    }

    /// A row without values but the key.
    fn empty_row(&self, key: &str) -> Vec<Value> {
        let mut row = vec![Value::Missing; self.schema.profile.columns.len()];
        row[usize::from(self.schema.key)] = key.into();
        row
    }
}

/// A node that is never missing, new or there already.
fn node_of(plan: &mut Plan, op: Op, ty: Ty) -> NodeId {
    let node = Node {
        op,
        ty,
        optional: false,
    };
    match plan.nodes.iter().position(|other| *other == node) {
        Some(place) => NodeId::from(place),
        None => plan.nodes.push(node),
    }
}

/// Comparisons of numbers become segments, since memberships are of segments.
fn with_segments(mut plan: Plan, rng: &mut Rng) -> Plan {
    for index in 0..plan.outputs.len() {
        let node = plan.outputs[index].node;
        let ty = plan.nodes[node].ty.clone();
        let bound = match ty {
            Ty::Int => Const::Int(*rng.pick(&[0, 1, 2, 3])),
            Ty::Float => Const::Float(F64::new(*rng.pick(&[0.0, 0.5, 1.0, 20.0]))),
            _ => continue,
        };
        let bound = node_of(&mut plan, Op::Const(bound), ty);
        let op = match rng.below(3) {
            0 => Op::Lt(node, bound),
            1 => Op::Le(bound, node),
            _ => Op::Eq(node, bound),
        };
        let node = node_of(&mut plan, op, Ty::Bool);
        let name = format!("seg{index:02}");
        plan.outputs
            .push(plans::output(&name, OutputKind::Segment, node));
    }
    plan
}

struct Trial<'p> {
    plan: &'p Plan,
    told: Told<'p>,
    memberships: Memberships,
    calibration: Arc<Calibration>,
    rng: Rng,
}

impl Trial<'_> {
    /// Something happens.
    fn step(&mut self, index: usize) -> String {
        let keys: Vec<String> = self.told.rows.keys().cloned().collect();
        let key = match self.rng.below(12) {
            0 => format!("new {}", index / 4),
            _ if keys.is_empty() => "first".to_owned(),
            _ => self.rng.pick(&keys).clone(),
        };
        match self.rng.below(10) {
            0..=4 => self.event(&key),
            5..=6 => self.set(&key),
            _ => self.advance(),
        }
    }

    fn event(&mut self, key: &str) -> String {
        let schema = self.told.schema;
        let kind = KindId::from(self.rng.below(schema.events.len()));
        let near = [0, 1, -1, HOUR, -HOUR, -3 * DAY, DAY, -40 * DAY];
        let at = match self.rng.below(4) {
            0 => fixture::instant(&mut self.rng),
            _ => self.memberships.now().saturating_add(*self.rng.pick(&near)),
        };
        let at = persona_runtime::calendar::clamp_timestamp(at);
        let mut values = vec![Value::Int(at)];
        for (col, column) in schema.events[kind].columns.iter_enumerated().skip(1) {
            let missing = column.optional && self.rng.chance(25);
            values.push(match col {
                _ if missing => Value::Missing,
                Schema::ID => Value::from(format!("id {}", self.rng.below(9))),
                _ => fixture::value(&mut self.rng, &column.ty),
            });
        }
        self.told
            .events
            .push((key.to_owned(), kind, values.clone()));
        let changes = self.memberships.event(key, kind, values.clone());
        format!("event of {key}: {kind:?} {values:?}: {changes:?}")
    }

    fn set(&mut self, key: &str) -> String {
        let schema = self.told.schema;
        let columns = &schema.profile.columns;
        let col = persona_ir::ColId::from(1 + self.rng.below(columns.len() - 1));
        let zones = ["Europe/Berlin", "America/New_York", "Pacific/Apia", "none"];
        let value = if columns[col].optional && self.rng.chance(25) {
            Value::Missing
        } else if schema.zone == Some(col) {
            Value::from(*self.rng.pick(&zones))
        } else {
            fixture::value(&mut self.rng, &columns[col].ty)
        };
        let empty = self.told.empty_row(key);
        let row = self.told.rows.entry(key.to_owned()).or_insert(empty);
        row[usize::from(col)] = value.clone();
        let changes = self.memberships.set(key, col, value.clone());
        format!("{key}: {} = {value:?}: {changes:?}", columns[col].name)
    }

    fn advance(&mut self) -> String {
        let now = self.memberships.now();
        let all = 0..self.memberships.profiles();
        let next = all
            .filter_map(|profile| self.memberships.next_flip(profile))
            .min();
        let far = [1, HOUR, DAY, 8 * DAY, 35 * DAY, 400 * DAY];
        let to = match (self.rng.below(2), next) {
            (0, Some(next)) => next,
            _ => now.saturating_add(*self.rng.pick(&far)),
        };
        let changes = self.memberships.advance(to);
        format!("from {now} to {to}: {changes:?}")
    }

    /// Everyone's memberships now, and at a few instants before their next flip, are what a fresh interpretation says.
    fn compare(&mut self) -> Result<usize, String> {
        let (data, now) = (self.told.data(), self.memberships.now());
        let evaluator = Evaluator::new(self.plan, &data, now, Arc::clone(&self.calibration));
        let all: Vec<_> = self.memberships.all().collect();
        let mut held = 0;
        for row in 0..data.profiles {
            let key = data.key(self.told.schema, row);
            let profile = self.memberships.find(key).ok_or("nobody has the key")?;
            let mut fresh = evaluator.profile(row);
            let next = self.memberships.next_flip(profile).unwrap_or(i64::MAX);
            let mut instants = vec![now, next - 1, now.midpoint(next), next - DAY, now + 1];
            instants.extend([now + HOUR, now + 3 * DAY, now + 30 * DAY]);
            instants.retain(|at| {
                now <= *at && *at < next && *at <= persona_runtime::calendar::MAX_TIMESTAMP
            });
            for at in instants {
                fresh.move_in_time(at);
                for (index, membership) in all.iter().enumerate() {
                    let node = self.plan.outputs[membership.output].node;
                    let expected = match membership.stage {
                        None => fresh.value(node).is_true(),
                        Some(stage) => fresh.value(node) == Value::Enum(stage),
                    };
                    if self.memberships.is_in(profile, index) != expected {
                        let name = &self.plan.outputs[membership.output].name;
                        return Err(format!(
                            "{key}, {name}: at {at} (now {now}, next {next}) {expected} expected"
                        ));
                    }
                    held += usize::from(expected);
                }
            }
        }
        Ok(held)
    }
}

fn run(seed: u64, plans: usize, depth: usize, focus: Focus, steps: usize) {
    for index in 0..plans {
        let seed = seed.wrapping_mul(1_000_003).wrapping_add(index as u64);
        let mut rng = Rng(seed);
        let data = fixture::dataset(&mut rng, 3, 9);
        let plan = generate::plan(&mut rng, 6, depth, focus);
        let plan = with_segments(plan, &mut rng);
        let told = Told::of(&plan.schema, &data);
        let now = *rng.pick(&[NOW, NOW - 12 * HOUR, NOW - 40 * DAY, NOW + DAY]);
        let evaluation = Evaluation {
            now,
            calibration: None,
        };
        let data = told.data();
        let calibrated = Evaluator::prepared(&plan, &data, &evaluation);
        let calibration = Arc::clone(calibrated.calibration());
        let memberships = Memberships::new(&plan, &data, &evaluation).unwrap();
        let mut trial = Trial {
            plan: &plan,
            told,
            memberships,
            calibration,
            rng,
        };
        let mut log = Vec::new();
        for step in 0..=steps {
            if let Err(error) = trial.compare() {
                panic!("seed {seed}, step {step}: {error}\n{}", log.join("\n"));
            }
            log.push(trial.step(step));
        }
    }
}

#[test]
fn after_every_step_memberships_are_what_a_fresh_interpretation_says() {
    run(31, 14, 2, Focus::Anything, 12);
    run(32, 4, 4, Focus::Anything, 8);
}

#[test]
fn aggregates_and_sequences_are_kept_up_to_date() {
    run(33, 12, 1, Focus::Aggregates, 12);
    run(34, 12, 1, Focus::Sequences, 12);
    run(35, 6, 0, Focus::Aggregates, 25);
    run(36, 6, 0, Focus::Sequences, 25);
}

#[test]
fn ranks_stay_as_they_were_calibrated() {
    run(37, 4, 2, Focus::Ranks, 8);
}

/// `PERSONA_MEMBERSHIP_PLANS=20000` for a long run.
#[test]
fn as_many_streams_as_asked_for_agree() {
    let asked = std::env::var("PERSONA_MEMBERSHIP_PLANS").ok();
    let asked = asked.and_then(|count| count.parse().ok()).unwrap_or(1);
    run(38, asked, 3, Focus::Anything, 12);
    run(39, asked, 1, Focus::Aggregates, 20);
    run(40, asked, 1, Focus::Sequences, 20);
}
