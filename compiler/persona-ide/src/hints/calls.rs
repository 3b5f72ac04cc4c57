//! Arguments: which parameter each is for, and what fills those that are left out.

use persona_base::Span;
use persona_sema::editor::Declaration;
use persona_sema::{Database, Global};
use persona_syntax::ast::{
    Arg, ArgValue, DeclKind, Expr, ExprKind, Name, Param, TriggerStep, TriggerStepKind,
};

use super::{Hint, HintKind};

/// The hints of a call of something that is declared.
pub(super) fn call(db: &Database, decl: &Declaration<'_>, expr: &Expr, found: &mut Vec<Hint>) {
    let ExprKind::Call { name, args, .. } = &expr.kind else {
        return;
    };
    let takes = matches!(
        db.global(decl.space, &name.text),
        Some(Global::Trait(_) | Global::Fn(_) | Global::Segment(_) | Global::Recommend(..))
    );
    if takes {
        arguments(db, decl, name, args, expr.span.end, found);
    }
}

/// The hints of what a trigger sends.
pub(super) fn steps(db: &Database, decl: &Declaration<'_>, found: &mut Vec<Hint>) {
    if let DeclKind::Trigger(trigger) = &decl.resolved.kind {
        each_step(&trigger.steps, &mut |step| {
            let TriggerStepKind::Send { content, args, .. } = &step.kind else {
                return;
            };
            let behind = args.last().map_or(content.span.end, |arg| place(arg).end);
            let text = decl.text.get(behind as usize..).unwrap_or("");
            let close = text.find(')').filter(|_| !args.is_empty());
            let end = close.map_or(behind, |close| behind + close as u32 + 1);
            arguments(db, decl, content, args, end, found);
        });
    }
}

fn each_step(steps: &[TriggerStep], visit: &mut dyn FnMut(&TriggerStep)) {
    for step in steps {
        visit(step);
        if let TriggerStepKind::If { arms, otherwise } = &step.kind {
            for (_, inner) in arms {
                each_step(inner, visit);
            }
            if let Some(inner) = otherwise {
                each_step(inner, visit);
            }
        }
    }
}

fn place(arg: &Arg) -> Span {
    match &arg.value {
        ArgValue::Expr(value) => value.span,
        ArgValue::Type(ty) => ty.span,
    }
}

/// `end` is right behind the closing parenthesis.
fn arguments(
    db: &Database,
    decl: &Declaration<'_>,
    name: &Name,
    args: &[Arg],
    end: u32,
    found: &mut Vec<Hint>,
) {
    let Some(target) = db.named_in(decl.space, &name.text) else {
        return;
    };
    let params = params_of(&target);
    for (param, arg) in params.iter().zip(args) {
        let value = place(arg);
        let is_plain = arg.name.is_none() && !value.is_empty() && !param.name.is_missing();
        // An argument that is called like its parameter says it already.
        let written = value.of(decl.text);
        let own_name = written.rsplit('.').next().unwrap_or(written);
        if is_plain && own_name != param.name.text {
            found.push(Hint {
                at: decl.span.start + value.start,
                text: format!("{}:", param.name.text),
                kind: HintKind::Parameter,
                more: param.ty.span.of(target.text).to_owned(),
            });
        }
    }
    let is_given = |index: usize, param: &Param| {
        let named = |arg: &Arg| {
            arg.name
                .as_ref()
                .is_some_and(|name| name.text == param.name.text)
        };
        args.get(index).is_some_and(|arg| arg.name.is_none()) || args.iter().any(named)
    };
    let lacking = params
        .iter()
        .enumerate()
        .filter(|(index, param)| !is_given(*index, param));
    let filled: Vec<String> = lacking
        .filter_map(|(_, param)| {
            let default = param.default.as_ref()?.span.of(target.text);
            Some(format!("{}: {default}", param.name.text))
        })
        .collect();
    let closed = decl
        .text
        .get(..end as usize)
        .is_some_and(|text| text.ends_with(')'));
    if closed && !filled.is_empty() && !args.is_empty() {
        found.push(Hint {
            at: decl.span.start + end - 1,
            text: format!(", {}", filled.join(", ")),
            kind: HintKind::Default,
            more: format!("`{}` says so where it is declared", target.own_name()),
        });
    }
}

fn params_of<'db>(target: &Declaration<'db>) -> &'db [Param] {
    match &target.tree.kind {
        DeclKind::Trait { params, .. }
        | DeclKind::Fn { params, .. }
        | DeclKind::Segment { params, .. } => params,
        DeclKind::Content(content) => &content.params,
        DeclKind::Recommend(one) => &one.params,
        _ => &[],
    }
}
