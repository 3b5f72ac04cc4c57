//! Explanations: trees that follow the source text, with the nodes that hold the values of their parts.
//!
//! References to answers of the package are named, not expanded; others (imported ones, those with arguments) are
//! expanded within a budget, so that no chain of references makes a tree that nobody can read.

use std::sync::Arc;

use persona_ir::{Explain, ExplainKind, NodeId, Place};
use persona_sema::{Arg, BinderId, Expr, ExprKind, Op, Place as Origin};

use crate::body::{Body, What};
use crate::program::{Args, Program};
use crate::source;

/// The most parts that references in one explanation expand to.
const PARTS_EACH: usize = 200;
/// The most parts that references in all explanations together expand to.
const PARTS_ALL: usize = 100_000;
/// The most operands shown of one condition.
const OPERANDS: usize = 8;

/// How much may still be expanded.
#[derive(Debug)]
pub(crate) struct Budget {
    all: usize,
    each: usize,
}

impl Budget {
    /// The budget of a package.
    pub(crate) fn new() -> Self {
        Self {
            all: PARTS_ALL,
            each: PARTS_EACH,
        }
    }

    /// The next answer's explanation begins.
    pub(crate) fn next(&mut self) {
        self.each = PARTS_EACH.min(self.all);
    }

    fn take(&mut self) -> bool {
        let left = self.each > 0;
        self.each = self.each.saturating_sub(1);
        self.all = self.all.saturating_sub(usize::from(left));
        left
    }
}

/// Explains an expression of a declaration without arguments.
pub(crate) fn explain(
    program: &mut Program<'_>,
    name: &Arc<str>,
    origin: Origin,
    expr: &Expr,
    budget: &mut Budget,
) -> Explain {
    explain_under(program, name, origin, None, expr, budget)
}

/// The same where an event may be bound around the expression, at level 0.
pub(crate) fn explain_under(
    program: &mut Program<'_>,
    name: &Arc<str>,
    origin: Origin,
    bound: Option<(BinderId, What)>,
    expr: &Expr,
    budget: &mut Budget,
) -> Explain {
    Explainer {
        program,
        name: name.clone(),
        args: Args::from([]),
        origin,
        bound,
        budget,
    }
    .part(expr)
}

/// Explains the parts of one declaration's body. Everything it asks for is already lowered.
struct Explainer<'e, 'a> {
    program: &'e mut Program<'a>,
    name: Arc<str>,
    args: Args,
    origin: Origin,
    /// What is bound around the body.
    bound: Option<(BinderId, What)>,
    budget: &'e mut Budget,
}

impl<'a> Explainer<'_, 'a> {
    fn make(&mut self, kind: ExplainKind, expr: &Expr, parts: Vec<Explain>) -> Explain {
        let node = self.node(expr);
        Explain {
            kind,
            place: self.place(expr),
            node: Some(node),
            parts,
        }
    }

    fn node(&mut self, expr: &Expr) -> NodeId {
        self.body().expr(expr)
    }

    fn body(&mut self) -> Body<'_, 'a> {
        let mut body = Body::new(self.program, self.name.clone(), self.args.clone(), 0);
        if let Some((binder, what)) = &self.bound {
            body.bind(*binder, what.clone());
        }
        body
    }

    fn place(&self, expr: &Expr) -> Place {
        source::place(Origin {
            file: self.origin.file,
            span: expr.span.offset(self.origin.span.start),
        })
    }

    /// A condition, or a value that is an answer.
    fn part(&mut self, expr: &Expr) -> Explain {
        match &expr.kind {
            ExprKind::Op(Op::And, operands) => self.junction(ExplainKind::And, expr, operands),
            ExprKind::Op(Op::Or, operands) => self.junction(ExplainKind::Or, expr, operands),
            ExprKind::Op(Op::Not, operands) if !is_simple(&operands[0]) => {
                self.junction(ExplainKind::Not, expr, operands)
            }
            ExprKind::Segment(..)
            | ExprKind::Trait(..)
            | ExprKind::Stage(..)
            | ExprKind::Partition(_) => self.reference(expr),
            _ if expr.ty.kind == persona_sema::TypeKind::Bool => self.atom(expr),
            _ => self.value(expr),
        }
    }

    fn junction(&mut self, kind: ExplainKind, expr: &Expr, operands: &[Expr]) -> Explain {
        let parts = operands.iter().map(|operand| self.part(operand)).collect();
        self.make(kind, expr, parts)
    }

    /// A condition with its operands.
    fn atom(&mut self, expr: &Expr) -> Explain {
        let operands: Vec<&Expr> = match &expr.kind {
            ExprKind::Op(Op::Not, negated) => match &negated[0].kind {
                // `x != 3` is written as one: the comparison inside would be shown beside it, with the same text.
                ExprKind::Op(_, operands) => operands.iter().collect(),
                _ => negated.iter().collect(),
            },
            ExprKind::Op(_, operands) => operands.iter().collect(),
            ExprKind::InWindow(value, _) => vec![value],
            ExprKind::Quantifier { list, .. } => vec![list],
            ExprKind::Profile(_) | ExprKind::Fn(..) => vec![],
            _ => return self.choice(ExplainKind::Atom, expr),
        };
        let parts = operands
            .into_iter()
            .flat_map(|operand| self.operand(operand))
            .take(OPERANDS)
            .collect();
        self.make(ExplainKind::Atom, expr, parts)
    }

    /// A value with what it is computed from.
    fn value(&mut self, expr: &Expr) -> Explain {
        match &expr.kind {
            ExprKind::Op(_, operands) => {
                let parts = self.leaves(operands);
                self.make(ExplainKind::Value, expr, parts)
            }
            _ => self.choice(ExplainKind::Value, expr),
        }
    }

    /// An `if` or `match` with the conditions and operands that decide it; anything else by itself.
    fn choice(&mut self, kind: ExplainKind, expr: &Expr) -> Explain {
        let parts = match &expr.kind {
            ExprKind::If(arms, _) => arms
                .iter()
                .take(OPERANDS)
                .map(|(cond, _)| self.part(cond))
                .collect(),
            ExprKind::Match(value, ..) => self.operand(value),
            ExprKind::InWindow(value, _) => self.operand(value),
            ExprKind::Rank { value, .. } => self.operand(value),
            _ => Vec::new(),
        };
        self.make(kind, expr, parts)
    }

    /// An operand worth showing: nothing for a constant, a computation with the values that it takes.
    fn operand(&mut self, expr: &Expr) -> Vec<Explain> {
        match &expr.kind {
            ExprKind::Op(Op::Known | Op::Not | Op::And | Op::Or, operands) => self.leaves(operands),
            ExprKind::Op(..) => vec![self.value(expr)],
            _ => self.leaves(std::slice::from_ref(expr)),
        }
    }

    /// The named values inside operations, in source order.
    fn leaves(&mut self, operands: &[Expr]) -> Vec<Explain> {
        let mut stack: Vec<&Expr> = operands.iter().rev().collect();
        let mut leaves = Vec::new();
        while let Some(expr) = stack.pop() {
            if leaves.len() == OPERANDS {
                break;
            }
            match &expr.kind {
                ExprKind::Op(_, operands) => stack.extend(operands.iter().rev()),
                ExprKind::InWindow(value, _) => stack.push(value),
                ExprKind::Const(_) | ExprKind::Param(_) | ExprKind::Now | ExprKind::Today => {}
                ExprKind::Trait(..)
                | ExprKind::Partition(_)
                | ExprKind::Segment(..)
                | ExprKind::Stage(..) => {
                    leaves.push(self.reference(expr));
                }
                _ => leaves.push(self.choice(ExplainKind::Value, expr)),
            }
        }
        leaves
    }

    /// A reference; its body follows unless it is an answer of its own, or the budget is used up.
    fn reference(&mut self, expr: &Expr) -> Explain {
        let checked = self.program.checked;
        let (label, part) = match &expr.kind {
            ExprKind::Segment(name, args) => {
                let def = &checked.segments[self.program.segment_index(name)];
                let expand = def.imported || !def.params.is_empty();
                (
                    name.clone(),
                    expand.then(|| self.inside(name, def.origin, args, &def.params, &def.body)),
                )
            }
            ExprKind::Trait(name, args) => {
                let def = &checked.traits[self.program.trait_index(name)];
                let expand = def.imported || !def.params.is_empty();
                (
                    name.clone(),
                    expand.then(|| self.inside(name, def.origin, args, &def.params, &def.body)),
                )
            }
            ExprKind::Stage(name, stage) => {
                let def = &checked.partitions[self.program.partition_index(name)];
                let (stage_name, _) = &checked.enums[def.stages].values[*stage as usize];
                let condition = def.conditions.get(*stage as usize).filter(|_| def.imported);
                let part =
                    condition.map(|condition| self.inside(name, def.origin, &[], &[], condition));
                (format!("{name}.{stage_name}").into(), part)
            }
            ExprKind::Partition(name) => (name.clone(), None),
            other => unreachable!("{other:?} is no reference"),
        };
        self.make(
            ExplainKind::Reference(label),
            expr,
            part.flatten().into_iter().collect(),
        )
    }

    fn inside(
        &mut self,
        name: &Arc<str>,
        origin: Origin,
        args: &[Arg],
        params: &[persona_sema::Param],
        body: &Expr,
    ) -> Option<Explain> {
        if !self.budget.take() {
            return None;
        }
        let args = self.body().args_of(args, params);
        let mut inner = Explainer {
            program: self.program,
            name: name.clone(),
            args,
            origin,
            bound: None,
            budget: self.budget,
        };
        Some(inner.part(body))
    }
}

/// Whether a negated condition reads best as one: `x is missing`, `x != 3`.
fn is_simple(expr: &Expr) -> bool {
    let comparison = |op: &Op| !matches!(op, Op::And | Op::Or | Op::Not);
    match &expr.kind {
        ExprKind::Op(op, _) => comparison(op),
        ExprKind::Agg { .. } | ExprKind::InWindow(..) => true,
        _ => false,
    }
}
