//! Strings by code: each distinct text of a dataset is stored once, and columns hold 32-bit codes. Equal codes
//! mean equal texts, across all columns.

use hashbrown::HashTable;

/// An append-only table of distinct strings.
#[derive(Clone, Debug, Default)]
pub struct Strings {
    bytes: String,
    ends: Vec<usize>,
    table: HashTable<u32>,
}

impl Strings {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of distinct strings.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of a code that this table gave out.
    pub fn get(&self, code: u32) -> &str {
        let index = code as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }

    /// The code of a text, if it is known.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.table
            .find(hash(text), |code| self.get(*code) == text)
            .copied()
    }

    /// The code of a text, new or known.
    pub fn intern(&mut self, text: &str) -> u32 {
        if let Some(code) = self.find(text) {
            return code;
        }
        let code = u32::try_from(self.ends.len()).expect("fewer than 2^32 distinct strings");
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
        let Self { bytes, ends, table } = self;
        let text_of = |code: u32| {
            let index = code as usize;
            let start = if index == 0 { 0 } else { ends[index - 1] };
            &bytes[start..ends[index]]
        };
        table.insert_unique(hash(text), code, |code| hash(text_of(*code)));
        code
    }
}

fn hash(text: &str) -> u64 {
    use std::hash::Hasher;
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}
