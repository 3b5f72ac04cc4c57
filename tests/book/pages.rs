//! Which pages the book has.

use std::path::{Path, PathBuf};

use crate::support::{files_below, relative, root};

/// All pages but the recipes; with the README, what is said of the architecture and of speed, and of contributing.
pub(super) fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = files_below(&root().join("compiler/docs"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .filter(|path| !relative(path).starts_with("compiler/docs/recipes/"))
        .collect();
    let others = [
        "README.md",
        "compiler/ARCHITECTURE.md",
        "compiler/PERFORMANCE.md",
        ".github/CONTRIBUTING.md",
    ];
    pages.extend(others.iter().map(|page| root().join(page)));
    assert!(
        pages.len() > 15,
        "the book is more than {} pages",
        pages.len()
    );
    pages
}

/// The same, with the recipes.
pub(super) fn all_pages() -> Vec<PathBuf> {
    let recipes = files_below(&root().join("compiler/docs/recipes"));
    let recipes = recipes
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    pages().into_iter().chain(recipes).collect()
}

/// A page's text.
pub(super) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
