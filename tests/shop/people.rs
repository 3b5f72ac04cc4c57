//! The people of the shop: who they are, and how they behave.

use super::catalog::{CITIES, City, DOMAINS, NAMES};
use super::rng::Rng;
use super::world::{DAY, END, START};

/// How somebody shops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habit {
    /// Often, and buys.
    Loyal,
    /// Now and then, all year.
    Regular,
    /// For the holidays.
    Seasonal,
    /// Once, soon after the registration.
    OneTime,
    /// Looks, hardly ever buys.
    Browser,
    /// Was loyal until some day.
    Lapsed,
}

/// Habits with their frequency.
const HABITS: [(Habit, u64); 6] = [
    (Habit::Loyal, 9),
    (Habit::Regular, 24),
    (Habit::Seasonal, 12),
    (Habit::OneTime, 26),
    (Habit::Browser, 18),
    (Habit::Lapsed, 11),
];

/// A customer. What is `None` is missing in the data.
#[derive(Debug)]
pub(super) struct Customer {
    pub(super) habit: Habit,
    pub(super) first_name: Option<&'static str>,
    pub(super) email: Option<String>,
    pub(super) city: &'static City,
    pub(super) zip: String,
    /// Latitude and longitude in ten-thousandths of a degree.
    pub(super) location: Option<(i64, i64)>,
    pub(super) zone_known: bool,
    /// Days since 1970-01-01.
    pub(super) birthday: Option<i64>,
    /// Seconds since 1970-01-01T00:00Z.
    pub(super) signed_up: i64,
    pub(super) tier: &'static str,
    pub(super) tags: Vec<&'static str>,
    pub(super) newsletter: bool,
    pub(super) offers: bool,
    pub(super) sms: bool,
    /// Favourite categories, the dearest first.
    pub(super) likes: [usize; 2],
    /// The day on which a lapsed customer stops coming.
    pub(super) stops: i64,
    /// How often mail is opened, in ten-thousandths.
    pub(super) opens: u64,
}

/// The key of the customer with this number.
pub(super) fn key(number: u32) -> String {
    format!("C{number:05}")
}

impl Customer {
    /// The customer with this number.
    pub(super) fn new(rng: &mut Rng, number: u32) -> Self {
        let habit = HABITS[rng.weighted(&HABITS.map(|(_, weight)| weight))].0;
        let city =
            &CITIES[rng.weighted(&CITIES.iter().map(|city| city.weight).collect::<Vec<_>>())];
        let (first_name, slug) = *rng.pick(&NAMES);
        let email = rng
            .chance(9_550)
            .then(|| format!("{slug}.{number}@{}", rng.pick(&DOMAINS)));
        let around = rng.between(-1_400, 1_400);
        let location = rng.chance(8_200).then(|| {
            (
                city.latitude + around,
                city.longitude + rng.between(-2_000, 2_000),
            )
        });
        let birthday = rng.chance(6_600).then(|| rng.between(-16_000, 13_500));
        let signed_up = signed_up(rng, habit);
        let newsletter = rng.chance(if habit == Habit::OneTime {
            4_500
        } else {
            7_200
        });
        let stops = rng.between(START + 60 * DAY, END - 150 * DAY);
        Self {
            habit,
            first_name: rng.chance(9_000).then_some(first_name),
            email,
            city,
            zip: format!("{}{:03}", city.zip, rng.below(1_000)),
            location,
            zone_known: rng.chance(8_500),
            birthday,
            signed_up,
            tier: tier(rng, habit),
            tags: tags(rng, habit),
            newsletter,
            offers: newsletter && rng.chance(7_500),
            sms: rng.chance(1_800),
            likes: [rng.index(8), rng.index(8)],
            stops,
            opens: if habit == Habit::Loyal {
                4_500
            } else {
                rng.below(4_000)
            },
        }
    }
}

/// Half of the people were there before the data begins.
fn signed_up(rng: &mut Rng, habit: Habit) -> i64 {
    let old = matches!(habit, Habit::Loyal | Habit::Lapsed) || rng.chance(4_000);
    let (from, to) = if old {
        (START - 900 * DAY, START)
    } else {
        (START, END - DAY)
    };
    rng.between(from, to)
}

fn tier(rng: &mut Rng, habit: Habit) -> &'static str {
    let weights = match habit {
        Habit::Loyal => [10, 50, 40],
        Habit::Regular | Habit::Lapsed => [60, 33, 7],
        _ => [93, 7, 0],
    };
    ["bronze", "silver", "gold"][rng.weighted(&weights)]
}

fn tags(rng: &mut Rng, habit: Habit) -> Vec<&'static str> {
    let mut tags = Vec::new();
    let mut tag = |name, parts| {
        if rng.chance(parts) {
            tags.push(name);
        }
    };
    tag("app", if habit == Habit::Loyal { 6_500 } else { 2_400 });
    tag("club", if habit == Habit::Regular { 3_000 } else { 700 });
    tag("b2b", 250);
    tag("store", 1_500);
    tags
}
