//! Writes a plan as text.

use crate::text::cursor::{name, quote};
use crate::text::{op_print, source, words};
use crate::{
    CatalogId, Check, CheckAction, CheckTable, ColId, Const, EnumDef, EnumId, Explain, ExplainKind,
    KindId, NodeId, Output, OutputKind, Place, Plan, Rank, RankKind, Schema, Table, Ty,
};

/// The text form of a plan. [`super::parse()`] reads it back as an equal plan if the plan is valid.
pub fn print(plan: &Plan) -> String {
    let mut out = String::new();
    let week = words::weekday_word(plan.week_start);
    line(
        &mut out,
        &format!(
            "plan {} zone {} week {week}",
            quote(&plan.package),
            quote(&plan.zone)
        ),
    );
    schema(&mut out, &plan.schema);
    line(&mut out, "");
    for (id, node) in plan.nodes.iter_enumerated() {
        let (ty, op) = (
            optional(&node.ty, node.optional, &plan.schema),
            op_print::op(&node.op, &plan.nodes, &plan.schema),
        );
        line(&mut out, &format!("%{}: {ty} = {op}", id.0));
    }
    line(&mut out, "");
    plan.ranks
        .iter()
        .for_each(|rank| line(&mut out, &rank_text(rank)));
    plan.checks
        .iter()
        .for_each(|check| line(&mut out, &check_text(check, &plan.schema)));
    plan.outputs
        .iter()
        .for_each(|o| output(&mut out, o, &plan.schema));
    plan.sources
        .iter()
        .for_each(|s| source::print(&mut out, s, &plan.schema));
    for (winner, loser) in &plan.prefer {
        line(
            &mut out,
            &format!("prefer {} over {}", quote(winner), quote(loser)),
        );
    }
    out
}

pub(super) fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn schema(out: &mut String, schema: &Schema) {
    for def in &schema.enums {
        line(out, "");
        line(out, &enum_text(def));
    }
    let zone = schema
        .zone
        .map(|col| format!(" zone {}", column(&schema.profile, col)));
    let keyed = !schema.profile.columns.is_empty();
    let key = keyed.then(|| format!(" key {}", column(&schema.profile, schema.key)));
    let (key, zone) = (key.unwrap_or_default(), zone.unwrap_or_default());
    line(
        out,
        &format!("\nprofile {}{key}{zone} {{", name(&schema.profile.name)),
    );
    columns(out, &schema.profile, schema);
    for catalog in &schema.catalogs {
        let (table, key) = (&catalog.table, column(&catalog.table, catalog.key));
        line(
            out,
            &format!("\ncatalog {} key {key} {{", name(&table.name)),
        );
        columns(out, table, schema);
    }
    for table in &schema.events {
        line(out, &format!("\nevent {} {{", name(&table.name)));
        columns(out, table, schema);
    }
}

fn enum_text(def: &EnumDef) -> String {
    let ordered = if def.ordered { "ordered " } else { "" };
    let value = |value: &crate::EnumValue| match &value.title {
        Some(title) => format!("{} {}", name(&value.name), quote(title)),
        None => name(&value.name),
    };
    let values: Vec<_> = def.values.iter().map(value).collect();
    format!(
        "{ordered}enum {} {{ {} }}",
        name(&def.name),
        values.join(", ")
    )
}

fn columns(out: &mut String, table: &Table, schema: &Schema) {
    for column in &table.columns {
        let ty = optional(&column.ty, column.optional, schema);
        let validate = column
            .validate
            .map(|validate| format!(" {}", words::validate_word(validate)));
        let default = column
            .default
            .as_ref()
            .map(|value| format!(" = {}", constant(value)));
        let rest = validate.unwrap_or_default() + &default.unwrap_or_default();
        line(out, &format!("  {}: {ty}{rest},", name(&column.name)));
    }
    line(out, "}");
}

/// A column by its name, or by its index where the table has no such column.
pub(super) fn column(table: &Table, col: ColId) -> String {
    table
        .columns
        .get(col)
        .map_or_else(|| format!("#{}", col.0), |column| name(&column.name))
}

/// A kind of event by its name, or by its index where there is no such kind.
pub(super) fn kind(schema: &Schema, kind: KindId) -> String {
    schema
        .events
        .get(kind)
        .map_or_else(|| format!("#{}", kind.0), |table| name(&table.name))
}

/// A catalog by its name, or by its index where there is no such catalog.
pub(super) fn catalog(schema: &Schema, id: CatalogId) -> String {
    schema
        .catalogs
        .get(id)
        .map_or_else(|| format!("#{}", id.0), |def| name(&def.table.name))
}

fn enum_name(schema: &Schema, id: EnumId) -> String {
    schema
        .enums
        .get(id)
        .map_or_else(|| format!("#{}", id.0), |def| name(&def.name))
}

pub(super) fn optional(ty: &Ty, optional: bool, schema: &Schema) -> String {
    let mark = if optional { "?" } else { "" };
    self::ty(ty, schema) + mark
}

pub(super) fn ty(ty: &Ty, schema: &Schema) -> String {
    match ty {
        Ty::Bool => "Bool".to_owned(),
        Ty::Int => "Int".to_owned(),
        Ty::Float => "Float".to_owned(),
        Ty::Str => "Str".to_owned(),
        Ty::Enum(id) => format!("Enum({})", enum_name(schema, *id)),
        Ty::Item(id) => format!("Item({})", catalog(schema, *id)),
        Ty::Date => "Date".to_owned(),
        Ty::TimeOfDay => "TimeOfDay".to_owned(),
        Ty::Timestamp => "Timestamp".to_owned(),
        Ty::Duration => "Duration".to_owned(),
        Ty::Length => "Length".to_owned(),
        Ty::Money(currency) => format!("Money({currency})"),
        Ty::Geo => "Geo".to_owned(),
        Ty::List(element) => format!("List({})", self::ty(element, schema)),
        Ty::Set(element) => format!("Set({})", self::ty(element, schema)),
        Ty::Record(fields) => {
            let field = |f: &crate::RecordField| {
                format!("{}: {}", name(&f.name), optional(&f.ty, f.optional, schema))
            };
            let fields: Vec<_> = fields.iter().map(field).collect();
            format!("Record({})", fields.join(", "))
        }
    }
}

pub(super) fn constant(value: &Const) -> String {
    match value {
        Const::Missing => "missing".to_owned(),
        Const::Bool(value) => value.to_string(),
        Const::Int(value) => value.to_string(),
        Const::Float(value) => format!("{:?}", value.get()),
        Const::Str(value) => quote(value),
        Const::Enum(index) => format!("#{index}"),
        Const::Geo(a, b) => format!("geo({:?}, {:?})", a.get(), b.get()),
        Const::List(values) => constants(values),
        Const::Record(values) => {
            let values: Vec<_> = values.iter().map(constant).collect();
            format!("{{{}}}", values.join(", "))
        }
    }
}

pub(super) fn constants(values: &[Const]) -> String {
    let values: Vec<_> = values.iter().map(constant).collect();
    format!("[{}]", values.join(", "))
}

pub(super) fn place(place: Place) -> String {
    format!("@{}:{}..{}", place.file.0, place.span.start, place.span.end)
}

fn rank_text(rank: &Rank) -> String {
    let kind = match rank.kind {
        RankKind::Ntile(tiles) => format!("ntile {tiles}"),
        RankKind::Percentile => "percentile".to_owned(),
    };
    let among = rank
        .among
        .map(|node| format!(" among {}", self::node(node)));
    format!(
        "rank {} {kind} {}{}",
        quote(&rank.name),
        node(rank.value),
        among.unwrap_or_default()
    )
}

fn check_text(check: &Check, schema: &Schema) -> String {
    let (table, columns) = match check.table {
        CheckTable::Profile => ("profile".to_owned(), Some(&schema.profile)),
        CheckTable::Event(id) => (format!("event {}", kind(schema, id)), schema.events.get(id)),
        CheckTable::Catalog(id) => {
            let of = schema.catalogs.get(id).map(|of| &of.table);
            (format!("catalog {}", catalog(schema, id)), of)
        }
    };
    let action = match check.action {
        CheckAction::Reject => "reject".to_owned(),
        CheckAction::Warn => "warn".to_owned(),
        CheckAction::Clear(col) => {
            let column = columns.map_or_else(|| format!("#{}", col.0), |table| column(table, col));
            format!("clear {column}")
        }
    };
    format!(
        "check {table} {} {} {action}",
        node(check.node),
        quote(&check.message)
    )
}

fn output(out: &mut String, output: &Output, schema: &Schema) {
    let kind = match output.kind {
        OutputKind::Segment => "segment".to_owned(),
        OutputKind::Trait => "trait".to_owned(),
        OutputKind::Partition(stages) => format!("partition({})", enum_name(schema, stages)),
    };
    let title = output
        .title
        .as_ref()
        .map(|title| format!(" {}", quote(title)));
    let name = name(&output.name);
    line(
        out,
        &format!(
            "{kind} {name}{} = {}",
            title.unwrap_or_default(),
            node(output.node)
        ),
    );
    // Explanations may be deep: they are written depth first, each with its depth.
    let mut next = vec![(0_usize, &output.explain)];
    while let Some((depth, explain)) = next.pop() {
        line(out, &explain_text(depth, explain));
        next.extend(explain.parts.iter().rev().map(|part| (depth + 1, part)));
    }
}

fn explain_text(depth: usize, explain: &Explain) -> String {
    let kind = match &explain.kind {
        ExplainKind::And => "and".to_owned(),
        ExplainKind::Or => "or".to_owned(),
        ExplainKind::Not => "not".to_owned(),
        ExplainKind::Atom => "atom".to_owned(),
        ExplainKind::Value => "value".to_owned(),
        ExplainKind::Reference(name) => format!("reference {}", quote(name)),
        ExplainKind::Stage(name) => format!("stage {}", quote(name)),
    };
    let node = explain
        .node
        .map(|id| format!(" {}", self::node(id)))
        .unwrap_or_default();
    format!("  explain {depth} {kind} {}{node}", place(explain.place))
}

pub(super) fn node(id: NodeId) -> String {
    format!("%{}", id.0)
}
