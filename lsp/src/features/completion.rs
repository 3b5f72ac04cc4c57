//! Completion, and the documentation of one offer once it is looked at.

use persona_ide::complete::{
    Completion, CompletionKind, CompletionOptions as Wanted, complete, documentation,
};
use serde::{Deserialize, Serialize};
use tower_lsp_server::ls_types::request::{Completion as CompletionRequest, ResolveCompletionItem};
use tower_lsp_server::ls_types::{
    ClientCapabilities, Command, CompletionClientCapabilities, CompletionItem, CompletionItemKind,
    CompletionItemTag, CompletionList, CompletionOptions, CompletionParams, CompletionResponse,
    CompletionTextEdit, Documentation, InsertTextFormat, MarkupContent, MarkupKind,
    ServerCapabilities, TextEdit,
};

use super::{Answer, Feature};
use crate::client::json;
use crate::context::Context;
use crate::lanes::Lane;

/// What asks for offers besides letters: what stands before a name, opens a text, a row or a tag of a template.
const TRIGGERS: [&str; 8] = [".", "@", "{", "\"", ":", "|", "%", "/"];

/// `textDocument/completion`.
pub(super) struct Offers;

/// `completionItem/resolve`.
pub(super) struct Resolve;

/// What an offer's documentation is found by.
#[derive(Debug, Serialize, Deserialize)]
struct Data {
    /// The document: whose package it is.
    uri: String,
    /// The key.
    key: String,
}

impl Feature for Offers {
    type Request = CompletionRequest;
    const LANE: Lane = Lane::Completion;

    fn answer(cx: &Context, params: CompletionParams) -> Answer<Option<CompletionResponse>> {
        let position = &params.text_document_position;
        let shows = Shows::of(cx);
        let wanted = Wanted {
            snippets: shows.snippets,
            ..Wanted::default()
        };
        let found = complete(cx.db(), cx.file, cx.offset_of(position), wanted);
        let uri = position.text_document.uri.as_str();
        let items = found.items.into_iter();
        let items = items.map(|item| converted(cx, &shows, uri, item));
        Ok(Some(CompletionResponse::List(CompletionList {
            is_incomplete: found.incomplete,
            items: items.collect(),
        })))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        advertise(capabilities);
    }
}

impl Feature for Resolve {
    type Request = ResolveCompletionItem;
    const LANE: Lane = Lane::Completion;

    fn answer(cx: &Context, mut item: CompletionItem) -> Answer<CompletionItem> {
        let data = item.data.clone().map(serde_json::from_value::<Data>);
        if let Some(Ok(data)) = data
            && let Some(value) = documentation(cx.db(), &data.key)
        {
            item.documentation = Some(Documentation::MarkupContent(MarkupContent {
                kind: MarkupKind::Markdown,
                value,
            }));
        }
        Ok(item)
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        advertise(capabilities);
    }
}

/// Both requests are one capability.
fn advertise(capabilities: &mut ServerCapabilities) {
    capabilities.completion_provider = Some(CompletionOptions {
        resolve_provider: Some(true),
        trigger_characters: Some(TRIGGERS.map(str::to_owned).to_vec()),
        ..CompletionOptions::default()
    });
}

/// What the client can show.
struct Shows {
    snippets: bool,
    tags: bool,
    /// Whether it has a command that asks for offers again.
    again: bool,
}

impl Shows {
    fn of(cx: &Context) -> Self {
        let profile = cx.profile();
        let document = profile.capabilities.text_document.as_ref();
        let completion: Option<&CompletionClientCapabilities> =
            document.and_then(|document| document.completion.as_ref());
        let item = completion.and_then(|completion| completion.completion_item.as_ref());
        Self {
            snippets: item.and_then(|item| item.snippet_support).unwrap_or(false),
            tags: item.is_some_and(|item| item.tag_support.is_some()),
            again: profile.is_on("/completion/triggerSuggest", false),
        }
    }
}

fn converted(cx: &Context, shows: &Shows, uri: &str, item: Completion) -> CompletionItem {
    let also: Vec<TextEdit> = item.also.iter().map(|edit| cx.text_edit(edit)).collect();
    let again = || Command {
        title: "suggest".to_owned(),
        command: "editor.action.triggerSuggest".to_owned(),
        arguments: None,
    };
    CompletionItem {
        kind: Some(kind(item.kind)),
        detail: item.detail,
        deprecated: (item.deprecated && !shows.tags).then_some(true),
        tags: (item.deprecated && shows.tags).then(|| vec![CompletionItemTag::DEPRECATED]),
        sort_text: Some(item.sort),
        filter_text: Some(item.label.clone()),
        label: item.label,
        insert_text_format: item.snippet.then_some(InsertTextFormat::SNIPPET),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range: cx.range(item.replace),
            new_text: item.insert,
        })),
        additional_text_edits: (!also.is_empty()).then_some(also),
        command: (item.again && shows.again).then(again),
        // Each has it, so that a client may ask about any of them.
        data: Some(json(&Data {
            uri: uri.to_owned(),
            key: item.doc.unwrap_or_default(),
        })),
        ..CompletionItem::default()
    }
}

fn kind(kind: CompletionKind) -> CompletionItemKind {
    use CompletionKind as Kind;
    match kind {
        Kind::Keyword => CompletionItemKind::KEYWORD,
        Kind::Snippet => CompletionItemKind::SNIPPET,
        Kind::Field | Kind::Slot => CompletionItemKind::FIELD,
        Kind::Parameter | Kind::Variable => CompletionItemKind::VARIABLE,
        Kind::Constant => CompletionItemKind::CONSTANT,
        Kind::Trait | Kind::Setting => CompletionItemKind::PROPERTY,
        Kind::Function | Kind::Filter => CompletionItemKind::FUNCTION,
        Kind::Method => CompletionItemKind::METHOD,
        Kind::Segment | Kind::Partition => CompletionItemKind::CLASS,
        Kind::EnumValue => CompletionItemKind::ENUM_MEMBER,
        Kind::Enum => CompletionItemKind::ENUM,
        Kind::Event | Kind::Trigger => CompletionItemKind::EVENT,
        Kind::Type => CompletionItemKind::TYPE_PARAMETER,
        Kind::Catalog | Kind::Source => CompletionItemKind::STRUCT,
        Kind::Module => CompletionItemKind::MODULE,
        Kind::Channel | Kind::Content | Kind::Recommend | Kind::Experiment => {
            CompletionItemKind::INTERFACE
        }
        Kind::Value => CompletionItemKind::VALUE,
        Kind::Annotation | Kind::Tag | Kind::Lint => CompletionItemKind::KEYWORD,
        Kind::File => CompletionItemKind::FILE,
    }
}
