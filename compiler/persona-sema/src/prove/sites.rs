//! Where conditions stand in declarations, and what follows from their answers. One query for each declaration: it depends on
//! the declarations that the conditions refer to, so that an edit of one runs again what rests on it, and nothing else.

use std::cell::RefCell;

use persona_base::{Diagnostic, FileId, Severity, Span, missing, proofs, types};

use super::build::{Body, BodyKind, Tables, World};
use super::exclusive;
use super::lint::{Linter, Sequence, Site, Texts};
use crate::db::{Db, Decl, check, lookup, schema, stand_in};
use crate::decl::Unit;
use crate::{Content, Expr, ExprKind, Trigger, TriggerStart, TriggerStep, TriggerStepKind};

/// What the conditions of a declaration say for everyone. A declaration with errors is left alone.
#[salsa::tracked]
pub(crate) fn proven_of<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Vec<Diagnostic> {
    let checked = check(db, decl);
    let broken = |found: &Diagnostic| found.severity == Severity::Error;
    if checked.diagnostics.iter().any(broken) {
        return Vec::new();
    }
    let said_before = [
        types::CONSTANT_CONDITION,
        types::REPEATED_CONDITION,
        types::UNREACHABLE,
        missing::NEVER_MISSING,
    ];
    let silent: Vec<Span> = checked
        .diagnostics
        .iter()
        .filter(|found| said_before.contains(&found.code))
        .map(|found| found.primary.span)
        .collect();
    let world = Declared::new(db, decl);
    if let Unit::Exclusive(segments) = &checked.unit {
        // What is broken in a segment is said there.
        let broken_segment = segments.iter().any(|segment| match &segment.kind {
            ExprKind::Segment(name, _) | ExprKind::Stage(name, _) => {
                lookup(db, name).is_none_or(|found| check(db, found).diagnostics.iter().any(broken))
            }
            _ => true,
        });
        if broken_segment {
            return Vec::new();
        }
        return exclusive::overlaps(&world, &world, stand_in(decl), segments);
    }
    let mut linter = Linter::new(&world, &world, stand_in(decl), &silent);
    lint(&mut linter, &checked.unit);
    linter.found
}

fn lint<'a>(linter: &mut Linter<'a, '_>, unit: &'a Unit) {
    match unit {
        Unit::Segment { definition, .. } => {
            let site = Site::Segment(definition.name.to_string());
            linter.condition(&definition.body, &site);
        }
        Unit::Trait { definition, .. } if definition.ty.kind == crate::TypeKind::Bool => {
            let site = Site::Other(
                "the answer is no for everyone",
                "the answer is yes for everyone",
            );
            linter.condition(&definition.body, &site);
        }
        Unit::Trait { definition, .. } => linter.values(&definition.body),
        Unit::Partition(definition) => {
            let stages: Vec<&Expr> = definition.conditions.iter().collect();
            for stage in &stages {
                let never = "nobody can ever be in this stage";
                linter.condition(
                    stage,
                    &Site::Other(never, "everybody comes to this stage, or to one before it"),
                );
            }
            linter.sequence(
                &stages,
                Sequence {
                    code: proofs::UNREACHABLE_STAGE,
                    noun: "stage",
                },
            );
        }
        Unit::Trigger(definition) => trigger(linter, definition),
        Unit::Content(definition) => content(linter, definition),
        Unit::Channel(definition) => {
            if let Some(condition) = &definition.requires {
                linter.condition(condition, &REQUIRED);
            }
            definition
                .quiet
                .iter()
                .filter_map(|quiet| quiet.condition.as_ref())
                .for_each(|condition| {
                    linter.condition(
                        condition,
                        &Site::Other(
                            "these quiet hours are nobody's",
                            "these quiet hours are everybody's",
                        ),
                    );
                });
            definition
                .skips
                .iter()
                .for_each(|skip| linter.condition(&skip.condition, &SKIPPED));
        }
        Unit::Purpose(definition) => {
            linter.condition(&definition.requires, &REQUIRED);
        }
        _ => {}
    }
}

const REQUIRED: Site = Site::Other("nobody can ever be reached", "this asks nothing of anybody");
const SKIPPED: Site = Site::Other(
    "no message is ever skipped for this",
    "every message is skipped",
);

fn trigger<'a>(linter: &mut Linter<'a, '_>, definition: &'a Trigger) {
    let filter = match &definition.start {
        TriggerStart::Event(query) | TriggerStart::Inactivity { query, .. } => {
            query.filter.as_deref()
        }
        TriggerStart::Change { condition, .. } => condition.as_ref(),
        _ => None,
    };
    if let Some(filter) = filter {
        linter.condition(filter, &Site::Filter);
    }
    if let Some(condition) = &definition.condition {
        linter.condition(condition, &Site::Entry(definition.name.to_string()));
    }
    for query in &definition.stop_on {
        if let Some(filter) = &query.filter {
            linter.condition(filter, &Site::Filter);
        }
    }
    for condition in &definition.stop_when {
        let site = Site::Other("this never ends a run", "this ends every run at once");
        linter.condition(condition, &site);
    }
    steps(linter, &definition.steps);
}

fn steps<'a>(linter: &mut Linter<'a, '_>, all: &'a [TriggerStep]) {
    for step in all {
        match &step.kind {
            TriggerStepKind::If { arms, otherwise } => {
                let conditions: Vec<&Expr> = arms.iter().map(|(condition, _)| condition).collect();
                for condition in &conditions {
                    let site = Site::Other(
                        "these steps are never taken",
                        "these steps are always taken",
                    );
                    linter.condition(condition, &site);
                }
                linter.sequence(
                    &conditions,
                    Sequence {
                        code: proofs::UNREACHABLE_BRANCH,
                        noun: "branch",
                    },
                );
                arms.iter().for_each(|(_, inner)| steps(linter, inner));
                steps(linter, otherwise);
            }
            TriggerStepKind::WaitForEvent { query, .. } => {
                if let Some(filter) = &query.filter {
                    linter.condition(filter, &Site::Filter);
                }
            }
            _ => {}
        }
    }
}

fn content<'a>(linter: &mut Linter<'a, '_>, definition: &'a Content) {
    for skip in &definition.skips {
        linter.condition(&skip.condition, &SKIPPED);
    }
    let conditions: Vec<&Expr> = definition
        .variants
        .iter()
        .filter_map(|variant| variant.condition.as_ref())
        .collect();
    for condition in &conditions {
        let site = Site::Other(
            "nobody ever reads this variant",
            "everybody reads this variant, or one before it",
        );
        linter.condition(condition, &site);
    }
    linter.sequence(
        &conditions,
        Sequence {
            code: proofs::UNREACHABLE_VARIANT,
            noun: "variant",
        },
    );
}

/// The package under compilation, seen from one declaration.
struct Declared<'db> {
    db: &'db dyn Db,
    /// The declarations that places may be in.
    seen: RefCell<Vec<(FileId, Decl<'db>)>>,
}

impl<'db> Declared<'db> {
    fn new(db: &'db dyn Db, decl: Decl<'db>) -> Self {
        Self {
            db,
            seen: RefCell::new(vec![(stand_in(decl), decl)]),
        }
    }
}

impl<'db> World<'db> for Declared<'db> {
    fn tables(&self) -> Tables<'db> {
        let schema = schema(self.db, self.db.project());
        Tables {
            enums: &schema.enums,
            profile: &schema.profile,
            events: &schema.events,
        }
    }

    /// Conditions refer to nothing that leads back to them: the check of what is in a cycle is broken.
    fn body(&self, name: &str) -> Option<Body<'db>> {
        let decl = lookup(self.db, name)?;
        let (params, kind) = match &check(self.db, decl).unit {
            Unit::Segment { definition, .. } => (
                definition.params.as_slice(),
                BodyKind::Segment(&definition.body),
            ),
            Unit::Trait { definition, .. } => (
                definition.params.as_slice(),
                BodyKind::Value(&definition.body, &definition.ty),
            ),
            Unit::Fn { definition, ty, .. } => (
                definition.params.as_slice(),
                BodyKind::Value(&definition.body, ty),
            ),
            Unit::Partition(definition) => (&[][..], BodyKind::Stages(&definition.conditions)),
            _ => return None,
        };
        let file = stand_in(decl);
        let mut seen = self.seen.borrow_mut();
        if !seen.iter().any(|(other, _)| *other == file) {
            seen.push((file, decl));
        }
        Some(Body { params, kind, file })
    }
}

impl Texts for Declared<'_> {
    fn text(&self, file: FileId, span: Span) -> Option<&str> {
        let seen = self.seen.borrow();
        let (_, decl) = seen.iter().find(|(other, _)| *other == file)?;
        let text = decl.source(self.db).text(self.db);
        text.get(span.start as usize..span.end as usize)
    }
}
