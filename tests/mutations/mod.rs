//! The mutation corpus: right programs, and the mistakes that people make in them. Each mistake says what the report about
//! it is: its code, its exact place, and what its fix makes of the program.
//!
//! A chapter is a Markdown file in this folder:
//!
//! | block | meaning |
//! |---|---|
//! | ```` ```persona ```` | a right program; what follows is about it |
//! | ```` ```toml ```` | its `persona.toml` |
//! | ```` ```mistakes ```` | ways to get it wrong, in paragraphs |
//!
//! | line of a mistake | meaning |
//! |---|---|
//! | the first | what somebody did |
//! | `- text` and `+ text` | the edit: the text stands once in the program; `⏎` is the end of a line |
//! | `! P0250 text` | a report about it, and the text it points at; `after when‹›` points at the place between |
//! | `= text` | what the fix makes of the edit before it; without it, the fix gives back what stood there |
//! | `~ reason` | why no fix is possible |
//! | `? …` | what persona says instead, where it does not agree yet; written by `UPDATE=1` |
//!
//! Expectations are written by thinking, before looking. The share of mistakes that are answered as expected is kept in
//! `record.txt` and never shrinks.

mod corpus;
mod form;
mod judge;
mod place;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use corpus::Chapter;
use judge::Verdict;

use crate::support::{files_below, relative, root, update};

/// The chapters.
fn chapters() -> Vec<PathBuf> {
    let files = files_below(&root().join("tests/mutations"));
    let is_chapter = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "md");
    files.into_iter().filter(is_chapter).collect()
}

/// How many programs there are, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    /// Wrong programs.
    programs: usize,
    /// Those for which no fix is possible.
    without_fix: usize,
    /// As many reports as mistakes.
    counted: usize,
    /// All reports with the expected code at the expected place.
    placed: usize,
    /// The fix gives back what was meant; or none is offered where none is possible.
    mended: usize,
    /// All of it.
    agreeing: usize,
}

impl Tally {
    fn add(&mut self, mistake: &corpus::Mistake, verdict: &Verdict) {
        self.programs += 1;
        self.without_fix += usize::from(mistake.no_fix.is_some());
        self.counted += usize::from(verdict.counted);
        self.placed += usize::from(verdict.placed);
        self.mended += usize::from(verdict.mended);
        self.agreeing += usize::from(verdict.agrees());
    }

    fn show(self) -> String {
        format!(
            "programs {}\nagreeing {}\none report for each mistake {}\nright code and place {}\nmended by the fix, or rightly without one {}\nno fix possible {}\n",
            self.programs, self.agreeing, self.counted, self.placed, self.mended, self.without_fix
        )
    }
}

/// What running the corpus found.
#[derive(Default)]
struct Found {
    tally: Tally,
    complaints: Vec<String>,
    codes: BTreeSet<&'static str>,
}

fn run_chapter(path: &std::path::Path, found: &mut Found) {
    let text = std::fs::read_to_string(path).expect("a readable chapter");
    let chapter = Chapter::read(&text);
    let mut observed = Vec::new();
    for base in &chapter.bases {
        let mut program = judge::Program::new(base);
        let place = format!("{}:{}", relative(path), base.line);
        found.complaints.extend(
            program
                .is_right()
                .err()
                .map(|why| format!("{place}: the program itself is not right\n{why}")),
        );
        for mistake in &base.mistakes {
            let place = format!("{}:{} {}", relative(path), mistake.line, mistake.name);
            let verdict = match program.judge(mistake) {
                Ok(verdict) => verdict,
                Err(why) => {
                    found.complaints.push(format!("{place}\n{why}"));
                    continue;
                }
            };
            found.tally.add(mistake, &verdict);
            found.codes.extend(verdict.codes.iter().copied());
            found
                .complaints
                .extend(verdict.form.iter().map(|why| format!("{place}\n{why}")));
            if verdict.observed != mistake.observed && !update() {
                let mut text = place;
                for line in &verdict.observed {
                    write!(text, "\n  {line}").expect("text grows");
                }
                if verdict.observed.is_empty() {
                    text.push_str("\n  agrees now: UPDATE=1 takes the note away");
                }
                found.complaints.push(text);
            }
            observed.push((mistake.line, verdict.observed));
        }
    }
    if update() {
        std::fs::write(path, corpus::with_observed(&text, &observed))
            .expect("the chapter is writable");
    }
}

/// A number of the record.
fn recorded(record: &str, what: &str) -> usize {
    let line = record.lines().find_map(|line| line.strip_prefix(what));
    line.and_then(|number| number.trim().parse().ok())
        .unwrap_or_else(|| panic!("the record has no `{what}`"))
}

#[test]
fn mistakes_are_reported_as_expected() {
    let mut found = Found::default();
    for path in chapters() {
        run_chapter(&path, &mut found);
    }
    let record = root().join("tests/mutations/record.txt");
    let tally = found.tally;
    println!("{}codes {}", tally.show(), found.codes.len());
    assert!(
        found.complaints.is_empty(),
        "{}\n\n{}\n{} complaints",
        found.complaints.join("\n\n"),
        tally.show(),
        found.complaints.len()
    );
    if update() {
        std::fs::write(record, tally.show()).expect("the record is writable");
        return;
    }
    let record = std::fs::read_to_string(record).expect("the record");
    let (programs, agreeing) = (recorded(&record, "programs"), recorded(&record, "agreeing"));
    assert!(
        tally.programs >= programs && tally.agreeing * programs >= agreeing * tally.programs,
        "the share shrinks: {agreeing} of {programs} were answered as expected, now\n{}",
        tally.show()
    );
    assert!(
        tally.programs >= 400 && tally.agreeing * 100 >= tally.programs * 95,
        "95 % of 400 programs at least are answered as expected; now\n{}",
        tally.show()
    );
}
