//! All places that name what the cursor is on, in the package or in one file.

use persona_base::{FileId, Span};
use persona_sema::editor::{Reference, Role, Symbol};
use persona_sema::{Database, ItemKind};

use crate::at::Named;

/// Every place that names what is at a place, by file and place, each once; with its declaration where that is wanted.
pub fn references(
    db: &Database,
    file: FileId,
    offset: u32,
    with_declaration: bool,
) -> Vec<(FileId, Span)> {
    let Some(named) = Named::at(db, file, offset) else {
        return Vec::new();
    };
    let mut found: Vec<(FileId, Span)> = Vec::new();
    for symbol in named.symbols() {
        let all = db.references(symbol, named.from()).into_iter();
        let all = all.filter(|one| with_declaration || one.role != Role::Declares);
        found.extend(all.map(|one: Reference| (one.place.file, one.place.span)));
    }
    found.sort_by_key(|(file, span)| (*file, span.start, span.end));
    found.dedup();
    found
}

/// What is done at a place that is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HighlightKind {
    /// It is declared or gets a value.
    Write,
    /// Its value or meaning is asked.
    Read,
    /// Words that belong together: `trigger`'s steps that end it, the keyword of a declaration.
    Text,
}

/// The places of a file that name what is at a place in it.
pub fn highlights(db: &Database, file: FileId, offset: u32) -> Vec<(Span, HighlightKind)> {
    let Some(named) = Named::at(db, file, offset) else {
        return exits(db, file, offset);
    };
    let mut found: Vec<(Span, HighlightKind)> = Vec::new();
    for symbol in named.symbols() {
        if let Symbol::BuiltIn(..) = symbol {
            continue;
        }
        let all = db.references_in(symbol, named.from(), file).into_iter();
        found.extend(all.map(|one| {
            let kind = match one.role {
                Role::Declares | Role::Writes => HighlightKind::Write,
                Role::Reads | Role::Imports => HighlightKind::Read,
            };
            (one.place.span, kind)
        }));
    }
    found.sort_by_key(|(span, _)| *span);
    found.dedup_by_key(|(span, _)| *span);
    found
}

/// On the word `trigger`, all the places that end it.
fn exits(db: &Database, file: FileId, offset: u32) -> Vec<(Span, HighlightKind)> {
    let Some((decl, relative)) = crate::at::declaration(db, file, offset) else {
        return Vec::new();
    };
    let keyword = Span::new(
        decl.tree.span.start,
        decl.tree.span.start + "trigger".len() as u32,
    );
    let persona_syntax::ast::DeclKind::Trigger(tree) = &decl.tree.kind else {
        return Vec::new();
    };
    if decl.kind != ItemKind::Trigger || !keyword.touches(relative) {
        return Vec::new();
    }
    let mut ends = vec![keyword];
    for clause in &tree.clauses {
        use persona_syntax::ast::TriggerClauseKind as Clause;
        if let Clause::StopOn(_) | Clause::StopWhen(_) = clause.kind {
            ends.push(clause.span);
        }
    }
    stops(&tree.steps, &mut ends);
    let marked = ends.into_iter();
    marked
        .map(|span| (decl.in_file(span), HighlightKind::Text))
        .collect()
}

fn stops(steps: &[persona_syntax::ast::TriggerStep], ends: &mut Vec<Span>) {
    use persona_syntax::ast::TriggerStepKind as Step;
    for step in steps {
        match &step.kind {
            Step::Stop => ends.push(step.span),
            Step::If { arms, otherwise } => {
                arms.iter().for_each(|(_, steps)| stops(steps, ends));
                otherwise.iter().for_each(|steps| stops(steps, ends));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
