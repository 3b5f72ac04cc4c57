//! Reading a content as one person: skips first, then the first variant whose condition holds, then the slots, in the person's
//! language. What other contents fill is read when something asks for it, by the same person.

use std::sync::Arc;

use persona_ir::NodeId;
use persona_ir::campaign::{ContentId, Fill, Localized, RecommendId, SlotFrom, TextPart};

use super::{Contents, Printer, Rendered, Skipped, SlotContent};
use crate::recommend;
use crate::{Facts, ProfileEvaluator, Value};

impl Contents<'_> {
    /// The variant that somebody reads.
    ///
    /// # Errors
    /// The content gives the message up.
    pub fn choose<F: Facts>(
        &self,
        person: &mut ProfileEvaluator<'_, F>,
        content: ContentId,
        frame: &mut [Value],
    ) -> Result<u32, Skipped> {
        let def = &self.campaign.contents[content];
        person.set_frame(frame);
        for skip in &def.skips {
            if self.holds(person, content, frame, skip.condition.node)? {
                return Err(Skipped {
                    content,
                    reason: skip.reason.clone(),
                });
            }
        }
        for (index, variant) in (0_u32..).zip(&def.variants) {
            let taken = match &variant.condition {
                Some(when) => self.holds(person, content, frame, when.node)?,
                None => true,
            };
            if taken {
                return Ok(index);
            }
        }
        unreachable!("a content ends with `otherwise`")
    }

    /// All slots of a variant, as somebody reads them. The frame is that of [`Self::choose`].
    ///
    /// # Errors
    /// A content that this one reads gives the message up.
    pub fn render<F: Facts>(
        &self,
        person: &mut ProfileEvaluator<'_, F>,
        content: ContentId,
        variant: u32,
        frame: &mut [Value],
    ) -> Result<Rendered, Skipped> {
        person.set_frame(frame);
        let localized = self.localized(person, content, variant);
        let def = &self.campaign.contents[content];
        let mut slots = Vec::with_capacity(def.slots.len());
        for (slot, described) in (0_u32..).zip(&def.slots) {
            let read = self.slot(person, content, variant, localized, slot, frame)?;
            // Whoever is not in the package knows items by their keys.
            slots.push(match read {
                SlotContent::Value(value) => {
                    let schema = &self.campaign.plan.schema;
                    let (value, _) =
                        recommend::by_key(schema, person.catalogs(), value, &described.ty);
                    SlotContent::Value(value)
                }
                text => text,
            });
        }
        Ok(Rendered {
            variant,
            slots,
            locale: localized.map(|of| of.tag.clone()),
        })
    }

    /// The language of a variant that comes closest to what the person reads: `de-AT`, then `de`.
    fn localized<F: Facts>(
        &self,
        person: &ProfileEvaluator<'_, F>,
        content: ContentId,
        variant: u32,
    ) -> Option<&Localized> {
        let locales = &self.campaign.contents[content].variants[variant as usize].locales;
        let Value::Str(wanted) = person.profile_value(self.locale?) else {
            return None;
        };
        let mut tag: &str = &wanted;
        loop {
            let found = locales.iter().find(|of| of.tag.eq_ignore_ascii_case(tag));
            if found.is_some() {
                return found;
            }
            tag = &tag[..tag.rfind(['-', '_'])?];
        }
    }

    fn slot<F: Facts>(
        &self,
        person: &mut ProfileEvaluator<'_, F>,
        content: ContentId,
        variant: u32,
        localized: Option<&Localized>,
        slot: u32,
        frame: &mut [Value],
    ) -> Result<SlotContent, Skipped> {
        let def = &self.campaign.contents[content];
        let own = &def.variants[variant as usize].slots;
        let in_language = localized.map_or(&[][..], |of| &of.slots);
        let filled = in_language.iter().chain(own).find(|(of, _)| *of == slot);
        let described = &def.slots[slot as usize];
        let fill = filled.map(|(_, fill)| fill).or(described.default.as_ref());
        let Some(fill) = fill else {
            return Ok(SlotContent::Empty);
        };
        let tag = localized.map(|of| Arc::clone(&of.tag));
        self.fill(person, content, fill, described.html, tag.as_deref(), frame)
    }

    fn fill<F: Facts>(
        &self,
        person: &mut ProfileEvaluator<'_, F>,
        content: ContentId,
        fill: &Fill,
        html: bool,
        tag: Option<&str>,
        frame: &mut [Value],
    ) -> Result<SlotContent, Skipped> {
        match fill {
            Fill::Value(node) => Ok(match self.value(person, content, frame, *node)? {
                Value::Missing => SlotContent::Empty,
                value => SlotContent::Value(value),
            }),
            Fill::Text(parts) => self.text(person, content, parts, html, tag, frame),
            Fill::Choose(arms, otherwise) => {
                for (when, then) in arms {
                    if self.holds(person, content, frame, *when)? {
                        return self.fill(person, content, then, html, tag, frame);
                    }
                }
                self.fill(person, content, otherwise, html, tag, frame)
            }
            Fill::Template { template, roots } => {
                let mut values = Vec::with_capacity(roots.len());
                for root in roots {
                    let value = self.value(person, content, frame, *root)?;
                    let ty = &self.campaign.plan.nodes[*root].ty;
                    values.push(recommend::whole(person.catalogs(), value, ty));
                }
                let template = &self.templates[template.0 as usize];
                let schema = &self.campaign.plan.schema;
                let printer = Printer::new(schema, person.clock().zone(), tag);
                match super::template::render(template, &values, &printer) {
                    Ok(text) => Ok(SlotContent::Text(text)),
                    Err(reason) => Err(Skipped { content, reason }),
                }
            }
        }
    }

    /// Text of parts; nothing where a value is missing that stands in it.
    fn text<F: Facts>(
        &self,
        person: &mut ProfileEvaluator<'_, F>,
        content: ContentId,
        parts: &[TextPart],
        html: bool,
        tag: Option<&str>,
        frame: &mut [Value],
    ) -> Result<SlotContent, Skipped> {
        let plan = &self.campaign.plan;
        let mut text = String::new();
        for part in parts {
            let (node, format) = match part {
                TextPart::Text(part) => {
                    text.push_str(part);
                    continue;
                }
                TextPart::Value { node, format } => (*node, format.as_deref()),
            };
            let value = self.value(person, content, frame, node)?;
            if !value.is_known() {
                return Ok(SlotContent::Empty);
            }
            let raw = format == Some("raw");
            let printer = Printer::new(&plan.schema, person.clock().zone(), tag);
            let format = format.filter(|_| !raw);
            let (value, ty) =
                recommend::by_key(&plan.schema, person.catalogs(), value, &plan.nodes[node].ty);
            let shown = printer.print(&value, &ty, format);
            if html && !raw {
                persona_liquid::escape_into(&mut text, &shown);
            } else {
                text.push_str(&shown);
            }
        }
        Ok(SlotContent::Text(text))
    }

    fn holds<F: Facts>(
        &self,
        person: &mut ProfileEvaluator<'_, F>,
        content: ContentId,
        frame: &mut [Value],
        node: NodeId,
    ) -> Result<bool, Skipped> {
        Ok(self.value(person, content, frame, node)?.is_true())
    }

    /// The value of a node that the content asks for.
    fn value<F: Facts>(
        &self,
        person: &mut ProfileEvaluator<'_, F>,
        content: ContentId,
        frame: &mut [Value],
        node: NodeId,
    ) -> Result<Value, Skipped> {
        let ask = &self.asks[&node];
        self.read_others(person, content, &ask.reads, frame)?;
        person.evaluate(&ask.needed);
        Ok(person.known(node).clone())
    }

    /// Fills slots of the frame that are slots of other contents.
    fn read_others<F: Facts>(
        &self,
        person: &mut ProfileEvaluator<'_, F>,
        content: ContentId,
        reads: &[u32],
        frame: &mut [Value],
    ) -> Result<(), Skipped> {
        let mut changed = false;
        for read in reads {
            let place = *read as usize;
            let from = &self.campaign.contents[content].frame[place].from;
            // An optional slot that is empty is read again, and is empty again.
            if frame[place].is_known() {
                continue;
            }
            frame[place] = match *from {
                SlotFrom::ContentSlot {
                    content: other,
                    slot,
                } => self.slot_of(person, other, slot)?,
                SlotFrom::Recommend(id) => self.recommended(person, content, id)?,
                SlotFrom::Given | SlotFrom::Argument { .. } => continue,
            };
            changed = true;
        }
        if changed {
            person.set_frame(frame);
        }
        Ok(())
    }

    /// The items that somebody is shown.
    fn recommended<F: Facts>(
        &self,
        person: &mut ProfileEvaluator<'_, F>,
        content: ContentId,
        id: RecommendId,
    ) -> Result<Value, Skipped> {
        let recommender = self.recommender(person.prepared_plan(), person.catalogs());
        match recommender.items(self.campaign, person, id) {
            Ok(rows) => Ok(Value::List(rows.into_iter().map(recommend::item).collect())),
            Err(short) => Err(Skipped {
                content,
                reason: short.0,
            }),
        }
    }

    /// What somebody reads in one slot of a content, with its arguments' defaults. The evaluator's frame is another afterwards.
    ///
    /// # Errors
    /// The content gives the message up.
    pub fn slot_of<F: Facts>(
        &self,
        person: &mut ProfileEvaluator<'_, F>,
        content: ContentId,
        slot: u32,
    ) -> Result<Value, Skipped> {
        let mut frame = self.frame(content, &self.default_args(content));
        let variant = self.choose(person, content, &mut frame)?;
        let localized = self.localized(person, content, variant);
        let found = self.slot(person, content, variant, localized, slot, &mut frame)?;
        Ok(found.value())
    }
}
