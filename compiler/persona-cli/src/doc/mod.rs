//! `persona doc`: a static site of a package. Everything is gathered and every page made before anything is written: of a package
//! with errors only its diagnostics are shown, and an earlier site stays as it was.

mod html;
mod markdown;
mod model;
mod pages;
mod picture;
mod write;

use persona::overlap::OverlapOptions;
use persona::{Package, PreviewOptions, Program, RunOptions, TestOptions};

use self::model::{Known, Model};
use crate::args::Doc;
use crate::columns::counted;
use crate::fail::{Failure, Outcome};
use crate::run;
use crate::run::progress::Bars;
use crate::term::Term;

/// So many sets are compared with each other, and so many groups of people shown.
const SETS: usize = 24;
/// In so many cells the values of traits are counted.
const CELLS: usize = 24;
/// How many people are made up to read messages.
const READERS: usize = 200;

/// Writes the site of a package.
pub(crate) fn doc(args: &Doc, term: Term) -> Result<Outcome, Failure> {
    // Said now, and not after everything was read.
    write::may_write(&args.out)?;
    let package = Package::open(args.path.as_deref())?;
    let Some(program) = run::compiled(&package, term)? else {
        return Ok(Outcome::ProgramIsWrong);
    };
    let bars = Bars::new(term.progress);
    let known = known(args, &program, &bars);
    bars.finish();
    let model = Model::new(&package, known?);
    let files = pages::site(&model);
    write::write(&args.out, &files)?;
    let pages = files.iter().filter(|(path, _)| path.ends_with(".html"));
    term.say(format_args!(
        "{} about {} in {}: open {}",
        counted(pages.count(), "page", "pages"),
        program.name(),
        args.out.display(),
        args.out.join("index.html").display()
    ));
    Ok(Outcome::Fine)
}

/// What is known of a program besides its text.
fn known(args: &Doc, program: &Program, bars: &Bars) -> Result<Known, Failure> {
    let tests = program.test(&TestOptions::default())?;
    let has_data = !args.no_data && !program.plan().sources.is_empty();
    let options = RunOptions {
        now: args.now.clone(),
        threads: args.threads.map(usize::from),
        cells: CELLS,
        ..RunOptions::default()
    };
    let run = has_data.then(|| program.run(&options, bars)).transpose();
    let run = run.map_err(|error| {
        let asks_no_data = error.help().is_none() && !error.is_internal() && !error.is_program();
        let failure = Failure::from(error);
        match asks_no_data {
            true => failure.help("`--no-data` makes the site without figures"),
            false => failure,
        }
    })?;
    // One set overlaps with nobody.
    let sets = run.as_ref().map_or(0, |run| {
        let stages = run.partitions.iter().map(|of| of.stages.len());
        run.segments.len() + stages.sum::<usize>()
    });
    let is_compared = sets > 1 && run.as_ref().is_some_and(|run| run.profiles > 0);
    let overlap = is_compared.then(|| {
        let options = OverlapOptions {
            run: options.clone(),
            sets: SETS,
            intersections: SETS,
        };
        program.overlap(&options, bars)
    });
    let now = match &run {
        Some(run) => run::now(&run.now).map(str::to_owned),
        None => args.now.clone(),
    };
    let previews = program.previews(&PreviewOptions {
        now,
        people: READERS,
        seed: args.seed,
    })?;
    Ok(Known {
        run,
        overlap: overlap.transpose()?,
        tests,
        previews: Some(previews).filter(|all| !all.contents.is_empty()),
    })
}
