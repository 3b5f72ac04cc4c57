//! Pairs of brackets, long texts and runs of comments, found without the grammar: in broken files too.

use persona_base::Span;

/// Something with a beginning and an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// With its brackets or quotes.
    pub(super) whole: Span,
    /// Without them; of comments, from the end of the first line on.
    pub(super) inside: Span,
    /// A run of comments on lines of their own.
    pub(super) is_comment: bool,
}

/// The blocks of a text, in the order of their ends.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut scan = Scan {
        bytes: text.as_bytes(),
        found: Vec::new(),
        open: Vec::new(),
    };
    scan.code(0);
    scan.found.extend(comments(text));
    scan.found
}

struct Scan<'t> {
    bytes: &'t [u8],
    found: Vec<Block>,
    /// Brackets that are open, with what closes them.
    open: Vec<(u8, usize)>,
}

impl Scan<'_> {
    fn code(&mut self, mut at: usize) {
        while at < self.bytes.len() {
            let rest = &self.bytes[at..];
            at = match rest[0] {
                b'/' if rest.starts_with(b"//") => self.line_end(at),
                b'"' if rest.starts_with(b"\"\"\"") => self.long_text(at),
                b'"' => self.text(at),
                b'(' => self.opens(b')', at),
                b'[' => self.opens(b']', at),
                b'{' => self.opens(b'}', at),
                b')' | b']' | b'}' => self.closes(rest[0], at),
                _ => at + 1,
            };
        }
    }

    fn opens(&mut self, closing: u8, at: usize) -> usize {
        self.open.push((closing, at));
        at + 1
    }

    /// Brackets that are never closed are passed over.
    fn closes(&mut self, closing: u8, at: usize) -> usize {
        if let Some(index) = self.open.iter().rposition(|(wanted, _)| *wanted == closing) {
            let (_, start) = self.open[index];
            self.open.truncate(index);
            self.block(start, 1, at + 1);
        }
        at + 1
    }

    fn block(&mut self, start: usize, quotes: usize, end: usize) {
        self.found.push(Block {
            whole: Span::new(start as u32, end as u32),
            inside: Span::new((start + quotes) as u32, (end - quotes) as u32),
            is_comment: false,
        });
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = &self.bytes[at..];
        let found = rest.iter().position(|byte| *byte == b'\n');
        found.map_or(self.bytes.len(), |found| at + found)
    }

    /// `"""…"""`
    fn long_text(&mut self, at: usize) -> usize {
        let from = at + 3;
        let rest = self.bytes.get(from..).unwrap_or_default();
        match rest.windows(3).position(|quotes| quotes == b"\"\"\"") {
            Some(found) => {
                let end = from + found + 3;
                self.block(at, 3, end);
                end
            }
            None => self.bytes.len(),
        }
    }

    /// A text on one line, with whatever its holes hold.
    fn text(&mut self, at: usize) -> usize {
        let mut depth = 0_usize;
        let mut here = at + 1;
        while here < self.bytes.len() {
            match self.bytes[here] {
                b'\n' => return here,
                b'\\' => here += 1,
                b'{' => depth += 1,
                b'}' => depth = depth.saturating_sub(1),
                b'"' if depth == 0 => {
                    self.block(at, 1, here + 1);
                    return here + 1;
                }
                // A text in a hole of a text.
                b'"' => {
                    let inner = self.bytes[here + 1..].iter();
                    let length = inner
                        .take_while(|byte| !matches!(byte, b'"' | b'\n'))
                        .count();
                    here += length + 1;
                }
                _ => {}
            }
            here += 1;
        }
        self.bytes.len()
    }
}

/// Runs of at least two lines that are comments and nothing else.
fn comments(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut run: Option<(usize, usize, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at + (line.len() - line.trim_start().len());
        let end = at + line.trim_end().len();
        at += line.len();
        if line.trim_start().starts_with("//") {
            run = Some(match run {
                Some((first, first_end, _)) => (first, first_end, end),
                None => (start, end, end),
            });
        } else if let Some(run) = run.take() {
            found.extend(comment(run));
        }
    }
    found.extend(run.and_then(comment));
    found
}

fn comment((start, first_end, end): (usize, usize, usize)) -> Option<Block> {
    (end > first_end).then(|| Block {
        whole: Span::new(start as u32, end as u32),
        inside: Span::new(first_end as u32, end as u32),
        is_comment: true,
    })
}
