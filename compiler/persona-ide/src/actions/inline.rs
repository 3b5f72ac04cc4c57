//! A segment, trait or constant put where it is used: at one place, or at all of them, after which it is removed.
//!
//! A segment is a set: what is open inside of it (SEMANTICS §3) is a plain no outside. Where that makes a difference, under a
//! `not`, its condition is put there with everything settled.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::{Edit, Severity, Span};
use persona_sema::editor::{DeclRef, Declaration, Role, Symbol};
use persona_sema::{Database, ItemKind, Unit};
use persona_syntax::ast::{Arg, ArgValue, DeclKind, Expr, ExprKind, Param};

use super::settled::settled;
use super::site::{Site, no_worse};
use super::written::{ATOM, COMPARE, LOOSE, NOT, Piece, bare, level, needed};
use super::{Action, Change, Kind, Later};

/// Putting what is named here in its place; on the name of a declaration, wherever it is used.
pub(super) fn actions(site: &Site<'_>, found: &mut Vec<Action>) {
    let decl = &site.decl;
    if site.chain.is_empty() {
        let name = decl.tree.name.span;
        let on_name = name.touches(site.range.start) && name.touches(site.range.end);
        if on_name && can_be_inlined(decl) && is_used(site.db, decl) {
            found.push(Action {
                title: format!(
                    "Put `{}` wherever it is used, and remove it",
                    decl.own_name()
                ),
                kind: Kind::Inline,
                preferred: false,
                solves: None,
                change: Change::Later(Later::InlineAll(decl.id)),
            });
        }
        return;
    }
    if let Some((name, edit)) = here(site)
        && site.compiles(std::slice::from_ref(&edit), &[])
    {
        let title = format!("Put what `{name}` says here");
        found.push(Action::rewrite(title, Kind::Inline, vec![edit]));
    }
}

fn can_be_inlined(decl: &Declaration<'_>) -> bool {
    matches!(
        decl.kind,
        ItemKind::Segment | ItemKind::Trait | ItemKind::Const
    ) && !decl.name.is_empty()
}

fn is_used(db: &Database, decl: &Declaration<'_>) -> bool {
    let all = db.references(&Symbol::Decl(Arc::clone(decl.name)), decl.id);
    all.iter().any(|reference| reference.role == Role::Reads)
}

/// Everywhere.
pub(super) fn resolve_all(db: &Database, id: DeclRef) -> Result<Vec<Edit>, String> {
    let Some(decl) = db.declaration(id) else {
        return Err("it is not there any more".to_owned());
    };
    let name = decl.own_name();
    let mut edits = Vec::new();
    for reference in db.references(&Symbol::Decl(Arc::clone(decl.name)), decl.id) {
        if reference.role == Role::Declares {
            continue;
        }
        let user = db.declaration(reference.decl);
        let user = user.filter(|_| db.is_own_file(reference.place.file));
        let Some(user) = user else {
            return Err(format!("another package uses `{name}`"));
        };
        let start = reference.place.span.start - user.span.start;
        let range = Span::new(start, reference.place.span.end - user.span.start);
        let into = match user.own_name() {
            "" => user.kind.described().to_owned(),
            name => format!("`{name}`"),
        };
        let described = format!("`{name}` cannot be put into {into}");
        let site = Site::within(db, user, range);
        let (_, edit) = here(&site).ok_or(described)?;
        edits.push(edit);
    }
    edits.sort_by_key(|edit| (edit.file, edit.span));
    let overlap =
        |pair: &[Edit]| pair[0].file == pair[1].file && pair[1].span.start < pair[0].span.end;
    if edits.windows(2).any(overlap) {
        return Err(format!(
            "`{name}` is used inside of a use of it; put it there one by one"
        ));
    }
    edits.push(removal(db, &decl));
    checked(db, edits, name)
}

/// The declaration, with the blank lines behind it.
fn removal(db: &Database, decl: &Declaration<'_>) -> Edit {
    let behind = db
        .file_text(decl.id.file)
        .get(decl.span.end as usize..)
        .unwrap_or("");
    let blank = behind.len() - behind.trim_start_matches([' ', '\t', '\r', '\n']).len();
    // What is indented behind it keeps its indentation.
    let blank = behind[..blank].rfind('\n').map_or(0, |newline| newline + 1);
    Edit {
        file: decl.id.file,
        span: Span::new(decl.span.start, decl.span.end + blank as u32),
        text: String::new(),
    }
}

/// The edits, if the package has no more errors with them: templates and other packages' files may name it, too.
fn checked(db: &Database, edits: Vec<Edit>, name: &str) -> Result<Vec<Edit>, String> {
    let mut fork = db.fork();
    let mut by_file: BTreeMap<_, Vec<(Span, &str)>> = BTreeMap::new();
    for edit in &edits {
        let of_file = by_file.entry(edit.file).or_default();
        of_file.push((edit.span, edit.text.as_str()));
    }
    for (file, of_file) in by_file {
        let text = persona_base::fixing::edited(db.file_text(file), of_file);
        fork.set_text(file, text);
    }
    let after = fork.diagnostics();
    if no_worse(&db.diagnostics(), &after) {
        return Ok(edits);
    }
    let errors = after
        .iter()
        .filter(|found| found.severity == Severity::Error);
    let first = errors
        .map(|found| found.message.as_str())
        .next_back()
        .unwrap_or_default();
    Err(format!("`{name}` has to stay: {first}"))
}

/// What is named at this place, and the edit that puts it there.
fn here(site: &Site<'_>) -> Option<(String, Edit)> {
    // The use as a whole: `in vip`, `browsing(tents)`, `EU`.
    let (index, args) = used_at(site)?;
    let expr = &site.chain[index];
    let parent = site.chain.get(index + 1);
    let written = name_of(expr)?;
    let target = meant(site, expr)?;
    if target.id == site.decl.id || !target.is_own() {
        return None;
    }
    match (target.kind, parent.map(|parent| &parent.kind)) {
        (
            ItemKind::Segment,
            Some(ExprKind::In {
                operand: None,
                negated,
                set,
                ..
            }),
        ) if set.span == expr.span => {
            if site.in_other_scope(index + 1) {
                return None;
            }
            let whole = &site.chain[index + 1];
            let place = needed(site.chain.get(index + 2), whole);
            let edit = segment(site, &target, whole, place, *negated, args)?;
            Some((written, edit))
        }
        (ItemKind::Trait, _) if !site.in_other_scope(index) => {
            let edit = value(site, &target, expr, needed(parent, expr), args)?;
            Some((written, edit))
        }
        (ItemKind::Const, _) => {
            let DeclKind::Const { value, .. } = &target.tree.kind else {
                return None;
            };
            let text = Piece::new(value.span.of(target.text), level(value));
            let edit = with_parens(site, expr, &text, needed(parent, expr));
            Some((written, edit))
        }
        _ => None,
    }
}

/// A value where a name stood; parentheses that stood around the name only because it was one go with it.
fn with_parens(site: &Site<'_>, expr: &Expr, piece: &Piece, place: u8) -> Edit {
    let (start, end) = (expr.span.start as usize, expr.span.end as usize);
    let text = site.decl.text;
    let before = text.get(..start).unwrap_or("").trim_end();
    let behind = text.get(end..).unwrap_or("").trim_start();
    let in_window = ["last (", "next (", "from ("]
        .iter()
        .any(|word| before.ends_with(word));
    if in_window && behind.starts_with(')') && piece.level == ATOM {
        let open = before.len() as u32 - 1;
        let close = (text.len() - behind.len()) as u32 + 1;
        return site.edit(Span::new(open, close), piece.text.clone());
    }
    site.edit(expr.span, piece.at(place))
}

/// The use that the cursor is on: its place in the chain, and its arguments.
fn used_at<'s>(site: &'s Site<'_>) -> Option<(usize, &'s [Arg])> {
    let on = |expr: &Expr| match &expr.kind {
        ExprKind::Name(_) => true,
        ExprKind::Call {
            name, among: None, ..
        } => name.span.start <= site.range.start && site.range.end <= name.span.end,
        _ => false,
    };
    let first = site.chain.first()?;
    // With the cursor on `in`, what is asked is meant.
    let index = site.chain.iter().position(on).filter(|index| *index < 2);
    let index = index.filter(|index| *index == 0 || matches!(first.kind, ExprKind::Name(_)))?;
    let args: &[Arg] = match &site.chain[index].kind {
        ExprKind::Call { args, .. } => args,
        _ => &[],
    };
    Some((index, args))
}

fn name_of(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) | ExprKind::Call { name, .. } => Some(name.text.clone()),
        _ => None,
    }
}

/// The declaration that is used.
fn meant<'db>(site: &Site<'db>, expr: &Expr) -> Option<Declaration<'db>> {
    let (ExprKind::Name(name) | ExprKind::Call { name, .. }) = &expr.kind else {
        return None;
    };
    let mut names = site.names_in(name.span);
    let symbol = names.find_map(|one| match &one.symbol {
        Symbol::Decl(name) => Some(name),
        _ => None,
    })?;
    site.db.named(symbol)
}

fn segment(
    site: &Site<'_>,
    target: &Declaration<'_>,
    whole: &Expr,
    place: u8,
    is_negated: bool,
    args: &[Arg],
) -> Option<Edit> {
    let DeclKind::Segment {
        params, condition, ..
    } = &target.tree.kind
    else {
        return None;
    };
    let inside = Site::within(site.db, *target, condition.span);
    let given = arguments(site, target, params, args)?;
    let plain = Piece::new(
        substituted(&inside, condition.span, &given)?,
        level(condition),
    );
    let mut candidates = vec![plain];
    if given.is_empty() {
        candidates.extend(settled(&inside, bare(condition)));
    }
    let put = |piece: &Piece| {
        let piece = match is_negated {
            true => Piece::new(format!("not {}", piece.at(COMPARE)), NOT),
            false => piece.clone(),
        };
        site.edit(whole.span, piece.at(place))
    };
    let mut edits = candidates.iter().map(put);
    edits.find(|edit| site.compiles(std::slice::from_ref(edit), &[]))
}

fn value(
    site: &Site<'_>,
    target: &Declaration<'_>,
    expr: &Expr,
    place: u8,
    args: &[Arg],
) -> Option<Edit> {
    let DeclKind::Trait { params, value, .. } = &target.tree.kind else {
        return None;
    };
    // A declared type that is not the value's own converts it; that would be lost.
    let Some(Unit::Trait { definition, .. }) = site.db.unit(target.id) else {
        return None;
    };
    if definition.ty.kind != definition.body.ty.kind {
        return None;
    }
    let inside = Site::within(site.db, *target, value.span);
    let given = arguments(site, target, params, args)?;
    let text = substituted(&inside, value.span, &given)?;
    Some(with_parens(
        site,
        expr,
        &Piece::new(text, level(value)),
        place,
    ))
}

/// The text of each parameter's argument, by the parameter's name.
fn arguments(
    site: &Site<'_>,
    target: &Declaration<'_>,
    params: &[Param],
    args: &[Arg],
) -> Option<BTreeMap<String, Piece>> {
    let mut given = BTreeMap::new();
    for (index, arg) in args.iter().enumerate() {
        let name = match &arg.name {
            Some(name) => name.text.clone(),
            None => params.get(index)?.name.text.clone(),
        };
        let ArgValue::Expr(value) = &arg.value else {
            return None;
        };
        given.insert(name, site.piece(value));
    }
    for param in params {
        if given.contains_key(&param.name.text) {
            continue;
        }
        let default = param.default.as_ref()?;
        let piece = Piece::new(default.span.of(target.text), level(default));
        given.insert(param.name.text.clone(), piece);
    }
    Some(given)
}

/// What is written at a span of a declaration, with its parameters' arguments in their places.
fn substituted(inside: &Site<'_>, span: Span, given: &BTreeMap<String, Piece>) -> Option<String> {
    let mut text = String::new();
    let mut at = span.start;
    for occurrence in inside.names_in(span) {
        let Symbol::Param { of, name } = &occurrence.symbol else {
            continue;
        };
        if **of != **inside.decl.name || occurrence.span.start < at {
            continue;
        }
        let piece = given.get(&**name)?;
        text.push_str(inside.text(Span::new(at, occurrence.span.start)));
        // Parentheses that stand there already are enough.
        let behind = inside.decl.text.get(occurrence.span.end as usize..)?;
        let enclosed = text.ends_with('(') && behind.starts_with(')');
        text.push_str(&piece.at(if enclosed { LOOSE } else { ATOM }));
        at = occurrence.span.end;
    }
    text.push_str(inside.text(Span::new(at, span.end)));
    Some(text)
}
