//! What completion gives: offers as plain data.

use persona_base::{Edit, Span};

/// What completion has to say at a place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completions {
    /// The offers, the best first.
    pub items: Vec<Completion>,
    /// Whether there are more: ask again when more is typed.
    pub incomplete: bool,
}

/// One offer.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    /// What the list shows.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// Its type, or where it comes from.
    pub detail: Option<String>,
    /// What is replaced, in the file: the word at the place.
    pub replace: Span,
    /// What is written instead.
    pub insert: String,
    /// Whether [`Self::insert`] is a snippet: `$0`, `${1:name}`.
    pub snippet: bool,
    /// Offers are sorted by this text.
    pub sort: String,
    /// Changes elsewhere that belong to it: the `use` of a module.
    pub also: Vec<Edit>,
    /// What its documentation is found by, later ([`super::documentation`]); stays good while files change.
    pub doc: Option<String>,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Whether the next word should be asked for right away.
    pub again: bool,
}

/// What an offer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompletionKind {
    /// A word of the language.
    Keyword,
    /// Several words with places to fill.
    Snippet,
    /// A field of the profile, an event, an item, a record.
    Field,
    /// A parameter.
    Parameter,
    /// A name that something was given.
    Variable,
    /// A constant.
    Constant,
    /// A trait.
    Trait,
    /// A function, of the language or of the package.
    Function,
    /// What text, lists and dates can be asked.
    Method,
    /// A segment.
    Segment,
    /// A partition.
    Partition,
    /// A value of an enum, a stage, an arm, a variant.
    EnumValue,
    /// An enum.
    Enum,
    /// An event or a group of events.
    Event,
    /// A type of the language, a currency.
    Type,
    /// A catalog.
    Catalog,
    /// A module or a package.
    Module,
    /// A channel or a purpose.
    Channel,
    /// A content.
    Content,
    /// A trigger.
    Trigger,
    /// An experiment.
    Experiment,
    /// A recommendation.
    Recommend,
    /// A source of data.
    Source,
    /// A slot of a content.
    Slot,
    /// A unit, a literal, a format.
    Value,
    /// An annotation.
    Annotation,
    /// A lint.
    Lint,
    /// A file.
    File,
    /// A tag of a template.
    Tag,
    /// A filter of a template.
    Filter,
    /// A setting of `persona.toml`.
    Setting,
}

/// How somebody wants completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompletionOptions {
    /// Whether snippets can be shown; without, offers are plain text.
    pub snippets: bool,
    /// How many offers are given at most.
    pub limit: usize,
}

impl Default for CompletionOptions {
    fn default() -> Self {
        Self {
            snippets: true,
            limit: 200,
        }
    }
}

/// A snippet without its places: what a client that knows none is given.
pub(crate) fn plain(snippet: &str) -> String {
    let mut out = String::with_capacity(snippet.len());
    let mut rest = snippet;
    while let Some(at) = rest.find(['$', '\\']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix('\\') {
            let escaped = after.chars().next().unwrap_or('\\');
            out.push(escaped);
            rest = after.get(escaped.len_utf8()..).unwrap_or_default();
            continue;
        }
        rest = &rest[1..];
        if let Some(after) = rest.strip_prefix('{') {
            let end = after.find('}').unwrap_or(after.len());
            if let Some((_, shown)) = after[..end].split_once(':') {
                out.push_str(shown);
            }
            rest = after.get(end + 1..).unwrap_or_default();
        } else {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            rest = &rest[digits..];
        }
    }
    out.push_str(rest);
    out
}

/// A text as it stands in a snippet.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '$' | '}' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_is_plain_text_without_its_places() {
        assert_eq!(plain("segment ${1:name} \\{ $0 \\}$2"), "segment name {  }");
        assert_eq!(plain("x$"), "x");
        assert_eq!(plain("${1"), "");
        assert_eq!(plain(&escaped("a$b}c\\")), "a$b}c\\");
    }
}
