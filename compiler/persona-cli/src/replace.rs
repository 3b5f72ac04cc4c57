//! Writing files that people wrote: as a whole, with their permissions, and only while they still say what was read.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::fail::Failure;

/// Replaces a file's text, `old` being what was read; `command` is what to call again when somebody else was faster.
pub(crate) fn replace(path: &Path, old: &str, new: &str, command: &str) -> Result<(), Failure> {
    let cannot = |error: &dyn std::fmt::Display| {
        Failure::call(format!("{} cannot be written: {error}", path.display()))
    };
    // A link stays one: the file that it leads to is replaced.
    let target = fs::canonicalize(path).map_err(|error| cannot(&error))?;
    let now = fs::read(&target).map_err(|error| cannot(&error))?;
    if now != old.as_bytes() {
        return Err(Failure::call(format!(
            "{} was changed by somebody else meanwhile; it was left as it is",
            path.display()
        ))
        .help(format!("call `{command}` again")));
    }
    let permissions = fs::metadata(&target)
        .map_err(|error| cannot(&error))?
        .permissions();
    if permissions.readonly() {
        return Err(cannot(&"it may only be read"));
    }
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| cannot(&error))?;
    file.write_all(new.as_bytes())
        .and_then(|()| file.as_file().set_permissions(permissions))
        .and_then(|()| file.as_file().sync_all())
        .map_err(|error| cannot(&error))?;
    file.persist(&target).map_err(|error| cannot(&error))?;
    Ok(())
}
