//! From what the grammar read to the typed tree, with a report for everything that is missing, left over, or
//! written as in another language. No rule of the grammar is ever named in a report.

mod calendar;
mod campaign;
mod compare;
mod control;
mod decl;
mod docs;
mod expr;
mod foreign;
mod moved;
mod number;
mod operand;
mod primary;
mod query;
mod report;
mod segment;
mod source;
mod table;
mod text;
mod units;
mod window;
mod words;

pub use units::units;

use std::cell::OnceCell;

use persona_base::Span;
use pest::iterators::Pair;

use crate::SyntaxError;
use crate::ast::Name;
use crate::grammar::Rule;
use crate::scan::repair::OffsetMap;
use crate::scan::words::is_reserved;

/// Something the grammar read.
pub(crate) type P<'a> = Pair<'a, Rule>;

/// Builds one declaration's tree.
pub(crate) struct Builder<'t> {
    /// The declaration as written.
    source: &'t str,
    /// The declaration as the grammar read it.
    text: &'t str,
    map: &'t OffsetMap,
    errors: Vec<SyntaxError>,
    /// Where the pre-scan put brackets or quotes that were missing: what is missing right there needs no report of
    /// its own.
    inserted: Vec<u32>,
    /// The end of the last thing reported as missing or left over, in `text`.
    reported: Option<usize>,
    comments: OnceCell<Vec<(usize, usize)>>,
    /// The `where` whose condition is being read.
    filter: moved::Filter,
}

impl<'t> Builder<'t> {
    /// A builder for `text`, which was repaired from `source`.
    pub(crate) fn new(
        source: &'t str,
        text: &'t str,
        map: &'t OffsetMap,
        repairs: &[SyntaxError],
    ) -> Self {
        let mut inserted: Vec<u32> = repairs
            .iter()
            .filter(|error| {
                [
                    persona_base::syntax::NEVER_CLOSED,
                    persona_base::syntax::TEXT_NEVER_ENDS,
                ]
                .contains(&error.code)
            })
            .filter_map(|error| {
                let (span, text) = error.fix.as_ref()?.edits.first()?;
                // Behind a brace that is meant as such, no value is missing.
                let at = if text == "\\" {
                    error.span.end
                } else {
                    span.start
                };
                Some(at as usize)
            })
            .map(|at| crate::scan::trim_end(source.as_bytes(), 0, at) as u32)
            .collect();
        inserted.sort_unstable();
        Self {
            source,
            text,
            map,
            errors: Vec::new(),
            inserted,
            reported: None,
            comments: OnceCell::new(),
            filter: moved::Filter::default(),
        }
    }

    /// What was found wrong.
    pub(crate) fn into_errors(self) -> Vec<SyntaxError> {
        self.errors
    }

    /// The source span of something that ends with its last character.
    fn exact(&self, pair: &P<'_>) -> Span {
        let span = pair.as_span();
        self.map.span(span.start(), span.end())
    }

    /// The source span of something behind which the grammar may have read white space.
    fn span(&self, pair: &P<'_>) -> Span {
        let span = pair.as_span();
        self.map
            .span(span.start(), self.end_before(span.end()).max(span.start()))
    }

    /// The brackets around something, as they stand in the source; a missing one is an empty place.
    fn brackets(&self, pair: &P<'_>) -> (Span, Span) {
        let span = pair.as_span();
        (
            self.map.span(span.start(), span.start() + 1),
            self.map.span(span.end() - 1, span.end()),
        )
    }

    /// The place right behind what precedes `pair`: where something that is missing should stand.
    fn gap(&self, pair: &P<'_>) -> Span {
        let at = self.end_before(pair.as_span().start());
        Span::at(self.map.end(at))
    }

    /// The end of the last thing before `offset` that is neither white space nor a comment.
    fn end_before(&self, offset: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = offset;
        loop {
            at = crate::scan::trim_end(bytes, 0, at);
            if at == 0 {
                return 0;
            }
            let comments = self.comments.get_or_init(|| docs::comments(self.text));
            let index = comments.partition_point(|(start, _)| *start < at);
            match index.checked_sub(1).map(|index| comments[index]) {
                Some((start, end)) if at <= end => at = start,
                _ => return at,
            }
        }
    }

    /// A name that stands where one is declared: reserved words are reported.
    fn declared_name(&mut self, pair: &P<'_>) -> Name {
        let name = self.name(pair);
        if is_reserved(&name.text) {
            self.reserved_name(&name);
        }
        name
    }

    /// A name as written; nothing where the grammar found nothing.
    fn name(&mut self, pair: &P<'_>) -> Name {
        let inner = leaf(pair);
        if inner.as_rule() == Rule::none || inner.as_str().is_empty() {
            return Name {
                text: String::new(),
                span: self.gap(pair),
            };
        }
        let name = Name {
            text: inner.as_str().trim_end().to_owned(),
            span: self.span(&inner),
        };
        if !name.text.is_ascii() {
            self.name_not_plain(&name);
        }
        name
    }

    /// A name that is missing, reported.
    fn expect_name(&mut self, pair: &P<'_>, what: &str) -> Name {
        let name = self.name(pair);
        if name.is_missing() {
            self.missing_name(pair, what);
        }
        name
    }
}

/// The innermost single thing of a pair: a word within its wrapper.
fn leaf<'a>(pair: &P<'a>) -> P<'a> {
    let mut found = pair.clone();
    while let Some(inner) = found.clone().into_inner().next() {
        found = inner;
    }
    found
}

/// The first child.
fn first<'a>(pair: &P<'a>) -> Option<P<'a>> {
    pair.clone().into_inner().next()
}
