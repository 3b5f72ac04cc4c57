//! The façade's one error: opaque, so that its details can change, with a stable code for what callers decide by.

use std::fmt;
use std::sync::Arc;

use persona_base::Span;

/// Why something could not be done: one plain sentence ([`Display`](fmt::Display)), often with a [`help`](Self::help), always
/// with a [`code`](Self::code) to decide by. Mistakes in a program are not errors but diagnostics, in a [`crate::Report`]; the
/// exception are those that only the data shows, such as a column that a source maps and no file has.
///
/// ```
/// use persona::{ErrorCode, Package};
///
/// let error = Package::open(Some("no/such/folder".as_ref())).unwrap_err();
/// assert_eq!(error.code(), ErrorCode::NotFound);
/// assert_eq!(error.code().as_str(), "not-found");
/// ```
#[derive(Clone, Debug)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    code: ErrorCode,
    /// Whether the program must be changed, and not the call.
    of_program: bool,
    message: String,
    help: Option<String>,
    excerpt: Option<Excerpt>,
}

/// What kind of error it is. Codes stay what they are; new ones may come, and a message may be put better at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorCode {
    /// A package, a file or a folder is not there.
    NotFound,
    /// It is there and cannot be read: permissions, text that is no UTF-8, a damaged file.
    Unreadable,
    /// A file could not be written.
    Unwritable,
    /// The data do not fit the program: a column that a source names is not there, a source's path makes no sense.
    BadData,
    /// The package has nothing of this name: no such answer, field, event, content, experiment.
    UnknownName,
    /// The data know nobody of this key.
    UnknownPerson,
    /// A value is of another type, or beyond what its field can hold; or one that is needed is lacking.
    BadValue,
    /// A text is no time, or times contradict each other; or one is needed and none is given.
    BadTime,
    /// What was asked is not possible for this package or these data: nothing could happen, nobody is there, a goal is lacking.
    Impossible,
    /// A limit was reached: a program, a file or a table is larger than persona takes on.
    TooLarge,
    /// No machine code can be made on this processor; the interpreter answers without.
    NoMachineCode,
    /// persona itself is at fault.
    Internal,
}

impl ErrorCode {
    /// All codes, in the order in which they are declared.
    pub const ALL: &'static [Self] = &[
        Self::NotFound,
        Self::Unreadable,
        Self::Unwritable,
        Self::BadData,
        Self::UnknownName,
        Self::UnknownPerson,
        Self::BadValue,
        Self::BadTime,
        Self::Impossible,
        Self::TooLarge,
        Self::NoMachineCode,
        Self::Internal,
    ];

    /// The code as text, for logs and for other programs: small letters and hyphens.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Unreadable => "unreadable",
            Self::Unwritable => "unwritable",
            Self::BadData => "bad-data",
            Self::UnknownName => "unknown-name",
            Self::UnknownPerson => "unknown-person",
            Self::BadValue => "bad-value",
            Self::BadTime => "bad-time",
            Self::Impossible => "impossible",
            Self::TooLarge => "too-large",
            Self::NoMachineCode => "no-machine-code",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The place in a program that an error is about.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Excerpt {
    /// The file's path, as it was given.
    pub path: Arc<str>,
    /// The file's text.
    pub text: Arc<str>,
    /// The place in the text.
    pub span: Span,
}

impl Error {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            of_program: false,
            message: message.into(),
            help: None,
            excerpt: None,
        }))
    }

    /// What was asked is not possible, and no other code says why.
    pub(crate) fn call(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Impossible, message)
    }

    /// There is nothing of a name.
    pub(crate) fn unknown(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::UnknownName, message)
    }

    /// A value does not fit.
    pub(crate) fn value(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadValue, message)
    }

    /// A time makes no sense.
    pub(crate) fn time(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadTime, message)
    }

    /// The program does not fit its data.
    pub(crate) fn program(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadData, message).of_program()
    }

    /// It is the program that must be changed.
    #[must_use]
    pub(crate) fn of_program(mut self) -> Self {
        self.0.of_program = true;
        self
    }

    /// Something is too large.
    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::TooLarge, message)
    }

    /// The processor is one for which no code is made.
    pub(crate) fn no_code(error: impl fmt::Display) -> Self {
        let message = format!("no machine code can be made here: {error}");
        Self::new(ErrorCode::NoMachineCode, message)
    }

    /// persona itself is wrong.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Internal, message)
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

    /// What kind of error it is.
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// Whether the program must be changed: it does not fit its data, or is too large.
    pub fn is_program(&self) -> bool {
        self.0.of_program
    }

    /// Whether the call or its surroundings must be changed: arguments, files, permissions.
    pub fn is_call(&self) -> bool {
        !self.is_program() && !self.is_internal()
    }

    /// Whether persona is at fault.
    pub fn is_internal(&self) -> bool {
        self.0.code == ErrorCode::Internal
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
