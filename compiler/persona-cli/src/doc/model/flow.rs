//! Triggers as diagrams need them: what starts them, what stops them, and the steps between, in words.

use std::sync::Arc;

use persona_ide::words::{self, WEEKDAYS};
use persona_sema::editor::Declaration;
use persona_sema::{
    ContentArg, Entry, Recurrence, SendStep, Stale, Trigger, TriggerStart, TriggerStep,
    TriggerStepKind,
};

use super::detail::{clock, rate};
use super::{Builder, Condition};

/// A trigger. Texts have what is written in the language between backticks.
pub(in crate::doc) struct Flow {
    /// What starts it: ``a `CartAdded` where `value >= 20 EUR` ``.
    pub(in crate::doc) start: String,
    /// Asked at the start.
    pub(in crate::doc) condition: Option<Condition>,
    /// How often one may enter.
    pub(in crate::doc) enter: String,
    /// What a start does while a run waits.
    pub(in crate::doc) again: &'static str,
    /// One run for each value of this.
    pub(in crate::doc) per: Option<String>,
    /// What ends a run at once.
    pub(in crate::doc) stops: Vec<String>,
    pub(in crate::doc) priority: i64,
    pub(in crate::doc) steps: Vec<Step>,
}

/// A step.
pub(in crate::doc) struct Step {
    pub(in crate::doc) kind: StepKind,
    /// In words.
    pub(in crate::doc) text: String,
}

/// What a step does.
pub(in crate::doc) enum StepKind {
    /// Sends a content.
    Send {
        content: Arc<str>,
    },
    Wait,
    /// Goes on by the first condition that holds; the last has what holds otherwise.
    Branch(Vec<(String, Vec<Step>)>),
    Emit,
    Set,
    Stop,
}

impl<'m> Builder<'m> {
    /// What a trigger does.
    pub(super) fn flow(&self, decl: &Declaration<'m>, trigger: &Trigger) -> Flow {
        let events = trigger.stop_on.iter();
        let events = events.map(|query| format!("on {}", self.query(decl, query)));
        let conditions = trigger.stop_when.iter();
        let conditions =
            conditions.map(|when| format!("when `{}`", words::snippet(decl.text, when.span)));
        Flow {
            start: self.start(decl, &trigger.start),
            condition: trigger
                .condition
                .as_ref()
                .map(|when| self.condition(decl, when)),
            enter: match &trigger.enter {
                Entry::Once => "once".to_owned(),
                Entry::Always => "as often as it happens".to_owned(),
                Entry::Limited { count, per } => {
                    let rate = rate(*count, *per);
                    format!("at most {rate}")
                }
            },
            again: match trigger.restart {
                true => "begins the run anew",
                false => "is ignored",
            },
            per: trigger
                .per
                .as_ref()
                .map(|per| words::snippet(decl.text, per.span)),
            stops: events.chain(conditions).collect(),
            priority: trigger.priority,
            steps: self.steps(decl, &trigger.steps),
        }
    }

    fn start(&self, decl: &Declaration<'m>, start: &TriggerStart) -> String {
        let written = |span| words::snippet(decl.text, span);
        match start {
            TriggerStart::Event(query) => format!("on {}", self.query(decl, query)),
            TriggerStart::Membership {
                leave,
                of,
                including_current,
            } => {
                let verb = if *leave { "leaves" } else { "enters" };
                let current = match including_current {
                    true => ", and for everybody who is there already",
                    false => "",
                };
                let of = written(of.span);
                let of = of.trim_start_matches("in ");
                format!("somebody {verb} `{of}`{current}")
            }
            TriggerStart::Inactivity { query, after } => {
                let events = self.query(decl, query);
                format!("no {events} for {}", words::duration(*after))
            }
            TriggerStart::Anniversary { date, at } => {
                format!("every year on `{}` at {}", written(date.span), clock(*at))
            }
            TriggerStart::Every { unit, at } => {
                let when = match unit {
                    Recurrence::Day => "day",
                    Recurrence::Weekday(day) => WEEKDAYS[usize::from(*day) % WEEKDAYS.len()],
                    Recurrence::Month => "first of the month",
                };
                format!("every {when} at {}", clock(*at))
            }
            TriggerStart::Change {
                value, condition, ..
            } => {
                let changes = format!("`{}` changes", written(value.span));
                match condition {
                    Some(when) => format!("{changes}, and `{}`", written(when.span)),
                    None => changes,
                }
            }
        }
    }

    fn steps(&self, decl: &Declaration<'m>, steps: &[TriggerStep]) -> Vec<Step> {
        let steps = steps.iter();
        steps
            .map(|step| {
                let (kind, text) = self.step(decl, &step.kind);
                Step { kind, text }
            })
            .collect()
    }

    fn step(&self, decl: &Declaration<'m>, step: &TriggerStepKind) -> (StepKind, String) {
        let written = |span| words::snippet(decl.text, span);
        let amount = |expr| words::amount(self.db, *decl, expr);
        match step {
            TriggerStepKind::Send(send) => self.send(decl, send),
            TriggerStepKind::Wait(length) => (StepKind::Wait, format!("Wait {}", amount(length))),
            TriggerStepKind::WaitForEvent { query, at_most } => {
                let events = self.query(decl, query);
                let text = format!("Wait until {events}, at most {}", amount(at_most));
                (StepKind::Wait, text)
            }
            TriggerStepKind::WaitForClock { weekday, at } => {
                let day = weekday.map(|day| WEEKDAYS[usize::from(day) % WEEKDAYS.len()]);
                let day = day.map_or_else(String::new, |day| format!("{day} at "));
                (
                    StepKind::Wait,
                    format!("Wait until {day}{}", written(at.span)),
                )
            }
            TriggerStepKind::WaitUntil(instant) => {
                let text = format!("Wait until `{}`", written(instant.span));
                (StepKind::Wait, text)
            }
            TriggerStepKind::If { arms, otherwise } => {
                let mut branches: Vec<(String, Vec<Step>)> = arms
                    .iter()
                    .map(|(when, steps)| {
                        (format!("`{}`", written(when.span)), self.steps(decl, steps))
                    })
                    .collect();
                branches.push(("otherwise".to_owned(), self.steps(decl, otherwise)));
                (StepKind::Branch(branches), "If".to_owned())
            }
            TriggerStepKind::Emit { event, .. } => {
                let table = self.schema().events.get(*event);
                let name = table.map_or("an event", |table| &*table.name);
                (StepKind::Emit, format!("Emit `{name}`"))
            }
            TriggerStepKind::Set { field, value } => {
                let field = self.schema().profile.fields.get(*field);
                let name = field.map_or("a field", |field| &*field.name);
                let text = format!("Set `{name}` to `{}`", written(value.span));
                (StepKind::Set, text)
            }
            TriggerStepKind::Stop => (StepKind::Stop, "Stop".to_owned()),
        }
    }

    fn send(&self, decl: &Declaration<'m>, send: &SendStep) -> (StepKind, String) {
        let written = |span| words::snippet(decl.text, span);
        let shape = self.db.content_shape(&send.content);
        let params = shape.iter().flat_map(|shape| &shape.params);
        let given = params.zip(&send.args).filter_map(|(param, arg)| match arg {
            // A default stands where the content is named.
            ContentArg::Value(value) if written(value.span) != *send.content => {
                Some(format!("{}: {}", param.name, written(value.span)))
            }
            ContentArg::Value(_) | ContentArg::Event(_) => None,
        });
        let given: Vec<String> = given.collect();
        let with = match given.is_empty() {
            true => String::new(),
            false => format!(" with `{}`", given.join(", ")),
        };
        let purpose = send.purpose.as_ref();
        let purpose = purpose.map_or_else(String::new, |purpose| format!(" for `{purpose}`"));
        let stale = match &send.stale {
            None => String::new(),
            Some(Stale::Within(length)) => {
                let length = words::amount(self.db, *decl, length);
                format!(", within {length} or not at all")
            }
            Some(Stale::Before(instant)) => {
                format!(", before `{}` or not at all", written(instant.span))
            }
        };
        let text = format!(
            "Send `{}`{with} via `{}`{purpose}{stale}",
            send.content, send.channel
        );
        let kind = StepKind::Send {
            content: Arc::clone(&send.content),
        };
        (kind, text)
    }
}
