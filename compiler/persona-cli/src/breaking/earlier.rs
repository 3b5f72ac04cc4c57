//! The earlier version of a package: a folder, or a revision that `git` knows. Only the files that make up packages are
//! taken out of a revision, into a folder that is removed at the end; the repository and its index stay as they are.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use persona::Package;
use tempfile::TempDir;

use crate::fail::Failure;

/// An earlier version.
pub(super) struct Earlier {
    pub(super) package: Package,
    /// The revision, and the folder that its files are in for now.
    revision: Option<(String, TempDir)>,
}

impl Earlier {
    /// The version that `--against` means.
    pub(super) fn find(against: &str, root: &Path) -> Result<Self, Failure> {
        match against.strip_prefix("git:") {
            Some(revision) => Self::of_revision(revision, root),
            None => {
                let folder = Path::new(against);
                let package = Package::open(Some(folder))?;
                Ok(Self {
                    package,
                    revision: None,
                })
            }
        }
    }

    fn of_revision(revision: &str, root: &Path) -> Result<Self, Failure> {
        if revision.is_empty() || revision.starts_with('-') {
            return Err(Failure::call(format!("`{revision}` is no revision"))
                .help("name a branch, a tag or a commit: --against git:main"));
        }
        let top = git(root, ["rev-parse", "--show-toplevel"], None)
            .map_err(|why| no_repository(root, &why))?;
        let top = PathBuf::from(top.trim_end());
        let prefix = git(root, ["rev-parse", "--show-prefix"], None)
            .map_err(|why| no_repository(root, &why))?;
        let commit = format!("{revision}^{{commit}}");
        let verify = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ];
        git(&top, verify, None).map_err(|_| {
            Failure::call(format!("git knows no revision `{revision}`")).help(
                "name a branch, a tag or a commit; in CI, fetch it first: the checkout may be shallow",
            )
        })?;
        let folder = TempDir::new()
            .map_err(|error| Failure::call(format!("there is no place for files: {error}")))?;
        extract(&top, &commit, folder.path())
            .map_err(|why| Failure::call(format!("git cannot read `{revision}`: {why}")))?;
        let at = folder.path().join("tree").join(prefix.trim_end());
        if !at.is_dir() {
            let shown = match prefix.trim_end().trim_end_matches('/') {
                "" => "the repository's folder".to_owned(),
                shown => format!("the folder {shown}"),
            };
            return Err(Failure::call(format!(
                "there is no package in {shown} as of `{revision}`"
            ))
            .help("compare with a revision that has it already"));
        }
        let package = Package::open(Some(&at))?;
        Ok(Self {
            package,
            revision: Some((revision.to_owned(), folder)),
        })
    }

    /// A path of the earlier version as people know it.
    pub(super) fn shown(&self, path: &str) -> String {
        let Some((revision, folder)) = &self.revision else {
            return path.to_owned();
        };
        let inside = Path::new(path).strip_prefix(folder.path().join("tree"));
        inside.map_or_else(
            |_| path.to_owned(),
            |inside| format!("{revision}:{}", inside.display()),
        )
    }
}

fn no_repository(root: &Path, why: &str) -> Failure {
    Failure::call(format!("{} is in no git repository: {why}", root.display()))
        .help("compare with a folder instead: --against DIR")
}

/// Writes the files of packages as of a revision below `folder/tree`, by way of an index of its own.
fn extract(top: &Path, commit: &str, folder: &Path) -> Result<(), String> {
    let (index, tree) = (folder.join("index"), folder.join("tree"));
    fs::create_dir(&tree).map_err(|error| error.to_string())?;
    git_with(top, ["read-tree", commit], None, Some(&index))?;
    let all = git_with(top, ["ls-files", "-z"], None, Some(&index))?;
    let wanted: Vec<&str> = all
        .split('\0')
        .filter(|path| {
            let name = path.rsplit('/').next().unwrap_or(path);
            name == "persona.toml" || name.ends_with(".persona")
        })
        .collect();
    let mut list = wanted.join("\0");
    list.push('\0');
    if wanted.is_empty() {
        return Ok(());
    }
    let prefix = format!("--prefix={}/", tree.display());
    let checkout = ["checkout-index", "-z", "--stdin", &prefix];
    git_with(top, checkout, Some(&list), Some(&index)).map(drop)
}

fn git<'a>(
    folder: &Path,
    args: impl IntoIterator<Item = &'a str>,
    input: Option<&str>,
) -> Result<String, String> {
    git_with(folder, args, input, None)
}

/// Runs `git`; what it prints, or why it could not.
fn git_with<'a>(
    folder: &Path,
    args: impl IntoIterator<Item = &'a str>,
    input: Option<&str>,
    index: Option<&Path>,
) -> Result<String, String> {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(folder)
        .args(args.into_iter().map(OsStr::new))
        .stdin(if input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(index) = index {
        command.env("GIT_INDEX_FILE", index);
    }
    let mut child = command
        .spawn()
        .map_err(|error| format!("the program `git` cannot be started ({error})"))?;
    if let Some(input) = input
        && let Some(mut stdin) = child.stdin.take()
    {
        let input = input.to_owned();
        // It is written beside the reading, so that neither waits for the other.
        let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = child
            .wait_with_output()
            .map_err(|error| error.to_string())?;
        // A write that failed shows in how git ended.
        drop(writer.join());
        return finished(&output);
    }
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    finished(&output)
}

fn finished(output: &std::process::Output) -> Result<String, String> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or("git gave no reason");
    Err(first.trim_start_matches("fatal: ").to_owned())
}
