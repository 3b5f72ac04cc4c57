//! Calls and aggregates in the expressions of sources.

use persona_base::{Span, data, nearest};
use persona_syntax::ast::{self, Expr};

use super::{Raw, Rows, SUPPORTED, op};
use crate::{RawAgg, RawExpr, RawOp};

impl Raw<'_, '_> {
    pub(super) fn call(
        &mut self,
        name: &ast::Name,
        args: &[ast::Arg],
        among: Option<&Expr>,
        span: Span,
    ) -> Option<RawExpr> {
        let values: Vec<&Expr> = args
            .iter()
            .filter_map(|arg| match &arg.value {
                ast::ArgValue::Expr(value) if arg.name.is_none() => Some(value),
                ast::ArgValue::Expr(_) | ast::ArgValue::Type(_) => None,
            })
            .collect();
        match (name.text.as_str(), values.as_slice()) {
            ("", _) => None,
            ("column", [column]) if args.len() == 1 && among.is_none() => {
                self.text(column).map(RawExpr::Column)
            }
            ("column", _) => {
                self.unsupported(
                    span,
                    "`column` takes the name of one column",
                    "for example `column(\"CustomerID\")`",
                );
                None
            }
            ("geo", [latitude, longitude]) if args.len() == 2 => {
                let (latitude, longitude) = (self.convert(latitude), self.convert(longitude));
                Some(op(RawOp::Geo, [latitude?, longitude?]))
            }
            ("geo", _) => {
                self.unsupported(
                    span,
                    "`geo` takes a latitude and a longitude",
                    "for example `geo(column(\"lat\"), column(\"lon\"))`",
                );
                None
            }
            (text, _) => {
                let habit = ["col", "field", "col_name"]
                    .contains(&text)
                    .then_some("column");
                let meant = habit.or_else(|| nearest(text, ["column", "geo"]));
                let diagnostic = self
                    .checking
                    .diagnostic(
                        data::NOT_IN_SOURCES,
                        name.span,
                        format!("a source cannot call `{text}`"),
                    )
                    .label("not known in sources");
                let diagnostic = match meant {
                    Some(meant) => diagnostic.perhaps(name.span, meant),
                    None => diagnostic.help(SUPPORTED),
                };
                self.checking.report(diagnostic);
                None
            }
        }
    }

    pub(super) fn aggregate(
        &mut self,
        name: &ast::Name,
        index: Option<&Expr>,
        arg: &ast::QueryArg,
        span: Span,
    ) -> Option<RawExpr> {
        let aggregate = match name.text.as_str() {
            "sum" => RawAgg::Sum,
            "min" => RawAgg::Min,
            "max" => RawAgg::Max,
            "first" => RawAgg::First,
            "last" => RawAgg::Last,
            "count" => RawAgg::Count,
            "avg" => RawAgg::Avg,
            other => {
                let message = format!("`{other}` cannot be used in a source");
                self.unsupported(
                    name.span,
                    message,
                    "aggregates are `sum`, `min`, `max`, `avg`, `count`, `first`, `last`",
                );
                return None;
            }
        };
        let why = match self.rows {
            Rows::Grouped => None,
            Rows::Single => Some("there is no `group by`, so every row is on its own"),
            Rows::Filter => Some("`where` looks at one row"),
            Rows::GroupKey => Some("`group by` looks at one row"),
            Rows::Element => Some("`each` looks at one row of the group"),
            Rows::Aggregated => Some("it stands inside another aggregate"),
        };
        if let Some(why) = why {
            let diagnostic = self
                .checking
                .diagnostic(
                    data::UNGROUPED_AGGREGATE,
                    name.span,
                    format!("`{}` has no rows to run over", name.text),
                )
                .label(why)
                .help("aggregates run over the rows of a group: `group by column(\"InvoiceNo\")`");
            self.checking.report(diagnostic);
        }
        let outer = std::mem::replace(&mut self.rows, Rows::Aggregated);
        let operand = match arg {
            ast::QueryArg::Expr(operand) => {
                self.convert(operand).map(|operand| Some(Box::new(operand)))
            }
            ast::QueryArg::Query(query) => self.query_operand(query, aggregate, span),
        };
        self.rows = outer;
        if index.is_some() || why.is_some() {
            return None;
        }
        Some(RawExpr::Agg(aggregate, operand?))
    }

    /// The operand of an aggregate that reads like an event query: nothing in `count()`, else a forgotten `column`.
    fn query_operand(
        &mut self,
        query: &ast::Query,
        aggregate: RawAgg,
        span: Span,
    ) -> Option<Option<Box<RawExpr>>> {
        let plain = query.window.is_none()
            && query.condition.is_none()
            && query.alias.is_none()
            && !query.any_event;
        match query.kinds.as_slice() {
            [] if plain && query.path.is_empty() && aggregate == RawAgg::Count => {
                return Some(None);
            }
            [first] if plain && !first.is_missing() => {
                let path: Vec<&str> = std::iter::once(first)
                    .chain(&query.path)
                    .map(|name| name.text.as_str())
                    .collect();
                let end = query.path.last().map_or(first.span, |last| last.span);
                self.bare_column(&path.join("."), first.span.to(end));
            }
            [] if plain => self.unsupported(
                span,
                "what is aggregated?",
                "for example `sum(column(\"Price\"))`",
            ),
            _ => self.unsupported(query.span, "a source knows no events", SUPPORTED),
        }
        None
    }
}
