//! One page: each block by its kind.

use std::collections::BTreeMap;
use std::path::Path;

use persona_sema::{Database, Type};

use super::kinds;
use super::steps::Steps;
use super::world::{self, CONFIG, EXAMPLE, World};
use crate::suite::diagnostics::{Program, check_fixes, short};
use crate::suite::document::{Block, Document, Edit};
use crate::support::binary::persona;
use crate::support::update;

/// What checking a page found.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) failures: Vec<String>,
    /// What is to be written anew.
    pub(super) edits: Vec<Edit>,
}

/// Checks all blocks of a page.
pub(super) fn check(page: &str, document: &Document, world: &World) -> Outcome {
    let mut outcome = Outcome::default();
    let mut state = Page {
        name: page,
        world,
        steps: Steps::new(),
        last: None,
    };
    for (index, block) in document.indexed() {
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| state.block(block)));
        let place = format!("{page}:{} ```{}", block.line, block.info);
        match checked {
            Ok(Ok(None)) => {}
            Ok(Ok(Some(body))) if update() => outcome.edits.push(Edit::Body(index, body)),
            Ok(Ok(Some(body))) => outcome.failures.push(format!("{place}\nis now\n{body}")),
            Ok(Err(why)) => outcome.failures.push(format!("{place}\n{why}")),
            Err(_) => outcome
                .failures
                .push(format!("{place}\na panic; its message is above")),
        }
    }
    outcome
}

/// What a page has shown so far.
struct Page<'a> {
    name: &'a str,
    world: &'a World,
    /// Its files, and where its commands are run.
    steps: Steps,
    /// The program that was shown last.
    last: Option<Program>,
}

/// Nothing, or what a block should say instead; or what is wrong.
type Checked = Result<Option<String>, String>;

impl Page<'_> {
    /// A block that is right, and in the one format where it is a program.
    fn block(&mut self, block: &Block) -> Checked {
        let checked = self.checked(block)?;
        if checked.is_some() || block.kind() != "persona" || block.info == "persona values" {
            return Ok(checked);
        }
        let formatted = persona_syntax::format(&block.body).text;
        Ok((formatted != block.body).then_some(formatted))
    }

    fn checked(&mut self, block: &Block) -> Checked {
        if let Some(file) = block.option("file") {
            return self.file(block, file);
        }
        if kinds::reason(self.name, &block.info).is_some() {
            return Ok(None);
        }
        let words: Vec<&str> = block.info.split_whitespace().collect();
        match words[..] {
            ["persona", "values"] => self.values(block).map(|()| None),
            ["persona", "world"] => self.program(world::alone(&block.body), ""),
            ["persona", "alone"] => self.program(world::alone(&block.body), ""),
            ["persona"] => self.program(self.world.under(&block.body), ""),
            ["persona", gives] | ["persona", "alone", gives] if gives.starts_with("gives=") => {
                let program = match words.contains(&"alone") {
                    true => world::alone(&block.body),
                    false => self.world.under(&block.body),
                };
                self.program(program, &gives["gives=".len()..])
            }
            ["toml"] => self.program(configured(&block.body), ""),
            ["toml", gives] if gives.starts_with("gives=") => {
                self.program(configured(&block.body), &gives["gives=".len()..])
            }
            ["text", "report"] => self.report(block),
            ["console", ..] => self.steps.console(block),
            ["json"] => serde_json::from_str::<serde_json::Value>(&block.body)
                .map(|_| None)
                .map_err(|e| e.to_string()),
            ["yaml"] => yaml_rust2::YamlLoader::load_from_str(&block.body)
                .map(|_| None)
                .map_err(|e| e.to_string()),
            _ => Err("nothing checks this block: say what it is (tests/book/mod.rs), or why not (tests/book/kinds.rs)".to_owned()),
        }
    }

    /// A program and the codes that it gives.
    fn program(&mut self, program: Program, codes: &str) -> Checked {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let report = program.check(folder.path());
        let mut given: Vec<&str> = report.diagnostics.iter().map(|one| one.code.id()).collect();
        given.sort_unstable();
        let mut wanted: Vec<&str> = codes.split(',').filter(|code| !code.is_empty()).collect();
        wanted.sort_unstable();
        if given != wanted {
            return Err(format!("gives={}\n{}", given.join(","), short(&report)));
        }
        let broken = check_fixes(&program, &report, folder.path());
        self.last = Some(program);
        if broken.is_empty() {
            Ok(None)
        } else {
            Err(broken.join("\n"))
        }
    }

    /// What is printed of the last program.
    fn report(&self, block: &Block) -> Checked {
        let program = self.last.as_ref().ok_or("no program stands above")?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file is written");
        };
        program
            .files
            .iter()
            .for_each(|(name, text)| write(name, text));
        write("persona.toml", program.config.as_deref().unwrap_or(CONFIG));
        let printed = persona(folder.path(), &["check", "."]).stdout;
        let printed = printed.trim().to_owned() + "\n";
        Ok((printed != block.body).then_some(printed))
    }

    /// Lines of `expression  // Type`.
    fn values(&self, block: &Block) -> Result<(), String> {
        let lines: Vec<(&str, &str)> = block
            .body
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| {
                line.rsplit_once("  // ")
                    .ok_or_else(|| format!("no type: {line}"))
            })
            .collect::<Result<_, _>>()?;
        let traits = lines.iter().enumerate();
        let text: String = traits
            .map(|(number, (expr, _))| format!("trait value_{number} = {}\n", expr.trim()))
            .collect();
        let types = types(&self.world.under(&text))?;
        let wrong = lines
            .iter()
            .enumerate()
            .filter_map(|(number, (expr, said))| {
                let found = &types[&format!("value_{number}")];
                (found != said.trim()).then(|| format!("{}  // {found}", expr.trim()))
            });
        let wrong: Vec<String> = wrong.collect();
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(wrong.join("\n"))
        }
    }

    /// A file of the page's folder.
    fn file(&mut self, block: &Block, name: &str) -> Checked {
        let text = match block.kind() {
            "persona" => world::merged(&self.steps.read(name), &block.body),
            _ => block.body.clone(),
        };
        self.steps.write(name, &text);
        Ok(None)
    }
}

/// The smallest program with this configuration.
fn configured(config: &str) -> Program {
    let mut program = world::alone("profile Customer { id: String @key }\n");
    program.config = Some(config.to_owned());
    program
}

/// The types of a program's traits, as people write them.
fn types(program: &Program) -> Result<BTreeMap<String, String>, String> {
    let report = program.check(Path::new("."));
    let wrong = report.diagnostics.iter().any(|one| {
        report.texts.path(one.primary.file) == EXAMPLE
            || one.severity == persona_base::Severity::Error
    });
    if wrong {
        return Err(short(&report));
    }
    let mut db = Database::new();
    db.set_config("persona.toml", program.config.clone());
    for (name, text) in &program.files {
        if name.ends_with(".persona") {
            db.set_file(name, text.clone());
        } else {
            db.set_template(name, name, text.clone());
        }
    }
    let checked = db.checked().ok_or("the program has errors")?;
    let enums = |id| checked.enums[id].name.clone();
    let shown = |ty: &Type| {
        let optional = if ty.optional { "?" } else { "" };
        format!("{}{optional}", ty.kind.display(&enums))
    };
    Ok(checked
        .traits
        .iter()
        .map(|one| (one.name.to_string(), shown(&one.ty)))
        .collect())
}
