//! A campaign made ready for machines: what listens to which event, what is to be looked at when something changes, what each
//! condition needs. Made once; knows no person.

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::campaign::{
    Campaign, ChannelId, Condition, Content, ContentId, EventMatch, Fill, Recurrence, Slot,
    SlotFrom, Start, StepKind, TriggerId,
};
use persona_ir::{ColId, ExperimentId, KindId, NodeId};
use persona_liquid::Checked;

use super::{Needs, Options};
use crate::content::Contents;
use crate::experiment::GlobalHoldout;
use crate::testing::Cover;
use crate::{Calibration, Prepared};

/// A campaign made ready, with what a stream is told once.
#[derive(Debug)]
pub struct Program<'c> {
    pub(super) campaign: &'c Campaign,
    pub(super) options: Options,
    pub(super) prepared: Arc<Prepared>,
    pub(super) calibration: Arc<Calibration>,
    pub(super) needs: Needs,
    pub(super) contents: Contents<'c>,
    pub(super) holdout: GlobalHoldout,
    /// What does not start by an event, in the order of triggers.
    pub(super) watches: Vec<Watch>,
    /// Per kind: who listens.
    pub(super) kinds: IndexVec<KindId, Listeners>,
    /// Per column of the profile: the watches that read it.
    pub(super) readers: IndexVec<ColId, Vec<usize>>,
    /// Per trigger: what its `stop when` reads.
    pub(super) stops: IndexVec<TriggerId, Reads>,
    /// Per trigger, and per content: the experiments that are about it.
    pub(super) about_trigger: IndexVec<TriggerId, Vec<ExperimentId>>,
    pub(super) about_content: IndexVec<ContentId, Vec<ExperimentId>>,
    /// Per content: whether what it says can give it up.
    pub(super) can_give_up: IndexVec<ContentId, bool>,
    /// Per content: the experiments whose arm its skips and variants ask for, and those of contents that it reads.
    pub(super) asks_arms: IndexVec<ContentId, Vec<ExperimentId>>,
    /// Per channel: the experiments whose arm its skips ask for.
    pub(super) skips_ask_arms: IndexVec<ChannelId, Vec<ExperimentId>>,
    /// Who counts what conditions say: tests, where that is asked for.
    pub(super) cover: Option<&'c Cover<'c>>,
}

/// What starts without an event.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) trigger: TriggerId,
    pub(super) kind: WatchKind,
}

/// What is watched.
#[derive(Debug)]
pub(super) enum WatchKind {
    /// A membership.
    Member {
        of: NodeId,
        leave: bool,
        including_current: bool,
    },
    /// A value.
    Change {
        value: NodeId,
        before: Option<u32>,
        after: Option<u32>,
        condition: Option<NodeId>,
    },
    /// The time since an event.
    Inactivity { after: i64 },
    /// A date's anniversaries.
    Anniversary { date: NodeId, at: i64 },
    /// A recurrence.
    Every { unit: Recurrence, at: i64 },
}

/// Who listens to a kind of event. Everything in the order of triggers.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    pub(super) starts: Vec<TriggerId>,
    pub(super) inactivity: Vec<usize>,
    /// The watches that read its history.
    pub(super) readers: Vec<usize>,
    /// Whether some run can be stopped or woken by it, or asks for its history.
    pub(super) runs: bool,
}

/// What something reads.
#[derive(Debug, Default)]
pub(super) struct Reads {
    pub(super) kinds: Vec<KindId>,
    pub(super) cols: Vec<ColId>,
}

impl<'c> Program<'c> {
    /// Makes a campaign ready. Ranks beyond the calibration are missing.
    pub fn new(campaign: &'c Campaign, calibration: Arc<Calibration>, options: Options) -> Self {
        let prepared = Arc::new(Prepared::of_campaign(campaign));
        let needs = Needs::new(campaign, &prepared);
        let contents = Contents::new(campaign, &prepared);
        let package = &campaign.plan.package;
        let mut program = Self {
            campaign,
            options,
            prepared,
            calibration,
            contents,
            holdout: GlobalHoldout::new(package, campaign.holdout),
            watches: Vec::new(),
            kinds: campaign
                .plan
                .schema
                .events
                .iter()
                .map(|_| Listeners::default())
                .collect(),
            readers: campaign
                .plan
                .schema
                .profile
                .columns
                .iter()
                .map(|_| Vec::new())
                .collect(),
            stops: IndexVec::new(),
            about_trigger: campaign
                .triggers
                .iter()
                .map(|of| about(campaign, &of.name))
                .collect(),
            about_content: campaign
                .contents
                .iter()
                .map(|of| about(campaign, &of.name))
                .collect(),
            can_give_up: campaign.contents.iter().map(can_give_up).collect(),
            asks_arms: campaign
                .contents
                .ids()
                .map(|of| asks_arms(campaign, &needs, of))
                .collect(),
            skips_ask_arms: campaign
                .channels
                .iter()
                .map(|channel| arms_in(&needs, channel.skips.iter().map(|skip| &skip.condition)))
                .collect(),
            needs,
            cover: None,
        };
        program.listen();
        program
    }

    /// The same with the campaign's templates, in the order of their numbers. A campaign without any needs none.
    #[must_use]
    pub fn with_templates(mut self, templates: &'c [Checked]) -> Self {
        self.contents = self.contents.with_templates(templates);
        self
    }

    /// The same, where starting events that fail their `where` are outcomes.
    #[must_use]
    pub fn recording_where(mut self) -> Self {
        self.options.record_where = true;
        self
    }

    /// The thresholds of ranks.
    pub fn calibration(&self) -> &Arc<Calibration> {
        &self.calibration
    }

    /// The same, where conditions that are asked are counted.
    #[must_use]
    pub fn with_cover(self, cover: &'c Cover<'c>) -> Self {
        Self {
            cover: Some(cover),
            ..self.explaining()
        }
    }

    /// The same, where parts of conditions on events can be asked, too: explanations do.
    #[must_use]
    pub fn explaining(mut self) -> Self {
        let bodies = self.campaign.explained_bodies();
        self.prepared = Arc::new(Prepared::with_bodies(&self.campaign.plan, bodies));
        self
    }

    /// Who counts what conditions say.
    pub fn cover(&self) -> Option<&'c Cover<'c>> {
        self.cover
    }

    /// The campaign.
    pub fn campaign(&self) -> &'c Campaign {
        self.campaign
    }

    /// What the stream was told.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The contents of the campaign.
    pub fn contents(&self) -> &Contents<'c> {
        &self.contents
    }

    fn listen(&mut self) {
        for (id, trigger) in self.campaign.triggers.iter_enumerated() {
            match &trigger.start {
                Start::Event(of) => {
                    for kind in &of.kinds {
                        self.kinds[*kind].starts.push(id);
                    }
                }
                other => self.watch(id, other),
            }
            let waits = trigger.steps.iter().filter_map(|step| match &step.kind {
                StepKind::WaitForEvent { of, .. } => Some(of),
                _ => None,
            });
            for kind in trigger.stop_on.iter().chain(waits).flat_map(|of| &of.kinds) {
                self.kinds[*kind].runs = true;
            }
            let mut reads = Reads::default();
            for condition in &trigger.stop_when {
                let need = self.needs.get(condition.node);
                reads.kinds.extend(&need.kinds);
                reads.cols.extend(&need.cols);
            }
            for kind in &reads.kinds {
                self.kinds[*kind].runs = true;
            }
            self.stops.push(reads);
        }
    }

    fn watch(&mut self, trigger: TriggerId, start: &Start) {
        let index = self.watches.len();
        let (kind, node) = match start {
            Start::Event(_) => return,
            Start::Membership {
                leave,
                of,
                including_current,
            } => {
                let kind = WatchKind::Member {
                    of: *of,
                    leave: *leave,
                    including_current: *including_current,
                };
                (kind, Some(*of))
            }
            Start::Change {
                value,
                before,
                after,
                condition,
            } => {
                let kind = WatchKind::Change {
                    value: *value,
                    before: *before,
                    after: *after,
                    condition: *condition,
                };
                (kind, Some(*value))
            }
            Start::Inactivity { of, after } => {
                for kind in &of.kinds {
                    self.kinds[*kind].inactivity.push(index);
                }
                (WatchKind::Inactivity { after: *after }, None)
            }
            Start::Anniversary { date, at } => {
                let kind = WatchKind::Anniversary {
                    date: *date,
                    at: *at,
                };
                (kind, Some(*date))
            }
            Start::Every { unit, at } => {
                let kind = WatchKind::Every {
                    unit: *unit,
                    at: *at,
                };
                (kind, None)
            }
        };
        let zoned = matches!(
            kind,
            WatchKind::Anniversary { .. } | WatchKind::Every { .. }
        );
        let zone = self.campaign.plan.schema.zone.filter(|_| zoned);
        let mut cols: Vec<ColId> = zone.into_iter().collect();
        if let Some(node) = node {
            let need = self.needs.get(node);
            cols.extend(&need.cols);
            for kind in &need.kinds {
                self.kinds[*kind].readers.push(index);
            }
        }
        cols.sort_unstable();
        cols.dedup();
        for col in cols {
            self.readers[col].push(index);
        }
        self.watches.push(Watch { trigger, kind });
    }

    /// What starts a trigger by the time since an event.
    pub(super) fn inactivity(&self, trigger: TriggerId) -> Option<&'c EventMatch> {
        match &self.campaign.triggers[trigger].start {
            Start::Inactivity { of, .. } => Some(of),
            _ => None,
        }
    }
}

/// The experiments that are about a trigger or a content.
fn about(campaign: &Campaign, name: &Arc<str>) -> Vec<ExperimentId> {
    let experiments = campaign.experiments.iter_enumerated();
    let named = experiments.filter(|(_, of)| of.on.contains(name));
    named.map(|(id, _)| id).collect()
}

/// Whether what a content says can give it up: another content that it reads, a recommendation that finds too little, or a
/// template that becomes too large.
fn can_give_up(content: &Content) -> bool {
    let mut slots = content.frame.iter();
    let other = |slot: &Slot| {
        matches!(
            slot.from,
            SlotFrom::ContentSlot { .. } | SlotFrom::Recommend(_)
        )
    };
    if slots.any(other) {
        return true;
    }
    let own = content.variants.iter().flat_map(|of| &of.slots);
    let locales = content.variants.iter().flat_map(|of| &of.locales);
    let all = own
        .chain(locales.flat_map(|of| &of.slots))
        .map(|(_, fill)| fill);
    let defaults = content
        .slots
        .iter()
        .filter_map(|slot| slot.default.as_ref());
    let mut fills: Vec<&Fill> = all.chain(defaults).collect();
    while let Some(fill) = fills.pop() {
        match fill {
            Fill::Template { .. } => return true,
            Fill::Choose(arms, otherwise) => {
                fills.extend(arms.iter().map(|(_, fill)| fill));
                fills.push(otherwise);
            }
            Fill::Value(_) | Fill::Text(_) => {}
        }
    }
    false
}

/// The experiments whose arm decides what of a content is read: its own conditions ask for it, or those of a content that it
/// reads.
fn asks_arms(campaign: &Campaign, needs: &Needs, content: ContentId) -> Vec<ExperimentId> {
    let mut contents = vec![content];
    let mut place = 0;
    while let Some(of) = contents.get(place).copied() {
        place += 1;
        for slot in &campaign.contents[of].frame {
            if let SlotFrom::ContentSlot { content, .. } = slot.from
                && !contents.contains(&content)
            {
                contents.push(content);
            }
        }
    }
    let all = contents.iter().map(|of| &campaign.contents[*of]);
    let asked = all.flat_map(|of| {
        let skips = of.skips.iter().map(|skip| &skip.condition);
        skips.chain(of.variants.iter().filter_map(|v| v.condition.as_ref()))
    });
    arms_in(needs, asked)
}

/// The experiments whose arm some conditions ask for, sorted.
fn arms_in<'c>(
    needs: &Needs,
    conditions: impl Iterator<Item = &'c Condition>,
) -> Vec<ExperimentId> {
    let arms = conditions.flat_map(|of| &needs.get(of.node).arms);
    let mut arms: Vec<ExperimentId> = arms.copied().collect();
    arms.sort_unstable();
    arms.dedup();
    arms
}
