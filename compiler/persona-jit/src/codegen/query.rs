//! Which rows a query covers: per kind a range of rows that are visible, inside the window, and among the latest;
//! then the filter, event by event.

use cranelift_codegen::ir::{InstBuilder, Value, types};
use persona_ir::{Bound, EventCol, KindId, Query};

use super::value::Repr;
use super::walk::{Direction, Exits};
use super::{Binder, Emitter, EventAt, FLAGS, Kind};
use crate::context::{Context, EventsRef, field};
use crate::helpers::Helper;
use crate::layout::Shape;

/// A range of rows, `I64`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    /// The first row.
    pub(super) low: Value,
    /// The row behind the last; not less than the first.
    pub(super) high: Value,
}

/// Rows of the events of one kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct KindRows {
    /// The kind.
    pub(super) kind: KindId,
    /// Its rows.
    pub(super) rows: Rows,
}

/// Words that a range of rows of one kind takes among a helper's arguments.
const RANGE_ARGS: usize = 3;

impl Emitter<'_, '_, '_> {
    /// The profile's events of a kind with `at <= now`. Outside all loops.
    pub(super) fn visible(&mut self, kind: KindId) -> Rows {
        if let Some(rows) = self.visible.get(&kind) {
            return *rows;
        }
        debug_assert!(
            self.scopes.len() == 1,
            "visible rows are found outside all loops"
        );
        let table = self.events_of(Kind::Static(kind));
        let all = self.profile_rows(table);
        let now = self.now();
        let high = self.row_by_time(kind, all, now, true);
        let rows = Rows { low: all.low, high };
        self.visible.insert(kind, rows);
        rows
    }

    /// The rows of the profile in an event table.
    pub(super) fn profile_rows(&mut self, table: Value) -> Rows {
        let offsets = self
            .b
            .ins()
            .load(types::I64, FLAGS, table, field!(EventsRef, offsets));
        let address = self.indexed(offsets, self.profile, 2);
        let low = self.b.ins().uload32(FLAGS, address, 0);
        let high = self.b.ins().uload32(FLAGS, address, 4);
        Rows { low, high }
    }

    /// The first of these rows whose instant is later than `time`, or not earlier; the row behind them if there is none.
    pub(super) fn row_by_time(
        &mut self,
        kind: KindId,
        rows: Rows,
        time: Value,
        later: bool,
    ) -> Value {
        let helper = if later {
            Helper::RowAfter
        } else {
            Helper::RowFrom
        };
        let (ctx, kind) = (self.ctx, self.int(i64::from(kind.0)));
        self.call(helper, &[ctx, kind, rows.low, rows.high, time])
    }

    /// The visible rows of a kind behind a place in the total order.
    pub(super) fn rows_behind(&mut self, kind: KindId, order: Value) -> Rows {
        let rows = self.visible(kind);
        let (ctx, number) = (self.ctx, self.int(i64::from(kind.0)));
        let low = self.call(
            Helper::RowBehind,
            &[ctx, number, rows.low, rows.high, order],
        );
        Rows {
            low,
            high: rows.high,
        }
    }

    /// Without the rows whose instant is later than `limit`.
    pub(super) fn rows_until(&mut self, kind: KindId, rows: Rows, limit: Value) -> Rows {
        let high = self.row_by_time(kind, rows, limit, true);
        Rows {
            low: rows.low,
            high,
        }
    }

    /// The rows that a query covers, before its filter. Where it yields elements, `latest` is not applied.
    pub(super) fn query_rows(&mut self, query: &Query) -> Vec<KindRows> {
        let mut kinds = Vec::with_capacity(query.kinds.len());
        for kind in &query.kinds {
            let mut rows = self.visible(*kind);
            if let Some(to) = query.to {
                rows.high = self.cut(*kind, rows, to, to.inclusive, rows.low);
            }
            if let Some(from) = query.from {
                rows.low = self.cut(*kind, rows, from, !from.inclusive, rows.high);
            }
            kinds.push(KindRows { kind: *kind, rows });
        }
        if let (Some(latest), None) = (query.latest, &query.items) {
            self.keep_latest(&mut kinds, latest);
        }
        kinds
    }

    /// The row at which a bound cuts; `empty` where the bound is missing.
    fn cut(&mut self, kind: KindId, rows: Rows, bound: Bound, later: bool, empty: Value) -> Value {
        let at = self.get(bound.at);
        let row = self.row_by_time(kind, rows, at.word(), later);
        match at.valid {
            Some(valid) => self.b.ins().select(valid, row, empty),
            None => row,
        }
    }

    /// Keeps the last so many rows in the total order.
    fn keep_latest(&mut self, kinds: &mut [KindRows], latest: u32) {
        if let [only] = kinds {
            let first = self.b.ins().iadd_imm_s(only.rows.high, -i64::from(latest));
            only.rows.low = self.greatest(only.rows.low, first);
            return;
        }
        self.store_ranges(kinds);
        let (ctx, count, latest) = (
            self.ctx,
            self.index(kinds.len()),
            self.int(i64::from(latest)),
        );
        self.call(Helper::KeepLatest, &[ctx, count, latest]);
        let args = self.ctx_field(field!(Context, args));
        for (index, kind) in kinds.iter_mut().enumerate() {
            kind.rows.low =
                self.b
                    .ins()
                    .load(types::I64, FLAGS, args, arg_offset(index * RANGE_ARGS + 1));
        }
    }

    /// Puts ranges where helpers find their arguments: kind, low, high of each.
    pub(super) fn store_ranges(&mut self, kinds: &[KindRows]) {
        let mut words = Vec::with_capacity(kinds.len() * RANGE_ARGS);
        for range in kinds {
            let kind = self.int(i64::from(range.kind.0));
            words.extend([kind, range.rows.low, range.rows.high]);
        }
        self.store_args(&words);
    }

    /// Puts words where variadic helpers find their arguments.
    pub(super) fn store_args(&mut self, words: &[Value]) {
        self.shared.pools.args = self.shared.pools.args.max(words.len());
        let args = self.ctx_field(field!(Context, args));
        for (index, word) in words.iter().enumerate() {
            self.b.ins().store(FLAGS, *word, args, arg_offset(index));
        }
    }

    /// Runs `body` for each event or element that the query yields, with its binders bound, in order.
    pub(super) fn each_match(
        &mut self,
        query: &Query,
        direction: Direction,
        body: impl FnOnce(&mut Self, EventAt, Exits),
    ) {
        let kinds = self.query_rows(query);
        let Some(items) = &query.items else {
            return self.each_event(&kinds, 0, direction, |this, event, exits| {
                this.with_binder(0, Binder::Event(event), |this| {
                    this.filtered(query.filter, exits);
                    body(this, event, exits);
                });
            });
        };
        let quota = query
            .latest
            .map(|latest| self.quota(&kinds, items, latest, direction));
        self.each_event(&kinds, 0, direction, |this, event, outer| {
            let (children, first, last) = this.items_of(event, items);
            this.each_index((first, last), direction, |this, row, inner| {
                let exits = Exits {
                    next: inner.next,
                    done: outer.done,
                };
                if let Some(quota) = quota {
                    this.spend(quota, direction, exits);
                }
                this.with_binder(0, Binder::Event(event), |this| {
                    this.with_binder(1, Binder::Elem { children, row }, |this| {
                        this.filtered(query.filter, exits);
                        body(this, event, exits);
                    });
                });
            });
        });
    }

    /// Goes on to the next turn unless the filter holds.
    fn filtered(&mut self, filter: Option<persona_ir::NodeId>, exits: Exits) {
        if let Some(filter) = filter {
            self.ensure([filter]);
            let val = self.get(filter);
            let cond = self.holds(val);
            self.require(cond, exits.next);
        }
    }

    /// An event's list: the address of its columns, and its rows; none where the list is missing.
    pub(super) fn items_of(&mut self, event: EventAt, items: &[EventCol]) -> (Value, Value, Value) {
        let column = self.column_of_event(event, items);
        let list = self.load_column(column, event.row, Shape::List, true);
        let Repr::List(children, first, last) = list.repr else {
            unreachable!("loaded as a list")
        };
        let last = match list.valid {
            Some(valid) => self.b.ins().select(valid, last, first),
            None => last,
        };
        (children, first, last)
    }

    /// For the latest so many elements: how many may still come (backward), or are passed over first (forward).
    fn quota(
        &mut self,
        kinds: &[KindRows],
        items: &[EventCol],
        latest: u32,
        direction: Direction,
    ) -> cranelift_frontend::Variable {
        let quota = self.b.declare_var(types::I64);
        let latest = self.int(i64::from(latest));
        if direction == Direction::Backward {
            self.b.def_var(quota, latest);
            return quota;
        }
        let none = self.b.ins().ineg(latest);
        self.b.def_var(quota, none);
        self.each_event(kinds, 0, Direction::Forward, |this, event, _| {
            let (_, first, last) = this.items_of(event, items);
            let (len, so_far) = (this.b.ins().isub(last, first), this.b.use_var(quota));
            let sum = this.b.ins().iadd(so_far, len);
            this.b.def_var(quota, sum);
        });
        quota
    }

    /// Counts one element against the quota of [`Self::quota`].
    fn spend(&mut self, quota: cranelift_frontend::Variable, direction: Direction, exits: Exits) {
        let left = self.b.use_var(quota);
        let less = self.b.ins().iadd_imm_s(left, -1);
        self.b.def_var(quota, less);
        let positive = self
            .b
            .ins()
            .icmp_imm_s(super::IntCC::SignedGreaterThan, left, 0);
        match direction {
            Direction::Backward => self.require(positive, exits.done),
            Direction::Forward => {
                let over = super::value::negate(&mut self.b, positive);
                self.require(over, exits.next);
            }
        }
    }
}

/// The offset of a word among a helper's arguments.
fn arg_offset(index: usize) -> i32 {
    i32::try_from(index * 8).expect("a helper has few arguments")
}
