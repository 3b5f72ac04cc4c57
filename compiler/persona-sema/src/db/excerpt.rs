//! What can be run of a package while other parts of it are broken: some declarations and what they rest on. Editors count with it
//! while somebody types. Reports nothing: whoever wants to know what is wrong asks for diagnostics.

use std::collections::BTreeSet;
use std::sync::Arc;

use persona_base::Severity;
use rustc_hash::FxHashSet;

use super::assemble::{add_declaration, tables};
use super::graph::{cycle_of, graph, used_names};
use super::origin::Origins;
use super::queries::{Decl, ItemKind, check, lookup, symbols};
use super::{Database, Db, modules};
use crate::Checked;

/// Some declarations of a package, with all that they rest on.
#[derive(Clone, Debug, PartialEq)]
pub struct Excerpt {
    /// The package as if it declared nothing else, but for its tables and sources.
    pub checked: Checked,
    /// The declarations that were asked for and are broken, or rest on what is, or do not exist.
    pub broken: BTreeSet<Arc<str>>,
}

impl Database {
    /// What can be run of these declarations, by their names in the whole compilation, whatever is wrong with others. `None` where
    /// the profile, an event, a catalog, an enum or a source is broken: then no row of data can be read.
    pub fn excerpt<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Option<Excerpt> {
        let db: &dyn Db = self;
        let own = symbols(db, db.project()).all.iter().copied();
        let own: Vec<Decl<'_>> = own.filter(|decl| modules::is_own(db, *decl)).collect();
        let ground = own.iter().filter(|decl| is_ground(decl.kind(db)));
        if ground.clone().any(|decl| has_errors(db, *decl)) {
            return None;
        }
        let mut broken = BTreeSet::new();
        let mut wanted = Vec::new();
        for name in names {
            match lookup(db, name) {
                Some(decl) => wanted.push(decl),
                None => drop(broken.insert(Arc::from(name))),
            }
        }
        let reached = reached(db, &wanted);
        let unsound = unsound(db, &reached);
        broken.extend(
            wanted
                .iter()
                .filter(|decl| unsound.contains(*decl))
                .map(|decl| Arc::clone(decl.name(db))),
        );
        let origins = Origins::of(db);
        let mut checked = tables(db, &origins);
        let sources = own.iter().filter(|decl| decl.kind(db) == ItemKind::Source);
        let sound = reached.iter().filter(|decl| !unsound.contains(*decl));
        let mut added: Vec<Decl<'_>> = sources.chain(sound).copied().collect();
        // All lists are in the order of names.
        added.sort_by(|a, b| a.name(db).cmp(b.name(db)));
        added.dedup();
        for decl in added {
            add_declaration(db, &mut checked, decl, &origins);
        }
        checked.prefer.sort();
        checked.prefer.dedup();
        Some(Excerpt { checked, broken })
    }
}

/// What data are read by.
fn is_ground(kind: ItemKind) -> bool {
    matches!(
        kind,
        ItemKind::Profile
            | ItemKind::Event
            | ItemKind::Events
            | ItemKind::Enum
            | ItemKind::Source
            | ItemKind::Catalog
    )
}

fn has_errors(db: &dyn Db, decl: Decl<'_>) -> bool {
    let found = &check(db, decl).diagnostics;
    found.iter().any(|found| found.severity == Severity::Error)
}

/// These declarations and those that their conditions rest on, in the order in which they can be checked.
fn reached<'db>(db: &'db dyn Db, wanted: &[Decl<'db>]) -> Vec<Decl<'db>> {
    let mut reached: FxHashSet<Decl<'db>> = FxHashSet::default();
    let mut queue = wanted.to_vec();
    while let Some(decl) = queue.pop() {
        if !reached.insert(decl) {
            continue;
        }
        let named = used_names(db, decl).filter_map(|name| lookup(db, name));
        // What a trigger sends, and through which channel, says nothing of whom it is for.
        queue.extend(
            named.filter(|one| one.kind(db).has_body() || one.kind(db) == ItemKind::Experiment),
        );
    }
    let order = graph(db, db.project()).order.iter().copied();
    let mut ordered: Vec<Decl<'db>> = order.filter(|decl| reached.remove(decl)).collect();
    // What is left nobody else can rest on, so any order will do: that of the question.
    ordered.extend(wanted.iter().copied().filter(|decl| reached.remove(decl)));
    let rest = symbols(db, db.project()).all.iter().copied();
    ordered.extend(rest.filter(|decl| reached.contains(decl)));
    ordered
}

/// Those that are broken, or rest on what is. They come in the order in which they can be checked.
fn unsound<'db>(db: &'db dyn Db, reached: &[Decl<'db>]) -> FxHashSet<Decl<'db>> {
    let mut unsound = FxHashSet::default();
    for decl in reached {
        let rests_on_broken = || {
            let named = used_names(db, *decl).filter_map(|name| lookup(db, name));
            named.into_iter().any(|one| unsound.contains(&one))
        };
        if cycle_of(db, *decl).is_some() || has_errors(db, *decl) || rests_on_broken() {
            unsound.insert(*decl);
        }
    }
    unsound
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str = "profile Customer {\n  id: String @key\n  age: Int?\n}\n\
        event Seen { sku: String }\n\
        source customers of Customer { from \"c.csv\" }\n\n";

    fn excerpt(rules: &str, names: &[&str]) -> Option<(Vec<String>, Vec<String>)> {
        let mut db = Database::new();
        db.set_file("shop.persona", format!("{SHOP}{rules}"));
        let found = db.excerpt(names.iter().copied())?;
        let checked = &found.checked;
        let segments = checked.segments.iter().map(|one| one.name.to_string());
        let traits = checked.traits.iter().map(|one| one.name.to_string());
        assert_eq!(checked.sources.len(), 1);
        let broken = found.broken.iter().map(ToString::to_string);
        Some((segments.chain(traits).collect(), broken.collect()))
    }

    #[test]
    fn what_is_asked_for_comes_with_what_it_rests_on_and_nothing_else() {
        let rules = "segment adult { when age >= 18 }\nsegment keen { when in adult and twice }\n\
            trait twice = count(Seen in last 7d) >= 2\nsegment other { when age > 99 }\n";
        let (found, broken) = excerpt(rules, &["keen"]).expect("the tables are sound");
        assert_eq!(found, ["adult", "keen", "twice"]);
        assert!(broken.is_empty());
    }

    #[test]
    fn what_is_broken_elsewhere_disturbs_nobody() {
        let rules = "segment good { when age >= 18 }\nsegment bad { when agee >= 18 }\n\
            segment on_bad { when in bad }\nsegment half { when age >= \n}\n\
            segment a { when in b }\nsegment b { when in a }\n";
        let names = ["good", "bad", "on_bad", "half", "a", "gone"];
        let (found, broken) = excerpt(rules, &names).expect("the tables are sound");
        assert_eq!(found, ["good"]);
        assert_eq!(broken, ["a", "bad", "gone", "half", "on_bad"]);
    }

    #[test]
    fn without_sound_tables_there_is_nothing() {
        assert_eq!(
            excerpt(
                "event Bought { total: Monney }\nsegment s { when age > 1 }\n",
                &["s"]
            ),
            None
        );
    }
}
