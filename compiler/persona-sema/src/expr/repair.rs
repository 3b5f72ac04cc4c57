//! What a value of the wrong type was probably meant to be: a number without its unit, text for a value of an enum, an
//! instant for a date. Each repair gives the wanted type when it is applied.

use persona_base::{Applicability, Diagnostic, Span};
use persona_syntax::ast::{self, Literal};

use super::Checker;
use crate::{Const, Expr, ExprKind, TypeKind};

/// A new text for a part of an expression.
pub(super) struct Repair {
    span: Span,
    text: String,
}

impl Checker<'_> {
    /// Adds the repair of a value to a message, if there is one, else a word of advice.
    pub(super) fn with_repair(
        &self,
        diagnostic: Diagnostic,
        written: &ast::Expr,
        value: &Expr,
        wanted: &TypeKind,
    ) -> Diagnostic {
        match self.repair(written, value, wanted) {
            Some(repair) => with(diagnostic, repair),
            None => match self.advice(value, wanted) {
                Some(advice) => diagnostic.help(advice),
                None => diagnostic,
            },
        }
    }

    /// Adds the repair of one of two operands that should be of one type.
    pub(super) fn with_either_repair(
        &self,
        diagnostic: Diagnostic,
        left: (&ast::Expr, &Expr),
        right: (&ast::Expr, &Expr),
    ) -> Diagnostic {
        let repair = self
            .repair(right.0, right.1, &left.1.ty.kind)
            .or_else(|| self.repair(left.0, left.1, &right.1.ty.kind));
        match repair {
            Some(repair) => with(diagnostic, repair),
            None => {
                let advice = self
                    .advice(right.1, &left.1.ty.kind)
                    .or_else(|| self.advice(left.1, &right.1.ty.kind));
                match advice {
                    Some(advice) => diagnostic.help(advice),
                    None => diagnostic,
                }
            }
        }
    }

    fn repair(&self, written: &ast::Expr, value: &Expr, wanted: &TypeKind) -> Option<Repair> {
        let inner = without_parens(written);
        let text = self.repaired(inner, value, wanted)?;
        Some(Repair {
            span: inner.span,
            text,
        })
    }

    fn repaired(&self, written: &ast::Expr, value: &Expr, wanted: &TypeKind) -> Option<String> {
        use TypeKind as Kind;
        let text = self.text(written.span);
        match (&value.kind, &value.ty.kind, wanted) {
            (
                ExprKind::Const(_),
                Kind::Int | Kind::Float,
                Kind::Money(_) | Kind::Duration | Kind::Length,
            ) => self.with_unit(written, wanted),
            (ExprKind::Const(_), Kind::Int | Kind::Float, kind)
                if kind.is_text() && is_number_literal(written) =>
            {
                Some(format!("\"{text}\"")).filter(|_| *kind == Kind::Str)
            }
            (ExprKind::Const(_), Kind::Money(_), Kind::Int | Kind::Float) => {
                without_currency(written, wanted)
            }
            (ExprKind::Const(Const::Int(micros)), Kind::Duration, Kind::Int) => (micros % DAY == 0
                && is_number_literal(written))
            .then(|| (micros / DAY).to_string()),
            (ExprKind::Const(Const::Period { months: 0, days }), Kind::Period, Kind::Duration) => {
                Some(format!("{days}d"))
            }
            (ExprKind::Const(Const::Str(content)), Kind::Str, Kind::Enum(id)) => {
                let def = self.schema().enums.get(*id)?;
                let named = |value: &&(_, _)| {
                    let (name, title): &(std::sync::Arc<str>, Option<std::sync::Arc<str>>) = value;
                    name.eq_ignore_ascii_case(content)
                        || title
                            .as_ref()
                            .is_some_and(|title| title.eq_ignore_ascii_case(content))
                };
                def.values
                    .iter()
                    .find(named)
                    .map(|(name, _)| name.to_string())
            }
            (ExprKind::Const(Const::Str(content)), Kind::Str, wanted) => unquoted(content, wanted),
            (ExprKind::Const(Const::Enum(_)), Kind::Enum(_), Kind::Str) => match &written.kind {
                ast::ExprKind::Name(name) => Some(format!("\"{}\"", name.text)),
                _ => None,
            },
            (ExprKind::Const(_), Kind::Period, Kind::Int)
            | (ExprKind::Const(_), Kind::Int, Kind::TimeOfDay | Kind::Enum(_))
            | (ExprKind::Const(_), Kind::Money(_), Kind::Money(_)) => self.counted(written, wanted),
            (_, Kind::Timestamp, Kind::Date) if !super::window::rests_on_now(value) => {
                Some(format!("date({text})"))
            }
            _ => None,
        }
    }

    /// A number as written with the unit it lacks.
    fn with_unit(&self, written: &ast::Expr, wanted: &TypeKind) -> Option<String> {
        if !is_number_literal(written) {
            return None;
        }
        let text = self.text(written.span);
        let decimals = text.rsplit_once('.').map_or(0, |(_, digits)| digits.len());
        match wanted {
            TypeKind::Money(currency) => {
                (decimals <= currency.decimals() as usize).then(|| format!("{text} {currency}"))
            }
            TypeKind::Duration => (decimals == 0).then(|| format!("{}d", text.replace('_', ""))),
            TypeKind::Length => Some(format!("{text} km")),
            _ => None,
        }
    }

    /// What to do where no repair can be written down.
    fn advice(&self, value: &Expr, wanted: &TypeKind) -> Option<String> {
        use TypeKind as Kind;
        let text = self.quote(value.span);
        let text = if matches!(value.kind, ExprKind::Op(..)) && !text.ends_with(')') {
            format!("({text})")
        } else {
            text
        };
        Some(match (&value.ty.kind, wanted) {
            (Kind::Int | Kind::Float, Kind::Money(currency))
                if matches!(value.kind, ExprKind::Const(_)) =>
            {
                format!("give the number its currency, and no more decimals than {currency} has")
            }
            (Kind::Int | Kind::Float, Kind::Money(currency)) => {
                format!("give the number its currency: `{text} * 1 {currency}`")
            }
            (Kind::Int, Kind::Duration) => {
                format!("say what it counts: `{text} * 1d`, `{text} * 1h`")
            }
            (Kind::Int | Kind::Float, Kind::Length) => {
                format!("say what it counts: `{text} * 1 km`")
            }
            (Kind::Money(currency), Kind::Int | Kind::Float)
                if !matches!(value.kind, ExprKind::Const(_)) =>
            {
                format!("an amount as a number is `{text} / 1 {currency}`")
            }
            (Kind::Money(a), Kind::Money(b)) => {
                format!("`{a}` and `{b}` have no rate here: keep both amounts in one currency")
            }
            (Kind::Duration, Kind::Int) => "compare lengths of time: `30d`, `24h`".to_owned(),
            (Kind::Str, Kind::Enum(id)) => {
                let def = self.schema().enums.get(*id)?;
                let values: Vec<&str> = def.values.iter().map(|(value, _)| &**value).collect();
                format!(
                    "its values are {}, written without quotes",
                    super::unknown::shown(&values)
                )
            }
            (Kind::Geo, _) | (_, Kind::Geo) => {
                "compare places by how far apart they are: `distance(a, b) < 10 km`".to_owned()
            }
            (Kind::List(_) | Kind::Set(_), _) => {
                format!("ask what it holds: `{text} contains …`, `any item in {text} where …`")
            }
            (Kind::Period, Kind::Duration) => {
                "write a fixed length of time: `30d`, `24h`".to_owned()
            }
            _ => return None,
        })
    }
}

/// A day in microseconds.
pub(super) const DAY: i64 = 86_400_000_000;

fn with(diagnostic: Diagnostic, repair: Repair) -> Diagnostic {
    let title = format!("write `{}`", repair.text);
    diagnostic.fix(title, Applicability::Maybe, repair.span, repair.text)
}

/// The expression inside its parentheses.
pub(super) fn without_parens(mut expr: &ast::Expr) -> &ast::Expr {
    while let ast::ExprKind::Paren(inner) = &expr.kind {
        expr = inner;
    }
    expr
}

fn is_number_literal(written: &ast::Expr) -> bool {
    match &written.kind {
        ast::ExprKind::Literal(literal) => {
            !matches!(literal, Literal::Bool(_) | Literal::Percent(_))
        }
        ast::ExprKind::Neg { operand, .. } => matches!(operand.kind, ast::ExprKind::Literal(_)),
        _ => false,
    }
}

fn without_currency(written: &ast::Expr, wanted: &TypeKind) -> Option<String> {
    let ast::ExprKind::Literal(Literal::Money { amount, .. }) = &written.kind else {
        return None;
    };
    (*wanted == TypeKind::Float || !amount.contains('.')).then(|| amount.clone())
}

/// What stands in quotes, when it is a literal of the wanted type.
pub(super) fn unquoted(content: &str, wanted: &TypeKind) -> Option<String> {
    let content = content.trim();
    if content.is_empty() || content.len() > 40 {
        return None;
    }
    let parsed = persona_syntax::parse_expr(content);
    let ast::ExprKind::Literal(literal) = &parsed.tree.kind else {
        return None;
    };
    let fits = match (literal, wanted) {
        (Literal::Bool(_), TypeKind::Bool)
        | (Literal::Int(_), TypeKind::Int | TypeKind::Float)
        | (Literal::Float(_) | Literal::Percent(_), TypeKind::Float)
        | (Literal::Date(_), TypeKind::Date)
        | (Literal::TimeOfDay(_), TypeKind::TimeOfDay)
        | (Literal::Timestamp(_), TypeKind::Timestamp)
        | (Literal::Duration(_), TypeKind::Duration)
        | (Literal::Length(_), TypeKind::Length) => true,
        (Literal::Int(_), TypeKind::Money(wanted)) if parsed.errors.is_empty() => {
            return Some(format!("{content} {wanted}"));
        }
        (Literal::Money { currency, .. }, TypeKind::Money(wanted)) => {
            currency.text == wanted.code()
        }
        _ => false,
    };
    (fits && parsed.errors.is_empty()).then(|| content.to_owned())
}
