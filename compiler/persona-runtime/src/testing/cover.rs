//! Coverage: which conditions were asked, and what they said. A condition without `and`, `or` and `not` is an *atom*; one that
//! is not reached because another decided before it counts as not reached. Atoms are known by the places at which they are
//! written, so that what is called from several places is one.
//!
//! Machines without a cover do none of this.

use std::sync::{Mutex, PoisonError};

use persona_ir::campaign::{Campaign, ContentId};
use persona_ir::{Explain, ExplainKind, NodeId, OutputKind, Place};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{EventRef, Facts, ProfileEvaluator, Value};

/// What was seen of the conditions of a campaign.
#[derive(Debug)]
pub struct Cover<'c> {
    campaign: &'c Campaign,
    seen: Mutex<FxHashMap<Place, Said>>,
    chosen: Mutex<FxHashMap<(ContentId, u32), u64>>,
}

/// How often an atom said what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Yes.
    pub yes: u64,
    /// No.
    pub no: u64,
}

/// Whether an atom is a condition by itself: a Bool that has a value of its own.
pub fn is_atom(campaign: &Campaign, explain: &Explain) -> bool {
    let is_bool = |node: NodeId| campaign.plan.nodes[node].ty == persona_ir::Ty::Bool;
    match explain.kind {
        ExplainKind::Atom | ExplainKind::Reference(_) => explain.node.is_some_and(is_bool),
        _ => false,
    }
}

impl<'c> Cover<'c> {
    /// Nothing was seen yet.
    pub fn new(campaign: &'c Campaign) -> Self {
        Self {
            campaign,
            seen: Mutex::default(),
            chosen: Mutex::default(),
        }
    }

    /// What an atom said.
    pub fn of(&self, place: Place) -> Said {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&place).copied().unwrap_or_default()
    }

    /// How often a variant was chosen.
    pub fn chosen(&self, content: ContentId, variant: u32) -> u64 {
        let chosen = self.chosen.lock().unwrap_or_else(PoisonError::into_inner);
        chosen.get(&(content, variant)).copied().unwrap_or(0)
    }

    /// Somebody reads, or would read, a variant.
    pub fn chose(&self, content: ContentId, variant: u32) {
        let mut chosen = self.chosen.lock().unwrap_or_else(PoisonError::into_inner);
        *chosen.entry((content, variant)).or_default() += 1;
    }

    /// A condition is asked of somebody, under the evaluator's frame; perhaps with an event at level 0.
    pub fn saw<F: Facts>(
        &self,
        eval: &mut ProfileEvaluator<'_, F>,
        explain: &Explain,
        event: Option<EventRef>,
    ) {
        let mut walk = Walk {
            cover: self,
            eval,
            event,
            followed: FxHashSet::default(),
        };
        walk.holds(explain);
    }

    fn count(&self, place: Place, said: bool) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let count = seen.entry(place).or_default();
        if said {
            count.yes += 1;
        } else {
            count.no += 1;
        }
    }
}

/// One condition that is asked.
struct Walk<'w, 'c, 'e, F: Facts> {
    cover: &'w Cover<'c>,
    eval: &'w mut ProfileEvaluator<'e, F>,
    event: Option<EventRef>,
    /// What was referred to: asked once, however often it stands there.
    followed: FxHashSet<&'c str>,
}

impl<'c, F: Facts> Walk<'_, 'c, '_, F> {
    fn value(&mut self, node: NodeId) -> Value {
        match self.event {
            Some(event) => self.eval.value_for(node, event),
            None => self.eval.value(node),
        }
    }

    /// Asks a condition as an evaluation from left to right would, and says whether it holds.
    fn holds(&mut self, explain: &Explain) -> bool {
        match &explain.kind {
            ExplainKind::And => explain.parts.iter().all(|part| self.holds(part)),
            ExplainKind::Or => explain.parts.iter().any(|part| self.holds(part)),
            ExplainKind::Not => !explain.parts.iter().all(|part| self.holds(part)),
            _ => self.plain(explain),
        }
    }

    fn plain(&mut self, explain: &Explain) -> bool {
        let said = explain.node.is_some_and(|node| self.value(node).is_true());
        if is_atom(self.cover.campaign, explain) {
            self.cover.count(explain.place, said);
        }
        self.below(explain);
        said
    }

    /// Conditions inside of an operand, and of what it refers to.
    fn below(&mut self, explain: &Explain) {
        if let ExplainKind::Reference(name) = &explain.kind
            && explain.parts.is_empty()
        {
            self.follow(name);
        }
        for part in &explain.parts {
            if explain.node.is_some() {
                self.holds(part);
            }
        }
    }

    /// Another answer of the package.
    fn follow(&mut self, name: &str) {
        let base = name.split('.').next().unwrap_or(name);
        let outputs = &self.cover.campaign.plan.outputs;
        let Ok(found) = outputs.binary_search_by(|output| (*output.name).cmp(base)) else {
            return;
        };
        let output = &outputs[found];
        if !self.followed.insert(&output.name) {
            return;
        }
        match output.kind {
            OutputKind::Partition(_) => self.stages(&output.explain),
            OutputKind::Segment | OutputKind::Trait => {
                self.holds(&output.explain);
            }
        }
    }

    /// The stages of a partition, up to the first that holds.
    fn stages(&mut self, explain: &Explain) {
        for stage in &explain.parts {
            if self.stage(stage) {
                return;
            }
        }
    }

    fn stage(&mut self, stage: &Explain) -> bool {
        match &stage.kind {
            // Its part is the condition; `otherwise` has none.
            ExplainKind::Stage(_) => match stage.parts.first() {
                Some(condition) => self.holds(condition),
                None => true,
            },
            _ => self.holds(stage),
        }
    }
}
