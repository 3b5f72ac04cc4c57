//! Contents as made-up people read them: of each variant somebody for whom it is chosen, in each language that it speaks. Reads no
//! data, so that nobody real can be in what it shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_ir::campaign::{Content, ContentId, SlotFrom, StepKind};
use persona_ir::{Op, Ty};
use persona_runtime::content::Contents;
use persona_runtime::display::iso;
use persona_runtime::{Dataset, Evaluation, Evaluator, ProfileEvaluator, Value, calendar};

use super::Staged;
use super::args::{self, Arg, framed};
use super::render::{Reading, RenderedVariant};
use crate::bench::CHOSEN_NOW;
use crate::error::guarded;
use crate::generate::{self, Generation};
use crate::run::given_now;
use crate::{Error, Now, NowFrom, Program};

/// So many ways of being sent are tried for a content.
const MOST_ARGS: usize = 8;
/// So many languages are shown of a variant.
const MOST_LANGUAGES: usize = 8;
/// After so many people nobody looks for more languages.
const ENOUGH: usize = 60;

/// Who reads.
#[derive(Clone, Debug)]
pub struct PreviewOptions {
    /// The evaluation time, as in [`crate::RunOptions`]; by default that of made-up data.
    pub now: Option<String>,
    /// How many people are made up to look for readers among.
    pub people: usize,
    /// Other seeds make other people.
    pub seed: u64,
}

impl Default for PreviewOptions {
    fn default() -> Self {
        Self {
            now: None,
            people: 200,
            seed: 0,
        }
    }
}

/// What made-up people read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Previews {
    /// The evaluation time.
    pub now: Now,
    /// How many people were made up.
    pub people: usize,
    /// The contents, by name.
    pub contents: Vec<ContentPreview>,
}

/// A content as made-up people read it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ContentPreview {
    /// Its name.
    pub content: Arc<str>,
    /// Its variants in order, each as often as it was rendered.
    pub variants: Vec<VariantPreview>,
}

/// A variant as somebody reads it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VariantPreview {
    /// Whether it is the variant that is chosen for this person; else nobody was found for whom it is.
    pub chosen: bool,
    /// What they read.
    pub rendered: RenderedVariant,
}

impl Program {
    /// Contents as made-up people read them. A variant that cannot be rendered for anybody, because nobody has the event that it
    /// is about, is left out.
    ///
    /// # Errors
    /// Where `now` cannot be read, and internal ones.
    pub fn previews(&self, options: &PreviewOptions) -> Result<Previews, Error> {
        let staged = self.staged()?;
        let plan = &staged.program.plan;
        let given = options.now.as_deref();
        let given = given.map(|text| given_now(plan, text)).transpose()?;
        let generation = Generation {
            profiles: options.people,
            seed: options.seed,
            now: given.unwrap_or(CHOSEN_NOW),
            all_columns: true,
        };
        let data = guarded("making up data", || generate::dataset(plan, &generation))?;
        let from = match given {
            Some(_) => NowFrom::Given,
            None => NowFrom::Chosen,
        };
        let now = Now {
            at: generation.now,
            text: iso(generation.now),
            from,
        };
        let contents = guarded("rendering contents", || {
            let evaluation = Evaluation {
                now: generation.now,
                calibration: None,
            };
            let evaluator = Evaluator::prepared(plan, &data, &evaluation);
            let evaluator = evaluator.for_campaign(&staged.campaign);
            let contents = Contents::new(&staged.campaign, evaluator.prepared_plan());
            let contents = contents.with_templates(&staged.templates);
            let readers = Readers {
                staged,
                data: &data,
                evaluator: &evaluator,
                contents: &contents,
            };
            let all = staged.campaign.contents.ids();
            all.map(|id| readers.preview(id)).collect()
        })?;
        Ok(Previews {
            now,
            people: data.profiles,
            contents,
        })
    }
}

/// Made-up people in front of contents.
struct Readers<'r> {
    staged: &'r Staged,
    data: &'r Dataset,
    evaluator: &'r Evaluator<'r>,
    contents: &'r Contents<'r>,
}

/// The arguments of one way of being sent: those that are constants.
type Sent = Vec<Option<Value>>;

impl Readers<'_> {
    fn def(&self, id: ContentId) -> &Content {
        &self.staged.campaign.contents[id]
    }

    fn preview(&self, id: ContentId) -> ContentPreview {
        let def = self.def(id);
        let ways = self.ways(id);
        // For each variant the first who reads it, by language.
        let mut found: Vec<BTreeMap<Option<String>, (usize, usize)>> =
            vec![BTreeMap::new(); def.variants.len()];
        for row in 0..self.data.profiles {
            let all = found.iter().all(|readers| !readers.is_empty());
            if all && row >= ENOUGH {
                break;
            }
            for (way, sent) in ways.iter().enumerate() {
                if let Some((variant, language)) = self.choice(id, row, sent) {
                    let readers = &mut found[variant];
                    if readers.len() < MOST_LANGUAGES {
                        readers.entry(language).or_insert((row, way));
                    }
                }
            }
        }
        let mut variants: Vec<VariantPreview> = Vec::new();
        for (variant, readers) in (0_u32..).zip(&found) {
            let mut shown: Vec<VariantPreview> = Vec::new();
            for (row, way) in readers.values() {
                let rendered = self.rendered(id, variant, *row, &ways[*way]);
                let is_new = |one: &RenderedVariant| {
                    shown
                        .iter()
                        .all(|other| other.rendered.locale != one.locale)
                };
                if let Some(rendered) = rendered.filter(is_new) {
                    let chosen = true;
                    shown.push(VariantPreview { chosen, rendered });
                }
            }
            shown.sort_by(|a, b| a.rendered.locale.cmp(&b.rendered.locale));
            if shown.is_empty() {
                shown.extend(self.forced(id, variant, &ways));
            }
            variants.extend(shown);
        }
        ContentPreview {
            content: Arc::clone(&def.name),
            variants,
        }
    }

    /// The variant as the first reads it who can read it at all.
    fn forced(&self, id: ContentId, variant: u32, ways: &[Sent]) -> Option<VariantPreview> {
        let people = 0..self.data.profiles.min(ENOUGH);
        let mut all = people.flat_map(|row| ways.iter().map(move |sent| (row, sent)));
        let rendered = all.find_map(|(row, sent)| {
            let rendered = self.rendered(id, variant, row, sent);
            rendered.filter(|one| one.skipped.is_none())
        })?;
        let chosen = false;
        Some(VariantPreview { chosen, rendered })
    }

    fn reading<'p, 'e>(
        &'p self,
        id: ContentId,
        frame: Vec<Value>,
        person: &'p mut ProfileEvaluator<'e>,
    ) -> Reading<'p, 'e> {
        Reading {
            staged: self.staged,
            contents: self.contents,
            id,
            frame,
            person,
        }
    }

    /// The variant that a person reads, and their language.
    fn choice(&self, id: ContentId, row: usize, sent: &Sent) -> Option<(usize, Option<String>)> {
        let frame = self.frame(id, row, sent)?;
        let person = &mut self.evaluator.profile(row);
        let mut reading = self.reading(id, frame, person);
        let chosen = self
            .contents
            .choose(reading.person, id, &mut reading.frame)
            .ok()?;
        Some((chosen as usize, reading.language()))
    }

    fn rendered(
        &self,
        id: ContentId,
        variant: u32,
        row: usize,
        sent: &Sent,
    ) -> Option<RenderedVariant> {
        let frame = self.frame(id, row, sent)?;
        let person = &mut self.evaluator.profile(row);
        Some(self.reading(id, frame, person).variant(variant))
    }

    /// The values of a content's frame; none for somebody who lacks an event that it is about.
    fn frame(&self, id: ContentId, row: usize, sent: &Sent) -> Option<Vec<Value>> {
        let def = self.def(id);
        let plan = &self.staged.program.plan;
        let now = self.evaluator.now();
        let args = def.params.iter().zip(sent).map(|(param, given)| {
            let Some(ty) = &param.ty else {
                return args::event(plan, self.data, row, now, param, None).ok();
            };
            let default = || param.default.as_ref().map(Value::from);
            let missing = || param.optional.then_some(Value::Missing);
            let value = given.clone().or_else(default).or_else(missing);
            value.or_else(|| example(ty, now)).map(Arg::Value)
        });
        let args: Option<Vec<Arg>> = args.collect();
        let values = framed(self.data, def, &args?);
        Some(self.contents.frame(id, &values))
    }

    /// The ways in which triggers send a content: with constants for some of its parameters. Those that nothing sends, and those
    /// whose arguments are computed, are tried with defaults.
    fn ways(&self, id: ContentId) -> Vec<Sent> {
        let def = self.def(id);
        let plan = &self.staged.program.plan;
        let mut ways: Vec<Sent> = Vec::new();
        let steps = self
            .staged
            .campaign
            .triggers
            .iter()
            .flat_map(|of| &of.steps);
        for step in steps {
            let StepKind::Send(send) = &step.kind else {
                continue;
            };
            if send.content != id || ways.len() == MOST_ARGS {
                continue;
            }
            let mut sent: Sent = vec![None; def.params.len()];
            let slots = def.frame.iter().filter_map(|slot| match &slot.from {
                SlotFrom::Argument { param, cols } => Some((*param, cols.is_none())),
                SlotFrom::Given | SlotFrom::ContentSlot { .. } | SlotFrom::Recommend(_) => None,
            });
            for ((param, is_value), node) in slots.zip(&send.args) {
                if let Op::Const(value) = &plan.nodes[*node].op
                    && is_value
                {
                    sent[param as usize] = Some(value.into());
                }
            }
            if !ways.contains(&sent) {
                ways.push(sent);
            }
        }
        if ways.is_empty() {
            ways.push(vec![None; def.params.len()]);
        }
        ways
    }
}

/// Some value of a type, where only a trigger knows a better one.
fn example(ty: &Ty, now: i64) -> Option<Value> {
    Some(match ty {
        Ty::Bool => Value::Bool(true),
        Ty::Int => Value::Int(3),
        Ty::Float => Value::Float(0.1),
        Ty::Str => Value::text("example"),
        Ty::Enum(_) => Value::Enum(0),
        Ty::Date => Value::Int(now.div_euclid(calendar::DAY)),
        Ty::TimeOfDay => Value::Int(9 * 3_600),
        Ty::Timestamp => Value::Int(now),
        Ty::Duration => Value::Int(calendar::DAY),
        Ty::Length => Value::Int(1_000),
        Ty::Money(_) => Value::Int(2_500),
        Ty::Geo => Value::Geo(52.5, 13.4),
        Ty::List(_) | Ty::Set(_) => Value::List(Arc::from([])),
        Ty::Item(_) | Ty::Record(_) => return None,
    })
}
