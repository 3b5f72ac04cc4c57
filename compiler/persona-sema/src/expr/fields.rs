//! Chains of `.name`, `.method()` and `[key]`: fields of the profile, of events and elements, values of enums, parts of
//! dates and wall clocks.

use persona_base::{Applicability, Span, names};
use persona_syntax::ast::{self, PostfixOp};

use super::names::{FieldHit, Owner, Thing};
use super::{Checker, Want};
use crate::{Const, EnumId, Expr, ExprKind, Op, Type, TypeKind};
use persona_base::nearest;

/// Parts of a date, with what gives them.
pub(crate) const DATE_PARTS: [(&str, Op); 5] = [
    ("year", Op::Year),
    ("quarter", Op::Quarter),
    ("month", Op::Month),
    ("day", Op::Day),
    ("weekday", Op::Weekday),
];
/// What a wall clock has besides.
pub(crate) const CLOCK_PARTS: [(&str, Op); 4] = [
    ("hour", Op::Hour),
    ("minute", Op::Minute),
    ("date", Op::LocalDate),
    ("time", Op::LocalTime),
];

impl Checker<'_> {
    /// `base.a.b()`, as a value.
    pub(super) fn postfix(&mut self, base: &ast::Expr, ops: &[PostfixOp], span: Span) -> Expr {
        match self.deeper(ops.len(), span, |this| this.path(base, ops)) {
            Some(thing) => self.value_of(thing, span, Want::NOTHING),
            None => self.error_at(span),
        }
    }

    /// What a chain stands for.
    pub(super) fn path(&mut self, base: &ast::Expr, ops: &[PostfixOp]) -> Thing {
        let (looked_up, ops) = match ops {
            [PostfixOp::Index { key, span }, rest @ ..] => {
                (Some(self.lookup(base, key, *span)), rest)
            }
            _ => (None, ops),
        };
        let mut thing = match &base.kind {
            _ if looked_up.is_some() => looked_up.unwrap_or(Thing::Error),
            ast::ExprKind::Name(name) => self.thing(name, Want::NOTHING),
            ast::ExprKind::Call { name, args, .. } if name.text == "local" => {
                self.local(args, base.span)
            }
            _ => Thing::Value(self.infer(base, Want::NOTHING)),
        };
        for op in ops {
            thing = match op {
                PostfixOp::Field(name) => self.field_of(thing, name, base.span.to(name.span)),
                PostfixOp::Method { name, args, span } => {
                    let receiver =
                        self.value_of(thing, Span::new(base.span.start, span.start), Want::NOTHING);
                    Thing::Value(self.method(receiver, name, args, base.span.to(*span)))
                }
                PostfixOp::Index { .. } if matches!(thing, Thing::Error) => Thing::Error,
                PostfixOp::Index { span, .. } => {
                    let before = self.text(Span::new(base.span.start, span.start)).trim_end();
                    let length = u32::try_from(before.len()).unwrap_or(0);
                    let end = base.span.start + length;
                    self.not_looked_up(Span::new(base.span.start, end), *span);
                    Thing::Error
                }
            };
        }
        thing
    }

    /// `thing.name`.
    pub(super) fn field_of(&mut self, thing: Thing, name: &ast::Name, span: Span) -> Thing {
        if name.is_missing() || self.probed_after_dot(&thing, name) {
            return Thing::Error;
        }
        match thing {
            Thing::Error => Thing::Error,
            Thing::Fields(owner, prefix) => self.owned_field(owner, &prefix, name, span),
            Thing::Local(instant) => self.part(instant, name, true, span),
            Thing::Enum(id) => self.enum_value(id, name, span),
            Thing::Value(value) => self.value_field(value, name, span),
            other => {
                let _ = self.value_of(other, span, Want::NOTHING);
                Thing::Error
            }
        }
    }

    fn owned_field(&mut self, owner: Owner, prefix: &str, name: &ast::Name, span: Span) -> Thing {
        let dotted = if prefix.is_empty() {
            name.text.clone()
        } else {
            format!("{prefix}.{}", name.text)
        };
        match self.field(&owner, &dotted) {
            FieldHit::Value(kind, ty) => {
                let value = self.settled(Expr { kind, ty, span });
                Thing::Value(value)
            }
            FieldHit::Fields => Thing::Fields(owner, dotted),
            FieldHit::Differs(why) => {
                self.fields_differ(&dotted, &why, name.span);
                Thing::Error
            }
            FieldHit::None => {
                self.unknown_field(&owner, prefix, name);
                Thing::Error
            }
        }
    }

    /// Several kinds of events have nothing of this name in common.
    pub(super) fn fields_differ(&mut self, name: &str, why: &str, span: Span) {
        let diagnostic = self
            .diagnostic(
                names::FIELDS_DIFFER,
                span,
                format!("these events do not all have the same `{name}`"),
            )
            .label(why)
            .help("ask about each kind of event on its own, joined with `or`");
        self.report(diagnostic);
    }

    fn value_field(&mut self, value: Expr, name: &ast::Name, span: Span) -> Thing {
        match &value.kind {
            ExprKind::Error => return Thing::Error,
            ExprKind::Agg {
                value: None,
                kind: crate::AggKind::Nth { .. },
                ..
            } => {
                return self.owned_field(Owner::Picked(Box::new(value)), "", name, span);
            }
            ExprKind::Partition(_) => {
                if let TypeKind::Enum(id) = value.ty.kind {
                    return self.enum_value(id, name, span);
                }
            }
            _ => {}
        }
        match value.ty.kind {
            TypeKind::Error => Thing::Error,
            TypeKind::Item(..) => self.owned_field(Owner::Item(Box::new(value)), "", name, span),
            TypeKind::Date => self.part(value, name, false, span),
            _ => {
                self.no_such_part(&value, name, span);
                Thing::Error
            }
        }
    }

    /// A part of a date, or of a wall clock.
    fn part(&mut self, whole: Expr, name: &ast::Name, clock: bool, span: Span) -> Thing {
        let parts = DATE_PARTS
            .iter()
            .chain(CLOCK_PARTS.iter().filter(|_| clock));
        let Some((_, op)) = parts.clone().find(|(part, _)| *part == name.text) else {
            let all: Vec<&str> = parts.map(|(part, _)| *part).collect();
            let what = if clock { "a local time" } else { "a date" };
            let mut diagnostic = self
                .diagnostic(
                    names::UNKNOWN_FIELD,
                    name.span,
                    format!("{what} has no part `{}`", name.text),
                )
                .label(format!("its parts are `{}`", all.join("`, `")));
            let habit = super::habits::field(&name.text, &all);
            if let Some(near) = habit.or_else(|| nearest(&name.text, all.iter().copied())) {
                diagnostic = diagnostic.perhaps(name.span, near);
            }
            self.report(diagnostic);
            return Thing::Error;
        };
        let kind = match op {
            Op::Weekday => self.weekday().map_or(TypeKind::Error, TypeKind::Enum),
            Op::LocalDate => TypeKind::Date,
            Op::LocalTime => TypeKind::TimeOfDay,
            _ => TypeKind::Int,
        };
        let ty = Type {
            kind,
            optional: whole.ty.optional,
        };
        let value = self.settled(Expr {
            kind: ExprKind::Op(*op, vec![whole]),
            ty,
            span,
        });
        Thing::Value(value)
    }

    fn weekday(&self) -> Option<EnumId> {
        self.schema()
            .enums
            .iter_enumerated()
            .find(|(_, def)| &*def.name == "Weekday")
            .map(|(id, _)| id)
    }

    /// `Tier.gold`.
    fn enum_value(&mut self, id: EnumId, name: &ast::Name, span: Span) -> Thing {
        let def = &self.schema().enums[id];
        if let Some(index) = def
            .values
            .iter()
            .position(|(value, _)| **value == *name.text)
        {
            let kind = ExprKind::Const(Const::Enum(u32::try_from(index).unwrap_or(u32::MAX)));
            return Thing::Value(Expr {
                kind,
                ty: Type::of(TypeKind::Enum(id)),
                span,
            });
        }
        self.unknown_value(id, name);
        Thing::Error
    }

    /// A name or a chain as a value; for what is none, says so.
    pub(super) fn value_of(&mut self, thing: Thing, span: Span, want: Want<'_>) -> Expr {
        match thing {
            Thing::Value(mut value) => {
                value.span = span;
                value
            }
            Thing::Error => self.error_at(span),
            other => {
                self.no_value(&other, span, want);
                self.error_at(span)
            }
        }
    }

    /// `View.sku` inside `where` is the field `sku`, and `Purchase.last.at` is `last(Purchase).at`.
    fn meant_of_event(&self, event: &str, text: &str) -> Option<String> {
        let rest = text
            .strip_prefix(event.split('.').next()?)?
            .strip_prefix('.')?;
        for picked in ["last", "first"] {
            if rest == picked {
                return Some(format!("{picked}({})", event.split('.').next()?));
            }
            if let Some(field) = rest
                .strip_prefix(picked)
                .and_then(|rest| rest.strip_prefix('.'))
            {
                return Some(format!("{picked}({}).{field}", event.split('.').next()?));
            }
        }
        let inside = !self.frames.is_empty();
        let known = matches!(
            self.field(&self.bare_owner(), rest),
            super::names::FieldHit::Value(..)
        );
        (inside && known).then(|| rest.to_owned())
    }

    fn no_value(&mut self, thing: &Thing, span: Span, want: Want<'_>) {
        let text = self.quote(span);
        let diagnostic = self.diagnostic(names::NOT_A_VALUE, span, "");
        let wants_bool = want.ty.is_some_and(|ty| ty.kind == TypeKind::Bool);
        let (message, mut diagnostic) = match thing {
            Thing::Segment(name) => {
                let title = format!("ask `in {name}`");
                let fixed =
                    diagnostic.fix(title, Applicability::Always, span, format!("in {name}"));
                (format!("`{text}` is a segment: one is in it or not"), fixed)
            }
            Thing::Events(name) if wants_bool => {
                let fixed = diagnostic.fix(
                    format!("ask `did {name}`"),
                    Applicability::Maybe,
                    span,
                    format!("did {name}"),
                );
                (format!("`{text}` is an event, not a yes or a no"), fixed)
            }
            Thing::Events(name) if self.meant_of_event(name, &text).is_some() => {
                let new = self.meant_of_event(name, &text).unwrap_or_default();
                let fixed = diagnostic.perhaps(span, new);
                (
                    format!("`{text}` is an event: it happens many times, and is no single value"),
                    fixed,
                )
            }
            Thing::Events(name) => {
                let help = format!(
                    "ask about its history: `count({name})`, `last({name}).at`, `did {name} in last 30d`"
                );
                (
                    format!("`{text}` is an event: it happens many times, and is no single value"),
                    diagnostic.help(help),
                )
            }
            Thing::EventParam(name) => {
                let help = format!(
                    "ask about them: `count({name})`, `did {name} in last 30d`; a field also as `sum({name})`"
                );
                (
                    format!("the parameter `{name}` stands for events, not for a value"),
                    diagnostic.help(help),
                )
            }
            Thing::Enum(id) => {
                let def = &self.schema().enums[*id];
                let first = def.values.first().map_or("value", |(value, _)| value);
                let lower = text.to_ascii_lowercase();
                let is_field =
                    self.schema().profile.field(&lower).is_some() && self.frames.is_empty();
                let sees_profile = self.near_visible(&lower) && self.compared_at(span.end);
                let diagnostic = if is_field && sees_profile {
                    let title = format!("write `{lower}`, the field");
                    diagnostic.fix(title, Applicability::Maybe, span, lower)
                } else {
                    diagnostic.help(format!("choose one of its values: `{}.{first}`", def.name))
                };
                (
                    format!("`{text}` is an enum, not one of its values"),
                    diagnostic,
                )
            }
            Thing::Fn(name) => (
                format!("`{name}` is a function and needs its arguments"),
                diagnostic.help(format!("write `{name}(…)`")),
            ),
            Thing::Local(_) => (
                "a local time is used by its parts".to_owned(),
                diagnostic.help(format!(
                    "write `{text}.hour`, `{text}.weekday`, `{text}.date` or `{text}.time`"
                )),
            ),
            Thing::Source(name) => (
                format!("`{name}` is a source of data, not a value"),
                diagnostic,
            ),
            Thing::Fields(owner, prefix) => {
                let fields = self.fields_of(owner, prefix);
                let what = match owner {
                    Owner::Profile if prefix.is_empty() => "the profile is",
                    Owner::Bound(super::names::Bound::Event { .. }) if prefix.is_empty() => {
                        "an event is"
                    }
                    _ => "this is",
                };
                (
                    format!("{what} several values; say which"),
                    diagnostic.help(choices(&text, &fields)),
                )
            }
            Thing::Value(_) | Thing::Error => return,
        };
        diagnostic.message = message;
        self.report(diagnostic);
    }

    /// The names directly under a prefix, in order.
    pub(super) fn fields_of(&self, owner: &Owner, prefix: &str) -> Vec<String> {
        let all = self.all_fields(owner);
        let mut names: Vec<String> = Vec::new();
        for (name, _) in &all {
            let rest = if prefix.is_empty() {
                Some(name.as_str())
            } else {
                name.strip_prefix(prefix).and_then(|r| r.strip_prefix('.'))
            };
            let Some(first) = rest.and_then(|rest| rest.split('.').next()) else {
                continue;
            };
            if names.last().is_none_or(|last| last != first) {
                names.push(first.to_owned());
            }
        }
        names
    }

    fn no_such_part(&mut self, value: &Expr, name: &ast::Name, span: Span) {
        let whole = Span::new(
            span.start,
            name.span.start.saturating_sub(1).max(span.start),
        );
        let text = self.quote(whole);
        let noun = self.noun(&value.ty.kind);
        let mut diagnostic = self
            .diagnostic(
                names::UNKNOWN_FIELD,
                name.span,
                format!("{noun} has no field `{}`", name.text),
            )
            .label(format!("`{text}` is {noun}"));
        let is_part = DATE_PARTS
            .iter()
            .chain(&CLOCK_PARTS)
            .any(|(part, _)| *part == name.text);
        if value.ty.kind == TypeKind::Timestamp && is_part {
            diagnostic = diagnostic
                .note(
                    "the same instant is another hour, and perhaps another day, in each time zone",
                )
                .fix(
                    "ask for it in the person's own time zone",
                    Applicability::Always,
                    whole,
                    format!("local({})", self.text(whole)),
                );
        } else if super::methods::exists(&name.text) {
            diagnostic = diagnostic.fix(
                format!("write `.{}()`", name.text),
                Applicability::Always,
                name.span,
                format!("{}()", name.text),
            );
        } else if let Some(TypeKind::Record(_)) =
            value.ty.kind.element().map(|element| &element.kind)
        {
            let field = &name.text;
            diagnostic = diagnostic
                .help(format!("say which of its elements: `any item in {text} where item.{field} …`, or `sum({text}.{field})`"));
        }
        self.report(diagnostic);
    }
}

/// "write `address.city` or `address.zip`".
fn choices(text: &str, fields: &[String]) -> String {
    let shown: Vec<String> = fields
        .iter()
        .take(3)
        .map(|field| format!("`{text}.{field}`"))
        .collect();
    let more = if fields.len() > 3 { ", …" } else { "" };
    format!("write {}{more}", shown.join(" or "))
}
