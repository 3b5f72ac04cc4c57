//! The package's configuration, `persona.toml`: its values, and everything that can be wrong with them.

mod config;
mod dependencies;
mod reader;

pub use config::EDITION;
pub(crate) use config::{Config, LintLevel, SETTINGS, TABLES, zone};
pub(crate) use dependencies::Dependency;
pub use dependencies::{DependencyFiles, dependencies_of};
