//! What editors ask about a package: plain functions on the database and a place in a file, which give plain data: spans in
//! bytes, files by their ids, edits. Knows no protocol, reads no file and no clock, and never fails: where there is nothing to
//! say, the answer is empty.

pub mod complete;
pub mod format;
pub mod signature;

#[cfg(test)]
mod edits;
#[cfg(test)]
mod fixture;
