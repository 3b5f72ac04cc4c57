//! Commands that editors call: run tests, say why, preview a content, list people to choose from. Their answers are plain JSON
//! for panels: what the command line prints with `--format json`, or `{"reason": "…"}` where there is no answer.
//!
//! Each takes one object: `uri` of any document of the package, and what the command is about.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp_server::jsonrpc;
use tower_lsp_server::ls_types::request::ExecuteCommand;
use tower_lsp_server::ls_types::{
    ClientCapabilities, ExecuteCommandOptions, ExecuteCommandParams, ServerCapabilities, Uri,
    WorkDoneProgressOptions,
};

use super::{Answer, WorkspaceFeature};
use crate::context::{Context, Session, View};
use crate::host::{Cancel, Engine, Person, Program, SourceText};
use crate::lanes::Lane;

/// `workspace/executeCommand`.
pub(super) struct Commands;

impl WorkspaceFeature for Commands {
    type Request = ExecuteCommand;
    const LANE: Lane = Lane::Command;

    fn answer(session: Session, params: ExecuteCommandParams) -> Answer<Option<Value>> {
        let Some((_, run)) = COMMANDS.iter().find(|(name, _)| *name == params.command) else {
            return Err(jsonrpc::Error::invalid_params(format!(
                "there is no command `{}`",
                params.command
            )));
        };
        let argument = params.arguments.into_iter().next().unwrap_or_default();
        let asked: Argument = serde_json::from_value(argument)
            .map_err(|error| jsonrpc::Error::invalid_params(error.to_string()))?;
        let answer = answer(session, &asked, *run);
        Ok(Some(
            answer.unwrap_or_else(|reason| json!({ "reason": reason })),
        ))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.execute_command_provider = Some(ExecuteCommandOptions {
            commands: COMMANDS
                .iter()
                .map(|(name, _)| (*name).to_owned())
                .collect(),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        });
    }
}

/// The argument of every command.
#[derive(Debug, Deserialize)]
struct Argument {
    /// A document of the package.
    uri: Uri,
    /// The test, declaration or content.
    #[serde(default)]
    name: Option<String>,
    /// The profile's key, or what it begins with.
    #[serde(default)]
    key: Option<String>,
    /// How many people are wanted.
    #[serde(default)]
    limit: Option<usize>,
}

impl Argument {
    fn name(&self) -> Result<&str, String> {
        let name = self.name.as_deref().filter(|name| !name.is_empty());
        name.ok_or_else(|| "it is not said which declaration".to_owned())
    }

    fn person(&self) -> Result<Person, String> {
        let key = self.key.clone().filter(|key| !key.is_empty());
        let key = key.ok_or("it is not said for which profile")?;
        Ok(Person { key })
    }
}

type Run = fn(&dyn Engine, &Program, &Argument, &Cancel) -> Result<Value, String>;

/// The commands, by name.
const COMMANDS: [(&str, Run); 4] = [
    ("persona.runTest", |engine, program, asked, cancel| {
        engine.test(program, asked.name.as_deref(), cancel)
    }),
    ("persona.why", |engine, program, asked, cancel| {
        engine.why(program, asked.name()?, &asked.person()?, cancel)
    }),
    ("persona.preview", |engine, program, asked, cancel| {
        engine.preview(program, asked.name()?, &asked.person()?, cancel)
    }),
    ("persona.people", |engine, program, asked, cancel| {
        let prefix = asked.key.as_deref().unwrap_or_default();
        let people = engine.people(program, prefix, asked.limit.unwrap_or(50), cancel)?;
        let people = people.into_iter().map(|person| {
            let facts = person.facts.into_iter();
            let facts: Vec<Value> = facts
                .map(|(name, value)| json!({ "name": name, "value": value }))
                .collect();
            json!({ "key": person.key, "private": person.private, "facts": facts })
        });
        Ok(json!({ "people": people.collect::<Vec<_>>() }))
    }),
];

fn answer(session: Session, asked: &Argument, run: Run) -> Result<Value, String> {
    let (host, cancel) = (Arc::clone(&session.host), session.cancel.clone());
    let engine = host.engine().ok_or("this server cannot run programs")?;
    let cx = session
        .at(&asked.uri)
        .ok_or("this document belongs to no package")?;
    let program = program(&cx);
    // The engine takes its time, and nobody who types waits for it.
    drop((cx, session));
    run(engine, &program?, asked, &cancel)
}

/// The document's package as a program, or why there is none.
fn program(cx: &Context) -> Result<Program, String> {
    let checked = cx.db().checked().ok_or("the package has errors")?;
    Ok(Program {
        root: cx.view.root.clone(),
        revision: cx.view.revision,
        checked,
        texts: texts(&cx.view),
    })
}

/// The texts of a package.
pub(super) fn texts(view: &View) -> Arc<[SourceText]> {
    let files = view.db.all_files();
    let texts = files.map(|file| SourceText {
        file,
        path: Arc::from(view.db.file_path(file)),
        text: view.db.shared_text(file),
    });
    texts.collect()
}
