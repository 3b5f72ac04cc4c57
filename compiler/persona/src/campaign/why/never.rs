//! Why a trigger never began and nothing was refused: what it watches never happened. Said once, as things are in the end.

use persona_ir::campaign::{EventMatch, Start};
use persona_ir::{KindId, Ty};
use persona_runtime::flips::NEVER;
use persona_runtime::machine::{Sight, anniversary, recurrence};
use persona_runtime::{Dataset, EventRef, Facts, Value};
use persona_sema::TriggerStart;

use super::Because;
use super::trigger::{Never, Told};
use crate::Part;
use crate::why::{Moment, smallest};

impl Told<'_> {
    /// Why it never began.
    pub(super) fn never(&self, sight: &Sight<'_, Dataset>) -> Never {
        let origin = self.def().origin;
        let (location, _) = self.look.clause(origin, "on");
        let mut never = match &self.lowered().start {
            Start::Event(of) => plain(self.no_event(sight, of)),
            Start::Membership { leave, .. } => self.no_member(sight, *leave),
            Start::Change { .. } => self.no_change(sight),
            Start::Inactivity { of, after } => plain(self.no_inactivity(sight, of, *after)),
            Start::Anniversary { date, at } => {
                let (date, at) = (self.look.value(sight, *date), *at);
                self.no_anniversary(sight, &date, at)
            }
            Start::Every { unit, at } => {
                let due = recurrence(sight.clock.zone(), sight.clock.now(), *unit, *at);
                plain(format!(
                    "it was not due between the start of the replay and its end; it is next due at {}",
                    self.moment(sight, due)
                ))
            }
        };
        never.because.location.get_or_insert(location);
        never
    }

    fn moment(&self, sight: &Sight<'_, Dataset>, at: i64) -> String {
        Moment::new(at, sight.clock.zone()).text
    }

    /// `CartAdded or Purchase`
    fn names(&self, kinds: &[KindId]) -> String {
        let schema = &self.look.staged.campaign.plan.schema;
        let names: Vec<&str> = kinds
            .iter()
            .map(|kind| &*schema.events[*kind].name)
            .collect();
        names.join(" or ")
    }

    fn no_event(&self, sight: &Sight<'_, Dataset>, of: &EventMatch) -> String {
        let names = self.names(&of.kinds);
        let events = sight.person.history(&of.kinds, 0);
        let start = self.moment(sight, self.from);
        match events.last() {
            None => format!("there is no {names} of this person, ever"),
            Some(last) => format!(
                "the last {names} of this person was at {}; what happened up to the start of the replay ({start}) is \
                 history and starts nothing",
                self.moment(sight, sight.person.at(*last))
            ),
        }
    }

    fn no_member(&self, sight: &Sight<'_, Dataset>, leave: bool) -> Never {
        let TriggerStart::Membership { of, .. } = &self.def().start else {
            return plain(String::new());
        };
        let name = self.look.written(self.def().origin, of.span);
        let watched = self.lowered().watched.as_ref();
        let part = watched.map(|of| self.look.part(sight, of));
        let member = part.as_ref().and_then(truth) == Some(true);
        let text = match (leave, member) {
            (false, true) => format!(
                "the person is in {name} since before the replay starts and did not enter it; `including current` starts \
                 those, too"
            ),
            (false, false) => format!("the person never was in {name}"),
            (true, true) => format!("the person is in {name} all the time and never left it"),
            (true, false) => format!("the person was not in {name}, and so never left it"),
        };
        let changes = match (&part, leave) {
            (Some(part), false) => smallest(part),
            _ => Vec::new(),
        };
        Never {
            text,
            because: explained(part),
            changes,
        }
    }

    fn no_change(&self, sight: &Sight<'_, Dataset>) -> Never {
        let TriggerStart::Change { value, .. } = &self.def().start else {
            return plain(String::new());
        };
        let name = self.look.written(self.def().origin, value.span);
        let watched = self.lowered().watched.as_ref();
        let part = watched.map(|of| self.look.part(sight, of));
        let value = part.as_ref().and_then(|part| part.value.as_ref());
        let value = value.map_or_else(String::new, |value| format!(": it is {}", value.text));
        Never {
            text: format!("{name} never changed{value}"),
            because: explained(part),
            changes: Vec::new(),
        }
    }

    fn no_inactivity(&self, sight: &Sight<'_, Dataset>, of: &EventMatch, after: i64) -> String {
        let names = self.names(&of.kinds);
        let length = self.look.shown(sight, &Value::Int(after), &Ty::Duration);
        let events = sight.person.history(&of.kinds, 0);
        let counts = |event: &&EventRef| self.look.matches(sight, of, **event);
        let Some(last) = events.iter().rev().find(counts) else {
            let such = if events.is_empty() { "" } else { "such " };
            return format!(
                "there is no {such}{names} of this person, ever; whoever never did it is not inactive"
            );
        };
        let at = sight.person.at(*last);
        let due = at.saturating_add(after);
        let (last, due_at) = (self.moment(sight, at), self.moment(sight, due));
        if due > sight.clock.now() {
            format!(
                "the last {names} was at {last}, less than {length} ago; the trigger starts at {due_at} if none comes before"
            )
        } else {
            format!(
                "the last {names} was at {last}; {length} after it, at {due_at}, was before the start of the replay, and \
                 starts nothing"
            )
        }
    }

    fn no_anniversary(&self, sight: &Sight<'_, Dataset>, date: &Value, at: i64) -> Never {
        let watched = self.lowered().watched.as_ref();
        let part = watched.map(|of| self.look.part(sight, of));
        let name = part
            .as_ref()
            .map_or_else(String::new, |part| part.text.clone());
        let text = match date.int() {
            None => format!("{name} is missing"),
            Some(date) => match anniversary(sight.clock.zone(), sight.clock.now(), date, at) {
                NEVER => format!("no anniversary of {name} is to come"),
                due => format!(
                    "no anniversary of {name} lies in the replay; the next one is due at {}",
                    self.moment(sight, due)
                ),
            },
        };
        Never {
            text,
            because: explained(part),
            changes: Vec::new(),
        }
    }
}

fn plain(text: String) -> Never {
    Never {
        text,
        because: Because::default(),
        changes: Vec::new(),
    }
}

fn explained(part: Option<Part>) -> Because {
    Because {
        location: None,
        facts: Vec::new(),
        parts: part.into_iter().collect(),
    }
}

fn truth(part: &Part) -> Option<bool> {
    part.value.as_ref()?.truth
}
