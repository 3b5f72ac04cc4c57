//! Says why a tag cannot be read, in the words of who wrote it: habits from other languages first. No grammar rule's name
//! ever reaches a message.

use persona_base::{Applicability, Diagnostic, FileId, Span, liquid};

use crate::problems::problem;
use crate::scan::is_space;

/// What people write, what they mean by it, and whether it can simply be put in its place.
const HABITS: &[(&str, &str, Option<&str>)] = &[
    ("&&", "Liquid writes `and`", Some("and")),
    ("||", "Liquid writes `or`", Some("or")),
    (
        "===",
        "one value is compared to another with `==`",
        Some("=="),
    ),
    ("=>", "at least is written `>=`", Some(">=")),
    ("=<", "at most is written `<=`", Some("<=")),
    (
        "+",
        "Liquid adds with the filter `plus`: `{{ a | plus: b }}`",
        None,
    ),
    (
        "-",
        "Liquid subtracts with the filter `minus`: `{{ a | minus: b }}`",
        None,
    ),
    (
        "*",
        "Liquid multiplies with the filter `times`: `{{ a | times: b }}`",
        None,
    ),
    (
        "/",
        "Liquid divides with the filter `divided_by`: `{{ a | divided_by: b }}`",
        None,
    ),
    (
        "%",
        "Liquid gives the rest of a division with the filter `modulo`",
        None,
    ),
    (
        "??",
        "a default is a filter: `{{ name | default: \"friend\" }}`",
        None,
    ),
    (
        "?",
        "Liquid has no `? :`; write `{% if … %}…{% else %}…{% endif %}`",
        None,
    ),
    (
        "!",
        "Liquid has no `!`; write `{% unless … %}`, or compare with `!=`",
        None,
    ),
    ("=", "two values are compared with `==`", Some("==")),
    ("\u{201C}", "texts stand in straight quotes", Some("\"")),
    ("\u{201D}", "texts stand in straight quotes", Some("\"")),
    ("\u{2018}", "texts stand in straight quotes", Some("'")),
    ("\u{2019}", "texts stand in straight quotes", Some("'")),
];

/// Words that other languages know.
const WORDS: &[(&str, &str)] = &[
    (
        "not",
        "Liquid has no `not`; write `{% unless … %}`, or compare with `!=`",
    ),
    ("is", "two values are compared with `==`"),
    ("in", "write it the other way round: `list contains value`"),
    (
        "startswith",
        "compare a part of the text: `{% assign start = text | slice: 0, 3 %}`",
    ),
    (
        "endswith",
        "compare a part of the text: `{% assign end = text | slice: -3, 3 %}`",
    ),
    (
        "haskey",
        "a record's fields are known; ask for the field itself: `record.field != blank`",
    ),
    (
        "matches",
        "Liquid has no patterns; ask in a trait, and use its value here",
    ),
    (
        "if",
        "a condition stands in a tag of its own: `{% if … %}…{% endif %}`",
    ),
];

/// How each tag is written.
fn form(tag: &str) -> &'static str {
    match tag {
        "{{" => "a value, and filters behind `|`: `{{ name | upcase }}`",
        "echo" => "a value, and filters behind `|`: `echo name | upcase`",
        "if" | "elsif" | "unless" => {
            "values, compared, with `and` or `or` between: `{% if total > 10 and tier == \"gold\" %}`"
        }
        "for" => "`{% for item in list %}`, then `limit: 3`, `offset: 1` or `reversed`",
        "tablerow" => "`{% tablerow item in list cols: 2 %}`, then `limit: 4` or `offset: 1`",
        "assign" => "`{% assign name = value | filter %}`",
        "capture" => "`{% capture name %}`",
        "case" => "`{% case value %}`",
        "when" => "`{% when \"a\", \"b\" %}`",
        "cycle" => "`{% cycle \"odd\", \"even\" %}`",
        "increment" | "decrement" => "`{% increment name %}`",
        "render" => "`{% render \"partial\", name: value %}`",
        "include" => "`{% include \"partial\", name: value %}`",
        _ => "",
    }
}

/// Why the inside of a tag cannot be read; `at` is where reading stopped, from the beginning of the inside.
pub(crate) fn explain(file: FileId, text: &str, inner: Span, at: usize, tag: &str) -> Diagnostic {
    let inside = inner.of(text);
    let blank = inside.len()
        - inside
            .get(at..)
            .unwrap_or_default()
            .trim_start_matches(is_space)
            .len();
    let rest = inside.get(blank..).unwrap_or_default();
    let place = |length: usize| {
        let start = inner.start + u32::try_from(blank).unwrap_or_default();
        Span::new(start, start + u32::try_from(length).unwrap_or_default())
    };
    if let Some(diagnostic) = before(file, inside, inner, blank, tag) {
        return diagnostic;
    }
    if rest.is_empty() {
        return ends_early(file, inside, inner, tag);
    }
    if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let open = !rest[1..].contains(quote);
        if open {
            return problem(liquid::SYNTAX, file, place(1), "this quote is never closed")
                .label(format!("no `{quote}` follows in this tag"))
                .help("a text that has a quote in it stands in the other quotes: `\"it's\"`");
        }
    }
    let word: String = rest
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    if let Some((_, meant)) = WORDS.iter().find(|(other, _)| *other == word) {
        return problem(
            liquid::SYNTAX,
            file,
            place(word.len()),
            format!("Liquid does not know `{word}` here"),
        )
        .help(*meant);
    }
    if let Some((sign, meant, instead)) = HABITS.iter().find(|(sign, ..)| rest.starts_with(sign)) {
        let span = place(sign.len());
        let diagnostic = problem(
            liquid::SYNTAX,
            file,
            span,
            format!("Liquid does not know `{sign}` here"),
        );
        return match instead {
            Some(instead) => diagnostic.label(*meant).fix(
                format!("write `{instead}`"),
                Applicability::Maybe,
                span,
                *instead,
            ),
            None => diagnostic.help(*meant),
        };
    }
    general(file, rest, place, tag)
}

/// A habit that reading passed over before it stopped: `not` is a name, until another name follows; a parenthesis begins a range.
fn before(file: FileId, inside: &str, inner: Span, at: usize, tag: &str) -> Option<Diagnostic> {
    let read = inside.get(..at)?;
    let place = |start: usize, length: usize| {
        let start = inner.start + u32::try_from(start).unwrap_or_default();
        Span::new(start, start + u32::try_from(length).unwrap_or_default())
    };
    if matches!(tag, "if" | "elsif" | "unless")
        && let Some(open) = read.rfind('(')
        && !read[open..].contains("..")
    {
        let diagnostic = problem(
            liquid::SYNTAX,
            file,
            place(open, 1),
            "Liquid has no parentheses in conditions",
        );
        return Some(diagnostic.help(
            "put one `{% if … %}` inside another, or decide in a trait and use its value here",
        ));
    }
    let kept = read.trim_end_matches(is_space);
    let word = kept
        .rsplit(|c: char| !c.is_alphanumeric() && c != '_')
        .next()?;
    let (_, meant) = WORDS.iter().find(|(other, _)| *other == word)?;
    let span = place(kept.len() - word.len(), word.len());
    let message = format!("Liquid does not know `{word}` here");
    Some(problem(liquid::SYNTAX, file, span, message).help(*meant))
}

/// Something that is none of the habits.
fn general(file: FileId, rest: &str, place: impl Fn(usize) -> Span, tag: &str) -> Diagnostic {
    let first = rest.chars().next().expect("there is a rest");
    if first == '|'
        && matches!(
            tag,
            "if" | "elsif"
                | "unless"
                | "for"
                | "tablerow"
                | "case"
                | "when"
                | "render"
                | "include"
                | "cycle"
        )
    {
        return problem(liquid::SYNTAX, file, place(1), "no filter stands here")
            .help("give the result a name first: `{% assign name = value | filter %}`");
    }
    if matches!(first, '{' | '}') {
        return problem(
            liquid::SYNTAX,
            file,
            place(1),
            "braces stand around a tag, not in it",
        );
    }
    let length = if first.is_alphanumeric() || first == '_' {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        rest.find(|c| !word(c)).unwrap_or(rest.len())
    } else {
        first.len_utf8()
    };
    let found = rest.get(..length).unwrap_or_default();
    problem(
        liquid::SYNTAX,
        file,
        place(length),
        format!("`{found}` does not belong here"),
    )
    .help(format!("what stands here is {}", form(tag)))
}

/// Nothing stands where something must.
fn ends_early(file: FileId, inside: &str, inner: Span, tag: &str) -> Diagnostic {
    let kept = inside.trim_end_matches(is_space);
    let end = inner.start + u32::try_from(kept.len()).unwrap_or_default();
    let message = if kept.is_empty() {
        match tag {
            "{{" => "there is nothing to print".to_owned(),
            _ => format!("`{tag}` is not whole"),
        }
    } else {
        "something is missing at the end of this tag".to_owned()
    };
    let span = if kept.is_empty() {
        inner
    } else {
        Span::at(end)
    };
    problem(liquid::SYNTAX, file, span, message).help(format!("what stands here is {}", form(tag)))
}
