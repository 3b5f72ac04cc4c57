//! Source text as its words: without comments, layout, and commas that nobody has to write.

/// The words of a text, one space between each two. Texts that mean the same by their layout alone have the same words.
pub(super) fn words(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() {
            rest = rest.trim_start();
            continue;
        }
        if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
            continue;
        }
        let length = token(rest, first);
        let (word, after) = rest.split_at(length);
        rest = after;
        // A comma at the end of a list says nothing, and one before a field on the next line neither.
        let next = rest.trim_start();
        let idle = word == "," && (next.is_empty() || next.starts_with(['}', ')', ']']));
        if !idle {
            if !made.is_empty() {
                made.push(' ');
            }
            made.push_str(word);
        }
    }
    made
}

/// How long the first word is.
fn token(text: &str, first: char) -> usize {
    if let Some(rest) = text.strip_prefix("\"\"\"") {
        return rest.find("\"\"\"").map_or(text.len(), |end| end + 6);
    }
    if first == '"' {
        return string(text, true);
    }
    if let Some(raw) = text.strip_prefix("r\"") {
        return 1 + string(&text[1..], false).min(raw.len() + 1);
    }
    let part = |c: char| c.is_alphanumeric() || c == '_';
    if part(first) {
        return text.find(|c: char| !part(c)).unwrap_or(text.len());
    }
    first.len_utf8()
}

/// A text in quotes; it ends at the end of the line at the latest.
fn string(text: &str, escapes: bool) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return at,
            _ if escaped => escaped = false,
            '\\' if escapes => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn layout_and_comments_are_no_words() {
        assert_eq!(words("a>1 // why\n  and b"), words("a > 1 and b"));
        assert_eq!(words("{ a: Int,\n b: Int, }"), words("{a:Int, b:Int}"));
        assert_ne!(words("ab"), words("a b"));
        assert_ne!(words("\"a  b\""), words("\"a b\""));
        assert_eq!(words("\"// no comment\" x"), "\"// no comment\" x");
        assert_eq!(words("r\"\\\" x"), "r\"\\\" x");
        assert_eq!(words("\"\"\"a\n b\"\"\" c"), "\"\"\"a\n b\"\"\" c");
        assert_eq!(words("\"open\nx"), "\"open x");
    }
}
