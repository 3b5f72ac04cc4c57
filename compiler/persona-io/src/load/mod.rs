//! From sources to a dataset: reading, grouping, merging profiles, ordering events.

mod builder;
mod catalogs;
mod checks;
mod columns;
mod events;
mod fast;
mod feed;
mod group;
mod history;
mod ids;
mod ingest;
mod keys;
mod lanes;
mod log;
mod part;
mod paths;
mod profiles;
mod prune;
mod run;

pub use history::{Changed, Changes};
#[cfg(test)]
pub(crate) use part::oracle;
pub use paths::{DataFile, data_files};
pub use run::{Loaded, load, load_from, load_into};
