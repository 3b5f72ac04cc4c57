//! Types in words: as they are written (`Money<USD>?`), and as people say them ("an amount in USD").

use std::sync::Arc;

use super::Checker;
use crate::{EnumId, Type, TypeKind};

impl Checker<'_> {
    /// The type as it is written.
    pub(super) fn type_name(&self, ty: &Type) -> String {
        let enums = |id: EnumId| self.enum_name(id);
        let mark = if ty.optional { "?" } else { "" };
        format!("{}{mark}", ty.kind.display(&enums))
    }

    /// An enum's name.
    pub(super) fn enum_name(&self, id: EnumId) -> Arc<str> {
        self.schema()
            .enums
            .get(id)
            .map_or_else(|| Arc::from("?"), |def| Arc::clone(&def.name))
    }

    /// What values of a type are, with an article.
    pub(super) fn noun(&self, kind: &TypeKind) -> String {
        use TypeKind as Kind;
        match kind {
            Kind::Error | Kind::Nothing => "something unknown".to_owned(),
            Kind::Bool => "a yes or no".to_owned(),
            Kind::Int => "a whole number".to_owned(),
            Kind::Float => "a number".to_owned(),
            Kind::Str => "text".to_owned(),
            Kind::Email => "an e-mail address".to_owned(),
            Kind::Phone => "a phone number".to_owned(),
            Kind::Url => "a web address".to_owned(),
            Kind::TimeZone => "a time zone".to_owned(),
            Kind::Locale => "a language and region".to_owned(),
            Kind::Html => "formatted text (HTML)".to_owned(),
            Kind::Date => "a date".to_owned(),
            Kind::TimeOfDay => "a time of day".to_owned(),
            Kind::Timestamp => "a point in time".to_owned(),
            Kind::Duration => "a length of time".to_owned(),
            Kind::Period => "a calendar period".to_owned(),
            Kind::Length => "a distance".to_owned(),
            Kind::Geo => "a place".to_owned(),
            Kind::Money(currency) => format!("an amount in {currency}"),
            Kind::Enum(id) if self.schema().is_own_enum(*id) => {
                format!("a {}", self.enum_name(*id))
            }
            Kind::Enum(id) => format!("a value of `{}`", self.enum_name(*id)),
            Kind::List(items) if matches!(items.kind, Kind::Item(..)) => {
                format!("a list of items of `{}`", self.type_name(items))
            }
            Kind::List(_) => "a list".to_owned(),
            Kind::Set(_) => "a set".to_owned(),
            Kind::Record(_) => "a record".to_owned(),
            Kind::Event => "the name of an event".to_owned(),
            Kind::Field(_) => "the name of an event's field".to_owned(),
            Kind::EventRecord(_) => "a whole event".to_owned(),
            Kind::Item(_, catalog) => format!("an item of `{catalog}`"),
        }
    }
}
