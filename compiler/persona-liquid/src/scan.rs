//! Splits a template into text, outputs and tags, without understanding what is inside them. Linear but for a bounded number of
//! mistakes; one broken tag never hides another.

use persona_base::{FileId, Span, liquid};

use crate::limits::MAX_TAG;
use crate::problems::{Problems, problem};

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// Text, without the white space that tags beside it take away.
    Text(Span),
    /// `{{ … }}`
    Output {
        /// With its braces.
        span: Span,
        /// Without them.
        inner: Span,
    },
    /// `{% name … %}`, or a line of a `liquid` tag.
    Tag {
        /// With its braces.
        span: Span,
        /// The name; empty where there is none.
        name: Span,
        /// What follows the name.
        inner: Span,
    },
    /// What stands inside `raw`.
    Raw(Span),
}

/// Splits a template.
pub(crate) fn scan(file: FileId, text: &str, problems: &mut Problems) -> Vec<Token> {
    let mut scan = Scan {
        file,
        text,
        tokens: Vec::new(),
        trim_next: false,
    };
    scan.run(problems);
    scan.tokens
}

struct Scan<'t> {
    file: FileId,
    text: &'t str,
    tokens: Vec<Token>,
    /// Whether the last tag ends in `-%}`.
    trim_next: bool,
}

/// How a tag or output ends.
enum End {
    /// Where its closing braces begin.
    At(usize),
    /// Not before this, where another begins or the text ends.
    Open(usize),
}

fn span(start: usize, end: usize) -> Span {
    let at = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
    Span::new(at(start), at(end))
}

/// What `-` takes away.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{0B}' | '\u{0C}')
}

impl Scan<'_> {
    fn run(&mut self, problems: &mut Problems) {
        let mut at = 0;
        let mut from = 0;
        while let Some(open) = self.next_open(at) {
            if problems.is_full() {
                break;
            }
            let output = self.text.as_bytes()[open + 1] == b'{';
            self.text(from, open, self.dash(open + 2));
            at = match self.close(open, output) {
                End::At(close) => self.piece(open, close, output, problems),
                End::Open(end) => {
                    self.unclosed(open, end, output, problems);
                    end
                }
            };
            from = at;
        }
        self.text(from, self.text.len(), false);
    }

    /// The next `{{` or `{%`.
    fn next_open(&self, from: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        loop {
            at += bytes.get(at..)?.iter().position(|byte| *byte == b'{')?;
            match bytes.get(at + 1) {
                Some(b'{' | b'%') => return Some(at),
                _ => at += 1,
            }
        }
    }

    fn dash(&self, at: usize) -> bool {
        self.text.as_bytes().get(at) == Some(&b'-')
    }

    /// Text between tags.
    fn text(&mut self, start: usize, end: usize, trim_end: bool) {
        let (mut start, mut end) = (start, end);
        if std::mem::take(&mut self.trim_next) {
            let kept = self.text[start..end].trim_start_matches(is_space);
            start = end - kept.len();
        }
        if trim_end {
            end = start + self.text[start..end].trim_end_matches(is_space).len();
        }
        if start < end {
            self.tokens.push(Token::Text(span(start, end)));
        }
    }

    /// Where the tag that is opened ends. Braces inside quotes are text, if the quotes close on their line.
    fn close(&self, open: usize, output: bool) -> End {
        let bytes = self.text.as_bytes();
        let close: &[u8] = if output { b"}}" } else { b"%}" };
        let inside = open + 2 + usize::from(self.dash(open + 2));
        let comment = !output
            && self.text[inside..]
                .trim_start_matches(is_space)
                .starts_with('#');
        let mut at = inside;
        while at + 1 < bytes.len() {
            match bytes[at] {
                quote @ (b'\'' | b'"') if !comment => {
                    let rest = bytes[at + 1..].iter().take_while(|byte| **byte != b'\n');
                    at += rest
                        .take(MAX_TAG)
                        .position(|byte| *byte == quote)
                        .map_or(1, |n| n + 2);
                }
                b'{' if !comment && matches!(bytes[at + 1], b'{' | b'%') => return End::Open(at),
                _ if bytes[at..].starts_with(close) => return End::At(at),
                _ => at += 1,
            }
        }
        End::Open(bytes.len())
    }

    /// A whole tag or output; gives where the text behind it begins.
    fn piece(&mut self, open: usize, close: usize, output: bool, problems: &mut Problems) -> usize {
        let start = open + 2 + usize::from(self.dash(open + 2));
        let dashed = close > start && self.dash(close - 1);
        let end = close - usize::from(dashed);
        self.trim_next = dashed;
        let whole = span(open, close + 2);
        if end - start.min(end) > MAX_TAG {
            problems.report(
                problem(
                    liquid::TOO_LARGE,
                    self.file,
                    span(open, open + 2),
                    "this tag is too long",
                )
                .label(format!(
                    "it has {} bytes, and {MAX_TAG} are the most",
                    end - start
                )),
            );
            return close + 2;
        }
        if output {
            let inner = span(start, end);
            self.tokens.push(Token::Output { span: whole, inner });
            return close + 2;
        }
        let (name, inner) = name_of(self.text, start, end);
        match name.of(self.text) {
            "raw" | "doc" => self.verbatim(whole, name, inner, close + 2, problems),
            "comment" => self.comment(whole, close + 2, problems),
            _ => {
                self.tokens.push(Token::Tag {
                    span: whole,
                    name,
                    inner,
                });
                close + 2
            }
        }
    }

    /// `raw` and `doc`, which end at the first `endraw` or `enddoc`, whatever stands between.
    fn verbatim(
        &mut self,
        whole: Span,
        name: Span,
        inner: Span,
        from: usize,
        problems: &mut Problems,
    ) -> usize {
        let tag = name.of(self.text);
        if !inner.of(self.text).trim().is_empty() {
            problems.report(
                problem(
                    liquid::SYNTAX,
                    self.file,
                    inner,
                    format!("nothing stands behind `{tag}`"),
                )
                .help(format!("write `{{% {tag} %}}`")),
            );
        }
        let Some((open, end)) = self.end_tag(from, &format!("end{tag}")) else {
            problems.report(never_closed(self.file, whole, tag));
            return self.text.len();
        };
        let trim_end = self.dash(open + 2);
        if tag == "raw" {
            let before = self.tokens.len();
            self.text(from, open, trim_end);
            if let Some(Token::Text(inside)) = self.tokens.get(before).copied() {
                self.tokens[before] = Token::Raw(inside);
            }
        }
        self.trim_next = self.dash(end - 3);
        end
    }

    /// The place of the next tag of this name, and where it ends.
    fn end_tag(&self, from: usize, name: &str) -> Option<(usize, usize)> {
        let mut at = from;
        loop {
            let open = at + self.text[at..].find("{%")?;
            let inside = self.text[open + 2..].trim_start_matches('-');
            let inside = inside.trim_start_matches(is_space);
            if let Some(rest) = inside.strip_prefix(name) {
                let rest = rest.trim_start_matches(is_space);
                let rest = rest.strip_prefix('-').unwrap_or(rest);
                if let Some(rest) = rest.strip_prefix("%}") {
                    return Some((open, self.text.len() - rest.len()));
                }
            }
            at = open + 2;
        }
    }

    /// `comment`, which may stand inside itself; tags in it are not understood, but they are whole.
    fn comment(&mut self, whole: Span, from: usize, problems: &mut Problems) -> usize {
        let mut depth = 1_u32;
        let mut at = from;
        while let Some(open) = self.next_open(at) {
            if problems.is_full() {
                return self.text.len();
            }
            if self.text.as_bytes()[open + 1] == b'{' {
                at = open + 2;
                continue;
            }
            let close = match self.close(open, false) {
                End::At(close) => close,
                End::Open(end) => {
                    self.unclosed(open, end, false, problems);
                    at = end;
                    continue;
                }
            };
            let start = open + 2 + usize::from(self.dash(open + 2));
            at = close + 2;
            match name_of(self.text, start, close).0.of(self.text) {
                "comment" => depth += 1,
                "raw" => at = self.end_tag(at, "endraw").map_or(at, |(_, end)| end),
                "endcomment" => {
                    depth -= 1;
                    if depth == 0 {
                        self.trim_next = self.dash(close - 1);
                        return at;
                    }
                }
                _ => {}
            }
        }
        problems.report(never_closed(self.file, whole, "comment"));
        self.text.len()
    }

    fn unclosed(&self, open: usize, end: usize, output: bool, problems: &mut Problems) {
        let (braces, closing) = if output { ("{{", "}}") } else { ("{%", "%}") };
        let opened = span(open, open + 2);
        let diagnostic = problem(
            liquid::UNCLOSED,
            self.file,
            opened,
            format!("`{braces}` is never closed"),
        );
        let diagnostic = if end < self.text.len() {
            diagnostic
                .label(format!("`{closing}` is missing"))
                .secondary(self.file, span(end, end + 2), "before the next one begins")
        } else {
            diagnostic.label(format!("no `{closing}` follows"))
        };
        problems.report(diagnostic.help(format!(
            "close it with `{closing}`; to print braces, put them between `{{% raw %}}` and `{{% endraw %}}`"
        )));
    }
}

/// The diagnostic of a tag whose end is not there.
pub(crate) fn never_closed(file: FileId, place: Span, tag: &str) -> persona_base::Diagnostic {
    problem(
        liquid::UNCLOSED,
        file,
        place,
        format!("`{tag}` is never closed"),
    )
    .label("opened here")
    .help(format!("close it with `{{% end{tag} %}}`"))
}

/// The name of a tag, and what follows it.
pub(crate) fn name_of(text: &str, start: usize, end: usize) -> (Span, Span) {
    let end = end.max(start);
    let inside = &text[start..end];
    let start = end - inside.trim_start_matches(is_space).len();
    let inside = &text[start..end];
    let length = if inside.starts_with('#') {
        1
    } else {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        inside.find(|c| !word(c)).unwrap_or(inside.len())
    };
    (span(start, start + length), span(start + length, end))
}

/// The lines of a `liquid` tag, each a tag.
pub(crate) fn lines(text: &str, inner: Span) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut start = inner.start as usize;
    let end = inner.end as usize;
    while start < end {
        let stop = text[start..end].find('\n').map_or(end, |at| start + at);
        let line = text[start..stop].trim_end_matches(is_space);
        let line_end = start + line.len();
        let (name, rest) = name_of(text, start, line_end);
        if name.start < u32::try_from(line_end).unwrap_or(u32::MAX) {
            tokens.push(Token::Tag {
                span: Span::new(name.start, rest.end),
                name,
                inner: rest,
            });
        }
        start = stop + 1;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        let tokens = scan(FileId(0), text, &mut Problems::default());
        let piece = |token: &Token| match token {
            Token::Text(span) | Token::Raw(span) | Token::Tag { span, .. } => span.of(text),
            Token::Output { inner, .. } => inner.of(text),
        };
        tokens.iter().map(piece).collect()
    }

    #[test]
    fn braces_in_quotes_are_text_and_dashes_take_white_space() {
        assert_eq!(pieces("a {{ '}}' }} b"), ["a ", " '}}' ", " b"]);
        assert_eq!(pieces("a {{- x -}} \n b"), ["a", " x ", "b"]);
        assert_eq!(
            pieces("it's {{ x }} isn't {{ y }}"),
            ["it's ", " x ", " isn't ", " y "]
        );
    }

    #[test]
    fn raw_ends_at_its_end_and_comments_stand_inside_comments() {
        assert_eq!(pieces("{% raw %} %} {{ {% endraw %}x"), [" %} {{ ", "x"]);
        assert_eq!(
            pieces("a{% comment %}{% comment %}{% endcomment %}{{ {% endcomment %}b"),
            ["a", "b"]
        );
    }

    #[test]
    fn an_unclosed_output_does_not_swallow_the_next() {
        let text = "{{ a {{ b }} {% c";
        let mut problems = Problems::default();
        let tokens = scan(FileId(0), text, &mut problems);
        assert_eq!(tokens.len(), 2);
        let found: Vec<_> = problems
            .into_list()
            .into_iter()
            .map(|d| d.primary.span.start)
            .collect();
        assert_eq!(found, [0, 13]);
    }
}
