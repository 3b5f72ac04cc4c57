//! Operands: arithmetic by precedence over flat lists, and what stands behind a value: `.name`, `[key]`, `ago`.

use persona_base::{Applicability, Span, syntax};

use super::{Builder, P, first, leaf};
use crate::SyntaxError;
use crate::ast::{AddOp, Expr, ExprKind, Literal, MulOp, Name, PostfixOp};
use crate::grammar::Rule;

/// An operator of arithmetic.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arith {
    Coalesce,
    Mul(MulOp),
    Add(AddOp),
}

const LEAST: &str = "9223372036854775808";

impl Builder<'_> {
    /// An operand: arithmetic, flat.
    pub(super) fn operand(&mut self, pair: P<'_>) -> Expr {
        let mut items: Vec<Expr> = Vec::new();
        let mut ops: Vec<(Arith, Span)> = Vec::new();
        let mut signs: Option<(u32, Span)> = None;
        let mut current: Option<Expr> = None;
        let mut inners = pair.into_inner().peekable();
        while let Some(inner) = inners.next() {
            match inner.as_rule() {
                Rule::arith => {
                    items.extend(signed(signs.take(), current.take()));
                    ops.push(self.arith(&inner));
                }
                Rule::signs => {
                    signs = Some((inner.clone().into_inner().count() as u32, self.span(&inner)));
                }
                Rule::dot | Rule::index | Rule::kw_ago | Rule::kw_from_now => {
                    current = current.map(|base| self.postfix(base, inner));
                }
                Rule::number
                    if is_least(&inner)
                        && inners
                            .peek()
                            .is_none_or(|next| next.as_rule() == Rule::arith) =>
                {
                    current = Some(self.least(&inner, &mut signs));
                }
                _ => current = Some(self.primary(inner)),
            }
        }
        items.extend(signed(signs, current));
        if !ops.is_empty() {
            for item in &items {
                self.wants_parentheses(item);
            }
        }
        fold(items, ops)
    }

    /// An `if` among operators.
    pub(super) fn wants_parentheses(&mut self, operand: &Expr) {
        if matches!(operand.kind, ExprKind::If { .. }) {
            let span = operand.span;
            let edits = vec![
                (Span::at(span.start), "(".to_owned()),
                (Span::at(span.end), ")".to_owned()),
            ];
            self.push(
                SyntaxError::new(
                    syntax::NEEDS_PARENTHESES,
                    Span::new(span.start, span.start + 2),
                    "an `if` beside an operator stands in parentheses",
                )
                .edits("put it in parentheses", Applicability::Always, edits),
            );
        }
    }

    /// The least integer has no positive counterpart, so its sign belongs to it.
    fn least(&mut self, pair: &P<'_>, signs: &mut Option<(u32, Span)>) -> Expr {
        let span = self.exact(pair);
        match signs {
            Some((count, place)) if *count % 2 == 1 => {
                let whole = place.to(span);
                let one = *count == 1;
                *count -= 1;
                if one {
                    *signs = None;
                }
                Expr {
                    kind: ExprKind::Literal(Literal::Int(i64::MIN)),
                    span: whole,
                }
            }
            _ => self.number(pair.clone()),
        }
    }

    fn arith(&mut self, pair: &P<'_>) -> (Arith, Span) {
        let span = self.exact(pair);
        let op = match pair.as_str() {
            "??" => Arith::Coalesce,
            "*" => Arith::Mul(MulOp::Mul),
            "/" => Arith::Mul(MulOp::Div),
            "div" => Arith::Mul(MulOp::IntDiv),
            "+" => Arith::Add(AddOp::Add),
            "-" => Arith::Add(AddOp::Sub),
            "%" => {
                self.habit(
                    syntax::PERCENT_FOR_MOD,
                    span,
                    "the remainder of a division is called `mod`",
                    "mod",
                );
                Arith::Mul(MulOp::Mod)
            }
            _ => Arith::Mul(MulOp::Mod),
        };
        (op, span)
    }

    /// One step behind a value.
    fn postfix(&mut self, base: Expr, pair: P<'_>) -> Expr {
        let span = base.span.to(self.span(&pair));
        let op = match pair.as_rule() {
            Rule::kw_ago => {
                return Expr {
                    kind: ExprKind::Ago(Box::new(base)),
                    span,
                };
            }
            Rule::kw_from_now => {
                return Expr {
                    kind: ExprKind::FromNow(Box::new(base)),
                    span,
                };
            }
            Rule::index => self.index(pair),
            _ => self.dot(pair),
        };
        if let ExprKind::Postfix { base, mut ops } = base.kind {
            ops.push(op);
            return Expr {
                kind: ExprKind::Postfix { base, ops },
                span,
            };
        }
        Expr {
            kind: ExprKind::Postfix {
                base: Box::new(base),
                ops: vec![op],
            },
            span,
        }
    }

    fn index(&mut self, pair: P<'_>) -> PostfixOp {
        let span = self.exact(&pair);
        let mut key = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::expr => key = Some(self.expr(inner)),
                _ => self.junk(&inner, "expected `]`"),
            }
        }
        let key = key.unwrap_or(Expr {
            kind: ExprKind::Error,
            span,
        });
        PostfixOp::Index {
            key: Box::new(key),
            span,
        }
    }

    fn dot(&mut self, pair: P<'_>) -> PostfixOp {
        let span = self.span(&pair);
        let mut name = Name {
            text: String::new(),
            span: Span::at(span.end),
        };
        let mut args = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::dot_name => name = self.dot_name(&inner),
                _ => args = Some(self.call_args(inner).0),
            }
        }
        match args {
            Some(args) => PostfixOp::Method { name, args, span },
            None => PostfixOp::Field(name),
        }
    }

    /// The name behind a dot.
    pub(super) fn dot_name(&mut self, pair: &P<'_>) -> Name {
        let Some(inner) = first(pair) else {
            return Name {
                text: String::new(),
                span: self.gap(pair),
            };
        };
        if inner.as_rule() == Rule::none {
            self.missing_name(&inner, "a name after the dot");
            return Name {
                text: String::new(),
                span: Span::at(self.exact(pair).start + 1),
            };
        }
        if pair.as_str().starts_with('?') {
            let start = self.exact(pair).start;
            let span = Span::new(start, start + 2);
            let message = "`?.` is written `.`: what may be missing is carried along";
            self.push(SyntaxError::new(syntax::FOREIGN_WORDS, span, message).fix(
                "write `.`",
                Applicability::Always,
                span,
                ".",
            ));
        }
        self.name(&leaf(pair))
    }
}

fn is_least(pair: &P<'_>) -> bool {
    pair.as_str().replace('_', "") == LEAST
}

/// A value with the signs before it.
fn signed(signs: Option<(u32, Span)>, value: Option<Expr>) -> Option<Expr> {
    let value = value?;
    Some(match signs {
        None => value,
        Some((count, place)) => {
            let span = place.to(value.span);
            Expr {
                kind: ExprKind::Neg {
                    count,
                    operand: Box::new(value),
                },
                span,
            }
        }
    })
}

/// Settles precedence: `??`, then `* / div mod`, then `+ -`; each level is one flat list.
fn fold(items: Vec<Expr>, ops: Vec<(Arith, Span)>) -> Expr {
    let mut sum: Option<Expr> = None;
    let mut added: Vec<(AddOp, Span, Expr)> = Vec::new();
    let mut add_op = None;
    let mut product: Option<Expr> = None;
    let mut factors: Vec<(MulOp, Span, Expr)> = Vec::new();
    let mut mul_op = None;
    let mut choices: Vec<Expr> = Vec::new();
    let mut ops = ops.into_iter();
    for item in items {
        choices.push(item);
        let next = ops.next();
        if matches!(next, Some((Arith::Coalesce, _))) {
            continue;
        }
        let factor = coalesced(std::mem::take(&mut choices));
        match mul_op.take() {
            Some((op, span)) => factors.push((op, span, factor)),
            None => product = Some(factor),
        }
        if let Some((Arith::Mul(op), span)) = next {
            mul_op = Some((op, span));
            continue;
        }
        let Some(first_factor) = product.take() else {
            continue;
        };
        let term = multiplied(first_factor, std::mem::take(&mut factors));
        match add_op.take() {
            Some((op, span)) => added.push((op, span, term)),
            None => sum = Some(term),
        }
        if let Some((Arith::Add(op), span)) = next {
            add_op = Some((op, span));
        }
    }
    let Some(first_term) = sum else {
        return Expr {
            kind: ExprKind::Error,
            span: Span::at(0),
        };
    };
    let Some((_, _, last)) = added.last() else {
        return first_term;
    };
    let span = first_term.span.to(last.span);
    Expr {
        kind: ExprKind::Additive {
            first: Box::new(first_term),
            rest: added,
        },
        span,
    }
}

fn coalesced(mut choices: Vec<Expr>) -> Expr {
    if choices.len() == 1 {
        return choices.remove(0);
    }
    let span = choices[0].span.to(choices[choices.len() - 1].span);
    Expr {
        kind: ExprKind::Coalesce(choices),
        span,
    }
}

fn multiplied(first_factor: Expr, rest: Vec<(MulOp, Span, Expr)>) -> Expr {
    let Some((_, _, last)) = rest.last() else {
        return first_factor;
    };
    let span = first_factor.span.to(last.span);
    Expr {
        kind: ExprKind::Multiplicative {
            first: Box::new(first_factor),
            rest,
        },
        span,
    }
}
