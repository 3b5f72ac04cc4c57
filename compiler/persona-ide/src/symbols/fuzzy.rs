//! How well a name fits what was typed.

/// What was typed, ready to be compared.
pub(super) struct Pattern {
    /// Its letters, small.
    letters: Vec<char>,
    /// Whether capitals count: where some were typed.
    exact: bool,
    typed: String,
}

/// What a letter is worth, by where it stands in the name.
const AT_START: u32 = 24;
const AT_WORD: u32 = 16;
const BEHIND_LAST: u32 = 12;
const ANYWHERE: u32 = 2;

impl Pattern {
    /// Of what was typed; blanks and dots say nothing.
    pub(super) fn new(typed: &str) -> Self {
        let typed: String = typed
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '.')
            .collect();
        Self {
            letters: typed.chars().flat_map(char::to_lowercase).collect(),
            exact: typed.chars().any(char::is_uppercase),
            typed,
        }
    }

    /// Whether nothing was typed.
    pub(super) fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    /// How well a name fits, the more the better; none where a letter is missing.
    pub(super) fn score(&self, name: &str) -> Option<u32> {
        let mut wanted = self.letters.iter().peekable();
        let mut score = 0;
        let mut before: Option<char> = None;
        let mut was_hit = false;
        for (index, letter) in name.chars().enumerate() {
            let is_start = before.is_none_or(|before| {
                !before.is_alphanumeric() || (before.is_lowercase() && letter.is_uppercase())
            });
            let is_hit = wanted
                .peek()
                .is_some_and(|wanted| letter.to_lowercase().eq(std::iter::once(**wanted)));
            if is_hit {
                wanted.next();
                score += match (index, is_start, was_hit) {
                    (0, ..) => AT_START,
                    (_, true, _) => AT_WORD,
                    (_, _, true) => BEHIND_LAST,
                    _ => ANYWHERE,
                };
            }
            was_hit = is_hit;
            before = Some(letter);
        }
        if wanted.peek().is_some() {
            return None;
        }
        if self.exact && name.contains(&self.typed) {
            score += AT_START;
        }
        if name
            .chars()
            .flat_map(char::to_lowercase)
            .eq(self.letters.iter().copied())
        {
            score += 2 * AT_START;
        }
        Some(score)
    }
}
