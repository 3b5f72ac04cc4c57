//! What starts a trigger.

use std::sync::Arc;

use persona_base::{Applicability, Span, nearest, triggers};
use persona_syntax::ast;

use super::{Asks, Decides, Run, around};
use crate::decl::WEEKDAYS;
use crate::decl::campaign::refs::list;
use crate::env::BoundThing;
use crate::{
    Const, ExprKind, Field, Kinds, Query, RecordType, Recurrence, TriggerStart, Type, TypeKind,
};

impl Run<'_, '_> {
    /// Checks what starts the trigger, and binds what it gives a name.
    pub(super) fn start(&mut self, start: &ast::Start, span: Span) -> Option<TriggerStart> {
        match start {
            ast::Start::Error => None,
            ast::Start::Event(query) => self.on_event(query),
            ast::Start::Membership {
                leave,
                segment,
                including_current,
            } => self.on_membership(*leave, segment, *including_current),
            ast::Start::Inactivity { query, duration } => {
                let found = self.events(query, Asks::Ends, "on inactivity of");
                let after = self.fixed_length(duration, "on inactivity … for");
                let ((query, _), after) = found.zip(after)?;
                Some(TriggerStart::Inactivity { query, after })
            }
            ast::Start::Anniversary { date, at } => {
                let date_type = Type::of(TypeKind::Date).optional();
                let judged = around::check_typed(
                    &self.checking.env,
                    self.scope(),
                    date,
                    &date_type,
                    "on anniversary of",
                );
                let date = self.keep(judged);
                let at = self.clock(at.as_ref())?;
                Some(TriggerStart::Anniversary { date, at })
            }
            ast::Start::Every { unit, at } => {
                let unit = self.recurrence(unit);
                let at = self.clock(at.as_ref())?;
                Some(TriggerStart::Every { unit: unit?, at })
            }
            ast::Start::Change {
                value,
                alias,
                condition,
            } => self.on_change(value, alias.as_ref(), condition.as_ref(), span),
        }
    }

    fn on_event(&mut self, query: &ast::Query) -> Option<TriggerStart> {
        let found = self.events(query, Asks::Begins, "on");
        let Some((found, known)) = found else {
            // What the name stands for is not known; that is reported.
            if let Some(alias) = &query.alias {
                let binder = self.binder();
                self.bind(Some(alias), binder, BoundThing::Value(Type::ERROR));
            }
            return None;
        };
        self.bind_events(query.alias.as_ref(), &found, false);
        self.learn(known);
        Some(TriggerStart::Event(found))
    }

    /// Gives the events of a query their name; `perhaps` says that there may be none.
    pub(super) fn bind_events(&mut self, alias: Option<&ast::Name>, query: &Query, perhaps: bool) {
        let kinds = match &query.kinds {
            Kinds::Events(kinds) => kinds.clone(),
            Kinds::Param(_) => Vec::new(),
        };
        self.bind(alias, query.binder, BoundThing::Event { kinds, perhaps });
    }

    fn on_membership(
        &mut self,
        leave: bool,
        segment: &ast::Expr,
        including_current: Option<Span>,
    ) -> Option<TriggerStart> {
        let judged = around::check_membership(&self.checking.env, self.scope(), segment);
        let of = self.keep(judged);
        if let Some(span) = including_current.filter(|_| leave) {
            let text = self.checking.text;
            let diagnostic = self
                .checking
                .diagnostic(
                    triggers::MISPLACED_CLAUSE,
                    span,
                    "`including current` goes with `on enter` only",
                )
                .label("who is in it has not left it")
                .fix(
                    "remove it",
                    Applicability::Maybe,
                    super::line(text, span).0,
                    "",
                );
            self.checking.report(diagnostic);
        }
        (of.kind != ExprKind::Error).then_some(TriggerStart::Membership {
            leave,
            of,
            including_current: including_current.is_some(),
        })
    }

    fn on_change(
        &mut self,
        value: &ast::Expr,
        alias: Option<&ast::Name>,
        condition: Option<&ast::Expr>,
        span: Span,
    ) -> Option<TriggerStart> {
        let judged = around::check_any(&self.checking.env, self.scope(), value);
        let value = self.keep(judged);
        let is_attribute = matches!(
            value.kind,
            ExprKind::Error | ExprKind::Profile(_) | ExprKind::Trait(..) | ExprKind::Partition(_)
        );
        if !is_attribute {
            let diagnostic = self
                .checking
                .diagnostic(
                    triggers::NOT_AN_ATTRIBUTE,
                    value.span,
                    "`on change of` watches a field, a trait or a partition",
                )
                .label("this is none of them")
                .help("give it a name with `trait`, and watch that");
            self.checking.report(diagnostic);
        }
        let binder = self.binder();
        let field = |name: &str| Field {
            name: Arc::from(name),
            ty: value.ty.clone(),
        };
        let fields = vec![field("before"), field("after")];
        let pair = if value.ty.is_error() {
            Type::ERROR
        } else {
            Type::of(TypeKind::Record(Arc::new(RecordType { fields })))
        };
        self.bind(alias, binder, BoundThing::Value(pair));
        let condition = condition.map(|condition| {
            let decision = self.decision(condition, Decides::Chosen);
            self.learn(decision.yes);
            decision.expr
        });
        debug_assert!(span.start <= value.span.start);
        (is_attribute && value.kind != ExprKind::Error).then_some(TriggerStart::Change {
            value,
            binder,
            condition,
        })
    }

    /// `at 09:00`; midnight where nothing is said.
    fn clock(&mut self, at: Option<&ast::Expr>) -> Option<i64> {
        let Some(at) = at else {
            return Some(0);
        };
        match self.fixed(at, TypeKind::TimeOfDay, "at") {
            Some(Const::Int(seconds)) => Some(seconds),
            _ => None,
        }
    }

    fn recurrence(&mut self, unit: &ast::Name) -> Option<Recurrence> {
        match unit.text.as_str() {
            "day" => Some(Recurrence::Day),
            "month" => Some(Recurrence::Month),
            _ => self.weekday(unit, true).map(Recurrence::Weekday),
        }
    }

    /// The day of the week that a name means; 0 is Monday.
    pub(super) fn weekday(&mut self, name: &ast::Name, recurring: bool) -> Option<u8> {
        if name.is_missing() {
            return None;
        }
        if let Some(index) = WEEKDAYS.iter().position(|day| *day == name.text) {
            return u8::try_from(index).ok();
        }
        let units = ["day", "month"].into_iter().filter(|_| recurring);
        let all: Vec<&str> = WEEKDAYS.into_iter().chain(units).collect();
        let what = if recurring {
            "nothing that comes again and again"
        } else {
            "no day of the week"
        };
        let diagnostic = self.checking.diagnostic(
            triggers::UNKNOWN_DAY,
            name.span,
            format!("`{}` is {what}", name.text),
        );
        let lower = name.text.to_ascii_lowercase();
        let abbreviated = all
            .iter()
            .find(|day| lower.len() >= 3 && day.starts_with(&lower));
        let diagnostic = match abbreviated.copied().or_else(|| nearest(&lower, all.iter().copied())) {
            Some(near) => diagnostic.perhaps(name.span, near),
            None if recurring => diagnostic.label("it is `day`, `month` or a day of the week").help(
                "`every month` is the first day of each; another rhythm is said with `enter` or with waits",
            ),
            None => diagnostic.label(format!("the days are {}", list(WEEKDAYS.into_iter()))),
        };
        self.checking.report(diagnostic);
        None
    }
}
