//! Coverage as JSON, as part of the tests' results.

use persona::{Coverage, Location};
use serde_json::{Value, json};

/// The object.
pub(in crate::test) fn object(coverage: &Coverage) -> Value {
    let atoms = coverage.atoms.iter().map(|of| {
        json!({
            "owner": of.owner,
            "text": of.text,
            "location": location(&of.location),
            "yes": of.yes,
            "no": of.no,
        })
    });
    let variants = coverage.variants.iter().map(|of| {
        json!({
            "content": &*of.content,
            "variant": &*of.variant,
            "location": location(&of.location),
            "chosen": of.chosen,
        })
    });
    let outcomes = coverage.outcomes.iter().map(|of| {
        json!({
            "trigger": &*of.trigger,
            "step": of.step,
            "location": location(&of.location),
            "outcome": of.outcome,
            "reason": of.reason,
            "seen": of.seen,
        })
    });
    json!({
        "conditions": atoms.collect::<Vec<_>>(),
        "variants": variants.collect::<Vec<_>>(),
        "outcomes": outcomes.collect::<Vec<_>>(),
    })
}

fn location(of: &Location) -> Value {
    json!({ "file": &*of.path, "line": of.line, "column": of.column })
}
