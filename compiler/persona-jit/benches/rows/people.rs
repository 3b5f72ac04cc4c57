//! Profiles as a program without persona would hold them, made up from a seed, and the nine predicates written by hand
//! over them.

/// The evaluation time, in seconds.
pub(crate) const NOW: i64 = 1_790_000_000;
/// Seconds.
pub(crate) const DAY: i64 = 86_400;

const TAGS: [&str; 12] = [
    "premium",
    "newsletter",
    "beta",
    "student",
    "returning",
    "app",
    "web",
    "coupon",
    "loyal",
    "sports",
    "fashion",
    "books",
];
const COUNTRIES: [&str; 10] = ["US", "CA", "GB", "DE", "FR", "ES", "IT", "BR", "IN", "JP"];
const CITIES: [&str; 10] = [
    "New York",
    "York",
    "Toronto",
    "London",
    "Berlin",
    "Paris",
    "Yorkton",
    "Rome",
    "San Francisco",
    "North Yorkshire Dales",
];
const PLANS: [&str; 4] = ["free", "basic", "pro", "enterprise"];
const DEVICES: [&str; 5] = ["ios", "android", "web", "tv", "desktop"];
const REGIONS: [&str; 4] = ["EMEA", "AMER", "APAC", "LATAM"];
const NAMES: [&str; 8] = [
    "anna", "bob", "carla", "dave", "annabel", "erik", "fatima", "george",
];

/// Where somebody is, if it is known.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) region: Option<String>,
}

/// An address.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) place: Option<Place>,
    #[expect(
        dead_code,
        reason = "a profile of a real program has more than what is asked"
    )]
    pub(crate) line: String,
}

/// Somebody.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) age: i64,
    pub(crate) orders: i64,
    pub(crate) sessions: i64,
    pub(crate) spend: f64,
    pub(crate) churn: f64,
    pub(crate) balance: i64,
    pub(crate) credit: i64,
    pub(crate) last_seen: i64,
    pub(crate) subscriber: bool,
    pub(crate) country: String,
    pub(crate) email: String,
    pub(crate) city: String,
    pub(crate) plan: String,
    pub(crate) device: String,
    pub(crate) address: Option<Address>,
    pub(crate) tags: Vec<String>,
}

impl Person {
    pub(crate) fn region(&self) -> Option<&str> {
        self.address.as_ref()?.place.as_ref()?.region.as_deref()
    }
}

/// Small deterministic chance.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).expect("bounds are small")
    }

    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of several, the first ones oftener: as 1, 1/2, 1/3 and so on.
    fn early<'t>(&mut self, all: &[&'t str]) -> &'t str {
        let weight = |place: usize| 1.0 / (place + 1) as f64;
        let total: f64 = (0..all.len()).map(weight).sum();
        let mut left = self.share() * total;
        for (place, one) in all.iter().enumerate() {
            left -= weight(place);
            if left <= 0.0 {
                return one;
            }
        }
        all[all.len() - 1]
    }

    fn whole(&mut self, most: f64, factors: u32) -> i64 {
        (self.skewed(factors) * most) as i64
    }

    /// A product of shares: small ones are frequent.
    fn skewed(&mut self, factors: u32) -> f64 {
        (0..factors).map(|_| self.share()).product()
    }
}

/// So many people.
pub(crate) fn people(count: usize) -> Vec<Person> {
    let mut chance = Chance(42);
    (0..count).map(|index| person(&mut chance, index)).collect()
}

fn person(chance: &mut Chance, index: usize) -> Person {
    let age = 12 + chance.whole(70.0, 1);
    let orders = chance.whole(20.0, 2);
    let sessions = chance.whole(15.0, 2);
    let spend = (chance.skewed(3) * 800_000.0).round() / 100.0;
    let churn = chance.share();
    let (balance, credit) = (chance.whole(40_000.0, 2), chance.whole(2_000.0, 1));
    let last_seen = NOW - (chance.skewed(2) * 120.0 * DAY as f64) as i64;
    let name = NAMES[chance.below(8)];
    Person {
        age,
        orders,
        sessions,
        spend,
        churn,
        balance,
        credit,
        last_seen,
        subscriber: chance.below(4) == 0,
        country: chance.early(&COUNTRIES).into(),
        email: format!("{name}{index}@example.com"),
        city: CITIES[chance.below(10)].into(),
        plan: chance.early(&PLANS).into(),
        device: chance.early(&DEVICES).into(),
        address: (chance.below(5) != 0).then(|| Address {
            line: "1 High Street".into(),
            place: (chance.below(5) != 0).then(|| Place {
                region: (chance.below(5) != 0).then(|| chance.early(&REGIONS).into()),
            }),
        }),
        tags: (0..chance.below(6))
            .map(|_| TAGS[chance.below(12)].into())
            .collect(),
    }
}

/// A predicate by hand.
pub(crate) type ByHand = fn(&Person) -> bool;

/// The nine predicates, each with its name.
pub(crate) fn by_hand() -> [(&'static str, ByHand); 9] {
    [
        ("P1 age", |p| p.age >= 18),
        ("P2 country, age", |p| {
            matches!(p.country.as_str(), "US" | "CA" | "GB") && p.age >= 25 && p.age <= 54
        }),
        ("P3 spend, orders", |p| p.spend > 1000.0 && p.orders >= 3),
        ("P4 starts, contains", |p| {
            p.email.starts_with("anna") && p.city.contains("York")
        }),
        ("P5 optional", |p| p.region() == Some("EMEA")),
        ("P6 last 30 days", |p| p.last_seen >= NOW - 30 * DAY),
        ("P7 tags", |p| p.tags.iter().any(|tag| tag == "premium")),
        ("P8 twenty terms", twenty_terms),
        ("P9 money", |p| p.balance >= 9995 && p.credit < 1000),
    ]
}

fn twenty_terms(p: &Person) -> bool {
    ((p.age >= 25 && p.age < 55) || p.plan == "pro" || p.plan == "enterprise")
        && (p.sessions > 3 || p.churn < 0.3 || p.subscriber)
        && ((p.country == "US" && p.spend > 100.0)
            || (p.country == "GB" && p.spend > 80.0)
            || (p.country == "DE" && p.orders >= 2)
            || (p.country == "FR" && p.orders >= 3))
        && (p.device == "ios" || p.device == "android" || p.last_seen >= NOW - 7 * DAY)
        && !(p.churn > 0.9 && p.sessions == 0)
}
