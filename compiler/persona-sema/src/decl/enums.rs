//! `enum`, `ordered enum`, the built-in `Weekday`, the stages of partitions, and `events`, the groups of kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_base::{Applicability, Span, data, names};
use persona_syntax::ast;

use super::sent::SENT;
use super::text::removal;
use super::{Checking, Unit};
use crate::EnumDef;
use crate::db::{ItemKind, kind_ids, lookup, tree};
use persona_base::nearest;

/// The enum of weekdays that every package has.
pub(crate) const WEEKDAY: &str = "Weekday";

/// The days of the week, from Monday on.
pub(crate) const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// `Weekday`.
pub(crate) fn weekday() -> EnumDef {
    let values = WEEKDAYS
        .into_iter()
        .map(|day| (Arc::from(day), None))
        .collect();
    EnumDef {
        name: Arc::from(WEEKDAY),
        ordered: false,
        values,
    }
}

/// The enum that a declaration is: an enum's values, or a partition's stages. Values that are declared twice are there once.
pub(crate) fn enum_def(decl: &ast::Decl) -> EnumDef {
    let mut values: Vec<(Arc<str>, Option<Arc<str>>)> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut add = |name: &str, title: &Option<String>| {
        if !name.is_empty() && seen.insert(name.to_owned()) {
            values.push((Arc::from(name), title.as_deref().map(Arc::from)));
        }
    };
    let mut is_ordered = false;
    match &decl.kind {
        ast::DeclKind::Enum { ordered, values } => {
            is_ordered = *ordered;
            values
                .iter()
                .for_each(|value| add(&value.name.text, &value.title));
        }
        ast::DeclKind::Partition {
            stages, otherwise, ..
        } => {
            stages
                .iter()
                .for_each(|stage| add(&stage.name.text, &stage.title));
            add(&otherwise.name.text, &otherwise.title);
        }
        ast::DeclKind::Experiment { clauses } => {
            let arms = clauses.iter().filter_map(|clause| match clause {
                ast::ExperimentClause::Arms { arms, .. } => Some(arms),
                _ => None,
            });
            arms.flatten().for_each(|arm| add(&arm.name.text, &None));
        }
        _ => {}
    }
    EnumDef {
        name: Arc::from(decl.name.text.as_str()),
        ordered: is_ordered,
        values,
    }
}

/// Checks an enum.
pub(super) fn check_enum(checking: &mut Checking<'_>, values: &[ast::EnumValue]) -> Unit {
    if values.is_empty() {
        let name = &checking.tree.name;
        let diagnostic = checking
            .diagnostic(
                data::EMPTY_DECLARATION,
                name.span,
                format!("the enum `{}` has no values", name.text),
            )
            .label("nothing can be of this type")
            .help("list its values: `enum Tier { bronze, silver, gold }`");
        checking.report(diagnostic);
    }
    let named: Vec<(&ast::Name, Option<&String>)> =
        values.iter().map(|v| (&v.name, v.title.as_ref())).collect();
    check_values(checking, &named, "the value");
    Unit::None
}

/// Values are different, and so is what data may say for them.
pub(super) fn check_values(
    checking: &mut Checking<'_>,
    values: &[(&ast::Name, Option<&String>)],
    what: &str,
) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for (name, _) in values.iter().filter(|(name, _)| !name.is_missing()) {
        let Some(first) = seen.get(name.text.as_str()).copied() else {
            seen.insert(&name.text, name.span);
            continue;
        };
        let diagnostic = checking
            .diagnostic(
                names::DUPLICATE_VALUE,
                name.span,
                format!("{what} `{}` is there twice", name.text),
            )
            .label("again")
            .secondary(checking.file, first, "first here");
        // In a list of its own, a value stands between commas.
        let cut = super::text::removal(checking.text, name.span);
        let diagnostic = if cut == name.span || what != "the value" {
            diagnostic.help("remove one of them")
        } else {
            diagnostic.fix("remove it", Applicability::Always, cut, "")
        };
        checking.report(diagnostic);
    }
    let mut titles: BTreeMap<&str, Span> = BTreeMap::new();
    for (name, title) in values {
        let Some(title) = title.map(String::as_str) else {
            continue;
        };
        let other = seen
            .get(title)
            .filter(|span| **span != name.span)
            .or_else(|| titles.get(title))
            .copied();
        if let Some(other) = other {
            let message = format!("\"{title}\" stands for two values");
            let diagnostic = checking
                .diagnostic(names::DUPLICATE_VALUE, name.span, message)
                .label(format!("data that says \"{title}\" could mean this"))
                .secondary(checking.file, other, "or this")
                .help("give each value a title of its own");
            checking.report(diagnostic);
        }
        titles.insert(title, name.span);
    }
}

/// Checks a group of kinds of events.
pub(super) fn check_group(checking: &mut Checking<'_>, members: &[ast::Name]) -> Unit {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for member in members.iter().filter(|member| !member.is_missing()) {
        if let Some(first) = seen.get(member.text.as_str()).copied() {
            let diagnostic = checking
                .diagnostic(
                    names::DUPLICATE_VALUE,
                    member.span,
                    format!("`{}` is in this group twice", member.text),
                )
                .label("again")
                .secondary(checking.file, first, "first here")
                .fix(
                    "remove it",
                    Applicability::Always,
                    member_removal(checking.text, member.span),
                    "",
                );
            checking.report(diagnostic);
            continue;
        }
        seen.insert(&member.text, member.span);
        check_member(checking, member);
    }
    Unit::None
}

/// A member with the `or` before it.
fn member_removal(text: &str, span: Span) -> Span {
    let before = text.get(..span.start as usize).unwrap_or("").trim_end();
    match before.strip_suffix("or") {
        Some(kept) => Span::new(
            u32::try_from(kept.trim_end().len()).unwrap_or(span.start),
            span.end,
        ),
        None => removal(text, span),
    }
}

fn check_member(checking: &mut Checking<'_>, member: &ast::Name) {
    let db = checking.db;
    let name = &member.text;
    let found = lookup(db, name);
    let mut diagnostic = match found.map(|decl| (decl, decl.kind(db))) {
        Some((_, ItemKind::Event | ItemKind::Error)) => return,
        Some((group, ItemKind::Events)) => {
            let ast::DeclKind::Events { members } = &tree(db, group).kind else {
                return;
            };
            let inner = members
                .iter()
                .map(|member| member.text.as_str())
                .collect::<Vec<_>>()
                .join(" or ");
            let diagnostic = checking
                .diagnostic(
                    names::UNKNOWN_MEMBER,
                    member.span,
                    format!("`{name}` is a group itself"),
                )
                .label("a group lists events, not groups");
            let own = &checking.tree.name.text;
            if inner.is_empty() || *name == *own || members.iter().any(|member| member.text == *own)
            {
                diagnostic
            } else {
                diagnostic.fix(
                    format!("write `{inner}`"),
                    Applicability::Always,
                    member.span,
                    inner,
                )
            }
        }
        Some((_, kind)) => checking
            .diagnostic(
                names::UNKNOWN_MEMBER,
                member.span,
                format!("`{name}` is {}, not an event", kind.described()),
            )
            .label("an event is expected here"),
        None if name == SENT => {
            let diagnostic = checking
                .diagnostic(
                    names::UNKNOWN_MEMBER,
                    member.span,
                    "`Sent` is what persona did, not the person, and is in no group",
                )
                .label("an event of the package is expected here")
                .help("ask about it beside the group: `did Sent in last 30d`");
            checking.report(diagnostic);
            return;
        }
        None => checking
            .diagnostic(
                names::UNKNOWN_MEMBER,
                member.span,
                format!("there is no event `{name}`"),
            )
            .label("unknown event"),
    };
    if found.is_none() {
        let kinds = kind_ids(db, db.project()).keys().map(|name| &**name);
        match nearest(name, kinds) {
            Some(meant) => {
                diagnostic = diagnostic.perhaps(member.span, meant);
            }
            None => diagnostic = diagnostic.help(format!("declare it: `event {name} {{ … }}`")),
        }
    }
    checking.report(diagnostic);
}
