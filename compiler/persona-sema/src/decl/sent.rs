//! The event `Sent`: what every package has of itself, made from the names of its contents and channels.

use std::sync::Arc;

use persona_base::{FileId, Span};

use super::fields::{event_fields, implicit};
use crate::{EnumDef, EnumId, FieldDef, Place, TableDef, Type, TypeKind};

/// Its name, which no declaration may have.
pub(crate) const SENT: &str = "Sent";

/// The event, whose fields `content` and `channel` are of these enums.
pub(crate) fn sent_table(contents: EnumId, channels: EnumId) -> TableDef {
    let own = [
        ("content", TypeKind::Enum(contents)),
        ("channel", TypeKind::Enum(channels)),
        ("message", TypeKind::Str),
        ("variant", TypeKind::Str),
    ];
    let own = own.map(|(name, kind)| implicit(name, Type::of(kind)));
    let fields = event_fields().into_iter().chain(own);
    TableDef {
        name: Arc::from(SENT),
        fields: fields.collect::<persona_base::IndexVec<_, FieldDef>>(),
        checks: Vec::new(),
        origin: Place {
            file: FileId(u32::MAX),
            span: Span::default(),
        },
    }
}

/// The enum of contents or of channels, named as people call one of them.
pub(crate) fn own_enum(what: &str, names: Vec<Arc<str>>) -> EnumDef {
    EnumDef {
        name: Arc::from(what),
        ordered: false,
        values: names.into_iter().map(|name| (name, None)).collect(),
    }
}
