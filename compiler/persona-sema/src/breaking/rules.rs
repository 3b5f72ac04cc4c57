//! Changes of what rules say: their parameters, their types, their conditions and values.

use std::sync::Arc;

use persona_base::Span;
use persona_syntax::ast;

use super::{Both, ChangeClass, Found, Version, noun};
use crate::db::{Decl, ItemKind};
use crate::prove::{self, Change};

/// How many dependents a note names.
const NAMED: usize = 5;

/// What a rule says, in parts.
struct Said {
    params: Vec<Parameter>,
    /// The declared type, the slots, the arms: what others have to know of it.
    face: String,
    title: String,
    body: String,
}

struct Parameter {
    name: String,
    ty: String,
    default: Option<String>,
}

impl<'db> Found<'_, 'db> {
    pub(super) fn rule(&mut self, kind: ItemKind, old: Decl<'db>, new: Decl<'db>) {
        let name = super::shown_name(self.new, kind, new);
        let (was, is) = (said(self.old, old), said(self.new, new));
        let both = (Some(self.old.named(old)), Some(self.new.named(new)));
        let what = (noun(kind), name.as_str());
        self.params(what, &was.params, &is.params, both);
        if was.face != is.face {
            let (parts, note) = face(kind);
            let message = match (was.face.is_empty(), is.face.is_empty()) {
                (false, false) => format!(
                    "has {parts}: was `{}`, is `{}`",
                    listed(&was.face),
                    listed(&is.face)
                ),
                _ => format!("has {parts} than before"),
            };
            let change = self.add(ChangeClass::Breaks, what, message, both);
            change.note = Some(note.to_owned());
        }
        if was.title != is.title {
            self.add(ChangeClass::Harmless, what, "has another title", both);
        }
        if was.body != is.body {
            self.body(kind, (old, new), what, both);
        }
    }

    fn params(
        &mut self,
        what: (&'static str, &str),
        was: &[Parameter],
        is: &[Parameter],
        both: Both,
    ) {
        let mut breaks = |message: String| {
            let change = self.add(ChangeClass::Breaks, what, message, both);
            change.note =
                Some("calls of it do not compile any more, or mean something else".to_owned());
        };
        for (index, old) in was.iter().enumerate() {
            match is.iter().position(|new| new.name == old.name) {
                None => {
                    let renamed = is.get(index).filter(|new| {
                        new.ty == old.ty && !was.iter().any(|other| other.name == new.name)
                    });
                    match renamed {
                        Some(new) => breaks(format!(
                            "calls its parameter `{}` `{}` now",
                            old.name, new.name
                        )),
                        None => breaks(format!("has no parameter `{}` any more", old.name)),
                    }
                }
                Some(at) => {
                    let new = &is[at];
                    if at != index {
                        breaks(format!("takes `{}` at another place", old.name));
                    }
                    if new.ty != old.ty {
                        breaks(format!("takes another type of `{}`", old.name));
                    }
                    if old.default.is_some() && new.default.is_none() {
                        breaks(format!("has no default for `{}` any more", old.name));
                    }
                }
            }
        }
        for new in is {
            let known = was.iter().any(|old| old.name == new.name);
            let renamed = is.len() == was.len();
            if !known && !renamed && new.default.is_none() {
                breaks(format!("needs `{}` now", new.name));
            }
        }
        for new in is {
            let old = was.iter().find(|old| old.name == new.name);
            match old {
                Some(old)
                    if old.default.is_some()
                        && new.default.is_some()
                        && old.default != new.default =>
                {
                    let message = format!("has another default for `{}`", new.name);
                    let change = self.add(ChangeClass::Meaning, what, message, both);
                    change.note = Some("calls that leave it out mean something else".to_owned());
                }
                None if new.default.is_some() && is.len() > was.len() => {
                    let message = format!("takes `{}` as well", new.name);
                    self.add(ChangeClass::Harmless, what, message, both);
                }
                _ => {}
            }
        }
    }

    /// Other words in the body: perhaps they mean the same.
    fn body(
        &mut self,
        kind: ItemKind,
        (old, new): (Decl<'db>, Decl<'db>),
        what: (&'static str, &str),
        both: Both,
    ) {
        let proven = match kind {
            ItemKind::Segment => self.segment(old, new),
            _ => Change::Unknown,
        };
        let places = (
            body_span(self.old, old)
                .map(|span| self.old.place(old, span))
                .or(both.0),
            body_span(self.new, new)
                .map(|span| self.new.place(new, span))
                .or(both.1),
        );
        let (class, message) = match proven {
            Change::Same => (
                ChangeClass::Harmless,
                "is written differently, and holds the same people",
            ),
            Change::Wider => (
                ChangeClass::Widens,
                "holds everybody it held, and perhaps more",
            ),
            Change::Narrower => (ChangeClass::Narrows, "holds nobody new, and perhaps fewer"),
            Change::Unknown => (ChangeClass::Meaning, meaning(kind)),
        };
        let note = match class {
            ChangeClass::Harmless => None,
            _ => self.felt_by(what.1),
        };
        self.add(class, what, message, places).note = note;
    }

    /// How a segment's condition changed, where both versions are whole.
    fn segment(&self, old: Decl<'db>, new: Decl<'db>) -> Change {
        let (Some(before), Some(after)) = (&self.old.checked, &self.new.checked) else {
            return Change::Unknown;
        };
        let was = before
            .segments
            .iter()
            .find(|one| one.name == *old.name(self.old.db));
        let is = after
            .segments
            .iter()
            .find(|one| one.name == *new.name(self.new.db));
        match (was, is) {
            (Some(was), Some(is)) => prove::compare(
                (before, &was.params, &was.body),
                (after, &is.params, &is.body),
            ),
            _ => Change::Unknown,
        }
    }

    /// Who rests on something in the new version.
    fn felt_by(&self, name: &str) -> Option<String> {
        let uses = self.new.database.uses(name).ok()?;
        let mut names: Vec<Arc<str>> = uses
            .dependents
            .iter()
            .map(|one| Arc::clone(&one.name))
            .collect();
        names.sort();
        names.dedup();
        let more = names.len().saturating_sub(NAMED);
        let shown: Vec<String> = names
            .iter()
            .take(NAMED)
            .map(|name| format!("`{name}`"))
            .collect();
        match (shown.is_empty(), more) {
            (true, _) => None,
            (false, 0) => Some(format!("felt by {}", shown.join(", "))),
            (false, more) => Some(format!("felt by {} and {more} more", shown.join(", "))),
        }
    }
}

/// What others have to know of a rule, and what follows when that is another.
fn face(kind: ItemKind) -> (&'static str, &'static str) {
    match kind {
        ItemKind::Partition => (
            "other stages",
            "rules that name a stage that is gone do not compile any more",
        ),
        ItemKind::Content => (
            "other slots",
            "rules that read a slot that is gone do not compile any more",
        ),
        ItemKind::Experiment => (
            "other arms",
            "rules that name an arm that is gone do not compile any more",
        ),
        _ => (
            "another type",
            "rules that compare it may not compile any more",
        ),
    }
}

fn listed(face: &str) -> String {
    face.replace('\n', ", ")
        .replace(" < ", "<")
        .replace(" >", ">")
        .replace(" ?", "?")
        .replace(" : ", ": ")
}

fn meaning(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Const => "has another value",
        ItemKind::Segment => "holds other people",
        ItemKind::Partition => "divides people in another way",
        ItemKind::Source => "reads its data in another way",
        ItemKind::Test => "tests something else",
        ItemKind::Content => "says something else",
        ItemKind::Channel | ItemKind::Purpose => "reaches other people, or at other times",
        ItemKind::Trigger => "does something else",
        ItemKind::Experiment => "divides people in another way",
        _ => "says something else",
    }
}

/// The part of a rule that a reader has to look at.
fn body_span<'db>(version: &Version<'db>, decl: Decl<'db>) -> Option<Span> {
    match &version.tree(decl).kind {
        ast::DeclKind::Const { value, .. }
        | ast::DeclKind::Trait { value, .. }
        | ast::DeclKind::Fn { value, .. } => Some(value.span),
        ast::DeclKind::Segment { condition, .. } => Some(condition.span),
        _ => None,
    }
}

fn said<'db>(version: &Version<'db>, decl: Decl<'db>) -> Said {
    let tree = version.tree(decl);
    let words = |span: Span| version.words(decl, span);
    let title = |title: &Option<ast::Expr>| {
        title
            .as_ref()
            .map_or_else(String::new, |title| words(title.span))
    };
    let params = |all: &[ast::Param]| parameters(version, decl, all);
    let ty = |ty: &ast::TypeExpr| words(ty.span);
    match &tree.kind {
        ast::DeclKind::Const { ty: of, value } => Said {
            params: Vec::new(),
            face: ty(of),
            title: String::new(),
            body: words(value.span),
        },
        ast::DeclKind::Trait {
            params: all,
            ty: of,
            value,
        } => Said {
            params: params(all),
            face: of.as_ref().map_or_else(String::new, ty),
            title: String::new(),
            body: words(value.span),
        },
        ast::DeclKind::Fn {
            params: all,
            ty: of,
            value,
        } => Said {
            params: params(all),
            face: ty(of),
            title: String::new(),
            body: words(value.span),
        },
        ast::DeclKind::Segment {
            params: all,
            title: of,
            condition,
        } => Said {
            params: params(all),
            face: String::new(),
            title: title(of),
            body: words(condition.span),
        },
        ast::DeclKind::Partition {
            title: of,
            stages,
            otherwise,
        } => {
            let mut names: Vec<&str> = stages
                .iter()
                .map(|stage| stage.name.text.as_str())
                .collect();
            names.push(&otherwise.name.text);
            names.sort_unstable();
            let body: Vec<String> = stages
                .iter()
                .map(|stage| format!("{} when {}", stage.name.text, words(stage.condition.span)))
                .chain([otherwise.name.text.clone()])
                .collect();
            Said {
                params: Vec::new(),
                face: names.join("\n"),
                title: title(of),
                body: body.join("\n"),
            }
        }
        _ => said_of_campaign(version, decl),
    }
}

/// The same for what happens and what people read.
fn said_of_campaign<'db>(version: &Version<'db>, decl: Decl<'db>) -> Said {
    let tree = version.tree(decl);
    let words = |span: Span| version.words(decl, span);
    let title = |title: &Option<ast::Expr>| {
        title
            .as_ref()
            .map_or_else(String::new, |title| words(title.span))
    };
    let params = |all: &[ast::Param]| parameters(version, decl, all);
    let ty = |ty: &ast::TypeExpr| words(ty.span);
    match &tree.kind {
        ast::DeclKind::Content(content) => {
            let mut slots: Vec<String> = content
                .slots
                .iter()
                .map(|slot| format!("{}: {}", slot.name.text, words(slot.ty.span)))
                .collect();
            slots.sort();
            Said {
                params: params(&content.params),
                face: slots.join("\n"),
                title: title(&content.title),
                body: without(version, decl, content.title.as_ref()),
            }
        }
        ast::DeclKind::Recommend(recommend) => Said {
            params: params(&recommend.params),
            face: recommend.ty.as_ref().map_or_else(String::new, ty),
            title: String::new(),
            body: without(version, decl, None),
        },
        ast::DeclKind::Trigger(trigger) => Said {
            params: Vec::new(),
            face: String::new(),
            title: title(&trigger.title),
            body: without(version, decl, trigger.title.as_ref()),
        },
        ast::DeclKind::Experiment { clauses } => {
            let mut arms: Vec<&str> = clauses
                .iter()
                .filter_map(|clause| match clause {
                    ast::ExperimentClause::Arms { arms, .. } => Some(arms),
                    _ => None,
                })
                .flatten()
                .map(|arm| arm.name.text.as_str())
                .collect();
            arms.sort_unstable();
            Said {
                params: Vec::new(),
                face: arms.join("\n"),
                title: String::new(),
                body: without(version, decl, None),
            }
        }
        _ => Said {
            params: Vec::new(),
            face: String::new(),
            title: String::new(),
            body: without(version, decl, None),
        },
    }
}

fn parameters<'db>(version: &Version<'db>, decl: Decl<'db>, all: &[ast::Param]) -> Vec<Parameter> {
    all.iter()
        .map(|param| Parameter {
            name: param.name.text.clone(),
            ty: version.words(decl, param.ty.span),
            default: param
                .default
                .as_ref()
                .map(|default| version.words(decl, default.span)),
        })
        .collect()
}

/// All words of a declaration after its name, but its title.
fn without<'db>(version: &Version<'db>, decl: Decl<'db>, title: Option<&ast::Expr>) -> String {
    let tree = version.tree(decl);
    let (start, end) = (tree.name.span.end, tree.span.end);
    match title {
        Some(title) => format!(
            "{} {}",
            version.words(decl, Span::new(start, title.span.start)),
            version.words(decl, Span::new(title.span.end, end))
        ),
        None => version.words(decl, Span::new(start, end)),
    }
}
