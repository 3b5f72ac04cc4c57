//! The little shop that the book's examples stand on, and programs that stand on it.

use std::collections::BTreeMap;

use persona_syntax::ast::DeclKind;
use persona_syntax::{parse_decl, split};

use super::pages::read;
use crate::suite::diagnostics::Program;
use crate::suite::document::Document;
use crate::support::root;

/// The file that holds an example.
pub(super) const EXAMPLE: &str = "rules.persona";
/// The file that holds what is left of the shop.
pub(super) const SHOP: &str = "shop.persona";

/// A package's configuration where a page says nothing of one.
pub(super) const CONFIG: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nlanguage = \"1\"\ntimezone = \"Europe/Berlin\"\n\n[levels]\nunused_segment = \"allow\"\nunused_declaration = \"allow\"\nunused_content = \"allow\"\nunused_parameter = \"allow\"\n";

/// The little shop.
pub(super) struct World {
    text: String,
    templates: BTreeMap<String, String>,
}

impl World {
    /// Reads it from its page.
    pub(super) fn read() -> Self {
        let text = read(&root().join("compiler/docs/guide/README.md"));
        let document = Document::read(&text);
        let world = document
            .blocks()
            .filter(|block| block.info == "persona world");
        let templates = document.blocks().filter(|block| block.kind() == "liquid");
        let template = |block: &crate::suite::document::Block| {
            let name = block.option("file").expect("a template has a name");
            (name.to_owned(), block.body.clone())
        };
        Self {
            text: world.map(|block| block.body.as_str()).collect(),
            templates: templates.map(template).collect(),
        }
    }

    /// A program that stands on the shop: whatever it declares itself, the shop does not.
    pub(super) fn under(&self, text: &str) -> Program {
        let own = declared(text);
        let left = texts(&self.text)
            .into_iter()
            .filter(|decl| name(decl).is_none_or(|name| !own.contains(&name)));
        let mut files = self.templates.clone();
        files.insert(
            SHOP.to_owned(),
            left.collect::<Vec<_>>().join("\n\n") + "\n",
        );
        files.insert(EXAMPLE.to_owned(), text.to_owned());
        Program {
            config: Some(CONFIG.to_owned()),
            files,
        }
    }
}

/// A program without the shop.
pub(super) fn alone(text: &str) -> Program {
    Program {
        config: Some(CONFIG.to_owned()),
        files: [(EXAMPLE.to_owned(), text.to_owned())].into(),
    }
}

/// A file's text with these declarations in place of those of the same names, or behind all others.
pub(super) fn merged(file: &str, with: &str) -> String {
    let mut text = file.to_owned();
    for decl in texts(with) {
        let of_same_name = |old: &&String| name(old).is_some() && name(old) == name(&decl);
        match texts(&text).iter().find(of_same_name) {
            Some(old) => text = text.replacen(old.as_str(), &decl, 1),
            None if text.is_empty() => text = decl + "\n",
            None => text = format!("{}\n\n{decl}\n", text.trim_end()),
        }
    }
    text
}

/// The declarations of a file, each with the comments and documentation before it.
fn texts(file: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut start = 0;
    for decl in split(file).decls {
        let end = decl.span.end as usize;
        texts.push(file[start..end].trim().to_owned());
        start = end;
    }
    texts
}

/// What a program declares: each name with its kind's room, for a test and a segment may be called the same.
fn declared(text: &str) -> Vec<String> {
    texts(text).iter().filter_map(|decl| name(decl)).collect()
}

fn name(text: &str) -> Option<String> {
    let decl = split(text).decls.into_iter().next()?;
    let text = &text[decl.span.start as usize..decl.span.end as usize];
    let tree = parse_decl(text).tree;
    match tree.kind {
        DeclKind::Test { .. } => text.lines().next().map(str::to_owned),
        _ => Some(tree.name.text).filter(|name| !name.is_empty()),
    }
}

#[test]
fn declarations_displace_those_of_the_same_name() {
    let file = "/// One.\nsegment a { when true }\n\nsegment b { when true }\n";
    let new = merged(file, "segment a { when false }\nsegment c { when true }\n");
    assert_eq!(
        new,
        "segment a { when false }\n\nsegment b { when true }\n\nsegment c { when true }\n"
    );
}
