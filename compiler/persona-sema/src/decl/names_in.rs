//! Which names stand in a declaration: for the definition graph, for parameters nobody uses, for renaming.
//!
//! It looks at syntax and at the fields of events only, so that it can run before anything is checked. Where it cannot
//! know (a bare name that is also an enum's value), it takes the name for a reference: the graph may have an edge too
//! many, but never one too few.

mod flow;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_base::{IndexVec, Span};
use persona_syntax::ast::{self, Expr, ExprKind, Name, Query, QueryArg};

use super::sent::SENT;
use crate::env::Schema;
use crate::{EventId, FieldDef, FieldId, TypeKind};

/// The names a declaration uses.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct NamesIn {
    /// Names that are not bound inside the declaration, with all their places.
    pub(crate) globals: BTreeMap<Arc<str>, Vec<Span>>,
    /// Those of them that stand where no value of an enum could. Segments and functions are meant only there.
    pub(crate) definite: BTreeSet<Arc<str>>,
    /// Contents and channels that are only compared with by name: they are used, but nothing of their meaning is asked.
    pub(crate) named: BTreeMap<Arc<str>, Vec<Span>>,
    /// Every name in the declaration's expressions, bound or not.
    pub(crate) body: BTreeSet<Arc<str>>,
    /// Every place where a name is written: also declared ones, types and fields.
    pub(crate) mentions: BTreeMap<Arc<str>, Vec<Span>>,
    /// How many operations the expressions are.
    pub(crate) size: u32,
}

/// The names that `decl` uses.
pub(crate) fn names_in(decl: &ast::Decl, schema: &Schema) -> NamesIn {
    let mut walk = Walk {
        schema,
        scopes: Vec::new(),
        what_is_sent: 0,
        names: NamesIn::default(),
    };
    walk.mention(&decl.name);
    match &decl.kind {
        ast::DeclKind::Error => {}
        ast::DeclKind::Profile(table)
        | ast::DeclKind::Event(table)
        | ast::DeclKind::Catalog(table) => walk.table(decl, table),
        ast::DeclKind::Events { members } => members.iter().for_each(|name| walk.global(name)),
        ast::DeclKind::Enum { values, .. } => {
            values.iter().for_each(|value| walk.mention(&value.name));
        }
        ast::DeclKind::Const { ty, value } => {
            walk.ty(ty);
            walk.expr(value);
        }
        ast::DeclKind::Source(source) => walk.source(source),
        ast::DeclKind::Trait { params, ty, value } => {
            walk.params(params);
            ty.iter().for_each(|ty| walk.ty(ty));
            walk.expr(value);
        }
        ast::DeclKind::Fn { params, ty, value } => {
            walk.params(params);
            walk.ty(ty);
            walk.expr(value);
        }
        ast::DeclKind::Segment {
            params,
            title,
            condition,
        } => {
            walk.params(params);
            title.iter().for_each(|title| walk.expr(title));
            walk.expr(condition);
        }
        ast::DeclKind::Partition {
            title,
            stages,
            otherwise,
        } => {
            title.iter().for_each(|title| walk.expr(title));
            for stage in stages {
                walk.mention(&stage.name);
                walk.expr(&stage.condition);
            }
            walk.mention(&otherwise.name);
        }
        ast::DeclKind::Purpose { .. } => decl.kind.for_each_expr(&mut |expr| walk.expr(expr)),
        ast::DeclKind::Channel { clauses } => {
            decl.kind.for_each_expr(&mut |expr| walk.expr(expr));
            for clause in clauses {
                if let ast::ChannelClause::Limit { across, .. } = clause {
                    across.iter().for_each(|name| walk.global(name));
                }
            }
        }
        ast::DeclKind::Recommend(decl) => walk.recommend(decl),
        ast::DeclKind::Trigger(decl) => walk.trigger(decl),
        ast::DeclKind::Content(decl) => walk.content(decl),
        ast::DeclKind::Experiment { clauses } => walk.experiment(clauses),
        ast::DeclKind::Test { steps } => walk.test(steps),
        ast::DeclKind::Use(_) | ast::DeclKind::Exclusive { .. } => {
            decl.kind.for_each_expr(&mut |expr| walk.expr(expr));
        }
    }
    walk.names
}

/// Names bound in a part of the declaration.
type Names = BTreeSet<String>;

struct Walk<'a> {
    schema: &'a Schema,
    scopes: Vec<Names>,
    /// How many conditions about `Sent` are around.
    what_is_sent: u32,
    names: NamesIn,
}

impl Walk<'_> {
    /// Whether a bare name is a field of the profile: it means that before it means a declaration. A declaration that it could
    /// mean as well is an error; segments and functions are not meant by bare names, so they may have the names of fields.
    fn is_profile_field(&self, name: &str) -> bool {
        let rest_of = |field: &FieldDef| match field.name.strip_prefix(name) {
            Some(rest) => rest.is_empty() || rest.starts_with('.'),
            None => false,
        };
        self.schema.profile.fields.iter().any(rest_of)
    }

    fn mention(&mut self, name: &Name) {
        if !name.is_missing() {
            self.names
                .mentions
                .entry(Arc::from(name.text.as_str()))
                .or_default()
                .push(name.span);
        }
    }

    /// A name of the package, where nothing else can stand.
    fn global(&mut self, name: &Name) {
        if !name.is_missing() {
            self.names.definite.insert(Arc::from(name.text.as_str()));
        }
        self.perhaps(name);
    }

    /// What may be a name of the package, or a value of an enum.
    fn perhaps(&mut self, name: &Name) {
        self.mention(name);
        if !name.is_missing() {
            self.names
                .globals
                .entry(Arc::from(name.text.as_str()))
                .or_default()
                .push(name.span);
        }
    }

    /// A bare name in an expression.
    fn bare(&mut self, name: &Name) {
        if name.is_missing() {
            return;
        }
        self.names.body.insert(Arc::from(name.text.as_str()));
        let bound = self.is_profile_field(&name.text)
            || self.scopes.iter().any(|scope| scope.contains(&name.text));
        if bound {
            self.mention(name);
        } else if self.what_is_sent > 0 && self.schema.is_sent_value(&name.text) {
            self.mention(name);
            let places = self.names.named.entry(Arc::from(name.text.as_str()));
            places.or_default().push(name.span);
        } else {
            self.perhaps(name);
        }
    }

    /// A name that stands where only a declaration can: in a call, after `in` or `among`.
    fn reference(&mut self, name: &Name) {
        if !name.is_missing() {
            self.names.body.insert(Arc::from(name.text.as_str()));
            self.global(name);
        }
    }

    /// What is asked for membership: `vip`, `recent(30d)`, `lifecycle.active`, or a list.
    fn set(&mut self, set: &Expr) {
        match &set.kind {
            ExprKind::Name(name) => self.reference(name),
            ExprKind::Postfix { base, ops } => {
                self.set(base);
                self.operations(ops);
            }
            ExprKind::Paren(inner) => self.set(inner),
            _ => self.expr(set),
        }
    }

    fn inside(&mut self, names: Names, walk: impl FnOnce(&mut Self)) {
        self.scopes.push(names);
        walk(self);
        self.scopes.pop();
    }

    fn table(&mut self, decl: &ast::Decl, table: &ast::TableDecl) {
        self.fields(&table.fields);
        let own = self
            .schema
            .events
            .iter()
            .find(|event| *event.name == decl.name.text);
        let own = own.filter(|_| matches!(decl.kind, ast::DeclKind::Event(_)));
        let fields = own
            .map(|event| field_names(event.fields.iter()))
            .unwrap_or_else(|| match decl.kind {
                ast::DeclKind::Catalog(_) => self.fields_of_item(&decl.name.text),
                _ => Names::new(),
            });
        for check in &table.checks {
            if let ast::CheckAction::Clear(name) = &check.action {
                self.mention(name);
            }
            self.inside(fields.clone(), |walk| walk.expr(&check.condition));
        }
    }

    fn fields(&mut self, fields: &[ast::FieldDecl]) {
        for field in fields {
            self.mention(&field.name);
            self.ty(&field.ty);
            field.default.iter().for_each(|default| self.expr(default));
        }
    }

    fn ty(&mut self, ty: &ast::TypeExpr) {
        match &ty.kind {
            ast::TypeKind::Error => {}
            ast::TypeKind::Named { name, args } => {
                self.global(name);
                args.iter().for_each(|arg| self.ty(arg));
            }
            ast::TypeKind::Record(fields) => self.fields(fields),
        }
    }

    /// Parameters are bound in all that follows.
    fn params(&mut self, params: &[ast::Param]) {
        for param in params {
            self.mention(&param.name);
            self.ty(&param.ty);
            // A default is not a use of the parameters.
            let body = self.names.body.clone();
            param.default.iter().for_each(|default| self.expr(default));
            self.names.body = body;
        }
        self.scopes
            .push(params.iter().map(|param| param.name.text.clone()).collect());
    }

    fn recommend(&mut self, decl: &ast::RecommendDecl) {
        self.params(&decl.params);
        decl.ty.iter().for_each(|ty| self.ty(ty));
        let catalog = decl.clauses.iter().find_map(|clause| match clause {
            ast::RecommendClause::From { catalog, .. } => Some(catalog.text.as_str()),
            _ => None,
        });
        let fields = catalog
            .map(|catalog| self.fields_of_item(catalog))
            .unwrap_or_default();
        for clause in &decl.clauses {
            match clause {
                ast::RecommendClause::From { catalog, .. } => self.global(catalog),
                ast::RecommendClause::Where { condition, .. } => {
                    self.inside(fields.clone(), |walk| walk.expr(condition));
                }
                ast::RecommendClause::Exclude { what, .. } => {
                    self.inside(fields.clone(), |walk| match what {
                        QueryArg::Query(query) => walk.query(query),
                        QueryArg::Expr(expr) => walk.expr(expr),
                    });
                }
                ast::RecommendClause::RankBy { keys, .. } => {
                    self.inside(fields.clone(), |walk| {
                        walk.exprs(keys.iter().map(|key| &key.value));
                    });
                }
                ast::RecommendClause::Take { count, .. } => self.expr(count),
                ast::RecommendClause::Otherwise { fallback, .. } => {
                    if let ast::Fallback::Expr(expr) = fallback {
                        self.set(expr);
                    }
                }
            }
        }
    }

    /// What a bare name can be where an item of this catalog is bound.
    fn fields_of_item(&self, catalog: &str) -> Names {
        let mut catalogs = self.schema.catalogs.iter();
        let found = catalogs.find(|found| *found.table.name == *catalog);
        found
            .map(|catalog| field_names(catalog.table.fields.iter()))
            .unwrap_or_default()
    }

    fn source(&mut self, source: &ast::SourceDecl) {
        self.global(&source.of);
        for clause in &source.clauses {
            match clause {
                ast::SourceClause::Prefer { winner, loser, .. } => {
                    self.global(winner);
                    self.global(loser);
                }
                ast::SourceClause::Field { path, .. } => {
                    path.iter().for_each(|name| self.mention(name));
                }
                ast::SourceClause::From { .. }
                | ast::SourceClause::Where(_)
                | ast::SourceClause::GroupBy(_) => {}
            }
        }
    }

    fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn expr(&mut self, expr: &Expr) {
        self.names.size = self.names.size.saturating_add(1);
        match &expr.kind {
            ExprKind::Error | ExprKind::Literal(_) | ExprKind::RawStr(_) => {}
            ExprKind::Name(name) => self.bare(name),
            ExprKind::Str(parts) => self.exprs(parts.iter().filter_map(|part| match part {
                ast::StrPart::Text(_) => None,
                ast::StrPart::Expr { expr, .. } => Some(expr),
            })),
            ExprKind::List(items)
            | ExprKind::Coalesce(items)
            | ExprKind::And(items)
            | ExprKind::Or(items) => {
                self.exprs(items);
            }
            ExprKind::Record(fields) => {
                fields.iter().for_each(|(name, _)| self.mention(name));
                self.exprs(fields.iter().map(|(_, value)| value));
            }
            ExprKind::Paren(inner) | ExprKind::Ago(inner) | ExprKind::FromNow(inner) => {
                self.expr(inner);
            }
            ExprKind::Neg { operand, .. }
            | ExprKind::Not { operand, .. }
            | ExprKind::IsKnown { operand, .. } => {
                self.expr(operand);
            }
            ExprKind::Multiplicative { first, rest } => {
                self.expr(first);
                self.exprs(rest.iter().map(|(_, _, operand)| operand));
            }
            ExprKind::Additive { first, rest } => {
                self.expr(first);
                self.exprs(rest.iter().map(|(_, _, operand)| operand));
            }
            ExprKind::Compare { left, right, .. } | ExprKind::ContainsSet { left, right, .. } => {
                self.exprs([&**left, &**right]);
            }
            ExprKind::Between {
                operand, low, high, ..
            } => self.exprs([&**operand, &**low, &**high]),
            ExprKind::In { operand, set, .. } => {
                self.exprs(operand.as_deref());
                match operand {
                    Some(_) => self.expr(set),
                    None => self.set(set),
                }
            }
            ExprKind::If { arms, otherwise } => {
                self.exprs(
                    arms.iter()
                        .flat_map(|(condition, result)| [condition, result]),
                );
                self.expr(otherwise);
            }
            ExprKind::Match { subject, arms } => self.match_arms(subject, arms),
            ExprKind::Postfix { base, ops } => {
                self.expr(base);
                self.operations(ops);
            }
            ExprKind::Call { name, args, among } => {
                self.call(name, args);
                among.iter().for_each(|among| self.set(among));
            }
            ExprKind::Aggregate { index, arg, .. } => {
                self.exprs(index.as_deref());
                match &**arg {
                    QueryArg::Query(query) => self.query(query),
                    QueryArg::Expr(expr) => self.expr(expr),
                }
            }
            ExprKind::Quantifier {
                var,
                list,
                condition,
                ..
            } => {
                self.expr(list);
                self.mention(var);
                self.inside([var.text.clone()].into(), |walk| {
                    walk.exprs(condition.as_deref());
                });
            }
            ExprKind::Did(did) => self.did(did),
            ExprKind::InWindow {
                operand, window, ..
            } => {
                self.expr(operand);
                self.window(window);
            }
        }
    }

    fn match_arms(&mut self, subject: &Expr, arms: &[ast::MatchArm]) {
        self.expr(subject);
        for arm in arms {
            self.exprs(arm.patterns.iter().filter_map(|pattern| match pattern {
                ast::Pattern::Value(value) => Some(value),
                ast::Pattern::Missing(_) | ast::Pattern::Otherwise(_) => None,
            }));
            self.expr(&arm.result);
        }
    }

    fn operations(&mut self, ops: &[ast::PostfixOp]) {
        for op in ops {
            match op {
                ast::PostfixOp::Field(name) => self.mention(name),
                ast::PostfixOp::Method { args, .. } => self.args(args),
                ast::PostfixOp::Index { key, .. } => self.expr(key),
            }
        }
    }

    fn call(&mut self, name: &Name, args: &[ast::Arg]) {
        if !crate::vocabulary::is_function(&name.text) {
            self.reference(name);
        }
        self.args(args);
    }

    fn args(&mut self, args: &[ast::Arg]) {
        for arg in args {
            arg.name.iter().for_each(|name| self.mention(name));
            match &arg.value {
                ast::ArgValue::Expr(value) => self.expr(value),
                ast::ArgValue::Type(ty) => self.ty(ty),
            }
        }
    }

    fn did(&mut self, did: &ast::Did) {
        // A step's name is visible in the steps after it.
        let mut aliases = Names::new();
        self.query(&did.query);
        aliases.extend(did.query.alias.iter().map(|alias| alias.text.clone()));
        did.per.iter().for_each(|name| self.mention(name));
        self.exprs(did.times.iter().map(|times| &*times.count));
        if let Some(regular) = &did.regular {
            self.exprs([&*regular.at_least, &*regular.of_last]);
        }
        for step in &did.steps {
            self.inside(aliases.clone(), |walk| {
                walk.query(&step.query);
                walk.exprs(step.within.as_deref());
                walk.exprs(step.lasting.as_deref());
            });
            aliases.extend(step.query.alias.iter().map(|alias| alias.text.clone()));
        }
    }

    fn query(&mut self, query: &Query) {
        query.kinds.iter().for_each(|kind| self.bare(kind));
        query
            .path
            .iter()
            .chain(&query.alias)
            .for_each(|name| self.mention(name));
        query.window.iter().for_each(|window| self.window(window));
        let Some(condition) = &query.condition else {
            return;
        };
        let mut bound = self.fields_in_scope(query);
        bound.extend(query.alias.iter().map(|alias| alias.text.clone()));
        let about_sent = u32::from(query.kinds.iter().any(|kind| kind.text == SENT));
        self.what_is_sent += about_sent;
        self.inside(bound, |walk| walk.expr(condition));
        self.what_is_sent -= about_sent;
    }

    /// The bare names that a query's `where` binds for certain: fields that all its kinds have, or fields of the elements of
    /// its list.
    fn fields_in_scope(&self, query: &Query) -> Names {
        if query.any_event {
            return ["at", "id"].map(str::to_owned).into();
        }
        let path: Vec<&str> = query.path.iter().map(|name| name.text.as_str()).collect();
        let mut each = query
            .kinds
            .iter()
            .map(|kind| self.fields_of(&kind.text, &path));
        let first = each.next().unwrap_or_default();
        each.fold(first, |common, names| {
            common.intersection(&names).cloned().collect()
        })
    }

    /// The bare names that a query of this one kind, group or list binds.
    fn fields_of(&self, kind: &str, path: &[&str]) -> Names {
        let events = &self.schema.events;
        if let Some(event) = events.iter().find(|event| *event.name == *kind) {
            let elements = elements_on_path(&event.fields, path);
            return elements.unwrap_or_else(|| field_names(event.fields.iter()));
        }
        if let Some(members) = self.schema.groups.get(kind) {
            let fields = |event: &EventId| field_names(events[*event].fields.iter());
            let mut each = members.iter().map(fields);
            let first = each.next().unwrap_or_default();
            return each.fold(first, |common, names| {
                common.intersection(&names).cloned().collect()
            });
        }
        let whole: Vec<&str> = std::iter::once(kind).chain(path.iter().copied()).collect();
        elements_on_path(&self.schema.profile.fields, &whole).unwrap_or_default()
    }

    fn window(&mut self, window: &ast::Window) {
        match &window.kind {
            ast::WindowKind::Error | ast::WindowKind::This(_) => {}
            ast::WindowKind::Last(operand)
            | ast::WindowKind::Next(operand)
            | ast::WindowKind::Latest(operand) => {
                self.expr(operand);
            }
            ast::WindowKind::FromTo { from, to } => self.exprs([&**from, &**to]),
            ast::WindowKind::LastCalendar { count, .. } => self.exprs(count.as_deref()),
        }
    }
}

/// The first parts of the fields' names: what a bare name can be.
fn field_names<'f>(fields: impl Iterator<Item = &'f FieldDef>) -> Names {
    fields
        .map(|field| field.name.split('.').next().unwrap_or_default().to_owned())
        .collect()
}

/// The same for the elements of the list of records on a path of names: `items`, or `items.price`.
fn elements_on_path(fields: &IndexVec<FieldId, FieldDef>, path: &[&str]) -> Option<Names> {
    let on_path = (1..=path.len()).find_map(|end| {
        let name = path[..end].join(".");
        let field = fields.iter().find(|field| *field.name == *name)?;
        field.ty.kind.element()
    })?;
    match &on_path.kind {
        TypeKind::Record(record) => {
            let names = record
                .fields
                .iter()
                .map(|field| field.name.split('.').next());
            Some(
                names
                    .map(|name| name.unwrap_or_default().to_owned())
                    .collect(),
            )
        }
        _ => None,
    }
}
