//! The Boolean structure of all rules, as gates over tests of single attributes, and asking a gate for one profile, whose
//! attributes' cells are known. Gates are asked only as far as an answer needs them, and each at most once per profile.
//! Nothing here is recursive: conditions may be nested as deeply as they like.

use std::ops::Range;

use persona_base::IndexVec;
use persona_ir::{NodeId, Plan};
use rustc_hash::FxHashMap;

use super::attribute::{Attribute, place};
use super::cells::{CellSet, contains};
use super::classify::{Condition, Relation, Source, Subject, Test, classify};
use crate::atoms::{Atoms, Part, PartId};

/// A condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    /// Holds for everyone, or for nobody.
    Constant(bool),
    /// A test of one attribute.
    Leaf(u32),
    /// The gate does not hold.
    Not(u32),
    /// All of these operands hold.
    All(u32, u32),
    /// One of these operands holds.
    Any(u32, u32),
}

/// The relation to a bound, and how far from `now` or today the bound is; none of an attribute that counts from neither.
type Moving = Option<(Relation, i64)>;

/// A test of one attribute: it holds in these cells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaf {
    /// The attribute.
    pub(crate) attribute: u32,
    first: u32,
    behind: u32,
    /// Where the attribute counts from `now` or today: the relation to the bound this far from it.
    pub(crate) moving: Moving,
}

/// All conditions, operands before users.
#[derive(Debug, Default)]
pub(crate) struct Circuit {
    gates: Box<[Gate]>,
    operands: Box<[u32]>,
    leaves: Box<[Leaf]>,
    /// The cells of all leaves.
    ranges: Box<[(u32, u32)]>,
}

/// A circuit with its attributes, and for each root its gate.
pub(crate) struct Conditions {
    pub(crate) circuit: Circuit,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) roots: Vec<u32>,
    /// The set of each leaf.
    pub(crate) sets: Vec<CellSet>,
}

/// The conditions of some Bool nodes.
pub(crate) fn conditions(plan: &Plan, roots: &[NodeId]) -> Conditions {
    let mut atoms = Atoms::new(plan);
    let roots: Vec<PartId> = roots.iter().map(|root| atoms.holds(plan, *root)).collect();
    let parts = atoms.parts();
    let reached = reached(parts, &roots);
    let mut gates = Gates::default();
    let mut of_part: IndexVec<PartId, u32> = IndexVec::new();
    for (part, reached) in parts.iter().zip(&reached) {
        of_part.push(match reached {
            true => gates.gate(plan, part, &of_part),
            false => u32::MAX,
        });
    }
    let roots = roots.iter().map(|root| of_part[*root]).collect();
    gates.finish(plan, roots)
}

fn reached(parts: &IndexVec<PartId, Part>, roots: &[PartId]) -> IndexVec<PartId, bool> {
    let mut reached: IndexVec<PartId, bool> = parts.iter().map(|_| false).collect();
    roots.iter().for_each(|root| reached[*root] = true);
    for id in parts.ids().rev() {
        if !reached[id] {
            continue;
        }
        match &parts[id] {
            Part::Not(of) => reached[*of] = true,
            Part::And(all) | Part::Or(all) => all.iter().for_each(|part| reached[*part] = true),
            Part::Const(_) | Part::Test(_) | Part::Known(_) | Part::Holds(_) => {}
        }
    }
    reached
}

/// A circuit in the making.
#[derive(Default)]
struct Gates {
    gates: Vec<Gate>,
    operands: Vec<u32>,
    subjects: Vec<Subject>,
    known: FxHashMap<Subject, u32>,
    /// What is asked of each subject.
    conditions: Vec<Vec<Condition>>,
    /// For each leaf its subject and the place of its condition.
    leaves: Vec<(u32, usize, Moving)>,
}

impl Gates {
    fn gate(&mut self, plan: &Plan, part: &Part, of_part: &IndexVec<PartId, u32>) -> u32 {
        let gate = match part {
            Part::Const(value) => Gate::Constant(*value),
            Part::Not(of) => Gate::Not(of_part[*of]),
            Part::And(all) => {
                let (first, behind) = self.operands(all, of_part);
                Gate::All(first, behind)
            }
            Part::Or(all) => {
                let (first, behind) = self.operands(all, of_part);
                Gate::Any(first, behind)
            }
            Part::Test(_) | Part::Known(_) | Part::Holds(_) => self.leaf(classify(plan, part)),
        };
        self.gates.push(gate);
        place(self.gates.len() - 1)
    }

    fn operands(&mut self, all: &[PartId], of_part: &IndexVec<PartId, u32>) -> (u32, u32) {
        let first = place(self.operands.len());
        self.operands.extend(all.iter().map(|part| of_part[*part]));
        (first, place(self.operands.len()))
    }

    fn leaf(&mut self, test: Test) -> Gate {
        let next = place(self.subjects.len());
        let subject = *self
            .known
            .entry(test.subject)
            .or_insert_with_key(|subject| {
                self.subjects.push(subject.clone());
                self.conditions.push(Vec::new());
                next
            });
        let conditions = &mut self.conditions[subject as usize];
        conditions.push(test.condition);
        self.leaves
            .push((subject, conditions.len() - 1, test.moving));
        Gate::Leaf(place(self.leaves.len() - 1))
    }

    fn finish(self, plan: &Plan, roots: Vec<u32>) -> Conditions {
        let attribute = |(subject, conditions): (Subject, &Vec<Condition>)| {
            let ty = match &subject.value {
                Source::Node(node) => plan.nodes[*node].ty.clone(),
                Source::Atom(_) => persona_ir::Ty::Bool,
            };
            Attribute::new(subject, ty, conditions)
        };
        let pairs = self.subjects.into_iter().zip(&self.conditions);
        let attributes: Vec<Attribute> = pairs.map(attribute).collect();
        let mut ranges = Vec::new();
        let (mut leaves, mut sets) = (Vec::new(), Vec::new());
        for (attribute, condition, moving) in self.leaves {
            let index = attribute as usize;
            let set = attributes[index].set(&self.conditions[index][condition]);
            let first = place(ranges.len());
            ranges.extend_from_slice(set.ranges());
            leaves.push(Leaf {
                attribute,
                first,
                behind: place(ranges.len()),
                moving,
            });
            sets.push(set);
        }
        let circuit = Circuit {
            gates: self.gates.into(),
            operands: self.operands.into(),
            leaves: leaves.into(),
            ranges: ranges.into(),
        };
        Conditions {
            circuit,
            attributes,
            roots,
            sets,
        }
    }
}

impl Circuit {
    /// All gates, operands before users.
    pub(crate) fn gates(&self) -> &[Gate] {
        &self.gates
    }

    /// The operands of a gate that has some.
    pub(crate) fn operands(&self, first: u32, behind: u32) -> &[u32] {
        &self.operands[range(first, behind)]
    }

    /// A leaf.
    pub(crate) fn leaf(&self, leaf: u32) -> &Leaf {
        &self.leaves[leaf as usize]
    }

    /// The cells in which a leaf holds.
    pub(crate) fn cells_of(&self, leaf: &Leaf) -> &[(u32, u32)] {
        &self.ranges[range(leaf.first, leaf.behind)]
    }

    /// The bytes that the circuit takes.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.gates)
            + size_of_val(&*self.operands)
            + size_of_val(&*self.leaves)
            + size_of_val(&*self.ranges)
    }
}

fn range(first: u32, behind: u32) -> Range<usize> {
    first as usize..behind as usize
}

/// What is known of the gates for one profile.
#[derive(Debug, Default)]
pub(crate) struct Truths {
    /// Twice the number of the profile for which the gate was asked, and its answer.
    known: Vec<u32>,
    profile: u32,
    stack: Vec<(u32, u32)>,
}

/// Where a gate's answer is.
enum Step {
    /// Here.
    Done(bool),
    /// Behind that of this gate; to go on at that operand.
    Ask(u32, u32),
}

impl Truths {
    /// Begins a profile: nothing is known.
    pub(crate) fn begin(&mut self, circuit: &Circuit) {
        self.profile += 1;
        if self.profile >= u32::MAX / 2 || self.known.len() != circuit.gates.len() {
            self.known.clear();
            self.known.resize(circuit.gates.len(), 0);
            self.profile = 1;
        }
    }

    /// Whether a gate holds, where `test` answers leaves.
    pub(crate) fn holds(
        &mut self,
        circuit: &Circuit,
        root: u32,
        test: &impl Fn(&Leaf) -> bool,
    ) -> bool {
        self.stack.clear();
        self.stack.push((root, 0));
        let mut answer = false;
        while let Some((gate, at)) = self.stack.pop() {
            match self.step(circuit, gate, at, test) {
                Step::Done(value) => {
                    self.known[gate as usize] = 2 * self.profile + u32::from(value);
                    answer = value;
                }
                Step::Ask(operand, at) => {
                    self.stack.push((gate, at));
                    self.stack.push((operand, 0));
                }
            }
        }
        answer
    }

    fn step(&self, circuit: &Circuit, gate: u32, at: u32, test: &impl Fn(&Leaf) -> bool) -> Step {
        let (all, first, behind) = match circuit.gates[gate as usize] {
            Gate::All(first, behind) => (true, first, behind),
            Gate::Any(first, behind) => (false, first, behind),
            Gate::Not(of) => {
                return match self.asked(circuit, of, test) {
                    Some(value) => Step::Done(!value),
                    None => Step::Ask(of, 0),
                };
            }
            Gate::Constant(_) | Gate::Leaf(_) => {
                return Step::Done(self.asked(circuit, gate, test) == Some(true));
            }
        };
        for index in first + at..behind {
            let operand = circuit.operands[index as usize];
            match self.asked(circuit, operand, test) {
                Some(value) if value == all => {}
                Some(_) => return Step::Done(!all),
                None => return Step::Ask(operand, index - first),
            }
        }
        Step::Done(all)
    }

    /// The answer of a gate that is known or needs no other.
    fn asked(&self, circuit: &Circuit, gate: u32, test: &impl Fn(&Leaf) -> bool) -> Option<bool> {
        match circuit.gates[gate as usize] {
            Gate::Constant(value) => Some(value),
            Gate::Leaf(leaf) => Some(test(circuit.leaf(leaf))),
            Gate::Not(_) | Gate::All(..) | Gate::Any(..) => {
                let known = self.known[gate as usize];
                (known >> 1 == self.profile).then_some(known & 1 == 1)
            }
        }
    }
}

/// Whether a leaf holds in the cells of a profile.
pub(crate) fn holds_in(circuit: &Circuit, leaf: &Leaf, cells: &[u32]) -> bool {
    contains(circuit.cells_of(leaf), cells[leaf.attribute as usize])
}
