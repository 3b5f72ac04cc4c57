//! The fields, values and stages that a checked declaration names, with their places. It goes through every expression of
//! every kind of declaration; a name without an expression (`set tier = …`) has the place of its step.

use std::sync::Arc;

use persona_base::Span;

use crate::decl::Unit;
use crate::expr::every_part;
use crate::{
    Arg, CheckAction, Const, Content, ContentArg, EnumId, EventId, Exclude, Expected, Expr,
    ExprKind, FieldId, Otherwise, Query, Recommend, Schema, SlotValue, Stale, TableDef, Test,
    TestStepKind, Trigger, TriggerStart, TriggerStep, TriggerStepKind, Type, TypeKind,
};

/// Calls `name` for everything that a declaration names.
pub(crate) fn named_in(unit: &Unit, schema: &Schema, name: &mut dyn FnMut(Arc<str>, Span)) {
    let part = &mut |_: &Expr| {};
    Walk { schema, name, part }.unit(unit);
}

/// Calls `part` for every checked expression of a declaration, parts of expressions included.
pub(crate) fn each_expr(unit: &Unit, schema: &Schema, part: &mut dyn FnMut(&Expr)) {
    let name = &mut |_, _| {};
    Walk { schema, name, part }.unit(unit);
}

struct Walk<'w> {
    schema: &'w Schema,
    name: &'w mut dyn FnMut(Arc<str>, Span),
    part: &'w mut dyn FnMut(&Expr),
}

impl Walk<'_> {
    fn unit(&mut self, unit: &Unit) {
        match unit {
            Unit::None | Unit::Const { .. } => {}
            Unit::Table(table) => self.table(table),
            Unit::Catalog(catalog) => self.table(&catalog.table),
            Unit::Trait { definition, .. } => self.expr(&definition.body),
            Unit::Fn { definition, .. } => self.expr(&definition.body),
            Unit::Segment { definition, .. } => self.expr(&definition.body),
            Unit::Partition(partition) => self.each(&partition.conditions),
            Unit::Purpose(purpose) => self.expr(&purpose.requires),
            Unit::Channel(channel) => {
                self.expr(&channel.to);
                self.each(&channel.requires);
                self.each(
                    channel
                        .quiet
                        .iter()
                        .filter_map(|quiet| quiet.condition.as_ref()),
                );
                self.each(channel.skips.iter().map(|skip| &skip.condition));
            }
            Unit::Recommend(recommend, _) => self.recommend(recommend),
            Unit::Trigger(trigger) => self.trigger(trigger),
            Unit::Content(content) => self.content(content),
            Unit::Experiment(experiment) => {
                experiment
                    .goals
                    .iter()
                    .for_each(|(query, _)| self.query(query));
            }
            Unit::Test(test) => self.test(test),
            Unit::Exclusive(segments) => self.each(segments),
            Unit::Source { definition, .. } => {
                for field in &definition.fields {
                    match definition.of {
                        Some(event) => self.event_field(event, field.field, field.place.span),
                        None => self.profile_field(field.field, field.place.span),
                    }
                }
            }
        }
    }

    fn table(&mut self, table: &TableDef) {
        for check in &table.checks {
            self.expr(&check.condition);
            if let CheckAction::Clear(field) = check.action {
                let name = format!("{}.{}", table.name, table.fields[field].name);
                (self.name)(Arc::from(name), check.condition.span);
            }
        }
    }

    fn profile_field(&mut self, field: FieldId, span: Span) {
        let table = &self.schema.profile;
        if let Some(found) = table.fields.get(field) {
            (self.name)(Arc::from(format!("{}.{}", table.name, found.name)), span);
        }
    }

    fn event_field(&mut self, event: EventId, field: FieldId, span: Span) {
        let Some(table) = self.schema.events.get(event) else {
            return;
        };
        if let Some(found) = table.fields.get(field) {
            (self.name)(Arc::from(format!("{}.{}", table.name, found.name)), span);
        }
    }

    fn value(&mut self, of: EnumId, value: u32, span: Span) {
        let Some(def) = self.schema.enums.get(of) else {
            return;
        };
        if let Some((value, _)) = def.values.get(value as usize) {
            (self.name)(Arc::from(format!("{}.{value}", def.name)), span);
        }
    }

    fn constant(&mut self, constant: &Const, ty: &Type, span: Span) {
        match (constant, &ty.kind) {
            (Const::Enum(value), TypeKind::Enum(of)) => self.value(*of, *value, span),
            (Const::List(items), TypeKind::List(element) | TypeKind::Set(element)) => {
                items
                    .iter()
                    .for_each(|item| self.constant(item, element, span));
            }
            _ => {}
        }
    }

    fn each<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn expr(&mut self, expr: &Expr) {
        every_part(expr, &mut |part| {
            (self.part)(part);
            self.part(part);
        });
    }

    fn part(&mut self, part: &Expr) {
        match &part.kind {
            ExprKind::Profile(field) => self.profile_field(*field, part.span),
            ExprKind::Event(_, fields) => {
                for (event, field) in fields {
                    self.event_field(*event, *field, part.span);
                }
            }
            ExprKind::Const(constant) => self.constant(constant, &part.ty, part.span),
            ExprKind::Stage(partition, stage) => {
                let found = self.schema.enums.iter_enumerated();
                let of = found
                    .filter(|(_, def)| def.name == *partition)
                    .map(|(id, _)| id)
                    .next();
                if let Some(of) = of {
                    self.value(of, *stage, part.span);
                }
            }
            ExprKind::Match(subject, arms, _) => {
                for constant in arms.iter().flat_map(|(constants, _)| constants) {
                    self.constant(constant, &subject.ty, part.span);
                }
            }
            ExprKind::Trait(_, args) | ExprKind::Segment(_, args) => self.args(args, part.span),
            ExprKind::Rank {
                among: Some((_, args)),
                ..
            } => self.args(args, part.span),
            ExprKind::Agg { query, .. } => self.items(query),
            ExprKind::Sequence { first, .. } => self.items(first),
            _ => {}
        }
    }

    fn args(&mut self, args: &[Arg], span: Span) {
        for arg in args {
            if let Arg::Field(fields) = arg {
                for (event, field) in fields {
                    self.event_field(*event, *field, span);
                }
            }
        }
    }

    fn items(&mut self, query: &Query) {
        for (event, field) in query.items.iter().flat_map(|items| &items.fields) {
            self.event_field(*event, *field, query.span);
        }
    }

    fn query(&mut self, query: &Query) {
        self.items(query);
        self.each(query.filter.as_deref());
    }

    fn recommend(&mut self, recommend: &Recommend) {
        self.each(&recommend.filter);
        for exclude in &recommend.excludes {
            match exclude {
                Exclude::Keys { query, key } => {
                    self.query(query);
                    self.expr(key);
                }
                Exclude::Items(condition) => self.expr(condition),
            }
        }
        self.each(recommend.rank.iter().map(|key| &key.value));
        if let Otherwise::Recommend(_, args) = &recommend.otherwise {
            for arg in args {
                if let Arg::Value(value) = arg {
                    self.expr(value);
                }
            }
        }
    }

    fn content(&mut self, content: &Content) {
        self.each(
            content
                .slots
                .iter()
                .filter_map(|slot| slot.default.as_ref()),
        );
        self.each(content.skips.iter().map(|skip| &skip.condition));
        for variant in &content.variants {
            self.each(&variant.condition);
        }
        self.each(content.fillings().flat_map(SlotValue::values));
    }

    fn trigger(&mut self, trigger: &Trigger) {
        match &trigger.start {
            TriggerStart::Event(query) | TriggerStart::Inactivity { query, .. } => {
                self.query(query);
            }
            TriggerStart::Membership { of, .. } => self.expr(of),
            TriggerStart::Anniversary { date, .. } => self.expr(date),
            TriggerStart::Every { .. } => {}
            TriggerStart::Change {
                value, condition, ..
            } => {
                self.expr(value);
                self.each(condition);
            }
        }
        self.each(&trigger.condition);
        self.each(&trigger.per);
        trigger.stop_on.iter().for_each(|query| self.query(query));
        self.each(&trigger.stop_when);
        self.steps(&trigger.steps);
    }

    fn steps(&mut self, steps: &[TriggerStep]) {
        for step in steps {
            match &step.kind {
                TriggerStepKind::Send(send) => {
                    for arg in &send.args {
                        if let ContentArg::Value(value) = arg {
                            self.expr(value);
                        }
                    }
                    if let Some(Stale::Within(limit) | Stale::Before(limit)) = &send.stale {
                        self.expr(limit);
                    }
                }
                TriggerStepKind::Wait(value) | TriggerStepKind::WaitUntil(value) => {
                    self.expr(value);
                }
                TriggerStepKind::WaitForEvent { query, at_most } => {
                    self.query(query);
                    self.expr(at_most);
                }
                TriggerStepKind::WaitForClock { at, .. } => self.expr(at),
                TriggerStepKind::If { arms, otherwise } => {
                    for (condition, steps) in arms {
                        self.expr(condition);
                        self.steps(steps);
                    }
                    self.steps(otherwise);
                }
                TriggerStepKind::Emit { event, fields } => {
                    for (field, value) in fields {
                        self.event_field(*event, *field, value.span);
                        self.expr(value);
                    }
                }
                TriggerStepKind::Set { field, value } => {
                    self.profile_field(*field, step.span);
                    self.expr(value);
                }
                TriggerStepKind::Stop => {}
            }
        }
    }

    fn test(&mut self, test: &Test) {
        for step in &test.steps {
            match &step.kind {
                TestStepKind::Given(fields) => {
                    for (field, value) in fields {
                        self.profile_field(*field, step.span);
                        let ty = self.schema.profile.fields.get(*field);
                        if let Some(field) = ty {
                            self.constant(value, &field.ty, step.span);
                        }
                    }
                }
                TestStepKind::Set((field, value)) => {
                    self.profile_field(*field, step.span);
                    if let Some(field) = self.schema.profile.fields.get(*field) {
                        self.constant(value, &field.ty, step.span);
                    }
                }
                TestStepKind::Event { event, fields, .. } => {
                    for (field, _) in fields {
                        self.event_field(*event, *field, step.span);
                    }
                }
                TestStepKind::Expect(Expected::Holds(condition)) => self.expr(condition),
                TestStepKind::At(_)
                | TestStepKind::Wait(_)
                | TestStepKind::Arm { .. }
                | TestStepKind::Expect(_) => {}
            }
        }
    }
}
