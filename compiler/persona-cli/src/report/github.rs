//! Annotations of a GitHub workflow: commands on standard output that the runner turns into remarks beside the code.
//! Only the escapes that the runner undoes are made.

use std::io::{self, Write};

use persona_base::{Diagnostic, Severity};

use super::details::details;
use super::{Places, Texts};

/// Writes one command per diagnostic.
pub(super) fn write(
    out: &mut dyn Write,
    diagnostics: &[Diagnostic],
    texts: &dyn Texts,
) -> io::Result<()> {
    let places = Places::new(texts);
    for diagnostic in diagnostics {
        writeln!(out, "{}", command(diagnostic, &places))?;
    }
    Ok(())
}

fn command(diagnostic: &Diagnostic, places: &Places<'_>) -> String {
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let primary = &diagnostic.primary;
    let (start, end) = (
        places.at(primary.file, primary.span.start),
        places.at(primary.file, primary.span.end),
    );
    let file = property(places.texts.path(primary.file));
    let mut place = format!(
        "file={file},line={},endLine={}",
        start.line + 1,
        end.line + 1
    );
    // The runner throws the columns of a place of several lines away, with a complaint.
    if start.line == end.line {
        place.push_str(&format!(",col={},endColumn={}", start.col + 1, end.col + 1));
    }
    let mut message = diagnostic.message.clone();
    for line in details(diagnostic, places) {
        message.push('\n');
        message.push_str(&line);
    }
    let title = property(diagnostic.code.id());
    format!("::{word} {place},title={title}::{}", data(&message))
}

/// The text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_text_or_a_property_is_escaped() {
        assert_eq!(data("100 %\r\nof: a, b"), "100 %25%0D%0Aof: a, b");
        assert_eq!(property("a%b:c,d\n.persona"), "a%25b%3Ac%2Cd%0A.persona");
    }
}
