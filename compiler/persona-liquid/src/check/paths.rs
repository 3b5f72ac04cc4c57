//! Variables and literals: which value each path means, and its type.

use std::sync::Arc;

use persona_base::{Diagnostic, Span, liquid, nearest};

use super::probe::{Probed, is_probe};
use super::{Checker, Typed};
use crate::ast::{Head, Name, Operand, OperandKind, Path, Step};
use crate::ir::{Expr, LoopField, Root};
use crate::{Field, Ty, Value};

impl Checker<'_> {
    /// A value; `nil`, `blank` and `empty` are none.
    pub(super) fn value(&mut self, operand: &Operand) -> Typed {
        let span = operand.span;
        let literal = |value, ty| Typed::new(Expr::Const(value), ty, span);
        match &operand.kind {
            OperandKind::Error => Typed::error(span),
            OperandKind::Nil | OperandKind::Blank | OperandKind::Empty => {
                let word = self.source(span).to_owned();
                let diagnostic = self.problem(
                    liquid::NOT_PRINTABLE,
                    span,
                    format!("`{word}` is not a value"),
                );
                self.report(
                    diagnostic
                        .label("it is only compared to: `{% if name == blank %}`")
                        .help("leave it out, or write `\"\"` for a text without characters"),
                );
                Typed::error(span)
            }
            OperandKind::Bool(yes) => literal(Value::Bool(*yes), Ty::Bool),
            OperandKind::Int(number) => literal(Value::Int(*number), Ty::Int),
            OperandKind::Float(number) => literal(Value::Float(*number), Ty::Float),
            OperandKind::Str(text) => literal(Value::Str(Arc::clone(text)), Ty::Str),
            OperandKind::Range(ends) => {
                let from = self.number(&ends.0, "a range begins");
                let to = self.number(&ends.1, "a range ends");
                let place = self.place(span);
                Typed::new(
                    Expr::Range(Box::new((from, to)), place),
                    Ty::list(Ty::Int),
                    span,
                )
            }
            OperandKind::Path(path) => self.path(path, span),
        }
    }

    /// A whole number that is there.
    pub(super) fn number(&mut self, operand: &Operand, what: &str) -> Expr {
        let typed = self.value(operand);
        match &typed.ty {
            Ty::Error | Ty::Int => {}
            Ty::Optional(_) => {
                self.may_be_missing(&typed, &format!("{what} with a number that is there"));
            }
            other => {
                let found = other.describe();
                let diagnostic = self.problem(
                    liquid::FILTER_ARGUMENTS,
                    typed.span,
                    format!("{what} with a whole number"),
                );
                let diagnostic = diagnostic.label(format!("this is {found}"));
                let written = self.source(typed.span).trim_matches(['\'', '"']).to_owned();
                self.report(if written.parse::<i64>().is_ok() {
                    diagnostic.perhaps(typed.span, written)
                } else {
                    diagnostic
                });
            }
        }
        typed.expr
    }

    /// A value that may be missing where it must be there.
    pub(super) fn may_be_missing(&mut self, typed: &Typed, why: &str) {
        let source = self.source(typed.span).trim().to_owned();
        let short = if source.chars().count() > 40 || source.contains('\n') {
            "this".to_owned()
        } else {
            format!("`{source}`")
        };
        let diagnostic = self
            .problem(
                liquid::MAY_BE_MISSING,
                typed.span,
                format!("{short} may be missing"),
            )
            .label(why.to_owned());
        let help = match &typed.key {
            Some(key) => format!(
                "ask whether it is there, `{{% if {key} %}}…{{% endif %}}`, or assign it with a default first"
            ),
            None => "give it a default first: `{% assign name = value | default: … %}`".to_owned(),
        };
        self.report(diagnostic.help(help));
    }

    fn path(&mut self, path: &Path, span: Span) -> Typed {
        let name = match &path.head {
            Head::Name(name) => name,
            Head::Dynamic(operand) => {
                let place = operand.span;
                self.value(operand);
                let diagnostic =
                    self.problem(liquid::DYNAMIC, place, "a variable's name is written out");
                self.report(
                    diagnostic
                        .label("which variable this is depends on a value")
                        .help("choose with `{% case … %}`"),
                );
                return Typed::error(span);
            }
        };
        if is_probe(&name.text) {
            self.probed_variable();
        }
        if let Some(var) = self.env.vars.get(&name.text).cloned() {
            if let Some((one, other)) = &var.conflict {
                let what = if one == other {
                    "the message's own and sometimes what is assigned".to_owned()
                } else {
                    format!("{} and sometimes {}", one.describe(), other.describe())
                };
                let message = format!("`{}` is sometimes {what}", name.text);
                let diagnostic = self.problem(liquid::VARIABLE_TYPE, name.span, message);
                self.report(
                    diagnostic
                        .secondary(var.place.file, var.place.span, "assigned here")
                        .help("give the two values two names"),
                );
                return Typed::error(span);
            }
            let base = self.narrowed(
                Expr::Local(var.slot),
                var.ty,
                name.span,
                Some(name.text.to_string()),
            );
            return self.steps(base, &path.steps, span);
        }
        if matches!(&*name.text, "forloop" | "tablerowloop") && self.loops.len() > self.loop_base {
            return self.forloop(name, &path.steps, span);
        }
        let counter: Arc<str> = Arc::from(format!("\0{}", name.text));
        if let Some(var) = self.env.vars.get(&counter).cloned() {
            let base = Typed::new(Expr::Local(var.slot), var.ty, name.span);
            return self.steps(base, &path.steps, span);
        }
        self.root(name, &path.steps, span)
    }

    /// The value as it is known here.
    fn narrowed(&self, expr: Expr, ty: Ty, span: Span, key: Option<String>) -> Typed {
        let known = key.as_ref().is_some_and(|key| self.env.known.contains(key));
        Typed {
            expr,
            ty: if known { ty.known() } else { ty },
            span,
            key,
        }
    }

    /// A variable of the scope: the longest path of fields is one root.
    fn root(&mut self, name: &Name, steps: &[(Step, Span)], span: Span) -> Typed {
        let found = if self.frame == 0 {
            self.scope.root(&name.text)
        } else {
            None
        };
        let Some(ty) = found else {
            self.unknown_variable(name);
            return Typed::error(span);
        };
        let mut path = vec![Arc::clone(&name.text)];
        let mut declared = ty;
        let mut key = name.text.to_string();
        let mut is_known = self.env.known.contains(&key);
        let mut taken = 0;
        for (step, place) in steps {
            let (Step::Field(field), Ty::Record(fields)) = (step, declared.clone().known()) else {
                break;
            };
            let Some(found) = fields.iter().find(|known| known.name == *field) else {
                self.unknown_field(*place, field, &fields);
                return Typed::error(span);
            };
            let lifted = declared.is_optional() && !is_known;
            declared = if lifted {
                found.ty.clone().optional()
            } else {
                found.ty.clone()
            };
            path.push(Arc::clone(field));
            key.push('.');
            key.push_str(field);
            is_known = self.env.known.contains(&key);
            taken += 1;
        }
        let expr = self.whole(path, &declared);
        let end = steps[..taken]
            .last()
            .map_or(name.span, |(_, place)| name.span.to(*place));
        let base = self.narrowed(expr, declared, end, Some(key));
        self.steps(base, &steps[taken..], span)
    }

    /// A root, or a record of roots. A record that may be missing is one root: its fields do not say whether it is there.
    fn whole(&mut self, path: Vec<Arc<str>>, ty: &Ty) -> Expr {
        let Ty::Record(fields) = ty else {
            return Expr::Root(self.root_slot(path, ty));
        };
        let fields = fields.iter().map(|field| {
            let mut path = path.clone();
            path.push(Arc::clone(&field.name));
            self.whole(path, &field.ty)
        });
        Expr::Record(fields.collect())
    }

    fn root_slot(&mut self, path: Vec<Arc<str>>, ty: &Ty) -> u32 {
        if let Some(slot) = self.root_slots.get(&path) {
            return *slot;
        }
        let slot = u32::try_from(self.roots.len()).unwrap_or(u32::MAX);
        self.roots.push(Root {
            path: path.clone(),
            ty: ty.clone(),
        });
        self.root_slots.insert(path, slot);
        slot
    }

    /// What is asked of a value: a field, an element, `first`, `last`, `size`.
    fn steps(&mut self, base: Typed, steps: &[(Step, Span)], span: Span) -> Typed {
        let mut typed = base;
        for (step, place) in steps {
            if typed.ty.is_error() {
                return Typed::error(span);
            }
            let Some(next) = self.step(typed, step, *place) else {
                return Typed::error(span);
            };
            typed = next;
        }
        typed.span = span;
        typed
    }

    fn step(&mut self, typed: Typed, step: &Step, place: Span) -> Option<Typed> {
        let lifted = typed.ty.is_optional();
        let lift = |ty: Ty| if lifted { ty.optional() } else { ty };
        let span = typed.span.to(place);
        let of = typed.ty.clone().known();
        match (step, &of) {
            (Step::Field(field), Ty::Record(fields)) => {
                let Some(index) = fields.iter().position(|known| known.name == *field) else {
                    self.unknown_field(place, field, fields);
                    return None;
                };
                let ty = lift(fields[index].ty.clone());
                let key = typed.key.map(|key| format!("{key}.{field}"));
                let expr = Expr::Field(
                    Box::new(typed.expr),
                    u32::try_from(index).unwrap_or(u32::MAX),
                );
                Some(self.narrowed(expr, ty, span, key))
            }
            (Step::Field(field), Ty::List(element)) if matches!(&**field, "first" | "last") => {
                let inside = Box::new(typed.expr);
                let expr = if **field == *"first" {
                    Expr::First(inside)
                } else {
                    Expr::Last(inside)
                };
                let key = typed.key.map(|key| format!("{key}.{field}"));
                Some(self.narrowed(expr, (**element).clone().optional(), span, key))
            }
            (Step::Field(field), Ty::List(_) | Ty::Str) if **field == *"size" => Some(Typed::new(
                Expr::Size(Box::new(typed.expr)),
                lift(Ty::Int),
                span,
            )),
            (Step::Index(operand), Ty::List(element)) => {
                let key = match (&typed.key, &operand.kind) {
                    (Some(key), OperandKind::Int(index)) => Some(format!("{key}[{index}]")),
                    _ => None,
                };
                let index = self.number(operand, "an element is asked for");
                let expr = Expr::Index(Box::new(typed.expr), Box::new(index));
                Some(self.narrowed(expr, (**element).clone().optional(), span, key))
            }
            (Step::Index(_), Ty::Record(_)) => {
                let diagnostic =
                    self.problem(liquid::DYNAMIC, place, "a field's name is written out");
                self.report(
                    diagnostic
                        .label("which field this is depends on a value")
                        .help("choose with `{% case … %}`"),
                );
                None
            }
            (step, of) => {
                self.no_such_step(step, of, place);
                None
            }
        }
    }

    fn no_such_step(&mut self, step: &Step, of: &Ty, place: Span) {
        let what = of.describe();
        let diagnostic = match step {
            Step::Field(field) => {
                if is_probe(field) {
                    self.scope.probed(Probed::Steps(of.clone()));
                }
                let diagnostic = self.problem(
                    liquid::UNKNOWN_FIELD,
                    place,
                    format!("{what} has no `{field}`"),
                );
                match of {
                    Ty::List(_) => diagnostic.help("a list has `first`, `last` and `size`; its elements are reached with `{% for … %}`"),
                    Ty::Str => diagnostic.help("a text has `size`; its parts are reached with `slice`"),
                    _ => diagnostic,
                }
            }
            Step::Index(_) => self.problem(
                liquid::UNKNOWN_FIELD,
                place,
                format!("{what} has no elements"),
            ),
        };
        self.report(diagnostic);
    }

    fn unknown_field(&mut self, place: Span, field: &str, fields: &[Field]) {
        if is_probe(field) {
            self.scope.probed(Probed::Fields(fields.to_vec()));
        }
        let diagnostic = self.problem(
            liquid::UNKNOWN_FIELD,
            place,
            format!("there is no field `{field}` here"),
        );
        let names = || fields.iter().map(|field| &*field.name);
        let written = self.source(place);
        let diagnostic = match nearest(field, names()) {
            Some(near) => {
                let fixed = written.replace(field, near);
                diagnostic.fix(
                    format!("write `{near}`"),
                    persona_base::Applicability::Maybe,
                    place,
                    fixed,
                )
            }
            None if fields.is_empty() => diagnostic.label("this record has no fields"),
            None => diagnostic.label(format!("the fields are {}", listed(names()))),
        };
        self.report(diagnostic);
    }

    fn unknown_variable(&mut self, name: &Name) {
        let diagnostic = self.problem(
            liquid::UNKNOWN_VARIABLE,
            name.span,
            format!("there is no variable `{}` here", name.text),
        );
        let diagnostic = self.what_is_meant(diagnostic, name);
        self.report(diagnostic);
    }

    fn what_is_meant(&mut self, diagnostic: Diagnostic, name: &Name) -> Diagnostic {
        let mut names: Vec<Arc<str>> = self
            .env
            .vars
            .keys()
            .filter(|name| !name.starts_with('\0'))
            .cloned()
            .collect();
        if self.frame == 0 {
            names.extend(self.scope.names());
        }
        if let Some(near) = nearest(&name.text, names.iter().map(|name| &**name)) {
            return diagnostic.perhaps(name.span, near);
        }
        if self.frame != 0 {
            let is_outside = self.scope.root(&name.text).is_some();
            let help = if is_outside {
                format!(
                    "`render` passes nothing but arguments: add `, {0}: {0}` where this is rendered",
                    name.text
                )
            } else {
                "a partial that is rendered sees its arguments, and nothing else".to_owned()
            };
            return diagnostic.help(help);
        }
        if matches!(&*name.text, "forloop" | "tablerowloop") {
            return diagnostic.help("it exists inside the loop only");
        }
        if matches!(&*name.text, "none" | "None" | "null" | "undefined") {
            return diagnostic.perhaps(name.span, "nil");
        }
        if let lower @ ("true" | "false") = &*name.text.to_ascii_lowercase() {
            return diagnostic.perhaps(name.span, lower);
        }
        diagnostic.help("a template sees the fields of the profile, the parameters of its content, traits, constants, and what it assigns itself")
    }

    /// What a loop tells of itself.
    fn forloop(&mut self, name: &Name, steps: &[(Step, Span)], span: Span) -> Typed {
        let table = &*name.text == "tablerowloop";
        let inner = self.loops.iter().rposition(|info| info.table == table);
        let Some(mut level) = inner.filter(|level| *level >= self.loop_base) else {
            self.unknown_variable(name);
            return Typed::error(span);
        };
        let mut rest = steps;
        while let [(Step::Field(field), place), further @ ..] = rest {
            if &**field != "parentloop" {
                break;
            }
            let around = &self.loops[self.loop_base..level];
            let parent = around
                .iter()
                .rposition(|parent| !parent.bare && !parent.table);
            let Some(parent) = parent.filter(|_| !table) else {
                let diagnostic = self.problem(
                    liquid::UNKNOWN_FIELD,
                    *place,
                    "no loop stands around this one",
                );
                self.report(diagnostic.help("`parentloop` is the loop around, in the same file"));
                return Typed::error(span);
            };
            level = self.loop_base + parent;
            rest = further;
        }
        let info = self.loops[level].clone();
        let [(Step::Field(field), place), rest @ ..] = rest else {
            let diagnostic = self.problem(
                liquid::NOT_PRINTABLE,
                span,
                format!("`{}` is not a value by itself", name.text),
            );
            self.report(diagnostic.help("ask for one of its fields: `forloop.index`"));
            return Typed::error(span);
        };
        if &**field == "name" && !table {
            let text = Value::Str(Arc::clone(&info.name));
            return self.steps(Typed::new(Expr::Const(text), Ty::Str, span), rest, span);
        }
        let known = || LOOP_FIELDS.iter().filter(|(.., only)| table || !*only);
        let Some((_, which, ty, _)) = known().find(|(known, ..)| *known == &**field) else {
            let diagnostic = self.problem(
                liquid::UNKNOWN_FIELD,
                *place,
                format!("`{}` has no `{field}`", name.text),
            );
            if is_probe(field) {
                let fields = known().map(|(name, _, ty, _)| Field {
                    name: Arc::from(*name),
                    ty: ty.clone(),
                });
                self.scope.probed(Probed::Fields(fields.collect()));
            }
            let names = || known().map(|(name, ..)| *name);
            self.report(match nearest(field, names()) {
                Some(near) => diagnostic.perhaps(*place, format!(".{near}")),
                None => diagnostic.label(format!("it has {}", listed(names()))),
            });
            return Typed::error(span);
        };
        self.steps(
            Typed::new(Expr::Loop(info.state, *which), ty.clone(), span),
            rest,
            span,
        )
    }
}

/// What loops tell: the name, what it is, its type, and whether only tables have it.
const LOOP_FIELDS: &[(&str, LoopField, Ty, bool)] = &[
    ("index", LoopField::Index, Ty::Int, false),
    ("index0", LoopField::Index0, Ty::Int, false),
    ("rindex", LoopField::Rindex, Ty::Int, false),
    ("rindex0", LoopField::Rindex0, Ty::Int, false),
    ("first", LoopField::First, Ty::Bool, false),
    ("last", LoopField::Last, Ty::Bool, false),
    ("length", LoopField::Length, Ty::Int, false),
    ("col", LoopField::Col, Ty::Int, true),
    ("col0", LoopField::Col0, Ty::Int, true),
    ("col_first", LoopField::ColFirst, Ty::Bool, true),
    ("col_last", LoopField::ColLast, Ty::Bool, true),
    ("row", LoopField::Row, Ty::Int, true),
];

/// Names in backticks, the first few.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match all.len() {
        0..=8 => all.join(", "),
        many => format!("{} and {} others", all[..7].join(", "), many - 7),
    }
}
