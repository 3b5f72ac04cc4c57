//! The forms of `check`'s output as whole calls: stable, complete, and the same places in each.

use std::collections::BTreeSet;

use super::Package;
use crate::support::binary::persona;

/// Two files with mistakes and one without, in an order that is not that of the file system.
fn package() -> Package {
    Package::new("profile P {\n  id: String @key\n  country: String?\n}\nsegment b { when country != \"US\" }\n")
        .file("a.persona", b"segment a { when countri == \"US\" and id = \"x\" }\n")
        .file("z.persona", b"segment z { when id == \"z\" }\n")
}

/// `file:line:column code` of each diagnostic, as a form gives them.
fn places(format: &str, output: &str) -> Vec<String> {
    match format {
        "short" => output
            .lines()
            .map(|line| {
                let (place, rest) = line.split_once(": error[").expect("an error");
                format!("{place} {}", &rest[..5])
            })
            .collect(),
        "json" => output
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .filter(|line: &serde_json::Value| line.get("code").is_some())
            .map(|line| {
                let text = |key: &str| line[key].as_str().expect("text").to_owned();
                let at = &line["start"];
                format!(
                    "{}:{}:{} {}",
                    text("file"),
                    at["line"],
                    at["column"],
                    text("code")
                )
            })
            .collect(),
        "sarif" => {
            let log: serde_json::Value = serde_json::from_str(output).expect("JSON");
            let results = log["runs"][0]["results"].as_array().expect("results");
            let place = |result: &serde_json::Value| {
                let place = &result["locations"][0]["physicalLocation"];
                let uri = place["artifactLocation"]["uri"].as_str().expect("a file");
                let at = &place["region"];
                let code = result["ruleId"].as_str().expect("a rule");
                format!("{uri}:{}:{} {code}", at["startLine"], at["startColumn"])
            };
            results.iter().map(place).collect()
        }
        "github" => output
            .lines()
            .map(|line| {
                let property = |name: &str| {
                    let start = line.find(&format!("{name}=")).expect("a property");
                    let rest = &line[start + name.len() + 1..];
                    rest[..rest.find([',', ':']).expect("an end")].to_owned()
                };
                let place = (property("file"), property("line"), property("col"));
                format!("{}:{}:{} {}", place.0, place.1, place.2, property("title"))
            })
            .collect(),
        "junit" => output
            .split("<testcase ")
            .skip(1)
            .filter(|case| case.contains("<failure"))
            .map(|case| {
                let attribute = |name: &str| {
                    let start = case.find(&format!("{name}=\"")).expect("an attribute");
                    let rest = &case[start + name.len() + 2..];
                    rest[..rest.find('"').expect("an end")].to_owned()
                };
                let name = attribute("name");
                let (code, place) = (&name[..5], name.rsplit(' ').next().expect("a place"));
                format!("{}:{place} {code}", attribute("classname"))
            })
            .collect(),
        other => panic!("{other} is not a form for programs"),
    }
}

#[test]
fn every_form_has_the_same_diagnostics_in_the_same_order() {
    let package = package();
    let found = |format: &str| {
        let run = package.call(&["check", "--format", format, "."]);
        places(format, &run.ends_with(1).stdout)
    };
    let short = found("short");
    assert_eq!(short.len(), 3, "{short:?}");
    assert!(short[0].starts_with("a.persona:1:18 P0250"), "{short:?}");
    assert!(short[2].starts_with("main.persona:5:18 P0301"), "{short:?}");
    for format in ["json", "sarif", "github", "junit"] {
        assert_eq!(found(format), short, "--format {format}");
    }
    for format in ["human", "narrated"] {
        let text = package.call(&["check", "--format", format, "."]).stdout;
        let at: Vec<usize> = ["P0250", "P0110", "P0301"]
            .iter()
            .map(|code| {
                text.find(code)
                    .unwrap_or_else(|| panic!("no {code} in {text}"))
            })
            .collect();
        assert!(at.is_sorted(), "{text}");
    }
}

#[test]
fn the_same_call_prints_the_same_bytes() {
    let package = package();
    for format in [
        "human", "short", "narrated", "json", "sarif", "github", "junit",
    ] {
        let outputs: BTreeSet<String> = (0..3)
            .map(|_| package.call(&["check", "--format", format, "."]).stdout)
            .collect();
        assert_eq!(outputs.len(), 1, "--format {format}");
    }
}

#[test]
fn paths_are_those_of_the_current_folder_however_the_package_was_named() {
    let package = package();
    let folder = package.path().canonicalize().expect("a folder");
    let above = folder.parent().expect("a folder above");
    let name = folder
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    let first = |here: &std::path::Path, path: &str| {
        let run = persona(here, &["check", "--format", "short", path]);
        run.stdout.split(':').next().expect("a path").to_owned()
    };
    assert_eq!(first(&folder, "."), "a.persona");
    assert_eq!(first(&folder, folder.to_str().expect("UTF-8")), "a.persona");
    assert_eq!(first(above, &name), format!("{name}/a.persona"));
    assert_eq!(
        first(above, folder.to_str().expect("UTF-8")),
        format!("{name}/a.persona")
    );
}

#[test]
fn a_package_without_mistakes_is_said_to_be_fine_in_every_form() {
    let package = Package::new("profile P { id: String @key }\nsegment s { when id == \"a\" }\n");
    let call = |format: &str| {
        let run = package.call(&["check", "--format", format, "."]);
        run.ends_with(0).stdout.clone()
    };
    for format in ["human", "short", "narrated", "github"] {
        assert_eq!(call(format), "", "--format {format}");
    }
    assert!(call("junit").contains("failures=\"0\""));
    let sarif: serde_json::Value = serde_json::from_str(&call("sarif")).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
    assert_eq!(call("json").lines().count(), 1);
}

#[test]
fn warnings_that_are_denied_fail_the_build_server_too() {
    let package = Package::new("profile P { id: String @key }\nsegment s { when id == \"a\" }\n");
    let package = package.file("b.persona", b"segment Bad { when id == \"b\" }\n");
    let run = package.call(&["check", "--format", "junit", "."]);
    run.ends_with(0)
        .says(&["failures=\"0\"", "warning: b.persona:1:9"]);
    let run = package.call(&["check", "--format", "junit", "--deny", "warnings", "."]);
    run.ends_with(1).says(&["failures=\"1\""]);
}
