//! The printed form of campaign declarations.

use super::sexpr::{
    args_text, expr, exprs, field_text, name_text, names, params_text, query_text, title_text,
    type_text,
};
use crate::ast::*;

/// A campaign declaration as an s-expression.
pub(super) fn decl(name: &str, kind: &DeclKind) -> String {
    match kind {
        DeclKind::Use(decl) => {
            let items = decl
                .items
                .as_ref()
                .map_or(String::new(), |items| format!(" {{{}}}", list(items)));
            format!("(use {}{items})", names(&decl.path))
        }
        DeclKind::Purpose { requires } => format!("(purpose {name}{})", lines(requires, required)),
        DeclKind::Channel { clauses } => format!("(channel {name}{})", lines(clauses, channel)),
        DeclKind::Trigger(decl) => format!(
            "(trigger {name}{}{}{})",
            title_text(decl.title.as_ref()),
            lines(&decl.clauses, header),
            steps(&decl.steps, 1)
        ),
        DeclKind::Content(decl) => format!(
            "(content {name}{}{}{}{}{}{})",
            params_text(&decl.params),
            title_text(decl.title.as_ref()),
            decl.slots
                .iter()
                .map(|slot| format!("\n  {}", field_text(slot)))
                .collect::<String>(),
            lines(&decl.skips, skip),
            lines(&decl.variants, variant),
            lines(&decl.otherwise, variant),
        ),
        DeclKind::Recommend(decl) => format!(
            "(recommend {name}{}{}{})",
            params_text(&decl.params),
            decl.ty
                .as_ref()
                .map_or(String::new(), |ty| format!(" : {}", type_text(ty))),
            lines(&decl.clauses, recommend)
        ),
        DeclKind::Experiment { clauses } => {
            format!("(experiment {name}{})", lines(clauses, experiment))
        }
        DeclKind::Exclusive { segments } => format!("(exclusive {})", exprs(segments)),
        DeclKind::Test { steps } => format!("(test {name:?}{})", lines(steps, test)),
        _ => unreachable!("the others are printed by their own"),
    }
}

fn lines<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items
        .iter()
        .map(|item| format!("\n  ({})", show(item).trim_end()))
        .collect()
}

fn list(items: &[Name]) -> String {
    items.iter().map(name_text).collect::<Vec<_>>().join(" ")
}

fn optional(word: &str, value: Option<&Expr>) -> String {
    value.map_or(String::new(), |value| format!(" {word}{}", expr(value)))
}

fn named(word: &str, name: Option<&Name>) -> String {
    name.map_or(String::new(), |name| format!(" {word}{}", name_text(name)))
}

fn required(requires: &Requires) -> String {
    match &requires.condition {
        Some(condition) => format!("requires {} ", expr(condition)),
        None => "requires nothing".to_owned(),
    }
}

fn rate(rate: &Rate) -> String {
    match rate {
        Rate::Rolling(value) => expr(value),
        Rate::Calendar(unit, _) => format!("{unit:?}"),
        Rate::Error => "<error>".to_owned(),
    }
}

fn skip(skip: &Skip) -> String {
    format!(
        "skip {}{} ",
        expr(&skip.condition),
        optional("", skip.reason.as_ref())
    )
}

fn channel(clause: &ChannelClause) -> String {
    match clause {
        ChannelClause::To { value, .. } => format!("to {} ", expr(value)),
        ChannelClause::Requires(requires) => required(requires),
        ChannelClause::Quiet {
            from,
            to,
            condition,
            ..
        } => format!(
            "quiet {} {}{} ",
            expr(from),
            expr(to),
            optional("when ", condition.as_ref())
        ),
        ChannelClause::Limit {
            count, per, across, ..
        } => {
            let across = if across.is_empty() {
                String::new()
            } else {
                format!(" across {}", list(across))
            };
            format!("limit {} per {}{across} ", expr(count), rate(per))
        }
        ChannelClause::WhenFull { defer, .. } => {
            format!("full {}", if *defer { "defer" } else { "drop" })
        }
        ChannelClause::Skip(one) => skip(one),
        ChannelClause::Transactional(_) => "transactional".to_owned(),
    }
}

fn header(clause: &TriggerClause) -> String {
    match &clause.kind {
        TriggerClauseKind::Error => "error".to_owned(),
        TriggerClauseKind::On(start) => format!("on {} ", start_text(start)),
        TriggerClauseKind::When(value) => format!("when {} ", expr(value)),
        TriggerClauseKind::Per(value) => format!("per {} ", expr(value)),
        TriggerClauseKind::Enter(enter) => match enter {
            Enter::Error => "enter <error>".to_owned(),
            Enter::Once => "enter once".to_owned(),
            Enter::Always => "enter always".to_owned(),
            Enter::Limited { count, per } => format!("enter {} per {} ", expr(count), rate(per)),
        },
        TriggerClauseKind::Again { restart } => {
            format!("again {}", if *restart { "restart" } else { "ignore" })
        }
        TriggerClauseKind::StopOn(query) => format!("stop-on {} ", query_text(query)),
        TriggerClauseKind::StopWhen(value) => format!("stop-when {} ", expr(value)),
        TriggerClauseKind::Priority(value) => format!("priority {} ", expr(value)),
    }
}

fn start_text(start: &Start) -> String {
    match start {
        Start::Error => "<error>".to_owned(),
        Start::Event(query) => query_text(query),
        Start::Membership {
            leave,
            segment,
            including_current,
        } => format!(
            "{} {}{}",
            if *leave { "leave" } else { "enter" },
            expr(segment),
            if including_current.is_some() {
                " including-current"
            } else {
                ""
            }
        ),
        Start::Inactivity { query, duration } => {
            format!("inactivity {} {}", query_text(query), expr(duration))
        }
        Start::Anniversary { date, at } => {
            format!("anniversary {}{}", expr(date), optional("at ", at.as_ref()))
        }
        Start::Every { unit, at } => {
            format!("every {}{}", name_text(unit), optional("at ", at.as_ref()))
        }
        Start::Change {
            value,
            alias,
            condition,
        } => format!(
            "change {}{}{}",
            expr(value),
            named("as ", alias.as_ref()),
            optional("where ", condition.as_ref())
        ),
    }
}

fn steps(list: &[TriggerStep], depth: usize) -> String {
    list.iter()
        .map(|one| format!("\n{}({})", "  ".repeat(depth), step(one, depth)))
        .collect()
}

fn step(step: &TriggerStep, depth: usize) -> String {
    match &step.kind {
        TriggerStepKind::Error => "error".to_owned(),
        TriggerStepKind::Send {
            content,
            args,
            channel,
            purpose,
            alias,
            stale,
        } => {
            let stale = match stale {
                Some(Stale::Within(value)) => format!(" within {}", expr(value)),
                Some(Stale::Before(value)) => format!(" before {}", expr(value)),
                None => String::new(),
            };
            format!(
                "send {}({}) via {}{}{}{stale}",
                name_text(content),
                args_text(args),
                name_text(channel),
                named("for ", purpose.as_ref()),
                named("as ", alias.as_ref())
            )
        }
        TriggerStepKind::Wait(wait) => match wait {
            Wait::Error => "wait <error>".to_owned(),
            Wait::For(value) => format!("wait {}", expr(value)),
            Wait::Event { query, at_most } => format!(
                "wait-event {}{}",
                query_text(query),
                optional("at-most ", at_most.as_ref())
            ),
            Wait::Clock { weekday, at } => {
                format!("wait-clock{} {}", named("", weekday.as_ref()), expr(at))
            }
            Wait::Until(value) => format!("wait-until {}", expr(value)),
        },
        TriggerStepKind::If { arms, otherwise } => {
            let arms: String = arms
                .iter()
                .map(|(condition, body)| {
                    format!(" ({}{})", expr(condition), steps(body, depth + 1))
                })
                .collect();
            let otherwise = otherwise.as_ref().map_or(String::new(), |body| {
                format!(" else{}", steps(body, depth + 1))
            });
            format!("if{arms}{otherwise}")
        }
        TriggerStepKind::Emit { event, fields } => {
            format!("emit {}{}", name_text(event), record(fields))
        }
        TriggerStepKind::Set { path, value } => format!("set {} {}", names(path), expr(value)),
        TriggerStepKind::Stop => "stop".to_owned(),
    }
}

fn record(fields: &[(Name, Expr)]) -> String {
    fields
        .iter()
        .map(|(name, value)| format!(" {}:{}", name_text(name), expr(value)))
        .collect()
}

fn variant(variant: &Variant) -> String {
    let doc = variant
        .doc
        .as_ref()
        .map_or(String::new(), |doc| format!("/// {doc} "));
    let locales: String = variant
        .locales
        .iter()
        .map(|block| format!(" (locale {}{})", name_text(&block.tag), slots(&block.slots)))
        .collect();
    let head = match &variant.condition {
        Some(condition) => format!(
            "variant {} when {}",
            name_text(&variant.name),
            expr(condition)
        ),
        None => "otherwise".to_owned(),
    };
    format!("{doc}{head}{}{locales} ", slots(&variant.slots))
}

fn slots(list: &[SlotValue]) -> String {
    list.iter()
        .map(|slot| {
            let value = match &slot.value {
                SlotSource::Expr(value) => expr(value),
                SlotSource::Template(path) => format!("template {}", expr(path)),
            };
            format!(" {}={value}", name_text(&slot.slot))
        })
        .collect()
}

fn recommend(clause: &RecommendClause) -> String {
    match clause {
        RecommendClause::From { catalog, .. } => format!("from {}", name_text(catalog)),
        RecommendClause::Where { condition, .. } => format!("where {} ", expr(condition)),
        RecommendClause::Exclude { what, .. } => match what {
            QueryArg::Query(query) => format!("exclude {}", query_text(query)),
            QueryArg::Expr(value) => format!("exclude {} ", expr(value)),
        },
        RecommendClause::RankBy { keys, .. } => {
            let keys: String = keys
                .iter()
                .map(|key| {
                    let way = if key.descending { "desc" } else { "asc" };
                    format!(" {} {way}", expr(&key.value))
                })
                .collect();
            format!("rank{keys}")
        }
        RecommendClause::Take { count, .. } => format!("take {} ", expr(count)),
        RecommendClause::Otherwise { fallback, .. } => match fallback {
            Fallback::Error => "otherwise <error>".to_owned(),
            Fallback::Expr(value) => format!("otherwise {} ", expr(value)),
            Fallback::Skip(reason) => format!("otherwise skip{}", optional("", reason.as_ref())),
        },
    }
}

fn experiment(clause: &ExperimentClause) -> String {
    match clause {
        ExperimentClause::On { names, .. } => format!("on {}", list(names)),
        ExperimentClause::Arms { arms, .. } => {
            let arms: String = arms
                .iter()
                .map(|arm| {
                    format!(
                        " {}{}",
                        name_text(&arm.name),
                        optional("", arm.weight.as_ref())
                    )
                })
                .collect();
            format!("arms{arms}")
        }
        ExperimentClause::Holdout { share, .. } => format!("holdout {} ", expr(share)),
        ExperimentClause::Goal { query, within, .. } => format!(
            "goal {}{} ",
            query_text(query),
            optional("within ", within.as_ref())
        ),
        ExperimentClause::Hash { name, .. } => format!("hash {}", name_text(name)),
        ExperimentClause::Salt { salt, .. } => format!("salt {}", expr(salt)),
        ExperimentClause::Layer { name, range, .. } => {
            let range = range.as_ref().map_or(String::new(), |(from, to)| {
                format!(" {} {}", expr(from), expr(to))
            });
            format!("layer {}{range}", name_text(name))
        }
    }
}

fn test(step: &TestStep) -> String {
    match &step.kind {
        TestStepKind::Error => "error".to_owned(),
        TestStepKind::Given(fields) => format!("given{} ", record(fields)),
        TestStepKind::At(value) => format!("at {} ", expr(value)),
        TestStepKind::Event { event, of, fields } => {
            let of = of
                .as_ref()
                .map_or(String::new(), |of| format!(" of {}", expr(of)));
            format!("event {}{of}{} ", name_text(event), record(fields))
        }
        TestStepKind::Set { path, value } => {
            let path: Vec<String> = path.iter().map(name_text).collect();
            let value = value.as_ref().map_or("missing".to_owned(), expr);
            format!("set {} {value}", path.join("."))
        }
        TestStepKind::Wait(value) => format!("wait {} ", expr(value)),
        TestStepKind::Arm { experiment, arm } => format!(
            "arm {}{}",
            name_text(experiment),
            arm.as_ref()
                .map_or(" missing".to_owned(), |arm| format!(" {}", name_text(arm)))
        ),
        TestStepKind::Expect(expectation) => format!("expect {} ", expected(expectation)),
    }
}

fn expected(expectation: &Expectation) -> String {
    let not = |negated: bool| if negated { "not " } else { "" };
    match expectation {
        Expectation::Error => "<error>".to_owned(),
        Expectation::Holds(value) => expr(value),
        Expectation::Sent {
            negated,
            content,
            channel,
        } => format!(
            "{}sent {}{}",
            not(*negated),
            name_text(content),
            named("via ", channel.as_ref())
        ),
        Expectation::Dropped {
            negated,
            content,
            reason,
        } => format!(
            "{}dropped {}{}",
            not(*negated),
            name_text(content),
            named("because ", reason.as_ref())
        ),
        Expectation::Variant { content, variant } => {
            format!("{} is {}", name_text(content), name_text(variant))
        }
    }
}
