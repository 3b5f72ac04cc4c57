//! Expressions: flat lists of conditions with `not`, `and`, `or`, and their precedence.
//!
//! The lists are worked off in loops; only brackets, `if`, `match` and `where` recurse.

use persona_base::{Applicability, Span, syntax};

use super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{AddOp, Expr, ExprKind};
use crate::grammar::Rule;

/// A condition that is being read.
#[derive(Default)]
struct Link<'a> {
    nots: Option<(u32, Span)>,
    head: Option<Expr>,
    tails: Vec<P<'a>>,
}

/// A chain of conditions that is being read: alternatives of joined conditions.
#[derive(Default)]
struct Chain<'a> {
    link: Link<'a>,
    joined: Vec<Expr>,
    alternatives: Vec<Expr>,
}

impl Builder<'_> {
    /// An expression on its own.
    pub(crate) fn expression(&mut self, pair: P<'_>) -> Expr {
        let mut tree = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::expr => tree = Some(self.expr(inner)),
                Rule::rest => self.junk(&inner, "the expression ends before this"),
                _ => {}
            }
        }
        tree.unwrap_or(Expr {
            kind: ExprKind::Error,
            span: Span::at(0),
        })
    }

    /// What stands where an expression is expected.
    pub(super) fn expr(&mut self, pair: P<'_>) -> Expr {
        let mut chain = Chain::default();
        // `c ? a : b` of other languages: its parts so far.
        let mut parts = Vec::new();
        let mut marks = Vec::new();
        let mut joins_texts = false;
        let gap = self.gap(&pair);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::nots => chain.link.nots = Some(self.nots(&inner)),
                Rule::operand => chain.link.head = Some(self.operand(inner)),
                Rule::did | Rule::did_c => chain.link.head = Some(self.did(inner)),
                Rule::quantifier | Rule::quantifier_c => {
                    chain.link.head = Some(self.quantifier(inner));
                }
                Rule::seg_test => chain.link.head = Some(self.segment_test(inner)),
                Rule::choice_behind => {
                    let result = self.end_chain(&mut chain, gap);
                    chain.link.head = Some(self.choice_behind(result, inner));
                }
                Rule::bare_query => chain.link.head = Some(self.bare_query(inner)),
                Rule::inner_junk => {
                    let follows_did = chain.link.head.as_ref().is_some_and(is_did);
                    chain.link.head = chain
                        .link
                        .head
                        .map(|head| unfinished(head, &chain.link.tails));
                    self.end_link(&mut chain);
                    if follows_did && self.missing_where(&inner) {
                        continue;
                    }
                    self.junk(
                        &inner,
                        "an operator such as `and` is missing before this, or it is left over",
                    );
                }
                Rule::kw_and => {
                    self.join_word(&inner, "and");
                    self.end_link(&mut chain);
                }
                Rule::kw_or
                    if inner.as_str() == "||" && chain.link.head.as_ref().is_some_and(is_text) =>
                {
                    self.texts_joined(&inner);
                    chain.link.head = None;
                    joins_texts = true;
                }
                Rule::kw_or => {
                    self.join_word(&inner, "or");
                    self.end_alternative(&mut chain);
                }
                Rule::tern_then | Rule::tern_else => {
                    parts.push(self.end_chain(&mut chain, gap));
                    marks.push(self.exact(&inner));
                }
                _ => chain.link.tails.push(inner),
            }
        }
        let mut last = self.end_chain(&mut chain, gap);
        if joins_texts {
            last.kind = ExprKind::Error;
        }
        if parts.is_empty() {
            return last;
        }
        parts.push(last);
        self.ternary(parts, &marks)
    }

    /// The parts of `if c else b` behind a value: the words' places, and the expressions.
    pub(super) fn chains(&mut self, pair: P<'_>) -> Vec<Result<Span, Expr>> {
        let gap = self.gap(&pair);
        let mut chain = Chain::default();
        let mut parts = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_if => parts.push(Ok(self.exact(&inner))),
                Rule::kw_else => {
                    parts.push(Err(self.end_chain(&mut chain, gap)));
                    parts.push(Ok(self.exact(&inner)));
                }
                _ => self.link_part(&mut chain, inner),
            }
        }
        parts.push(Err(self.end_chain(&mut chain, gap)));
        parts
    }

    /// A part of a chain of conditions.
    fn link_part<'a>(&mut self, chain: &mut Chain<'a>, inner: P<'a>) {
        match inner.as_rule() {
            Rule::nots => chain.link.nots = Some(self.nots(&inner)),
            Rule::operand => chain.link.head = Some(self.operand(inner)),
            Rule::did | Rule::did_c => chain.link.head = Some(self.did(inner)),
            Rule::quantifier | Rule::quantifier_c => {
                chain.link.head = Some(self.quantifier(inner));
            }
            Rule::seg_test => chain.link.head = Some(self.segment_test(inner)),
            Rule::bare_query => chain.link.head = Some(self.bare_query(inner)),
            Rule::inner_junk => {
                self.end_link(chain);
                self.junk(
                    &inner,
                    "an operator such as `and` is missing before this, or it is left over",
                );
            }
            Rule::kw_and => {
                self.join_word(&inner, "and");
                self.end_link(chain);
            }
            Rule::kw_or => {
                self.join_word(&inner, "or");
                self.end_alternative(chain);
            }
            _ => chain.link.tails.push(inner),
        }
    }

    /// `"Hi " || name` of SQL.
    fn texts_joined(&mut self, pair: &P<'_>) {
        let span = self.exact(pair);
        self.push(
            SyntaxError::new(
                syntax::SIGNS_FOR_WORDS,
                span,
                "`||` does not put texts together",
            )
            .help("put the values into one text: `\"Hi {first_name ?? \"friend\"}\"`"),
        );
    }

    /// `did Purchase total > 5 USD`: whether that was reported.
    fn missing_where(&mut self, pair: &P<'_>) -> bool {
        let text = pair.as_str().trim_start();
        let word = text
            .bytes()
            .take_while(|byte| crate::scan::is_word_byte(*byte))
            .count();
        let sign = text[word..].trim_start();
        let compared = [
            "==", "!=", "=~", "<", ">", "=", "contains", "starts", "matches",
        ];
        if word == 0 || !compared.iter().any(|op| sign.starts_with(op)) {
            return false;
        }
        let message = format!("`where` is missing before `{}`", &text[..word]);
        self.missing_sign(pair, &message, " where");
        // What follows belongs to it.
        self.reported = Some(pair.as_span().end());
        true
    }

    fn end_chain(&mut self, chain: &mut Chain<'_>, gap: Span) -> Expr {
        self.end_alternative(chain);
        let mut alternatives = std::mem::take(&mut chain.alternatives);
        match alternatives.len() {
            0 => Expr {
                kind: ExprKind::Error,
                span: gap,
            },
            1 => alternatives.remove(0),
            _ => {
                let mut alternatives = self.values_joined(alternatives);
                if alternatives.len() == 1 {
                    return alternatives.remove(0);
                }
                spanning(alternatives, ExprKind::Or)
            }
        }
    }

    fn end_alternative(&mut self, chain: &mut Chain<'_>) {
        self.end_link(chain);
        let mut joined = std::mem::take(&mut chain.joined);
        match joined.len() {
            0 => {}
            1 => chain.alternatives.push(joined.remove(0)),
            _ => chain.alternatives.push(spanning(joined, ExprKind::And)),
        }
    }

    /// Ends one condition: comparison, then `not`.
    fn end_link(&mut self, chain: &mut Chain<'_>) {
        let link = std::mem::take(&mut chain.link);
        let Some(head) = link.head else { return };
        let compared = self.tails(head, link.tails);
        chain.joined.push(match link.nots {
            None => compared,
            Some((count, op_span)) => negate(compared, count, op_span),
        });
    }

    fn join_word(&mut self, pair: &P<'_>, meant: &str) {
        let word = pair.as_str().to_owned();
        if word == meant {
            return;
        }
        let span = self.exact(pair);
        if word.starts_with(['&', '|']) {
            self.habit(
                syntax::SIGNS_FOR_WORDS,
                span,
                format!("conditions are joined with `{meant}`, not with `{word}`"),
                meant,
            );
        } else {
            self.upper_case(pair);
        }
    }

    /// How many `not`s, and where the first one stands.
    fn nots(&mut self, pair: &P<'_>) -> (u32, Span) {
        let mut count = 0;
        let mut place = Span::default();
        for not in pair.clone().into_inner() {
            let span = self.exact(&not);
            if count == 0 {
                place = span;
            }
            count += 1;
            if not.as_str() == "!" {
                self.habit(
                    syntax::SIGNS_FOR_WORDS,
                    span,
                    "a condition is turned around with `not`, not with `!`",
                    "not",
                );
            } else {
                self.upper_case(&not);
            }
        }
        (count, place)
    }

    /// `in vip`.
    fn segment_test(&mut self, pair: P<'_>) -> Expr {
        let mut op_span = Span::default();
        let mut set = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::operand => set = Some(self.operand(inner)),
                _ => {
                    op_span = self.exact(&inner);
                    self.upper_case(&inner);
                }
            }
        }
        let set = set.unwrap_or(Expr {
            kind: ExprKind::Error,
            span: op_span,
        });
        let span = op_span.to(set.span);
        Expr {
            kind: ExprKind::In {
                negated: false,
                op_span,
                operand: None,
                set: Box::new(set),
            },
            span,
        }
    }

    /// `c ? a : b`: read as `if c then a else b`.
    fn ternary(&mut self, parts: Vec<Expr>, marks: &[Span]) -> Expr {
        let start = parts[0].span.start;
        let span = Span::new(start, parts[parts.len() - 1].span.end);
        let mut edits = vec![(Span::at(start), "if ".to_owned())];
        for (index, mark) in marks.iter().enumerate() {
            let word = if self.written(*mark) == "?" {
                "then"
            } else if marks
                .get(index + 1)
                .is_some_and(|next| self.written(*next) == "?")
            {
                "else if"
            } else {
                "else"
            };
            edits.push((*mark, self.spaced(*mark, word)));
        }
        let error = SyntaxError::new(
            syntax::QUESTION_MARK_CONDITION,
            marks[0],
            "a choice is written `if c then a else b`",
        );
        let balanced = parts.len() % 2 == 1
            && marks
                .iter()
                .enumerate()
                .all(|(i, m)| (self.written(*m) == "?") == (i % 2 == 0));
        if !balanced {
            self.push(error);
            return Expr {
                kind: ExprKind::Error,
                span,
            };
        }
        self.push(error.edits("write `if … then … else …`", Applicability::Always, edits));
        let mut parts = parts.into_iter();
        let mut arms = Vec::new();
        loop {
            let (Some(one), next) = (parts.next(), parts.next()) else {
                return Expr {
                    kind: ExprKind::Error,
                    span,
                };
            };
            match next {
                Some(result) => arms.push((one, result)),
                None => {
                    return Expr {
                        kind: ExprKind::If {
                            arms,
                            otherwise: Box::new(one),
                        },
                        span,
                    };
                }
            }
        }
    }
}

const fn is_did(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Did(_))
}

const fn is_text(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Str(_) | ExprKind::RawStr(_))
}

/// The same for a whole condition, where it is a value alone.
pub(super) fn unfinished_value(condition: Expr) -> Expr {
    match condition.kind {
        ExprKind::Name(_)
        | ExprKind::Postfix { .. }
        | ExprKind::Literal(_)
        | ExprKind::Aggregate { .. } => unfinished(condition, &[]),
        _ => condition,
    }
}

/// A value with something behind it that could not be read: what is asked about it is not known, so its type is no
/// second mistake.
fn unfinished(head: Expr, tails: &[P<'_>]) -> Expr {
    if !tails.is_empty()
        || matches!(
            head.kind,
            ExprKind::Did(_) | ExprKind::In { .. } | ExprKind::Quantifier { .. }
        )
    {
        return head;
    }
    let span = head.span;
    let end = Span::at(span.end);
    let rest = Expr {
        kind: ExprKind::Error,
        span: end,
    };
    Expr {
        kind: ExprKind::Additive {
            first: Box::new(head),
            rest: vec![(AddOp::Add, end, rest)],
        },
        span,
    }
}

/// A list of expressions as one, spanning all of them.
fn spanning(list: Vec<Expr>, kind: impl FnOnce(Vec<Expr>) -> ExprKind) -> Expr {
    let span = list[0].span.to(list[list.len() - 1].span);
    Expr {
        kind: kind(list),
        span,
    }
}

/// `not e`; `not in vip` is the segment test itself, turned around.
fn negate(mut operand: Expr, mut count: u32, op_span: Span) -> Expr {
    let span = op_span.to(operand.span);
    if let ExprKind::In {
        negated,
        operand: None,
        op_span: place,
        ..
    } = &mut operand.kind
        && !*negated
    {
        *negated = true;
        if count == 1 {
            *place = op_span.to(*place);
        }
        count -= 1;
        operand.span = if count == 0 { span } else { operand.span };
    }
    if count == 0 {
        return operand;
    }
    Expr {
        kind: ExprKind::Not {
            count,
            op_span,
            operand: Box::new(operand),
        },
        span,
    }
}
