//! The pictures of `compiler/docs/errors.md`: what the real binary prints for ten mistakes, as drawings of a terminal.
//! A picture that is no longer what is printed fails here; `UPDATE=1` draws it anew, to be looked at before it is
//! committed.

use std::fs;
use std::path::Path;

use anstyle_svg::Term;

use crate::support::{root, update};

const SCHEMA: &str = "schema.persona";

/// Each mistake is a file in `errors/`, checked together with the schema beside them.
fn mistakes() -> Vec<String> {
    let folder = root().join("tests/pictures/errors");
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the mistakes are there")
        .map(|entry| {
            let name = entry.expect("a readable entry").file_name();
            name.into_string().expect("a name in UTF-8")
        })
        .filter(|name| name != SCHEMA)
        .collect();
    names.sort();
    names
}

/// What the binary prints for one mistake, in colour, in a terminal of 100 columns.
fn printed(name: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let errors = root().join("tests/pictures/errors");
    for file in [SCHEMA, name] {
        fs::copy(errors.join(file), folder.path().join(file)).expect("the file is copied");
    }
    let manifest = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nlanguage = \"1\"\n";
    fs::write(folder.path().join("persona.toml"), manifest).expect("the file is written");
    let run = crate::support::binary::persona(folder.path(), &["check", "--color", "always"]);
    let reported = run.code <= 1 && (run.stdout.contains("[P") || run.stderr.contains("[P"));
    assert!(reported, "{name} is a mistake:\n{}", run.stderr);
    format!(
        "\u{1b}[2m$\u{1b}[0m persona check\n{}{}",
        run.stdout,
        without_time(&run.stderr)
    )
}

/// How long it took is another thing each time.
fn without_time(text: &str) -> &str {
    let time = text.rfind(" (").filter(|at| text[*at..].contains(" ms)"));
    time.map_or(text, |at| &text[..at])
}

fn drawn(text: &str) -> String {
    Term::new().render_svg(text)
}

#[test]
fn the_pictures_of_the_documentation_are_what_is_printed() {
    let pictures = root().join("compiler/docs/pictures");
    let page = fs::read_to_string(root().join("compiler/docs/errors.md")).unwrap_or_default();
    let mut stale = Vec::new();
    for name in mistakes() {
        let picture = Path::new(&name).with_extension("svg");
        let picture = picture.display().to_string();
        if !page.contains(&format!("(pictures/{picture})")) {
            stale.push(format!("compiler/docs/errors.md does not show {picture}"));
        }
        let (path, now) = (pictures.join(&picture), drawn(&printed(&name)));
        if fs::read_to_string(&path).unwrap_or_default() == now {
            continue;
        }
        if update() {
            fs::create_dir_all(&pictures).expect("the folder is made");
            fs::write(&path, now).expect("the picture is written");
        } else {
            stale.push(format!("{picture} is not what is printed"));
        }
    }
    assert!(stale.is_empty(), "{}", stale.join("\n"));
    assert!(mistakes().len() >= 10, "ten mistakes are shown");
}
