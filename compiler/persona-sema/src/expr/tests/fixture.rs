//! A small package, built by hand: the profile and events of the language's page, and a declaration of each sort.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::{Currency, FileId, IndexVec, Span};

use crate::env::{Env, Global, OpenOperand, Schema, Signature};
use crate::{
    Catalog, CatalogId, Const, EnumDef, EnumId, EventId, Field, FieldDef, FieldId, Param, Place,
    RecordType, TableDef, Type, TypeKind,
};

/// The package.
pub(super) struct Shop {
    schema: Schema,
    globals: BTreeMap<Arc<str>, Global>,
}

impl Env for Shop {
    fn schema(&self) -> &Schema {
        &self.schema
    }
    fn global(&self, name: &str) -> Option<Global> {
        self.globals.get(name).cloned()
    }
    fn place(&self, name: &str) -> Option<Place> {
        let index = self.globals.keys().position(|key| &**key == name)?;
        let start = u32::try_from(index).expect("a small package");
        Some(Place {
            file: FileId(7),
            span: Span::new(start, start + 1),
        })
    }
    fn names(&self) -> Vec<Arc<str>> {
        self.globals.keys().cloned().collect()
    }
}

const ENUMS: [(&str, bool, &[&str]); 4] = [
    ("Country", false, &["US", "CA", "GB", "DE", "FR", "other"]),
    ("Tier", true, &["bronze", "silver", "gold"]),
    (
        "Weekday",
        true,
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
    (
        "lifecycle",
        false,
        &["fresh", "active", "at_risk", "lapsed"],
    ),
];

/// Nobody's enums: what `Sent` may tell of.
const OWN_ENUMS: [(&str, &[&str]); 2] = [
    ("content", &["cart_reminder", "welcome"]),
    ("channel", &["email", "sms"]),
];

/// The catalogs; the first field is the key.
const CATALOGS: [(&str, &str); 3] = [
    ("Plan", "tier: Tier; fee: Money<EUR>"),
    (
        "Product",
        "sku: String; title: String; price: Money<USD>; weight: Float?; tags: Set<String>; dims.height: Int; \
         country: Country?; in_stock: Bool",
    ),
    (
        "Store",
        "number: Int; location: Geo; open: Bool; phone: Phone?",
    ),
];

const PROFILE: &str = "id: String; email: Email?; first_name: String?; country: Country; home: Country?; other: Country; \
    tier: Tier; level: Tier?; timezone: TimeZone; birthday: Date?; renewed_on: Date; signed_up_at: Timestamp; \
    last_seen: Timestamp?; lifetime_spend: Money<USD>; budget: Money<EUR>?; yen: Money<JPY>; points: Int; score: Int?; ratio: Float; rate: Float?; \
    tags: Set<String>; wishes: List<String>?; name: String; code: String?; accepts: Bool?; active: Bool; \
    address.city: String?; address.zip: String?; address.location: Geo?; consent.email: Bool; consent.offers: Bool; \
    lines: List<{sku: String; quantity: Int; gift: Bool?; price: Money<USD>; sent.on: Date?}>; visited: List<Country>; tolerance: Duration; opens: TimeOfDay; \
    reach: Length?; page: Html; seen_on: List<Date>?";

const EVENTS: [(&str, &str); 4] = [
    ("CartAdded", "sku: String; value: Money<USD>"),
    ("EmailOpened", "message: String"),
    (
        "ProductViewed",
        "sku: String; category: String; seconds: Int?; source: String?",
    ),
    (
        "Purchase",
        "order_id: String; total: Money<USD>; discount: Money<USD>?; channel: String?; country: Country; coupons: List<String>; \
         items: List<{sku: String; category: String; quantity: Int; price: Money<USD>; note: String?}>; \
         ship.city: String; ship.zip: String?; sku: Int",
    ),
];

impl Shop {
    /// The package.
    pub(super) fn new() -> Self {
        let enums = ENUMS.iter().map(|(name, ordered, values)| EnumDef {
            name: Arc::from(*name),
            ordered: *ordered,
            values: values
                .iter()
                .map(|value| (Arc::from(*value), None))
                .collect(),
        });
        let own = OWN_ENUMS.map(|(name, values)| {
            crate::decl::own_enum(name, values.iter().map(|value| Arc::from(*value)).collect())
        });
        let enums = enums.chain(own);
        let declared = ENUMS.len();
        let sent = crate::decl::sent_table(EnumId::from(declared), EnumId::from(declared + 1));
        let catalogs = CATALOGS.map(|(name, fields)| Catalog {
            table: table(name, fields, false),
            key: FieldId(0),
        });
        let profile = table("Customer", PROFILE, false);
        let zone = profile.field("timezone");
        let key = profile.field("id").expect("the key is a field");
        let all = |ids: &[u32]| ids.iter().map(|id| EventId(*id)).collect::<Vec<_>>();
        let schema = Schema {
            enums: enums.collect(),
            profile,
            key,
            zone,
            events: EVENTS
                .iter()
                .map(|(name, fields)| table(name, fields, true))
                .chain([sent])
                .collect(),
            groups: BTreeMap::from([
                (Arc::from("Activity"), all(&[0, 1, 2, 3])),
                (Arc::from("Browsing"), all(&[0, 2])),
            ]),
            catalogs: catalogs.into_iter().collect(),
            sent: EventId::from(EVENTS.len()),
        };
        Self {
            schema,
            globals: globals(),
        }
    }

    /// The id of an event.
    pub(super) fn event(&self, name: &str) -> EventId {
        let found = self
            .schema
            .events
            .iter_enumerated()
            .find(|(_, table)| &*table.name == name);
        found.expect("an event of the fixture").0
    }
}

fn table(name: &str, fields: &str, event: bool) -> TableDef {
    let mut all: IndexVec<_, FieldDef> = IndexVec::new();
    let mut add = |name: &str, ty: Type| {
        let default = (name == "country").then_some(Const::Enum(5));
        all.push(FieldDef {
            name: Arc::from(name),
            ty,
            default,
            pii: false,
            doc: None,
        });
    };
    if event {
        add("at", ty("Timestamp"));
        add("id", ty("String?"));
    }
    for (name, kind) in split_fields(fields) {
        add(name, ty(kind));
    }
    let origin = Place {
        file: FileId(9),
        span: Span::default(),
    };
    TableDef {
        name: Arc::from(name),
        fields: all,
        checks: Vec::new(),
        origin,
    }
}

/// `a: T; b: { c: U; d: V }` by field.
fn split_fields(text: &str) -> Vec<(&str, &str)> {
    let mut depth = 0;
    let parts = text.split(|c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ';' && depth == 0
    });
    parts
        .map(|part| {
            let (name, kind) = part.split_once(':').expect("a field has a type");
            (name.trim(), kind.trim())
        })
        .collect()
}

/// A type as written in the fixture and in the tables.
pub(super) fn ty(text: &str) -> Type {
    let text = text.trim();
    if let Some(known) = text.strip_suffix('?') {
        return ty(known).optional();
    }
    if let Some(fields) = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    {
        return Type::of(TypeKind::Record(Arc::new(record(fields))));
    }
    if let Some((outer, inner)) = text.split_once('<') {
        let inner = inner.strip_suffix('>').expect("a closed `<`");
        return Type::of(match outer {
            "List" => TypeKind::List(Arc::new(ty(inner))),
            "Set" => TypeKind::Set(Arc::new(ty(inner))),
            "Field" => TypeKind::Field(Arc::new(ty(inner))),
            _ => TypeKind::Money(Currency::from_code(inner).expect("a currency")),
        });
    }
    let simple = [
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
        ("Event", TypeKind::Event),
    ];
    if let Some((_, kind)) = simple.iter().find(|(name, _)| *name == text) {
        return Type::of(kind.clone());
    }
    let index = ENUMS.iter().position(|(name, ..)| *name == text);
    Type::of(TypeKind::Enum(EnumId::from(
        index.unwrap_or_else(|| panic!("no type {text}")),
    )))
}

/// Dotted names become nested records.
fn record(fields: &str) -> RecordType {
    let mut all: Vec<Field> = Vec::new();
    for (name, kind) in split_fields(fields) {
        let (outer, inner) = name
            .split_once('.')
            .map_or((name, None), |(outer, inner)| (outer, Some(inner)));
        let ty = match inner {
            None => ty(kind),
            Some(inner) => Type::of(TypeKind::Record(Arc::new(record(&format!(
                "{inner}: {kind}"
            ))))),
        };
        all.push(Field {
            name: Arc::from(outer),
            ty,
        });
    }
    RecordType { fields: all }
}

/// `a: Int, b: Duration = 30d`, where the default is a number of the type's own units.
pub(super) fn params(text: &str) -> Vec<Param> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    text.split(',')
        .map(|part| {
            let (name, kind) = part.split_once(':').expect("a parameter has a type");
            let (kind, default) = kind
                .split_once('=')
                .map_or((kind, None), |(kind, default)| (kind, Some(default)));
            let default =
                default.map(|default| Const::Int(default.trim().parse().expect("a number")));
            Param {
                name: Arc::from(name.trim()),
                ty: ty(kind),
                default,
            }
        })
        .collect()
}

fn signature(params_text: &str, result: &str) -> Signature {
    Signature {
        params: params(params_text),
        ty: ty(result),
        open: None,
        open_params: Vec::new(),
        history: false,
    }
}

fn open(name: &str, operand: &str, signature: Signature) -> Signature {
    let operand = OpenOperand {
        text: Arc::from(operand),
        span: Span::default(),
        declaration: Some(Arc::from(name)),
    };
    Signature {
        open: Some(operand),
        ..signature
    }
}

fn globals() -> BTreeMap<Arc<str>, Global> {
    let history = |signature: Signature| Signature {
        history: true,
        ..signature
    };
    let leaves = |signature: Signature| Signature {
        open_params: vec![0],
        ..signature
    };
    let mut all: Vec<(&str, Global)> = vec![
        ("Customer", Global::Profile),
        ("crm", Global::Source),
        ("broken", Global::Broken),
        (
            "EU",
            Global::Const {
                ty: ty("List<Country>"),
                value: Const::List(vec![Const::Enum(3), Const::Enum(4)]),
            },
        ),
        (
            "LIMIT",
            Global::Const {
                ty: ty("Int"),
                value: Const::Int(3),
            },
        ),
        (
            "order_value",
            Global::Trait(history(signature("", "Money<USD>?"))),
        ),
        ("loyal", Global::Trait(signature("", "Bool"))),
        (
            "is_us",
            Global::Trait(open("is_us", "home", signature("", "Bool"))),
        ),
        (
            "spent",
            Global::Trait(history(signature(
                "field: Field<Money<USD>>, window: Duration = 2592000000000",
                "Money<USD>",
            ))),
        ),
        (
            "happened",
            Global::Trait(history(signature("what: Event", "Bool"))),
        ),
        (
            "seconds_of",
            Global::Trait(history(signature("field: Field<Int?>", "Int"))),
        ),
        (
            "wants",
            Global::Trait(leaves(signature("land: Country?", "Bool"))),
        ),
        ("double", Global::Fn(signature("n: Int", "Int"))),
        (
            "scaled",
            Global::Fn(signature("x: Float, by: Int = 2", "Float")),
        ),
        ("adult", Global::Fn(signature("born: Date", "Bool"))),
        (
            "young",
            Global::Fn(leaves(signature("born: Date?", "Bool"))),
        ),
        ("vip", Global::Segment(history(signature("", "Bool")))),
        (
            "us_people",
            Global::Segment(open("us_people", "home", signature("", "Bool"))),
        ),
        (
            "recent_browser",
            Global::Segment(history(signature(
                "topic: String, window: Duration = 172800000000",
                "Bool",
            ))),
        ),
        ("lifecycle", Global::Partition(EnumId(3))),
        ("Plan", Global::Catalog(CatalogId(0))),
        ("Product", Global::Catalog(CatalogId(1))),
        ("Store", Global::Catalog(CatalogId(2))),
        ("Sent", Global::Event(EventId::from(EVENTS.len()))),
        ("offers", Global::Purpose),
        ("email_channel", Global::Channel),
        ("similar", Global::Recommend(signature("", "Bool"), 4)),
    ];
    let names: Vec<(&str, Global)> = EVENTS
        .iter()
        .enumerate()
        .map(|(index, (name, _))| (*name, Global::Event(EventId::from(index))))
        .chain(
            ENUMS
                .iter()
                .enumerate()
                .take(3)
                .map(|(index, (name, ..))| (*name, Global::Enum(EnumId::from(index)))),
        )
        .chain([("Activity", Global::Events), ("Browsing", Global::Events)])
        .collect();
    all.extend(names);
    all.into_iter()
        .map(|(name, global)| (Arc::from(name), global))
        .collect()
}
