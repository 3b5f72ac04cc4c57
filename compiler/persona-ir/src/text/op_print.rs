//! Writes operations.

use persona_base::IndexVec;

use crate::text::print::{catalog, column, constant, constants, kind, node};
use crate::text::{cursor::quote, words};
use crate::{
    Agg, AggKind, Arm, Bound, EventCol, InstantSpec, KindId, Negation, NegationMode, Node, NodeId,
    Op, Query, Schema, Sequence, Ty,
};

/// An operation with its operands.
pub(super) fn op(op: &Op, nodes_of: &IndexVec<NodeId, Node>, schema: &Schema) -> String {
    if let Some((word, operands)) = words::unary_words(op).or_else(|| words::binary_words(op)) {
        return format!("{word} {}", nodes(&operands));
    }
    match op {
        Op::Const(value) => format!("const {}", constant(value)),
        Op::Now => "now".to_owned(),
        Op::Today { months, days } => format!("today {months} {days}"),
        Op::Instant(spec) => instant(*spec),
        Op::Profile(col) => format!("profile {}", column(&schema.profile, *col)),
        Op::Event { level, cols } => format!("event {level} {}", event_columns(cols, schema)),
        Op::Elem { level, child } => format!("elem {level} {child}"),
        Op::And(operands) => format!("and {}", nodes(operands)),
        Op::Or(operands) => format!("or {}", nodes(operands)),
        Op::Concat(operands) => format!("concat {}", nodes(operands)),
        Op::If { cond, then, other } => format!("if {}", nodes(&[*cond, *then, *other])),
        Op::In(a, values) => format!("in {} {}", node(*a), constants(values)),
        Op::HasAny(a, values) => format!("has_any {} {}", node(*a), constants(values)),
        Op::HasAll(a, values) => format!("has_all {} {}", node(*a), constants(values)),
        Op::Matches(a, pattern) => format!("matches {} {}", node(*a), quote(pattern)),
        Op::DateAdd { date, months, days } => format!("date_add {} {months} {days}", node(*date)),
        Op::LocalPart(a, part) => format!("local_part {} {}", node(*a), words::part_word(*part)),
        Op::DatePart(a, part) => format!("date_part {} {}", node(*a), words::part_word(*part)),
        Op::Display(a, None) => format!("display {}", node(*a)),
        Op::Display(a, Some(format)) => format!("display {} {}", node(*a), quote(format)),
        Op::AnyElem { list, level, body } => {
            format!("any_elem {level} {}, {}", node(*list), node(*body))
        }
        Op::AllElem { list, level, body } => {
            format!("all_elem {level} {}, {}", node(*list), node(*body))
        }
        Op::ListAgg {
            kind,
            list,
            level,
            filter,
            value,
        } => {
            let (filter, value) = (part("where", *filter), part("value", *value));
            format!(
                "list_agg {} {level} {}{filter}{value}",
                words::list_agg_word(*kind),
                node(*list)
            )
        }
        Op::Lookup { catalog: id, key } => {
            format!("lookup {} {}", catalog(schema, *id), node(*key))
        }
        Op::ItemCol { item, col } => {
            let of = match &nodes_of.get(*item).map(|node| &node.ty) {
                Some(Ty::Item(id)) => schema.catalogs.get(*id),
                _ => None,
            };
            let col = of.map_or_else(|| format!("#{}", col.0), |of| column(&of.table, *col));
            format!("item_col {} {col}", node(*item))
        }
        Op::Items(id) => format!("items {}", catalog(schema, *id)),
        Op::Input(slot) => format!("input {slot}"),
        Op::Arm(of) => arm(of),
        Op::Sample { salt, buckets } => format!("sample {} {buckets}", quote(salt)),
        Op::Rank(id, a) => format!("rank {} {}", id.0, node(*a)),
        Op::Agg(agg) => aggregate(agg, schema),
        Op::Sequence(sequence) => self::sequence(sequence, schema),
        // All others have nothing but operands, and were written above.
        _ => String::new(),
    }
}

fn arm(arm: &Arm) -> String {
    let ends: Vec<String> = arm.ends.iter().map(ToString::to_string).collect();
    let layer = arm.layer.as_ref().map_or_else(String::new, |layer| {
        format!(" layer {} {} {}", quote(&layer.name), layer.from, layer.to)
    });
    format!(
        "arm {} {} {} {} ends {}{layer}",
        quote(&arm.experiment),
        arm.hash.name(),
        quote(&arm.salt),
        arm.holdout,
        ends.join(", ")
    )
}

fn nodes(ids: &[NodeId]) -> String {
    let nodes: Vec<_> = ids.iter().map(|id| node(*id)).collect();
    nodes.join(", ")
}

/// ` word %node`, if there is a node.
fn part(word: &str, id: Option<NodeId>) -> String {
    id.map(|id| format!(" {word} {}", node(id)))
        .unwrap_or_default()
}

fn instant(spec: InstantSpec) -> String {
    match spec {
        InstantSpec::NowPlus(micros) => format!("now_plus {micros}"),
        InstantSpec::NowPlusPeriod { months, days } => format!("now_plus_period {months} {days}"),
        InstantSpec::UnitStart { unit, offset } => {
            format!("unit_start {} {offset}", words::unit_word(unit))
        }
    }
}

fn event_columns(cols: &[EventCol], schema: &Schema) -> String {
    let one = |col: &EventCol| {
        let table = schema.events.get(col.kind);
        let column =
            table.map_or_else(|| format!("#{}", col.col.0), |table| column(table, col.col));
        format!("{} {column}", kind(schema, col.kind))
    };
    let cols: Vec<_> = cols.iter().map(one).collect();
    format!("({})", cols.join(", "))
}

fn kinds(ids: &[KindId], schema: &Schema) -> String {
    let kinds: Vec<_> = ids.iter().map(|id| kind(schema, *id)).collect();
    kinds.join(", ")
}

fn query(query: &Query, schema: &Schema) -> String {
    let items = query
        .items
        .as_ref()
        .map(|cols| format!(" items {}", event_columns(cols, schema)));
    let bound = |word: &str, sign: &str, bound: &Option<Bound>| {
        let equal = |bound: &Bound| if bound.inclusive { "=" } else { "" };
        bound
            .map(|bound| format!(" {word} {sign}{} {}", equal(&bound), node(bound.at)))
            .unwrap_or_default()
    };
    let (from, to) = (bound("from", ">", &query.from), bound("to", "<", &query.to));
    let latest = query
        .latest
        .map(|latest| format!(" latest {latest}"))
        .unwrap_or_default();
    let filter = part("where", query.filter);
    format!(
        "of {}{}{from}{to}{latest}{filter}",
        kinds(&query.kinds, schema),
        items.unwrap_or_default()
    )
}

fn aggregate(agg: &Agg, schema: &Schema) -> String {
    let kind = match &agg.kind {
        AggKind::Nth { n, from_end: false } => format!("nth {n}"),
        AggKind::Nth { n, from_end: true } => format!("nth_last {n}"),
        AggKind::UnitsHit { unit, units } => {
            format!("units_hit {} {units}", words::unit_word(*unit))
        }
        plain => words::agg_word(plain).unwrap_or_default().to_owned(),
    };
    format!(
        "agg {kind} {}{}",
        query(&agg.query, schema),
        part("value", agg.value)
    )
}

fn sequence(sequence: &Sequence, schema: &Schema) -> String {
    let latest = if sequence.latest { "only_last " } else { "" };
    let mut text = format!("sequence {latest}{}", query(&sequence.first, schema));
    for step in &sequence.steps {
        let (filter, within) = (part("where", step.filter), part("within", step.within));
        text += &format!(" then {}{filter}{within}", kinds(&step.kinds, schema));
    }
    text + &sequence
        .not
        .as_ref()
        .map(|not| negation(not, schema))
        .unwrap_or_default()
}

fn negation(not: &Negation, schema: &Schema) -> String {
    let mode = match not.mode {
        NegationMode::Within(length) => part("within", Some(length)),
        NegationMode::For(length) => part("for", Some(length)),
        NegationMode::Ever => String::new(),
    };
    format!(
        " then_not {}{}{mode}",
        kinds(&not.kinds, schema),
        part("where", not.filter)
    )
}
