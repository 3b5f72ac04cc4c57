//! How far definitions expand: how deep they are nested, and how many operations a package becomes once every call of a
//! declaration with parameters is written out. Both are bounded here, so that no later stage has to.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::{Diagnostic, package};
use rustc_hash::FxHashMap;

use super::graph::graph;
use super::origin::name_of;
use super::queries::{Decl, symbols};
use super::{Db, Project, facts};

/// How deep definitions may be nested: `a` that uses `b` that uses `c` are three.
pub(crate) const MAX_DEPTH: u32 = 100;
/// How many operations one declaration may become.
pub(crate) const MAX_SIZE: u64 = 100_000;
/// How many operations the declarations of a package may become together.
pub(crate) const MAX_TOTAL: u64 = 4_000_000;

/// What is known of a declaration after looking at all it refers to.
#[derive(Clone, Copy)]
struct Extent {
    depth: u32,
    size: u64,
    /// Whether it, or what it refers to, was refused already.
    refused: bool,
}

/// What is nested too deep, or becomes too large.
#[salsa::tracked]
pub(crate) fn expansion_diagnostics(db: &dyn Db, project: Project) -> Vec<Diagnostic> {
    let graph = graph(db, project);
    let by_name = &symbols(db, project).by_name;
    let sizes: FxHashMap<Decl<'_>, &facts::Extent> =
        facts::with_each(db, |file| facts::extents(db, file).as_slice())
            .map(|(decl, extent)| (decl, &**extent))
            .collect();
    let mut extents: FxHashMap<Decl<'_>, Extent> = FxHashMap::default();
    let mut diagnostics = Vec::new();
    let mut total = 0_u64;
    let mut package_refused = false;
    for decl in &graph.order {
        let own = sizes[decl];
        let mut extent = extent(by_name, own, &sizes, &extents);
        // One report where a limit is passed, none for what is built upon it.
        if !extent.refused {
            let answers = !own.has_params;
            total = total.saturating_add(if answers { extent.size } else { 0 });
            let refusal = if extent.depth > MAX_DEPTH {
                Some(too_deep(db, *decl))
            } else if extent.size > MAX_SIZE {
                Some(too_large(*decl, "this definition becomes", MAX_SIZE))
            } else if total > MAX_TOTAL && !package_refused {
                package_refused = true;
                let what = "with this definition the package becomes";
                Some(too_large(*decl, what, MAX_TOTAL))
            } else {
                None
            };
            extent.refused = refusal.is_some();
            diagnostics.extend(refusal);
        }
        extents.insert(*decl, extent);
    }
    diagnostics
}

fn extent<'db>(
    by_name: &BTreeMap<Arc<str>, Decl<'db>>,
    own: &facts::Extent,
    sizes: &FxHashMap<Decl<'db>, &facts::Extent>,
    known: &FxHashMap<Decl<'db>, Extent>,
) -> Extent {
    let mut extent = Extent {
        depth: 1,
        size: u64::from(own.size),
        refused: false,
    };
    for (name, times) in &own.calls {
        // What is not known yet is in a cycle, which is reported already.
        let Some(target) = by_name.get(name) else {
            continue;
        };
        let Some(inner) = known.get(target) else {
            continue;
        };
        extent.refused |= inner.refused;
        extent.depth = extent.depth.max(inner.depth.saturating_add(1));
        // What takes no parameters is computed once, however often it is used.
        if sizes[target].has_params {
            extent.size = extent
                .size
                .saturating_add(inner.size.saturating_mul(u64::from(*times)));
        }
    }
    extent
}

fn too_deep(db: &dyn Db, decl: Decl<'_>) -> Diagnostic {
    let (name, place) = (decl.name(db), name_of(decl));
    let message =
        format!("`{name}` rests on definitions that are nested more than {MAX_DEPTH} deep");
    Diagnostic::new(package::NESTED_TOO_DEEP, place.file, place.span, message)
        .label("one definition too many on top of others")
        .help(
            "let it refer to fields and events themselves, in place of a long chain of definitions",
        )
}

fn too_large(decl: Decl<'_>, what: &str, limit: u64) -> Diagnostic {
    let place = name_of(decl);
    let message = format!("{what} more than {limit} operations once its calls are written out");
    Diagnostic::new(package::EXPANDS_TOO_FAR, place.file, place.span, message)
        .label("calls with parameters are expanded at each place")
        .help("a trait without parameters is computed once, however often it is used: name what repeats")
}
