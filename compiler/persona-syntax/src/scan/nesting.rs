//! How deeply a declaration nests without brackets: `if`s in `if`s, `where`s in `where`s, types in types.
//!
//! This is an upper bound, cheap to keep while characters go by. It only has to be exact enough that no
//! text which passes can exhaust a stack, and that no text a person writes is refused.

/// The deepest nesting that is parsed: brackets, `{…}` in texts and nesting words together.
pub(crate) const MAX_DEPTH: usize = 128;

/// The nesting by words at one level of brackets.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Words {
    /// `if`, `where`, `match` since the last thing that ends them.
    pub(crate) open: usize,
    /// `<` of types that are open.
    pub(crate) types: usize,
    /// Whether the last word was `else`.
    after_else: bool,
}

impl Words {
    /// How deep this level is by itself.
    pub(crate) const fn depth(&self) -> usize {
        self.open + self.types
    }

    /// A word went by.
    pub(crate) fn word(&mut self, word: &[u8]) {
        match word {
            b"if" if self.after_else => {}
            b"if" | b"where" | b"match" => self.open += 1,
            b"and" | b"or" => self.types = 0,
            _ => {}
        }
        self.after_else = word == b"else";
    }

    /// A comma or an arrow went by: what `if` and `where` opened has ended.
    pub(crate) fn item_ended(&mut self) {
        self.open = 0;
        self.after_else = false;
    }

    /// A clause starts: all nesting by words has ended.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }
}
