//! From a name to where it comes from: definition, type definition, implementation. All three answer in the same form.

use persona_base::FileId;
use persona_ide::definition::{
    Destination, Navigation, definition, implementation, type_definition,
};
use persona_sema::Database;
use tower_lsp_server::ls_types::request::{
    GotoDefinition, GotoImplementation, GotoImplementationParams, GotoTypeDefinition,
    GotoTypeDefinitionParams,
};
use tower_lsp_server::ls_types::{
    ClientCapabilities, GotoDefinitionParams, GotoDefinitionResponse,
    ImplementationProviderCapability, Location, LocationLink, OneOf, Position, Range,
    ServerCapabilities, TextDocumentPositionParams, TypeDefinitionProviderCapability, Uri,
};

use super::{Answer, Feature};
use crate::context::Context;

/// `textDocument/definition`.
pub(super) struct Definition;
/// `textDocument/typeDefinition`.
pub(super) struct TypeDefinition;
/// `textDocument/implementation`.
pub(super) struct Implementation;

impl Feature for Definition {
    type Request = GotoDefinition;

    fn answer(
        cx: &Context,
        params: GotoDefinitionParams,
    ) -> Answer<Option<GotoDefinitionResponse>> {
        Ok(go(cx, &params.text_document_position_params, definition))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.definition_provider = Some(OneOf::Left(true));
    }
}

impl Feature for TypeDefinition {
    type Request = GotoTypeDefinition;

    fn answer(
        cx: &Context,
        params: GotoTypeDefinitionParams,
    ) -> Answer<Option<GotoDefinitionResponse>> {
        Ok(go(
            cx,
            &params.text_document_position_params,
            type_definition,
        ))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.type_definition_provider =
            Some(TypeDefinitionProviderCapability::Simple(true));
    }
}

impl Feature for Implementation {
    type Request = GotoImplementation;

    fn answer(
        cx: &Context,
        params: GotoImplementationParams,
    ) -> Answer<Option<GotoDefinitionResponse>> {
        Ok(go(
            cx,
            &params.text_document_position_params,
            implementation,
        ))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.implementation_provider = Some(ImplementationProviderCapability::Simple(true));
    }
}

type Go = fn(&Database, FileId, u32) -> Option<Navigation>;

fn go(cx: &Context, at: &TextDocumentPositionParams, go: Go) -> Option<GotoDefinitionResponse> {
    let found = go(cx.db(), cx.file, cx.offset_of(at))?;
    let origin = cx.range(found.origin);
    let links: Vec<LocationLink> = found
        .targets
        .iter()
        .filter_map(|target| link(cx, origin, target))
        .collect();
    if links.is_empty() {
        return None;
    }
    if takes_links(cx) {
        return Some(GotoDefinitionResponse::Link(links));
    }
    let places = links.into_iter().map(|link| Location {
        uri: link.target_uri,
        range: link.target_selection_range,
    });
    Some(GotoDefinitionResponse::Array(places.collect()))
}

fn link(cx: &Context, origin: Range, target: &Destination) -> Option<LocationLink> {
    let (target_uri, whole, name) = match target {
        Destination::Place { file, name, whole } => (
            cx.uri(*file)?,
            cx.range_in(*file, *whole),
            cx.range_in(*file, *name),
        ),
        Destination::File(path) => {
            let start = Position::new(0, 0);
            let top = Range::new(start, start);
            (data_file(cx, path)?, top, top)
        }
    };
    Some(LocationLink {
        origin_selection_range: Some(origin),
        target_uri,
        target_range: whole,
        target_selection_range: name,
    })
}

/// The address of a file of the package that the database does not hold.
pub(super) fn data_file(cx: &Context, path: &str) -> Option<Uri> {
    let root = &cx.view.root;
    let known = !root.as_os_str().is_empty();
    known
        .then(|| Uri::from_file_path(root.join(path)))
        .flatten()
}

/// Whether the client can be told more than places.
fn takes_links(cx: &Context) -> bool {
    let document = cx.profile().capabilities.text_document.as_ref();
    let definition = document.and_then(|document| document.definition.as_ref());
    definition.and_then(|one| one.link_support).unwrap_or(false)
}
