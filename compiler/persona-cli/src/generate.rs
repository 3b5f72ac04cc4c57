//! `persona generate`: made-up data for a package, in files, and what the package's sources say of them. Makes up nothing itself.

use std::io::{self, Write};

use persona::Package;
use persona::generate::{FileFormat, GenerateOptions, Generated};

use crate::args::{Files, Generate};
use crate::columns::{Align, Cell, Style, counted, grouped, lay_out};
use crate::fail::{Failure, Outcome};
use crate::run::progress::Bars;
use crate::run::{compiled, reasons, sources};
use crate::term::{Paint, Term};

/// Makes up data.
pub(crate) fn generate(args: &Generate, term: Term) -> Result<Outcome, Failure> {
    let package = Package::open(args.path.as_deref())?;
    let Some(program) = compiled(&package, term)? else {
        return Ok(Outcome::ProgramIsWrong);
    };
    let options = GenerateOptions {
        profiles: args.profiles,
        seed: args.seed,
        now: args.now.clone(),
        out: args.out.clone(),
        format: args.format.map(|format| match format {
            Files::Csv => FileFormat::Csv,
            Files::Ndjson => FileFormat::Ndjson,
            Files::Parquet => FileFormat::Parquet,
        }),
        dirty: args.dirty.map_or(0.0, |share| share.part()),
        force: args.force,
        threads: args.threads.map(usize::from),
    };
    let bars = Bars::new(term.progress);
    let made = package.generate(&program, &options, &bars);
    bars.finish();
    let made = made?;
    let text = text(&made, term.out);
    io::stdout().lock().write_all(text.as_bytes())?;
    let nowhere = made.left_out.join(", ");
    if !nowhere.is_empty() {
        term.say(format_args!(
            "no source reads {nowhere}, so nothing was made for them"
        ));
    }
    let shown = made.root.display();
    term.say(format_args!("  persona run {shown}"));
    Ok(Outcome::Fine)
}

/// The files, and how the package reads them.
fn text(made: &Generated, paint: Paint) -> String {
    let mut text = format!("{}\n", paint.bold("Files"));
    let rows = made.files.iter().map(|file| {
        vec![
            Cell::new(made.root.join(&file.path).display().to_string()),
            Cell::new(counted(file.rows, "row", "rows")),
            Cell::styled(file.sources.join(", "), Style::Dim),
        ]
    });
    let mut rows: Vec<Vec<Cell>> = rows.collect();
    if let Some(sources) = &made.sources {
        rows.push(vec![Cell::new(sources.display().to_string())]);
    }
    let aligned = [Align::Left, Align::Right, Align::Left];
    text.push_str(&lay_out(&rows, &aligned, paint));
    if made.spoilt > 0 {
        text.push_str(&format!(
            "{} were spoilt, as was asked\n",
            match made.spoilt {
                1 => "1 row".to_owned(),
                many => format!("{} rows", grouped(many)),
            }
        ));
    }
    text.push_str(&format!("\n{}\n", paint.bold("Read by the package")));
    text.push_str(&sources(&made.read, paint));
    if !made.reasons.is_empty() {
        text.push_str(&format!("\n{}\n", paint.bold("Set aside or changed")));
        text.push_str(&reasons(&made.reasons, paint));
    }
    text
}
