//! What all tests share: where the repository is, how to walk it, and the one switch that rewrites expectations.

pub(crate) mod binary;
pub(crate) mod editor;
pub(crate) mod engines;
mod index;
pub(crate) mod rng;
pub(crate) mod rows;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The repository's folder.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .expect("the tests' folder lies in the repository")
        .to_path_buf()
}

/// Whether expectations are rewritten instead of compared: `UPDATE=1 cargo test -p persona-tests`.
pub(crate) fn update() -> bool {
    std::env::var_os("UPDATE").is_some_and(|value| value == "1")
}

/// Whether only some chapters and pages are wanted: those whose path contains `PERSONA_ONLY`. What needs all of them is left out then.
pub(crate) fn only_some() -> bool {
    std::env::var_os("PERSONA_ONLY").is_some()
}

/// Whether a chapter or page is wanted.
pub(crate) fn is_wanted(path: &Path) -> bool {
    std::env::var("PERSONA_ONLY").map_or(true, |part| relative(path).contains(&part))
}

/// Every file below a folder, sorted, without build products, version control and other hidden caches.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in
            std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        {
            let entry = entry.expect("a readable folder entry");
            let name = entry.file_name();
            let skipped = ["target", ".git", ".persona", "node_modules", "dist"]
                .iter()
                .any(|skipped| name == *skipped);
            if skipped {
                continue;
            }
            if entry.file_type().expect("a file type").is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

/// A path relative to the repository, with `/` on every system.
pub(crate) fn relative(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    path.components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

/// Does something with each, on as many threads as there are processors; what comes of it is in no order.
pub(crate) fn with_each<T: Send, R: Send>(all: Vec<T>, act: impl Fn(T) -> R + Sync) -> Vec<R> {
    let queue = Mutex::new(all);
    let done = Mutex::new(Vec::new());
    let next = || queue.lock().expect("no thread panics").pop();
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(one) = next() {
                    let outcome = act(one);
                    done.lock().expect("no thread panics").push(outcome);
                }
            });
        }
    });
    done.into_inner().expect("no thread panics")
}

/// Fails where a page is not what it is made of; `test` is the part of a test's name that writes it anew.
pub(crate) fn assert_is_current(page: &str, made: &str, test: &str) {
    let path = root().join(page);
    if update() {
        std::fs::write(&path, made).expect("the page is written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == made,
        "{page} is not what it is made of; `UPDATE=1 cargo test -p persona-tests {test}` writes it"
    );
}
