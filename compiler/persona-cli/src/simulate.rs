//! `persona simulate`: the package's events replayed through its triggers, as a summary, as JSON, or as one person's timeline.

mod json;
mod table;

use std::io::{self, Write};

use persona::{Package, SimulateOptions};

use crate::args::{Simulate, Table};
use crate::columns::counted;
use crate::fail::{Failure, Outcome};
use crate::run;
use crate::run::progress::Bars;
use crate::term::Term;

/// Replays a package's events.
pub(crate) fn simulate(args: &Simulate, term: Term) -> Result<Outcome, Failure> {
    let package = Package::open(args.path.as_deref())?;
    let Some(program) = run::compiled(&package, term)? else {
        return Ok(Outcome::ProgramIsWrong);
    };
    let options = SimulateOptions {
        from: args.from.clone(),
        until: args.until.clone(),
        profile: args.profile.clone(),
        out: args.out.clone(),
        payloads: args.out.is_some() && !args.no_payloads,
        threads: args.threads.map(usize::from),
    };
    let bars = Bars::new(term.progress);
    let result = program.simulate(&options, &bars);
    bars.finish();
    let result = result?;
    let text = match args.format {
        Table::Table => table::text(program.name(), &result, term.out),
        Table::Json => format!("{}\n", json::object(&result)),
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    let (read, replayed) = result.took;
    term.say(format_args!(
        "{} in {:.2} s: {:.2} s reading, {:.2} s replaying",
        counted(
            usize::try_from(result.inputs).unwrap_or(usize::MAX),
            "event",
            "events"
        ),
        (read + replayed).as_secs_f64(),
        read.as_secs_f64(),
        replayed.as_secs_f64(),
    ));
    if let Some(path) = &args.out {
        term.say(format_args!("the log is in {}", path.display()));
    }
    Ok(Outcome::Fine)
}
