//! A year of a shop for cosmetics: people who read labels, people who want to be spoiled, and people who want neither.

use std::fmt::Write as _;

use super::super::super::support::rng::Rng;
use super::{DAY, HOUR, Log, MINUTE, Person, during, instant, midnight, money, word, yes};

/// 2025-07-01T00:00Z.
const START: i64 = 1_751_328_000;
/// 2026-07-01T00:00Z: nothing happens from then on.
const END: i64 = 1_782_864_000;
const CUSTOMERS: u64 = 420;

const EVENING: [u64; 24] = [
    2, 1, 0, 0, 0, 0, 1, 3, 5, 5, 5, 6, 8, 6, 5, 5, 5, 6, 8, 11, 13, 13, 9, 5,
];

/// What somebody is drawn to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taste {
    /// Natural products first.
    Labels,
    /// Prestige first.
    Treats,
    /// Natural, from a house with a name.
    Both,
    /// Whatever others buy.
    Any,
}

const TASTES: [(Taste, u64); 4] = [
    (Taste::Labels, 25),
    (Taste::Treats, 18),
    (Taste::Both, 4),
    (Taste::Any, 53),
];

/// Title, family, price in cents, natural, prestige, how many days it lasts.
type Product = (&'static str, &'static str, i64, bool, bool, Option<i64>);

const PRODUCTS: [Product; 36] = [
    ("Oat cleanser", "skincare", 1_490, true, false, Some(60)),
    ("Rosehip oil", "skincare", 2_290, true, false, Some(75)),
    ("Marigold balm", "skincare", 1_190, true, false, Some(45)),
    ("Aloe day cream", "skincare", 1_990, true, false, Some(50)),
    (
        "Sea buckthorn night cream",
        "skincare",
        2_490,
        true,
        false,
        Some(60),
    ),
    (
        "Mineral sun fluid",
        "skincare",
        1_890,
        true,
        false,
        Some(40),
    ),
    ("Retinol serum", "skincare", 3_990, false, false, Some(60)),
    ("Micellar water", "skincare", 890, false, false, Some(40)),
    ("Hyaluron mask", "skincare", 490, false, false, None),
    (
        "Night cream with saffron",
        "skincare",
        14_900,
        true,
        true,
        Some(60),
    ),
    ("Caviar serum", "skincare", 21_900, false, true, Some(60)),
    ("Gold eye cream", "skincare", 9_800, false, true, Some(75)),
    (
        "Platinum day cream",
        "skincare",
        17_900,
        false,
        true,
        Some(60),
    ),
    ("Mineral powder", "makeup", 2_190, true, false, Some(120)),
    ("Beeswax lip colour", "makeup", 1_290, true, false, Some(90)),
    ("Volume mascara", "makeup", 1_190, false, false, Some(90)),
    ("Brow pencil", "makeup", 790, false, false, Some(90)),
    ("Palette of twelve", "makeup", 2_990, false, false, None),
    ("Silk foundation", "makeup", 6_200, false, true, Some(100)),
    (
        "Rouge in a lacquer box",
        "makeup",
        5_400,
        false,
        true,
        Some(120),
    ),
    ("Kabuki brush", "makeup", 1_490, false, false, None),
    ("Lavender water", "fragrance", 1_690, true, false, Some(90)),
    (
        "Fresh linen spray",
        "fragrance",
        990,
        false,
        false,
        Some(60),
    ),
    ("Iris, extrait", "fragrance", 18_500, false, true, Some(180)),
    (
        "Oud at midnight",
        "fragrance",
        23_000,
        false,
        true,
        Some(180),
    ),
    (
        "Neroli from a small house",
        "fragrance",
        12_500,
        true,
        true,
        Some(150),
    ),
    ("Nettle shampoo", "hair", 990, true, false, Some(35)),
    ("Solid shampoo", "hair", 890, true, false, Some(50)),
    ("Repair conditioner", "hair", 790, false, false, Some(35)),
    (
        "Heat protection spray",
        "hair",
        1_090,
        false,
        false,
        Some(60),
    ),
    ("Argan oil ritual", "hair", 7_400, true, true, Some(90)),
    ("Magnesium bath", "wellness", 1_590, true, false, Some(30)),
    (
        "Herbal tea for the night",
        "wellness",
        690,
        true,
        false,
        Some(20),
    ),
    ("Vitamin drops", "wellness", 1_990, true, false, Some(60)),
    (
        "Scented candle, fig",
        "wellness",
        5_900,
        false,
        true,
        Some(40),
    ),
    (
        "Cashmere body cream",
        "wellness",
        8_900,
        false,
        true,
        Some(60),
    ),
];

fn sku(product: usize) -> String {
    format!("{}-{product:02}", &PRODUCTS[product].1[..2].to_uppercase())
}

/// All files.
pub(super) fn files() -> Vec<(&'static str, String)> {
    let mut world = World::default();
    for number in 1..=CUSTOMERS {
        world.customer(number);
    }
    vec![
        (
            "customers.csv",
            "id,email,phone,first_name,addressed_as,language,timezone,birthday,joined_at,letters,offers,sms,profiling\n"
                .to_owned()
                + &world.customers,
        ),
        ("products.csv", products(&world.sold)),
        ("views.csv", world.views.text("at,customer,sku\n")),
        (
            "order_lines.csv",
            world
                .lines
                .text("order_id,customer,at,sku,family,price,quantity\n"),
        ),
        ("quiz.csv", world.quiz.text("at,customer,cares_about\n")),
    ]
}

#[derive(Debug, Default)]
struct World {
    customers: String,
    views: Log,
    lines: Log,
    quiz: Log,
    orders: u64,
    sold: Vec<usize>,
}

/// A customer while they are made up.
#[derive(Debug)]
struct Customer {
    key: String,
    taste: Taste,
    joined: i64,
    /// How often a visit ends with an order, in ten-thousandths.
    buys: u64,
}

impl World {
    fn customer(&mut self, number: u64) {
        let mut rng = Rng::stream(20_250_702, number);
        let taste = TASTES[rng.weighted(&TASTES.map(|(_, weight)| weight))].0;
        let joined = if rng.chance(6_000) {
            rng.between(START - 800 * DAY, START)
        } else {
            rng.between(START, END - DAY)
        };
        // After this nobody sees them any more.
        let leaves = if rng.chance(2_800) {
            joined.max(START) + rng.between(20, 250) * DAY
        } else {
            END
        };
        // How many days there are between two visits on average, and how many of those end with an order.
        let (every, buys) =
            *rng.pick(&[(8, 3_000), (14, 3_500), (25, 4_000), (40, 3_000), (30, 300)]);
        let customer = Customer {
            key: format!("B{number:04}"),
            taste,
            joined,
            buys,
        };
        self.row(&mut rng, number, &customer);
        let mut at = joined.max(START) + rng.between(0, every) * DAY;
        while at < leaves.min(END) {
            self.visit(&mut rng, &customer, at);
            at += rng.between(every / 2, every * 3 / 2 + 1) * DAY;
        }
        if rng.chance(4_500) {
            let at = joined.max(START) + rng.between(1, 20) * DAY + 19 * HOUR;
            let said = match (taste, rng.chance(7_500)) {
                (Taste::Labels | Taste::Both, true) => "ingredients",
                (Taste::Treats, true) => "indulgence",
                _ => word(&mut rng, &["results", "price", "results", "ingredients"]),
            };
            if at < END {
                let line = format!("{},{},{said}", instant(at), customer.key);
                self.quiz.push(at, line);
            }
        }
    }

    fn row(&mut self, rng: &mut Rng, number: u64, customer: &Customer) {
        let person = Person::new(rng, number);
        let letters = rng.chance(7_400);
        let phone = rng.chance(4_500);
        let birthday = rng.chance(6_000).then(|| {
            let day = instant(midnight(rng.between(-12_000, 13_000) * DAY));
            day.to_string()[..10].to_owned()
        });
        let addressed_as = rng
            .chance(900)
            .then(|| format!("Dr. {}", word(rng, &["Weber", "Lefèvre", "Novak", "Silva"])));
        writeln!(
            self.customers,
            "{},{},{},{},{},{},{},{},{},{},{},{},{}",
            customer.key,
            person.email.unwrap_or_default(),
            if phone {
                format!("+49151{:07}", 1_000_000 + number * 7)
            } else {
                String::new()
            },
            person.first_name.unwrap_or_default(),
            addressed_as.unwrap_or_default(),
            if rng.chance(8_500) {
                person.city.language
            } else {
                ""
            },
            if rng.chance(8_500) {
                person.city.zone
            } else {
                ""
            },
            birthday.unwrap_or_default(),
            instant(customer.joined),
            yes(letters),
            yes(letters && rng.chance(7_000)),
            yes(phone && rng.chance(6_500)),
            yes(rng.chance(8_000)),
        )
        .expect("text grows");
    }

    /// Some looks, and perhaps an order of what was looked at.
    fn visit(&mut self, rng: &mut Rng, customer: &Customer, day: i64) {
        let mut at = during(rng, day, &EVENING).max(customer.joined + MINUTE);
        let mut seen = Vec::new();
        for _ in 0..rng.between(1, 4) {
            if at >= END {
                return;
            }
            let product = choose(rng, customer.taste);
            let line = format!("{},{},{}", instant(at), customer.key, sku(product));
            self.views.push(at, line);
            seen.push(product);
            at += rng.between(30, 400);
        }
        seen.sort_unstable();
        seen.dedup();
        if at >= END || !rng.chance(customer.buys) {
            return;
        }
        self.orders += 1;
        let order = format!("L{:05}", 20_000 + self.orders);
        for product in seen.into_iter().take(2) {
            let (_, family, price, ..) = PRODUCTS[product];
            let quantity = 1 + i64::from(rng.chance(900));
            // A scanner could not read a label.
            let price = if rng.chance(40) {
                "?".to_owned()
            } else {
                money(price)
            };
            let line = format!(
                "{order},{},{},{},{family},{price},{quantity}",
                customer.key,
                instant(at),
                sku(product),
            );
            self.lines.push(at, line);
            self.sold.push(product);
        }
    }
}

/// What somebody of this taste takes from the shelf.
fn choose(rng: &mut Rng, taste: Taste) -> usize {
    let strays = rng.chance(2_200);
    loop {
        let product = rng.index(PRODUCTS.len());
        let (.., natural, prestige, _) = PRODUCTS[product];
        let fits = match taste {
            Taste::Labels => natural && !prestige,
            Taste::Treats => prestige,
            Taste::Both => natural && (prestige || rng.chance(3_000)),
            Taste::Any => !prestige || rng.chance(1_000),
        };
        if fits || strays {
            return product;
        }
    }
}

/// The shelves, with how many of each were sold.
fn products(sold: &[usize]) -> String {
    let mut text = "sku,title,family,price,natural,prestige,lasts_days,sold,in_stock\n".to_owned();
    for (index, product) in PRODUCTS.iter().enumerate() {
        let (title, family, price, natural, prestige, lasts) = *product;
        let title = if title.contains(',') {
            format!("\"{title}\"")
        } else {
            title.to_owned()
        };
        writeln!(
            text,
            "{},{title},{family},{},{},{},{},{},{}",
            sku(index),
            money(price),
            yes(natural),
            yes(prestige),
            lasts.map_or(String::new(), |days| days.to_string()),
            sold.iter().filter(|one| **one == index).count(),
            yes(index % 13 != 7),
        )
        .expect("text grows");
    }
    text
}
