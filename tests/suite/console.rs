//! What somebody types and sees: the calls of a `console` block, made with the real binary in a folder that holds the case's
//! package.

use std::path::Path;

use super::diagnostics::Program;
use super::document::Block;
use crate::support::binary::persona;

/// What `persona.toml` says where the case does not.
const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nlanguage = \"1\"\n";

/// Writes the package into its folder.
pub(super) fn write(program: &Program, folder: &Path) {
    let config = program.config.as_deref().unwrap_or(MANIFEST);
    let files = program
        .files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()));
    for (name, text) in files.chain([("persona.toml", config)]) {
        let path = folder.join(name);
        let parent = path.parent().expect("a file lies in a folder");
        std::fs::create_dir_all(parent).expect("a folder");
        std::fs::write(path, text).expect("a file is written");
    }
}

/// The block with what its calls print now. `…` keeps standing for lines that are left out, where the others still follow
/// each other.
pub(super) fn transcript(block: &Block, folder: &Path) -> String {
    let mut calls: Vec<(&str, String)> = Vec::new();
    for line in block.body.lines() {
        match (line.strip_prefix("$ "), calls.last_mut()) {
            (Some(call), _) => calls.push((call, String::new())),
            (None, Some((_, shown))) => {
                shown.push_str(line);
                shown.push('\n');
            }
            (None, None) => panic!("line {}: a call is missing: `$ persona …`", block.line),
        }
    }
    let mut code = 0;
    let printed = calls.into_iter().map(|(call, shown)| {
        let printed = printed(call, folder, &mut code);
        let text = if leaves_out(&shown, &printed) {
            shown.trim_end()
        } else {
            printed.trim_end()
        };
        format!(
            "$ {call}\n{text}{}",
            if text.is_empty() { "" } else { "\n" }
        )
    });
    printed.collect::<Vec<_>>().join("\n")
}

/// What a call prints: `persona …`, `cat FILE`, `echo $?`.
fn printed(call: &str, folder: &Path, code: &mut i32) -> String {
    let words: Vec<&str> = call.split_whitespace().collect();
    match words.as_slice() {
        ["persona", arguments @ ..] => {
            let run = persona(folder, arguments);
            *code = run.code;
            // How long it took and other news about the run itself go to the standard error.
            let text = if run.stdout.is_empty() {
                run.stderr
            } else {
                run.stdout
            };
            let lines = text.lines().map(|line| format!("{}\n", line.trim_end()));
            lines
                .collect::<String>()
                .replace(&format!("{}/", folder.display()), "")
        }
        ["cat", file] => std::fs::read_to_string(folder.join(file))
            .unwrap_or_else(|error| format!("cat: {file}: {error}\n")),
        ["echo", "$?"] => format!("{code}\n"),
        _ => panic!("`{call}`: a console calls `persona`, `cat FILE` or `echo $?`"),
    }
}

/// Whether the lines that are shown stand in what was printed, in this order, and `…` says where others are left out.
fn leaves_out(shown: &str, printed: &str) -> bool {
    let mut all = printed.lines();
    let mut gap = false;
    let mut gaps = 0;
    for line in shown.trim_end().lines() {
        if line.trim() == "…" {
            (gap, gaps) = (true, gaps + 1);
            continue;
        }
        let found = if gap {
            all.any(|other| other == line)
        } else {
            all.next() == Some(line)
        };
        if !found {
            return false;
        }
        gap = false;
    }
    gaps > 0 && (gap || all.all(str::is_empty))
}

#[test]
fn lines_are_left_out_only_where_that_is_said() {
    assert!(leaves_out("a\n…\nd\n", "a\nb\nc\nd\n"));
    assert!(leaves_out("a\n…\n", "a\nb\n"));
    assert!(!leaves_out("a\nd\n…\n", "a\nb\nd\n"));
    assert!(!leaves_out("a\n…\nd\n", "a\nb\nd\ne\n"));
    assert!(!leaves_out("a\nb\n", "a\nb\n"));
}
