//! A simulation as text that people like to read: what became of each trigger, or one person's timeline.

use std::collections::BTreeMap;

use persona::{Entry, EntryKind, Simulation, TriggerSummary};

use crate::columns::{Align, Cell, Style, counted, cut, day_and_time, grouped, lay_out};
use crate::run::when;
use crate::term::Paint;

/// The longest title shown.
const TITLE: usize = 40;
/// From nothing to the most.
const LEVELS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Everything that a simulation has to say.
pub(super) fn text(name: &str, result: &Simulation, paint: Paint) -> String {
    let from = match &result.first {
        Some(first) => format!("{} (the first event)", first.text),
        None => result.from.text.clone(),
    };
    let mut text = format!(
        "{} from {from} to {}, {}\n",
        paint.bold(name),
        when(&result.until),
        counted(result.profiles, "profile", "profiles"),
    );
    if let Some(entries) = &result.timeline {
        text.push_str(&format!(
            "\n{}\n{}",
            paint.bold("Timeline"),
            timeline(entries, paint)
        ));
    }
    for trigger in &result.triggers {
        text.push('\n');
        text.push_str(&about(trigger, paint));
    }
    text.push_str(&channels(result, paint));
    text.push_str(&experiments(result, paint));
    let (_, each) = result.days;
    let days = match each {
        1 => "a day".to_owned(),
        each => format!("{each} days"),
    };
    text.push_str(&format!(
        "\n{}\n",
        paint.dim(format!("Each column of a chart is {days}."))
    ));
    for note in &result.notes {
        text.push_str(&format!("{note}\n"));
    }
    text
}

/// A trigger: its name, what came of it, and when.
fn about(trigger: &TriggerSummary, paint: Paint) -> String {
    let title = trigger.title.as_deref();
    let title = title.map(|title| format!("  {}", paint.dim(cut(title, TITLE))));
    let mut text = format!(
        "{}{}\n",
        paint.bold(&trigger.name),
        title.unwrap_or_default()
    );
    let number = |count: u64| grouped(usize::try_from(count).unwrap_or(usize::MAX));
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut row = |word: &str, count: u64, detail: String, style: Style| {
        if count > 0 {
            rows.push(vec![
                Cell::styled(word, style),
                Cell::new(number(count)),
                Cell::styled(detail, Style::Dim),
            ]);
        }
    };
    row("entered", trigger.entered, String::new(), Style::Plain);
    row("restarted", trigger.restarted, String::new(), Style::Plain);
    row(
        "refused",
        sum(&trigger.refused),
        reasons(&trigger.refused),
        Style::Yellow,
    );
    row("sent", trigger.sent, String::new(), Style::Cyan);
    row(
        "deferred",
        sum(&trigger.deferred),
        reasons(&trigger.deferred),
        Style::Plain,
    );
    row(
        "dropped",
        sum(&trigger.dropped),
        reasons(&trigger.dropped),
        Style::Yellow,
    );
    row(
        "stopped",
        sum(&trigger.stopped),
        reasons(&trigger.stopped),
        Style::Plain,
    );
    row("ended", trigger.ended, String::new(), Style::Plain);
    row(
        "still waiting",
        trigger.waiting,
        String::new(),
        Style::Plain,
    );
    if rows.is_empty() {
        text.push_str(&format!("  {}\n", paint.dim("nothing happened")));
        return text;
    }
    text.push_str(&lay_out(
        &rows,
        &[Align::Left, Align::Right, Align::Left],
        paint,
    ));
    let what = if trigger.sent > 0 { "sent" } else { "entered" };
    text.push_str(&charted(what, &trigger.chart, paint));
    text
}

fn sum(counts: &BTreeMap<&'static str, u64>) -> u64 {
    counts.values().sum()
}

/// `when 12, limit 3`
fn reasons(counts: &BTreeMap<&'static str, u64>) -> String {
    let counts = counts.iter();
    let shown: Vec<String> = counts
        .map(|(reason, count)| {
            let count = grouped(usize::try_from(*count).unwrap_or(usize::MAX));
            format!("{} {count}", reason.replace('_', " "))
        })
        .collect();
    shown.join(", ")
}

/// `  sent  ▁▂ ▅█  at most 12`
fn charted(what: &str, chart: &[u64], paint: Paint) -> String {
    let most = chart.iter().copied().max().unwrap_or(0);
    if most == 0 || chart.len() < 2 {
        return String::new();
    }
    let bars: String = chart.iter().map(|count| level(*count, most)).collect();
    let most = grouped(usize::try_from(most).unwrap_or(usize::MAX));
    format!(
        "  {}\n",
        paint.dim(format!("{what} ▕{bars}▏ at most {most}"))
    )
}

fn level(count: u64, most: u64) -> char {
    let steps = LEVELS.len() as u64 - 1;
    let level = (count * steps).div_ceil(most);
    LEVELS[usize::try_from(level).unwrap_or(0).min(LEVELS.len() - 1)]
}

fn channels(result: &Simulation, paint: Paint) -> String {
    let used = result.channels.iter().filter(|channel| channel.sent > 0);
    let rows: Vec<Vec<Cell>> = used
        .map(|channel| {
            vec![
                Cell::new(&*channel.name),
                Cell::new(grouped(usize::try_from(channel.sent).unwrap_or(usize::MAX))),
                Cell::styled("delivered", Style::Dim),
            ]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let rows = lay_out(&rows, &[Align::Left, Align::Right, Align::Left], paint);
    format!("\n{}\n{rows}", paint.bold("Channels"))
}

fn experiments(result: &Simulation, paint: Paint) -> String {
    let mut rows = Vec::new();
    for of in &result.experiments {
        let people = |count: u64| grouped(usize::try_from(count).unwrap_or(usize::MAX));
        let mut shown: Vec<String> = of
            .arms
            .iter()
            .map(|(arm, count)| format!("{arm} {}", people(*count)))
            .collect();
        shown.push(format!("kept out {}", people(of.holdout)));
        rows.push(vec![
            Cell::new(&*of.name),
            Cell::styled(shown.join(", "), Style::Dim),
        ]);
    }
    if rows.is_empty() {
        return String::new();
    }
    let rows = lay_out(&rows, &[Align::Left, Align::Left], paint);
    format!("\n{}\n{rows}", paint.bold("Experiments"))
}

/// What the person did stands at the left, what came of it is indented.
fn timeline(entries: &[Entry], paint: Paint) -> String {
    let mut text = String::new();
    let mut day = "";
    for entry in entries {
        let (date, time) = day_and_time(&entry.at.text);
        if date != day {
            text.push_str(&format!("{}\n", paint.bold(date)));
            day = date;
        }
        let (mark, words) = match (entry.kind, &entry.trigger) {
            (EntryKind::Event, _) => ("●".to_owned(), paint.bold(&entry.text)),
            (EntryKind::Change, _) => ("○".to_owned(), paint.bold(&entry.text)),
            (kind, trigger) => {
                let trigger = trigger.as_deref().unwrap_or("");
                let mark = match kind {
                    EntryKind::Sent => paint.green('→'),
                    EntryKind::Not => paint.red('✗'),
                    EntryKind::Event | EntryKind::Change | EntryKind::Other => paint.dim('·'),
                };
                (
                    format!("  {mark}"),
                    format!("{} {}", paint.cyan(trigger), entry.text),
                )
            }
        };
        let time = time.strip_suffix(":00").unwrap_or(time);
        text.push_str(&format!(
            "  {}  {mark} {words}\n",
            paint.dim(format!("{time:<8}"))
        ));
    }
    if entries.is_empty() {
        text.push_str("  nothing happened\n");
    }
    text
}
