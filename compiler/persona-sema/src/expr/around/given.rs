//! Arguments of a content: values, and events that have a name.

use std::sync::Arc;

use persona_base::{Applicability, Span, types};
use persona_syntax::ast;

use super::super::names::{Bound, Named};
use super::super::open::Position;
use super::super::repair::without_parens;
use super::super::types::Role;
use super::super::{Checker, unknown};
use crate::env::ContentShape;
use crate::{Const, ContentArg, Expr, ExprKind, Kinds, TypeKind};

impl Checker<'_> {
    pub(super) fn content_arguments(
        &mut self,
        name: &ast::Name,
        shape: &ContentShape,
        args: &[ast::Arg],
        whole: Span,
    ) -> Option<Vec<ContentArg>> {
        let matched = self.matched(&name.text, &shape.params, args, name.span, whole)?;
        let mut values = Vec::with_capacity(shape.params.len());
        for (param, written) in shape.params.iter().zip(matched) {
            let value = match (written, &param.ty.kind) {
                (None, _) => {
                    let default = param.default.clone().unwrap_or(Const::Missing);
                    Some(ContentArg::Value(Expr {
                        kind: ExprKind::Const(default),
                        ty: param.ty.clone(),
                        span: name.span,
                    }))
                }
                (Some(written), TypeKind::EventRecord(kinds)) => {
                    self.event_given(&param.name, kinds, written)
                }
                (Some(written), _) => {
                    let mark = self.open.len();
                    let value = self.check(written, &param.ty, Role::Argument(&name.text));
                    self.strict(mark, Position::Operand, written.span);
                    Some(value)
                        .filter(|value| !value.ty.is_error())
                        .map(ContentArg::Value)
                }
            };
            values.push(value);
        }
        values.into_iter().collect()
    }

    /// An event that has a name here, for a parameter that takes one.
    fn event_given(
        &mut self,
        param: &str,
        wanted: &Arc<[crate::EventId]>,
        written: &ast::Expr,
    ) -> Option<ContentArg> {
        let events = &self.schema().events;
        let wanted_names: Vec<&str> = wanted.iter().map(|kind| &*events[*kind].name).collect();
        let wanted_names = unknown::shown(&wanted_names);
        let inner = without_parens(written);
        if inner.kind == ast::ExprKind::Error || self.probed_event_given(wanted, inner) {
            return None;
        }
        let named = match &inner.kind {
            ast::ExprKind::Name(name) => self
                .named
                .iter()
                .rev()
                .find(|named| named.name == name.text),
            _ => None,
        };
        if let Some(Bound::Elem { ty, .. }) = named.map(|named| &named.bound)
            && ty.is_error()
        {
            return None;
        }
        if let Some(Bound::Event {
            binder,
            kinds: Kinds::Events(kinds),
        }) = named.map(|named| &named.bound)
        {
            let Some(stray) = kinds.iter().find(|kind| !wanted.contains(kind)) else {
                let binder = *binder;
                if self.may_not_have_come(binder) {
                    self.may_be_none(param, written.span);
                    return None;
                }
                return Some(ContentArg::Event(binder));
            };
            let place = named.map(|named| named.span);
            let found = &events[*stray].name;
            let mut diagnostic = self
                .diagnostic(
                    types::BAD_ARGUMENT,
                    written.span,
                    format!("`{param}` takes {wanted_names}, and this can be `{found}`"),
                )
                .label(format!("a `{found}` event"));
            if let Some(place) = place {
                diagnostic = diagnostic.secondary(self.scope.file, place, "named here");
            }
            self.report(diagnostic);
            return None;
        }
        let fits = |named: &&Named| matches!(&named.bound, Bound::Event { kinds: Kinds::Events(kinds), .. } if kinds.iter().all(|kind| wanted.contains(kind)));
        let near = self
            .named
            .iter()
            .rev()
            .find(fits)
            .map(|named| named.name.clone());
        let diagnostic = self
            .diagnostic(
                types::BAD_ARGUMENT,
                written.span,
                format!("`{param}` takes an event: {wanted_names}"),
            )
            .label("this is none");
        let diagnostic = match near {
            Some(near) => diagnostic.fix(
                format!("hand on `{near}`"),
                Applicability::Maybe,
                written.span,
                near,
            ),
            None => diagnostic
                .help("give the event that starts the trigger a name with `as`, and hand that on"),
        };
        self.report(diagnostic);
        None
    }
}
