//! Fields, checks, types and annotations.

use persona_base::{Applicability, Span, syntax};

use super::{Builder, P, leaf};
use crate::SyntaxError;
use crate::ast::{
    Annotation, Check, CheckAction, Expr, ExprKind, FieldDecl, Name, TableDecl, TypeExpr, TypeKind,
};
use crate::grammar::Rule;

impl Builder<'_> {
    /// The body of a profile, an event or a record type.
    pub(super) fn table(&mut self, pair: P<'_>) -> TableDecl {
        let mut table = TableDecl {
            fields: Vec::new(),
            checks: Vec::new(),
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::field => table.fields.push(self.field(inner)),
                Rule::check => table.checks.push(self.check(inner)),
                _ => self.junk(&inner, "expected a field: `name: Type`"),
            }
        }
        self.annotations_above(&mut table.fields);
        table
    }

    pub(super) fn field(&mut self, pair: P<'_>) -> FieldDecl {
        let doc = self.docs_before(&pair);
        let mut name = Name {
            text: String::new(),
            span: self.exact(&pair),
        };
        let mut ty = None;
        let mut default = None;
        let mut annotations = Vec::new();
        let mut mark = None;
        let mut no_colon = None;
        let mut end = name.span.start;
        let start = end;
        for inner in pair.into_inner() {
            end = self.span(&inner).end.max(end);
            match inner.as_rule() {
                Rule::field_name => name = self.declared_name(&inner),
                Rule::field_mark => mark = Some(self.exact(&inner)),
                Rule::field_colon => {}
                Rule::field_equals => self.equals_for_colon(&inner),
                Rule::none => no_colon = Some(inner),
                Rule::r#type => {
                    if let Some(none) = no_colon.take() {
                        let message = format!("a field has a type: `{}: Type`", name.text);
                        self.missing_sign(&none, &message, ":");
                    }
                    ty = Some(self.type_expr(inner));
                }
                Rule::default => default = self.field_default(inner),
                Rule::annotation => annotations.push(self.annotation(inner)),
                _ => self.junk(
                    &inner,
                    "expected the next field, `=` and a default, or an annotation such as `@key`",
                ),
            }
        }
        let error = TypeExpr {
            kind: TypeKind::Error,
            optional: false,
            span: Span::at(name.span.end),
        };
        let mut ty = ty.unwrap_or(error);
        if let Some(mark) = mark {
            self.optional_name(mark, &mut ty);
        }
        FieldDecl {
            doc,
            name,
            ty,
            default,
            annotations,
            span: Span::new(start, end),
        }
    }

    fn equals_for_colon(&mut self, pair: &P<'_>) {
        let span = self.exact(pair);
        let cut = Span::new(self.gap(pair).start, span.end);
        self.push(
            SyntaxError::new(
                syntax::COLON_OR_EQUALS,
                span,
                "the type of a field stands behind `:`; `=` gives a default",
            )
            .fix("write `:`", Applicability::Always, cut, ":"),
        );
    }

    /// `name?: Type` of other languages.
    fn optional_name(&mut self, mark: Span, ty: &mut TypeExpr) {
        let mut edits = vec![(mark, String::new())];
        if !ty.optional {
            edits.push((Span::at(ty.span.end), "?".to_owned()));
        }
        ty.optional = true;
        self.push(
            SyntaxError::new(
                syntax::FOREIGN_TYPE,
                mark,
                "the `?` of a value that may be missing stands behind its type",
            )
            .edits("move it behind the type", Applicability::Always, edits),
        );
    }

    /// `= value`; `= null` is what a type with `?` says already.
    fn field_default(&mut self, pair: P<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        let gap = self.gap(&pair);
        let expr = pair.into_inner().next()?;
        let word = leaf(&expr);
        let only = self.span(&expr) == self.span(&word);
        if only && matches!(word.as_rule(), Rule::kw_missing | Rule::null_word) {
            let cut = Span::new(gap.start, span.end);
            self.push(
                SyntaxError::new(
                    syntax::NULL_VALUE,
                    span,
                    "a field of a type with `?` is missing by itself",
                )
                .fix("remove the default", Applicability::Always, cut, ""),
            );
            return None;
        }
        Some(self.expr(expr))
    }

    fn check(&mut self, pair: P<'_>) -> Check {
        let span = self.span(&pair);
        let mut condition = Expr {
            kind: ExprKind::Error,
            span,
        };
        let mut message = None;
        let mut action = CheckAction::Reject;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::expr => condition = self.expr(inner),
                Rule::check_message => {
                    message = inner.into_inner().next().map(|text| self.text_expr(text));
                }
                Rule::check_action => action = self.check_action(inner),
                Rule::check_junk => self.junk(
                    &inner,
                    "expected a message in quotes, or `else` and what follows",
                ),
                _ => {}
            }
        }
        Check {
            condition,
            message,
            action,
            span,
        }
    }

    fn check_action(&mut self, pair: P<'_>) -> CheckAction {
        let mut action = CheckAction::Reject;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::act_warn => action = CheckAction::Warn,
                Rule::word => action = CheckAction::Clear(self.name(&inner)),
                Rule::none
                    if self.text[..inner.as_span().start()]
                        .trim_end()
                        .ends_with("clear") =>
                {
                    self.missing_name(&inner, "the name of the field to clear");
                    action = CheckAction::Clear(super::text::no_name(self.gap(&inner).start));
                }
                Rule::none => {
                    let message =
                        "what follows is missing: `else reject`, `else clear field` or `else warn`";
                    self.missing(&inner, syntax::EXPECTED_SIGN, message, None);
                }
                _ => {}
            }
        }
        action
    }

    /// A type as written.
    pub(super) fn type_expr(&mut self, pair: P<'_>) -> TypeExpr {
        let mut ty = TypeExpr {
            kind: TypeKind::Error,
            optional: false,
            span: self.span(&pair),
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::named_type => ty.kind = self.named_type(inner),
                Rule::record_type => ty.kind = self.record_type(inner),
                Rule::list_type => ty = self.list_type(inner),
                Rule::type_suffix => self.type_suffix(&inner, &mut ty),
                _ => self.missing(&inner, syntax::EXPECTED_TYPE, "a type is missing", None),
            }
        }
        ty
    }

    fn type_suffix(&mut self, pair: &P<'_>, ty: &mut TypeExpr) {
        let span = self.exact(pair);
        if pair.as_str().starts_with('?') {
            if ty.optional {
                self.push(
                    SyntaxError::new(syntax::FOREIGN_TYPE, span, "one `?` is enough").fix(
                        "remove it",
                        Applicability::Always,
                        span,
                        "",
                    ),
                );
            }
            ty.optional = true;
            ty.span = ty.span.to(span);
            return;
        }
        let edits = vec![
            (Span::at(ty.span.start), "List<".to_owned()),
            (span, ">".to_owned()),
        ];
        self.push(
            SyntaxError::new(
                syntax::FOREIGN_TYPE,
                span,
                "a list of values has the type `List<…>`",
            )
            .edits("write `List<…>`", Applicability::Always, edits),
        );
        let whole = ty.span.to(span);
        let element = std::mem::replace(
            ty,
            TypeExpr {
                kind: TypeKind::Error,
                optional: false,
                span: whole,
            },
        );
        ty.kind = list_of(element, whole);
    }

    /// `[String]` of other languages.
    fn list_type(&mut self, pair: P<'_>) -> TypeExpr {
        let span = self.exact(&pair);
        let (open, close) = self.brackets(&pair);
        let mut element = TypeExpr {
            kind: TypeKind::Error,
            optional: false,
            span,
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::r#type => element = self.type_expr(inner),
                _ => self.junk(&inner, "expected `]`"),
            }
        }
        let edits = vec![(open, "List<".to_owned()), (close, ">".to_owned())];
        self.push(
            SyntaxError::new(
                syntax::FOREIGN_TYPE,
                span,
                "a list of values has the type `List<…>`",
            )
            .edits("write `List<…>`", Applicability::Always, edits),
        );
        TypeExpr {
            kind: list_of(element, span),
            optional: false,
            span,
        }
    }

    fn named_type(&mut self, pair: P<'_>) -> TypeKind {
        let mut name = Name {
            text: String::new(),
            span: self.span(&pair),
        };
        let mut args = Vec::new();
        for inner in pair.into_inner() {
            if inner.as_rule() == Rule::type_name {
                name = self.name(&inner);
                continue;
            }
            for arg in inner.into_inner() {
                match arg.as_rule() {
                    Rule::r#type => args.push(self.type_expr(arg)),
                    Rule::none => {
                        self.missing_sign(&arg, "`<` is never closed: `>` is missing", ">");
                    }
                    _ => {}
                }
            }
        }
        TypeKind::Named { name, args }
    }

    fn record_type(&mut self, pair: P<'_>) -> TypeKind {
        let table = self.table(pair);
        for check in table.checks {
            self.push(
                SyntaxError::new(
                    syntax::MISPLACED_CLAUSE,
                    check.span,
                    "a `check` stands in a profile or an event",
                )
                .help("there it can speak about the fields of its records too"),
            );
        }
        TypeKind::Record(table.fields)
    }

    /// `@key`, `@owner("team")`.
    pub(super) fn annotation(&mut self, pair: P<'_>) -> Annotation {
        let span = self.span(&pair);
        let mut name = Name {
            text: String::new(),
            span,
        };
        let mut args = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::annotation_args => args = self.items(inner),
                _ => name = self.expect_name(&inner, "the annotation's name"),
            }
        }
        Annotation { name, args, span }
    }
}

fn list_of(element: TypeExpr, span: Span) -> TypeKind {
    TypeKind::Named {
        name: Name {
            text: "List".to_owned(),
            span: Span::at(span.start),
        },
        args: vec![element],
    }
}
