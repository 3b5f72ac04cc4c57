//! Where the clauses of campaign declarations start. Their words are no reserved words: whether one starts a clause
//! is told from where it stands and from what follows it, before any grammar is asked. The grammar then finds a mark
//! before each, so that an unfinished clause never swallows the next one.
//!
//! Nothing here knows what a clause says.

use super::words::Keyword;
use super::{completes, is_word_start, skip_blanks, word_end};

/// Stands before the word of a clause, in the text that the grammar reads.
pub(crate) const CLAUSE_MARK: &str = "\u{1}";
/// Stands before a brace that opens clauses rather than a value.
pub(crate) const BLOCK_MARK: &str = "\u{2}";

/// What braces hold: the clauses of a declaration, or of a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Purpose,
    Channel,
    Trigger,
    /// The steps of an `if`.
    Steps,
    Content,
    Variant,
    Locale,
    Recommend,
    Experiment,
    Test,
}

/// Where a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// First on its line.
    Line,
    /// Behind a comma or a brace.
    Separated,
    /// Behind something else on its line.
    Inline,
}

/// Words that can hardly be anything but clauses: they start one wherever something complete precedes.
const STRONG: u8 = 1;
/// Words that also occur inside other clauses: they start one on a line of their own, and behind commas and braces.
const WEAK: u8 = 0;

type Words = &'static [(&'static str, u8)];

const PURPOSE: Words = &[
    ("requires", STRONG),
    ("require", STRONG),
    ("needs", STRONG),
    ("when", WEAK),
    ("if", WEAK),
    ("where", WEAK),
];
const CHANNEL: Words = &[
    ("to", WEAK),
    ("requires", STRONG),
    ("require", STRONG),
    ("needs", STRONG),
    ("quiet", STRONG),
    ("limit", STRONG),
    ("max", WEAK),
    ("when", WEAK),
    ("if", WEAK),
    ("on", WEAK),
    ("skip", STRONG),
    ("transactional", WEAK),
    ("pace", STRONG),
];
const TRIGGER: Words = &[
    ("on", WEAK),
    ("when", WEAK),
    ("per", WEAK),
    ("enter", STRONG),
    ("again", STRONG),
    ("stop", STRONG),
    ("exit", STRONG),
    ("cancel", STRONG),
    ("end", WEAK),
    ("priority", STRONG),
    ("pace", STRONG),
    ("send", STRONG),
    ("wait", STRONG),
    ("delay", STRONG),
    ("sleep", STRONG),
    ("pause", STRONG),
    ("after", WEAK),
    ("if", WEAK),
    ("else", WEAK),
    ("elseif", WEAK),
    ("elif", WEAK),
    ("elsif", WEAK),
    ("emit", STRONG),
    ("raise", STRONG),
    ("set", STRONG),
];
const CONTENT: Words = &[
    ("skip", STRONG),
    ("variant", STRONG),
    ("otherwise", WEAK),
    ("else", WEAK),
    ("default", WEAK),
    ("fallback", WEAK),
    ("when", WEAK),
    ("case", WEAK),
];
const VARIANT: Words = &[
    ("locale", STRONG),
    ("language", STRONG),
    ("lang", STRONG),
    ("skip", STRONG),
];
const RECOMMEND: Words = &[
    ("from", WEAK),
    ("where", WEAK),
    ("when", WEAK),
    ("filter", STRONG),
    ("exclude", STRONG),
    ("rank", STRONG),
    ("order", STRONG),
    ("sort", STRONG),
    ("take", STRONG),
    ("limit", STRONG),
    ("top", WEAK),
    ("otherwise", WEAK),
    ("else", WEAK),
    ("default", WEAK),
    ("fallback", WEAK),
];
const EXPERIMENT: Words = &[
    ("on", WEAK),
    ("arms", STRONG),
    ("variants", STRONG),
    ("holdout", STRONG),
    ("goal", STRONG),
    ("metric", STRONG),
    ("hash", STRONG),
    ("salt", STRONG),
    ("layer", STRONG),
];
const TEST: Words = &[
    ("given", STRONG),
    ("at", WEAK),
    ("event", STRONG),
    ("wait", STRONG),
    ("advance", STRONG),
    ("sleep", STRONG),
    ("delay", STRONG),
    ("set", STRONG),
    ("arm", STRONG),
    ("expect", STRONG),
    ("assert", STRONG),
    ("then", WEAK),
];

/// Words behind which a name follows that is no clause.
const LEAD_ON: &[&str] = &[
    "via",
    "using",
    "for",
    "as",
    "on",
    "of",
    "by",
    "per",
    "to",
    "until",
    "at",
    "within",
    "across",
    "is",
    "full",
    "every",
    "sent",
    "because",
    "event",
    "including",
    "emit",
    "change",
    "enter",
    "leave",
    "dropped",
];

/// Words that go on with an expression: what precedes one is no clause.
const OPERATORS: &[&str] = &[
    "and", "or", "is", "between", "contains", "starts", "ends", "matches", "before", "div", "mod",
    "then",
];

impl Block {
    /// The body of a declaration, when it has clauses of this kind.
    pub(crate) const fn of(keyword: Keyword) -> Option<Self> {
        Some(match keyword {
            Keyword::Purpose => Self::Purpose,
            Keyword::Channel => Self::Channel,
            Keyword::Trigger => Self::Trigger,
            Keyword::Content => Self::Content,
            Keyword::Recommend => Self::Recommend,
            Keyword::Experiment => Self::Experiment,
            Keyword::Test => Self::Test,
            _ => return None,
        })
    }

    const fn words(self) -> Words {
        match self {
            Self::Purpose => PURPOSE,
            Self::Channel => CHANNEL,
            Self::Trigger | Self::Steps => TRIGGER,
            Self::Content => CONTENT,
            Self::Variant => VARIANT,
            Self::Locale => &[("skip", STRONG)],
            Self::Recommend => RECOMMEND,
            Self::Experiment => EXPERIMENT,
            Self::Test => TEST,
        }
    }

    fn strength(self, word: &str) -> Option<u8> {
        self.words()
            .iter()
            .find(|(text, _)| *text == word)
            .map(|(_, strength)| *strength)
    }

    /// Whether the word can hardly be anything but a clause here.
    pub(crate) fn is_strong(self, word: &str) -> bool {
        self.strength(word) == Some(STRONG)
    }

    /// The words of clauses that may stand here, without those of other languages.
    pub(crate) const fn own_words(self) -> &'static [&'static str] {
        match self {
            Self::Purpose => &["requires"],
            Self::Channel => &[
                "to",
                "requires",
                "quiet",
                "limit",
                "when",
                "skip",
                "transactional",
            ],
            Self::Trigger => &[
                "on", "when", "per", "enter", "again", "stop", "priority", "send", "wait", "if",
                "emit", "set",
            ],
            Self::Steps => &["send", "wait", "if", "emit", "set", "stop"],
            Self::Content => &["skip", "variant", "otherwise"],
            Self::Variant => &["locale"],
            Self::Locale => &[],
            Self::Recommend => &["from", "where", "exclude", "rank", "take", "otherwise"],
            Self::Experiment => &["on", "arms", "holdout", "goal", "hash", "salt", "layer"],
            Self::Test => &["given", "at", "event", "set", "wait", "arm", "expect"],
        }
    }

    /// The clause that a word which is none was probably meant to start on a line of its own.
    pub(crate) fn misspelt(self, text: &str, at: usize) -> Option<&'static str> {
        let bytes = text.as_bytes();
        let end = word_end(bytes, at);
        let word = &text[at..end];
        if super::words::is_reserved(word) || self.strength(word).is_some() {
            return None;
        }
        let next = skip_blanks(bytes, end);
        let byte = *bytes.get(next)?;
        let goes_on = next > end
            && (is_word_start(byte) || byte.is_ascii_digit() || matches!(byte, b'"' | b'{'));
        let meant = self.meant(word).filter(|_| goes_on)?;
        follows(self, meant, text, next, true).then_some(meant)
    }

    /// The clause whose word was probably meant by one that is none.
    pub(crate) fn meant(self, word: &str) -> Option<&'static str> {
        let lower = word.to_ascii_lowercase();
        self.own_words()
            .iter()
            .map(|own| (super::words::distance(&lower, own), *own))
            .filter(|(distance, own)| {
                *distance == 0 || !lower.is_empty() && own.len() > 2 && distance * 3 <= own.len()
            })
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, own)| own)
    }

    /// What may stand here, in words.
    pub(crate) fn expected(self) -> String {
        if self.own_words().is_empty() {
            return "expected `slot = value`".to_owned();
        }
        let words: Vec<String> = self
            .own_words()
            .iter()
            .map(|word| format!("`{word}`"))
            .collect();
        let slots = if self.has_slots() { "a slot, " } else { "" };
        format!("expected {slots}{}", words.join(", "))
    }

    const fn has_slots(self) -> bool {
        matches!(self, Self::Content | Self::Variant | Self::Locale)
    }

    /// What a brace opens behind a clause that starts with `word`.
    pub(crate) fn inner(self, word: &str) -> Option<Self> {
        match (self, word) {
            (Self::Trigger | Self::Steps, "if" | "else" | "elseif" | "elif" | "elsif") => {
                Some(Self::Steps)
            }
            (
                Self::Content,
                "variant" | "otherwise" | "else" | "default" | "fallback" | "when" | "case",
            ) => Some(Self::Variant),
            (Self::Variant, "locale" | "language" | "lang") => Some(Self::Locale),
            _ => None,
        }
    }

    /// Whether a clause starts at `at`. `before` is the end of what precedes it.
    ///
    /// `aligned` says that it stands below the clause before it, not further in: then it does not go on with that one.
    pub(crate) fn starts(
        self,
        text: &str,
        at: usize,
        (place, aligned): (Place, bool),
        before: usize,
    ) -> bool {
        let bytes = text.as_bytes();
        if !bytes.get(at).is_some_and(|byte| is_word_start(*byte)) {
            return false;
        }
        let end = word_end(bytes, at);
        let word = &text[at..end];
        let next = skip_blanks(bytes, end);
        if self.has_slots() && place != Place::Inline && is_slot(bytes, end) {
            return true;
        }
        let Some(strength) = self.strength(word) else {
            return false;
        };
        let before = &text[..before];
        let complete = aligned || completes(before) || separated(before);
        if !follows(self, word, text, next, complete) {
            return false;
        }
        match word {
            // `if a then b else c` is an expression where one is awaited.
            "if" if !completes(before) && !separated(before) => {
                if place == Place::Inline {
                    return false;
                }
                let line = &text[at..super::line_end(bytes, at)];
                !line.split_whitespace().any(|word| word == "then")
            }
            "else" if self != Self::Content && self != Self::Recommend => {
                before.ends_with('}') && place != Place::Inline || opens(text, next)
            }
            "when" if self == Self::Content => aligned || before.ends_with(['}', '{']),
            _ => match place {
                Place::Line | Place::Separated => true,
                Place::Inline => strength == STRONG && completes(before) && !leads_on(before),
            },
        }
    }
}

/// `name:`, `name =`
fn is_slot(bytes: &[u8], end: usize) -> bool {
    let next = skip_blanks(bytes, end);
    match bytes.get(next) {
        Some(b':') => true,
        Some(b'=') => !matches!(bytes.get(next + 1), Some(b'=' | b'~' | b'>')),
        _ => false,
    }
}

fn separated(before: &str) -> bool {
    before.ends_with(['{', '}', ','])
}

/// Whether `{` or an `if` follows, perhaps on the next line.
fn opens(text: &str, next: usize) -> bool {
    let rest = text[next..].trim_start();
    rest.starts_with('{') || rest.starts_with("if ")
}

/// Whether what precedes is a word behind which a name must follow.
fn leads_on(before: &str) -> bool {
    let word = before
        .rsplit(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
        .unwrap_or("");
    LEAD_ON.contains(&word)
}

/// Whether what follows a word can follow the word of a clause.
fn follows(block: Block, word: &str, text: &str, next: usize, complete: bool) -> bool {
    let bytes = text.as_bytes();
    let Some(byte) = bytes.get(next).copied() else {
        return complete;
    };
    let next_word = if is_word_start(byte) {
        &text[next..word_end(bytes, next)]
    } else {
        ""
    };
    let fits = match byte {
        b'\n' | b'\r' | b'}' | b',' => complete,
        b'/' => complete && bytes[next..].starts_with(b"//"),
        b'"' | b'{' | b'(' | b'[' | b'-' | b'$' | b'\'' | 0x80.. => true,
        b':' | b'=' => matches!(word, "priority" | "arms" | "variants" | "salt") && complete,
        _ if byte.is_ascii_digit() => true,
        _ => is_word_start(byte) && (!OPERATORS.contains(&next_word) || word == "quiet"),
    };
    fits && match word {
        "when" | "if" | "on" if block == Block::Channel => next_word == "full",
        "max" => byte.is_ascii_digit(),
        "after" | "top" => byte.is_ascii_digit() && !rest_of_line(text, next).contains("ago"),
        "end" => matches!(next_word, "on" | "when" | "if"),
        "from" => {
            next_word != "now"
                && !rest_of_line(text, next)
                    .split_whitespace()
                    .any(|w| w == "ago")
        }
        "at" => !matches!(next_word, "least" | "most"),
        "then" => matches!(next_word, "sent" | "expect"),
        "event" => is_word_start(byte) || !complete || byte == b'{',
        _ => true,
    }
}

fn rest_of_line(text: &str, at: usize) -> &str {
    &text[at..super::line_end(text.as_bytes(), at)]
}
