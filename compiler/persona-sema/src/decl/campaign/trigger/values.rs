//! Steps that write: events that are emitted, fields of the profile that are set.

use std::collections::BTreeSet;
use std::sync::Arc;

use persona_base::{Span, names, nearest, triggers};
use persona_syntax::ast;

use super::{Run, around as checks};
use crate::db::{Decl, ItemKind, check, defaulted, lookup, names_of_kind, profile, schema};
use crate::decl::campaign::private::{self, Exposure};
use crate::decl::campaign::refs::refer;
use crate::decl::campaign::row::{RowOf, check_row};
use crate::decl::{Checking, Unit};
use crate::env::{Around, Env as _};
use crate::{ExprKind, FieldId, TriggerStepKind, TypeKind};

/// Why a consent is not set, and what to do instead.
const CONSENT: (&str, &str) = (
    "it is a consent: only the person can give it or take it back",
    "let the source that keeps consents say so; to stop writing to somebody, keep that in a field of its own, and ask it with `when`",
);

impl Run<'_, '_> {
    /// `emit Event { field: value }`
    pub(super) fn emit(
        &mut self,
        event: &ast::Name,
        fields: &[(ast::Name, ast::Expr)],
        span: Span,
    ) -> Option<TriggerStepKind> {
        let db = self.checking.db;
        let found = refer(self.checking, event, &[ItemKind::Event])?;
        let id = crate::db::kind_ids(db, db.project())
            .get(event.text.as_str())
            .copied()?;
        let table = &schema(db, db.project()).events[id];
        let of = RowOf {
            table,
            defaulted: defaulted(db, found),
            own: Some("an event that is emitted happens now, and gets its own identifier"),
            empty_lists: false,
        };
        let around = Around {
            bound: &self.bound,
            known: &self.known,
            ..Around::default()
        };
        let name = Arc::clone(&table.name);
        let mut typed =
            |checking: &crate::decl::Checking<'_>, written: &ast::Expr, ty: &crate::Type| {
                let scope = crate::Scope {
                    around,
                    ..checking.scope(&[])
                };
                let judged = checks::check_typed(&checking.env, scope, written, ty, &name);
                let fits = judged.value.kind != ExprKind::Error;
                (fits.then_some(judged.value), judged.diagnostics)
            };
        let values = check_row(self.checking, &of, fields, span, &mut typed);
        for (field, value) in &values {
            let field = &table.fields[*field];
            if !field.pii {
                let into = format!("the field `{}` of `{}`", field.name, table.name);
                private::check(self.checking, value, &Exposure::Row(&into));
            }
        }
        Some(TriggerStepKind::Emit {
            event: id,
            fields: values,
        })
    }

    /// `set field = expr`
    pub(super) fn set(&mut self, path: &[ast::Name], value: &ast::Expr) -> Option<TriggerStepKind> {
        let field = self.settable(path);
        let db = self.checking.db;
        let table = &schema(db, db.project()).profile;
        let Some(field) = field else {
            let judged = checks::check_any(&self.checking.env, self.scope(), value);
            // A name of an enum's value means nothing beside an unknown field.
            let judged = checks::Judged {
                diagnostics: Vec::new(),
                ..judged
            };
            self.keep(judged);
            return None;
        };
        let def = &table.fields[field];
        let judged = checks::check_typed(&self.checking.env, self.scope(), value, &def.ty, "set");
        let value = self.keep(judged);
        if !def.pii {
            let into = format!("the field `{}` of `{}`", def.name, table.name);
            private::check(self.checking, &value, &Exposure::Row(&into));
        }
        Some(TriggerStepKind::Set { field, value })
    }

    /// The field that is set; `None` where it cannot be, which was reported.
    fn settable(&mut self, path: &[ast::Name]) -> Option<FieldId> {
        let (first, last) = (path.first()?, path.last()?);
        if path.iter().any(ast::Name::is_missing) {
            return None;
        }
        let dotted: Vec<&str> = path.iter().map(|name| name.text.as_str()).collect();
        let dotted = dotted.join(".");
        let span = first.span.to(last.span);
        let db = self.checking.db;
        let schema = schema(db, db.project());
        let under = format!("{dotted}.");
        let is_record = schema
            .profile
            .fields
            .iter()
            .any(|field| field.name.starts_with(&under));
        if is_record && is_consent(&dotted) {
            self.not_settable(&dotted, span, CONSENT);
            return None;
        }
        let Some(field) = schema.profile.field(&dotted) else {
            no_field(self.checking, &dotted, last, span);
            return None;
        };
        let why = if field == schema.key {
            Some((
                "it is the key: it says who this is",
                "a person cannot become another one",
            ))
        } else if schema.profile.fields[field].ty.kind == TypeKind::TimeZone {
            Some((
                "it is the time zone, which decides what every local time means",
                "let the source that knows it say so",
            ))
        } else if is_consent(&dotted) || self.required_fields().contains(&field) {
            Some(CONSENT)
        } else {
            None
        };
        let Some((why, help)) = why else {
            return Some(field);
        };
        self.not_settable(&dotted, span, (why, help));
        None
    }

    fn not_settable(&mut self, dotted: &str, span: Span, (why, help): (&str, &str)) {
        let diagnostic = self
            .checking
            .diagnostic(
                triggers::NOT_SETTABLE,
                span,
                format!("a trigger cannot set `{dotted}`"),
            )
            .label(why)
            .help(help);
        self.checking.report(diagnostic);
    }

    /// The fields that channels and purposes require something of: what people consented to.
    fn required_fields(&self) -> BTreeSet<FieldId> {
        let db = self.checking.db;
        let names = [ItemKind::Channel, ItemKind::Purpose]
            .into_iter()
            .flat_map(|kind| names_of_kind(db, kind));
        let mut fields = BTreeSet::new();
        let decls: Vec<Decl<'_>> = names.filter_map(|name| lookup(db, &name)).collect();
        for decl in decls {
            let requires = match &check(db, decl).unit {
                Unit::Channel(channel) => channel.requires.as_ref(),
                Unit::Purpose(purpose) => Some(&purpose.requires),
                _ => None,
            };
            if let Some(requires) = requires {
                checks::fields_read(requires, &mut |field, _| {
                    fields.insert(field);
                });
            }
        }
        fields
    }
}

/// A `set` of what is no field of the profile.
pub(in crate::decl::campaign) fn no_field(
    checking: &mut Checking<'_>,
    dotted: &str,
    last: &ast::Name,
    span: Span,
) {
    let db = checking.db;
    let table = &schema(db, db.project()).profile;
    let under = format!("{dotted}.");
    if table
        .fields
        .iter()
        .any(|field| field.name.starts_with(&under))
    {
        let first = table
            .fields
            .iter()
            .find(|field| field.name.starts_with(&under));
        let first = first.map_or("", |field| &field.name);
        let diagnostic = checking
            .diagnostic(
                names::NOT_A_VALUE,
                span,
                format!("`{dotted}` is several fields; set them one by one"),
            )
            .help(format!("write `set {first} = …`"));
        checking.report(diagnostic);
        return;
    }
    let message = format!("`{}` has no field `{dotted}`", table.name);
    let mut diagnostic = checking.diagnostic(names::UNKNOWN_FIELD, last.span, message);
    let place = checking.env.place(&table.name);
    diagnostic = match nearest(dotted, table.fields.iter().map(|field| &*field.name)) {
        Some(near) => diagnostic.perhaps(span, near),
        None => diagnostic.help(
            "declare it there, with `?` or with a default: people who have none need one, too",
        ),
    };
    if let Some(place) = place.filter(|_| profile(db, db.project()).is_some()) {
        diagnostic = diagnostic.secondary(place.file, place.span, "the profile");
    }
    checking.report(diagnostic);
}

/// Whether a field is a consent by its name, or by that of a record around it.
fn is_consent(dotted: &str) -> bool {
    dotted.split('.').any(|part| {
        part.contains("consent") || matches!(part, "opt_in" | "opt_out" | "opted_in" | "opted_out")
    })
}
