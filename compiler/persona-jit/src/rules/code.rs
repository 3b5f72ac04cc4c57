//! The machine code that computes the attributes of an index, and how they are described to whoever computes them otherwise.
//! Code is made of the attributes alone, not of the rules, so that it is small however many rules there are.

use persona_base::{FileId, IndexVec, Span};
use persona_ir::{
    Explain, ExplainKind, Node, NodeId, Op, Output, OutputKind, Place, Plan, Ty, operands,
};

use super::attribute::Attribute;
use super::classify::{Base, Source};
use crate::atoms::{Bound, Part, Test, TestOp};
use crate::{CompileError, Compiled};

/// A value that rules test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleAttribute {
    /// What it is.
    pub value: RuleValue,
    /// Its type.
    pub ty: Ty,
}

/// What gives a value that rules test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleValue {
    /// A closed node of the plan. (An instant that rules compare to `now`, too, is told as it is.)
    Node(NodeId),
    /// Whether the first node's value is less than the second's; not where one is missing.
    Less(NodeId, NodeId),
    /// Whether the first node's value is at most the second's.
    AtMost(NodeId, NodeId),
    /// Whether the values of the nodes are equal.
    Equal(NodeId, NodeId),
    /// Whether the node has a value.
    Known(NodeId),
}

/// What gives an attribute's value.
fn value(attribute: &Attribute) -> RuleValue {
    match &attribute.subject.value {
        Source::Node(node) => RuleValue::Node(*node),
        Source::Atom(Part::Known(node)) => RuleValue::Known(*node),
        Source::Atom(Part::Test(Test {
            of,
            op,
            bound: Bound::Node(bound),
        })) => match op {
            TestOp::Lt => RuleValue::Less(*of, *bound),
            TestOp::Le => RuleValue::AtMost(*of, *bound),
            TestOp::Gt => RuleValue::Less(*bound, *of),
            TestOp::Ge => RuleValue::AtMost(*bound, *of),
            TestOp::Eq | TestOp::In => RuleValue::Equal(*of, *bound),
        },
        Source::Atom(other) => unreachable!("{other:?} is about one value, or no atom"),
    }
}

/// All attributes as others see them.
pub(super) fn describe(attributes: &[Attribute]) -> Vec<RuleAttribute> {
    let describe = |attribute: &Attribute| RuleAttribute {
        value: value(attribute),
        ty: attribute.ty.clone(),
    };
    attributes.iter().map(describe).collect()
}

/// Code that computes the attributes: outputs `0..`; and behind them today, where an attribute counts from it.
pub(super) fn compile(plan: &Plan, attributes: &[Attribute]) -> Result<Compiled, CompileError> {
    let mut nodes = plan.nodes.clone();
    let mut asked: Vec<NodeId> = Vec::with_capacity(attributes.len() + 1);
    for attribute in attributes {
        asked.push(match value(attribute) {
            RuleValue::Node(node) => node,
            RuleValue::Known(node) => nodes.push(test(Op::Known(node))),
            RuleValue::Less(a, b) => {
                let op = if is_mixed(plan, a, b) {
                    Op::LtNum(a, b)
                } else {
                    Op::Lt(a, b)
                };
                nodes.push(test(op))
            }
            RuleValue::AtMost(a, b) => {
                let op = if is_mixed(plan, a, b) {
                    Op::LeNum(a, b)
                } else {
                    Op::Le(a, b)
                };
                nodes.push(test(op))
            }
            RuleValue::Equal(a, b) => {
                let op = if is_mixed(plan, a, b) {
                    Op::EqNum(a, b)
                } else {
                    Op::Eq(a, b)
                };
                nodes.push(test(op))
            }
        });
    }
    if attributes.iter().any(|a| a.subject.base == Base::Today) {
        let today = Op::Today { months: 0, days: 0 };
        asked.push(nodes.push(Node {
            op: today,
            ty: Ty::Date,
            optional: false,
        }));
    }
    let compiled = Compiled::of_verified(&reduced(plan, nodes, &asked))?;
    // Code is made when it is first needed: now, not when the first profile is asked about.
    compiled.row();
    Ok(compiled)
}

fn test(op: Op) -> Node {
    Node {
        op,
        ty: Ty::Bool,
        optional: false,
    }
}

/// Whether an `Int` is compared with a Float.
fn is_mixed(plan: &Plan, a: NodeId, b: NodeId) -> bool {
    (plan.nodes[a].ty == Ty::Float) != (plan.nodes[b].ty == Ty::Float)
}

/// The plan that asks for these nodes and nothing else. What they do not need is replaced by leaves: nodes keep their ids.
fn reduced(plan: &Plan, mut nodes: IndexVec<NodeId, Node>, asked: &[NodeId]) -> Plan {
    let mut needed: IndexVec<NodeId, bool> = nodes.iter().map(|_| false).collect();
    asked.iter().for_each(|node| needed[*node] = true);
    // A rank's value may use earlier ranks, and comes before its users: one pass from the end does not find them all.
    let ranks = uses_rank(&nodes, asked);
    if ranks {
        for rank in &plan.ranks {
            needed[rank.value] = true;
            rank.among.iter().for_each(|among| needed[*among] = true);
        }
    }
    for id in nodes.ids().rev() {
        if needed[id] {
            let operands = operands(&nodes[id].op);
            operands
                .iter()
                .for_each(|operand| needed[operand.node] = true);
        } else {
            nodes[id] = Node {
                op: Op::Now,
                ty: Ty::Timestamp,
                optional: false,
            };
        }
    }
    let outputs = asked.iter().enumerate().map(|(index, node)| Output {
        name: format!("{index:010}").into(),
        title: None,
        kind: OutputKind::Trait,
        node: *node,
        explain: Explain {
            kind: ExplainKind::Atom,
            place: Place {
                file: FileId(0),
                span: Span::new(0, 0),
            },
            node: None,
            parts: Vec::new(),
        },
    });
    Plan {
        package: plan.package.clone(),
        zone: plan.zone.clone(),
        week_start: plan.week_start,
        schema: plan.schema.clone(),
        nodes,
        outputs: outputs.collect(),
        ranks: match ranks {
            true => plan.ranks.clone(),
            false => IndexVec::new(),
        },
        checks: Vec::new(),
        sources: Vec::new(),
        prefer: Vec::new(),
    }
}

/// Whether some nodes need a rank.
fn uses_rank(nodes: &IndexVec<NodeId, Node>, asked: &[NodeId]) -> bool {
    let mut needed: IndexVec<NodeId, bool> = nodes.iter().map(|_| false).collect();
    asked.iter().for_each(|node| needed[*node] = true);
    for id in nodes.ids().rev().collect::<Vec<_>>() {
        if needed[id] {
            if matches!(nodes[id].op, Op::Rank(..)) {
                return true;
            }
            let operands = operands(&nodes[id].op);
            operands
                .iter()
                .for_each(|operand| needed[operand.node] = true);
        }
    }
    false
}
