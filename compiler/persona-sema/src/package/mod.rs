//! The package's configuration, `persona.toml`: its values, and everything that can be wrong with them.

mod config;
mod reader;

pub(crate) use config::{Config, LintLevel, zone};
