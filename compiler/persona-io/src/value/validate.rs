//! Validation of text at the door: addresses, numbers, URLs, zones and language tags. What passes may be
//! rewritten in its canonical form, so that equal things are equal text.

use std::borrow::Cow;

use persona_ir::Validate;

use super::zone::canonical_zone;

/// The text in its canonical form, or why it is not what it should be.
pub(crate) fn validate<'a>(text: Cow<'a, str>, what: Validate) -> Result<Cow<'a, str>, String> {
    match what {
        Validate::Email => email(trimmed(text)),
        Validate::Phone => phone(trimmed(text)),
        Validate::Url => url(trimmed(text)),
        Validate::TimeZone => canonical_zone(text.trim_ascii())
            .map(Cow::Owned)
            .ok_or_else(|| "is not a time zone, such as `Europe/Berlin`".to_owned()),
        Validate::Locale => locale(text.trim_ascii())
            .map(Cow::Owned)
            .ok_or_else(|| "is not a language tag, such as `de-AT`".to_owned()),
    }
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_ascii()),
        Cow::Owned(text) => Cow::Owned(text.trim_ascii().to_owned()),
    }
}

/// Addresses that mail is really sent to: RFC 5321 without comments, folding, address literals (`a@[1.2.3.4]`) and
/// domains of one label (`a@localhost`), and with RFC 6531's letters beyond ASCII. Case is kept.
fn email(text: Cow<'_, str>) -> Result<Cow<'_, str>, String> {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return Err("is not an e-mail address: it has no `@`".to_owned());
    };
    let wrong = |what: &str| Err(format!("is not an e-mail address: {what}"));
    if local.is_empty() {
        return wrong("nothing stands before the `@`");
    }
    if local.len() > 64 || text.len() > 254 {
        return wrong("it is too long");
    }
    if !(dot_atom(local) || quoted_local(local)) {
        return wrong("the part before the `@` has a character or a dot that may not stand there");
    }
    if !domain_name(domain) {
        return wrong("the part after the `@` is not the name of a domain");
    }
    Ok(text)
}

fn dot_atom(local: &str) -> bool {
    let atom = |c: char| {
        c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_letter_beyond_ascii(c)
    };
    local
        .split('.')
        .all(|part| !part.is_empty() && part.chars().all(atom))
}

fn is_letter_beyond_ascii(c: char) -> bool {
    !c.is_ascii() && (c.is_alphanumeric() || unicode_mark(c))
}

/// Combining marks, which letters of many scripts need.
fn unicode_mark(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36F | 0x900..=0xDFF | 0xE31..=0xE4E | 0x200C..=0x200D)
}

fn quoted_local(local: &str) -> bool {
    let Some(inner) = local.strip_prefix('"').and_then(|l| l.strip_suffix('"')) else {
        return false;
    };
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        let fine = match c {
            '\\' => chars.next().is_some_and(|c| matches!(c, ' '..='~')),
            '"' => false,
            c => matches!(c, ' '..='~') || is_letter_beyond_ascii(c),
        };
        if !fine {
            return false;
        }
    }
    local.len() > 1
}

/// A name of at least two labels, the last not all digits.
fn domain_name(domain: &str) -> bool {
    let label = |label: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || is_letter_beyond_ascii(c);
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(inner)
    };
    let last = domain.rsplit('.').next().unwrap_or("");
    domain.len() <= 253
        && domain.contains('.')
        && domain.split('.').all(label)
        && !last.bytes().all(|b| b.is_ascii_digit())
}

/// Numbers as people write them: an optional `+`, 4 to 15 digits with spaces and `-./()` between, an optional extension.
fn phone(text: Cow<'_, str>) -> Result<Cow<'_, str>, String> {
    let lower = text.to_ascii_lowercase();
    let (number, extension) = ["ext.", "ext", "x"]
        .iter()
        .find_map(|mark| lower.split_once(mark))
        .map_or((&*lower, None), |(number, extension)| {
            (number, Some(extension.trim()))
        });
    let body = number.trim().strip_prefix('+').unwrap_or(number.trim());
    let digits = body.bytes().filter(u8::is_ascii_digit).count();
    let fits = (4..=15).contains(&digits)
        && body.starts_with(|c: char| c.is_ascii_digit() || c == '(')
        && body
            .chars()
            .all(|c| c.is_ascii_digit() || " -./()\u{a0}".contains(c));
    let extension = extension
        .is_none_or(|e| (1..=8).contains(&e.len()) && e.bytes().all(|b| b.is_ascii_digit()));
    if fits && extension {
        Ok(text)
    } else {
        Err("is not a telephone number".to_owned())
    }
}

/// Absolute URLs: a scheme, then for `http` and its like a host.
fn url(text: Cow<'_, str>) -> Result<Cow<'_, str>, String> {
    let wrong = |what: &str| Err(format!("is not a URL: {what}"));
    let Some((scheme, rest)) = text.split_once(':') else {
        return wrong("it does not start with `https://` or another scheme");
    };
    let scheme_fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if !scheme_fits {
        return wrong("it does not start with `https://` or another scheme");
    }
    if text
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || "<>\"".contains(c))
    {
        return wrong("a space or a sign stands in it that must be written as `%20` or the like");
    }
    let web = ["http", "https", "ftp", "ws", "wss"]
        .iter()
        .any(|s| s.eq_ignore_ascii_case(scheme));
    let Some(after) = rest.strip_prefix("//") else {
        return if web || rest.is_empty() {
            wrong("`//` and a host are missing")
        } else {
            Ok(text)
        };
    };
    let authority = after.split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit('@').next().unwrap_or("");
    let host = host
        .split(':')
        .next()
        .filter(|_| !host.starts_with('['))
        .unwrap_or(host);
    if host.is_empty() {
        wrong("it names no host")
    } else {
        Ok(text)
    }
}

/// A BCP 47 tag in its usual case; `de_at` is read as `de-AT`.
fn locale(text: &str) -> Option<String> {
    let mut parts = text.split(['-', '_']);
    let language = parts.next()?;
    let letters = |part: &str| part.bytes().all(|b| b.is_ascii_alphabetic());
    if !(2..=8).contains(&language.len()) || !letters(language) {
        return None;
    }
    let mut out = language.to_ascii_lowercase();
    let mut in_extension = false;
    for part in parts {
        if part.is_empty() || part.len() > 8 || !part.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        out.push('-');
        match part.len() {
            4 if !in_extension && letters(part) => {
                out.push_str(&part[..1].to_ascii_uppercase());
                out.push_str(&part[1..].to_ascii_lowercase());
            }
            2 if !in_extension && letters(part) => out.push_str(&part.to_ascii_uppercase()),
            _ => out.push_str(&part.to_ascii_lowercase()),
        }
        in_extension |= part.len() == 1;
    }
    (!ends_in_singleton(&out)).then_some(out)
}

fn ends_in_singleton(tag: &str) -> bool {
    tag.rsplit('-').next().is_some_and(|last| last.len() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(text: &str, what: Validate) -> Option<String> {
        validate(Cow::Borrowed(text), what)
            .ok()
            .map(Cow::into_owned)
    }

    #[test]
    fn addresses_of_mail() {
        for text in [
            "a@b.co",
            "First.Last+tag@sub.example.museum",
            "o'neil@example.ie",
            "\"a b\"@example.com",
            "jörg@müller.de",
            " a@b.co ",
        ] {
            assert!(ok(text, Validate::Email).is_some(), "{text}");
        }
        for text in [
            "",
            "a",
            "a@",
            "@b.co",
            "a@b",
            "a..b@c.de",
            ".a@b.co",
            "a@-b.co",
            "a@b..co",
            "a b@c.de",
            "a@b.123",
            "a@[1.2.3.4]",
            "a@b.co,c@d.co",
            "a@b_c.de",
        ] {
            assert!(ok(text, Validate::Email).is_none(), "{text}");
        }
    }

    #[test]
    fn telephone_numbers() {
        for text in [
            "+49 30 1234567",
            "(702) 919-1300",
            "2053258100",
            "702-919-1300 x12",
            "+1.702.919.1300 ext. 5",
        ] {
            assert!(ok(text, Validate::Phone).is_some(), "{text}");
        }
        for text in [
            "",
            "123",
            "call me",
            "+",
            "12345678901234567",
            "555-1234 x",
            "++49 1234",
            "n/a",
        ] {
            assert!(ok(text, Validate::Phone).is_none(), "{text}");
        }
    }

    #[test]
    fn urls() {
        for text in [
            "https://example.com",
            "http://a/b?c=d#e",
            "mailto:a@b.co",
            "https://[::1]:80/",
            "app+x://y/z",
        ] {
            assert!(ok(text, Validate::Url).is_some(), "{text}");
        }
        for text in [
            "",
            "www.example.com",
            "https:/example.com",
            "https://",
            "https://?q",
            "https://a b",
            "://x",
            "http:x",
            "1a://b",
        ] {
            assert!(ok(text, Validate::Url).is_none(), "{text}");
        }
    }

    #[test]
    fn zones_and_language_tags_become_canonical() {
        assert_eq!(
            ok("europe/berlin", Validate::TimeZone).as_deref(),
            Some("Europe/Berlin")
        );
        assert_eq!(ok("CEST?", Validate::TimeZone), None);
        assert_eq!(ok("de_at", Validate::Locale).as_deref(), Some("de-AT"));
        assert_eq!(
            ok("ZH-hant-tw", Validate::Locale).as_deref(),
            Some("zh-Hant-TW")
        );
        assert_eq!(
            ok("en-us-u-ca-buddhist", Validate::Locale).as_deref(),
            Some("en-US-u-ca-buddhist")
        );
        for text in ["", "x", "deutsch-", "de--AT", "de-ä", "de-u", "12"] {
            assert_eq!(ok(text, Validate::Locale), None, "{text}");
        }
    }
}
