//! The names in declarations of data and of rules.

use std::sync::Arc;

use persona_syntax::ast::{self, DeclKind, Expr, FieldDecl, Name};

use super::super::symbol::{BuiltIn, Role, Symbol};
use super::meaning::{Meaning, Spot, Table};
use super::{Reach, Walk};
use crate::db::{catalog_ids, enum_ids, kind_ids, modules};

impl Walk<'_> {
    pub(super) fn declaration(&mut self, decl: &ast::Decl) {
        if !matches!(
            decl.kind,
            DeclKind::Use(_) | DeclKind::Test { .. } | DeclKind::Exclusive { .. }
        ) {
            let symbol = Symbol::Decl(Arc::clone(self.name));
            self.declares(&decl.name, symbol);
        }
        match &decl.kind {
            DeclKind::Error => {}
            DeclKind::Profile(table) => self.table(table, Some(Table::Profile)),
            DeclKind::Event(table) => {
                let id = kind_ids(self.db, self.db.project()).get(self.name);
                self.table(table, id.map(|id| Table::Event(*id)));
            }
            DeclKind::Catalog(table) => {
                let id = catalog_ids(self.db, self.db.project()).get(self.name);
                self.table(table, id.map(|id| Table::Catalog(*id)));
            }
            DeclKind::Events { members } => members.iter().for_each(|name| {
                self.reference(name);
            }),
            DeclKind::Enum { values, .. } => {
                values.iter().for_each(|value| self.own_value(&value.name));
            }
            DeclKind::Const { ty, value } => {
                let ty = self.type_expr(ty).ty(self.schema);
                self.expr(value, ty.as_ref());
            }
            DeclKind::Source(source) => self.source(source),
            DeclKind::Trait { params, ty, value } => {
                self.params(params);
                let ty = ty
                    .as_ref()
                    .and_then(|ty| self.type_expr(ty).ty(self.schema));
                self.expr(value, ty.as_ref());
            }
            DeclKind::Fn { params, ty, value } => {
                self.params(params);
                let ty = self.type_expr(ty).ty(self.schema);
                self.frame(Meaning::Nothing, false);
                self.expr(value, ty.as_ref());
            }
            DeclKind::Segment {
                params,
                title,
                condition,
            } => {
                self.params(params);
                self.each(title, None);
                self.expr(condition, None);
            }
            DeclKind::Partition {
                title,
                stages,
                otherwise,
            } => {
                self.each(title, None);
                for stage in stages {
                    self.own_value(&stage.name);
                    self.expr(&stage.condition, None);
                }
                self.own_value(&otherwise.name);
            }
            DeclKind::Use(decl) => self.import(decl),
            DeclKind::Purpose { requires } => {
                self.each(
                    requires.iter().filter_map(|one| one.condition.as_ref()),
                    None,
                );
            }
            DeclKind::Channel { clauses } => clauses.iter().for_each(|one| self.channel(one)),
            DeclKind::Trigger(decl) => self.trigger(decl),
            DeclKind::Content(decl) => self.content(decl),
            DeclKind::Recommend(decl) => self.recommend(decl),
            DeclKind::Experiment { clauses } => clauses.iter().for_each(|one| self.experiment(one)),
            DeclKind::Exclusive { segments } => segments.iter().for_each(|one| self.set(one)),
            DeclKind::Test { steps } => steps.iter().for_each(|one| self.test(&one.kind)),
        }
    }

    /// A value that this declaration gives its enum.
    pub(super) fn own_value(&mut self, name: &Name) {
        let symbol = Symbol::Value {
            of: Arc::clone(self.name),
            name: Arc::from(name.text.as_str()),
        };
        self.declares(name, symbol);
    }

    fn table(&mut self, table: &ast::TableDecl, owner: Option<Table>) {
        self.fields(&table.fields, "");
        let own = owner.map_or(Meaning::Nothing, |table| {
            Meaning::At(vec![Spot::all(table)])
        });
        self.inside(|walk| {
            walk.frame(own.clone(), matches!(owner, Some(Table::Event(_))));
            for check in &table.checks {
                walk.expr(&check.condition, None);
                walk.each(&check.message, None);
                if let ast::CheckAction::Clear(name) = &check.action {
                    walk.member(&own, name, Role::Writes);
                }
            }
        });
    }

    fn fields(&mut self, fields: &[FieldDecl], prefix: &str) {
        for field in fields {
            let path = match prefix {
                "" => field.name.text.clone(),
                prefix => format!("{prefix}.{}", field.name.text),
            };
            let symbol = Symbol::Field {
                table: Arc::clone(self.name),
                path: Arc::from(path.as_str()),
            };
            self.declares(&field.name, symbol);
            let ty = self.field_type(&field.ty, &path);
            if let Some(default) = &field.default {
                self.inside(|walk| {
                    walk.frame(Meaning::Nothing, false);
                    walk.expr(default, ty.as_ref());
                });
            }
        }
    }

    /// A field's type: the fields of records in it are fields, too.
    fn field_type(&mut self, ty: &ast::TypeExpr, path: &str) -> Option<crate::Type> {
        match &ty.kind {
            ast::TypeKind::Error => None,
            ast::TypeKind::Record(fields) => {
                self.fields(fields, path);
                None
            }
            ast::TypeKind::Named { name, args } => {
                let holds_record =
                    |arg: &ast::TypeExpr| matches!(arg.kind, ast::TypeKind::Record(_));
                if args.iter().any(holds_record) {
                    self.built_in(name, BuiltIn::Type);
                    args.iter().for_each(|arg| {
                        self.field_type(arg, path);
                    });
                    return None;
                }
                self.type_expr(ty).ty(self.schema)
            }
        }
    }

    /// Parameters are within reach in all that follows.
    pub(super) fn params(&mut self, params: &[ast::Param]) {
        let mut given = Vec::with_capacity(params.len());
        for param in params {
            let meaning = self.type_expr(&param.ty);
            let ty = meaning.ty(self.schema);
            self.each(&param.default, ty.as_ref());
            let symbol = Symbol::Param {
                of: Arc::clone(self.name),
                name: Arc::from(param.name.text.as_str()),
            };
            self.declares(&param.name, symbol.clone());
            given.push(Reach::Name {
                name: param.name.text.clone(),
                symbol,
                meaning,
            });
        }
        self.scopes.extend(given);
    }

    fn source(&mut self, source: &ast::SourceDecl) {
        let of = self.reference(&source.of);
        // Bare names are columns' business: no field of the profile is meant.
        self.frame(Meaning::Nothing, false);
        for clause in &source.clauses {
            match clause {
                ast::SourceClause::From {
                    format,
                    options,
                    path,
                    ..
                } => {
                    let words = options.iter().map(|(name, _)| name);
                    format.iter().chain(words).for_each(|name| self.word(name));
                    self.expr(path, None);
                    self.each(options.iter().map(|(_, value)| value), None);
                }
                ast::SourceClause::Where(condition) => {
                    self.expr(condition, None);
                }
                ast::SourceClause::GroupBy(keys) => self.each(keys, None),
                ast::SourceClause::Prefer { winner, loser, .. } => {
                    self.reference(winner);
                    self.reference(loser);
                }
                ast::SourceClause::Field { path, value, .. } => {
                    self.source_field(&of, path, value);
                }
            }
        }
    }

    fn source_field(&mut self, of: &Meaning, path: &[Name], value: &ast::SourceValue) {
        let spots = self.path(path, of.clone());
        if let ([name], true) = (path, spots.is_empty()) {
            // `profile` and `at` are no fields.
            self.word(name);
        }
        match value {
            ast::SourceValue::Expr(value) => {
                let ty = spots.first().and_then(|spot| spot.ty(self.schema));
                self.expr(value, ty.as_ref());
            }
            ast::SourceValue::Each(fields) => {
                for (name, value) in fields {
                    self.member(&Meaning::At(spots.clone()), name, Role::Writes);
                    self.expr(value, None);
                }
            }
        }
    }

    fn import(&mut self, decl: &ast::UseDecl) {
        let mut dotted = String::new();
        let mut path: Vec<Arc<str>> = Vec::new();
        for name in decl.path.iter().filter(|name| !name.is_missing()) {
            if !dotted.is_empty() {
                dotted.push('.');
            }
            dotted.push_str(&name.text);
            path.push(Arc::from(name.text.as_str()));
            let symbol = Symbol::Module(Arc::from(dotted.as_str()));
            self.note(name.span, symbol, Role::Imports);
        }
        let Ok(target) = modules::target(self.db, self.space, &path) else {
            return;
        };
        let offered = modules::exports(self.db, &target);
        for item in decl.items.iter().flatten() {
            if let Some(found) = offered.get(item.text.as_str()) {
                let symbol = Symbol::Decl(Arc::clone(found.name(self.db)));
                self.note(item.span, symbol, Role::Imports);
            }
        }
    }

    fn recommend(&mut self, decl: &ast::RecommendDecl) {
        self.params(&decl.params);
        decl.ty.iter().for_each(|ty| {
            self.type_expr(ty);
        });
        let catalog = decl.clauses.iter().find_map(|clause| match clause {
            ast::RecommendClause::From { catalog, .. } => Some(catalog),
            _ => None,
        });
        let id = catalog.and_then(|catalog| {
            let known = self.known(&catalog.text)?;
            catalog_ids(self.db, self.db.project())
                .get(&known.name)
                .copied()
        });
        let item = id.map_or(Meaning::Nothing, Meaning::item);
        for clause in &decl.clauses {
            self.inside(|walk| walk.recommend_clause(clause, &item, id));
        }
    }

    fn recommend_clause(
        &mut self,
        clause: &ast::RecommendClause,
        item: &Meaning,
        id: Option<crate::CatalogId>,
    ) {
        use ast::RecommendClause as Clause;
        match clause {
            Clause::From { catalog, .. } => {
                self.reference(catalog);
            }
            Clause::Where { condition, .. } => {
                self.frame(item.clone(), false);
                self.expr(condition, None);
            }
            Clause::Exclude { what, .. } => {
                self.frame(item.clone(), false);
                match what {
                    ast::QueryArg::Query(query) => {
                        self.query(query);
                    }
                    ast::QueryArg::Expr(expr) => {
                        self.expr(expr, None);
                    }
                }
            }
            Clause::RankBy { keys, .. } => {
                self.frame(item.clone(), false);
                self.each(keys.iter().map(|key| &key.value), None);
            }
            Clause::Take { count, .. } => {
                self.expr(count, None);
            }
            Clause::Otherwise { fallback, .. } => match fallback {
                ast::Fallback::Error => {}
                ast::Fallback::Skip(reason) => self.each(reason, None),
                ast::Fallback::Expr(expr) => self.fallback(expr, id),
            },
        }
    }

    /// Another recommendation, or keys of items.
    fn fallback(&mut self, expr: &Expr, id: Option<crate::CatalogId>) {
        if !matches!(expr.kind, ast::ExprKind::List(_)) {
            self.set(expr);
            return;
        }
        let key = id.and_then(|id| {
            let catalog = self.schema.catalogs.get(id)?;
            catalog.table.fields.get(catalog.key)
        });
        let list = key.map(|key| crate::Type::of(crate::TypeKind::List(Arc::new(key.ty.clone()))));
        self.expr(expr, list.as_ref());
    }

    /// The enum of an experiment's arms, by the experiment's name.
    pub(super) fn arms_of(&self, name: &str) -> Option<crate::EnumId> {
        enum_ids(self.db, self.db.project()).get(name).copied()
    }
}
