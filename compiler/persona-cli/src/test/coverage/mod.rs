//! What tests cover, as a table, as LCOV for other tools, as one HTML page.

mod html;
mod json;
mod lcov;
mod table;

use std::path::Path;

use persona::{Coverage, Covering, Program};

use crate::args::CoverageForm;
use crate::fail::Failure;
use crate::term::{Paint, Term};

pub(super) use json::object as json;

/// Whether the form goes to a file, which then has to be named.
pub(super) fn check(form: Option<CoverageForm>, out: Option<&Path>) -> Result<(), Failure> {
    let (flag, file) = match (form, out) {
        (Some(CoverageForm::Lcov), None) => ("--coverage=lcov", "lcov.info"),
        (Some(CoverageForm::Html), None) => ("--coverage=html", "coverage.html"),
        _ => return Ok(()),
    };
    let message = format!("`{flag}` writes a file, and none is named");
    Err(Failure::call(message).help(format!("add `--out {file}`")))
}

/// Shows or writes coverage.
pub(super) fn show(
    program: &Program,
    coverage: &Coverage,
    form: CoverageForm,
    out: Option<&Path>,
    term: Term,
) -> Result<Option<String>, Failure> {
    let text = match form {
        CoverageForm::Table if out.is_some() => table::text(coverage, Paint(false)),
        CoverageForm::Table => table::text(coverage, term.out),
        CoverageForm::Lcov => lcov::text(coverage),
        CoverageForm::Html => html::page(program.name(), program.texts(), coverage),
    };
    let Some(path) = out else {
        return Ok(Some(text));
    };
    std::fs::write(path, text)
        .map_err(|error| Failure::call(format!("{} cannot be written: {error}", path.display())))?;
    term.say(format_args!("the coverage is in {}", path.display()));
    Ok(None)
}

/// How much of something was seen: so many of so many.
#[derive(Clone, Copy, Debug)]
struct Part {
    seen: usize,
    all: usize,
}

impl Part {
    fn of(seen: impl Iterator<Item = bool>) -> Self {
        let mut part = Self { seen: 0, all: 0 };
        for seen in seen {
            part.all += 1;
            part.seen += usize::from(seen);
        }
        part
    }

    /// In percent, rounded down: 100 only where nothing lacks.
    fn percent(self) -> usize {
        (self.seen * 100).checked_div(self.all).unwrap_or(100)
    }
}

/// Conditions that were seen both ways, variants that were chosen, outcomes that were seen.
fn totals(coverage: &Coverage) -> [(&'static str, &'static str, Part); 3] {
    let atoms = coverage
        .atoms
        .iter()
        .map(|of| of.covering() == Covering::Both);
    let variants = coverage.variants.iter().map(|of| of.chosen > 0);
    let outcomes = coverage.outcomes.iter().map(|of| of.seen > 0);
    [
        (
            "conditions",
            "seen both to hold and not to",
            Part::of(atoms),
        ),
        ("variants", "read by somebody", Part::of(variants)),
        ("outcomes", "seen", Part::of(outcomes)),
    ]
}

/// What is said of a condition.
fn said(covering: Covering) -> &'static str {
    match covering {
        Covering::Never => "never asked",
        Covering::OnlyYes => "always held",
        Covering::OnlyNo => "never held",
        Covering::Both => "both",
    }
}

/// `dropped: consent`
fn outcome(name: &str, reason: Option<&str>) -> String {
    match reason.filter(|reason| *reason != name) {
        Some(reason) => format!("{name}: {reason}"),
        None => name.to_owned(),
    }
}
