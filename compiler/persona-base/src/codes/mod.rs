//! The table of diagnostic codes: each declared once, with its name, the version it came with, its
//! default level, and the page that `persona explain` prints.
//!
//! Codes are grouped by subject, one file per subject; a code is never reused for another meaning.

use std::fmt;

use crate::Severity;

/// How a code is treated when nothing is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// An error that cannot be turned off.
    Error,
    /// A lint that is an error by default and can be changed.
    Deny,
    /// A lint that is a warning by default and can be changed.
    Warn,
    /// A lint that is off by default.
    Allow,
}

/// What is known about a code.
#[derive(Debug, PartialEq, Eq)]
pub struct CodeInfo {
    /// The stable identifier, `P0301`.
    pub id: &'static str,
    /// The name used in `persona.toml` and `@allow`, in snake case.
    pub name: &'static str,
    /// The version of persona that introduced it.
    pub since: &'static str,
    /// What happens when nothing is configured.
    pub level: Level,
    /// The page that explains it, in Markdown, with examples that are run as tests.
    pub page: &'static str,
}

impl CodeInfo {
    /// The severity of an unconfigured diagnostic with this code.
    pub const fn severity(&self) -> Severity {
        match self.level {
            Level::Error | Level::Deny => Severity::Error,
            Level::Warn | Level::Allow => Severity::Warning,
        }
    }
}

/// A diagnostic code: a reference into the table.
#[derive(Clone, Copy)]
pub struct Code(&'static CodeInfo);

impl Code {
    /// The table's entry.
    pub const fn info(self) -> &'static CodeInfo {
        self.0
    }

    /// The stable identifier, `P0301`.
    pub const fn id(self) -> &'static str {
        self.0.id
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}
impl Eq for Code {}
impl std::hash::Hash for Code {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.id.hash(state);
    }
}
impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Code {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.id.cmp(other.0.id)
    }
}
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.id)
    }
}
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.id)
    }
}

/// Declares the codes of one subject: a constant each, and `ALL` of them.
macro_rules! codes {
    ($($const:ident = $id:literal $name:literal since $since:literal $level:ident;)*) => {
        $(
            #[doc = concat!("`", $id, "` ", $name)]
            pub const $const: $crate::Code = $crate::codes::code(&$crate::CodeInfo {
                id: $id,
                name: $name,
                since: $since,
                level: $crate::Level::$level,
                page: include_str!(concat!("../../pages/", $id, ".md")),
            });
        )*
        pub(super) const ALL: &[$crate::Code] = &[$($const),*];
    };
}

const fn code(info: &'static CodeInfo) -> Code {
    Code(info)
}

pub mod campaign;
pub mod contents;
pub mod data;
pub mod experiments;
pub mod history;
pub mod liquid;
pub mod missing;
pub mod modules;
pub mod names;
pub mod package;
pub mod proofs;
pub mod syntax;
pub mod timelines;
pub mod triggers;
pub mod types;

/// All codes, in the order of their identifiers.
pub fn all_codes() -> Vec<Code> {
    let groups = [
        syntax::ALL,
        triggers::ALL,
        contents::ALL,
        liquid::ALL,
        experiments::ALL,
        timelines::ALL,
        names::ALL,
        missing::ALL,
        types::ALL,
        history::ALL,
        data::ALL,
        campaign::ALL,
        package::ALL,
        proofs::ALL,
        modules::ALL,
    ];
    let mut all: Vec<Code> = groups.concat();
    all.sort();
    all
}

/// The code with this identifier or name, ignoring case.
pub fn find_code(text: &str) -> Option<Code> {
    all_codes()
        .into_iter()
        .find(|c| c.0.id.eq_ignore_ascii_case(text) || c.0.name.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_and_name_is_unique_and_has_a_page() {
        let all = all_codes();
        for pair in all.windows(2) {
            assert!(pair[0].id() < pair[1].id(), "{} twice", pair[1].id());
        }
        let mut names: Vec<_> = all.iter().map(|c| c.info().name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len());
        for code in all {
            assert!(
                code.info().page.starts_with(&format!("# {}", code.id())),
                "{code} has no page"
            );
        }
    }
}
