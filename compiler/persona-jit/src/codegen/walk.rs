//! Loops: over numbers, over the events of one kind or of several in their total order, over elements.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};

use super::query::KindRows;
use super::{Emitter, EventAt, FLAGS, Kind};
use crate::helpers::Helper;

/// Which way a loop runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// From the first.
    Forward,
    /// From the last.
    Backward,
}

/// Where a loop's body may jump; it goes on to `next` by itself at its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exits {
    /// To the next turn.
    pub(super) next: Block,
    /// Behind the loop.
    pub(super) done: Block,
}

impl Emitter<'_, '_, '_> {
    /// Runs `body` for each number of `low..high` (`I64`), in a scope of its own. Behind it, the code is in
    /// `done`.
    pub(super) fn each_index(
        &mut self,
        (low, high): (Value, Value),
        direction: Direction,
        body: impl FnOnce(&mut Self, Value, Exits),
    ) {
        let [head, inside, next, done] = [(); 4].map(|()| self.b.create_block());
        let cursor = self.b.append_block_param(head, types::I64);
        let start = if direction == Direction::Forward {
            low
        } else {
            high
        };
        self.b.ins().jump(head, &[start.into()]);
        self.b.switch_to_block(head);
        let more = match direction {
            Direction::Forward => self.compare(IntCC::SignedLessThan, cursor, high),
            Direction::Backward => self.compare(IntCC::SignedGreaterThan, cursor, low),
        };
        self.b.ins().brif(more, inside, &[], done, &[]);
        self.begin(inside);
        let index = match direction {
            Direction::Forward => cursor,
            Direction::Backward => self.b.ins().iadd_imm_s(cursor, -1),
        };
        self.scoped(|this| body(this, index, Exits { next, done }));
        self.b.ins().jump(next, &[]);
        self.begin(next);
        let following = match direction {
            Direction::Forward => self.b.ins().iadd_imm_s(cursor, 1),
            Direction::Backward => self.b.ins().iadd_imm_s(cursor, -1),
        };
        self.b.ins().jump(head, &[following.into()]);
        self.b.seal_block(head);
        self.begin(done);
    }

    /// Runs `body` for each of these events in their total order. Walks that are alive at the same time have
    /// different sites.
    pub(super) fn each_event(
        &mut self,
        kinds: &[KindRows],
        site: usize,
        direction: Direction,
        body: impl FnOnce(&mut Self, EventAt, Exits),
    ) {
        if let [only] = kinds {
            let kind = Kind::Static(only.kind);
            let range = (only.rows.low, only.rows.high);
            return self.each_index(range, direction, |this, row, exits| {
                body(this, EventAt { kind, row }, exits);
            });
        }
        let len = self.merge(kinds, site);
        let list = self.result(types::I64);
        let zero = self.int(0);
        self.each_index((zero, len), direction, |this, index, exits| {
            let address = this.indexed(list, index, 3);
            let entry = this.b.ins().load(types::I64, FLAGS, address, 0);
            let kind = Kind::Dynamic(this.b.ins().ushr_imm_u(entry, 32));
            let row = this.b.ins().band_imm_u(entry, i64::from(u32::MAX));
            body(this, EventAt { kind, row }, exits);
        });
    }

    /// Brings events of several kinds into their total order: how many there are; the context's result is the address
    /// of the list, each entry a kind above a row of 32 bits.
    fn merge(&mut self, kinds: &[KindRows], site: usize) -> Value {
        self.store_ranges(kinds);
        let (ctx, site, count) = (self.ctx, self.index(site), self.index(kinds.len()));
        self.call(Helper::Merge, &[ctx, site, count])
    }

    /// A small number as a register.
    pub(super) fn index(&mut self, index: usize) -> Value {
        let index = i64::try_from(index).expect("a length fits in 63 bits");
        self.int(index)
    }

    /// Whether an event's kind is this one.
    pub(super) fn is_kind(&mut self, kind: Value, candidate: persona_ir::KindId) -> Value {
        self.b
            .ins()
            .icmp_imm_s(IntCC::Equal, kind, i64::from(candidate.0))
    }
}
