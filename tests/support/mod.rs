//! What all tests share: where the repository is, how to walk it, and the one switch that rewrites expectations.

pub(crate) mod binary;
pub(crate) mod editor;
pub(crate) mod engines;
mod index;
pub(crate) mod rng;
pub(crate) mod rows;

use std::path::{Path, PathBuf};

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
