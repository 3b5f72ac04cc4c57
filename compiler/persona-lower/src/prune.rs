//! Drops nodes that nothing asks for (operands of what was folded away, holes of abandoned attempts) and ranks that no
//! node uses. Changes no answer, and knows operations only by their operands.

use persona_base::IndexVec;
use persona_ir::{Campaign, Explain, NodeId, Op, Plan, RankId, each_operand, operands};

/// Drops what is not needed for answers, checks and explanations.
pub(crate) fn prune(plan: &mut Plan) {
    let kept = roots(plan);
    keep(plan, kept);
}

/// As [`prune`], where a campaign needs more.
pub(crate) fn prune_campaign(campaign: &mut Campaign) {
    let mut kept = roots(&campaign.plan);
    campaign.each_node(&mut |node| kept[usize::from(*node)] = true);
    let ids = keep(&mut campaign.plan, kept);
    campaign.each_node(&mut |node| *node = NodeId(ids[usize::from(*node)]));
}

/// Keeps these nodes and what they need, and gives every node's new number.
fn keep(plan: &mut Plan, mut kept: Vec<bool>) -> Vec<u32> {
    let mut ranks = vec![false; plan.ranks.len()];
    for id in plan.nodes.ids().rev() {
        if !kept[usize::from(id)] {
            continue;
        }
        for operand in operands(&plan.nodes[id].op) {
            kept[usize::from(operand.node)] = true;
        }
        if let Op::Rank(rank, _) = plan.nodes[id].op {
            ranks[usize::from(rank)] = true;
            if let Some(among) = plan.ranks[rank].among {
                kept[usize::from(among)] = true;
            }
        }
    }
    renumber(plan, &kept, &ranks);
    numbers(&kept)
}

fn roots(plan: &Plan) -> Vec<bool> {
    let mut kept = vec![false; plan.nodes.len()];
    for check in &plan.checks {
        kept[usize::from(check.node)] = true;
    }
    let mut explains: Vec<&Explain> = Vec::new();
    for output in &plan.outputs {
        kept[usize::from(output.node)] = true;
        explains.push(&output.explain);
    }
    while let Some(explain) = explains.pop() {
        if let Some(node) = explain.node {
            kept[usize::from(node)] = true;
        }
        explains.extend(&explain.parts);
    }
    kept
}

/// Numbers what is kept anew, in the same order.
fn renumber(plan: &mut Plan, kept: &[bool], kept_ranks: &[bool]) {
    let ids = numbers(kept);
    let new = |id: &mut NodeId| *id = NodeId(ids[usize::from(*id)]);
    let rank_ids = numbers(kept_ranks);
    let nodes = std::mem::take(&mut plan.nodes);
    let nodes = nodes
        .into_iter()
        .zip(kept)
        .filter(|(_, kept)| **kept)
        .map(|(mut node, _)| {
            each_operand(&mut node.op, new);
            if let Op::Rank(rank, _) = &mut node.op {
                *rank = RankId(rank_ids[usize::from(*rank)]);
            }
            node
        });
    plan.nodes = nodes.collect();
    let ranks: IndexVec<RankId, _> = std::mem::take(&mut plan.ranks);
    let ranks = ranks
        .into_iter()
        .zip(kept_ranks)
        .filter(|(_, kept)| **kept)
        .map(|(mut rank, _)| {
            new(&mut rank.value);
            rank.among.iter_mut().for_each(new);
            rank
        });
    plan.ranks = ranks.collect();
    for check in &mut plan.checks {
        new(&mut check.node);
    }
    for output in &mut plan.outputs {
        new(&mut output.node);
        let mut explains = vec![&mut output.explain];
        while let Some(explain) = explains.pop() {
            explain.node.iter_mut().for_each(new);
            explains.extend(&mut explain.parts);
        }
    }
}

/// The new number of each kept thing.
fn numbers(kept: &[bool]) -> Vec<u32> {
    let count = |next: &mut u32, kept: &bool| {
        let number = *next;
        *next += u32::from(*kept);
        Some(number)
    };
    kept.iter().scan(0, count).collect()
}
