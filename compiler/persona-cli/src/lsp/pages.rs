//! Texts that the binary carries, as read-only files in the person's folder for such things, so that an editor can open them:
//! the standard library, and the pages of the codes.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Where texts are kept, and which ones are.
pub(super) struct Pages {
    folder: Option<PathBuf>,
    kept: Mutex<BTreeMap<String, Option<PathBuf>>>,
}

impl Pages {
    /// In the person's own folder; nowhere where there is none.
    pub(super) fn new() -> Self {
        let version = env!("CARGO_PKG_VERSION");
        Self::in_folder(cache().map(|cache| cache.join("persona").join(version)))
    }

    fn in_folder(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            kept: Mutex::new(BTreeMap::new()),
        }
    }

    /// The file that holds this text.
    pub(super) fn keep(&self, name: &str, text: &str) -> Option<PathBuf> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get(name) {
            return known.clone();
        }
        let path = self.folder.as_ref().map(|folder| folder.join(name));
        let path = path.filter(|path| write(path, text).is_ok());
        kept.insert(name.to_owned(), path.clone());
        path
    }
}

/// Writes the file, unless it holds this text already. Whoever reads it meanwhile sees one text or the other.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if fs::read(path).is_ok_and(|there| there == text.as_bytes()) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    let mut permissions = file.as_file().metadata()?.permissions();
    permissions.set_readonly(true);
    file.as_file().set_permissions(permissions)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Where the system wants such files.
fn cache() -> Option<PathBuf> {
    let of = |name: &str| {
        let value = std::env::var_os(name).map(PathBuf::from);
        value.filter(|path| path.is_absolute())
    };
    if cfg!(windows) {
        return of("LOCALAPPDATA");
    }
    let home = || of("HOME");
    of("XDG_CACHE_HOME").or_else(|| {
        let folder = match cfg!(target_os = "macos") {
            true => "Library/Caches",
            false => ".cache",
        };
        home().map(|home| home.join(folder))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_a_read_only_file_and_follows_its_text() {
        let dir = tempfile::tempdir().unwrap();
        let pages = || Pages::in_folder(Some(dir.path().to_owned()));
        let path = pages().keep("std/rfm.persona", "old").unwrap();
        assert!(fs::metadata(&path).unwrap().permissions().readonly());
        assert_eq!(pages().keep("std/rfm.persona", "new").unwrap(), path);
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn without_a_place_there_is_no_page() {
        assert_eq!(Pages::in_folder(None).keep("a", ""), None);
    }
}
