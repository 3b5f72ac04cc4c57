//! The edge of the database: all diagnostics, with real files, with the configured levels.

use persona_base::{Diagnostic, Level, Severity, contents, names, sort_and_dedup};

use super::graph::cycle_diagnostics;
use super::origin::{Origins, file_errors};
use super::queries::{config, symbols};
use super::{Database, Db, ahead, campaign, expansion, kept, lints, modules, shadow, suppress};
use crate::package::{Config, LintLevel};

/// Whether something keeps the package from being compiled.
pub(super) fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// All diagnostics of the package.
pub(super) fn diagnostics(db: &Database) -> Vec<Diagnostic> {
    let project = db.project();
    if db.kept.is_empty() {
        ahead::parse_all(db);
    }
    let all = &symbols(db, project).all;
    let mut found = kept::of_declarations(db);
    found.extend(cycle_diagnostics(db));
    found.extend(
        expansion::expansion_diagnostics(db, project)
            .iter()
            .cloned(),
    );
    found.extend(lints::package_diagnostics(db));
    found.extend(campaign::campaign_diagnostics(db));
    found.extend(modules::unused_imports(db));
    found.extend(shadow::shadowed(db));
    found = modules::collapsed(db, all, found);
    found = suppress::suppressed(db, found);
    if !found.is_empty() {
        found = finished(db, found);
    }
    found.extend(
        project
            .files(db)
            .iter()
            .flat_map(|file| file_errors(db, *file)),
    );
    let config = config(db, project);
    found.extend(config.diagnostics.iter().cloned());
    found.extend(modules::link_diagnostics(db).iter().cloned());
    found.extend(modules::unused_dependencies(db));
    without_doubts(&mut found);
    let mut found: Vec<Diagnostic> = found
        .into_iter()
        .filter_map(|diagnostic| leveled(diagnostic, config))
        .collect();
    sort_and_dedup(&mut found);
    found
}

/// The diagnostics of declarations: without those that are allowed, with fixes that reach everywhere, in real files.
fn finished(db: &dyn Db, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    lints::keep_called_parameters(db, &mut found);
    lints::complete_renames(db, &mut found);
    let origins = Origins::of(db);
    found
        .into_iter()
        .map(|diagnostic| origins.located(diagnostic))
        .collect()
}

/// What nobody uses is only known when every name means something: a slip in a name is one mistake, not two.
fn without_doubts(found: &mut Vec<Diagnostic>) {
    let unclear = |diagnostic: &Diagnostic| {
        let id = diagnostic.code.id();
        // What a broken template would use is not known either.
        let in_template = ("P1200".."P1230").contains(&id);
        diagnostic.severity == Severity::Error && (id < "P0300" || in_template)
    };
    if found.iter().any(unclear) {
        let doubtful = [
            names::UNUSED_DECLARATION,
            names::UNUSED_SEGMENT,
            names::UNUSED_PARAMETER,
            contents::UNUSED_CONTENT,
        ];
        found.retain(|diagnostic| !doubtful.contains(&diagnostic.code));
    }
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
