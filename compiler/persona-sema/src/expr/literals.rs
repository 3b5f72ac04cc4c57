//! Literals: numbers with their units, lists, records.

use std::sync::Arc;

use persona_base::{Applicability, Currency, Span, currencies, names, types};
use persona_syntax::ast::{self, Literal};

use super::open::Position;
use super::types::{Role, converted_const, join};
use super::{Checker, Want};
use crate::{Const, Expr, ExprKind, Field, RecordType, Type, TypeKind};
use persona_base::nearest;

impl Checker<'_> {
    /// A literal of one token.
    pub(super) fn literal(&mut self, literal: &Literal, span: Span) -> Expr {
        use TypeKind as Kind;
        let (value, kind) = match literal {
            Literal::Bool(value) => (Const::Bool(*value), Kind::Bool),
            Literal::Int(value) => (Const::Int(*value), Kind::Int),
            Literal::Float(value) | Literal::Percent(value) => (Const::Float(*value), Kind::Float),
            Literal::Money { amount, currency } => return self.money(amount, currency, span),
            Literal::Date(days) => (Const::Int(i64::from(*days)), Kind::Date),
            Literal::TimeOfDay(seconds) => (Const::Int(i64::from(*seconds)), Kind::TimeOfDay),
            Literal::Timestamp(micros) => (Const::Int(*micros), Kind::Timestamp),
            Literal::Duration(micros) => (Const::Int(*micros), Kind::Duration),
            Literal::Period { months, days } => (
                Const::Period {
                    months: *months,
                    days: *days,
                },
                Kind::Period,
            ),
            Literal::Length(metres) => (Const::Int(*metres), Kind::Length),
        };
        Expr {
            kind: ExprKind::Const(value),
            ty: Type::of(kind),
            span,
        }
    }

    fn money(&mut self, amount: &str, code: &ast::Name, span: Span) -> Expr {
        let Some(currency) = Currency::from_code(&code.text) else {
            let all: Vec<Currency> = currencies().collect();
            let mut diagnostic = self
                .diagnostic(
                    names::UNKNOWN_CURRENCY,
                    code.span,
                    format!("there is no currency `{}`", code.text),
                )
                .label("currencies are written with their three letters, as in `USD`");
            let common = ["USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD"];
            let near = nearest(
                &code.text,
                common.into_iter().chain(all.iter().map(Currency::code)),
            );
            if let Some(near) = near {
                diagnostic = diagnostic.perhaps(code.span, near);
            }
            return self.fail(span, diagnostic);
        };
        match minor_units(amount, currency) {
            Ok(minor) => Expr {
                kind: ExprKind::Const(Const::Int(minor)),
                ty: Type::of(TypeKind::Money(currency)),
                span,
            },
            Err(why) => {
                let message = match why {
                    BadAmount::Decimals => {
                        format!("{currency} has {}", decimals_in_words(currency))
                    }
                    BadAmount::Size => "this amount is too large".to_owned(),
                };
                let mut diagnostic = self.diagnostic(types::BAD_AMOUNT, span, message);
                if why == BadAmount::Decimals {
                    let text = rounded_down(amount, currency);
                    diagnostic = diagnostic
                        .label(format!("`{amount}` cannot be paid in {currency}"))
                        .fix(
                            format!("write `{text} {currency}`"),
                            Applicability::Maybe,
                            span,
                            format!("{text} {currency}"),
                        );
                }
                self.fail(span, diagnostic)
            }
        }
    }

    /// A list as a value: all its elements are constants.
    pub(super) fn list(&mut self, items: &[ast::Expr], span: Span, want: Want<'_>) -> Expr {
        // A list beside a value of an enum: its elements are values of that enum, whatever else is wrong.
        let value = want.ty.filter(|ty| matches!(ty.kind, TypeKind::Enum(_)));
        let hint = want.ty.and_then(|ty| ty.kind.element()).or(value);
        let (element, values) = self.list_items(items, hint);
        let mut constants = Vec::with_capacity(values.len());
        let mut broken = element.is_error();
        for (value, written) in values.iter().zip(items) {
            match self.constant(value, written, "each element of a list") {
                Some(constant) => {
                    constants.push(converted_const(constant, &value.ty.kind, &element.kind));
                }
                None => broken = true,
            }
        }
        if broken {
            return self.error_at(span);
        }
        let kind = match want.ty.map(|ty| &ty.kind) {
            Some(TypeKind::Set(_)) => {
                let mut distinct: Vec<Const> = Vec::with_capacity(constants.len());
                for constant in constants {
                    if constants_below_limit(&distinct) && distinct.contains(&constant) {
                        continue;
                    }
                    distinct.push(constant);
                }
                constants = distinct;
                TypeKind::Set(Arc::new(element))
            }
            _ => TypeKind::List(Arc::new(element)),
        };
        Expr {
            kind: ExprKind::Const(Const::List(constants)),
            ty: Type::of(kind),
            span,
        }
    }

    /// The elements of a list, and their common type.
    pub(super) fn list_items(
        &mut self,
        items: &[ast::Expr],
        hint: Option<&Type>,
    ) -> (Type, Vec<Expr>) {
        let hint = hint
            .filter(|hint| hint.kind != TypeKind::Nothing)
            .cloned()
            .map(Type::known);
        let mut element = hint.clone().unwrap_or(Type::of(TypeKind::Nothing));
        let mut values = Vec::with_capacity(items.len());
        for written in items {
            let wanted = element.clone();
            let want = if wanted.kind == TypeKind::Nothing {
                Want::NOTHING
            } else {
                Want::of(&wanted)
            };
            let mark = self.open.len();
            let value = self.infer(written, want);
            self.strict(mark, Position::Operand, written.span);
            let joined = if hint.is_some() {
                None
            } else {
                join(&element, &value.ty)
            };
            element = joined.map_or(element, Type::known);
            values.push(self.accept(value, written, &element, Role::Part("the list")));
        }
        if values.iter().any(|value| value.ty.is_error()) {
            element = Type::ERROR;
        }
        (element, values)
    }

    /// A record: only as a constant of a declared type.
    pub(super) fn record(
        &mut self,
        fields: &[(ast::Name, ast::Expr)],
        span: Span,
        want: Want<'_>,
    ) -> Expr {
        self.repeated_fields(fields);
        let Some(TypeKind::Record(record)) = want.ty.map(|ty| &ty.kind) else {
            let diagnostic = self
                .diagnostic(types::TYPE_MISMATCH, span, "a record cannot stand here")
                .label("records are only written as values of fields of such a type");
            return self.fail(span, diagnostic);
        };
        let record = Arc::clone(record);
        let mut values = Vec::with_capacity(record.fields.len());
        let mut broken = self.stray_fields(fields, &record);
        for field in &record.fields {
            match fields.iter().find(|(name, _)| *name.text == *field.name) {
                Some((_, written)) => {
                    let value = self.check(written, &field.ty, Role::Part("the record"));
                    match self.constant(&value, written, "each field of a record") {
                        Some(constant) => values.push((Arc::clone(&field.name), constant)),
                        None => broken = true,
                    }
                }
                None if field.ty.optional => values.push((Arc::clone(&field.name), Const::Missing)),
                None => {
                    let diagnostic = self.diagnostic(
                        types::TYPE_MISMATCH,
                        span,
                        format!("the record lacks its field `{}`", field.name),
                    );
                    self.report(diagnostic);
                    broken = true;
                }
            }
        }
        if broken {
            return self.error_at(span);
        }
        Expr {
            kind: ExprKind::Const(Const::Record(values)),
            ty: Type::of(TypeKind::Record(record)),
            span,
        }
    }

    fn repeated_fields(&mut self, fields: &[(ast::Name, ast::Expr)]) {
        for (index, (name, _)) in fields.iter().enumerate().take(256) {
            if let Some((first, _)) = fields[..index]
                .iter()
                .find(|(other, _)| other.text == name.text && !name.is_missing())
            {
                let diagnostic = self
                    .diagnostic(
                        names::REPEATED_NAME,
                        name.span,
                        format!("`{}` is given twice", name.text),
                    )
                    .secondary(self.scope.file, first.span, "first given here");
                self.report(diagnostic);
            }
        }
    }

    fn stray_fields(&mut self, fields: &[(ast::Name, ast::Expr)], record: &RecordType) -> bool {
        let known = |name: &ast::Name| {
            record
                .fields
                .iter()
                .any(|field: &Field| *field.name == *name.text)
        };
        let strays: Vec<&ast::Name> = fields
            .iter()
            .map(|(name, _)| name)
            .filter(|name| !name.is_missing() && !known(name))
            .collect();
        for name in &strays {
            let mut diagnostic = self.diagnostic(
                names::UNKNOWN_FIELD,
                name.span,
                format!("the record has no field `{}`", name.text),
            );
            if let Some(near) = nearest(&name.text, record.fields.iter().map(|field| &*field.name))
            {
                diagnostic = diagnostic.perhaps(name.span, near);
            }
            self.report(diagnostic);
        }
        !strays.is_empty()
    }
}

/// Finding repetitions is quadratic: beyond this size a set is left to later stages, which drop them anyway.
fn constants_below_limit(constants: &[Const]) -> bool {
    constants.len() < 4_096
}

#[derive(PartialEq)]
enum BadAmount {
    Decimals,
    Size,
}

/// `19.99` in minor units.
fn minor_units(amount: &str, currency: Currency) -> Result<i64, BadAmount> {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let decimals = currency.decimals() as usize;
    let significant = fraction.trim_end_matches('0');
    if significant.len() > decimals || fraction.len() > decimals {
        return Err(BadAmount::Decimals);
    }
    let digits = format!("{whole}{fraction:0<decimals$}");
    digits.parse().map_err(|_| BadAmount::Size)
}

fn decimals_in_words(currency: Currency) -> String {
    match currency.decimals() {
        0 => "no decimals".to_owned(),
        n => format!("{n} decimals"),
    }
}

fn rounded_down(amount: &str, currency: Currency) -> String {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    match currency.decimals() as usize {
        0 => whole.to_owned(),
        n => format!("{whole}.{}", &fraction[..n.min(fraction.len())]),
    }
}
