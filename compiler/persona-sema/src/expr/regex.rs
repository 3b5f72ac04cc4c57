//! Regular expressions, checked when the program is: that they can be read, that they find in linear time (no
//! look-around, no back-references), and that they are not too large to be run.

use persona_base::{Span, types};
use persona_syntax::ast;
use regex_syntax::ast::ErrorKind;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::repair::without_parens;
use super::{Checker, Want};
use crate::{Const, Expr, TypeKind};

/// How many states a pattern may have, roughly: the engine that runs it allows 10 MB.
const MAX_STATES: u64 = 60_000;

impl Checker<'_> {
    /// The pattern of `matches`: constant text that is a regular expression.
    pub(super) fn pattern(&mut self, written: &ast::Expr) -> Expr {
        let value = self.infer(written, Want::NOTHING);
        if value.ty.is_error() {
            return value;
        }
        if !value.ty.kind.is_text() {
            let noun = self.noun(&value.ty.kind);
            let diagnostic = self
                .diagnostic(
                    types::BAD_PATTERN,
                    written.span,
                    "`matches` takes a pattern in quotes",
                )
                .label(format!("this is {noun}"))
                .help("write it as in `matches r\"^A[0-9]+\"`");
            return self.fail(written.span, diagnostic);
        }
        match self.constant(&value, written, "a pattern") {
            Some(Const::Str(text)) => match problem(&text) {
                None => Expr {
                    ty: crate::Type::of(TypeKind::Str),
                    ..value
                },
                Some(problem) => {
                    let place = place_in(written, &problem);
                    let mut diagnostic = self
                        .diagnostic(types::BAD_PATTERN, place, "this pattern cannot be used")
                        .label(problem.what);
                    if let Some(help) = problem.help {
                        diagnostic = diagnostic.help(help);
                    }
                    self.fail(written.span, diagnostic)
                }
            },
            _ => self.error_at(written.span),
        }
    }
}

/// What is wrong with a pattern.
struct Problem {
    what: String,
    help: Option<&'static str>,
    /// Where in the pattern.
    bytes: Option<(usize, usize)>,
}

/// The place in the program: inside the literal where it is written raw on its own, else all of it.
fn place_in(written: &ast::Expr, problem: &Problem) -> Span {
    let inner = without_parens(written);
    let (ast::ExprKind::RawStr(text), Some((start, end))) = (&inner.kind, problem.bytes) else {
        return inner.span;
    };
    // The literal is `r"…"`, or with more than one quote at each end.
    let quotes = (inner.span.len() as usize).saturating_sub(text.len() + 1) / 2;
    let first = inner.span.start as usize + 1 + quotes;
    let at =
        |offset: usize| u32::try_from(first + offset.min(text.len())).unwrap_or(inner.span.end);
    let end = if end > start {
        end
    } else {
        (start + 1).min(text.len())
    };
    if text.is_char_boundary(start.min(text.len())) && text.is_char_boundary(end.min(text.len())) {
        Span::new(at(start), at(end))
    } else {
        inner.span
    }
}

fn problem(pattern: &str) -> Option<Problem> {
    let parsed = regex_syntax::ParserBuilder::new()
        .nest_limit(64)
        .build()
        .parse(pattern);
    match parsed {
        Ok(hir) => (states(&hir) > MAX_STATES).then(|| Problem {
            what: "it would take too much memory to run".to_owned(),
            help: Some("use smaller counts in `{…}`"),
            bytes: None,
        }),
        Err(regex_syntax::Error::Parse(error)) => {
            let (what, help) = in_words(error.kind());
            let span = error.span();
            Some(Problem {
                what,
                help,
                bytes: Some((span.start.offset, span.end.offset)),
            })
        }
        Err(regex_syntax::Error::Translate(error)) => {
            let span = error.span();
            let what = "this class of characters does not exist".to_owned();
            Some(Problem {
                what,
                help: None,
                bytes: Some((span.start.offset, span.end.offset)),
            })
        }
        Err(_) => Some(Problem {
            what: "it cannot be read".to_owned(),
            help: None,
            bytes: None,
        }),
    }
}

fn in_words(kind: &ErrorKind) -> (String, Option<&'static str>) {
    let (what, help) = match kind {
        ErrorKind::UnsupportedLookAround => (
            "looking ahead or behind is not possible",
            Some("ask two questions, joined with `and` or `and not`"),
        ),
        ErrorKind::UnsupportedBackreference => (
            "referring back to a group is not possible",
            Some("such patterns can take for ever; write it out"),
        ),
        ErrorKind::GroupUnclosed => (
            "this `(` is never closed",
            Some("close it with `)`, or write `\\(` for the character itself"),
        ),
        ErrorKind::GroupUnopened => (
            "this `)` closes nothing",
            Some("remove it, or write `\\)` for the character itself"),
        ),
        ErrorKind::ClassUnclosed => (
            "this `[` is never closed",
            Some("close it with `]`, or write `\\[` for the character itself"),
        ),
        ErrorKind::ClassRangeInvalid => (
            "this range runs backwards",
            Some("write the smaller character first, as in `a-z`"),
        ),
        ErrorKind::RepetitionMissing => (
            "there is nothing to repeat before this",
            Some("write a `\\` before it for the character itself"),
        ),
        ErrorKind::RepetitionCountInvalid => (
            "this count runs backwards",
            Some("write the smaller number first, as in `{2,5}`"),
        ),
        ErrorKind::RepetitionCountUnclosed => (
            "this `{` is never closed",
            Some("close it with `}`, or write `\\{` for the character itself"),
        ),
        ErrorKind::RepetitionCountDecimalEmpty => (
            "there is no number between `{` and `}`",
            Some("write `\\{` for the character itself"),
        ),
        ErrorKind::EscapeUnexpectedEof => (
            "a `\\` stands at the end",
            Some("write `\\\\` for the character itself"),
        ),
        ErrorKind::EscapeUnrecognized => (
            "this `\\…` means nothing",
            Some("letters need no `\\` before them"),
        ),
        ErrorKind::NestLimitExceeded(_) | ErrorKind::CaptureLimitExceeded => {
            ("it has too many groups", None)
        }
        ErrorKind::UnicodeClassInvalid => ("there is no class of characters with this name", None),
        ErrorKind::FlagUnrecognized => ("this flag does not exist", Some("`(?i)` ignores case")),
        other => return (other.to_string(), None),
    };
    (what.to_owned(), help)
}

/// Roughly how many states an automaton for the pattern has.
fn states(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(Class::Unicode(class)) => 1 + 2 * class.ranges().len() as u64,
        HirKind::Class(Class::Bytes(class)) => 1 + class.ranges().len() as u64,
        HirKind::Repetition(repetition) => {
            let times = u64::from(
                repetition
                    .max
                    .unwrap_or(repetition.min.saturating_add(1))
                    .max(1),
            );
            states(&repetition.sub)
                .saturating_mul(times)
                .saturating_add(1)
        }
        HirKind::Capture(capture) => states(&capture.sub).saturating_add(2),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts
            .iter()
            .fold(1, |sum: u64, part| sum.saturating_add(states(part))),
    }
}
