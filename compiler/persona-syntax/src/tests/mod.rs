//! Tests of the whole front.

use crate::{parse_decl, parse_expr, sexpr, split};

/// An expression's tree and errors, one per line.
fn show_expr(text: &str) -> String {
    let parse = parse_expr(text);
    let mut out = sexpr::expr(&parse.tree);
    for error in &parse.errors {
        out.push_str(&format!("\n{} {:?} {}", error.code, error.span, error.message));
    }
    out
}

fn show_file(text: &str) -> String {
    let split = split(text);
    let mut out = String::new();
    for decl in &split.decls {
        let parse = parse_decl(decl.span.of(text));
        out.push_str(&sexpr::decl(&parse.tree));
        out.push('\n');
        for error in &parse.errors {
            out.push_str(&format!("  ! {} {:?} {} [{}]\n", error.code, error.span, error.message, error.label));
        }
    }
    for error in &split.errors {
        out.push_str(&format!("!! {} {:?} {}\n", error.code, error.span, error.message));
    }
    out
}

#[test]
fn scratch() {
    if let Ok(path) = std::env::var("PERSONA_SCRATCH") {
        println!("{}", show_file(&std::fs::read_to_string(path).unwrap()));
    }
    if let Ok(text) = std::env::var("PERSONA_EXPR") {
        for line in text.lines() {
            println!("{line}\n    {}", show_expr(line).replace('\n', "\n    "));
        }
    }
}
