//! Going through the expressions of a tree without knowing their forms.

use super::{
    ArgValue, DeclKind, Did, Expr, ExprKind, FieldDecl, Pattern, PostfixOp, Query, QueryArg,
    SourceClause, SourceValue, Step, StrPart, TableDecl, TypeExpr, TypeKind, Window, WindowKind,
};

/// What is called for each expression.
pub(super) type Visit<'v> = &'v mut dyn FnMut(&Expr);

impl Expr {
    /// Calls `visit` for each expression right inside this one, in the order of the text.
    pub fn for_each_child(&self, visit: &mut dyn FnMut(&Self)) {
        match &self.kind {
            ExprKind::Error | ExprKind::Literal(_) | ExprKind::RawStr(_) | ExprKind::Name(_) => {}
            ExprKind::Str(parts) => texts(parts, visit),
            ExprKind::List(items)
            | ExprKind::Coalesce(items)
            | ExprKind::And(items)
            | ExprKind::Or(items) => {
                items.iter().for_each(visit);
            }
            ExprKind::Record(fields) => fields.iter().for_each(|(_, value)| visit(value)),
            ExprKind::Paren(inner)
            | ExprKind::Ago(inner)
            | ExprKind::FromNow(inner)
            | ExprKind::Neg { operand: inner, .. }
            | ExprKind::Not { operand: inner, .. }
            | ExprKind::IsKnown { operand: inner, .. } => visit(inner),
            ExprKind::Postfix { base, ops } => postfix(base, ops, visit),
            ExprKind::Call { args, among, .. } => {
                arguments(args, visit);
                among.as_deref().into_iter().for_each(visit);
            }
            ExprKind::Aggregate { index, arg, .. } => {
                index.as_deref().into_iter().for_each(&mut *visit);
                match &**arg {
                    QueryArg::Query(query) => query_parts(query, visit),
                    QueryArg::Expr(inner) => visit(inner),
                }
            }
            ExprKind::Quantifier {
                list, condition, ..
            } => {
                visit(list);
                condition.as_deref().into_iter().for_each(visit);
            }
            ExprKind::Did(did) => did_parts(did, visit),
            ExprKind::Multiplicative { first, rest } => {
                visit(first);
                rest.iter().for_each(|(_, _, right)| visit(right));
            }
            ExprKind::Additive { first, rest } => {
                visit(first);
                rest.iter().for_each(|(_, _, right)| visit(right));
            }
            ExprKind::Compare { left, right, .. } | ExprKind::ContainsSet { left, right, .. } => {
                visit(left);
                visit(right);
            }
            ExprKind::Between {
                operand, low, high, ..
            } => [operand, low, high]
                .into_iter()
                .for_each(|part| visit(part)),
            ExprKind::In { operand, set, .. } => {
                operand.as_deref().into_iter().for_each(&mut *visit);
                visit(set);
            }
            ExprKind::InWindow {
                operand, window, ..
            } => {
                visit(operand);
                window_parts(window, visit);
            }
            ExprKind::If { arms, otherwise } => {
                arms.iter()
                    .flat_map(|(condition, result)| [condition, result])
                    .for_each(&mut *visit);
                visit(otherwise);
            }
            ExprKind::Match { subject, arms } => {
                visit(subject);
                for arm in arms {
                    for pattern in &arm.patterns {
                        if let Pattern::Value(value) = pattern {
                            visit(value);
                        }
                    }
                    visit(&arm.result);
                }
            }
        }
    }
}

fn texts(parts: &[StrPart], visit: Visit<'_>) {
    for part in parts {
        if let StrPart::Expr { expr, .. } = part {
            visit(expr);
        }
    }
}

fn postfix(base: &Expr, ops: &[PostfixOp], visit: Visit<'_>) {
    visit(base);
    for op in ops {
        match op {
            PostfixOp::Field(_) => {}
            PostfixOp::Method { args, .. } => arguments(args, visit),
            PostfixOp::Index { key, .. } => visit(key),
        }
    }
}

pub(super) fn arguments(args: &[super::Arg], visit: Visit<'_>) {
    for arg in args {
        if let ArgValue::Expr(value) = &arg.value {
            visit(value);
        }
    }
}

fn window_parts(window: &Window, visit: Visit<'_>) {
    match &window.kind {
        WindowKind::Error | WindowKind::This(_) => {}
        WindowKind::Last(amount) | WindowKind::Next(amount) | WindowKind::Latest(amount) => {
            visit(amount);
        }
        WindowKind::FromTo { from, to } => {
            visit(from);
            visit(to);
        }
        WindowKind::LastCalendar { count, .. } => count.as_deref().into_iter().for_each(visit),
    }
}

pub(super) fn query_parts(query: &Query, visit: Visit<'_>) {
    if let Some(window) = &query.window {
        window_parts(window, visit);
    }
    query.condition.as_deref().into_iter().for_each(visit);
}

fn did_parts(did: &Did, visit: Visit<'_>) {
    query_parts(&did.query, visit);
    if let Some(times) = &did.times {
        visit(&times.count);
    }
    if let Some(regular) = &did.regular {
        visit(&regular.at_least);
        visit(&regular.of_last);
    }
    for Step {
        query,
        within,
        lasting,
        ..
    } in &did.steps
    {
        query_parts(query, visit);
        within
            .as_deref()
            .into_iter()
            .chain(lasting.as_deref())
            .for_each(&mut *visit);
    }
}

impl DeclKind {
    /// Calls `visit` for each expression of the declaration that stands in no other, in the order of the text.
    /// Annotations are not part of it.
    pub fn for_each_expr(&self, visit: &mut dyn FnMut(&Expr)) {
        match self {
            Self::Error | Self::Events { .. } | Self::Enum { .. } | Self::Use(_) => {}
            Self::Profile(table) | Self::Event(table) | Self::Catalog(table) => {
                table_parts(table, visit);
            }
            Self::Const { ty, value } => {
                type_parts(ty, visit);
                visit(value);
            }
            Self::Source(source) => source
                .clauses
                .iter()
                .for_each(|clause| clause_parts(clause, visit)),
            Self::Trait { params, value, .. } | Self::Fn { params, value, .. } => {
                params
                    .iter()
                    .filter_map(|param| param.default.as_ref())
                    .for_each(&mut *visit);
                visit(value);
            }
            Self::Segment {
                params,
                title,
                condition,
            } => {
                params
                    .iter()
                    .filter_map(|param| param.default.as_ref())
                    .for_each(&mut *visit);
                title.iter().for_each(&mut *visit);
                visit(condition);
            }
            Self::Partition { title, stages, .. } => {
                title.iter().for_each(&mut *visit);
                stages.iter().for_each(|stage| visit(&stage.condition));
            }
            other => super::walk_campaign::for_each_expr(other, visit),
        }
    }
}

fn table_parts(table: &TableDecl, visit: Visit<'_>) {
    fields(&table.fields, visit);
    for check in &table.checks {
        visit(&check.condition);
        check.message.iter().for_each(&mut *visit);
    }
}

pub(super) fn fields(list: &[FieldDecl], visit: Visit<'_>) {
    for field in list {
        type_parts(&field.ty, visit);
        field.default.iter().for_each(&mut *visit);
    }
}

pub(super) fn type_parts(ty: &TypeExpr, visit: Visit<'_>) {
    match &ty.kind {
        TypeKind::Error => {}
        TypeKind::Named { args, .. } => args.iter().for_each(|arg| type_parts(arg, visit)),
        TypeKind::Record(list) => fields(list, visit),
    }
}

fn clause_parts(clause: &SourceClause, visit: Visit<'_>) {
    match clause {
        SourceClause::From { path, options, .. } => {
            visit(path);
            options.iter().for_each(|(_, value)| visit(value));
        }
        SourceClause::Where(condition) => visit(condition),
        SourceClause::GroupBy(keys) => keys.iter().for_each(visit),
        SourceClause::Prefer { .. } => {}
        SourceClause::Field {
            value: SourceValue::Expr(value),
            ..
        } => visit(value),
        SourceClause::Field {
            value: SourceValue::Each(list),
            ..
        } => list.iter().for_each(|(_, value)| visit(value)),
    }
}
