//! Drops nodes that nothing asks for (operands of what was folded away, holes of abandoned attempts) and ranks that no
//! node uses. Changes no answer, and knows operations only by their operands.

use persona_base::IndexVec;
use persona_ir::{Explain, NodeId, Op, Plan, RankId};

/// Drops what is not needed for answers, checks and explanations.
pub(crate) fn prune(plan: &mut Plan) {
    let mut kept = roots(plan);
    let mut ranks = vec![false; plan.ranks.len()];
    for id in plan.nodes.ids().rev() {
        if !kept[usize::from(id)] {
            continue;
        }
        visit(&mut plan.nodes[id].op.clone(), &mut |operand| {
            kept[usize::from(*operand)] = true;
        });
        if let Op::Rank(rank, _) = plan.nodes[id].op {
            ranks[usize::from(rank)] = true;
            if let Some(among) = plan.ranks[rank].among {
                kept[usize::from(among)] = true;
            }
        }
    }
    renumber(plan, &kept, &ranks);
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
            visit(&mut node.op, &mut |id| new(id));
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

/// Shows every operand of an operation.
fn visit(op: &mut Op, f: &mut impl FnMut(&mut NodeId)) {
    match op {
        Op::Const(_)
        | Op::Now
        | Op::Today { .. }
        | Op::Instant(_)
        | Op::Profile(_)
        | Op::Event { .. }
        | Op::Elem { .. }
        | Op::Sample { .. } => {}
        Op::And(operands) | Op::Or(operands) | Op::Concat(operands) => {
            operands.iter_mut().for_each(f);
        }
        Op::Not(a)
        | Op::Known(a)
        | Op::In(a, _)
        | Op::Matches(a, _)
        | Op::Neg(a)
        | Op::FNeg(a)
        | Op::ToFloat(a)
        | Op::Abs(a)
        | Op::Round(a)
        | Op::Floor(a)
        | Op::Ceil(a)
        | Op::DateAdd { date: a, .. }
        | Op::StartOfDay(a)
        | Op::DateOf(a)
        | Op::LocalPart(a, _)
        | Op::DatePart(a, _)
        | Op::Age(a)
        | Op::Anniversary(a)
        | Op::DaysSince(a)
        | Op::Lower(a)
        | Op::Upper(a)
        | Op::Trim(a)
        | Op::Fold(a)
        | Op::StrLen(a)
        | Op::Domain(a)
        | Op::Display(a, _)
        | Op::Size(a)
        | Op::HasAny(a, _)
        | Op::HasAll(a, _)
        | Op::Rank(_, a) => f(a),
        Op::Coalesce(a, b)
        | Op::Eq(a, b)
        | Op::Lt(a, b)
        | Op::Le(a, b)
        | Op::EqNum(a, b)
        | Op::LtNum(a, b)
        | Op::LeNum(a, b)
        | Op::EqFold(a, b)
        | Op::Contains(a, b)
        | Op::StartsWith(a, b)
        | Op::EndsWith(a, b)
        | Op::Add(a, b)
        | Op::Sub(a, b)
        | Op::Mul(a, b)
        | Op::IntDiv(a, b)
        | Op::IntMod(a, b)
        | Op::Ratio(a, b)
        | Op::FAdd(a, b)
        | Op::FSub(a, b)
        | Op::FMul(a, b)
        | Op::FDiv(a, b)
        | Op::Scale(a, b)
        | Op::Unscale(a, b)
        | Op::UnscaleInt(a, b)
        | Op::Min(a, b)
        | Op::Max(a, b)
        | Op::Has(a, b)
        | Op::GeoMake(a, b)
        | Op::Distance(a, b)
        | Op::AnyElem {
            list: a, body: b, ..
        }
        | Op::AllElem {
            list: a, body: b, ..
        } => [a, b].into_iter().for_each(f),
        Op::If { cond, then, other } => [cond, then, other].into_iter().for_each(f),
        Op::ListAgg {
            list,
            filter,
            value,
            ..
        } => [Some(list), filter.as_mut(), value.as_mut()]
            .into_iter()
            .flatten()
            .for_each(f),
        Op::Agg(agg) => {
            visit_query(&mut agg.query, f);
            agg.value.iter_mut().for_each(f);
        }
        Op::Sequence(sequence) => visit_sequence(sequence, f),
    }
}

fn visit_query(query: &mut persona_ir::Query, f: &mut impl FnMut(&mut NodeId)) {
    query
        .from
        .iter_mut()
        .chain(&mut query.to)
        .for_each(|bound| f(&mut bound.at));
    query.filter.iter_mut().for_each(f);
}

fn visit_sequence(sequence: &mut persona_ir::Sequence, f: &mut impl FnMut(&mut NodeId)) {
    visit_query(&mut sequence.first, f);
    for step in &mut sequence.steps {
        step.filter
            .iter_mut()
            .chain(&mut step.within)
            .for_each(&mut *f);
    }
    if let Some(not) = &mut sequence.not {
        not.filter.iter_mut().for_each(&mut *f);
        match &mut not.mode {
            persona_ir::NegationMode::Within(d) | persona_ir::NegationMode::For(d) => f(d),
            persona_ir::NegationMode::Ever => {}
        }
    }
}
