//! Going through the expressions of campaign declarations.

use super::walk::{Visit, arguments, fields, query_parts, type_parts};
use super::{
    ChannelClause, ContentDecl, DeclKind, Enter, Expectation, ExperimentClause, Fallback, Param,
    QueryArg, Rate, RecommendClause, Requires, Skip, SlotSource, SlotValue, Stale, Start, TestStep,
    TestStepKind, TriggerClause, TriggerClauseKind, TriggerStep, TriggerStepKind, Variant, Wait,
};

/// The expressions of a campaign declaration, in the order of the text where its parts keep it.
pub(super) fn for_each_expr(kind: &DeclKind, visit: Visit<'_>) {
    match kind {
        DeclKind::Purpose { requires } => requires.iter().for_each(|one| required(one, visit)),
        DeclKind::Channel { clauses } => clauses.iter().for_each(|one| channel(one, visit)),
        DeclKind::Trigger(trigger) => {
            trigger.title.iter().for_each(&mut *visit);
            trigger.clauses.iter().for_each(|one| header(one, visit));
            steps(&trigger.steps, visit);
        }
        DeclKind::Content(decl) => content(decl, visit),
        DeclKind::Recommend(decl) => {
            params(&decl.params, visit);
            decl.ty.iter().for_each(|ty| type_parts(ty, visit));
            decl.clauses.iter().for_each(|one| recommend(one, visit));
        }
        DeclKind::Experiment { clauses } => clauses.iter().for_each(|one| experiment(one, visit)),
        DeclKind::Exclusive { segments } => segments.iter().for_each(visit),
        DeclKind::Test { steps } => steps.iter().for_each(|one| test(one, visit)),
        // The caller walks the others.
        _ => {}
    }
}

fn params(list: &[Param], visit: Visit<'_>) {
    list.iter()
        .filter_map(|param| param.default.as_ref())
        .for_each(visit);
}

fn required(requires: &Requires, visit: Visit<'_>) {
    requires.condition.iter().for_each(visit);
}

fn rate(rate: &Rate, visit: Visit<'_>) {
    if let Rate::Rolling(duration) = rate {
        visit(duration);
    }
}

fn skip(skip: &Skip, visit: Visit<'_>) {
    visit(&skip.condition);
    skip.reason.iter().for_each(visit);
}

fn channel(clause: &ChannelClause, visit: Visit<'_>) {
    match clause {
        ChannelClause::To { value, .. } => visit(value),
        ChannelClause::Requires(requires) => required(requires, visit),
        ChannelClause::Quiet {
            from,
            to,
            condition,
            ..
        } => {
            visit(from);
            visit(to);
            condition.iter().for_each(visit);
        }
        ChannelClause::Limit { count, per, .. } => {
            visit(count);
            rate(per, visit);
        }
        ChannelClause::Skip(one) => skip(one, visit),
        ChannelClause::WhenFull { .. } | ChannelClause::Transactional(_) => {}
    }
}

fn header(clause: &TriggerClause, visit: Visit<'_>) {
    match &clause.kind {
        TriggerClauseKind::Error | TriggerClauseKind::Again { .. } => {}
        TriggerClauseKind::On(on) => start(on, visit),
        TriggerClauseKind::When(expr)
        | TriggerClauseKind::Per(expr)
        | TriggerClauseKind::StopWhen(expr)
        | TriggerClauseKind::Priority(expr) => visit(expr),
        TriggerClauseKind::Enter(Enter::Limited { count, per }) => {
            visit(count);
            rate(per, visit);
        }
        TriggerClauseKind::Enter(_) => {}
        TriggerClauseKind::StopOn(query) => query_parts(query, visit),
    }
}

fn start(start: &Start, visit: Visit<'_>) {
    match start {
        Start::Error => {}
        Start::Event(query) => query_parts(query, visit),
        Start::Membership { segment, .. } => visit(segment),
        Start::Inactivity { query, duration } => {
            query_parts(query, visit);
            visit(duration);
        }
        Start::Anniversary { date, at } => {
            visit(date);
            at.iter().for_each(visit);
        }
        Start::Every { at, .. } => at.iter().for_each(visit),
        Start::Change {
            value, condition, ..
        } => {
            visit(value);
            condition.iter().for_each(visit);
        }
    }
}

fn steps(list: &[TriggerStep], visit: Visit<'_>) {
    for step in list {
        match &step.kind {
            TriggerStepKind::Error | TriggerStepKind::Stop => {}
            TriggerStepKind::Send { args, stale, .. } => {
                arguments(args, visit);
                if let Some(Stale::Within(limit) | Stale::Before(limit)) = stale {
                    visit(limit);
                }
            }
            TriggerStepKind::Wait(wait) => waiting(wait, visit),
            TriggerStepKind::If { arms, otherwise } => {
                for (condition, body) in arms {
                    visit(condition);
                    steps(body, visit);
                }
                otherwise.iter().for_each(|body| steps(body, visit));
            }
            TriggerStepKind::Emit { fields, .. } => {
                fields.iter().for_each(|(_, value)| visit(value));
            }
            TriggerStepKind::Set { value, .. } => visit(value),
        }
    }
}

fn waiting(wait: &Wait, visit: Visit<'_>) {
    match wait {
        Wait::Error => {}
        Wait::For(expr) | Wait::Until(expr) | Wait::Clock { at: expr, .. } => visit(expr),
        Wait::Event { query, at_most } => {
            query_parts(query, visit);
            at_most.iter().for_each(visit);
        }
    }
}

fn content(decl: &ContentDecl, visit: Visit<'_>) {
    params(&decl.params, visit);
    decl.title.iter().for_each(&mut *visit);
    fields(&decl.slots, visit);
    decl.skips.iter().for_each(|one| skip(one, visit));
    decl.variants
        .iter()
        .chain(&decl.otherwise)
        .for_each(|one| variant(one, visit));
}

fn variant(variant: &Variant, visit: Visit<'_>) {
    variant.condition.iter().for_each(&mut *visit);
    slots(&variant.slots, visit);
    variant
        .locales
        .iter()
        .for_each(|block| slots(&block.slots, visit));
}

fn slots(list: &[SlotValue], visit: Visit<'_>) {
    for slot in list {
        match &slot.value {
            SlotSource::Expr(value) | SlotSource::Template(value) => visit(value),
        }
    }
}

fn recommend(clause: &RecommendClause, visit: Visit<'_>) {
    match clause {
        RecommendClause::From { .. } => {}
        RecommendClause::Where { condition, .. } => visit(condition),
        RecommendClause::Exclude { what, .. } => match what {
            QueryArg::Query(query) => query_parts(query, visit),
            QueryArg::Expr(expr) => visit(expr),
        },
        RecommendClause::RankBy { keys, .. } => keys.iter().for_each(|key| visit(&key.value)),
        RecommendClause::Take { count, .. } => visit(count),
        RecommendClause::Otherwise { fallback, .. } => match fallback {
            Fallback::Error => {}
            Fallback::Expr(expr) => visit(expr),
            Fallback::Skip(reason) => reason.iter().for_each(visit),
        },
    }
}

fn experiment(clause: &ExperimentClause, visit: Visit<'_>) {
    match clause {
        ExperimentClause::On { .. } | ExperimentClause::Hash { .. } => {}
        ExperimentClause::Arms { arms, .. } => {
            arms.iter()
                .filter_map(|arm| arm.weight.as_ref())
                .for_each(visit);
        }
        ExperimentClause::Holdout { share, .. } => visit(share),
        ExperimentClause::Goal { query, within, .. } => {
            query_parts(query, visit);
            within.iter().for_each(visit);
        }
        ExperimentClause::Salt { salt, .. } => visit(salt),
        ExperimentClause::Layer { range, .. } => {
            if let Some((from, to)) = range {
                visit(from);
                visit(to);
            }
        }
    }
}

fn test(step: &TestStep, visit: Visit<'_>) {
    match &step.kind {
        TestStepKind::Error | TestStepKind::Arm { .. } => {}
        TestStepKind::Given(fields) => fields.iter().for_each(|(_, value)| visit(value)),
        TestStepKind::Event { of, fields, .. } => {
            of.iter().for_each(&mut *visit);
            fields.iter().for_each(|(_, value)| visit(value));
        }
        TestStepKind::Set { value, .. } => value.iter().for_each(visit),
        TestStepKind::At(expr)
        | TestStepKind::Wait(expr)
        | TestStepKind::Expect(Expectation::Holds(expr)) => visit(expr),
        TestStepKind::Expect(_) => {}
    }
}
