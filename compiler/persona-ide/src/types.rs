//! Types of what has a name, and how people write them.

use persona_sema::editor::{DeclRef, Symbol, parts_of};
use persona_sema::{Database, Global, Schema, Type, TypeKind};

use crate::at::Named;

/// A type as people write it: `Money<USD>?`.
pub(crate) fn shown(db: &Database, ty: &Type) -> String {
    let schema = db.schema();
    if let TypeKind::EventRecord(kinds) = &ty.kind {
        let tables = kinds.iter().filter_map(|kind| schema.events.get(*kind));
        let names: Vec<&str> = tables.map(|table| &*table.name).collect();
        return names.join(" or ");
    }
    let enums = |id: persona_sema::EnumId| {
        let def = schema.enums.get(id);
        def.map_or_else(|| "?".into(), |def| def.name.clone())
    };
    let optional = if ty.optional { "?" } else { "" };
    format!("{}{optional}", ty.kind.display(&enums))
}

/// The type of the value that a symbol stands for; none for what is no value.
pub(crate) fn of_symbol(db: &Database, symbol: &Symbol) -> Option<Type> {
    match symbol {
        Symbol::Field { table, path } => field(db.schema(), table, path),
        Symbol::Decl(name) => of_declaration(db, name),
        Symbol::Param { of, name } => {
            let decl = db.named(of)?;
            let params = params(db, decl.space, of)?;
            let found = params.iter().find(|param| param.name == *name);
            found.map(|param| param.ty.clone())
        }
        Symbol::Slot { of, name } => {
            let shape = db.content_shape(of)?;
            let found = shape.slots.iter().find(|(slot, _)| slot == name);
            found.map(|(_, ty)| ty.clone())
        }
        _ => None,
    }
}

/// The type of a name that a declaration gives, or of a parameter.
pub(crate) fn bound(db: &Database, named: &Named<'_>, symbol: &Symbol) -> Option<Type> {
    local(db, named.from(), symbol).or_else(|| of_symbol(db, symbol))
}

/// The type of a name that a declaration gives.
pub(crate) fn local(db: &Database, from: DeclRef, symbol: &Symbol) -> Option<Type> {
    match symbol {
        Symbol::Local { at, .. } => db.type_of_local(from, *at).cloned(),
        _ => None,
    }
}

/// The parameters of a declaration, by its whole name.
pub(crate) fn params<'db>(
    db: &'db Database,
    space: &str,
    name: &str,
) -> Option<&'db [persona_sema::Param]> {
    if let Some(shape) = db.content_shape(name) {
        return Some(&shape.params);
    }
    match db.global(space, name)? {
        Global::Trait(signature)
        | Global::Fn(signature)
        | Global::Segment(signature)
        | Global::Recommend(signature, _) => Some(&signature.params),
        _ => None,
    }
}

fn of_declaration(db: &Database, name: &str) -> Option<Type> {
    let decl = db.named(name)?;
    match db.global(decl.space, name)? {
        Global::Const { ty, .. } => Some(ty.clone()),
        Global::Trait(signature) | Global::Fn(signature) | Global::Recommend(signature, _) => {
            Some(signature.ty.clone())
        }
        Global::Partition(id) | Global::Enum(id) | Global::Experiment(id) => {
            Some(Type::of(TypeKind::Enum(*id)))
        }
        _ => None,
    }
}

/// The type of a field, by its table's name and its path.
fn field(schema: &Schema, table: &str, path: &str) -> Option<Type> {
    let catalogs = schema.catalogs.iter().map(|catalog| &catalog.table);
    let mut tables = std::iter::once(&schema.profile)
        .chain(&schema.events)
        .chain(catalogs);
    let table = tables.find(|one| *one.name == *table)?;
    let fields = table.fields.iter();
    find(&mut fields.map(|field| (&*field.name, &field.ty)), path)
}

fn find<'s>(fields: &mut dyn Iterator<Item = (&'s str, &'s Type)>, path: &str) -> Option<Type> {
    for (name, ty) in fields {
        if name == path {
            return Some(ty.clone());
        }
        let rest = path
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('.'));
        if let (Some(rest), Some(TypeKind::Record(record))) =
            (rest, ty.kind.element().map(|element| &element.kind))
        {
            let inner = record.fields.iter();
            return find(&mut inner.map(|field| (&*field.name, &field.ty)), rest);
        }
    }
    None
}

/// The text of a symbol's documentation.
pub(crate) fn doc(db: &Database, symbol: &Symbol) -> Option<String> {
    let decl = db.named(symbol.declaration()?)?;
    if let Symbol::Decl(_) = symbol {
        return decl.tree.doc.clone();
    }
    let target = db.targets(symbol, decl.id).into_iter().next()?;
    fn within<'p, 'd>(
        parts: &'p [persona_sema::editor::Part<'d>],
        at: persona_base::Span,
    ) -> Option<&'p persona_sema::editor::Part<'d>> {
        let holds = |part: &&persona_sema::editor::Part<'d>| {
            part.span.start <= at.start && at.end <= part.span.end
        };
        let part = parts.iter().find(holds)?;
        within(&part.parts, at).or(Some(part))
    }
    let parts = parts_of(decl.tree);
    let at = persona_base::Span::new(
        target.name.span.start.checked_sub(decl.span.start)?,
        target.name.span.end.checked_sub(decl.span.start)?,
    );
    within(&parts, at)?.doc.map(str::to_owned)
}

/// A type as it can be written in rules, with its `?`; none for what nobody can write.
pub(crate) fn written(db: &Database, ty: &Type) -> Option<String> {
    can_be_written(&ty.kind).then(|| shown(db, ty))
}

fn can_be_written(kind: &TypeKind) -> bool {
    match kind {
        TypeKind::Error | TypeKind::EventRecord(_) | TypeKind::Nothing => false,
        TypeKind::List(inner) | TypeKind::Set(inner) | TypeKind::Field(inner) => {
            can_be_written(&inner.kind)
        }
        TypeKind::Record(record) => {
            let mut fields = record.fields.iter();
            fields.all(|field| can_be_written(&field.ty.kind))
        }
        _ => true,
    }
}
