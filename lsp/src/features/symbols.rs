//! Outlines of documents, and a search for names over all packages.

use persona_ide::symbols::{Outline, SymbolKind as Named, outline, search};
use persona_sema::ItemKind;
use persona_sema::editor::PartKind;
use tower_lsp_server::ls_types::request::{DocumentSymbolRequest, WorkspaceSymbolRequest};
use tower_lsp_server::ls_types::{
    ClientCapabilities, DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, Location,
    OneOf, ServerCapabilities, SymbolInformation, SymbolKind, SymbolTag, WorkspaceSymbol,
    WorkspaceSymbolParams, WorkspaceSymbolResponse,
};

use super::{Answer, Feature, Stale, WorkspaceFeature};
use crate::context::{Context, Session};

/// `textDocument/documentSymbol`.
pub(super) struct DocumentSymbols;
/// `workspace/symbol`.
pub(super) struct WorkspaceSymbols;

impl Feature for DocumentSymbols {
    type Request = DocumentSymbolRequest;
    const STALE: Stale = Stale::Retry;

    fn answer(cx: &Context, _: DocumentSymbolParams) -> Answer<Option<DocumentSymbolResponse>> {
        let found = outline(cx.db(), cx.file);
        if takes_nested(cx) {
            let nested = found.into_iter().map(|one| nested(cx, one)).collect();
            return Ok(Some(DocumentSymbolResponse::Nested(nested)));
        }
        let mut flat = Vec::new();
        flatten(cx, &found, None, &mut flat);
        Ok(Some(DocumentSymbolResponse::Flat(flat)))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.document_symbol_provider = Some(OneOf::Left(true));
    }
}

impl WorkspaceFeature for WorkspaceSymbols {
    type Request = WorkspaceSymbolRequest;

    fn answer(
        session: Session,
        params: WorkspaceSymbolParams,
    ) -> Answer<Option<WorkspaceSymbolResponse>> {
        let mut all = Vec::new();
        for view in &session.views {
            for found in search(&view.db, &params.query) {
                let cx = session.within(view, found.file);
                let Some(location) = cx.location(found.file, found.span) else {
                    continue;
                };
                all.push(WorkspaceSymbol {
                    name: found.name,
                    kind: kind(found.kind),
                    tags: tags(found.deprecated),
                    container_name: Some(found.container).filter(|name| !name.is_empty()),
                    location: OneOf::Left(location),
                    data: None,
                });
            }
        }
        Ok(Some(WorkspaceSymbolResponse::Nested(all)))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.workspace_symbol_provider = Some(OneOf::Left(true));
    }
}

#[expect(
    deprecated,
    reason = "the protocol's struct has the field, tags replace it"
)]
fn nested(cx: &Context, one: Outline) -> DocumentSymbol {
    let children = one.children.into_iter();
    let children: Vec<DocumentSymbol> = children.map(|child| nested(cx, child)).collect();
    DocumentSymbol {
        name: one.name,
        detail: Some(one.detail).filter(|detail| !detail.is_empty()),
        kind: kind(one.kind),
        tags: tags(one.deprecated),
        deprecated: None,
        range: cx.range(one.span),
        selection_range: cx.range(one.name_span),
        children: Some(children).filter(|children| !children.is_empty()),
    }
}

#[expect(
    deprecated,
    reason = "the protocol's struct has the field, tags replace it"
)]
fn flatten(
    cx: &Context,
    all: &[Outline],
    container: Option<&str>,
    flat: &mut Vec<SymbolInformation>,
) {
    let Some(uri) = cx.uri(cx.file) else {
        return;
    };
    for one in all {
        flat.push(SymbolInformation {
            name: one.name.clone(),
            kind: kind(one.kind),
            tags: tags(one.deprecated),
            deprecated: None,
            location: Location {
                uri: uri.clone(),
                range: cx.range(one.span),
            },
            container_name: container.map(str::to_owned),
        });
        flatten(cx, &one.children, Some(&one.name), flat);
    }
}

fn tags(deprecated: bool) -> Option<Vec<SymbolTag>> {
    deprecated.then(|| vec![SymbolTag::DEPRECATED])
}

/// The protocol has kinds of programs; each of ours gets one that has a picture of its own in most editors.
pub(super) fn kind(kind: Named) -> SymbolKind {
    match kind {
        Named::Decl(kind) => of_declaration(kind),
        Named::Part(kind) => match kind {
            PartKind::Field | PartKind::Slot => SymbolKind::FIELD,
            PartKind::Value | PartKind::Stage | PartKind::Arm => SymbolKind::ENUM_MEMBER,
            PartKind::Param => SymbolKind::VARIABLE,
            PartKind::Variant => SymbolKind::OBJECT,
        },
    }
}

pub(super) fn of_declaration(kind: ItemKind) -> SymbolKind {
    match kind {
        ItemKind::Error => SymbolKind::NULL,
        ItemKind::Profile | ItemKind::Catalog => SymbolKind::CLASS,
        ItemKind::Event | ItemKind::Events => SymbolKind::EVENT,
        ItemKind::Enum => SymbolKind::ENUM,
        ItemKind::Const => SymbolKind::CONSTANT,
        ItemKind::Source => SymbolKind::FILE,
        ItemKind::Trait => SymbolKind::PROPERTY,
        ItemKind::Fn => SymbolKind::FUNCTION,
        ItemKind::Segment => SymbolKind::INTERFACE,
        ItemKind::Partition => SymbolKind::STRUCT,
        ItemKind::Use => SymbolKind::MODULE,
        ItemKind::Purpose | ItemKind::Channel => SymbolKind::KEY,
        ItemKind::Trigger => SymbolKind::OPERATOR,
        ItemKind::Content => SymbolKind::STRING,
        ItemKind::Recommend => SymbolKind::ARRAY,
        ItemKind::Experiment => SymbolKind::NAMESPACE,
        ItemKind::Exclusive => SymbolKind::BOOLEAN,
        ItemKind::Test => SymbolKind::METHOD,
    }
}

/// Whether the client can be told what is inside what.
fn takes_nested(cx: &Context) -> bool {
    let document = cx.profile().capabilities.text_document.as_ref();
    let symbols = document.and_then(|document| document.document_symbol.as_ref());
    let nested = symbols.and_then(|symbols| symbols.hierarchical_document_symbol_support);
    nested.unwrap_or(false)
}
