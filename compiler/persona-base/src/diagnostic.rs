//! Diagnostics as data: what is wrong, where, why, and what to do. Only the edges of the project
//! (terminal, JSON, editor) render them; nothing here prints.

use crate::{Code, FileId, Span};

/// How bad it is. Ordered from the mildest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The program is valid, but probably not what was meant.
    Warning,
    /// The program is not valid.
    Error,
}

/// A place, with a few words about it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// The file the span is in.
    pub file: FileId,
    /// The place; relative to the file.
    pub span: Span,
    /// What is to be seen there; may be empty for a primary label.
    pub text: String,
}

/// How safely a fix may be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Applicability {
    /// It repairs the program and means what the author plainly meant.
    Always,
    /// It repairs the program; whether it is what the author meant, they must decide.
    Maybe,
}

/// One replacement in one file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// The file to change.
    pub file: FileId,
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// A change that removes the diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fix {
    /// What it does, as an imperative: "write `1000 USD`".
    pub title: String,
    /// How safely it may be applied.
    pub applicability: Applicability,
    /// The replacements; they do not overlap.
    pub edits: Vec<Edit>,
}

/// One thing that is wrong, or dubious, in a package.
///
/// Message rules: lower case, no full stop, names in backticks, the user's words; the first sentence
/// says what is wrong. Expected beside found goes to labels, the consequence to `notes`, the way out to
/// `help`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// Error or warning, after the configured levels.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// The smallest wrong place.
    pub primary: Label,
    /// Places that say why.
    pub secondary: Vec<Label>,
    /// What follows from it in the domain, a witness, and the like.
    pub notes: Vec<String>,
    /// What to do about it, where no fix says it already.
    pub help: Option<String>,
    /// Changes that remove it, the best first.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A diagnostic with the code's default severity and nothing but a message and its place.
    pub fn new(code: Code, file: FileId, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.info().severity(),
            message: message.into(),
            primary: Label {
                file,
                span,
                text: String::new(),
            },
            secondary: Vec::new(),
            notes: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// Says what is to be seen at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds a place that says why.
    #[must_use]
    pub fn secondary(mut self, file: FileId, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label {
            file,
            span,
            text: text.into(),
        });
        self
    }

    /// Adds a consequence or a witness.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Offers the name that was perhaps meant by what is written at `span` of the primary file.
    #[must_use]
    pub fn perhaps(self, span: Span, name: impl AsRef<str>) -> Self {
        let name = name.as_ref();
        self.fix(format!("write `{name}`"), Applicability::Maybe, span, name)
    }

    /// Adds a fix of one replacement in the primary file.
    #[must_use]
    pub fn fix(
        mut self,
        title: impl Into<String>,
        applicability: Applicability,
        span: Span,
        text: impl Into<String>,
    ) -> Self {
        let edits = vec![Edit {
            file: self.primary.file,
            span,
            text: text.into(),
        }];
        self.fixes.push(Fix {
            title: title.into(),
            applicability,
            edits,
        });
        self
    }

    /// The same diagnostic with every span moved `offset` bytes later: from a declaration's text to
    /// its file.
    #[must_use]
    pub fn shifted(mut self, file: FileId, offset: u32) -> Self {
        let labels = std::iter::once(&mut self.primary).chain(&mut self.secondary);
        for label in labels.filter(|label| label.file == file) {
            label.span = label.span.offset(offset);
        }
        for edit in self.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            if edit.file == file {
                edit.span = edit.span.offset(offset);
            }
        }
        self
    }
}

/// Puts diagnostics into their one stable order (file, place, code, message) and drops repetitions.
pub fn sort_and_dedup(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.primary.file, d.primary.span, d.code);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup_by(|a, b| {
        a.code == b.code
            && a.primary.file == b.primary.file
            && a.primary.span == b.primary.span
            && a.message == b.message
    });
}
