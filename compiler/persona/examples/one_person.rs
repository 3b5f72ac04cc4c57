//! One decision per request: compile once, fill one profile, ask. `cargo run -p persona --example one_person`
//!
//! Four threads share the compiled answers; each has its own profile and its own moment.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;

use persona::{Compiled, Package, Rows};

const RULES: &str = r#"
    profile Customer {
      id: String @key
      tier: Tier = bronze
      country: String?
    }
    ordered enum Tier { bronze, silver, gold }
    event Order { total: Money<EUR> }

    segment club { when tier >= silver and country in ["DE", "AT", "CH"] }
    segment regulars { when count(Order in last 90d) >= 2 }
    segment big_spenders { when sum(Order.total in last 30d) > 500 EUR }
"#;

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut std::io::stdout())
}

pub(crate) fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let package = Package::from_memory("shop", None, [("main.persona", RULES)], ".".as_ref());
    let program = match package.compile()? {
        Compiled::Program(program, _) => program,
        Compiled::Broken(report) => {
            for diagnostic in &report.diagnostics {
                writeln!(out, "{}: {}", diagnostic.code, diagnostic.message)?;
            }
            return Ok(());
        }
    };

    let rows = Arc::new(program.rows(&["club", "regulars", "big_spenders"])?);
    let threads = ["bronze", "silver", "gold", "platinum"].map(|tier| {
        let rows = Arc::clone(&rows);
        std::thread::spawn(move || decide(&rows, tier))
    });
    for thread in threads {
        match thread.join().map_err(|_| "a thread panicked")? {
            Ok(line) => writeln!(out, "{line}")?,
            Err(error) => writeln!(out, "{}: {error}", error.code())?,
        }
    }
    Ok(())
}

/// What a request handler does.
fn decide(rows: &Rows, tier: &str) -> Result<String, persona::Error> {
    let mut asked = rows.at("2026-01-31T10:00Z")?;
    let mut profile = rows.profile();
    profile.set("id", "ada")?;
    profile.set("tier", tier)?;
    profile.set("country", "AT")?;
    for at in ["2026-01-02T09:00:00Z", "2026-01-20T18:30:00Z"] {
        profile.event("Order", [("at", at.into()), ("total", 30_000.into())])?;
    }
    let segments: Vec<&str> = asked.segments(&profile)?.collect();
    Ok(format!("{tier}: {}", segments.join(", ")))
}
