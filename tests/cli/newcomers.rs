//! What somebody meets who tries persona for the first time and does something wrong: one message each, that says what
//! to do, and never a word of programmers.

use super::Package;
use crate::support::binary::{Run, persona};
use crate::support::root;

fn empty() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Fails where a message speaks of the tool's insides.
#[track_caller]
fn plain(run: &Run) {
    for word in [
        "Os {",
        "code:",
        "kind:",
        "unwrap",
        "Err(",
        "panicked",
        "os error",
        "Utf8Error",
    ] {
        assert!(
            !run.stderr.contains(word),
            "`{word}` is no word for people:\n{}",
            run.stderr
        );
    }
    assert_eq!(run.stdout, "", "what went wrong goes to standard error");
}

#[test]
fn a_folder_without_a_package() {
    let folder = empty();
    let run = persona(folder.path(), &["check"]);
    run.ends_with(2)
        .complains(&["no persona.toml in this folder or above", "persona new"]);
    plain(&run);
    std::fs::write(folder.path().join("a.persona"), "segment a { when true }").expect("written");
    let run = persona(folder.path(), &["check"]);
    run.ends_with(2).complains(&["[package]", "name ="]);
}

#[test]
fn a_path_that_is_misspelt() {
    let package = Package::new("profile P { id: String @key }\n");
    for command in ["check", "run", "fmt"] {
        let run = package.call(&[command, "mian.persona"]);
        run.ends_with(2)
            .complains(&["there is no file or folder mian.persona"]);
        plain(&run);
    }
}

#[test]
fn a_flag_a_command_and_a_value_that_are_misspelt() {
    let run = persona(&root(), &["check", "--fromat", "json"]);
    run.ends_with(2).complains(&["--fromat", "--format"]);
    let run = persona(&root(), &["chekc"]);
    run.ends_with(2).complains(&["chekc", "check"]);
    let run = persona(&root(), &["check", "--format", "xml"]);
    run.ends_with(2).complains(&["xml", "human", "sarif"]);
    persona(&root(), &[])
        .ends_with(2)
        .complains(&["Usage", "check"]);
}

#[test]
fn a_file_of_another_kind() {
    let package = Package::new("profile P { id: String @key }\n").file("data.csv", b"id\n1\n");
    let run = package.call(&["check", "data.csv"]);
    run.ends_with(2)
        .complains(&["neither a package's folder nor a .persona file"]);
    plain(&run);
}

#[test]
fn a_folder_that_is_called_like_a_program() {
    let package = Package::new("profile P { id: String @key }\nsegment s { when id == \"a\" }\n");
    std::fs::create_dir(package.path().join("more.persona")).expect("a folder");
    std::fs::write(
        package.path().join("more.persona/x.persona"),
        "segment t { when id == \"b\" }\n",
    )
    .expect("written");
    package.call(&["check", "."]).ends_with(0);
    package.call(&["check", "more.persona"]).ends_with(0);
    let alone = empty();
    std::fs::create_dir(alone.path().join("rules.persona")).expect("a folder");
    let run = persona(alone.path(), &["check", "rules.persona"]);
    run.ends_with(2)
        .complains(&["no persona.toml in rules.persona or above"]);
    plain(&run);
}

#[test]
fn a_file_in_another_encoding() {
    let text = "segment s { when name == \"Zürich\" }\n";
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    for bytes in [latin, wide] {
        let run = Package::new("")
            .file("a.persona", &bytes)
            .call(&["check", "."]);
        run.ends_with(2).complains(&[
            "a.persona is not UTF-8 text (line 1)",
            "save the file as UTF-8",
        ]);
        plain(&run);
    }
}

#[test]
fn a_mark_of_the_encoding_at_the_start_is_no_mistake_of_anybody() {
    let program = "\u{feff}profile P { id: String @key }\nsegment s { when id = \"a\" }\n";
    let run = Package::new(program).call(&["check", "--format", "short", "."]);
    run.ends_with(1).says(&["main.persona:2:21: error[P0110]"]);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_to_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let package = Package::new("").file("secret.persona", b"");
    let path = package.path().join("secret.persona");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).expect("permissions");
    if std::fs::read(&path).is_ok() {
        // Whoever may read everything cannot be refused; a link that leads to itself can.
        std::fs::remove_file(&path).expect("removed");
        std::os::unix::fs::symlink("secret.persona", &path).expect("a link");
    }
    let run = package.call(&["check", "."]);
    run.ends_with(2).complains(&["secret.persona"]);
    plain(&run);
}

#[test]
fn standard_output_is_no_file_for_rows() {
    let package = Package::new("profile P { id: String @key }\nsegment s { when id == \"a\" }\n");
    for flag in ["--rejects", "--members"] {
        let run = package.call(&["run", ".", flag, "-"]);
        run.ends_with(2).complains(&[flag, "name a file"]);
        plain(&run);
        assert!(!package.path().join("-").exists());
    }
}

#[test]
fn codes_are_explained_by_name_and_guessed_when_misspelt() {
    let by_code = persona(&root(), &["explain", "P0301"]);
    by_code
        .ends_with(0)
        .says(&["missing_becomes_yes", "Level:", "Since:   persona"]);
    for other in ["p0301", "missing_becomes_yes", "[P0301]"] {
        assert_eq!(
            persona(&root(), &["explain", other]).stdout,
            by_code.stdout,
            "{other}"
        );
    }
    let run = persona(&root(), &["explain", "P301"]);
    run.ends_with(2).complains(&["P301", "P0301"]);
    let run = persona(&root(), &["explain", "missing_becomes_no"]);
    run.ends_with(2).complains(&["missing_becomes_yes"]);
    persona(&root(), &["explain", "bananas"])
        .ends_with(2)
        .complains(&["lists all codes"]);
}

#[test]
fn a_mistake_of_persona_itself_ends_with_a_report_and_three() {
    let output = std::process::Command::new(crate::support::binary::path())
        .args(["check", "examples/shop"])
        .current_dir(root())
        .env("PERSONA_TEST_PANIC", "1")
        .output()
        .expect("the binary starts");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    for words in [
        "persona made a mistake of its own; your program is not at fault",
        "file this report",
        "asked for by PERSONA_TEST_PANIC",
        "version:",
        "command: persona check examples/shop",
    ] {
        assert!(said.contains(words), "`{words}` is not in\n{said}");
    }
    assert_eq!(output.stdout, b"");
}
