//! A chapter of the suite: Markdown whose fenced blocks are programs, data and expectations. Reading one and
//! writing it again gives the same text, save for the expectations that were replaced.

/// A chapter.
#[derive(Debug)]
pub(crate) struct Document {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    /// Lines outside of blocks, as they are.
    Text(String),
    /// A fenced block.
    Block(Block),
}

/// A fenced block: ```` ```info ````, lines, ```` ``` ````.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// What stands after the opening fence.
    pub(crate) info: String,
    /// The lines between the fences, each with its end.
    pub(crate) body: String,
    /// The line of the opening fence, from 1.
    pub(crate) line: usize,
}

impl Block {
    /// The first word of the info string.
    pub(crate) fn kind(&self) -> &str {
        self.info.split_whitespace().next().unwrap_or_default()
    }

    /// The second word of the info string: a file's or a table's name.
    pub(crate) fn name(&self) -> Option<&str> {
        self.info.split_whitespace().nth(1)
    }

    /// `key=value` in the info string.
    pub(crate) fn option(&self, key: &str) -> Option<&str> {
        self.info
            .split_whitespace()
            .find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }
}

/// A case: a heading of the second level and the pieces below it, with the blocks that stand before the first heading.
#[derive(Debug)]
pub(super) struct Case<'a> {
    /// The heading.
    pub(super) title: &'a str,
    /// The heading's line, from 1.
    pub(super) line: usize,
    /// Blocks that all cases of the chapter share.
    pub(super) common: Vec<&'a Block>,
    /// The case's own blocks, with the index of their piece.
    pub(super) own: Vec<(usize, &'a Block)>,
    /// The index of the case's last piece.
    last: usize,
}

/// A replacement of one expectation.
#[derive(Debug)]
pub(crate) enum Edit {
    /// A block's body.
    Body(usize, String),
    /// A new block behind a piece: its info string and its body.
    After(usize, &'static str, String),
}

impl Case<'_> {
    /// An expectation that is written down for the first time, at the end of the case.
    pub(super) fn append(&self, info: &'static str, body: String) -> Edit {
        let last_block = self.own.last().map_or(self.last, |(index, _)| *index);
        Edit::After(last_block, info, body)
    }
}

impl Document {
    /// Reads a chapter.
    pub(crate) fn read(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut open: Option<Block> = None;
        let mut plain = String::new();
        for (number, line) in text.split_inclusive('\n').enumerate() {
            match (&mut open, line.strip_prefix("```")) {
                (None, Some(info)) => {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    open = Some(Block {
                        info: info.trim().to_owned(),
                        body: String::new(),
                        line: number + 1,
                    });
                }
                (Some(_), Some(_)) => pieces.extend(open.take().map(Piece::Block)),
                (Some(block), None) => block.body.push_str(line),
                (None, None) => plain.push_str(line),
            }
        }
        assert!(open.is_none(), "the last block is never closed");
        pieces.push(Piece::Text(plain));
        Self { pieces }
    }

    /// All blocks in order.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Block(block) => Some(block),
            Piece::Text(_) => None,
        })
    }

    /// All blocks in order, with the index that an [`Edit`] names them by.
    pub(crate) fn indexed(&self) -> impl Iterator<Item = (usize, &Block)> {
        let numbered = self.pieces.iter().enumerate();
        numbered.filter_map(|(index, piece)| match piece {
            Piece::Block(block) => Some((index, block)),
            Piece::Text(_) => None,
        })
    }

    /// Lines outside of blocks, with their numbers from 1.
    pub(crate) fn prose(&self) -> Vec<(usize, &str)> {
        let mut lines = Vec::new();
        let mut number = 1;
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => {
                    lines.extend(text.lines().enumerate().map(|(n, line)| (number + n, line)));
                    number += text.lines().count();
                }
                Piece::Block(block) => number += block.body.lines().count() + 2,
            }
        }
        lines
    }

    /// The cases in order.
    pub(super) fn cases(&self) -> Vec<Case<'_>> {
        let mut cases: Vec<Case<'_>> = Vec::new();
        let mut common = Vec::new();
        let mut line = 1;
        for (index, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Text(text) => {
                    for (offset, heading) in text
                        .lines()
                        .enumerate()
                        .filter_map(|(n, l)| Some((n, l.strip_prefix("## ")?)))
                    {
                        let title = heading.trim();
                        cases.push(Case {
                            title,
                            line: line + offset,
                            common: common.clone(),
                            own: Vec::new(),
                            last: index,
                        });
                    }
                    line += text.lines().count();
                }
                Piece::Block(block) => {
                    match cases.last_mut() {
                        Some(case) => {
                            case.own.push((index, block));
                            case.last = index;
                        }
                        None => common.push(block),
                    }
                    line += block.body.lines().count() + 2;
                }
            }
        }
        cases
    }

    /// The text with some expectations replaced.
    pub(crate) fn write(&self, edits: &[Edit]) -> String {
        let mut text = String::new();
        for (index, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Block(block) => {
                    let replaced = edits.iter().find_map(|edit| match edit {
                        Edit::Body(at, body) if *at == index => Some(body),
                        _ => None,
                    });
                    push_block(&mut text, &block.info, replaced.unwrap_or(&block.body));
                }
            }
            for edit in edits {
                if let Edit::After(at, info, body) = edit
                    && *at == index
                {
                    text.push('\n');
                    push_block(&mut text, info, body);
                }
            }
        }
        text
    }
}

fn push_block(text: &mut String, info: &str, body: &str) {
    text.push_str("```");
    text.push_str(info);
    text.push('\n');
    text.push_str(body);
    if !body.is_empty() && !body.ends_with('\n') {
        text.push('\n');
    }
    text.push_str("```\n");
}

#[cfg(test)]
const CHAPTER: &str = "# Title\n\n```persona\nprofile P\n```\n\n## One\n\nwords\n\n```persona\nsegment s\n```\n\n```output now=2026-01-01T00:00Z\ns: a\n```\n\n## Two\n\n```persona\nsegment t\n```\n";

#[test]
fn a_chapter_is_read_and_written_unchanged() {
    assert_eq!(Document::read(CHAPTER).write(&[]), CHAPTER);
}

#[test]
fn cases_start_at_headings_and_share_what_stands_before_them() {
    let document = Document::read(CHAPTER);
    let cases = document.cases();
    let titles: Vec<(&str, usize, usize, usize)> = cases
        .iter()
        .map(|c| (c.title, c.line, c.common.len(), c.own.len()))
        .collect();
    assert_eq!(titles, [("One", 7, 1, 2), ("Two", 19, 1, 1)]);
    assert_eq!(cases[0].own[1].1.option("now"), Some("2026-01-01T00:00Z"));
    assert_eq!(cases[0].own[1].1.line, 15);
}

#[test]
fn expectations_are_replaced_and_added_in_place() {
    let document = Document::read(CHAPTER);
    let cases = document.cases();
    let edits = [
        Edit::Body(cases[0].own[1].0, "s: b\n".to_owned()),
        cases[1].append("output", "t: nobody\n".to_owned()),
    ];
    let written = document.write(&edits);
    assert!(written.contains("```output now=2026-01-01T00:00Z\ns: b\n```\n\n## Two"));
    assert!(written.ends_with("segment t\n```\n\n```output\nt: nobody\n```\n"));
}
