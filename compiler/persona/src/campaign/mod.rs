//! What happens and what people read, for programs and people: contents as one person reads them. Lowers the second half of
//! a package when it is first asked for.

mod args;
mod log;
mod preview;
mod render;
mod simulate;
mod test;
mod timeline;
mod why;

use std::sync::Arc;

use persona_base::nearest;
use persona_io::Since;
use persona_ir::campaign::{ContentId, StepKind};
use persona_ir::{Campaign, Plan};
use persona_runtime::time::Zone;
use persona_runtime::{Catalogs, recommend};

use crate::error::guarded;
use crate::run::LoadedData;
use crate::{Error, ErrorCode, Program, Progress, RunOptions, Shown};

pub use preview::{ContentPreview, PreviewOptions, Previews, VariantPreview};
pub use render::{
    RenderOptions, RenderResult, RenderedSlot, RenderedVariant, SlotText, VariantWhy,
};
pub use simulate::{
    ChannelSummary, ExperimentSummary, SimulateOptions, Simulation, TriggerSummary,
};
pub use test::{
    Coverage, CoveredAtom, CoveredOutcome, CoveredVariant, Covering, TestEntry, TestFailure,
    TestOptions, TestReport, TestResult, TestValue,
};
pub use timeline::{Entry, EntryKind};
pub use why::{
    ArmWhy, Because, ChannelWhy, Check, ContentWhy, ExperimentWhy, Explained, Nearest, Never,
    ReadThere, Seat, TriggerCounts, TriggerMoment, TriggerWhy, WhyOptions,
};

/// The second half of a package, whatever data it is asked about.
#[derive(Debug)]
pub(crate) struct Lowered {
    plan: Arc<Plan>,
    campaign: Arc<Campaign>,
    templates: Arc<[persona_liquid::Checked]>,
}

/// The second half of a package beside a program that answers from the same plan.
#[derive(Debug)]
pub(crate) struct Staged {
    /// Answers of the same names, from the campaign's plan.
    pub(crate) program: Program,
    /// The campaign.
    pub(crate) campaign: Arc<Campaign>,
    /// Its templates, by the numbers by which it names them.
    pub(crate) templates: Arc<[persona_liquid::Checked]>,
}

impl Program {
    /// What happens and what people read.
    pub(crate) fn staged(&self) -> Result<&Staged, Error> {
        if let Some(staged) = self.campaign.get() {
            return Ok(staged);
        }
        let lowered = self.lowered()?;
        let program = Self::new(
            Arc::clone(&lowered.plan),
            Arc::clone(&self.checked),
            self.texts.clone(),
            self.root.clone(),
        );
        let staged = Staged {
            program: match &self.tables {
                Some(tables) => program.over(tables)?,
                None => program,
            },
            campaign: Arc::clone(&lowered.campaign),
            templates: Arc::clone(&lowered.templates),
        };
        Ok(self.campaign.get_or_init(|| Arc::new(staged)))
    }

    /// The campaign, lowered once for all data.
    fn lowered(&self) -> Result<&Lowered, Error> {
        if let Some(lowered) = self.lowered.get() {
            return Ok(lowered);
        }
        if let Some(unread) = self.checked.unread_templates().into_iter().next() {
            let place = self.texts.excerpt(unread.primary.file, unread.primary.span);
            return Err(Error::new(ErrorCode::Unreadable, unread.message)
                .at(place)
                .of_program());
        }
        let lowered = guarded("lowering the campaign", || {
            persona_lower::lower_campaign(&self.checked)
        })?;
        let campaign = lowered.map_err(|error| {
            Error::too_large(format!("the program is too large: {error}"))
                .of_program()
                .with_help("declarations with arguments that call each other multiply; give fewer of them arguments")
        })?;
        let templates = self.checked.templates();
        let lowered = Lowered {
            plan: Arc::new(campaign.plan.clone()),
            templates: templates.map(|of| of.template.clone()).collect(),
            campaign: Arc::new(campaign),
        };
        Ok(self.lowered.get_or_init(|| lowered))
    }
}

impl Staged {
    /// All data, with all columns: what happens may look at any of them.
    pub(crate) fn load(
        &self,
        now: Option<String>,
        progress: &dyn Progress,
    ) -> Result<LoadedData, Error> {
        let loaded = self
            .program
            .load(&self.program.plan, &everything(now), progress)?;
        Ok(self.noted(loaded))
    }

    /// Data with what is worth knowing before something is made of them.
    fn noted(&self, mut loaded: LoadedData) -> LoadedData {
        let lacking = self.lacking_items(&loaded.data.catalogs);
        loaded.notes.extend(lacking);
        loaded
    }

    /// Where items stand in by their keys, those that the catalog lacks: a block may have to be given up for them.
    fn lacking_items(&self, catalogs: &Catalogs) -> Vec<String> {
        let (campaign, schema) = (&self.campaign, &self.campaign.plan.schema);
        let lacking = campaign.recommendations.iter_enumerated().map(|(id, def)| {
            let absent = recommend::absent(campaign, catalogs, id);
            let catalog = &schema.catalogs[def.catalog];
            let ty = &catalog.table.columns[catalog.key].ty;
            let keys = absent.iter();
            let keys = keys.map(|key| Shown::new(key, ty, schema, &Zone::utc()).text);
            let keys = keys.collect::<Vec<_>>().join(", ");
            (!keys.is_empty()).then(|| {
                let (name, table) = (&def.name, &catalog.table.name);
                format!("`otherwise` of `{name}` names {keys}, which `{table}` lacks")
            })
        });
        let mut lacking: Vec<String> = lacking.flatten().collect();
        // Of one with several arguments there are several.
        lacking.sort_unstable();
        lacking.dedup();
        lacking
    }

    /// The same as they were at an instant, with what became of them since; without one, since the first event.
    pub(crate) fn load_since(
        &self,
        since: Option<i64>,
        now: Option<String>,
        progress: &dyn Progress,
    ) -> Result<LoadedData, Error> {
        let since = since.map_or(Since::FirstEvent, Since::At);
        let plan = &self.program.plan;
        let loaded = self
            .program
            .load_since(plan, &everything(now), Some(since), progress)?;
        Ok(self.noted(loaded))
    }

    fn is_answer(&self, name: &str) -> bool {
        let outputs = &self.program.plan.outputs;
        outputs.iter().any(|of| *of.name == *name)
    }

    /// The contents that the trigger with a name sends: `a, b`.
    fn sent_by(&self, name: &str) -> Option<String> {
        let campaign = &self.campaign;
        let trigger = campaign.triggers.iter().find(|of| *of.name == *name)?;
        let mut contents: Vec<&str> = trigger
            .steps
            .iter()
            .filter_map(|step| match &step.kind {
                StepKind::Send(send) => Some(&*campaign.contents[send.content].name),
                _ => None,
            })
            .collect();
        contents.sort_unstable();
        contents.dedup();
        (!contents.is_empty()).then(|| contents.join(", "))
    }

    /// The content with a name.
    pub(crate) fn content(&self, name: &str) -> Result<ContentId, Error> {
        let contents = &self.campaign.contents;
        let found = contents
            .iter_enumerated()
            .find(|(_, def)| *def.name == *name);
        if let Some((id, _)) = found {
            return Ok(id);
        }
        let error = Error::unknown(format!("this package has no content `{name}`"));
        let names = contents.iter().map(|def| &*def.name);
        Err(match nearest(name, names.clone()) {
            Some(near) => error.with_help(format!("did you mean `{near}`?")),
            None if self.is_answer(name) => error.with_help(format!(
                "`{name}` is an answer about a person: `persona why {name} --profile KEY` explains it"
            )),
            None if self.sent_by(name).is_some() => error.with_help(format!(
                "`{name}` is a trigger; what it sends is {}",
                self.sent_by(name).unwrap_or_default()
            )),
            None if contents.is_empty() => error.with_help("it has no contents at all"),
            None => {
                let names: Vec<&str> = names.take(10).collect();
                error.with_help(format!("there is {}", names.join(", ")))
            }
        })
    }
}

/// All columns, up to an instant.
fn everything(now: Option<String>) -> RunOptions {
    RunOptions {
        now,
        all_columns: true,
        ..RunOptions::default()
    }
}
