//! Declarations of what happens and what people read. What is missing, left over, twice, in the wrong place, or said as
//! in another language is reported here; which clauses a declaration must have is for those who know what it means.

mod channel;
mod content;
mod experiment;
mod module;
mod order;
mod recommend;
mod steps;
mod test;
mod trigger;

use persona_base::{Applicability, Code, Span, syntax};

use super::decl::Parts;
use super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{DeclKind, Expr, ExprKind, Name};
use crate::grammar::Rule;
use crate::scan::clauses::Block;
use crate::scan::words::Keyword;

impl Builder<'_> {
    /// A declaration of one of these kinds.
    pub(super) fn campaign(
        &mut self,
        keyword: Keyword,
        parts: Parts,
        rest: Vec<P<'_>>,
        span: Span,
    ) -> DeclKind {
        match keyword {
            Keyword::Use => self.use_decl(rest),
            Keyword::Purpose => self.purpose(rest),
            Keyword::Channel => self.channel(rest),
            Keyword::Trigger => self.trigger(parts, rest),
            Keyword::Content => self.content(parts, rest),
            Keyword::Recommend => self.recommend(parts, rest),
            Keyword::Experiment => self.experiment(rest),
            Keyword::Exclusive => self.exclusive(rest),
            Keyword::Test => self.test(rest),
            _ => self.partition(parts, rest, span),
        }
    }

    /// The name of a declaration that says it in a way of its own.
    pub(super) fn own_name(&mut self, keyword: Keyword, rest: &[P<'_>]) -> Option<Name> {
        match keyword {
            Keyword::Use => Some(module::module_name(self, rest)),
            Keyword::Test => {
                let found = rest
                    .iter()
                    .find(|pair| matches!(pair.as_rule(), Rule::test_name))?;
                let mut name = self.name(found);
                name.text = name.text.replace('_', " ");
                Some(name)
            }
            _ => None,
        }
    }

    /// What is wrong with the parts around a body; gives the body.
    fn body<'a>(
        &mut self,
        rest: Vec<P<'a>>,
        body: Rule,
        missing: &str,
        expected: &str,
    ) -> Option<P<'a>> {
        let mut found = None;
        for inner in rest {
            match inner.as_rule() {
                rule if rule == body => found = Some(inner),
                Rule::none => self.no_body(&inner, missing, " {}"),
                _ => self.junk(&inner, expected),
            }
        }
        found
    }

    /// What stands behind a clause and does not belong to it.
    fn leftover(&mut self, pair: &P<'_>, clause: &str) {
        self.junk(pair, &format!("{clause} ends before this"));
    }

    /// Something that is no clause.
    fn stray(&mut self, pair: &P<'_>, block: Block) {
        let span = self.span(pair);
        let written = self.written(span);
        if matches!(written, ")" | "]") {
            return;
        }
        if written == "," {
            self.push(
                SyntaxError::new(
                    syntax::UNEXPECTED_TEXT,
                    span,
                    "there is nothing here that a comma could end",
                )
                .fix("remove it", Applicability::Always, span, ""),
            );
            return;
        }
        let word = self.first_word(span);
        let rest = &written[word.len as usize..];
        let meant = block.meant(word.of_text(written));
        if meant.is_some_and(|meant| meant == word.of_text(written))
            && rest.trim_start().starts_with([':', '='])
        {
            let sign = span.start + (written.len() - rest.trim_start().len()) as u32;
            let place = Span::new(sign, sign + 1);
            let cut = Span::new(span.start + word.len, sign + 1);
            let message = format!("no sign stands behind `{}`", word.of_text(written));
            self.push(
                SyntaxError::new(syntax::FOREIGN_CLAUSE, place, message).fix(
                    "remove it",
                    Applicability::Always,
                    cut,
                    "",
                ),
            );
            return;
        }
        if let Some(meant) = meant {
            let place = Span::new(span.start, span.start + word.len);
            self.push(
                SyntaxError::new(
                    syntax::UNEXPECTED_TEXT,
                    place,
                    format!("no clause starts with `{}` here", word.of_text(written)),
                )
                .label(format!("did you mean `{meant}`?"))
                .fix(
                    format!("write `{meant}`"),
                    Applicability::Maybe,
                    place,
                    meant,
                ),
            );
            return;
        }
        let expected = block.expected();
        self.junk(pair, &expected);
    }

    fn first_word(&self, span: Span) -> FirstWord {
        let bytes = self.written(span).as_bytes();
        let len = if bytes
            .first()
            .is_some_and(|b| crate::scan::is_word_start(*b))
        {
            crate::scan::word_end(bytes, 0)
        } else {
            0
        };
        FirstWord { len: len as u32 }
    }

    /// A word that is replaced by the language's own, unless it is that already.
    fn word_habit(&mut self, pair: &P<'_>, meant: &str, why: &str) {
        if pair.as_str().trim() != meant {
            let span = self.exact(pair);
            let message = format!("{why} `{meant}`, not `{}`", self.written(span).trim());
            self.habit(syntax::FOREIGN_CLAUSE, span, message, meant);
        }
    }

    /// A word that is left out.
    fn needless(&mut self, pair: &P<'_>, message: &str) {
        self.needless_as(pair, syntax::FOREIGN_CLAUSE, message);
    }

    fn needless_as(&mut self, pair: &P<'_>, code: Code, message: &str) {
        let span = self.exact(pair);
        let bytes = self.source.as_bytes();
        let mut end = span.end as usize;
        let spaced = span.start > 0 && crate::scan::is_space(bytes[span.start as usize - 1]);
        while spaced && bytes.get(end).is_some_and(|b| matches!(b, b' ' | b'\t')) {
            end += 1;
        }
        let cut = Span::new(span.start, end as u32);
        self.push(SyntaxError::new(code, span, message).fix(
            "leave it out",
            Applicability::Always,
            cut,
            "",
        ));
    }

    /// A word that is kept for a later edition.
    fn later_clause(&mut self, pair: &P<'_>) {
        let span = self.span(pair);
        let word = Span::new(span.start, span.start + 4);
        self.push(
            SyntaxError::new(
                syntax::RESERVED_FOR_LATER,
                word,
                "`pace` is kept for a later edition of the language",
            )
            .label("no clause yet")
            .help("`limit 1 per day` says how many messages one person gets"),
        );
    }

    fn error_expr(&self, at: u32) -> Expr {
        Expr {
            kind: ExprKind::Error,
            span: Span::at(at),
        }
    }

    /// A value that a clause must have: an operand, an expression, or a bound.
    fn value(&mut self, pair: P<'_>) -> Expr {
        match pair.as_rule() {
            Rule::expr | Rule::expr_c => self.expr(pair),
            _ => self.operand(pair),
        }
    }

    /// A text without parts.
    fn inner_text(&mut self, pair: P<'_>) -> Option<Expr> {
        let inner = pair.into_inner().next()?;
        Some(match inner.as_rule() {
            Rule::string | Rule::multi | Rule::raw_string => self.text_expr(inner),
            _ => return None,
        })
    }
}

/// The length of the word at the start of something.
struct FirstWord {
    len: u32,
}

impl FirstWord {
    fn of_text<'t>(&self, text: &'t str) -> &'t str {
        &text[..self.len as usize]
    }
}
