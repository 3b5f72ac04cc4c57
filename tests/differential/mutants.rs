//! Seeded mistakes: each changes compiled plans (or data, or ranks) as a bug in an engine would, and the differential test
//! must notice it.

use std::sync::Arc;

use persona_ir::{AggKind, Const, InstantSpec, NegationMode, NodeId, Op, Plan, Query, Schema, Ty};
use persona_runtime::{
    Calibration, Column, Dataset, Evaluation, RankTable, Values, calibrate, interpret,
};

use super::run::{Case, compare, readings};
use crate::support::engines::{Loaded, rows};

/// How many programs a mutant may survive.
const PROGRAMS: u64 = 400;

/// What mutants change.
struct Subject {
    plan: Plan,
    data: Dataset,
    calibration: Calibration,
}

/// A mistake; whether there was something to mistake.
type Mutant = fn(&mut Subject) -> bool;

const MUTANTS: &[(&str, Mutant)] = &[
    ("the lower edge of a window is inside", lower_edge_inside),
    ("`<` is `<=`", less_is_at_most),
    ("a count is one too many", count_off_by_one),
    ("`not` is dropped", not_dropped),
    ("`is known` is dropped", known_dropped),
    ("missing values are zeros", validity_dropped),
    ("the last is the first", last_is_first),
    ("`latest` tries every event", latest_tries_all),
    ("events of one instant are swapped", ties_swapped),
    ("`within` lasts a microsecond less", within_shorter),
    ("the zone is another", wrong_zone),
    ("ranks count ties once", ties_counted_once),
    ("`for` is `within`", for_is_within),
    ("a filter is dropped", filter_dropped),
    ("calendar units begin one later", unit_later),
    ("`per` looks at all values together", per_value_ignored),
    ("a default is not used", coalesce_dropped),
];

/// Changes every operation of the plan; whether some change was made.
fn each_op(plan: &mut Plan, mut change: impl FnMut(&mut Op) -> bool) -> bool {
    let mut changed = false;
    for node in plan.nodes.iter_mut() {
        changed |= change(&mut node.op);
    }
    changed
}

fn each_query(plan: &mut Plan, mut change: impl FnMut(&mut Query) -> bool) -> bool {
    each_op(plan, |op| match op {
        Op::Agg(agg) => change(&mut agg.query),
        Op::Sequence(sequence) => change(&mut sequence.first),
        _ => false,
    })
}

fn lower_edge_inside(subject: &mut Subject) -> bool {
    each_query(&mut subject.plan, |query| match &mut query.from {
        Some(bound) if !bound.inclusive => {
            bound.inclusive = true;
            true
        }
        _ => false,
    })
}

fn less_is_at_most(subject: &mut Subject) -> bool {
    each_op(&mut subject.plan, |op| match *op {
        Op::Lt(a, b) => {
            *op = Op::Le(a, b);
            true
        }
        _ => false,
    })
}

fn count_off_by_one(subject: &mut Subject) -> bool {
    let count = |plan: &Plan, id: NodeId| matches!(&plan.nodes[id].op, Op::Agg(agg) if agg.kind == AggKind::Count);
    let plan = subject.plan.clone();
    each_op(&mut subject.plan, |op| match *op {
        Op::Le(a, b) if count(&plan, a) || count(&plan, b) => {
            *op = Op::Lt(a, b);
            true
        }
        _ => false,
    })
}

fn not_dropped(subject: &mut Subject) -> bool {
    each_op(&mut subject.plan, |op| match *op {
        Op::Not(a) => {
            *op = Op::Coalesce(a, a);
            true
        }
        _ => false,
    })
}

fn known_dropped(subject: &mut Subject) -> bool {
    each_op(&mut subject.plan, |op| {
        let known = matches!(op, Op::Known(_));
        if known {
            *op = Op::Const(Const::Bool(true));
        }
        known
    })
}

fn validity_dropped(subject: &mut Subject) -> bool {
    let drop = |column: &mut Column| {
        let dropped = !matches!(column.values, Values::Absent(_)) && column.valid.is_some();
        if dropped {
            *column = Column::new(column.values.clone(), None);
        }
        dropped
    };
    let tables = subject
        .data
        .events
        .iter_mut()
        .flat_map(|table| table.columns.iter_mut());
    subject
        .data
        .columns
        .iter_mut()
        .chain(tables)
        .map(drop)
        .fold(false, |any, one| any | one)
}

fn last_is_first(subject: &mut Subject) -> bool {
    each_op(&mut subject.plan, |op| match op {
        Op::Agg(agg) => match &mut agg.kind {
            AggKind::Nth { from_end, .. } => {
                *from_end = !*from_end;
                true
            }
            _ => false,
        },
        _ => false,
    })
}

fn latest_tries_all(subject: &mut Subject) -> bool {
    each_op(&mut subject.plan, |op| match op {
        Op::Sequence(sequence) => std::mem::take(&mut sequence.latest),
        _ => false,
    })
}

fn ties_swapped(subject: &mut Subject) -> bool {
    let mut changed = false;
    for table in subject.data.events.iter_mut() {
        let Values::Int(at) = &table.columns[Schema::AT].values else {
            continue;
        };
        let same_profile = |row: usize| {
            !table
                .offsets
                .contains(&u32::try_from(row + 1).expect("few events"))
        };
        let ties: Vec<usize> = (0..at.len().saturating_sub(1))
            .filter(|row| at.get(*row) == at.get(row + 1) && same_profile(*row))
            .collect();
        for column in table.columns.iter_mut() {
            changed |= ties
                .iter()
                .map(|row| swap(column, *row))
                .fold(false, |any, one| any | one);
        }
    }
    changed
}

/// Swaps the values of a row and the next; those of lists stay.
fn swap(column: &mut Column, row: usize) -> bool {
    fn swapped<T>(values: impl Iterator<Item = T>, row: usize) -> impl Iterator<Item = T> {
        let mut values: Vec<T> = values.collect();
        values.swap(row, row + 1);
        values.into_iter()
    }
    let values = match &column.values {
        Values::Int(values) => Values::Int(swapped(values.iter(), row).collect()),
        Values::Float(values) => Values::Float(swapped(values.iter().copied(), row).collect()),
        Values::Str(codes) => Values::Str(swapped(codes.iter(), row).collect()),
        Values::Enum(codes) => Values::Enum(swapped(codes.iter(), row).collect()),
        Values::Bool(values) => Values::Bool(swapped(values.iter(), row).collect()),
        Values::Geo(..) | Values::List { .. } | Values::Absent(_) => return false,
    };
    let valid = column.valid.as_ref();
    let valid = valid.map(|valid| swapped(valid.iter(), row).collect());
    *column = Column::new(values, valid);
    true
}

fn within_shorter(subject: &mut Subject) -> bool {
    let mut limits = Vec::new();
    each_op(&mut subject.plan, |op| {
        if let Op::Sequence(sequence) = op {
            limits.extend(sequence.steps.iter().filter_map(|step| step.within));
        }
        false
    });
    let mut changed = false;
    for limit in limits {
        let node = &mut subject.plan.nodes[limit];
        if let (Op::Const(Const::Int(micros)), Ty::Duration) = (&mut node.op, &node.ty) {
            *micros -= 1;
            changed = true;
        }
    }
    changed
}

fn wrong_zone(subject: &mut Subject) -> bool {
    subject.plan.zone = "Asia/Tokyo".into();
    subject.plan.schema.zone = None;
    true
}

fn ties_counted_once(subject: &mut Subject) -> bool {
    let mut changed = false;
    for table in subject.calibration.ranks.iter_mut() {
        let before = table.clone();
        match table {
            RankTable::Int(values) => values.dedup(),
            RankTable::Float(values) => values.dedup(),
        }
        changed |= *table != before;
    }
    changed
}

fn for_is_within(subject: &mut Subject) -> bool {
    each_op(&mut subject.plan, |op| match op {
        Op::Sequence(sequence) => match &mut sequence.not {
            Some(not) => match not.mode {
                NegationMode::For(limit) => {
                    not.mode = NegationMode::Within(limit);
                    true
                }
                _ => false,
            },
            None => false,
        },
        _ => false,
    })
}

fn filter_dropped(subject: &mut Subject) -> bool {
    each_query(&mut subject.plan, |query| query.filter.take().is_some())
}

fn unit_later(subject: &mut Subject) -> bool {
    each_op(&mut subject.plan, |op| match op {
        Op::Instant(InstantSpec::UnitStart { offset, .. }) => {
            *offset += 1;
            true
        }
        _ => false,
    })
}

fn per_value_ignored(subject: &mut Subject) -> bool {
    each_op(&mut subject.plan, |op| match op {
        Op::Agg(agg) if agg.kind == AggKind::MaxPerValue => {
            agg.kind = AggKind::Count;
            true
        }
        _ => false,
    })
}

fn coalesce_dropped(subject: &mut Subject) -> bool {
    each_op(&mut subject.plan, |op| match *op {
        Op::Coalesce(a, b) if a != b => {
            *op = Op::Coalesce(a, a);
            true
        }
        _ => false,
    })
}

/// Whether the naive evaluator disagrees with the interpreter that has been given the mutated subject.
fn caught(case: &Case, loaded: &Loaded, subject: Subject) -> bool {
    let Ok(expected) = readings(case) else {
        return false;
    };
    let evaluation = Evaluation {
        now: case.data.now,
        calibration: Some(Arc::new(subject.calibration)),
    };
    let answered = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        rows(
            &subject.plan,
            &interpret(&subject.plan, &subject.data, &evaluation),
            subject.data.profiles,
        )
    }));
    answered.is_ok_and(|answers| compare(case, &subject.plan, loaded, &answers, &expected).is_err())
}

#[test]
fn every_seeded_mutant_is_caught() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut alive: Vec<&(&str, Mutant)> = MUTANTS.iter().collect();
    for number in 0..PROGRAMS {
        if alive.is_empty() {
            return;
        }
        let case = Case::new(number);
        let plan = case.plan(folder.path()).expect("a well-typed program");
        let loaded = Loaded::new(&plan, folder.path(), case.data.now).expect("readable rows");
        let calibration = calibrate(
            &plan,
            &loaded.data,
            &Evaluation {
                now: case.data.now,
                calibration: None,
            },
        );
        alive.retain(|(_, mutate)| {
            let mut subject = Subject {
                plan: Plan::clone(&plan),
                data: loaded.data.clone(),
                calibration: calibration.clone(),
            };
            !(mutate(&mut subject) && caught(&case, &loaded, subject))
        });
    }
    let names: Vec<&str> = alive.iter().map(|(name, _)| *name).collect();
    assert!(
        names.is_empty(),
        "not noticed in {PROGRAMS} programs: {}",
        names.join("; ")
    );
}
