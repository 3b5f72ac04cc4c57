//! `if` and `match`: which results there are, that every value has one, and what is known where each stands.

use std::sync::Arc;

use persona_base::{Applicability, Span, missing, types};
use persona_syntax::ast::{self, MatchArm, Pattern};

use super::logic::Condition;
use super::narrow::Key;
use super::open::{Parent, Position};
use super::types::{Role, has_equality, is_picked};
use super::{Checker, Want};
use crate::{Const, Expr, ExprKind, Type, TypeKind};

impl Checker<'_> {
    /// `if c then a else if d then b else e`
    pub(super) fn if_else(
        &mut self,
        arms: &[(ast::Expr, ast::Expr)],
        otherwise: &ast::Expr,
        span: Span,
        want: Want<'_>,
    ) -> Expr {
        let want = Want {
            now: false,
            below: false,
            ..want
        };
        let mut checked = Vec::with_capacity(arms.len());
        let mut hint = Hint::default();
        let mut learned: Vec<Key> = Vec::new();
        for (condition, value) in arms {
            let mark = self.open.len();
            let Condition { expr, facts } = self.condition(condition);
            self.strict(mark, Position::If, condition.span);
            self.know(&facts.yes, condition.span.start);
            let value = self.branch(value, hint.of(want));
            hint.take(&value);
            self.unknow(&facts.yes);
            self.know(&facts.no, condition.span.start);
            learned.extend(facts.no);
            checked.push((expr, value));
        }
        let last = self.branch(otherwise, hint.of(want));
        self.unknow(&learned);
        self.unreachable_arms(&checked);
        let branches: Vec<(&Expr, Span)> = checked
            .iter()
            .zip(arms)
            .map(|((_, value), (_, written))| (value, written.span))
            .chain([(&last, otherwise.span)])
            .collect();
        let ty = self.join_branches(&branches);
        Expr {
            kind: ExprKind::If(checked, Box::new(last)),
            ty,
            span,
        }
    }

    fn branch(&mut self, written: &ast::Expr, want: Want<'_>) -> Expr {
        let mark = self.open.len();
        let value = self.infer(written, want);
        self.joined_by(mark, written.span, Parent::Whole);
        value
    }

    /// `match e { gold => .., missing => .., otherwise => .. }`
    pub(super) fn match_arms(
        &mut self,
        subject: &ast::Expr,
        arms: &[MatchArm],
        span: Span,
        want: Want<'_>,
    ) -> Expr {
        let want = Want {
            now: false,
            below: false,
            ..want
        };
        let mark = self.open.len();
        let value = self.infer(subject, Want::NOTHING);
        self.strict(mark, Position::Match, subject.span);
        let value = if is_picked(&value) {
            self.whole_event(&value)
        } else {
            value
        };
        let value = if has_equality(&value.ty.kind) {
            value
        } else {
            self.not_matchable(&value)
        };
        let known = Self::implied(&value);
        let mut seen = Seen::default();
        let mut hint = Hint::default();
        let mut checked: Vec<(Vec<Const>, Expr)> = Vec::new();
        let mut last: Option<Expr> = None;
        let mut branches: Vec<(Expr, Span)> = Vec::new();
        for arm in arms {
            let patterns = self.patterns(arm, &value, &mut seen);
            let asks_missing = arm
                .patterns
                .iter()
                .any(|pattern| matches!(pattern, Pattern::Missing(_)));
            let facts = if asks_missing { &[][..] } else { &known };
            self.know(facts, subject.span.start);
            let result = self.branch(&arm.result, hint.of(want));
            hint.take(&result);
            self.unknow(facts);
            branches.push((result.clone(), arm.result.span));
            let (constants, otherwise) = patterns;
            if otherwise {
                last = Some(result.clone());
            }
            if !constants.is_empty() {
                checked.push((constants, result));
            }
        }
        self.exhaustive(&value, subject, arms, &seen, span);
        let branches: Vec<(&Expr, Span)> = branches
            .iter()
            .map(|(branch, span)| (branch, *span))
            .collect();
        let ty = self.join_branches(&branches);
        Expr {
            kind: ExprKind::Match(Box::new(value), checked, last.map(Box::new)),
            ty,
            span,
        }
    }

    fn not_matchable(&mut self, value: &Expr) -> Expr {
        let noun = self.noun(&value.ty.kind);
        let diagnostic = self
            .diagnostic(
                types::NO_EQUALITY,
                value.span,
                format!("a `match` cannot look at {noun}"),
            )
            .label(format!("this is {noun}"))
            .help("use `if … then … else …`");
        self.fail(value.span, diagnostic)
    }

    /// An arm's constants, and whether it has `otherwise`.
    fn patterns(&mut self, arm: &MatchArm, subject: &Expr, seen: &mut Seen) -> (Vec<Const>, bool) {
        let mut constants = Vec::new();
        let mut otherwise = false;
        for pattern in &arm.patterns {
            let span = pattern_span(pattern);
            if let Some(first) = seen.otherwise {
                self.unreachable_pattern(span, first, "everything is taken by `otherwise` before");
                continue;
            }
            match pattern {
                Pattern::Otherwise(span) => {
                    seen.otherwise = Some(*span);
                    otherwise = true;
                }
                Pattern::Missing(span) => {
                    if !subject.ty.optional && !subject.ty.is_error() {
                        let text = self.quote(subject.span);
                        let diagnostic = self
                            .diagnostic(
                                missing::NEVER_MISSING,
                                *span,
                                format!("`{text}` is never missing: this arm is never taken"),
                            )
                            .help("leave this arm out");
                        self.report(diagnostic);
                    }
                    self.see(seen, &Const::Missing, *span);
                    constants.push(Const::Missing);
                }
                Pattern::Value(written) => {
                    let wanted = subject.ty.clone().known();
                    let value = self.check(written, &pattern_type(&wanted), Role::Operand("match"));
                    if let Some(constant) = self.constant(&value, written, "what an arm asks for") {
                        self.see(seen, &constant, span);
                        constants.push(constant);
                    } else {
                        seen.broken = true;
                    }
                }
            }
        }
        (constants, otherwise)
    }

    fn see(&mut self, seen: &mut Seen, constant: &Const, span: Span) {
        let text: Key = Arc::from(format!("{constant:?}"));
        match seen.values.iter().find(|(value, _)| *value == text) {
            Some((_, first)) => {
                let first = *first;
                self.unreachable_pattern(span, first, "taken here already");
            }
            None => seen.values.push((text, span)),
        }
        if *constant == Const::Missing {
            seen.missing = true;
        }
    }

    fn unreachable_pattern(&mut self, span: Span, first: Span, why: &str) {
        let diagnostic = self
            .diagnostic(types::UNREACHABLE, span, "this is never reached")
            .secondary(self.scope.file, first, why)
            .help("leave it out");
        self.report(diagnostic);
    }

    /// Every value must have an arm.
    fn exhaustive(
        &mut self,
        subject: &Expr,
        written: &ast::Expr,
        arms: &[MatchArm],
        seen: &Seen,
        span: Span,
    ) {
        if subject.ty.is_error() || seen.broken || arms.is_empty() {
            return;
        }
        match seen.otherwise {
            None => self.values_without_arm(subject, arms, seen, span),
            Some(otherwise) => self.needless_otherwise(subject, seen, otherwise),
        }
        if subject.ty.optional && !seen.missing {
            let text = self.quote(written.span);
            let diagnostic = self
                .diagnostic(
                    missing::MATCH_WITHOUT_MISSING,
                    written.span,
                    format!("`{text}` may be missing, and no arm says what then"),
                )
                .label(format!("this is `{}`", self.type_name(&subject.ty)))
                .note("`otherwise` stands for the other values, not for none");
            let otherwise = arms.iter().find(|arm| {
                arm.patterns
                    .iter()
                    .any(|p| matches!(p, Pattern::Otherwise(_)))
            });
            let diagnostic = match otherwise.or(arms.last()) {
                Some(arm) => {
                    let result = self.text(arm.result.span);
                    let title = format!("say `missing => {result}`");
                    diagnostic.fix(
                        title,
                        Applicability::Maybe,
                        Span::at(arm.span.start),
                        format!("missing => {result}, "),
                    )
                }
                None => diagnostic.help("add an arm `missing => …`"),
            };
            self.report(diagnostic);
        }
    }

    /// `otherwise` after an arm for every value.
    fn needless_otherwise(&mut self, subject: &Expr, seen: &Seen, otherwise: Span) {
        if self.lacking(subject, seen).is_empty() && !seen.values.is_empty() {
            let diagnostic = self
                .diagnostic(types::UNREACHABLE, otherwise, "this is never reached")
                .label("every value has an arm of its own before")
                .help("leave it out");
            self.report(diagnostic);
        }
    }

    /// The values without an arm; of other types than enums and `Bool` there are always some.
    fn lacking(&self, subject: &Expr, seen: &Seen) -> Vec<String> {
        let has = |constant: Const| {
            seen.values
                .iter()
                .any(|(value, _)| **value == *format!("{constant:?}"))
        };
        match &subject.ty.kind {
            TypeKind::Bool => [true, false]
                .into_iter()
                .filter(|value| !has(Const::Bool(*value)))
                .map(|v| v.to_string())
                .collect(),
            TypeKind::Enum(id) => {
                let values = self.schema().enums[*id].values.iter().enumerate();
                let lacking = values.filter(|(index, _)| {
                    !has(Const::Enum(u32::try_from(*index).unwrap_or(u32::MAX)))
                });
                lacking.map(|(_, (name, _))| name.to_string()).collect()
            }
            _ => vec![String::new()],
        }
    }

    fn values_without_arm(&mut self, subject: &Expr, arms: &[MatchArm], seen: &Seen, span: Span) {
        let lacking = self.lacking(subject, seen);
        if lacking.is_empty() {
            return;
        }
        let names: Vec<&str> = lacking
            .iter()
            .map(String::as_str)
            .filter(|name| !name.is_empty())
            .collect();
        let message = match names.as_slice() {
            [] => "this `match` does not cover every value".to_owned(),
            names => format!(
                "this `match` has no arm for {}",
                super::unknown::shown(names)
            ),
        };
        let head = Span::new(span.start, subject.span.end);
        let mut diagnostic = self
            .diagnostic(types::NOT_EXHAUSTIVE, head, message)
            .note("every value must give a result");
        diagnostic = match (arms.last(), self.neutral_result(arms)) {
            (Some(last), Some(result)) => {
                let comma = if self
                    .text(Span::new(last.span.end, span.end))
                    .trim_start()
                    .starts_with(',')
                {
                    ""
                } else {
                    ","
                };
                let title = format!("add `otherwise => {result}`");
                let arm = format!("{comma} otherwise => {result}");
                let at = if comma.is_empty() {
                    after_comma(self.scope.text, last.span.end)
                } else {
                    last.span.end
                };
                diagnostic.fix(title, Applicability::Maybe, Span::at(at), arm)
            }
            _ => diagnostic.help("add the arms, or `otherwise => …`"),
        };
        self.report(diagnostic);
    }

    /// The last arm's result, which is surely of the right type.
    fn neutral_result(&self, arms: &[MatchArm]) -> Option<String> {
        arms.last()
            .map(|arm| self.text(arm.result.span).to_owned())
            .filter(|text| !text.is_empty())
    }
}

/// The type of the first result, which the others are probably of, where nothing else says it.
#[derive(Default)]
struct Hint(Option<Type>);

impl Hint {
    fn of<'t>(&'t self, want: Want<'t>) -> Want<'t> {
        Want {
            ty: want.ty.or(self.0.as_ref()),
            ..want
        }
    }

    fn take(&mut self, result: &Expr) {
        if self.0.is_none() {
            self.0 = Some(result.ty.clone().known());
        }
    }
}

/// What the arms of a `match` took so far.
#[derive(Default)]
struct Seen {
    values: Vec<(Key, Span)>,
    otherwise: Option<Span>,
    missing: bool,
    broken: bool,
}

/// Text of any kind is asked for by plain text.
fn pattern_type(subject: &Type) -> Type {
    if subject.kind.is_text() {
        Type::of(TypeKind::Str)
    } else {
        subject.clone()
    }
}

fn pattern_span(pattern: &Pattern) -> Span {
    match pattern {
        Pattern::Value(expr) => expr.span,
        Pattern::Missing(span) | Pattern::Otherwise(span) => *span,
    }
}

fn after_comma(text: &str, end: u32) -> u32 {
    let rest = text.get(end as usize..).unwrap_or("");
    let comma = rest.find(',').map_or(0, |at| at + 1);
    end + u32::try_from(comma).unwrap_or(0)
}
