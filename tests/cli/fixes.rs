//! `check --fix`: what it repairs, what it leaves, and what it never does.

use super::Package;

const SCHEMA: &str = "profile P {\n  id: String @key\n  points: Int\n  country: String?\n}\n";

fn package(rules: &str) -> Package {
    Package::new(SCHEMA).file("rules.persona", rules.as_bytes())
}

fn rules(package: &Package) -> String {
    std::fs::read_to_string(package.path().join("rules.persona")).expect("the file is there")
}

#[test]
fn sure_fixes_are_applied_and_what_is_left_is_shown() {
    let package =
        package("segment a { when points = 3 && id == \"x\" }\r\nsegment b { when pints > 1 }\r\n");
    let run = package.call(&["check", "--fix", "--format", "short", "."]);
    run.ends_with(1)
        .says(&["rules.persona:2:18: error[P0250]"])
        .complains(&["fixed rules.persona:1:25 P0110", "2 fixed in 1 file"]);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
    assert_eq!(
        rules(&package),
        "segment a { when points == 3 and id == \"x\" }\r\nsegment b { when pints > 1 }\r\n",
        "line ends stay as they are"
    );
    let run = package.call(&["check", "--fix", "--suggested", "."]);
    run.ends_with(0)
        .complains(&["1 fixed in 1 file", "everything is fine"]);
    package
        .call(&["check", "--fix", "."])
        .ends_with(0)
        .complains(&["0 fixed"]);
}

#[test]
fn summaries_say_how_many_can_be_fixed() {
    let package = package("segment a { when points = 3 }\nsegment b { when pints > 1 }\n");
    package
        .call(&["check", "."])
        .ends_with(1)
        .complains(&["2 errors; 1 can be fixed with --fix, 1 more with --fix --suggested"]);
}

#[test]
fn a_dry_run_shows_a_diff_and_writes_nothing() {
    let before = "segment a { when points = 3 }\n";
    let package = package(before);
    let run = package.call(&["check", "--fix", "--dry-run", "."]);
    run.ends_with(1).complains(&["1 would be fixed in 1 file"]);
    assert_eq!(
        run.stdout,
        "--- a/rules.persona\n+++ b/rules.persona\n@@ -1 +1 @@\n\
         -segment a { when points = 3 }\n+segment a { when points == 3 }\n"
    );
    assert_eq!(rules(&package), before);
    package.call(&["check", "--dry-run", "."]).ends_with(2);
    package.call(&["check", "--suggested", "."]).ends_with(2);
    package
        .call(&["check", "--fix", "--watch", "."])
        .ends_with(2);
}

#[test]
fn many_fixes_in_one_line_and_over_files_come_to_an_end() {
    let line = "segment sNUMBER { when points = NUMBER && id == \"x\" || points <> 4 }\n";
    let many: String = (0..60)
        .map(|number| line.replace("NUMBER", &number.to_string()))
        .collect();
    let package = package(&many).file(
        "more.persona",
        many.replace("segment s", "segment t").as_bytes(),
    );
    let run = package.call(&["check", "--fix", "."]);
    run.ends_with(0);
    assert!(run.stderr.contains("in 2 files"), "{}", run.stderr);
    let left = rules(&package);
    for foreign in [" = ", "&&", "||", "<>"] {
        assert!(!left.contains(foreign), "{foreign} is left in {left}");
    }
}

#[test]
fn a_file_that_may_only_be_read_is_left_alone_with_a_message() {
    let package = package("segment a { when points = 3 }\n");
    let path = package.path().join("rules.persona");
    let mut permissions = std::fs::metadata(&path).expect("there").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).expect("permissions");
    package
        .call(&["check", "--fix", "."])
        .ends_with(2)
        .complains(&["rules.persona cannot be written"]);
    assert!(rules(&package).contains("points = 3"));
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let package = package("segment a { when points = 3 }\n");
    let (link, file) = (
        package.path().join("rules.persona"),
        package.path().join("real.txt"),
    );
    std::fs::rename(&link, &file).expect("moved");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).expect("permissions");
    std::os::unix::fs::symlink("real.txt", &link).expect("a link");
    package.call(&["check", "--fix", "."]).ends_with(0);
    assert!(link.is_symlink());
    assert!(
        std::fs::read_to_string(&file)
            .expect("there")
            .contains("points == 3")
    );
    let mode = std::fs::metadata(&file)
        .expect("there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn the_configuration_is_fixed_too() {
    let package = package("segment a { when points == 3 }\n").file(
        "persona.toml",
        b"[package]\nname = \"small\"\nversion = \"0.1.0\"\nlanguage = \"1\"\ntimezon = \"UTC\"\n",
    );
    let before = package.call(&["check", "--format", "short", "."]);
    before.says(&["persona.toml:5:1"]);
    package
        .call(&["check", "--fix", "--suggested", "."])
        .ends_with(0);
    let config = std::fs::read_to_string(package.path().join("persona.toml")).expect("there");
    assert!(config.contains("timezone = \"UTC\""), "{config}");
}
