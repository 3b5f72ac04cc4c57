//! `persona fmt`: brings files into the one format, or says what that would change. How anything is laid out is the
//! business of `persona_syntax`.

use std::io::{self, Read, Write};
use std::path::Path;
use std::str::FromStr;

use persona::Package;
use persona_base::{LineIndex, Span};
use persona_syntax::{Formatted, format, format_range};
use similar::TextDiff;

use crate::args::Fmt;
use crate::fail::{Failure, Outcome};
use crate::replace::replace;
use crate::term::{Paint, Term, say};

/// What standard input is called.
const STDIN: &str = "stdin";

/// Lines of a file, from one, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lines {
    first: u32,
    last: u32,
}

impl FromStr for Lines {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let lines = text.split_once(':').and_then(|(first, last)| {
            let (first, last) = (first.parse().ok()?, last.parse().ok()?);
            (1 <= first && first <= last).then_some(Self { first, last })
        });
        lines.ok_or_else(|| "lines are given as START:END, counted from 1, as in 10:24".to_owned())
    }
}

impl Lines {
    /// The same as bytes of a text.
    fn of(self, text: &str) -> Span {
        let line = |number: u32| {
            let mut ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            match (number as usize).checked_sub(2) {
                None => 0,
                Some(before) => ends.nth(before).map_or(text.len(), |(at, _)| at + 1),
            }
        };
        let first = line(self.first);
        let end = line(self.last.saturating_add(1));
        let end = if end > first && text[..end].ends_with('\n') {
            end - 1
        } else {
            end
        };
        Span::new(first as u32, end as u32)
    }
}

/// Formats what was asked for.
pub(crate) fn fmt(args: &Fmt, term: Term) -> Result<Outcome, Failure> {
    if args.stdin {
        return standard_input(args, term);
    }
    if args.range.is_some() && args.path.as_deref().is_none_or(Path::is_dir) {
        return Err(Failure::call("lines are lines of one file")
            .help("give the .persona file that --range is about"));
    }
    let package = Package::open(args.path.as_deref())?;
    let texts = package.texts();
    let mut round = Round::new(args, term);
    let mut count = 0;
    for file in texts.files() {
        let path = texts.path(file);
        if path.ends_with(".persona") && package.owns(path) {
            round.file(path, texts.text(file))?;
            count += 1;
        }
    }
    round.finish(count)
}

/// Formats one text.
fn formatted(args: &Fmt, text: &str) -> Formatted {
    match args.range {
        Some(lines) => format_range(text, lines.of(text)),
        None => format(text),
    }
}

fn standard_input(args: &Fmt, term: Term) -> Result<Outcome, Failure> {
    let mut bytes = Vec::new();
    io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::call(format!("standard input cannot be read: {error}")))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::call("standard input is not UTF-8, and a program always is"))?;
    let done = formatted(args, &text);
    let mut out = io::stdout().lock();
    if args.check {
        difference(&mut out, STDIN, &text, &done.text, term.out)?;
    } else {
        out.write_all(done.text.as_bytes())?;
    }
    out.flush()?;
    let broken = complain(STDIN, &text, &done);
    Ok(outcome(broken || args.check && done.text != text))
}

fn outcome(wrong: bool) -> Outcome {
    if wrong {
        Outcome::ProgramIsWrong
    } else {
        Outcome::Fine
    }
}

/// The files of one call.
struct Round<'a> {
    args: &'a Fmt,
    term: Term,
    changed: usize,
    broken: bool,
}

impl<'a> Round<'a> {
    fn new(args: &'a Fmt, term: Term) -> Self {
        Self {
            args,
            term,
            changed: 0,
            broken: false,
        }
    }

    fn file(&mut self, path: &str, text: &str) -> Result<(), Failure> {
        let done = formatted(self.args, text);
        if done.text != text {
            self.changed += 1;
            let mut out = io::stdout().lock();
            if self.args.check {
                difference(&mut out, path, text, &done.text, self.term.out)?;
            } else {
                replace(Path::new(path), text, &done.text, "persona fmt")?;
                writeln!(out, "{path}")?;
            }
            out.flush()?;
        }
        self.broken |= complain(path, text, &done);
        Ok(())
    }

    fn finish(self, count: usize) -> Result<Outcome, Failure> {
        let files = |n: usize| format!("{n} file{}", if n == 1 { "" } else { "s" });
        let rest = count - self.changed;
        self.term.say(match (self.args.check, self.changed) {
            (true, 0) => format!("{} formatted as they should be", files(count)),
            (true, n) => format!("{} would change; `persona fmt` formats them", files(n)),
            (false, n) => format!("{} formatted, {rest} unchanged", files(n)),
        });
        Ok(outcome(self.broken || self.args.check && self.changed > 0))
    }
}

/// Names what was left as it is; whether the program is at fault somewhere.
fn complain(path: &str, text: &str, done: &Formatted) -> bool {
    let index = LineIndex::new(text);
    for refused in &done.refused {
        let line = index.line_col_chars(text, refused.place.start).line + 1;
        say(format_args!(
            "{path}:{line}: left as it is: {}",
            refused.reason
        ));
    }
    done.refused.iter().any(|refused| refused.broken)
}

/// Prints a unified diff.
fn difference(
    out: &mut impl Write,
    path: &str,
    old: &str,
    new: &str,
    paint: Paint,
) -> io::Result<()> {
    let diff = TextDiff::from_lines(old, new);
    let mut unified = diff.unified_diff();
    let text = unified
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string();
    for line in text.lines() {
        let painted = match line.as_bytes().first() {
            _ if line.starts_with("+++") || line.starts_with("---") => paint.bold(line),
            Some(b'+') => paint.green(line),
            Some(b'-') => paint.red(line),
            Some(b'@') => paint.cyan(line),
            _ => line.to_owned(),
        };
        writeln!(out, "{painted}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn lines_are_bytes_of_a_text() {
        let text = "ab\ncd\n\nef";
        for (lines, bytes) in [("1:1", "ab"), ("2:3", "cd\n"), ("4:9", "ef"), ("1:4", text)] {
            let lines: Lines = lines.parse().unwrap();
            assert_eq!(lines.of(text).of(text), bytes);
        }
        assert_eq!("9:9".parse::<Lines>().unwrap().of(text).of(text), "");
    }

    #[test]
    fn what_is_no_range_of_lines_is_refused() {
        for wrong in ["", "3", "0:1", "4:3", "a:b", "1:", "-1:2", "1:2:3"] {
            assert!(wrong.parse::<Lines>().is_err(), "{wrong}");
        }
    }
}
