//! A package as plain data, ready to be shown: its declarations with their documentation, text and neighbours, what is in its
//! data, what its tests say. Knows nothing of pages. Values of real people are not in it: counts are, and what made-up people read.

mod detail;
mod flow;
mod source;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use persona::overlap::OverlapResult;
use persona::{Package, Previews, RunResult, TestReport};
use persona_base::{FileId, LineIndex};
use persona_ide::words;
use persona_sema::editor::{Declaration, Occurrence, Symbol};
use persona_sema::{Database, ItemKind, Schema};
use persona_syntax::ast;

pub(super) use detail::{Condition, Detail, Param, Slot, Stage, Variant};
pub(super) use flow::{Flow, Step, StepKind};
pub(super) use source::{Look, Piece};
pub(super) use table::{Check, Field, Value};

/// What is known besides the package's text.
pub(super) struct Known {
    /// What its data give; absent without data.
    pub(super) run: Option<RunResult>,
    /// How its segments overlap.
    pub(super) overlap: Option<OverlapResult>,
    /// What became of its tests.
    pub(super) tests: TestReport,
    /// What made-up people read.
    pub(super) previews: Option<Previews>,
}

/// A package.
pub(super) struct Model {
    /// Its name.
    pub(super) name: String,
    /// Its time zone.
    pub(super) zone: String,
    /// The day on which weeks begin.
    pub(super) week_start: &'static str,
    /// The share of people that is left alone, as a global control group: 0 to 1.
    pub(super) holdout: f64,
    /// Its declarations, and those of modules that it uses, by kind and name.
    pub(super) decls: Vec<Decl>,
    /// Its tests, in the order of files and places.
    pub(super) tests: Vec<Test>,
    /// What is known besides.
    pub(super) known: Known,
    by_name: BTreeMap<Arc<str>, usize>,
}

/// A declaration.
pub(super) struct Decl {
    pub(super) kind: ItemKind,
    /// Its name in the whole compilation: `vip`, `rfm.champions`.
    pub(super) name: Arc<str>,
    /// How people see it.
    pub(super) title: Option<String>,
    /// `///` text, in Markdown.
    pub(super) doc: Option<String>,
    /// Who looks after it.
    pub(super) owner: Option<String>,
    /// What it says about being used no more; perhaps nothing.
    pub(super) deprecated: Option<String>,
    /// The module that it comes from; absent for the package's own.
    pub(super) module: Option<Arc<str>>,
    /// Its file, from the package's folder, and its line.
    pub(super) place: (String, u32),
    /// The name of its page, without folder and ending.
    pub(super) slug: String,
    /// Its text.
    pub(super) source: Vec<Piece>,
    /// What it names, and who names it: places in [`Model::decls`].
    pub(super) uses: Vec<usize>,
    pub(super) used_by: Vec<usize>,
    /// The tests that name it: places in [`Model::tests`].
    pub(super) tests: Vec<usize>,
    /// The fields with personal data that it rests on, directly or by way of others.
    pub(super) personal: BTreeSet<Arc<str>>,
    /// What only its kind has.
    pub(super) detail: Detail,
}

impl Decl {
    /// Whether its page has a place for a part: `f-country`, `v-gold`, `p-window`, `s-subject`, `variant-offer`.
    pub(super) fn has_part(&self, part: &str) -> bool {
        let Some((mark, name)) = part.split_once('-') else {
            return false;
        };
        let of_params = |params: &[Param]| mark == "p" && params.iter().any(|one| one.name == name);
        match &self.detail {
            Detail::Table { fields, .. } => {
                mark == "f" && fields.iter().any(|one| one.path == name)
            }
            Detail::Enum { values, .. } => mark == "v" && values.iter().any(|one| one.name == name),
            Detail::Partition { stages } => {
                mark == "v" && stages.iter().any(|one| *one.name == *name)
            }
            Detail::Experiment { arms, .. } => {
                mark == "v" && arms.iter().any(|one| *one.name == *name)
            }
            Detail::Content {
                params,
                slots,
                variants,
                ..
            } => {
                of_params(params)
                    || mark == "s" && slots.iter().any(|one| *one.name == *name)
                    || mark == "variant" && variants.iter().any(|one| *one.name == *name)
            }
            Detail::Value { params, .. }
            | Detail::Segment { params, .. }
            | Detail::Recommend { params, .. } => of_params(params),
            Detail::Events { .. }
            | Detail::Source { .. }
            | Detail::Exclusive
            | Detail::Purpose { .. }
            | Detail::Channel { .. }
            | Detail::Trigger(_) => false,
        }
    }

    /// What people call it: its title, or its name.
    pub(super) fn heading(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name)
    }
}

/// A test.
pub(super) struct Test {
    pub(super) title: Arc<str>,
    pub(super) doc: Option<String>,
    pub(super) place: (String, u32),
    pub(super) source: Vec<Piece>,
    /// The declarations that it names.
    pub(super) uses: Vec<usize>,
    /// How many expectations it has.
    pub(super) expectations: usize,
    /// How many of them do not hold.
    pub(super) failed: usize,
}

/// Where a name leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// The place of the declaration in [`Model::decls`].
    pub(super) decl: usize,
    /// A part of it: `f-country`, `v-gold`.
    pub(super) part: Option<String>,
}

impl Model {
    /// What is known of a package without errors.
    pub(super) fn new(package: &Package, known: Known) -> Self {
        let db = package.database();
        let checked = db.checked();
        let checked = checked.expect("a package that was compiled is checked");
        let mut builder = Builder::new(db, package.root(), known.previews.as_ref());
        builder.collect();
        let (decls, by_name) = builder.decls();
        let tests = builder.tests(&known.tests, &by_name);
        let info = &checked.package;
        let mut model = Self {
            name: info.name.to_string(),
            zone: info.zone.to_string(),
            week_start: words::WEEKDAYS[usize::from(info.week_start) % words::WEEKDAYS.len()],
            holdout: f64::from(info.holdout) / f64::from(persona_sema::HOLDOUT_BUCKETS),
            decls,
            tests,
            known,
            by_name,
        };
        model.join();
        model
    }

    /// The place of the declaration with a name.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The declarations of some kinds, the package's own first.
    pub(super) fn of_kinds(&self, kinds: &[ItemKind]) -> Vec<usize> {
        let of_kind = |index: &usize| kinds.contains(&self.decls[*index].kind);
        let mut found: Vec<usize> = (0..self.decls.len()).filter(of_kind).collect();
        found.sort_by_key(|index| self.decls[*index].module.is_some());
        found
    }

    /// Sets what follows from who names whom.
    fn join(&mut self) {
        for index in 0..self.decls.len() {
            for used in self.decls[index].uses.clone() {
                self.decls[used].used_by.push(index);
            }
        }
        for (index, test) in self.tests.iter().enumerate() {
            for used in &test.uses {
                self.decls[*used].tests.push(index);
            }
        }
        // Personal data go to all who rest on them.
        let mut next: Vec<usize> = (0..self.decls.len())
            .filter(|index| !self.decls[*index].personal.is_empty())
            .collect();
        while let Some(index) = next.pop() {
            if self.decls[index].detail.is_table() {
                continue;
            }
            let personal = self.decls[index].personal.clone();
            for user in self.decls[index].used_by.clone() {
                let before = self.decls[user].personal.len();
                self.decls[user].personal.extend(personal.iter().cloned());
                if self.decls[user].personal.len() > before {
                    next.push(user);
                }
            }
        }
    }
}

/// Looks at a database.
struct Builder<'m> {
    db: &'m Database,
    root: &'m Path,
    previews: Option<&'m Previews>,
    /// The declarations that have pages, with where they are.
    found: Vec<Declaration<'m>>,
    /// The package's tests.
    tests: Vec<Declaration<'m>>,
    texts: source::Texts,
    /// Where the lines of files begin.
    lines: BTreeMap<FileId, LineIndex>,
}

impl<'m> Builder<'m> {
    fn new(db: &'m Database, root: &'m Path, previews: Option<&'m Previews>) -> Self {
        Self {
            db,
            root,
            previews,
            found: Vec::new(),
            tests: Vec::new(),
            texts: source::Texts::default(),
            lines: BTreeMap::new(),
        }
    }

    fn schema(&self) -> &'m Schema {
        self.db.schema()
    }

    /// Finds the package's own declarations, and those of modules that these rest on.
    fn collect(&mut self) {
        let mut seen: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut next: Vec<Declaration<'m>> = Vec::new();
        for file in self.db.rule_files() {
            for decl in self.db.declarations(file) {
                match decl.kind {
                    ItemKind::Test => self.tests.push(decl),
                    ItemKind::Error | ItemKind::Use => {}
                    ItemKind::Exclusive => self.found.push(decl),
                    _ if seen.insert(Arc::clone(decl.name)) => next.push(decl),
                    _ => {}
                }
            }
        }
        let loose = self.tests.iter().chain(&self.found);
        let mut named: Vec<Declaration<'m>> = loose.copied().collect();
        while let Some(decl) = next.pop() {
            named.push(decl);
            self.found.push(decl);
            self.reach(decl, &mut seen, &mut next);
        }
        for decl in self.tests.clone() {
            self.reach(decl, &mut seen, &mut next);
        }
        while let Some(decl) = next.pop() {
            self.found.push(decl);
            self.reach(decl, &mut seen, &mut next);
        }
        self.found.sort_by_key(|decl| {
            let place = (decl.id.file, decl.span.start);
            (decl.kind.described(), Arc::clone(decl.name), place)
        });
    }

    /// The declarations that one names and that nobody has met yet.
    fn reach(
        &self,
        decl: Declaration<'m>,
        seen: &mut BTreeSet<Arc<str>>,
        next: &mut Vec<Declaration<'m>>,
    ) {
        for one in self.names(&decl) {
            let Some(name) = one.symbol.declaration() else {
                continue;
            };
            if !seen.contains(name)
                && let Some(found) = self.db.named(name)
                && seen.insert(Arc::clone(found.name))
            {
                next.push(found);
            }
        }
    }

    /// The names in a declaration and in its templates.
    fn names(&self, decl: &Declaration<'m>) -> Vec<&'m Occurrence> {
        let own = self.db.occurrences(decl.id).iter();
        let templates = self.db.names_in_templates(decl.id).iter();
        own.chain(templates.map(|(_, one)| one)).collect()
    }

    /// The declarations that have pages, and where each is.
    fn decls(&mut self) -> (Vec<Decl>, BTreeMap<Arc<str>, usize>) {
        let found = self.found.clone();
        let mut by_name: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        for (index, decl) in found.iter().enumerate() {
            if decl.kind != ItemKind::Exclusive {
                by_name.entry(Arc::clone(decl.name)).or_insert(index);
            }
        }
        let mut slugs: BTreeSet<String> = BTreeSet::new();
        let decls = found.iter().enumerate();
        let decls = decls.map(|(index, decl)| self.decl(index, decl, &by_name, &mut slugs));
        (decls.collect(), by_name)
    }

    fn decl(
        &mut self,
        index: usize,
        decl: &Declaration<'m>,
        by_name: &BTreeMap<Arc<str>, usize>,
        slugs: &mut BTreeSet<String>,
    ) -> Decl {
        let uses = self.used(decl, by_name, index);
        let annotations = &decl.tree.annotations;
        let said = |name: &str| {
            let found = annotations.iter().find(|one| one.name.text == name)?;
            Some(found.args.first().map(text_of).unwrap_or_default())
        };
        let name = match decl.kind {
            ItemKind::Exclusive => Arc::from("never both"),
            _ => Arc::clone(decl.name),
        };
        Decl {
            kind: decl.kind,
            slug: slug(decl.kind, &name, slugs),
            name,
            title: words::title(self.db, decl).or_else(|| written_title(decl)),
            doc: decl.tree.doc.clone(),
            owner: said("owner"),
            deprecated: said("deprecated"),
            module: (!decl.is_own()).then(|| Arc::clone(decl.space)),
            place: self.place(decl),
            source: self.texts.pieces(self.db, decl, by_name),
            personal: self.personal(decl),
            detail: self.detail(decl),
            uses,
            used_by: Vec::new(),
            tests: Vec::new(),
        }
    }

    /// The declarations that one names, each once, without itself.
    fn used(
        &self,
        decl: &Declaration<'m>,
        by_name: &BTreeMap<Arc<str>, usize>,
        own: usize,
    ) -> Vec<usize> {
        let names = self.names(decl).into_iter();
        let named = names.filter_map(|one| by_name.get(one.symbol.declaration()?));
        let found: BTreeSet<usize> = named.copied().filter(|index| *index != own).collect();
        found.into_iter().collect()
    }

    /// The fields with personal data that a declaration names itself; the key of people is one of them, however it is declared.
    fn personal(&self, decl: &Declaration<'m>) -> BTreeSet<Arc<str>> {
        let schema = self.schema();
        let tables = std::iter::once(&schema.profile).chain(&schema.events);
        let tables: Vec<_> = tables
            .chain(schema.catalogs.iter().map(|catalog| &catalog.table))
            .collect();
        let names = self.names(decl).into_iter();
        let fields = names.filter_map(|one| match &one.symbol {
            Symbol::Field { table, path } => Some((table, path)),
            _ => None,
        });
        let personal = fields.filter(|(table, path)| {
            let table = tables.iter().find(|one| one.name == **table);
            table.is_some_and(|table| {
                let holds = |name: &str| {
                    let below = |of: &str, part: &str| {
                        part.strip_prefix(of)
                            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                    };
                    below(name, path) || below(path, name)
                };
                let is_profile = table.name == schema.profile.name;
                let mut fields = table.fields.iter_enumerated();
                fields.any(|(id, one)| {
                    let is_key = is_profile && id == schema.key;
                    (one.pii || is_key) && holds(&one.name)
                })
            })
        });
        personal
            .map(|(table, path)| Arc::from(format!("{table}.{path}")))
            .collect()
    }

    fn tests(&mut self, report: &TestReport, by_name: &BTreeMap<Arc<str>, usize>) -> Vec<Test> {
        let results = &report.tests;
        let tests = self.tests.clone();
        let tests = tests.iter().map(|decl| {
            let place = self.place(decl);
            // Tests may be called alike; no two begin on one line of one file.
            let called = || results.iter().filter(|one| one.title == *decl.name);
            let here = called()
                .find(|one| one.location.line == place.1 && one.location.path.ends_with(&*place.0));
            let result = here.or_else(|| called().next());
            Test {
                title: Arc::clone(decl.name),
                doc: decl.tree.doc.clone(),
                source: self.texts.pieces(self.db, decl, by_name),
                uses: self.used(decl, by_name, usize::MAX),
                expectations: result.map_or(0, |one| one.expectations),
                failed: result.map_or(0, |one| one.failures.len()),
                place,
            }
        });
        tests.collect()
    }

    /// The file of a declaration, from the package's folder, and its line.
    fn place(&mut self, decl: &Declaration<'_>) -> (String, u32) {
        let path = Path::new(self.db.file_path(decl.id.file));
        let path = path.strip_prefix(self.root).unwrap_or_else(|_| {
            // What lies elsewhere is called by its own name: where it lies is this machine's business.
            path.file_name().map_or(path, Path::new)
        });
        let text = self.db.file_text(decl.id.file);
        let at = decl.in_file(decl.tree.span).start;
        let lines = self.lines.entry(decl.id.file);
        let lines = lines.or_insert_with(|| LineIndex::new(text));
        let line = lines.line_col_chars(text, at).line + 1;
        (path.to_string_lossy().replace('\\', "/"), line)
    }
}

/// The title behind the name of a declaration whose checked form has none.
fn written_title(decl: &Declaration<'_>) -> Option<String> {
    let behind = decl.text.get(decl.tree.name.span.end as usize..)?;
    let (title, _) = behind.trim_start().strip_prefix('"')?.split_once('"')?;
    (decl.kind == ItemKind::Experiment).then(|| title.to_owned())
}

/// A text that is written as one.
fn text_of(expr: &ast::Expr) -> String {
    match &expr.kind {
        ast::ExprKind::Str(parts) => {
            let texts = parts.iter().filter_map(|part| match part {
                ast::StrPart::Text(text) => Some(text.as_str()),
                ast::StrPart::Expr { .. } => None,
            });
            texts.collect()
        }
        _ => String::new(),
    }
}

/// The name of a page: letters, digits and dashes, short, and another one than all before, also where capitals count nothing.
fn slug(kind: ItemKind, name: &str, taken: &mut BTreeSet<String>) -> String {
    let kind = keyword(kind);
    let name: String = name.chars().take(80).collect();
    let name = name.replace(|c: char| !c.is_ascii_alphanumeric() && c != '_', "-");
    let wanted = format!("{kind}-{name}");
    let mut slug = wanted.clone();
    let mut number = 2;
    while !taken.insert(slug.to_lowercase()) {
        slug = format!("{wanted}-{number}");
        number += 1;
    }
    slug
}

/// The word that declares something.
pub(super) fn keyword(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Error => "error",
        ItemKind::Profile => "profile",
        ItemKind::Event => "event",
        ItemKind::Events => "events",
        ItemKind::Enum => "enum",
        ItemKind::Const => "const",
        ItemKind::Source => "source",
        ItemKind::Trait => "trait",
        ItemKind::Fn => "fn",
        ItemKind::Segment => "segment",
        ItemKind::Partition => "partition",
        ItemKind::Catalog => "catalog",
        ItemKind::Use => "use",
        ItemKind::Purpose => "purpose",
        ItemKind::Channel => "channel",
        ItemKind::Trigger => "trigger",
        ItemKind::Content => "content",
        ItemKind::Recommend => "recommend",
        ItemKind::Experiment => "experiment",
        ItemKind::Exclusive => "exclusive",
        ItemKind::Test => "test",
    }
}
