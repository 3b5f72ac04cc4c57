//! `persona explain`: the page of a diagnostic code, or the list of all codes.

use std::fmt::Write as _;
use std::io::{self, Write};

use persona_base::{Code, Level, all_codes, find_code, nearest};

use unicode_width::UnicodeWidthStr;

use crate::args::Explain;
use crate::fail::{Failure, Outcome};
use crate::term::{Paint, Term, columns};

/// The width of a page.
const WIDTH: usize = 88;

/// Explains a code, or lists them.
pub(crate) fn explain(args: &Explain, term: Term) -> Result<Outcome, Failure> {
    let text = match &args.code {
        None => list(term.out),
        Some(wanted) => match find_code(wanted.trim().trim_matches(['[', ']'])) {
            Some(code) => page(code, term.out),
            None => return Err(unknown(wanted)),
        },
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Outcome::Fine)
}

fn list(paint: Paint) -> String {
    let mut text = String::new();
    for code in all_codes() {
        let info = code.info();
        let title = info.page.lines().next().unwrap_or("");
        let title = title.split_once(": ").map_or("", |(_, title)| title);
        writeln!(text, "{}  {:<32} {title}", paint.bold(code.id()), info.name).unwrap_or(());
    }
    text
}

/// What is known of a code besides its page: its name, its default level and how to change it, since when there is it.
fn facts(code: Code) -> String {
    let info = code.info();
    let name = info.name;
    let level = match info.level {
        Level::Error => "an error, which no setting turns off".to_owned(),
        Level::Deny => format!(
            "an error; `{name} = \"warn\"` or `\"allow\"` in [levels] of persona.toml, or @allow({name}), changes that"
        ),
        Level::Warn => format!(
            "a warning; `{name} = \"deny\"` or `\"allow\"` in [levels] of persona.toml, or @allow({name}), changes that"
        ),
        Level::Allow => format!(
            "off, unless `{name} = \"warn\"` or `\"deny\"` in [levels] of persona.toml turns it on"
        ),
    };
    let lines = [
        format!("Name:    {name}"),
        format!("Level:   {level}"),
        format!("Since:   persona {}", info.since),
    ];
    lines
        .map(|line| wrapped_under(&line, "         "))
        .join("\n")
}

/// The page, with its Markdown made readable: headings bold, code indented, no fences.
fn page(code: Code, paint: Paint) -> String {
    let mut text = String::new();
    let mut in_code = false;
    for (number, line) in code.info().page.lines().enumerate() {
        if number == 1 {
            writeln!(text, "\n{}", paint.dim(facts(code))).unwrap_or(());
        }
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if in_code {
            writeln!(text, "    {}", paint.cyan(line)).unwrap_or(());
        } else if let Some(heading) = line.strip_prefix('#') {
            writeln!(
                text,
                "{}",
                paint.bold(heading.trim_start_matches('#').trim())
            )
            .unwrap_or(());
        } else {
            writeln!(text, "{}", wrapped(line)).unwrap_or(());
        }
    }
    text
}

/// A paragraph, or an item of a list, in lines that are easy to read.
fn wrapped(line: &str) -> String {
    wrapped_under(line, if line.starts_with("- ") { "  " } else { "" })
}

/// A paragraph in lines that are easy to read, all but the first indented. Blanks at the start of words stay.
fn wrapped_under(line: &str, indent: &str) -> String {
    let width_of_page = columns().unwrap_or(WIDTH).min(WIDTH);
    let mut text = String::new();
    let mut width = 0;
    for word in line.split(' ') {
        if width > 0 && width + 1 + word.width() > width_of_page {
            text.push('\n');
            text.push_str(indent);
            width = indent.len();
        } else if width > 0 {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += word.width();
    }
    text
}

fn unknown(wanted: &str) -> Failure {
    let wanted_upper = wanted.to_ascii_uppercase();
    let names = all_codes()
        .into_iter()
        .flat_map(|code| [code.id(), code.info().name]);
    let near = nearest(&wanted_upper, names.clone()).or_else(|| nearest(wanted, names));
    let help = match near {
        Some(name) => format!("did you mean `persona explain {name}`?"),
        None => "`persona explain` lists all codes".to_owned(),
    };
    Failure::call(format!("there is no diagnostic code `{wanted}`")).help(help)
}
