//! What each root of a campaign needs: the nodes to evaluate, and what of the world its value depends on. Found once, so that
//! nobody walks the graph while people wait.

use persona_base::IndexVec;
use persona_ir::campaign::Campaign;
use persona_ir::{ColId, ExperimentId, KindId, NodeId, Op, Ty};
use rustc_hash::FxHashMap;

use super::quick::Quick;
use crate::Prepared;

/// What a root needs.
#[derive(Clone, Debug, Default)]
pub struct Need {
    /// The closed nodes to evaluate, in this order. A root that is not closed is a body, to be evaluated after them.
    pub nodes: Box<[NodeId]>,
    /// The slots of the frame that it reads, sorted.
    pub inputs: Box<[u32]>,
    /// The kinds of events whose history it reads, sorted.
    pub kinds: Box<[KindId]>,
    /// The columns of the profile that it reads, sorted; the zone's is among them where the zone matters.
    pub cols: Box<[ColId]>,
    /// The experiments whose arm it asks for, sorted.
    pub arms: Box<[ExperimentId]>,
    /// Whether time alone can change it.
    pub timed: bool,
    /// How it is asked without an evaluator, where it can be.
    pub(super) quick: Option<Quick>,
}

/// What every root of a campaign needs.
#[derive(Debug)]
pub struct Needs {
    of: IndexVec<NodeId, Option<Box<Need>>>,
}

impl Needs {
    /// Of a campaign.
    pub fn new(campaign: &Campaign, prepared: &Prepared) -> Self {
        let nodes = &campaign.plan.nodes;
        let mut needs = Self {
            of: nodes.iter().map(|_| None).collect(),
        };
        let experiments: FxHashMap<&str, ExperimentId> = campaign
            .experiments
            .iter_enumerated()
            .map(|(id, of)| (&*of.arm.experiment, id))
            .collect();
        for root in campaign.roots() {
            if needs.of[root].is_none() {
                needs.of[root] = Some(Box::new(need(campaign, prepared, &experiments, root)));
            }
        }
        needs
    }

    /// What a root needs; of a node that the campaign names nowhere, nothing is known.
    pub fn get(&self, root: NodeId) -> &Need {
        let need = self.of.get(root).and_then(Option::as_deref);
        need.expect("only nodes that the campaign names are asked")
    }
}

fn need(
    campaign: &Campaign,
    prepared: &Prepared,
    experiments: &FxHashMap<&str, ExperimentId>,
    root: NodeId,
) -> Need {
    let plan = &campaign.plan;
    let (mut inputs, mut kinds, mut cols, mut arms) = (vec![], vec![], vec![], vec![]);
    let mut local = false;
    let all = prepared.reach(plan, root);
    for node in &all {
        match &plan.nodes[*node].op {
            Op::Input(slot) => inputs.push(*slot),
            Op::Profile(col) => cols.push(*col),
            Op::Arm(arm) => arms.extend(experiments.get(&*arm.experiment)),
            Op::Agg(agg) => kinds.extend(agg.query.kinds.iter().copied()),
            Op::Sequence(sequence) => {
                kinds.extend(sequence.first.kinds.iter().copied());
                let steps = sequence.steps.iter().flat_map(|step| step.kinds.iter());
                kinds.extend(steps.copied());
                let not = sequence.not.iter().flat_map(|not| not.kinds.iter());
                kinds.extend(not.copied());
            }
            Op::StartOfDay(_) | Op::DateOf(_) | Op::LocalPart(..) | Op::Display(..) => local = true,
            _ => {}
        }
    }
    let timed = prepared.is_timed(root);
    if timed || local {
        cols.extend(plan.schema.zone);
    }
    let closed = all.into_iter().filter(|node| prepared.is_closed(*node));
    Need {
        nodes: closed.collect(),
        inputs: sorted(inputs),
        kinds: sorted(kinds),
        cols: sorted(cols),
        arms: sorted(arms),
        timed,
        quick: Some(root)
            .filter(|root| plan.nodes[*root].ty == Ty::Bool && !plan.nodes[*root].optional)
            .and_then(|root| Quick::new(plan, root)),
    }
}

fn sorted<T: Ord>(mut items: Vec<T>) -> Box<[T]> {
    items.sort_unstable();
    items.dedup();
    items.into()
}
