//! Texts by code: of the dataset's table, or of a small dictionary of the column's own.

use std::ops::Range;

use arrow_buffer::{NullBuffer, ScalarBuffer};

use super::lanes::{Codes, words};
use crate::Strings;

/// The most texts that a dictionary of a column may have.
pub(super) const MOST_ENTRIES: usize = 1 << 16;

/// The texts of a column, as codes. Either *global*: 32-bit codes of the dataset's [`Strings`]. Or *local*: narrow
/// codes of a dictionary, the column's *entries*, which are distinct global codes in the order of their texts' bytes.
///
/// A local code thus says where its text stands among those of the column: what holds for texts that are equal to one,
/// begin with one, or come before one, holds for a range of codes; and what is asked of texts can be asked once for
/// each entry.
#[derive(Clone, Debug, PartialEq)]
pub struct TextCodes {
    codes: Codes,
    entries: Option<ScalarBuffer<u32>>,
}

impl TextCodes {
    /// Texts by a dictionary: local codes, and the distinct global codes that they stand for, in the order of their
    /// texts' bytes. The codes are as wide as their number needs.
    pub fn with_entries(codes: Codes, entries: ScalarBuffer<u32>) -> Self {
        debug_assert!(
            entries.len() <= MOST_ENTRIES,
            "no more entries than 16 bits can tell apart"
        );
        Self {
            codes,
            entries: Some(entries),
        }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The codes as they lie in memory: local with entries, global without.
    pub fn codes(&self) -> &Codes {
        &self.codes
    }

    /// The global code of each local one; absent where the codes are global. Local codes of known texts are less than
    /// their number.
    pub fn entries(&self) -> Option<&ScalarBuffer<u32>> {
        self.entries.as_ref()
    }

    /// The global codes, where the column has no entries.
    pub fn global(&self) -> Option<&ScalarBuffer<u32>> {
        match self.entries {
            None => self.codes.wide(),
            Some(_) => None,
        }
    }

    /// The global code in a row, which must be one of the column; any code where the text is missing.
    #[inline]
    pub fn get(&self, row: usize) -> u32 {
        let code = self.codes.get(row);
        match &self.entries {
            None => code,
            Some(entries) => entries.get(code as usize).copied().unwrap_or(0),
        }
    }

    /// The global codes, row by row.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Writes the global codes of a range of rows to a slice of as many.
    pub fn widen(&self, rows: Range<usize>, out: &mut [u32]) {
        self.codes.widen(rows, out);
        if let Some(entries) = &self.entries {
            for code in out {
                *code = entries.get(*code as usize).copied().unwrap_or(0);
            }
        }
    }

    /// All global codes. Copies nothing where the column has no entries.
    pub fn to_global(&self) -> ScalarBuffer<u32> {
        if let Some(codes) = self.global() {
            return codes.clone();
        }
        let mut out = vec![0; self.len()];
        self.widen(0..self.len(), &mut out);
        out.into()
    }

    /// The texts of so many rows from a first one. Copies nothing.
    pub fn slice(&self, from: usize, len: usize) -> Self {
        Self {
            codes: self.codes.slice(from, len),
            entries: self.entries.clone(),
        }
    }

    /// The same texts with a dictionary, where there are no more than `most` distinct ones that are known (and no more
    /// than 65,536 in any case); otherwise as they are. The code of a missing text becomes zero.
    pub fn narrowed(&self, valid: Option<&NullBuffer>, strings: &Strings, most: usize) -> Self {
        let codes = self.to_global();
        match dictionary(&codes, valid, strings, most.min(MOST_ENTRIES)) {
            Some(narrow) => narrow,
            None => Self::from(codes),
        }
    }

    /// The texts of these rows, in this order, with the same entries.
    pub(crate) fn pick(&self, rows: &[usize]) -> Self {
        Self {
            codes: self.codes.pick(rows),
            entries: self.entries.clone(),
        }
    }
}

/// The codes with a dictionary of `most` entries at most, if those do. Gives up at the first entry too many, so a
/// column of distinct texts costs little.
fn dictionary(
    codes: &[u32],
    valid: Option<&NullBuffer>,
    strings: &Strings,
    most: usize,
) -> Option<TextCodes> {
    // By global code: 0, or one more than the local code. The system gives zeros when they are touched, so the
    // table costs what the column's distinct texts do.
    let mut local = vec![0_u32; strings.len()];
    let mut entries: Vec<u32> = Vec::new();
    each_known(codes, valid, |code| {
        let seen = local.get_mut(code as usize)?;
        if *seen == 0 {
            entries.push(code);
            *seen = 1;
        }
        (entries.len() <= most).then_some(())
    })?;
    entries.sort_unstable_by_key(|code| strings.get(*code));
    for (entry, code) in entries.iter().enumerate() {
        local[*code as usize] = u32::try_from(entry).ok()? + 1;
    }
    let of = |code: u32| local.get(code as usize).map_or(0, |l| l.saturating_sub(1));
    let codes = if entries.len() <= 1 << 8 {
        Codes::U8(codes.iter().map(|code| of(*code) as u8).collect())
    } else {
        Codes::U16(codes.iter().map(|code| of(*code) as u16).collect())
    };
    let mut narrow = TextCodes {
        codes,
        entries: Some(entries.into()),
    };
    if valid.is_some() {
        // A missing text may have had the code of one that others have.
        narrow.codes = narrow.codes.narrowed(valid);
    }
    Some(narrow)
}

fn each_known(
    codes: &[u32],
    valid: Option<&NullBuffer>,
    mut f: impl FnMut(u32) -> Option<()>,
) -> Option<()> {
    for (chunk, word) in codes.chunks(64).zip(words(valid, codes.len())) {
        for (bit, code) in chunk.iter().enumerate() {
            if word >> bit & 1 == 1 {
                f(*code)?;
            }
        }
    }
    Some(())
}

impl From<ScalarBuffer<u32>> for TextCodes {
    fn from(global: ScalarBuffer<u32>) -> Self {
        Self {
            codes: global.into(),
            entries: None,
        }
    }
}

impl From<Vec<u32>> for TextCodes {
    fn from(global: Vec<u32>) -> Self {
        Self::from(ScalarBuffer::from(global))
    }
}

impl FromIterator<u32> for TextCodes {
    fn from_iter<I: IntoIterator<Item = u32>>(global: I) -> Self {
        Self::from(global.into_iter().collect::<ScalarBuffer<u32>>())
    }
}
