//! `exclusive { vip, lapsed }`: for each pair of segments a proof, a person who is in both, or the reason why neither was
//! found. Whether the names are those of segments is checked before.

use persona_base::{Diagnostic, FileId, proofs};

use super::build::{BodyKind, World};
use super::lint::Texts;
use super::witness::{Decided, decide};
use crate::{Expr, ExprKind};

/// How many facts about a person are shown.
const SHOWN: usize = 8;

/// What is wrong with the pairs.
pub(super) fn overlaps<'a>(
    world: &dyn World<'a>,
    texts: &dyn Texts,
    file: FileId,
    segments: &'a [Expr],
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, second) in segments.iter().enumerate() {
        for first in &segments[..index] {
            if first.kind == second.kind {
                continue;
            }
            let name = |expr: &Expr| texts.text(file, expr.span).unwrap_or("segment").to_owned();
            let (a, b) = (name(first), name(second));
            let diagnostic = match decide(world, file, (first, second)) {
                Decided::Never => continue,
                Decided::Both(facts) => {
                    let person = if facts.is_empty() {
                        "somebody of whom nothing is known yet".to_owned()
                    } else {
                        let shown: Vec<String> = facts.into_iter().take(SHOWN).collect();
                        format!("somebody with `{}`", shown.join(", "))
                    };
                    let message = format!("`{a}` and `{b}` are not exclusive: one can be in both");
                    Diagnostic::new(proofs::EXCLUSIVE_OVERLAP, file, second.span, message)
                        .label(format!("overlaps with `{a}`"))
                        .note(format!("{person} is in both"))
                        .help(format!(
                            "write `not in {a}` into `{b}`, or make both stages of one partition"
                        ))
                }
                Decided::Neither(doubt) => {
                    let message = format!("whether `{a}` and `{b}` overlap could not be found out");
                    let mut diagnostic =
                        Diagnostic::new(proofs::EXCLUSIVE_UNPROVEN, file, second.span, message)
                            .label(format!("perhaps it overlaps with `{a}`"));
                    if let Some((expr, of)) = doubt {
                        diagnostic = diagnostic.secondary(
                            of,
                            expr.span,
                            "nothing is known of this beforehand",
                        );
                    }
                    diagnostic.help(format!("write `not in {a}` into `{b}`: then it is certain"))
                }
            };
            let diagnostic = diagnostic.secondary(file, first.span, "the other one");
            found.push(with_conditions(world, diagnostic, [first, second]));
        }
    }
    found
}

/// Points at what the segments ask.
fn with_conditions<'a>(
    world: &dyn World<'a>,
    diagnostic: Diagnostic,
    segments: [&Expr; 2],
) -> Diagnostic {
    segments
        .into_iter()
        .fold(diagnostic, |diagnostic, segment| {
            let (name, stage) = match &segment.kind {
                ExprKind::Segment(name, _) => (name, None),
                ExprKind::Stage(name, stage) => (name, Some(*stage)),
                _ => return diagnostic,
            };
            let Some(body) = world.body(name) else {
                return diagnostic;
            };
            match (body.kind, stage) {
                (BodyKind::Segment(condition), _) => {
                    diagnostic.secondary(body.file, condition.span, format!("who is in `{name}`"))
                }
                (BodyKind::Stages(conditions), Some(stage)) => match conditions.get(stage as usize)
                {
                    Some(condition) => diagnostic.secondary(
                        body.file,
                        condition.span,
                        format!("who comes to this stage of `{name}`"),
                    ),
                    None => diagnostic,
                },
                _ => diagnostic,
            }
        })
}
