//! Makes the flat program of a circuit: leaves out what nothing needs, joins gates of one use to their users, and sorts
//! gates of one depth by shape, so that the branches of the loop that runs them are foreseen.

use super::{Circuit, Run, Wire};

/// An and of ors of wires.
pub(super) type Gate = Vec<Vec<Wire>>;

/// No output wants this gate's count.
pub(super) const NO_SLOT: u32 = u32::MAX;

pub(super) fn finish(inputs: usize, mut gates: Vec<Gate>, outputs: &[Wire]) -> Circuit {
    let outputs: Vec<Wire> = outputs
        .iter()
        .map(|wire| {
            assert!(
                wire.row() < inputs + gates.len(),
                "a wire of an input or a gate"
            );
            if !wire.is_negated() {
                return *wire;
            }
            gates.push(vec![vec![*wire]]);
            Wire::input(u32::try_from(inputs + gates.len() - 1).expect("at most 2^31 rows"))
        })
        .collect();
    join(inputs, &mut gates, &outputs);
    let order = order(inputs, &gates, &uses(inputs, &gates, &outputs));
    lay_out(inputs, &gates, &order, &outputs)
}

/// How often each gate is used, directly or not, by outputs.
fn uses(inputs: usize, gates: &[Gate], outputs: &[Wire]) -> Vec<u32> {
    let mut uses = vec![0_u32; gates.len()];
    let add = |uses: &mut Vec<u32>, wire: &Wire| {
        if let Some(gate) = wire.row().checked_sub(inputs) {
            uses[gate] = uses[gate].saturating_add(1);
        }
    };
    outputs.iter().for_each(|wire| add(&mut uses, wire));
    for at in (0..gates.len()).rev() {
        if uses[at] > 0 {
            gates[at]
                .iter()
                .flatten()
                .for_each(|wire| add(&mut uses, wire));
        }
    }
    uses
}

/// Takes gates of one use into the gates that use them, where the result is still an and of ors.
fn join(inputs: usize, gates: &mut [Gate], outputs: &[Wire]) {
    let uses = uses(inputs, gates, outputs);
    for at in 0..gates.len() {
        let (earlier, rest) = gates.split_at_mut(at);
        let inner = |wire: Wire| {
            let gate = wire.row().checked_sub(inputs)?;
            (uses[gate] == 1).then(|| &earlier[gate])
        };
        let mut joined = Vec::with_capacity(rest[0].len());
        for clause in std::mem::take(&mut rest[0]) {
            match clause.as_slice() {
                [wire] => join_wire(*wire, inner(*wire), &mut joined),
                wires => joined.push(join_clause(wires, inner)),
            }
        }
        joined.sort_by_key(Vec::len);
        // One clause that nothing passes is enough, and comes first.
        if joined.first().is_some_and(Vec::is_empty) {
            joined.truncate(1);
        }
        rest[0] = joined;
    }
}

/// A clause of one wire, as the clauses of its gate.
fn join_wire(wire: Wire, gate: Option<&Gate>, joined: &mut Gate) {
    match gate.map(Vec::as_slice) {
        Some(clauses) if !wire.is_negated() => joined.extend_from_slice(clauses),
        Some([any]) => joined.extend(any.iter().map(|wire| vec![!*wire])),
        Some(all) if all.iter().all(|clause| clause.len() == 1) => {
            joined.push(all.iter().flatten().map(|wire| !*wire).collect());
        }
        _ => joined.push(vec![wire]),
    }
}

/// A clause of several wires, with those of gates that are ors themselves.
fn join_clause<'a>(wires: &[Wire], inner: impl Fn(Wire) -> Option<&'a Gate>) -> Vec<Wire> {
    let mut joined = Vec::with_capacity(wires.len());
    for wire in wires {
        match inner(*wire).map(Vec::as_slice) {
            Some([any]) if !wire.is_negated() => joined.extend_from_slice(any),
            Some(all) if wire.is_negated() && all.iter().all(|clause| clause.len() == 1) => {
                joined.extend(all.iter().flatten().map(|wire| !*wire));
            }
            _ => joined.push(*wire),
        }
    }
    joined
}

/// The gates that are used, by depth, then by shape.
fn order(inputs: usize, gates: &[Gate], uses: &[u32]) -> Vec<usize> {
    let mut depths = vec![0_u32; gates.len()];
    for (at, gate) in gates.iter().enumerate() {
        let below = |wire: &Wire| {
            wire.row()
                .checked_sub(inputs)
                .map_or(0, |gate| depths[gate] + 1)
        };
        depths[at] = gate.iter().flatten().map(below).max().unwrap_or(0);
    }
    let mut order: Vec<usize> = (0..gates.len()).filter(|gate| uses[*gate] > 0).collect();
    order.sort_by_cached_key(|gate| (depths[*gate], shape(&gates[*gate]), *gate));
    order
}

/// How many wires each clause has, and whether any is negated.
fn shape(gate: &Gate) -> (Vec<u32>, bool) {
    let sizes = gate.iter().map(|clause| clause.len() as u32).collect();
    // A gate without clauses is the negation of nothing.
    let negates = gate.is_empty() || gate.iter().flatten().any(|wire| wire.is_negated());
    (sizes, negates)
}

fn lay_out(inputs: usize, gates: &[Gate], order: &[usize], outputs: &[Wire]) -> Circuit {
    let mut places: Vec<u32> = vec![u32::MAX; inputs + gates.len()];
    for (row, place) in places.iter_mut().take(inputs).enumerate() {
        *place = row as u32;
    }
    for (at, gate) in order.iter().enumerate() {
        places[inputs + gate] = (inputs + at) as u32;
    }
    let place = |wire: &Wire| places[wire.row()];
    let (mut runs, mut wires) = (Vec::<Run>::new(), Vec::new());
    for gate in order {
        let (sizes, negates) = shape(&gates[*gate]);
        for wire in gates[*gate].iter().flatten() {
            let plain = Wire::input(place(wire));
            wires.push(if wire.is_negated() { !plain } else { plain });
        }
        match runs.last_mut() {
            Some(run) if run.shape == sizes && run.negates == negates => run.gates += 1,
            _ => runs.push(Run {
                shape: sizes,
                gates: 1,
                negates,
            }),
        }
    }
    let mut circuit = Circuit {
        rows: inputs + order.len(),
        inputs,
        runs,
        wires,
        outputs: outputs.iter().map(place).collect(),
        slots: vec![NO_SLOT; order.len()],
        loose: Vec::new(),
        kept: vec![false; order.len()],
    };
    for wire in &circuit.wires {
        if let Some(gate) = wire.row().checked_sub(inputs) {
            circuit.kept[gate] = true;
        }
    }
    for (output, row) in circuit.outputs.iter().enumerate() {
        match (*row as usize).checked_sub(inputs) {
            Some(gate) if circuit.slots[gate] == NO_SLOT => circuit.slots[gate] = output as u32,
            gate => {
                circuit.loose.push(output as u32);
                if let Some(gate) = gate {
                    circuit.kept[gate] = true;
                }
            }
        }
    }
    circuit
}
