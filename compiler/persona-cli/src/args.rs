//! The command line as it is typed: commands, flags and their help. Knows nothing about what they do.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::experiment::{LeastEffect, Share, traffic};
use crate::fmt::Lines;
use crate::new::Template;
use crate::report::Format;
use crate::schema::RowsAre;

/// What `--version` says; `-V` says its first line alone.
const LONG_VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\ncommit: ",
    env!("PERSONA_BUILT_COMMIT"),
    "\ndate: ",
    env!("PERSONA_BUILT_COMMIT_DATE"),
    "\ntarget: ",
    env!("PERSONA_BUILT_TARGET"),
    "\nlanguage: 1.0",
);

/// Segments, traits and partitions as code, checked before anything is sent.
#[derive(Debug, Parser)]
#[command(
    name = "persona",
    version,
    long_version = LONG_VERSION,
    disable_help_subcommand = true,
    max_term_width = 100
)]
#[command(
    after_help = "Exit codes: 0 fine; 1 the program is wrong; 2 the call is wrong; 3 an internal error.\n\n\
                        The book: compiler/docs/README.md of the repository. All diagnostics: `persona explain`.\n\n\
                        Example:\n  persona run examples/shop"
)]
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
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true
    )]
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
    #[command(
        after_help = "Examples:\n  persona check examples/shop --format short --deny warnings\n  \
                      persona check --fix --dry-run\n  persona check --watch"
    )]
    Check(Check),
    /// Bring files into the one format
    #[command(
        after_help = "Examples:\n  persona fmt examples/shop\n  persona fmt --check\n  \
                      persona fmt --stdin --range 10:24 < rules.persona"
    )]
    Fmt(Fmt),
    /// Answer every segment, trait and partition for everybody in the package's data
    #[command(after_help = "Examples:\n  persona run examples/shop\n  \
                            persona run examples/shop --segment vip --now 2026-01-10T12:00Z --members vip.csv")]
    Run(Run),
    /// Measure how fast a package runs on this machine: each answer alone, and all together
    #[command(
        after_help = "What is measured is answering: data lie in memory already and machine code exists; making \
                            both is measured apart.\n\nExamples:\n  persona bench examples/shop\n  \
                            persona bench examples/shop --profiles 1000000 --segment vip --format json"
    )]
    Bench(Bench),
    /// Explain one person: why they are in a segment, read this, were sent that or nothing
    #[command(
        after_help = "Of a trigger, everything that happened to the person is replayed, up to --now.\n\nExamples:\n  \
                            persona why vip --profile c0042 examples/shop\n  \
                            persona why cart_reminder --profile c0042 --arg discount=10%\n  \
                            persona why cart_rescue --profile c0042 --from 2026-01-01 --format json"
    )]
    Why(Why),
    /// Show how segments and stages overlap on the package's data
    #[command(
        after_help = "Sets are all segments and partitions' stages, or those that --segment names.\n\nExamples:\n  \
                            persona overlap examples/shop\n  \
                            persona overlap examples/shop --segment vip --segment lifecycle --format html --out overlap.html"
    )]
    Overlap(Overlap),
    /// Say how many people an experiment needs, or what came out of it
    #[command(
        after_help = "Examples:\n  persona experiment cart_subject --plan --effect 10%\n  \
                            persona experiment cart_subject --plan --baseline 5% --effect 1pp --traffic 500\n  \
                            persona experiment cart_subject --report --log sent.ndjson\n  \
                            persona experiment first_gate --report --exposure version --goal retained_7"
    )]
    Experiment(Experiment),
    /// Show what one person reads in a content, and why that
    #[command(
        after_help = "Examples:\n  persona render cart_reminder --profile c0042 examples/shop\n  \
                            persona render cart_reminder --profile c0042 --arg discount=10% --all-variants --html preview.html"
    )]
    Render(Render),
    /// Replay the package's events through its triggers, in event time
    #[command(
        after_help = "Nothing is sent. Everything up to --from is history and starts nothing.\n\nExamples:\n  \
                      persona simulate examples/shop\n  persona simulate --from 2026-01-01 --out log.ndjson\n  \
                      persona simulate --profile c0042 examples/shop"
    )]
    Simulate(Simulate),
    /// Run the package's `test` blocks, and show why something did not hold
    #[command(
        after_help = "Tests need no data. What did not hold is shown with the value of every part, and with what happened.\n\n\
                      Examples:\n  persona test examples/shop\n  persona test --filter cart\n  \
                      persona test --format junit > report.xml\n  persona test --coverage=html --out coverage.html\n  \
                      persona test --watch"
    )]
    Test(Test),
    /// Write a static site of a package: what rules mean, whom they hold for, what is read
    #[command(
        after_help = "Personal data are shown nowhere: previews are read by made-up people. A folder that holds an earlier site is \
                      renewed.\n\nExamples:\n  persona doc examples/shop --out site\n  \
                      persona doc --out site --now 2026-01-10T12:00Z\n  persona doc --no-data --out site"
    )]
    Doc(Doc),
    /// List who depends on a field, a segment, an event …, and what would break without it
    #[command(
        after_help = "Examples:\n  persona uses country examples/shop\n  persona uses Purchase.total\n  \
                            persona uses vip --format json"
    )]
    Uses(Uses),
    /// Compare a package with an earlier version of it: what breaks rules, what changes their meaning
    #[command(after_help = "Examples:\n  persona breaking --against git:main\n  \
                            persona breaking shop --against ../released/shop --deny meaning")]
    Breaking(Breaking),
    /// Explain a diagnostic by its code or name; without one, list them all
    #[command(
        after_help = "Examples:\n  persona explain P0301\n  persona explain missing_becomes_yes"
    )]
    Explain(Explain),
    /// Serve an editor: the language server, on standard input and output
    #[command(
        after_help = "Editors start it by themselves; compiler/docs/editor.md says how to set each of them up.\n\nExample:\n  \
                      persona lsp"
    )]
    Lsp(Lsp),
    /// Make a new package that checks and runs
    #[command(
        after_help = "Examples:\n  persona new my_shop\n  persona new my_paper --template media"
    )]
    New(New),
    /// Make up believable data for a package: the files that its sources read
    #[command(
        after_help = "Nobody in the data exists. The same seed makes the same bytes on every machine. A package without sources gets \
                            a sources.persona.\n\nExamples:\n  persona generate --profiles 1000 --out /tmp/practice examples/shop\n  \
                            persona generate --profiles 500 --seed 7 --force\n  \
                            persona generate --dirty 1% --out /tmp/dirty examples/shop"
    )]
    Generate(Generate),
    /// Find out what files hold, and write it down as a schema
    #[command(
        after_help = "Example:\n  persona schema infer customers.csv orders.ndjson --out my_shop"
    )]
    Schema(Schema),
    /// Print what a shell needs to complete commands and flags
    #[command(
        after_help = "Examples:\n  persona completions bash > ~/.local/share/bash-completion/completions/persona\n  \
                            persona completions zsh > ~/.zfunc/_persona\n  \
                            persona completions fish > ~/.config/fish/completions/persona.fish"
    )]
    Completions(Completions),
    /// Print the manual, or write a page for each command
    #[command(
        after_help = "Examples:\n  persona man | man -l -\n  persona man --out ~/.local/share/man/man1"
    )]
    Man(Man),
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
    /// Apply the fixes that cannot be wrong, and say what is left
    #[arg(long)]
    pub(crate) fix: bool,
    /// With --fix: apply also fixes that somebody should decide upon
    #[arg(long, requires = "fix")]
    pub(crate) suggested: bool,
    /// With --fix: show the changes as a diff, and write nothing
    #[arg(long, requires = "fix")]
    pub(crate) dry_run: bool,
    /// Check again whenever a file changes, until Ctrl-C
    #[arg(long, conflicts_with = "fix")]
    pub(crate) watch: bool,
}

/// What to fail on besides errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Deny {
    /// Every warning
    Warnings,
}

/// `persona fmt`
#[derive(Debug, Args)]
pub(crate) struct Fmt {
    /// A package's folder or a .persona file; by default the package around the current folder
    pub(crate) path: Option<PathBuf>,
    /// Write nothing: show what would change as a diff, and fail if anything would
    #[arg(long)]
    pub(crate) check: bool,
    /// Read one file from standard input and write it to standard output
    #[arg(long, conflicts_with = "path")]
    pub(crate) stdin: bool,
    /// Format only the declarations that these lines touch, counted from 1
    #[arg(long, value_name = "START:END")]
    pub(crate) range: Option<Lines>,
}

/// `persona run`
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// A package's folder or a .persona file; by default the package around the current folder
    pub(crate) path: Option<PathBuf>,
    /// Answer only this segment, trait or partition; may be repeated
    #[arg(long = "segment", value_name = "NAME")]
    pub(crate) only: Vec<String>,
    /// The evaluation time; by default the latest event in the data
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,
    /// How to print the results
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: Table,
    /// Write who is in what: one row per profile, as .csv, .ndjson or .parquet
    #[arg(long, value_name = "FILE")]
    pub(crate) members: Option<PathBuf>,
    /// Write the rows that were set aside, with reasons, one JSON object per line
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// What computes the answers: machine code, or the interpreter that it is tested against
    #[arg(long, value_name = "ENGINE", default_value = "batch")]
    pub(crate) engine: Engine,
    /// How many threads read data and answer; by default one per core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

/// `persona test`
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// A package's folder or a .persona file; by default the package around the current folder
    pub(crate) path: Option<PathBuf>,
    /// Only tests whose title or file contains this
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// How to print the results
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Tests,
    /// Show what the tests cover: each condition seen to hold and not to hold, each variant, each outcome
    #[arg(
        long,
        value_name = "FORM",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "table"
    )]
    pub(crate) coverage: Option<CoverageForm>,
    /// Where to write the coverage
    #[arg(long, value_name = "FILE", requires = "coverage")]
    pub(crate) out: Option<PathBuf>,
    /// Run again whenever a file changes, until Ctrl-C
    #[arg(long)]
    pub(crate) watch: bool,
}

/// The form of coverage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CoverageForm {
    /// A table, what lacks first
    Table,
    /// LCOV, for other tools
    Lcov,
    /// One page with the rules in colours
    Html,
}

/// The form of tests' results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tests {
    /// A line for each test, and each failure with its reasons
    Human,
    /// One JSON object
    Json,
    /// XML for CI systems
    Junit,
}

/// `persona bench`
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// A package's folder or a .persona file; by default the package around the current folder
    pub(crate) path: Option<PathBuf>,
    /// Measure only this segment, trait or partition; may be repeated
    #[arg(long = "segment", value_name = "NAME")]
    pub(crate) only: Vec<String>,
    /// Measure over so many made-up people; by default over the package's own data, if it has any
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=persona::generate::MOST_PROFILES as u64))]
    pub(crate) profiles: Option<u64>,
    /// Make up other people
    #[arg(long, value_name = "N", requires = "profiles")]
    pub(crate) seed: Option<u64>,
    /// The evaluation time; by default the latest event, or 2026-01-01T00:00Z for made-up people
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,
    /// How to print the figures
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: Table,
    /// How many threads answer; by default one per core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

/// The form of a run's results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Table {
    /// A table for people
    Table,
    /// One JSON object
    Json,
}

/// What computes answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// Machine code over columns
    Batch,
    /// The reference interpreter
    Interpreter,
}

/// `persona simulate`
#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// A package's folder or a .persona file; by default the package around the current folder
    pub(crate) path: Option<PathBuf>,
    /// Where the stream starts; by default just before the first event
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// Where the stream ends; by default the latest event
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Only the profile with this key, with its timeline
    #[arg(long, value_name = "KEY")]
    pub(crate) profile: Option<String>,
    /// Write one JSON object for each outcome, in the order of time
    #[arg(long, value_name = "FILE.ndjson")]
    pub(crate) out: Option<PathBuf>,
    /// Leave what people read out of the log
    #[arg(long, requires = "out")]
    pub(crate) no_payloads: bool,
    /// How many threads read data and replay; by default one per core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// How to print the summary
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: Table,
}

/// `persona render`
#[derive(Debug, Args)]
pub(crate) struct Render {
    /// The content
    pub(crate) content: String,
    /// A package's folder or a .persona file; by default the package around the current folder
    pub(crate) path: Option<PathBuf>,
    /// The key of the profile
    #[arg(long, value_name = "KEY")]
    pub(crate) profile: String,
    /// An argument of the content, such as `discount=10%`; an event by its id, by default the person's latest
    #[arg(long = "arg", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(crate) args: Vec<(String, String)>,
    /// Every variant, and not only the one that the person reads
    #[arg(long)]
    pub(crate) all_variants: bool,
    /// Write a preview page
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// The evaluation time; by default the latest event in the data
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,
    /// How to print what is read
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Prose,
}

/// `name=value`
fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| "write the argument as `name=value`".to_owned())?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

/// `persona why`
#[derive(Debug, Args)]
pub(crate) struct Why {
    /// A segment, trait, partition or stage; a trigger, content, channel, purpose or experiment
    pub(crate) name: String,
    /// A package's folder or a .persona file; by default the package around the current folder
    pub(crate) path: Option<PathBuf>,
    /// The key of the profile
    #[arg(long, value_name = "KEY")]
    pub(crate) profile: String,
    /// The evaluation time; by default the latest event in the data
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,
    /// Of a trigger: where the replay starts; by default just before the first event
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// Of a content: an argument, such as `discount=10%`; an event by its id, by default the person's latest
    #[arg(long = "arg", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(crate) args: Vec<(String, String)>,
    /// How to print the explanation
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Prose,
}

/// The form of an explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Prose {
    /// Plain words
    Human,
    /// One JSON object
    Json,
}

/// `persona experiment`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["plan", "report"]))]
pub(crate) struct Experiment {
    /// The experiment
    pub(crate) name: String,
    /// A package's folder or a .persona file; by default the package around the current folder
    pub(crate) path: Option<PathBuf>,
    /// Say how many people it needs, and how long that takes
    #[arg(long)]
    pub(crate) plan: bool,
    /// Say what came out: for each arm who was exposed, who reached the goal, and how sure that is
    #[arg(long)]
    pub(crate) report: bool,
    /// With --plan: the least effect worth finding, 10% of the rate or 1pp beside it
    #[arg(
        long,
        value_name = "EFFECT",
        default_value = "10%",
        allow_hyphen_values = true
    )]
    pub(crate) effect: LeastEffect,
    /// With --plan: the rate without the experiment; by default that of the first goal in the data
    #[arg(long, value_name = "SHARE", conflicts_with = "report")]
    pub(crate) baseline: Option<Share>,
    /// With --plan: how often it may find something where nothing is
    #[arg(long, value_name = "SHARE", default_value = "5%")]
    pub(crate) alpha: Share,
    /// With --plan: how often it finds an effect that is there
    #[arg(long, value_name = "SHARE", default_value = "80%")]
    pub(crate) power: Share,
    /// With --plan: how many new people it meets each day; by default measured on the data
    #[arg(long, value_name = "N", value_parser = traffic, conflicts_with = "report")]
    pub(crate) traffic: Option<f64>,
    /// With --report: a log of what was sent, one JSON object per line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["plan", "exposure"])]
    pub(crate) log: Option<PathBuf>,
    /// With --report: the field or trait that says who was in which arm, or an event's field (Assigned.variant)
    #[arg(long, value_name = "FIELD", conflicts_with = "plan")]
    pub(crate) exposure: Option<String>,
    /// With --exposure: the field or trait that says when
    #[arg(long, value_name = "FIELD", requires = "exposure")]
    pub(crate) exposed_at: Option<String>,
    /// With --report: compare this segment or trait, and not the experiment's goals; may be repeated
    #[arg(long = "goal", value_name = "NAME", conflicts_with = "plan")]
    pub(crate) goals: Vec<String>,
    /// With --report: how sure intervals and verdicts are
    #[arg(long, value_name = "SHARE", default_value = "95%")]
    pub(crate) confidence: Share,
    /// The arm that others are compared with, or holdout; by default `control`, else the first
    #[arg(long, value_name = "ARM")]
    pub(crate) control: Option<String>,
    /// The evaluation time; by default the latest event in the data
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Prose,
}

/// `persona overlap`
#[derive(Debug, Args)]
pub(crate) struct Overlap {
    /// A package's folder or a .persona file; by default the package around the current folder
    pub(crate) path: Option<PathBuf>,
    /// Compare only this segment, partition or stage (lifecycle.active); may be repeated
    #[arg(long = "segment", value_name = "NAME")]
    pub(crate) only: Vec<String>,
    /// Compare at most so many sets, the largest ones
    #[arg(long, value_name = "N", default_value = "24", value_parser = clap::value_parser!(u16).range(1..=persona::overlap::MOST_SETS as i64))]
    pub(crate) sets: u16,
    /// Show at most so many groups of people who are in exactly the same sets, the largest ones
    #[arg(long, value_name = "N", default_value = "24", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) intersections: u16,
    /// The evaluation time; by default the latest event in the data
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,
    /// How to show the overlap; by default what --out's ending says, else a table
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Picture>,
    /// Write it to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// How many threads read data and answer; by default one per core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

/// The form of an overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Picture {
    /// Tables for people
    Table,
    /// One JSON object
    Json,
    /// A page to look at
    Html,
}

/// `persona doc`
#[derive(Debug, Args)]
pub(crate) struct Doc {
    /// A package's folder or a .persona file; by default the package around the current folder
    pub(crate) path: Option<PathBuf>,
    /// The folder to write the site into
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// The evaluation time of all figures; by default the latest event in the data
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,
    /// Read no data: rules without figures
    #[arg(long)]
    pub(crate) no_data: bool,
    /// Make up other people for the previews of messages
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) seed: u64,
    /// How many threads read data and answer; by default one per core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

/// `persona uses`
#[derive(Debug, Args)]
pub(crate) struct Uses {
    /// A declaration, a field (country, Purchase.total), a value or a stage (Country.US)
    pub(crate) name: String,
    /// A package's folder or a .persona file; by default the package around the current folder
    pub(crate) path: Option<PathBuf>,
    /// How to print the list
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Prose,
}

/// `persona breaking`
#[derive(Debug, Args)]
pub(crate) struct Breaking {
    /// A package's folder or a .persona file; by default the package around the current folder
    pub(crate) path: Option<PathBuf>,
    /// The earlier version: a folder, or git:REVISION of the repository around the package
    #[arg(long, value_name = "DIR|git:REV")]
    pub(crate) against: String,
    /// How to print the changes
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Changes,
    /// Fail also on changes that break nothing
    #[arg(long, value_name = "WHAT")]
    pub(crate) deny: Option<DenyChange>,
}

/// The form of a list of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Changes {
    /// Plain words
    Human,
    /// One JSON object
    Json,
    /// Annotations of a GitHub workflow
    Github,
}

/// What to fail on besides what breaks rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DenyChange {
    /// Changes of what rules mean
    Meaning,
}

/// `persona explain`
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A code such as P0301, or its name
    pub(crate) code: Option<String>,
}

/// `persona lsp`
#[derive(Debug, Args)]
pub(crate) struct Lsp {
    /// Nothing else is possible; editors often say it
    #[arg(long, hide = true)]
    pub(crate) stdio: bool,
}

/// `persona new`
#[derive(Debug, Args)]
pub(crate) struct New {
    /// The folder to make; the package is called like it
    pub(crate) name: PathBuf,
    /// What the package is about
    #[arg(long, value_name = "TRADE", default_value = "shop")]
    pub(crate) template: Template,
}

/// `persona schema`
#[derive(Debug, Args)]
pub(crate) struct Schema {
    #[command(subcommand)]
    pub(crate) what: SchemaCommand,
}

/// What to do about schemas.
#[derive(Debug, Subcommand)]
pub(crate) enum SchemaCommand {
    /// Guess a profile, events, catalogs and the sources that load them, from CSV, NDJSON, JSON, Parquet, Arrow, JSON Schema or SQL
    #[command(
        after_help = "Every file is then read as a run would read it: how many rows load, and why others do not, goes to standard \
                            error.\n\nExamples:\n  persona schema infer customers.csv\n  \
                            persona schema infer customers.csv orders.ndjson products.parquet --out my_shop\n  \
                            persona schema infer export.csv --as event --name Purchase --currency EUR\n  \
                            persona schema infer a.csv b.csv --as b.csv=catalog --timezone Europe/Berlin"
    )]
    Infer(Infer),
}

/// `persona schema infer`
#[derive(Debug, Args)]
pub(crate) struct Infer {
    /// Files of data, JSON Schemas, or SQL with CREATE TABLE
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Make a package of it in this folder; by default the declarations are printed
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Write over files that are there
    #[arg(long, requires = "out")]
    pub(crate) force: bool,
    /// What the rows are: profile, event or catalog; of one file among several, as in orders.csv=event
    #[arg(long = "as", value_name = "KIND")]
    pub(crate) kinds: Vec<RowsAre>,
    /// What a row of the first file is called, as in Customer
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The currency of amounts that name none, as in EUR
    #[arg(long, value_name = "CODE")]
    pub(crate) currency: Option<String>,
    /// The zone of times that name none
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub(crate) timezone: String,
    /// How many rows of each file are looked at for the guesses
    #[arg(long, value_name = "ROWS", default_value_t = 1_000_000)]
    pub(crate) sample: usize,
}

/// `persona generate`
#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// A package's folder or a .persona file; by default the package around the current folder
    pub(crate) path: Option<PathBuf>,
    /// How many people
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) profiles: usize,
    /// Other seeds make other people
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Nothing happens later than this; by default 2026-01-01
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,
    /// The folder that becomes a copy of the package with the data; by default they go into the package's own folder
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// The format of the files of a package without sources; by default csv
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Files>,
    /// Spoil this share of the rows, as in 1%, to practise
    #[arg(long, value_name = "SHARE")]
    pub(crate) dirty: Option<Share>,
    /// Write over files that are there
    #[arg(long)]
    pub(crate) force: bool,
    /// How many threads write; by default one per core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

/// The format of made-up files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Files {
    /// Comma-separated values
    Csv,
    /// One JSON object per line
    Ndjson,
    /// Apache Parquet
    Parquet,
}

/// `persona completions`
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// `persona man`
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The folder to write a page for each command into
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}
