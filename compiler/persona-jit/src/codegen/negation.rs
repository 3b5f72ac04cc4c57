//! What must not follow the last positive event of a sequence.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};
use persona_ir::{Negation, NegationMode};

use super::query::KindRows;
use super::sequence::{Course, Reached, Segment};
use super::value::{self, Val};
use super::walk::Direction;
use super::{Binder, Emitter, EventAt};
use crate::analysis::negation_level;

impl<'a> Emitter<'_, 'a, '_> {
    /// What an event means for the negation: it ends what is pending, unless that is long enough ago.
    pub(super) fn negated_event(
        &mut self,
        course: &Course<'a>,
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
            let level = negation_level(course.sequence);
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
                this.succeed_if(course, over);
            }
            let none = this.bit(false);
            this.b.def_var(pending.is, none);
        });
        self.b.ins().jump(skip, &[]);
        self.begin(skip);
    }

    /// Looks for a negated event behind this last positive one, which the negation's filter refers to.
    pub(super) fn without_following(
        &mut self,
        course: &Course<'a>,
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
            let level = negation_level(course.sequence);
            this.with_binder(level, Binder::Event(event), |this| {
                this.require_filter(not.filter, exits.next);
            });
            let set = this.bit(true);
            this.b.def_var(followed, set);
            this.leave(exits.done);
        });
        let followed = self.b.use_var(followed);
        let free = value::negate(&mut self.b, followed);
        self.conclude(course, not, free, at);
    }

    /// Nothing has followed the event at `at`, if `free`: the sequence has happened once that was long enough.
    pub(super) fn conclude(&mut self, course: &Course<'a>, not: &Negation, free: Value, at: Value) {
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
        self.succeed_if(course, cond);
    }

    /// An instant moved by a duration, saturating; it may lie beyond the range of instants.
    pub(super) fn time_after(&mut self, at: Value, span: Val) -> Value {
        self.saturating_add(at, span.word())
    }
}
