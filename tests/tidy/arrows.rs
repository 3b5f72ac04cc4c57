//! Which crate may depend on which: the layer table of ARCHITECTURE, read from the manifests.

use super::{File, assert_complaint, assert_tidy, files};

/// Every crate with its layer; an arrow points to a lower layer.
const LAYERS: &[(&str, u32)] = &[
    ("persona-base", 0),
    ("persona-std", 0),
    ("persona-liquid", 1),
    ("persona-syntax", 1),
    ("persona-ir", 1),
    ("persona-sema", 2),
    ("persona-runtime", 2),
    ("persona-lower", 3),
    ("persona-jit", 3),
    ("persona-io", 3),
    ("persona-ide", 3),
    ("persona-infer", 4),
    ("persona", 4),
    ("persona-lsp", 4),
    ("persona-cli", 5),
    ("persona-tests", 6),
];

/// Arrows that no layer forbids, but the two columns do: front and back meet only in `lower` and the façade.
const FORBIDDEN: &[(&[&str], &[&str])] = &[
    (
        &[
            "persona-syntax",
            "persona-sema",
            "persona-ide",
            "persona-lsp",
        ],
        &[
            "persona-ir",
            "persona-runtime",
            "persona-jit",
            "persona-lower",
            "persona-io",
        ],
    ),
    (
        &["persona-ir", "persona-runtime", "persona-jit", "persona-io"],
        &["persona-syntax", "persona-sema"],
    ),
];

/// A dependency of a crate of this workspace.
struct Arrow {
    from: String,
    to: String,
    /// Whether only tests use it.
    dev: bool,
}

/// The name and the dependencies of a manifest, for whatever platform.
fn arrows(manifest: &str) -> Vec<Arrow> {
    let manifest: toml::Table = manifest.parse().expect("cargo has read this manifest");
    let from = manifest
        .get("package")
        .and_then(|p| p.get("name"))
        .and_then(|n| n.as_str())
        .unwrap_or_default();
    let mut arrows = Vec::new();
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let tables = std::iter::once(&manifest).chain(
        targets
            .into_iter()
            .flat_map(|t| t.values())
            .filter_map(|t| t.as_table()),
    );
    for table in tables {
        for (section, dev) in [
            ("dependencies", false),
            ("build-dependencies", false),
            ("dev-dependencies", true),
        ] {
            let Some(section) = table.get(section).and_then(toml::Value::as_table) else {
                continue;
            };
            arrows.extend(section.keys().map(|to| Arrow {
                from: from.to_owned(),
                to: to.clone(),
                dev,
            }));
        }
    }
    arrows
}

/// Complaints about one manifest.
fn complaints(file: &File) -> Vec<String> {
    let layer = |name: &str| {
        LAYERS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, layer)| *layer)
    };
    let mut found = Vec::new();
    for Arrow { from, to, dev } in arrows(&file.text) {
        let Some(above) = layer(&from) else {
            found.push(format!(
                "{}: `{from}` has no layer; add it to the table in tests/tidy/arrows.rs",
                file.path
            ));
            continue;
        };
        if !to.starts_with("persona") {
            continue;
        }
        let Some(below) = layer(&to) else {
            found.push(format!(
                "{}: `{from}` depends on `{to}`, which has no layer",
                file.path
            ));
            continue;
        };
        let forbidden = FORBIDDEN
            .iter()
            .any(|(a, b)| a.contains(&from.as_str()) && b.contains(&to.as_str()));
        if forbidden {
            found.push(format!("{}: `{from}` must never depend on `{to}`: the front and the back know nothing of each other", file.path));
        } else if below >= above && !(dev && below == above) {
            found.push(format!(
                "{}: `{from}` (layer {above}) must not depend on `{to}` (layer {below})",
                file.path
            ));
        }
    }
    found
}

/// Complaints about what every manifest of a crate must say.
fn shared_settings(file: &File) -> Vec<String> {
    let manifest: toml::Table = file.text.parse().expect("cargo has read this manifest");
    let inherited = |value: Option<&toml::Value>| {
        value
            .and_then(|v| v.get("workspace"))
            .and_then(toml::Value::as_bool)
            == Some(true)
    };
    let package = manifest.get("package");
    let mut found = Vec::new();
    for key in ["version", "edition", "rust-version", "license", "publish"] {
        if !inherited(package.and_then(|p| p.get(key))) {
            found.push(format!(
                "{}: `{key}.workspace = true` is missing",
                file.path
            ));
        }
    }
    if !inherited(manifest.get("lints")) {
        found.push(format!(
            "{}: the workspace's lints are not inherited",
            file.path
        ));
    }
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let Some(section) = manifest.get(section).and_then(toml::Value::as_table) else {
            continue;
        };
        for (name, value) in section {
            if !inherited(Some(value)) {
                found.push(format!(
                    "{}: `{name}` is not pinned in the workspace",
                    file.path
                ));
            }
        }
    }
    found
}

/// These stand outside the workspace: the fuzzers need a nightly compiler, the library for other engines' harness is
/// built by nobody else, and the Zed extension is built by Zed, for WebAssembly.
const OUTSIDE: [&str; 3] = [
    "tests/fuzz/Cargo.toml",
    "compiler/persona-jit/benches/peers/Cargo.toml",
    "lsp/editors/zed/Cargo.toml",
];

fn manifests() -> Vec<File> {
    files()
        .into_iter()
        .filter(|file| file.is("/Cargo.toml"))
        .filter(|file| !OUTSIDE.contains(&&*file.path))
        .collect()
}

#[test]
fn dependencies_point_down_the_layers() {
    let manifests = manifests();
    assert!(manifests.len() >= 11, "all crates are looked at");
    assert_tidy(&manifests.iter().flat_map(complaints).collect::<Vec<_>>());
}

#[test]
fn manifests_inherit_from_the_workspace() {
    assert_tidy(
        &manifests()
            .iter()
            .flat_map(shared_settings)
            .collect::<Vec<_>>(),
    );
}

fn manifest(name: &str, rest: &str) -> File {
    File::fake(
        "compiler/x/Cargo.toml",
        &format!("[package]\nname = \"{name}\"\n{rest}"),
    )
}

#[test]
fn an_arrow_to_the_other_column_is_refused_also_in_tests() {
    let file = manifest(
        "persona-sema",
        "[dev-dependencies]\npersona-ir.workspace = true\n",
    );
    assert_complaint(
        &complaints(&file),
        "`persona-sema` must never depend on `persona-ir`",
    );
    let file = manifest(
        "persona-jit",
        "[target.'cfg(unix)'.dependencies]\npersona-syntax.workspace = true\n",
    );
    assert_complaint(
        &complaints(&file),
        "`persona-jit` must never depend on `persona-syntax`",
    );
}

#[test]
fn an_arrow_upwards_is_refused() {
    let file = manifest("persona", "[dependencies]\npersona-cli.workspace = true\n");
    assert_complaint(&complaints(&file), "(layer 5)");
    let file = manifest(
        "persona-base",
        "[build-dependencies]\npersona-tests.workspace = true\n",
    );
    assert_complaint(&complaints(&file), "(layer 6)");
    let file = manifest(
        "persona-io",
        "[dependencies]\npersona-jit.workspace = true\n",
    );
    assert_complaint(&complaints(&file), "(layer 3)");
}

#[test]
fn a_crate_without_a_layer_is_refused() {
    let file = manifest(
        "persona-utils",
        "[dependencies]\npersona-base.workspace = true\n",
    );
    assert_complaint(&complaints(&file), "no layer");
}

#[test]
fn a_dependency_with_its_own_version_is_refused() {
    let shared = "version.workspace = true\nedition.workspace = true\nrust-version.workspace = true\nlicense.workspace = true\n\
        publish.workspace = true\n[lints]\nworkspace = true\n";
    assert_tidy(&shared_settings(&manifest("persona-io", shared)));
    let file = manifest(
        "persona-io",
        &format!("{shared}[dependencies]\nserde = \"1\"\n"),
    );
    assert_complaint(&shared_settings(&file), "`serde` is not pinned");
    let file = manifest(
        "persona-io",
        &shared.replace("license.workspace = true\n", ""),
    );
    assert_complaint(
        &shared_settings(&file),
        "`license.workspace = true` is missing",
    );
}
