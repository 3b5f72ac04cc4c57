//! Ratchets: rules about the repository itself. Each rule is a function from text to complaints, so that beside
//! each test that the repository keeps it stands a test that the rule can fail.

mod arrows;
mod layout;
mod length;
mod promises;
mod rust;
mod supply;
mod texts;

use crate::support::{files_below, relative, root};

/// A file of the repository.
struct File {
    /// Relative to the repository.
    path: String,
    /// Its text; empty for what is not text.
    text: String,
}

impl File {
    /// A file that exists only in a test.
    fn fake(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// Whether the name ends like this.
    fn is(&self, ending: &str) -> bool {
        self.path.ends_with(ending)
    }
}

/// All files of the repository.
fn files() -> Vec<File> {
    let read = |path: std::path::PathBuf| {
        let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        File {
            path: relative(&path),
            text: String::from_utf8(bytes).unwrap_or_default(),
        }
    };
    files_below(&root()).into_iter().map(read).collect()
}

/// Fails with all complaints, one per line.
#[track_caller]
fn assert_tidy(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// Fails unless the rule complains exactly once, with these words.
#[track_caller]
fn assert_complaint(complaints: &[String], words: &str) {
    let [only] = complaints else {
        panic!("one complaint was expected, found {complaints:#?}")
    };
    assert!(
        only.contains(words),
        "the complaint should say `{words}`: {only}"
    );
}
