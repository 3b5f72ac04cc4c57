//! What triggers, contents and tests bring into expressions: slots of contents, arms of experiments, text as it is.

use std::sync::Arc;

use persona_base::{Applicability, Span, contents, experiments, names, nearest};
use persona_syntax::ast;

use super::super::names::{FieldHit, Owner, Thing};
use super::super::repair::without_parens;
use super::super::types::Role;
use super::super::{Checker, unknown};
use crate::env::Global;
use crate::{Expr, ExprKind, Part, Type, TypeKind};

impl Checker<'_> {
    /// The name of a content, a trigger or an experiment where a value is wanted.
    pub(in crate::expr) fn campaign_name(&mut self, name: &ast::Name) -> Thing {
        let text = name.text.as_str();
        let found = self.env.global(text);
        if self.scope.around.slots
            && matches!(found, Some(Global::Content))
            && let Some(shape) = self.env.content(text)
        {
            if shape.params.is_empty() || self.scope.around.sent {
                return Thing::Fields(Owner::Content(Arc::from(text)), String::new());
            }
            let lacking: Vec<&str> = shape.params.iter().map(|param| &*param.name).collect();
            let diagnostic = self
                .diagnostic(
                    contents::CONTENT_WITH_PARAMETERS,
                    name.span,
                    format!("`{text}` needs {} to be read", unknown::shown(&lacking)),
                )
                .label("a content with parameters is read only where it is sent")
                .help("move what both need into a content without parameters, or into a `trait`");
            self.report(diagnostic);
            return Thing::Error;
        }
        let diagnostic = self.diagnostic(
            names::NOT_A_VALUE,
            name.span,
            format!("`{text}` is no value"),
        );
        let diagnostic = match found {
            Some(Global::Experiment(_)) => diagnostic
                .label("this is an experiment")
                .fix(format!("ask which arm somebody is in: `arm({text})`"), Applicability::Maybe, name.span, format!("arm({text})")),
            Some(Global::Trigger) => diagnostic.label("this is a trigger: it does something, and is nothing that one could compare"),
            _ => diagnostic
                .label("this is a content")
                .help("its slots can be read in other contents (`{greeting.text}`) and in what a test expects"),
        };
        self.report(diagnostic);
        Thing::Error
    }

    /// A slot of a content.
    pub(in crate::expr) fn slot(&self, content: &Arc<str>, name: &str) -> FieldHit {
        let Some(shape) = self.env.content(content) else {
            return FieldHit::None;
        };
        match shape.slots.iter().position(|(slot, _)| **slot == *name) {
            Some(index) => {
                let kind = ExprKind::Slot(
                    Arc::clone(content),
                    u32::try_from(index).unwrap_or(u32::MAX),
                );
                FieldHit::Value(kind, shape.slots[index].1.clone())
            }
            None => FieldHit::None,
        }
    }

    /// The slots of a content, with their types.
    pub(in crate::expr) fn slots_of(&self, content: &str) -> Vec<(String, Type)> {
        let shape = self.env.content(content);
        let slots = shape.iter().flat_map(|shape| &shape.slots);
        slots
            .map(|(name, ty)| (name.to_string(), ty.clone()))
            .collect()
    }

    /// `arm(experiment)`.
    pub(in crate::expr) fn arm(&mut self, args: &[ast::Arg], span: Span) -> Expr {
        self.history = true;
        let Some([written]) = self.plain_args("arm", args, span) else {
            return self.error_at(span);
        };
        let ast::ExprKind::Name(name) = &without_parens(written).kind else {
            if written.kind != ast::ExprKind::Error {
                self.no_experiment(written.span, &self.quote(written.span));
            }
            return self.error_at(span);
        };
        if name.is_missing() {
            return self.error_at(span);
        }
        if self.scope.pure {
            self.not_in_function(span, "experiments");
            return self.error_at(span);
        }
        match self.env.global(&name.text) {
            Some(Global::Experiment(id)) => self.settled(Expr {
                kind: ExprKind::Arm(Arc::from(name.text.as_str())),
                ty: Type::of(TypeKind::Enum(id)).optional(),
                span,
            }),
            Some(Global::Broken) => self.error_at(span),
            _ => {
                self.no_experiment(name.span, &name.text);
                self.error_at(span)
            }
        }
    }

    fn no_experiment(&mut self, span: Span, text: &str) {
        let is_experiment =
            |name: &Arc<str>| matches!(self.env.global(name), Some(Global::Experiment(_)));
        let all: Vec<Arc<str>> = self.env.names().into_iter().filter(is_experiment).collect();
        let mut diagnostic = self
            .diagnostic(
                experiments::NOT_AN_EXPERIMENT,
                span,
                format!("`{text}` is not an experiment"),
            )
            .label("`arm(…)` asks which arm of an experiment somebody is in");
        diagnostic = match nearest(text, all.iter().map(|name| &**name)) {
            Some(near) => diagnostic.perhaps(span, near),
            None if all.is_empty() => diagnostic.help("declare one: `experiment cart_subject { on cart_rescue arms { control, personal } }`"),
            None => {
                let shown: Vec<&str> = all.iter().map(|name| &**name).collect();
                diagnostic.help(format!("there is {}", unknown::shown(&shown)))
            }
        };
        self.report(diagnostic);
    }

    /// `raw(x)`: text that is put into `Html` as it is.
    pub(in crate::expr) fn raw(&mut self, args: &[ast::Arg], span: Span) -> Expr {
        let Some([written]) = self.plain_args("raw", args, span) else {
            return self.error_at(span);
        };
        let value = self.check(written, &Type::of(TypeKind::Str), Role::Argument("raw"));
        let text = self.quote(written.span);
        let diagnostic = self
            .diagnostic(contents::RAW_HTML, span, format!("`{text}` is put into the page as it is"))
            .label("nothing in it is escaped")
            .note("whoever can write this text can write what everybody reads, links and scripts included")
            .help("take `raw` away, unless the text comes from people you trust");
        self.report(diagnostic);
        if value.ty.is_error() {
            return self.error_at(span);
        }
        Expr {
            kind: ExprKind::Interpolate(vec![Part::Value(value, Some(Arc::from("raw")))]),
            ty: Type::of(TypeKind::Html),
            span,
        }
    }
}
