//! A campaign made of text, timelines made of lines, and outcomes shown as lines.
//!
//! A line of a timeline is an instant (`-` for none), a profile's key, and what happens: `See sku=A id=e1` an event, `row
//! tier=gold` a row of the profile, `delete`. Values are as in sources; money is in minor units.

use std::fmt::Write;
use std::sync::Arc;

use persona_ir::campaign::Campaign;
use persona_ir::{ColId, KindId, Schema, Table, Ty};
use persona_runtime::machine::{
    Change, Counts, Happened, Input, Machine, Options, Outcome, Program, Replay, RunStart, What,
    replay,
};
use persona_runtime::{Calibration, Dataset, DatasetBuilder, Value};
use persona_sema::Database;

const SCHEMA: &str = r#"
profile Customer {
  id: String @key
  email: String = "a@example.com"
  phone: String?
  zone: TimeZone = "UTC"
  birthday: Date?
  tier: Tier = silver
  points: Int = 0
  pause: Duration = 1h
  renews: Timestamp?
  consent: Bool = true
}
ordered enum Tier { silver, gold, black }
event See { sku: String, n: Int = 0 }
event Buy { sku: String, n: Int = 0 }
event Open { message: String }
event Nudge { sku: String, n: Int = 7, note: String? }
content hello {
  text: String
  otherwise { text = "hello" }
}
content bye {
  text: String
  otherwise { text = "bye" }
}
channel mail { to email
  requires nothing }
channel sms { to phone
  requires consent }
channel bill { to email
  requires nothing
  transactional }
"#;

/// A campaign.
pub(super) struct World {
    pub(super) campaign: Campaign,
    pub(super) options: Options,
}

impl World {
    /// The campaign of these rules beside the schema, whose stream starts on 2026-01-01.
    pub(super) fn new(rules: &str) -> Self {
        let mut db = Database::new();
        db.set_name("test");
        db.set_file("schema.persona", SCHEMA.to_owned());
        db.set_file("rules.persona", rules.to_owned());
        let Some(checked) = db.checked() else {
            let errors = db.diagnostics();
            let errors = errors
                .iter()
                .map(|of| format!("{} {:?}", of.message, of.primary));
            panic!("{:#?}", errors.collect::<Vec<_>>())
        };
        let mut campaign = persona_lower::lower_campaign(&checked).expect("a small campaign");
        campaign.lateness = 0;
        Self {
            campaign,
            options: Options::from(instant("2026-01-01T00:00")),
        }
    }

    /// What comes of a timeline, processed up to an instant.
    pub(super) fn run(&self, until: &str, timeline: &str) -> String {
        self.run_counted(until, timeline).0
    }

    pub(super) fn run_counted(&self, until: &str, timeline: &str) -> (String, Counts) {
        let inputs = self.inputs(timeline);
        let until = instant(until);
        let (whole, counts) = self.stream(&inputs, until, usize::MAX, false);
        for (batch, restored) in [(1, false), (1, true), (2, false), (3, true)] {
            let (other, other_counts) = self.stream(&inputs, until, batch, restored);
            assert_eq!(whole, other, "batches of {batch}, restored: {restored}");
            assert_eq!(counts, other_counts, "batches of {batch}");
        }
        if let Some((data, changes)) = self.dataset(&inputs)
            && counts.late == 0
        {
            for threads in [1, 3] {
                let replayed = self.replay(&data, &changes, until, threads);
                assert_eq!(whole, replayed, "replayed");
            }
        }
        (self.show(&whole), counts)
    }

    pub(super) fn program(&self) -> Program<'_> {
        let calibration = Calibration {
            now: 0,
            ranks: std::iter::empty().collect(),
        };
        Program::new(&self.campaign, Arc::new(calibration), self.options.clone())
    }

    fn stream(
        &self,
        inputs: &[Input],
        until: i64,
        batch: usize,
        restored: bool,
    ) -> (Vec<Outcome>, Counts) {
        let mut machine = Machine::new(self.program());
        let mut out = Vec::new();
        let mut sink = |outcome| out.push(outcome);
        for some in inputs.chunks(batch.min(inputs.len().max(1))) {
            for input in some {
                machine.push(input.clone());
            }
            machine.advance(&mut sink).expect("triggers come to rest");
            if restored {
                let bytes = machine.save();
                machine = Machine::restore(self.program(), &bytes).expect("what was saved");
                assert_eq!(bytes, machine.save(), "saved again");
            }
        }
        machine
            .finish(until, &mut sink)
            .expect("triggers come to rest");
        let counts = machine.counts().clone();
        (out, counts)
    }

    fn replay(
        &self,
        data: &Dataset,
        changes: &[Change],
        until: i64,
        threads: usize,
    ) -> Vec<Outcome> {
        let mut out = Vec::new();
        let what = Replay {
            data,
            changes,
            until,
            only: None,
            threads,
        };
        let mut sink = |outcome| out.push(outcome);
        replay(&self.program(), &what, &mut sink).expect("triggers come to rest");
        out
    }

    // ---- timelines ----

    pub(super) fn inputs(&self, timeline: &str) -> Vec<Input> {
        let lines = timeline
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        lines.map(|line| self.input(line)).collect()
    }

    fn input(&self, line: &str) -> Input {
        let schema = &self.campaign.plan.schema;
        let mut words = line.split_whitespace();
        let mut word = || words.next().expect("an instant, a key and what happens");
        let (at, key, what) = (word(), word(), word());
        let at = (at != "-").then(|| instant(at));
        let pairs = words.map(|pair| pair.split_once('=').expect("name=value"));
        let what = match what {
            "delete" => What::Delete,
            "row" => What::Row {
                at,
                values: pairs
                    .map(|pair| cell(schema, &schema.profile, pair))
                    .collect(),
            },
            name => {
                let kind = schema.events.iter().position(|table| &*table.name == name);
                let kind = KindId::from(kind.unwrap_or_else(|| panic!("no event {name}")));
                let table = &schema.events[kind];
                let mut values = vec![Value::Missing; table.columns.len()];
                values[0] = at.into();
                for pair in pairs {
                    let (col, value) = cell(schema, table, pair);
                    values[usize::from(col)] = value;
                }
                What::Event { kind, values }
            }
        };
        let profile = key.into();
        Input { profile, what }
    }

    /// The same inputs as a dataset and changes of it, where they can be.
    fn dataset(&self, inputs: &[Input]) -> Option<(Dataset, Vec<Change>)> {
        let schema = &self.campaign.plan.schema;
        let mut builder = DatasetBuilder::new(schema);
        let mut rows: Vec<(&str, Vec<Value>)> = Vec::new();
        let mut changes = Vec::new();
        for input in inputs {
            match &input.what {
                What::Delete => return None,
                What::Event { kind, values } => {
                    builder.event(&input.profile, *kind, values.clone());
                }
                What::Row { at: None, values } => {
                    let mut row = vec![Value::Missing; schema.profile.columns.len()];
                    row[usize::from(schema.key)] = Value::Str(Arc::clone(&input.profile));
                    for (col, value) in values {
                        row[usize::from(*col)] = value.clone();
                    }
                    rows.push((&input.profile, row));
                }
                What::Row {
                    at: Some(at),
                    values,
                } => changes.push((Arc::clone(&input.profile), *at, values.clone())),
            }
        }
        for (_, row) in rows {
            builder.profile(row);
        }
        let data = builder.finish();
        let mut found = Vec::new();
        for (key, at, values) in changes {
            // Somebody whom only changes know is in no dataset.
            let profile = data.find(schema, &key)?;
            let values = values.into();
            found.push(Change {
                profile,
                at,
                values,
            });
        }
        found.sort_by_key(|change| (change.profile, change.at));
        Some((data, found))
    }

    // ---- outcomes ----

    pub(super) fn show(&self, outcomes: &[Outcome]) -> String {
        let mut shown = String::new();
        for outcome in outcomes {
            writeln!(shown, "{}", self.show_one(outcome)).expect("a String takes all");
        }
        shown
    }

    fn show_one(&self, outcome: &Outcome) -> String {
        let campaign = &self.campaign;
        let mut line = format!("{} {} ", short(outcome.at), outcome.profile);
        line.push_str(&campaign.triggers[outcome.run.trigger].name);
        if outcome.run.per.is_known() {
            line.push_str(&format!("[{}]", value(&outcome.run.per)));
        }
        if let Some(step) = outcome.step {
            line.push_str(&format!(".{step}"));
        }
        line.push_str(&format!(" {}", outcome.name()));
        if let Some(reason) = outcome.reason() {
            line.push_str(&format!(" {reason}"));
        }
        if let Some(message) = outcome.message() {
            let content = &campaign.contents[message.content].name;
            let channel = &campaign.channels[message.channel].name;
            line.push_str(&format!(" {content} via {channel}"));
        }
        match &outcome.what {
            Happened::Entered | Happened::Restarted => {
                let start = match &outcome.run.start {
                    RunStart::Due(at) => format!("due {}", short(*at)),
                    RunStart::Event { nth, .. } => format!("event {nth}"),
                    RunStart::Id { id, .. } => format!("id {id}"),
                };
                line.push_str(&format!(" by {start}"));
            }
            Happened::Deferred(_, deferral) => {
                line.push_str(&format!(" until {}", short(deferral.until)));
            }
            Happened::Dropped(_, drop) => {
                if let Some(text) = &drop.text {
                    line.push_str(&format!(" {text:?}"));
                }
                if let Some(of) = drop.experiment {
                    line.push_str(&format!(" of {}", campaign.experiments[of].arm.experiment));
                }
            }
            Happened::Emitted { kind, values } => {
                line.push_str(&format!(" {}", campaign.plan.schema.events[*kind].name));
                for of in &values[2..] {
                    line.push_str(&format!(" {}", value(of)));
                }
            }
            Happened::Set { col, value: of } => {
                let name = &campaign.plan.schema.profile.columns[*col].name;
                line.push_str(&format!(" {name} = {}", value(of)));
            }
            Happened::Exposed { experiment, arm } => {
                let experiment = &campaign.experiments[*experiment].arm.experiment;
                line.push_str(&format!(" to {experiment} {arm:?}"));
            }
            Happened::Sent(delivery) => {
                let content = &campaign.contents[delivery.message.content];
                if content.variants.len() > 1 {
                    let variant = &content.variants[delivery.variant as usize].name;
                    line.push_str(&format!(" as {variant}"));
                }
            }
            Happened::Refused(_) | Happened::Stopped(_) | Happened::Ended(_) => {}
        }
        line
    }
}

/// `2026-01-05T10:00` in UTC, perhaps with seconds.
pub(super) fn instant(text: &str) -> i64 {
    let text = match text.len() {
        16 => format!("{text}:00Z"),
        _ => format!("{text}Z"),
    };
    let instant: jiff::Timestamp = text.parse().expect("an instant");
    instant.as_microsecond()
}

/// The day and the time, without the year of all timelines.
fn short(at: i64) -> String {
    let instant = jiff::Timestamp::from_microsecond(at).expect("an instant");
    let text = instant.to_string();
    let text = text.trim_end_matches('Z').trim_start_matches("2026-");
    text.strip_suffix(":00").unwrap_or(text).to_owned()
}

fn value(of: &Value) -> String {
    match of {
        Value::Missing => "-".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Str(text) => text.to_string(),
        other => format!("{other:?}"),
    }
}

fn cell(schema: &Schema, table: &Table, (name, text): (&str, &str)) -> (ColId, Value) {
    let col = table
        .column(name)
        .unwrap_or_else(|| panic!("no column {name}"));
    let value = match &table.columns[col].ty {
        _ if text == "?" => Value::Missing,
        Ty::Str => Value::from(text),
        Ty::Bool => Value::Bool(text == "true"),
        Ty::Timestamp => Value::Int(instant(text)),
        Ty::Duration => Value::Int(text.parse::<i64>().expect("seconds") * 1_000_000),
        Ty::Date => {
            let date: jiff::civil::Date = text.parse().expect("a date");
            let days = date.since(jiff::civil::date(1970, 1, 1)).expect("days");
            Value::Int(i64::from(days.get_days()))
        }
        Ty::Enum(id) => {
            let values = &schema.enums[*id].values;
            let index = values.iter().position(|value| &*value.name == text);
            Value::Enum(u32::try_from(index.expect("a value of the enum")).expect("few"))
        }
        _ => Value::Int(text.parse().expect("an integer")),
    };
    (col, value)
}
