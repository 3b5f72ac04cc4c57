//! Names of other declarations where only a declaration of one kind can stand: `send c via ch for p`, `emit E`, `on t`.

use persona_base::{names, nearest};
use persona_syntax::ast;

use crate::db::{Decl, ItemKind, lookup, names_of_kind};
use crate::decl::Checking;

/// The declaration that a name stands for, of one of these kinds; `None` where there is none, which was reported.
pub(super) fn refer<'db>(
    checking: &mut Checking<'db>,
    name: &ast::Name,
    kinds: &[ItemKind],
) -> Option<Decl<'db>> {
    if name.is_missing() {
        return None;
    }
    let found = lookup(checking.db, &name.text);
    if let Some(decl) = found.filter(|decl| kinds.contains(&decl.kind(checking.db))) {
        return Some(decl);
    }
    let what = described(kinds);
    let mut diagnostic = match found.map(|decl| decl.kind(checking.db)) {
        // A broken declaration is reported where it stands.
        Some(ItemKind::Error) => return None,
        Some(kind) => {
            let message = format!("`{}` is {}, not {what}", name.text, kind.described());
            checking
                .diagnostic(names::UNKNOWN_NAME, name.span, message)
                .label(format!("{what} stands here"))
        }
        None => {
            let nouns: Vec<&str> = kinds.iter().map(|kind| noun(*kind)).collect();
            let message = format!("no {} is called `{}`", nouns.join(" or "), name.text);
            checking
                .diagnostic(names::UNKNOWN_NAME, name.span, message)
                .label("there is none of this name")
        }
    };
    let all: Vec<_> = kinds
        .iter()
        .flat_map(|kind| names_of_kind(checking.db, *kind))
        .collect();
    diagnostic = match nearest(&name.text, all.iter().map(|name| &**name)) {
        Some(near) => diagnostic.perhaps(name.span, near),
        None if all.is_empty() => diagnostic.help(declare(kinds[0], &name.text)),
        None => diagnostic.help(format!("there is {}", list(all.iter().map(|name| &**name)))),
    };
    checking.report(diagnostic);
    None
}

/// "a content or a trigger".
fn described(kinds: &[ItemKind]) -> String {
    let all: Vec<&str> = kinds.iter().map(|kind| kind.described()).collect();
    all.join(" or ")
}

/// The same without the article.
fn noun(kind: ItemKind) -> &'static str {
    let described = kind.described();
    described
        .split_once(' ')
        .map_or(described, |(_, noun)| noun)
}

/// How to declare what is not there.
fn declare(kind: ItemKind, name: &str) -> String {
    let form = match kind {
        ItemKind::Content => {
            format!("content {name} {{ subject: String otherwise {{ subject = \"…\" }} }}")
        }
        ItemKind::Channel => format!("channel {name} {{ to email requires consent.email }}"),
        ItemKind::Purpose => format!("purpose {name} {{ requires consent.{name} }}"),
        ItemKind::Event => format!("event {name} {{ … }}"),
        ItemKind::Experiment => format!("experiment {name} {{ on … arms {{ control, other }} }}"),
        _ => format!("trigger {name} {{ on … }}"),
    };
    format!("declare it: `{form}`")
}

/// "`a`, `b` and `c`", at most five of them.
pub(super) fn list<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    let count = names.len();
    let shown: Vec<String> = names.take(5).map(|name| format!("`{name}`")).collect();
    match shown.split_last() {
        Some((last, rest)) if count <= 5 && !rest.is_empty() => {
            format!("{} and {last}", rest.join(", "))
        }
        _ if count > 5 => format!("{} and {} more", shown.join(", "), count - 5),
        _ => shown.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn names_are_listed_as_people_do() {
        let of = |names: &[&str]| list(names.iter().copied());
        assert_eq!(of(&["a"]), "`a`");
        assert_eq!(of(&["a", "b"]), "`a` and `b`");
        assert_eq!(of(&["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(
            of(&["a", "b", "c", "d", "e", "f", "g"]),
            "`a`, `b`, `c`, `d`, `e` and 2 more"
        );
    }
}
