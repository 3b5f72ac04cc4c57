//! What is under the cursor in a template: hover and definition.

use persona_base::{FileId, Span};
use persona_liquid::{TagUse, filters, tags};
use persona_sema::editor::{DeclRef, GivenKind, Symbol, Target};
use persona_sema::{Database, EventId, Param, TypeKind};
use persona_syntax::ast;

use super::complete::{open_quote, word_length, word_start};
use super::scan::{self, Spot};
use super::seen::{Seen, View, what};
use crate::complete::documentation;
use crate::complete::lex::{boundary, offset};
use crate::definition::{Destination, Navigation};
use crate::hover::Hover;

/// The name at a place.
struct Named<'v> {
    spot: Spot<'v>,
    span: Span,
    /// The word.
    word: &'v str,
    /// What stands before it, with its dots: `cart.`.
    path: &'v str,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Tag,
    Filter,
    Variable,
    Partial,
}

fn named<'v>(view: &View<'v>, at: u32) -> Option<Named<'v>> {
    let text = view.text;
    let at = boundary(text, at as usize);
    let start = word_start(text, at);
    let end = at + word_length(&text[at..]);
    // Right behind the braces a tag's name is not begun yet: look from the end of the word.
    let spot = scan::spot(text, end)?;
    if let Some(quote) = open_quote(&text[spot.inner.min(at)..at]) {
        let from = spot.inner + quote + 1;
        let length = text[from..].find(['"', '\'']).unwrap_or(0);
        let is_partial = matches!(spot.tag, "render" | "include");
        return is_partial.then(|| Named {
            span: Span::new(offset(from), offset(from + length)),
            word: &text[from..from + length],
            path: "",
            what: What::Partial,
            spot,
        });
    }
    if start == end {
        return None;
    }
    let word = &text[start..end];
    let is_name = spot.tag.is_empty() || start == spot.name_at;
    let before = &text[spot.inner.min(start)..start];
    let what = if is_name && spot.tag != "{{" {
        What::Tag
    } else if before.trim_end().ends_with('|') {
        What::Filter
    } else {
        What::Variable
    };
    Some(Named {
        span: Span::new(offset(start), offset(end)),
        word,
        path: super::complete::path_before(before),
        what,
        spot,
    })
}

/// What to show for the name at an offset of a template; nothing where there is none.
pub(crate) fn hover(db: &Database, file: FileId, at: u32) -> Option<Hover> {
    let view = View::new(db, file);
    let named = named(&view, at)?;
    let markdown = match named.what {
        What::Tag => tag(named.word)?,
        What::Filter => filter(named.word)?,
        What::Partial => {
            let (path, _) = partial(&view, named.word)?;
            format!("`{path}`, a template of this package.")
        }
        What::Variable => variable(&view, &named)?,
    };
    Some(Hover {
        span: named.span,
        markdown,
        audience: None,
    })
}

/// What a tag does, in Markdown.
pub(crate) fn tag(name: &str) -> Option<String> {
    let (_, used) = tags().iter().find(|(known, _)| *known == name)?;
    Some(match used {
        TagUse::Supported { form, says } => format!("```liquid\n{form}\n```\n\n{}.", capital(says)),
        TagUse::Refused { why, instead } => {
            format!("`{name}` is not there: {why}. Instead: {instead}.")
        }
    })
}

/// What a filter does, in Markdown.
pub(crate) fn filter(name: &str) -> Option<String> {
    let found = filters().iter().find(|filter| filter.name == name)?;
    Some(match found.is_supported() {
        true => format!(
            "`{name}`: {} → {}\n\n{}.",
            found.takes,
            found.gives,
            capital(found.says)
        ),
        false => format!("`{name}` is not there: {}.", found.says),
    })
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(chars).collect()
}

fn variable(view: &View<'_>, named: &Named<'_>) -> Option<String> {
    let path = format!("{}{}", named.path, named.word);
    let ty = view.type_of(&named.spot, &path);
    let mut lines: Vec<String> = Vec::new();
    if let Some(ty) = ty.as_ref().filter(|ty| !ty.is_error()) {
        lines.push(format!("`{path}`: {}", ty.describe()));
    }
    let seen = view.seen(&named.spot, named.path);
    if let Some(Seen::Variables { own, given, .. }) = &seen {
        if own.iter().any(|one| *one.name == *named.word) {
            lines.push("A variable of this template.".to_owned());
        } else if let Some(one) = given.iter().find(|one| *one.name == *named.word) {
            lines.push(format!("Here it is {}.", what(one.kind)));
        }
    }
    let symbols = symbols(view, named);
    for symbol in &symbols {
        let key = match symbol {
            Symbol::Decl(name) => format!("decl:{name}"),
            Symbol::Field { table, path } => format!("field:{table}:{path}"),
            Symbol::Slot { of, name } => format!("slot:{of}:{name}"),
            Symbol::Param { of, name } => {
                lines.extend(param(view.db, of, name));
                continue;
            }
            _ => continue,
        };
        lines.extend(documentation(view.db, &key));
    }
    (!lines.is_empty()).then(|| lines.join("\n\n"))
}

/// A parameter of a content as it is written.
fn param(db: &Database, content: &str, name: &str) -> Option<String> {
    let found = db.named(content)?;
    let ast::DeclKind::Content(decl) = &found.tree.kind else {
        return None;
    };
    let param = decl.params.iter().find(|param| param.name.text == name)?;
    let ty = param.ty.span.of(found.text);
    Some(format!("```persona\n{name}: {ty}\n```\n\nof `{content}`"))
}

/// Where the name at an offset of a template is declared: in rules, in the template, or the file of a partial.
pub(crate) fn definition(db: &Database, file: FileId, at: u32) -> Option<Navigation> {
    let view = View::new(db, file);
    let named = named(&view, at)?;
    let targets = match named.what {
        What::Tag | What::Filter => Vec::new(),
        What::Partial => {
            let (_, file) = partial(&view, named.word)?;
            vec![Destination::Place {
                file,
                name: Span::at(0),
                whole: Span::new(0, offset(db.file_text(file).len())),
            }]
        }
        What::Variable => declared(&view, &named),
    };
    (!targets.is_empty()).then_some(Navigation {
        origin: named.span,
        targets,
    })
}

fn declared(view: &View<'_>, named: &Named<'_>) -> Vec<Destination> {
    if named.path.is_empty()
        && let Some(Seen::Variables { own, .. }) = view.seen(&named.spot, "")
        && let Some(one) = own.iter().find(|one| *one.name == *named.word)
    {
        return vec![Destination::Place {
            file: one.place.file,
            name: one.place.span,
            whole: one.place.span,
        }];
    }
    let db = view.db;
    let from = contents(view)
        .into_iter()
        .find_map(|name| Some(db.named(&name)?.id));
    let from = from.unwrap_or(DeclRef {
        file: FileId(u32::MAX),
        index: 0,
    });
    let mut found: Vec<Destination> = Vec::new();
    for symbol in symbols(view, named) {
        for Target { name, whole } in db.targets(&symbol, from) {
            let target = Destination::Place {
                file: name.file,
                name: name.span,
                whole: whole.span,
            };
            if !found.contains(&target) {
                found.push(target);
            }
        }
    }
    found
}

/// The file of a partial that a template names.
fn partial(view: &View<'_>, name: &str) -> Option<(String, FileId)> {
    let mains = view.path.iter().map(|path| path.to_string());
    let mut paths = mains.flat_map(|main| view.db.partial_paths(&main, name));
    paths.find_map(|path| {
        let file = view.db.template_at(&path)?;
        Some((path, file))
    })
}

fn contents(view: &View<'_>) -> Vec<std::sync::Arc<str>> {
    let path = view.path.as_deref();
    path.map_or_else(Vec::new, |path| view.db.contents_of_template(path))
}

/// What a variable, or a field below one, is in the rules: the parameters of all contents that are made from the template.
fn symbols(view: &View<'_>, named: &Named<'_>) -> Vec<Symbol> {
    let db = view.db;
    let path = format!("{}{}", named.path, named.word);
    let parts: Vec<&str> = path.split('.').collect();
    let Some(Seen::Variables {
        own,
        given,
        message,
        ..
    }) = view.seen(&named.spot, "")
    else {
        return Vec::new();
    };
    let Some((root, below)) = parts.split_first() else {
        return Vec::new();
    };
    // A variable of the template is what it was made from; that is for the type to say.
    if own.iter().any(|one| *one.name == **root) || !message {
        return Vec::new();
    }
    match given
        .iter()
        .find(|one| *one.name == **root)
        .map(|one| one.kind)
    {
        Some(GivenKind::Param) => of_params(view, root, below),
        Some(GivenKind::ProfileField) => vec![Symbol::Field {
            table: std::sync::Arc::clone(&db.schema().profile.name),
            path: parts.join(".").into(),
        }],
        Some(GivenKind::Word) => Vec::new(),
        None if *root == "profile" => vec![Symbol::Field {
            table: std::sync::Arc::clone(&db.schema().profile.name),
            path: below.join(".").into(),
        }],
        None => of_declaration(db, root, below),
    }
}

fn of_params(view: &View<'_>, root: &str, below: &[&str]) -> Vec<Symbol> {
    let db = view.db;
    let mut found = Vec::new();
    for content in contents(view) {
        let Some(shape) = db.content_shape(&content) else {
            continue;
        };
        let Some(param) = shape.params.iter().find(|param| *param.name == *root) else {
            continue;
        };
        if below.is_empty() {
            found.push(Symbol::Param {
                of: content,
                name: root.into(),
            });
        } else {
            found.extend(fields_of(db, param, below));
        }
    }
    found
}

fn fields_of(db: &Database, param: &Param, below: &[&str]) -> Vec<Symbol> {
    let schema = db.schema();
    let path: std::sync::Arc<str> = below.join(".").into();
    let table = |name: &std::sync::Arc<str>| Symbol::Field {
        table: std::sync::Arc::clone(name),
        path: std::sync::Arc::clone(&path),
    };
    match &param.ty.kind {
        TypeKind::EventRecord(kinds) => {
            let events = kinds
                .iter()
                .filter_map(|kind: &EventId| schema.events.get(*kind));
            events.map(|event| table(&event.name)).collect()
        }
        TypeKind::Item(_, name) => vec![table(name)],
        _ => Vec::new(),
    }
}

fn of_declaration(db: &Database, root: &str, below: &[&str]) -> Vec<Symbol> {
    let Some(found) = db.named_in("", root) else {
        return Vec::new();
    };
    let name = std::sync::Arc::clone(found.name);
    match (below, db.content_shape(root)) {
        ([], _) => vec![Symbol::Decl(name)],
        ([slot], Some(_)) => vec![Symbol::Slot {
            of: name,
            name: (*slot).into(),
        }],
        _ => Vec::new(),
    }
}
