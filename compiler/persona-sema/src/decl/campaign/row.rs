//! Rows that are written in the program: the fields of an event that is emitted or happens in a test, and of a test's
//! profile. Whatever is written for a field has the field's type; whatever must be there is there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_base::{Diagnostic, Span, names, nearest, triggers, types};
use persona_syntax::ast;

use super::refs::list;
use crate::decl::Checking;
use crate::{FieldId, TableDef, Type};

/// What a row is a row of.
pub(super) struct RowOf<'a> {
    /// The profile or event.
    pub(super) table: &'a TableDef,
    /// Its fields with a default.
    pub(super) defaulted: &'a BTreeSet<Arc<str>>,
    /// `at` and `id`, which are not written, and why.
    pub(super) own: Option<&'static str>,
    /// Whether a list or a set that is not written is empty.
    pub(super) empty_lists: bool,
}

/// Checks a value against a field's type: what it is, and what is wrong.
type Check<'c, T> =
    &'c mut dyn FnMut(&Checking<'_>, &ast::Expr, &Type) -> (Option<T>, Vec<Diagnostic>);

/// Checks a row; the values are sorted by field. `whole` is where lacking fields are reported.
pub(super) fn check_row<T>(
    checking: &mut Checking<'_>,
    of: &RowOf<'_>,
    written: &[(ast::Name, ast::Expr)],
    whole: Span,
    check: Check<'_, T>,
) -> Vec<(FieldId, T)> {
    let mut row = Row {
        of,
        check,
        values: BTreeMap::new(),
        given: BTreeMap::new(),
        strange: Vec::new(),
    };
    row.level(checking, written, "");
    row.lacking(checking, whole);
    row.values.into_iter().collect()
}

struct Row<'r, 'c, T> {
    of: &'r RowOf<'r>,
    check: Check<'c, T>,
    values: BTreeMap<FieldId, T>,
    /// All that is written, by dotted name, also what is wrong.
    given: BTreeMap<String, Span>,
    /// What is written and no field: it may have been meant for one that lacks.
    strange: Vec<String>,
}

impl<T> Row<'_, '_, T> {
    fn level(
        &mut self,
        checking: &mut Checking<'_>,
        written: &[(ast::Name, ast::Expr)],
        prefix: &str,
    ) {
        for (name, value) in written.iter().filter(|(name, _)| !name.is_missing()) {
            let dotted = format!("{prefix}{}", name.text);
            if let Some(first) = self.given.insert(dotted.clone(), name.span) {
                self.given.insert(dotted, first);
                let message = format!("`{}` is given twice", name.text);
                let diagnostic = checking
                    .diagnostic(names::DUPLICATE_FIELD, name.span, message)
                    .label("again")
                    .secondary(checking.file, first, "first given here")
                    .help("remove one of them");
                checking.report(diagnostic);
                continue;
            }
            self.field(checking, name, value, &dotted);
        }
    }

    fn field(
        &mut self,
        checking: &mut Checking<'_>,
        name: &ast::Name,
        value: &ast::Expr,
        dotted: &str,
    ) {
        if let Some(why) = self.of.own.filter(|_| matches!(dotted, "at" | "id")) {
            let diagnostic = checking
                .diagnostic(
                    names::UNKNOWN_FIELD,
                    name.span,
                    format!("`{dotted}` is not given here"),
                )
                .label(why);
            checking.report(diagnostic);
            return;
        }
        let table = self.of.table;
        if let Some(id) = table.field(dotted) {
            let (found, diagnostics) = (self.check)(checking, value, &table.fields[id].ty);
            checking.diagnostics.extend(diagnostics);
            if let Some(found) = found {
                self.values.insert(id, found);
            }
            return;
        }
        let under = format!("{dotted}.");
        if !table
            .fields
            .iter()
            .any(|field| field.name.starts_with(&under))
        {
            self.unknown(checking, name, dotted);
            self.strange.push(dotted.to_owned());
            return;
        }
        match &value.kind {
            ast::ExprKind::Record(fields) => self.level(checking, fields, &under),
            ast::ExprKind::Error => {}
            _ => {
                let diagnostic = checking
                    .diagnostic(
                        types::TYPE_MISMATCH,
                        value.span,
                        format!("`{dotted}` has fields of its own"),
                    )
                    .label("this is one value")
                    .help(format!("write them in braces: `{}: {{ … }}`", name.text));
                checking.report(diagnostic);
            }
        }
        // Whatever is wrong in there, the record as such is given.
    }

    fn unknown(&self, checking: &mut Checking<'_>, name: &ast::Name, dotted: &str) {
        let prefix = dotted.strip_suffix(name.text.as_str()).unwrap_or("");
        let skipped = |field: &&str| self.of.own.is_none() || !matches!(*field, "at" | "id");
        let mut all: Vec<&str> = self
            .of
            .table
            .fields
            .iter()
            .filter_map(|field| field.name.strip_prefix(prefix)?.split('.').next())
            .filter(skipped)
            .collect();
        all.dedup();
        let whose = match prefix.strip_suffix('.') {
            Some(record) => record,
            None => &self.of.table.name,
        };
        let message = format!("`{whose}` has no field `{}`", name.text);
        let diagnostic = checking.diagnostic(names::UNKNOWN_FIELD, name.span, message);
        let diagnostic = match nearest(&name.text, all.iter().copied()) {
            Some(near) => diagnostic.perhaps(name.span, near),
            None if all.is_empty() => diagnostic.label("it has no fields"),
            None => diagnostic.label(format!("its fields are {}", list(all.into_iter()))),
        };
        checking.report(diagnostic);
    }

    /// What must be there and is not.
    fn lacking(&self, checking: &mut Checking<'_>, whole: Span) {
        let is_given = |name: &str| {
            let mut dotted = name;
            loop {
                // A broken record counts as given: its own mistakes are reported.
                if self.given.contains_key(dotted)
                    && (dotted == name || !self.is_record_written(dotted))
                {
                    return true;
                }
                match dotted.rsplit_once('.') {
                    Some((around, _)) => dotted = around,
                    None => return false,
                }
            }
        };
        let lacking: Vec<&str> = self
            .of
            .table
            .fields
            .iter()
            .filter(|field| {
                !field.ty.optional
                    && !field.ty.is_error()
                    && !self.of.defaulted.contains(&field.name)
            })
            .filter(|field| !self.of.empty_lists || field.ty.kind.element().is_none())
            .map(|field| &*field.name)
            .filter(|name| self.of.own.is_none() || !matches!(*name, "at" | "id"))
            .filter(|name| !is_given(name))
            .filter(|name| {
                !self
                    .strange
                    .iter()
                    .any(|strange| nearest(strange, [*name]).is_some())
            })
            .collect();
        if lacking.is_empty() {
            return;
        }
        let table = &self.of.table.name;
        let message = format!("this `{table}` lacks {}", list(lacking.iter().copied()));
        let diagnostic = checking
            .diagnostic(triggers::INCOMPLETE_ROW, whole, message)
            .label("not all that must be there is given")
            .help(format!(
                "a field may be left out where `{table}` declares it with `?` or with a default"
            ));
        checking.report(diagnostic);
    }

    /// Whether the fields of a record were looked at one by one.
    fn is_record_written(&self, dotted: &str) -> bool {
        let under = format!("{dotted}.");
        self.given.keys().any(|name| name.starts_with(&under))
    }
}

/// The flattened fields of a table that have a default.
pub(crate) fn defaulted_fields(decl: &ast::Decl) -> BTreeSet<Arc<str>> {
    let mut found = BTreeSet::new();
    if let ast::DeclKind::Profile(table) | ast::DeclKind::Event(table) = &decl.kind {
        collect(&table.fields, "", &mut found);
    }
    found
}

fn collect(fields: &[ast::FieldDecl], prefix: &str, found: &mut BTreeSet<Arc<str>>) {
    for field in fields {
        let dotted = format!("{prefix}{}", field.name.text);
        match &field.ty.kind {
            ast::TypeKind::Record(inner) => collect(inner, &format!("{dotted}."), found),
            _ if field.default.is_some() => {
                found.insert(Arc::from(dotted));
            }
            _ => {}
        }
    }
}
