//! What purposes, channels and recommendations have in common: clauses that are there twice or not at all, where a new one
//! goes, reasons, and the consents of the profile. Knows nothing of what a clause means.

use std::sync::Arc;

use persona_base::{Applicability, Diagnostic, Severity, Span, campaign};
use persona_syntax::ast;

use crate::db::schema;
use crate::decl::Checking;
use crate::decl::text::{plain_string, removal};
use crate::{FieldDef, TypeKind};

/// Whether the text could not be read as a whole: what seems to be missing may stand in what was not understood.
pub(super) fn is_broken(checking: &Checking<'_>) -> bool {
    let errors = checking.diagnostics.iter();
    errors
        .into_iter()
        .any(|found| found.severity == Severity::Error && found.code.id() < "P0200")
}

/// Reports a clause that is there again. `help` says what may have been meant.
pub(super) fn repeated(
    checking: &mut Checking<'_>,
    (what, whose): (&str, &str),
    again: Span,
    first: Span,
    help: &str,
) {
    let diagnostic = checking
        .diagnostic(
            campaign::REPEATED_CLAUSE,
            again,
            format!("{whose} has one `{what}`"),
        )
        .label("a second one")
        .secondary(checking.file, first, "the first one")
        .help(help);
    let diagnostic = without(checking, diagnostic, again, "remove the second one");
    checking.report(diagnostic);
}

/// Offers to remove a clause.
pub(super) fn without(
    checking: &Checking<'_>,
    diagnostic: Diagnostic,
    clause: Span,
    title: &str,
) -> Diagnostic {
    let whole = removal(checking.text, clause);
    diagnostic.fix(title, Applicability::Maybe, whole, "")
}

/// Where a new clause goes, and how it is written there: behind `after`, or as the first.
pub(super) fn insertion(
    checking: &Checking<'_>,
    after: Option<Span>,
    first: Option<Span>,
    clause: &str,
) -> (Span, String) {
    let text = checking.text;
    if let Some(after) = after {
        return match indent_of(text, after.start) {
            Some(indent) => (Span::at(after.end), format!("\n{indent}{clause}")),
            None => (Span::at(after.end), format!(", {clause}")),
        };
    }
    if let Some(first) = first {
        return match indent_of(text, first.start) {
            Some(indent) => (Span::at(first.start), format!("{clause}\n{indent}")),
            None => (Span::at(first.start), format!("{clause}, ")),
        };
    }
    let brace = text.find('{').map_or(text.len(), |at| at + 1);
    let rest = text.get(brace..).unwrap_or("");
    let at = Span::at(u32::try_from(brace).unwrap_or(u32::MAX));
    if rest
        .trim_start_matches([' ', '\t'])
        .starts_with(['\n', '\r'])
    {
        (at, format!("\n  {clause}"))
    } else {
        (at, format!(" {clause}"))
    }
}

/// The white space before a place, if nothing else is before it on its line.
fn indent_of(text: &str, start: u32) -> Option<&str> {
    let before = text.get(..start as usize)?;
    let line = before.rfind('\n').map_or(before, |at| &before[at + 1..]);
    (line.trim().is_empty() && line.len() < before.len()).then_some(line)
}

/// The reason of a `skip`: plain text that says something.
pub(super) fn reason(
    checking: &mut Checking<'_>,
    written: Option<&ast::Expr>,
    whole: Span,
) -> Option<Arc<str>> {
    let Some(written) = written else {
        let diagnostic = checking
            .diagnostic(campaign::PLAIN_REASON, whole, "this `skip` gives no reason")
            .label("why is the message given up?")
            .note("the reason is recorded, and read by whoever asks why a message did not go out")
            .help("write it behind the condition: `skip when … \"already bought\"`");
        checking.report(diagnostic);
        return None;
    };
    if written.kind == ast::ExprKind::Error {
        return None;
    }
    let (message, label) = match plain_string(written) {
        Some(text) if !text.trim().is_empty() => return Some(Arc::from(text)),
        Some(_) => ("this reason is empty", "it says nothing"),
        None => (
            "a reason is plain text, the same for everybody",
            "it cannot show values",
        ),
    };
    let diagnostic = checking
        .diagnostic(campaign::PLAIN_REASON, written.span, message)
        .label(label)
        .help("say it in a few words: `\"already bought\"`");
    checking.report(diagnostic);
    None
}

/// The consent of the profile that has a name: `consent.email` for the channel `email`, as a condition.
pub(super) fn consent(checking: &Checking<'_>, name: &str) -> Option<String> {
    let profile = &schema(checking.db, checking.db.project()).profile;
    let is_yes_or_no = |field: &&FieldDef| field.ty.kind == TypeKind::Bool;
    let parts = |field: &FieldDef| {
        let (group, last) = field.name.rsplit_once('.').unwrap_or(("", &field.name));
        (group.to_owned(), last.to_owned())
    };
    let mut fields = profile.fields.iter().filter(is_yes_or_no);
    let own = fields.clone().find(|field| {
        let (group, last) = parts(field);
        last == name && matches!(group.as_str(), "consent" | "consents" | "allows")
    });
    let field = own.or_else(|| {
        fields.find(|field| {
            let (group, last) = parts(field);
            !group.is_empty() && last == name
        })
    })?;
    let settled = if field.ty.optional { " ?? false" } else { "" };
    Some(format!("{}{settled}", field.name))
}
