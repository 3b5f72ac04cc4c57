//! Tests: rows as constants, expectations as conditions.

use persona_base::Span;
use persona_ir::campaign::{DropReason, Expected, Test, TestStep, TestStepKind};
use persona_ir::{ColId, Const, ExperimentId, Table};
use persona_sema::FieldValue;

use super::{channel_id, condition, content_id, find};
use crate::TooLarge;
use crate::explain::Budget;
use crate::program::Program;
use crate::{schema, source};

/// All tests.
pub(super) fn tests(program: &mut Program<'_>, budget: &mut Budget) -> Result<Vec<Test>, TooLarge> {
    let checked = program.checked;
    let lower = |def: &persona_sema::Test| {
        let steps = def.steps.iter().map(|step| {
            let span: Span = step.span.offset(def.origin.span.start);
            Ok(TestStep {
                kind: step_kind(program, def, &step.kind, budget)?,
                span,
            })
        });
        let steps = steps.collect::<Result<_, _>>()?;
        Ok(Test {
            title: def.title.clone(),
            place: source::place(def.origin),
            frame: std::mem::take(&mut program.frame).finish(),
            steps,
        })
    };
    checked.tests.iter().map(lower).collect()
}

fn step_kind(
    program: &mut Program<'_>,
    def: &persona_sema::Test,
    step: &persona_sema::TestStepKind,
    budget: &mut Budget,
) -> Result<TestStepKind, TooLarge> {
    use persona_sema::TestStepKind as Step;
    Ok(match step {
        Step::Given(values) => TestStepKind::Given(row(&program.schema.profile, values)),
        Step::At(at) => TestStepKind::At(*at),
        Step::Event { event, of, fields } => {
            let kind = schema::kind(*event);
            TestStepKind::Event {
                kind,
                of: of.clone(),
                values: row(&program.schema.events[kind], fields),
            }
        }
        Step::Set(value) => {
            let values = row(&program.schema.profile, std::slice::from_ref(value));
            TestStepKind::Set(values)
        }
        Step::Wait(length) => TestStepKind::Wait(*length),
        Step::Arm { experiment, arm } => {
            let all = &program.checked.experiments;
            TestStepKind::Arm {
                experiment: ExperimentId::from(find(all, experiment, |def| &def.name)),
                arm: *arm,
            }
        }
        Step::Expect(expected) => {
            TestStepKind::Expect(expectation(program, def, expected, budget)?)
        }
    })
}

fn row(table: &Table, values: &[FieldValue]) -> Vec<(ColId, Const)> {
    let value = |(field, value): &FieldValue| {
        let col = schema::col(*field);
        let (ty, _) = schema::column_of(table, col);
        (col, schema::constant(value, &ty))
    };
    values.iter().map(value).collect()
}

fn expectation(
    program: &mut Program<'_>,
    def: &persona_sema::Test,
    expected: &persona_sema::Expected,
    budget: &mut Budget,
) -> Result<Expected, TooLarge> {
    let checked = program.checked;
    Ok(match expected {
        persona_sema::Expected::Holds(expr) => {
            Expected::Holds(condition(program, &def.title, def.origin, expr, budget)?)
        }
        persona_sema::Expected::Sent {
            negated,
            content,
            channel,
        } => Expected::Sent {
            negated: *negated,
            content: content_id(checked, content),
            channel: channel.as_ref().map(|name| channel_id(checked, name)),
        },
        persona_sema::Expected::Dropped {
            negated,
            content,
            reason,
        } => Expected::Dropped {
            negated: *negated,
            content: content_id(checked, content),
            reason: reason.map(drop_reason),
        },
        persona_sema::Expected::Variant { content, variant } => Expected::Variant {
            content: content_id(checked, content),
            variant: *variant,
        },
    })
}

fn drop_reason(reason: persona_sema::DropReason) -> DropReason {
    match reason {
        persona_sema::DropReason::Holdout => DropReason::Holdout,
        persona_sema::DropReason::Address => DropReason::Address,
        persona_sema::DropReason::Consent => DropReason::Consent,
        persona_sema::DropReason::Purpose => DropReason::Purpose,
        persona_sema::DropReason::Skip => DropReason::Skip,
        persona_sema::DropReason::Limit => DropReason::Limit,
        persona_sema::DropReason::Stale => DropReason::Stale,
    }
}
