//! `persona fmt`: what it writes, what it only shows, and what it leaves alone.

use std::path::Path;

use super::Package;
use crate::support::binary::{Run, persona, persona_reading};
use crate::support::root;

const UGLY: &str = "segment  a { when   x }\n";
const PRETTY: &str = "segment a { when x }\n";
const BROKEN: &str = "segment  b { when   x > }\n";

fn text(package: &Package) -> String {
    std::fs::read_to_string(package.path().join("main.persona")).expect("the file is there")
}

/// Formats what comes on standard input.
fn reading(input: &str, arguments: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    persona_reading(
        folder.path(),
        &[&["fmt", "--stdin"], arguments].concat(),
        input.as_bytes(),
    )
}

#[test]
fn everything_in_the_repository_is_formatted() {
    let folder = root().join("examples/shop");
    let files = std::fs::read_dir(folder).expect("the example is there");
    let names = files.map(|file| file.expect("a file").path());
    let count = names
        .filter(|path| path.extension().is_some_and(|of| of == "persona"))
        .count();
    assert!(count >= 4, "{count} files");
    persona(&root(), &["fmt", "--check", "examples/shop"])
        .ends_with(0)
        .complains(&[&format!("{count} files formatted as they should be")]);
}

#[test]
fn files_are_written_in_place_and_only_if_they_change() {
    let package = Package::new(UGLY).file("other.persona", PRETTY.as_bytes());
    let other = package.path().join("other.persona");
    let written = || {
        std::fs::metadata(&other)
            .expect("a file")
            .modified()
            .expect("a time")
    };
    let before = written();
    let run = package.call(&["fmt"]);
    run.ends_with(0)
        .complains(&["1 file formatted, 1 unchanged"]);
    assert_eq!(run.stdout.trim_end(), "main.persona");
    assert_eq!(text(&package), PRETTY);
    assert_eq!(written(), before, "the other file was written");
    let again = package.call(&["fmt"]);
    again
        .ends_with(0)
        .complains(&["0 files formatted, 2 unchanged"]);
    assert_eq!(again.stdout, "");
}

#[test]
fn files_below_and_other_files_are_told_apart() {
    let package = Package::new(PRETTY).file("notes.txt", UGLY.as_bytes());
    std::fs::create_dir(package.path().join("deep")).expect("a folder");
    let package = package.file("deep/more.persona", UGLY.as_bytes());
    let run = package.call(&["fmt"]);
    run.ends_with(0);
    assert_eq!(run.stdout.trim_end(), "deep/more.persona");
    let notes = std::fs::read_to_string(package.path().join("notes.txt"));
    assert_eq!(notes.expect("a file"), UGLY);
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let package = Package::new(PRETTY).file("real.txt", UGLY.as_bytes());
    let real = package.path().join("real.txt");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).expect("permissions");
    let link = package.path().join("link.persona");
    symlink(&real, &link).expect("a link");
    package.call(&["fmt", "link.persona"]).ends_with(0);
    let kept = std::fs::metadata(&real)
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(kept & 0o777, 0o640);
    assert!(link.is_symlink());
    assert_eq!(std::fs::read_to_string(&real).expect("a file"), PRETTY);
}

#[test]
fn check_shows_a_diff_and_writes_nothing() {
    let package = Package::new(UGLY);
    let run = package.call(&["fmt", "--check"]);
    run.ends_with(1)
        .says(&[
            "--- a/main.persona",
            "+++ b/main.persona",
            "-segment  a",
            "+segment a",
        ])
        .complains(&["1 file would change"]);
    assert_eq!(text(&package), UGLY);
    let coloured = package.call(&["fmt", "--check", "--color", "always"]);
    coloured.says(&["\u{1b}[31m-segment", "\u{1b}[32m+segment"]);
}

#[test]
fn what_is_broken_is_left_and_named_and_the_rest_is_formatted() {
    let package = Package::new(&format!("{BROKEN}\n{UGLY}"));
    package
        .call(&["fmt"])
        .ends_with(1)
        .complains(&["main.persona:1: left as it is: ", "1 file formatted"]);
    assert_eq!(text(&package), format!("{BROKEN}\n{PRETTY}"));
    // Formatted as far as it can be is not formatted.
    package.call(&["fmt", "--check"]).ends_with(1);
}

#[test]
fn standard_input_is_answered_on_standard_output() {
    let run = reading(UGLY, &[]);
    run.ends_with(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), (PRETTY, ""));
    let run = reading(&format!("{UGLY}\n\n{BROKEN}"), &[]);
    run.ends_with(1).complains(&["stdin:4: left as it is: "]);
    assert_eq!(run.stdout, format!("{}\n\n\n{BROKEN}", PRETTY.trim_end()));
    reading(UGLY, &["--check"])
        .ends_with(1)
        .says(&["+segment a"]);
    let run = reading(PRETTY, &["--check"]);
    run.ends_with(0);
    assert_eq!(run.stdout, "");
}

#[test]
fn a_range_of_lines_is_all_that_changes() {
    let three = UGLY.repeat(3);
    let run = reading(&three, &["--range", "2:2"]);
    run.ends_with(0);
    assert_eq!(run.stdout, format!("{UGLY}{PRETTY}{UGLY}"));
    let package = Package::new(&three);
    package
        .call(&["fmt", "main.persona", "--range", "2:9"])
        .ends_with(0);
    assert_eq!(text(&package), format!("{UGLY}{PRETTY}{PRETTY}"));
}

#[test]
fn calls_that_mean_nothing_end_with_2() {
    let package = Package::new(PRETTY);
    let wrong: &[&[&str]] = &[
        &["fmt", "--range", "1:2"],
        &["fmt", "main.persona", "--range", "2:1"],
        &["fmt", "main.persona", "--range", "x"],
        &["fmt", "--stdin", "main.persona"],
        &["fmt", "nowhere.persona"],
    ];
    for arguments in wrong {
        package.call(arguments).ends_with(2);
    }
    let run = persona_reading(Path::new("."), &["fmt", "--stdin"], b"enum A { \xFF }");
    run.ends_with(2).complains(&["not UTF-8"]);
}
