//! Files: which declarations are formatted, and what stands between them. Knows no declaration's form.

use persona_base::Span;

use crate::scan::line_end;
use crate::split::split;

use super::token::Comment;
use super::{Formatted, Refusal, Refused, declaration};

/// Formats a whole file.
pub fn format(text: &str) -> Formatted {
    let pieces = pieces(text, Span::new(0, text.len() as u32));
    let written = write(text, &pieces, true);
    settle(text, pieces, written)
}

/// Formats the declarations that touch a range, and leaves every other byte as it is.
pub fn format_range(text: &str, range: Span) -> Formatted {
    let pieces = pieces(text, range);
    let written = write(text, &pieces, false);
    settle(text, pieces, written)
}

/// A declaration, or text that belongs to none.
struct Piece {
    span: Span,
    result: Outcome,
}

enum Outcome {
    /// How it is written.
    Formatted(String),
    /// It stays, and somebody is told why.
    Refused(Refusal),
    /// It stays.
    Kept,
}

/// Declarations and stray text in order; they do not overlap.
fn pieces(text: &str, range: Span) -> Vec<Piece> {
    let split = split(text);
    let touched = |span: Span| span.start <= range.end && range.start <= span.end;
    let mut pieces: Vec<Piece> = split
        .decls
        .iter()
        .map(|decl| Piece {
            span: decl.span,
            result: if !touched(decl.span) {
                Outcome::Kept
            } else {
                match declaration(decl.span.of(text)) {
                    Ok(printed) => Outcome::Formatted(printed),
                    Err(refusal) => Outcome::Refused(refusal),
                }
            },
        })
        .collect();
    for error in split.errors {
        let inside = pieces
            .iter()
            .any(|piece| piece.span.start <= error.span.start && error.span.end <= piece.span.end);
        if !inside && touched(error.span) {
            pieces.push(Piece {
                span: error.span,
                result: Outcome::Refused(Refusal {
                    place: Span::new(0, error.span.len()),
                    reason: error.message,
                    broken: true,
                }),
            });
        }
    }
    pieces.sort_by_key(|piece| piece.span);
    pieces
}

/// Puts the pieces together; `whole` formats what stands between them too.
fn write(text: &str, pieces: &[Piece], whole: bool) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut at = 0;
    let mut before: Option<&Piece> = None;
    for piece in pieces {
        // What was cut off as stray text may end behind the start of the next.
        let start = (piece.span.start as usize).max(at);
        between(&text[at..start], before, Some(piece), whole, &mut out);
        match &piece.result {
            Outcome::Formatted(printed) => out.push_str(printed),
            Outcome::Refused(_) | Outcome::Kept => {
                out.push_str(&text[start..(piece.span.end as usize).max(start)]);
            }
        }
        at = (piece.span.end as usize).max(start);
        before = Some(piece);
    }
    between(&text[at..], before, None, whole, &mut out);
    out
}

/// Writes what stands between two pieces: comments, and blank lines.
fn between(
    text: &str,
    before: Option<&Piece>,
    behind: Option<&Piece>,
    whole: bool,
    out: &mut String,
) {
    let stays = |piece: Option<&Piece>| {
        piece.is_some_and(|piece| !matches!(piece.result, Outcome::Formatted(_)))
    };
    let Some(gap) = Gap::of(text).filter(|_| whole && !stays(before) && !stays(behind)) else {
        out.push_str(text);
        return;
    };
    let together = one_line(before) && one_line(behind);
    let between_two = before.is_some() && behind.is_some();
    let mut own_lines = false;
    for comment in &gap.comments {
        if comment.trailing && before.is_some() {
            out.push(' ');
        } else {
            let apart = !own_lines && between_two && !together;
            end_line(out, comment.blank || apart);
            own_lines = true;
        }
        out.push_str(comment.text);
    }
    match behind {
        None => end_line(out, false),
        Some(_) => end_line(out, gap.blank || !own_lines && between_two && !together),
    }
}

/// Ends the line, unless nothing is written yet.
fn end_line(out: &mut String, blank: bool) {
    if !out.is_empty() {
        out.push_str(if blank { "\n\n" } else { "\n" });
    }
}

/// Whether a piece takes one line.
fn one_line(piece: Option<&Piece>) -> bool {
    piece.is_some_and(|piece| match &piece.result {
        Outcome::Formatted(printed) => !printed.contains('\n'),
        Outcome::Refused(_) | Outcome::Kept => false,
    })
}

/// What stands between two declarations when nothing is wrong there.
struct Gap<'t> {
    comments: Vec<Comment<'t>>,
    /// Whether a blank line stands at its end.
    blank: bool,
}

impl<'t> Gap<'t> {
    /// `None` when there is more than white space and comments.
    fn of(text: &'t str) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut comments = Vec::new();
        let (mut at, mut lines) = (0, 0);
        while at < bytes.len() {
            match bytes[at] {
                b'\n' => {
                    lines += 1;
                    at += 1;
                }
                b' ' | b'\t' | b'\r' => at += 1,
                0xEF if text[at..].starts_with('\u{feff}') => at += 3,
                b'/' if bytes[at..].starts_with(b"//") => {
                    let end = line_end(bytes, at);
                    comments.push(Comment {
                        text: text[at..end].trim_end(),
                        trailing: lines == 0,
                        blank: lines > 1,
                    });
                    lines = 0;
                    at = end;
                }
                _ => return None,
            }
        }
        Some(Self {
            comments,
            blank: lines > 1,
        })
    }
}

/// Hands the text out if it reads as it should: the same declarations, each as it was printed or as it was.
fn settle(text: &str, pieces: Vec<Piece>, written: String) -> Formatted {
    if !reads(text, &pieces, &written) {
        // What stands between declarations decides where they end: then none of it is touched.
        let in_place = write(text, &pieces, false);
        if reads(text, &pieces, &in_place) {
            return finish(in_place, pieces);
        }
        let place = Span::at(0);
        let reason = "in the one format its declarations would be others".to_owned();
        return Formatted {
            text: text.to_owned(),
            refused: vec![Refused {
                span: Span::new(0, text.len() as u32),
                place,
                reason,
                broken: false,
            }],
        };
    }
    finish(written, pieces)
}

fn reads(text: &str, pieces: &[Piece], written: &str) -> bool {
    let mut expected = split(text)
        .decls
        .into_iter()
        .map(|decl| decl.span)
        .peekable();
    let mut wanted = Vec::new();
    for piece in pieces {
        // Stray text is no declaration.
        if expected.peek() != Some(&piece.span) {
            continue;
        }
        expected.next();
        wanted.push(match &piece.result {
            Outcome::Formatted(printed) => printed.as_str(),
            Outcome::Refused(_) | Outcome::Kept => piece.span.of(text),
        });
    }
    let again = split(written);
    let found = again.decls.iter().map(|decl| decl.span.of(written));
    expected.next().is_none() && found.eq(wanted)
}

fn finish(text: String, pieces: Vec<Piece>) -> Formatted {
    let refused = pieces
        .into_iter()
        .filter_map(|piece| match piece.result {
            Outcome::Refused(refusal) => Some(Refused {
                span: piece.span,
                place: refusal.place.offset(piece.span.start),
                reason: refusal.reason,
                broken: refusal.broken,
            }),
            Outcome::Formatted(_) | Outcome::Kept => None,
        })
        .collect();
    Formatted { text, refused }
}
