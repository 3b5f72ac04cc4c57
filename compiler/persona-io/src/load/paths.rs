//! A source's path as the files it means, in the bytewise order of their paths.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use arrow_array::RecordBatch;
use persona_base::nearest;
use persona_ir::Plan;

use crate::error::{LoadError, LoadErrorKind};

/// A file of a source, or rows in memory in the place of one.
#[derive(Clone, Debug)]
pub(super) struct FilePath {
    pub(super) path: PathBuf,
    /// The path below the package's folder, as people would write it.
    pub(super) shown: Arc<str>,
    pub(super) bytes: u64,
    /// What is read instead of the file.
    pub(super) rows: Option<Arc<[RecordBatch]>>,
}

impl FilePath {
    /// Rows in memory under a name.
    pub(super) fn in_memory(name: &Arc<str>, rows: Arc<[RecordBatch]>) -> Self {
        let bytes = rows
            .iter()
            .map(|batch| batch.get_array_memory_size() as u64);
        Self {
            path: PathBuf::from(&**name),
            shown: name.clone(),
            bytes: bytes.sum(),
            rows: Some(rows),
        }
    }

    /// An error of reading it, with its path where it has one.
    pub(super) fn named(&self, error: Box<LoadError>) -> Box<LoadError> {
        match self.rows {
            Some(_) => error,
            None => error.at_path(&self.path),
        }
    }
}

/// A file that a plan reads, as it is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    /// Where.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// When it was last written, where the system knows.
    pub modified: Option<SystemTime>,
}

/// The files that the sources of a plan mean at this moment, each once, for whoever wants to know whether they have changed.
///
/// # Errors
/// When a source means no file, as loading would say it.
pub fn data_files(plan: &Plan, root: &Path) -> Result<Vec<DataFile>, Box<LoadError>> {
    let mut files = Vec::new();
    for source in &plan.sources {
        let found = expand(root, &source.path).map_err(|error| error.in_source(source))?;
        files.extend(found.into_iter().map(|file| {
            DataFile {
                modified: std::fs::metadata(&file.path)
                    .and_then(|meta| meta.modified())
                    .ok(),
                path: file.path,
                bytes: file.bytes,
            }
        }));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup();
    Ok(files)
}

/// The files that `path`, a path or a glob relative to `root`, means. An absolute path means itself.
pub(super) fn expand(root: &Path, path: &str) -> Result<Vec<FilePath>, Box<LoadError>> {
    if path.is_empty() || path.contains('\0') {
        return Err(LoadError::new(
            LoadErrorKind::BadPath,
            "this path names no file",
        ));
    }
    let literal = root.join(path);
    if !path.contains(['*', '?', '[']) || literal.is_file() {
        return Ok(vec![one(root, literal)?]);
    }
    let prefix = if Path::new(path).is_absolute() {
        String::new()
    } else {
        let root = root.to_str().ok_or_else(|| bad_root(root))?;
        format!("{}/", glob::Pattern::escape(root))
    };
    let pattern = format!("{prefix}{path}");
    let paths = glob::glob(&pattern).map_err(|error| {
        LoadError::new(
            LoadErrorKind::BadPath,
            format!("this pattern is wrong: {}", error.msg),
        )
    })?;
    let mut files = Vec::new();
    for found in paths {
        let found = found.map_err(|error| LoadError::io(error.path(), error.error()))?;
        if !found.is_dir() {
            files.push(one(root, found)?);
        }
    }
    files.sort_by(|a, b| {
        a.path
            .as_os_str()
            .as_encoded_bytes()
            .cmp(b.path.as_os_str().as_encoded_bytes())
    });
    if files.is_empty() {
        let error = LoadError::new(LoadErrorKind::NotFound, "no file matches this pattern");
        return Err(error.at_path(Path::new(path)));
    }
    Ok(files)
}

fn bad_root(root: &Path) -> Box<LoadError> {
    LoadError::new(
        LoadErrorKind::BadPath,
        "a pattern cannot be used below a folder whose name is not UTF-8",
    )
    .at_path(root)
}

fn one(root: &Path, path: PathBuf) -> Result<FilePath, Box<LoadError>> {
    let meta = std::fs::metadata(&path).map_err(|error| {
        let wrong = LoadError::io(&path, &error);
        if error.kind() == std::io::ErrorKind::NotFound {
            missing(wrong, &path)
        } else {
            wrong
        }
    })?;
    let shown = path
        .strip_prefix(root)
        .unwrap_or(&path)
        .display()
        .to_string();
    Ok(FilePath {
        bytes: meta.len(),
        shown: shown.into(),
        path,
        rows: None,
    })
}

/// Says what is there instead: a name nearby, or that not even the folder exists.
fn missing(error: Box<LoadError>, path: &Path) -> Box<LoadError> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return error;
    };
    let Ok(entries) = std::fs::read_dir(folder) else {
        return error.help(format!(
            "the folder `{}` does not exist either",
            folder.display()
        ));
    };
    let mut names: Vec<String> = entries
        .take(10_000)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort_unstable();
    match nearest(&name.to_string_lossy(), names.iter().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error,
    }
}
