//! How declarations of what happens and of what people read are laid out. Says where lines may end; writes nothing.

use persona_base::Span;

use crate::ast::{
    ChannelClause, ContentDecl, Decl, DeclKind, Enter, Expectation, ExperimentClause, Expr,
    Fallback, Name, Query, QueryArg, Rate, RecommendClause, RecommendDecl, Requires, Skip,
    SlotSource, SlotValue, Stale, Start, TestStep, TestStepKind, TriggerClause, TriggerClauseKind,
    TriggerDecl, TriggerStep, TriggerStepKind, UseDecl, Variant, Wait,
};

use super::layout::{Items, Layout};

impl Layout<'_> {
    /// Lays out a declaration of a campaign; `None` when it is none.
    pub(super) fn campaign(&mut self, decl: &Decl, kind: &DeclKind) -> Option<()> {
        match kind {
            DeclKind::Use(module) => self.module(module),
            DeclKind::Purpose { requires } => {
                let starts = self.starts(requires.iter().map(|clause| clause.span.start));
                self.last_body(decl, &starts, Items::Clauses);
                requires.iter().for_each(|clause| self.requires(clause));
            }
            DeclKind::Channel { clauses } => {
                let starts = self.starts(clauses.iter().map(|clause| channel_span(clause).start));
                self.last_body(decl, &starts, Items::Clauses);
                clauses
                    .iter()
                    .for_each(|clause| self.channel_clause(clause));
            }
            DeclKind::Trigger(trigger) => self.trigger(decl, trigger),
            DeclKind::Content(content) => self.content(decl, content),
            DeclKind::Recommend(recommend) => self.recommend(decl, recommend),
            DeclKind::Experiment { clauses } => {
                let starts =
                    self.starts(clauses.iter().map(|clause| experiment_span(clause).start));
                self.last_body(decl, &starts, Items::Clauses);
                clauses
                    .iter()
                    .for_each(|clause| self.experiment_clause(clause));
            }
            DeclKind::Exclusive { segments } => {
                let starts = self.starts(segments.iter().map(|segment| segment.span.start));
                self.last_body(decl, &starts, Items::Fields);
                segments.iter().for_each(|segment| self.expr(segment, 1));
            }
            DeclKind::Test { steps } => {
                let starts = self.starts(steps.iter().map(|step| step.span.start));
                self.last_body(decl, &starts, Items::Clauses);
                steps.iter().for_each(|step| self.test_step(step));
            }
            _ => return None,
        }
        Some(())
    }

    fn module(&mut self, module: &UseDecl) {
        let Some(items) = &module.items else {
            return;
        };
        let last = self.tokens.len() - 1;
        let Some(open) = self.partner(last) else {
            return;
        };
        let starts = self.starts(items.iter().map(|item| item.span.start));
        self.bracket(open, &starts, true);
        self.tight(open);
    }

    fn requires(&mut self, clause: &Requires) {
        if let Some(condition) = &clause.condition {
            self.expr(condition, 1);
        }
    }

    fn skip(&mut self, skip: &Skip) {
        let (first, last) = self.range(skip.span);
        let group = self.group(first, last);
        self.expr(&skip.condition, 1);
        if let Some(reason) = &skip.reason {
            self.line(self.at(reason.span.start), group, 1);
        }
    }

    fn rate(&mut self, rate: &Rate) {
        if let Rate::Rolling(length) = rate {
            self.expr(length, 1);
        }
    }

    fn channel_clause(&mut self, clause: &ChannelClause) {
        match clause {
            ChannelClause::To { value, .. } => self.expr(value, 1),
            ChannelClause::Requires(requires) => self.requires(requires),
            ChannelClause::Quiet {
                condition: Some(condition),
                span,
                ..
            } => self.guarded(*span, condition),
            ChannelClause::Limit {
                count, per, across, ..
            } => {
                self.expr(count, 1);
                self.rate(per);
                self.names(across);
            }
            ChannelClause::Skip(skip) => self.skip(skip),
            ChannelClause::Quiet {
                condition: None, ..
            }
            | ChannelClause::WhenFull { .. }
            | ChannelClause::Transactional(_) => {}
        }
    }

    /// A clause with a condition behind it: `quiet 21:00 to 08:00 when …`, `on change of tier where …`.
    fn guarded(&mut self, span: Span, condition: &Expr) {
        let (first, last) = self.range(span);
        let group = self.group(first, last);
        self.line(self.at(condition.span.start) - 1, group, 1);
        self.expr(condition, 1);
    }

    /// Names separated by commas.
    fn names(&mut self, names: &[Name]) {
        let (Some(first), Some(last)) = (names.first(), names.last()) else {
            return;
        };
        let range = self.at(first.span.start)..=self.before(last.span.end);
        let starts = self.starts(names.iter().map(|name| name.span.start));
        self.bare_list(range, &starts);
    }

    /// A query as the last thing of a clause: its own lines are indented once.
    fn clause_query(&mut self, query: &Query) {
        let (first, last) = self.range(query.span);
        self.query(query, first, last, 1);
    }

    fn trigger(&mut self, decl: &Decl, trigger: &TriggerDecl) {
        let clauses = trigger.clauses.iter().map(|clause| clause.span.start);
        let steps = trigger.steps.iter().map(|step| step.span.start);
        let mut starts = self.starts(clauses.chain(steps));
        starts.sort_unstable();
        self.last_body(decl, &starts, Items::Clauses);
        trigger
            .clauses
            .iter()
            .for_each(|clause| self.trigger_clause(clause));
        trigger.steps.iter().for_each(|step| self.step(step));
    }

    fn trigger_clause(&mut self, clause: &TriggerClause) {
        match &clause.kind {
            TriggerClauseKind::Error | TriggerClauseKind::Again { .. } => {}
            TriggerClauseKind::On(start) => self.start(start, clause.span),
            TriggerClauseKind::When(value)
            | TriggerClauseKind::Per(value)
            | TriggerClauseKind::StopWhen(value)
            | TriggerClauseKind::Priority(value) => self.expr(value, 1),
            TriggerClauseKind::Enter(Enter::Limited { count, per }) => {
                self.expr(count, 1);
                self.rate(per);
            }
            TriggerClauseKind::Enter(Enter::Error | Enter::Once | Enter::Always) => {}
            TriggerClauseKind::StopOn(query) => self.clause_query(query),
        }
    }

    fn start(&mut self, start: &Start, span: Span) {
        match start {
            Start::Error => {}
            Start::Event(query) => self.clause_query(query),
            Start::Membership { segment, .. } => self.expr(segment, 1),
            Start::Inactivity { query, duration } => {
                self.clause_query(query);
                self.expr(duration, 1);
            }
            Start::Anniversary { date, at } => {
                self.expr(date, 1);
                at.iter().for_each(|at| self.expr(at, 1));
            }
            Start::Every { at, .. } => at.iter().for_each(|at| self.expr(at, 1)),
            Start::Change {
                value, condition, ..
            } => {
                if let Some(condition) = condition {
                    self.guarded(span, condition);
                }
                self.expr(value, 1);
            }
        }
    }

    fn steps(&mut self, first: usize, open: usize, steps: &[TriggerStep]) {
        let starts = self.starts(steps.iter().map(|step| step.span.start));
        self.body(first, open, &starts, Items::Clauses);
    }

    fn step(&mut self, step: &TriggerStep) {
        let (first, last) = self.range(step.span);
        match &step.kind {
            TriggerStepKind::Error | TriggerStepKind::Stop => {}
            TriggerStepKind::Send {
                content,
                args,
                channel,
                stale,
                ..
            } => {
                let group = self.group(first, last);
                let open = self.at(content.span.end);
                if self.word(open) == "(" {
                    self.tight(open);
                    self.arguments(open, args, None);
                }
                self.line(self.at(channel.span.start) - 1, group, 1);
                if let Some(Stale::Within(limit) | Stale::Before(limit)) = stale {
                    self.line(self.at(limit.span.start) - 1, group, 1);
                    self.expr(limit, 1);
                }
            }
            TriggerStepKind::Wait(wait) => self.wait(wait, first, last),
            TriggerStepKind::If { arms, otherwise } => {
                for (condition, steps) in arms {
                    let start = self.at(condition.span.start) - 1;
                    let open = self.before(condition.span.end) + 1;
                    self.steps(start, open, steps);
                    self.expr(condition, 1);
                    steps.iter().for_each(|step| self.step(step));
                }
                if let (Some(steps), Some(open)) = (otherwise, self.partner(last)) {
                    self.steps(open, open, steps);
                    steps.iter().for_each(|step| self.step(step));
                }
                self.join_else(first, last);
            }
            TriggerStepKind::Emit { event, fields } => {
                self.entries(self.at(event.span.end), fields);
            }
            TriggerStepKind::Set { value, .. } => self.assigned(value),
        }
    }

    /// A comment before an `else` stands on the level of its `if`.
    fn join_else(&mut self, first: usize, last: usize) {
        let mut at = first;
        while at < last {
            if self.word(at) == "{" {
                let Some(close) = self.partner(at) else {
                    return;
                };
                if self.word(close + 1) == "else" && close < last {
                    self.gaps[close + 1].indent = 0;
                    self.gaps[close + 1].comments = 0;
                }
                at = close;
            }
            at += 1;
        }
    }

    fn wait(&mut self, wait: &Wait, first: usize, last: usize) {
        match wait {
            Wait::Error => {}
            Wait::For(value) | Wait::Until(value) | Wait::Clock { at: value, .. } => {
                self.expr(value, 1);
            }
            Wait::Event { query, at_most } => {
                let group = self.group(first, last);
                self.clause_query(query);
                if let Some(limit) = at_most {
                    self.line(self.at(limit.span.start).saturating_sub(2), group, 1);
                    self.expr(limit, 1);
                }
            }
        }
    }

    /// Names with values in braces: `emit E { … }`, `given { … }`.
    fn entries(&mut self, open: usize, fields: &[(Name, Expr)]) {
        if self.word(open) != "{" {
            return;
        }
        let starts = self.starts(fields.iter().map(|(name, _)| name.span.start));
        self.block(open, &starts, Items::Fields);
        fields.iter().for_each(|(_, value)| self.expr(value, 1));
    }

    fn content(&mut self, decl: &Decl, content: &ContentDecl) {
        let slots = content.slots.iter().map(|slot| slot.name.span.start);
        let skips = content.skips.iter().map(|skip| skip.span.start);
        let variants = content.variants.iter().chain(&content.otherwise);
        let blocks = variants.clone().map(|variant| variant.span.start);
        let mut starts = self.starts(slots.chain(skips).chain(blocks));
        starts.sort_unstable();
        self.last_body(decl, &starts, Items::Clauses);
        self.params(&content.params, decl.name.span.end);
        content.slots.iter().for_each(|slot| self.field(slot));
        content.skips.iter().for_each(|skip| self.skip(skip));
        variants.for_each(|variant| self.variant(variant));
    }

    fn variant(&mut self, variant: &Variant) {
        let (first, last) = self.range(variant.span);
        let Some(open) = self.partner(last) else {
            return;
        };
        let slots = variant.slots.iter().map(|slot| slot.span.start);
        let locales = variant.locales.iter().map(|locale| locale.span.start);
        let mut starts = self.starts(slots.chain(locales));
        starts.sort_unstable();
        self.body(first, open, &starts, Items::Clauses);
        if let Some(condition) = &variant.condition {
            self.expr(condition, 1);
        }
        variant.slots.iter().for_each(|slot| self.slot(slot));
        for locale in &variant.locales {
            let Some(open) = self.partner(self.before(locale.span.end)) else {
                continue;
            };
            let starts = self.starts(locale.slots.iter().map(|slot| slot.span.start));
            self.block(open, &starts, Items::Clauses);
            locale.slots.iter().for_each(|slot| self.slot(slot));
        }
    }

    fn slot(&mut self, slot: &SlotValue) {
        match &slot.value {
            SlotSource::Expr(value) => self.assigned(value),
            SlotSource::Template(_) => {}
        }
    }

    fn recommend(&mut self, decl: &Decl, recommend: &RecommendDecl) {
        let starts = recommend
            .clauses
            .iter()
            .map(|clause| self.at(recommend_span(clause).start))
            .collect::<Vec<_>>();
        self.last_body(decl, &starts, Items::Clauses);
        self.params(&recommend.params, decl.name.span.end);
        recommend.ty.iter().for_each(|ty| self.type_expr(ty));
        for clause in &recommend.clauses {
            match clause {
                RecommendClause::From { .. } => {}
                RecommendClause::Where { condition, .. } => self.expr(condition, 1),
                RecommendClause::Exclude { what, .. } => match what {
                    QueryArg::Query(query) => self.clause_query(query),
                    QueryArg::Expr(value) => self.expr(value, 1),
                },
                RecommendClause::RankBy { keys, .. } => {
                    self.separated(keys.iter().map(|key| &key.value));
                }
                RecommendClause::Take { count, .. } => self.expr(count, 1),
                RecommendClause::Otherwise { fallback, .. } => {
                    if let Fallback::Expr(value) = fallback {
                        self.expr(value, 1);
                    }
                }
            }
        }
    }

    fn experiment_clause(&mut self, clause: &ExperimentClause) {
        match clause {
            ExperimentClause::On { names, .. } => self.names(names),
            ExperimentClause::Arms { arms, span } => {
                let starts = self.starts(arms.iter().map(|arm| arm.name.span.start));
                if let Some(open) = self.partner(self.before(span.end)) {
                    self.block(open, &starts, Items::Fields);
                }
            }
            ExperimentClause::Goal { query, within, .. } => {
                self.clause_query(query);
                within.iter().for_each(|within| self.expr(within, 1));
            }
            ExperimentClause::Holdout { share, .. } => self.expr(share, 1),
            ExperimentClause::Hash { .. }
            | ExperimentClause::Salt { .. }
            | ExperimentClause::Layer { .. } => {}
        }
    }

    fn test_step(&mut self, step: &TestStep) {
        match &step.kind {
            TestStepKind::Given(fields) => self.entries(self.at(step.span.start) + 1, fields),
            TestStepKind::Event { event, of, fields } => {
                of.iter().for_each(|of| self.expr(of, 1));
                let head = of.as_ref().map_or(event.span, |of| of.span);
                self.entries(self.at(head.end), fields);
            }
            TestStepKind::Set { value, .. } => {
                value.iter().for_each(|value| self.assigned(value));
            }
            TestStepKind::At(value)
            | TestStepKind::Wait(value)
            | TestStepKind::Expect(Expectation::Holds(value)) => self.expr(value, 1),
            TestStepKind::Error | TestStepKind::Arm { .. } | TestStepKind::Expect(_) => {}
        }
    }
}

const fn channel_span(clause: &ChannelClause) -> Span {
    match clause {
        ChannelClause::To { span, .. }
        | ChannelClause::Quiet { span, .. }
        | ChannelClause::Limit { span, .. }
        | ChannelClause::WhenFull { span, .. }
        | ChannelClause::Transactional(span) => *span,
        ChannelClause::Requires(requires) => requires.span,
        ChannelClause::Skip(skip) => skip.span,
    }
}

const fn recommend_span(clause: &RecommendClause) -> Span {
    match clause {
        RecommendClause::From { span, .. }
        | RecommendClause::Where { span, .. }
        | RecommendClause::Exclude { span, .. }
        | RecommendClause::RankBy { span, .. }
        | RecommendClause::Take { span, .. }
        | RecommendClause::Otherwise { span, .. } => *span,
    }
}

const fn experiment_span(clause: &ExperimentClause) -> Span {
    match clause {
        ExperimentClause::On { span, .. }
        | ExperimentClause::Arms { span, .. }
        | ExperimentClause::Holdout { span, .. }
        | ExperimentClause::Goal { span, .. }
        | ExperimentClause::Hash { span, .. }
        | ExperimentClause::Salt { span, .. }
        | ExperimentClause::Layer { span, .. } => *span,
    }
}
