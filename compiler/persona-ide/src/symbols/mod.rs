//! Outlines: the declarations of a file with their parts, and a search for names over the package.

mod fuzzy;
#[cfg(test)]
mod tests;

use persona_base::{FileId, Span};
use persona_sema::editor::{Declaration, Part, PartKind, parts_of};
use persona_sema::{Database, ItemKind};
use persona_syntax::ast::DeclKind;

/// So many names are found at most.
const MAX_FOUND: usize = 256;

/// What a name of an outline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SymbolKind {
    /// A declaration.
    Decl(ItemKind),
    /// A part of one.
    Part(PartKind),
}

/// A name of a file, with the names inside of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// The name; for a test its title, for what has none what it is.
    pub name: String,
    /// What to say beside it: a type, a title, what a source fills.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it, in its file.
    pub span: Span,
    /// Its name, in its file; inside of the whole.
    pub name_span: Span,
    /// Whether it should be used no more.
    pub deprecated: bool,
    /// What has names inside.
    pub children: Vec<Outline>,
}

/// The names of a file, nested, in order.
pub fn outline(db: &Database, file: FileId) -> Vec<Outline> {
    let decls = db.declarations(file);
    decls.iter().filter_map(of_declaration).collect()
}

fn of_declaration(decl: &Declaration<'_>) -> Option<Outline> {
    let tree = decl.tree;
    let missing = tree.name.is_missing();
    let name = match &tree.kind {
        DeclKind::Use(one) => {
            let path: Vec<&str> = one.path.iter().map(|name| name.text.as_str()).collect();
            path.join(".")
        }
        DeclKind::Exclusive { .. } => "exclusive".to_owned(),
        DeclKind::Error if missing => return None,
        _ if missing => "…".to_owned(),
        _ => tree.name.text.clone(),
    };
    if name.is_empty() {
        return None;
    }
    let whole = decl.in_file(tree.span);
    let name_span = decl.in_file(tree.name.span);
    let inside = whole.start <= name_span.start && name_span.end <= whole.end;
    let deprecated =
        |annotation: &persona_syntax::ast::Annotation| annotation.name.text == "deprecated";
    Some(Outline {
        name,
        detail: detail(decl),
        kind: SymbolKind::Decl(decl.kind),
        span: whole,
        name_span: if inside {
            name_span
        } else {
            Span::at(whole.start)
        },
        deprecated: tree.annotations.iter().any(deprecated),
        children: children(decl, &parts_of(tree)),
    })
}

/// What is said beside a declaration's name.
fn detail(decl: &Declaration<'_>) -> String {
    let text = |span: Span| crate::words::snippet(decl.text, span);
    match &decl.tree.kind {
        DeclKind::Const { ty, .. } | DeclKind::Fn { ty, .. } => text(ty.span),
        DeclKind::Trait { ty: Some(ty), .. } => text(ty.span),
        DeclKind::Segment {
            title: Some(title), ..
        }
        | DeclKind::Partition {
            title: Some(title), ..
        } => text(title.span).trim_matches('"').to_owned(),
        DeclKind::Trigger(trigger) => title(trigger.title.as_ref(), &text),
        DeclKind::Content(content) => title(content.title.as_ref(), &text),
        DeclKind::Source(source) => format!("of {}", source.of.text),
        DeclKind::Recommend(recommend) => recommend
            .ty
            .as_ref()
            .map_or_else(String::new, |ty| text(ty.span)),
        DeclKind::Events { members } => {
            let names: Vec<&str> = members.iter().map(|name| name.text.as_str()).collect();
            names.join(" or ")
        }
        _ => String::new(),
    }
}

fn title(title: Option<&persona_syntax::ast::Expr>, text: &dyn Fn(Span) -> String) -> String {
    title.map_or_else(String::new, |title| {
        text(title.span).trim_matches('"').to_owned()
    })
}

fn children(decl: &Declaration<'_>, parts: &[Part<'_>]) -> Vec<Outline> {
    let named = parts.iter().filter(|part| !part.name.span.is_empty());
    let made = named.map(|part| {
        let name = match part.name.text.as_str() {
            "" => "otherwise",
            name => name,
        };
        let ty = part.ty.filter(|_| part.parts.is_empty());
        Outline {
            name: name.to_owned(),
            detail: ty.map_or_else(String::new, |ty| crate::words::snippet(decl.text, ty.span)),
            kind: SymbolKind::Part(part.kind),
            span: decl.in_file(part.span.to(part.name.span)),
            name_span: decl.in_file(part.name.span),
            deprecated: false,
            children: children(decl, &part.parts),
        }
    });
    made.collect()
}

/// A name of the package that was searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The name.
    pub name: String,
    /// What it is in: a declaration's name for a part, a module's for what comes from one.
    pub container: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The file.
    pub file: FileId,
    /// The name there.
    pub span: Span,
    /// Whether it should be used no more.
    pub deprecated: bool,
}

/// The names of the package that fit what was typed, the best first: letters in their order, at the beginnings of words
/// rather than inside. Declarations of modules that are used are found too. Nothing typed finds the declarations.
pub fn search(db: &Database, typed: &str) -> Vec<Found> {
    let mut found: Vec<(u32, Found)> = Vec::new();
    let pattern = fuzzy::Pattern::new(typed);
    for file in db.loaded_rule_files() {
        db.unwind_if_cancelled();
        for decl in db.declarations(file) {
            if matches!(
                decl.kind,
                ItemKind::Use | ItemKind::Error | ItemKind::Exclusive
            ) {
                continue;
            }
            of_name(&pattern, file, &decl, &mut found);
            if !pattern.is_empty() && decl.is_own() {
                let parts = parts_of(decl.tree);
                of_parts(&pattern, file, &decl, &parts, &mut found);
            }
        }
    }
    let order =
        |(score, one): &(u32, Found)| (u32::MAX - *score, one.name.len(), one.file, one.span);
    found.sort_by_cached_key(order);
    found.truncate(MAX_FOUND);
    found.into_iter().map(|(_, one)| one).collect()
}

fn of_name(
    pattern: &fuzzy::Pattern,
    file: FileId,
    decl: &Declaration<'_>,
    found: &mut Vec<(u32, Found)>,
) {
    let Some(score) = pattern.score(decl.own_name()) else {
        return;
    };
    if decl.own_name().is_empty() {
        return;
    }
    let deprecated =
        |annotation: &persona_syntax::ast::Annotation| annotation.name.text == "deprecated";
    let one = Found {
        name: decl.own_name().to_owned(),
        container: decl.space.to_string(),
        kind: SymbolKind::Decl(decl.kind),
        file,
        span: decl.name_span(),
        deprecated: decl.tree.annotations.iter().any(deprecated),
    };
    // A declaration before a part that fits as well, the package's own before a module's.
    found.push((score + 1 + u32::from(decl.is_own()), one));
}

fn of_parts(
    pattern: &fuzzy::Pattern,
    file: FileId,
    decl: &Declaration<'_>,
    parts: &[Part<'_>],
    found: &mut Vec<(u32, Found)>,
) {
    for part in parts {
        // Parameters mean nothing elsewhere.
        if part.kind == PartKind::Param || part.name.is_missing() {
            continue;
        }
        if let Some(score) = pattern.score(&part.name.text) {
            let one = Found {
                name: part.name.text.clone(),
                container: decl.name.to_string(),
                kind: SymbolKind::Part(part.kind),
                file,
                span: decl.in_file(part.name.span),
                deprecated: false,
            };
            found.push((score, one));
        }
        of_parts(pattern, file, decl, &part.parts, found);
    }
}
