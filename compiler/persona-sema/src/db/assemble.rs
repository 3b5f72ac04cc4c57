//! Puts the checked declarations of a package without errors together.

use std::sync::Arc;

use persona_base::{FileId, IndexVec, Span};

use super::origin::Origins;
use super::queries::{
    Decl, ItemKind, catalog_ids, check, config, kind_ids, profile, schema, symbols,
};
use super::{Database, Db, modules};
use crate::decl::{Shape, Unit};
use crate::env::Schema;
use crate::{
    Catalog, Channel, Checked, Content, EnumDef, EnumId, Experiment, Place, Purpose, Recommend,
    Sent, Source, TableDef, Test, Trigger,
};

/// The checked package. There are no errors in it: every name is declared once, every unit is whole.
pub(super) fn assemble(db: &Database) -> Checked {
    let db: &dyn Db = db;
    let project = db.project();
    let origins = Origins::of(db);
    let mut checked = tables(db, &origins);
    // Of modules only what is asked for: nothing else has to fit this package.
    let asked = modules::asked_for(db);
    for decl in symbols(db, project).by_name.values() {
        if modules::is_own(db, *decl) || asked.contains_key(decl.name(db)) {
            add_declaration(db, &mut checked, *decl, &origins);
        }
    }
    // Tests have titles, which are no names.
    for decl in &symbols(db, project).all {
        if decl.kind(db) == ItemKind::Test {
            add(&mut checked, &check(db, *decl).unit, origins.place(*decl));
        }
    }
    checked.prefer.sort();
    checked.prefer.dedup();
    checked
}

/// Adds a declaration that is no table, which all are there from the start.
pub(super) fn add_declaration(
    db: &dyn Db,
    checked: &mut Checked,
    decl: Decl<'_>,
    origins: &Origins<'_>,
) {
    let unit = &check(db, decl).unit;
    let place = origins.place(decl);
    if modules::is_own(db, decl) {
        add(checked, unit, place);
    } else {
        add(checked, &unit.clone().imported(), place);
    }
}

/// The package with its tables, enums and configuration, and nothing else yet. There are no errors in its tables.
pub(super) fn tables(db: &dyn Db, origins: &Origins<'_>) -> Checked {
    let project = db.project();
    let schema = schema(db, project);
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
    let catalogs = catalog_ids(db, project).keys().map(|name| {
        let decl = by_name[name];
        let Unit::Catalog(catalog) = &check(db, decl).unit else {
            unreachable!("a catalog's check gives its table");
        };
        let origin = origins.place(decl);
        let table = TableDef {
            origin,
            ..catalog.table.clone()
        };
        Catalog {
            table,
            ..catalog.clone()
        }
    });
    Checked {
        package: config(db, project).info.clone(),
        enums: declared(&schema.enums, 2),
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
        catalogs: catalogs.collect(),
        sent: sent(schema),
        purposes: Vec::new(),
        channels: Vec::new(),
        recommendations: Vec::new(),
        triggers: Vec::new(),
        contents: Vec::new(),
        experiments: Vec::new(),
        tests: Vec::new(),
    }
}

/// All of them but the last so many, which nobody declared.
fn declared(all: &IndexVec<EnumId, EnumDef>, own: usize) -> IndexVec<EnumId, EnumDef> {
    all.iter().take(all.len() - own).cloned().collect()
}

fn sent(schema: &Schema) -> Sent {
    let mut enums = schema.enums.iter().rev().cloned();
    let mut own = || enums.next().expect("the last two enums are nobody's");
    let (channels, contents) = (own(), own());
    Sent {
        event: schema.sent,
        table: schema.events[schema.sent].clone(),
        contents,
        channels,
    }
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
        Unit::None
        | Unit::Table(_)
        | Unit::Const { .. }
        | Unit::Catalog(_)
        | Unit::Exclusive(_) => {}
        Unit::Purpose(definition) => {
            let definition = definition.clone();
            checked.purposes.push(Purpose {
                origin,
                ..definition
            });
        }
        Unit::Channel(definition) => {
            let definition = definition.clone();
            checked.channels.push(Channel {
                origin,
                ..definition
            });
        }
        Unit::Recommend(definition, _) => {
            let definition = definition.clone();
            let definition = Recommend {
                origin,
                ..definition
            };
            checked.recommendations.push(definition);
        }
        Unit::Trigger(definition) => {
            let definition = definition.clone();
            checked.triggers.push(Trigger {
                origin,
                ..definition
            });
        }
        Unit::Content(definition) => {
            let definition = definition.clone();
            checked.contents.push(Content {
                origin,
                ..definition
            });
        }
        Unit::Experiment(definition) => {
            let definition = definition.clone();
            let definition = Experiment {
                origin,
                ..definition
            };
            checked.experiments.push(definition);
        }
        Unit::Test(definition) => {
            let definition = definition.clone();
            checked.tests.push(Test {
                origin,
                ..definition
            });
        }
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
