//! Keeps what the fuzzers found as one file for each target, a text in each line, and gives it back to them as the
//! folder of files that they want, together with the programs of the suite. It runs nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["unpack", packed, folder] => unpack(Path::new(packed), Path::new(folder)),
        ["seed", suite, folder] => seed(Path::new(suite), Path::new(folder)),
        ["pack", folder, packed, limit] => {
            let limit = limit.parse().map_err(io::Error::other)?;
            pack(Path::new(folder), Path::new(packed), limit)
        }
        _ => Err(io::Error::other(
            "unpack FILE FOLDER, seed SUITE FOLDER, or pack FOLDER FILE BYTES",
        )),
    }
}

fn unpack(packed: &Path, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let lines = match fs::read_to_string(packed) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        lines => lines?,
    };
    for (number, line) in lines.lines().enumerate() {
        let text: String = serde_json::from_str(line)?;
        fs::write(folder.join(format!("kept-{number:05}")), text)?;
    }
    Ok(())
}

/// Writes every program of the suite's cases.
fn seed(suite: &Path, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut number = 0;
    for file in markdown(suite)? {
        let text = fs::read_to_string(file)?;
        for block in text.split("```persona").skip(1) {
            let body = block.split_once('\n').map_or("", |(_, body)| body);
            let program = body.split("```").next().unwrap_or("");
            fs::write(folder.join(format!("suite-{number:05}")), program)?;
            number += 1;
        }
    }
    Ok(())
}

fn markdown(folder: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(markdown(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.insert(path);
        }
    }
    Ok(found)
}

/// Keeps the texts, the short ones first, as many as fit into `limit` bytes.
fn pack(folder: &Path, packed: &Path, limit: usize) -> io::Result<()> {
    let mut texts = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let bytes = fs::read(entry?.path())?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        texts.insert((text.len(), text), ());
    }
    let mut out = String::new();
    for (_, text) in texts.into_keys() {
        let line = serde_json::to_string(&text)?;
        if out.len() + line.len() + 1 > limit {
            break;
        }
        out.push_str(&line);
        out.push('\n');
    }
    fs::write(packed, out)
}
