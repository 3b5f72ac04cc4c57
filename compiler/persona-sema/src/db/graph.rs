//! The definition graph: which declaration refers to which, in what order they can be checked, and where they go round
//! in circles. One query that only looks at syntax; no query follows a cycle.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use persona_base::{Diagnostic, names};
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::facts::{Links, all_links};
use super::queries::{Decl, ItemKind, symbols, tree};
use super::tables::tables;
use super::{Db, Project, modules, scc, stand_in};
use crate::decl::NamesIn;

/// How many steps of a cycle are shown.
const SHOWN_STEPS: usize = 8;

/// What a declaration refers to, with the places.
#[salsa::tracked]
pub(crate) fn names_in<'db>(db: &'db dyn Db, decl: Decl<'db>) -> NamesIn {
    crate::decl::names_in(tree(db, decl), tables(db, db.project()))
}

/// The names that a declaration refers to.
pub(crate) fn used_names<'db>(
    db: &'db dyn Db,
    decl: Decl<'db>,
) -> impl Iterator<Item = &'db Arc<str>> {
    names_in(db, decl).globals.keys()
}

/// Whether a declaration refers to another by its name, as far as syntax tells: a bare name is never a segment or a function,
/// so that `segment gold { when tier == gold }` does not refer to itself.
pub(crate) fn refers(db: &dyn Db, decl: Decl<'_>, name: &str, kind: ItemKind) -> bool {
    let names = names_in(db, decl);
    match kind {
        ItemKind::Segment | ItemKind::Fn => names.definite.contains(name),
        _ => names.globals.contains_key(name),
    }
}

/// The declarations with bodies, and how they refer to each other.
#[derive(Clone, Debug, PartialEq, salsa::SalsaValue)]
pub(crate) struct Graph<'db> {
    /// Each after everything it refers to (but its mates in a cycle).
    pub(crate) order: Vec<Decl<'db>>,
    /// The cycles; members in the order of the package.
    pub(crate) cycles: Vec<Vec<Decl<'db>>>,
}

/// The definition graph.
#[salsa::tracked]
pub(crate) fn graph<'db>(db: &'db dyn Db, project: Project) -> Graph<'db> {
    let symbols = symbols(db, project);
    let linked: Vec<(Decl<'db>, &Links)> = all_links(db)
        .filter(|(decl, _)| decl.kind(db).has_body())
        .collect();
    let nodes: Vec<Decl<'db>> = linked.iter().map(|(decl, _)| *decl).collect();
    let numbers: FxHashMap<Decl<'db>, u32> = (0_u32..)
        .zip(&nodes)
        .map(|(number, decl)| (*decl, number))
        .collect();
    let targets = |(decl, links): &(Decl<'db>, &Links)| {
        let names = links.used.iter();
        // As in [`refers`].
        let found = names.filter_map(|name| {
            let target = symbols.by_name.get(name)?;
            let bare_names = !matches!(target.kind(db), ItemKind::Segment | ItemKind::Fn);
            (bare_names || links.definite.contains(name)).then_some(target)
        });
        // A module does not see the rules of the package that uses it.
        let seen =
            found.filter(|target| modules::is_own(db, *decl) || !modules::is_own(db, **target));
        seen.filter_map(|target| numbers.get(target).copied())
            .collect::<Vec<u32>>()
    };
    let edges: Vec<Vec<u32>> = linked.iter().map(targets).collect();
    let mut graph = Graph {
        order: Vec::with_capacity(nodes.len()),
        cycles: Vec::new(),
    };
    for component in scc::components(&edges) {
        let members: Vec<Decl<'db>> = component
            .iter()
            .map(|number| nodes[*number as usize])
            .collect();
        let first = component[0];
        if component.len() > 1 || edges[first as usize].contains(&first) {
            graph.cycles.push(members.clone());
        }
        graph.order.extend(members);
    }
    graph
}

/// The cycle that each declaration takes part in, by its first member.
#[salsa::tracked]
fn cycle_members<'db>(
    db: &'db dyn Db,
    project: Project,
) -> HashMap<Decl<'db>, Decl<'db>, FxBuildHasher> {
    let cycles = graph(db, project).cycles.iter();
    cycles
        .flat_map(|members| members.iter().map(|member| (*member, members[0])))
        .collect()
}

/// The first member of the cycle that a declaration takes part in; most take part in none.
#[salsa::tracked(returns(copy))]
pub(crate) fn cycle_of<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Option<Decl<'db>> {
    cycle_members(db, db.project()).get(&decl).copied()
}

/// One diagnostic for each cycle.
pub(crate) fn cycle_diagnostics(db: &dyn Db) -> Vec<Diagnostic> {
    graph(db, db.project())
        .cycles
        .iter()
        .map(|members| cycle_diagnostic(db, members))
        .collect()
}

fn cycle_diagnostic(db: &dyn Db, members: &[Decl<'_>]) -> Diagnostic {
    let path = shortest_cycle(db, members);
    let first = path[0];
    let names: Vec<String> = path
        .iter()
        .map(|decl| format!("`{}`", decl.name(db)))
        .collect();
    let message = match names.as_slice() {
        [own] => format!("{own} refers to itself"),
        [own, .., last] => {
            format!("{own} is defined by way of itself: it leads to {last}, which refers to {own}")
        }
        [] => "definitions go round in circles".to_owned(),
    };
    let mut diagnostic = Diagnostic::new(
        names::DEFINITION_CYCLE,
        stand_in(first),
        tree(db, first).name.span,
        message,
    )
    .label("its meaning depends on itself");
    for (index, decl) in path.iter().enumerate().take(SHOWN_STEPS) {
        let next = path[(index + 1) % path.len()];
        if let Some(span) = names_in(db, *decl)
            .globals
            .get(next.name(db))
            .and_then(|spans| spans.first())
        {
            let text = format!("`{}` refers to `{}` here", decl.name(db), next.name(db));
            diagnostic = diagnostic.secondary(stand_in(*decl), *span, text);
        }
    }
    if path.len() > SHOWN_STEPS {
        diagnostic = diagnostic.note(format!(
            "and {} more steps until `{}` again",
            path.len() - SHOWN_STEPS,
            first.name(db)
        ));
    }
    diagnostic
        .help("take one of the references out, or move what both need into a trait of its own")
}

/// A shortest way from the first member back to itself.
fn shortest_cycle<'db>(db: &'db dyn Db, members: &[Decl<'db>]) -> Vec<Decl<'db>> {
    let by_name: BTreeMap<&str, Decl<'db>> = members
        .iter()
        .map(|decl| (&**decl.name(db), *decl))
        .collect();
    let start = members[0];
    let mut reached_from: FxHashMap<Decl<'db>, Decl<'db>> = FxHashMap::default();
    let mut queue = VecDeque::from([start]);
    while let Some(decl) = queue.pop_front() {
        for name in used_names(db, decl) {
            let Some(next) = by_name.get(&**name).copied() else {
                continue;
            };
            if next == start {
                return way_to(start, decl, &reached_from);
            }
            if let Entry::Vacant(vacant) = reached_from.entry(next) {
                vacant.insert(decl);
                queue.push_back(next);
            }
        }
    }
    vec![start]
}

fn way_to<'db>(
    start: Decl<'db>,
    end: Decl<'db>,
    reached_from: &FxHashMap<Decl<'db>, Decl<'db>>,
) -> Vec<Decl<'db>> {
    let mut path = vec![end];
    while let Some(before) = path
        .last()
        .filter(|last| **last != start)
        .and_then(|last| reached_from.get(last))
    {
        path.push(*before);
    }
    path.reverse();
    path
}
