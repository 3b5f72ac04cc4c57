//! `did`: whether something happened, how often, how regularly.

use persona_base::{Applicability, Span, history, missing};
use persona_syntax::ast::{self, Bound as TimesBound, Did, Times};

use super::consts::fold;
use super::open::Position;
use super::query::Opened;
use super::types::has_equality;
use super::{Checker, Want};
use crate::{AggKind, Const, Expr, ExprKind, Op, Type, TypeKind};

impl Checker<'_> {
    /// `did …` in all its forms.
    pub(super) fn did(&mut self, did: &Did, span: Span) -> Expr {
        let question = self.question.replace(span);
        let mark = self.open.len();
        let checked = if did.steps.is_empty() {
            self.did_once(did, span)
        } else {
            self.sequence(did, span)
        };
        self.question = question;
        match did.negated {
            Some(not) => self.negated_if(true, checked, mark, not),
            None => checked,
        }
    }

    fn did_once(&mut self, did: &Did, span: Span) -> Expr {
        if let Some(regular) = &did.regular {
            return self.regular(did, regular, span);
        }
        let least = match &did.times {
            Some(times) => match self.times(times) {
                Some(count) => Some((times.bound, count)),
                None => return self.error_at(span),
            },
            None => None,
        };
        let Some(opened) = self.open_query(&did.query) else {
            return self.error_at(span);
        };
        let checked = self.asked(did, least, &opened, span);
        self.close(&opened);
        checked
    }

    fn asked(
        &mut self,
        did: &Did,
        times: Option<(TimesBound, Expr)>,
        opened: &Opened,
        span: Span,
    ) -> Expr {
        self.no_path(opened);
        let at_most = times
            .as_ref()
            .is_some_and(|(bound, _)| *bound != TimesBound::AtLeast);
        if at_most {
            let whole = opened
                .query
                .filter
                .as_ref()
                .map_or(opened.query.span, |filter| filter.span);
            self.strict(opened.mark, Position::Filter, whole);
        }
        let counted = match &did.per {
            Some(per) => match self.per(per, did, opened) {
                Some(counted) => counted,
                None => return self.error_at(span),
            },
            None if times.is_some() => aggregate(
                AggKind::Count,
                opened,
                None,
                TypeKind::Int,
                opened.query.span,
            ),
            None => return aggregate(AggKind::Exists, opened, None, TypeKind::Bool, span),
        };
        let Some((bound, wanted)) = times else {
            return self.error_at(span);
        };
        let (op, operands) = match bound {
            TimesBound::AtLeast => (Op::Le, vec![wanted, counted]),
            TimesBound::AtMost => (Op::Le, vec![counted, wanted]),
            TimesBound::Exactly => (Op::Eq, vec![counted, wanted]),
        };
        Expr {
            kind: ExprKind::Op(op, operands),
            ty: Type::BOOL,
            span,
        }
    }

    /// `at least 3 times`: a number that says something.
    fn times(&mut self, times: &Times) -> Option<Expr> {
        let count = self.operand(&times.count, Want::NOTHING);
        if count.ty.is_error() {
            return None;
        }
        if count.ty.kind != TypeKind::Int || count.ty.optional {
            let noun = self.noun(&count.ty.kind);
            let what = if count.ty.kind == TypeKind::Int {
                "it may be missing".to_owned()
            } else {
                format!("this is {noun}")
            };
            let diagnostic = self
                .diagnostic(
                    persona_base::types::TYPE_MISMATCH,
                    count.span,
                    "how many times is a whole number",
                )
                .label(what);
            self.report(diagnostic);
            return None;
        }
        let always = match (times.bound, fold(&count)) {
            (TimesBound::AtLeast, Some(Const::Int(n))) if n <= 0 => Some(true),
            (TimesBound::AtMost | TimesBound::Exactly, Some(Const::Int(n))) if n < 0 => Some(false),
            _ => None,
        };
        if let Some(answer) = always {
            let answer = if answer { "yes" } else { "no" };
            let diagnostic = self
                .diagnostic(
                    persona_base::types::CONSTANT_CONDITION,
                    times.span,
                    format!("this is always {answer}"),
                )
                .label("nothing happens less than 0 times");
            self.report(diagnostic);
        }
        Some(count)
    }

    /// Names after the event that are no list add nothing to `did`.
    fn no_path(&mut self, opened: &Opened) {
        let (Some(first), Some(last)) = (opened.path.first(), opened.path.last()) else {
            return;
        };
        let path = first.span.to(last.span);
        let dot = Span::new(first.span.start.saturating_sub(1), path.end);
        let diagnostic = self
            .diagnostic(
                history::FIELD_NOT_COUNTED,
                path,
                "`did` asks about events, not about a field of them",
            )
            .fix("ask about the event", Applicability::Maybe, dot, "")
            .help("conditions on its fields stand in `where`");
        self.report(diagnostic);
    }

    /// `per sku`: the greatest count for one value.
    fn per(&mut self, per: &ast::Name, did: &Did, opened: &Opened) -> Option<Expr> {
        match &did.times {
            Some(times) if times.bound == TimesBound::AtLeast => {}
            found => {
                let place = found.as_ref().map_or(per.span, |times| times.span);
                let diagnostic = self
                    .diagnostic(
                        history::BAD_PER,
                        place,
                        "`per` goes with `at least … times`",
                    )
                    .label("so often for some one value")
                    .help(format!("write `did … at least 3 times per {}`", per.text));
                self.report(diagnostic);
                return None;
            }
        }
        if per.is_missing() {
            return None;
        }
        let owner = super::names::Owner::Bound(opened.bound.clone());
        let value = match self.field(&owner, &per.text) {
            super::names::FieldHit::Value(kind, ty) => self.settled(Expr {
                kind,
                ty,
                span: per.span,
            }),
            super::names::FieldHit::Differs(why) => {
                self.fields_differ(&per.text, &why, per.span);
                return None;
            }
            super::names::FieldHit::Fields | super::names::FieldHit::None => {
                self.unknown_field(&owner, "", per);
                return None;
            }
        };
        if !has_equality(&value.ty.kind) {
            let noun = self.noun(&value.ty.kind);
            let diagnostic = self
                .diagnostic(
                    history::BAD_PER,
                    per.span,
                    format!(
                        "`per` takes a field whose values can be told apart, and this is {noun}"
                    ),
                )
                .label(format!("this is `{}`", self.type_name(&value.ty)));
            self.report(diagnostic);
            return None;
        }
        let value = self.settled_per(value, per, did);
        Some(aggregate(
            AggKind::MaxPerValue,
            opened,
            Some(value),
            TypeKind::Int,
            opened.query.span,
        ))
    }

    fn settled_per(&mut self, mut value: Expr, per: &ast::Name, did: &Did) -> Expr {
        if !value.ty.optional {
            return value;
        }
        let field = &per.text;
        let mut diagnostic = self
            .diagnostic(
                missing::AGGREGATE_OF_MISSING,
                per.span,
                format!("`{field}` may be missing, and `per` does not say what then"),
            )
            .label(format!("this is `{}`", self.type_name(&value.ty)))
            .note("events without it would silently be left out");
        let query = &did.query;
        diagnostic = match &query.condition {
            None => {
                let new = format!(" where {field} is known");
                diagnostic.fix(
                    format!("leave events without it out: `where {field} is known`"),
                    Applicability::Maybe,
                    Span::at(query_end(query)),
                    new,
                )
            }
            Some(condition) => {
                let text = self.text(condition.span);
                let kept = if matches!(condition.kind, ast::ExprKind::Or(_)) {
                    format!("({text})")
                } else {
                    text.to_owned()
                };
                let new = format!("{field} is known and {kept}");
                diagnostic.fix(
                    format!("leave events without it out: `{field} is known and …`"),
                    Applicability::Maybe,
                    condition.span,
                    new,
                )
            }
        };
        self.report(diagnostic);
        value.ty.optional = false;
        value
    }

    /// `did Q in at least 3 of last 4 calendar weeks`.
    fn regular(&mut self, did: &Did, regular: &ast::Regular, span: Span) -> Expr {
        let least = self.number(&regular.at_least, "the number of calendar units");
        let units = self.number(&regular.of_last, "the number of calendar units");
        if let Some(window) = &did.query.window {
            let diagnostic = self
                .diagnostic(
                    history::TWO_WINDOWS,
                    window.span,
                    "two windows of time for one question",
                )
                .secondary(self.scope.file, regular.span, "this is one already")
                .help("leave one out");
            self.report(diagnostic);
        }
        let extra = did
            .times
            .as_ref()
            .map(|times| times.span)
            .or(did.per.as_ref().map(|per| per.span));
        if let Some(extra) = extra {
            let diagnostic = self
                .diagnostic(
                    history::TWO_WINDOWS,
                    extra,
                    "how often and in how many units are two questions",
                )
                .secondary(self.scope.file, regular.span, "this asks in how many")
                .help("ask them one after the other, joined with `and`");
            self.report(diagnostic);
        }
        if let (Some(k), Some(n)) = (&least, &units)
            && let (Some(Const::Int(k)), Some(Const::Int(n))) = (fold(k), fold(n))
            && k > n
        {
            let unit = Self::unit_name(regular.unit);
            let diagnostic = self
                .diagnostic(
                    history::NEVER_SO_OFTEN,
                    regular.span,
                    format!("in the last {n} calendar {unit}s there are no {k}"),
                )
                .label("this can never hold")
                .note("nobody can ever be chosen by it")
                .fix(
                    format!("write `at least {n}`"),
                    Applicability::Maybe,
                    regular.at_least.span,
                    n.to_string(),
                );
            self.report(diagnostic);
        }
        let query = ast::Query {
            window: None,
            ..did.query.clone()
        };
        let Some(opened) = self.open_query(&query) else {
            return self.error_at(span);
        };
        self.no_path(&opened);
        self.close(&opened);
        let (Some(least), Some(units)) = (least, units) else {
            return self.error_at(span);
        };
        let kind = AggKind::UnitsHit {
            unit: regular.unit,
            units: Box::new(units),
        };
        let hit = aggregate(kind, &opened, None, TypeKind::Int, opened.query.span);
        Expr {
            kind: ExprKind::Op(Op::Le, vec![least, hit]),
            ty: Type::BOOL,
            span,
        }
    }
}

/// Where a `where` may be added to a query.
fn query_end(query: &ast::Query) -> u32 {
    query
        .window
        .as_ref()
        .map_or(query.span.end, |window| window.span.end.max(query.span.end))
}

fn aggregate(
    kind: AggKind,
    opened: &Opened,
    value: Option<Expr>,
    ty: TypeKind,
    span: Span,
) -> Expr {
    let kind = ExprKind::Agg {
        kind,
        query: opened.query.clone(),
        value: value.map(Box::new),
    };
    Expr {
        kind,
        ty: Type::of(ty),
        span,
    }
}
