//! Parameters of traits, functions and segments.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::{Applicability, Span, data, names};
use persona_syntax::ast;

use super::text::removal;
use super::types::{Position, Types};
use super::{Checking, casing, reserved};
use crate::db::names_in;
use crate::{Param, Type, TypeKind};

/// Checks parameters; the result has one for each that has a name.
pub(super) fn check_params(
    checking: &mut Checking<'_>,
    params: &[ast::Param],
    position: Position,
) -> Vec<Param> {
    let mut checked: Vec<Param> = Vec::new();
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    let mut optional_before: Option<&ast::Param> = None;
    for param in params {
        let name = &param.name;
        let mut types = Types::new(checking.db, checking.decl);
        let ty = types.resolve(&param.ty, position);
        checking.diagnostics.append(&mut types.diagnostics);
        if name.is_missing() {
            continue;
        }
        if let Some(first) = seen.get(name.text.as_str()).copied() {
            // It stays, so that calls still have as many arguments as there are parameters.
            duplicate(checking, name, first);
        }
        seen.entry(&name.text).or_insert(name.span);
        check_order(checking, param, optional_before);
        if param.default.is_some() {
            optional_before = Some(param);
        }
        check_name(checking, name);
        let default = default(checking, param, &ty);
        checked.push(Param {
            name: Arc::from(name.text.as_str()),
            ty,
            default,
        });
    }
    unused(checking, params);
    checked
}

fn duplicate(checking: &mut Checking<'_>, name: &ast::Name, first: Span) {
    let diagnostic = checking
        .diagnostic(
            names::DUPLICATE_PARAMETER,
            name.span,
            format!("there are two parameters `{}`", name.text),
        )
        .label("again")
        .secondary(checking.file, first, "first here")
        .help("give one of them another name, or remove it");
    checking.report(diagnostic);
}

/// Parameters that may be left out come last.
fn check_order(
    checking: &mut Checking<'_>,
    param: &ast::Param,
    optional_before: Option<&ast::Param>,
) {
    let Some(before) = optional_before.filter(|_| param.default.is_none()) else {
        return;
    };
    let message = format!(
        "`{}` has no default, but stands after `{}`, which has one",
        param.name.text, before.name.text
    );
    let diagnostic = checking
        .diagnostic(data::MISPLACED_DEFAULT, param.name.span, message)
        .label("has to be given in every call")
        .secondary(checking.file, before.name.span, "may be left out")
        .help("parameters with defaults come last");
    checking.report(diagnostic);
}

fn check_name(checking: &mut Checking<'_>, name: &ast::Name) {
    casing::check_snake(checking, name, "a parameter");
    reserved::check_local(checking, name, "a parameter");
}

fn default(checking: &mut Checking<'_>, param: &ast::Param, ty: &Type) -> Option<crate::Const> {
    let written = param.default.as_ref()?;
    if matches!(
        ty.kind,
        TypeKind::Event | TypeKind::EventRecord(_) | TypeKind::Field(_)
    ) {
        let what = if !matches!(ty.kind, TypeKind::Field(_)) {
            "an event"
        } else {
            "a field of an event"
        };
        let whole = Span::new(param.ty.span.end, written.span.end);
        let diagnostic = checking
            .diagnostic(
                data::MISPLACED_DEFAULT,
                written.span,
                format!("a parameter for {what} has no default"),
            )
            .label("every call says which one")
            .fix("remove the default", Applicability::Maybe, whole, "");
        checking.report(diagnostic);
        return None;
    }
    if ty.is_error() {
        return None;
    }
    Some(checking.constant(written, ty))
}

/// Whether a content is filled by a template, which sees its parameters, too.
fn has_template(decl: &ast::Decl) -> bool {
    let ast::DeclKind::Content(content) = &decl.kind else {
        return false;
    };
    let is_template = |value: &ast::SlotValue| matches!(value.value, ast::SlotSource::Template(_));
    let mut variants = content.variants.iter().chain(&content.otherwise);
    variants.any(|variant| {
        let mut localized = variant.locales.iter().flat_map(|locale| &locale.slots);
        variant.slots.iter().any(is_template) || localized.any(is_template)
    })
}

/// Parameters that the body never mentions.
fn unused(checking: &mut Checking<'_>, params: &[ast::Param]) {
    if has_template(checking.tree) {
        return;
    }
    let names = names_in(checking.db, checking.decl);
    for param in params {
        let name = &param.name;
        let used = names.body.contains(name.text.as_str())
            || name.is_missing()
            || name.text.starts_with('_');
        if used {
            continue;
        }
        let last = param
            .default
            .as_ref()
            .map_or(param.ty.span.end, |default| default.span.end);
        let mut whole = removal(checking.text, Span::new(name.span.start, last));
        if params.len() == 1 {
            whole = parentheses(checking.text, whole);
        }
        let diagnostic = checking
            .diagnostic(
                names::UNUSED_PARAMETER,
                name.span,
                format!("the parameter `{}` is never used", name.text),
            )
            .label("it changes nothing")
            .help("use it, remove it, or let its name begin with `_`")
            .fix("remove it", Applicability::Maybe, whole, "");
        checking.report(diagnostic);
    }
}

/// Widens a span to the parentheses around it, if they hold nothing else.
fn parentheses(text: &str, span: Span) -> Span {
    let before = text.get(..span.start as usize).unwrap_or("").trim_end();
    let after = text.get(span.end as usize..).unwrap_or("");
    let gap = after.len() - after.trim_start().len();
    match (
        before.strip_suffix('('),
        after.trim_start().starts_with(')'),
    ) {
        (Some(kept), true) => {
            let end = span.end as usize + gap + 1;
            Span::new(
                u32::try_from(kept.len()).unwrap_or(span.start),
                u32::try_from(end).unwrap_or(span.end),
            )
        }
        _ => span,
    }
}
