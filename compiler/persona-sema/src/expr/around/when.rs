//! When something happens: lengths of time, points in time, events to come, segments that people enter and leave.

use persona_base::{Applicability, Span, history, missing, names, triggers, types};
use persona_syntax::ast;

use super::super::consts::fold;
use super::super::open::Position;
use super::super::repair::without_parens;
use super::super::types::has_equality;
use super::super::{Checker, Want};
use super::Asks;
use crate::env::{Global, Known};
use crate::{Const, Expr, ExprKind, Query, Type, TypeKind};

impl Checker<'_> {
    pub(super) fn some_length(&mut self, written: &ast::Expr, role: &str) -> Option<Expr> {
        let length = self.infer(written, Want::of(&Type::of(TypeKind::Duration)));
        let text = self.quote(written.span);
        match (&length.ty.kind, fold(&length)) {
            (TypeKind::Error, _) => None,
            (TypeKind::Duration, Some(Const::Int(micros))) if micros <= 0 => {
                let diagnostic = self
                    .diagnostic(
                        triggers::NO_TIME,
                        written.span,
                        format!("`{role}` takes some time, and `{text}` is none"),
                    )
                    .help("say how long, as in `30m`, `24h` or `7d`");
                self.report(diagnostic);
                None
            }
            (TypeKind::Duration, _) if length.ty.optional => {
                let diagnostic = self
                    .diagnostic(
                        missing::MAY_BE_MISSING,
                        written.span,
                        format!("how long this is may be missing: `{text}`"),
                    )
                    .label(format!("this is `{}`", self.type_name(&length.ty)))
                    .fix(
                        "say what to take then",
                        Applicability::Maybe,
                        written.span,
                        format!("({} ?? 1d)", self.text(without_parens(written).span)),
                    );
                self.report(diagnostic);
                None
            }
            (TypeKind::Duration, _) => Some(length),
            (TypeKind::Period, constant) => {
                let mut diagnostic = self
                    .diagnostic(
                        history::BAD_LENGTH,
                        written.span,
                        format!("`{role}` takes a fixed length of time, not one of the calendar"),
                    )
                    .label("how long this is depends on the calendar");
                if let Some(Const::Period { months, days }) = constant {
                    let new = format!("{}d", i64::from(months) * 30 + i64::from(days));
                    diagnostic = diagnostic.perhaps(written.span, new);
                }
                self.report(diagnostic);
                None
            }
            (kind, constant) => {
                let noun = self.noun(kind);
                let mut diagnostic = self
                    .diagnostic(
                        history::BAD_LENGTH,
                        written.span,
                        format!("`{role}` takes a length of time, and this is {noun}"),
                    )
                    .label("how long should it be?");
                diagnostic = match constant {
                    Some(Const::Int(_)) if *kind == TypeKind::Int => diagnostic.fix(
                        format!("write `{text}d`"),
                        Applicability::Maybe,
                        written.span,
                        format!("{text}d"),
                    ),
                    _ => diagnostic.help("write it as in `30m`, `24h` or `7d`"),
                };
                self.report(diagnostic);
                None
            }
        }
    }

    pub(super) fn moment(
        &mut self,
        written: &ast::Expr,
        role: &str,
        may_be_missing: bool,
    ) -> Option<Expr> {
        let wanted = Type::of(TypeKind::Timestamp);
        let want = Want {
            now: true,
            ..Want::of(&wanted)
        };
        let moment = self.infer(written, want);
        let moment = self.require_value(moment, written);
        match moment.ty.kind {
            TypeKind::Error => None,
            TypeKind::Timestamp | TypeKind::TimeOfDay
                if moment.ty.optional
                    && (!may_be_missing || moment.ty.kind == TypeKind::TimeOfDay) =>
            {
                let text = self.quote(written.span);
                let diagnostic = self
                    .diagnostic(
                        missing::MAY_BE_MISSING,
                        written.span,
                        format!("`{text}` may be missing"),
                    )
                    .label(format!("this is `{}`", self.type_name(&moment.ty)))
                    .help("say what to take instead when it is missing, with `?? …`");
                self.report(diagnostic);
                None
            }
            TypeKind::Timestamp | TypeKind::TimeOfDay => Some(moment),
            _ => {
                let noun = self.noun(&moment.ty.kind);
                let diagnostic = self
                    .diagnostic(
                        types::TYPE_MISMATCH,
                        written.span,
                        format!("`{role}` takes a point in time, and this is {noun}"),
                    )
                    .label(format!("this is `{}`", self.type_name(&moment.ty)));
                let diagnostic = match moment.ty.kind {
                    TypeKind::Duration if role == "wait until" => {
                        let text = self.text(written.span).to_owned();
                        let until = self.text(Span::new(written.span.start.saturating_sub(6), written.span.start)).to_owned();
                        let diagnostic = diagnostic.help(format!("to wait so long, write `wait {text}`"));
                        match until.as_str() {
                            "until " => diagnostic.fix(format!("write `wait {text}`"), Applicability::Maybe, Span::new(written.span.start - 6, written.span.start), ""),
                            _ => diagnostic,
                        }
                    }
                    TypeKind::Duration => diagnostic.help(format!("to give it so long, write `within {}`", self.quote(written.span))),
                    _ => diagnostic.help("write a field of type `Timestamp`, a literal as in `2026-01-31T10:00Z`, or a time of day"),
                };
                self.report(diagnostic);
                None
            }
        }
    }

    pub(super) fn key(&mut self, written: &ast::Expr) -> Option<Expr> {
        let key = self.infer(written, Want::NOTHING);
        let key = self.require_value(key, written);
        if key.ty.is_error() {
            return None;
        }
        if !has_equality(&key.ty.kind) {
            let noun = self.noun(&key.ty.kind);
            let diagnostic = self
                .diagnostic(
                    types::TYPE_MISMATCH,
                    written.span,
                    format!("runs cannot be kept apart by {noun}"),
                )
                .label("two of these cannot be told to be the same")
                .help("name what identifies it: `per cart.sku`");
            self.report(diagnostic);
            return None;
        }
        if key.ty.optional {
            let text = self.quote(written.span);
            let diagnostic = self
                .diagnostic(
                    missing::MAY_BE_MISSING,
                    written.span,
                    format!("`{text}` may be missing"),
                )
                .label(format!("this is `{}`", self.type_name(&key.ty)))
                .note("there is one run for each value of it; without one, nobody knows which");
            let diagnostic = self.with_default(diagnostic, written, &key.ty.kind);
            self.report(diagnostic);
            return None;
        }
        Some(key)
    }

    /// Events without a window, which happen from now on.
    pub(super) fn plain_events(
        &mut self,
        written: &ast::Query,
        asks: Asks,
        role: &str,
    ) -> Option<(Query, Vec<Known>)> {
        if let Some(window) = &written.window {
            let before = self
                .text(Span::new(written.span.start, window.span.start))
                .trim_end()
                .len();
            let start = written.span.start + u32::try_from(before).unwrap_or(0);
            let diagnostic = self
                .diagnostic(triggers::WINDOW_NOT_HERE, window.span, format!("`{role}` is about each event as it happens, and takes no window"))
                .label("a window looks back")
                .help(match role {
                    "goal" => "how long after the first message it counts is said with `within`",
                    "on inactivity of" => "how long nothing happens is said with `for`",
                    _ => "what happened before is asked in `when`, as in `when did Purchase in last 30d`",
                })
                .fix("remove the window", Applicability::Maybe, Span::new(start, window.span.end), "");
            self.report(diagnostic);
        }
        if let (Some(kind), Some(last)) = (written.kinds.last(), written.path.last()) {
            let path = Span::new(kind.span.end, last.span.end);
            let diagnostic = self
                .diagnostic(
                    triggers::WINDOW_NOT_HERE,
                    path,
                    format!("`{role}` is about whole events, not about a part of one"),
                )
                .fix("take the event", Applicability::Maybe, path, "")
                .help("conditions on elements stand in `where`: `any item in items where …`");
            self.report(diagnostic);
        }
        let query = ast::Query {
            window: None,
            path: Vec::new(),
            ..written.clone()
        };
        let opened = self.open_query(&query)?;
        if asks == Asks::Ends {
            let whole = written
                .condition
                .as_ref()
                .map_or(written.span, |condition| condition.span);
            self.strict(opened.mark, Position::Decision, whole);
        }
        let facts = opened
            .facts()
            .iter()
            .map(|key| Known(key.clone()))
            .collect();
        self.close(&opened);
        Some((opened.query, facts))
    }

    pub(super) fn member_of(&mut self, written: &ast::Expr) -> Expr {
        let inner = without_parens(written);
        let span = written.span;
        match &inner.kind {
            ast::ExprKind::Postfix { base, ops } => match (&base.kind, ops.as_slice()) {
                (ast::ExprKind::Name(partition), [ast::PostfixOp::Field(stage)]) => {
                    self.in_stage(partition, stage, span)
                }
                _ => self.no_segment(inner, span),
            },
            ast::ExprKind::Name(name)
                if matches!(self.env.global(&name.text), Some(Global::Partition(_))) =>
            {
                self.which_stage(name)
            }
            ast::ExprKind::Name(_) | ast::ExprKind::Call { .. } => {
                match self.segment_reference(inner, None, span) {
                    Some((name, args)) => Expr {
                        kind: ExprKind::Segment(name, args),
                        ty: Type::BOOL,
                        span,
                    },
                    None => self.error_at(span),
                }
            }
            ast::ExprKind::Error => self.error_at(span),
            _ => self.no_segment(inner, span),
        }
    }

    /// One enters and leaves the stages of a partition, not the partition.
    fn which_stage(&mut self, name: &ast::Name) -> Expr {
        let Some(Global::Partition(id)) = self.env.global(&name.text) else {
            return self.error_at(name.span);
        };
        let stages = &self.schema().enums[id].values;
        let mut diagnostic = self
            .diagnostic(
                names::NOT_A_SEGMENT,
                name.span,
                format!(
                    "everybody is always in `{}`: name one of its stages",
                    name.text
                ),
            )
            .label("this is a partition");
        for (stage, _) in stages.iter().take(3) {
            let new = format!("{}.{stage}", name.text);
            diagnostic = diagnostic.perhaps(name.span, new);
        }
        self.fail(name.span, diagnostic)
    }
}
