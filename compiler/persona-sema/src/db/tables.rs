//! What every declaration may depend on without naming it: the fields of the profile, of events and of catalogs, with the enums
//! of their types. Enums of which no field is (partitions', experiments') are left out, and so are their numbers: who asks for
//! this has nothing to do when one comes, goes or is renamed.

use std::sync::Arc;

use persona_base::IndexVec;

use super::queries::schema;
use super::{Db, Project};
use crate::env::Schema;
use crate::{EnumDef, EnumId, Field, RecordType, TableDef, Type, TypeKind};

/// The schema with no other enums than those of its fields, in the order of the fields. The last two are still those of contents
/// and channels: the fields of what was sent come last, and no other field is of them.
#[salsa::tracked]
pub(crate) fn tables(db: &dyn Db, project: Project) -> Schema {
    let all = schema(db, project);
    let mut used = Used {
        all: &all.enums,
        numbers: IndexVec::default(),
        kept: IndexVec::default(),
    };
    used.numbers = all.enums.iter().map(|_| None).collect();
    let profile = used.table(&all.profile);
    let catalogs = all.catalogs.iter().cloned().map(|mut catalog| {
        catalog.table = used.table(&catalog.table);
        catalog
    });
    let catalogs = catalogs.collect();
    let events = all.events.iter().map(|event| used.table(event)).collect();
    Schema {
        enums: used.kept,
        profile,
        key: all.key,
        zone: all.zone,
        events,
        groups: all.groups.clone(),
        catalogs,
        sent: all.sent,
    }
}

struct Used<'a> {
    all: &'a IndexVec<EnumId, EnumDef>,
    numbers: IndexVec<EnumId, Option<EnumId>>,
    kept: IndexVec<EnumId, EnumDef>,
}

impl Used<'_> {
    fn table(&mut self, table: &TableDef) -> TableDef {
        let mut table = table.clone();
        for field in table.fields.iter_mut() {
            field.ty = self.ty(&field.ty);
        }
        table
    }

    fn ty(&mut self, ty: &Type) -> Type {
        let kind = match &ty.kind {
            TypeKind::Enum(id) => TypeKind::Enum(self.number(*id)),
            TypeKind::List(of) => TypeKind::List(Arc::new(self.ty(of))),
            TypeKind::Set(of) => TypeKind::Set(Arc::new(self.ty(of))),
            TypeKind::Field(of) => TypeKind::Field(Arc::new(self.ty(of))),
            TypeKind::Record(record) => {
                let fields = record.fields.iter().map(|field| Field {
                    name: Arc::clone(&field.name),
                    ty: self.ty(&field.ty),
                });
                TypeKind::Record(Arc::new(RecordType {
                    fields: fields.collect(),
                }))
            }
            other => other.clone(),
        };
        Type {
            kind,
            optional: ty.optional,
        }
    }

    fn number(&mut self, id: EnumId) -> EnumId {
        if let Some(known) = self.numbers[id] {
            return known;
        }
        let number = self.kept.push(self.all[id].clone());
        self.numbers[id] = Some(number);
        number
    }
}
