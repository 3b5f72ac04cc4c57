//! The way from a release to a machine: the installer with right and wrong checksums, versions that agree, and workflows that
//! call what is there. Builds no release; `.github/workflows/ci.yml` does.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sha2::{Digest, Sha256};
use yaml_rust2::{Yaml, YamlLoader};

use crate::support::root;

const TARGETS: [&str; 2] = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];

/// A folder as a release is: an archive for each target, and checksums.
struct Release {
    folder: tempfile::TempDir,
}

impl Release {
    /// With a program that says its version, or whatever `program` does.
    fn new(program: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut sums = String::new();
        for target in TARGETS {
            let inside = folder.path().join(format!("persona-{target}"));
            fs::create_dir(&inside).unwrap();
            let binary = inside.join("persona");
            fs::write(&binary, program).unwrap();
            fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();
            let archive = format!("persona-{target}.tar.gz");
            let packed = Command::new("tar")
                .args(["-czf", &archive, &format!("persona-{target}")])
                .current_dir(folder.path())
                .status();
            assert!(packed.unwrap().success());
            let digest = Sha256::digest(fs::read(folder.path().join(&archive)).unwrap());
            let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            sums.push_str(&format!("{digest}  {archive}\n"));
        }
        fs::write(folder.path().join("SHA256SUMS"), sums).unwrap();
        Self { folder }
    }

    fn good() -> Self {
        Self::new("#!/bin/sh\necho persona 9.9.9\n")
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Rewrites the checksums.
    fn sums(self, change: impl Fn(&str) -> String) -> Self {
        let path = self.path().join("SHA256SUMS");
        let sums = fs::read_to_string(&path).unwrap();
        fs::write(path, change(&sums)).unwrap();
        self
    }

    /// Runs the installer; gives what it said, and where it would install.
    fn install(&self, from: &str) -> (Output, PathBuf) {
        let to = self.path().join("to");
        let output = Command::new("sh")
            .arg(root().join(".github/release/install.sh"))
            .env("PERSONA_FROM", from)
            .env("PERSONA_TO", &to)
            .output();
        (output.unwrap(), to.join("persona"))
    }

    fn refused(&self, why: &str) {
        // What was there stays as it was.
        let to = self.path().join("to");
        fs::create_dir_all(&to).unwrap();
        fs::write(to.join("persona"), "the old one").unwrap();
        let (output, program) = self.install(&self.path().display().to_string());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains(why) && said.contains("nothing was installed"),
            "{said}"
        );
        assert_eq!(fs::read_to_string(program).unwrap(), "the old one");
        let left = fs::read_dir(to).unwrap().count();
        assert_eq!(left, 1, "nothing else is left in the folder");
    }
}

#[test]
fn a_release_with_right_checksums_is_installed() {
    let release = Release::good();
    for from in [
        release.path().display().to_string(),
        format!("file://{}/", release.path().display()),
    ] {
        let (output, program) = release.install(&from);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert!(said.contains("persona 9.9.9 is in"), "{said}");
        let mode = fs::metadata(&program).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755);
    }
}

#[test]
fn a_wrong_checksum_is_refused() {
    let turned = |sums: &str| {
        let turn = |c: char| if c == '0' { '1' } else { '0' };
        let lines = sums.lines().map(|line| {
            let (first, rest) = line.split_at(1);
            format!("{}{rest}\n", first.chars().map(turn).collect::<String>())
        });
        lines.collect()
    };
    Release::good().sums(turned).refused("the checksum of");
}

#[test]
fn an_archive_that_was_changed_is_refused() {
    let release = Release::good();
    for target in TARGETS {
        let archive = release.path().join(format!("persona-{target}.tar.gz"));
        let mut bytes = fs::read(&archive).unwrap();
        bytes.push(0);
        fs::write(archive, bytes).unwrap();
    }
    release.refused("the checksum of");
}

#[test]
fn a_checksum_that_is_lacking_or_double_is_refused() {
    let other = |sums: &str| sums.replace("persona-", "other-");
    Release::good()
        .sums(other)
        .refused("SHA256SUMS says nothing");
    let double = |sums: &str| format!("{sums}{}", sums.replace(['0', '1'], "2"));
    Release::good().sums(double).refused("no single checksum");
}

#[test]
fn a_program_that_does_not_run_is_refused() {
    Release::new("#!/bin/sh\nexit 1\n").refused("does not run on this machine");
}

#[test]
fn an_address_that_is_not_encrypted_is_refused() {
    let (output, program) = Release::good().install("http://example.com/releases");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("not encrypted"));
    assert!(!program.exists());
}

#[test]
fn the_changelog_and_the_crates_name_one_version() {
    let version = env!("CARGO_PKG_VERSION");
    let ask = |arguments: &[&str]| {
        let script = root().join(".github/release/version");
        Command::new(script).args(arguments).output().unwrap()
    };
    let notes = ask(&["--notes", version]);
    assert!(
        notes.status.success(),
        "{}",
        String::from_utf8_lossy(&notes.stderr)
    );
    let notes = String::from_utf8_lossy(&notes.stdout).into_owned();
    assert!(
        notes.contains(&format!("Language {}", persona::LANGUAGE)),
        "{notes}"
    );
    assert!(!ask(&["99.0.0"]).status.success());
}

fn workflows() -> Vec<(String, Yaml, String)> {
    let folder = root().join(".github/workflows");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let mut documents = YamlLoader::load_from_str(&text).expect("YAML");
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        found.push((name, documents.remove(0), text));
    }
    assert!(found.len() >= 2, "the workflows are there");
    found
}

#[test]
fn workflows_pin_what_they_use_and_may_only_read() {
    for (name, workflow, text) in workflows() {
        assert_eq!(
            workflow["permissions"]["contents"].as_str(),
            Some("read"),
            "{name}"
        );
        for (number, line) in text.lines().enumerate() {
            let Some((_, used)) = line.split_once("uses: ") else {
                continue;
            };
            let (_, commit) = used.split_once('@').expect("a version");
            let commit = commit.split(' ').next().unwrap_or_default();
            let pinned = commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit());
            assert!(pinned, "{name}:{}: {used} may change under us", number + 1);
        }
        let steps = text.matches("run: cargo").count() + text.matches("run: |").count();
        assert!(steps >= 3, "{name} runs something");
    }
}

#[test]
fn scripts_that_workflows_call_are_there_and_are_shell() {
    let mut called = 0;
    for (name, _, text) in workflows() {
        for word in text.split_whitespace() {
            if !word.starts_with(".github/release/") && !word.starts_with(".ci/") {
                continue;
            }
            let path = root().join(word);
            assert!(path.is_file(), "{name} calls {word}, which is not there");
            called += 1;
        }
    }
    assert!(called >= 5, "{called}");
    for (shell, script) in [
        ("sh", ".github/release/install.sh"),
        ("bash", ".github/release/build"),
        ("bash", ".github/release/version"),
    ] {
        let checked = Command::new(shell)
            .arg("-n")
            .arg(root().join(script))
            .status();
        assert!(checked.unwrap().success(), "{script} is no {shell}");
    }
}

#[test]
fn the_version_is_short_and_long() {
    let run = |flag: &str| {
        let run = crate::support::binary::persona(&root(), &[flag]);
        assert_eq!(run.code, 0, "{run:?}");
        run.stdout
    };
    let short = run("-V");
    assert_eq!(
        short.trim(),
        format!("persona {}", env!("CARGO_PKG_VERSION"))
    );
    let long = run("--version");
    assert!(long.starts_with(short.trim()), "{long}");
    for line in ["commit: ", "date: ", "target: ", "language: "] {
        assert_eq!(long.matches(line).count(), 1, "{long}");
    }
    assert!(
        long.contains(&format!("language: {}", persona::LANGUAGE)),
        "{long}"
    );
}
