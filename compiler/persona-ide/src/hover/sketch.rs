//! How something is declared, in a few lines of code.

use std::fmt::Write as _;

use persona_base::Span;
use persona_sema::editor::{Declaration, Part, Symbol, parts_of};
use persona_sema::{Database, Global, ItemKind};
use persona_syntax::ast::DeclKind;

use crate::at::Named;
use crate::types;

/// So many lines of a declaration are shown.
const MAX_LINES: usize = 12;
/// A line longer than this is broken into the fields or values that it has.
const MAX_WIDTH: usize = 80;

/// The code that declares a symbol; none for what has no declaration.
pub(super) fn of(db: &Database, named: &Named<'_>, symbol: &Symbol) -> Option<String> {
    match symbol {
        Symbol::Decl(name) => match db.named(name) {
            Some(decl) => Some(declaration(db, &decl)),
            None => (**name == *"Sent").then(|| sent(db)),
        },
        Symbol::Field { table, path } => {
            let part = part_text(db, symbol);
            Some(part.unwrap_or_else(|| {
                let ty = types::of_symbol(db, symbol);
                let ty = ty.map_or_else(String::new, |ty| format!(": {}", types::shown(db, &ty)));
                format!("{table}.{path}{ty}")
            }))
        }
        Symbol::Value { of, name } => Some(value(db, of, name)),
        Symbol::Param { .. } | Symbol::Slot { .. } => part_text(db, symbol),
        Symbol::Variant { of, name } => {
            let text = part_text(db, symbol)?;
            let head = text.split('{').next().unwrap_or_default().trim();
            Some(match head.is_empty() {
                true => format!("variant {name} of {of}"),
                false => head.to_owned(),
            })
        }
        Symbol::Module(path) => Some(format!("use {path}")),
        Symbol::Template(path) => Some(format!("template \"{path}\"")),
        Symbol::Layer(name) => Some(format!("layer {name}")),
        Symbol::Local { name, .. } => {
            let ty = types::local(db, named.from(), symbol);
            Some(match ty {
                Some(ty) => format!("{name}: {}", types::shown(db, &ty)),
                None => name.to_string(),
            })
        }
        Symbol::BuiltIn(..) => None,
    }
}

/// A piece of a declaration's text, its lines moved to the left.
fn piece(text: &str, span: Span) -> String {
    let written = span.of(text).trim_end();
    let start = (span.start as usize).min(text.len());
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let indent = text[line..start].len();
    let mut lines: Vec<&str> = Vec::new();
    for (index, line) in written.lines().enumerate() {
        let blanks = line.len() - line.trim_start().len();
        let cut = if index == 0 { 0 } else { blanks.min(indent) };
        lines.push(&line[cut..]);
    }
    if lines.len() > MAX_LINES {
        lines.truncate(MAX_LINES - 1);
        lines.push("…");
    }
    lines.join("\n")
}

fn part_text(db: &Database, symbol: &Symbol) -> Option<String> {
    let decl = db.named(symbol.declaration()?)?;
    let target = db.targets(symbol, decl.id).into_iter().next()?;
    let whole = target.whole.span;
    let text = db.file_text(target.whole.file);
    Some(piece(text, whole))
}

fn value(db: &Database, of: &str, name: &str) -> String {
    let schema = db.schema();
    let mut enums = schema.enums.iter();
    let def = enums.find(|def| *def.name == *of);
    let found = def.and_then(|def| def.values.iter().find(|(value, _)| **value == *name));
    match found.and_then(|(_, title)| title.as_ref()) {
        Some(title) => format!("{of}.{name} \"{title}\""),
        None => format!("{of}.{name}"),
    }
}

/// The event that everybody has.
fn sent(db: &Database) -> String {
    let schema = db.schema();
    let mut shown = "event Sent {".to_owned();
    if let Some(table) = schema.events.get(schema.sent) {
        for field in &table.fields {
            let _ = write!(shown, " {}: {},", field.name, types::shown(db, &field.ty));
        }
    }
    format!("{} }}", shown.trim_end_matches(','))
}

/// A declaration as code, without its body.
pub(super) fn declaration(db: &Database, decl: &Declaration<'_>) -> String {
    let text = decl.text;
    let body = decl.tree.span;
    let name = decl.tree.name.span;
    match &decl.tree.kind {
        DeclKind::Profile(_)
        | DeclKind::Event(_)
        | DeclKind::Catalog(_)
        | DeclKind::Enum { .. } => {
            let whole = piece(text, body);
            match whole.lines().count() == 1 && whole.len() > MAX_WIDTH {
                true => listed(text, decl),
                false => whole,
            }
        }
        DeclKind::Trait { value, .. } | DeclKind::Const { value, .. } => {
            let typed = Span::new(body.start, name.end);
            let head = head(db, decl, typed);
            match decl.kind {
                ItemKind::Const => {
                    let value = crate::words::snippet(text, value.span);
                    format!("{head} = {value}")
                }
                _ => head,
            }
        }
        DeclKind::Fn { .. } | DeclKind::Recommend(_) => {
            head(db, decl, Span::new(body.start, name.end))
        }
        DeclKind::Segment { title, .. } | DeclKind::Partition { title, .. } => {
            let head = head(db, decl, Span::new(body.start, name.end));
            let title = title.as_ref();
            let title = title.map_or_else(String::new, |title| format!(" {}", title.span.of(text)));
            let stages: Vec<String> = parts_of(decl.tree)
                .iter()
                .filter(|_| decl.kind == ItemKind::Partition)
                .map(|part| part.name.text.clone())
                .collect();
            match stages.is_empty() {
                true => format!("{head}{title}"),
                false => format!("{head}{title} {{ {} }}", stages.join(", ")),
            }
        }
        _ => piece(text, body),
    }
}

/// `segment recent(topic: String, window: Duration = 48h)`, `trait order_value: Money<USD>?`: with the type that was found
/// where none is written.
fn head(db: &Database, decl: &Declaration<'_>, start: Span) -> String {
    let mut shown = start.of(decl.text).to_owned();
    let params: Vec<String> = parts_of(decl.tree)
        .iter()
        .filter(|part| part.kind == persona_sema::editor::PartKind::Param)
        .map(|part| piece(decl.text, part.span))
        .collect();
    if !params.is_empty() {
        let _ = write!(shown, "({})", params.join(", "));
    }
    let ty = match db.global(decl.space, decl.name) {
        Some(Global::Trait(signature) | Global::Recommend(signature, _)) => {
            Some((": ", signature.ty.clone()))
        }
        Some(Global::Fn(signature)) => Some((" -> ", signature.ty.clone())),
        Some(Global::Const { ty, .. }) => Some((": ", ty.clone())),
        _ => None,
    };
    if let Some((between, ty)) = ty.filter(|(_, ty)| !ty.is_error()) {
        let _ = write!(shown, "{between}{}", types::shown(db, &ty));
    }
    shown
}

/// A long declaration of fields or values, one on each line.
fn listed(text: &str, decl: &Declaration<'_>) -> String {
    let parts = parts_of(decl.tree);
    let start = decl.tree.span.start;
    let end = parts.first().map_or(start, |part| part.span.start);
    let mut shown = Span::new(start, end).of(text).trim_end().to_owned();
    let line = |part: &Part<'_>| format!("\n  {}", crate::words::snippet(text, part.span));
    for part in parts.iter().take(MAX_LINES - 2) {
        shown.push_str(&line(part));
    }
    if parts.len() > MAX_LINES - 2 {
        shown.push_str("\n  …");
    }
    shown.push_str("\n}");
    shown
}
