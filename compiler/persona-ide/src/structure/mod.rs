//! What belongs together in a file: what can be folded away, what is selected next when a selection grows, which names are edited
//! together.

mod brackets;
#[cfg(test)]
mod tests;

use persona_base::{FileId, Span};
use persona_sema::editor::{Declaration, Part, Role, Symbol, parts_of};
use persona_sema::{Database, ItemKind};
use persona_syntax::ast::{self, DeclKind, Expr};

use crate::at::Named;

/// What a fold hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldKind {
    /// The body of a declaration, a block, a long list, a long text.
    Body,
    /// Comments and documentation.
    Comment,
    /// A group of `use`.
    Imports,
}

/// Something that can be folded away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// What is hidden: from behind the opening bracket, or the end of the first line, to the end of the last line before the
    /// closing one. It reaches over at least one line's end.
    pub span: Span,
    /// What it is.
    pub kind: FoldKind,
}

/// What can be folded in a file, by place.
pub fn folds(db: &Database, file: FileId) -> Vec<Fold> {
    let text = db.file_text(file);
    let uses = db.declarations_of(file, ItemKind::Use);
    if db.space_of(file).is_none() {
        return Vec::new();
    }
    let mut found = imports(text, &uses);
    for block in brackets::blocks(text) {
        let kind = match block.is_comment {
            true => FoldKind::Comment,
            false => FoldKind::Body,
        };
        found.extend(fold(text, block.inside, kind));
    }
    found.sort_by_key(|fold| (fold.span, fold.span.len()));
    found.dedup_by_key(|fold| fold.span);
    found
}

/// A fold that leaves the line of the closing bracket.
fn fold(text: &str, inside: Span, kind: FoldKind) -> Option<Fold> {
    let written = inside.of(text);
    let kept = match kind {
        FoldKind::Body => written.trim_end_matches([' ', '\t']),
        FoldKind::Comment | FoldKind::Imports => written,
    };
    let kept = kept.trim_end_matches(['\n', '\r']);
    kept.contains('\n').then(|| Fold {
        span: Span::new(inside.start, inside.start + kept.len() as u32),
        kind,
    })
}

/// Groups of `use` with nothing but blanks between them.
fn imports(text: &str, uses: &[Declaration<'_>]) -> Vec<Fold> {
    let mut groups: Vec<Span> = Vec::new();
    for one in uses {
        let whole = one.in_file(one.tree.span);
        let length = whole.of(text).trim_end().len() as u32;
        let span = Span::new(whole.start, whole.start + length);
        let follows = |group: &&mut Span| {
            let between = text.get(group.end as usize..span.start as usize);
            between.is_some_and(|between| between.trim().is_empty())
        };
        match groups.last_mut().filter(follows) {
            Some(group) => *group = group.to(span),
            None => groups.push(span),
        }
    }
    let folds = groups.into_iter();
    folds
        .filter_map(|group| fold(text, group, FoldKind::Imports))
        .collect()
}

/// What is selected step by step when a selection grows from a place: each span holds the one before it, the last is the file.
pub fn selections(db: &Database, file: FileId, offset: u32) -> Vec<Span> {
    let text = db.file_text(file);
    let offset = floor(text, offset);
    let whole = Span::new(0, text.len() as u32);
    let mut found = vec![word(text, offset), whole];
    if let Some(decl) = db.declaration_at(file, offset) {
        of_declaration(&decl, offset, &mut found);
    }
    for block in brackets::blocks(text) {
        if block.inside.touches(offset) {
            let trimmed = trimmed(text, block.inside);
            found.extend([trimmed, block.whole]);
        }
    }
    found.push(trimmed(text, line(text, offset)));
    found.retain(|span| span.touches(offset) && !span.is_empty());
    found.sort_by_key(|span| (span.len(), span.start));
    let mut grown: Vec<Span> = Vec::new();
    for span in found {
        let holds = |last: &Span| span.start <= last.start && last.end <= span.end && span != *last;
        if grown.last().is_none_or(holds) {
            grown.push(span);
        }
    }
    if grown.is_empty() {
        grown.push(whole);
    }
    grown
}

fn of_declaration(decl: &Declaration<'_>, offset: u32, found: &mut Vec<Span>) {
    let at = offset - decl.span.start;
    let mut relative: Vec<Span> = vec![decl.tree.span, decl.tree.name.span];
    decl.tree
        .kind
        .for_each_expr(&mut |expr| exprs(expr, at, &mut relative));
    parts(&parts_of(decl.tree), &mut relative);
    clauses(&decl.tree.kind, &mut relative);
    let inside = relative.into_iter().map(|span| {
        let written = span.of(decl.text).trim_end().len() as u32;
        decl.in_file(Span::new(span.start, span.start + written))
    });
    found.extend(inside);
    found.push(decl.span);
}

fn exprs(expr: &Expr, at: u32, found: &mut Vec<Span>) {
    if expr.span.touches(at) {
        found.push(expr.span);
        expr.for_each_child(&mut |child| exprs(child, at, found));
    }
}

fn parts(all: &[Part<'_>], found: &mut Vec<Span>) {
    for part in all {
        found.push(part.span);
        parts(&part.parts, found);
    }
}

/// The clauses and steps of a declaration.
fn clauses(kind: &DeclKind, found: &mut Vec<Span>) {
    match kind {
        DeclKind::Trigger(trigger) => {
            found.extend(trigger.clauses.iter().map(|clause| clause.span));
            steps(&trigger.steps, found);
        }
        DeclKind::Test { steps } => found.extend(steps.iter().map(|step| step.span)),
        DeclKind::Content(content) => {
            for variant in content.variants.iter().chain(&content.otherwise) {
                found.extend(variant.slots.iter().map(|slot| slot.span));
                found.extend(variant.locales.iter().map(|locale| locale.span));
            }
        }
        _ => {}
    }
}

fn steps(all: &[ast::TriggerStep], found: &mut Vec<Span>) {
    for step in all {
        found.push(step.span);
        if let ast::TriggerStepKind::If { arms, otherwise } = &step.kind {
            arms.iter().for_each(|(_, inner)| steps(inner, found));
            otherwise.iter().for_each(|inner| steps(inner, found));
        }
    }
}

/// The word at a place; empty where there is none.
fn word(text: &str, offset: u32) -> Span {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let (before, after) = text.split_at(offset as usize);
    let start = before.trim_end_matches(is_part).len();
    let end = text.len() - after.trim_start_matches(is_part).len();
    Span::new(start as u32, end as u32)
}

fn line(text: &str, offset: u32) -> Span {
    let (before, after) = text.split_at(offset as usize);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = after
        .find('\n')
        .map_or(text.len(), |at| offset as usize + at);
    Span::new(start as u32, end as u32)
}

/// A span without the blanks at its ends.
fn trimmed(text: &str, span: Span) -> Span {
    let written = span.of(text);
    let start = span.start + (written.len() - written.trim_start().len()) as u32;
    let end = span.start + written.trim_end().len() as u32;
    Span::new(start.min(end), end)
}

fn floor(text: &str, offset: u32) -> u32 {
    let mut offset = (offset as usize).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset as u32
}

/// The names that are edited together with the one at a place, while it is typed: what a declaration gives a name to, and a
/// parameter that nobody names from outside. None where others would have to follow: that is renaming.
pub fn linked(db: &Database, file: FileId, offset: u32) -> Option<Vec<Span>> {
    db.space_of(file)?;
    let named = Named::at(db, file, offset)?;
    let symbol = match named.meanings.as_slice() {
        [one] => &one.symbol,
        _ => return None,
    };
    match symbol {
        Symbol::Local { .. } | Symbol::Param { .. } => {}
        _ => return None,
    }
    let all = db.references(symbol, named.from());
    let is_own = |decl| decl == named.from();
    if !all
        .iter()
        .all(|one| is_own(one.decl) && one.place.file == file)
    {
        return None;
    }
    let declared = all.iter().any(|one| one.role == Role::Declares);
    (declared && all.len() > 1).then(|| all.iter().map(|one| one.place.span).collect())
}
