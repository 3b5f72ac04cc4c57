//! A file that appears under its name only when it is whole.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::{LoadError, LoadErrorKind};

/// A file being written, under a name of its own beside the final one.
#[derive(Debug)]
pub(super) struct NewFile {
    out: Option<BufWriter<File>>,
    part: PathBuf,
    path: PathBuf,
}

impl NewFile {
    pub(super) fn create(path: &Path) -> Result<Self, Box<LoadError>> {
        let Some(name) = path.file_name() else {
            return Err(
                LoadError::new(LoadErrorKind::Write, "this is not the name of a file")
                    .at_path(path),
            );
        };
        if path.is_dir() {
            return Err(
                LoadError::new(LoadErrorKind::Write, "this is a folder, not a file").at_path(path),
            );
        }
        let mut part = std::ffi::OsString::from(".");
        part.push(name);
        part.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(part);
        let file = File::create(&part).map_err(|error| failed(path, &error))?;
        Ok(Self {
            out: Some(BufWriter::with_capacity(256 << 10, file)),
            part,
            path: path.to_owned(),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The same file once more, from its start, with a place of its own: for whoever writes another part of it.
    pub(super) fn again(&self) -> std::io::Result<File> {
        File::options().write(true).open(&self.part)
    }

    /// Gives the file its name.
    pub(super) fn finish(mut self) -> Result<(), Box<LoadError>> {
        let written = match self.out.take() {
            Some(mut out) => out.flush(),
            None => Ok(()),
        };
        written
            .and_then(|()| put(&self.part, &self.path))
            .map_err(|error| failed(&self.path, &error))
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match &mut self.out {
            Some(out) => out.write(bytes),
            None => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Seek for NewFile {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.out.as_mut().map_or(Ok(0), |out| out.seek(to))
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // What was not finished is of no use; where it was, there is nothing under this name any more.
        drop(self.out.take());
        let _ = std::fs::remove_file(&self.part);
    }
}

/// Gives a file the name that it should have. A file of this name has the other one then, and is removed when the new one is done
/// with. Nobody finds no file of this name, or half of one, in the meantime.
///
/// Where the system can, the two change places: when a file is renamed to one that is there, some file systems (ext4) first send
/// all of it to the disk, which for a large file takes longer than to make it.
fn put(part: &Path, path: &Path) -> std::io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        let exchanged = renameat_with(CWD, part, CWD, path, RenameFlags::EXCHANGE);
        if exchanged.is_ok() {
            return Ok(());
        }
    }
    // There was none, or the file system cannot do it.
    std::fs::rename(part, path)
}

pub(super) fn failed(path: &Path, error: &std::io::Error) -> Box<LoadError> {
    let message = match error.kind() {
        std::io::ErrorKind::NotFound => "the folder of this file does not exist".to_owned(),
        std::io::ErrorKind::PermissionDenied => "no permission to write this file".to_owned(),
        _ => format!("this file cannot be written: {error}"),
    };
    LoadError::new(LoadErrorKind::Write, message).at_path(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_replaces_the_one_before_it_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("members.csv");
        for text in ["the first", "second"] {
            let mut file = NewFile::create(&path).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            file.finish().unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        }
        let mut given_up = NewFile::create(&path).unwrap();
        given_up.write_all(b"half of it").unwrap();
        drop(given_up);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
