//! Arguments of a content as people type them: `discount=10%`, `cart=e42`. An event that nobody names is the person's latest
//! of its kinds.

use persona_ir::campaign::{Content, ContentParam, SlotFrom};
use persona_ir::{KindId, Plan, Schema, Ty};
use persona_runtime::{Dataset, EventRef, Value};

use crate::Error;

/// The values for a content's frame, in the order of its slots that are arguments.
pub(super) fn values(
    plan: &Plan,
    data: &Dataset,
    profile: usize,
    now: i64,
    content: &Content,
    given: &[(String, String)],
) -> Result<Vec<Value>, Error> {
    for (name, _) in given {
        if !content.params.iter().any(|param| *param.name == **name) {
            return Err(unknown(content, name));
        }
    }
    let args: Result<Vec<Arg>, Error> = content
        .params
        .iter()
        .map(|param| {
            let given = given.iter().rev().find(|(name, _)| **name == *param.name);
            let text = given.map(|(_, text)| text.as_str());
            arg(plan, data, profile, now, param, text)
        })
        .collect();
    Ok(framed(data, content, &args?))
}

/// Arguments as the values for a content's frame.
pub(super) fn framed(data: &Dataset, content: &Content, args: &[Arg]) -> Vec<Value> {
    let slots = content.frame.iter().filter_map(|slot| match &slot.from {
        SlotFrom::Argument { param, cols } => Some((&args[*param as usize], cols)),
        SlotFrom::Given | SlotFrom::ContentSlot { .. } | SlotFrom::Recommend(_) => None,
    });
    let value = |(arg, cols): (&Arg, &Option<Box<[persona_ir::EventCol]>>)| match (arg, cols) {
        (Arg::Value(value), _) => value.clone(),
        (Arg::Event(event), Some(cols)) => {
            let col = cols.iter().find(|col| col.kind == event.kind);
            col.map_or(Value::Missing, |col| data.event_value(*event, col.col))
        }
        (Arg::Event(_), None) => Value::Missing,
    };
    slots.map(value).collect()
}

/// An argument.
pub(super) enum Arg {
    /// A value.
    Value(Value),
    /// An event of the person's.
    Event(EventRef),
}

fn arg(
    plan: &Plan,
    data: &Dataset,
    profile: usize,
    now: i64,
    param: &ContentParam,
    text: Option<&str>,
) -> Result<Arg, Error> {
    let Some(ty) = &param.ty else {
        return event(plan, data, profile, now, param, text);
    };
    match (text, &param.default) {
        (Some(text), _) => read(plan, ty, text)
            .map(Arg::Value)
            .map_err(|reason| Error::value(format!("--arg {}: `{text}` {reason}", param.name))),
        (None, Some(default)) => Ok(Arg::Value(default.into())),
        (None, None) if param.optional => Ok(Arg::Value(Value::Missing)),
        (None, None) => Err(Error::value(format!(
            "the content needs a value for `{}`",
            param.name
        ))
        .with_help(format!("say which: --arg {}=…", param.name))),
    }
}

/// The event with this id, or the latest.
pub(super) fn event(
    plan: &Plan,
    data: &Dataset,
    profile: usize,
    now: i64,
    param: &ContentParam,
    id: Option<&str>,
) -> Result<Arg, Error> {
    let mut events = data.history(&param.kinds, profile);
    events.retain(|event| data.at(*event) <= now);
    let found = match id {
        Some(id) => events
            .iter()
            .rev()
            .find(|event| data.event_value(**event, Schema::ID).str() == Some(id)),
        None => events.last(),
    };
    if let Some(event) = found {
        return Ok(Arg::Event(*event));
    }
    let name = |kind: &KindId| plan.schema.events[*kind].name.to_string();
    let kinds: Vec<String> = param.kinds.iter().map(name).collect();
    let kinds = kinds.join(" or ");
    Err(match id {
        Some(id) => Error::value(format!(
            "this person has no event {kinds} with the id `{id}` up to now"
        ))
        .with_help("name another, or none: then it is the latest"),
        None => Error::call(format!(
            "the content is about an event {kinds} (`{}`), and this person has none up to now",
            param.name
        ))
        .with_help("choose somebody who has one, or another time with --now"),
    })
}

fn unknown(content: &Content, name: &str) -> Error {
    let names: Vec<&str> = content.params.iter().map(|param| &*param.name).collect();
    let error = Error::unknown(format!("`{}` has no parameter `{name}`", content.name));
    match persona_base::nearest(name, names.iter().copied()) {
        Some(near) => error.with_help(format!("did you mean `{near}`?")),
        None if names.is_empty() => error.with_help("it takes nothing"),
        None => error.with_help(format!("it takes {}", names.join(", "))),
    }
}

/// As a cell of a file; a Float may also be a percentage, as in rules.
fn read(plan: &Plan, ty: &Ty, text: &str) -> Result<Value, String> {
    let percent = text.strip_suffix('%').filter(|_| *ty == Ty::Float);
    let value = persona_io::read_value(plan, ty, percent.unwrap_or(text))?;
    Ok(match (value, percent) {
        (Value::Float(value), Some(_)) => Value::Float(value / 100.0),
        (value, _) => value,
    })
}
