//! Conditions that never hold or always do, parts of them that say nothing, stages and variants that are never reached.
//! It speaks only where there is a proof, and not at all where the checker of expressions has already said something.

use persona_base::{Code, Diagnostic, FileId, Span, proofs};

use super::build::{Body, BodyKind, Builder, FrameId, World};
use super::solve::Solver;
use super::term::Formula;
use super::words;
use crate::expr::each_part;
use crate::{Expr, ExprKind, Op, TypeKind};

/// How many operands are compared with each other.
const MAX_OPERANDS: usize = 24;
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

/// A condition that has to hold, or not to.
#[derive(Clone, Copy)]
struct Item<'a> {
    expr: &'a Expr,
    frame: FrameId,
    yes: bool,
}

/// The texts that places are in.
pub(super) trait Texts {
    /// What is written at a place.
    fn text(&self, file: FileId, span: Span) -> Option<&str>;
}

/// Looks for what deserves a word in one declaration.
pub(super) struct Linter<'a, 'w> {
    world: &'w dyn World<'a>,
    texts: &'w dyn Texts,
    file: FileId,
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
        flatten(Item { expr, frame, yes }, &mut items);
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

    /// Says that a condition has the same answer for everybody.
    fn report(
        &mut self,
        builder: &mut Builder<'a, 'w>,
        expr: &Expr,
        core: &[Item<'a>],
        site: &Site,
        always: bool,
    ) {
        // What is wrong only in another declaration is said there.
        if !core
            .iter()
            .any(|item| builder.of_frame(item.frame).file == self.file)
        {
            return;
        }
        let code = if always {
            proofs::ALWAYS_HOLDS
        } else {
            proofs::NEVER_HOLDS
        };
        let consequence = match (site, always) {
            (Site::Segment(name), false) => format!("nobody can ever be in `{name}`"),
            (Site::Segment(name), true) => format!("everybody is in `{name}`"),
            (Site::Entry(name), false) => format!("nobody can ever enter `{name}`"),
            (Site::Entry(_), true) => "this condition keeps nobody out".to_owned(),
            (Site::Filter, false) => "nothing can ever match this".to_owned(),
            (Site::Filter, true) => "everything matches this".to_owned(),
            (Site::Other(never, _), false) => (*never).to_owned(),
            (Site::Other(_, always), true) => (*always).to_owned(),
            (Site::Part, false) => "this can never be true".to_owned(),
            (Site::Part, true) => "this is always true".to_owned(),
        };
        let message = match self.why(builder, core, always) {
            Some(why) => format!("{consequence}: {why}"),
            None => consequence,
        };
        let own = |item: &&Item<'a>| {
            builder.of_frame(item.frame).file == self.file && inside(item.expr.span, expr.span)
        };
        let (main, others): (Span, Vec<&Item<'a>>) = match core.iter().filter(own).next_back() {
            Some(last) if core.len() > 1 => (
                last.expr.span,
                core.iter()
                    .filter(|item| !std::ptr::eq(item.expr, last.expr))
                    .collect(),
            ),
            _ => (expr.span, Vec::new()),
        };
        let mut diagnostic = Diagnostic::new(code, self.file, main, message);
        diagnostic = diagnostic.label(if others.is_empty() {
            "the answer is the same for everyone"
        } else if always {
            "whoever this leaves out …"
        } else {
            "this …"
        });
        for item in others {
            let file = builder.of_frame(item.frame).file;
            let words = if always {
                "… is taken in by this"
            } else {
                "… and this are never true at once"
            };
            diagnostic = diagnostic.secondary(file, item.expr.span, words);
        }
        let help = match (site, always) {
            (Site::Part, false) => "take this part out, or correct a value in it",
            (Site::Part, true) => "take this part out: it changes nothing",
            (_, false) => "correct one of the values, or join them with `or`",
            (_, true) => "correct one of the values, or leave the condition out",
        };
        self.found.push(diagnostic.help(help));
    }

    /// Why some things are never so together: in words about values, where it is about the values of one thing.
    fn why(
        &self,
        builder: &mut Builder<'a, 'w>,
        core: &[Item<'a>],
        always: bool,
    ) -> Option<String> {
        let [first, second] = core else {
            return None;
        };
        let said = |builder: &mut Builder<'a, 'w>, item: &Item<'a>, yes: bool| {
            let Formula::Lit(lit) = builder.formula(item.expr, item.frame, yes) else {
                return None;
            };
            let term = builder.terms.get(lit.term);
            let (source, frame) = term.source?;
            let text = self.texts.text(builder.of_frame(frame).file, source.span)?;
            let tables = builder.tables(item.frame);
            let words = self
                .as_written(builder, item, yes)
                .or_else(|| words::said(&lit.channel, &lit.set, lit.missing, &term.kind, tables))?;
            Some((lit.term, text.to_owned(), words))
        };
        let flip = |item: &Item<'a>| item.yes != always;
        let (a, b) = (flip(first), flip(second));
        let (a, b) = (said(builder, first, a), said(builder, second, b));
        if let (Some((x, text, one)), Some((y, _, other))) = (a, b)
            && x == y
            && one != other
        {
            let verb = if always { "is always" } else { "cannot be" };
            let (joint, end) = if always {
                ("or", "")
            } else {
                ("and", " at once")
            };
            return Some(format!("`{text}` {verb} {one} {joint} {other}{end}"));
        }
        let quoted = |item: &Item<'a>| {
            let file = builder.of_frame(item.frame).file;
            let text = self.texts.text(file, item.expr.span)?;
            (text.len() <= 60 && !text.contains('\n')).then(|| {
                let not = if item.yes == always { "not " } else { "" };
                format!("{not}`{text}`")
            })
        };
        let (a, b) = (quoted(first)?, quoted(second)?);
        Some(if always {
            format!("{a} or {b} holds for everyone")
        } else {
            format!("{a} and {b} never hold together")
        })
    }

    /// A comparison with a constant in the words it was written with: `above 1000 USD`.
    fn as_written(&self, builder: &Builder<'a, 'w>, item: &Item<'a>, yes: bool) -> Option<String> {
        let ExprKind::Op(op, operands) = &item.expr.kind else {
            return None;
        };
        let [a, b] = operands.as_slice() else {
            return None;
        };
        let fixed = |expr: &Expr| matches!(expr.kind, ExprKind::Const(_));
        let (word, value) = match (op, fixed(a), fixed(b), yes) {
            (Op::Lt, false, true, true) | (Op::Le, true, false, false) => ("below", b),
            (Op::Lt, true, false, true) | (Op::Le, false, true, false) => ("above", a),
            (Op::Le, false, true, true) | (Op::Lt, true, false, false) => ("at most", b),
            (Op::Le, true, false, true) | (Op::Lt, false, true, false) => ("at least", a),
            _ => return None,
        };
        let value = if fixed(value) {
            value
        } else if fixed(a) {
            a
        } else {
            b
        };
        if matches!(value.ty.kind, TypeKind::Date | TypeKind::Timestamp) {
            return None;
        }
        let file = builder.of_frame(item.frame).file;
        Some(format!("{word} {}", self.texts.text(file, value.span)?))
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
                    .map(|expr| Item {
                        expr,
                        frame,
                        yes: true,
                    })
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
            self.superfluous(operand, &operands[other], all);
        }
    }

    fn superfluous(&mut self, expr: &Expr, other: &Expr, all: bool) {
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
        let diagnostic = Diagnostic::new(proofs::SUPERFLUOUS, self.file, expr.span, message)
            .label(label)
            .secondary(self.file, other.span, beside)
            .help("take it out, or correct the value that was meant");
        self.found.push(diagnostic);
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

/// Whether there is anything to find out about a condition: alone, most comparisons say something, and those of different
/// things do not contradict each other.
fn worth_it(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Op(op, operands) => match op {
            Op::And | Op::Or => {
                let mut said = Said::default();
                said.of(expr);
                said.about.sort_unstable();
                said.always_look || said.about.windows(2).any(|pair| pair[0] == pair[1])
            }
            Op::In => operands
                .first()
                .is_some_and(|value| matches!(value.ty.kind, TypeKind::Enum(_) | TypeKind::Bool)),
            Op::Not => operands.iter().any(worth_it),
            _ => operands.iter().any(has_filter),
        },
        ExprKind::If(..) | ExprKind::Match(..) => true,
        _ => has_filter(expr),
    }
}

/// What the atoms of a condition speak of.
#[derive(Default)]
struct Said {
    /// Once for each atom: a field, a kind of event; apart from that, whether it is known.
    about: Vec<(u8, u32, u32)>,
    /// Whether there is something in it that may speak of anything.
    always_look: bool,
}

impl Said {
    fn of(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Op(Op::And | Op::Or, operands) => {
                operands.iter().for_each(|operand| self.of(operand))
            }
            ExprKind::Op(Op::Not, operands) => match operands.as_slice() {
                // Missing: neither known nor anything else.
                [
                    Expr {
                        kind: ExprKind::Op(Op::Known, inner),
                        ..
                    },
                ] => {
                    self.atom(inner, 0);
                    self.atom(inner, 8);
                }
                _ => operands.iter().for_each(|operand| self.of(operand)),
            },
            ExprKind::Op(Op::Known, inner) => self.atom(inner, 8),
            _ => {
                self.always_look |= worth_it(expr);
                self.atom(std::slice::from_ref(expr), 0);
            }
        }
    }

    fn atom(&mut self, parts: &[Expr], known: u8) {
        let from = self.about.len();
        parts.iter().for_each(|part| self.part(part, known));
        self.about[from..].sort_unstable();
        let mut atom = self.about.split_off(from);
        atom.dedup();
        self.about.extend(atom);
    }

    fn part(&mut self, expr: &Expr, known: u8) {
        match &expr.kind {
            ExprKind::Profile(field) => self.about.push((known, field.0, 0)),
            ExprKind::Event(_, fields) => {
                self.about
                    .extend(fields.iter().map(|(_, field)| (known + 1, field.0, 0)));
            }
            ExprKind::Elem(binder, child) => self.about.push((known + 2, binder.0, *child)),
            ExprKind::Agg { query, .. } | ExprKind::Sequence { first: query, .. } => {
                match &query.kinds {
                    crate::Kinds::Events(kinds) => {
                        self.about.extend(kinds.iter().map(|kind| (3, kind.0, 0)))
                    }
                    crate::Kinds::Param(_) => self.about.push((4, 0, 0)),
                }
            }
            ExprKind::Param(index) => self.about.push((5, *index, 0)),
            ExprKind::Quantifier { list, .. } | ExprKind::ListAgg { list, .. } => {
                self.part(list, known)
            }
            ExprKind::Trait(..)
            | ExprKind::Fn(..)
            | ExprKind::Segment(..)
            | ExprKind::Stage(..)
            | ExprKind::Partition(_)
            | ExprKind::Sample { .. }
            | ExprKind::Arm(_)
            | ExprKind::If(..)
            | ExprKind::Match(..) => self.always_look = true,
            _ => each_part(expr, &mut |part| self.part(part, known)),
        }
    }
}

/// Whether a filter may stand in an expression.
fn has_filter(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Agg { query, .. } | ExprKind::Sequence { first: query, .. } => {
            query.filter.as_deref().is_some_and(worth_it)
        }
        ExprKind::Quantifier { condition, .. } => worth_it(condition),
        ExprKind::ListAgg { filter, .. } => filter.as_deref().is_some_and(worth_it),
        ExprKind::Op(_, operands) => operands.iter().any(has_filter),
        _ => false,
    }
}

fn junction(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Op(Op::And | Op::Or, _) => true,
        ExprKind::Op(Op::Not, operands) => operands.iter().any(junction),
        _ => false,
    }
}

/// Whether a single atom can be always or never true: by its type.
fn plain(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Op(Op::Not, operands) => operands.iter().any(plain),
        ExprKind::Op(Op::In, _) => true,
        _ => false,
    }
}

/// Whether an expression asks what is missing or known: what settles another part of a condition is never superfluous.
fn asks_for_missing(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Op(Op::Known, _) => true,
        ExprKind::Op(Op::And | Op::Or | Op::Not, operands) => operands.iter().any(asks_for_missing),
        _ => false,
    }
}

fn inside(inner: Span, outer: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// What has to hold for a conjunction to hold, each on its own.
fn flatten<'a>(item: Item<'a>, items: &mut Vec<Item<'a>>) {
    match &item.expr.kind {
        ExprKind::Op(Op::And, operands) if item.yes => {
            operands
                .iter()
                .for_each(|expr| flatten(Item { expr, ..item }, items));
        }
        ExprKind::Op(Op::Or, operands) if !item.yes => {
            operands
                .iter()
                .for_each(|expr| flatten(Item { expr, ..item }, items));
        }
        ExprKind::Op(Op::Not, operands) => match operands.as_slice() {
            [expr] => flatten(
                Item {
                    expr,
                    yes: !item.yes,
                    ..item
                },
                items,
            ),
            _ => items.push(item),
        },
        _ => items.push(item),
    }
}

/// What a reference stands for.
fn opened<'a>(builder: &mut Builder<'a, '_>, item: Item<'a>) -> Option<Vec<Item<'a>>> {
    let mut items = Vec::new();
    match &item.expr.kind {
        ExprKind::Segment(name, args) => {
            let body: Body<'a> = builder.body(item.frame, name)?;
            let BodyKind::Segment(expr) = body.kind else {
                return None;
            };
            let frame = builder.call(item.frame, body, args)?;
            flatten(
                Item {
                    expr,
                    frame,
                    yes: item.yes,
                },
                &mut items,
            );
        }
        ExprKind::Trait(..) => {
            let (expr, frame) = builder.resolve(item.expr, item.frame);
            if std::ptr::eq(expr, item.expr) {
                return None;
            }
            flatten(
                Item {
                    expr,
                    frame,
                    yes: item.yes,
                },
                &mut items,
            );
        }
        _ => return None,
    }
    Some(items)
}

fn together_never<'a>(builder: &mut Builder<'a, '_>, items: &[Item<'a>]) -> bool {
    builder.refill();
    let formulas: Vec<Formula> = items
        .iter()
        .map(|item| builder.formula(item.expr, item.frame, item.yes))
        .collect();
    let all: Vec<&Formula> = formulas.iter().collect();
    Solver::new(&builder.terms).never(&all)
}

/// As few of these as still never hold together.
fn least<'a>(builder: &mut Builder<'a, '_>, mut items: Vec<Item<'a>>) -> Vec<Item<'a>> {
    if items.len() > MAX_OPERANDS {
        return items;
    }
    let mut at = 0;
    while at < items.len() && items.len() > 1 {
        let taken = items.remove(at);
        if !together_never(builder, &items) {
            items.insert(at, taken);
            at += 1;
        }
    }
    items
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
