//! `[dependencies]` of a `persona.toml`. It reads what is written; whether there is such a folder is not known here.

use std::sync::Arc;

use persona_base::{FileId, Span, modules, package};
use toml::de::{DeTable, DeValue};

use super::config::Config;
use super::reader::{Entry, Reader, span};

/// A package that is named in `[dependencies]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The name that rules call it by.
    pub(crate) name: Arc<str>,
    /// Where the name is written.
    pub(crate) place: Span,
    /// The folder, as written.
    pub(crate) path: Arc<str>,
    /// Where that is written.
    pub(crate) path_place: Span,
}

/// A package that another one may use, with its files. Reading them is the business of whoever opens packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DependencyFiles {
    /// Its folder; one text for one folder.
    pub folder: String,
    /// Path and text of its `persona.toml`, if there is one.
    pub config: Option<(String, String)>,
    /// Paths and texts of its `.persona` files, by path.
    pub files: Vec<(String, String)>,
    /// Why it could not be read.
    pub problem: Option<String>,
}

/// The dependencies that a `persona.toml` names, each with its folder as written. What is wrong is left out here, and
/// reported by the check of the package.
pub fn dependencies_of(toml: &str) -> Vec<(String, String)> {
    let config = Config::read(Some((FileId(0), toml)), "");
    let named = config.dependencies.into_iter();
    named
        .map(|dependency| (dependency.name.to_string(), dependency.path.to_string()))
        .collect()
}

impl Config {
    /// The name that a `persona.toml` gives its package, as rules write it: with `_` for `-`.
    pub(crate) fn name_in(toml: &str) -> Option<String> {
        let (document, _) = DeTable::parse_recoverable(toml);
        let package = document.get_ref().get("package")?.get_ref().as_table()?;
        let name = package.get("name")?.get_ref().as_str()?;
        Some(name.replace('-', "_"))
    }
}

pub(super) fn read(reader: &mut Reader, entry: Entry<'_>) -> Vec<Dependency> {
    let Some(table) = reader.table(entry) else {
        return Vec::new();
    };
    table
        .iter()
        .filter_map(|entry| dependency(reader, entry))
        .collect()
}

fn dependency(reader: &mut Reader, (key, value): Entry<'_>) -> Option<Dependency> {
    let name = key.get_ref().as_ref();
    let place = span(key.span());
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let rest = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.starts_with(letter) || !name.chars().all(rest) {
        let mended: String = name
            .chars()
            .map(|c| if rest(c) { c } else { '_' })
            .collect();
        let message = format!("`{name}` cannot be written in a rule");
        let diagnostic = reader
            .diagnostic(modules::DEPENDENCY_NAME, place, message)
            .label("letters, digits and `_`");
        let diagnostic = match mended.starts_with(letter) {
            true => diagnostic.perhaps(place, mended),
            false => diagnostic.help("let it begin with a letter"),
        };
        reader.report(diagnostic);
        return None;
    }
    let DeValue::Table(table) = value.get_ref() else {
        not_a_folder(reader, name, span(value.span()));
        return None;
    };
    for (setting, _) in table {
        match setting.get_ref().as_ref() {
            "path" => {}
            "version" | "git" | "registry" | "branch" | "tag" | "rev" => {
                not_a_folder(reader, name, span(setting.span()));
                return None;
            }
            _ => reader.unknown(setting, &format!("dependencies.{name}"), &["path"]),
        }
    }
    let Some(path) = table.get_key_value("path") else {
        not_a_folder(reader, name, span(value.span()));
        return None;
    };
    let (path, path_place) = reader.text(path, "../common")?;
    if path.trim().is_empty() {
        not_a_folder(reader, name, path_place);
        return None;
    }
    Some(Dependency {
        name: Arc::from(name),
        place,
        path: Arc::from(path),
        path_place,
    })
}

fn not_a_folder(reader: &mut Reader, name: &str, place: Span) {
    let message = format!("`{name}` does not say in which folder it is");
    let diagnostic = reader
        .diagnostic(package::UNSUPPORTED_DEPENDENCY, place, message)
        .label("packages are used from their folders")
        .help(format!(
            "write `{name} = {{ path = \"../{name}\" }}`, the way from this folder to that one"
        ));
    reader.report(diagnostic);
}
