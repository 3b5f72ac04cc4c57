//! How expressions, types and event queries are laid out. Says where lines may end; writes nothing.
//!
//! `indent` says how far a line is indented that continues an expression: 1 behind something else on the same line, 0
//! where the expression has lines of its own.

use crate::ast::{
    Annotation, Arg, ArgValue, CheckAction, Did, Expr, ExprKind, FieldDecl, MatchArm, Param,
    PostfixOp, Query, QueryArg, TypeExpr, TypeKind, Window, WindowKind,
};

use super::layout::{GroupId, Items, Layout};

/// From how many methods on a chain of them may be broken.
const METHODS: usize = 3;

impl Layout<'_> {
    /// Lays out an expression.
    pub(super) fn expr(&mut self, expr: &Expr, indent: usize) {
        match &expr.kind {
            ExprKind::Error
            | ExprKind::Literal(_)
            | ExprKind::Str(_)
            | ExprKind::RawStr(_)
            | ExprKind::Name(_) => {}
            ExprKind::List(items) => self.list(expr, items),
            ExprKind::Record(fields) => {
                let starts: Vec<usize> = fields
                    .iter()
                    .map(|(name, _)| self.at(name.span.start))
                    .collect();
                self.block(self.at(expr.span.start), &starts, Items::Fields);
                fields.iter().for_each(|(_, value)| self.expr(value, 1));
            }
            ExprKind::Paren(inner) => self.paren(expr, inner),
            ExprKind::Postfix { base, ops } => self.postfix(expr, base, ops, indent),
            ExprKind::Call { name, args, among } => {
                let open = self.at(name.span.end);
                self.tight(open);
                self.arguments(open, args, among.as_deref());
            }
            ExprKind::Aggregate { name, index, arg } => {
                self.aggregate(self.at(name.span.end), index.as_deref(), arg);
            }
            ExprKind::Quantifier {
                list, condition, ..
            } => self.quantifier(expr, list, condition.as_deref(), indent),
            ExprKind::Did(did) => self.did(expr, did, indent),
            ExprKind::Neg { count, operand } => {
                let first = self.at(expr.span.start);
                (0..*count as usize).for_each(|sign| self.tight(first + sign + 1));
                self.expr(operand, indent);
            }
            ExprKind::Ago(inner)
            | ExprKind::FromNow(inner)
            | ExprKind::Not { operand: inner, .. }
            | ExprKind::IsKnown { operand: inner, .. } => self.expr(inner, indent),
            ExprKind::Coalesce(items) | ExprKind::And(items) | ExprKind::Or(items) => {
                self.chain(expr, &items.iter().collect::<Vec<_>>(), indent);
            }
            ExprKind::Multiplicative { first, rest } => {
                let rest = rest.iter().map(|(_, _, operand)| operand);
                self.chain(
                    expr,
                    &[&**first].into_iter().chain(rest).collect::<Vec<_>>(),
                    indent,
                );
            }
            ExprKind::Additive { first, rest } => {
                let rest = rest.iter().map(|(_, _, operand)| operand);
                self.chain(
                    expr,
                    &[&**first].into_iter().chain(rest).collect::<Vec<_>>(),
                    indent,
                );
            }
            ExprKind::Compare {
                op_span,
                left,
                right,
                ..
            }
            | ExprKind::ContainsSet {
                op_span,
                left,
                right,
                ..
            } => self.comparison(expr, left, op_span.start, right, indent),
            ExprKind::Between {
                operand, low, high, ..
            } => {
                self.expr(operand, indent);
                self.expr(low, 1);
                self.expr(high, 1);
            }
            ExprKind::In { operand, set, .. } => {
                if let Some(operand) = operand {
                    self.expr(operand, indent);
                }
                self.expr(set, 1);
            }
            ExprKind::InWindow {
                operand, window, ..
            } => {
                self.expr(operand, indent);
                self.window(window);
            }
            ExprKind::If { arms, otherwise } => self.if_then(expr, arms, otherwise, indent),
            ExprKind::Match { subject, arms } => self.match_arms(expr, subject, arms),
        }
    }

    /// `a and b and c`: a long one is broken before its operators.
    fn chain(&mut self, expr: &Expr, operands: &[&Expr], indent: usize) {
        let (first, last) = self.range(expr.span);
        let group = self.group(first, last);
        for (index, operand) in operands.iter().enumerate() {
            if index == 0 {
                // What is broken inside the first operand stands deeper than the operators of the whole.
                self.expr(operand, indent + 1);
            } else {
                self.line(self.at(operand.span.start) - 1, group, indent);
                self.expr(operand, 1);
            }
        }
    }

    /// `a == b`: broken before the operator only where neither side can be broken.
    fn comparison(&mut self, expr: &Expr, left: &Expr, op: u32, right: &Expr, indent: usize) {
        if !breaks(left) && !breaks(right) {
            let (first, last) = self.range(expr.span);
            let group = self.group(first, last);
            self.line(self.at(op), group, indent);
        }
        self.expr(left, indent);
        self.expr(right, 1);
    }

    fn list(&mut self, expr: &Expr, items: &[Expr]) {
        let open = self.at(expr.span.start);
        let starts: Vec<usize> = items.iter().map(|item| self.at(item.span.start)).collect();
        self.bracket(open, &starts, true);
        items.iter().for_each(|item| self.expr(item, 0));
    }

    fn paren(&mut self, expr: &Expr, inner: &Expr) {
        if stands_alone(inner) {
            return self.expr(inner, 1);
        }
        let first = self.at(inner.span.start);
        self.bracket(self.at(expr.span.start), &[first], false);
        self.expr(inner, 0);
    }

    fn postfix(&mut self, expr: &Expr, base: &Expr, ops: &[PostfixOp], indent: usize) {
        let methods = ops
            .iter()
            .filter(|op| matches!(op, PostfixOp::Method { .. }))
            .count();
        let chain = (methods >= METHODS).then(|| {
            let (first, last) = self.range(expr.span);
            self.group(first, last)
        });
        self.expr(base, indent);
        for op in ops {
            match op {
                PostfixOp::Field(_) => {}
                PostfixOp::Method { name, args, span } => {
                    if let Some(group) = chain {
                        self.soft(self.at(span.start), group, indent);
                    }
                    let open = self.at(name.span.end);
                    self.tight(open);
                    self.arguments(open, args, None);
                }
                PostfixOp::Index { key, span } => {
                    self.tight(self.at(span.start));
                    self.expr(key, 1);
                }
            }
        }
    }

    /// The arguments behind a name, from their opening parenthesis on.
    pub(super) fn arguments(&mut self, open: usize, args: &[Arg], among: Option<&Expr>) {
        let starts: Vec<usize> = args
            .iter()
            .map(|arg| match (&arg.name, &arg.value) {
                (Some(name), _) => self.at(name.span.start),
                (None, ArgValue::Expr(value)) => self.at(value.span.start),
                (None, ArgValue::Type(ty)) => self.at(ty.span.start),
            })
            .collect();
        // `f([ … ])` needs no lines for its parentheses.
        let hugs = matches!(args, [Arg { name: None, value: ArgValue::Expr(value) }] if has_brackets(value));
        if !hugs {
            self.bracket(open, &starts, among.is_none());
        }
        for arg in args {
            match &arg.value {
                ArgValue::Expr(value) => self.expr(value, usize::from(arg.name.is_some())),
                ArgValue::Type(ty) => self.type_expr(ty),
            }
        }
        if let Some(among) = among {
            self.expr(among, 1);
        }
    }

    fn aggregate(&mut self, open: usize, index: Option<&Expr>, arg: &QueryArg) {
        self.tight(open);
        let start = match arg {
            QueryArg::Query(query) => query.span.start,
            QueryArg::Expr(inner) => inner.span.start,
        };
        let mut starts = vec![self.at(start)];
        if let Some(index) = index {
            starts.insert(0, self.at(index.span.start));
        }
        self.bracket(open, &starts, false);
        if let Some(index) = index {
            self.expr(index, 0);
        }
        match arg {
            QueryArg::Query(query) => {
                let (first, last) = self.range(query.span);
                self.query(query, first, last, 0);
            }
            QueryArg::Expr(inner) => self.expr(inner, 0),
        }
    }

    fn quantifier(&mut self, expr: &Expr, list: &Expr, condition: Option<&Expr>, indent: usize) {
        let (first, last) = self.range(expr.span);
        let group = self.group(first, last);
        self.expr(list, 1);
        if let Some(condition) = condition {
            self.line(self.at(condition.span.start) - 1, group, indent);
            self.expr(condition, indent + 1);
        }
    }

    /// `did A … then B …`: broken before each `then`, and within a step before its `where`.
    fn did(&mut self, expr: &Expr, did: &Did, indent: usize) {
        let (first, last) = self.range(expr.span);
        let group = self.group(first, last);
        let starts: Vec<usize> = did
            .steps
            .iter()
            .map(|step| self.at(step.span.start))
            .collect();
        let end = starts.first().map_or(last, |start| start - 1);
        self.query(&did.query, first, end, indent);
        if let Some(times) = &did.times {
            self.expr(&times.count, 1);
        }
        if let Some(regular) = &did.regular {
            self.expr(&regular.at_least, 1);
            self.expr(&regular.of_last, 1);
        }
        for (index, step) in did.steps.iter().enumerate() {
            self.line(starts[index], group, indent);
            let end = starts.get(index + 1).map_or(last, |next| next - 1);
            self.query(&step.query, starts[index], end, 1);
            for length in step.within.iter().chain(&step.lasting) {
                self.expr(length, 1);
            }
        }
    }

    /// A query that takes the tokens from `first` to `last`, with the words around it.
    pub(super) fn query(&mut self, query: &Query, first: usize, last: usize, indent: usize) {
        let group = self.group(first, last);
        let condition = query
            .condition
            .as_deref()
            .map(|condition| (condition, self.at(condition.span.start) - 1));
        let window = query
            .window
            .as_ref()
            .map(|window| (window, self.at(window.span.start)));
        if let Some((window, start)) = window {
            let head = condition
                .map(|(_, start)| start - 1)
                .filter(|end| *end >= start);
            let inner = match head {
                Some(end) if end > first => self.group(first, end),
                _ => group,
            };
            self.line(start, inner, indent);
            self.window(window);
        }
        if let Some((condition, start)) = condition {
            self.line(start, group, indent);
            self.expr(condition, 1);
        }
    }

    pub(super) fn window(&mut self, window: &Window) {
        match &window.kind {
            WindowKind::Error | WindowKind::This(_) => {}
            WindowKind::Last(amount) | WindowKind::Next(amount) | WindowKind::Latest(amount) => {
                self.expr(amount, 1);
            }
            WindowKind::FromTo { from, to } => {
                self.expr(from, 1);
                self.expr(to, 1);
            }
            WindowKind::LastCalendar { count, .. } => {
                if let Some(count) = count {
                    self.expr(count, 1);
                }
            }
        }
    }

    fn if_then(&mut self, expr: &Expr, arms: &[(Expr, Expr)], otherwise: &Expr, indent: usize) {
        let (first, last) = self.range(expr.span);
        let group = self.group(first, last);
        for (index, (condition, result)) in arms.iter().enumerate() {
            let (start, deeper) = match index {
                0 => (first, indent + 1),
                _ => (self.at(condition.span.start).saturating_sub(2), 1),
            };
            if index > 0 {
                self.line(start, group, indent);
            }
            let arm = self.group(start, self.before(result.span.end));
            self.expr(condition, deeper);
            self.line(self.at(result.span.start) - 1, arm, deeper);
            self.expr(result, deeper);
        }
        self.line(self.at(otherwise.span.start) - 1, group, indent);
        self.expr(otherwise, 1);
    }

    fn match_arms(&mut self, expr: &Expr, subject: &Expr, arms: &[MatchArm]) {
        self.expr(subject, 1);
        let (_, last) = self.range(expr.span);
        let Some(open) = self.partner(last) else {
            return;
        };
        let starts: Vec<usize> = arms.iter().map(|arm| self.at(arm.span.start)).collect();
        self.block(open, &starts, Items::Fields);
        arms.iter().for_each(|arm| self.assigned(&arm.result));
    }

    /// The value behind `=` or `=>`: a long one starts a line of its own, unless it opens a bracket there.
    pub(super) fn assigned(&mut self, value: &Expr) {
        if stands_alone(value) {
            return self.expr(value, 1);
        }
        let (first, last) = self.range(value.span);
        let group = self.group(first - 1, last);
        self.line(first, group, 1);
        self.expr(value, 0);
    }

    /// A type.
    pub(super) fn type_expr(&mut self, ty: &TypeExpr) {
        match &ty.kind {
            TypeKind::Error => {}
            TypeKind::Named { name, args } if !args.is_empty() => {
                let first = self.at(name.span.end);
                let mut last = self.before(ty.span.end);
                if ty.optional && self.word(last) == "?" {
                    last -= 1;
                }
                [first, first + 1, last]
                    .into_iter()
                    .for_each(|at| self.tight(at));
                args.iter().for_each(|arg| self.type_expr(arg));
            }
            TypeKind::Named { .. } => {}
            TypeKind::Record(fields) => {
                self.fields(self.at(ty.span.start), fields);
            }
        }
    }

    fn fields(&mut self, open: usize, fields: &[FieldDecl]) {
        let starts: Vec<usize> = fields
            .iter()
            .map(|field| self.at(field.name.span.start))
            .collect();
        self.block(open, &starts, Items::Fields);
        fields.iter().for_each(|field| self.field(field));
    }

    /// A field with its type, default and annotations.
    pub(super) fn field(&mut self, field: &FieldDecl) {
        self.type_expr(&field.ty);
        if let Some(default) = &field.default {
            self.expr(default, 1);
        }
        field
            .annotations
            .iter()
            .for_each(|annotation| self.annotation(annotation));
    }

    pub(super) fn annotation(&mut self, annotation: &Annotation) {
        let open = self.at(annotation.span.start) + 2;
        if self.word(open) != "(" || self.tokens[open].start >= annotation.span.end as usize {
            return;
        }
        self.tight(open);
        let starts: Vec<usize> = annotation
            .args
            .iter()
            .map(|arg| self.at(arg.span.start))
            .collect();
        self.bracket(open, &starts, true);
        annotation.args.iter().for_each(|arg| self.expr(arg, 0));
    }

    /// Parameters behind a declaration's name, if there are any.
    pub(super) fn params(&mut self, params: &[Param], name_end: u32) {
        let open = self.at(name_end);
        if self.word(open) != "(" {
            return;
        }
        self.tight(open);
        let starts: Vec<usize> = params
            .iter()
            .map(|param| self.at(param.name.span.start))
            .collect();
        self.bracket(open, &starts, true);
        for param in params {
            self.type_expr(&param.ty);
            if let Some(default) = &param.default {
                self.expr(default, 1);
            }
        }
    }

    /// A check: broken before its message and before what follows from it.
    pub(super) fn check(&mut self, check: &crate::ast::Check) {
        let (first, last) = self.range(check.span);
        let group: GroupId = self.group(first, last);
        self.expr(&check.condition, 1);
        let mut end = check.condition.span.end;
        if let Some(message) = &check.message {
            self.line(self.at(message.span.start), group, 1);
            end = message.span.end;
        }
        let said = match &check.action {
            CheckAction::Clear(_) | CheckAction::Warn => true,
            CheckAction::Reject => self.before(end) < last,
        };
        if said {
            self.line(self.before(end) + 1, group, 1);
        }
    }
}

/// Whether an expression opens a bracket with all that it says inside, so that it may stay where it begins.
fn stands_alone(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Error
        | ExprKind::Literal(_)
        | ExprKind::Str(_)
        | ExprKind::RawStr(_)
        | ExprKind::Name(_)
        | ExprKind::List(_)
        | ExprKind::Record(_)
        | ExprKind::Paren(_)
        | ExprKind::Postfix { .. }
        | ExprKind::Call { .. }
        | ExprKind::Aggregate { .. }
        | ExprKind::Match { .. } => true,
        ExprKind::Neg { operand, .. } => stands_alone(operand),
        ExprKind::Ago(inner) | ExprKind::FromNow(inner) => stands_alone(inner),
        ExprKind::In { operand, set, .. } => {
            matches!(set.kind, ExprKind::List(_))
                && operand
                    .as_deref()
                    .is_none_or(|operand| matches!(operand.kind, ExprKind::Name(_)))
        }
        ExprKind::Quantifier { .. }
        | ExprKind::Did(_)
        | ExprKind::Coalesce(_)
        | ExprKind::Multiplicative { .. }
        | ExprKind::Additive { .. }
        | ExprKind::Compare { .. }
        | ExprKind::IsKnown { .. }
        | ExprKind::Between { .. }
        | ExprKind::InWindow { .. }
        | ExprKind::ContainsSet { .. }
        | ExprKind::Not { .. }
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::If { .. } => false,
    }
}

/// Whether an expression is nothing but a bracket and its items.
fn has_brackets(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::List(_) | ExprKind::Record(_))
}

/// Whether a line may end somewhere inside an operand.
fn breaks(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Error
        | ExprKind::Literal(_)
        | ExprKind::Str(_)
        | ExprKind::RawStr(_)
        | ExprKind::Name(_) => false,
        ExprKind::Neg { operand, .. } => breaks(operand),
        ExprKind::Ago(inner) | ExprKind::FromNow(inner) => breaks(inner),
        ExprKind::Postfix { base, ops } => {
            breaks(base)
                || ops
                    .iter()
                    .any(|op| matches!(op, PostfixOp::Method { args, .. } if !args.is_empty()))
        }
        _ => true,
    }
}
