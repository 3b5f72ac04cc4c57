//! Sequences. Let a level be *pinned* when the filter of a later level refers to its event. Levels are cut into
//! segments that each end with a pinned level or the last one. A segment is one walk over the events behind the
//! one that ended the segment before: for each level in it the walk keeps the latest event that it can be reached
//! by, which is the best predecessor there is, because what follows asks for little time between neighbours. Only
//! pinned levels are tried event by event, in nested walks; a sequence without them takes one walk. Where an earlier
//! pinned event no longer matters to what follows, no event is tried twice for the same events that do.

use std::collections::BTreeSet;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value};
use cranelift_frontend::Variable;
use persona_ir::{KindId, Levels, Negation, NodeId, Sequence};

use super::query::{KindRows, Rows};
use super::value::{self, Val};
use super::walk::{Direction, Exits};
use super::{Binder, Emitter, EventAt, Kind};
use crate::analysis::negation_level;
use crate::helpers::Helper;

/// A sequence while code for it is emitted.
pub(super) struct Course<'a> {
    pub(super) sequence: &'a Sequence,
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
pub(super) struct Reached {
    pub(super) is: Variable,
    pub(super) at: Variable,
}

/// A walk over levels `from..=to`.
pub(super) struct Segment {
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

impl Course<'_> {
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
        let course = Course {
            sequence,
            last,
            pinned: self.pinned(sequence),
            first_rows: self.query_rows(&sequence.first),
            found: self.flag(),
            done: self.b.create_block(),
        };
        let ctx = self.ctx;
        self.call(Helper::ForgetTried, &[ctx]);
        self.segment(&course, 0, None, 0);
        self.b.ins().jump(course.done, &[]);
        self.begin(course.done);
        Val::bool(self.b.use_var(course.found))
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
    fn segment(&mut self, course: &Course<'a>, from: u8, before: Option<Before>, site: usize) {
        let to = (from..course.last)
            .find(|level| course.pinned.contains(*level))
            .unwrap_or(course.last);
        let negated = course
            .sequence
            .not
            .as_ref()
            .filter(|_| to == course.last && !course.pinned.contains(to));
        let filters = (from..=to)
            .filter_map(|level| course.filter(level))
            .chain(negated.and_then(|not| not.filter));
        self.hoist(filters);
        let segment = Segment {
            from,
            to,
            before,
            kinds: self.segment_rows(course, from, to, negated, before),
            reached: (from..to).map(|_| self.unreached()).collect(),
            pending: negated.map(|_| self.unreached()),
            site,
        };
        let backward = course.tries_latest_only(to);
        let direction = if backward {
            Direction::Backward
        } else {
            Direction::Forward
        };
        self.each_event(&segment.kinds, site, direction, |this, event, exits| {
            if let (Some(not), Some(pending)) = (negated, segment.pending) {
                this.negated_event(course, &segment, not, pending, event);
            }
            for level in (from..=to).rev() {
                this.step(course, &segment, level, event, exits);
            }
        });
        if let (Some(not), Some(pending)) = (negated, segment.pending) {
            let (is, at) = (self.b.use_var(pending.is), self.b.use_var(pending.at));
            self.conclude(course, not, is, at);
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
        course: &Course<'a>,
        from: u8,
        to: u8,
        negated: Option<&Negation>,
        before: Option<Before>,
    ) -> Vec<KindRows> {
        if to == 0 && negated.is_none() {
            return course.first_rows.clone();
        }
        let levels = (from..=to).flat_map(|level| course.kinds(level));
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
            if let (true, Some(before), Some(within)) = (alone, before, course.within(from)) {
                behind = self.rows_within(kind, behind, before.at, within);
            }
            rows.push(KindRows { kind, rows: behind });
        }
        rows
    }

    /// Without the rows that come too late for a step alone in its segment.
    pub(super) fn rows_within(
        &mut self,
        kind: KindId,
        rows: Rows,
        at: Value,
        within: NodeId,
    ) -> Rows {
        let span = self.get(within);
        let limit = self.time_after(at, span);
        self.rows_until(kind, rows, limit)
    }

    // ---- one event ----

    /// What an event means for a level: if it can stand there, the level is reached by it.
    fn step(
        &mut self,
        course: &Course<'a>,
        segment: &Segment,
        level: u8,
        event: EventAt,
        exits: Exits,
    ) {
        let skip = self.b.create_block();
        self.scoped(|this| {
            if !this.require_kind(segment, event, course.kinds(level), skip) {
                return;
            }
            if level == 0 && (segment.to > 0 || segment.pending.is_some()) {
                this.require_first(course, event, skip);
            }
            let at = this.event_at(event);
            this.require_reach(course, segment, level, at, skip);
            this.with_binder(level, Binder::Event(event), |this| {
                this.require_filter(course.filter(level), skip);
                this.reach(course, segment, level, event, (skip, exits));
            });
        });
        self.b.ins().jump(skip, &[]);
        self.begin(skip);
    }

    /// Goes on only with an event of these kinds; says whether there can be one.
    pub(super) fn require_kind(
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
    fn require_first(&mut self, course: &Course<'a>, event: EventAt, skip: Block) {
        let mut inside = self.bit(false);
        for first in &course.first_rows {
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
        course: &Course<'a>,
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
        let Some(within) = course.within(level) else {
            return;
        };
        let span = self.get(within);
        let limit = self.time_after(start, span);
        let near = self.compare(IntCC::SignedLessThanOrEqual, at, limit);
        let near = value::and_also(&mut self.b, near, span.valid);
        self.require(near, skip);
    }

    pub(super) fn require_filter(&mut self, filter: Option<NodeId>, skip: Block) {
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
        course: &Course<'a>,
        segment: &Segment,
        level: u8,
        event: EventAt,
        (skip, exits): (Block, Exits),
    ) {
        let at = self.event_at(event);
        if level < segment.to {
            return self.set(segment.reached[usize::from(level - segment.from)], at);
        }
        if level < course.last || (course.sequence.not.is_some() && segment.pending.is_none()) {
            self.require_untried(course, level, skip);
        }
        if level < course.last {
            let order = self.event_order(event);
            self.segment(
                course,
                level + 1,
                Some(Before { order, at }),
                segment.site + 1,
            );
        } else {
            match (&course.sequence.not, segment.pending) {
                (None, _) => self.succeed(course),
                (Some(_), Some(pending)) => self.set_first(pending, at),
                (Some(not), None) => {
                    self.without_following(course, not, event, at, segment.site + 1);
                }
            }
        }
        if course.tries_latest_only(level) {
            self.leave(exits.done);
        }
    }

    /// Goes on only where this level was not tried before with the same events that matter to what follows. Only
    /// asked where some pinned event before does not matter any more: else no choice comes twice.
    fn require_untried(&mut self, course: &Course<'a>, level: u8, skip: Block) {
        let later = (level + 1..=course.last).filter_map(|later| course.filter(later));
        let filters = later.chain(course.sequence.not.as_ref().and_then(|not| not.filter));
        let free = filters.map(|filter| self.shared.analysis.free(filter));
        let matters = free.fold(Levels::of(level), Levels::union);
        let tried = u8::from(course.sequence.latest)..level;
        let mut before = tried.filter(|level| course.pinned.contains(*level));
        if before.all(|level| matters.contains(level)) {
            return;
        }
        let mut words = vec![self.int(level.into())];
        for level in (0..=level).filter(|level| matters.contains(*level)) {
            let Binder::Event(event) = self.binder(level) else {
                unreachable!("a sequence binds events");
            };
            words.push(self.packed(event));
        }
        self.store_args(&words);
        let (ctx, count) = (self.ctx, self.index(words.len()));
        let untried = self.call_bool(Helper::Try, &[ctx, count]);
        self.require(untried, skip);
    }

    /// An event in one register.
    fn packed(&mut self, event: EventAt) -> Value {
        let kind = match event.kind {
            Kind::Static(kind) => self.int(kind.0.into()),
            Kind::Dynamic(kind) => kind,
        };
        let kind = self.b.ins().ishl_imm_u(kind, 32);
        self.b.ins().bor(kind, event.row)
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

    fn succeed(&mut self, course: &Course<'a>) {
        let set = self.bit(true);
        self.b.def_var(course.found, set);
        self.leave(course.done);
    }

    /// The sequence has happened if the condition holds.
    pub(super) fn succeed_if(&mut self, course: &Course<'a>, cond: Value) {
        let on = self.b.create_block();
        self.require(cond, on);
        self.succeed(course);
        self.b.ins().jump(on, &[]);
        self.begin(on);
    }
}
