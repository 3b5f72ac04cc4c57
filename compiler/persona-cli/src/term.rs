//! The terminal: whether colours and progress are wanted, how wide it is, and words in colour. Decides no content.

use std::env;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use crate::args::{Colour, Global};

/// What is known of the surroundings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term {
    /// Colours on stdout.
    pub(crate) out: Paint,
    /// Colours on stderr.
    pub(crate) err: Paint,
    /// Whether stdout is a terminal.
    pub(crate) out_is_terminal: bool,
    /// Whether stderr is a terminal that wants progress.
    pub(crate) progress: bool,
    /// Whether only results and errors are wanted.
    pub(crate) quiet: bool,
}

impl Term {
    /// Looks around.
    pub(crate) fn new(global: &Global) -> Self {
        let wanted = |is_terminal: bool| match global.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                is_terminal && !set("NO_COLOR") && env::var("TERM").is_ok_and(|term| term != "dumb")
            }
        };
        let err_is_terminal = io::stderr().is_terminal();
        Self {
            out: Paint(wanted(io::stdout().is_terminal())),
            err: Paint(wanted(err_is_terminal)),
            out_is_terminal: io::stdout().is_terminal(),
            progress: err_is_terminal && !global.quiet && !set("CI"),
            quiet: global.quiet,
        }
    }

    /// Says something on stderr, unless it shall be quiet.
    pub(crate) fn say(self, text: impl Display) {
        if !self.quiet {
            say(text);
        }
    }
}

/// Writes a line to stderr. When nobody listens there, nobody can be told.
pub(crate) fn say(text: impl Display) {
    writeln!(io::stderr(), "{text}").unwrap_or(());
}

fn set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// How many columns lines may have: what `COLUMNS` says, else what the terminal says; unknown where there is none.
pub(crate) fn columns() -> Option<usize> {
    let said = env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    let asked = || {
        let size = terminal_size::terminal_size_of(io::stdout());
        let size = size.or_else(|| terminal_size::terminal_size_of(io::stderr()));
        size.map(|(width, _)| usize::from(width.0))
    };
    said.or_else(asked).map(|columns: usize| columns.max(20))
}

/// Colours, or not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint(pub(crate) bool);

impl Paint {
    fn wrap(self, code: &str, text: impl Display) -> String {
        if self.0 {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_string()
        }
    }

    pub(crate) fn bold(self, text: impl Display) -> String {
        self.wrap("1", text)
    }

    pub(crate) fn dim(self, text: impl Display) -> String {
        self.wrap("2", text)
    }

    pub(crate) fn green(self, text: impl Display) -> String {
        self.wrap("32", text)
    }

    pub(crate) fn red(self, text: impl Display) -> String {
        self.wrap("31", text)
    }

    pub(crate) fn yellow(self, text: impl Display) -> String {
        self.wrap("33", text)
    }

    pub(crate) fn cyan(self, text: impl Display) -> String {
        self.wrap("36", text)
    }
}
