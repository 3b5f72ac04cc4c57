//! The bounds of all answers about a population: for each output and profile an instant before which time alone does not
//! change the answer, to schedule by. Outputs that time has no part in cost nothing; for the others the bounds are the
//! interpreter's own, found on several threads.

use std::ops::Range;
use std::sync::Arc;

use persona_ir::{NodeId, Plan};
use persona_runtime::flips::NEVER;
use persona_runtime::{Dataset, Evaluation, Evaluator};

/// For each output of the plan a column with each profile's bound, as
/// [`persona_runtime::ProfileEvaluator::flip`] gives it; absent where the answer never changes by itself. On so many
/// threads (at least one), on which nothing depends but the time it takes.
pub fn flips(
    plan: &Plan,
    data: &Dataset,
    evaluation: &Evaluation,
    threads: usize,
) -> Vec<Vec<Option<i64>>> {
    let evaluator = Evaluator::prepared(plan, data, evaluation);
    let timed = |node: &NodeId| evaluator.prepared_plan().is_timed(*node);
    let mut nodes: Vec<NodeId> = plan.outputs.iter().map(|output| output.node).collect();
    nodes.retain(timed);
    nodes.sort_unstable();
    nodes.dedup();
    let found = if nodes.is_empty() {
        Vec::new()
    } else {
        shared_out(&evaluator, &nodes, threads.max(1))
    };
    let column = |node: &NodeId| match nodes.binary_search(node) {
        Ok(place) => found.iter().map(|row| row[place]).collect(),
        Err(_) => vec![None; data.profiles],
    };
    plan.outputs
        .iter()
        .map(|output| column(&output.node))
        .collect()
}

/// One row of bounds for each profile.
fn shared_out(
    evaluator: &Evaluator<'_>,
    nodes: &[NodeId],
    threads: usize,
) -> Vec<Arc<[Option<i64>]>> {
    let profiles = evaluator.data().profiles;
    let share = profiles.div_ceil(threads).max(1);
    let ranges = (0..profiles)
        .step_by(share)
        .map(|from| from..(from + share).min(profiles));
    std::thread::scope(|scope| {
        let workers: Vec<_> = ranges
            .map(|range| scope.spawn(move || bounds(evaluator, nodes, range)))
            .collect();
        let rows = workers.into_iter().flat_map(|worker| {
            let finished = worker.join();
            finished.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        rows.collect()
    })
}

fn bounds(
    evaluator: &Evaluator<'_>,
    nodes: &[NodeId],
    profiles: Range<usize>,
) -> Vec<Arc<[Option<i64>]>> {
    let mut profile = evaluator.profile(profiles.start);
    let row = |row: usize| {
        profile.move_to(row);
        let bounds = nodes.iter().map(|node| {
            let bound = profile.flip(*node);
            (bound != NEVER).then_some(bound)
        });
        bounds.collect()
    };
    profiles.map(row).collect()
}
