//! The bundled shop's campaigns: its own tests, and a replay of its two years.

use crate::support::binary::persona;
use crate::support::{files_below, root};

/// What the abandoned cart must show, by the titles of the example's tests.
const STORY: [&str; 9] = [
    "a reminder one hour after the cart, and a second the day after",
    "a purchase after 59 minutes cancels it",
    "a purchase of somebody else does not",
    "quiet hours hold it until the morning, where the customer is",
    "one letter a day: the birthday letter leaves no room for the reminder",
    "the second letter is an offer, and needs that consent",
    "consent withdrawn while waiting",
    "the cart changed while waiting: the hour starts anew, and the letter shows the new cart",
    "the night in which the clock goes back: an hour is an hour, and eight o'clock is eight o'clock",
];

#[test]
fn the_story_of_the_abandoned_cart_is_told_by_tests_that_pass() {
    let run = persona(&root(), &["test", "examples/shop"]);
    for title in STORY {
        run.ends_with(0).says(&[&format!("✓ {title}")]);
    }
}

/// The example, but for its data, in a folder of its own.
fn without_data() -> tempfile::TempDir {
    let (folder, shop) = (
        tempfile::tempdir().expect("a folder"),
        root().join("examples/shop"),
    );
    for from in files_below(&shop) {
        let inside = from.strip_prefix(&shop).expect("a file below the folder");
        if !inside.starts_with("data") {
            let to = folder.path().join(inside);
            std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
            std::fs::copy(from, to).expect("a copy");
        }
    }
    folder
}

#[test]
fn each_rule_of_the_story_is_held_by_a_test_that_fails_without_it() {
    let campaign = "campaign.persona";
    let text = std::fs::read_to_string(root().join("examples/shop").join(campaign))
        .expect("a file of the example");
    let broken = [
        (
            "  wait 1h\n  send cart_reminder(cart) via email\n",
            "  wait 2h\n  send cart_reminder(cart) via email\n",
        ),
        ("  stop on Purchase\n", ""),
        ("  quiet 21:00 to 08:00\n", ""),
        ("  limit 1 per day\n", ""),
        ("via email for offers, within 12h", "via email, within 12h"),
        ("  requires consent.newsletter\n", "  requires nothing\n"),
        ("  again restart\n", ""),
        ("  enter 1 per 7d\n", "  enter always\n"),
    ];
    for (rule, instead) in broken {
        assert!(text.contains(rule), "the example has no {rule:?}");
        let folder = without_data();
        std::fs::write(
            folder.path().join(campaign),
            text.replacen(rule, instead, 1),
        )
        .expect("a file");
        persona(folder.path(), &["test"]).ends_with(1);
    }
}

#[test]
fn two_years_of_the_shop_are_replayed() {
    let run = persona(&root(), &["simulate", "examples/shop"]);
    run.ends_with(0)
        .says(&["Abandoned cart", "restarted", "quiet", "holdout", "post"]);
}
