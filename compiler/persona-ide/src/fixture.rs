//! Packages for tests, written as one text.
//!
//! A line `//- path` begins a file; without one, all is `main.persona`. `$0` is the cursor; `<$name>…</$name>` is a range called
//! `name`; neither is part of the texts. `persona.toml` is the configuration, `../common/…` are the files of another package,
//! what ends like a template is one, other files (data) exist only by name. The standard library is always there.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use persona_base::{FileId, LineIndex, Span};
use persona_sema::{Database, DependencyFiles, TEMPLATE_ENDINGS};

/// A package under test.
pub(crate) struct Fixture {
    /// The package.
    pub(crate) db: Database,
    /// The files by their paths, in the order of the text.
    pub(crate) files: Vec<(String, FileId)>,
    /// Where the cursor is.
    cursor: Option<(FileId, u32)>,
    ranges: Vec<(String, FileId, Span)>,
}

/// A file without markers, and the markers.
struct Marked {
    path: String,
    text: String,
    cursor: Option<u32>,
    ranges: Vec<(String, Span)>,
}

impl Fixture {
    /// Reads a package.
    pub(crate) fn new(text: &str) -> Self {
        let files: Vec<Marked> = split(text).into_iter().map(read).collect();
        let mut db = Database::new();
        db.set_name("main");
        let shared: Vec<(String, String)> = files
            .iter()
            .filter(|file| file.path.starts_with("../"))
            .map(|file| (file.path.clone(), file.text.clone()))
            .collect();
        let known = files.iter().filter(|file| is_template(&file.path));
        let known: BTreeSet<Arc<str>> = known.map(|file| Arc::from(file.path.as_str())).collect();
        db.set_templates(Some(known));
        db.set_library(persona_std::MODULES.iter().copied());
        share(&mut db, &shared);
        let mut fixture = Self {
            db,
            files: Vec::new(),
            cursor: None,
            ranges: Vec::new(),
        };
        for file in files {
            fixture.add(file);
        }
        fixture
    }

    fn add(&mut self, file: Marked) {
        let (path, text) = (file.path.as_str(), file.text);
        let id = if path.starts_with("../") {
            self.db.file_at(path)
        } else if path.ends_with(".toml") {
            self.db.set_config(path, Some(text))
        } else if path.ends_with(".persona") {
            Some(self.db.set_file(path, text))
        } else if is_template(path) {
            Some(self.db.set_template(path, path, text))
        } else {
            None
        };
        let Some(id) = id else {
            return;
        };
        if let Some(cursor) = file.cursor {
            assert!(self.cursor.is_none(), "there is one cursor");
            self.cursor = Some((id, cursor));
        }
        let ranges = file.ranges.into_iter();
        self.ranges
            .extend(ranges.map(|(name, span)| (name, id, span)));
        self.files.push((file.path, id));
    }

    /// The cursor.
    pub(crate) fn cursor(&self) -> (FileId, u32) {
        self.cursor.expect("the fixture has a cursor `$0`")
    }

    /// The ranges of a name, in the order of the text.
    pub(crate) fn ranges(&self, name: &str) -> Vec<(FileId, Span)> {
        let found = self.ranges.iter().filter(|(other, ..)| other == name);
        found.map(|(_, file, span)| (*file, *span)).collect()
    }

    /// The only range of a name.
    pub(crate) fn range(&self, name: &str) -> (FileId, Span) {
        let found = self.ranges(name);
        assert_eq!(found.len(), 1, "there is one range `{name}`");
        found[0]
    }

    /// The id of a file.
    pub(crate) fn file(&self, path: &str) -> FileId {
        let found = self.files.iter().find(|(other, _)| other == path);
        found.expect("the fixture has this file").1
    }

    /// `path:line:column text`, lines and columns from 1.
    pub(crate) fn shown(&self, file: FileId, span: Span) -> String {
        let text = self.db.file_text(file);
        let at = LineIndex::new(text).line_col(span.start);
        let mut shown = String::new();
        let path = self.db.file_path(file);
        let _ = write!(shown, "{path}:{}:{}", at.line + 1, at.col + 1);
        let first = span.of(text).lines().next().unwrap_or_default();
        if !first.is_empty() {
            let _ = write!(shown, " {first}");
        }
        shown
    }

    /// What is wrong in the package, one line for each: for tests that must stand on valid ground.
    pub(crate) fn problems(&self) -> String {
        let mut shown = String::new();
        for found in self.db.diagnostics() {
            let place = self.shown(found.primary.file, found.primary.span);
            let _ = writeln!(shown, "{} {place}: {}", found.code.id(), found.message);
        }
        shown
    }
}

fn is_template(path: &str) -> bool {
    TEMPLATE_ENDINGS.iter().any(|ending| path.ends_with(ending))
}

fn split(text: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match line.trim_end().strip_prefix("//- ") {
            Some(path) => files.push((path.to_owned(), String::new())),
            None => {
                if files.is_empty() {
                    files.push(("main.persona".to_owned(), String::new()));
                }
                let last = files.last_mut().expect("there is a file");
                last.1.push_str(line);
            }
        }
    }
    if files.is_empty() {
        files.push(("main.persona".to_owned(), String::new()));
    }
    files
}

fn read((path, marked): (String, String)) -> Marked {
    let mut file = Marked {
        path,
        text: String::with_capacity(marked.len()),
        cursor: None,
        ranges: Vec::new(),
    };
    let mut open: Vec<(String, u32)> = Vec::new();
    let mut rest = marked.as_str();
    while let Some(at) = rest.find(['$', '<']) {
        file.text.push_str(&rest[..at]);
        rest = &rest[at..];
        let here = file.text.len() as u32;
        if let Some(after) = rest.strip_prefix("$0") {
            assert!(file.cursor.is_none(), "there is one cursor");
            file.cursor = Some(here);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("</$") {
            let (name, after) = after.split_once('>').expect("`</$name>` is closed");
            let (opened, start) = open.pop().expect("a range was opened");
            assert_eq!(opened, name, "ranges are closed in order");
            file.ranges.push((opened, Span::new(start, here)));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("<$") {
            let (name, after) = after.split_once('>').expect("`<$name>` is closed");
            open.push((name.to_owned(), here));
            rest = after;
        } else {
            file.text.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    file.text.push_str(rest);
    assert!(open.is_empty(), "every range is closed");
    file.ranges.sort_by_key(|(_, span)| *span);
    file
}

/// Sets the packages whose files are `../name/file`; each may use all others.
fn share(db: &mut Database, files: &[(String, String)]) {
    let mut packages: Vec<DependencyFiles> = Vec::new();
    for (path, text) in files {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let index = packages.iter().position(|package| package.folder == folder);
        let index = index.unwrap_or_else(|| {
            packages.push(DependencyFiles {
                folder: folder.to_owned(),
                ..DependencyFiles::default()
            });
            packages.len() - 1
        });
        let file = (path.clone(), text.clone());
        match path.ends_with(".toml") {
            true => packages[index].config = Some(file),
            false => packages[index].files.push(file),
        }
    }
    let folders: Vec<&str> = packages.iter().map(|one| one.folder.as_str()).collect();
    let from = std::iter::once("").chain(folders.iter().copied());
    let links = from.flat_map(|from| {
        let named = folders.iter();
        named.map(move |to| (from.to_owned(), to[3..].to_owned(), (*to).to_owned()))
    });
    let links: Vec<_> = links.collect();
    db.set_dependencies(packages, links);
}

#[test]
fn markers_are_no_part_of_the_text() {
    let fixture = Fixture::new(
        "//- a.persona\nsegment <$def>vip</$def> { when x <$op><</$op> 1 $0}\n//- ../common/persona.toml\n[package]\nname = \"common\"\n",
    );
    let file = fixture.file("a.persona");
    assert_eq!(fixture.db.file_text(file), "segment vip { when x < 1 }\n");
    assert_eq!(fixture.cursor(), (file, 25));
    assert_eq!(fixture.range("def"), (file, Span::new(8, 11)));
    assert_eq!(fixture.shown(file, Span::new(8, 11)), "a.persona:1:9 vip");
    assert_eq!(fixture.ranges("op").len(), 1);
    assert_eq!(fixture.files.len(), 2);
}
