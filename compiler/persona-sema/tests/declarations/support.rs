//! The harness of the tests: programs in strings, diagnostics in lines, fixes applied and checked again.
//!
//! A program of several files has lines `//- name` before each; otherwise it is the one file `main.persona`.

use persona_base::{Diagnostic, Edit, LineIndex, Severity};
use persona_sema::{Database, DependencyFiles};

/// The files of a program.
pub(crate) fn files(program: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in program.split_inclusive('\n') {
        match line.trim_end().strip_prefix("//- ") {
            Some(name) => files.push((name.to_owned(), String::new())),
            None => {
                if files.is_empty() {
                    files.push(("main.persona".to_owned(), String::new()));
                }
                files.last_mut().expect("there is a file").1.push_str(line);
            }
        }
    }
    files
}

/// A database with the files of a program.
pub(crate) fn database(program: &str) -> Database {
    let mut db = Database::new();
    db.set_name("main");
    let (shared, own): (Vec<_>, Vec<_>) = files(program)
        .into_iter()
        .partition(|(name, _)| name.starts_with("../"));
    for (name, text) in own {
        if name.ends_with(".toml") {
            db.set_config(&name, Some(text));
        } else {
            db.set_file(&name, text);
        }
    }
    share(&mut db, &shared);
    db.set_library(persona_std::MODULES.iter().copied());
    db
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
    let names: Vec<(String, String)> = packages
        .iter()
        .map(|package| (package.folder[3..].to_owned(), package.folder.clone()))
        .collect();
    let from = std::iter::once("").chain(packages.iter().map(|package| package.folder.as_str()));
    let links: Vec<_> = from
        .flat_map(|from| {
            names
                .iter()
                .map(move |(name, to)| (from.to_owned(), name.clone(), to.clone()))
        })
        .collect();
    db.set_dependencies(packages, links);
}

/// The diagnostics of a program.
pub(crate) fn diagnostics(program: &str) -> Vec<Diagnostic> {
    database(program).diagnostics()
}

/// The codes of a program's diagnostics, in order.
pub(crate) fn codes(program: &str) -> Vec<&'static str> {
    diagnostics(program)
        .iter()
        .map(|diagnostic| diagnostic.code.id())
        .collect()
}

/// All diagnostics, compactly: code, place, message; below it labels, notes, help and fixes.
pub(crate) fn report(program: &str) -> String {
    let db = database(program);
    db.diagnostics()
        .iter()
        .map(|diagnostic| render(&db, diagnostic))
        .collect()
}

/// One diagnostic in lines.
pub(crate) fn render(db: &Database, diagnostic: &Diagnostic) -> String {
    let place = |file, offset| {
        let text = db.file_text(file);
        let at = LineIndex::new(text).line_col_chars(text, offset);
        let path = db.file_path(file);
        let path = if path == "main.persona" {
            String::new()
        } else {
            format!("{path}:")
        };
        format!("{path}{}:{}", at.line + 1, at.col + 1)
    };
    let primary = &diagnostic.primary;
    let severity = if diagnostic.severity == Severity::Warning {
        "?"
    } else {
        ""
    };
    let found = primary
        .span
        .of(db.file_text(primary.file))
        .replace('\n', "⏎");
    let mut lines = format!(
        "{}{severity} {} `{found}` {}\n",
        diagnostic.code,
        place(primary.file, primary.span.start),
        diagnostic.message
    );
    if !primary.text.is_empty() {
        lines.push_str(&format!("    ^ {}\n", primary.text));
    }
    for label in &diagnostic.secondary {
        lines.push_str(&format!(
            "    {} {}\n",
            place(label.file, label.span.start),
            label.text
        ));
    }
    for note in &diagnostic.notes {
        lines.push_str(&format!("    = {note}\n"));
    }
    if let Some(help) = &diagnostic.help {
        lines.push_str(&format!("    ? {help}\n"));
    }
    for fix in &diagnostic.fixes {
        lines.push_str(&format!("    > {}\n", fix.title));
    }
    lines
}

/// The program after the first fix of the first diagnostic with this code.
pub(crate) fn fixed(program: &str, code: &str) -> Option<String> {
    let db = database(program);
    let found = db.diagnostics();
    let fix = found
        .iter()
        .filter(|diagnostic| diagnostic.code.id() == code)
        .find_map(|d| d.fixes.first())?;
    let several = program.lines().any(|line| line.starts_with("//- "));
    let mut result = String::new();
    for (name, text) in files(program) {
        let mut edits: Vec<&Edit> = fix
            .edits
            .iter()
            .filter(|edit| db.file_path(edit.file) == name)
            .collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
        let mut text = text;
        for edit in edits {
            text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
        }
        if several {
            result.push_str(&format!("//- {name}\n"));
        }
        result.push_str(&text);
    }
    Some(result)
}

/// Checks that the first fix for this code removes it and brings no other error.
pub(crate) fn check_fix(program: &str, code: &str) {
    let repaired = fixed(program, code);
    assert!(
        repaired.is_some(),
        "no fix for {code} in:\n{program}\n{}",
        report(program)
    );
    let repaired = repaired.unwrap_or_default();
    let count = |program: &str| {
        diagnostics(program)
            .iter()
            .filter(|d| d.code.id() == code)
            .count()
    };
    assert!(
        count(&repaired) < count(program),
        "the fix leaves {code}:\n{repaired}\n{}",
        report(&repaired)
    );
    let errors = |program: &str| {
        diagnostics(program)
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .count()
    };
    assert!(
        errors(&repaired) <= errors(program),
        "the fix breaks the program:\n{repaired}\n{}",
        report(&repaired)
    );
}
