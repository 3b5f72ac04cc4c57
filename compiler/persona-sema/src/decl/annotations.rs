//! `@key`, `@pii`, `@owner("team")`, `@deprecated("use x")`, `@allow(lint)`: which exist, where they stand, what they take.

use persona_base::{Applicability, Level, Span, all_codes, find_code, names, package};
use persona_syntax::ast;

use super::Checking;
use super::text::{plain_string, removal};
use persona_base::nearest;

/// Where an annotation may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Declaration,
    Field,
    Both,
}

/// What an annotation takes in parentheses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    Text,
    Lints,
}

const ANNOTATIONS: [(&str, Place, Takes); 5] = [
    ("key", Place::Field, Takes::Nothing),
    ("pii", Place::Field, Takes::Nothing),
    ("owner", Place::Declaration, Takes::Text),
    ("deprecated", Place::Both, Takes::Text),
    ("allow", Place::Both, Takes::Lints),
];

/// The names of all annotations.
pub(crate) fn annotations() -> impl Iterator<Item = &'static str> {
    ANNOTATIONS.iter().map(|(name, ..)| *name)
}

/// What other systems call our annotations.
const HABITS: [(&str, &str); 10] = [
    ("id", "key"),
    ("pi", "pii"),
    ("gdpr", "pii"),
    ("primary", "key"),
    ("primary_key", "key"),
    ("pk", "key"),
    ("unique", "key"),
    ("personal", "pii"),
    ("sensitive", "pii"),
    ("obsolete", "deprecated"),
];

/// Checks the annotations before a declaration.
pub(super) fn check_annotations(checking: &mut Checking<'_>) {
    for annotation in &checking.tree.annotations {
        check_annotation(checking, annotation, Place::Declaration);
    }
    check_repeated(checking, &checking.tree.annotations);
}

/// Checks the annotations of a field.
pub(super) fn check_field_annotations(checking: &mut Checking<'_>, field: &ast::FieldDecl) {
    for annotation in &field.annotations {
        check_annotation(checking, annotation, Place::Field);
    }
    check_repeated(checking, &field.annotations);
}

fn check_annotation(checking: &mut Checking<'_>, annotation: &ast::Annotation, place: Place) {
    let name = &annotation.name;
    if name.is_missing() {
        return;
    }
    let Some((_, allowed, takes)) = ANNOTATIONS.iter().find(|(known, ..)| *known == name.text)
    else {
        let message = format!("there is no annotation `@{}`", name.text);
        let diagnostic = checking
            .diagnostic(names::UNKNOWN_ANNOTATION, name.span, message)
            .label("unknown annotation");
        let habit = HABITS
            .iter()
            .find(|(habit, _)| *habit == name.text)
            .map(|(_, meant)| *meant);
        let known = ANNOTATIONS.iter().map(|(known, ..)| *known);
        let diagnostic = match habit.or_else(|| nearest(&name.text, known)) {
            Some(meant) => diagnostic.fix(format!("write `@{meant}`"), Applicability::Maybe, name.span, meant),
            None => diagnostic.help("there are `@key`, `@pii`, `@owner(\"team\")`, `@deprecated(\"use x\")` and `@allow(lint)`"),
        };
        checking.report(diagnostic);
        return;
    };
    if *allowed != Place::Both && *allowed != place {
        let (stands, here) = match place {
            Place::Field => ("before a declaration", "a field"),
            Place::Declaration | Place::Both => ("after a field's type", "a declaration"),
        };
        let message = format!("`@{}` says nothing about {here}", name.text);
        let diagnostic = checking
            .diagnostic(names::MISPLACED_ANNOTATION, annotation.span, message)
            .label(format!("it stands {stands}"))
            .fix(
                "remove it",
                Applicability::Always,
                removal(checking.text, annotation.span),
                "",
            );
        checking.report(diagnostic);
        return;
    }
    check_arguments(checking, annotation, *takes);
}

fn check_arguments(checking: &mut Checking<'_>, annotation: &ast::Annotation, takes: Takes) {
    let name = &annotation.name.text;
    let wrong = |checking: &mut Checking<'_>, span: Span, message: String, example: &str| {
        let help = format!("for example `{example}`");
        let diagnostic = checking
            .diagnostic(names::MISPLACED_ANNOTATION, span, message)
            .help(help);
        checking.report(diagnostic);
    };
    match (takes, annotation.args.as_slice()) {
        (Takes::Nothing, []) => {}
        (Takes::Nothing, [_, ..]) => {
            let span = Span::new(annotation.name.span.end, annotation.span.end);
            let diagnostic = checking
                .diagnostic(
                    names::MISPLACED_ANNOTATION,
                    span,
                    format!("`@{name}` takes nothing in parentheses"),
                )
                .label("too much")
                .fix(format!("write `@{name}`"), Applicability::Always, span, "");
            checking.report(diagnostic);
        }
        (Takes::Text, [text])
            if plain_string(text).is_some() || text.kind == ast::ExprKind::Error => {}
        (Takes::Text, []) if name == "deprecated" => {}
        (Takes::Text, _) => {
            let example = if name == "owner" {
                "@owner(\"growth\")"
            } else {
                "@deprecated(\"use x\")"
            };
            wrong(
                checking,
                annotation.span,
                format!("`@{name}` takes one text"),
                example,
            );
        }
        (Takes::Lints, []) => {
            wrong(
                checking,
                annotation.span,
                "`@allow` takes the names of lints".to_owned(),
                "@allow(unused_parameter)",
            );
        }
        (Takes::Lints, args) => args.iter().for_each(|arg| check_lint(checking, arg)),
    }
}

fn check_lint(checking: &mut Checking<'_>, arg: &ast::Expr) {
    let ast::ExprKind::Name(name) = &arg.kind else {
        if arg.kind != ast::ExprKind::Error {
            let diagnostic = checking
                .diagnostic(
                    names::MISPLACED_ANNOTATION,
                    arg.span,
                    "`@allow` takes the names of lints",
                )
                .help("for example `@allow(unused_parameter)`");
            checking.report(diagnostic);
        }
        return;
    };
    match find_code(&name.text) {
        Some(code) if code.info().level == Level::Error => {
            let message = format!("`{}` is an error that cannot be allowed", name.text);
            let diagnostic = checking
                .diagnostic(package::FIXED_LEVEL, name.span, message)
                .label("not a lint");
            checking.report(diagnostic);
        }
        Some(code) if code.info().name != name.text => {
            let message = format!(
                "lints are named in words: `{}` is `{}`",
                name.text,
                code.info().name
            );
            let diagnostic = checking
                .diagnostic(package::UNKNOWN_LINT, name.span, message)
                .fix(
                    format!("write `{}`", code.info().name),
                    Applicability::Always,
                    name.span,
                    code.info().name,
                );
            checking.report(diagnostic);
        }
        Some(_) => {}
        None => {
            let diagnostic = checking
                .diagnostic(
                    package::UNKNOWN_LINT,
                    name.span,
                    format!("there is no lint `{}`", name.text),
                )
                .label("unknown lint");
            let diagnostic = match nearest(&name.text, lint_names()) {
                Some(meant) => diagnostic.perhaps(name.span, meant),
                None => diagnostic.help("a warning's name is printed beside its code"),
            };
            checking.report(diagnostic);
        }
    }
}

/// The names of all diagnostics whose level can be changed.
pub(crate) fn lint_names() -> impl Iterator<Item = &'static str> {
    all_codes()
        .into_iter()
        .map(persona_base::Code::info)
        .filter(|info| info.level != Level::Error)
        .map(|info| info.name)
}

fn check_repeated(checking: &mut Checking<'_>, annotations: &[ast::Annotation]) {
    for (index, annotation) in annotations.iter().enumerate() {
        let name = &annotation.name;
        let earlier = annotations[..index]
            .iter()
            .find(|earlier| earlier.name.text == name.text);
        let Some(earlier) = earlier.filter(|_| name.text != "allow" && !name.is_missing()) else {
            continue;
        };
        let diagnostic = checking
            .diagnostic(
                names::MISPLACED_ANNOTATION,
                annotation.span,
                format!("`@{}` is there twice", name.text),
            )
            .label("again")
            .secondary(checking.file, earlier.span, "first here")
            .fix(
                "remove it",
                Applicability::Always,
                removal(checking.text, annotation.span),
                "",
            );
        checking.report(diagnostic);
    }
}
