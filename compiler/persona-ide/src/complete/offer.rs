//! Collects offers: what matches what is typed, in order of fit and nearness.

use std::collections::HashSet;

use persona_base::{Edit, Span};
use persona_sema::editor::Offer;

use super::item::{Completion, CompletionKind, CompletionOptions, Completions, plain};
use super::words::Word;

/// How well an offer fits: the type that is wanted first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// It is of the type that is wanted.
    Exact,
    /// Nothing is wanted, or nothing is known of its type.
    Open,
    /// It leads to something that may fit.
    Leads,
    /// It is of another type.
    Other,
}

/// How near an offer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Near {
    /// Named in the declaration itself.
    Here,
    /// A field of what is around.
    Field,
    /// Of the package.
    Package,
    /// A word of the language.
    Word,
    /// Of a module that is used.
    Used,
    /// Of a module that is not used yet.
    Unused,
}

/// One offer before it is given out.
#[derive(Debug)]
pub(crate) struct Offered {
    pub(crate) label: String,
    pub(crate) kind: CompletionKind,
    pub(crate) detail: Option<String>,
    pub(crate) snippet: Option<String>,
    pub(crate) doc: Option<String>,
    pub(crate) fit: Fit,
    pub(crate) near: Near,
    pub(crate) deprecated: bool,
    pub(crate) also: Vec<Edit>,
    pub(crate) again: bool,
}

impl Offered {
    pub(crate) fn new(label: impl Into<String>, kind: CompletionKind) -> Self {
        Self {
            label: label.into(),
            kind,
            detail: None,
            snippet: None,
            doc: None,
            fit: Fit::Open,
            near: Near::Package,
            deprecated: false,
            also: Vec::new(),
            again: false,
        }
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        let detail: String = detail.into();
        self.detail = (!detail.is_empty()).then_some(detail);
        self
    }

    pub(crate) fn snippet(mut self, snippet: impl Into<String>) -> Self {
        let snippet: String = snippet.into();
        self.snippet = (!snippet.is_empty()).then_some(snippet);
        self
    }

    pub(crate) fn doc(mut self, doc: impl Into<String>) -> Self {
        self.doc = Some(doc.into());
        self
    }

    pub(crate) fn fit(mut self, fit: Fit) -> Self {
        self.fit = fit;
        self
    }

    pub(crate) fn near(mut self, near: Near) -> Self {
        self.near = near;
        self
    }

    pub(crate) fn again(mut self) -> Self {
        self.again = true;
        self
    }
}

/// Offers at one place.
#[derive(Debug)]
pub(crate) struct Collector {
    typed: String,
    replace: Span,
    options: CompletionOptions,
    seen: HashSet<(String, CompletionKind)>,
    found: Vec<(Offered, u8, usize)>,
    /// Whether there are offers that were not looked at.
    more: bool,
}

impl Collector {
    /// Offers for what is typed so far; `replace` is the whole word, in the file.
    pub(crate) fn new(typed: &str, replace: Span, options: CompletionOptions) -> Self {
        Self {
            typed: typed.to_owned(),
            replace,
            options,
            seen: HashSet::new(),
            found: Vec::new(),
            more: false,
        }
    }

    /// What is typed so far.
    pub(crate) fn typed(&self) -> &str {
        &self.typed
    }

    /// Whether a label matches what is typed, before anything costly is asked about it.
    pub(crate) fn wants(&self, label: &str) -> bool {
        matches(&self.typed, label).is_some()
    }

    pub(crate) fn add(&mut self, offered: Offered) {
        let Some(match_) = matches(&self.typed, &offered.label) else {
            return;
        };
        let key = (offered.label.clone(), offered.kind);
        if self.seen.insert(key) {
            let order = self.found.len();
            self.found.push((offered, match_, order));
        }
    }

    /// Declarations: of those that match, the best as many as leave room for other offers.
    pub(crate) fn declarations<'o>(
        &mut self,
        all: impl Iterator<Item = &'o Offer>,
        fit: impl Fn(&Offer) -> Fit,
        offered: impl Fn(&Offer) -> Offered,
    ) {
        let room = (self.options.limit / 2).max(1);
        let found = all.enumerate().filter_map(|(index, offer)| {
            let match_ = matches(&self.typed, &offer.name)?;
            let fit = fit(offer);
            Some(((match_.min(2), offer.deprecated, fit, match_, index), offer))
        });
        let mut found: Vec<_> = found.collect();
        if found.len() > room {
            self.more = true;
            found.select_nth_unstable_by_key(room, |(key, _)| *key);
            found.truncate(room);
        }
        found.sort_unstable_by_key(|(key, _)| *key);
        for ((.., fit, _, _), offer) in found {
            self.add(offered(offer).fit(fit));
        }
    }

    /// Words of a list.
    pub(crate) fn words(&mut self, list: &str, words: &[Word], fit: Fit) {
        for word in words {
            let is_form = word.snippet.contains('\n') || word.snippet.contains("${");
            let kind = if is_form {
                CompletionKind::Snippet
            } else {
                CompletionKind::Keyword
            };
            let mut offered = Offered::new(word.label, kind)
                .snippet(word.snippet)
                .doc(format!("word:{list}:{}", word.label))
                .fit(fit)
                .near(Near::Word);
            // What ends where the next word begins asks for it.
            offered.again = word.snippet.ends_with(" $0");
            self.add(offered);
        }
    }

    /// The offers, the best first.
    pub(crate) fn finish(mut self) -> Completions {
        self.found
            .sort_by(|(a, match_a, order_a), (b, match_b, order_b)| {
                // What would bring in a module comes behind all that is there.
                let key = |offered: &Offered| {
                    let brings_in = offered.near == Near::Unused;
                    (offered.deprecated, brings_in, offered.fit, offered.near)
                };
                (match_a.min(&2), key(a), match_a, order_a).cmp(&(
                    match_b.min(&2),
                    key(b),
                    match_b,
                    order_b,
                ))
            });
        let incomplete = self.more || self.found.len() > self.options.limit;
        self.found.truncate(self.options.limit);
        let items = self.found.into_iter().enumerate();
        let items = items
            .map(|(index, (offered, ..))| finished(offered, index, self.replace, self.options));
        Completions {
            items: items.collect(),
            incomplete,
        }
    }
}

fn finished(
    offered: Offered,
    index: usize,
    replace: Span,
    options: CompletionOptions,
) -> Completion {
    let (insert, snippet) = match offered.snippet {
        Some(snippet) if options.snippets => {
            let has_places = snippet.contains('$') || snippet.contains('\\');
            (snippet, has_places)
        }
        Some(snippet) => (plain(&snippet), false),
        None => (offered.label.clone(), false),
    };
    Completion {
        label: offered.label,
        kind: offered.kind,
        detail: offered.detail,
        replace,
        insert,
        snippet,
        sort: format!("{index:05}"),
        also: offered.also,
        doc: offered.doc,
        deprecated: offered.deprecated,
        again: offered.again,
    }
}

/// How well what is typed matches a label: 0 the beginning, 1 with other case, 2 the beginning of a part, 3 letters in order.
fn matches(typed: &str, label: &str) -> Option<u8> {
    if typed.is_empty() || label.starts_with(typed) {
        return Some(0);
    }
    let (typed, label) = (typed.as_bytes(), label.as_bytes());
    let begins = |at: usize| {
        let part = label.get(at..at + typed.len());
        part.is_some_and(|part| part.eq_ignore_ascii_case(typed))
    };
    if begins(0) {
        return Some(1);
    }
    let parts = label.iter().enumerate();
    let mut parts = parts.filter(|(_, byte)| matches!(byte, b'_' | b'.' | b' ' | b'/' | b'"'));
    if parts.any(|(at, _)| begins(at + 1)) {
        return Some(2);
    }
    let first = typed.first()?;
    let mut letters = label.iter();
    let in_order = label.first()?.eq_ignore_ascii_case(first)
        && typed
            .iter()
            .all(|byte| letters.any(|letter| letter.eq_ignore_ascii_case(byte)));
    (in_order && typed.len() > 1).then_some(3)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn the_beginning_matches_best() {
        assert_eq!(matches("", "vip"), Some(0));
        assert_eq!(matches("vi", "vip"), Some(0));
        assert_eq!(matches("pur", "Purchase"), Some(1));
        assert_eq!(matches("spend", "lifetime_spend"), Some(2));
        assert_eq!(matches("lsp", "lifetime_spend"), Some(3));
        assert_eq!(matches("x", "lifetime_spend"), None);
        assert_eq!(matches("pv", "vip"), None);
    }
}
