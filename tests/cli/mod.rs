//! The real binary as a person meets it: what each command prints and how it ends, on good input and on bad.

mod bad_input;
mod bench;
mod breaking;
mod chair;
mod commands;
mod doc;
mod experiment;
mod fixes;
mod fmt;
mod formats;
mod index;
mod infer;
mod limits;
mod newcomers;
mod overlap;
mod repositories;
mod simulate;
mod story;
mod templates;
mod testing;
mod uses;
mod watching;
mod why;

use std::path::Path;

use tempfile::TempDir;

use crate::support::binary::{Run, persona};

/// A package in a temporary folder.
struct Package {
    folder: TempDir,
}

const MANIFEST: &str = "[package]\nname = \"small\"\nversion = \"0.1.0\"\nlanguage = \"1\"\n";

impl Package {
    /// A package of one file, `main.persona`.
    fn new(program: &str) -> Self {
        let package = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        package
            .file("persona.toml", MANIFEST.as_bytes())
            .file("main.persona", program.as_bytes())
    }

    /// With one more file.
    fn file(self, name: &str, bytes: &[u8]) -> Self {
        std::fs::write(self.path().join(name), bytes).expect("a file is written");
        self
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Calls `persona` in the package's folder.
    fn call(&self, arguments: &[&str]) -> Run {
        persona(self.path(), arguments)
    }
}

impl Run {
    /// Fails unless the call ended like this.
    #[track_caller]
    fn ends_with(&self, code: i32) -> &Self {
        assert_eq!(
            self.code, code,
            "exit code\nstdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        assert!(
            !self.stderr.contains("panicked"),
            "a panic is never an answer:\n{}",
            self.stderr
        );
        self
    }

    /// Fails unless standard error says all of this.
    #[track_caller]
    fn complains(&self, words: &[&str]) -> &Self {
        for word in words {
            assert!(
                self.stderr.contains(word),
                "`{word}` is not in what was said:\n{}\nstdout:\n{}",
                self.stderr,
                self.stdout
            );
        }
        assert!(
            self.stderr.lines().count() < 40,
            "one clear message, not {} lines:\n{}",
            self.stderr.lines().count(),
            self.stderr
        );
        self
    }

    /// Fails unless standard output says all of this.
    #[track_caller]
    fn says(&self, words: &[&str]) -> &Self {
        for word in words {
            assert!(
                self.stdout.contains(word),
                "`{word}` is not in the output:\n{}\nstderr:\n{}",
                self.stdout,
                self.stderr
            );
        }
        self
    }

    /// Standard output as one JSON value.
    #[track_caller]
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("no JSON: {e}\n{}", self.stdout))
    }
}
