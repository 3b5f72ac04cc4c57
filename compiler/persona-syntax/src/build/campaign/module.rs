//! `use std.rfm`, and the ways other languages bring in a module.

use persona_base::{Applicability, Span, syntax};

use super::super::text::no_name;
use super::super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{DeclKind, Name, UseDecl};
use crate::grammar::Rule;

/// The module's name: the last one of the path.
pub(super) fn module_name(builder: &mut Builder<'_>, rest: &[P<'_>]) -> Name {
    let mut names = rest
        .iter()
        .filter(|pair| pair.as_rule() == Rule::use_path)
        .flat_map(|path| path.clone().into_inner())
        .filter(|part| part.as_rule() == Rule::some_name);
    match names.next_back() {
        Some(last) => {
            let inner = last.clone().into_inner().next();
            match inner.filter(|inner| inner.as_rule() == Rule::ident) {
                Some(inner) => Name {
                    text: inner.as_str().to_owned(),
                    span: builder.span(&inner),
                },
                None => no_name(builder.gap(&last).start),
            }
        }
        None => no_name(rest.first().map_or(0, |pair| builder.gap(pair).start)),
    }
}

impl Builder<'_> {
    pub(super) fn use_decl(&mut self, rest: Vec<P<'_>>) -> DeclKind {
        let mut decl = UseDecl {
            path: Vec::new(),
            items: None,
        };
        for inner in rest {
            match inner.as_rule() {
                Rule::use_path => self.use_path(inner, &mut decl),
                Rule::use_text => self.use_text(&inner, &mut decl),
                _ => self.junk(&inner, "a `use` ends before this"),
            }
        }
        DeclKind::Use(decl)
    }

    fn use_path(&mut self, pair: P<'_>, decl: &mut UseDecl) {
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::some_name => {
                    let what = if decl.path.is_empty() {
                        "the name of a package, such as `std`,"
                    } else {
                        "the name of a module"
                    };
                    let name = self.expect_name(&inner, what);
                    decl.path.push(name);
                }
                Rule::use_sep => {
                    if inner.as_str() != "." {
                        let span = self.exact(&inner);
                        let message = "the parts of a module's name are joined with `.`";
                        self.push(SyntaxError::new(syntax::FOREIGN_USE, span, message).fix(
                            "write `.`",
                            Applicability::Always,
                            span,
                            ".",
                        ));
                    }
                }
                Rule::use_items => decl.items = Some(self.use_items(inner)),
                Rule::use_star => {
                    let span = Span::new(self.gap(&inner).start, self.exact(&inner).end);
                    let dot = Span::new(span.start.saturating_sub(1), span.end);
                    self.push(
                        SyntaxError::new(
                            syntax::FOREIGN_USE,
                            self.exact(&inner),
                            "a module comes in whole without a star",
                        )
                        .help("its names are said behind its own: `rfm.champions`")
                        .fix("leave it out", Applicability::Maybe, dot, ""),
                    );
                }
                _ => self.junk(&inner, "a module keeps its name"),
            }
        }
    }

    fn use_items(&mut self, pair: P<'_>) -> Vec<Name> {
        let (open, close) = self.brackets(&pair);
        if !self.written(open).starts_with('{') {
            let edits = vec![(open, "{".to_owned()), (close, "}".to_owned())];
            self.push(
                SyntaxError::new(
                    syntax::FOREIGN_USE,
                    open,
                    "the names that come in stand in braces: `use std.rfm.{champions}`",
                )
                .edits("write `{…}`", Applicability::Always, edits),
            );
        }
        let mut names = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::ident => names.push(self.name(&inner)),
                _ => self.junk(&inner, "expected a name, a comma, or `}`"),
            }
        }
        names
    }

    /// `use "std/rfm"`
    fn use_text(&mut self, pair: &P<'_>, decl: &mut UseDecl) {
        let span = self.span(pair);
        let text = self.written(span).trim_matches('"').to_owned();
        let path = text.trim_start_matches("./").trim_end_matches(".persona");
        let parts: Vec<&str> = path
            .split(['/', '.', ':'])
            .filter(|p| !p.is_empty())
            .collect();
        let plain = |part: &&str| {
            part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
                && !part.starts_with(|c: char| c.is_ascii_digit())
        };
        let mut error = SyntaxError::new(
            syntax::FOREIGN_USE,
            span,
            "a module is named without quotes, its parts joined with `.`: `use std.rfm`",
        );
        if !parts.is_empty() && parts.iter().all(plain) {
            let meant = parts.join(".");
            error = error.fix(
                format!("write `{meant}`"),
                Applicability::Maybe,
                span,
                meant,
            );
            decl.path = parts
                .iter()
                .map(|part| Name {
                    text: (*part).to_owned(),
                    span,
                })
                .collect();
        }
        self.push(error);
    }
}
