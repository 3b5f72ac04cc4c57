//! From checked expressions to formulas. References to traits, functions, segments and stages are followed into their
//! bodies, with arguments in place of parameters, as far as a budget goes; what is not understood becomes a term of its
//! own, of which nothing is known but that it is equal to itself. So a formula says the same as its expression
//! everywhere, with missing values as SEMANTICS §3 says: a comparison with what is missing is false, and `not` of it true.

use std::sync::Arc;

use persona_base::{FileId, IndexVec};

use super::set::Set;
use super::term::{Channel, Formula, Lit, Term, TermId, Terms};
use crate::expr::fold;
use crate::{
    Arg, BinderId, Const, EnumDef, EnumId, EventId, Expr, ExprKind, FieldId, Op, Param, TableDef,
    Type, TypeKind,
};

/// How many expressions are looked at for one question.
const BUDGET: u32 = 4_000;
/// How deep.
const MAX_DEPTH: u32 = 120;
/// How many references are followed to find out what a value is.
const MAX_CHAIN: usize = 16;

/// The package's tables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tables<'a> {
    pub(crate) enums: &'a IndexVec<EnumId, EnumDef>,
    pub(crate) profile: &'a TableDef,
    pub(crate) events: &'a IndexVec<EventId, TableDef>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body<'a> {
    /// Its parameters.
    pub(crate) params: &'a [Param],
    /// What it is.
    pub(crate) kind: BodyKind<'a>,
    /// The file that its places are in.
    pub(crate) file: FileId,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BodyKind<'a> {
    /// A trait or function, with its declared type.
    Value(&'a Expr, &'a Type),
    /// A segment.
    Segment(&'a Expr),
    /// A partition's conditions.
    Stages(&'a [Expr]),
}

/// A package, as far as conditions refer to it.
pub(crate) trait World<'a> {
    /// Its tables.
    fn tables(&self) -> Tables<'a>;
    /// What a name stands for, if it is whole.
    fn body(&self, name: &str) -> Option<Body<'a>>;
}

/// A place to read expressions from: a package, and arguments for parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameId(u32);

/// What a parameter stands for.
#[derive(Clone, Debug)]
pub(super) enum Bound<'a> {
    Value(&'a Expr, FrameId),
    Kinds(&'a [EventId]),
    Field(&'a [(EventId, FieldId)]),
    /// The parameter of the declaration that was asked about.
    Open(u32),
}

#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) world: usize,
    pub(super) file: FileId,
    /// Absent for the declaration that was asked about: its parameters are anything.
    args: Option<Vec<Bound<'a>>>,
}

/// What is compared: a term, and what stands in for it where it is missing.
#[derive(Debug)]
pub(super) struct Operand {
    pub(super) term: TermId,
    pub(super) default: Option<Const>,
}

/// The work of building formulas.
pub(super) struct Builder<'a, 'w> {
    worlds: Vec<&'w dyn World<'a>>,
    pub(super) terms: Terms<'a>,
    frames: Vec<Frame<'a>>,
    /// Binders that are in force, the outermost first: their number is their name.
    pub(super) bound: Vec<(FrameId, BinderId)>,
    /// Whether references are followed.
    follow: bool,
    budget: u32,
    depth: u32,
    fresh: u32,
}

impl<'a, 'w> Builder<'a, 'w> {
    /// Nothing built yet.
    pub(super) fn new(worlds: Vec<&'w dyn World<'a>>, follow: bool) -> Self {
        Self {
            worlds,
            terms: Terms::default(),
            frames: Vec::new(),
            bound: Vec::new(),
            follow,
            budget: BUDGET,
            depth: 0,
            fresh: 0,
        }
    }

    /// The frame of a declaration that is asked about.
    pub(super) fn root(&mut self, world: usize, file: FileId) -> FrameId {
        self.frame(Frame {
            world,
            file,
            args: None,
        })
    }

    fn frame(&mut self, frame: Frame<'a>) -> FrameId {
        let id = FrameId(u32::try_from(self.frames.len()).unwrap_or(u32::MAX));
        self.frames.push(frame);
        id
    }

    /// Whether a frame is that of a declaration that is asked about.
    pub(super) fn is_root(&self, frame: FrameId) -> bool {
        self.of_frame(frame).args.is_none()
    }

    pub(super) fn of_frame(&self, frame: FrameId) -> &Frame<'a> {
        &self.frames[frame.0 as usize]
    }

    pub(super) fn tables(&self, frame: FrameId) -> Tables<'a> {
        self.worlds[self.of_frame(frame).world].tables()
    }

    /// Whether packages are compared with each other.
    pub(super) fn across(&self) -> bool {
        self.worlds.len() > 1
    }

    /// Whether there is still something left to spend.
    pub(super) fn spend(&mut self) -> bool {
        self.budget = self.budget.saturating_sub(1);
        self.budget > 0
    }

    /// Begins another question about the same terms.
    pub(super) fn refill(&mut self) {
        self.budget = BUDGET;
    }

    /// A key that nothing else has.
    pub(super) fn unknown(&mut self) -> String {
        self.fresh += 1;
        format!("?{}", self.fresh)
    }

    /// Goes one level deeper; `None` where that is too deep.
    pub(super) fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH || !self.spend() {
            return None;
        }
        self.depth += 1;
        let done = work(self);
        self.depth -= 1;
        Some(done)
    }

    /// What a parameter stands for.
    pub(super) fn param(&self, frame: FrameId, index: u32) -> Bound<'a> {
        match &self.of_frame(frame).args {
            Some(args) => args
                .get(index as usize)
                .cloned()
                .unwrap_or(Bound::Open(index)),
            None => Bound::Open(index),
        }
    }

    /// The body behind a name, where it is to be followed.
    pub(super) fn body(&mut self, frame: FrameId, name: &str) -> Option<Body<'a>> {
        if !self.follow || !self.spend() {
            return None;
        }
        self.worlds[self.of_frame(frame).world].body(name)
    }

    /// The frame of a call of something with parameters; `None` where an argument would be converted, or missing.
    pub(super) fn call(
        &mut self,
        frame: FrameId,
        body: Body<'a>,
        args: &'a [Arg],
    ) -> Option<FrameId> {
        let mut bound = Vec::with_capacity(args.len());
        for (index, arg) in args.iter().enumerate() {
            bound.push(match arg {
                Arg::Value(value) => {
                    let wanted = &body.params.get(index)?.ty;
                    if !passes(value, wanted) {
                        return None;
                    }
                    Bound::Value(value, frame)
                }
                Arg::Event(kinds) => Bound::Kinds(kinds),
                Arg::Field(field) => Bound::Field(field),
                Arg::Param(index) => self.param(frame, *index),
            });
        }
        self.entered(frame, body, bound)
    }

    fn entered(&mut self, frame: FrameId, body: Body<'a>, args: Vec<Bound<'a>>) -> Option<FrameId> {
        if args.len() != body.params.len() {
            return None;
        }
        let world = self.of_frame(frame).world;
        Some(self.frame(Frame {
            world,
            file: body.file,
            args: Some(args),
        }))
    }

    fn call_fn(&mut self, frame: FrameId, body: Body<'a>, args: &'a [Expr]) -> Option<FrameId> {
        let fits = args
            .iter()
            .zip(body.params)
            .all(|(value, param)| passes(value, &param.ty));
        let bound = args
            .iter()
            .map(|value| Bound::Value(value, frame))
            .collect();
        fits.then(|| self.entered(frame, body, bound))?
    }

    /// What an expression comes down to: past parameters, traits and functions.
    pub(super) fn resolve(&mut self, expr: &'a Expr, frame: FrameId) -> (&'a Expr, FrameId) {
        let (mut expr, mut frame) = (expr, frame);
        for _ in 0..MAX_CHAIN {
            let next = match &expr.kind {
                ExprKind::Param(index) => match self.param(frame, *index) {
                    Bound::Value(value, outer) => Some((value, outer)),
                    _ => None,
                },
                ExprKind::Trait(name, args) => {
                    self.followed(frame, name, |builder, body| builder.call(frame, body, args))
                }
                ExprKind::Fn(name, args) => self.followed(frame, name, |builder, body| {
                    builder.call_fn(frame, body, args)
                }),
                _ => None,
            };
            match next {
                Some(next) => (expr, frame) = next,
                None => break,
            }
        }
        (expr, frame)
    }

    /// The body of a trait or function, unless its value is converted to the declared type.
    fn followed(
        &mut self,
        frame: FrameId,
        name: &str,
        call: impl FnOnce(&mut Self, Body<'a>) -> Option<FrameId>,
    ) -> Option<(&'a Expr, FrameId)> {
        let body = self.body(frame, name)?;
        let BodyKind::Value(value, declared) = body.kind else {
            return None;
        };
        if !alike(&value.ty.kind, &declared.kind) {
            return None;
        }
        Some((value, call(self, body)?))
    }

    /// The constant that an expression is.
    pub(super) fn constant(&mut self, expr: &'a Expr, frame: FrameId) -> Option<(Const, TypeKind)> {
        let (expr, _) = self.resolve(expr, frame);
        Some((fold(expr)?, expr.ty.kind.clone()))
    }

    /// What is compared.
    pub(super) fn operand(&mut self, expr: &'a Expr, frame: FrameId) -> Operand {
        let (resolved, inner) = self.resolve(expr, frame);
        if let ExprKind::Op(Op::Coalesce, parts) = &resolved.kind
            && let [value, default] = parts.as_slice()
            && alike(&value.ty.kind, &default.ty.kind)
            && let Some((default, _)) = self.constant(default, inner)
        {
            return Operand {
                term: self.term(value, inner),
                default: Some(default),
            };
        }
        Operand {
            term: self.term(resolved, inner),
            default: None,
        }
    }

    /// What an expression says, or (not `yes`) its opposite.
    pub(super) fn formula(&mut self, expr: &'a Expr, frame: FrameId, yes: bool) -> Formula {
        let built = self.deeper(|builder| builder.formula_of(expr, frame, yes));
        built.unwrap_or_else(|| self.blank(yes))
    }

    /// Something of which nothing is known.
    pub(super) fn blank(&mut self, yes: bool) -> Formula {
        let key = self.unknown();
        self.yes_or_no(&key, None, yes)
    }

    fn formula_of(&mut self, expr: &'a Expr, frame: FrameId, yes: bool) -> Formula {
        let (expr, frame) = self.resolve(expr, frame);
        match &expr.kind {
            ExprKind::Const(Const::Bool(value)) => Formula::fixed(*value == yes),
            ExprKind::Op(op, operands) => self.operation(*op, operands, expr, frame, yes),
            ExprKind::If(arms, otherwise) => {
                let mut parts = Vec::new();
                self.arms(arms, otherwise, frame, yes, &mut parts);
                Formula::Any(parts)
            }
            ExprKind::Segment(name, args) => {
                let body = self.body(frame, name);
                if let Some(body) = body
                    && let BodyKind::Segment(condition) = body.kind
                    && let Some(inner) = self.call(frame, body, args)
                {
                    return self.formula(condition, inner, yes);
                }
                self.opaque(expr, frame, yes)
            }
            ExprKind::Stage(name, index) => self.stage(name, *index, frame, yes),
            ExprKind::InWindow(value, window) => self.in_window(expr, value, window, frame, yes),
            ExprKind::Quantifier {
                all: false,
                binder,
                list,
                condition,
            } => {
                let term = self.count_elements(list, *binder, Some(condition), frame);
                self.at_least_one(term, yes)
            }
            ExprKind::Agg {
                kind: crate::AggKind::Exists,
                query,
                ..
            } => {
                let term = self.count_events(query, frame);
                self.at_least_one(term, yes)
            }
            ExprKind::Sequence { first, latest, .. } => {
                let happened = self.opaque(expr, frame, yes);
                if !yes || *latest {
                    return happened;
                }
                let term = self.count_events(first, frame);
                let began = self.at_least_one(term, true);
                Formula::All(vec![happened, began])
            }
            ExprKind::Sample { buckets, salt } => self.sample(*buckets, salt, yes),
            ExprKind::Profile(_)
            | ExprKind::ItemField(..)
            | ExprKind::Event(..)
            | ExprKind::EventParam(..)
            | ExprKind::Elem(..) => {
                let term = self.term(expr, frame);
                self.truth(term, None, yes)
            }
            _ => self.opaque(expr, frame, yes),
        }
    }

    fn operation(
        &mut self,
        op: Op,
        operands: &'a [Expr],
        expr: &'a Expr,
        frame: FrameId,
        yes: bool,
    ) -> Formula {
        match (op, operands) {
            (Op::And | Op::Or, _) => {
                let parts = operands
                    .iter()
                    .map(|operand| self.formula(operand, frame, yes))
                    .collect();
                Formula::join(parts, (op == Op::And) == yes)
            }
            (Op::Not, [operand]) => self.formula(operand, frame, !yes),
            (Op::Known, [operand]) => {
                let operand = self.operand(operand, frame);
                if operand.default.is_some() {
                    return Formula::fixed(yes);
                }
                let set = self.everything(operand.term);
                let known = self.value_lit(operand.term, set, false);
                Formula::literal(known, yes)
            }
            (Op::Coalesce, _) => {
                let operand = self.operand(expr, frame);
                self.truth(operand.term, operand.default.as_ref(), yes)
            }
            _ => match self.comparison(op, operands, frame, yes) {
                Some(formula) => formula,
                None => self.opaque(expr, frame, yes),
            },
        }
    }

    /// All that a term's value could be looked at for.
    fn everything(&self, term: TermId) -> Set {
        match self.terms.get(term).universe {
            Set::Ints(_) => Set::all(),
            Set::Text { .. } => Set::any_text(),
        }
    }

    /// `if a then x else if b then y else z`, as the ways in which it holds.
    fn arms(
        &mut self,
        arms: &'a [(Expr, Expr)],
        otherwise: &'a Expr,
        frame: FrameId,
        yes: bool,
        ways: &mut Vec<Formula>,
    ) {
        let mut before: Vec<Formula> = Vec::new();
        for (condition, value) in arms {
            let mut way = before.clone();
            way.push(self.formula(condition, frame, true));
            way.push(self.formula(value, frame, yes));
            ways.push(Formula::All(way));
            before.push(self.formula(condition, frame, false));
        }
        before.push(self.formula(otherwise, frame, yes));
        ways.push(Formula::All(before));
    }

    /// `in lifecycle.active`: the partition's value, and what the stages say.
    pub(super) fn stage(
        &mut self,
        name: &Arc<str>,
        index: u32,
        frame: FrameId,
        yes: bool,
    ) -> Formula {
        let term = self.partition(name, frame);
        let value = Lit {
            term,
            channel: Channel::Value,
            set: Set::one(i64::from(index)),
            missing: false,
        };
        let value = Formula::literal(value, yes);
        let Some(Body {
            kind: BodyKind::Stages(conditions),
            file,
            ..
        }) = self.body(frame, name)
        else {
            return value;
        };
        let world = self.of_frame(frame).world;
        let inner = self.root(world, file);
        let mut parts: Vec<Formula> = conditions
            .iter()
            .take(index as usize)
            .map(|earlier| self.formula(earlier, inner, !yes))
            .collect();
        if let Some(own) = conditions.get(index as usize) {
            parts.push(self.formula(own, inner, yes));
        }
        let said = Formula::join(parts, yes);
        if self.across() {
            return said;
        }
        Formula::All(vec![value, said])
    }

    /// The value of a partition.
    pub(super) fn partition(&mut self, name: &Arc<str>, frame: FrameId) -> TermId {
        let tables = self.tables(frame);
        let stages = tables.enums.iter().find(|def| def.name == *name);
        let count = stages.map_or(i64::MAX, |def| {
            i64::try_from(def.values.len()).unwrap_or(i64::MAX)
        });
        let mut key = String::new();
        self.write_name("partition", name, frame, &mut key);
        self.simple(&key, Set::range(0, count - 1), TypeKind::Error)
    }

    /// A term without parts, that is never missing.
    pub(super) fn simple(&mut self, key: &str, universe: Set, kind: TypeKind) -> TermId {
        self.terms.find(key).unwrap_or_else(|| {
            self.terms.add(Term {
                key: Arc::from(key),
                universe,
                may_miss: false,
                needs: Vec::new(),
                needs_one: None,
                at_most: None,
                counts: None,
                kind,
                source: None,
            })
        })
    }

    fn sample(&mut self, buckets: u32, salt: &str, yes: bool) -> Formula {
        let term = self.simple(
            &format!("sample {salt:?}"),
            Set::range(0, 9_999),
            TypeKind::Int,
        );
        let lit = Lit {
            term,
            channel: Channel::Value,
            set: Set::range(0, i64::from(buckets) - 1),
            missing: false,
        };
        Formula::literal(lit, yes)
    }

    /// A condition that is not taken apart.
    pub(super) fn opaque(&mut self, expr: &'a Expr, frame: FrameId, yes: bool) -> Formula {
        let key = self.key(expr, frame);
        self.yes_or_no(&key, Some((expr, frame)), yes)
    }

    fn yes_or_no(&mut self, key: &str, source: Option<(&'a Expr, FrameId)>, yes: bool) -> Formula {
        let key = format!("holds {key}");
        let term = self.terms.find(&key).unwrap_or_else(|| {
            self.terms.add(Term {
                key: Arc::from(key),
                universe: Set::range(0, 1),
                may_miss: false,
                needs: Vec::new(),
                needs_one: None,
                at_most: None,
                counts: None,
                kind: TypeKind::Bool,
                source,
            })
        });
        self.truth(term, None, yes)
    }

    /// A term of type `Bool`, as a condition.
    pub(super) fn truth(&mut self, term: TermId, default: Option<&Const>, yes: bool) -> Formula {
        let lit = self.value_lit(term, Set::one(1), default == Some(&Const::Bool(true)));
        Formula::literal(lit, yes)
    }

    /// What is said of a term's value.
    #[expect(clippy::unused_self, reason = "reads as the other steps do")]
    pub(super) fn value_lit(&self, term: TermId, set: Set, missing: bool) -> Lit {
        Lit {
            term,
            channel: Channel::Value,
            set,
            missing,
        }
    }

    /// A count of 1 or more.
    fn at_least_one(&mut self, term: TermId, yes: bool) -> Formula {
        let lit = self.value_lit(term, Set::range(1, i64::MAX), false);
        Formula::literal(lit, yes)
    }
}

/// Whether two types are the same once text is text.
pub(super) fn alike(a: &TypeKind, b: &TypeKind) -> bool {
    a == b || (a.is_text() && b.is_text())
}

/// Whether an argument arrives as it is.
fn passes(value: &Expr, wanted: &Type) -> bool {
    alike(&value.ty.kind, &wanted.kind) && (wanted.optional || !value.ty.optional)
}
