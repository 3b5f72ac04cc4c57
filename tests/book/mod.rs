//! The book in `compiler/docs` and the README: every code block is checked, every link leads somewhere, and what the pages list
//! is what the compiler has.
//!
//! What stands after the three backticks says what a block is:
//!
//! | block | what is checked |
//! |---|---|
//! | `persona` | stands on the book's little shop (`guide/README.md`), whose declarations of the same names it displaces; nothing is wrong, warnings included |
//! | `persona alone` | a whole program |
//! | `persona gives=P0301,P0303` | exactly these codes are given, and every fix of them works |
//! | `persona values` | each line is an expression and behind `  // ` its type |
//! | `persona world` | the little shop itself |
//! | `persona file=NAME`, `csv file=NAME` … | a file of the page's folder; a program's declarations displace those of the same names in it, or go to its end |
//! | `toml` | a `persona.toml`: nothing is wrong, or `gives=`; with `file=NAME` a file of the page's folder |
//! | `text report` | what `persona check` prints of the program above |
//! | `console`, `console exit=1` | each `$ command` is run in the page's folder, which has the files above, or else in one that has `examples`; it ends with that code and prints the lines below it, `…` standing for any lines; without lines below, only the code counts |
//! | `json` | reads as JSON |
//! | `yaml` | reads as YAML |
//!
//! Any other block is in [`kinds::REASONS`], with the reason why nothing checks it, or what else does.
//! `UPDATE=1 cargo test -p persona-tests book` writes reports and output anew. Recipes have a test of their own.

mod blocks;
mod commands;
mod house;
mod kinds;
mod links;
mod pages;
mod steps;
mod vocabulary;
mod world;

use crate::suite::document::Document;
use crate::support::{is_wanted, relative, update, with_each};
use pages::{pages, read};

/// Checks all blocks of all pages, on as many threads as there are processors.
#[test]
fn every_block_of_the_book_holds() {
    let world = world::World::read();
    let wanted: Vec<_> = pages().into_iter().filter(|page| is_wanted(page)).collect();
    let outcomes = with_each(wanted, |path| {
        let text = read(&path);
        let document = Document::read(&text);
        let outcome = blocks::check(&relative(&path), &document, &world);
        if update() && !outcome.edits.is_empty() {
            let written = document.write(&outcome.edits);
            std::fs::write(&path, written).expect("the page is writable");
        }
        outcome.failures
    });
    let mut found = outcomes.concat();
    found.sort();
    assert!(
        found.is_empty(),
        "{} failures\n\n{}\n",
        found.len(),
        found.join("\n\n")
    );
}
