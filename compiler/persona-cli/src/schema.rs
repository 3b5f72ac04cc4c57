//! `persona schema infer`: prints what files seem to hold, or makes a package of it; then says what a run would load of them. Guesses
//! nothing itself.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use persona::{Compiled, Package, Reason, RunOptions, SourceResult};
use persona_infer::{Inference, Kind, Options, infer};

use crate::args::{Infer, Schema, SchemaCommand};
use crate::check;
use crate::columns::{counted, grouped, percent};
use crate::fail::{Failure, Outcome};
use crate::new;
use crate::run::progress::Bars;
use crate::run::{reasons, sources};
use crate::term::Term;

/// What the rows of a file are: `event`, or `orders.csv=event`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowsAre(Option<String>, Kind);

impl FromStr for RowsAre {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (file, kind) = match text.rsplit_once('=') {
            Some((file, kind)) => (Some(file.to_owned()), kind),
            None => (None, text),
        };
        let kind = match kind {
            "profile" => Kind::Profile,
            "event" => Kind::Event,
            "catalog" => Kind::Catalog,
            _ => return Err("write profile, event or catalog, or orders.csv=event".to_owned()),
        };
        Ok(Self(file, kind))
    }
}

/// Does what is asked about schemas.
pub(crate) fn schema(args: &Schema, term: Term) -> Result<Outcome, Failure> {
    match &args.what {
        SchemaCommand::Infer(args) => {
            let temporary = env::temp_dir().join(format!("persona-infer-{}", std::process::id()));
            let done = infer_files(args, &temporary, term);
            // Only what this call has made lies there.
            match fs::remove_dir_all(&temporary) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    term.say(format_args!("{} is left: {error}", temporary.display()));
                }
                _ => {}
            }
            done
        }
    }
}

/// The files of a package that is made.
const FILES: [&str; 3] = ["persona.toml", "schema.persona", "sources.persona"];

fn infer_files(args: &Infer, temporary: &Path, term: Term) -> Result<Outcome, Failure> {
    let root = args.out.clone().unwrap_or_else(|| PathBuf::from("."));
    if let Some(out) = &args.out {
        free(out, args)?;
    }
    let options = Options {
        rows: args.sample.max(1),
        kinds: args
            .kinds
            .iter()
            .map(|RowsAre(file, kind)| (file.clone(), *kind))
            .collect(),
        name: args.name.clone(),
        currency: args.currency.as_ref().map(|code| code.to_uppercase()),
        scratch: match &args.out {
            Some(out) => out.join("data"),
            None => temporary.to_owned(),
        },
    };
    let mut found = infer(&args.files, &options).map_err(|error| {
        let failure = Failure::call(error.to_string());
        match error.what_to_do() {
            Some(help) => failure.help(help),
            None => failure,
        }
    })?;
    if let Some(out) = &args.out {
        fs::create_dir_all(out).map_err(|error| Failure::unwritable(out, &error))?;
    }
    let Some(read) = read(&mut found, args, &root, term)? else {
        return Ok(Outcome::ProgramIsWrong);
    };
    match &args.out {
        Some(out) => write(&found, args, out, term)?,
        None => print(&found, &root, term)?,
    }
    tell(&found, &read, term);
    if let Some(out) = &args.out {
        let shown = out.display();
        term.say(format_args!(
            "\n  persona check {shown}\n  persona run {shown}"
        ));
    }
    Ok(Outcome::Fine)
}

/// Fails where a file would be written over.
fn free(out: &Path, args: &Infer) -> Result<(), Failure> {
    if out.is_file() {
        return Err(
            Failure::call(format!("{} is a file; nothing was written", out.display()))
                .help("give the name of a folder"),
        );
    }
    let there = FILES
        .iter()
        .map(|name| out.join(name))
        .find(|path| path.exists());
    match there {
        Some(path) if !args.force => Err(Failure::call(format!(
            "{} is there already; nothing was written",
            path.display()
        ))
        .help("give another folder, or --force to write over it")),
        _ => Ok(()),
    }
}

fn config(args: &Infer) -> String {
    let name = args.out.as_ref().and_then(|out| out.file_name());
    let name = name
        .map(|name| new::plain(&name.to_string_lossy()))
        .filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| "inferred".to_owned());
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nlanguage = \"1\"\ntimezone = \"{}\"\n",
        args.timezone.replace(['"', '\\', '\n'], "")
    )
}

/// What reading the files gave.
type Read = (Vec<SourceResult>, Vec<Reason>);

/// Checks what was found, and reads the files with it. Rows that would be set aside for want of a value make the value one that may be
/// missing. Nothing where the declarations are wrong, which was said then.
fn read(
    found: &mut Inference,
    args: &Infer,
    root: &Path,
    term: Term,
) -> Result<Option<Read>, Failure> {
    let config = config(args);
    let mut rounds = 0;
    loop {
        let (schema, sources) = (found.schema(), found.sources(root));
        let files = [
            ("schema.persona", schema.as_str()),
            ("sources.persona", sources.as_str()),
        ];
        let files = files.into_iter().filter(|(_, text)| !text.is_empty());
        let package = Package::from_memory("inferred", Some(&config), files, root);
        let program = match package.compile()? {
            Compiled::Program(program, _) => program,
            Compiled::Broken(report) => {
                check::show(&report, term)?;
                return Ok(None);
            }
        };
        if !found.has_rows() {
            return Ok(Some((Vec::new(), Vec::new())));
        }
        let options = RunOptions {
            all_columns: true,
            ..RunOptions::default()
        };
        let bars = Bars::new(term.progress);
        let read = program.read_sources(&options, &bars);
        bars.finish();
        let read = read?;
        rounds += 1;
        let mut again = false;
        for reason in read.1.iter().filter(|reason| reason.rows > 0) {
            if let Some(column) = &reason.column {
                again |= found.loosen(&reason.source, column);
            }
        }
        if !again || rounds > 4 {
            return Ok(Some(read));
        }
    }
}

fn write(found: &Inference, args: &Infer, out: &Path, term: Term) -> Result<(), Failure> {
    let texts = [config(args), found.schema(), found.sources(out)];
    for (name, text) in FILES.iter().zip(texts) {
        if !text.is_empty() {
            let path = out.join(name);
            fs::write(&path, text).map_err(|error| Failure::unwritable(&path, &error))?;
        }
    }
    for (made, from) in found.made() {
        term.say(format_args!(
            "{} has the objects of {}, one on each line",
            made.display(),
            from.display()
        ));
    }
    Ok(())
}

fn print(found: &Inference, root: &Path, term: Term) -> Result<(), Failure> {
    let sources = found.sources_to_show(root);
    let between = if sources.is_empty() { "" } else { "\n" };
    let text = format!("{}{between}{sources}", found.schema());
    io::stdout().lock().write_all(text.as_bytes())?;
    for (_, from) in found.made() {
        term.say(format_args!(
            "{} is one document, and sources read one object per line: --out DIR writes it so",
            from.display()
        ));
    }
    Ok(())
}

/// What was found, and what a run would load of it.
fn tell(found: &Inference, (read, why): &Read, term: Term) {
    term.say(found.declared().join(", "));
    if read.is_empty() {
        term.say("nothing was read: these files declare, and hold no rows; `persona generate` makes some up");
        return;
    }
    let rows: usize = read.iter().map(|source| source.read).sum();
    let used: usize = read.iter().map(|source| source.used).sum();
    let share = if rows == 0 {
        1.0
    } else {
        used as f64 / rows as f64
    };
    term.say(format_args!(
        "{} of {} loaded ({})",
        grouped(used),
        counted(rows, "row", "rows"),
        percent(share).trim()
    ));
    term.say(sources(read, term.err).trim_end());
    if !why.is_empty() {
        term.say(format_args!("\n{}", term.err.bold("Set aside or changed")));
        term.say(reasons(why, term.err).trim_end());
    }
}
