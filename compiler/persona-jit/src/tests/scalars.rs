//! Scalar operations over every pair of edge values, rather than a few random ones.

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{Builder, ColId, Const, DatePart, F64, InstantSpec, NodeId, Op, Ty};
use persona_runtime::{Column, Dataset, EventTable, Strings, Value, build};

use super::fixture::{self, FLOATS, INTS, NOW, TEXTS, WEEKDAY, euro};
use super::{agree, at, plans};

/// A profile for each row, with these values in the named columns and nothing elsewhere.
pub(super) fn data(columns: &[(&str, Vec<Value>)]) -> Dataset {
    let schema = fixture::schema();
    let rows = columns[0].1.len();
    let mut strings = Arc::new(Strings::new());
    let mut table: IndexVec<ColId, Column> = IndexVec::new();
    for (id, field) in schema.profile.columns.iter_enumerated() {
        let given = columns.iter().find(|(name, _)| *name == &*field.name);
        let values = match given {
            Some((_, values)) => values.clone(),
            None if id == schema.key => (0..rows)
                .map(|row| Value::text(format!("{row:05}")))
                .collect(),
            None => vec![Value::Missing; rows],
        };
        table.push(build::column(&values, &field.ty, &mut strings));
    }
    let no_events = |columns: &persona_ir::Table, strings: &mut Arc<Strings>| EventTable {
        offsets: vec![0; rows + 1].into(),
        columns: columns
            .columns
            .iter()
            .map(|field| build::column(&[], &field.ty, strings))
            .collect(),
        order: Vec::new().into(),
    };
    let events = schema
        .events
        .iter()
        .map(|table| no_events(table, &mut strings))
        .collect();
    Dataset {
        strings,
        profiles: rows,
        has_row: None,
        columns: table,
        events,
        catalogs: Arc::default(),
    }
}

/// Every pair of values, in two columns; each may be missing.
fn pairs(a: &str, b: &str, left: &[Value], right: &[Value]) -> Dataset {
    let with_none = |values: &[Value]| {
        values
            .iter()
            .cloned()
            .chain([Value::Missing])
            .collect::<Vec<_>>()
    };
    let (left, right) = (with_none(left), with_none(right));
    let firsts = left
        .iter()
        .flat_map(|x| right.iter().map(|_| x.clone()))
        .collect();
    let seconds = left.iter().flat_map(|_| right.iter().cloned()).collect();
    data(&[(a, firsts), (b, seconds)])
}

/// An operation on two operands, its type, and whether it may be missing.
type Case = (fn(NodeId, NodeId) -> Op, Ty, bool);

/// Checks operations on two columns over all pairs of values.
fn check(data: &Dataset, columns: (&str, &str), ops: &[Case]) {
    let mut b = Builder::new();
    let (x, y) = (
        plans::profile(&mut b, columns.0),
        plans::profile(&mut b, columns.1),
    );
    let mut nodes = Vec::new();
    for (op, ty, optional) in ops {
        nodes.push(b.node(op(x, y), ty.clone(), *optional));
    }
    agree(&plans::traits(b, &nodes), data, &at(NOW)).unwrap();
}

fn ints() -> Vec<Value> {
    let more = [
        i64::MAX - 1,
        i64::MIN + 1,
        1 << 62,
        -(1 << 62),
        3_037_000_500,
        4_611_686_018_427_387_905,
    ];
    INTS.iter()
        .chain(&more)
        .map(|value| Value::Int(*value))
        .collect()
}

fn floats() -> Vec<Value> {
    let more = [
        -9_223_372_036_854_775_808.0,
        9_223_372_036_854_775_808.0,
        5e-324,
        4_503_599_627_370_495.5,
        3.0,
        7.0,
    ];
    FLOATS
        .iter()
        .chain(&more)
        .map(|value| Value::Float(*value))
        .collect()
}

fn texts() -> Vec<Value> {
    TEXTS.iter().map(|text| Value::text(*text)).collect()
}

#[test]
fn integers() {
    let data = pairs("n", "m", &ints(), &ints());
    let (int, bool, float) = (Ty::Int, Ty::Bool, Ty::Float);
    check(
        &data,
        ("n", "m"),
        &[
            (Op::Add, int.clone(), true),
            (Op::Sub, int.clone(), true),
            (Op::Mul, int.clone(), true),
            (Op::IntDiv, int.clone(), true),
            (Op::IntMod, int.clone(), true),
            (Op::Min, int.clone(), true),
            (Op::Max, int.clone(), true),
            (Op::Coalesce, int, true),
            (Op::Ratio, float, true),
            (Op::Eq, bool.clone(), false),
            (Op::Lt, bool.clone(), false),
            (Op::Le, bool, false),
        ],
    );
}

#[test]
fn floats_and_integers() {
    let data = pairs("x", "y", &floats(), &floats());
    let (float, bool) = (Ty::Float, Ty::Bool);
    check(
        &data,
        ("x", "y"),
        &[
            (Op::FAdd, float.clone(), true),
            (Op::FSub, float.clone(), true),
            (Op::FMul, float.clone(), true),
            (Op::FDiv, float.clone(), true),
            (Op::Min, float.clone(), true),
            (Op::Max, float, true),
            (Op::Eq, bool.clone(), false),
            (Op::Lt, bool.clone(), false),
            (Op::Le, bool.clone(), false),
            (Op::GeoMake, Ty::Geo, true),
        ],
    );
    let mixed = pairs("n", "x", &ints(), &floats());
    let flipped: [Case; 3] = [
        (|a, b| Op::EqNum(b, a), bool.clone(), false),
        (|a, b| Op::LtNum(b, a), bool.clone(), false),
        (|a, b| Op::LeNum(b, a), bool.clone(), false),
    ];
    check(&mixed, ("n", "x"), &flipped);
    let straight: [Case; 3] = [
        (Op::EqNum, bool.clone(), false),
        (Op::LtNum, bool.clone(), false),
        (Op::LeNum, bool, false),
    ];
    check(&mixed, ("n", "x"), &straight);
    let money = pairs("spent", "x", &ints(), &floats());
    check(
        &money,
        ("spent", "x"),
        &[(Op::Scale, euro(), true), (Op::Unscale, euro(), true)],
    );
    let halves = pairs("spent", "n", &ints(), &ints());
    check(
        &halves,
        ("spent", "n"),
        &[(Op::UnscaleInt, euro(), true), (Op::Mul, euro(), true)],
    );
}

#[test]
fn one_number() {
    let mut b = Builder::new();
    let (n, x) = (plans::profile(&mut b, "n"), plans::profile(&mut b, "x"));
    let nodes = [
        b.node(Op::Neg(n), Ty::Int, true),
        b.node(Op::Abs(n), Ty::Int, true),
        b.node(Op::ToFloat(n), Ty::Float, true),
        b.node(Op::FNeg(x), Ty::Float, true),
        b.node(Op::Abs(x), Ty::Float, true),
        b.node(Op::Round(x), Ty::Int, true),
        b.node(Op::Floor(x), Ty::Int, true),
        b.node(Op::Ceil(x), Ty::Int, true),
        b.node(Op::Known(x), Ty::Bool, false),
    ];
    agree(
        &plans::traits(b, &nodes),
        &pairs("n", "x", &ints(), &floats()),
        &at(NOW),
    )
    .unwrap();
}

#[test]
fn pairs_of_texts() {
    let data = pairs("s", "t", &texts(), &texts());
    let bool = Ty::Bool;
    check(
        &data,
        ("s", "t"),
        &[
            (Op::Eq, bool.clone(), false),
            (Op::Lt, bool.clone(), false),
            (Op::Le, bool.clone(), false),
            (Op::EqFold, bool.clone(), false),
            (Op::Contains, bool.clone(), false),
            (Op::StartsWith, bool.clone(), false),
            (Op::EndsWith, bool, false),
            (|a, b| Op::Concat([a, b, a].into()), Ty::Str, true),
            (Op::Min, Ty::Str, true),
            (Op::Max, Ty::Str, true),
        ],
    );
}

/// A made text equals, orders and prints like one of the data, whichever it is.
#[test]
fn texts_that_are_made_compare_with_those_of_the_data_and_of_the_plan() {
    let mut b = Builder::new();
    let (s, t) = (plans::profile(&mut b, "s"), plans::profile(&mut b, "t"));
    let lower = b.node(Op::Lower(s), Ty::Str, true);
    let upper = b.node(Op::Upper(t), Ty::Str, true);
    let absent = b.constant(Const::Str("nowhere in the data".into()), Ty::Str);
    let upper_absent = b.constant(Const::Str("STRASSE".into()), Ty::Str);
    let joined = b.node(Op::Concat([lower, upper].into()), Ty::Str, true);
    let mut nodes = vec![
        b.node(Op::Trim(s), Ty::Str, true),
        b.node(Op::Fold(s), Ty::Str, true),
        b.node(Op::Domain(s), Ty::Str, true),
        b.node(Op::StrLen(joined), Ty::Int, true),
        b.node(Op::Matches(joined, "(?i)^a.*B$".into()), Ty::Bool, false),
        joined,
        absent,
        lower,
        upper,
    ];
    for (x, y) in [
        (lower, t),
        (upper, s),
        (lower, upper),
        (lower, absent),
        (upper, upper_absent),
        (joined, s),
    ] {
        nodes.push(b.node(Op::Eq(x, y), Ty::Bool, false));
        nodes.push(b.node(Op::Lt(x, y), Ty::Bool, false));
    }
    let set = [
        "A",
        "AB",
        "nowhere in the data",
        "strasse",
        "z1",
        "z2",
        "z3",
        "z4",
    ];
    let set = set.map(|text| Const::Str(text.into()));
    nodes.push(b.node(Op::In(upper, set.clone().into()), Ty::Bool, false));
    nodes.push(b.node(Op::In(lower, set[..4].into()), Ty::Bool, false));
    let answers = agree(
        &plans::traits(b, &nodes),
        &pairs("s", "t", &texts(), &texts()),
        &at(NOW),
    )
    .unwrap();
    assert_eq!(answers.value(6, 0), Value::text("nowhere in the data"));
}

#[test]
fn constants_of_membership_are_found_at_any_number() {
    for count in [1, 2, 6, 7, 12] {
        let mut b = Builder::new();
        let (n, x) = (plans::profile(&mut b, "n"), plans::profile(&mut b, "x"));
        let (mut ints, mut floats) = (INTS[..count].to_vec(), FLOATS[..count].to_vec());
        ints.sort_unstable();
        floats.sort_by(f64::total_cmp);
        let ints = ints.into_iter().map(Const::Int).collect();
        let floats = floats
            .into_iter()
            .map(|value| Const::Float(F64::new(value)))
            .collect();
        let nodes = [
            b.node(Op::In(n, ints), Ty::Bool, false),
            b.node(Op::In(x, floats), Ty::Bool, false),
        ];
        let values = pairs("n", "x", &self::ints(), &self::floats());
        agree(&plans::traits(b, &nodes), &values, &at(NOW)).unwrap();
    }
}

#[test]
fn dates_and_instants_in_zones_where_clocks_change() {
    let zones = [
        "Europe/Berlin",
        "America/St_Johns",
        "Pacific/Apia",
        "Australia/Lord_Howe",
        "Nowhere",
        "europe/berlin",
    ];
    let zones: Vec<Value> = zones.iter().map(|zone| Value::text(*zone)).collect();
    let hours = (0..60).map(|hour| NOW - 36 * fixture::HOUR + hour * fixture::HOUR + 7);
    let ends = [-62_135_596_800_000_000, 253_402_300_799_999_999, -1, 0];
    let instants: Vec<Value> = hours.chain(ends).map(Value::Int).collect();
    let mut data = pairs("zone", "since", &zones, &instants);
    let born: Vec<Value> = (0..data.profiles)
        .map(|row| {
            Value::Int([11_016, 20_541, -719_162, 2_932_896, 20_176][row % 5] + row as i64 % 3 - 1)
        })
        .map(|date| Value::Int(date.int().unwrap().clamp(-719_162, 2_932_896)))
        .collect();
    let col = fixture::schema().profile.column("born").unwrap();
    data.columns[col] = build::column(&born, &Ty::Date, &mut data.strings);
    let mut b = Builder::new();
    let (since, born) = (
        plans::profile(&mut b, "since"),
        plans::profile(&mut b, "born"),
    );
    let mut nodes = vec![
        b.node(Op::DateOf(since), Ty::Date, true),
        b.node(Op::StartOfDay(born), Ty::Timestamp, true),
        b.node(Op::Age(born), Ty::Int, true),
        b.node(Op::Anniversary(born), Ty::Date, true),
        b.node(Op::DaysSince(since), Ty::Int, true),
        b.node(Op::Display(since, None), Ty::Str, true),
        b.node(
            Op::DateAdd {
                date: born,
                months: -13,
                days: 40,
            },
            Ty::Date,
            true,
        ),
        b.node(Op::LocalPart(since, DatePart::Time), Ty::TimeOfDay, true),
        b.node(
            Op::LocalPart(since, DatePart::Weekday),
            Ty::Enum(WEEKDAY),
            true,
        ),
        b.node(
            Op::DatePart(born, DatePart::Weekday),
            Ty::Enum(WEEKDAY),
            true,
        ),
        b.node(Op::LocalPart(since, DatePart::Date), Ty::Date, true),
        b.node(Op::Now, Ty::Timestamp, false),
        b.node(
            Op::Today {
                months: 1,
                days: -1,
            },
            Ty::Date,
            false,
        ),
        b.node(
            Op::Instant(InstantSpec::NowPlus(-fixture::DAY)),
            Ty::Timestamp,
            false,
        ),
        b.node(
            Op::Instant(InstantSpec::NowPlusPeriod {
                months: -1,
                days: 2,
            }),
            Ty::Timestamp,
            false,
        ),
    ];
    for part in [
        DatePart::Year,
        DatePart::Quarter,
        DatePart::Month,
        DatePart::Day,
    ] {
        nodes.push(b.node(Op::DatePart(born, part), Ty::Int, true));
        nodes.push(b.node(Op::LocalPart(since, part), Ty::Int, true));
    }
    for part in [DatePart::Hour, DatePart::Minute] {
        nodes.push(b.node(Op::LocalPart(since, part), Ty::Int, true));
    }
    let plan = plans::traits(b, &nodes);
    for now in [NOW, NOW - 11 * fixture::HOUR, i64::MIN, i64::MAX] {
        agree(&plan, &data, &at(now)).unwrap();
    }
}
