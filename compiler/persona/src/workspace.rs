//! Packages on disk, for programs that hold their texts themselves, as editors do: which packages there are, and what is in
//! them. Everything is plain data with absolute paths, and whoever asks says which texts are newer than those on disk.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use persona_sema::DependencyFiles;

use crate::Error;
use crate::dependencies::Shared;
use crate::find::{self, CONFIG};

/// How many folders are looked at for packages.
const MAX_FOLDERS: usize = 50_000;
/// Folders that hold other people's files.
const FOREIGN: [&str; 2] = ["node_modules", "target"];

/// A package as it is on disk.
#[derive(Clone, Debug, Default)]
pub struct PackageFiles {
    /// Path and text of `persona.toml`.
    pub config: (PathBuf, String),
    /// Paths and texts of the `.persona` files, by path.
    pub files: Vec<(PathBuf, String)>,
    /// The packages that it rests on, directly or by way of others.
    pub dependencies: Vec<DependencyFiles>,
    /// Which folder a package (by its own folder; empty for this one) means by a dependency's name.
    pub folders: Vec<(String, String, String)>,
    /// The files that may be templates: paths from the package's folder, with `/`.
    pub templates: BTreeSet<Arc<str>>,
}

/// The folder of the package that a file or folder lies in, there or not; none for what lies in a hidden folder of one, which
/// packages leave out.
pub fn package_of(path: &Path) -> Option<PathBuf> {
    let root = path
        .ancestors()
        .find(|folder| folder.join(CONFIG).is_file())?;
    let below = path.strip_prefix(root).ok()?.components();
    let mut below = below.filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy()),
        _ => None,
    });
    let hidden = below.any(|name| name.starts_with('.'));
    (!hidden).then(|| root.to_owned())
}

/// The folders of all packages in a folder and the folders in it, by path. Hidden folders are left out, and those that hold
/// what other tools install or build.
pub fn packages_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut queue = vec![folder.to_owned()];
    let mut seen = 0;
    while let Some(folder) = queue.pop() {
        seen += 1;
        if seen > MAX_FOLDERS {
            break;
        }
        if folder.join(CONFIG).is_file() {
            found.push(folder.clone());
        }
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        let folders = entries.flatten().filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let left_out = name.starts_with('.') || FOREIGN.contains(&&*name);
            !left_out && entry.file_type().is_ok_and(|kind| kind.is_dir())
        });
        queue.extend(folders.map(|entry| entry.path()));
    }
    found.sort();
    found
}

/// Reads the package in a folder that holds a `persona.toml`. `newer` gives the text of a file that is not to be read from
/// disk. What is no UTF-8 is read with replacement characters, so that one bad file does not hide the others.
///
/// # Errors
/// Where the folder or its `persona.toml` cannot be read.
pub fn read_package(
    root: &Path,
    newer: &dyn Fn(&Path) -> Option<String>,
) -> Result<PackageFiles, Error> {
    let config = root.join(CONFIG);
    let toml = match newer(&config) {
        Some(text) => text,
        None => find::read(&config)?,
    };
    let mut paths = Vec::new();
    find::collect(root, &mut paths)?;
    paths.sort();
    let files = paths.into_iter().filter_map(|path| {
        let text = newer(&path).or_else(|| read_text(&path))?;
        Some((path, text))
    });
    let files = files.collect();
    let shared = Shared::read(root, &toml);
    let dependencies = shared.packages.into_iter();
    let dependencies = dependencies.map(|package| with_newer(package, newer));
    Ok(PackageFiles {
        config: (config, toml),
        files,
        dependencies: dependencies.collect(),
        folders: shared.folders,
        templates: find::templates(root)?,
    })
}

/// A file's text; none where it cannot be read. What is no UTF-8 is replaced.
pub fn read_text(path: &Path) -> Option<String> {
    let bytes = find::read_bytes(path).ok()?;
    Some(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

/// Another package with absolute paths and the newer texts.
fn with_newer(
    mut package: DependencyFiles,
    newer: &dyn Fn(&Path) -> Option<String>,
) -> DependencyFiles {
    for (path, text) in package.config.iter_mut().chain(&mut package.files) {
        let whole = std::path::absolute(&*path).unwrap_or_else(|_| PathBuf::from(&*path));
        if let Some(newer) = newer(&whole) {
            *text = newer;
        }
        *path = whole
            .to_string_lossy()
            .replace(std::path::MAIN_SEPARATOR, "/");
    }
    package
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, files: &[(&str, &[u8])]) {
        for (path, bytes) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    #[test]
    fn files_belong_to_the_nearest_package_above_them() {
        let dir = tempfile::tempdir().unwrap();
        write(
            dir.path(),
            &[
                ("a/persona.toml", b""),
                ("a/b/persona.toml", b""),
                ("a/c/x.persona", b""),
                ("loose.persona", b""),
                ("node_modules/m/persona.toml", b""),
                (".git/persona.toml", b""),
            ],
        );
        let of = |path: &str| package_of(&dir.path().join(path));
        assert_eq!(of("a/c/x.persona"), Some(dir.path().join("a")));
        assert_eq!(of("a/b/new.persona"), Some(dir.path().join("a/b")));
        assert_eq!(of("a/.hidden/x.persona"), None);
        assert_eq!(of("loose.persona"), None);
        let found = packages_in(dir.path());
        assert_eq!(found, [dir.path().join("a"), dir.path().join("a/b")]);
    }

    #[test]
    fn newer_texts_win_and_bad_bytes_hide_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let toml: &[u8] = b"[dependencies]\nbase = { path = \"../base\" }\n";
        write(
            dir.path(),
            &[
                ("shop/persona.toml", toml),
                ("shop/a.persona", b"old"),
                ("shop/b.persona", b"\xff"),
                ("base/persona.toml", b"[package]\nname = \"base\"\n"),
                ("base/c.persona", b"old"),
            ],
        );
        let newer = |path: &Path| {
            let name = path.file_name()?.to_str()?;
            matches!(name, "a.persona" | "c.persona").then(|| "new".to_owned())
        };
        let found = read_package(&dir.path().join("shop"), &newer).unwrap();
        let texts: Vec<&str> = found.files.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["new", "\u{fffd}"]);
        let (path, text) = &found.dependencies[0].files[0];
        assert!(Path::new(path).is_absolute(), "{path}");
        assert_eq!(text, "new");
    }
}
