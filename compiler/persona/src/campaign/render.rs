//! `render`: what one person reads in a content, in the variant that is theirs or in all of them, and why it is theirs.

use std::sync::Arc;

use persona_ir::campaign::{Content, ContentId};
use persona_ir::{Ty, Validate};
use persona_runtime::content::{Contents, Printer, Rendered, SlotContent};
use persona_runtime::recommend::key_ty;
use persona_runtime::{Evaluation, Evaluator, ProfileEvaluator, Value};

use super::{Staged, args};
use crate::error::guarded;
use crate::run::LoadedData;
use crate::why::{Part, Reader, extended};
use crate::{Error, Location, Now, Program, Progress};

/// What to render.
#[derive(Clone, Debug, Default)]
pub struct RenderOptions {
    /// The evaluation time, as in [`crate::RunOptions`].
    pub now: Option<String>,
    /// Arguments by name, as people type them. An event is named by its id; without one, it is the person's latest.
    pub args: Vec<(String, String)>,
    /// Whether all variants are rendered, and not only the one that the person reads.
    pub all_variants: bool,
}

/// What one person reads.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RenderResult {
    /// The content's name.
    pub content: Arc<str>,
    /// Its title.
    pub title: Option<Arc<str>>,
    /// Where it is declared.
    pub location: Location,
    /// The profile's key.
    pub key: String,
    /// The evaluation time.
    pub now: Now,
    /// The profile's zone.
    pub zone: String,
    /// The language that the profile says it reads.
    pub language: Option<String>,
    /// Why nothing is sent: the reason of a `skip when` that holds.
    pub skipped: Option<Arc<str>>,
    /// The place of the variant that the person reads, among all of the content; absent where the message is given up.
    pub chosen: Option<usize>,
    /// How the variant was found: each `skip when`, and each variant's condition up to the one that is read.
    pub why: Vec<VariantWhy>,
    /// The variants that were rendered.
    pub variants: Vec<RenderedVariant>,
    /// Worth knowing.
    pub notes: Vec<String>,
}

/// A condition that decided.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VariantWhy {
    /// The variant's name; absent for a `skip when`.
    pub variant: Option<Arc<str>>,
    /// Whether it holds; always for `otherwise`.
    pub holds: bool,
    /// What it is made of; absent for `otherwise`.
    pub part: Option<Part>,
}

/// A variant as the person reads it, or would read it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RenderedVariant {
    /// Its place among all variants.
    pub index: usize,
    /// Its name.
    pub name: Arc<str>,
    /// The language whose texts took the place of the variant's own.
    pub locale: Option<Arc<str>>,
    /// Its slots; empty where something that it reads gave the message up.
    pub slots: Vec<RenderedSlot>,
    /// Why it cannot be read: the reason of what gave the message up.
    pub skipped: Option<Arc<str>>,
}

/// A slot.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RenderedSlot {
    /// Its name.
    pub name: Arc<str>,
    /// What stands in it.
    pub text: SlotText,
}

/// What stands in a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlotText {
    /// Nothing.
    Empty,
    /// Text.
    Plain(String),
    /// HTML.
    Html(String),
}

impl Program {
    /// What one person reads in a content.
    ///
    /// # Errors
    /// Where there is no such content or profile, an argument is wrong, and as [`Program::run`].
    pub fn render(
        &self,
        content: &str,
        key: &str,
        options: &RenderOptions,
        progress: &dyn Progress,
    ) -> Result<RenderResult, Error> {
        let staged = self.staged()?;
        staged.content(content)?;
        let loaded = staged.load(options.now.clone(), progress)?;
        self.render_loaded(content, key, options, &loaded)
    }

    /// As [`Self::render`], of data that are loaded.
    pub(super) fn render_loaded(
        &self,
        content: &str,
        key: &str,
        options: &RenderOptions,
        loaded: &LoadedData,
    ) -> Result<RenderResult, Error> {
        let staged = self.staged()?;
        let id = staged.content(content)?;
        let plan = &staged.program.plan;
        let profile = loaded.data.find(&plan.schema, key);
        let profile = profile.ok_or_else(|| self.no_profile(key, &loaded.data))?;
        let def = &staged.campaign.contents[id];
        let now = loaded.now.at;
        let args = args::values(plan, &loaded.data, profile, now, def, &options.args)?;
        let mut result = guarded("rendering the content", || {
            let (plan, evidence) = extended(plan);
            let evaluation = Evaluation {
                now,
                calibration: None,
            };
            let evaluator = Evaluator::prepared(&plan, &loaded.data, &evaluation)
                .for_campaign(&staged.campaign);
            let contents = Contents::new(&staged.campaign, evaluator.prepared_plan());
            let contents = contents.with_templates(&staged.templates);
            let mut reader = Reader::new(&staged.program, &evaluator, &evidence, profile);
            let mut person = evaluator.profile(profile);
            let mut reading = Reading {
                staged,
                contents: &contents,
                id,
                frame: contents.frame(id, &args),
                person: &mut person,
            };
            reading.result(&mut reader, options.all_variants, &loaded.now)
        })?;
        result.key = key.to_owned();
        result.notes.clone_from(&loaded.notes);
        Ok(result)
    }
}

/// A content that one person reads.
pub(super) struct Reading<'r, 'e> {
    pub(super) staged: &'r Staged,
    pub(super) contents: &'r Contents<'r>,
    pub(super) id: ContentId,
    pub(super) frame: Vec<Value>,
    pub(super) person: &'r mut ProfileEvaluator<'e>,
}

impl Reading<'_, '_> {
    fn def(&self) -> &Content {
        &self.staged.campaign.contents[self.id]
    }

    fn result(&mut self, reader: &mut Reader<'_, '_>, all: bool, now: &Now) -> RenderResult {
        let chosen = self.contents.choose(self.person, self.id, &mut self.frame);
        // What other contents fill is in the frame now, as far as the choice asked for it.
        reader.set_frame(&self.frame);
        let why = self.why(reader, chosen.as_ref().ok().copied());
        let def = self.def();
        let (name, title, place) = (def.name.clone(), def.title.clone(), def.place);
        let count = u32::try_from(def.variants.len()).unwrap_or(u32::MAX);
        let wanted: Vec<u32> = match (&chosen, all) {
            (_, true) => (0..count).collect(),
            (Ok(variant), false) => vec![*variant],
            (Err(_), false) => Vec::new(),
        };
        let variants = wanted
            .into_iter()
            .map(|variant| self.variant(variant))
            .collect();
        let (skipped, chosen) = match chosen {
            Ok(variant) => (None, Some(variant as usize)),
            Err(skipped) => (Some(skipped.reason), None),
        };
        RenderResult {
            content: name,
            title,
            location: self.staged.program.texts.location(place.file, place.span),
            key: String::new(),
            now: now.clone(),
            zone: self.person.clock().zone().name().to_owned(),
            language: self.language(),
            skipped,
            chosen,
            why,
            variants,
            notes: Vec::new(),
        }
    }

    pub(super) fn language(&self) -> Option<String> {
        let columns = self
            .staged
            .campaign
            .plan
            .schema
            .profile
            .columns
            .iter_enumerated();
        let mut locales = columns.filter(|(_, column)| column.validate == Some(Validate::Locale));
        let (col, _) = locales.find(|(_, column)| column.ty == Ty::Str)?;
        self.person.profile_value(col).str().map(str::to_owned)
    }

    /// The conditions in the order in which they were asked, up to the one that decided.
    fn why(&self, reader: &mut Reader<'_, '_>, chosen: Option<u32>) -> Vec<VariantWhy> {
        let def = self.def();
        let mut why = Vec::new();
        for skip in &def.skips {
            let part = reader.part(&skip.condition.explain);
            let holds = part.value.as_ref().and_then(|value| value.truth) == Some(true);
            why.push(VariantWhy {
                variant: None,
                holds,
                part: Some(part),
            });
            if holds {
                return why;
            }
        }
        for (index, variant) in (0_u32..).zip(&def.variants) {
            let part = variant
                .condition
                .as_ref()
                .map(|when| reader.part(&when.explain));
            why.push(VariantWhy {
                variant: Some(variant.name.clone()),
                holds: chosen == Some(index),
                part,
            });
            if chosen == Some(index) {
                break;
            }
        }
        why
    }

    /// One variant.
    pub(super) fn variant(&mut self, variant: u32) -> RenderedVariant {
        let rendered = self
            .contents
            .render(self.person, self.id, variant, &mut self.frame);
        let name = self.def().variants[variant as usize].name.clone();
        let index = variant as usize;
        match rendered {
            Ok(rendered) => RenderedVariant {
                index,
                name,
                slots: self.slots(&rendered),
                locale: rendered.locale,
                skipped: None,
            },
            Err(skipped) => RenderedVariant {
                index,
                name,
                locale: None,
                slots: Vec::new(),
                skipped: Some(skipped.reason),
            },
        }
    }

    fn slots(&self, rendered: &Rendered) -> Vec<RenderedSlot> {
        let schema = &self.staged.campaign.plan.schema;
        let zone = self.person.clock().zone();
        let printer = Printer::new(schema, zone, rendered.locale.as_deref());
        let slots = self.def().slots.iter().zip(&rendered.slots);
        let slots = slots.map(|(slot, content)| RenderedSlot {
            name: slot.name.clone(),
            text: match content {
                SlotContent::Empty => SlotText::Empty,
                SlotContent::Text(html) if slot.html => SlotText::Html(html.clone()),
                SlotContent::Text(text) => SlotText::Plain(text.clone()),
                SlotContent::Value(value) => {
                    let ty = key_ty(schema, &slot.ty);
                    SlotText::Plain(printer.print(value, &ty, None))
                }
            },
        });
        slots.collect()
    }
}
