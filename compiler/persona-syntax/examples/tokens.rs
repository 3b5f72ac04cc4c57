//! Prints the tokens of `.persona` files, and of the programs in `.md` files, for the tests of the editors' grammars: one
//! line of JSON for each text, `{"file", "line", "text", "broken": [[start, end], …], "tokens": [[start, end, kind], …]}`,
//! offsets in bytes. `broken` are the declarations that cannot be read.

use std::fmt::Write as _;
use std::io::Write as _;

use persona_syntax::{parse_decl, split, tokens};

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for file in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&file)?;
        let texts = if file.ends_with(".md") {
            programs(&text)
        } else {
            vec![(1, text)]
        };
        for (line, text) in texts {
            writeln!(out, "{}", described(&file, line, &text))?;
        }
    }
    Ok(())
}

/// The blocks of a page that hold a program, each with the line of its first line.
fn programs(page: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut open = None;
    for (number, line) in page.split_inclusive('\n').enumerate() {
        match (open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let program = info.split_whitespace().next() == Some("persona");
                if program {
                    found.push((number + 2, String::new()));
                }
                open = Some(program);
            }
            (Some(_), Some(_)) => open = None,
            (Some(true), None) => {
                if let Some((_, text)) = found.last_mut() {
                    text.push_str(line);
                }
            }
            (_, None) => {}
        }
    }
    found
}

fn described(file: &str, line: usize, text: &str) -> String {
    let mut out = format!(
        "{{\"file\":{},\"line\":{line},\"text\":{},\"broken\":[",
        quoted(file),
        quoted(text)
    );
    let decls = split(text).decls;
    let broken = decls
        .iter()
        .filter(|decl| !parse_decl(decl.span.of(text)).errors.is_empty());
    let spans: Vec<String> = broken
        .map(|decl| format!("[{},{}]", decl.span.start, decl.span.end))
        .collect();
    out.push_str(&spans.join(","));
    out.push_str("],\"tokens\":[");
    for (index, token) in tokens(text).iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        // Writing into a string cannot fail.
        let _ = write!(
            out,
            "{comma}[{},{},\"{}\"]",
            token.span.start,
            token.span.end,
            token.kind.word()
        );
    }
    out.push_str("]}");
    out
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
