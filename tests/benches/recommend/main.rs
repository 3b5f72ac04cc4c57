//! How long it takes to find what one person is shown of 100,000 products: conditions of several kinds, each beside a loop
//! written by hand for just that question over columns of the same products, and beside the plain reading. Prints
//! microseconds for one person and the ratio to the loop; asserts that all three show the same, never times.
//!
//! `cargo bench -p persona-tests --bench recommend [-- PRODUCTS]`
#![expect(clippy::print_stdout, reason = "a program that reports")]

mod by_hand;
mod world;

use std::hint::black_box;
use std::time::Instant;

use persona_ir::campaign::RecommendId;
use persona_runtime::recommend::{Recommender, plainly};
use persona_runtime::{Evaluation, Evaluator};

use by_hand::{ByHand, Person};
use world::World;

/// People who are asked about, one after the other.
const PEOPLE: usize = 200;

/// A recommendation of the package, and the loop that says the same.
type Loop = fn(&ByHand, &Person) -> Vec<usize>;
const QUESTIONS: [(&str, &str, Loop); 6] = [
    (
        "similar",
        "a category, bought ones left out",
        ByHand::similar,
    ),
    (
        "rare",
        "nothing fits: all products are walked",
        ByHand::rare,
    ),
    (
        "affordable",
        "a price within bounds, tags in common",
        ByHand::affordable,
    ),
    (
        "several",
        "conditions on several fields and the person",
        ByHand::several,
    ),
    (
        "closest",
        "ordered by the distance to the person",
        ByHand::closest,
    ),
    (
        "matching",
        "ordered by a field and the person",
        ByHand::matching,
    ),
];

fn main() {
    let products = std::env::args().find_map(|word| word.parse().ok());
    let world = World::new(products.unwrap_or(100_000), PEOPLE);
    let (campaign, data) = (&world.campaign, &world.data);
    let evaluation = Evaluation {
        now: world::NOW,
        calibration: None,
    };
    let evaluator = Evaluator::prepared(&campaign.plan, data, &evaluation).for_campaign(campaign);
    let recommender = Recommender::new(campaign, evaluator.prepared_plan(), &data.catalogs);
    let mut person = evaluator.profile(0);
    let by_hand = ByHand::new(campaign, data);
    let people: Vec<Person> = (0..PEOPLE)
        .map(|row| Person::new(campaign, data, row))
        .collect();
    println!(
        "{} products, one person at a time, µs each (median of {PEOPLE} people, and the worst)\n",
        world.products
    );
    println!("                          first use   prepared    worst   by hand  ratio      plain");
    for (name, what, by_loop) in QUESTIONS {
        let found = campaign.recommendations.iter_enumerated();
        let mut found = found.filter(|(_, def)| &*def.name == name);
        let (id, _): (RecommendId, _) = found.next().expect("a recommendation of the package");
        let start = Instant::now();
        let first = recommender.items(campaign, &mut person, id);
        let prepare = start.elapsed().as_secs_f64() * 1e6;
        drop(black_box(first));
        let (mut fast, mut hand, mut plain) = (Vec::new(), Vec::new(), Vec::new());
        for (row, of) in people.iter().enumerate() {
            let start = Instant::now();
            person.move_to(row);
            let found = black_box(recommender.items(campaign, &mut person, id));
            fast.push(start.elapsed().as_secs_f64() * 1e6);
            let start = Instant::now();
            let expected = black_box(by_loop(&by_hand, of));
            hand.push(start.elapsed().as_secs_f64() * 1e6);
            assert_eq!(
                found.as_ref().ok(),
                Some(&expected),
                "{name} of person {row}"
            );
            if row < 5 {
                person.move_to(row);
                let start = Instant::now();
                let plainly = plainly(campaign, &mut person, id);
                plain.push(start.elapsed().as_secs_f64() * 1e6);
                assert_eq!(found, plainly, "{name} of person {row}, plainly");
            }
        }
        let (fast, worst) = spread(fast);
        let (hand, _) = spread(hand);
        let (plain, _) = spread(plain);
        println!(
            "{name:12} {prepare:22.0} {fast:10.1} {worst:8.1} {hand:9.1} {:6.2} {plain:10.0}   {what}",
            fast / hand
        );
    }
}

/// The median and the greatest.
fn spread(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[times.len() - 1])
}
