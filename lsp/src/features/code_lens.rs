//! Code lenses: uses, counted once a lens is seen; tests, reasons and previews, which are commands with the document's address and
//! a name. Each can be turned off in the settings, under `codeLens`.

use persona_ide::lenses::{Lens, LensKind, counted, lenses, uses};
use persona_sema::editor::DeclRef;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_lsp_server::ls_types::request::{CodeLensRequest, CodeLensResolve};
use tower_lsp_server::ls_types::{
    ClientCapabilities, CodeLens, CodeLensOptions, CodeLensParams, Command, Location,
    ServerCapabilities,
};

use super::{Answer, Feature, Stale};
use crate::client::json;
use crate::context::Context;

/// `textDocument/codeLens`.
pub(super) struct Lenses;
/// `codeLens/resolve`.
pub(super) struct Resolve;

/// What a lens is resolved by.
#[derive(Debug, Serialize, Deserialize)]
struct Data {
    /// The document.
    uri: String,
    /// The declaration's number in it.
    index: u32,
}

/// What commands are given.
#[derive(Debug, Serialize)]
struct Argument<'a> {
    /// The document.
    uri: &'a str,
    /// The test, declaration or content.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

impl Feature for Lenses {
    type Request = CodeLensRequest;
    const STALE: Stale = Stale::Retry;

    fn answer(cx: &Context, params: CodeLensParams) -> Answer<Option<Vec<CodeLens>>> {
        let uri = params.text_document.uri.as_str();
        let found = lenses(cx.db(), cx.file).into_iter();
        let wanted = found.filter(|lens| cx.profile().is_on(setting(&lens.kind), true));
        Ok(Some(wanted.map(|lens| converted(cx, uri, &lens)).collect()))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        advertise(capabilities);
    }
}

impl Feature for Resolve {
    type Request = CodeLensResolve;
    const STALE: Stale = Stale::Retry;

    fn answer(cx: &Context, mut lens: CodeLens) -> Answer<CodeLens> {
        let data = lens.data.clone().map(serde_json::from_value::<Data>);
        if let (None, Some(Ok(data))) = (&lens.command, data) {
            let decl = DeclRef {
                file: cx.file,
                index: data.index,
            };
            let places = uses(cx.db(), decl).into_iter();
            let places = places.filter_map(|place| cx.location(place.file, place.span));
            let places: Vec<Location> = places.collect();
            let title = counted(places.len());
            let arguments = vec![json(&data.uri), json(&lens.range.start), json(&places)];
            // Without uses there is nothing to show.
            let command = if places.is_empty() {
                ""
            } else {
                "persona.showReferences"
            };
            lens.command = Some(Command {
                title,
                command: command.to_owned(),
                arguments: Some(arguments),
            });
        }
        Ok(lens)
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        advertise(capabilities);
    }
}

fn advertise(capabilities: &mut ServerCapabilities) {
    capabilities.code_lens_provider = Some(CodeLensOptions {
        resolve_provider: Some(true),
    });
}

fn setting(kind: &LensKind) -> &'static str {
    match kind {
        LensKind::Uses(_) => "/codeLens/uses",
        LensKind::RunTest(_) | LensKind::RunTests => "/codeLens/tests",
        LensKind::Why(_) => "/codeLens/why",
        LensKind::Preview(_) => "/codeLens/preview",
    }
}

fn converted(cx: &Context, uri: &str, lens: &Lens) -> CodeLens {
    let (command, data): (Option<Command>, Option<Value>) = match &lens.kind {
        LensKind::Uses(decl) => {
            let data = Data {
                uri: uri.to_owned(),
                index: decl.index,
            };
            (None, Some(json(&data)))
        }
        LensKind::RunTest(title) => (
            command("Run test", "persona.runTest", uri, Some(title)),
            None,
        ),
        LensKind::RunTests => (command("Run all tests", "persona.runTest", uri, None), None),
        LensKind::Why(name) => (command("Why…", "persona.why", uri, Some(name)), None),
        LensKind::Preview(name) => (command("Preview", "persona.preview", uri, Some(name)), None),
    };
    CodeLens {
        range: cx.range(lens.span),
        command,
        data,
    }
}

fn command(title: &str, command: &str, uri: &str, name: Option<&str>) -> Option<Command> {
    Some(Command {
        title: title.to_owned(),
        command: command.to_owned(),
        arguments: Some(vec![json(&Argument { uri, name })]),
    })
}
