//! Old names that data and people's places in experiments know: they stay known.

use persona_base::{Edit, Span};
use persona_sema::editor::{Declaration, Symbol, parts_of};
use persona_sema::{Database, EnumId, FieldDef, ItemKind, Schema, TableDef, Type, TypeKind};
use persona_syntax::ast::{DeclKind, ExperimentClause, SourceClause, SourceDecl, SourceValue};

use super::{Refused, Subject, refused};

/// The edits besides those of the name itself.
pub(super) fn kept_names(
    db: &Database,
    subject: &Subject<'_>,
    new: &str,
) -> Result<Vec<Edit>, Refused> {
    match subject.symbol {
        Symbol::Field { table, path } => columns(db, subject, table, path, new),
        Symbol::Value { of, name } => value(db, of, name),
        Symbol::Decl(name) => {
            let Some(decl) = db.named(name) else {
                return Ok(Vec::new());
            };
            match decl.kind {
                ItemKind::Experiment => Ok(salt(&decl).into_iter().collect()),
                ItemKind::Source => same_order(db, &decl, new).map(|()| Vec::new()),
                _ => Ok(Vec::new()),
            }
        }
        _ => Ok(Vec::new()),
    }
}

/// The package's sources of a table.
fn sources<'db>(db: &'db Database, table: &str) -> Vec<(Declaration<'db>, &'db SourceDecl)> {
    let files = db.rule_files().into_iter();
    let decls = files.flat_map(|file| db.declarations_of(file, ItemKind::Source));
    let sources = decls.filter_map(|decl| match &decl.tree.kind {
        DeclKind::Source(source) if source.of.text == *table => Some((decl, source)),
        _ => None,
    });
    sources.collect()
}

fn table<'db>(schema: &'db Schema, name: &str) -> Option<&'db TableDef> {
    let catalogs = schema.catalogs.iter().map(|catalog| &catalog.table);
    let mut tables = std::iter::once(&schema.profile)
        .chain(&schema.events)
        .chain(catalogs);
    tables.find(|table| *table.name == *name)
}

/// Fields that sources fill from the columns of their own names.
fn columns(
    db: &Database,
    subject: &Subject<'_>,
    of: &str,
    path: &str,
    new: &str,
) -> Result<Vec<Edit>, Refused> {
    let Some(table) = table(db.schema(), of) else {
        return Ok(Vec::new());
    };
    let sources = sources(db, of);
    let inside = |whole: &str, start: &str| {
        whole == start
            || whole
                .strip_prefix(start)
                .is_some_and(|rest| rest.starts_with('.'))
    };
    // The flattened fields that have its name as a part of theirs: it, those of a record, or the list that holds it.
    let fields = table.fields.iter();
    let fields: Vec<&FieldDef> = fields
        .filter(|field| inside(&field.name, path) || inside(path, &field.name))
        .collect();
    let mut edits = Vec::new();
    for (decl, source) in &sources {
        for field in &fields {
            if says(source, field, path) {
                continue;
            }
            let is_certain = sources.len() == 1
                && *field.name == *path
                && !field.ty.optional
                && !has_default(db, subject);
            match from_clause(source).filter(|_| is_certain) {
                Some(span) => edits.push(mapping(decl, span, path, new)),
                None => {
                    return refused(format!(
                        "the source `{}` fills `{path}` from the column of the same name, where there is one: write `{path} = \
                         column(\"{path}\")` there first",
                        decl.tree.name.text
                    ));
                }
            }
        }
    }
    Ok(edits)
}

/// Whether a source says by itself where a field comes from, or never looks for it by its name.
fn says(source: &SourceDecl, field: &FieldDef, path: &str) -> bool {
    source.clauses.iter().any(|clause| {
        let SourceClause::Field {
            path: names, value, ..
        } = clause
        else {
            return false;
        };
        let names: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
        let is_own = names.join(".") == *field.name;
        // Of a list that is filled as a whole, the names inside are those of the data.
        let is_list = *field.name != *path && path.starts_with(&*field.name);
        is_own && (!is_list || matches!(value, SourceValue::Each(_)))
    })
}

fn has_default(db: &Database, subject: &Subject<'_>) -> bool {
    let Symbol::Field { table, path } = subject.symbol else {
        return false;
    };
    let Some(decl) = db.named(table) else {
        return false;
    };
    let parts = parts_of(decl.tree);
    let mut found = None;
    let mut beside = parts.as_slice();
    for name in path.split('.') {
        found = beside.iter().find(|part| part.name.text == name);
        beside = found.map_or(&[], |part| part.parts.as_slice());
    }
    found.is_some_and(|part| part.default.is_some())
}

fn from_clause(source: &SourceDecl) -> Option<Span> {
    let mut clauses = source.clauses.iter();
    clauses.find_map(|clause| match clause {
        SourceClause::From { span, .. } => Some(*span),
        _ => None,
    })
}

/// `new = column("old")` on a line of its own.
fn mapping(decl: &Declaration<'_>, from: Span, path: &str, new: &str) -> Edit {
    let whole = match path.rsplit_once('.') {
        Some((record, _)) => format!("{record}.{new}"),
        None => new.to_owned(),
    };
    Edit {
        file: decl.id.file,
        span: Span::at(decl.in_file(from).end),
        text: format!("\n  {whole} = column(\"{path}\")"),
    }
}

/// A value that data say keeps its old name as its title.
fn value(db: &Database, of: &str, name: &str) -> Result<Vec<Edit>, Refused> {
    let Some(decl) = db.named(of) else {
        return Ok(Vec::new());
    };
    let DeclKind::Enum { values, .. } = &decl.tree.kind else {
        return Ok(Vec::new());
    };
    let mut values = values.iter();
    let Some(value) = values.find(|value| value.name.text == name) else {
        return Ok(Vec::new());
    };
    if !is_read(db.schema(), of) {
        return Ok(Vec::new());
    }
    if value.title.is_some() {
        return refused(format!(
            "data may say `{name}`, and its title cannot keep that name: give the data's word as its title first"
        ));
    }
    Ok(vec![Edit {
        file: decl.id.file,
        span: Span::at(decl.in_file(value.name.span).end),
        text: format!(" \"{name}\""),
    }])
}

/// Whether data can hold values of an enum.
fn is_read(schema: &Schema, of: &str) -> bool {
    fn holds(ty: &Type, wanted: EnumId) -> bool {
        match &ty.kind {
            TypeKind::Enum(id) => *id == wanted,
            TypeKind::List(element) | TypeKind::Set(element) => holds(element, wanted),
            TypeKind::Record(record) => record.fields.iter().any(|field| holds(&field.ty, wanted)),
            _ => false,
        }
    }
    let found = schema.enums.iter_enumerated();
    let Some(id) = found
        .filter(|(_, def)| *def.name == *of)
        .map(|(id, _)| id)
        .next()
    else {
        return false;
    };
    let catalogs = schema.catalogs.iter().map(|catalog| &catalog.table);
    let tables = std::iter::once(&schema.profile)
        .chain(&schema.events)
        .chain(catalogs);
    let mut fields = tables.flat_map(|table| &table.fields);
    fields.any(|field| holds(&field.ty, id))
}

/// An experiment whose name is its salt keeps it.
fn salt(decl: &Declaration<'_>) -> Option<Edit> {
    let DeclKind::Experiment { clauses } = &decl.tree.kind else {
        return None;
    };
    let is_salt = |clause: &ExperimentClause| matches!(clause, ExperimentClause::Salt { .. });
    if clauses.iter().any(is_salt) {
        return None;
    }
    let end = clauses.iter().map(end_of).max()?;
    Some(Edit {
        file: decl.id.file,
        span: Span::at(decl.in_file(Span::at(end)).end),
        text: format!("\n  salt \"{}\"", decl.tree.name.text),
    })
}

fn end_of(clause: &ExperimentClause) -> u32 {
    match clause {
        ExperimentClause::On { span, .. }
        | ExperimentClause::Arms { span, .. }
        | ExperimentClause::Holdout { span, .. }
        | ExperimentClause::Goal { span, .. }
        | ExperimentClause::Hash { span, .. }
        | ExperimentClause::Salt { span, .. }
        | ExperimentClause::Layer { span, .. } => span.end,
    }
}

/// Of several sources of one table, the first by name gives a field its value.
fn same_order(db: &Database, decl: &Declaration<'_>, new: &str) -> Result<(), Refused> {
    let DeclKind::Source(own) = &decl.tree.kind else {
        return Ok(());
    };
    let old = decl.tree.name.text.as_str();
    for (other, _) in sources(db, &own.of.text) {
        let name = other.tree.name.text.as_str();
        if name != old && (name < old) != (name < new) {
            return refused(format!(
                "where `{old}` and `{name}` differ, the first by name wins: called `{new}`, it would be another; say `prefer` first"
            ));
        }
    }
    Ok(())
}
