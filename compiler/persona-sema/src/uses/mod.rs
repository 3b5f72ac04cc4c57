//! Who depends on what: every declaration that rests on a field, an event, a value of an enum or another declaration,
//! directly or by way of others, with the places that say so. Plain data, for the command line and for editors; it checks
//! nothing and prints nothing.

mod fields;
#[cfg(test)]
mod tests;

pub(crate) use fields::{each_expr, named_in};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_base::{Span, nearest};
use persona_syntax::ast;

use crate::Place;
use crate::db::{
    Database, Db, Decl, ItemKind, Places, check, lookup, names_in, schema, symbols, tree,
};

/// Something that a package has, and who depends on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Uses {
    /// Its whole name: `Customer.country`, `vip`.
    pub name: Arc<str>,
    /// What it is: `a field`, `a segment`.
    pub kind: &'static str,
    /// Where its name is written.
    pub place: Place,
    /// Who depends on it, each once, below what it depends on in the fewest steps.
    pub dependents: Vec<Dependent>,
}

/// One that depends.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependent {
    /// Its name.
    pub name: Arc<str>,
    /// What it is.
    pub kind: &'static str,
    /// Where its name is written.
    pub place: Place,
    /// The places in it that name what it depends on.
    pub because: Vec<Place>,
    /// What would become of it.
    pub effect: Effect,
    /// Who depends on it in turn.
    pub dependents: Vec<Dependent>,
}

/// What becomes of a dependent without what it depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It names it, and would not compile.
    Breaks,
    /// It rests on this one, which would not compile.
    Loses(Arc<str>),
}

/// A part of the package that others can depend on, and what it depends on itself.
struct Node {
    name: Arc<str>,
    kind: &'static str,
    /// Relative to the declaration.
    span: Span,
    /// Names as [`Uses::name`] has them, with places.
    refs: BTreeMap<Arc<str>, Vec<Span>>,
    /// The index of its declaration.
    decl: usize,
}

impl Database {
    /// Who depends on something, by its name: a declaration (`vip`, `rfm.champions`), a field (`Customer.country`, or
    /// `country` for one of the profile), a value of an enum or a stage (`Country.US`).
    ///
    /// # Errors
    /// Where the package has nothing of this name: a similar name, if there is one.
    pub fn uses(&self, name: &str) -> Result<Uses, Option<String>> {
        let package = Package::of(self);
        let (name, kind, place) = package.find(name)?;
        let mut seen: BTreeSet<usize> = BTreeSet::new();
        let dependents = package.dependents(&name, &mut seen);
        Ok(Uses {
            name,
            kind,
            place,
            dependents,
        })
    }
}

struct Package<'db> {
    db: &'db dyn Db,
    decls: Vec<Decl<'db>>,
    nodes: Vec<Node>,
    places: Places<'db>,
}

impl<'db> Package<'db> {
    fn of(db: &'db dyn Db) -> Self {
        let decls = symbols(db, db.project()).all.clone();
        let mut package = Self {
            db,
            nodes: Vec::new(),
            places: Places::of(db),
            decls,
        };
        for index in 0..package.decls.len() {
            package.add(index);
        }
        package
    }

    fn add(&mut self, index: usize) {
        let (db, decl) = (self.db, self.decls[index]);
        let tree = tree(db, decl);
        let refs = refs(db, decl);
        let name = Arc::clone(decl.name(db));
        let kind = decl.kind(db).described();
        let mut own = refs;
        if let ast::DeclKind::Profile(table)
        | ast::DeclKind::Event(table)
        | ast::DeclKind::Catalog(table) = &tree.kind
        {
            for field in &table.fields {
                let inside =
                    |span: &Span| field.span.start <= span.start && span.end <= field.span.end;
                let mut of_field: BTreeMap<Arc<str>, Vec<Span>> = BTreeMap::new();
                for (target, spans) in &mut own {
                    let (here, rest): (Vec<Span>, Vec<Span>) =
                        spans.iter().partition(|span| inside(span));
                    if !here.is_empty() {
                        of_field.insert(Arc::clone(target), here);
                    }
                    *spans = rest;
                }
                self.nodes.push(Node {
                    name: Arc::from(format!("{name}.{}", field.name.text)),
                    kind: "a field",
                    span: field.name.span,
                    refs: of_field,
                    decl: index,
                });
            }
            own.retain(|_, spans| !spans.is_empty());
        }
        let (shown, span) = match decl.kind(db) {
            ItemKind::Exclusive => (
                Arc::from("exclusive"),
                Span::new(tree.span.start, tree.span.start + 9),
            ),
            ItemKind::Use => {
                let ast::DeclKind::Use(one) = &tree.kind else {
                    return;
                };
                let path: Vec<&str> = one.path.iter().map(|name| name.text.as_str()).collect();
                (Arc::from(path.join(".")), tree.name.span)
            }
            _ => (name, tree.name.span),
        };
        self.nodes.push(Node {
            name: shown,
            kind,
            span,
            refs: own,
            decl: index,
        });
    }

    fn place(&self, decl: usize, span: Span) -> Place {
        self.places.within(self.decls[decl], span)
    }

    /// What a name means, by its whole name.
    fn find(&self, name: &str) -> Result<(Arc<str>, &'static str, Place), Option<String>> {
        let node = self
            .nodes
            .iter()
            .find(|node| *node.name == *name && !matches!(node.kind, "a module" | "an exclusion"));
        if let Some(node) = node {
            return Ok((
                Arc::clone(&node.name),
                node.kind,
                self.place(node.decl, node.span),
            ));
        }
        let parts = self.parts();
        let profile = format!("{}.{name}", schema(self.db, self.db.project()).profile.name);
        for wanted in [name, &profile] {
            if let Some((whole, (kind, place))) = parts.get_key_value(wanted) {
                return Ok((Arc::clone(whole), kind, *place));
            }
        }
        let of_profile = format!("{}.", schema(self.db, self.db.project()).profile.name);
        let short = parts
            .keys()
            .filter_map(|name| name.strip_prefix(&of_profile));
        let known = self.nodes.iter().map(|node| &*node.name).chain(short);
        let known = known.chain(parts.keys().map(|name| &**name));
        Err(nearest(name, known).map(str::to_owned))
    }

    /// Flattened fields, values of enums and stages, by their whole names.
    fn parts(&self) -> BTreeMap<Arc<str>, (&'static str, Place)> {
        let mut parts = BTreeMap::new();
        let schema = schema(self.db, self.db.project());
        let fields = std::iter::once(&schema.profile).chain(&schema.events);
        for table in fields {
            for field in &table.fields {
                let whole: Arc<str> = Arc::from(format!("{}.{}", table.name, field.name));
                let top = field.name.split('.').next().unwrap_or_default();
                let top = format!("{}.{top}", table.name);
                if let Some(node) = self.nodes.iter().find(|node| *node.name == *top) {
                    parts.insert(whole, ("a field", self.place(node.decl, node.span)));
                }
            }
        }
        for (index, decl) in self.decls.iter().enumerate() {
            let name = decl.name(self.db);
            let mut add = |value: &ast::Name, kind| {
                let whole: Arc<str> = Arc::from(format!("{name}.{}", value.text));
                parts.insert(whole, (kind, self.place(index, value.span)));
            };
            match &tree(self.db, *decl).kind {
                ast::DeclKind::Enum { values, .. } => {
                    values.iter().for_each(|value| add(&value.name, "a value"));
                }
                ast::DeclKind::Partition {
                    stages, otherwise, ..
                } => {
                    stages.iter().for_each(|stage| add(&stage.name, "a stage"));
                    add(&otherwise.name, "a stage");
                }
                _ => {}
            }
        }
        parts
    }

    /// Who depends on what has this name, and has not been seen yet: all direct ones first, so that each stands where it
    /// is nearest.
    fn dependents(&self, target: &str, seen: &mut BTreeSet<usize>) -> Vec<Dependent> {
        struct Step {
            node: usize,
            parent: Option<usize>,
            because: Vec<Span>,
        }
        let mut steps: Vec<Step> = Vec::new();
        let mut queue: Vec<(Option<usize>, Arc<str>)> = vec![(None, Arc::from(target))];
        seen.extend(self.nodes.iter().position(|node| *node.name == *target));
        let mut next = 0;
        while let Some((parent, name)) = queue.get(next).cloned() {
            next += 1;
            for (index, node) in self.nodes.iter().enumerate() {
                let because = node.because(&name);
                if because.is_empty() || !seen.insert(index) {
                    continue;
                }
                queue.push((Some(steps.len()), Arc::clone(&node.name)));
                steps.push(Step {
                    node: index,
                    parent,
                    because,
                });
            }
        }
        let mut made: Vec<Option<Dependent>> = steps
            .iter()
            .map(|step| {
                let node = &self.nodes[step.node];
                let effect = match step.parent {
                    None => Effect::Breaks,
                    Some(parent) => Effect::Loses(Arc::clone(&self.nodes[steps[parent].node].name)),
                };
                Some(Dependent {
                    name: Arc::clone(&node.name),
                    kind: node.kind,
                    place: self.place(node.decl, node.span),
                    because: step
                        .because
                        .iter()
                        .map(|span| self.place(node.decl, *span))
                        .collect(),
                    effect,
                    dependents: Vec::new(),
                })
            })
            .collect();
        let mut roots = Vec::new();
        // A parent stands before its children: from the end, each is whole when it is moved.
        for index in (0..steps.len()).rev() {
            let Some(mut dependent) = made[index].take() else {
                continue;
            };
            dependent
                .dependents
                .sort_by(|a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)));
            match steps[index].parent {
                Some(parent) => {
                    if let Some(parent) = &mut made[parent] {
                        parent.dependents.push(dependent);
                    }
                }
                None => roots.push(dependent),
            }
        }
        roots.sort_by(|a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)));
        roots
    }
}

impl Node {
    /// The places that name a thing or a part of it.
    fn because(&self, target: &str) -> Vec<Span> {
        let of = |name: &str| {
            name.strip_prefix(target)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let mut spans: Vec<Span> = self
            .refs
            .iter()
            .filter(|(name, _)| of(name))
            .flat_map(|(_, spans)| spans.iter().copied())
            .collect();
        spans.sort();
        // A part of a place says nothing that the whole does not.
        let all = spans.clone();
        spans.retain(|span| {
            !all.iter()
                .any(|other| other != span && span.start <= other.start && other.end <= span.end)
        });
        spans.dedup();
        spans
    }
}

/// The values of enums that fields have by default: no expression is kept of them.
fn default_values(db: &dyn Db, decl: Decl<'_>) -> Vec<(Arc<str>, Span)> {
    let (ast::DeclKind::Profile(table)
    | ast::DeclKind::Event(table)
    | ast::DeclKind::Catalog(table)) = &tree(db, decl).kind
    else {
        return Vec::new();
    };
    let named = table.fields.iter().filter_map(|field| {
        let ast::TypeKind::Named { name, .. } = &field.ty.kind else {
            return None;
        };
        let default = field.default.as_ref()?;
        let ast::ExprKind::Name(value) = &default.kind else {
            return None;
        };
        let is_enum = lookup(db, &name.text).is_some_and(|found| found.kind(db) == ItemKind::Enum);
        is_enum.then(|| {
            (
                Arc::from(format!("{}.{}", name.text, value.text)),
                default.span,
            )
        })
    });
    named.collect()
}

/// Everything that a declaration names: other declarations, fields, values of enums, stages.
fn refs(db: &dyn Db, decl: Decl<'_>) -> BTreeMap<Arc<str>, Vec<Span>> {
    let by_name = &symbols(db, db.project()).by_name;
    let mut found: BTreeMap<Arc<str>, Vec<Span>> = BTreeMap::new();
    for (name, spans) in &names_in(db, decl).globals {
        if by_name.contains_key(name) && name != decl.name(db) {
            found.entry(Arc::clone(name)).or_default().extend(spans);
        }
    }
    for (name, span) in default_values(db, decl) {
        found.entry(name).or_default().push(span);
    }
    fields::named_in(
        &check(db, decl).unit,
        schema(db, db.project()),
        &mut |name, span| {
            found.entry(name).or_default().push(span);
        },
    );
    found
}
