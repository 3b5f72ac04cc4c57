//! From the checked package to the plan: expands traits, segments and functions with their arguments, chooses typed
//! operations, numbers binders, and puts every expression of the package into one graph.
//!
//! Knows no source text and reports nothing to users: every error of theirs ended in `persona-sema`. The one thing that can
//! go wrong is size ([`TooLarge`]). A violated assumption is a panic with a message, which the façade catches.

mod body;
mod campaign;
mod explain;
mod expr;
mod frame;
mod graph;
mod program;
mod prune;
mod schema;
mod source;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use persona_ir::{
    Check, CheckAction, CheckTable, EnumId, Explain, ExplainKind, Output, OutputKind, Plan, Weekday,
};
use persona_sema::{Checked, Expr, Partition, TableDef};

pub use crate::campaign::lower_campaign;

use crate::body::{Body, What};
use crate::explain::Budget;
use crate::program::{Args, Key, Program};

/// Expanding the package gives more operations than a plan may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("traits, segments and functions with arguments expand to more than a million operations")
    }
}

impl std::error::Error for TooLarge {}

/// The plan of a package.
///
/// # Errors
/// [`TooLarge`] where declarations with arguments multiply.
pub fn lower(checked: &Checked) -> Result<Plan, TooLarge> {
    let mut plan = plan(Program::new(checked, checked.asks_sent()))?;
    prune::prune(&mut plan);
    if cfg!(debug_assertions) {
        assert_valid(&plan);
    }
    Ok(plan)
}

/// The plan of a program's answers, with all nodes that anything else of it needs.
fn plan(mut program: Program<'_>) -> Result<Plan, TooLarge> {
    let checked = program.checked;
    let mut outputs = outputs(&mut program)?;
    outputs.sort_by(|a, b| a.name.cmp(&b.name));
    let checks = checks(&mut program)?;
    program.check_size()?;
    let mut sources: Vec<_> = checked.sources.iter().map(source::source).collect();
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Plan {
        package: checked.package.name.clone(),
        zone: checked.package.zone.clone(),
        week_start: weekday(checked.package.week_start),
        schema: program.schema,
        nodes: program.graph.finish(),
        outputs,
        ranks: program.ranks,
        checks,
        sources,
        prefer: checked.prefer.clone(),
    })
}

/// Panics, in debug builds, with the rules that the plan breaks.
fn assert_valid(plan: &Plan) {
    if let Err(violations) = persona_ir::verify(plan) {
        let all: Vec<String> = violations.iter().map(ToString::to_string).collect();
        unreachable!(
            "lowering made a plan that is not valid:\n{}",
            all.join("\n")
        );
    }
}

fn weekday(day: u8) -> Weekday {
    use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
    [
        Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday,
    ][usize::from(day) % 7]
}

/// The package's own declarations without parameters.
fn outputs(program: &mut Program<'_>) -> Result<Vec<Output>, TooLarge> {
    let checked = program.checked;
    let mut budget = Budget::new();
    let mut outputs = Vec::new();
    for (index, def) in checked
        .traits
        .iter()
        .enumerate()
        .filter(|(_, def)| !def.imported && def.params.is_empty())
    {
        let node = program.resolve(&Key::Trait(index, Args::from([])))?;
        budget.next();
        let explain = explain::explain(program, &def.name, def.origin, &def.body, &mut budget);
        outputs.push(Output {
            name: def.name.clone(),
            title: None,
            kind: OutputKind::Trait,
            node,
            explain,
        });
    }
    for (index, def) in checked
        .segments
        .iter()
        .enumerate()
        .filter(|(_, def)| !def.imported && def.params.is_empty())
    {
        let node = program.resolve(&Key::Segment(index, Args::from([])))?;
        budget.next();
        let explain = explain::explain(program, &def.name, def.origin, &def.body, &mut budget);
        let title = def.title.clone();
        outputs.push(Output {
            name: def.name.clone(),
            title,
            kind: OutputKind::Segment,
            node,
            explain,
        });
    }
    for (index, def) in checked
        .partitions
        .iter()
        .enumerate()
        .filter(|(_, def)| !def.imported)
    {
        let node = program.resolve(&Key::Partition(index))?;
        budget.next();
        let explain = stages(program, def, node, &mut budget);
        let kind = OutputKind::Partition(EnumId(def.stages.0));
        outputs.push(Output {
            name: def.name.clone(),
            title: def.title.clone(),
            kind,
            node,
            explain,
        });
    }
    Ok(outputs)
}

/// A partition's explanation: a stage after the other, with its condition.
fn stages(
    program: &mut Program<'_>,
    def: &Partition,
    node: persona_ir::NodeId,
    budget: &mut Budget,
) -> Explain {
    let names = &program.checked.enums[def.stages].values;
    let mut parts = Vec::with_capacity(def.conditions.len());
    for (condition, (name, _)) in def.conditions.iter().zip(names) {
        let part = explain::explain(program, &def.name, def.origin, condition, budget);
        parts.push(Explain {
            kind: ExplainKind::Stage(name.clone()),
            place: part.place,
            node: part.node,
            parts: vec![part],
        });
    }
    Explain {
        kind: ExplainKind::Value,
        place: source::place(def.origin),
        node: Some(node),
        parts,
    }
}

/// The checks of the profile's rows, then those of each kind of event, then those of each catalog.
fn checks(program: &mut Program<'_>) -> Result<Vec<Check>, TooLarge> {
    let checked = program.checked;
    let mut checks = Vec::new();
    table_checks(program, &checked.profile, CheckTable::Profile, &mut checks)?;
    for (event, table) in checked.events.iter_enumerated() {
        let of = CheckTable::Event(schema::kind(event));
        table_checks(program, table, of, &mut checks)?;
    }
    for (id, catalog) in checked.catalogs.iter_enumerated() {
        let of = CheckTable::Catalog(schema::catalog_id(id));
        table_checks(program, &catalog.table, of, &mut checks)?;
    }
    Ok(checks)
}

fn table_checks(
    program: &mut Program<'_>,
    table: &TableDef,
    of: CheckTable,
    checks: &mut Vec<Check>,
) -> Result<(), TooLarge> {
    for check in &table.checks {
        let node = program
            .resolve_with(|program| check_condition(program, &table.name, of, &check.condition))?;
        let action = match check.action {
            persona_sema::CheckAction::Reject => CheckAction::Reject,
            persona_sema::CheckAction::Clear(field) => CheckAction::Clear(schema::col(field)),
            persona_sema::CheckAction::Warn => CheckAction::Warn,
        };
        checks.push(Check {
            table: of,
            node,
            message: check.message.clone(),
            action,
        });
    }
    Ok(())
}

/// A check's condition; in an event's or item's, that is binder 0 at level 0.
fn check_condition(
    program: &mut Program<'_>,
    name: &Arc<str>,
    of: CheckTable,
    condition: &Expr,
) -> persona_ir::NodeId {
    let mut body = Body::new(program, name.clone(), Args::from([]), 0);
    let what = match of {
        CheckTable::Profile => None,
        CheckTable::Event(kind) => Some(What::Event(Arc::from([kind]))),
        CheckTable::Catalog(catalog) => Some(What::item(catalog)),
    };
    if let Some(what) = what {
        body.bind(persona_sema::BinderId(0), what);
    }
    body.condition(condition)
}
