//! `persona check`: all diagnostics of a package, in the form asked for; once, or after every change; with what can be
//! fixed fixed, where that is asked for.

mod fix;
pub(crate) mod watch;

use std::io::{self, Write};
use std::time::{Duration, Instant};

use persona::{Package, Report, Texts};
use persona_base::{Applicability, Diagnostic, FileId};

use crate::args::{Check, Deny};
use crate::fail::{Failure, Outcome};
use crate::report::{self, Format, Look};
use crate::term::Term;

impl report::Texts for Texts {
    fn files(&self) -> Vec<FileId> {
        self.files()
    }

    fn path(&self, file: FileId) -> &str {
        self.path(file)
    }

    fn text(&self, file: FileId) -> &str {
        self.text(file)
    }
}

/// Checks a package.
pub(crate) fn check(args: &Check, term: Term) -> Result<Outcome, Failure> {
    if args.watch {
        return again(args, term);
    }
    let start = Instant::now();
    let mut package = Package::open(args.path.as_deref())?;
    if args.fix && args.dry_run {
        return fix::preview(&mut package, args, term);
    }
    if args.fix {
        let done = fix::fix(&mut package, args.suggested)?;
        fix::save(&done)?;
        fix::tell(&done, term);
    }
    let checked = package.check()?;
    let outcome = show_round(args, &checked, term, start)?;
    if checked.errors() > 0 {
        alone(&package, term);
    }
    Ok(outcome)
}

/// Checks after every change.
fn again(args: &Check, term: Term) -> Result<Outcome, Failure> {
    let people = matches!(
        args.format,
        Format::Human | Format::Short | Format::Narrated
    );
    watch::watch(
        args.path.as_deref(),
        people,
        term,
        &mut |package, start, clear| {
            let checked = package.check()?;
            let time = start.elapsed();
            clear()?;
            show_round(args, &checked, term, start)?;
            if !matches!(args.format, Format::Human | Format::Narrated) {
                term.say(format_args!("checked in {}", milliseconds(time)));
            }
            Ok(())
        },
    )
}

/// Prints what a check gave, with its summary.
fn show_round(
    args: &Check,
    checked: &Report,
    term: Term,
    start: Instant,
) -> Result<Outcome, Failure> {
    let deny_warnings = args.deny == Some(Deny::Warnings);
    let look = Look {
        deny_warnings,
        ..Look::of(term.out)
    };
    let mut out = io::stdout().lock();
    report::write(
        &mut out,
        args.format,
        &checked.diagnostics,
        &checked.texts,
        look,
    )?;
    out.flush()?;
    let denied = deny_warnings && checked.warnings() > 0;
    if matches!(args.format, Format::Human | Format::Narrated) {
        let denied = if denied && checked.errors() == 0 {
            "; warnings are denied"
        } else {
            ""
        };
        let fixable = fixable(&checked.diagnostics);
        let time = milliseconds(start.elapsed());
        term.say(format_args!(
            "{}{denied}{fixable} ({time})",
            summary(checked)
        ));
    }
    Ok(if checked.errors() > 0 || denied {
        Outcome::ProgramIsWrong
    } else {
        Outcome::Fine
    })
}

/// `12 ms`, and for what is fast `0.4 ms`.
fn milliseconds(time: Duration) -> String {
    let time = time.as_secs_f64() * 1e3;
    if time < 9.95 {
        format!("{time:.1} ms")
    } else {
        format!("{time:.0} ms")
    }
}

/// `; 2 of them can be fixed with --fix`, where some can.
fn fixable(diagnostics: &[Diagnostic]) -> String {
    let has = |diagnostic: &Diagnostic, applicability| {
        let mut fixes = diagnostic.fixes.iter();
        fixes.any(|fix| fix.applicability == applicability)
    };
    let always = |d: &&Diagnostic| has(d, Applicability::Always);
    let maybe = |d: &&Diagnostic| has(d, Applicability::Maybe);
    let surely = diagnostics.iter().filter(always).count();
    let perhaps = diagnostics
        .iter()
        .filter(|d| !always(d) && maybe(d))
        .count();
    match (surely, perhaps) {
        (0, 0) => String::new(),
        (0, perhaps) => format!("; {perhaps} can be fixed with --fix --suggested"),
        (surely, 0) => format!("; {surely} can be fixed with --fix"),
        (surely, perhaps) => {
            format!("; {surely} can be fixed with --fix, {perhaps} more with --fix --suggested")
        }
    }
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
        Look::of(term.err),
    )?;
    if checked.errors() > 0 {
        writeln!(err, "{}", summary(checked))?;
    }
    Ok(())
}

/// `2 errors, 1 warning`.
fn summary(checked: &Report) -> String {
    match (checked.errors(), checked.warnings()) {
        (0, 0) => "everything is fine".to_owned(),
        (0, warnings) => count(warnings, "warning"),
        (errors, 0) => count(errors, "error"),
        (errors, warnings) => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    }
}

fn count(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}
