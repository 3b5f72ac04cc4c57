//! The words of the language: reserved ones, and those that open declarations, with what other languages and
//! slips of the pen write for them.

/// Words of expressions; no name may be one of them.
pub const RESERVED: &[&str] = &[
    "and",
    "or",
    "not",
    "in",
    "is",
    "known",
    "missing",
    "between",
    "contains",
    "starts",
    "ends",
    "matches",
    "before",
    "after",
    "div",
    "mod",
    "where",
    "within",
    "then",
    "if",
    "else",
    "match",
    "did",
    "count",
    "any",
    "all",
    "true",
    "false",
    "when",
    "otherwise",
];

/// Whether a name may not be this.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// What a declaration's keyword opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    Profile,
    Event,
    Events,
    Enum,
    OrderedEnum,
    Const,
    Source,
    Trait,
    Fn,
    Segment,
    Partition,
    Catalog,
    Use,
    Purpose,
    Channel,
    Trigger,
    Content,
    Recommend,
    Experiment,
    Exclusive,
    Test,
    /// A word that a later edition of the language will use.
    Reserved,
}

impl Keyword {
    /// Whether the declaration ends with the brace that closes its body.
    pub(crate) const fn braced(self) -> bool {
        !matches!(
            self,
            Self::Events | Self::Const | Self::Trait | Self::Fn | Self::Use
        )
    }

    /// Whether a reader of the source writes it as this.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Event => "event",
            Self::Events => "events",
            Self::Enum => "enum",
            Self::OrderedEnum => "ordered enum",
            Self::Const => "const",
            Self::Source => "source",
            Self::Trait => "trait",
            Self::Fn => "fn",
            Self::Segment => "segment",
            Self::Partition => "partition",
            Self::Catalog => "catalog",
            Self::Use => "use",
            Self::Purpose => "purpose",
            Self::Channel => "channel",
            Self::Trigger => "trigger",
            Self::Content => "content",
            Self::Recommend => "recommend",
            Self::Experiment => "experiment",
            Self::Exclusive => "exclusive",
            Self::Test => "test",
            Self::Reserved => "",
        }
    }
}

/// The words that open declarations, and those that are kept for later editions, in two lists.
pub fn keywords() -> (Vec<&'static str>, Vec<&'static str>) {
    let text = |(word, _): &(&'static str, Keyword)| *word;
    let (kept, known): (Vec<_>, Vec<_>) = KEYWORDS
        .iter()
        .partition(|(_, keyword)| *keyword == Keyword::Reserved);
    (
        known.iter().map(text).collect(),
        kept.iter().map(text).collect(),
    )
}

const KEYWORDS: &[(&str, Keyword)] = &[
    ("profile", Keyword::Profile),
    ("event", Keyword::Event),
    ("events", Keyword::Events),
    ("enum", Keyword::Enum),
    ("ordered", Keyword::OrderedEnum),
    ("const", Keyword::Const),
    ("source", Keyword::Source),
    ("trait", Keyword::Trait),
    ("fn", Keyword::Fn),
    ("segment", Keyword::Segment),
    ("partition", Keyword::Partition),
    ("catalog", Keyword::Catalog),
    ("purpose", Keyword::Purpose),
    ("channel", Keyword::Channel),
    ("trigger", Keyword::Trigger),
    ("content", Keyword::Content),
    ("recommend", Keyword::Recommend),
    ("experiment", Keyword::Experiment),
    ("exclusive", Keyword::Exclusive),
    ("test", Keyword::Test),
    ("use", Keyword::Use),
    ("identity", Keyword::Reserved),
    ("quality", Keyword::Reserved),
    ("model", Keyword::Reserved),
    ("policy", Keyword::Reserved),
    ("feed", Keyword::Reserved),
    ("journey", Keyword::Reserved),
    ("history", Keyword::Reserved),
];

/// What this keyword opens.
pub(crate) fn keyword(word: &str) -> Option<Keyword> {
    KEYWORDS
        .iter()
        .find(|(text, _)| *text == word)
        .map(|(_, keyword)| *keyword)
}

const FOREIGN: &[(&str, Keyword)] = &[
    ("audience", Keyword::Segment),
    ("audiences", Keyword::Segment),
    ("cohort", Keyword::Segment),
    ("rule", Keyword::Segment),
    ("list", Keyword::Segment),
    ("filter", Keyword::Segment),
    ("segments", Keyword::Segment),
    ("customer", Keyword::Profile),
    ("user", Keyword::Profile),
    ("person", Keyword::Profile),
    ("entity", Keyword::Profile),
    ("struct", Keyword::Profile),
    ("class", Keyword::Profile),
    ("table", Keyword::Profile),
    ("attribute", Keyword::Trait),
    ("metric", Keyword::Trait),
    ("measure", Keyword::Trait),
    ("computed", Keyword::Trait),
    ("func", Keyword::Fn),
    ("fun", Keyword::Fn),
    ("function", Keyword::Fn),
    ("def", Keyword::Fn),
    ("let", Keyword::Trait),
    ("var", Keyword::Trait),
    ("val", Keyword::Trait),
    ("constant", Keyword::Const),
    ("union", Keyword::Events),
    ("stages", Keyword::Partition),
    ("lifecycle", Keyword::Partition),
    ("datasource", Keyword::Source),
    ("import", Keyword::Use),
    ("include", Keyword::Use),
    ("require", Keyword::Use),
    ("campaign", Keyword::Trigger),
    ("automation", Keyword::Trigger),
    ("workflow", Keyword::Trigger),
    ("flow", Keyword::Trigger),
    ("message", Keyword::Content),
    ("template", Keyword::Content),
    ("recommendation", Keyword::Recommend),
    ("abtest", Keyword::Experiment),
    ("consent", Keyword::Purpose),
    ("enumeration", Keyword::Enum),
];

/// The keyword that was probably meant by a word that is none.
pub(crate) fn meant_keyword(word: &str) -> Option<Keyword> {
    let lower = word.to_ascii_lowercase();
    if let Some(found) = keyword(&lower) {
        return (found != Keyword::Reserved).then_some(found);
    }
    if let Some((_, found)) = FOREIGN.iter().find(|(text, _)| *text == lower) {
        return Some(*found);
    }
    KEYWORDS
        .iter()
        .filter(|(_, keyword)| *keyword != Keyword::Reserved)
        .map(|(text, keyword)| (distance(&lower, text), text.len(), *keyword))
        .filter(|(distance, len, _)| *distance * 3 <= *len)
        .min_by_key(|(distance, _, _)| *distance)
        .map(|(_, _, keyword)| keyword)
}

/// The number of letters to insert, delete, change or swap with a neighbour to get from one word to the
/// other; words longer than 32 bytes are far from everything.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() > 32 || b.len() > 32 {
        return usize::MAX / 4;
    }
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1)
                .min(row[j - 1] + 1)
                .min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_foreign_words_find_their_keyword() {
        assert_eq!(meant_keyword("segmnt"), Some(Keyword::Segment));
        assert_eq!(meant_keyword("Segment"), Some(Keyword::Segment));
        assert_eq!(meant_keyword("audience"), Some(Keyword::Segment));
        assert_eq!(meant_keyword("porfile"), Some(Keyword::Profile));
        assert_eq!(meant_keyword("hello"), None);
        assert_eq!(meant_keyword("x"), None);
    }

    #[test]
    fn distance_counts_a_swap_once() {
        assert_eq!(distance("segmetn", "segment"), 1);
        assert_eq!(distance("", "abc"), 3);
    }
}
