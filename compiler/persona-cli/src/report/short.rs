//! One line per diagnostic: `file:line:column: error[P0301]: message`, as many tools and editors read it.

use std::io::{self, Write};

use persona_base::Diagnostic;

use super::{Places, Texts, severity_word};

/// Writes the lines. Lines and columns count from one; columns count characters.
pub(super) fn write(
    out: &mut dyn Write,
    diagnostics: &[Diagnostic],
    texts: &dyn Texts,
) -> io::Result<()> {
    let places = Places::new(texts);
    for diagnostic in diagnostics {
        let label = &diagnostic.primary;
        let at = places.at(label.file, label.span.start);
        writeln!(
            out,
            "{}:{}:{}: {}[{}]: {}",
            texts.path(label.file),
            at.line + 1,
            at.col + 1,
            severity_word(diagnostic.severity),
            diagnostic.code,
            diagnostic.message
        )?;
    }
    Ok(())
}
