//! What must hold for every text, whatever is done to it: no panic, bounded time, spans that fit, and no effect on
//! any other declaration.

use super::corpus::{self, FILES};
use super::show_file;
use crate::{Split, SyntaxError, parse_decl, split};
use persona_base::Span;

#[test]
fn right_files_have_no_errors() {
    for (name, text) in corpus::right() {
        assert!(
            super::file_errors(text).is_empty(),
            "{name}:\n{}",
            show_file(text)
        );
    }
}

#[test]
fn line_ends_and_a_byte_order_mark_change_no_tree() {
    for (name, text) in FILES {
        let crlf = text.replace('\n', "\r\n");
        let marked = format!("\u{feff}{text}");
        assert_eq!(trees(text), trees(&crlf), "{name} with CRLF");
        assert_eq!(trees(text), trees(&marked), "{name} with a mark");
    }
}

fn trees(text: &str) -> Vec<String> {
    split(text)
        .decls
        .iter()
        .map(|decl| super::sexpr::decl(&parse_decl(decl.span.of(text)).tree))
        .collect()
}

fn check_span(span: Span, text: &str) {
    let (start, end) = (span.start as usize, span.end as usize);
    assert!(
        start <= end && end <= text.len(),
        "{span:?} is outside of {text:?}"
    );
    assert!(
        text.is_char_boundary(start) && text.is_char_boundary(end),
        "{span:?} cuts a character of {text:?}"
    );
}

fn check_error(error: &SyntaxError, text: &str) {
    assert!(!error.message.is_empty());
    assert_ne!(
        error.message, "this declaration cannot be read",
        "the grammar gave up on {text:?}"
    );
    let edits = error
        .fix
        .iter()
        .flat_map(|fix| &fix.edits)
        .map(|(span, _)| *span);
    let places = error
        .secondary
        .iter()
        .map(|(span, _)| *span)
        .chain(edits)
        .chain([error.span]);
    places.for_each(|span| check_span(span, text));
}

/// Splits a text and checks what the pre-scan says of it.
fn checked_split(text: &str) -> Split {
    let found = split(text);
    let mut end = 0;
    for decl in &found.decls {
        check_span(decl.span, text);
        assert!(
            decl.span.start >= end && !decl.span.is_empty(),
            "{:?} in {text:?}",
            decl.span
        );
        end = decl.span.end;
    }
    found
        .errors
        .iter()
        .for_each(|error| check_error(error, text));
    found
}

/// Parses a declaration and checks what is said of it.
fn checked_parse(text: &str) {
    let parse = parse_decl(text);
    parse
        .errors
        .iter()
        .for_each(|error| check_error(error, text));
    for pair in parse.errors.windows(2) {
        assert!(
            pair[0].span <= pair[1].span,
            "errors are not in order in {text:?}"
        );
    }
    check_span(parse.tree.span, text);
    check_span(parse.tree.name.span, text);
}

/// Checks a changed text. The declarations that stood before and behind the change must be as they were.
fn check_change(before: &[&str], behind: &[&str], text: &str) {
    let found = checked_split(text);
    let texts: Vec<&str> = found.decls.iter().map(|decl| decl.span.of(text)).collect();
    assert!(
        texts.len() >= before.len() + behind.len(),
        "a declaration is lost in {text}"
    );
    assert_eq!(
        &texts[..before.len()],
        before,
        "a declaration before the change is another one in {text}"
    );
    let middle = before.len()..texts.len() - behind.len();
    assert_eq!(
        &texts[middle.end..],
        behind,
        "a declaration behind the change is another one in {text}"
    );
    texts[middle]
        .iter()
        .for_each(|changed| checked_parse(changed));
}

#[test]
fn every_prefix_of_every_file_is_read() {
    for (_, text) in FILES {
        let texts: Vec<&str> = split(text)
            .decls
            .iter()
            .map(|decl| decl.span.of(text))
            .collect();
        let ends: Vec<usize> = split(text)
            .decls
            .iter()
            .map(|decl| decl.span.end as usize)
            .collect();
        for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
            let whole = ends.iter().take_while(|end| **end < cut).count();
            // A prefix that ends right behind a declaration may still continue it.
            check_change(&texts[..whole.saturating_sub(1)], &[], &text[..cut]);
        }
    }
}

/// The tokens of a text: words, numbers, texts, signs.
fn tokens(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b' ' | b'\n' | b'\t' | b'\r' => {
                at += 1;
                continue;
            }
            b'/' if bytes[at..].starts_with(b"//") => {
                at += text[at..].find('\n').unwrap_or(text.len() - at);
                continue;
            }
            b'"' if bytes[at..].starts_with(b"\"\"\"") => {
                at += text[at + 3..].find("\"\"\"").unwrap() + 6;
            }
            b'"' => {
                let end = crate::scan::text_end(
                    bytes,
                    at,
                    bytes.len(),
                    &mut crate::scan::Stray::default(),
                );
                at = end.end + 1;
            }
            byte if crate::scan::is_word_byte(byte) => at = crate::scan::word_end(bytes, at),
            _ => at += text[at..].chars().next().unwrap().len_utf8(),
        }
        found.push((start, at.min(text.len())));
        at = at.min(text.len());
    }
    found
}

/// Calls `check` with the declarations before and behind each token, and the tokens around it.
fn for_each_token(
    text: &str,
    mut check: impl FnMut(&[&str], &[&str], (usize, usize), Option<(usize, usize)>),
) {
    let decls = split(text).decls;
    let texts: Vec<&str> = decls.iter().map(|decl| decl.span.of(text)).collect();
    for (index, decl) in decls.iter().enumerate() {
        let start = decl.span.start as usize;
        let inner: Vec<_> = tokens(texts[index])
            .iter()
            .map(|(a, b)| (a + start, b + start))
            .collect();
        for (at, token) in inner.iter().enumerate() {
            check(
                &texts[..index],
                &texts[index + 1..],
                *token,
                inner.get(at + 1).copied(),
            );
        }
    }
}

#[test]
fn one_token_less_harms_no_other_declaration() {
    for (_, text) in corpus::right() {
        for_each_token(text, |before, behind, (start, end), _| {
            check_change(
                before,
                behind,
                &format!("{}{}", &text[..start], &text[end..]),
            );
        });
    }
}

#[test]
fn one_token_twice_harms_no_other_declaration() {
    for (_, text) in corpus::right() {
        for_each_token(text, |before, behind, (start, end), _| {
            check_change(
                before,
                behind,
                &format!("{} {}", &text[..end], &text[start..]),
            );
        });
    }
}

#[test]
fn two_tokens_swapped_harm_no_other_declaration() {
    for (_, text) in corpus::right() {
        for_each_token(text, |before, behind, (start, end), next| {
            let Some((next_start, next_end)) = next else {
                return;
            };
            let (first, between, second) = (
                &text[start..end],
                &text[end..next_start],
                &text[next_start..next_end],
            );
            let swapped = format!(
                "{}{second}{between}{first}{}",
                &text[..start],
                &text[next_end..]
            );
            check_change(before, behind, &swapped);
        });
    }
}

/// A small generator of pseudo-random numbers, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

/// What broken programs are made of.
const PIECES: &[&str] = &[
    "segment ",
    "profile ",
    "trait x = ",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "\"\"\"",
    "'",
    "when ",
    "if ",
    "then ",
    "else ",
    "did ",
    "where ",
    "not ",
    "in ",
    "last ",
    "30d",
    " ",
    "\n",
    "//",
    "/*",
    "*/",
    "#",
    "\\",
    "\\u{",
    "{{",
    "}}",
    "r\"",
    "=",
    "==",
    ":",
    ",",
    ".",
    "?",
    "??",
    "-",
    "x",
    "Y",
    "1",
    "1_000 USD",
    "é",
    "😀",
    "“",
    "”",
    "≥",
    "\u{a0}",
    "\u{0}",
    "\r",
    "\t",
    "@",
    "<",
    ">",
    "match ",
    "=>",
    "any ",
    "count(",
    "is ",
    "between ",
    "and ",
    "or ",
    "each {",
    "from ",
    "otherwise ",
    ";",
    "&&",
    "%",
    "$",
    "\u{1}",
    "\u{2}{",
    "\n  on ",
    "\n  enter ",
    "\n  send ",
    "via ",
    "\n  wait ",
    "until ",
    "at most ",
    "\n  stop ",
    "\n  variant ",
    "\n  locale ",
    "template ",
    "\n  x = ",
    "\n  x: ",
    "\n  given {",
    "\n  event ",
    "\n  at ",
    "\n  arm ",
    "\n  expect ",
    "sent ",
    "\n  take ",
    "\n  rank by ",
    "\n  exclude ",
    "\n  arms {",
    "\n  goal ",
    "\n  quiet ",
    "\n  limit ",
    "\n  snd ",
    "per ",
];

#[test]
fn any_bytes_are_read() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..1_000 {
        let count = 1 + random.below(40);
        let text: String = (0..count)
            .map(|_| PIECES[random.below(PIECES.len())])
            .collect();
        let found = checked_split(&text);
        for decl in &found.decls {
            checked_parse(decl.span.of(&text));
        }
        for head in [
            "segment a { when ",
            "source s of T { x = ",
            "profile P { a: ",
            "partition p { ",
            "fn f(",
            "use ",
            "catalog C { ",
            "purpose p { ",
            "channel c { ",
            "trigger t { ",
            "trigger t { if x { ",
            "content c { ",
            "content c { variant v when x { ",
            "content c { otherwise { locale de { ",
            "recommend r: List<P> { ",
            "experiment e { ",
            "exclusive { ",
            "test \"t\" { ",
        ] {
            checked_parse(&format!("{head}{text}"));
        }
    }
}

#[test]
fn one_byte_changed_is_read() {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for (_, text) in FILES {
        let known: Vec<&str> = split(text)
            .decls
            .iter()
            .map(|decl| decl.span.of(text))
            .collect();
        for _ in 0..200 {
            let mut bytes = text.as_bytes().to_vec();
            let at = random.below(bytes.len());
            match random.below(3) {
                0 => bytes[at] = (random.below(127) + 1) as u8,
                1 => bytes.insert(at, b"\"{}()[]'\\/=\n"[random.below(12)]),
                _ => {
                    bytes.remove(at);
                }
            }
            let changed = String::from_utf8_lossy(&bytes);
            let found = checked_split(&changed);
            let texts = found.decls.iter().map(|decl| decl.span.of(&changed));
            texts
                .filter(|text| !known.contains(text))
                .for_each(checked_parse);
        }
    }
}
