//! The casing of names: `UpperCamel` for types and events, `snake_case` for the rest. Values of enums and constants may be
//! written as the world writes them (`US`, `EU`).

use persona_base::{Applicability, names};
use persona_syntax::ast;

use super::Checking;
use crate::db::ItemKind;

/// Checks the casing of the declaration's own name.
pub(super) fn check_declared_name(checking: &mut Checking<'_>) {
    let kind = checking.decl.kind(checking.db);
    match kind {
        ItemKind::Profile
        | ItemKind::Event
        | ItemKind::Events
        | ItemKind::Enum
        | ItemKind::Catalog => {
            check_camel(checking, kind);
        }
        ItemKind::Source
        | ItemKind::Trait
        | ItemKind::Fn
        | ItemKind::Segment
        | ItemKind::Partition
        | ItemKind::Purpose
        | ItemKind::Channel
        | ItemKind::Trigger
        | ItemKind::Content
        | ItemKind::Recommend
        | ItemKind::Experiment => {
            check_snake(checking, &checking.tree.name, kind.described());
        }
        ItemKind::Const
        | ItemKind::Use
        | ItemKind::Exclusive
        | ItemKind::Test
        | ItemKind::Error => {}
    }
}

fn check_camel(checking: &mut Checking<'_>, kind: ItemKind) {
    let name = &checking.tree.name;
    let camel = upper_camel(&name.text);
    if name.is_missing() || camel == name.text {
        return;
    }
    let message = format!(
        "the name of {} begins with a capital letter and has no underscores",
        kind.described()
    );
    let diagnostic = checking
        .diagnostic(names::TYPE_CASE, name.span, message)
        .label(format!("usually `{camel}`"));
    checking.report(diagnostic.fix(
        format!("rename it to `{camel}`"),
        Applicability::Always,
        name.span,
        camel,
    ));
}

/// Checks that a name is in snake case.
pub(super) fn check_snake(checking: &mut Checking<'_>, name: &ast::Name, what: &str) {
    let snake = snake_case(&name.text);
    if name.is_missing() || snake == name.text {
        return;
    }
    let message = format!("the name of {what} is written in lower case with underscores");
    let diagnostic = checking
        .diagnostic(names::NAME_CASE, name.span, message)
        .label(format!("usually `{snake}`"));
    checking.report(diagnostic.fix(
        format!("rename it to `{snake}`"),
        Applicability::Always,
        name.span,
        snake,
    ));
}

/// `order_placed` → `OrderPlaced`. A name without letters stays as it is.
fn upper_camel(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    for word in name.split('_').filter(|word| !word.is_empty()) {
        let mut chars = word.chars();
        camel.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(chars.as_str());
    }
    if camel.starts_with(|first: char| first.is_ascii_uppercase()) {
        camel
    } else {
        name.to_owned()
    }
}

/// `CustomerID` → `customer_id`. Leading underscores stay.
fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len());
    for (index, char) in chars.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| chars[before]);
        let next_is_lower = chars.get(index + 1).is_some_and(char::is_ascii_lowercase);
        let starts_word = before.is_some_and(|before| {
            before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || (before.is_ascii_uppercase() && next_is_lower)
        });
        if char.is_ascii_uppercase() && starts_word {
            snake.push('_');
        }
        snake.push(char.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words_where_people_would() {
        for (from, to) in [
            ("CustomerID", "customer_id"),
            ("firstName", "first_name"),
            ("HTMLBody", "html_body"),
            ("is2FA", "is2_fa"),
            ("_x", "_x"),
            ("a_b", "a_b"),
            ("A_B", "a_b"),
        ] {
            assert_eq!(snake_case(from), to, "{from}");
        }
        for (from, to) in [
            ("order_placed", "OrderPlaced"),
            ("purchase", "Purchase"),
            ("Order", "Order"),
            ("URLVisited", "URLVisited"),
            ("__", "__"),
            ("_1", "_1"),
        ] {
            assert_eq!(upper_camel(from), to, "{from}");
        }
    }

    #[test]
    fn casing_is_stable() {
        for name in ["CustomerID", "a__b", "X", "x9Y", "order_placed"] {
            assert_eq!(snake_case(&snake_case(name)), snake_case(name));
            assert_eq!(upper_camel(&upper_camel(name)), upper_camel(name));
        }
    }
}
