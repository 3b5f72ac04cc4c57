//! The tree of an explanation, with values: the plan's [`Explain`] read for one profile. References to other answers are
//! followed by name, each once, to a depth that people can read.

use std::sync::Arc;

use persona_ir::{AggKind, Explain, ExplainKind, NodeId, Op, Output, OutputKind, Ty};
use persona_runtime::display::iso;
use persona_runtime::flips::{Flip, STEPS};
use persona_runtime::time::Zone;
use persona_runtime::{Dataset, Evaluator, EventRef, Facts, ProfileEvaluator, Value};

use super::evidence::Evidence;
use super::{Flips, Moment, is_junction};
use crate::{Location, Program, Shown};

/// An instant on the wall clock of a zone, as exactly as needed: `2026-01-31 21:00:00`.
pub(crate) fn exact(instant: i64, zone: &Zone) -> String {
    let shown = iso(zone.wall(instant));
    shown.trim_end_matches('Z').replacen('T', " ", 1)
}

/// References to other answers are followed this deep.
const DEPTH: usize = 6;
/// The most parts of an explanation.
const PARTS: usize = 400;

/// What is said where not even one event of the kind is there.
const NEVER: &str = "no such event, ever";

/// A part of an explanation.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// As written, on one line.
    pub text: String,
    /// Where it is written.
    pub location: Location,
    /// Its value; absent for what differs from event to event.
    pub value: Option<Shown>,
    /// What the history says about it: `3 such events`, `the last one on …`.
    pub evidence: Vec<String>,
    /// Its parts.
    pub parts: Vec<Part>,
}

/// What a part is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// All parts must hold.
    And,
    /// One of the parts must hold.
    Or,
    /// The part must not hold.
    Not,
    /// A condition; its parts are operands.
    Condition,
    /// A value.
    Value,
    /// Another segment, trait, partition or stage; its part is what that is made of. Without parts: shown elsewhere.
    Reference(Arc<str>),
    /// A stage of a partition; its part is the condition.
    Stage(Arc<str>),
}

/// Reads explanations for one profile.
pub(crate) struct Reader<'r, 'e, F: Facts = Dataset> {
    program: &'r Program,
    evaluator: &'r Evaluator<'e, F>,
    profile: ProfileEvaluator<'r, F>,
    evidence: &'r Evidence,
    /// What is bound around what is explained, at level 0.
    event: Option<EventRef>,
    /// The answers that are already shown.
    seen: Vec<Arc<str>>,
    depth: usize,
    left: usize,
}

impl<'r, 'e, F: Facts> Reader<'r, 'e, F> {
    pub(crate) fn new(
        program: &'r Program,
        evaluator: &'r Evaluator<'e, F>,
        evidence: &'r Evidence,
        profile: usize,
    ) -> Self {
        let profile = evaluator.profile(profile);
        Self {
            program,
            evaluator,
            profile,
            evidence,
            event: None,
            seen: Vec::new(),
            depth: 0,
            left: PARTS,
        }
    }

    /// Goes on with another frame: what a campaign's conditions ask for besides the profile.
    pub(crate) fn set_frame(&mut self, frame: &[Value]) {
        self.profile.set_frame(frame);
    }

    /// Goes on with an explanation of its own: what was shown counts no more.
    pub(crate) fn next(&mut self, event: Option<EventRef>) {
        self.event = event;
        self.seen.clear();
        self.left = PARTS;
    }

    /// The value of a node; none where an event decides it, and there is none.
    fn value(&mut self, node: NodeId) -> Option<Value> {
        let closed = self.evaluator.prepared_plan().is_closed(node);
        match self.event {
            _ if closed => Some(self.profile.value(node)),
            Some(event) => Some(self.profile.value_for(node, event)),
            None => None,
        }
    }

    /// The value of a node, ready to be shown.
    fn shown_if(&mut self, node: NodeId) -> Option<Shown> {
        let value = self.value(node)?;
        Some(self.show(node, &value))
    }

    fn show(&self, node: NodeId, value: &Value) -> Shown {
        let ty = &self.evaluator.plan().nodes[node].ty;
        let zone = self.profile.clock().zone();
        Shown::new(value, ty, &self.program.plan.schema, zone)
    }

    /// The value of a closed node.
    pub(crate) fn shown(&mut self, node: NodeId) -> Shown {
        let value = self.profile.value(node);
        self.show(node, &value)
    }

    /// When a node's value changes by itself, or whether it is a certain stage.
    pub(super) fn flips(&mut self, node: NodeId, stage: Option<u32>) -> Flips {
        let flip = match stage {
            None => self.profile.exact_flip(node, STEPS),
            Some(stage) => {
                let is = |value: &Value| *value == Value::Enum(stage);
                self.profile.exact_flip_of(node, STEPS, is)
            }
        };
        let zone = self.profile.clock().zone();
        let moment = |micros: i64| Moment {
            micros,
            text: exact(micros, zone),
            iso: iso(micros),
        };
        match flip {
            Flip::At(at) => Flips::At(moment(at)),
            Flip::Never => Flips::Never,
            Flip::NotBefore(at) => Flips::NotBefore(moment(at)),
        }
    }

    /// The profile's zone.
    pub(super) fn zone(&self) -> String {
        self.profile.clock().zone().name().to_owned()
    }

    /// Whether a partition's node is this stage.
    pub(super) fn is_stage(&mut self, node: NodeId, stage: u32) -> bool {
        self.profile.value(node) == Value::Enum(stage)
    }

    /// A part with all that it is made of.
    pub(crate) fn part(&mut self, explain: &Explain) -> Part {
        self.left = self.left.saturating_sub(1);
        let value = explain.node.and_then(|node| self.shown_if(node));
        let mut evidence = explain
            .node
            .map(|node| self.evidence_of(node))
            .unwrap_or_default();
        let mut parts: Vec<Part> = Vec::with_capacity(explain.parts.len());
        for part in &explain.parts {
            if self.left == 0 && !is_junction(&explain.kind) {
                break;
            }
            match self.counted(part) {
                Some(counted) => evidence.extend(counted),
                None => parts.push(self.part(part)),
            }
        }
        if let ExplainKind::Reference(name) = &explain.kind
            && parts.is_empty()
        {
            parts.extend(self.follow(name));
        }
        let place = explain.place;
        let text = one_line(self.program.texts.slice(place.file, place.span));
        if explain.kind == ExplainKind::Atom && says_percent(&text) {
            parts.iter_mut().for_each(as_percent);
        }
        Part {
            kind: kind(explain, value.as_ref()),
            text,
            location: self.program.texts.location(place.file, place.span),
            value,
            evidence,
            parts,
        }
    }

    /// What another answer is made of, unless it is shown already.
    fn follow(&mut self, name: &Arc<str>) -> Option<Part> {
        let base = name.split('.').next().unwrap_or(name);
        let outputs = &self.program.plan.outputs;
        let output = &outputs[outputs
            .binary_search_by(|output| (*output.name).cmp(base))
            .ok()?];
        if self.depth >= DEPTH || self.left == 0 || self.seen.contains(name) {
            return None;
        }
        self.seen.push(name.clone());
        self.depth += 1;
        let part = match output.kind {
            OutputKind::Partition(stages) => {
                let stage = name.split_once('.').and_then(|(_, stage)| {
                    let values = &self.program.plan.schema.enums[stages].values;
                    values.iter().position(|value| &*value.name == stage)
                });
                self.stages(output, stage.and_then(|stage| u32::try_from(stage).ok()))
            }
            OutputKind::Segment | OutputKind::Trait => self.part(&output.explain),
        };
        self.depth -= 1;
        Some(part)
    }

    /// A partition's stages up to the one that is asked about, or else to the one that holds: all before it must fail.
    pub(super) fn stages(&mut self, output: &Output, asked: Option<u32>) -> Part {
        let place = output.explain.place;
        let held = match self.profile.value(output.node) {
            Value::Enum(stage) => stage,
            _ => 0,
        };
        let last = asked.unwrap_or(held) as usize;
        let mut parts: Vec<Part> = Vec::new();
        for (index, stage) in output.explain.parts.iter().enumerate().take(last + 1) {
            let part = self.part(stage);
            parts.push(match asked {
                Some(_) if index < last => negated(part),
                _ => part,
            });
        }
        let value = match asked {
            Some(stage) => Shown::of_bool(held == stage),
            None => self.shown(output.node),
        };
        Part {
            kind: if asked.is_some() {
                PartKind::And
            } else {
                PartKind::Value
            },
            text: format!("partition {}", output.name),
            location: self.program.texts.location(place.file, place.span),
            value: Some(value),
            evidence: Vec::new(),
            parts,
        }
    }

    /// What the history says where a condition counts without saying so, as in `did Purchase at least 3 times`: the
    /// number is no operand that anybody wrote.
    fn counted(&mut self, operand: &Explain) -> Option<Vec<String>> {
        let node = operand
            .node
            .filter(|_| operand.kind == ExplainKind::Value)?;
        let Op::Agg(agg) = &self.evaluator.plan().nodes[node].op else {
            return None;
        };
        let place = operand.place;
        let written = self.program.texts.slice(place.file, place.span);
        let mut said = match agg.kind {
            AggKind::Exists => Vec::new(),
            AggKind::Count if written.starts_with("count") => return None,
            AggKind::Count => vec![self.such_events(node)],
            AggKind::MaxPerValue => vec![format!("at most {} of one value", self.shown(node).text)],
            AggKind::UnitsHit { .. } => vec![format!("in {} of them", self.shown(node).text)],
            _ => return None,
        };
        let evidence = self.evidence_of(node);
        if evidence.iter().any(|said| said == NEVER) {
            said.clear();
        }
        said.extend(evidence);
        Some(said)
    }

    fn such_events(&mut self, count: NodeId) -> String {
        match self.profile.value(count).int().unwrap_or(0) {
            0 => "no such event".to_owned(),
            1 => "1 such event".to_owned(),
            count => format!("{count} such events"),
        }
    }

    /// What the history says about a condition on events: `no such event; the last one was on 2026-01-31 10:00`.
    fn evidence_of(&mut self, node: NodeId) -> Vec<String> {
        let Some(found) = self.evidence.of(node) else {
            return Vec::new();
        };
        let last = self.profile.value(found.last);
        if !last.is_known() {
            return vec![NEVER.to_owned()];
        }
        let mut said = Vec::new();
        if let Some(count) = found.count {
            let such = self.such_events(count);
            said.push(if found.starts {
                format!("{such} to start with")
            } else {
                such
            });
        }
        let zone = self.profile.clock().zone();
        let last = Shown::new(&last, &Ty::Timestamp, &self.program.plan.schema, zone).text;
        said.push(format!("the last one was on {last}"));
        said
    }
}

/// Whether a condition is written with a percentage: `discount > 10%`.
fn says_percent(text: &str) -> bool {
    let before = text
        .split('%')
        .next()
        .filter(|before| before.len() < text.len());
    before.is_some_and(|before| {
        before.ends_with(|c: char| c.is_ascii_digit()) && !before.contains('"')
    })
}

/// A number beside a percentage is shown as one.
fn as_percent(part: &mut Part) {
    if let Some(Shown { text, json, .. }) = &mut part.value
        && let Some(number) = json.as_f64().filter(|_| json.is_f64())
    {
        // What is typed as a percentage is not shown with the last digits of its double.
        let rounded = (number * 1e10).round() / 1e8;
        *text = format!("{rounded}%");
    }
}

/// The part that must not hold.
fn negated(part: Part) -> Part {
    let value = part
        .value
        .as_ref()
        .and_then(|value| value.truth)
        .map(|truth| Shown::of_bool(!truth));
    Part {
        kind: PartKind::Not,
        text: format!("not {}", part.text),
        location: part.location.clone(),
        value,
        evidence: Vec::new(),
        parts: vec![part],
    }
}

fn kind(explain: &Explain, value: Option<&Shown>) -> PartKind {
    match &explain.kind {
        ExplainKind::And => PartKind::And,
        ExplainKind::Or => PartKind::Or,
        ExplainKind::Not => PartKind::Not,
        ExplainKind::Atom => PartKind::Condition,
        ExplainKind::Value if value.is_some_and(|value| value.truth.is_some()) => {
            PartKind::Condition
        }
        ExplainKind::Value => PartKind::Value,
        ExplainKind::Reference(name) => PartKind::Reference(name.clone()),
        ExplainKind::Stage(name) => PartKind::Stage(name.clone()),
    }
}

/// Source text on one line: comments go, white space becomes one space, parentheses around the whole go.
pub(crate) fn one_line(text: &str) -> String {
    let lines = text.lines().map(|line| match line.find("//") {
        Some(at) if !line[..at].contains('"') => &line[..at],
        _ => line,
    });
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    let mut text = words.join(" ");
    while is_enclosed(&text) {
        text = text[1..text.len() - 1].trim().to_owned();
    }
    text
}

/// Whether the first parenthesis is closed by the last character.
fn is_enclosed(text: &str) -> bool {
    if !text.starts_with('(') || text.contains('"') {
        return false;
    }
    let mut depth = 0;
    let closed = text.char_indices().find(|(_, c)| {
        depth += i32::from(*c == '(') - i32::from(*c == ')');
        depth == 0
    });
    closed.is_some_and(|(at, _)| at + 1 == text.len())
}

#[cfg(test)]
mod tests {
    use super::{as_percent, one_line, says_percent};
    use crate::{Location, Part, PartKind, Shown};

    #[test]
    fn numbers_beside_a_percentage_are_shown_as_one() {
        assert!(says_percent("discount > 0%") && says_percent("rate between 12.5% and 1"));
        assert!(
            !says_percent("name == \"100%\"") && !says_percent("a % b") && !says_percent("a > 1")
        );
        let mut part = Part {
            kind: PartKind::Value,
            text: "discount".to_owned(),
            location: Location {
                path: "a.persona".into(),
                line: 1,
                column: 1,
            },
            value: Some(Shown {
                text: "0.07".to_owned(),
                json: 0.07.into(),
                truth: None,
            }),
            evidence: Vec::new(),
            parts: Vec::new(),
        };
        as_percent(&mut part);
        assert_eq!(part.value.as_ref().map(|value| &*value.text), Some("7%"));
        part.value = Some(Shown {
            text: "3".to_owned(),
            json: 3.into(),
            truth: None,
        });
        as_percent(&mut part);
        assert_eq!(part.value.as_ref().map(|value| &*value.text), Some("3"));
    }

    #[test]
    fn source_text_is_shown_on_one_line() {
        assert_eq!(
            one_line("did Purchase // often\n    in last 30d"),
            "did Purchase in last 30d"
        );
        assert_eq!(
            one_line("url == \"http://x\" // a\n and b"),
            "url == \"http://x\" // a and b"
        );
    }

    #[test]
    fn parentheses_around_the_whole_say_nothing() {
        assert_eq!(one_line("((a or b))"), "a or b");
        assert_eq!(one_line("(a) or (b)"), "(a) or (b)");
        assert_eq!(one_line("(\")\" == a)"), "(\")\" == a)");
    }
}
