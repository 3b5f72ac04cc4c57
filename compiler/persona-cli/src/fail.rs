//! Failures of the tool itself (calls, files, data) and of persona's own code: their exit codes and how they print.
//! Mistakes in programs are diagnostics and go through `report`.

use std::fmt;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use crate::term::{Paint, say};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// 0
    Fine,
    /// 1: diagnostics were printed
    ProgramIsWrong,
}

/// Why a command could not be carried out.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
    help: Option<String>,
    source: Option<NamedSource<String>>,
    label: Option<LabeledSpan>,
}

impl Failure {
    /// The call is wrong.
    pub(crate) fn call(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into(), help: None, source: None, label: None }
    }

    /// Says what to do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<persona::Error> for Failure {
    fn from(error: persona::Error) -> Self {
        let code = if error.is_internal() {
            3
        } else if error.is_program() {
            1
        } else {
            2
        };
        let label = error.excerpt().map(|excerpt| {
            LabeledSpan::new_primary_with_span(None, excerpt.span.start as usize..excerpt.span.end as usize)
        });
        let source =
            error.excerpt().map(|excerpt| NamedSource::new(excerpt.path.to_string(), excerpt.text.to_string()));
        Self { code, message: error.to_string(), help: error.help().map(str::to_owned), source, label }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::call(format!("the output cannot be written: {error}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl miette::Diagnostic for Failure {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = self.label.clone()?;
        Some(Box::new(std::iter::once(label)))
    }
}

/// Prints how a command ended, where there is something to say, and gives its exit code.
pub(crate) fn finish(result: Result<Outcome, Failure>, paint: Paint) -> ExitCode {
    match result {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::ProgramIsWrong) => ExitCode::from(1),
        Err(failure) if failure.code == 3 => internal(&failure.message),
        Err(failure) => {
            let theme = if paint.0 { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
            let mut text = String::new();
            let width = terminal_width();
            let rendered = GraphicalReportHandler::new_themed(theme).with_width(width).render_report(&mut text, &failure);
            say(if rendered.is_ok() { text.trim_end() } else { &failure.message });
            ExitCode::from(failure.code)
        }
    }
}

fn terminal_width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.unwrap_or(100_usize).clamp(40, 120)
}

/// The last panic, with its place: what a report needs and a payload does not have.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Keeps panics for the report instead of printing them.
pub(crate) fn remember_panics() {
    std::panic::set_hook(Box::new(|info| {
        *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = Some(info.to_string());
    }));
}

/// Reports a mistake of persona's own.
pub(crate) fn internal(message: &str) -> ExitCode {
    let panic = PANIC.lock().unwrap_or_else(PoisonError::into_inner).take();
    let command: Vec<String> = std::env::args().skip(1).collect();
    say(format_args!(
        "persona made a mistake of its own; your program is not at fault.\n\
         Please file this report, with the smallest package that shows it:\n\n  \
         message: {message}\n  panic:   {}\n  version: {} ({} {})\n  command: persona {}",
        panic.as_deref().unwrap_or("none").replace('\n', " "),
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        command.join(" "),
    ));
    ExitCode::from(3)
}
