//! What conditions demand of each attribute by itself: for every rule a few *entries*, each a set of cells for some
//! attributes, such that the rule holds for nobody outside all of its entries. An entry is *exact* when the rule holds for
//! everyone inside; where it is not, the rule's gate must be asked. Never wrong, at most wide: work and size are bounded.

use super::attribute::Attribute;
use super::cells::CellSet;
use super::circuit::{Circuit, Conditions, Gate};

/// A rule has at most so many entries.
const ENTRIES: usize = 8;
/// An entry demands something of at most so many attributes; the widest demands are left to the gate.
const DEMANDS: usize = 32;
/// Alternatives are looked for in at most so many conditions inside one another.
const DEPTH: usize = 16;
/// So many ranges of cells are handled for all rules of an index together; beyond, demands are given up.
const WORK: usize = 1 << 25;

/// What a condition demands.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// For some attributes, ascending, the cells outside which it does not hold. Never all cells.
    pub(crate) sets: Vec<(u32, CellSet)>,
    /// Whether it holds wherever these demands are met.
    pub(crate) exact: bool,
    /// Whether it holds for nobody.
    never: bool,
}

impl Form {
    fn constant(value: bool) -> Self {
        Self {
            sets: Vec::new(),
            exact: true,
            never: !value,
        }
    }

    /// Nothing is known.
    fn anything() -> Self {
        Self {
            sets: Vec::new(),
            exact: false,
            never: false,
        }
    }
}

/// The forms of the gates of a circuit, for the gate (1) and for its opposite (0).
pub(crate) struct Forms<'c> {
    circuit: &'c Circuit,
    attributes: &'c [Attribute],
    forms: Vec<[Option<Form>; 2]>,
    work: usize,
}

impl<'c> Forms<'c> {
    /// All forms that the roots need.
    pub(crate) fn new(conditions: &'c Conditions) -> Self {
        let circuit = &conditions.circuit;
        let needed = needed(circuit, &conditions.roots);
        let mut forms = Self {
            circuit,
            attributes: &conditions.attributes,
            forms: vec![[None, None]; circuit.gates().len()],
            work: WORK,
        };
        for (gate, needed) in needed.iter().enumerate() {
            for holds in [false, true] {
                if needed[usize::from(holds)] {
                    let form = forms.form(gate, holds, &conditions.sets);
                    forms.forms[gate][usize::from(holds)] = Some(form);
                }
            }
        }
        forms
    }

    /// The entries of a rule; none where it holds for nobody.
    pub(crate) fn entries(&mut self, root: u32) -> Vec<Form> {
        let mut entries = self.alternatives(root, true, DEPTH);
        entries.retain(|entry| !entry.never);
        entries
    }

    fn form(&mut self, gate: usize, holds: bool, sets: &[CellSet]) -> Form {
        match self.circuit.gates()[gate] {
            Gate::Constant(value) => Form::constant(value == holds),
            Gate::Leaf(leaf) => {
                let attribute = self.circuit.leaf(leaf).attribute;
                let set = &sets[leaf as usize];
                self.work = self.work.saturating_sub(set.ranges().len());
                let cells = self.attributes[attribute as usize].cells;
                let set = match holds {
                    true => set.clone(),
                    false if self.work == 0 => return Form::anything(),
                    false => set.complement(cells),
                };
                self.finished(vec![(attribute, set)], true)
            }
            Gate::Not(of) => self.known(of, !holds),
            Gate::All(first, behind) | Gate::Any(first, behind) => {
                let operands = self.circuit.operands(first, behind);
                let all = matches!(self.circuit.gates()[gate], Gate::All(..)) == holds;
                let forms: Vec<Form> = operands.iter().map(|o| self.known(*o, holds)).collect();
                match all {
                    true => self.all(&forms),
                    false => self.any(&forms),
                }
            }
        }
    }

    /// The form of a gate that is there already.
    fn known(&self, gate: u32, holds: bool) -> Form {
        let form = &self.forms[gate as usize][usize::from(holds)];
        form.clone().expect("operands come before their users")
    }

    /// Takes ranges from what may be handled; false where no more may be.
    fn may_handle<'f>(&mut self, forms: impl Iterator<Item = &'f Form>) -> bool {
        let sets = forms.flat_map(|form| &form.sets);
        let ranges: usize = sets.map(|(_, set)| set.ranges().len()).sum();
        self.work = self.work.saturating_sub(ranges);
        self.work > 0
    }

    /// All of some conditions.
    fn all(&mut self, forms: &[Form]) -> Form {
        if forms.iter().any(|form| form.never) {
            return Form::constant(false);
        }
        if !self.may_handle(forms.iter()) {
            return Form::anything();
        }
        let exact = forms.iter().all(|form| form.exact);
        let mut demands: Vec<&(u32, CellSet)> = forms.iter().flat_map(|f| &f.sets).collect();
        demands.sort_by_key(|(attribute, _)| *attribute);
        let mut sets: Vec<(u32, CellSet)> = Vec::new();
        for (attribute, set) in demands {
            match sets.last_mut() {
                Some((last, both)) if last == attribute => *both = both.intersection(set),
                _ => sets.push((*attribute, set.clone())),
            }
        }
        self.finished(sets, exact)
    }

    /// Any of some conditions: what all that can hold demand of the same attribute.
    fn any(&mut self, forms: &[Form]) -> Form {
        let mut forms: Vec<&Form> = forms.iter().filter(|form| !form.never).collect();
        if let [one] = *forms {
            return one.clone();
        }
        if forms.is_empty() {
            return Form::constant(false);
        }
        if forms.iter().any(|form| form.exact && form.sets.is_empty()) {
            return Form::constant(true);
        }
        if !self.may_handle(forms.iter().copied()) {
            return Form::anything();
        }
        // One attribute and nothing besides: then the union says it all.
        let same = |form: &&Form| match (&*form.sets, &*forms[0].sets) {
            ([(a, _)], [(b, _)]) => form.exact && a == b,
            _ => false,
        };
        let exact = forms.iter().all(same);
        forms.sort_by_key(|form| form.sets.len());
        let mut sets = Vec::new();
        for (attribute, _) in &forms[0].sets {
            let of = |form: &&'_ Form| demand(form, *attribute).cloned();
            let all: Option<Vec<CellSet>> = forms.iter().map(of).collect();
            if let Some(all) = all {
                sets.push((*attribute, CellSet::union(all.iter())));
            }
        }
        self.finished(sets, exact)
    }

    /// A form of these demands, brought into order.
    fn finished(&self, mut sets: Vec<(u32, CellSet)>, exact: bool) -> Form {
        if sets.iter().any(|(_, set)| set.is_empty()) {
            return Form::constant(false);
        }
        sets.retain(|(attribute, set)| !set.is_full(self.attributes[*attribute as usize].cells));
        let few = sets.len() <= DEMANDS;
        if !few {
            sets.sort_by(|a, b| self.share(a).total_cmp(&self.share(b)));
            sets.truncate(DEMANDS);
            sets.sort_by_key(|(attribute, _)| *attribute);
        }
        Form {
            sets,
            exact: exact && few,
            never: false,
        }
    }

    /// Which part of an attribute's cells a demand leaves.
    pub(crate) fn share(&self, (attribute, set): &(u32, CellSet)) -> f64 {
        f64::from(set.len()) / f64::from(self.attributes[*attribute as usize].cells)
    }

    /// Forms one of which holds where the gate (or its opposite) does: more than one where that is more exact.
    fn alternatives(&mut self, gate: u32, holds: bool, depth: usize) -> Vec<Form> {
        let whole = self.known(gate, holds);
        self.work = self.work.saturating_sub(1);
        if whole.exact || depth == 0 || self.work == 0 {
            return vec![whole];
        }
        let found = match self.circuit.gates()[gate as usize] {
            Gate::Not(of) => Some(self.alternatives(of, !holds, depth - 1)),
            Gate::All(first, behind) | Gate::Any(first, behind) => {
                let circuit = self.circuit;
                let operands = circuit.operands(first, behind);
                match matches!(circuit.gates()[gate as usize], Gate::All(..)) == holds {
                    true => self.products(operands, holds, depth - 1),
                    false => self.sums(operands, holds, depth - 1),
                }
            }
            Gate::Constant(_) | Gate::Leaf(_) => None,
        };
        found.unwrap_or_else(|| vec![whole])
    }

    /// The alternatives of each operand, those about one and the same attribute as one; none where they are too many.
    fn sums(&mut self, operands: &[u32], holds: bool, depth: usize) -> Option<Vec<Form>> {
        let mut simple: Vec<Form> = Vec::new();
        let mut found: Vec<Form> = Vec::new();
        self.work = self.work.saturating_sub(operands.len());
        for operand in operands {
            let form = self.known(*operand, holds);
            match (&*form.sets, form.exact) {
                _ if form.never => {}
                ([_], true) => simple.push(form),
                _ => found.extend(self.alternatives(*operand, holds, depth)),
            }
            if found.len() > ENTRIES {
                return None;
            }
        }
        simple.sort_by_key(|form| form.sets[0].0);
        for group in simple.chunk_by(|a, b| a.sets[0].0 == b.sets[0].0) {
            found.push(self.any(group));
        }
        (found.len() <= ENTRIES).then_some(found)
    }

    /// All choices of one alternative of each operand, as far as they are few.
    fn products(&mut self, operands: &[u32], holds: bool, depth: usize) -> Option<Vec<Form>> {
        let (mut plain, mut choices) = (Vec::new(), Vec::new());
        let mut number = 1;
        self.work = self.work.saturating_sub(operands.len());
        for operand in operands {
            let form = self.known(*operand, holds);
            if form.exact {
                plain.push(form);
                continue;
            }
            let found = self.alternatives(*operand, holds, depth);
            if found.len() > 1 && number * found.len() <= ENTRIES {
                number *= found.len();
                choices.push(found);
            } else {
                plain.push(form);
            }
        }
        let mut products = vec![self.all(&plain)];
        for choice in choices {
            let mut next = Vec::with_capacity(products.len() * choice.len());
            for (product, form) in products
                .iter()
                .flat_map(|p| choice.iter().map(move |f| (p, f)))
            {
                next.push(self.all(&[product.clone(), form.clone()]));
            }
            products = next;
        }
        Some(products)
    }
}

/// What a form demands of an attribute.
fn demand(form: &Form, attribute: u32) -> Option<&CellSet> {
    let found = form.sets.binary_search_by_key(&attribute, |(of, _)| *of);
    found.ok().map(|index| &form.sets[index].1)
}

/// For each gate whether its opposite's form, and its own, is needed.
fn needed(circuit: &Circuit, roots: &[u32]) -> Vec<[bool; 2]> {
    let mut needed = vec![[false; 2]; circuit.gates().len()];
    roots
        .iter()
        .for_each(|root| needed[*root as usize][1] = true);
    for (index, gate) in circuit.gates().iter().enumerate().rev() {
        let [opposite, own] = needed[index];
        let mut need = |operand: u32, opposite: bool, own: bool| {
            let of = &mut needed[operand as usize];
            *of = [of[0] | opposite, of[1] | own];
        };
        match *gate {
            Gate::Not(of) => need(of, own, opposite),
            Gate::All(first, behind) | Gate::Any(first, behind) => {
                let operands = circuit.operands(first, behind);
                operands.iter().for_each(|of| need(*of, opposite, own));
            }
            Gate::Constant(_) | Gate::Leaf(_) => {}
        }
    }
    needed
}
