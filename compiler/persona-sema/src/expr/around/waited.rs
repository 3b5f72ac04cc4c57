//! Events that a trigger waits for: there may be none, because the wait may end first. Their fields may be missing until somebody
//! asks whether the event is known; it is known from then on, because what a run keeps never changes.

use persona_base::{Diagnostic, Span, missing};
use persona_syntax::ast;

use super::super::Checker;
use super::super::logic::{Condition, asks_whether};
use super::super::names::{Bound, FieldHit, Named, Owner};
use super::super::narrow::{Facts, there};
use super::super::repair::without_parens;
use crate::{BinderId, Expr, Kinds};

impl Checker<'_> {
    /// Whether there may be no such event here.
    pub(super) fn may_not_have_come(&self, binder: BinderId) -> bool {
        self.perhaps.contains(&binder) && !self.known.contains_key(&there(binder))
    }

    /// A field of an event, which is missing where there is none.
    pub(in crate::expr) fn perhaps_none(&self, binder: BinderId, hit: FieldHit) -> FieldHit {
        match hit {
            FieldHit::Value(kind, ty) if self.may_not_have_come(binder) => {
                FieldHit::Value(kind, ty.optional())
            }
            hit => hit,
        }
    }

    /// `x is known` of an event that was waited for: whether it came, and so whether it has a time.
    pub(in crate::expr) fn has_come(
        &mut self,
        known: bool,
        op_span: Span,
        operand: &ast::Expr,
        span: Span,
    ) -> Option<Condition> {
        let ast::ExprKind::Name(name) = &without_parens(operand).kind else {
            return None;
        };
        let of = |named: &&Named| named.name == name.text;
        let bound = self.named.iter().rev().find(of)?.bound.clone();
        let binder = bound.binder();
        if !self.perhaps.contains(&binder) {
            return None;
        }
        let key = there(binder);
        let said_before = self.known.get(&key);
        if said_before.is_some_and(|places| places.iter().any(|at| *at <= operand.span.start)) {
            let text = self.quote(operand.span);
            let answer = if known { "yes" } else { "no" };
            let diagnostic = self
                .diagnostic(
                    missing::NEVER_MISSING,
                    operand.span.to(op_span),
                    format!("`{text}` is never missing here: this is always {answer}"),
                )
                .label("it was asked for before, so that it is known here")
                .help("leave this condition out");
            self.report(diagnostic);
        }
        let FieldHit::Value(kind, ty) = self.field(&Owner::Bound(bound), "at") else {
            return None;
        };
        let at = Expr {
            kind,
            ty: ty.optional(),
            span: operand.span,
        };
        Some(Condition {
            expr: asks_whether(known, at, span),
            facts: Facts::of(known, vec![key]),
        })
    }

    /// An event that may not have come, where one is handed on.
    pub(super) fn may_be_none(&mut self, param: &str, written: Span) {
        let text = self.quote(written);
        let diagnostic = self
            .diagnostic(
                missing::MAY_BE_MISSING,
                written,
                format!("`{param}` takes an event, and there may be none: `{text}` is missing when the wait ends without it"),
            )
            .label("perhaps nothing came");
        self.report(diagnostic);
    }

    /// Says of values that may be missing only because a wait may have ended why that is.
    pub(super) fn explain_waits(&mut self) {
        let waited: Vec<&Named> = self
            .named
            .iter()
            .filter(|named| match &named.bound {
                Bound::Event {
                    binder,
                    kinds: Kinds::Events(_),
                } => self.perhaps.contains(binder),
                _ => false,
            })
            .collect();
        if waited.is_empty() {
            return;
        }
        let (text, file) = (self.scope.text, self.scope.file);
        for diagnostic in &mut self.diagnostics {
            let about = diagnostic.primary.span.of(text);
            let named = waited.iter().find(|named| mentions(about, &named.name));
            if let Some(named) = named.filter(|_| is_about_missing(diagnostic)) {
                let name = &named.name;
                *diagnostic = diagnostic
                    .clone()
                    .secondary(
                        file,
                        named.span,
                        format!("the wait may end without it, and then all of `{name}` is missing"),
                    )
                    .help(format!("ask for it first: `if {name} is known {{ … }}`"));
            }
        }
    }
}

fn is_about_missing(diagnostic: &Diagnostic) -> bool {
    [
        missing::MISSING_BECOMES_YES,
        missing::MAYBE_IS_NO_CONDITION,
        missing::MAY_BE_MISSING,
        missing::PRINTS_NOTHING,
        missing::AGGREGATE_OF_MISSING,
    ]
    .contains(&diagnostic.code)
}

/// Whether a text speaks of a name: alone, or of a field of it.
fn mentions(text: &str, name: &str) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        before.is_none_or(|letter| !is_word(letter) && letter != '.')
            && after.is_none_or(|letter| !is_word(letter))
    })
}
