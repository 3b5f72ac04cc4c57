//! `const`, `trait`, `fn`, `segment`, `partition`.

use std::collections::BTreeSet;
use std::sync::Arc;

use persona_base::{Applicability, Span, data};
use persona_syntax::ast;

use super::params::check_params;
use super::types::{Position, Types};
use super::{Checking, Openness, Unit, casing, enums, reserved};
use crate::db::{enum_ids, schema};
use crate::env::OpenOperand;
use crate::{
    CheckedExpr, EnumId, Function, Param, Partition, Place, Segment, Trait, Type, check_stages,
    check_value,
};

fn resolve(checking: &mut Checking<'_>, ty: &ast::TypeExpr) -> Type {
    let mut types = Types::new(checking.db, checking.decl);
    let resolved = types.resolve(ty, Position::Value);
    checking.diagnostics.append(&mut types.diagnostics);
    resolved
}

fn name(checking: &Checking<'_>) -> Arc<str> {
    Arc::clone(checking.decl.name(checking.db))
}

/// The origin is filled in when the package is assembled.
fn origin(checking: &Checking<'_>) -> Place {
    Place {
        file: checking.file,
        span: Span::default(),
    }
}

/// Openness as callers see it: they have to be told where the operand stands.
fn from_outside(checking: &Checking<'_>, checked: &CheckedExpr) -> Openness {
    let open = checked.open.clone().map(|open| OpenOperand {
        declaration: Some(open.declaration.unwrap_or_else(|| name(checking))),
        ..open
    });
    Openness {
        open,
        open_params: checked.open_params.clone(),
        history: checked.history,
    }
}

/// Checks a constant.
pub(super) fn check_const_decl(
    checking: &mut Checking<'_>,
    ty: &ast::TypeExpr,
    value: &ast::Expr,
) -> Unit {
    let written = ty;
    let ty = resolve(checking, written).known();
    if ty.is_error() {
        return Unit::None;
    }
    if written.optional {
        let mark = Span::new(written.span.end.saturating_sub(1), written.span.end);
        let diagnostic = checking
            .diagnostic(
                data::OPTIONAL_DEFAULT,
                mark,
                "a constant has a value, so it is never missing",
            )
            .label("this says that it may be missing")
            .fix("remove the `?`", Applicability::Always, mark, "");
        checking.report(diagnostic);
    }
    let value = checking.constant(value, &ty);
    Unit::Const { ty, value }
}

/// Checks a trait.
pub(super) fn check_trait(
    checking: &mut Checking<'_>,
    params: &[ast::Param],
    ty: Option<&ast::TypeExpr>,
    value: &ast::Expr,
) -> Unit {
    let params = check_params(checking, params, Position::Param);
    let declared = ty.map(|ty| resolve(checking, ty));
    let checked = check_value(
        &checking.env,
        checking.scope(&params),
        value,
        declared.as_ref(),
    );
    checking
        .diagnostics
        .extend(checked.diagnostics.iter().cloned());
    let ty = declared.unwrap_or_else(|| checked.expr.ty.clone());
    let openness = from_outside(checking, &checked);
    let (name, origin) = (name(checking), origin(checking));
    Unit::Trait {
        definition: Trait {
            name,
            params,
            ty,
            origin,
            body: checked.expr,
            imported: false,
        },
        openness,
    }
}

/// Checks a function.
pub(super) fn check_fn(
    checking: &mut Checking<'_>,
    params: &[ast::Param],
    ty: &ast::TypeExpr,
    value: &ast::Expr,
) -> Unit {
    let params = check_params(checking, params, Position::Value);
    let ty = resolve(checking, ty);
    let scope = crate::Scope {
        pure: true,
        ..checking.scope(&params)
    };
    let checked = check_value(&checking.env, scope, value, Some(&ty));
    checking
        .diagnostics
        .extend(checked.diagnostics.iter().cloned());
    let openness = from_outside(checking, &checked);
    let (name, origin) = (name(checking), origin(checking));
    Unit::Fn {
        definition: Function {
            name,
            params,
            origin,
            body: checked.expr,
        },
        ty,
        openness,
    }
}

/// Checks a segment.
pub(super) fn check_segment(
    checking: &mut Checking<'_>,
    params: &[ast::Param],
    title: Option<&ast::Expr>,
    condition: &ast::Expr,
) -> Unit {
    let params = check_params(checking, params, Position::Param);
    let title = title.and_then(|title| check_title(checking, title, &params));
    let checked = checking.condition(&params, condition, true);
    let openness = from_outside(checking, &checked);
    let (name, origin) = (name(checking), origin(checking));
    Unit::Segment {
        definition: Segment {
            name,
            title,
            params,
            origin,
            body: checked.expr,
            imported: false,
        },
        openness,
    }
}

/// Checks a partition. The stages' names are the enum that the schema made of them.
pub(super) fn check_partition(
    checking: &mut Checking<'_>,
    title: Option<&ast::Expr>,
    stages: &[ast::Stage],
    otherwise: &ast::EnumValue,
) -> Unit {
    let title = title.and_then(|title| check_title(checking, title, &[]));
    if stages.is_empty() {
        let own = &checking.tree.name;
        let diagnostic = checking
            .diagnostic(
                data::EMPTY_DECLARATION,
                own.span,
                format!("the partition `{}` has only one stage", own.text),
            )
            .label("everybody would be in it")
            .help("add stages before `otherwise`: `active when did Purchase in last 90d`");
        checking.report(diagnostic);
    }
    let mut named: Vec<_> = stages
        .iter()
        .map(|stage| (&stage.name, stage.title.as_ref()))
        .collect();
    named.push((&otherwise.name, otherwise.title.as_ref()));
    enums::check_values(checking, &named, "the stage");
    let mut seen = BTreeSet::new();
    let written: Vec<&ast::Expr> = stages.iter().map(|stage| &stage.condition).collect();
    let checked = check_stages(&checking.env, checking.scope(&[]), &written);
    let mut conditions = Vec::new();
    for (stage, checked) in stages.iter().zip(checked) {
        casing::check_snake(checking, &stage.name, "a stage");
        reserved::check_local(checking, &stage.name, "a stage");
        checking.diagnostics.extend(checked.diagnostics);
        if !stage.name.is_missing() && seen.insert(stage.name.text.as_str()) {
            conditions.push(checked.expr);
        }
    }
    casing::check_snake(checking, &otherwise.name, "a stage");
    let Some(id) = stages_of(checking) else {
        return Unit::None;
    };
    let (name, origin) = (name(checking), origin(checking));
    Unit::Partition(Partition {
        name,
        title,
        stages: id,
        origin,
        conditions,
        imported: false,
    })
}

fn stages_of(checking: &Checking<'_>) -> Option<EnumId> {
    let project = checking.db.project();
    let id = enum_ids(checking.db, project)
        .get(checking.decl.name(checking.db))
        .copied()?;
    debug_assert!(schema(checking.db, project).enums.get(id).is_some());
    Some(id)
}

/// The text of a title. It may show parameters, which stay as they are written: `Recent browsers of {topic}`.
pub(super) fn check_title(
    checking: &mut Checking<'_>,
    title: &ast::Expr,
    params: &[Param],
) -> Option<Arc<str>> {
    let parts = match &title.kind {
        ast::ExprKind::Str(parts) => parts.as_slice(),
        ast::ExprKind::RawStr(text) => return Some(Arc::from(text.as_str())),
        ast::ExprKind::Error => return None,
        _ => {
            let diagnostic =
                checking.diagnostic(data::TITLE, title.span, "a title is text in quotes");
            checking.report(diagnostic);
            return None;
        }
    };
    let mut text = String::new();
    for part in parts {
        match part {
            ast::StrPart::Text(more) => text.push_str(more),
            ast::StrPart::Expr { expr, format } => match &expr.kind {
                ast::ExprKind::Error => return None,
                ast::ExprKind::Name(name)
                    if format.is_none() && params.iter().any(|param| *param.name == name.text) =>
                {
                    text.push('{');
                    text.push_str(&name.text);
                    text.push('}');
                }
                _ => {
                    title_part(checking, expr, params);
                    return None;
                }
            },
        }
    }
    Some(Arc::from(text))
}

fn title_part(checking: &mut Checking<'_>, expr: &ast::Expr, params: &[Param]) {
    let mut diagnostic = checking
        .diagnostic(
            data::TITLE,
            expr.span,
            "a title can show parameters as they are, and nothing else",
        )
        .note("a title names the whole group, so it is the same for everybody in it");
    diagnostic = if params.is_empty() {
        diagnostic.help("write the text itself; a brace is written `\\{`")
    } else {
        let known: Vec<String> = params
            .iter()
            .map(|param| format!("`{{{}}}`", param.name))
            .collect();
        diagnostic.help(format!("it may show {}", known.join(", ")))
    };
    checking.report(diagnostic);
}
