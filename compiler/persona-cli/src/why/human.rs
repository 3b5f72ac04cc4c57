//! An explanation in plain words: the answer, then its source text as a tree with a mark and values for each part, then
//! what would have to change.

use persona::{AnswerKind, Change, Flips, Location, Part, PartKind, Why};

use crate::columns::{Align, Cell, Style, cut, lay_out, titled};
use crate::term::Paint;

/// The longest source text that is shown of one part.
const TEXT: usize = 72;

/// The explanation as text.
pub(super) fn text(why: &Why, now: &str, paint: Paint) -> String {
    let mut text = format!("{}\n", answer(why, paint));
    let declared = format!("at {now}; times below are in {}", why.zone);
    text.push_str(&format!("{}\n\n", paint.dim(declared)));
    let mut rows = Vec::new();
    part_rows(&why.parts, 0, &mut rows);
    text.push_str(&lay_out(&rows, &[Align::Left, Align::Left], paint));
    text.push_str(&changes(&why.changes, paint));
    text.push_str(&format!("\n{}\n", flips(&why.flips, paint)));
    for note in &why.notes {
        text.push_str(&format!("\n{note}\n"));
    }
    if !why.has_row {
        text.push_str(&format!(
            "\nNo source has a row for {}: it is known by its events alone, and its fields have defaults or are missing.\n",
            why.key
        ));
    }
    text
}

/// When the answer changes by itself.
fn flips(flips: &Flips, paint: Paint) -> String {
    match flips {
        Flips::At(moment) => format!(
            "It changes by itself at {}, if nothing else happens.",
            paint.bold(&moment.text)
        ),
        Flips::Never => "It does not change by itself.".to_owned(),
        Flips::NotBefore(moment) => format!(
            "It does not change by itself up to {}; beyond, nobody looked.",
            paint.bold(&moment.text)
        ),
    }
}

fn answer(why: &Why, paint: Paint) -> String {
    let title = titled(why.title.as_deref());
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
pub(crate) fn part_rows(part: &Part, depth: usize, rows: &mut Vec<Vec<Cell>>) {
    let indent = "  ".repeat(depth);
    let mark = match part.value.as_ref().and_then(|value| value.truth) {
        Some(true) => '✓',
        Some(false) => '✗',
        None => '·',
    };
    let line = Line::of(part);
    rows.push(vec![
        Cell::styled(format!("{indent}{mark} {}", line.words), Style::Mark),
        Cell::place(place(line.location)),
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
    location: &'p Location,
    facts: Vec<String>,
    /// The parts that get lines of their own.
    inner: Vec<&'p Part>,
}

impl<'p> Line<'p> {
    fn of(part: &'p Part) -> Self {
        let junction = |words: &str| Self {
            words: words.to_owned(),
            location: &part.location,
            facts: Vec::new(),
            inner: part.parts.iter().collect(),
        };
        match &part.kind {
            PartKind::And if part.text.starts_with("partition ") => {
                junction("this stage, and none before it")
            }
            PartKind::And => junction("all of these"),
            PartKind::Or => junction("at least one of these"),
            PartKind::Not => junction("not this"),
            PartKind::Stage(name) => Self::of_stage(part, name),
            PartKind::Reference(name) => Self::of_reference(part, name),
            PartKind::Condition | PartKind::Value => {
                let mut facts: Vec<String> = own_value(part).into_iter().collect();
                let mut inner = Vec::new();
                operands(part, &mut facts, &mut inner);
                facts.extend(part.evidence.iter().cloned());
                Self {
                    words: cut(&part.text, TEXT),
                    location: &part.location,
                    facts,
                    inner,
                }
            }
        }
    }

    /// A stage and its condition share a line where the condition is a plain one.
    fn of_stage(part: &'p Part, name: &str) -> Self {
        match &part.parts[..] {
            [condition] if condition.kind == PartKind::Condition => {
                let inner = Self::of(condition);
                Self {
                    words: format!("{name} when {}", inner.words),
                    location: &part.location,
                    ..inner
                }
            }
            _ => Self {
                words: format!("{name} when"),
                location: &part.location,
                facts: Vec::new(),
                inner: part.parts.iter().collect(),
            },
        }
    }

    /// A name and what it stands for share a line where that is a plain value.
    fn of_reference(part: &'p Part, name: &str) -> Self {
        // `not in vip` stands under its own "not this".
        let text = part.text.strip_prefix("not ").unwrap_or(&part.text);
        match &part.parts[..] {
            [value] if value.kind == PartKind::Value => {
                let inner = Self::of(value);
                Self {
                    words: cut(&format!("{name} is {}", value.text), TEXT),
                    ..inner
                }
            }
            _ => Self {
                words: cut(text, TEXT),
                location: &part.location,
                facts: own_value(part).into_iter().collect(),
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

/// The values that a condition or value looks at; what has more to show than a value gets a line of its own besides.
fn operands<'p>(part: &'p Part, facts: &mut Vec<String>, inner: &mut Vec<&'p Part>) {
    for operand in &part.parts {
        if operand
            .value
            .as_ref()
            .is_none_or(|value| value.truth.is_some())
            && !operand.parts.is_empty()
        {
            inner.push(operand);
            continue;
        }
        if let Some(value) = &operand.value {
            facts.push(format!("{} = {}", cut(&operand.text, TEXT / 2), value.text));
        }
        match operand.kind {
            PartKind::Value => {
                facts.extend(operand.evidence.iter().cloned());
                operands(operand, facts, inner);
            }
            _ if !operand.parts.is_empty() => inner.push(operand),
            _ => {}
        }
    }
}

/// `rules.persona:12`
pub(super) fn place(location: &Location) -> String {
    format!("{}:{}", location.path, location.line)
}

fn changes(changes: &[Change], paint: Paint) -> String {
    let head = match changes {
        [] => return String::new(),
        [_] => "\nTo be in it, one condition would have to change:\n",
        _ => "\nTo be in it, all of these would have to change:\n",
    };
    format!(
        "{head}{}",
        lay_out(&change_rows(changes), &[Align::Left, Align::Left], paint)
    )
}

/// Conditions that would have to change, with the values that they look at now.
pub(super) fn change_rows(changes: &[Change]) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for change in changes {
        let wanted = if change.wanted { "" } else { "not: " };
        rows.push(vec![
            Cell::styled(format!("{wanted}{}", cut(&change.text, TEXT)), Style::Bold),
            Cell::place(place(&change.location)),
        ]);
        let now: Vec<String> = change
            .operands
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        let now: Vec<String> = now
            .into_iter()
            .chain(change.evidence.iter().cloned())
            .collect();
        if !now.is_empty() {
            rows.push(vec![Cell::new(format!("    now: {}", now.join("; ")))]);
        }
    }
    rows
}
