//! Coverage as one page that needs nothing else: the package's text, each condition in the colour of what was seen of it, and
//! beside triggers, steps and variants what became of them. No scripts, no network.

use std::collections::BTreeMap;
use std::fmt::Write;

use persona::{Coverage, CoveredAtom, Covering, Texts};

use super::{Part, outcome, said, totals};
use crate::markup::{Page, escaped};

/// What stands beside a line: its class and its words.
type Notes<'c> = BTreeMap<(&'c str, u32), Vec<(&'static str, String)>>;

/// The page.
pub(super) fn page(name: &str, texts: &Texts, coverage: &Coverage) -> String {
    let notes = notes(coverage);
    let mut files = String::new();
    let mut index = String::new();
    for file in texts.files() {
        let path = texts.path(file);
        let atoms: Vec<&CoveredAtom> = coverage
            .atoms
            .iter()
            .filter(|atom| *atom.location.path == *path)
            .collect();
        let noted = notes.keys().any(|(of, _)| *of == path);
        if atoms.is_empty() && !noted {
            continue;
        }
        let seen = Part::of(atoms.iter().map(|atom| atom.covering() == Covering::Both));
        let path = escaped(path);
        put(
            &mut index,
            format_args!(
                "<li><a href=\"#{path}\">{path}</a> {}</li>\n",
                of_part(seen)
            ),
        );
        put(
            &mut files,
            format_args!(
                "<section id=\"{path}\">\n<h2>{path}</h2>\n<div class=\"scroll\" tabindex=\"0\"><pre>{}</pre></div>\n</section>\n",
                source(texts.text(file), texts.path(file), &atoms, &notes)
            ),
        );
    }
    let tiles: String = totals(coverage).iter().map(tile).collect();
    let lead = format!(
        "<div class=\"tiles\">{tiles}</div>\n\
         <p class=\"key\"><b class=\"both\">seen both ways</b> <b class=\"yes\">always held</b> <b class=\"no\">never held</b> \
         <b class=\"never\">never asked</b></p>\n<ul class=\"index\">\n{index}</ul>"
    );
    Page {
        package: name,
        about: "what its tests cover",
        heading: "What the tests cover",
        style: include_str!("page.css"),
        lead: &lead,
        body: &files,
    }
    .html()
}

fn put(text: &mut String, of: std::fmt::Arguments<'_>) {
    text.write_fmt(of)
        .expect("a String takes all that is written");
}

fn of_part(part: Part) -> String {
    match part.all {
        0 => String::new(),
        all => format!("<small>{} of {all} conditions</small>", part.seen),
    }
}

fn tile((what, how, part): &(&str, &str, Part)) -> String {
    let percent = part.percent();
    format!(
        "<div class=\"tile\"><strong>{percent} %</strong><span>{} of {} {what} {how}</span>\
         <i role=\"img\" aria-label=\"{percent} percent\"><u style=\"width:{percent}%\"></u></i></div>",
        part.seen, part.all
    )
}

/// What is said beside lines.
fn notes(coverage: &Coverage) -> Notes<'_> {
    let mut notes = Notes::new();
    for of in &coverage.variants {
        let at = (&*of.location.path, of.location.line);
        let note = match of.chosen {
            0 => ("chip never", "nobody read it".to_owned()),
            count => ("chip both", format!("read {count} ×")),
        };
        notes.entry(at).or_default().push(note);
    }
    for of in &coverage.outcomes {
        let at = (&*of.location.path, of.location.line);
        let word = outcome(of.outcome, of.reason);
        let note = match of.seen {
            0 => ("chip never", word),
            count => ("chip both", format!("{word} {count} ×")),
        };
        notes.entry(at).or_default().push(note);
    }
    notes
}

fn class(covering: Covering) -> &'static str {
    match covering {
        Covering::Never => "never",
        Covering::OnlyYes => "yes",
        Covering::OnlyNo => "no",
        Covering::Both => "both",
    }
}

/// A file's lines.
fn source(text: &str, path: &str, atoms: &[&CoveredAtom], notes: &Notes<'_>) -> String {
    // The atom that each byte belongs to; those inside of others come later, and have it.
    let mut owner: Vec<Option<usize>> = vec![None; text.len()];
    let mut order: Vec<usize> = (0..atoms.len()).collect();
    order.sort_by_key(|place| std::cmp::Reverse(atoms[*place].span.len()));
    for place in order {
        if let Some(bytes) = owner.get_mut(atoms[place].span.clone()) {
            bytes.fill(Some(place));
        }
    }
    let mut page = String::new();
    let mut start = 0;
    for (line, number) in text.split_inclusive('\n').zip(1_u32..) {
        let bare = line.trim_end_matches(['\n', '\r']);
        put(
            &mut page,
            format_args!("<span class=\"line\"><s>{number}</s>"),
        );
        runs(&mut page, bare, &owner[start..start + bare.len()], atoms);
        for (class, words) in notes.get(&(path, number)).into_iter().flatten() {
            put(
                &mut page,
                format_args!(" <em class=\"{class}\">{}</em>", escaped(words)),
            );
        }
        page.push_str("</span>");
        start += line.len();
    }
    page
}

/// A line in pieces of one atom each.
fn runs(page: &mut String, line: &str, owner: &[Option<usize>], atoms: &[&CoveredAtom]) {
    let mut start = 0;
    for run in owner.chunk_by(|a, b| a == b) {
        let piece = &line[start..start + run.len()];
        start += run.len();
        let atom = run.first().copied().flatten().map(|place| atoms[place]);
        // Blanks before what goes on from the line above have no colour.
        let bare = piece.trim_start();
        page.push_str(&piece[..piece.len() - bare.len()]);
        match atom {
            Some(atom) => put(
                page,
                format_args!(
                    "<b class=\"{}\" title=\"{}: held {} ×, did not hold {} ×\">{}</b>",
                    class(atom.covering()),
                    said(atom.covering()),
                    atom.yes,
                    atom.no,
                    escaped(bare)
                ),
            ),
            None => page.push_str(&escaped(bare)),
        }
    }
}
