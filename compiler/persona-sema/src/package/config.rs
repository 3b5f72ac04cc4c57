//! What `persona.toml` says.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use persona_base::{Applicability, Diagnostic, FileId, Level, Span, find_code, package};
use toml::de::DeTable;

use super::dependencies::{self, Dependency};
use super::reader::{Entry, Reader, span};
use crate::decl::WEEKDAYS;
use crate::{HOLDOUT_BUCKETS, PackageInfo};
use persona_base::nearest;

/// The edition of the language that this version reads, as `language` in `persona.toml` names it.
pub const EDITION: &str = "1";
pub(crate) const TABLES: [&str; 3] = ["package", "dependencies", "levels"];
pub(crate) const SETTINGS: [&str; 7] = [
    "name",
    "version",
    "language",
    "timezone",
    "week_starts",
    "lateness",
    "holdout",
];
/// Ten minutes.
const DEFAULT_LATENESS: i64 = 600_000_000;

/// How a lint is to be treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LintLevel {
    /// Say nothing.
    Allow,
    /// Warn.
    Warn,
    /// Treat it as an error.
    Deny,
}

/// The configuration.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Config {
    /// The settings of `[package]`.
    pub(crate) info: PackageInfo,
    /// `[levels]`, by the lints' names.
    pub(crate) levels: BTreeMap<Arc<str>, LintLevel>,
    /// `[dependencies]`, in order.
    pub(crate) dependencies: Vec<Dependency>,
    /// What is wrong, with real files.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Config {
    /// Reads a configuration; without one, the package is a single file with this name.
    pub(crate) fn read(file: Option<(FileId, &str)>, name: &str) -> Self {
        let name = if name.is_empty() { "package" } else { name };
        let info = PackageInfo {
            name: Arc::from(name),
            zone: Arc::from("UTC"),
            week_start: 0,
            lateness: DEFAULT_LATENESS,
            holdout: 0,
        };
        let mut config = Self {
            info,
            levels: BTreeMap::new(),
            dependencies: Vec::new(),
            diagnostics: Vec::new(),
        };
        if let Some((file, text)) = file {
            config.read_text(file, text);
        }
        config
    }

    fn read_text(&mut self, file: FileId, text: &str) {
        let mut reader = Reader::new(file);
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let place = error.span().map_or(Span::default(), span);
            let message = format!(
                "`persona.toml` cannot be read: {}",
                in_plain_words(error.message())
            );
            let diagnostic = reader.diagnostic(package::INVALID_TOML, place, message);
            reader.report(diagnostic);
        }
        for entry in document.get_ref() {
            match entry.0.get_ref().as_ref() {
                "package" => self.package(&mut reader, entry),
                "dependencies" => self.dependencies = dependencies::read(&mut reader, entry),
                "levels" => self.levels(&mut reader, entry),
                // After a table that cannot be read, anything may have slipped out of it.
                _ if errors.is_empty() => reader.unknown(entry.0, "", &TABLES),
                _ => {}
            }
        }
        // A file that cannot be read may well have it.
        if errors.is_empty() && !document.get_ref().contains_key("package") {
            let diagnostic = reader
                .diagnostic(
                    package::MISSING_SETTING,
                    Span::at(0),
                    "`persona.toml` does not name the package",
                )
                .label("there is no `[package]`")
                .fix(
                    "name it",
                    Applicability::Maybe,
                    Span::at(0),
                    format!("[package]\nname = \"{}\"\n\n", self.info.name),
                );
            reader.report(diagnostic);
        }
        self.diagnostics = reader.diagnostics;
    }

    fn package(&mut self, reader: &mut Reader, entry: Entry<'_>) {
        let Some(table) = reader.table(entry) else {
            return;
        };
        let mut named = false;
        for entry in table {
            match entry.0.get_ref().as_ref() {
                "name" => {
                    named = true;
                    self.name(reader, entry);
                }
                "version" => version(reader, entry),
                "language" => language(reader, entry),
                "timezone" => self.timezone(reader, entry),
                "week_starts" => self.week_starts(reader, entry),
                "lateness" => self.lateness(reader, entry),
                "holdout" => self.holdout(reader, entry),
                _ => reader.unknown(entry.0, "package", &SETTINGS),
            }
        }
        if !named {
            let place = span(entry.0.span());
            let diagnostic = reader
                .diagnostic(
                    package::MISSING_SETTING,
                    place,
                    "`persona.toml` does not name the package",
                )
                .label("there is no `name` in `[package]`")
                .help("for example `name = \"shop\"`");
            reader.report(diagnostic);
        }
    }

    fn name(&mut self, reader: &mut Reader, entry: Entry<'_>) {
        let Some((text, place)) = reader.text(entry, "shop") else {
            return;
        };
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if !text.starts_with(|c: char| c.is_ascii_alphabetic()) || !text.chars().all(fits) {
            let message =
                "a package's name begins with a letter and has letters, digits, `_` and `-`";
            reader.wrong(place, message, "for example `name = \"shop\"`");
            return;
        }
        self.info.name = Arc::from(text);
    }

    fn holdout(&mut self, reader: &mut Reader, entry: Entry<'_>) {
        let Some((text, place)) = reader.text(entry, "5%") else {
            return;
        };
        match buckets(text) {
            Ok(buckets) => self.info.holdout = buckets,
            Err(message) => {
                let help = "a holdout is a percentage: `holdout = \"5%\"`";
                reader.wrong(place, message, help);
            }
        }
    }

    fn timezone(&mut self, reader: &mut Reader, entry: Entry<'_>) {
        let Some((text, place)) = reader.text(entry, "Europe/Berlin") else {
            return;
        };
        match zone(text) {
            Ok(name) => self.info.zone = Arc::from(name),
            Err(meant) => {
                let message = format!("there is no time zone \"{text}\"");
                let diagnostic = reader
                    .diagnostic(package::INVALID_SETTING, place, message)
                    .label("not in the IANA time zone database");
                let diagnostic = match meant {
                    Some(meant) => diagnostic.fix(
                        format!("write \"{meant}\""),
                        Applicability::Maybe,
                        place,
                        format!("\"{meant}\""),
                    ),
                    None => diagnostic.help(
                        "zones are named by a city of theirs: `timezone = \"Europe/Berlin\"`",
                    ),
                };
                reader.report(diagnostic);
            }
        }
    }

    fn week_starts(&mut self, reader: &mut Reader, entry: Entry<'_>) {
        let Some((text, place)) = reader.text(entry, "monday") else {
            return;
        };
        match (0_u8..).zip(WEEKDAYS).find(|(_, day)| *day == text) {
            Some((index, _)) => self.info.week_start = index,
            None => {
                let message = format!("\"{text}\" is not a day of the week");
                let diagnostic = reader
                    .diagnostic(package::INVALID_SETTING, place, message)
                    .label("weeks start on this day");
                let diagnostic = match nearest(text, WEEKDAYS) {
                    Some(day) => diagnostic.fix(
                        format!("write \"{day}\""),
                        Applicability::Maybe,
                        place,
                        format!("\"{day}\""),
                    ),
                    None => diagnostic.help("write it in English: `week_starts = \"monday\"`"),
                };
                reader.report(diagnostic);
            }
        }
    }

    fn lateness(&mut self, reader: &mut Reader, entry: Entry<'_>) {
        let Some((text, place)) = reader.text(entry, "10m") else {
            return;
        };
        match duration(text) {
            Some(microseconds) => self.info.lateness = microseconds,
            None => {
                let diagnostic = reader.diagnostic(
                    package::INVALID_SETTING,
                    place,
                    format!("\"{text}\" is not a duration"),
                );
                let spelled = spelled_duration(text);
                let diagnostic = match spelled.filter(|meant| duration(meant).is_some()) {
                    Some(meant) => quoted_fix(diagnostic, &meant, place),
                    None => diagnostic.help(
                        "a duration is written as in rules: `lateness = \"10m\"`, \"1h30m\", \"2d\"",
                    ),
                };
                reader.report(diagnostic);
            }
        }
    }

    fn levels(&mut self, reader: &mut Reader, entry: Entry<'_>) {
        let Some(table) = reader.table(entry) else {
            return;
        };
        for entry in table {
            let Some(lint) = lint(reader, entry) else {
                continue;
            };
            let Some((text, place)) = reader.text(entry, "allow") else {
                continue;
            };
            let level = match text {
                "allow" => LintLevel::Allow,
                "warn" => LintLevel::Warn,
                "deny" => LintLevel::Deny,
                _ => {
                    let message = format!("\"{text}\" is not a level");
                    let diagnostic = reader.diagnostic(package::INVALID_SETTING, place, message);
                    let meant = match text.to_ascii_lowercase().as_str() {
                        "warning" | "warn" | "info" => Some("warn"),
                        "error" | "deny" | "forbid" => Some("deny"),
                        "off" | "none" | "ignore" | "allow" => Some("allow"),
                        other => nearest(other, ["allow", "warn", "deny"]),
                    };
                    reader.report(match meant {
                        Some(meant) => quoted_fix(diagnostic, meant, place),
                        None => diagnostic.help("levels are \"allow\", \"warn\" and \"deny\""),
                    });
                    continue;
                }
            };
            self.levels.insert(Arc::from(lint), level);
        }
    }
}

/// `10 minutes` as rules write it: `10m`.
fn spelled_duration(text: &str) -> Option<String> {
    let (number, unit) = text.trim().split_once(' ')?;
    let first = unit.trim().chars().next()?.to_ascii_lowercase();
    let known = [
        "second", "minute", "hour", "day", "week", "min", "sec", "h", "m", "d", "s", "w",
    ];
    let unit = unit.trim().to_ascii_lowercase();
    known
        .contains(
            &unit
                .strip_suffix('s')
                .filter(|one| !one.is_empty())
                .unwrap_or(&unit),
        )
        .then(|| format!("{number}{first}"))
}

/// A fix that writes a text in quotes.
fn quoted_fix(diagnostic: Diagnostic, meant: &str, place: Span) -> Diagnostic {
    let new = format!("\"{meant}\"");
    diagnostic.fix(format!("write {new}"), Applicability::Maybe, place, new)
}

/// What the reader of TOML says, in words that need no knowledge of it.
fn in_plain_words(message: &str) -> &str {
    if message.contains("must be quoted") {
        "a text stands in quotes"
    } else if message.contains("duplicate key") {
        "this is set twice"
    } else if message.contains("unclosed") || message.contains("expected `\"`") {
        "something is not closed"
    } else if message.contains("extra") || message.contains("expected newline") {
        "one setting stands on each line"
    } else {
        "each line is `name = value` or `[table]`"
    }
}

/// The name of the lint that an entry of `[levels]` is about.
fn lint(reader: &mut Reader, (key, _): Entry<'_>) -> Option<&'static str> {
    let (name, place) = (key.get_ref(), span(key.span()));
    let diagnostic = match find_code(name).map(persona_base::Code::info) {
        Some(info) if info.level == Level::Error => reader
            .diagnostic(
                package::FIXED_LEVEL,
                place,
                format!("`{name}` is an error: its level cannot be changed"),
            )
            .label("not a lint"),
        Some(info) if info.name == name => return Some(info.name),
        Some(info) => reader
            .diagnostic(
                package::UNKNOWN_LINT,
                place,
                format!("lints are named in words: `{name}` is `{}`", info.name),
            )
            .fix(
                format!("write `{}`", info.name),
                Applicability::Always,
                place,
                info.name,
            ),
        None => {
            let diagnostic = reader
                .diagnostic(
                    package::UNKNOWN_LINT,
                    place,
                    format!("there is no lint `{name}`"),
                )
                .label("unknown lint");
            match nearest(name, crate::decl::lint_names()) {
                Some(meant) => diagnostic.perhaps(place, meant),
                None => diagnostic.help("a warning's name is printed beside its code"),
            }
        }
    };
    reader.report(diagnostic);
    None
}

fn version(reader: &mut Reader, entry: Entry<'_>) {
    let Some((text, place)) = reader.text(entry, "0.1.0") else {
        return;
    };
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let numbers: Vec<&str> = core.split('.').collect();
    if numbers.len() != 3 || numbers.iter().any(|number| number.parse::<u32>().is_err()) {
        reader.wrong(
            place,
            format!("\"{text}\" is not a version"),
            "a version is three numbers: `version = \"0.1.0\"`",
        );
    }
}

fn language(reader: &mut Reader, entry: Entry<'_>) {
    let Some((text, place)) = reader.text(entry, EDITION) else {
        return;
    };
    if text != EDITION {
        let message = format!(
            "edition \"{text}\" of the language is not supported by this version of persona"
        );
        let diagnostic = reader
            .diagnostic(package::UNSUPPORTED_EDITION, place, message)
            .label(format!("this version reads edition \"{EDITION}\""))
            .fix(
                format!("write \"{EDITION}\""),
                Applicability::Maybe,
                place,
                format!("\"{EDITION}\""),
            );
        reader.report(diagnostic);
    }
}

/// A percentage as whole buckets, or what is wrong with it.
fn buckets(text: &str) -> Result<u32, String> {
    let percent = text
        .strip_suffix('%')
        .and_then(|number| number.trim_end().parse::<f64>().ok())
        .filter(|percent| (0.0..=100.0).contains(percent));
    let Some(percent) = percent else {
        return Err(format!("\"{text}\" is not a share of all people"));
    };
    let exact = percent / 100.0 * f64::from(HOLDOUT_BUCKETS);
    // A percentage is a decimal fraction, and so seldom exact.
    if (exact - exact.round()).abs() >= 1e-6 {
        return Err(format!(
            "\"{text}\" is finer than 0.01%, the smallest share there is"
        ));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between none and all buckets"
    )]
    Ok(exact.round() as u32)
}

/// The zone's own spelling, or else one that may have been meant.
pub(crate) fn zone(text: &str) -> Result<String, Option<String>> {
    if let Ok(zone) = TimeZone::get(text) {
        // A name in another case is found, too; data and reports want the official one.
        return Ok(zone.iana_name().unwrap_or(text).to_owned());
    }
    let known: Vec<String> = jiff::tz::db()
        .available()
        .map(|name| name.as_str().to_owned())
        .collect();
    let ends_with = |name: &&str| {
        name.rsplit('/')
            .next()
            .is_some_and(|city| city.eq_ignore_ascii_case(text))
    };
    let names = || known.iter().map(String::as_str);
    let city = names().find(ends_with);
    Err(city.or_else(|| nearest(text, names())).map(str::to_owned))
}

/// A duration as in rules, in microseconds: `1h30m`.
fn duration(text: &str) -> Option<i64> {
    let mut total: Option<i64> = None;
    let mut rest = text;
    let mut last = i64::MAX;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: i64 = rest.get(..digits)?.parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        // From the largest unit to the smallest, each once.
        if seconds >= last {
            return None;
        }
        last = seconds;
        total = Some(
            total
                .unwrap_or(0)
                .checked_add(number.checked_mul(seconds)?.checked_mul(1_000_000)?)?,
        );
        rest = &rest[digits + 1..];
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_in_rules() {
        assert_eq!(duration("10m"), Some(600_000_000));
        assert_eq!(duration("1h30m"), Some(5_400_000_000));
        for wrong in ["", "10", "m", "30m1h", "1h1h", "1x", "99999999999999w", "ä"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_holdout_is_whole_buckets() {
        let good = [
            ("5%", 500),
            ("0%", 0),
            ("100%", 10_000),
            ("12.34%", 1_234),
            ("0.01 %", 1),
        ];
        for (text, expected) in good {
            assert_eq!(buckets(text), Ok(expected), "{text}");
        }
        for wrong in ["5", "%", "-1%", "100.01%", "0.005%", "NaN%", "inf%", ""] {
            assert!(buckets(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn zones_are_known_by_their_official_names() {
        assert_eq!(zone("europe/berlin"), Ok("Europe/Berlin".to_owned()));
        assert_eq!(zone("Europe/Berln"), Err(Some("Europe/Berlin".to_owned())));
        assert_eq!(zone("Tokyo"), Err(Some("Asia/Tokyo".to_owned())));
        assert_eq!(zone("the moon"), Err(None));
    }
}
