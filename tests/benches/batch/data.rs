//! Made-up people: thirteen columns in the distributions that such data have, some with missing values.

use std::sync::Arc;

use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use persona_base::IndexVec;
use persona_ir::Plan;
use persona_runtime::{Codes, Column, Dataset, Ints, Strings, TextCodes, Values};

use crate::random::{Random, Zipf};

pub(crate) const DAY: i64 = 86_400_000_000;
/// 2026-09-21.
pub(crate) const NOW: i64 = 1_790_000_000_000_000;
pub(crate) const DEVICES: [&str; 5] = ["ios", "android", "web", "desktop", "tv"];
pub(crate) const PLANS: [&str; 4] = ["free", "basic", "pro", "enterprise"];
const COUNTRIES: usize = 60;
const CITIES: usize = 2000;

pub(crate) const MANIFEST: &str =
    "[package]\nname = \"batch\"\nversion = \"0.1.0\"\nlanguage = \"1\"\ntimezone = \"UTC\"\n";

/// The benchmark beside other engines reads it too.
pub(crate) const PROFILE: &str = include_str!("person.persona");

/// The enumerations of the profile.
pub(crate) fn enums() -> String {
    let countries: Vec<String> = (0..COUNTRIES).map(country).collect();
    format!(
        "enum Country {{ {} }}\nenum Device {{ {} }}\nenum Plan {{ {} }}\n",
        countries.join(", "),
        DEVICES.join(", "),
        PLANS.join(", ")
    )
}

pub(crate) fn country(code: usize) -> String {
    format!("c{code:02}")
}

pub(crate) fn city(code: usize) -> String {
    format!("city_{code:04}")
}

/// People, column by column, in the types that one would choose by hand without looking at the values.
pub(crate) struct People {
    pub(crate) age: Vec<i32>,
    pub(crate) age_known: NullBuffer,
    pub(crate) orders: Vec<i32>,
    pub(crate) sessions: Vec<i32>,
    pub(crate) spend: Vec<f64>,
    pub(crate) churn: Vec<f64>,
    pub(crate) churn_known: NullBuffer,
    pub(crate) balance: Vec<i64>,
    pub(crate) last_seen: Vec<i64>,
    pub(crate) signup: Vec<i64>,
    pub(crate) country: Vec<u8>,
    pub(crate) device: Vec<u8>,
    pub(crate) plan: Vec<u8>,
    pub(crate) city: Vec<u16>,
    pub(crate) opt_in: BooleanBuffer,
}

impl People {
    pub(crate) fn len(&self) -> usize {
        self.age.len()
    }

    pub(crate) fn generate(len: usize) -> Self {
        let mut seed = 0;
        let mut stream = || {
            seed += 7;
            Random(seed << 32)
        };
        fn column<T>(len: usize, mut random: Random, value: impl Fn(&mut Random) -> T) -> Vec<T> {
            (0..len).map(|_| value(&mut random)).collect()
        }
        let bits = |mut random: Random, share: f64| {
            BooleanBuffer::collect_bool(len, |_| random.uniform() < share)
        };
        let (countries, devices) = (Zipf::new(COUNTRIES, 1.0), Zipf::new(5, 1.0));
        let (plans, cities) = (Zipf::new(4, 1.5), Zipf::new(CITIES, 0.9));
        let cents = |value: f64, unit: f64| (value * unit).round() / unit;
        let five_years = 5.0 * 365.0 * DAY as f64;
        Self {
            age: column(len, stream(), |random| {
                (38.0 + 14.0 * random.normal()).clamp(13.0, 95.0) as i32
            }),
            age_known: NullBuffer::new(bits(stream(), 0.95)),
            orders: column(len, stream(), |random| random.geometric(0.25) as i32),
            sessions: column(len, stream(), |random| random.geometric(1.0 / 6.0) as i32),
            spend: column(len, stream(), |random| {
                cents((4.0 + 1.6 * random.normal()).exp(), 100.0)
            }),
            churn: column(len, stream(), |random| {
                cents(random.second_of_five(), 10_000.0)
            }),
            churn_known: NullBuffer::new(bits(stream(), 0.9)),
            balance: column(len, stream(), |random| {
                random.exponential(8000.0).round() as i64
            }),
            last_seen: column(len, stream(), |random| {
                NOW - (random.gamma(0.8) * 40.0 * DAY as f64) as i64
            }),
            signup: column(len, stream(), |random| {
                NOW - (random.uniform() * five_years) as i64
            }),
            country: column(len, stream(), |random| countries.pick(random) as u8),
            device: column(len, stream(), |random| devices.pick(random) as u8),
            plan: column(len, stream(), |random| plans.pick(random) as u8),
            city: column(len, stream(), |random| cities.pick(random) as u16),
            opt_in: bits(stream(), 0.6),
        }
    }

    /// The people as a dataset of the plan, as readers leave it: narrow columns, and none for the key, which no rule asks.
    pub(crate) fn dataset(&self, plan: &Plan) -> Dataset {
        let mut strings = Strings::new();
        let codes: Vec<u32> = (0..CITIES)
            .map(|code| strings.intern(&city(code)))
            .collect();
        let ints = |values: &[i32]| {
            Values::Int(Ints::I64(
                values.iter().map(|value| i64::from(*value)).collect(),
            ))
        };
        let longs = |values: &[i64]| Values::Int(Ints::I64(values.iter().copied().collect()));
        let floats = |values: &[f64]| Values::Float(values.iter().copied().collect());
        let enums = |values: &[u8]| {
            Values::Enum(Codes::U32(
                values.iter().map(|code| u32::from(*code)).collect(),
            ))
        };
        let cities: ScalarBuffer<u32> = self
            .city
            .iter()
            .map(|code| codes[usize::from(*code)])
            .collect();
        let column = |name: &str| match name {
            "age" => Column::new(ints(&self.age), Some(self.age_known.clone())),
            "orders" => Column::new(ints(&self.orders), None),
            "sessions" => Column::new(ints(&self.sessions), None),
            "spend" => Column::new(floats(&self.spend), None),
            "churn" => Column::new(floats(&self.churn), Some(self.churn_known.clone())),
            "balance" => Column::new(longs(&self.balance), None),
            "last_seen" => Column::new(longs(&self.last_seen), None),
            "signup" => Column::new(longs(&self.signup), None),
            "country" => Column::new(enums(&self.country), None),
            "device" => Column::new(enums(&self.device), None),
            "plan" => Column::new(enums(&self.plan), None),
            "city" => Column::new(Values::Str(TextCodes::from(cities.clone())), None),
            "opt_in" => Column::new(Values::Bool(self.opt_in.clone()), None),
            _ => Column::new(Values::Absent(self.len()), None),
        };
        let columns: Vec<Column> = plan
            .schema
            .profile
            .columns
            .iter()
            .map(|field| column(&field.name).narrowed(&strings))
            .collect();
        Dataset {
            profiles: self.len(),
            has_row: None,
            columns: columns.into_iter().collect(),
            events: IndexVec::new(),
            strings: Arc::new(strings),
            catalogs: Arc::default(),
        }
    }
}

/// The bytes of the columns that the plan asks.
pub(crate) fn bytes(data: &Dataset, plan: &Plan) -> usize {
    let mut asked = vec![false; data.columns.len()];
    for node in plan.nodes.iter() {
        if let persona_ir::Op::Profile(col) = &node.op {
            asked[col.0 as usize] = true;
        }
    }
    let size = |column: &Column| {
        let valid = column.valid.as_ref().map_or(0, |valid| valid.len() / 8);
        let values = match &column.values {
            Values::Bool(bits) => bits.len() / 8,
            Values::Int(Ints::I8(values)) => values.len(),
            Values::Int(Ints::I16(values)) => values.len() * 2,
            Values::Int(Ints::I32(values)) => values.len() * 4,
            Values::Int(Ints::I64(values)) => values.len() * 8,
            Values::Float(values) => values.len() * 8,
            Values::Enum(codes) => code_bytes(codes),
            Values::Str(texts) => code_bytes(texts.codes()),
            Values::Geo(..) | Values::List { .. } | Values::Absent(_) => 0,
        };
        valid + values
    };
    data.columns
        .iter()
        .zip(asked)
        .filter(|(_, asked)| *asked)
        .map(|(column, _)| size(column))
        .sum()
}

fn code_bytes(codes: &Codes) -> usize {
    match codes {
        Codes::U8(codes) => codes.len(),
        Codes::U16(codes) => codes.len() * 2,
        Codes::U32(codes) => codes.len() * 4,
    }
}
