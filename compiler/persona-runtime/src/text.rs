//! Text: case, accents, folding, domains, patterns. Deterministic and free of locales: the same letters give the
//! same text everywhere.

use std::cmp::Ordering;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Unicode lower case.
pub fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// Unicode upper case.
pub fn upper(text: &str) -> String {
    text.to_uppercase()
}

/// Without Unicode white space at both ends.
pub fn trim(text: &str) -> &str {
    text.trim()
}

/// The number of code points.
pub fn length(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

/// What follows the last `@`, in lower case; missing when there is none.
pub fn domain(text: &str) -> Option<String> {
    text.rsplit_once('@').map(|(_, domain)| lower(domain))
}

/// Simple case folding of every letter, with accents stripped: the marks above, below and across letters (canonical
/// combining classes from 200). Vowel signs of other scripts are no accents and stay.
pub fn fold(text: &str) -> String {
    let bare = text.nfd().filter(|c| canonical_combining_class(*c) < 200);
    bare.nfc().map(fold_char).collect()
}

/// Whether two texts are equal under Unicode simple case folding.
pub fn equal_folded(a: &str, b: &str) -> bool {
    a.chars().map(fold_char).eq(b.chars().map(fold_char))
}

/// Unicode simple case folding (the mappings `C` and `S` of `CaseFolding.txt`) of one code point.
pub fn fold_char(c: char) -> char {
    match c {
        'a'..='z' => c,
        // Cherokee folds to the older capital letters; two dotted and dotless letters fold to themselves.
        '\u{13A0}'..='\u{13F5}' | 'ı' | 'İ' => c,
        '\u{AB70}'..='\u{ABBF}' => offset(c, 0x13A0, 0xAB70),
        '\u{13F8}'..='\u{13FD}' => offset(c, 0x13F0, 0x13F8),
        // Letters whose capitals are written with several code points.
        '\u{1FD3}' => '\u{0390}',
        '\u{1FE3}' => '\u{03B0}',
        '\u{FB05}' => '\u{FB06}',
        _ => single(
            single(c, c.to_uppercase()),
            single(c, c.to_uppercase()).to_lowercase(),
        ),
    }
}

fn offset(c: char, to: u32, from: u32) -> char {
    char::from_u32(u32::from(c) - from + to).expect("both blocks hold the same letters")
}

/// The one code point of a mapping, or the letter itself where the mapping gives several.
fn single(c: char, mut mapped: impl ExactSizeIterator<Item = char>) -> char {
    if mapped.len() == 1 {
        mapped.next().unwrap_or(c)
    } else {
        c
    }
}

/// The order of texts: by code point, which is the order of their bytes.
pub fn compare(a: &str, b: &str) -> Ordering {
    a.as_bytes().cmp(b.as_bytes())
}

/// A compiled pattern. Its search takes time linear in the text.
pub fn pattern(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

#[cfg(test)]
mod tests {
    use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

    use super::*;

    /// Every letter that folds equal to this one, by the tables of another implementation.
    fn orbit(c: char) -> Vec<char> {
        let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
        class
            .try_case_fold_simple()
            .expect("the tables are compiled in");
        class
            .iter()
            .flat_map(|range| range.start()..=range.end())
            .collect()
    }

    #[test]
    fn folding_joins_exactly_the_letters_that_unicode_joins() {
        // Letters that Unicode 17 added, and the other implementation does not know yet.
        let newer = |c: &char| matches!(c, '\u{A7CE}'..='\u{A7D5}' | '\u{16EA0}'..='\u{16ED3}');
        for c in ('\0'..=char::MAX).filter(|c| !newer(c)) {
            let folded = fold_char(c);
            let orbit = orbit(c);
            assert!(
                orbit.contains(&folded),
                "{c:?} folds to {folded:?}, outside of {orbit:?}"
            );
            assert!(
                orbit.iter().all(|other| fold_char(*other) == folded),
                "{orbit:?}"
            );
        }
    }

    #[test]
    fn folding_ignores_case_beyond_ascii() {
        assert!(equal_folded("ΣΊΣΥΦΟΣ", "σίσυφος"));
        assert!(equal_folded("STRAẞE", "straße"));
        assert!(
            !equal_folded("STRASSE", "straße"),
            "simple folding maps one letter to one letter"
        );
        assert!(!equal_folded("I", "ı"));
        assert!(!equal_folded("abc", "abcd"));
    }

    #[test]
    fn fold_also_strips_accents() {
        assert_eq!(fold("Crème BRÛLÉE"), "creme brulee");
        assert_eq!(fold("Ångström İ"), "angstrom i");
        assert_eq!(fold("Tiếng Việt"), "tieng viet");
        assert_eq!(fold("e\u{301}"), fold("é"));
        assert_eq!(fold("かが 한국 हिन्दी"), "かが 한국 हिन्दी");
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for c in '\0'..='\u{1FFFF}' {
            let once = fold(c.encode_utf8(&mut [0; 4]));
            assert_eq!(fold(&once), once, "{c:?}");
        }
    }

    #[test]
    fn domains_follow_the_last_at_sign() {
        assert_eq!(domain("Ada@Example.COM").as_deref(), Some("example.com"));
        assert_eq!(domain("\"a@b\"@c.de").as_deref(), Some("c.de"));
        assert_eq!(domain("nobody"), None);
        assert_eq!(domain("x@").as_deref(), Some(""));
    }

    #[test]
    fn length_counts_code_points() {
        assert_eq!(length(""), 0);
        assert_eq!(length("né😀"), 3);
        assert_eq!(length("e\u{301}"), 2);
    }

    #[test]
    fn white_space_is_unicodes() {
        assert_eq!(trim("\u{a0}\u{2003} x \t\n"), "x");
    }

    #[test]
    fn text_is_ordered_by_code_point() {
        assert_eq!(compare("Z", "a"), Ordering::Less);
        assert_eq!(compare("\u{FFFF}", "\u{10000}"), Ordering::Less);
    }
}
