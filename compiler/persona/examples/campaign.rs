//! A campaign from memory: what one person reads, why they got it or not, and what would have happened.
//! `cargo run -p persona --example campaign`

use std::error::Error;
use std::io::Write;
use std::sync::Arc;

use persona::arrow::{ArrayRef, RecordBatch, StringArray};
use persona::{
    Compiled, Package, RenderOptions, RunOptions, SimulateOptions, SlotText, Tables, TestOptions,
};

const RULES: &str = r#"
    profile Customer { id: String @key, email: Email?, first_name: String? }
    event Cart { value: Money<EUR> }
    event Order { total: Money<EUR> }

    segment buyers { when count(Order in last 30d) >= 1 }

    channel mail { to email, requires nothing }
    content reminder {
      subject: String
      variant named when first_name is known { subject = "{first_name}, your cart is waiting" }
      otherwise { subject = "Your cart is waiting" }
    }
    trigger cart_rescue {
      on Cart
      enter always
      stop on Order
      wait 1h
      send reminder via mail
    }

    test "an order stops the reminder" {
      given { id: "t", email: "t@example.com" }
      at 2026-01-10T10:00Z
      event Cart { value: 20 EUR }
      wait 30m
      event Order { total: 20 EUR }
      wait 1d
      expect not sent reminder
    }
"#;

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut std::io::stdout())
}

pub(crate) fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let package = Package::from_memory("shop", None, [("main.persona", RULES)], ".".as_ref());
    let program = match package.compile()? {
        Compiled::Program(program, _) => program,
        Compiled::Broken(report) => return Err(format!("{:#?}", report.diagnostics).into()),
    };
    let program = program.over(&tables()?)?;

    let (why, _) = program.why("buyers", "ada", &RunOptions::default(), &())?;
    writeln!(out, "ada is a buyer: {}", why.answer.text)?;
    for change in &why.changes {
        writeln!(out, "  what would have to change: {}", change.text)?;
    }

    let rendered = program.render("reminder", "ada", &RenderOptions::default(), &())?;
    for variant in &rendered.variants {
        for slot in &variant.slots {
            match &slot.text {
                SlotText::Empty => writeln!(out, "{}: nothing", slot.name)?,
                SlotText::Plain(text) | SlotText::Html(text) => {
                    writeln!(out, "{}: {text}", slot.name)?;
                }
            }
        }
    }

    let simulation = program.simulate(&SimulateOptions::default(), &())?;
    for trigger in &simulation.triggers {
        let (name, entered, sent) = (&trigger.name, trigger.entered, trigger.sent);
        writeln!(out, "{name}: {entered} began, {sent} sent")?;
        for (reason, times) in &trigger.stopped {
            writeln!(out, "  stopped {times}: {reason}")?;
        }
    }

    let report = program.test(&TestOptions::default())?;
    for test in &report.tests {
        let verdict = if test.failures.is_empty() {
            "holds"
        } else {
            "fails"
        };
        writeln!(out, "test \"{}\" {verdict}", test.title)?;
    }
    Ok(())
}

/// Ada left a cart and nothing else; Bob left one and ordered.
fn tables() -> Result<Tables, Box<dyn Error>> {
    let text = |values: &[&str]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let people = [
        ("id", text(&["ada", "bob"])),
        ("email", text(&["ada@example.com", "bob@example.com"])),
        ("first_name", text(&["Ada", "Bob"])),
    ];
    let carts = [
        ("profile", text(&["ada", "bob"])),
        (
            "at",
            text(&["2026-01-10T10:00:00Z", "2026-01-10T10:00:00Z"]),
        ),
        ("value", text(&["20.00", "35.50"])),
    ];
    let orders = [
        ("profile", text(&["bob", "bob"])),
        (
            "at",
            text(&["2026-01-10T10:30:00Z", "2026-01-12T09:00:00Z"]),
        ),
        ("total", text(&["35.50", "9.99"])),
    ];
    Ok(Tables::new()
        .profiles(RecordBatch::try_from_iter(people)?)
        .events("Cart", RecordBatch::try_from_iter(carts)?)
        .events("Order", RecordBatch::try_from_iter(orders)?))
}
