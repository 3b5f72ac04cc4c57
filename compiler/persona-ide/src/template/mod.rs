//! Templates: completion, hover and definition in Liquid files of the package.
//!
//! Which tag a place is in its text tells, broken or not (`scan`). What a variable is the check of the contents that are made
//! from the template says, asked about an output at that place (`seen`); a template that several contents are made from sees
//! what all of them give. What is wrong in a template is among the package's diagnostics, by its file.

mod complete;
mod point;
mod scan;
mod seen;
#[cfg(test)]
mod tests;

use persona_base::{Diagnostic, FileId};
use persona_sema::{Database, TEMPLATE_ENDINGS};

pub(crate) use complete::complete;
pub(crate) use point::{definition, filter, hover, tag};

/// Whether a file is a template, by what it was set as or by its name.
pub fn is_template(db: &Database, file: FileId) -> bool {
    let path = db.file_path(file);
    db.space_of(file).is_none() && TEMPLATE_ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// What is wrong or dubious in one file, a template or any other, in the order of its text.
pub fn diagnostics(db: &Database, file: FileId) -> Vec<Diagnostic> {
    let mut found = db.diagnostics();
    found.retain(|diagnostic| diagnostic.primary.file == file);
    found
}
