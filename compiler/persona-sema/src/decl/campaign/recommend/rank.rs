//! `rank by`: what items are put in order by.

use persona_base::{Applicability, Span, campaign, missing};
use persona_syntax::ast;

use super::Rules;
use crate::decl::Checking;
use crate::expr::{can_rank, check_any_value, every_part, type_in_words};
use crate::{BinderId, Expr, ExprKind, RankKey, TypeKind};

/// `popularity desc`
pub(super) fn rank_key(
    checking: &mut Checking<'_>,
    rules: &Rules<'_>,
    key: &ast::RankKey,
) -> Option<RankKey> {
    let checked = check_any_value(&checking.env, rules.scope(checking), &key.value);
    checking.diagnostics.extend(checked.diagnostics);
    let value = checked.expr;
    if value.ty.is_error() {
        return None;
    }
    let span = key.value.span;
    if !can_rank(&checking.env, rules.scope(checking), &value.ty.kind) {
        let words = type_in_words(&checking.env, rules.scope(checking), &value.ty.kind);
        let mut diagnostic = checking
            .diagnostic(
                campaign::RANK_KEY,
                span,
                format!("items cannot be put in order by {words}"),
            )
            .label("this has no first and no last");
        diagnostic = match value.ty.kind {
            TypeKind::Enum(_) => {
                diagnostic.help("declare it as an `ordered enum`, if its values have an order")
            }
            TypeKind::Bool => {
                let text = span.of(checking.text);
                let new = format!("(if {text} then 1 else 0)");
                let title = format!("write `{new}`");
                diagnostic.fix(title, Applicability::Maybe, span, new)
            }
            _ => diagnostic.help("rank by a number, an amount, a time or text"),
        };
        checking.report(diagnostic);
        return None;
    }
    if !depends_on_item(&value) {
        let diagnostic = checking
            .diagnostic(
                campaign::RANK_KEY,
                span,
                "this is the same for all items, so it puts none before another",
            )
            .label("no field of the item is in it")
            .help("name a field of the catalog, as in `rank by popularity desc`");
        checking.report(diagnostic);
        return None;
    }
    if value.ty.optional {
        may_be_missing(checking, &value, span);
        return None;
    }
    Some(RankKey {
        value,
        descending: key.descending,
    })
}

/// Where do items without a value come?
fn may_be_missing(checking: &mut Checking<'_>, value: &Expr, span: Span) {
    let text = span.of(checking.text);
    let diagnostic = checking
        .diagnostic(
            missing::MAY_BE_MISSING,
            span,
            format!("`{text}` may be missing, and `rank by` does not say where such items come"),
        )
        .label("first or last?");
    let neutral = match &value.ty.kind {
        TypeKind::Int | TypeKind::Float => Some("0".to_owned()),
        TypeKind::Money(currency) => Some(format!("0 {currency}")),
        TypeKind::Duration => Some("0d".to_owned()),
        TypeKind::Length => Some("0 m".to_owned()),
        TypeKind::Str => Some("\"\"".to_owned()),
        _ => None,
    };
    let diagnostic = match neutral {
        Some(neutral) => {
            let new = format!("({text}) ?? {neutral}");
            let plain = matches!(
                value.kind,
                ExprKind::ItemField(..) | ExprKind::Profile(_) | ExprKind::Lookup(..)
            );
            let new = if plain {
                format!("{text} ?? {neutral}")
            } else {
                new
            };
            let title = format!("rank them as `{neutral}`");
            diagnostic.fix(title, Applicability::Maybe, span, new)
        }
        None => diagnostic.help(format!("say it with a default: `{text} ?? …`")),
    };
    checking.report(diagnostic);
}

fn depends_on_item(value: &Expr) -> bool {
    let mut depends = false;
    every_part(value, &mut |part| {
        depends |= matches!(part.kind, ExprKind::Elem(BinderId(0), _) | ExprKind::Error);
    });
    depends
}
