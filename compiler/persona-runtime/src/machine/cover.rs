//! What a worker tells a cover (`crate::testing::Cover`) of the conditions that it asked. Asks them again, from left to right,
//! and only where there is a cover; decides nothing.

use persona_ir::Explain;
use persona_ir::campaign::{ContentId, SlotFrom, TriggerId};

use super::engine::Engine;
use crate::testing::Cover;
use crate::{EventRef, Facts, Value};

impl<'c, F: Facts> Engine<'_, 'c, F> {
    /// The cover, unless it is only tried what another arm would do.
    fn cover(&self) -> Option<&'c Cover<'c>> {
        self.program.cover.filter(|_| !self.trying)
    }

    /// A condition was asked under a frame.
    #[inline]
    pub(super) fn saw(&mut self, explain: &Explain, frame: &[Value]) {
        if let Some(cover) = self.cover() {
            self.ready();
            self.eval.set_frame(frame);
            cover.saw(&mut self.eval, explain, None);
        }
    }

    /// A condition was asked of an event under a frame.
    #[inline]
    pub(super) fn saw_of(&mut self, explain: Option<&Explain>, event: EventRef, frame: &[Value]) {
        if let (Some(cover), Some(explain)) = (self.cover(), explain) {
            self.ready();
            self.eval.set_frame(frame);
            cover.saw(&mut self.eval, explain, Some(event));
        }
    }

    /// Whether somebody is a member was asked.
    pub(super) fn saw_watched(&mut self, trigger: TriggerId) {
        if let Some(explain) = &self.program.campaign.triggers[trigger].watched {
            self.saw(explain, &[]);
        }
    }

    /// A content was read: its skips and the conditions of its variants, up to the one that decided; and those of the contents
    /// that it read.
    pub(super) fn saw_content(&mut self, content: ContentId, args: &[Value]) {
        let Some(cover) = self.cover() else {
            return;
        };
        self.ready();
        let contents = &self.program.contents;
        let mut frame = contents.frame(content, args);
        let chosen = contents.choose(&mut self.eval, content, &mut frame).ok();
        if let Some(variant) = chosen {
            cover.chose(content, variant);
            // Whether it gives the message up was asked already; here it fills the frame.
            let rendered = contents.render(&mut self.eval, content, variant, &mut frame);
            drop(rendered);
        }
        let def = &self.program.campaign.contents[content];
        self.eval.set_frame(&frame);
        for skip in &def.skips {
            cover.saw(&mut self.eval, &skip.condition.explain, None);
            if self.eval.value(skip.condition.node).is_true() {
                return;
            }
        }
        for (place, variant) in (0_u32..).zip(&def.variants) {
            if let Some(condition) = &variant.condition {
                cover.saw(&mut self.eval, &condition.explain, None);
            }
            if chosen == Some(place) {
                break;
            }
        }
        for (slot, value) in def.frame.iter().zip(&frame) {
            if let SlotFrom::ContentSlot { content: other, .. } = slot.from
                && value.is_known()
            {
                let args = self.program.contents.default_args(other);
                self.saw_content(other, &args);
            }
        }
    }
}
