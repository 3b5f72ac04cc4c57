//! Reads a table, checks its expressions, and writes it anew; applies every fix and checks again.

use std::fmt::Write as _;

use persona_base::{Diagnostic, FileId, Fix};
use persona_syntax::parse_expr;

use super::fixture::{Shop, params, ty};
use super::show::{show, show_const};
use crate::env::Scope;
use crate::{
    CheckedExpr, EventId, Param, Type, check_condition, check_const, check_stages, check_value,
};

/// How expressions are checked.
#[derive(Clone, Default)]
struct Mode {
    how: How,
    params: Vec<Param>,
    event: Option<EventId>,
    pure: bool,
}

#[derive(Clone, Default)]
enum How {
    #[default]
    Condition,
    Decision,
    /// Conditions of stages, with `|` between them.
    Stages,
    Value(Option<Type>),
    Const(Type),
}

/// The table with what the checker says.
pub(super) fn rendered(table: &str) -> String {
    let shop = Shop::new();
    let mut mode = Mode::default();
    let mut out = String::new();
    for line in table.lines() {
        if let Some(text) = line.strip_prefix("> ") {
            let _ = writeln!(out, "> {text}");
            out.push_str(&case(&shop, &mode, text));
        } else if let Some(directive) = line.strip_prefix("# ") {
            let _ = writeln!(out, "\n# {directive}");
            mode = direct(&shop, &mode, directive);
        }
    }
    out.trim_start().to_owned()
}

fn direct(shop: &Shop, mode: &Mode, directive: &str) -> Mode {
    let (word, rest) = directive.split_once(' ').unwrap_or((directive, ""));
    let how = |how: How| Mode {
        how,
        ..mode.clone()
    };
    match word {
        "condition" => how(How::Condition),
        "decision" => how(How::Decision),
        "stages" => how(How::Stages),
        "value" if rest.is_empty() => how(How::Value(None)),
        "value" => how(How::Value(Some(ty(rest)))),
        "const" => how(How::Const(ty(rest))),
        "params" => Mode {
            params: params(rest),
            ..mode.clone()
        },
        "fn" => Mode {
            params: params(rest),
            pure: true,
            ..mode.clone()
        },
        "event" => Mode {
            event: Some(shop.event(rest)),
            how: How::Decision,
            ..mode.clone()
        },
        "plain" => Mode::default(),
        // A heading.
        _ => mode.clone(),
    }
}

/// What the checker says of one expression.
struct Said {
    result: String,
    diagnostics: Vec<Diagnostic>,
}

fn said(shop: &Shop, mode: &Mode, text: &str) -> Said {
    let scope = |text| Scope {
        text,
        file: FileId(1),
        params: &mode.params,
        event: mode.event,
        pure: mode.pure,
        around: crate::env::Around::default(),
    };
    if let How::Stages = mode.how {
        return stages(shop, mode, text);
    }
    let parsed = parse_expr(text);
    assert!(
        parsed.errors.is_empty(),
        "{text} is not written well: {:?}",
        parsed.errors
    );
    let checked = match &mode.how {
        How::Condition => check_condition(shop, scope(text), &parsed.tree, true),
        How::Decision => check_condition(shop, scope(text), &parsed.tree, false),
        How::Value(expected) => check_value(shop, scope(text), &parsed.tree, expected.as_ref()),
        How::Stages => unreachable!("handled above"),
        How::Const(ty) => {
            let (value, diagnostics) = check_const(shop, scope(text), &parsed.tree, ty);
            return Said {
                result: format!("= {}", show_const(&value)),
                diagnostics,
            };
        }
    };
    let CheckedExpr {
        expr,
        open,
        open_params,
        diagnostics,
        ..
    } = checked;
    let mut result = show(shop, &expr);
    if let Some(open) = open {
        let _ = write!(result, "  [open: {}]", open.text);
    }
    if !open_params.is_empty() {
        let _ = write!(result, "  [open parameters: {open_params:?}]");
    }
    Said {
        result,
        diagnostics,
    }
}

/// Stages stand in one text, so that spans and fixes are those of one declaration.
fn stages(shop: &Shop, mode: &Mode, text: &str) -> Said {
    let mut trees = Vec::new();
    let mut start = 0;
    for part in text.split('|') {
        // White space before it keeps the spans right.
        let alone = format!("{}{part}", " ".repeat(start));
        let parsed = parse_expr(&alone);
        assert!(parsed.errors.is_empty(), "{part}: {:?}", parsed.errors);
        trees.push(parsed.tree);
        start += part.len() + 1;
    }
    let scope = Scope {
        text,
        file: FileId(1),
        params: &mode.params,
        event: None,
        pure: false,
        around: crate::env::Around::default(),
    };
    let trees: Vec<_> = trees.iter().collect();
    let checked = check_stages(shop, scope, &trees);
    let results: Vec<String> = checked
        .iter()
        .map(|stage| show(shop, &stage.expr))
        .collect();
    Said {
        result: results.join(" | "),
        diagnostics: checked
            .into_iter()
            .flat_map(|stage| stage.diagnostics)
            .collect(),
    }
}

fn case(shop: &Shop, mode: &Mode, text: &str) -> String {
    let mut out = String::new();
    if let (false, Some(error)) = (
        matches!(mode.how, How::Stages),
        parse_expr(text).errors.first(),
    ) {
        let _ = writeln!(out, "  syntax {} {}", error.code, error.message);
        return out;
    }
    let said_first = said(shop, mode, text);
    let is_error = said_first
        .diagnostics
        .iter()
        .any(|d| d.severity == persona_base::Severity::Error);
    if !is_error {
        let _ = writeln!(out, "  {}", said_first.result);
    }
    for diagnostic in &said_first.diagnostics {
        let _ = writeln!(
            out,
            "  ! {} `{}` {}",
            diagnostic.code,
            diagnostic.primary.span.of(text),
            diagnostic.message
        );
        for fix in &diagnostic.fixes {
            let fixed = apply(text, fix);
            check_fix(
                shop,
                mode,
                (text, &said_first.diagnostics),
                diagnostic,
                &fixed,
            );
            let _ = writeln!(out, "      -> {fixed}");
        }
        if let (Some(help), true) = (&diagnostic.help, diagnostic.fixes.is_empty()) {
            let _ = writeln!(out, "      help: {help}");
        }
        well_said(diagnostic);
    }
    out
}

/// The text with a fix applied.
fn apply(text: &str, fix: &Fix) -> String {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
    let mut fixed = text.to_owned();
    for edit in edits {
        fixed.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    fixed
}

/// After a fix the diagnostic is gone, and what is left was there before.
fn check_fix(
    shop: &Shop,
    mode: &Mode,
    before: (&str, &[Diagnostic]),
    fixed: &Diagnostic,
    text: &str,
) {
    let after = said(shop, mode, text);
    let mut left: Vec<_> = before.1.iter().map(|d| d.code).collect();
    left.remove(
        left.iter()
            .position(|code| *code == fixed.code)
            .expect("it was there"),
    );
    for diagnostic in &after.diagnostics {
        let known = left.iter().position(|code| *code == diagnostic.code);
        let Some(known) = known else {
            panic!(
                "{} of\n  {}\nis not repaired by\n  {text}\n{} {}",
                fixed.code, before.0, diagnostic.code, diagnostic.message
            );
        };
        left.remove(known);
    }
}

/// The rules that every message follows.
fn well_said(diagnostic: &Diagnostic) {
    let message = &diagnostic.message;
    assert!(!message.is_empty() && !message.ends_with('.'), "{message}");
    let first = message.chars().next().expect("not empty");
    assert!(
        !first.is_uppercase()
            || message.starts_with('`')
            || message.get(..3).is_some_and(is_currency),
        "{message}"
    );
    for internal in ["Some(", "None", "TypeKind", "Expr", "Const("] {
        assert!(!message.contains(internal), "{message}");
    }
}

fn is_currency(word: &str) -> bool {
    persona_base::Currency::from_code(word).is_some()
}
