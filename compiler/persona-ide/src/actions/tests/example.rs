//! The example package: every action at every place of it leaves a package without errors.

use std::collections::BTreeSet;

use persona_base::Span;

use super::super::{Change, actions, resolve};
use super::errors;
use crate::fixture::Fixture;

/// The files of the example: their names and texts.
const FILES: [(&str, &str); 16] = [
    (
        "persona.toml",
        include_str!("../../../../../examples/shop/persona.toml"),
    ),
    (
        "schema.persona",
        include_str!("../../../../../examples/shop/schema.persona"),
    ),
    (
        "segments.persona",
        include_str!("../../../../../examples/shop/segments.persona"),
    ),
    (
        "traits.persona",
        include_str!("../../../../../examples/shop/traits.persona"),
    ),
    (
        "messages.persona",
        include_str!("../../../../../examples/shop/messages.persona"),
    ),
    (
        "campaign.persona",
        include_str!("../../../../../examples/shop/campaign.persona"),
    ),
    (
        "sources.persona",
        include_str!("../../../../../examples/shop/sources.persona"),
    ),
    (
        "messages/cart.liquid",
        include_str!("../../../../../examples/shop/messages/cart.liquid"),
    ),
    (
        "messages/cart.de.liquid",
        include_str!("../../../../../examples/shop/messages/cart.de.liquid"),
    ),
    (
        "messages/new_for_you.liquid",
        include_str!("../../../../../examples/shop/messages/new_for_you.liquid"),
    ),
    (
        "messages/receipt.liquid",
        include_str!("../../../../../examples/shop/messages/receipt.liquid"),
    ),
    (
        "messages/cart.fr.liquid",
        include_str!("../../../../../examples/shop/messages/cart.fr.liquid"),
    ),
    (
        "messages/new_for_you.de.liquid",
        include_str!("../../../../../examples/shop/messages/new_for_you.de.liquid"),
    ),
    (
        "messages/new_for_you.fr.liquid",
        include_str!("../../../../../examples/shop/messages/new_for_you.fr.liquid"),
    ),
    (
        "messages/receipt.de.liquid",
        include_str!("../../../../../examples/shop/messages/receipt.de.liquid"),
    ),
    (
        "messages/receipt.fr.liquid",
        include_str!("../../../../../examples/shop/messages/receipt.fr.liquid"),
    ),
];

#[test]
fn every_action_at_every_place_of_the_example_leaves_no_error() {
    let text: String = FILES
        .iter()
        .map(|(path, text)| format!("//- {path}\n{text}"))
        .collect();
    let fixture = Fixture::new(&text);
    let diagnostics = fixture.db.diagnostics();
    assert_eq!(errors(&fixture.db), [] as [String; 0]);
    let mut tried = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    for (path, file) in &fixture.files {
        if !path.ends_with(".persona") {
            continue;
        }
        for range in places(&fixture, *file) {
            for action in actions(&fixture.db, *file, range, &diagnostics) {
                // One of each form for each kind of declaration is enough; the others differ in their words only.
                let decl = fixture
                    .db
                    .declaration_at(*file, range.start)
                    .expect("a declaration");
                let form: String = action.title.chars().take(12).collect();
                if !tried.insert((decl.kind.described(), form, range.is_empty())) {
                    continue;
                }
                let edits = match &action.change {
                    Change::Edits(edits) => edits.clone(),
                    Change::Later(later) => resolve(&fixture.db, *later).unwrap_or_default(),
                };
                let after = fixture.edited(&edits);
                let wrong = errors(&after);
                assert!(
                    wrong.is_empty(),
                    "{} at {path} {range:?}: {wrong:?}",
                    action.title
                );
                kinds.insert(format!("{:?}", action.kind));
            }
        }
    }
    assert!(tried.len() > 50, "only {} actions", tried.len());
    assert!(kinds.len() >= 3, "{kinds:?}");
}

/// The expressions, as cursors and as selections, and the names of declarations.
fn places(fixture: &Fixture, file: persona_base::FileId) -> Vec<Span> {
    let mut found = Vec::new();
    for decl in fixture.db.declarations(file) {
        let mut visit =
            |expr: &persona_syntax::ast::Expr| super::spans(expr, decl.span.start, &mut found);
        decl.tree.kind.for_each_expr(&mut visit);
        found.push(Span::at(decl.name_span().start));
    }
    found
}
