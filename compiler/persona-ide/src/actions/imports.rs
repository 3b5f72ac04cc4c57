//! Tidying up `use`: sorted, one for each module, without what nobody uses.

use std::collections::{BTreeMap, BTreeSet};

use persona_base::{Diagnostic, Edit, FileId, Span, modules};
use persona_sema::editor::{DeclRef, Declaration};
use persona_sema::{Database, ItemKind};
use persona_syntax::ast::{DeclKind, UseDecl};

use super::{Action, Kind};

/// The action, where it would change something.
pub(super) fn organise(
    db: &Database,
    file: FileId,
    diagnostics: &[Diagnostic],
    found: &mut Vec<Action>,
) {
    if !db.is_own_file(file) {
        return;
    }
    let unused: BTreeSet<Span> = diagnostics
        .iter()
        .filter(|one| one.code == modules::UNUSED_USE && one.primary.file == file)
        .map(|one| one.primary.span)
        .collect();
    if let Some(edits) = organised(db, file, &unused) {
        let title = "Sort and merge `use`, and remove what is not used";
        found.push(Action::rewrite(title, Kind::Imports, edits));
    }
}

/// What several `use` of one module bring in.
#[derive(Default)]
struct Module {
    /// Whether the module comes in as a whole.
    whole: bool,
    /// Names out of it.
    items: BTreeSet<String>,
}

fn organised(db: &Database, file: FileId, unused: &BTreeSet<Span>) -> Option<Vec<Edit>> {
    let spans = db.declaration_spans(file).into_iter().enumerate();
    let uses = spans.filter(|(_, (kind, _))| *kind == ItemKind::Use);
    let uses = uses.filter_map(|(index, _)| {
        let index = index as u32;
        db.declaration(DeclRef { file, index })
    });
    let all: Vec<Declaration<'_>> = uses.collect();
    let uses: Vec<(&Declaration<'_>, &UseDecl)> = all.iter().filter_map(plain_use).collect();
    let (first, _) = uses.first()?;
    let mut modules: BTreeMap<Vec<String>, Module> = BTreeMap::new();
    for (decl, one) in &uses {
        let path: Vec<String> = one.path.iter().map(|name| name.text.clone()).collect();
        let gone = |span: Span| unused.contains(&decl.in_file(span));
        let is_unused = match one.path.split_first() {
            Some((first, _)) => {
                let last = one.path.last().unwrap_or(first);
                gone(first.span.to(last.span)) || gone(last.span)
            }
            None => false,
        };
        if is_unused || unused.contains(&decl.span) {
            continue;
        }
        let module = modules.entry(path).or_default();
        match &one.items {
            None => module.whole = true,
            Some(items) => {
                let used = items.iter().filter(|name| !gone(name.span));
                module.items.extend(used.map(|name| name.text.clone()));
            }
        }
    }
    let lines: Vec<String> = modules
        .iter()
        .flat_map(|(path, module)| lines(path, module))
        .collect();
    let text = db.file_text(file);
    let mut edits: Vec<Edit> = Vec::new();
    let replaced = lines.join("\n");
    let same = uses.len() == lines.len()
        && uses
            .iter()
            .zip(&lines)
            .all(|((decl, _), line)| decl.span.of(text) == line);
    if same {
        return None;
    }
    let keeps = !replaced.is_empty();
    for (index, (decl, _)) in uses.iter().enumerate() {
        let (span, text) = match index {
            0 if keeps => (first.span, replaced.clone()),
            _ => (with_line(text, decl.span), String::new()),
        };
        edits.push(Edit { file, span, text });
    }
    Some(edits)
}

fn lines(path: &[String], module: &Module) -> Vec<String> {
    let path = path.join(".");
    let mut lines = Vec::new();
    if module.whole {
        lines.push(format!("use {path}"));
    }
    if !module.items.is_empty() {
        let items: Vec<&str> = module.items.iter().map(String::as_str).collect();
        lines.push(format!("use {path}.{{{}}}", items.join(", ")));
    }
    lines
}

/// A `use` that can be read, and says nothing else.
fn plain_use<'d, 'db>(decl: &'d Declaration<'db>) -> Option<(&'d Declaration<'db>, &'db UseDecl)> {
    let DeclKind::Use(one) = &decl.tree.kind else {
        return None;
    };
    let names = one.path.iter().chain(one.items.iter().flatten());
    let is_whole =
        names.clone().next().is_some() && names.into_iter().all(|name| !name.is_missing());
    let is_plain = decl.tree.doc.is_none()
        && decl.tree.annotations.is_empty()
        && decl.kind == ItemKind::Use
        && !decl.text.contains("//");
    (is_whole && is_plain).then_some((decl, one))
}

/// A declaration with its line's end, where nothing else stands on the line.
fn with_line(text: &str, span: Span) -> Span {
    let before = text.get(..span.start as usize).unwrap_or("");
    let behind = text.get(span.end as usize..).unwrap_or("");
    let blank = behind.len() - behind.trim_start_matches([' ', '\t', '\r']).len();
    let alone = before.is_empty() || before.ends_with('\n');
    match behind[blank..].starts_with('\n') && alone {
        true => Span::new(span.start, span.end + blank as u32 + 1),
        false => span,
    }
}
