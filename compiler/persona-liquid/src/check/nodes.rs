//! Tags and outputs: what each leaves to do.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::{Applicability, Span, liquid};

use super::conditions::Judged;
use super::env::Env;
use super::{Checker, Typed};
use crate::ast::{self, Block, Compare, Filtered, NodeKind, OperandKind};
use crate::ir::{Expr, Node, Test};
use crate::limits::{MAX_DEPTH, MAX_FILTERS};
use crate::{Ty, Value};

impl Checker<'_> {
    /// A sequence of nodes.
    pub(super) fn block(&mut self, block: &Block) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::with_capacity(block.nodes.len());
        if self.depth >= MAX_DEPTH {
            if let Some(node) = block.nodes.first() {
                let diagnostic = self.problem(
                    liquid::TOO_LARGE,
                    node.span,
                    "too many tags inside each other, with those around the partials",
                );
                self.report(diagnostic.label(format!("{MAX_DEPTH} are the most")));
            }
            return nodes;
        }
        self.depth += 1;
        for node in &block.nodes {
            if self.is_full(node.span) || self.problems.is_full() {
                break;
            }
            match &node.kind {
                NodeKind::Text => {
                    let text = self.source(node.span);
                    nodes.push(Node::Text(Arc::from(text)));
                }
                NodeKind::Partial(partial) => {
                    let mut inside = self.partial(partial, node.span);
                    nodes.append(&mut inside);
                }
                _ => nodes.extend(self.node(node)),
            }
        }
        self.depth -= 1;
        nodes
    }

    fn node(&mut self, node: &ast::Node) -> Option<Node> {
        match &node.kind {
            NodeKind::Error | NodeKind::Text | NodeKind::Partial(_) => None,
            NodeKind::Output(filtered) => {
                let typed = self.filtered(filtered);
                self.print(typed)
            }
            NodeKind::If(branches, otherwise) => Some(self.if_(branches, otherwise.as_ref())),
            NodeKind::Case(case) => Some(self.case(case)),
            NodeKind::For(for_) => self.for_(for_, node.span),
            NodeKind::Assign(name, value) => {
                let typed = self.filtered(value);
                let slot = self.assign(name, &typed)?;
                Some(Node::Set(slot, typed.expr))
            }
            NodeKind::Capture(name, body) => {
                let body = self.block(body);
                let ty = if self.html { Ty::Html } else { Ty::Str };
                let value = Typed::new(Expr::Const(Value::Missing), ty, name.span);
                let slot = self.assign(name, &value)?;
                Some(Node::Capture(slot, body))
            }
            NodeKind::Cycle(cycle) => self.cycle(cycle, node.span),
            NodeKind::Count(name, up) => self.count(name, *up),
            NodeKind::Break | NodeKind::Continue => self.leave(&node.kind, node.span),
            NodeKind::IfChanged(body) => {
                let before = self.env.clone();
                let body = self.block(body);
                let after = std::mem::take(&mut self.env);
                self.env = Env::met(Some(before), after);
                Some(Node::IfChanged(self.changed(), body))
            }
        }
    }

    /// Where it is kept what `ifchanged` printed last: all of one frame go on from each other, as Liquid's do.
    fn changed(&mut self) -> u32 {
        let fresh = self.changes;
        let slot = *self.changed.entry(self.frame).or_insert(fresh);
        self.changes += u32::from(slot == fresh);
        slot
    }

    /// A value with its filters.
    pub(super) fn filtered(&mut self, filtered: &Filtered) -> Typed {
        let mut typed = self.value(&filtered.value);
        if let Some(filter) = filtered.filters.get(MAX_FILTERS) {
            let diagnostic = self.problem(
                liquid::TOO_LARGE,
                filter.span,
                "too many filters behind each other",
            );
            self.report(
                diagnostic
                    .label(format!("{MAX_FILTERS} are the most"))
                    .help("name the value on the way: `{% assign name = … %}`"),
            );
            return Typed::error(typed.span);
        }
        for filter in &filtered.filters {
            typed = self.filter(typed, filter);
        }
        typed
    }

    /// Prints a value.
    pub(super) fn print(&mut self, typed: Typed) -> Option<Node> {
        let (ty, span) = (&typed.ty, typed.span);
        let diagnostic = match ty {
            Ty::Error => return None,
            Ty::Html if !self.html => {
                let diagnostic = self.problem(liquid::NOT_PRINTABLE, span, "HTML stands in text");
                diagnostic.label("people would read its tags").fix(
                    "take them out with `strip_html`",
                    Applicability::Maybe,
                    Span::at(span.end),
                    " | strip_html",
                )
            }
            Ty::Optional(of) => {
                let default = match **of {
                    Ty::Int => "0",
                    Ty::Float => "0.0",
                    _ => "\"\"",
                };
                let source = self.source(span).trim();
                let what = if source.chars().count() > 40 || source.contains('\n') {
                    "this".to_owned()
                } else {
                    format!("`{source}`")
                };
                let diagnostic = self.problem(
                    liquid::MAY_BE_MISSING,
                    span,
                    format!("{what} may be missing"),
                );
                let diagnostic = diagnostic
                    .label("people would read a hole")
                    .note("`{% if … %}` around it, and `default`, say what people read instead");
                let is_list = matches!(**of, Ty::List(_) | Ty::Record(_));
                if is_list {
                    diagnostic.help("ask whether it is there, then print its parts")
                } else {
                    let title = format!("add `| default: {default}`");
                    diagnostic.fix(
                        title,
                        Applicability::Maybe,
                        Span::at(span.end),
                        format!(" | default: {default}"),
                    )
                }
            }
            Ty::List(of) => {
                let diagnostic = self
                    .problem(
                        liquid::NOT_PRINTABLE,
                        span,
                        "a list is not printed as it is",
                    )
                    .label(format!("this is {}", ty.describe()));
                if of.is_printable() {
                    diagnostic.fix(
                        "join its elements",
                        Applicability::Maybe,
                        Span::at(span.end),
                        " | join: \", \"",
                    )
                } else {
                    diagnostic.help("go through it: `{% for item in list %}{{ item }}{% endfor %}`")
                }
            }
            Ty::Record(fields) => {
                let diagnostic = self.problem(
                    liquid::NOT_PRINTABLE,
                    span,
                    "a record is not printed as it is",
                );
                match fields.first() {
                    Some(field) => {
                        diagnostic.help(format!("print one of its fields, as `.{}`", field.name))
                    }
                    None => diagnostic,
                }
            }
            _ => {
                let escape = self.html && *ty != Ty::Html;
                if let (Some(Value::Str(text)), false) = (typed.literal(), escape) {
                    return Some(Node::Text(Arc::clone(text)));
                }
                return Some(Node::Print {
                    expr: typed.expr,
                    ty: typed.ty,
                    escape,
                });
            }
        };
        self.report(diagnostic);
        None
    }

    fn if_(&mut self, branches: &[ast::Branch], otherwise: Option<&Block>) -> Node {
        let mut end: Option<Env> = None;
        let mut checked = Vec::with_capacity(branches.len());
        for branch in branches {
            let mut judged = self.condition(&branch.condition);
            if branch.negated {
                judged = self.negated(judged);
            }
            let before = self.env.clone();
            self.env.learn(judged.yes);
            let body = self.block(&branch.body);
            let after = std::mem::replace(&mut self.env, before);
            end = Some(Env::met(end, after));
            self.env.learn(judged.no);
            checked.push((judged.test, body));
        }
        let last = otherwise.map_or_else(Vec::new, |body| self.block(body));
        let after = std::mem::take(&mut self.env);
        self.env = Env::met(end, after);
        Node::If(checked, last)
    }

    /// The condition of `unless`: where a missing value makes it false, its opposite would be a yes that nobody said.
    fn negated(&mut self, judged: Judged) -> Judged {
        if let Some(open) = &judged.open {
            self.missing_as_yes(open);
        }
        Judged {
            test: Test::Not(Box::new(judged.test)),
            yes: judged.no,
            no: judged.yes,
            open: None,
        }
    }

    fn case(&mut self, case: &ast::Case) -> Node {
        let subject = self.value(&case.subject);
        let start = self.env.clone();
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        let mut whens = Vec::with_capacity(case.whens.len());
        let mut otherwise_known = Vec::new();
        for (values, body) in &case.whens {
            let mut tests = Vec::with_capacity(values.len());
            let mut facts: Option<Vec<String>> = None;
            for value in values {
                self.twice(value, &mut seen);
                let judged = self.when(&subject, value);
                facts = Some(match facts {
                    None => judged.yes,
                    Some(facts) => facts
                        .into_iter()
                        .filter(|key| judged.yes.contains(key))
                        .collect(),
                });
                otherwise_known.extend(judged.no);
                tests.push(judged.test);
            }
            // Each `when` that fits is printed, so this may come behind those before it.
            let before = self.env.clone();
            self.env.learn(facts.unwrap_or_default());
            let body = self.block(body);
            let after = std::mem::take(&mut self.env);
            self.env = Env::met(Some(before), after);
            whens.push((tests, body));
        }
        let after = std::mem::replace(&mut self.env, start);
        self.env.learn(otherwise_known);
        let otherwise = case
            .otherwise
            .as_ref()
            .map_or_else(Vec::new, |body| self.block(body));
        let other = std::mem::take(&mut self.env);
        self.env = Env::met(Some(after), other);
        Node::Case(whens, otherwise)
    }

    /// A value that stands in two `when`s would be printed twice.
    fn twice(&mut self, value: &ast::Operand, seen: &mut BTreeMap<String, Span>) {
        if matches!(
            value.kind,
            OperandKind::Path(_) | OperandKind::Error | OperandKind::Range(_)
        ) {
            return;
        }
        let key = match &value.kind {
            OperandKind::Str(text) => format!("\"{text}"),
            _ => self.source(value.span).to_owned(),
        };
        if let Some(first) = seen.insert(key, value.span) {
            let diagnostic = self
                .problem(
                    liquid::MISPLACED,
                    value.span,
                    "this value stands there twice",
                )
                .label("Liquid would print both")
                .secondary(self.file, first, "first here")
                .help("remove one of them");
            self.report(diagnostic);
        }
    }

    fn when(&mut self, subject: &Typed, value: &ast::Operand) -> Judged {
        match value.kind {
            OperandKind::Nil | OperandKind::Blank | OperandKind::Empty => {
                self.word_in_when(subject, value)
            }
            _ => {
                let typed = self.value(value);
                self.compared(subject, Compare::Eq, value.span, &typed)
            }
        }
    }

    fn cycle(&mut self, cycle: &ast::Cycle, span: Span) -> Option<Node> {
        let group = cycle.group.as_ref().map(|group| self.value(group));
        let mut items = Vec::with_capacity(cycle.items.len());
        for item in &cycle.items {
            let typed = self.value(item);
            if let Node::Print { expr, ty, .. } = self.print_part(typed)? {
                items.push((expr, ty));
            }
        }
        let key = match &cycle.group {
            Some(group) => format!(":{}", self.source(group.span)),
            None => self.source(span).to_owned(),
        };
        let fresh = u32::try_from(self.cycles.len()).unwrap_or(u32::MAX);
        let (slot, count, place) =
            *self
                .cycles
                .entry((self.frame, key))
                .or_insert((fresh, items.len(), span));
        if count != items.len() {
            let message = format!(
                "this cycle has {} values, and another of its name has {count}",
                items.len()
            );
            let diagnostic = self
                .problem(liquid::MISPLACED, span, message)
                .label("they go on from each other");
            self.report(
                diagnostic
                    .secondary(self.file, place, "the other one")
                    .help("give it another name, or as many values"),
            );
            return None;
        }
        let group = match group {
            None => None,
            Some(typed) if typed.ty == Ty::Str && typed.literal().is_none() => Some(typed.expr),
            Some(typed) if matches!(typed.ty, Ty::Str | Ty::Int | Ty::Error) => None,
            Some(typed) => {
                let diagnostic = self.problem(
                    liquid::FILTER_ARGUMENTS,
                    typed.span,
                    "a cycle's name is a text",
                );
                self.report(diagnostic.label(format!("this is {}", typed.ty.describe())));
                return None;
            }
        };
        Some(Node::Cycle {
            slot,
            group,
            items,
            escape: self.html,
        })
    }

    /// A value of a cycle: printed later, also where it is written out.
    fn print_part(&mut self, typed: Typed) -> Option<Node> {
        let part = (typed.expr.clone(), typed.ty.clone());
        self.print(typed)?;
        Some(Node::Print {
            expr: part.0,
            ty: part.1,
            escape: self.html,
        })
    }

    /// `increment` and `decrement`. Counters have names of their own; one that is a variable's too would be two things.
    fn count(&mut self, name: &ast::Name, up: bool) -> Option<Node> {
        let is_root = self.frame == 0 && self.scope.root(&name.text).is_some();
        if is_root {
            let diagnostic = self.problem(
                liquid::VARIABLE_TYPE,
                name.span,
                format!("`{}` is a variable of this message", name.text),
            );
            self.report(
                diagnostic
                    .label("a counter cannot have its name")
                    .help("give the counter another name"),
            );
            return None;
        }
        let hidden: Arc<str> = Arc::from(format!("\0{}", name.text));
        if !self.env.vars.contains_key(&hidden) && self.too_many(name) {
            return None;
        }
        let slot = self.slot(&hidden);
        let place = self.place(name.span);
        let depth = self.loops.len();
        let depth = self
            .env
            .vars
            .get(&hidden)
            .map_or(depth, |var| var.depth.min(depth));
        let var = super::Var {
            slot,
            ty: Ty::Int,
            depth,
            fixed: None,
            conflict: None,
            shadows: None,
            place,
        };
        self.env.vars_mut().insert(hidden, var);
        Some(Node::Count(slot, up))
    }

    fn leave(&mut self, kind: &NodeKind, span: Span) -> Option<Node> {
        let word = if *kind == NodeKind::Break {
            "break"
        } else {
            "continue"
        };
        if self.loops.len() == self.loop_base {
            let diagnostic = self.problem(
                liquid::MISPLACED,
                span,
                format!("`{word}` stands in no loop"),
            );
            self.report(
                diagnostic.help(
                    "it belongs between `{% for … %}` and `{% endfor %}` of the same message",
                ),
            );
            return None;
        }
        let way = self.env.clone();
        let ways = self.leaving.last_mut().expect("a loop stands around");
        *ways = Some(Env::met(ways.take(), way));
        self.env.left = true;
        Some(if *kind == NodeKind::Break {
            Node::Break
        } else {
            Node::Continue
        })
    }
}
