//! What runs programs for the language server: the façade, asked with what is open in the editor. Its answers are those that the
//! commands print with `--format json`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use persona::live::{Live, LiveAsk, LiveLimits, LivePart, LiveProgram};
use persona::{RenderOptions, TestOptions, Texts, WhyOptions};
use persona_ide::audience::CountedPart;
use persona_lsp::{
    Asked, AtomCount, Cancel, Count, Engine, Example, Neighbour, Neighbours, Person, Program,
};
use serde_json::Value;

/// The engine, with the data that it keeps.
#[derive(Debug, Default)]
pub(super) struct Facade {
    live: Arc<Live>,
    /// The folders of packages whose data are being read because somebody may ask soon.
    preparing: Arc<Mutex<BTreeSet<PathBuf>>>,
}

/// What the settings say of live counts.
fn limits(settings: &Value) -> LiveLimits {
    let number = |path: &str| settings.pointer(path).and_then(Value::as_u64);
    let usual = LiveLimits::default();
    LiveLimits {
        people: number("/audience/sample").map_or(usual.people, |people| {
            usize::try_from(people).unwrap_or(usize::MAX)
        }),
        bytes: number("/audience/megabytes")
            .map_or(usual.bytes, |megabytes| megabytes.saturating_mul(1_000_000)),
        now: settings
            .pointer("/audience/now")
            .and_then(Value::as_str)
            .filter(|now| !now.is_empty())
            .map(str::to_owned),
    }
}

fn ask(asked: &Asked) -> LiveAsk {
    LiveAsk {
        declaration: Arc::clone(&asked.declaration),
        part: match asked.part {
            CountedPart::Whole => LivePart::Whole,
            CountedPart::Stage(stage) => LivePart::Stage(stage),
            CountedPart::Variant(variant) => LivePart::Variant(variant),
            CountedPart::Condition(span) => LivePart::Condition(span),
        },
    }
}

impl Facade {
    /// Asks about a program as live counts want it.
    fn with<T>(
        &self,
        program: &Program,
        settings: &Value,
        cancel: &Cancel,
        ask: impl FnOnce(&Live, LiveProgram<'_>) -> T,
    ) -> T {
        let stop = || cancel.is_cancelled();
        let limits = limits(settings);
        ask(&self.live, live(program, &limits, &stop))
    }
}

fn live<'a>(
    program: &'a Program,
    limits: &'a LiveLimits,
    stop: &'a (dyn Fn() -> bool + Sync),
) -> LiveProgram<'a> {
    LiveProgram {
        root: &program.root,
        checked: &program.checked,
        limits,
        stop,
    }
}

/// A program as the façade has it.
fn compiled(program: &Program) -> Result<persona::Program, String> {
    let files = program.texts.iter();
    let files = files.map(|file| (file.file, Arc::clone(&file.path), Arc::clone(&file.text)));
    let (texts, root) = (Texts::of_files(files), program.root.clone());
    persona::Program::from_checked(Arc::clone(&program.checked), texts, root)
        .map_err(|error| said(&error))
}

fn said(error: &persona::Error) -> String {
    match error.help() {
        Some(help) => format!("{error}\n{help}"),
        None => error.to_string(),
    }
}

impl Engine for Facade {
    fn is_ready(&self, root: &Path) -> bool {
        self.live.is_ready(root)
    }

    fn prepare(&self, program: Program, settings: &Value) {
        let lock = |set: &Mutex<BTreeSet<PathBuf>>,
                    change: &dyn Fn(&mut BTreeSet<PathBuf>) -> bool| {
            change(&mut set.lock().unwrap_or_else(PoisonError::into_inner))
        };
        let root = program.root.clone();
        if self.is_ready(&root) || !lock(&self.preparing, &|set| set.insert(root.clone())) {
            return;
        }
        let (of, limits) = (Arc::clone(&self.live), limits(settings));
        let preparing = Arc::clone(&self.preparing);
        let read = move || {
            // To count nothing takes reading the data.
            drop(of.counts(live(&program, &limits, &|| false), &[]));
            lock(&preparing, &|set| set.remove(&root));
        };
        // Without a thread there are no numbers, and everything else goes on.
        drop(
            std::thread::Builder::new()
                .name("persona-data".to_owned())
                .spawn(read),
        );
    }

    fn counts(
        &self,
        program: &Program,
        asked: &[Asked],
        settings: &Value,
        cancel: &Cancel,
    ) -> Vec<Result<Count, String>> {
        let asked: Vec<LiveAsk> = asked.iter().map(ask).collect();
        let counts = self.with(program, settings, cancel, |live, program| {
            live.counts(program, &asked)
        });
        let count = |count: persona::live::LiveCount| Count {
            count: count.count,
            of: count.of,
            sampled: count.sampled,
        };
        counts.into_iter().map(|one| one.map(count)).collect()
    }

    fn atoms(
        &self,
        program: &Program,
        asked: &Asked,
        settings: &Value,
        cancel: &Cancel,
    ) -> Result<Vec<AtomCount>, String> {
        let effects = self.with(program, settings, cancel, |live, program| {
            live.atoms(program, &ask(asked))
        })?;
        let effects = effects.into_iter().map(|effect| AtomCount {
            file: effect.place.file,
            span: effect.place.span,
            holds: effect.holds,
            without: effect.without,
            all: effect.all,
            of: effect.of,
        });
        Ok(effects.collect())
    }

    fn neighbours(
        &self,
        program: &Program,
        segment: &str,
        settings: &Value,
        cancel: &Cancel,
    ) -> Result<Neighbours, String> {
        let near = self.with(program, settings, cancel, |live, program| {
            live.neighbours(program, segment)
        })?;
        let shared = near.shared.into_iter().map(|one| Neighbour {
            name: one.name.to_string(),
            both: one.both,
            other: one.other,
        });
        let examples = near.examples.into_iter().map(|one| Example {
            key: one.key,
            private: one.private,
            facts: one.facts,
        });
        Ok(Neighbours {
            members: near.members,
            of: near.of,
            shared: shared.collect(),
            examples: examples.collect(),
        })
    }

    fn test(&self, program: &Program, name: Option<&str>, _: &Cancel) -> Result<Value, String> {
        let compiled = compiled(program)?;
        let options = TestOptions {
            filter: name.map(str::to_owned),
            coverage: false,
        };
        let mut report = compiled.test(&options).map_err(|error| said(&error))?;
        if let Some(name) = name {
            // A filter finds parts of titles, too.
            report.tests.retain(|test| *test.title == *name);
        }
        Ok(crate::test::object(compiled.name(), &report))
    }

    fn why(
        &self,
        program: &Program,
        declaration: &str,
        person: &Person,
        _: &Cancel,
    ) -> Result<Value, String> {
        let compiled = compiled(program)?;
        let why = compiled.reasons(declaration, &person.key, &WhyOptions::default(), &());
        Ok(crate::why::object(&why.map_err(|error| said(&error))?))
    }

    fn preview(
        &self,
        program: &Program,
        content: &str,
        person: &Person,
        _: &Cancel,
    ) -> Result<Value, String> {
        let compiled = compiled(program)?;
        let options = RenderOptions {
            all_variants: true,
            ..RenderOptions::default()
        };
        let read = compiled.render(content, &person.key, &options, &());
        Ok(crate::render::object(&read.map_err(|error| said(&error))?))
    }

    fn people(
        &self,
        program: &Program,
        prefix: &str,
        limit: usize,
        cancel: &Cancel,
    ) -> Result<Vec<Example>, String> {
        let people = self.with(program, &Value::Null, cancel, |live, program| {
            live.people(program, prefix, limit)
        })?;
        let people = people.into_iter().map(|key| Example {
            key,
            private: false,
            facts: Vec::new(),
        });
        Ok(people.collect())
    }
}
