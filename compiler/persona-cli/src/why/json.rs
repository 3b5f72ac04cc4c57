//! An explanation as one JSON object, format 1. Fields are added, never renamed.

use persona::{AnswerKind, Change, Flips, Now, Part, PartKind, Why};
use serde_json::{Value, json};

use crate::run;

/// The object.
pub(super) fn object(why: &Why, now: &Now) -> Value {
    json!({
        "format": 1,
        "name": &*why.name,
        "title": why.title.as_deref(),
        "kind": match why.kind {
            AnswerKind::Segment => "segment",
            AnswerKind::Trait => "trait",
            AnswerKind::Partition => "partition",
            AnswerKind::Stage => "stage",
        },
        "profile": why.key,
        "has_row": why.has_row,
        "now": run::now(now),
        "zone": why.zone,
        "answer": why.answer.json,
        "flips": flips(&why.flips),
        "explanation": part(&why.parts),
        "changes": why.changes.iter().map(change).collect::<Vec<_>>(),
        "notes": why.notes,
    })
}

/// When the answer changes by itself: `at` an instant, `never`, or `not_before` one.
fn flips(flips: &Flips) -> Value {
    let (kind, moment) = match flips {
        Flips::At(moment) => ("at", Some(moment)),
        Flips::Never => ("never", None),
        Flips::NotBefore(moment) => ("not_before", Some(moment)),
    };
    json!({ "kind": kind, "at": moment.map(|moment| &*moment.iso) })
}

/// A part with its parts.
pub(crate) fn part(part_: &Part) -> Value {
    let (kind, name) = match &part_.kind {
        PartKind::And => ("and", None),
        PartKind::Or => ("or", None),
        PartKind::Not => ("not", None),
        PartKind::Condition => ("condition", None),
        PartKind::Value => ("value", None),
        PartKind::Reference(name) => ("reference", Some(name)),
        PartKind::Stage(name) => ("stage", Some(name)),
    };
    json!({
        "kind": kind,
        "name": name.map(|name| &**name),
        "text": part_.text,
        "file": &*part_.location.path,
        "line": part_.location.line,
        "column": part_.location.column,
        "value": part_.value.as_ref().map(|value| &value.json),
        "evidence": part_.evidence,
        "parts": part_.parts.iter().map(part).collect::<Vec<_>>(),
    })
}

/// A condition that would have to change.
pub(super) fn change(change: &Change) -> Value {
    let operands: serde_json::Map<String, Value> = change
        .operands
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    json!({
        "text": change.text,
        "file": &*change.location.path,
        "line": change.location.line,
        "column": change.location.column,
        "wanted": change.wanted,
        "operands": operands,
        "evidence": change.evidence,
    })
}
