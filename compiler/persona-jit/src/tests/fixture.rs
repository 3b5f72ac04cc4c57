//! A schema with a column of every type, and random data for it: missing values, empty histories, ties, instants
//! on the edges of windows, extreme numbers, empty lists, letters beyond ASCII.

use std::sync::Arc;

use arrow_buffer::ScalarBuffer;
use persona_base::{Currency, IndexVec};
use persona_ir::{
    Catalog, ColId, Column as Field, EnumDef, EnumId, EnumValue, KindId, Plan, RecordField, Schema,
    Table, Ty, Validate, Weekday,
};
use persona_runtime::{
    Catalogs, CatalogsBuilder, Column, Dataset, EventTable, Strings, Value, build,
};

/// A small deterministic generator of random numbers.
pub(super) struct Rng(pub(super) u64);

impl Rng {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    pub(super) fn pick<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }
}

/// 2026-03-29T12:00Z, a day on which clocks change in Europe.
pub(super) const NOW: i64 = 1_774_785_600_000_000;
pub(super) const HOUR: i64 = 3_600_000_000;
pub(super) const DAY: i64 = 24 * HOUR;

pub(super) const TIER: EnumId = EnumId(0);
pub(super) const WEEKDAY: EnumId = EnumId(1);

pub(super) const CART: KindId = KindId(0);
pub(super) const ORDER: KindId = KindId(1);
pub(super) const VISIT: KindId = KindId(2);

pub(super) fn euro() -> Ty {
    Ty::Money(Currency::from_code("EUR").unwrap())
}

pub(super) fn set_of(ty: Ty) -> Ty {
    Ty::Set(Arc::new(ty))
}

pub(super) fn list_of(ty: Ty) -> Ty {
    Ty::List(Arc::new(ty))
}

fn record(fields: &[(&str, Ty, bool)]) -> Ty {
    let field = |(name, ty, optional): &(&str, Ty, bool)| RecordField {
        name: (*name).into(),
        ty: ty.clone(),
        optional: *optional,
    };
    Ty::Record(fields.iter().map(field).collect())
}

pub(super) fn item() -> Ty {
    record(&[
        ("sku", Ty::Str, false),
        ("qty", Ty::Int, true),
        ("price", Ty::Float, false),
    ])
}

fn enum_def(name: &str, values: &[&str]) -> EnumDef {
    let value = |name: &&str| EnumValue {
        name: (*name).into(),
        title: None,
    };
    EnumDef {
        name: name.into(),
        ordered: true,
        values: values.iter().map(value).collect(),
    }
}

fn table(name: &str, columns: &[(&str, Ty, bool)]) -> Table {
    let column = |(name, ty, optional): &(&str, Ty, bool)| Field {
        name: (*name).into(),
        ty: ty.clone(),
        validate: (*name == "zone").then_some(Validate::TimeZone),
        optional: *optional,
        default: None,
    };
    Table {
        name: name.into(),
        columns: columns.iter().map(column).collect(),
    }
}

pub(super) fn schema() -> Schema {
    let profile = table(
        "Customer",
        &[
            ("key", Ty::Str, false),
            ("zone", Ty::Str, true),
            ("yes", Ty::Bool, true),
            ("n", Ty::Int, true),
            ("m", Ty::Int, true),
            ("x", Ty::Float, true),
            ("y", Ty::Float, true),
            ("s", Ty::Str, true),
            ("t", Ty::Str, true),
            ("tier", Ty::Enum(TIER), true),
            ("born", Ty::Date, true),
            ("since", Ty::Timestamp, true),
            ("wait", Ty::Duration, true),
            ("far", Ty::Length, true),
            ("spent", euro(), true),
            ("wakes", Ty::TimeOfDay, true),
            ("home", Ty::Geo, true),
            ("work", Ty::Geo, true),
            ("tags", set_of(Ty::Str), true),
            ("scores", list_of(Ty::Int), true),
            ("rates", list_of(Ty::Float), true),
            ("wish", list_of(item()), true),
        ],
    );
    let event = |name, more: &[(&str, Ty, bool)]| {
        let mut columns = vec![("at", Ty::Timestamp, false), ("id", Ty::Str, true)];
        columns.extend_from_slice(more);
        table(name, &columns)
    };
    let cart = event("Cart", &[("sku", Ty::Str, true), ("qty", Ty::Int, true)]);
    let order = event(
        "Order",
        &[
            ("items", list_of(item()), true),
            ("total", euro(), false),
            ("sku", Ty::Str, true),
            ("qty", Ty::Int, false),
            ("gift", Ty::Bool, true),
            ("rate", Ty::Float, true),
            ("codes", set_of(Ty::Str), false),
        ],
    );
    let visit = event(
        "Visit",
        &[
            ("qty", Ty::Int, true),
            ("place", Ty::Geo, true),
            ("sku", Ty::Str, false),
            ("rate", Ty::Float, true),
            ("tier", Ty::Enum(TIER), true),
            ("items", list_of(item()), true),
        ],
    );
    Schema {
        enums: IndexVec::from_iter([
            enum_def("Tier", &["bronze", "silver", "gold"]),
            enum_def(
                "Weekday",
                &[
                    "monday",
                    "tuesday",
                    "wednesday",
                    "thursday",
                    "friday",
                    "saturday",
                    "sunday",
                ],
            ),
        ]),
        profile,
        key: ColId(0),
        zone: Some(ColId(1)),
        events: IndexVec::from_iter([cart, order, visit]),
        catalogs: IndexVec::from_iter([goods(), shops()]),
    }
}

fn goods() -> Catalog {
    let columns = [
        ("sku", Ty::Str, false),
        ("n", Ty::Int, false),
        ("x", Ty::Float, true),
        ("s", Ty::Str, true),
        ("tier", Ty::Enum(TIER), true),
        ("yes", Ty::Bool, false),
        ("spent", euro(), true),
        ("since", Ty::Timestamp, true),
        ("tags", set_of(Ty::Str), true),
        ("parts", list_of(item()), true),
    ];
    Catalog {
        table: table("Good", &columns),
        key: ColId(0),
    }
}

fn shops() -> Catalog {
    let columns = [
        ("open", Ty::Bool, true),
        ("no", Ty::Int, false),
        ("place", Ty::Geo, true),
        ("t", Ty::Str, false),
    ];
    Catalog {
        table: table("Shop", &columns),
        key: ColId(1),
    }
}

/// Some items of each catalog; sometimes none.
fn catalogs(rng: &mut Rng, schema: &Schema) -> Arc<Catalogs> {
    let mut builder = CatalogsBuilder::new(schema);
    for (id, catalog) in schema.catalogs.iter_enumerated() {
        for _ in 0..rng.below(9) {
            let columns = catalog.table.columns.iter();
            let values = columns.map(|column| maybe(rng, &column.ty, column.optional));
            builder.item(id, values.collect());
        }
    }
    Arc::new(builder.finish())
}

/// A plan without nodes, outputs and checks.
pub(super) fn empty_plan() -> Plan {
    Plan {
        package: "test".into(),
        zone: "Europe/Berlin".into(),
        week_start: Weekday::Monday,
        schema: schema(),
        nodes: IndexVec::new(),
        outputs: Vec::new(),
        ranks: IndexVec::new(),
        checks: Vec::new(),
        sources: Vec::new(),
        prefer: Vec::new(),
    }
}

pub(super) const TEXTS: [&str; 12] = [
    "",
    "a",
    "A",
    "ab",
    "b",
    "Straße",
    "STRASSE",
    " é ",
    "x@Mail.DE",
    "a@b@C",
    "\u{10FFFF}",
    "longer than that",
];
pub(super) const INTS: [i64; 12] = [0, 1, -1, 2, 3, 7, 10, -5, 100, i64::MAX, i64::MIN, 1 << 53];
pub(super) const FLOATS: [f64; 12] = [
    0.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -3.0,
    1e-300,
    0.1,
    9_007_199_254_740_993.0,
    f64::MAX,
    f64::MIN,
    1e19,
];
const SMALL: [i64; 6] = [0, 1, 2, 3, 5, 8];

/// A random value of a type that columns can have; never missing.
pub(super) fn value(rng: &mut Rng, ty: &Ty) -> Value {
    match ty {
        Ty::Bool => Value::Bool(rng.chance(50)),
        Ty::Int | Ty::Length | Ty::Money(_) if rng.chance(60) => Value::Int(*rng.pick(&SMALL)),
        Ty::Int | Ty::Length | Ty::Money(_) => Value::Int(*rng.pick(&INTS)),
        Ty::Float => Value::Float(*rng.pick(&FLOATS)),
        Ty::Str => Value::text(*rng.pick(&TEXTS)),
        Ty::Enum(_) => Value::Enum(u32::try_from(rng.below(3)).unwrap()),
        Ty::Date => Value::Int(date(rng)),
        Ty::TimeOfDay => Value::Int(i64::try_from(rng.below(86_400)).unwrap()),
        Ty::Timestamp => Value::Int(instant(rng)),
        Ty::Duration => Value::Int(span(rng)),
        Ty::Geo => Value::Geo(
            *rng.pick(&[0.0, 48.85, -90.0]),
            *rng.pick(&[0.0, 2.35, 180.0]),
        ),
        Ty::List(element) => {
            let len = rng.below(4);
            Value::List((0..len).map(|_| value(rng, element)).collect())
        }
        Ty::Item(_) => unreachable!("no column holds items of a catalog"),
        Ty::Set(element) => {
            let mut values: Vec<Value> = Vec::new();
            for _ in 0..rng.below(4) {
                let value = value(rng, element);
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            Value::List(values.into())
        }
        Ty::Record(fields) => Value::Record(
            fields
                .iter()
                .map(|field| maybe(rng, &field.ty, field.optional))
                .collect(),
        ),
    }
}

/// Leap days, days near today, and the ends of the calendar.
pub(super) fn date(rng: &mut Rng) -> i64 {
    let today = NOW / DAY;
    *rng.pick(&[
        11_016,
        today,
        today - 1,
        today + 1,
        today - 366,
        -719_162,
        2_932_896,
        0,
        20_512,
    ])
}

/// Instants around `now`, on the edges of days and windows, and the ends of time.
pub(super) fn instant(rng: &mut Rng) -> i64 {
    let near = [
        0,
        1,
        -1,
        HOUR,
        -HOUR,
        DAY,
        -DAY,
        -7 * DAY,
        7 * DAY,
        -7 * DAY + 1,
        -40 * DAY,
        -400 * DAY,
    ];
    match rng.below(10) {
        0 => -62_135_596_800_000_000,
        1 => 253_402_300_799_999_999,
        _ => NOW + rng.pick(&near),
    }
}

/// Durations, of either sign and of any size.
pub(super) fn span(rng: &mut Rng) -> i64 {
    *rng.pick(&[
        0,
        1,
        HOUR,
        DAY,
        7 * DAY,
        30 * DAY,
        -DAY,
        i64::MAX,
        i64::MIN,
        5 * DAY + 7,
    ])
}

fn maybe(rng: &mut Rng, ty: &Ty, optional: bool) -> Value {
    if optional && rng.chance(25) {
        Value::Missing
    } else {
        value(rng, ty)
    }
}

/// Random data: so many profiles, with up to so many events each.
pub(super) fn dataset(rng: &mut Rng, profiles: usize, events: usize) -> Dataset {
    let schema = schema();
    let catalogs = catalogs(rng, &schema);
    let mut strings = Arc::clone(&catalogs.strings);
    let mut columns: IndexVec<ColId, Column> = IndexVec::new();
    for (id, field) in schema.profile.columns.iter_enumerated() {
        let values: Vec<Value> = (0..profiles)
            .map(|row| profile_value(rng, id, field, row))
            .collect();
        columns.push(build::column(&values, &field.ty, &mut strings));
    }
    let histories: Vec<Vec<(i64, KindId)>> = (0..profiles).map(|_| history(rng, events)).collect();
    let mut tables = IndexVec::new();
    for (kind, table) in schema.events.iter_enumerated() {
        tables.push(event_table(rng, kind, table, &histories, &mut strings));
    }
    Dataset {
        strings,
        profiles,
        has_row: None,
        columns,
        events: tables,
        catalogs,
    }
}

fn profile_value(rng: &mut Rng, id: ColId, field: &Field, row: usize) -> Value {
    match id {
        ColId(0) => Value::text(format!("k{row:06}")),
        ColId(1) if rng.chance(30) => Value::Missing,
        ColId(1) => Value::text(*rng.pick(&[
            "Europe/Berlin",
            "America/St_Johns",
            "Asia/Kolkata",
            "Nowhere",
        ])),
        _ => maybe(rng, &field.ty, field.optional),
    }
}

/// A profile's events in their total order.
fn history(rng: &mut Rng, events: usize) -> Vec<(i64, KindId)> {
    let count = if rng.chance(20) {
        0
    } else {
        rng.below(events + 1)
    };
    let near = rng.chance(50);
    let mut history = Vec::with_capacity(count);
    for _ in 0..count {
        let hours = i64::try_from(rng.below(60)).unwrap();
        let at = if near {
            NOW - hours * HOUR
        } else {
            instant(rng)
        };
        history.push((at, *rng.pick(&[CART, ORDER, VISIT])));
    }
    history.sort_unstable();
    history
}

fn event_table(
    rng: &mut Rng,
    kind: KindId,
    table: &Table,
    histories: &[Vec<(i64, KindId)>],
    strings: &mut Arc<Strings>,
) -> EventTable {
    let (mut offsets, mut order, mut at) = (vec![0_u32], Vec::new(), Vec::new());
    for history in histories {
        for (place, (instant, of)) in (0_u32..).zip(history) {
            if *of == kind {
                order.push(place);
                at.push(Value::Int(*instant));
            }
        }
        offsets.push(u32::try_from(order.len()).unwrap());
    }
    let mut columns: IndexVec<ColId, Column> = IndexVec::new();
    for (id, field) in table.columns.iter_enumerated() {
        let values: Vec<Value> = match id {
            Schema::AT => at.clone(),
            _ => at
                .iter()
                .map(|_| maybe(rng, &field.ty, field.optional))
                .collect(),
        };
        columns.push(build::column(&values, &field.ty, strings));
    }
    EventTable {
        offsets: ScalarBuffer::from(offsets),
        columns,
        order: ScalarBuffer::from(order),
    }
}
