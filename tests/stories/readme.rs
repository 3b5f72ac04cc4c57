//! What an example's README says: blocks ```` ```text ```` that begin with a call show what it prints, ```` ```sh ```` has calls
//! that work, ```` ```persona ```` shows rules of the package. A line `…` stands for lines that are left out; nothing else may
//! differ.

use std::path::Path;

use crate::support::binary::persona;
use crate::support::{files_below, root, update};

/// A line that stands for lines which are left out.
const LEFT_OUT: &str = "…";

/// How many outputs a README shows.
pub(super) fn outputs(text: &str) -> usize {
    text.lines()
        .filter(|line| line.starts_with("$ persona "))
        .count()
}

/// Fails unless all blocks are true. Returns the text, with outputs printed anew where expectations are rewritten.
pub(super) fn hold(package: &str, text: &str) -> String {
    let mut anew = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("```") {
        let (before, fenced) = rest.split_at(start);
        let (info, body) = fenced[3..].split_once('\n').expect("an opening fence");
        let end = body.find("```").expect("a closing fence");
        anew.push_str(before);
        anew.push_str(&format!(
            "```{info}\n{}```",
            block(package, info, &body[..end])
        ));
        rest = &body[end + 3..];
    }
    anew + rest
}

/// One block, which must be true; its text, perhaps anew.
fn block(package: &str, info: &str, body: &str) -> String {
    match info {
        "text" => output(package, body),
        "sh" => {
            for line in body.lines().filter(|line| line.starts_with("persona ")) {
                let call = line.split('#').next().expect("a call");
                called(package, call);
            }
            body.to_owned()
        }
        "persona" => {
            let sources = rules(&root().join(package));
            let lines: Vec<&str> = body.lines().collect();
            let there = sources
                .iter()
                .any(|source| stands_in(&lines, source).is_ok());
            assert!(there, "{package} has no such rules:\n{body}");
            body.to_owned()
        }
        "mermaid" | "liquid" | "csv" => body.to_owned(),
        other => panic!("{package}: a block of kind `{other}`, which nothing looks at"),
    }
}

fn output(package: &str, body: &str) -> String {
    let (call, shown) = body.split_once('\n').expect("a call and what it prints");
    let call = call
        .strip_prefix("$ ")
        .unwrap_or_else(|| panic!("{package}: a block without a call:\n{body}"));
    let printed = called(package, call);
    let lines: Vec<&str> = shown.lines().collect();
    match stands_in(&lines, &printed) {
        Ok(()) => body.to_owned(),
        Err(_) if update() && !lines.contains(&LEFT_OUT) => format!("$ {call}\n{printed}"),
        Err(line) => panic!("{package}: `{call}` does not print\n{line}\nit prints\n{printed}"),
    }
}

/// What a call prints; it may end with 1, as tests do that show a mistake.
fn called(package: &str, call: &str) -> String {
    if call == format!("persona simulate {package}") {
        return super::replayed(package);
    }
    let run = persona(
        &root(),
        &words(call)[1..]
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
    );
    assert!(run.code <= 1, "{package}: {call}\n{}", run.stderr);
    run.stdout
}

/// The words of a call; quotes hold words together.
fn words(call: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in call.trim().chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            other => words.last_mut().expect("a word").push(other),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The texts of the package's rules.
pub(super) fn rules(folder: &Path) -> Vec<String> {
    let files = files_below(folder).into_iter();
    files
        .filter(|path| path.extension().is_some_and(|ending| ending == "persona"))
        .map(|path| std::fs::read_to_string(path).expect("a file of rules"))
        .collect()
}

/// Whether the shown lines are those of the text, but for what is left out; the first line that is not there, otherwise. What is shown begins
/// anywhere, and ends anywhere.
fn stands_in<'a>(shown: &[&'a str], text: &str) -> Result<(), &'a str> {
    let text: Vec<&str> = text.lines().map(str::trim_end).collect();
    let mut from = 0;
    for piece in shown.split(|line| line.trim() == LEFT_OUT) {
        let piece: Vec<&str> = piece.iter().map(|line| line.trim_end()).collect();
        let Some(first) = piece.first() else { continue };
        let here = (from..=text.len().saturating_sub(piece.len()))
            .find(|at| text[*at..].starts_with(&piece));
        from = here.ok_or_else(|| longest(&piece, &text[from..]).unwrap_or(first))? + piece.len();
    }
    Ok(())
}

/// The first line of a piece that is not in the text by itself.
fn longest<'a>(piece: &[&'a str], text: &[&str]) -> Option<&'a str> {
    piece.iter().copied().find(|line| !text.contains(line))
}

#[test]
fn a_changed_line_is_noticed() {
    let printed = "a\nb\nc\nd\n";
    assert_eq!(stands_in(&["a", "b", LEFT_OUT, "d"], printed), Ok(()));
    assert_eq!(stands_in(&["a", "x"], printed), Err("x"));
    assert_eq!(stands_in(&["a", "c"], printed), Err("a"));
    assert_eq!(stands_in(&["d", LEFT_OUT, "a"], printed), Err("a"));
}

#[test]
fn words_in_quotes_stay_together() {
    assert_eq!(
        words("persona test --filter \"two words\""),
        ["persona", "test", "--filter", "two words"]
    );
}

#[test]
#[should_panic(expected = "has no such rules")]
fn rules_that_the_package_does_not_have_are_noticed() {
    hold("examples/minimal", "```persona\nsegment nobody {}\n```\n");
}
