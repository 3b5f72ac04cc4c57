//! What rules compare fields with. Made-up values lie around the numbers that rules ask for and use the texts that they
//! name, so that conditions hold for some and not for others.

use std::collections::BTreeMap;

use persona_ir::{Const, NodeId, Op, Plan};

use crate::fields::{Source, elements, sources};

/// The constants that each field is compared with, in the order of the plan.
#[derive(Debug, Default)]
pub(super) struct Hints(BTreeMap<Source, Vec<Const>>);

/// The most constants that are kept of one field: a list of a million keys says no more than this many of them.
const MOST: usize = 1_000;

impl Hints {
    /// Looks through a plan.
    pub(super) fn of(plan: &Plan) -> Self {
        let elements = elements(plan);
        let mut hints = Self::default();
        for node in &plan.nodes {
            let compared: &[(NodeId, NodeId)] = &match &node.op {
                Op::Eq(a, b)
                | Op::Lt(a, b)
                | Op::Le(a, b)
                | Op::EqNum(a, b)
                | Op::LtNum(a, b)
                | Op::LeNum(a, b)
                | Op::EqFold(a, b)
                | Op::Contains(a, b)
                | Op::StartsWith(a, b)
                | Op::EndsWith(a, b) => [(*a, *b), (*b, *a)],
                Op::Has(list, item) => [(*list, *item), (*list, *item)],
                Op::In(a, items) | Op::HasAny(a, items) | Op::HasAll(a, items) => {
                    for source in sources(plan, &elements, *a) {
                        items.iter().for_each(|item| hints.note(source, item));
                    }
                    continue;
                }
                _ => continue,
            };
            for (value, constant) in compared {
                if let Op::Const(constant) = &plan.nodes[*constant].op {
                    for source in sources(plan, &elements, *value) {
                        hints.note(source, constant);
                    }
                }
            }
        }
        hints
    }

    fn note(&mut self, source: Source, constant: &Const) {
        let known = self.0.entry(source).or_default();
        if known.len() < MOST && !known.contains(constant) {
            known.push(constant.clone());
        }
    }

    fn constants(&self, source: Source) -> &[Const] {
        self.0.get(&source).map_or(&[], Vec::as_slice)
    }

    /// The texts that a field is compared with.
    pub(super) fn texts(&self, source: Source) -> Vec<&str> {
        let texts = self.constants(source).iter();
        texts
            .filter_map(|constant| match constant {
                Const::Str(text) if !text.is_empty() => Some(&**text),
                _ => None,
            })
            .collect()
    }

    /// The middle one of the positive numbers that a field is compared with.
    pub(super) fn scale(&self, source: Source) -> Option<f64> {
        let numbers = self.constants(source).iter();
        let mut numbers: Vec<f64> = numbers
            .filter_map(|constant| match constant {
                Const::Int(number) => Some(*number as f64),
                Const::Float(number) => Some(number.get()),
                _ => None,
            })
            .filter(|number| *number > 0.0)
            .collect();
        numbers.sort_unstable_by(f64::total_cmp);
        numbers.get(numbers.len() / 2).copied()
    }
}
