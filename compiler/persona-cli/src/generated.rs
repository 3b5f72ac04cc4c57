//! `persona completions` and `persona man`: what is made of the one definition of the command line. Adds no words.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory;

use crate::args::{Cli, Completions, Man};
use crate::fail::{Failure, Outcome};
use crate::term::Term;

/// Prints a shell's completions.
pub(crate) fn completions(args: &Completions) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "persona", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(Outcome::Fine)
}

/// Prints the manual, or writes a page for each command into a folder.
pub(crate) fn man(args: &Man, term: Term) -> Result<Outcome, Failure> {
    let pages = pages()?;
    let Some(folder) = &args.out else {
        let (_, first) = &pages[0];
        io::stdout().lock().write_all(first)?;
        return Ok(Outcome::Fine);
    };
    for (name, page) in &pages {
        write(&folder.join(name), page)?;
    }
    let count = pages.len();
    term.say(format_args!(
        "{count} pages are in {}; `man -l {}` shows the first",
        folder.display(),
        folder.join(&pages[0].0).display()
    ));
    Ok(Outcome::Fine)
}

/// The pages with the names of their files, that of `persona` itself first.
fn pages() -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut root = Cli::command();
    root.build();
    let mut commands = vec![root.clone()];
    let mut at = 0;
    while let Some(command) = commands.get(at) {
        let below: Vec<clap::Command> = command
            .get_subcommands()
            .filter(|command| !command.is_hide_set())
            .cloned()
            .collect();
        commands.extend(below);
        at += 1;
    }
    let page = |command: clap::Command| {
        let name = command
            .get_display_name()
            .unwrap_or_else(|| command.get_name())
            .to_owned();
        let mut page = Vec::new();
        clap_mangen::Man::new(command)
            .title(name.clone())
            .source(concat!("persona ", env!("CARGO_PKG_VERSION")))
            .render(&mut page)?;
        Ok((format!("{name}.1"), page))
    };
    commands.into_iter().map(page).collect()
}

fn write(path: &Path, page: &[u8]) -> Result<(), Failure> {
    path.parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, page))
        .map_err(|error| Failure::call(format!("{} cannot be written: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command with its path of names.
    fn all(command: &clap::Command, path: &str, into: &mut Vec<(String, clap::Command)>) {
        into.push((path.to_owned(), command.clone()));
        for below in command.get_subcommands().filter(|c| c.get_name() != "help") {
            all(below, &format!("{path} {}", below.get_name()), into);
        }
    }

    #[test]
    fn every_command_says_what_it_is_for_and_shows_an_example_that_is_a_right_call() {
        let mut commands = Vec::new();
        all(&Cli::command(), "persona", &mut commands);
        assert!(commands.len() > 8, "all commands are looked at");
        for (path, command) in commands {
            assert!(
                command.get_about().is_some(),
                "{path} says nothing of itself"
            );
            let after = command.get_after_help().map(ToString::to_string);
            let after = after.unwrap_or_default();
            let examples: Vec<&str> = after
                .lines()
                .map(str::trim)
                .filter(|line| line.starts_with("persona "))
                .collect();
            assert!(!examples.is_empty(), "{path} --help has no example");
            for example in examples {
                let call = example
                    .split(['<', '|', '>', ';', '#'])
                    .next()
                    .unwrap_or("");
                let parsed = <Cli as clap::Parser>::try_parse_from(words(call));
                assert!(parsed.is_ok(), "`{example}`, in {path} --help: {parsed:?}");
            }
            for argument in command.get_arguments() {
                assert!(
                    argument.get_help().is_some(),
                    "{path} {}",
                    argument.get_id()
                );
            }
        }
    }

    /// The words of a call, as a shell would see them.
    fn words(call: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quote = None;
        for c in call.trim().chars() {
            match (c, quote) {
                ('\'' | '"', None) => quote = Some(c),
                (c, Some(open)) if c == open => quote = None,
                (' ', None) => words.push(String::new()),
                (c, _) => words.last_mut().expect("one at least").push(c),
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }

    #[test]
    fn each_command_has_a_page_of_the_manual() {
        let names: Vec<String> = pages()
            .expect("pages")
            .into_iter()
            .map(|(n, _)| n)
            .collect();
        assert_eq!(names[0], "persona.1");
        for command in Cli::command().get_subcommands() {
            let page = format!("persona-{}.1", command.get_name());
            assert!(names.contains(&page), "{page} is not in {names:?}");
        }
    }
}
