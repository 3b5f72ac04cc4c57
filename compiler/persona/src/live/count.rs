//! Counting conditions: each becomes a segment of a program that answers nothing else.

use std::sync::Arc;

use persona_base::Span;
use persona_ir::Plan;
use persona_jit::{ByRows, Compiled, Room, RunOptions};
use persona_runtime::{Answers, Evaluation, Total, Totals};
use persona_sema::{Checked, Expr, Place, Segment};

use super::data::{Data, said};
use super::{LiveCount, LiveProgram, NoAnswer, stopped};
use crate::Error;
use crate::error::guarded;

/// A condition with the place of the declaration that it stands in.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) expr: Expr,
    pub(super) origin: Place,
}

/// How many each holds for, in order.
pub(super) fn counts(
    program: LiveProgram<'_>,
    data: &Data,
    conditions: Vec<Condition>,
) -> Result<Vec<LiveCount>, NoAnswer> {
    let asked = Asked::new(program.checked, conditions)?;
    if (program.stop)() {
        return Err(stopped());
    }
    let (people, most) = (data.dataset.profiles, program.limits.people.max(1));
    let sampled = people > most;
    let (totals, of) = if sampled {
        asked.sample(program, data, most)?
    } else {
        (asked.all(data)?, people)
    };
    let count = |total: &Total| match total {
        Total::Members(count) => *count,
        Total::Stages(_) | Total::Values(_) => 0,
    };
    let counts = totals.columns.iter().map(|total| LiveCount {
        count: count(total),
        of: of as u64,
        sampled,
    });
    Ok(counts.collect())
}

/// Who each holds for, in order, of everybody.
pub(super) fn members(
    checked: &Checked,
    data: &Data,
    conditions: Vec<Condition>,
) -> Result<Answers, NoAnswer> {
    let asked = Asked::new(checked, conditions)?;
    let answers = guarded("counting", || {
        (asked.code).run_with(&data.dataset, &evaluation(data), &options())
    });
    answers.map_err(|error| said(&error))
}

/// A plan whose answers are the conditions.
struct Asked {
    plan: Plan,
    code: Compiled,
}

impl Asked {
    fn new(checked: &Checked, conditions: Vec<Condition>) -> Result<Self, NoAnswer> {
        let plan = lowered(&asking(checked, conditions))?;
        let code = guarded("making machine code", || Compiled::new(&plan));
        let code = code.map_err(|error| said(&error))?;
        let code = code.map_err(|error| format!("no machine code can be made here: {error}"))?;
        Ok(Self { plan, code })
    }

    fn all(&self, data: &Data) -> Result<Totals, NoAnswer> {
        let totals = guarded("counting", || {
            self.code
                .count_with(&data.dataset, &evaluation(data), &options())
        });
        totals.map_err(|error| said(&error))
    }

    /// The totals of some people, and how many these are: whole chunks, spread evenly.
    fn sample(
        &self,
        program: LiveProgram<'_>,
        data: &Data,
        most: usize,
    ) -> Result<(Totals, usize), NoAnswer> {
        let people = data.dataset.profiles;
        let chunks = people.div_ceil(ByRows::ROWS);
        let wanted = (most / ByRows::ROWS).clamp(1, chunks);
        let room = Room::default();
        let count = |rows: &ByRows<'_>| {
            let mut totals = rows.answers(0..0, &room).totals(&self.plan);
            let mut of = 0;
            for at in 0..wanted {
                if (program.stop)() {
                    return None;
                }
                let first = at * chunks / wanted * ByRows::ROWS;
                let these = first..(first + ByRows::ROWS).min(people);
                of += these.len();
                totals.add(&rows.answers(these, &room).totals(&self.plan));
            }
            Some((totals, of))
        };
        let counted = guarded("counting", || {
            self.code
                .by_rows(&data.dataset, &evaluation(data), &options(), count)
        });
        match counted.map_err(|error| said(&error))? {
            Some(counted) => counted.ok_or_else(stopped),
            // What cannot be asked for some can be asked for all.
            None => Ok((self.all(data)?, people)),
        }
    }
}

fn evaluation(data: &Data) -> Evaluation {
    Evaluation {
        now: data.now,
        calibration: None,
    }
}

fn options() -> RunOptions {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    RunOptions::with_threads(threads)
}

/// The program with the conditions as its only answers.
fn asking(checked: &Checked, conditions: Vec<Condition>) -> Checked {
    let mut asking = checked.clone();
    asking.traits.iter_mut().for_each(|one| one.imported = true);
    asking
        .segments
        .iter_mut()
        .for_each(|one| one.imported = true);
    asking
        .partitions
        .iter_mut()
        .for_each(|one| one.imported = true);
    for (number, condition) in conditions.into_iter().enumerate() {
        asking.segments.push(Segment {
            // No name begins like this; they are sorted as they were asked.
            name: Arc::from(format!("~{number:08}")),
            title: None,
            params: Vec::new(),
            origin: condition.origin,
            body: condition.expr,
            imported: false,
        });
    }
    asking
}

/// The plan of a program.
pub(super) fn lowered(checked: &Checked) -> Result<Plan, NoAnswer> {
    let plan = guarded("lowering", || persona_lower::lower(checked));
    let plan = plan.map_err(|error: Error| said(&error))?;
    plan.map_err(|error| error.to_string())
}

/// An expression that stands nowhere.
pub(super) fn made(kind: persona_sema::ExprKind) -> Expr {
    Expr {
        kind,
        ty: persona_sema::Type::BOOL,
        span: Span::default(),
    }
}
