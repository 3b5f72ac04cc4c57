//! What bare names mean, and names behind a dot. The order is that of the check: names given here, fields, parameters, values of
//! the wanted enum, declarations, words of the language.

use std::sync::Arc;

use persona_base::Span;
use persona_syntax::ast::{self, Expr, ExprKind, Name, PostfixOp};

use super::super::symbol::{BuiltIn, Role, Symbol};
use super::meaning::{Meaning, Spot};
use super::{Reach, Walk};
use crate::db::{ItemKind, catalog_ids, enum_ids, kind_ids, lookup, modules, signature};
use crate::decl::{SENT, WEEKDAY, is_built_in_type};
use crate::{EnumId, Global, Type, TypeKind};

/// The parts of dates, clocks, messages, and of events of which only the caller knows the kinds.
const PARTS: [&str; 12] = [
    "year", "quarter", "month", "day", "weekday", "hour", "minute", "date", "time", "message",
    "at", "id",
];

/// A declaration that a name means.
pub(super) struct Known {
    pub(super) name: Arc<str>,
    pub(super) kind: ItemKind,
}

impl Walk<'_> {
    /// The declaration that a name means here. A module sees its own and the package's schema.
    pub(super) fn known(&self, name: &str) -> Option<Known> {
        if let Some(meant) = self.modules.and_then(|names| names.bare.get(name)) {
            return Some(Known {
                name: Arc::clone(&meant.name),
                kind: meant.kind,
            });
        }
        let found = lookup(self.db, name)?;
        let kind = found.kind(self.db);
        let is_hidden =
            !self.space.is_empty() && modules::is_own(self.db, found) && !modules::is_schema(kind);
        (!is_hidden).then(|| Known {
            name: Arc::clone(found.name(self.db)),
            kind,
        })
    }

    /// What a declaration stands for.
    pub(super) fn meaning_of(&self, known: &Known) -> Meaning {
        let (db, project, name) = (self.db, self.db.project(), &known.name);
        match known.kind {
            ItemKind::Profile => Meaning::profile(),
            ItemKind::Event => kind_ids(db, project)
                .get(name)
                .map_or(Meaning::Nothing, |id| Meaning::events([*id])),
            ItemKind::Events => {
                let members = self.schema.groups.get(name).into_iter().flatten();
                Meaning::events(members.copied())
            }
            ItemKind::Catalog => catalog_ids(db, project)
                .get(name)
                .map_or(Meaning::Nothing, |id| Meaning::item(*id)),
            ItemKind::Enum | ItemKind::Partition | ItemKind::Experiment => enum_ids(db, project)
                .get(name)
                .map_or(Meaning::Nothing, |id| Meaning::Enum(*id)),
            ItemKind::Content => Meaning::Content(Arc::clone(name)),
            ItemKind::Const | ItemKind::Trait | ItemKind::Fn | ItemKind::Recommend => {
                self.result_of(name)
            }
            _ => Meaning::Nothing,
        }
    }

    fn result_of(&self, name: &Arc<str>) -> Meaning {
        let Some(decl) = lookup(self.db, name).filter(|decl| *decl != self.decl) else {
            return Meaning::Nothing;
        };
        match signature(self.db, decl) {
            Global::Const { ty, .. } => Meaning::of(ty),
            Global::Trait(signature) | Global::Fn(signature) | Global::Recommend(signature, _) => {
                Meaning::of(&signature.ty)
            }
            _ => Meaning::Nothing,
        }
    }

    /// A name where only a declaration can stand.
    pub(super) fn reference(&mut self, name: &Name) -> Meaning {
        self.declared(name).unwrap_or_default()
    }

    fn declared(&mut self, name: &Name) -> Option<Meaning> {
        if name.is_missing() {
            return None;
        }
        if let Some(known) = self.known(&name.text) {
            self.note(
                name.span,
                Symbol::Decl(Arc::clone(&known.name)),
                Role::Reads,
            );
            return Some(self.meaning_of(&known));
        }
        let own: Arc<str> = Arc::from(name.text.as_str());
        if name.text == SENT {
            self.note(name.span, Symbol::Decl(own), Role::Reads);
            return Some(Meaning::events([self.schema.sent]));
        }
        if name.text == WEEKDAY {
            self.built_in(name, BuiltIn::Type);
            let id = enum_ids(self.db, self.db.project()).get(WEEKDAY);
            return Some(id.map_or(Meaning::Nothing, |id| Meaning::Enum(*id)));
        }
        None
    }

    /// A bare name where a value, or the beginning of `a.b.c`, stands.
    pub(super) fn bare(&mut self, name: &Name, wanted: Option<&Type>) -> Meaning {
        if name.is_missing() {
            return Meaning::Nothing;
        }
        if let Some(meaning) = self.given(name) {
            return meaning;
        }
        let owner = self.bare_owner();
        if let Some(meaning) = self.member(&owner, name, Role::Reads) {
            return meaning;
        }
        if let Some(meaning) = wanted.and_then(|wanted| self.wanted_value(name, wanted)) {
            return meaning;
        }
        match name.text.as_str() {
            "profile" if self.known("profile").is_none() => {
                self.built_in(name, BuiltIn::Word);
                return Meaning::profile();
            }
            "event" if self.known("event").is_none() => {
                self.built_in(name, BuiltIn::Word);
                return self.event_owner();
            }
            "now" | "today" => {
                self.built_in(name, BuiltIn::Word);
                return Meaning::Parts;
            }
            _ => {}
        }
        if let Some(meaning) = self.declared(name) {
            return meaning;
        }
        if is_built_in_type(&name.text) {
            self.built_in(name, BuiltIn::Type);
        }
        Meaning::Nothing
    }

    /// A name that this declaration gave: with `as`, to an element, to a parameter.
    pub(super) fn given(&mut self, name: &Name) -> Option<Meaning> {
        let mut within = self.scopes.iter().rev();
        let found = within.find_map(|reach| match reach {
            Reach::Name {
                name: given,
                symbol,
                meaning,
            } if *given == name.text => Some((symbol.clone(), meaning.clone())),
            _ => None,
        });
        let (symbol, meaning) = found?;
        self.note(name.span, symbol, Role::Reads);
        Some(meaning)
    }

    /// The owner of bare names at this place.
    fn bare_owner(&self) -> Meaning {
        let mut within = self.scopes.iter().rev();
        let frame = within.find_map(|reach| match reach {
            Reach::Frame { owner, .. } => Some(owner.clone()),
            Reach::Name { .. } => None,
        });
        frame.unwrap_or_else(Meaning::profile)
    }

    fn event_owner(&self) -> Meaning {
        let mut within = self.scopes.iter().rev();
        let frame = within.find_map(|reach| match reach {
            Reach::Frame {
                owner,
                is_event: true,
            } => Some(owner.clone()),
            _ => None,
        });
        frame.unwrap_or_default()
    }

    /// A value of the enum that is wanted.
    fn wanted_value(&mut self, name: &Name, wanted: &Type) -> Option<Meaning> {
        let TypeKind::Enum(id) = wanted.kind else {
            return None;
        };
        self.value(id, name)
    }

    /// A value of an enum. Those of contents and channels are these themselves.
    pub(super) fn value(&mut self, id: EnumId, name: &Name) -> Option<Meaning> {
        let def = self.schema.enums.get(id)?;
        let (value, _) = def.values.iter().find(|(value, _)| **value == *name.text)?;
        let symbol = match self.schema.is_own_enum(id) {
            true => Symbol::Decl(Arc::clone(value)),
            false => Symbol::Value {
                of: Arc::clone(&def.name),
                name: Arc::clone(value),
            },
        };
        self.note(name.span, symbol, Role::Reads);
        Some(Meaning::Typed(Type::of(TypeKind::Enum(id))))
    }

    /// What stands behind a dot, if there is such a thing.
    pub(super) fn member(&mut self, of: &Meaning, name: &Name, role: Role) -> Option<Meaning> {
        if name.is_missing() {
            return None;
        }
        match of {
            Meaning::At(spots) => self.field(spots, name, role),
            Meaning::Enum(id) => self.value(*id, name),
            Meaning::Typed(ty) => match (&ty.kind, Meaning::of(ty)) {
                (_, Meaning::At(spots)) => self.field(&spots, name, role),
                (TypeKind::Date, _) => self.part(name),
                _ => None,
            },
            Meaning::Content(content) => {
                let decl = lookup(self.db, content)?;
                let shape = crate::db::content_shape(self.db, decl);
                let (slot, ty) = shape.slots.iter().find(|(slot, _)| **slot == *name.text)?;
                let symbol = Symbol::Slot {
                    of: Arc::clone(content),
                    name: Arc::clone(slot),
                };
                self.note(name.span, symbol, role);
                Some(Meaning::of(ty))
            }
            Meaning::Change(value) => {
                self.built_in(name, BuiltIn::Part);
                Some((**value).clone())
            }
            Meaning::Parts if PARTS.contains(&name.text.as_str()) => self.part(name),
            Meaning::Parts => None,
            Meaning::Nothing => None,
        }
    }

    fn part(&mut self, name: &Name) -> Option<Meaning> {
        self.built_in(name, BuiltIn::Part);
        let weekday = enum_ids(self.db, self.db.project()).get(WEEKDAY);
        Some(match (name.text.as_str(), weekday) {
            ("weekday", Some(id)) => Meaning::Typed(Type::of(TypeKind::Enum(*id))),
            _ => Meaning::Nothing,
        })
    }

    /// A field; of several tables, the name means the field of each.
    fn field(&mut self, spots: &[Spot], name: &Name, role: Role) -> Option<Meaning> {
        let found: Vec<Spot> = spots
            .iter()
            .filter_map(|spot| spot.member(self.schema, &name.text))
            .collect();
        for spot in &found {
            let Some(table) = spot.table.of(self.schema) else {
                continue;
            };
            let symbol = Symbol::Field {
                table: Arc::clone(&table.name),
                path: Arc::from(spot.path.as_str()),
            };
            self.note(name.span, symbol, role);
        }
        (!found.is_empty()).then_some(Meaning::At(found))
    }

    /// `rfm.champions`, `std.rfm.champions`: how many operations the module's name takes, and the declaration's.
    pub(super) fn qualified(&mut self, base: &Expr, ops: &[PostfixOp]) -> Option<(usize, Meaning)> {
        let names = self.modules?;
        let ExprKind::Name(first) = &base.kind else {
            return None;
        };
        let is_given =
            |reach: &Reach| matches!(reach, Reach::Name { name, .. } if *name == first.text);
        if self.scopes.iter().any(is_given) {
            return None;
        }
        let mut dotted = first.text.clone();
        let mut parts: Vec<&Name> = vec![first];
        let mut found = None;
        loop {
            if let Some(all) = names.modules.get(dotted.as_str()) {
                found = Some((parts.len(), dotted.clone(), all));
            }
            match ops.get(parts.len() - 1) {
                Some(PostfixOp::Field(name)) if parts.len() < 3 => {
                    dotted = format!("{dotted}.{}", name.text);
                    parts.push(name);
                }
                _ => break,
            }
        }
        let (depth, module, all) = found?;
        self.module_path(&module, &parts[..depth]);
        let member = match ops.get(depth - 1) {
            Some(PostfixOp::Field(name) | PostfixOp::Method { name, .. }) => name,
            _ => return Some((depth - 1, Meaning::Nothing)),
        };
        let Some(meant) = all.get(member.text.as_str()) else {
            return Some((depth, Meaning::Nothing));
        };
        let known = Known {
            name: Arc::clone(&meant.name),
            kind: meant.kind,
        };
        self.note(
            member.span,
            Symbol::Decl(Arc::clone(&known.name)),
            Role::Reads,
        );
        if let Some(PostfixOp::Method { args, .. }) = ops.get(depth - 1) {
            self.args_of(&known, args);
        }
        Some((depth, self.meaning_of(&known)))
    }

    /// The names of a module's path, as a `use` of this space says it.
    fn module_path(&mut self, written: &str, parts: &[&Name]) {
        let uses = modules::uses_of_space(self.db, self.space).into_iter();
        let mut paths = uses.map(|one| &one.path);
        let whole = paths.find(|path| {
            path.join(".") == written || path.last().is_some_and(|last| **last == *written)
        });
        let Some(whole) = whole else {
            return;
        };
        let skipped = whole.len().saturating_sub(parts.len());
        for (index, part) in parts.iter().enumerate() {
            let module = whole[..=(skipped + index).min(whole.len() - 1)].join(".");
            self.note(part.span, Symbol::Module(Arc::from(module)), Role::Reads);
        }
    }

    /// The text of a span.
    pub(super) fn written(&self, span: Span) -> &str {
        span.of(self.text)
    }

    /// The type of an expression where its check found one.
    pub(super) fn checked_type(&self, expr: &Expr) -> Option<Type> {
        let mut expr = expr;
        loop {
            if let Some(ty) = self.types.get(&expr.span) {
                return Some(ty.clone());
            }
            match &expr.kind {
                ExprKind::Paren(inner) => expr = inner,
                _ => return None,
            }
        }
    }

    /// The type of an operand, before its names are noted.
    pub(super) fn type_of(&mut self, expr: &Expr) -> Option<Type> {
        if let Some(ty) = self.checked_type(expr) {
            return Some(ty);
        }
        let is_path = |expr: &Expr| match &expr.kind {
            ExprKind::Name(_) => true,
            ExprKind::Postfix { base, ops } => {
                matches!(base.kind, ExprKind::Name(_))
                    && ops.iter().all(|op| matches!(op, PostfixOp::Field(_)))
            }
            _ => false,
        };
        if !is_path(expr) {
            return None;
        }
        let mark = self.found.len();
        let meaning = self.expr(expr, None);
        self.found.truncate(mark);
        meaning.ty(self.schema)
    }

    /// What a type as written stands for.
    pub(super) fn type_expr(&mut self, ty: &ast::TypeExpr) -> Meaning {
        let ast::TypeKind::Named { name, args } = &ty.kind else {
            return Meaning::Nothing;
        };
        let inner: Vec<Meaning> = args.iter().map(|arg| self.type_expr(arg)).collect();
        if is_built_in_type(&name.text) {
            self.built_in(name, BuiltIn::Type);
            let element = inner.into_iter().next().unwrap_or_default();
            let element = element.ty(self.schema);
            return match (name.text.as_str(), element) {
                ("List", Some(element)) => {
                    Meaning::Typed(Type::of(TypeKind::List(Arc::new(element))))
                }
                ("Set", Some(element)) => {
                    Meaning::Typed(Type::of(TypeKind::Set(Arc::new(element))))
                }
                ("Date", _) => Meaning::Typed(Type::of(TypeKind::Date)),
                // Whatever events it stands for, they have an instant.
                ("Event" | "Field", _) => Meaning::Parts,
                _ => Meaning::Nothing,
            };
        }
        if name.is_missing() {
            return Meaning::Nothing;
        }
        match self.declared(name) {
            Some(Meaning::Enum(id)) => Meaning::Typed(Type::of(TypeKind::Enum(id))),
            Some(meaning) => meaning,
            None => {
                self.built_in(name, BuiltIn::Type);
                Meaning::Nothing
            }
        }
    }
}
