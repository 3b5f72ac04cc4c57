//! Recommendations: from which catalog, which items, in which order, how many, and what stands in where there are too few.

mod exclude;
mod fallback;
mod lacking;
mod rank;
mod types;

use std::sync::Arc;

use persona_base::{Applicability, Span, campaign};
use persona_syntax::ast::{self, Fallback, RecommendClause};

use super::clauses::{is_broken, repeated};
use crate::decl::params::check_params;
use crate::decl::types::Position;
use crate::decl::{Checking, Unit};
use crate::env::{Around, Scope};
use crate::{CatalogId, Const, Param, Place, Recommend, Type, TypeKind};

use self::exclude::excludes;
use self::lacking::lacking;
use self::rank::rank_key;
use self::types::{agree, catalog, declared};

/// How many items a recommendation may give.
const MOST: i64 = 1000;

/// The clauses that there is one of.
#[derive(Default)]
struct Once<'a> {
    from: Option<(&'a ast::Name, Span)>,
    filter: Option<(&'a ast::Expr, Span)>,
    rank: Option<(&'a [ast::RankKey], Span)>,
    take: Option<(&'a ast::Expr, Span)>,
    otherwise: Option<(&'a Fallback, Span)>,
}

/// A recommendation under way.
pub(super) struct Rules<'a> {
    pub(super) params: &'a [Param],
    pub(super) catalog: CatalogId,
}

impl<'a> Rules<'a> {
    /// The scope of its expressions: an item is bound, and its fields are bare names.
    pub(super) fn scope<'s>(&'s self, checking: &'s Checking<'_>) -> Scope<'s> {
        Scope {
            around: Around {
                item: Some(self.catalog),
                ..Around::default()
            },
            ..checking.scope(self.params)
        }
    }
}

pub(in crate::decl) fn check_recommend(
    checking: &mut Checking<'_>,
    decl: &ast::RecommendDecl,
) -> Unit {
    let broken = is_broken(checking);
    let params = check_params(checking, &decl.params, Position::Param);
    let once = once(checking, &decl.clauses);
    let ty = declared(checking, decl.ty.as_ref());
    let from = once.from.and_then(|(name, _)| catalog(checking, name));
    let catalog = agree(checking, decl, (ty.as_ref(), from), once.from, broken);
    if !broken {
        lacking(checking, decl, &once, catalog);
    }
    let Some(catalog) = catalog else {
        return Unit::None;
    };
    let rules = Rules {
        params: &params,
        catalog,
    };
    let filter = once.filter.map(|(written, _)| {
        let checked = crate::check_condition(&checking.env, rules.scope(checking), written, true);
        checking.diagnostics.extend(checked.diagnostics);
        checked.expr
    });
    let excludes = excludes(checking, &rules, &decl.clauses);
    let keys = once.rank.map_or(&[][..], |(keys, _)| keys);
    let rank = keys
        .iter()
        .filter_map(|key| rank_key(checking, &rules, key))
        .collect();
    let take = once.take.and_then(|(written, _)| take(checking, written));
    let otherwise = once
        .otherwise
        .and_then(|(written, span)| fallback::fallback(checking, &rules, written, span, take));
    let ty = ty.unwrap_or(Type::ERROR);
    match (take, otherwise) {
        (Some((take, _)), Some(otherwise)) => {
            let definition = Recommend {
                name: Arc::clone(checking.decl.name(checking.db)),
                params,
                origin: Place {
                    file: checking.file,
                    span: Span::default(),
                },
                catalog,
                filter,
                excludes,
                rank,
                take,
                otherwise,
            };
            Unit::Recommend(definition, ty)
        }
        _ => Unit::None,
    }
}

/// Finds the clauses that there is one of, and reports the others.
fn once<'a>(checking: &mut Checking<'_>, clauses: &'a [RecommendClause]) -> Once<'a> {
    let mut once = Once::default();
    for clause in clauses {
        let (what, span, first, help) = match clause {
            RecommendClause::From { catalog, span } => {
                let first = once.from.map(|(_, span)| span);
                once.from.get_or_insert((catalog, *span));
                let help = "a recommendation takes its items from one catalog";
                ("from", *span, first, help)
            }
            RecommendClause::Where { condition, span } => {
                let first = once.filter.map(|(_, span)| span);
                once.filter.get_or_insert((condition, *span));
                ("where", *span, first, "join the conditions with `and`")
            }
            RecommendClause::RankBy { keys, span } => {
                let first = once.rank.map(|(_, span)| span);
                once.rank.get_or_insert((keys, *span));
                let help = "write all of them in one, the most important first: `rank by popularity desc, price`";
                ("rank by", *span, first, help)
            }
            RecommendClause::Take { count, span } => {
                let first = once.take.map(|(_, span)| span);
                once.take.get_or_insert((count, *span));
                ("take", *span, first, "one number says how many there are")
            }
            RecommendClause::Otherwise { fallback, span } => {
                let first = once.otherwise.map(|(_, span)| span);
                once.otherwise.get_or_insert((fallback, *span));
                let help = "a second fallback belongs into the recommendation that is the first";
                ("otherwise", *span, first, help)
            }
            RecommendClause::Exclude { .. } => continue,
        };
        if let Some(first) = first {
            repeated(checking, (what, "a recommendation"), span, first, help);
        }
    }
    once
}

/// `take 4`: the number, and where it is written.
fn take(checking: &mut Checking<'_>, written: &ast::Expr) -> Option<(u32, Span)> {
    let Const::Int(count) = checking.constant(written, &Type::of(TypeKind::Int)) else {
        return None;
    };
    if (1..=MOST).contains(&count) {
        return Some((u32::try_from(count).ok()?, written.span));
    }
    let (message, nearest) = if count < 1 {
        ("a recommendation gives at least one item".to_owned(), 1)
    } else {
        (format!("a recommendation gives at most {MOST} items"), MOST)
    };
    let diagnostic = checking
        .diagnostic(campaign::TAKE_COUNT, written.span, message)
        .label("how many are shown?")
        .fix(
            format!("write `{nearest}`"),
            Applicability::Maybe,
            written.span,
            nearest.to_string(),
        );
    checking.report(diagnostic);
    None
}
