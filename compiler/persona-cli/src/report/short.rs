//! One line per diagnostic: `file:line:column: error[P0301]: message`, as many tools and editors read it.

use std::io::{self, Write};

use persona_base::{Diagnostic, LineIndex};

use super::{Texts, severity_word};

/// Writes the lines. Lines and columns count from one; columns count characters.
pub(super) fn write(
    out: &mut dyn Write,
    diagnostics: &[Diagnostic],
    texts: &dyn Texts,
) -> io::Result<()> {
    for diagnostic in diagnostics {
        let label = &diagnostic.primary;
        let text = texts.text(label.file);
        let at = LineIndex::new(text).line_col_chars(text, label.span.start);
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
