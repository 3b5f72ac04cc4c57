//! An expectation that did not hold: what was expected, with the value of every part, and what was instead.

use std::sync::Arc;

use persona_base::Span;
use persona_ir::campaign::{Condition, ContentId, Expected, TestStepKind};
use persona_ir::{Explain, ExplainKind, NodeId, OutputKind, Place};
use persona_runtime::testing::{Asked, Check, NoReading, Reading, Tester};
use persona_runtime::{EventRef, Value};

use super::picture::{self, Mark};
use super::{Running, instead};
use crate::why::{Moment, exact};
use crate::{Location, Shown};

/// References to segments and other answers are followed so deep, and so many of them.
const DEPTH: usize = 4;
const REFERENCES: usize = 8;

/// An expectation that did not hold.
#[derive(Clone, Debug)]
pub struct TestFailure {
    /// Where it is written.
    pub location: Location,
    /// In one sentence: `cart_reminder was not sent via email`.
    pub message: String,
    /// When it was asked.
    pub now: Moment,
    /// What was expected as it is written, with values under its parts; then what it refers to, each with its name.
    pub picture: Vec<String>,
    /// The values, one by one.
    pub values: Vec<TestValue>,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// A part of an expectation, with its value.
#[derive(Clone, Debug)]
pub struct TestValue {
    /// As it is written.
    pub text: String,
    /// Where it is written.
    pub location: Location,
    /// Its value.
    pub value: Shown,
}

/// Tells a failure.
pub(super) fn failure(running: &Running<'_>, step: usize, check: &Check) -> TestFailure {
    let written = &running.test.steps[step];
    let TestStepKind::Expect(expected) = &written.kind else {
        unreachable!("only expectations are checked");
    };
    let (file, texts) = (running.test.place.file, &running.staged.program.texts);
    let mut failure = TestFailure {
        location: texts.location(file, written.span),
        message: String::new(),
        now: Moment::new(check.now, &running.zone),
        picture: Vec::new(),
        values: Vec::new(),
        notes: Vec::new(),
    };
    match expected {
        Expected::Holds(condition) => holds(running, written.span, condition, check, &mut failure),
        Expected::Sent {
            negated,
            content,
            channel,
        } => {
            let said = instead::sent(running, *negated, *content, *channel);
            said.tell(running, written.span, *content, &mut failure);
        }
        Expected::Dropped {
            negated,
            content,
            reason,
        } => {
            let said = instead::dropped(running, *negated, *content, *reason);
            said.tell(running, written.span, *content, &mut failure);
        }
        Expected::Variant { content, variant } => {
            let said = variant_of(running, *content, *variant, check);
            said.tell(running, written.span, *content, &mut failure);
        }
    }
    failure
}

// ---- conditions ----

fn holds(
    running: &Running<'_>,
    span: Span,
    condition: &Condition,
    check: &Check,
    failure: &mut TestFailure,
) {
    let place = Place {
        file: running.test.place.file,
        span,
    };
    let asked = Asking {
        root: condition.node,
        explain: &condition.explain,
        frame: &check.frame,
        event: None,
    };
    let drawn = drawn(running, &running.tester, place, &asked);
    if let Some((picture, values)) = drawn {
        failure.picture = picture;
        failure.values = values;
    }
    let place = condition.explain.place;
    let written = running.staged.program.texts.slice(place.file, place.span);
    failure.message = format!("this does not hold: {}", one_line(written));
    for (content, reading) in &check.readings {
        failure.notes.push(read(running, *content, reading));
    }
}

/// A condition that is asked again, to show its parts.
pub(super) struct Asking<'a> {
    pub(super) root: NodeId,
    pub(super) explain: &'a Explain,
    pub(super) frame: &'a [Value],
    /// The event that it is about.
    pub(super) event: Option<EventRef>,
}

impl Asking<'_> {
    fn value(&self, eval: &mut Asked<'_, '_>, node: NodeId) -> Value {
        value(eval, node, self.event)
    }
}

fn value(eval: &mut Asked<'_, '_>, node: NodeId, event: Option<EventRef>) -> Value {
    match event {
        Some(event) => eval.value_for(node, event),
        None => eval.value(node),
    }
}

/// What is written at a place, with the values of a condition in it, and what that refers to.
fn drawn(
    running: &Running<'_>,
    tester: &Tester<'_>,
    place: Place,
    asked: &Asking<'_>,
) -> Option<(Vec<String>, Vec<TestValue>)> {
    let text = running.staged.program.texts.text(place.file);
    let mut parts = Parts {
        running,
        event: asked.event,
        references: Vec::new(),
        values: Vec::new(),
    };
    let picture = tester.ask(|eval| {
        eval.set_frame(asked.frame);
        let mut marks = Vec::new();
        parts.marks(eval, asked.explain, 0, &mut marks);
        let mut picture = picture::draw(text, place.span, &marks);
        // What is referred to knows no event.
        parts.event = None;
        parts.follow(eval, &mut picture);
        picture
    });
    Some((picture?, parts.values))
}

/// A condition that decided, as it was then.
pub(super) struct Part {
    /// Its picture, with a title.
    picture: Vec<String>,
    values: Vec<TestValue>,
    /// What it said.
    pub(super) value: Option<bool>,
}

impl Part {
    /// Draws a condition under a title.
    pub(super) fn draw(
        running: &Running<'_>,
        tester: &Tester<'_>,
        title: &str,
        asked: &Asking<'_>,
    ) -> Option<Self> {
        let place = asked.explain.place;
        let (drawn, values) = drawn(running, tester, place, asked)?;
        let location = running
            .staged
            .program
            .texts
            .location(place.file, place.span);
        let then = exact(tester.now(), &running.zone);
        let mut picture = vec![format!(
            "{title} ({}:{}), on {then}",
            location.path, location.line
        )];
        picture.extend(indented(drawn));
        let value = tester.ask(|eval| {
            eval.set_frame(asked.frame);
            asked.value(eval, asked.root).is_true()
        });
        Some(Self {
            picture,
            values,
            value,
        })
    }
}

fn indented(lines: Vec<String>) -> impl Iterator<Item = String> {
    lines.into_iter().map(|line| match line.is_empty() {
        true => line,
        false => format!("  {line}"),
    })
}

/// Text on one line.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// Collects the values of an expression's parts.
struct Parts<'r, 's> {
    running: &'r Running<'s>,
    /// The event that is asked about.
    event: Option<EventRef>,
    /// Answers that were referred to: name, and how deep.
    references: Vec<(Arc<str>, usize)>,
    values: Vec<TestValue>,
}

impl Parts<'_, '_> {
    fn shown(&self, eval: &mut Asked<'_, '_>, node: NodeId) -> Shown {
        let plan = &self.running.staged.campaign.plan;
        let value = value(eval, node, self.event);
        Shown::new(
            &value,
            &plan.nodes[node].ty,
            &plan.schema,
            eval.clock().zone(),
        )
    }

    fn marks(
        &mut self,
        eval: &mut Asked<'_, '_>,
        explain: &Explain,
        depth: usize,
        marks: &mut Vec<Mark>,
    ) {
        let texts = &self.running.staged.program.texts;
        let place = explain.place;
        if let Some(node) = explain.node {
            let value = self.shown(eval, node);
            marks.push(Mark {
                at: picture::anchor(texts.text(place.file), explain),
                text: value.text.clone(),
            });
            let written = texts.slice(place.file, place.span);
            self.values.push(TestValue {
                text: one_line(written),
                location: texts.location(place.file, place.span),
                value,
            });
        }
        if let ExplainKind::Reference(name) = &explain.kind {
            // What is imported or has arguments is written elsewhere, too.
            let known = self.references.iter().any(|(of, _)| of == name);
            if !known && depth < DEPTH && self.references.len() < REFERENCES {
                self.references.push((name.clone(), depth + 1));
            }
            return;
        }
        for part in &explain.parts {
            self.marks(eval, part, depth, marks);
        }
    }

    /// Draws what was referred to, each once.
    fn follow(&mut self, eval: &mut Asked<'_, '_>, picture: &mut Vec<String>) {
        let plan = &self.running.staged.campaign.plan;
        let texts = &self.running.staged.program.texts;
        let mut next = 0;
        while let Some((name, depth)) = self.references.get(next).cloned() {
            next += 1;
            let base = name.split('.').next().unwrap_or(&name);
            let outputs = &plan.outputs;
            let Ok(found) = outputs.binary_search_by(|output| (*output.name).cmp(base)) else {
                continue;
            };
            let output = &outputs[found];
            let bodies: Vec<&Explain> = match output.kind {
                OutputKind::Partition(_) => output.explain.parts.iter().collect(),
                OutputKind::Segment | OutputKind::Trait => vec![&output.explain],
            };
            let place = texts.location(output.explain.place.file, output.explain.place.span);
            picture.push(String::new());
            picture.push(format!("{base} ({}:{})", place.path, place.line));
            for body in bodies {
                if let ExplainKind::Stage(stage) = &body.kind {
                    let stage = stage.rsplit('.').next().unwrap_or(stage);
                    picture.push(format!("  {stage} when"));
                }
                let mut marks = Vec::new();
                self.marks(eval, body, depth, &mut marks);
                let text = texts.text(body.place.file);
                let drawn = picture::draw(text, body.place.span, &marks);
                picture.extend(indented(drawn));
            }
        }
    }
}

// ---- what contents say ----

/// What stands under the name of a content, and what follows.
pub(super) struct Said {
    /// In a sentence.
    pub(super) message: String,
    /// Under the name.
    pub(super) under: String,
    /// What else there is to know.
    pub(super) notes: Vec<String>,
    /// The condition that decided.
    pub(super) part: Option<Part>,
}

impl Said {
    pub(super) fn new(message: String, under: String) -> Self {
        Self {
            message,
            under,
            notes: Vec::new(),
            part: None,
        }
    }

    fn tell(
        self,
        running: &Running<'_>,
        span: Span,
        content: ContentId,
        failure: &mut TestFailure,
    ) {
        let (file, texts) = (running.test.place.file, &running.staged.program.texts);
        let name = &running.staged.campaign.contents[content].name;
        let written = texts.slice(file, span);
        let at = word(written, name).unwrap_or(0);
        let mark = Mark {
            at: span.start + u32::try_from(at).unwrap_or(0),
            text: self.under,
        };
        failure.picture = picture::draw(texts.text(file), span, &[mark]);
        failure.message = self.message;
        failure.notes = self.notes;
        if let Some(part) = self.part {
            failure.picture.push(String::new());
            failure.picture.extend(part.picture);
            failure.values = part.values;
        }
    }
}

/// Where a name stands as a word of its own.
fn word(text: &str, name: &str) -> Option<usize> {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(name).map(|(at, _)| at).find(|at| {
        let before = text[..*at].chars().next_back();
        let behind = text[at + name.len()..].chars().next();
        !before.is_some_and(is_letter) && !behind.is_some_and(is_letter)
    })
}

fn variant_of(running: &Running<'_>, content: ContentId, variant: u32, check: &Check) -> Said {
    let def = &running.staged.campaign.contents[content];
    let name = |variant: u32| {
        let variant = def.variants.get(variant as usize);
        variant.map_or("", |variant| &*variant.name)
    };
    let reading = check.readings.first().map(|(_, reading)| reading);
    let under = match reading {
        Some(Ok(reading)) => name(reading.read.variant).to_owned(),
        _ => "nobody knows".to_owned(),
    };
    let message = match reading {
        Some(Ok(_)) => format!("{} is {under}, not {}", def.name, name(variant)),
        _ => format!("nobody knows what {} says", def.name),
    };
    let notes = reading.map(|reading| read(running, content, reading));
    Said {
        notes: notes.into_iter().collect(),
        ..Said::new(message, under)
    }
}

/// Where what a content says comes from, or why nobody knows.
fn read(running: &Running<'_>, content: ContentId, reading: &Result<Reading, NoReading>) -> String {
    let name = &running.staged.campaign.contents[content].name;
    let not_sent = format!("{name} was not sent");
    match reading {
        Ok(Reading { sent: Some(at), .. }) => {
            format!("{name} as it was sent on {}", exact(*at, &running.zone))
        }
        Ok(_) => format!("{not_sent}; this is what the person would read now"),
        Err(NoReading::Argument(param)) => {
            format!("{not_sent}, and nobody knows what `{param}` would be: it has no default")
        }
        Err(NoReading::Event(param)) => {
            format!("{not_sent}, and the person has no event that `{param}` could be")
        }
        Err(NoReading::Skipped(skipped)) => {
            format!(
                "{not_sent}, and now it would be given up: {}",
                skipped.reason
            )
        }
    }
}
