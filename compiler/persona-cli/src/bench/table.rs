//! A measurement as a table that people like to read: everything together, each answer alone, what comes before, and
//! what the figures mean.

use persona::tools::{BenchData, BenchResult, Measured, Spread};

use crate::columns::{Align, Cell, Style, counted, cut, grouped, lay_out};
use crate::run::when;
use crate::term::Paint;

/// The longest name shown.
const NAME: usize = 30;

/// Everything that was measured.
pub(super) fn text(name: &str, result: &BenchResult, paint: Paint) -> String {
    let mut text = head(name, result, paint);
    let mut rows = vec![titles(), row(&all(result), &result.together, result)];
    let members = result.members.iter();
    rows.extend(members.map(|members| row("and who is in what", members, result)));
    let together = rows.len();
    let answers = result.answers.iter();
    rows.extend(answers.map(|answer| row(&answer.name, &answer.measured, result)));
    let before = before(result);
    let answered = rows.len();
    for (what, spread) in &before {
        let mut row = apart(what, spread);
        row.push(Cell::new(""));
        rows.push(row);
    }
    let lines = lay_out(&rows, &ALIGN, paint);
    let lines: Vec<&str> = lines.lines().collect();
    let mut section = |title: &str, lines: &[&str]| {
        if !lines.is_empty() {
            text.push_str(&format!("\n{}\n", paint.bold(title)));
            lines
                .iter()
                .for_each(|line| text.push_str(&format!("{line}\n")));
        }
    };
    section("Answering", &lines[..together]);
    section("Each alone, the slowest first", &lines[together..answered]);
    section("Before answering", &lines[answered..]);
    text.push('\n');
    text.push_str(&paint.dim(notes(result)));
    text.push('\n');
    text
}

fn head(name: &str, result: &BenchResult, paint: Paint) -> String {
    let data = match result.data {
        BenchData::Own => "its own data".to_owned(),
        BenchData::Generated { seed: 0 } => "made-up data".to_owned(),
        BenchData::Generated { seed } => format!("made-up data (seed {seed})"),
    };
    let memory = &result.memory.bytes_per_second;
    let (least, greatest) = (memory.least / 1e9, memory.greatest / 1e9);
    format!(
        "{}, {data}: {} with {}\nat {}\n{}, {}; memory is read here at {:.1} GB/s ({least:.1} to {greatest:.1})\n",
        paint.bold(name),
        counted(result.profiles, "profile", "profiles"),
        counted(result.events, "event", "events"),
        when(&result.now),
        counted(result.threads, "thread", "threads"),
        instructions(result.instructions),
        memory.median / 1e9,
    )
}

fn instructions(name: &str) -> &str {
    match name {
        "avx512" => "AVX-512",
        "avx2" => "AVX2",
        _ => "no vector instructions beyond the target's own",
    }
}

fn all(result: &BenchResult) -> String {
    match result.answers.len() {
        1 => "the one answer".to_owned(),
        count => format!("all {} together", grouped(count)),
    }
}

/// The last column is empty: a row's last cell is laid out freely, and these shall stand below each other.
const ALIGN: [Align; 9] = [
    Align::Left,
    Align::Right,
    Align::Right,
    Align::Right,
    Align::Right,
    Align::Right,
    Align::Right,
    Align::Right,
    Align::Left,
];

fn titles() -> Vec<Cell> {
    let words = [
        "",
        "median",
        "middle half",
        "all rounds",
        "rounds",
        "profiles/s",
        "reads",
        "of memory",
    ];
    let words = words.into_iter();
    let words = words.map(|word| Cell::styled(word, Style::Dim));
    words.chain([Cell::new("")]).collect()
}

fn row(name: &str, measured: &Measured, result: &BenchResult) -> Vec<Cell> {
    let mut row = apart(name, &measured.seconds);
    let rate = measured.seconds.rate(result.profiles as f64);
    row.push(Cell::styled(rounded(rate.median), Style::Cyan));
    row.push(Cell::new(bytes(measured.bytes)));
    let share = measured.share_of(&result.memory) * 100.0;
    row.push(Cell::new(match measured.bytes {
        0 => String::new(),
        _ => format!("{share:.0} %"),
    }));
    row.push(Cell::new(""));
    row
}

/// A time with its spread, in the unit that fits the median.
fn apart(name: &str, spread: &Spread) -> Vec<Cell> {
    let (unit, factor) = unit(spread.median);
    let range = |from: f64, to: f64| format!("{} to {}", short(from * factor), short(to * factor));
    let (half, all) = match spread.rounds {
        // One round has no spread, and this says so.
        1 => ("once".to_owned(), "once".to_owned()),
        _ => (
            range(spread.lower, spread.upper),
            range(spread.least, spread.greatest),
        ),
    };
    vec![
        Cell::new(cut(name, NAME)),
        Cell::styled(
            format!("{} {unit}", short(spread.median * factor)),
            Style::Bold,
        ),
        Cell::new(half),
        Cell::styled(all, Style::Dim),
        Cell::styled(grouped(spread.rounds), Style::Dim),
    ]
}

fn before(result: &BenchResult) -> Vec<(&'static str, Spread)> {
    let parts = [
        ("reading the data", result.load),
        ("making machine code", Some(result.compile)),
        ("calibrating ranks", result.calibrate),
    ];
    let parts = parts.into_iter();
    parts
        .filter_map(|(what, spread)| Some((what, spread?)))
        .collect()
}

/// The unit that makes a number of at most three digits of a time, and how many there are in a second.
fn unit(seconds: f64) -> (&'static str, f64) {
    match seconds {
        s if s < 0.999_5e-6 => ("ns", 1e9),
        s if s < 0.999_5e-3 => ("µs", 1e6),
        s if s < 0.999_5 => ("ms", 1e3),
        _ => ("s", 1.0),
    }
}

/// Three digits that count.
fn short(number: f64) -> String {
    match number {
        n if n < 9.995 => format!("{n:.2}"),
        n if n < 99.95 => format!("{n:.1}"),
        n => grouped(n.round() as usize),
    }
}

/// `1.25 M`: three digits that count, and thousands.
fn rounded(number: f64) -> String {
    let (factor, unit) = match number {
        n if n < 999.5 => (1.0, ""),
        n if n < 999.5e3 => (1e3, " k"),
        n if n < 999.5e6 => (1e6, " M"),
        _ => (1e9, " G"),
    };
    format!("{}{unit}", short(number / factor))
}

fn bytes(bytes: u64) -> String {
    match bytes {
        0 => "nothing".to_owned(),
        1..1000 => format!("{bytes} B"),
        _ => format!("{}B", rounded(bytes as f64)),
    }
}

fn notes(result: &BenchResult) -> String {
    let mut text = String::from(
        "median: of the rounds after warming up; middle half: between the quartiles; all rounds: quickest to slowest.\n\
         reads: the size of the columns that an answer asks for. of memory: how quickly that is, compared with reading\n\
         memory and doing nothing else; more than 100 % where columns fit into caches or windows leave events out.",
    );
    let alone: f64 = result
        .answers
        .iter()
        .map(|a| a.measured.seconds.median)
        .sum();
    let together = result.together.seconds.median;
    if result.answers.len() > 1 && together > 0.0 && alone > together {
        text.push_str(&format!(
            "\nTogether, answers share what they have in common: one after another they take {:.1} times as long.",
            alone / together
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_that_count() {
        let shown = [0.0, 0.5, 9.994, 9.996, 99.94, 99.96, 999.4, 1234.0].map(short);
        assert_eq!(
            shown,
            [
                "0.00", "0.50", "9.99", "10.0", "99.9", "100", "999", "1,234"
            ]
        );
        let rates = [5.0, 999.6, 1_250_000.0, 3.2e9].map(rounded);
        assert_eq!(rates, ["5.00", "1.00 k", "1.25 M", "3.20 G"]);
        assert_eq!([0, 17, 2_500].map(bytes), ["nothing", "17 B", "2.50 kB"]);
    }

    #[test]
    fn times_have_the_unit_that_fits() {
        let units = [3e-9, 0.999_6e-6, 2e-4, 0.2, 0.999_6].map(|seconds| unit(seconds).0);
        assert_eq!(units, ["ns", "µs", "µs", "ms", "s"]);
    }
}
