//! Exclusions: which segments are named. Whether they really exclude each other is proven elsewhere ([`crate::prove`]), from
//! what the segments say.

use persona_base::{Applicability, Span, names, proofs};
use persona_syntax::ast;

use crate::decl::{Checking, Unit};
use crate::env::{Env as _, Global};
use crate::{Expr, ExprKind};

/// Checks an exclusion.
pub(in crate::decl) fn check_exclusive(
    checking: &mut Checking<'_>,
    segments: &[ast::Expr],
) -> Unit {
    let mut found: Vec<Expr> = Vec::with_capacity(segments.len());
    for written in segments {
        if matches!(written.kind, ast::ExprKind::Error) {
            continue;
        }
        let Some(segment) = reference(checking, written) else {
            continue;
        };
        match found.iter().find(|other| other.kind == segment.kind) {
            Some(first) => repeated(checking, first.span, &segment, segments),
            None => found.push(segment),
        }
    }
    if segments.len() < 2 {
        too_few(checking, segments);
    }
    Unit::Exclusive(found)
}

/// A segment, or a stage of a partition; `None` where it is none, which is reported.
fn reference(checking: &mut Checking<'_>, written: &ast::Expr) -> Option<Expr> {
    if let ast::ExprKind::Name(name) = &written.kind
        && let Some(meant) = checking.env.global(&name.text)
        && !matches!(
            meant,
            Global::Segment(_) | Global::Partition(_) | Global::Broken
        )
    {
        let message = format!("`{}` is not a segment", name.text);
        let diagnostic = checking
            .diagnostic(names::NOT_A_SEGMENT, name.span, message)
            .label("segments and stages exclude each other, nothing else does")
            .help("name segments and stages: `vip`, `lifecycle.active`");
        checking.report(diagnostic);
        return None;
    }
    let asked = ast::Expr {
        kind: ast::ExprKind::In {
            operand: None,
            negated: false,
            op_span: Span::at(written.span.start),
            set: Box::new(written.clone()),
        },
        span: written.span,
    };
    let checked = checking.condition(&[], &asked, true);
    let segment = matches!(
        checked.expr.kind,
        ExprKind::Segment(..) | ExprKind::Stage(..)
    );
    segment.then_some(checked.expr)
}

/// A segment that is named again.
fn repeated(checking: &mut Checking<'_>, first: Span, again: &Expr, all: &[ast::Expr]) {
    let text = again.span.of(checking.text).to_owned();
    let mut diagnostic = checking
        .diagnostic(
            proofs::EXCLUSIVE_REPEATED,
            again.span,
            format!("`{text}` is named twice"),
        )
        .label("named again")
        .secondary(checking.file, first, "first named here")
        .note("a segment always overlaps with itself");
    // The comma before it goes with it.
    let before = all
        .iter()
        .rev()
        .find(|other| other.span.end <= again.span.start);
    if let Some(before) = before.filter(|_| all.len() > 2) {
        let with_comma = Span::new(before.span.end, again.span.end);
        diagnostic = diagnostic.fix("take it out", Applicability::Always, with_comma, "");
    } else {
        diagnostic = diagnostic.help("name another segment in its place");
    }
    checking.report(diagnostic);
}

fn too_few(checking: &mut Checking<'_>, segments: &[ast::Expr]) {
    let (span, message) = match segments {
        [one] => (one.span, "one segment alone excludes nothing"),
        _ => (checking.tree.span, "this names no segments"),
    };
    let diagnostic = checking
        .diagnostic(proofs::EXCLUSIVE_TOO_FEW, span, message)
        .label("two or more are needed")
        .help("name the segments that never overlap: `exclusive { vip, lapsed }`");
    checking.report(diagnostic);
}
