//! What became of a trigger for one person: in plain words, moment by moment with the rule that decided, and as JSON.

use persona::{Because, Change, TriggerCounts, TriggerMoment, TriggerWhy};
use serde_json::{Map, Value, json};

use super::human::{change_rows, part_rows, place};
use super::json;
use crate::columns::{Align, Cell, Style, counted, day_and_time, lay_out, titled};
use crate::run;
use crate::term::Paint;

/// The most moments that are shown, the latest ones.
const SHOWN: usize = 60;
/// Entries refused for the same reason, one after the other, of which the last are shown.
const ALIKE: usize = 3;
/// The longest line that has the place of a rule beside it.
const LINE: usize = 66;
/// How far the reasons of a moment are indented, in steps.
const DEPTH: usize = 6;

// ---- plain words ----

/// The explanation as text.
pub(super) fn text(why: &TriggerWhy, paint: Paint) -> String {
    let title = titled(why.title.as_deref());
    let (key, name) = (paint.bold(&why.key), paint.bold(&why.name));
    let counts = &why.counts;
    let mut text = match (counts.entered, counts.sent) {
        (0, _) => format!("{key} {} {name}{title}", paint.red("never met")),
        (_, 0) if why.sends => format!("{key} was sent {} by {name}{title}", paint.red("nothing")),
        (_, sent) if why.sends => {
            let sent = counted(sent, "message", "messages");
            format!("{key} was sent {} by {name}{title}", paint.green(sent))
        }
        (entered, _) => {
            let times = counted(entered, "time", "times");
            format!("{name}{title} ran {} for {key}", paint.green(times))
        }
    };
    let from = match &why.first {
        Some(first) => format!("{} (the first event)", first.text),
        None => why.from.text.clone(),
    };
    let about = format!(
        "replayed from {from} to {}; times are in {}",
        run::when(&why.until),
        why.zone
    );
    text.push_str(&format!("\n{}\n", paint.dim(about)));
    let said = in_short(counts);
    if !said.is_empty() {
        text.push_str(&format!("{said}\n"));
    }
    text.push('\n');
    let mut rows = Vec::new();
    moments(why, &mut rows);
    never(why, &mut rows);
    text.push_str(&lay_out(&rows, &[Align::Left, Align::Left], paint));
    if let Some(nearest) = &why.nearest {
        text.push_str(&format!(
            "\nThe nearest was on {}: it {}.\n",
            paint.bold(&nearest.at.text),
            nearest.text
        ));
        text.push_str(&wanted(
            &nearest.changes,
            "would have had to be otherwise",
            paint,
        ));
    }
    if let Some(never) = &why.never {
        text.push_str(&wanted(&never.changes, "would have to change", paint));
    }
    if !why.has_row {
        text.push_str(&format!(
            "\nNo source has a row for {}: it is known by its events alone, and its fields have defaults or are missing.\n",
            why.key
        ));
    }
    text
}

/// `2 runs began, 3 entries were refused, 1 message was given up`
fn in_short(counts: &TriggerCounts) -> String {
    let mut said = Vec::new();
    let mut say = |count: usize, one: &str, several: &str| {
        if count > 0 {
            said.push(counted(count, one, several));
        }
    };
    say(counts.entered, "run began", "runs began");
    say(counts.refused, "entry was refused", "entries were refused");
    say(counts.sent, "message was sent", "messages were sent");
    say(
        counts.dropped,
        "message was given up",
        "messages were given up",
    );
    say(counts.stopped, "run was stopped", "runs were stopped");
    say(counts.waiting, "run still waits", "runs still wait");
    said.join(", ")
}

fn moments(why: &TriggerWhy, rows: &mut Vec<Vec<Cell>>) {
    let shown = shown(&why.moments);
    let cut = shown.len().saturating_sub(SHOWN);
    let earlier: usize = shown[..cut].iter().map(|(_, alike)| alike + 1).sum();
    let earlier = earlier + why.left_out;
    if earlier > 0 {
        let moments = counted(earlier, "earlier moment is", "earlier moments are");
        rows.push(vec![Cell::styled(
            format!("{moments} not shown; --from says where to start, --format json shows more"),
            Style::Dim,
        )]);
    }
    let mut day = "";
    for (moment, alike) in &shown[cut..] {
        let (date, time) = day_and_time(&moment.at.text);
        if date != day {
            rows.push(vec![Cell::styled(date, Style::Bold)]);
            day = date;
        }
        if *alike > 0 {
            let alike = counted(*alike, "more entry was", "more entries were");
            rows.push(vec![Cell::styled(
                format!("            before, {alike} refused for the same reason"),
                Style::Dim,
            )]);
        }
        moment_rows(moment, time, rows);
    }
}

/// Of refusals for one reason that follow each other the last ones, the first of those with how many went before.
fn shown(moments: &[TriggerMoment]) -> Vec<(&TriggerMoment, usize)> {
    let mut shown: Vec<(&TriggerMoment, usize)> = Vec::new();
    let alike = |a: &TriggerMoment, b: &TriggerMoment| {
        a.outcome == "refused" && b.outcome == "refused" && a.reason == b.reason
    };
    for group in moments.chunk_by(alike) {
        let hidden = match group.len() {
            // One more line says as much as the entry itself.
            count if count <= ALIKE + 1 => 0,
            count => count - ALIKE,
        };
        let rest = group[hidden..].iter().enumerate();
        shown.extend(rest.map(|(place, of)| (of, if place == 0 { hidden } else { 0 })));
    }
    shown
}

fn moment_rows(moment: &TriggerMoment, time: &str, rows: &mut Vec<Vec<Cell>>) {
    let mark = match moment.outcome {
        "sent" => '✓',
        "refused" | "dropped" | "stale" | "stopped" => '✗',
        _ => '·',
    };
    let per = moment.per.as_ref();
    let per = per.map(|per| format!("[{per}] ")).unwrap_or_default();
    let time = time.strip_suffix(":00").unwrap_or(time);
    let mut row = vec![Cell::styled(
        format!("{time:<8}  {mark} {per}{}", moment.text),
        Style::Mark,
    )];
    let because = &moment.because;
    let location = because.location.as_ref();
    let says_place = because.parts.is_empty() && moment.text.chars().count() < LINE;
    if let Some(location) = location.filter(|_| says_place) {
        row.push(Cell::place(place(location)));
    }
    rows.push(row);
    if let Some(fields) = moment.event.as_ref().filter(|fields| !fields.is_empty()) {
        let indent = "  ".repeat(DEPTH);
        rows.push(vec![Cell::styled(format!("{indent}{fields}"), Style::Dim)]);
    }
    let because = Because {
        location: because.location.clone().filter(|_| !says_place),
        ..because.clone()
    };
    because_rows(&because, DEPTH, rows);
}

/// What a rule looked at, indented by so many steps.
pub(super) fn because_rows(because: &Because, depth: usize, rows: &mut Vec<Vec<Cell>>) {
    let indent = "  ".repeat(depth);
    let mut location = because.location.as_ref();
    for fact in &because.facts {
        let mut row = vec![Cell::styled(format!("{indent}{fact}"), Style::Cyan)];
        if let Some(location) = location.take() {
            row.push(Cell::place(place(location)));
        }
        rows.push(row);
    }
    for part in &because.parts {
        part_rows(part, depth, rows);
    }
}

fn never(why: &TriggerWhy, rows: &mut Vec<Vec<Cell>>) {
    let Some(never) = &why.never else {
        return;
    };
    // Sentences are longer than a line is wide.
    for (nth, line) in wrapped(&never.text, 96).into_iter().enumerate() {
        let mark = if nth == 0 { "✗ " } else { "  " };
        rows.push(vec![Cell::styled(format!("{mark}{line}"), Style::Mark)]);
    }
    let because = &never.because;
    if let (Some(location), true) = (&because.location, because.parts.is_empty()) {
        let what = format!("  what starts it: {}", place(location));
        rows.push(vec![Cell::styled(what, Style::Dim)]);
    }
    because_rows(because, 1, rows);
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn wanted(changes: &[Change], what: &str, paint: Paint) -> String {
    let head = match changes {
        [] => return String::new(),
        [_] => format!("\nFor it to start, one condition {what}:\n"),
        _ => format!("\nFor it to start, all of these {what}:\n"),
    };
    let rows = lay_out(&change_rows(changes), &[Align::Left, Align::Left], paint);
    format!("{head}{rows}")
}

// ---- JSON ----

/// The object.
pub(super) fn object(why: &TriggerWhy) -> Value {
    let counts = &why.counts;
    json!({
        "format": 1,
        "kind": "trigger",
        "name": &*why.name,
        "title": why.title.as_deref(),
        "profile": why.key,
        "has_row": why.has_row,
        "from": why.from.iso,
        "now": run::now(&why.until),
        "zone": why.zone,
        "counts": {
            "entered": counts.entered,
            "refused": counts.refused,
            "sent": counts.sent,
            "dropped": counts.dropped,
            "stopped": counts.stopped,
            "waiting": counts.waiting,
        },
        "moments": why.moments.iter().map(moment).collect::<Vec<_>>(),
        "left_out": why.left_out,
        "never": why.never.as_ref().map(|never| {
            let mut object = because(&never.because);
            object.insert("text".to_owned(), never.text.as_str().into());
            object.insert("changes".to_owned(), changes(&never.changes));
            Value::Object(object)
        }),
        "nearest": why.nearest.as_ref().map(|nearest| json!({
            "at": nearest.at.iso,
            "text": nearest.text,
            "changes": changes(&nearest.changes),
        })),
    })
}

fn moment(moment: &TriggerMoment) -> Value {
    let mut object = because(&moment.because);
    let own = [
        ("at", moment.at.iso.as_str().into()),
        ("run", (&*moment.run).into()),
        ("per", moment.per.as_deref().into()),
        ("outcome", moment.outcome.into()),
        ("reason", moment.reason.into()),
        ("text", moment.text.as_str().into()),
        ("event", moment.event.as_deref().into()),
    ];
    object.extend(own.map(|(name, value)| (name.to_owned(), value)));
    Value::Object(object)
}

/// The rule: `file`, `line`, `column`, `facts`, `conditions`.
pub(super) fn because(because: &Because) -> Map<String, Value> {
    let location = because.location.as_ref();
    let parts: Vec<Value> = because.parts.iter().map(json::part).collect();
    let fields = [
        ("file", location.map(|of| &*of.path).into()),
        ("line", location.map(|of| of.line).into()),
        ("column", location.map(|of| of.column).into()),
        ("facts", because.facts.clone().into()),
        ("conditions", parts.into()),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    fields.into_iter().collect()
}

fn changes(changes: &[Change]) -> Value {
    changes.iter().map(json::change).collect::<Vec<_>>().into()
}
