//! Fields of profiles, events and records: flattened to dotted names, with their types.

use std::sync::Arc;

use persona_base::{Applicability, Diagnostic, IndexVec, Span, data, names};
use persona_syntax::ast;

use super::text::removal;
use super::types::{Position, Types};
use crate::db::{Db, Decl, ItemKind, tree};
use crate::{Field, FieldDef, FieldId, RecordType, Type, TypeKind};

/// The name of the profile in a package that declares none.
pub(crate) const IMPLICIT_PROFILE: &str = "Profile";

/// How deep records may be nested.
const MAX_NESTING: usize = 8;

/// The fields of a table as others see them: without texts, places and defaults.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shape {
    /// The fields, flattened. Those of an event begin with `at` and `id`.
    pub(crate) fields: IndexVec<FieldId, FieldDef>,
    /// The key of a profile: where none is declared, whatever comes nearest.
    pub(crate) key: FieldId,
    /// The field of type `TimeZone`.
    pub(crate) zone: Option<FieldId>,
}

impl Shape {
    /// The profile of a package that declares none: only events tell of its people.
    pub(crate) fn implicit_profile() -> Self {
        let fields = [implicit("id", Type::of(TypeKind::Str))]
            .into_iter()
            .collect();
        Self {
            fields,
            key: FieldId(0),
            zone: None,
        }
    }
}

/// A flattened field with where it comes from.
pub(crate) struct FlatField<'a> {
    /// `address.city`.
    pub(crate) name: Arc<str>,
    /// Its type. Optional inside an optional record.
    pub(crate) ty: Type,
    /// Its declaration.
    pub(crate) decl: &'a ast::FieldDecl,
    /// Whether it, or a record around it, is `@pii`.
    pub(crate) pii: bool,
    /// The mark of the optional record around it.
    pub(crate) inside_optional: Option<Span>,
}

/// The shape of a profile or event.
pub(crate) fn shape(db: &dyn Db, decl: Decl<'_>) -> Shape {
    let mut types = Types::new(db, decl);
    let (ast::DeclKind::Profile(table)
    | ast::DeclKind::Event(table)
    | ast::DeclKind::Catalog(table)) = &tree(db, decl).kind
    else {
        return Shape::implicit_profile();
    };
    let kind = decl.kind(db);
    let is_event = kind == ItemKind::Event;
    let flat = flatten_table(&mut types, &table.fields, kind);
    let mut fields: IndexVec<FieldId, FieldDef> = IndexVec::new();
    if is_event {
        fields = event_fields().into_iter().collect();
    }
    let key = flat
        .iter()
        .position(|field| has_annotation(field.decl, "key"));
    let key = key
        .or_else(|| flat.iter().position(|field| &*field.name == "id"))
        .unwrap_or(0);
    for field in &flat {
        let (name, ty) = (Arc::clone(&field.name), field.ty.clone());
        fields.push(FieldDef {
            name,
            ty,
            default: None,
            pii: field.pii,
            doc: None,
        });
    }
    if fields.is_empty() {
        return Shape::implicit_profile();
    }
    let zone = fields
        .iter_enumerated()
        .find(|(_, field)| crate::db::is_zone(&field.ty))
        .map(|(id, _)| id);
    Shape {
        fields,
        key: FieldId::from(key),
        zone: zone.filter(|_| kind == ItemKind::Profile),
    }
}

/// The fields every event has.
pub(crate) fn event_fields() -> [FieldDef; 2] {
    [
        implicit("at", Type::of(TypeKind::Timestamp)),
        implicit("id", Type::of(TypeKind::Str).optional()),
    ]
}

pub(super) fn implicit(name: &str, ty: Type) -> FieldDef {
    FieldDef {
        name: Arc::from(name),
        ty,
        default: None,
        pii: false,
        doc: None,
    }
}

/// Whether a field carries `@name`.
pub(crate) fn has_annotation(field: &ast::FieldDecl, name: &str) -> bool {
    field
        .annotations
        .iter()
        .any(|annotation| annotation.name.text == name)
}

/// The fields of a table, flattened.
pub(crate) fn flatten_table<'a>(
    types: &mut Types<'_>,
    fields: &'a [ast::FieldDecl],
    kind: ItemKind,
) -> Vec<FlatField<'a>> {
    let mut flattening = Flattening {
        types,
        flat: Vec::new(),
    };
    let reserved = match kind {
        ItemKind::Event => EVENT_RESERVED,
        ItemKind::Catalog => CATALOG_RESERVED,
        _ => PROFILE_RESERVED,
    };
    flattening.level(
        fields,
        &Around {
            reserved,
            ..Around::default()
        },
    );
    flattening.flat
}

/// The record of a list's elements, flattened.
pub(crate) fn element_record(types: &mut Types<'_>, fields: &[ast::FieldDecl]) -> RecordType {
    if fields.is_empty() {
        return RecordType { fields: Vec::new() };
    }
    let mut flattening = Flattening {
        types,
        flat: Vec::new(),
    };
    flattening.level(
        fields,
        &Around {
            element: true,
            ..Around::default()
        },
    );
    let flat = flattening.flat;
    for field in &flat {
        if let Some(default) = &field.decl.default {
            let message = "a field of a list's record cannot have a default";
            let whole = Span::new(field.decl.ty.span.end, default.span.end);
            let diagnostic =
                Diagnostic::new(data::MISPLACED_DEFAULT, types.file, default.span, message)
                    .label("no default here")
                    .help("make it optional, and say `?? …` where it is used")
                    .fix("remove the default", Applicability::Maybe, whole, "");
            types.diagnostics.push(diagnostic);
        }
    }
    RecordType {
        fields: flat
            .into_iter()
            .map(|field| Field {
                name: field.name,
                ty: field.ty,
            })
            .collect(),
    }
}

/// The names that an event's fields may not have: every event has them.
const EVENT_RESERVED: &[(&str, &str)] = &[
    (
        "at",
        "every event has `at`, the instant at which it happened; a source fills it with `at = …`",
    ),
    (
        "id",
        "every event has `id`, its own identifier; a source fills it with `id = …`",
    ),
    (
        "profile",
        "`profile.` reaches the person whose event it is; a source says whose with `profile = …`",
    ),
    ("event", "`event.` reaches the event from inside its lists"),
];

/// The names that a profile's fields may not have.
const PROFILE_RESERVED: &[(&str, &str)] = &[
    (
        "at",
        "`at` says from when on a row of the profile holds; a source fills it with `at = …`",
    ),
    (
        "profile",
        "`profile.` reaches the person from inside a query",
    ),
];

/// The names that a catalog's fields may not have.
const CATALOG_RESERVED: &[(&str, &str)] = &[
    (
        "at",
        "a catalog says what there is now; `at` is kept for rows that hold only from some day on",
    ),
    (
        "profile",
        "`profile.` reaches the person from inside a recommendation",
    ),
];

/// What surrounds a level of fields.
#[derive(Clone, Default)]
struct Around {
    /// `address.`
    prefix: String,
    depth: usize,
    optional: Option<Span>,
    pii: bool,
    element: bool,
    reserved: &'static [(&'static str, &'static str)],
}

struct Flattening<'a, 't, 'db> {
    types: &'t mut Types<'db>,
    flat: Vec<FlatField<'a>>,
}

impl<'a> Flattening<'a, '_, '_> {
    fn level(&mut self, fields: &'a [ast::FieldDecl], around: &Around) {
        let mut seen: std::collections::BTreeMap<&str, Span> = std::collections::BTreeMap::new();
        for field in fields {
            let name = &field.name;
            if name.is_missing() {
                continue;
            }
            if let Some(first) = seen.get(name.text.as_str()).copied() {
                self.duplicate(field, first);
                continue;
            }
            seen.insert(&name.text, name.span);
            if self.is_reserved(field, around) {
                continue;
            }
            self.field(field, around);
        }
    }

    fn field(&mut self, field: &'a ast::FieldDecl, around: &Around) {
        let pii = around.pii || has_annotation(field, "pii");
        let name = format!("{}{}", around.prefix, field.name.text);
        if let ast::TypeKind::Record(inner) = &field.ty.kind {
            self.record(
                field,
                inner,
                &name,
                &Around {
                    pii,
                    ..around.clone()
                },
            );
            return;
        }
        let mut ty = self.types.resolve(&field.ty, Position::Field);
        self.storable(field, &ty);
        if around.element && ty.kind.element().is_some() {
            let message = "a field of a list's record cannot be a list or set";
            let help =
                "a list of lists has no columns; give the event a second list field of its own";
            self.types
                .error(data::NOT_STORABLE, field.ty.span, message, help);
            ty = Type::ERROR;
        }
        let decides = field.default.is_none() || around.element;
        ty.optional = (ty.optional || around.optional.is_some()) && decides && !ty.is_error();
        let inside_optional = around.optional;
        self.flat.push(FlatField {
            name: Arc::from(name),
            ty,
            decl: field,
            pii,
            inside_optional,
        });
    }

    fn record(
        &mut self,
        field: &'a ast::FieldDecl,
        inner: &'a [ast::FieldDecl],
        name: &str,
        around: &Around,
    ) {
        if let Some(default) = &field.default {
            let whole = Span::new(field.ty.span.end, default.span.end);
            let message = "a record takes its defaults inside";
            let diagnostic = Diagnostic::new(
                data::MISPLACED_DEFAULT,
                self.types.file,
                default.span,
                message,
            )
            .label("no default for the whole record")
            .help("give each field its own: `consent: { email: Bool = false }`")
            .fix("remove the default", Applicability::Maybe, whole, "");
            self.types.diagnostics.push(diagnostic);
        }
        if inner.is_empty() {
            let message = format!("the record `{}` has no fields", field.name.text);
            self.types.error(
                data::EMPTY_DECLARATION,
                field.ty.span,
                message,
                "give it at least one field",
            );
        }
        if around.depth >= MAX_NESTING {
            let message = format!("records are nested more than {MAX_NESTING} deep");
            self.types.error(
                data::NOT_STORABLE,
                field.name.span,
                message,
                "flatten the inner records",
            );
            return;
        }
        let mark = Span::new(field.ty.span.end.saturating_sub(1), field.ty.span.end);
        let optional = if field.ty.optional {
            Some(mark)
        } else {
            around.optional
        };
        let prefix = format!("{name}.");
        self.level(
            inner,
            &Around {
                prefix,
                depth: around.depth + 1,
                optional,
                reserved: &[],
                ..*around
            },
        );
    }

    fn storable(&mut self, field: &ast::FieldDecl, ty: &Type) {
        let kind = ty.kind.element().map_or(&ty.kind, |element| &element.kind);
        let (what, help) = match kind {
            TypeKind::Period => (
                "Period",
                "store the dates themselves, or a `Duration`; periods are written in rules: `in last 6 months`",
            ),
            TypeKind::Html => ("Html", "store it as `String`; content turns it into `Html`"),
            _ => return,
        };
        let message = format!("`{what}` is not a type of data");
        self.types
            .error(data::NOT_STORABLE, field.ty.span, message, help);
    }

    fn duplicate(&mut self, field: &ast::FieldDecl, first: Span) {
        let message = format!("the field `{}` is declared twice", field.name.text);
        let file = self.types.file;
        let diagnostic = Diagnostic::new(names::DUPLICATE_FIELD, file, field.name.span, message)
            .label("declared again")
            .secondary(file, first, "first declared here")
            .help("remove one of them, or give it another name");
        self.types.diagnostics.push(diagnostic);
    }

    fn is_reserved(&mut self, field: &ast::FieldDecl, around: &Around) -> bool {
        let name = &field.name;
        let Some((_, why)) = around
            .reserved
            .iter()
            .find(|(reserved, _)| *reserved == name.text)
        else {
            return false;
        };
        let diagnostic = Diagnostic::new(
            names::RESERVED_NAME,
            self.types.file,
            name.span,
            format!("a field cannot be named `{}`", name.text),
        )
        .label("reserved")
        .note(*why)
        .fix(
            "remove this field",
            Applicability::Maybe,
            removal(self.types.text, field.span),
            "",
        );
        self.types.diagnostics.push(diagnostic);
        true
    }
}
