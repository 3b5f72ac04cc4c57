//! Catalogs in expressions: `Product[sku].price`, `any s in Store where …`, fields of items, and what a catalog's name
//! cannot stand for. The conditions of recommendations are checked here as well, because only the place says what a
//! missing value would do to them.

use std::sync::Arc;

use persona_base::{Applicability, Diagnostic, Span, campaign, history, names, nearest};
use persona_syntax::ast;

use super::names::{FieldHit, Owner, Thing, fields_under};
use super::open::{Parent, Position};
use super::repair::without_parens;
use super::types::Role;
use super::{Checker, Want};
use crate::env::{CheckedExpr, Env, Global, Scope};
use crate::{CatalogId, Expr, ExprKind, Query, TableDef, Type, TypeKind};

/// What a condition decides whose *no* is not only *not chosen*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ruling {
    /// Whether a message is given up.
    Skip,
    /// Whether hours are quiet.
    Quiet,
    /// Whether an item is left out.
    Exclude,
}

/// Checks a condition whose *no* lets something through.
pub(crate) fn check_ruling(
    env: &dyn Env,
    scope: Scope<'_>,
    expr: &ast::Expr,
    ruling: Ruling,
) -> CheckedExpr {
    let mut checker = Checker::new(env, scope);
    let condition = checker.condition(expr);
    checker.joined_by(0, expr.span, Parent::Whole);
    let position = match ruling {
        Ruling::Skip => Position::Skip,
        Ruling::Quiet => Position::Quiet,
        Ruling::Exclude => Position::Exclude,
    };
    checker.strict(0, position, expr.span);
    checker.finish(condition.expr)
}

/// Checks a value of any type that may be missing.
pub(crate) fn check_any_value(env: &dyn Env, scope: Scope<'_>, expr: &ast::Expr) -> CheckedExpr {
    let mut checker = Checker::new(env, scope);
    let value = checker.infer(expr, Want::NOTHING);
    let value = checker.require_value(value, expr);
    checker.strict(0, Position::Operand, expr.span);
    checker.finish(value)
}

/// The events whose keys a recommendation leaves out, and the key.
pub(crate) struct CheckedKeys {
    /// The events and the key; absent where something is wrong.
    pub(crate) found: Option<(Query, Expr)>,
    /// What is wrong, relative to the declaration.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Checks `exclude Purchase.items.sku in last 365d`.
pub(crate) fn check_keys(
    env: &dyn Env,
    scope: Scope<'_>,
    query: &ast::Query,
    catalog: CatalogId,
) -> CheckedKeys {
    let mut checker = Checker::new(env, scope);
    let found = checker.keys(query, catalog);
    let nothing = checker.error_at(query.span);
    let checked = checker.finish(nothing);
    CheckedKeys {
        found,
        diagnostics: checked.diagnostics,
    }
}

/// Whether what is written as a query asks about events, and not about a list or a field.
pub(crate) fn is_about_events(env: &dyn Env, scope: Scope<'_>, query: &ast::Query) -> bool {
    let mut checker = Checker::new(env, scope);
    match query.kinds.as_slice() {
        _ if query.any_event => true,
        [name] => {
            checker.is_event_name(name)
                || (!checker.means_something(name)
                    && name
                        .text
                        .starts_with(|first: char| first.is_ascii_uppercase()))
        }
        _ => true,
    }
}

/// The arguments of a recommendation that is named; `None` where something is wrong.
pub(crate) fn check_recommend_args(
    env: &dyn Env,
    scope: Scope<'_>,
    name: &ast::Name,
    args: &[ast::Arg],
    whole: Span,
) -> (Option<Vec<crate::Arg>>, Vec<Diagnostic>) {
    let mut checker = Checker::new(env, scope);
    let args = match env.global(&name.text) {
        Some(Global::Recommend(signature, _)) => {
            checker.applied(&name.text, &signature.params, args, name.span, whole)
        }
        _ => None,
    };
    let nothing = checker.error_at(whole);
    let checked = checker.finish(nothing);
    (args, checked.diagnostics)
}

/// Whether values of a type can put items in order.
pub(crate) fn can_rank(env: &dyn Env, scope: Scope<'_>, kind: &TypeKind) -> bool {
    Checker::new(env, scope).is_ordered(kind)
}

/// A type in words, as messages say it.
pub(crate) fn type_in_words(env: &dyn Env, scope: Scope<'_>, kind: &TypeKind) -> String {
    Checker::new(env, scope).noun(kind)
}

impl<'a> Checker<'a> {
    /// The table of a catalog.
    pub(super) fn catalog(&self, id: CatalogId) -> Option<&'a crate::Catalog> {
        self.schema().catalogs.get(id)
    }

    /// The type of a catalog's items.
    pub(super) fn item_type(&self, id: CatalogId) -> Type {
        match self.catalog(id) {
            Some(catalog) => Type::of(TypeKind::Item(id, Arc::clone(&catalog.table.name))),
            None => Type::ERROR,
        }
    }

    /// The table whose fields an item has.
    pub(super) fn item_table(&self, item: &Type) -> Option<&'a TableDef> {
        match item.kind {
            TypeKind::Item(id, _) => self.catalog(id).map(|catalog| &catalog.table),
            _ => None,
        }
    }

    /// What a dotted name is among the fields of an item.
    pub(super) fn item_field(&self, item: &Expr, dotted: &str) -> FieldHit {
        let Some(table) = self.item_table(&item.ty) else {
            return FieldHit::None;
        };
        match table.field(dotted) {
            Some(id) => {
                let ty = table.fields[id].ty.clone();
                let ty = Type {
                    optional: (ty.optional || item.ty.optional) && !ty.is_error(),
                    ..ty
                };
                FieldHit::Value(ExprKind::ItemField(Box::new(item.clone()), id), ty)
            }
            None => fields_under(table.fields.iter().map(|field| &*field.name), dotted),
        }
    }

    /// `Product[key]`. What stands before the bracket may be anything: only the name of a catalog can.
    pub(super) fn lookup(&mut self, base: &ast::Expr, key: &ast::Expr, bracket: Span) -> Thing {
        let span = base.span.to(bracket);
        let name = match &base.kind {
            ast::ExprKind::Name(name) => name,
            ast::ExprKind::Error => return Thing::Error,
            _ => {
                self.not_looked_up(base.span, bracket);
                return Thing::Error;
            }
        };
        let catalog = match self.env.global(&name.text) {
            _ if name.is_missing() => return Thing::Error,
            Some(Global::Catalog(id)) => id,
            Some(Global::Broken) => return Thing::Error,
            None if !self.means_something(name) => {
                self.unknown_catalog(name);
                return Thing::Error;
            }
            _ => {
                self.not_looked_up(base.span, bracket);
                return Thing::Error;
            }
        };
        if self.scope.pure {
            self.not_in_function(span, "catalogs");
            return Thing::Error;
        }
        let Some(found) = self.catalog(catalog) else {
            return Thing::Error;
        };
        let wanted = found.table.fields[found.key].ty.clone().optional();
        let mark = self.open.len();
        let key_value = self.infer(key, Want::of(&wanted));
        let key_value = self.accept(key_value, key, &wanted, Role::Key(&name.text));
        self.strict(mark, Position::Operand, key.span);
        if key_value.ty.is_error() {
            return Thing::Error;
        }
        let item = Expr {
            kind: ExprKind::Lookup(catalog, Box::new(key_value)),
            ty: self.item_type(catalog).optional(),
            span,
        };
        Thing::Value(self.settled(item))
    }

    /// `items[0]`, `name["x"]`.
    pub(super) fn not_looked_up(&mut self, base: Span, bracket: Span) {
        let text = self.quote(base);
        let catalogs = self.catalog_names();
        let diagnostic = self
            .diagnostic(
                campaign::NOT_A_CATALOG,
                base,
                format!("`{text}` is not a catalog, so nothing can be looked up in it by a key"),
            )
            .secondary(self.scope.file, bracket, "this looks up an item by its key");
        let diagnostic = match catalogs.first() {
            Some(first) => diagnostic.help(format!(
                "elements of a list are asked with `any` and `count`; items of a catalog by their key: `{first}[…]`"
            )),
            None => diagnostic
                .help("elements of a list are asked with `any item in … where …`, or counted"),
        };
        self.report(diagnostic);
    }

    fn catalog_names(&self) -> Vec<&'a str> {
        let catalogs = self.schema().catalogs.iter();
        catalogs.map(|catalog| &*catalog.table.name).collect()
    }

    /// A name that should be that of a catalog and means nothing at all.
    pub(super) fn unknown_catalog(&mut self, name: &ast::Name) {
        let all = self.catalog_names();
        let diagnostic = self.diagnostic(
            names::UNKNOWN_NAME,
            name.span,
            format!("no catalog is called `{}`", name.text),
        );
        let diagnostic = match nearest(&name.text, all.iter().copied()) {
            Some(near) => diagnostic.perhaps(name.span, near),
            None if all.is_empty() => diagnostic.help(format!(
                "declare it: `catalog {} {{ id: String @key … }}`",
                name.text
            )),
            None => diagnostic.label(format!("the catalogs are {}", super::unknown::shown(&all))),
        };
        self.report(diagnostic);
    }

    /// The items that `any` and `all` go through, if a catalog is named.
    pub(super) fn catalog_items(&mut self, list: &ast::Expr) -> Option<Expr> {
        let ast::ExprKind::Name(name) = &without_parens(list).kind else {
            return None;
        };
        let Some(Global::Catalog(id)) = self.env.global(&name.text) else {
            return None;
        };
        if self.scope.pure {
            self.not_in_function(list.span, "catalogs");
            return Some(self.error_at(list.span));
        }
        Some(Expr {
            kind: ExprKind::Catalog(id),
            ty: Type::of(TypeKind::List(Arc::new(self.item_type(id)))),
            span: list.span,
        })
    }

    /// Whether a name is that of a recommendation, at a place that shows items: in a content, or where items are wanted.
    pub(super) fn is_shown(&self, name: &str, want: Want<'_>) -> bool {
        let wants_items = || {
            let element = want.ty.and_then(|ty| ty.kind.element());
            element.is_some_and(|element| matches!(element.kind, TypeKind::Item(..)))
        };
        (self.scope.around.slots || wants_items())
            && matches!(self.env.global(name), Some(Global::Recommend(..)))
    }

    /// What a recommendation gives.
    pub(super) fn recommended(&mut self, name: &ast::Name, args: &[ast::Arg], span: Span) -> Expr {
        let Some(Global::Recommend(signature, _)) = self.env.global(&name.text) else {
            return self.error_at(span);
        };
        self.history = true;
        let Some(args) = self.applied(&name.text, &signature.params, args, name.span, span) else {
            return self.error_at(span);
        };
        Expr {
            kind: ExprKind::Recommend(Arc::from(name.text.as_str()), args),
            ty: signature.ty,
            span,
        }
    }

    /// The name of a catalog, a purpose, a channel or a recommendation where a value is wanted.
    pub(super) fn no_value_of_campaign(&mut self, name: &ast::Name, global: &Global) {
        let text = &name.text;
        let (what, help) = match global {
            Global::Catalog(id) => {
                let key = self
                    .catalog(*id)
                    .map_or("key", |catalog| &catalog.table.fields[catalog.key].name);
                (
                    "a catalog: many items, and no single value",
                    format!(
                        "look an item up by its key (`{text}[{key}]`), or ask `any item in {text} where …`"
                    ),
                )
            }
            Global::Purpose => (
                "a purpose, not a value",
                format!("messages are sent for it: `send … via … for {text}`"),
            ),
            Global::Channel => (
                "a channel, not a value",
                format!("messages are sent through it: `send … via {text}`"),
            ),
            _ => (
                "a recommendation: items that are shown, not a value to ask about",
                "it fills content; what a rule needs is asked of the catalog: `any item in … where …`"
                    .to_owned(),
            ),
        };
        let diagnostic = self
            .diagnostic(names::NOT_A_VALUE, name.span, format!("`{text}` is {what}"))
            .help(help);
        self.report(diagnostic);
    }

    /// An item where a plain value is wanted.
    pub(super) fn whole_item(&mut self, value: &Expr) -> Expr {
        let text = self.quote(value.span);
        let field = self
            .item_table(&value.ty)
            .and_then(|table| table.fields.iter().next_back())
            .map_or_else(|| "name".to_owned(), |field| field.name.to_string());
        let diagnostic = self
            .diagnostic(
                names::NOT_A_VALUE,
                value.span,
                "an item is several values; say which",
            )
            .label("this is a whole item")
            .help(format!("write `{text}.{field}`, or another of its fields"));
        self.fail(value.span, diagnostic)
    }

    fn keys(&mut self, query: &ast::Query, catalog: CatalogId) -> Option<(Query, Expr)> {
        let wanted = self.catalog(catalog)?;
        let (key_name, wanted) = (
            Arc::clone(&wanted.table.fields[wanted.key].name),
            wanted.table.fields[wanted.key].ty.clone(),
        );
        let catalog_name = Arc::clone(&self.catalog(catalog)?.table.name);
        let opened = self.open_query(query)?;
        let whole = opened
            .query
            .filter
            .as_ref()
            .map_or(query.span, |filter| filter.span);
        self.strict(opened.mark, Position::Exclude, whole);
        let lacking = opened.path.is_empty();
        let value = self.field_value(&opened);
        let found = match value {
            None => {
                if lacking {
                    self.no_key(query, &opened.bound, &key_name, &wanted);
                }
                None
            }
            Some(value) if value.ty.is_error() || wanted.is_error() => None,
            Some(value) if !super::types::comparable(&value.ty.kind, &wanted.kind) => {
                let (here, key) = (self.noun(&value.ty.kind), self.noun(&wanted.kind));
                let diagnostic = self
                    .diagnostic(
                        campaign::EXCLUDED_KEY,
                        value.span,
                        format!("the key of `{catalog_name}` is {key}, and this is {here}"),
                    )
                    .label(format!("this is `{}`", self.type_name(&value.ty)))
                    .note("items are left out by their keys")
                    .help(format!(
                        "name the field of the event that holds the `{key_name}` of the item"
                    ));
                self.report(diagnostic);
                None
            }
            Some(value) => {
                let word = ast::Name {
                    text: "exclude".to_owned(),
                    span: query.span,
                };
                Some((
                    opened.query.clone(),
                    self.settled_value(value, &word, query),
                ))
            }
        };
        self.close(&opened);
        found
    }

    /// `exclude Purchase`: by which of its fields?
    fn no_key(
        &mut self,
        query: &ast::Query,
        bound: &super::names::Bound,
        key: &str,
        wanted: &Type,
    ) {
        let owner = Owner::Bound(bound.clone());
        let fields = self.all_fields(&owner);
        let fits = |(name, ty): &&(String, Type)| {
            name != "id" && name != "at" && super::types::comparable(&ty.kind, &wanted.kind)
        };
        let same = fields.iter().filter(fits).find(|(name, _)| name == key);
        let meant = same.or_else(|| fields.iter().find(fits));
        let last = query.path.last().or(query.kinds.last());
        let at = last.map_or(query.span, |name| name.span);
        let mut diagnostic = self
            .diagnostic(
                history::FIELD_LACKING,
                at,
                "`exclude` needs the field that holds the item's key",
            )
            .label("which field of it?");
        diagnostic = match meant {
            Some((field, _)) if query.kinds.len() == 1 => diagnostic.fix(
                format!("write `{}.{field}`", self.text(at)),
                Applicability::Maybe,
                Span::at(at.end),
                format!(".{field}"),
            ),
            _ => diagnostic.help("write it as in `exclude Purchase.sku in last 365d`"),
        };
        self.report(diagnostic);
    }
}
