//! What the project depends on: licences, sources, and no crate in more versions than `.ci/deny.toml` names. This is what cargo-deny
//! checks, without it and without a network; advisories need its database, and are asked for in `.github/workflows/ci.yml`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value as Json;
use toml::{Table, Value};

use super::assert_tidy;
use crate::support::root;

fn read(path: &str) -> Table {
    let text = std::fs::read_to_string(root().join(path)).expect("the file is there");
    text.parse().expect("TOML")
}

fn texts<'t>(table: &'t Table, section: &str, key: &str) -> Vec<&'t str> {
    let list = table.get(section).and_then(|s| s.get(key));
    let list = list.and_then(Value::as_array).expect("a list");
    list.iter().filter_map(Value::as_str).collect()
}

/// The major version, in the sense of what may stand for what: `1`, `0.14`.
fn major(version: &str) -> String {
    let mut parts = version.split('.');
    match (parts.next(), parts.next()) {
        (Some("0"), Some(minor)) => format!("0.{minor}"),
        (Some(major), _) => major.to_owned(),
        (None, _) => String::new(),
    }
}

/// Complaints about a lock file: sources that are no registry's, and versions beside each other that nobody has named.
fn locked(lock: &Table, deny: &Table) -> Vec<String> {
    let packages = lock.get("package").and_then(Value::as_array);
    let field = |package: &Value, key: &str| {
        let text = package.get(key).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let mut found = Vec::new();
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages.into_iter().flatten() {
        let (name, source) = (field(package, "name"), field(package, "source"));
        if source.is_empty() {
            if !name.starts_with("persona") {
                found.push(format!("`{name}` comes from nowhere"));
            }
            continue;
        }
        if source != "registry+https://github.com/rust-lang/crates.io-index" {
            found.push(format!("`{name}` comes from {source}"));
        } else if field(package, "checksum").is_empty() {
            found.push(format!("`{name}` has no checksum"));
        }
        let majors = versions.entry(name).or_default();
        majors.insert(major(&field(package, "version")));
    }
    let skip = deny.get("bans").and_then(|bans| bans.get("skip"));
    let skip = skip.and_then(Value::as_array).expect("a list");
    let mut skipped: BTreeSet<String> = skip.iter().map(|one| field(one, "crate")).collect();
    for (name, majors) in &versions {
        let named: Vec<String> = majors
            .iter()
            .map(|major| format!("{name}@{major}"))
            .collect();
        let unnamed: Vec<&String> = named.iter().filter(|one| !skipped.contains(*one)).collect();
        if majors.len() > 1 && unnamed.len() > 1 {
            found.push(format!("`{name}` is there in the versions {named:?}; name all but one in .ci/deny.toml, or do with one"));
        }
        for one in named.iter().filter(|_| majors.len() > 1) {
            skipped.remove(one);
        }
    }
    let stale = skipped.iter();
    found.extend(stale.map(|one| format!("`{one}` in .ci/deny.toml is not there twice any more")));
    found
}

/// Whether a licence expression can be met with allowed ones. `AND` binds more than `OR`, `/` is an old `OR`.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let expression = expression.trim();
    let outer = |separator: &str| -> Option<Vec<String>> {
        let (mut depth, mut parts, mut part) = (0_usize, Vec::new(), Vec::new());
        for word in expression
            .replace('(', " ( ")
            .replace(')', " ) ")
            .split_whitespace()
        {
            match word {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && word == separator {
                parts.push(part.join(" "));
                part = Vec::new();
            } else {
                part.push(word.to_owned());
            }
        }
        parts.push(part.join(" "));
        (parts.len() > 1).then_some(parts)
    };
    if let Some(parts) = outer("OR") {
        return parts.iter().any(|part| is_allowed(part, allowed));
    }
    if let Some(parts) = outer("AND") {
        return parts.iter().all(|part| is_allowed(part, allowed));
    }
    if let Some(inner) = expression
        .strip_prefix('(')
        .and_then(|e| e.strip_suffix(')'))
    {
        return is_allowed(inner, allowed);
    }
    allowed.contains(&expression)
}

fn licences(packages: &[Json], allowed: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let licence = package["license"]
            .as_str()
            .unwrap_or_default()
            .replace('/', " OR ");
        if !is_allowed(&licence, allowed) {
            found.push(format!(
                "`{name}` is licensed as `{licence}`, which .ci/deny.toml does not allow"
            ));
        }
    }
    found
}

#[test]
fn dependencies_come_from_the_registry_and_in_one_version_each() {
    let deny = read(".ci/deny.toml");
    assert_tidy(&locked(&read("Cargo.lock"), &deny));
}

#[test]
fn dependencies_have_licences_that_are_allowed() {
    // Of this platform: only what was built is certainly on this machine.
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let version = Command::new(&cargo)
        .arg("-vV")
        .output()
        .expect("cargo runs");
    let version = String::from_utf8(version.stdout).expect("text");
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let output = Command::new(&cargo)
        .args([
            "metadata",
            "--format-version=1",
            "--locked",
            "--offline",
            "--filter-platform",
        ])
        .arg(host.expect("cargo names its host"))
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Json = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 100, "{} packages", packages.len());
    let deny = read(".ci/deny.toml");
    assert_tidy(&licences(packages, &texts(&deny, "licenses", "allow")));
}

/// Crates that open connections, themselves or for others.
const NETWORK: &[&str] = &[
    "async-std",
    "attohttpc",
    "curl",
    "curl-sys",
    "h2",
    "h3",
    "hickory-proto",
    "hyper",
    "isahc",
    "minreq",
    "native-tls",
    "openssl",
    "openssl-sys",
    "quinn",
    "reqwest",
    "rustls",
    "socket2",
    "surf",
    "tonic",
    "tungstenite",
    "ureq",
    "websocket",
];

#[test]
fn nothing_that_is_linked_opens_a_connection() {
    let lock = read("Cargo.lock");
    let packages = lock.get("package").and_then(Value::as_array);
    let packages = packages.expect("packages").iter();
    let names: Vec<&str> = packages
        .filter_map(|package| package.get("name")?.as_str())
        .collect();
    let linked: Vec<&&str> = names.iter().filter(|name| NETWORK.contains(name)).collect();
    assert!(linked.is_empty(), "{linked:?}");
    // The words are cut apart, so that this file does not name them itself.
    let words = [
        ["std", "::net"].concat(),
        ["tokio", "::net"].concat(),
        ["Tcp", "Stream"].concat(),
    ];
    let mut found = Vec::new();
    for file in super::files() {
        if !file.path.ends_with(".rs") || file.path.starts_with("tests/") {
            continue;
        }
        for word in words
            .iter()
            .filter(|word| file.text.contains(word.as_str()))
        {
            found.push(format!("{} names {word}", file.path));
        }
    }
    assert_tidy(&found);
}

#[test]
fn what_may_not_come_in_is_noticed() {
    let deny: Table = "[bans]\nskip = [{ crate = \"a@1\" }, { crate = \"old@1\" }]"
        .parse()
        .expect("TOML");
    let package = |name: &str, version: &str, source: &str| {
        format!(
            "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"{source}\"\nchecksum = \"0\"\n"
        )
    };
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    let lock = [
        package("a", "1.0.0", registry),
        package("a", "2.0.0", registry),
        package("b", "0.1.0", registry),
        package("b", "0.2.9", registry),
        package("c", "1.0.0", "git+https://example.com/c"),
    ];
    let found = locked(&lock.concat().parse().expect("TOML"), &deny);
    assert_eq!(found.len(), 3, "{found:?}");
    for words in ["`b` is there", "`c` comes from git", "`old@1`"] {
        assert!(
            found.iter().any(|one| one.starts_with(words)),
            "{words}: {found:?}"
        );
    }
}

#[test]
fn licence_expressions_are_met_or_not() {
    let allowed = ["MIT", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"];
    for (expression, met) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("MIT AND GPL-3.0", false),
        ("(MIT OR GPL-3.0) AND Unicode-3.0", true),
        ("(GPL-3.0 OR AGPL-3.0) AND MIT", false),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), met, "{expression}");
    }
}
