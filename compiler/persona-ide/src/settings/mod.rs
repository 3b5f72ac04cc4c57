//! `persona.toml`: completion of its tables, settings and values, and what each means. What is wrong in it is among the
//! package's diagnostics.

mod known;
#[cfg(test)]
mod tests;

use persona_base::{FileId, Level, Span, find_code};
use persona_sema::Database;
use persona_sema::editor::{lints, package_settings, setting_tables, weekdays, zones};

use crate::complete::item::{CompletionKind, CompletionOptions, Completions};
use crate::complete::lex::{boundary, offset};
use crate::complete::offer::{Collector, Fit, Near, Offered};
use crate::hover::Hover;

use known::{level, setting, table};

/// What a lint's level may be.
const LEVELS: [&str; 3] = ["allow", "warn", "deny"];

/// Whether a file is the package's configuration.
pub fn is_settings(db: &Database, file: FileId) -> bool {
    let path = db.file_path(file);
    db.space_of(file).is_none() && path.rsplit(['/', '\\']).next() == Some("persona.toml")
}

/// A place in a line of the file.
struct Line<'t> {
    /// The table that the line is in; empty before all.
    table: &'t str,
    /// Where the line begins.
    start: usize,
    /// The line, without its end.
    text: &'t str,
}

impl<'t> Line<'t> {
    fn at(text: &'t str, at: usize) -> Self {
        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[at..]
            .find(['\n', '\r'])
            .map_or(text.len(), |end| at + end);
        let headers = text[..start].lines().rev().filter_map(header);
        Self {
            table: { headers }.next().unwrap_or_default(),
            start,
            text: &text[start..end],
        }
    }

    /// The key before `=`, and where the `=` is in the line.
    fn key(&self) -> Option<(&'t str, usize)> {
        let equals = self.text.find('=')?;
        Some((self.text[..equals].trim().trim_matches('"'), equals))
    }
}

/// `[levels]`
fn header(line: &str) -> Option<&str> {
    let inner = line.trim_start().strip_prefix('[')?;
    Some(inner.split(']').next().unwrap_or_default().trim())
}

/// What could be written at an offset of `persona.toml`.
pub(crate) fn complete(
    db: &Database,
    file: FileId,
    at: u32,
    options: CompletionOptions,
) -> Completions {
    let text = db.file_text(file);
    let at = boundary(text, at as usize);
    let line = Line::at(text, at);
    let typed = &line.text[..at - line.start];
    if in_comment(typed) {
        return Completions::default();
    }
    if typed.trim_start().starts_with('[') {
        let from = line.start + typed.find('[').map_or(0, |index| index + 1);
        return tables(text, from, at, options);
    }
    match line.key().filter(|(_, equals)| typed.len() > *equals) {
        Some((key, equals)) => values(text, &line, key, line.start + equals + 1, at, options),
        None => keys(text, &line, at, options),
    }
}

fn in_comment(typed: &str) -> bool {
    let mut quoted = false;
    typed.chars().any(|c| {
        quoted ^= c == '"';
        c == '#' && !quoted
    })
}

fn tables(text: &str, from: usize, at: usize, options: CompletionOptions) -> Completions {
    let word = text[from..]
        .find([']', '\n', '\r'])
        .unwrap_or(text.len() - from);
    let closed = text[from + word..].starts_with(']');
    let replace = Span::new(offset(from), offset((from + word).max(at)));
    let mut out = Collector::new(text[from..at].trim(), replace, options);
    for name in setting_tables() {
        if !text.lines().any(|line| header(line) == Some(name)) {
            let mut offered =
                Offered::new(*name, CompletionKind::Module).doc(format!("table:{name}"));
            if !closed {
                offered = offered.snippet(format!("{name}]\n"));
            }
            out.add(offered);
        }
    }
    out.finish()
}

fn keys(text: &str, line: &Line<'_>, at: usize, options: CompletionOptions) -> Completions {
    let from = line.start + (line.text.len() - line.text.trim_start().len());
    let from = from.min(at);
    let has_sign = line.text.contains('=');
    let word = text[from..]
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
        .unwrap_or(text.len() - from);
    let replace = Span::new(offset(from), offset((from + word).max(at)));
    let mut out = Collector::new(&text[from..at], replace, options);
    let set = keys_of(text, line.table);
    let mut add = |name: &str, value: &str, detail: &str, doc: String| {
        if set.contains(&name) {
            return;
        }
        let mut offered = Offered::new(name, CompletionKind::Setting)
            .detail(detail)
            .doc(doc);
        if !has_sign {
            offered = offered.snippet(format!("{name} = {value}"));
            offered.again = true;
        }
        out.add(offered);
    };
    match line.table {
        "package" => {
            for name in package_settings() {
                let example = setting(name).map_or("", |known| known.example);
                add(
                    name,
                    &format!("\"${{1:{example}}}\""),
                    example,
                    format!("setting:{name}"),
                );
            }
        }
        "levels" => {
            for lint in lints() {
                let detail = format!("{}, {} by default", lint.id, default_level(lint.level));
                add(
                    lint.name,
                    "\"${1:warn}\"",
                    &detail,
                    format!("lint:{}", lint.name),
                );
            }
        }
        "dependencies" => add(
            "name",
            "{ path = \"${1:../name}\" }",
            "a package in another folder",
            "table:dependencies".to_owned(),
        ),
        "" => {
            for name in setting_tables() {
                out.add(
                    Offered::new(format!("[{name}]"), CompletionKind::Module)
                        .snippet(format!("[{name}]\n"))
                        .doc(format!("table:{name}")),
                );
            }
        }
        _ => {}
    }
    out.finish()
}

/// The keys that a table has already.
fn keys_of<'t>(text: &'t str, table: &str) -> Vec<&'t str> {
    let mut current = "";
    let mut found = Vec::new();
    for line in text.lines() {
        if let Some(name) = header(line) {
            current = name;
        } else if current == table
            && let Some((key, _)) = line.split_once('=')
        {
            found.push(key.trim().trim_matches('"'));
        }
    }
    found
}

fn default_level(level: Level) -> &'static str {
    match level {
        Level::Allow => "allow",
        Level::Warn => "warn",
        Level::Deny => "deny",
        Level::Error => "error",
    }
}

fn values(
    text: &str,
    line: &Line<'_>,
    key: &str,
    after: usize,
    at: usize,
    options: CompletionOptions,
) -> Completions {
    let written = &text[after..at];
    let quote = written.find('"');
    let from = match quote {
        Some(quote) => after + quote + 1,
        None => after + (written.len() - written.trim_start().len()),
    };
    let line_end = line.start + line.text.len();
    let rest = &text[at..line_end];
    let end = match quote {
        Some(_) => at + rest.find('"').unwrap_or(0),
        None => at,
    };
    let mut out = Collector::new(
        &text[from..at],
        Span::new(offset(from), offset(end)),
        options,
    );
    let quoted = quote.is_some();
    let mut add = |value: &str, detail: &str, doc: Option<String>| {
        let label = value.to_owned();
        let insert = match quoted {
            true => label.clone(),
            false => format!("\"{value}\""),
        };
        let mut offered = Offered::new(label, CompletionKind::Value)
            .detail(detail)
            .snippet(insert)
            .fit(Fit::Exact)
            .near(Near::Here);
        offered.doc = doc;
        out.add(offered);
    };
    match (line.table, key) {
        ("levels", _) => {
            for value in LEVELS {
                add(value, level(value), None);
            }
        }
        ("package", "timezone") => {
            for zone in zones() {
                add(&zone, "time zone", None);
            }
        }
        ("package", "week_starts") => {
            for day in weekdays() {
                add(day, "weeks start on this day", None);
            }
        }
        ("package", key) => {
            for (value, says) in setting(key).map_or(&[][..], |known| known.values) {
                add(value, says, Some(format!("setting:{key}")));
            }
        }
        _ => {}
    }
    out.finish()
}

/// What the table, the setting or the value at an offset of `persona.toml` means; nothing elsewhere.
pub(crate) fn hover(db: &Database, file: FileId, at: u32) -> Option<Hover> {
    let text = db.file_text(file);
    let at = boundary(text, at as usize);
    let line = Line::at(text, at);
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let start = text[..at]
        .char_indices()
        .rev()
        .take_while(|(_, c)| is_word(*c))
        .last()
        .map_or(at, |(index, _)| index);
    let end = at
        + text[at..]
            .find(|c: char| !is_word(c))
            .unwrap_or(text.len() - at);
    let word = &text[start..end];
    if word.is_empty() || in_comment(&text[line.start..start]) {
        return None;
    }
    let is_key = line
        .key()
        .is_none_or(|(_, equals)| end <= line.start + equals);
    let markdown = match (header(line.text), line.table) {
        (Some(_), _) => table(word)?.to_owned(),
        (None, "package") if is_key => documented(word)?,
        (None, "levels") if is_key => find_code(word)?.info().page.to_owned(),
        (None, "levels") if LEVELS.contains(&word) => format!("`{word}`: {}.", level(word)),
        (None, "dependencies") => table("dependencies")?.to_owned(),
        _ => return None,
    };
    Some(Hover {
        span: Span::new(offset(start), offset(end)),
        markdown,
        audience: None,
    })
}

/// A setting's documentation, or a table's, by its key.
pub(crate) fn documentation(kind: &str, name: &str) -> Option<String> {
    match kind {
        "table" => table(name).map(str::to_owned),
        _ => documented(name),
    }
}

fn documented(name: &str) -> Option<String> {
    let known = setting(name)?;
    Some(format!(
        "```toml\n{name} = \"{}\"\n```\n\n{}",
        known.example, known.says
    ))
}
