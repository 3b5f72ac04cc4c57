//! What one person reads as one JSON object, format 1. Fields are added, never renamed.

use persona::{RenderResult, RenderedVariant, SlotText, VariantWhy};
use serde_json::{Map, Value, json};

use crate::run;
use crate::why::json::part;

/// The object.
pub(crate) fn object(result: &RenderResult) -> Value {
    let chosen = result.chosen;
    json!({
        "format": 1,
        "content": &*result.content,
        "title": result.title.as_deref(),
        "profile": result.key,
        "now": run::now(&result.now),
        "zone": result.zone,
        "language": result.language,
        "skipped": result.skipped.as_deref(),
        "variants": result.variants.iter().map(|of| variant(of, chosen)).collect::<Vec<_>>(),
        "why": result.why.iter().map(why).collect::<Vec<_>>(),
    })
}

fn variant(variant: &RenderedVariant, chosen: Option<usize>) -> Value {
    let slots = variant.slots.iter().map(|slot| {
        let text = match &slot.text {
            SlotText::Empty => Value::Null,
            SlotText::Plain(text) | SlotText::Html(text) => text.as_str().into(),
        };
        (slot.name.to_string(), text)
    });
    json!({
        "name": &*variant.name,
        "read": chosen == Some(variant.index),
        "locale": variant.locale.as_deref(),
        "skipped": variant.skipped.as_deref(),
        "slots": slots.collect::<Map<_, _>>(),
    })
}

fn why(why: &VariantWhy) -> Value {
    json!({
        "variant": why.variant.as_deref(),
        "holds": why.holds,
        "explanation": why.part.as_ref().map(part),
    })
}
