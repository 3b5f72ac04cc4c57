//! Somebody for whom two conditions hold at once. A way that the solver found is turned into a profile and a few events, and
//! only if the evaluator says yes to both conditions is that person shown.

use std::collections::BTreeSet;
use std::sync::Arc;

use persona_base::FileId;

use super::build::{Builder, FrameId, Tables, World};
use super::eval::{Evaluator, Happened, NOW, Person};
use super::set::{Set, float_at};
use super::solve::{Cube, Left, Sat, Solver};
use super::term::{Channel, Formula, Term, TextTest};
use super::words;
use crate::{AggKind, Const, EventId, Expr, ExprKind, FieldId, Op, TableDef, TypeKind};

const DAY: i64 = 86_400_000_000;
/// How many ways are turned into people.
const TRIED: usize = 8;
/// How many events are made up for one count.
const MAX_EVENTS: i64 = 20;

/// Whether two conditions hold at once.
#[derive(Debug)]
pub(super) enum Decided<'a> {
    /// Never.
    Never,
    /// For this person.
    Both(Vec<String>),
    /// Nobody knows; because of this part, where one can be named.
    Neither(Option<(&'a Expr, FileId)>),
}

/// Decides whether two conditions of a package ever hold at once.
pub(super) fn decide<'a>(
    world: &dyn World<'a>,
    file: FileId,
    (a, b): (&'a Expr, &'a Expr),
) -> Decided<'a> {
    let mut builder = Builder::new(vec![world], true);
    let frame = builder.root(0, file);
    let first = builder.formula(a, frame, true);
    builder.refill();
    let second = builder.formula(b, frame, true);
    let cubes = match Solver::new(&builder.terms).ways(&[&first, &second], TRIED) {
        Sat::Never => return Decided::Never,
        Sat::Perhaps(cubes) => cubes,
        Sat::TooMany => Vec::new(),
    };
    for cube in &cubes {
        for round in [true, false] {
            let mut maker = Maker::new(world.tables(), round);
            maker.fill(&builder, cube);
            let mut evaluator = Evaluator::new(world, &maker.person);
            if evaluator.holds(a) == Some(true) && evaluator.holds(b) == Some(true) {
                return Decided::Both(maker.facts());
            }
        }
    }
    let doubt = cubes.first().and_then(|cube| doubtful(&builder, cube));
    Decided::Neither(doubt)
}

/// The first part that was not understood.
fn doubtful<'a>(builder: &Builder<'a, '_>, cube: &Cube) -> Option<(&'a Expr, FileId)> {
    let terms = cube.terms.iter().map(|(term, _)| builder.terms.get(*term));
    let sources: Vec<(&'a Expr, FrameId, bool)> = terms
        .filter_map(|term| {
            let (expr, frame) = term.source?;
            Some((expr, frame, term.key.starts_with("holds")))
        })
        .collect();
    let opaque = sources.iter().find(|(_, _, opaque)| *opaque);
    let compound = sources
        .iter()
        .find(|(expr, _, _)| !matches!(expr.kind, ExprKind::Profile(_) | ExprKind::Event(..)));
    let (expr, frame, _) = opaque.or(compound)?;
    Some((expr, builder.of_frame(*frame).file))
}

/// Makes a person up.
struct Maker<'a> {
    tables: Tables<'a>,
    person: Person,
    /// The fields that were chosen.
    chosen: BTreeSet<FieldId>,
    /// Fields of each event that were chosen.
    chosen_of_events: Vec<BTreeSet<FieldId>>,
    /// Whether round values are preferred.
    round: bool,
}

impl<'a> Maker<'a> {
    fn new(tables: Tables<'a>, round: bool) -> Self {
        Self {
            tables,
            person: Person {
                fields: blank(tables.profile),
                events: Vec::new(),
            },
            chosen: BTreeSet::new(),
            chosen_of_events: Vec::new(),
            round,
        }
    }

    fn fill(&mut self, builder: &Builder<'_, '_>, cube: &Cube) {
        for (term, left) in &cube.terms {
            let term = builder.terms.get(*term);
            if let Some(counts) = &term.counts {
                let least = left.set(&Channel::Value).and_then(Set::least).unwrap_or(0);
                if left.there && !counts.kinds.is_empty() {
                    let avoided = avoided(builder, cube, term);
                    self.events(builder, term, &avoided, least.min(MAX_EVENTS));
                }
                continue;
            }
            let Some((expr, _)) = term.source else {
                continue;
            };
            match &expr.kind {
                ExprKind::Profile(field) => self.field(*field, left),
                ExprKind::Op(op @ (Op::DaysSince | Op::Age), operands) => {
                    if let [operand] = operands.as_slice()
                        && let ExprKind::Profile(field) = operand.kind
                        && let Some(count) = left
                            .set(&Channel::Value)
                            .and_then(|set| self.number(set, &TypeKind::Int))
                    {
                        self.set(field, Const::Int(since(*op, count, &operand.ty.kind)));
                    }
                }
                ExprKind::Agg {
                    kind: AggKind::Sum | AggKind::Max | AggKind::Min | AggKind::Avg,
                    query,
                    value: Some(value),
                } => {
                    if let (crate::Kinds::Events(kinds), ExprKind::Event(_, fields)) =
                        (&query.kinds, &value.kind)
                        && let Some(kind) = kinds.first()
                        && let Some((_, field)) = fields.iter().find(|(of, _)| of == kind)
                        && let Some(value) = left
                            .set(&Channel::Value)
                            .and_then(|set| self.number(set, &value.ty.kind))
                        && left.there
                        && value != 0
                    {
                        self.event(*kind, &[(*field, Const::Int(value))]);
                    }
                }
                _ => {}
            }
        }
    }

    fn set(&mut self, field: FieldId, value: Const) {
        if let Some(slot) = self.person.fields.get_mut(field.0 as usize) {
            *slot = value;
            self.chosen.insert(field);
        }
    }

    fn field(&mut self, field: FieldId, left: &Left) {
        let tables = self.tables;
        let Some(def) = tables.profile.fields.get(field) else {
            return;
        };
        if let Some(value) = self.choose(left, &def.ty.kind) {
            self.set(field, value);
        }
    }

    /// A value that is left.
    fn choose(&self, left: &Left, kind: &TypeKind) -> Option<Const> {
        if !left.there {
            return left.missing.then_some(Const::Missing);
        }
        if matches!(kind, TypeKind::List(_) | TypeKind::Set(_)) {
            return None;
        }
        if kind.is_text() {
            return text(left).map(Const::Str);
        }
        if let Some(set) = left.set(&Channel::FromNow) {
            let by = set
                .greatest()
                .filter(|by| *by < i64::MAX)
                .or_else(|| set.least())?;
            let now = if *kind == TypeKind::Date {
                NOW / DAY
            } else {
                NOW
            };
            // Far from now, whole days read better.
            let day = if *kind == TypeKind::Date { 1 } else { DAY };
            let whole = by.div_euclid(day).checked_mul(day)?;
            return now
                .checked_add(if set.has(whole) { whole } else { by })
                .map(Const::Int);
        }
        let value = self.number(left.set(&Channel::Value)?, kind)?;
        Some(match kind {
            TypeKind::Bool => Const::Bool(value == 1),
            TypeKind::Enum(_) => Const::Enum(u32::try_from(value).ok()?),
            TypeKind::Float => Const::Float(float_at(value)),
            _ => Const::Int(value),
        })
    }

    /// A number of a set, one that reads well.
    fn number(&self, set: &Set, kind: &TypeKind) -> Option<i64> {
        let least = set.least()?;
        if *kind == TypeKind::Timestamp && set.has(NOW) {
            return Some(NOW);
        }
        if least == i64::MIN || (least < 0 && set.has(0)) {
            let top = set.greatest()?;
            return Some(if set.has(0) { 0 } else { top.min(0) });
        }
        if self.round && !matches!(kind, TypeKind::Float | TypeKind::Enum(_) | TypeKind::Bool) {
            let mut unit = 1_i64;
            while unit <= least / 100 {
                unit *= 10;
            }
            let rounded = least.checked_add(unit - 1)? / unit * unit;
            if set.has(rounded) {
                return Some(rounded);
            }
        }
        if *kind == TypeKind::Float && self.round {
            let next = float_at(least).ceil();
            if set.has(super::set::place_of(next)) {
                return Some(super::set::place_of(next));
            }
        }
        Some(least)
    }

    /// So many events of the kind that a term counts.
    fn events(
        &mut self,
        builder: &Builder<'_, '_>,
        term: &Term<'_>,
        avoided: &[&Formula],
        count: i64,
    ) {
        let tables = self.tables;
        let Some(counts) = &term.counts else {
            return;
        };
        let name = counts.kinds.first();
        let kind = tables
            .events
            .iter_enumerated()
            .find(|(_, table)| Some(&table.name) == name);
        let Some((kind, _)) = kind else {
            return;
        };
        let mut wanted: Vec<&Formula> = avoided.to_vec();
        wanted.push(&counts.filter);
        let Sat::Perhaps(cubes) = Solver::new(&builder.terms).ways(&wanted, 1) else {
            return;
        };
        let mut fields = Vec::new();
        for (term, left) in cubes.iter().flat_map(|cube| &cube.terms) {
            let term = builder.terms.get(*term);
            let field = match term.source.map(|(expr, _)| &expr.kind) {
                Some(ExprKind::Event(_, fields)) => fields
                    .iter()
                    .find(|(of, _)| *of == kind)
                    .map(|(_, field)| *field),
                // The time of an event.
                None if term.kind == TypeKind::Timestamp => Some(FieldId(0)),
                _ => None,
            };
            let def = field.and_then(|field| tables.events[kind].fields.get(field));
            if let (Some(field), Some(def)) = (field, def)
                && let Some(value) = self.choose(left, &def.ty.kind)
            {
                fields.push((field, value));
            }
        }
        for _ in 0..count {
            self.event(kind, &fields);
        }
    }

    fn event(&mut self, kind: EventId, fields: &[(FieldId, Const)]) {
        let mut values = blank(&self.tables.events[kind]);
        if let Some(at) = values.first_mut() {
            *at = Const::Int(NOW);
        }
        let mut chosen = BTreeSet::new();
        for (field, value) in fields {
            if let Some(slot) = values.get_mut(field.0 as usize) {
                *slot = value.clone();
                chosen.insert(*field);
            }
        }
        self.person.events.push(Happened {
            kind,
            fields: values,
        });
        self.chosen_of_events.push(chosen);
    }

    /// The person in source syntax, a fact each.
    fn facts(&self) -> Vec<String> {
        let mut facts = Vec::new();
        for field in &self.chosen {
            let def = &self.tables.profile.fields[*field];
            if let Some(value) = shown(
                &self.person.fields[field.0 as usize],
                &def.ty.kind,
                self.tables,
            ) {
                facts.push(format!("{}: {value}", def.name));
            }
        }
        let mut before: Option<(&Happened, usize)> = None;
        let times = |count: usize| {
            if count > 1 {
                format!("{count} × ")
            } else {
                String::new()
            }
        };
        for (event, chosen) in self.person.events.iter().zip(&self.chosen_of_events) {
            match before {
                Some((same, count)) if same == event => {
                    facts.pop();
                    before = Some((event, count + 1));
                }
                _ => before = Some((event, 1)),
            }
            let count = before.map_or(1, |(_, count)| count);
            facts.push(format!(
                "{}{}",
                times(count),
                self.event_fact(event, chosen)
            ));
        }
        facts
    }

    fn event_fact(&self, event: &Happened, chosen: &BTreeSet<FieldId>) -> String {
        let table = &self.tables.events[event.kind];
        let ago = NOW.saturating_sub(event.at());
        let when = if ago == 0 {
            "now".to_owned()
        } else {
            format!("{} ago", words::duration(ago))
        };
        let fields: Vec<String> = chosen
            .iter()
            .filter(|field| field.0 != 0)
            .filter_map(|field| {
                let def = &table.fields[*field];
                let value = shown(&event.fields[field.0 as usize], &def.ty.kind, self.tables)?;
                Some(format!("{}: {value}", def.name))
            })
            .collect();
        if fields.is_empty() {
            format!("{} {when}", table.name)
        } else {
            format!("{} {when} {{ {} }}", table.name, fields.join(", "))
        }
    }
}

/// What events must not be like: there are to be none of those.
fn avoided<'b>(builder: &'b Builder<'_, '_>, cube: &Cube, term: &Term<'_>) -> Vec<&'b Formula> {
    let Some(counts) = &term.counts else {
        return Vec::new();
    };
    let none = cube
        .terms
        .iter()
        .filter(|(_, left)| left.set(&Channel::Value).and_then(Set::greatest) == Some(0));
    none.filter_map(|(other, _)| builder.terms.get(*other).counts.as_ref())
        .filter(|others| others.shape == counts.shape)
        .filter(|others| others.kinds.iter().any(|kind| counts.kinds.contains(kind)))
        .map(|others| &*others.no_filter)
        .collect()
}

/// The instant or date since which so many days or years have passed.
fn since(op: Op, count: i64, kind: &TypeKind) -> i64 {
    let days = match op {
        // A day more than so many years, whatever leap years there were: still less than one more.
        Op::Age => count.saturating_mul(1461) / 4 + 1,
        _ => count,
    };
    if *kind == TypeKind::Timestamp {
        NOW.saturating_sub(days.saturating_mul(DAY))
    } else {
        (NOW / DAY).saturating_sub(days)
    }
}

/// A text that passes the tests that are left.
fn text(left: &Left) -> Option<Arc<str>> {
    if let Some(Set::Text {
        except: false,
        items,
    }) = left.set(&Channel::Value)
    {
        return items.iter().next().cloned();
    }
    let part = |wanted: TextTest| {
        left.sets.iter().find_map(|(channel, set)| match channel {
            Channel::Test(test, with) if *test == wanted && set.has(1) && !set.has(0) => {
                Some(&**with)
            }
            _ => None,
        })
    };
    let parts =
        [TextTest::Starts, TextTest::Contains, TextTest::Ends].map(|test| part(test).unwrap_or(""));
    let mut text = parts.concat();
    if let Some(Set::Text {
        except: true,
        items,
    }) = left.set(&Channel::Value)
    {
        while items.contains(text.as_str()) {
            text.insert(parts[0].len(), 'x');
        }
    }
    Some(Arc::from(text))
}

/// A row of which nothing is said: defaults, and where there are none, nothing much.
fn blank(table: &TableDef) -> Vec<Const> {
    let value = |kind: &TypeKind| match kind {
        kind if kind.is_text() => Const::Str(Arc::from("")),
        TypeKind::Bool => Const::Bool(false),
        TypeKind::Float => Const::Float(0.0),
        TypeKind::Enum(_) => Const::Enum(0),
        TypeKind::Timestamp => Const::Int(NOW),
        TypeKind::Date => Const::Int(NOW / DAY),
        TypeKind::List(_) | TypeKind::Set(_) => Const::List(Vec::new()),
        TypeKind::Geo => Const::Geo(0.0, 0.0),
        _ => Const::Int(0),
    };
    let fields = table.fields.iter();
    fields
        .map(|field| match &field.default {
            Some(default) => default.clone(),
            None if field.ty.optional => Const::Missing,
            None => value(&field.ty.kind),
        })
        .collect()
}

fn shown(value: &Const, kind: &TypeKind, tables: Tables<'_>) -> Option<String> {
    let number = |value: i64| words::value_in_words(value, kind, tables);
    match value {
        Const::Missing => Some("missing".to_owned()),
        Const::Str(text) => Some(format!("{text:?}")),
        Const::Bool(value) => Some(value.to_string()),
        Const::Enum(value) => number(i64::from(*value)),
        Const::Float(value) => number(super::set::place_of(*value)),
        Const::Int(value) => number(*value),
        _ => None,
    }
}
