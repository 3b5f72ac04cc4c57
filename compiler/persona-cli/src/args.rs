//! The command line as it is typed: commands, flags and their help. Knows nothing about what they do.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::report::Format;

/// persona: segments, traits and partitions as code, checked before anything is sent.
#[derive(Debug, Parser)]
#[command(name = "persona", version, disable_help_subcommand = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 fine; 1 the program is wrong; 2 the call is wrong; 3 an internal error.\n\n\
                        Example:\n  persona run examples/shop")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// Flags of every command.
#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_default_value = true)]
    pub(crate) color: Colour,
    /// Say nothing but results and errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say everything that is wrong or dubious in a package
    #[command(after_help = "Example:\n  persona check examples/shop --format short --deny warnings")]
    Check(Check),
    /// Explain a diagnostic code; without one, list them all
    #[command(after_help = "Example:\n  persona explain P0301")]
    Explain(Explain),
}

/// `persona check`
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// A package's folder or a .persona file; by default the package around the current folder
    pub(crate) path: Option<PathBuf>,
    /// How to print diagnostics
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Format,
    /// Fail on warnings too
    #[arg(long, value_name = "WHAT")]
    pub(crate) deny: Option<Deny>,
}

/// What to fail on besides errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Deny {
    /// Every warning
    Warnings,
}

/// `persona explain`
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A code such as P0301, or its name
    pub(crate) code: Option<String>,
}
