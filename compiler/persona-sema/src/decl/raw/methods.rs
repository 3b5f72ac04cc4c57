//! Methods in the expressions of sources: text, and `.as(Type)`.

use std::sync::Arc;

use persona_base::{Applicability, Span, data, nearest};
use persona_syntax::ast::{self, ExprKind, PostfixOp};

use super::{Raw, op};
use crate::decl::types::{Position, Types};
use crate::package::zone;
use crate::{RawExpr, RawOp, TypeKind};

pub(crate) const METHODS: [&str; 7] = [
    "trim",
    "lower",
    "upper",
    "split",
    "replace",
    "empty_as_missing",
    "as",
];

impl Raw<'_, '_> {
    /// `column("x").trim().as(Date)`.
    pub(super) fn postfix(&mut self, base: &ast::Expr, ops: &[PostfixOp]) -> Option<RawExpr> {
        let fields = ops
            .iter()
            .take_while(|op| matches!(op, PostfixOp::Field(_)))
            .count();
        let mut value = if fields > 0 {
            self.path(base, &ops[..fields])?
        } else {
            self.convert(base)
        };
        for step in &ops[fields..] {
            value = match step {
                PostfixOp::Method { name, args, span } => self.method(value, name, args, *span),
                PostfixOp::Field(name) => {
                    if !name.is_missing() {
                        self.unsupported(
                            name.span,
                            "values in a source have no fields",
                            "name the column whole: `column(\"a.b\")`",
                        );
                    }
                    None
                }
                PostfixOp::Index { span, .. } => {
                    self.unsupported(
                        *span,
                        "values in a source cannot be indexed",
                        "prepare the value before it comes here",
                    );
                    None
                }
            };
        }
        value
    }

    /// A dotted path: of a forgotten `column`, or after one. The first is reported, the second too; an outer `None` says so.
    fn path(&mut self, base: &ast::Expr, fields: &[PostfixOp]) -> Option<Option<RawExpr>> {
        let names: Vec<&ast::Name> = fields
            .iter()
            .filter_map(|field| match field {
                PostfixOp::Field(name) => Some(name),
                PostfixOp::Method { .. } | PostfixOp::Index { .. } => None,
            })
            .collect();
        let end = names.last()?.span;
        if names.iter().any(|name| name.is_missing()) {
            return None;
        }
        let rest = names
            .iter()
            .map(|name| name.text.as_str())
            .collect::<Vec<_>>()
            .join(".");
        match &base.kind {
            ExprKind::Name(first) if !first.is_missing() => {
                self.bare_column(&format!("{}.{rest}", first.text), first.span.to(end));
                None
            }
            _ => {
                let Some(RawExpr::Column(column)) = self.convert(base) else {
                    return None;
                };
                let whole = format!("column(\"{column}.{rest}\")");
                let diagnostic = self
                    .checking
                    .diagnostic(
                        data::BARE_COLUMN,
                        names[0].span.to(end),
                        "a column has no fields of its own",
                    )
                    .label("part of the column's name")
                    .fix(
                        format!("write `{whole}`"),
                        Applicability::Always,
                        base.span.to(end),
                        whole,
                    );
                self.checking.report(diagnostic);
                None
            }
        }
    }

    fn method(
        &mut self,
        value: Option<RawExpr>,
        name: &ast::Name,
        args: &[ast::Arg],
        span: Span,
    ) -> Option<RawExpr> {
        let texts: Vec<&ast::Expr> = args
            .iter()
            .filter_map(|arg| match &arg.value {
                ast::ArgValue::Expr(value) if arg.name.is_none() => Some(value),
                ast::ArgValue::Expr(_) | ast::ArgValue::Type(_) => None,
            })
            .collect();
        let plain = |operator, value: Option<RawExpr>| value.map(|value| op(operator, [value]));
        match (name.text.as_str(), args.len(), texts.as_slice()) {
            ("", ..) => None,
            ("trim", 0, _) => plain(RawOp::Trim, value),
            ("lower", 0, _) => plain(RawOp::Lower, value),
            ("upper", 0, _) => plain(RawOp::Upper, value),
            ("empty_as_missing", 0, _) => plain(RawOp::EmptyAsMissing, value),
            ("split", 1, [separator]) => {
                let separator = self.text(separator)?;
                value.map(|value| op(RawOp::Split, [value, RawExpr::Text(separator)]))
            }
            ("replace", 2, [from, to]) => {
                let (from, to) = (self.text(from), self.text(to));
                let (from, to) = (from?, to?);
                value.map(|value| {
                    op(
                        RawOp::Replace,
                        [value, RawExpr::Text(from), RawExpr::Text(to)],
                    )
                })
            }
            ("as", 1 | 2, _) => self.conversion(value, args, span),
            (known, ..) if METHODS.contains(&known) => {
                let (takes, example) = match known {
                    "split" => ("the text between the parts", ".split(\",\")"),
                    "replace" => ("two texts", ".replace(\"a\", \"b\")"),
                    "as" => ("a type, and perhaps a zone or a format", ".as(Date)"),
                    _ => ("nothing in parentheses", ""),
                };
                let help = match example {
                    "" => format!("write `.{known}()`"),
                    example => format!("for example `{example}`"),
                };
                self.unsupported(span, format!("`.{known}` takes {takes}"), help);
                None
            }
            (unknown, ..) => {
                let diagnostic = self
                    .checking
                    .diagnostic(
                        data::NOT_IN_SOURCES,
                        name.span,
                        format!("values in a source have no method `{unknown}`"),
                    )
                    .label("unknown method");
                let diagnostic = match nearest(unknown, METHODS) {
                    Some(meant) => diagnostic.perhaps(name.span, meant),
                    None => diagnostic.help(format!(
                        "there are {}",
                        METHODS.map(|name| format!("`.{name}`")).join(", ")
                    )),
                };
                self.checking.report(diagnostic);
                None
            }
        }
    }

    /// `.as(Type)`, `.as(Type, "zone or format")`.
    fn conversion(
        &mut self,
        value: Option<RawExpr>,
        args: &[ast::Arg],
        span: Span,
    ) -> Option<RawExpr> {
        let (first, second) = (args.first()?, args.get(1));
        let written = match &first.value {
            ast::ArgValue::Type(written) => written.clone(),
            ast::ArgValue::Expr(ast::Expr {
                kind: ExprKind::Name(name),
                span,
            }) => ast::TypeExpr {
                kind: ast::TypeKind::Named {
                    name: name.clone(),
                    args: Vec::new(),
                },
                optional: false,
                span: *span,
            },
            ast::ArgValue::Expr(other) => {
                if other.kind != ExprKind::Error {
                    self.error(
                        data::INVALID_CONVERSION,
                        other.span,
                        "`.as` takes a type",
                        "for example `.as(Date)`",
                    );
                }
                return None;
            }
        };
        let mut types = Types::new(self.checking.db, self.checking.decl);
        let ty = types.resolve(&written, Position::Field);
        self.checking.diagnostics.append(&mut types.diagnostics);
        if ty.is_error() {
            return None;
        }
        if ty.optional {
            let mark = Span::new(written.span.end.saturating_sub(1), written.span.end);
            let diagnostic = self
                .checking
                .diagnostic(
                    data::INVALID_CONVERSION,
                    mark,
                    "what is missing stays missing: the type is written without `?`",
                )
                .fix("remove the `?`", Applicability::Always, mark, "");
            self.checking.report(diagnostic);
            return None;
        }
        if ty.kind.element().is_some()
            || matches!(ty.kind, TypeKind::Period | TypeKind::Html | TypeKind::Geo)
        {
            let help = "for example `.as(Money<GBP>)`, `.as(Date)`; a list comes from `.split(\",\")`, a place from `geo(…)`";
            self.error(
                data::INVALID_CONVERSION,
                written.span,
                "`.as` reads a single value",
                help,
            );
            return None;
        }
        let detail = match second {
            None => None,
            Some(ast::Arg {
                value: ast::ArgValue::Expr(detail),
                ..
            }) => Some(self.detail(&ty.kind, detail)?),
            Some(_) => {
                self.error(
                    data::INVALID_CONVERSION,
                    span,
                    "the second part of `.as` is a text",
                    "for example `.as(Date, \"%d.%m.%Y\")`",
                );
                return None;
            }
        };
        Some(RawExpr::As(Box::new(value?), ty.kind, detail))
    }

    /// The zone or format of a conversion.
    fn detail(&mut self, kind: &TypeKind, written: &ast::Expr) -> Option<Arc<str>> {
        let text = self.text(written)?;
        let is_format = text.contains('%');
        match kind {
            TypeKind::Timestamp if !is_format => {
                match zone(&text) {
                    Ok(name) => Some(Arc::from(name)),
                    Err(meant) => {
                        let diagnostic = self
                            .checking
                            .diagnostic(
                                data::INVALID_CONVERSION,
                                written.span,
                                format!("there is no time zone \"{text}\""),
                            )
                            .label("not in the IANA time zone database");
                        let diagnostic = match meant {
                        Some(meant) => diagnostic.fix(
                            format!("write \"{meant}\""),
                            Applicability::Maybe,
                            written.span,
                            format!("\"{meant}\""),
                        ),
                        None => diagnostic.help("for example \"Europe/London\", or a format such as \"%d.%m.%Y %H:%M\""),
                    };
                        self.checking.report(diagnostic);
                        None
                    }
                }
            }
            TypeKind::Timestamp | TypeKind::Date | TypeKind::TimeOfDay if is_format => Some(text),
            TypeKind::Date | TypeKind::TimeOfDay => {
                let help = "a format says where its parts stand: `.as(Date, \"%d.%m.%Y\")`";
                self.error(
                    data::INVALID_CONVERSION,
                    written.span,
                    "this is not a format",
                    help,
                );
                None
            }
            _ => {
                let help = "only dates and times have a zone or a format";
                self.error(
                    data::INVALID_CONVERSION,
                    written.span,
                    "this type is read in one way only",
                    help,
                );
                None
            }
        }
    }
}
