//! Names that mean something already: built-in types and functions, `now`, `profile`.

use persona_base::{Applicability, names};
use persona_syntax::ast;

use super::enums::WEEKDAY;
use super::sent::SENT;
use super::{Checking, types};
use crate::db::{ItemKind, schema};
use crate::vocabulary;

/// Checks that the declaration's name is free.
pub(super) fn check_declared_name(checking: &mut Checking<'_>) {
    let kind = checking.decl.kind(checking.db);
    let name = &checking.tree.name;
    let text = name.text.as_str();
    let why = match kind {
        ItemKind::Error | ItemKind::Test => return,
        _ if types::is_built_in(text) || text == WEEKDAY => "it is the name of a built-in type",
        _ if text == SENT => "it is the event that tells what was sent, which every package has",
        _ if vocabulary::VALUES.contains(&text) => "it means something in every expression",
        ItemKind::Fn if vocabulary::is_function(text) => "it is a built-in function",
        ItemKind::Trait | ItemKind::Segment
            if takes_params(checking) && vocabulary::is_function(text) =>
        {
            "it is a built-in function"
        }
        _ => {
            check_collision(checking, kind);
            return;
        }
    };
    let message = format!("{} cannot be named `{text}`", kind.described());
    let diagnostic = checking
        .diagnostic(names::RESERVED_NAME, name.span, message)
        .label(why);
    checking.report(diagnostic.help(format!(
        "choose another name, for example `{}`",
        alternative(text, kind)
    )));
}

fn alternative(text: &str, kind: ItemKind) -> String {
    match kind {
        ItemKind::Profile | ItemKind::Event | ItemKind::Events | ItemKind::Enum => {
            format!("My{text}")
        }
        _ => format!("my_{}", text.to_lowercase()),
    }
}

fn takes_params(checking: &Checking<'_>) -> bool {
    crate::db::header(checking.db, checking.decl).has_params
}

/// A bare name must not mean a field and a declaration.
fn check_collision(checking: &mut Checking<'_>, kind: ItemKind) {
    if !matches!(
        kind,
        ItemKind::Const | ItemKind::Trait | ItemKind::Partition
    ) {
        return;
    }
    let name = &checking.tree.name;
    let profile = &schema(checking.db, checking.db.project()).profile;
    let prefix = format!("{}.", name.text);
    if !profile
        .fields
        .iter()
        .any(|field| *field.name == name.text || field.name.starts_with(&prefix))
    {
        return;
    }
    let message = format!(
        "`{}` is the name of a field of `{}` already",
        name.text, profile.name
    );
    let diagnostic = checking
        .diagnostic(names::NAME_COLLISION, name.span, message)
        .label(format!(
            "as a bare name it would mean both the field and {}",
            kind.described()
        ))
        .help("give it a name of its own");
    checking.report(diagnostic);
}

/// Checks that the name of a field, stage or parameter is not a word that expressions know.
pub(super) fn check_local(checking: &mut Checking<'_>, name: &ast::Name, what: &str) {
    if !["now", "today"].contains(&name.text.as_str()) {
        return;
    }
    let renamed = format!("{}_", name.text);
    let diagnostic = checking
        .diagnostic(
            names::RESERVED_NAME,
            name.span,
            format!("{what} cannot be named `{}`", name.text),
        )
        .label("it means the time of evaluation in every expression")
        .fix(
            format!("rename it to `{renamed}`"),
            Applicability::Maybe,
            name.span,
            renamed,
        );
    checking.report(diagnostic);
}
