//! Visiting the nodes that a campaign names, to keep them or to number them anew. One walk for both, so that none is forgotten.

use super::{
    Campaign, Condition, Content, EventMatch, Exclude, Expected, Fill, Recommendation, SendStep,
    Stale, Start, StepKind, TestStepKind, TextPart, Trigger,
};
use crate::{Explain, NodeId};

impl Campaign {
    /// Visits every node that something besides the plan's own answers, checks and ranks names.
    pub fn each_node(&mut self, f: &mut impl FnMut(&mut NodeId)) {
        for purpose in self.purposes.iter_mut() {
            condition(&mut purpose.requires, f);
        }
        for channel in self.channels.iter_mut() {
            f(&mut channel.to);
            channel.requires.iter_mut().for_each(|c| condition(c, f));
            let quiet = channel.quiet.iter_mut();
            quiet
                .flat_map(|quiet| &mut quiet.condition)
                .for_each(|c| condition(c, f));
            channel
                .skips
                .iter_mut()
                .for_each(|skip| condition(&mut skip.condition, f));
        }
        for goal in self.experiments.iter_mut().flat_map(|of| &mut of.goals) {
            crate::remap::each_of_query(&mut goal.of, f);
        }
        self.contents
            .iter_mut()
            .for_each(|content| each_of_content(content, f));
        self.recommendations
            .iter_mut()
            .for_each(|def| each_of_recommendation(def, f));
        self.triggers
            .iter_mut()
            .for_each(|trigger| each_of_trigger(trigger, f));
        for step in self.tests.iter_mut().flat_map(|test| &mut test.steps) {
            if let TestStepKind::Expect(Expected::Holds(of)) = &mut step.kind {
                condition(of, f);
            }
        }
    }
}

impl Campaign {
    /// Every node that [`Self::each_node`] visits, sorted, none repeated.
    pub fn roots(&self) -> Vec<NodeId> {
        let mut roots = Vec::new();
        self.clone().each_node(&mut |node| roots.push(*node));
        roots.sort_unstable();
        roots.dedup();
        roots
    }

    /// What triggers say of events: those that start, end or wake runs.
    pub fn matches(&self) -> Vec<&EventMatch> {
        let mut matches = Vec::new();
        for trigger in self.triggers.iter() {
            if let Start::Event(of) | Start::Inactivity { of, .. } = &trigger.start {
                matches.push(of);
            }
            matches.extend(&trigger.stop_on);
            for step in &trigger.steps {
                if let StepKind::WaitForEvent { of, .. } = &step.kind {
                    matches.push(of);
                }
            }
        }
        matches
    }

    /// The conditions and values that are asked under an event at level 0 outside of the graph's own queries: those on events
    /// that start, end or wake runs, and those of goals; and under an item at level 0: those of recommendations.
    pub fn bodies(&self) -> Vec<NodeId> {
        let matches = self.matches().into_iter();
        let mut bodies: Vec<NodeId> = matches.filter_map(|of| of.filter).collect();
        for def in self.recommendations.iter() {
            let items = def.excludes.iter().flat_map(|exclude| match exclude {
                Exclude::Items(node) => vec![*node],
                Exclude::Keys { query, key } => query.filter.into_iter().chain([*key]).collect(),
            });
            bodies.extend(items.chain(def.filter));
            bodies.extend(def.rank.iter().map(|key| key.value));
            // Parts of a condition are asked one by one.
            let parts = def.conjuncts(&self.plan.nodes);
            bodies.extend(parts.iter().map(|part| part.node));
        }
        let goals = self.experiments.iter().flat_map(|of| &of.goals);
        bodies.extend(goals.filter_map(|goal| goal.of.filter));
        bodies
    }

    /// [`Self::bodies`], and the parts of those of triggers: what explanations ask under an event.
    pub fn explained_bodies(&self) -> Vec<NodeId> {
        let mut bodies = self.bodies();
        let matches = self.matches().into_iter();
        let mut explains: Vec<&Explain> = matches.filter_map(|of| of.explain.as_ref()).collect();
        while let Some(explain) = explains.pop() {
            bodies.extend(explain.node);
            explains.extend(&explain.parts);
        }
        bodies
    }
}

fn each_of_recommendation(def: &mut Recommendation, f: &mut impl FnMut(&mut NodeId)) {
    def.filter.iter_mut().for_each(&mut *f);
    for exclude in &mut def.excludes {
        match exclude {
            Exclude::Items(node) => f(node),
            Exclude::Keys { query, key } => {
                crate::remap::each_of_query(query, f);
                f(key);
            }
        }
    }
    def.rank.iter_mut().for_each(|key| f(&mut key.value));
}

fn condition(of: &mut Condition, f: &mut impl FnMut(&mut NodeId)) {
    f(&mut of.node);
    explained(&mut of.explain, f);
}

fn explained(of: &mut Explain, f: &mut impl FnMut(&mut NodeId)) {
    let mut explains: Vec<&mut Explain> = vec![of];
    while let Some(explain) = explains.pop() {
        explain.node.iter_mut().for_each(&mut *f);
        explains.extend(&mut explain.parts);
    }
}

fn each_of_content(content: &mut Content, f: &mut impl FnMut(&mut NodeId)) {
    content
        .skips
        .iter_mut()
        .for_each(|skip| condition(&mut skip.condition, f));
    for slot in &mut content.slots {
        slot.default.iter_mut().for_each(|default| fill(default, f));
    }
    for variant in &mut content.variants {
        variant.condition.iter_mut().for_each(|c| condition(c, f));
        let localized = variant.locales.iter_mut().flat_map(|of| &mut of.slots);
        let slots = variant.slots.iter_mut().chain(localized);
        slots.for_each(|(_, value)| fill(value, f));
    }
}

fn fill(value: &mut Fill, f: &mut impl FnMut(&mut NodeId)) {
    match value {
        Fill::Value(node) => f(node),
        Fill::Text(parts) => {
            for part in parts {
                if let TextPart::Value { node, .. } = part {
                    f(node);
                }
            }
        }
        Fill::Choose(arms, otherwise) => {
            for (node, value) in arms {
                f(node);
                fill(value, f);
            }
            fill(otherwise, f);
        }
        Fill::Template { roots, .. } => roots.iter_mut().for_each(f),
    }
}

fn each_of_trigger(trigger: &mut Trigger, f: &mut impl FnMut(&mut NodeId)) {
    match &mut trigger.start {
        Start::Event(of) | Start::Inactivity { of, .. } => event(of, f),
        Start::Membership { of, .. } => f(of),
        Start::Anniversary { date, .. } => f(date),
        Start::Every { .. } => {}
        Start::Change {
            value, condition, ..
        } => {
            f(value);
            condition.iter_mut().for_each(&mut *f);
        }
    }
    let watched = trigger.watched.iter_mut().chain(&mut trigger.change);
    watched.for_each(|of| explained(of, f));
    trigger.condition.iter_mut().for_each(|c| condition(c, f));
    trigger.per.iter_mut().for_each(&mut *f);
    trigger.stop_on.iter_mut().for_each(|of| event(of, f));
    trigger.stop_when.iter_mut().for_each(|c| condition(c, f));
    trigger
        .steps
        .iter_mut()
        .for_each(|step| each_of_step(&mut step.kind, f));
}

fn event(of: &mut EventMatch, f: &mut impl FnMut(&mut NodeId)) {
    of.filter.iter_mut().for_each(&mut *f);
    of.explain.iter_mut().for_each(|of| explained(of, f));
}

fn each_of_step(step: &mut StepKind, f: &mut impl FnMut(&mut NodeId)) {
    match step {
        StepKind::Send(SendStep { args, stale, .. }) => {
            args.iter_mut().for_each(&mut *f);
            match stale {
                Some(Stale::Within(node) | Stale::At(node) | Stale::Clock(node)) => f(node),
                None => {}
            }
        }
        StepKind::Wait(node) | StepKind::WaitUntil(node) => f(node),
        StepKind::WaitForEvent { of, at_most } => {
            event(of, f);
            f(at_most);
        }
        StepKind::WaitForClock { at, .. } => f(at),
        StepKind::Branch { arms, .. } => arms.iter_mut().for_each(|(c, _)| condition(c, f)),
        StepKind::Emit { values, .. } => values.iter_mut().for_each(|(_, node)| f(node)),
        StepKind::Set { value, .. } => f(value),
        StepKind::Jump(_) | StepKind::Stop => {}
    }
}
