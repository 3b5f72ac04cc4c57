//! Whether a printed declaration is the one that was read: the same tree but for its places, the same comments. What
//! fails here is never handed out.

use std::fmt::{self, Write};

use crate::ast::Decl;

/// A tree without its places, as text: two trees mean the same when theirs are equal.
pub(super) fn shape(decl: &Decl) -> String {
    let mut sink = Shape::default();
    // Writing into a string cannot fail.
    write!(sink, "{decl:?}").expect("a string takes every text");
    sink.flush();
    sink.out
}

/// Drops the places (`12..34` outside of texts) of a printed tree while it is printed.
#[derive(Default)]
struct Shape {
    out: String,
    /// Digits and dots that may turn out to be a place.
    held: String,
    quoted: bool,
    escaped: bool,
}

impl Shape {
    /// Decides about what is held back.
    fn flush(&mut self) {
        let place = self.held.split_once("..").is_some_and(|(start, end)| {
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            digits(start) && digits(end)
        });
        if !place {
            self.out.push_str(&self.held);
        }
        self.held.clear();
    }
}

impl Write for Shape {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            if self.quoted {
                self.out.push(c);
                self.quoted = self.escaped || c != '"';
                self.escaped = !self.escaped && c == '\\';
            } else if c.is_ascii_digit() || c == '.' {
                self.held.push(c);
            } else {
                self.flush();
                self.quoted = c == '"';
                self.out.push(c);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::shape;
    use crate::parse_decl;

    fn of(text: &str) -> String {
        shape(&parse_decl(text).tree)
    }

    #[test]
    fn white_space_and_comments_are_no_part_of_a_shape() {
        assert_eq!(
            of("segment a { when x > 1 }"),
            of("segment  a {\n // c\n when x >\n 1 }")
        );
    }

    #[test]
    fn everything_else_is() {
        for other in [
            "segment a { when x > 2 }",
            "segment b { when x > 1 }",
            "segment a { when (x > 1) }",
            "segment a { when x >= 1 }",
        ] {
            assert_ne!(of("segment a { when x > 1 }"), of(other), "{other}");
        }
        assert_ne!(
            of("const A: String = \"1..2\""),
            of("const A: String = \"1..3\"")
        );
        assert_ne!(of("const A: Float = 1.5"), of("const A: Float = 1.25"));
    }
}
