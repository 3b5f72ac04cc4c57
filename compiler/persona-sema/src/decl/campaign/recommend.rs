//! Recommendations: from which catalog, which items, in which order, how many, and what stands in where there are too few.

use std::sync::Arc;

use persona_base::{Applicability, Span, campaign, missing, nearest};
use persona_syntax::ast::{self, Fallback, RecommendClause};

use super::catalog::key_name;
use super::clauses::{insertion, is_broken, reason, repeated};
use super::fallback;
use crate::db::{ItemKind, catalog_ids, lookup, names_of_kind, schema};
use crate::decl::params::check_params;
use crate::decl::types::{Position, Types};
use crate::decl::{Checking, Unit};
use crate::env::{Around, Scope};
use crate::expr::{
    Ruling, can_rank, check_any_value, check_keys, check_ruling, every_part, is_about_events,
    type_in_words,
};
use crate::{
    BinderId, CatalogId, Const, Exclude, Expr, ExprKind, Otherwise, Param, Place, RankKey,
    Recommend, Type, TypeKind,
};

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

/// The declared type; `None` where there is none.
fn declared(checking: &mut Checking<'_>, written: Option<&ast::TypeExpr>) -> Option<Type> {
    let written = written?;
    let mut types = Types::new(checking.db, checking.decl);
    let ty = types.resolve(written, Position::Items);
    checking.diagnostics.append(&mut types.diagnostics);
    Some(ty)
}

/// The catalog behind `from`.
fn catalog(checking: &mut Checking<'_>, name: &ast::Name) -> Option<CatalogId> {
    let db = checking.db;
    if name.is_missing() {
        return None;
    }
    let found = lookup(db, &name.text).map(|decl| decl.kind(db));
    let message = match found {
        Some(ItemKind::Catalog) => {
            return catalog_ids(db, db.project())
                .get(name.text.as_str())
                .copied();
        }
        Some(ItemKind::Error) => return None,
        Some(kind) => format!("`{}` is {}, not a catalog", name.text, kind.described()),
        None => format!("no catalog is called `{}`", name.text),
    };
    let all = names_of_kind(db, ItemKind::Catalog);
    let diagnostic = checking
        .diagnostic(campaign::NOT_A_CATALOG, name.span, message)
        .label("items are recommended from a catalog");
    let diagnostic = match nearest(&name.text, all.iter().map(|name| &**name)) {
        Some(near) => diagnostic.fix(
            format!("write `{near}`"),
            Applicability::Maybe,
            name.span,
            near,
        ),
        None if all.is_empty() => {
            diagnostic.help("declare one: `catalog Product { sku: String @key … }`")
        }
        None => {
            let all: Vec<String> = all.iter().map(|name| format!("`{name}`")).collect();
            diagnostic.help(format!("the catalogs are {}", all.join(", ")))
        }
    };
    checking.report(diagnostic);
    None
}

/// The catalog, which the type and `from` agree about; `None` where nobody knows it.
fn agree(
    checking: &mut Checking<'_>,
    decl: &ast::RecommendDecl,
    (ty, from): (Option<&Type>, Option<CatalogId>),
    clause: Option<(&ast::Name, Span)>,
    broken: bool,
) -> Option<CatalogId> {
    let of_type = match (ty, &decl.ty) {
        (Some(ty), Some(written)) if !ty.is_error() => match item_of(ty) {
            Some(id) if !ty.optional => Some(id),
            _ => {
                wrong_type(checking, written, from);
                return from;
            }
        },
        (Some(_), _) => return from,
        (None, _) => {
            if !broken {
                no_type(checking, decl, from);
            }
            return from;
        }
    };
    if let (Some(declared), Some(from), Some((name, _)), Some(written)) =
        (of_type, from, clause, &decl.ty)
        && declared != from
    {
        let declared = catalog_name(checking, declared);
        let diagnostic = checking
            .diagnostic(
                campaign::RECOMMEND_TYPE,
                name.span,
                format!(
                    "this recommendation gives items of `{declared}`, and takes them from `{}`",
                    name.text
                ),
            )
            .secondary(
                checking.file,
                written.span,
                format!("items of `{declared}`"),
            )
            .fix(
                format!("take them from `{declared}`"),
                Applicability::Maybe,
                name.span,
                &*declared,
            )
            .fix(
                format!("give items of `{}`", name.text),
                Applicability::Maybe,
                written.span,
                format!("List<{}>", name.text),
            );
        checking.report(diagnostic);
    }
    from.or(of_type)
}

/// The catalog whose items a list holds.
fn item_of(ty: &Type) -> Option<CatalogId> {
    match &ty.kind {
        TypeKind::List(element) => match element.kind {
            TypeKind::Item(id, _) => Some(id),
            _ => None,
        },
        _ => None,
    }
}

fn catalog_name(checking: &Checking<'_>, id: CatalogId) -> Arc<str> {
    Arc::clone(
        &schema(checking.db, checking.db.project()).catalogs[id]
            .table
            .name,
    )
}

fn wrong_type(checking: &mut Checking<'_>, written: &ast::TypeExpr, from: Option<CatalogId>) {
    let diagnostic = checking
        .diagnostic(
            campaign::RECOMMEND_TYPE,
            written.span,
            "a recommendation gives a list of items of a catalog",
        )
        .label("this is something else");
    let diagnostic = match from {
        Some(id) => {
            let new = format!("List<{}>", catalog_name(checking, id));
            let title = format!("write `{new}`");
            diagnostic.fix(title, Applicability::Maybe, written.span, new)
        }
        None => diagnostic.help("write it as in `List<Product>`"),
    };
    checking.report(diagnostic);
}

fn no_type(checking: &mut Checking<'_>, decl: &ast::RecommendDecl, from: Option<CatalogId>) {
    let name = &checking.tree.name;
    let diagnostic = checking
        .diagnostic(
            campaign::RECOMMEND_TYPE,
            name.span,
            format!("`{}` does not say what it gives", name.text),
        )
        .label("its type is missing");
    let diagnostic = match from {
        Some(id) if decl.params.is_empty() && !name.is_missing() => {
            let new = format!(": List<{}>", catalog_name(checking, id));
            let title = format!("write `{}{new}`", name.text);
            diagnostic.fix(title, Applicability::Maybe, Span::at(name.span.end), new)
        }
        _ => diagnostic.help("write it behind the name, as in `: List<Product>`"),
    };
    checking.report(diagnostic);
}

/// What every recommendation has.
fn lacking(
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

fn excludes(
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

/// `popularity desc`
fn rank_key(checking: &mut Checking<'_>, rules: &Rules<'_>, key: &ast::RankKey) -> Option<RankKey> {
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

/// What stands in: the reason of a `skip` is that of any.
pub(super) fn skipped(
    checking: &mut Checking<'_>,
    written: Option<&ast::Expr>,
    span: Span,
) -> Option<Otherwise> {
    reason(checking, written, span).map(Otherwise::Skip)
}
