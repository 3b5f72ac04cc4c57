//! The fixes of the diagnostics at a place, and allowing what is only a warning.

use persona_base::{Applicability, Diagnostic, Edit, FileId, Level, Span};
use persona_sema::Database;
use persona_syntax::ast::ExprKind;

use super::{Action, Change, Kind};

/// Each fix of each diagnostic that touches the range, the best first; then `@allow` for the warnings.
pub(super) fn fixes(
    db: &Database,
    file: FileId,
    range: Span,
    diagnostics: &[Diagnostic],
    found: &mut Vec<Action>,
) {
    let here = |diagnostic: &Diagnostic| {
        let place = &diagnostic.primary;
        place.file == file && place.span.start <= range.end && range.start <= place.span.end
    };
    let touched = diagnostics.iter().enumerate().filter(|(_, one)| here(one));
    for (number, diagnostic) in touched.clone() {
        for (place, fix) in diagnostic.fixes.iter().enumerate() {
            let may_change = fix.edits.iter().all(|edit| db.owns(edit.file));
            if fix.edits.is_empty() || !may_change {
                continue;
            }
            found.push(Action {
                title: capitalised(&fix.title),
                kind: Kind::Fix,
                preferred: place == 0 && fix.applicability == Applicability::Always,
                solves: Some(number),
                change: Change::Edits(fix.edits.clone()),
            });
        }
    }
    let mut allowed = Vec::new();
    for (number, diagnostic) in touched {
        let info = diagnostic.code.info();
        if info.level == Level::Error || allowed.contains(&info.name) {
            continue;
        }
        allowed.push(info.name);
        if let Some(edit) = allow(db, file, diagnostic) {
            found.push(Action {
                title: format!("Allow `{}` here, and say why", info.name),
                kind: Kind::Fix,
                preferred: false,
                solves: Some(number),
                change: Change::Edits(vec![edit]),
            });
        }
    }
}

/// `@allow(name) // because …` before the declaration; a name more in the `@allow` that it has.
fn allow(db: &Database, file: FileId, diagnostic: &Diagnostic) -> Option<Edit> {
    let at = diagnostic.primary.span.start;
    let decl = db
        .declaration_at(file, at)
        .filter(|_| db.is_own_file(file))?;
    let name = diagnostic.code.info().name;
    let allows = decl.tree.annotations.iter();
    let mut allows = allows.filter(|annotation| annotation.name.text == "allow");
    let last = allows.next().and_then(|annotation| {
        let args = annotation.args.iter();
        let mut names = args
            .rev()
            .filter(|arg| matches!(arg.kind, ExprKind::Name(_)));
        names.next().map(|arg| arg.span.end)
    });
    let (place, text) = match last {
        Some(end) => (end, format!(", {name}")),
        None => {
            let first = decl.tree.annotations.first().map(|one| one.span.start);
            let place = first.unwrap_or(decl.tree.span.start);
            let why = diagnostic.message.replace(['\n', '\r'], " ");
            (place, format!("@allow({name}) // although {why}\n"))
        }
    };
    Some(Edit {
        file,
        span: decl.in_file(Span::at(place)),
        text,
    })
}

/// A title as it stands in a menu.
fn capitalised(title: &str) -> String {
    let mut letters = title.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
