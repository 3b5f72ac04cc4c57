//! `persona render`: what one person reads in a content, on the terminal, as JSON, or as a page to look at.

mod human;
mod json;
mod page;

pub(crate) use json::object;

use std::io::{self, Write};

use persona::{Package, RenderOptions};

use crate::args::{Prose, Render};
use crate::fail::{Failure, Outcome};
use crate::run;
use crate::run::progress::Bars;
use crate::term::Term;

/// Renders a content.
pub(crate) fn render(args: &Render, term: Term) -> Result<Outcome, Failure> {
    if args.html.as_deref() == Some(std::path::Path::new("-")) {
        return Err(Failure::call(
            "`--html -` would mix the page into the text, which goes to standard output",
        )
        .help("name a file, as in `--html preview.html`"));
    }
    let package = Package::open(args.path.as_deref())?;
    let Some(program) = run::compiled(&package, term)? else {
        return Ok(Outcome::ProgramIsWrong);
    };
    let options = RenderOptions {
        now: args.now.clone(),
        args: args.args.clone(),
        all_variants: args.all_variants,
    };
    let bars = Bars::new(term.progress);
    let result = program.render(&args.content, &args.profile, &options, &bars);
    bars.finish();
    let result = result?;
    let text = match args.format {
        Prose::Human => human::text(&result, term.out),
        Prose::Json => format!("{}\n", json::object(&result)),
    };
    // The page first: whoever reads the text may stop reading.
    if let Some(path) = &args.html {
        std::fs::write(path, page::page(&result))
            .map_err(|error| Failure::unwritable(path, &error))?;
    }
    io::stdout().lock().write_all(text.as_bytes())?;
    result.notes.iter().for_each(|note| term.say(note));
    if let Some(path) = args.html.as_ref().filter(|_| !term.quiet) {
        eprintln_path(path)?;
    }
    Ok(Outcome::Fine)
}

fn eprintln_path(path: &std::path::Path) -> Result<(), Failure> {
    let text = format!("the preview is in {}\n", path.display());
    Ok(io::stderr().lock().write_all(text.as_bytes())?)
}
