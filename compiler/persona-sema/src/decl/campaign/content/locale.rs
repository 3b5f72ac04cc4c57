//! Language tags (BCP 47): whether one is well formed, and how it is usually written.

use persona_base::{Applicability, contents};
use persona_syntax::ast;

use crate::decl::Checking;

/// What people call languages, and their tags.
const LANGUAGES: [(&str, &str); 16] = [
    ("english", "en"),
    ("german", "de"),
    ("deutsch", "de"),
    ("french", "fr"),
    ("spanish", "es"),
    ("italian", "it"),
    ("dutch", "nl"),
    ("portuguese", "pt"),
    ("polish", "pl"),
    ("swedish", "sv"),
    ("danish", "da"),
    ("japanese", "ja"),
    ("chinese", "zh"),
    ("korean", "ko"),
    ("turkish", "tr"),
    ("russian", "ru"),
];

/// Checks a language tag; gives it as it is usually written.
pub(super) fn check(checking: &mut Checking<'_>, tag: &ast::Name) -> Option<String> {
    if tag.is_missing() {
        return None;
    }
    if let Some(canonical) = canonical(&tag.text) {
        return Some(canonical);
    }
    let diagnostic = checking
        .diagnostic(
            contents::BAD_LOCALE,
            tag.span,
            format!("`{}` is not the tag of a language", tag.text),
        )
        .label("languages are named as in `de` or `de-AT`");
    let lower = tag.text.to_ascii_lowercase();
    let known = LANGUAGES
        .iter()
        .find(|(name, _)| lower.split(['-', '_']).next() == Some(name));
    let diagnostic = match known {
        Some((_, tag_of)) => diagnostic.fix(
            format!("write `{tag_of}`"),
            Applicability::Maybe,
            tag.span,
            *tag_of,
        ),
        None => diagnostic.help(
            "the tag begins with two or three letters for the language; a country follows in two",
        ),
    };
    checking.report(diagnostic);
    None
}

/// The tag as it is usually written, if it is well formed: language, script, region, variants, extensions.
fn canonical(tag: &str) -> Option<String> {
    let parts: Vec<&str> = tag.split(['-', '_']).collect();
    let (language, mut rest) = parts.split_first()?;
    let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let alphanumeric =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !(2..=3).contains(&language.len()) || !letters(language) {
        return None;
    }
    let mut out = language.to_ascii_lowercase();
    let mut take = |part: String, rest: &mut &[&str]| {
        out.push('-');
        out.push_str(&part);
        *rest = &rest[1..];
    };
    if let Some(script) = rest.first().filter(|part| part.len() == 4 && letters(part)) {
        let (head, tail) = script.split_at(1);
        take(
            format!("{}{}", head.to_ascii_uppercase(), tail.to_ascii_lowercase()),
            &mut rest,
        );
    }
    let is_region = |part: &&&str| {
        (part.len() == 2 && letters(part))
            || (part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if let Some(region) = rest.first().filter(is_region) {
        take(region.to_ascii_uppercase(), &mut rest);
    }
    while let Some(variant) = rest.first().filter(|part| {
        alphanumeric(part)
            && ((5..=8).contains(&part.len())
                || (part.len() == 4 && part.starts_with(|c: char| c.is_ascii_digit())))
    }) {
        take(variant.to_ascii_lowercase(), &mut rest);
    }
    while let Some(singleton) = rest
        .first()
        .filter(|part| part.len() == 1 && alphanumeric(part))
    {
        take(singleton.to_ascii_lowercase(), &mut rest);
        let mut parts = 0;
        while let Some(part) = rest
            .first()
            .filter(|part| (2..=8).contains(&part.len()) && alphanumeric(part))
        {
            take(part.to_ascii_lowercase(), &mut rest);
            parts += 1;
        }
        if parts == 0 {
            return None;
        }
    }
    rest.is_empty().then_some(out)
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn tags_are_written_in_their_usual_case() {
        for (from, to) in [
            ("de", "de"),
            ("DE", "de"),
            ("de_at", "de-AT"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("es-419", "es-419"),
            ("sl-rozaj-1994", "sl-rozaj-1994"),
            ("de-DE-u-co-phonebk", "de-DE-u-co-phonebk"),
        ] {
            assert_eq!(canonical(from).as_deref(), Some(to), "{from}");
        }
    }

    #[test]
    fn other_words_are_no_tags() {
        for text in [
            "german", "d", "", "de-", "de-u", "de--AT", "1e", "de-ATX9-", "äö",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }
}
