//! Puts the checked declarations of a package without errors together.

use std::sync::Arc;

use persona_base::{FileId, Span};

use super::origin::Origins;
use super::queries::{Decl, check, config, kind_ids, profile, schema, symbols};
use super::{Database, Db};
use crate::decl::{Shape, Unit};
use crate::{Checked, Place, Source, TableDef};

/// The checked package. There are no errors in it: every name is declared once, every unit is whole.
pub(super) fn assemble(db: &Database) -> Checked {
    let db: &dyn Db = db;
    let project = db.project();
    let (schema, origins) = (schema(db, project), Origins::of(db));
    let table = |decl: Decl<'_>| match &check(db, decl).unit {
        Unit::Table(table) => Some(TableDef {
            origin: origins.place(decl),
            ..table.clone()
        }),
        _ => None,
    };
    let by_name = &symbols(db, project).by_name;
    let events = kind_ids(db, project)
        .keys()
        .map(|name| table(by_name[name]).expect("an event's check gives its table"));
    let mut checked = Checked {
        package: config(db, project).info.clone(),
        enums: schema.enums.clone(),
        profile: match profile(db, project) {
            Some(decl) => table(decl).expect("the profile's check gives its table"),
            None => implicit_profile(db, schema.profile.clone()),
        },
        key: schema.key,
        zone: schema.zone,
        events: events.collect(),
        traits: Vec::new(),
        fns: Vec::new(),
        segments: Vec::new(),
        partitions: Vec::new(),
        sources: Vec::new(),
        prefer: Vec::new(),
    };
    for decl in by_name.values() {
        add(&mut checked, &check(db, *decl).unit, origins.place(*decl));
    }
    checked.prefer.sort();
    checked.prefer.dedup();
    checked
}

/// The profile of a package that declares none, placed at the start of its first file.
fn implicit_profile(db: &dyn Db, table: TableDef) -> TableDef {
    let file = db
        .project()
        .files(db)
        .first()
        .map_or(FileId(0), |file| file.id(db));
    debug_assert_eq!(table.fields.len(), Shape::implicit_profile().fields.len());
    TableDef {
        origin: Place {
            file,
            span: Span::default(),
        },
        ..table
    }
}

fn add(checked: &mut Checked, unit: &Unit, origin: Place) {
    match unit {
        Unit::None | Unit::Table(_) | Unit::Const { .. } => {}
        Unit::Trait { definition, .. } => {
            let mut definition = definition.clone();
            definition.origin = origin;
            checked.traits.push(definition);
        }
        Unit::Fn { definition, .. } => {
            let mut definition = definition.clone();
            definition.origin = origin;
            checked.fns.push(definition);
        }
        Unit::Segment { definition, .. } => {
            let mut definition = definition.clone();
            definition.origin = origin;
            checked.segments.push(definition);
        }
        Unit::Partition(definition) => {
            let mut definition = definition.clone();
            definition.origin = origin;
            checked.partitions.push(definition);
        }
        Unit::Source { definition, prefer } => {
            checked
                .sources
                .push(located_source(definition.clone(), origin));
            checked
                .prefer
                .extend(prefer.iter().map(|(a, b)| (Arc::clone(a), Arc::clone(b))));
        }
    }
}

/// A source's places are absolute.
fn located_source(mut source: Source, origin: Place) -> Source {
    let locate = |place: &mut Place| {
        *place = Place {
            file: origin.file,
            span: place.span.offset(origin.span.start),
        }
    };
    locate(&mut source.path_place);
    source
        .fields
        .iter_mut()
        .for_each(|field| locate(&mut field.place));
    source
}
