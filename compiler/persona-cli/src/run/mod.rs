//! `persona run`: loads the package's data, answers everything for everybody, and shows what came out.

mod json;
pub(crate) mod progress;
mod table;

use std::io::{self, Write};
use std::path::Path;

use persona::{Compiled, Engine, Now, NowFrom, Package, Program, RunOptions};

use self::progress::Bars;
use crate::args::{self, Run, Table};
use crate::check;
use crate::columns::counted;
use crate::fail::{Failure, Outcome};
use crate::term::Term;

pub(crate) use table::{reasons, sources, when};

/// The evaluation time for machines; none where it does not matter.
pub(crate) fn now(now: &Now) -> Option<&str> {
    (now.from != NowFrom::Irrelevant).then_some(&*now.text)
}

/// Runs a package.
pub(crate) fn run(args: &Run, term: Term) -> Result<Outcome, Failure> {
    let package = Package::open(args.path.as_deref())?;
    let Some(program) = compiled(&package, term)? else {
        return Ok(Outcome::ProgramIsWrong);
    };
    let options = RunOptions {
        now: args.now.clone(),
        engine: match args.engine {
            args::Engine::Batch => Engine::Batch,
            args::Engine::Interpreter => Engine::Interpreter,
        },
        threads: args.threads.map(usize::from),
        only: args.only.clone(),
        members: args.members.clone(),
        rejects: args.rejects.clone(),
        ..RunOptions::default()
    };
    for (flag, path) in [("--members", &args.members), ("--rejects", &args.rejects)] {
        if path.as_deref() == Some(Path::new("-")) {
            return Err(Failure::call(format!(
                "`{flag} -` would mix rows into the results, which go to standard output"
            ))
            .help(format!("name a file, as in `{flag} rows.ndjson`")));
        }
    }
    let bars = Bars::new(term.progress);
    let result = program.run(&options, &bars);
    bars.finish();
    let result = result?;
    let text = match args.format {
        Table::Table => table::text(program.name(), &result, term.out),
        Table::Json => format!("{}\n", json::object(&result)),
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    if args.format == Table::Json {
        result.notes.iter().for_each(|note| term.say(note));
    }
    let time = result.timing;
    term.say(format_args!(
        "{} in {:.2} s: {:.2} s reading, {:.2} s compiling, {:.3} s answering",
        counted(result.profiles, "profile", "profiles"),
        time.total().as_secs_f64(),
        time.load.as_secs_f64(),
        time.compile.as_secs_f64(),
        time.answer.as_secs_f64(),
    ));
    for (what, path) in [("members", &args.members), ("rejects", &args.rejects)] {
        if let Some(path) = path {
            term.say(format_args!("{what} are in {}", path.display()));
        }
    }
    Ok(Outcome::Fine)
}

/// The program; where it is wrong, its diagnostics were printed. Warnings are printed too, unless it shall be quiet.
pub(crate) fn compiled(package: &Package, term: Term) -> Result<Option<Box<Program>>, Failure> {
    match package.compile()? {
        Compiled::Program(program, report) => {
            if !term.quiet {
                check::show(&report, term)?;
            }
            Ok(Some(program))
        }
        Compiled::Broken(report) => {
            check::show(&report, term)?;
            check::alone(package, term);
            Ok(None)
        }
    }
}
