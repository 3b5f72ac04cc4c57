//! What the language and the settings have by themselves, for editors.

use persona_base::{Level, all_codes};

use crate::{Schema, Type, TypeKind};

/// The formats that a value of a type may be printed in, sorted.
pub fn formats_of(kind: &TypeKind) -> &'static [&'static str] {
    crate::expr::formats(kind)
}

/// Whether a value of one type may stand beside one of another in a comparison, or in its place.
pub fn fits(wanted: &TypeKind, found: &TypeKind) -> bool {
    crate::expr::comparable(wanted, found)
}

/// The names of the built-in types that take nothing between `<` and `>`.
pub fn plain_types() -> impl Iterator<Item = &'static str> {
    crate::decl::plain_types()
}

/// The names and pages of the lints: the codes whose level may be set.
pub fn lints() -> impl Iterator<Item = &'static persona_base::CodeInfo> {
    let all = all_codes().into_iter().map(persona_base::Code::info);
    all.filter(|info| info.level != Level::Error)
}

/// The names of all time zones.
pub fn zones() -> Vec<String> {
    jiff::tz::db()
        .available()
        .map(|name| name.as_str().to_owned())
        .collect()
}

/// A type as people write it, with its `?`.
pub fn type_text(schema: &Schema, ty: &Type) -> String {
    let name = |id: crate::EnumId| {
        let def = schema.enums.get(id);
        def.map_or_else(
            || std::sync::Arc::from("?"),
            |def| std::sync::Arc::clone(&def.name),
        )
    };
    let mark = if ty.optional { "?" } else { "" };
    match &ty.kind {
        TypeKind::EventRecord(kinds) => {
            let events = kinds.iter().filter_map(|kind| schema.events.get(*kind));
            let names: Vec<&str> = events.map(|event| &*event.name).collect();
            format!("{}{mark}", names.join(" or "))
        }
        kind => format!("{}{mark}", kind.display(&name)),
    }
}

/// The tables of `persona.toml`.
pub fn setting_tables() -> &'static [&'static str] {
    &crate::package::TABLES
}

/// The settings of `[package]` in `persona.toml`.
pub fn package_settings() -> &'static [&'static str] {
    &crate::package::SETTINGS
}

/// The days of the week, the first that of weeks by default.
pub fn weekdays() -> &'static [&'static str] {
    &crate::decl::WEEKDAYS
}
