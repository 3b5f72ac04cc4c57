//! Clauses that stand twice or in the wrong place, with fixes that move them.

use persona_base::{Applicability, Span, syntax};

use super::super::Builder;
use crate::SyntaxError;
use crate::ast::{ChannelClause, ExperimentClause, RecommendClause, TriggerClause, TriggerClauseKind};

/// A clause: its place in the order, how it is called, whether it may stand several times, and where it is.
struct Placed {
    rank: usize,
    name: &'static str,
    many: bool,
    span: Span,
}

impl Builder<'_> {
    /// A clause that stands twice.
    pub(super) fn twice(&mut self, second: Span, first: Span, name: &str) {
        let word = self.word_at(second);
        self.push(
            SyntaxError::new(
                syntax::REPEATED_CLAUSE,
                word,
                format!("{name} stands twice"),
            )
            .secondary(self.word_at(first), "it stands here already")
            .fix(
                "remove this one",
                Applicability::Maybe,
                self.whole_line(second),
                "",
            ),
        );
    }

    fn word_at(&self, span: Span) -> Span {
        let bytes = self.written(span).as_bytes();
        let end = crate::scan::word_end(bytes, 0).max(1).min(bytes.len());
        Span::new(span.start, span.start + end as u32)
    }

    /// A clause with what separates it from what stands before.
    fn whole_line(&self, span: Span) -> Span {
        let before = self.written(Span::new(0, span.start));
        let trimmed = before.trim_end_matches([' ', '\t']);
        let start = trimmed.strip_suffix('\n').unwrap_or(trimmed);
        let start = start.strip_suffix('\r').unwrap_or(start);
        Span::new(start.len() as u32, span.end)
    }

    /// The text of a clause for another place: as a line of its own before what starts at `before`.
    fn moved(&self, clause: Span, before: Span) -> Vec<(Span, String)> {
        let text = self.written(clause).to_owned();
        let line = self.written(Span::new(0, before.start));
        let indent = line.rsplit('\n').next().unwrap_or("");
        let separator = if indent.trim().is_empty() {
            format!("\n{indent}")
        } else {
            ", ".to_owned()
        };
        vec![
            (Span::at(before.start), format!("{text}{separator}")),
            (self.whole_line(clause), String::new()),
        ]
    }

    fn in_order(&mut self, clauses: &[Placed], order: &str) {
        for (index, clause) in clauses.iter().enumerate() {
            let earlier = &clauses[..index];
            if let Some(first) = earlier
                .iter()
                .find(|other| other.name == clause.name && !clause.many)
            {
                let (second, first, name) = (clause.span, first.span, clause.name);
                self.twice(second, first, name);
            } else if let Some(later) = earlier.iter().find(|other| other.rank > clause.rank) {
                let word = self.word_at(clause.span);
                let edits = self.moved(clause.span, later.span);
                let (name, other) = (clause.name, later.name);
                let place = self.word_at(later.span);
                self.push(
                    SyntaxError::new(
                        syntax::MISPLACED_CLAUSE,
                        word,
                        format!("{name} stands before {other}"),
                    )
                    .secondary(place, format!("before this {other}"))
                    .help(format!("the order is: {order}"))
                    .edits("move it", Applicability::Always, edits),
                );
            }
        }
    }

    pub(super) fn trigger_order(&mut self, clauses: &[TriggerClause]) {
        let placed: Vec<Placed> = clauses
            .iter()
            .filter_map(|clause| {
                let (rank, name, many) = match &clause.kind {
                    TriggerClauseKind::Error => return None,
                    TriggerClauseKind::On(_) => (0, "`on`", false),
                    TriggerClauseKind::When(_) => (1, "`when`", false),
                    TriggerClauseKind::Per(_) => (2, "`per`", false),
                    TriggerClauseKind::Enter(_) => (3, "`enter`", false),
                    TriggerClauseKind::Again { .. } => (4, "`again`", false),
                    TriggerClauseKind::StopOn(_) => (5, "`stop on`", true),
                    TriggerClauseKind::StopWhen(_) => (5, "`stop when`", true),
                    TriggerClauseKind::Priority(_) => (6, "`priority`", false),
                };
                Some(Placed {
                    rank,
                    name,
                    many,
                    span: clause.span,
                })
            })
            .collect();
        self.in_order(
            &placed,
            "`on`, `when`, `per`, `enter`, `again`, `stop`, `priority`, then the steps",
        );
    }

    /// A clause of the header behind a step.
    pub(super) fn header_behind_steps(&mut self, clause: Span, step: Span) {
        let word = self.word_at(clause);
        let edits = self.moved(clause, step);
        let name = self.written(word).to_owned();
        let place = self.word_at(step);
        self.push(
            SyntaxError::new(
                syntax::MISPLACED_CLAUSE,
                word,
                format!("`{name}` stands before the first step"),
            )
            .secondary(place, "the first step")
            .edits("move it before the steps", Applicability::Always, edits),
        );
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

    pub(super) fn channel_order(&mut self, clauses: &[ChannelClause]) {
        let placed: Vec<Placed> = clauses
            .iter()
            .map(|clause| {
                let (name, many, span) = match clause {
                    ChannelClause::To { span, .. } => ("`to`", false, *span),
                    ChannelClause::Requires(requires) => ("`requires`", false, requires.span),
                    ChannelClause::Quiet { span, .. } => ("`quiet`", true, *span),
                    ChannelClause::Limit { span, .. } => ("`limit`", true, *span),
                    ChannelClause::WhenFull { span, .. } => ("`when full`", false, *span),
                    ChannelClause::Skip(skip) => ("`skip`", true, skip.span),
                    ChannelClause::Transactional(span) => ("`transactional`", false, *span),
                };
                Placed {
                    rank: 0,
                    name,
                    many,
                    span,
                }
            })
            .collect();
        self.in_order(&placed, "");
    }

    pub(super) fn recommend_order(&mut self, clauses: &[RecommendClause]) {
        let placed: Vec<Placed> = clauses
            .iter()
            .map(|clause| {
                let (rank, name, many, span) = match clause {
                    RecommendClause::From { span, .. } => (0, "`from`", false, *span),
                    RecommendClause::Where { span, .. } => (1, "`where`", false, *span),
                    RecommendClause::Exclude { span, .. } => (2, "`exclude`", true, *span),
                    RecommendClause::RankBy { span, .. } => (3, "`rank by`", false, *span),
                    RecommendClause::Take { span, .. } => (4, "`take`", false, *span),
                    RecommendClause::Otherwise { span, .. } => (5, "`otherwise`", false, *span),
                };
                Placed {
                    rank,
                    name,
                    many,
                    span,
                }
            })
            .collect();
        self.in_order(
            &placed,
            "`from`, `where`, `exclude`, `rank by`, `take`, `otherwise`",
        );
    }

    pub(super) fn experiment_order(&mut self, clauses: &[ExperimentClause]) {
        let placed: Vec<Placed> = clauses
            .iter()
            .map(|clause| {
                let (name, many, span) = match clause {
                    ExperimentClause::On { span, .. } => ("`on`", false, *span),
                    ExperimentClause::Arms { span, .. } => ("`arms`", false, *span),
                    ExperimentClause::Holdout { span, .. } => ("`holdout`", false, *span),
                    ExperimentClause::Goal { span, .. } => ("`goal`", true, *span),
                    ExperimentClause::Hash { span, .. } => ("`hash`", false, *span),
                    ExperimentClause::Salt { span, .. } => ("`salt`", false, *span),
                    ExperimentClause::Layer { span, .. } => ("`layer`", false, *span),
                };
                Placed {
                    rank: 0,
                    name,
                    many,
                    span,
                }
            })
            .collect();
        self.in_order(&placed, "");
    }
}
