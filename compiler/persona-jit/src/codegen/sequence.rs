//! Sequences. Let a level be *pinned* when the filter of a later level refers to its event. Levels are cut into
//! segments that each end with a pinned level or the last one. A segment is one walk over the events behind the
//! one that ended the segment before: for each level in it the walk keeps the latest event that it can be reached
//! by, which is the best predecessor there is, because what follows asks for little time between neighbours. Only
//! pinned levels are tried event by event, in nested walks; a sequence without them takes one walk.

use std::collections::BTreeSet;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value};
use cranelift_frontend::Variable;
use persona_ir::{KindId, Levels, Negation, NegationMode, NodeId, Sequence};

use super::query::{KindRows, Rows};
use super::value::{self, Val};
use super::walk::{Direction, Exits};
use super::{Binder, Emitter, EventAt, Kind};
use crate::analysis::negation_level;

/// A sequence while code for it is emitted.
struct Plan<'a> {
    sequence: &'a Sequence,
    /// The last positive level.
    last: u8,
    pinned: Levels,
    /// The rows that the first level may take.
    first_rows: Vec<KindRows>,
    /// Set when the sequence has happened.
    found: Variable,
    /// Where to go then.
    done: Block,
}

/// The event that a segment starts behind.
#[derive(Clone, Copy)]
struct Before {
    order: Value,
    at: Value,
}

/// The latest event that a level was reached by, if any.
#[derive(Clone, Copy)]
struct Reached {
    is: Variable,
    at: Variable,
}

/// A walk over levels `from..=to`.
struct Segment {
    from: u8,
    to: u8,
    before: Option<Before>,
    kinds: Vec<KindRows>,
    /// For each level but the last one of the walk.
    reached: Vec<Reached>,
    /// The earliest last positive event behind the last negated one, where the walk also looks for those.
    pending: Option<Reached>,
    site: usize,
}

impl Plan<'_> {
    fn kinds(&self, level: u8) -> &[KindId] {
        match level.checked_sub(1) {
            None => &self.sequence.first.kinds,
            Some(step) => &self.sequence.steps[usize::from(step)].kinds,
        }
    }

    fn filter(&self, level: u8) -> Option<NodeId> {
        match level.checked_sub(1) {
            None => self.sequence.first.filter,
            Some(step) => self.sequence.steps[usize::from(step)].filter,
        }
    }

    fn within(&self, level: u8) -> Option<NodeId> {
        self.sequence.steps[usize::from(level.checked_sub(1)?)].within
    }

    /// Whether only the last event of the first level is tried.
    fn tries_latest_only(&self, level: u8) -> bool {
        level == 0 && self.sequence.latest
    }
}

impl<'a> Emitter<'_, 'a, '_> {
    /// Whether the sequence happened. Outside all loops.
    pub(super) fn sequence(&mut self, sequence: &'a Sequence) -> Val {
        let last = negation_level(sequence) - 1;
        let steps = sequence.steps.iter().flat_map(|step| step.kinds.iter());
        let negated = sequence.not.iter().flat_map(|not| not.kinds.iter());
        for kind in steps.chain(negated) {
            self.visible(*kind);
        }
        let plan = Plan {
            sequence,
            last,
            pinned: self.pinned(sequence),
            first_rows: self.query_rows(&sequence.first),
            found: self.flag(),
            done: self.b.create_block(),
        };
        self.segment(&plan, 0, None, 0);
        self.b.ins().jump(plan.done, &[]);
        self.begin(plan.done);
        Val::bool(self.b.use_var(plan.found))
    }

    fn pinned(&self, sequence: &Sequence) -> Levels {
        let filters = sequence.steps.iter().map(|step| step.filter);
        let filters = filters.chain([sequence.not.as_ref().and_then(|not| not.filter)]);
        let mut pinned = if sequence.latest {
            Levels::of(0)
        } else {
            Levels::default()
        };
        for (own, filter) in (1..).zip(filters) {
            if let Some(filter) = filter {
                pinned = pinned.union(self.shared.analysis.free(filter).without(Levels::of(own)));
            }
        }
        pinned
    }

    // ---- segments ----

    /// Walks the levels from `from` to the next pinned one, and for each event that this one can be, on.
    fn segment(&mut self, plan: &Plan<'a>, from: u8, before: Option<Before>, site: usize) {
        let to = (from..plan.last)
            .find(|level| plan.pinned.contains(*level))
            .unwrap_or(plan.last);
        let negated = plan
            .sequence
            .not
            .as_ref()
            .filter(|_| to == plan.last && !plan.pinned.contains(to));
        let filters = (from..=to)
            .filter_map(|level| plan.filter(level))
            .chain(negated.and_then(|not| not.filter));
        self.hoist(filters);
        let segment = Segment {
            from,
            to,
            before,
            kinds: self.segment_rows(plan, from, to, negated, before),
            reached: (from..to).map(|_| self.unreached()).collect(),
            pending: negated.map(|_| self.unreached()),
            site,
        };
        let backward = plan.tries_latest_only(to);
        let direction = if backward {
            Direction::Backward
        } else {
            Direction::Forward
        };
        self.each_event(&segment.kinds, site, direction, |this, event, exits| {
            if let (Some(not), Some(pending)) = (negated, segment.pending) {
                this.negated_event(plan, &segment, not, pending, event);
            }
            for level in (from..=to).rev() {
                this.step(plan, &segment, level, event, exits);
            }
        });
        if let (Some(not), Some(pending)) = (negated, segment.pending) {
            let (is, at) = (self.b.use_var(pending.is), self.b.use_var(pending.at));
            self.conclude(plan, not, is, at);
        }
    }

    fn unreached(&mut self) -> Reached {
        Reached {
            is: self.flag(),
            at: self.counter(),
        }
    }

    /// The events that a segment walks over.
    fn segment_rows(
        &mut self,
        plan: &Plan<'a>,
        from: u8,
        to: u8,
        negated: Option<&Negation>,
        before: Option<Before>,
    ) -> Vec<KindRows> {
        if to == 0 && negated.is_none() {
            return plan.first_rows.clone();
        }
        let levels = (from..=to).flat_map(|level| plan.kinds(level));
        let kinds: BTreeSet<KindId> = levels
            .chain(negated.iter().flat_map(|not| &not.kinds))
            .copied()
            .collect();
        let alone = from == to && negated.is_none();
        let mut rows = Vec::with_capacity(kinds.len());
        for kind in kinds {
            let mut behind = match before {
                Some(before) => self.rows_behind(kind, before.order),
                None => self.visible(kind),
            };
            if let (true, Some(before), Some(within)) = (alone, before, plan.within(from)) {
                behind = self.rows_within(kind, behind, before.at, within);
            }
            rows.push(KindRows { kind, rows: behind });
        }
        rows
    }

    /// Without the rows that come too late for a step alone in its segment.
    fn rows_within(&mut self, kind: KindId, rows: Rows, at: Value, within: NodeId) -> Rows {
        let span = self.get(within);
        let limit = self.time_after(at, span);
        self.rows_until(kind, rows, limit)
    }

    // ---- one event ----

    /// What an event means for a level: if it can stand there, the level is reached by it.
    fn step(
        &mut self,
        plan: &Plan<'a>,
        segment: &Segment,
        level: u8,
        event: EventAt,
        exits: Exits,
    ) {
        let skip = self.b.create_block();
        self.scoped(|this| {
            if !this.require_kind(segment, event, plan.kinds(level), skip) {
                return;
            }
            if level == 0 && (segment.to > 0 || segment.pending.is_some()) {
                this.require_first(plan, event, skip);
            }
            let at = this.event_at(event);
            this.require_reach(plan, segment, level, at, skip);
            this.with_binder(level, Binder::Event(event), |this| {
                this.require_filter(plan.filter(level), skip);
                this.reach(plan, segment, level, event, exits);
            });
        });
        self.b.ins().jump(skip, &[]);
        self.begin(skip);
    }

    /// Goes on only with an event of these kinds; says whether there can be one.
    fn require_kind(
        &mut self,
        segment: &Segment,
        event: EventAt,
        kinds: &[KindId],
        skip: Block,
    ) -> bool {
        match event.kind {
            Kind::Static(kind) => kinds.contains(&kind),
            Kind::Dynamic(_)
                if segment
                    .kinds
                    .iter()
                    .all(|walked| kinds.contains(&walked.kind)) =>
            {
                true
            }
            Kind::Dynamic(actual) => {
                let mut is = self.bit(false);
                for kind in kinds {
                    let same = self.is_kind(actual, *kind);
                    is = self.b.ins().bor(is, same);
                }
                self.require(is, skip);
                true
            }
        }
    }

    /// Goes on only with an event among the rows of the first level.
    fn require_first(&mut self, plan: &Plan<'a>, event: EventAt, skip: Block) {
        let mut inside = self.bit(false);
        for first in &plan.first_rows {
            let from = self.compare(IntCC::SignedGreaterThanOrEqual, event.row, first.rows.low);
            let to = self.compare(IntCC::SignedLessThan, event.row, first.rows.high);
            let mut is = self.b.ins().band(from, to);
            if let Kind::Dynamic(kind) = event.kind {
                let same = self.is_kind(kind, first.kind);
                is = self.b.ins().band(is, same);
            }
            inside = self.b.ins().bor(inside, is);
        }
        self.require(inside, skip);
    }

    /// Goes on only where the level before was reached, and not too long ago.
    fn require_reach(
        &mut self,
        plan: &Plan<'a>,
        segment: &Segment,
        level: u8,
        at: Value,
        skip: Block,
    ) {
        let start = match (level.checked_sub(segment.from + 1), segment.before) {
            (Some(index), _) => {
                let reached = segment.reached[usize::from(index)];
                let is = self.b.use_var(reached.is);
                self.require(is, skip);
                self.b.use_var(reached.at)
            }
            (None, Some(before)) => before.at,
            (None, None) => return,
        };
        let Some(within) = plan.within(level) else {
            return;
        };
        let span = self.get(within);
        let limit = self.time_after(start, span);
        let near = self.compare(IntCC::SignedLessThanOrEqual, at, limit);
        let near = value::and_also(&mut self.b, near, span.valid);
        self.require(near, skip);
    }

    fn require_filter(&mut self, filter: Option<NodeId>, skip: Block) {
        if let Some(filter) = filter {
            self.ensure([filter]);
            let val = self.get(filter);
            let holds = self.holds(val);
            self.require(holds, skip);
        }
    }

    /// The level is reached by this event.
    fn reach(
        &mut self,
        plan: &Plan<'a>,
        segment: &Segment,
        level: u8,
        event: EventAt,
        exits: Exits,
    ) {
        let at = self.event_at(event);
        if level < segment.to {
            return self.set(segment.reached[usize::from(level - segment.from)], at);
        }
        if level < plan.last {
            let order = self.event_order(event);
            self.segment(
                plan,
                level + 1,
                Some(Before { order, at }),
                segment.site + 1,
            );
        } else {
            match (&plan.sequence.not, segment.pending) {
                (None, _) => self.succeed(plan),
                (Some(_), Some(pending)) => self.set_first(pending, at),
                (Some(not), None) => self.without_following(plan, not, event, at, segment.site + 1),
            }
        }
        if plan.tries_latest_only(level) {
            self.leave(exits.done);
        }
    }

    fn set(&mut self, reached: Reached, at: Value) {
        let is = self.bit(true);
        self.b.def_var(reached.is, is);
        self.b.def_var(reached.at, at);
    }

    /// Keeps the earlier event if there is one.
    fn set_first(&mut self, reached: Reached, at: Value) {
        let (is, old) = (self.b.use_var(reached.is), self.b.use_var(reached.at));
        let at = self.b.ins().select(is, old, at);
        self.set(reached, at);
    }

    fn succeed(&mut self, plan: &Plan<'a>) {
        let set = self.bit(true);
        self.b.def_var(plan.found, set);
        self.leave(plan.done);
    }

    /// The sequence has happened if the condition holds.
    fn succeed_if(&mut self, plan: &Plan<'a>, cond: Value) {
        let on = self.b.create_block();
        self.require(cond, on);
        self.succeed(plan);
        self.b.ins().jump(on, &[]);
        self.begin(on);
    }

    // ---- what must not follow ----

    /// What an event means for the negation: it ends what is pending, unless that is long enough ago.
    fn negated_event(
        &mut self,
        plan: &Plan<'a>,
        segment: &Segment,
        not: &Negation,
        pending: Reached,
        event: EventAt,
    ) {
        let skip = self.b.create_block();
        self.scoped(|this| {
            if !this.require_kind(segment, event, &not.kinds, skip) {
                return;
            }
            let is = this.b.use_var(pending.is);
            this.require(is, skip);
            let level = negation_level(plan.sequence);
            this.with_binder(level, Binder::Event(event), |this| {
                this.require_filter(not.filter, skip);
            });
            if let NegationMode::Within(span) = not.mode {
                let start = this.b.use_var(pending.at);
                let at = this.event_at(event);
                let span = this.get(span);
                let limit = this.time_after(start, span);
                let over = this.compare(IntCC::SignedLessThan, limit, at);
                let over = value::and_also(&mut this.b, over, span.valid);
                this.succeed_if(plan, over);
            }
            let none = this.bit(false);
            this.b.def_var(pending.is, none);
        });
        self.b.ins().jump(skip, &[]);
        self.begin(skip);
    }

    /// Looks for a negated event behind this last positive one, which the negation's filter refers to.
    fn without_following(
        &mut self,
        plan: &Plan<'a>,
        not: &Negation,
        event: EventAt,
        at: Value,
        site: usize,
    ) {
        self.hoist(not.filter);
        let order = self.event_order(event);
        let mut kinds = Vec::with_capacity(not.kinds.len());
        for kind in &not.kinds {
            let mut rows = self.rows_behind(*kind, order);
            if let NegationMode::Within(span) = not.mode {
                rows = self.rows_within(*kind, rows, at, span);
            }
            kinds.push(KindRows { kind: *kind, rows });
        }
        let followed = self.flag();
        self.each_event(&kinds, site, Direction::Forward, |this, event, exits| {
            let level = negation_level(plan.sequence);
            this.with_binder(level, Binder::Event(event), |this| {
                this.require_filter(not.filter, exits.next);
            });
            let set = this.bit(true);
            this.b.def_var(followed, set);
            this.leave(exits.done);
        });
        let followed = self.b.use_var(followed);
        let free = value::negate(&mut self.b, followed);
        self.conclude(plan, not, free, at);
    }

    /// Nothing has followed the event at `at`, if `free`: the sequence has happened once that was long enough.
    fn conclude(&mut self, plan: &Plan<'a>, not: &Negation, free: Value, at: Value) {
        let cond = match not.mode {
            NegationMode::Ever => free,
            NegationMode::Within(span) | NegationMode::For(span) => {
                let span = self.get(span);
                let limit = self.time_after(at, span);
                let now = self.now();
                let over = self.compare(IntCC::SignedLessThanOrEqual, limit, now);
                let over = value::and_also(&mut self.b, over, span.valid);
                self.b.ins().band(over, free)
            }
        };
        self.succeed_if(plan, cond);
    }

    /// An instant moved by a duration, saturating; it may lie beyond the range of instants.
    fn time_after(&mut self, at: Value, span: Val) -> Value {
        self.saturating_add(at, span.word())
    }
}
