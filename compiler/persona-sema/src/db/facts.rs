//! What the passes over the whole package need to know of each declaration, gathered file by file: so that an edit looks
//! again at one file, and asks no query for each of the others' declarations. Facts name no place in a file.

use std::collections::BTreeSet;
use std::hash::Hasher as _;
use std::sync::Arc;

use rustc_hash::FxHasher;

use super::deprecated::{Mark, marks};
use super::queries::{Decl, file_symbols, parameters, tree};
use super::shadow::{Given, given};
use super::suppress::{Allow, allows_of};
use super::tables::tables;
use super::{Db, SourceFile, modules};
use crate::decl::names_in;

/// What is known of one declaration by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// The names it refers to.
    pub(super) links: Arc<Links>,
    /// How much it is.
    pub(super) extent: Arc<Extent>,
    /// What is marked `@deprecated` in it.
    pub(super) marks: Vec<Mark>,
    /// The names it gives itself.
    pub(super) given: Vec<Given>,
    /// Its `@allow`s.
    pub(super) allows: Vec<Allow>,
    /// The words of its text, as [`word`] numbers them: whatever it refers to is among them.
    pub(crate) words: Box<[u32]>,
}

/// The names that a declaration refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Links {
    /// Names that are not bound inside it.
    pub(super) used: BTreeSet<Arc<str>>,
    /// Those of them that stand where only a declaration can.
    pub(super) definite: BTreeSet<Arc<str>>,
    /// What is only compared with by name.
    pub(super) named: BTreeSet<Arc<str>>,
}

/// How much a declaration is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// How many operations its expressions are.
    pub(super) size: u32,
    /// Whether it takes parameters.
    pub(super) has_params: bool,
    /// How often it names what it uses.
    pub(super) calls: Vec<(Arc<str>, u32)>,
}

/// The facts of a file's declarations, in the order of [`file_symbols`].
#[salsa::tracked]
pub(crate) fn facts(db: &dyn Db, file: SourceFile) -> Vec<Arc<Facts>> {
    let decls = file_symbols(db, file).iter();
    decls.map(|decl| Arc::clone(facts_of(db, *decl))).collect()
}

/// The facts of one declaration: in a file of very many, most stay as they are.
#[salsa::tracked]
fn facts_of<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Arc<Facts> {
    let tree = tree(db, decl);
    // Not the query of its names: that keeps all their places.
    let names = names_in(tree, tables(db, db.project()));
    let calls = names.globals.iter();
    let calls = calls.map(|(name, spans)| (Arc::clone(name), spans.len() as u32));
    Arc::new(Facts {
        links: Arc::new(Links {
            used: names.globals.keys().cloned().collect(),
            definite: names.definite,
            named: names.named.keys().cloned().collect(),
        }),
        extent: Arc::new(Extent {
            size: names.size,
            has_params: !parameters(&tree.kind).is_empty(),
            calls: calls.collect(),
        }),
        marks: marks(db, decl),
        given: given(db, decl),
        allows: allows_of(db, decl),
        words: words(decl.source(db).text(db)),
    })
}

/// The links of a file's declarations. Whoever asks for them depends on nothing else that is written there.
#[salsa::tracked]
pub(super) fn links(db: &dyn Db, file: SourceFile) -> Vec<Arc<Links>> {
    let facts = facts(db, file).iter();
    facts.map(|facts| Arc::clone(&facts.links)).collect()
}

/// The extents of a file's declarations, with the same promise.
#[salsa::tracked]
pub(super) fn extents(db: &dyn Db, file: SourceFile) -> Vec<Arc<Extent>> {
    let facts = facts(db, file).iter();
    facts.map(|facts| Arc::clone(&facts.extent)).collect()
}

/// All declarations as in [`super::queries::Symbols::all`], each with what `of` knows of the declarations of its file.
pub(super) fn with_each<'db, T: 'db>(
    db: &'db dyn Db,
    of: impl Fn(SourceFile) -> &'db [T] + 'db,
) -> impl Iterator<Item = (Decl<'db>, &'db T)> + 'db {
    let own = db.project().files(db).iter().copied();
    let own = own.map(|file| (file, true));
    let shared = modules::shared_files(db).into_iter();
    let files = own.chain(shared.map(|file| (file, false)));
    files.flat_map(move |(file, is_own)| {
        let decls = file_symbols(db, file).iter().copied();
        decls
            .zip(of(file))
            .filter(move |(decl, _)| is_own || modules::is_shared(decl.kind(db)))
    })
}

/// The facts of all declarations.
pub(super) fn all_facts(db: &dyn Db) -> impl Iterator<Item = (Decl<'_>, &Facts)> {
    let all = with_each(db, |file| facts(db, file).as_slice());
    all.map(|(decl, facts)| (decl, &**facts))
}

/// The links of all declarations.
pub(super) fn all_links(db: &dyn Db) -> impl Iterator<Item = (Decl<'_>, &Links)> {
    let all = with_each(db, |file| links(db, file).as_slice());
    all.map(|(decl, links)| (decl, &**links))
}

/// The words of a text, sorted.
fn words(text: &str) -> Box<[u32]> {
    let mut found: Vec<u32> = split(text).map(word).collect();
    found.sort_unstable();
    found.dedup();
    found.into_boxed_slice()
}

/// The words of a text or a name.
pub(crate) fn split(text: &str) -> impl Iterator<Item = &str> {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    text.split(move |c: char| !inside(c))
        .filter(|word| !word.is_empty())
}

/// A word's number. Different words may have the same one; then something is looked at for nothing.
pub(crate) fn word(word: &str) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(word.as_bytes());
    let hash = hasher.finish();
    (hash ^ (hash >> 32)) as u32
}
