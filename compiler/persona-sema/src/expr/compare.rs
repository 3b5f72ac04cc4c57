//! Comparisons: which operands go together, what each operator asks of them, and what was meant where they do not.

use persona_base::{Applicability, Diagnostic, Span, types};
use persona_syntax::ast::{self, CompareOp};

use super::repair::without_parens;
use super::types::{comparable, has_equality, is_number, is_picked};
use super::window::rests_on_now;
use super::{Checker, Want};
use crate::{Expr, ExprKind, Op, Type, TypeKind};

/// A comparison as written.
#[derive(Clone, Copy)]
pub(super) struct Written<'w> {
    /// The left operand.
    pub(super) left: &'w ast::Expr,
    /// The right operand.
    pub(super) right: &'w ast::Expr,
    /// Where the operator is.
    pub(super) op: Span,
    /// All of it.
    pub(super) span: Span,
}

impl Checker<'_> {
    /// `left op right`.
    pub(super) fn compare(
        &mut self,
        op: CompareOp,
        op_span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Expr {
        use CompareOp as C;
        let written = Written {
            left,
            right,
            op: op_span,
            span,
        };
        let mark = self.open.len();
        let (checked, negative) = match op {
            C::Eq => (self.equality(written, Op::Eq), false),
            C::Ne => (self.equality(written, Op::Eq), true),
            C::EqFold => (self.equality(written, Op::EqFold), false),
            C::Lt | C::Le | C::Gt | C::Ge => (self.order(op, written), false),
            C::Before | C::After => (self.before(op == C::Before, written), false),
            C::Contains => (self.contains(written), false),
            C::NotContains => (self.contains(written), true),
            C::StartsWith => (self.text_test(Op::StartsWith, written), false),
            C::NotStartsWith => (self.text_test(Op::StartsWith, written), true),
            C::EndsWith => (self.text_test(Op::EndsWith, written), false),
            C::NotEndsWith => (self.text_test(Op::EndsWith, written), true),
            C::Matches => (self.matches(written), false),
            C::NotMatches => (self.matches(written), true),
        };
        self.negated_if(negative, checked, mark, op_span)
    }

    /// Two operands, each knowing the type of the other. What is open inside them is an error: they are values.
    fn operands(&mut self, w: Written<'_>, below: (bool, bool)) -> (Expr, Expr) {
        let left_first = !self.needs_hint(w.left) || self.needs_hint(w.right);
        let (first, second) = if left_first {
            ((w.left, below.0), (w.right, below.1))
        } else {
            ((w.right, below.1), (w.left, below.0))
        };
        let a = self.operand(
            first.0,
            Want {
                ty: None,
                now: true,
                below: first.1,
            },
        );
        let hint = a.ty.clone();
        let b = if hint.is_error() && self.is_value_of_some_enum(second.0) {
            // What it is a value of is not known, and is reported already.
            self.error_at(second.0.span)
        } else {
            let want = Want {
                ty: Some(&hint),
                now: true,
                below: second.1,
            };
            self.operand(second.0, want)
        };
        let (left, right) = if left_first { (a, b) } else { (b, a) };
        self.now_beside_instant(&left, &right);
        (left, right)
    }

    /// Whether this is a bare name that some enum has among its values.
    fn is_value_of_some_enum(&self, written: &ast::Expr) -> bool {
        let ast::ExprKind::Name(name) = &written.kind else {
            return false;
        };
        let mut enums = self.schema().enums.iter();
        enums.any(|def| def.values.iter().any(|(value, _)| **value == *name.text))
    }

    /// An operand of a comparison.
    pub(super) fn operand(&mut self, written: &ast::Expr, want: Want<'_>) -> Expr {
        let mark = self.open.len();
        let value = self.infer(written, want);
        if !want.below {
            self.strict(mark, super::open::Position::Operand, written.span);
        }
        if is_picked(&value) {
            self.whole_event(&value)
        } else {
            value
        }
    }

    /// Whether an expression's type is only known from its surroundings: a bare name that means nothing by itself.
    pub(super) fn needs_hint(&mut self, written: &ast::Expr) -> bool {
        match &without_parens(written).kind {
            ast::ExprKind::Name(name) => !self.means_something(name),
            ast::ExprKind::List(items) => items.first().is_none_or(|first| self.needs_hint(first)),
            _ => false,
        }
    }

    fn equality(&mut self, w: Written<'_>, op: Op) -> Expr {
        let (left, right) = self.operands(w, (false, false));
        if left.ty.is_error() || right.ty.is_error() {
            return self.broken_test(op, vec![left, right], w.span);
        }
        if op == Op::EqFold && !(left.ty.kind.is_text() && right.ty.kind.is_text()) {
            return self.needs_text("=~", &left, &right, w);
        }
        let dates = matches!(
            (&left.ty.kind, &right.ty.kind),
            (TypeKind::Date, TypeKind::Timestamp) | (TypeKind::Timestamp, TypeKind::Date)
        );
        if dates {
            return self.date_beside_instant(&left, &right, w);
        }
        if let Some(collection) = self.element_beside_collection(&left, &right, w) {
            return collection;
        }
        if !comparable(&left.ty.kind, &right.ty.kind) {
            return self.not_comparable(&left, &right, w);
        }
        if !has_equality(&left.ty.kind) {
            return self.no_equality(&left, w);
        }
        self.always_equal(&left, &right, w);
        self.test(op, vec![left, right], w.span)
    }

    fn order(&mut self, op: CompareOp, w: Written<'_>) -> Expr {
        use CompareOp as C;
        let below = (matches!(op, C::Gt | C::Ge), matches!(op, C::Lt | C::Le));
        let (left, right) = self.operands(w, below);
        let kind = if matches!(op, C::Lt | C::Gt) {
            Op::Lt
        } else {
            Op::Le
        };
        if left.ty.is_error() || right.ty.is_error() {
            return self.broken_test(kind, vec![left, right], w.span);
        }
        if let Some(failed) = self.not_orderable(&left, &right, w) {
            return failed;
        }
        let (low, high) = if matches!(op, C::Lt | C::Le) {
            (left, right)
        } else {
            (right, left)
        };
        self.always_ordered(kind, &low, &high, w);
        self.test(kind, vec![low, high], w.span)
    }

    /// What is wrong with two operands that should have an order.
    fn not_orderable(&mut self, left: &Expr, right: &Expr, w: Written<'_>) -> Option<Expr> {
        let kinds = (&left.ty.kind, &right.ty.kind);
        if matches!(
            kinds,
            (TypeKind::Date, TypeKind::Timestamp) | (TypeKind::Timestamp, TypeKind::Date)
        ) {
            return Some(self.date_beside_instant(left, right, w));
        }
        if !comparable(kinds.0, kinds.1) {
            return Some(self.not_comparable(left, right, w));
        }
        let unordered = [left, right]
            .into_iter()
            .find(|operand| !self.is_ordered(&operand.ty.kind))?;
        let noun = self.noun(&unordered.ty.kind);
        let op = self.quote(w.op);
        let diagnostic = self.diagnostic(
            types::NO_ORDER,
            w.op,
            format!("{noun} is neither more nor less than another"),
        );
        let diagnostic = match &unordered.ty.kind {
            TypeKind::Enum(id) => {
                let name = self.enum_name(*id);
                diagnostic
                    .label(format!("`{op}` needs an order, and `{name}` has none"))
                    .help(format!(
                        "declare `ordered enum {name}`, or ask for values: `in [..]`"
                    ))
            }
            TypeKind::Geo => diagnostic
                .help("compare places by how far apart they are: `distance(a, b) < 10 km`"),
            TypeKind::List(_) | TypeKind::Set(_) => {
                diagnostic.help("compare how many they hold: `.size()`")
            }
            _ => diagnostic.label(format!("`{op}` needs an order")),
        };
        Some(self.fail(w.span, diagnostic))
    }

    fn before(&mut self, before: bool, w: Written<'_>) -> Expr {
        let (left, right) = self.operands(w, (false, false));
        if left.ty.is_error() || right.ty.is_error() {
            return self.broken_test(Op::Before, vec![left, right], w.span);
        }
        let is_time = |kind: &TypeKind| {
            matches!(
                kind,
                TypeKind::Date | TypeKind::Timestamp | TypeKind::TimeOfDay
            )
        };
        let mixed = left.ty.kind != right.ty.kind;
        let apart =
            mixed && (left.ty.kind == TypeKind::TimeOfDay || right.ty.kind == TypeKind::TimeOfDay);
        if !is_time(&left.ty.kind) || !is_time(&right.ty.kind) || apart {
            return self.not_times(&left, &right, w);
        }
        let (first, second) = if before { (left, right) } else { (right, left) };
        self.test(
            if mixed { Op::Before } else { Op::Lt },
            vec![first, second],
            w.span,
        )
    }

    fn not_times(&mut self, left: &Expr, right: &Expr, w: Written<'_>) -> Expr {
        let is_time = |kind: &TypeKind| matches!(kind, TypeKind::Date | TypeKind::Timestamp);
        if is_time(&left.ty.kind) || is_time(&right.ty.kind) {
            return self.not_comparable(left, right, w);
        }
        let op = self.quote(w.op);
        let noun = self.noun(&left.ty.kind);
        let sign = if op == "before" { "<" } else { ">" };
        let mut diagnostic = self.diagnostic(
            types::NOT_COMPARABLE,
            left.span,
            format!("`{op}` compares dates and times, and this is {noun}"),
        );
        if comparable(&left.ty.kind, &right.ty.kind) && self.is_ordered(&left.ty.kind) {
            diagnostic =
                diagnostic.fix(format!("write `{sign}`"), Applicability::Always, w.op, sign);
        }
        self.fail(w.span, diagnostic)
    }

    /// `x between low and high`.
    pub(super) fn between(
        &mut self,
        operand: &ast::Expr,
        low: &ast::Expr,
        high: &ast::Expr,
        op: Span,
        span: Span,
    ) -> Expr {
        let value = self.operand(
            operand,
            Want {
                now: true,
                ..Want::NOTHING
            },
        );
        let hint = value.ty.clone();
        let want = Want {
            ty: Some(&hint),
            now: true,
            below: false,
        };
        let (from, to) = (self.operand(low, want), self.operand(high, want));
        if [&value, &from, &to]
            .into_iter()
            .any(|part| part.ty.is_error())
        {
            return self.broken_test(Op::Between, vec![value, from, to], span);
        }
        let mut wrong = None;
        for (bound, written) in [(&from, low), (&to, high)] {
            let w = Written {
                left: operand,
                right: written,
                op,
                span,
            };
            let day_beside_instant =
                value.ty.kind == TypeKind::Timestamp && bound.ty.kind == TypeKind::Date;
            if !day_beside_instant && let Some(failed) = self.not_orderable(&value, bound, w) {
                wrong = Some(failed);
                continue;
            }
            self.now_beside_instant(&value, bound);
        }
        if let Some(wrong) = wrong {
            return wrong;
        }
        self.empty_range(&from, &to, low.span.to(high.span));
        self.test(Op::Between, vec![value, from, to], span)
    }

    /// A comparison, noted as open when an operand may be missing.
    pub(super) fn test(&mut self, op: Op, operands: Vec<Expr>, span: Span) -> Expr {
        let all: Vec<&Expr> = operands.iter().collect();
        self.atom(span, &all);
        Expr {
            kind: ExprKind::Op(op, operands),
            ty: Type::BOOL,
            span,
        }
    }

    /// A comparison of something that is already reported.
    #[expect(clippy::unused_self, reason = "reads as `test` does")]
    pub(super) fn broken_test(&self, op: Op, operands: Vec<Expr>, span: Span) -> Expr {
        Expr {
            kind: ExprKind::Op(op, operands),
            ty: Type::BOOL,
            span,
        }
    }

    fn not_comparable(&mut self, left: &Expr, right: &Expr, w: Written<'_>) -> Expr {
        let (a, b) = (self.noun(&left.ty.kind), self.noun(&right.ty.kind));
        let code = match (&left.ty.kind, &right.ty.kind) {
            (TypeKind::Money(_), TypeKind::Money(_)) => types::CURRENCIES_DIFFER,
            (x, y) if lacks_unit(x, y) || lacks_unit(y, x) => types::NO_UNIT,
            _ => types::NOT_COMPARABLE,
        };
        let message = if code == types::NO_UNIT {
            format!("{a} cannot be compared with {b}: only one of them has a unit")
        } else {
            format!("{a} cannot be compared with {b}")
        };
        let op = self.quote(w.op);
        let diagnostic = self
            .diagnostic(code, right.span, message)
            .label(format!("this is {b} (`{}`)", self.type_name(&right.ty)))
            .secondary(
                self.scope.file,
                left.span,
                format!("this is {a} (`{}`)", self.type_name(&left.ty)),
            );
        let length = self.instant_beside_length(left, right, &op, w);
        let diagnostic = match length.or_else(|| instant_beside_quoted(left, right, &op)) {
            Some((new, title)) => diagnostic.fix(title, Applicability::Maybe, right.span, new),
            None => match self.birthday_beside_age(left, right, &op, w) {
                Some(new) => diagnostic.perhaps(w.left.span, new),
                None => self.with_either_repair(diagnostic, (w.left, left), (w.right, right)),
            },
        };
        self.fail(w.span, diagnostic)
    }

    /// `birthday >= 18`: the age is meant.
    fn birthday_beside_age(
        &self,
        left: &Expr,
        right: &Expr,
        op: &str,
        w: Written<'_>,
    ) -> Option<String> {
        let years = matches!(right.kind, ExprKind::Const(crate::Const::Int(1..=130)));
        let ordered = matches!(op, "<" | "<=" | ">" | ">=");
        let fits = left.ty.kind == TypeKind::Date && right.ty.kind == TypeKind::Int;
        (years && ordered && fits).then(|| format!("age({})", self.text(w.left.span)))
    }

    /// `signed_up_at > 30d`: most probably `30d ago`.
    fn instant_beside_length(
        &self,
        left: &Expr,
        right: &Expr,
        op: &str,
        w: Written<'_>,
    ) -> Option<(String, String)> {
        let compares = matches!(op, "<" | "<=" | ">" | ">=" | "before" | "after");
        if left.ty.kind != TypeKind::Timestamp
            || right.ty.kind != TypeKind::Duration
            || !compares
            || rests_on_now(left)
        {
            return None;
        }
        let text = self.text(w.right.span);
        let new = if super::types::binds_tightly(&w.right.kind) {
            format!("{text} ago")
        } else {
            format!("({text}) ago")
        };
        let title = format!("write `{new}`");
        Some((new, title))
    }

    /// A date is a whole day, an instant a moment: which is before which is asked with `before` and `after`.
    fn date_beside_instant(&mut self, left: &Expr, right: &Expr, w: Written<'_>) -> Expr {
        let op = self.quote(w.op);
        let instant = if left.ty.kind == TypeKind::Timestamp {
            (left, w.left)
        } else {
            (right, w.right)
        };
        let diagnostic = self
            .diagnostic(
                types::DATE_AND_INSTANT,
                w.op,
                format!("a date is a whole day, and `{op}` does not say which moment of it"),
            )
            .secondary(
                self.scope.file,
                left.span,
                format!("this is {}", self.noun(&left.ty.kind)),
            )
            .secondary(
                self.scope.file,
                right.span,
                format!("this is {}", self.noun(&right.ty.kind)),
            );
        let word = match op.as_str() {
            "<" => Some("before"),
            ">" => Some("after"),
            _ => None,
        };
        let diagnostic = match word {
            Some(word) => {
                let title = format!("write `{word}`: the whole day counts");
                diagnostic.fix(title, Applicability::Maybe, w.op, word)
            }
            None => diagnostic,
        };
        let text = self.text(instant.1.span);
        let diagnostic = if rests_on_now(instant.0) {
            diagnostic.help("compare with `today`, as in `today - 1 month`")
        } else {
            let new = format!("date({text})");
            let title = format!("compare days: `{new}`");
            diagnostic.fix(title, Applicability::Maybe, instant.1.span, new)
        };
        self.fail(w.span, diagnostic)
    }

    fn no_equality(&mut self, value: &Expr, w: Written<'_>) -> Expr {
        let noun = self.noun(&value.ty.kind);
        let op = self.quote(w.op);
        let diagnostic = self
            .diagnostic(
                types::NO_EQUALITY,
                w.op,
                format!("`{op}` does not compare {noun} with another"),
            )
            .secondary(self.scope.file, value.span, format!("this is {noun}"));
        let diagnostic = match &value.ty.kind {
            TypeKind::Geo => {
                diagnostic.help("compare places by how far apart they are: `distance(a, b) < 1 km`")
            }
            TypeKind::List(_) | TypeKind::Set(_) => {
                diagnostic.help("ask what it holds: `contains`, `contains all [..]`, `.size()`")
            }
            _ => diagnostic.help("compare its parts, one by one"),
        };
        self.fail(w.span, diagnostic)
    }

    /// `tags == "x"`: most probably `tags contains "x"`.
    fn element_beside_collection(
        &mut self,
        left: &Expr,
        right: &Expr,
        w: Written<'_>,
    ) -> Option<Expr> {
        if let Some(element) = right.ty.kind.element()
            && left.ty.kind.element().is_none()
            && comparable(&element.kind, &left.ty.kind)
        {
            return Some(self.value_beside_list(left, right, w));
        }
        let element = left.ty.kind.element()?;
        if right.ty.kind.element().is_some() || !comparable(&element.kind, &right.ty.kind) {
            return None;
        }
        let op = self.quote(w.op);
        let (a, b) = (self.noun(&left.ty.kind), self.noun(&right.ty.kind));
        let diagnostic = self
            .diagnostic(
                types::NOT_COMPARABLE,
                w.op,
                format!("{a} is not equal to one of its elements"),
            )
            .secondary(self.scope.file, left.span, format!("this is {a}"))
            .secondary(self.scope.file, right.span, format!("this is {b}"));
        let diagnostic = match op.as_str() {
            "==" => diagnostic.fix("write `contains`", Applicability::Maybe, w.op, "contains"),
            "!=" => diagnostic.fix(
                "write `not contains`",
                Applicability::Maybe,
                w.op,
                "not contains",
            ),
            _ => diagnostic,
        };
        Some(self.fail(w.span, diagnostic))
    }

    /// `country == [US, CA]`.
    fn value_beside_list(&mut self, left: &Expr, right: &Expr, w: Written<'_>) -> Expr {
        let (a, b) = (self.noun(&left.ty.kind), self.noun(&right.ty.kind));
        let new = match self.quote(w.op).as_str() {
            "==" => Some("in"),
            "!=" => Some("not in"),
            _ => None,
        };
        let mut diagnostic = self
            .diagnostic(
                types::NOT_COMPARABLE,
                right.span,
                format!("{a} cannot be compared with {b}"),
            )
            .label(format!("this is {b} (`{}`)", self.type_name(&right.ty)))
            .secondary(
                self.scope.file,
                left.span,
                format!("this is {a} (`{}`)", self.type_name(&left.ty)),
            );
        if let Some(new) = new {
            diagnostic = diagnostic.perhaps(w.op, new);
        }
        self.fail(w.span, diagnostic)
    }

    fn contains(&mut self, w: Written<'_>) -> Expr {
        let left = self.operand(w.left, Want::NOTHING);
        if left.ty.is_error() {
            let right = self.infer(w.right, Want::NOTHING);
            return self.broken_test(Op::Contains, vec![left, right], w.span);
        }
        if left.ty.kind.is_text() {
            return self.text_test_with(Op::Contains, left, w);
        }
        let Some(element) = left.ty.kind.element().cloned() else {
            let noun = self.noun(&left.ty.kind);
            let diagnostic = self
                .diagnostic(
                    types::NO_SUCH_OPERATION,
                    left.span,
                    format!("{noun} contains nothing"),
                )
                .label("`contains` is asked of text, lists and sets");
            return self.fail(w.span, diagnostic);
        };
        let right = self.operand(w.right, Want::of(&element));
        if right.ty.is_error() {
            return self.broken_test(Op::Has, vec![left, right], w.span);
        }
        if right.ty.kind.element().is_some()
            && !matches!(element.kind, TypeKind::List(_) | TypeKind::Set(_))
        {
            let diagnostic = self
                .diagnostic(
                    types::NOT_COMPARABLE,
                    right.span,
                    "this is a whole list, not one element",
                )
                .label("`contains` looks for one element")
                .fix(
                    "look for any of them",
                    Applicability::Maybe,
                    Span::at(w.right.span.start),
                    "any ",
                )
                .fix(
                    "look for all of them",
                    Applicability::Maybe,
                    Span::at(w.right.span.start),
                    "all ",
                );
            return self.fail(w.span, diagnostic);
        }
        if matches!(element.kind, TypeKind::Record(_)) {
            let text = self.quote(left.span);
            let diagnostic = self
                .diagnostic(
                    types::NO_EQUALITY,
                    w.op,
                    "records are not compared as a whole",
                )
                .help(format!(
                    "ask about a field: `any item in {text} where item.… == …`"
                ));
            return self.fail(w.span, diagnostic);
        }
        if !comparable(&element.kind, &right.ty.kind) {
            let like = Expr {
                ty: element,
                ..left
            };
            return self.not_comparable(&like, &right, w);
        }
        self.test(Op::Has, vec![left, right], w.span)
    }

    fn text_test(&mut self, op: Op, w: Written<'_>) -> Expr {
        let left = self.operand(w.left, Want::NOTHING);
        self.text_test_with(op, left, w)
    }

    fn text_test_with(&mut self, op: Op, left: Expr, w: Written<'_>) -> Expr {
        let text = Type::of(TypeKind::Str);
        let right = self.operand(w.right, Want::of(&text));
        if left.ty.is_error() || right.ty.is_error() {
            return self.broken_test(op, vec![left, right], w.span);
        }
        if !left.ty.kind.is_text() || !right.ty.kind.is_text() {
            let name = self.quote(w.op);
            return self.needs_text(&name, &left, &right, w);
        }
        self.test(op, vec![left, right], w.span)
    }

    fn needs_text(&mut self, op: &str, left: &Expr, right: &Expr, w: Written<'_>) -> Expr {
        let wrong = if left.ty.kind.is_text() {
            (right, w.right)
        } else {
            (left, w.left)
        };
        let noun = self.noun(&wrong.0.ty.kind);
        let diagnostic = self
            .diagnostic(
                types::NO_SUCH_OPERATION,
                wrong.0.span,
                format!("`{op}` compares text, and this is {noun}"),
            )
            .label(format!("this is `{}`", self.type_name(&wrong.0.ty)));
        let diagnostic = self.with_repair(diagnostic, wrong.1, wrong.0, &TypeKind::Str);
        self.fail(w.span, diagnostic)
    }

    fn matches(&mut self, w: Written<'_>) -> Expr {
        let left = self.operand(w.left, Want::NOTHING);
        let right = self.pattern(w.right);
        if !left.ty.is_error() && !left.ty.kind.is_text() {
            return self.needs_text("matches", &left, &right, w);
        }
        if left.ty.is_error() || right.ty.is_error() {
            return self.broken_test(Op::Matches, vec![left, right], w.span);
        }
        self.test(Op::Matches, vec![left, right], w.span)
    }
}

/// `signed_up_at before "2025-01-01"`: the day without its quotes.
fn instant_beside_quoted(left: &Expr, right: &Expr, op: &str) -> Option<(String, String)> {
    let crate::Const::Str(text) = super::consts::fold(right)? else {
        return None;
    };
    if left.ty.kind != TypeKind::Timestamp || !matches!(op, "before" | "after") {
        return None;
    }
    let new = super::repair::unquoted(&text, &TypeKind::Date)?;
    let title = format!("write `{new}`, without quotes");
    Some((new, title))
}

/// Whether one is a plain number beside something that is counted in units.
fn lacks_unit(number: &TypeKind, other: &TypeKind) -> bool {
    is_number(number)
        && matches!(
            other,
            TypeKind::Money(_) | TypeKind::Duration | TypeKind::Length
        )
}

impl Checker<'_> {
    /// A diagnostic that says what two operands of an operator are.
    pub(super) fn both(&self, diagnostic: Diagnostic, left: &Expr, right: &Expr) -> Diagnostic {
        diagnostic
            .secondary(
                self.scope.file,
                left.span,
                format!("this is {}", self.noun(&left.ty.kind)),
            )
            .secondary(
                self.scope.file,
                right.span,
                format!("this is {}", self.noun(&right.ty.kind)),
            )
    }
}
