//! Purposes: for what people allowed their data or attention to be used.

use std::sync::Arc;

use persona_base::{Applicability, Span, campaign};
use persona_syntax::ast;

use super::clauses::{consent, insertion, is_broken, repeated};
use crate::decl::{Checking, Unit};
use crate::{Place, Purpose};

pub(in crate::decl) fn check_purpose(
    checking: &mut Checking<'_>,
    requires: &[ast::Requires],
) -> Unit {
    for again in requires.iter().skip(1) {
        let help = "join the conditions with `and`";
        repeated(
            checking,
            ("requires", "a purpose"),
            again.span,
            requires[0].span,
            help,
        );
    }
    let Some(first) = requires.first() else {
        if !is_broken(checking) {
            lacking(checking);
        }
        return Unit::None;
    };
    let mut condition = None;
    for one in requires {
        let checked = match &one.condition {
            Some(written) => checking.condition(&[], written, true).expr,
            None => {
                requires_nothing(checking, one.span);
                continue;
            }
        };
        condition.get_or_insert(checked);
    }
    let Some(requires) = condition.filter(|_| first.condition.is_some()) else {
        return Unit::None;
    };
    Unit::Purpose(Purpose {
        name: Arc::clone(checking.decl.name(checking.db)),
        origin: Place {
            file: checking.file,
            span: Span::default(),
        },
        requires,
    })
}

fn lacking(checking: &mut Checking<'_>) {
    let name = &checking.tree.name;
    let diagnostic = checking
        .diagnostic(
            campaign::REQUIRES_LACKING,
            name.span,
            format!("the purpose `{}` does not say who allowed it", name.text),
        )
        .label("it needs `requires`")
        .note("a message that is sent for a purpose goes only to people who allowed that");
    let diagnostic = match consent(checking, &name.text) {
        Some(consent) => {
            let clause = format!("requires {consent}");
            let (at, text) = insertion(checking, None, None, &clause);
            diagnostic.fix(format!("write `{clause}`"), Applicability::Maybe, at, text)
        }
        None => diagnostic.help("name the field that holds the consent: `requires consent.offers`"),
    };
    checking.report(diagnostic);
}

fn requires_nothing(checking: &mut Checking<'_>, span: Span) {
    let name = &checking.tree.name;
    let diagnostic = checking
        .diagnostic(
            campaign::PURPOSE_REQUIRES_NOTHING,
            span,
            format!("the purpose `{}` rests on no consent", name.text),
        )
        .label("then everybody would have allowed it");
    let diagnostic = match consent(checking, &name.text) {
        Some(consent) => {
            let clause = format!("requires {consent}");
            diagnostic.perhaps(span, clause)
        }
        None => diagnostic.help(
            "name the field that holds the consent, or remove the purpose and send without one",
        ),
    };
    checking.report(diagnostic);
}
