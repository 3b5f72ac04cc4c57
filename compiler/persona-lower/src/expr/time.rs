//! Dates, instants and windows: rolling windows to the microsecond, calendar windows in the zone, and both for dates by
//! whole days (SEMANTICS §4).

use persona_ir::{Bound, CalendarUnit, DatePart, InstantSpec, NodeId, Op, Ty};
use persona_sema as hir;
use persona_sema::{Expr, Window};
use persona_syntax::ast;

use crate::body::Body;
use crate::graph::DAY;
use crate::program::Value;

/// The plan's unit.
pub(crate) fn unit(unit: ast::CalendarUnit) -> CalendarUnit {
    match unit {
        ast::CalendarUnit::Day => CalendarUnit::Day,
        ast::CalendarUnit::Week => CalendarUnit::Week,
        ast::CalendarUnit::Month => CalendarUnit::Month,
        ast::CalendarUnit::Quarter => CalendarUnit::Quarter,
        ast::CalendarUnit::Year => CalendarUnit::Year,
    }
}

impl Body<'_, '_> {
    /// A date or `now`, plus or minus a period.
    pub(super) fn move_by_period(&mut self, op: hir::Op, operands: &[Value]) -> NodeId {
        let (node, months, days) = match operands {
            [Value::Node(node), Value::Period { months, days }]
            | [Value::Period { months, days }, Value::Node(node)] => (*node, *months, *days),
            other => unreachable!("{op:?} of {other:?}"),
        };
        let (months, days) = if op == hir::Op::Sub {
            (-months, -days)
        } else {
            (months, days)
        };
        let graph = &mut self.program.graph;
        match graph.op(node) {
            Op::Now => graph.instant(InstantSpec::NowPlusPeriod { months, days }),
            _ => self.move_date(node, months, days),
        }
    }

    /// A date moved by months, then days.
    pub(super) fn move_date(&mut self, date: NodeId, months: i32, days: i32) -> NodeId {
        let graph = &mut self.program.graph;
        match graph.op(date) {
            _ if months == 0 && days == 0 => date,
            Op::Today { months: 0, days: 0 } => graph.today(months, days),
            _ => graph.strict(Op::DateAdd { date, months, days }, Ty::Date, &[date]),
        }
    }

    pub(super) fn date(&mut self, op: hir::Op, operand: NodeId) -> NodeId {
        let graph = &mut self.program.graph;
        let is_date = graph.ty(operand) == Ty::Date;
        match op {
            hir::Op::Age => {
                let date = self.local_day(operand);
                self.program.graph.strict(Op::Age(date), Ty::Int, &[date])
            }
            hir::Op::Anniversary => {
                let date = self.local_day(operand);
                self.program
                    .graph
                    .strict(Op::Anniversary(date), Ty::Date, &[date])
            }
            hir::Op::DateOf => self.local_day(operand),
            hir::Op::DaysSince if is_date => {
                let today = graph.today(0, 0);
                graph.strict(Op::Sub(today, operand), Ty::Int, &[operand])
            }
            hir::Op::DaysSince => graph.strict(Op::DaysSince(operand), Ty::Int, &[operand]),
            hir::Op::DaysUntil if is_date => {
                let today = graph.today(0, 0);
                graph.strict(Op::Sub(operand, today), Ty::Int, &[operand])
            }
            hir::Op::DaysUntil => {
                let now = graph.now();
                let left = graph.strict(Op::Sub(operand, now), Ty::Duration, &[operand]);
                let day = graph.int(DAY, Ty::Duration);
                graph.strict(Op::IntDiv(left, day), Ty::Int, &[left])
            }
            other => unreachable!("{other:?} is no operation on dates"),
        }
    }

    /// The civil date of an instant; a date is that already.
    fn local_day(&mut self, operand: NodeId) -> NodeId {
        let graph = &mut self.program.graph;
        match graph.op(operand) {
            _ if graph.ty(operand) == Ty::Date => operand,
            Op::Now => graph.today(0, 0),
            _ => graph.strict(Op::DateOf(operand), Ty::Date, &[operand]),
        }
    }

    pub(super) fn date_part(&mut self, op: hir::Op, operand: NodeId, ty: &Ty) -> NodeId {
        let part = match op {
            hir::Op::Year => DatePart::Year,
            hir::Op::Quarter => DatePart::Quarter,
            hir::Op::Month => DatePart::Month,
            hir::Op::Day => DatePart::Day,
            hir::Op::Weekday => DatePart::Weekday,
            hir::Op::Hour => DatePart::Hour,
            hir::Op::Minute => DatePart::Minute,
            hir::Op::LocalTime => DatePart::Time,
            _ => return self.local_day(operand),
        };
        let graph = &mut self.program.graph;
        let op = if graph.ty(operand) == Ty::Date {
            Op::DatePart(operand, part)
        } else {
            Op::LocalPart(operand, part)
        };
        graph.strict(op, ty.clone(), &[operand])
    }

    /// An instant or a date inside a window.
    pub(crate) fn in_window(&mut self, value: &Expr, window: &Window) -> NodeId {
        let value = self.expr(value);
        let dates = self.program.graph.ty(value) == Ty::Date;
        let (from, to) = if dates {
            self.date_window(window)
        } else {
            self.instant_window(window)
        };
        let low = self.ordered(from.at, value, from.inclusive);
        let high = self.ordered(value, to.at, to.inclusive);
        self.program.graph.and(&[low, high])
    }

    /// The bounds of a window between instants.
    pub(super) fn instant_window(&mut self, window: &Window) -> (Bound, Bound) {
        match window {
            Window::Last(length) => (
                after(self.instant_from_now(length, true)),
                upto(self.program.graph.now()),
            ),
            Window::Next(length) => (
                after(self.program.graph.now()),
                upto(self.instant_from_now(length, false)),
            ),
            Window::FromTo(from, to) => (
                after(self.instant_from_now(from, true)),
                upto(self.instant_from_now(to, true)),
            ),
            Window::This(of) => (
                from(self.unit_start(*of, 0)),
                until(self.unit_start(*of, 1)),
            ),
            Window::LastCalendar(count, of) => {
                let count = self.count(count);
                (
                    from(self.unit_start(*of, -count)),
                    until(self.unit_start(*of, 0)),
                )
            }
            Window::Latest(_) => unreachable!("`latest` is no window in time"),
        }
    }

    /// The bounds of a window between dates, by whole days in the zone.
    fn date_window(&mut self, window: &Window) -> (Bound, Bound) {
        match window {
            Window::Last(length) => (
                after(self.date_from_today(length, true)),
                upto(self.program.graph.today(0, 0)),
            ),
            Window::Next(length) => (
                after(self.program.graph.today(0, 0)),
                upto(self.date_from_today(length, false)),
            ),
            Window::FromTo(from, to) => (
                after(self.date_from_today(from, true)),
                upto(self.date_from_today(to, true)),
            ),
            // Days are counted, not read off their first instants: a day that a zone skipped whole has none.
            Window::This(ast::CalendarUnit::Day) => {
                let graph = &mut self.program.graph;
                (from(graph.today(0, 0)), until(graph.today(0, 1)))
            }
            Window::LastCalendar(count, ast::CalendarUnit::Day) => {
                let count = self.count(count);
                let graph = &mut self.program.graph;
                (from(graph.today(0, -count)), until(graph.today(0, 0)))
            }
            Window::This(_) | Window::LastCalendar(..) => {
                let (low, high) = self.instant_window(window);
                (from(self.local_day(low.at)), until(self.local_day(high.at)))
            }
            Window::Latest(_) => unreachable!("`latest` is no window in time"),
        }
    }

    fn unit_start(&mut self, of: ast::CalendarUnit, offset: i32) -> NodeId {
        self.program.graph.instant(InstantSpec::UnitStart {
            unit: unit(of),
            offset,
        })
    }

    /// `now` moved back or forth by a duration or period.
    fn instant_from_now(&mut self, length: &Expr, back: bool) -> NodeId {
        match self.operand(length) {
            Value::Period { months, days } => {
                let (months, days) = if back {
                    (-months, -days)
                } else {
                    (months, days)
                };
                self.program
                    .graph
                    .instant(InstantSpec::NowPlusPeriod { months, days })
            }
            Value::Node(duration) => {
                let now = self.program.graph.now();
                self.move_instant(now, duration, back)
            }
            other => unreachable!("{other:?} as a window's length"),
        }
    }

    /// Today moved back or forth by a duration or period.
    fn date_from_today(&mut self, length: &Expr, back: bool) -> NodeId {
        match self.operand(length) {
            Value::Period { months, days } if back => self.program.graph.today(-months, -days),
            Value::Period { months, days } => self.program.graph.today(months, days),
            Value::Node(duration) => {
                let today = self.program.graph.today(0, 0);
                self.move_date_by(today, duration, back)
            }
            other => unreachable!("{other:?} as a window's length"),
        }
    }

    /// A constant number of things, as far as it fits.
    pub(super) fn count(&mut self, expr: &Expr) -> i32 {
        let node = self.expr(expr);
        let value = self
            .program
            .graph
            .as_int(node)
            .expect("a number of things is constant");
        value.clamp(0, i64::from(i32::MAX)) as i32
    }
}

fn after(at: NodeId) -> Bound {
    Bound {
        at,
        inclusive: false,
    }
}

fn from(at: NodeId) -> Bound {
    Bound {
        at,
        inclusive: true,
    }
}

fn upto(at: NodeId) -> Bound {
    Bound {
        at,
        inclusive: true,
    }
}

fn until(at: NodeId) -> Bound {
    Bound {
        at,
        inclusive: false,
    }
}
