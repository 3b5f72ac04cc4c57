//! The binary `persona`: reads the command line, runs one command, and answers with an exit code. What commands do is in
//! the modules of their names; what programs mean is in the crates below.

mod args;
mod bench;
mod breaking;
mod check;
mod columns;
mod doc;
mod experiment;
mod explain;
mod fail;
mod fmt;
mod generate;
mod generated;
mod lsp;
mod markup;
mod new;
mod overlap;
mod render;
mod replace;
mod report;
mod run;
mod schema;
mod simulate;
mod term;
mod test;
mod uses;
mod why;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::args::{Cli, Command};
use crate::fail::{Failure, Outcome};
use crate::term::Term;

/// Checking a large package and reading data ask for very many small pieces of memory, from several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Deep expressions need a deep stack; the limits on depth fit into this with room to spare.
const STACK: usize = 256 * 1024 * 1024;

fn main() -> ExitCode {
    fail::remember_panics();
    let worker = std::thread::Builder::new()
        .name("persona".to_owned())
        .stack_size(STACK)
        .spawn(run);
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        Ok(Err(_)) => fail::internal("a command panicked"),
        Err(error) => fail::internal(&format!("no thread can be started: {error}")),
    }
}

fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let term = Term::new(&cli.global);
    fail::finish(dispatch(&cli.command, term), term.err)
}

fn dispatch(command: &Command, term: Term) -> Result<Outcome, Failure> {
    fail::panic_if_asked();
    match command {
        Command::Check(args) => check::check(args, term),
        Command::Fmt(args) => fmt::fmt(args, term),
        Command::Run(args) => run::run(args, term),
        Command::Bench(args) => bench::bench(args, term),
        Command::Why(args) => why::why(args, term),
        Command::Experiment(args) => experiment::experiment(args, term),
        Command::Overlap(args) => overlap::overlap(args, term),
        Command::Simulate(args) => simulate::simulate(args, term),
        Command::Render(args) => render::render(args, term),
        Command::Test(args) => test::test(args, term),
        Command::Doc(args) => doc::doc(args, term),
        Command::Uses(args) => uses::uses(args, term),
        Command::Breaking(args) => breaking::breaking(args, term),
        Command::Lsp(args) => lsp::lsp(args),
        Command::Explain(args) => explain::explain(args, term),
        Command::New(args) => new::new(args, term),
        Command::Generate(args) => generate::generate(args, term),
        Command::Schema(args) => schema::schema(args, term),
        Command::Completions(args) => generated::completions(args),
        Command::Man(args) => generated::man(args, term),
    }
}

/// Prints clap's words: help and version to stdout, complaints to stderr.
fn usage(error: &clap::Error) -> ExitCode {
    let printed = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion if printed.is_ok() => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    }
}
