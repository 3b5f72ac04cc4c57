//! `prefer a over b`: which source of the profile wins where both know a value.

use std::sync::Arc;

use persona_base::{Applicability, Span, data, nearest};
use persona_syntax::ast;

use super::Checking;
use super::source::Fills;
use super::text::removal;
use crate::db::{Decl, ItemKind, header, lookup, names_of_kind, schema, tree};

/// The pair of sources, when both are sources of the profile. What the source that holds the clause fills may not be
/// known.
pub(super) fn check_prefer(
    checking: &mut Checking<'_>,
    target: Option<Fills>,
    winner: &ast::Name,
    loser: &ast::Name,
    whole: Span,
) -> Option<(Arc<str>, Arc<str>)> {
    if let Some(filled @ (Fills::Event | Fills::Catalog)) = target {
        let (label, note) = match filled {
            Fills::Catalog => (
                "this source fills a catalog",
                "items have one row each; only profiles are merged",
            ),
            _ => (
                "this source fills an event",
                "events of several sources are all kept; only profiles are merged",
            ),
        };
        let diagnostic = checking
            .diagnostic(
                data::INVALID_PREFER,
                whole,
                "`prefer` is about sources of the profile",
            )
            .label(label)
            .note(note)
            .fix(
                "remove it",
                Applicability::Always,
                removal(checking.text, whole),
                "",
            );
        checking.report(diagnostic);
        return None;
    }
    let known = [winner, loser].map(|name| check_name(checking, name));
    if known.contains(&false) {
        return None;
    }
    if winner.text == loser.text {
        let diagnostic = checking
            .diagnostic(
                data::INVALID_PREFER,
                whole,
                format!("`{}` cannot be preferred over itself", winner.text),
            )
            .label("the same source twice")
            .help("name the two sources of the profile: `prefer crm over shop`");
        checking.report(diagnostic);
        return None;
    }
    Some((
        Arc::from(winner.text.as_str()),
        Arc::from(loser.text.as_str()),
    ))
}

/// Whether a name is a source of the profile; reports it otherwise.
fn check_name(checking: &mut Checking<'_>, name: &ast::Name) -> bool {
    let db = checking.db;
    if name.is_missing() {
        return false;
    }
    let profile = &schema(db, db.project()).profile.name;
    let fills_profile = |decl: Decl<'_>| header(db, decl).of.as_ref() == Some(profile);
    let message = match lookup(db, &name.text).map(|decl| (decl, decl.kind(db))) {
        Some((decl, ItemKind::Source)) if fills_profile(decl) => return true,
        Some((decl, ItemKind::Source)) => {
            let of = &tree(db, decl).kind;
            let of = if let ast::DeclKind::Source(source) = of {
                source.of.text.as_str()
            } else {
                ""
            };
            format!("the source `{}` fills `{of}`, not the profile", name.text)
        }
        Some((_, ItemKind::Error)) => return false,
        Some((_, kind)) => format!("`{}` is {}, not a source", name.text, kind.described()),
        None => format!("there is no source `{}`", name.text),
    };
    let sources = names_of_kind(db, ItemKind::Source);
    let of_profile = |source: &&Arc<str>| lookup(db, source).is_some_and(fills_profile);
    let candidates = sources.iter().filter(of_profile).map(|source| &**source);
    let diagnostic = checking
        .diagnostic(data::INVALID_PREFER, name.span, message)
        .label("a source of the profile is expected");
    let diagnostic = match nearest(&name.text, candidates) {
        Some(meant) => diagnostic.perhaps(name.span, meant),
        None => diagnostic,
    };
    checking.report(diagnostic);
    false
}
