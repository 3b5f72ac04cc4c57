//! Failures of the tool itself (calls, files, data) and of persona's own code: their exit codes and how they print.
//! Mistakes in programs are diagnostics and go through `report`.

use std::fmt;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use crate::term::{Paint, columns, say};

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
pub(crate) struct Failure(Box<Inner>);

#[derive(Debug)]
struct Inner {
    code: u8,
    message: String,
    help: Option<String>,
    source: Option<NamedSource<Arc<str>>>,
    label: Option<LabeledSpan>,
}

impl Failure {
    /// The call is wrong.
    pub(crate) fn call(message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code: 2,
            message: message.into(),
            help: None,
            source: None,
            label: None,
        }))
    }

    /// A file that was asked for and cannot be written.
    pub(crate) fn unwritable(path: &std::path::Path, error: &std::io::Error) -> Self {
        let path = path.display();
        Self::call(match error.kind() {
            std::io::ErrorKind::NotFound => {
                format!("{path}: the folder of this file does not exist")
            }
            std::io::ErrorKind::PermissionDenied => {
                format!("{path}: no permission to write this file")
            }
            std::io::ErrorKind::IsADirectory => format!("{path} is a folder, and no file"),
            _ => format!("{path} cannot be written: {error}"),
        })
    }

    /// Says what to do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }
}

impl From<persona::Error> for Failure {
    fn from(error: persona::Error) -> Self {
        let code = match (error.is_internal(), error.is_program()) {
            (true, _) => 3,
            (_, true) => 1,
            _ => 2,
        };
        let label = error.excerpt().map(|excerpt| {
            let span = excerpt.span.start as usize..excerpt.span.end as usize;
            LabeledSpan::new_primary_with_span(None, span)
        });
        let source = error
            .excerpt()
            .map(|excerpt| NamedSource::new(&excerpt.path, excerpt.text.clone()));
        Self(Box::new(Inner {
            code,
            message: error.to_string(),
            help: error.help().map(str::to_owned),
            source,
            label,
        }))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let mut failure = Self::call(format!("the output cannot be written: {error}"));
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            failure.0.code = NOBODY_READS;
        }
        failure
    }
}

/// Not an exit code: whoever read the output has seen enough, as `head` does, and nothing is wrong.
const NOBODY_READS: u8 = 255;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Failure {}

impl miette::Diagnostic for Failure {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0
            .help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.0
            .source
            .as_ref()
            .map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = self.0.label.clone()?;
        Some(Box::new(std::iter::once(label)))
    }
}

/// Prints how a command ended, where there is something to say, and gives its exit code.
pub(crate) fn finish(result: Result<Outcome, Failure>, paint: Paint) -> ExitCode {
    match result {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::ProgramIsWrong) => ExitCode::from(1),
        Err(failure) if failure.0.code == NOBODY_READS => ExitCode::SUCCESS,
        Err(failure) if failure.0.code == 3 => internal(&failure.0.message),
        Err(failure) => {
            complain(&failure, paint);
            ExitCode::from(failure.0.code)
        }
    }
}

/// Prints why a command could not be carried out.
pub(crate) fn complain(failure: &Failure, paint: Paint) {
    let theme = if paint.0 {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let mut text = String::new();
    let rendered = GraphicalReportHandler::new_themed(theme)
        .with_width(columns().unwrap_or(100).clamp(40, 120))
        .render_report(&mut text, failure);
    say(if rendered.is_ok() {
        text.trim_end()
    } else {
        &failure.0.message
    });
}

/// The last panic, with its place: what a report needs and a payload does not have.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Keeps panics for the report instead of printing them.
pub(crate) fn remember_panics() {
    std::panic::set_hook(Box::new(|info| {
        *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = Some(info.to_string());
    }));
}

/// Panics where a test asks for it, to see that the report is made; nothing in a released binary.
pub(crate) fn panic_if_asked() {
    let asked = cfg!(debug_assertions) && std::env::var_os("PERSONA_TEST_PANIC").is_some();
    assert!(!asked, "asked for by PERSONA_TEST_PANIC");
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
