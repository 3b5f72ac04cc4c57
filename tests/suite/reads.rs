//! What people read: a content of a case, written by the interpreter for each profile of the case's data.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use persona_runtime::content::{Contents, Printer, SlotContent};
use persona_runtime::recommend::key_ty;
use persona_runtime::{Evaluation, Evaluator};
use persona_sema::{Database, TEMPLATE_ENDINGS};

use super::diagnostics::Program;
use crate::support::engines::Loaded;

/// The program's database, as a package in a folder would have it.
fn database(program: &Program) -> Database {
    let mut db = Database::new();
    db.set_config("persona.toml", program.config.clone());
    db.set_name("suite");
    let mut templates = std::collections::BTreeSet::new();
    for (path, text) in &program.files {
        if TEMPLATE_ENDINGS.iter().any(|ending| path.ends_with(ending)) {
            templates.insert(Arc::from(path.as_str()));
            db.set_template(path, path, text.clone());
        } else {
            db.set_file(path, text.clone());
        }
    }
    db.set_templates(Some(templates));
    db.set_library(persona_std::MODULES.iter().copied());
    db
}

/// What everybody reads in a content whose parameters have defaults, a paragraph for each profile.
pub(super) fn reads(program: &Program, folder: &Path, content: &str, now: i64) -> String {
    let checked = database(program).checked().expect("a valid program");
    let campaign = persona_lower::lower_campaign(&checked).expect("a small program");
    let templates: Vec<_> = checked
        .templates()
        .map(|read| read.template.clone())
        .collect();
    let loaded = Loaded::whole(&campaign.plan, folder, now).expect("rows that can be read");
    let evaluation = Evaluation {
        now,
        calibration: None,
    };
    let evaluator = Evaluator::prepared(&campaign.plan, &loaded.data, &evaluation);
    let evaluator = evaluator.for_campaign(&campaign);
    let contents = Contents::new(&campaign, evaluator.prepared_plan()).with_templates(&templates);
    let mut found = campaign.contents.iter_enumerated();
    let (id, def) = found
        .find(|(_, def)| *def.name == *content)
        .unwrap_or_else(|| panic!("there is no content `{content}`"));
    let mut text = String::new();
    for (row, key) in (0..).zip(loaded.keys(&campaign.plan)) {
        let mut person = evaluator.profile(row);
        let mut frame = contents.frame(id, &contents.default_args(id));
        let read = contents
            .choose(&mut person, id, &mut frame)
            .and_then(|variant| contents.render(&mut person, id, variant, &mut frame));
        let read = match read {
            Ok(read) => read,
            Err(skipped) => {
                writeln!(text, "{key}: skipped, {}", skipped.reason).expect("text grows");
                continue;
            }
        };
        let variant = &def.variants[read.variant as usize].name;
        let language = read
            .locale
            .map(|tag| format!(" ({tag})"))
            .unwrap_or_default();
        writeln!(text, "{key}: {variant}{language}").expect("text grows");
        for (slot, content) in def.slots.iter().zip(read.slots) {
            let shown = match content {
                SlotContent::Empty => "nothing".to_owned(),
                SlotContent::Text(text) => text,
                SlotContent::Value(value) => {
                    let (schema, zone) = (&campaign.plan.schema, person.clock().zone());
                    Printer::new(schema, zone, None).print(&value, &key_ty(schema, &slot.ty), None)
                }
            };
            writeln!(text, "  {}:", slot.name).expect("text grows");
            for line in shown
                .lines()
                .map(str::trim_end)
                .filter(|line| !line.is_empty())
            {
                writeln!(text, "    {line}").expect("text grows");
            }
        }
    }
    text
}
