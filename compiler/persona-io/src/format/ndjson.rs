//! NDJSON in blocks of whole lines: one object per line. Only wanted names are kept, as JSON text, so that numbers stay
//! as they are written. A line that is no object is a problem with its reason, and the next line is read as usual.
//!
//! Lines whose objects are flat and plain are taken apart here; all others, and all that are wrong, are left to the
//! library, which finds the same in plain ones.

mod plain;

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use self::plain::Memo;
use super::batch::{Batch, BatchColumn, Block, Lines, Problem, Span, Texts};
use super::{BOM, Ended, Opened, Piece, Pieces, RECORD_LIMIT, Seen, check_text_start, read_error};
use crate::error::LoadError;
use crate::value::json::Key;
use crate::value::raw::shorten;

/// So many bytes are read at once for each row of a batch.
const ROW_BYTES: usize = 64;
/// No block is smaller or larger, unless a line is.
const BLOCK_BYTES: std::ops::RangeInclusive<usize> = 64..=4 << 20;
/// So many names are remembered for suggestions, from so many lines.
pub(crate) const NAMES: usize = 256;
const NAME_LINES: u64 = 1000;
/// So much of a broken line is looked at for a message.
const HEAD: usize = 1024;

pub(super) fn open(
    file: File,
    wanted: &[Arc<str>],
    batch_rows: usize,
) -> Result<Opened, Box<LoadError>> {
    let mut tree = Tree::default();
    for (slot, name) in wanted.iter().enumerate() {
        tree.insert(name, slot);
    }
    let at_once = batch_rows.saturating_mul(ROW_BYTES);
    let mut pieces = JsonPieces {
        file,
        at_once: at_once.clamp(*BLOCK_BYTES.start(), *BLOCK_BYTES.end()),
        rest: Vec::new(),
        looked: 0,
        ended: false,
        lines: 0,
        form: Arc::new(Form {
            tree,
            slots: wanted.len(),
        }),
    };
    pieces.start()?;
    Ok(Opened {
        pieces: Box::new(pieces),
        columns: None,
        present: vec![true; wanted.len()],
    })
}

/// What is wanted of the lines.
#[derive(Debug)]
struct Form {
    tree: Tree,
    slots: usize,
}

struct JsonPieces {
    file: File,
    at_once: usize,
    rest: Vec<u8>,
    /// So many bytes of `rest` have no line feed.
    looked: usize,
    ended: bool,
    /// How many lines were read, or enough to know that names are not remembered any more.
    lines: u64,
    form: Arc<Form>,
}

impl JsonPieces {
    fn start(&mut self) -> Result<(), Box<LoadError>> {
        self.fill()?;
        check_text_start(&self.rest)?;
        if self.rest.starts_with(BOM) {
            self.rest.drain(..BOM.len());
        }
        if self.rest.trim_ascii_start().starts_with(b"[") {
            let error = LoadError::format("this is one JSON list, not one object per line");
            return Err(error.help(
                "write each object of the list on a line of its own, without commas between",
            ));
        }
        Ok(())
    }

    fn fill(&mut self) -> Result<(), Box<LoadError>> {
        let read = (&mut self.file)
            .take(self.at_once as u64)
            .read_to_end(&mut self.rest)
            .map_err(|error| read_error(&error))?;
        self.ended = read < self.at_once;
        Ok(())
    }

    /// Gives the rest up to here as a block.
    fn cut(&mut self, end: usize, too_long: bool) -> Piece {
        let rest = self.rest.split_off(end);
        let bytes = std::mem::replace(&mut self.rest, rest);
        self.looked = 0;
        let remember = NAME_LINES.saturating_sub(self.lines);
        if remember > 0 {
            self.lines += memchr::memchr_iter(b'\n', &bytes).count() as u64;
        }
        Piece::Ndjson(JsonBlock {
            bytes,
            too_long,
            remember,
            form: self.form.clone(),
        })
    }

    /// Drops the rest of a line that is too long; only its start is kept.
    fn skip_line(&mut self) -> Result<Piece, Box<LoadError>> {
        let mut start = std::mem::take(&mut self.rest);
        start.truncate(HEAD);
        loop {
            self.rest.clear();
            self.fill()?;
            let end = memchr::memchr(b'\n', &self.rest);
            if let Some(end) = end {
                self.rest.drain(..=end);
            }
            if end.is_some() || self.ended {
                let rest = match end {
                    Some(_) => std::mem::take(&mut self.rest),
                    None => Vec::new(),
                };
                start.push(b'\n');
                self.rest = start;
                let piece = self.cut(self.rest.len(), true);
                self.rest = rest;
                return Ok(piece);
            }
        }
    }
}

impl Pieces for JsonPieces {
    fn next(&mut self) -> Result<Option<Piece>, Box<LoadError>> {
        loop {
            if let Some(end) = memchr::memrchr(b'\n', &self.rest[self.looked..]) {
                return Ok(Some(self.cut(self.looked + end + 1, false)));
            }
            self.looked = self.rest.len();
            if self.ended {
                let end = self.rest.len();
                return Ok((end > 0).then(|| self.cut(end, false)));
            }
            if self.rest.len() > RECORD_LIMIT {
                return self.skip_line().map(Some);
            }
            self.rest.reserve(self.at_once);
            self.fill()?;
        }
    }
}

/// Whole lines of a file.
#[derive(Debug)]
pub(crate) struct JsonBlock {
    bytes: Vec<u8>,
    /// It is the start of one line that is too long.
    too_long: bool,
    /// The names of so many of its lines are remembered.
    remember: u64,
    form: Arc<Form>,
}

impl JsonBlock {
    /// Takes the block apart.
    pub(super) fn read(self, give: &mut dyn FnMut(Batch)) -> Ended {
        let size = self.bytes.len() as u64;
        let slots = self.form.slots;
        let mut lines = JsonLines {
            form: &self.form,
            remember: self.remember,
            columns: vec![Vec::new(); slots],
            lines: Vec::new(),
            problems: Vec::new(),
            seen: vec![false; slots],
            names: Vec::new(),
            made: String::new(),
            memo: Memo::default(),
            found: vec![None; slots],
            line: 0,
        };
        let text = String::from_utf8(self.bytes);
        let text = match text {
            Ok(text) => {
                lines.all(text.as_bytes(), Some(&text), self.too_long);
                text
            }
            Err(error) => {
                lines.all(error.as_bytes(), None, self.too_long);
                String::new()
            }
        };
        let mut ended = Ended {
            lines: lines.line,
            bytes: size,
            ..Ended::default()
        };
        let block = Arc::new(Block {
            text,
            made: lines.made,
        });
        let column = |spans| BatchColumn::Json(Texts::new(spans, &block));
        ended.seen = Some(Seen {
            wanted: lines.seen,
            names: lines.names,
        });
        if !lines.lines.is_empty() || !lines.problems.is_empty() {
            give(Batch {
                rows: lines.lines.len(),
                lines: Lines::Each(lines.lines),
                columns: lines.columns.into_iter().map(column).collect(),
                problems: lines.problems,
            });
        }
        ended
    }
}

/// The lines of a block while they are taken apart.
struct JsonLines<'f> {
    form: &'f Form,
    remember: u64,
    columns: Vec<Vec<Span>>,
    lines: Vec<u64>,
    problems: Vec<Problem>,
    seen: Vec<bool>,
    names: Vec<String>,
    /// Values of lines that are UTF-8 in a block that is not.
    made: String,
    memo: Memo<'f>,
    found: Vec<Option<Span>>,
    line: u64,
}

impl JsonLines<'_> {
    /// Reads all lines; `text` is the block as a whole, where it is UTF-8.
    fn all(&mut self, bytes: &[u8], text: Option<&str>, too_long: bool) {
        let mut start = 0;
        while start < bytes.len() {
            let len = memchr::memchr(b'\n', &bytes[start..]);
            let end = len.map_or(bytes.len(), |len| start + len);
            let line = &bytes[start..end];
            self.line += 1;
            if too_long || line.len() > RECORD_LIMIT {
                self.problem(line, "is longer than 16 MiB".to_owned());
            } else if !line.trim_ascii().is_empty() {
                match text {
                    Some(text) => self.line_of(&text[start..end], start),
                    None => self.copied(line),
                }
            }
            start = end + 1;
        }
    }

    fn problem(&mut self, line: &[u8], reason: String) {
        let value = shorten(&String::from_utf8_lossy(&line[..line.len().min(HEAD)]));
        self.problems.push(Problem {
            before: self.lines.len(),
            line: self.line,
            value,
            reason,
        });
    }

    fn copied(&mut self, line: &[u8]) {
        match simdutf8::basic::from_utf8(line) {
            Ok(text) => {
                let start = self.made.len();
                self.made.push_str(text);
                self.line_of(text, start);
            }
            Err(_) => self.problem(line, "is not UTF-8 text".to_owned()),
        }
    }

    /// Takes a line apart whose first byte stands at `start`.
    fn line_of(&mut self, text: &str, start: usize) {
        self.found.fill(None);
        let remembers = self.line <= self.remember;
        let plain = !remembers && self.memo.pick(text, &self.form.tree, &mut self.found);
        if !plain && let Err(reason) = self.pick(text, remembers) {
            return self.problem(text.as_bytes(), reason);
        }
        let found = self.found.iter().zip(&mut self.seen);
        for (column, (span, seen)) in self.columns.iter_mut().zip(found) {
            *seen |= span.is_some();
            // Places in a block fit 32 bits: lines are at most 16 MiB.
            let place = |at: u32| at.saturating_add(u32::try_from(start).unwrap_or(u32::MAX));
            let (from, to) = span.unwrap_or((0, 0));
            column.push((place(from), place(to)));
        }
        self.lines.push(self.line);
    }

    /// The library's way: finds the wanted values, or says why the line is no row.
    fn pick(&mut self, text: &str, remembers: bool) -> Result<(), String> {
        if !text.trim_start().starts_with('{') {
            return Err("is not a JSON object".to_owned());
        }
        let mut found: Vec<Option<&RawValue>> = vec![None; self.found.len()];
        let names = remembers.then_some(&mut self.names);
        pick_object(text, &self.form.tree, &mut found, names)?;
        let base = text.as_ptr().addr();
        for (slot, value) in self.found.iter_mut().zip(found) {
            *slot = value.map(|value| {
                let start = value.get().as_ptr().addr() - base;
                let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
                (place(start), place(start + value.get().len()))
            });
        }
        Ok(())
    }
}

/// Which names are wanted, and which lead on to wanted ones.
#[derive(Debug, Default)]
struct Tree {
    nodes: FxHashMap<Box<str>, Node>,
}

#[derive(Debug, Default)]
struct Node {
    slot: Option<usize>,
    inner: Tree,
}

impl Tree {
    fn insert(&mut self, name: &str, slot: usize) {
        self.nodes.entry(name.into()).or_default().slot = Some(slot);
        if let Some((head, rest)) = name.split_once('.') {
            self.nodes
                .entry(head.into())
                .or_default()
                .inner
                .insert(rest, slot);
        }
    }
}

fn pick_object<'a>(
    text: &'a str,
    tree: &Tree,
    found: &mut [Option<&'a RawValue>],
    names: Option<&mut Vec<String>>,
) -> Result<(), String> {
    let mut nested = Vec::new();
    let mut own: Vec<(usize, &'a RawValue)> = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let pick = Pick {
        tree,
        own: &mut own,
        nested: &mut nested,
        names,
    };
    pick.deserialize(&mut deserializer)
        .and_then(|()| deserializer.end())
        .map_err(|error| plain(&error))?;
    for (slot, value) in own {
        // The column's own name goes before the one that dots lead to, which is found later.
        found[slot].get_or_insert(value);
    }
    for (node, value) in nested {
        if value.get().starts_with('{') {
            pick_object(value.get(), &node.inner, found, None)?;
        }
    }
    Ok(())
}

/// The library's message without its position, which counts within the line.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text
        .rsplit_once(" at line ")
        .map_or(&*text, |(text, _)| text);
    match error.classify() {
        serde_json::error::Category::Eof => {
            "is not a whole JSON object: the line ends inside it".to_owned()
        }
        _ if text.contains("stands twice") => text.to_owned(),
        _ => format!("is not valid JSON: {text} at character {}", error.column()),
    }
}

/// Takes wanted values out of an object.
struct Pick<'t, 'o, 'de> {
    tree: &'t Tree,
    own: &'o mut Vec<(usize, &'de RawValue)>,
    nested: &'o mut Vec<(&'t Node, &'de RawValue)>,
    names: Option<&'o mut Vec<String>>,
}

impl<'de> DeserializeSeed<'de> for Pick<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Pick<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(name)) = map.next_key()? {
            self.remember(&name);
            let Some(node) = self.tree.nodes.get(&*name) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let value: &'de RawValue = map.next_value()?;
            let twice = self.own.iter().any(|(slot, _)| node.slot == Some(*slot))
                || self
                    .nested
                    .iter()
                    .any(|(known, _)| std::ptr::eq(*known, node));
            if twice {
                return Err(serde::de::Error::custom(format!("`{name}` stands twice")));
            }
            if let Some(slot) = node.slot {
                self.own.push((slot, value));
            }
            if !node.inner.nodes.is_empty() {
                self.nested.push((node, value));
            }
        }
        Ok(())
    }
}

impl Pick<'_, '_, '_> {
    fn remember(&mut self, name: &str) {
        if let Some(names) = &mut self.names
            && names.len() < NAMES
        {
            let name = shorten(name);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
}
