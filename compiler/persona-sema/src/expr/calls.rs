//! Calls: the functions of persona, and those of the package.

use std::sync::Arc;

use persona_base::{Applicability, Span, names, types};
use persona_syntax::ast;

use super::Checker;
use super::consts::fold;
use super::types::{is_number, is_quantity, join};
use crate::env::Global;
use crate::{Const, Expr, ExprKind, Op, Type, TypeKind};

impl Checker<'_> {
    /// `name(args)`.
    pub(super) fn call(
        &mut self,
        name: &ast::Name,
        args: &[ast::Arg],
        among: Option<&ast::Expr>,
        span: Span,
    ) -> Expr {
        if name.is_missing() {
            return self.error_at(span);
        }
        if let Some(among) = among.filter(|_| !matches!(name.text.as_str(), "ntile" | "percentile"))
        {
            let diagnostic = self
                .diagnostic(
                    types::WRONG_ARGUMENTS,
                    among.span,
                    "`among` goes with `ntile` and `percentile` only",
                )
                .label("ranks are taken among the people of a segment");
            self.report(diagnostic);
        }
        match name.text.as_str() {
            "age" | "anniversary" | "days_since" | "days_until" | "date" => {
                self.of_time(name, args, span)
            }
            "abs" | "round" | "floor" | "ceil" => self.of_number(name, args, span),
            "least" | "greatest" => self.extreme(name, args, span),
            "geo" => self.geo(args, span),
            "distance" => self.distance(args, span),
            "ntile" | "percentile" => self.rank(name, args, among, span),
            "sample" => self.sample(args, span),
            "arm" => self.arm(args, span),
            "raw" if self.env.global("raw").is_none() => self.raw(args, span),
            "local" => {
                let thing = self.local(args, span);
                self.value_of(thing, span, super::Want::NOTHING)
            }
            _ => self.declared(name, args, span),
        }
    }

    /// A function, trait or whatever else the package calls by this name.
    fn declared(&mut self, name: &ast::Name, args: &[ast::Arg], span: Span) -> Expr {
        let text: Arc<str> = Arc::from(name.text.as_str());
        match self.env.global(&text) {
            Some(Global::Fn(signature)) => self.apply_fn(&text, &signature, args, name.span, span),
            Some(Global::Trait(signature)) if signature.params.is_empty() && args.is_empty() => {
                let diagnostic = self
                    .diagnostic(
                        types::WRONG_ARGUMENTS,
                        span,
                        format!("`{text}` takes no arguments, and is written without parentheses"),
                    )
                    .fix(
                        format!("write `{text}`"),
                        Applicability::Always,
                        span,
                        &*text,
                    );
                self.fail(span, diagnostic)
            }
            Some(Global::Trait(signature)) => {
                let mut value = self.apply_trait(&text, &signature, args, span);
                value.span = span;
                value
            }
            Some(Global::Broken) => self.error_at(span),
            Some(Global::Segment(_)) => {
                let written = self.text(span);
                let diagnostic = self
                    .diagnostic(
                        names::NOT_A_VALUE,
                        span,
                        format!("`{text}` is a segment: one is in it or not"),
                    )
                    .fix(
                        format!("ask `in {}`", self.quote(span)),
                        Applicability::Always,
                        span,
                        format!("in {written}"),
                    );
                self.fail(span, diagnostic)
            }
            Some(_) => {
                let diagnostic = self
                    .diagnostic(
                        names::NOT_A_VALUE,
                        name.span,
                        format!("`{text}` is not a function"),
                    )
                    .label("it takes no arguments");
                self.fail(span, diagnostic)
            }
            None => self.unknown_call(name, args, span),
        }
    }

    fn unknown_call(&mut self, name: &ast::Name, args: &[ast::Arg], span: Span) -> Expr {
        match name.text.as_str() {
            "column" => {
                let diagnostic = self
                    .diagnostic(
                        names::UNKNOWN_FUNCTION,
                        name.span,
                        "`column` reads raw data, which only sources see",
                    )
                    .help("use the field that the source fills");
                return self.fail(span, diagnostic);
            }
            "now" => {
                let diagnostic = self.diagnostic(
                    names::UNKNOWN_FUNCTION,
                    span,
                    "`now` is a word, not a function",
                );
                let text = self.scope.text;
                let before = text
                    .get(..span.start as usize)
                    .unwrap_or_default()
                    .trim_end();
                let compared = ["<", ">", "=", "before", "after"]
                    .iter()
                    .any(|op| before.ends_with(op));
                let diagnostic = if compared {
                    diagnostic.fix("write `now`", Applicability::Always, span, "now")
                } else {
                    diagnostic
                        .help("compare a point in time with it: `signed_up_at before 30d ago`")
                };
                return self.fail(span, diagnostic);
            }
            "min" | "max" => {
                let meant = if name.text == "min" {
                    "least"
                } else {
                    "greatest"
                };
                let diagnostic = self
                    .diagnostic(
                        names::UNKNOWN_FUNCTION,
                        name.span,
                        format!(
                            "`{}` goes over events or a list, not over values",
                            name.text
                        ),
                    )
                    .perhaps(name.span, meant);
                return self.fail(span, diagnostic);
            }
            "today" => {
                let diagnostic = self
                    .diagnostic(
                        names::UNKNOWN_FUNCTION,
                        span,
                        "`today` is a word, not a function",
                    )
                    .fix("write `today`", Applicability::Always, span, "today");
                return self.fail(span, diagnostic);
            }
            _ => {}
        }
        self.unknown_function(name, args, span);
        self.error_at(span)
    }

    /// An operation of one operand, missing where that is.
    fn unary(&mut self, op: Op, operand: Expr, kind: TypeKind, span: Span) -> Expr {
        let ty = Type {
            kind,
            optional: operand.ty.optional,
        };
        self.settled(Expr {
            kind: ExprKind::Op(op, vec![operand]),
            ty,
            span,
        })
    }

    fn of_time(&mut self, name: &ast::Name, args: &[ast::Arg], span: Span) -> Expr {
        use TypeKind as Kind;
        let text = name.text.as_str();
        let Some([written]) = self.plain_args(text, args, span) else {
            return self.error_at(span);
        };
        let (op, result, instants) = match text {
            "age" => (Op::Age, Kind::Int, false),
            "anniversary" => (Op::Anniversary, Kind::Date, false),
            "days_since" => (Op::DaysSince, Kind::Int, true),
            "days_until" => (Op::DaysUntil, Kind::Int, true),
            _ => (Op::DateOf, Kind::Date, true),
        };
        let takes = match (instants, op) {
            (_, Op::DateOf) => "a point in time",
            (true, _) => "a date or a point in time",
            (false, _) => "a date",
        };
        if op == Op::DateOf
            && let Some(failed) = self.date_of_date(written, span)
        {
            return failed;
        }
        let fits = |kind: &Kind| {
            (*kind == Kind::Date && op != Op::DateOf) || (instants && *kind == Kind::Timestamp)
        };
        let wanted = if instants {
            Kind::Timestamp
        } else {
            Kind::Date
        };
        match self.typed_argument(text, written, takes, &fits, &wanted) {
            Some(value) => self.unary(op, value, result, span),
            None => self.error_at(span),
        }
    }

    /// `date(d)` of what is a date already.
    fn date_of_date(&mut self, written: &ast::Expr, span: Span) -> Option<Expr> {
        let ast::ExprKind::Name(name) = &super::repair::without_parens(written).kind else {
            return None;
        };
        let owner = self.bare_owner();
        let super::names::FieldHit::Value(_, ty) = self.field(&owner, &name.text) else {
            return None;
        };
        if ty.kind != TypeKind::Date {
            return None;
        }
        let text = self.text(written.span);
        let diagnostic = self
            .diagnostic(
                types::BAD_ARGUMENT,
                written.span,
                format!("`{}` is a date already", name.text),
            )
            .fix(format!("write `{text}`"), Applicability::Always, span, text);
        Some(self.fail(span, diagnostic))
    }

    fn of_number(&mut self, name: &ast::Name, args: &[ast::Arg], span: Span) -> Expr {
        let text = name.text.as_str();
        let Some([written]) = self.plain_args(text, args, span) else {
            return self.error_at(span);
        };
        let op = match text {
            "abs" => Op::Abs,
            "round" => Op::Round,
            "floor" => Op::Floor,
            _ => Op::Ceil,
        };
        let (takes, fits): (_, &dyn Fn(&TypeKind) -> bool) = if op == Op::Abs {
            ("a number or an amount", &is_quantity)
        } else {
            ("a number with decimals", &|kind| *kind == TypeKind::Float)
        };
        match self.typed_argument(text, written, takes, fits, &TypeKind::Float) {
            Some(value) => {
                let result = if op == Op::Abs {
                    value.ty.kind.clone()
                } else {
                    TypeKind::Int
                };
                self.unary(op, value, result, span)
            }
            None => self.error_at(span),
        }
    }

    /// `least(a, b, …)`: at least two values of one type that has an order.
    fn extreme(&mut self, name: &ast::Name, args: &[ast::Arg], span: Span) -> Expr {
        let text = name.text.as_str();
        let Some(written) = self.plain_list(text, args) else {
            return self.error_at(span);
        };
        if written.len() < 2 || written.len() > 256 {
            let diagnostic = self.diagnostic(
                types::WRONG_ARGUMENTS,
                span,
                format!(
                    "`{text}` picks among two or more values, and here it has {}",
                    written.len()
                ),
            );
            return self.fail(span, diagnostic);
        }
        let mut values: Vec<Expr> = Vec::with_capacity(written.len());
        let mut all: Option<Type> = None;
        for one in &written {
            let hint = all.clone().map_or(TypeKind::Nothing, |ty| ty.kind);
            let first = all.clone();
            let fits = |kind: &TypeKind| {
                first
                    .as_ref()
                    .is_none_or(|ty| join(ty, &Type::of(kind.clone())).is_some())
            };
            let takes = all.as_ref().map_or_else(
                || "values that have an order".to_owned(),
                |ty| format!("values of one type, {} here", self.noun(&ty.kind)),
            );
            let wanted = if hint == TypeKind::Nothing {
                TypeKind::Float
            } else {
                hint
            };
            let Some(value) = self.typed_argument(text, one, &takes, &fits, &wanted) else {
                return self.error_at(span);
            };
            if !self.is_ordered(&value.ty.kind) {
                let noun = self.noun(&value.ty.kind);
                let diagnostic = self
                    .diagnostic(
                        types::NO_ORDER,
                        one.span,
                        format!("{noun} is neither more nor less than another"),
                    )
                    .label(format!("`{text}` needs an order"));
                return self.fail(span, diagnostic);
            }
            all = match &all {
                None => Some(value.ty.clone()),
                Some(ty) => join(ty, &value.ty),
            };
            values.push(value);
        }
        let op = if text == "least" {
            Op::Least
        } else {
            Op::Greatest
        };
        let ty = all.unwrap_or(Type::ERROR);
        let paired = paired(op, values, &ty, span);
        self.settled(paired)
    }

    fn geo(&mut self, args: &[ast::Arg], span: Span) -> Expr {
        let Some([lat, lon]) = self.plain_args("geo", args, span) else {
            return self.error_at(span);
        };
        let mut values = Vec::new();
        let mut constant = true;
        for (written, limit, what) in [(lat, 90.0, "latitude"), (lon, 180.0, "longitude")] {
            let Some(value) = self.typed_argument(
                "geo",
                written,
                "latitude and longitude in degrees",
                &is_number,
                &TypeKind::Float,
            ) else {
                return self.error_at(span);
            };
            let value = super::types::converted(value, &TypeKind::Float);
            match fold(&value) {
                Some(Const::Float(degrees)) if degrees.abs() > limit => {
                    let diagnostic = self
                        .diagnostic(
                            types::OUT_OF_RANGE,
                            written.span,
                            format!("a {what} lies between -{limit} and {limit}"),
                        )
                        .label("out of range")
                        .help("latitude stands first: `geo(48.85, 2.35)`");
                    return self.fail(span, diagnostic);
                }
                Some(_) => {}
                None => constant = false,
            }
            values.push(value);
        }
        let optional = !constant || values.iter().any(|value| value.ty.optional);
        let made = Expr {
            kind: ExprKind::Op(Op::Geo, values),
            ty: Type {
                kind: TypeKind::Geo,
                optional,
            },
            span,
        };
        match fold(&made) {
            Some(place) => Expr {
                kind: ExprKind::Const(place),
                ..made
            },
            None => self.settled(made),
        }
    }

    fn distance(&mut self, args: &[ast::Arg], span: Span) -> Expr {
        let Some([a, b]) = self.plain_args("distance", args, span) else {
            return self.error_at(span);
        };
        let is_place = |kind: &TypeKind| *kind == TypeKind::Geo;
        let from = self.typed_argument("distance", a, "two places", &is_place, &TypeKind::Geo);
        let to = self.typed_argument("distance", b, "two places", &is_place, &TypeKind::Geo);
        let (Some(from), Some(to)) = (from, to) else {
            return self.error_at(span);
        };
        let ty = Type {
            kind: TypeKind::Length,
            optional: from.ty.optional || to.ty.optional,
        };
        self.settled(Expr {
            kind: ExprKind::Op(Op::Distance, vec![from, to]),
            ty,
            span,
        })
    }
}

/// `least(a, b, c, d)` as `least(least(a, b), least(c, d))`, so that it nests little.
fn paired(op: Op, mut values: Vec<Expr>, ty: &Type, span: Span) -> Expr {
    while values.len() > 1 {
        let mut next = Vec::with_capacity(values.len().div_ceil(2));
        let mut rest = values.into_iter();
        while let Some(a) = rest.next() {
            next.push(match rest.next() {
                None => a,
                Some(b) => {
                    let optional = a.ty.optional || b.ty.optional;
                    let ty = Type {
                        kind: ty.kind.clone(),
                        optional,
                    };
                    Expr {
                        kind: ExprKind::Op(op, vec![a, b]),
                        ty,
                        span,
                    }
                }
            });
        }
        values = next;
    }
    values.pop().expect("at least two values were given")
}
