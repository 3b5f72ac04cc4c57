//! Declarations: what each says, and what it lacks.

use persona_base::{Applicability, Span, syntax};

use super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{
    Annotation, Decl, DeclKind, EnumValue, Expr, ExprKind, Name, Param, SourceDecl, TableDecl,
};
use crate::ast::{TypeExpr, TypeKind};
use crate::grammar::Rule;
use crate::scan::words::{Keyword, keyword};

/// What declarations have in common, gathered while their parts go by.
pub(super) struct Parts {
    annotations: Vec<Annotation>,
    name: Option<Name>,
    pub(super) params: Vec<Param>,
    pub(super) title: Option<Expr>,
    pub(super) ty: Option<TypeExpr>,
    value: Option<Expr>,
}

impl Builder<'_> {
    /// A declaration of the kind that its keyword says.
    pub(crate) fn declaration(&mut self, pair: P<'_>, keyword: Keyword) -> Decl {
        let mut parts = Parts {
            annotations: Vec::new(),
            name: None,
            params: Vec::new(),
            title: None,
            ty: None,
            value: None,
        };
        let mut rest = Vec::new();
        let mut doc = None;
        let mut start = 0;
        let whole = self.span(&pair);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::annotations => {
                    parts.annotations = inner
                        .into_inner()
                        .map(|annotation| self.annotation(annotation))
                        .collect();
                    start = parts
                        .annotations
                        .first()
                        .map_or(0, |annotation| annotation.span.start);
                }
                Rule::keyword | Rule::ordered_keyword => {
                    if parts.annotations.is_empty() {
                        start = self.exact(&inner).start;
                        doc = self.docs_before(&inner);
                    } else {
                        doc = self.docs_at(start);
                    }
                    self.keyword(&inner, keyword);
                }
                Rule::decl_name => parts.name = Some(self.decl_name(&inner, keyword)),
                Rule::params => parts.params = self.params(inner),
                Rule::title if keyword == Keyword::Test => {
                    parts.name = Some(self.test_title(inner));
                }
                Rule::title => {
                    parts.title = inner.into_inner().next().map(|title| self.text_expr(title));
                }
                Rule::EOI => {}
                _ => rest.push(inner),
            }
        }
        let name = self
            .own_name(keyword, &rest)
            .or_else(|| parts.name.take())
            .unwrap_or_else(|| super::text::no_name(whole.end));
        let annotations = std::mem::take(&mut parts.annotations);
        let span = Span::new(start, whole.end.max(start));
        let kind = self.kind(keyword, parts, rest, span);
        Decl {
            doc,
            annotations,
            kind,
            name,
            span,
        }
    }

    fn kind(&mut self, keyword: Keyword, parts: Parts, rest: Vec<P<'_>>, span: Span) -> DeclKind {
        match keyword {
            Keyword::Profile => DeclKind::Profile(self.table_decl(rest, "profile")),
            Keyword::Event => DeclKind::Event(self.table_decl(rest, "event")),
            Keyword::Events => self.events(rest),
            Keyword::Enum => self.enum_decl(rest, false),
            Keyword::OrderedEnum => self.enum_decl(rest, true),
            Keyword::Const => self.const_decl(rest, span),
            Keyword::Source => self.source_decl(rest, span),
            Keyword::Trait => self.trait_decl(parts, rest, span),
            Keyword::Fn => self.fn_decl(parts, rest, span),
            Keyword::Segment => self.segment(parts, rest, span),
            Keyword::Partition | Keyword::Reserved => self.partition(parts, rest, span),
            Keyword::Catalog => DeclKind::Catalog(self.table_decl(rest, "catalog")),
            other => self.campaign(other, parts, rest, span),
        }
    }

    /// The documentation before an offset of the source.
    fn docs_at(&self, start: u32) -> Option<String> {
        let before = crate::scan::trim_end(self.source.as_bytes(), 0, start as usize);
        let mut lines: Vec<&str> = Vec::new();
        for line in self.source[..before].lines().rev() {
            match line.trim().strip_prefix("///") {
                Some(doc) if !doc.starts_with('/') => {
                    lines.push(doc.strip_prefix(' ').unwrap_or(doc));
                }
                _ => break,
            }
        }
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// A keyword that is misspelt, or another system's.
    fn keyword(&mut self, pair: &P<'_>, meant: Keyword) {
        let written = pair.as_str().trim_end();
        let span = self.exact(pair);
        let words: Vec<&str> = written.split_whitespace().collect();
        if meant == Keyword::OrderedEnum {
            if words.join(" ") != "ordered enum" {
                self.habit(
                    syntax::UNKNOWN_KEYWORD,
                    span,
                    format!("no declaration starts with `{written}`"),
                    "ordered enum",
                );
            }
        } else if keyword(written) != Some(meant) {
            let text = meant.text();
            self.push(
                SyntaxError::new(
                    syntax::UNKNOWN_KEYWORD,
                    span,
                    format!("no declaration starts with `{written}`"),
                )
                .label(format!("did you mean `{text}`?"))
                .fix(format!("write `{text}`"), Applicability::Always, span, text),
            );
        }
    }

    fn decl_name(&mut self, pair: &P<'_>, keyword: Keyword) -> Name {
        let name = self.declared_name(pair);
        if name.is_missing() {
            let what = match keyword {
                Keyword::Const => "constant",
                Keyword::Fn => "function",
                Keyword::Events => "group of events",
                Keyword::OrderedEnum => "enum",
                other => other.text(),
            };
            self.missing_name(pair, &format!("the name of the {what}"));
        }
        name
    }

    pub(super) fn params(&mut self, pair: P<'_>) -> Vec<Param> {
        let mut params = Vec::new();
        for inner in pair.into_inner() {
            if inner.as_rule() == Rule::param {
                params.push(self.param(&inner));
            } else {
                self.junk(&inner, "expected a parameter: `name: Type`");
            }
        }
        params
    }

    fn param(&mut self, pair: &P<'_>) -> Param {
        let mut name = super::text::no_name(self.gap(pair).start);
        let mut ty = None;
        let mut default = None;
        for inner in pair.clone().into_inner() {
            match inner.as_rule() {
                Rule::word => name = self.declared_name(&inner),
                Rule::none => self.missing_name(&inner, "the name of a parameter"),
                Rule::r#type => ty = Some(self.type_expr(inner)),
                Rule::expr => default = Some(self.expr(inner)),
                _ => self.junk(&inner, "expected a comma or `)`"),
            }
        }
        let ty = ty.unwrap_or_else(|| {
            let span = Span::at(name.span.end);
            if !name.is_missing() {
                let message = format!("a parameter has a type: `{}: Type`", name.text);
                self.push(
                    SyntaxError::new(syntax::EXPECTED_TYPE, span, message).label("expected here"),
                );
            }
            TypeExpr {
                kind: TypeKind::Error,
                optional: false,
                span,
            }
        });
        Param { name, ty, default }
    }

    fn table_decl(&mut self, rest: Vec<P<'_>>, what: &str) -> TableDecl {
        let mut table = TableDecl {
            fields: Vec::new(),
            checks: Vec::new(),
        };
        for inner in rest {
            match inner.as_rule() {
                Rule::table_body => table = self.table(inner),
                Rule::none => self.no_body(
                    &inner,
                    &format!("the {what}'s fields are missing: `{{ name: Type }}`"),
                    " {}",
                ),
                _ => self.junk(&inner, "expected `{` and the fields"),
            }
        }
        table
    }

    /// A body is missing; when junk before it was reported, that said so.
    pub(super) fn no_body(&mut self, pair: &P<'_>, message: &str, text: &str) {
        self.missing_sign(pair, message, text);
    }

    fn events(&mut self, rest: Vec<P<'_>>) -> DeclKind {
        let mut members = Vec::new();
        for inner in rest {
            match inner.as_rule() {
                Rule::equals => {}
                Rule::events_open => {
                    let span = self.exact(&inner);
                    let message = "a group of events is written `events Name = A or B`";
                    self.push(SyntaxError::new(syntax::FOREIGN_BODY, span, message));
                }
                Rule::none => {
                    self.missing_sign(&inner, "`=` is missing: `events Name = A or B`", " =");
                }
                Rule::kind | Rule::kw_or | Rule::kind_sep => {
                    self.kind_or_separator(&inner, &mut members);
                }
                _ => self.junk(&inner, "expected `or` and another event"),
            }
        }
        DeclKind::Events { members }
    }

    fn enum_decl(&mut self, rest: Vec<P<'_>>, ordered: bool) -> DeclKind {
        let mut values = Vec::new();
        for inner in rest {
            match inner.as_rule() {
                Rule::enum_body => {
                    for item in inner.into_inner() {
                        match item.as_rule() {
                            Rule::enum_value => values.push(self.enum_value(item)),
                            Rule::enum_quoted => values.push(self.quoted_value(&item)),
                            Rule::enum_bar => {
                                let span = self.exact(&item);
                                let cut = Span::new(self.gap(&item).start, span.end);
                                self.push(
                                    SyntaxError::new(syntax::FOREIGN_SEPARATOR, span, "the values of an enum are separated by commas")
                                        .fix("write `,`", Applicability::Always, cut, ","),
                                );
                            }
                            _ => self.junk(&item, "expected a value: a name, and a title in quotes where people see another"),
                        }
                    }
                }
                Rule::none => {
                    self.no_body(&inner, "the enum's values are missing: `{ a, b }`", " {}");
                }
                _ => self.junk(&inner, "expected `{` and the values"),
            }
        }
        DeclKind::Enum { ordered, values }
    }

    /// `"bronze"`: a value has its name without quotes.
    fn quoted_value(&mut self, pair: &P<'_>) -> EnumValue {
        let span = self.span(pair);
        let text = self.written(span).trim_matches('"').to_owned();
        let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let mut error = SyntaxError::new(
            syntax::FOREIGN_QUOTES,
            span,
            "the values of an enum are named without quotes",
        );
        if plain {
            error = error.fix(
                format!("write `{text}`"),
                Applicability::Always,
                span,
                text.clone(),
            );
        }
        self.push(error);
        EnumValue {
            doc: None,
            name: Name {
                text: if plain { text } else { String::new() },
                span,
            },
            title: None,
        }
    }

    fn enum_value(&mut self, pair: P<'_>) -> EnumValue {
        let doc = self.docs_before(&pair);
        let mut value = EnumValue {
            doc,
            name: super::text::no_name(0),
            title: None,
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::word => value.name = self.declared_name(&inner),
                Rule::value_title => value.title = self.optional_title(inner),
                _ => self.enum_junk(&inner, &mut value),
            }
        }
        value
    }

    /// `basic = "Basic"`: the title stands right behind the value.
    fn enum_junk(&mut self, pair: &P<'_>, value: &mut EnumValue) {
        let span = self.span(pair);
        let written = self.written(span);
        let title = written
            .strip_prefix(['=', ':'])
            .map(str::trim)
            .filter(|rest| {
                rest.len() >= 2
                    && rest.starts_with('"')
                    && rest.ends_with('"')
                    && !rest[1..rest.len() - 1].contains(['"', '\\', '{'])
            });
        let Some(title) = title else {
            return self.junk(pair, "expected a comma or the next value");
        };
        value.title = Some(title[1..title.len() - 1].to_owned());
        let sign = Span::new(span.start, span.start + 1);
        self.push(
            SyntaxError::new(
                syntax::COLON_OR_EQUALS,
                sign,
                "a value's title stands right behind it, without a sign between",
            )
            .fix("remove the sign", Applicability::Always, sign, ""),
        );
    }

    fn const_decl(&mut self, rest: Vec<P<'_>>, span: Span) -> DeclKind {
        let mut ty = None;
        let mut value = None;
        let mut no_type = None;
        for inner in rest {
            match inner.as_rule() {
                Rule::r#type => ty = Some(self.type_expr(inner)),
                Rule::equals => no_type = ty.is_none().then(|| inner.clone()),
                Rule::none => self.no_equals(&inner, "`=` is missing: `const NAME: Type = value`"),
                Rule::expr => value = Some(self.expr(inner)),
                _ => self.junk(&inner, "the value ends before this"),
            }
        }
        if let Some(sign) = no_type {
            let meant = value
                .as_ref()
                .and_then(plain_type)
                .map(|name| format!(": {name}"));
            let message = "a constant has a type: `const NAME: Type = value`";
            self.missing(&sign, syntax::EXPECTED_TYPE, message, meant.as_deref());
        }
        let ty = ty.unwrap_or(TypeExpr {
            kind: TypeKind::Error,
            optional: false,
            span: Span::at(span.start),
        });
        DeclKind::Const {
            ty,
            value: value.unwrap_or(Expr {
                kind: ExprKind::Error,
                span: Span::at(span.end),
            }),
        }
    }

    /// `=` and, most often, all that follows are missing: then the sign alone repairs nothing.
    fn no_equals(&mut self, pair: &P<'_>, message: &str) {
        let value = self.text[pair.as_span().start()..].trim_start();
        let text = (!value.is_empty()).then_some(" =");
        self.missing(pair, syntax::EXPECTED_SIGN, message, text);
    }

    /// Type and value of a trait or a function.
    fn typed_value(&mut self, parts: &mut Parts, rest: Vec<P<'_>>, form: &str) {
        for inner in rest {
            match inner.as_rule() {
                Rule::r#type => parts.ty = Some(self.type_expr(inner)),
                Rule::fn_result => {
                    if inner.as_str() == ":" {
                        let span = self.exact(&inner);
                        self.habit(
                            syntax::EXPECTED_SIGN,
                            span,
                            "the result's type stands behind `->`",
                            "->",
                        );
                    }
                }
                Rule::trait_arrow => {
                    let span = self.exact(&inner);
                    let message = "the type of a trait stands behind `:`";
                    let cut = Span::new(self.gap(&inner).start, span.end);
                    self.push(SyntaxError::new(syntax::EXPECTED_SIGN, span, message).fix(
                        "write `:`",
                        Applicability::Always,
                        cut,
                        ":",
                    ));
                }
                Rule::equals => {}
                Rule::fat_arrow => {
                    let span = self.exact(&inner);
                    self.habit(
                        syntax::FOREIGN_BODY,
                        span,
                        format!("the expression stands behind `=`: `{form}`"),
                        "=",
                    );
                }
                Rule::none => self.no_equals(&inner, &format!("`=` is missing: `{form}`")),
                Rule::expr => parts.value = Some(self.expr(inner)),
                Rule::body_block => parts.value = Some(self.body_block(inner, form)),
                _ => self.junk(&inner, "the expression ends before this"),
            }
        }
    }

    /// `{ return e }`, or `{ when e }` where a trait has `= e`.
    fn body_block(&mut self, pair: P<'_>, form: &str) -> Expr {
        let span = self.exact(&pair);
        let (open, close) = self.brackets(&pair);
        let mut value = Expr {
            kind: ExprKind::Error,
            span,
        };
        let mut cut = open;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_return => cut = open.to(self.exact(&inner)),
                Rule::expr => value = self.expr(inner),
                _ => self.junk(&inner, "expected `}`"),
            }
        }
        let edits = vec![(cut, "=".to_owned()), (close, String::new())];
        self.push(
            SyntaxError::new(
                syntax::FOREIGN_BODY,
                open,
                format!("the expression stands behind `=`, without braces: `{form}`"),
            )
            .edits("write `= …`", Applicability::Always, edits),
        );
        value
    }

    fn trait_decl(&mut self, mut parts: Parts, rest: Vec<P<'_>>, span: Span) -> DeclKind {
        self.typed_value(&mut parts, rest, "trait name: Type = expression");
        let value = parts.value.unwrap_or(Expr {
            kind: ExprKind::Error,
            span: Span::at(span.end),
        });
        DeclKind::Trait {
            params: parts.params,
            ty: parts.ty,
            value,
        }
    }

    fn fn_decl(&mut self, mut parts: Parts, rest: Vec<P<'_>>, span: Span) -> DeclKind {
        self.typed_value(&mut parts, rest, "fn name(a: Type) -> Type = expression");
        let value = parts.value.unwrap_or(Expr {
            kind: ExprKind::Error,
            span: Span::at(span.end),
        });
        let ty = parts.ty.unwrap_or_else(|| {
            let place = Span::at(value.span.start);
            if !matches!(value.kind, ExprKind::Error) {
                let message =
                    "a function says what it gives: `fn name(a: Type) -> Type = expression`";
                self.push(SyntaxError::new(syntax::EXPECTED_TYPE, value.span, message));
            }
            TypeExpr {
                kind: TypeKind::Error,
                optional: false,
                span: place,
            }
        });
        DeclKind::Fn {
            params: parts.params,
            ty,
            value,
        }
    }

    fn source_decl(&mut self, rest: Vec<P<'_>>, span: Span) -> DeclKind {
        let mut source = SourceDecl {
            of: super::text::no_name(span.end),
            clauses: Vec::new(),
        };
        for inner in rest {
            match inner.as_rule() {
                Rule::source_of => source.of = self.source_of(inner),
                Rule::source_body => self.source_body(inner, &mut source),
                Rule::none => self.no_body(
                    &inner,
                    "the source's clauses are missing: `{ from \"file.csv\" }`",
                    " {}",
                ),
                _ => self.junk(&inner, "expected `{` and the clauses"),
            }
        }
        DeclKind::Source(source)
    }
}

/// The type of a value that says it by itself.
const fn plain_type(value: &Expr) -> Option<&'static str> {
    use crate::ast::Literal;
    match &value.kind {
        ExprKind::Literal(Literal::Int(_)) => Some("Int"),
        ExprKind::Literal(Literal::Float(_) | Literal::Percent(_)) => Some("Float"),
        ExprKind::Literal(Literal::Bool(_)) => Some("Bool"),
        ExprKind::Literal(Literal::Date(_)) => Some("Date"),
        ExprKind::Literal(Literal::Timestamp(_)) => Some("Timestamp"),
        ExprKind::Literal(Literal::Duration(_)) => Some("Duration"),
        ExprKind::Literal(Literal::Length(_)) => Some("Length"),
        ExprKind::Str(_) => Some("String"),
        _ => None,
    }
}
