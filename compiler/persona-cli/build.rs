//! Tells the program what it was built from, for `persona --version`: the commit and its date, and the target. Nothing of the machine
//! and its clock gets in, so that the same sources give the same program. Where there is no git, the environment may say
//! (`PERSONA_COMMIT`, `PERSONA_COMMIT_DATE`), or nobody does.

use std::path::Path;
use std::process::Command;

fn main() {
    let commit = given("PERSONA_COMMIT").or_else(|| git(&["rev-parse", "--short=10", "HEAD"]));
    let date = given("PERSONA_COMMIT_DATE")
        .or_else(|| git(&["log", "-1", "--format=%cd", "--date=format:%Y-%m-%d"]));
    for (name, value) in [
        ("COMMIT", commit),
        ("COMMIT_DATE", date),
        ("TARGET", given("TARGET")),
    ] {
        let value = value.unwrap_or_else(|| "unknown".to_owned());
        println!("cargo::rustc-env=PERSONA_BUILT_{name}={value}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=PERSONA_COMMIT");
    println!("cargo::rerun-if-env-changed=PERSONA_COMMIT_DATE");
    // Every commit is a line of this log; in worktrees it lies elsewhere.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"])
        && Path::new(&log).is_file()
    {
        println!("cargo::rerun-if-changed={log}");
    }
}

fn given(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// What git says of the repository that holds this crate, and of no other around it.
fn git(arguments: &[&str]) -> Option<String> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if !top.join(".git").exists() {
        return None;
    }
    let output = Command::new("git")
        .arg("-C")
        .arg(top)
        .args(arguments)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    (output.status.success() && !text.is_empty()).then(|| text.to_owned())
}
