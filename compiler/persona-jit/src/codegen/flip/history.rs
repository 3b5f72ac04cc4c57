//! Bounds of aggregates over events: one loop over the events that a query may ever yield says when each can enter or
//! leave it, and what that does to the result.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};
use cranelift_frontend::Variable;
use persona_ir::{Agg, AggKind, Bound, InstantSpec, NodeId, Op, Query};
use persona_runtime::calendar::MAX_TIMESTAMP;
use persona_runtime::flips::NEVER;

use super::{Emitter, Until};
use crate::codegen::query::{KindRows, Rows};
use crate::codegen::value::{self, Val};
use crate::codegen::walk::{Direction, Exits};
use crate::codegen::{Binder, EventAt, Kind};
use crate::helpers::{Helper, unit_number};

/// Something that holds or not (`I8`), and an instant before which that does not change.
#[derive(Clone, Copy, Debug)]
struct Truth {
    holds: Value,
    until: Until,
}

/// What a loop over candidates leaves behind: when the first that does not count enters, and the first that counts leaves.
#[derive(Clone, Copy, Debug)]
struct Turning {
    entering: Variable,
    leaving: Variable,
}

impl<'a> Emitter<'_, 'a, '_> {
    pub(super) fn aggregate_until(&mut self, node: NodeId, agg: &'a Agg) -> Until {
        let query = &agg.query;
        self.hoist(query.filter.into_iter().chain(agg.value));
        for bound in query.from.iter().chain(&query.to) {
            self.have(bound.at);
            self.until(bound.at);
        }
        let turning = Turning {
            entering: self.starting(NEVER),
            leaving: self.starting(NEVER),
        };
        match agg.kind {
            AggKind::Exists => self.exists_until(query, turning),
            AggKind::Count if agg.value.is_none() => self.count_until(node, query, turning),
            AggKind::Nth { n, from_end } => self.nth_until(agg, turning, n, from_end),
            AggKind::Min | AggKind::Max => self.best_until(node, agg, turning),
            AggKind::UnitsHit { unit, .. } => {
                let found = self.flag();
                self.each_candidate(query, Direction::Forward, |this, truth, exits| {
                    this.turn(turning, truth, exits);
                    let set = this.bit(true);
                    this.b.def_var(found, set);
                });
                let found = self.b.use_var(found);
                let unit = self.int(unit_number(unit));
                let running = self.either(
                    found,
                    |this| Some(this.zoned_until(Helper::FlipUnit, &[unit])),
                    |_| None,
                );
                let turned = self.turned(turning);
                self.sooner(turned, running)
            }
            _ => {
                let timed = agg.value.filter(|value| self.is_timed(*value));
                self.each_candidate(query, Direction::Forward, |this, truth, exits| {
                    this.turn(turning, truth, exits);
                    if let Some(value) = timed {
                        this.ensure([value]);
                        let until = this.body_until(value);
                        this.lower(turning.leaving, until);
                    }
                });
                self.turned(turning)
            }
        }
    }

    /// Takes note of a candidate, and goes on only with one that counts.
    fn turn(&mut self, turning: Turning, truth: Truth, exits: Exits) {
        self.enters(turning, truth, exits);
        self.lower(turning.leaving, truth.until);
    }

    /// Takes note of a candidate that does not count, and goes on only with one that does.
    fn enters(&mut self, turning: Turning, truth: Truth, exits: Exits) {
        let entering = self.select_until(truth.holds, None, truth.until);
        self.lower(turning.entering, entering);
        self.require(truth.holds, exits.next);
    }

    /// When any candidate enters or leaves.
    fn turned(&mut self, turning: Turning) -> Until {
        let entering = self.b.use_var(turning.entering);
        let leaving = self.b.use_var(turning.leaving);
        Some(self.least(entering, leaving))
    }

    /// There is one as long as the last one stays; there is none as long as none enters.
    fn exists_until(&mut self, query: &'a Query, turning: Turning) -> Until {
        let last = self.starting(i64::MIN);
        let found = self.flag();
        self.each_candidate(query, Direction::Forward, |this, truth, exits| {
            this.enters(turning, truth, exits);
            this.raise(last, truth.until);
            let set = this.bit(true);
            this.b.def_var(found, set);
        });
        let (found, last) = (self.b.use_var(found), self.b.use_var(last));
        let entering = self.b.use_var(turning.entering);
        Some(self.b.ins().select(found, last, entering))
    }

    /// A count changes with any candidate; when each can turn is kept, for those who ask when it leaves an interval.
    fn count_until(&mut self, node: NodeId, query: &'a Query, turning: Turning) -> Until {
        let (ctx, index) = (self.ctx, self.index(self.flips().turnover(node)));
        self.call(Helper::TurnoverClear, &[ctx, index]);
        self.each_candidate(query, Direction::Forward, |this, truth, exits| {
            let until = this.word(truth.until);
            let counts = this
                .b
                .ins()
                .uextend(cranelift_codegen::ir::types::I64, truth.holds);
            this.call(Helper::TurnoverPush, &[ctx, index, until, counts]);
            this.turn(turning, truth, exits);
        });
        self.turned(turning)
    }

    /// The n-th event stays where it is as long as none enters and those before it (after it) stay.
    fn nth_until(&mut self, agg: &'a Agg, turning: Turning, n: u32, from_end: bool) -> Until {
        let direction = if from_end {
            Direction::Backward
        } else {
            Direction::Forward
        };
        let left = self.starting(i64::from(n));
        self.each_candidate(&agg.query, direction, |this, truth, exits| {
            this.enters(turning, truth, exits);
            let before = this.b.use_var(left);
            let wanted = this.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, before, 0);
            this.require(wanted, exits.next);
            let after = this.b.ins().iadd_imm_s(before, -1);
            this.b.def_var(left, after);
            this.lower(turning.leaving, truth.until);
            let Some(value) = agg.value.filter(|value| this.is_timed(*value)) else {
                return;
            };
            let is_it = this.b.ins().icmp_imm_s(IntCC::Equal, after, 0);
            this.require(is_it, exits.next);
            this.ensure([value]);
            let until = this.body_until(value);
            this.lower(turning.leaving, until);
        });
        let (left, leaving) = (self.b.use_var(left), self.b.use_var(turning.leaving));
        let entering = self.b.use_var(turning.entering);
        if n == 0 {
            return Some(entering);
        }
        let found = self.b.ins().icmp_imm_s(IntCC::Equal, left, 0);
        let stays = self.select_until(found, Some(leaving), None);
        self.sooner(stays, Some(entering))
    }

    /// The least or greatest value stays as long as none enters, no other value changes and one of its events stays.
    fn best_until(&mut self, node: NodeId, agg: &'a Agg, turning: Turning) -> Until {
        let Some(value) = agg.value else {
            unreachable!("a verified plan says what is least");
        };
        let best = self.have(node);
        let last = self.starting(i64::MIN);
        let found = self.flag();
        self.each_candidate(&agg.query, Direction::Forward, |this, truth, exits| {
            this.enters(turning, truth, exits);
            this.ensure([value]);
            let val = this.get(value);
            let until = this.body_until(value);
            let is_best = this.is_same(val, best);
            let other = this.select_until(is_best, None, until);
            this.lower(turning.leaving, other);
            this.require(is_best, exits.next);
            let stays = this.sooner(truth.until, until);
            this.raise(last, stays);
            let set = this.bit(true);
            this.b.def_var(found, set);
        });
        let (found, last) = (self.b.use_var(found), self.b.use_var(last));
        let stays = self.select_until(found, Some(last), None);
        let turned = self.turned(turning);
        self.sooner(turned, stays)
    }

    /// Whether two values are there and equal.
    fn is_same(&mut self, a: Val, b: Val) -> Value {
        let valid = self.both_valid(a, b);
        let same = self.same(a.repr, b.repr);
        value::and_also(&mut self.b, same, valid)
    }

    // ---- candidates ----

    /// Runs `each` for every event or element that the query may ever yield, in order, its binders being bound, but for
    /// those that do not count and never will.
    fn each_candidate(
        &mut self,
        query: &'a Query,
        direction: Direction,
        each: impl FnOnce(&mut Self, Truth, Exits),
    ) {
        let kinds = self.candidate_rows(query);
        self.each_event(&kinds, 0, direction, |this, event, outer| {
            let window = this.window(query, event);
            this.go_on(window, outer);
            let Some(items) = &query.items else {
                return this.with_binder(0, Binder::Event(event), |this| {
                    let truth = this.filtered_candidate(query, window, outer);
                    each(this, truth, outer);
                });
            };
            let (children, first, last) = this.items_of(event, items);
            this.each_index((first, last), direction, |this, row, inner| {
                let exits = Exits {
                    next: inner.next,
                    done: outer.done,
                };
                this.with_binder(0, Binder::Event(event), |this| {
                    this.with_binder(1, Binder::Elem { children, row }, |this| {
                        let truth = this.filtered_candidate(query, window, exits);
                        each(this, truth, exits);
                    });
                });
            });
        });
    }

    /// The profile's events of the query's kinds, those that are yet to come among them; but not those that a lower end
    /// that never falls has left behind.
    fn candidate_rows(&mut self, query: &Query) -> Vec<KindRows> {
        let rises = |this: &Self, bound: &Bound| {
            let node = &this.plan.nodes[bound.at];
            let along = matches!(node.op, Op::Now | Op::Instant(InstantSpec::NowPlus(_)));
            !node.optional && (along || !this.is_timed(bound.at))
        };
        let from = query.from.filter(|bound| rises(self, bound));
        let mut kinds = Vec::with_capacity(query.kinds.len());
        for kind in &query.kinds {
            let table = self.events_of(Kind::Static(*kind));
            let Rows { mut low, high } = self.profile_rows(table);
            if let Some(from) = from {
                let end = self.have(from.at).word();
                low = self.row_by_time(*kind, Rows { low, high }, end, !from.inclusive);
            }
            kinds.push(KindRows {
                kind: *kind,
                rows: Rows { low, high },
            });
        }
        kinds
    }

    /// Goes on to the next turn where something does not hold and never will.
    fn go_on(&mut self, truth: Truth, exits: Exits) {
        let open = match truth.until {
            None => truth.holds,
            Some(until) => {
                let turns = self.b.ins().icmp_imm_s(IntCC::NotEqual, until, NEVER);
                self.b.ins().bor(truth.holds, turns)
            }
        };
        self.require(open, exits.next);
    }

    fn filtered_candidate(&mut self, query: &Query, window: Truth, exits: Exits) -> Truth {
        let Some(filter) = query.filter else {
            return window;
        };
        self.ensure([filter]);
        let holds = self.get(filter);
        let holds = self.holds(holds);
        let until = self.body_until(filter);
        if until.is_none() {
            self.require(holds, exits.next);
            return window;
        }
        self.all_of(&[window, Truth { holds, until }])
    }

    /// Whether an event has happened and is inside a window.
    fn window(&mut self, query: &Query, event: EventAt) -> Truth {
        let (at, now) = (self.event_at(event), self.now());
        let happened = self.compare(IntCC::SignedLessThanOrEqual, at, now);
        let last = self.int(MAX_TIMESTAMP);
        let beyond = self.is_after(at, last);
        let done = self.b.ins().bor(happened, beyond);
        let mut truths = vec![Truth {
            holds: happened,
            until: self.select_until(done, None, Some(at)),
        }];
        if let Some(bound) = query.from {
            let cut = self.b.ins().iadd_imm_s(at, i64::from(bound.inclusive));
            truths.push(self.beyond(bound, cut, false));
        }
        if let Some(bound) = query.to {
            let cut = self.b.ins().iadd_imm_s(at, i64::from(!bound.inclusive));
            truths.push(self.beyond(bound, cut, true));
        }
        self.all_of(&truths)
    }

    /// Whether a window's end is at least at a cut (`above`), or below it. A missing end is neither.
    fn beyond(&mut self, bound: Bound, cut: Value, above: bool) -> Truth {
        let end = self.have(bound.at);
        let cc = if above {
            IntCC::SignedGreaterThanOrEqual
        } else {
            IntCC::SignedLessThan
        };
        let holds = self.compare(cc, end.word(), cut);
        let until = match self.until(bound.at) {
            None => None,
            Some(changes) => self.where_valid(
                end.valid,
                |this| {
                    let keep = this.side(end.word(), cut);
                    this.leaves(bound.at, keep)
                },
                |_| Some(changes),
            ),
        };
        Truth {
            holds: value::and_also(&mut self.b, holds, end.valid),
            until,
        }
    }

    /// Conditions that must all hold: all must stay where they do, and one of those that fail where they do not.
    fn all_of(&mut self, truths: &[Truth]) -> Truth {
        if let [only] = truths {
            return *only;
        }
        let before = self.int(i64::MIN);
        let (mut holds, mut all, mut latest) = (self.bit(true), None, before);
        for truth in truths {
            holds = self.b.ins().band(holds, truth.holds);
            all = self.sooner(all, truth.until);
            let until = self.word(truth.until);
            let until = self.b.ins().select(truth.holds, before, until);
            latest = self.greatest(latest, until);
        }
        let until = self.select_until(holds, all, Some(latest));
        Truth { holds, until }
    }
}
