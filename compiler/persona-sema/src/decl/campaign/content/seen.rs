//! What the templates of a content see: its parameters, the profile, traits, constants, partitions, segments, recommendations,
//! slots of other contents, `today` and `now`. Names mean what they mean in the content's own expressions; the template's
//! check asks for types, and each value that a template uses becomes an expression.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::{Diagnostic, Severity, Span};
use persona_liquid::{EnumTy, Field, Probed, Scope as Sees, Template, Ty};
use persona_syntax::ast;

use crate::db::templates::partial_paths;
use crate::db::{Db, DeclEnv};
use crate::editor::{Given, GivenKind, Spot};
use crate::env::{BoundThing, Env, Global, Scope, Sort};
use crate::expr::around::{self, Judged};
use crate::{EnumId, Expr, ExprKind, Type, TypeKind};

/// A value by its path: `cart`, `value`.
type Path = Vec<Arc<str>>;

/// A value's dotted name and type.
type Named = (String, Type);

/// What one template sees.
pub(super) struct Seen<'a, 'db> {
    db: &'db dyn Db,
    env: &'a DeclEnv<'db>,
    scope: Scope<'a>,
    /// The template's path, as the content names it.
    template: &'a str,
    /// Where it does.
    span: Span,
    types: BTreeMap<Arc<str>, Option<Ty>>,
    values: BTreeMap<Path, Judged<Expr>>,
}

impl<'a, 'db> Seen<'a, 'db> {
    pub(super) fn new(
        db: &'db dyn Db,
        env: &'a DeclEnv<'db>,
        scope: Scope<'a>,
        template: &'a str,
        span: Span,
    ) -> Self {
        Self {
            db,
            env,
            scope,
            template,
            span,
            types: BTreeMap::new(),
            values: BTreeMap::new(),
        }
    }

    /// The value at a path that the template uses, and what is wrong with it.
    pub(super) fn value(&self, path: &[Arc<str>]) -> (Expr, Vec<Diagnostic>) {
        let judged = self.values.get(path);
        let judged = judged.expect("a template uses what its scope gave it");
        (judged.value.clone(), judged.diagnostics.clone())
    }

    /// What the content gives a template besides declarations: its parameters, the profile's fields, and two words.
    fn given_by_content(&mut self) -> Vec<Given> {
        let bound = self.scope.around.bound.iter();
        let params: Vec<Arc<str>> = bound.map(|bound| Arc::clone(&bound.name)).collect();
        let profile = &self.env.schema().profile;
        let mut fields: Vec<Arc<str>> = Vec::new();
        for field in &profile.fields {
            let first = field.name.split('.').next().unwrap_or_default();
            if fields.last().is_none_or(|last| **last != *first) {
                fields.push(Arc::from(first));
            }
        }
        let words = ["today", "now"].map(Arc::from).to_vec();
        let all = [
            (GivenKind::Param, params),
            (GivenKind::ProfileField, fields),
            (GivenKind::Word, words),
        ];
        let mut given: Vec<Given> = Vec::new();
        for (kind, names) in all {
            for name in names {
                if given.iter().any(|known| known.name == name) {
                    continue;
                }
                if let Some(ty) = self.root(&name) {
                    given.push(Given { name, ty, kind });
                }
            }
        }
        given
    }

    fn found(&mut self, name: &str) -> Option<Ty> {
        let path = || vec![Arc::from(name)];
        if let Some(bound) = self
            .scope
            .around
            .bound
            .iter()
            .find(|bound| *bound.name == *name)
        {
            let names = match &bound.what {
                BoundThing::Event { kinds, .. } => self.event_fields(kinds),
                BoundThing::Value(ty) => match &ty.kind {
                    TypeKind::Record(record) => crate::expr::leaf_names(record),
                    _ => return Some(self.leaf(path())),
                },
            };
            return Some(self.record(&path(), names));
        }
        let profile = &self.env.schema().profile;
        if profile.field(name).is_some() {
            return Some(self.leaf(path()));
        }
        let fields = profile.fields.iter().map(|field| field.name.to_string());
        if name == "profile" && self.env.global(name).is_none() {
            let names = fields.collect();
            return Some(self.record(&path(), names));
        }
        let prefix = format!("{name}.");
        let under: Vec<String> = fields
            .filter_map(|field| Some(field.strip_prefix(&prefix)?.to_owned()))
            .collect();
        if !under.is_empty() {
            return Some(self.record(&path(), under));
        }
        self.declared(name)
    }

    /// Declarations whose names are values.
    fn declared(&mut self, name: &str) -> Option<Ty> {
        let path = vec![Arc::from(name)];
        match self.env.global(name) {
            Some(
                Global::Const { .. }
                | Global::Trait(_)
                | Global::Partition(_)
                | Global::Recommend(..),
            ) => Some(self.leaf(path)),
            Some(Global::Segment(signature)) if signature.params.is_empty() => {
                let kind = ExprKind::Segment(Arc::from(name), Vec::new());
                Some(self.given(path, kind, Type::BOOL))
            }
            Some(Global::Content) => {
                let shape = self.env.content(name)?;
                let names = shape
                    .slots
                    .iter()
                    .map(|(slot, _)| slot.to_string())
                    .collect();
                Some(self.record(&path, names))
            }
            Some(Global::Broken) => Some(Ty::Error),
            None if name == "today" => {
                Some(self.given(path, ExprKind::Today, Type::of(TypeKind::Date)))
            }
            None if name == "now" => {
                Some(self.given(path, ExprKind::Now, Type::of(TypeKind::Timestamp)))
            }
            _ => None,
        }
    }

    /// The names of the fields that all of these events have.
    fn event_fields(&self, kinds: &[crate::EventId]) -> Vec<String> {
        let events = &self.env.schema().events;
        let Some((first, others)) = kinds.split_first() else {
            return Vec::new();
        };
        let fields = events[*first].fields.iter();
        let common = fields.filter(|field| {
            others.iter().all(|kind| {
                let other = events[*kind].field(&field.name);
                other.is_some_and(|other| events[*kind].fields[other].ty.kind == field.ty.kind)
            })
        });
        common.map(|field| field.name.to_string()).collect()
    }

    /// A record of the values below a path, from their dotted names.
    fn record(&mut self, path: &[Arc<str>], names: Vec<String>) -> Ty {
        let mut fields: Vec<(Arc<str>, Vec<String>)> = Vec::new();
        for name in names {
            let (first, rest) = name
                .split_once('.')
                .map_or((name.as_str(), None), |(first, rest)| (first, Some(rest)));
            let at = fields
                .iter()
                .position(|(known, _)| **known == *first)
                .unwrap_or_else(|| {
                    fields.push((Arc::from(first), Vec::new()));
                    fields.len() - 1
                });
            fields[at].1.extend(rest.map(str::to_owned));
        }
        let typed = fields.into_iter().map(|(name, below)| {
            let mut path = path.to_vec();
            path.push(Arc::clone(&name));
            let ty = if below.is_empty() {
                self.leaf(path)
            } else {
                self.record(&path, below)
            };
            Field { name, ty }
        });
        Ty::Record(typed.collect())
    }

    /// A value as the content's own expressions would see it.
    fn leaf(&mut self, path: Path) -> Ty {
        let name = |text: &Arc<str>| ast::Name {
            text: text.to_string(),
            span: self.span,
        };
        let expr = |kind| ast::Expr {
            kind,
            span: self.span,
        };
        let mut written = expr(ast::ExprKind::Name(name(&path[0])));
        if path.len() > 1 {
            written = expr(ast::ExprKind::Postfix {
                base: Box::new(written),
                ops: path[1..]
                    .iter()
                    .map(|field| ast::PostfixOp::Field(name(field)))
                    .collect(),
            });
        }
        let judged = around::check_any(self.env, self.scope, &written);
        let wrong = judged
            .diagnostics
            .iter()
            .any(|found| found.severity == Severity::Error);
        let ty = if wrong {
            Ty::Error
        } else {
            self.ty(&judged.value.ty)
        };
        self.values.insert(path, judged);
        ty
    }

    fn given(&mut self, path: Path, kind: ExprKind, ty: Type) -> Ty {
        let value = Expr {
            kind,
            ty,
            span: self.span,
        };
        let given = self.ty(&value.ty);
        let diagnostics = Vec::new();
        self.values.insert(path, Judged { value, diagnostics });
        given
    }

    fn ty(&self, ty: &Type) -> Ty {
        let of = self.kind(&ty.kind);
        if ty.optional { optional(of) } else { of }
    }

    fn kind(&self, kind: &TypeKind) -> Ty {
        match kind {
            TypeKind::Bool => Ty::Bool,
            TypeKind::Int => Ty::Int,
            TypeKind::Float => Ty::Float,
            TypeKind::Str
            | TypeKind::Email
            | TypeKind::Phone
            | TypeKind::Url
            | TypeKind::TimeZone
            | TypeKind::Locale => Ty::Str,
            TypeKind::Html => Ty::Html,
            TypeKind::Date => Ty::Date,
            TypeKind::TimeOfDay => Ty::TimeOfDay,
            TypeKind::Timestamp => Ty::Timestamp,
            TypeKind::Duration => Ty::Duration,
            TypeKind::Length => Ty::Length,
            TypeKind::Geo => Ty::Geo,
            TypeKind::Money(currency) => Ty::Money(*currency),
            TypeKind::Enum(id) => self.enum_ty(*id),
            TypeKind::List(of) | TypeKind::Set(of) => Ty::list(self.ty(of)),
            TypeKind::Record(record) => {
                let fields = record.fields.iter().map(|field| Field {
                    name: Arc::clone(&field.name),
                    ty: self.ty(&field.ty),
                });
                Ty::Record(fields.collect())
            }
            TypeKind::Item(catalog, _) => {
                let fields = &self.env.schema().catalogs[*catalog].table.fields;
                self.nested(
                    fields
                        .iter()
                        .map(|field| (field.name.to_string(), field.ty.clone()))
                        .collect(),
                )
            }
            TypeKind::Error
            | TypeKind::Period
            | TypeKind::Event
            | TypeKind::Field(_)
            | TypeKind::EventRecord(_)
            | TypeKind::Nothing => Ty::Error,
        }
    }

    fn enum_ty(&self, id: EnumId) -> Ty {
        let def = &self.env.schema().enums[id];
        Ty::Enum(Arc::new(EnumTy {
            name: Arc::clone(&def.name),
            values: def
                .values
                .iter()
                .map(|(value, _)| Arc::clone(value))
                .collect(),
        }))
    }

    /// A record from the dotted names of its values.
    fn nested(&self, names: Vec<Named>) -> Ty {
        let mut fields: Vec<(Arc<str>, Vec<Named>)> = Vec::new();
        let mut leaves: BTreeMap<Arc<str>, Type> = BTreeMap::new();
        for (name, ty) in names {
            let first: Arc<str> = Arc::from(name.split('.').next().unwrap_or_default());
            let at = fields
                .iter()
                .position(|(known, _)| *known == first)
                .unwrap_or_else(|| {
                    fields.push((Arc::clone(&first), Vec::new()));
                    fields.len() - 1
                });
            match name.split_once('.') {
                Some((_, rest)) => fields[at].1.push((rest.to_owned(), ty)),
                None => {
                    leaves.insert(first, ty);
                }
            }
        }
        let typed = fields.into_iter().map(|(name, below)| {
            let ty = match leaves.get(&name) {
                Some(ty) => self.ty(ty),
                None => self.nested(below),
            };
            Field { name, ty }
        });
        Ty::Record(typed.collect())
    }
}

/// A record that may be missing is one whose fields may be: nothing says more of it.
fn optional(ty: Ty) -> Ty {
    match ty {
        Ty::Record(fields) => {
            let fields = fields.iter().map(|field| Field {
                name: Arc::clone(&field.name),
                ty: optional(field.ty.clone()),
            });
            Ty::Record(fields.collect())
        }
        other => other.optional(),
    }
}

impl Sees for Seen<'_, '_> {
    fn root(&mut self, name: &str) -> Option<Ty> {
        if let Some(known) = self.types.get(name) {
            return known.clone();
        }
        let found = self.found(name);
        self.types.insert(Arc::from(name), found.clone());
        found
    }

    fn names(&self) -> Vec<Arc<str>> {
        let bound = self
            .scope
            .around
            .bound
            .iter()
            .map(|bound| Arc::clone(&bound.name));
        let fields = self.env.schema().profile.fields.iter();
        let fields =
            fields.map(|field| Arc::from(field.name.split('.').next().unwrap_or_default()));
        let is_value = |name: &Arc<str>| {
            matches!(
                self.env.sort(name),
                Some(Sort::Const | Sort::Trait | Sort::Partition | Sort::Segment)
            )
        };
        let declared = self.env.names().into_iter().filter(is_value);
        let words = ["today", "now"].map(Arc::from);
        bound.chain(fields).chain(declared).chain(words).collect()
    }

    fn partial(&mut self, name: &str) -> Result<Arc<Template>, Vec<String>> {
        let paths = partial_paths(self.template, name);
        let found = paths.iter().find_map(|path| self.env.template(path));
        found.ok_or(paths)
    }

    fn probed(&mut self, probed: Probed) {
        if self.env.probe().is_none() {
            return;
        }
        let given = match &probed {
            Probed::Variable { message: true, .. } => self.given_by_content(),
            _ => Vec::new(),
        };
        if let Some(probe) = self.env.probe() {
            probe.keep(Spot::Template(probed, given));
        }
    }

    fn partials(&self) -> Vec<Arc<str>> {
        let project = self.db.project();
        let known = project
            .templates(self.db)
            .iter()
            .flat_map(|known| known.iter());
        let liquid = known.filter(|path| path.ends_with(".liquid"));
        let names = liquid.filter_map(|path| {
            let name = path.strip_suffix(".liquid")?;
            let last = name.rsplit('/').next().unwrap_or(name);
            let paths = partial_paths(self.template, last);
            let short = paths.iter().find(|other| {
                project
                    .templates(self.db)
                    .as_ref()
                    .is_some_and(|known| known.contains(other.as_str()))
            });
            let is_short = short.is_some_and(|short| **short == **path);
            Some(Arc::from(if is_short { last } else { name }))
        });
        names.collect()
    }
}
