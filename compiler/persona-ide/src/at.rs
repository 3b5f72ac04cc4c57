//! What the cursor is on: the name at a place, with everything it means there.

use persona_base::{FileId, Span};
use persona_sema::Database;
use persona_sema::editor::{DeclRef, Declaration, Occurrence, Symbol};

/// The name under the cursor.
#[derive(Clone, Debug)]
pub(crate) struct Named<'db> {
    /// The declaration that it stands in; for a name in a template, a content that is made from it.
    pub(crate) decl: Declaration<'db>,
    /// Where it is written, in its file.
    pub(crate) span: Span,
    /// What it means: at least one, several where a field of several kinds of events is meant.
    pub(crate) meanings: Vec<&'db Occurrence>,
}

impl<'db> Named<'db> {
    /// The name at an offset, or right before it. In a template it means what it means for the contents that are made from it.
    pub(crate) fn at(db: &'db Database, file: FileId, offset: u32) -> Option<Self> {
        if let Some(template) = db.template_name(file) {
            return Self::in_template(db, file, offset, &template);
        }
        let (decl, meanings) = db.occurrences_at(file, offset)?;
        let span = decl.in_file(meanings.first()?.span);
        Some(Self {
            decl,
            span,
            meanings,
        })
    }

    fn in_template(db: &'db Database, file: FileId, offset: u32, template: &str) -> Option<Self> {
        let mut found: Option<Self> = None;
        for name in db.contents_of_template(template) {
            let Some(decl) = db.named(&name) else {
                continue;
            };
            for (at, one) in db.names_in_templates(decl.id) {
                if *at != file || !one.span.touches(offset) {
                    continue;
                }
                match &mut found {
                    None => {
                        found = Some(Self {
                            decl,
                            span: one.span,
                            meanings: vec![one],
                        });
                    }
                    Some(found) if found.span == one.span => {
                        if found
                            .meanings
                            .iter()
                            .all(|other| other.symbol != one.symbol)
                        {
                            found.meanings.push(one);
                        }
                    }
                    Some(_) => {}
                }
            }
        }
        found
    }

    /// The declaration that it stands in; for a name in a template, a content that is made from it.
    pub(crate) fn from(&self) -> DeclRef {
        self.decl.id
    }

    /// What it means.
    pub(crate) fn symbols(&self) -> impl Iterator<Item = &'db Symbol> {
        let meanings = self.meanings.iter();
        meanings.map(|one| &one.symbol)
    }
}

/// The text of a declaration around an offset, and where it begins: where no name is.
pub(crate) fn declaration<'db>(
    db: &'db Database,
    file: FileId,
    offset: u32,
) -> Option<(Declaration<'db>, u32)> {
    let decl = db.declaration_at(file, offset)?;
    let relative = offset.checked_sub(decl.span.start)?;
    Some((decl, relative))
}
