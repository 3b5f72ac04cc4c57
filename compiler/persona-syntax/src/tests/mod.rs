//! Tests of the whole front: from text to trees and reports.

mod corpus;
mod declarations;
mod depth;
mod expressions;
mod habits;
mod habits_campaign;
mod pages;
mod properties;
mod recovery;
mod recovery_campaign;
mod sexpr;
mod sexpr_campaign;
mod splitting;

use crate::{SyntaxError, parse_decl, parse_expr, split};

/// An expression's tree and errors, one per line.
fn show_expr(text: &str) -> String {
    let parse = parse_expr(text);
    let mut out = sexpr::expr(&parse.tree);
    for error in &parse.errors {
        out.push_str(&format!("\n{}", show_error(error)));
    }
    out
}

fn show_error(error: &SyntaxError) -> String {
    let label = if error.label.is_empty() {
        String::new()
    } else {
        format!(" ({})", error.label)
    };
    format!("{} {:?} {}{label}", error.code, error.span, error.message)
}

/// A file's declarations, each with its errors, then what is wrong between them.
fn show_file(text: &str) -> String {
    let split = split(text);
    let mut out = String::new();
    for decl in &split.decls {
        let parse = parse_decl(decl.span.of(text));
        out.push_str(&sexpr::decl(&parse.tree));
        out.push('\n');
        for error in &parse.errors {
            out.push_str(&format!("  ! {}\n", show_error(error)));
        }
    }
    for error in &split.errors {
        out.push_str(&format!("!! {}\n", show_error(error)));
    }
    out
}

/// All errors of a file, with spans relative to the file, in order.
fn file_errors(text: &str) -> Vec<SyntaxError> {
    let split = split(text);
    let mut errors = split.errors;
    for decl in &split.decls {
        for mut error in parse_decl(decl.span.of(text)).errors {
            let shift = |span: &mut persona_base::Span| *span = span.offset(decl.span.start);
            shift(&mut error.span);
            error.secondary.iter_mut().for_each(|(span, _)| shift(span));
            error
                .fix
                .iter_mut()
                .flat_map(|fix| &mut fix.edits)
                .for_each(|(span, _)| shift(span));
            errors.push(error);
        }
    }
    errors.sort_by_key(|error| error.span);
    errors
}

/// The text after one fix.
fn apply(text: &str, error: &SyntaxError) -> Option<String> {
    let fix = error.fix.as_ref()?;
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|(span, _)| *span);
    let mut out = String::new();
    let mut copied = 0;
    for (span, replacement) in &edits {
        assert!(
            span.start as usize >= copied,
            "edits of `{}` overlap in {text:?}",
            fix.title
        );
        out.push_str(&text[copied..span.start as usize]);
        out.push_str(replacement);
        copied = span.end as usize;
    }
    out.push_str(&text[copied..]);
    Some(out)
}

/// Applies fixes one at a time until none is left.
fn apply_all(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..40 {
        let errors = file_errors(&text);
        let Some(next) = errors.iter().find_map(|error| apply(&text, error)) else {
            return text;
        };
        assert_ne!(next, text, "a fix changes nothing");
        text = next;
    }
    panic!("fixes do not end:\n{text}");
}
