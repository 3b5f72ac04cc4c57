//! Which names may be given: names at all, free ones, and those that change no other name's meaning.

use std::collections::BTreeSet;

use persona_sema::editor::{
    DeclRef, Declaration, Occurrence, Part, PartKind, Reference, Role, Symbol, is_word_of_language,
    parts_of,
};
use persona_sema::{Database, ItemKind, Schema};
use persona_syntax::ast::ExprKind;

use super::{Refused, Subject, refused};

/// Names that no field of an event may have.
const OF_EVENTS: [&str; 4] = ["at", "id", "profile", "event"];
/// Words that mean something in every expression.
const WORDS: [&str; 4] = ["now", "today", "profile", "event"];

/// Whether something is a name at all.
pub(super) fn is_name(subject: &Subject<'_>, new: &str) -> Result<(), Refused> {
    let parse = persona_syntax::parse_expr(new);
    let is_name = match &parse.tree.kind {
        ExprKind::Name(name) => name.text == new && parse.errors.is_empty(),
        _ => false,
    };
    if !is_name {
        let is_word = !new.is_empty() && new.chars().all(|c| c.is_alphanumeric() || c == '_');
        return refused(
            match is_word && !new.starts_with(|c: char| c.is_ascii_digit()) {
                true => format!("`{new}` is a word of the language"),
                false => format!("`{new}` is no name: letters, digits and `_`, no digit first"),
            },
        );
    }
    let is_taken = match subject.symbol {
        Symbol::Field { .. } => OF_EVENTS.contains(&new),
        Symbol::Decl(_) => is_word_of_language(new),
        Symbol::Param { .. } | Symbol::Local { .. } | Symbol::Value { .. } => WORDS.contains(&new),
        _ => false,
    };
    match is_taken {
        true => refused(format!("`{new}` means something by itself")),
        false => Ok(()),
    }
}

/// Whether nothing beside it has the name.
pub(super) fn is_free(db: &Database, subject: &Subject<'_>, new: &str) -> Result<(), Refused> {
    let taken = |what: String| refused(format!("{what} called `{new}` already"));
    match subject.symbol {
        Symbol::Decl(_) => match db.named_in("", new) {
            Some(other) => taken(format!("{} is", other.kind.described())),
            None if db.is_module_name("", new) => taken("a module is".to_owned()),
            None => Ok(()),
        },
        Symbol::Local { .. } => {
            let is_taken = |one: &&Occurrence| {
                matches!(one.symbol, Symbol::Local { .. } | Symbol::Param { .. })
                    && one.symbol.own_name() == new
            };
            match db.occurrences(subject.from).iter().find(is_taken) {
                Some(_) => taken("something in this declaration is".to_owned()),
                None => Ok(()),
            }
        }
        symbol => {
            let Some(decl) = symbol.declaration().and_then(|name| db.named(name)) else {
                return Ok(());
            };
            let parts = parts_of(decl.tree);
            let beside = match symbol {
                Symbol::Field { path, .. } => beside(&parts, path),
                _ => &parts,
            };
            let same_kind = |part: &&Part<'_>| match symbol {
                Symbol::Param { .. } => part.kind == PartKind::Param,
                Symbol::Slot { .. } => part.kind == PartKind::Slot,
                Symbol::Variant { .. } => part.kind == PartKind::Variant,
                _ => true,
            };
            let mut same_kind = beside.iter().filter(same_kind);
            match same_kind.any(|part| part.name.text == new) {
                true => taken(format!("something in `{}` is", decl.name)),
                false => Ok(()),
            }
        }
    }
}

/// The parts among which a field stands.
fn beside<'p, 'd>(parts: &'p [Part<'d>], path: &str) -> &'p [Part<'d>] {
    match path.split_once('.') {
        None => parts,
        Some((first, rest)) => {
            let inner = parts.iter().find(|part| part.name.text == first);
            inner.map_or(&[], |part| beside(&part.parts, rest))
        }
    }
}

/// Who may be confused with whom.
struct Reach {
    /// Only in the declarations that are edited, not in others.
    only_touched: bool,
    /// Fields that are named without a dot.
    fields: bool,
    /// Parameters and names that are given.
    given: bool,
    /// Values of enums that are named without a dot.
    values: bool,
    /// Constants, traits and partitions.
    rules: bool,
    /// Whether it is enough that there is such a thing, named or not.
    exists: bool,
}

fn reach(db: &Database, symbol: &Symbol) -> Option<Reach> {
    let none = Reach {
        only_touched: true,
        fields: false,
        given: false,
        values: false,
        rules: false,
        exists: false,
    };
    Some(match symbol {
        Symbol::Decl(name) => match db.named(name)?.kind {
            // They stand where nothing else can, but where something is given a name.
            ItemKind::Segment
            | ItemKind::Fn
            | ItemKind::Purpose
            | ItemKind::Source
            | ItemKind::Trigger => Reach {
                given: true,
                ..none
            },
            ItemKind::Const | ItemKind::Trait | ItemKind::Partition => Reach {
                only_touched: false,
                fields: true,
                given: true,
                values: true,
                rules: false,
                exists: true,
            },
            _ => Reach {
                fields: true,
                given: true,
                ..none
            },
        },
        // Behind a dot nothing is confused; in a list, fields are named alone.
        Symbol::Field { table, path } if path.contains('.') && !in_list(db, table, path) => {
            return None;
        }
        Symbol::Field { .. } => Reach {
            only_touched: false,
            fields: false,
            given: true,
            values: true,
            rules: true,
            exists: true,
        },
        Symbol::Value { .. } => Reach {
            fields: true,
            given: true,
            rules: true,
            exists: true,
            ..none
        },
        Symbol::Param { .. } | Symbol::Local { .. } => Reach {
            fields: true,
            given: true,
            values: true,
            rules: true,
            exists: true,
            ..none
        },
        _ => return None,
    })
}

/// Refuses where the new name would mean something else, or something else the new name.
pub(super) fn captures_nothing(
    db: &Database,
    subject: &Subject<'_>,
    new: &str,
    references: &[Reference],
) -> Result<(), Refused> {
    let Some(reach) = reach(db, subject.symbol) else {
        return Ok(());
    };
    if reach.exists {
        exists(db, subject, new, &reach)?;
    }
    let touched: BTreeSet<DeclRef> = references.iter().map(|one| one.decl).collect();
    for (file, one) in touched.iter().flat_map(|id| db.names_in_templates(*id)) {
        let is_local = matches!(one.symbol, Symbol::Local { .. } | Symbol::Param { .. });
        if is_local && one.symbol.own_name() == new {
            return refused(format!(
                "{} gives the name `{new}` to something: one would be taken for the other",
                db.file_path(*file)
            ));
        }
    }
    for (decl, one) in db.occurrences_of_name(new) {
        let is_touched = touched.contains(&decl.id);
        if reach.only_touched && !is_touched {
            continue;
        }
        let behind_dot = behind_dot(&decl, one);
        let confused = match &one.symbol {
            Symbol::Field { .. } => {
                reach.fields && !behind_dot && !matches!(one.role, Role::Declares | Role::Writes)
            }
            Symbol::Param { .. } | Symbol::Local { .. } => reach.given && one.role != Role::Writes,
            Symbol::Value { .. } => reach.values && !behind_dot && one.role != Role::Declares,
            _ => false,
        };
        if confused {
            let what = described(&one.symbol);
            return refused(format!(
                "in `{}`, `{new}` is {what}: one would be taken for the other",
                decl.name
            ));
        }
    }
    Ok(())
}

/// Whether there is something that would be meant as well wherever the name stands alone.
fn exists(db: &Database, subject: &Subject<'_>, new: &str, reach: &Reach) -> Result<(), Refused> {
    if reach.fields
        && let Some(table) = table_with(db.schema(), new)
    {
        return refused(format!(
            "`{new}` is a field of `{table}`: one would be taken for the other"
        ));
    }
    let is_rule = |kind| {
        matches!(
            kind,
            ItemKind::Const | ItemKind::Trait | ItemKind::Partition
        )
    };
    if reach.rules
        && let Some(other) = db.named_in("", new).filter(|other| is_rule(other.kind))
    {
        return refused(format!(
            "`{new}` is {} already: one would be taken for the other than `{}`",
            other.kind.described(),
            subject.old
        ));
    }
    Ok(())
}

/// A table whose field is named so, alone.
fn table_with<'s>(schema: &'s Schema, name: &str) -> Option<&'s str> {
    let catalogs = schema.catalogs.iter().map(|catalog| &catalog.table);
    let declared = schema
        .declared_events()
        .filter_map(|id| schema.events.get(id));
    let mut tables = std::iter::once(&schema.profile)
        .chain(declared)
        .chain(catalogs);
    let found = tables.find(|table| {
        let mut fields = table.fields.iter();
        fields.any(|field| field.name.split('.').next() == Some(name))
    });
    found.map(|table| &*table.name)
}

/// Whether a field is one of the elements of a list.
fn in_list(db: &Database, table: &str, path: &str) -> bool {
    let schema = db.schema();
    let catalogs = schema.catalogs.iter().map(|catalog| &catalog.table);
    let mut tables = std::iter::once(&schema.profile)
        .chain(&schema.events)
        .chain(catalogs);
    let found = tables.find(|one| *one.name == *table);
    // A field of a list is no field of the table by itself.
    found.is_some_and(|table| table.field(path).is_none())
}

fn behind_dot(decl: &Declaration<'_>, one: &Occurrence) -> bool {
    let before = decl.text.get(..one.span.start as usize).unwrap_or_default();
    before.trim_end().ends_with('.')
}

fn described(symbol: &Symbol) -> String {
    match symbol {
        Symbol::Field { table, .. } => format!("a field of `{table}`"),
        Symbol::Param { .. } => "a parameter".to_owned(),
        Symbol::Value { of, .. } => format!("a value of `{of}`"),
        _ => "given to something else".to_owned(),
    }
}
