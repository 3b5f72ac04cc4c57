//! `persona overlap`: compares segments and stages on the data, and shows who is in several: a table, JSON, or a page to look at.

mod heat;
mod html;
mod json;
mod table;
mod upset;

use std::io::{self, Write};
use std::path::Path;

use persona::overlap::{OverlapOptions, OverlapResult};
use persona::{Package, RunOptions};

use crate::args::{Overlap, Picture};
use crate::columns::{counted, grouped};
use crate::fail::{Failure, Outcome};
use crate::run::compiled;
use crate::run::progress::Bars;
use crate::term::Term;

/// Compares the segments of a package.
pub(crate) fn overlap(args: &Overlap, term: Term) -> Result<Outcome, Failure> {
    let package = Package::open(args.path.as_deref())?;
    let Some(program) = compiled(&package, term)? else {
        return Ok(Outcome::ProgramIsWrong);
    };
    let options = OverlapOptions {
        run: RunOptions {
            now: args.now.clone(),
            threads: args.threads.map(usize::from),
            only: args.only.clone(),
            ..RunOptions::default()
        },
        sets: usize::from(args.sets),
        intersections: usize::from(args.intersections),
    };
    let bars = Bars::new(term.progress);
    let result = program.overlap(&options, &bars);
    bars.finish();
    let result = result?;
    let format = args.format.unwrap_or_else(|| form_of(args.out.as_deref()));
    let text = match format {
        Picture::Table => table::text(program.name(), &result, term.out),
        Picture::Json => format!("{}\n", json::object(&result)),
        Picture::Html => html::page(program.name(), &result),
    };
    match args.out.as_ref().filter(|path| *path != Path::new("-")) {
        None => io::stdout().lock().write_all(text.as_bytes())?,
        Some(path) => {
            std::fs::write(path, text).map_err(|error| Failure::unwritable(path, &error))?;
            term.say(format_args!("the overlap is in {}", path.display()));
        }
    }
    if format != Picture::Table {
        result.notes.iter().for_each(|note| term.say(note));
    }
    Ok(Outcome::Fine)
}

/// How the figures below look.
pub(crate) const STYLE: &str = html::STYLE;

/// The pictures and tables of an overlap, for a page that holds more.
pub(crate) fn figures(result: &OverlapResult) -> String {
    html::figures(result)
}

/// The form that a file's name asks for.
fn form_of(path: Option<&Path>) -> Picture {
    match path
        .and_then(Path::extension)
        .and_then(|ending| ending.to_str())
    {
        Some("html" | "htm") => Picture::Html,
        Some("json") => Picture::Json,
        _ => Picture::Table,
    }
}

/// What is not shown, in sentences.
fn not_shown(result: &OverlapResult) -> Vec<String> {
    let mut lines = Vec::new();
    let (others, people) = result.others;
    if others > 0 {
        lines.push(format!(
            "{} with {} are not shown (--intersections sets how many are)",
            counted(others, "smaller intersection", "smaller intersections"),
            counted(people, "person", "people"),
        ));
    }
    if !result.left_out.is_empty() {
        lines.push(format!(
            "{} left out, the smallest: {} (--sets sets how many are compared, --segment which)",
            counted(result.left_out.len(), "set is", "sets are"),
            some(&result.left_out),
        ));
    }
    if !result.empty.is_empty() {
        lines.push(format!("nobody is in {}", some(&result.empty)));
    }
    lines
}

/// A few names, and how many more there are.
fn some(names: &[std::sync::Arc<str>]) -> String {
    let shown: Vec<&str> = names.iter().take(12).map(|name| &**name).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {} more", shown.join(", "), grouped(more)),
    }
}

/// The names of an intersection's sets.
fn names<'r>(result: &'r OverlapResult, sets: &[usize]) -> Vec<&'r str> {
    sets.iter().map(|set| &*result.sets[*set].name).collect()
}

/// A number that fits into a narrow place: `940`, `1.2k`, `35k`, `2.1M`.
fn compact(number: usize) -> String {
    let units = [(1e9, "G"), (1e6, "M"), (1e3, "k")];
    for (unit, letter) in units {
        let parts = number as f64 / unit;
        // What would be rounded up to the next unit is said in that one.
        if parts >= 0.9995 && number >= 1_000 {
            return match parts < 9.95 {
                true => format!("{parts:.1}{letter}"),
                false => format!("{parts:.0}{letter}"),
            };
        }
    }
    number.to_string()
}

#[cfg(test)]
mod tests {
    use super::compact;

    #[test]
    fn numbers_fit_into_narrow_places() {
        let shown = [
            0, 999, 1_000, 9_949, 9_950, 12_345, 999_499, 999_600, 2_100_000,
        ]
        .map(compact);
        assert_eq!(
            shown,
            [
                "0", "999", "1.0k", "9.9k", "10k", "12k", "999k", "1.0M", "2.1M"
            ]
        );
    }
}
