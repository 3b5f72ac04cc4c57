//! Collects what is wrong with one template. A bound on their number keeps broken files readable, and the work bounded.

use persona_base::{Code, Diagnostic, FileId, Span};

use crate::limits::MAX_PROBLEMS;

/// What is wrong with a template, in the order it is found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Problems {
    list: Vec<Diagnostic>,
}

impl Problems {
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        if !self.is_full() {
            self.list.push(diagnostic);
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.list.len() >= MAX_PROBLEMS
    }

    pub(crate) fn into_list(self) -> Vec<Diagnostic> {
        self.list
    }
}

/// A diagnostic of a template.
pub(crate) fn problem(
    code: Code,
    file: FileId,
    span: Span,
    message: impl Into<String>,
) -> Diagnostic {
    Diagnostic::new(code, file, span, message)
}
