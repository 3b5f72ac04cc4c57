//! Coverage as an LCOV tracefile: a branch for *yes* and one for *no* of each condition, one for each outcome of a step; a line
//! is as often executed as what stands on it was asked, done or read most often.

use std::collections::BTreeMap;
use std::fmt::Write;

use persona::{Coverage, CoveredOutcome};

/// What is known of a file.
#[derive(Default)]
struct File {
    /// Lines, from 1: how often.
    lines: BTreeMap<u32, u64>,
    /// Line, block, branch: how often; nothing where the block was never reached.
    branches: Vec<(u32, usize, usize, Option<u64>)>,
}

impl File {
    fn hit(&mut self, line: u32, count: u64) {
        let known = self.lines.entry(line).or_default();
        *known = count.max(*known);
    }

    /// A place where one of several ways is taken.
    fn branch(&mut self, line: u32, counts: &[u64]) {
        let total = counts.iter().sum();
        self.hit(line, total);
        let block = self.branches.iter().filter(|of| of.0 == line);
        let block = block.map(|of| of.1 + 1).max().unwrap_or(0);
        for (place, count) in counts.iter().enumerate() {
            let count = (total > 0).then_some(*count);
            self.branches.push((line, block, place, count));
        }
    }
}

/// The tracefile.
pub(super) fn text(coverage: &Coverage) -> String {
    let mut files: BTreeMap<&str, File> = BTreeMap::new();
    for atom in &coverage.atoms {
        let file = files.entry(&atom.location.path).or_default();
        file.branch(atom.location.line, &[atom.yes, atom.no]);
    }
    for variant in &coverage.variants {
        let file = files.entry(&variant.location.path).or_default();
        file.hit(variant.location.line, variant.chosen);
    }
    let same = |a: &CoveredOutcome, b: &CoveredOutcome| {
        a.trigger == b.trigger && a.step == b.step && a.location == b.location
    };
    for group in coverage.outcomes.chunk_by(same) {
        let at = &group[0].location;
        let counts: Vec<u64> = group.iter().map(|of| of.seen).collect();
        files.entry(&at.path).or_default().branch(at.line, &counts);
    }
    let mut text = String::new();
    for (path, file) in &files {
        write_file(&mut text, path, file).expect("a String takes all that is written");
    }
    text
}

fn write_file(text: &mut String, path: &str, file: &File) -> std::fmt::Result {
    writeln!(text, "TN:\nSF:{path}")?;
    let mut branches: Vec<_> = file.branches.iter().collect();
    branches.sort();
    for (line, block, branch, count) in branches {
        match count {
            Some(count) => writeln!(text, "BRDA:{line},{block},{branch},{count}")?,
            None => writeln!(text, "BRDA:{line},{block},{branch},-")?,
        }
    }
    let taken = |of: &&(u32, usize, usize, Option<u64>)| of.3.is_some_and(|count| count > 0);
    let hit = file.branches.iter().filter(taken).count();
    writeln!(text, "BRF:{}\nBRH:{hit}", file.branches.len())?;
    for (line, count) in &file.lines {
        writeln!(text, "DA:{line},{count}")?;
    }
    let hit = file.lines.values().filter(|count| **count > 0).count();
    writeln!(text, "LF:{}\nLH:{hit}\nend_of_record", file.lines.len())
}
