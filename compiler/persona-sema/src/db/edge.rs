//! The edge of the database: all diagnostics, with real files, with the configured levels.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::{Diagnostic, FileId, Level, Severity, Span, sort_and_dedup};
use persona_syntax::ast;

use super::graph::{cycle_diagnostics, graph};
use super::origin::{Origins, file_errors, whole};
use super::queries::{Decl, check, config, signature, symbols, tree};
use super::{Database, Db, expansion, lints, stand_in};
use crate::package::{Config, LintLevel};

/// Whether something keeps the package from being compiled.
pub(super) fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// Checks every declaration, each after what it refers to: afterwards no query has far to go.
pub(super) fn check_all(db: &dyn Db) {
    for decl in &graph(db, db.project()).order {
        check(db, *decl);
        signature(db, *decl);
    }
}

/// All diagnostics of the package.
pub(super) fn diagnostics(db: &Database) -> Vec<Diagnostic> {
    check_all(db);
    let project = db.project();
    let all = &symbols(db, project).all;
    let mut found: Vec<Diagnostic> = Vec::new();
    for decl in all {
        found.extend(check(db, *decl).diagnostics.iter().cloned());
    }
    found.extend(cycle_diagnostics(db));
    found.extend(expansion::expansion_diagnostics(db));
    found.extend(lints::package_diagnostics(db));
    if !found.is_empty() {
        found = finished(db, all, found);
    }
    found.extend(
        project
            .files(db)
            .iter()
            .flat_map(|file| file_errors(db, *file)),
    );
    let config = config(db, project);
    found.extend(config.diagnostics.iter().cloned());
    let mut found: Vec<Diagnostic> = found
        .into_iter()
        .filter_map(|diagnostic| leveled(diagnostic, config))
        .collect();
    sort_and_dedup(&mut found);
    found
}

/// The diagnostics of declarations: without those that are allowed, with fixes that reach everywhere, in real files.
fn finished(db: &dyn Db, all: &[Decl<'_>], mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let allows = Allows::of(db, all);
    found.retain(|diagnostic| !allows.cover(diagnostic));
    lints::keep_called_parameters(db, &mut found);
    lints::complete_renames(db, &mut found);
    let origins = Origins::of(db);
    found
        .into_iter()
        .map(|diagnostic| origins.located(diagnostic))
        .collect()
}

/// The diagnostic at the level that is configured for it.
fn leveled(mut diagnostic: Diagnostic, config: &Config) -> Option<Diagnostic> {
    let info = diagnostic.code.info();
    let configured = config.levels.get(info.name).copied();
    let level = match (info.level, configured) {
        (Level::Error, _) => return Some(diagnostic),
        (_, Some(level)) => level,
        (Level::Deny, None) => LintLevel::Deny,
        (Level::Warn, None) => LintLevel::Warn,
        (Level::Allow, None) => LintLevel::Allow,
    };
    diagnostic.severity = match level {
        LintLevel::Allow => return None,
        LintLevel::Warn => Severity::Warning,
        LintLevel::Deny => Severity::Error,
    };
    Some(diagnostic)
}

/// The places where `@allow(…)` covers a lint, by stand-in file: span and the lint's name.
struct Allows {
    covered: BTreeMap<FileId, Vec<(Span, Arc<str>)>>,
}

impl Allows {
    fn of(db: &dyn Db, all: &[Decl<'_>]) -> Self {
        let mut covered: BTreeMap<FileId, Vec<(Span, Arc<str>)>> = BTreeMap::new();
        for decl in all {
            let tree = tree(db, *decl);
            let mut cover = |annotations: &[ast::Annotation], span: Span| {
                for name in annotations
                    .iter()
                    .filter(|a| a.name.text == "allow")
                    .flat_map(allowed_names)
                {
                    covered
                        .entry(stand_in(*decl))
                        .or_default()
                        .push((span, Arc::from(name)));
                }
            };
            cover(&tree.annotations, Span::new(0, u32::MAX));
            if let ast::DeclKind::Profile(table) | ast::DeclKind::Event(table) = &tree.kind {
                for field in &table.fields {
                    cover(&field.annotations, field.span);
                }
            }
        }
        Self { covered }
    }

    fn cover(&self, diagnostic: &Diagnostic) -> bool {
        let info = diagnostic.code.info();
        let at = &diagnostic.primary;
        let covers = |(span, name): &(Span, Arc<str>)| {
            span.start <= at.span.start && at.span.end <= span.end && **name == *info.name
        };
        info.level != Level::Error
            && self
                .covered
                .get(&whole(at.file))
                .is_some_and(|covered| covered.iter().any(covers))
    }
}

/// The names in `@allow(a, b)`.
pub(crate) fn allowed_names(annotation: &ast::Annotation) -> impl Iterator<Item = &str> {
    annotation.args.iter().filter_map(|arg| match &arg.kind {
        ast::ExprKind::Name(name) => Some(name.text.as_str()),
        _ => None,
    })
}
