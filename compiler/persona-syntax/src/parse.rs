//! Parsing one declaration, from its own text.

use persona_base::{Span, syntax};
use pest::Parser;
use pest::iterators::Pair;

use crate::SyntaxError;
use crate::ast::{Decl, Expr, ExprKind};
use crate::build::Builder;
use crate::grammar::{Grammar, Rule};
use crate::head::Head;
use crate::scan::clauses::Block;
use crate::scan::line_end;
use crate::scan::repair::{Form, Repaired, repair};
use crate::scan::words::Keyword;

/// The largest declaration that is parsed, in bytes.
pub const MAX_DECLARATION: usize = 1 << 20;

/// The deepest tree that is handed out, in expressions inside each other. Brackets are bounded before the grammar
/// is asked; this bounds what stands between two of them too, so that whoever walks a tree knows its stack.
pub const MAX_TREE_DEPTH: usize = 512;

/// Nesting below which no tree can be that deep: a bracket level holds about ten levels of operators.
const WORTH_MEASURING: usize = 32;

/// Nesting from which on a thread with a stack of its own parses: below it, every caller's stack is enough.
const DEEP: usize = 16;
/// The stack of that thread: far more than the deepest nesting needs in a debug build.
const STACK: usize = 64 << 20;

/// A declaration's tree and what is wrong with its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Parse<T> {
    /// The tree; `Error` nodes where the text cannot be read.
    pub tree: T,
    /// What is wrong, in the order of the text; spans are relative to the text that was parsed.
    pub errors: Vec<SyntaxError>,
}

/// How often one declaration's text may ask the grammar: ten times what the largest one needs. Where quotes and brackets
/// of a broken text mislead the grammar, it could try for hours.
const MAX_CALLS: usize = 60_000_000;

fn bound_the_grammar() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| pest::set_call_limit(std::num::NonZeroUsize::new(MAX_CALLS)));
}

/// Parses one declaration. Depth and size are bounded here, before any grammar is asked: a declaration that
/// goes past them is reported once and has the kind `DeclKind::Error`.
pub fn parse_decl(text: &str) -> Parse<Decl> {
    let head = Head::find(text);
    let failed = |error: Box<SyntaxError>| Parse {
        tree: head.error_decl(text),
        errors: vec![*error],
    };
    let form = Form {
        fields: head.has_fields(),
        body: head.keyword.and_then(Block::of),
        head: head.place().end as usize,
    };
    let repaired = match check(text, form) {
        Ok(repaired) => repaired,
        Err(error) => return failed(error),
    };
    let deep = repaired.depth >= WORTH_MEASURING;
    match head.keyword {
        Some(Keyword::Reserved) => {
            let word = head.word(text);
            let message = format!("`{word}` is kept for a later edition of the language");
            let error = SyntaxError::new(syntax::RESERVED_FOR_LATER, head.place(), message)
                .label("no declaration yet")
                .help("this declaration is not read; every other one is");
            failed(Box::new(error))
        }
        None => {
            let mut errors = repaired.errors;
            errors.push(
                SyntaxError::new(syntax::UNKNOWN_TEXT, head.place(), "this is no declaration")
                    .help("a declaration starts with a word such as `segment`, `event` or `trait`"),
            );
            Parse {
                tree: head.error_decl(text),
                errors: sorted(errors),
            }
        }
        Some(keyword) => run(text, repaired, rule(keyword), |builder, pair| {
            let decl = builder.declaration(pair, keyword);
            let mut too_deep = None;
            if deep {
                decl.kind.for_each_expr(&mut |expr| {
                    too_deep = too_deep.or_else(|| deeper_than(expr, MAX_TREE_DEPTH));
                });
            }
            (decl, too_deep)
        })
        .unwrap_or_else(failed),
    }
}

/// Parses one expression on its own, for the command line and tests.
pub fn parse_expr(text: &str) -> Parse<Expr> {
    let failed = |error: Box<SyntaxError>| {
        let tree = Expr {
            kind: ExprKind::Error,
            span: Span::at(0),
        };
        Parse {
            tree,
            errors: vec![*error],
        }
    };
    let repaired = match check(text, Form::default()) {
        Ok(repaired) => repaired,
        Err(error) => return failed(error),
    };
    let deep = repaired.depth >= WORTH_MEASURING;
    run(text, repaired, Rule::expression, |builder, pair| {
        let expr = builder.expression(pair);
        let too_deep = deeper_than(&expr, MAX_TREE_DEPTH).filter(|_| deep);
        (expr, too_deep)
    })
    .unwrap_or_else(failed)
}

fn check(text: &str, form: Form) -> Result<Repaired, Box<SyntaxError>> {
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
    repair(text, form)
}

/// Asks the grammar, and builds the tree of what it read; `build` also says where the tree gets too deep.
fn run<T: Send>(
    text: &str,
    repaired: Repaired,
    rule: Rule,
    build: impl FnOnce(&mut Builder<'_>, Pair<'_, Rule>) -> (T, Option<Span>) + Send,
) -> Result<Parse<T>, Box<SyntaxError>> {
    on_deep_stack(repaired.depth, || {
        let new_text = repaired.text.as_deref().unwrap_or(text);
        bound_the_grammar();
        let pair = Grammar::parse(rule, new_text)
            .ok()
            .and_then(|mut pairs| pairs.next());
        let Some(pair) = pair else {
            // The grammar reads every text whose brackets balance; only a caller's exhausted stack or a text that makes
            // the grammar try too much leads here.
            let place = Span::new(0, line_end(text.as_bytes(), 0) as u32);
            return Err(Box::new(SyntaxError::new(
                syntax::UNKNOWN_TEXT,
                place,
                "this declaration cannot be read",
            )));
        };
        let mut builder = Builder::new(text, new_text, &repaired.map, &repaired.errors);
        let (tree, too_deep) = build(&mut builder, pair);
        if let Some(span) = too_deep {
            let message =
                format!("this nests more than {MAX_TREE_DEPTH} expressions inside each other");
            return Err(Box::new(
                SyntaxError::new(syntax::NESTED_TOO_DEEP, span, message)
                    .help("give the inner parts names, as traits or segments of their own"),
            ));
        }
        let mut errors = builder.into_errors();
        errors.extend(repaired.errors);
        Ok(Parse {
            tree,
            errors: sorted(errors),
        })
    })?
}

/// An expression that stands `limit` levels deep in `expr`.
fn deeper_than(expr: &Expr, limit: usize) -> Option<Span> {
    let mut found = None;
    if limit == 0 {
        return Some(expr.span);
    }
    expr.for_each_child(&mut |child| {
        if found.is_none() {
            found = deeper_than(child, limit - 1);
        }
    });
    found
}

fn sorted(mut errors: Vec<SyntaxError>) -> Vec<SyntaxError> {
    errors.sort_by_key(|error| (error.span, error.code));
    errors.dedup();
    errors
}

/// Runs `work` on a stack that is deep enough.
fn on_deep_stack<T: Send>(
    depth: usize,
    work: impl FnOnce() -> T + Send,
) -> Result<T, Box<SyntaxError>> {
    if depth < DEEP {
        return Ok(work());
    }
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, work);
        match worker {
            Ok(worker) => Ok(worker
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
            Err(_) => {
                let message = "this nests too deeply for the memory at hand";
                Err(Box::new(SyntaxError::new(
                    syntax::NESTED_TOO_DEEP,
                    Span::at(0),
                    message,
                )))
            }
        }
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
        Keyword::Partition | Keyword::Reserved => Rule::d_partition,
        Keyword::Catalog => Rule::d_table,
        Keyword::Use => Rule::d_use,
        Keyword::Purpose => Rule::d_purpose,
        Keyword::Channel => Rule::d_channel,
        Keyword::Trigger => Rule::d_trigger,
        Keyword::Content => Rule::d_content,
        Keyword::Recommend => Rule::d_recommend,
        Keyword::Experiment => Rule::d_experiment,
        Keyword::Exclusive => Rule::d_exclusive,
        Keyword::Test => Rule::d_test,
    }
}
