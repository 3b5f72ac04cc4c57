//! Syntax errors as data, and the short way to make one.

use persona_base::{Applicability, Code, Span};

/// A syntax error: a diagnostic whose file is not known yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The code, one of `persona_base::syntax`.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// The smallest wrong place, and what is to be seen there.
    pub span: Span,
    /// What is to be seen at the place; may be empty.
    pub label: String,
    /// Places that say why.
    pub secondary: Vec<(Span, String)>,
    /// What to do.
    pub help: Option<String>,
    /// A change that repairs it.
    pub fix: Option<SyntaxFix>,
}

/// A change that repairs a syntax error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxFix {
    /// What it does.
    pub title: String,
    /// How safely.
    pub applicability: Applicability,
    /// Replacements.
    pub edits: Vec<(Span, String)>,
}

impl SyntaxError {
    /// An error with nothing but a message and its place.
    pub(crate) fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            span,
            label: String::new(),
            secondary: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// Says what is to be seen at the place.
    #[must_use]
    pub(crate) fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// Adds a place that says why.
    #[must_use]
    pub(crate) fn secondary(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push((span, text.into()));
        self
    }

    /// Says what to do.
    #[must_use]
    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Adds a fix of one replacement.
    #[must_use]
    pub(crate) fn fix(
        self,
        title: impl Into<String>,
        applicability: Applicability,
        span: Span,
        text: impl Into<String>,
    ) -> Self {
        self.edits(title, applicability, vec![(span, text.into())])
    }

    /// Adds a fix of several replacements.
    #[must_use]
    pub(crate) fn edits(
        mut self,
        title: impl Into<String>,
        applicability: Applicability,
        edits: Vec<(Span, String)>,
    ) -> Self {
        self.fix = Some(SyntaxFix {
            title: title.into(),
            applicability,
            edits,
        });
        self
    }
}
