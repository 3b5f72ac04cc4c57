//! An explanation in plain words: the answer, then its source text as a tree with a mark and values for each part, then
//! what would have to change.

use persona::{AnswerKind, Change, Location, Part, PartKind, Why};

use crate::columns::{Align, Cell, Style, cut, lay_out};
use crate::term::Paint;

/// The longest source text that is shown of one part.
const TEXT: usize = 72;

/// The explanation as text.
pub(super) fn text(why: &Why, now: &str, paint: Paint) -> String {
    let mut text = format!("{}\n", answer(why, paint));
    let declared = format!("at {now}; declared in {}", place(&why.location));
    text.push_str(&format!("{}\n\n", paint.dim(declared)));
    let mut rows = Vec::new();
    part_rows(&why.parts, 0, &mut rows);
    text.push_str(&lay_out(&rows, &[Align::Left, Align::Left], paint));
    text.push_str(&changes(&why.changes, paint));
    if !why.has_row {
        text.push_str(&format!(
            "\nNo source has a row for {}: it is known by its events alone, and its fields have defaults or are missing.\n",
            why.key
        ));
    }
    text
}

fn answer(why: &Why, paint: Paint) -> String {
    let title = why
        .title
        .as_ref()
        .map(|title| format!(" \"{title}\""))
        .unwrap_or_default();
    let (key, name) = (paint.bold(&why.key), paint.bold(&why.name));
    let value = paint.bold(&why.answer.text);
    match (why.kind, why.answer.truth) {
        (AnswerKind::Segment | AnswerKind::Stage, Some(true)) => {
            format!("{key} is {} {name}{title}", paint.green("in"))
        }
        (AnswerKind::Segment | AnswerKind::Stage, _) => {
            format!("{key} is {} {name}{title}", paint.red("not in"))
        }
        (AnswerKind::Trait, _) => format!("{name} of {key} is {value}"),
        (AnswerKind::Partition, _) => format!("{key} is in {name}.{value}{title}"),
    }
}

/// A line for the part, one for what is known about it, and its parts' lines.
fn part_rows(part: &Part, depth: usize, rows: &mut Vec<Vec<Cell>>) {
    let indent = "  ".repeat(depth);
    let mark = match part.value.as_ref().and_then(|value| value.truth) {
        Some(true) => '✓',
        Some(false) => '✗',
        None => '·',
    };
    let line = Line::of(part);
    rows.push(vec![
        Cell::styled(format!("{indent}{mark} {}", line.words), Style::Mark),
        Cell::styled(place(&part.location), Style::Dim),
    ]);
    if !line.facts.is_empty() {
        rows.push(vec![Cell::styled(
            format!("{indent}    {}", line.facts.join("; ")),
            Style::Cyan,
        )]);
    }
    for part in line.inner {
        part_rows(part, depth + 1, rows);
    }
}

/// What is shown of a part.
struct Line<'p> {
    words: String,
    facts: Vec<String>,
    /// The parts that get lines of their own.
    inner: Vec<&'p Part>,
}

impl<'p> Line<'p> {
    fn of(part: &'p Part) -> Self {
        let words = match &part.kind {
            PartKind::And if part.text.starts_with("partition ") => {
                "this stage, and none before it"
            }
            PartKind::And => "all of these",
            PartKind::Or => "at least one of these",
            PartKind::Not => "not this",
            PartKind::Stage(name) => return Self::of_stage(part, name),
            PartKind::Condition | PartKind::Value | PartKind::Reference(_) => {
                &cut(&part.text, TEXT)
            }
        };
        let (facts, inner) = match &part.kind {
            PartKind::Condition | PartKind::Value => (operands(part), structured(part)),
            PartKind::Reference(_) => (
                own_value(part).into_iter().collect(),
                part.parts.iter().collect(),
            ),
            _ => (Vec::new(), part.parts.iter().collect()),
        };
        Self {
            words: words.to_owned(),
            facts,
            inner,
        }
    }

    /// A stage and its condition share a line where the condition is a plain one.
    fn of_stage(part: &'p Part, name: &str) -> Self {
        match &part.parts[..] {
            [condition] if condition.kind == PartKind::Condition => {
                let inner = Self::of(condition);
                Self {
                    words: format!("{name} when {}", inner.words),
                    ..inner
                }
            }
            _ => Self {
                words: format!("{name} when"),
                facts: Vec::new(),
                inner: part.parts.iter().collect(),
            },
        }
    }
}

/// A value that is not simply yes or no.
fn own_value(part: &Part) -> Option<String> {
    let value = part.value.as_ref().filter(|value| value.truth.is_none())?;
    Some(format!("= {}", value.text))
}

/// The values that a condition or value looks at.
fn operands(part: &Part) -> Vec<String> {
    let plain = part.parts.iter().filter(|operand| !is_structured(operand));
    let operands = plain.filter_map(|operand| {
        let value = operand.value.as_ref()?;
        Some(format!("{} = {}", cut(&operand.text, TEXT / 2), value.text))
    });
    own_value(part)
        .into_iter()
        .chain(operands)
        .chain(part.evidence.iter().cloned())
        .collect()
}

fn structured(part: &Part) -> Vec<&Part> {
    part.parts
        .iter()
        .filter(|part| is_structured(part))
        .collect()
}

/// Whether a part has more to show than its value.
fn is_structured(part: &Part) -> bool {
    !part.parts.is_empty() || !part.evidence.is_empty()
}

fn place(location: &Location) -> String {
    format!("{}:{}", location.path, location.line)
}

fn changes(changes: &[Change], paint: Paint) -> String {
    let head = match changes {
        [] => return String::new(),
        [_] => "\nTo be in it, one condition would have to change:\n",
        _ => "\nTo be in it, all of these would have to change:\n",
    };
    let mut rows = Vec::new();
    for change in changes {
        let wanted = if change.wanted { "" } else { "not: " };
        rows.push(vec![
            Cell::styled(format!("{wanted}{}", cut(&change.text, TEXT)), Style::Bold),
            Cell::styled(place(&change.location), Style::Dim),
        ]);
        let now: Vec<String> = change
            .operands
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        if !now.is_empty() {
            rows.push(vec![Cell::new(format!("    now {}", now.join(", ")))]);
        }
    }
    format!(
        "{head}{}",
        lay_out(&rows, &[Align::Left, Align::Left], paint)
    )
}
