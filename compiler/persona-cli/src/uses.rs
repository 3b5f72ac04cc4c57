//! `persona uses`: who depends on a field, a segment, an event, and what would break without it.

use std::io::{self, Write};

use persona::tools::{Dependent, Effect, Uses as Found};
use persona::{Package, Texts};
use serde_json::{Value, json};

use crate::args::{Prose, Uses};
use crate::fail::{Failure, Outcome};
use crate::term::{Paint, Term};

/// How many places of one dependent are listed.
const PLACES: usize = 5;

/// Lists who depends on something.
pub(crate) fn uses(args: &Uses, term: Term) -> Result<Outcome, Failure> {
    let package = Package::open(args.path.as_deref())?;
    let found = package.uses(&args.name)?;
    let text = match args.format {
        Prose::Human => {
            let errors = package.check()?.errors();
            if errors > 0 {
                term.say("the package has errors: what they hide is not listed");
            }
            human(&found, package.texts(), term.out)
        }
        Prose::Json => format!("{}\n", object(&found, package.texts())),
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Outcome::Fine)
}

fn human(found: &Found, texts: &Texts, style: Paint) -> String {
    let at = texts.location(found.place.file, found.place.span);
    let mut text = format!(
        "{} is {}, {}:{}\n",
        style.bold(&found.name),
        found.kind,
        at.path,
        at.line
    );
    if found.dependents.is_empty() {
        text.push_str("Nothing depends on it: it can go.\n");
        return text;
    }
    text.push('\n');
    for dependent in &found.dependents {
        tree(dependent, texts, style, 1, &mut text);
    }
    let (breaks, rests) = count(&found.dependents);
    let without = match (breaks, rests) {
        (1, 0) => "1 declaration would not compile".to_owned(),
        (breaks, 0) => format!("{breaks} declarations would not compile"),
        (1, rests) => {
            format!("1 declaration would not compile, and {rests} more would be lost with it")
        }
        (breaks, rests) => format!(
            "{breaks} declarations would not compile, and {rests} more would be lost with them"
        ),
    };
    text.push_str(&format!("\nWithout {}, {without}.\n", found.name));
    text
}

fn tree(dependent: &Dependent, texts: &Texts, style: Paint, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    let effect = match &dependent.effect {
        Effect::Breaks => "would not compile".to_owned(),
        Effect::Loses(of) => format!("rests on {of}"),
    };
    text.push_str(&format!(
        "{indent}{} ({}): {effect}\n",
        style.bold(&dependent.name),
        without_article(dependent.kind)
    ));
    for place in dependent.because.iter().take(PLACES) {
        let at = texts.location(place.file, place.span);
        let line = texts.text(place.file).lines().nth(at.line as usize - 1);
        let line = line.unwrap_or_default().trim();
        text.push_str(&format!(
            "{indent}    {}\n",
            style.dim(format!("{}:{}:{}  {line}", at.path, at.line, at.column))
        ));
    }
    if dependent.because.len() > PLACES {
        let more = dependent.because.len() - PLACES;
        text.push_str(&format!(
            "{indent}    {}\n",
            style.dim(format!("and {more} more places"))
        ));
    }
    for inner in &dependent.dependents {
        tree(inner, texts, style, depth + 1, text);
    }
}

fn without_article(kind: &str) -> &str {
    ["a ", "an ", "the "]
        .iter()
        .find_map(|article| kind.strip_prefix(article))
        .unwrap_or(kind)
}

/// How many break by themselves, and how many rest on those.
fn count(dependents: &[Dependent]) -> (usize, usize) {
    dependents.iter().fold((0, 0), |(breaks, rests), one| {
        let (inner_breaks, inner_rests) = count(&one.dependents);
        let own = usize::from(one.effect == Effect::Breaks);
        (breaks + own + inner_breaks, rests + (1 - own) + inner_rests)
    })
}

fn object(found: &Found, texts: &Texts) -> Value {
    let at = texts.location(found.place.file, found.place.span);
    json!({
        "format": 1,
        "name": &*found.name,
        "kind": without_article(found.kind),
        "file": &*at.path,
        "line": at.line,
        "column": at.column,
        "dependents": found.dependents.iter().map(|one| dependent(one, texts)).collect::<Vec<_>>(),
    })
}

fn dependent(one: &Dependent, texts: &Texts) -> Value {
    let at = texts.location(one.place.file, one.place.span);
    let places = one.because.iter().map(|place| {
        let at = texts.location(place.file, place.span);
        json!({
            "file": &*at.path,
            "line": at.line,
            "column": at.column,
            "text": texts.slice(place.file, place.span),
        })
    });
    let (effect, of) = match &one.effect {
        Effect::Breaks => ("breaks", Value::Null),
        Effect::Loses(of) => ("loses", json!(&**of)),
    };
    json!({
        "name": &*one.name,
        "kind": without_article(one.kind),
        "file": &*at.path,
        "line": at.line,
        "column": at.column,
        "effect": effect,
        "loses": of,
        "because": places.collect::<Vec<_>>(),
        "dependents": one.dependents.iter().map(|one| dependent(one, texts)).collect::<Vec<_>>(),
    })
}
