//! Texts by code during a run: those of the dataset, those that stay (constants and answers that the dataset lacks),
//! and those made for the profile under evaluation, which are forgotten behind it so that memory stays bounded.
//! Equal codes mean equal texts at any moment.

use std::sync::Arc;

use persona_runtime::Strings;

/// Codes of texts made for one profile start here; they never reach a column.
const SCRATCH: u64 = 1 << 32;

/// Texts by code.
#[derive(Clone, Debug)]
pub(crate) struct Texts<'a> {
    base: &'a Arc<Strings>,
    /// Codes continue those of the base.
    kept: Strings,
    scratch: Strings,
}

impl<'a> Texts<'a> {
    /// Those of a dataset.
    pub(crate) fn new(base: &'a Arc<Strings>) -> Self {
        Self {
            base,
            kept: Strings::new(),
            scratch: Strings::new(),
        }
    }

    /// The text of a code; the empty text if no table gave it out.
    pub(crate) fn get(&self, code: u64) -> &str {
        if let Some(code) = code.checked_sub(SCRATCH) {
            return text(&self.scratch, code);
        }
        match code.checked_sub(self.base.len() as u64) {
            None => text(self.base, code),
            Some(code) => text(&self.kept, code),
        }
    }

    /// The code of a text for the profile under evaluation.
    pub(crate) fn code(&mut self, text: &str) -> u64 {
        self.lasting(text)
            .unwrap_or_else(|| SCRATCH + u64::from(self.scratch.intern(text)))
    }

    /// The code of a text beyond the profile under evaluation.
    pub(crate) fn constant(&mut self, text: &str) -> u64 {
        self.lasting(text).unwrap_or_else(|| self.kept_code(text))
    }

    /// The code, beyond the profile under evaluation, of the text that has a code now.
    pub(crate) fn keep(&mut self, code: u64) -> u64 {
        if code < SCRATCH {
            return code;
        }
        let text = self.get(code).to_owned();
        self.constant(&text)
    }

    /// Forgets the texts made for a profile.
    pub(crate) fn forget(&mut self) {
        if !self.scratch.is_empty() {
            self.scratch = Strings::new();
        }
    }

    /// The texts that stay and that the dataset lacks; their codes followed those of the dataset.
    pub(crate) fn into_kept(self) -> Strings {
        self.kept
    }

    fn lasting(&self, text: &str) -> Option<u64> {
        let known = self.base.find(text).map(u64::from);
        known.or_else(|| {
            self.kept
                .find(text)
                .map(|code| u64::from(code) + self.base.len() as u64)
        })
    }

    fn kept_code(&mut self, text: &str) -> u64 {
        self.base.len() as u64 + u64::from(self.kept.intern(text))
    }
}

fn text(strings: &Strings, code: u64) -> &str {
    match u32::try_from(code) {
        Ok(small) if code < strings.len() as u64 => strings.get(small),
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_code_whoever_made_it() {
        let mut base = Strings::new();
        base.intern("a");
        let base = Arc::new(base);
        let mut texts = Texts::new(&base);
        assert_eq!(texts.code("a"), 0);
        let constant = texts.constant("b");
        assert_eq!(texts.code("b"), constant);
        let made = texts.code("c");
        assert_eq!(texts.code("c"), made);
        assert_ne!(made, constant);
        assert_eq!(texts.get(made), "c");
        let kept = texts.keep(made);
        assert_eq!(texts.keep(kept), kept);
        assert_eq!(texts.get(kept), "c");
        texts.forget();
        assert_eq!(texts.code("c"), kept);
        assert_eq!(texts.get(made), "");
        assert_eq!(texts.into_kept().get(1), "c");
    }
}
