//! What editors ask about a package: plain functions on the database and a place in a file, which give plain data: spans in
//! bytes, files by their ids, edits. Knows no protocol, reads no file and no clock, and never fails: where there is nothing to
//! say, the answer is empty.

pub mod actions;
mod at;
pub mod audience;
pub mod complete;
pub mod definition;
pub mod format;
pub mod hierarchy;
pub mod hints;
pub mod hover;
pub mod inline;
pub mod lenses;
pub mod links;
pub mod references;
pub mod rename;
pub mod settings;
pub mod signature;
pub mod structure;
pub mod symbols;
pub mod template;
pub mod tokens;
mod types;
pub mod words;

#[cfg(test)]
mod anywhere;
#[cfg(test)]
mod edits;
#[cfg(test)]
mod fixture;
