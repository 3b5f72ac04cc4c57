//! A declaration made of what is selected: a segment of a condition, a trait of a value, a constant of a literal.
//!
//! What is selected must mean the same by itself as where it stands: nothing in it may be a name that something around it gives
//! (an event's fields in a `where`, `as cart`), nor rest on what is known only there. Parameters of the declaration become
//! parameters of the new one.

use std::sync::Arc;

use persona_base::{Edit, Span};
use persona_sema::editor::Symbol;
use persona_sema::{Global, ItemKind, TypeKind, Unit};
use persona_syntax::ast::{DeclKind, Expr, ExprKind, Literal, Param};
use persona_syntax::format;

use super::site::Site;
use super::written::{ATOM, COMPARE, Level, OR, Piece, needed};
use super::{Action, Kind};
use crate::types::written;

/// What can be made of the selection.
pub(super) fn actions(site: &Site<'_>, found: &mut Vec<Action>) {
    let Some(selected) = Selected::of(site) else {
        return;
    };
    found.extend(constant(site, &selected));
    if !site.in_other_scope(selected.index.map_or(0, |index| index + 1)) {
        let Some(params) = params_of(site, selected.span) else {
            return;
        };
        found.extend(segment(site, &selected, &params));
        found.extend(value(site, &selected, &params));
    }
}

/// What is selected: an expression, or neighbours in a chain of `and` or `or`.
struct Selected {
    span: Span,
    /// Whether it is a condition by its form.
    is_chain: bool,
    /// Its own place in the chain of expressions, unless it is only a part of one.
    index: Option<usize>,
    /// What its place needs.
    needed: Level,
}

impl Selected {
    fn of(site: &Site<'_>) -> Option<Self> {
        if site.range.is_empty() {
            return None;
        }
        let exact = site.chain.iter().rposition(|expr| expr.span == site.range);
        if let Some(index) = exact {
            let expr = &site.chain[index];
            return Some(Self {
                span: expr.span,
                is_chain: matches!(expr.kind, ExprKind::And(_) | ExprKind::Or(_)),
                index: Some(index),
                needed: needed(site.chain.get(index + 1), expr),
            });
        }
        let (ExprKind::And(operands) | ExprKind::Or(operands)) = &site.chain.first()?.kind else {
            return None;
        };
        let starts = |operand: &Expr| operand.span.start == site.range.start;
        let ends = |operand: &Expr| operand.span.end == site.range.end;
        let from = operands.iter().position(starts)?;
        let to = operands.iter().position(ends)?;
        (from < to).then_some(Self {
            span: site.range,
            is_chain: true,
            index: None,
            needed: OR,
        })
    }

    fn is_condition(&self, site: &Site<'_>) -> bool {
        let of_type = |expr: &Expr| {
            let ty = site.ty(expr);
            ty.is_some_and(|ty| ty.kind == TypeKind::Bool && !ty.optional)
        };
        self.is_chain || self.index.is_some_and(|index| of_type(&site.chain[index]))
    }
}

/// The parameters of the declaration that a part of it uses; none where it uses something that cannot be handed on.
fn params_of<'t>(site: &'t Site<'_>, span: Span) -> Option<Vec<&'t Param>> {
    let own: &[Param] = match &site.decl.tree.kind {
        DeclKind::Trait { params, .. } | DeclKind::Segment { params, .. } => params,
        _ => &[],
    };
    let mut used = Vec::new();
    for occurrence in site.names_in(span) {
        match &occurrence.symbol {
            Symbol::Param { of, name } if **of == **site.decl.name => {
                let param = own.iter().find(|param| param.name.text == **name)?;
                if !used
                    .iter()
                    .any(|other: &&Param| std::ptr::eq(*other, param))
                {
                    used.push(param);
                }
            }
            Symbol::Local { at, .. } if at.start < span.start || span.end < at.end => return None,
            _ => {}
        }
    }
    Some(used)
}

/// `(topic: Category, window: Duration = 14d)`, and `(topic, window)`.
fn lists(site: &Site<'_>, params: &[&Param]) -> (String, String) {
    if params.is_empty() {
        return (String::new(), String::new());
    }
    let declared: Vec<String> = params
        .iter()
        .map(|param| {
            let end = param
                .default
                .as_ref()
                .map_or(param.ty.span, |value| value.span);
            site.text(param.name.span.to(end)).to_owned()
        })
        .collect();
    let given: Vec<&str> = params
        .iter()
        .map(|param| param.name.text.as_str())
        .collect();
    (
        format!("({})", declared.join(", ")),
        format!("({})", given.join(", ")),
    )
}

fn segment(site: &Site<'_>, selected: &Selected, params: &[&Param]) -> Option<Action> {
    if !selected.is_condition(site) {
        return None;
    }
    let name = free_name(site, "new_segment");
    let (declared, given) = lists(site, params);
    let text = site.text(selected.span);
    let new = format!("segment {name}{declared} {{\n  when {text}\n}}");
    let global = global_of(site, &new)?;
    let used = Piece::new(format!("in {name}{given}"), COMPARE).at(selected.needed);
    let edits = with_new(site, selected, &new, used, name, global)?;
    Some(Action::rewrite(
        "Make this a segment of its own",
        Kind::Extract,
        edits,
    ))
}

fn value(site: &Site<'_>, selected: &Selected, params: &[&Param]) -> Option<Action> {
    let expr = &site.chain[selected.index?];
    let is_plain = matches!(
        expr.kind,
        ExprKind::Literal(_) | ExprKind::Str(_) | ExprKind::RawStr(_) | ExprKind::Name(_)
    );
    let here = site.ty(expr)?;
    if is_plain || here.kind == TypeKind::Period {
        return None;
    }
    let name = free_name(site, "new_trait");
    let (declared, given) = lists(site, params);
    let text = site.text(selected.span);
    let ty = written(site.db, here)?;
    let new = format!("trait {name}{declared}: {ty} = {text}");
    let trial = site.db.trial(site.decl.id, &new, &[])?;
    // What is known only here would be missing there.
    let Unit::Trait { definition, .. } = &trial.unit else {
        return None;
    };
    if definition.body.ty != *here {
        return None;
    }
    let global = global_of(site, &new)?;
    let used = Piece::new(format!("{name}{given}"), ATOM).text;
    let edits = with_new(site, selected, &new, used, name, global)?;
    Some(Action::rewrite(
        "Make this a trait of its own",
        Kind::Extract,
        edits,
    ))
}

fn constant(site: &Site<'_>, selected: &Selected) -> Option<Action> {
    let expr = &site.chain[selected.index?];
    if site.decl.kind == ItemKind::Const || !is_constant(expr) {
        return None;
    }
    let name = free_name(site, "NEW_CONSTANT");
    let ty = written(site.db, site.ty(expr)?)?;
    let new = format!("const {name}: {ty} = {}", site.text(selected.span));
    let global = global_of(site, &new)?;
    // A window takes a name only in parentheses.
    for used in [name.clone(), format!("({name})")] {
        let edits = with_new(site, selected, &new, used, name.clone(), global.clone());
        if let Some(edits) = edits {
            return Some(Action::rewrite(
                "Make this a constant",
                Kind::Extract,
                edits,
            ));
        }
    }
    None
}

fn is_constant(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(literal) => !matches!(literal, Literal::Period { .. } | Literal::Bool(_)),
        ExprKind::List(items) => !items.is_empty(),
        ExprKind::Neg { operand, .. } => is_constant(operand),
        _ => false,
    }
}

/// What others would see of a declaration that there is not yet; none where it does not compile by itself.
fn global_of(site: &Site<'_>, new: &str) -> Option<Global> {
    let trial = site.db.trial(site.decl.id, new, &[])?;
    super::site::no_worse(&[], &trial.diagnostics).then(|| trial.signature())
}

/// The new declaration right before this one, and its name where the selection is.
fn with_new(
    site: &Site<'_>,
    selected: &Selected,
    new: &str,
    used: String,
    name: String,
    global: Global,
) -> Option<Vec<Edit>> {
    let replaced = site.edit(selected.span, used);
    let more = [(Arc::from(name), global)];
    if !site.compiles(std::slice::from_ref(&replaced), &more) {
        return None;
    }
    let new = format(new).text;
    let place = site.edit(Span::at(0), format!("{}\n\n", new.trim_end()));
    Some(vec![place, replaced])
}

/// A name that nothing in the package has.
fn free_name(site: &Site<'_>, wanted: &str) -> String {
    let is_taken = |name: &str| {
        let profile = &site.db.schema().profile.fields;
        let is_field = profile
            .iter()
            .any(|field| field.name.split('.').next() == Some(name));
        is_field
            || site.db.named_in("", name).is_some()
            || site
                .names_in(Span::new(0, u32::MAX))
                .any(|one| one.symbol.own_name() == name)
    };
    let numbered = (2..).map(|number| format!("{wanted}_{number}"));
    let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
    names
        .find(|name| !is_taken(name))
        .unwrap_or_else(|| wanted.to_owned())
}
