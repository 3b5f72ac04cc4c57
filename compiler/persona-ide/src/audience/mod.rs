//! What of a file can be counted: whom a declaration, or a part of it, holds for. Says what to ask and where to show it, and
//! counts nothing.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use persona_base::{FileId, Span};
use persona_sema::Database;
use persona_sema::editor::Declaration;
use persona_syntax::ast;

/// Something that holds for some people and not for others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Countable {
    /// What is written, in its file: the head of a declaration, a stage, a clause, the head of a variant. The count is shown
    /// behind it.
    pub span: Span,
    /// Its condition, in the file, where it has one.
    pub condition: Option<Span>,
    /// The declaration's name in the whole compilation.
    pub declaration: Arc<str>,
    /// Which part of it.
    pub part: CountedPart,
}

/// A part of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CountedPart {
    /// A segment's members; those for whom a trait is true, or known.
    Whole,
    /// A stage of a partition, by its number.
    Stage(u32),
    /// A variant of a content, by its number: those who read this one.
    Variant(u32),
    /// A condition, by its span from the declaration's start.
    Condition(Span),
}

/// What can be counted of the declarations that touch a range, in the order of the text.
pub fn countables(db: &Database, file: FileId, range: Span) -> Vec<Countable> {
    let mut found = Vec::new();
    for declaration in db.declarations(file) {
        let touches = declaration.span.start <= range.end && range.start <= declaration.span.end;
        if touches && !declaration.name.is_empty() {
            of(&declaration, &mut found);
        }
    }
    found.retain(|one| one.span.start <= range.end && range.start <= one.span.end);
    found
}

/// What the cursor is in the condition of.
pub fn countable_at(db: &Database, file: FileId, offset: u32) -> Option<Countable> {
    let declaration = db.declaration_at(file, offset)?;
    let mut found = Vec::new();
    of(&declaration, &mut found);
    let around = |one: &Countable| one.condition.is_some_and(|span| span.touches(offset));
    found.into_iter().find(around)
}

/// The names of the package's own segments that need no arguments: those of this file first, so that a caller who compares only
/// some has the nearest ones.
pub fn segments(db: &Database, file: FileId) -> Vec<Arc<str>> {
    let files = db.rule_files();
    let others = files.iter().filter(|other| **other != file);
    let mut names = Vec::new();
    for file in std::iter::once(&file).chain(others) {
        db.unwind_if_cancelled();
        let declarations = db.declarations(*file).into_iter();
        names.extend(declarations.filter_map(|one| match &one.tree.kind {
            ast::DeclKind::Segment { params, .. } if params.is_empty() => {
                Some(Arc::clone(one.name))
            }
            _ => None,
        }));
    }
    names
}

fn of(declaration: &Declaration<'_>, found: &mut Vec<Countable>) {
    let tree = declaration.tree;
    let mut add = |written: Span, condition: Option<&ast::Expr>, part: CountedPart| {
        found.push(Countable {
            span: declaration.in_file(written),
            condition: condition.map(|condition| declaration.in_file(condition.span)),
            declaration: Arc::clone(declaration.name),
            part,
        });
    };
    let head = |title: Option<&ast::Expr>| {
        title.map_or(tree.name.span, |title| tree.name.span.to(title.span))
    };
    match &tree.kind {
        ast::DeclKind::Segment {
            params,
            title,
            condition,
        } if params.is_empty() => add(head(title.as_ref()), Some(condition), CountedPart::Whole),
        ast::DeclKind::Trait { params, ty, .. } if params.is_empty() => {
            let end = ty
                .as_ref()
                .map_or(tree.name.span, |ty| tree.name.span.to(ty.span));
            add(end, None, CountedPart::Whole);
        }
        ast::DeclKind::Partition {
            stages, otherwise, ..
        } => {
            for (stage, number) in stages.iter().zip(0..) {
                add(
                    stage.span,
                    Some(&stage.condition),
                    CountedPart::Stage(number),
                );
            }
            if !otherwise.name.text.is_empty() {
                let last = stages.len() as u32;
                add(otherwise.name.span, None, CountedPart::Stage(last));
            }
        }
        ast::DeclKind::Trigger(trigger) => {
            for clause in &trigger.clauses {
                if let ast::TriggerClauseKind::When(condition) = &clause.kind {
                    let part = CountedPart::Condition(condition.span);
                    add(clause.span, Some(condition), part);
                }
            }
        }
        ast::DeclKind::Content(content) => {
            let all = content.variants.iter().chain(content.otherwise.first());
            for (variant, number) in all.zip(0..) {
                let written = match &variant.condition {
                    Some(condition) => variant.name.span.to(condition.span),
                    None => variant.name.span,
                };
                let part = CountedPart::Variant(number);
                add(written, variant.condition.as_ref(), part);
            }
        }
        _ => {}
    }
}
