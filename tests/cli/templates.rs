//! `persona new`: each template checks without a warning, is formatted, runs, and puts somebody everywhere.

use super::Package;
use crate::support::binary::persona;
use crate::support::root;

/// The templates, by their folders: a new one is looked at without being named here.
fn templates() -> Vec<String> {
    let folder = root().join("compiler/persona-cli/templates");
    let names = std::fs::read_dir(folder).expect("the templates");
    let mut names: Vec<String> = names
        .map(|entry| {
            let name = entry.expect("an entry").file_name();
            name.to_string_lossy().into_owned()
        })
        .filter(|name| name != "common")
        .collect();
    names.sort();
    assert!(names.len() >= 5, "all templates are looked at: {names:?}");
    names
}

#[test]
fn every_template_is_a_package_that_works() {
    for template in &templates() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let call = |arguments: &[&str]| persona(folder.path(), arguments);
        call(&["new", "deep/my-one", "--template", template])
            .ends_with(0)
            .complains(&["  persona check deep/my-one ", "deep/my-one/README.md"]);
        call(&["check", "deep/my-one", "--deny", "warnings"]).ends_with(0);
        call(&["fmt", "--check", "deep/my-one"]).ends_with(0);
        call(&["test", "deep/my-one"])
            .ends_with(0)
            .says(&["all passed"]);
        campaigns_reach_people(&call(&["simulate", "deep/my-one", "--format", "json"]).json());
        let json = call(&["run", "deep/my-one", "--format", "json"])
            .ends_with(0)
            .json();
        assert!(json["profiles"].as_u64() >= Some(10), "{template}");
        assert_eq!(json["rejected"], 0, "{template}");
        for segment in json["segments"].as_array().expect("segments") {
            let share = segment["share"].as_f64().expect("a share");
            assert!(share > 0.0 && share < 1.0, "{template}: {segment}");
        }
        for partition in json["partitions"].as_array().expect("partitions") {
            for stage in partition["stages"].as_array().expect("stages") {
                assert!(stage["count"].as_u64() > Some(0), "{template}: {stage}");
            }
        }
        let read = |name: &str| {
            std::fs::read_to_string(folder.path().join("deep/my-one").join(name)).expect("a file")
        };
        assert!(read("persona.toml").contains("name = \"my-one\""));
        let readme = read("README.md");
        assert!(
            readme.starts_with("# my-one\n") && !readme.contains("{{"),
            "{readme}"
        );
        the_readme_is_true(&readme, folder.path());
        for name in [".github/workflows/persona.yml", ".pre-commit-config.yaml"] {
            yaml_rust2::YamlLoader::load_from_str(&read(name)).expect("YAML");
        }
    }
}

/// Fails unless every trigger starts for somebody, and something is sent.
fn campaigns_reach_people(json: &serde_json::Value) {
    let triggers = json["triggers"].as_array().expect("triggers");
    assert!(!triggers.is_empty(), "a template without a campaign");
    for trigger in triggers {
        assert!(trigger["entered"].as_u64() > Some(0), "{trigger}");
        assert!(trigger["sent"].as_u64() > Some(0), "{trigger}");
    }
}

/// Calls everything that the README's block of commands calls, and adds the segment that it proposes.
fn the_readme_is_true(readme: &str, folder: &std::path::Path) {
    let package = folder.join("deep/my-one");
    let block = |language: &str| {
        let start = format!("```{language}\n");
        let rest = &readme[readme.find(&start).expect("a block") + start.len()..];
        rest[..rest.find("```").expect("an end")].to_owned()
    };
    let commands = block("sh");
    assert_eq!(commands.lines().count(), 4, "{commands}");
    for line in commands.lines() {
        let call = line.split('#').next().unwrap_or("");
        let words: Vec<&str> = call.split_whitespace().skip(1).collect();
        persona(&package, &words).ends_with(0);
    }
    std::fs::write(package.join("own.persona"), block("persona")).expect("written");
    persona(&package, &["check", "--deny", "warnings"]).ends_with(0);
}

#[test]
fn nothing_is_ever_overwritten() {
    let package = Package::new("profile P { id: String @key }\n");
    std::fs::create_dir(package.path().join("full")).expect("a folder");
    std::fs::write(package.path().join("full/notes.txt"), "mine").expect("written");
    std::fs::create_dir(package.path().join("empty")).expect("a folder");
    let run = package.call(&["new", "full"]);
    run.ends_with(2)
        .complains(&["full is there already", "nothing was written"]);
    assert_eq!(
        std::fs::read_dir(package.path().join("full"))
            .expect("there")
            .count(),
        1
    );
    package.call(&["new", "main"]).ends_with(0);
    std::fs::write(package.path().join("file"), "mine").expect("written");
    package
        .call(&["new", "file"])
        .ends_with(2)
        .complains(&["file is a file"]);
    package.call(&["new", "empty"]).ends_with(0);
}

#[test]
fn names_that_packages_cannot_have_are_refused_with_a_better_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = persona(folder.path(), &["new", "My Shop!"]);
    run.ends_with(2).complains(&[
        "`My Shop!` cannot be the name of a package",
        "persona new my_shop",
    ]);
    persona(folder.path(), &["new", "3"])
        .ends_with(2)
        .complains(&["begins with a letter"]);
    persona(folder.path(), &["new", "x", "--template", "bank"])
        .ends_with(2)
        .complains(&["bank", "shop", "saas", "media", "beauty", "minimal"]);
    assert_eq!(std::fs::read_dir(folder.path()).expect("there").count(), 0);
}

#[test]
fn shells_and_the_manual_know_every_command() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = persona(folder.path(), &["completions", shell]);
        run.ends_with(0)
            .says(&["persona", "check", "dry-run", "explain"]);
    }
    let run = persona(folder.path(), &["man", "--out", "man1"]);
    run.ends_with(0).complains(&["pages are in man1"]);
    for page in ["persona.1", "persona-check.1", "persona-why.1"] {
        let text = std::fs::read_to_string(folder.path().join("man1").join(page)).expect("a page");
        assert!(
            text.contains(".SH NAME") && text.contains("Example"),
            "{page}: {text}"
        );
    }
    persona(folder.path(), &["man"])
        .ends_with(0)
        .says(&[".TH persona 1"]);
}
