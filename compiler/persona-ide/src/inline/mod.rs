//! Values beside the lines that need them: what constants are, and what time it is at each step of a test.

#[cfg(test)]
mod tests;

use persona_base::{FileId, Span};
use persona_sema::editor::{Declaration, Role, Symbol};
use persona_sema::{Database, ItemKind, TestStepKind, Unit};
use persona_syntax::ast::DeclKind;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 60 * 60 * SECOND;

/// A value beside a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlineValue {
    /// What it is the value of, in the file.
    pub span: Span,
    /// What to show.
    pub text: String,
}

/// The values in a range of a file, by place.
pub fn inline_values(db: &Database, file: FileId, range: Span) -> Vec<InlineValue> {
    let mut found = Vec::new();
    let touches = |span: Span| span.start <= range.end && range.start <= span.end;
    for decl in db.declarations_in(file, range) {
        constants(db, &decl, &mut found);
        if let Some(Unit::Test(test)) = db.unit(decl.id) {
            clock(&decl, &test.steps, &mut found);
        }
    }
    found.retain(|one| touches(one.span));
    found.sort_by_key(|one| one.span);
    found
}

/// The constants that a declaration asks.
fn constants(db: &Database, decl: &Declaration<'_>, found: &mut Vec<InlineValue>) {
    for one in db.occurrences(decl.id) {
        let Symbol::Decl(name) = &one.symbol else {
            continue;
        };
        if one.role != Role::Reads {
            continue;
        }
        let Some(constant) = db.named(name).filter(|found| found.kind == ItemKind::Const) else {
            continue;
        };
        let DeclKind::Const { value, .. } = &constant.tree.kind else {
            continue;
        };
        let value = crate::words::snippet(constant.text, value.span);
        found.push(InlineValue {
            span: decl.in_file(one.span),
            text: format!("{} = {value}", constant.own_name()),
        });
    }
}

/// The time at the steps of a test where something happens or time passes.
fn clock(decl: &Declaration<'_>, steps: &[persona_sema::TestStep], found: &mut Vec<InlineValue>) {
    let mut now: Option<i64> = None;
    for step in steps {
        match &step.kind {
            TestStepKind::At(instant) => {
                now = Some(*instant);
                continue;
            }
            TestStepKind::Wait(length) => now = now.and_then(|now| now.checked_add(*length)),
            TestStepKind::Event { .. } | TestStepKind::Expect(_) => {}
            _ => continue,
        }
        if let Some(now) = now {
            let days = now.div_euclid(DAY);
            let rest = now.rem_euclid(DAY);
            let civil = persona_liquid::civil(days, rest / SECOND, rest % SECOND);
            found.push(InlineValue {
                span: decl.in_file(step.span),
                text: format!("{civil}Z"),
            });
        }
    }
}
