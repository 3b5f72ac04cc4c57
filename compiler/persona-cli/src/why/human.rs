//! An explanation in plain words: the answer, then its source text as a tree with a mark and values for each part, then
//! what would have to change.

use persona::{AnswerKind, Change, Location, Part, PartKind, Why};

use crate::columns::{Align, Cell, cut, lay_out};
use crate::term::Paint;

/// The longest source text that is shown of one part.
const TEXT: usize = 72;

/// The explanation as text.
pub(super) fn text(why: &Why, now: &str, paint: Paint) -> String {
    let mut text = format!("{}\n", answer(why, paint));
    text.push_str(&paint.dim(format!(
        "at {now}; {} is declared in {}",
        why.name,
        place(&why.location)
    )));
    text.push_str("\n\n");
    let mut rows = Vec::new();
    part_rows(&why.parts, 0, paint, &mut rows);
    text.push_str(&lay_out(&rows, &[Align::Left, Align::Left, Align::Left]));
    if !why.has_row {
        text.push_str(&format!(
            "\nnote: no source has a row for {}; it is known by its events alone, so every field has its default or is missing\n",
            why.key
        ));
    }
    text.push_str(&changes(&why.changes, paint));
    text
}

fn answer(why: &Why, paint: Paint) -> String {
    let title = why
        .title
        .as_ref()
        .map(|title| format!(" \"{title}\""))
        .unwrap_or_default();
    let key = paint.bold(&why.key);
    let name = paint.bold(&why.name);
    match (why.kind, why.answer.truth) {
        (AnswerKind::Segment | AnswerKind::Stage, Some(true)) => {
            format!("{key} is {} {name}{title}", paint.green("in"))
        }
        (AnswerKind::Segment | AnswerKind::Stage, _) => {
            format!("{key} is {} {name}{title}", paint.red("not in"))
        }
        (AnswerKind::Trait, _) => {
            format!("{name}{title} of {key} is {}", paint.bold(&why.answer.text))
        }
        (AnswerKind::Partition, _) => {
            format!("{key} is in {name}.{}{title}", paint.bold(&why.answer.text))
        }
    }
}

fn part_rows(part: &Part, depth: usize, paint: Paint, rows: &mut Vec<Vec<Cell>>) {
    let indent = "  ".repeat(depth);
    let truth = part.value.as_ref().and_then(|value| value.truth);
    let (mark, marked) = match truth {
        Some(true) => ("✓ ", paint.green("✓ ")),
        Some(false) => ("✗ ", paint.red("✗ ")),
        None => ("· ", paint.dim("· ")),
    };
    let (words, inner) = shown(part);
    let label = Cell::painted(format!("{indent}{mark}{words}"), |_| {
        format!("{indent}{marked}{words}")
    });
    let facts = facts(part);
    rows.push(vec![
        label,
        Cell::new(facts),
        Cell::painted(place(&part.location), |text| paint.dim(text)),
    ]);
    for part in inner {
        part_rows(part, depth + 1, paint, rows);
    }
}

/// How a part is called, and which of its parts get lines of their own: operands that are plain values do not.
fn shown(part: &Part) -> (String, Vec<&Part>) {
    let all = || part.parts.iter().collect();
    match &part.kind {
        PartKind::And if part.text.starts_with("partition ") => {
            ("this stage, and none before it".to_owned(), all())
        }
        PartKind::And => ("all of these".to_owned(), all()),
        PartKind::Or => ("at least one of these".to_owned(), all()),
        PartKind::Not => ("not this".to_owned(), all()),
        PartKind::Stage(name) => match &part.parts[..] {
            [inner] if !is_junction(inner) && !matches!(inner.kind, PartKind::Reference(_)) => (
                format!("{name} when {}", cut(&inner.text, TEXT)),
                structured(inner),
            ),
            _ => (format!("{name} when"), all()),
        },
        PartKind::Reference(_) => (cut(&part.text, TEXT), all()),
        PartKind::Condition | PartKind::Value => (cut(&part.text, TEXT), structured(part)),
    }
}

/// The parts that have something to show besides their value.
fn structured(part: &Part) -> Vec<&Part> {
    part.parts
        .iter()
        .filter(|part| !part.parts.is_empty() || !part.evidence.is_empty())
        .collect()
}

fn is_junction(part: &Part) -> bool {
    matches!(part.kind, PartKind::And | PartKind::Or | PartKind::Not)
}

/// The values worth knowing about a part, in one line.
fn facts(part: &Part) -> String {
    let part = match (&part.kind, &part.parts[..]) {
        (PartKind::Stage(_), [inner])
            if !is_junction(inner) && !matches!(inner.kind, PartKind::Reference(_)) =>
        {
            inner
        }
        _ => part,
    };
    let mut facts = Vec::new();
    if let Some(value) = part.value.as_ref().filter(|value| value.truth.is_none()) {
        facts.push(format!("= {}", value.text));
    }
    if matches!(part.kind, PartKind::Condition | PartKind::Value) {
        let operands = part.parts.iter().filter(|part| !is_junction(part));
        facts.extend(operands.filter_map(|operand| {
            let value = operand.value.as_ref()?;
            Some(format!("{} = {}", cut(&operand.text, TEXT / 2), value.text))
        }));
    }
    facts.extend(part.evidence.iter().cloned());
    facts.join("; ")
}

fn place(location: &Location) -> String {
    format!("{}:{}", location.path, location.line)
}

fn changes(changes: &[Change], paint: Paint) -> String {
    let first = match changes {
        [] => return String::new(),
        [_] => "\nTo be in it, one condition would have to change:\n",
        _ => "\nTo be in it, all of these would have to change:\n",
    };
    let row = |change: &Change| {
        let verb = if change.wanted {
            "must hold"
        } else {
            "must not hold"
        };
        let now: Vec<String> = change
            .operands
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        let now = if now.is_empty() {
            String::new()
        } else {
            format!("now {}", now.join(", "))
        };
        vec![
            Cell::painted(cut(&change.text, TEXT), |text| paint.bold(text)),
            Cell::new(verb),
            Cell::new(now),
            Cell::painted(place(&change.location), |text| paint.dim(text)),
        ]
    };
    let rows: Vec<Vec<Cell>> = changes.iter().map(row).collect();
    format!("{first}{}", lay_out(&rows, &[Align::Left; 4]))
}
