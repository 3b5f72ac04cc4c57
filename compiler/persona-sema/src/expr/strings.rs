//! Text: interpolation with its formats, and text in the program that must be an address, a zone or the like.

use std::sync::Arc;

use persona_base::{Applicability, Span, missing, types};
use persona_syntax::ast::{self, StrPart};

use super::open::Position;
use super::types::is_picked;
use super::{Checker, Want};
use crate::{Const, Expr, ExprKind, Part, Type, TypeKind};
use persona_base::nearest;

impl Checker<'_> {
    /// A string, with what it interpolates.
    pub(super) fn string(&mut self, parts: &[StrPart], span: Span) -> Expr {
        let ty = Type::of(TypeKind::Str);
        let plain: Option<String> = parts
            .iter()
            .map(|part| match part {
                StrPart::Text(text) => Some(text.as_str()),
                StrPart::Expr { .. } => None,
            })
            .collect();
        if let Some(text) = plain {
            return Expr {
                kind: ExprKind::Const(Const::Str(text.into())),
                ty,
                span,
            };
        }
        let parts = parts.iter().map(|part| match part {
            StrPart::Text(text) => Part::Text(text.as_str().into()),
            StrPart::Expr { expr, format } => self.interpolated(expr, format.as_ref()),
        });
        Expr {
            kind: ExprKind::Interpolate(parts.collect()),
            ty,
            span,
        }
    }

    fn interpolated(&mut self, written: &ast::Expr, format: Option<&ast::Name>) -> Part {
        let mark = self.open.len();
        let value = self.infer(written, Want::NOTHING);
        self.strict(mark, Position::Operand, written.span);
        let mut value = if is_picked(&value) {
            self.whole_event(&value)
        } else {
            value
        };
        let is_own_html = self.scope.around.html && value.ty.kind == TypeKind::Html;
        if !is_own_html && !is_printable(&value.ty.kind) {
            let noun = self.noun(&value.ty.kind);
            let diagnostic = self
                .diagnostic(
                    types::NOT_PRINTABLE,
                    written.span,
                    format!("{noun} cannot be put into text"),
                )
                .label(format!("this is {noun}"))
                .help("put in its parts, one by one");
            value = self.fail(written.span, diagnostic);
        }
        if value.ty.optional {
            let text = self.quote(written.span);
            let diagnostic = self
                .diagnostic(
                    missing::PRINTS_NOTHING,
                    written.span,
                    format!("`{text}` may be missing, and would print nothing"),
                )
                .label(format!("this is `{}`", self.type_name(&value.ty)))
                .note("people would read a text with a hole in it");
            let diagnostic = self.with_default(diagnostic, written, &value.ty.kind);
            self.report(diagnostic);
            value.ty.optional = false;
        }
        let format = format.filter(|format| self.has_format(&value, format));
        Part::Value(value, format.map(|format| Arc::from(format.text.as_str())))
    }

    fn has_format(&mut self, value: &Expr, format: &ast::Name) -> bool {
        if self.probed_format(&value.ty, format) {
            return true;
        }
        let known = formats(&value.ty.kind);
        if format.is_missing() || value.ty.is_error() || known.contains(&format.text.as_str()) {
            return true;
        }
        let noun = self.noun(&value.ty.kind);
        let message = format!("{noun} has no format `{}`", format.text);
        let mut diagnostic = self.diagnostic(types::UNKNOWN_FORMAT, format.span, message);
        diagnostic = match nearest(&format.text, known.iter().copied()) {
            Some(near) => diagnostic.perhaps(format.span, near),
            None if known.is_empty() => {
                let whole = Span::new(format.span.start.saturating_sub(1), format.span.end);
                diagnostic.fix("print it as it is", Applicability::Maybe, whole, "")
            }
            None => diagnostic.label(format!("its formats are {}", super::unknown::shown(known))),
        };
        self.report(diagnostic);
        false
    }
}

fn is_printable(kind: &TypeKind) -> bool {
    match kind {
        TypeKind::List(element) | TypeKind::Set(element) => is_printable(&element.kind),
        TypeKind::Record(_)
        | TypeKind::EventRecord(_)
        | TypeKind::Item(..)
        | TypeKind::Html
        | TypeKind::Period
        | TypeKind::Event
        | TypeKind::Field(_) => false,
        _ => true,
    }
}

/// The formats that values of a type have, sorted; the runtime prints them.
pub(crate) fn formats(kind: &TypeKind) -> &'static [&'static str] {
    match kind {
        TypeKind::Int => &["percent"],
        TypeKind::Float => &["percent", "whole"],
        TypeKind::Money(_) => &["amount", "whole"],
        TypeKind::Enum(_) => &["name"],
        TypeKind::Date => &["day", "month", "year"],
        TypeKind::Timestamp => &["date", "day", "iso", "month", "time", "year"],
        TypeKind::Duration => &["days", "hours", "minutes"],
        TypeKind::List(element) | TypeKind::Set(element) => formats(&element.kind),
        _ => &[],
    }
}

/// Whether text that is written in the program is what a validated type asks for; if not, why.
pub(super) fn fits(text: &str, kind: &TypeKind) -> Result<(), String> {
    let ok = |fits: bool, why: &str| if fits { Ok(()) } else { Err(why.to_owned()) };
    match kind {
        TypeKind::TimeZone => ok(
            jiff::tz::TimeZone::get(text).is_ok_and(|zone| !zone.is_unknown()),
            "time zones are named as in `Europe/Berlin` or `UTC`",
        ),
        TypeKind::Email => ok(is_email(text), "an address looks like `ada@example.com`"),
        TypeKind::Url => {
            let rest = text
                .strip_prefix("https://")
                .or_else(|| text.strip_prefix("http://"));
            ok(
                rest.is_some_and(|rest| !rest.is_empty() && !text.contains(char::is_whitespace)),
                "a web address looks like `https://example.com`",
            )
        }
        TypeKind::Phone => {
            let digits = text.chars().filter(char::is_ascii_digit).count();
            let plain = text
                .chars()
                .all(|c| c.is_ascii_digit() || " +-().".contains(c));
            ok(
                plain && (4..=15).contains(&digits),
                "a phone number looks like `+49 30 1234567`",
            )
        }
        TypeKind::Locale => ok(is_locale(text), "languages are named as in `de` or `de-AT`"),
        _ => Ok(()),
    }
}

fn is_email(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && !host.is_empty()
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !text.contains(char::is_whitespace)
    })
}

fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=8).contains(&language.len())
        && language.chars().all(|c| c.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
        })
}
