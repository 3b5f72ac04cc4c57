//! A declaration's first words, found without the grammar: they decide which grammar rule is asked.

use persona_base::Span;

use crate::ast::{Decl, DeclKind, Name};
use crate::scan::words::{Keyword, keyword, meant_keyword};
use crate::scan::{Stray, is_space, is_word_start, line_end, skip_blanks, text_end, word_end};

/// A declaration's keyword, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    start: usize,
    end: usize,
    /// What is declared; also when the keyword is misspelt.
    pub(crate) keyword: Option<Keyword>,
}

impl Head {
    /// Skips documentation, comments and annotations.
    pub(crate) fn find(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                byte if is_space(byte) => at += 1,
                b'/' | b'#' if bytes[at..].starts_with(b"//") || bytes[at] == b'#' => {
                    at = line_end(bytes, at);
                }
                b'@' => at = annotation_end(bytes, at),
                _ => break,
            }
        }
        let end = if at < bytes.len() && is_word_start(bytes[at]) {
            word_end(bytes, at)
        } else {
            at
        };
        let word = &text[at..end];
        Self {
            start: at,
            end,
            keyword: keyword(word).or_else(|| meant_keyword(word)),
        }
    }

    pub(crate) fn word(self, text: &str) -> &str {
        &text[self.start..self.end]
    }

    pub(crate) fn place(self) -> Span {
        Span::new(self.start as u32, self.end as u32)
    }

    pub(crate) fn has_fields(self) -> bool {
        matches!(
            self.keyword,
            Some(Keyword::Profile | Keyword::Event | Keyword::Catalog)
        )
    }

    /// A declaration of which only the name is known.
    pub(crate) fn error_decl(self, text: &str) -> Decl {
        let bytes = text.as_bytes();
        let mut start = skip_blanks(bytes, self.end);
        let named = |at: usize| bytes.get(at).is_some_and(|byte| is_word_start(*byte));
        if self.word(text) == "ordered" && named(start) {
            start = skip_blanks(bytes, word_end(bytes, start));
        }
        let end = if named(start) && start > self.end {
            word_end(bytes, start)
        } else {
            self.end
        };
        let name = if end > self.end {
            &text[start..end]
        } else {
            ""
        };
        let place = if name.is_empty() {
            Span::at(self.end as u32)
        } else {
            Span::new(start as u32, end as u32)
        };
        Decl {
            doc: None,
            annotations: Vec::new(),
            kind: DeclKind::Error,
            name: Name {
                text: name.to_owned(),
                span: place,
            },
            span: Span::new(self.start as u32, text.len() as u32),
        }
    }
}

/// The end of an annotation and its parentheses, roughly: enough to find the keyword behind it.
fn annotation_end(bytes: &[u8], at: usize) -> usize {
    let mut end = word_end(bytes, at + 1);
    if bytes.get(end) != Some(&b'(') {
        return end;
    }
    let mut stray = Stray::default();
    let mut depth = 0_usize;
    while end < bytes.len() {
        match bytes[end] {
            b'(' => depth += 1,
            b')' if depth <= 1 => return end + 1,
            b')' => depth -= 1,
            b'"' => {
                let text = text_end(bytes, end, bytes.len(), &mut stray);
                end = text.end.max(end);
            }
            b'\n' if depth == 0 => return end,
            _ => {}
        }
        end += 1;
    }
    // A text that is never closed ends with the bytes.
    end.min(bytes.len())
}
