//! Which tag or output of a template a place is in, and which blocks are open there, by the text alone.

/// Where a place of a template is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot<'t> {
    /// Where the tag or output begins, with its braces; in a `liquid` tag, its line.
    pub(super) start: usize,
    /// Whether it is a line of a `liquid` tag.
    pub(super) line: bool,
    /// The tag's name; `{{` for an output, empty while the name is being written.
    pub(super) tag: &'t str,
    /// Where what follows the name begins.
    pub(super) inner: usize,
    /// Where the tag's name begins.
    pub(super) name_at: usize,
    /// Whether its closing braces follow.
    pub(super) closed: bool,
    /// The block tags that are open, the innermost last.
    pub(super) open: Vec<&'t str>,
    /// The subject of the innermost `case` that is open, as written.
    pub(super) case: Option<(usize, &'t str)>,
}

const BLOCKS: [&str; 7] = [
    "if",
    "unless",
    "case",
    "for",
    "tablerow",
    "capture",
    "ifchanged",
];
/// What is inside these is not read.
const VERBATIM: [&str; 3] = ["raw", "comment", "doc"];

/// The place at `at`; none in text.
pub(super) fn spot(text: &str, at: usize) -> Option<Spot<'_>> {
    let mut reader = Reader {
        text,
        open: Vec::new(),
        cases: Vec::new(),
    };
    reader.find(at)
}

struct Reader<'t> {
    text: &'t str,
    open: Vec<&'t str>,
    cases: Vec<(usize, &'t str)>,
}

impl<'t> Reader<'t> {
    fn find(&mut self, at: usize) -> Option<Spot<'t>> {
        let bytes = self.text.as_bytes();
        let mut from = 0;
        while let Some(start) = next_open(bytes, from).filter(|start| start + 2 <= at) {
            let is_output = bytes[start + 1] == b'{';
            let end = self.close(start, is_output);
            let next = next_open(bytes, start + 2);
            // Never closed before the next begins: what follows is another tag.
            let reach = end.unwrap_or_else(|| next.unwrap_or(self.text.len()));
            if at <= reach && (end.is_some() || next.is_none_or(|next| at < next + 2)) {
                return Some(self.inside(start, is_output, end.is_some(), at));
            }
            from = match end {
                Some(end) => self.passed(start, is_output, end, at)?,
                None => next.unwrap_or(self.text.len()),
            };
        }
        None
    }

    /// Where the closing braces of a tag begin, on texts in quotes being passed over.
    fn close(&self, start: usize, is_output: bool) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let wanted: &[u8] = if is_output { b"}}" } else { b"%}" };
        let mut quote = None;
        let mut at = start + 2;
        while at + 1 < bytes.len() {
            match (quote, bytes[at]) {
                (Some(open), byte) if byte == open => quote = None,
                (Some(_), _) => {}
                (None, byte @ (b'"' | b'\'')) => {
                    // A quote that is never closed on its line is none.
                    let line = self.text[at + 1..].split('\n').next().unwrap_or_default();
                    if line.as_bytes().contains(&byte) {
                        quote = Some(byte);
                    }
                }
                (None, _) if bytes[at..].starts_with(wanted) => return Some(at),
                (None, b'{') if matches!(bytes[at + 1], b'{' | b'%') => return None,
                (None, _) => {}
            }
            at += 1;
        }
        None
    }

    /// A tag that ends before the place: keeps what it opens. Gives where to go on, nothing inside of what is not read.
    fn passed(&mut self, start: usize, is_output: bool, end: usize, at: usize) -> Option<usize> {
        let after = end + 2;
        if is_output {
            return Some(after);
        }
        let (name_at, name) = self.name(start + 2, end);
        if VERBATIM.contains(&name) {
            let ends = format!("end{name}");
            let rest = &self.text[after..];
            let found = rest
                .match_indices(ends.as_str())
                .map(|(index, _)| after + index)
                .find(|index| {
                    let before = self.text[..*index].trim_end_matches(['-', ' ', '\t', '\n', '\r']);
                    before.ends_with("{%")
                });
            let closing = found?;
            return (closing <= at).then(|| {
                self.text[closing..]
                    .find("%}")
                    .map_or(self.text.len(), |end| closing + end + 2)
            });
        }
        self.opened(name_at, name, end);
        Some(after)
    }

    fn opened(&mut self, name_at: usize, name: &'t str, end: usize) {
        if BLOCKS.contains(&name) {
            self.open.push(name);
            if name == "case" {
                let subject = self.text[name_at + name.len()..end]
                    .trim()
                    .trim_end_matches('-');
                self.cases.push((name_at, subject.trim()));
            }
        } else if let Some(of) = name.strip_prefix("end")
            && let Some(index) = self.open.iter().rposition(|open| *open == of)
        {
            self.open.truncate(index);
            if of == "case" {
                self.cases.pop();
            }
        }
    }

    fn name(&self, from: usize, to: usize) -> (usize, &'t str) {
        let inner = &self.text[from..to];
        let rest = inner.trim_start_matches(['-', ' ', '\t', '\n', '\r']);
        let at = to - rest.len();
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '#')
            .unwrap_or(rest.len());
        (at, &rest[..end])
    }

    fn inside(&mut self, start: usize, is_output: bool, closed: bool, at: usize) -> Spot<'t> {
        let text = self.text;
        let mut spot = Spot {
            start,
            line: false,
            tag: "{{",
            inner: (start + 2 + usize::from(text[start + 2..].starts_with('-'))).min(at),
            name_at: start,
            closed,
            open: Vec::new(),
            case: None,
        };
        if !is_output {
            let (name_at, name) = self.name(start + 2, at);
            spot.name_at = name_at;
            spot.tag = name;
            spot.inner = name_at + name.len();
            if name == "liquid" && spot.inner < at {
                self.line(&mut spot, at);
            }
            // What touches the place is still being written.
            if spot.inner == at {
                spot.tag = "";
                spot.inner = spot.name_at;
            }
        }
        spot.open.clone_from(&self.open);
        spot.case = self.cases.last().copied();
        spot
    }

    /// The line of a `liquid` tag; those before it open and close blocks, too.
    fn line(&mut self, spot: &mut Spot<'t>, at: usize) {
        let from = spot.inner;
        let mut line_at = from;
        for line in self.text[from..at].split_inclusive('\n') {
            let (name_at, name) = self.name_in_line(line_at, line);
            if line_at + line.len() >= at && !line.ends_with('\n') {
                break;
            }
            let end = line_at + line.trim_end().len();
            self.opened(name_at, name, end.max(name_at + name.len()));
            line_at += line.len();
        }
        let line = &self.text[line_at..at];
        let (name_at, name) = self.name_in_line(line_at, line);
        spot.line = true;
        spot.start = line_at;
        spot.name_at = name_at;
        spot.tag = name;
        spot.inner = name_at + name.len();
    }

    fn name_in_line(&self, line_at: usize, line: &str) -> (usize, &'t str) {
        self.name(line_at, line_at + line.trim_end_matches(['\n', '\r']).len())
    }
}

/// The next `{{` or `{%`.
fn next_open(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while at + 1 < bytes.len() {
        if bytes[at] == b'{' && matches!(bytes[at + 1], b'{' | b'%') {
            return Some(at);
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::spot;

    fn shown(marked: &str) -> String {
        let at = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        match spot(&text, at) {
            None => "text".to_owned(),
            Some(spot) => format!(
                "{} {:?} {:?} {}",
                spot.tag,
                &text[spot.inner..at],
                spot.open,
                if spot.closed { "closed" } else { "open" }
            ),
        }
    }

    #[test]
    fn places_are_in_tags_outputs_or_text() {
        assert_eq!(shown("Hello | {{ a }}"), "text");
        assert_eq!(shown("Hello {{ a.| }}"), "{{ \" a.\" [] closed");
        assert_eq!(shown("Hello {{ a.|"), "{{ \" a.\" [] open");
        assert_eq!(shown("{{ a |{{ b }}"), "{{ \" a \" [] open");
        assert_eq!(shown("{{ a {{ b.| }}"), "{{ \" b.\" [] closed");
        assert_eq!(shown("{% i|f a %}"), " \"i\" [] closed");
        assert_eq!(shown("{% if a|"), "if \" a\" [] open");
        assert_eq!(
            shown("{%- if a %}{% | %}{% endif %}"),
            " \"\" [\"if\"] closed"
        );
        assert_eq!(shown("{% if a %}x{% endif %}{{ | }}"), "{{ \" \" [] closed");
        assert_eq!(shown("{% raw %}{{ | }}{% endraw %}"), "text");
        assert_eq!(
            shown("{% raw %}{{ }}{% endraw %}{{ | }}"),
            "{{ \" \" [] closed"
        );
        assert_eq!(shown("{{ \"}}\" | }}"), "{{ \" \\\"}}\\\" \" [] closed");
        assert_eq!(
            shown("{% liquid\n assign a = 1\n echo a.|\n%}"),
            "echo \" a.\" [] closed"
        );
        assert_eq!(shown("{% liquid\n if a\n | %}"), " \"\" [\"if\"] closed");
    }

    #[test]
    fn any_text_has_an_answer() {
        for text in [
            "",
            "{",
            "{{",
            "{%",
            "{% raw",
            "é{{é",
            "{%-",
            "{{-}}",
            "{% case %}{% when",
            "{% liquid\n",
        ] {
            for at in 0..=text.len() {
                if text.is_char_boundary(at) {
                    spot(text, at);
                }
            }
        }
    }
}
