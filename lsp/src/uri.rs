//! Between the addresses that editors use and the paths that packages know. A database's paths are absolute, with `/` between
//! folders; what is no file goes by its whole address.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use tower_lsp_server::ls_types::Uri;

/// What a document or a file is known by in a database.
pub(crate) fn key(uri: &Uri) -> String {
    match path(uri) {
        Some(path) => path_key(&path),
        None => uri.as_str().to_owned(),
    }
}

/// The same for a path.
pub(crate) fn path_key(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

/// The path of a file; `None` for anything that is no file.
pub(crate) fn path(uri: &Uri) -> Option<PathBuf> {
    let is_file = uri.as_str().starts_with("file:");
    let path = uri.to_file_path().filter(|_| is_file)?;
    path.is_absolute().then(|| path.into_owned())
}

/// The address of what a database knows by this path.
pub(crate) fn of_key(key: &str) -> Option<Uri> {
    let path = Path::new(key);
    if path.is_absolute() {
        Uri::from_file_path(path)
    } else {
        Uri::from_str(key).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_files_are_their_paths_however_they_are_spelled() {
        let uri = Uri::from_str("file:///a%20b/%C3%A9%3A.persona").unwrap();
        assert_eq!(key(&uri), "/a b/é:.persona");
        let back = of_key("/a b/é:.persona").unwrap();
        assert_eq!(key(&back), "/a b/é:.persona");
    }

    #[test]
    fn what_is_no_file_keeps_its_address() {
        let uri = Uri::from_str("untitled:Untitled-1").unwrap();
        assert_eq!(key(&uri), "untitled:Untitled-1");
        assert_eq!(path(&uri), None);
        assert_eq!(of_key("untitled:Untitled-1"), Some(uri));
    }
}
