//! Why somebody reads this variant of a content: the conditions that were asked, the language, and what the arms of experiments
//! had to do with it.

use std::sync::Arc;

use persona_ir::campaign::{Content, ContentId};
use persona_ir::{ColId, ExperimentId, KindId, Op, Plan, Schema};
use persona_runtime::content::Contents;
use persona_runtime::experiment::{Assignment, assign};
use persona_runtime::time::Times;
use persona_runtime::{
    Calibration, Catalogs, Dataset, Evaluator, EventRef, Facts, Prepared, Value,
};

use super::WhyOptions;
use crate::campaign::{Staged, args};
use crate::error::guarded;
use crate::{Error, Location, Program, Progress, RenderOptions, RenderResult};

/// Why a content is read as it is.
#[derive(Clone, Debug)]
pub struct ContentWhy {
    /// What is read, and the conditions that were asked.
    pub read: RenderResult,
    /// The language, in a sentence; absent where the variant that is read has texts in one language only.
    pub language: Option<String>,
    /// The experiments that are about the content, or that its conditions ask.
    pub arms: Vec<ArmWhy>,
}

/// What an experiment has to do with something.
#[derive(Clone, Debug)]
pub struct ArmWhy {
    /// The experiment.
    pub experiment: Arc<str>,
    /// Where it is declared.
    pub location: Location,
    /// Where the person is in it.
    pub seat: Seat,
    /// Whether it is about the content, and not only asked by its conditions.
    pub about: bool,
    /// What would be read elsewhere, where that is something else: the place, and the variant or why there is none.
    pub elsewhere: Vec<(Seat, ReadThere)>,
}

/// What is read somewhere: the variant, or why there is none.
pub type ReadThere = Result<Arc<str>, Arc<str>>;

/// Where somebody is in an experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seat {
    /// In this arm.
    Arm(Arc<str>),
    /// Kept out: in the experiment's holdout.
    Holdout,
    /// Takes no part: the layer puts them elsewhere.
    Outside,
}

impl Program {
    pub(super) fn why_content(
        &self,
        name: &str,
        key: &str,
        options: &WhyOptions,
        progress: &dyn Progress,
    ) -> Result<Box<ContentWhy>, Error> {
        let render = RenderOptions {
            now: options.now.clone(),
            args: options.args.clone(),
            all_variants: false,
        };
        let staged = self.staged()?;
        let loaded = staged.load(options.now.clone(), progress)?;
        let read = self.render_loaded(name, key, &render, &loaded)?;
        let id = staged.content(name)?;
        let plan = &staged.program.plan;
        let profile = loaded.data.find(&plan.schema, key);
        let profile = profile.ok_or_else(|| self.no_profile(key, &loaded.data))?;
        let def = &staged.campaign.contents[id];
        let now = loaded.now.at;
        let values = args::values(plan, &loaded.data, profile, now, def, &options.args)?;
        let arms = guarded("explaining the experiments", || {
            Tries::new(staged, &loaded.data, profile, now).arms(id, &values)
        })?;
        let language = language(def, &read);
        Ok(Box::new(ContentWhy {
            read,
            language,
            arms,
        }))
    }
}

/// Which language is read, and why.
fn language(def: &Content, read: &RenderResult) -> Option<String> {
    let variant = def.variants.get(read.chosen?)?;
    if variant.locales.is_empty() {
        return None;
    }
    let tags: Vec<&str> = variant.locales.iter().map(|of| &*of.tag).collect();
    let has = format!("variant {} has texts in {}", variant.name, tags.join(", "));
    let rendered = read
        .variants
        .iter()
        .find(|of| Some(of.index) == read.chosen)?;
    Some(match (&read.language, &rendered.locale) {
        (Some(own), Some(tag)) => format!("texts in {tag}: the profile reads {own}, and {has}"),
        (Some(own), None) => {
            format!("its own texts: the profile reads {own}, and {has} only besides")
        }
        (None, _) => format!("its own texts: no language is known of the profile, and {has}"),
    })
}

/// What would be read in other arms.
struct Tries<'t> {
    staged: &'t Staged,
    data: &'t Dataset,
    profile: usize,
    now: i64,
    prepared: Arc<Prepared>,
    calibration: Arc<Calibration>,
}

impl<'t> Tries<'t> {
    fn new(staged: &'t Staged, data: &'t Dataset, profile: usize, now: i64) -> Self {
        let plan = &staged.campaign.plan;
        let evaluation = persona_runtime::Evaluation {
            now,
            calibration: None,
        };
        let evaluator = Evaluator::prepared(plan, data, &evaluation);
        Self {
            staged,
            data,
            profile,
            now,
            prepared: evaluator.prepared_plan().clone(),
            calibration: evaluator.calibration().clone(),
        }
    }

    fn arms(&self, content: ContentId, args: &[Value]) -> Vec<ArmWhy> {
        let campaign = &self.staged.campaign;
        let def = &campaign.contents[content];
        let asked = asked(self.staged, &self.prepared, def);
        let own = self.read(content, args, None);
        let mut found = Vec::new();
        for (id, of) in campaign.experiments.iter_enumerated() {
            let about = of.on.contains(&def.name);
            let asks = asked.contains(&id);
            if !about && !asks {
                continue;
            }
            let seat = seat(self.staged, id, self.key());
            let mut elsewhere = Vec::new();
            for (other, arm) in seats(self.staged, id) {
                if asks && other != seat {
                    let there = self.read(content, args, Some((&of.arm.experiment, arm)));
                    if there != own {
                        elsewhere.push((other, there));
                    }
                }
            }
            found.push(ArmWhy {
                experiment: of.arm.experiment.clone(),
                location: super::reach::declared(self.staged, id),
                seat,
                about,
                elsewhere,
            });
        }
        found
    }

    fn key(&self) -> &str {
        let schema = &self.staged.campaign.plan.schema;
        self.data.key(schema, self.profile)
    }

    /// The variant that is read, or why there is none, where the person is in this arm of an experiment.
    fn read(
        &self,
        content: ContentId,
        args: &[Value],
        tried: Option<(&str, Option<u32>)>,
    ) -> ReadThere {
        let plan: &Plan = &self.staged.campaign.plan;
        let tried = Tried {
            data: self.data,
            tried,
        };
        let times = Times::new(plan, self.data, self.now);
        let (calibration, prepared) = (self.calibration.clone(), self.prepared.clone());
        let evaluator = Evaluator::over(plan, &tried, times, calibration, prepared);
        let contents = Contents::new(&self.staged.campaign, &self.prepared);
        let contents = contents.with_templates(&self.staged.templates);
        let mut person = evaluator.profile(self.profile);
        let mut frame = contents.frame(content, args);
        let chosen = contents.choose(&mut person, content, &mut frame);
        let variants = &self.staged.campaign.contents[content].variants;
        chosen
            .map(|variant| variants[variant as usize].name.clone())
            .map_err(|skipped| skipped.reason)
    }
}

/// The experiments that a content's conditions ask.
fn asked(staged: &Staged, prepared: &Prepared, def: &Content) -> Vec<ExperimentId> {
    let campaign = &staged.campaign;
    let skips = def.skips.iter().map(|skip| skip.condition.node);
    let variants = def.variants.iter().filter_map(|of| of.condition.as_ref());
    let mut found = Vec::new();
    for node in skips.chain(variants.map(|of| of.node)) {
        for reached in prepared.reach(&campaign.plan, node) {
            let Op::Arm(arm) = &campaign.plan.nodes[reached].op else {
                continue;
            };
            let mut all = campaign.experiments.iter_enumerated();
            found.extend(
                all.find(|(_, of)| of.arm.experiment == arm.experiment)
                    .map(|(id, _)| id),
            );
        }
    }
    found
}

/// Where somebody is in an experiment.
pub(super) fn seat(staged: &Staged, experiment: ExperimentId, key: &str) -> Seat {
    let of = &staged.campaign.experiments[experiment];
    match assign(&of.arm, key) {
        Assignment::Arm(arm) => Seat::Arm(arm_name(staged, experiment, arm)),
        Assignment::Holdout => Seat::Holdout,
        Assignment::Outside => Seat::Outside,
    }
}

pub(super) fn arm_name(staged: &Staged, experiment: ExperimentId, arm: u32) -> Arc<str> {
    let of = &staged.campaign.experiments[experiment];
    let names = &staged.campaign.plan.schema.enums[of.arms].values;
    names
        .get(arm as usize)
        .map_or_else(|| "?".into(), |arm| arm.name.clone())
}

/// All places in an experiment with what the person would have: nothing outside and in the holdout.
fn seats(staged: &Staged, experiment: ExperimentId) -> Vec<(Seat, Option<u32>)> {
    let of = &staged.campaign.experiments[experiment];
    let count = u32::try_from(of.arm.ends.len()).unwrap_or(u32::MAX);
    let arms = (0..count).map(|arm| (Seat::Arm(arm_name(staged, experiment, arm)), Some(arm)));
    let mut seats: Vec<(Seat, Option<u32>)> = arms.collect();
    if of.arm.holdout > 0 {
        seats.push((Seat::Holdout, None));
    }
    seats
}

/// A dataset in which somebody is in another arm.
#[derive(Debug)]
struct Tried<'t> {
    data: &'t Dataset,
    tried: Option<(&'t str, Option<u32>)>,
}

impl Facts for Tried<'_> {
    fn profile_value(&self, col: ColId, profile: usize) -> Value {
        Facts::profile_value(self.data, col, profile)
    }

    fn event_value(&self, event: EventRef, col: ColId) -> Value {
        Facts::event_value(self.data, event, col)
    }

    fn at(&self, event: EventRef) -> i64 {
        Facts::at(self.data, event)
    }

    fn precedes(&self, one: EventRef, other: EventRef) -> bool {
        self.data.precedes(one, other)
    }

    fn history(&self, kinds: &[KindId], profile: usize) -> Vec<EventRef> {
        Facts::history(self.data, kinds, profile)
    }

    fn key<'f>(&'f self, schema: &Schema, profile: usize) -> &'f str {
        Facts::key(self.data, schema, profile)
    }

    fn catalogs(&self) -> &Arc<Catalogs> {
        Facts::catalogs(self.data)
    }

    fn forced_arm(&self, experiment: &str, _: usize) -> Option<Option<u32>> {
        let (tried, arm) = self.tried?;
        (*tried == *experiment).then_some(arm)
    }
}
