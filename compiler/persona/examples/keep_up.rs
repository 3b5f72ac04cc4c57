//! Memberships while events come: what each event changes, and when to look again. `cargo run -p persona --example keep_up`

use std::error::Error;
use std::io::Write;

use persona::{Compiled, Moved, Package};

const RULES: &str = r#"
    profile Customer { id: String @key, country: String? }
    event Order { total: Money<EUR> }

    segment regulars { when count(Order in last 90d) >= 2 }
    segment locals { when country == "AT" }
"#;

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut std::io::stdout())
}

pub(crate) fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let package = Package::from_memory("shop", None, [("main.persona", RULES)], ".".as_ref());
    let Compiled::Program(program, _) = package.compile()? else {
        return Err("the rules are wrong".into());
    };
    let mut memberships = program.memberships("2026-01-31T10:00Z")?;

    tell(out, &memberships.set("ada", "country", "AT")?)?;
    for at in ["2026-01-30T09:00:00Z", "2026-01-31T09:00:00Z"] {
        let order = [("at", at.into()), ("total", 1250.into())];
        tell(out, &memberships.event("ada", "Order", order)?)?;
    }

    // A scheduler sleeps until the earliest of these instants; nobody needs to be asked before.
    if let Some(next) = memberships.next("ada") {
        writeln!(out, "next look at {next}")?;
        for moved in memberships.advance_micros(next)? {
            tell(out, &moved)?;
        }
    }
    Ok(())
}

fn tell(out: &mut dyn Write, moved: &Moved<'_>) -> std::io::Result<()> {
    let (entered, left) = (moved.entered.join(", "), moved.left.join(", "));
    writeln!(out, "{}: entered [{entered}], left [{left}]", moved.key)
}
