//! Asking ahead: the first time a package is checked, its texts are parsed and its declarations checked on several
//! threads, each with a snapshot of the database. Whoever asks afterwards finds the answers; nothing here decides
//! anything, and with one thread all would be the same.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, available_parallelism, scope};

use persona_base::Span;
use rustc_hash::FxHashMap;

use super::graph::{graph, used_names};
use super::queries::{Decl, DeclText, check, cut, parsed, signature, symbols};
use super::{Database, Db, SourceFile};
use crate::prove::proven_of;

/// So many declarations are handed to a thread at once; fewer are not worth a second thread.
const PORTION: usize = 32;

/// Deep expressions need a deep stack. Only what is touched of it takes memory.
const STACK: usize = 256 * 1024 * 1024;

/// Parses the texts of all declarations of the package's own files.
pub(super) fn parse_all(db: &Database) {
    let files: Vec<SourceFile> = db.project().files(db).clone();
    let places: Vec<(SourceFile, Span)> = files
        .iter()
        .flat_map(|file| cut(db, *file).decls.iter().map(|found| (*file, found.span)))
        .collect();
    on_threads(db, &places, |db, (file, span)| {
        let text = DeclText::new(db, Arc::<str>::from(span.of(file.text(db))));
        parsed(db, text);
    });
}

/// Checks every declaration after what it refers to, and asks what can be proven of it. Declarations of one height do
/// not refer to each other: they are checked side by side, and no query goes further than one step.
pub(super) fn check_all(db: &Database) {
    // The numbers of declarations in the package's list: handles of one snapshot mean nothing in another's lifetime.
    let all = &symbols(db, db.project()).all;
    let mut heights = by_height(db, all);
    let rest = heights.remove(0);
    for numbers in &heights {
        on_threads(db, numbers, |db, number| {
            let decl = symbols(db, db.project()).all[*number];
            check(db, decl);
            signature(db, decl);
        });
    }
    let everything: Vec<usize> = heights.into_iter().flatten().chain(rest).collect();
    on_threads(db, &everything, |db, number| {
        proven_of(db, symbols(db, db.project()).all[*number]);
    });
}

/// The numbers of declarations by how many steps they are above those that refer to none; before them, those without a
/// body, which none refers to by it.
fn by_height<'db>(db: &'db Database, all: &[Decl<'db>]) -> Vec<Vec<usize>> {
    let by_name = &symbols(db, db.project()).by_name;
    let number_of: FxHashMap<Decl<'db>, usize> = all
        .iter()
        .enumerate()
        .map(|(number, decl)| (*decl, number))
        .collect();
    let mut height_of: FxHashMap<Decl<'db>, usize> = FxHashMap::default();
    let mut heights: Vec<Vec<usize>> = vec![Vec::new()];
    for decl in &graph(db, db.project()).order {
        let used = used_names(db, *decl).filter_map(|name| by_name.get(name));
        let below = used.filter_map(|target| height_of.get(target)).max();
        let height = below.map_or(1, |below| below + 1);
        height_of.insert(*decl, height);
        heights.resize_with(heights.len().max(height + 1), Vec::new);
        heights[height].extend(number_of.get(decl));
    }
    let without_body = all
        .iter()
        .enumerate()
        .filter(|(_, decl)| !height_of.contains_key(decl));
    heights[0] = without_body.map(|(number, _)| number).collect();
    heights
}

/// Asks about each item, portion by portion, on as many threads as there are cores.
fn on_threads<T: Sync>(db: &Database, items: &[T], ask: impl Fn(&Database, &T) + Sync) {
    let cores = available_parallelism().map_or(1, NonZero::get);
    let threads = cores.min(items.len().div_ceil(PORTION));
    if threads < 2 {
        return items.iter().for_each(|item| ask(db, item));
    }
    let next = AtomicUsize::new(0);
    let work = |db: &Database| {
        let portions = || next.fetch_add(PORTION, Ordering::Relaxed);
        let mut from = portions();
        while from < items.len() {
            let to = items.len().min(from + PORTION);
            items[from..to].iter().for_each(|item| ask(db, item));
            from = portions();
        }
    };
    scope(|scope| {
        let work = &work;
        let helpers: Vec<_> = (1..threads)
            .filter_map(|_| {
                let snapshot = db.clone();
                let helper = Builder::new().stack_size(STACK);
                // Where no further thread can be had, this one does all.
                helper.spawn_scoped(scope, move || work(&snapshot)).ok()
            })
            .collect();
        work(db);
        for helper in helpers {
            if let Err(panic) = helper.join() {
                resume_unwind(panic);
            }
        }
    });
}
