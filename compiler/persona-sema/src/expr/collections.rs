//! Lists and sets: going through their elements.

use persona_base::{Applicability, Span, history, types};
use persona_syntax::ast;

use super::names::{Bound, Thing};
use super::open::Position;
use super::query::Opened;
use super::repair::without_parens;
use super::{Checker, Want};
use crate::env::Global;
use crate::{Const, Expr, ExprKind, Kinds, Query, Type, TypeKind};

impl Checker<'_> {
    /// `any item in items where …`, `all item in items where …`.
    pub(super) fn quantifier(
        &mut self,
        all: bool,
        var: &ast::Name,
        list: &ast::Expr,
        condition: Option<&ast::Expr>,
        span: Span,
    ) -> Expr {
        if let Some(failed) = self.events_as_list(var, list, condition, span) {
            return failed;
        }
        let elements = match self.catalog_items(list) {
            Some(items) => items,
            None => self.operand(list, Want::NOTHING),
        };
        if elements.ty.is_error() {
            return self.error_at(span);
        }
        let Some(element) = elements.ty.kind.element().cloned() else {
            let noun = self.noun(&elements.ty.kind);
            let word = if all { "all" } else { "any" };
            let diagnostic = self
                .diagnostic(
                    types::NO_SUCH_OPERATION,
                    elements.span,
                    format!("`{word}` goes through a list, and this is {noun}"),
                )
                .label(format!("this is `{}`", self.type_name(&elements.ty)));
            return self.fail(span, diagnostic);
        };
        let question = self.question.replace(span);
        let binder = self.binder();
        let names = self.named.len();
        self.give_name(
            var,
            Bound::Elem {
                binder,
                ty: element,
            },
        );
        let mark = self.open.len();
        let (filter, _) = self.filter(condition, &[binder]);
        self.named.truncate(names);
        self.question = question;
        if all {
            let whole = condition.map_or(span, |condition| condition.span);
            self.strict(mark, Position::All, whole);
            if elements.ty.optional {
                self.all_of(span, &elements);
            }
        } else {
            self.atom(span, &[&elements]);
        }
        let yes = Expr {
            kind: ExprKind::Const(Const::Bool(true)),
            ty: Type::BOOL,
            span,
        };
        let condition = Box::new(filter.unwrap_or(yes));
        Expr {
            kind: ExprKind::Quantifier {
                all,
                binder,
                list: Box::new(elements),
                condition,
            },
            ty: Type::BOOL,
            span,
        }
    }

    /// `any x in Purchase.items where …`: what events are asked about with `did`.
    fn events_as_list(
        &mut self,
        var: &ast::Name,
        list: &ast::Expr,
        condition: Option<&ast::Expr>,
        span: Span,
    ) -> Option<Expr> {
        let inner = without_parens(list);
        let name = match &inner.kind {
            ast::ExprKind::Name(name) => name,
            ast::ExprKind::Postfix { base, .. } => match &base.kind {
                ast::ExprKind::Name(name) => name,
                _ => return None,
            },
            _ => return None,
        };
        if !self.is_event_name(name) {
            if name.text.starts_with(|c: char| c.is_ascii_uppercase())
                && !self.means_something(name)
            {
                self.unknown_catalog(name);
                return Some(self.error_at(span));
            }
            return None;
        }
        let events = self.text(inner.span);
        let mut diagnostic = self.diagnostic(
            history::QUERY_WITHOUT_DID,
            inner.span,
            format!(
                "`{}` is an event; what happened is asked with `did`",
                name.text
            ),
        );
        let rest = condition
            .map(|condition| format!(" where {}", self.text(condition.span)))
            .unwrap_or_default();
        let new = format!("did {events} as {}{rest}", var.text);
        if self.text(span).starts_with("any") {
            diagnostic = diagnostic.fix(
                format!("ask `did {events}`"),
                Applicability::Maybe,
                span,
                new,
            );
        } else {
            diagnostic = diagnostic.help(format!(
                "that all do is that none does not: `did not {events} where not …`"
            ));
        }
        Some(self.fail(span, diagnostic))
    }

    /// The list that an aggregate names, and the names after it: a field of its elements.
    pub(super) fn list_of(&mut self, query: &ast::Query) -> Option<(Expr, Vec<ast::Name>)> {
        let (first, rest) = (query.kinds.first()?, query.path.as_slice());
        if matches!(self.env.global(&first.text), Some(Global::Segment(_)))
            && !self.means_a_value(first)
        {
            self.kind(first)?;
            return None;
        }
        let mut thing = self.thing(first, Want::NOTHING);
        let mut span = first.span;
        let mut index = 0;
        while let Some(name) = rest.get(index) {
            if matches!(&thing, Thing::Value(value) if value.ty.kind.element().is_some()) {
                break;
            }
            span = span.to(name.span);
            thing = self.field_of(thing, name, span);
            index += 1;
        }
        let list = self.value_of(thing, span, Want::NOTHING);
        (!list.ty.is_error()).then(|| (list, rest[index..].to_vec()))
    }

    /// Keeps a list's elements within reach of an aggregate, as [`Checker::open_query`] does for events.
    pub(super) fn open_elements(
        &mut self,
        query: &ast::Query,
        element: Type,
        path: Vec<ast::Name>,
    ) -> Opened {
        let binder = self.binder();
        let bound = Bound::Elem {
            binder,
            ty: element,
        };
        let outer = (self.named.len(), self.frames.len());
        let mark = self.open.len();
        self.frames.push(bound.clone());
        if let Some(alias) = &query.alias {
            self.give_name(alias, bound.clone());
        }
        let (filter, facts) = self.filter(query.condition.as_deref(), &[binder]);
        self.know(&facts, query.span.start);
        let query = Query {
            binder,
            kinds: Kinds::Events(Vec::new()),
            items: None,
            window: None,
            filter: filter.map(Box::new),
            span: query.span,
        };
        Opened::new(query, bound, path, facts, mark, outer)
    }

    /// `.size()` of a collection.
    pub(super) fn is_collection(kind: &TypeKind) -> bool {
        matches!(kind, TypeKind::List(_) | TypeKind::Set(_))
    }
}
