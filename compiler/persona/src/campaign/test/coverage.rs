//! Coverage of a package by its tests: of each condition whether it was seen to hold and not to hold, of each variant whether
//! somebody read it, of each trigger which of the outcomes that it can have were seen. What can be covered is found in the
//! campaign; what was covered comes from the machine.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::{FileId, Span};
use persona_ir::campaign::{
    Campaign, Condition, EntryLimit, SendStep, Start, StepKind, Trigger, TriggerId,
};
use persona_ir::{Explain, ExplainKind, OutputKind, Place};
use persona_runtime::machine::{Happened, Outcome};
use persona_runtime::testing::{Cover, is_atom};

use crate::campaign::Staged;
use crate::{Location, Texts};

/// What tests covered.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// Conditions without `and`, `or` and `not`, in the order of files and places.
    pub atoms: Vec<CoveredAtom>,
    /// Variants of contents.
    pub variants: Vec<CoveredVariant>,
    /// Outcomes of triggers, in the order of triggers, steps, and as they are asked.
    pub outcomes: Vec<CoveredOutcome>,
}

/// A condition.
#[derive(Clone, Debug)]
pub struct CoveredAtom {
    /// What it belongs to: `segment vip`, `trigger cart_rescue`.
    pub owner: String,
    /// As it is written, on one line.
    pub text: String,
    /// Where it begins.
    pub location: Location,
    /// Where it is written: bytes of its file.
    pub span: std::ops::Range<usize>,
    /// How often it held.
    pub yes: u64,
    /// How often it did not.
    pub no: u64,
}

/// A variant.
#[derive(Clone, Debug)]
pub struct CoveredVariant {
    /// The content.
    pub content: Arc<str>,
    /// The variant; `otherwise` for the last.
    pub variant: Arc<str>,
    /// Where it is written.
    pub location: Location,
    /// How often somebody read it, or would have read it.
    pub chosen: u64,
}

/// An outcome that a trigger can have.
#[derive(Clone, Debug)]
pub struct CoveredOutcome {
    /// The trigger.
    pub trigger: Arc<str>,
    /// What it is about: a step as it is written; absent for the whole trigger.
    pub step: Option<String>,
    /// The trigger's place, or the step's.
    pub location: Location,
    /// The outcome's name, as in logs.
    pub outcome: &'static str,
    /// Its reason, as in logs.
    pub reason: Option<&'static str>,
    /// How often it was seen.
    pub seen: u64,
}

/// How much was seen of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Covering {
    /// It was never asked.
    Never,
    /// It held, and never did not.
    OnlyYes,
    /// It did not hold, and never did.
    OnlyNo,
    /// Both.
    Both,
}

impl CoveredAtom {
    /// How much was seen of it.
    pub fn covering(&self) -> Covering {
        match (self.yes, self.no) {
            (0, 0) => Covering::Never,
            (_, 0) => Covering::OnlyYes,
            (0, _) => Covering::OnlyNo,
            _ => Covering::Both,
        }
    }
}

/// Counts while tests run.
pub(super) struct Counting<'s> {
    staged: &'s Staged,
    pub(super) cover: &'s Cover<'s>,
    /// By trigger, step, outcome and reason.
    outcomes: BTreeMap<Key, u64>,
}

/// A trigger, a step, an outcome and its reason.
type Key = (u32, Option<u32>, &'static str, Option<&'static str>);

impl<'s> Counting<'s> {
    pub(super) fn new(staged: &'s Staged, cover: &'s Cover<'s>) -> Self {
        Self {
            staged,
            cover,
            outcomes: BTreeMap::new(),
        }
    }

    /// An outcome of a test.
    pub(super) fn outcome(&mut self, outcome: &Outcome) {
        // A run that was stopped may have been at any step.
        let step = match &outcome.what {
            Happened::Stopped(_) | Happened::Ended(_) => None,
            _ => outcome.step,
        };
        let key = (
            outcome.run.trigger.0,
            step,
            outcome.name(),
            outcome.reason(),
        );
        *self.outcomes.entry(key).or_default() += 1;
    }

    pub(super) fn finish(self) -> Coverage {
        let texts = &self.staged.program.texts;
        let campaign = &self.staged.campaign;
        let own = texts.files();
        Coverage {
            atoms: atoms(campaign, texts, &own, self.cover),
            variants: self.covered_variants(&own),
            outcomes: self.covered_outcomes(&own),
        }
    }

    fn covered_variants(&self, own: &[FileId]) -> Vec<CoveredVariant> {
        let texts = &self.staged.program.texts;
        let mut found = Vec::new();
        for (content, def) in self.staged.campaign.contents.iter_enumerated() {
            if !own.contains(&def.place.file) {
                continue;
            }
            for (place, variant) in (0_u32..).zip(&def.variants) {
                found.push(CoveredVariant {
                    content: def.name.clone(),
                    variant: variant.name.clone(),
                    location: texts.location(def.place.file, variant.span),
                    chosen: self.cover.chosen(content, place),
                });
            }
        }
        found
    }

    fn covered_outcomes(&self, own: &[FileId]) -> Vec<CoveredOutcome> {
        let texts = &self.staged.program.texts;
        let campaign = &self.staged.campaign;
        let mut found = Vec::new();
        for (id, trigger) in campaign.triggers.iter_enumerated() {
            if !own.contains(&trigger.place.file) {
                continue;
            }
            for (step, outcome, reason) in possible(campaign, id, trigger) {
                let written = step.and_then(|step| trigger.steps.get(step as usize));
                let span = written.map_or(trigger.place.span, |step| step.span);
                let text = |span| one_line(texts.slice(trigger.place.file, span));
                let seen = self.outcomes.get(&(id.0, step, outcome, reason));
                found.push(CoveredOutcome {
                    trigger: trigger.name.clone(),
                    step: written.map(|step| text(step.span)),
                    location: texts.location(trigger.place.file, span),
                    outcome,
                    reason,
                    seen: seen.copied().unwrap_or(0),
                });
            }
        }
        found
    }
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

// ---- which outcomes there can be ----

/// An outcome that is possible: the step, the outcome's name, its reason.
type Possible = (Option<u32>, &'static str, Option<&'static str>);

/// The outcomes that a trigger can have. Those that need something rare of the machine (an instant that is missing) or of the
/// world (a profile that is deleted) are none.
fn possible(campaign: &Campaign, id: TriggerId, trigger: &Trigger) -> Vec<Possible> {
    let mut found: Vec<Possible> = vec![(None, "entered", None)];
    let mut whole = |is_possible: bool, outcome, reason| {
        if is_possible {
            found.push((None, outcome, reason));
        }
    };
    let filtered = match &trigger.start {
        Start::Event(of) => of.filter.is_some(),
        Start::Change { condition, .. } => condition.is_some(),
        _ => false,
    };
    let waits = trigger.steps.iter().any(|step| {
        matches!(
            step.kind,
            StepKind::Wait(_)
                | StepKind::WaitUntil(_)
                | StepKind::WaitForClock { .. }
                | StepKind::WaitForEvent { .. }
        )
    });
    let limited = trigger.enter != EntryLimit::Always;
    whole(filtered, "refused", Some("where"));
    whole(trigger.condition.is_some(), "refused", Some("when"));
    whole(waits && !trigger.restart, "refused", Some("running"));
    whole(waits && trigger.restart, "restarted", None);
    whole(limited, "refused", Some("limit"));
    whole(!trigger.stop_on.is_empty(), "stopped", Some("event"));
    whole(!trigger.stop_when.is_empty(), "stopped", Some("condition"));
    whole(true, "ended", Some("finished"));
    let stops = |kind: &StepKind| matches!(kind, StepKind::Stop);
    let any_stop = trigger.steps.iter().any(|step| stops(&step.kind));
    whole(any_stop, "ended", Some("stop"));
    for (place, step) in (0_u32..).zip(&trigger.steps) {
        match &step.kind {
            StepKind::Send(send) => {
                let of_send = of_send(campaign, id, send).into_iter();
                found.extend(of_send.map(|(name, reason)| (Some(place), name, reason)));
            }
            StepKind::Emit { .. } => found.push((Some(place), "emitted", None)),
            StepKind::Set { .. } => found.push((Some(place), "set", None)),
            _ => {}
        }
    }
    found
}

/// What can become of a message.
fn of_send(
    campaign: &Campaign,
    trigger: TriggerId,
    send: &SendStep,
) -> Vec<(&'static str, Option<&'static str>)> {
    let channel = &campaign.channels[send.channel];
    let content = &campaign.contents[send.content];
    let trigger = &campaign.triggers[trigger].name;
    let about = campaign
        .experiments
        .iter()
        .filter(|of| of.on.contains(trigger) || of.on.contains(&content.name));
    let held_out = about.into_iter().any(|of| of.arm.holdout > 0) || campaign.holdout > 0;
    let disturbs = !channel.transactional;
    let limits = disturbs && !channel.limits.is_empty();
    let quiet = disturbs && !channel.quiet.is_empty();
    let optional = campaign.plan.nodes[channel.to].optional;
    let skips = !channel.skips.is_empty() || !content.skips.is_empty();
    let defers = quiet || (limits && channel.defers);
    let all = [
        (true, ("sent", None)),
        (quiet, ("deferred", Some("quiet"))),
        (limits && channel.defers, ("deferred", Some("limit"))),
        (disturbs && held_out, ("dropped", Some("holdout"))),
        (optional, ("dropped", Some("address"))),
        (channel.requires.is_some(), ("dropped", Some("consent"))),
        (send.purpose.is_some(), ("dropped", Some("purpose"))),
        (skips, ("dropped", Some("skip"))),
        (limits && !channel.defers, ("dropped", Some("limit"))),
        (defers && send.stale.is_some(), ("stale", Some("stale"))),
    ];
    let possible = all.into_iter().filter(|(is_possible, _)| *is_possible);
    possible.map(|(_, outcome)| outcome).collect()
}

// ---- which conditions there are ----

/// An atom that is found: who owns it.
type Found = BTreeMap<(FileId, u32, u32), String>;

fn atoms(
    campaign: &Campaign,
    texts: &Texts,
    own: &[FileId],
    cover: &Cover<'_>,
) -> Vec<CoveredAtom> {
    let mut found = Found::new();
    let mut collect = |owner: &str, explain: &Explain| {
        gather(campaign, owner, explain, &mut found);
    };
    for output in &campaign.plan.outputs {
        let kind = match output.kind {
            OutputKind::Segment => "segment",
            OutputKind::Trait => "trait",
            OutputKind::Partition(_) => "partition",
        };
        collect(&format!("{kind} {}", output.name), &output.explain);
    }
    for purpose in campaign.purposes.iter() {
        collect(
            &format!("purpose {}", purpose.name),
            &purpose.requires.explain,
        );
    }
    for channel in campaign.channels.iter() {
        let owner = format!("channel {}", channel.name);
        let quiet = channel.quiet.iter().filter_map(|of| of.condition.as_ref());
        let skips = channel.skips.iter().map(|skip| &skip.condition);
        let all = channel.requires.iter().chain(quiet).chain(skips);
        all.for_each(|of| collect(&owner, &of.explain));
    }
    for content in campaign.contents.iter() {
        let owner = format!("content {}", content.name);
        let skips = content.skips.iter().map(|skip| &skip.condition);
        let variants = content
            .variants
            .iter()
            .filter_map(|of| of.condition.as_ref());
        skips
            .chain(variants)
            .for_each(|of| collect(&owner, &of.explain));
    }
    for trigger in campaign.triggers.iter() {
        let owner = format!("trigger {}", trigger.name);
        of_trigger(trigger, &mut |explain| collect(&owner, explain));
    }
    let place = |(file, start, end): (FileId, u32, u32)| Place {
        file,
        span: Span::new(start, end),
    };
    let mut atoms: Vec<(FileId, CoveredAtom)> = Vec::new();
    for (at, owner) in found {
        let place = place(at);
        if !own.contains(&place.file) {
            continue;
        }
        let said = cover.of(place);
        let atom = CoveredAtom {
            owner,
            text: one_line(texts.slice(place.file, place.span)),
            location: texts.location(place.file, place.span),
            span: place.span.start as usize..place.span.end as usize,
            yes: said.yes,
            no: said.no,
        };
        atoms.push((place.file, atom));
    }
    let rank = |file: &FileId| own.iter().position(|of| of == file);
    atoms.sort_by_key(|(file, atom)| (rank(file), atom.span.start, atom.span.end));
    atoms.into_iter().map(|(_, atom)| atom).collect()
}

/// The conditions of a trigger.
fn of_trigger(trigger: &Trigger, collect: &mut dyn FnMut(&Explain)) {
    let starts = match &trigger.start {
        Start::Event(of) | Start::Inactivity { of, .. } => Some(of),
        _ => None,
    };
    let waits = trigger.steps.iter().filter_map(|step| match &step.kind {
        StepKind::WaitForEvent { of, .. } => Some(of),
        _ => None,
    });
    let matches = starts.into_iter().chain(&trigger.stop_on).chain(waits);
    let filters = matches.filter_map(|of| of.explain.as_ref());
    let watched = match &trigger.start {
        Start::Membership { .. } => trigger.watched.as_ref(),
        _ => None,
    };
    let all = filters.chain(watched).chain(&trigger.change);
    all.for_each(&mut *collect);
    let mut condition = |of: &Condition| collect(&of.explain);
    trigger.condition.iter().for_each(&mut condition);
    trigger.stop_when.iter().for_each(&mut condition);
    for step in &trigger.steps {
        if let StepKind::Branch { arms, .. } = &step.kind {
            arms.iter().for_each(|(of, _)| condition(of));
        }
    }
}

fn gather(campaign: &Campaign, owner: &str, explain: &Explain, found: &mut Found) {
    if is_atom(campaign, explain) {
        let span = explain.place.span;
        let key = (explain.place.file, span.start, span.end);
        found.entry(key).or_insert_with(|| owner.to_owned());
    }
    let hidden = |explain: &Explain| {
        // Parts under a binder have no value of their own.
        explain.node.is_none() && !matches!(explain.kind, ExplainKind::Stage(_))
    };
    for part in explain.parts.iter().filter(|part| !hidden(part)) {
        gather(campaign, owner, part, found);
    }
}
