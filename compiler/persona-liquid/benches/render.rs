//! How fast messages are written: a template of a usual mail against the same text written by hand, and how long it takes to
//! read and check one. `cargo bench -p persona-liquid`. Ratios in one run; no time is asserted.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use persona_base::{Currency, FileId};
use persona_liquid::{
    Display, Field, MoneyStyle, Plain, Scope, Target, Template, Ty, Value, check, render,
};

const TEMPLATE: &str = r#"<h1>Dear {{ name | default: "friend" }},</h1>
<p>thank you for your order of {{ at | date: "%-d %B %Y" }}.</p>
{% if items.size > 2 %}<p>That was a lot!</p>{% endif %}
<table>
{% for item in items limit: 10 %}
  <tr class="{% cycle 'odd', 'even' %}"><td>{{ forloop.index }}</td><td>{{ item.name }}</td><td>{{ item.price | money }}</td></tr>
{% else %}
  <tr><td>nothing</td></tr>
{% endfor %}
</table>
<p>{{ items | sum: "price" | money }} in all.{% unless tier == "gold" %} Become a gold member!{% endunless %}</p>
"#;

struct Mail;

impl Scope for Mail {
    fn root(&mut self, name: &str) -> Option<Ty> {
        let usd = Ty::Money(Currency::from_code("USD")?);
        let field = |name: &str, ty| Field {
            name: Arc::from(name),
            ty,
        };
        Some(match name {
            "name" => Ty::Str.optional(),
            "at" => Ty::Timestamp,
            "tier" => Ty::Str,
            "items" => Ty::list(Ty::Record(
                [field("name", Ty::Str), field("price", usd)].into(),
            )),
            _ => return None,
        })
    }
    fn names(&self) -> Vec<Arc<str>> {
        Vec::new()
    }
    fn partial(&mut self, _: &str) -> Result<Arc<Template>, Vec<String>> {
        Err(Vec::new())
    }
    fn partials(&self) -> Vec<Arc<str>> {
        Vec::new()
    }
}

/// Nanoseconds of one call, the best of some rounds.
fn time(mut what: impl FnMut()) -> f64 {
    let round = |what: &mut dyn FnMut()| {
        let start = Instant::now();
        for _ in 0..2_000 {
            what();
        }
        start.elapsed().as_secs_f64() * 1e9 / 2_000.0
    };
    (0..7).map(|_| round(&mut what)).fold(f64::MAX, f64::min)
}

/// The same text, by hand: what no template could beat.
fn by_hand(name: &str, items: &[(Arc<str>, i64)], usd: Currency) -> String {
    let mut out = String::new();
    out.push_str("<h1>Dear ");
    escape(&mut out, name);
    out.push_str(",</h1>\n<p>thank you for your order of 14 March 2016.</p>\n");
    if items.len() > 2 {
        out.push_str("<p>That was a lot!</p>");
    }
    out.push_str("\n<table>\n");
    for (index, (name, price)) in items.iter().enumerate().take(10) {
        out.push_str("\n  <tr class=\"");
        out.push_str(if index % 2 == 0 { "odd" } else { "even" });
        out.push_str("\"><td>");
        out.push_str(&(index + 1).to_string());
        out.push_str("</td><td>");
        escape(&mut out, name);
        out.push_str("</td><td>");
        Plain.money(&mut out, *price, usd, MoneyStyle::Sign);
        out.push_str("</td></tr>\n");
    }
    out.push_str("\n</table>\n<p>");
    Plain.money(
        &mut out,
        items.iter().map(|(_, price)| price).sum(),
        usd,
        MoneyStyle::Sign,
    );
    out.push_str(" in all. Become a gold member!</p>\n");
    out
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark shows its figures")]
fn main() {
    let usd = Currency::from_code("USD").expect("USD");
    let items: Vec<(Arc<str>, i64)> = (0..8)
        .map(|n| (Arc::from(format!("A product, the {n}th")), 1_999 + n))
        .collect();
    let values = [
        Value::text("Ada Lovelace"),
        Value::Int(1_457_917_200_000_000),
        Value::list(items.iter().map(|(name, price)| {
            Value::Record([Value::Str(Arc::clone(name)), Value::Int(*price)].into())
        })),
        Value::text("bronze"),
    ];
    let template = Template::parse(FileId(0), TEMPLATE);
    let checked = check(&template, Target::Html, &mut Mail)
        .template
        .expect("a valid template");
    let names: Vec<&str> = checked.roots.iter().map(|root| &*root.path[0]).collect();
    assert_eq!(names, ["name", "at", "items", "tier"]);
    let written = render(&checked, &values, &Plain).expect("a short mail");
    assert_eq!(written, by_hand("Ada Lovelace", &items, usd));

    let hand = time(|| {
        black_box(by_hand(black_box("Ada Lovelace"), &items, usd));
    });
    let rendered = time(|| {
        black_box(render(&checked, black_box(&values), &Plain).expect("a short mail"));
    });
    let read = time(|| {
        let template = Template::parse(FileId(0), black_box(TEMPLATE));
        black_box(check(&template, Target::Html, &mut Mail));
    });
    let megabytes = |nanoseconds: f64, bytes: usize| bytes as f64 / nanoseconds * 1e3;
    println!(
        "a mail of {} bytes, {} lines of a table",
        written.len(),
        items.len()
    );
    println!("by hand          {hand:>8.0} ns");
    println!(
        "rendered         {rendered:>8.0} ns  {:.1} of by hand, {:.0} MB/s",
        rendered / hand,
        megabytes(rendered, written.len())
    );
    println!(
        "read and checked {read:>8.0} ns  {:.0} MB/s of template",
        megabytes(read, TEMPLATE.len())
    );
}
