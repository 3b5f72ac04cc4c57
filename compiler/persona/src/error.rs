//! The façade's one error: opaque, so that its details can change, with predicates for what callers decide by.

use std::fmt;
use std::sync::Arc;

use persona_base::Span;

/// Why something could not be done. Mistakes in a program are not errors but diagnostics, in a [`crate::Report`]; the
/// exception are those that only the data shows, such as a column that a source maps and no file has.
#[derive(Clone, Debug)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    kind: Kind,
    message: String,
    help: Option<String>,
    excerpt: Option<Excerpt>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Program,
    Call,
    Internal,
}

/// The place in a program that an error is about.
#[derive(Clone, Debug)]
pub struct Excerpt {
    /// The file's path, as it was given.
    pub path: Arc<str>,
    /// The file's text.
    pub text: Arc<str>,
    /// The place in the text.
    pub span: Span,
}

impl Error {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            help: None,
            excerpt: None,
        }))
    }

    /// The program is wrong, as its data shows.
    pub(crate) fn program(message: impl Into<String>) -> Self {
        Self::new(Kind::Program, message)
    }

    /// The call is wrong: a file that is not there, a name that does not exist.
    pub(crate) fn call(message: impl Into<String>) -> Self {
        Self::new(Kind::Call, message)
    }

    /// persona itself is wrong.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(Kind::Internal, message)
    }

    /// Says what to do.
    #[must_use]
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Says where in the program.
    #[must_use]
    pub(crate) fn at(mut self, excerpt: Option<Excerpt>) -> Self {
        self.0.excerpt = excerpt;
        self
    }

    /// Whether the program must be changed.
    pub fn is_program(&self) -> bool {
        self.0.kind == Kind::Program
    }

    /// Whether the call or its surroundings must be changed: arguments, files, permissions.
    pub fn is_call(&self) -> bool {
        self.0.kind == Kind::Call
    }

    /// Whether persona is at fault.
    pub fn is_internal(&self) -> bool {
        self.0.kind == Kind::Internal
    }

    /// What to do about it, where there is something.
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The place in the program that it is about.
    pub fn excerpt(&self) -> Option<&Excerpt> {
        self.0.excerpt.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

/// Runs something that must not panic; a panic becomes an internal error.
pub(crate) fn guarded<T>(what: &str, run: impl FnOnce() -> T) -> Result<T, Error> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).map_err(|payload| {
        let text = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        Error::internal(format!(
            "{what}: {}",
            text.unwrap_or_else(|| "a panic without a message".to_owned())
        ))
    })
}
