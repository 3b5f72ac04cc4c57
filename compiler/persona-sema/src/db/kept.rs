//! What was found in each declaration the last time. After an edit of bodies, only the declarations that the edit can reach
//! are asked again: the queries would say the same of all others, but only after validating each.
//!
//! What a declaration says depends on its own text, on what it names (and on what that names, and so on), on which names
//! there are, on the schema, and on what lies outside of rules. So where the names and the schema are as before and nothing
//! outside has changed, the edit of a declaration that is known by its name alone reaches those that name it, directly or by
//! way of others. Whether they name it is decided by the words of their texts: a word too many costs a check, none is missed.

use std::sync::{Arc, Mutex, PoisonError};

use persona_base::Diagnostic;
use rustc_hash::FxHashSet;
use salsa::plumbing::AsId as _;

use super::facts::{all_facts, split, word};
use super::graph::{graph, used_names};
use super::queries::{Decl, ItemKind, check, schema, signature, symbols};
use super::templates::named;
use super::{Database, Db, ahead};
use crate::env::Schema;

/// How long a chain of declarations is followed before everything is asked again.
const MAX_STEPS: usize = 32;

/// The results of the last time, shared between snapshots: a change waits until there are none.
#[derive(Clone, Default)]
pub(super) struct Shelf(Arc<Mutex<Option<Kept>>>);

impl Shelf {
    /// Takes the results out; whoever comes before they are put back finds none.
    fn take(&self) -> Option<Kept> {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.take()
    }

    fn put(&self, kept: Kept) {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *shelf = Some(kept);
    }

    /// Whether nothing is kept.
    pub(super) fn is_empty(&self) -> bool {
        let shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.is_none()
    }

    /// Something else than the text of a file of rules has changed.
    pub(super) fn clear(&self) {
        self.take();
    }
}

/// What was found, and what it rests on besides the texts.
struct Kept {
    /// In the order of the package.
    decls: Vec<Known>,
    schema: Schema,
}

/// One declaration as it was.
struct Known {
    id: salsa::Id,
    kind: ItemKind,
    name: Arc<str>,
    space: Arc<str>,
    text: Arc<str>,
    found: Vec<Diagnostic>,
}

impl Known {
    fn of(db: &dyn Db, decl: Decl<'_>) -> Self {
        Self {
            id: decl.as_id(),
            kind: decl.kind(db),
            name: Arc::clone(decl.name(db)),
            space: Arc::clone(decl.space(db)),
            text: Arc::clone(decl.source(db).text(db)),
            found: found_in(db, decl),
        }
    }

    /// Whether it is the same declaration, perhaps with another text.
    fn is(&self, db: &dyn Db, decl: Decl<'_>) -> bool {
        let same = |a: &Arc<str>, b: &Arc<str>| Arc::ptr_eq(a, b) || a == b;
        self.id == decl.as_id()
            && self.kind == decl.kind(db)
            && same(&self.name, decl.name(db))
            && same(&self.space, decl.space(db))
    }
}

/// What is wrong or dubious in a declaration.
fn found_in(db: &dyn Db, decl: Decl<'_>) -> Vec<Diagnostic> {
    let checked = &check(db, decl).diagnostics;
    let proven = crate::prove::proven_of(db, decl);
    checked.iter().chain(proven).cloned().collect()
}

/// What is wrong or dubious in each declaration, in the order of the package. Files are stand-ins.
pub(super) fn of_declarations(db: &Database) -> Vec<Diagnostic> {
    let project = db.project();
    let kept = db.kept.take();
    let all = &symbols(db, project).all;
    let reached = kept.as_ref().and_then(|kept| reached(db, kept, all));
    let kept = match (kept, reached) {
        (Some(mut kept), Some(reached)) => {
            check_first(db, all, &reached);
            for index in reached {
                kept.decls[index] = Known::of(db, all[index]);
            }
            kept
        }
        _ => {
            ahead::check_all(db);
            Kept {
                decls: all.iter().map(|decl| Known::of(db, *decl)).collect(),
                schema: schema(db, project).clone(),
            }
        }
    };
    let found = kept.decls.iter().flat_map(|known| &known.found);
    let found = found.cloned().collect();
    db.kept.put(kept);
    found
}

/// The declarations that have to be asked again, by their numbers; `None` where these are all, or may be.
fn reached(db: &dyn Db, kept: &Kept, all: &[Decl<'_>]) -> Option<Vec<usize>> {
    if kept.decls.len() != all.len() || kept.schema != *schema(db, db.project()) {
        return None;
    }
    let mut reached = Vec::new();
    for (index, (known, decl)) in kept.decls.iter().zip(all).enumerate() {
        if !known.is(db, *decl) {
            return None;
        }
        let text = decl.source(db).text(db);
        if !Arc::ptr_eq(&known.text, text) && known.text != *text {
            if !is_known_by_name(known.kind) {
                return None;
            }
            reached.push(index);
        }
    }
    if reached.is_empty() {
        return Some(reached);
    }
    followed(db, all, reached)
}

/// Adds those that name what is reached, and those that name them; `None` where that leads too far.
fn followed(db: &dyn Db, all: &[Decl<'_>], mut reached: Vec<usize>) -> Option<Vec<usize>> {
    let words: Vec<&[u32]> = all_facts(db).map(|(_, facts)| &*facts.words).collect();
    let mut is_reached = vec![false; all.len()];
    reached.iter().for_each(|index| is_reached[*index] = true);
    // The words of templates are in other files.
    for (index, decl) in all.iter().enumerate() {
        let from_file = decl.kind(db) == ItemKind::Content && !named(db, *decl).is_empty();
        if from_file && !is_reached[index] {
            is_reached[index] = true;
            reached.push(index);
        }
    }
    let mut new = 0;
    for _ in 0..MAX_STEPS {
        let last = &reached[new..];
        let names: FxHashSet<u32> = last
            .iter()
            .flat_map(|index| split(all[*index].name(db)).map(word))
            .collect();
        // Triggers know the consents that channels and purposes ask for, without naming these.
        let asks = |index: &usize| {
            let kind = all[*index].kind(db);
            matches!(kind, ItemKind::Channel | ItemKind::Purpose)
        };
        let triggers_too = last.iter().any(asks);
        new = reached.len();
        for (index, words) in words.iter().enumerate() {
            let knows = || triggers_too && all[index].kind(db) == ItemKind::Trigger;
            if !is_reached[index] && (contains_any(words, &names) || knows()) {
                is_reached[index] = true;
                reached.push(index);
            }
        }
        if reached.len() == new {
            return Some(reached);
        }
    }
    None
}

fn contains_any(words: &[u32], names: &FxHashSet<u32>) -> bool {
    if names.len() < 4 {
        let mut names = names.iter();
        names.any(|name| words.binary_search(name).is_ok())
    } else {
        words.iter().any(|word| names.contains(word))
    }
}

/// Whether others learn of it only by naming it, besides what the schema has of it. All else has a part in what every
/// declaration sees (fields, kinds of events), or is looked at by all of its kind (sources, modules, channels).
fn is_known_by_name(kind: ItemKind) -> bool {
    matches!(
        kind,
        ItemKind::Const
            | ItemKind::Trait
            | ItemKind::Fn
            | ItemKind::Segment
            | ItemKind::Partition
            | ItemKind::Recommend
            | ItemKind::Trigger
            | ItemKind::Content
            | ItemKind::Experiment
            | ItemKind::Exclusive
            | ItemKind::Test
    )
}

/// Checks what the reached declarations rest on before them, so that no query has far to go.
fn check_first<'db>(db: &'db dyn Db, all: &[Decl<'db>], reached: &[usize]) {
    let by_name = &symbols(db, db.project()).by_name;
    let mut needed: FxHashSet<Decl<'db>> = FxHashSet::default();
    let mut queue: Vec<Decl<'db>> = reached.iter().map(|index| all[*index]).collect();
    while let Some(decl) = queue.pop() {
        if needed.insert(decl) {
            let next = used_names(db, decl).filter_map(|name| by_name.get(name));
            queue.extend(next.copied());
        }
    }
    if needed.is_empty() {
        return;
    }
    let order = graph(db, db.project()).order.iter();
    for decl in order.filter(|decl| needed.contains(decl)) {
        check(db, *decl);
        signature(db, *decl);
    }
}
