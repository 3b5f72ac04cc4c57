//! The log of a simulation: one JSON object for each outcome, in the order of event time.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use persona_ir::Ty;
use persona_runtime::content::SlotContent;
use persona_runtime::display::iso;
use persona_runtime::machine::{Happened, Outcome};
use persona_runtime::recommend::key_ty;
use persona_runtime::time::Zone;
use persona_runtime::{Value, machine};
use serde_json::{Map, Value as Json, json};

use super::Staged;
use crate::{Error, ErrorCode, Shown};

/// A log that is written.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Log {
    pub(super) fn create(path: &Path) -> Result<Self, Error> {
        if path == Path::new("-") {
            return Err(Error::new(
                ErrorCode::Unwritable,
                "`--out -` would mix the log into the summary, which goes to standard output",
            )
            .with_help("name a file, as in `--out log.ndjson`"));
        }
        let file = File::create(path).map_err(|error| cannot(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::with_capacity(1 << 18, file),
        })
    }

    pub(super) fn write(&mut self, entry: &Json) -> Result<(), Error> {
        let written = serde_json::to_writer(&mut self.file, entry)
            .map_err(std::io::Error::from)
            .and_then(|()| self.file.write_all(b"\n"));
        written.map_err(|error| cannot(&self.path, &error))
    }

    pub(super) fn finish(mut self) -> Result<(), Error> {
        self.file
            .flush()
            .map_err(|error| cannot(&self.path, &error))
    }
}

fn cannot(path: &Path, error: &std::io::Error) -> Error {
    let path = path.display();
    Error::new(
        ErrorCode::Unwritable,
        match error.kind() {
            ErrorKind::NotFound => format!("{path}: the folder of this file does not exist"),
            ErrorKind::PermissionDenied => format!("{path}: no permission to write this file"),
            ErrorKind::IsADirectory => format!("{path} is a folder, and no file"),
            _ => format!("{path} cannot be written: {error}"),
        },
    )
}

/// An outcome as a line of the log. Fields are added, never renamed; those that mean nothing for an outcome are null.
pub(super) fn entry(staged: &Staged, outcome: &Outcome) -> Json {
    let campaign = &staged.campaign;
    let message = outcome.message();
    let content = message.map(|message| &*campaign.contents[message.content].name);
    let channel = message.map(|message| &*campaign.channels[message.channel].name);
    json!({
        "at": iso(outcome.at),
        "trigger": &*campaign.triggers[outcome.run.trigger].name,
        "run": &*machine::key(campaign, &outcome.profile, &outcome.run, None, "run", 0),
        "profile": &*outcome.profile,
        "step": outcome.step,
        "outcome": outcome.name(),
        "reason": reason(staged, outcome),
        "channel": channel,
        "content": content,
        "variant": variant(staged, outcome),
        "arms": arms(staged, outcome),
        "until": match &outcome.what {
            Happened::Deferred(_, deferral) => Some(iso(deferral.until)),
            _ => None,
        },
        "idempotency_key": &*outcome.key(campaign),
        "payload": payload(staged, outcome),
    })
}

/// The reason's word, and what a `skip when` or a clause says.
fn reason(staged: &Staged, outcome: &Outcome) -> Option<String> {
    let word = outcome.reason()?;
    match &outcome.what {
        Happened::Dropped(_, drop) => {
            let experiment = drop
                .experiment
                .map(|id| &staged.campaign.experiments[id].arm.experiment);
            let detail = drop.text.as_ref().or(experiment);
            Some(detail.map_or_else(|| word.to_owned(), |detail| format!("{word}: {detail}")))
        }
        _ => Some(word.to_owned()),
    }
}

fn variant<'s>(staged: &'s Staged, outcome: &Outcome) -> Option<&'s str> {
    let Happened::Sent(delivery) = &outcome.what else {
        return None;
    };
    let content = &staged.campaign.contents[delivery.message.content];
    content
        .variants
        .get(delivery.variant as usize)
        .map(|variant| &*variant.name)
}

/// `{"cart_subject": "personal"}`
fn arms(staged: &Staged, outcome: &Outcome) -> Json {
    let mut arms = Map::new();
    let mut add = |experiment: persona_ir::ExperimentId, arm: Option<u32>| {
        let of = &staged.campaign.experiments[experiment];
        let names = &staged.campaign.plan.schema.enums[of.arms].values;
        let name = arm.and_then(|arm| names.get(arm as usize));
        let name = name.map(|arm| Json::from(&*arm.name));
        arms.insert(of.arm.experiment.to_string(), name.unwrap_or(Json::Null));
    };
    match &outcome.what {
        Happened::Sent(delivery) => {
            for (experiment, arm) in &delivery.arms {
                add(*experiment, Some(*arm));
            }
        }
        Happened::Exposed { experiment, arm } => add(*experiment, *arm),
        _ => return Json::Null,
    }
    Json::Object(arms)
}

/// What was delivered, emitted or set.
fn payload(staged: &Staged, outcome: &Outcome) -> Json {
    let schema = &staged.campaign.plan.schema;
    let shown = |value: &Value, ty: &Ty| Shown::new(value, ty, schema, &Zone::utc()).json;
    match &outcome.what {
        Happened::Sent(delivery) => {
            let Some(rendered) = &delivery.payload else {
                return Json::Null;
            };
            let content = &staged.campaign.contents[delivery.message.content];
            let slots = content.slots.iter().zip(&rendered.slots);
            let slots = slots.map(|(slot, content)| {
                let value = match content {
                    SlotContent::Empty => Json::Null,
                    SlotContent::Text(text) => text.as_str().into(),
                    SlotContent::Value(value) => shown(value, &key_ty(schema, &slot.ty)),
                };
                (slot.name.to_string(), value)
            });
            Json::Object(slots.collect())
        }
        Happened::Emitted { kind, values } => {
            let table = &schema.events[*kind];
            let values = table.columns.iter().zip(values.iter());
            let values = values.map(|(col, value)| (col.name.to_string(), shown(value, &col.ty)));
            json!({ "event": &*table.name, "fields": Json::Object(values.collect()) })
        }
        Happened::Set { col, value } => {
            let column = &schema.profile.columns[*col];
            json!({ "field": &*column.name, "value": shown(value, &column.ty) })
        }
        _ => Json::Null,
    }
}
