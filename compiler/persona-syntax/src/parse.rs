//! Parsing one declaration, from its own text.

use persona_base::{Span, syntax};
use pest::Parser;

use crate::SyntaxError;
use crate::ast::{Decl, DeclKind, Expr, ExprKind, Name};
use crate::build::Builder;
use crate::grammar::{Grammar, Rule};
use crate::scan::repair::{Repaired, repair};
use crate::scan::words::{Keyword, keyword, meant_keyword};
use crate::scan::{is_word_start, line_end, skip_blanks, word_end};

/// The largest declaration that is parsed, in bytes.
pub const MAX_DECLARATION: usize = 4 << 20;

/// Nesting from which on a thread with a stack of its own parses: enough for every caller's stack below it.
const DEEP: usize = 16;
/// The stack of that thread: more than [`crate::scan::nesting::MAX_DEPTH`] levels need in a debug build.
const STACK: usize = 64 << 20;

/// A declaration's tree and what is wrong with its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Parse<T> {
    /// The tree; `Error` nodes where the text cannot be read.
    pub tree: T,
    /// What is wrong, in the order of the text; spans are relative to the text that was parsed.
    pub errors: Vec<SyntaxError>,
}

/// Parses one declaration. Depth and size are bounded here, before any grammar is asked: a declaration that
/// goes past them is reported once and has the kind [`DeclKind::Error`].
pub fn parse_decl(text: &str) -> Parse<Decl> {
    let head = Head::find(text);
    let repaired = match check(text, head.has_fields()) {
        Ok(repaired) => repaired,
        Err(error) => {
            return Parse {
                tree: head.error_decl(text),
                errors: vec![*error],
            };
        }
    };
    if head.keyword == Some(Keyword::Later) {
        let kind = DeclKind::Later {
            keyword: head.word(text).to_owned(),
        };
        return Parse {
            tree: Decl {
                kind,
                ..head.error_decl(text)
            },
            errors: sorted(repaired.errors),
        };
    }
    let Some(keyword) = head.keyword else {
        let mut errors = repaired.errors;
        errors.push(
            SyntaxError::new(syntax::UNKNOWN_TEXT, head.place(), "this is no declaration")
                .help("a declaration starts with a word such as `segment`, `event` or `trait`"),
        );
        return Parse {
            tree: head.error_decl(text),
            errors: sorted(errors),
        };
    };
    on_deep_stack(repaired.depth, || {
        let parsed = run(text, repaired, rule(keyword), |builder, pair| {
            builder.declaration(pair, keyword)
        });
        parsed.unwrap_or_else(|error| Parse {
            tree: head.error_decl(text),
            errors: vec![error],
        })
    })
    .unwrap_or_else(|error| Parse {
        tree: head.error_decl(text),
        errors: vec![error],
    })
}

/// Parses one expression on its own, for the command line and tests.
pub fn parse_expr(text: &str) -> Parse<Expr> {
    let failed = |error| {
        let span = Span::new(0, text.len().min(MAX_DECLARATION) as u32);
        Parse {
            tree: Expr {
                kind: ExprKind::Error,
                span,
            },
            errors: vec![error],
        }
    };
    let repaired = match check(text, false) {
        Ok(repaired) => repaired,
        Err(error) => return failed(*error),
    };
    on_deep_stack(repaired.depth, || {
        run(text, repaired, Rule::expression, |builder, pair| {
            builder.expression(pair)
        })
        .unwrap_or_else(failed)
    })
    .unwrap_or_else(failed)
}

fn check(text: &str, fields: bool) -> Result<Repaired, Box<SyntaxError>> {
    if text.len() > MAX_DECLARATION {
        let first = text.chars().next().map_or(0, char::len_utf8) as u32;
        let message = format!(
            "this declaration has more than {} MiB and is not read",
            MAX_DECLARATION >> 20
        );
        return Err(Box::new(
            SyntaxError::new(syntax::DECLARATION_TOO_LARGE, Span::new(0, first), message)
                .help("long lists of keys belong into data that a `source` reads"),
        ));
    }
    repair(text, fields)
}

/// Asks the grammar, and builds the tree of what it read.
fn run<T>(
    text: &str,
    repaired: Repaired,
    rule: Rule,
    build: impl FnOnce(&mut Builder<'_>, pest::iterators::Pair<'_, Rule>) -> T,
) -> Result<Parse<T>, SyntaxError> {
    let new_text = repaired.text.as_deref().unwrap_or(text);
    let pair = Grammar::parse(rule, new_text)
        .ok()
        .and_then(|mut pairs| pairs.next());
    let Some(pair) = pair else {
        // The grammar reads every text whose brackets balance; this is only reached when memory for it runs out.
        let place = Span::new(0, line_end(text.as_bytes(), 0) as u32);
        return Err(SyntaxError::new(
            syntax::UNKNOWN_TEXT,
            place,
            "this declaration cannot be read",
        ));
    };
    let mut builder = Builder::new(text, new_text, &repaired.map, &repaired.errors);
    let tree = build(&mut builder, pair);
    let mut errors = builder.into_errors();
    errors.extend(repaired.errors);
    Ok(Parse {
        tree,
        errors: sorted(errors),
    })
}

fn sorted(mut errors: Vec<SyntaxError>) -> Vec<SyntaxError> {
    errors.sort_by(|a, b| (a.span, a.code).cmp(&(b.span, b.code)));
    errors.dedup();
    errors
}

/// Runs `work` on a stack that is deep enough.
fn on_deep_stack<T: Send>(depth: usize, work: impl FnOnce() -> T + Send) -> Result<T, SyntaxError> {
    if depth < DEEP {
        return Ok(work());
    }
    let failed = || {
        SyntaxError::new(
            syntax::NESTED_TOO_DEEP,
            Span::at(0),
            "this nests too deeply for the memory at hand",
        )
    };
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, work);
        worker
            .ok()
            .and_then(|worker| worker.join().ok())
            .ok_or_else(failed)
    })
}

const fn rule(keyword: Keyword) -> Rule {
    match keyword {
        Keyword::Profile | Keyword::Event => Rule::d_table,
        Keyword::Events => Rule::d_events,
        Keyword::Enum | Keyword::OrderedEnum => Rule::d_enum,
        Keyword::Const => Rule::d_const,
        Keyword::Source => Rule::d_source,
        Keyword::Trait => Rule::d_trait,
        Keyword::Fn => Rule::d_fn,
        Keyword::Segment => Rule::d_segment,
        Keyword::Partition | Keyword::Later => Rule::d_partition,
    }
}

/// A declaration's first words, found without the grammar.
#[derive(Clone, Copy, Debug)]
struct Head {
    start: usize,
    end: usize,
    keyword: Option<Keyword>,
}

impl Head {
    /// Skips documentation, comments and annotations.
    fn find(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                byte if crate::scan::is_space(byte) => at += 1,
                b'/' | b'#' if bytes[at..].starts_with(b"//") || bytes[at] == b'#' => {
                    at = line_end(bytes, at)
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

    fn word(self, text: &str) -> &str {
        &text[self.start..self.end]
    }

    fn place(self) -> Span {
        Span::new(self.start as u32, self.end as u32)
    }

    fn has_fields(self) -> bool {
        matches!(self.keyword, Some(Keyword::Profile | Keyword::Event))
    }

    /// A declaration of which only the name is known.
    fn error_decl(self, text: &str) -> Decl {
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
    let mut stray = crate::scan::Stray::default();
    let mut depth = 0_usize;
    while end < bytes.len() {
        match bytes[end] {
            b'(' => depth += 1,
            b')' if depth <= 1 => return end + 1,
            b')' => depth -= 1,
            b'"' => {
                let text = crate::scan::text_end(bytes, end, bytes.len(), &mut stray);
                end = text.end.max(end);
            }
            b'\n' if depth == 0 => return end,
            _ => {}
        }
        end += 1;
    }
    end
}
