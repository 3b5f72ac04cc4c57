//! Asking the index over all segments about each profile: with all its bitmaps, and with the least memory.

use persona_ir::{OutputKind, Plan};
use persona_jit::{RuleIndex, RuleIndexError, RuleIndexOptions};
use persona_runtime::{Evaluation, Value};

use super::engines::{Loaded, Rows, compare};

/// Whether the index says of each profile what is expected.
pub(super) fn agrees(
    plan: &Plan,
    loaded: &Loaded,
    evaluation: &Evaluation,
    expected: &[Rows],
) -> Result<(), String> {
    let with = |memory| {
        let options = RuleIndexOptions {
            memory,
            ..RuleIndexOptions::default()
        };
        RuleIndex::new(plan, &options)
    };
    let least = match with(0) {
        Err(RuleIndexError::Memory { needed, .. }) => needed,
        // A plan without segments needs none.
        Ok(_) => 0,
        Err(other) => return Err(format!("an index without memory: {other}")),
    };
    for memory in [RuleIndexOptions::default().memory, least] {
        let index = with(memory).map_err(|error| format!("the index: {error}"))?;
        let mut session = index.session(&loaded.data, evaluation);
        let mut found: Vec<Rows> = expected.to_vec();
        let segments = plan.outputs.iter().zip(&mut found);
        for (_, rows) in segments.filter(|(output, _)| output.kind == OutputKind::Segment) {
            rows.fill(Value::Bool(false));
        }
        (0..loaded.data.profiles).for_each(|profile| {
            for output in session.matches(profile) {
                found[*output as usize][profile] = Value::Bool(true);
            }
        });
        let engine = format!("the index within {memory} bytes");
        compare(plan, loaded, &engine, expected, &found)?;
    }
    Ok(())
}
