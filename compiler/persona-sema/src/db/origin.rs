//! Stand-in files: how a query names a place in a declaration without knowing where the declaration is.
//!
//! Inside queries each declaration is a file of its own, named by a [`FileId`] above all real ones; the edge
//! replaces it by the real file and moves the spans. So a diagnostic that points at another declaration stays the
//! same when either of them moves.

use persona_base::{Diagnostic, FileId, Label, Span};
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
    /// The declaration that follows each in its file.
    next: FxHashMap<FileId, Decl<'db>>,
}

impl<'db> Origins<'db> {
    /// Looks where the declarations are.
    pub(crate) fn of(db: &'db dyn Db) -> Self {
        let mut places = FxHashMap::default();
        let mut next = FxHashMap::default();
        for file in super::modules::loaded_files(db) {
            let decls = &decls(db, file).decls;
            for pair in decls.windows(2) {
                next.insert(stand_in(pair[0].0), pair[1].0);
            }
            for (decl, span) in decls {
                let place = Place {
                    file: file.id(db),
                    span: *span,
                };
                places.insert(stand_in(*decl), (*decl, place));
            }
        }
        Self { db, places, next }
    }

    /// The place of a declaration.
    pub(crate) fn place(&self, decl: Decl<'_>) -> Place {
        let found = self.places.get(&stand_in(decl));
        found.expect("a declaration of this revision has a place").1
    }

    /// A place inside a declaration.
    pub(crate) fn within(&self, decl: Decl<'_>, span: Span) -> Place {
        let place = self.place(decl);
        Place {
            file: place.file,
            span: span.offset(place.span.start),
        }
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

    /// A brace that is open up to the end of its declaration: where the next one starts shows how far it reached.
    fn name_next(&self, diagnostic: &mut Diagnostic) {
        let own = whole(diagnostic.primary.file);
        let Some((decl, place)) = self.places.get(&own) else {
            return;
        };
        let end = decl.source(self.db).text(self.db).trim_end().len();
        let open_to_end = diagnostic
            .secondary
            .iter()
            .any(|label| label.span.start as usize >= end);
        let Some(next) = self.next.get(&own).filter(|_| open_to_end) else {
            return;
        };
        let head = tree(self.db, *next).span.start;
        let text = next.source(self.db).text(self.db);
        let word = text[head as usize..]
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@'))
            .count();
        let Some(line) = self.line(place.file, self.place(*next).span.start + head) else {
            return;
        };
        diagnostic.primary.text =
            format!("opened here; the next declaration starts at line {line}");
        diagnostic.secondary.push(Label {
            file: stand_in(*next),
            span: Span::new(head, head + word as u32),
            text: "the next declaration starts here".to_owned(),
        });
    }

    /// The line of an offset in a file, from 1.
    fn line(&self, file: FileId, offset: u32) -> Option<usize> {
        let mut files = super::modules::loaded_files(self.db).into_iter();
        let found = files.find(|found| found.id(self.db) == file)?;
        let before = found.text(self.db).get(..offset as usize)?;
        Some(before.bytes().filter(|byte| *byte == b'\n').count() + 1)
    }

    /// The diagnostic with real files.
    pub(crate) fn located(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        if diagnostic.code == persona_base::syntax::NEVER_CLOSED {
            self.name_next(&mut diagnostic);
        }
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
