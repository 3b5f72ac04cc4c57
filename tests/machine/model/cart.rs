//! The abandoned cart, told to the machine itself: what it says of each turn of the story, and that the naive model says the
//! same.

use persona_ir::campaign::Campaign;
use persona_runtime::Value;
use persona_runtime::content::SlotContent;
use persona_runtime::display::iso;
use persona_runtime::machine::{Happened, Input, Machine, Options, Outcome, What};

use super::engine::program;
use super::generate::compile;
use super::naive::Model;
use super::stream::kind;

const CONFIG: &str = r#"[package]
name = "shop"
version = "0.1.0"
language = "1"
timezone = "Europe/Berlin"
"#;

const RULES: &str = r#"profile Customer {
  id: String @key
  email: Email?
  consent: { email: Bool = false, offers: Bool = false }
}
event CartAdded { sku: String, value: Int }
event Purchase { total: Int }
purpose offers { requires consent.offers }
channel email {
  to email
  requires consent.email
  quiet 21:00 to 08:00
  limit 1 per day
  limit 3 per 7d
}
content cart_reminder(cart: CartAdded, discount: Float = 0%) {
  subject: String
  variant offer when discount > 0% { subject = "{discount:percent} off {cart.sku} for {cart.value}" }
  otherwise { subject = "Still thinking {cart.sku} for {cart.value} over?" }
}
trigger cart_rescue "Abandoned cart" {
  on CartAdded as cart where value >= 20
  per cart.sku
  enter 1 per 7d
  again restart
  stop on Purchase
  wait 1h
  send cart_reminder(cart) via email
  wait 23h
  send cart_reminder(cart, discount: 10%) via email for offers, within 12h
}
"#;

/// What is told: a person, an instant, and a cart, a purchase or consents.
#[derive(Clone, Copy)]
enum Told {
    Cart(&'static str, i64),
    Purchase,
    Allows(bool, bool),
}

fn instant(text: &str) -> i64 {
    let at: jiff::Timestamp = text.parse().expect("an instant");
    at.as_microsecond()
}

fn what(campaign: &Campaign, at: &str, told: Told) -> What {
    let row = |at: Option<i64>, values: &[(&str, Value)]| What::Row {
        at,
        values: values
            .iter()
            .map(|(name, value)| {
                let col = campaign.plan.schema.profile.column(name);
                (col.expect("a column"), value.clone())
            })
            .collect(),
    };
    let event = |name: &str, values: &[Value]| {
        let mut all = vec![Value::Int(instant(at)), Value::Missing];
        all.extend_from_slice(values);
        What::Event {
            kind: kind(campaign, name),
            values: all,
        }
    };
    match told {
        Told::Cart(sku, value) => event("CartAdded", &[Value::from(sku), Value::Int(value)]),
        Told::Purchase => event("Purchase", &[Value::Int(30)]),
        Told::Allows(email, offers) => row(
            (!at.is_empty()).then(|| instant(at)),
            &[
                ("email", Value::from("ada@example.com")),
                ("consent.email", email.into()),
                ("consent.offers", offers.into()),
            ],
        ),
    }
}

fn line(outcome: &Outcome) -> String {
    let mut line = format!("{} {} {}", iso(outcome.at), outcome.profile, outcome.name());
    if let Some(reason) = outcome.reason() {
        line += &format!(" {reason}");
    }
    match &outcome.what {
        Happened::Deferred(_, deferral) => line += &format!(" until {}", iso(deferral.until)),
        Happened::Sent(delivery) => {
            let payload = delivery.payload.as_ref().expect("it was asked for");
            if let SlotContent::Text(text) = &payload.slots[0] {
                line += &format!(": {text}");
            }
        }
        _ => {}
    }
    line
}

/// What happens up to the end of the third day after the last thing that is told. Everybody allows everything at first.
fn story(told: &[(&str, &'static str, Told)]) -> Vec<String> {
    let campaign = compile(CONFIG, RULES).expect("the rules are good");
    let mut inputs: Vec<Input> = Vec::new();
    for person in ["ada", "bob"] {
        inputs.push(Input {
            profile: person.into(),
            what: what(&campaign, "", Told::Allows(true, true)),
        });
    }
    for (profile, at, told) in told {
        inputs.push(Input {
            profile: (*profile).into(),
            what: what(&campaign, at, *told),
        });
    }
    let until = told
        .iter()
        .map(|(_, at, _)| instant(at))
        .max()
        .expect("something is told")
        + 3 * 24 * 3_600_000_000;
    let begins = told.iter().map(|(_, at, _)| instant(at)).min();
    let mut options = Options::from(begins.expect("something is told") - 1);
    options.payloads = true;
    let model = Model::new(&campaign, options.clone());
    let (expected, counts) = model.run(&inputs, until);
    let mut machine = Machine::new(program(&campaign, &options));
    let mut found = Vec::new();
    for input in inputs {
        machine.push(input);
        machine
            .advance(&mut |outcome| found.push(outcome))
            .expect("it comes to rest");
    }
    machine
        .finish(until, &mut |outcome| found.push(outcome))
        .expect("it comes to rest");
    assert_eq!(found, expected, "the machine is the model");
    assert_eq!(*machine.counts(), counts);
    found.iter().map(line).collect()
}

#[test]
fn a_reminder_comes_after_an_hour_and_an_offer_a_day_after_the_cart() {
    assert_eq!(
        story(&[("ada", "2026-01-10T11:00:00Z", Told::Cart("A1", 30))]),
        [
            "2026-01-10T11:00:00Z ada entered",
            "2026-01-10T12:00:00Z ada sent: Still thinking A1 for 30 over?",
            "2026-01-11T11:00:00Z ada sent: 10% off A1 for 30",
            "2026-01-11T11:00:00Z ada ended finished",
        ]
    );
}

#[test]
fn a_purchase_after_59_minutes_cancels_the_reminder() {
    assert_eq!(
        story(&[
            ("ada", "2026-01-10T11:00:00Z", Told::Cart("A1", 30)),
            ("ada", "2026-01-10T11:59:00Z", Told::Purchase),
        ]),
        [
            "2026-01-10T11:00:00Z ada entered",
            "2026-01-10T11:59:00Z ada stopped event",
        ]
    );
}

#[test]
fn a_purchase_at_the_very_hour_cancels_the_reminder_too() {
    assert_eq!(
        story(&[
            ("ada", "2026-01-10T11:00:00Z", Told::Cart("A1", 30)),
            ("ada", "2026-01-10T12:00:00Z", Told::Purchase),
        ]),
        [
            "2026-01-10T11:00:00Z ada entered",
            "2026-01-10T12:00:00Z ada stopped event",
        ]
    );
}

#[test]
fn a_purchase_of_somebody_else_cancels_nothing() {
    assert_eq!(
        story(&[
            ("ada", "2026-01-10T11:00:00Z", Told::Cart("A1", 30)),
            ("bob", "2026-01-10T11:59:00Z", Told::Purchase),
        ])[1],
        "2026-01-10T12:00:00Z ada sent: Still thinking A1 for 30 over?"
    );
}

#[test]
fn quiet_hours_hold_the_reminder_until_the_morning() {
    assert_eq!(
        story(&[("ada", "2026-01-10T19:30:00Z", Told::Cart("A1", 30))]),
        [
            "2026-01-10T19:30:00Z ada entered",
            "2026-01-10T20:30:00Z ada deferred quiet until 2026-01-11T07:00:00Z",
            "2026-01-11T07:00:00Z ada sent: Still thinking A1 for 30 over?",
            "2026-01-12T06:00:00Z ada deferred quiet until 2026-01-12T07:00:00Z",
            "2026-01-12T07:00:00Z ada sent: 10% off A1 for 30",
            "2026-01-12T07:00:00Z ada ended finished",
        ]
    );
}

#[test]
fn one_message_a_day_is_enough() {
    let told = story(&[
        ("ada", "2026-01-10T11:00:00Z", Told::Cart("A1", 30)),
        ("ada", "2026-01-10T11:10:00Z", Told::Cart("B2", 40)),
    ]);
    assert_eq!(
        told[..4],
        [
            "2026-01-10T11:00:00Z ada entered",
            "2026-01-10T11:10:00Z ada entered",
            "2026-01-10T12:00:00Z ada sent: Still thinking A1 for 30 over?",
            "2026-01-10T12:10:00Z ada dropped limit",
        ]
    );
}

#[test]
fn consent_that_is_withdrawn_while_waiting_counts() {
    assert_eq!(
        story(&[
            ("ada", "2026-01-10T11:00:00Z", Told::Cart("A1", 30)),
            ("ada", "2026-01-10T11:30:00Z", Told::Allows(false, true)),
        ]),
        [
            "2026-01-10T11:00:00Z ada entered",
            "2026-01-10T12:00:00Z ada dropped consent",
            "2026-01-11T11:00:00Z ada dropped consent",
            "2026-01-11T11:00:00Z ada ended finished",
        ]
    );
    let told = story(&[
        ("ada", "2026-01-10T11:00:00Z", Told::Cart("A1", 30)),
        ("ada", "2026-01-10T12:30:00Z", Told::Allows(true, false)),
    ]);
    assert_eq!(told[2], "2026-01-11T11:00:00Z ada dropped purpose");
}

#[test]
fn a_cart_that_is_changed_while_waiting_begins_anew() {
    let told = story(&[
        ("ada", "2026-01-10T11:00:00Z", Told::Cart("A1", 30)),
        ("ada", "2026-01-10T11:40:00Z", Told::Cart("A1", 50)),
        ("ada", "2026-01-10T13:00:00Z", Told::Cart("A1", 60)),
    ]);
    assert_eq!(
        told[..4],
        [
            "2026-01-10T11:00:00Z ada entered",
            "2026-01-10T11:40:00Z ada restarted",
            "2026-01-10T12:40:00Z ada sent: Still thinking A1 for 50 over?",
            "2026-01-10T13:00:00Z ada refused running",
        ]
    );
}

#[test]
fn an_hour_is_an_hour_also_when_the_clock_goes_back() {
    // Both instants are 02:10 on the clock on the wall, and the night is an hour longer.
    assert_eq!(
        story(&[("ada", "2026-10-25T00:10:00Z", Told::Cart("A1", 30))])[..3],
        [
            "2026-10-25T00:10:00Z ada entered",
            "2026-10-25T01:10:00Z ada deferred quiet until 2026-10-25T07:00:00Z",
            "2026-10-25T07:00:00Z ada sent: Still thinking A1 for 30 over?",
        ]
    );
    // A day of 25 hours is one day for a limit.
    let told = story(&[
        ("ada", "2026-10-25T06:00:00Z", Told::Cart("A1", 30)),
        ("ada", "2026-10-25T18:30:00Z", Told::Cart("B2", 40)),
    ]);
    assert_eq!(told[3], "2026-10-25T19:30:00Z ada dropped limit");
}
