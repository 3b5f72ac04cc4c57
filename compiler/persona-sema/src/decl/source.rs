//! `source`: which table it fills, from which columns, and which source wins.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::{Applicability, Span, data, nearest};
use persona_syntax::ast;

use super::location::location;
use super::raw::{Raw, Rows};
use super::sent::SENT;
use super::text::removal;
use super::{Checking, Unit, prefer};
use crate::db::{ItemKind, catalog_ids, kind_ids, lookup, schema};
use crate::{
    CatalogId, EventId, FieldId, Place, RawExpr, RecordType, Source, SourceField, SourceFormat,
    SourceValue, TableDef, Type, TypeKind,
};

/// What a source fills.
#[derive(Clone, Copy)]
struct Target<'db> {
    table: &'db TableDef,
    event: Option<EventId>,
    catalog: Option<CatalogId>,
    key: FieldId,
    /// The source says whose a row is.
    owned: bool,
}

/// What sort of table a source fills.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fills {
    /// The profile.
    Profile,
    /// An event.
    Event,
    /// A catalog.
    Catalog,
}

impl Target<'_> {
    fn sort(self) -> Fills {
        match (self.event, self.catalog) {
            (Some(_), _) => Fills::Event,
            (None, Some(_)) => Fills::Catalog,
            (None, None) => Fills::Profile,
        }
    }
}

/// Checks a source.
pub(super) fn check_source(checking: &mut Checking<'_>, source: &ast::SourceDecl) -> Unit {
    let target = target(checking, &source.of).map(|target| Target {
        owned: source.clauses.iter().any(says_whose),
        ..target
    });
    repeated_clauses(checking, source);
    let grouped = source
        .clauses
        .iter()
        .any(|clause| matches!(clause, ast::SourceClause::GroupBy(_)));
    let location = location(checking, source);
    let rows = if grouped { Rows::Grouped } else { Rows::Single };
    let mut found = Found {
        source: Source {
            of: target.and_then(|target| target.event),
            catalog: target.and_then(|target| target.catalog),
            ..empty(checking)
        },
        prefer: Vec::new(),
    };
    let mut filled: BTreeMap<String, Span> = BTreeMap::new();
    for clause in &source.clauses {
        match clause {
            ast::SourceClause::From { .. } => {}
            ast::SourceClause::Where(condition) => {
                found.source.filter = Raw::new(checking, Rows::Filter, None).convert(condition);
            }
            ast::SourceClause::GroupBy(keys) => {
                for key in keys {
                    found
                        .source
                        .group_by
                        .extend(Raw::new(checking, Rows::GroupKey, None).convert(key));
                }
            }
            ast::SourceClause::Prefer {
                winner,
                loser,
                span,
            } => {
                found.prefer.extend(prefer::check_prefer(
                    checking,
                    target.map(Target::sort),
                    winner,
                    loser,
                    *span,
                ));
            }
            ast::SourceClause::Field { path, value, span } => {
                if !repeated_field(checking, path, *span, &mut filled) {
                    field(
                        checking,
                        target,
                        rows,
                        &mut found.source,
                        (path, value, *span),
                    );
                }
            }
        }
    }
    let (Some(_), Some((format, path, span))) = (target, location) else {
        return Unit::None;
    };
    (
        found.source.format,
        found.source.path,
        found.source.path_place.span,
    ) = (format, path, span);
    Unit::Source {
        definition: found.source,
        prefer: found.prefer,
    }
}

fn says_whose(clause: &ast::SourceClause) -> bool {
    matches!(clause, ast::SourceClause::Field { path, .. } if dotted(path) == "profile")
}

/// What the clauses say so far.
struct Found {
    source: Source,
    prefer: Vec<(Arc<str>, Arc<str>)>,
}

fn empty(checking: &Checking<'_>) -> Source {
    Source {
        name: Arc::clone(checking.decl.name(checking.db)),
        of: None,
        catalog: None,
        format: SourceFormat::Csv(b','),
        path: Arc::from(""),
        path_place: Place {
            file: checking.file,
            span: Span::default(),
        },
        filter: None,
        group_by: Vec::new(),
        profile: None,
        at: None,
        id: None,
        fields: Vec::new(),
    }
}

/// The table that the source fills.
fn target<'db>(checking: &mut Checking<'db>, of: &ast::Name) -> Option<Target<'db>> {
    let db = checking.db;
    let schema = schema(db, db.project());
    let kinds = kind_ids(db, db.project());
    if of.is_missing() {
        return None;
    }
    if let Some(event) = kinds.get(of.text.as_str()) {
        return Some(Target {
            table: &schema.events[*event],
            event: Some(*event),
            catalog: None,
            key: schema.key,
            owned: false,
        });
    }
    if let Some(id) = catalog_ids(db, db.project()).get(of.text.as_str()).copied() {
        let catalog = &schema.catalogs[id];
        return Some(Target {
            table: &catalog.table,
            event: None,
            catalog: Some(id),
            key: catalog.key,
            owned: false,
        });
    }
    if *schema.profile.name == of.text {
        return Some(Target {
            table: &schema.profile,
            event: None,
            catalog: None,
            key: schema.key,
            owned: false,
        });
    }
    let found = lookup(db, &of.text).map(|decl| decl.kind(db));
    if found.is_none() && of.text == SENT {
        let message = "`Sent` is what persona itself did: no source fills it";
        let diagnostic = checking
            .diagnostic(data::UNKNOWN_TARGET, of.span, message)
            .label("told by every message that goes out")
            .help("what another system sent is an event of your own: `event LetterSent { … }`");
        checking.report(diagnostic);
        return None;
    }
    let message = match found {
        // A second profile, or what is broken, is reported where it stands.
        Some(ItemKind::Error | ItemKind::Profile) => return None,
        Some(kind) => format!(
            "`{}` is {}: a source fills the profile, an event or a catalog",
            of.text,
            kind.described()
        ),
        None => format!("there is no profile, event or catalog `{}`", of.text),
    };
    let diagnostic = checking
        .diagnostic(data::UNKNOWN_TARGET, of.span, message)
        .label("what does this source fill?");
    let catalogs = schema.catalogs.iter().map(|catalog| &*catalog.table.name);
    let tables = std::iter::once(&*schema.profile.name)
        .chain(kinds.keys().map(|name| &**name))
        .chain(catalogs);
    let diagnostic = match nearest(&of.text, tables) {
        Some(meant) => diagnostic.perhaps(of.span, meant),
        None if found.is_some() => diagnostic.help("name the profile or an event of the package"),
        None => diagnostic.help(format!("declare it: `event {} {{ … }}`", of.text)),
    };
    checking.report(diagnostic);
    None
}

/// Clauses that there may be only one of.
fn repeated_clauses(checking: &mut Checking<'_>, source: &ast::SourceDecl) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for clause in &source.clauses {
        let (what, span, help) = match clause {
            ast::SourceClause::From { span, .. } => (
                "from",
                *span,
                "a pattern reads several files: `from \"data/*.csv\"`; or write a source for each",
            ),
            ast::SourceClause::Where(condition) => {
                ("where", condition.span, "join the conditions with `and`")
            }
            ast::SourceClause::GroupBy(keys) => {
                let Some(first) = keys.first() else { continue };
                (
                    "group by",
                    first.span,
                    "separate several expressions by commas",
                )
            }
            ast::SourceClause::Prefer { .. } | ast::SourceClause::Field { .. } => continue,
        };
        let Some(first) = seen.get(what).copied() else {
            seen.insert(what, span);
            continue;
        };
        let diagnostic = checking
            .diagnostic(
                data::DUPLICATE_CLAUSE,
                span,
                format!("a source has one `{what}`"),
            )
            .label("a second one")
            .secondary(checking.file, first, "the first one")
            .help(help);
        checking.report(diagnostic);
    }
}

fn dotted(path: &[ast::Name]) -> String {
    path.iter()
        .map(|name| name.text.as_str())
        .collect::<Vec<_>>()
        .join(".")
}

fn path_span(path: &[ast::Name]) -> Option<Span> {
    Some(path.first()?.span.to(path.last()?.span))
}

fn repeated_field(
    checking: &mut Checking<'_>,
    path: &[ast::Name],
    whole: Span,
    filled: &mut BTreeMap<String, Span>,
) -> bool {
    let (name, Some(span)) = (dotted(path), path_span(path)) else {
        return true;
    };
    if path.iter().any(ast::Name::is_missing) {
        return true;
    }
    let Some(first) = filled.get(&name).copied() else {
        filled.insert(name, span);
        return false;
    };
    let diagnostic = checking
        .diagnostic(
            data::DUPLICATE_CLAUSE,
            span,
            format!("`{name}` is filled twice"),
        )
        .label("again")
        .secondary(checking.file, first, "first here")
        .fix(
            "remove it",
            Applicability::Maybe,
            removal(checking.text, whole),
            "",
        );
    checking.report(diagnostic);
    true
}

/// One `field = value` of the source.
fn field(
    checking: &mut Checking<'_>,
    target: Option<Target<'_>>,
    rows: Rows,
    source: &mut Source,
    (path, value, whole): (&[ast::Name], &ast::SourceValue, Span),
) {
    let name = dotted(path);
    let Some(span) = path_span(path) else { return };
    let Some(target) = target else {
        expression(checking, rows, None, value, span);
        return;
    };
    let is_event = target.event.is_some();
    match name.as_str() {
        "at" if target.catalog.is_none() => {
            source.at = expression(checking, rows, None, value, span);
        }
        "profile" if is_event => source.profile = expression(checking, rows, None, value, span),
        "id" if is_event => source.id = expression(checking, rows, None, value, span),
        _ => {
            let Some(id) = target.table.field(&name) else {
                unknown_field(checking, target, &name, span);
                expression(checking, rows, None, value, span);
                return;
            };
            let Some(value) = filled(checking, rows, &target.table.fields[id].ty, value, span)
            else {
                return;
            };
            source.fields.push(SourceField {
                field: id,
                value,
                place: Place {
                    file: checking.file,
                    span: whole,
                },
            });
        }
    }
}

/// A single value.
fn expression(
    checking: &mut Checking<'_>,
    rows: Rows,
    ty: Option<&Type>,
    value: &ast::SourceValue,
    at: Span,
) -> Option<RawExpr> {
    match value {
        ast::SourceValue::Expr(expr) => Raw::new(checking, rows, ty).convert(expr),
        ast::SourceValue::Each(_) => {
            each_without_list(checking, at);
            None
        }
    }
}

fn each_without_list(checking: &mut Checking<'_>, at: Span) {
    let diagnostic = checking
        .diagnostic(
            data::MISPLACED_EACH,
            at,
            "`each` fills a list of records, and this is none",
        )
        .label("not a field of a type `List<{ … }>`")
        .help("give it one value, such as `column(\"Total\")`, or an aggregate over the group");
    checking.report(diagnostic);
}

/// The value of a field of the table.
fn filled(
    checking: &mut Checking<'_>,
    rows: Rows,
    ty: &Type,
    value: &ast::SourceValue,
    at: Span,
) -> Option<SourceValue> {
    let element = match &ty.kind {
        TypeKind::List(element) => Some(&element.kind),
        _ => None,
    };
    match (value, element) {
        (ast::SourceValue::Each(fields), Some(TypeKind::Record(record))) => {
            Some(SourceValue::Each(each(checking, record, fields, at)))
        }
        _ if ty.is_error() => {
            if let ast::SourceValue::Expr(expr) = value {
                Raw::new(checking, rows, None).convert(expr);
            }
            None
        }
        _ => expression(checking, rows, Some(ty), value, at).map(SourceValue::Expr),
    }
}

/// The fields of one element.
fn each(
    checking: &mut Checking<'_>,
    record: &RecordType,
    fields: &[(ast::Name, ast::Expr)],
    at: Span,
) -> Vec<(u32, RawExpr)> {
    let mut filled: BTreeMap<&str, Span> = BTreeMap::new();
    let mut values = Vec::new();
    for (name, value) in fields.iter().filter(|(name, _)| !name.is_missing()) {
        if let Some(first) = filled.insert(&name.text, name.span) {
            let diagnostic = checking
                .diagnostic(
                    data::DUPLICATE_CLAUSE,
                    name.span,
                    format!("`{}` is filled twice", name.text),
                )
                .label("again")
                .secondary(checking.file, first, "first here")
                .help("remove one of them");
            checking.report(diagnostic);
            continue;
        }
        let known = (0_u32..)
            .zip(&record.fields)
            .find(|(_, field)| *field.name == name.text);
        let ty = known.map(|(_, field)| &field.ty);
        let value = Raw::new(checking, Rows::Element, ty).convert(value);
        match known {
            Some((index, _)) => values.extend(value.map(|value| (index, value))),
            None => unknown_element(checking, record, name),
        }
    }
    let missing = record
        .fields
        .iter()
        .filter(|field| !field.ty.optional && !filled.contains_key(&*field.name));
    let missing: Vec<String> = missing.map(|field| format!("`{}`", field.name)).collect();
    if !missing.is_empty() {
        let message = format!("each element needs a value for {}", missing.join(", "));
        let diagnostic = checking
            .diagnostic(data::MISPLACED_EACH, at, message)
            .label("never missing in the record, but not filled here")
            .help("fill it in `each { … }`, or make it optional in the record");
        checking.report(diagnostic);
    }
    values.sort_by_key(|(index, _)| *index);
    values
}

fn unknown_element(checking: &mut Checking<'_>, record: &RecordType, name: &ast::Name) {
    let message = format!("the elements of this list have no field `{}`", name.text);
    let diagnostic = checking
        .diagnostic(data::UNKNOWN_SOURCE_FIELD, name.span, message)
        .label("unknown field");
    let diagnostic = match nearest(&name.text, record.fields.iter().map(|field| &*field.name)) {
        Some(meant) => diagnostic.perhaps(name.span, meant),
        None => {
            let known: Vec<String> = record
                .fields
                .iter()
                .map(|field| format!("`{}`", field.name))
                .collect();
            diagnostic.help(format!("they have {}", known.join(", ")))
        }
    };
    checking.report(diagnostic);
}

fn unknown_field(checking: &mut Checking<'_>, target: Target<'_>, name: &str, span: Span) {
    let table = target.table;
    let prefix = format!("{name}.");
    let inner: Vec<&str> = table
        .fields
        .iter()
        .map(|field| &*field.name)
        .filter(|field| field.starts_with(&prefix))
        .collect();
    let message = match inner.first() {
        Some(_) => format!("`{name}` is a record, whose fields are filled one by one"),
        None => format!("`{}` has no field `{name}`", table.name),
    };
    let mut diagnostic = checking.diagnostic(data::UNKNOWN_SOURCE_FIELD, span, message);
    let special: &[&str] = match target {
        _ if target.event.is_some() => &["profile", "at", "id"],
        _ if target.catalog.is_some() => &[],
        _ => &["at"],
    };
    let known = table
        .fields
        .iter()
        .map(|field| &*field.name)
        .chain(special.iter().copied());
    if let Some(first) = inner.first() {
        diagnostic = diagnostic
            .label("not a single value")
            .help(format!("fill `{first}` and the others of `{name}`"));
    } else if target.sort() == Fills::Profile && name == "profile" {
        let key = &table.fields[target.key].name;
        diagnostic = diagnostic
            .label("this source fills the profile itself")
            .fix(
                format!("fill the key: `{key}`"),
                Applicability::Maybe,
                span,
                &**key,
            );
    } else if target.sort() == Fills::Catalog && ["at", "id", "profile"].contains(&name) {
        diagnostic = diagnostic
            .label("rows of a catalog are items, neither events nor people")
            .help("it holds what there is now: one row for each item, found by its key");
    } else if let Some(meant) = nearest(name, known) {
        diagnostic = diagnostic.label("unknown field").perhaps(span, meant);
    } else if target.event.is_some() && !target.owned {
        diagnostic = diagnostic.label("unknown field").help(format!(
            "if it says whose event a row is, write `profile = …`; otherwise declare it in `{}` first",
            table.name
        ));
    } else {
        diagnostic = diagnostic
            .label("unknown field")
            .help(format!("declare it in `{}`", table.name));
    }
    checking.report(diagnostic);
}
