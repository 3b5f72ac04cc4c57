//! What is known to be there. `x is known` settles `x` wherever it holds: to the right of `and`, in the `then` of an `if`,
//! and so on. Expressions are recognised by what they mean, not by how they are written, so that any expression can
//! be settled, not only fields.

use std::fmt::Write as _;
use std::sync::Arc;

use super::Checker;
use super::walk::each_part;
use crate::{AggKind, Arg, BinderId, Expr, ExprKind, Kinds, Op, Part, Query, Window};

/// What an expression means, as text: equal keys, equal values. Names of binders that are bound inside do not matter.
pub(super) type Key = Arc<str>;

/// What follows from a condition.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// What is known where it holds.
    pub(super) yes: Vec<Key>,
    /// What is known where it does not hold.
    pub(super) no: Vec<Key>,
}

impl Facts {
    /// What is known where something is known, or where it is not missing.
    pub(super) fn of(known: bool, keys: Vec<Key>) -> Self {
        let facts = Self {
            yes: keys,
            no: Vec::new(),
        };
        if known { facts } else { facts.swapped() }
    }

    /// The facts of the negation.
    pub(super) fn swapped(self) -> Self {
        Self {
            yes: self.no,
            no: self.yes,
        }
    }
}

impl Checker<'_> {
    /// Takes facts into account, until they are taken back; they are said at this place.
    pub(super) fn know(&mut self, facts: &[Key], at: u32) {
        for key in facts {
            self.known.entry(Arc::clone(key)).or_default().push(at);
        }
    }

    /// Takes facts back.
    pub(super) fn unknow(&mut self, facts: &[Key]) {
        for key in facts {
            if let Some(places) = self.known.get_mut(key) {
                places.pop();
                if places.is_empty() {
                    self.known.remove(key);
                }
            }
        }
    }

    /// An expression, not optional where it is known to be there.
    pub(super) fn settled(&self, mut expr: Expr) -> Expr {
        if expr.ty.optional && !self.known.is_empty() && self.known.contains_key(&key(&expr)) {
            expr.ty.optional = false;
        }
        expr
    }

    /// Whether an expression is known only because of what is said further on.
    pub(super) fn settled_later(&self, expr: &Expr) -> bool {
        self.known
            .get(&key(expr))
            .is_some_and(|places| places.iter().all(|at| *at > expr.span.start))
    }

    /// What is known when an expression is: itself, and the operands without which it would be missing.
    pub(super) fn implied(expr: &Expr) -> Vec<Key> {
        let mut keys = vec![key(expr)];
        if let ExprKind::Event(binder, _) = &expr.kind {
            keys.push(there(*binder));
        }
        if let ExprKind::Lookup(_, part) | ExprKind::ItemField(part, _) = &expr.kind
            && part.ty.optional
        {
            keys.extend(Self::implied(part));
        }
        if let ExprKind::Op(op, operands) = &expr.kind
            && is_strict(*op)
        {
            for operand in operands.iter().filter(|operand| operand.ty.optional) {
                keys.extend(Self::implied(operand));
            }
        }
        keys
    }
}

/// Whether a missing operand makes the result missing.
pub(crate) fn is_strict(op: Op) -> bool {
    !matches!(op, Op::Coalesce | Op::Known | Op::And | Op::Or | Op::Not)
}

/// What an expression means.
pub(super) fn key(expr: &Expr) -> Key {
    let mut writer = Writer {
        text: String::new(),
        bound: Vec::new(),
    };
    writer.expr(expr);
    writer.text.into()
}

/// That there is an event that was waited for.
pub(super) fn there(binder: BinderId) -> Key {
    format!("there{}()", binder.0).into()
}

/// What binds the thing that a key is about, if it is an event, an element, or a field of one, and nothing made of it.
pub(crate) fn binder_of(key: &str) -> Option<BinderId> {
    let rest = ["outer", "there"]
        .into_iter()
        .find_map(|head| key.strip_prefix(head))?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest[..digits].parse().ok().map(BinderId)
}

struct Writer {
    text: String,
    /// The binders inside, in the order in which they are met.
    bound: Vec<BinderId>,
}

impl Writer {
    fn put(&mut self, args: std::fmt::Arguments<'_>) {
        // Writing into a String cannot fail.
        let _ = self.text.write_fmt(args);
    }

    fn expr(&mut self, expr: &Expr) {
        self.head(expr);
        self.text.push('(');
        each_part(expr, &mut |part| {
            self.expr(part);
            self.text.push(',');
        });
        self.text.push(')');
    }

    /// What an expression says besides its parts.
    fn head(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Error => self.put(format_args!("error{:?}", expr.span)),
            ExprKind::Const(value) => self.put(format_args!("{value:?}:{:?}", expr.ty.kind)),
            ExprKind::Now => self.text.push_str("now"),
            ExprKind::Today => self.text.push_str("today"),
            ExprKind::Profile(field) => self.put(format_args!("p{}", field.0)),
            ExprKind::Event(binder, fields) => {
                self.binder(*binder);
                self.put(format_args!("{fields:?}"));
            }
            ExprKind::EventParam(binder, param) => {
                self.binder(*binder);
                self.put(format_args!("param{param}"));
            }
            ExprKind::Elem(binder, child) => {
                self.binder(*binder);
                self.put(format_args!("elem{child}"));
            }
            ExprKind::Catalog(catalog) => self.put(format_args!("catalog{}", catalog.0)),
            ExprKind::Lookup(catalog, _) => self.put(format_args!("lookup{}", catalog.0)),
            ExprKind::ItemField(_, field) => self.put(format_args!("item{}", field.0)),
            ExprKind::Param(param) => self.put(format_args!("param{param}")),
            ExprKind::Op(op, _) => self.put(format_args!("{op:?}")),
            ExprKind::If(arms, _) => self.put(format_args!("if{}", arms.len())),
            ExprKind::Match(_, arms, _) => {
                self.text.push_str("match");
                arms.iter()
                    .for_each(|(patterns, _)| self.put(format_args!("{patterns:?}")));
            }
            ExprKind::Interpolate(parts) => parts.iter().for_each(|part| match part {
                Part::Text(text) => self.put(format_args!("{text:?}")),
                Part::Value(_, format) => self.put(format_args!("{{{format:?}}}")),
            }),
            ExprKind::Trait(name, args) => self.call("trait", name, args),
            ExprKind::Segment(name, args) => self.call("segment", name, args),
            ExprKind::Recommend(name, args) => self.call("recommend", name, args),
            ExprKind::Fn(name, _) => self.call("fn", name, &[]),
            ExprKind::Partition(name) => self.call("partition", name, &[]),
            ExprKind::Stage(name, stage) => self.put(format_args!("stage {name} {stage}")),
            ExprKind::InWindow(_, window) => self.window(window),
            ExprKind::Quantifier { all, binder, .. } => {
                self.bind(*binder);
                self.put(format_args!("quantifier{all}"));
            }
            ExprKind::ListAgg {
                kind,
                binder,
                filter,
                ..
            } => {
                self.bind(*binder);
                self.aggregate(kind);
                self.put(format_args!("list{}", filter.is_some()));
            }
            ExprKind::Agg { kind, query, .. } => {
                self.aggregate(kind);
                self.query(query);
            }
            ExprKind::Sequence {
                first,
                latest,
                steps,
                not,
            } => {
                self.query(first);
                self.put(format_args!("sequence{latest}"));
                for step in steps {
                    self.bind(step.binder);
                    self.kinds(&step.kinds);
                    self.put(format_args!(
                        "{}{}",
                        step.filter.is_some(),
                        step.within.is_some()
                    ));
                }
                if let Some(not) = not {
                    self.bind(not.binder);
                    self.kinds(&not.kinds);
                    self.put(format_args!(
                        "not{}{}{}",
                        not.filter.is_some(),
                        not.within.is_some(),
                        not.lasting.is_some()
                    ));
                }
            }
            ExprKind::Rank { tiles, among, .. } => {
                self.put(format_args!("rank{tiles:?}"));
                if let Some((name, args)) = among {
                    self.call("among", name, args);
                }
            }
            ExprKind::Arm(experiment) => self.put(format_args!("arm {experiment}")),
            ExprKind::Slot(content, slot) => self.put(format_args!("slot {content} {slot}")),
            ExprKind::Sample { buckets, salt } => self.put(format_args!("sample{buckets}{salt:?}")),
        }
    }

    fn call(&mut self, what: &str, name: &str, args: &[Arg]) {
        self.put(format_args!("{what} {name}"));
        for arg in args {
            match arg {
                Arg::Value(_) => self.text.push('_'),
                other => self.put(format_args!("{other:?}")),
            }
        }
    }

    fn window(&mut self, window: &Window) {
        match window {
            Window::Last(_) => self.text.push_str("last"),
            Window::Next(_) => self.text.push_str("next"),
            Window::FromTo(..) => self.text.push_str("fromto"),
            Window::This(unit) => self.put(format_args!("this{unit:?}")),
            Window::LastCalendar(_, unit) => self.put(format_args!("lastcalendar{unit:?}")),
            Window::Latest(_) => self.text.push_str("latest"),
        }
    }

    fn aggregate(&mut self, kind: &AggKind) {
        match kind {
            AggKind::Nth { from_end, .. } => self.put(format_args!("nth{from_end}")),
            AggKind::UnitsHit { unit, .. } => self.put(format_args!("units{unit:?}")),
            other => self.put(format_args!("{other:?}")),
        }
    }

    fn query(&mut self, query: &Query) {
        self.bind(query.binder);
        self.kinds(&query.kinds);
        if let Some(items) = &query.items {
            self.bind(items.binder);
            self.put(format_args!("{:?}", items.fields));
        }
        if let Some(window) = &query.window {
            self.window(window);
        }
        self.put(format_args!("{}", query.filter.is_some()));
    }

    fn kinds(&mut self, kinds: &Kinds) {
        self.put(format_args!("{kinds:?}"));
    }

    fn bind(&mut self, binder: BinderId) {
        self.bound.push(binder);
    }

    fn binder(&mut self, binder: BinderId) {
        match self.bound.iter().position(|bound| *bound == binder) {
            Some(index) => self.put(format_args!("b{index}")),
            None => self.put(format_args!("outer{}", binder.0)),
        }
    }
}
