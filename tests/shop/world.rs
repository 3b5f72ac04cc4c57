//! What the people of the shop did, day by day: visits, views, carts, orders and opened mail.

use super::catalog::{CATEGORIES, PRODUCTS, Product};
use super::people::{Customer, Habit};
use super::rng::Rng;

/// A day, in seconds.
pub(super) const DAY: i64 = 86_400;
/// 2024-10-01T00:00Z.
pub(super) const START: i64 = 1_727_740_800;
/// 2026-10-01T00:00Z: nothing happens from then on.
pub(super) const END: i64 = 1_790_812_800;
/// The first Thursday of the data, 2024-10-03: newsletters go out every second one.
const FIRST_LETTER: i64 = START + 2 * DAY;

/// Somebody looked at a product.
#[derive(Debug)]
pub(super) struct View {
    pub(super) customer: u32,
    pub(super) at: i64,
    pub(super) product: Product,
    /// For how long; unknown when the page was left in another way.
    pub(super) seconds: Option<i32>,
}

/// Somebody put a product into the cart.
#[derive(Debug)]
pub(super) struct CartLine {
    pub(super) customer: u32,
    pub(super) at: i64,
    pub(super) product: Product,
    pub(super) quantity: i64,
}

/// Somebody bought something.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) customer: u32,
    pub(super) at: i64,
    pub(super) lines: Vec<(Product, i64)>,
    /// Whether a coupon took a tenth off.
    pub(super) coupon: bool,
}

impl Order {
    /// What was paid, in cents.
    pub(super) fn total(&self) -> i64 {
        let full: i64 = self
            .lines
            .iter()
            .map(|(product, quantity)| product.price() * quantity)
            .sum();
        if self.coupon { full - full / 10 } else { full }
    }
}

/// Somebody opened a newsletter.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) customer: u32,
    pub(super) at: i64,
    /// The newsletter's number, from 1.
    pub(super) letter: i64,
}

/// Everybody and everything; events in the order of time, then of customers.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) customers: Vec<Customer>,
    pub(super) views: Vec<View>,
    pub(super) carts: Vec<CartLine>,
    pub(super) orders: Vec<Order>,
    pub(super) opens: Vec<Open>,
}

/// How large a world is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// The number of customers.
    pub(super) customers: u32,
    /// How much they do, in per cent of the bundled example.
    pub(super) activity: u64,
}

impl World {
    /// The world of this size; always the same.
    pub(super) fn new(scale: Scale) -> Self {
        let mut world = Self::default();
        for number in 1..=scale.customers {
            let mut rng = Rng::stream(20_241_001, u64::from(number));
            let customer = Customer::new(&mut rng, number);
            world.live(&mut rng, &customer, number, scale.activity);
            world.customers.push(customer);
        }
        world.views.sort_by_key(|view| (view.at, view.customer));
        world.carts.sort_by_key(|line| (line.at, line.customer));
        world.orders.sort_by_key(|order| (order.at, order.customer));
        world.opens.sort_by_key(|open| (open.at, open.customer));
        world
    }

    /// The two years of one person.
    fn live(&mut self, rng: &mut Rng, customer: &Customer, number: u32, activity: u64) {
        let first_day = (customer.signed_up.max(START) - START) / DAY;
        let mut orders = 0;
        for day in first_day..(END - START) / DAY {
            let start = START + day * DAY;
            if rng.chance(visits(customer, start) * activity / 100) {
                let earliest = customer.signed_up.max(start);
                let at = (start + time_of_day(rng)).max(earliest + 60);
                orders += u32::from(self.visit(rng, customer, number, at, orders));
            }
        }
        let letters = if customer.newsletter {
            (END - FIRST_LETTER) / (14 * DAY)
        } else {
            0
        };
        for letter in 1..=letters {
            let sent = FIRST_LETTER + (letter - 1) * 14 * DAY + 8 * 3_600;
            let left = customer.habit == Habit::Lapsed && sent > customer.stops;
            if sent > customer.signed_up && !left && rng.chance(customer.opens * activity / 100) {
                let at = sent + rng.between(30, 20_000);
                self.opens.push(Open {
                    customer: number,
                    at,
                    letter,
                });
            }
        }
    }

    /// One visit; whether it ended with an order.
    fn visit(
        &mut self,
        rng: &mut Rng,
        customer: &Customer,
        number: u32,
        at: i64,
        orders: u32,
    ) -> bool {
        let mut at = at;
        let mut cart: Vec<(Product, i64)> = Vec::new();
        let views = rng.between(1, 3) + i64::from(rng.chance(1_500)) * 4;
        let product = product(rng, customer, at);
        for step in 0..views {
            let again = step > 0 && rng.chance(1_800);
            let seen = if again {
                product
            } else {
                self::product(rng, customer, at)
            };
            let seconds = rng
                .chance(9_200)
                .then(|| i32::try_from(rng.between(4, 240)).expect("seconds fit"));
            self.views.push(View {
                customer: number,
                at,
                product: seen,
                seconds,
            });
            at += rng.between(20, 400);
            if rng.chance(wants(customer)) && cart.iter().all(|(known, _)| *known != seen) {
                let quantity = 1 + i64::from(rng.chance(1_600)) + i64::from(rng.chance(300));
                self.carts.push(CartLine {
                    customer: number,
                    at,
                    product: seen,
                    quantity,
                });
                cart.push((seen, quantity));
                at += rng.between(10, 120);
            }
        }
        let buys = !cart.is_empty() && rng.chance(buys(customer.habit, orders));
        if buys {
            let coupon = rng.chance(if customer.offers { 2_600 } else { 300 });
            self.orders.push(Order {
                customer: number,
                at: at + rng.between(60, 1_500),
                lines: cart,
                coupon,
            });
        }
        buys
    }
}

/// How probable a visit is on the day that starts at `at`, in ten-thousandths.
fn visits(customer: &Customer, at: i64) -> u64 {
    let holidays = matches!(month(at), 11 | 12);
    let new = at - customer.signed_up < 60 * DAY;
    match customer.habit {
        Habit::Loyal => 420,
        Habit::Regular => 170,
        Habit::Seasonal if holidays => 450,
        Habit::Seasonal => 18,
        Habit::OneTime if new => 260,
        Habit::OneTime => 12,
        Habit::Browser => 150,
        Habit::Lapsed if at < customer.stops => 330,
        Habit::Lapsed => 0,
    }
}

/// How probable it is that a product looked at goes into the cart.
fn wants(customer: &Customer) -> u64 {
    match customer.habit {
        Habit::Loyal | Habit::Lapsed => 3_000,
        Habit::Browser => 700,
        _ => 2_300,
    }
}

/// How probable it is that a cart is bought.
fn buys(habit: Habit, orders: u32) -> u64 {
    match habit {
        Habit::Loyal | Habit::Lapsed => 7_200,
        Habit::Seasonal => 7_500,
        Habit::Regular => 5_500,
        Habit::OneTime if orders == 0 => 7_000,
        Habit::OneTime => 300,
        Habit::Browser => 900,
    }
}

/// A product of a favourite category, or of one that is in season.
fn product(rng: &mut Rng, customer: &Customer, at: i64) -> Product {
    let category = match rng.below(10) {
        0..5 => customer.likes[0],
        5..7 => customer.likes[1],
        _ => {
            let month = usize::try_from(month(at) - 1).expect("a month");
            rng.weighted(
                &CATEGORIES
                    .iter()
                    .map(|category| category.season[month])
                    .collect::<Vec<_>>(),
            )
        }
    };
    let place = rng
        .below(u64::from(PRODUCTS))
        .min(rng.below(u64::from(PRODUCTS)));
    Product(
        u16::try_from(category).expect("a category") * PRODUCTS
            + u16::try_from(place).expect("a product"),
    )
}

fn month(at: i64) -> i8 {
    jiff::Timestamp::from_second(at)
        .expect("within the two years")
        .to_zoned(jiff::tz::TimeZone::UTC)
        .month()
}

/// When in the day: most of all in the evening.
fn time_of_day(rng: &mut Rng) -> i64 {
    let hours = [
        1, 1, 0, 0, 0, 1, 2, 4, 5, 5, 6, 7, 8, 6, 5, 5, 6, 8, 10, 12, 12, 9, 5, 2,
    ];
    let hour = i64::try_from(rng.weighted(&hours)).expect("an hour");
    hour * 3_600 + rng.between(0, 3_599)
}
