//! Where data of a person (`@pii`) would get to places that are not kept as carefully as the profile: web addresses, which
//! end up in logs and with others; and fields of events or of the profile that are not marked themselves.
//!
//! It looks at what an expression reads itself, not through traits and functions: whoever names a trait decides anew.

use persona_base::{Span, contents};

use crate::db::schema;
use crate::decl::Checking;
use crate::expr::around;
use crate::{Expr, ExprKind};

/// Where a value gets to.
pub(super) enum Exposure<'a> {
    /// A web address.
    Link(&'a str),
    /// A field that is not marked: "the field `x` of `Y`".
    Row(&'a str),
}

/// Reports what is marked `@pii` in a value that gets there.
pub(super) fn check(checking: &mut Checking<'_>, value: &Expr, exposure: &Exposure<'_>) {
    let tables = schema(checking.db, checking.db.project());
    let mut found: Vec<(String, Span)> = Vec::new();
    around::each(value, &mut |part| {
        // Whether a value is there, or how long it is, tells little.
        let marked = match &part.kind {
            ExprKind::Profile(field) => {
                let field = &tables.profile.fields[*field];
                field.pii.then(|| field.name.to_string())
            }
            ExprKind::Event(_, fields) => fields
                .iter()
                .map(|(event, field)| &tables.events[*event].fields[*field])
                .find(|field| field.pii)
                .map(|field| field.name.to_string()),
            _ => None,
        };
        if let Some(name) = marked {
            found.push((name, part.span));
        }
    });
    let Some((name, span)) = found.first() else {
        return;
    };
    let (message, note, help) = match exposure {
        Exposure::Link(slot) => (
            format!("`{name}` is data of the person, and gets into the web address `{slot}`"),
            "web addresses end up in logs, in statistics and with other sites",
            "put an identifier that means nothing elsewhere into it",
        ),
        Exposure::Row(into) => (
            format!("`{name}` is data of the person, and gets into {into}"),
            "that is not marked `@pii`, so nobody takes care of it",
            "mark the other field `@pii`, too, or leave this out",
        ),
    };
    let diagnostic = checking
        .diagnostic(contents::PII_EXPOSED, *span, message)
        .label("marked `@pii`")
        .note(note)
        .help(help);
    checking.report(diagnostic);
}
