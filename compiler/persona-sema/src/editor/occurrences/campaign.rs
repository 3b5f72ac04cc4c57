//! The names in channels, triggers, contents, experiments and tests. Names that are given at run time are within reach in
//! what follows them.

use std::sync::Arc;

use persona_syntax::ast::{self, Name, TriggerClauseKind as Clause, TriggerStepKind as Step};

use super::super::symbol::{Role, Symbol};
use super::meaning::Meaning;
use super::{Reach, Walk};
use crate::db::ItemKind;

impl Walk<'_> {
    fn rate(&mut self, rate: &ast::Rate) {
        if let ast::Rate::Rolling(length) = rate {
            self.expr(length, None);
        }
    }

    fn skip(&mut self, skip: &ast::Skip) {
        self.expr(&skip.condition, None);
        self.each(&skip.reason, None);
    }

    pub(super) fn channel(&mut self, clause: &ast::ChannelClause) {
        use ast::ChannelClause as Clause;
        match clause {
            Clause::To { value, .. } => {
                self.expr(value, None);
            }
            Clause::Requires(requires) => self.each(&requires.condition, None),
            Clause::Quiet {
                from,
                to,
                condition,
                ..
            } => {
                self.each([from, to], None);
                self.each(condition, None);
            }
            Clause::Limit {
                count, per, across, ..
            } => {
                self.expr(count, None);
                self.rate(per);
                across.iter().for_each(|name| {
                    self.reference(name);
                });
            }
            Clause::Skip(skip) => self.skip(skip),
            Clause::WhenFull { .. } | Clause::Transactional(_) => {}
        }
    }

    pub(super) fn trigger(&mut self, decl: &ast::TriggerDecl) {
        self.each(&decl.title, None);
        // What starts it gives names to all of it, wherever it stands.
        for clause in &decl.clauses {
            if let Clause::On(start) = &clause.kind {
                self.start(start);
            }
        }
        for clause in &decl.clauses {
            self.header(&clause.kind);
        }
        self.steps(&decl.steps);
    }

    fn header(&mut self, clause: &Clause) {
        match clause {
            Clause::Error | Clause::On(_) | Clause::Again { .. } => {}
            Clause::When(expr)
            | Clause::Per(expr)
            | Clause::StopWhen(expr)
            | Clause::Priority(expr) => {
                self.expr(expr, None);
            }
            Clause::Enter(enter) => {
                if let ast::Enter::Limited { count, per } = enter {
                    self.expr(count, None);
                    self.rate(per);
                }
            }
            Clause::StopOn(query) => self.inside(|walk| {
                walk.query(query);
            }),
        }
    }

    fn start(&mut self, start: &ast::Start) {
        match start {
            ast::Start::Error => {}
            ast::Start::Event(query) => {
                self.query(query);
            }
            ast::Start::Membership { segment, .. } => self.set(segment),
            ast::Start::Inactivity { query, duration } => {
                self.inside(|walk| {
                    walk.query(query);
                });
                self.expr(duration, None);
            }
            ast::Start::Anniversary { date, at } => {
                self.expr(date, None);
                self.each(at, None);
            }
            ast::Start::Every { unit, at } => {
                self.word(unit);
                self.each(at, None);
            }
            ast::Start::Change {
                value,
                alias,
                condition,
            } => {
                let changed = self.expr(value, None);
                let changed = match changed.ty(self.schema) {
                    Some(ty) if !matches!(changed, Meaning::At(_)) => Meaning::Typed(ty),
                    _ => changed,
                };
                if let Some(alias) = alias {
                    self.bind(alias, Meaning::Change(Box::new(changed)));
                }
                self.each(condition, None);
            }
        }
    }

    fn steps(&mut self, steps: &[ast::TriggerStep]) {
        self.inside(|walk| {
            for step in steps {
                walk.step(&step.kind);
            }
        });
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Error | Step::Stop => {}
            Step::Send {
                content,
                args,
                channel,
                purpose,
                alias,
                stale,
            } => {
                self.reference(content);
                match self.known(&content.text) {
                    Some(known) if known.kind == ItemKind::Content => self.args_of(&known, args),
                    _ => self.args(args, &[], None),
                }
                for name in std::iter::once(channel).chain(purpose) {
                    self.reference(name);
                }
                if let Some(ast::Stale::Within(expr) | ast::Stale::Before(expr)) = stale {
                    self.expr(expr, None);
                }
                if let Some(alias) = alias {
                    self.bind(alias, Meaning::Parts);
                }
            }
            Step::Wait(wait) => self.wait(wait),
            Step::If { arms, otherwise } => {
                for (condition, steps) in arms {
                    self.expr(condition, None);
                    self.steps(steps);
                }
                otherwise.iter().for_each(|steps| self.steps(steps));
            }
            Step::Emit { event, fields } => {
                let event = self.reference(event);
                self.fields_of(&event, fields);
            }
            Step::Set { path, value } => {
                let spots = self.path(path, Meaning::profile());
                let ty = spots.first().and_then(|spot| spot.ty(self.schema));
                self.expr(value, ty.as_ref());
            }
        }
    }

    fn wait(&mut self, wait: &ast::Wait) {
        match wait {
            ast::Wait::Error => {}
            ast::Wait::For(expr) | ast::Wait::Until(expr) => {
                self.expr(expr, None);
            }
            ast::Wait::Event { query, at_most } => {
                // Its name is not known yet while it is waited for.
                let outer = self.scopes.len();
                self.query(query);
                let given: Vec<Reach> = self.scopes.drain(outer..).collect();
                self.each(at_most, None);
                self.scopes.extend(given);
            }
            ast::Wait::Clock { weekday, at } => {
                weekday.iter().for_each(|name| self.word(name));
                self.expr(at, None);
            }
        }
    }

    /// Fields of an event or of the profile, with their values.
    fn fields_of(&mut self, of: &Meaning, fields: &[(Name, ast::Expr)]) {
        match of {
            Meaning::At(spots) => self.row(fields, spots),
            _ => self.each(fields.iter().map(|(_, value)| value), None),
        }
    }

    pub(super) fn content(&mut self, decl: &ast::ContentDecl) {
        self.params(&decl.params);
        self.each(&decl.title, None);
        for slot in &decl.slots {
            let symbol = self.slot(&slot.name);
            self.declares(&slot.name, symbol);
            let ty = self.type_expr(&slot.ty).ty(self.schema);
            self.each(&slot.default, ty.as_ref());
        }
        decl.skips.iter().for_each(|skip| self.skip(skip));
        for variant in &decl.variants {
            let symbol = Symbol::Variant {
                of: Arc::clone(self.name),
                name: Arc::from(variant.name.text.as_str()),
            };
            self.declares(&variant.name, symbol);
        }
        for variant in decl.variants.iter().chain(&decl.otherwise) {
            self.each(&variant.condition, None);
            self.slots(&variant.slots, &decl.slots);
            for locale in &variant.locales {
                self.slots(&locale.slots, &decl.slots);
            }
        }
    }

    fn slot(&self, name: &Name) -> Symbol {
        Symbol::Slot {
            of: Arc::clone(self.name),
            name: Arc::from(name.text.as_str()),
        }
    }

    fn slots(&mut self, slots: &[ast::SlotValue], declared: &[ast::FieldDecl]) {
        for value in slots {
            let is_declared = declared
                .iter()
                .find(|slot| slot.name.text == value.slot.text);
            if let Some(slot) = is_declared.filter(|_| !value.slot.is_missing()) {
                let symbol = self.slot(&slot.name);
                self.note(value.slot.span, symbol, Role::Writes);
            }
            match &value.value {
                ast::SlotSource::Expr(expr) => {
                    let ty = is_declared.and_then(|slot| self.quiet_type(&slot.ty));
                    self.expr(expr, ty.as_ref());
                }
                ast::SlotSource::Template(path) => self.template_of(path),
            }
        }
    }

    /// A type that was noted already.
    fn quiet_type(&mut self, ty: &ast::TypeExpr) -> Option<crate::Type> {
        let mark = self.found.len();
        let ty = self.type_expr(ty).ty(self.schema);
        self.found.truncate(mark);
        ty
    }

    pub(super) fn experiment(&mut self, clause: &ast::ExperimentClause) {
        use ast::ExperimentClause as Clause;
        match clause {
            Clause::On { names, .. } => names.iter().for_each(|name| {
                self.reference(name);
            }),
            Clause::Arms { arms, .. } => {
                for arm in arms {
                    self.own_value(&arm.name);
                    self.each(&arm.weight, None);
                }
            }
            Clause::Holdout { share, .. } => {
                self.expr(share, None);
            }
            Clause::Goal { query, within, .. } => {
                self.inside(|walk| {
                    walk.query(query);
                });
                self.each(within, None);
            }
            Clause::Hash { name, .. } => self.word(name),
            Clause::Salt { salt, .. } => {
                self.expr(salt, None);
            }
            Clause::Layer { name, range, .. } => {
                let layer = Symbol::Layer(Arc::from(name.text.as_str()));
                self.note(name.span, layer, Role::Reads);
                if let Some((from, to)) = range {
                    self.each([from, to], None);
                }
            }
        }
    }

    pub(super) fn test(&mut self, step: &ast::TestStepKind) {
        use ast::TestStepKind as Step;
        match step {
            Step::Error => {}
            Step::Given(fields) => self.fields_of(&Meaning::profile(), fields),
            Step::At(expr) | Step::Wait(expr) => {
                self.expr(expr, None);
            }
            Step::Event { event, of, fields } => {
                let event = self.reference(event);
                self.each(of, None);
                self.fields_of(&event, fields);
            }
            Step::Set { path, value } => {
                let spots = self.path(path, Meaning::profile());
                value.iter().for_each(|value| self.value_for(value, &spots));
            }
            Step::Arm { experiment, arm } => {
                self.reference(experiment);
                if let (Some(arm), Some(id)) = (arm, self.arms_of(&experiment.text)) {
                    self.value(id, arm);
                }
            }
            Step::Expect(expectation) => self.expectation(expectation),
        }
    }

    fn expectation(&mut self, expectation: &ast::Expectation) {
        match expectation {
            ast::Expectation::Error => {}
            ast::Expectation::Holds(expr) => {
                self.expr(expr, None);
            }
            ast::Expectation::Sent {
                content, channel, ..
            } => {
                for name in std::iter::once(content).chain(channel) {
                    self.reference(name);
                }
            }
            ast::Expectation::Dropped {
                content, reason, ..
            } => {
                self.reference(content);
                reason.iter().for_each(|reason| self.word(reason));
            }
            ast::Expectation::Variant { content, variant } => {
                let meaning = self.reference(content);
                if let Meaning::Content(of) = meaning
                    && !variant.is_missing()
                {
                    let name = Arc::from(variant.text.as_str());
                    self.note(variant.span, Symbol::Variant { of, name }, Role::Reads);
                }
            }
        }
    }
}
