//! Finding a package's files on disk. The one place of the façade that lists folders and reads programs.

use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use persona_sema::TEMPLATE_ENDINGS;

use crate::dependencies::Shared;
use crate::{Error, ErrorCode};

/// The name of a package's configuration.
pub(crate) const CONFIG: &str = "persona.toml";
/// The ending of a program's files.
const ENDING: &str = "persona";

/// The largest `persona.toml`, in bytes.
const MAX_CONFIG: usize = 1 << 20;
/// The largest program that is read at all, in bytes. The check says of smaller ones that they are too large, at their place.
const MAX_PROGRAM: usize = 256 << 20;
/// The largest template that is read at all, in bytes; the same goes for it.
const MAX_TEMPLATE: usize = 64 << 20;
/// How many files of one kind a package may have.
const MAX_FILES: usize = if cfg!(test) { 40 } else { 50_000 };
/// How many folders a package may have.
const MAX_FOLDERS: usize = if cfg!(test) { 30 } else { 50_000 };

/// What a path turned out to be.
#[derive(Debug)]
pub(crate) struct Found {
    /// The folder that sources' paths are relative to.
    pub(crate) root: PathBuf,
    /// `persona.toml`, unless it is a single file.
    pub(crate) config: Option<(String, String)>,
    /// Paths, as people know them, and texts, sorted by path.
    pub(crate) files: Vec<(String, String)>,
    /// The name of a package without configuration.
    pub(crate) name: String,
    /// For a single file: the package whose folder it lies in.
    pub(crate) within: Option<PathBuf>,
    /// The packages that it may use.
    pub(crate) shared: Shared,
    /// The files that may be templates, by their paths from the folder, with `/`; absent where no folder is the package's own.
    pub(crate) templates: Option<BTreeSet<Arc<str>>>,
}

/// Finds the package that a path means: a folder (or the nearest folder above it) with a `persona.toml`, or one file.
pub(crate) fn find(path: Option<&Path>) -> Result<Found, Error> {
    let path = path.unwrap_or(Path::new("."));
    let meta = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if meta.is_dir() {
        folder(path)
    } else {
        single(path)
    }
}

fn single(path: &Path) -> Result<Found, Error> {
    if path.file_name().is_some_and(|name| name == CONFIG) {
        return folder(
            path.parent()
                .filter(|parent| !parent.as_os_str().is_empty())
                .unwrap_or(Path::new(".")),
        );
    }
    if path.extension().is_none_or(|ending| ending != ENDING) {
        return Err(Error::new(
            ErrorCode::NotFound,
            format!(
                "{} is neither a package's folder nor a .persona file",
                shown(path)
            ),
        )
        .with_help(
            "give the folder that holds persona.toml, or one file whose name ends in .persona",
        ));
    }
    let stem = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    Ok(Found {
        root: parent.to_owned(),
        config: None,
        files: vec![(shown(path), read(path)?)],
        name: stem.unwrap_or_default(),
        within: root_of(parent).ok(),
        shared: Shared::default(),
        templates: None,
    })
}

fn folder(path: &Path) -> Result<Found, Error> {
    let root = root_of(path)?;
    let config = root.join(CONFIG);
    let mut paths = Vec::new();
    collect(&root, &mut paths)?;
    paths.sort();
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        files.push((shown(&path), read(&path)?));
    }
    let toml = read(&config)?;
    let shared = Shared::read(&root, &toml);
    let templates = templates(&root)?;
    Ok(Found {
        templates: Some(templates),
        config: Some((shown(&config), toml)),
        root,
        files,
        name: String::new(),
        within: None,
        shared,
    })
}

/// The folder, or the nearest above it, that holds a `persona.toml`.
fn root_of(path: &Path) -> Result<PathBuf, Error> {
    let mut root = path.to_owned();
    let depth = fs::canonicalize(path)
        .map_err(|error| unreadable(path, &error))?
        .components()
        .count();
    for _ in 0..depth {
        if root.join(CONFIG).is_file() {
            return Ok(root);
        }
        root = up(&root);
    }
    let help = match has_programs(path) {
        true => {
            "a package is a folder with a persona.toml, which needs only two lines:\n\
                 [package]\nname = \"my_package\"\n\
                 or give one .persona file instead of the folder"
        }
        false => {
            "give the path of a package's folder or of a .persona file, or make a package:\n\
             persona new my_rules"
        }
    };
    Err(Error::new(
        ErrorCode::NotFound,
        format!("there is no {CONFIG} in {} or above it", named(path)),
    )
    .with_help(help))
}

/// The folder above, without asking the disk what the path means.
fn up(path: &Path) -> PathBuf {
    match path.components().next_back() {
        Some(std::path::Component::Normal(_)) => match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        },
        Some(std::path::Component::CurDir) | None => PathBuf::from(".."),
        _ => path.join(".."),
    }
}

fn has_programs(path: &Path) -> bool {
    let mut files = Vec::new();
    collect(path, &mut files).is_ok() && !files.is_empty()
}

/// The `.persona` files of a folder and the folders in it, except hidden ones and those that are packages of their own.
pub(crate) fn collect(root: &Path, into: &mut Vec<PathBuf>) -> Result<(), Error> {
    let is_program = |path: &Path| path.extension().is_some_and(|ending| ending == ENDING);
    collect_files(root, &is_program, into)
}

/// The files below a folder that may be templates, by their paths from it.
pub(crate) fn templates(root: &Path) -> Result<BTreeSet<Arc<str>>, Error> {
    let mut paths = Vec::new();
    let is_template = |path: &Path| {
        let name = path.to_string_lossy();
        TEMPLATE_ENDINGS.iter().any(|ending| name.ends_with(ending))
    };
    collect_files(root, &is_template, &mut paths)?;
    let from_root = |path: &PathBuf| {
        let parts = path.strip_prefix(root).ok()?.components();
        let parts: Vec<_> = parts
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        Some(Arc::from(parts.join("/")))
    };
    Ok(paths.iter().filter_map(from_root).collect())
}

/// The files of some kind in a folder and the folders in it, except hidden ones and those that are packages of their own.
fn collect_files(
    root: &Path,
    is_wanted: &dyn Fn(&Path) -> bool,
    into: &mut Vec<PathBuf>,
) -> Result<(), Error> {
    let mut folders = vec![root.to_owned()];
    let mut seen = 0_usize;
    let full = |what: &str, most: usize| {
        let message = format!("{} holds more than {most} {what}", shown(root));
        Error::too_large(message).with_help(
            "a package is a folder of rules; keep data and other programs elsewhere, or in folders whose names begin with a dot",
        )
    };
    while let Some(folder) = folders.pop() {
        seen += 1;
        if seen > MAX_FOLDERS {
            return Err(full("folders", MAX_FOLDERS));
        }
        let entries = fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&folder, &error))?;
            let path = entry.path();
            let kind = entry
                .file_type()
                .map_err(|error| unreadable(&path, &error))?;
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if kind.is_dir() && !hidden && !path.join(CONFIG).is_file() {
                folders.push(path);
            } else if !kind.is_dir() && !hidden && is_wanted(&path) {
                into.push(path);
                if into.len() > MAX_FILES {
                    return Err(full("files of one kind", MAX_FILES));
                }
            }
        }
    }
    Ok(())
}

pub(crate) fn read(path: &Path) -> Result<String, Error> {
    let bytes = read_bytes(path)?;
    String::from_utf8(bytes).map_err(|error| {
        let upto = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..upto]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        Error::new(
            ErrorCode::Unreadable,
            format!("{} is not UTF-8 text (line {line})", shown(path)),
        )
        .with_help("save the file as UTF-8; most editors have it under \"save with encoding\"")
    })
}

/// The bytes of a file of a package: a plain file, and not beyond what its kind may have. What is longer is not read to its end, and
/// what is no file (a pipe, a device) is not waited for.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, Error> {
    let wrong = |error| unreadable(path, &error);
    let meta = fs::metadata(path).map_err(wrong)?;
    if !meta.is_file() {
        let kind = if meta.is_dir() {
            "a folder"
        } else {
            "a pipe or a device"
        };
        let message = format!("{} is {kind}, and no file", shown(path));
        return Err(Error::new(ErrorCode::Unreadable, message));
    }
    let limit = most_bytes(path);
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(wrong)?;
    file.take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(wrong)?;
    if bytes.len() > limit {
        let message = format!("{} is larger than {} MiB", shown(path), limit >> 20);
        let error = Error::too_large(message);
        return Err(match limit {
            MAX_PROGRAM => error.with_help("divide it into several files"),
            _ => error.with_help("is it the file that is meant?"),
        });
    }
    Ok(bytes)
}

/// How many bytes a file of a package may have. That of programs is a little above what the check says itself, at its place.
fn most_bytes(path: &Path) -> usize {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("toml") => MAX_CONFIG,
        Some(ENDING) => MAX_PROGRAM,
        _ => MAX_TEMPLATE,
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    let path = shown(path);
    match error.kind() {
        ErrorKind::NotFound => Error::new(
            ErrorCode::NotFound,
            format!("there is no file or folder {path}"),
        ),
        ErrorKind::PermissionDenied => Error::new(
            ErrorCode::Unreadable,
            format!("there is no permission to read {path}"),
        ),
        _ => {
            // The system's number says nothing to people.
            let reason = error.to_string();
            let reason = reason.split(" (os error").next().unwrap_or_default();
            Error::new(
                ErrorCode::Unreadable,
                format!("{path} cannot be read: {reason}"),
            )
        }
    }
}

/// A path as people write it: from the current folder where it lies in it, without a leading `./`, with `/` between
/// folders on every system.
pub(crate) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok().filter(|_| path.is_absolute());
    let below = here.and_then(|here| path.strip_prefix(here).ok());
    let path = below.unwrap_or(path);
    let stripped = path.strip_prefix(".").unwrap_or(path);
    if stripped.as_os_str().is_empty() {
        return ".".to_owned();
    }
    let text = stripped.display().to_string();
    if std::path::MAIN_SEPARATOR == '/' {
        text
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

fn named(path: &Path) -> String {
    if shown(path) == "." {
        "this folder".to_owned()
    } else {
        shown(path)
    }
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

    fn names(found: &Found, root: &Path) -> Vec<String> {
        found
            .files
            .iter()
            .map(|(path, _)| path.replace(&format!("{}/", root.display()), ""))
            .collect()
    }

    #[test]
    fn a_package_is_its_folder_and_the_folders_inside() {
        let dir = tempfile::tempdir().unwrap();
        write(
            dir.path(),
            &[
                ("persona.toml", "[package]"),
                ("b.persona", ""),
                ("rules/a.persona", ""),
                ("rules/notes.txt", ""),
                (".hidden/c.persona", ""),
                ("other/persona.toml", ""),
                ("other/d.persona", ""),
            ],
        );
        let found = find(Some(dir.path())).unwrap();
        assert_eq!(names(&found, dir.path()), ["b.persona", "rules/a.persona"]);
    }

    #[test]
    fn a_folder_inside_a_package_means_the_package() {
        let dir = tempfile::tempdir().unwrap();
        write(
            dir.path(),
            &[
                ("persona.toml", ""),
                ("a.persona", ""),
                ("deep/er/b.persona", ""),
            ],
        );
        let found = find(Some(&dir.path().join("deep/er"))).unwrap();
        assert_eq!(found.files.len(), 2);
        assert_eq!(found.root, dir.path());
        let by_config = find(Some(&dir.path().join("persona.toml"))).unwrap();
        assert_eq!(by_config.files.len(), 2);
    }

    #[test]
    fn a_single_file_is_named_after_itself() {
        let dir = tempfile::tempdir().unwrap();
        write(
            dir.path(),
            &[
                ("one.persona", "segment a { when true }"),
                ("two.persona", ""),
            ],
        );
        let found = find(Some(&dir.path().join("one.persona"))).unwrap();
        assert_eq!((found.name.as_str(), found.files.len()), ("one", 1));
        assert!(found.config.is_none());
    }

    #[test]
    fn what_is_no_package_says_what_one_is() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &[("a.persona", ""), ("data.csv", "")]);
        let folder = find(Some(dir.path())).unwrap_err();
        assert!(folder.is_call());
        assert!(folder.help().unwrap().contains("[package]"), "{folder}");
        let file = find(Some(&dir.path().join("data.csv"))).unwrap_err();
        assert!(file.to_string().contains("neither"), "{file}");
        let nothing = find(Some(&dir.path().join("nothing"))).unwrap_err();
        assert!(
            nothing.to_string().contains("there is no file or folder"),
            "{nothing}"
        );
    }

    #[test]
    fn a_package_of_too_many_files_or_folders_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &[("persona.toml", "")]);
        for number in 0..=MAX_FOLDERS {
            fs::create_dir(dir.path().join(format!("folder{number}"))).unwrap();
        }
        let error = find(Some(dir.path())).unwrap_err();
        assert_eq!(error.code(), ErrorCode::TooLarge);
        assert!(
            error.to_string().contains("more than 30 folders"),
            "{error}"
        );
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &[("persona.toml", "")]);
        for number in 0..=MAX_FILES {
            write(dir.path(), &[(&format!("{number}.persona"), "")]);
        }
        let error = find(Some(dir.path())).unwrap_err();
        assert!(error.to_string().contains("more than 40 files"), "{error}");
    }

    #[test]
    fn text_that_is_not_utf_8_is_named_with_its_line() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(
            dir.path().join("a.persona"),
            b"segment a {\n  when name == \"\xff\"\n}",
        )
        .unwrap();
        let error = find(Some(&dir.path().join("a.persona"))).unwrap_err();
        assert!(
            error.to_string().contains("not UTF-8 text (line 2)"),
            "{error}"
        );
    }

    #[test]
    fn the_folder_above_is_found_by_name_alone() {
        let above = |path: &str| shown(&up(Path::new(path)));
        assert_eq!(above("."), "..");
        assert_eq!(above(".."), "../..");
        assert_eq!(above("a/b"), "a");
        assert_eq!(above("a"), ".");
        assert_eq!(above("../a"), "..");
    }
}
