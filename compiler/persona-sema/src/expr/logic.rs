//! `and`, `or`, `not`, `is known`: conditions, and what follows from them for what stands beside them.

use persona_base::{Applicability, Span, missing, types};
use persona_syntax::ast;
use rustc_hash::FxHashSet;

use super::narrow::{Facts, Key, key};
use super::open::Parent;
use super::types::is_picked;
use super::{Checker, Want};
use crate::{Expr, ExprKind, Op, Type, TypeKind};

/// A condition and what follows from it.
#[derive(Debug)]
pub(super) struct Condition {
    /// A `Bool`, never missing.
    pub(super) expr: Expr,
    /// What follows.
    pub(super) facts: Facts,
}

impl Checker<'_> {
    /// An expression that must be a condition.
    pub(super) fn condition(&mut self, written: &ast::Expr) -> Condition {
        use ast::ExprKind as Kind;
        match &written.kind {
            Kind::And(operands) => self.junction(operands, Op::And, written.span),
            Kind::Or(operands) => self.junction(operands, Op::Or, written.span),
            Kind::Not {
                count,
                op_span,
                operand,
            } => self.not(*count, *op_span, operand, written.span),
            Kind::IsKnown {
                known,
                op_span,
                operand,
            } => self.is_known(*known, *op_span, operand, written.span),
            Kind::Paren(inner) => {
                let mark = self.open.len();
                let mut condition = self.condition(inner);
                self.joined_by(mark, inner.span, Parent::Whole);
                condition.expr.span = written.span;
                condition
            }
            _ => {
                let value = self.infer(written, Want::of(&Type::BOOL));
                Condition {
                    expr: self.require_bool(value, written),
                    facts: Facts::default(),
                }
            }
        }
    }

    /// A value that must be a `Bool` and there.
    fn require_bool(&mut self, value: Expr, written: &ast::Expr) -> Expr {
        if value.ty.is_error() {
            return value;
        }
        let text = self.quote(value.span);
        if is_picked(&value) {
            let help = format!("ask whether there is one: `{text} is known`");
            let diagnostic = self
                .diagnostic(
                    types::NOT_A_CONDITION,
                    value.span,
                    "an event is not a yes or a no",
                )
                .help(help);
            return self.fail(value.span, diagnostic);
        }
        if value.ty.kind != TypeKind::Bool {
            let noun = self.noun(&value.ty.kind);
            let diagnostic = self
                .diagnostic(
                    types::NOT_A_CONDITION,
                    value.span,
                    format!("`{text}` is {noun}, not a yes or a no"),
                )
                .label("a condition is needed here");
            let diagnostic = match &value.ty.kind {
                TypeKind::List(_) | TypeKind::Set(_) => {
                    diagnostic.help(format!("compare it: `{text}.size() > 0`"))
                }
                TypeKind::Int if matches!(value.kind, crate::ExprKind::Agg { .. }) => diagnostic
                    .fix(
                        format!("compare it: `{text} > 0`"),
                        Applicability::Maybe,
                        Span::at(value.span.end),
                        " > 0",
                    ),
                TypeKind::Int => diagnostic.help(format!("compare it: `{text} > 0`")),
                _ if value.ty.optional => diagnostic.help(format!(
                    "compare it with something, or ask `{text} is known`"
                )),
                _ => diagnostic.help("compare it with something: `==`, `<`, `contains` …"),
            };
            return self.fail(value.span, diagnostic);
        }
        if !value.ty.optional {
            return value;
        }
        let diagnostic = self
            .diagnostic(
                missing::MAYBE_IS_NO_CONDITION,
                value.span,
                format!("`{text}` may be missing, and is neither yes nor no then"),
            )
            .label("this is `Bool?`, and a condition is `Bool`");
        let diagnostic = self.with_default(diagnostic, written, &TypeKind::Bool);
        self.report(diagnostic);
        Expr {
            ty: Type::BOOL,
            ..value
        }
    }

    /// A chain of `and` or `or`. What it asks to be known (or, under `or`, to be missing) is taken into account for all
    /// other operands, whichever comes first: their order does not change the answer.
    fn junction(&mut self, written: &[ast::Expr], op: Op, span: Span) -> Condition {
        let is_and = op == Op::And;
        let parent = if is_and { Parent::And } else { Parent::Or };
        let mut operands: Vec<Option<Expr>> = vec![None; written.len()];
        let mut through: Vec<Key> = Vec::new();
        let mut common: Option<FxHashSet<Key>> = None;
        let asks: Vec<bool> = written
            .iter()
            .map(|operand| asks_for_value(operand, is_and))
            .collect();
        let order = (0..written.len())
            .filter(|index| asks[*index])
            .chain((0..written.len()).filter(|index| !asks[*index]));
        for index in order {
            let operand = &written[index];
            let mark = self.open.len();
            let Condition { expr, facts } = self.condition(operand);
            self.joined_by(mark, operand.span, parent);
            let (passed, other) = if is_and {
                (facts.yes, facts.no)
            } else {
                (facts.no, facts.yes)
            };
            common = Some(shared(common, other));
            self.know(&passed, operand.span.start);
            through.extend(passed);
            operands[index] = Some(expr);
        }
        self.unknow(&through);
        let operands: Vec<Expr> = operands.into_iter().flatten().collect();
        self.repeated_operands(&operands, is_and);
        let mut common: Vec<Key> = common.unwrap_or_default().into_iter().collect();
        common.sort_unstable();
        let facts = if is_and {
            Facts {
                yes: through,
                no: common,
            }
        } else {
            Facts {
                yes: common,
                no: through,
            }
        };
        Condition {
            expr: Expr {
                kind: ExprKind::Op(op, operands),
                ty: Type::BOOL,
                span,
            },
            facts,
        }
    }

    fn not(&mut self, count: u32, op_span: Span, operand: &ast::Expr, span: Span) -> Condition {
        let mark = self.open.len();
        let Condition { mut expr, facts } = self.condition(operand);
        if count.is_multiple_of(2) {
            expr.span = span;
            return Condition { expr, facts };
        }
        self.flip(mark, op_span);
        Condition {
            expr: negated(expr, span),
            facts: facts.swapped(),
        }
    }

    /// `x not in y` and its like: the negation of what was just checked.
    pub(super) fn negated_if(
        &mut self,
        negated_too: bool,
        checked: Expr,
        mark: usize,
        op_span: Span,
    ) -> Expr {
        if !negated_too || checked.ty.is_error() {
            return checked;
        }
        self.flip(mark, op_span);
        let span = checked.span;
        negated(checked, span)
    }

    fn is_known(
        &mut self,
        known: bool,
        op_span: Span,
        operand: &ast::Expr,
        span: Span,
    ) -> Condition {
        if let Some(condition) = self.has_come(known, op_span, operand, span) {
            return condition;
        }
        let mark = self.open.len();
        let value = self.infer(operand, Want::NOTHING);
        if value.ty.is_error() {
            return Condition {
                expr: self.error_at(span),
                facts: Facts::default(),
            };
        }
        // A comparison is never missing, which is said; what it rests on does not matter then.
        self.open.truncate(mark);
        if !value.ty.optional && !self.settled_later(&value) {
            self.never_missing(&value, known, op_span);
        }
        let facts = Facts::of(known, Self::implied(&value));
        let asked = if is_picked(&value) {
            self.picked_at(&value)
        } else {
            value
        };
        let expr = asks_whether(known, asked, span);
        Condition { expr, facts }
    }

    /// Whether there is such an event: whether it has a time.
    fn picked_at(&self, picked: &Expr) -> Expr {
        let owner = super::names::Owner::Picked(Box::new(picked.clone()));
        let span = picked.span;
        let field = match self.fields_of(&owner, "").first() {
            Some(first) if matches!(picked.ty.kind, TypeKind::Record(_)) => first.clone(),
            _ => "at".to_owned(),
        };
        match self.field(&owner, &field) {
            super::names::FieldHit::Value(kind, ty) => Expr {
                kind,
                ty: ty.optional(),
                span,
            },
            _ => self.error_at(span),
        }
    }

    fn never_missing(&mut self, value: &Expr, known: bool, op_span: Span) {
        let text = self.quote(value.span);
        let answer = if known { "yes" } else { "no" };
        let why = match &value.kind {
            ExprKind::Profile(field) if self.schema().profile.fields[*field].ty.optional => {
                "it was asked for before, so that it is known here"
            }
            ExprKind::Profile(field) if self.schema().profile.fields[*field].default.is_some() => {
                "it has a default"
            }
            _ => "its type has no `?`",
        };
        let diagnostic = self
            .diagnostic(
                missing::NEVER_MISSING,
                value.span.to(op_span),
                format!("`{text}` is never missing here: this is always {answer}"),
            )
            .label(why)
            .help("leave this condition out");
        self.report(diagnostic);
    }
}

/// `x is known`, or `x is missing`.
pub(super) fn asks_whether(known: bool, asked: Expr, span: Span) -> Expr {
    let expr = Expr {
        kind: ExprKind::Op(Op::Known, vec![asked]),
        ty: Type::BOOL,
        span,
    };
    if known { expr } else { negated(expr, span) }
}

/// What follows from each of several operands.
fn shared(before: Option<FxHashSet<Key>>, other: Vec<Key>) -> FxHashSet<Key> {
    match before {
        None => other.into_iter().collect(),
        Some(before) if before.is_empty() => before,
        Some(mut before) => {
            let other: FxHashSet<Key> = other.into_iter().collect();
            before.retain(|key| other.contains(key));
            before
        }
    }
}

/// Whether it is `x is known` or `x is missing`, which have messages of their own when they say nothing new.
pub(super) fn asks_known(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Op(Op::Known, _) => true,
        ExprKind::Op(Op::Not, operands) => operands.iter().all(asks_known),
        _ => false,
    }
}

/// Whether an operand is `x is known` (under `or`: `x is missing`) and nothing else.
fn asks_for_value(operand: &ast::Expr, is_and: bool) -> bool {
    match &super::repair::without_parens(operand).kind {
        ast::ExprKind::IsKnown { known, .. } => *known == is_and,
        ast::ExprKind::Not { count, operand, .. } if count % 2 == 1 => {
            asks_for_value(operand, !is_and)
        }
        _ => false,
    }
}

fn negated(expr: Expr, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Op(Op::Not, vec![expr]),
        ty: Type::BOOL,
        span,
    }
}

impl Checker<'_> {
    /// The same condition twice in one chain adds nothing.
    fn repeated_operands(&mut self, operands: &[Expr], is_and: bool) {
        let mut seen: rustc_hash::FxHashMap<Key, Span> = rustc_hash::FxHashMap::default();
        for operand in operands
            .iter()
            .filter(|operand| !matches!(operand.kind, ExprKind::Error) && !asks_known(operand))
        {
            match seen.entry(key(operand)) {
                std::collections::hash_map::Entry::Vacant(entry) => {
                    entry.insert(operand.span);
                }
                std::collections::hash_map::Entry::Occupied(first) => {
                    let first = *first.get();
                    let word = if is_and { "and" } else { "or" };
                    let diagnostic = self
                        .diagnostic(
                            types::REPEATED_CONDITION,
                            operand.span,
                            "this condition stands here twice",
                        )
                        .secondary(self.scope.file, first, "the same condition")
                        .note(format!("asking again after `{word}` changes nothing"))
                        .help("leave one out, or correct what one of them should ask");
                    self.report(diagnostic);
                }
            }
        }
    }
}
