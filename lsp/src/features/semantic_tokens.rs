//! The names of a document, coloured by what they mean: all of them, what changed since the last time, or those of a range.

use std::sync::Arc;

use persona_base::Span;
use persona_ide::tokens::{Token, tokens};
use persona_sema::editor::{Colour, Shades};
use tower_lsp_server::ls_types::request::{
    SemanticTokensFullDeltaRequest, SemanticTokensFullRequest, SemanticTokensRangeRequest,
};
use tower_lsp_server::ls_types::{
    ClientCapabilities, Position, SemanticToken, SemanticTokenModifier, SemanticTokenType,
    SemanticTokens, SemanticTokensDelta, SemanticTokensDeltaParams, SemanticTokensEdit,
    SemanticTokensFullDeltaResult, SemanticTokensFullOptions, SemanticTokensLegend,
    SemanticTokensOptions, SemanticTokensParams, SemanticTokensRangeParams,
    SemanticTokensRangeResult, SemanticTokensResult, ServerCapabilities,
};

use super::{Answer, Feature, Stale};
use crate::context::Context;

/// `textDocument/semanticTokens/full`.
pub(super) struct Full;
/// `textDocument/semanticTokens/full/delta`.
pub(super) struct Delta;
/// `textDocument/semanticTokens/range`.
pub(super) struct Range;

/// What is kept of the last answer about a document.
struct Answered {
    id: String,
    tokens: Vec<SemanticToken>,
}

/// Under which name it is kept.
const KEPT: &str = "semanticTokens";

/// The types of tokens, in the order of their numbers: those that every theme knows.
const TYPES: [SemanticTokenType; 12] = [
    SemanticTokenType::NAMESPACE,
    SemanticTokenType::TYPE,
    SemanticTokenType::CLASS,
    SemanticTokenType::EVENT,
    SemanticTokenType::ENUM,
    SemanticTokenType::ENUM_MEMBER,
    SemanticTokenType::INTERFACE,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::FUNCTION,
    SemanticTokenType::METHOD,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::PARAMETER,
];

const DECLARATION: u32 = 1;
const MODIFICATION: u32 = 2;
const DEPRECATED: u32 = 4;
const LIBRARY: u32 = 8;
const READONLY: u32 = 16;

/// The modifiers, in the order of their bits.
const MODIFIERS: [SemanticTokenModifier; 5] = [
    SemanticTokenModifier::DECLARATION,
    SemanticTokenModifier::MODIFICATION,
    SemanticTokenModifier::DEPRECATED,
    SemanticTokenModifier::DEFAULT_LIBRARY,
    SemanticTokenModifier::READONLY,
];

impl Feature for Full {
    type Request = SemanticTokensFullRequest;
    const STALE: Stale = Stale::Retry;

    fn answer(cx: &Context, _: SemanticTokensParams) -> Answer<Option<SemanticTokensResult>> {
        let answered = keep(cx, all(cx, None));
        Ok(Some(SemanticTokensResult::Tokens(SemanticTokens {
            result_id: Some(answered.id.clone()),
            data: answered.tokens.clone(),
        })))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        advertise(capabilities);
    }
}

impl Feature for Delta {
    type Request = SemanticTokensFullDeltaRequest;
    const STALE: Stale = Stale::Retry;

    fn answer(
        cx: &Context,
        params: SemanticTokensDeltaParams,
    ) -> Answer<Option<SemanticTokensFullDeltaResult>> {
        let key = cx.db().file_path(cx.file);
        let before = cx.session.kept.get::<Answered>(KEPT, key);
        let before = before.filter(|before| before.id == params.previous_result_id);
        let now = keep(cx, all(cx, None));
        let result_id = Some(now.id.clone());
        Ok(Some(match before {
            None => SemanticTokensFullDeltaResult::Tokens(SemanticTokens {
                result_id,
                data: now.tokens.clone(),
            }),
            Some(before) => SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta {
                result_id,
                edits: edits(&before.tokens, &now.tokens),
            }),
        }))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        advertise(capabilities);
    }
}

impl Feature for Range {
    type Request = SemanticTokensRangeRequest;

    fn answer(
        cx: &Context,
        params: SemanticTokensRangeParams,
    ) -> Answer<Option<SemanticTokensRangeResult>> {
        let range = cx.span(params.range);
        Ok(Some(SemanticTokensRangeResult::Tokens(SemanticTokens {
            result_id: None,
            data: all(cx, Some(range)),
        })))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        advertise(capabilities);
    }
}

/// The three requests are one capability.
fn advertise(capabilities: &mut ServerCapabilities) {
    let options = SemanticTokensOptions {
        legend: SemanticTokensLegend {
            token_types: TYPES.to_vec(),
            token_modifiers: MODIFIERS.to_vec(),
        },
        range: Some(true),
        full: Some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
        ..SemanticTokensOptions::default()
    };
    capabilities.semantic_tokens_provider = Some(options.into());
}

/// Keeps an answer, so that the next one can tell what changed. Its id says what it holds: equal answers have equal ids.
fn keep(cx: &Context, tokens: Vec<SemanticToken>) -> Arc<Answered> {
    let key = cx.db().file_path(cx.file);
    let id = format!("{:x}", fingerprint(&tokens));
    let answered = Arc::new(Answered { id, tokens });
    cx.session.kept.put(KEPT, key, Arc::clone(&answered));
    answered
}

fn fingerprint(tokens: &[SemanticToken]) -> u64 {
    use std::hash::{Hash as _, Hasher as _};
    let mut hasher = rustc_hash::FxHasher::default();
    for one in tokens {
        (one.delta_line, one.delta_start, one.length).hash(&mut hasher);
        (one.token_type, one.token_modifiers_bitset).hash(&mut hasher);
    }
    hasher.finish()
}

/// The tokens as the protocol counts: each from the one before it.
fn all(cx: &Context, range: Option<Span>) -> Vec<SemanticToken> {
    let found = tokens(cx.db(), cx.file, range);
    let (text, lines) = cx.view.text(cx.file);
    let encoding = cx.profile().encoding;
    let mut told = Vec::with_capacity(found.len());
    let mut last = Position::new(0, 0);
    for one in &found {
        // They are in the order of the text.
        let start = lines.position_from(last.line, &text, one.span.start, encoding);
        let end = lines.position_from(start.line, &text, one.span.end, encoding);
        if start.line != end.line || end.character <= start.character {
            continue;
        }
        let same_line = start.line == last.line;
        let from = if same_line { last.character } else { 0 };
        told.push(SemanticToken {
            delta_line: start.line - last.line,
            delta_start: start.character - from,
            length: end.character - start.character,
            token_type: type_of(one),
            token_modifiers_bitset: modifiers(one),
        });
        last = start;
    }
    told
}

fn type_of(one: &Token) -> u32 {
    match one.colour {
        Colour::Module => 0,
        Colour::Type => 1,
        Colour::Table => 2,
        Colour::Event => 3,
        Colour::Enum => 4,
        Colour::Value => 5,
        Colour::Group => 6,
        Colour::Trait | Colour::Const | Colour::Local | Colour::Word | Colour::Way => 7,
        Colour::Function | Colour::Action => 8,
        Colour::Method => 9,
        Colour::Field => 10,
        Colour::Param => 11,
    }
}

fn modifiers(one: &Token) -> u32 {
    let Shades {
        declares,
        writes,
        deprecated,
        library,
    } = one.shades;
    let readonly = matches!(one.colour, Colour::Const | Colour::Trait | Colour::Word);
    let said = [
        (declares, DECLARATION),
        (writes, MODIFICATION),
        (deprecated, DEPRECATED),
        (library, LIBRARY),
        (readonly, READONLY),
    ];
    let said = said.into_iter().filter(|(is, _)| *is);
    said.fold(0, |bits, (_, bit)| bits | bit)
}

/// What turns the tokens before into those now: one replacement between what is the same at both ends.
fn edits(before: &[SemanticToken], now: &[SemanticToken]) -> Vec<SemanticTokensEdit> {
    /// A token is so many numbers.
    const NUMBERS: usize = 5;
    let same = before.iter().zip(now).take_while(|(a, b)| a == b).count();
    let (before, now) = (&before[same..], &now[same..]);
    let tail = before
        .iter()
        .rev()
        .zip(now.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (gone, new) = (before.len() - tail, &now[..now.len() - tail]);
    if gone == 0 && new.is_empty() {
        return Vec::new();
    }
    vec![SemanticTokensEdit {
        start: (same * NUMBERS) as u32,
        delete_count: (gone * NUMBERS) as u32,
        data: Some(new.to_vec()),
    }]
}

#[cfg(test)]
mod tests {
    use super::{SemanticToken, edits};

    fn token(length: u32) -> SemanticToken {
        SemanticToken {
            delta_line: 0,
            delta_start: 1,
            length,
            token_type: 0,
            token_modifiers_bitset: 0,
        }
    }

    /// Edits as a client applies them, token by token.
    fn applied(before: &[u32], now: &[u32]) -> Vec<u32> {
        let tokens = |all: &[u32]| all.iter().map(|one| token(*one)).collect::<Vec<_>>();
        let mut made = tokens(before);
        for edit in edits(&made.clone(), &tokens(now)) {
            let start = edit.start as usize / 5;
            let end = start + edit.delete_count as usize / 5;
            made.splice(start..end, edit.data.unwrap_or_default());
        }
        made.into_iter().map(|one| one.length).collect()
    }

    #[test]
    fn edits_lead_from_one_answer_to_the_next() {
        let lists: [&[u32]; 7] = [
            &[],
            &[1],
            &[1, 2, 3],
            &[1, 3],
            &[1, 2, 2, 3],
            &[3, 2, 1],
            &[1, 1, 1],
        ];
        for before in lists {
            for now in lists {
                assert_eq!(applied(before, now), now, "{before:?}");
            }
        }
    }

    #[test]
    fn equal_answers_need_no_edit() {
        assert_eq!(edits(&[token(1)], &[token(1)]), []);
    }
}
