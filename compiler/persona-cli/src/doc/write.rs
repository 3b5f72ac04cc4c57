//! Writing a site: only into a folder that is new, empty, or holds an earlier site. Of an earlier site goes what the new one lacks, and
//! nothing else: its files are named in a list that it keeps.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path};

use super::pages::File;
use crate::fail::Failure;

/// The list of a site's files, one in each line.
const LIST: &str = ".persona-doc";

/// Fails where a site may not be written.
pub(super) fn may_write(folder: &Path) -> Result<(), Failure> {
    let mut entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            let path = folder.display();
            return Err(Failure::call(format!("{path} is a file, and no folder"))
                .help("name a new folder, as in `--out site`"));
        }
        Err(error) => return Err(Failure::unwritable(folder, &error)),
    };
    let is_site = folder.join(LIST).is_file();
    if entries.next().is_some() && !is_site {
        let path = folder.display();
        return Err(Failure::call(format!(
            "{path} holds something that `persona doc` did not write, which it might overwrite"
        ))
        .help("name a new folder, as in `--out site`"));
    }
    Ok(())
}

/// Writes the files of a site.
pub(super) fn write(folder: &Path, files: &[File]) -> Result<(), Failure> {
    let put = |path: &Path, text: &str| -> Result<(), Failure> {
        let above = path.parent().unwrap_or(folder);
        fs::create_dir_all(above).map_err(|error| Failure::unwritable(above, &error))?;
        fs::write(path, text).map_err(|error| Failure::unwritable(path, &error))
    };
    let earlier = fs::read_to_string(folder.join(LIST)).unwrap_or_default();
    let now: BTreeSet<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    // First both lists: whoever is interrupted leaves nothing that nobody knows of.
    let mut known: BTreeSet<&str> = earlier.lines().filter(|path| is_inside(path)).collect();
    known.extend(&now);
    put(&folder.join(LIST), &listed(known.iter().copied()))?;
    for (path, text) in files {
        put(&folder.join(path), text)?;
    }
    for gone in known.difference(&now) {
        let path = folder.join(gone);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Failure::unwritable(&path, &error));
            }
            _ => {}
        }
    }
    put(&folder.join(LIST), &listed(now.iter().copied()))
}

fn listed<'p>(paths: impl Iterator<Item = &'p str>) -> String {
    paths.map(|path| format!("{path}\n")).collect()
}

/// Whether a path of an earlier list leads to a file in the folder: lists can be written by anybody.
fn is_inside(path: &str) -> bool {
    let mut parts = Path::new(path).components();
    !path.is_empty() && parts.all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::is_inside;

    #[test]
    fn a_list_leads_nowhere_else() {
        assert!(is_inside("d/segment-vip.html"));
        for path in ["", "../x", "d/../../x", "/etc/x", "./x/../.."] {
            assert!(!is_inside(path), "{path}");
        }
    }
}
