//! What a recommendation does not say, and what may be written there.

use persona_base::{Applicability, Span, campaign};
use persona_syntax::ast::{self, RecommendClause};

use super::super::catalog::key_name;
use super::super::clauses::insertion;
use super::Once;
use super::types::catalog_name;
use crate::CatalogId;
use crate::decl::Checking;

/// What every recommendation has.
pub(super) fn lacking(
    checking: &mut Checking<'_>,
    decl: &ast::RecommendDecl,
    once: &Once<'_>,
    catalog: Option<CatalogId>,
) {
    let last = decl.clauses.last().map(span_of);
    let catalog_name = catalog.map(|id| catalog_name(checking, id));
    let key = catalog.map(|id| key_name(checking, id));
    // In the order in which they are written, each with where it goes and what may be offered.
    let before_rank = once
        .filter
        .map(|(_, span)| span)
        .or(once.from.map(|(_, span)| span));
    let wanted = [
        (
            once.from.is_none(),
            "from which catalog its items are",
            "from",
            catalog_name.map(|name| format!("from {name}")),
            None,
        ),
        (
            once.rank.is_none(),
            "which items come first",
            "rank by",
            key.map(|key| format!("rank by {key}")),
            last_exclude(decl).or(before_rank),
        ),
        (
            once.take.is_none(),
            "how many items there are",
            "take",
            Some("take 4".to_owned()),
            once.rank.map(|(_, span)| span).or(last),
        ),
        (
            once.otherwise.is_none(),
            "what stands in where there are too few",
            "otherwise",
            Some("otherwise skip \"nothing to recommend\"".to_owned()),
            last,
        ),
    ];
    for (is_lacking, what, clause, offered, after) in wanted {
        if is_lacking {
            lacks(checking, decl, (what, clause), offered, after);
        }
    }
}

fn lacks(
    checking: &mut Checking<'_>,
    decl: &ast::RecommendDecl,
    (what, clause): (&str, &str),
    offered: Option<String>,
    after: Option<Span>,
) {
    let name = &checking.tree.name;
    let mut diagnostic = checking
        .diagnostic(
            campaign::CLAUSE_LACKING,
            name.span,
            format!("`{}` does not say {what}", name.text),
        )
        .label(format!("it needs `{clause}`"));
    if clause == "otherwise" {
        diagnostic = diagnostic
            .note("a block is never short and never empty")
            .help("name another recommendation, or items by their keys; or give the message up");
    }
    diagnostic = match offered {
        Some(offered) => {
            let first = decl.clauses.first().map(span_of);
            let (at, text) = insertion(checking, after, first, &offered);
            diagnostic.fix(format!("write `{offered}`"), Applicability::Maybe, at, text)
        }
        None => diagnostic.help(format!("write it as in `{}`", example(clause))),
    };
    checking.report(diagnostic);
}

fn example(clause: &str) -> &'static str {
    match clause {
        "from" => "from Product",
        _ => "rank by popularity desc",
    }
}

fn last_exclude(decl: &ast::RecommendDecl) -> Option<Span> {
    let excludes = decl.clauses.iter().rev();
    excludes
        .filter(|clause| matches!(clause, RecommendClause::Exclude { .. }))
        .map(span_of)
        .next()
}

fn span_of(clause: &RecommendClause) -> Span {
    match clause {
        RecommendClause::From { span, .. }
        | RecommendClause::Where { span, .. }
        | RecommendClause::Exclude { span, .. }
        | RecommendClause::RankBy { span, .. }
        | RecommendClause::Take { span, .. }
        | RecommendClause::Otherwise { span, .. } => *span,
    }
}
