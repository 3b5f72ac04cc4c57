//! `count`, `sum`, `first` and their kin, over events, over elements of events, and over lists.

use persona_base::{Applicability, Span, history, missing, types};
use persona_syntax::ast::{self, QueryArg};

use super::open::Position;
use super::query::Opened;
use super::types::{has_equality, is_quantity};
use super::{Checker, Want};
use crate::{AggKind, Const, Expr, ExprKind, Type, TypeKind};

impl Checker<'_> {
    /// `name(…)`.
    pub(super) fn aggregate(
        &mut self,
        name: &ast::Name,
        index: Option<&ast::Expr>,
        arg: &QueryArg,
        span: Span,
        want: Want<'_>,
    ) -> Expr {
        let question = self.question.take();
        let checked = match arg {
            QueryArg::Query(query) if self.is_event_query(query) => {
                self.event_aggregate(name, index, query, span, want)
            }
            QueryArg::Query(query) => self.list_aggregate(name, query, span, want),
            QueryArg::Expr(written) => self.aggregate_of_expression(name, written, span),
        };
        self.question = question;
        checked
    }

    fn is_event_query(&mut self, query: &ast::Query) -> bool {
        match query.kinds.as_slice() {
            _ if query.any_event => true,
            [name] => self.is_event_name(name) || !self.means_something(name),
            _ => true,
        }
    }

    fn aggregate_of_expression(
        &mut self,
        name: &ast::Name,
        written: &ast::Expr,
        span: Span,
    ) -> Expr {
        if matches!(written.kind, ast::ExprKind::Error) {
            return self.error_at(span);
        }
        let diagnostic = self
            .diagnostic(
                history::NOT_A_QUERY,
                written.span,
                format!("`{}` goes over events, or over a list", name.text),
            )
            .label("this is neither");
        let diagnostic = match name.text.as_str() {
            "min" => diagnostic.help("the lesser of two values is `least(a, b)`"),
            "max" => diagnostic.help("the greater of two values is `greatest(a, b)`"),
            _ => diagnostic.help(format!(
                "write `{}(Purchase in last 30d)`, or the name of a list field",
                name.text
            )),
        };
        self.fail(span, diagnostic)
    }

    fn event_aggregate(
        &mut self,
        name: &ast::Name,
        index: Option<&ast::Expr>,
        query: &ast::Query,
        span: Span,
        want: Want<'_>,
    ) -> Expr {
        let n = match index {
            Some(index) => match self.number(index, "which event") {
                Some(n) => Some(n),
                None => return self.error_at(span),
            },
            None => None,
        };
        let Some(opened) = self.open_query(query) else {
            return self.error_at(span);
        };
        let checked = match name.text.as_str() {
            "count" => self.count(&opened, span, want),
            "share" => self.share(opened.query.clone(), query, &opened, span),
            "gap" => self.gap(&opened, span),
            "first" | "last" | "nth" => self.picked(name, n, &opened, span),
            _ => self.of_field(name, query, &opened, span, want),
        };
        self.close(&opened);
        checked
    }

    /// The condition of an aggregate: leaving events out changes its value either way.
    fn filter_counts(&mut self, opened: &Opened, want: Want<'_>) {
        if !want.below {
            let whole = opened
                .query
                .filter
                .as_ref()
                .map_or(opened.query.span, |filter| filter.span);
            self.strict(opened.mark, Position::Filter, whole);
        }
    }

    fn count(&mut self, opened: &Opened, span: Span, want: Want<'_>) -> Expr {
        self.filter_counts(opened, want);
        if let (Some(first), Some(last)) = (opened.path.first(), opened.path.last()) {
            let path = first.span.to(last.span);
            let text = self.quote(path);
            let dot = Span::new(first.span.start.saturating_sub(1), path.end);
            let diagnostic = self
                .diagnostic(
                    history::FIELD_NOT_COUNTED,
                    path,
                    "`count` counts events, not a field of them",
                )
                .fix("count the events", Applicability::Maybe, dot, "")
                .help(format!(
                    "how many different values there are is `distinct(… .{text})`"
                ));
            return self.fail(span, diagnostic);
        }
        aggregate(AggKind::Count, opened, None, Type::of(TypeKind::Int), span)
    }

    fn share(
        &mut self,
        mut query: crate::Query,
        written: &ast::Query,
        opened: &Opened,
        span: Span,
    ) -> Expr {
        self.no_field("share", opened);
        let Some(condition) = query.filter.take() else {
            let text = self.quote(written.span);
            let diagnostic = self
                .diagnostic(
                    history::SHARE_OF_ALL,
                    written.span,
                    "`share` asks how many of the events meet a condition, and there is none",
                )
                .label("all of them do")
                .help(format!("write `share({text} where …)`"));
            return self.fail(span, diagnostic);
        };
        self.strict(opened.mark, Position::Filter, condition.span);
        let kind = ExprKind::Agg {
            kind: AggKind::Share,
            query,
            value: Some(condition),
        };
        Expr {
            kind,
            ty: Type::of(TypeKind::Float).optional(),
            span,
        }
    }

    fn gap(&mut self, opened: &Opened, span: Span) -> Expr {
        self.filter_counts(opened, Want::NOTHING);
        self.no_field("gap", opened);
        aggregate(
            AggKind::Gap,
            opened,
            None,
            Type::of(TypeKind::Duration).optional(),
            span,
        )
    }

    /// An aggregate of events as such, to which a field adds nothing.
    fn no_field(&mut self, name: &str, opened: &Opened) {
        let (Some(first), Some(last)) = (opened.path.first(), opened.path.last()) else {
            return;
        };
        let path = first.span.to(last.span);
        let dot = Span::new(first.span.start.saturating_sub(1), path.end);
        let diagnostic = self
            .diagnostic(
                history::FIELD_NOT_COUNTED,
                path,
                format!("`{name}` is about events, not about a field of them"),
            )
            .fix("ask about the events", Applicability::Maybe, dot, "");
        self.report(diagnostic);
    }

    fn picked(&mut self, name: &ast::Name, n: Option<Expr>, opened: &Opened, span: Span) -> Expr {
        self.filter_counts(opened, Want::NOTHING);
        let one = || Expr {
            kind: ExprKind::Const(Const::Int(1)),
            ty: Type::of(TypeKind::Int),
            span: name.span,
        };
        let from_end = name.text == "last";
        let kind = AggKind::Nth {
            n: Box::new(n.unwrap_or_else(one)),
            from_end,
        };
        let param_field = matches!(opened.query.kinds, crate::Kinds::Param(_))
            .then(|| self.field_value(opened))
            .flatten();
        if let Some(value) = param_field {
            let ty = value.ty.clone().optional();
            return aggregate(kind, opened, Some(value), ty, span);
        }
        if let (Some(first), Some(last)) = (opened.path.first(), opened.path.last()) {
            return self.field_inside(name, first.span.to(last.span), span);
        }
        if let super::names::Bound::Elem { ty, .. } = &opened.bound
            && !matches!(ty.kind, TypeKind::Record(_))
        {
            let value = self.field_value(opened);
            let ty = ty.clone().optional();
            return aggregate(kind, opened, value, ty, span);
        }
        let ty = self.picked_type(opened);
        aggregate(kind, opened, None, ty, span)
    }

    /// `last(Purchase.total)`: the field is asked for behind the parentheses.
    fn field_inside(&mut self, name: &ast::Name, path: Span, span: Span) -> Expr {
        let field = self.text(path);
        let dot = path.start.saturating_sub(1);
        let head = self.text(Span::new(span.start, dot));
        let tail = self.text(Span::new(path.end, span.end));
        let new = format!("{head}{tail}.{field}");
        let diagnostic = self
            .diagnostic(
                history::FIELD_NOT_COUNTED,
                path,
                format!(
                    "`{}` gives a whole event; its field is asked for behind it",
                    name.text
                ),
            )
            .fix(format!("write `{new}`"), Applicability::Always, span, new);
        self.fail(span, diagnostic)
    }

    fn of_field(
        &mut self,
        name: &ast::Name,
        written: &ast::Query,
        opened: &Opened,
        span: Span,
        want: Want<'_>,
    ) -> Expr {
        let below = Want {
            below: want.below && name.text == "distinct",
            ..want
        };
        self.filter_counts(opened, below);
        let Some(kind) = kind_named(&name.text) else {
            return self.error_at(span);
        };
        let missing_field = opened.path.is_empty();
        let Some(value) = self.field_value(opened) else {
            if missing_field {
                self.lacks_field(name, written, opened);
            }
            return self.error_at(span);
        };
        let Some(ty) = self.result(&kind, &value, name) else {
            return self.error_at(span);
        };
        let value = self.settled_value(value, name, written);
        aggregate(kind, opened, Some(value), ty, span)
    }

    fn lacks_field(&mut self, name: &ast::Name, written: &ast::Query, opened: &Opened) {
        let head = written
            .kinds
            .first()
            .map_or(written.span, |first| first.span);
        let owner = super::names::Owner::Bound(opened.bound.clone());
        let fields = self.all_fields(&owner);
        let kind = kind_named(&name.text).unwrap_or(AggKind::Sum);
        let fitting = fields
            .iter()
            .find(|(field, ty)| field != "at" && field != "id" && self.fits(&kind, &ty.kind));
        let text = self.quote(head);
        let mut diagnostic = self
            .diagnostic(
                history::FIELD_LACKING,
                head,
                format!("`{}` needs a field of the event", name.text),
            )
            .label("which field of it?");
        let end = written.path.last().map_or(head.end, |last| last.span.end);
        if let (Some((field, _)), [_]) = (fitting, written.kinds.as_slice()) {
            diagnostic = diagnostic.fix(
                format!("write `{text}.{field}`"),
                Applicability::Maybe,
                Span::at(end),
                format!(".{field}"),
            );
        } else {
            diagnostic = diagnostic.help(format!(
                "write `{}({text}.field)`; how many there are is `count({text})`",
                name.text
            ));
        }
        self.report(diagnostic);
    }

    fn fits(&self, kind: &AggKind, value: &TypeKind) -> bool {
        match kind {
            AggKind::Sum | AggKind::Avg => is_quantity(value),
            AggKind::Min | AggKind::Max => self.is_ordered(value),
            _ => has_equality(value),
        }
    }

    /// The type of an aggregate of a field.
    fn result(&mut self, kind: &AggKind, value: &Expr, name: &ast::Name) -> Option<Type> {
        let of = &value.ty.kind;
        if of == &TypeKind::Error {
            return None;
        }
        if !self.fits(kind, of) {
            let noun = self.noun(of);
            let what = match kind {
                AggKind::Sum => "adds up numbers and amounts",
                AggKind::Avg => "is of numbers and amounts",
                AggKind::Min | AggKind::Max => "is of values that have an order",
                _ => "is of values that can be compared",
            };
            let mut diagnostic = self
                .diagnostic(
                    types::BAD_OPERAND,
                    value.span,
                    format!("`{}` {what}, and this is {noun}", name.text),
                )
                .label(format!("this is `{}`", self.type_name(&value.ty)));
            if matches!(kind, AggKind::Min | AggKind::Max) && matches!(of, TypeKind::Enum(_)) {
                diagnostic = diagnostic.help("the most frequent value is `most_common(…)`; an `ordered enum` also has a least and a greatest");
            }
            self.report(diagnostic);
            return None;
        }
        Some(match kind {
            AggKind::Sum => Type::of(of.clone()),
            AggKind::Avg if *of == TypeKind::Int => Type::of(TypeKind::Float).optional(),
            AggKind::Distinct => Type::of(TypeKind::Int),
            AggKind::TopShare => Type::of(TypeKind::Float).optional(),
            _ => Type::of(of.clone()).optional(),
        })
    }

    /// An aggregated value must be there: else the aggregate would silently be of fewer events.
    pub(super) fn settled_value(
        &mut self,
        mut value: Expr,
        name: &ast::Name,
        written: &ast::Query,
    ) -> Expr {
        if !value.ty.optional {
            return value;
        }
        let (field, in_where) = self.aggregated_name(&value, written);
        let mut diagnostic = self
            .diagnostic(
                missing::AGGREGATE_OF_MISSING,
                value.span,
                format!(
                    "`{field}` may be missing, and `{}` does not say what then",
                    name.text
                ),
            )
            .label(format!("this is `{}`", self.type_name(&value.ty)))
            .note("events without it would silently be left out");
        diagnostic = match (&in_where, &written.condition) {
            (None, _) => {
                diagnostic.help("ask only about those that have it, with `where … is known`")
            }
            (Some(field), None) => {
                let title = format!("leave events without it out: `where {field} is known`");
                diagnostic.fix(
                    title,
                    Applicability::Maybe,
                    Span::at(written.span.end),
                    format!(" where {field} is known"),
                )
            }
            (Some(field), Some(condition)) => {
                let text = self.text(condition.span);
                let kept = if matches!(condition.kind, ast::ExprKind::Or(_)) {
                    format!("({text})")
                } else {
                    text.to_owned()
                };
                let title = format!("leave events without it out: `{field} is known and …`");
                diagnostic.fix(
                    title,
                    Applicability::Maybe,
                    condition.span,
                    format!("{field} is known and {kept}"),
                )
            }
        };
        self.report(diagnostic);
        value.ty.optional = false;
        value
    }

    /// What the aggregated field is called, and what it is called inside the `where`, if it has a name there.
    fn aggregated_name(&self, value: &Expr, written: &ast::Query) -> (String, Option<String>) {
        match &value.kind {
            ExprKind::EventParam(_, param) => {
                let name = self.scope.params[*param as usize].name.to_string();
                (name.clone(), Some(name))
            }
            ExprKind::Elem(_, 0)
                if written.path.is_empty()
                    || !self.text(value.span).contains('.') && value.span == written.span =>
            {
                let alias = written.alias.as_ref().map(|alias| alias.text.clone());
                (self.quote(value.span), alias)
            }
            _ => {
                let text = self.quote(value.span);
                (text.clone(), Some(text))
            }
        }
    }

    /// An aggregate over the elements of a list.
    fn list_aggregate(
        &mut self,
        name: &ast::Name,
        query: &ast::Query,
        span: Span,
        want: Want<'_>,
    ) -> Expr {
        if let Some(window) = &query.window {
            let diagnostic = self
                .diagnostic(
                    history::WINDOW_OF_LIST,
                    window.span,
                    "the elements of a list have no time",
                )
                .label("a window picks among events")
                .help("ask about a field of the elements: `where item.at in last 30d`");
            self.report(diagnostic);
            return self.error_at(span);
        }
        let Some((list, rest)) = self.list_of(query) else {
            return self.error_at(span);
        };
        let Some(element) = list.ty.kind.element().cloned() else {
            let noun = self.noun(&list.ty.kind);
            let diagnostic = self
                .diagnostic(
                    history::NOT_A_QUERY,
                    list.span,
                    format!("`{}` goes over events, or over a list", name.text),
                )
                .label(format!("this is {noun}"));
            return self.fail(span, diagnostic);
        };
        self.over_elements(name, query, (list, element, rest), span, want)
    }
}

/// An aggregate over an event query.
fn aggregate(kind: AggKind, opened: &Opened, value: Option<Expr>, ty: Type, span: Span) -> Expr {
    let kind = ExprKind::Agg {
        kind,
        query: opened.query.clone(),
        value: value.map(Box::new),
    };
    Expr { kind, ty, span }
}

/// The aggregate of a field with this name.
pub(super) fn kind_named(name: &str) -> Option<AggKind> {
    Some(match name {
        "count" => AggKind::Count,
        "sum" => AggKind::Sum,
        "avg" => AggKind::Avg,
        "min" => AggKind::Min,
        "max" => AggKind::Max,
        "distinct" => AggKind::Distinct,
        "most_common" => AggKind::MostCommon,
        "top_share" => AggKind::TopShare,
        _ => return None,
    })
}

impl Checker<'_> {
    /// An aggregate over a list, whose elements' fields are bare names inside its `where`.
    fn over_elements(
        &mut self,
        name: &ast::Name,
        query: &ast::Query,
        (list, element, rest): (Expr, Type, Vec<ast::Name>),
        span: Span,
        want: Want<'_>,
    ) -> Expr {
        let kind = kind_named(&name.text)
            .filter(|kind| !matches!(kind, AggKind::MostCommon | AggKind::TopShare));
        let Some(kind) = kind else {
            let diagnostic = self
                .diagnostic(
                    history::NOT_A_QUERY,
                    list.span,
                    format!("`{}` goes over events, not over a list", name.text),
                )
                .label("this is a list")
                .help("over lists there are `count`, `sum`, `avg`, `min`, `max` and `distinct`");
            return self.fail(span, diagnostic);
        };
        let opened = self.open_elements(query, element, rest);
        let below = Want {
            below: want.below && matches!(kind, AggKind::Count | AggKind::Distinct),
            ..want
        };
        self.filter_counts(&opened, below);
        let checked = self.list_result(name, kind, query, &opened, list, span);
        self.close(&opened);
        checked
    }

    fn list_result(
        &mut self,
        name: &ast::Name,
        kind: AggKind,
        query: &ast::Query,
        opened: &Opened,
        list: Expr,
        span: Span,
    ) -> Expr {
        let (ty, value) = if kind == AggKind::Count {
            self.no_field("count", opened);
            (Type::of(TypeKind::Int), None)
        } else {
            let missing_field = opened.path.is_empty();
            let Some(value) = self.field_value(opened) else {
                if missing_field {
                    self.lacks_field(name, query, opened);
                }
                return self.error_at(span);
            };
            let Some(ty) = self.result(&kind, &value, name) else {
                return self.error_at(span);
            };
            (ty, Some(self.settled_value(value, name, query)))
        };
        let ty = Type {
            optional: ty.optional || list.ty.optional,
            ..ty
        };
        let filter = opened.query.filter.clone();
        let kind = ExprKind::ListAgg {
            kind,
            binder: opened.bound.binder(),
            list: Box::new(list),
            filter,
            value: value.map(Box::new),
        };
        Expr { kind, ty, span }
    }
}
