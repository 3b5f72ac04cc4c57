//! The nine predicates as a plan, and people as rows.

use persona_base::{Currency, FileId, IndexVec, Span};
use persona_ir::{
    Builder, ColId, Column, Const, Explain, ExplainKind, F64, InstantSpec, NodeId, Op, Output,
    OutputKind, Place, Plan, Schema, Table, Ty, Weekday,
};
use persona_jit::{RowError, RowWriter};
use persona_runtime::Value;

use crate::people::{DAY, Person};

/// Microseconds in a second.
pub(crate) const SECOND: i64 = 1_000_000;

/// The names of the predicates as segments.
pub(crate) const SEGMENTS: [&str; 9] = ["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9"];

const COLUMNS: [&str; 17] = [
    "id",
    "age",
    "orders",
    "sessions",
    "spend",
    "churn",
    "balance",
    "credit",
    "last_seen",
    "subscriber",
    "country",
    "email",
    "city",
    "plan",
    "device",
    "region",
    "tags",
];

fn types() -> [Ty; 17] {
    let money = Ty::Money(Currency::from_code("EUR").expect("there are euros"));
    [
        Ty::Str,
        Ty::Int,
        Ty::Int,
        Ty::Int,
        Ty::Float,
        Ty::Float,
        money.clone(),
        money,
        Ty::Timestamp,
        Ty::Bool,
        Ty::Str,
        Ty::Str,
        Ty::Str,
        Ty::Str,
        Ty::Str,
        Ty::Str,
        Ty::List(std::sync::Arc::new(Ty::Str)),
    ]
}

fn schema() -> Schema {
    let column = |(name, ty): (&str, Ty)| Column {
        name: name.into(),
        ty,
        validate: None,
        optional: name == "region",
        default: None,
    };
    Schema {
        catalogs: Default::default(),
        enums: IndexVec::new(),
        profile: Table {
            name: "Person".into(),
            columns: COLUMNS.into_iter().zip(types()).map(column).collect(),
        },
        key: ColId(0),
        zone: None,
        events: IndexVec::new(),
    }
}

/// Writes predicates.
struct Writer {
    b: Builder,
}

impl Writer {
    fn field(&mut self, name: &str) -> NodeId {
        let place = COLUMNS.iter().position(|column| *column == name);
        let place = place.expect("a column");
        let col = ColId(u32::try_from(place).expect("few columns"));
        let ty = types()[place].clone();
        self.b.node(Op::Profile(col), ty, name == "region")
    }

    fn bool(&mut self, op: Op) -> NodeId {
        self.b.node(op, Ty::Bool, false)
    }

    fn int(&mut self, like: NodeId, value: i64) -> NodeId {
        let ty = self.b.get(like).ty.clone();
        self.b.constant(Const::Int(value), ty)
    }

    fn float(&mut self, value: f64) -> NodeId {
        self.b.constant(Const::Float(F64::new(value)), Ty::Float)
    }

    fn text(&mut self, value: &str) -> NodeId {
        self.b.constant(Const::Str(value.into()), Ty::Str)
    }

    fn at_least(&mut self, name: &str, value: i64) -> NodeId {
        let field = self.field(name);
        let value = self.int(field, value);
        self.bool(Op::Le(value, field))
    }

    fn below(&mut self, name: &str, value: i64) -> NodeId {
        let field = self.field(name);
        let value = self.int(field, value);
        self.bool(Op::Lt(field, value))
    }

    fn more_than(&mut self, name: &str, value: f64) -> NodeId {
        let (field, value) = (self.field(name), self.float(value));
        self.bool(Op::Lt(value, field))
    }

    fn is(&mut self, name: &str, value: &str) -> NodeId {
        let (field, value) = (self.field(name), self.text(value));
        self.bool(Op::Eq(field, value))
    }

    fn seen_within(&mut self, days: i64) -> NodeId {
        let spec = InstantSpec::NowPlus(-days * DAY * SECOND);
        let from = self.b.node(Op::Instant(spec), Ty::Timestamp, false);
        let seen = self.field("last_seen");
        self.bool(Op::Le(from, seen))
    }

    fn all(&mut self, parts: impl IntoIterator<Item = NodeId>) -> NodeId {
        let parts = sorted(parts);
        self.bool(Op::And(parts))
    }

    fn any(&mut self, parts: impl IntoIterator<Item = NodeId>) -> NodeId {
        let parts = sorted(parts);
        self.bool(Op::Or(parts))
    }
}

fn sorted(parts: impl IntoIterator<Item = NodeId>) -> Box<[NodeId]> {
    let mut parts: Vec<NodeId> = parts.into_iter().collect();
    parts.sort_unstable();
    parts.into()
}

fn predicates(w: &mut Writer) -> [NodeId; 9] {
    let age = w.field("age");
    let p1 = w.at_least("age", 18);
    let country = w.field("country");
    let countries = ["CA", "GB", "US"].map(|name| Const::Str(name.into()));
    let listed = w.bool(Op::In(country, countries.into()));
    let (from, most) = (w.at_least("age", 25), w.int(age, 54));
    let to = w.bool(Op::Le(age, most));
    let p2 = w.all([listed, from, to]);
    let p3 = [w.more_than("spend", 1000.0), w.at_least("orders", 3)];
    let p3 = w.all(p3);
    let (email, anna) = (w.field("email"), w.text("anna"));
    let starts = w.bool(Op::StartsWith(email, anna));
    let (city, york) = (w.field("city"), w.text("York"));
    let contains = w.bool(Op::Contains(city, york));
    let p4 = w.all([starts, contains]);
    let p5 = w.is("region", "EMEA");
    let p6 = w.seen_within(30);
    let (tags, premium) = (w.field("tags"), w.text("premium"));
    let p7 = w.bool(Op::Has(tags, premium));
    let p8 = twenty_terms(w);
    let p9 = [w.at_least("balance", 9995), w.below("credit", 1000)];
    let p9 = w.all(p9);
    [p1, p2, p3, p4, p5, p6, p7, p8, p9]
}

fn twenty_terms(w: &mut Writer) -> NodeId {
    let ages = [w.at_least("age", 25), w.below("age", 55)];
    let who = [w.all(ages), w.is("plan", "pro"), w.is("plan", "enterprise")];
    let who = w.any(who);
    let (churn, little) = (w.field("churn"), w.float(0.3));
    let stays = w.bool(Op::Lt(churn, little));
    let active = [w.at_least("sessions", 4), stays, w.field("subscriber")];
    let active = w.any(active);
    let us = [w.is("country", "US"), w.more_than("spend", 100.0)];
    let gb = [w.is("country", "GB"), w.more_than("spend", 80.0)];
    let de = [w.is("country", "DE"), w.at_least("orders", 2)];
    let fr = [w.is("country", "FR"), w.at_least("orders", 3)];
    let worth = [w.all(us), w.all(gb), w.all(de), w.all(fr)];
    let worth = w.any(worth);
    let device = [
        w.is("device", "ios"),
        w.is("device", "android"),
        w.seen_within(7),
    ];
    let device = w.any(device);
    let sessions = w.field("sessions");
    let none = w.int(sessions, 0);
    let gone = [w.more_than("churn", 0.9), w.bool(Op::Eq(sessions, none))];
    let gone = w.all(gone);
    let there = w.bool(Op::Not(gone));
    w.all([who, active, worth, device, there])
}

/// The plan.
pub(crate) fn plan() -> Plan {
    let mut w = Writer { b: Builder::new() };
    let nodes = predicates(&mut w);
    let place = Place {
        file: FileId(0),
        span: Span::new(0, 0),
    };
    let output = |(name, node): (&str, NodeId)| Output {
        name: name.into(),
        title: None,
        kind: OutputKind::Segment,
        node,
        explain: Explain {
            kind: ExplainKind::Atom,
            place,
            node: None,
            parts: Vec::new(),
        },
    };
    Plan {
        package: "rows".into(),
        zone: "UTC".into(),
        week_start: Weekday::Monday,
        schema: schema(),
        nodes: w.b.finish(),
        outputs: SEGMENTS.into_iter().zip(nodes).map(output).collect(),
        ranks: IndexVec::new(),
        checks: Vec::new(),
        sources: Vec::new(),
        prefer: Vec::new(),
    }
}

/// Somebody's tags as a value, made once.
pub(crate) fn tags(person: &Person) -> Vec<Value> {
    person
        .tags
        .iter()
        .map(|tag| Value::text(tag.as_str()))
        .collect()
}

/// Writes somebody into a row.
pub(crate) fn fill(row: &mut RowWriter<'_>, p: &Person, tags: &[Value]) -> Result<(), RowError> {
    let ints = [p.age, p.orders, p.sessions];
    for (col, value) in (1..).zip(ints) {
        row.set(ColId(col), value)?;
    }
    row.set(ColId(4), p.spend)?;
    row.set(ColId(5), p.churn)?;
    for (col, value) in (6..).zip([p.balance, p.credit, p.last_seen * SECOND]) {
        row.set(ColId(col), value)?;
    }
    row.set(ColId(9), p.subscriber)?;
    let texts = [&p.country, &p.email, &p.city, &p.plan, &p.device];
    for (col, value) in (10..).zip(texts) {
        row.set(ColId(col), value.as_str())?;
    }
    row.set(ColId(15), p.region())?;
    row.set(ColId(16), tags)
}
