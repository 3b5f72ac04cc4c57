//! `persona why`: one answer about one person, with its reasons.

pub(crate) mod human;
pub(crate) mod json;

use std::io::{self, Write};

use persona::{Package, RunOptions};

use crate::args::{Prose, Why};
use crate::fail::{Failure, Outcome};
use crate::run;
use crate::run::progress::Bars;
use crate::term::Term;

/// Explains an answer.
pub(crate) fn why(args: &Why, term: Term) -> Result<Outcome, Failure> {
    let package = Package::open(args.path.as_deref())?;
    let Some(program) = run::compiled(&package, term)? else {
        return Ok(Outcome::ProgramIsWrong);
    };
    let options = RunOptions {
        now: args.now.clone(),
        ..RunOptions::default()
    };
    let bars = Bars::new(term.progress);
    let result = program.why(&args.name, &args.profile, &options, &bars);
    bars.finish();
    let (why, now) = result?;
    let text = match args.format {
        Prose::Human => human::text(&why, &run::when(&now), term.out),
        Prose::Json => format!("{}\n", json::object(&why, &now)),
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Outcome::Fine)
}
