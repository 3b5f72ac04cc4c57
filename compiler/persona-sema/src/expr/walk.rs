//! Going through a checked expression: what it is made of, and which binders it uses.

use crate::{AggKind, Arg, BinderId, Expr, ExprKind, Part, Query, Window};

/// Calls `visit` for each direct part of an expression, conditions of queries and lengths of windows included.
pub(crate) fn each_part<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    match &expr.kind {
        ExprKind::Error
        | ExprKind::Const(_)
        | ExprKind::Now
        | ExprKind::Today
        | ExprKind::Profile(_)
        | ExprKind::Event(..)
        | ExprKind::EventParam(..)
        | ExprKind::Elem(..)
        | ExprKind::Catalog(_)
        | ExprKind::Param(_)
        | ExprKind::Partition(_)
        | ExprKind::Stage(..)
        | ExprKind::Arm(_)
        | ExprKind::Slot(..)
        | ExprKind::Sample { .. } => {}
        ExprKind::Op(_, operands) | ExprKind::Fn(_, operands) => operands.iter().for_each(visit),
        ExprKind::Lookup(_, part) | ExprKind::ItemField(part, _) => visit(part),
        ExprKind::If(arms, otherwise) => {
            arms.iter()
                .flat_map(|(condition, value)| [condition, value])
                .for_each(&mut *visit);
            visit(otherwise);
        }
        ExprKind::Match(subject, arms, otherwise) => {
            visit(subject);
            arms.iter().map(|(_, value)| value).for_each(&mut *visit);
            otherwise.iter().for_each(|value| visit(value));
        }
        ExprKind::Interpolate(parts) => {
            for part in parts {
                if let Part::Value(value, _) = part {
                    visit(value);
                }
            }
        }
        ExprKind::Trait(_, args) | ExprKind::Segment(_, args) | ExprKind::Recommend(_, args) => {
            args_parts(args, visit);
        }
        ExprKind::InWindow(operand, window) => {
            visit(operand);
            window_parts(window, visit);
        }
        ExprKind::Quantifier {
            list, condition, ..
        } => {
            visit(list);
            visit(condition);
        }
        ExprKind::ListAgg {
            list,
            filter,
            value,
            ..
        } => {
            visit(list);
            filter.iter().chain(value).for_each(|part| visit(part));
        }
        ExprKind::Agg { kind, query, value } => {
            match kind {
                AggKind::Nth { n, .. } => visit(n),
                AggKind::UnitsHit { units, .. } => visit(units),
                _ => {}
            }
            query_parts(query, visit);
            value.iter().for_each(|value| visit(value));
        }
        ExprKind::Sequence {
            first, steps, not, ..
        } => {
            query_parts(first, visit);
            for step in steps {
                step.filter
                    .iter()
                    .chain(&step.within)
                    .for_each(|part| visit(part));
            }
            if let Some(not) = not {
                not.filter
                    .iter()
                    .chain(&not.within)
                    .chain(&not.lasting)
                    .for_each(|part| visit(part));
            }
        }
        ExprKind::Rank { value, among, .. } => {
            visit(value);
            among.iter().for_each(|(_, args)| args_parts(args, visit));
        }
    }
}

fn args_parts<'e>(args: &'e [Arg], visit: &mut dyn FnMut(&'e Expr)) {
    for arg in args {
        if let Arg::Value(value) = arg {
            visit(value);
        }
    }
}

fn window_parts<'e>(window: &'e Window, visit: &mut dyn FnMut(&'e Expr)) {
    match window {
        Window::Last(length)
        | Window::Next(length)
        | Window::LastCalendar(length, _)
        | Window::Latest(length) => visit(length),
        Window::FromTo(from, to) => {
            visit(from);
            visit(to);
        }
        Window::This(_) => {}
    }
}

fn query_parts<'e>(query: &'e Query, visit: &mut dyn FnMut(&'e Expr)) {
    query
        .window
        .iter()
        .for_each(|window| window_parts(window, visit));
    query.filter.iter().for_each(|filter| visit(filter));
}

/// Whether any part of an expression, itself included, is what is asked for.
pub(super) fn any(expr: &Expr, is: &dyn Fn(&Expr) -> bool) -> bool {
    let mut found = is(expr);
    each_part(expr, &mut |part| found = found || any(part, is));
    found
}

/// Whether it uses one of these binders, or is (partly) broken, so that nobody knows.
pub(super) fn uses(expr: &Expr, binders: &[BinderId]) -> bool {
    any(expr, &|part| match &part.kind {
        ExprKind::Event(binder, _)
        | ExprKind::EventParam(binder, _)
        | ExprKind::Elem(binder, _) => binders.contains(binder),
        ExprKind::Error => true,
        _ => false,
    })
}
