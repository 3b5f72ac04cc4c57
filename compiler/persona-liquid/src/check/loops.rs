//! `for` and `tablerow`: lists, ranges, and the parts of them that are gone through.

use std::sync::Arc;

use persona_base::{Span, liquid};

use super::env::Env;
use super::{Checker, LoopInfo, Typed};
use crate::Ty;
use crate::ast::{self, Offset, Operand, OperandKind};
use crate::ir::{From, List, Loop, Node};

impl Checker<'_> {
    pub(super) fn for_(&mut self, for_: &ast::Loop, span: Span) -> Option<Node> {
        if for_.table.is_some() && !self.html {
            let diagnostic = self.problem(
                liquid::NOT_PRINTABLE,
                span,
                "`tablerow` writes HTML, and this is text",
            );
            self.report(
                diagnostic.help("write a line for each with `for`, or fill a slot of type `Html`"),
            );
        }
        let (list, element) = self.list(&for_.list);
        let limit = for_
            .limit
            .as_ref()
            .map(|limit| self.number(limit, "`limit` is said"));
        let key = format!("{}-{}", for_.name.text, self.source(for_.list.span));
        let reached = (for_.table.is_none()).then(|| self.offset_slot(&key));
        let offset = match &for_.offset {
            None => None,
            Some(Offset::At(operand)) => Some(From::At(self.number(operand, "`offset` is said"))),
            Some(Offset::Continue) => reached.map(From::Reached),
        };
        let table = for_.table.as_ref().map(|columns| {
            columns
                .as_ref()
                .map(|columns| self.number(columns, "`cols` is said"))
        });
        let info = LoopInfo {
            state: 0,
            name: Arc::from(key),
            table: for_.table.is_some(),
            bare: false,
        };
        let (body, item, state) = self.looped(
            &for_.name,
            element,
            info,
            |checker| checker.block(&for_.body),
            for_.otherwise.as_ref(),
        );
        let (body, otherwise) = body;
        let list = list?;
        Some(Node::For(Box::new(Loop {
            list,
            item,
            state,
            reversed: for_.reversed,
            limit,
            offset,
            reached,
            table,
            body,
            otherwise,
            place: self.place(span),
        })))
    }

    fn offset_slot(&mut self, key: &str) -> u32 {
        let fresh = u32::try_from(self.offsets.len()).unwrap_or(u32::MAX);
        *self
            .offsets
            .entry(format!("{}:{key}", self.frame))
            .or_insert(fresh)
    }

    /// Checks the body of a loop, and what stands for an empty list; gives both, the item's slot, and the loop's.
    pub(super) fn looped(
        &mut self,
        name: &ast::Name,
        element: Ty,
        mut info: LoopInfo,
        body: impl FnOnce(&mut Self) -> Vec<Node>,
        otherwise: Option<&ast::Block>,
    ) -> ((Vec<Node>, Vec<Node>), u32, u32) {
        let start = self.env.clone();
        info.state = self.fresh();
        let state = info.state;
        self.env.enter_loop();
        self.loops.push(info);
        self.leaving.push(None);
        let (item, before) = self.bind(name, element, Some("the item of a loop"));
        let body = body(self);
        self.loops.pop();
        let left = self.leaving.pop().flatten();
        let through = std::mem::take(&mut self.env);
        self.env = Env::met(left, through);
        self.env.left = false;
        self.unbind(&name.text, before);
        let after = std::mem::replace(&mut self.env, start.clone());
        let otherwise = otherwise.map_or_else(Vec::new, |body| self.block(body));
        let empty = std::mem::take(&mut self.env);
        self.env = Env::met(Some(Env::met(Some(after), start)), empty);
        ((body, otherwise), item, state)
    }

    /// What a loop goes through, and what its elements are.
    fn list(&mut self, operand: &Operand) -> (Option<List>, Ty) {
        if let OperandKind::Range(ends) = &operand.kind {
            let from = self.number(&ends.0, "a range begins");
            let to = self.number(&ends.1, "a range ends");
            return (Some(List::Range(from, to)), Ty::Int);
        }
        let typed = self.value(operand);
        match self.elements(&typed) {
            Some(element) => (Some(List::Values(typed.expr)), element),
            None => (None, Ty::Error),
        }
    }

    /// The type of a list's elements; reports what is none.
    pub(super) fn elements(&mut self, typed: &Typed) -> Option<Ty> {
        match &typed.ty {
            Ty::Error => None,
            Ty::List(element) => Some((**element).clone()),
            Ty::Optional(of) if matches!(**of, Ty::List(_)) => {
                self.may_be_missing(typed, "nothing says what people read then");
                None
            }
            other => {
                let diagnostic = self
                    .problem(liquid::NOT_A_LIST, typed.span, "this is not a list")
                    .label(format!("it is {}", other.describe()));
                self.report(match other.clone().known() {
                    Ty::Record(_) => diagnostic.help("a record's fields are named one by one; loops go through lists"),
                    Ty::Str => diagnostic.help("make a list of it with `split`: `{% assign parts = text | split: \",\" %}`"),
                    Ty::Int => diagnostic.help("count with a range: `{% for i in (1..count) %}`"),
                    _ => diagnostic,
                });
                None
            }
        }
    }
}
