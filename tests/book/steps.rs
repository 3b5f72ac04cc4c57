//! A page that is followed word by word: its files are written to a folder, its commands are run there, in order.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::suite::document::Block;
use crate::support::{binary, root};

/// The folder of one page.
pub(super) struct Steps {
    folder: TempDir,
    /// Where commands are run: `cd` goes on from there.
    here: PathBuf,
}

impl Steps {
    /// A folder that has the examples, and nothing else.
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        #[cfg(unix)]
        std::os::unix::fs::symlink(root().join("examples"), folder.path().join("examples"))
            .expect("a link");
        let here = folder.path().to_owned();
        Self { folder, here }
    }

    /// A file's text; nothing where there is none.
    pub(super) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.here.join(name)).unwrap_or_default()
    }

    /// Writes a file.
    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.here.join(name);
        assert!(
            path.starts_with(self.folder.path()),
            "`{name}` is not in the folder"
        );
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file is written");
    }

    /// Runs a block's commands; gives the block as it should be where it is not that.
    pub(super) fn console(&mut self, block: &Block) -> Result<Option<String>, String> {
        let code = block.option("exit").map_or(Ok(0), str::parse::<i32>);
        let code = code.map_err(|_| "`exit=` is a number".to_owned())?;
        let mut written = String::new();
        let mut differs = false;
        for (command, shown) in calls(&block.body)? {
            let (found, printed) = self.call(&command)?;
            if found != code {
                return Err(format!("`{command}` ends with {found}\n{printed}"));
            }
            let agrees = shown.is_empty() || agree(&shown, &printed);
            differs |= !agrees;
            written += &format!("$ {command}\n");
            written += &match agrees {
                true => shown,
                false => shortened(&shown, &printed),
            };
        }
        Ok(differs.then_some(written))
    }

    /// The exit code, and standard output; standard error where nothing else is said or something is wrong.
    fn call(&mut self, command: &str) -> Result<(i32, String), String> {
        if let Some(folder) = command.strip_prefix("cd ") {
            self.here = self.here.join(folder.trim());
            let is_there = self.here.is_dir();
            return is_there
                .then(|| (0, String::new()))
                .ok_or(format!("there is no folder {folder}"));
        }
        let tools = binary::path()
            .parent()
            .expect("a folder")
            .display()
            .to_string();
        let search = std::env::var("PATH").unwrap_or_default();
        let output = Command::new("sh")
            .args(["-c", &command.replace("\\\n", " ")])
            .current_dir(&self.here)
            .env("PATH", format!("{tools}:{search}"))
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("`{command}`: {error}"))?;
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let lines: String = text
                .lines()
                .map(|line| format!("{}\n", line.trim_end()))
                .collect();
            lines.trim_end().to_owned() + if lines.trim().is_empty() { "" } else { "\n" }
        };
        let code = output.status.code().unwrap_or(-1);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        Ok((code, if out.is_empty() { err } else { out }))
    }
}

/// Commands, each with the lines below it.
fn calls(body: &str) -> Result<Vec<(String, String)>, String> {
    let mut calls: Vec<(String, String)> = Vec::new();
    for line in body.lines() {
        match (line.strip_prefix("$ "), calls.last_mut()) {
            (Some(command), _) => calls.push((command.to_owned(), String::new())),
            (None, Some((command, shown))) if command.ends_with('\\') && shown.is_empty() => {
                command.push('\n');
                command.push_str(line);
            }
            (None, Some((_, shown))) => {
                shown.push_str(line);
                shown.push('\n');
            }
            (None, None) => return Err("the first line is a command: `$ …`".to_owned()),
        }
    }
    Ok(calls)
}

/// Whether this is printed; a line `…` stands for any lines, and how long something took may differ.
fn agree(shown: &str, printed: &str) -> bool {
    let (shown, printed) = (without_times(shown), without_times(printed));
    let mut printed = printed.lines();
    let mut shown = shown.lines().peekable();
    while let Some(line) = shown.next() {
        if line.trim() == "…" {
            match shown.peek() {
                None => return true,
                Some(next) if printed.clone().any(|one| one == *next) => {
                    while printed.clone().next() != Some(*next) {
                        printed.next();
                    }
                }
                Some(_) => return false,
            }
        } else if printed.next() != Some(line) {
            return false;
        }
    }
    printed.next().is_none()
}

/// What is printed, with the lines left out that were left out before: a line stays where it, or one that begins with the same
/// word, was shown.
fn shortened(shown: &str, printed: &str) -> String {
    if !shown.lines().any(|line| line.trim() == "…") {
        return printed.to_owned();
    }
    let word = |line: &str| {
        line.split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let mut rest = printed.lines();
    let mut text = String::new();
    for line in shown.lines() {
        let alike =
            |one: &&str| *one == line || (word(one) == word(line) && !word(line).is_empty());
        if line.trim() == "…" {
            text += line;
            text.push('\n');
        } else if let Some(at) = rest.clone().position(|one| alike(&one)) {
            text += rest.nth(at).unwrap_or_default();
            text.push('\n');
        }
    }
    if agree(&text, printed) {
        text
    } else {
        printed.to_owned()
    }
}

/// A text without `(2.8 ms)` and the like at the ends of its lines.
fn without_times(text: &str) -> String {
    let line = |line: &str| {
        let ended = line
            .strip_suffix(" ms)")
            .or_else(|| line.strip_suffix(" s)"));
        let cut = ended.and_then(|rest| rest.rsplit_once(" ("));
        let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == '.');
        let kept = cut.filter(|(_, number)| is_number(number));
        format!("{}\n", kept.map_or(line, |(before, _)| before))
    };
    text.lines().map(line).collect()
}

#[test]
fn how_long_it_took_may_differ() {
    assert!(agree("fine (2.8 ms)\n", "fine (31 ms)\n"));
    assert!(!agree("fine (2.8 ms)\n", "fine (a few ms)\n"));
}

#[test]
fn what_was_left_out_stays_left_out() {
    let shown = "a 1\n…\nc 3\n…\n";
    assert_eq!(shortened(shown, "a 2\nb\nc 4\nd\n"), "a 2\n…\nc 4\n…\n");
    assert_eq!(shortened("a 1\n", "a 2\n"), "a 2\n");
}

#[test]
fn lines_that_are_left_out_may_be_any() {
    assert!(agree("a\n…\nd\n", "a\nb\nc\nd\n"));
    assert!(agree("a\n…\n", "a\nb\n"));
    assert!(agree("…\n", ""));
    assert!(!agree("a\n…\ne\n", "a\nb\nd\n"));
    assert!(!agree("a\n", "a\nb\n"));
    assert!(!agree("a\nb\n", "a\n"));
}

#[test]
fn a_command_may_go_on_in_the_next_line() {
    let found = calls("$ a \\\n  b\nout\n$ c\n").expect("commands");
    assert_eq!(
        found,
        [
            ("a \\\n  b".to_owned(), "out\n".to_owned()),
            ("c".to_owned(), String::new())
        ]
    );
    assert!(calls("a\n").is_err());
}
