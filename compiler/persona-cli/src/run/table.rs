//! A run's results as tables that people like to read: answers first, then what they rest on.

use persona::{Now, RunResult, SegmentResult, SourceResult, TraitResult, TraitValues};

use crate::columns::{Align, Cell, bar, counted, cut, grouped, lay_out, percent};
use crate::term::Paint;

/// The width of a bar that stands for everybody.
const BAR: usize = 20;
/// The longest title, value or reason shown.
const TEXT: usize = 44;

/// Everything that a run has to say.
pub(super) fn text(name: &str, result: &RunResult, paint: Paint) -> String {
    let mut text = format!(
        "{} at {}, {}\n",
        paint.bold(name),
        when(&result.now),
        counted(result.profiles, "profile", "profiles"),
    );
    section(
        &mut text,
        "Segments",
        &segments(&result.segments, paint),
        paint,
    );
    section(&mut text, "Partitions", &partitions(result, paint), paint);
    section(&mut text, "Traits", &traits(&result.traits, paint), paint);
    section(&mut text, "Data", &sources(&result.sources, paint), paint);
    section(&mut text, "Set aside", &reasons(result, paint), paint);
    let end = ending(result);
    if !end.is_empty() {
        text.push('\n');
        text.push_str(&end);
    }
    text
}

fn section(text: &mut String, title: &str, rows: &str, paint: Paint) {
    if !rows.is_empty() {
        text.push_str(&format!("\n{}\n{rows}", paint.bold(title)));
    }
}

/// The evaluation time and where it comes from.
pub(crate) fn when(now: &Now) -> String {
    format!("{} ({})", now.text, now.from.words())
}

fn sized(segment: &SegmentResult, indent: &str, paint: Paint) -> Vec<Cell> {
    vec![
        Cell::new(format!("{indent}{}", segment.name)),
        Cell::painted(cut(segment.title.as_deref().unwrap_or(""), TEXT), |text| {
            paint.dim(text)
        }),
        Cell::new(grouped(segment.count)),
        Cell::new(percent(segment.share)),
        Cell::painted(bar(segment.share, BAR), |text| paint.cyan(text)),
    ]
}

const SIZED: [Align; 5] = [
    Align::Left,
    Align::Left,
    Align::Right,
    Align::Right,
    Align::Left,
];

fn segments(segments: &[SegmentResult], paint: Paint) -> String {
    let rows: Vec<Vec<Cell>> = segments
        .iter()
        .map(|segment| sized(segment, "", paint))
        .collect();
    lay_out(&rows, &SIZED)
}

fn partitions(result: &RunResult, paint: Paint) -> String {
    let mut rows = Vec::new();
    for partition in &result.partitions {
        let title = cut(partition.title.as_deref().unwrap_or(""), TEXT);
        rows.push(vec![
            Cell::new(&*partition.name),
            Cell::painted(title, |text| paint.dim(text)),
        ]);
        rows.extend(
            partition
                .stages
                .iter()
                .map(|stage| sized(stage, "  ", paint)),
        );
    }
    lay_out(&rows, &SIZED)
}

fn traits(traits: &[TraitResult], paint: Paint) -> String {
    let rows: Vec<Vec<Cell>> = traits
        .iter()
        .map(|trait_| trait_row(trait_, paint))
        .collect();
    lay_out(
        &rows,
        &[Align::Left, Align::Right, Align::Right, Align::Left],
    )
}

fn trait_row(trait_: &TraitResult, paint: Paint) -> Vec<Cell> {
    let values = match &trait_.values {
        TraitValues::Range(range) => {
            format!(
                "{} … {} … {}",
                range.least.text, range.median.text, range.greatest.text
            )
        }
        TraitValues::Top(top, others) => {
            let mut shown: Vec<String> = top
                .iter()
                .map(|(value, count)| format!("{} {}", cut(&value.text, TEXT / 2), grouped(*count)))
                .collect();
            if *others > 0 {
                shown.push(counted(*others, "other value", "other values"));
            }
            shown.join(", ")
        }
        TraitValues::Nothing => "known of nobody".to_owned(),
    };
    vec![
        Cell::new(&*trait_.name),
        Cell::new(grouped(trait_.known)),
        Cell::new(percent(trait_.share)),
        Cell::painted(values, |text| paint.cyan(text)),
    ]
}

fn sources(sources: &[SourceResult], paint: Paint) -> String {
    let some = |count: usize, words: &str| {
        if count == 0 {
            String::new()
        } else {
            format!("{} {words}", grouped(count))
        }
    };
    let row = |source: &SourceResult| {
        vec![
            Cell::new(&*source.name),
            Cell::painted(&*source.of, |text| paint.dim(text)),
            Cell::new(format!("{} read", grouped(source.read))),
            Cell::new(format!("{} used", grouped(source.used))),
            Cell::new(some(source.filtered, "filtered out")),
            Cell::painted(some(source.rejected, "set aside"), |text| {
                paint.yellow(text)
            }),
            Cell::new(some(source.duplicates, "duplicates")),
        ]
    };
    let rows: Vec<Vec<Cell>> = sources.iter().map(row).collect();
    let mut aligns = [Align::Right; 7];
    aligns[0] = Align::Left;
    aligns[1] = Align::Left;
    lay_out(&rows, &aligns)
}

fn reasons(result: &RunResult, paint: Paint) -> String {
    let rows: Vec<Vec<Cell>> = result
        .reasons
        .iter()
        .map(|reason| {
            vec![
                Cell::new(grouped(reason.count)),
                Cell::new(&*reason.source),
                Cell::new(reason.kind.clone()),
                Cell::painted(&*reason.action, |text| paint.yellow(text)),
                Cell::new(cut(&reason.text, 2 * TEXT)),
                Cell::painted(cut(&reason.example, 2 * TEXT), |text| paint.dim(text)),
            ]
        })
        .collect();
    lay_out(
        &rows,
        &[
            Align::Right,
            Align::Left,
            Align::Left,
            Align::Left,
            Align::Left,
            Align::Left,
        ],
    )
}

fn ending(result: &RunResult) -> String {
    let mut lines = Vec::new();
    if result.without_row > 0 {
        lines.push(format!(
            "{} known by events alone: no source has a row for them, so their fields have defaults or are missing",
            counted(result.without_row, "profile is", "profiles are"),
        ));
    }
    if result.late > 0 {
        lines.push(format!(
            "{} later than now and not seen by any answer",
            counted(result.late, "event is", "events are")
        ));
    }
    lines.extend(result.notes.iter().cloned());
    lines.iter().map(|line| format!("{line}\n")).collect()
}
