//! What triggers do to each other: who starts whom, through events that are emitted, fields that are set, and segments that
//! read them. A circle is an error; so is a segment whose members nobody knows from moment to moment.
//!
//! Conditions are not looked into: where a condition would end a circle, the rules can say so without one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_base::{Diagnostic, Span, triggers};
use rustc_hash::FxHashMap;

use super::graph::graph;
use super::origin::name_of;
use super::queries::{Decl, check, schema, symbols};
use super::{Db, scc, stand_in};
use crate::decl::Unit;
use crate::expr::every_part;
use crate::{
    EventId, Expr, ExprKind, FieldId, Kinds, Query, Trigger, TriggerStart, TriggerStep,
    TriggerStepKind,
};

/// How many steps of a circle are shown.
const SHOWN_STEPS: usize = 8;

/// What an expression or a declaration rests on.
#[derive(Clone, Debug, Default, PartialEq)]
struct Reads {
    fields: BTreeSet<FieldId>,
    events: BTreeSet<EventId>,
    /// Whether people are ranked.
    ranks: bool,
    /// Traits, segments and partitions.
    others: BTreeSet<Arc<str>>,
}

impl Reads {
    fn of<'e>(exprs: impl IntoIterator<Item = &'e Expr>) -> Self {
        let mut reads = Self::default();
        for expr in exprs {
            every_part(expr, &mut |part| reads.add(part));
        }
        reads
    }

    fn add(&mut self, part: &Expr) {
        match &part.kind {
            ExprKind::Profile(field) => {
                self.fields.insert(*field);
            }
            ExprKind::Trait(name, args) | ExprKind::Segment(name, args) => {
                self.others.insert(Arc::clone(name));
                self.arguments(args);
            }
            ExprKind::Partition(name) | ExprKind::Stage(name, _) => {
                self.others.insert(Arc::clone(name));
            }
            ExprKind::Agg { query, .. } => self.query(query),
            ExprKind::Sequence {
                first, steps, not, ..
            } => {
                self.query(first);
                steps.iter().for_each(|step| self.kinds(&step.kinds));
                not.iter().for_each(|not| self.kinds(&not.kinds));
            }
            ExprKind::Rank { among, .. } => {
                self.ranks = true;
                if let Some((name, args)) = among {
                    self.others.insert(Arc::clone(name));
                    self.arguments(args);
                }
            }
            _ => {}
        }
    }

    fn query(&mut self, query: &Query) {
        self.kinds(&query.kinds);
    }

    fn kinds(&mut self, kinds: &Kinds) {
        if let Kinds::Events(kinds) = kinds {
            self.events.extend(kinds);
        }
    }

    fn arguments(&mut self, args: &[crate::Arg]) {
        for arg in args {
            match arg {
                crate::Arg::Event(kinds) => self.events.extend(kinds),
                crate::Arg::Field(fields) => {
                    self.events.extend(fields.iter().map(|(event, _)| event));
                }
                crate::Arg::Value(_) | crate::Arg::Param(_) => {}
            }
        }
    }

    /// Takes over what another declaration rests on.
    fn join(&mut self, other: &Self) {
        self.fields.extend(&other.fields);
        self.events.extend(&other.events);
        self.ranks |= other.ranks;
    }
}

/// What a declaration says itself.
#[salsa::tracked]
fn own_reads<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Reads {
    match &check(db, decl).unit {
        Unit::Trait { definition, .. } => Reads::of([&definition.body]),
        Unit::Segment { definition, .. } => Reads::of([&definition.body]),
        Unit::Partition(partition) => Reads::of(&partition.conditions),
        _ => Reads::default(),
    }
}

/// What each trait, segment and partition rests on, by way of others, too.
fn all_reads<'db>(db: &'db dyn Db) -> BTreeMap<&'db str, Reads> {
    let mut all: BTreeMap<&'db str, Reads> = BTreeMap::new();
    for decl in &graph(db, db.project()).order {
        let mut reads = own_reads(db, *decl).clone();
        for other in std::mem::take(&mut reads.others) {
            // What is not there yet is in a circle of definitions, which is reported.
            if let Some(other) = all.get(&*other) {
                let other = other.clone();
                reads.join(&other);
            }
        }
        all.insert(decl.name(db), reads);
    }
    all
}

/// What is wrong between triggers.
pub(super) fn trigger_diagnostics(db: &dyn Db, decls: &[Decl<'_>]) -> Vec<Diagnostic> {
    let all = all_reads(db);
    let known: Vec<Option<Acting<'_>>> = decls
        .iter()
        .map(|decl| Acting::of(db, *decl, &all))
        .collect();
    let mut found: Vec<Diagnostic> = known
        .iter()
        .flatten()
        .filter_map(|acting| calibrated(db, acting))
        .collect();
    let acting: Vec<&Acting<'_>> = known.iter().flatten().collect();
    let mut links: FxHashMap<(u32, u32), Link> = FxHashMap::default();
    let edges: Vec<Vec<u32>> = acting
        .iter()
        .zip(0_u32..)
        .map(|(from, from_number)| {
            if from.emits.is_empty() && from.sets.is_empty() {
                return Vec::new();
            }
            let targets = acting.iter().zip(0_u32..).filter_map(|(to, to_number)| {
                let link = from.starts(db, to)?;
                links.insert((from_number, to_number), link);
                Some(to_number)
            });
            targets.collect()
        })
        .collect();
    let circles = scc::components(&edges)
        .into_iter()
        .filter(|members| members.len() > 1 || edges[members[0] as usize].contains(&members[0]));
    found.extend(
        circles.map(|members| circle(db, &acting, &links, &scc::shortest_cycle(&edges, &members))),
    );
    found
}

/// A trigger, with what starts it and what it does to others.
struct Acting<'db> {
    decl: Decl<'db>,
    trigger: &'db Trigger,
    /// What its start rests on, besides an event.
    watches: Reads,
    emits: Vec<(EventId, Span)>,
    sets: Vec<(FieldId, Span)>,
}

/// Why one trigger starts another, and where.
struct Link {
    span: Span,
    what: String,
}

impl<'db> Acting<'db> {
    fn of(db: &'db dyn Db, decl: Decl<'db>, all: &BTreeMap<&str, Reads>) -> Option<Self> {
        let Unit::Trigger(trigger) = &check(db, decl).unit else {
            return None;
        };
        let mut watches = match &trigger.start {
            TriggerStart::Membership { of, .. } => Reads::of([of]),
            TriggerStart::Change { value, .. } => Reads::of([value]),
            _ => Reads::default(),
        };
        for other in std::mem::take(&mut watches.others) {
            if let Some(other) = all.get(&*other) {
                watches.join(other);
            }
        }
        let mut acting = Self {
            decl,
            trigger,
            watches,
            emits: Vec::new(),
            sets: Vec::new(),
        };
        acting.steps(&trigger.steps);
        Some(acting)
    }

    fn steps(&mut self, steps: &[TriggerStep]) {
        for step in steps {
            match &step.kind {
                TriggerStepKind::Emit { event, .. } => self.emits.push((*event, step.span)),
                TriggerStepKind::Set { field, .. } => self.sets.push((*field, step.span)),
                TriggerStepKind::If { arms, otherwise } => {
                    arms.iter().for_each(|(_, steps)| self.steps(steps));
                    self.steps(otherwise);
                }
                _ => {}
            }
        }
    }

    /// Whether it can start another one, or itself.
    fn starts(&self, db: &dyn Db, other: &Self) -> Option<Link> {
        let schema = schema(db, db.project());
        let (from, to) = (self.decl.name(db), other.decl.name(db));
        let through = match &other.trigger.start {
            TriggerStart::Membership { of, .. } => match &of.kind {
                ExprKind::Segment(name, _) | ExprKind::Stage(name, _) => {
                    format!("which `{name}` rests on, and so starts `{to}`")
                }
                _ => String::new(),
            },
            _ => format!("which starts `{to}`"),
        };
        if let TriggerStart::Event(Query {
            kinds: Kinds::Events(kinds),
            ..
        }) = &other.trigger.start
            && let Some((event, span)) = self.emits.iter().find(|(event, _)| kinds.contains(event))
        {
            let what = format!(
                "`{from}` emits `{}`, which starts `{to}`",
                schema.events[*event].name
            );
            return Some(Link { span: *span, what });
        }
        if let Some((event, span)) = self
            .emits
            .iter()
            .find(|(event, _)| other.watches.events.contains(event))
        {
            let what = format!("`{from}` emits `{}`, {through}", schema.events[*event].name);
            return Some(Link { span: *span, what });
        }
        let (field, span) = self
            .sets
            .iter()
            .find(|(field, _)| other.watches.fields.contains(field))?;
        let what = format!(
            "`{from}` sets `{}`, {through}",
            schema.profile.fields[*field].name
        );
        Some(Link { span: *span, what })
    }
}

fn circle(
    db: &dyn Db,
    acting: &[&Acting<'_>],
    links: &FxHashMap<(u32, u32), Link>,
    path: &[u32],
) -> Diagnostic {
    let first = acting[path[0] as usize].decl;
    let place = name_of(first);
    let own = first.name(db);
    let message = match path {
        [_] => format!("`{own}` starts itself, without end"),
        [.., last] => format!(
            "`{own}` leads to `{}`, which starts `{own}` again, without end",
            acting[*last as usize].decl.name(db)
        ),
        [] => String::new(),
    };
    let mut diagnostic = Diagnostic::new(triggers::TRIGGER_LOOP, place.file, place.span, message)
        .label("round in a circle");
    for (index, number) in path.iter().enumerate().take(SHOWN_STEPS) {
        let next = path[(index + 1) % path.len()];
        if let Some(link) = links.get(&(*number, next)) {
            diagnostic = diagnostic.secondary(
                stand_in(acting[*number as usize].decl),
                link.span,
                link.what.clone(),
            );
        }
    }
    if path.len() > SHOWN_STEPS {
        diagnostic = diagnostic.note(format!(
            "and {} more steps until `{own}` again",
            path.len() - SHOWN_STEPS
        ));
    }
    diagnostic.help("take one of the steps out, or let it emit an event, or set a field, that starts none of them")
}

/// Nobody enters or leaves a ranked segment at a moment of their own.
fn calibrated(db: &dyn Db, acting: &Acting<'_>) -> Option<Diagnostic> {
    let TriggerStart::Membership { leave, of, .. } = &acting.trigger.start else {
        return None;
    };
    if !acting.watches.ranks {
        return None;
    }
    let (ExprKind::Segment(name, _) | ExprKind::Stage(name, _)) = &of.kind else {
        return None;
    };
    let word = if *leave { "leaves" } else { "enters" };
    let message = format!(
        "nobody {word} `{name}` at a moment of their own: it ranks people against each other"
    );
    let diagnostic = Diagnostic::new(
        triggers::CALIBRATED_MEMBERSHIP,
        stand_in(acting.decl),
        of.span,
        message,
    )
    .label("who is in it changes when others change")
    .help(format!(
        "start with an event or a day, and ask `when in {name}`"
    ));
    Some(match symbols(db, db.project()).by_name.get(name) {
        Some(decl) => {
            let place = name_of(*decl);
            diagnostic.secondary(
                place.file,
                place.span,
                "ranks are asked for here, or in what this rests on",
            )
        }
        None => diagnostic,
    })
}
