//! Checked expressions as short text.

use super::fixture::Shop;
use crate::env::Env;
use crate::{AggKind, Arg, Const, Expr, ExprKind, Items, Kinds, Part, Query, Type, Window};

/// An expression with its type.
pub(super) fn show(shop: &Shop, expr: &Expr) -> String {
    let shower = Shower { shop };
    format!("{}  : {}", shower.expr(expr), shower.ty(&expr.ty))
}

/// A constant.
pub(super) fn show_const(value: &Const) -> String {
    match value {
        Const::Missing => "missing".to_owned(),
        Const::Bool(value) => value.to_string(),
        Const::Int(value) => value.to_string(),
        Const::Float(value) => format!("{value:?}"),
        Const::Str(value) => format!("{value:?}"),
        Const::Enum(index) => format!("#{index}"),
        Const::Geo(lat, lon) => format!("geo({lat:?}, {lon:?})"),
        Const::Period { months, days } => format!("{months} months {days} days"),
        Const::List(items) => format!(
            "[{}]",
            items.iter().map(show_const).collect::<Vec<_>>().join(", ")
        ),
        Const::Record(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{name}: {}", show_const(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

struct Shower<'s> {
    shop: &'s Shop,
}

impl Shower<'_> {
    fn ty(&self, ty: &Type) -> String {
        let enums = |id: crate::EnumId| self.shop.schema().enums[id].name.clone();
        format!(
            "{}{}",
            ty.kind.display(&enums),
            if ty.optional { "?" } else { "" }
        )
    }

    fn all(&self, exprs: &[Expr]) -> String {
        exprs
            .iter()
            .map(|expr| self.expr(expr))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn expr(&self, expr: &Expr) -> String {
        let schema = self.shop.schema();
        let mark = if expr.ty.optional { "?" } else { "" };
        match &expr.kind {
            ExprKind::Error => "error".to_owned(),
            ExprKind::Const(value) => show_const(value),
            ExprKind::Now => "now".to_owned(),
            ExprKind::Today => "today".to_owned(),
            ExprKind::Profile(field) => format!("{}{mark}", schema.profile.fields[*field].name),
            ExprKind::Event(binder, fields) => {
                let (event, field) = fields[0];
                format!(
                    "e{}.{}{mark}",
                    binder.0, schema.events[event].fields[field].name
                )
            }
            ExprKind::Catalog(id) => schema.catalogs[*id].table.name.to_string(),
            ExprKind::Lookup(id, key) => {
                format!(
                    "{}[{}]{mark}",
                    schema.catalogs[*id].table.name,
                    self.expr(key)
                )
            }
            ExprKind::ItemField(item, field) => {
                let crate::TypeKind::Item(id, _) = item.ty.kind else {
                    panic!("a field of something that is no item")
                };
                let name = &schema.catalogs[id].table.fields[*field].name;
                format!("{}.{name}{mark}", self.expr(item))
            }
            ExprKind::EventParam(binder, param) => format!("e{}.${param}{mark}", binder.0),
            ExprKind::Elem(binder, child) => format!("i{}.{child}{mark}", binder.0),
            ExprKind::Param(param) => format!("${param}{mark}"),
            ExprKind::Op(op, operands) => format!("({op:?}{mark} {})", self.all(operands)),
            ExprKind::If(arms, otherwise) => {
                let arms: Vec<String> = arms
                    .iter()
                    .map(|(c, v)| format!("{} => {}", self.expr(c), self.expr(v)))
                    .collect();
                format!("(if {}, else {})", arms.join(", "), self.expr(otherwise))
            }
            ExprKind::Match(subject, arms, otherwise) => {
                let mut all: Vec<String> = arms
                    .iter()
                    .map(|(patterns, v)| {
                        format!(
                            "{} => {}",
                            patterns
                                .iter()
                                .map(show_const)
                                .collect::<Vec<_>>()
                                .join("|"),
                            self.expr(v)
                        )
                    })
                    .collect();
                all.extend(
                    otherwise
                        .iter()
                        .map(|v| format!("otherwise => {}", self.expr(v))),
                );
                format!("(match {} {})", self.expr(subject), all.join(", "))
            }
            ExprKind::Interpolate(parts) => {
                let parts: Vec<String> = parts
                    .iter()
                    .map(|part| match part {
                        Part::Text(text) => format!("{text:?}"),
                        Part::Value(value, None) => self.expr(value),
                        Part::Value(value, Some(format)) => {
                            format!("{}:{format}", self.expr(value))
                        }
                    })
                    .collect();
                format!("(text {})", parts.join(" "))
            }
            ExprKind::Trait(name, args) => format!("(trait {name}{}){mark}", self.args(args)),
            ExprKind::Fn(name, args) => format!("(fn{mark} {name} {})", self.all(args)),
            ExprKind::Segment(name, args) => format!("(in {name}{})", self.args(args)),
            ExprKind::Partition(name) => format!("(partition {name})"),
            ExprKind::Stage(name, stage) => format!("(in {name}.{stage})"),
            _ => self.questions(expr, mark),
        }
    }

    /// Windows, collections, and what is asked about events.
    fn questions(&self, expr: &Expr, mark: &str) -> String {
        match &expr.kind {
            ExprKind::InWindow(value, window) => {
                format!("(window {} {})", self.expr(value), self.window(window))
            }
            ExprKind::Quantifier {
                all,
                binder,
                list,
                condition,
            } => {
                let word = if *all { "all" } else { "any" };
                format!(
                    "({word} i{} {} {})",
                    binder.0,
                    self.expr(list),
                    self.expr(condition)
                )
            }
            ExprKind::ListAgg {
                kind,
                binder,
                list,
                filter,
                value,
            } => {
                let rest: Vec<String> = filter
                    .iter()
                    .map(|f| format!("where {}", self.expr(f)))
                    .chain(value.iter().map(|v| format!("of {}", self.expr(v))))
                    .collect();
                format!(
                    "({kind:?}{mark} i{} {} {})",
                    binder.0,
                    self.expr(list),
                    rest.join(" ")
                )
            }
            ExprKind::Agg { kind, query, value } => {
                let kind = match kind {
                    AggKind::Nth { n, from_end } => format!(
                        "Nth {} {}",
                        self.expr(n),
                        if *from_end { "last" } else { "first" }
                    ),
                    AggKind::UnitsHit { unit, units } => {
                        format!("UnitsHit {} {unit:?}", self.expr(units))
                    }
                    other => format!("{other:?}"),
                };
                let value = value
                    .iter()
                    .map(|v| format!(" of {}", self.expr(v)))
                    .collect::<String>();
                format!("({kind}{mark} {}{value})", self.query(query))
            }
            ExprKind::Sequence {
                first,
                latest,
                steps,
                not,
            } => {
                let mut all = self.query(first);
                if *latest {
                    all.insert_str(0, "latest ");
                }
                for step in steps {
                    let query = self.step(
                        step.binder.0,
                        &step.kinds,
                        step.filter.as_deref(),
                        [("within", step.within.as_deref()), ("for", None)],
                    );
                    all.push_str(&format!(" then {query}"));
                }
                if let Some(not) = not {
                    let query = self.step(
                        not.binder.0,
                        &not.kinds,
                        not.filter.as_deref(),
                        [
                            ("within", not.within.as_deref()),
                            ("for", not.lasting.as_deref()),
                        ],
                    );
                    all.push_str(&format!(" then not {query}"));
                }
                format!("(sequence {all})")
            }
            ExprKind::Rank {
                tiles,
                value,
                among,
            } => {
                let among = among
                    .iter()
                    .map(|(name, args)| format!(" among {name}{}", self.args(args)))
                    .collect::<String>();
                format!("(rank{mark} {tiles:?} {}{among})", self.expr(value))
            }
            ExprKind::Arm(experiment) => format!("(arm {experiment})"),
            ExprKind::Recommend(name, args) => format!("(recommend {name}{})", self.args(args)),
            ExprKind::Slot(content, slot) => format!("(slot {content} {slot})"),
            ExprKind::Sample { buckets, salt } => format!("(sample {buckets} {salt:?})"),
            _ => unreachable!("shown by the caller"),
        }
    }

    fn args(&self, args: &[Arg]) -> String {
        let schema = self.shop.schema();
        let one = |arg: &Arg| match arg {
            Arg::Value(value) => self.expr(value),
            Arg::Event(kinds) => self.kinds(&Kinds::Events(kinds.clone())),
            Arg::Field(fields) => {
                let names: Vec<String> = fields
                    .iter()
                    .map(|(e, f)| {
                        format!(
                            "{}.{}",
                            schema.events[*e].name, schema.events[*e].fields[*f].name
                        )
                    })
                    .collect();
                names.join("|")
            }
            Arg::Param(param) => format!("${param}"),
        };
        args.iter().map(|arg| format!(" {}", one(arg))).collect()
    }

    fn kinds(&self, kinds: &Kinds) -> String {
        match kinds {
            Kinds::Events(kinds) => kinds
                .iter()
                .map(|kind| self.shop.schema().events[*kind].name.to_string())
                .collect::<Vec<_>>()
                .join("|"),
            Kinds::Param(param) => format!("${param}"),
        }
    }

    fn query(&self, query: &Query) -> String {
        let mut out = format!("e{}:{}", query.binder.0, self.kinds(&query.kinds));
        if let Some(Items { binder, fields }) = &query.items {
            let (event, field) = fields[0];
            out.push_str(&format!(
                " i{}:{}",
                binder.0,
                self.shop.schema().events[event].fields[field].name
            ));
        }
        if let Some(window) = &query.window {
            out.push_str(&format!(" {}", self.window(window)));
        }
        if let Some(filter) = &query.filter {
            out.push_str(&format!(" where {}", self.expr(filter)));
        }
        out
    }

    fn step(
        &self,
        binder: u32,
        kinds: &Kinds,
        filter: Option<&Expr>,
        lengths: [(&str, Option<&Expr>); 2],
    ) -> String {
        let mut out = format!("e{binder}:{}", self.kinds(kinds));
        for (word, length) in lengths {
            if let Some(length) = length {
                out.push_str(&format!(" {word} {}", self.expr(length)));
            }
        }
        if let Some(filter) = filter {
            out.push_str(&format!(" where {}", self.expr(filter)));
        }
        out
    }

    fn window(&self, window: &Window) -> String {
        match window {
            Window::Last(length) => format!("last {}", self.expr(length)),
            Window::Next(length) => format!("next {}", self.expr(length)),
            Window::FromTo(from, to) => format!("from {} to {}", self.expr(from), self.expr(to)),
            Window::This(unit) => format!("this {unit:?}"),
            Window::LastCalendar(count, unit) => format!("last {} {unit:?}", self.expr(count)),
            Window::Latest(count) => format!("latest {}", self.expr(count)),
        }
    }
}
