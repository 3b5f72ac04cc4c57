//! The one format of the language. A declaration that cannot be read is left byte for byte as it is, and so is one whose
//! printed form would not be the same tree with the same comments: the formatter never changes what a program means,
//! never reorders, and never touches what stands in quotes.
//!
//! How: a declaration is cut into tokens and comments (`token`), its tree says where lines may end (`decl`, `expr`,
//! `campaign` tell `layout`), and `print` writes the tokens in their order. So nothing can be lost on the way; `check`
//! sees to it all the same.

mod campaign;
mod check;
mod decl;
mod expr;
mod file;
mod layout;
mod print;
mod token;

use std::borrow::Cow;

use persona_base::Span;

pub use file::{format, format_range};

use crate::ast::DeclKind;
use crate::parse_decl;
use layout::Layout;
use token::Tokens;

/// A formatted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    /// The whole text, formatted where it could be.
    pub text: String,
    /// What was left as it is, in the order of the text.
    pub refused: Vec<Refused>,
}

/// A stretch of text that was left as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// All that was left, in the text that was given.
    pub span: Span,
    /// The first place that prevents it, in the same text.
    pub place: Span,
    /// Why, in words.
    pub reason: String,
    /// Whether the text is at fault. Otherwise it is the formatter that cannot express it.
    pub broken: bool,
}

/// Why a declaration is left as it is; places are counted from its start.
struct Refusal {
    place: Span,
    reason: String,
    broken: bool,
}

/// From this nesting on, a thread with a stack of its own does the work.
const DEEP: usize = 24;
/// The stack of that thread.
const STACK: usize = 128 << 20;

/// Formats one declaration's own text.
fn declaration(text: &str) -> Result<String, Refusal> {
    if nesting(text) < DEEP {
        return shallow(text);
    }
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, || shallow(text));
        match worker {
            Ok(worker) => worker
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => Err(Refusal {
                place: Span::at(0),
                reason: "it nests too deeply for the memory at hand".to_owned(),
                broken: false,
            }),
        }
    })
}

/// How deeply a text nests at most: as deep as it opens anything at all.
fn nesting(text: &str) -> usize {
    let opens = |byte: &u8| matches!(byte, b'(' | b'[' | b'{' | b'<');
    let words = text.matches("if").count() + text.matches("where").count();
    text.as_bytes().iter().filter(|byte| opens(byte)).count() + words
}

fn shallow(text: &str) -> Result<String, Refusal> {
    let parse = parse_decl(text);
    if let Some(error) = parse.errors.first() {
        return Err(Refusal {
            place: error.span,
            reason: error.message.clone(),
            broken: true,
        });
    }
    let wanted = check::shape(&parse.tree);
    let lines = unix_lines(text);
    let tree = match &lines {
        Cow::Borrowed(_) => parse.tree,
        Cow::Owned(lines) => parse_decl(lines).tree,
    };
    let refuse = |reason: &str| Refusal {
        place: tree.name.span,
        reason: reason.to_owned(),
        broken: false,
    };
    if matches!(tree.kind, DeclKind::Error) {
        return Err(refuse("this declaration has no format yet"));
    }
    let tokens = Tokens::of(&lines, &tree).ok_or_else(|| refuse("its brackets do not balance"))?;
    let comments: Vec<&str> = tokens.comments().collect();
    for keep_commas in [false, true] {
        let mut layout = Layout::new(&lines, tokens.clone(), keep_commas);
        if layout.declaration(&tree).is_none() {
            break;
        }
        let printed = print::print(&layout);
        if is_settled(&printed, &wanted, &comments, keep_commas) {
            return Ok(printed);
        }
    }
    Err(refuse("in the one format it would not mean the same"))
}

/// Whether a printed declaration is the one that was read, and would be printed like this again.
fn is_settled(printed: &str, wanted: &str, comments: &[&str], keep_commas: bool) -> bool {
    let parse = parse_decl(printed);
    if !parse.errors.is_empty() || check::shape(&parse.tree) != wanted {
        return false;
    }
    let Some(tokens) = Tokens::of(printed, &parse.tree) else {
        return false;
    };
    if !tokens.comments().eq(comments.iter().copied()) {
        return false;
    }
    let mut layout = Layout::new(printed, tokens, keep_commas);
    layout.declaration(&parse.tree).is_some() && print::print(&layout) == printed
}

/// The text with `\n` at the ends of its lines.
fn unix_lines(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests;
