//! Small plans by hand: one answer, made of a few nodes.

use persona_base::{FileId, Span};
use persona_ir::{
    Builder, Const, Explain, ExplainKind, NodeId, Op, Output, OutputKind, Place, Plan, Ty,
};

use super::fixture;

/// An output without an explanation.
pub(super) fn output(name: &str, kind: OutputKind, node: NodeId) -> Output {
    let place = Place {
        file: FileId(0),
        span: Span::new(0, 0),
    };
    let explain = Explain {
        kind: ExplainKind::Atom,
        place,
        node: Some(node),
        parts: Vec::new(),
    };
    Output {
        name: name.into(),
        title: None,
        kind,
        node,
        explain,
    }
}

/// A plan whose outputs are these nodes: traits, named by their index.
pub(super) fn traits(b: Builder, nodes: &[NodeId]) -> Plan {
    let mut plan = fixture::empty_plan();
    plan.outputs = nodes
        .iter()
        .enumerate()
        .map(|(index, node)| output(&format!("out{index:04}"), OutputKind::Trait, *node))
        .collect();
    plan.nodes = b.finish();
    plan
}

/// A column of the profile, by name.
pub(super) fn profile(b: &mut Builder, name: &str) -> NodeId {
    let schema = fixture::schema();
    let col = schema
        .profile
        .column(name)
        .expect("a column of the fixture");
    let column = &schema.profile.columns[col];
    b.node(Op::Profile(col), column.ty.clone(), column.optional)
}

pub(super) fn int(b: &mut Builder, value: i64) -> NodeId {
    b.constant(Const::Int(value), Ty::Int)
}
