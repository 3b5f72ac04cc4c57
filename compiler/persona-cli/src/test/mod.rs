//! `persona test`: the package's `test` blocks, with what held and why something did not; for people, programs and CI systems.

mod coverage;
mod human;
mod json;
mod junit;

pub(crate) use json::object;

use std::io::{self, Write};

use persona::{Package, TestOptions, TestReport};

use crate::args::{Test, Tests};
use crate::check::watch;
use crate::columns::counted;
use crate::fail::{Failure, Outcome, complain};
use crate::run;
use crate::term::Term;

/// Runs a package's tests.
pub(crate) fn test(args: &Test, term: Term) -> Result<Outcome, Failure> {
    coverage::check(args.coverage, args.out.as_deref())?;
    if args.watch {
        let people = args.format == Tests::Human;
        let path = args.path.as_deref();
        return watch::watch(path, people, term, &mut |package, _, clear| {
            clear()?;
            // A filter that chooses nothing may choose something after the next change.
            match once(package, args, term) {
                Ok(_) => {}
                Err(failure) => complain(&failure, term.err),
            }
            Ok(())
        });
    }
    let package = Package::open(args.path.as_deref())?;
    once(&package, args, term)
}

/// Runs them once and shows what came out.
fn once(package: &Package, args: &Test, term: Term) -> Result<Outcome, Failure> {
    let Some(program) = run::compiled(package, term)? else {
        return Ok(Outcome::ProgramIsWrong);
    };
    let options = TestOptions {
        filter: args.filter.clone(),
        coverage: args.coverage.is_some(),
    };
    let report = program.test(&options)?;
    let name = program.name();
    let mut text = match args.format {
        Tests::Human => human::text(&report, term.out),
        Tests::Json => format!("{}\n", json::object(name, &report)),
        Tests::Junit => junit::xml(&report)?,
    };
    if let (Some(coverage), Some(form)) = (&report.coverage, args.coverage) {
        let shown = coverage::show(&program, coverage, form, args.out.as_deref(), term)?;
        // Programs that read results find the coverage in them, or in the file.
        text.extend(shown.filter(|_| args.format == Tests::Human));
    }
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    say(&report, term);
    Ok(match report.failed() {
        0 => Outcome::Fine,
        _ => Outcome::ProgramIsWrong,
    })
}

/// What does not belong to the results: how long it took, and a word to those who have no tests yet.
fn say(report: &TestReport, term: Term) {
    report.notes.iter().for_each(|note| term.say(note));
    if report.total == 0 {
        term.say(
            "this package has no tests; one looks like this:\n\n  test \"a purchase cancels the reminder\" {\n    \
             given { id: \"c1\", email: \"ada@example.com\" }\n    at 2026-01-10T12:00Z\n    \
             event CartAdded { sku: \"A1\", value: 30 USD }\n    wait 30m\n    event Purchase { total: 30 USD }\n    \
             wait 1d\n    expect not sent cart_reminder\n  }\n",
        );
        return;
    }
    let run = counted(report.tests.len(), "test", "tests");
    let left = match report.total - report.tests.len() {
        0 => String::new(),
        left => format!(" ({} not chosen)", counted(left, "other", "others")),
    };
    let milliseconds = report.took.as_secs_f64() * 1e3;
    term.say(format_args!("{run}{left} in {milliseconds:.0} ms"));
}
