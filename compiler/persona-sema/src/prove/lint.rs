//! Conditions that never hold or always do, parts of them that say nothing, stages and variants that are never reached.
//! It speaks only where there is a proof, and not at all where the checker of expressions has already said something.

use persona_base::{Applicability, Code, Diagnostic, FileId, Span, proofs};

use super::build::{Builder, FrameId, World};
use super::reasons::{Item, flatten, least, opened, together_never};
use super::solve::Solver;
use super::term::Formula;
use super::worth::{asks_for_missing, has_filter, junction, plain, worth_it};
use crate::expr::each_part;
use crate::{Expr, ExprKind, Op, TypeKind};

/// How many operands are compared with each other.
pub(super) const MAX_OPERANDS: usize = 24;
/// How many stages or variants are looked at.
const MAX_STAGES: usize = 64;
/// How often references are opened to find out where a contradiction comes from.
const ROUNDS: usize = 4;

/// Where a condition stands, for what follows from its answer.
#[derive(Clone, Debug)]
pub(super) enum Site {
    /// A segment, by its name.
    Segment(String),
    /// What starts a trigger, by its name.
    Entry(String),
    /// A filter of events or of elements of a list.
    Filter,
    /// Any other whole condition; what follows when it never holds, and when it always does.
    Other(&'static str, &'static str),
    /// A part of a condition.
    Part,
}

/// Whether everything is looked at in the order of a list: the first that holds is taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sequence {
    pub(super) code: Code,
    /// `stage`, `variant`, `branch`
    pub(super) noun: &'static str,
}

/// The texts that places are in.
pub(super) trait Texts {
    /// What is written at a place.
    fn text(&self, file: FileId, span: Span) -> Option<&str>;
}

/// Looks for what deserves a word in one declaration.
pub(super) struct Linter<'a, 'w> {
    world: &'w dyn World<'a>,
    pub(super) texts: &'w dyn Texts,
    pub(super) file: FileId,
    /// Where something has been said already.
    silent: &'w [Span],
    pub(super) found: Vec<Diagnostic>,
}

impl<'a, 'w> Linter<'a, 'w> {
    pub(super) fn new(
        world: &'w dyn World<'a>,
        texts: &'w dyn Texts,
        file: FileId,
        silent: &'w [Span],
    ) -> Self {
        Self {
            world,
            texts,
            file,
            silent,
            found: Vec::new(),
        }
    }

    fn builder(&self, follow: bool) -> (Builder<'a, 'w>, FrameId) {
        let mut builder = Builder::new(vec![self.world], follow);
        let frame = builder.root(0, self.file);
        (builder, frame)
    }

    fn is_silent(&self, expr: &Expr) -> bool {
        self.silent
            .iter()
            .any(|span| expr.span.start <= span.start && span.end <= expr.span.end)
    }

    /// A whole condition.
    pub(super) fn condition(&mut self, expr: &'a Expr, site: &Site) {
        if !worth_it(expr) || self.is_silent(expr) {
            return;
        }
        let (mut builder, frame) = self.builder(true);
        if !self.fixed(&mut builder, expr, frame, site) {
            self.parts(&mut builder, expr, frame);
        }
    }

    /// A value: the filters in it.
    pub(super) fn values(&mut self, expr: &'a Expr) {
        if has_filter(expr) || !matches!(expr.kind, ExprKind::Op(..) | ExprKind::Agg { .. }) {
            let (mut builder, frame) = self.builder(true);
            self.filters(&mut builder, expr, frame);
        }
    }

    /// Conditions of which the first that holds is taken, each in its own place. Whether any was reported.
    pub(super) fn sequence(&mut self, conditions: &[&'a Expr], kind: Sequence) {
        if conditions.len() < 2 || conditions.iter().any(|expr| self.is_silent(expr)) {
            return;
        }
        let (mut builder, frame) = self.builder(true);
        let mut earlier: Vec<(&'a Expr, Formula)> = Vec::new();
        for expr in conditions.iter().take(MAX_STAGES) {
            let own = builder.formula(expr, frame, true);
            let mut solver = Solver::new(&builder.terms);
            if !earlier.is_empty() && !solver.never(&[&own]) {
                let one = earlier
                    .iter()
                    .find(|(_, not)| solver.never(&[&own, not]))
                    .map(|(expr, _)| *expr);
                let mut all: Vec<&Formula> = earlier.iter().map(|(_, not)| not).collect();
                all.push(&own);
                if one.is_some() || solver.never(&all) {
                    self.unreachable(expr, one, &earlier, kind);
                }
            }
            let not = builder.formula(expr, frame, false);
            earlier.push((expr, not));
        }
    }

    fn unreachable(
        &mut self,
        expr: &Expr,
        one: Option<&Expr>,
        earlier: &[(&Expr, Formula)],
        kind: Sequence,
    ) {
        let noun = kind.noun;
        let message = format!("this {noun} is never reached");
        let diagnostic = Diagnostic::new(kind.code, self.file, expr.span, message)
            .label("whoever this is true for was taken before");
        let diagnostic =
            match one {
                Some(one) => {
                    let text = format!("this {noun} comes first, and takes all of them");
                    diagnostic.secondary(self.file, one.span, text)
                }
                None => earlier.iter().rev().take(4).rev().fold(
                    diagnostic,
                    |diagnostic, (before, _)| {
                        diagnostic.secondary(self.file, before.span, "this one takes some of them")
                    },
                ),
            };
        let help = format!("put the narrower {noun} first, or take it out");
        self.found.push(diagnostic.help(help));
    }

    /// Whether a condition has the same answer for everybody, and was reported for it.
    fn fixed(
        &mut self,
        builder: &mut Builder<'a, 'w>,
        expr: &'a Expr,
        frame: FrameId,
        site: &Site,
    ) -> bool {
        let yes = builder.formula(expr, frame, true);
        if Solver::new(&builder.terms).never(&[&yes]) {
            let core = self.core(builder, expr, frame, true);
            self.report(builder, expr, &core, site, false);
            return true;
        }
        let no = builder.formula(expr, frame, false);
        if Solver::new(&builder.terms).never(&[&no]) {
            let core = self.core(builder, expr, frame, false);
            self.report(builder, expr, &core, site, true);
            return true;
        }
        false
    }

    /// The few things that cannot be so together. To find out why something always holds, the opposite is asked about.
    fn core(
        &self,
        builder: &mut Builder<'a, 'w>,
        expr: &'a Expr,
        frame: FrameId,
        yes: bool,
    ) -> Vec<Item<'a>> {
        let mut items = Vec::new();
        flatten(Item::new(expr, frame, yes), &mut items);
        let mut core = least(builder, items);
        for _ in 0..ROUNDS {
            let Some((at, opened)) = core
                .iter()
                .enumerate()
                .find_map(|(at, item)| Some((at, opened(builder, *item)?)))
            else {
                break;
            };
            let mut wider = core.clone();
            wider.splice(at..=at, opened);
            if !together_never(builder, &wider) {
                break;
            }
            core = least(builder, wider);
        }
        core
    }

    /// Parts of a condition that is neither always nor never true.
    fn parts(&mut self, builder: &mut Builder<'a, 'w>, expr: &'a Expr, frame: FrameId) {
        if let ExprKind::Op(op @ (Op::And | Op::Or), operands) = &expr.kind {
            let all = *op == Op::And;
            if operands.len() <= MAX_OPERANDS && !self.useless(builder, operands, frame, all) {
                self.redundant(operands, all);
            }
        }
        self.filters(builder, expr, frame);
        match &expr.kind {
            ExprKind::Op(Op::And | Op::Or | Op::Not, operands) => {
                for operand in operands {
                    if !junction(operand) || !self.fixed(builder, operand, frame, &Site::Part) {
                        self.parts(builder, operand, frame);
                    }
                }
            }
            ExprKind::If(arms, otherwise) if otherwise.ty.kind == TypeKind::Bool => {
                for part in arms.iter().flat_map(|(a, b)| [a, b]).chain([&**otherwise]) {
                    self.parts(builder, part, frame);
                }
            }
            _ => {}
        }
    }

    /// Single atoms that are always or never so, whatever they stand beside. Whether there was one.
    fn useless(
        &mut self,
        builder: &mut Builder<'a, 'w>,
        operands: &'a [Expr],
        frame: FrameId,
        all: bool,
    ) -> bool {
        let mut any = false;
        for operand in operands
            .iter()
            .filter(|operand| !junction(operand) && plain(operand))
        {
            any |= self.fixed(builder, operand, frame, &Site::Part);
        }
        any || self.impossible_branch(builder, operands, frame, all)
    }

    /// In `a and (b or c)`, a `b` that contradicts `a`.
    fn impossible_branch(
        &mut self,
        builder: &mut Builder<'a, 'w>,
        operands: &'a [Expr],
        frame: FrameId,
        all: bool,
    ) -> bool {
        if !all {
            return false;
        }
        let mut any = false;
        for (at, operand) in operands.iter().enumerate() {
            let ExprKind::Op(Op::Or, ways) = &operand.kind else {
                continue;
            };
            for way in ways
                .iter()
                .take(MAX_OPERANDS)
                .filter(|way| !asks_for_missing(way))
            {
                let beside: Vec<Item<'a>> = operands
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != at)
                    .map(|(_, expr)| expr)
                    .chain([way])
                    .map(|expr| Item::new(expr, frame, true))
                    .collect();
                if together_never(builder, &beside) {
                    let core = least(builder, beside);
                    if core.len() > 1 {
                        self.report(builder, way, &core, &Site::Part, false);
                        any = true;
                    }
                }
            }
        }
        any
    }

    /// Operands that another one makes superfluous, by what is written here alone.
    fn redundant(&mut self, operands: &'a [Expr], all: bool) {
        let (mut builder, frame) = self.builder(false);
        let mut built = Vec::with_capacity(operands.len());
        for operand in operands {
            let yes = builder.formula(operand, frame, true);
            let no = builder.formula(operand, frame, false);
            let mut terms = Vec::new();
            mentioned(&yes, &builder, &mut terms);
            built.push((yes, no, terms));
        }
        let keys: Vec<String> = operands
            .iter()
            .map(|operand| builder.key(operand, frame))
            .collect();
        let mut solver = Solver::new(&builder.terms);
        for (at, operand) in operands.iter().enumerate() {
            if asks_for_missing(operand) || self.is_silent(operand) {
                continue;
            }
            let covers = |(other, (yes, no, terms)): &(usize, &(Formula, Formula, Vec<String>))| {
                let (own_yes, own_no, own_terms) = &built[at];
                let (from, to) = if all { (yes, own_no) } else { (own_yes, no) };
                let (back, forth) = if all { (own_yes, no) } else { (yes, own_no) };
                *other != at
                    && keys[*other] != keys[at]
                    && terms.iter().any(|term| own_terms.contains(term))
                    && solver.never(&[from, to])
                    // Of two that say the same, the second says nothing new.
                    && (*other < at || !solver.never(&[back, forth]))
            };
            let Some((other, _)) = built.iter().enumerate().find(covers) else {
                continue;
            };
            let gap = match at.checked_sub(1) {
                Some(before) => Span::new(operands[before].span.end, operand.span.start),
                None => Span::new(operand.span.end, operands[1].span.start),
            };
            self.superfluous(operand, &operands[other], gap, all);
        }
    }

    /// Says that an operand is superfluous. What is between it and its neighbour goes with it.
    fn superfluous(&mut self, expr: &Expr, other: &Expr, gap: Span, all: bool) {
        let text = self
            .texts
            .text(self.file, other.span)
            .unwrap_or("the other condition");
        let message = if all {
            format!("this says nothing new: it holds wherever `{text}` holds")
        } else {
            format!("this adds nobody: wherever it holds, `{text}` holds too")
        };
        let (label, beside) = if all {
            ("always true here", "this one asks for more")
        } else {
            ("already covered", "this one takes in more")
        };
        let word = self.texts.text(self.file, gap).map(str::trim);
        let whole = word == Some(if all { "and" } else { "or" });
        let diagnostic = Diagnostic::new(proofs::SUPERFLUOUS, self.file, expr.span, message)
            .label(label)
            .secondary(self.file, other.span, beside);
        self.found.push(if whole {
            diagnostic.fix("take it out", Applicability::Maybe, expr.span.to(gap), "")
        } else {
            diagnostic.help("take it out, or correct the value that was meant")
        });
    }

    /// The filters of queries in an expression.
    pub(super) fn filters(
        &mut self,
        builder: &mut Builder<'a, 'w>,
        expr: &'a Expr,
        frame: FrameId,
    ) {
        match &expr.kind {
            ExprKind::Agg { query, .. } | ExprKind::Sequence { first: query, .. } => {
                if let Some(filter) = &query.filter {
                    let outer = builder.bound.len();
                    builder.bound.push((frame, query.binder));
                    if let Some(items) = &query.items {
                        builder.bound.push((frame, items.binder));
                    }
                    self.filter(builder, filter, frame);
                    builder.bound.truncate(outer);
                }
            }
            ExprKind::ListAgg {
                binder,
                filter: Some(filter),
                ..
            }
            | ExprKind::Quantifier {
                binder,
                condition: filter,
                ..
            } => {
                builder.bound.push((frame, *binder));
                self.filter(builder, filter, frame);
                builder.bound.pop();
            }
            ExprKind::Op(Op::And | Op::Or | Op::Not, _) => {}
            _ => {
                let mut parts = Vec::new();
                each_part(expr, &mut |part| parts.push(part));
                for part in parts {
                    self.filters(builder, part, frame);
                }
            }
        }
    }

    fn filter(&mut self, builder: &mut Builder<'a, 'w>, filter: &'a Expr, frame: FrameId) {
        if worth_it(filter)
            && !self.is_silent(filter)
            && !self.fixed(builder, filter, frame, &Site::Filter)
        {
            self.parts(builder, filter, frame);
        }
    }
}

/// The terms that a formula speaks of: by what they count, where they count something.
fn mentioned(formula: &Formula, builder: &Builder<'_, '_>, found: &mut Vec<String>) {
    match formula {
        Formula::Lit(lit) => {
            let term = builder.terms.get(lit.term);
            found.push(match &term.counts {
                Some(counts) => format!("count {}", counts.shape),
                None => term.key.to_string(),
            });
            for needed in term
                .needs
                .iter()
                .chain(&term.needs_one)
                .chain(&term.at_most)
            {
                let term = builder.terms.get(*needed);
                found.push(match &term.counts {
                    Some(counts) => format!("count {}", counts.shape),
                    None => term.key.to_string(),
                });
            }
        }
        Formula::All(parts) | Formula::Any(parts) => {
            parts
                .iter()
                .for_each(|part| mentioned(part, builder, found));
        }
    }
}
