//! The names that triggers, contents, experiments and tests use. Names that are given at run time are bound in what follows
//! them: an alias `cart` is no declaration.

use persona_syntax::ast::{self, Name, TriggerClauseKind as Clause, TriggerStepKind as Step};

use super::{Names, Walk};

impl Walk<'_> {
    pub(super) fn trigger(&mut self, decl: &ast::TriggerDecl) {
        self.exprs(&decl.title);
        self.scopes.push(Names::new());
        // What starts it gives names to all of it, wherever it stands.
        for clause in &decl.clauses {
            if let Clause::On(start) = &clause.kind {
                self.start(start);
            }
        }
        for clause in &decl.clauses {
            match &clause.kind {
                Clause::Error | Clause::On(_) | Clause::Again { .. } => {}
                Clause::When(expr)
                | Clause::Per(expr)
                | Clause::StopWhen(expr)
                | Clause::Priority(expr) => {
                    self.expr(expr);
                }
                Clause::Enter(enter) => {
                    if let ast::Enter::Limited { count, per } = enter {
                        self.expr(count);
                        if let ast::Rate::Rolling(length) = per {
                            self.expr(length);
                        }
                    }
                }
                Clause::StopOn(query) => self.query(query),
            }
        }
        self.steps(&decl.steps);
        self.scopes.pop();
    }

    /// Binds a name in what follows.
    fn bind(&mut self, name: Option<&Name>) {
        if let (Some(name), Some(scope)) = (name, self.scopes.last_mut()) {
            scope.insert(name.text.clone());
        }
    }

    fn start(&mut self, start: &ast::Start) {
        match start {
            ast::Start::Error => {}
            ast::Start::Event(query) => {
                self.query(query);
                self.bind(query.alias.as_ref());
            }
            ast::Start::Membership { segment, .. } => self.set(segment),
            ast::Start::Inactivity { query, duration } => {
                self.query(query);
                self.expr(duration);
            }
            ast::Start::Anniversary { date, at } => {
                self.expr(date);
                self.exprs(at);
            }
            ast::Start::Every { at, .. } => self.exprs(at),
            ast::Start::Change {
                value,
                alias,
                condition,
            } => {
                self.expr(value);
                alias.iter().for_each(|alias| self.mention(alias));
                self.bind(alias.as_ref());
                self.exprs(condition);
            }
        }
    }

    fn steps(&mut self, steps: &[ast::TriggerStep]) {
        self.scopes.push(Names::new());
        for step in steps {
            self.step(&step.kind);
        }
        self.scopes.pop();
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
                self.global(content);
                self.args(args);
                self.global(channel);
                purpose.iter().for_each(|purpose| self.global(purpose));
                if let Some(ast::Stale::Within(expr) | ast::Stale::Before(expr)) = stale {
                    self.expr(expr);
                }
                alias.iter().for_each(|alias| self.mention(alias));
                self.bind(alias.as_ref());
            }
            Step::Wait(wait) => self.wait(wait),
            Step::If { arms, otherwise } => {
                for (condition, steps) in arms {
                    self.expr(condition);
                    self.steps(steps);
                }
                otherwise.iter().for_each(|steps| self.steps(steps));
            }
            Step::Emit { event, fields } => {
                self.global(event);
                self.row(fields);
            }
            Step::Set { path, value } => {
                path.iter().for_each(|name| self.mention(name));
                self.expr(value);
            }
        }
    }

    fn wait(&mut self, wait: &ast::Wait) {
        match wait {
            ast::Wait::Error => {}
            ast::Wait::For(expr) | ast::Wait::Until(expr) => self.expr(expr),
            ast::Wait::Event { query, at_most } => {
                self.query(query);
                self.exprs(at_most);
                self.bind(query.alias.as_ref());
            }
            ast::Wait::Clock { at, .. } => self.expr(at),
        }
    }

    /// Fields with their values.
    fn row(&mut self, fields: &[(Name, ast::Expr)]) {
        for (name, value) in fields {
            self.mention(name);
            self.expr(value);
        }
    }

    pub(super) fn content(&mut self, decl: &ast::ContentDecl) {
        self.exprs(&decl.title);
        self.params(&decl.params);
        self.fields(&decl.slots);
        for skip in &decl.skips {
            self.expr(&skip.condition);
            self.exprs(&skip.reason);
        }
        for variant in decl.variants.iter().chain(&decl.otherwise) {
            self.mention(&variant.name);
            self.exprs(&variant.condition);
            self.slots(&variant.slots);
            for locale in &variant.locales {
                self.slots(&locale.slots);
            }
        }
        self.scopes.pop();
    }

    fn slots(&mut self, slots: &[ast::SlotValue]) {
        for value in slots {
            self.mention(&value.slot);
            match &value.value {
                ast::SlotSource::Expr(expr) | ast::SlotSource::Template(expr) => self.expr(expr),
            }
        }
    }

    pub(super) fn experiment(&mut self, clauses: &[ast::ExperimentClause]) {
        use ast::ExperimentClause as Clause;
        for clause in clauses {
            match clause {
                Clause::On { names, .. } => names.iter().for_each(|name| self.global(name)),
                Clause::Arms { arms, .. } => {
                    for arm in arms {
                        self.mention(&arm.name);
                        self.exprs(&arm.weight);
                    }
                }
                Clause::Holdout { share, .. } => self.expr(share),
                Clause::Goal { query, within, .. } => {
                    self.query(query);
                    self.exprs(within);
                }
                Clause::Hash { .. } => {}
                Clause::Salt { salt, .. } => self.expr(salt),
                Clause::Layer { range, .. } => {
                    if let Some((from, to)) = range {
                        self.exprs([from, to]);
                    }
                }
            }
        }
    }

    pub(super) fn test(&mut self, steps: &[ast::TestStep]) {
        use ast::TestStepKind as Step;
        for step in steps {
            match &step.kind {
                Step::Error => {}
                Step::Given(fields) => self.row(fields),
                Step::At(expr) | Step::Wait(expr) => self.expr(expr),
                Step::Event { event, of, fields } => {
                    self.global(event);
                    of.iter().for_each(|of| self.expr(of));
                    self.row(fields);
                }
                Step::Set { path, value } => {
                    path.iter().for_each(|name| self.mention(name));
                    value.iter().for_each(|value| self.expr(value));
                }
                Step::Arm { experiment, arm } => {
                    self.global(experiment);
                    arm.iter().for_each(|arm| self.mention(arm));
                }
                Step::Expect(expectation) => self.expectation(expectation),
            }
        }
    }

    fn expectation(&mut self, expectation: &ast::Expectation) {
        match expectation {
            ast::Expectation::Error => {}
            ast::Expectation::Holds(expr) => self.expr(expr),
            ast::Expectation::Sent {
                content, channel, ..
            } => {
                self.global(content);
                channel.iter().for_each(|channel| self.global(channel));
            }
            ast::Expectation::Dropped { content, .. } => self.global(content),
            ast::Expectation::Variant { content, variant } => {
                self.global(content);
                self.mention(variant);
            }
        }
    }
}
