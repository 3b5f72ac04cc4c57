//! Stand-in files: how a query names a place in a declaration without knowing where the declaration is.
//!
//! Inside queries each declaration is a file of its own, named by a [`FileId`] above all real ones; the edge
//! replaces it by the real file and moves the spans. So a diagnostic that points at another declaration stays the
//! same when either of them moves.

use persona_base::{Diagnostic, FileId, Span};
use rustc_hash::FxHashMap;
use salsa::plumbing::AsId as _;

use super::queries::{Decl, decls, tree};
use super::{Db, SourceFile};
use crate::Place;

/// Stand-in ids are those with this bit. Real ids count files, and there are fewer than 2^31 of them.
const STAND_IN: u32 = 1 << 31;
/// Stand-ins with this bit, too, are the declaration's name: where it is written, only the edge needs to know, so that
/// nobody who points at it depends on the declaration's text.
const NAME: u32 = 1 << 30;

/// The file that a declaration is, inside queries.
pub(crate) fn stand_in(decl: Decl<'_>) -> FileId {
    let index = decl.as_id().index();
    assert!(index < NAME, "fewer than 2^30 declarations");
    FileId(STAND_IN | index)
}

/// The place of a declaration's name, inside queries.
pub(crate) fn name_of(decl: Decl<'_>) -> Place {
    let file = FileId(stand_in(decl).0 | NAME);
    Place {
        file,
        span: Span::default(),
    }
}

/// The declaration itself, where the file is its name.
pub(crate) fn whole(file: FileId) -> FileId {
    if file.0 & STAND_IN == 0 {
        file
    } else {
        FileId(file.0 & !NAME)
    }
}

/// Where the declarations of the package are at present.
pub(crate) struct Origins<'db> {
    db: &'db dyn Db,
    places: FxHashMap<FileId, (Decl<'db>, Place)>,
}

impl<'db> Origins<'db> {
    /// Looks where the declarations are.
    pub(crate) fn of(db: &'db dyn Db) -> Self {
        let mut places = FxHashMap::default();
        for file in super::modules::loaded_files(db) {
            for (decl, span) in &decls(db, file).decls {
                let place = Place {
                    file: file.id(db),
                    span: *span,
                };
                places.insert(stand_in(*decl), (*decl, place));
            }
        }
        Self { db, places }
    }

    /// The place of a declaration.
    pub(crate) fn place(&self, decl: Decl<'_>) -> Place {
        let found = self.places.get(&stand_in(decl));
        found.expect("a declaration of this revision has a place").1
    }

    /// A place, after replacing a stand-in file.
    fn resolve(&self, file: FileId, span: Span) -> Place {
        let is_name = file != whole(file);
        match self.places.get(&whole(file)) {
            Some((decl, place)) => {
                let span = if is_name {
                    tree(self.db, *decl).name.span
                } else {
                    span
                };
                Place {
                    file: place.file,
                    span: span.offset(place.span.start),
                }
            }
            None => Place { file, span },
        }
    }

    /// The diagnostic with real files.
    pub(crate) fn located(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        for label in std::iter::once(&mut diagnostic.primary).chain(&mut diagnostic.secondary) {
            let place = self.resolve(label.file, label.span);
            (label.file, label.span) = (place.file, place.span);
        }
        for edit in diagnostic.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            let place = self.resolve(edit.file, edit.span);
            (edit.file, edit.span) = (place.file, place.span);
        }
        diagnostic
    }
}

/// The diagnostics of a file's own structure, which already name the real file.
pub(crate) fn file_errors(db: &dyn Db, file: SourceFile) -> Vec<Diagnostic> {
    decls(db, file)
        .errors
        .iter()
        .map(|error| super::queries::syntax_diagnostic(file.id(db), error))
        .collect()
}
