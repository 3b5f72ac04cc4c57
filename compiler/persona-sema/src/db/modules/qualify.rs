//! Replaces what a declaration writes for declarations of modules by their names in the whole compilation.
//!
//! It looks at syntax only. A name that the declaration binds itself, anywhere in it (a parameter, an `as` name, an
//! element's), is never taken for a module's. Spans stay where they are: a qualified name covers `rfm.champions`.

use std::collections::BTreeSet;
use std::sync::Arc;

use persona_base::Span;
use persona_syntax::ast::{self, Expr, ExprKind, Name, PostfixOp};

use super::super::Db;
use super::super::queries::{Decl, ItemKind, parsed};
use super::{Meant, Names, names_in};

/// A module where something of it is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misuse {
    /// The module's name as written.
    pub(crate) module: Arc<str>,
    /// Where.
    pub(crate) span: Span,
    /// A name that it has, for the message.
    pub(crate) example: Option<Arc<str>>,
}

/// A tree whose names are those of the whole compilation.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    /// The tree.
    pub(crate) tree: ast::Decl,
    misuses: Vec<Misuse>,
    used: BTreeSet<Arc<str>>,
}

/// The tree of a declaration that may write names of modules; `None` where it is as it was parsed.
pub(crate) fn resolved<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Option<&'db Resolved> {
    // Most packages use no module: nothing is copied for them.
    names_in(db, decl.space(db))?;
    resolved_tree(db, decl).as_ref()
}

#[salsa::tracked(no_eq)]
fn resolved_tree<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Option<Resolved> {
    let names = names_in(db, decl.space(db))?;
    let tree = parsed(db, decl.source(db)).tree.clone();
    let mut resolved = resolved_with(names, tree);
    if !decl.space(db).is_empty() && !resolved.tree.name.is_missing() {
        resolved.tree.name.text = decl.name(db).to_string();
    }
    Some(resolved)
}

/// Another tree than a declaration's own, with the names of the whole compilation; `None` where nothing changes.
pub(crate) fn qualified(db: &dyn Db, space: &str, tree: &ast::Decl) -> Option<ast::Decl> {
    let names = names_in(db, space)?;
    Some(resolved_with(names, tree.clone()).tree)
}

fn resolved_with(names: &Names, mut tree: ast::Decl) -> Resolved {
    let mut bound = Walk::new(names, false);
    bound.decl(&mut tree);
    let mut walk = Walk {
        bound: bound.bound,
        ..Walk::new(names, true)
    };
    walk.decl(&mut tree);
    Resolved {
        tree,
        misuses: walk.misuses,
        used: walk.used,
    }
}

/// Where a declaration names a module and nothing in it.
pub(crate) fn misuses<'db>(db: &'db dyn Db, decl: Decl<'db>) -> &'db [Misuse] {
    resolved(db, decl).map_or(&[], |resolved| &resolved.misuses)
}

/// Which modules and names in braces a declaration uses.
#[salsa::tracked]
pub(super) fn used_names_of_modules<'db>(db: &'db dyn Db, decl: Decl<'db>) -> BTreeSet<Arc<str>> {
    resolved(db, decl).map_or_else(BTreeSet::new, |resolved| resolved.used.clone())
}

struct Walk<'n> {
    names: &'n Names,
    /// Whether names are replaced; before that, what is bound is collected.
    replace: bool,
    bound: BTreeSet<String>,
    misuses: Vec<Misuse>,
    used: BTreeSet<Arc<str>>,
}

impl<'n> Walk<'n> {
    fn new(names: &'n Names, replace: bool) -> Self {
        Self {
            names,
            replace,
            bound: BTreeSet::new(),
            misuses: Vec::new(),
            used: BTreeSet::new(),
        }
    }

    fn bind(&mut self, name: &Name) {
        if !self.replace {
            self.bound.insert(name.text.clone());
        }
    }

    fn bare(&self, name: &Name) -> Option<&'n Meant> {
        if !self.replace || self.bound.contains(&name.text) {
            return None;
        }
        self.names.bare.get(name.text.as_str())
    }

    fn take(&mut self, name: &mut Name, meant: &Meant) {
        if let Some(item) = self.names.items.get(name.text.as_str()) {
            self.used.insert(Arc::clone(item));
        }
        name.text = meant.name.to_string();
    }

    /// A name where a value stands. Segments and functions are not values: a field may have their names.
    fn value(&mut self, name: &mut Name) {
        if let Some(meant) = self.bare(name)
            && !matches!(meant.kind, ItemKind::Segment | ItemKind::Fn)
        {
            self.take(name, meant);
        }
    }

    /// A name where only a declaration can stand.
    fn reference(&mut self, name: &mut Name) {
        if let Some(meant) = self.bare(name) {
            self.take(name, meant);
        }
    }

    /// `rfm.champions(…).…`: the module's name goes into the one after it.
    fn qualified(&mut self, expr: &mut Expr) {
        let ExprKind::Postfix { base, ops } = &mut expr.kind else {
            return;
        };
        let ExprKind::Name(first) = &base.kind else {
            return;
        };
        if !self.replace || self.bound.contains(&first.text) {
            return;
        }
        let mut dotted = first.text.clone();
        let mut depth = 0;
        let mut found = None;
        loop {
            if let Some((module, all)) = self.names.modules.get_key_value(dotted.as_str()) {
                found = Some((depth, module, all));
            }
            match ops.get(depth) {
                Some(PostfixOp::Field(name)) if depth < 2 => {
                    dotted = format!("{dotted}.{}", name.text);
                    depth += 1;
                }
                _ => break,
            }
        }
        let Some((depth, module, all)) = found else {
            return;
        };
        let start = first.span;
        self.used.insert(Arc::clone(module));
        if ops.len() == depth {
            return;
        }
        let own = |name: &Name| match all.get(name.text.as_str()) {
            Some(meant) => meant.name.to_string(),
            // As written, so that a similar name is found.
            None => format!("{module}.{}", name.text),
        };
        let named = |name: &Name| Name {
            text: own(name),
            span: start.to(name.span),
        };
        let mut rest = ops.split_off(depth);
        let made = match rest.remove(0) {
            PostfixOp::Field(name) if name.is_missing() => (ExprKind::Error, start.to(name.span)),
            PostfixOp::Field(name) => (ExprKind::Name(named(&name)), start.to(name.span)),
            PostfixOp::Method { name, args, span } => {
                let name = named(&name);
                let among = None;
                (ExprKind::Call { name, args, among }, start.to(span))
            }
            PostfixOp::Index { span, .. } => {
                self.misuse(module, start);
                (ExprKind::Error, start.to(span))
            }
        };
        let (kind, span) = made;
        if rest.is_empty() {
            expr.kind = kind;
        } else {
            let base = Box::new(Expr { kind, span });
            expr.kind = ExprKind::Postfix { base, ops: rest };
        }
    }

    /// `rfm` alone.
    fn module_alone(&mut self, expr: &mut Expr) {
        let ExprKind::Name(name) = &expr.kind else {
            return;
        };
        let free = self.replace && !self.bound.contains(&name.text);
        if let Some((module, _)) = self
            .names
            .modules
            .get_key_value(name.text.as_str())
            .filter(|_| free)
        {
            self.used.insert(Arc::clone(module));
            let span = name.span;
            self.misuse(module, span);
            expr.kind = ExprKind::Error;
        }
    }

    /// What a reported `use` should have brought in is not reported again.
    fn broken(&mut self, expr: &mut Expr) {
        let name = match &expr.kind {
            ExprKind::Name(name) | ExprKind::Call { name, .. } => name,
            ExprKind::Postfix { base, .. } => match &base.kind {
                ExprKind::Name(name) => name,
                _ => return,
            },
            _ => return,
        };
        let free = self.replace && !self.bound.contains(&name.text);
        if free && self.names.broken.contains(name.text.as_str()) {
            expr.kind = ExprKind::Error;
        }
    }

    fn misuse(&mut self, module: &Arc<str>, span: Span) {
        let all = &self.names.modules[module];
        // An enum is no value either.
        let mut rules = all.iter().filter(|(_, meant)| meant.kind != ItemKind::Enum);
        self.misuses.push(Misuse {
            module: Arc::clone(module),
            span,
            example: rules.next().map(|(name, _)| Arc::clone(name)),
        });
    }

    fn decl(&mut self, decl: &mut ast::Decl) {
        use ast::DeclKind as Kind;
        match &mut decl.kind {
            Kind::Error | Kind::Events { .. } | Kind::Enum { .. } | Kind::Use(_) => {}
            Kind::Profile(table) | Kind::Event(table) | Kind::Catalog(table) => {
                self.fields(&mut table.fields);
                for check in &mut table.checks {
                    self.expr(&mut check.condition);
                    self.each(&mut check.message);
                }
            }
            Kind::Const { ty, value } => {
                self.ty(ty);
                self.expr(value);
            }
            Kind::Source(source) => self.source(source),
            Kind::Trait { params, ty, value } => {
                self.params(params);
                ty.iter_mut().for_each(|ty| self.ty(ty));
                self.expr(value);
            }
            Kind::Fn { params, ty, value } => {
                self.params(params);
                self.ty(ty);
                self.expr(value);
            }
            Kind::Segment {
                params,
                title,
                condition,
            } => {
                self.params(params);
                self.each(title);
                self.expr(condition);
            }
            Kind::Partition { title, stages, .. } => {
                self.each(title);
                stages
                    .iter_mut()
                    .for_each(|stage| self.expr(&mut stage.condition));
            }
            Kind::Purpose { requires } => {
                requires
                    .iter_mut()
                    .for_each(|one| self.each(&mut one.condition));
            }
            Kind::Channel { clauses } => clauses.iter_mut().for_each(|one| self.channel(one)),
            Kind::Trigger(trigger) => {
                self.each(&mut trigger.title);
                trigger
                    .clauses
                    .iter_mut()
                    .for_each(|one| self.header(&mut one.kind));
                self.steps(&mut trigger.steps);
            }
            Kind::Content(content) => self.content(content),
            Kind::Recommend(decl) => {
                self.params(&mut decl.params);
                decl.ty.iter_mut().for_each(|ty| self.ty(ty));
                decl.clauses.iter_mut().for_each(|one| self.recommend(one));
            }
            Kind::Experiment { clauses } => clauses.iter_mut().for_each(|one| self.experiment(one)),
            Kind::Exclusive { segments } => segments.iter_mut().for_each(|one| self.set(one)),
            Kind::Test { steps } => steps.iter_mut().for_each(|one| self.test(&mut one.kind)),
        }
    }

    fn params(&mut self, params: &mut [ast::Param]) {
        for param in params {
            self.bind(&param.name);
            self.ty(&mut param.ty);
            self.each(&mut param.default);
        }
    }

    fn fields(&mut self, fields: &mut [ast::FieldDecl]) {
        for field in fields {
            self.ty(&mut field.ty);
            self.each(&mut field.default);
        }
    }

    fn ty(&mut self, ty: &mut ast::TypeExpr) {
        match &mut ty.kind {
            ast::TypeKind::Error => {}
            ast::TypeKind::Named { name, args } => {
                if self
                    .bare(name)
                    .is_some_and(|meant| meant.kind == ItemKind::Enum)
                {
                    self.reference(name);
                }
                args.iter_mut().for_each(|arg| self.ty(arg));
            }
            ast::TypeKind::Record(fields) => self.fields(fields),
        }
    }

    fn source(&mut self, source: &mut ast::SourceDecl) {
        for clause in &mut source.clauses {
            match clause {
                ast::SourceClause::From { .. } | ast::SourceClause::Prefer { .. } => {}
                ast::SourceClause::Where(condition) => self.expr(condition),
                ast::SourceClause::GroupBy(keys) => self.each(keys),
                ast::SourceClause::Field { value, .. } => match value {
                    ast::SourceValue::Expr(value) => self.expr(value),
                    ast::SourceValue::Each(list) => {
                        self.each(list.iter_mut().map(|(_, value)| value));
                    }
                },
            }
        }
    }

    fn each<'e>(&mut self, exprs: impl IntoIterator<Item = &'e mut Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn boxed(&mut self, expr: &mut Option<Box<Expr>>) {
        self.each(expr.as_deref_mut());
    }

    fn expr(&mut self, expr: &mut Expr) {
        self.qualified(expr);
        self.module_alone(expr);
        self.broken(expr);
        match &mut expr.kind {
            ExprKind::Error | ExprKind::Literal(_) | ExprKind::RawStr(_) => {}
            ExprKind::Name(name) => self.value(name),
            ExprKind::Str(parts) => {
                for part in parts {
                    if let ast::StrPart::Expr { expr, .. } = part {
                        self.expr(expr);
                    }
                }
            }
            ExprKind::List(items)
            | ExprKind::Coalesce(items)
            | ExprKind::And(items)
            | ExprKind::Or(items) => {
                self.each(items);
            }
            ExprKind::Record(fields) => self.each(fields.iter_mut().map(|(_, value)| value)),
            ExprKind::Paren(inner)
            | ExprKind::Ago(inner)
            | ExprKind::FromNow(inner)
            | ExprKind::Neg { operand: inner, .. }
            | ExprKind::Not { operand: inner, .. }
            | ExprKind::IsKnown { operand: inner, .. } => self.expr(inner),
            ExprKind::Multiplicative { first, rest } => {
                self.expr(first);
                self.each(rest.iter_mut().map(|(_, _, right)| right));
            }
            ExprKind::Additive { first, rest } => {
                self.expr(first);
                self.each(rest.iter_mut().map(|(_, _, right)| right));
            }
            ExprKind::Compare { left, right, .. } | ExprKind::ContainsSet { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Between {
                operand, low, high, ..
            } => {
                self.expr(operand);
                self.expr(low);
                self.expr(high);
            }
            ExprKind::In { operand, set, .. } => match operand {
                Some(operand) => {
                    self.expr(operand);
                    self.expr(set);
                }
                None => self.set(set),
            },
            ExprKind::If { arms, otherwise } => {
                for (condition, result) in arms {
                    self.expr(condition);
                    self.expr(result);
                }
                self.expr(otherwise);
            }
            ExprKind::Match { subject, arms } => {
                self.expr(subject);
                for arm in arms {
                    for pattern in &mut arm.patterns {
                        // A bare name here is a value of an enum.
                        if let ast::Pattern::Value(value) = pattern
                            && !matches!(value.kind, ExprKind::Name(_))
                        {
                            self.expr(value);
                        }
                    }
                    self.expr(&mut arm.result);
                }
            }
            ExprKind::Postfix { base, ops } => {
                self.expr(base);
                self.operations(ops);
            }
            ExprKind::Call { name, args, among } => {
                self.reference(name);
                self.args(args);
                if let Some(among) = among {
                    self.set(among);
                }
            }
            ExprKind::Aggregate { index, arg, .. } => {
                self.boxed(index);
                self.query_arg(arg);
            }
            ExprKind::Quantifier {
                var,
                list,
                condition,
                ..
            } => {
                self.bind(var);
                self.expr(list);
                self.boxed(condition);
            }
            ExprKind::Did(did) => self.did(did),
            ExprKind::InWindow {
                operand, window, ..
            } => {
                self.expr(operand);
                self.window(window);
            }
        }
    }

    /// What is asked for membership.
    fn set(&mut self, set: &mut Expr) {
        self.qualified(set);
        self.broken(set);
        match &mut set.kind {
            ExprKind::Name(name) => {
                self.reference(name);
                self.module_alone(set);
            }
            ExprKind::Paren(inner) => self.set(inner),
            ExprKind::Postfix { base, ops } => {
                self.set(base);
                self.operations(ops);
            }
            _ => self.expr(set),
        }
    }

    fn operations(&mut self, ops: &mut [PostfixOp]) {
        for op in ops {
            match op {
                PostfixOp::Field(_) => {}
                PostfixOp::Method { args, .. } => self.args(args),
                PostfixOp::Index { key, .. } => self.expr(key),
            }
        }
    }

    fn args(&mut self, args: &mut [ast::Arg]) {
        for arg in args {
            match &mut arg.value {
                ast::ArgValue::Expr(value) => self.expr(value),
                ast::ArgValue::Type(ty) => self.ty(ty),
            }
        }
    }

    fn query_arg(&mut self, arg: &mut ast::QueryArg) {
        match arg {
            ast::QueryArg::Query(query) => {
                // `count(EU)`: what looks like events may be a list.
                if let [name] = query.kinds.as_mut_slice() {
                    self.value(name);
                }
                self.query(query);
            }
            ast::QueryArg::Expr(expr) => self.expr(expr),
        }
    }

    fn query(&mut self, query: &mut ast::Query) {
        query.alias.iter().for_each(|alias| self.bind(alias));
        query
            .window
            .iter_mut()
            .for_each(|window| self.window(window));
        self.boxed(&mut query.condition);
    }

    fn window(&mut self, window: &mut ast::Window) {
        match &mut window.kind {
            ast::WindowKind::Error | ast::WindowKind::This(_) => {}
            ast::WindowKind::Last(operand)
            | ast::WindowKind::Next(operand)
            | ast::WindowKind::Latest(operand) => self.expr(operand),
            ast::WindowKind::FromTo { from, to } => {
                self.expr(from);
                self.expr(to);
            }
            ast::WindowKind::LastCalendar { count, .. } => self.boxed(count),
        }
    }

    fn did(&mut self, did: &mut ast::Did) {
        self.query(&mut did.query);
        if let Some(times) = &mut did.times {
            self.expr(&mut times.count);
        }
        if let Some(regular) = &mut did.regular {
            self.expr(&mut regular.at_least);
            self.expr(&mut regular.of_last);
        }
        for step in &mut did.steps {
            self.query(&mut step.query);
            self.boxed(&mut step.within);
            self.boxed(&mut step.lasting);
        }
    }
}

/// The declarations of campaigns.
impl Walk<'_> {
    fn skip(&mut self, skip: &mut ast::Skip) {
        self.expr(&mut skip.condition);
        self.each(&mut skip.reason);
    }

    fn rate(&mut self, rate: &mut ast::Rate) {
        if let ast::Rate::Rolling(duration) = rate {
            self.expr(duration);
        }
    }

    fn channel(&mut self, clause: &mut ast::ChannelClause) {
        use ast::ChannelClause as Clause;
        match clause {
            Clause::To { value, .. } => self.expr(value),
            Clause::Requires(requires) => self.each(&mut requires.condition),
            Clause::Quiet {
                from,
                to,
                condition,
                ..
            } => {
                self.expr(from);
                self.expr(to);
                self.each(condition);
            }
            Clause::Limit { count, per, .. } => {
                self.expr(count);
                self.rate(per);
            }
            Clause::Skip(skip) => self.skip(skip),
            Clause::WhenFull { .. } | Clause::Transactional(_) => {}
        }
    }

    fn header(&mut self, clause: &mut ast::TriggerClauseKind) {
        use ast::TriggerClauseKind as Clause;
        match clause {
            Clause::Error | Clause::Again { .. } => {}
            Clause::On(start) => self.start(start),
            Clause::When(expr)
            | Clause::Per(expr)
            | Clause::StopWhen(expr)
            | Clause::Priority(expr) => {
                self.expr(expr);
            }
            Clause::Enter(ast::Enter::Limited { count, per }) => {
                self.expr(count);
                self.rate(per);
            }
            Clause::Enter(_) => {}
            Clause::StopOn(query) => self.query(query),
        }
    }

    fn start(&mut self, start: &mut ast::Start) {
        use ast::Start;
        match start {
            Start::Error => {}
            Start::Event(query) => self.query(query),
            Start::Membership { segment, .. } => self.set(segment),
            Start::Inactivity { query, duration } => {
                self.query(query);
                self.expr(duration);
            }
            Start::Anniversary { date, at } => {
                self.expr(date);
                self.each(at);
            }
            Start::Every { at, .. } => self.each(at),
            Start::Change {
                value,
                alias,
                condition,
            } => {
                alias.iter().for_each(|alias| self.bind(alias));
                self.expr(value);
                self.each(condition);
            }
        }
    }

    fn steps(&mut self, steps: &mut [ast::TriggerStep]) {
        use ast::TriggerStepKind as Step;
        for step in steps {
            match &mut step.kind {
                Step::Error | Step::Stop => {}
                Step::Send {
                    args, alias, stale, ..
                } => {
                    alias.iter().for_each(|alias| self.bind(alias));
                    self.args(args);
                    if let Some(ast::Stale::Within(limit) | ast::Stale::Before(limit)) = stale {
                        self.expr(limit);
                    }
                }
                Step::Wait(wait) => self.wait(wait),
                Step::If { arms, otherwise } => {
                    for (condition, steps) in arms {
                        self.expr(condition);
                        self.steps(steps);
                    }
                    otherwise.iter_mut().for_each(|steps| self.steps(steps));
                }
                Step::Emit { fields, .. } => self.each(fields.iter_mut().map(|(_, value)| value)),
                Step::Set { value, .. } => self.expr(value),
            }
        }
    }

    fn wait(&mut self, wait: &mut ast::Wait) {
        use ast::Wait;
        match wait {
            Wait::Error => {}
            Wait::For(expr) | Wait::Until(expr) | Wait::Clock { at: expr, .. } => self.expr(expr),
            Wait::Event { query, at_most } => {
                self.query(query);
                self.each(at_most);
            }
        }
    }

    fn content(&mut self, content: &mut ast::ContentDecl) {
        self.params(&mut content.params);
        self.each(&mut content.title);
        self.fields(&mut content.slots);
        content.skips.iter_mut().for_each(|skip| self.skip(skip));
        for variant in content.variants.iter_mut().chain(&mut content.otherwise) {
            self.each(&mut variant.condition);
            self.slots(&mut variant.slots);
            variant
                .locales
                .iter_mut()
                .for_each(|block| self.slots(&mut block.slots));
        }
    }

    fn slots(&mut self, slots: &mut [ast::SlotValue]) {
        for slot in slots {
            match &mut slot.value {
                ast::SlotSource::Expr(value) | ast::SlotSource::Template(value) => self.expr(value),
            }
        }
    }

    fn recommend(&mut self, clause: &mut ast::RecommendClause) {
        use ast::RecommendClause as Clause;
        match clause {
            Clause::From { .. } => {}
            Clause::Where { condition, .. } => self.expr(condition),
            Clause::Exclude { what, .. } => self.query_arg(what),
            Clause::RankBy { keys, .. } => self.each(keys.iter_mut().map(|key| &mut key.value)),
            Clause::Take { count, .. } => self.expr(count),
            Clause::Otherwise { fallback, .. } => match fallback {
                ast::Fallback::Error => {}
                ast::Fallback::Expr(expr) => self.expr(expr),
                ast::Fallback::Skip(reason) => self.each(reason),
            },
        }
    }

    fn experiment(&mut self, clause: &mut ast::ExperimentClause) {
        use ast::ExperimentClause as Clause;
        match clause {
            Clause::On { .. } | Clause::Hash { .. } => {}
            Clause::Arms { arms, .. } => {
                self.each(arms.iter_mut().filter_map(|arm| arm.weight.as_mut()));
            }
            Clause::Holdout { share, .. } => self.expr(share),
            Clause::Goal { query, within, .. } => {
                self.query(query);
                self.each(within);
            }
            Clause::Salt { salt, .. } => self.expr(salt),
            Clause::Layer { range, .. } => {
                if let Some((from, to)) = range {
                    self.expr(from);
                    self.expr(to);
                }
            }
        }
    }

    fn test(&mut self, step: &mut ast::TestStepKind) {
        use ast::TestStepKind as Step;
        match step {
            Step::Error | Step::Arm { .. } => {}
            Step::Given(fields) => self.each(fields.iter_mut().map(|(_, value)| value)),
            Step::Event { of, fields, .. } => {
                self.each(of);
                self.each(fields.iter_mut().map(|(_, value)| value));
            }
            Step::Set { value, .. } => self.each(value),
            Step::At(expr) | Step::Wait(expr) | Step::Expect(ast::Expectation::Holds(expr)) => {
                self.expr(expr);
            }
            Step::Expect(_) => {}
        }
    }
}
