//! `persona breaking`: a package and an earlier version of it; what changed, and what that means.

mod earlier;

use std::io::{self, Write};

use persona::tools::{ChangeClass, PackageChange, Place};
use persona::{Package, Texts};
use serde_json::{Value, json};

use crate::args::{Breaking, Changes, DenyChange};
use crate::fail::{Failure, Outcome};
use crate::term::{Paint, Term};

use earlier::Earlier;

/// The classes in the order of the report, with their headings and their names for machines.
const CLASSES: [(ChangeClass, &str, &str); 5] = [
    (ChangeClass::Breaks, "Breaks rules", "breaks"),
    (ChangeClass::Meaning, "Changes what rules mean", "meaning"),
    (ChangeClass::Widens, "Widens segments", "widens"),
    (ChangeClass::Narrows, "Narrows segments", "narrows"),
    (ChangeClass::Harmless, "Harmless", "harmless"),
];

/// Compares a package with an earlier version.
pub(crate) fn breaking(args: &Breaking, term: Term) -> Result<Outcome, Failure> {
    let package = Package::open(args.path.as_deref())?;
    let earlier = Earlier::find(&args.against, package.root())?;
    let (was, is) = (earlier.package.check()?.errors(), package.check()?.errors());
    for (errors, which) in [(was, "the earlier version"), (is, "the package")] {
        if errors > 0 {
            term.say(format!(
                "{which} has errors: conditions are compared by their words alone"
            ));
        }
    }
    let changes = package.changes_since(&earlier.package)?;
    let report = Report {
        changes: &changes,
        old: &earlier,
        new: package.texts(),
    };
    let text = match args.format {
        Changes::Human => report.human(term.out),
        Changes::Json => format!("{}\n", report.object()),
        Changes::Github => report.github(),
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    let fails = |change: &PackageChange| match change.class {
        ChangeClass::Breaks => true,
        ChangeClass::Harmless => false,
        ChangeClass::Meaning | ChangeClass::Widens | ChangeClass::Narrows => {
            args.deny == Some(DenyChange::Meaning)
        }
    };
    match changes.iter().any(fails) {
        true => Ok(Outcome::ProgramIsWrong),
        false => Ok(Outcome::Fine),
    }
}

/// Changes with the texts that their places point into.
struct Report<'r> {
    changes: &'r [PackageChange],
    old: &'r Earlier,
    new: &'r Texts,
}

/// A place for people.
struct At {
    path: String,
    line: u32,
    column: u32,
    text: String,
}

impl Report<'_> {
    fn of(&self, class: ChangeClass) -> Vec<&PackageChange> {
        let all = self.changes.iter();
        all.filter(|change| change.class == class).collect()
    }

    fn at(texts: &Texts, place: Place) -> At {
        let at = texts.location(place.file, place.span);
        let line = texts.text(place.file).lines().nth(at.line as usize - 1);
        At {
            path: at.path.to_string(),
            line: at.line,
            column: at.column,
            text: line.unwrap_or_default().trim().to_owned(),
        }
    }

    fn old_at(&self, change: &PackageChange) -> Option<At> {
        let at = Self::at(self.old.package.texts(), change.old?);
        Some(At {
            path: self.old.shown(&at.path),
            ..at
        })
    }

    fn new_at(&self, change: &PackageChange) -> Option<At> {
        Some(Self::at(self.new, change.new?))
    }

    fn human(&self, paint: Paint) -> String {
        if self.changes.is_empty() {
            return "Nothing changed that anybody rests on.\n".to_owned();
        }
        let mut text = String::new();
        for (class, heading, _) in CLASSES {
            let of_class = self.of(class);
            if of_class.is_empty() {
                continue;
            }
            let heading = format!("{heading} ({})", of_class.len());
            let heading = match class {
                ChangeClass::Breaks => paint.red(heading),
                ChangeClass::Harmless => paint.green(heading),
                _ => paint.yellow(heading),
            };
            text.push_str(&format!("{heading}\n"));
            for change in of_class {
                self.change(change, paint, &mut text);
            }
            text.push('\n');
        }
        let parts: Vec<String> = CLASSES
            .iter()
            .map(|(class, _, name)| (self.of(*class).len(), *name))
            .filter(|(count, _)| *count > 0)
            .map(|(count, name)| counted(count, name))
            .collect();
        text.push_str(&format!("{}.\n", parts.join(", ")));
        text
    }

    fn change(&self, change: &PackageChange, paint: Paint, text: &mut String) {
        let (kind, name) = (change.kind, paint.bold(&change.name));
        text.push_str(&format!("  {kind} {name} {}", change.message));
        match &change.note {
            Some(note) => text.push_str(&format!(": {note}\n")),
            None => text.push('\n'),
        }
        for (which, at) in [("was", self.old_at(change)), ("is", self.new_at(change))] {
            if let Some(at) = at {
                let line = format!("{which:>7}  {}:{}  {}", at.path, at.line, at.text);
                text.push_str(&format!("{}\n", paint.dim(line)));
            }
        }
    }

    fn object(&self) -> Value {
        let place = |at: Option<At>| {
            at.map_or(Value::Null, |at| {
                json!({ "file": at.path, "line": at.line, "column": at.column, "text": at.text })
            })
        };
        let changes = self.changes.iter().map(|change| {
            json!({
                "class": name_of(change.class),
                "kind": change.kind,
                "name": &*change.name,
                "message": change.message,
                "note": change.note,
                "old": place(self.old_at(change)),
                "new": place(self.new_at(change)),
            })
        });
        let summary: serde_json::Map<String, Value> = CLASSES
            .iter()
            .map(|(class, _, name)| ((*name).to_owned(), json!(self.of(*class).len())))
            .collect();
        json!({ "format": 1, "changes": changes.collect::<Vec<_>>(), "summary": summary })
    }

    /// Workflow commands: an error for what breaks rules, a warning for other meanings, a notice for the rest.
    fn github(&self) -> String {
        let mut text = String::new();
        for change in self.changes {
            let level = match change.class {
                ChangeClass::Breaks => "error",
                ChangeClass::Harmless => "notice",
                ChangeClass::Meaning | ChangeClass::Widens | ChangeClass::Narrows => "warning",
            };
            let title = CLASSES.iter().find(|(class, ..)| *class == change.class);
            let title = title.map_or("", |(_, heading, _)| *heading);
            let place = match self.new_at(change) {
                Some(at) => format!(
                    "file={},line={},col={},",
                    property(&at.path),
                    at.line,
                    at.column
                ),
                None => String::new(),
            };
            let mut message = format!("{} {} {}", change.kind, change.name, change.message);
            if let Some(note) = &change.note {
                message.push_str(&format!(": {note}"));
            }
            text.push_str(&format!(
                "::{level} {place}title={}::{}\n",
                property(title),
                escaped(&message)
            ));
        }
        text
    }
}

fn name_of(class: ChangeClass) -> &'static str {
    let found = CLASSES.iter().find(|(known, ..)| *known == class);
    found.map_or("", |(_, _, name)| *name)
}

fn counted(count: usize, name: &str) -> String {
    match (name, count) {
        ("breaks", 1) => "1 change breaks rules".to_owned(),
        ("breaks", _) => format!("{count} changes break rules"),
        ("meaning", 1) => "1 changes what rules mean".to_owned(),
        ("meaning", _) => format!("{count} change what rules mean"),
        ("widens", 1) => "1 widens a segment".to_owned(),
        ("widens", _) => format!("{count} widen segments"),
        ("narrows", 1) => "1 narrows a segment".to_owned(),
        ("narrows", _) => format!("{count} narrow segments"),
        (_, 1) => "1 is harmless".to_owned(),
        _ => format!("{count} are harmless"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}
