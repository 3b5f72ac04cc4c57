//! `source orders of Purchase { … }`.

use persona_base::{Applicability, Span, syntax};

use super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{Expr, ExprKind, Name, SourceClause, SourceDecl, SourceValue};
use crate::grammar::Rule;

const CLAUSES: &str = "expected `from`, `where`, `group by`, or `field = column(\"…\")`";

impl Builder<'_> {
    /// What is filled: the name behind `of`.
    pub(super) fn source_of(&mut self, pair: P<'_>) -> Name {
        let mut name = None;
        let mut said = false;
        let gap = self.gap(&pair).start;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_of => said = true,
                Rule::source_of_word => {
                    said = true;
                    let span = self.exact(&inner);
                    self.habit(
                        syntax::EXPECTED_SIGN,
                        span,
                        "a source is `of` a profile or an event",
                        "of",
                    );
                }
                Rule::word => name = Some(self.name(&inner)),
                _ if said => {
                    self.missing_name(&inner, "the name of a profile or an event");
                }
                _ => self.missing_sign(
                    &inner,
                    "a source says what it fills: `source orders of Purchase`",
                    " of",
                ),
            }
        }
        name.unwrap_or_else(|| super::text::no_name(gap))
    }

    /// The clauses of a source.
    pub(super) fn source_body(&mut self, pair: P<'_>, source: &mut SourceDecl) {
        for inner in pair.into_inner() {
            let clause = match inner.as_rule() {
                Rule::source_from => self.source_from(inner),
                Rule::source_where => SourceClause::Where(self.first_expr(inner)),
                Rule::source_group => self.source_group(inner),
                Rule::source_prefer => self.source_prefer(inner),
                Rule::source_field => self.source_field(inner),
                _ => {
                    self.junk(&inner, CLAUSES);
                    continue;
                }
            };
            source.clauses.push(clause);
        }
    }

    fn first_expr(&mut self, pair: P<'_>) -> Expr {
        let span = self.span(&pair);
        let mut found = Expr {
            kind: ExprKind::Error,
            span,
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::expr => found = self.expr(inner),
                Rule::kw_where => self.upper_case(&inner),
                _ => self.junk(&inner, CLAUSES),
            }
        }
        found
    }

    fn source_from(&mut self, pair: P<'_>) -> SourceClause {
        let span = self.span(&pair);
        let mut format = None;
        let mut path = Expr {
            kind: ExprKind::Error,
            span,
        };
        let mut options = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_source_from => {}
                Rule::source_format => format = Some(self.name(&inner)),
                Rule::string | Rule::multi | Rule::raw_string => path = self.text_expr(inner),
                Rule::none => {
                    path.span = self.gap(&inner);
                    self.missing(
                        &inner,
                        syntax::EXPECTED_VALUE,
                        "the path of a file is missing: `from \"data/orders.csv\"`",
                        None,
                    );
                }
                Rule::source_option => options.extend(self.source_option(inner)),
                _ => self.junk(&inner, CLAUSES),
            }
        }
        SourceClause::From {
            format,
            path,
            options,
            span,
        }
    }

    fn source_option(&mut self, pair: P<'_>) -> Option<(Name, Expr)> {
        let mut inner = pair.into_inner();
        let name = inner.next().map(|name| self.name(&name))?;
        let value = inner
            .next()?
            .into_inner()
            .next()
            .map(|value| self.primary(value))?;
        Some((name, value))
    }

    fn source_group(&mut self, pair: P<'_>) -> SourceClause {
        let mut keys = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::expr => keys.push(self.expr(inner)),
                Rule::kw_group => {
                    let span = self.exact(&inner);
                    let words: Vec<&str> = inner.as_str().split_whitespace().collect();
                    let written = words.join(" ");
                    if written != "group by" {
                        let code = if written == "GROUP BY" {
                            syntax::UPPER_CASE_WORD
                        } else {
                            syntax::WORDS_RUN_TOGETHER
                        };
                        self.habit(
                            code,
                            span,
                            format!("`{written}` is written `group by`"),
                            "group by",
                        );
                    }
                }
                _ => self.junk(&inner, CLAUSES),
            }
        }
        SourceClause::GroupBy(keys)
    }

    fn source_prefer(&mut self, pair: P<'_>) -> SourceClause {
        let span = self.span(&pair);
        let mut names = Vec::new();
        let mut over = false;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_prefer => {}
                Rule::kw_over => over = true,
                Rule::ident => names.push(self.name(&inner)),
                Rule::none if names.len() == 1 && !over => {
                    over = true;
                    self.missing_sign(&inner, "`over` is missing: `prefer crm over shop`", " over");
                }
                Rule::none => {
                    self.missing_name(&inner, "the name of a source");
                    names.push(super::text::no_name(self.gap(&inner).start));
                }
                _ => self.junk(&inner, CLAUSES),
            }
        }
        let mut names = names.into_iter();
        let nobody = || super::text::no_name(span.end);
        SourceClause::Prefer {
            winner: names.next().unwrap_or_else(nobody),
            loser: names.next().unwrap_or_else(nobody),
            span,
        }
    }

    fn source_field(&mut self, pair: P<'_>) -> SourceClause {
        let span = self.span(&pair);
        let mut path = Vec::new();
        let mut value = SourceValue::Expr(Expr {
            kind: ExprKind::Error,
            span,
        });
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::source_name => path.push(self.name(&inner)),
                Rule::equals => {}
                Rule::field_colon => self.colon_for_equals(&inner),
                Rule::expr => value = SourceValue::Expr(self.expr(inner)),
                Rule::each => value = SourceValue::Each(self.each(inner)),
                _ => self.junk(&inner, CLAUSES),
            }
        }
        SourceClause::Field { path, value, span }
    }

    fn colon_for_equals(&mut self, pair: &P<'_>) {
        let span = self.exact(pair);
        let text = self.spaced(span, "=");
        self.push(
            SyntaxError::new(syntax::COLON_OR_EQUALS, span, "a column is mapped with `=`").fix(
                "write `=`",
                Applicability::Always,
                span,
                text,
            ),
        );
    }

    fn each(&mut self, pair: P<'_>) -> Vec<(Name, Expr)> {
        let mut fields = Vec::new();
        for body in pair
            .into_inner()
            .filter(|inner| inner.as_rule() == Rule::each_body)
        {
            for inner in body.into_inner() {
                if inner.as_rule() == Rule::each_entry {
                    fields.extend(self.each_entry(inner));
                } else {
                    self.junk(&inner, "expected `field = column(\"…\")`");
                }
            }
        }
        fields
    }

    fn each_entry(&mut self, pair: P<'_>) -> Option<(Name, Expr)> {
        let mut name: Option<Name> = None;
        let mut value = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::source_name => {
                    let found = self.name(&inner);
                    if let Some(name) = &name {
                        let span: Span = name.span.to(found.span);
                        self.push(SyntaxError::new(
                            syntax::UNEXPECTED_TEXT,
                            span,
                            "an element's field has one name here",
                        ));
                    }
                    name = Some(found);
                }
                Rule::equals => {}
                Rule::field_colon => self.colon_for_equals(&inner),
                Rule::expr => value = Some(self.expr(inner)),
                _ => self.junk(&inner, "expected `field = column(\"…\")`"),
            }
        }
        Some((name?, value?))
    }
}
