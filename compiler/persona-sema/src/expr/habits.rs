//! What other languages call the functions, methods and fields of persona, and how the same is said here. It only
//! suggests; whether a name means something is decided elsewhere.

use persona_base::{Applicability, Diagnostic, Edit, Fix, Span};
use persona_syntax::ast;

use super::Checker;
use crate::vocabulary;
use crate::{Expr, TypeKind};

/// Functions by their names elsewhere.
const FUNCTIONS: [(&str, &str); 14] = [
    ("average", "avg"),
    ("mean", "avg"),
    ("total", "sum"),
    ("maximum", "max"),
    ("minimum", "min"),
    ("unique", "distinct"),
    ("count_distinct", "distinct"),
    ("countdistinct", "distinct"),
    ("ceiling", "ceil"),
    ("datediff", "days_since"),
    ("mode", "most_common"),
    ("ratio", "share"),
    ("greatest_of", "greatest"),
    ("random", "sample"),
];

/// Methods of text that are functions elsewhere.
const OF_TEXT: [(&str, &str); 8] = [
    ("len", "length"),
    ("length", "length"),
    ("lower", "lower"),
    ("lcase", "lower"),
    ("upper", "upper"),
    ("ucase", "upper"),
    ("trim", "trim"),
    ("strip", "trim"),
];

/// Operators that are methods elsewhere.
const OPERATORS: [(&str, &str); 9] = [
    ("includes", "contains"),
    ("contains", "contains"),
    ("has", "contains"),
    ("startswith", "starts with"),
    ("starts_with", "starts with"),
    ("endswith", "ends with"),
    ("ends_with", "ends with"),
    ("matches", "matches"),
    ("equals", "=="),
];

/// Fields that every event has, and parts of days, by their names elsewhere.
const FIELDS: [(&str, &str); 12] = [
    ("timestamp", "at"),
    ("time", "at"),
    ("date", "at"),
    ("occurred_at", "at"),
    ("created_at", "at"),
    ("event_id", "id"),
    ("day_of_week", "weekday"),
    ("dayofweek", "weekday"),
    ("dow", "weekday"),
    ("day_of_month", "day"),
    ("hours", "hour"),
    ("minutes", "minute"),
];

fn meant(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    table
        .iter()
        .find(|(habit, _)| *habit == lower)
        .map(|(_, meant)| *meant)
}

/// A field or a part by the name that it has here, when it is one of those that are there.
pub(super) fn field(name: &str, known: &[&str]) -> Option<&'static str> {
    meant(&FIELDS, name).filter(|meant| known.contains(meant))
}

/// A number in words.
pub(super) fn number_word(word: &str) -> Option<usize> {
    let words = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    words.iter().position(|known| *known == word)
}

impl Checker<'_> {
    /// How a function of another language is said here, and whether it is known.
    pub(super) fn foreign_call(
        &self,
        diagnostic: Diagnostic,
        name: &ast::Name,
        args: &[ast::Arg],
        span: Span,
    ) -> (Diagnostic, bool) {
        let lower = name.text.to_ascii_lowercase();
        let values: Vec<&ast::Expr> = args
            .iter()
            .filter_map(|arg| match &arg.value {
                ast::ArgValue::Expr(value) => Some(value),
                ast::ArgValue::Type(_) => None,
            })
            .collect();
        let wrote = |new: &str, place: Span| (format!("write `{new}`"), new.to_owned(), place);
        let (title, text, place) = match (lower.as_str(), values.as_slice()) {
            ("coalesce" | "ifnull" | "nvl" | "isnull", [_, _, ..]) => {
                let parts: Vec<String> = values.iter().map(|value| self.closed(value)).collect();
                wrote(&parts.join(" ?? "), span)
            }
            ("now" | "getdate" | "sysdate" | "current_timestamp", []) => wrote("now", span),
            ("curdate" | "current_date" | "today", []) => wrote("today", span),
            (_, [only]) if meant(&OF_TEXT, &lower).is_some() => {
                let method = meant(&OF_TEXT, &lower).unwrap_or_default();
                wrote(&format!("{}.{method}()", self.closed(only)), span)
            }
            _ => match meant(&FUNCTIONS, &lower).or_else(|| {
                vocabulary::AGGREGATES
                    .into_iter()
                    .find(|known| *known == lower)
            }) {
                Some(known) => wrote(known, name.span),
                None => return (diagnostic, false),
            },
        };
        (
            diagnostic.fix(title, Applicability::Maybe, place, text),
            true,
        )
    }

    /// An argument as written, in parentheses where it would fall apart beside an operator.
    fn closed(&self, value: &ast::Expr) -> String {
        let text = self.text(value.span);
        let whole = matches!(
            value.kind,
            ast::ExprKind::Name(_)
                | ast::ExprKind::Postfix { .. }
                | ast::ExprKind::Literal(_)
                | ast::ExprKind::Str(_)
                | ast::ExprKind::Call { .. }
                | ast::ExprKind::Aggregate { .. }
                | ast::ExprKind::Paren(_)
        );
        if whole {
            text.to_owned()
        } else {
            format!("({text})")
        }
    }

    /// How a method of another language is said here, and whether it is known: `tags.includes("x")` is `tags contains "x"`.
    pub(super) fn foreign_method(
        &self,
        mut diagnostic: Diagnostic,
        receiver: &Expr,
        name: &ast::Name,
        args: &[ast::Arg],
        span: Span,
    ) -> (Diagnostic, bool) {
        let Some(operator) = meant(&OPERATORS, &name.text) else {
            return (diagnostic, false);
        };
        let [
            ast::Arg {
                value: ast::ArgValue::Expr(value),
                ..
            },
        ] = args
        else {
            return (diagnostic, false);
        };
        if !receiver.ty.kind.is_text() && operator != "contains" && operator != "==" {
            return (diagnostic, false);
        }
        let file = self.scope.file;
        let edit = |span: Span, text: String| Edit { file, span, text };
        diagnostic.fixes.push(Fix {
            title: format!("write `{operator}`"),
            applicability: Applicability::Maybe,
            edits: vec![
                edit(
                    Span::new(receiver.span.end, value.span.start),
                    format!(" {operator} "),
                ),
                edit(Span::new(value.span.end, span.end), String::new()),
            ],
        });
        (diagnostic, true)
    }

    /// A year's number for an age, an hour for a time of day, a weekday's number for its name, an amount for how often.
    pub(super) fn counted(&self, written: &ast::Expr, wanted: &TypeKind) -> Option<String> {
        let text = self.text(written.span);
        match (&written.kind, wanted) {
            (ast::ExprKind::Literal(ast::Literal::Period { months, days: 0 }), TypeKind::Int) => {
                (months % 12 == 0).then(|| (months / 12).to_string())
            }
            (ast::ExprKind::Literal(ast::Literal::Int(hour @ 0..=23)), TypeKind::TimeOfDay) => {
                Some(format!("{hour:02}:00"))
            }
            (ast::ExprKind::Literal(ast::Literal::Int(day @ 1..=7)), TypeKind::Enum(id)) => {
                let def = self.schema().enums.get(*id)?;
                let index = usize::try_from(*day).ok()? - 1;
                let (value, _) = def.values.get(index).filter(|_| &*def.name == "Weekday")?;
                Some(value.to_string())
            }
            (
                ast::ExprKind::Literal(ast::Literal::Money { currency, .. }),
                TypeKind::Money(other),
            ) => {
                let number = text.strip_suffix(currency.text.as_str())?.trim_end();
                let decimals = number
                    .rsplit_once('.')
                    .map_or(0, |(_, digits)| digits.len());
                (decimals <= other.decimals() as usize).then(|| format!("{number} {other}"))
            }
            _ => None,
        }
    }
}
