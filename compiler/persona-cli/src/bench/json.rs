//! A measurement as one JSON object, format 1. Times are in seconds. Fields are added, never renamed.

use persona::tools::{BenchData, BenchResult, Measured, Spread};
use serde_json::{Value, json};

/// The object.
pub(super) fn object(result: &BenchResult) -> Value {
    let (data, seed) = match result.data {
        BenchData::Own => ("own", None),
        BenchData::Generated { seed } => ("generated", Some(seed)),
    };
    json!({
        "format": 1,
        "data": data,
        "seed": seed,
        "now": crate::run::now(&result.now),
        "now_from": result.now.from.as_str(),
        "profiles": result.profiles,
        "events": result.events,
        "threads": result.threads,
        "instructions": result.instructions,
        "memory": {
            "bytes_per_second": spread(&result.memory.bytes_per_second),
            "buffer_bytes": result.memory.buffer,
        },
        "load": result.load.as_ref().map(spread),
        "compile": spread(&result.compile),
        "calibrate": result.calibrate.as_ref().map(spread),
        "together": measured(&result.together, result),
        "members": result.members.as_ref().map(|members| measured(members, result)),
        "answers": result.answers.iter().map(|answer| {
            let mut object = measured(&answer.measured, result);
            object["name"] = (*answer.name).into();
            object["kind"] = super::kind(answer.kind).into();
            object
        }).collect::<Vec<_>>(),
    })
}

fn measured(measured: &Measured, result: &BenchResult) -> Value {
    json!({
        "seconds": spread(&measured.seconds),
        "profiles_per_second": spread(&measured.seconds.rate(result.profiles as f64)),
        "bytes": measured.bytes,
        "bytes_per_second": measured.bytes_per_second(),
        "share_of_memory_bandwidth": measured.share_of(&result.memory),
    })
}

fn spread(spread: &Spread) -> Value {
    json!({
        "rounds": spread.rounds,
        "min": spread.least,
        "q1": spread.lower,
        "median": spread.median,
        "q3": spread.upper,
        "max": spread.greatest,
    })
}
