//! The queries: from texts to declarations, names, schema, signatures and checks.

#![expect(
    unused_lifetimes,
    reason = "salsa's interned structs take a lifetime that their fields need not use"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_base::{Diagnostic, Edit, FileId, Fix, IndexVec, Span};
use persona_syntax::{Parse, Split, SyntaxError, ast};

use super::{Db, Project, SourceFile, modules};
use crate::decl::{self, Checking, DeclResult, Shape};
use crate::env::{ContentShape, Global, Schema};
use crate::package::Config;
use crate::{
    Catalog, CatalogId, EnumDef, EnumId, EventId, FieldDef, FieldId, TableDef, Type, TypeKind,
};

/// A declaration's text. Equal texts are one, wherever they stand, and are parsed once.
#[salsa::interned(debug)]
pub(crate) struct DeclText<'db> {
    pub(crate) text: Arc<str>,
}

/// A name that somebody looks up.
#[salsa::interned(debug)]
pub(crate) struct GlobalName<'db> {
    pub(crate) text: Arc<str>,
}

/// A declaration: the same one as long as its file, kind and name stay, whatever happens to its text and place.
#[salsa::tracked(debug)]
pub(crate) struct Decl<'db> {
    /// What is declared.
    #[returns(copy)]
    pub(crate) kind: ItemKind,
    /// Its name in the whole compilation (`rfm.champions` in a module); empty when it is missing.
    pub(crate) name: Arc<str>,
    /// Which package or module it belongs to: empty for the package itself.
    pub(crate) space: Arc<str>,
    /// Its text.
    #[tracked]
    #[returns(copy)]
    pub(crate) source: DeclText<'db>,
}

/// Kinds of declarations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ItemKind {
    /// Unreadable.
    Error,
    /// `profile`
    Profile,
    /// `event`
    Event,
    /// `events`
    Events,
    /// `enum`, `ordered enum`
    Enum,
    /// `const`
    Const,
    /// `source`
    Source,
    /// `trait`
    Trait,
    /// `fn`
    Fn,
    /// `segment`
    Segment,
    /// `partition`
    Partition,
    /// `catalog`
    Catalog,
    /// `use`
    Use,
    /// `purpose`
    Purpose,
    /// `channel`
    Channel,
    /// `trigger`
    Trigger,
    /// `content`
    Content,
    /// `recommend`
    Recommend,
    /// `experiment`
    Experiment,
    /// `exclusive`
    Exclusive,
    /// `test`
    Test,
}

impl ItemKind {
    /// What people call it, with its article.
    pub fn described(self) -> &'static str {
        match self {
            Self::Error => "a broken declaration",
            Self::Profile => "the profile",
            Self::Event => "an event",
            Self::Events => "a group of events",
            Self::Enum => "an enum",
            Self::Const => "a constant",
            Self::Source => "a source",
            Self::Trait => "a trait",
            Self::Fn => "a function",
            Self::Segment => "a segment",
            Self::Partition => "a partition",
            Self::Catalog => "a catalog",
            Self::Use => "a module",
            Self::Purpose => "a purpose",
            Self::Channel => "a channel",
            Self::Trigger => "a trigger",
            Self::Content => "a content",
            Self::Recommend => "a recommendation",
            Self::Experiment => "an experiment",
            Self::Exclusive => "an exclusion",
            Self::Test => "a test",
        }
    }

    /// Whether what others see of it depends on an expression in it, which may refer to others in turn.
    pub fn has_body(self) -> bool {
        matches!(
            self,
            Self::Const
                | Self::Trait
                | Self::Fn
                | Self::Segment
                | Self::Partition
                | Self::Recommend
        )
    }
}

/// The declarations of one file, with their places.
#[derive(Clone, Debug, PartialEq, salsa::SalsaValue)]
pub(crate) struct FileDecls<'db> {
    /// In order.
    #[salsa_value(unsafe(prove(Decl<'db>: salsa::SalsaValue)))]
    pub(crate) decls: Vec<(Decl<'db>, Span)>,
    /// What is wrong between them.
    pub(crate) errors: Vec<SyntaxError>,
}

/// The tree of a text.
#[salsa::tracked(no_eq)]
pub(crate) fn parsed<'db>(db: &'db dyn Db, text: DeclText<'db>) -> Parse<ast::Decl> {
    persona_syntax::parse_decl(text.text(db))
}

/// The tree of a declaration, with the names that declarations of modules have in the whole compilation.
pub(crate) fn tree<'db>(db: &'db dyn Db, decl: Decl<'db>) -> &'db ast::Decl {
    match modules::resolved(db, decl) {
        Some(resolved) => &resolved.tree,
        None => &parsed(db, decl.source(db)).tree,
    }
}

/// Where the declarations of a file are.
#[salsa::tracked]
pub(super) fn cut(db: &dyn Db, file: SourceFile) -> Split {
    persona_syntax::split(file.text(db))
}

/// The declarations of a file.
#[salsa::tracked]
pub(crate) fn decls<'db>(db: &'db dyn Db, file: SourceFile) -> FileDecls<'db> {
    let text = file.text(db);
    let split = cut(db, file);
    let space = file.space(db);
    let prefix = modules::prefix(db, space);
    let decl = |span: Span| {
        let source = DeclText::new(db, Arc::<str>::from(span.of(text)));
        let tree = &parsed(db, source).tree;
        (
            Decl::new(
                db,
                kind_of(&tree.kind),
                modules::full_name(prefix, &tree.name.text),
                Arc::clone(space),
                source,
            ),
            span,
        )
    };
    FileDecls {
        decls: split.decls.iter().map(|found| decl(found.span)).collect(),
        errors: split.errors.clone(),
    }
}

fn kind_of(kind: &ast::DeclKind) -> ItemKind {
    match kind {
        ast::DeclKind::Error => ItemKind::Error,
        ast::DeclKind::Profile(_) => ItemKind::Profile,
        ast::DeclKind::Event(_) => ItemKind::Event,
        ast::DeclKind::Events { .. } => ItemKind::Events,
        ast::DeclKind::Enum { .. } => ItemKind::Enum,
        ast::DeclKind::Const { .. } => ItemKind::Const,
        ast::DeclKind::Source(_) => ItemKind::Source,
        ast::DeclKind::Trait { .. } => ItemKind::Trait,
        ast::DeclKind::Fn { .. } => ItemKind::Fn,
        ast::DeclKind::Segment { .. } => ItemKind::Segment,
        ast::DeclKind::Partition { .. } => ItemKind::Partition,
        ast::DeclKind::Catalog(_) => ItemKind::Catalog,
        ast::DeclKind::Use(_) => ItemKind::Use,
        ast::DeclKind::Purpose { .. } => ItemKind::Purpose,
        ast::DeclKind::Channel { .. } => ItemKind::Channel,
        ast::DeclKind::Trigger(_) => ItemKind::Trigger,
        ast::DeclKind::Content(_) => ItemKind::Content,
        ast::DeclKind::Recommend(_) => ItemKind::Recommend,
        ast::DeclKind::Experiment { .. } => ItemKind::Experiment,
        ast::DeclKind::Exclusive { .. } => ItemKind::Exclusive,
        ast::DeclKind::Test { .. } => ItemKind::Test,
    }
}

/// A syntax error as a diagnostic.
pub(crate) fn syntax_diagnostic(file: FileId, error: &SyntaxError) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(error.code, file, error.span, error.message.clone())
        .label(error.label.clone());
    for (span, text) in &error.secondary {
        diagnostic = diagnostic.secondary(file, *span, text.clone());
    }
    diagnostic.help = error.help.clone();
    diagnostic.fixes.extend(error.fix.iter().map(|fix| {
        Fix {
            title: fix.title.clone(),
            applicability: fix.applicability,
            edits: fix
                .edits
                .iter()
                .map(|(span, text)| Edit {
                    file,
                    span: *span,
                    text: text.clone(),
                })
                .collect(),
        }
    }));
    diagnostic
}

/// The declarations of a file without their places.
#[salsa::tracked]
pub(super) fn file_symbols<'db>(db: &'db dyn Db, file: SourceFile) -> Vec<Decl<'db>> {
    decls(db, file)
        .decls
        .iter()
        .map(|(decl, _)| *decl)
        .collect()
}

/// The names of the package.
#[derive(Clone, Debug, PartialEq, salsa::SalsaValue)]
pub(crate) struct Symbols<'db> {
    /// All declarations, by file and place; those of modules after the package's own.
    pub(crate) all: Vec<Decl<'db>>,
    /// What each name means: the first declaration of it.
    pub(crate) by_name: BTreeMap<Arc<str>, Decl<'db>>,
}

/// All declarations of the package.
#[salsa::tracked]
pub(crate) fn symbols<'db>(db: &'db dyn Db, project: Project) -> Symbols<'db> {
    let all: Vec<_> = project
        .files(db)
        .iter()
        .flat_map(|file| file_symbols(db, *file))
        .copied()
        .chain(modules::shared_decls(db))
        .collect();
    let mut by_name = BTreeMap::new();
    for decl in &all {
        let named = !matches!(decl.kind(db), ItemKind::Test | ItemKind::Use);
        if !decl.name(db).is_empty() && named {
            by_name.entry(Arc::clone(decl.name(db))).or_insert(*decl);
        }
    }
    Symbols { all, by_name }
}

#[salsa::tracked(returns(copy))]
fn looked_up<'db>(db: &'db dyn Db, name: GlobalName<'db>) -> Option<Decl<'db>> {
    symbols(db, db.project())
        .by_name
        .get(name.text(db))
        .copied()
}

/// What a name means. Whoever asks does not depend on other names.
pub(crate) fn lookup<'db>(db: &'db dyn Db, name: &str) -> Option<Decl<'db>> {
    looked_up(db, GlobalName::new(db, Arc::<str>::from(name)))
}

/// The names of all declarations of a kind, for did-you-mean.
pub(crate) fn names_of_kind(db: &dyn Db, kind: ItemKind) -> Vec<Arc<str>> {
    let all = symbols(db, db.project()).by_name.iter();
    all.filter(|(_, decl)| decl.kind(db) == kind)
        .map(|(name, _)| Arc::clone(name))
        .collect()
}

/// What others may know of a declaration without checking it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Whether it takes parameters.
    pub(crate) has_params: bool,
    /// What a source fills.
    pub(crate) of: Option<Arc<str>>,
}

/// A declaration's header.
#[salsa::tracked]
pub(crate) fn header<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Header {
    let kind = &tree(db, decl).kind;
    Header {
        has_params: !parameters(kind).is_empty(),
        of: match kind {
            ast::DeclKind::Source(source) => Some(Arc::from(source.of.text.as_str())),
            _ => None,
        },
    }
}

/// What a declaration takes where it is called.
pub(super) fn parameters(kind: &ast::DeclKind) -> &[ast::Param] {
    match kind {
        ast::DeclKind::Trait { params, .. }
        | ast::DeclKind::Fn { params, .. }
        | ast::DeclKind::Segment { params, .. }
        | ast::DeclKind::Recommend(ast::RecommendDecl { params, .. }) => params,
        _ => &[],
    }
}

/// The ids of enums: declared ones, `Weekday`, partitions' and experiments', by name.
#[salsa::tracked]
pub(crate) fn enum_ids(db: &dyn Db, project: Project) -> BTreeMap<Arc<str>, EnumId> {
    let declared = symbols(db, project).by_name.iter();
    let of_kind = declared.filter(|(_, decl)| {
        matches!(
            decl.kind(db),
            ItemKind::Enum | ItemKind::Partition | ItemKind::Experiment
        )
    });
    let mut names: Vec<Arc<str>> = of_kind.map(|(name, _)| Arc::clone(name)).collect();
    names.push(Arc::from(decl::WEEKDAY));
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .enumerate()
        .map(|(index, name)| (name, EnumId::from(index)))
        .collect()
}

/// The ids of the kinds of events, by name.
#[salsa::tracked]
pub(crate) fn kind_ids(db: &dyn Db, project: Project) -> BTreeMap<Arc<str>, EventId> {
    let declared = symbols(db, project).by_name.iter();
    let kinds = declared.filter(|(_, decl)| decl.kind(db) == ItemKind::Event);
    kinds
        .enumerate()
        .map(|(index, (name, _))| (Arc::clone(name), EventId::from(index)))
        .collect()
}

/// The ids of catalogs, by name.
#[salsa::tracked]
pub(crate) fn catalog_ids(db: &dyn Db, project: Project) -> BTreeMap<Arc<str>, CatalogId> {
    let declared = symbols(db, project).by_name.iter();
    let catalogs = declared.filter(|(_, decl)| decl.kind(db) == ItemKind::Catalog);
    catalogs
        .enumerate()
        .map(|(index, (name, _))| (Arc::clone(name), CatalogId::from(index)))
        .collect()
}

/// The declared profile, the first if there are several.
#[salsa::tracked(returns(copy))]
pub(crate) fn profile<'db>(db: &'db dyn Db, project: Project) -> Option<Decl<'db>> {
    symbols(db, project)
        .all
        .iter()
        .copied()
        .find(|decl| decl.kind(db) == ItemKind::Profile)
}

/// The fields of a profile or event, without texts and defaults.
#[salsa::tracked]
pub(crate) fn shape<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Shape {
    decl::shape(db, decl)
}

/// The values of an enum or the stages of a partition.
#[salsa::tracked]
pub(crate) fn enum_def<'db>(db: &'db dyn Db, decl: Decl<'db>) -> EnumDef {
    decl::enum_def(tree(db, decl))
}

/// What others may know of a content without checking its variants.
#[salsa::tracked]
pub(crate) fn content_shape<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Arc<ContentShape> {
    Arc::new(decl::content_shape(db, decl))
}

/// The flattened fields of a profile or an event that have a default: whoever writes a row may leave them out.
#[salsa::tracked]
pub(crate) fn defaulted<'db>(db: &'db dyn Db, decl: Decl<'db>) -> BTreeSet<Arc<str>> {
    decl::defaulted_fields(tree(db, decl))
}

/// The members of a group.
#[salsa::tracked]
fn group<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Vec<EventId> {
    let ast::DeclKind::Events { members } = &tree(db, decl).kind else {
        return Vec::new();
    };
    let ids = kind_ids(db, db.project());
    let mut found: Vec<EventId> = members
        .iter()
        .filter_map(|name| ids.get(name.text.as_str()).copied())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The package's tables and enums.
#[salsa::tracked]
pub(crate) fn schema(db: &dyn Db, project: Project) -> Schema {
    let by_name = &symbols(db, project).by_name;
    let enums = enum_ids(db, project)
        .keys()
        .map(|name| match by_name.get(name) {
            Some(decl) if &**name != decl::WEEKDAY => enum_def(db, *decl).clone(),
            _ => decl::weekday(),
        });
    let events = kind_ids(db, project).keys().map(|name| {
        let shape = shape(db, by_name[name]);
        table(name, shape)
    });
    let catalogs = catalog_ids(db, project).keys().map(|name| {
        let shape = shape(db, by_name[name]);
        let (table, key) = (table(name, shape), shape.key);
        Catalog { table, key }
    });
    // What nobody declares comes last: no other id depends on it.
    let declared = enum_ids(db, project).len();
    let (contents, channels) = (EnumId::from(declared), EnumId::from(declared + 1));
    let own_enums = [
        ("content", ItemKind::Content),
        ("channel", ItemKind::Channel),
    ];
    let own_enums = own_enums.map(|(what, kind)| decl::own_enum(what, names_of_kind(db, kind)));
    let sent = decl::sent_table(contents, channels);
    let groups = by_name
        .iter()
        .filter(|(_, decl)| decl.kind(db) == ItemKind::Events);
    let implicit = Shape::implicit_profile();
    let (name, profile) = match profile(db, project) {
        Some(decl) => (Arc::clone(decl.name(db)), shape(db, decl)),
        None => (Arc::from(decl::IMPLICIT_PROFILE), &implicit),
    };
    Schema {
        enums: enums.chain(own_enums).collect(),
        profile: table(&name, profile),
        key: profile.key,
        zone: profile.zone,
        events: events.chain([sent]).collect(),
        groups: groups
            .map(|(name, decl)| (Arc::clone(name), group(db, *decl).clone()))
            .collect(),
        catalogs: catalogs.collect(),
        sent: EventId::from(kind_ids(db, project).len()),
    }
}

/// A table without a place: nobody may depend on where it is.
fn table(name: &Arc<str>, shape: &Shape) -> TableDef {
    let fields: IndexVec<FieldId, FieldDef> = shape.fields.iter().cloned().collect();
    let origin = crate::Place {
        file: FileId(u32::MAX),
        span: Span::default(),
    };
    TableDef {
        name: Arc::clone(name),
        fields,
        checks: Vec::new(),
        origin,
    }
}

/// The check of a declaration: everything that is wrong with it, and what it is when nothing is.
///
/// It asks for the signatures of what it refers to, in turn. So that this never goes deep, whoever wants many
/// results asks for them in the order of [`super::graph`].
#[salsa::tracked]
pub(crate) fn check<'db>(db: &'db dyn Db, decl: Decl<'db>) -> DeclResult {
    let parsed = parsed(db, decl.source(db));
    let mut checking = Checking::new(db, decl, tree(db, decl));
    let file = super::stand_in(decl);
    checking.diagnostics.extend(
        parsed
            .errors
            .iter()
            .map(|error| syntax_diagnostic(file, error)),
    );
    let unit = decl::check(&mut checking);
    let misuses = modules::misuses(db, decl).iter();
    let misuses = misuses.map(|misuse| modules::misuse_diagnostic(file, misuse));
    checking.diagnostics.extend(misuses);
    DeclResult {
        diagnostics: checking.diagnostics,
        unit,
    }
}

/// What others see of a declaration. Whoever depends on it does not depend on the declaration's text.
#[salsa::tracked]
pub(crate) fn signature<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Global {
    let name = decl.name(db);
    let enum_id = || enum_ids(db, db.project()).get(name).copied();
    match decl.kind(db) {
        ItemKind::Trigger => Global::Trigger,
        ItemKind::Content => Global::Content,
        ItemKind::Experiment => enum_id().map_or(Global::Broken, Global::Experiment),
        ItemKind::Error | ItemKind::Use | ItemKind::Exclusive | ItemKind::Test => Global::Broken,
        ItemKind::Catalog => catalog_ids(db, db.project())
            .get(name)
            .map_or(Global::Broken, |id| Global::Catalog(*id)),
        ItemKind::Purpose => Global::Purpose,
        ItemKind::Channel => Global::Channel,
        ItemKind::Profile => Global::Profile,
        ItemKind::Event => kind_ids(db, db.project())
            .get(name)
            .map_or(Global::Broken, |id| Global::Event(*id)),
        ItemKind::Events => Global::Events,
        ItemKind::Enum => enum_id().map_or(Global::Broken, Global::Enum),
        ItemKind::Partition => enum_id().map_or(Global::Broken, Global::Partition),
        ItemKind::Source => Global::Source,
        ItemKind::Const
        | ItemKind::Trait
        | ItemKind::Fn
        | ItemKind::Segment
        | ItemKind::Recommend => check(db, decl).unit.signature(),
    }
}

/// The configuration, read from `persona.toml`.
#[salsa::tracked]
pub(crate) fn config(db: &dyn Db, project: Project) -> Config {
    let file = project.config(db);
    Config::read(
        file.map(|file| (file.id(db), &**file.text(db))),
        project.name(db),
    )
}

/// Whether a type is the time zone of its profile.
pub(crate) fn is_zone(ty: &Type) -> bool {
    ty.kind == TypeKind::TimeZone
}
