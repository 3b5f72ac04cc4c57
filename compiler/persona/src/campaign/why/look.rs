//! Looking on while a machine takes one person through a replay: an evaluator over the person as they are at that moment, and
//! what is written where. Explains nothing itself.

use std::sync::Arc;

use persona_base::Span;
use persona_ir::campaign::EventMatch;
use persona_ir::{Explain, NodeId, Plan, Schema, Ty};
use persona_runtime::content::Contents;
use persona_runtime::machine::{Person, Program as Machine, Replay, Sight, Witness, replay_person};
use persona_runtime::time::Times;
use persona_runtime::{
    Calibration, Dataset, Evaluator, EventRef, Facts, Prepared, ProfileEvaluator, Value,
};

use crate::campaign::Staged;
use crate::campaign::simulate::machine;
use crate::error::guarded;
use crate::run::LoadedData;
use crate::why::{Evidence, Reader, extended, one_line};
use crate::{Because, Error, Location, Part, Program, Progress, Shown, SimulateOptions};

/// The longest identifier of an event that is said with its name.
const ID: usize = 40;
/// The most fields of an event that are said.
const FIELDS: usize = 5;

/// What is replayed for one person.
pub(super) struct Stretch {
    /// The data.
    pub(super) loaded: LoadedData,
    /// The person's row.
    pub(super) profile: usize,
    /// Where the stream starts.
    pub(super) from: i64,
}

impl Program {
    /// Loads what is replayed for one person.
    pub(super) fn stretch(
        &self,
        key: &str,
        options: &super::WhyOptions,
        progress: &dyn Progress,
    ) -> Result<Stretch, Error> {
        let options = SimulateOptions {
            from: options.from.clone(),
            until: options.now.clone(),
            profile: Some(key.to_owned()),
            ..SimulateOptions::default()
        };
        let stream = self.stream(self.staged()?, &options, progress)?;
        let profile = stream.profile;
        Ok(Stretch {
            profile: profile.ok_or_else(|| self.no_profile(key, &stream.loaded.data))?,
            from: stream.from,
            loaded: stream.loaded,
        })
    }
}

impl Stretch {
    /// The machine that takes people through it; what is read is wanted, and so are events that fail a `where`.
    pub(super) fn machine<'s>(&self, staged: &'s Staged) -> Machine<'s> {
        let told = SimulateOptions {
            payloads: true,
            ..SimulateOptions::default()
        };
        machine(staged, &self.loaded.data, self.from, &told).recording_where()
    }

    /// Takes the person through it, while somebody looks on.
    pub(super) fn replay(
        &self,
        machine: &Machine<'_>,
        witness: &mut dyn Witness<Dataset>,
    ) -> Result<(), Error> {
        let what = Replay {
            data: &self.loaded.data,
            changes: &self.loaded.changes,
            until: self.loaded.now.at,
            only: Some(self.profile),
            threads: 1,
        };
        let done = guarded("replaying the events", || {
            replay_person(machine, &what, self.profile, witness)
        })?;
        done.map(|_| ())
            .map_err(|error| Error::internal(error.to_string()))
    }
}

/// An evaluator over somebody at a moment.
pub(super) type Seer<'a> = Evaluator<'a, Person<'a, Dataset>>;

/// What is needed to look at people.
pub(super) struct Lookout<'s> {
    pub(super) staged: &'s Staged,
    plan: Plan,
    evidence: Evidence,
    prepared: Arc<Prepared>,
    calibration: Arc<Calibration>,
    pub(super) contents: Contents<'s>,
}

impl<'s> Lookout<'s> {
    pub(super) fn new(staged: &'s Staged, machine: &Machine<'_>) -> Self {
        let campaign = &staged.campaign;
        let (plan, evidence) = extended(&campaign.plan);
        let prepared = Prepared::with_bodies(&plan, staged.campaign.explained_bodies());
        let contents = Contents::new(campaign, &prepared).with_templates(&staged.templates);
        Self {
            staged,
            plan,
            evidence,
            prepared: Arc::new(prepared),
            calibration: machine.calibration().clone(),
            contents,
        }
    }

    /// Looks at somebody: a reader of explanations, and the evaluator that it reads with. `event` is bound around what is read.
    pub(super) fn at<R>(
        &self,
        sight: &Sight<'_, Dataset>,
        frame: &[Value],
        event: Option<EventRef>,
        look: impl FnOnce(&mut Reader<'_, '_, Person<'_, Dataset>>, &Seer<'_>) -> R,
    ) -> R {
        let times = Times::single(sight.clock.clone());
        let (calibration, prepared) = (self.calibration.clone(), self.prepared.clone());
        let evaluator = Evaluator::over(&self.plan, sight.person, times, calibration, prepared);
        let mut reader = Reader::new(&self.staged.program, &evaluator, &self.evidence, 0);
        reader.set_frame(frame);
        reader.next(event);
        look(&mut reader, &evaluator)
    }

    /// How something is made up, under the frame of whoever asks.
    pub(super) fn part(&self, sight: &Sight<'_, Dataset>, explain: &Explain) -> Part {
        self.at(sight, sight.frame, None, |reader, _| reader.part(explain))
    }

    /// How the condition on the event that is looked at is made up.
    pub(super) fn part_of_event(
        &self,
        sight: &Sight<'_, Dataset>,
        of: &EventMatch,
        event: EventRef,
    ) -> Option<Part> {
        let explain = of.explain.as_ref()?;
        Some(self.at(sight, sight.frame, Some(event), |reader, _| {
            reader.part(explain)
        }))
    }

    /// Whether an event is one of those, whatever was captured before.
    pub(super) fn matches(
        &self,
        sight: &Sight<'_, Dataset>,
        of: &EventMatch,
        event: EventRef,
    ) -> bool {
        let Some(filter) = of.filter else {
            return of.kinds.contains(&event.kind);
        };
        of.kinds.contains(&event.kind)
            && self.at(sight, sight.frame, None, |_, evaluator| {
                person(evaluator, sight.frame)
                    .value_for(filter, event)
                    .is_true()
            })
    }

    /// The value of a node that no event decides.
    pub(super) fn value(&self, sight: &Sight<'_, Dataset>, node: NodeId) -> Value {
        self.at(sight, sight.frame, None, |_, evaluator| {
            person(evaluator, sight.frame).value(node)
        })
    }

    // ---- what is written ----

    /// A rule of a declaration, whose spans count from its start.
    pub(super) fn location(&self, origin: persona_sema::Place, span: Span) -> Location {
        let texts = &self.staged.program.texts;
        texts.location(origin.file, span.offset(origin.span.start))
    }

    /// A rule as it is written, on one line.
    pub(super) fn written(&self, origin: persona_sema::Place, span: Span) -> String {
        let texts = &self.staged.program.texts;
        one_line(texts.slice(origin.file, span.offset(origin.span.start)))
    }

    /// The first line of a declaration that begins with a word: where a clause stands, and how it is written. Where several
    /// clauses share a line there is none; the declaration's own place then has to do.
    pub(super) fn clause(
        &self,
        origin: persona_sema::Place,
        word: &str,
    ) -> (Location, Option<String>) {
        let texts = &self.staged.program.texts;
        let text = texts.slice(origin.file, origin.span);
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let clause = line.trim_start();
            let rest = clause.strip_prefix(word);
            if rest.is_some_and(|rest| rest.starts_with(char::is_whitespace)) {
                let from = start + line.len() - clause.len();
                let span = Span::new(byte(from), byte(from + clause.trim_end().len()));
                let place = self.location(origin, span);
                return (place, Some(self.written(origin, span)));
            }
            start += line.len();
        }
        (texts.location(origin.file, origin.span), None)
    }

    /// The place of a declaration.
    pub(super) fn declared(&self, origin: persona_sema::Place) -> Location {
        self.staged.program.texts.location(origin.file, origin.span)
    }

    /// A value for people.
    pub(super) fn shown(&self, sight: &Sight<'_, Dataset>, value: &Value, ty: &Ty) -> String {
        let schema = &self.staged.campaign.plan.schema;
        Shown::new(value, ty, schema, sight.clock.zone()).text
    }

    /// An event's name and identifier: `Purchase p17`.
    pub(super) fn name(&self, sight: &Sight<'_, Dataset>, event: EventRef) -> String {
        let schema = &self.staged.campaign.plan.schema;
        let name = &schema.events[event.kind].name;
        match sight.person.event_value(event, Schema::ID).str() {
            Some(id) if id.chars().count() <= ID => format!("{name} {id}"),
            _ => name.to_string(),
        }
    }

    /// An event's fields: `total 30 EUR, sku "BP-01"`.
    pub(super) fn fields(&self, sight: &Sight<'_, Dataset>, event: EventRef) -> String {
        let table = &self.staged.campaign.plan.schema.events[event.kind];
        let mut fields = Vec::new();
        for (col, column) in table.columns.iter_enumerated() {
            let value = sight.person.event_value(event, col);
            if col != Schema::AT && col != Schema::ID && value.is_known() && fields.len() < FIELDS {
                let shown = self.shown(sight, &value, &column.ty);
                fields.push(format!("{} {shown}", column.name));
            }
        }
        fields.join(", ")
    }
}

fn byte(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Somebody to be asked, under a frame.
pub(super) fn person<'e>(
    evaluator: &'e Seer<'e>,
    frame: &[Value],
) -> ProfileEvaluator<'e, Person<'e, Dataset>> {
    let mut person = evaluator.profile(0);
    person.set_frame(frame);
    person
}

impl Because {
    /// A rule at a place.
    pub(super) fn at(location: Location) -> Self {
        Self {
            location: Some(location),
            ..Self::default()
        }
    }

    /// A rule that is a condition.
    pub(super) fn of(part: Part) -> Self {
        Self {
            location: Some(part.location.clone()),
            facts: Vec::new(),
            parts: vec![part],
        }
    }

    /// With what it looked at.
    pub(super) fn with(mut self, fact: impl Into<String>) -> Self {
        self.facts.push(fact.into());
        self
    }
}
