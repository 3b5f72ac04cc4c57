//! `persona bench`: measures how fast a package runs here, and shows it with its spread.

mod json;
mod table;

use std::io::{self, Write};

use persona::tools::BenchOptions;
use persona::{AnswerKind, Package};

use crate::args::{Bench, Table};
use crate::fail::{Failure, Outcome};
use crate::run::compiled;
use crate::run::progress::Bars;
use crate::term::Term;

/// Measures a package.
pub(crate) fn bench(args: &Bench, term: Term) -> Result<Outcome, Failure> {
    let package = Package::open(args.path.as_deref())?;
    let Some(program) = compiled(&package, term)? else {
        return Ok(Outcome::ProgramIsWrong);
    };
    let options = BenchOptions {
        profiles: args
            .profiles
            .and_then(|profiles| usize::try_from(profiles).ok()),
        seed: args.seed.unwrap_or(0),
        now: args.now.clone(),
        threads: args.threads.map(usize::from),
        only: args.only.clone(),
    };
    let bars = Bars::new(term.progress);
    let result = program.bench(&options, &bars);
    bars.finish();
    let result = result?;
    let text = match args.format {
        Table::Table => table::text(program.name(), &result, term.out),
        Table::Json => format!("{}\n", json::object(&result)),
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    if cfg!(debug_assertions) {
        term.say("warning: this is a debug build of persona; a release build is many times faster");
    }
    Ok(Outcome::Fine)
}

/// What an answer is, in a word.
fn kind(kind: AnswerKind) -> &'static str {
    match kind {
        AnswerKind::Segment => "segment",
        AnswerKind::Trait => "trait",
        AnswerKind::Partition => "partition",
        AnswerKind::Stage => "stage",
    }
}
