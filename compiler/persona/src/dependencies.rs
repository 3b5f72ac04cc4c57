//! Reading the packages that a package names in its `persona.toml`, and those that they name. What is wrong with them
//! is for the check to say; here it is only kept.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use persona_sema::{DependencyFiles, dependencies_of};

use crate::find::{self, CONFIG};

/// How many packages one may rest on.
const MAX_PACKAGES: usize = 64;

/// The packages that another one may use.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shared {
    /// Each once.
    pub(crate) packages: Vec<DependencyFiles>,
    /// Which folder a package (by its own folder; empty for the one that is opened) means by a dependency's name.
    pub(crate) folders: Vec<(String, String, String)>,
}

impl Shared {
    /// Reads the packages that the package in `root` rests on, given the text of its `persona.toml`.
    pub(crate) fn read(root: &Path, toml: &str) -> Self {
        let mut shared = Self::default();
        let mut known: BTreeMap<PathBuf, String> = BTreeMap::new();
        if let Ok(real) = fs::canonicalize(root) {
            known.insert(real, String::new());
        }
        let mut queue: Vec<(String, PathBuf, String)> =
            vec![(String::new(), root.to_owned(), toml.to_owned())];
        while let Some((from, folder, toml)) = queue.pop() {
            for (name, path) in dependencies_of(&toml) {
                if Path::new(&path).has_root() {
                    continue;
                }
                let there = folder.join(&path);
                let Ok(real) = fs::canonicalize(&there) else {
                    continue;
                };
                if let Some(to) = known.get(&real) {
                    shared.folders.push((from.clone(), name, to.clone()));
                    continue;
                }
                let to = find::shown(&normal(&there));
                known.insert(real, to.clone());
                let package = match shared.packages.len() < MAX_PACKAGES {
                    true => read_package(&there, &to),
                    false => DependencyFiles {
                        folder: to.clone(),
                        problem: Some(format!("there are more than {MAX_PACKAGES} packages")),
                        ..DependencyFiles::default()
                    },
                };
                if let Some((_, toml)) = &package.config {
                    queue.push((to.clone(), there, toml.clone()));
                }
                shared.packages.push(package);
                shared.folders.push((from.clone(), name, to));
            }
        }
        shared
    }

    /// The same from memory: files of other packages are those whose paths begin with `../`. They are taken out of
    /// `files`.
    pub(crate) fn in_memory(toml: Option<&str>, files: &mut Vec<(String, String)>) -> Self {
        let mut shared = Self::default();
        let mut others: Vec<(String, String)> = Vec::new();
        files.retain(|file| {
            let own = !file.0.starts_with("../");
            if !own {
                others.push(file.clone());
            }
            own
        });
        let Some(toml) = toml else {
            return shared;
        };
        let mut queue = vec![(String::new(), toml.to_owned())];
        while let Some((from, toml)) = queue.pop() {
            for (name, path) in dependencies_of(&toml) {
                let to = find::shown(&normal(&Path::new(&from).join(&path)));
                let prefix = format!("{to}/");
                let inside = others.iter().filter(|(path, _)| path.starts_with(&prefix));
                let inside: Vec<(String, String)> = inside.cloned().collect();
                if inside.is_empty() {
                    continue;
                }
                shared.folders.push((from.clone(), name, to.clone()));
                if shared.packages.iter().any(|package| package.folder == to) {
                    continue;
                }
                let toml_path = format!("{to}/{CONFIG}");
                let (config, rules): (Vec<_>, Vec<_>) =
                    inside.into_iter().partition(|(path, _)| *path == toml_path);
                let config = config.into_iter().next();
                if let Some((_, toml)) = &config {
                    queue.push((to.clone(), toml.clone()));
                }
                shared.packages.push(DependencyFiles {
                    folder: to,
                    config,
                    files: rules,
                    problem: None,
                });
            }
        }
        shared
    }
}

fn read_package(there: &Path, to: &str) -> DependencyFiles {
    let mut package = DependencyFiles {
        folder: to.to_owned(),
        ..DependencyFiles::default()
    };
    let config = there.join(CONFIG);
    if !config.is_file() {
        return package;
    }
    let read = || -> Result<_, crate::Error> {
        let shown = |path: &Path| find::shown(&normal(path));
        let toml = (shown(&config), find::read(&config)?);
        let mut paths = Vec::new();
        find::collect(there, &mut paths)?;
        paths.sort();
        let files = paths
            .iter()
            .map(|path| Ok((shown(path), find::read(path)?)));
        Ok((toml, files.collect::<Result<Vec<_>, crate::Error>>()?))
    };
    match read() {
        Ok((toml, files)) => {
            package.config = Some(toml);
            package.files = files;
        }
        Err(error) => package.problem = Some(error.to_string()),
    }
    package
}

/// A path without `.` and without `..` where that is possible, and without asking the disk.
fn normal(path: &Path) -> PathBuf {
    let mut made = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(made.components().next_back(), Some(Component::Normal(_))) =>
            {
                made.pop();
            }
            other => made.push(other),
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    const COMMON: &str =
        "[package]\nname = \"common\"\n[dependencies]\nbase = { path = \"../base\" }\n";

    #[test]
    fn packages_are_read_with_those_that_they_rest_on() {
        let dir = tempfile::tempdir().unwrap();
        write(
            dir.path(),
            &[
                ("common/persona.toml", COMMON),
                ("common/rules.persona", "const A: Int = 1\n"),
                (
                    "base/persona.toml",
                    "[package]\nname = \"base\"\n[dependencies]\nshop = { path = \"../shop\" }\n",
                ),
                ("base/deep/more.persona", "const B: Int = 1\n"),
                ("shop/persona.toml", ""),
            ],
        );
        let toml = "[dependencies]\ncommon = { path = \"../common\" }\ngone = { path = \"../gone\" }\nfar = { path = \"/usr\" }\n";
        let shared = Shared::read(&dir.path().join("shop"), toml);
        let names: Vec<usize> = shared.packages.iter().map(|p| p.files.len()).collect();
        assert_eq!(names, [1, 1]);
        let links: Vec<(&str, bool)> = shared
            .folders
            .iter()
            .map(|(_, name, to)| (name.as_str(), to.is_empty()))
            .collect();
        assert_eq!(links, [("common", false), ("base", false), ("shop", true)]);
    }

    #[test]
    fn memory_and_disk_agree() {
        let dir = tempfile::tempdir().unwrap();
        write(
            dir.path(),
            &[
                ("common/persona.toml", COMMON),
                ("common/rules.persona", "const A: Int = 1\n"),
                ("base/persona.toml", "[package]\nname = \"base\"\n"),
                ("base/more.persona", "const B: Int = 1\n"),
                ("shop/persona.toml", ""),
            ],
        );
        let toml = "[dependencies]\ncommon = { path = \"../common\" }\n";
        let disk = Shared::read(&dir.path().join("shop"), toml);
        let mut files: Vec<(String, String)> = [
            "common/persona.toml",
            "common/rules.persona",
            "base/persona.toml",
            "base/more.persona",
        ]
        .iter()
        .map(|path| {
            (
                format!("../{path}"),
                fs::read_to_string(dir.path().join(path)).unwrap(),
            )
        })
        .collect();
        files.push(("main.persona".to_owned(), String::new()));
        let memory = Shared::in_memory(Some(toml), &mut files);
        assert_eq!(files.len(), 1);
        let shape = |shared: &Shared| -> Vec<(usize, Option<String>)> {
            let packages = shared.packages.iter();
            packages
                .map(|p| {
                    (
                        p.files.len(),
                        p.config.as_ref().map(|(_, text)| text.clone()),
                    )
                })
                .collect()
        };
        assert_eq!(shape(&disk), shape(&memory));
        assert_eq!(disk.folders.len(), memory.folders.len());
    }

    #[test]
    fn paths_are_shown_without_detours() {
        let shown = |path: &str| find::shown(&normal(Path::new(path)));
        assert_eq!(shown("./../common"), "../common");
        assert_eq!(shown("examples/shop/../common"), "examples/common");
        assert_eq!(shown("../../a/./b"), "../../a/b");
    }
}
