//! Formatting while somebody types. A newline sets the new line's indentation, and formats the declaration that it left
//! behind closed; a closing brace goes below what it closes, and formats the declaration that it closes. Nothing is ever
//! changed before the line being typed in a declaration that is not finished: nobody fights the person typing.

use persona_base::{Edit, FileId, Span};
use persona_sema::Database;
use persona_syntax::{Inside, format_range, nest, split};

use super::{edits, floor, rules};

/// The characters after which [`on_type`] has something to say.
pub const TRIGGERS: [char; 2] = ['}', '\n'];

/// One level of indentation.
const STEP: usize = 2;

/// What follows from typing a character, whose end is at `offset`. An editor may have indented a new line by itself already.
pub fn on_type(db: &Database, file: FileId, offset: u32, typed: char) -> Vec<Edit> {
    let Some(text) = rules(db, file) else {
        return Vec::new();
    };
    let at = floor(text, offset);
    let around = around(text, at);
    match typed {
        '\n' => newline(file, text, at, around),
        '}' => brace(file, text, at, around),
        _ => Vec::new(),
    }
}

/// The declaration that begins last before a place, up to its last character.
fn around(text: &str, at: usize) -> Option<Span> {
    let decls = split(text).decls;
    let behind = decls.partition_point(|decl| (decl.span.start as usize) < at);
    behind.checked_sub(1).map(|last| decls[last].span)
}

fn newline(file: FileId, text: &str, at: usize, around: Option<Span>) -> Vec<Edit> {
    let line = line_start(text, at);
    let Some(decl) = around.filter(|decl| (decl.start as usize) < line) else {
        return indent(file, text, line, 0).into_iter().collect();
    };
    let within = &text[decl.start as usize..];
    let nest = nest(within, (line - decl.start as usize) as u32);
    if nest.inside == Inside::Text {
        return Vec::new();
    }
    let ended = nest.open.is_empty() && decl.end as usize <= line;
    if ended && !continues(text, line) {
        // Its last line was left right now: what is further up is as the person left it.
        let left = line_start(text, line.saturating_sub(1)) <= decl.end as usize;
        let mut all = match left {
            true => declaration(file, text, decl),
            false => Vec::new(),
        };
        all.extend(indent(file, text, line, 0));
        return all;
    }
    let opener = nest
        .open
        .last()
        .map(|open| decl.start as usize + *open as usize);
    let width = match opener {
        Some(opener) if closes(text, line) => indentation(text, opener),
        Some(opener) => {
            let deeper = usize::from(continues(text, line)) * STEP;
            indentation(text, opener) + STEP + deeper
        }
        None => indentation(text, decl.start as usize) + STEP,
    };
    indent(file, text, line, width).into_iter().collect()
}

fn brace(file: FileId, text: &str, at: usize, around: Option<Span>) -> Vec<Edit> {
    let Some(brace) = at
        .checked_sub(1)
        .filter(|at| text.as_bytes().get(*at) == Some(&b'}'))
    else {
        return Vec::new();
    };
    let Some(decl) = around else {
        return Vec::new();
    };
    let start = decl.start as usize;
    let before = nest(&text[start..], (brace - start) as u32);
    if before.inside != Inside::Code {
        return Vec::new();
    }
    if decl.end as usize == at && before.open.len() == 1 {
        return declaration(file, text, decl);
    }
    let line = line_start(text, brace);
    let alone = text[line..brace].trim().is_empty();
    let opener = before.open.iter().rev().map(|open| start + *open as usize);
    let mut opener = opener.filter(|open| text.as_bytes()[*open] == b'{');
    match opener.next().filter(|_| alone) {
        Some(opener) => {
            let width = indentation(text, opener);
            indent(file, text, line, width).into_iter().collect()
        }
        None => Vec::new(),
    }
}

/// What brings one declaration into the one format.
fn declaration(file: FileId, text: &str, decl: Span) -> Vec<Edit> {
    let formatted = format_range(text, Span::at(decl.start));
    let mut all = edits(file, text, &formatted.text);
    // Its neighbour, should they touch, is not what was finished.
    all.retain(|edit| decl.start <= edit.span.start && edit.span.end <= decl.end);
    all
}

/// Where the line begins that a place is in.
fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// How far the line is indented that a place is in; a tab is one level.
fn indentation(text: &str, at: usize) -> usize {
    let blanks = text[line_start(text, at)..].bytes();
    let blanks = blanks.take_while(|byte| matches!(byte, b' ' | b'\t'));
    blanks
        .map(|byte| if byte == b'\t' { STEP } else { 1 })
        .sum()
}

/// Whether a line begins with what closes a bracket.
fn closes(text: &str, line: usize) -> bool {
    text[line..]
        .trim_start_matches([' ', '\t'])
        .starts_with(['}', ')', ']'])
}

/// Words and signs that stand between two operands: whoever ends or begins a line with one is in the middle of something.
const BETWEEN: [&str; 15] = [
    "and", "or", "then", "else", "where", "within", "+", "*", "/", "??", "==", "!=", "=~", "<=",
    "<",
];
/// Those that something has to follow.
const BEFORE: [&str; 9] = [
    "=", "when", "if", "not", "in", "is", "between", "requires", ">=",
];

/// Whether a line goes on with what the line before began.
fn continues(text: &str, line: usize) -> bool {
    let before = text[..line].trim_end();
    let last_line = &before[line_start(before, before.len())..];
    let commented = last_line.contains("//");
    let begun = !commented
        && BETWEEN
            .iter()
            .chain(&BEFORE)
            .any(|word| ends_with_word(before, word));
    let here = text[line..].trim_start_matches([' ', '\t']);
    let goes_on = BETWEEN.iter().any(|word| {
        let rest = here.strip_prefix(word);
        rest.is_some_and(|rest| !rest.starts_with(is_word) || !word.ends_with(is_word))
    });
    begun || goes_on
}

fn ends_with_word(text: &str, word: &str) -> bool {
    let rest = text.strip_suffix(word);
    rest.is_some_and(|rest| !rest.ends_with(is_word) || !word.starts_with(is_word))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What indents a line, unless it already is.
fn indent(file: FileId, text: &str, line: usize, width: usize) -> Option<Edit> {
    let rest = &text[line..];
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let wanted = " ".repeat(width);
    (rest[..blanks] != wanted).then(|| Edit {
        file,
        span: Span::new(line as u32, (line + blanks) as u32),
        text: wanted,
    })
}
