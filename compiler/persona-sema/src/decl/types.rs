//! Types as written become types as meant.

use std::sync::Arc;

use persona_base::{Applicability, Currency, Diagnostic, FileId, Span, currencies, names};
use persona_syntax::ast;

use super::fields;
use crate::db::{Db, Decl, ItemKind, catalog_ids, enum_ids, lookup, schema, stand_in, tree};
use crate::{Schema, Type, TypeKind};
use persona_base::nearest;

/// Where a type is written, and so which types may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// A field of the profile, of an event, or of a record: what data can hold.
    Field,
    /// A constant, a function's parameter or result, a trait's result: any value.
    Value,
    /// A parameter of a trait or segment: a value, `Event` or `Field<T>`.
    Param,
    /// What is shown: a value, or items of a catalog.
    Items,
    /// A parameter of a content: a value, items of a catalog, or an event by its name.
    Content,
}

impl Position {
    /// Whether items of a catalog may stand here.
    fn shows_items(self) -> bool {
        matches!(self, Self::Items | Self::Content)
    }
}

/// The plain types, by name.
const PLAIN: [(&str, TypeKind); 17] = [
    ("Bool", TypeKind::Bool),
    ("Int", TypeKind::Int),
    ("Float", TypeKind::Float),
    ("String", TypeKind::Str),
    ("Email", TypeKind::Email),
    ("Phone", TypeKind::Phone),
    ("Url", TypeKind::Url),
    ("TimeZone", TypeKind::TimeZone),
    ("Locale", TypeKind::Locale),
    ("Html", TypeKind::Html),
    ("Date", TypeKind::Date),
    ("TimeOfDay", TypeKind::TimeOfDay),
    ("Timestamp", TypeKind::Timestamp),
    ("Duration", TypeKind::Duration),
    ("Period", TypeKind::Period),
    ("Length", TypeKind::Length),
    ("Geo", TypeKind::Geo),
];

/// The types that take an argument, and `Event`.
const OTHERS: [&str; 5] = ["Money", "List", "Set", "Event", "Field"];

/// What other languages and databases call our types.
const HABITS: [(&str, &str); 32] = [
    ("text", "String"),
    ("str", "String"),
    ("varchar", "String"),
    ("char", "String"),
    ("uuid", "String"),
    ("integer", "Int"),
    ("long", "Int"),
    ("bigint", "Int"),
    ("int64", "Int"),
    ("i64", "Int"),
    ("count", "Int"),
    ("number", "Float"),
    ("double", "Float"),
    ("real", "Float"),
    ("decimal", "Float"),
    ("numeric", "Float"),
    ("f64", "Float"),
    ("percent", "Float"),
    ("boolean", "Bool"),
    ("flag", "Bool"),
    ("datetime", "Timestamp"),
    ("instant", "Timestamp"),
    ("time", "TimeOfDay"),
    ("interval", "Duration"),
    ("url", "Url"),
    ("uri", "Url"),
    ("mail", "Email"),
    ("tel", "Phone"),
    ("point", "Geo"),
    ("location", "Geo"),
    ("language", "Locale"),
    ("distance", "Length"),
];

/// Whether a name is that of a built-in type.
pub(crate) fn is_built_in(name: &str) -> bool {
    PLAIN.iter().any(|(plain, _)| *plain == name) || OTHERS.contains(&name)
}

/// The names of all built-in types.
pub(crate) fn built_in_types() -> impl Iterator<Item = &'static str> {
    plain_types().chain(OTHERS)
}

/// The names of the plain built-in types.
pub(crate) fn plain_types() -> impl Iterator<Item = &'static str> {
    PLAIN.iter().map(|(name, _)| *name)
}

/// The plain built-in type of this name.
pub(crate) fn plain(name: &str) -> Option<TypeKind> {
    PLAIN
        .iter()
        .find(|(plain, _)| *plain == name)
        .map(|(_, kind)| kind.clone())
}

/// Resolves types, and keeps what is wrong with them.
pub(crate) struct Types<'db> {
    pub(crate) db: &'db dyn Db,
    /// The file that diagnostics name.
    pub(crate) file: FileId,
    /// The declaration's text.
    pub(crate) text: &'db str,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Whether it is a declaration of the standard library, which does not know the currency of the package.
    in_library: bool,
}

impl<'db> Types<'db> {
    /// A resolver.
    pub(crate) fn new(db: &'db dyn Db, decl: Decl<'db>) -> Self {
        Self {
            db,
            file: stand_in(decl),
            text: decl.source(db).text(db),
            diagnostics: Vec::new(),
            in_library: decl.space(db).starts_with("std."),
        }
    }

    /// What a written type means. What is wrong is kept, and is the erroneous type.
    pub(crate) fn resolve(&mut self, written: &ast::TypeExpr, position: Position) -> Type {
        let kind = match &written.kind {
            ast::TypeKind::Error => TypeKind::Error,
            ast::TypeKind::Named { name, args } => self.named(name, args, written, position),
            ast::TypeKind::Record(_) => {
                let place = match position {
                    Position::Field => {
                        "a record stands only as the type of a field or in `List<{ … }>`"
                    }
                    Position::Value | Position::Param | Position::Items | Position::Content => {
                        "a record is a type of data, not of a value by itself"
                    }
                };
                self.error(
                    names::TYPE_ARGUMENTS,
                    written.span,
                    "a record type cannot stand here",
                    place,
                )
            }
        };
        Type {
            optional: written.optional && kind != TypeKind::Error,
            kind,
        }
    }

    fn named(
        &mut self,
        name: &ast::Name,
        args: &[ast::TypeExpr],
        written: &ast::TypeExpr,
        at: Position,
    ) -> TypeKind {
        if name.is_missing() {
            return TypeKind::Error;
        }
        let found = match (name.text.as_str(), args) {
            ("Money", [currency]) => return self.money(currency),
            ("Money", []) if self.in_library => return self.money_of_the_package(written.span),
            ("List", [element]) => {
                return self
                    .collection(element, at)
                    .map_or(TypeKind::Error, TypeKind::List);
            }
            ("Set", [element]) => return self.set(element, at),
            ("Field", [of]) if at == Position::Param => {
                return TypeKind::Field(Arc::new(self.resolve(of, Position::Value)));
            }
            ("Event", []) if at == Position::Param => return TypeKind::Event,
            ("Event" | "Field", _) if at != Position::Param => {
                let why =
                    "`Event` and `Field<T>` are types of parameters of traits and segments only";
                return self.error(
                    names::TYPE_ARGUMENTS,
                    written.span,
                    format!("`{}` cannot be a type here", name.text),
                    why,
                );
            }
            ("Money" | "List" | "Set" | "Field" | "Event", _) => {
                return self.wrong_arguments(name, args, written);
            }
            (text, _) => plain(text)
                .or_else(|| self.enum_type(text))
                .or_else(|| self.item_type(text).filter(|_| at.shows_items()))
                .or_else(|| self.event_type(text, at)),
        };
        match found {
            Some(_) if !args.is_empty() => self.wrong_arguments(name, args, written),
            Some(kind) => kind,
            None => self.unknown(name, args, at),
        }
    }

    /// An event or a group of events, for a parameter of a content.
    fn event_type(&self, name: &str, at: Position) -> Option<TypeKind> {
        if at != Position::Content {
            return None;
        }
        let project = self.db.project();
        let one = crate::db::kind_ids(self.db, project)
            .get(name)
            .map(|id| vec![*id]);
        let kinds = one.or_else(|| schema(self.db, project).groups.get(name).cloned())?;
        Some(TypeKind::EventRecord(Arc::from(kinds)))
    }

    fn enum_type(&self, name: &str) -> Option<TypeKind> {
        enum_ids(self.db, self.db.project())
            .get(name)
            .map(|id| TypeKind::Enum(*id))
    }

    fn item_type(&self, name: &str) -> Option<TypeKind> {
        let (name, id) = catalog_ids(self.db, self.db.project()).get_key_value(name)?;
        Some(TypeKind::Item(*id, Arc::clone(name)))
    }

    fn money(&mut self, currency: &ast::TypeExpr) -> TypeKind {
        let ast::TypeKind::Named { name, args } = &currency.kind else {
            if currency.kind == ast::TypeKind::Error {
                return TypeKind::Error;
            }
            return self.error(
                names::TYPE_ARGUMENTS,
                currency.span,
                "`Money` takes a currency",
                "for example `Money<USD>`",
            );
        };
        if name.is_missing() {
            return TypeKind::Error;
        }
        if !args.is_empty() || currency.optional {
            let why = "write the code alone, as in `Money<USD>`";
            return self.error(
                names::TYPE_ARGUMENTS,
                currency.span,
                "`Money` takes the code of a currency",
                why,
            );
        }
        match Currency::from_code(&name.text) {
            Some(currency) => TypeKind::Money(currency),
            None => {
                let diagnostic = unknown_currency(self.file, name);
                self.diagnostics.push(diagnostic);
                TypeKind::Error
            }
        }
    }

    /// `Money` alone, in the standard library: the currency of the package that uses it.
    fn money_of_the_package(&mut self, span: Span) -> TypeKind {
        let all = currencies_of(schema(self.db, self.db.project()));
        match all.as_slice() {
            [] => crate::db::modules::any_currency(),
            [currency] => TypeKind::Money(*currency),
            several => {
                let codes: Vec<&str> = several.iter().map(Currency::code).collect();
                self.error(
                    names::TYPE_ARGUMENTS,
                    span,
                    format!(
                        "amounts are in {} in this package, and here in one currency only",
                        codes.join(" and ")
                    ),
                    "write rules about these amounts in the package itself",
                )
            }
        }
    }

    /// The element of a list or set; `None` when it is wrong.
    fn collection(&mut self, element: &ast::TypeExpr, at: Position) -> Option<Arc<Type>> {
        if let ast::TypeKind::Record(record) = &element.kind
            && at == Position::Field
        {
            if element.optional {
                self.optional_element(element);
            }
            let record = fields::element_record(self, record);
            return Some(Arc::new(Type::of(TypeKind::Record(Arc::new(record)))));
        }
        let ty = self.resolve(
            &ast::TypeExpr {
                optional: false,
                ..element.clone()
            },
            at,
        );
        if element.optional {
            self.optional_element(element);
        }
        if ty.kind.element().is_some() || matches!(ty.kind, TypeKind::Event | TypeKind::Field(_)) {
            let help = "a list holds plain values or records; give the inner list's values records of their own";
            self.error(
                names::TYPE_ARGUMENTS,
                element.span,
                "a list or set cannot hold lists or sets",
                help,
            );
            return None;
        }
        (!ty.is_error()).then(|| Arc::new(ty.known()))
    }

    fn optional_element(&mut self, element: &ast::TypeExpr) {
        let mark = Span::new(element.span.end.saturating_sub(1), element.span.end);
        let message = "an element of a list or set is never missing";
        let diagnostic = Diagnostic::new(names::TYPE_ARGUMENTS, self.file, mark, message)
            .label("elements are there, or not in the list")
            .help("make the list itself optional where it may be missing")
            .fix("remove the `?`", Applicability::Always, mark, "");
        self.diagnostics.push(diagnostic);
    }

    fn set(&mut self, element: &ast::TypeExpr, at: Position) -> TypeKind {
        if let ast::TypeKind::Record(_) = &element.kind {
            let help =
                "a set holds values that can be compared; a list may hold records: `List<{ … }>`";
            return self.error(
                names::TYPE_ARGUMENTS,
                element.span,
                "a set cannot hold records",
                help,
            );
        }
        let Some(element_ty) = self.collection(element, at) else {
            return TypeKind::Error;
        };
        if matches!(
            element_ty.kind,
            TypeKind::Geo | TypeKind::Html | TypeKind::Float
        ) {
            let help = "a set holds values that can be compared for equality; a `List` holds any";
            return self.error(
                names::TYPE_ARGUMENTS,
                element.span,
                "a set cannot hold values of this type",
                help,
            );
        }
        TypeKind::Set(element_ty)
    }

    fn wrong_arguments(
        &mut self,
        name: &ast::Name,
        args: &[ast::TypeExpr],
        written: &ast::TypeExpr,
    ) -> TypeKind {
        let text = &name.text;
        let (message, help) = match text.as_str() {
            "Money" => ("`Money` takes one currency", "for example `Money<USD>`"),
            "List" | "Set" | "Field" => (
                "it takes the type of its elements",
                "for example `List<String>`",
            ),
            _ => ("", ""),
        };
        let diagnostic = if help.is_empty() {
            // Everything else takes none: they begin after the name and end with the type.
            let end = if written.optional {
                written.span.end.saturating_sub(1)
            } else {
                written.span.end
            };
            let arguments = Span::new(name.span.end.min(end), end);
            let span = args.first().map_or(arguments, |first| first.span);
            Diagnostic::new(
                names::TYPE_ARGUMENTS,
                self.file,
                span,
                format!("`{text}` takes nothing between `<` and `>`"),
            )
            .label("too much")
            .fix(
                format!("write `{text}`"),
                Applicability::Always,
                arguments,
                "",
            )
        } else if text == "Money" {
            Diagnostic::new(names::TYPE_ARGUMENTS, self.file, written.span, message)
                .label("in which currency?")
                .help(help)
        } else {
            let message = format!("`{text}` takes one type, that of its elements");
            Diagnostic::new(names::TYPE_ARGUMENTS, self.file, written.span, message)
                .help(format!("for example `{text}<String>`"))
        };
        self.diagnostics.push(diagnostic);
        TypeKind::Error
    }

    fn unknown(&mut self, name: &ast::Name, args: &[ast::TypeExpr], at: Position) -> TypeKind {
        let text = name.text.as_str();
        let found = lookup(self.db, text).map(|decl| decl.kind(self.db));
        let (message, label) = match found {
            Some(ItemKind::Error) => return TypeKind::Error,
            Some(kind) => (
                format!("`{text}` is {}, not a type", kind.described()),
                "a type is expected here",
            ),
            None => (format!("there is no type `{text}`"), "unknown type"),
        };
        let mut diagnostic =
            Diagnostic::new(names::UNKNOWN_TYPE, self.file, name.span, message).label(label);
        if found == Some(ItemKind::Catalog) {
            self.catalog_as_type(diagnostic, name);
            return TypeKind::Error;
        }
        if let Some(meant) = self.meant(text, args, at) {
            let applicability = if meant.eq_ignore_ascii_case(text) {
                Applicability::Always
            } else {
                Applicability::Maybe
            };
            diagnostic =
                diagnostic.fix(format!("write `{meant}`"), applicability, name.span, meant);
        } else if found.is_some() {
            diagnostic =
                diagnostic.help("a type is built in, such as `String`, or an enum of the package");
        } else {
            let help = "declare it (`enum Tier { gold, silver }`), or use a built-in type such as `String`";
            diagnostic = diagnostic.help(help);
        }
        self.diagnostics.push(diagnostic);
        TypeKind::Error
    }

    /// Items of a catalog where only data can be: what stands for an item there is its key.
    fn catalog_as_type(&mut self, diagnostic: Diagnostic, name: &ast::Name) {
        // The tree, not the schema: types are what the schema is made from.
        let key = lookup(self.db, &name.text).and_then(|found| match &tree(self.db, found).kind {
            ast::DeclKind::Catalog(table) => {
                let mut fields = table.fields.iter();
                let key = fields.find(|field| fields::has_annotation(field, "key"))?;
                match &key.ty.kind {
                    ast::TypeKind::Named { name, args } if args.is_empty() => Some(&name.text),
                    _ => None,
                }
            }
            _ => None,
        });
        let diagnostic = diagnostic
            .note("items themselves are only what a recommendation gives and what content shows");
        let diagnostic = match key {
            Some(key) => {
                let title = format!("hold the item's key: `{key}`");
                diagnostic.fix(title, Applicability::Maybe, name.span, key.clone())
            }
            None => diagnostic.help("hold the key of the item"),
        };
        self.diagnostics.push(diagnostic);
    }

    /// What may have been meant by an unknown type.
    fn meant(&self, text: &str, args: &[ast::TypeExpr], at: Position) -> Option<String> {
        let enums = enum_ids(self.db, self.db.project())
            .keys()
            .map(|name| &**name);
        let catalogs = catalog_ids(self.db, self.db.project());
        let catalogs = catalogs
            .keys()
            .filter(|_| at.shows_items())
            .map(|name| &**name);
        let enums = enums.chain(catalogs);
        let built_in = PLAIN.iter().map(|(name, _)| *name);
        if args.is_empty() {
            let habit = HABITS
                .iter()
                .find(|(habit, _)| habit.eq_ignore_ascii_case(text))
                .map(|(_, meant)| *meant);
            habit
                .or_else(|| nearest(text, built_in.chain(enums)))
                .map(str::to_owned)
        } else if text.eq_ignore_ascii_case("array") || text.eq_ignore_ascii_case("vec") {
            Some("List".to_owned())
        } else {
            nearest(text, OTHERS).map(str::to_owned)
        }
    }

    /// Keeps an error.
    pub(crate) fn error(
        &mut self,
        code: persona_base::Code,
        span: Span,
        message: impl Into<String>,
        help: &str,
    ) -> TypeKind {
        self.diagnostics
            .push(Diagnostic::new(code, self.file, span, message).help(help));
        TypeKind::Error
    }
}

/// A currency that ISO 4217 does not know.
pub(crate) fn unknown_currency(file: FileId, name: &ast::Name) -> Diagnostic {
    let text = &name.text;
    let diagnostic = Diagnostic::new(
        names::UNKNOWN_CURRENCY,
        file,
        name.span,
        format!("there is no currency `{text}`"),
    )
    .label("not a code of ISO 4217");
    let codes: Vec<String> = currencies()
        .map(|currency| currency.code().to_owned())
        .collect();
    match nearest(text, codes.iter().map(String::as_str)) {
        Some(code) => {
            let sure = if code.eq_ignore_ascii_case(text) {
                Applicability::Always
            } else {
                Applicability::Maybe
            };
            diagnostic.fix(format!("write `{code}`"), sure, name.span, code)
        }
        None => {
            diagnostic.help("currencies are written by their three letters: `USD`, `EUR`, `JPY`")
        }
    }
}

/// The currencies of the profile's and the events' fields, each once.
fn currencies_of(schema: &Schema) -> Vec<Currency> {
    let tables = std::iter::once(&schema.profile).chain(&schema.events);
    let mut found: Vec<Currency> = Vec::new();
    for field in tables.flat_map(|table| &table.fields) {
        collect_currencies(&field.ty, &mut found);
    }
    found
}

fn collect_currencies(ty: &Type, found: &mut Vec<Currency>) {
    match &ty.kind {
        TypeKind::Money(currency) if !found.contains(currency) => found.push(*currency),
        TypeKind::List(element) | TypeKind::Set(element) => collect_currencies(element, found),
        TypeKind::Record(record) => {
            for field in &record.fields {
                collect_currencies(&field.ty, found);
            }
        }
        _ => {}
    }
}
