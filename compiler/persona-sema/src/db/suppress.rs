//! `@allow(…)`: what it covers, and where it covers nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_base::{
    Applicability, Diagnostic, Edit, FileId, Fix, Level, Severity, Span, find_code, modules,
};
use persona_syntax::ast;

use super::facts::all_facts;
use super::modules::is_own;
use super::origin::whole;
use super::queries::{Decl, tree};
use super::{Db, stand_in};
use crate::decl::removal;

/// One name in an `@allow`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Allow {
    /// What is covered: a field, or (all) the declaration.
    covers: Span,
    /// The lint's name.
    lint: Arc<str>,
    /// Where it is written.
    place: Span,
    /// What to take out when it is not needed.
    removal: Span,
}

/// The names in `@allow(…)` of a declaration and its fields.
pub(super) fn allows_of(db: &dyn Db, decl: Decl<'_>) -> Vec<Allow> {
    let tree = tree(db, decl);
    let text: &str = decl.source(db).text(db);
    let mut found = Vec::new();
    let whole = Span::new(0, u32::MAX);
    for annotation in &tree.annotations {
        collect(text, annotation, whole, true, &mut found);
    }
    if let ast::DeclKind::Profile(table)
    | ast::DeclKind::Event(table)
    | ast::DeclKind::Catalog(table) = &tree.kind
    {
        for field in &table.fields {
            for annotation in &field.annotations {
                collect(text, annotation, field.span, false, &mut found);
            }
        }
    }
    found
}

fn collect(
    text: &str,
    annotation: &ast::Annotation,
    covers: Span,
    before_declaration: bool,
    found: &mut Vec<Allow>,
) {
    if annotation.name.text != "allow" {
        return;
    }
    let alone = annotation.args.len() == 1;
    for arg in &annotation.args {
        let ast::ExprKind::Name(name) = &arg.kind else {
            continue;
        };
        found.push(Allow {
            covers,
            lint: Arc::from(name.text.as_str()),
            place: name.span,
            removal: match alone {
                true => with_blank(text, annotation.span, before_declaration),
                false => removal(text, name.span),
            },
        });
    }
}

/// An annotation with the white space that would be left over.
fn with_blank(text: &str, span: Span, after: bool) -> Span {
    let (start, end) = (span.start as usize, span.end as usize);
    let (Some(before), Some(behind)) = (text.get(..start), text.get(end..)) else {
        return span;
    };
    let length = |kept: &str| u32::try_from(kept.len()).unwrap_or(u32::MAX);
    if after {
        let blank = length(behind) - length(behind.trim_start());
        Span::new(span.start, span.end + blank)
    } else {
        Span::new(length(before.trim_end()), span.end)
    }
}

/// Takes out the diagnostics that are allowed, and adds a report for each `@allow` that allowed nothing.
pub(super) fn suppressed(db: &dyn Db, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut allows: BTreeMap<FileId, (&[Allow], BTreeSet<usize>)> = BTreeMap::new();
    for (decl, facts) in all_facts(db) {
        if !facts.allows.is_empty() && is_own(db, decl) {
            allows.insert(stand_in(decl), (&facts.allows, BTreeSet::new()));
        }
    }
    if allows.is_empty() {
        return found;
    }
    let mut kept = Vec::with_capacity(found.len());
    let mut broken: BTreeSet<FileId> = BTreeSet::new();
    for diagnostic in found {
        let file = whole(diagnostic.primary.file);
        let covering = allows
            .get_mut(&file)
            .is_some_and(|(allows, used)| cover(&diagnostic, allows, used));
        if covering {
            continue;
        }
        if diagnostic.severity == Severity::Error {
            broken.insert(file);
        }
        kept.push(diagnostic);
    }
    for (file, (allows, used)) in allows {
        // What is broken is not looked at to the end: the warning may still be there.
        if broken.contains(&file) {
            continue;
        }
        let quiet = allows.iter().any(|allow| *allow.lint == *UNUSED);
        for (index, allow) in allows.iter().enumerate() {
            if !quiet && !used.contains(&index) && is_lint(&allow.lint) {
                kept.push(unused(file, allow));
            }
        }
    }
    kept
}

/// The lint's own name.
const UNUSED: &str = "unused_allow";

fn is_lint(name: &str) -> bool {
    let known = find_code(name).map(persona_base::Code::info);
    known.is_some_and(|info| info.name == name && info.level != Level::Error)
}

fn cover(diagnostic: &Diagnostic, allows: &[Allow], used: &mut BTreeSet<usize>) -> bool {
    let info = diagnostic.code.info();
    if info.level == Level::Error {
        return false;
    }
    let at = diagnostic.primary.span;
    let mut covered = false;
    for (index, allow) in allows.iter().enumerate() {
        let inside = allow.covers.start <= at.start && at.end <= allow.covers.end;
        if inside && *allow.lint == *info.name {
            used.insert(index);
            covered = true;
        }
    }
    covered
}

fn unused(file: FileId, allow: &Allow) -> Diagnostic {
    let message = format!(
        "there is no `{}` here that would have to be allowed",
        allow.lint
    );
    let mut diagnostic = Diagnostic::new(modules::UNUSED_ALLOW, file, allow.place, message)
        .label("allows nothing")
        .note("it would hide the next such warning");
    diagnostic.fixes.push(Fix {
        title: "remove it".to_owned(),
        applicability: Applicability::Always,
        edits: vec![Edit {
            file,
            span: allow.removal,
            text: String::new(),
        }],
    });
    diagnostic
}
