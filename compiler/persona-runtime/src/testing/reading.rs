//! What a content says to the person of a test: what they were sent last, or would read now. Decides nothing.

use std::sync::Arc;

use persona_ir::campaign::{ContentId, SlotFrom};

use super::Tester;
use crate::Value;
use crate::content::{Rendered, Skipped};
use crate::machine::{Happened, Outcome};

/// What a content says.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// When it was sent last; nothing where it was not, and this is what the person would read now.
    pub sent: Option<i64>,
    /// The text.
    pub read: Rendered,
}

/// Why nobody knows what a content says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoReading {
    /// It was not sent, and this parameter has no default.
    Argument(Arc<str>),
    /// It was not sent, and the person has no event that this parameter could be.
    Event(Arc<str>),
    /// It was not sent, and now it would be given up.
    Skipped(Skipped),
}

impl Tester<'_> {
    /// What a content says.
    pub(super) fn reading(&self, content: ContentId) -> Result<Reading, NoReading> {
        let sent = self.sent(content, None).last();
        let delivered = |outcome: &Outcome| match &outcome.what {
            Happened::Sent(delivery) => delivery.payload.clone(),
            _ => None,
        };
        if let Some((outcome, read)) = sent.and_then(|sent| Some((sent, delivered(sent)?))) {
            return Ok(Reading {
                sent: Some(outcome.at),
                read,
            });
        }
        let args = self.arguments(content)?;
        let contents = self.machine().program().contents();
        let read = self.ask(|eval| {
            let mut frame = contents.frame(content, &args);
            let variant = contents.choose(eval, content, &mut frame)?;
            contents.render(eval, content, variant, &mut frame)
        });
        let read = read.expect("the profile is there from the beginning");
        if let (Some(cover), Ok(read)) = (self.machine().program().cover(), &read) {
            cover.chose(content, read.variant);
        }
        match read {
            Ok(read) => Ok(Reading { sent: None, read }),
            Err(skipped) => Err(NoReading::Skipped(skipped)),
        }
    }

    /// The arguments of a content that nobody sends: in the order of the slots of its frame that are arguments.
    fn arguments(&self, content: ContentId) -> Result<Vec<Value>, NoReading> {
        let def = &self.campaign().contents[content];
        for param in &def.params {
            let name = || Arc::clone(&param.name);
            let is_event = param.ty.is_none();
            if is_event && self.machine().latest(self.key(), &param.kinds).is_none() {
                return Err(NoReading::Event(name()));
            }
            if !is_event && param.default.is_none() && !param.optional {
                return Err(NoReading::Argument(name()));
            }
        }
        let args = def.frame.iter().filter_map(|slot| {
            let SlotFrom::Argument { param, cols } = &slot.from else {
                return None;
            };
            let param = &def.params[*param as usize];
            let Some(cols) = cols else {
                let default = param.default.as_ref();
                return Some(default.map_or(Value::Missing, Value::from));
            };
            let latest = self.machine().latest(self.key(), &param.kinds);
            let (kind, values) = latest.unwrap_or((cols[0].kind, Vec::new()));
            let col = cols.iter().find(|col| col.kind == kind);
            let value = col.and_then(|col| values.get(usize::from(col.col)));
            Some(value.cloned().unwrap_or(Value::Missing))
        });
        Ok(args.collect())
    }
}
