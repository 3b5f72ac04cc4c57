//! Catalogs in the trigger machine: what triggers look up and contents recommend is the same in a stream as in a replay, in any
//! batches, and where the machine is saved and restored on the way.

use std::sync::Arc;

use persona_ir::campaign::Campaign;
use persona_ir::{CatalogId, KindId};
use persona_runtime::machine::{
    Happened, Input, Machine, Options, Outcome, Program, Replay, What, replay,
};
use persona_runtime::{Calibration, Catalogs, CatalogsBuilder, DatasetBuilder, Value};

use super::campaign;

const RULES: &str = r#"
profile Customer { id: String @key, likes: String = "a" }
catalog Product { sku: String @key, kind: String, price: Money<USD>, score: Int }
event Viewed { sku: String }
event Bought { sku: String }
recommend similar: List<Product> {
  from Product
  where kind == Product[last(Viewed).sku ?? "none"].kind
  exclude Bought.sku
  exclude Viewed.sku in last 1h
  rank by score desc
  take 2
  otherwise skip "nothing similar"
}
content offer(seen: Viewed) {
  products: List<Product>
  text: String
  otherwise {
    products = similar
    text = "You looked at something for {Product[seen.sku].price ?? 0 USD}"
  }
}
channel mail { to id, requires nothing }
trigger t {
  on Viewed as seen where Product[sku].price > 10 USD
  when any p in Product where p.kind == profile.likes and p.score > 5
  enter always
  stop when (Product[last(Bought).sku].price ?? 0 USD) > 40 USD
  wait 30m
  send offer(seen) via mail
}
"#;

const HOUR: i64 = 3_600_000_000;

fn items(campaign: &Campaign) -> Arc<Catalogs> {
    let mut items = CatalogsBuilder::new(&campaign.plan.schema);
    for (sku, kind, price, score) in [
        ("p1", "a", 1_500, 5),
        ("p2", "a", 900, 7),
        ("p3", "a", 4_500, 6),
        ("p4", "a", 2_000, 1),
        ("q1", "b", 2_500, 9),
    ] {
        let values = vec![
            sku.into(),
            kind.into(),
            Value::Int(price),
            Value::Int(score),
        ];
        items.item(CatalogId(0), values);
    }
    Arc::new(items.finish())
}

/// Whose, which kind, when (in minutes) and what.
const EVENTS: [(&str, &str, i64, &str); 9] = [
    // p2 and p3 are left, p1 is looked at.
    ("ada", "Viewed", 60, "p1"),
    // Too cheap, and nothing that there is.
    ("bob", "Viewed", 61, "p2"),
    ("bob", "Viewed", 62, "none"),
    // What Cyd bought is left out, which leaves p4 and p3.
    ("cyd", "Bought", 30, "p2"),
    ("cyd", "Viewed", 70, "p1"),
    // There is one product of this kind, and it is looked at.
    ("dan", "Viewed", 80, "q1"),
    // Stopped by what was bought.
    ("eve", "Viewed", 90, "p1"),
    ("eve", "Bought", 100, "p3"),
    // Fay likes something of which there is nothing.
    ("fay", "Viewed", 110, "p1"),
];

fn kind(campaign: &Campaign, name: &str) -> KindId {
    let mut kinds = campaign.plan.schema.events.iter_enumerated();
    let found = kinds.find(|(_, table)| &*table.name == name);
    found.expect("an event of the package").0
}

fn program(campaign: &Campaign) -> Program<'_> {
    let calibration = Calibration {
        now: 0,
        ranks: std::iter::empty().collect(),
    };
    let mut options = Options::from(-HOUR);
    options.payloads = true;
    Program::new(campaign, Arc::new(calibration), options)
}

fn streamed(campaign: &Campaign, items: &Arc<Catalogs>, batch: usize, saved: bool) -> Vec<Outcome> {
    let new = || Machine::new(program(campaign)).with_catalogs(Arc::clone(items));
    let mut machine = new();
    let mut out = Vec::new();
    let likes = |key: &str| Input {
        profile: key.into(),
        what: What::Row {
            at: None,
            values: vec![(
                persona_ir::ColId(1),
                if key == "fay" { "c" } else { "a" }.into(),
            )],
        },
    };
    let people = ["ada", "bob", "cyd", "dan", "eve", "fay"].map(likes);
    let events = EVENTS.iter().map(|(key, name, at, sku)| Input {
        profile: (*key).into(),
        what: What::Event {
            kind: kind(campaign, name),
            values: vec![Value::Int(at * HOUR / 60), Value::Missing, (*sku).into()],
        },
    });
    let inputs: Vec<Input> = people.into_iter().chain(events).collect();
    for some in inputs.chunks(batch) {
        some.iter().for_each(|input| machine.push(input.clone()));
        let mut sink = |outcome| out.push(outcome);
        machine.advance(&mut sink).expect("triggers come to rest");
        if saved {
            let bytes = machine.save();
            let restored = Machine::restore(program(campaign), &bytes).expect("what was saved");
            machine = restored.with_catalogs(Arc::clone(items));
        }
    }
    let mut sink = |outcome| out.push(outcome);
    machine
        .finish(5 * HOUR, &mut sink)
        .expect("triggers come to rest");
    out
}

fn replayed(campaign: &Campaign, items: &Arc<Catalogs>, threads: usize) -> Vec<Outcome> {
    let mut builder = DatasetBuilder::new(&campaign.plan.schema);
    builder.catalogs(Arc::clone(items));
    for key in ["ada", "bob", "cyd", "dan", "eve", "fay"] {
        let likes = if key == "fay" { "c" } else { "a" };
        builder.profile(vec![key.into(), likes.into()]);
    }
    for (key, name, at, sku) in EVENTS {
        let values = vec![Value::Int(at * HOUR / 60), Value::Missing, sku.into()];
        builder.event(key, kind(campaign, name), values);
    }
    let data = builder.finish();
    let mut out = Vec::new();
    let what = Replay {
        data: &data,
        changes: &[],
        until: 5 * HOUR,
        threads,
        only: None,
    };
    let mut sink = |outcome| out.push(outcome);
    replay(&program(campaign), &what, &mut sink).expect("triggers come to rest");
    out
}

fn told(outcomes: &[Outcome]) -> Vec<String> {
    let one = |of: &Outcome| {
        let more = match &of.what {
            Happened::Sent(delivery) => {
                let payload = delivery.payload.as_ref().expect("it was asked for");
                format!(" {:?}", payload.slots)
            }
            Happened::Dropped(_, drop) => format!(" {}", drop.text.as_deref().unwrap_or("")),
            _ => String::new(),
        };
        format!("{} {}{more}", of.profile, of.name())
    };
    outcomes.iter().map(one).collect()
}

#[test]
fn streams_know_the_items_that_a_replay_knows() {
    let campaign = campaign(RULES).expect("valid rules");
    let items = items(&campaign);
    let whole = replayed(&campaign, &items, 1);
    let keys = |a: &str, b: &str| format!("[Value(List([Str(\"{a}\"), Str(\"{b}\")]))");
    let text = "Text(\"You looked at something for 15.00 USD\")]";
    let expected = [
        "ada entered".to_owned(),
        "cyd entered".to_owned(),
        "dan entered".to_owned(),
        format!("ada sent {}, {text}", keys("p2", "p3")),
        "eve entered".to_owned(),
        format!("cyd sent {}, {text}", keys("p3", "p4")),
        "eve stopped".to_owned(),
        "dan dropped nothing similar".to_owned(),
    ];
    let ended = |of: &String| !of.ends_with(" ended") && !of.ends_with(" refused");
    let found: Vec<String> = told(&whole).into_iter().filter(ended).collect();
    assert_eq!(found, expected);
    assert_eq!(whole, replayed(&campaign, &items, 3));
    for (batch, saved) in [(1, false), (2, true), (100, false), (1, true)] {
        let streamed = streamed(&campaign, &items, batch, saved);
        assert_eq!(whole, streamed, "batches of {batch}, saved: {saved}");
    }
}
