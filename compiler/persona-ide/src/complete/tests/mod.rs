//! Completion at marked places of a small shop.

mod broken;
mod clauses;
mod values;

use std::fmt::Write as _;

use super::{Completion, CompletionOptions, complete};
use crate::fixture::Fixture;

/// The schema and some rules of a shop; tests add files to it.
pub(crate) const SHOP: &str = r#"//- shop.persona
/// People we may write to.
profile Customer {
  id: String @key
  /// Where we write to.
  email: Email? @pii
  first_name: String?
  country: Country = other
  tier: Tier = bronze
  timezone: TimeZone = "UTC"
  birthday: Date?
  signed_up_at: Timestamp
  lifetime_spend: Money<USD> = 0 USD
  visits: Int = 0
  score: Float?
  tags: Set<String>
  address: { city: String?, zip: String?, location: Geo? }
  consent: { email: Bool = false, offers: Bool = false }
}
enum Country { US, CA, DE, other }
/// How loyal somebody is.
ordered enum Tier { bronze, silver "Silver", gold }
event ProductViewed { sku: String, category: String, seconds: Int? }
event CartAdded { sku: String, value: Money<USD> }
event Purchase { order_id: String, total: Money<USD>, items: List<{ sku: String, quantity: Int, price: Money<USD> }> }
events Activity = ProductViewed or CartAdded or Purchase
catalog Product { sku: String @key, name: String, price: Money<USD>, in_stock: Bool, popularity: Float }
const EU: List<Country> = [DE]
const BIG: Money<USD> = 500 USD
trait order_value: Money<USD>? = avg(Purchase.total in last 365d)
trait spent_since(window: Duration): Money<USD>? = sum(Purchase.total in last (window))
trait loyal: Bool = visits > 10
fn doubled(x: Int) -> Int = x * 2
/// The best of all.
segment vip "VIP shoppers" { when lifetime_spend > 1000 USD }
segment recent_browser(topic: String, window: Duration = 48h) "Recent browsers" {
  when did ProductViewed in last (window) where category == topic
}
partition lifecycle "Lifecycle" {
  fresh when signed_up_at in last 14d
  active when did Purchase in last 90d
  otherwise lapsed
}
purpose offers { requires consent.offers }
channel mail { to email requires consent.email }
channel push { to email requires nothing }
trigger welcome {
  on enter vip
  enter once
  send hello via mail
}
content hello {
  subject: String
  body: Html
  variant german when country == DE {
    subject = "Hallo"
    body = template "emails/hello.liquid"
  }
  variant personal when arm(cart_subject) == personal {
    subject = "Hello, you"
    body = template "emails/hello.liquid"
  }
  otherwise {
    subject = "Hello"
    body = template "emails/hello.liquid"
  }
}
content cart_reminder(cart: CartAdded, discount: Float = 0%) {
  subject: String
  otherwise { subject = "Your cart" }
}
recommend bestsellers: List<Product> {
  from Product
  rank by popularity desc
  take 4
  otherwise skip "nothing to show"
}
experiment cart_subject {
  on welcome
  arms { control 50%, personal 50% }
  goal Purchase within 7d
}
source customers of Customer { from "data/customers.csv" id = column("CustomerID") }
//- emails/hello.liquid
Hello
"#;

/// The offers at the cursor of the shop with these files.
pub(super) fn offers(text: &str) -> Vec<Completion> {
    let fixture = Fixture::new(&format!("{SHOP}{text}"));
    let (file, offset) = fixture.cursor();
    complete(&fixture.db, file, offset, CompletionOptions::default()).items
}

/// Those in another file of rules.
pub(super) fn rules(text: &str) -> Vec<Completion> {
    offers(&format!("//- b.persona\n{text}\n"))
}

/// The labels, in order.
pub(super) fn labels(items: &[Completion]) -> Vec<&str> {
    items.iter().map(|item| item.label.as_str()).collect()
}

/// Each of the first offers on a line: the label, what it is, its detail.
pub(super) fn shown(items: &[Completion], count: usize) -> String {
    let mut out = String::new();
    for item in items.iter().take(count) {
        let detail = item.detail.as_deref().unwrap_or("-");
        let _ = writeln!(out, "{} | {:?} | {detail}", item.label, item.kind);
    }
    out
}

/// Fails unless all of these are offered, and none of those.
#[track_caller]
pub(super) fn check(text: &str, has: &[&str], lacks: &[&str]) {
    let items = rules(text);
    let labels = labels(&items);
    for label in has {
        assert!(
            labels.contains(label),
            "`{label}` is offered at {text}\n{labels:?}"
        );
    }
    for label in lacks {
        assert!(
            !labels.contains(label),
            "`{label}` is not offered at {text}\n{labels:?}"
        );
    }
}

/// Fails unless these are the first offers, in order.
#[track_caller]
pub(super) fn first(text: &str, expected: &[&str]) {
    let items = rules(text);
    let labels = labels(&items);
    let found = &labels[..labels.len().min(expected.len())];
    assert_eq!(found, expected, "at {text}\n{labels:?}");
}

/// The text after the one offer of this label was taken, without the places of its snippet.
#[track_caller]
pub(super) fn taken(text: &str, label: &str) -> String {
    let fixture = Fixture::new(&format!("{SHOP}//- b.persona\n{text}\n"));
    let (file, offset) = fixture.cursor();
    let options = CompletionOptions {
        snippets: false,
        ..CompletionOptions::default()
    };
    let items = complete(&fixture.db, file, offset, options).items;
    let item = items
        .iter()
        .find(|item| item.label == label)
        .unwrap_or_else(|| panic!("`{label}` is offered at {text}\n{:?}", labels(&items)));
    let mut edits: Vec<_> = item
        .also
        .iter()
        .map(|edit| (edit.span, edit.text.clone()))
        .collect();
    edits.push((item.replace, item.insert.clone()));
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut out = fixture.db.file_text(file).to_owned();
    for (span, new) in edits {
        out.replace_range(span.start as usize..span.end as usize, &new);
    }
    out.trim_end().to_owned()
}
