//! `persona check`: all diagnostics of a package, in the form asked for.

use std::io::{self, Write};
use std::time::Instant;

use persona::{Package, Report, Texts};
use persona_base::FileId;

use crate::args::{Check, Deny};
use crate::fail::{Failure, Outcome};
use crate::report::{self, Format};
use crate::term::Term;

impl report::Texts for Texts {
    fn path(&self, file: FileId) -> &str {
        self.path(file)
    }

    fn text(&self, file: FileId) -> &str {
        self.text(file)
    }
}

/// Checks a package.
pub(crate) fn check(args: &Check, term: Term) -> Result<Outcome, Failure> {
    let start = Instant::now();
    let package = Package::open(args.path.as_deref())?;
    let checked = package.check()?;
    let mut out = io::stdout().lock();
    report::write(
        &mut out,
        args.format,
        &checked.diagnostics,
        &checked.texts,
        term.out.0,
    )?;
    out.flush()?;
    let denied = args.deny == Some(Deny::Warnings) && checked.warnings() > 0;
    if args.format == Format::Human {
        let time = start.elapsed().as_millis();
        let denied = if denied && checked.errors() == 0 {
            "; warnings are denied"
        } else {
            ""
        };
        term.say(format_args!("{}{denied} ({time} ms)", summary(&checked)));
    }
    if checked.errors() > 0 {
        alone(&package, term);
    }
    let wrong = checked.errors() > 0 || denied;
    Ok(if wrong {
        Outcome::ProgramIsWrong
    } else {
        Outcome::Fine
    })
}

/// A word to people who check one file of a package and miss what the others declare.
pub(crate) fn alone(package: &Package, term: Term) {
    if let Some(folder) = package.within() {
        let folder = folder.display();
        term.say(format_args!("note: only this file was looked at; the package that it lies in is checked by `persona check {folder}`"));
    }
}

/// Prints a package's diagnostics to stderr, for commands whose results are something else.
pub(crate) fn show(checked: &Report, term: Term) -> Result<(), Failure> {
    let mut err = io::stderr().lock();
    report::write(
        &mut err,
        Format::Human,
        &checked.diagnostics,
        &checked.texts,
        term.err.0,
    )?;
    if checked.errors() > 0 {
        writeln!(err, "{}", summary(checked))?;
    }
    Ok(())
}

/// `2 errors, 1 warning`.
fn summary(checked: &Report) -> String {
    let count = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    match (checked.errors(), checked.warnings()) {
        (0, 0) => "everything is fine".to_owned(),
        (0, warnings) => count(warnings, "warning"),
        (errors, 0) => count(errors, "error"),
        (errors, warnings) => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    }
}
