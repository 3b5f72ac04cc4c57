//! A run's results as one JSON object, format 1. Fields are added, never renamed.

use persona::{RunResult, SegmentResult, Shown, TraitResult, TraitValues};
use serde_json::{Value, json};

/// The object.
pub(super) fn object(result: &RunResult) -> Value {
    json!({
        "format": 1,
        "now": super::now(&result.now),
        "now_from": result.now.from.as_str(),
        "profiles": result.profiles,
        "profiles_without_row": result.without_row,
        "rejected": result.rejected,
        "duplicates": result.duplicates,
        "late": result.late,
        "segments": result.segments.iter().map(sized).collect::<Vec<_>>(),
        "partitions": result.partitions.iter().map(|partition| json!({
            "name": &*partition.name,
            "title": partition.title.as_deref(),
            "stages": partition.stages.iter().map(sized).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "traits": result.traits.iter().map(trait_).collect::<Vec<_>>(),
        "sources": result.sources.iter().map(|source| json!({
            "name": &*source.name,
            "of": &*source.of,
            "read": source.read,
            "filtered": source.filtered,
            "used": source.used,
            "rejected": source.rejected,
            "duplicates": source.duplicates,
        })).collect::<Vec<_>>(),
        "reasons": result.reasons.iter().map(|reason| json!({
            "source": &*reason.source,
            "kind": reason.kind,
            "column": reason.column,
            "reason": reason.text,
            "count": reason.count,
            "rows": reason.rows,
            "action": reason.action,
            "example": reason.example,
        })).collect::<Vec<_>>(),
        "seconds": seconds(result.timing.total()),
    })
}

fn seconds(time: std::time::Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e6
}

fn sized(segment: &SegmentResult) -> Value {
    json!({ "name": &*segment.name, "title": segment.title.as_deref(), "count": segment.count, "share": segment.share })
}

fn trait_(trait_: &TraitResult) -> Value {
    let mut object = json!({ "name": &*trait_.name, "known": trait_.known, "share": trait_.share });
    let json = |shown: &Shown| shown.json.clone();
    match &trait_.values {
        TraitValues::Range(range) => {
            object["min"] = json(&range.least);
            object["median"] = json(&range.median);
            object["max"] = json(&range.greatest);
        }
        TraitValues::Top(top, others) => {
            let top = top
                .iter()
                .map(|(value, count)| json!({ "value": value.json, "count": count }));
            object["top"] = top.collect();
            object["other_values"] = (*others).into();
        }
        TraitValues::Nothing => {}
    }
    object
}
