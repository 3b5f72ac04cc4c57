//! Which types go together: what may be compared, ordered, joined, and put where a type is declared.

use std::sync::Arc;

use persona_base::{Applicability, Diagnostic, Span, missing, types};
use persona_syntax::ast;

use super::Checker;
use crate::{AggKind, Const, Expr, ExprKind, Type, TypeKind};

/// Whose type is wanted, for messages.
#[derive(Clone, Copy, Debug)]
pub(super) enum Role<'r> {
    /// What the declaration says.
    Declared,
    /// An argument of this function, trait or segment.
    Argument(&'r str),
    /// An operand of this operator.
    Operand(&'r str),
    /// An element of a list or a field of a record.
    Part(&'r str),
    /// The key of this catalog.
    Key(&'r str),
}

impl Role<'_> {
    /// "expected by `round`".
    fn phrase(self) -> String {
        match self {
            Self::Declared => "is declared here".to_owned(),
            Self::Argument(of) => format!("is what `{of}` takes"),
            Self::Operand(op) => format!("is what stands beside `{op}`"),
            Self::Part(of) => format!("is what {of} holds"),
            Self::Key(of) => format!("is the key of `{of}`"),
        }
    }
}

/// Whether two values may be compared for equality as far as their types go.
pub(crate) fn comparable(a: &TypeKind, b: &TypeKind) -> bool {
    use TypeKind as Kind;
    match (a, b) {
        (Kind::Error | Kind::Nothing, _) | (_, Kind::Error | Kind::Nothing) => true,
        (Kind::Int | Kind::Float, Kind::Int | Kind::Float) => true,
        (Kind::Html, Kind::Html) => true,
        (Kind::Html, _) | (_, Kind::Html) => false,
        (Kind::List(a) | Kind::Set(a), Kind::List(b) | Kind::Set(b)) => {
            comparable(&a.kind, &b.kind)
        }
        (a, b) => a == b || (a.is_text() && b.is_text()),
    }
}

/// Whether `==` is defined.
pub(super) fn has_equality(kind: &TypeKind) -> bool {
    use TypeKind as Kind;
    !matches!(
        kind,
        Kind::Html
            | Kind::Geo
            | Kind::Period
            | Kind::List(_)
            | Kind::Set(_)
            | Kind::Record(_)
            | Kind::EventRecord(_)
            | Kind::Item(..)
            | Kind::Event
            | Kind::Field(_)
    )
}

/// Numbers, and what is counted in units: what may be added up.
pub(super) fn is_quantity(kind: &TypeKind) -> bool {
    use TypeKind as Kind;
    matches!(
        kind,
        Kind::Int | Kind::Float | Kind::Money(_) | Kind::Duration | Kind::Length
    )
}

/// `Int` or `Float`.
pub(super) fn is_number(kind: &TypeKind) -> bool {
    matches!(kind, TypeKind::Int | TypeKind::Float)
}

/// The type of a value that is one or the other.
pub(super) fn join(a: &Type, b: &Type) -> Option<Type> {
    use TypeKind as Kind;
    let kind = match (&a.kind, &b.kind) {
        (Kind::Error, _) | (_, Kind::Error) => Kind::Error,
        (Kind::Nothing, other) | (other, Kind::Nothing) => other.clone(),
        (Kind::Int | Kind::Float, Kind::Int | Kind::Float) if a.kind != b.kind => Kind::Float,
        (Kind::List(x), Kind::List(y)) => Kind::List(Arc::new(join(x, y)?)),
        (Kind::Set(x), Kind::Set(y)) => Kind::Set(Arc::new(join(x, y)?)),
        (x, y) if x == y => x.clone(),
        (x, y) if x.is_text() && y.is_text() && *x != Kind::Html && *y != Kind::Html => Kind::Str,
        _ => return None,
    };
    Some(Type {
        kind,
        optional: a.optional || b.optional,
    })
}

/// Whether a value may stand where a type is wanted, apart from being missing.
pub(super) fn assignable(from: &TypeKind, to: &TypeKind) -> bool {
    use TypeKind as Kind;
    match (from, to) {
        (Kind::Error | Kind::Nothing, _) | (_, Kind::Error) => true,
        (Kind::Int, Kind::Float) => true,
        (Kind::List(a), Kind::List(b)) | (Kind::Set(a), Kind::Set(b)) => {
            a.kind == b.kind || matches!(a.kind, Kind::Nothing | Kind::Error)
        }
        (from, Kind::Str | Kind::Html) if from.is_text() && *from != Kind::Html => true,
        (from, to) => from == to,
    }
}

impl Checker<'_> {
    /// Whether values may be compared with `<`.
    pub(super) fn is_ordered(&self, kind: &TypeKind) -> bool {
        use TypeKind as Kind;
        match kind {
            Kind::Enum(id) => self.schema().enums.get(*id).is_some_and(|def| def.ordered),
            Kind::Date | Kind::TimeOfDay | Kind::Timestamp | Kind::Error | Kind::Nothing => true,
            kind => is_quantity(kind) || (kind.is_text() && *kind != Kind::Html),
        }
    }

    /// A value that must be of a type: reports what does not fit, and converts constants.
    pub(super) fn accept(
        &mut self,
        value: Expr,
        written: &ast::Expr,
        ty: &Type,
        role: Role<'_>,
    ) -> Expr {
        if value.ty.is_error() || ty.is_error() {
            return value;
        }
        if is_picked(&value) {
            return self.whole_event(&value);
        }
        let text = match &value.kind {
            ExprKind::Const(Const::Str(text)) if value.ty.kind == TypeKind::Str => {
                Some(Arc::clone(text))
            }
            _ => None,
        };
        if let Some(text) = text.filter(|_| ty.kind.is_text()) {
            return self.accept_text(value, &text, ty);
        }
        if !assignable(&value.ty.kind, &ty.kind) {
            let diagnostic = self.mismatch(&value, written, &ty.kind, role);
            return self.fail(value.span, diagnostic);
        }
        let mut value = value;
        if value.ty.optional && !ty.optional {
            let diagnostic = self.may_be_missing(&value, written, &ty.kind, role);
            self.report(diagnostic);
            value.ty.optional = false;
        }
        converted(value, &ty.kind)
    }

    /// Text that is written in the program where validated text is wanted.
    fn accept_text(&mut self, mut value: Expr, text: &str, ty: &Type) -> Expr {
        if let Err(why) = super::strings::fits(text, &ty.kind) {
            let noun = self.noun(&ty.kind);
            let diagnostic = self
                .diagnostic(
                    types::TYPE_MISMATCH,
                    value.span,
                    format!("this text is not {noun}"),
                )
                .label(why);
            let zone = (ty.kind == TypeKind::TimeZone)
                .then(|| crate::package::zone(text).err().flatten())
                .flatten();
            let diagnostic = match zone {
                Some(zone) => diagnostic.fix(
                    format!("write \"{zone}\""),
                    persona_base::Applicability::Maybe,
                    value.span,
                    format!("\"{zone}\""),
                ),
                None => diagnostic,
            };
            return self.fail(value.span, diagnostic);
        }
        value.ty = Type::of(ty.kind.clone());
        value
    }

    fn mismatch(
        &self,
        value: &Expr,
        written: &ast::Expr,
        wanted: &TypeKind,
        role: Role<'_>,
    ) -> Diagnostic {
        let (found, expected) = (self.noun(&value.ty.kind), self.noun(wanted));
        let diagnostic = self
            .diagnostic(
                types::TYPE_MISMATCH,
                value.span,
                format!("expected {expected}, found {found}"),
            )
            .label(format!("this is {found} (`{}`)", self.type_name(&value.ty)))
            .note(format!(
                "{expected} (`{}`) {}",
                self.type_name(&Type::of(wanted.clone())),
                role.phrase()
            ));
        self.with_repair(diagnostic, written, value, wanted)
    }

    /// A value that may be missing where it must be there.
    fn may_be_missing(
        &self,
        value: &Expr,
        written: &ast::Expr,
        wanted: &TypeKind,
        role: Role<'_>,
    ) -> Diagnostic {
        let text = self.quote(value.span);
        let diagnostic = self
            .diagnostic(
                missing::MAY_BE_MISSING,
                value.span,
                format!("`{text}` may be missing"),
            )
            .label(format!("this is `{}`", self.type_name(&value.ty)))
            .note(format!(
                "{} that is always there {}",
                self.noun(wanted),
                role.phrase()
            ));
        self.with_default(diagnostic, written, wanted)
    }

    /// Offers `?? default` for an expression, where its type has an obvious neutral value.
    pub(super) fn with_default(
        &self,
        diagnostic: Diagnostic,
        written: &ast::Expr,
        kind: &TypeKind,
    ) -> Diagnostic {
        let Some(default) = self.neutral(kind) else {
            return diagnostic.help("say what to take instead when it is missing, with `?? …`");
        };
        let text = self.text(written.span);
        let (open, close) = if binds_tightly(&written.kind) {
            ("", "")
        } else {
            ("(", ")")
        };
        let title = format!("take `{default}` when it is missing");
        diagnostic.fix(
            title,
            Applicability::Maybe,
            written.span,
            format!("{open}{text}{close} ?? {default}"),
        )
    }

    /// A value of a type that is often right where there is none.
    fn neutral(&self, kind: &TypeKind) -> Option<String> {
        use TypeKind as Kind;
        Some(match kind {
            Kind::Bool => "false".to_owned(),
            Kind::Int | Kind::Float => "0".to_owned(),
            Kind::Str => "\"\"".to_owned(),
            Kind::Money(currency) => format!("0 {currency}"),
            Kind::Duration => "0d".to_owned(),
            Kind::Length => "0 m".to_owned(),
            Kind::Enum(id) => {
                let def = self.schema().enums.get(*id)?;
                let value = def
                    .values
                    .iter()
                    .find(|(name, _)| matches!(&**name, "other" | "none" | "unknown"))?;
                format!("{}.{}", def.name, value.0)
            }
            _ => return None,
        })
    }

    /// A value whose type nobody said: it must have one that values can have.
    pub(super) fn require_value(&mut self, value: Expr, _written: &ast::Expr) -> Expr {
        if is_picked(&value) {
            return self.whole_event(&value);
        }
        match &value.ty.kind {
            TypeKind::Item(..) => self.whole_item(&value),
            TypeKind::List(element) | TypeKind::Set(element)
                if element.kind == TypeKind::Nothing =>
            {
                let diagnostic = self
                    .diagnostic(
                        types::LIST_OF_NOTHING,
                        value.span,
                        "the type of this empty list is not known",
                    )
                    .help("declare it: `name: List<String> = []`");
                self.fail(value.span, diagnostic)
            }
            TypeKind::Period => {
                let diagnostic = self
                    .diagnostic(types::TYPE_MISMATCH, value.span, "a calendar period is no value of its own")
                    .label("how long it is depends on when it begins")
                    .help("use it in a window (`in last 6 months`), or beside a date (`today - 6 months`)");
                self.fail(value.span, diagnostic)
            }
            _ => value,
        }
    }

    /// `last(Purchase)` where a value is wanted.
    pub(super) fn whole_event(&mut self, value: &Expr) -> Expr {
        let text = self.quote(value.span);
        let diagnostic = self
            .diagnostic(
                persona_base::names::NOT_A_VALUE,
                value.span,
                "an event is several values; say which",
            )
            .label("this is a whole event")
            .help(format!("write `{text}.at`, or another of its fields"));
        self.fail(value.span, diagnostic)
    }

    /// Two branches of an expression as one type.
    pub(super) fn join_branches(&mut self, branches: &[(&Expr, Span)]) -> Type {
        let mut all = Type::of(TypeKind::Nothing);
        for (branch, span) in branches {
            if is_picked(branch) {
                self.whole_event(branch);
                return Type::ERROR;
            }
            match join(&all, &branch.ty) {
                Some(ty) => all = ty,
                None => {
                    let (first, here) = (self.noun(&all.kind), self.noun(&branch.ty.kind));
                    let first_span = branches[0].1;
                    let diagnostic = self
                        .diagnostic(
                            types::BRANCHES_DIFFER,
                            *span,
                            format!("one result is {first}, and this one is {here}"),
                        )
                        .label(format!("this is {here}"))
                        .secondary(self.scope.file, first_span, format!("this is {first}"));
                    let meant = match (&branch.kind, &branch.ty.kind, &all.kind) {
                        (ExprKind::Const(crate::Const::Str(text)), _, wanted) => {
                            super::repair::unquoted(text, wanted)
                        }
                        (ExprKind::Const(_), TypeKind::Int | TypeKind::Float, TypeKind::Str) => {
                            Some(format!("\"{}\"", self.text(*span)))
                        }
                        _ => None,
                    };
                    let diagnostic = match meant {
                        Some(new) => diagnostic.fix(
                            format!("write `{new}`"),
                            persona_base::Applicability::Maybe,
                            *span,
                            new,
                        ),
                        None => diagnostic.help("let all results be of one type"),
                    };
                    self.report(diagnostic);
                    return Type::ERROR;
                }
            }
        }
        if all.kind == TypeKind::Nothing {
            Type::ERROR
        } else {
            all
        }
    }
}

/// Whether a value is a whole event, as `last(Purchase)` without a field.
pub(super) fn is_picked(value: &Expr) -> bool {
    matches!(
        value.kind,
        ExprKind::Agg {
            kind: AggKind::Nth { .. },
            value: None,
            ..
        }
    )
}

/// Whether a form binds more tightly than `??`, so that it needs no parentheses beside it.
pub(super) fn binds_tightly(kind: &ast::ExprKind) -> bool {
    use ast::ExprKind as Kind;
    matches!(
        kind,
        Kind::Literal(_)
            | Kind::Str(_)
            | Kind::RawStr(_)
            | Kind::List(_)
            | Kind::Name(_)
            | Kind::Paren(_)
            | Kind::Postfix { .. }
            | Kind::Call { .. }
            | Kind::Aggregate { .. }
            | Kind::Neg { .. }
            | Kind::Coalesce(_)
    )
}

/// A constant as the type it is put into: whole numbers as `Float`, lists as sets.
pub(super) fn converted(mut value: Expr, to: &TypeKind) -> Expr {
    if let ExprKind::Const(constant) = value.kind {
        value.kind = ExprKind::Const(converted_const(constant, &value.ty.kind, to));
        value.ty.kind = to.clone();
    }
    value
}

/// A constant of one type as another that it may be assigned to.
#[expect(
    clippy::cast_precision_loss,
    reason = "a whole number becomes the nearest Float, as the language says"
)]
pub(super) fn converted_const(constant: Const, from: &TypeKind, to: &TypeKind) -> Const {
    match (constant, from, to) {
        (Const::Int(n), TypeKind::Int, TypeKind::Float) => Const::Float(n as f64),
        (
            Const::List(items),
            TypeKind::List(a) | TypeKind::Set(a),
            TypeKind::List(b) | TypeKind::Set(b),
        ) => Const::List(
            items
                .into_iter()
                .map(|item| converted_const(item, &a.kind, &b.kind))
                .collect(),
        ),
        (constant, _, _) => constant,
    }
}
