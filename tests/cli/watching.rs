//! `check --watch` and `test --watch`: every kind of change that editors and people make is seen, nothing that happens ends it, Ctrl-C does.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::Package;
use crate::support::binary::path;

/// Far more than a round takes, also on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

const GOOD: &str =
    "profile P {\n  id: String @key\n  points: Int\n}\nsegment s { when points > 1 }\n";

/// A `persona check --watch` that runs.
struct Watch {
    child: Child,
    /// Lines of standard output, and of standard error.
    lines: Receiver<String>,
    said: Receiver<String>,
}

impl Watch {
    fn start(folder: &Path, path_of_package: &str, format: &str) -> Self {
        Self::of("check", folder, path_of_package, format)
    }

    fn of(command: &str, folder: &Path, path_of_package: &str, format: &str) -> Self {
        let mut child = Command::new(path())
            .args([command, "--watch", "--format", format, path_of_package])
            .current_dir(folder)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let (sender, lines) = channel();
        let (errors, said) = channel();
        let out = child.stdout.take().expect("a pipe");
        let err = child.stderr.take().expect("a pipe");
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                sender.send(line).unwrap_or(());
            }
        });
        std::thread::spawn(move || {
            for line in BufReader::new(err).lines().map_while(Result::ok) {
                errors.send(line).unwrap_or(());
            }
        });
        Self { child, lines, said }
    }

    /// Waits for a line of standard error with these words, and gives all lines up to it.
    #[track_caller]
    fn until(&self, words: &str) -> Vec<String> {
        until(&self.said, words)
    }

    /// The number of errors of the next round, in JSON, whose last line is the summary.
    #[track_caller]
    fn errors(&self) -> u64 {
        let lines = until(&self.lines, "\"summary\"");
        let summary: serde_json::Value =
            serde_json::from_str(lines.last().expect("a line")).expect("JSON");
        summary["summary"]["errors"].as_u64().expect("a number")
    }

    /// Ends it as Ctrl-C does, and gives the exit code.
    #[cfg(unix)]
    fn interrupt(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status();
        assert!(sent.expect("kill is there").success());
        let start = Instant::now();
        while start.elapsed() < LIMIT {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it does not end");
    }
}

/// Waits for a line with these words, and gives all lines up to it.
#[track_caller]
fn until(lines: &Receiver<String>, words: &str) -> Vec<String> {
    let start = Instant::now();
    let mut seen = Vec::new();
    while start.elapsed() < LIMIT {
        if let Ok(line) = lines.recv_timeout(Duration::from_millis(100)) {
            seen.push(line);
            if seen.last().is_some_and(|line| line.contains(words)) {
                return seen;
            }
        }
    }
    panic!("`{words}` never came; this did:\n{}", seen.join("\n"));
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.child.kill().unwrap_or(());
        self.child.wait().map(|_| ()).unwrap_or(());
    }
}

fn write(package: &Package, name: &str, text: &str) {
    std::fs::write(package.path().join(name), text).expect("written");
}

#[test]
fn every_kind_of_saving_is_seen() {
    let package = Package::new(GOOD);
    let watch = Watch::start(package.path(), ".", "json");
    assert_eq!(watch.errors(), 0);
    write(
        &package,
        "main.persona",
        &GOOD.replace("points >", "pints >"),
    );
    assert_eq!(watch.errors(), 1, "written in place");
    write(&package, ".main.persona.swp", GOOD);
    let (from, to) = (
        package.path().join(".main.persona.swp"),
        package.path().join("main.persona"),
    );
    std::fs::rename(&from, &to).expect("renamed");
    assert_eq!(watch.errors(), 0, "written beside and renamed");
    write(&package, "more.persona", "segment t { when nothing }\n");
    assert_eq!(watch.errors(), 1, "a new file");
    std::fs::create_dir(package.path().join("deep")).expect("a folder");
    let moved = package.path().join("deep/more.persona");
    std::fs::rename(package.path().join("more.persona"), &moved).expect("moved");
    assert_eq!(watch.errors(), 1, "moved into a new folder");
    std::fs::write(&moved, "segment t { when nothing and never }\n").expect("written");
    assert_eq!(watch.errors(), 2, "changed in the new folder");
    std::fs::remove_file(&moved).expect("removed");
    assert_eq!(watch.errors(), 0, "removed");
    write(
        &package,
        "persona.toml",
        "[package]\nname = \"small\"\ntimezone = \"Nowhere\"\n",
    );
    assert_eq!(watch.errors(), 1, "the configuration");
    #[cfg(unix)]
    assert_eq!(watch.interrupt(), Some(0));
}

#[test]
fn nothing_but_people_ends_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().join("rules");
    std::fs::create_dir(&root).expect("a folder");
    let file = |name: &str, text: &[u8]| std::fs::write(root.join(name), text).expect("written");
    file("persona.toml", b"[package]\nname = \"small\"\n");
    file("main.persona", GOOD.as_bytes());
    // From above, as the folder that it watches will go away.
    let watch = Watch::start(folder.path(), "rules", "json");
    assert_eq!(watch.errors(), 0);
    file("persona.toml", b"[package\nname =");
    assert!(watch.errors() >= 1, "a broken configuration");
    file("persona.toml", b"[package]\nname = \"small\"\n");
    assert_eq!(watch.errors(), 0);
    file("main.persona", b"segment \xff");
    watch.until("not UTF-8");
    file("main.persona", GOOD.as_bytes());
    assert_eq!(
        watch.errors(),
        0,
        "the same text as before is shown again after a complaint"
    );
    std::fs::remove_dir_all(&root).expect("removed");
    watch.until("there is no file or folder rules");
    std::fs::create_dir(&root).expect("a folder");
    file(
        "main.persona",
        GOOD.replace("points >", "pints >").as_bytes(),
    );
    file("persona.toml", b"[package]\nname = \"small\"\n");
    assert_eq!(watch.errors(), 1, "the folder is back");
    file("main.persona", GOOD.as_bytes());
    assert_eq!(watch.errors(), 0, "and watched again");
}

#[test]
fn what_is_written_to_a_pipe_holds_no_signs_for_terminals_and_says_the_time() {
    let package = Package::new(GOOD);
    let watch = Watch::start(package.path(), ".", "human");
    let first = watch.until("watching for changes");
    write(
        &package,
        "main.persona",
        &GOOD.replace("points >", "pints >"),
    );
    let second = watch.until("watching for changes");
    let said = [first, second].concat().join("\n");
    let shown = until(&watch.lines, "fix: ").join("\n");
    assert!(
        !said.contains('\x1b') && !shown.contains('\x1b'),
        "{said:?}{shown:?}"
    );
    assert!(
        said.contains("everything is fine (") && said.contains(" ms)"),
        "{said}"
    );
    assert!(shown.contains("error[P0250]"), "{shown}");
}

#[test]
fn files_that_are_not_the_packages_do_not_wake_it() {
    let package = Package::new(GOOD);
    let watch = Watch::start(package.path(), ".", "json");
    assert_eq!(watch.errors(), 0);
    write(&package, "data.csv", "nothing");
    std::thread::sleep(Duration::from_millis(500));
    assert!(watch.lines.try_recv().is_err(), "a round for nothing");
    write(
        &package,
        "main.persona",
        &GOOD.replace("points >", "pints >"),
    );
    assert_eq!(watch.errors(), 1);
}

#[test]
fn packages_that_this_one_rests_on_are_watched_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    file("common/persona.toml", "[package]\nname = \"common\"\n");
    file("common/main.persona", "fn double(n: Int) -> Int = n * 2\n");
    file(
        "shop/persona.toml",
        "[package]\nname = \"shop\"\n\n[dependencies]\ncommon = { path = \"../common\" }\n",
    );
    let rules = GOOD.replace("points > 1", "double(points) > 1");
    file(
        "shop/main.persona",
        &format!("use common.{{double}}\n\n{rules}"),
    );
    let watch = Watch::start(&folder.path().join("shop"), ".", "json");
    assert_eq!(watch.errors(), 0);
    file("common/main.persona", "fn twice(n: Int) -> Int = n * 2\n");
    assert!(watch.errors() > 0, "the function is gone");
    file("common/main.persona", "fn double(n: Int) -> Int = n + n\n");
    assert_eq!(watch.errors(), 0);
}

#[test]
fn tests_run_again_after_a_change() {
    let test = |points: u32| {
        format!(
            "test \"t\" {{\n  given {{ id: \"a\", points: {points} }}\n  at 2026-01-10T12:00Z\n  expect in s\n}}\n"
        )
    };
    let package = Package::new(GOOD).file("tests.persona", test(0).as_bytes());
    let watch = Watch::of("test", package.path(), ".", "json");
    let failed = |watch: &Watch| {
        let lines = until(&watch.lines, "\"summary\"");
        let json: serde_json::Value =
            serde_json::from_str(lines.last().expect("a line")).expect("JSON");
        json["summary"]["failed"].as_u64()
    };
    assert_eq!(failed(&watch), Some(1));
    watch.until("watching");
    let package = package.file("tests.persona", test(3).as_bytes());
    assert_eq!(failed(&watch), Some(0));
    watch.until("watching");
    let package = package.file("tests.persona", b"test \"t\" { expect }");
    watch.until("watching");
    let _package = package.file("tests.persona", test(1).as_bytes());
    assert_eq!(failed(&watch), Some(1));
}
