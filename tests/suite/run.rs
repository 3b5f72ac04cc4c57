//! One case: build its program, load its data, ask every engine, compare.

use std::collections::BTreeMap;
use std::path::Path;

use persona::Compiled;
use persona_base::{Diagnostic, names};

use super::diagnostics::{Program, check_fixes, short};
use super::document::{Block, Case, Edit};
use crate::support::engines::{self, Loaded};
use crate::support::update;

/// When no time is said.
const NOW: &str = "2026-01-15T12:00:00Z";

/// What a case gave.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) failures: Vec<String>,
    /// The codes that it triggered.
    pub(super) codes: Vec<String>,
    /// What is to be written anew.
    pub(super) edits: Vec<Edit>,
}

impl Outcome {
    /// Compares an expectation; where it is rewritten instead, remembers that.
    fn expect(
        &mut self,
        case: &Case<'_>,
        block: Option<(usize, &Block)>,
        kind: &'static str,
        found: &str,
    ) {
        match block {
            Some((_, block)) if block.body == found => {}
            Some((index, _)) if update() => self.edits.push(Edit::Body(index, found.to_owned())),
            None if update() => self.edits.push(case.append(kind, found.to_owned())),
            Some((_, block)) => self
                .failures
                .push(format!("{kind}, expected:\n{}found:\n{found}", block.body)),
            None => self
                .failures
                .push(format!("{kind}, not expected:\n{found}")),
        }
    }
}

/// Runs a case. On a page of the documentation not every recipe uses all of the schema that stands above them.
pub(super) fn run(case: &Case<'_>, documentation: bool) -> Outcome {
    let beside = tempfile::tempdir().expect("a temporary folder");
    let folder = beside.path().join("shop");
    std::fs::create_dir(&folder).expect("a folder");
    let folder = folder.as_path();
    let mut outcome = Outcome::default();
    let program = program(case, folder);
    let mut report = program.check(folder);
    if documentation {
        let shared = |of: &Diagnostic| report.texts.path(of.primary.file) == "common.persona";
        let unused = |of: &Diagnostic| of.code == names::UNUSED_DECLARATION && shared(of);
        let mut diagnostics = std::mem::take(&mut report.diagnostics);
        diagnostics.retain(|of| !unused(of));
        report.diagnostics = diagnostics;
    }
    outcome.codes = report
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.id().to_owned())
        .collect();
    let expected = own(case, "diagnostics").next();
    let shown = own(case, "console").next().is_some();
    if expected.is_some() || !(report.diagnostics.is_empty() || shown) {
        outcome.expect(case, expected, "diagnostics", &short(&report));
    }
    outcome
        .failures
        .extend(check_fixes(&program, &report, folder));
    consoles(case, &program, folder, &mut outcome);
    if report.errors() > 0 {
        if own(case, "output").next().is_some() {
            outcome.failures.push(format!(
                "an output is expected, but the program has errors:\n{}",
                short(&report)
            ));
        }
        return outcome;
    }
    read_contents(case, &program, folder, &mut outcome);
    let tested = run_tests(case, &program, folder, &mut outcome);
    let asked = ["output", "rejects", "flips"]
        .iter()
        .any(|kind| own(case, kind).next().is_some());
    let said = tested
        || ["console", "reads"]
            .iter()
            .any(|kind| own(case, kind).next().is_some());
    if asked || (expected.is_none() && !said) {
        answers(case, &program, folder, &mut outcome);
    }
    outcome
}

/// What the case's tests come to, where a block asks for it; without one, they pass. Says whether there are any.
fn run_tests(case: &Case<'_>, program: &Program, folder: &Path, outcome: &mut Outcome) -> bool {
    let expected = own(case, "tests").next();
    if expected.is_none() && !has_tests(case) {
        return false;
    }
    let compiled = program.package(folder).compile();
    let compiled = compiled.expect("a valid program compiles");
    let Compiled::Program(compiled, _) = compiled else {
        panic!("line {}: the program does not run", case.line);
    };
    let found = super::tested::tested(&compiled);
    if expected.is_some() {
        outcome.expect(case, expected, "tests", &found);
    } else if found.is_empty() || found.contains("FAILS: ") {
        outcome
            .failures
            .push(format!("its tests do not pass:\n{found}"));
    }
    true
}

/// Whether the case's own programs have `test` blocks.
pub(super) fn has_tests(case: &Case<'_>) -> bool {
    own(case, "persona")
        .any(|(_, block)| block.body.lines().any(|line| line.starts_with("test \"")))
}

/// What the command line prints, where blocks show it.
fn consoles(case: &Case<'_>, program: &Program, folder: &Path, outcome: &mut Outcome) {
    for (position, (index, block)) in own(case, "console").enumerate() {
        if position == 0 {
            super::console::write(program, folder);
        }
        let found = super::console::transcript(block, folder);
        outcome.expect(case, Some((index, block)), "console", &found);
    }
}

/// What people read, where a block asks for it.
fn read_contents(case: &Case<'_>, program: &Program, folder: &Path, outcome: &mut Outcome) {
    for (index, block) in own(case, "reads") {
        let content = block
            .name()
            .unwrap_or_else(|| panic!("line {}: which content?", block.line));
        let common = case.common.iter().find_map(|block| block.option("now"));
        let now = block.option("now").or(common).unwrap_or(NOW);
        let now = now
            .parse::<jiff::Timestamp>()
            .unwrap_or_else(|e| panic!("`now={now}`: {e}"));
        let found = super::reads::reads(program, folder, content, now.as_microsecond());
        outcome.expect(case, Some((index, block)), "reads", &found);
    }
}

/// The case's own blocks of a kind.
fn own<'a>(case: &Case<'a>, kind: &'a str) -> impl Iterator<Item = (usize, &'a Block)> {
    case.own
        .clone()
        .into_iter()
        .filter(move |(_, block)| block.kind() == kind)
}

/// All blocks of a kind, the shared ones first.
fn all<'a>(case: &Case<'a>, kind: &str) -> Vec<&'a Block> {
    let blocks = case
        .common
        .iter()
        .copied()
        .chain(case.own.iter().map(|(_, block)| *block));
    blocks.filter(|block| block.kind() == kind).collect()
}

/// The case's program; its data is written into the folder.
fn program(case: &Case<'_>, folder: &Path) -> Program {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for block in &case.common {
        if block.kind() == "persona" {
            files
                .entry(block.name().unwrap_or("common.persona").to_owned())
                .or_default()
                .push_str(&block.body);
        }
    }
    for (_, block) in own(case, "persona") {
        files
            .entry(block.name().unwrap_or("main.persona").to_owned())
            .or_default()
            .push_str(&block.body);
    }
    for block in all(case, "liquid") {
        let name = block
            .name()
            .unwrap_or_else(|| panic!("line {}: which template?", block.line));
        files.insert(name.to_owned(), block.body.clone());
    }
    let (others, own_config): (Vec<&Block>, Vec<&Block>) = all(case, "toml")
        .into_iter()
        .partition(|block| block.name().is_some());
    for block in others {
        let name = block.name().unwrap_or_default().to_owned();
        files.insert(name, block.body.clone());
    }
    let config = own_config.last().map(|block| block.body.clone());
    let mut rows: BTreeMap<String, String> = BTreeMap::new();
    for block in all(case, "data") {
        let table = block
            .name()
            .unwrap_or_else(|| panic!("line {}: rows of which table?", block.line));
        rows.entry(table.to_owned())
            .or_default()
            .push_str(&block.body);
    }
    let nobodys: Vec<String> = files
        .values()
        .flat_map(|text| [table_names(text, "profile "), table_names(text, "catalog ")])
        .flatten()
        .collect();
    let mut sources = String::new();
    for (table, rows) in &rows {
        std::fs::write(folder.join(format!("{table}.ndjson")), rows).expect("rows are written");
        let whose = if nobodys.contains(table) {
            ""
        } else {
            "  profile = column(\"profile\")\n"
        };
        sources += &format!(
            "source rows_of_{} of {table} {{\n  from \"{table}.ndjson\"\n{whose}}}\n",
            table.to_lowercase()
        );
    }
    if !sources.is_empty() {
        files.insert("sources.persona".to_owned(), sources);
    }
    for block in all(case, "file") {
        let name = block
            .name()
            .unwrap_or_else(|| panic!("line {}: which file?", block.line));
        let path = folder.join(name);
        let parent = path.parent().expect("a file lies in a folder");
        std::fs::create_dir_all(parent).expect("a folder");
        std::fs::write(path, unescaped(&block.body)).expect("a file is written");
    }
    Program { config, files }
}

/// The names in the declarations of a kind.
fn table_names(text: &str, keyword: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix(keyword));
    let names = lines.filter_map(|line| line.split_whitespace().next());
    names.map(str::to_owned).collect()
}

/// `\r`, `\0`, `\xff` and `\u{feff}` stand for what could not be seen in Markdown.
fn unescaped(body: &str) -> Vec<u8> {
    let text = body
        .replace("\\r", "\r")
        .replace("\\0", "\0")
        .replace("\\u{feff}", "\u{feff}");
    let mut bytes = Vec::new();
    for (index, part) in text.split("\\xff").enumerate() {
        if index > 0 {
            bytes.push(0xff);
        }
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

fn answers(case: &Case<'_>, program: &Program, folder: &Path, outcome: &mut Outcome) {
    let compiled = program
        .package(folder)
        .compile()
        .expect("a valid program compiles");
    let compiled = match compiled {
        Compiled::Program(compiled, _) => compiled,
        Compiled::Broken(report) => {
            let found = short(&report);
            outcome.failures.push(format!("it does not run:\n{found}"));
            return;
        }
    };
    let plan = compiled.plan();
    let outputs: Vec<(usize, &Block)> = own(case, "output").collect();
    let common = case
        .common
        .iter()
        .find_map(|block| block.option("now"))
        .unwrap_or(NOW);
    let mut times: Vec<&str> = outputs
        .iter()
        .map(|(_, block)| block.option("now").unwrap_or(common))
        .collect();
    if times.is_empty() {
        times.push(common);
    }
    for (index, now) in times.into_iter().enumerate() {
        let now = now
            .parse::<jiff::Timestamp>()
            .unwrap_or_else(|e| panic!("`now={now}`: {e}"))
            .as_microsecond();
        let loaded = match Loaded::new(plan, folder, now) {
            Ok(loaded) => loaded,
            Err(message) => {
                // The temporary folder's name is no part of the message.
                let message = message.replace(&format!("{}/", folder.display()), "");
                outcome.expect(
                    case,
                    own(case, "rejects").next(),
                    "rejects",
                    &format!("{message}\n"),
                );
                return;
            }
        };
        let rejects = loaded.rejects();
        let expected = own(case, "rejects").next();
        if index == 0 && (expected.is_some() || !rejects.is_empty()) {
            outcome.expect(case, expected, "rejects", &rejects);
        }
        match engines::agree(plan, &loaded) {
            Ok(answers) => {
                // Rows that are set aside, or contents, may be all that a case is about.
                let nothing = outputs.is_empty() && (expected.is_some() || plan.outputs.is_empty());
                if !nothing {
                    outcome.expect(
                        case,
                        outputs.get(index).copied(),
                        "output",
                        &loaded.show(plan, &answers),
                    );
                }
                if index == 0
                    && let Some(expected) = own(case, "flips").next()
                {
                    outcome.expect(case, Some(expected), "flips", &loaded.flips(plan));
                }
            }
            Err(message) => outcome.failures.push(message),
        }
    }
}
