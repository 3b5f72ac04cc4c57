//! How long formatting, code actions, hints and lenses take in a large package: `cargo run --release -p persona-ide --example
//! action_time`. The package has 10,000 declarations, once in 100 files and once in one; nothing in it is believable. Each line says
//! the median and the worst of many calls, after the package was checked once.

#![expect(clippy::print_stdout, reason = "its output is what it is run for")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use persona_base::{FileId, Span};
use persona_ide::actions::{Change, actions, resolve};
use persona_ide::format::{document, on_type, range};
use persona_ide::hints::hints;
use persona_ide::lenses::{lenses, uses};
use persona_sema::Database;
use persona_sema::editor::STACK;

const SCHEMA: &str = "\
profile Customer {
  id: String @key
  country: Country = other
  spend: Money<EUR> = 0 EUR
  visits: Int = 0
  age: Int?
}
enum Country { DE, FR, other }
event Purchase { total: Money<EUR> }
segment everybody_uses_this { when spend > 10 EUR }
segment often(n: Int, window: Duration = 7d) {
  when count(Purchase in last (window)) > n
}
";

fn main() {
    let measured = std::thread::Builder::new().stack_size(STACK).spawn(|| {
        for files in [100, 1] {
            println!("10,000 declarations in {files} file(s)");
            measure(files);
        }
    });
    measured
        .expect("a thread starts")
        .join()
        .expect("nothing panics");
}

/// A declaration that others refer to; some of them are not in the one format.
fn declaration(text: &mut String, number: usize) {
    let before = number.saturating_sub(1);
    let written = match number % 4 {
        0 => writeln!(
            text,
            "segment s_{number} {{\n  when visits > {number} and age > 3 and in everybody_uses_this\n}}"
        ),
        1 => writeln!(
            text,
            "trait t_{number} = sum(Purchase.total in last {}d)",
            number % 90 + 1
        ),
        2 => writeln!(
            text,
            "segment s_{number} {{ when t_{before} > 3 EUR and in often({number}) }}"
        ),
        _ => writeln!(
            text,
            "segment s_{number} {{ when   in s_{before} or not in everybody_uses_this }}"
        ),
    };
    written.expect("text grows");
}

fn measure(files: usize) {
    let mut db = Database::new();
    db.set_name("large");
    db.set_file("schema.persona", SCHEMA.to_owned());
    let each = 10_000 / files;
    for file in 0..files {
        let mut text = String::new();
        (file * each..(file + 1) * each).for_each(|number| declaration(&mut text, number));
        db.set_file(&format!("rules_{file:03}.persona"), text);
    }
    let start = Instant::now();
    let diagnostics = db.diagnostics();
    println!(
        "  checked in {:?}, {} diagnostics",
        start.elapsed(),
        diagnostics.len()
    );
    let file = db.file_at("rules_000.persona").expect("the first file");
    let of_file: Vec<_> = diagnostics
        .into_iter()
        .filter(|one| one.primary.file == file)
        .collect();
    let text = db.file_text(file).to_owned();
    let places = places(&text, each);
    timed("code actions at a condition", &places, |at| {
        black_box(actions(&db, file, Span::at(*at), &of_file));
    });
    timed("code actions of a selection", &places, |at| {
        black_box(actions(&db, file, Span::new(*at, *at + 10), &of_file));
    });
    timed("hints of 80 lines", &places, |at| {
        black_box(hints(&db, file, Span::new(*at, *at + 4000)));
    });
    timed("lenses of a file", &places[..5], |_| {
        black_box(lenses(&db, file));
    });
    let schema = db.file_at("schema.persona").expect("the schema");
    let at = SCHEMA.find("everybody_uses_this").expect("it is there") as u32;
    let most = db
        .declaration_at(schema, at)
        .expect("the most used segment")
        .id;
    timed("the uses of the most used segment", &places[..5], |_| {
        black_box(uses(&db, most));
    });
    timed("formatting on type", &places, |at| {
        black_box(on_type(&db, file, line_end(&text, *at), '\n'));
    });
    timed("formatting a declaration", &places, |at| {
        black_box(range(&db, file, Span::at(*at)));
    });
    timed("formatting a file", &places[..5], |_| {
        black_box(document(&db, file));
    });
    inline(&db, schema, at);
}

/// Putting the most used segment wherever it is used.
fn inline(db: &Database, schema: FileId, at: u32) {
    let found = actions(db, schema, Span::at(at), &[]);
    let later = found.iter().find_map(|action| match action.change {
        Change::Later(later) => Some(later),
        Change::Edits(_) => None,
    });
    let Some(later) = later else {
        println!("  the most used segment cannot be inlined");
        return;
    };
    let start = Instant::now();
    let edits = resolve(db, later).map_or(0, |edits| edits.len());
    println!(
        "  putting the most used segment everywhere: {edits} edits in {:?}",
        start.elapsed()
    );
}

/// The conditions of a hundred declarations all over a file.
fn places(text: &str, each: usize) -> Vec<u32> {
    let step = (each / 100).max(1);
    let found = text.match_indices("when").step_by(step).take(100);
    found.map(|(at, _)| at as u32 + 7).collect()
}

fn line_end(text: &str, at: u32) -> u32 {
    let rest = &text[at as usize..];
    at + rest.find('\n').map_or(rest.len(), |newline| newline + 1) as u32
}

fn timed<T>(what: &str, inputs: &[T], mut run: impl FnMut(&T)) {
    let mut times: Vec<Duration> = inputs
        .iter()
        .map(|input| {
            let start = Instant::now();
            run(input);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let worst = times.last().copied().unwrap_or_default();
    println!(
        "  {what}: median {:?}, worst {worst:?}",
        times[times.len() / 2]
    );
}
