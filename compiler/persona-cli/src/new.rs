//! `persona new`: a package that checks, is formatted, and runs on the data that come with it. The templates are files
//! below `templates`, and the smallest example; all are read when the binary is built. Nothing here makes up programs.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::args::New;
use crate::fail::{Failure, Outcome};
use crate::term::Term;

/// The trade that a new package is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Template {
    /// Customers, carts and orders
    Shop,
    /// Users of a product by subscription: plans, features, health
    Saas,
    /// Readers of a publisher: topics, habits, renewals
    Media,
    /// Cosmetics: two customer personas by what people do, letters that adapt
    Beauty,
    /// One file: ten people, three segments and a letter
    Minimal,
}

impl Template {
    fn files(self) -> &'static [File] {
        match self {
            Self::Shop => SHOP,
            Self::Saas => SAAS,
            Self::Media => MEDIA,
            Self::Beauty => BEAUTY,
            Self::Minimal => MINIMAL,
        }
    }
}

/// A file of a template: where it goes, and what is in it.
type File = (&'static str, &'static str);

/// The files of a template, each `$folder/$file` below `templates`, and those that all have.
macro_rules! files {
    ($folder:literal: $($file:literal),*) => {
        &[
            ("persona.toml", include_str!("../templates/common/persona.toml")),
            (".github/workflows/persona.yml", include_str!("../templates/common/persona.yml")),
            (".pre-commit-config.yaml", include_str!("../templates/common/pre-commit.yaml")),
            $(($file, include_str!(concat!("../templates/", $folder, "/", $file)))),*
        ]
    };
}

const SHOP: &[File] = files!("shop": "README.md", "schema.persona", "sources.persona", "traits.persona",
    "segments.persona", "messages.persona", "data/customers.csv", "data/views.csv", "data/carts.csv", "data/orders.ndjson");
const SAAS: &[File] = files!("saas": "README.md", "schema.persona", "sources.persona", "traits.persona",
    "segments.persona", "messages.persona", "data/users.csv", "data/events.ndjson", "data/invoices.csv");
const MEDIA: &[File] = files!("media": "README.md", "schema.persona", "sources.persona", "traits.persona",
    "segments.persona", "messages.persona", "data/readers.ndjson", "data/reading.csv", "data/plays.csv", "data/opens.csv");
const BEAUTY: &[File] = files!("beauty": "README.md", "schema.persona", "sources.persona", "personas.persona",
    "messages.persona", "data/customers.csv", "data/products.csv", "data/views.csv", "data/orders.csv");

/// The smallest example is the smallest template, but for what its README says.
macro_rules! example {
    ($($file:literal),*) => {
        &[
            ("persona.toml", include_str!("../templates/common/persona.toml")),
            (".github/workflows/persona.yml", include_str!("../templates/common/persona.yml")),
            (".pre-commit-config.yaml", include_str!("../templates/common/pre-commit.yaml")),
            ("README.md", include_str!("../templates/minimal/README.md")),
            $(($file, include_str!(concat!("../../../examples/minimal/", $file)))),*
        ]
    };
}

const MINIMAL: &[File] = example!("bakery.persona", "customers.csv", "orders.csv");

/// Makes a package.
pub(crate) fn new(args: &New, term: Term) -> Result<Outcome, Failure> {
    let (folder, name) = place(&args.name)?;
    free(&folder)?;
    let files = args.template.files();
    for (path, text) in files {
        let path = folder.join(path);
        write(&path, &text.replace("{{name}}", &name))?;
    }
    term.say(next(&folder));
    Ok(Outcome::Fine)
}

/// What is there now, and what to call next, with what it answers.
fn next(folder: &Path) -> String {
    let shown = folder.display().to_string();
    let shown = shown.trim_end_matches(['/', '\\']);
    let quoted = if shown.contains(char::is_whitespace) {
        format!("\"{shown}\"")
    } else {
        shown.to_owned()
    };
    let calls = [
        ("check", "is everything right?"),
        ("test", "do its stories hold?"),
        ("run", "who is in what"),
        ("simulate", "what would have been sent"),
    ];
    let width = "simulate ".len() + quoted.chars().count();
    let line = |(call, answers): (&str, &str)| {
        let call = format!("{call} {quoted}");
        format!("  persona {call:width$}   {answers}\n")
    };
    let calls: String = calls.into_iter().map(line).collect();
    format!(
        "{shown} is a package now, with made-up people and tests; next:\n{calls}\
        {shown}/README.md says what lies where, and where to begin"
    )
}

/// The folder to make, and the package's name, which is the folder's.
fn place(wanted: &Path) -> Result<(PathBuf, String), Failure> {
    let name = wanted
        .file_name()
        .ok_or_else(|| {
            Failure::call(format!("`{}` does not name a folder", wanted.display()))
                .help("give the name of a folder that is not there yet, as in `persona new shop`")
        })?
        .to_string_lossy()
        .into_owned();
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(fits) {
        return Ok((wanted.to_owned(), name));
    }
    let better = plain(&name);
    let better = if better.is_empty() { "shop" } else { &better };
    let failure = Failure::call(format!("`{name}` cannot be the name of a package"));
    Err(failure.help(format!(
        "a package's name begins with a letter and has letters, digits, `_` and `-`:\npersona new {better}"
    )))
}

/// The name with other signs for those that do not fit; empty where nothing is left.
pub(crate) fn plain(name: &str) -> String {
    let fitting = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    let signs: String = name.chars().map(fitting).collect();
    let start = signs.find(|c: char| c.is_ascii_alphabetic());
    let plain = start.map_or("", |start| &signs[start..]);
    plain.trim_end_matches(['_', '-']).to_owned()
}

/// Fails unless nothing would be overwritten: the folder is not there, or empty.
fn free(folder: &Path) -> Result<(), Failure> {
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(Failure::call(format!(
                "{} is there already, and not empty; nothing was written",
                folder.display()
            ))
            .help("give another name, or move what is there")),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => Err(Failure::call(format!(
            "{} is a file; nothing was written",
            folder.display()
        ))
        .help("give another name")),
        Err(error) => Err(Failure::call(format!(
            "{} cannot be read: {error}",
            folder.display()
        ))),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let written = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, text));
    written.map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => Failure::call(format!(
            "there is no permission to write {}",
            path.display()
        )),
        _ => Failure::call(format!("{} cannot be written: {error}", path.display())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_do_not_fit_get_a_better_one() {
        let help = |name: &str| {
            let failure = place(Path::new(name)).expect_err("no name");
            miette::Diagnostic::help(&failure).map(|help| help.to_string())
        };
        assert!(help("2nd Shop!").is_some_and(|help| help.ends_with("persona new nd_shop")));
        assert!(help("läden").is_some_and(|help| help.ends_with("persona new l_den")));
        assert!(help("商店").is_some_and(|help| help.ends_with("persona new shop")));
        assert!(help("..").is_some_and(|help| help.contains("as in")));
        assert!(place(Path::new("deep/my-shop_2")).is_ok());
    }

    #[test]
    fn what_to_call_next_can_be_pasted() {
        let told = next(Path::new("my shops/one/"));
        assert!(
            told.contains("\n  persona run \"my shops/one\"        who is in what\n"),
            "{told}"
        );
        assert!(
            told.ends_with("\nmy shops/one/README.md says what lies where, and where to begin")
        );
    }

    /// How many files lie in a folder and below.
    fn count(folder: &Path) -> usize {
        let entries = fs::read_dir(folder).expect("a folder");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths
            .map(|path| if path.is_dir() { count(&path) } else { 1 })
            .sum()
    }

    #[test]
    fn every_file_of_a_template_is_in_its_list() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let common = count(&here.join("templates/common"));
        for template in Template::value_variants() {
            let name = template.to_possible_value().expect("a name");
            let own = match template {
                // Its own README, and all of the example but README and manifest.
                Template::Minimal => count(&here.join("../../examples/minimal")) - 1,
                _ => count(&here.join("templates").join(name.get_name())),
            };
            assert_eq!(own + common, template.files().len(), "{template:?}");
        }
    }
}
