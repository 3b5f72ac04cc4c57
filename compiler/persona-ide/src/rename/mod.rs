//! Giving something another name, everywhere at once, so that everything means what it meant before; or saying why not.
//!
//! It refuses what the language or another package has, what is no name, what is taken, and what would capture a name or be
//! captured by one. Where people or data know the old name, it stays known to them:
//!
//! * A field that a source fills from the column of its own name: the source says `new = column("old")` from then on where that
//!   is certain to mean the same (the data must have the column: the field is required, and the source is the only one).
//!   Elsewhere it is refused, with what to write first: whether a column is there only the data know.
//! * A value of an enum that data say: the old name becomes its title, which data may say as well, and which people saw.
//! * An experiment divides people by its name: the old name becomes its `salt`.

mod data;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use persona_base::{Edit, FileId, Span};
use persona_sema::Database;
use persona_sema::editor::{DeclRef, Reference, Symbol};

use crate::at::Named;

/// Why something is not renamed, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub String);

/// What can be renamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The name under the cursor, in its file.
    pub span: Span,
    /// The name as it is.
    pub name: String,
}

/// What is to be renamed.
pub(crate) struct Subject<'db> {
    symbol: &'db Symbol,
    from: DeclRef,
    span: Span,
    old: String,
}

/// Whether the name at a place can be changed.
///
/// # Errors
/// Why not.
pub fn prepare(db: &Database, file: FileId, offset: u32) -> Result<Prepared, Refused> {
    let subject = subject(db, file, offset)?;
    Ok(Prepared {
        span: subject.span,
        name: subject.old,
    })
}

/// The edits that give what is at a place another name, by file and place; none where it has that name already.
///
/// # Errors
/// Why it cannot have that name.
pub fn rename(db: &Database, file: FileId, offset: u32, new: &str) -> Result<Vec<Edit>, Refused> {
    let subject = subject(db, file, offset)?;
    if subject.old == new {
        return Ok(Vec::new());
    }
    rules::is_name(&subject, new)?;
    rules::is_free(db, &subject, new)?;
    let references = db.references(subject.symbol, subject.from);
    let mut files: BTreeSet<FileId> = BTreeSet::new();
    for one in &references {
        if files.insert(one.place.file) {
            own_place(db, &subject, one)?;
        }
        one_meaning(db, &subject, one)?;
    }
    rules::captures_nothing(db, &subject, new, &references)?;
    let mut edits: Vec<Edit> = references
        .iter()
        .map(|one| Edit {
            file: one.place.file,
            span: one.place.span,
            text: new.to_owned(),
        })
        .collect();
    edits.extend(data::kept_names(db, &subject, new)?);
    edits.sort_by_key(|edit| (edit.file, edit.span));
    edits.dedup();
    Ok(edits)
}

fn refused<T>(why: impl Into<String>) -> Result<T, Refused> {
    Err(Refused(why.into()))
}

fn subject(db: &Database, file: FileId, offset: u32) -> Result<Subject<'_>, Refused> {
    let Some(named) = Named::at(db, file, offset) else {
        return refused("there is no name here");
    };
    let mut symbols = named.symbols();
    let Some(symbol) = symbols.next() else {
        return refused("there is no name here");
    };
    let old = symbol.own_name().to_owned();
    if symbols.next().is_some() {
        return refused(format!(
            "`{old}` is a field of several events here: rename it where one of them declares it"
        ));
    }
    match symbol {
        Symbol::BuiltIn(..) => return refused(format!("`{old}` belongs to the language")),
        Symbol::Module(_) => {
            return refused(
                "a module is called like its file, a package as its `persona.toml` says",
            );
        }
        Symbol::Template(_) => return refused("rename the file itself"),
        Symbol::Layer(_) => {
            return refused(format!(
                "people are divided by the layer's name: another one than `{old}` would put them elsewhere"
            ));
        }
        _ => {}
    }
    let in_template = db.template_name(file).is_some();
    if in_template && matches!(symbol, Symbol::Local { .. }) {
        return refused(format!(
            "`{old}` is a name of this template: change it here"
        ));
    }
    let targets = db.targets(symbol, named.from());
    if targets.is_empty() {
        return refused(format!("`{old}` is declared nowhere in this package"));
    }
    if targets.len() > 1 {
        return refused(format!(
            "`{old}` is declared {} times: one of them needs another name first",
            targets.len()
        ));
    }
    let own = |file: FileId| db.is_own_file(file);
    if let Some(target) = targets.iter().find(|target| !own(target.name.file)) {
        let space = db.space_of(target.name.file);
        let space = space.map_or_else(String::new, ToString::to_string);
        return refused(format!(
            "`{old}` belongs to `{space}`, which is not changed from here"
        ));
    }
    let subject = Subject {
        symbol,
        from: named.from(),
        span: named.span,
        old,
    };
    Ok(subject)
}

/// Only the package's own files may be changed.
fn own_place(db: &Database, subject: &Subject<'_>, one: &Reference) -> Result<(), Refused> {
    if db.is_own_file(one.place.file) || db.template_name(one.place.file).is_some() {
        return Ok(());
    }
    let space = db.space_of(one.place.file);
    let space = space.map_or_else(String::new, ToString::to_string);
    refused(format!(
        "`{space}` names `{}` too, and is not changed from here",
        subject.old
    ))
}

/// A place that means something else besides would lose that.
fn one_meaning(db: &Database, subject: &Subject<'_>, one: &Reference) -> Result<(), Refused> {
    if one.place.file != one.decl.file {
        let template = db
            .template_name(one.place.file)
            .unwrap_or_else(|| "".into());
        return one_meaning_there(db, subject, one, &template);
    }
    if one.is_alone {
        return Ok(());
    }
    let Some(decl) = db.declaration(one.decl) else {
        return Ok(());
    };
    let here = |span: Span| decl.in_file(span) == one.place.span;
    let mut all = db.occurrences(one.decl).iter();
    let other = all.find(|other| here(other.span) && other.symbol != *subject.symbol);
    match other.map(|other| &other.symbol) {
        None => Ok(()),
        Some(Symbol::Field { table, .. }) => refused(format!(
            "in `{}`, `{}` is a field of `{table}` as well",
            decl.name, subject.old
        )),
        Some(_) => refused(format!(
            "in `{}`, `{}` means something else as well",
            decl.name, subject.old
        )),
    }
}

/// A template may be that of several contents, which need not mean the same by a name.
fn one_meaning_there(
    db: &Database,
    subject: &Subject<'_>,
    one: &Reference,
    template: &str,
) -> Result<(), Refused> {
    for name in db.contents_of_template(template) {
        let Some(content) = db.named(&name) else {
            continue;
        };
        let here = |file: FileId, span: Span| file == one.place.file && span == one.place.span;
        let mut all = db.names_in_templates(content.id).iter();
        let other =
            all.find(|(file, other)| here(*file, other.span) && other.symbol != *subject.symbol);
        if other.is_some() {
            return refused(format!(
                "`{}` in {template} means something else for `{name}`",
                subject.old
            ));
        }
    }
    Ok(())
}
