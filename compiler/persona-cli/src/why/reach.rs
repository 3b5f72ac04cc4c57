//! Whether somebody may be reached, and which arm of an experiment they are in: in plain words, and as JSON.

use persona::{ChannelWhy, ExperimentWhy, Seat};
use serde_json::{Value, json};

use super::content::seat;
use super::human::place;
use super::trigger::{because, because_rows};
use crate::columns::{Align, Cell, Style, lay_out};
use crate::run;
use crate::term::Paint;

// ---- channels and purposes ----

/// The explanation of a channel or a purpose as text.
pub(super) fn channel_text(why: &ChannelWhy, paint: Paint) -> String {
    let (key, name) = (paint.bold(&why.key), paint.bold(&why.name));
    let mut text = match (why.purpose, why.open, &why.until) {
        (true, true, _) => format!("{key} {} what {name} requires", paint.green("meets")),
        (true, false, _) => format!("{key} {} what {name} requires", paint.red("does not meet")),
        (false, true, _) => format!("{key} {} by {name}", paint.green("can be reached")),
        (false, false, Some(until)) => format!(
            "{key} {} by {name} now, but from {} on",
            paint.red("cannot be reached"),
            paint.bold(&until.text)
        ),
        (false, false, None) => {
            format!("{key} {} by {name}", paint.red("cannot be reached"))
        }
    };
    let about = format!("at {}; times are in {}", run::when(&why.now), why.zone);
    text.push_str(&format!("\n{}\n\n", paint.dim(about)));
    let mut rows = Vec::new();
    for check in &why.checks {
        let mark = if check.passes { '✓' } else { '✗' };
        rows.push(vec![Cell::styled(
            format!("{mark} {}: {}", check.what, check.text),
            Style::Mark,
        )]);
        because_rows(&check.because, 1, &mut rows);
    }
    text.push_str(&lay_out(&rows, &[Align::Left, Align::Left], paint));
    text
}

/// The explanation of a channel or a purpose as an object.
pub(super) fn channel_object(why: &ChannelWhy) -> Value {
    let checks = why.checks.iter().map(|check| {
        let mut object = because(&check.because);
        object.insert("what".to_owned(), check.what.into());
        object.insert("passes".to_owned(), check.passes.into());
        object.insert("text".to_owned(), check.text.as_str().into());
        Value::Object(object)
    });
    json!({
        "format": 1,
        "kind": if why.purpose { "purpose" } else { "channel" },
        "name": &*why.name,
        "profile": why.key,
        "now": run::now(&why.now),
        "zone": why.zone,
        "open": why.open,
        "until": why.until.as_ref().map(|until| &*until.iso),
        "checks": checks.collect::<Vec<_>>(),
    })
}

// ---- experiments ----

/// The explanation of an experiment as text.
pub(super) fn experiment_text(why: &ExperimentWhy, paint: Paint) -> String {
    let (key, name) = (paint.bold(&why.key), paint.bold(&why.name));
    let mut text = match &why.seat {
        Seat::Arm(arm) => format!("{key} is in arm {} of {name}", paint.green(arm)),
        Seat::Holdout => format!(
            "{key} is {} of {name}: in its holdout",
            paint.red("kept out")
        ),
        Seat::Outside => format!("{key} takes {} in {name}", paint.red("no part")),
    };
    let (hash, salt) = &why.hash;
    let declared = format!("{}; hash {hash}, salt {salt:?}", place(&why.location));
    text.push_str(&format!("\n{}\n\n", paint.dim(declared)));
    let mut rows = Vec::new();
    if let Some((layer, own, (from, to))) = &why.layer {
        let inside = (*from..*to).contains(own);
        let mark = if inside { '✓' } else { '✗' };
        rows.push(vec![
            Cell::styled(format!("{mark} layer {layer}"), Style::Mark),
            Cell::new(format!("bucket {own}; it has {}", range(*from, *to))),
        ]);
    }
    for (seat, from, to) in &why.ranges {
        let own = why.bucket.filter(|_| *seat == why.seat);
        let mark = if own.is_some() { '✓' } else { '·' };
        let what = match seat {
            Seat::Arm(arm) => format!("arm {arm}"),
            Seat::Holdout | Seat::Outside => "holdout".to_owned(),
        };
        let buckets = match own {
            Some((own, of)) => format!("bucket {own} of {of}; it has {}", range(*from, *to)),
            None => range(*from, *to),
        };
        rows.push(vec![
            Cell::styled(format!("{mark} {what}"), Style::Mark),
            Cell::new(buckets),
        ]);
    }
    text.push_str(&lay_out(&rows, &[Align::Left, Align::Left], paint));
    let about = match why.on.is_empty() {
        true => "It is about no trigger and content by itself.".to_owned(),
        false => format!("It is about {}.", why.on.join(", ")),
    };
    text.push_str(&format!(
        "\n{about} The arm follows from the key alone, at any time.\n"
    ));
    text
}

/// `0 to 4999`
fn range(from: u32, to: u32) -> String {
    match to.checked_sub(1) {
        Some(last) if last > from => format!("{from} to {last}"),
        Some(last) if last == from => format!("{from}"),
        _ => "none".to_owned(),
    }
}

/// The explanation of an experiment as an object.
pub(super) fn experiment_object(why: &ExperimentWhy) -> Value {
    let ranges = why.ranges.iter().map(|(place, from, to)| {
        let mut object = seat(place);
        object.insert("from".to_owned(), (*from).into());
        object.insert("to".to_owned(), (*to).into());
        Value::Object(object)
    });
    let mut object = seat(&why.seat);
    let own = json!({
        "format": 1,
        "kind": "experiment",
        "name": &*why.name,
        "profile": why.key,
        "bucket": why.bucket.map(|(own, _)| own),
        "buckets": why.bucket.map(|(_, of)| of),
        "hash": why.hash.0,
        "salt": &*why.hash.1,
        "ranges": ranges.collect::<Vec<_>>(),
        "layer": why.layer.as_ref().map(|(layer, own, (from, to))| json!({
            "name": &**layer,
            "bucket": own,
            "from": from,
            "to": to,
        })),
        "on": why.on.iter().map(|name| &**name).collect::<Vec<_>>(),
    });
    if let Value::Object(own) = own {
        object.extend(own);
    }
    Value::Object(object)
}
