//! What an expression means, as text: equal texts, equal values, in whatever declaration they stand. Places do not matter,
//! nor what binders are called, nor the order of what is joined; tables are named, not numbered, so that two versions of a
//! package can be compared. What is not known here gets a text of its own.

use std::fmt::Write as _;
use std::sync::Arc;

use super::build::{Bound, Builder, FrameId};
use crate::{
    AggKind, Arg, BinderId, Const, EventId, Expr, ExprKind, FieldId, Kinds, Op, Query, Type,
    TypeKind, Window,
};

impl<'a> Builder<'a, '_> {
    /// What an expression means.
    pub(super) fn key(&mut self, expr: &'a Expr, frame: FrameId) -> String {
        let mut out = String::new();
        self.write(expr, frame, &mut out);
        out
    }

    fn write(&mut self, expr: &'a Expr, frame: FrameId, out: &mut String) {
        let written = self.deeper(|builder| builder.write_head(expr, frame, out));
        if written != Some(Some(())) {
            out.push_str(&self.unknown());
        }
    }

    /// `None` where nothing is known of an expression.
    fn write_head(&mut self, expr: &'a Expr, frame: FrameId, out: &mut String) -> Option<()> {
        let (expr, frame) = self.resolve(expr, frame);
        match &expr.kind {
            ExprKind::Const(value) => self.write_const(value, &expr.ty.kind, frame, out),
            ExprKind::Now => out.push_str("now"),
            ExprKind::Today => out.push_str("today"),
            ExprKind::Profile(field) => {
                let field = self.tables(frame).profile.fields.get(*field)?;
                put(out, format_args!("p.{}", field.name));
                if self.across() {
                    self.write_type(&field.ty, frame, out);
                }
            }
            ExprKind::Event(binder, fields) => {
                self.write_event_field(*binder, fields, frame, out)?;
            }
            ExprKind::EventParam(binder, index) => match self.param(frame, *index) {
                Bound::Field(fields) => self.write_event_field(*binder, fields, frame, out)?,
                Bound::Open(index) => {
                    let label = self.label(*binder, frame)?;
                    put(out, format_args!("b{label}.param{index}"));
                }
                _ => return None,
            },
            ExprKind::Elem(binder, child) => {
                self.write_binder(*binder, frame, out)?;
                put(out, format_args!(".{child}"));
                self.write_type(&expr.ty.clone().optional(), frame, out);
            }
            ExprKind::Param(index) => match self.param(frame, *index) {
                Bound::Open(index) => put(out, format_args!("param{index}")),
                _ => return None,
            },
            ExprKind::Op(op, operands) => self.write_operation(*op, operands, frame, out),
            ExprKind::If(arms, otherwise) => {
                out.push_str("if(");
                for (condition, value) in arms {
                    self.write_all([condition, value], frame, out);
                }
                self.write_all([&**otherwise], frame, out);
                out.push(')');
            }
            ExprKind::Trait(name, args) => self.write_call("trait", name, args, frame, out)?,
            ExprKind::Segment(name, args) => self.write_call("segment", name, args, frame, out)?,
            ExprKind::Fn(name, args) => {
                self.write_name("fn", name, frame, out);
                out.push('(');
                self.write_all(args, frame, out);
                out.push(')');
            }
            ExprKind::Partition(name) => self.write_name("partition", name, frame, out),
            ExprKind::Stage(name, index) => {
                self.write_name("stage", name, frame, out);
                put(out, format_args!(" {index}"));
            }
            ExprKind::Sample { buckets, salt } => {
                put(out, format_args!("sample {buckets} {salt:?}"));
            }
            ExprKind::Arm(experiment) => self.write_name("arm", experiment, frame, out),
            ExprKind::Slot(content, slot) => {
                self.write_name("slot", content, frame, out);
                put(out, format_args!(" {slot}"));
            }
            ExprKind::Catalog(id) if !self.across() => put(out, format_args!("{id:?}")),
            ExprKind::Lookup(id, key) if !self.across() => {
                put(out, format_args!("{id:?}["));
                self.write(key, frame, out);
                out.push(']');
            }
            ExprKind::ItemField(item, field) if !self.across() => {
                self.write(item, frame, out);
                put(out, format_args!(".{field:?}"));
                self.write_type(&expr.ty.clone().optional(), frame, out);
            }
            _ => return self.write_collection(expr, frame, out),
        }
        Some(())
    }

    /// What is asked of collections and of the history.
    fn write_collection(&mut self, expr: &'a Expr, frame: FrameId, out: &mut String) -> Option<()> {
        match &expr.kind {
            ExprKind::InWindow(value, window) => {
                self.write(value, frame, out);
                self.write_window(window, frame, out)
            }
            ExprKind::Quantifier {
                all,
                binder,
                list,
                condition,
            } => {
                put(out, format_args!("each {all}("));
                self.write(list, frame, out);
                self.bound.push((frame, *binder));
                self.write_all([&**condition], frame, out);
                self.bound.pop();
                out.push(')');
                Some(())
            }
            ExprKind::ListAgg {
                kind,
                binder,
                list,
                filter,
                value,
            } => {
                put(out, format_args!("list {}(", aggregate(kind)?));
                self.write(list, frame, out);
                self.bound.push((frame, *binder));
                self.write_optional([filter.as_deref(), value.as_deref()], frame, out);
                self.bound.pop();
                out.push(')');
                Some(())
            }
            ExprKind::Agg { kind, query, value } => {
                match kind {
                    AggKind::Nth { n, from_end } => {
                        put(out, format_args!("nth {from_end} "));
                        self.write(n, frame, out);
                    }
                    AggKind::UnitsHit { unit, units } => {
                        put(out, format_args!("units {unit:?} "));
                        self.write(units, frame, out);
                    }
                    other => out.push_str(aggregate(other)?),
                }
                out.push('(');
                let outer = self.bound.len();
                let written = self.write_query(query, frame, out);
                self.write_optional([value.as_deref()], frame, out);
                self.bound.truncate(outer);
                out.push(')');
                written
            }
            ExprKind::Sequence { .. } => self.write_sequence(expr, frame, out),
            ExprKind::Rank {
                tiles,
                value,
                among,
            } => {
                put(out, format_args!("rank {tiles:?}("));
                self.write_all([&**value], frame, out);
                if let Some((name, args)) = among {
                    self.write_call("among", name, args, frame, out)?;
                }
                out.push(')');
                Some(())
            }
            _ => None,
        }
    }

    fn write_sequence(&mut self, expr: &'a Expr, frame: FrameId, out: &mut String) -> Option<()> {
        let ExprKind::Sequence {
            first,
            latest,
            steps,
            not,
        } = &expr.kind
        else {
            return None;
        };
        let outer = self.bound.len();
        put(out, format_args!("sequence {latest}("));
        let mut written = self.write_query(first, frame, out);
        for step in steps {
            out.push_str("then ");
            written = written.and(self.write_kinds(&step.kinds, frame, out));
            self.bound.push((frame, step.binder));
            let parts = [step.filter.as_deref(), step.within.as_deref()];
            self.write_optional(parts, frame, out);
        }
        if let Some(not) = not {
            out.push_str("not ");
            written = written.and(self.write_kinds(&not.kinds, frame, out));
            self.bound.push((frame, not.binder));
            let parts = [
                not.filter.as_deref(),
                not.within.as_deref(),
                not.lasting.as_deref(),
            ];
            self.write_optional(parts, frame, out);
        }
        self.bound.truncate(outer);
        out.push(')');
        written
    }

    fn write_operation(&mut self, op: Op, operands: &'a [Expr], frame: FrameId, out: &mut String) {
        let mut parts: Vec<String> = operands
            .iter()
            .map(|operand| self.key(operand, frame))
            .collect();
        if matches!(
            op,
            Op::And | Op::Or | Op::Eq | Op::EqFold | Op::Add | Op::Mul
        ) {
            parts.sort_unstable();
        }
        put(out, format_args!("{op:?}({})", parts.join(",")));
    }

    fn write_all(
        &mut self,
        parts: impl IntoIterator<Item = &'a Expr>,
        frame: FrameId,
        out: &mut String,
    ) {
        for part in parts {
            self.write(part, frame, out);
            out.push(',');
        }
    }

    fn write_optional<const N: usize>(
        &mut self,
        parts: [Option<&'a Expr>; N],
        frame: FrameId,
        out: &mut String,
    ) {
        for part in parts {
            if let Some(part) = part {
                self.write(part, frame, out);
            }
            out.push(';');
        }
    }

    fn write_call(
        &mut self,
        what: &str,
        name: &str,
        args: &'a [Arg],
        frame: FrameId,
        out: &mut String,
    ) -> Option<()> {
        self.write_name(what, name, frame, out);
        out.push('(');
        for arg in args {
            let bound = match arg {
                Arg::Value(value) => Bound::Value(value, frame),
                Arg::Event(kinds) => Bound::Kinds(kinds),
                Arg::Field(fields) => Bound::Field(fields),
                Arg::Param(index) => self.param(frame, *index),
            };
            match bound {
                Bound::Value(value, inner) => self.write(value, inner, out),
                Bound::Kinds(kinds) => out.push_str(&self.kind_names(kinds, frame).join("|")),
                Bound::Field(fields) => {
                    let (kind, field) = fields.first()?;
                    let table = self.tables(frame).events.get(*kind)?;
                    let kinds: Vec<EventId> = fields.iter().map(|(kind, _)| *kind).collect();
                    out.push_str(&self.kind_names(&kinds, frame).join("|"));
                    put(out, format_args!(".{}", table.fields.get(*field)?.name));
                }
                Bound::Open(index) => put(out, format_args!("param{index}")),
            }
            out.push(',');
        }
        out.push(')');
        Some(())
    }

    /// A declaration's name. In two packages one name may mean two things.
    pub(super) fn write_name(&self, what: &str, name: &str, frame: FrameId, out: &mut String) {
        put(out, format_args!("{what} {name}"));
        if self.across() {
            put(out, format_args!("@{}", self.of_frame(frame).world));
        }
    }

    /// The number of a binder.
    fn label(&self, binder: BinderId, frame: FrameId) -> Option<usize> {
        self.bound
            .iter()
            .rposition(|bound| *bound == (frame, binder))
    }

    /// What is not bound in here is bound around the whole condition: a trigger's event.
    fn write_binder(&self, binder: BinderId, frame: FrameId, out: &mut String) -> Option<()> {
        match self.label(binder, frame) {
            Some(label) => put(out, format_args!("b{label}")),
            None if self.is_root(frame) => put(out, format_args!("outer{}", binder.0)),
            None => return None,
        }
        Some(())
    }

    fn write_event_field(
        &mut self,
        binder: BinderId,
        fields: &[(EventId, FieldId)],
        frame: FrameId,
        out: &mut String,
    ) -> Option<()> {
        self.write_binder(binder, frame, out)?;
        let events = self.tables(frame).events;
        let mut each = fields
            .iter()
            .map(|(kind, field)| events.get(*kind)?.fields.get(*field));
        let first = each.next()??;
        let mut ty = first.ty.clone();
        for other in each {
            ty.optional |= other?.ty.optional;
        }
        put(out, format_args!(".{}", first.name));
        self.write_type(&ty, frame, out);
        Some(())
    }

    /// The names of kinds of events, sorted.
    pub(super) fn kind_names(&self, kinds: &[EventId], frame: FrameId) -> Vec<String> {
        let events = self.tables(frame).events;
        let mut names: Vec<String> = kinds
            .iter()
            .map(|kind| {
                events
                    .get(*kind)
                    .map_or_else(|| format!("{kind:?}"), |table| table.name.to_string())
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn write_kinds(&mut self, kinds: &'a Kinds, frame: FrameId, out: &mut String) -> Option<()> {
        out.push_str(&self.kinds_of(kinds, frame)?.join("|"));
        Some(())
    }

    /// The names of the kinds that a query is about.
    pub(super) fn kinds_of(&self, kinds: &'a Kinds, frame: FrameId) -> Option<Vec<String>> {
        match kinds {
            Kinds::Events(kinds) => Some(self.kind_names(kinds, frame)),
            Kinds::Param(index) => match self.param(frame, *index) {
                Bound::Kinds(kinds) => Some(self.kind_names(kinds, frame)),
                Bound::Field(fields) => {
                    let kinds: Vec<EventId> = fields.iter().map(|(kind, _)| *kind).collect();
                    Some(self.kind_names(&kinds, frame))
                }
                Bound::Open(index) => Some(vec![format!("param{index}")]),
                Bound::Value(..) => None,
            },
        }
    }

    /// A query; its binders stay in force.
    fn write_query(&mut self, query: &'a Query, frame: FrameId, out: &mut String) -> Option<()> {
        let kinds = self.write_kinds(&query.kinds, frame, out);
        self.bound.push((frame, query.binder));
        let items = self.write_items(query, frame, out);
        let window = match &query.window {
            Some(window) => self.write_window(window, frame, out),
            None => Some(()),
        };
        self.write_optional([query.filter.as_deref()], frame, out);
        kinds.and(items).and(window)
    }

    /// The list whose elements a query yields; their binder stays in force.
    pub(super) fn write_items(
        &mut self,
        query: &'a Query,
        frame: FrameId,
        out: &mut String,
    ) -> Option<()> {
        let Some(items) = &query.items else {
            return Some(());
        };
        self.bound.push((frame, items.binder));
        let (kind, field) = items.fields.first()?;
        let table = self.tables(frame).events.get(*kind)?;
        put(out, format_args!("/{}", table.fields.get(*field)?.name));
        Some(())
    }

    pub(super) fn write_window(
        &mut self,
        window: &'a Window,
        frame: FrameId,
        out: &mut String,
    ) -> Option<()> {
        match window {
            Window::Last(length) => {
                out.push_str(" last ");
                self.write(length, frame, out);
            }
            Window::Next(length) => {
                out.push_str(" next ");
                self.write(length, frame, out);
            }
            Window::FromTo(from, to) => {
                out.push_str(" from ");
                self.write_all([&**from, &**to], frame, out);
            }
            Window::This(unit) => put(out, format_args!(" this {unit:?}")),
            Window::LastCalendar(count, unit) => {
                put(out, format_args!(" calendar {unit:?} "));
                self.write(count, frame, out);
            }
            Window::Latest(count) => {
                out.push_str(" latest ");
                self.write(count, frame, out);
            }
        }
        Some(())
    }

    /// A constant, with what it is counted in.
    pub(super) fn write_const(
        &mut self,
        value: &Const,
        kind: &TypeKind,
        frame: FrameId,
        out: &mut String,
    ) {
        match (value, kind) {
            (Const::Enum(index), TypeKind::Enum(id)) if self.across() => {
                let def = self.tables(frame).enums.get(*id);
                let name = def.and_then(|def| def.values.get(*index as usize));
                put(out, format_args!("enum {:?}", name.map(|(name, _)| name)));
            }
            (Const::List(items), TypeKind::List(element) | TypeKind::Set(element)) => {
                out.push('[');
                for item in items {
                    self.write_const(item, &element.kind, frame, out);
                    out.push(',');
                }
                out.push(']');
            }
            (value, TypeKind::Money(currency)) => put(out, format_args!("{value:?}{currency}")),
            (value, TypeKind::Enum(_)) => put(out, format_args!("{value:?}")),
            (value, kind) if kind.is_text() => put(out, format_args!("{value:?}")),
            (value, kind) => put(out, format_args!("{value:?}:{kind:?}")),
        }
    }

    /// What a field holds: one of another type is another one, though it has the same name.
    pub(super) fn write_type(&self, ty: &Type, frame: FrameId, out: &mut String) {
        if !self.across() {
            put(out, format_args!(":{:?}{}", ty.kind, ty.optional));
            return;
        }
        let enums = self.tables(frame).enums;
        let name = |id| {
            enums
                .get(id)
                .map_or_else(|| Arc::from("?"), |def| Arc::clone(&def.name))
        };
        put(
            out,
            format_args!(":{}{}", ty.kind.display(&name), ty.optional),
        );
        if let TypeKind::Enum(id) = &ty.kind
            && let Some(def) = enums.get(*id)
        {
            let values: Vec<&str> = def.values.iter().map(|(name, _)| &**name).collect();
            put(out, format_args!("{values:?}"));
        }
    }
}

/// Writing into a text cannot fail.
fn put(out: &mut String, args: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(args);
}

/// The name of an aggregate without operands of its own.
fn aggregate(kind: &AggKind) -> Option<&'static str> {
    Some(match kind {
        AggKind::Exists => "did",
        AggKind::Count => "count",
        AggKind::Sum => "sum",
        AggKind::Avg => "avg",
        AggKind::Min => "min",
        AggKind::Max => "max",
        AggKind::Distinct => "distinct",
        AggKind::MostCommon => "mode",
        AggKind::TopShare => "topshare",
        AggKind::Share => "share",
        AggKind::Gap => "gap",
        AggKind::MaxPerValue => "perValue",
        AggKind::Nth { .. } | AggKind::UnitsHit { .. } => return None,
    })
}
