//! Code lenses: what stands above declarations. How often one is used, and what can be run: a test, the reasons for somebody, a
//! message as somebody would read it. How often is only counted for those that are seen ([`uses`]); what is run is run by others.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use persona_base::{FileId, Span};
use persona_sema::editor::{DeclRef, Role, Symbol};
use persona_sema::{Database, ItemKind, Place};

/// Something above a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The declaration's name, or its first word; in the file.
    pub span: Span,
    /// What it is.
    pub kind: LensKind,
}

/// What a lens shows or does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LensKind {
    /// How often the declaration is used: [`uses`] counts.
    Uses(DeclRef),
    /// Runs the test of this title.
    RunTest(Arc<str>),
    /// Runs all tests of the package.
    RunTests,
    /// Asks why somebody is in a segment, in which stage of a partition, has which value of a trait.
    Why(Arc<str>),
    /// Shows a content as somebody would read it.
    Preview(Arc<str>),
}

/// The lenses of a file, by place.
pub fn lenses(db: &Database, file: FileId) -> Vec<Lens> {
    let mut found = Vec::new();
    if !db.is_own_file(file) {
        return found;
    }
    let mut has_tests = false;
    for decl in db.declarations(file) {
        let mut add = |kind| {
            found.push(Lens {
                span: decl.name_span(),
                kind,
            });
        };
        if decl.kind == ItemKind::Test {
            if !has_tests {
                add(LensKind::RunTests);
                has_tests = true;
            }
            add(LensKind::RunTest(Arc::clone(decl.name)));
            continue;
        }
        if decl.name.is_empty() || !can_be_named(decl.kind) {
            continue;
        }
        add(LensKind::Uses(decl.id));
        let has_params = takes_arguments(&decl.tree.kind);
        match decl.kind {
            ItemKind::Segment | ItemKind::Partition | ItemKind::Trait if !has_params => {
                add(LensKind::Why(Arc::clone(decl.name)));
            }
            ItemKind::Trigger => add(LensKind::Why(Arc::clone(decl.name))),
            ItemKind::Content => add(LensKind::Preview(Arc::clone(decl.name))),
            _ => {}
        }
    }
    found
}

/// Where a declaration is used, besides where it is declared.
pub fn uses(db: &Database, decl: DeclRef) -> Vec<Place> {
    let Some(found) = db.declaration(decl) else {
        return Vec::new();
    };
    let all = db
        .references(&Symbol::Decl(Arc::clone(found.name)), decl)
        .into_iter();
    let used = all.filter(|reference| reference.role != Role::Declares);
    used.map(|reference| reference.place).collect()
}

/// How many uses there are, in words.
pub fn counted(uses: usize) -> String {
    match uses {
        0 => "not used".to_owned(),
        1 => "1 use".to_owned(),
        many => format!("{many} uses"),
    }
}

/// Whether other declarations can name one of this kind.
fn can_be_named(kind: ItemKind) -> bool {
    !matches!(
        kind,
        ItemKind::Error
            | ItemKind::Use
            | ItemKind::Profile
            | ItemKind::Source
            | ItemKind::Exclusive
            | ItemKind::Test
    )
}

fn takes_arguments(kind: &persona_syntax::ast::DeclKind) -> bool {
    use persona_syntax::ast::DeclKind;
    match kind {
        DeclKind::Segment { params, .. } | DeclKind::Trait { params, .. } => !params.is_empty(),
        _ => false,
    }
}
