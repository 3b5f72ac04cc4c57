//! Inlay hints: what is meant and not written. Names of parameters at calls, defaults that fill what is left out, types of traits
//! that do not say theirs, and what a window is relative to. Asked for a range, so that a large file costs no more than what is
//! seen of it.

mod calls;
#[cfg(test)]
mod tests;
mod windows;

use persona_base::{FileId, Span};
use persona_sema::editor::{DeclRef, Declaration};
use persona_sema::{Database, Global, Unit};
use persona_syntax::ast::{DeclKind, Expr};

use crate::types::written;

/// Something to be shown between what is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Before the character at this offset of the file.
    pub at: u32,
    /// What is shown.
    pub text: String,
    /// What it tells.
    pub kind: HintKind,
    /// More about it, in a sentence; may be empty.
    pub more: String,
}

/// Kinds of hints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HintKind {
    /// The name of the parameter that an argument is for: `topic:`.
    Parameter,
    /// What an argument that is left out is filled with: `, window: 14d`.
    Default,
    /// A type: `: Int?`.
    Type,
    /// What a window means.
    Window,
}

/// The hints in a range of a file, by place.
pub fn hints(db: &Database, file: FileId, range: Span) -> Vec<Hint> {
    let mut found = Vec::new();
    if db.space_of(file).is_none() {
        return found;
    }
    for (index, (_, span)) in db.declaration_spans(file).into_iter().enumerate() {
        let index = index as u32;
        let is_seen = span.start <= range.end && range.start <= span.end;
        if is_seen && let Some(decl) = db.declaration(DeclRef { file, index }) {
            of_declaration(db, &decl, &mut found);
        }
    }
    found.retain(|hint| range.touches(hint.at));
    found.sort_by(|a, b| (a.at, &a.text).cmp(&(b.at, &b.text)));
    found
}

fn of_declaration(db: &Database, decl: &Declaration<'_>, found: &mut Vec<Hint>) {
    found.extend(type_of(db, decl));
    calls::steps(db, decl, found);
    let mut windows = windows::Windows::of(db, decl);
    // The names of modules' declarations are whole in this tree; places are the same.
    decl.resolved.kind.for_each_expr(&mut |expr| {
        each(expr, &mut |expr| {
            calls::call(db, decl, expr, found);
            windows.windows(expr, found);
        });
    });
    windows.queries(found);
}

fn each(expr: &Expr, visit: &mut dyn FnMut(&Expr)) {
    visit(expr);
    expr.for_each_child(&mut |child| each(child, visit));
}

/// The type of a trait or recommendation that does not say its own.
fn type_of(db: &Database, decl: &Declaration<'_>) -> Option<Hint> {
    let (at, ty) = match (&decl.tree.kind, db.unit(decl.id)?) {
        (
            DeclKind::Trait {
                ty: None, value, ..
            },
            Unit::Trait { definition, .. },
        ) => {
            let before = decl.text.get(..value.span.start as usize)?.trim_end();
            let head = before.strip_suffix('=')?.trim_end();
            (head.len() as u32, definition.ty.clone())
        }
        (DeclKind::Recommend(one), Unit::Recommend(..)) if one.ty.is_none() => {
            let Some(Global::Recommend(signature, _)) = db.global(decl.space, decl.own_name())
            else {
                return None;
            };
            let head = decl.text.get(..decl.text.find('{')?)?.trim_end();
            (head.len() as u32, signature.ty.clone())
        }
        _ => return None,
    };
    Some(Hint {
        at: decl.span.start + at,
        text: format!(": {}", written(db, &ty)?),
        kind: HintKind::Type,
        more: String::new(),
    })
}
