//! What operands are made of: names, calls, aggregates, lists, records, parentheses, literals.

use persona_base::{Applicability, Currency, Span, syntax};

use super::{Builder, P, first};
use crate::SyntaxError;
use crate::ast::{Arg, ArgValue, Expr, ExprKind, Literal, Name, QueryArg};
use crate::grammar::Rule;

impl Builder<'_> {
    /// One value.
    pub(super) fn primary(&mut self, pair: P<'_>) -> Expr {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::none => {
                return Expr {
                    kind: ExprKind::Error,
                    span: self.missing_value(&pair),
                };
            }
            Rule::plain_name | Rule::ident => ExprKind::Name(self.name(&pair)),
            Rule::kw_true => ExprKind::Literal(Literal::Bool(true)),
            Rule::kw_false => ExprKind::Literal(Literal::Bool(false)),
            Rule::number => return self.number(pair),
            Rule::money_sign | Rule::money_code | Rule::dot_number => {
                return self.foreign_number(&pair);
            }
            Rule::string | Rule::multi => ExprKind::Str(self.text_parts(pair)),
            Rule::raw_string => ExprKind::RawStr(raw_text(pair.as_str())),
            Rule::paren => return self.paren(pair),
            Rule::list => ExprKind::List(self.items(pair)),
            Rule::record => ExprKind::Record(self.record(pair)),
            Rule::call => self.call(pair),
            Rule::aggregate => return self.aggregate(pair),
            Rule::nth => self.nth(pair),
            Rule::if_expr => return self.if_expr(pair),
            Rule::match_expr => return self.match_expr(pair),
            Rule::case_expr => return self.case_expr(pair),
            Rule::prefixed => return self.prefixed(pair),
            Rule::kw_missing | Rule::null_word => {
                self.null_value(&pair);
                ExprKind::Error
            }
            _ => ExprKind::Error,
        };
        Expr { kind, span }
    }

    /// `missing` or `null` where a value is expected.
    fn null_value(&mut self, pair: &P<'_>) {
        let word = pair.as_str();
        let message = if word == "missing" {
            "`missing` is no value: it stands only in `is missing`, and as an arm of `match`"
                .to_owned()
        } else {
            format!("there is no `{word}`: a value may be missing, and `missing` is no value")
        };
        self.push(
            SyntaxError::new(syntax::NULL_VALUE, self.exact(pair), message).help(
                "ask with `x is missing` or `x is known`; give another value with `x ?? default`",
            ),
        );
    }

    /// `f"…"` of Python: every text takes values in.
    fn prefixed(&mut self, pair: P<'_>) -> Expr {
        let mut inner = pair.into_inner();
        let (Some(mark), Some(text)) = (inner.next(), inner.next()) else {
            return Expr {
                kind: ExprKind::Error,
                span: Span::at(0),
            };
        };
        let place = self.exact(&mark);
        let message = format!(
            "a text has no `{}` before it: values stand in it anyway",
            mark.as_str()
        );
        self.push(SyntaxError::new(syntax::FOREIGN_WORDS, place, message).fix(
            "remove it",
            Applicability::Always,
            place,
            "",
        ));
        self.primary(text)
    }

    /// `(e)`; with commas it is a list of SQL.
    fn paren(&mut self, pair: P<'_>) -> Expr {
        let span = self.exact(&pair);
        let (open, close) = self.brackets(&pair);
        let mut items = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::expr => items.push(self.expr(inner)),
                _ => self.junk(&inner, "expected `)`"),
            }
        }
        if items.len() == 1 {
            return Expr {
                kind: ExprKind::Paren(Box::new(items.remove(0))),
                span,
            };
        }
        let edits = vec![(open, "[".to_owned()), (close, "]".to_owned())];
        self.push(
            SyntaxError::new(
                syntax::LIST_IN_PARENTHESES,
                span,
                "a list stands in square brackets",
            )
            .edits("write `[…]`", Applicability::Always, edits),
        );
        Expr {
            kind: ExprKind::List(items),
            span,
        }
    }

    /// The items of a list, or the values of an annotation.
    pub(super) fn items(&mut self, pair: P<'_>) -> Vec<Expr> {
        let mut items = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::expr => items.push(self.expr(inner)),
                _ => self.junk(&inner, "expected a comma or the end of the list"),
            }
        }
        items
    }

    pub(super) fn record(&mut self, pair: P<'_>) -> Vec<(Name, Expr)> {
        let mut fields = Vec::new();
        for inner in pair.into_inner() {
            if inner.as_rule() == Rule::entry {
                fields.extend(self.entry(inner));
            } else {
                self.junk(&inner, "expected `name: value`");
            }
        }
        fields
    }

    fn entry(&mut self, pair: P<'_>) -> Option<(Name, Expr)> {
        let mut name: Option<Name> = None;
        let mut value = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::entry_name => name = Some(self.entry_name(&inner)),
                Rule::entry_equals => {
                    let span = self.exact(&inner);
                    self.push(
                        SyntaxError::new(
                            syntax::COLON_OR_EQUALS,
                            span,
                            "the parts of a record are named with `:`",
                        )
                        .fix(
                            "write `:`",
                            Applicability::Always,
                            Span::new(self.gap(&inner).start, span.end),
                            ":",
                        ),
                    );
                }
                Rule::expr => value = Some(self.expr(inner)),
                Rule::no_value => {
                    let shown = name
                        .as_ref()
                        .map_or("", |name| name.text.as_str())
                        .to_owned();
                    let message = format!("`{shown}` needs a value: `{shown}: …`");
                    let span = self.gap(&inner);
                    self.missing_sign(&inner, &message, &format!(": {shown}"));
                    value = Some(Expr {
                        kind: ExprKind::Error,
                        span,
                    });
                }
                Rule::entry_junk => self.junk(&inner, "expected `name: value`"),
                _ => {}
            }
        }
        Some((name?, value?))
    }

    /// A part's name; in quotes, as JSON has it, it is reported.
    fn entry_name(&mut self, pair: &P<'_>) -> Name {
        let Some(inner) = first(pair) else {
            return self.name(pair);
        };
        if inner.as_rule() == Rule::word {
            return self.name(&inner);
        }
        let span = self.exact(&inner);
        let text = inner.as_str().trim_matches('"').to_owned();
        let plain = !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !text.starts_with(|c: char| c.is_ascii_digit());
        let mut error = SyntaxError::new(
            syntax::FOREIGN_QUOTES,
            span,
            "the parts of a record are named without quotes",
        );
        if plain {
            error = error.fix(
                format!("write `{text}`"),
                Applicability::Always,
                span,
                text.clone(),
            );
        }
        self.push(error);
        Name { text, span }
    }

    fn call(&mut self, pair: P<'_>) -> ExprKind {
        let mut inner = pair.clone().into_inner();
        let name = self.name(&inner.next().unwrap_or(pair));
        let (args, among) = inner
            .next()
            .map_or((Vec::new(), None), |args| self.call_args(args));
        ExprKind::Call {
            name,
            args,
            among: among.map(Box::new),
        }
    }

    /// Arguments in parentheses, and the segment after `among`.
    pub(super) fn call_args(&mut self, pair: P<'_>) -> (Vec<Arg>, Option<Expr>) {
        let mut args = Vec::new();
        let mut among = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::arg => args.push(self.arg(&inner)),
                Rule::among => {
                    among = inner
                        .into_inner()
                        .last()
                        .map(|operand| self.operand(operand));
                }
                _ => self.junk(&inner, "expected a comma or `)`"),
            }
        }
        (args, among)
    }

    fn arg(&mut self, pair: &P<'_>) -> Arg {
        let mut name = None;
        let mut value = None;
        for inner in pair.clone().into_inner() {
            match inner.as_rule() {
                Rule::arg_name => name = Some(self.name(&inner)),
                Rule::arg_equals => {
                    let span = self.exact(&inner);
                    let cut = Span::new(self.gap(&inner).start, span.end);
                    self.push(
                        SyntaxError::new(
                            syntax::COLON_OR_EQUALS,
                            span,
                            "arguments are named with `:`",
                        )
                        .fix("write `:`", Applicability::Always, cut, ":"),
                    );
                }
                Rule::expr => value = Some(ArgValue::Expr(self.expr(inner))),
                Rule::r#type => value = Some(ArgValue::Type(self.type_expr(inner))),
                _ => self.junk(&inner, "expected a comma or `)`"),
            }
        }
        let value = value.unwrap_or_else(|| {
            ArgValue::Expr(Expr {
                kind: ExprKind::Error,
                span: self.span(pair),
            })
        });
        Arg { name, value }
    }

    /// `count(Q)` and its like. With several arguments it is a call, which names will refuse or accept.
    fn aggregate(&mut self, pair: P<'_>) -> Expr {
        let span = self.exact(&pair);
        let mut name = None;
        let mut arg = None;
        let mut more = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::agg_name => name = Some(self.name(&inner)),
                Rule::agg_star | Rule::agg_window => {
                    self.foreign_question(name.as_ref(), &inner);
                    return Expr {
                        kind: ExprKind::Error,
                        span,
                    };
                }
                Rule::agg_word => name = self.question_word(name, &inner),
                Rule::query => arg = Some(QueryArg::Query(self.query(inner))),
                Rule::expr if arg.is_none() => arg = Some(QueryArg::Expr(self.expr(inner))),
                Rule::expr => more.push(self.expr(inner)),
                _ => self.junk(&inner, "expected `)`"),
            }
        }
        let error = || Expr {
            kind: ExprKind::Error,
            span,
        };
        let (Some(name), Some(arg)) = (name, arg) else {
            return error();
        };
        if more.is_empty() {
            return Expr {
                kind: ExprKind::Aggregate {
                    name,
                    index: None,
                    arg: Box::new(arg),
                },
                span,
            };
        }
        let first_arg = match arg {
            QueryArg::Expr(expr) => expr,
            QueryArg::Query(query) => {
                let message = format!("`{}` asks about one thing", name.text);
                self.push(
                    SyntaxError::new(syntax::UNEXPECTED_TEXT, more[0].span, message)
                        .label("one too many"),
                );
                let arg = Box::new(QueryArg::Query(query));
                return Expr {
                    kind: ExprKind::Aggregate {
                        name,
                        index: None,
                        arg,
                    },
                    span,
                };
            }
        };
        let args = std::iter::once(first_arg).chain(more);
        let args = args
            .map(|expr| Arg {
                name: None,
                value: ArgValue::Expr(expr),
            })
            .collect();
        Expr {
            kind: ExprKind::Call {
                name,
                args,
                among: None,
            },
            span,
        }
    }

    /// `count(*)`, and `sum(Purchase.total, last 30d)`.
    fn foreign_question(&mut self, name: Option<&Name>, pair: &P<'_>) {
        let span = self.exact(pair);
        if pair.as_rule() == Rule::agg_star {
            let name = name.map_or("count", |name| name.text.as_str());
            let message = format!("`{name}` goes over events of a kind, and `*` names none");
            self.push(
                SyntaxError::new(syntax::EXPECTED_NAME, span, message)
                    .help(format!("name what is meant: `{name}(Purchase)`"))
                    .fix("write `any event`", Applicability::Maybe, span, "any event"),
            );
            return;
        }
        let comma = Span::new(span.start, span.start + 1);
        let message = "a window stands behind `in`, not behind a comma";
        self.push(SyntaxError::new(syntax::EXPECTED_SIGN, comma, message).fix(
            "write `in`",
            Applicability::Always,
            comma,
            " in",
        ));
    }

    /// `count(distinct x)`, `count(did A)`: the name of what is asked then.
    fn question_word(&mut self, name: Option<Name>, pair: &P<'_>) -> Option<Name> {
        let span = self.exact(pair);
        let rest = &self.text[pair.as_span().end()..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let cut = Span::new(span.start, span.end + blanks as u32);
        let name = name?;
        if pair.as_str() == "did" {
            let message = format!("`{}` asks about the event itself, without `did`", name.text);
            self.push(SyntaxError::new(syntax::FOREIGN_WORDS, span, message).fix(
                "remove it",
                Applicability::Always,
                cut,
                "",
            ));
            return Some(name);
        }
        let edits = vec![(name.span, "distinct".to_owned()), (cut, String::new())];
        let message = "the number of different values is asked with `distinct(…)`";
        self.push(
            SyntaxError::new(syntax::FOREIGN_WORDS, span, message).edits(
                "write `distinct(…)`",
                Applicability::Always,
                edits,
            ),
        );
        Some(Name {
            text: "distinct".to_owned(),
            span: name.span,
        })
    }

    fn nth(&mut self, pair: P<'_>) -> ExprKind {
        let span = self.exact(&pair);
        let mut name = Name {
            text: "nth".to_owned(),
            span,
        };
        let mut index = None;
        let mut arg = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::nth_name => name = self.name(&inner),
                Rule::expr if index.is_none() => index = Some(self.expr(inner)),
                Rule::expr => arg = Some(QueryArg::Expr(self.expr(inner))),
                Rule::query => arg = Some(QueryArg::Query(self.query(inner))),
                Rule::none => {
                    self.missing(
                        &inner,
                        syntax::EXPECTED_VALUE,
                        "`nth` needs a number and a question: `nth(3, Purchase)`",
                        None,
                    );
                }
                _ => self.junk(&inner, "expected `)`"),
            }
        }
        let arg = arg.unwrap_or(QueryArg::Expr(Expr {
            kind: ExprKind::Error,
            span: Span::at(span.end),
        }));
        ExprKind::Aggregate {
            name,
            index: index.map(Box::new),
            arg: Box::new(arg),
        }
    }

    /// Numbers as other languages write them: `$100`, `USD 100`, `.5`.
    fn foreign_number(&mut self, pair: &P<'_>) -> Expr {
        let span = self.exact(pair);
        if pair.as_rule() == Rule::dot_number {
            let meant = format!("0{}", pair.as_str());
            self.habit(
                syntax::BAD_NUMBER,
                span,
                format!("digits stand on both sides of the point: `{meant}`"),
                &meant,
            );
            return self.plain_number(&meant, None, span);
        }
        let mut inner = pair.clone().into_inner();
        let (Some(mark), Some(amount)) = (inner.next(), inner.next()) else {
            return Expr {
                kind: ExprKind::Error,
                span,
            };
        };
        let code = match super::units::currency_of_sign(mark.as_str()) {
            Some(code) => code.to_owned(),
            None => mark.as_str().to_owned(),
        };
        if Currency::from_code(&code).is_none() {
            let place = self.exact(&amount);
            self.push(SyntaxError::new(
                syntax::UNEXPECTED_TEXT,
                place,
                format!("`{}` cannot stand here", amount.as_str()),
            ));
            return Expr {
                kind: ExprKind::Name(self.name(&mark)),
                span: self.exact(&mark),
            };
        }
        let meant = format!("{} {code}", amount.as_str());
        self.habit(
            syntax::CURRENCY_SIGN,
            span,
            format!("an amount of money is written `{meant}`"),
            &meant,
        );
        self.plain_number(
            amount.as_str(),
            Some(Name {
                text: code,
                span: self.exact(&mark),
            }),
            span,
        )
    }
}

/// What stands between the quotes of `r"…"`.
pub(super) fn raw_text(text: &str) -> String {
    text.strip_prefix("r\"")
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or("")
        .to_owned()
}
