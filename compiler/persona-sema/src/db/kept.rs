//! What was found in each declaration the last time. After an edit of bodies, only the declarations that the edit can reach
//! are asked again: the queries would say the same of all others, but only after validating each.
//!
//! What a declaration says depends on its own text, on what it names (and on what that names, and so on), on the schema, and on
//! what lies outside of rules. So where the schema is as before and nothing outside has changed, a declaration that is known by
//! its name alone and that is edited, comes or goes reaches those that name it, directly or by way of others. Whether they name
//! it is decided by the words of their texts: a word too many costs a check, none is missed. Where names come or go, whatever
//! was said of anything is asked again, too: it may hold a name that was perhaps meant.

use std::sync::{Arc, Mutex, PoisonError};

use persona_base::Diagnostic;
use rustc_hash::{FxHashMap, FxHashSet};
use salsa::plumbing::AsId as _;

use super::facts::{all_facts, split, word};
use super::graph::{graph, used_names};
use super::queries::{Decl, ItemKind, check, signature, symbols};
use super::tables::tables;
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
    fn take(&self) -> Taken<'_> {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Taken {
            kept: shelf.take(),
            shelf: self,
        }
    }

    /// Whether nothing is kept.
    pub(super) fn is_empty(&self) -> bool {
        let shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.is_none()
    }

    /// Something else than the text of a file of rules has changed.
    pub(super) fn clear(&self) {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *shelf = None;
    }
}

/// Results that are put back in the end, also where whoever has them is interrupted: then they are still those of the last time.
struct Taken<'a> {
    shelf: &'a Shelf,
    kept: Option<Kept>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Some(kept) = self.kept.take() {
            let mut shelf = self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner);
            *shelf = Some(kept);
        }
    }
}

/// What was found, and what it rests on besides the texts.
struct Kept {
    /// In the order of the package.
    decls: Vec<Known>,
    tables: Schema,
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
            found: found_in(db, decl),
            ..Self::unasked(db, decl)
        }
    }

    /// One that is about to be asked.
    fn unasked(db: &dyn Db, decl: Decl<'_>) -> Self {
        Self {
            id: decl.as_id(),
            kind: decl.kind(db),
            name: Arc::clone(decl.name(db)),
            space: Arc::clone(decl.space(db)),
            text: Arc::clone(decl.source(db).text(db)),
            found: Vec::new(),
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
    let mut taken = db.kept.take();
    let all = &symbols(db, project).all;
    let change = taken.kept.as_ref().and_then(|kept| change(db, kept, all));
    let kept = match (&mut taken.kept, change) {
        (Some(kept), Some(change)) => {
            check_first(db, all, &change.reached);
            let reached = change.reached.iter();
            let fresh: Vec<(usize, Known)> = reached
                .map(|index| (*index, Known::of(db, all[*index])))
                .collect();
            // From here on nothing is asked: either all of it is new, or nothing.
            if let Some(from) = change.from {
                let mut before: Vec<Option<Known>> = std::mem::take(&mut kept.decls)
                    .into_iter()
                    .map(Some)
                    .collect();
                let from = from.into_iter().zip(all);
                let moved = from.map(|(from, decl)| match from.and_then(|at| before[at].take()) {
                    Some(known) => known,
                    None => Known::unasked(db, *decl),
                });
                kept.decls = moved.collect();
            }
            for (index, known) in fresh {
                kept.decls[index] = known;
            }
            kept
        }
        (place, _) => {
            ahead::check_all(db);
            place.insert(Kept {
                decls: all.iter().map(|decl| Known::of(db, *decl)).collect(),
                tables: tables(db, project).clone(),
            })
        }
    };
    let found = kept.decls.iter().flat_map(|known| &known.found);
    found.cloned().collect()
}

/// What is to be done since the last time.
struct Change {
    /// The declarations that have to be asked again, by their numbers.
    reached: Vec<usize>,
    /// Where each declaration was before; absent where all are at their places.
    from: Option<Vec<Option<usize>>>,
}

/// What is to be done since the last time; `None` where everything has to be asked, or may have to be.
fn change(db: &dyn Db, kept: &Kept, all: &[Decl<'_>]) -> Option<Change> {
    if kept.tables != *tables(db, db.project()) {
        return None;
    }
    let is_same = |(known, decl): (&Known, &Decl<'_>)| known.is(db, *decl);
    let before = kept.decls.iter();
    let head = before
        .clone()
        .zip(all)
        .take_while(|pair| is_same(*pair))
        .count();
    let rest = (kept.decls.len() - head).min(all.len() - head);
    let tail = before.rev().zip(all.iter().rev()).take(rest);
    let tail = tail.take_while(|pair| is_same(*pair)).count();
    let (old_middle, new_middle) = (head..kept.decls.len() - tail, head..all.len() - tail);
    let mut there: FxHashMap<salsa::Id, usize> = old_middle
        .map(|index| (kept.decls[index].id, index))
        .collect();
    // Where names come or go, others may mean something else.
    let mut names: Vec<Arc<str>> = Vec::new();
    let mut from: Vec<Option<usize>> = Vec::with_capacity(all.len());
    let mut reached = Vec::new();
    for (index, decl) in all.iter().enumerate() {
        let place = if index < head {
            Some(index)
        } else if index >= new_middle.end {
            Some(index + kept.decls.len() - all.len())
        } else {
            let known = there.get(&decl.as_id()).copied();
            known.filter(|known| kept.decls[*known].is(db, *decl))
        };
        from.push(place);
        let Some(known) = place.map(|place| &kept.decls[place]) else {
            if !is_known_by_name(decl.kind(db)) {
                return None;
            }
            names.push(Arc::clone(decl.name(db)));
            reached.push(index);
            continue;
        };
        there.remove(&known.id);
        let text = decl.source(db).text(db);
        if !Arc::ptr_eq(&known.text, text) && known.text != *text {
            if !is_known_by_name(known.kind) {
                return None;
            }
            reached.push(index);
        }
    }
    let mut gone: Vec<usize> = there.into_values().collect();
    gone.sort_unstable();
    for known in gone.iter().map(|index| &kept.decls[*index]) {
        if !is_known_by_name(known.kind) {
            return None;
        }
        names.push(Arc::clone(&known.name));
    }
    let is_moved = from.iter().enumerate().any(|(to, from)| *from != Some(to));
    if !(names.is_empty() && gone.is_empty()) {
        let said = from
            .iter()
            .enumerate()
            .filter(|(_, from)| from.is_some_and(|from| !kept.decls[from].found.is_empty()));
        reached.extend(said.map(|(index, _)| index));
        reached.sort_unstable();
        reached.dedup();
    }
    let reached = match reached.is_empty() && names.is_empty() {
        true => reached,
        false => followed(db, all, reached, &names)?,
    };
    Some(Change {
        reached,
        from: (is_moved || kept.decls.len() != all.len()).then_some(from),
    })
}

/// Adds those that name what is reached or one of the further names, and those that name them; `None` where that leads too far.
fn followed(
    db: &dyn Db,
    all: &[Decl<'_>],
    mut reached: Vec<usize>,
    further: &[Arc<str>],
) -> Option<Vec<usize>> {
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
    for step in 0..MAX_STEPS {
        let last = &reached[new..];
        let further = further.iter().filter(|_| step == 0);
        let names: FxHashSet<u32> = last
            .iter()
            .map(|index| all[*index].name(db))
            .chain(further)
            .flat_map(|name| split(name).map(word))
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
        ItemKind::Error
            | ItemKind::Const
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
