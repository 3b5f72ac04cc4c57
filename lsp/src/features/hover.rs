//! What is under the cursor; of a group of people also how many they are, whom it shares with others, and some of them, once the
//! data have been read.

use std::fmt::Write as _;
use std::sync::Arc;

use persona_ide::audience::{CountedPart, segments};
use persona_ide::hover::{Audience, hover};
use persona_sema::Database;
use serde_json::Value;
use tower_lsp_server::ls_types::request::HoverRequest;
use tower_lsp_server::ls_types::{
    ClientCapabilities, Hover, HoverContents, HoverParams, HoverProviderCapability, MarkupContent,
    MarkupKind, ServerCapabilities,
};

use super::audience::excerpt;
use super::{Answer, Stale, WorkspaceFeature};
use crate::context::{Context, Session};
use crate::host::{Asked, Cancel, Count, Engine, Neighbours, Program};

/// So many segments are compared with the one under the cursor, the nearest ones.
const COMPARED: usize = 100;

/// `textDocument/hover`.
pub(super) struct Hovers;

impl WorkspaceFeature for Hovers {
    type Request = HoverRequest;
    const STALE: Stale = Stale::Refuse;

    fn answer(session: Session, params: HoverParams) -> Answer<Option<Hover>> {
        let at = &params.text_document_position_params;
        let Some(cx) = session.at(&at.text_document.uri) else {
            return Ok(None);
        };
        let offset = cx.offset_of(at);
        let Some(found) = hover(cx.db(), cx.file, offset) else {
            return Ok(None);
        };
        let range = Some(cx.range(found.span));
        let mut value = found.markdown;
        let question = found.audience.and_then(|of| Question::of(&cx, &of));
        let (host, profile) = (Arc::clone(&session.host), Arc::clone(&session.profile));
        let cancel = session.cancel.clone();
        // Counting takes its time, and a change of a text must not wait for it.
        drop((cx, session));
        if let (Some(question), Some(engine)) = (question, host.engine())
            && let Some(said) = question.ask(engine, &profile.settings, &cancel)
        {
            let _ = write!(value, "\n\n---\n\n{said}");
        }
        let kind = MarkupKind::Markdown;
        Ok(Some(Hover {
            contents: HoverContents::Markup(MarkupContent { kind, value }),
            range,
        }))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.hover_provider = Some(HoverProviderCapability::Simple(true));
    }
}

/// What is asked of the engine about a group of people.
struct Question {
    program: Program,
    asked: Asked,
    is_segment: bool,
}

impl Question {
    /// `None` where it cannot be counted, or its data have not been read: nobody waits for data because of a glance.
    fn of(cx: &Context, of: &Audience) -> Option<Self> {
        if !cx.profile().is_on("/audience/enable", true) {
            return None;
        }
        let engine = cx.session.host.engine()?;
        if !engine.is_ready(&cx.view.root) {
            engine.prepare(excerpt(cx, std::iter::empty())?, &cx.profile().settings);
            return None;
        }
        let (part, is_segment) = part_of(cx.db(), of)?;
        let near = match is_segment {
            true => segments(cx.db(), of.decl.file),
            false => Vec::new(),
        };
        let names = near.iter().take(COMPARED).map(|name| &**name);
        let program = excerpt(cx, names.chain([of.name.as_str()]))?;
        let declaration = Arc::from(of.name.as_str());
        Some(Self {
            program,
            asked: Asked { declaration, part },
            is_segment,
        })
    }

    fn ask(self, engine: &dyn Engine, settings: &Value, cancel: &Cancel) -> Option<String> {
        if self.is_segment {
            let name = &self.asked.declaration;
            let near = engine.neighbours(&self.program, name, settings, cancel);
            return near.ok().map(|near| told(&near));
        }
        let mut counts = engine.counts(&self.program, &[self.asked], settings, cancel);
        let count = counts.pop()?.ok()?;
        let about = if count.sampled { "about " } else { "" };
        Some(format!("{about}{}", people(count.count, count.of)))
    }
}

/// Which part of a declaration is meant, and whether it is a segment.
fn part_of(db: &Database, of: &Audience) -> Option<(CountedPart, bool)> {
    use persona_syntax::ast::DeclKind;
    let declaration = db.declaration(of.decl)?;
    match (&declaration.tree.kind, &of.stage) {
        (DeclKind::Segment { .. }, _) => Some((CountedPart::Whole, true)),
        (DeclKind::Trait { .. }, _) => Some((CountedPart::Whole, false)),
        (
            DeclKind::Partition {
                stages, otherwise, ..
            },
            Some(stage),
        ) => {
            let names = stages.iter().map(|one| &one.name).chain([&otherwise.name]);
            let number = names.zip(0..).find(|(name, _)| name.text == *stage)?.1;
            Some((CountedPart::Stage(number), false))
        }
        _ => None,
    }
}

/// `1,204 people, 12.5 % of 9,632`
fn people(count: u64, of: u64) -> String {
    let noun = if count == 1 { "person" } else { "people" };
    format!(
        "**{} {noun}**, {} of {}",
        grouped(count),
        percent(count, of),
        grouped(of)
    )
}

/// A share as people write it; small but not nothing is said to be so.
fn percent(count: u64, of: u64) -> String {
    let percent = match of {
        0 => 0.0,
        _ => count as f64 * 100.0 / of as f64,
    };
    if count > 0 && percent < 0.1 {
        return "less than 0.1 %".to_owned();
    }
    format!("{percent:.1} %")
}

/// `1,204 · 12.5 %`, for where there is little room.
pub(super) fn short(count: Count) -> String {
    let about = if count.sampled { "≈ " } else { "" };
    let share = percent(count.count, count.of).replace("less than", "<");
    format!("{about}{} · {share}", grouped(count.count))
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// What is said of a segment's people.
fn told(near: &Neighbours) -> String {
    let mut text = people(near.members, near.of);
    if !near.shared.is_empty() {
        text.push_str("\n\nAlso in\n");
        for one in &near.shared {
            let share = percent(one.both, near.members);
            let _ = writeln!(text, "- `{}`: {} ({share})", one.name, grouped(one.both));
        }
    }
    if !near.examples.is_empty() {
        text.push_str("\n\nFor example\n");
        for one in &near.examples {
            let key = match one.private {
                true => "somebody".to_owned(),
                false => format!("`{}`", one.key),
            };
            let facts = one.facts.iter();
            let facts: Vec<String> = facts
                .map(|(name, value)| format!("{name} {value}"))
                .collect();
            let _ = match facts.is_empty() {
                true => writeln!(text, "- {key}"),
                false => writeln!(text, "- {key}: {}", facts.join(", ")),
            };
        }
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Example, Neighbour};

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(people(1, 1), "**1 person**, 100.0 % of 1");
        assert_eq!(
            people(1_234_567, 10_000_000),
            "**1,234,567 people**, 12.3 % of 10,000,000"
        );
        assert_eq!(people(3, 10_000), "**3 people**, less than 0.1 % of 10,000");
        assert_eq!(people(0, 0), "**0 people**, 0.0 % of 0");
        let count = |sampled| Count {
            count: 3,
            of: 10_000,
            sampled,
        };
        assert_eq!(short(count(false)), "3 · < 0.1 %");
        assert_eq!(short(count(true)), "≈ 3 · < 0.1 %");
    }

    #[test]
    fn personal_keys_are_not_shown() {
        let example = |key: &str, private| Example {
            key: key.to_owned(),
            private,
            facts: vec![("age".to_owned(), "40".to_owned())],
        };
        let near = Neighbours {
            members: 4,
            of: 8,
            shared: vec![Neighbour {
                name: "vip".to_owned(),
                both: 1,
                other: 2,
            }],
            examples: vec![example("c1", false), example("ada@example.com", true)],
        };
        assert_eq!(
            told(&near),
            "**4 people**, 50.0 % of 8\n\nAlso in\n- `vip`: 1 (25.0 %)\n\n\nFor example\n- `c1`: age 40\n- somebody: age 40"
        );
    }
}
