//! Clauses of recommendations and slots in the wrong place, with fixes that move them. That a clause stands twice, and the
//! order of a trigger's header, are said by those who know what the clauses mean.

use persona_base::{Applicability, Span, syntax};

use super::super::Builder;
use crate::SyntaxError;
use crate::ast::RecommendClause;

impl Builder<'_> {
    fn word_at(&self, span: Span) -> Span {
        let bytes = self.written(span).as_bytes();
        let end = crate::scan::word_end(bytes, 0).max(1).min(bytes.len());
        Span::new(span.start, span.start + end as u32)
    }

    /// A clause with what separates it from what stands before.
    fn whole_line(&self, span: Span) -> Span {
        let before = self.written(Span::new(0, span.start));
        Span::new(before.trim_end().len() as u32, span.end)
    }

    /// Edits that move a clause before what starts at `before`: as a line of its own where that is one.
    fn moved(&self, clause: Span, before: Span) -> Vec<(Span, String)> {
        let text = self.written(clause).to_owned();
        let line = self.written(Span::new(0, before.start));
        let indent = line.rsplit('\n').next().unwrap_or("");
        let separator = if line.contains('\n') && indent.trim().is_empty() {
            format!("\n{indent}")
        } else {
            ", ".to_owned()
        };
        let mut cut = self.whole_line(clause);
        // On one line, a comma stood before the clause or stands behind it.
        if self.written(Span::new(0, cut.start)).ends_with(',') {
            cut.start -= 1;
        }
        vec![
            (Span::at(before.start), format!("{text}{separator}")),
            (cut, String::new()),
        ]
    }

    /// The clauses of a recommendation stand in the order in which they are applied.
    pub(super) fn recommend_order(&mut self, clauses: &[RecommendClause]) {
        let placed: Vec<(usize, &str, Span)> = clauses
            .iter()
            .map(|clause| match clause {
                RecommendClause::From { span, .. } => (0, "`from`", *span),
                RecommendClause::Where { span, .. } => (1, "`where`", *span),
                RecommendClause::Exclude { span, .. } => (2, "`exclude`", *span),
                RecommendClause::RankBy { span, .. } => (3, "`rank by`", *span),
                RecommendClause::Take { span, .. } => (4, "`take`", *span),
                RecommendClause::Otherwise { span, .. } => (5, "`otherwise`", *span),
            })
            .collect();
        for (index, (rank, name, span)) in placed.iter().enumerate() {
            let Some((_, other, later)) = placed[..index].iter().find(|(before, ..)| before > rank)
            else {
                continue;
            };
            let edits = self.moved(*span, *later);
            let (word, place) = (self.word_at(*span), self.word_at(*later));
            self.push(
                SyntaxError::new(
                    syntax::MISPLACED_CLAUSE,
                    word,
                    format!("{name} stands before {other}"),
                )
                .secondary(place, format!("before this {other}"))
                .help("the order is: `from`, `where`, `exclude`, `rank by`, `take`, `otherwise`")
                .edits("move it", Applicability::Always, edits),
            );
        }
    }

    /// A clause of the header between the steps of an `if`.
    pub(super) fn header_in_steps(&mut self, clause: Span) {
        let word = self.word_at(clause);
        let name = self.written(word).to_owned();
        self.push(
            SyntaxError::new(
                syntax::MISPLACED_CLAUSE,
                word,
                format!("`{name}` says when the whole trigger runs, and cannot stand in an `if`"),
            )
            .help("it stands at the trigger's start, before the first step"),
        );
    }

    /// A slot behind the variants that fill it.
    pub(super) fn slot_behind_variants(&mut self, slot: Span, variant: Span) {
        let word = self.word_at(slot);
        let edits = self.moved(slot, variant);
        let place = self.word_at(variant);
        self.push(
            SyntaxError::new(
                syntax::MISPLACED_CLAUSE,
                word,
                "the slots stand before the variants",
            )
            .secondary(place, "the first variant")
            .edits("move it before the variants", Applicability::Always, edits),
        );
    }
}
