//! From sources to a dataset: reading, grouping, merging profiles, ordering events.

mod builder;
mod checks;
mod events;
mod feed;
mod group;
mod ids;
mod ingest;
mod log;
mod paths;
mod profiles;
mod run;

pub use run::{Loaded, load, load_into};
