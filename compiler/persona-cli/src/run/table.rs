//! A run's results as tables that people like to read: answers first, then what they rest on.

use persona::{Now, Reason, RunResult, SegmentResult, SourceResult, TraitResult, TraitValues};

use crate::columns::{Align, Cell, Style, bar, counted, cut, grouped, lay_out, percent};
use crate::term::Paint;

/// The width of a bar that stands for everybody.
const BAR: usize = 20;
/// The longest title or value shown.
const TEXT: usize = 40;

/// Everything that a run has to say.
pub(super) fn text(name: &str, result: &RunResult, paint: Paint) -> String {
    let profiles = counted(result.profiles, "profile", "profiles");
    let mut text = format!(
        "{} at {}, {profiles}\n",
        paint.bold(name),
        when(&result.now)
    );
    let mut section = |title: &str, rows: String| {
        if !rows.is_empty() {
            text.push_str(&format!("\n{}\n{rows}", paint.bold(title)));
        }
    };
    section("Segments", segments(&result.segments, paint));
    section("Partitions", partitions(result, paint));
    section("Traits", traits(&result.traits, paint));
    section("Data", sources(&result.sources, paint));
    section("Set aside or changed", reasons(&result.reasons, paint));
    let end = ending(result);
    if !end.is_empty() {
        text.push('\n');
        text.push_str(&end);
    }
    text
}

/// The evaluation time and where it comes from.
pub(crate) fn when(now: &Now) -> String {
    format!("{} ({})", now.text, now.from.words())
}

const SIZED: [Align; 5] = [
    Align::Left,
    Align::Left,
    Align::Right,
    Align::Right,
    Align::Left,
];

fn sized(segment: &SegmentResult, indent: &str) -> Vec<Cell> {
    vec![
        Cell::new(format!("{indent}{}", segment.name)),
        title(segment.title.as_deref()),
        Cell::new(grouped(segment.count)),
        Cell::new(percent(segment.share)),
        Cell::styled(bar(segment.share, BAR), Style::Cyan),
    ]
}

fn title(title: Option<&str>) -> Cell {
    Cell::styled(cut(title.unwrap_or(""), TEXT), Style::Dim)
}

fn segments(segments: &[SegmentResult], paint: Paint) -> String {
    let rows: Vec<Vec<Cell>> = segments.iter().map(|segment| sized(segment, "")).collect();
    lay_out(&rows, &SIZED, paint)
}

fn partitions(result: &RunResult, paint: Paint) -> String {
    let mut rows = Vec::new();
    for partition in &result.partitions {
        rows.push(vec![
            Cell::new(&*partition.name),
            title(partition.title.as_deref()),
        ]);
        rows.extend(partition.stages.iter().map(|stage| sized(stage, "  ")));
    }
    lay_out(&rows, &SIZED, paint)
}

fn traits(traits: &[TraitResult], paint: Paint) -> String {
    let rows: Vec<Vec<Cell>> = traits.iter().map(trait_row).collect();
    lay_out(
        &rows,
        &[Align::Left, Align::Right, Align::Right, Align::Left],
        paint,
    )
}

fn trait_row(trait_: &TraitResult) -> Vec<Cell> {
    vec![
        Cell::new(&*trait_.name),
        Cell::new(format!("{} known", grouped(trait_.known))),
        Cell::new(percent(trait_.share)),
        Cell::styled(trait_values(&trait_.values), Style::Cyan),
    ]
}

fn trait_values(values: &TraitValues) -> String {
    match values {
        TraitValues::Range(range) => {
            format!(
                "{} to {}, median {}",
                range.least.text, range.greatest.text, range.median.text
            )
        }
        TraitValues::Top(top, others) => {
            let top = top.iter().map(|(value, count)| {
                format!("{} {}", cut(&value.text, TEXT / 2), grouped(*count))
            });
            let others = (*others > 0).then(|| counted(*others, "other value", "other values"));
            top.chain(others).collect::<Vec<_>>().join(", ")
        }
        TraitValues::Nothing => String::new(),
    }
}

/// How many rows each source gave.
pub(crate) fn sources(sources: &[SourceResult], paint: Paint) -> String {
    let some = |count: usize, words: &str| match count {
        0 => String::new(),
        _ => format!("{} {words}", grouped(count)),
    };
    let row = |source: &SourceResult| {
        vec![
            Cell::new(&*source.name),
            Cell::styled(&*source.of, Style::Dim),
            Cell::new(format!("{} read", grouped(source.read))),
            Cell::new(format!("{} used", grouped(source.used))),
            Cell::new(some(source.filtered, "filtered out")),
            Cell::styled(some(source.rejected, "set aside"), Style::Yellow),
        ]
    };
    let rows: Vec<Vec<Cell>> = sources.iter().map(row).collect();
    let right = Align::Right;
    lay_out(
        &rows,
        &[Align::Left, Align::Left, right, right, right, right],
        paint,
    )
}

/// Two lines for each reason: what and how often, then the first one's place and words.
pub(crate) fn reasons(reasons: &[Reason], paint: Paint) -> String {
    let width = reasons
        .iter()
        .map(|reason| grouped(reason.count).len())
        .max()
        .unwrap_or(0);
    let head = |reason: &Reason| {
        let done = match reason.action.as_str() {
            "rejected" => "set aside",
            "duplicate" => "",
            other => other,
        };
        vec![
            Cell::new(format!("{:>width$}", grouped(reason.count))),
            Cell::new(&*reason.source),
            Cell::new(reason.kind.clone()),
            Cell::styled(done, Style::Yellow),
        ]
    };
    let heads: Vec<Vec<Cell>> = reasons.iter().map(head).collect();
    let heads = lay_out(&heads, &[Align::Left; 4], paint);
    let mut text = String::new();
    for (head, reason) in heads.lines().zip(reasons) {
        let what = format!("{}  {}: {}", " ".repeat(width), reason.example, reason.text);
        text.push_str(&format!("{head}\n"));
        text.push_str(&lay_out(
            &[vec![Cell::styled(what, Style::Dim)]],
            &[Align::Left],
            paint,
        ));
    }
    text
}

fn ending(result: &RunResult) -> String {
    let mut lines = Vec::new();
    if result.without_row > 0 {
        let are = counted(result.without_row, "profile is", "profiles are");
        lines.push(format!(
            "{are} known by events alone: fields have their defaults or are missing"
        ));
    }
    if result.late > 0 {
        let are = counted(result.late, "event is", "events are");
        lines.push(format!("{are} later than now, and no answer sees them"));
    }
    lines.extend(result.notes.iter().cloned());
    lines.iter().map(|line| format!("{line}\n")).collect()
}
