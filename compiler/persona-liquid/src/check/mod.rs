//! Checks a template against what it sees: resolves every variable, infers every type, and leaves what is to be done when it is
//! rendered. One pass, in the order of the text; nothing of the files is read here.

mod conditions;
mod env;
mod filters;
mod loops;
mod nodes;
mod partials;
mod paths;
mod picking;
mod probe;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_base::{Code, Diagnostic, FileId, Level, Span, liquid, sort_and_dedup};

use crate::ast;
use crate::ir::{Checked, Expr, Node, Place, Root};
use crate::limits::{MAX_NODES, MAX_VARIABLES};
use crate::problems::{Problems, problem};
use crate::{Template, Ty};

use env::{Env, Var};

pub use probe::{OwnVariable, PROBE, Probed};

/// What a template is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Text: nothing is escaped.
    Text,
    /// HTML: text that is put in is escaped.
    Html,
}

/// What a template sees; asked by the check.
pub trait Scope {
    /// The type of a variable, if there is one of this name. A record's fields become roots of their own, so that the caller need
    /// not make whole records where only fields are used.
    fn root(&mut self, name: &str) -> Option<Ty>;
    /// The names of all variables, for suggestions.
    fn names(&self) -> Vec<Arc<str>>;
    /// The partial of this name, as a template names it (`cart/line`), or the paths where it was looked for.
    fn partial(&mut self, name: &str) -> Result<Arc<Template>, Vec<String>>;
    /// The names of all partials, for suggestions.
    fn partials(&self) -> Vec<Arc<str>>;
    /// Hears what could stand where [`PROBE`] stands, for editors.
    fn probed(&mut self, _probed: Probed) {}
}

/// What a check gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The checked template; none while there is an error that cannot be turned off.
    pub template: Option<Checked>,
    /// What is wrong or dubious in it and in its partials, in the order of files and places.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks a template against what it sees.
pub fn check(template: &Template, target: Target, scope: &mut dyn Scope) -> Outcome {
    let mut checker = Checker {
        scope,
        text: Arc::clone(&template.text),
        file: template.file,
        html: target == Target::Html,
        problems: Problems::default(),
        failed: false,
        roots: Vec::new(),
        root_slots: BTreeMap::new(),
        env: Env::default(),
        slots: BTreeMap::new(),
        locals: 0,
        frame: 0,
        frames: 0,
        loops: Vec::new(),
        leaving: Vec::new(),
        loop_base: 0,
        offsets: BTreeMap::new(),
        cycles: BTreeMap::new(),
        changes: 0,
        changed: BTreeMap::new(),
        files: vec![template.file],
        read: BTreeSet::new(),
        nodes: 0,
        depth: 0,
    };
    checker.read_problems(template);
    let nodes = checker.block(&template.body);
    checker.finish(nodes)
}

/// A loop around the place that is checked.
#[derive(Clone, Debug)]
struct LoopInfo {
    state: u32,
    name: Arc<str>,
    table: bool,
    /// The loop of `render … for`: nobody's `parentloop`.
    bare: bool,
}

/// A cycle's slot, and how many values it goes through.
type CycleInfo = (u32, usize, Span);

struct Checker<'s> {
    scope: &'s mut dyn Scope,
    /// The template that is looked at, and its text: the main one or a partial.
    text: Arc<str>,
    file: FileId,
    html: bool,
    problems: Problems,
    failed: bool,
    roots: Vec<Root>,
    root_slots: BTreeMap<Vec<Arc<str>>, u32>,
    env: Env,
    /// Slots by frame (a `render` has its own) and name.
    slots: BTreeMap<(u32, Arc<str>), u32>,
    locals: u32,
    frame: u32,
    frames: u32,
    loops: Vec<LoopInfo>,
    /// What is known where each of them is left, or its next pass begun.
    leaving: Vec<Option<Env>>,
    /// Where the loops of the frame begin.
    loop_base: usize,
    offsets: BTreeMap<String, u32>,
    cycles: BTreeMap<(u32, String), CycleInfo>,
    changes: u32,
    /// The slot of `ifchanged` in each frame.
    changed: BTreeMap<u32, u32>,
    /// The templates inside which this one is rendered.
    files: Vec<FileId>,
    /// Templates whose own problems are told.
    read: BTreeSet<FileId>,
    nodes: usize,
    depth: usize,
}

/// A checked value.
#[derive(Clone, Debug)]
struct Typed {
    expr: Expr,
    ty: Ty,
    span: Span,
    /// The path by which it is known to be there.
    key: Option<String>,
}

impl Typed {
    fn new(expr: Expr, ty: Ty, span: Span) -> Self {
        Self {
            expr,
            ty,
            span,
            key: None,
        }
    }

    fn error(span: Span) -> Self {
        Self::new(Expr::Const(crate::Value::Missing), Ty::Error, span)
    }

    fn literal(&self) -> Option<&crate::Value> {
        match &self.expr {
            Expr::Const(value) => Some(value),
            _ => None,
        }
    }
}

impl Checker<'_> {
    fn finish(self, nodes: Vec<Node>) -> Outcome {
        let template = (!self.failed).then_some(Checked {
            roots: self.roots,
            nodes,
            locals: self.locals as usize,
            cycles: self.cycles.len(),
            offsets: self.offsets.len(),
            changes: self.changes as usize,
        });
        let mut diagnostics = self.problems.into_list();
        sort_and_dedup(&mut diagnostics);
        Outcome {
            template,
            diagnostics,
        }
    }

    fn problem(&self, code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        problem(code, self.file, span, message)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.failed |= diagnostic.code.info().level == Level::Error;
        self.problems.report(diagnostic);
    }

    fn place(&self, span: Span) -> Place {
        Place {
            file: self.file,
            span,
        }
    }

    /// The source text of a place.
    fn source(&self, span: Span) -> &str {
        span.of(&self.text)
    }

    /// Tells what is wrong with a template's text, once.
    fn read_problems(&mut self, template: &Template) {
        if self.read.insert(template.file) {
            for diagnostic in &template.problems {
                self.report(diagnostic.clone());
            }
        }
    }

    /// Whether the template has become too large; says so once.
    fn is_full(&mut self, span: Span) -> bool {
        self.nodes += 1;
        if self.nodes == MAX_NODES {
            let diagnostic = self.problem(
                liquid::TOO_LARGE,
                span,
                "this template is too large, with all that it renders",
            );
            self.report(
                diagnostic
                    .label(format!("{MAX_NODES} tags and texts are the most"))
                    .help("partials that render partials several times grow fast"),
            );
        }
        self.nodes >= MAX_NODES
    }

    /// The slot of a name in this frame.
    fn slot(&mut self, name: &Arc<str>) -> u32 {
        let key = (self.frame, Arc::clone(name));
        if let Some(slot) = self.slots.get(&key) {
            return *slot;
        }
        let slot = self.fresh();
        self.slots.insert(key, slot);
        slot
    }

    fn fresh(&mut self) -> u32 {
        self.locals += 1;
        self.locals - 1
    }

    /// Binds a name that stays what it is: an item of a loop, an argument. Gives its slot and what the name was before.
    fn bind(
        &mut self,
        name: &ast::Name,
        ty: Ty,
        fixed: Option<&'static str>,
    ) -> (u32, Option<Var>) {
        let slot = self.fresh();
        let var = Var {
            slot,
            ty,
            depth: self.loops.len(),
            fixed,
            conflict: None,
            shadows: None,
            place: self.place(name.span),
        };
        self.env.forget(&name.text);
        (
            slot,
            self.env.vars_mut().insert(Arc::clone(&name.text), var),
        )
    }

    fn unbind(&mut self, name: &Arc<str>, before: Option<Var>) {
        self.env.forget(name);
        match before {
            Some(var) => self.env.vars_mut().insert(Arc::clone(name), var),
            None => self.env.vars_mut().remove(name),
        };
    }

    /// `assign` and `capture`: gives the slot to set.
    fn assign(&mut self, name: &ast::Name, value: &Typed) -> Option<u32> {
        if matches!(
            &*name.text,
            "forloop" | "tablerowloop" | "nil" | "null" | "true" | "false" | "blank" | "empty"
        ) {
            let message = format!("`{}` cannot be assigned", name.text);
            let diagnostic = self.problem(liquid::VARIABLE_TYPE, name.span, message);
            self.report(diagnostic.label("Liquid knows this word already"));
            return None;
        }
        let depth = self.loops.len();
        let mut ty = value.ty.clone();
        let mut first = depth;
        let mut known_slot = None;
        let mut shadows = None;
        if let Some(var) = self.env.vars.get(&name.text).cloned() {
            if let Some(what) = var.fixed {
                let message = format!("`{}` is {what}, and stays what it is", name.text);
                let diagnostic = self.problem(liquid::VARIABLE_TYPE, name.span, message);
                self.report(
                    diagnostic
                        .secondary(var.place.file, var.place.span, "named here")
                        .help("give the new value another name"),
                );
                return None;
            }
            if depth > var.depth {
                ty = self.loop_carried(name, &var, value)?;
                first = var.depth;
            }
            known_slot = Some(var.slot);
            shadows = var.shadows;
        } else if self.too_many(name) {
            return None;
        } else if self.frame == 0 {
            shadows = self.scope.root(&name.text);
            if shadows.is_some() && depth > self.loop_base {
                self.shadowed_in_loop(name);
                return None;
            }
        }
        let slot = known_slot.unwrap_or_else(|| self.slot(&name.text));
        let is_known = !value.ty.is_optional();
        let place = self.place(name.span);
        self.env.forget(&name.text);
        if is_known && ty.is_optional() {
            self.env.learn([name.text.to_string()]);
        }
        let var = Var {
            slot,
            ty,
            depth: first,
            fixed: None,
            conflict: None,
            shadows,
            place,
        };
        self.env.vars_mut().insert(Arc::clone(&name.text), var);
        Some(slot)
    }

    /// The first pass of a loop would read the message's variable, and the others what is assigned.
    fn shadowed_in_loop(&mut self, name: &ast::Name) {
        let message = format!("`{}` is a variable of this message", name.text);
        let diagnostic = self
            .problem(liquid::VARIABLE_TYPE, name.span, message)
            .label("the next pass of the loop would read another one");
        self.report(diagnostic.help("give the new value another name"));
    }

    /// Whether there are as many variables as there may be; then it is said.
    fn too_many(&mut self, name: &ast::Name) -> bool {
        let full = self.env.vars.len() >= MAX_VARIABLES;
        if full {
            let diagnostic = self.problem(liquid::TOO_LARGE, name.span, "too many variables");
            self.report(diagnostic.label(format!("{MAX_VARIABLES} are the most")));
        }
        full
    }

    /// A variable from outside a loop keeps its type in it, or the second pass would meet another than the first.
    fn loop_carried(&mut self, name: &ast::Name, var: &Var, value: &Typed) -> Option<Ty> {
        if var.ty.is_error() || value.ty.is_error() {
            return Some(Ty::Error);
        }
        let fits =
            var.ty == value.ty || (var.ty.is_optional() && var.ty.clone().known() == value.ty);
        if fits && var.conflict.is_none() {
            return Some(var.ty.clone());
        }
        let message = format!(
            "`{}` is {}, and the loop makes it {}",
            name.text,
            var.ty.describe(),
            value.ty.describe()
        );
        let diagnostic = self
            .problem(liquid::VARIABLE_TYPE, name.span, message)
            .label("the next pass of the loop would not know which it is")
            .secondary(var.place.file, var.place.span, "first assigned here");
        self.report(diagnostic.help("give the new value another name, or the same type"));
        None
    }
}
