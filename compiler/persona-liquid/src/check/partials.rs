//! `render` and `include`: the partial is checked with the types of its arguments, and put in where it is rendered.

use std::sync::Arc;

use persona_base::{FileId, Span, liquid, nearest};

use super::env::{Env, Var};
use super::{Checker, LoopInfo, Typed};
use crate::ast::{self, Name, OperandKind};
use crate::ir::{Anew, Expr, List, Loop, Node};
use crate::limits::MAX_PARTIAL_DEPTH;
use crate::{Template, Ty, Value};

/// What was looked at before a partial.
struct Outside {
    text: Arc<str>,
    file: FileId,
    env: Option<Env>,
    frame: u32,
    loop_base: usize,
}

impl Checker<'_> {
    pub(super) fn partial(&mut self, call: &ast::Partial, span: Span) -> Vec<Node> {
        let args: Vec<(Name, Typed)> = call
            .args
            .iter()
            .map(|(name, value)| (name.clone(), self.value(value)))
            .collect();
        let bound = call.bound.as_ref().map(|bound| self.value(&bound.value));
        let Some((name, template)) = self.found(&call.path, span) else {
            return Vec::new();
        };
        let bound_name = match call.bound.as_ref().and_then(|bound| bound.name.clone()) {
            Some(name) => name,
            None => Name {
                text: Arc::from(stem(&name)),
                span: call.path.span,
            },
        };
        let each = call.bound.as_ref().is_some_and(|bound| bound.each);
        let element = match (&bound, each) {
            (Some(list), true) => match self.elements(list) {
                Some(element) => Some(element),
                None => return Vec::new(),
            },
            _ => None,
        };
        let outside = self.enter(&template, call.include);
        let place = (outside.file, span);
        let nodes = self.inside(call, &template, args, bound, &bound_name, element, place);
        self.leave_partial(outside);
        nodes
    }

    /// The partial; reports what cannot be found, and what would never end.
    fn found(&mut self, path: &ast::Operand, span: Span) -> Option<(Arc<str>, Arc<Template>)> {
        let OperandKind::Str(name) = &path.kind else {
            if path.kind != OperandKind::Error {
                let diagnostic = self.problem(
                    liquid::DYNAMIC,
                    path.span,
                    "which partial it is is written out",
                );
                self.report(
                    diagnostic
                        .label("this depends on a value")
                        .help("choose with `{% case … %}`, and name the partial in quotes"),
                );
            }
            return None;
        };
        let template = match self.scope.partial(name) {
            Ok(template) => template,
            Err(tried) => {
                let diagnostic = self.problem(
                    liquid::PARTIAL,
                    path.span,
                    format!("there is no partial `{name}`"),
                );
                let known = self.scope.partials();
                let near = nearest(name, known.iter().map(|name| &**name)).map(str::to_owned);
                let diagnostic = match near {
                    Some(near) => diagnostic.perhaps(path.span, format!("\"{near}\"")),
                    None => diagnostic,
                };
                let paths: Vec<String> = tried.iter().map(|path| format!("`{path}`")).collect();
                self.report(if paths.is_empty() {
                    diagnostic
                } else {
                    diagnostic.label(format!("looked for {}", paths.join(", ")))
                });
                return None;
            }
        };
        if self.files.contains(&template.file) {
            let diagnostic =
                self.problem(liquid::PARTIAL, span, format!("`{name}` renders itself"));
            let diagnostic = if template.file == self.file {
                diagnostic
            } else {
                diagnostic.note("it renders the template that renders it")
            };
            self.report(
                diagnostic
                    .label("this would never end")
                    .help("go through lists with `for`"),
            );
            return None;
        }
        if self.files.len() > MAX_PARTIAL_DEPTH {
            let diagnostic = self.problem(
                liquid::TOO_LARGE,
                span,
                "too many partials inside each other",
            );
            self.report(diagnostic.label(format!("{MAX_PARTIAL_DEPTH} are the most")));
            return None;
        }
        Some((Arc::clone(name), template))
    }

    fn enter(&mut self, template: &Template, include: bool) -> Outside {
        let outside = Outside {
            text: std::mem::replace(&mut self.text, Arc::clone(&template.text)),
            file: std::mem::replace(&mut self.file, template.file),
            env: (!include).then(|| std::mem::take(&mut self.env)),
            frame: self.frame,
            loop_base: self.loop_base,
        };
        if !include {
            self.frames += 1;
            self.frame = self.frames;
            self.loop_base = self.loops.len();
        }
        self.files.push(template.file);
        outside
    }

    fn leave_partial(&mut self, outside: Outside) {
        self.files.pop();
        self.text = outside.text;
        self.file = outside.file;
        self.frame = outside.frame;
        self.loop_base = outside.loop_base;
        if let Some(env) = outside.env {
            self.env = env;
        }
    }

    /// The partial's nodes, with its arguments set before them.
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one call, used once"
    )]
    fn inside(
        &mut self,
        call: &ast::Partial,
        template: &Template,
        args: Vec<(Name, Typed)>,
        bound: Option<Typed>,
        bound_name: &Name,
        element: Option<Ty>,
        (caller, span): (FileId, Span),
    ) -> Vec<Node> {
        let fixed = call.include.then_some("an argument of `include`");
        let mut nodes = Vec::new();
        let mut before: Vec<(Arc<str>, Option<Var>)> = Vec::new();
        for (name, typed) in args {
            let (slot, was) = self.bind(&name, typed.ty, fixed);
            self.named_in(&name.text, caller);
            before.push((Arc::clone(&name.text), was));
            nodes.push(Node::Set(slot, typed.expr));
        }
        self.read_problems(template);
        let first = self.counts();
        match (bound, element) {
            (Some(list), Some(element)) => {
                let info = LoopInfo {
                    state: 0,
                    name: Arc::clone(&bound_name.text),
                    table: false,
                    bare: true,
                };
                let ((body, _), item, state) = self.looped(
                    bound_name,
                    element,
                    info,
                    |checker| checker.block(&template.body),
                    None,
                );
                let body = self.anew(body, first, call.include);
                nodes.push(Node::For(Box::new(Loop {
                    list: List::Values(list.expr),
                    item,
                    state,
                    reversed: false,
                    limit: None,
                    offset: None,
                    reached: None,
                    table: None,
                    body,
                    otherwise: Vec::new(),
                    place: self.place(span),
                })));
            }
            (Some(value), None) => {
                let (slot, was) = self.bind(bound_name, value.ty, fixed);
                self.named_in(&bound_name.text, caller);
                before.push((Arc::clone(&bound_name.text), was));
                nodes.push(Node::Set(slot, value.expr));
                let body = self.block(&template.body);
                nodes.append(&mut self.anew(body, first, call.include));
            }
            (None, _) => {
                let body = self.block(&template.body);
                nodes.append(&mut self.anew(body, first, call.include));
            }
        }
        for (name, was) in before.into_iter().rev() {
            self.unbind(&name, was);
        }
        nodes
    }

    /// Names stand in the template that renders this one.
    fn named_in(&mut self, name: &str, file: FileId) {
        if let Some(var) = self.env.vars_mut().get_mut(name) {
            var.place.file = file;
        }
    }

    /// How many slots of each kind there are.
    fn counts(&self) -> [u32; 4] {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        [
            self.locals,
            count(self.cycles.len()),
            count(self.offsets.len()),
            self.changes,
        ]
    }

    /// A rendered partial begins anew each time: what it assigned, counted and went through is forgotten.
    fn anew(&self, mut body: Vec<Node>, first: [u32; 4], include: bool) -> Vec<Node> {
        if include {
            return body;
        }
        let own = self
            .slots
            .iter()
            .filter(|((frame, _), slot)| *frame == self.frame && **slot >= first[0]);
        let start = |name: &str| {
            if name.starts_with('\0') {
                Value::Int(0)
            } else {
                Value::Missing
            }
        };
        let mut nodes: Vec<Node> = own
            .map(|((_, name), slot)| Node::Set(*slot, Expr::Const(start(name))))
            .collect();
        let [_, cycles, offsets, changes] = self.counts();
        if [cycles, offsets, changes] != first[1..] {
            nodes.push(Node::Anew(Box::new(Anew {
                cycles: first[1]..cycles,
                offsets: first[2]..offsets,
                changes: first[3]..changes,
            })));
        }
        nodes.append(&mut body);
        nodes
    }
}

/// The name of what a partial is bound to: its own, without folders and ending.
fn stem(name: &str) -> &str {
    let last = name.rsplit('/').next().unwrap_or(name);
    last.split('.').next().unwrap_or(last)
}
