//! How many people a condition holds for, while it is typed. A request of this server's own, since the protocol knows nothing of
//! people; it takes a document, perhaps a range (what is seen) and a position (the cursor), and gives counts for what stands in the
//! range and what each atom of the condition at the position does. What cannot be counted is left out, with one reason for all.

use std::sync::Arc;

use persona_base::Span;
use persona_ide::audience::{Countable, countable_at, countables};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_lsp_server::ls_types::request::Request;
use tower_lsp_server::ls_types::{
    ClientCapabilities, Position, Range, ServerCapabilities, TextDocumentIdentifier,
};

use super::commands::texts;
use super::{Answer, WorkspaceFeature};
use crate::context::{Context, Session};
use crate::host::{Asked, Count, Engine, Program};
use crate::lanes::Lane;

/// `persona/audience`.
#[derive(Debug)]
pub(crate) enum AudienceRequest {}

impl Request for AudienceRequest {
    type Params = AudienceParams;
    type Result = Audience;
    const METHOD: &'static str = "persona/audience";
}

/// What is asked.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AudienceParams {
    text_document: TextDocumentIdentifier,
    /// What is seen; the whole document where it is not said.
    range: Option<Range>,
    /// The cursor.
    position: Option<Position>,
}

/// What is answered.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Audience {
    counts: Vec<Counted>,
    atoms: Vec<Atom>,
    /// Why nothing is counted, where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// A count, and what it is about.
#[derive(Debug, Deserialize, Serialize)]
struct Counted {
    range: Range,
    count: u64,
    of: u64,
    sampled: bool,
}

/// What an atom does.
#[derive(Debug, Deserialize, Serialize)]
struct Atom {
    range: Range,
    /// For how many it holds by itself.
    holds: u64,
    /// How many the whole condition would hold for without it.
    without: u64,
    /// For how many the whole condition holds.
    all: u64,
    of: u64,
}

/// Live counts.
pub(super) struct Audiences;

impl WorkspaceFeature for Audiences {
    type Request = AudienceRequest;
    const LANE: Lane = Lane::Count;

    fn answer(session: Session, params: AudienceParams) -> Answer<Audience> {
        if !session.profile.is_on("/audience/enable", true) {
            return Ok(Audience::default());
        }
        let host = Arc::clone(&session.host);
        let (Some(engine), Some(cx)) = (host.engine(), session.at(&params.text_document.uri))
        else {
            return Ok(Audience::default());
        };
        let Some(question) = Question::of(&cx, &params) else {
            return Ok(Audience {
                reason: Some(BROKEN_GROUND.to_owned()),
                ..Audience::default()
            });
        };
        let (profile, cancel) = (Arc::clone(&session.profile), session.cancel.clone());
        // Counting takes its time, and a change of a text must not wait for it.
        drop((cx, session));
        Ok(question.ask(engine, &profile.settings, &cancel))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        let own = capabilities.experimental.get_or_insert_with(|| json!({}));
        if let Value::Object(own) = own {
            own.insert("personaAudience".to_owned(), Value::Bool(true));
        }
    }
}

/// Why no row of data can be read.
pub(super) const BROKEN_GROUND: &str =
    "people are counted again once the profile, the events and the sources are without errors";

/// What is asked of the engine, with the ranges to show it at: all that has to be known of the document.
struct Question {
    program: Program,
    counted: Vec<(Range, Asked)>,
    condition: Option<Asked>,
    /// From a place in the document to its range.
    ranges: Box<dyn Fn(Span) -> Range>,
}

impl Question {
    /// `None` where no row of data can be read.
    fn of(cx: &Context, params: &AudienceParams) -> Option<Self> {
        let (text, lines) = cx.view.text(cx.file);
        let all = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
        let seen = params.range.map_or(all, |range| cx.span(range));
        let found = countables(cx.db(), cx.file, seen);
        let at = params.position.map(|position| cx.offset(position));
        let condition = at.and_then(|at| countable_at(cx.db(), cx.file, at));
        let names = found.iter().chain(&condition);
        let program = excerpt(cx, names.map(|one| &*one.declaration))?;
        let encoding = cx.profile().encoding;
        Some(Self {
            program,
            counted: found
                .iter()
                .map(|one| (cx.range(one.span), asked(one)))
                .collect(),
            condition: condition.as_ref().map(asked),
            ranges: Box::new(move |span| lines.range(&text, span, encoding)),
        })
    }

    fn ask(self, engine: &dyn Engine, settings: &Value, cancel: &crate::host::Cancel) -> Audience {
        let (shown, questions): (Vec<Range>, Vec<Asked>) = self.counted.into_iter().unzip();
        let mut answer = Audience::default();
        let counts = engine.counts(&self.program, &questions, settings, cancel);
        for (range, count) in shown.into_iter().zip(counts) {
            match count {
                Ok(count) => answer.counts.push(Counted {
                    range,
                    count: count.count,
                    of: count.of,
                    sampled: count.sampled,
                }),
                Err(reason) => drop(answer.reason.get_or_insert(reason)),
            }
        }
        if !answer.counts.is_empty() {
            // What cannot be counted says so by having no number.
            answer.reason = None;
        }
        if let Some(condition) = &self.condition
            && let Ok(atoms) = engine.atoms(&self.program, condition, settings, cancel)
        {
            let atoms = atoms.into_iter().map(|atom| Atom {
                range: (self.ranges)(atom.span),
                holds: atom.holds,
                without: atom.without,
                all: atom.all,
                of: atom.of,
            });
            answer.atoms = atoms.collect();
        }
        answer
    }
}

/// The counts of what stands in a part of a document, each with where it is shown: for clients that cannot draw them by themselves.
/// Given in two steps, so that the database is free while is counted. `None` where the data have not been read; then they are.
pub(super) fn counts_of(
    cx: &Context,
    seen: Span,
) -> Option<impl FnOnce() -> Vec<(Range, Count)> + use<>> {
    let profile = Arc::clone(&cx.session.profile);
    if !profile.is_on("/audience/enable", true) || profile.is_on("/audience/drawn", false) {
        return None;
    }
    let engine = cx.session.host.engine()?;
    if !engine.is_ready(&cx.view.root) {
        engine.prepare(excerpt(cx, std::iter::empty())?, &profile.settings);
        return None;
    }
    let found = countables(cx.db(), cx.file, seen);
    let program = excerpt(cx, found.iter().map(|one| &*one.declaration))?;
    let shown: Vec<Range> = found.iter().map(|one| cx.range(one.span)).collect();
    let (host, cancel) = (Arc::clone(&cx.session.host), cx.session.cancel.clone());
    Some(move || {
        let asked: Vec<Asked> = found.iter().map(asked).collect();
        let engine = host.engine();
        let counts =
            engine.map(|engine| engine.counts(&program, &asked, &profile.settings, &cancel));
        let counts = shown.into_iter().zip(counts.unwrap_or_default());
        counts
            .filter_map(|(range, count)| Some((range, count.ok()?)))
            .collect()
    })
}

fn asked(one: &Countable) -> Asked {
    Asked {
        declaration: Arc::clone(&one.declaration),
        part: one.part,
    }
}

/// What can be run of these declarations, whatever is wrong elsewhere.
pub(super) fn excerpt<'n>(cx: &Context, names: impl Iterator<Item = &'n str>) -> Option<Program> {
    let excerpt = cx.db().excerpt(names)?;
    Some(Program {
        root: cx.view.root.clone(),
        revision: cx.view.revision,
        checked: Arc::new(excerpt.checked),
        texts: texts(&cx.view),
    })
}
