//! The checker of expressions: from trees to typed, resolved expressions, with everything that can be wrong in them.
//!
//! It goes through a tree once, knowing at each place which type is wanted there, which names are visible
//! ([`names`]), what is known to be there ([`narrow`]) and which comparisons may still meet a missing value
//! ([`open`]). What it finds out about the package it asks of [`Env`]; it evaluates nothing but constants, and
//! writes no text but messages.

mod aggregates;
mod apply;
mod arithmetic;
pub(crate) mod around;
mod branches;
mod calls;
mod catalogs;
mod collections;
mod compare;
mod consts;
mod describe;
mod did;
mod fields;
mod habits;
mod lints;
mod literals;
mod logic;
mod membership;
mod methods;
mod names;
mod narrow;
mod open;
mod probe;
mod query;
mod ranks;
mod regex;
mod repair;
mod sequence;
mod strings;
#[cfg(test)]
mod tests;
mod types;
mod unknown;
mod walk;
mod window;

use persona_base::{Code, Diagnostic, Span, sort_and_dedup};
use persona_syntax::ast;
use rustc_hash::FxHashMap;

use crate::env::{CheckedExpr, Env, Scope};
use crate::{BinderId, Const, Expr, ExprKind, Schema, Type, TypeKind};

pub(crate) use self::around::each as every_part;
pub(crate) use self::catalogs::{
    Ruling, can_rank, check_any_value, check_keys, check_recommend_args, check_ruling,
    is_about_events, type_in_words,
};
pub(crate) use self::consts::fold;
pub(crate) use self::fields::{CLOCK_PARTS, DATE_PARTS};
pub(crate) use self::methods::{SIZE, TEXT_METHODS};
pub(crate) use self::names::leaf_names;
use self::names::{Bound, Named};
use self::narrow::Key;
pub(crate) use self::narrow::binder_of;
pub(crate) use self::narrow::is_strict;
use self::open::{OpenAtom, Parent, Position};
pub use self::probe::Probe;
pub(crate) use self::strings::formats;
use self::types::Role;
pub(crate) use self::types::comparable;
pub(crate) use self::walk::each_part;

/// Checks a condition: a `Bool` that is never missing. In a negative position (a partition's stage, a `check`), an open
/// condition is P0301.
pub fn check_condition(
    env: &dyn Env,
    scope: Scope<'_>,
    expr: &ast::Expr,
    positive: bool,
) -> CheckedExpr {
    let mut checker = Checker::new(env, scope);
    let condition = checker.condition(expr);
    checker.joined_by(0, expr.span, Parent::Whole);
    if !positive {
        checker.strict(0, Position::Decision, expr.span);
    }
    checker.finish(condition.expr)
}

/// Checks the conditions of a partition's stages, in order. Each is asked only where none before it held, so that a stage
/// `unknown when birthday is missing` settles `birthday` for those after it. Open conditions are P0301.
pub fn check_stages(
    env: &dyn Env,
    scope: Scope<'_>,
    conditions: &[&ast::Expr],
) -> Vec<CheckedExpr> {
    let mut known: Vec<Key> = Vec::new();
    let mut stages = Vec::with_capacity(conditions.len());
    for expr in conditions {
        let mut checker = Checker::new(env, scope);
        checker.know(&known, 0);
        let condition = checker.condition(expr);
        known.extend(condition.facts.no);
        checker.strict(0, Position::Stage, expr.span);
        stages.push(checker.finish(condition.expr));
    }
    stages
}

/// Checks a value against the type that is declared for it, if one is.
pub fn check_value(
    env: &dyn Env,
    scope: Scope<'_>,
    expr: &ast::Expr,
    expected: Option<&Type>,
) -> CheckedExpr {
    let mut checker = Checker::new(env, scope);
    let value = match expected {
        Some(ty) => checker.check(expr, ty, Role::Declared),
        None => {
            let value = checker.infer(expr, Want::NOTHING);
            checker.require_value(value, expr)
        }
    };
    checker.joined_by(0, expr.span, Parent::Whole);
    if value.ty.kind != TypeKind::Bool {
        checker.strict(0, Position::Operand, expr.span);
    }
    checker.finish(value)
}

/// Evaluates a constant expression of a known type: a `const`'s value, a field's or parameter's default.
pub fn check_const(
    env: &dyn Env,
    scope: Scope<'_>,
    expr: &ast::Expr,
    expected: &Type,
) -> (Const, Vec<Diagnostic>) {
    let mut checker = Checker::new(env, scope);
    let value = checker.check(expr, expected, Role::Declared);
    let value = checker
        .constant(&value, expr, "the value")
        .unwrap_or(Const::Missing);
    checker.settle_constant();
    (
        value,
        checker
            .finish(Expr {
                kind: ExprKind::Error,
                ty: Type::ERROR,
                span: expr.span,
            })
            .diagnostics,
    )
}

/// What is wanted of an expression at its place.
#[derive(Clone, Copy, Debug)]
struct Want<'t> {
    /// The type that would fit, which names of enum values and empty lists need. It is a hint: whether the expression has
    /// this type is checked by whoever gave it.
    ty: Option<&'t Type>,
    /// Whether `now` may stand here: beside an instant.
    now: bool,
    /// Whether the value is only bounded from below (`count(…) >= 3`), so that leaving events out can only mean *not chosen*.
    below: bool,
}

impl<'t> Want<'t> {
    const NOTHING: Want<'static> = Want {
        ty: None,
        now: false,
        below: false,
    };

    fn of(ty: &'t Type) -> Self {
        Self {
            ty: Some(ty),
            now: false,
            below: false,
        }
    }
}

/// One check of one expression.
struct Checker<'a> {
    env: &'a dyn Env,
    scope: Scope<'a>,
    diagnostics: Vec<Diagnostic>,
    /// The next binder's number.
    next_binder: u32,
    /// `as` names and elements of quantifiers, the innermost last.
    named: Vec<Named>,
    /// What binds events of which there may be none: a wait for them may have ended without.
    perhaps: Vec<BinderId>,
    /// Whose fields bare names are, the innermost last; the profile's when there is none.
    frames: Vec<Bound>,
    /// How many `where`s are around: no event query stands inside one.
    wheres: u32,
    /// The `did …`, `any …` or `all …` that is being checked, when no parentheses of an aggregate are between.
    question: Option<Span>,
    /// What is known to be there, and where that is said.
    known: FxHashMap<Key, Vec<u32>>,
    /// The open comparisons found so far and not yet judged.
    open: Vec<OpenAtom>,
    /// Whether events or ranks were asked about.
    history: bool,
    /// How deep the checked expression nests at this place, counting each operator of a chain.
    nesting: u32,
}

/// How deep a checked expression may nest: later stages walk it by recursion.
const MAX_NESTING: u32 = 256;

impl<'a> Checker<'a> {
    fn new(env: &'a dyn Env, scope: Scope<'a>) -> Self {
        let mut checker = Self {
            env,
            scope,
            diagnostics: Vec::new(),
            next_binder: 0,
            named: Vec::new(),
            perhaps: Vec::new(),
            frames: Vec::new(),
            wheres: 0,
            question: None,
            known: FxHashMap::default(),
            open: Vec::new(),
            history: false,
            nesting: 0,
        };
        checker.enter_surroundings();
        if let Some(item) = scope.around.item {
            let binder = checker.binder();
            let ty = checker.item_type(item);
            checker.frames.push(Bound::Elem { binder, ty });
        }
        if let Some(event) = scope.event {
            let binder = checker.binder();
            checker.frames.push(Bound::Event {
                binder,
                kinds: crate::Kinds::Events(vec![event]),
            });
        }
        checker
    }

    /// What there is to say at the end: open comparisons that ended in a negative place are errors, the others make the
    /// whole open.
    fn finish(mut self, expr: Expr) -> CheckedExpr {
        self.report_negative();
        let (open, open_params) = self.remaining_open();
        sort_and_dedup(&mut self.diagnostics);
        CheckedExpr {
            expr,
            open,
            open_params,
            history: self.history,
            diagnostics: self.diagnostics,
        }
    }

    /// The type of an expression with nothing wanted of it but a type that would fit.
    fn infer(&mut self, expr: &ast::Expr, want: Want<'_>) -> Expr {
        let checked = if is_condition(&expr.kind) {
            self.condition(expr).expr
        } else if is_operation(&expr.kind) {
            self.operation(expr, want)
        } else if is_question(&expr.kind) {
            self.question(expr)
        } else {
            self.primary(expr, want)
        };
        self.settled(checked)
    }

    /// Literals, names, and what is made of them without an operator.
    fn primary(&mut self, expr: &ast::Expr, want: Want<'_>) -> Expr {
        use ast::ExprKind as Kind;
        let span = expr.span;
        match &expr.kind {
            Kind::Literal(literal) => self.literal(literal, span),
            Kind::Str(parts) => self.string(parts, span),
            Kind::RawStr(text) => Expr {
                kind: ExprKind::Const(Const::Str(text.as_str().into())),
                ty: Type::of(TypeKind::Str),
                span,
            },
            Kind::List(items) => self.list(items, span, want),
            Kind::Record(fields) => self.record(fields, span, want),
            Kind::Name(name) => self.name(name, want),
            Kind::Postfix { base, ops } => self.postfix(base, ops, span),
            Kind::Call { name, args, .. } if self.is_shown(&name.text, want) => {
                self.recommended(name, args, span)
            }
            Kind::Call { name, args, among } => self.call(name, args, among.as_deref(), span),
            Kind::Aggregate { name, index, arg } => {
                self.aggregate(name, index.as_deref(), arg, span, want)
            }
            _ => self.error_at(span),
        }
    }

    /// Operators that give what their operands are.
    fn operation(&mut self, expr: &ast::Expr, want: Want<'_>) -> Expr {
        use ast::ExprKind as Kind;
        let span = expr.span;
        match &expr.kind {
            Kind::Paren(inner) => {
                let mark = self.open.len();
                let mut checked = self.infer(inner, want);
                self.joined_by(mark, inner.span, Parent::Whole);
                checked.span = span;
                checked
            }
            Kind::Neg { count, operand } => self.negation(*count, operand, span),
            Kind::Coalesce(operands) => self.coalesce(operands, span, want),
            Kind::Multiplicative { first, rest } => self.multiplicative(first, rest, span),
            Kind::Additive { first, rest } => self.additive(first, rest, span, want),
            Kind::Ago(operand) => self.now_moved(operand, true, span, want),
            Kind::FromNow(operand) => self.now_moved(operand, false, span, want),
            Kind::If { arms, otherwise } => self.if_else(arms, otherwise, span, want),
            Kind::Match { subject, arms } => self.match_arms(subject, arms, span, want),
            _ => self.error_at(span),
        }
    }

    /// Operators that give a Bool.
    fn question(&mut self, expr: &ast::Expr) -> Expr {
        use ast::ExprKind as Kind;
        let span = expr.span;
        let mark = self.open.len();
        match &expr.kind {
            Kind::Compare {
                op,
                op_span,
                left,
                right,
            } => self.compare(*op, *op_span, left, right, span),
            Kind::Between {
                negated,
                op_span,
                operand,
                low,
                high,
            } => {
                let checked = self.between(operand, low, high, *op_span, span);
                self.negated_if(*negated, checked, mark, *op_span)
            }
            Kind::In {
                negated,
                op_span,
                operand,
                set,
            } => {
                let checked = match operand {
                    None => self.in_segment(set, *op_span, span),
                    Some(operand) => self.in_list(operand, set, *op_span, span),
                };
                self.negated_if(*negated, checked, mark, *op_span)
            }
            Kind::InWindow {
                negated,
                operand,
                window,
            } => {
                let checked = self.in_window(operand, window, span);
                self.negated_if(*negated, checked, mark, window.span)
            }
            Kind::ContainsSet {
                all,
                negated,
                op_span,
                left,
                right,
            } => {
                let checked = self.contains_set(*all, left, right, span);
                self.negated_if(*negated, checked, mark, *op_span)
            }
            Kind::Quantifier {
                all,
                var,
                list,
                condition,
            } => self.quantifier(*all, var, list, condition.as_deref(), span),
            Kind::Did(did) => self.did(did, span),
            _ => self.error_at(span),
        }
    }

    /// An expression that must be of a type.
    fn check(&mut self, expr: &ast::Expr, ty: &Type, role: Role<'_>) -> Expr {
        let value = self.infer(expr, Want::of(ty));
        self.accept(value, expr, ty, role)
    }

    fn schema(&self) -> &'a Schema {
        self.env.schema()
    }

    /// A new binder.
    fn binder(&mut self) -> BinderId {
        let binder = BinderId(self.next_binder);
        self.next_binder += 1;
        binder
    }

    /// The expression that stands for what was reported.
    #[expect(
        clippy::unused_self,
        reason = "reads as the other forms of expressions do"
    )]
    fn error_at(&self, span: Span) -> Expr {
        Expr {
            kind: ExprKind::Error,
            ty: Type::ERROR,
            span,
        }
    }

    /// A diagnostic about a place of this declaration.
    fn diagnostic(&self, code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, self.scope.file, span, message)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports, and gives the expression that stands for it.
    fn fail(&mut self, span: Span, diagnostic: Diagnostic) -> Expr {
        self.diagnostics.push(diagnostic);
        self.error_at(span)
    }

    /// The source text at a place.
    fn text(&self, span: Span) -> &'a str {
        span.of(self.scope.text)
    }

    /// The source text at a place as a message shows it: on one line, and not too long.
    fn quote(&self, span: Span) -> String {
        let text = self.text(span);
        let line: Vec<&str> = text.split_whitespace().collect();
        let line = line.join(" ");
        if line.chars().count() <= 60 {
            line
        } else {
            line.chars().take(59).chain(['…']).collect()
        }
    }

    /// Goes deeper by so many operators, unless that is too deep; then it says so and gives `None`.
    fn deeper<T>(
        &mut self,
        by: usize,
        span: Span,
        inside: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        let by = u32::try_from(by).unwrap_or(u32::MAX);
        let before = self.nesting;
        self.nesting = before.saturating_add(by);
        if self.nesting > MAX_NESTING {
            self.nesting = before;
            let diagnostic = self
                .diagnostic(
                    persona_base::types::TOO_COMPLEX,
                    span,
                    "this expression is too long to be worked out in one piece",
                )
                .note(format!("it nests more than {MAX_NESTING} operators deep"))
                .help("give parts of it names of their own, with `trait`");
            self.report(diagnostic);
            return None;
        }
        let result = inside(self);
        self.nesting = before;
        Some(result)
    }
}

/// Forms that are joined by words of logic, through which facts flow.
fn is_condition(kind: &ast::ExprKind) -> bool {
    use ast::ExprKind as Kind;
    matches!(
        kind,
        Kind::And(_) | Kind::Or(_) | Kind::Not { .. } | Kind::IsKnown { .. }
    )
}

fn is_operation(kind: &ast::ExprKind) -> bool {
    use ast::ExprKind as Kind;
    matches!(
        kind,
        Kind::Paren(_)
            | Kind::Neg { .. }
            | Kind::Coalesce(_)
            | Kind::Multiplicative { .. }
            | Kind::Additive { .. }
            | Kind::Ago(_)
            | Kind::FromNow(_)
            | Kind::If { .. }
            | Kind::Match { .. }
    )
}

fn is_question(kind: &ast::ExprKind) -> bool {
    use ast::ExprKind as Kind;
    matches!(
        kind,
        Kind::Compare { .. }
            | Kind::Between { .. }
            | Kind::In { .. }
            | Kind::InWindow { .. }
            | Kind::ContainsSet { .. }
            | Kind::Quantifier { .. }
            | Kind::Did(_)
    )
}
