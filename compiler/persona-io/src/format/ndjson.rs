//! NDJSON as streaming batches: one object per line. Only wanted names are kept, as JSON text, so that numbers stay
//! as they are written. A line that is no object is a problem with its reason, and the next line is read as usual.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::batch::{Batch, BatchColumn, Lines, Problem, Texts};
use super::{BOM, BatchReader, Opened, RECORD_LIMIT, Seen, check_text_start, read_error};
use crate::error::LoadError;
use crate::value::json::Key;
use crate::value::raw::shorten;

/// A batch ends at so many bytes of text, whatever its rows.
const BATCH_BYTES: u64 = 4 << 20;
/// So many names are remembered for suggestions, from so many rows.
const NAMES: usize = 256;
const NAME_ROWS: u64 = 1000;

pub(super) fn open(
    file: File,
    wanted: &[Arc<str>],
    batch_rows: usize,
) -> Result<Opened, Box<LoadError>> {
    let mut input = BufReader::with_capacity(256 << 10, file);
    let start = input.fill_buf().map_err(|error| read_error(&error))?;
    check_text_start(start)?;
    let bom = if start.starts_with(BOM) { BOM.len() } else { 0 };
    if start[bom..].trim_ascii_start().starts_with(b"[") {
        let error = LoadError::format("this is one JSON list, not one object per line");
        return Err(error
            .help("write each object of the list on a line of its own, without commas between"));
    }
    input.consume(bom);
    let mut tree = Tree::default();
    for (slot, name) in wanted.iter().enumerate() {
        tree.insert(name, slot);
    }
    let reader = NdjsonReader {
        input,
        tree,
        line: 0,
        text: Vec::new(),
        batch_rows,
        wanted: vec![false; wanted.len()],
        names: FxHashSet::default(),
    };
    Ok(Opened {
        reader: Box::new(reader),
        columns: None,
        present: vec![true; wanted.len()],
    })
}

struct NdjsonReader {
    input: BufReader<File>,
    tree: Tree,
    line: u64,
    text: Vec<u8>,
    batch_rows: usize,
    wanted: Vec<bool>,
    names: FxHashSet<String>,
}

/// What reading a line gave.
enum Line {
    End,
    Whole,
    TooLong,
}

impl BatchReader for NdjsonReader {
    fn next(&mut self) -> Result<Option<Batch>, Box<LoadError>> {
        let mut columns: Vec<Texts> = self.wanted.iter().map(|_| Texts::default()).collect();
        let mut lines = Vec::new();
        let mut problems = Vec::new();
        let mut bytes = 0;
        while lines.len() + problems.len() < self.batch_rows && bytes < BATCH_BYTES {
            let mut problem = |value: &[u8], reason: String, before: usize, line: u64| {
                let value = shorten(&String::from_utf8_lossy(&value[..value.len().min(1024)]));
                problems.push(Problem {
                    before,
                    line,
                    value,
                    reason,
                });
            };
            match self.read_line()? {
                Line::End => break,
                Line::TooLong => problem(
                    &self.text,
                    "is longer than 16 MiB".to_owned(),
                    lines.len(),
                    self.line,
                ),
                Line::Whole if self.text.trim_ascii().is_empty() => {}
                Line::Whole => match self.pick(&mut columns) {
                    Ok(()) => lines.push(self.line),
                    Err(reason) => problem(&self.text, reason, lines.len(), self.line),
                },
            }
            bytes += self.text.len() as u64 + 1;
        }
        if bytes == 0 {
            return Ok(None);
        }
        Ok(Some(Batch {
            rows: lines.len(),
            lines: Lines::Each(lines),
            columns: columns.into_iter().map(BatchColumn::Json).collect(),
            problems,
            bytes,
        }))
    }

    fn seen(&self) -> Option<Seen> {
        let mut names: Vec<String> = self.names.iter().cloned().collect();
        names.sort_unstable();
        Some(Seen {
            wanted: self.wanted.clone(),
            names,
        })
    }
}

impl NdjsonReader {
    /// Reads a line into `text`, without its end; of a line that is too long only the start is kept.
    fn read_line(&mut self) -> Result<Line, Box<LoadError>> {
        self.text.clear();
        self.line += 1;
        let mut any = false;
        let mut too_long = false;
        loop {
            let chunk = self.input.fill_buf().map_err(|error| read_error(&error))?;
            if chunk.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', chunk);
            let taken = &chunk[..end.unwrap_or(chunk.len())];
            too_long |= self.text.len() + taken.len() > RECORD_LIMIT;
            if !too_long {
                self.text.extend_from_slice(taken);
            }
            let used = taken.len() + usize::from(end.is_some());
            self.input.consume(used);
            if end.is_some() {
                break;
            }
        }
        Ok(match (any, too_long) {
            (false, _) => Line::End,
            (true, false) => Line::Whole,
            (true, true) => Line::TooLong,
        })
    }

    /// Puts the wanted values of the line in `text` into the columns, or says why the line is no row.
    fn pick(&mut self, columns: &mut [Texts]) -> Result<(), String> {
        let text =
            simdutf8::basic::from_utf8(&self.text).map_err(|_| "is not UTF-8 text".to_owned())?;
        if !text.trim_start().starts_with('{') {
            return Err("is not a JSON object".to_owned());
        }
        let mut found: Vec<Option<&RawValue>> = vec![None; columns.len()];
        let names = (self.line <= NAME_ROWS).then_some(&mut self.names);
        pick_object(text, &self.tree, &mut found, names)?;
        for ((column, value), wanted) in columns.iter_mut().zip(found).zip(&mut self.wanted) {
            *wanted |= value.is_some();
            column.push(value.map_or("", |value| value.get()));
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
    names: Option<&mut FxHashSet<String>>,
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
    names: Option<&'o mut FxHashSet<String>>,
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
            && !names.contains(name)
        {
            names.insert(shorten(name));
        }
    }
}
