//! Reads the tables of `persona.toml` and keeps what is wrong, at the right place in the file.

use persona_base::{Applicability, Code, Diagnostic, FileId, Span, package};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use persona_base::nearest;

/// A key of a table with its value.
pub(super) type Entry<'a> = (&'a Spanned<DeString<'a>>, &'a Spanned<DeValue<'a>>);

/// Reads one file.
pub(super) struct Reader {
    file: FileId,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Reader {
    /// A reader of this file.
    pub(super) fn new(file: FileId) -> Self {
        Self {
            file,
            diagnostics: Vec::new(),
        }
    }

    /// A diagnostic in this file.
    pub(super) fn diagnostic(
        &self,
        code: Code,
        span: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(code, self.file, span, message)
    }

    /// Keeps a diagnostic.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// A wrong value, with what would be right.
    pub(super) fn wrong(&mut self, span: Span, message: impl Into<String>, help: &str) {
        let diagnostic = self
            .diagnostic(package::INVALID_SETTING, span, message)
            .help(help);
        self.report(diagnostic);
    }

    /// A key that nobody reads.
    pub(super) fn unknown(&mut self, key: &Spanned<DeString<'_>>, table: &str, known: &[&str]) {
        let name = key.get_ref();
        let message = match table {
            "" => format!("there is no setting `{name}`"),
            table => format!("there is no setting `{name}` in `[{table}]`"),
        };
        let span = span(key.span());
        let diagnostic = self
            .diagnostic(package::UNKNOWN_SETTING, span, message)
            .label("nothing reads this");
        let habit = match name.as_ref() {
            "lints" | "lint" | "rules" | "severity" => Some("levels"),
            "deps" | "depends" => Some("dependencies"),
            "edition" => Some("language"),
            "zone" | "time_zone" | "tz" => Some("timezone"),
            _ => None,
        };
        let habit = habit.filter(|meant| known.contains(meant));
        let diagnostic = match habit.or_else(|| nearest(name, known.iter().copied())) {
            Some(meant) => diagnostic.perhaps(span, meant),
            None => diagnostic.help(format!("known are {}", listed(known))),
        };
        self.report(diagnostic);
    }

    /// A text, or a report that there should be one.
    pub(super) fn text<'a>(
        &mut self,
        (key, value): Entry<'a>,
        example: &str,
    ) -> Option<(&'a str, Span)> {
        let place = span(value.span());
        match value.get_ref().as_str() {
            Some(text) => Some((text, place)),
            None => {
                let name = key.get_ref();
                let message = format!(
                    "`{name}` is a text in quotes, not {}",
                    article(value.get_ref())
                );
                let diagnostic = self.diagnostic(package::INVALID_SETTING, place, message);
                let number = match value.get_ref() {
                    DeValue::Integer(number) if name.as_ref() == "language" => {
                        Some(number.to_string())
                    }
                    _ => None,
                };
                let diagnostic = match number {
                    Some(number) => {
                        let new = format!("\"{number}\"");
                        diagnostic.fix(format!("write {new}"), Applicability::Always, place, new)
                    }
                    None => diagnostic.help(format!("for example `{name} = \"{example}\"`")),
                };
                self.report(diagnostic);
                None
            }
        }
    }

    /// A table, or a report that there should be one.
    pub(super) fn table<'a>(&mut self, (key, value): Entry<'a>) -> Option<&'a DeTable<'a>> {
        let found = value.get_ref().as_table();
        if found.is_none() {
            let message = format!(
                "`{}` is a table of settings, not {}",
                key.get_ref(),
                article(value.get_ref())
            );
            self.wrong(
                span(value.span()),
                message,
                &format!("write `[{}]` on a line of its own", key.get_ref()),
            );
        }
        found
    }
}

/// A range of the TOML reader as a span.
pub(super) fn span(range: std::ops::Range<usize>) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(range.start), offset(range.end))
}

fn article(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn listed(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
