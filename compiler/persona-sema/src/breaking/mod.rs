//! What changed between two versions of a package, and what that means for those who rest on it: rules break, rules mean
//! something else, a segment holds more people or fewer, nothing happens. Plain data; it prints nothing.
//!
//! Names are what others rest on: a thing that keeps its name is compared with itself, wherever it stands. Order, layout,
//! comments and redundant files change nothing. Of what is unsure the worse is said.

mod rules;
mod tables;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::Span;
use persona_syntax::ast;

use crate::db::{Database, Db, Decl, ItemKind, Places, config, modules, symbols, tree};
use crate::decl::WEEKDAYS;
use crate::{Checked, Place};

/// What a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeClass {
    /// Rules that rest on it do not compile any more.
    Breaks,
    /// Rules compile, and mean something else.
    Meaning,
    /// A segment holds everybody it held, and perhaps more.
    Widens,
    /// A segment holds nobody it did not hold, and perhaps fewer.
    Narrows,
    /// Nothing that was there means anything else.
    Harmless,
}

/// A change between two versions.
#[derive(Clone, Debug, PartialEq)]
pub struct PackageChange {
    /// What it does.
    pub class: ChangeClass,
    /// What changed: `field`, `segment`.
    pub kind: &'static str,
    /// Its name, the earlier one if it had two.
    pub name: Arc<str>,
    /// What happened to it: `is gone`.
    pub message: String,
    /// What follows, or what it rests on.
    pub note: Option<String>,
    /// Where it stood.
    pub old: Option<Place>,
    /// Where it stands.
    pub new: Option<Place>,
}

impl Database {
    /// What changed since an earlier version, the worst first. Where a version has errors, what could be proven about its
    /// conditions is not: they are compared by their words.
    pub fn changes_since(&self, old: &Self) -> Vec<PackageChange> {
        let old = Version::of(old);
        let new = Version::of(self);
        let mut found = Found {
            old: &old,
            new: &new,
            changes: Vec::new(),
        };
        found.packages();
        found.declarations();
        found.changes.sort_by(|a, b| {
            let key =
                |change: &PackageChange| (change.class, Arc::clone(&change.name), change.kind);
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        found.changes
    }
}

/// One version of the package.
struct Version<'db> {
    database: &'db Database,
    db: &'db dyn Db,
    decls: Vec<Decl<'db>>,
    places: Places<'db>,
    checked: Option<Arc<Checked>>,
}

impl<'db> Version<'db> {
    fn of(database: &'db Database) -> Self {
        let db: &'db dyn Db = database;
        let all = symbols(db, db.project()).all.iter();
        let own = all.filter(|decl| modules::is_own(db, **decl));
        Self {
            database,
            db,
            decls: own.copied().collect(),
            places: Places::of(db),
            checked: database.checked(),
        }
    }

    fn tree(&self, decl: Decl<'db>) -> &'db ast::Decl {
        tree(self.db, decl)
    }

    fn text(&self, decl: Decl<'db>) -> &'db str {
        decl.source(self.db).text(self.db)
    }

    /// The words at a place, without what means nothing.
    fn words(&self, decl: Decl<'db>, span: Span) -> String {
        text::words(span.of(self.text(decl)))
    }

    fn place(&self, decl: Decl<'db>, span: Span) -> Place {
        self.places.within(decl, span)
    }

    fn named(&self, decl: Decl<'db>) -> Place {
        self.place(decl, self.tree(decl).name.span)
    }

    /// Declarations by what they are and what they are called; several of one name count as the first.
    fn by_name(&self) -> BTreeMap<(ItemKind, Arc<str>), Decl<'db>> {
        let mut found = BTreeMap::new();
        for decl in &self.decls {
            let kind = decl.kind(self.db);
            if !matches!(kind, ItemKind::Error | ItemKind::Use) {
                let name = match kind {
                    // It has no name; what it says is what it is.
                    ItemKind::Exclusive => Arc::from(self.words(*decl, self.tree(*decl).span)),
                    // There is one, whatever it is called.
                    ItemKind::Profile => Arc::from(""),
                    _ => Arc::clone(decl.name(self.db)),
                };
                found.entry((kind, name)).or_insert(*decl);
            }
        }
        found
    }
}

/// The changes found so far.
struct Found<'v, 'db> {
    old: &'v Version<'db>,
    new: &'v Version<'db>,
    changes: Vec<PackageChange>,
}

/// Where something is in both versions.
type Both = (Option<Place>, Option<Place>);

impl<'db> Found<'_, 'db> {
    fn add(
        &mut self,
        class: ChangeClass,
        (kind, name): (&'static str, &str),
        message: impl Into<String>,
        (old, new): Both,
    ) -> &mut PackageChange {
        self.changes.push(PackageChange {
            class,
            kind,
            name: Arc::from(name),
            message: message.into(),
            note: None,
            old,
            new,
        });
        self.changes.last_mut().expect("just added")
    }

    /// What `persona.toml` says.
    fn packages(&mut self) {
        let of = |version: &Version<'db>| config(version.db, version.db.project()).info.clone();
        let (old, new) = (of(self.old), of(self.new));
        let mut setting = |name: &str, was: String, is: String, class, note: &str| {
            if was != is {
                let message = format!("was `{was}`, is `{is}`");
                self.add(class, ("setting", name), message, (None, None))
                    .note = Some(note.to_owned());
            }
        };
        let day = |index: u8| {
            WEEKDAYS
                .get(usize::from(index))
                .copied()
                .unwrap_or_default()
                .to_owned()
        };
        setting(
            "name",
            old.name.to_string(),
            new.name.to_string(),
            ChangeClass::Breaks,
            "packages that use this one call it by its name",
        );
        setting(
            "timezone",
            old.zone.to_string(),
            new.zone.to_string(),
            ChangeClass::Meaning,
            "days and hours begin at other moments",
        );
        setting(
            "week_starts",
            day(old.week_start),
            day(new.week_start),
            ChangeClass::Meaning,
            "calendar weeks are other ones",
        );
        setting(
            "lateness",
            format!("{}s", old.lateness / 1_000_000),
            format!("{}s", new.lateness / 1_000_000),
            ChangeClass::Meaning,
            "other events count as late",
        );
        let percent = |buckets: u32| format!("{}%", f64::from(buckets) / 100.0);
        setting(
            "holdout",
            percent(old.holdout),
            percent(new.holdout),
            ChangeClass::Meaning,
            "other people are in the global control group",
        );
    }

    fn declarations(&mut self) {
        let (before, after) = (self.old.by_name(), self.new.by_name());
        let mut gone: Vec<(ItemKind, Decl<'db>)> = Vec::new();
        for ((kind, name), old) in &before {
            match after.get(&(*kind, Arc::clone(name))) {
                Some(new) => self.kept(*kind, *old, *new),
                None => gone.push((*kind, *old)),
            }
        }
        let mut added: Vec<(ItemKind, Decl<'db>)> = after
            .iter()
            .filter(|(key, _)| !before.contains_key(*key))
            .map(|((kind, _), decl)| (*kind, *decl))
            .collect();
        for (kind, old) in gone {
            let renamed = added.iter().position(|(other, new)| {
                *other == kind && kind != ItemKind::Exclusive && self.says_the_same(kind, old, *new)
            });
            let renamed = renamed.map(|index| added.remove(index).1);
            self.gone(kind, old, renamed);
        }
        for (kind, new) in added {
            self.added(kind, new);
        }
    }

    /// Whether two declarations differ in nothing but their names.
    fn says_the_same(&self, kind: ItemKind, old: Decl<'db>, new: Decl<'db>) -> bool {
        let words = |version: &Version<'db>, decl: Decl<'db>| {
            let tree = version.tree(decl);
            let rest = Span::new(tree.name.span.end, tree.span.end);
            let words = version.words(decl, rest);
            let name = text::words(decl.name(version.db));
            // A definition that speaks of itself by its name does so by its new one.
            (kind, words.replace(&name, "\u{0}"))
        };
        words(self.old, old) == words(self.new, new)
    }

    fn gone(&mut self, kind: ItemKind, old: Decl<'db>, renamed: Option<Decl<'db>>) {
        let name = shown_name(self.old, kind, old);
        let class = match kind {
            ItemKind::Test | ItemKind::Exclusive => ChangeClass::Harmless,
            ItemKind::Source | ItemKind::Trigger => ChangeClass::Meaning,
            _ => ChangeClass::Breaks,
        };
        let place = self.old.named(old);
        let (message, new) = match renamed {
            Some(new) => {
                let now = new.name(self.new.db);
                let message = format!("is gone; `{now}` says the same, so it was probably renamed");
                (message, Some(self.new.named(new)))
            }
            None => ("is gone".to_owned(), None),
        };
        let note = match kind {
            ItemKind::Test | ItemKind::Exclusive => "what it made sure of is not checked any more",
            ItemKind::Source => "its data is not read any more",
            ItemKind::Trigger => "what it sent is not sent any more",
            _ => "rules that name it do not compile any more",
        };
        let change = self.add(class, (noun(kind), &name), message, (Some(place), new));
        change.note = Some(note.to_owned());
    }

    fn added(&mut self, kind: ItemKind, new: Decl<'db>) {
        let name = shown_name(self.new, kind, new);
        let (class, note) = match kind {
            ItemKind::Source => (ChangeClass::Meaning, Some("more data is read")),
            ItemKind::Trigger => (ChangeClass::Meaning, Some("more messages are sent")),
            ItemKind::Experiment => (
                ChangeClass::Meaning,
                Some("people are divided into its arms"),
            ),
            _ => (ChangeClass::Harmless, None),
        };
        let place = self.new.named(new);
        let change = self.add(class, (noun(kind), &name), "is new", (None, Some(place)));
        change.note = note.map(str::to_owned);
    }

    /// A declaration that both versions have.
    fn kept(&mut self, kind: ItemKind, old: Decl<'db>, new: Decl<'db>) {
        let (was, is) = (self.old.tree(old), self.new.tree(new));
        match (&was.kind, &is.kind) {
            (ast::DeclKind::Profile(before), ast::DeclKind::Profile(after))
            | (ast::DeclKind::Event(before), ast::DeclKind::Event(after))
            | (ast::DeclKind::Catalog(before), ast::DeclKind::Catalog(after)) => {
                self.table((old, before), (new, after));
            }
            (
                ast::DeclKind::Enum {
                    ordered: a,
                    values: before,
                },
                ast::DeclKind::Enum {
                    ordered: b,
                    values: after,
                },
            ) => self.enumeration((old, *a, before), (new, *b, after)),
            (
                ast::DeclKind::Events { members: before },
                ast::DeclKind::Events { members: after },
            ) => {
                self.group((old, before), (new, after));
            }
            _ => self.rule(kind, old, new),
        }
        if was.doc != is.doc {
            let name = shown_name(self.new, kind, new);
            let places = (Some(self.old.named(old)), Some(self.new.named(new)));
            self.add(
                ChangeClass::Harmless,
                (noun(kind), &name),
                "is documented in other words",
                places,
            );
        }
    }

    fn group(
        &mut self,
        (old, before): (Decl<'db>, &[ast::Name]),
        (new, after): (Decl<'db>, &[ast::Name]),
    ) {
        let sorted = |members: &[ast::Name]| {
            let mut names: Vec<String> = members.iter().map(|name| name.text.clone()).collect();
            names.sort();
            names.dedup();
            names
        };
        let (was, is) = (sorted(before), sorted(after));
        if was != is {
            let name = new.name(self.new.db).to_string();
            let places = (Some(self.old.named(old)), Some(self.new.named(new)));
            let message = format!("was {}, is {}", was.join(" or "), is.join(" or "));
            let change = self.add(
                ChangeClass::Meaning,
                ("group of events", &name),
                message,
                places,
            );
            change.note = Some("rules about the group count other events".to_owned());
        }
    }
}

fn shown_name(version: &Version<'_>, kind: ItemKind, decl: Decl<'_>) -> String {
    match kind {
        ItemKind::Exclusive => {
            let tree = tree(version.db, decl);
            let ast::DeclKind::Exclusive { segments } = &tree.kind else {
                return String::new();
            };
            let text: &str = decl.source(version.db).text(version.db);
            let names: Vec<&str> = segments
                .iter()
                .map(|segment| segment.span.of(text))
                .collect();
            names.join(", ")
        }
        _ => decl.name(version.db).to_string(),
    }
}

/// What people call it, without an article.
fn noun(kind: ItemKind) -> &'static str {
    let described = kind.described();
    ["a ", "an ", "the "]
        .iter()
        .find_map(|article| described.strip_prefix(article))
        .unwrap_or(described)
}
