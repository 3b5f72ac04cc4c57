//! `exclude`: items whose keys are in events, and items of which a condition holds.

use persona_base::{Applicability, campaign};
use persona_syntax::ast::{self, RecommendClause};

use super::super::catalog::key_name;
use super::Rules;
use crate::Exclude;
use crate::decl::Checking;
use crate::expr::{
    Ruling, check_any_value, check_keys, check_ruling, is_about_events, type_in_words,
};

/// The items that are left out, in the order of the text.
pub(super) fn excludes(
    checking: &mut Checking<'_>,
    rules: &Rules<'_>,
    clauses: &[RecommendClause],
) -> Vec<Exclude> {
    let written = clauses.iter().filter_map(|clause| match clause {
        RecommendClause::Exclude { what, .. } => Some(what),
        _ => None,
    });
    written
        .filter_map(|what| match what {
            ast::QueryArg::Query(query)
                if is_about_events(&checking.env, rules.scope(checking), query) =>
            {
                let scope = rules.scope(checking);
                let checked = check_keys(&checking.env, scope, query, rules.catalog);
                checking.diagnostics.extend(checked.diagnostics);
                let (query, key) = checked.found?;
                Some(Exclude::Keys { query, key })
            }
            ast::QueryArg::Query(query) => left_out(checking, rules, &as_expression(query)?),
            ast::QueryArg::Expr(written) => left_out(checking, rules, written),
        })
        .collect()
}

/// What looks like a query and is about a field: `discontinued`, `added_on in last 30d`.
fn as_expression(query: &ast::Query) -> Option<ast::Expr> {
    let [name] = query.kinds.as_slice() else {
        return None;
    };
    let base = ast::Expr {
        kind: ast::ExprKind::Name(name.clone()),
        span: name.span,
    };
    let operand = match query.path.last() {
        None => base,
        Some(last) => ast::Expr {
            span: name.span.to(last.span),
            kind: ast::ExprKind::Postfix {
                base: Box::new(base),
                ops: query
                    .path
                    .iter()
                    .cloned()
                    .map(ast::PostfixOp::Field)
                    .collect(),
            },
        },
    };
    Some(match &query.window {
        None => operand,
        Some(window) => ast::Expr {
            span: operand.span.to(window.span),
            kind: ast::ExprKind::InWindow {
                negated: false,
                operand: Box::new(operand),
                window: window.clone(),
            },
        },
    })
}

/// `exclude EXPR`
fn left_out(
    checking: &mut Checking<'_>,
    rules: &Rules<'_>,
    written: &ast::Expr,
) -> Option<Exclude> {
    if let Some(list) = list_of_keys(checking, rules, written) {
        let key = key_name(checking, rules.catalog);
        let new = format!("{key} in {}", written.span.of(checking.text));
        let diagnostic = checking
            .diagnostic(
                campaign::EXCLUDED_KEY,
                written.span,
                "this is a list, and `exclude` takes a condition or a field of events",
            )
            .label(format!("this is {list}"))
            .fix(
                format!("leave out the items in it: `{new}`"),
                Applicability::Maybe,
                written.span,
                new,
            );
        checking.report(diagnostic);
        return None;
    }
    let scope = rules.scope(checking);
    let checked = check_ruling(&checking.env, scope, written, Ruling::Exclude);
    checking.diagnostics.extend(checked.diagnostics);
    Some(Exclude::Items(checked.expr))
}

/// What a name or a field is, where it is a list.
fn list_of_keys(checking: &Checking<'_>, rules: &Rules<'_>, written: &ast::Expr) -> Option<String> {
    if !matches!(
        written.kind,
        ast::ExprKind::Name(_) | ast::ExprKind::Postfix { .. }
    ) {
        return None;
    }
    let checked = check_any_value(&checking.env, rules.scope(checking), written);
    checked.expr.ty.kind.element()?;
    Some(type_in_words(
        &checking.env,
        rules.scope(checking),
        &checked.expr.ty.kind,
    ))
}
