//! What is wrong or dubious between triggers, contents, experiments and tests: contents that read each other in a circle,
//! experiments of one layer that overlap, arms that make no difference, tests with one title, contents that nobody sends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_base::{Diagnostic, Span, contents, experiments, timelines};
use persona_syntax::ast;

use super::graph::{names_in, used_names};
use super::origin::name_of;
use super::queries::{Decl, ItemKind, check, symbols, tree};
use super::{Db, loops, modules, scc, stand_in};
use crate::decl::Unit;
use crate::expr::every_part;
use crate::{Content, Expr, ExprKind, LAYER_BUCKETS, SlotValue};

/// How many steps of a circle are shown.
const SHOWN_STEPS: usize = 8;

/// Everything between declarations of these kinds.
pub(super) fn campaign_diagnostics(db: &dyn Db) -> Vec<Diagnostic> {
    let (mut triggers, mut written) = (Vec::new(), Vec::new());
    let (mut tried, mut tests) = (Vec::new(), Vec::new());
    for decl in &symbols(db, db.project()).all {
        match decl.kind(db) {
            ItemKind::Trigger => triggers.push(*decl),
            ItemKind::Content => written.push(*decl),
            ItemKind::Experiment => tried.push(*decl),
            ItemKind::Test => tests.push(*decl),
            _ => {}
        }
    }
    let mut found = Vec::new();
    if !triggers.is_empty() {
        found.extend(loops::trigger_diagnostics(db, &triggers));
    }
    found.extend(content_cycles(db, &written));
    found.extend(unused_contents(db, &written));
    found.extend(layers(db, &tried));
    let words = asking(db, &tried);
    let whole = tried
        .iter()
        .filter(|decl| matches!(check(db, **decl).unit, Unit::Experiment(_)));
    found.extend(whole.filter_map(|decl| same_arms(db, *decl, &words)));
    found.extend(same_titles(db, &tests));
    found
}

/// The slots of other contents that a content reads, each with the first place where it does.
#[salsa::tracked]
fn read_contents<'db>(db: &'db dyn Db, decl: Decl<'db>) -> BTreeMap<Arc<str>, Span> {
    let mut found = BTreeMap::new();
    if let Unit::Content(content) = &check(db, decl).unit {
        for expr in expressions(content) {
            every_part(expr, &mut |part| {
                if let ExprKind::Slot(other, _) = &part.kind {
                    found.entry(Arc::clone(other)).or_insert(part.span);
                }
            });
        }
    }
    found
}

/// All expressions of a content.
fn expressions(content: &Content) -> impl Iterator<Item = &Expr> {
    let conditions = content.variants.iter();
    let conditions = conditions.filter_map(|variant| variant.condition.as_ref());
    let filled = content.fillings().flat_map(SlotValue::values);
    let defaults = content
        .slots
        .iter()
        .filter_map(|slot| slot.default.as_ref());
    let skips = content.skips.iter().map(|skip| &skip.condition);
    defaults.chain(skips).chain(conditions).chain(filled)
}

/// One report for each circle of contents.
fn content_cycles(db: &dyn Db, written: &[Decl<'_>]) -> Vec<Diagnostic> {
    let numbers: BTreeMap<&str, u32> = written
        .iter()
        .map(|decl| &**decl.name(db))
        .zip(0..)
        .collect();
    let edges: Vec<Vec<u32>> = written
        .iter()
        .map(|decl| {
            let read = read_contents(db, *decl).keys();
            read.filter_map(|name| numbers.get(&**name).copied())
                .collect()
        })
        .collect();
    let circles = scc::components(&edges)
        .into_iter()
        .filter(|members| members.len() > 1 || edges[members[0] as usize].contains(&members[0]));
    circles
        .map(|members| content_cycle(db, written, &edges, &members))
        .collect()
}

fn content_cycle(
    db: &dyn Db,
    written: &[Decl<'_>],
    edges: &[Vec<u32>],
    members: &[u32],
) -> Diagnostic {
    let path = scc::shortest_cycle(edges, members);
    let first = written[path[0] as usize];
    let place = name_of(first);
    let own = first.name(db);
    let message = match path.as_slice() {
        [_] => format!("`{own}` reads its own slots"),
        _ => {
            let last = written[path[path.len() - 1] as usize].name(db);
            format!("`{own}` is made of itself: it leads to `{last}`, which reads `{own}`")
        }
    };
    let mut diagnostic = Diagnostic::new(contents::CONTENT_CYCLE, place.file, place.span, message)
        .label("there is nothing to begin with");
    for (index, number) in path.iter().enumerate().take(SHOWN_STEPS) {
        let decl = written[*number as usize];
        let next = written[path[(index + 1) % path.len()] as usize].name(db);
        if let Some(span) = read_contents(db, decl).get(next) {
            let text = format!("`{}` reads `{next}` here", decl.name(db));
            diagnostic = diagnostic.secondary(stand_in(decl), *span, text);
        }
    }
    diagnostic.help("write one of the slots out, or move what both need into a content of its own")
}

/// Contents that have no effect anywhere.
fn unused_contents(db: &dyn Db, written: &[Decl<'_>]) -> Vec<Diagnostic> {
    if written.is_empty() {
        return Vec::new();
    }
    let users = [
        ItemKind::Trigger,
        ItemKind::Content,
        ItemKind::Experiment,
        ItemKind::Test,
    ];
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for decl in &symbols(db, db.project()).all {
        if users.contains(&decl.kind(db)) {
            let others = used_names(db, *decl).filter(|name| *name != decl.name(db));
            used.extend(others.map(|name| &**name));
        }
    }
    for decl in written {
        let read = read_contents(db, *decl).keys();
        used.extend(
            read.filter(|name| *name != decl.name(db))
                .map(|name| &**name),
        );
    }
    let unused = written.iter().filter(|decl| {
        let name = decl.name(db);
        !name.is_empty() && !used.contains(&**name) && modules::is_own(db, **decl)
    });
    let report = |decl: &Decl<'_>| {
        let place = name_of(*decl);
        let message = format!("`{}` is never sent", decl.name(db));
        Diagnostic::new(contents::UNUSED_CONTENT, place.file, place.span, message)
            .label("nobody ever reads it")
            .help("send it from a trigger, or remove it")
    };
    unused.map(report).collect()
}

/// An experiment's part of a layer, with the place where it is said.
struct Part<'db> {
    decl: Decl<'db>,
    span: Span,
    range: Option<(u32, u32)>,
}

/// Experiments of one layer have parts that do not overlap.
fn layers(db: &dyn Db, tried: &[Decl<'_>]) -> Vec<Diagnostic> {
    let mut layers: BTreeMap<&str, Vec<Part<'_>>> = BTreeMap::new();
    for decl in tried {
        let Unit::Experiment(experiment) = &check(db, *decl).unit else {
            continue;
        };
        let (Some(part), Some(span)) = (&experiment.layer, layer_clause(db, *decl)) else {
            continue;
        };
        layers.entry(&part.layer).or_default().push(Part {
            decl: *decl,
            span,
            range: part.range,
        });
    }
    let mut found = Vec::new();
    for (layer, mut parts) in layers {
        let divided = parts.iter().position(|part| part.range.is_some());
        let equal = parts.iter().position(|part| part.range.is_none());
        if let (Some(divided), Some(equal)) = (divided, equal) {
            found.push(mixed(db, layer, &parts[equal], &parts[divided]));
            continue;
        }
        parts.sort_by_key(|part| part.range);
        for pair in parts.windows(2) {
            if let ([before, after], true) = (pair, overlap(pair)) {
                found.push(overlapping(db, layer, before, after));
            }
        }
    }
    found
}

fn overlap(pair: &[Part<'_>]) -> bool {
    match pair {
        [a, b] => matches!((a.range, b.range), (Some((_, end)), Some((begin, _))) if begin < end),
        _ => false,
    }
}

fn layer_clause(db: &dyn Db, decl: Decl<'_>) -> Option<Span> {
    let ast::DeclKind::Experiment { clauses } = &tree(db, decl).kind else {
        return None;
    };
    clauses.iter().find_map(|clause| match clause {
        ast::ExperimentClause::Layer { span, .. } => Some(*span),
        _ => None,
    })
}

fn mixed(db: &dyn Db, layer: &str, equal: &Part<'_>, divided: &Part<'_>) -> Diagnostic {
    let message = format!(
        "`{}` does not say which part of the layer `{layer}` it has, and others do",
        equal.decl.name(db)
    );
    Diagnostic::new(
        experiments::LAYER_MIXED,
        stand_in(equal.decl),
        equal.span,
        message,
    )
    .label("an equal part")
    .secondary(
        stand_in(divided.decl),
        divided.span,
        format!("`{}` says which part it has", divided.decl.name(db)),
    )
    .help("say it for each experiment of the layer (`layer checkout 0% to 40%`), or for none")
}

fn overlapping(db: &dyn Db, layer: &str, before: &Part<'_>, after: &Part<'_>) -> Diagnostic {
    let end = before.range.map_or(0, |(_, end)| end);
    let begin = after.range.map_or(0, |(begin, _)| begin);
    let both = end.min(after.range.map_or(LAYER_BUCKETS, |(_, end)| end)) - begin;
    let message = format!(
        "`{}` and `{}` overlap in the layer `{layer}`",
        before.decl.name(db),
        after.decl.name(db)
    );
    Diagnostic::new(
        experiments::LAYER_OVERLAP,
        stand_in(after.decl),
        after.span,
        message,
    )
    .label(format!(
        "{}% of all people would be in both",
        f64::from(both) / 100.0
    ))
    .secondary(stand_in(before.decl), before.span, "the other part")
    .help(format!(
        "let it begin at {}%, or move it to another layer",
        f64::from(end) / 100.0
    ))
}

/// For each experiment, the words of the rules that name it: an arm that is not among them is asked for by none.
fn asking<'db>(db: &'db dyn Db, tried: &[Decl<'db>]) -> BTreeMap<&'db str, BTreeSet<&'db str>> {
    let mut words: BTreeMap<&str, BTreeSet<&str>> = tried
        .iter()
        .map(|decl| (&**decl.name(db), BTreeSet::new()))
        .collect();
    if words.is_empty() {
        return words;
    }
    let all = symbols(db, db.project()).all.iter();
    for rule in all.filter(|rule| !matches!(rule.kind(db), ItemKind::Experiment | ItemKind::Test)) {
        let names = names_in(db, *rule);
        for name in names.globals.keys() {
            if let Some(words) = words.get_mut(&**name) {
                words.extend(names.mentions.keys().map(|word| &**word));
            }
        }
    }
    words
}

/// Several arms that no rule asks for: people in them get the same. One of them is the rest, and needs no question.
fn same_arms(
    db: &dyn Db,
    decl: Decl<'_>,
    words: &BTreeMap<&str, BTreeSet<&str>>,
) -> Option<Diagnostic> {
    let ast::DeclKind::Experiment { clauses } = &tree(db, decl).kind else {
        return None;
    };
    let arms: Vec<&ast::Name> = clauses
        .iter()
        .filter_map(|clause| match clause {
            ast::ExperimentClause::Arms { arms, .. } => Some(arms),
            _ => None,
        })
        .flatten()
        .map(|arm| &arm.name)
        .filter(|name| !name.is_missing())
        .collect();
    let asked = words.get(&**decl.name(db));
    let is_asked = |arm: &str| asked.is_some_and(|words| words.contains(arm));
    let mut rest = arms.iter().filter(|arm| !is_asked(&arm.text));
    let (first, second) = (rest.next()?, rest.next()?);
    if first.text == second.text {
        return None;
    }
    let message = format!(
        "people in `{}` and in `{}` get the same",
        first.text, second.text
    );
    let file = stand_in(decl);
    let diagnostic = Diagnostic::new(experiments::SAME_ARMS, file, second.span, message)
        .label("no rule asks for this arm")
        .secondary(file, first.span, "nor for this one")
        .help(format!(
            "ask for it, in a variant or in a trigger: `arm({}) == {}`",
            decl.name(db),
            second.text
        ));
    Some(diagnostic)
}

/// Tests with one title.
fn same_titles(db: &dyn Db, tests: &[Decl<'_>]) -> Vec<Diagnostic> {
    let mut first: BTreeMap<&str, Decl<'_>> = BTreeMap::new();
    let mut found = Vec::new();
    for decl in tests {
        let title: &str = decl.name(db);
        let Some(before) = first
            .get(title)
            .copied()
            .filter(|_| !title.trim().is_empty())
        else {
            first.insert(title, *decl);
            continue;
        };
        let (place, other) = (name_of(*decl), name_of(before));
        let message = format!("two tests are called \"{title}\"");
        let diagnostic =
            Diagnostic::new(timelines::DUPLICATE_TEST, place.file, place.span, message)
                .label("which of them failed, then?")
                .secondary(other.file, other.span, "the first one")
                .help("give each a title of its own");
        found.push(diagnostic);
    }
    found
}
