//! SARIF 2.1.0, the form that code hosts and security dashboards read: one run, the rules that were broken with their
//! pages, and a result for each diagnostic. Columns count characters (`unicodeCodePoints`).
//!
//! Fingerprints are made of the code, the file and the text of the line, so that a result is still the same one after
//! lines were added above it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use persona_base::{
    Applicability, Code, Diagnostic, FileId, Fix, Label, Level, LineIndex, Severity, Span,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::details::{details, fix as fix_line};
use super::{Places, Texts};

/// Where the schema of the form is published.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The name and version of the fingerprints; another way to make them needs another version.
const FINGERPRINT: &str = "personaLine/v1";

/// Writes the log.
pub(super) fn write(
    out: &mut dyn Write,
    diagnostics: &[Diagnostic],
    texts: &dyn Texts,
) -> io::Result<()> {
    let places = Places::new(texts);
    let mut codes: Vec<Code> = diagnostics.iter().map(|d| d.code).collect();
    codes.sort();
    codes.dedup();
    let mut seen = BTreeMap::new();
    let results: Vec<Value> = diagnostics
        .iter()
        .map(|diagnostic| {
            let rule = codes.binary_search(&diagnostic.code).unwrap_or(0);
            result(diagnostic, rule, &places, &mut seen)
        })
        .collect();
    let artifacts: Vec<Value> = texts
        .files()
        .into_iter()
        .map(|file| json!({ "location": { "uri": uri(texts.path(file)) } }))
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "persona",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.into_iter().map(rule).collect::<Vec<_>>(),
            } },
            "invocations": [{ "executionSuccessful": true }],
            "columnKind": "unicodeCodePoints",
            "newlineSequences": ["\r\n", "\n"],
            "artifacts": artifacts,
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

/// A code, with its page.
fn rule(code: Code) -> Value {
    let info = code.info();
    let (title, body) = info.page.split_once('\n').unwrap_or((info.page, ""));
    let title = title.split_once(": ").map_or(title, |(_, title)| title);
    let body = body.trim();
    let first = body
        .split("\n\n")
        .find(|paragraph| !paragraph.starts_with("```"))
        .unwrap_or(title);
    json!({
        "id": info.id,
        "name": info.name,
        "shortDescription": { "text": title },
        "fullDescription": { "text": first },
        "help": { "text": body, "markdown": body },
        "defaultConfiguration": {
            "enabled": info.level != Level::Allow,
            "level": level(info.severity()),
        },
        "properties": { "since": info.since },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn result(
    diagnostic: &Diagnostic,
    rule: usize,
    places: &Places<'_>,
    seen: &mut BTreeMap<String, usize>,
) -> Value {
    let mut text = diagnostic.message.clone();
    for line in details(diagnostic, places) {
        text.push('\n');
        text.push_str(&line);
    }
    let related: Vec<Value> = diagnostic
        .secondary
        .iter()
        .enumerate()
        .map(|(index, label)| {
            let mut location = location(label, places);
            location["id"] = json!(index + 1);
            location
        })
        .collect();
    let fixes: Vec<Value> = diagnostic.fixes.iter().map(|f| fix(f, places)).collect();
    let mut result = json!({
        "ruleId": diagnostic.code.id(),
        "ruleIndex": rule,
        "level": level(diagnostic.severity),
        "message": { "text": text },
        "locations": [location(&diagnostic.primary, places)],
        "partialFingerprints": { FINGERPRINT: fingerprint(diagnostic, places, seen) },
    });
    if !related.is_empty() {
        result["relatedLocations"] = Value::from(related);
    }
    if !fixes.is_empty() {
        result["fixes"] = Value::from(fixes);
    }
    result
}

fn location(label: &Label, places: &Places<'_>) -> Value {
    let mut location = json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(places.texts.path(label.file)) },
        "region": region(label.file, label.span, places),
    } });
    if !label.text.is_empty() {
        location["message"] = json!({ "text": label.text });
    }
    location
}

fn region(file: FileId, span: Span, places: &Places<'_>) -> Value {
    let (start, end) = (places.at(file, span.start), places.at(file, span.end));
    json!({
        "startLine": start.line + 1,
        "startColumn": start.col + 1,
        "endLine": end.line + 1,
        "endColumn": end.col + 1,
    })
}

/// A fix: its changes, file by file.
fn fix(fix: &Fix, places: &Places<'_>) -> Value {
    let mut by_file: BTreeMap<FileId, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        by_file.entry(edit.file).or_default().push(json!({
            "deletedRegion": region(edit.file, edit.span, places),
            "insertedContent": { "text": edit.text },
        }));
    }
    let changes: Vec<Value> = by_file
        .into_iter()
        .map(|(file, replacements)| {
            json!({
                "artifactLocation": { "uri": uri(places.texts.path(file)) },
                "replacements": replacements,
            })
        })
        .collect();
    json!({
        "description": { "text": fix_line(fix) },
        "artifactChanges": changes,
        "properties": { "applicability": match fix.applicability {
            Applicability::Always => "always",
            Applicability::Maybe => "maybe",
        } },
    })
}

/// The same for the same mistake in the same line, wherever the line has moved to; the second one like it says so.
fn fingerprint(
    diagnostic: &Diagnostic,
    places: &Places<'_>,
    seen: &mut BTreeMap<String, usize>,
) -> String {
    let primary = &diagnostic.primary;
    let text = places.texts.text(primary.file);
    let line = places.line(primary.file, primary.span.start);
    let mut hash = Sha256::new();
    for part in [
        diagnostic.code.id(),
        places.texts.path(primary.file),
        line.of(text).trim(),
    ] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let short: String = hash
        .finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let count = seen.entry(short.clone()).or_insert(0);
    *count += 1;
    format!("{short}:{count}")
}

/// A path as a URI: relative ones stay so, and what means something in a URI is escaped.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len() + 8);
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

impl Places<'_> {
    /// The line that holds a byte, without its end.
    fn line(&self, file: FileId, byte: u32) -> Span {
        let text = self.texts.text(file);
        let mut lines = self.lines.borrow_mut();
        let index = lines.entry(file).or_insert_with(|| LineIndex::new(text));
        let line = index.line_col(byte).line;
        Span::new(index.line_start(line), index.line_start(line + 1))
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use persona_base::all_codes;

    use super::*;

    /// The official schema, which the package of `serde-sarif` carries.
    fn schema() -> Value {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked", "--offline"])
            // Of other platforms' packages nothing may be on this machine.
            .args(["--filter-platform", env!("PERSONA_BUILT_TARGET")])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let packages = metadata["packages"].as_array().expect("packages");
        let manifest = packages
            .iter()
            .find(|package| package["name"] == "serde-sarif")
            .and_then(|package| package["manifest_path"].as_str())
            .expect("the package of the schema is a dependency of the tests");
        let path = std::path::Path::new(manifest).with_file_name("src/schema.json");
        let text = std::fs::read_to_string(path).expect("the package has the schema");
        let mut schema: Value = serde_json::from_str(&text).expect("JSON");
        // The pattern of languages has a bracket that is never opened; persona writes no language.
        for of in ["run", "toolComponent"] {
            let language = schema.pointer_mut(&format!("/definitions/{of}/properties/language"));
            let language = language.and_then(Value::as_object_mut);
            language.expect("languages").remove("pattern");
        }
        assert!(
            schema["title"]
                .as_str()
                .is_some_and(|t| t.contains("2.1.0"))
        );
        schema
    }

    /// A file with places of every kind, and a path that needs escapes.
    struct File;

    const TEXT: &str = "segment größe {\r\n\twhen \"😀\" == b\r\n}\r\n";

    impl Texts for File {
        fn files(&self) -> Vec<FileId> {
            vec![FileId(0)]
        }

        fn path(&self, _: FileId) -> &str {
            "rules/a b%.persona"
        }

        fn text(&self, _: FileId) -> &str {
            TEXT
        }
    }

    /// A diagnostic of each code, with everything a diagnostic can have; every third with nothing.
    fn one_of_each() -> Vec<Diagnostic> {
        let place = Span::new(8, 15);
        let each = |(index, code): (usize, Code)| {
            let bare = Diagnostic::new(code, FileId(0), place, "message [x](y) {0}");
            if index % 3 == 0 {
                return bare;
            }
            bare.label("label")
                .secondary(FileId(0), Span::new(0, TEXT.len() as u32), "all of it")
                .note("note")
                .help("help")
                .fix(
                    "insert",
                    Applicability::Always,
                    Span::new(0, 0),
                    "new\ntext",
                )
                .fix("delete", Applicability::Maybe, place, "")
        };
        all_codes().into_iter().enumerate().map(each).collect()
    }

    fn log(diagnostics: &[Diagnostic]) -> Value {
        let mut out = Vec::new();
        write(&mut out, diagnostics, &File).expect("memory is written");
        serde_json::from_slice(&out).expect("JSON")
    }

    #[test]
    fn logs_are_as_the_official_schema_says() {
        let validator = jsonschema::validator_for(&schema()).expect("the schema is a schema");
        for diagnostics in [Vec::new(), one_of_each()] {
            let log = log(&diagnostics);
            let mistakes: Vec<String> = validator
                .iter_errors(&log)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert_eq!(mistakes, Vec::<String>::new());
            let read: serde_sarif::sarif::Sarif =
                serde_json::from_value(log).expect("others read it");
            let results = read.runs[0].results.as_ref().expect("results");
            assert_eq!(results.len(), diagnostics.len());
        }
        let mut broken = log(&one_of_each());
        broken["runs"][0]["results"][0]["level"] = json!("fatal");
        assert!(!validator.is_valid(&broken), "the test can fail");
    }

    #[test]
    fn every_result_names_its_rule() {
        let log = log(&one_of_each());
        let run = &log["runs"][0];
        for result in run["results"].as_array().expect("results") {
            let index = result["ruleIndex"].as_u64().expect("an index") as usize;
            let rule = &run["tool"]["driver"]["rules"][index];
            assert_eq!(rule["id"], result["ruleId"]);
            assert!(
                rule["help"]["markdown"]
                    .as_str()
                    .is_some_and(|t| t.len() > 40)
            );
        }
    }

    #[test]
    fn fingerprints_follow_the_line_and_are_never_the_same_twice() {
        struct Moved;
        impl Texts for Moved {
            fn files(&self) -> Vec<FileId> {
                vec![FileId(0)]
            }
            fn path(&self, _: FileId) -> &str {
                "a.persona"
            }
            fn text(&self, _: FileId) -> &str {
                "// above\n  wrong here\nwrong here\n"
            }
        }
        let at = |start: u32| {
            let code = persona_base::syntax::UNEXPECTED_TEXT;
            Diagnostic::new(code, FileId(0), Span::new(start, start + 5), "wrong")
        };
        let mut out = Vec::new();
        write(&mut out, &[at(11), at(22)], &Moved).expect("memory is written");
        let log: Value = serde_json::from_slice(&out).expect("JSON");
        let print = |index: usize| {
            let prints = &log["runs"][0]["results"][index]["partialFingerprints"];
            prints[FINGERPRINT].as_str().expect("text").to_owned()
        };
        let (first, second) = (print(0), print(1));
        assert_eq!(first.trim_end_matches('1'), second.trim_end_matches('2'));
        assert_ne!(first, second);
    }

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("rules/a b#ü.persona"), "rules/a%20b%23%C3%BC.persona");
        assert_eq!(uri("/srv/x.persona"), "file:///srv/x.persona");
        assert_eq!(uri("../x.persona"), "../x.persona");
    }
}
