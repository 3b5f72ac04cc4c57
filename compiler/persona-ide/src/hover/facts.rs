//! What something is, in one line: whose, in which unit, whether it may be missing.

use persona_sema::editor::{BuiltIn, Symbol};
use persona_sema::{Database, FieldDef, ItemKind, TableDef, TypeKind};

use crate::at::Named;
use crate::complete::documentation;
use crate::types;

/// One line about a symbol.
pub(super) fn of(db: &Database, named: &Named<'_>, symbol: &Symbol) -> String {
    let mut said: Vec<String> = Vec::new();
    match symbol {
        Symbol::Decl(name) => match db.named(name) {
            Some(decl) => {
                said.push(kind_of(decl.kind));
                if !decl.is_own() {
                    said.push(format!("from `{}`", decl.space));
                }
                said.extend(owner(decl.tree));
            }
            None => {
                said.push("an event that every package has: what persona itself sent".to_owned());
            }
        },
        Symbol::Field { table, path } => field(db, symbol, table, path, &mut said),
        Symbol::Value { of, name } => value(db, of, name, &mut said),
        Symbol::Param { of, .. } => said.push(format!("a parameter of `{of}`")),
        Symbol::Slot { of, .. } => said.push(format!("a slot of `{of}`")),
        Symbol::Variant { of, .. } => said.push(format!("a variant of `{of}`")),
        Symbol::Module(path) => said.push(match path.contains('.') {
            true => "a module".to_owned(),
            false => "a package".to_owned(),
        }),
        Symbol::Template(_) => said.push("a template".to_owned()),
        Symbol::Layer(_) => said.push("a layer: experiments that exclude each other".to_owned()),
        Symbol::Local { .. } => said.push("named in this declaration".to_owned()),
        Symbol::BuiltIn(..) => {}
    }
    let ty = types::bound(db, named, symbol);
    if let Some(unit) = ty.as_ref().and_then(|ty| unit(&ty.kind)) {
        said.push(unit);
    }
    let can_be_missing = matches!(
        symbol,
        Symbol::Field { .. } | Symbol::Local { .. } | Symbol::Param { .. }
    ) || is_value(db, symbol);
    if can_be_missing && ty.is_some_and(|ty| ty.optional) {
        said.push("may be missing".to_owned());
    }
    said.join(" · ")
}

fn is_value(db: &Database, symbol: &Symbol) -> bool {
    let Symbol::Decl(name) = symbol else {
        return false;
    };
    db.named(name)
        .is_some_and(|decl| matches!(decl.kind, ItemKind::Trait | ItemKind::Fn))
}

fn kind_of(kind: ItemKind) -> String {
    kind.described().to_owned()
}

/// `@owner("team")`, `@deprecated("…")`.
fn owner(decl: &persona_syntax::ast::Decl) -> Vec<String> {
    let said = decl.annotations.iter().filter_map(|annotation| {
        let text = annotation.args.first().and_then(|arg| match &arg.kind {
            persona_syntax::ast::ExprKind::Str(parts) => match parts.as_slice() {
                [persona_syntax::ast::StrPart::Text(text)] => Some(text.clone()),
                _ => None,
            },
            _ => None,
        })?;
        match annotation.name.text.as_str() {
            "owner" => Some(format!("owned by {text}")),
            "deprecated" => Some(format!("**deprecated**: {text}")),
            _ => None,
        }
    });
    said.collect()
}

fn table<'db>(db: &'db Database, name: &str) -> Option<&'db TableDef> {
    let schema = db.schema();
    let catalogs = schema.catalogs.iter().map(|catalog| &catalog.table);
    let mut tables = std::iter::once(&schema.profile)
        .chain(&schema.events)
        .chain(catalogs);
    tables.find(|table| *table.name == *name)
}

fn field(db: &Database, symbol: &Symbol, of: &str, path: &str, said: &mut Vec<String>) {
    let found: Option<&FieldDef> = table(db, of).and_then(|table| {
        let id = table.field(path)?;
        table.fields.get(id)
    });
    said.push(match path.rsplit_once('.') {
        Some((inside, _)) => format!("a field of `{of}.{inside}`"),
        None => format!("a field of `{of}`"),
    });
    if is_key(db, of, path) {
        said.push("the key".to_owned());
    }
    if found.is_some_and(|field| field.pii) {
        said.push("personal data".to_owned());
    }
    if let Some(default) = default_text(db, symbol) {
        said.push(format!("`{default}` where the data has none"));
    }
}

fn is_key(db: &Database, of: &str, path: &str) -> bool {
    let schema = db.schema();
    let is = |table: &TableDef, key| {
        table
            .fields
            .get(key)
            .is_some_and(|field| *field.name == *path)
    };
    if *schema.profile.name == *of {
        return is(&schema.profile, schema.key);
    }
    let mut catalogs = schema.catalogs.iter();
    catalogs.any(|catalog| *catalog.table.name == *of && is(&catalog.table, catalog.key))
}

/// A field's default as it is written.
fn default_text(db: &Database, symbol: &Symbol) -> Option<String> {
    let decl = db.named(symbol.declaration()?)?;
    let parts = persona_sema::editor::parts_of(decl.tree);
    let Symbol::Field { path, .. } = symbol else {
        return None;
    };
    let mut names = path.split('.');
    let first = names.next()?;
    let mut part = parts.iter().find(|part| part.name.text == first)?;
    for name in names {
        part = part.parts.iter().find(|part| part.name.text == name)?;
    }
    let default = part.default?;
    Some(crate::words::snippet(decl.text, default.span))
}

fn value(db: &Database, of: &str, name: &str, said: &mut Vec<String>) {
    let kind = db.named(of).map(|decl| decl.kind);
    said.push(match kind {
        Some(ItemKind::Partition) => format!("a stage of `{of}`"),
        Some(ItemKind::Experiment) => format!("an arm of `{of}`"),
        _ => format!("a value of `{of}`"),
    });
    let mut enums = db.schema().enums.iter();
    let Some(def) = enums.find(|def| *def.name == *of) else {
        return;
    };
    let at = def.values.iter().position(|(value, _)| **value == *name);
    if let (true, Some(at)) = (def.ordered, at) {
        let lower = at.checked_sub(1).and_then(|lower| def.values.get(lower));
        match lower {
            Some((lower, _)) => said.push(format!("above `{lower}`")),
            None => said.push("the lowest".to_owned()),
        }
    }
}

/// What numbers of a type count.
fn unit(kind: &TypeKind) -> Option<String> {
    Some(match kind {
        TypeKind::Money(currency) => format!("an amount in {currency}"),
        TypeKind::Duration => "a length of time".to_owned(),
        TypeKind::Length => "a distance".to_owned(),
        TypeKind::Timestamp => "an instant".to_owned(),
        TypeKind::Date => "a day".to_owned(),
        TypeKind::TimeOfDay => "a local time".to_owned(),
        TypeKind::Geo => "a place on the map".to_owned(),
        _ => return None,
    })
}

/// What the language has by itself: its type here, and a few words on it.
pub(super) fn built_in(
    db: &Database,
    named: &Named<'_>,
    kind: BuiltIn,
    name: &str,
) -> Option<String> {
    let lists: &[&str] = match kind {
        BuiltIn::Function if named.decl.kind == ItemKind::Source => {
            &["function:raw", "function:function", "function:aggregate"]
        }
        BuiltIn::Function => &["function:function", "function:aggregate"],
        BuiltIn::Method if named.decl.kind == ItemKind::Source => &["function:raw_method"],
        BuiltIn::Method => &["function:method"],
        BuiltIn::Type => &["type"],
        BuiltIn::Word => &["name"],
        BuiltIn::Part => &["part"],
        BuiltIn::Format => &["format"],
    };
    let said = lists
        .iter()
        .find_map(|list| documentation(db, &format!("{list}:{name}")));
    let span = named.meanings.first()?.span;
    let ty = db.type_at(named.from(), span);
    let ty = ty.map(|ty| types::shown(db, &ty));
    match (kind, ty, said) {
        (BuiltIn::Function | BuiltIn::Method, _, said) => said,
        (BuiltIn::Word | BuiltIn::Part, Some(ty), said) => {
            let said = said.map_or_else(String::new, |said| format!("\n\n{said}"));
            Some(format!("```persona\n{name}: {ty}\n```{said}"))
        }
        (_, _, Some(said)) => Some(format!("`{name}`\n\n{said}")),
        (_, _, None) => None,
    }
}
